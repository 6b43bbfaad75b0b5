#include "tests/bench/flow.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define QUIET_MS 30000 /* no receipt for so long: something is wrong */

void flow_open(struct flow *flow, struct world *world, size_t devices)
{
    flow->devices = devices;
    sem_init(&flow->news, 0, 0);
    for (size_t at = 0; at < devices; at++) {
        char name[16];
        snprintf(name, sizeof name, "HH-%03zu", at + 1);
        load_open(&flow->load[at], world, name, &flow->news);
    }
}

void flow_close(struct flow *flow)
{
    for (size_t at = 0; at < flow->devices; at++)
        load_close(&flow->load[at]);
    sem_destroy(&flow->news);
}

void flow_make(struct flow *flow, size_t messages, uint32_t per)
{
    for (size_t at = 0; at < flow->devices; at++)
        load_make(&flow->load[at], messages, per);
}

static size_t receipted(struct flow *flow)
{
    size_t n = 0;
    for (size_t at = 0; at < flow->devices; at++)
        n += load_receipted(&flow->load[at]);
    return n;
}

/* One round over the devices; false when nothing could be sent. */
static bool send_round(struct flow *flow)
{
    bool sent = false;
    for (size_t at = 0; at < flow->devices; at++)
        sent |= load_send(&flow->load[at], FLOW_WINDOW);
    return sent;
}

/* One message, of the device whose turn it is, or the next that may send; false when none may. */
static bool send_next(struct flow *flow)
{
    for (size_t i = 0; i < flow->devices; i++) {
        struct load *load = &flow->load[flow->turn];
        flow->turn = (flow->turn + 1) % flow->devices;
        if (load_send(load, FLOW_WINDOW))
            return true;
    }
    return false;
}

/* Until a receipt came or `ms` have passed. */
static void wait_for_news(struct flow *flow, double ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(ms * 1e6);
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (sem_timedwait(&flow->news, &until) != 0)
        return;
    while (sem_trywait(&flow->news) == 0)
        continue;
}

double flow_send(struct flow *flow, double pace)
{
    size_t total = 0, done = 0;
    for (size_t at = 0; at < flow->devices; at++)
        total += flow->load[at].batches;
    double begun = now_ms(), moved = begun, due = begun;
    while (done < total) {
        if (now_ms() >= due && (pace > 0 ? send_next(flow) : send_round(flow)))
            due = pace > 0 ? due + 1e3 / pace : begun;
        else
            wait_for_news(flow, pace > 0 && due - now_ms() < 5 ? 0.2 : 5);
        size_t now_done = receipted(flow);
        if (now_done != done)
            moved = now_ms();
        done = now_done;
        if (now_ms() - moved > QUIET_MS)
            world_fail(flow->load[0].hand.world, "%zu of %zu messages receipted, then silence",
                       done, total);
    }
    return now_ms() - begun;
}

struct spread flow_receipts(const struct flow *flow)
{
    size_t total = 0, n = 0;
    for (size_t at = 0; at < flow->devices; at++)
        total += flow->load[at].batches;
    double *times = calloc(total + 1, sizeof *times);
    for (size_t at = 0; times != NULL && at < flow->devices; at++)
        n += load_times(&flow->load[at], times + n);
    struct spread spread = spread_of(times, n);
    free(times);
    return spread;
}
