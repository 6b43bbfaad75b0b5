#include "server/notify/dirty.h"

#include <stdlib.h>
#include <string.h>

void dirty_note(struct dirty *dirty, const struct item *item)
{
    if (dirty->n == dirty->room) {
        size_t room = dirty->room ? dirty->room * 2 : 64;
        struct item *items = realloc(dirty->item, room * sizeof *items);
        if (!items) {
            dirty->lost = true;
            return;
        }
        dirty->item = items;
        dirty->room = room;
    }
    dirty->item[dirty->n++] = *item;
}

struct item *dirty_take(struct dirty *dirty, size_t *ret_n)
{
    struct item *items = dirty->item;
    *ret_n = dirty->n;
    dirty->item = NULL;
    dirty->n = dirty->room = 0;
    return items;
}

static int by_text(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct item));
}

size_t dirty_once(struct item *items, size_t n)
{
    size_t kept = 0;
    if (n > 0)
        qsort(items, n, sizeof *items, by_text);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !item_equal(&items[kept - 1], &items[i]))
            items[kept++] = items[i];
    return kept;
}

size_t dirty_first(const struct item *items, size_t n, const struct item *failed)
{
    for (size_t i = 0; i < n; i++)
        if (by_text(&items[i], failed) > 0)
            return i;
    return 0;
}
