/* text.h - a text is cleaned, shaped, and fitted into a box: wrapped at spaces, made smaller down
 * to a stated size, and only then shortened, which is said. Pure but for the font's shaper.
 */
#ifndef TRAO_LABELS_TEXT_H
#define TRAO_LABELS_TEXT_H

#include "labels/font.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_CHARS_MAX 1024
#define TEXT_GLYPHS_MAX 2048 /* a letter whose marks have no composed form takes two and more */
#define TEXT_LINES_MAX 8
#define TEXT_SUBSTITUTE 0xFFFDu /* in place of a letter that the font lacks */
#define TEXT_ELLIPSIS 0x2026u
#define TEXT_STEP_UM 176 /* half a point: finer steps do not show */

/* A text ready to be set: NFC, single spaces, every character in the font, shaped once. */
struct text {
    enum font_weight weight;
    size_t n;
    uint32_t characters[TEXT_CHARS_MAX];
    size_t n_glyphs;
    struct glyph glyphs[TEXT_GLYPHS_MAX];
    int32_t x[TEXT_CHARS_MAX + 1]; /* pen before each character, font units */
    bool substituted;              /* at least one TEXT_SUBSTITUTE stands for another letter */
};

/* Characters first .. first + n of the text; an ellipsis follows the last line if shortened. */
struct text_line {
    size_t first;
    size_t n;
    int32_t width_um; /* the ellipsis included */
    bool ellipsis;
};

struct text_box {
    int32_t width_um;
    int32_t height_um;
    size_t lines_max;
    int32_t size_max_um;
    int32_t size_min_um;
};

struct text_fit {
    int32_t size_um;
    size_t n_lines;
    struct text_line lines[TEXT_LINES_MAX];
    bool shortened;
};

/* Reads UTF-8 in any normal form. Ð becomes Đ; blanks of all kinds one space; invisible
 * characters go; a letter with more than one mark left after NFC, or missing in the font, becomes
 * TEXT_SUBSTITUTE as a whole. ERROR_BAD_INPUT: not UTF-8, or longer than TEXT_CHARS_MAX. */
must_use bool text_read(const char *utf8, struct fonts *fonts, enum font_weight weight,
                        struct text *ret_text, struct error *err);

/* Never fails: what does not fit is shortened. The largest size wins at which the text fits; a
 * line ends after a comma rather than inside a part of an address as long as the lines last. */
void text_fit(const struct text *text, const struct fonts *fonts, const struct text_box *box,
              struct text_fit *ret_fit);

/* Width of characters first .. first + n at a size. */
int32_t text_width_um(const struct text *text, const struct fonts *fonts, size_t first, size_t n,
                      int32_t size_um);

/* From baseline to baseline: the font's own ascender and descender, at which Ẫ does not touch a ỵ
 * above it. */
int32_t text_line_height_um(const struct fonts *fonts, enum font_weight weight, int32_t size_um);

#endif
