/* rig.h - an outbox in a folder of its own, with a clock that stands still until it is moved and
 * chance from a counter. For the tests of this folder. */
#ifndef TRAO_TESTS_HANDHELD_RIG_H
#define TRAO_TESTS_HANDHELD_RIG_H

#include "handheld/outbox.h"

#define RIG_DEVICE "HH-042"

struct rig {
    char dir[64];
    int64_t wall_ms, mono_ms;
    uint64_t boot;
    uint64_t drawn;
    struct seal_secret key;
    struct seal_public public;
    struct outbox *outbox;
    char told[256]; /* the last alarm */
    int tells;
    uint64_t generation, serial; /* of receipts: 7 and 1 at first */
};

void rig_init(struct rig *rig); /* makes the folder and opens the outbox */
void rig_done(struct rig *rig); /* closes, removes the folder */
struct clock rig_clock(struct rig *rig);
struct chance rig_chance(struct rig *rig);
void rig_open(struct rig *rig);
bool rig_try_open(struct rig *rig, struct error *err);
void rig_kill(struct rig *rig); /* as kill -9 leaves it, then opens again */

/* A scan of the n-th invented item, not yet added. */
struct scan rig_scan(struct rig *rig, uint32_t n, uint32_t event);
/* Adds `count` beeps, the items from `from` on. */
void rig_beep(struct rig *rig, uint32_t from, uint32_t count);
uint64_t rig_unsent(struct rig *rig);
uint64_t rig_set_aside(struct rig *rig);

/* Runs SQL against the file while nobody has it open: the outbox is closed as by a kill before and
 * opened again after it. */
void rig_damage(struct rig *rig, const char *sql);

/* The first batch behind `after`, cutting anything; fails the test if there is none. */
struct outbox_batch rig_next(struct rig *rig, struct outbox_at after);
/* A receipt for all of `batch`, of generation {7, serial 1} unless the rig says another. */
struct receipt rig_receipt(const struct rig *rig, const struct outbox_batch *batch);
enum outbox_taken rig_take(struct rig *rig, const struct receipt *receipt);
/* Says hello and gives the answer of a server of that generation that has `through` of each epoch
 * asked for, with `link`. Returns whether it should be asked again. */
bool rig_stand(struct rig *rig, uint64_t generation, uint64_t serial, uint64_t through,
               const struct link *link);

/* Takes everything that is to be sent, as rig_receipt's server would, checking
 * seals and links; gives receipts. Returns how many scans came, and counts their items in `seen`
 * (serials below 1000). */
uint32_t rig_drain(struct rig *rig, uint8_t seen[1000]);
/* What a server has of one epoch: its scans' links. Of generation {7, serial 1} where it says none.
 */
struct rig_kept {
    uint64_t generation, serial;
    uint64_t epoch, through;
    struct link link[200]; /* of scan i */
};
void rig_keep(struct rig_kept *kept, const struct outbox_batch *sent);
struct standing rig_answer(const struct rig_kept *kept, const struct hello *hello);
/* Asks until nothing is left to ask; returns how often. */
int rig_settle(struct rig *rig, const struct rig_kept *kept);

/* The path of a file in the rig's folder. */
void rig_path(const struct rig *rig, char out[96], const char *name);

#endif
