#include "labels/pdf_content.h"

#include <string.h>

/* Most that one number, one glyph with what belongs to it, and one rectangle take in a stream. */
#define NUMBER_BYTES 12
#define GLYPH_BYTES (3 * NUMBER_BYTES + 24)
#define RECT_BYTES (4 * NUMBER_BYTES + 4)
#define PHRASE_BYTES 128 /* what stands before and after glyphs or rectangles */

/* One page on its way into a content stream. */
struct drawing {
    const struct page *page;
    const struct fonts *fonts;
    uint32_t *const *used;
    struct buffer *content;
    int64_t fill_rgb; /* set at this moment; -1: not known */
};

void pdf_points(struct buffer *out, int32_t um)
{
    int64_t hundredths =
        ((int64_t)um * PAGE_PT_PER_INCH * 100 + PAGE_UM_PER_INCH / 2) / PAGE_UM_PER_INCH;
    buffer_format(out, "%lld.%02lld ", (long long)(hundredths / 100),
                  (long long)(hundredths % 100));
}

/* ------------------------------------------------------------------ bytes into room made before */

/* A literal without its end. */
#define PUT(at, literal) put_bytes(at, literal, sizeof(literal) - 1)

static inline unsigned char *put_bytes(unsigned char *at, const char *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

/* A whole number and a space. Most are small: module counts, type sizes. */
static inline unsigned char *put_int(unsigned char *at, int32_t value)
{
    uint32_t left = value < 0 ? -(uint32_t)value : (uint32_t)value;
    if (value < 0)
        *at++ = '-';
    size_t n = left < 10 ? 1 : left < 100 ? 2 : left < 1000 ? 3 : left < 10000 ? 4 : 5;
    for (uint32_t over = left / 100000; over != 0; over /= 10)
        n++;
    at[n] = ' ';
    for (size_t i = n; i-- > 0; left /= 10)
        at[i] = (unsigned char)('0' + left % 10);
    return at + n + 1;
}

/* Four hex digits: nibbles are spread over four bytes, those above 9 become letters. */
static inline unsigned char *put_hex16(unsigned char *at, uint32_t value)
{
    uint32_t nibbles =
        (value >> 12 & 0xF) | (value & 0xF00) | (value & 0xF0) << 12 | (value & 0xF) << 24;
    uint32_t letters = (nibbles + 0x06060606u) >> 4 & 0x01010101u;
    uint32_t ascii = nibbles + 0x30303030u + letters * 7;
    at[0] = (unsigned char)ascii;
    at[1] = (unsigned char)(ascii >> 8);
    at[2] = (unsigned char)(ascii >> 16);
    at[3] = (unsigned char)(ascii >> 24);
    return at + 4;
}

/* ------------------------------------------------------------------ paint */

/* One part of a colour, 0 to 255, as 0 to 1 with three decimals. */
static void colour_part(struct buffer *content, unsigned part)
{
    unsigned thousandth = (part * 1000 + 127) / 255;
    if (thousandth % 1000 == 0)
        buffer_int(content, thousandth / 1000);
    else
        buffer_format(content, "0.%03u ", thousandth);
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

static void fill_with(struct drawing *d, uint32_t rgb)
{
    if (d->fill_rgb == (int64_t)rgb)
        return;
    paint_colour(d->content, rgb, "g", "rg");
    d->fill_rgb = rgb;
}

static void draw_path(struct drawing *d, const struct page_path *path)
{
    struct buffer *content = d->content;
    const struct page_paint *paint = &path->paint;
    if (!paint->filled && !paint->stroked)
        return;
    if (paint->filled)
        fill_with(d, paint->fill_rgb);
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
        const struct page_segment *s = &d->page->segments[path->first + i];
        for (int k = 0; k < pairs[s->verb]; k++) {
            buffer_int(content, s->x_um[k]);
            buffer_int(content, s->y_um[k]);
        }
        buffer_text(content, operators[s->verb]);
    }
    buffer_text(content, paint->filled && paint->stroked ? "B\n" : paint->filled ? "f\n" : "S\n");
}

/* ------------------------------------------------------------------ symbols */

/* In units of modules and rows, so that a rectangle takes ten bytes. */
static void draw_bars(struct drawing *d, const struct page_bars *bars)
{
    int32_t row_um = bars->kind == SYMBOL_CODE128 ? bars->area.height_um : bars->module_um;
    fill_with(d, PAGE_BLACK);
    unsigned char *start = buffer_room(d->content, bars->n * RECT_BYTES + PHRASE_BYTES);
    if (start == NULL)
        return;
    unsigned char *at = PUT(start, "q ");
    at = put_int(at, bars->module_um);
    at = PUT(at, "0 0 ");
    at = put_int(at, row_um);
    at = put_int(at, bars->area.x_um);
    at = put_int(at, bars->area.y_um);
    at = PUT(at, "cm\n");
    /* Whole multiples, so that a rounded product is exact, and faster than to divide. */
    const double modules = 1.0 / bars->module_um, rows = 1.0 / row_um;
    for (size_t i = 0; i < bars->n; i++) {
        const struct page_rect *r = &d->page->rects[bars->first + i];
        at = put_int(at, (int32_t)((r->x_um - bars->area.x_um) * modules + 0.5));
        at = put_int(at, (int32_t)((r->y_um - bars->area.y_um) * rows + 0.5));
        at = put_int(at, (int32_t)(r->width_um * modules + 0.5));
        at = PUT(at, "1 re\n");
    }
    at = PUT(at, "f Q\n");
    d->content->n += (size_t)(at - start);
}

/* ------------------------------------------------------------------ text */

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
static bool note_glyphs(const struct drawing *d, const struct page_run *run)
{
    bool plain = true;
    const struct glyph *glyphs = &d->page->glyphs[run->first];
    const uint32_t *text = &d->page->text[run->text_first];
    uint32_t *used = d->used[run->weight];
    for (size_t i = 0; i < run->n; i++) {
        uint32_t character = text[glyphs[i].text_first];
        uint32_t *stands_for = &used[glyphs[i].id];
        if (*stands_for == 0)
            *stands_for = character;
        plain = plain && glyphs[i].text_n == 1 && *stands_for == character;
    }
    return plain;
}

/* The glyphs of a run between TJ's brackets. PDF advances by the font's own widths, so every
 * difference to the shaped place is a number between them, in thousandths of the size, leftwards
 * positive. A raised glyph is shown apart, under Ts. */
static unsigned char *put_glyphs(const struct drawing *d, const struct page_run *run,
                                 unsigned char *at)
{
    const struct glyph *glyphs = &d->page->glyphs[run->first];
    const int16_t *advances = font_advances(d->fonts, run->weight);
    int32_t em = font_metrics(d->fonts, run->weight)->units_per_em;
    int32_t off = 0; /* how far a PDF reader stands right of where shaping does, font units */
    int16_t rise = 0;
    at = PUT(at, "[<");
    for (size_t i = 0; i < run->n; i++) {
        const struct glyph *g = &glyphs[i];
        if (g->dy != rise) {
            at = PUT(at, ">] TJ ");
            at = put_int(at, (int32_t)((int64_t)g->dy * run->size_um / em));
            at = PUT(at, "Ts [<");
            rise = g->dy;
        }
        if (off != g->dx) {
            at = PUT(at, ">");
            at = put_int(at, (off - g->dx) * 1000 / em);
            at = PUT(at, "<");
            off = g->dx;
        }
        at = put_hex16(at, g->id);
        off += advances[g->id] - g->advance;
    }
    at = PUT(at, ">]TJ ");
    return rise == 0 ? at : PUT(at, "0 Ts ");
}

static void draw_run(struct drawing *d, const struct page_run *run)
{
    struct buffer *content = d->content;
    bool plain = note_glyphs(d, run);
    if (run->n == 0)
        return;
    if (!plain) {
        buffer_text(content, "/Span <</ActualText <FEFF");
        for (size_t i = 0; i < run->text_n; i++)
            pdf_utf16(content, d->page->text[run->text_first + i]);
        buffer_text(content, ">>> BDC\n");
    }
    fill_with(d, run->rgb);
    unsigned char *start = buffer_room(content, run->n * GLYPH_BYTES + PHRASE_BYTES);
    if (start == NULL)
        return;
    unsigned char *at = PUT(start, "BT /F");
    at = put_int(at, (int32_t)run->weight);
    at = put_int(at, run->size_um);
    at = PUT(at, "Tf 1 0 0 -1 ");
    at = put_int(at, run->x_um);
    at = put_int(at, run->y_um);
    at = PUT(at, "Tm ");
    at = put_glyphs(d, run, at);
    at = PUT(at, "ET\n");
    content->n += (size_t)(at - start);
    if (!plain)
        buffer_text(content, "EMC\n");
}

/* The page's own micrometres, downwards, become PDF's points, upwards, by one matrix. A miter limit
 * of 4 is SVG's. */
void pdf_content_draw(const struct page *page, const struct fonts *fonts,
                      uint32_t *const used[FONT_WEIGHTS], struct buffer *content)
{
    struct drawing drawing = {page, fonts, used, content, -1};
    buffer_text(content, "0.00283464567 0 0 -0.00283464567 0 ");
    pdf_points(content, page->height_um);
    buffer_text(content, "cm 4 M\n");
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
}
