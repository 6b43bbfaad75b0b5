#include "job.h"

#include <cairo.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void job_print(const char *layout, const struct labels_options *options, const struct label *labels,
               size_t n, struct paper_pdf *out)
{
    struct error err = {0};
    struct labels *job = NULL;
    *out = (struct paper_pdf){0};
    if (!labels_open(layout, &job, &err) ||
        !labels_begin_as(job, options, (struct labels_sink){paper_write, out}, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++) {
        struct labels_report report;
        if (!labels_add(job, &labels[i], &report, &err))
            fail_msg("label %zu: %s", i, err.text);
    }
    if (!labels_end(job, &err))
        fail_msg("%s", err.text);
    labels_close(job);
}

static bool on_label(void *ctx, const struct bitmap *bitmap, struct error *err)
{
    struct job_dots *dots = ctx;
    (void)err;
    if (dots->n_labels++ > 0)
        return true;
    assert_true(bitmap_init(&dots->first, bitmap->width, bitmap->height));
    memcpy(dots->first.bits, bitmap->bits, bitmap->stride * (size_t)bitmap->height);
    return true;
}

static void on_text(void *ctx, int32_t x, int32_t y, const char *utf8, size_t n)
{
    struct job_dots *dots = ctx;
    (void)x, (void)y;
    assert_true(dots->n_texts < sizeof dots->texts / sizeof *dots->texts);
    snprintf(dots->texts[dots->n_texts++], sizeof *dots->texts, "%.*s", (int)n, utf8);
}

bool job_read(printed_read *read, const struct paper_pdf *job, unsigned dpi, struct job_dots *dots,
              struct error *err)
{
    memset(dots, 0, sizeof *dots);
    return read(job->bytes, job->n, dpi, (struct printed_sink){on_label, on_text, dots}, err);
}

void job_dots_done(struct job_dots *dots)
{
    bitmap_done(&dots->first);
}

struct reading {
    const struct paper_pdf *png;
    size_t at;
};

static cairo_status_t next_bytes(void *ctx, unsigned char *bytes, unsigned int n)
{
    struct reading *reading = ctx;
    if (reading->png->n - reading->at < n)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(bytes, reading->png->bytes + reading->at, n);
    reading->at += n;
    return CAIRO_STATUS_SUCCESS;
}

struct bitmap job_png(const struct paper_pdf *png)
{
    struct reading reading = {png, 0};
    struct bitmap bitmap;
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(next_bytes, &reading);
    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    int32_t width = cairo_image_surface_get_width(surface);
    int32_t height = cairo_image_surface_get_height(surface);
    assert_true(bitmap_init(&bitmap, width, height));
    bool is_colour = cairo_image_surface_get_format(surface) != CAIRO_FORMAT_A1;
    assert_true(is_colour);
    const unsigned char *rows = cairo_image_surface_get_data(surface);
    for (int32_t y = 0; y < height; y++)
        for (int32_t x = 0; x < width; x++)
            if (rows[y * cairo_image_surface_get_stride(surface) + 4 * x + 1] < 128)
                bitmap_fill(&bitmap, (struct bitmap_box){x, y, 1, 1});
    cairo_surface_destroy(surface);
    return bitmap;
}

size_t job_strays(const struct bitmap *one, const struct bitmap *other, int32_t reach)
{
    size_t strays = 0;
    for (int32_t y = 0; y < one->height; y++)
        for (int32_t x = 0; x < one->width; x++) {
            struct bitmap_box near = {x - reach, y - reach, 2 * reach + 1, 2 * reach + 1};
            strays += bitmap_ink(one, x, y) && bitmap_count(other, bitmap_clip(other, near)) == 0;
        }
    return strays;
}
