#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/error.h"
#include "protocol/utf8.h"

static void grows_from_the_inside_out(void **state)
{
    (void)state;
    struct error err;
    assert_false(error_set(&err, ERROR_LATER, "disk full"));
    assert_false(error_add(&err, "cannot store batch %d from %s", 17, "HH-042"));
    assert_int_equal(err.code, ERROR_LATER);
    assert_string_equal(err.text, "cannot store batch 17 from HH-042: disk full");
}

static void may_be_unwanted(void **state)
{
    (void)state;
    assert_false(error_set(NULL, ERROR_BROKEN, "nobody reads this"));
    assert_false(error_add(NULL, "nor this"));
}

/* Whatever the length before it, a three-byte character at the end is whole or gone. */
static void is_cut_at_a_whole_character(void **state)
{
    (void)state;
    char text[400];
    for (size_t n = 240; n < 260; n++) {
        struct error err;
        memset(text, 'a', n);
        memcpy(text + n, "ếếếế", sizeof "ếếếế");
        error_set(&err, ERROR_BAD_INPUT, "%s", text);
        assert_true(utf8_is_text(err.text, strlen(err.text)));
        assert_in_range(strlen(err.text), 240, sizeof err.text - 1);
        error_set(&err, ERROR_BAD_INPUT, "%s", text + 8);
        error_add(&err, "for ế");
        assert_true(utf8_is_text(err.text, strlen(err.text)));
        assert_int_equal(strncmp(err.text, "for ế: aaa", strlen("for ế: aaa")), 0);
    }
}

/* Also where a format cut it in the middle of a sentence; what is no letter is seen to be none. */
static void a_quote_ends_with_a_whole_letter(void **state)
{
    (void)state;
    struct error err;
    for (int n = 0; n <= 7; n++) {
        static const char *const inside[] = {"«»",  "«»",   "«»",   "«ế»",
                                             "«ế»", "«ếđ»", "«ếđ»", "«ếđ»"};
        error_set(&err, ERROR_BAD_INPUT, "«%.*s»", n, "ếđ𝄞");
        assert_string_equal(err.text, inside[n]);
    }
    error_set(&err, ERROR_BAD_INPUT, "«%s»", "a\x80z\xFF\xC0\xAF");
    assert_string_equal(err.text, "«a?z???»");
    error_set(&err, ERROR_BAD_INPUT, "«%s»", "R\xC3(\xE1\xBA");
    assert_string_equal(err.text, "«R?(»");
    error_set(&err, ERROR_BAD_INPUT, "«%s»", "\xED\xA0\x80"); /* half of a pair */
    assert_string_equal(err.text, "«???»");
}

static void every_code_has_its_own_name(void **state)
{
    (void)state;
    for (int a = ERROR_NONE; a <= ERROR_BROKEN; a++) {
        assert_string_not_equal(error_code_name((enum error_code)a), "unknown");
        for (int b = ERROR_NONE; b < a; b++)
            assert_string_not_equal(error_code_name((enum error_code)a),
                                    error_code_name((enum error_code)b));
    }
}

static void a_broken_invariant_ends_the_program(void **state)
{
    (void)state;
    pid_t pid = fork();
    if (pid == 0) {
        close(2);
        (void)signal(SIGABRT, SIG_DFL);
        invariant(pid != 0);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_from_the_inside_out),
        cmocka_unit_test(may_be_unwanted),
        cmocka_unit_test(is_cut_at_a_whole_character),
        cmocka_unit_test(a_quote_ends_with_a_whole_letter),
        cmocka_unit_test(every_code_has_its_own_name),
        cmocka_unit_test(a_broken_invariant_ends_the_program),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
