/* readback_pdf.h - pieces of a PDF's pages as a printer's dots, by poppler, which draws
 * independently of our writer. The one door to poppler. Threads: one `struct readback_pdf` serves
 * one at a time. */
#ifndef TRAO_LABELS_READBACK_PDF_H
#define TRAO_LABELS_READBACK_PDF_H

#include "labels/bitmap.h"
#include "protocol/error.h"

struct readback_pdf;

/* The bytes are borrowed until close, which accepts NULL. ERROR_BAD_INPUT: not a PDF. */
must_use bool readback_pdf_open(const void *bytes, size_t n, struct readback_pdf **ret_pdf,
                                struct error *err);
void readback_pdf_close(struct readback_pdf *pdf);

size_t readback_pdf_pages(const struct readback_pdf *pdf);

/* A box of a page (from 0), at a dpi; a dot is ink when it is darker than middle grey.
 * bitmap_done afterwards. */
must_use bool readback_pdf_dots(struct readback_pdf *pdf, size_t page, struct bitmap_box box,
                                unsigned dpi, struct bitmap *ret_bitmap, struct error *err);

#endif
