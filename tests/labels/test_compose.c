/* A label set into layouts that are tighter than the shipped one. */
#include "labels/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD                                                                                       \
    "<svg xmlns='http://www.w3.org/2000/svg' width='100mm' height='60mm' viewBox='0 0 100 60'"     \
    " font-family='Noto Sans'>"
#define BOX(id, field, more) "<rect id='" id "' data-field='" field "' " more "/>"
#define CODE(more) BOX("code", "number", "data-symbology='code128' data-dots='8' " more)
#define TAIL "</svg>"

static struct fonts *fonts;
static struct layout *layout;
static struct page page;
static struct labels_report report;
static struct error err;

static int open_fonts(void **state)
{
    (void)state;
    return fonts_open("Noto Sans", &fonts, &err) ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    page_done(&page);
    fonts_close(fonts);
    return 0;
}

static const struct label sample = {.number = "RA473124829VN",
                                    .sender = "Trung tâm Phục vụ hành chính công",
                                    .name = "Đỗ Ý",
                                    .address = "Xóm 5, X. Thạch Hà, Hà Tĩnh 45206",
                                    .postal_code = "45206",
                                    .link = "HTTPS://TRAO.EXAMPLE/T/RA473124829VN"};

static bool compose(const char *svg, const struct label *label)
{
    if (!layout_parse("test", svg, strlen(svg), &layout, &err))
        fail_msg("%s", err.text);
    struct composer *composer = NULL;
    bool done = composer_open(layout, fonts, &composer, &err) &&
                compose_begin(composer, &page, &err) &&
                compose_label(composer, label, 0, &page, &report, &err);
    composer_close(composer);
    layout_close(layout);
    return done;
}

/* The text of run i as ASCII or Latin-1: enough for what these tests look for. */
static const char *run_text(size_t i)
{
    static char text[256];
    const struct page_run *run = &page.runs[i];
    size_t n = 0;
    for (; n < run->text_n && n < sizeof text - 1; n++) {
        uint32_t character = page.text[run->text_first + n];
        text[n] = '?';
        if (character < 128)
            text[n] = (char)character;
    }
    text[n] = '\0';
    return text;
}

/* A box that forces a smaller module, at a place between two dots. */
static void test_symbols_stand_on_whole_dots(void **state)
{
    (void)state;
    assert_true(compose(HEAD CODE("data-module='0.25 0.375' x='10.03' y='2.04' width='60.1'"
                                  " height='13'")
                            BOX("qr", "link",
                                "data-symbology='qr' data-dots='8' data-module='0.5 0.7' x='9.99'"
                                " y='20.01' width='26.3' height='21.7'") TAIL,
                        &sample));
    assert_int_equal(page.n_bars, 2);
    const struct page_bars *qr = &page.bars[1];
    for (size_t i = 0; i < page.n_rects; i++) {
        assert_int_equal(page.rects[i].x_um % 125, 0);
        assert_int_equal(page.rects[i].width_um % 125, 0);
        if (i >= qr->first) {
            assert_int_equal(page.rects[i].y_um % 125, 0);
            assert_int_equal(page.rects[i].width_um % 500, 0);
            assert_int_equal(page.rects[i].height_um, 500);
            assert_in_range(page.rects[i].y_um, 20010 + 4 * 500, 41710 - 5 * 500);
        } else {
            assert_int_equal(page.rects[i].width_um % 250, 0);
            assert_in_range(page.rects[i].x_um, 10030 + 10 * 250, 70130 - 10 * 250);
        }
    }
}

/* A number of another shape needs more modules than an S10 number: refused, never squeezed. */
static void test_what_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct label label = sample;
    label.number = "ABCDEFGHIJKLM";
    assert_false(
        compose(HEAD CODE("data-module='0.25' x='1' y='2' width='45' height='13'") TAIL, &label));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "do not fit box 'code'"));
}

