/* notify.h - who is told what by message (settled point 4).
 *
 * Notices due are worked out from the views; notices sent are facts: at most one per (item, status,
 * attempt, channel). The fact with its request id is recorded first, then the message goes to the
 * driver, which drops a repeat of the same id: a crash between is healed at the next start without
 * doubling. A door outcome (failed, delivered) acts outwards only 30 s after it arrived; nothing is
 * sent for an event older than a day; a delivery that was withdrawn after its message sends a
 * correction; a rebuild sends nothing, for the facts stand. Statuses that came and went before the
 * tick send nothing. Outside config's message hours (07:00-22:00 at UTC+7 unless set) nobody is
 * told anything: what is due waits, and what was overtaken by morning is never told. The manager,
 * if trao.conf names one, is told before a term of the post or of the office ends, once an item,
 * attempt and clock (alert.h).
 *
 * A gateway that does not answer is tried again later and later (5 s doubling to 5 min) and is a
 * matter for people after 15 minutes, then once an hour. What it refuses for good (a number that is
 * none) is a fact too and is not tried again.
 *
 * What a gateway says later of a message it took, delivered or never sent, is a fact as well: the
 * first such word about a notice stands (case N04); that it said the contrary after it is a fact
 * too, which changes nothing and is there to be seen. One that
 * failed goes once more when somebody asks for it (resend.h), and so does one of which nobody knows
 * whether it went, for handing it over was cut off: that is a fact too, and people are told. What a
 * gateway handed on that trao.conf names no more goes by no other.
 *
 * One message that it never takes does not hold up the others: each turn begins behind the one that
 * failed last.
 *
 * Two ways: texts that come from phones are taken once, acted upon in the same commit, and answered
 * within the same hours (inbound.h, answers.h). Who texts DUNG is sent nothing until he texts NHAN;
 * what was recorded for him and had not gone yet counts as failed.
 *
 * Threads: notify_tick by one thread of the program; the watcher it adds to the views copies and
 * leaves, under a lock of its own.
 */
#ifndef TRAO_SERVER_NOTIFY_NOTIFY_H
#define TRAO_SERVER_NOTIFY_NOTIFY_H

#include "server/config.h"
#include "server/record/acts.h"
#include "server/views/views.h"

#define NOTIFY_DOOR_WAIT_MS (INT64_C(1000) * 30)
#define NOTIFY_AGE_MAX_MS (INT64_C(1000) * 24 * 3600)
/* Messages to one phone within 24 h; a family's phone for twelve dossiers is within it. What comes
 * above it is not sent. */
#define NOTIFY_PER_DAY_MAX 40

/* A template at Zalo and what stands in it. */
#define ZNS_PARAMS_MAX 10
#define ZNS_NAME_MAX 30
#define ZNS_VALUE_MAX 127
struct zns {
    char template[21];
    struct zns_param {
        char name[ZNS_NAME_MAX + 1], value[ZNS_VALUE_MAX + 1];
    } params[ZNS_PARAMS_MAX];
    size_t n;
};

struct sms {
    const char *request_id; /* the same for the same (item, status, attempt) */
    const char *to;         /* +84...; NULL only in what push.h tells */
    const char *text;       /* GSM-7 */
    const struct zns *zns;  /* the same for Zalo; NULL: it has no template there */
};

/* What a gateway says in the end of a message it took. SENT: it left, nothing more will be known.
 * No gateway's own words: PASSED, not delivered by this one, another is to have it (sms_chain.h);
 * SILENT, nothing was said for long, another is to have it if it is still news; UNKNOWN, handing it
 * over was cut off: what comes later of these two still counts; ONE_FAILED, this one could not
 * deliver what another had too: an end where none is known, and no contradiction where one is. */
