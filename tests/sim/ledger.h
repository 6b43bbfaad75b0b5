/* ledger.h - what really happened, kept beside the world: every beep, and what of it the record
 * holds by now. The invariants of the simulation are checked here. */
#ifndef TRAO_TESTS_SIM_LEDGER_H
#define TRAO_TESTS_SIM_LEDGER_H

#include "protocol/batch.h"
#include "protocol/scan.h"
#include "server/record/record.h"
#include "tests/sim/env.h"

#define LEDGER_DEVICES_MAX 100

/* One beep. Its content is what was scanned, without the numbers: what is beeped behind a folder
 * that was copied back may reach the record under numbers of a later epoch. */
struct ledger_row {
    uint64_t epoch, seq; /* as it was beeped */
    int64_t at_ms;       /* of this world */
    struct link hash;    /* of the scan's bytes */
    struct link content; /* of the same with seq, of_seq and of_epoch left out */
    bool recorded;       /* in the record as it is now */
    bool ever;           /* in the record at some time; a record put back may lose it again */
    bool forgivable; /* its device lost its store's tail before a receipt: it may arrive or not */
    bool perhaps;    /* the power went while it was committed; forgivable until the next beep */
    bool forked;     /* beeped after a folder was copied back: may be numbered again */
    uint64_t held_epoch, held_seq; /* where the record has it, once recorded */
};

/* The record has a beep once more: numbered again after a folder was copied back, or in a second
 * history that was set aside. */
struct ledger_again {
    uint64_t epoch, seq;
    size_t row;
};

struct ledger_device {
    char name[DEVICE_NAME_MAX + 1];
    struct ledger_row *row; /* in the order of beeping */
    size_t rows, room;
    struct ledger_again *again;
    size_t agains, again_room;
    bool forked;  /* its folder was copied back */
    bool revoked; /* what it hands in may be set aside */
};

struct ledger {
    struct env *env;
    struct ledger_device device[LEDGER_DEVICES_MAX];
    size_t devices, asked; /* and which of them one asked for last */
    int64_t seen_batch;    /* high-water mark in the record */
    uint64_t beeped, recorded;
    uint64_t
        aside; /* of those recorded: set aside, for the device was revoked, or told two stories */
    uint64_t twice; /* of those recorded: beeps that it held already */
};

void ledger_init(struct ledger *ledger, struct env *env);
void ledger_done(struct ledger *ledger);

/* A beep was heard: the scan is durable on its device. */
void ledger_beep(struct ledger *ledger, const char *device, uint64_t epoch,
                 const struct scan *scan);

/* The power went before the beep, and the commit may have been done or not. At most one between two
 * beeps of a device; its `seq` is not looked at. */
void ledger_perhaps(struct ledger *ledger, const char *device, uint64_t epoch,
                    const struct scan *scan);

/* How many beeps of this device were heard. */
size_t ledger_beeps(struct ledger *ledger, const char *device);
/* The device's store fell back to what it was after so many beeps: those since that are not
 * recorded may be lost. `unseen`: nothing on the device can tell, so its numbers are used twice. */
void ledger_fell_back(struct ledger *ledger, const char *device, size_t beeps, bool unseen);
/* True once a store of this device fell back unseen. */
bool ledger_is_forked(struct ledger *ledger, const char *device);
/* The beep that the record has as this scan of the device `at`; NULL when it is none, or lost. */
const struct ledger_row *ledger_beep_of(const struct ledger *ledger, size_t at, uint64_t epoch,
                                        uint64_t seq);
/* The device is about to be revoked; a record that is put back may forget it. */
void ledger_revoked(struct ledger *ledger, const char *device);
bool ledger_is_revoked(struct ledger *ledger, const char *device);
/* Whether what it hands in may be set aside with this verdict: it is revoked, or its folder was
 * copied back and tells a second story of the same numbers. */
bool ledger_may_be_aside(struct ledger *ledger, const char *device, uint32_t verdict);
/* The record was put back to an older state: what it holds is looked at anew. */
void ledger_record_fell_back(struct ledger *ledger);

/* What a device takes for done, as its next hello would say it, is or was in the record. */
void ledger_check_done(struct ledger *ledger, const char *device, const struct hello *hello);

/* Takes in what a reader of the record sees beyond the last look. Fails the run on a scan nobody
 * beeped, one with other bytes, and, but of a device whose folder was copied back, on one recorded
 * twice or set aside, unless the device is revoked. */
void ledger_look(struct ledger *ledger, struct record *reader);
/* A receipt or a standing is about to leave the server: all it vouches for must be visible to
 * `reader`. */
void ledger_check_vouched(struct ledger *ledger, struct record *reader, const char *device,
                          uint64_t epoch, uint64_t through);
/* Everything is drained: every beep is recorded; a look from the start finds the same. */
void ledger_check_end(struct ledger *ledger, struct record *reader);

#endif
