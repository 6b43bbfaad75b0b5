/* Before a job leaves, every symbol in the printer's own bytes is measured, decoded and compared;
 * one bad symbol stops it and is named. */
#include "job.h"

#include "labels/readback.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define LABELS 7

static struct paper_room rooms[LABELS];
static struct label asked[LABELS];
static struct readback *readback;
static struct paper_pdf job;
static struct readback_result result;
static struct error err;

static void print(const char *layout, const char *tongue, unsigned dpi)
{
    readback_close(readback);
    free(job.bytes);
    readback = NULL;
    if (!readback_open(tongue, dpi, &readback, &err))
        fail_msg("%s", err.text);
    job_print(layout, &(struct labels_options){.tongue = tongue, .dpi = dpi, .readback = readback},
              asked, LABELS, &job);
}

static bool check(void)
{
    memset(&result, 0, sizeof result);
    return readback_check(readback, job.bytes, job.n, 0, &result, &err);
}

/* Every layout of ours that has symbols, in every printer's tongue. */
static void test_good_jobs_pass(void **state)
{
    (void)state;
    static const struct {
        const char *layout;
        size_t pages;
        size_t symbols; /* a label */
    } layouts[] = {{"dl", LABELS, 2},
                   {"c5", LABELS, 2},
                   {"c4", LABELS, 2},
                   {"thermal-100x150", LABELS, 2},
                   {"thermal-76x50", LABELS, 2},
                   {"sheet-2x4", 1, 2},
                   {"sheet-3x8", 1, 1}};
    static const char *const printers[] = {"pdf", "zpl", "tspl", "escpos"};
    static const unsigned resolutions[] = {203, 600};
    for (size_t l = 0; l < sizeof layouts / sizeof *layouts; l++)
        for (size_t t = 0; t < 4; t++)
            for (size_t d = 0; d < (l == 0 ? 2 : 1); d++) {
                print(layouts[l].layout, printers[t], resolutions[d]);
                if (!check())
                    fail_msg("%s in %s at %u dpi: %s", layouts[l].layout, printers[t],
                             resolutions[d], err.text);
                assert_int_equal(result.pages, layouts[l].pages);
                assert_int_equal(result.symbols, layouts[l].symbols * LABELS);
                assert_in_range(result.narrowest_um, 245, 800);
            }
}

static void expect_stopped(const char *page, const char *symbol, const char *why)
{
    if (check())
        fail_msg("passed: %s %s %s", page, symbol, why);
    if (err.code != ERROR_REFUSED || strstr(err.text, page) == NULL ||
        strstr(err.text, symbol) == NULL || strstr(err.text, why) == NULL)
        fail_msg("%s: not (%s, %s, %s)", err.text, page, symbol, why);
}

/* Changes the n-th place where `from` stands in the job to `to`, of the same length. */
static void spoil(int n, const char *from, const char *to)
{
    assert_int_equal(strlen(from), strlen(to));
    unsigned char *at = job.bytes;
    for (int i = 0; i < n; i++) {
        at = memmem(at, job.n - (size_t)(at - job.bytes), from, strlen(from));
        assert_non_null(at);
        at++;
    }
    for (size_t i = 0; to[i] != '\0'; i++)
        at[i - 1] = (unsigned char)to[i];
}

/* What a broken writer, driver or layout could do to a job, seen from the bytes alone. */
static void test_one_bad_symbol_stops_the_job(void **state)
{
    (void)state;
    print("thermal-100x150", "zpl", 203);
    spoil(3, ">573", ">574"); /* another number in the third label's bars */
    expect_stopped("page 3", "Code 128", "reads 'RA");

    print("thermal-100x150", "zpl", 203);
    spoil(2, "^BY4,3,200", "^BY3,3,200"); /* the second label's bars too narrow */
    expect_stopped("page 2", "Code 128", "modules are 375 µm wide; laid out were 500");

    print("thermal-100x150", "zpl", 203);
    spoil(2, "^BQN,2,5,M", "^BQN,2,4,M");
    expect_stopped("page 2", "QR", "modules are 500 µm wide; laid out were 625");

    print("thermal-100x150", "zpl", 203);
    spoil(4, "^FDMA,HTTPS", "^FDMA,HTTPX");
    expect_stopped("page 4", "QR", "reads 'HTTPX");

    print("thermal-100x150", "zpl", 203);
    spoil(1, "^XZ\n", "^XZ\r");
    assert_true(check());
}

