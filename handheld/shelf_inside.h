/* shelf_inside.h - what the files of the shelf share: shelf.c (the file: open, close,
 * transactions), shelf_ask.c (running a statement), shelf_epochs.c, shelf_scans.c and
 * shelf_batches.c (the rows). For them alone. Rows are read and written without knowing SQLite. */
#ifndef TRAO_HANDHELD_SHELF_INSIDE_H
#define TRAO_HANDHELD_SHELF_INSIDE_H

#include "handheld/known.h"
#include "handheld/shelf.h"

enum query {
#define Q(name, sql) Q_##name,
#include "handheld/shelf_queries.def"
#undef Q
    Q_COUNT
};

struct shelf {
    struct sqlite3 *db;
    struct sqlite3_stmt *statement[Q_COUNT];
    bool damaged; /* each row is asked of the disk: what can be read before it fails counts */
    struct known known;
};

/* The code and the sentence of what the last call failed of. Returns false. */
bool shelf_failed(struct shelf *shelf, const char *doing, struct error *err);

/* Prepares (once) and binds: 'i' int64_t, 't' const char *, 'b' const void * and size_t. */
bool shelf_ask(struct shelf *shelf, enum query query, struct error *err, const char *types,
               ...) must_use;
/* One step: true and *ret_row, or false with the error. The statement rests unless it gave a row.
 */
bool shelf_step(struct shelf *shelf, enum query query, bool *ret_row, struct error *err) must_use;
/* The one step of a statement that gives no row. */
bool shelf_finish(struct shelf *shelf, enum query query, struct error *err) must_use;
/* Asks for one row; NOT_FOUND when there is none. On true the caller reads columns, then rests. */
bool shelf_found(struct shelf *shelf, enum query query, struct error *err) must_use;
void shelf_rest(struct shelf *shelf, enum query query);
/* A query of one number; `none` when it gives no row. */
bool shelf_one_number(struct shelf *shelf, enum query query, uint64_t none, uint64_t *ret_number,
                      struct error *err) must_use;

/* Of the row that stands. */
int64_t shelf_column_int(struct shelf *shelf, enum query query, int i);
/* Copies a blob of at most `size` bytes; 0 for anything longer: it cannot be ours. */
size_t shelf_column_blob(struct shelf *shelf, enum query query, int i, void *out, size_t size);
struct link shelf_column_link(struct shelf *shelf, enum query query, int i); /* zeros: none */

#endif
