/* live.h - the streams: each open page of a citizen or clerk hears of changes within a second of
 * the receipt, also of those that came while it was cut off (case W07).
 *
 * A citizen's event carries the whole living part of his page and the item's version as its id, so
 * that the last one is always enough; on connecting, the present one is sent unless the browser (or
 * the page it comes from) has that version. It is rendered once for all pages that show the same. A
 * desk's event carries one row, or at a tick the counts; rows and print jobs are numbered, and who
 * comes back with a number hears what was told since, or that the page is to be read anew. Comment
 * lines every LIVE_BEAT_S keep proxies from cutting.
 * Own lock inside; any thread.
 */
#ifndef TRAO_SERVER_WEB_LIVE_H
#define TRAO_SERVER_WEB_LIVE_H

#include "server/record/people.h"
#include "server/web/face.h"
#include "server/web/http.h"
#include "server/web/readers.h"

#define LIVE_BEAT_S 15
#define LIVE_STREAMS_MAX 10500 /* of 12,000 connections: pages still answer */
/* Of one address behind the proxy (settled point 12); many phones share one of their carrier's.
 * An IPv6 /64 is one. Loopback itself is not limited: no proxy named a client. */
#define LIVE_CLIENT_MAX 200

struct live;

bool live_new(const struct config *config, struct views *views, struct readers *readers,
              struct clock clock, struct live **ret_live, struct error *err) must_use;
void live_free(struct live *live);

/* The id that a stream goes on from: of the last event that the browser heard, or, under `key`, of
 * the page that the stream comes from; 0 none. */
uint64_t live_heard(const struct http_request *request, const char *key);

/* What a citizen's page may hear. */
struct live_ticket {
    struct item item;
    enum proof proof;
    bool english;
    uint64_t seen;        /* version the page shows; 0 none */
    struct instant until; /* ends then; ms 0: never */
};
/* Makes `answer` a stream; 503 when there are too many, in all or of this client. */
void live_citizen(struct live *live, const struct live_ticket *ticket, const char *client,
                  struct http_answer *answer);
/* What a desk's page may hear, and whose it is. */
struct live_pass {
    struct link token;    /* the login it ends with */
    struct person person; /* hears only of what he may see */
    bool english;
    struct instant until;
    uint64_t known; /* the number that the page knows of; 0 none */
};
/* The number that a page made now knows of: asked before it is filled. */
uint64_t live_number(struct live *live);
void live_desk(struct live *live, const struct live_pass *pass, const char *client,
               struct http_answer *answer);
/* One login ended; all of a person's did, as a new password does to them (ASVS 5.0, 7.4.3). */
void live_end_login(struct live *live, const struct link *token);
void live_end_person(struct live *live, int64_t person);

/* The views' watcher. */
void live_changed(struct live *live, const struct item *item, const struct view *view);
/* To desks: a print job changed; which, each page asks for itself. */
void live_printing(struct live *live);
void live_tick(struct live *live);   /* counts for desks, heartbeats, ends */
size_t live_open(struct live *live); /* streams */
void live_stop(struct live *live);   /* ends all; no new ones */

/* One row's state for a desk page, as it stands in the table and in an event: four cells. */
void live_row(const struct view *view, struct html *html);
/* How many of the items that a person sees stand where, as it stands on the page and in an event.
 */
void live_counts(struct views *views, const struct person *person, struct html *html);

#endif
