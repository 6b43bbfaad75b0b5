#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/clock.h"

static void writes_local_and_utc(void **state)
{
    (void)state;
    struct instant at = {1795574460123}; /* 2026-11-25T02:41:00.123Z */
    char text[CLOCK_TEXT_MAX];
    assert_string_equal(clock_time_vi(at, text, sizeof text), "09:41");
    assert_string_equal(clock_date_vi(at, text, sizeof text), "25/11/2026");
    assert_string_equal(clock_date_en(at, text, sizeof text), "25 Nov 2026");
    assert_string_equal(clock_iso_utc(at, text, sizeof text), "2026-11-25T02:41:00.123Z");
    assert_string_equal(clock_iso_local(at, text, sizeof text), "2026-11-25T09:41:00+07:00");
}

/* UTC midnight is 07:00 at the counter: both sides of it are the same local day (case G10). */
static void local_days_turn_at_17_utc(void **state)
{
    (void)state;
    int64_t midnight_utc = INT64_C(1795564800000); /* 2026-11-25T00:00:00Z */
    char text[CLOCK_TEXT_MAX];
    assert_string_equal(clock_date_vi((struct instant){midnight_utc - 1000}, text, sizeof text),
                        "25/11/2026");
    assert_string_equal(clock_date_vi((struct instant){midnight_utc}, text, sizeof text),
                        "25/11/2026");
    int64_t midnight_local = midnight_utc - 7 * INT64_C(3600000);
    assert_string_equal(clock_date_vi((struct instant){midnight_local - 1}, text, sizeof text),
                        "24/11/2026");
    assert_string_equal(clock_iso_local((struct instant){midnight_local}, text, sizeof text),
                        "2026-11-25T00:00:00+07:00");
    struct instant at = {midnight_utc}, eve = {midnight_local - 1};
    assert_true(clock_same_day(at, (struct instant){midnight_local}));
    assert_true(clock_same_day(at, at));
    assert_false(clock_same_day(at, eve));
    assert_false(clock_same_day(at, (struct instant){midnight_local + 24 * INT64_C(3600000)}));
    assert_false(clock_same_day(at, (struct instant){at.ms + 365 * INT64_C(24) * 3600000}));
}

static void survives_any_clock(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_MAX];
    assert_string_equal(clock_iso_utc((struct instant){-1}, text, sizeof text),
                        "1969-12-31T23:59:59.999Z");
    assert_string_equal(clock_iso_utc((struct instant){INT64_C(2147483648000)}, text, sizeof text),
                        "2038-01-19T03:14:08.000Z");
    assert_string_equal(clock_date_vi((struct instant){INT64_MAX}, text, sizeof text), "?");
    assert_string_equal(clock_date_en((struct instant){INT64_MIN}, text, sizeof text), "?");
    assert_false(clock_same_day((struct instant){INT64_MAX}, (struct instant){INT64_MAX}));
}

static void reads_the_machine(void **state)
{
    (void)state;
    struct clock clock = clock_system();
    struct tick before = clock.tick(clock.self);
    usleep(3000);
    assert_true(clock.tick(clock.self).ms >= before.ms + 3);
    assert_true(clock.now(clock.self).ms > INT64_C(1577836800000));
    assert_true(clock.boot(clock.self) != 0);
    assert_true(clock.boot(clock.self) == clock.boot(clock.self));
    enum time_source source = clock.source(clock.self);
    assert_true(source == TIME_SOURCE_SYSTEM || source == TIME_SOURCE_NETWORK);
}

static void chance_does_not_repeat(void **state)
{
    (void)state;
    struct chance chance = chance_system();
    assert_true(chance_u64(&chance) != chance_u64(&chance));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_local_and_utc),   cmocka_unit_test(local_days_turn_at_17_utc),
        cmocka_unit_test(survives_any_clock),     cmocka_unit_test(reads_the_machine),
        cmocka_unit_test(chance_does_not_repeat),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
