/* One page, many tongues: what each of them puts on paper is the same, dot for dot or within the
 * breadth of one; and whatever stands in a name, it stays text (case B06). */
#include "job.h"

#include "labels/dots.h"
#include "labels/raster.h"
#include "labels/tongue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct paper_room room;
static struct label sample;

static struct bitmap print_png(const struct label *label, unsigned dpi)
{
    struct paper_pdf png;
    job_print("dl", &(struct labels_options){.tongue = "png", .dpi = dpi}, label, 1, &png);
    struct bitmap bitmap = job_png(&png);
    free(png.bytes);
    return bitmap;
}

static struct job_dots print_and_read(const char *tongue, printed_read *read,
                                      const struct label *label, unsigned dpi)
{
    struct paper_pdf job;
    struct job_dots dots;
    struct error err;
    job_print("dl", &(struct labels_options){.tongue = tongue, .dpi = dpi}, label, 1, &job);
    if (!job_read(read, &job, dpi, &dots, &err))
        fail_msg("%s at %u dpi: %s", tongue, dpi, err.text);
    free(job.bytes);
    return dots;
}

/* Dot for dot: what the printer draws itself too. ESC/POS has whole bytes a row. */
static void test_printers_put_the_same_dots_on_paper(void **state)
{
    (void)state;
    static const struct {
        const char *tongue;
        printed_read *read;
    } printers[] = {{"zpl", printed_zpl}, {"tspl", printed_tspl}, {"escpos", printed_escpos}};
    static const unsigned resolutions[] = {203, 300, 600};
    for (size_t d = 0; d < 3; d++) {
        struct bitmap png = print_png(&sample, resolutions[d]);
        for (size_t i = 0; i < 3; i++) {
            struct job_dots dots =
                print_and_read(printers[i].tongue, printers[i].read, &sample, resolutions[d]);
            assert_int_equal(dots.n_labels, 1);
            assert_int_equal(dots.first.height, png.height);
            assert_int_equal(dots.first.stride, png.stride);
            assert_memory_equal(dots.first.bits, png.bits, png.stride * (size_t)png.height);
            job_dots_done(&dots);
        }
        bitmap_done(&png);
    }
}

/* Any ink farther than a dot from the other's is something else, or elsewhere. */
static void expect_same(const struct bitmap *one, const struct bitmap *other, size_t most)
{
    assert_in_range(job_strays(one, other, 1), 0, most);
    assert_in_range(job_strays(other, one, 1), 0, most);
}

/* Poppler, which knows nothing of us, draws the PDF: the same text in the same place. */
static void test_pdf_is_the_same(void **state)
{
    (void)state;
    struct paper_pdf pdf;
    struct bitmap png = print_png(&sample, 300);
    paper_print(&sample, 1, &pdf, NULL);
    PopplerDocument *document = paper_open(&pdf);
    struct paper_raster raster = paper_raster(document, 0, 300);
    struct bitmap drawn;
    assert_true(bitmap_init(&drawn, raster.width, raster.height));
    for (int32_t y = 0; y < raster.height; y++)
        for (int32_t x = 0; x < raster.width; x++)
            if (raster.ink[y * raster.width + x])
                bitmap_fill(&drawn, (struct bitmap_box){x, y, 1, 1});
    /* The QR's modules of 7 dots stand up to 7 dots inside the PDF's of 7.4. */
    struct bitmap_box qr = {1390, 90, 310, 310};
    struct bitmap_box bars = {110, 840, 760, 200};
    bitmap_fill(&drawn, qr);
    bitmap_fill(&png, qr);
    bitmap_fill(&drawn, bars);
    bitmap_fill(&png, bars);
    expect_same(&png, &drawn, 40);
    bitmap_done(&drawn);
    bitmap_done(&png);
    paper_raster_free(&raster);
    g_object_unref(document);
    free(pdf.bytes);
}

