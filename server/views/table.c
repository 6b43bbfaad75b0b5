#include "server/views/table.h"

#include "server/views/ends.h"
#include "server/views/packed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define REFS_FIRST 8 /* what an ordinary item sees */

static bool room_for(void **array, size_t used, size_t *room, size_t each)
{
    if (used < *room)
        return true;
    size_t more = *room == 0 ? 8 : *room * 2;
    void *grown = realloc(*array, more * each);
    if (grown == NULL)
        return false;
    *array = grown;
    *room = more;
    return true;
}

size_t list_before(const struct list *issued, uint64_t seq)
{
    size_t low = 0, high = issued->n;
    while (low < high && seq != 0) {
        size_t middle = low + (high - low) / 2;
        if (issued->all[middle]->issue_seq < seq)
            low = middle + 1;
        else
            high = middle;
    }
    return seq == 0 ? issued->n : low;
}

bool list_add(struct list *list, struct tracked *entry)
{
    void *array = list->all;
    if (!room_for(&array, list->n, &list->room, sizeof(void *)))
        return false;
    list->all = array;
    list->all[list->n++] = entry;
    return true;
}

bool seqs_add(struct seqs *seqs, uint64_t seq)
{
    void *array = seqs->all;
    if (!room_for(&array, seqs->n, &seqs->room, sizeof *seqs->all))
        return false;
    seqs->all = array;
    seqs->all[seqs->n++] = seq;
    return true;
}

/* A folded view, packed. */
struct kept_view {
    size_t bytes;
    uint64_t words[];
};

static void give_view(struct slab *slab, struct tracked *entry)
{
    if (entry->view != NULL)
        slab_give(slab, entry->view, sizeof *entry->view + entry->view->bytes);
    entry->view = NULL;
}

void table_done(struct table *table)
{
    for (size_t i = 0; i < table->entries.n; i++) {
        struct tracked *entry = table->entries.all[i];
        give_view(&table->slab, entry);
        till_free(&table->slab, entry->money);
        slab_give(&table->slab, entry->refs, entry->refs_room * sizeof *entry->refs);
        slab_give(&table->slab, entry, sizeof *entry);
    }
    slab_done(&table->slab);
    free(table->entries.all);
    free(table->slots);
    free(table->issued.all);
    free(table->dirty.all);
    free(table->kept);
    free(table->ends);
    board_done(&table->board);
    groups_done(&table->groups);
    tally_done(&table->tally);
    till_done(&table->till);
    *table = (struct table){0};
}

/* ------------------------------------------------------------------ by number */

/* The 13 characters as two numbers, stirred: numbers are checked S10 numbers of our own pools, or a
 * device's whose key we know. */
static uint64_t hash_of(const struct item *item)
{
    uint64_t front, back;
    static_assert(ITEM_CHARS >= 8, "two numbers cover all characters");
    memcpy(&front, item->text, sizeof front);
    memcpy(&back, item->text + ITEM_CHARS - sizeof back, sizeof back);
    uint64_t hash = (front ^ back * UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
    return hash ^ hash >> 32;
}

/* A slot holds the entry's address, which has 48 bits, and above it 16 of the hash: an entry is
 * only gone to when it is nearly sure to be the one, and without a step in between. */
#define ADDRESS_BITS 48
static_assert(sizeof(void *) == sizeof(uint64_t), "an address and a tag are one word");

static uint64_t slot_for(uint64_t hash, const struct tracked *entry)
{
    uint64_t address = (uint64_t)(uintptr_t)entry;
    assert(address >> ADDRESS_BITS == 0);
    return address | hash >> ADDRESS_BITS << ADDRESS_BITS;
}

static struct tracked *entry_in(uint64_t slot)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): the bits above it hold a piece of the hash */
    return (struct tracked *)(uintptr_t)(slot & ((UINT64_C(1) << ADDRESS_BITS) - 1));
}

static bool is_it(uint64_t slot, uint64_t hash, const struct item *item)
{
    return (slot ^ hash) >> ADDRESS_BITS == 0 && item_equal(&entry_in(slot)->item, item);
}

