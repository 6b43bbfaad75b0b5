/* saved.h - what views.db keeps of an entry, as one run of bytes: fields as they stand in memory,
 * for the file is made anew on another machine, then the refs, then what the till knows of it, all
 * without its zeros (zeros.h; docs/decisions/0159, 0169). Private to this folder. */
#ifndef TRAO_SERVER_VIEWS_SAVED_H
#define TRAO_SERVER_VIEWS_SAVED_H

#include "server/views/table.h"

/* Copies of entries in order of place, so that the table may go on. */
struct saved_row {
    uint32_t place; /* among all entries */
    uint32_t n;     /* its bytes, which follow those of the row before */
};
struct saved {
    struct saved_row *row;
    size_t rows;
    uint8_t *bytes;
    size_t n, room;
    uint8_t *plain; /* one of them, before it is packed */
    size_t plain_room;
};

/* Copies all entries that are dirty; they stay so. False without memory. Puts the list of them in
 * order of place. */
bool saved_dirty(struct table *table, struct saved *ret_saved);
void saved_free(struct saved *saved);

/* How such bytes lie on this machine, as one number: of another they cannot be read. */
uint64_t saved_shape(void);
/* Takes these bytes in as the table's next entry. BROKEN if they cannot be such; LATER without
 * memory. */
bool saved_read(const void *bytes, size_t n, struct table *table, struct error *err) must_use;

#endif