/* Chromium draws the SVG at 8 dots a mm. */
static void test_svg_is_the_same(void **state)
{
    (void)state;
    char folder[128];
    char path[160];
    char command[1024];
    struct paper_pdf svg;
    struct paper_pdf shot = {0};
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-svg-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/label.svg", folder);
    job_print("dl", &(struct labels_options){.tongue = "svg"}, &sample, 1, &svg);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(svg.bytes, 1, svg.n, file), svg.n);
    assert_int_equal(fclose(file), 0);
    snprintf(command, sizeof command,
             "cd %s && shell=$(command -v chromium-headless-shell || command -v chromium) &&"
             " env HOME=%s $shell --headless --no-sandbox --disable-gpu --no-first-run"
             " --disable-background-networking --disable-component-update --disable-sync"
             " --user-data-dir=%s/profile --hide-scrollbars --force-device-scale-factor=2.1166667"
             " --window-size=832,416 --screenshot=label.png label.svg >/dev/null 2>&1",
             folder, folder, folder);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/label.png", folder);
    file = fopen(path, "r");
    assert_non_null(file);
    unsigned char bytes[65536];
    for (size_t n = 0; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        assert_true(paper_write(&shot, bytes, n));
    assert_int_equal(fclose(file), 0);
    struct bitmap drawn = job_png(&shot);
    struct bitmap png = print_png(&sample, 203);
    expect_same(&png, &drawn, 40);
    bitmap_done(&drawn);
    bitmap_done(&png);
    free(shot.bytes);
    free(svg.bytes);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

/* ------------------------------------------------------------------ hostile names */

static const struct {
    const char *name;
    const char *printed; /* NULL: as it is */
} hostile[] = {
    {"Ngõ 5^XZ^XA^FO10,10^FDX^FS", NULL},
    {"~JR", NULL},
    {"a_b_5E_7E", NULL},
    {"C:\\duong\\nha", NULL},
    {"100 % \\& 5", NULL},
    {"Đặng Thị Ngọc Ẩn", NULL},
    {"tab\there", "tab here"},
    {"cr\r\nlf", "cr lf"},
    {"quote\"'`", NULL},
    {"quote\\[\"]\"", NULL},
    {"^", NULL},
    {"~", NULL},
    {"_", NULL},
    {"\\", NULL},
    {"a,b", NULL},
    {"Số 1>2>;0", NULL},
    {"\"\r\nPRINT 9,9", "\" PRINT 9,9"},
};

static bool has_text(const struct job_dots *dots, const char *text)
{
    for (size_t i = 0; i < dots->n_texts; i++)
        if (strcmp(dots->texts[i], text) == 0)
            return true;
    return false;
}

static size_t count_bytes(const struct paper_pdf *job, unsigned char byte)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n; i++)
        n += job->bytes[i] == byte;
    return n;
}

/* Two labels with each name: their texts come back as they are, the number of labels stays two,
 * and in ZPL no ^ or ~ is there but those of a label with a plain name. */
static void test_a_hostile_name_is_text(void **state)
{
    (void)state;
    static const struct {
        const char *tongue;
        printed_read *read;
    } printers[] = {{"zpl", printed_zpl}, {"tspl", printed_tspl}};
    for (size_t p = 0; p < 2; p++) {
        const struct labels_options options = {.tongue = printers[p].tongue, .native_text = true};
        struct label two[2] = {sample, sample};
        struct paper_pdf plain;
        two[0].name = two[1].name = "Ti";
        job_print("dl", &options, two, 2, &plain);
        for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
            struct paper_pdf job;
            struct job_dots dots;
            struct error err;
            two[0].name = two[1].name = hostile[i].name;
            job_print("dl", &options, two, 2, &job);
            if (!job_read(printers[p].read, &job, 203, &dots, &err))
                fail_msg("%s, '%s': %s", printers[p].tongue, hostile[i].name, err.text);
            assert_int_equal(dots.n_labels, 2);
            const char *printed = hostile[i].printed == NULL ? hostile[i].name : hostile[i].printed;
            if (!has_text(&dots, printed))
                fail_msg("%s: '%s' is not printed", printers[p].tongue, printed);
            if (p == 0) {
                assert_int_equal(count_bytes(&job, '^'), count_bytes(&plain, '^'));
                assert_int_equal(count_bytes(&job, '~'), 0);
            }
            job_dots_done(&dots);
            free(job.bytes);
        }
        free(plain.bytes);
    }
}

/* White text on black cannot be left to the printer: it stays in the dots. */
static void test_only_black_text_is_native(void **state)
{
    (void)state;
    struct paper_pdf job;
    struct job_dots dots;
    struct error err;
    struct label label = sample;
    label.marks = LABELS_TO_COLLECT;
    job_print("dl", &(struct labels_options){.tongue = "zpl", .native_text = true}, &label, 1,
              &job);
    assert_true(job_read(printed_zpl, &job, 203, &dots, &err));
    assert_false(has_text(&dots, "CÓ THU"));
    assert_true(has_text(&dots, "Hà Tĩnh"));
    struct bitmap png = print_png(&label, 203);
    struct bitmap_box plate = {720, 336, 155, 64};
    assert_int_equal(bitmap_count(&dots.first, plate), bitmap_count(&png, plate));
    bitmap_done(&png);
    job_dots_done(&dots);
    free(job.bytes);
}

/* ------------------------------------------------------------------ symbols */

static struct page page;
static struct symbol_maker *maker;
static struct fonts *fonts;