/* Where the item is, or the empty slot where it would be. */
static size_t slot_of(const struct table *table, uint64_t hash, const struct item *item)
{
    size_t slot = hash & (table->slots_n - 1);
    while (table->slots[slot] != 0 && !is_it(table->slots[slot], hash, item))
        slot = (slot + 1) & (table->slots_n - 1);
    return slot;
}

struct tracked *table_find(const struct table *table, const struct item *item)
{
    return table->slots_n == 0 ? NULL : entry_in(table->slots[slot_of(table, hash_of(item), item)]);
}

void table_fetch(const struct table *table, const struct item *item, enum table_step step)
{
    if (table->slots_n == 0)
        return;
    uint64_t hash = hash_of(item);
    const uint64_t *slot = &table->slots[hash & (table->slots_n - 1)];
    const struct tracked *entry = step == TABLE_SLOT ? NULL : entry_in(*slot);
    if (step == TABLE_SLOT) {
        __builtin_prefetch(slot);
    } else if (step == TABLE_ENTRY) {
        __builtin_prefetch(entry); /* of no address: nothing happens */
    } else if (entry != NULL && (*slot ^ hash) >> ADDRESS_BITS == 0) {
        /* As numbers: there may be none yet, and nothing may be added to a pointer that is none. */
        uintptr_t refs = (uintptr_t)entry->refs, bundle = (uintptr_t)entry->bundle;
        __builtin_prefetch((void *)(refs + entry->refs_n * sizeof *entry->refs), 1);
        __builtin_prefetch((void *)bundle, 1);
        __builtin_prefetch((void *)(bundle + 64), 1);
    }
}

#define FETCHED_AHEAD 16

