/* ordered.h - an item's facts in an order. Facts are large and come nearly in order: they stay
 * where they are, unless there are many of them. Pure; for the fold. */
#ifndef TRAO_SERVER_DELIVERY_ORDERED_H
#define TRAO_SERVER_DELIVERY_ORDERED_H

#include "server/delivery/fold.h"

#define ORDERED_FEW 64 /* more than nearly all items see */

struct ordered {
    struct fact *facts;
    size_t n;
    /* from[i] is the one that belongs in place i; of more facts each stands in its place. */
    uint8_t from[ORDERED_FEW];
};

static inline struct fact *ordered_at(const struct ordered *ordered, size_t i)
{
    return &ordered->facts[ordered->n > ORDERED_FEW ? i : ordered->from[i]];
}

/* By `compare` of two struct fact. */
void ordered_sort(struct ordered *ordered, int (*compare)(const void *a, const void *b));
/* Moves each to its place. */
void ordered_settle(struct ordered *ordered);

#endif
