#include "labels/raster.h"

#include "labels/dots.h"

#include <cairo.h>
#include <stdlib.h>

/* One page on its way to a cairo surface, in micrometres. */
struct drawing {
    const struct page *page;
    const struct fonts *fonts;
    cairo_t *cairo;
    void (*colour)(cairo_t *cairo, uint32_t rgb);
};

/* ------------------------------------------------------------------ shapes */

static void draw_path(const struct drawing *drawing, const struct page_path *path)
{
    cairo_t *cairo = drawing->cairo;
    const struct page_segment *s = drawing->page->segments + path->first;
    cairo_new_path(cairo);
    for (const struct page_segment *end = s + path->n; s < end; s++)
        switch (s->verb) {
        case PAGE_MOVE:
            cairo_move_to(cairo, s->x_um[0], s->y_um[0]);
            break;
        case PAGE_LINE:
            cairo_line_to(cairo, s->x_um[0], s->y_um[0]);
            break;
        case PAGE_CURVE:
            cairo_curve_to(cairo, s->x_um[0], s->y_um[0], s->x_um[1], s->y_um[1], s->x_um[2],
                           s->y_um[2]);
            break;
        case PAGE_CLOSE:
            cairo_close_path(cairo);
            break;
        }
    if (path->paint.filled) {
        drawing->colour(cairo, path->paint.fill_rgb);
        cairo_fill_preserve(cairo);
    }
    if (path->paint.stroked) {
        drawing->colour(cairo, path->paint.stroke_rgb);
        cairo_set_line_width(cairo, path->paint.stroke_um);
        cairo_stroke(cairo);
    }
}

static void pen_move(void *ctx, double x, double y)
{
    cairo_move_to(ctx, x, y);
}

static void pen_line(void *ctx, double x, double y)
{
    cairo_line_to(ctx, x, y);
}

static void pen_curve(void *ctx, double x1, double y1, double x2, double y2, double x, double y)
{
    cairo_curve_to(ctx, x1, y1, x2, y2, x, y);
}

static void pen_close(void *ctx)
{
    cairo_close_path(ctx);
}

static void draw_run(const struct drawing *drawing, const struct page_run *run)
{
    cairo_t *cairo = drawing->cairo;
    const struct font_pen pen = {pen_move, pen_line, pen_curve, pen_close, cairo};
    double scale = (double)run->size_um / font_metrics(drawing->fonts, run->weight)->units_per_em;
    cairo_save(cairo);
    cairo_translate(cairo, run->x_um, run->y_um);
    cairo_scale(cairo, scale, -scale);
    cairo_new_path(cairo);
    for (size_t i = 0; i < run->n; i++) {
        const struct glyph *glyph = &drawing->page->glyphs[run->first + i];
        cairo_translate(cairo, glyph->dx, glyph->dy);
        font_outline(drawing->fonts, run->weight, glyph->id, &pen);
        cairo_translate(cairo, glyph->advance - glyph->dx, -glyph->dy);
    }
    drawing->colour(cairo, run->rgb);
    cairo_fill(cairo);
    cairo_restore(cairo);
}

static void draw_bars(const struct drawing *drawing, const struct page_bars *bars)
{
    cairo_new_path(drawing->cairo);
    for (size_t i = 0; i < bars->n; i++) {
        const struct page_rect *r = &drawing->page->rects[bars->first + i];
        cairo_rectangle(drawing->cairo, r->x_um, r->y_um, r->width_um, r->height_um);
    }
    drawing->colour(drawing->cairo, PAGE_BLACK);
    cairo_fill(drawing->cairo);
}

static void draw(const struct drawing *drawing, unsigned parts)
{
    const struct page *page = drawing->page;
    cairo_set_miter_limit(drawing->cairo, 4); /* SVG's */
    for (size_t i = 0; i < page->n_ops; i++) {
        size_t index = page->ops[i].index;
        switch (page->ops[i].kind) {
        case PAGE_PATH:
            draw_path(drawing, &page->paths[index]);
            break;
        case PAGE_BARS:
            if ((parts & RASTER_BARS) != 0)
                draw_bars(drawing, &page->bars[index]);
            break;
        case PAGE_RUN:
            if ((parts & RASTER_TEXT) != 0 || page->runs[index].rgb != PAGE_BLACK)
                draw_run(drawing, &page->runs[index]);
            break;
        }
    }
}

/* Draws a page on a new surface of that size; NULL without memory. */
static cairo_surface_t *draw_surface(struct drawing *drawing, cairo_format_t format,
                                     struct bitmap_box size, unsigned parts)
{
    const struct page *page = drawing->page;
    bool smooth = format == CAIRO_FORMAT_RGB24;
    cairo_surface_t *surface = cairo_image_surface_create(format, size.width, size.height);
    drawing->cairo = cairo_create(surface);
    if (smooth) {
        cairo_set_source_rgb(drawing->cairo, 1, 1, 1);
        cairo_paint(drawing->cairo);
    } else {
        cairo_set_operator(drawing->cairo, CAIRO_OPERATOR_SOURCE);
        cairo_set_antialias(drawing->cairo, CAIRO_ANTIALIAS_NONE);
    }
    cairo_scale(drawing->cairo, (double)size.width / page->width_um,
                (double)size.height / page->height_um);
    draw(drawing, parts);
    bool done = cairo_status(drawing->cairo) == CAIRO_STATUS_SUCCESS;
    cairo_destroy(drawing->cairo);
    cairo_surface_flush(surface);
    if (done)
        return surface;
    cairo_surface_destroy(surface);
    return NULL;
}

