/* readback_symbol.h - one symbol, looked at as a scanner sees it: its dots are measured, then it is
 * decoded. The one door to zbar and libdmtx. For readback.c and the bench. */
#ifndef TRAO_LABELS_READBACK_SYMBOL_H
#define TRAO_LABELS_READBACK_SYMBOL_H

#include "labels/bitmap.h"
#include "labels/page.h"

/* What must be found. */
struct readback_symbol {
    enum symbology kind;
    char text[SYMBOL_TEXT_MAX + 1];
    struct page_rect area; /* without the quiet zone */
    int32_t module_um;
};

/* Decoders, for one thread. ERROR_LATER without memory; close accepts NULL. */
struct readback_eye;
must_use bool readback_eye_open(struct readback_eye **ret_eye, struct error *err);
void readback_eye_close(struct readback_eye *eye);

/* The dots a symbol needs to be judged, quiet zone included; may reach over the page. */
struct bitmap_box readback_crop(const struct readback_symbol *symbol, unsigned dpi);

/* How a symbol came out. */
struct readback_measure {
    int32_t module_um; /* mean width of a module */
    double module_dots;
};

/* Judges a symbol on `bitmap`, whose left upper dot stands at (x, y) on the page and which covers
 * readback_crop but for what lies off the page. `whole_dots`: the printer sets these very dots, so
 * modules must be whole ones and clean to their edges; otherwise edges may be off by a dot.
 * ERROR_REFUSED: ink in the quiet zone, modules too narrow or not whole, ink across modules, not
 * one symbol, or another text. The sentence names the symbol. */
must_use bool readback_judge(struct readback_eye *eye, const struct readback_symbol *symbol,
                             const struct bitmap *bitmap, int32_t x, int32_t y, unsigned dpi,
                             bool whole_dots, struct readback_measure *ret_measure,
                             struct error *err);

#endif
