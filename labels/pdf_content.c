#include "labels/pdf_content.h"

/* One page on its way into a content stream. */
struct drawing {
    const struct page *page;
    const struct fonts *fonts;
    uint32_t *const *used;
    struct buffer *content;
};

void pdf_points(struct buffer *out, int32_t um)
{
    int64_t hundredths =
        ((int64_t)um * PAGE_PT_PER_INCH * 100 + PAGE_UM_PER_INCH / 2) / PAGE_UM_PER_INCH;
    buffer_format(out, "%lld.%02lld ", (long long)(hundredths / 100),
                  (long long)(hundredths % 100));
}

/* One part of a colour, 0 to 255, as 0 to 1 with three decimals. */
static void colour_part(struct buffer *content, unsigned part)
{
    unsigned thousandth = (part * 1000 + 127) / 255;
    buffer_format(content, "%u.%03u ", thousandth / 1000, thousandth % 1000);
}

static void paint_colour(struct buffer *content, uint32_t rgb, const char *grey, const char *full)
{
    unsigned r = rgb >> 16 & 255;
    unsigned g = rgb >> 8 & 255;
    unsigned b = rgb & 255;
    bool is_grey = r == g && g == b;
    colour_part(content, r);
    if (!is_grey) {
        colour_part(content, g);
        colour_part(content, b);
    }
    buffer_text(content, is_grey ? grey : full);
    buffer_text(content, "\n");
}

static void draw_path(struct buffer *content, const struct page *page, const struct page_path *path)
{
    const struct page_paint *paint = &path->paint;
    if (!paint->filled && !paint->stroked)
        return;
    if (paint->filled)
        paint_colour(content, paint->fill_rgb, "g", "rg");
    if (paint->stroked) {
        paint_colour(content, paint->stroke_rgb, "G", "RG");
        buffer_int(content, paint->stroke_um);
        buffer_text(content, "w\n");
    }
    static const char *const operators[] = {
        [PAGE_MOVE] = "m\n", [PAGE_LINE] = "l\n", [PAGE_CURVE] = "c\n", [PAGE_CLOSE] = "h\n"};
    static const int pairs[] = {
        [PAGE_MOVE] = 1, [PAGE_LINE] = 1, [PAGE_CURVE] = 3, [PAGE_CLOSE] = 0};
    for (size_t i = 0; i < path->n; i++) {
        const struct page_segment *s = &page->segments[path->first + i];
        for (int k = 0; k < pairs[s->verb]; k++) {
            buffer_int(content, s->x_um[k]);
            buffer_int(content, s->y_um[k]);
        }
        buffer_text(content, operators[s->verb]);
    }
    buffer_text(content, paint->filled && paint->stroked ? "B\n" : paint->filled ? "f\n" : "S\n");
}

static void draw_bars(struct buffer *content, const struct page *page, const struct page_bars *bars)
{
    buffer_text(content, "0 g\n");
    for (size_t i = 0; i < bars->n; i++) {
        const struct page_rect *r = &page->rects[bars->first + i];
        buffer_int(content, r->x_um);
        buffer_int(content, r->y_um);
        buffer_int(content, r->width_um);
        buffer_int(content, r->height_um);
        buffer_text(content, "re\n");
    }
    buffer_text(content, "f\n");
}

void pdf_utf16(struct buffer *out, uint32_t character)
{
    if (character >= 0x10000) {
        buffer_hex16(out, 0xD800 + ((character - 0x10000) >> 10));
        character = 0xDC00 + ((character - 0x10000) & 0x3FF);
    }
    buffer_hex16(out, character);
}

/* Notes which character each glyph stands for. False when the run has a glyph that stands for
 * something else elsewhere (or for several characters): its text must be given beside it. */
