/* outbox.h - the one thing on a handheld that must never fail silently: every beep, numbered,
 * linked, committed to disk before it is heard, and kept until the server's receipt is stored
 * (settled points 1, 2, 3, 7; reliability.md, the decision; docs/decisions/0010-outbox.md).
 *
 * One folder holds outbox.db (SQLite: WAL, synchronous FULL, one user at a time), outbox.mark (the
 * last beep, a witness against a lost tail) and outbox.reserve (space for receipts on a full disk).
 * A sealed batch is kept and given out byte for byte until every scan in it is receipted, and 30
 * days longer by the server's clock.
 *
 * Trouble with the disk never ends the program: the handle is dropped, the call fails with LATER
 * (full, unreadable, read-only) or BROKEN (damaged), the next call opens anew. A damaged file is
 * moved aside and a new epoch begins.
 *
 * All time comes through `clock`, all randomness through `chance`. One thread; no globals.
 */
#ifndef TRAO_HANDHELD_OUTBOX_H
#define TRAO_HANDHELD_OUTBOX_H

#include "protocol/batch.h"
#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/scan.h"
#include "protocol/wire.h"

#define OUTBOX_KEEP_MS INT64_C(2592000000) /* 30 days [reliability.md, decision 4] */

struct outbox;

/* Told of what somebody should look at; `sentence` holds no personal data. epoch and seq are 0 when
 * they mean nothing. */
struct outbox_told {
    void (*tell)(void *ctx, const char *sentence, uint64_t epoch, uint64_t seq); /* NULL: nobody */
    void *ctx;
};

struct outbox_config {
    const char *dir;               /* exists; borrowed during outbox_open only */
    const char *device;            /* a good device name; copied */
    const struct seal_secret *key; /* seals batches; borrowed for the outbox's life */
    struct clock clock;
    struct chance chance;
    struct outbox_told told;
};

/* Opens or makes the outbox. Also succeeds when the disk is full or damaged: then every call says
 * so until it is mended (outbox_ready). False only for BAD_INPUT (device name, folder name too
 * long) and REFUSED (another program has this outbox open). */
bool outbox_open(const struct outbox_config *config, struct outbox **ret_outbox,
                 struct error *err) must_use;
/* Marks the end as whole and closes. NULL is fine. */
void outbox_close(struct outbox *outbox);
/* Closes as a killed process would leave it: nothing marked, nothing moved from WAL to file. */
void outbox_drop(struct outbox *outbox);

/* False with the reason when a scan could not be stored now. */
bool outbox_ready(struct outbox *outbox, struct error *err) must_use;

/* True when the disk is full rather than failing: less is left than the outbox needs to breathe. */
bool outbox_is_full(const struct outbox *outbox);

/* Numbers, links and commits one beep; fills in scan->seq. True means durable: now the beep. On
 * false nothing of it is kept. LATER: storage full or failing. BAD_INPUT: a field out of range.
 * REFUSED: EVENT_WITHDRAWN whose of_seq is no scan of the same item in the running epoch. */
bool outbox_add(struct outbox *outbox, struct scan *scan, struct error *err) must_use;

/* The last thing that happened to an item on this device, withdrawn scans and withdrawals left out.
 * NOT_FOUND if nothing is kept. */
bool outbox_last(struct outbox *outbox, const struct item *item, struct scan *ret_scan,
                 struct error *err) must_use;

/* The last thing this device did to any item, be it taken back since. NOT_FOUND if nothing is kept.
 */
bool outbox_newest(struct outbox *outbox, struct scan *ret_scan, struct error *err) must_use;

struct outbox_counts {
    uint64_t unsent;             /* beeped, not receipted */
    struct instant oldest;       /* wall time of the oldest of them; 0 if none */
    struct instant last_receipt; /* device's wall clock at the last receipt that moved; 0 if none */
    uint64_t set_aside;          /* damaged on this device, kept for people to look at */
};
bool outbox_counts(struct outbox *outbox, struct outbox_counts *ret_counts,
                   struct error *err) must_use;

/* ------------------------------------------------------------------ towards the server */

/* A place in the order of sending: epochs oldest first, scans within. {0, 0} is before everything.
 */
struct outbox_at {
    uint32_t nth; /* the epoch's place, 1, 2, 3 ... */
    uint64_t seq;
};

struct outbox_batch {
    struct outbox_at last; /* of its last scan; give it back to get the next batch */
    uint64_t epoch;
    uint64_t first_seq;
    uint32_t count;
    size_t n;
    uint8_t bytes[BATCH_BYTES_MAX];
};

/* The oldest batch behind `after` that holds an unreceipted scan. Scans not yet in a batch are cut
 * and sealed (committed before return) when `cut_any`, else only when BATCH_SCANS_MAX have gathered
 * or their epoch has ended. NOT_FOUND when there is nothing to send. */
bool outbox_batch_after(struct outbox *outbox, struct outbox_at after, bool cut_any,
                        struct outbox_batch *ret_batch, struct error *err) must_use;

/* Fills in generation and epochs of a hello: those not receipted to the end, those that the running
 * generation has not spoken of, and the running one; oldest first, at most WIRE_EPOCHS_MAX. */
bool outbox_hello(struct outbox *outbox, struct hello *hello, struct error *err) must_use;

/* True when something found since the last Standing makes another hello worthwhile. */
bool outbox_asks(const struct outbox *outbox);

enum outbox_taken {
    OUTBOX_TAKEN_MOVED,   /* scans are done that were not before */
    OUTBOX_TAKEN_NOTHING, /* nothing new: repeated, late, or of an unknown epoch */
    OUTBOX_TAKEN_OLD,     /* an older generation: ignored */
    OUTBOX_TAKEN_ASK,     /* another generation: believed only after a Standing; say hello */
    OUTBOX_TAKEN_MISMATCH /* the link is not ours: nothing is done by it; told */
};

/* Stores what a receipt says; true means stored. */
bool outbox_receipt(struct outbox *outbox, const struct receipt *receipt,
                    enum outbox_taken *ret_taken, struct error *err) must_use;

/* Stores where the server stands. The caller has checked that it answers the nonce of `asked`, the
 * hello it said on this connection, so it cannot be a delayed one and may move N down as well.
 * `ret_ask_again`: there are epochs left for another hello. */
bool outbox_standing(struct outbox *outbox, const struct hello *asked,
                     const struct standing *standing, bool *ret_ask_again,
                     struct error *err) must_use;

#endif
