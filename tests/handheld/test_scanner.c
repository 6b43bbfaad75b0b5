/* What scanners send, as timelines (case S03), and a keyboard scanner told from typing. */
#include "handheld/scanner.h"
#include "handheld/wedge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/item.h"

#define A "RA123456785VN"
#define B "RA987654326VN"
#define C "RA234567895VN"

struct at {
    int64_t ms;
    const char *bytes; /* NULL: the device is gone */
};

static char got[8][64], keys[32];
static size_t n_got, n_keys;

static void take(void *ctx, const struct reading *reading)
{
    (void)ctx;
    assert_true(n_got < 8 && reading->n < 64);
    memcpy(got[n_got], reading->text, reading->n);
    got[n_got++][reading->n] = '\0';
}

static void type(void *ctx, uint8_t byte)
{
    (void)ctx;
    assert_true(n_keys < sizeof keys - 1);
    keys[n_keys++] = (char)byte;
    keys[n_keys] = '\0';
}

static void want(const char *const *texts)
{
    size_t n = 0;
    for (; texts[n] != NULL; n++) {
        if (n >= n_got)
            fail_msg("'%s' did not come", texts[n]);
        assert_string_equal(got[n], texts[n]);
    }
    assert_int_equal(n_got, n);
    n_got = 0;
}
#define WANT(...) want((const char *const[]){__VA_ARGS__, NULL})
#define WANT_NONE() want((const char *const[]){NULL})

/* Plays it as the main loop would: time-outs are looked at every 10 ms. */
static void play(const struct at *line)
{
    struct scanner scanner;
    scanner_init(&scanner, ENTRY_SERIAL);
    for (int64_t ms = 0; ms < 2000; ms += 10) {
        scanner_tick(&scanner, (struct tick){ms}, take, NULL);
        for (; line->ms == ms; line++) {
            if (line->bytes == NULL)
                scanner_gone(&scanner);
            else
                scanner_feed(&scanner, line->bytes, strlen(line->bytes), (struct tick){ms}, take,
                             NULL);
        }
    }
}
#define PLAY(...) play((const struct at[]){__VA_ARGS__, {-1, ""}})

static void endings(void **state)
{
    (void)state;
    static const char *const ends[] = {"\r", "\n", "\r\n", "\t", "\r\r", ""};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char first[32], second[32];
        snprintf(first, sizeof first, "%s%s", A, ends[i]);
        snprintf(second, sizeof second, "%s%s", B, ends[i]);
        PLAY({0, first}, {900, second});
        WANT(A, B);
    }
    PLAY({0, A "\r"}, {30, "\n"}, {900, B "\r"}, {930, "\n"});
    WANT(A, B);
    PLAY({0, "\x02" A "\x03"});
    WANT(A);
    PLAY({0, A "\r" B "\r"});
    WANT(A, B);
}

static void chunks(void **state)
{
    (void)state;
    PLAY({0, "RA123"}, {60, "4567"}, {120, "85VN"});
    WANT(A);
    PLAY({0, A}, {100, B}); /* silence between them has ended the first */
    WANT(A, B);
    PLAY({0, "RA12345"}, {20, NULL}, {50, B "\r"});
    WANT(B);
}

static void silence_counts_even_if_nobody_looked(void **state)
{
    (void)state;
    struct scanner scanner;
    scanner_init(&scanner, ENTRY_SERIAL);
    scanner_feed(&scanner, A, 13, (struct tick){0}, take, NULL);
    assert_int_equal(scanner_due(&scanner).ms, 100);
    scanner_feed(&scanner, B "\r", 14, (struct tick){900}, take, NULL);
    WANT(A, B);
    assert_true(scanner_due(&scanner).ms == INT64_MAX);
}

