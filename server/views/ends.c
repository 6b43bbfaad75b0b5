#include "server/views/ends.h"

#include <stdlib.h>

static uint32_t *day_of_entry(const struct table *table, const struct tracked *entry)
{
    return &table->ends[board_place(day_of(entry->since_arrival))];
}

static struct tracked *neighbour(const struct table *table, uint32_t next)
{
    return next == 0 ? NULL : table->entries.all[next - 1];
}

void ends_drop(struct table *table, struct tracked *entry)
{
    if (entry->end != END_LISTED)
        return;
    struct tracked *before = neighbour(table, entry->end_before),
                   *after = neighbour(table, entry->end_after);
    *(before == NULL ? day_of_entry(table, entry) : &before->end_after) = entry->end_after;
    if (after != NULL)
        after->end_before = entry->end_before;
    entry->end = END_NONE;
}

bool ends_add(struct table *table, struct tracked *entry)
{
    if (entry->end != END_NONE || entry->issue_seq == 0 || !status_is_final(entry->status))
        return true;
    if (table->ends == NULL)
        table->ends = calloc(BOARD_DAYS, sizeof *table->ends);
    if (table->ends == NULL)
        return false;
    uint32_t *first = day_of_entry(table, entry);
    struct tracked *after = neighbour(table, *first);
    entry->end_before = 0;
    entry->end_after = *first;
    if (after != NULL)
        after->end_before = entry->index + 1;
    *first = entry->index + 1;
    entry->end = END_LISTED;
    return true;
}

void ends_forget(struct table *table, struct tracked *entry)
{
    ends_drop(table, entry);
    entry->end = END_FORGOTTEN;
}

size_t ends_next(const struct table *table, size_t place)
{
    while (place < BOARD_DAYS && (table->ends == NULL || table->ends[place] == 0))
        place++;
    return place;
}

bool ends_copy(const struct table *table, size_t place, struct item **new_ended, size_t *ret_n)
{
    const struct tracked *first = neighbour(table, table->ends[place]);
    size_t n = 0;
    for (const struct tracked *at = first; at != NULL; at = neighbour(table, at->end_after))
        n++;
    struct item *ended = calloc(n == 0 ? 1 : n, sizeof *ended), *out = ended;
    if (ended == NULL)
        return false;
    for (const struct tracked *at = first; at != NULL; at = neighbour(table, at->end_after))
        *out++ = at->item;
    *new_ended = ended;
    *ret_n = n;
    return true;
}
