#include "labels/pdf_content.h"

#include <stdlib.h>
#include <string.h>

/* Most that one number, one glyph with what belongs to it, and one rectangle take in a stream. */
#define NUMBER_BYTES 12
#define GLYPH_BYTES (3 * NUMBER_BYTES + 24)
#define RECT_BYTES (4 * NUMBER_BYTES + 4)
#define PHRASE_BYTES 128 /* what stands before and after glyphs or rectangles */

/* Bars of a Code 128 are spelt once: "x 0 width 1 re". */
#define BAR_PLACES 256
#define BAR_WIDTHS 4 /* ISO/IEC 15417: bars of 1 to 4 modules */
struct bar_words {
    unsigned char n;
    unsigned char bytes[15];
};

struct code {
    unsigned char digits[4];
};

struct pdf_content {
    const struct fonts *fonts;
    const struct page *page; /* in hand */
    struct buffer stream;
    int64_t fill_rgb;                 /* set at this moment; -1: not known */
    uint32_t *used[FONT_WEIGHTS];     /* for each glyph the character it stands for, 0: not used */
    struct code *codes[FONT_WEIGHTS]; /* by glyph */
    struct bar_words bars[BAR_PLACES][BAR_WIDTHS];
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

/* A glyph's code, spelt once: four hex digits. */
static inline unsigned char *put_code(unsigned char *at, const struct code *code)
{
    memcpy(at, code->digits, sizeof code->digits);
    return at + sizeof code->digits;
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

static void fill_with(struct pdf_content *d, uint32_t rgb)
{
    if (d->fill_rgb == (int64_t)rgb)
        return;
    paint_colour(&d->stream, rgb, "g", "rg");
    d->fill_rgb = rgb;
}

static void draw_path(struct pdf_content *d, const struct page_path *path)
{
    struct buffer *content = &d->stream;
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

static void spell_bars(struct pdf_content *d)
{
    for (int32_t x = 0; x < BAR_PLACES; x++)
        for (int32_t width = 1; width <= BAR_WIDTHS; width++) {
            struct bar_words *words = &d->bars[x][width - 1];
            unsigned char *at = put_int(words->bytes, x);
            at = PUT(at, "0 ");
            at = put_int(at, width);
            at = PUT(at, "1 re\n");
            words->n = (unsigned char)(at - words->bytes);
        }
}

/* Whole multiples, so that a rounded product is exact, and faster than to divide. */
static inline int32_t in_units(int32_t um, double units_per_um)
{
    return (int32_t)(um * units_per_um + 0.5);
}

static unsigned char *put_rect(const struct page_bars *bars, const struct page_rect *r,
                               double modules, double rows, unsigned char *at)
{
    at = put_int(at, in_units(r->x_um - bars->area.x_um, modules));
    at = put_int(at, in_units(r->y_um - bars->area.y_um, rows));
    at = put_int(at, in_units(r->width_um, modules));
    return PUT(at, "1 re\n");
}

/* In units of modules and rows, so that a rectangle takes ten bytes. */
static void draw_bars(struct pdf_content *d, const struct page_bars *bars)
{
    bool linear = bars->kind == SYMBOL_CODE128;
    int32_t row_um = linear ? bars->area.height_um : bars->module_um;
    fill_with(d, PAGE_BLACK);
    unsigned char *start = buffer_room(&d->stream, bars->n * RECT_BYTES + PHRASE_BYTES);
    if (start == NULL)
        return;
    unsigned char *at = PUT(start, "q ");
    at = put_int(at, bars->module_um);
    at = PUT(at, "0 0 ");
    at = put_int(at, row_um);
    at = put_int(at, bars->area.x_um);
    at = put_int(at, bars->area.y_um);
    at = PUT(at, "cm\n");
    const double modules = 1.0 / bars->module_um, rows = 1.0 / row_um;
    for (size_t i = 0; i < bars->n; i++) {
        const struct page_rect *r = &d->page->rects[bars->first + i];
        int32_t x = in_units(r->x_um - bars->area.x_um, modules);
        int32_t width = in_units(r->width_um, modules);
        if (!linear || x >= BAR_PLACES || width > BAR_WIDTHS) {
            at = put_rect(bars, r, modules, rows, at);
            continue;
        }
        const struct bar_words *words = &d->bars[x][width - 1];
        memcpy(at, words->bytes, sizeof words->bytes); /* a fixed size is one move */
        at += words->n;
    }
    at = PUT(at, "f Q\n");
    d->stream.n += (size_t)(at - start);
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
static bool note_glyphs(struct pdf_content *d, const struct page_run *run)
{
    uint32_t differing = 0;
    const struct glyph *glyphs = &d->page->glyphs[run->first];
    const uint32_t *text = &d->page->text[run->text_first];
    uint32_t *used = d->used[run->weight];
    for (size_t i = 0; i < run->n; i++) {
        uint32_t character = text[glyphs[i].text_first];
        uint32_t *stands_for = &used[glyphs[i].id];
        if (*stands_for == 0)
            *stands_for = character;
        differing |= (*stands_for ^ character) | (glyphs[i].text_n ^ 1u);
    }
    return differing == 0;
}

/* The glyphs of a run between TJ's brackets. PDF advances by the font's own widths, so every
 * difference to the shaped place is a number between them, in thousandths of the size, leftwards
 * positive. A raised glyph is shown apart, under Ts. */
static unsigned char *put_glyphs(struct pdf_content *d, const struct page_run *run,
                                 unsigned char *at)
{
    const struct glyph *glyphs = &d->page->glyphs[run->first];
    const struct code *codes = d->codes[run->weight];
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
        at = put_code(at, &codes[g->id]);
        off += advances[g->id] - g->advance;
    }
    at = PUT(at, ">]TJ ");
    return rise == 0 ? at : PUT(at, "0 Ts ");
}

static void draw_run(struct pdf_content *d, const struct page_run *run)
{
    struct buffer *content = &d->stream;
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
const struct buffer *pdf_content_draw(struct pdf_content *d, const struct page *page)
{
    buffer_clear(&d->stream);
    d->page = page;
    d->fill_rgb = -1;
    buffer_text(&d->stream, "0.00283464567 0 0 -0.00283464567 0 ");
    pdf_points(&d->stream, page->height_um);
    buffer_text(&d->stream, "cm 4 M\n");
    for (size_t i = 0; i < page->n_ops; i++) {
        size_t index = page->ops[i].index;
        switch (page->ops[i].kind) {
        case PAGE_PATH:
            draw_path(d, &page->paths[index]);
            break;
        case PAGE_BARS:
            draw_bars(d, &page->bars[index]);
            break;
        case PAGE_RUN:
            draw_run(d, &page->runs[index]);
            break;
        }
    }
    return &d->stream;
}

static bool spell_codes(struct pdf_content *d, enum font_weight weight, size_t glyphs)
{
    static const char hex[] = "0123456789ABCDEF";
    d->used[weight] = calloc(glyphs, sizeof *d->used[weight]);
    d->codes[weight] = malloc(glyphs * sizeof *d->codes[weight]);
    if (d->used[weight] == NULL || d->codes[weight] == NULL)
        return false;
    for (size_t id = 0; id < glyphs; id++)
        for (int i = 0; i < 4; i++)
            d->codes[weight][id].digits[i] = (unsigned char)hex[id >> (12 - 4 * i) & 15];
    return true;
}

bool pdf_content_open(const struct fonts *fonts, struct pdf_content **ret_content,
                      struct error *err)
{
    struct pdf_content *d = calloc(1, sizeof *d);
    bool good = d != NULL;
    for (enum font_weight w = FONT_REGULAR; good && w < FONT_WEIGHTS; w++)
        good = spell_codes(d, w, font_metrics(fonts, w)->glyphs);
    if (!good) {
        pdf_content_close(d);
        return error_set(err, ERROR_LATER, "no memory for a PDF");
    }
    d->fonts = fonts;
    spell_bars(d);
    *ret_content = d;
    return true;
}

void pdf_content_close(struct pdf_content *d)
{
    if (d == NULL)
        return;
    for (int w = 0; w < FONT_WEIGHTS; w++) {
        free(d->used[w]);
        free(d->codes[w]);
    }
    buffer_done(&d->stream);
    free(d);
}

uint32_t *pdf_content_used(struct pdf_content *d, enum font_weight weight)
{
    return d->used[weight];
}
