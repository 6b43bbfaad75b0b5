/* The table of plain texts gives what the long way gives, glyph by glyph. */
#include "labels/quick.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct fonts *fonts;
static struct text quick, slow;
static struct error err;

static int open_fonts(void **state)
{
    (void)state;
    return fonts_open("Noto Sans", &fonts, &err) ? 0 : -1;
}

static int close_fonts(void **state)
{
    (void)state;
    fonts_close(fonts);
    return 0;
}

/* A leading zero-width space is dropped, but keeps a text from the table. */
static void read_slowly(enum font_weight weight, const char *utf8)
{
    char marked[8192];
    snprintf(marked, sizeof marked, "\xE2\x80\x8B%s", utf8);
    assert_false(quick_read(font_quick(fonts, weight), fonts, marked, &quick));
    assert_true(text_read(marked, fonts, weight, &slow, &err));
}

static void expect_same(enum font_weight weight, const char *utf8)
{
    read_slowly(weight, utf8);
    if (!quick_read(font_quick(fonts, weight), fonts, utf8, &quick))
        fail_msg("'%s' is not for the table", utf8);
    assert_int_equal(quick.n, slow.n);
    assert_int_equal(quick.n_glyphs, slow.n_glyphs);
    assert_int_equal(quick.weight, slow.weight);
    assert_false(quick.substituted);
    for (size_t i = 0; i < slow.n; i++) {
        const struct glyph *a = &quick.glyphs[i], *b = &slow.glyphs[i];
        if (a->id != b->id || a->advance != b->advance || a->dx != b->dx || a->dy != b->dy ||
            a->text_first != b->text_first || a->text_n != b->text_n ||
            quick.characters[i] != slow.characters[i] || quick.x[i] != slow.x[i])
            fail_msg("'%s' differs at glyph %zu", utf8, i);
    }
    assert_int_equal(quick.x[quick.n], slow.x[slow.n]);
}

static const char *const letters[] = {
    "a", "à", "ạ", "ă", "ẳ",  "ậ", "đ", "e", "ễ", "ị", "o", "ợ", "ồ", "u", "ự", "ử", "y", "ỵ",
    "ỹ", "A", "Ẫ", "Ằ", "Đ",  "T", "V", "Y", "Ỷ", "L", "P", "F", "W", "Ư", "Ộ", "r", "v", "w",
    "f", "t", "i", "k", "g",  "h", "0", "1", "2", "4", "7", "9", ".", ",", "-", "/", "(", ")",
    " ", " ", ":", "'", "\"", "–", "…", "“", "”", "₫", "°", "&", "+", "@", "_", "^", "~", "\\"};
#define LETTERS (sizeof letters / sizeof *letters)

/* Every pair once, and thousands of longer texts from a fixed seed. */
static void test_pairs_and_texts(void **state)
{
    (void)state;
    char text[512];
    for (size_t i = 0; i < LETTERS; i++)
        for (size_t k = 0; k < LETTERS; k++) {
            snprintf(text, sizeof text, "x%s%sx", letters[i], letters[k]);
            expect_same(FONT_REGULAR, text);
            expect_same(FONT_BOLD, text);
        }
    uint32_t seed = 20240823;
    for (int round = 0; round < 3000; round++) {
        size_t used = 0;
        text[0] = '\0';
        for (int i = 0; i < 60; i++) {
            seed = seed * 1664525u + 1013904223u;
            used += (size_t)snprintf(text + used, sizeof text - used, "%s",
                                     letters[(seed >> 16) % LETTERS]);
        }
        expect_same(round % 2 == 0 ? FONT_REGULAR : FONT_BOLD, text);
    }
}

static void test_blanks(void **state)
{
    (void)state;
    expect_same(FONT_REGULAR, "");
    expect_same(FONT_REGULAR, "   ");
    expect_same(FONT_REGULAR, "  Đỗ   Ý ");
    expect_same(FONT_BOLD, "Phan  Trường Giang Lộc  ");
}

/* What the table does not hold goes the long way. */
static void test_left_to_the_long_way(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "a\xCC\xA3\xCC\x82", /* decomposed */
        "\xC3\x90ỗ",         /* eth for đ */
        "A\tB",
        "A\xC2\xA0 B",
        "A😀",
        "A\xFF",
        "\xE1\xBA",
        "\xC3",
        "\xE2\x80\x8B",
        "Ω",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(quick_read(font_quick(fonts, FONT_REGULAR), fonts, texts[i], &quick));
    static char longest[TEXT_CHARS_MAX + 2];
    memset(longest, 'n', TEXT_CHARS_MAX);
    assert_true(quick_read(font_quick(fonts, FONT_REGULAR), fonts, longest, &quick));
    longest[TEXT_CHARS_MAX] = 'n';
    assert_false(quick_read(font_quick(fonts, FONT_REGULAR), fonts, longest, &quick));
}

/* All 146 letters are of the table: an ordinary job never needs the long way. */
static void test_holds_the_alphabet(void **state)
{
    (void)state;
    expect_same(FONT_REGULAR,
                "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
                "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ");
    expect_same(FONT_BOLD, "RA 473 124 829 VN, số 12/3/5, «CÓ THU» 150.000 ₫");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_and_texts),
        cmocka_unit_test(test_blanks),
        cmocka_unit_test(test_left_to_the_long_way),
        cmocka_unit_test(test_holds_the_alphabet),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
