#include "server/views/stock.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct bundle {
    struct tracked *entry;
    struct bundle *newer, *older;
    size_t facts, used, room;
    uint8_t bytes[];
};

#define FIRST_ROOM 480 /* a bundle of three facts or so, without its head 512 bytes */

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

/* Returns where the next one begins. */
static const uint8_t *unpack(const uint8_t *at, struct fact *ret_fact)
{
    uint16_t body;
    memcpy(&body, at, sizeof body);
    uint8_t *to = (uint8_t *)ret_fact;
    memcpy(to, at + sizeof body, HEAD_BYTES + body);
    memset(to + HEAD_BYTES + body, 0, BODY_BYTES - body);
    memcpy(to + TAIL_AT, at + sizeof body + HEAD_BYTES + body, TAIL_BYTES);
    return at + packed_bytes(body);
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
    stock->bytes -= sizeof *bundle + bundle->room;
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
    stock->bytes += sizeof *bundle + bundle->room;
}

void stock_drop(struct stock *stock, struct tracked *entry)
{
    if (entry->bundle == NULL)
        return;
    unlink_bundle(stock, entry->bundle);
    free(entry->bundle);
    entry->bundle = NULL;
}

void stock_done(struct stock *stock)
{
    while (stock->oldest != NULL)
        stock_drop(stock, stock->oldest->entry);
    free(stock->scratch);
    *stock = (struct stock){0};
}

struct tracked *stock_oldest(const struct stock *stock)
{
    return stock->oldest == NULL ? NULL : stock->oldest->entry;
}

/* ------------------------------------------------------------------ in and out */

/* The entry's bundle, made or widened until `more` bytes fit, and the newest. NULL without memory.
 */
static struct bundle *bundle_for(struct stock *stock, struct tracked *entry, size_t more)
{
    struct bundle *bundle = entry->bundle;
    size_t used = bundle == NULL ? 0 : bundle->used;
    size_t room = bundle == NULL ? FIRST_ROOM : bundle->room;
    bool widen = bundle == NULL || used + more > room;
    while (used + more > room)
        room += room / 2;
    if (bundle != NULL)
        unlink_bundle(stock, bundle);
    if (widen) {
        struct bundle *wide = realloc(bundle, sizeof *wide + room);
        if (wide == NULL) {
            free(bundle);
            entry->bundle = NULL;
            return NULL;
        }
        if (bundle == NULL)
            *wide = (struct bundle){.entry = entry};
        wide->room = room;
        entry->bundle = bundle = wide;
    }
    link_newest(stock, bundle);
    return bundle;
}

static bool append(struct stock *stock, struct tracked *entry, const struct fact *fact)
{
    size_t body = body_bytes(fact), n = packed_bytes(body);
    struct bundle *bundle = bundle_for(stock, entry, n);
    if (bundle == NULL)
        return false;
    pack(fact, (uint16_t)body, bundle->bytes + bundle->used);
    bundle->used += n;
    bundle->facts++;
    return true;
}

void stock_add(struct stock *stock, struct tracked *entry, const struct fact *fact)
{
    size_t had = entry->bundle == NULL ? 0 : entry->bundle->facts;
    if (had + 1 != entry->refs_n)
        stock_drop(stock, entry);
    else
        (void)append(stock, entry, fact);
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
    const uint8_t *at = bundle->bytes;
    for (size_t i = 0; i < bundle->facts; i++)
        at = unpack(at, &stock->scratch[i]);
    return stock->scratch;
}
