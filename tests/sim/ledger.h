/* ledger.h - what really happened, kept beside the world: every beep, and what of it the record
 * holds by now. The invariants of the simulation are checked here. */
#ifndef TRAO_TESTS_SIM_LEDGER_H
#define TRAO_TESTS_SIM_LEDGER_H

#include "protocol/batch.h"
#include "server/record/record.h"
#include "tests/sim/env.h"

#define LEDGER_EPOCHS_MAX 64

struct ledger_row {
    struct link hash; /* of the scan's bytes */
    bool recorded;
    bool forgivable; /* its device lost its store's tail before a receipt: it may arrive or not */
};

struct ledger_epoch {
    char device[DEVICE_NAME_MAX + 1];
    uint64_t epoch;
    struct ledger_row *row; /* row[seq - 1] */
    size_t rows, room;
};

struct ledger {
    struct env *env;
    struct ledger_epoch epoch[LEDGER_EPOCHS_MAX];
    size_t epochs;
    int64_t seen_batch; /* high-water mark in the record */
    uint64_t beeped, recorded;
};

void ledger_init(struct ledger *ledger, struct env *env);
void ledger_done(struct ledger *ledger);

/* True once a beep of this epoch was heard. */
bool ledger_knows(struct ledger *ledger, const char *device, uint64_t epoch);
/* A beep was heard: the scan is durable on its device. */
void ledger_beep(struct ledger *ledger, const char *device, uint64_t epoch, uint64_t seq,
                 const void *bytes, size_t n);
/* The device's store fell back: scans above `seq` that are not recorded may be lost. */
void ledger_forgive(struct ledger *ledger, const char *device, uint64_t epoch, uint64_t seq);

/* What a device takes for done, as its next hello would say it, is in the record. */
void ledger_check_done(struct ledger *ledger, const char *device, const struct hello *hello);

/* Takes in what a reader of the record sees beyond the last look. Fails the run on a scan nobody
 * beeped, one with other bytes, one recorded twice, and on anything set aside. */
void ledger_look(struct ledger *ledger, struct record *reader);
/* A receipt or a standing is about to leave the server: all it vouches for must be visible to
 * `reader`. */
void ledger_check_vouched(struct ledger *ledger, struct record *reader, const char *device,
                          uint64_t epoch, uint64_t through);
/* Everything is drained: every beep is recorded; a look from the start finds the same. */
void ledger_check_end(struct ledger *ledger, struct record *reader);

#endif
