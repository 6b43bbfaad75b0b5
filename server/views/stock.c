#include "server/views/stock.h"

#include <stdlib.h>
#include <string.h>

struct packed {
    struct packed *next; /* in the order they were added */
    size_t n;            /* bytes with this head */
    uint64_t words[];
};

struct bundle {
    struct tracked *entry;
    struct bundle *newer, *older;
    struct packed *first, *last;
    size_t facts, bytes;
};

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

void stock_free(struct stock *stock, struct bundle *bundle)
{
    for (struct packed *at = bundle->first, *next; at != NULL; at = next) {
        next = at->next;
        slab_give(&stock->slab, at, at->n);
    }
    slab_give(&stock->slab, bundle, sizeof *bundle);
}

void stock_drop(struct stock *stock, struct tracked *entry)
{
    if (entry->bundle == NULL)
        return;
    unlink_bundle(stock, entry->bundle);
    stock_free(stock, entry->bundle);
    entry->bundle = NULL;
}

static bool is_whole(const struct tracked *entry)
{
    return entry->bundle != NULL && entry->bundle->facts == entry->refs_n;
}

struct bundle *stock_detach(struct stock *stock, struct tracked *entry)
{
    struct bundle *bundle = entry->bundle;
    if (!is_whole(entry))
        return NULL;
    unlink_bundle(stock, bundle);
    entry->bundle = NULL;
    return bundle;
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

static bool append(struct stock *stock, struct tracked *entry, const uint64_t *words, size_t bytes,
                   bool is_last)
{
    size_t n = sizeof(struct packed) + bytes;
    struct packed *packed = slab_take(&stock->slab, n);
    struct bundle *bundle = packed == NULL ? NULL : bundle_take(stock, entry);
    if (bundle == NULL) {
        slab_give(&stock->slab, packed, n);
        return false;
    }
    packed->next = NULL;
    packed->n = n;
    memcpy(packed->words, words, bytes);
    if (bundle->last != NULL)
        bundle->last->next = packed;
    else
        bundle->first = packed;
    bundle->last = packed;
    bundle->facts++;
    bundle->bytes += n;
    if (is_last)
        link_oldest(stock, bundle);
    else
        link_newest(stock, bundle);
    return true;
}

void stock_add(struct stock *stock, struct tracked *entry, const uint64_t *packed, size_t bytes,
               bool is_last)
{
    size_t had = entry->bundle == NULL ? 0 : entry->bundle->facts;
    if (had + 1 != entry->refs_n || !append(stock, entry, packed, bytes, is_last))
        stock_drop(stock, entry);
}

void stock_put(struct stock *stock, struct tracked *entry, const struct fact *facts, size_t n)
{
    uint64_t words[PACKED_MAX / sizeof(uint64_t)];
    stock_drop(stock, entry);
    for (size_t i = 0; i < n; i++)
        if (!append(stock, entry, words, fact_pack(&facts[i], words), false))
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

size_t bundle_facts(const struct bundle *bundle)
{
    return bundle->facts;
}

void bundle_read(const struct bundle *bundle, struct fact *out)
{
    const struct packed *at = bundle->first;
    for (size_t i = 0; i < bundle->facts; i++, at = at->next)
        fact_unpack(at->words, &out[i]);
}

void bundle_fetch(const struct bundle *bundle)
{
    for (const struct packed *at = bundle->first; at != NULL; at = at->next)
        for (size_t byte = 0; byte < at->n; byte += 64)
            __builtin_prefetch((const char *)at + byte);
}

struct fact *stock_read(struct stock *stock, const struct tracked *entry)
{
    if (!is_whole(entry) || !scratch_for(stock, entry->bundle->facts))
        return NULL;
    bundle_read(entry->bundle, stock->scratch);
    return stock->scratch;
}
