/* What a receiver says and what is made of it (cases G01 to G15). */
#include "handheld/fix.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW INT64_C(1795574460000) /* 2026-11-25, the day of the cases */
#define DAY INT64_C(86400000)

static struct fix fix;

static struct fix_report report(int mode, double lat, double lon, int64_t arrived_ms)
{
    return (struct fix_report){.mode = mode,
                               .lat = lat,
                               .lon = lon,
                               .eph = 8.0,
                               .epx = NAN,
                               .epy = NAN,
                               .time = {NOW},
                               .arrived = {arrived_ms}};
}

static void take(struct fix_report r)
{
    fix_take(&fix, &r, (struct instant){NOW}, TIME_SOURCE_NETWORK);
}

static int setup(void **state)
{
    (void)state;
    fix_init(&fix, NO_PLACE_NO_GPSD);
    return 0;
}

static enum no_place why(int64_t at_ms)
{
    return fix_place(&fix, (struct tick){at_ms}).why_none;
}

static void reasons(void **state)
{
    (void)state;
    assert_int_equal(why(0), NO_PLACE_NO_GPSD);
    fix_connected(&fix);
    assert_int_equal(why(0), NO_PLACE_NO_FIX);
    take(report(1, NAN, NAN, 100));
    assert_int_equal(why(100), NO_PLACE_NO_FIX);
    take(report(3, 21.0285, 105.8375, 1000));
    struct place p = fix_place(&fix, (struct tick){3500});
    assert_int_equal(p.why_none, NO_PLACE_NONE);
    assert_int_equal(p.lat_e7, 210285000);
    assert_int_equal(p.lon_e7, 1058375000);
    assert_int_equal(p.accuracy_mm, 8000);
    assert_int_equal(p.mode, PLACE_MODE_3D);
    assert_int_equal(p.age_ms, 2500);
    assert_int_equal(p.gps_time.ms, NOW);
    assert_false(p.jumped);
    assert_int_equal(why(11000), NO_PLACE_NONE);
    assert_int_equal(why(11001), NO_PLACE_STALE); /* by arrival: nothing came any more */
    take(report(1, 21.0285, 105.8375, 12000));    /* coordinates without a fix are none (G13) */
    assert_int_equal(why(12000), NO_PLACE_NO_FIX);
    fix_lost(&fix);
    assert_int_equal(why(12000), NO_PLACE_NO_GPSD);
    fix_init(&fix, NO_PLACE_OFF);
    assert_int_equal(why(0), NO_PLACE_OFF);
}

static void not_believed(void **state)
{
    (void)state;
    static const double places[][2] = {
        {0, 0},       {0.000002, 0.000003}, {0.05, -0.05}, {105.8375, 21.0285},
        {91, 0},      {121.0285, 205.8375}, {NAN, 105.8},  {21.0, INFINITY},
        {-90.1, 10.0}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        fix_init(&fix, NO_PLACE_NO_GPSD);
        take(report(3, places[i][0], places[i][1], 0));
        assert_int_equal(why(0), NO_PLACE_UNBELIEVABLE);
        take(report(3, 21.0285, 105.8375, 1000)); /* G04: accepted from there on, unmarked */
        assert_int_equal(why(1000), NO_PLACE_NONE);
        assert_false(fix_place(&fix, (struct tick){1000}).jumped);
    }
}

static uint32_t accuracy(double eph, double epx, double epy)
{
    struct fix_report r = report(2, 21.0285, 105.8375, 0);
    r.eph = eph;
    r.epx = epx;
    r.epy = epy;
    fix_init(&fix, NO_PLACE_NO_GPSD);
    take(r);
    assert_int_equal(fix_place(&fix, (struct tick){0}).mode, PLACE_MODE_2D);
    return fix_place(&fix, (struct tick){0}).accuracy_mm;
}

static void accuracies(void **state)
{
    (void)state;
    assert_int_equal(accuracy(19.0, NAN, NAN), 19000);
    assert_int_equal(accuracy(NAN, 8.1, 9.0), 12109); /* an older gpsd */
    assert_int_equal(accuracy(0.0, NAN, NAN), PLACE_ACCURACY_UNKNOWN);
    assert_int_equal(accuracy(NAN, NAN, NAN), PLACE_ACCURACY_UNKNOWN);
    assert_int_equal(accuracy(NAN, 0, 0), PLACE_ACCURACY_UNKNOWN);
    assert_int_equal(accuracy(1900.0, NAN, NAN), 1900000); /* G08: kept as it is */
    assert_int_equal(accuracy(INFINITY, NAN, NAN), PLACE_ACCURACY_UNKNOWN);
    assert_int_equal(accuracy(1e12, NAN, NAN), UINT32_MAX);
    assert_int_equal(accuracy(-3, NAN, NAN), PLACE_ACCURACY_UNKNOWN);
}

