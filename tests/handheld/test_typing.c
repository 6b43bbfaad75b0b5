/* A line of text as people, input methods and scanners send it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "handheld/typing.h"

static struct typing typing;
static int64_t now_ms;

static enum typing_act feed(const char *text, int64_t gap_ms)
{
    enum typing_act act = TYPING_GOES_ON;
    for (; *text != '\0'; text++) {
        now_ms += gap_ms;
        act = typing_feed(&typing, (uint8_t)*text, (struct tick){now_ms});
    }
    return act;
}

static void becomes(const char *bytes, const char *want)
{
    typing_init(&typing);
    assert_int_equal(feed(bytes, 0), TYPING_GOES_ON); /* an input method's bytes come at once */
    assert_string_equal(typing_text(&typing), want);
}

static void text(void **state)
{
    (void)state;
    becomes("Nguyễn Thị Hoa", "Nguyễn Thị Hoa");
    becomes("  Anh Ba  ", "Anh Ba");
    becomes("123 F1 <v^", "123 F1 <v^"); /* no letter is a command */
    /* Telex at work: a letter, erased, composed anew. */
    becomes("e\x7f\xc3\xaa\x7f\xe1\xba\xbf", "ế");
    becomes("Đỗ\b\bD", "D");
    becomes("\b\b\x7f", "");
    becomes("\x01\x02 a \x1b", "a");
}

/* The same words with their marks apart. */
static void composed(void **state)
{
    (void)state;
    becomes("Ngu\x79\x65\xcc\x82\xcc\x83n", "Nguyễn"); /* shape, then tone */
    becomes("Ngu\x79\x65\xcc\x83\xcc\x82n", "Nguyễn"); /* tone, then shape */
    becomes("Ho\xcc\x80", "Hò");
    becomes("u\xcc\x9b\xcc\xa3", "ự");
    becomes("b\xcc\x81", "b"); /* no such letter */
    becomes("\xcc\x81", "\xcc\x81");
}

static void bytes_that_are_no_text(void **state)
{
    (void)state;
    becomes("a\xff"
            "b",
            "ab");
    becomes("a\xe1\xba", "a");
    becomes("a\xe1"
            "b",
            "ab");
    becomes("a\x80\xbf"
            "b",
            "ab");
    becomes("a\xf8\x88\x80\x80\x80"
            "b",
            "ab");
    char long_text[3 * TYPING_MAX + 1] = "";
    for (int i = 0; i < TYPING_MAX; i++)
        strcat(long_text, "ế");
    typing_init(&typing);
    feed(long_text, 0);
    assert_int_equal(strlen(typing_text(&typing)), TYPING_MAX);
}

static void scans_among_it(void **state)
{
    (void)state;
    typing_init(&typing);
    feed("Anh Ba", 200);
    now_ms += 1000;
    assert_int_equal(feed("RA123456785VN\r", 2), TYPING_SCANNED);
    assert_string_equal(typing.scan, "RA123456785VN");
    assert_string_equal(typing_text(&typing), "Anh Ba");
    now_ms += 1000;
    assert_int_equal(feed("GM-000041\r", 2), TYPING_SCANNED);
    now_ms += 1000;
    assert_int_equal(feed("\r", 0), TYPING_ENDED);
    typing_init(&typing);
    assert_int_equal(feed("Chị Hạnh nhà bên\r", 2), TYPING_ENDED); /* fast, but no code */
    assert_string_equal(typing_text(&typing), "Chị Hạnh nhà bên");
    typing_init(&typing);
    assert_int_equal(feed("RA123456785VN\r", 200), TYPING_ENDED); /* typed by hand: text */
    typing_init(&typing);
    feed("\xe1\xba\xbf", 0);
    now_ms += 1000; /* a mark in a burst of its own makes the letter before it shorter */
    assert_int_equal(feed("\xcc\x81\x7f\r", 0), TYPING_ENDED);
    assert_true(typing.burst <= typing.n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text),
        cmocka_unit_test(composed),
        cmocka_unit_test(bytes_that_are_no_text),
        cmocka_unit_test(scans_among_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
