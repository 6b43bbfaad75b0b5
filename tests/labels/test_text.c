#include "labels/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct fonts *fonts;

static int open_fonts(void **state)
{
    (void)state;
    struct error err;
    return fonts_open("Noto Sans", &fonts, &err) ? 0 : -1;
}

static int close_fonts(void **state)
{
    (void)state;
    fonts_close(fonts);
    return 0;
}

static struct text text;
static struct text_fit fit;

static void read_text(const char *utf8)
{
    struct error err;
    if (!text_read(utf8, fonts, FONT_REGULAR, &text, &err))
        fail_msg("%s", err.text);
}

/* Compares the characters with an ASCII-or-BMP expectation. */
static void expect(const uint32_t *characters, size_t n)
{
    assert_int_equal(text.n, n);
    assert_memory_equal(text.characters, characters, n * sizeof *characters);
}

static const struct text_box name_box = {.width_um = 115000,
                                         .height_um = 11600,
                                         .lines_max = 2,
                                         .size_max_um = 4233,
                                         .size_min_um = 3528};

static void fit_text(const char *utf8, struct text_box box)
{
    read_text(utf8);
    text_fit(&text, fonts, &box, &fit);
    for (size_t i = 0; i < fit.n_lines; i++)
        assert_in_range(fit.lines[i].width_um, 0, box.width_um);
    assert_true((int32_t)fit.n_lines * text_line_height_um(fonts, FONT_REGULAR, fit.size_um) <=
                box.height_um);
    assert_in_range(fit.size_um, box.size_min_um, box.size_max_um);
}

/* Case B07: decomposed and half-composed letters are set like composed ones. */
static void test_normal_forms(void **state)
{
    (void)state;
    static const uint32_t composed[] = {0x1EAD};
    read_text("ậ");
    expect(composed, 1);
    read_text("a\xCC\xA3\xCC\x82"); /* a, dot below, circumflex */
    expect(composed, 1);
    read_text("a\xCC\x82\xCC\xA3"); /* a, circumflex, dot below */
    expect(composed, 1);
    read_text("\xC3\xA2\xCC\xA3"); /* â, dot below */
    expect(composed, 1);
    read_text("\xE1\xBA\xA1\xCC\x82"); /* ạ, circumflex */
    expect(composed, 1);
    assert_false(text.substituted);
}

static void test_lookalikes_and_blanks(void **state)
{
    (void)state;
    static const uint32_t clean[] = {0x110, 0x1ED7, ' ', 0xDD};
    read_text("\xC3\x90ỗ\xC2\xA0 \t\xE2\x80\x8BÝ\xEF\xBB\xBF "); /* Ð, nbsp, zero width, BOM */
    expect(clean, 4);
    assert_false(text.substituted);
}

static void test_substitutes_are_said(void **state)
{
    (void)state;
    static const uint32_t shown[] = {'A', TEXT_SUBSTITUTE, 'B'};
    read_text("A😀B");
    expect(shown, 3);
    assert_true(text.substituted);
    read_text("A👩\xE2\x80\x8D👩\xE2\x80\x8D👧"
              "B"); /* one family, three people and joiners: one substitute */
    expect(shown, 3);
    read_text("Aq\xCC\x80\xCC\x81\xCC\x82\xCC\x83\xCC\x80\xCC\x81"
              "B"); /* marks that would climb over the line above */
    expect(shown, 3);
    read_text("₫ – “” № ½");
    assert_false(text.substituted);
}

