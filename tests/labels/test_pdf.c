/* The PDF as others see it: poppler, qpdf, a clerk who copies text, a disk that fills up. */
#include "paper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LOWER "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
#define UPPER "AÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬEÈẺẼÉẸÊỀỂỄẾỆIÌỈĨÍỊOÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢUÙỦŨÚỤƯỪỬỮỨỰYỲỶỸÝỴĐ"

static struct paper_room room;

static struct label plain_label(void)
{
    struct label label = paper_label(0, &room);
    label.marks = 0;
    label.copy = 1;
    return label;
}

/* All text of a page without any blanks, as copying gives it. */
static char *copied_text(const struct paper_pdf *pdf, int number)
{
    PopplerDocument *document = paper_open(pdf);
    PopplerPage *page = poppler_document_get_page(document, number);
    char *text = poppler_page_get_text(page);
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != ' ' && *from != '\n')
            *to++ = *from;
    *to = '\0';
    g_object_unref(page);
    g_object_unref(document);
    return text;
}

static void expect_copied(const struct label *label, const char *expected)
{
    struct paper_pdf pdf;
    struct labels_report report;
    paper_print(label, 1, &pdf, &report);
    assert_int_equal(report.substituted, 0);
    assert_int_equal(report.shortened, 0);
    char *text = copied_text(&pdf, 0);
    if (strstr(text, expected) == NULL)
        fail_msg("'%s' is not in '%s'", expected, text);
    g_free(text);
    free(pdf.bytes);
}

static void test_all_letters_are_copied_back(void **state)
{
    (void)state;
    struct label label = plain_label();
    label.name = LOWER;
    expect_copied(&label, LOWER);
    label.name = UPPER;
    expect_copied(&label, UPPER);
    label = plain_label();
    label.address = LOWER UPPER;
    expect_copied(&label, LOWER UPPER);
}

/* Case B07: decomposed input, the Icelandic eth, and signs that offices use. */
static void test_copied_text_is_composed(void **state)
{
    (void)state;
    struct label label = plain_label();
    label.name = "Nguye\xCC\x82\xCC\x83n Thi\xCC\xA3 \xC3\x90o\xCC\x82\xCC\x83";
    expect_copied(&label, "NguyễnThịĐỗ");
    label.address = "Số 5 – “Khu № ½” 20₫, Hà Tĩnh";
    expect_copied(&label, "Số5–“Khu№½”20₫");
    label.name = "q\xCC\x80 i\xCC\x88\xCC\x81"; /* no composed form: two glyphs a letter */
    expect_copied(&label, "q\xCC\x80");
}

/* A glyph that stands for i with a mark here and for ı alone there keeps both texts. */
static void test_one_glyph_for_two_letters(void **state)
{
    (void)state;
    struct label label = plain_label();
    label.name = "ı i\xCC\x8A ı";
    expect_copied(&label, "ıi\xCC\x8Aı");
}

static void test_never_outside(void **state)
{
    (void)state;
    struct label label = plain_label();
    struct paper_pdf pdf;
    paper_print(&label, 1, &pdf, NULL);
    char *text = copied_text(&pdf, 0);
    assert_null(strstr(text, "HTTPS"));
    assert_null(strstr(text, "TRAO"));
    assert_non_null(strstr(text, "45123"));
    assert_null(strstr(strstr(text, "45123") + 5, "45123")); /* in the boxes only */
    assert_non_null(strstr(text, "HàTĩnh"));
    assert_non_null(strstr(text, "50mm"));
    assert_null(strstr(text, "BẢNINLẠI"));
    assert_null(strstr(text, "CÓTHU"));
    g_free(text);
    free(pdf.bytes);
}

static void test_marks_and_reprint(void **state)
{
    (void)state;
    static const char *const words[] = {"ĐÚNGNGƯỜI", "CÓTHU", "KHÔNGGẬP", "TRÁNHƯỚT"};
    for (unsigned marks = 0; marks < 16; marks++) {
        struct label label = plain_label();
        struct paper_pdf pdf;
        label.marks = marks;
        label.copy = marks;
        paper_print(&label, 1, &pdf, NULL);
        char *text = copied_text(&pdf, 0);
        for (int i = 0; i < 4; i++)
            assert_int_equal(strstr(text, words[i]) != NULL, marks >> i & 1);
        char reprint[32];
        snprintf(reprint, sizeof reprint, "BẢNINLẠI%u", marks);
        assert_int_equal(strstr(text, reprint) != NULL, marks >= 2);
        g_free(text);
        free(pdf.bytes);
    }
}

