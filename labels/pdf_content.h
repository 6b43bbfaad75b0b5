/* pdf_content.h - a page as a PDF content stream (ISO 32000-1, 8 and 9), and the small spellings
 * that the rest of the PDF shares with it. Fonts are the resources /F0, /F1 by weight, with glyph
 * ids as codes (Identity-H). */
#ifndef TRAO_LABELS_PDF_CONTENT_H
#define TRAO_LABELS_PDF_CONTENT_H

#include "labels/buffer.h"
#include "labels/page.h"

/* What is drawn with, from page to page: tables, the stream, and which glyphs were used. `fonts` is
 * borrowed until close, which takes NULL. ERROR_LATER: no memory. */
struct pdf_content;
must_use bool pdf_content_open(const struct fonts *fonts, struct pdf_content **ret_content,
                               struct error *err);
void pdf_content_close(struct pdf_content *content);

/* The page as a stream, borrowed until the next one. A run with a glyph that stands for something
 * else elsewhere carries its text beside it (ActualText). Everything is whole numbers but the one
 * matrix at the top. The buffer says whether memory failed. */
const struct buffer *pdf_content_draw(struct pdf_content *content, const struct page *page);

/* For each glyph the character that it stands for, 0 if it was not drawn yet. */
uint32_t *pdf_content_used(struct pdf_content *content, enum font_weight weight);

/* Points with two decimals and a space, as viewers show page sizes: 220 mm are 623.62 pt. */
void pdf_points(struct buffer *out, int32_t um);

/* A character as UTF-16 in hex. */
void pdf_utf16(struct buffer *out, uint32_t character);

#endif
