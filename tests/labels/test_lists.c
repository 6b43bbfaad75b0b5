/* Bảng kê giao nhận: rows over pages, totals, places to sign. */
#include "paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 200

static struct labels *labels;
static struct error err;
static struct labels_row rows[MOST];
static char numbers[MOST][14];

static const struct label head = {.sender = "UBND P. Trần Phú",
                                  .post_office = "Bưu cục Thành Sen",
                                  .serial = "BG-20481163",
                                  .time = "14:30 ngày 21/05/2026",
                                  .seal = "NP-0047"};

static int open_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        snprintf(numbers[i], sizeof numbers[i], "RA%09uVN", (unsigned)(100000000 + i * 7919));
        rows[i] = (struct labels_row){.number = numbers[i],
                                      .dossier = "H27.14-240823-0001",
                                      .name = "Đặng Thị Sỹ",
                                      .ward = "X. Cẩm Trung",
                                      .originals = 1,
                                      .copies = (unsigned)i % 3,
                                      .pages = 1000,
                                      .fees_vnd = 150000,
                                      .postage_vnd = 26000};
    }
    return labels_open("bang-ke", &labels, &err) ? 0 : -1;
}

static int close_labels(void **state)
{
    (void)state;
    labels_close(labels);
    return 0;
}

/* A list of n rows as a document; its bytes live in `pdf`. */
static PopplerDocument *print_rows(size_t n, struct paper_pdf *pdf, struct labels_report *report)
{
    *pdf = (struct paper_pdf){0};
    if (!labels_begin(labels, (struct labels_sink){paper_write, pdf}, &err) ||
        !labels_add_list(labels, &head, rows, n, report, &err) || !labels_end(labels, &err))
        fail_msg("%s", err.text);
    return paper_open(pdf);
}

static char *page_text(PopplerDocument *document, int number)
{
    PopplerPage *page = poppler_document_get_page(document, number);
    assert_non_null(page);
    char *text = poppler_page_get_text(page);
    g_object_unref(page);
    return text;
}

static bool page_says(PopplerDocument *document, int number, const char *words)
{
    char *text = page_text(document, number);
    bool says = strstr(text, words) != NULL;
    g_free(text);
    return says;
}

/* Every number stands on one page, in order; only the last page has totals and places to sign. */
static void check_pages(size_t n)
{
    struct paper_pdf pdf;
    struct labels_report report;
    PopplerDocument *document = print_rows(n, &pdf, &report);
    int pages = poppler_document_get_n_pages(document);
    size_t row = 0;
    for (int i = 0; i < pages; i++) {
        char words[32];
        char *text = page_text(document, i);
        size_t before = row;
        for (char spelt[24]; row < n; row++) {
            const char *number = numbers[row];
            snprintf(spelt, sizeof spelt, "%.2s %.3s %.3s %.3s %.2s", number, number + 2,
                     number + 5, number + 8, number + 11);
            if (strstr(text, spelt) == NULL)
                break;
        }
        assert_true(row > before);
        snprintf(words, sizeof words, "Tờ %d/%d", i + 1, pages);
        assert_non_null(strstr(text, words));
        assert_non_null(strstr(text, "BG-20481163"));
        assert_int_equal(strstr(text, "Tổng cộng") != NULL, i == pages - 1);
        assert_int_equal(strstr(text, "Thừa/thiếu khi đếm lại") != NULL, i == pages - 1);
        assert_int_equal(strstr(text, "Bên giao") != NULL, i == pages - 1);
        assert_int_equal(strstr(text, "Bên nhận") != NULL, i == pages - 1);
        g_free(text);
    }
    assert_int_equal(row, n);
    g_object_unref(document);
    free(pdf.bytes);
}

static void test_every_row_once(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 64; n++)
        check_pages(n);
    check_pages(MOST);
}

static void test_totals(void **state)
{
    (void)state;
    struct paper_pdf pdf;
    struct labels_report report;
    PopplerDocument *document = print_rows(41, &pdf, &report);
    int last = poppler_document_get_n_pages(document) - 1;
    assert_true(last > 0);
    assert_true(page_says(document, last, "41.000"));    /* 41 x 1000 pages */
    assert_true(page_says(document, last, "6.150.000")); /* 41 x 150.000 */
    assert_true(page_says(document, last, "1.066.000")); /* 41 x 26.000 */
    assert_false(page_says(document, 0, "6.150.000"));
    assert_int_equal(report.shortened, 0);
    assert_int_equal(report.substituted, 0);
    g_object_unref(document);
    free(pdf.bytes);
}

static void test_the_serial_is_read_back(void **state)
{
    (void)state;
    struct paper_pdf pdf;
    struct labels_report report;
    PopplerDocument *document = print_rows(3, &pdf, &report);
    PopplerPage *page = poppler_document_get_page(document, 0);
    double width = 0, height = 0;
    poppler_page_get_size(page, &width, &height);
    assert_in_range((int)(width * 100), 84188, 84190); /* 297 mm */
    assert_in_range((int)(height * 100), 59527, 59529);
    g_object_unref(page);
    struct paper_raster raster = paper_raster(document, 0, 203);
    char why[256] = "";
    if (!paper_reads(&raster, "BG-20481163", why))
        fail_msg("%s", why);
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
}

/* What is cut is told by column; nothing of a refused list is printed, and the row is named. */
static void test_reports_and_refusals(void **state)
{
    (void)state;
    struct paper_pdf pdf = {0};
    struct labels_report report = {0};
    struct labels_row two[2] = {rows[0], rows[1]};
    two[1].name = "Công Tằng Tôn Nữ Nguyễn Phước Thị Hồng Ngọc Bảo Châu Minh Nguyệt Ánh Tuyết Vân "
                  "Khánh Trường Sơn Đông Hải Nam Phương Bắc";
    two[0].note = "một 😀 ghi chú";
    assert_true(labels_begin(labels, (struct labels_sink){paper_write, &pdf}, &err));
    assert_true(labels_add_list(labels, &head, two, 2, &report, &err));
    assert_int_equal(report.shortened, 1u << LABELS_NAME);
    assert_int_equal(report.substituted, 1u << LABELS_NOTE);
    size_t before = pdf.n;
    two[1].number = "RA123";
    assert_false(labels_add_list(labels, &head, two, 2, &report, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "row 2: number"));
    two[1] = rows[1];
    two[0].fees_vnd = LABELS_VND_MAX + 1ull;
    assert_false(labels_add_list(labels, &head, two, 2, &report, &err));
    assert_non_null(strstr(err.text, "row 1: fees"));
    two[0] = rows[0];
    struct label no_serial = head;
    no_serial.serial = NULL;
    assert_false(labels_add_list(labels, &no_serial, two, 2, &report, &err));
    assert_non_null(strstr(err.text, "serial"));
    assert_false(labels_add_list(labels, &head, two, 0, &report, &err));
    assert_false(labels_add(labels, &head, &report, &err));
    assert_int_equal(pdf.n, before);
    assert_true(labels_end(labels, &err));
    free(pdf.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_once),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_the_serial_is_read_back),
        cmocka_unit_test(test_reports_and_refusals),
    };
    return cmocka_run_group_tests(tests, open_labels, close_labels);
}
