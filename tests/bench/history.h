/* history.h - a record of many items, each with its whole life, made through the record's own calls
 * without network or seals' cost in the way: what the benches of the views read. */
#ifndef TRAO_TESTS_BENCH_HISTORY_H
#define TRAO_TESTS_BENCH_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/chain.h"

/* Each item: issued, printed, handed over; picked up, arrived, out, delivered on four days by four
 * batches of 50. The last four days' items are still on their way. */
#define HISTORY_OFFICE_FACTS 3
#define HISTORY_SCANS 4

struct history {
    uint64_t items, office_facts, scans;
    int64_t now_ms; /* of the record's clock at the end */
    uint64_t sealed_bytes;
    struct seal_secret server_key; /* of the office chain */
};

/* Makes `path`; ends the program with a sentence when it cannot. `items_a_day` is rounded up to
 * whole batches. */
void history_make(const char *path, uint64_t items, uint64_t items_a_day,
                  struct history *ret_history);

#endif
