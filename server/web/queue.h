/* queue.h - what lies on a desk before the post comes, and what each envelope needs next: to be
 * printed, its paper received, paired, handed over. By office, what is due first stands first.
 * Read from views and look-ups; any thread, borrows nothing.
 */
#ifndef TRAO_SERVER_WEB_QUEUE_H
#define TRAO_SERVER_WEB_QUEUE_H

#include "server/record/people.h"
#include "server/web/inside.h"

enum queue_step {
    QUEUE_NONE, /* it has left the desk, or is void */
    QUEUE_PRINT,
    QUEUE_RECEIVE, /* printed; may also be handed over as it is, unsealed */
    QUEUE_PAIR,
    QUEUE_HANDOVER,
    QUEUE_STEPS
};

#define QUEUE_MAX 1000 /* envelopes looked at of each status; more than a desk holds */

struct queue_row {
    struct view view;
    enum queue_step step;
};
struct queue {
    struct queue_row *rows;
    size_t n;
    size_t counts[QUEUE_STEPS], at_risk; /* due soon, or late */
    bool more;                           /* there are more than were looked at */
};

/* All a person sees; free with queue_done. False without memory or when the record cannot be read.
 */
bool queue_read(struct web *web, const struct person *person, struct queue *ret_queue,
                struct error *err) must_use;
void queue_done(struct queue *queue);

/* What one envelope needs next. */
bool queue_step_of(struct record *record, const struct view *view, enum queue_step *ret_step,
                   struct error *err) must_use;

/* "In", "Nhận kết quả", ... */
const char *queue_step_words(enum queue_step step);

/* An item as it was scanned or typed, or by its dossier's code, that the person sees. BAD_INPUT,
 * NOT_FOUND. */
bool queue_find(struct web *web, const struct person *person, const char *text,
                struct view *ret_view, struct error *err) must_use;
/* `text` is an item's number rather than a dossier's code. */
bool queue_is_item(const char *text);

/* Until when what is due counts as at risk; `now` itself when the rules cannot be read. */
struct instant queue_risk(struct web *web, struct instant now);
/* "hạn 26/11" as a cell; marked when it is near or over. */
void queue_put_due(const struct view *view, struct instant now, struct instant risk,
                   struct html *html);

#endif