static bool jumped(double lat, double lon, int64_t at_ms)
{
    take(report(3, lat, lon, at_ms));
    return fix_place(&fix, (struct tick){at_ms}).jumped;
}

/* Case G15: in range and not in the country, as when both were swapped: kept, and shown. */
static void outside(void **state)
{
    (void)state;
    take(report(3, 10.6, 20.97, 0));
    struct place place = fix_place(&fix, (struct tick){0});
    assert_int_equal(place.lat_e7, 106000000);
    assert_true(place_is_outside(&place));
    fix_init(&fix, NO_PLACE_NO_GPSD);
    take(report(3, 8.0, 102.0, 0));
    place = fix_place(&fix, (struct tick){0});
    assert_false(place_is_outside(&place));
    place.why_none = NO_PLACE_STALE;
    place.lat_e7 = 0;
    assert_false(place_is_outside(&place));
}

static void jumps(void **state)
{
    (void)state;
    assert_false(jumped(21.0285, 105.8375, 0));
    assert_false(jumped(21.0286, 105.8375, 1000));
    assert_true(jumped(21.25, 106.02, 2000));      /* G05: 31 km in a second; kept, marked */
    assert_false(jumped(21.0287, 105.8375, 3000)); /* and the way back is no jump */
    assert_false(jumped(20.8449, 106.6881, 3000 + 7200 * 1000)); /* 91 km in two hours */
    assert_true(jumped(8.0, 106.6881, 3000 + 7201 * 1000));
    int64_t at = 3000 + 7201 * 1000;
    while (jumped(8.0, 106.6881, at)) /* really there: believed again once a plane could have */
        at += 60000;
    assert_true(at < 3000 + 7201 * 1000 + 8 * 3600 * 1000);
    fix_init(&fix, NO_PLACE_NO_GPSD);
    assert_false(jumped(21.0285, 105.8375, 50000000)); /* hours after the boot */
    assert_false(jumped(21.0286, 105.8375, 50001000));
    assert_true(jumped(21.25, 106.02, 50002000));
    fix_init(&fix, NO_PLACE_NO_GPSD);
    assert_false(jumped(21.0285, 105.8375, 0));
    assert_false(jumped(21.0285, 105.8380, 0)); /* two reports of one cycle: 52 m in no time */
}

static int64_t dated(int64_t gps, int64_t host, enum time_source source)
{
    struct fix_report r = report(3, 21.0285, 105.8375, 0);
    r.time.ms = gps;
    fix_init(&fix, NO_PLACE_NO_GPSD);
    fix_take(&fix, &r, (struct instant){host}, source);
    struct place p = fix_place(&fix, (struct tick){0});
    assert_int_equal(p.why_none, NO_PLACE_NONE); /* the place is kept, whatever the date */
    return p.gps_time.ms;
}

static void dates(void **state)
{
    (void)state;
    assert_int_equal(dated(NOW, 190000, TIME_SOURCE_SYSTEM), NOW); /* host fresh from 1970 */
    assert_int_equal(dated(NOW, NOW - 3 * DAY, TIME_SOURCE_SYSTEM), NOW);
    assert_int_equal(dated(NOW, NOW + 18000, TIME_SOURCE_NETWORK), NOW);
    assert_int_equal(dated(NOW - 7168 * DAY, NOW, TIME_SOURCE_NETWORK), 0);
    assert_int_equal(dated(NOW + 7168 * DAY, NOW, TIME_SOURCE_NETWORK), 0);
    assert_int_equal(dated(NOW - 7168 * DAY, NOW, TIME_SOURCE_SYSTEM), 0);
    assert_int_equal(dated(NOW + 7168 * DAY, NOW, TIME_SOURCE_SYSTEM), 0);
    assert_int_equal(dated(NOW + 2 * DAY, NOW, TIME_SOURCE_NETWORK), 0);
    assert_int_equal(dated(0, NOW, TIME_SOURCE_NETWORK), 0); /* not said: never 1970 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reasons, setup),    cmocka_unit_test_setup(not_believed, setup),
        cmocka_unit_test_setup(accuracies, setup), cmocka_unit_test_setup(jumps, setup),
        cmocka_unit_test_setup(dates, setup),      cmocka_unit_test_setup(outside, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