static void test_long_texts_are_reported(void **state)
{
    (void)state;
    struct label label = plain_label();
    static char name[LABELS_TEXT_BYTES + 2];
    char *end = name;
    for (int i = 0; i < 100; i++)
        end = stpcpy(end, "Nguyễn ");
    label.name = name;
    label.address = "Xóm 😀, X. Thạch Hà, Hà Tĩnh";
    struct paper_pdf pdf;
    struct labels_report report;
    paper_print(&label, 1, &pdf, &report);
    assert_int_equal(report.shortened, 1u << LABELS_NAME);
    assert_int_equal(report.substituted, 1u << LABELS_ADDRESS);
    char *text = copied_text(&pdf, 0);
    assert_non_null(strstr(text, "…"));
    assert_non_null(strstr(text, "Xóm\xEF\xBF\xBD"));
    g_free(text);
    free(pdf.bytes);
}

/* Case B09 and the clerk's own ruler. */
static void test_page_and_viewer(void **state)
{
    (void)state;
    struct label label = plain_label();
    struct paper_pdf pdf;
    paper_print(&label, 1, &pdf, NULL);
    PopplerDocument *document = paper_open(&pdf);
    assert_int_equal(poppler_document_get_print_scaling(document), POPPLER_PRINT_SCALING_NONE);
    PopplerPage *page = poppler_document_get_page(document, 0);
    double width = 0;
    double height = 0;
    poppler_page_get_size(page, &width, &height);
    assert_true(width > 623.619 && width < 623.621);
    assert_true(height > 311.809 && height < 311.811);
    g_object_unref(page);
    struct paper_raster raster = paper_raster(document, 0, 254);
    int row = 1040; /* 104 mm down, ten dots a mm */
    int first = 0;
    int last = 0;
    for (int x = 0; x < 610; x++)
        if (raster.ink[row * raster.width + x]) {
            first = first == 0 ? x : first;
            last = x;
        }
    assert_in_range(last - first, 498, 504); /* 50 mm and the two end strokes' halves */
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
}

