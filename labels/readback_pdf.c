#include "labels/readback_pdf.h"

#include "labels/dots.h"

#include <poppler.h>
#include <stdlib.h>

struct readback_pdf {
    PopplerDocument *document;
};

bool readback_pdf_open(const void *bytes, size_t n, struct readback_pdf **ret_pdf,
                       struct error *err)
{
    struct readback_pdf *pdf = calloc(1, sizeof *pdf);
    GError *why = NULL;
    if (pdf == NULL)
        return error_set(err, ERROR_LATER, "no memory to read a PDF");
    GBytes *borrowed = g_bytes_new_static(bytes, n);
    pdf->document = poppler_document_new_from_bytes(borrowed, NULL, &why);
    g_bytes_unref(borrowed);
    if (pdf->document == NULL) {
        error_set(err, ERROR_BAD_INPUT, "not a PDF: %s", why->message);
        g_error_free(why);
        free(pdf);
        return false;
    }
    *ret_pdf = pdf;
    return true;
}

void readback_pdf_close(struct readback_pdf *pdf)
{
    if (pdf == NULL)
        return;
    g_object_unref(pdf->document);
    free(pdf);
}

size_t readback_pdf_pages(const struct readback_pdf *pdf)
{
    return (size_t)poppler_document_get_n_pages(pdf->document);
}

static void take_dark(cairo_surface_t *surface, struct bitmap *bitmap)
{
    const unsigned char *row = cairo_image_surface_get_data(surface);
    for (int32_t y = 0; y < bitmap->height; y++, row += cairo_image_surface_get_stride(surface)) {
        unsigned char *to = bitmap->bits + (size_t)y * bitmap->stride;
        for (int32_t x = 0; x < bitmap->width; x++)
            to[x / 8] |= (unsigned char)((row[4 * x + 1] < 128) << (7 - x % 8));
    }
}

bool readback_pdf_dots(struct readback_pdf *pdf, size_t number, struct bitmap_box box, unsigned dpi,
                       struct bitmap *ret_bitmap, struct error *err)
{
    struct bitmap bitmap = {0};
    PopplerPage *page = poppler_document_get_page(pdf->document, (int)number);
    if (page == NULL)
        return error_set(err, ERROR_BAD_INPUT, "page %zu is not there", number + 1);
    if (!bitmap_init(&bitmap, box.width, box.height)) {
        g_object_unref(page);
        return error_set(err, ERROR_LATER, "no memory for the dots of a page");
    }
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, box.width, box.height);
    cairo_t *cairo = cairo_create(surface);
    double dots_a_point = dots_per_m(dpi) * 0.0254 / 72;
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_translate(cairo, -box.x, -box.y);
    cairo_scale(cairo, dots_a_point, dots_a_point);
    poppler_page_render_for_printing(page, cairo);
    bool done = cairo_status(cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(cairo);
    cairo_surface_flush(surface);
    if (done)
        take_dark(surface, &bitmap);
    cairo_surface_destroy(surface);
    g_object_unref(page);
    if (!done) {
        bitmap_done(&bitmap);
        return error_set(err, ERROR_LATER, "page %zu cannot be drawn", number + 1);
    }
    *ret_bitmap = bitmap;
    return true;
}
