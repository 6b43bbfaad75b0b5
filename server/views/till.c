#include "server/views/till.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "server/views/board.h"

struct cost_cell {
    struct till_cost cost;
    uint32_t items;
    uint32_t next; /* of the day: index + 1 */
};

struct shift_cell {
    int64_t day;
    uint64_t badge;
    uint64_t postage_vnd, fees_vnd;
    uint32_t *items; /* whose takings these are */
    uint32_t n, room;
    uint32_t next; /* of the day: index + 1 */
};

struct till_took {
    uint64_t postage_vnd, fees_vnd;
    uint32_t shift; /* index of its cell */
};

struct till_kept {
    uint32_t cost; /* index of its cell + 1, 0 none */
    uint32_t n;
    struct till_took took[];
};

/* ------------------------------------------------------------------ what an item says */

#define SAID_HEAD offsetof(struct till_said, taking)

size_t till_said_bytes(const struct till_said *said)
{
    return SAID_HEAD + said->takings_n * sizeof said->taking[0];
}

static void cost_of(const struct view *view, struct till_cost *cost)
{
    const struct state *state = &view->state;
    const struct carriage *carriage = &view->carriage;
    cost->day = carriage->day;
    cost->price_vnd = carriage->price_vnd;
    cost->taken_off_vnd = carriage->taken_off_vnd;
    cost->postage_taken_vnd = state->collected_postage_vnd;
    cost->fees_taken_vnd = state->collected_fees_vnd;
    cost->office = view->marks.office;
    cost->band_g = carriage->band_g;
    cost->zone = (uint8_t)view->clocks.zone;
    cost->payer = (uint8_t)carriage->payer;
    cost->delivered = state->status == STATUS_DELIVERED;
}

/* What was paid at the desk later is no part of a shift. */
void till_said_of(const struct view *view, struct till_said *ret_said)
{
    const struct state *state = &view->state;
    memset(ret_said, 0, sizeof *ret_said);
    if (!state->issued)
        return;
    ret_said->carried = view->carriage.carried;
    if (view->carriage.carried)
        cost_of(view, &ret_said->cost);
    for (size_t i = 0; i < state->takings_n; i++) {
        const struct taking *taking = &state->takings[i];
        if (!taking->later)
            ret_said->taking[ret_said->takings_n++] =
                (struct till_taking){.day = day_of(taking->at),
                                     .badge = taking->badge,
                                     .postage_vnd = taking->postage_vnd,
                                     .fees_vnd = taking->fees_vnd};
    }
}

bool till_said_read(const void *bytes, size_t n, struct till_said *ret_said)
{
    memset(ret_said, 0, sizeof *ret_said);
    if (n == 0)
        return true;
    if (n < SAID_HEAD || n > sizeof *ret_said)
        return false;
    memcpy(ret_said, bytes, n);
    return ret_said->takings_n <= TAKINGS_MAX && n == till_said_bytes(ret_said) &&
           ret_said->cost.zone < ZONES && ret_said->cost.payer <= PAYER_POST;
}

/* ------------------------------------------------------------------ cells by key */

