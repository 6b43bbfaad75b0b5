/* bag.h - the round in a handheld of the simulated world: parts come down, lost, doubled and
 * shuffled; it is held once all are there, and a hello says so. Stands for the vault (vault.h),
 * which would take a second of argon2id for each PIN; what it holds is opened and read like the
 * vault's. */
#ifndef TRAO_TESTS_SIM_BAG_H
#define TRAO_TESTS_SIM_BAG_H

#include "handheld/uplink.h"
#include "tests/sim/env.h"

struct bag {
    struct env *env;
    const char *device;
    const struct seal_secret *seal;
    uint32_t badge;
    struct box_public key;
    struct box_secret secret;
    bool revoked;
    /* held whole, as on the disk: it outlives a kill */
    uint64_t round;
    uint32_t revision, stops;
    /* coming, in memory */
    uint64_t coming_round;
    uint32_t coming_revision, coming_parts, coming_stops, listed;
    uint64_t came;
    bool asks; /* a hello should say what is held since */
    uint64_t taken;
};

void bag_init(struct bag *bag, struct env *env, const char *device, const struct seal_secret *seal,
              uint32_t badge);
void bag_kill(struct bag *bag); /* the handheld dies: what was coming is forgotten */
struct uplink_came bag_came(struct bag *bag);
bool bag_asks(struct bag *bag); /* true once */

#endif
