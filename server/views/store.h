/* store.h - views.db: the table on disk, just behind memory. Private to this folder; one thread at
 * a time. */
#ifndef TRAO_SERVER_VIEWS_STORE_H
#define TRAO_SERVER_VIEWS_STORE_H

#include "server/record/db.h"
#include "server/views/table.h"

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

/* What store_write needs of a dirty entry, copied so that the table may go on. */
struct saved {
    uint32_t place; /* among all entries */
    struct item item;
    bool folded;
    enum status status;
    uint32_t doubts;
    struct instant since_arrival;
    uint64_t issue_seq;
    struct dues dues[VIEW_CLOCKS];
    struct marks marks;
    struct till_said money;
    uint8_t *refs; /* 8 bytes each, big end first */
    size_t refs_bytes;
};
/* `rules` are the office seqs of all facts that set rules, up to the mark. Sorts `saved`. */
bool store_write(struct store *store, struct saved *saved, size_t n, const struct seqs *rules,
                 const struct mark *mark, struct error *err) must_use;

/* Copies `entry`; false without memory. */
bool saved_of(const struct table *table, const struct tracked *entry, struct saved *ret_saved);
void saved_free(struct saved *saved, size_t n);

#endif
