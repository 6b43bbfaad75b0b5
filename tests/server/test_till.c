/* What was taken and what carriage cost, kept in step, against adding up what every item says; what
 * stands on disk against what it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/views/till.h"

#define TODAY INT64_C(20782) /* 25/11/2026, a Wednesday */
#define ITEMS 400
#define MOVES 20000
#define DAYS 5
#define OFFICES 3
#define BADGES 4

static struct till till;
static struct slab slab;
static struct till_kept *kept[ITEMS];
static struct till_said said[ITEMS];

static uint64_t random_below(uint64_t n)
{
    static uint64_t seed = 7;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % n;
}

static void say_anything(struct till_said *one)
{
    memset(one, 0, sizeof *one);
    one->carried = random_below(4) != 0;
    if (one->carried)
        one->cost = (struct till_cost){.day = TODAY - (int64_t)random_below(DAYS),
                                       .price_vnd = random_below(3) * 1000,
                                       .taken_off_vnd = random_below(2) * 500,
                                       .postage_taken_vnd = random_below(3) * 1000,
                                       .fees_taken_vnd = random_below(50) * 1000,
                                       .office = (uint32_t)random_below(OFFICES) + 1,
                                       .band_g = (uint32_t)random_below(2) * 100,
                                       .zone = (uint8_t)random_below(ZONES),
                                       .payer = (uint8_t)random_below(3) + 1,
                                       .delivered = random_below(2) == 1};
    one->takings_n = random_below(TAKINGS_MAX + 1);
    for (size_t i = 0; i < one->takings_n; i++)
        one->taking[i] = (struct till_taking){.day = TODAY - (int64_t)random_below(DAYS),
                                              .badge = random_below(BADGES),
                                              .postage_vnd = random_below(9) * 1000,
                                              .fees_vnd = random_below(UINT32_MAX) * 8};
}

static void costs_add_up(int64_t from, int64_t to)
{
    struct view_cost *costs = NULL;
    size_t n = 0;
    uint64_t items = 0, told = 0;
    assert_true(till_costs(&till, from, to, &costs, &n));
    for (size_t i = 0; i < n; i++) {
        struct view_cost sum = {.items = 0};
        for (size_t k = 0; k < ITEMS; k++) {
            const struct till_cost *cost = &said[k].cost;
            if (!said[k].carried || cost->day < from || cost->day > to ||
                cost->office != costs[i].office || cost->band_g != costs[i].band_g ||
                cost->zone != (uint8_t)costs[i].zone || cost->payer != (uint8_t)costs[i].payer)
                continue;
            sum.items++;
            sum.delivered += cost->delivered;
            sum.price_vnd += cost->price_vnd;
            sum.taken_off_vnd += cost->taken_off_vnd;
            sum.postage_taken_vnd += cost->postage_taken_vnd;
            sum.fees_taken_vnd += cost->fees_taken_vnd;
        }
        assert_int_equal(costs[i].items, sum.items);
        assert_int_equal(costs[i].delivered, sum.delivered);
        assert_int_equal(costs[i].price_vnd, sum.price_vnd);
        assert_int_equal(costs[i].taken_off_vnd, sum.taken_off_vnd);
        assert_int_equal(costs[i].postage_taken_vnd, sum.postage_taken_vnd);
        assert_int_equal(costs[i].fees_taken_vnd, sum.fees_taken_vnd);
        assert_true(costs[i].items > 0);
        told += costs[i].items;
    }
    for (size_t k = 0; k < ITEMS; k++)
        items += said[k].carried && said[k].cost.day >= from && said[k].cost.day <= to;
    assert_int_equal(told, items); /* none twice, none left out */
    free(costs);
}

static struct {
    uint32_t times[ITEMS];
} came;

static bool note_item(void *ctx, uint32_t index)
{
    (void)ctx;
    assert_true(index < ITEMS);
    came.times[index]++;
    return true;
}

static void shift_adds_up(const struct view_shift *shift)
{
    uint64_t postage_vnd = 0, fees_vnd = 0;
    memset(&came, 0, sizeof came);
    assert_true(till_items(&till, shift->day, shift->day, true, shift->badge, note_item, NULL));
    for (size_t k = 0; k < ITEMS; k++) {
        uint32_t n = 0;
        for (size_t i = 0; i < said[k].takings_n; i++) {
            const struct till_taking *taking = &said[k].taking[i];
            if (taking->day != shift->day || taking->badge != shift->badge)
                continue;
            n++;
            postage_vnd += taking->postage_vnd;
            fees_vnd += taking->fees_vnd;
        }
        assert_int_equal(came.times[k], n);
    }
    assert_int_equal(shift->postage_vnd, postage_vnd);
    assert_int_equal(shift->fees_vnd, fees_vnd);
}

static void shifts_add_up(int64_t from, int64_t to)
{
    struct view_shift *shifts = NULL;
    size_t n = 0;
    assert_true(till_shifts(&till, from, to, &shifts, &n));
    assert_true(n <= DAYS * BADGES);
    for (size_t i = 0; i < n; i++) {
        assert_true(i == 0 || shifts[i - 1].day < shifts[i].day ||
                    (shifts[i - 1].day == shifts[i].day && shifts[i - 1].badge < shifts[i].badge));
        assert_in_range(shifts[i].day, from, to);
        shift_adds_up(&shifts[i]);
    }
    free(shifts);
}

static void comes_back_from_disk(size_t k)
{
    struct till_said got, read;
    till_get(&till, kept[k], &got);
    assert_memory_equal(&got, &said[k], sizeof got);
    assert_true(till_said_read(&got, till_said_bytes(&got), &read));
    assert_memory_equal(&read, &said[k], sizeof read);
    assert_false(till_said_read(&got, till_said_bytes(&got) - 1, &read));
}

static void figures_are_what_items_say(void **state)
{
    (void)state;
    for (int move = 1; move <= MOVES; move++) {
        size_t k = random_below(ITEMS);
        if (random_below(8) == 0)
            memset(&said[k], 0, sizeof said[k]);
        else
            say_anything(&said[k]);
        assert_true(till_put(&till, &slab, (uint32_t)k, &kept[k], &said[k]));
        comes_back_from_disk(k);
        if (move % 1000 != 0)
            continue;
        for (int64_t from = TODAY - DAYS; from <= TODAY; from++) {
            costs_add_up(from, TODAY);
            costs_add_up(from, from);
            shifts_add_up(from, TODAY - 1);
            shifts_add_up(from, from);
        }
    }
    for (size_t k = 0; k < ITEMS; k++) {
        memset(&said[k], 0, sizeof said[k]);
        assert_true(till_put(&till, &slab, (uint32_t)k, &kept[k], &said[k]));
        assert_null(kept[k]);
    }
    costs_add_up(TODAY - DAYS, TODAY);
    shifts_add_up(TODAY - DAYS, TODAY);
    till_done(&till);
    slab_done(&slab);
}

/* No item, or one that nobody issued, says nothing. */
static void nothing_is_said(void **state)
{
    (void)state;
    struct view view = {.carriage = {.carried = true}};
    struct till_said one;
    till_said_of(&view, &one);
    assert_int_equal(one.carried, 0);
    assert_int_equal(one.takings_n, 0);
    assert_true(till_said_read(&one, 0, &one));
    till_get(&till, NULL, &one);
    assert_int_equal(one.carried, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_what_items_say),
        cmocka_unit_test(nothing_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
