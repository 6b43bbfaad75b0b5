/* quick.h - what is printed all day, shaped by table: texts of plain Vietnamese letters, digits and
 * common signs, each one character in NFC. Their glyphs do not depend on their neighbours, but for
 * the kerning of pairs, which HarfBuzz is asked for once per pair. Same result as text_read and
 * HarfBuzz (tests/labels/test_quick.c), thirty times as fast.
 *
 * Threads: as the fonts it belongs to, one at a time.
 */
#ifndef TRAO_LABELS_QUICK_H
#define TRAO_LABELS_QUICK_H

#include "labels/text.h"

struct quick;

/* ERROR_LATER: no memory. Close takes NULL. */
must_use bool quick_open(const struct fonts *fonts, enum font_weight weight,
                         struct quick **ret_quick, struct error *err);
void quick_close(struct quick *quick);

/* Reads a text if it is one for the table; false: *text holds nothing, read it the long way. */
bool quick_read(struct quick *quick, struct fonts *fonts, const char *utf8, struct text *text);

/* Marks in used[glyph] the character of every glyph of the table: what most jobs need of a font. */
void quick_mark(const struct quick *quick, uint32_t *used);

#endif
