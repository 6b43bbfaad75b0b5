/* flow.h - many handhelds that send at once (load.h), led by one thread. */
#ifndef TRAO_TESTS_BENCH_FLOW_H
#define TRAO_TESTS_BENCH_FLOW_H

#include "tests/bench/load.h"

#define FLOW_DEVICES 32
#define FLOW_WINDOW 8 /* messages under way, each */

struct flow {
    struct load load[FLOW_DEVICES];
    size_t devices, turn; /* whose turn it is, at a pace */
    sem_t news;           /* of all sessions */
};

/* Enrols and connects them: HH-001 and so on. */
void flow_open(struct flow *flow, struct world *world, size_t devices);
void flow_close(struct flow *flow);
/* `messages` of `per` scans for each. */
void flow_make(struct flow *flow, size_t messages, uint32_t per);
/* Sends all of them until receipted, as they go (pace 0) or so many messages a second, evenly, one
 * device after the other; ms. */
double flow_send(struct flow *flow, double pace);
/* The times to their receipts. */
struct spread flow_receipts(const struct flow *flow);

#endif