static void test_qpdf_finds_nothing(void **state)
{
    (void)state;
    struct paper_room rooms[3];
    struct label labels[3];
    for (unsigned i = 0; i < 3; i++)
        labels[i] = paper_label(i, &rooms[i]);
    struct paper_pdf pdf;
    paper_print(labels, 3, &pdf, NULL);
    const char *tmp = getenv("TMPDIR");
    char path[256];
    char command[400];
    snprintf(path, sizeof path, "%s/trao-labels-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, pdf.bytes, pdf.n), pdf.n);
    close(file);
    snprintf(command, sizeof command, "qpdf --check '%s' >/dev/null", path);
    int status = system(command);
    unlink(path);
    assert_int_equal(status, 0);
    free(pdf.bytes);
}

static void test_same_labels_same_bytes(void **state)
{
    (void)state;
    struct label label = plain_label();
    struct paper_pdf one;
    struct paper_pdf two;
    paper_print(&label, 1, &one, NULL);
    paper_print(&label, 1, &two, NULL);
    assert_int_equal(one.n, two.n);
    assert_memory_equal(one.bytes, two.bytes, one.n);
    free(one.bytes);
    free(two.bytes);
}

/* More pages than one node of the page tree holds; each page leaves by itself. */
static void test_many_pages_stream(void **state)
{
    (void)state;
    enum { PAGES = 600 };
    static struct paper_room rooms[PAGES];
    static struct label labels[PAGES];
    for (unsigned i = 0; i < PAGES; i++)
        labels[i] = paper_label(i, &rooms[i]);
    struct paper_pdf pdf;
    paper_print(labels, PAGES, &pdf, NULL);
    assert_true(pdf.n_writes >= PAGES);
    PopplerDocument *document = paper_open(&pdf);
    assert_int_equal(poppler_document_get_n_pages(document), PAGES);
    g_object_unref(document);
    char *text = copied_text(&pdf, PAGES - 1);
    assert_non_null(strstr(text, "HàTĩnh"));
    g_free(text);
    free(pdf.bytes);
}

static void test_bad_labels_are_refused_and_the_job_goes_on(void **state)
{
    (void)state;
    struct error err;
    struct labels *job = NULL;
    struct paper_pdf pdf = {0};
    struct labels_report report = {.shortened = 77};
    assert_true(labels_open("dl", &job, &err));
    assert_true(labels_begin(job, (struct labels_sink){paper_write, &pdf}, &err));
    struct label good = plain_label();
    assert_true(labels_add(job, &good, &report, &err));
    size_t before = pdf.n;
    struct {
        struct label label;
        const char *field;
    } bad[10];
    for (int i = 0; i < 10; i++)
        bad[i].label = good;
    bad[0].label.number = "RA47312482SVNX", bad[0].field = "number: 14";
    bad[1].label.number = "RA47312482ôVN", bad[1].field = "number: character 11";
    bad[2].label.number = NULL, bad[2].field = "number";
    bad[3].label.name = " ", bad[3].field = "name is empty";
    bad[4].label.address = "", bad[4].field = "address is empty";
    bad[5].label.name = "A\xFF", bad[5].field = "name: not UTF-8";
    bad[6].label.postal_code = "4512", bad[6].field = "postal: 4 digits";
    bad[7].label.postal_code = "4512A", bad[7].field = "postal: character 5";
    bad[8].label.link = "https://x", bad[8].field = "link: QR: character 1";
    bad[9].label.copy = 100, bad[9].field = "copy 100";
    report = (struct labels_report){.shortened = 77};
    for (int i = 0; i < 10; i++) {
        assert_false(labels_add(job, &bad[i].label, &report, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        if (strstr(err.text, bad[i].field) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, bad[i].field);
        assert_int_equal(report.shortened, 77);
    }
    assert_int_equal(pdf.n, before);
    assert_true(labels_add(job, &good, &report, &err));
    assert_true(labels_end(job, &err));
    PopplerDocument *document = paper_open(&pdf);
    assert_int_equal(poppler_document_get_n_pages(document), 2);
    g_object_unref(document);
    labels_close(job);
    free(pdf.bytes);
}

static void test_a_job_without_pages(void **state)
{
    (void)state;
    struct error err;
    struct labels *job = NULL;
    struct paper_pdf pdf = {0};
    assert_true(labels_open("dl", &job, &err));
    assert_true(labels_begin(job, (struct labels_sink){paper_write, &pdf}, &err));
    assert_false(labels_end(job, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    labels_close(job);
    free(pdf.bytes);
}

/* The n-th write fails, for every n: said at once, no leak, and the next job is whole. */
static void test_every_write_may_fail(void **state)
{
    (void)state;
    struct error err;
    struct labels *job = NULL;
    struct label label = plain_label();
    struct labels_report report;
    assert_true(labels_open("dl", &job, &err));
    bool whole = false;
    for (size_t n = 1; !whole; n++) {
        struct paper_pdf pdf = {.fail_at = n};
        assert_true(n < 20);
        assert_true(labels_begin(job, (struct labels_sink){paper_write, &pdf}, &err));
        bool added = true;
        for (int i = 0; added && i < 2; i++)
            added = labels_add(job, &label, &report, &err);
        whole = labels_end(job, &err);
        assert_true(added || !whole);
        assert_int_equal(whole, pdf.n_writes < n);
        if (!whole)
            assert_int_equal(err.code, ERROR_LATER);
        free(pdf.bytes);
    }
    labels_close(job);
}

/* fontconfig would put another font in the place of one that is missing; labels_open does not. */
static void test_a_font_in_anothers_place_is_an_error(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    char folder[200];
    char path[256];
    snprintf(folder, sizeof folder, "%s/trao-fonts-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/fonts.conf", folder);
    FILE *conf = fopen(path, "w");
    assert_non_null(conf);
    fprintf(conf, "<fontconfig><dir>%s</dir><cachedir>%s/cache</cachedir></fontconfig>", folder,
            folder);
    assert_int_equal(fclose(conf), 0);
    char serif[256];
    snprintf(serif, sizeof serif, "%s/serif.ttf", folder);
    assert_int_equal(symlink("/usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf", serif), 0);
    setenv("FONTCONFIG_FILE", path, 1);
    struct error err;
    struct labels *job = NULL;
    bool opened = labels_open("dl", &job, &err);
    unsetenv("FONTCONFIG_FILE");
    char command[300];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
    assert_false(opened);
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "'Noto Sans'"));
    assert_non_null(strstr(err.text, "'Noto Serif'"));
}

/* Case B07: at the layout's own line distance, inks of ẪỄỖẰẲẴ below gỵặệộựq neither touch nor are
 * cut: two lines together make as many shapes, and as much ink, as each alone. */
static void count(const char *address, size_t *ret_shapes, size_t *ret_dots)
{
    struct label label = plain_label();
    struct paper_pdf pdf;
    label.name = "l";
    label.address = address;
    paper_print(&label, 1, &pdf, NULL);
    PopplerDocument *document = paper_open(&pdf);
    struct paper_raster raster = paper_raster(document, 0, 600);
    paper_count(&raster, ret_shapes, ret_dots);
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
}

#define LOW "gỵặệộựq gỵặệộựq gỵặệộựq gỵặệộựq gỵặệộựq"
#define TALL "ẪỄỖẰẲẴ ẪỄỖẰẲẴ ẪỄỖẰẲẴ ẪỄỖẰẲẴ ẪỄỖẰẲẴ"

static void test_lines_do_not_touch(void **state)
{
    (void)state;
    size_t both, low, tall, none;
    size_t both_dots, low_dots, tall_dots, none_dots;
    count(LOW ", " TALL ", Hà Tĩnh", &both, &both_dots);
    count(LOW ", Hà Tĩnh", &low, &low_dots);
    count(TALL ", Hà Tĩnh", &tall, &tall_dots);
    count("l, Hà Tĩnh", &none, &none_dots);
    assert_int_equal(both + none, low + tall + 2); /* the l and the comma at the line's end */
    double together = (double)(both_dots + none_dots);
    double apart = (double)(low_dots + tall_dots);
    assert_true(together > apart * 0.997 && together < apart * 1.003);
}

/* Letters stand where shaping put them: a kerned text that ends at 169 mm ends there in ink. */
static void test_kerning_is_drawn(void **state)
{
    (void)state;
    struct label label = plain_label();
    struct paper_pdf pdf;
    label.address = "Xóm 5, AVAVAVAVAVAVAVAVAVAVAVAVAVAV";
    paper_print(&label, 1, &pdf, NULL);
    PopplerDocument *document = paper_open(&pdf);
    struct paper_raster raster = paper_raster(document, 0, 254);
    int last = 0;
    for (int y = 840; y < 920; y++)
        for (int x = 900; x < 1707; x++) /* ten dots a mm, up to the postal boxes */
            if (raster.ink[y * raster.width + x] && x > last)
                last = x;
    assert_in_range(last, 1684, 1691);
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_letters_are_copied_back),
        cmocka_unit_test(test_copied_text_is_composed),
        cmocka_unit_test(test_one_glyph_for_two_letters),
        cmocka_unit_test(test_never_outside),
        cmocka_unit_test(test_marks_and_reprint),
        cmocka_unit_test(test_long_texts_are_reported),
        cmocka_unit_test(test_page_and_viewer),
        cmocka_unit_test(test_qpdf_finds_nothing),
        cmocka_unit_test(test_same_labels_same_bytes),
        cmocka_unit_test(test_many_pages_stream),
        cmocka_unit_test(test_bad_labels_are_refused_and_the_job_goes_on),
        cmocka_unit_test(test_a_job_without_pages),
        cmocka_unit_test(test_every_write_may_fail),
        cmocka_unit_test(test_a_font_in_anothers_place_is_an_error),
        cmocka_unit_test(test_lines_do_not_touch),
        cmocka_unit_test(test_kerning_is_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
