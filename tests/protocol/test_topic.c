#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/topic.h"

static void names_both_pipes(void **state)
{
    (void)state;
    char topic[TOPIC_MAX], device[DEVICE_NAME_MAX + 1];
    struct error err;
    assert_string_equal(topic_up("HH-042", topic), "trao/1/HH-042/up");
    assert_true(topic_read_up(topic, device, &err));
    assert_string_equal(device, "HH-042");
    assert_string_equal(topic_down("HH-042", topic), "trao/1/HH-042/down");
    assert_string_equal(topic_up("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", topic),
                        "trao/1/ABCDEFGHIJKLMNOPQRSTUVWXYZ012345/up");
    assert_true(topic_read_up(topic, device, &err));
}

static void reads_nothing_else(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "up",
        "trao/1/up",
        "trao/1//up",
        "trao/1/HH-042/down",
        "trao/2/HH-042/up",
        "trao/1/HH-042/up/up",
        "xtrao/1/HH-042/up",
        "trao/1/hh-042/up",
        "trao/1/a/b/up",
        "trao/1/+/up",
        "trao/1/ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456/up",
    };
    char device[DEVICE_NAME_MAX + 1] = "untouched";
    struct error err;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (topic_read_up(bad[i], device, &err))
            fail_msg("%s was read as %s", bad[i], device);
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        assert_string_equal(device, "untouched");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_both_pipes),
        cmocka_unit_test(reads_nothing_else),
    };
    return cmocka_run_group_tests_name("topic", tests, NULL, NULL);
}
