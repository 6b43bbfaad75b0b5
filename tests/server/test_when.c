/* Case M06: nine clocks, each with the one right answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/delivery/fold.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define EIGHT INT64_C(1795568400000) /* 2026-11-25T08:00:00+07:00 */
#define YEAR_1970 (5 * MINUTE)       /* 1970-01-01T07:05:00+07:00 */
#define BOOT_A UINT64_C(1)
#define BOOT_B UINT64_C(2)

static const struct tick none = {0};
static const struct instant no_floor = {0};

/* By the wall clock alone: scanned in one boot, sent in the next. */
static struct when by_wall(int64_t wall, int64_t sent, int64_t arrival)
{
    return when_of((struct instant){wall}, none, BOOT_A, (struct instant){sent}, none, BOOT_B,
                   no_floor, (struct instant){arrival});
}

/* In one boot. */
static struct when by_mono(int64_t wall, int64_t mono, int64_t sent, int64_t sent_mono,
                           int64_t arrival)
{
    return when_of((struct instant){wall}, (struct tick){mono}, BOOT_A, (struct instant){sent},
                   (struct tick){sent_mono}, BOOT_A, no_floor, (struct instant){arrival});
}

static void known(struct when when, int64_t at, bool off)
{
    assert_int_equal(when.estimate.ms, at);
    assert_int_equal(when.earliest.ms, at);
    assert_int_equal(when.latest.ms, at);
    assert_int_equal(when.clock_off, off);
    assert_false(when.bounds_only);
}

static void right(void **state)
{
    (void)state;
    known(by_wall(EIGHT, EIGHT + 2 * SECOND, EIGHT + 2 * SECOND), EIGHT, false);
    known(by_mono(EIGHT, 0, EIGHT + 2 * SECOND, 2 * SECOND, EIGHT + 2 * SECOND), EIGHT, false);
}

static void three_days_ahead(void **state)
{
    (void)state;
    known(by_wall(EIGHT + 3 * DAY, EIGHT + 3 * DAY + 30 * MINUTE, EIGHT + 30 * MINUTE), EIGHT,
          true);
}

static void flat_battery_1970(void **state)
{
    (void)state;
    known(by_mono(YEAR_1970, 300 * SECOND, YEAR_1970 + 2 * HOUR, 7500 * SECOND, EIGHT + 2 * HOUR),
          EIGHT, true);
}

static void corrected_between_scan_and_send(void **state)
{
    (void)state;
    known(by_mono(YEAR_1970, 300 * SECOND, EIGHT + 2 * HOUR, 7500 * SECOND, EIGHT + 2 * HOUR),
          EIGHT, true);
}

static void corrected_and_rebooted(void **state)
{
    (void)state;
    struct instant floor = {EIGHT - DAY}, arrival = {EIGHT + 2 * HOUR};
    struct when when = when_of((struct instant){YEAR_1970}, (struct tick){300 * SECOND}, BOOT_A,
                               arrival, (struct tick){40 * SECOND}, BOOT_B, floor, arrival);
    assert_true(when.bounds_only);
    assert_true(when.clock_off);
    assert_int_equal(when.earliest.ms, floor.ms);
    assert_int_equal(when.latest.ms, arrival.ms);
    assert_true(when.estimate.ms >= floor.ms && when.estimate.ms <= arrival.ms);
}

/* Both in 1970, but of two boots: the clock began at 1970 twice. */
static void two_1970s_are_not_one_clock(void **state)
{
    (void)state;
    assert_true(by_wall(YEAR_1970, YEAR_1970 + 2 * HOUR, EIGHT).bounds_only);
}

static void genuinely_three_weeks_late(void **state)
{
    (void)state;
    known(by_wall(EIGHT - 21 * DAY, EIGHT, EIGHT + SECOND), EIGHT - 21 * DAY + SECOND, false);
}

/* A bare local time is seven hours ahead of what it would be in UTC: the difference does not care.
 */
