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

/* Reads the item's facts. *new_facts is the caller's to free. */
bool facts_read(struct facts *facts, const struct item *item, const ref *refs, size_t n,
                struct fact **new_facts, struct error *err) must_use;
/* Folds them by `rules`, in place: pure. */
void facts_fold(struct fact *facts, size_t n, const struct rules *rules, struct view *ret_view);

/* Appends a batch's readable scans to `rows`, which has room for them. BROKEN if the stored batch
 * itself cannot be read. */
struct rows;
bool facts_of_batch(const struct record_batch *row, struct rows *rows, struct error *err) must_use;
/* Each of its readable scans; `each` returns false to stop. BROKEN likewise. */
bool facts_scans(const struct record_batch *row, bool (*each)(void *ctx, const struct fact *fact),
                 void *ctx, struct error *err) must_use;
/* An office fact as the fold sees it. */
bool facts_of_office(struct facts *facts, const struct office_fact *office, struct fact *ret_fact,
                     struct error *err) must_use;

#endif
