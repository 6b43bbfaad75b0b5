/* packed.h - a fact as memory keeps it: its words that are not zero, and which those are. About 130
 * bytes of a scan, 150 of an office fact, of the 920 that the fold works with. Private to this
 * folder; pure. */
#ifndef TRAO_SERVER_VIEWS_PACKED_H
#define TRAO_SERVER_VIEWS_PACKED_H

#include "server/delivery/fold.h"

/* 64-bit words of a fact; two numbers have a bit for each. */
#define PACKED_WORDS (sizeof(struct fact) / sizeof(uint64_t))
#define PACKED_MAX (sizeof(struct fact) + 2 * sizeof(uint64_t))

/* Writes at most PACKED_MAX bytes; returns how many, a multiple of 8. */
size_t fact_pack(const struct fact *fact, uint64_t *out);
/* `packed` as fact_pack wrote it; padding comes back as it was. */
void fact_unpack(const uint64_t *packed, struct fact *ret_fact);

#endif
