/* font.h - a font family: found, measured, shaped, cut to a subset. The one door to
 * HarfBuzz.
 *
 * Glyph measures are in font units, `font_units_per_em` to the em, y upwards.
 * Threads: one `struct fonts` serves one thread at a time.
 */
#ifndef TRAO_LABELS_FONT_H
#define TRAO_LABELS_FONT_H

#include "labels/buffer.h"
#include "protocol/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum font_weight { FONT_REGULAR, FONT_BOLD, FONT_WEIGHTS };

/* One drawn glyph and the characters it stands for: text[text_first .. text_first + text_n) of
 * what was shaped. text_n is 0 for the second glyph of a character. */
struct glyph {
    uint16_t id;
    int16_t advance;
    int16_t dx;
    int16_t dy;
    uint16_t text_first;
    uint16_t text_n;
};

struct font_metrics {
    int32_t units_per_em;
    int32_t ascender;   /* above the baseline, positive; covers Ẫ */
    int32_t descender;  /* below the baseline, negative; covers ỵ */
    int32_t cap_height; /* height of H */
    int32_t ellipsis;   /* advance of «…» */
    int32_t box[4];     /* x0 y0 x1 y1 round all glyphs */
    size_t glyphs;
};

struct fonts;

/* Regular and bold of one family, static TrueType files. ERROR_NOT_FOUND when fontconfig offers
 * another family, a variable font or another weight in its place. */
must_use bool fonts_open(const char *family, struct fonts **ret_fonts, struct error *err);
/* The same files for another thread; fontconfig, which takes longest, is not asked again. */
must_use bool fonts_again(const struct fonts *fonts, struct fonts **ret_fonts, struct error *err);
void fonts_close(struct fonts *fonts);

const struct font_metrics *font_metrics(const struct fonts *fonts, enum font_weight weight);
/* PostScript name, for the PDF; borrowed. */
const char *font_name(const struct fonts *fonts, enum font_weight weight);
bool font_has(const struct fonts *fonts, enum font_weight weight, uint32_t character);
/* The glyph of a character by itself; 0: the font has none. */
uint16_t font_glyph(const struct fonts *fonts, enum font_weight weight, uint32_t character);
int32_t font_advance(const struct fonts *fonts, enum font_weight weight, uint16_t glyph);
/* The same of all glyphs, by id. */
const int16_t *font_advances(const struct fonts *fonts, enum font_weight weight);

/* The table of plain texts (quick.h). */
struct quick;
struct quick *font_quick(const struct fonts *fonts, enum font_weight weight);

/* Shapes n characters, left to right, Vietnamese, no ligatures; every character must be one that
 * font_has. ERROR_BAD_INPUT when more than `room` glyphs come out. */
must_use bool font_shape(struct fonts *fonts, enum font_weight weight, const uint32_t *text,
                         size_t n, struct glyph *glyphs, size_t room, size_t *ret_n,
                         struct error *err);

/* Where a glyph's outline goes, step by step: font units, y upwards, cubic curves. */
struct font_pen {
    void (*move)(void *ctx, double x, double y);
    void (*line)(void *ctx, double x, double y);
    void (*curve)(void *ctx, double x1, double y1, double x2, double y2, double x, double y);
    void (*close)(void *ctx);
    void *ctx;
};

/* Draws the outline of a glyph (nonzero winding rule) with a pen; a blank calls nothing. */
void font_outline(const struct fonts *fonts, enum font_weight weight, uint16_t glyph,
                  const struct font_pen *pen);

/* A deflated subset that is kept for the next job with the same glyphs. */
struct font_file {
    const unsigned char *bytes; /* borrowed until the next call for this weight */
    size_t n;
    size_t plain; /* bytes before deflating */
};

/* font_subset, deflated. */
must_use bool font_file(struct fonts *fonts, enum font_weight weight, const uint32_t *used,
                        struct font_file *ret_file, struct error *err);

/* The font cut down to the glyphs for which used[id] is not 0, ids kept; appended to `out`. */
must_use bool font_subset(const struct fonts *fonts, enum font_weight weight, const uint32_t *used,
                          struct buffer *out, struct error *err);

#endif