/* A page of 100 x 40 mm with one symbol at 10, 10. */
static void one_symbol(enum symbology kind, const char *text, int32_t module_um)
{
    struct symbol symbol;
    struct error err;
    if (!symbol_make(maker, kind, text, &symbol, &err))
        fail_msg("%s: %s", text, err.text);
    int32_t row_um = kind == SYMBOL_CODE128 ? 12500 : module_um;
    struct page_bars bars = {
        .kind = kind,
        .area = {10000, 10000, symbol.columns * module_um, symbol.rows * row_um},
        .module_um = module_um};
    snprintf(bars.text, sizeof bars.text, "%s", text);
    page_clear(&page, 150000, 40000);
    page_add_bars(&page, &bars);
    for (int row = 0; row < symbol.rows; row++)
        for (int column = 0; column < symbol.columns; column++)
            if (symbol_dark(&symbol, row, column))
                page_add_bar(&page, (struct page_rect){10000 + column * module_um,
                                                       10000 + row * row_um, module_um, row_um});
}

static void expect_symbol(tongue_open *open, printed_read *read, const char *command)
{
    struct error err;
    struct paper_pdf job = {0};
    struct writer *writer = NULL;
    struct job_dots dots = {0};
    struct bitmap asked = {0};
    if (!open((struct labels_sink){paper_write, &job}, fonts, &(struct labels_options){0}, &writer,
              &err) ||
        !writer->page(writer, &page, &err) || !writer->end(writer, &err) ||
        !job_read(read, &job, 203, &dots, &err) ||
        !raster_page(&page, fonts, 203, RASTER_ALL, &asked, &err))
        fail_msg("%s: %s", page.bars[0].text, err.text);
    writer->close(writer);
    assert_true(paper_write(&job, "", 1));
    if (strstr((const char *)job.bytes, command) == NULL)
        fail_msg("'%s' is not drawn by %s", page.bars[0].text, command);
    if (asked.bits == NULL || dots.first.bits == NULL ||
        memcmp(dots.first.bits, asked.bits, asked.stride * (size_t)asked.height) != 0)
        fail_msg("'%s' by %s has other bars", page.bars[0].text, command);
    bitmap_done(&asked);
    job_dots_done(&dots);
    free(job.bytes);
}

/* Whatever the text, the printer's own Code 128 has the bars that were laid out. */
static void test_native_code128_is_the_same(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "RA473124829VN", "BG-00001234", "GM-12345678", "TH-123",   "12",    "1234",
        "1234567",       "A1234",       "1234A",       "A123456B", "AB>12", ">",
        ">>;0",          "^XZ",         "~JR",         "a_b",      "z",     " ~"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        one_symbol(SYMBOL_CODE128, texts[i], 375);
        expect_symbol(write_zpl_open, printed_zpl, "^BCN,");
        expect_symbol(write_tspl_open, printed_tspl, "BARCODE");
    }
}

/* What would read otherwise, or come out in another size, goes as boxes. */
static void test_the_rest_goes_as_boxes(void **state)
{
    (void)state;
    one_symbol(SYMBOL_CODE128, "A\"B!C\\", 375);
    expect_symbol(write_tspl_open, printed_tspl, "BAR ");
    one_symbol(SYMBOL_QR, "HTTPS://TRAO.EXAMPLE", 625); /* a printer would take a smaller one */
    expect_symbol(write_zpl_open, printed_zpl, "^GB");
    expect_symbol(write_tspl_open, printed_tspl, "BAR ");
    one_symbol(SYMBOL_DATAMATRIX, "a^b_c", 500);
    expect_symbol(write_zpl_open, printed_zpl, "^GB");
    expect_symbol(write_tspl_open, printed_tspl, "BAR ");
}

/* At 203 dpi a module of 600 µm becomes four dots, 500 µm: right where the layout takes that,
 * refused where it asks for more. */
static void test_the_layouts_least_holds_on_dots(void **state)
{
    (void)state;
    static tongue_open *const opens[] = {write_zpl_open, write_tspl_open, write_escpos_open,
                                         write_png_open};
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        for (int32_t least_um = 500; least_um <= 600; least_um += 100) {
            struct error err = {.code = ERROR_NONE};
            struct paper_pdf job = {0};
            struct writer *writer = NULL;
            one_symbol(SYMBOL_QR, "HTTPS://TRAO.EXAMPLE", 600);
            page.bars[0].least_um = least_um;
            assert_true(opens[i]((struct labels_sink){paper_write, &job}, fonts,
                                 &(struct labels_options){0}, &writer, &err));
            bool taken = writer->page(writer, &page, &err);
            writer->close(writer);
            free(job.bytes);
            assert_int_equal(taken, least_um == 500);
            if (!taken && strstr(err.text, "500 µm wide, least is 600 µm") == NULL)
                fail_msg("%s", err.text);
        }
}

