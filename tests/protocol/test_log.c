#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/log.h"
#include "protocol/utf8.h"

static int out[2];
static char line[4096];

static int redirect(void **state)
{
    (void)state;
    return pipe(out) != 0;
}

static int put_back(void **state)
{
    (void)state;
    log_set(LOG_LEVEL_INFO, 2);
    close(out[0]);
    return close(out[1]);
}

/* What was written since; "" if nothing. */
static const char *written(void)
{
    log_set(LOG_LEVEL_ERROR, out[1]);
    if (write(out[1], "\n", 1) != 1) /* so that reading never waits */
        fail_msg("cannot write");
    ssize_t n = read(out[0], line, sizeof line - 1);
    assert_true(n >= 1);
    line[n - 1] = '\0';
    return line;
}

static void one_line_a_happening(void **state)
{
    (void)state;
    log_set(LOG_LEVEL_INFO, out[1]);
    log_line(LOG_LEVEL_ALARM, "seal does not hold", "device=%s seq=%d", "HH-042", 17);
    const char *text = written();
    size_t end = strlen("2026-11-25T02:41:00.123Z");
    assert_true(strlen(text) > end && text[10] == 'T' && text[end - 1] == 'Z');
    assert_string_equal(text + end, " alarm seal does not hold device=HH-042 seq=17\n");
}

static void no_keys_no_blank(void **state)
{
    (void)state;
    log_set(LOG_LEVEL_INFO, out[1]);
    log_line(LOG_LEVEL_INFO, "ready", "%s", "");
    const char *text = written();
    assert_non_null(strstr(text, " info ready"));
}

static void levels_are_kept(void **state)
{
    (void)state;
    log_set(LOG_LEVEL_INFO, out[1]);
    log_line(LOG_LEVEL_DEBUG, "too much", "x=%d", 1);
    assert_string_equal(written(), "");
    log_set(LOG_LEVEL_DEBUG, out[1]);
    log_line(LOG_LEVEL_DEBUG, "enough", "x=%d", 1);
    assert_non_null(strstr(written(), " debug enough x=1\n"));
    log_set(LOG_LEVEL_ERROR, out[1]);
    log_line(LOG_LEVEL_ALARM, "hidden", "x=%d", 1);
    assert_string_equal(written(), "");
}

/* A peer's text starts no line of its own and drives no terminal; Vietnamese passes. */
static void control_characters_are_tamed(void **state)
{
    (void)state;
    log_set(LOG_LEVEL_INFO, out[1]);
    log_line(LOG_LEVEL_INFO, "item", "item=%s",
             "A\nB\x1B[2J\x7F\xC2\x9B"
             "Cà Ấ");
    const char *text = written();
    assert_non_null(strstr(text, "item=A?B?[2J???Cà Ấ\n"));
}

static void long_lines_are_cut(void **state)
{
    (void)state;
    static char value[3000];
    memset(value, 'v', sizeof value - 1);
    log_set(LOG_LEVEL_INFO, out[1]);
    log_line(LOG_LEVEL_INFO, "long", "v=%s", value);
    const char *text = written();
    assert_int_equal(strlen(text), 1023);
    assert_ptr_equal(strchr(text, '\n'), text + 1022);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_line_a_happening, redirect, put_back),
        cmocka_unit_test_setup_teardown(no_keys_no_blank, redirect, put_back),
        cmocka_unit_test_setup_teardown(levels_are_kept, redirect, put_back),
        cmocka_unit_test_setup_teardown(control_characters_are_tamed, redirect, put_back),
        cmocka_unit_test_setup_teardown(long_lines_are_cut, redirect, put_back),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
