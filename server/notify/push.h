/* push.h - what became of an item is told to offices' own systems (settled point 4,
 * docs/decisions/0120 and 0128): a signed POST for each status that the receiver chose (of
 * push.def), by a webhook (sms_webhook.h: HMAC-SHA256, TLS verified, only its address, no
 * redirect). Receivers are the webhooks of the record (record/hooks.h: some offices' items, or all)
 * and the one of trao.conf, which hears of all items and statuses.
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
 * telling is a fact (CHANNEL_OFFICE, with the receiver's number) before it goes; its answer 2xx or
 * 409 is one too (notice_delivered), and so is a refusal for good, or PUSH_AGE_MAX_MS without an
 * answer (notice_failed): the dead letters, which are told again only when somebody asks
 * (resend.h). A crash between answer and fact tells once more under the same id, so the receiver
 * drops repeats by the Idempotency-Key. What does not answer is tried later and later, and is a
 * matter for people after 15 minutes (gateway.h). A rebuild or a restart tells nothing again; a new
 * webhook hears what arrives from its making on.
 *
 * Each receiver has its own list and its own rest: one that is away holds up no other. Threads:
 * push_tick by several threads of the program (PUSH_THREADS), each with a receiver that no other
 * has in hand, for PUSH_TURN_MS at most; the watcher it adds to the views copies and leaves.
 */
#ifndef TRAO_SERVER_NOTIFY_PUSH_H
#define TRAO_SERVER_NOTIFY_PUSH_H

#include "server/notify/notify.h"
#include "server/record/hooks.h"

#define PUSH_WAIT_MS NOTIFY_DOOR_WAIT_MS
/* An outage of this length costs no news [reliability: 14 days]. */
#define PUSH_AGE_MAX_MS (INT64_C(1000) * 14 * 24 * 3600)

/* One that could not be opened for want of memory, files or the disk is tried again so soon. */
#define PUSH_OPEN_AGAIN_MS (INT64_C(1000) * 60)

#define PUSH_THREADS 3
#define PUSH_TURN_MS (INT64_C(1000) * 5)

/* How a receiver is reached. `before`: "" or the key that signs too; keys are 64 hex digits.
 * sms.to is NULL, sms.text the whole body. close takes what open gave. */
struct push_drivers {
    bool (*open)(void *ctx, const struct hook *hook, const char *key, const char *before,
                 struct sms_driver *ret_driver, void **ret_opened, struct error *err);
    void (*close)(void *ctx, void *opened);
    void *ctx;
    /* The HTTP status of the answer to its last call, 0 none; NULL: nobody knows. */
    uint32_t (*answered)(void *ctx, const void *opened);
};

struct push_config {
    struct acts acts;
    struct views *views;
    const char *record_path; /* for readers of its own */
    const uint8_t *secret;   /* HOOK_SERVER_BYTES: opens the keys */
    struct push_drivers drivers;
    bool has_own;          /* the one of trao.conf: */
    struct sms_driver own; /* and how it is reached */
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

/* How a receiver has been, by its number; false: it is not in use. Any thread. */
struct push_state {
    size_t waiting;       /* items to look at */
    struct instant since; /* it has not answered; .ms 0: it does */
    struct instant next;  /* when it is tried again */
    bool dead;            /* a matter for people */
};
bool push_state(struct push *push, uint32_t receiver, struct push_state *ret_state);

/* Sends it, whether it is on or not, an event "test" of no item, signed as any other, over a call
 * of its own: its list and its rest stay as they are. `*ret_status`, set in any case: what it
 * answered, 0 nothing. LATER: it did not answer, or not so that it counts; REFUSED: never. Any
 * thread; waits for the answer. */
bool push_try(struct push *push, const struct hook *hook, uint32_t *ret_status,
              struct error *err) must_use;

#endif