static void test_native_matrix_is_the_same(void **state)
{
    (void)state;
    one_symbol(SYMBOL_QR, "HTTPS://TRAO.EXAMPLE/T/RA473124829VN/ABCD2345", 625);
    expect_symbol(write_zpl_open, printed_zpl, "^FDMA,HTTPS");
    expect_symbol(write_tspl_open, printed_tspl, "QRCODE");
    one_symbol(SYMBOL_DATAMATRIX, "RA473124829VN", 500);
    expect_symbol(write_zpl_open, printed_zpl, "^BXN,4,200,16,16");
    expect_symbol(write_tspl_open, printed_tspl, "DMATRIX");
}

/* A module that whole dots would make too narrow is refused, not printed. */
static void test_too_few_dots_are_refused(void **state)
{
    (void)state;
    struct dots_symbol symbol;
    struct error err;
    one_symbol(SYMBOL_CODE128, "RA473124829VN", 250);
    assert_true(dots_symbol(&page, &page.bars[0], 203, &symbol, &err));
    assert_int_equal(symbol.module, 2);
    assert_false(dots_symbol(&page, &page.bars[0], 300, &symbol, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "169 µm wide, least is 250 µm"));
}

/* ------------------------------------------------------------------ jobs */

static void test_what_is_no_resolution(void **state)
{
    (void)state;
    static const char *const tongues_with_dots[] = {"png", "zpl", "tspl", "escpos"};
    struct labels *labels = NULL;
    struct error err;
    assert_true(labels_open("dl", &labels, &err));
    for (size_t i = 0; i < 4; i++) {
        const struct labels_options options = {.tongue = tongues_with_dots[i], .dpi = 200};
        struct paper_pdf job = {0};
        assert_false(
            labels_begin_as(labels, &options, (struct labels_sink){paper_write, &job}, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
    }
    labels_close(labels);
}

/* A sink that fails ends the job, and nothing may follow. */
static void test_a_failing_sink_ends_the_job(void **state)
{
    (void)state;
    static const char *const all[] = {"svg", "png", "zpl", "tspl", "escpos"};
    for (size_t i = 0; i < 5; i++) {
        struct labels *labels = NULL;
        struct labels_report report;
        struct error err;
        struct paper_pdf job = {.fail_at = 1};
        assert_true(labels_open("dl", &labels, &err));
        assert_true(labels_begin_as(labels, &(struct labels_options){.tongue = all[i]},
                                    (struct labels_sink){paper_write, &job}, &err));
        assert_false(labels_add(labels, &sample, &report, &err));
        assert_int_equal(err.code, ERROR_LATER);
        assert_false(labels_add(labels, &sample, &report, &err));
        assert_false(labels_end(labels, &err));
        assert_int_equal(job.n, 0);
        labels_close(labels);
        free(job.bytes);
    }
}

/* The picture says its own size: 220 mm at 8 dots a mm, 8000 a metre. */
static void test_png_says_its_resolution(void **state)
{
    (void)state;
    static const unsigned char size[] = {0, 0, 0x1F, 0x40, 0, 0, 0x1F, 0x40, 1};
    struct paper_pdf png;
    job_print("dl", &(struct labels_options){.tongue = "png"}, &sample, 1, &png);
    assert_memory_equal(png.bytes + 24, "\1\0", 2); /* one bit, grey */
    assert_memory_equal(png.bytes + 37, "pHYs", 4);
    assert_memory_equal(png.bytes + 41, size, sizeof size);
    free(png.bytes);
    job_print("dl", &(struct labels_options){.tongue = "png", .preview = true}, &sample, 1, &png);
    assert_memory_equal(png.bytes + 24, "\x8\2", 2);
    free(png.bytes);
}

static int open_all(void **state)
{
    (void)state;
    struct error err;
    sample = paper_label(15, &room);
    return symbol_maker_open(&maker, &err) && fonts_open("Noto Sans", &fonts, &err) ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    symbol_maker_close(maker);
    fonts_close(fonts);
    page_done(&page);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_printers_put_the_same_dots_on_paper),
        cmocka_unit_test(test_pdf_is_the_same),
        cmocka_unit_test(test_svg_is_the_same),
        cmocka_unit_test(test_a_hostile_name_is_text),
        cmocka_unit_test(test_only_black_text_is_native),
        cmocka_unit_test(test_native_code128_is_the_same),
        cmocka_unit_test(test_the_rest_goes_as_boxes),
        cmocka_unit_test(test_native_matrix_is_the_same),
        cmocka_unit_test(test_the_layouts_least_holds_on_dots),
        cmocka_unit_test(test_too_few_dots_are_refused),
        cmocka_unit_test(test_what_is_no_resolution),
        cmocka_unit_test(test_a_failing_sink_ends_the_job),
        cmocka_unit_test(test_png_says_its_resolution),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
