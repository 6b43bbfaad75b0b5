/* gateway.h - a driver, and how it has been: tried later and later when it does not answer
 * (NOTIFY_AGAIN_MIN_MS doubling to NOTIFY_AGAIN_MAX_MS), a matter for people after NOTIFY_DOWN_MS,
 * then once an hour. Messages to citizens and to the manager share one, for they share the modem.
 * Private to this folder; one thread, the one that ticks.
 */
#ifndef TRAO_SERVER_NOTIFY_GATEWAY_H
#define TRAO_SERVER_NOTIFY_GATEWAY_H

#include "server/notify/notify.h"

struct gateway {
    struct sms_driver driver;
    struct clock clock;
    const char *name;                               /* to people; NULL "the gateway" */
    void (*alarm)(void *ctx, const char *sentence); /* NULL is fine */
    void *ctx;
    int64_t rest_ms;      /* before the next attempt; 0: it answers */
    struct instant next;  /* when that is */
    struct instant since; /* it has not answered */
    bool doubt;           /* what it failed by is known to it as handed on: it may have gone */
    struct instant told;  /* when people were told last; .ms 0 not yet */
};

/* It is not asked now. */
bool gateway_rests(const struct gateway *gateway);
bool gateway_is_dead(const struct gateway *gateway);
bool gateway_has(const struct gateway *gateway, const char *request_id);
/* Nothing waits for it: if what it failed by last is in doubt, and so not tried again, that is no
 * matter for anybody any more. */
void gateway_forgive(struct gateway *gateway);
/* Hands it on, whether it rests or not. LATER: it does not answer, and rests from now on. Any other
 * error: it answers, and never takes this message. */
bool gateway_send(struct gateway *gateway, const struct sms *sms, struct error *err) must_use;
/* Tells people when it is time to. */
void gateway_tell_people(struct gateway *gateway);

#endif
