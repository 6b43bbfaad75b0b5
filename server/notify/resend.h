/* resend.h - a message that the gateway refused for good, or took and never sent, or of which
 * nobody knows whether it went, goes once more because somebody asks for it: he mended what kept it
 * (an empty account, a number that was barred). Only while what it says still stands and is news:
 * as with the first, nothing is sent of an event older than a day, nor to who wants none. It is a
 * further notice_sent with an id of its own, so that the gateway does not take it for a repeat; the
 * thread that ticks hands it on. What the offices' system refused goes to it once more by the same
 * call (push.h), if it is still the last that it was told.
 *
 * Any thread; `record` is a reader of the caller's.
 */
#ifndef TRAO_SERVER_NOTIFY_RESEND_H
#define TRAO_SERVER_NOTIFY_RESEND_H

#include "server/notify/notify.h"

struct resend {
    struct acts acts;
    struct views *views;
    struct record *record;
    struct instant now;
    uint32_t user; /* who asks; 0 not known */
};

/* NOT_FOUND: no such item. REFUSED: none of its messages failed, the last that did is no longer
 * true or older than a day, the item has no mobile number, or its owner wants no messages. */
bool message_resend(const struct resend *resend, const struct item *item,
                    struct error *err) must_use;

/* Nobody knows whether this one went, and it did not go again since; `facts`: room for
 * VIEW_HISTORY_MAX of them. */
bool message_is_unknown(struct views *views, const struct item *item, const struct notice *notice,
                        struct fact *facts);

/* The same of what one webhook refused or never answered to (0: that of trao.conf), however old, as
 * long as it is true. */
bool hook_resend(const struct resend *resend, uint32_t receiver, const struct item *item,
                 struct error *err) must_use;
/* The last that this webhook was to be told of the item came to nothing: it was refused, or given
 * up (push.h). */
bool hook_is_dead(struct views *views, uint32_t receiver, const struct item *item,
                  struct notice *ret_notice);

#endif
