/* Sheets of labels, and many labels at once. */
#include "labels/compose.h"
#include "paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 400

static struct error err;
static struct paper_room room[MOST];
static struct label all[MOST];

static int make_labels(void **state)
{
    (void)state;
    for (unsigned i = 0; i < MOST; i++) {
        all[i] = paper_label(i, &room[i]);
        all[i].copy = 0;
    }
    return 0;
}

static struct labels *open_layout(const char *name)
{
    struct labels *labels = NULL;
    if (!labels_open(name, &labels, &err))
        fail_msg("%s", err.text);
    return labels;
}

/* n labels one by one, from place `start` on. */
static void print_singly(const char *layout, size_t n, unsigned start, struct paper_pdf *pdf)
{
    struct labels *labels = open_layout(layout);
    const struct labels_options options = {.start = start};
    struct labels_report report;
    *pdf = (struct paper_pdf){0};
    assert_true(labels_begin_as(labels, &options, (struct labels_sink){paper_write, pdf}, &err));
    for (size_t i = 0; i < n; i++)
        if (!labels_add(labels, &all[i], &report, &err))
            fail_msg("%s", err.text);
    assert_true(labels_end(labels, &err));
    labels_close(labels);
}

/* The same at once. */
static void print_many(const char *layout, size_t n, unsigned start, struct paper_pdf *pdf)
{
    struct labels *labels = open_layout(layout);
    const struct labels_options options = {.start = start};
    struct labels_report reports[MOST];
    size_t added = 0;
    *pdf = (struct paper_pdf){0};
    assert_true(labels_begin_as(labels, &options, (struct labels_sink){paper_write, pdf}, &err));
    if (!labels_add_many(labels, all, n, reports, &added, &err))
        fail_msg("%s", err.text);
    assert_int_equal(added, n);
    assert_true(labels_end(labels, &err));
    labels_close(labels);
}

static void expect_pages(const struct paper_pdf *pdf, int pages)
{
    PopplerDocument *document = paper_open(pdf);
    assert_int_equal(poppler_document_get_n_pages(document), pages);
    g_object_unref(document);
}

