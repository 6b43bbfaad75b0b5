#include "paper.h"

#include <cairo.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include <cmocka.h>

static void *room_for(size_t n)
{
    void *room = malloc(n);
    if (room == NULL)
        abort();
    return room;
}

bool paper_write(void *ctx, const void *bytes, size_t n)
{
    struct paper_pdf *pdf = ctx;
    if (++pdf->n_writes == pdf->fail_at)
        return false;
    unsigned char *grown = realloc(pdf->bytes, pdf->n + n);
    if (grown == NULL)
        return false;
    memcpy(grown + pdf->n, bytes, n);
    pdf->bytes = grown;
    pdf->n += n;
    return true;
}

void paper_print(const struct label *labels, size_t n, struct paper_pdf *pdf,
                 struct labels_report *reports)
{
    struct error err = {0};
    struct labels *job = NULL;
    *pdf = (struct paper_pdf){0};
    if (!labels_open("dl", &job, &err) ||
        !labels_begin(job, (struct labels_sink){paper_write, pdf}, &err))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < n; i++) {
        struct labels_report report;
        if (!labels_add(job, &labels[i], reports == NULL ? &report : &reports[i], &err))
            fail_msg("label %zu: %s", i, err.text);
    }
    if (!labels_end(job, &err))
        fail_msg("%s", err.text);
    labels_close(job);
}

PopplerDocument *paper_open(const struct paper_pdf *pdf)
{
    GBytes *bytes = g_bytes_new_static(pdf->bytes, pdf->n);
    PopplerDocument *document = poppler_document_new_from_bytes(bytes, NULL, NULL);
    g_bytes_unref(bytes);
    assert_non_null(document);
    return document;
}

struct label paper_label(unsigned i, struct paper_room *room)
{
    static const char *const names[] = {"Nguyễn Thị Thùy Dương", "Đặng Thị Sỹ", "Đỗ Ý",
                                        "Phan Trường Giang Lộc"};
    static const char *const addresses[] = {
        "Số 102, ngõ 12, TDP 11, P. Trần Phú, Hà Tĩnh 45123",
        "Xóm Thượng Phú, X. Toàn Lưu, Hà Tĩnh 45123",
        ("Thôn Đông Tiến, ngách 12/3/5 đường Nguyễn Thị Minh Khai kéo dài, tổ dân phố Thượng Phú, "
         "khu tái định cư Kỳ Phương, X. Cẩm Trung, Hà Tĩnh 45123"),
    };
    snprintf(room->number, sizeof room->number, "RA%09uVN", (473124829u + i * 7919u) % 1000000000u);
    snprintf(room->link, sizeof room->link, "HTTPS://TRAO.EXAMPLE/T/%s/%08XQ7Z9", room->number,
             i * 2654435761u);
    return (struct label){.number = room->number,
                          .sender = "Trung tâm Phục vụ hành chính công tỉnh Hà Tĩnh",
                          .sender_address = "Số 02A, đường Nguyễn Chí Thanh, Hà Tĩnh",
                          .name = names[i % 4],
                          .address = addresses[i % 3],
                          .postal_code = "45123",
                          .link = room->link,
                          .marks = i % 16,
                          .copy = i % 5};
}

struct paper_raster paper_raster(PopplerDocument *document, int number, double dpi)
{
    PopplerPage *page = poppler_document_get_page(document, number);
    assert_non_null(page);
    double width = 0;
    double height = 0;
    poppler_page_get_size(page, &width, &height);
    struct paper_raster raster = {.width = (int)ceil(width * dpi / 72),
                                  .height = (int)ceil(height * dpi / 72)};
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, raster.width, raster.height);
    cairo_t *cairo = cairo_create(surface);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, dpi / 72, dpi / 72);
    poppler_page_render_for_printing(page, cairo);
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    raster.ink = room_for((size_t)raster.width * (size_t)raster.height);
    const unsigned char *rows = cairo_image_surface_get_data(surface);
    int stride = cairo_image_surface_get_stride(surface);
    for (int y = 0; y < raster.height; y++)
        for (int x = 0; x < raster.width; x++)
            raster.ink[y * raster.width + x] = rows[y * stride + 4 * x + 1] < 128;
    cairo_surface_destroy(surface);
    g_object_unref(page);
    return raster;
}

void paper_raster_free(struct paper_raster *raster)
{
    free(raster->ink);
    raster->ink = NULL;
}

void paper_cover(struct paper_raster *raster, double dpi, double x, double y, double w, double h)
{
    double dots = dpi / 25.4;
    for (int row = (int)(y * dots); row < (int)((y + h) * dots); row++)
        for (int column = (int)(x * dots); column < (int)((x + w) * dots); column++)
            raster->ink[row * raster->width + column] = 1;
}

/* Compares what zbar found of one kind with what was asked for. */
static bool check_kind(const zbar_image_t *image, zbar_symbol_type_t type, const char *asked,
                       char why[256])
{
    int found = 0;
    bool same = true;
    for (const zbar_symbol_t *s = zbar_image_first_symbol(image); s != NULL;
         s = zbar_symbol_next(s))
        if (zbar_symbol_get_type(s) == type) {
            found++;
            same = same && strcmp(zbar_symbol_get_data(s), asked) == 0;
            if (!same)
                snprintf(why, 256, "%s reads %s, asked %s", zbar_get_symbol_name(type),
                         zbar_symbol_get_data(s), asked);
        }
    if (found != 1)
        snprintf(why, 256, "%d %s codes, not 1", found, zbar_get_symbol_name(type));
    return found == 1 && same;
}

