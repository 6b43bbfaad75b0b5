/* evidence.h - what the server's record holds, read from its file as a stranger would: every scan
 * of every batch that counts. */
#ifndef TRAO_TESTS_JOURNEY_EVIDENCE_H
#define TRAO_TESTS_JOURNEY_EVIDENCE_H

#include "protocol/scan.h"
#include "tests/lib/world.h"

struct evidence_row {
    char device[33];
    uint64_t epoch;
    struct scan scan;
};

struct evidence {
    struct evidence_row *row;
    size_t n, room;
    size_t set_aside; /* batches with a verdict */
    struct world *world;
};

/* Fails the test when the record cannot be read. */
void evidence_read(struct evidence *evidence, struct world *world);
void evidence_free(struct evidence *evidence);
/* How often the item has this event. */
unsigned evidence_count(const struct evidence *evidence, const char *item, enum event event);
/* The number of scans in the record just now. */
size_t evidence_scans(struct world *world);

#endif