static void test_what_only_a_font_can_tell(void **state)
{
    (void)state;
    assert_false(compose(HEAD BOX("low", "name",
                                  "data-size='9' data-lines='2' width='50' "
                                  "height='8'") TAIL,
                         &sample));
    assert_non_null(strstr(err.text, "'low' is too low for 2 lines"));
    assert_false(
        compose(HEAD BOX("name", "name",
                         "data-size='9' width='50' height='8'") "<text id='smile' x='5' y='20' "
                                                                "font-size='3'>😀</text>" TAIL,
                &sample));
    assert_non_null(strstr(err.text, "'smile' has a letter"));
    assert_false(compose(
        HEAD BOX("name", "name",
                 "data-size='9' width='50' height='8'") "<rect id='zone' data-clear='' x='40' "
                                                        "y='15' width='9' height='9'/>"
                                                        "<text id='words' x='5' y='20' "
                                                        "font-size='5'>Words that are long "
                                                        "enough</text>" TAIL,
        &sample));
    assert_non_null(strstr(err.text, "'words' lies in 'zone'"));
}

#define ADDRESS BOX("address", "address", "data-size='9' data-lines='2' width='90' height='10'")
#define PROVINCE(width)                                                                            \
    BOX("province", "province", "data-size='9' y='20' width='" width "' height='8'")

static void expect_parts(const char *address, const char *postal, const char *width,
                         const char *first, const char *second)
{
    char svg[1024];
    struct label label = sample;
    label.address = address;
    label.postal_code = postal;
    snprintf(svg, sizeof svg, HEAD ADDRESS PROVINCE("%s") TAIL, width);
    assert_true(compose(svg, &label));
    assert_string_equal(run_text(0), first);
    if (second == NULL)
        assert_int_equal(page.n_runs, 1);
    else
        assert_string_equal(run_text(1), second);
}

/* The province stands before the boxes; the postal code only in them; nothing is lost. */
static void test_the_last_part_of_an_address(void **state)
{
    (void)state;
    expect_parts("Xom 5, X. Ha, Ha Tinh 45206", "45206", "50", "Xom 5, X. Ha", "Ha Tinh");
    expect_parts("Xom 5, X. Ha, Ha Tinh, 45206. ", "45206", "50", "Xom 5, X. Ha", "Ha Tinh");
    expect_parts("Xom 5, Ha Tinh 45206", "", "50", "Xom 5", "Ha Tinh 45206");
    expect_parts("Xom 5, Ha Tinh 45206", "45131", "50", "Xom 5", "Ha Tinh 45206");
    expect_parts("Xom 45206", "45206", "50", "Xom", NULL);
    expect_parts("So 145206", "45206", "50", "So 145206", NULL);
    expect_parts("Xom 5 Ha Tinh", NULL, "50", "Xom 5 Ha Tinh", NULL);
    expect_parts("Xom 5, Ha Tinh 45206", "45206", "5", "Xom 5, Ha Tinh", NULL);
}

/* A label without the code's digits leaves five frames for the pen. */
static void test_postal_boxes(void **state)
{
    (void)state;
    struct label label = sample;
    const char *svg = HEAD BOX("postal", "postal",
                               "data-symbology='digits' data-gap='1'"
                               " data-size='13' width='34' height='8'") TAIL;
    assert_true(compose(svg, &label));
    assert_int_equal(page.n_paths, 5);
    assert_int_equal(page.n_runs, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(run_text(i)[0], "45206"[i]);
    assert_int_equal(page.segments[page.paths[4].first].x_um[0], 4 * 7000);
    label.postal_code = "";
    assert_true(compose(svg, &label));
    assert_int_equal(page.n_paths, 5);
    assert_int_equal(page.n_runs, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symbols_stand_on_whole_dots),
        cmocka_unit_test(test_what_does_not_fit_is_refused),
        cmocka_unit_test(test_what_only_a_font_can_tell),
        cmocka_unit_test(test_the_last_part_of_an_address),
        cmocka_unit_test(test_postal_boxes),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_all);
}
