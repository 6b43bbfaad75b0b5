/* A device can send what it likes; the log stays readable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/alarms.h"

static struct instant noon;
static struct alarm last;
static uint32_t lines, times;

static struct instant now(void *self)
{
    return *(struct instant *)self;
}

static void say(void *ctx, const struct alarm *alarm)
{
    (void)ctx;
    last = *alarm;
    lines++;
    times += alarm->times;
}

static struct alarms *fresh(void)
{
    struct alarms *alarms;
    struct error err;
    noon.ms = INT64_C(1795568400000);
    lines = times = 0;
    assert_true(alarms_new((struct clock){.now = now, .self = &noon}, say, NULL, &alarms, &err));
    return alarms;
}

static void a_flood_is_two_lines(void **state)
{
    (void)state;
    struct alarms *alarms = fresh();
    for (int i = 0; i < 300; i++) {
        char sentence[64];
        (void)snprintf(sentence, sizeof sentence, "batch: its head names HH-%03d", i);
        alarms_raise(alarms, "HH-042", 0, (uint64_t)i, sentence);
        noon.ms += 100;
        alarms_tick(alarms);
    }
    assert_int_equal(lines, 1);
    assert_int_equal(last.times, 1);
    noon.ms += ALARMS_MINUTE_MS;
    alarms_tick(alarms);
    assert_int_equal(lines, 2);
    assert_int_equal(last.times, 299);
    assert_int_equal(last.seq, 299);
    assert_string_equal(last.device, "HH-042");
    alarms_tick(alarms);
    alarms_free(alarms);
    assert_int_equal(lines, 2);
}

static void others_are_told_at_once(void **state)
{
    (void)state;
    struct alarms *alarms = fresh();
    alarms_raise(alarms, "HH-042", 0, 0, "conflict: these numbers");
    alarms_raise(alarms, "HH-042", 0, 0, "broken link: it does not follow");
    alarms_raise(alarms, "HH-043", 0, 0, "conflict: these numbers");
    assert_int_equal(lines, 3);
    alarms_raise(alarms, "HH-043", 0, 0, "conflict: these numbers");
    assert_int_equal(lines, 3);
    alarms_free(alarms); /* nothing is kept back at the end */
    assert_int_equal(lines, 4);
    assert_int_equal(times, 4);
}

static void a_full_table_loses_no_count(void **state)
{
    (void)state;
    struct alarms *alarms = fresh();
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 200; i++) {
            char device[16];
            (void)snprintf(device, sizeof device, "HH-%03d", i);
            alarms_raise(alarms, device, 0, 0, "conflict");
            alarms_raise(alarms, device, 0, 0, "conflict");
        }
    alarms_free(alarms);
    assert_int_equal(times, 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flood_is_two_lines),
        cmocka_unit_test(others_are_told_at_once),
        cmocka_unit_test(a_full_table_loses_no_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
