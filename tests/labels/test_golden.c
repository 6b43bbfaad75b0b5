/* Every layout as a 203 dpi printer sets its dots, against pictures that were looked at
 * (golden/NAME.png, one bit a dot). GOLDEN=write makes them anew: look at each before committing
 * it. Every code of every picture is read twice, by decoders that share nothing: zbar (libdmtx for
 * Data Matrix) and ZXing, each on a crop of its own. */
#include "labels/compose.h"
#include "labels/readback_symbol.h"
#include "tests/labels/job.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DPI 203
#define PLACES_MAX 24
#define ROWS 9
#define PATH_ROOM 512
#define FIRST 47 /* all four marks, a reprint and a long address: the fullest page first */

static struct error err;
static char folder[256]; /* for crops */
static struct paper_room rooms[PLACES_MAX];
static struct label labels[PLACES_MAX];
static struct label head; /* of the list */
static struct labels_row rows[ROWS];

/* Invented people; every place of a sheet has another number. */
static int make_labels(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES_MAX; i++) {
        labels[i] = paper_label(FIRST + i, &rooms[i]);
        labels[i].slip_code = "7KQ 4M2";
        labels[i].serial = "GM-04711823";
        labels[i].attempt = "1/2";
        labels[i].post_office = "Bưu cục Thành Sen, số 6 đường Trần Phú, P. Thành Sen, Hà Tĩnh";
        labels[i].time = "14:30 ngày 21/05/2026";
        labels[i].seal = "NP-0047";
    }
    head = labels[0];
    head.serial = "BG-20481163";
    for (unsigned i = 0; i < ROWS; i++)
        rows[i] = (struct labels_row){.number = labels[i].number,
                                      .dossier = "000.17.22.H27-210531-0001",
                                      .name = labels[i].name,
                                      .ward = "P. Trần Phú",
                                      .originals = 1,
                                      .copies = i % 3,
                                      .pages = 14,
                                      .fees_vnd = 150000,
                                      .postage_vnd = 26000,
                                      .note = "đúng người nhận"};
    const char *tmp = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-golden-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[PATH_ROOM];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* ------------------------------------------------------------------ what is printed */

/* A full page of a layout as a PNG, through the door that everyone uses. */
static struct paper_pdf print_page(const char *layout)
{
    struct paper_pdf png = {0};
    struct labels *job = NULL;
    struct labels_report report;
    const struct labels_options options = {.tongue = "png", .dpi = DPI};
    if (!labels_open(layout, &job, &err) ||
        !labels_begin_as(job, &options, (struct labels_sink){paper_write, &png}, &err))
        fail_msg("%s: %s", layout, err.text);
    struct labels_about about = labels_about(job);
    assert_true(about.places <= PLACES_MAX);
    bool added = true;
    if (about.use == LABELS_FOR_LIST)
        added = labels_add_list(job, &head, rows, ROWS, &report, &err);
    for (size_t i = 0; added && about.use != LABELS_FOR_LIST && i < about.places; i++)
        added = labels_add(job, &labels[i], &report, &err);
    if (!added || !labels_end(job, &err))
        fail_msg("%s: %s", layout, err.text);
    labels_close(job);
    return png;
}

/* The same page before it is drawn: where its symbols stand and what they say. */
static void compose_page(const char *name, struct page *page)
{
    struct layout *layout = NULL;
    struct fonts *fonts = NULL;
    struct composer *composer = NULL;
    struct labels_report report;
    if (!layout_open(name, &layout, &err) || !fonts_open(layout->family, &fonts, &err) ||
        !composer_open(layout, fonts, &composer, &err))
        fail_msg("%s: %s", name, err.text);
    *page = (struct page){0};
    if (layout->table.id[0] != '\0') {
        assert_true(compose_list(composer, &head, rows, ROWS, 0, page, &report, &err));
    } else {
        assert_true(compose_begin(composer, page, &err));
        for (size_t i = 0; i < compose_places(layout); i++)
            assert_true(compose_label(composer, &labels[i], i, page, &report, &err));
    }
    composer_close(composer);
    fonts_close(fonts);
    layout_close(layout);
}

/* ------------------------------------------------------------------ pictures */

static const char *golden_path(const char *layout)
{
    static char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/labels/golden/%s.png", TESTS_DIR, layout);
    return path;
}

static struct bitmap read_golden(const char *layout)
{
    const char *path = golden_path(layout);
    struct paper_pdf png = {0};
    unsigned char bytes[4096];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        assert_true(paper_write(&png, bytes, n));
    (void)fclose(file);
    struct bitmap bitmap = job_png(&png);
    free(png.bytes);
    return bitmap;
}

