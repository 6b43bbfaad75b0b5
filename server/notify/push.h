/* push.h - what became of an item is told to the dossier system of the offices (settled point 4,
 * docs/decisions/0120): a signed POST for each status that it cares about (push.def), by a webhook
 * (sms_webhook.h: HMAC-SHA256, TLS verified, only the configured address, no redirect).
 *
 *     {"attempt": 1, "at": "2026-11-25T08:00:00+07:00", "correction": false, "dossier": "H27-...",
 *      "event": "delivered", "id": REQUEST-ID, "item": "RA123456785VN", "office": "H27.15",
 *      "state": 10}
 *
 * No person, address or phone. `state` is the national number of the dossier's state: 10 once it is
 * delivered, 9 before, and 9 again with `correction` when a delivery that was told is taken back.
 * `office` is its code in the registry, "" when it has none.
 *
 * What is told is what is true PUSH_WAIT_MS after it arrived: what was undone or overtaken until
 * then is not told, and when the system was away it hears what is true now, not each step. Each
 * telling is a fact (CHANNEL_OFFICE) before it goes; its answer 2xx or 409 is one too
 * (notice_delivered), and so is a refusal for good (notice_failed), which is told again only by
 * `messages resend`. A crash between answer and fact tells once more under the same id, so the
 * receiver drops repeats by the Idempotency-Key. What does not answer is tried later and later, and
 * is a matter for people after 15 minutes (gateway.h). A rebuild or a restart tells nothing again.
 *
 * Threads: push_tick by one thread of the program; the watcher it adds to the views copies and
 * leaves.
 */
#ifndef TRAO_SERVER_NOTIFY_PUSH_H
#define TRAO_SERVER_NOTIFY_PUSH_H

#include "server/notify/notify.h"

#define PUSH_WAIT_MS NOTIFY_DOOR_WAIT_MS
/* An outage of this length costs no news [reliability: 14 days]. */
#define PUSH_AGE_MAX_MS (INT64_C(1000) * 14 * 24 * 3600)

struct push_config {
    struct acts acts;
    struct views *views;
    const char *record_path;  /* for a reader of its own: codes of offices */
    struct sms_driver driver; /* sms.to is NULL, sms.text the whole body */
    struct clock clock;
    void (*alarm)(void *ctx, const char *sentence); /* for people; NULL is fine */
    void *ctx;
};

struct push;

/* Before the first views_follow; what changed within PUSH_AGE_MAX_MS is looked at. */
bool push_open(const struct push_config *config, struct push **ret_push,
               struct error *err) must_use;
/* Tells what is due. Call about twice a second. LATER: something waits. */
bool push_tick(struct push *push, struct error *err) must_use;
/* When no thread is in push_tick or views_follow any more; NULL is fine. */
void push_close(struct push *push);

#endif
