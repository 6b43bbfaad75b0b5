/* reports.h - what a gateway says later of messages it took becomes a fact of the item: never sent,
 * on the phone, or not known of, for handing it over was cut off: then the next word counts, and
 * people are told. The first such word about a notice stands; what comes after it, the same again
 * or the contrary, changes nothing (case N04). Of the contrary it is kept, once, that it was said.
 * Private to this folder; one thread, the one that ticks.
 */
#ifndef TRAO_SERVER_NOTIFY_REPORTS_H
#define TRAO_SERVER_NOTIFY_REPORTS_H

#include "server/notify/notify.h"

#define REPORTS_RECENT 64 /* facts that the views may not show yet */

struct reports {
    struct acts acts;
    struct views *views;
    struct clock clock;
    void (*look_again)(void *ctx, const struct item *item); /* one of its messages is to go again */
    void *ctx;
    void (*alarm)(void *ctx, const char *sentence); /* for people; NULL is fine */
    void *alarm_ctx;
    struct recent {
        char id[NOTICE_REQUEST_MAX + 1];
        uint32_t event; /* that was recorded of it last */
    } recent[REPORTS_RECENT];
    size_t next;
};

/* Takes what the driver has. LATER: some could not be recorded, the driver says it again. */
bool reports_take(struct reports *reports, const struct sms_driver *driver,
                  struct error *err) must_use;

#endif