static void time_without_zone(void **state)
{
    (void)state;
    known(by_wall(EIGHT + 7 * HOUR, EIGHT + 7 * HOUR + 2 * SECOND, EIGHT + 2 * SECOND), EIGHT,
          true);
}

/* 09:00:00+08:00 is 08:00:00+07:00. */
static void zone_moved_to_plus_eight(void **state)
{
    (void)state;
    known(by_wall(EIGHT, EIGHT + 2 * SECOND, EIGHT + 2 * SECOND), EIGHT, false);
}

/* "+7" read as no zone: as without one. */
static void zone_text_rubbish(void **state)
{
    (void)state;
    known(by_wall(EIGHT - 7 * HOUR, EIGHT - 7 * HOUR + 2 * SECOND, EIGHT + 2 * SECOND), EIGHT,
          true);
}

static void flag_begins_above_120_seconds(void **state)
{
    (void)state;
    assert_false(by_mono(EIGHT + 120 * SECOND, 0, EIGHT, 0, EIGHT).clock_off);
    assert_true(by_mono(EIGHT + 120 * SECOND + 1, 0, EIGHT, 0, EIGHT).clock_off);
    assert_true(by_mono(EIGHT - 120 * SECOND - 1, 0, EIGHT, 0, EIGHT).clock_off);
}

/* The monotonic clock of one boot beats a wall clock that was moved meanwhile. */
static void one_boot_beats_the_wall(void **state)
{
    (void)state;
    known(by_mono(EIGHT, 0, EIGHT + 5 * HOUR, 2 * HOUR, EIGHT + 2 * HOUR), EIGHT, false);
}

static void clocks_that_run_backwards(void **state)
{
    (void)state;
    known(by_mono(EIGHT, 100, EIGHT + 2 * SECOND, 50, EIGHT + 2 * SECOND), EIGHT, false);
    assert_true(by_mono(EIGHT + 1, 100, EIGHT, 50, EIGHT + 2 * SECOND).bounds_only);
    assert_true(by_wall(EIGHT + 1, EIGHT, EIGHT).bounds_only);
}

/* Any value a peer may send: within earliest..latest <= arrival, and nothing wraps. */
static void any_value_stays_in_bounds(void **state)
{
    (void)state;
    static const int64_t values[] = {INT64_MIN, INT64_MIN + 1, -1,    0,         1,
                                     YEAR_1970, EIGHT - DAY,   EIGHT, EIGHT + 1, INT64_MAX};
    enum { N = sizeof values / sizeof *values };
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++)
            for (int c = 0; c < N; c++)
                for (int d = 0; d < N; d++)
                    for (uint64_t boot = BOOT_A; boot <= BOOT_B; boot++) {
                        struct when when =
                            when_of((struct instant){values[a]}, (struct tick){values[b]}, BOOT_A,
                                    (struct instant){values[c]}, (struct tick){values[d]}, boot,
                                    (struct instant){values[(a + d) % N]}, (struct instant){EIGHT});
                        assert_true(when.earliest.ms <= when.estimate.ms);
                        assert_true(when.estimate.ms <= when.latest.ms);
                        assert_true(when.latest.ms <= EIGHT);
                        assert_true(when.bounds_only || when.estimate.ms >= CLOCK_SANE_MS);
                    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(right),
        cmocka_unit_test(three_days_ahead),
        cmocka_unit_test(flat_battery_1970),
        cmocka_unit_test(corrected_between_scan_and_send),
        cmocka_unit_test(corrected_and_rebooted),
        cmocka_unit_test(two_1970s_are_not_one_clock),
        cmocka_unit_test(genuinely_three_weeks_late),
        cmocka_unit_test(time_without_zone),
        cmocka_unit_test(zone_moved_to_plus_eight),
        cmocka_unit_test(zone_text_rubbish),
        cmocka_unit_test(flag_begins_above_120_seconds),
        cmocka_unit_test(one_boot_beats_the_wall),
        cmocka_unit_test(clocks_that_run_backwards),
        cmocka_unit_test(any_value_stays_in_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
