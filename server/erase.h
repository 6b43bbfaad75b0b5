/* erase.h - the server forgets people: what the record holds of an item, what search holds, the
 * files of its attachments, prints, copies of older layouts, the log; and writes its number where a
 * copy that is put back finds it. The rules are here, the record's part is record/erasures.h.
 *
 * Any thread that may wait; one at a time (a lane's).
 */
#ifndef TRAO_SERVER_ERASE_H
#define TRAO_SERVER_ERASE_H

#include "server/commands.h"
#include "server/record/erasures.h"

enum erase_bar {
    ERASE_FREE,      /* may be erased */
    ERASE_UNKNOWN,   /* nobody issued it */
    ERASE_DONE,      /* was erased before */
    ERASE_HELD,      /* a person says that it is needed */
    ERASE_UNDER_WAY, /* has not ended: who delivers it needs the address */
    ERASE_CASE,      /* a case is open */
    ERASE_TOO_EARLY, /* a complaint may still come: only when asked for */
    ERASE_BARS
};
const char *erase_bar_vi(enum erase_bar bar);
const char *erase_bar_en(enum erase_bar bar);
/* `record` is a reader of the caller's. `ret_until`: until when it is kept, .ms 0 not known. */
bool erase_bar_of(const struct commands *commands, const struct rules *rules,
                  const struct item *item, enum erase_bar *ret_bar, struct instant *ret_until,
                  struct error *err) must_use;

/* Erases all that may be: nothing is asked here. At most ERASE_ITEMS_MAX. `fact` has citation and
 * user; `ret_items`: how many there were that had not been erased before. */
bool erase_items(const struct commands *commands, const struct item *items, size_t n,
                 const struct office_fact *fact, size_t *ret_items, struct error *err) must_use;

/* Items that the list (keeping/erased_list.h) names and the record still holds; and files of
 * attachments that the record says are gone. */
bool erase_again(const struct commands *commands, size_t *ret_items, struct error *err) must_use;

/* All that has been kept long enough, by the rule keep_months; looks only at what ended on days
 * that are due (views_ended). `dry`: only counts. `held`, `cases`: due but for these. */
struct erase_count {
    size_t items, held, cases;
};
bool erase_what_is_due(const struct commands *commands, bool dry, const struct office_fact *fact,
                       struct erase_count *ret_count, struct error *err) must_use;

/* What comes to be erased by itself, as things stand: each month that has some, in order; what is
 * due already stands in the present one. A look at each that has ended and was not erased: seconds
 * of a million. */
bool erase_plan(const struct commands *commands,
                void (*each)(void *ctx, const char *month, size_t items), void *ctx,
                struct error *err) must_use; /* "2027-07" */

/* After erasing, and each day: what deleted phones left in an index goes too; the log is emptied
 * next. Half a second of the writer's time at most. */
bool erase_scrub(const struct commands *commands, struct error *err) must_use;

/* Waits until the record's log holds nothing of it any more; false when readers kept it from that:
 * it is tried again by itself. */
bool erase_wait(const struct commands *commands);

#endif
