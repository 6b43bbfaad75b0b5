#include "server/views/stock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct packed {
    struct packed *next; /* in the order they were added */
    size_t n;            /* with this head */
    uint8_t bytes[];
};

struct bundle {
    struct tracked *entry;
    struct bundle *newer, *older;
    struct packed *first, *last;
    size_t facts, bytes;
};

/* ------------------------------------------------------------------ packing */

/* A fact in three parts: what all kinds have, the kind's own (long, and mostly zeros at its end),
 * and what stands after it. */
#define HEAD_BYTES offsetof(struct fact, scan)
#define BODY_BYTES                                                                                 \
    (sizeof(struct office_fact) > sizeof(struct scan) ? sizeof(struct office_fact)                 \
                                                      : sizeof(struct scan))
#define TAIL_AT (offsetof(struct fact, scan) + BODY_BYTES)
#define TAIL_BYTES (sizeof(struct fact) - TAIL_AT)

static size_t body_bytes(const struct fact *fact)
{
    const uint8_t *body = (const uint8_t *)&fact->scan;
    size_t n = fact->is_scan ? sizeof fact->scan : sizeof fact->office;
    uint64_t word;
    for (; n >= sizeof word; n -= sizeof word) {
        memcpy(&word, body + n - sizeof word, sizeof word);
        if (word != 0)
            break;
    }
    return n;
}

static void pack(const struct fact *fact, uint16_t body, uint8_t *out)
{
    memcpy(out, &body, sizeof body);
    memcpy(out + sizeof body, fact, HEAD_BYTES + body);
    memcpy(out + sizeof body + HEAD_BYTES + body, (const uint8_t *)fact + TAIL_AT, TAIL_BYTES);
}

static size_t packed_bytes(size_t body)
{
    return sizeof(uint16_t) + HEAD_BYTES + body + TAIL_BYTES;
}

static void unpack(const uint8_t *at, struct fact *ret_fact)
{
    uint16_t body;
    memcpy(&body, at, sizeof body);
    uint8_t *to = (uint8_t *)ret_fact;
    memcpy(to, at + sizeof body, HEAD_BYTES + body);
    memset(to + HEAD_BYTES + body, 0, BODY_BYTES - body);
    memcpy(to + TAIL_AT, at + sizeof body + HEAD_BYTES + body, TAIL_BYTES);
}

/* ------------------------------------------------------------------ the row of bundles */

static void unlink_bundle(struct stock *stock, struct bundle *bundle)
{
    if (bundle->newer != NULL)
        bundle->newer->older = bundle->older;
    else
        stock->newest = bundle->older;
    if (bundle->older != NULL)
        bundle->older->newer = bundle->newer;
    else
        stock->oldest = bundle->newer;
    stock->bytes -= bundle->bytes;
}

static void link_oldest(struct stock *stock, struct bundle *bundle)
{
    bundle->older = NULL;
    bundle->newer = stock->oldest;
    if (stock->oldest != NULL)
        stock->oldest->older = bundle;
    else
        stock->newest = bundle;
    stock->oldest = bundle;
    stock->bytes += bundle->bytes;
}

static void link_newest(struct stock *stock, struct bundle *bundle)
{
    bundle->newer = NULL;
    bundle->older = stock->newest;
    if (stock->newest != NULL)
        stock->newest->newer = bundle;
    else
        stock->oldest = bundle;
    stock->newest = bundle;
    stock->bytes += bundle->bytes;
}

void stock_drop(struct stock *stock, struct tracked *entry)
{
    if (entry->bundle == NULL)
        return;
    unlink_bundle(stock, entry->bundle);
    for (struct packed *at = entry->bundle->first, *next; at != NULL; at = next) {
        next = at->next;
        slab_give(&stock->slab, at, at->n);
    }
    slab_give(&stock->slab, entry->bundle, sizeof *entry->bundle);
    entry->bundle = NULL;
}

void stock_clear(struct stock *stock)
{
    while (stock->oldest != NULL)
        stock_drop(stock, stock->oldest->entry);
    slab_done(&stock->slab);
}

void stock_done(struct stock *stock)
{
    stock_clear(stock);
    free(stock->scratch);
    *stock = (struct stock){0};
}

struct tracked *stock_oldest(const struct stock *stock)
{
    return stock->oldest == NULL ? NULL : stock->oldest->entry;
}

/* ------------------------------------------------------------------ in and out */

/* The entry's bundle off its place in the row, a fresh one if need be; NULL without memory. */
static struct bundle *bundle_take(struct stock *stock, struct tracked *entry)
{
    if (entry->bundle != NULL) {
        unlink_bundle(stock, entry->bundle);
        return entry->bundle;
    }
    struct bundle *bundle = slab_take(&stock->slab, sizeof *bundle);
    if (bundle != NULL)
        *bundle = (struct bundle){.entry = entry, .bytes = sizeof *bundle};
    entry->bundle = bundle;
    return bundle;
}

/* Delivered or returned: seldom does anything follow. */
static bool is_last(const struct fact *fact)
{
    return fact->is_scan &&
           (fact->scan.event == EVENT_DELIVERED || fact->scan.event == EVENT_RETURNED);
}

static bool append(struct stock *stock, struct tracked *entry, const struct fact *fact)
{
    size_t body = body_bytes(fact), n = sizeof(struct packed) + packed_bytes(body);
    struct packed *packed = slab_take(&stock->slab, n);
    struct bundle *bundle = packed == NULL ? NULL : bundle_take(stock, entry);
    if (bundle == NULL) {
        slab_give(&stock->slab, packed, n);
        return false;
    }
    packed->next = NULL;
    packed->n = n;
    pack(fact, (uint16_t)body, packed->bytes);
    if (bundle->last != NULL)
        bundle->last->next = packed;
    else
        bundle->first = packed;
    bundle->last = packed;
    bundle->facts++;
    bundle->bytes += n;
    if (is_last(fact))
        link_oldest(stock, bundle);
    else
        link_newest(stock, bundle);
    return true;
}

void stock_add(struct stock *stock, struct tracked *entry, const struct fact *fact)
{
    size_t had = entry->bundle == NULL ? 0 : entry->bundle->facts;
    if (had + 1 != entry->refs_n || !append(stock, entry, fact))
        stock_drop(stock, entry);
}

void stock_put(struct stock *stock, struct tracked *entry, const struct fact *facts, size_t n)
{
    stock_drop(stock, entry);
    for (size_t i = 0; i < n; i++)
        if (!append(stock, entry, &facts[i]))
            return;
}

static bool scratch_for(struct stock *stock, size_t n)
{
    if (n <= stock->scratch_room)
        return true;
    struct fact *wider = realloc(stock->scratch, 2 * n * sizeof *wider);
    if (wider == NULL)
        return false;
    stock->scratch = wider;
    stock->scratch_room = 2 * n;
    return true;
}

struct fact *stock_read(struct stock *stock, const struct tracked *entry)
{
    const struct bundle *bundle = entry->bundle;
    if (bundle == NULL || bundle->facts != entry->refs_n || !scratch_for(stock, bundle->facts))
        return NULL;
    const struct packed *at = bundle->first;
    for (size_t i = 0; i < bundle->facts; i++, at = at->next)
        unpack(at->bytes, &stock->scratch[i]);
    return stock->scratch;
}
