/* A page as an SVG 1.1 drawing in its true size. Letters are the font's outlines, so that it looks
 * the same where the font is missing; what they say is told to screen readers (aria-label). One
 * user unit is a micrometre. Numbers are written from whole ones: no locale can put a comma in. */
#include "labels/plain_writer.h"
#include "protocol/utf8.h"

#include <math.h>
#include <stdlib.h>

#define GLYPH_IDS 65536

/* One page on its way into a drawing. */
struct drawing {
    const struct page *page;
    const struct fonts *fonts;
    struct buffer *out;
};

/* At most two decimals, and a space. */
static void put_number(struct buffer *out, double value)
{
    long hundredths = lround(value * 100);
    if (hundredths % 100 == 0)
        buffer_int(out, hundredths / 100);
    else
        buffer_format(out, "%s%ld.%02ld ", hundredths < 0 ? "-" : "", labs(hundredths) / 100,
                      labs(hundredths) % 100);
}

/* ------------------------------------------------------------------ glyphs */

static void pen_point(struct buffer *out, const char *verb, double x, double y)
{
    buffer_text(out, verb);
    put_number(out, x);
    put_number(out, y);
}

static void pen_move(void *ctx, double x, double y)
{
    pen_point(ctx, "M", x, y);
}

static void pen_line(void *ctx, double x, double y)
{
    pen_point(ctx, "L", x, y);
}

static void pen_curve(void *ctx, double x1, double y1, double x2, double y2, double x, double y)
{
    pen_point(ctx, "C", x1, y1);
    pen_point(ctx, "", x2, y2);
    pen_point(ctx, "", x, y);
}

static void pen_close(void *ctx)
{
    buffer_text(ctx, "Z");
}

/* Every glyph of the page once, by weight and id. */
static void define_glyphs(const struct drawing *drawing)
{
    const struct page *page = drawing->page;
    unsigned char defined[FONT_WEIGHTS][GLYPH_IDS / 8] = {{0}};
    const struct font_pen pen = {pen_move, pen_line, pen_curve, pen_close, drawing->out};
    buffer_text(drawing->out, "<defs>\n");
    for (size_t r = 0; r < page->n_runs; r++) {
        const struct page_run *run = &page->runs[r];
        for (size_t i = 0; i < run->n; i++) {
            uint16_t id = page->glyphs[run->first + i].id;
            unsigned char *byte = &defined[run->weight][id / 8];
            if ((*byte >> (id % 8) & 1) != 0)
                continue;
            *byte |= (unsigned char)(1 << (id % 8));
            buffer_format(drawing->out, "<path id=\"g%d-%d\" d=\"", (int)run->weight, (int)id);
            font_outline(drawing->fonts, run->weight, id, &pen);
            buffer_text(drawing->out, "\"/>\n");
        }
    }
    buffer_text(drawing->out, "</defs>\n");
}

static void put_escaped(struct buffer *out, const uint32_t *text, size_t n)
{
    char character[UTF8_CHAR_MAX];
    for (size_t i = 0; i < n; i++)
        switch (text[i]) {
        case '&':
            buffer_text(out, "&amp;");
            break;
        case '<':
            buffer_text(out, "&lt;");
            break;
        case '"':
            buffer_text(out, "&quot;");
            break;
        default:
            buffer_text(out, utf8_write(text[i], character));
        }
}

static void draw_run(const struct drawing *drawing, const struct page_run *run)
{
    const struct page *page = drawing->page;
    struct buffer *out = drawing->out;
    int32_t em = font_metrics(drawing->fonts, run->weight)->units_per_em;
    int64_t scale = (int64_t)run->size_um * 1000000 / em;
    if (run->n == 0)
        return;
    buffer_text(out, "<g role=\"img\" aria-label=\"");
    put_escaped(out, page->text + run->text_first, run->text_n);
    buffer_format(
        out, "\" fill=\"#%06x\" transform=\"translate(%d %d) scale(%lld.%06lld -%lld.%06lld)\">",
        run->rgb, run->x_um, run->y_um, (long long)(scale / 1000000), (long long)(scale % 1000000),
        (long long)(scale / 1000000), (long long)(scale % 1000000));
    int32_t pen = 0;
    for (size_t i = 0; i < run->n; i++) {
        const struct glyph *glyph = &page->glyphs[run->first + i];
        buffer_format(out, "<use xlink:href=\"#g%d-%d\" x=\"%d\" y=\"%d\"/>", (int)run->weight,
                      (int)glyph->id, pen + glyph->dx, (int)glyph->dy);
        pen += glyph->advance;
    }
    buffer_text(out, "</g>\n");
}