static void test_refusals(void **state)
{
    (void)state;
    struct error err;
    static char longest[TEXT_CHARS_MAX + 2];
    assert_false(text_read("A\xFF", fonts, FONT_REGULAR, &text, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    memset(longest, 'a', TEXT_CHARS_MAX + 1);
    assert_false(text_read(longest, fonts, FONT_REGULAR, &text, &err));
    longest[TEXT_CHARS_MAX] = '\0';
    assert_true(text_read(longest, fonts, FONT_REGULAR, &text, &err));
}

static void test_short_name_keeps_its_size(void **state)
{
    (void)state;
    fit_text("Nguyễn Thị Thùy Dương", name_box);
    assert_int_equal(fit.n_lines, 1);
    assert_int_equal(fit.size_um, name_box.size_max_um);
    assert_false(fit.shortened);
}

/* A hundred letters are 172 mm at 10 pt: two lines hold them, smaller than 12 pt or not. */
static void test_long_name_wraps_at_spaces(void **state)
{
    (void)state;
    fit_text("Công Tằng Tôn Nữ Nguyễn Phước Thị Hồng Ngọc Bảo Châu Minh Nguyệt Ánh Tuyết Vân "
             "Khánh Trường Sơn Đông",
             name_box);
    assert_int_equal(text.n, 100);
    assert_int_equal(fit.n_lines, 2);
    assert_false(fit.shortened);
    size_t second = fit.lines[1].first;
    assert_int_equal(text.characters[second - 1], ' ');
    assert_int_equal(fit.lines[0].n + 1, second);
    assert_int_equal(second + fit.lines[1].n, text.n);
}

static void test_shrinks_before_it_shortens(void **state)
{
    (void)state;
    struct text_box one = name_box;
    one.lines_max = 1;
    fit_text("Nguyễn Phước Thị Hồng Ngọc Bảo Châu Minh Nguyệt Ánh", one);
    assert_int_equal(fit.n_lines, 1);
    assert_true(fit.size_um < one.size_max_um);
    assert_false(fit.shortened);
}

static void test_shortened_is_said_and_fits(void **state)
{
    (void)state;
    struct text_box one = name_box;
    one.lines_max = 1;
    fit_text("Công Tằng Tôn Nữ Nguyễn Phước Thị Hồng Ngọc Bảo Châu Minh Nguyệt Ánh Tuyết Vân", one);
    assert_int_equal(fit.n_lines, 1);
    assert_int_equal(fit.size_um, one.size_min_um);
    assert_true(fit.shortened);
    assert_true(fit.lines[0].ellipsis);
    uint32_t last = text.characters[fit.lines[0].n - 1];
    assert_true(last != ' ' && last != ',');
    assert_true(fit.lines[0].n > 40);
}

/* A word longer than a line is broken between letters, never before a mark: q with a grave has
 * no composed form. */
static void test_never_between_letter_and_mark(void **state)
{
    (void)state;
    char word[3 * 200 + 1] = "";
    for (size_t i = 0; i < 200; i++)
        memcpy(word + 3 * i, "q\xCC\x80", 4);
    for (int32_t width = 20000; width < 24000; width += 137) {
        struct text_box box = name_box;
        box.width_um = width;
        fit_text(word, box);
        assert_true(fit.shortened);
        for (size_t i = 0; i < fit.n_lines; i++) {
            assert_int_equal(text.characters[fit.lines[i].first], 'q');
            assert_int_equal(text.characters[fit.lines[i].first + fit.lines[i].n - 1], 0x300);
        }
    }
}

static void test_hundred_letters_in_one_word(void **state)
{
    (void)state;
    char word[101];
    memset(word, 'n', 100);
    word[100] = '\0';
    fit_text(word, name_box);
    assert_int_equal(fit.n_lines, 2);
    assert_false(fit.shortened);
    assert_int_equal(fit.lines[0].n + fit.lines[1].n, 100);
}

/* A part of an address stays whole while there are lines for it. */
static void test_breaks_after_a_comma(void **state)
{
    (void)state;
    struct text_box box = {.width_um = 115000,
                           .height_um = 20400,
                           .lines_max = 4,
                           .size_max_um = 3881,
                           .size_min_um = 3175};
    fit_text("Số 102, ngõ 12 đường Nguyễn Thị Minh Khai, tổ dân phố Trần Phú Trung Tâm", box);
    assert_int_equal(fit.n_lines, 2);
    assert_int_equal(text.characters[fit.lines[1].first - 2], ',');
}

static void test_letter_without_glyph_zero(void **state)
{
    (void)state;
    read_text("aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
              "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ");
    assert_int_equal(text.n, 146);
    assert_int_equal(text.n_glyphs, 146);
    for (size_t i = 0; i < text.n_glyphs; i++)
        assert_int_not_equal(text.glyphs[i].id, 0);
    assert_false(text.substituted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_normal_forms),
        cmocka_unit_test(test_lookalikes_and_blanks),
        cmocka_unit_test(test_substitutes_are_said),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_short_name_keeps_its_size),
        cmocka_unit_test(test_long_name_wraps_at_spaces),
        cmocka_unit_test(test_shrinks_before_it_shortens),
        cmocka_unit_test(test_shortened_is_said_and_fits),
        cmocka_unit_test(test_never_between_letter_and_mark),
        cmocka_unit_test(test_hundred_letters_in_one_word),
        cmocka_unit_test(test_breaks_after_a_comma),
        cmocka_unit_test(test_letter_without_glyph_zero),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
