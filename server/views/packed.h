/* packed.h - a fact as memory keeps it, before it is folded: what it is besides its scan or office
 * fact in as few words as say it, and of that the words that are not zero. About 110 bytes of a
 * scan, 130 of an office fact, of the 920 that the fold works with. Of a folded view the same: some
 * 500 bytes of 2,400. Private to this folder; pure.
 */
#ifndef TRAO_SERVER_VIEWS_PACKED_H
#define TRAO_SERVER_VIEWS_PACKED_H

#include "server/views/views.h"

/* The flags, five words before and three masks among the fact's own. */
#define PACKED_MAX (sizeof(struct fact) + 3 * sizeof(uint64_t))

/* Writes at most PACKED_MAX bytes; returns how many, a multiple of 8. What the fold writes is not
 * kept, `seq` is that of the scan or office fact. */
size_t fact_pack(const struct fact *fact, uint64_t *out);
/* `packed` as fact_pack wrote it, in aligned memory of any content. */
void fact_unpack(const uint64_t *packed, struct fact *ret_fact);

/* A mask for each 64 words, and the words. */
#define PACKED_VIEW_MAX (sizeof(struct view) + (sizeof(struct view) / 512 + 1) * sizeof(uint64_t))

/* Writes at most PACKED_VIEW_MAX bytes; returns how many, a multiple of 8. */
size_t view_pack(const struct view *view, uint64_t *out);
void view_unpack(const uint64_t *packed, struct view *ret_view);

#endif