static void write_golden(const char *layout, const struct paper_pdf *png)
{
    const char *path = golden_path(layout);
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        fail_msg("%s: %s", path, strerror(errno));
    assert_int_equal(fwrite(png->bytes, 1, png->n, file), png->n);
    assert_int_equal(fclose(file), 0);
}

static void test_every_layout_looks_as_it_did(void **state)
{
    (void)state;
    for (size_t i = 0; labels_layout_name(i) != NULL; i++) {
        const char *layout = labels_layout_name(i);
        struct paper_pdf png = print_page(layout);
        if (getenv("GOLDEN") != NULL)
            write_golden(layout, &png);
        struct bitmap now = job_png(&png);
        struct bitmap golden = read_golden(layout);
        assert_int_equal(now.width, golden.width);
        assert_int_equal(now.height, golden.height);
        size_t more = job_strays(&now, &golden, 0);
        size_t less = job_strays(&golden, &now, 0);
        if (more + less > 0)
            fail_msg("%s: %zu dots more and %zu less than %s", layout, more, less,
                     golden_path(layout));
        bitmap_done(&golden);
        bitmap_done(&now);
        free(png.bytes);
    }
}

/* ------------------------------------------------------------------ codes */

/* The crop as a portable greymap, white where the page ends. */
static void write_crop(const struct bitmap *page, struct bitmap_box box, const char *path)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fprintf(file, "P5\n%d %d\n255\n", box.width, box.height) > 0);
    for (int32_t y = box.y; y < box.y + box.height; y++)
        for (int32_t x = box.x; x < box.x + box.width; x++) {
            bool on = x >= 0 && y >= 0 && x < page->width && y < page->height;
            assert_true(fputc(on && bitmap_ink(page, x, y) ? 0 : 255, file) != EOF);
        }
    assert_int_equal(fclose(file), 0);
}

/* A decoder in a process of its own, told of one kind of code: it says the text and no more. */
static void expect_reads(const char *layout, const char *decoder, const char *text)
{
    char command[2 * PATH_ROOM];
    char said[PATH_ROOM] = "";
    snprintf(command, sizeof command, "cd '%s' && %s crop.pgm 2>&1", folder, decoder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    said[fread(said, 1, sizeof said - 1, pipe)] = '\0';
    int status = pclose(pipe);
    said[strcspn(said, "\n")] = '\0';
    if (status != 0 || strcmp(said, text) != 0)
        fail_msg("%s: %s reads '%s', not '%s'", layout, decoder, said, text);
}

static void expect_symbol(const char *layout, const struct bitmap *golden,
                          const struct page_bars *bars)
{
    static const char *const decoders[][2] = {
        [SYMBOL_CODE128] = {"zbarimg --quiet --raw --nodbus -Sdisable -Scode128.enable",
                            "ZXingReader -bytes -format Code128"},
        [SYMBOL_QR] = {"zbarimg --quiet --raw --nodbus -Sdisable -Sqrcode.enable",
                       "ZXingReader -bytes -format QRCode"},
        [SYMBOL_DATAMATRIX] = {"dmtxread", "ZXingReader -bytes -format DataMatrix"}};
    const struct readback_symbol symbol = {
        .kind = bars->kind, .area = bars->area, .module_um = bars->module_um};
    char crop[PATH_ROOM];
    snprintf(crop, sizeof crop, "%s/crop.pgm", folder);
    write_crop(golden, readback_crop(&symbol, DPI), crop);
    for (size_t i = 0; i < 2; i++)
        expect_reads(layout, decoders[bars->kind][i], bars->text);
}

static void test_every_code_is_read_by_two_decoders(void **state)
{
    (void)state;
    size_t n[SYMBOL_DATAMATRIX + 1] = {0};
    for (size_t i = 0; labels_layout_name(i) != NULL; i++) {
        const char *layout = labels_layout_name(i);
        struct bitmap golden = read_golden(layout);
        struct page page;
        compose_page(layout, &page);
        assert_true(page.n_bars > 0);
        for (size_t k = 0; k < page.n_bars; k++) {
            expect_symbol(layout, &golden, &page.bars[k]);
            n[page.bars[k].kind]++;
        }
        page_done(&page);
        bitmap_done(&golden);
    }
    /* Single pages and both sheets of 24 and 8: none was left out. */
    assert_int_equal(n[SYMBOL_CODE128], 7 + 24 + 8);
    assert_int_equal(n[SYMBOL_QR], 5 + 8);
    assert_int_equal(n[SYMBOL_DATAMATRIX], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_layout_looks_as_it_did),
        cmocka_unit_test(test_every_code_is_read_by_two_decoders),
    };
    return cmocka_run_group_tests(tests, make_labels, remove_folder);
}