static uint64_t hash_of(const void *key, size_t n)
{
    uint64_t hash = 0, word;
    for (size_t at = 0; at + sizeof word <= n; at += sizeof word) {
        memcpy(&word, (const char *)key + at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* Keys begin each cell; `size` of a cell. */
struct keyed {
    const char *cells;
    size_t size, key_bytes, n;
};

static size_t slot_of(const struct till_index *index, const struct keyed *keyed, const void *key)
{
    size_t slot = hash_of(key, keyed->key_bytes) & (index->slots_n - 1);
    while (index->slots[slot] != 0 && memcmp(keyed->cells + (index->slots[slot] - 1) * keyed->size,
                                             key, keyed->key_bytes) != 0)
        slot = (slot + 1) & (index->slots_n - 1);
    return slot;
}

static bool widen(struct till_index *index, const struct keyed *keyed)
{
    if (keyed->n * 2 < index->slots_n)
        return true;
    size_t wider_n = index->slots_n == 0 ? 256 : index->slots_n * 2;
    uint32_t *wider = calloc(wider_n, sizeof *wider);
    if (wider == NULL)
        return false;
    free(index->slots);
    *index = (struct till_index){wider, wider_n};
    for (size_t i = 0; i < keyed->n; i++)
        wider[slot_of(index, keyed, keyed->cells + i * keyed->size)] = (uint32_t)(i + 1);
    return true;
}

/* One more cell's room; the array may move. */
static bool room_for(void **cells, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t wider = *room == 0 ? 128 : *room * 2;
    void *grown = realloc(*cells, wider * size);
    if (grown == NULL)
        return false;
    *cells = grown;
    *room = wider;
    return true;
}

static uint32_t *first_of_day(uint32_t **days, int64_t day)
{
    if (*days == NULL)
        *days = calloc(BOARD_DAYS, sizeof **days);
    return *days == NULL ? NULL : *days + board_place(day);
}

static bool cost_cell(struct till *till, const struct till_cost *cost, uint32_t *ret_cell)
{
    void *cells = till->costs;
    uint32_t *first = first_of_day(&till->cost_days, cost->day);
    bool good =
        first != NULL && room_for(&cells, till->costs_n, &till->costs_room, sizeof *till->costs);
    till->costs = cells;
    struct keyed keyed = {cells, sizeof *till->costs, sizeof *cost, till->costs_n};
    if (!good || !widen(&till->cost_index, &keyed))
        return false;
    size_t slot = slot_of(&till->cost_index, &keyed, cost);
    if (till->cost_index.slots[slot] == 0) {
        till->costs[till->costs_n] = (struct cost_cell){.cost = *cost, .next = *first};
        till->cost_index.slots[slot] = *first = (uint32_t)++till->costs_n;
    }
    *ret_cell = till->cost_index.slots[slot] - 1;
    return true;
}

static bool shift_cell(struct till *till, int64_t day, uint64_t badge, uint32_t *ret_cell)
{
    const struct shift_cell key = {.day = day, .badge = badge};
    void *cells = till->shifts;
    uint32_t *first = first_of_day(&till->shift_days, day);
    bool good =
        first != NULL && room_for(&cells, till->shifts_n, &till->shifts_room, sizeof *till->shifts);
    till->shifts = cells;
    struct keyed keyed = {cells, sizeof *till->shifts, offsetof(struct shift_cell, postage_vnd),
                          till->shifts_n};
    if (!good || !widen(&till->shift_index, &keyed))
        return false;
    size_t slot = slot_of(&till->shift_index, &keyed, &key);
    if (till->shift_index.slots[slot] == 0) {
        till->shifts[till->shifts_n] =
            (struct shift_cell){.day = day, .badge = badge, .next = *first};
        till->shift_index.slots[slot] = *first = (uint32_t)++till->shifts_n;
    }
    *ret_cell = till->shift_index.slots[slot] - 1;
    return true;
}

void till_done(struct till *till)
{
    for (size_t i = 0; i < till->shifts_n; i++)
        free(till->shifts[i].items);
    free(till->costs);
    free(till->cost_index.slots);
    free(till->shifts);
    free(till->shift_index.slots);
    free(till->cost_days);
    free(till->shift_days);
    *till = (struct till){0};
}

/* ------------------------------------------------------------------ up and down */

static size_t kept_bytes(size_t takings)
{
    return sizeof(struct till_kept) + takings * sizeof(struct till_took);
}

void till_free(struct slab *slab, struct till_kept *kept)
{
    if (kept != NULL)
        slab_give(slab, kept, kept_bytes(kept->n));
}

static bool add_item(struct shift_cell *cell, uint32_t index)
{
    if (cell->n == cell->room) {
        uint32_t room = cell->room == 0 ? 8 : cell->room * 2;
        uint32_t *wider = realloc(cell->items, room * sizeof *wider);
        if (wider == NULL)
            return false;
        cell->items = wider;
        cell->room = room;
    }
    cell->items[cell->n++] = index;
    return true;
}

/* What moves again moved lately: from the end. */
static void drop_item(struct shift_cell *cell, uint32_t index)
{
    for (uint32_t i = cell->n; i-- > 0;)
        if (cell->items[i] == index) {
            cell->items[i] = cell->items[--cell->n];
            return;
        }
}

static void take_down(struct till *till, uint32_t index, const struct till_kept *kept)
{
    if (kept->cost != 0)
        till->costs[kept->cost - 1].items--;
    for (uint32_t i = 0; i < kept->n; i++) {
        struct shift_cell *cell = &till->shifts[kept->took[i].shift];
        cell->postage_vnd -= kept->took[i].postage_vnd;
        cell->fees_vnd -= kept->took[i].fees_vnd;
        drop_item(cell, index);
    }
}

/* Into `kept`, which has room, as far as there is memory. */
static bool put_up(struct till *till, uint32_t index, const struct till_said *said,
                   struct till_kept *kept)
{
    uint32_t cell;
    kept->cost = kept->n = 0;
    if (said->carried) {
        if (!cost_cell(till, &said->cost, &cell))
            return false;
        till->costs[cell].items++;
        kept->cost = cell + 1;
    }
    for (size_t i = 0; i < said->takings_n; i++) {
        const struct till_taking *taking = &said->taking[i];
        if (!shift_cell(till, taking->day, taking->badge, &cell) ||
            !add_item(&till->shifts[cell], index))
            return false;
        till->shifts[cell].postage_vnd += taking->postage_vnd;
        till->shifts[cell].fees_vnd += taking->fees_vnd;
        kept->took[kept->n++] = (struct till_took){taking->postage_vnd, taking->fees_vnd, cell};
    }
    return true;
}

static bool says_the_same(const struct till *till, const struct till_kept *kept,
                          const struct till_said *said)
{
    struct till_said old;
    till_get(till, kept, &old);
    return till_said_bytes(&old) == till_said_bytes(said) &&
           memcmp(&old, said, till_said_bytes(said)) == 0;
}

bool till_put(struct till *till, struct slab *slab, uint32_t index, struct till_kept **kept,
              const struct till_said *said)
{
    bool some = said->carried || said->takings_n > 0;
    if (says_the_same(till, *kept, said))
        return true;
    struct till_kept *fresh = some ? slab_take(slab, kept_bytes(said->takings_n)) : NULL;
    if (some && fresh == NULL)
        return false;
    if (*kept != NULL)
        take_down(till, index, *kept);
    till_free(slab, *kept);
    *kept = fresh;
    if (!some || put_up(till, index, said, fresh))
        return true;
    take_down(till, index, fresh);
    slab_give(slab, fresh, kept_bytes(said->takings_n));
    *kept = NULL;
    return false;
}

void till_get(const struct till *till, const struct till_kept *kept, struct till_said *ret_said)
{
    memset(ret_said, 0, sizeof *ret_said);
    if (kept == NULL)
        return;
    ret_said->carried = kept->cost != 0;
    if (kept->cost != 0)
        ret_said->cost = till->costs[kept->cost - 1].cost;
    ret_said->takings_n = kept->n;
    for (uint32_t i = 0; i < kept->n; i++) {
        const struct till_took *took = &kept->took[i];
        const struct shift_cell *cell = &till->shifts[took->shift];
        ret_said->taking[i] =
            (struct till_taking){cell->day, cell->badge, took->postage_vnd, took->fees_vnd};
    }
}

/* ------------------------------------------------------------------ asking */

static int by_cost(const void *a, const void *b)
{
    const struct view_cost *x = a, *y = b;
    if (x->office != y->office)
        return x->office < y->office ? -1 : 1;
    if (x->band_g != y->band_g)
        return x->band_g < y->band_g ? -1 : 1;
    if (x->zone != y->zone)
        return x->zone < y->zone ? -1 : 1;
    return (x->payer > y->payer) - (x->payer < y->payer);
}

static void add_cost(struct view_cost *sum, const struct cost_cell *cell)
{
    const struct till_cost *cost = &cell->cost;
    uint64_t items = cell->items;
    sum->items += items;
    sum->delivered += cost->delivered ? items : 0;
    sum->price_vnd += cost->price_vnd * items;
    sum->taken_off_vnd += cost->taken_off_vnd * items;
    sum->postage_taken_vnd += cost->postage_taken_vnd * items;
    sum->fees_taken_vnd += cost->fees_taken_vnd * items;
}

static struct view_cost like(const struct till_cost *cost)
{
    return (struct view_cost){.office = cost->office,
                              .band_g = cost->band_g,
                              .zone = (enum zone)cost->zone,
                              .payer = (enum payer)cost->payer};
}

/* One line a cell, then those that are alike become one. */
static void join(struct view_cost *costs, size_t *n)
{
    size_t kept = 0;
    if (*n > 1)
        qsort(costs, *n, sizeof *costs, by_cost);
    for (size_t i = 0; i < *n; i++) {
        if (kept == 0 || by_cost(&costs[kept - 1], &costs[i]) != 0) {
            costs[kept++] = costs[i];
            continue;
        }
        struct view_cost *sum = &costs[kept - 1];
        sum->items += costs[i].items;
        sum->delivered += costs[i].delivered;
        sum->price_vnd += costs[i].price_vnd;
        sum->taken_off_vnd += costs[i].taken_off_vnd;
        sum->postage_taken_vnd += costs[i].postage_taken_vnd;
        sum->fees_taken_vnd += costs[i].fees_taken_vnd;
    }
    *n = kept;
}

#define JOIN_AT 4096 /* lines, before those that are alike become one */

bool till_costs(const struct till *till, int64_t from_day, int64_t to_day,
                struct view_cost **new_costs, size_t *ret_n)
{
    size_t n = 0, room = (size_t)2 * JOIN_AT, join_at = JOIN_AT;
    struct view_cost *costs = malloc(room * sizeof *costs);
    for (int64_t at = board_place(from_day), last = board_place(to_day);
         costs != NULL && till->cost_days != NULL && at <= last; at++)
        for (uint32_t one = till->cost_days[at]; costs != NULL && one != 0;) {
            const struct cost_cell *cell = &till->costs[one - 1];
            one = cell->next;
            if (cell->items == 0 || cell->cost.day < from_day || cell->cost.day > to_day)
                continue;
            costs[n] = like(&cell->cost);
            add_cost(&costs[n++], cell);
            if (n < join_at)
                continue;
            join(costs, &n);
            join_at = n + JOIN_AT;
            struct view_cost *wider = realloc(costs, (join_at + 1) * sizeof *costs);
            if (wider == NULL)
                free(costs);
            costs = wider;
        }
    if (costs == NULL)
        return false;
    join(costs, &n);
    *new_costs = costs;
    *ret_n = n;
    return true;
}

/* The next shift of some days, in *at and *one; NULL at the end. */
static const struct shift_cell *next_shift(const struct till *till, int64_t from_day,
                                           int64_t to_day, int64_t *at, uint32_t *one)
{
    int64_t last = board_place(to_day);
    while (till->shift_days != NULL) {
        while (*one == 0) {
            if (++*at > last)
                return NULL;
            *one = till->shift_days[*at];
        }
        const struct shift_cell *cell = &till->shifts[*one - 1];
        *one = cell->next;
        if (cell->n > 0 && cell->day >= from_day && cell->day <= to_day)
            return cell;
    }
    return NULL;
}

static int by_day(const void *a, const void *b)
{
    const struct view_shift *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->badge > y->badge) - (x->badge < y->badge);
}

bool till_shifts(const struct till *till, int64_t from_day, int64_t to_day,
                 struct view_shift **new_shifts, size_t *ret_n)
{
    int64_t at = board_place(from_day) - 1;
    uint32_t one = 0;
    size_t n = 0, room = 0;
    void *shifts = malloc(sizeof(struct view_shift));
    if (shifts == NULL)
        return false;
    for (const struct shift_cell *cell;
         (cell = next_shift(till, from_day, to_day, &at, &one)) != NULL;) {
        if (!room_for(&shifts, n, &room, sizeof(struct view_shift))) {
            free(shifts);
            return false;
        }
        ((struct view_shift *)shifts)[n++] = (struct view_shift){(uint32_t)cell->badge, cell->day,
                                                                 cell->postage_vnd, cell->fees_vnd};
    }
    if (n > 1)
        qsort(shifts, n, sizeof(struct view_shift), by_day);
    *new_shifts = shifts;
    *ret_n = n;
    return true;
}

bool till_items(const struct till *till, int64_t from_day, int64_t to_day, bool of_badge,
                uint32_t badge, bool (*each)(void *ctx, uint32_t index), void *ctx)
{
    int64_t at = board_place(from_day) - 1;
    uint32_t one = 0;
    for (const struct shift_cell *cell;
         (cell = next_shift(till, from_day, to_day, &at, &one)) != NULL;)
        for (uint32_t i = 0; (!of_badge || cell->badge == badge) && i < cell->n; i++)
            if (!each(ctx, cell->items[i]))
                return false;
    return true;
}
