/* Outlines of communes as edges: who is within, and how far outside the rest is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "protocol/place.h"
#include "server/delivery/border.h"

/* A square of 0.1 degrees with a hole in it, and a second part to the east. */
#define SQUARE "[[[105.8,18.3],[105.9,18.3],[105.9,18.4],[105.8,18.4],[105.8,18.3]]"
#define HOLE "[[105.84,18.34],[105.86,18.34],[105.86,18.36],[105.84,18.36],[105.84,18.34]]]"
#define ISLAND "[[[106.0,18.3],[106.01,18.3],[106.005,18.31],[106.0,18.3]]]"
#define SHAPE "[" SQUARE "," HOLE "," ISLAND "]"

static double outside(const struct border *border, double lat, double lon)
{
    return border_metres_outside(border, (int32_t)(lat * 1e7), (int32_t)(lon * 1e7));
}

static void within_and_outside(void **state)
{
    (void)state;
    struct border border;
    assert_true(border_read(SHAPE, &border));
    assert_int_equal(border.n, 4 + 4 + 3);
    assert_true(outside(&border, 18.31, 105.81) == 0);
    assert_true(outside(&border, 18.305, 106.005) == 0); /* the island */
    double hole = outside(&border, 18.35, 105.85), east = outside(&border, 18.35, 105.91);
    assert_true(hole > 1000 && hole < 1120); /* 0.01 degrees of longitude at 18.35 N: 1,057 m */
    assert_true(east > 1040 && east < 1070);
    double corner = outside(&border, 18.41, 105.91); /* to a corner, not to a line drawn on */
    assert_true(corner > 1500 && corner < 1570);
    border_done(&border);
    border_done(&border);
}

static void other_ways_to_write_it(void **state)
{
    (void)state;
    struct border border;
    assert_true(border_read("[[[[105.8,18.3,12.5],[-105.9,18.3],[105.123456789,18.4]]]]", &border));
    assert_int_equal(border.n, 2);
    assert_int_equal(border.edges[0].to_lon_e7, -1059000000);
    assert_int_equal(border.edges[1].to_lon_e7, 1051234567);
    border_done(&border);
}

static void what_is_no_shape(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "[",
                                      "[]",
                                      "x",
                                      "[[[[]]]]",
                                      "[[[[1,2]]]]",
                                      "[[[[1]]]]",
                                      "[[[[1,2],[3,4]]]",
                                      "[[[[1,2],[3,181]]]]",
                                      "[[[[1,2],[3,x]]]]",
                                      "]",
                                      "[[[[1,2],[3,4]]]]]"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct border border;
        if (border_read(bad[i], &border))
            fail_msg("«%s» was read", bad[i]);
        assert_null(border.edges);
    }
}

static void metres_apart(void **state)
{
    (void)state;
    double north, east;
    place_metres_off(183500000, 1059000000, 183400000, 1058000000, &north, &east);
    assert_true(north > 1112 && north < 1114);
    assert_true(east > 10560 && east < 10572); /* cos 18.34 of 11,132 m */
    double apart = place_metres_apart(183500000, 1059000000, 183500000, 1059000000);
    assert_true(apart == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(within_and_outside), cmocka_unit_test(other_ways_to_write_it),
        cmocka_unit_test(what_is_no_shape), cmocka_unit_test(metres_apart)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
