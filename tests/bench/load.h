/* load.h - a handheld that never sleeps: sealed batches made beforehand, sent over TLS as fast as a
 * window of unreceipted ones allows, or at a pace; the time to each receipt is kept. */
#ifndef TRAO_TESTS_BENCH_LOAD_H
#define TRAO_TESTS_BENCH_LOAD_H

#include <pthread.h>
#include <semaphore.h>

#include "protocol/item.h"
#include "protocol/session.h"
#include "protocol/wire.h"
#include "tests/bench/disk.h"
#include "tests/lib/world.h"

struct load_batch {
    uint8_t *bytes;
    size_t n;
    uint64_t last_seq;
    double sent_ms, receipt_ms; /* 0: not yet */
};

struct load {
    struct hand hand;
    struct seal_secret key;
    struct seal_public server;
    struct session *session;
    sem_t *news; /* posted when a receipt came */
    struct load_batch *batch;
    size_t batches;
    size_t next; /* to be sent */
    size_t receipted;
    uint64_t epoch;
    const struct item *issued; /* what its first scans are of; borrowed, NULL none */
    size_t issued_n;
    bool up;
    pthread_mutex_t lock; /* over what both threads use: up, receipted, receipt_ms */
};

/* Enrols a handheld of this name, as the program does, and opens its session; `news` is posted at
 * each receipt, for a load generator that spins would take the core it measures. */
void load_open(struct load *load, struct world *world, const char *name, sem_t *news);
/* `batches` of `per` scans in one chain of a new epoch: items of four scans each, those of
 * `issued`, then such as nobody issued. */
void load_make(struct load *load, size_t batches, uint32_t per);
/* Sends the next batch if fewer than `window` are unreceipted; false when it could not. */
bool load_send(struct load *load, size_t window);
size_t load_receipted(struct load *load);
/* Appends the times to the receipts, ms; returns how many. */
size_t load_times(const struct load *load, double *out);
/* CPU time a program has used, us. */
double cpu_us(const struct proc *proc);
void load_close(struct load *load);

#endif
