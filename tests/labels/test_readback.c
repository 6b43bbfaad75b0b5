/* Every page that was printed is read again from its dots: rastered by poppler at the thermal
 * printers' 203 dpi, decoded by zbar, compared with what was asked for. */
#include "paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGES 60
#define DPI 203.0

static struct paper_room rooms[PAGES];
static struct label asked[PAGES];
static struct paper_pdf pdf;
static PopplerDocument *document;

static int print_all(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PAGES; i++)
        asked[i] = paper_label(i, &rooms[i]);
    paper_print(asked, PAGES, &pdf, NULL);
    document = paper_open(&pdf);
    return 0;
}

static int throw_away(void **state)
{
    (void)state;
    g_object_unref(document);
    free(pdf.bytes);
    return 0;
}

static void test_every_page_reads_back(void **state)
{
    (void)state;
    assert_int_equal(poppler_document_get_n_pages(document), PAGES);
    for (int i = 0; i < PAGES; i++) {
        char why[256] = "";
        struct paper_raster raster = paper_raster(document, i, DPI);
        if (!paper_check(&raster, DPI, asked[i].number, asked[i].link, why))
            fail_msg("page %d: %s", i + 1, why);
        paper_raster_free(&raster);
    }
}

static void test_all_numbers_are_distinct(void **state)
{
    (void)state;
    for (int i = 0; i < PAGES; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(asked[i].number, asked[k].number);
}

/* Case B09: a print scaled to 94 % or 104 % must still be read, module 0.35 mm and more. */
static void test_a_scaled_print_reads_back(void **state)
{
    (void)state;
    static const double scales[] = {0.94, 1.04};
    for (size_t i = 0; i < 2; i++) {
        char why[256] = "";
        struct paper_raster raster = paper_raster(document, 1, DPI * scales[i]);
        if (!paper_check(&raster, DPI * scales[i], asked[1].number, asked[1].link, why))
            fail_msg("at %.0f %%: %s", scales[i] * 100, why);
        paper_raster_free(&raster);
    }
}

/* At 8 dots a mm, what thermal printers call 203 dpi, every bar and gap of the Code 128 is whole
 * modules of 3 dots, and every run in the QR whole modules of 5. */
static void test_modules_are_whole_dots(void **state)
{
    (void)state;
    static const struct {
        int x0, x1, y, dots;
    } rows[] = {{100, 600, 640, 3}, {960, 1120, 90, 5}};
    struct paper_raster raster = paper_raster(document, 0, 203.2);
    for (size_t i = 0; i < 2; i++) {
        const unsigned char *row = raster.ink + (ptrdiff_t)rows[i].y * raster.width;
        int first = rows[i].x0;
        while (!row[first])
            first++;
        int last = rows[i].x1;
        while (!row[last])
            last--;
        for (int x = first; x <= last;) {
            int from = x;
            while (x <= last && row[x] == row[from])
                x++;
            assert_int_equal((x - from) % rows[i].dots, 0);
        }
    }
    paper_raster_free(&raster);
}

static void test_a_wrong_number_is_caught(void **state)
{
    (void)state;
    char why[256] = "";
    struct paper_raster raster = paper_raster(document, 0, DPI);
    assert_false(paper_check(&raster, DPI, asked[1].number, asked[0].link, why));
    assert_non_null(strstr(why, asked[0].number));
    assert_false(paper_check(&raster, DPI, asked[0].number, asked[1].link, why));
    paper_raster_free(&raster);
}

/* Ink that touches the first bar, and ink that leaves it a hair of white, which a patient decoder
 * still reads and a cheap scanner does not: both are caught. So is a line beside the QR. */
static void test_a_covered_quiet_zone_is_caught(void **state)
{
    (void)state;
    static const double covers[][4] = {
        {10.5, 72, 3.9, 15}, {10.5, 72, 3.4, 15}, {74, 80, 0.3, 5}, {119, 8, 0.4, 24}};
    static const char *const named[] = {"Code 128", "Code 128", "Code 128", "QR"};
    for (size_t i = 0; i < 4; i++) {
        char why[256] = "";
        struct paper_raster raster = paper_raster(document, 0, DPI);
        const double *c = covers[i];
        paper_cover(&raster, DPI, c[0], c[1], c[2], c[3]);
        assert_false(paper_check(&raster, DPI, asked[0].number, asked[0].link, why));
        assert_non_null(strstr(why, named[i]));
        paper_raster_free(&raster);
    }
}

/* Nothing is printed where the post puts its own: postage, machine, flap, thumb (mm). */
static void test_kept_clear(void **state)
{
    (void)state;
    static const int zones[][4] = {
        {0, 0, 220, 5}, {146, 0, 74, 40}, {80, 95, 140, 15}, {0, 30, 25, 40}};
    for (int page = 0; page < PAGES; page += 5) {
        struct paper_raster raster = paper_raster(document, page, DPI);
        for (size_t z = 0; z < 4; z++)
            for (int y = 0; y < raster.height; y++)
                for (int x = 0; x < raster.width; x++) {
                    double x_mm = x * 25.4 / DPI, y_mm = y * 25.4 / DPI;
                    bool inside = x_mm > zones[z][0] && x_mm < zones[z][0] + zones[z][2] - 0.2 &&
                                  y_mm > zones[z][1] && y_mm < zones[z][1] + zones[z][3] - 0.2;
                    if (inside && raster.ink[y * raster.width + x])
                        fail_msg("page %d: ink at %.1f %.1f mm", page + 1, x_mm, y_mm);
                }
        paper_raster_free(&raster);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_page_reads_back),
        cmocka_unit_test(test_all_numbers_are_distinct),
        cmocka_unit_test(test_a_scaled_print_reads_back),
        cmocka_unit_test(test_modules_are_whole_dots),
        cmocka_unit_test(test_a_wrong_number_is_caught),
        cmocka_unit_test(test_a_covered_quiet_zone_is_caught),
        cmocka_unit_test(test_kept_clear),
    };
    return cmocka_run_group_tests(tests, print_all, throw_away);
}
