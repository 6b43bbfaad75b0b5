/* behind.h - how far the views are behind commits while a load runs, asked of the server itself
 * twenty times a second as a scraper would: /metrics, with the word. */
#ifndef TRAO_TESTS_BENCH_BEHIND_H
#define TRAO_TESTS_BENCH_BEHIND_H

#include "tests/bench/disk.h"
#include "tests/lib/world.h"

struct behind;

struct behind *behind_begin(struct world *world);
/* Spread of what was seen, the most, and how many commits the server made meanwhile; ends. */
struct spread behind_end(struct behind *behind, double *ret_most_ms, double *ret_commits);

#endif