static void too_long_is_cut_and_refused(void **state)
{
    (void)state;
    static char flood[5000];
    size_t n = 0;
    struct scanner scanner;
    memset(flood, 'A', sizeof flood);
    scanner_init(&scanner, ENTRY_SERIAL);
    for (size_t i = 0; i < sizeof flood; i += 100)
        scanner_feed(&scanner, flood + i, 100, (struct tick){(int64_t)i / 10}, take, NULL);
    n = scanner.n;
    assert_int_equal(n, SCANNER_TEXT_MAX);
    assert_int_equal(item_kind_of(scanner.text, n), ITEM_KIND_DAMAGED);
}

/* ------------------------------------------------------------------ wedge */

struct stroke {
    int64_t gap_ms; /* since the one before */
    const char *bytes;
};

static void strike(const struct stroke *stroke)
{
    struct wedge wedge;
    int64_t ms = 0;
    const struct wedge_out out = {take, type, NULL};
    wedge_init(&wedge);
    n_keys = 0;
    keys[0] = '\0';
    for (; stroke->bytes != NULL; stroke++) {
        for (const char *at = stroke->bytes; *at != '\0'; at++) {
            ms += stroke->gap_ms;
            if (wedge_due(&wedge).ms <= ms) /* the main loop looks when it is due */
                wedge_tick(&wedge, (struct tick){wedge_due(&wedge).ms}, &out);
            wedge_feed(&wedge, (uint8_t)*at, (struct tick){ms}, &out);
        }
    }
    if (wedge_due(&wedge).ms != INT64_MAX)
        wedge_tick(&wedge, wedge_due(&wedge), &out);
    assert_true(wedge_due(&wedge).ms == INT64_MAX);
}
#define STRIKE(...) strike((const struct stroke[]){__VA_ARGS__, {0, NULL}})

static void wedge_and_typing(void **state)
{
    (void)state;
    STRIKE({2, A "\r"});
    WANT(A);
    assert_string_equal(keys, "");
    STRIKE({60, A}); /* a slow one without an ending */
    WANT(A);
    assert_string_equal(keys, "");
    STRIKE({2, A "\r\n"}); /* the LF is no Enter */
    WANT(A);
    assert_string_equal(keys, "");
    STRIKE({150, "4"}, {400, "\r"}, {130, "9"});
    WANT_NONE();
    assert_string_equal(keys, "4\r9");
    STRIKE({30, "12"}); /* two keys hit nearly at once */
    WANT_NONE();
    assert_string_equal(keys, "12");
    STRIKE({150, "4"}, {500, "R"}, {3, "A123456785VN\r"}, {600, "2"});
    WANT(A);
    assert_string_equal(keys, "42");
    STRIKE({2, A "\r"}, {40, C "\r"}); /* two scans, one after another */
    WANT(A, C);
    STRIKE({2, A "\r"}, {60, "4"}); /* a quick thumb behind a scan */
    WANT(A);
    assert_string_equal(keys, "4");
    STRIKE({2, "\x02" A "\x03"}); /* ETX is no Ctrl-C */
    WANT(A);
    assert_string_equal(keys, "");
    STRIKE({2, A}, {180, "\r"}, {2, "\n"}); /* its ending comes after silence ended it */
    WANT(A);
    assert_string_equal(keys, "");
    STRIKE({2, A}, {400, "\r"}); /* an Enter of somebody who has read what came of it */
    WANT(A);
    assert_string_equal(keys, "\r");
    STRIKE({2, A}, {180, "\r"}, {150, "\r"}); /* and one behind a late ending */
    WANT(A);
    assert_string_equal(keys, "\r");
    STRIKE({2, A}, {180, "4"}, {110, "\r"}); /* keys behind a scan without an ending */
    WANT(A);
    assert_string_equal(keys, "4\r");
    STRIKE({300, "\x03"});
    WANT_NONE();
    assert_string_equal(keys, "\x03");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(endings),
        cmocka_unit_test(chunks),
        cmocka_unit_test(silence_counts_even_if_nobody_looked),
        cmocka_unit_test(too_long_is_cut_and_refused),
        cmocka_unit_test(wedge_and_typing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
