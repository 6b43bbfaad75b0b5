/* dirty.h - items to look at: noted by whoever sees them change, in any order and with repeats, and
 * taken away each once. Whose it is locks it. */
#ifndef TRAO_SERVER_NOTIFY_DIRTY_H
#define TRAO_SERVER_NOTIFY_DIRTY_H

#include <stdbool.h>
#include <stddef.h>

#include "protocol/item.h"

struct dirty {
    struct item *item; /* on the heap */
    size_t n, room;
    bool lost; /* no memory to note one: look at all */
};

void dirty_note(struct dirty *dirty, const struct item *item);
/* All of them, and nothing is left: free() it, after dirty_once without the lock. */
struct item *dirty_take(struct dirty *dirty, size_t *ret_n);
/* Sorts them, each once; how many. */
size_t dirty_once(struct item *items, size_t n);
/* The first behind the one that failed last, so that one holds up no other. */
size_t dirty_first(const struct item *items, size_t n, const struct item *failed);

#endif
