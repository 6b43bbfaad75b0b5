/* facts.h - from the record's rows to the fold's facts. Private to this folder. */
#ifndef TRAO_SERVER_VIEWS_FACTS_H
#define TRAO_SERVER_VIEWS_FACTS_H

#include "server/views/table.h"

/* A reader of the record that remembers the batches it read last: fifty items touched by one batch
 * read it once. One thread at a time. */
struct facts;
bool facts_open(const char *record_path, struct facts **ret_facts, struct error *err) must_use;
void facts_close(struct facts *facts); /* NULL is fine */
struct record *facts_record(struct facts *facts);

/* Reads the item's facts and folds them by `rules`. `new_facts` (NULL: not wanted) is the caller's
 * to free. */
bool facts_fold(struct facts *facts, const struct rules *rules, const struct item *item,
                const ref *refs, size_t n, struct view *ret_view, struct fact **new_facts,
                struct error *err) must_use;

/* Calls `each` for every readable scan of a batch; what cannot be read has its verdict in the
 * receipt and belongs to no item. BROKEN if the stored batch itself cannot be read. */
bool facts_of_batch(const struct record_batch *row,
                    bool (*each)(void *ctx, uint32_t index, const struct scan *scan), void *ctx,
                    struct error *err) must_use;

#endif
