#include "server/views/stock.h"

#include <stdlib.h>
#include <string.h>

struct packed {
    size_t n; /* bytes with this head */
    uint64_t words[];
};

#define NEAR 10 /* what an ordinary item sees; with it a bundle has 128 bytes */

/* Each neighbour in memory that is not touched is one wait less a fact: so a bundle is moved in its
 * row only once in a while, and knows where all its facts are, so that they can be sent for at
 * once. */
struct bundle {
    struct tracked *entry;
    struct bundle *newer, *older;
    struct packed **more; /* those after the first NEAR */
    uint64_t moved;       /* what stock->added was then */
    uint32_t bytes;
    uint32_t facts : 30;
    uint32_t is_done : 1, is_empty : 1; /* empty: the facts went before it */
    struct packed *fact[NEAR];
};

/* Facts that may come elsewhere before one more moves a bundle. */
#define MOVE_AFTER 4096

/* ------------------------------------------------------------------ the row of bundles */

static struct stock_row *row_of(struct stock *stock, const struct bundle *bundle)
{
    return bundle->is_done ? &stock->done : &stock->open;
}

static void unlink_bundle(struct stock *stock, struct bundle *bundle)
{
    struct stock_row *row = row_of(stock, bundle);
    if (bundle->newer != NULL)
        bundle->newer->older = bundle->older;
    else
        row->newest = bundle->older;
    if (bundle->older != NULL)
        bundle->older->newer = bundle->newer;
    else
        row->oldest = bundle->newer;
    row->n--;
}

static void link_newest(struct stock *stock, struct bundle *bundle)
{
    struct stock_row *row = row_of(stock, bundle);
    bundle->older = row->newest;
    bundle->newer = NULL;
    if (row->newest != NULL)
        row->newest->newer = bundle;
    else
        row->oldest = bundle;
    row->newest = bundle;
    row->n++;
    bundle->moved = stock->added;
}

/* ------------------------------------------------------------------ the facts of a bundle */

static struct packed *fact_at(const struct bundle *bundle, size_t i)
{
    return i < NEAR ? bundle->fact[i] : bundle->more[i - NEAR];
}

/* `more` has room for NEAR, twice that, four times that ...: how many for the bundle as it is. */
static size_t room_of(const struct bundle *bundle)
{
    size_t room = NEAR;
    if (bundle->facts <= NEAR)
        return 0;
    while (room < (size_t)bundle->facts - NEAR)
        room *= 2;
    return room;
}

static bool add_fact(struct slab *slab, struct bundle *bundle, struct packed *packed)
{
    size_t had = bundle->facts < NEAR ? 0 : bundle->facts - NEAR, room = room_of(bundle);
    if (bundle->facts < NEAR) {
        bundle->fact[bundle->facts++] = packed;
        return true;
    }
    if (had == room) {
        size_t wider_room = room == 0 ? NEAR : room * 2;
        struct packed **wider = slab_take(slab, wider_room * sizeof(void *));
        if (wider == NULL)
            return false;
        if (had > 0)
            memcpy(wider, bundle->more, had * sizeof(void *));
        slab_give(slab, bundle->more, room * sizeof(void *));
        bundle->more = wider;
    }
    bundle->more[had] = packed;
    bundle->facts++;
    return true;
}

void stock_free(struct stock *stock, struct bundle *bundle)
{
    for (size_t i = 0; !bundle->is_empty && i < bundle->facts; i++)
        slab_give(&stock->slab, fact_at(bundle, i), fact_at(bundle, i)->n);
    slab_give(&stock->slab, bundle->more, room_of(bundle) * sizeof(void *));
    slab_give(&stock->slab, bundle, sizeof *bundle);
}

void stock_drop(struct stock *stock, struct tracked *entry)
{
    if (entry->bundle == NULL)
        return;
    unlink_bundle(stock, entry->bundle);
    stock->bytes -= entry->bundle->bytes;
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
    stock->bytes -= bundle->bytes;
    entry->bundle = NULL;
    return bundle;
}

void stock_clear(struct stock *stock)
{
    for (struct tracked *entry; (entry = stock_oldest(stock)) != NULL;)
        stock_drop(stock, entry);
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
    const struct bundle *oldest =
        stock->done.oldest != NULL ? stock->done.oldest : stock->open.oldest;
    return oldest == NULL ? NULL : oldest->entry;
}

size_t stock_done_n(const struct stock *stock)
{
    return stock->done.n;
}

/* ------------------------------------------------------------------ in and out */

/* The entry's bundle, a fresh one if need be; NULL without memory. */
static struct bundle *bundle_take(struct stock *stock, struct tracked *entry)
{
    if (entry->bundle != NULL)
        return entry->bundle;
    struct bundle *bundle = slab_take(&stock->slab, sizeof *bundle);
    if (bundle == NULL)
        return NULL;
    *bundle = (struct bundle){.entry = entry, .bytes = (uint32_t)sizeof *bundle};
    stock->bytes += sizeof *bundle;
    link_newest(stock, bundle);
    entry->bundle = bundle;
    return bundle;
}

/* To its place in the row it belongs to. */
static void settle_place(struct stock *stock, struct bundle *bundle, bool is_done)
{
    if (bundle->is_done == is_done && stock->added - bundle->moved < MOVE_AFTER)
        return;
    unlink_bundle(stock, bundle);
    bundle->is_done = is_done & 1;
    link_newest(stock, bundle);
}

static bool append(struct stock *stock, struct tracked *entry, const uint64_t *words, size_t bytes,
                   bool is_last)
{
    size_t n = sizeof(struct packed) + bytes;
    struct packed *packed = slab_take(&stock->slab, n);
    struct bundle *bundle = packed == NULL ? NULL : bundle_take(stock, entry);
    if (bundle == NULL || !add_fact(&stock->slab, bundle, packed)) {
        slab_give(&stock->slab, packed, n);
        return false;
    }
    packed->n = n;
    memcpy(packed->words, words, bytes);
    bundle->bytes += (uint32_t)n;
    stock->bytes += n;
    stock->added++;
    settle_place(stock, bundle, bundle->is_done || is_last);
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
    for (size_t i = 0; i < bundle->facts; i++)
        fact_unpack(fact_at(bundle, i)->words, &out[i]);
}

void bundle_empty(struct bundle *bundle, struct slab_returns *returns)
{
    for (size_t i = 0; i < bundle->facts; i++)
        slab_return(returns, fact_at(bundle, i), fact_at(bundle, i)->n);
    if (bundle->more != NULL)
        slab_return(returns, bundle->more, room_of(bundle) * sizeof(void *));
    bundle->more = NULL;
    bundle->is_empty = 1;
}

#define LINE 64
#define LINES 3 /* as long as nearly all are, packed */

void bundle_fetch(const struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->facts && i < NEAR; i++)
        for (size_t line = 0; line < LINES; line++)
            __builtin_prefetch((const char *)bundle->fact[i] + line * LINE);
}

void stock_fetch_after(const struct tracked *entry)
{
    const struct bundle *next = entry->bundle == NULL ? NULL : entry->bundle->newer;
    if (next == NULL)
        return;
    bundle_fetch(next);
    __builtin_prefetch(next->newer);
    __builtin_prefetch(next->entry);
}

struct fact *stock_read(struct stock *stock, const struct tracked *entry)
{
    if (!is_whole(entry) || !scratch_for(stock, entry->bundle->facts))
        return NULL;
    bundle_read(entry->bundle, stock->scratch);
    return stock->scratch;
}
