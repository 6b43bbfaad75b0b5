#include "tests/bench/labels_read.h"

#include "labels/printed.h"
#include "labels/readback.h"
#include "labels/readback_symbol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#define DPI 203
#define SYMBOLS 2 /* of an envelope */

/* One symbol, cut out: its dots, and the same as a byte a dot. */
struct crop {
    struct readback_symbol symbol;
    struct bitmap_box box; /* on the page */
    struct bitmap dots;
    unsigned char *grey;
};

struct reading {
    const struct work *work;
    struct crop *crops;
    size_t n;
    size_t taken; /* envelopes */
};

/* Where layout "dl" has its symbols. */
static void expect(const struct label *label, struct readback_symbol symbols[SYMBOLS])
{
    symbols[0] = (struct readback_symbol){
        .kind = SYMBOL_CODE128, .area = {14250, 72000, 58500, 15000}, .module_um = 375};
    symbols[1] = (struct readback_symbol){
        .kind = SYMBOL_QR, .area = {120875, 10875, 18125, 18125}, .module_um = 625};
    snprintf(symbols[0].text, sizeof symbols[0].text, "%s", label->number);
    snprintf(symbols[1].text, sizeof symbols[1].text, "%s", label->link);
}

static void cut(const struct bitmap *page, struct crop *crop)
{
    struct bitmap_box box = readback_crop(&crop->symbol, DPI);
    crop->box = box;
    crop->grey = malloc((size_t)box.width * (size_t)box.height);
    if (crop->grey == NULL || !bitmap_init(&crop->dots, box.width, box.height))
        work_fail("no memory");
    for (int32_t y = 0; y < box.height; y++)
        for (int32_t x = 0; x < box.width; x++) {
            bool ink = bitmap_ink(page, box.x + x, box.y + y);
            crop->grey[(size_t)y * (size_t)box.width + (size_t)x] = ink ? 0 : 255;
            if (ink)
                bitmap_fill(&crop->dots, (struct bitmap_box){x, y, 1, 1});
        }
}

static bool on_label(void *ctx, const struct bitmap *page, struct error *err)
{
    struct reading *reading = ctx;
    struct readback_symbol symbols[SYMBOLS];
    (void)err;
    expect(&reading->work->labels[reading->taken % reading->work->n], symbols);
    for (size_t i = 0; i < SYMBOLS; i++) {
        struct crop *crop = &reading->crops[reading->taken * SYMBOLS + i];
        crop->symbol = symbols[i];
        cut(page, crop);
    }
    reading->taken++;
    return true;
}

static void bare_share(void *ctx, unsigned number, unsigned threads)
{
    const struct reading *reading = ctx;
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    for (size_t i = number; i < reading->n * SYMBOLS; i += threads) {
        const struct crop *crop = &reading->crops[i];
        zbar_image_set_size(image, (unsigned)crop->box.width, (unsigned)crop->box.height);
        zbar_image_set_data(image, crop->grey, (size_t)crop->box.width * (size_t)crop->box.height,
                            NULL);
        zbar_scan_image(scanner, image);
        const zbar_symbol_t *found = zbar_image_first_symbol(image);
        work_must(found != NULL && strcmp(zbar_symbol_get_data(found), crop->symbol.text) == 0,
                  "zbar reads something else");
    }
    zbar_image_destroy(image);
    zbar_image_scanner_destroy(scanner);
}

static void judge_share(void *ctx, unsigned number, unsigned threads)
{
    const struct reading *reading = ctx;
    struct readback_eye *eye = NULL;
    struct readback_measure measure;
    struct error err;
    work_must(readback_eye_open(&eye, &err), "no memory");
    for (size_t i = number; i < reading->n * SYMBOLS; i += threads) {
        const struct crop *crop = &reading->crops[i];
        if (!readback_judge(eye, &crop->symbol, &crop->dots, crop->box.x, crop->box.y, DPI, true,
                            &measure, &err))
            work_must(false, err.text);
    }
    readback_eye_close(eye);
}

static double median_of(void (*share)(void *ctx, unsigned number, unsigned threads),
                        struct reading *reading)
{
    double times[WORK_RUNS];
    for (size_t i = 0; i < WORK_RUNS; i++) {
        double begin = work_now();
        work_on_all_cores(share, reading);
        times[i] = work_now() - begin;
    }
    return work_median(times, WORK_RUNS);
}

/* A whole job, checked over and over; its dots go to `reading` when there is one. */
static double median_check(const struct work *work, size_t n, const char *tongue,
                           struct reading *reading)
{
    double times[WORK_RUNS];
    struct error err;
    struct readback *readback = NULL;
    struct readback_result result;
    struct work_sink job = {0};
    struct labels *labels = work_open("dl");
    work_must(readback_open(tongue, DPI, &readback, &err), "no read-back");
    work_make(labels, work, n, tongue, &job, readback);
    for (size_t i = 0; i < WORK_RUNS; i++) {
        double begin = work_now();
        if (!readback_check(readback, job.bytes, job.n, 0, &result, &err))
            work_must(false, err.text);
        times[i] = work_now() - begin;
    }
    if (reading != NULL)
        work_must(printed_zpl(job.bytes, job.n, DPI, (struct printed_sink){on_label, NULL, reading},
                              &err),
                  "the job cannot be read");
    labels_close(labels);
    readback_close(readback);
    work_sink_done(&job);
    return work_median(times, WORK_RUNS);
}

struct read_times read_measure(const struct work *work, size_t n)
{
    struct reading reading = {.work = work, .n = n};
    struct read_times times;
    reading.crops = calloc(n * SYMBOLS, sizeof *reading.crops);
    work_must(reading.crops != NULL, "no memory");
    times.zpl = median_check(work, n, "zpl", &reading);
    times.pdf = median_check(work, n, "pdf", NULL);
    times.bare = median_of(bare_share, &reading);
    times.judged = median_of(judge_share, &reading);
    for (size_t i = 0; i < n * SYMBOLS; i++) {
        bitmap_done(&reading.crops[i].dots);
        free(reading.crops[i].grey);
    }
    free(reading.crops);
    return times;
}
