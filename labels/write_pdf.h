/* write_pdf.h - pages as a PDF (ISO 32000-1), written straight into content streams: exact media
 * box, vectors, fonts embedded as subsets, no timestamps, the same pages the same bytes.
 *
 * Each page leaves as soon as it is added; what stays is 8 bytes an object and which glyphs were
 * used. Fonts, page tree and cross references follow at the end. Viewers are told not to scale.
 */
#ifndef TRAO_LABELS_WRITE_PDF_H
#define TRAO_LABELS_WRITE_PDF_H

#include "labels/labels.h"
#include "labels/page.h"

struct write_pdf;

/* `fonts` is borrowed until write_pdf_close, which accepts NULL. */
must_use bool write_pdf_open(struct labels_sink sink, struct fonts *fonts,
                             struct write_pdf **ret_pdf, struct error *err);
void write_pdf_close(struct write_pdf *pdf);

/* ERROR_LATER: the sink or the memory failed; so will every later call. */
must_use bool write_pdf_page(struct write_pdf *pdf, const struct page *page, struct error *err);

/* ERROR_BAD_INPUT: there is no page. */
must_use bool write_pdf_end(struct write_pdf *pdf, struct error *err);

#endif
