/* uplink.h - the way of a batch to the server and of the receipt back: decisions only, over an
 * outbox and a `struct link_out` (trao-protocol(7); reliability.md, the decision and part e).
 *
 * At each connection it says hello, and again each minute until the server's Standing; then
 * batches, oldest first, at most UPLINK_WINDOW unreceipted at a time. Silence sends everything
 * unreceipted again, later and later (5 s doubling to 5 min, each with jitter), until a receipt
 * moves. The broker's acknowledgement proves nothing: "taken" is ignored, "nobody listens" (16) and
 * refusals
 * (>= 128) count as not sent.
 *
 * Attachments go one piece at a time while every scan is receipted, never before (attach_send.h).
 *
 * One thread, no globals, no clock of its own: the caller drives uplink_tick, right after each
 * outbox_add and after each of the calls below, at the latest at uplink_due. Only uplink_tick
 * sends.
 */
#ifndef TRAO_HANDHELD_UPLINK_H
#define TRAO_HANDHELD_UPLINK_H

#include "handheld/attach_send.h"
#include "handheld/outbox.h"
#include "protocol/session.h"

#define UPLINK_WINDOW 8           /* 8 x 16 KB: what a 64 kbit/s link carries in half a minute */
#define UPLINK_HELLO_MS 60000     /* trao.proto, Hello */
#define UPLINK_AGAIN_MS 300000    /* a hello and a report so often, when there are rounds */
#define UPLINK_WAIT_MIN_MS 5000   /* first silence: several round trips of a slow link */
#define UPLINK_WAIT_MAX_MS 300000 /* 10,000 devices back within 5 min [reliability.md, part d] */

/* What came down for others than the outbox, and what they add to a hello; any may be NULL. */
struct uplink_came {
    /* `message`: the bytes as they came, sealed by the server. */
    void (*round)(void *ctx, const struct round_part *part, const void *message, size_t n);
    void (*revoke)(void *ctx, const struct revoke *revoke);
    void (*hello)(void *ctx, struct hello *hello);
    void (*report)(void *ctx, struct device_report *report);
    void *ctx;
};

struct uplink_config {
    const char *device;        /* borrowed for the uplink's life, as are the four below */
    struct slice certificate;  /* DER, sent with the hello; may be empty */
    struct seal_public server; /* verifies what comes down */
    struct outbox *outbox;
    struct clock clock;
    struct chance chance;
    struct link_out out;
    struct outbox_told told;
    struct attach_store *attachments; /* sent when no scan waits; NULL: none */
    struct uplink_came came;
};

struct uplink_counts {
    uint64_t hellos, batches, receipts, standings;
    uint64_t strangers; /* came down, but not rightly sealed for this device */
};

/* A batch handed on and not receipted yet. */
struct uplink_flight {
    uint64_t epoch;
    uint64_t last_seq;
};

/* A value; needs no closing. The fields are the uplink's own. */
struct uplink {
    struct uplink_config config;
    bool connected;
    bool stood;      /* a Standing answered since this connection */
    int32_t skew_ms; /* of the wall clock against the last Standing; positive: it is ahead */
    bool asking;     /* a hello waits for its Standing */
    struct hello asked;
    struct tick hello_due;
    struct tick again_due; /* of the next hello and report, asked or not */
    struct outbox_at sent; /* last batch handed on */
    struct uplink_flight flying[UPLINK_WINDOW];
    size_t flights;
    int64_t wait_ms;
    struct tick silence_due; /* when silence counts as lost; meaningful while flights > 0 */
    struct tick hold_until;  /* nothing is sent before, after a refusal */
    uint64_t generation;     /* that the last Standing named; 0 none on this connection */
    bool drained;            /* at the last look nothing was left to send, nothing unreceipted */
    bool told_unsent;        /* the last report spoke of scans that have not gone */
    struct attach_send attach;
    struct uplink_counts counts;
};

void uplink_init(struct uplink *uplink, const struct uplink_config *config);
void uplink_connected(struct uplink *uplink);
void uplink_disconnected(struct uplink *uplink);
/* Says hello at the next tick: something of it has changed. Nothing while not connected. */
void uplink_ask(struct uplink *uplink);
/* The payload of a message on the device's down topic. */
void uplink_message(struct uplink *uplink, const void *bytes, size_t n);
/* What the broker answered to a publish. */
void uplink_acknowledged(struct uplink *uplink, int code);
/* Sends what is due. */
void uplink_tick(struct uplink *uplink);
/* The next moment at which uplink_tick has something to do by itself; INT64_MAX: never. */
struct tick uplink_due(const struct uplink *uplink);

#endif