/* ------------------------------------------------------------------ shapes */

static void draw_path(const struct drawing *drawing, const struct page_path *path)
{
    static const char *const verbs[] = {
        [PAGE_MOVE] = "M", [PAGE_LINE] = "L", [PAGE_CURVE] = "C", [PAGE_CLOSE] = "Z"};
    static const int pairs[] = {
        [PAGE_MOVE] = 1, [PAGE_LINE] = 1, [PAGE_CURVE] = 3, [PAGE_CLOSE] = 0};
    struct buffer *out = drawing->out;
    const struct page_paint *paint = &path->paint;
    buffer_text(out, "<path");
    if (!paint->filled)
        buffer_text(out, " fill=\"none\"");
    else
        buffer_format(out, " fill=\"#%06x\"", paint->fill_rgb);
    if (paint->stroked)
        buffer_format(out, " stroke=\"#%06x\" stroke-width=\"%d\"", paint->stroke_rgb,
                      paint->stroke_um);
    buffer_text(out, " d=\"");
    const struct page_segment *s = drawing->page->segments + path->first;
    for (const struct page_segment *end = s + path->n; s < end; s++) {
        buffer_text(out, verbs[s->verb]);
        for (int k = 0; k < pairs[s->verb]; k++) {
            buffer_int(out, s->x_um[k]);
            buffer_int(out, s->y_um[k]);
        }
    }
    buffer_text(out, "\"/>\n");
}

static void draw_bars(const struct drawing *drawing, const struct page_bars *bars)
{
    struct buffer *out = drawing->out;
    buffer_text(out, "<path shape-rendering=\"crispEdges\" d=\"");
    for (size_t i = 0; i < bars->n; i++) {
        const struct page_rect *r = &drawing->page->rects[bars->first + i];
        buffer_format(out, "M%d %dh%dv%dh-%dZ", r->x_um, r->y_um, r->width_um, r->height_um,
                      r->width_um);
    }
    buffer_text(out, "\"/>\n");
}

/* Millimetres with three decimals: micrometres. */
static void put_mm(struct buffer *out, const char *name, int32_t um)
{
    buffer_format(out, " %s=\"%d.%03dmm\"", name, um / 1000, um % 1000);
}

static bool say(const struct page *page, struct fonts *fonts, const struct labels_options *options,
                struct buffer *out, struct error *err)
{
    const struct drawing drawing = {page, fonts, out};
    (void)options, (void)err;
    buffer_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\""
                     " xmlns:xlink=\"http://www.w3.org/1999/xlink\"");
    put_mm(out, "width", page->width_um);
    put_mm(out, "height", page->height_um);
    buffer_format(out, " viewBox=\"0 0 %d %d\">\n", page->width_um, page->height_um);
    define_glyphs(&drawing);
    for (size_t i = 0; i < page->n_ops; i++) {
        size_t index = page->ops[i].index;
        switch (page->ops[i].kind) {
        case PAGE_PATH:
            draw_path(&drawing, &page->paths[index]);
            break;
        case PAGE_BARS:
            draw_bars(&drawing, &page->bars[index]);
            break;
        case PAGE_RUN:
            draw_run(&drawing, &page->runs[index]);
            break;
        }
    }
    buffer_text(out, "</svg>\n");
    return true;
}

bool write_svg_open(struct labels_sink sink, struct fonts *fonts,
                    const struct labels_options *options, struct writer **ret_writer,
                    struct error *err)
{
    return plain_writer_open(say, sink, fonts, options, ret_writer, err);
}
