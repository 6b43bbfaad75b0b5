/* disk.h - what the disk can do just now: small overwrites, each made durable, as a commit does. */
#ifndef TRAO_TESTS_BENCH_DISK_H
#define TRAO_TESTS_BENCH_DISK_H

#include <stddef.h>

struct spread {
    double p50_ms, p99_ms;
    size_t n;
};

/* Sorts `ms` in place. n may be 0. */
struct spread spread_of(double *ms, size_t n);

/* fdatasync after 4 KB overwrites of a file in `dir`, for `seconds`. Exits when it cannot. */
struct spread disk_measure(const char *dir, double seconds);

double now_ms(void); /* monotonic */

#endif
