/* store.h - views.db: the table on disk, just behind memory. Private to this folder; one thread at
 * a time. */
#ifndef TRAO_SERVER_VIEWS_STORE_H
#define TRAO_SERVER_VIEWS_STORE_H

#include "server/record/db.h"
#include "server/views/saved.h"

struct store;

/* Opens or makes the file. What is of another layout or generation is emptied, what is no database
 * or damaged is made anew: the record has it all. */
bool store_open(const char *path, uint64_t generation, struct store **ret_store,
                struct error *err) must_use;
void store_close(struct store *store);

/* Reads everything into an empty table. */
bool store_read(struct store *store, struct table *table, struct seqs *rules,
                struct error *err) must_use;
/* Forgets everything on disk. */
bool store_empty(struct store *store, struct error *err) must_use;

/* `rules` are the office seqs of all facts that set rules, up to the mark. */
bool store_write(struct store *store, const struct saved *saved, const struct seqs *rules,
                 const struct mark *mark, struct error *err) must_use;

#endif
