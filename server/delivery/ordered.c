#include "server/delivery/ordered.h"

#include <stdlib.h>

void ordered_sort(struct ordered *ordered, int (*compare)(const void *a, const void *b))
{
    struct fact *facts = ordered->facts;
    uint8_t *from = ordered->from;
    if (ordered->n > ORDERED_FEW) {
        qsort(facts, ordered->n, sizeof *facts, compare);
        return;
    }
    for (size_t i = 0; i < ordered->n; i++) {
        size_t at = i;
        for (; at > 0 && compare(&facts[from[at - 1]], &facts[i]) > 0; at--)
            from[at] = from[at - 1];
        from[at] = (uint8_t)i;
    }
}

/* Each is moved once, and only if it must. */
void ordered_settle(struct ordered *ordered)
{
    struct fact *facts = ordered->facts;
    uint8_t *from = ordered->from;
    for (size_t i = 0; ordered->n <= ORDERED_FEW && i < ordered->n; i++) {
        if (from[i] == i)
            continue;
        struct fact first = facts[i];
        size_t at = i;
        for (size_t next; (next = from[at]) != i; at = next) {
            facts[at] = facts[next];
            from[at] = (uint8_t)at;
        }
        facts[at] = first;
        from[at] = (uint8_t)at;
    }
}