static bool note_glyphs(const struct drawing *drawing, const struct page_run *run)
{
    bool plain = true;
    const struct page *page = drawing->page;
    uint32_t *used = drawing->used[run->weight];
    for (size_t i = 0; i < run->n; i++) {
        const struct glyph *g = &page->glyphs[run->first + i];
        uint32_t character = page->text[run->text_first + g->text_first];
        if (used[g->id] == 0)
            used[g->id] = character;
        plain = plain && g->text_n == 1 && used[g->id] == character;
    }
    return plain;
}

/* The glyphs of a run between TJ's brackets. PDF advances by the font's own widths, so every
 * difference to the shaped place is a number between them, in thousandths of the size, leftwards
 * positive. A raised glyph is shown apart, under Ts. */
static void draw_glyphs(const struct drawing *drawing, const struct page_run *run)
{
    const struct page *page = drawing->page;
    struct buffer *content = drawing->content;
    int32_t em = font_metrics(drawing->fonts, run->weight)->units_per_em;
    int32_t pen = 0;     /* where shaping stands, font units */
    int32_t pdf_pen = 0; /* where a PDF reader stands */
    int16_t rise = 0;
    buffer_text(content, "[<");
    for (size_t i = 0; i < run->n; i++) {
        const struct glyph *g = &page->glyphs[run->first + i];
        if (g->dy != rise) {
            buffer_text(content, ">] TJ ");
            buffer_int(content, (int64_t)g->dy * run->size_um / em);
            buffer_text(content, "Ts [<");
            rise = g->dy;
        }
        if (pen + g->dx != pdf_pen) {
            buffer_text(content, "> ");
            buffer_int(content, (int64_t)(pdf_pen - pen - g->dx) * 1000 / em);
            buffer_text(content, "<");
            pdf_pen = pen + g->dx;
        }
        buffer_hex16(content, g->id);
        pdf_pen += font_advance(drawing->fonts, run->weight, g->id);
        pen += g->advance;
    }
    buffer_text(content, ">] TJ");
    if (rise != 0)
        buffer_text(content, " 0 Ts");
}

static void draw_run(const struct drawing *drawing, const struct page_run *run)
{
    const struct page *page = drawing->page;
    struct buffer *content = drawing->content;
    bool plain = note_glyphs(drawing, run);
    if (run->n == 0)
        return;
    if (!plain) {
        buffer_text(content, "/Span <</ActualText <FEFF");
        for (size_t i = 0; i < run->text_n; i++)
            pdf_utf16(content, page->text[run->text_first + i]);
        buffer_text(content, ">>> BDC\n");
    }
    paint_colour(content, run->rgb, "g", "rg");
    buffer_format(content, "BT /F%d ", (int)run->weight);
    buffer_int(content, run->size_um);
    buffer_text(content, "Tf 1 0 0 -1 ");
    buffer_int(content, run->x_um);
    buffer_int(content, run->y_um);
    buffer_text(content, "Tm ");
    draw_glyphs(drawing, run);
    buffer_text(content, " ET\n");
    if (!plain)
        buffer_text(content, "EMC\n");
}

/* The page's own micrometres, downwards, become PDF's points, upwards, by one matrix; everything
 * after it is whole numbers. A miter limit of 4 is SVG's. */
void pdf_content_draw(const struct page *page, const struct fonts *fonts,
                      uint32_t *const used[FONT_WEIGHTS], struct buffer *content)
{
    const struct drawing drawing = {page, fonts, used, content};
    buffer_text(content, "0.00283464567 0 0 -0.00283464567 0 ");
    pdf_points(content, page->height_um);
    buffer_text(content, "cm 4 M\n");
    for (size_t i = 0; i < page->n_ops; i++) {
        size_t index = page->ops[i].index;
        switch (page->ops[i].kind) {
        case PAGE_PATH:
            draw_path(content, page, &page->paths[index]);
            break;
        case PAGE_BARS:
            draw_bars(content, page, &page->bars[index]);
            break;
        case PAGE_RUN:
            draw_run(&drawing, &page->runs[index]);
            break;
        }
    }
}
