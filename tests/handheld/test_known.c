/* What the shelf knows of its epochs: in order, in step, and nothing when there are too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "handheld/known.h"

static struct known known;

static int empty(void **state)
{
    (void)state;
    known = (struct known){.whole = true};
    return 0;
}

static void put(uint32_t nth)
{
    known_put(&known, &(struct shelf_epoch){.nth = nth, .epoch = 100 + nth});
}

static void epochs_stand_by_number(void **state)
{
    (void)state;
    put(7);
    put(2);
    put(5);
    assert_int_equal(known_after(&known, 0)->row.nth, 2);
    assert_int_equal(known_after(&known, 2)->row.nth, 5);
    assert_int_equal(known_after(&known, 5)->row.nth, 7);
    assert_null(known_after(&known, 7));
    known_delete(&known, 5);
    assert_int_equal(known_after(&known, 2)->row.nth, 7);
    assert_null(known_find(&known, 5));
    known_delete(&known, 5);
    assert_int_equal(known.n, 2);
}

static void more_than_fit_are_not_known(void **state)
{
    (void)state;
    for (uint32_t nth = 1; nth <= KNOWN_MAX; nth++)
        put(nth);
    assert_true(known.whole);
    put(3); /* replaces */
    assert_true(known.whole);
    put(KNOWN_MAX + 1);
    assert_false(known.whole);
    assert_true(known.too_many);
    assert_null(known_find(&known, 1));
    known_delete(&known, 1);
    assert_false(known.too_many); /* worth another look */
}

static void ends_move_with_what_is_written(void **state)
{
    (void)state;
    const struct link link = {{9}};
    put(1);
    known_scan_put(&known, 1, 4, &link);
    assert_false(known_find(&known, 1)->has_scans); /* what lies there already nobody has asked */
    struct known_epoch *one = known_find(&known, 1);
    one->has_scans = one->has_batches = true;
    known_scan_put(&known, 1, 4, &link);
    known_scan_put(&known, 1, 3, &(struct link){{1}}); /* one mended in the middle */
    known_batch_put(&known, 1, 2);
    assert_int_equal(one->last_scan, 4);
    assert_true(link_equal(&one->last_link, &link));
    assert_int_equal(one->last_batched, 2);
    known_stamped(&known, 1, 2);
    known_batch_put(&known, 1, 4);
    assert_false(one->has_stamps);
    known_scans_deleted(&known, 1);
    known_batches_deleted(&known, 1);
    assert_false(one->has_scans || one->has_batches);
    known_scan_put(&known, 8, 1, &link); /* of an epoch nobody knows */
}

static void only_what_is_the_same_is_there(void **state)
{
    (void)state;
    struct shelf_epoch row = {.nth = 1, .epoch = 101, .through = 3};
    const struct shelf_meta meta = {.generation = 7};
    put(1);
    assert_false(known_has(&known, &row));
    known_put(&known, &row);
    assert_true(known_has(&known, &row));
    row.ended = true;
    assert_false(known_has(&known, &row));
    assert_false(known_has_meta(&known, &meta));
    known.has_meta = true;
    known.meta = meta;
    assert_true(known_has_meta(&known, &meta));
    known.meta.clean = true;
    assert_false(known_has_meta(&known, &meta));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(epochs_stand_by_number, empty),
        cmocka_unit_test_setup(more_than_fit_are_not_known, empty),
        cmocka_unit_test_setup(ends_move_with_what_is_written, empty),
        cmocka_unit_test_setup(only_what_is_the_same_is_there, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
