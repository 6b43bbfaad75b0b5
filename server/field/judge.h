/* judge.h - what becomes of a rightly sealed batch: stored, repeated, kept with a verdict; and how
 * far the epoch is accounted for afterwards. Private to this folder; inside a group of the record.
 */
#ifndef TRAO_SERVER_FIELD_JUDGE_H
#define TRAO_SERVER_FIELD_JUDGE_H

#include "protocol/wire.h"
#include "server/record/record.h"

/* A scan's clocks, read once when the message came in. */
struct stamp {
    struct instant wall;
    struct tick mono;
    uint64_t boot;
};

struct sealed {
    const struct batch *batch;
    const struct envelope *envelope;
    struct stamp stamp[BATCH_SCANS_MAX];
    uint64_t malformed; /* bit i: scan i cannot be read */
    struct instant arrival;
    bool revoked; /* the device, or the key it sealed with */
};

struct judgement {
    bool added;    /* a row of its own; false: all of it was there already */
    bool gap;      /* N waits for what is missing below */
    uint32_t kind; /* 0 or enum verdict_kind: what was decided for the row added */
    struct verdict verdict[WIRE_VERDICTS_MAX]; /* for the receipt, also of what was there already */
    size_t verdicts;
};

/* Appends what is new and moves the epoch; the caller puts the epoch back. */
bool judge(struct record *record, struct record_epoch *epoch, const struct sealed *sealed,
           struct judgement *ret_judgement, struct error *err) must_use;

/* The link of scan `seq` as it is kept, seq <= epoch->through; zeros for 0. */
bool judge_link_at(struct record *record, const struct record_epoch *epoch, uint64_t seq,
                   struct link *ret_link, struct error *err) must_use;

#endif
