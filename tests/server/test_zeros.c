/* Bytes without their zeros, as rows of views.db are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/views/zeros.h"

#define LONG (ZEROS_WORD * 700)

/* Comes back as it was; how many bytes it took. */
static size_t there_and_back(const uint8_t *from, size_t n)
{
    static uint8_t kept[ZEROS_ROOM(LONG)], back[LONG];
    size_t length, took = zeros_out(from, n, kept);
    assert_true(took <= ZEROS_ROOM(n));
    assert_true(zeros_length(kept, took, &length));
    assert_int_equal(length, n);
    memset(back, 0xa5, sizeof back);
    zeros_in(kept, took, back);
    assert_memory_equal(back, from, n);
    return took;
}

static void words(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        size_t took;
    } of[] = {{"\0\0\0\0\0\0\0\0", 2},
              {"\1\0\0\0\0\0\0\0", 2},
              {"\0\0\0\0\0\0\0\xff", 2},
              {"\0\1\0\2\0\3\0\4", 5},
              {"abcdefgh", 9}};
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        assert_int_equal(there_and_back((const uint8_t *)of[i].word, ZEROS_WORD), of[i].took);
    assert_int_equal(there_and_back(NULL, 0), 0);
}

/* A run is said once, as far as a byte counts. */
static void runs_of_zeros(void **state)
{
    (void)state;
    uint8_t bytes[LONG] = {0};
    assert_int_equal(there_and_back(bytes, ZEROS_WORD * 256), 2);
    assert_int_equal(there_and_back(bytes, ZEROS_WORD * 257), 4);
    bytes[ZEROS_WORD * 256] = 7;
    assert_int_equal(there_and_back(bytes, ZEROS_WORD * 257), 4);
    assert_int_equal(there_and_back(bytes, LONG), 2 + 2 + 2 * 2);
    memset(bytes, 0xff, sizeof bytes);
    assert_int_equal(there_and_back(bytes, LONG), LONG / ZEROS_WORD * (ZEROS_WORD + 1));
}

static void what_is_cut_is_refused(void **state)
{
    (void)state;
    static const uint8_t kept[] = {0x81, 1, 2, 0, 3, 0x01, 9};
    static const bool whole[] = {true, false, false, true, false, true, false, true};
    size_t length;
    for (size_t n = 0; n <= sizeof kept; n++)
        assert_int_equal(zeros_length(kept, n, &length), whole[n]);
    assert_int_equal(length, ZEROS_WORD * (1 + 4 + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words), cmocka_unit_test(runs_of_zeros),
                                       cmocka_unit_test(what_is_cut_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
