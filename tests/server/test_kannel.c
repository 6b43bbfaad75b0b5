/* The driver of Kannel against a real one, bound to an operator. The whole way stands in
 * tests/journey/test_kannel.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/notify/sms_kannel.h"
#include "tests/lib/kannel.h"

#define PHONE "84912000001"

static char dir[64];
static struct kannel kannel;

static int open_kannel(void **state)
{
    (void)state;
    proc_init();
    (void)snprintf(dir, sizeof dir, "/tmp/trao-kannel-XXXXXX");
    assert_non_null(mkdtemp(dir));
    kannel_start(&kannel, dir, NPM_DIR, 1);
    return 0;
}

static int close_kannel(void **state)
{
    (void)state;
    const char *const argv[] = {"rm", "-r", dir, NULL};
    kannel_stop(&kannel);
    assert_int_equal(proc_run(argv, "/dev/null", NULL, 0), 0);
    proc_kill_all();
    return 0;
}

static struct sms_kannel *open_driver(const char *password)
{
    char sent[300], begun[300];
    struct sms_kannel *driver = NULL;
    struct error err;
    (void)snprintf(sent, sizeof sent, "%s/alone.sent", dir);
    (void)snprintf(begun, sizeof begun, "%s/alone.begun", dir);
    struct sms_kannel_config config = {.url = kannel.url,
                                       .authority = "",
                                       .user = KANNEL_USER,
                                       .password = password,
                                       .from = KANNEL_NUMBER,
                                       .key = KANNEL_KEY,
                                       .reports = "http://127.0.0.1:1",
                                       .sent_path = sent,
                                       .begun_path = begun,
                                       .clock = clock_system()};
    assert_true(sms_kannel_open(&config, &driver, &err));
    return driver;
}

static enum error_code send(struct sms_kannel *kannel_, const char *to, const char *text)
{
    struct sms_driver driver = sms_kannel_driver(kannel_);
    struct sms sms = {"RA000000005VN.out.0.sms", to, text, NULL};
    struct error err = {.code = ERROR_NONE};
    if (driver.send(driver.self, &sms, &err))
        return ERROR_NONE;
    print_message("%s\n", err.text);
    return err.code;
}

static void never_is_told_from_not_now(void **state)
{
    (void)state;
    char long_text[401], heard[PROC_LINE_MAX];
    struct sms_kannel *driver = open_driver("sai");
    assert_int_equal(send(driver, "+" PHONE, "x"), ERROR_LATER);
    sms_kannel_close(driver);
    driver = open_driver(KANNEL_PASSWORD);
    assert_int_equal(send(driver, "+84912000999", "x"), ERROR_REFUSED); /* on its black list */
    struct sms_driver as = sms_kannel_driver(driver);
    assert_false(as.has(as.self, "RA000000005VN.out.0.sms"));
    for (size_t i = 0; i < sizeof long_text - 1; i++)
        long_text[i] = (char)('a' + i / 153);
    long_text[sizeof long_text - 1] = '\0';
    long_text[10] = '&'; /* of an address's own signs */
    assert_int_equal(send(driver, "+" PHONE, long_text), ERROR_NONE);
    for (int i = 0; i < 3; i++) {
        kannel_hear(&kannel, "part ", heard);
        char where[8], want[8];
        const char *text = strrchr(heard, ' ') + 1;
        (void)snprintf(want, sizeof want, "%d/3", i + 1);
        assert_int_equal(sscanf(heard, "part %*s %*s %7s", where), 1);
        assert_string_equal(where, want);
        assert_int_equal(strncmp(text, long_text + (ptrdiff_t)153 * i, strlen(text)), 0);
    }
    assert_true(as.has(as.self, "RA000000005VN.out.0.sms"));
    sms_kannel_close(driver);
    kannel_stop_boxes(&kannel);
    driver = open_driver(KANNEL_PASSWORD);
    assert_int_equal(send(driver, "+" PHONE, "x"), ERROR_LATER);
    sms_kannel_close(driver);
}

static void settings_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://example.org/", "http://127.0.0.1.example.org/",
                                       "file:///etc/passwd", ""};
    struct sms_kannel *driver = NULL;
    struct error err;
    struct sms_kannel_config config = {.authority = "",
                                       .user = "",
                                       .password = "",
                                       .from = "",
                                       .key = KANNEL_KEY,
                                       .reports = "",
                                       .sent_path = "/dev/null",
                                       .begun_path = "/dev/null",
                                       .clock = clock_system()};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        config.url = urls[i];
        assert_false(sms_kannel_open(&config, &driver, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
    }
    config.url = kannel.url;
    config.key = "00";
    assert_false(sms_kannel_open(&config, &driver, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

int main(void)
{
    if (access(NPM_DIR "/node_modules/smpp", R_OK) != 0) {
        print_message("npm's smpp is not in build/npm (sh tests/setup --npm): skipped\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(never_is_told_from_not_now),
        cmocka_unit_test(settings_that_cannot_be_are_refused),
    };
    return cmocka_run_group_tests(tests, open_kannel, close_kannel);
}
