/* ZPL drawn by a renderer that has nothing to do with us (npm zpl-renderer-js, after zebrash):
 * every dot but those of the Code 128 is where our own reader sees it, and all codes decode. The
 * renderer chooses its own code sets for Code 128 whatever ^FD asks for, so its bars are only
 * decoded. */
#include "job.h"

#include "labels/readback_symbol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zbar.h>

#include <cmocka.h>

#define LABELS 3

static char folder[128];
static struct paper_room rooms[LABELS];
static struct label asked[LABELS];

static void in_folder(const char *name, char path[256])
{
    snprintf(path, 256, "%s/%s", folder, name);
}

static struct bitmap load(const char *path)
{
    struct paper_pdf png = {0};
    unsigned char bytes[65536];
    FILE *file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s is missing", path);
    for (size_t n = 0; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        assert_true(paper_write(&png, bytes, n));
    assert_int_equal(fclose(file), 0);
    struct bitmap bitmap = job_png(&png);
    free(png.bytes);
    return bitmap;
}

/* Prints the labels, has them drawn, and checks that as many came out. */
static void draw(const struct paper_pdf *job, int width_mm, int height_mm, int labels)
{
    char path[256];
    char command[1024];
    in_folder("job.zpl", path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(job->bytes, 1, job->n, file), job->n);
    assert_int_equal(fclose(file), 0);
    snprintf(command, sizeof command,
             "rm -f %s/*.png; node %s/labels/zpl_render.js %s/node_modules %s %s/label %d %d",
             folder, TESTS_DIR, NPM_DIR, path, folder, width_mm, height_mm);
    assert_int_equal(system(command), 0);
    snprintf(path, sizeof path, "%s/label-%d.png", folder, labels);
    assert_int_equal(access(path, R_OK), 0);
    snprintf(path, sizeof path, "%s/label-%d.png", folder, labels + 1);
    assert_int_not_equal(access(path, R_OK), 0);
}

/* Whether zbar reads `text` somewhere on the label. */
static bool reads(const struct bitmap *bitmap, const char *text)
{
    size_t n = (size_t)bitmap->width * (size_t)bitmap->height;
    unsigned char *grey = malloc(n);
    assert_non_null(grey);
    for (int32_t y = 0; y < bitmap->height; y++)
        for (int32_t x = 0; x < bitmap->width; x++)
            grey[(size_t)y * (size_t)bitmap->width + (size_t)x] =
                bitmap_ink(bitmap, x, y) ? 0 : 255;
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, (unsigned)bitmap->width, (unsigned)bitmap->height);
    zbar_image_set_data(image, grey, n, NULL);
    zbar_scan_image(scanner, image);
    bool found = false;
    for (const zbar_symbol_t *s = zbar_image_first_symbol(image); s != NULL;
         s = zbar_symbol_next(s))
        found = found || strcmp(zbar_symbol_get_data(s), text) == 0;
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
    free(grey);
    return found;
}

/* Compares a drawn label with our own reading of the job, the bars' rows left out. */
static void expect_same(const struct paper_pdf *job, const struct bitmap *drawn, int32_t bars_y,
                        int32_t bars_height)
{
    struct job_dots dots;
    struct error err;
    assert_true(job_read(printed_zpl, job, 203, &dots, &err));
    assert_int_equal(drawn->width, dots.first.width);
    assert_int_equal(drawn->height, dots.first.height);
    size_t above = dots.first.stride * (size_t)bars_y;
    size_t below = dots.first.stride * (size_t)(bars_y + bars_height);
    assert_memory_equal(drawn->bits, dots.first.bits, above);
    assert_memory_equal(drawn->bits + below, dots.first.bits + below,
                        dots.first.stride * (size_t)drawn->height - below);
    job_dots_done(&dots);
}

static void test_envelopes(void **state)
{
    (void)state;
    struct paper_pdf job;
    job_print("dl", &(struct labels_options){.tongue = "zpl"}, asked, LABELS, &job);
    draw(&job, 220, 110, LABELS);
    for (int i = 0; i < LABELS; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/label-%d.png", folder, i + 1);
        struct bitmap drawn = load(path);
        if (i == 0)
            expect_same(&job, &drawn, 576, 120);
        assert_true(reads(&drawn, asked[i].number));
        assert_true(reads(&drawn, asked[i].link));
        bitmap_done(&drawn);
    }
    free(job.bytes);
}

/* The small label's Data Matrix: dot for dot, and decoded by libdmtx. */
static void test_small_labels(void **state)
{
    (void)state;
    char path[256];
    struct paper_pdf job;
    struct readback_eye *eye = NULL;
    struct readback_measure measure;
    struct error err;
    struct readback_symbol symbol = {
        .kind = SYMBOL_DATAMATRIX, .area = {58000, 4000, 14000, 14000}, .module_um = 875};
    job_print("thermal-76x50", &(struct labels_options){.tongue = "zpl"}, asked, 1, &job);
    draw(&job, 76, 50, 1);
    in_folder("label-1.png", path);
    struct bitmap drawn = load(path);
    expect_same(&job, &drawn, 212, 100);
    snprintf(symbol.text, sizeof symbol.text, "%s", asked[0].number);
    assert_true(readback_eye_open(&eye, &err));
    if (!readback_judge(eye, &symbol, &drawn, 0, 0, 203, true, &measure, &err))
        fail_msg("%s", err.text);
    readback_eye_close(eye);
    bitmap_done(&drawn);
    free(job.bytes);
}

/* Hostile names (case B06) as native text: no label more, the codes as ever. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const names[] = {"Ngõ 5^XZ^XA^FO10,10^FDX^FS", "~JR", "_5E_7E\\&>;0^"};
    struct paper_pdf job;
    struct label hostile[LABELS];
    for (int i = 0; i < LABELS; i++) {
        hostile[i] = asked[i];
        hostile[i].name = names[i];
    }
    job_print("dl", &(struct labels_options){.tongue = "zpl", .native_text = true}, hostile, LABELS,
              &job);
    draw(&job, 220, 110, LABELS);
    for (int i = 0; i < LABELS; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/label-%d.png", folder, i + 1);
        struct bitmap drawn = load(path);
        assert_true(reads(&drawn, asked[i].number));
        assert_true(reads(&drawn, asked[i].link));
        bitmap_done(&drawn);
    }
    free(job.bytes);
}

static int make_folder(void **state)
{
    (void)state;
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/trao-zpl-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    for (unsigned i = 0; i < LABELS; i++)
        asked[i] = paper_label(i, &rooms[i]);
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_envelopes),
        cmocka_unit_test(test_small_labels),
        cmocka_unit_test(test_hostile_names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
