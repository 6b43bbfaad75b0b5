/* facts.h - from the record's rows to the fold's facts. Private to this folder. */
#ifndef TRAO_SERVER_VIEWS_FACTS_H
#define TRAO_SERVER_VIEWS_FACTS_H

#include "server/views/table.h"

/* Reads the item's facts and folds them. `ret_facts` (NULL: not wanted) is the caller's to free.
 * The record is a reader of the calling thread's. */
bool facts_fold(struct record *record, const struct item *item, const ref *refs, size_t n,
                struct view *ret_view, struct fact **ret_facts, struct error *err) must_use;

/* Calls `each` for every readable scan of a batch; what cannot be read has its verdict in the
 * receipt and belongs to no item. BROKEN if the stored batch itself cannot be read. */
bool facts_of_batch(const struct record_batch *row,
                    bool (*each)(void *ctx, uint32_t index, const struct scan *scan), void *ctx,
                    struct error *err) must_use;

#endif
