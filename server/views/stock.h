/* stock.h - facts of the items that were touched last, kept in memory as they were read, so that an
 * item is folded without reading the record again. What does not fit goes, items that
 * are done first, then the one touched longest ago; it can always be read again. Private to this
 * folder, the feeding thread's.
 *
 * A bundle is whole when it has as many facts as its entry has refs. Facts are kept packed
 * (packed.h).
 */
#ifndef TRAO_SERVER_VIEWS_STOCK_H
#define TRAO_SERVER_VIEWS_STOCK_H

#include "server/views/packed.h"
#include "server/views/table.h"

struct bundle;

/* Bundles, those touched last at one end, near enough. */
struct stock_row {
    struct bundle *newest, *oldest;
    size_t n;
};

/* Zeroed: empty. */
struct stock {
    struct stock_row open, done; /* done: nothing is likely to follow */
    size_t bytes;
    uint64_t added; /* facts so far */
    struct slab slab;
    struct fact *scratch; /* unpacked facts of one item */
    size_t scratch_room;
};

void stock_done(struct stock *stock);
/* Adds a packed fact of `bytes` to the entry's bundle; `entry` has it among its refs already.
 * Without the facts before it, or without memory, the bundle is dropped instead. `is_last`: nothing
 * is likely to follow, so it may go first. */
void stock_add(struct stock *stock, struct tracked *entry, const uint64_t *packed, size_t bytes,
               bool is_last);
/* Puts all facts of an entry there, after they were read from the record. */
void stock_put(struct stock *stock, struct tracked *entry, const struct fact *facts, size_t n);
/* The entry's facts, all of them, or NULL: not there, or no memory. The stock's own until the next
 * call; the caller may sort them. */
struct fact *stock_read(struct stock *stock, const struct tracked *entry);
/* The entry to go first, NULL when the stock is empty. */
struct tracked *stock_oldest(const struct stock *stock);
/* Begins to bring what goes after `entry` near the processor. */
void stock_fetch_after(const struct tracked *entry);
/* How many there are of which nothing is likely to follow. */
size_t stock_done_n(const struct stock *stock);
void stock_drop(struct stock *stock, struct tracked *entry);

/* The entry's bundle, off the stock; NULL if it is not whole. It goes by stock_free, and no later
 * than the stock. */
struct bundle *stock_detach(struct stock *stock, struct tracked *entry);
void stock_free(struct stock *stock, struct bundle *bundle);
/* Any thread's, while it has the bundle. */
size_t bundle_facts(const struct bundle *bundle);
void bundle_read(const struct bundle *bundle, struct fact *out); /* bundle_facts of them */
/* Its facts are not wanted any more: what they took goes to `returns`, all but the bundle, which
 * stock_free takes. */
void bundle_empty(struct bundle *bundle, struct slab_returns *returns);
void bundle_fetch(const struct bundle *bundle); /* begins to bring it near the processor */
/* Drops everything and gives the memory back. */
void stock_clear(struct stock *stock);

#endif