/* A sheet that was begun is used up: 24 places, the first label on the fifth, so 20 fit. */
static void test_start_and_paging(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        unsigned start;
        int pages;
    } cases[] = {{1, 0, 1},  {24, 0, 1}, {24, 1, 1}, {25, 0, 2},
                 {20, 5, 1}, {21, 5, 2}, {1, 24, 1}, {2, 24, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct paper_pdf pdf;
        print_singly("sheet-3x8", cases[i].n, cases[i].start, &pdf);
        expect_pages(&pdf, cases[i].pages);
        free(pdf.bytes);
    }
    struct labels *labels = open_layout("sheet-3x8");
    struct paper_pdf pdf = {0};
    assert_int_equal(labels_about(labels).places, 24);
    assert_false(labels_begin_as(labels, &(struct labels_options){.start = 25},
                                 (struct labels_sink){paper_write, &pdf}, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    labels_close(labels);
}

/* Place 4 of 3 x 8 is the first of the second row: gaps of 2.5 mm aside, none below. */
static void test_places(void **state)
{
    (void)state;
    struct layout *layout = NULL;
    struct fonts *fonts = NULL;
    struct composer *composer = NULL;
    struct page page = {0};
    struct labels_report report;
    assert_true(layout_open("sheet-3x8", &layout, &err));
    assert_true(fonts_open(layout->family, &fonts, &err));
    assert_true(composer_open(layout, fonts, &composer, &err));
    assert_true(compose_begin(composer, &page, &err));
    int32_t x[24], y[24];
    for (size_t place = 0; place < 24; place++) {
        assert_true(compose_label(composer, &all[0], place, &page, &report, &err));
        x[place] = page.bars[place].area.x_um;
        y[place] = page.bars[place].area.y_um;
    }
    assert_int_equal(page.width_um, 210000);
    assert_int_equal(page.height_um, 297000);
    for (size_t place = 1; place < 24; place++) {
        assert_int_equal(x[place] - x[0], (int32_t)(place % 3) * 66000);
        assert_int_equal(y[place] - y[0], (int32_t)(place / 3) * 33900);
    }
    page_done(&page);
    composer_close(composer);
    fonts_close(fonts);
    layout_close(layout);
}

/* A label that cannot be printed takes no place and leaves no ink. */
static void test_a_refused_label_takes_no_place(void **state)
{
    (void)state;
    struct paper_pdf with, without;
    struct labels_report report;
    struct label bad = all[0];
    bad.number = "RA47312482VN";
    struct labels *labels = open_layout("sheet-2x4");
    with = (struct paper_pdf){0};
    assert_true(labels_begin(labels, (struct labels_sink){paper_write, &with}, &err));
    for (size_t i = 0; i < 10; i++) {
        assert_false(labels_add(labels, &bad, &report, &err));
        assert_true(labels_add(labels, &all[i], &report, &err));
    }
    assert_true(labels_end(labels, &err));
    labels_close(labels);
    print_singly("sheet-2x4", 10, 0, &without);
    assert_int_equal(with.n, without.n);
    assert_memory_equal(with.bytes, without.bytes, with.n);
    free(with.bytes);
    free(without.bytes);
}

/* All cores give the bytes of one, wherever the labels begin and end on their sheets. */
static void test_many_are_as_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *layout;
        size_t n;
        unsigned start;
    } cases[] = {{"sheet-3x8", MOST, 0}, {"sheet-3x8", MOST, 7}, {"sheet-3x8", 3, 23},
                 {"sheet-2x4", 79, 3},   {"dl", 30, 0},          {"sheet-3x8", 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct paper_pdf one, many;
        if (cases[i].n == 0)
            continue;
        print_singly(cases[i].layout, cases[i].n, cases[i].start, &one);
        print_many(cases[i].layout, cases[i].n, cases[i].start, &many);
        assert_int_equal(one.n, many.n);
        assert_memory_equal(one.bytes, many.bytes, one.n);
        free(one.bytes);
        free(many.bytes);
    }
}

/* A bad label among many: those before it are added, and the job goes on behind it. */
static void test_many_with_a_bad_one(void **state)
{
    (void)state;
    for (size_t bad = 0; bad < 300; bad += 37) {
        struct paper_pdf pdf = {0};
        struct label *labels_of = malloc(sizeof all);
        size_t added = 0;
        size_t rest = 0;
        assert_non_null(labels_of);
        memcpy(labels_of, all, sizeof all);
        labels_of[bad].name = "";
        struct labels *labels = open_layout("sheet-3x8");
        assert_true(labels_begin(labels, (struct labels_sink){paper_write, &pdf}, &err));
        assert_false(labels_add_many(labels, labels_of, 300, NULL, &added, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        assert_non_null(strstr(err.text, "name"));
        assert_int_equal(added, bad);
        assert_true(labels_add_many(labels, labels_of + bad + 1, 300 - bad - 1, NULL, &rest, &err));
        assert_int_equal(added + rest, 299);
        assert_true(labels_end(labels, &err));
        expect_pages(&pdf, 13); /* 299 of 24 a sheet */
        labels_close(labels);
        free(labels_of);
        free(pdf.bytes);
    }
}

/* A sink that fails ends the job, and the threads with it. */
static void test_many_with_a_full_disk(void **state)
{
    (void)state;
    for (size_t at = 1; at < 12; at++) {
        struct paper_pdf pdf = {.fail_at = at};
        size_t added = 0;
        struct labels *labels = open_layout("sheet-3x8");
        assert_true(labels_begin(labels, (struct labels_sink){paper_write, &pdf}, &err));
        assert_false(labels_add_many(labels, all, MOST, NULL, &added, &err));
        assert_int_equal(err.code, ERROR_LATER);
        assert_false(labels_end(labels, &err));
        labels_close(labels);
        free(pdf.bytes);
    }
}

/* Every number of a sheet is read from the paper. */
static void test_all_codes_of_a_sheet(void **state)
{
    (void)state;
    struct paper_pdf pdf;
    print_singly("sheet-3x8", 24, 0, &pdf);
    PopplerDocument *document = paper_open(&pdf);
    struct paper_raster raster = paper_raster(document, 0, 300);
    for (size_t i = 0; i < 24; i++) {
        char why[256] = "";
        if (!paper_reads(&raster, all[i].number, why))
            fail_msg("%s", why);
    }
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_and_paging),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_a_refused_label_takes_no_place),
        cmocka_unit_test(test_many_are_as_one_by_one),
        cmocka_unit_test(test_many_with_a_bad_one),
        cmocka_unit_test(test_many_with_a_full_disk),
        cmocka_unit_test(test_all_codes_of_a_sheet),
    };
    return cmocka_run_group_tests(tests, make_labels, NULL);
}