/* A box of `w` x `h` dots at (x, y) upon the first label. */
static void draw_on_first(int x, int y, int w, int h)
{
    char box[64];
    unsigned char *end = memmem(job.bytes, job.n, "^FO", 3);
    assert_non_null(end);
    /* In place of the first graphic, so that the length stays: its data becomes blanks. */
    unsigned char *next = memmem(end + 1, job.n - (size_t)(end + 1 - job.bytes), "^FO", 3);
    assert_non_null(next);
    memset(end, '\n', (size_t)(next - end));
    int n = snprintf(box, sizeof box, "^FO%d,%d^GB%d,%d,%d^FS", x, y, w, h, w < h ? w : h);
    assert_true((ptrdiff_t)n < next - end);
    memcpy(end, box, (size_t)n);
}

static void test_art_beneath_and_beside_is_seen(void **state)
{
    (void)state;
    print("thermal-100x150", "zpl", 203);
    draw_on_first(60, 900, 20, 3); /* beside the bars, which begin at dot 88 */
    expect_stopped("page 1", "Code 128", "quiet zone");
    print("thermal-100x150", "zpl", 203);
    draw_on_first(100, 900, 600, 3); /* across them: a decoder would not mind */
    expect_stopped("page 1", "Code 128", "lies across");
    print("thermal-100x150", "zpl", 203);
    draw_on_first(700, 100, 2, 2); /* a speck on a module of the QR */
    expect_stopped("page 1", "QR", "lies across");
}

static void test_a_job_that_is_another(void **state)
{
    (void)state;
    print("dl", "escpos", 203);
    struct paper_pdf other = job;
    job = (struct paper_pdf){0};
    asked[2].number = "RA000000005VN";
    print("dl", "escpos", 203);
    asked[2].number = rooms[2].number;
    assert_int_equal(other.n, job.n);
    free(job.bytes);
    job = other;
    expect_stopped("page 3", "Code 128 'RA000000005VN'", "reads 'RA");

    job.n--;
    assert_false(check());
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    job.n++;
    job.bytes[0] = '~';
    assert_false(check());
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

/* PDF: the same label with another number in its place is as long, and is found by poppler. */
static void test_a_pdf_that_is_another(void **state)
{
    (void)state;
    print("dl", "pdf", 203);
    memset(job.bytes + 100, 0, 40);
    assert_false(check());
    assert_non_null(strstr(err.text, "page 1"));
    memset(job.bytes, 0, job.n);
    assert_false(check());
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

static void test_what_cannot_be_read_back(void **state)
{
    (void)state;
    struct readback *none = NULL;
    assert_false(readback_open("svg", 0, &none, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_false(readback_open("zpl", 250, &none, &err));
    assert_null(none);
}

static void test_a_file_is_checked(void **state)
{
    (void)state;
    char path[256];
    const char *folder = getenv("TMPDIR");
    snprintf(path, sizeof path, "%s/trao-job-XXXXXX", folder == NULL ? "/tmp" : folder);
    print("dl", "escpos", 203);
    int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(write(file, job.bytes, job.n), job.n);
    close(file);
    bool good = readback_check_file(readback, path, 2, &result, &err);
    unlink(path);
    assert_true(good);
    assert_int_equal(result.narrowest_um, 375);
    assert_false(readback_check_file(readback, path, 2, &result, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static int make_labels(void **state)
{
    (void)state;
    for (unsigned i = 0; i < LABELS; i++)
        asked[i] = paper_label(i, &rooms[i]);
    return 0;
}

static int throw_away(void **state)
{
    (void)state;
    readback_close(readback);
    free(job.bytes);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_jobs_pass),
        cmocka_unit_test(test_one_bad_symbol_stops_the_job),
        cmocka_unit_test(test_art_beneath_and_beside_is_seen),
        cmocka_unit_test(test_a_job_that_is_another),
        cmocka_unit_test(test_a_pdf_that_is_another),
        cmocka_unit_test(test_what_cannot_be_read_back),
        cmocka_unit_test(test_a_file_is_checked),
    };
    return cmocka_run_group_tests(tests, make_labels, throw_away);
}