enum sms_end {
    SMS_END_SENT,
    SMS_END_DELIVERED,
    SMS_END_FAILED,
    SMS_END_PASSED,
    SMS_END_SILENT,
    SMS_END_UNKNOWN,
    SMS_END_ONE_FAILED
};
/* False (LATER): not now, say it again. A message that is not ours is taken and forgotten. Of
 * PASSED and SILENT it says whether the message is to go again; false, REFUSED: it has its end, or
 * is no news. */
typedef bool sms_take_report(void *ctx, const char *request_id, enum sms_end end,
                             struct error *err);

/* A text that came from a phone. */
#define NOTIFY_TEXT_ID_MAX 32
#define NOTIFY_FROM_MAX 23
#define SMS_TEXT_MAX 1023 /* bytes; what is longer is cut */
struct sms_text {
    const char *id;   /* hex; the same when it is handed over again */
    const char *from; /* as the gateway says: +84..., 0..., a short code */
    const char *text; /* any UTF-8 */
};
/* True: taken for good, also when it was before. LATER: hand it over again. */
typedef bool sms_take_text(void *ctx, const struct sms_text *text, struct error *err);

/* A way to phones. Called by the ticking thread only. */
struct sms_driver {
    /* True if a message of this id was handed on before, also by an earlier run. */
    bool (*has)(void *self, const char *request_id);
    /* LATER: the gateway does not answer, the same call may succeed later. Any other error: this
     * message never will. */
    bool (*send)(void *self, const struct sms *sms, struct error *err);
    /* Hands over each report there is, again and again until it is taken; NULL: it never has any.
     */
    bool (*reports)(void *self, sms_take_report *take, void *ctx, struct error *err);
    /* Hands over each text that came, again and again until it is taken; NULL: none ever come. */
    bool (*texts)(void *self, sms_take_text *take, void *ctx, struct error *err);
    void *self;
};

struct notify_config {
    struct acts acts;
    struct views *views;
    const char *record_path; /* for a reader of its own: phones are attachments */
    const struct config *config;
    const uint8_t *secret; /* DOOR_SECRET_BYTES, borrowed; NULL: messages name no word of the day */
    struct sms_driver driver;
    struct clock clock;
    void (*alarm)(void *ctx, const char *sentence); /* for people; NULL is fine */
    void *ctx;
};

#define NOTIFY_AGAIN_MIN_MS (INT64_C(1000) * 5)
#define NOTIFY_AGAIN_MAX_MS (INT64_C(1000) * 300)
#define NOTIFY_DOWN_MS                                                                             \
    (INT64_C(1000) * 60 * 15) /* [domain.md section 6] a gateway is dead by then */

struct notify;

/* Adds its watcher to the views (so: before the first views_follow) and notes what changed within
 * the last day, because a message may be owed from before the last stop. */
bool notify_open(const struct notify_config *config, struct notify **ret_notify,
                 struct error *err) must_use;
/* Sends what is due now. Call about twice a second. What cannot be sent stays due; the first error
 * of a tick is returned for the log (LATER), the rest of the items was looked at all the same. */
bool notify_tick(struct notify *notify, struct error *err) must_use;
#define NOTIFY_WAITING_MAX 1000
/* How the gateway was after the last tick that asked it. */
struct notify_state {
    size_t waiting;       /* items that it kept waiting, looked at or not */
    struct instant since; /* it has not answered; 0 it is well */
    struct instant next;  /* it is asked again; 0 at once */
    bool dead;            /* for NOTIFY_DOWN_MS by then */
};
/* The time by its clock. Any thread. */
struct instant notify_now(const struct notify *notify);
/* Any thread. */
struct notify_state notify_state(struct notify *notify);
/* "well", "failing" or "dead". */
const char *notify_state_word(struct notify_state state);
/* These items, the first NOTIFY_WAITING_MAX of them and no more than `most`. Any thread. */
size_t notify_waiting(struct notify *notify, struct item *ret_items, size_t most);
/* When no thread is in notify_tick or views_follow any more; NULL is fine. */
void notify_close(struct notify *notify);

#endif
