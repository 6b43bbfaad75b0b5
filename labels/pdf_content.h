/* pdf_content.h - a page as a PDF content stream (ISO 32000-1, 8 and 9), and the small spellings
 * that the rest of the PDF shares with it. Fonts are the resources /F0, /F1 by weight, with glyph
 * ids as codes (Identity-H). */
#ifndef TRAO_LABELS_PDF_CONTENT_H
#define TRAO_LABELS_PDF_CONTENT_H

#include "labels/buffer.h"
#include "labels/page.h"

/* Appends the page to `content`, and notes in used[weight][glyph] the character that each glyph
 * stands for, where that is still 0. A run with a glyph that stands for something else carries its
 * text beside it (ActualText). Everything is whole numbers but the one matrix at the top. */
void pdf_content_draw(const struct page *page, const struct fonts *fonts,
                      uint32_t *const used[FONT_WEIGHTS], struct buffer *content);

/* Points with two decimals and a space, as viewers show page sizes: 220 mm are 623.62 pt. */
void pdf_points(struct buffer *out, int32_t um);

/* A character as UTF-16 in hex. */
void pdf_utf16(struct buffer *out, uint32_t character);

#endif