static void put_all(const struct table *table, uint64_t *slots, size_t slots_n)
{
    struct tracked *const *all = table->entries.all;
    for (size_t i = 0; i < table->entries.n; i++) {
        if (i + FETCHED_AHEAD < table->entries.n)
            __builtin_prefetch(all[i + FETCHED_AHEAD]);
        uint64_t hash = hash_of(&all[i]->item);
        size_t slot = hash & (slots_n - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (slots_n - 1);
        slots[slot] = slot_for(hash, all[i]);
    }
}

/* At most half full. */
static bool widen(struct table *table)
{
    if (table->entries.n * 2 < table->slots_n)
        return true;
    size_t wider_n = table->slots_n == 0 ? 1024 : table->slots_n * 2;
    uint64_t *wider = slab_wide_new(wider_n * sizeof *wider);
    if (wider == NULL)
        return false;
    put_all(table, wider, wider_n);
    free(table->slots);
    table->slots = wider;
    table->slots_n = wider_n;
    return true;
}

struct tracked *table_take(struct table *table, const struct item *item)
{
    struct tracked *entry = table_find(table, item);
    if (entry != NULL)
        return entry;
    if (!widen(table))
        return NULL;
    entry = slab_take(&table->slab, sizeof *entry);
    if (entry == NULL || !list_add(&table->entries, entry)) {
        slab_give(&table->slab, entry, sizeof *entry);
        return NULL;
    }
    *entry =
        (struct tracked){.item = *item, .folded = true, .index = (uint32_t)(table->entries.n - 1)};
    uint64_t hash = hash_of(item);
    table->slots[slot_of(table, hash, item)] = slot_for(hash, entry);
    table->counts[STATUS_NONE]++;
    return entry;
}

/* ------------------------------------------------------------------ what changes */

static bool make_dirty(struct table *table, struct tracked *entry)
{
    if (entry->dirty)
        return true;
    entry->dirty = list_add(&table->dirty, entry);
    return entry->dirty;
}

static bool widen_refs(struct table *table, struct tracked *entry)
{
    uint32_t room = entry->refs_room == 0 ? REFS_FIRST : entry->refs_room * 2;
    ref *wider = slab_take(&table->slab, room * sizeof *wider);
    if (wider == NULL)
        return false;
    if (entry->refs_n > 0)
        memcpy(wider, entry->refs, entry->refs_n * sizeof *wider);
    slab_give(&table->slab, entry->refs, entry->refs_room * sizeof *wider);
    entry->refs = wider;
    entry->refs_room = room;
    return true;
}

bool entry_add_ref(struct table *table, struct tracked *entry, ref one)
{
    if (entry->refs_n == entry->refs_room && !widen_refs(table, entry))
        return false;
    entry->refs[entry->refs_n++] = one;
    entry->folded = false;
    return make_dirty(table, entry);
}

static void drop_view(struct table *table, struct tracked *entry)
{
    if (entry->view == NULL)
        return;
    give_view(&table->slab, entry);
    table->kept[entry->kept_at] = NULL;
}

/* The one that was kept longest goes, whatever it is; who is kept stands in a ring of their own,
 * for a walk over all entries would take as long as there are many. */
static bool make_place(struct table *table, struct tracked *entry)
{
    if (table->kept == NULL)
        table->kept = calloc(VIEWS_KEPT, sizeof(struct tracked *));
    if (table->kept == NULL)
        return false;
    table->kept_hand = (table->kept_hand + 1) % VIEWS_KEPT;
    if (table->kept[table->kept_hand] != NULL)
        drop_view(table, table->kept[table->kept_hand]);
    table->kept[table->kept_hand] = entry;
    entry->kept_at = (uint32_t)table->kept_hand;
    return true;
}

/* Without memory it is folded again when asked for. */
void table_keep_view(struct table *table, struct tracked *entry, const struct view *view)
{
    uint64_t words[PACKED_VIEW_MAX / sizeof(uint64_t)];
    size_t bytes = view_pack(view, words);
    struct kept_view *kept = slab_take(&table->slab, sizeof *kept + bytes);
    if (kept == NULL || (entry->view == NULL && !make_place(table, entry))) {
        slab_give(&table->slab, kept, sizeof *kept + bytes);
        drop_view(table, entry); /* what is kept is not this one */
        return;
    }
    kept->bytes = bytes;
    memcpy(kept->words, words, bytes);
    give_view(&table->slab, entry);
    entry->view = kept;
}

bool table_kept_view(const struct tracked *entry, struct view *ret_view)
{
    if (entry->view == NULL)
        return false;
    view_unpack(entry->view->words, ret_view);
    return true;
}

/* Issues come in order of their seq, so this is the end of the list. */
static bool list_issued(struct table *table, struct tracked *entry)
{
    if (!list_add(&table->issued, entry))
        return false;
    size_t at = table->issued.n - 1;
    for (; at > 0 && table->issued.all[at - 1]->issue_seq > entry->issue_seq; at--)
        table->issued.all[at] = table->issued.all[at - 1];
    table->issued.all[at] = entry;
    return true;
}

static struct dues *office_dues(void *ctx, uint32_t index)
{
    return &((struct table *)ctx)->entries.all[index]->dues[VIEW_CLOCK_OFFICE];
}

static struct dues *post_dues(void *ctx, uint32_t index)
{
    return &((struct table *)ctx)->entries.all[index]->dues[VIEW_CLOCK_POST];
}

struct board_entries table_dues(struct table *table, enum view_clock clock)
{
    return (struct board_entries){clock == VIEW_CLOCK_OFFICE ? office_dues : post_dues, table};
}

static bool put_dues(struct table *table, struct tracked *entry, enum view_clock clock,
                     const struct dues *dues)
{
    struct board_entries entries = table_dues(table, clock);
    return board_put(&table->board, clock, &entries, entry->index, dues);
}

static bool counts_alike(const struct tracked *entry, const struct dues fresh[VIEW_CLOCKS],
                         const struct marks *marks)
{
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        const struct dues *old = &entry->dues[clock], *now = &fresh[clock];
        if (old->due_ms != now->due_ms || old->stand != now->stand ||
            old->kept_at_first != now->kept_at_first)
            return false;
    }
    return memcmp(&entry->marks, marks, sizeof *marks) == 0;
}

