/* desk.h - the people of the office and the post in the simulated world: rounds built, given and
 * changed, envelopes moved from hand to hand, facts taken back, cases, charges and prices, a
 * handheld revoked and what it hands in admitted. Every act is the program's own, with its own
 * refusals; the server may die around any of them. */
#ifndef TRAO_TESTS_SIM_DESK_H
#define TRAO_TESTS_SIM_DESK_H

#include "tests/sim/site.h"

#define DESK_DEVICES_MAX 100

struct desk {
    struct env *env;
    struct site *site;
    const struct item *item;
    size_t items;
    const char *device[DESK_DEVICES_MAX]; /* borrowed names */
    size_t devices;
    uint64_t done, refused, admitted;
};

/* Until the calm days, now and then. */
void desk_init(struct desk *desk, struct env *env, struct site *site, const struct item *items,
               size_t n);
void desk_know(struct desk *desk, const char *device);
/* All scans have arrived: what revoked handhelds handed in is admitted. May be said again. */
void desk_close(struct desk *desk);

#endif