static bool size_at(const struct page *page, unsigned dpi, struct bitmap_box *ret_size,
                    struct error *err)
{
    struct bitmap_box size = {0, 0, dots_of_um(dpi, page->width_um),
                              dots_of_um(dpi, page->height_um)};
    if (size.width < 1 || size.height < 1 || size.width > BITMAP_SIDE_MAX ||
        size.height > BITMAP_SIDE_MAX)
        return error_set(err, ERROR_BAD_INPUT, "a page of %d x %d mm is no picture at %u dpi",
                         page->width_um / 1000, page->height_um / 1000, dpi);
    *ret_size = size;
    return true;
}

/* ------------------------------------------------------------------ dots */

/* The surface holds darkness: 255 is ink, 0 is paper. */
static void set_ink(cairo_t *cairo, uint32_t rgb)
{
    unsigned light = 299 * (rgb >> 16 & 255) + 587 * (rgb >> 8 & 255) + 114 * (rgb & 255);
    cairo_set_source_rgba(cairo, 0, 0, 0, light < 127500 ? 1 : 0);
}

static void take_ink(cairo_surface_t *surface, struct bitmap *bitmap)
{
    const unsigned char *darkness = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (int32_t y = 0; y < bitmap->height; y++) {
        unsigned char *row = bitmap->bits + (size_t)y * bitmap->stride;
        for (int32_t x = 0; x < bitmap->width; x++)
            row[x / 8] |= (unsigned char)((darkness[x] >> 7) << (7 - x % 8));
        darkness += stride;
    }
}

static void fill_symbol(const struct dots_symbol *symbol, struct bitmap *bitmap)
{
    const struct symbol *modules = &symbol->modules;
    for (int row = 0; row < modules->rows; row++)
        for (int column = 0; column < modules->columns; column++)
            if (symbol_dark(modules, row, column))
                bitmap_fill(bitmap, (struct bitmap_box){symbol->x + column * symbol->module,
                                                        symbol->y + row * symbol->row,
                                                        symbol->module, symbol->row});
}

static bool add_symbols(const struct page *page, unsigned dpi, struct bitmap *bitmap,
                        struct error *err)
{
    for (size_t i = 0; i < page->n_bars; i++) {
        struct dots_symbol symbol;
        if (!dots_symbol(page, &page->bars[i], dpi, &symbol, err))
            return false;
        fill_symbol(&symbol, bitmap);
    }
    return true;
}

bool raster_page(const struct page *page, const struct fonts *fonts, unsigned dpi, unsigned parts,
                 struct bitmap *ret_bitmap, struct error *err)
{
    struct drawing drawing = {.page = page, .fonts = fonts, .colour = set_ink};
    struct bitmap_box size = {0};
    if (!size_at(page, dpi, &size, err))
        return false;
    struct bitmap bitmap = {0};
    cairo_surface_t *surface =
        draw_surface(&drawing, CAIRO_FORMAT_A8, size, parts & ~(unsigned)RASTER_BARS);
    if (surface == NULL || !bitmap_init(&bitmap, size.width, size.height)) {
        cairo_surface_destroy(surface);
        return error_set(err, ERROR_LATER, "no memory for the dots of a page");
    }
    take_ink(surface, &bitmap);
    cairo_surface_destroy(surface);
    if ((parts & RASTER_BARS) != 0 && !add_symbols(page, dpi, &bitmap, err)) {
        bitmap_done(&bitmap);
        return false;
    }
    *ret_bitmap = bitmap;
    return true;
}

/* ------------------------------------------------------------------ preview */

static void set_colour(cairo_t *cairo, uint32_t rgb)
{
    cairo_set_source_rgb(cairo, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                         (rgb & 255) / 255.0);
}

bool raster_preview(const struct page *page, const struct fonts *fonts, unsigned dpi,
                    struct raster_picture *ret_picture, struct error *err)
{
    struct drawing drawing = {.page = page, .fonts = fonts, .colour = set_colour};
    struct bitmap_box size = {0};
    if (!size_at(page, dpi, &size, err))
        return false;
    cairo_surface_t *surface = draw_surface(&drawing, CAIRO_FORMAT_RGB24, size, RASTER_ALL);
    unsigned char *rgb = malloc((size_t)size.width * (size_t)size.height * 3);
    if (surface == NULL || rgb == NULL) {
        cairo_surface_destroy(surface);
        free(rgb);
        return error_set(err, ERROR_LATER, "no memory for a preview");
    }
    unsigned char *to = rgb;
    for (int32_t y = 0; y < size.height; y++) {
        const uint32_t *row =
            (const uint32_t *)(const void *)(cairo_image_surface_get_data(surface) +
                                             (ptrdiff_t)y *
                                                 cairo_image_surface_get_stride(surface));
        for (int32_t x = 0; x < size.width; x++) {
            *to++ = (unsigned char)(row[x] >> 16);
            *to++ = (unsigned char)(row[x] >> 8);
            *to++ = (unsigned char)row[x];
        }
    }
    cairo_surface_destroy(surface);
    *ret_picture = (struct raster_picture){size.width, size.height, rgb};
    return true;
}