/* Both clocks and all groups at once. */
static bool put_up(struct table *table, struct tracked *entry, const struct dues fresh[VIEW_CLOCKS],
                   const struct marks *marks)
{
    if (counts_alike(entry, fresh, marks))
        return true;
    if (!groups_count(&table->groups, &entry->marks, entry->dues, -1) ||
        !put_dues(table, entry, VIEW_CLOCK_OFFICE, &fresh[VIEW_CLOCK_OFFICE]) ||
        !put_dues(table, entry, VIEW_CLOCK_POST, &fresh[VIEW_CLOCK_POST]))
        return false;
    entry->marks = *marks;
    return groups_count(&table->groups, &entry->marks, entry->dues, 1);
}

bool table_doubt_all(struct table *table)
{
    for (size_t i = 0; i < table->entries.n; i++) {
        struct tracked *entry = table->entries.all[i];
        drop_view(table, entry);
        entry->folded = false;
        if (!make_dirty(table, entry))
            return false;
    }
    return true;
}

static bool put_money(struct table *table, struct tracked *entry, const struct till_said *money)
{
    return till_put(&table->till, &table->slab, entry->index, &entry->money, money);
}

bool table_place(struct table *table, struct tracked *entry, const struct dues dues[VIEW_CLOCKS],
                 const struct marks *marks, const struct till_said *money)
{
    table->counts[STATUS_NONE]--;
    table->counts[entry->status]++;
    if (!tally_reserve(&table->tally, marks->office) || !put_up(table, entry, dues, marks) ||
        !put_money(table, entry, money) || !ends_add(table, entry))
        return false;
    tally_move(&table->tally, marks->office, entry->status, 1);
    return true;
}

static int by_issue(const void *a, const void *b)
{
    uint64_t x = (*(struct tracked *const *)a)->issue_seq,
             y = (*(struct tracked *const *)b)->issue_seq;
    return (x > y) - (x < y);
}

bool table_list_issued(struct table *table)
{
    bool in_order = true;
    uint64_t last = 0;
    for (size_t i = 0; i < table->entries.n; i++) {
        struct tracked *entry = table->entries.all[i];
        if (entry->issue_seq == 0)
            continue;
        if (!list_add(&table->issued, entry))
            return false;
        in_order = in_order && entry->issue_seq > last;
        last = entry->issue_seq;
    }
    if (!in_order) /* some were seen before they were issued */
        qsort(table->issued.all, table->issued.n, sizeof(void *), by_issue);
    return true;
}

bool table_issue(struct table *table, struct tracked *entry, uint64_t seq)
{
    if (entry->issue_seq != 0)
        return true;
    entry->issue_seq = seq;
    return list_issued(table, entry);
}

bool table_fold(struct table *table, struct tracked *entry, const struct view *view, bool keep)
{
    const struct state *state = &view->state;
    if (!tally_reserve(&table->tally, view->marks.office))
        return false;
    tally_move(&table->tally, entry->marks.office, entry->status, -1);
    tally_move(&table->tally, view->marks.office, state->status, 1);
    table->counts[entry->status]--;
    table->counts[state->status]++;
    ends_drop(table, entry);
    entry->status = state->status;
    entry->doubts = state->doubts;
    entry->since_arrival = state->since_arrival;
    entry->folded = true;
    if (keep)
        table_keep_view(table, entry, view);
    else
        drop_view(table, entry);
    const struct dues fresh[VIEW_CLOCKS] = {[VIEW_CLOCK_OFFICE] = dues_of(&view->clocks.office),
                                            [VIEW_CLOCK_POST] = dues_of(&view->clocks.post)};
    struct till_said money;
    till_said_of(view, &money);
    if (!put_up(table, entry, fresh, &view->marks) || !put_money(table, entry, &money) ||
        !ends_add(table, entry))
        return false;
    return make_dirty(table, entry);
}