/* Whether a rectangle in mm is free of ink. */
static bool is_free(const struct paper_raster *raster, double dpi, const double mm[4])
{
    double dots = dpi / 25.4;
    for (int y = (int)ceil(mm[1] * dots); y < (int)(mm[3] * dots); y++)
        for (int x = (int)ceil(mm[0] * dots); x < (int)(mm[2] * dots); x++)
            if (raster->ink[y * raster->width + x])
                return false;
    return true;
}

/* Ten modules of 0.375 mm beside the bars at 14.25 to 72.75 mm, four of 0.625 mm round the QR at
 * 120.9 to 139.1 mm by 10.9 to 29.1 mm; half a dot is left to the raster. */
static bool check_quiet(const struct paper_raster *raster, double dpi, char why[256])
{
    static const double beside_bars[][4] = {{10.5, 72, 14.1, 87}, {72.9, 72, 76.5, 87}};
    static const double round_qr[][4] = {{118.5, 8.5, 141.5, 10.7},
                                         {118.5, 29.3, 141.5, 31.5},
                                         {118.5, 8.5, 120.7, 31.5},
                                         {139.3, 8.5, 141.5, 31.5}};
    for (size_t i = 0; i < 2; i++)
        if (!is_free(raster, dpi, beside_bars[i])) {
            snprintf(why, 256, "ink in the quiet zone of the Code 128");
            return false;
        }
    for (size_t i = 0; i < 4; i++)
        if (!is_free(raster, dpi, round_qr[i])) {
            snprintf(why, 256, "ink in the quiet zone of the QR");
            return false;
        }
    return true;
}

/* A page as zbar sees it. */
struct scan {
    unsigned char *grey;
    zbar_image_scanner_t *scanner;
    zbar_image_t *image;
};

static struct scan scan_page(const struct paper_raster *raster)
{
    size_t n = (size_t)raster->width * (size_t)raster->height;
    struct scan scan = {room_for(n), zbar_image_scanner_create(), zbar_image_create()};
    for (size_t i = 0; i < n; i++)
        scan.grey[i] = raster->ink[i] ? 0 : 255;
    zbar_image_scanner_set_config(scan.scanner, 0, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scan.scanner, ZBAR_CODE128, ZBAR_CFG_ENABLE, 1);
    zbar_image_scanner_set_config(scan.scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(scan.image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(scan.image, (unsigned)raster->width, (unsigned)raster->height);
    zbar_image_set_data(scan.image, scan.grey, n, NULL);
    zbar_scan_image(scan.scanner, scan.image);
    return scan;
}

static void scan_done(struct scan *scan)
{
    zbar_image_destroy(scan->image);
    zbar_image_scanner_destroy(scan->scanner);
    free(scan->grey);
}

bool paper_check(const struct paper_raster *raster, double dpi, const char *number,
                 const char *link, char why[256])
{
    if (!check_quiet(raster, dpi, why))
        return false;
    struct scan scan = scan_page(raster);
    bool good = check_kind(scan.image, ZBAR_CODE128, number, why) &&
                check_kind(scan.image, ZBAR_QRCODE, link, why);
    scan_done(&scan);
    return good;
}

bool paper_reads(const struct paper_raster *raster, const char *text, char why[256])
{
    struct scan scan = scan_page(raster);
    bool found = false;
    size_t n = 0;
    for (const zbar_symbol_t *s = zbar_image_first_symbol(scan.image); s != NULL;
         s = zbar_symbol_next(s), n++)
        found = found || strcmp(zbar_symbol_get_data(s), text) == 0;
    if (!found)
        snprintf(why, 256, "%s is not among %zu codes", text, n);
    scan_done(&scan);
    return found;
}

/* Wipes the shape that a dot belongs to, with a stack of dots still to visit. */
static size_t wipe(struct paper_raster *raster, int start, int *stack)
{
    size_t dots = 0;
    size_t depth = 0;
    stack[depth++] = start;
    raster->ink[start] = 0;
    while (depth > 0) {
        int at = stack[--depth];
        int x = at % raster->width;
        int y = at / raster->width;
        dots++;
        for (int ny = y - 1; ny <= y + 1; ny++)
            for (int nx = x - 1; nx <= x + 1; nx++) {
                if (nx < 0 || ny < 0 || nx >= raster->width || ny >= raster->height)
                    continue;
                int next = ny * raster->width + nx;
                if (raster->ink[next]) {
                    raster->ink[next] = 0;
                    stack[depth++] = next;
                }
            }
    }
    return dots;
}

void paper_count(const struct paper_raster *raster, size_t *ret_shapes, size_t *ret_dots)
{
    size_t n = (size_t)raster->width * (size_t)raster->height;
    struct paper_raster copy = *raster;
    copy.ink = room_for(n);
    int *stack = room_for(n * sizeof *stack);
    memcpy(copy.ink, raster->ink, n);
    *ret_shapes = 0;
    *ret_dots = 0;
    for (size_t i = 0; i < n; i++)
        if (copy.ink[i]) {
            *ret_dots += wipe(&copy, (int)i, stack);
            (*ret_shapes)++;
        }
    free(stack);
    free(copy.ink);
}
