/* dots.h - a page's micrometres on a printer's whole dots. Pure.
 *
 * A thermal head "of 203 dpi" has 8 dots a millimetre (203.2 an inch); those of 300 and 600 dpi
 * have what they say. A symbol keeps the middle of the area that the page gave it; its modules
 * become whole dots, never wider than drawn, so that the quiet zone can only grow.
 */
#ifndef TRAO_LABELS_DOTS_H
#define TRAO_LABELS_DOTS_H

#include "labels/page.h"
#include "protocol/error.h"

#include <stdint.h>

#define DOTS_DPI_USUAL 203

/* 203, 300 or 600; 0 is taken as 203. ERROR_BAD_INPUT: another. */
must_use bool dots_dpi(unsigned asked, unsigned *ret_dpi, struct error *err);

/* Dots of a length, and the length of dots, both to the nearest. */
int32_t dots_of_um(unsigned dpi, int64_t um);
int32_t dots_to_um(unsigned dpi, int64_t dots);
/* Dots a metre, for what a file says of its own resolution. */
uint32_t dots_per_m(unsigned dpi);

/* A symbol on whole dots: its modules, row by row, and where the first begins. */
struct dots_symbol {
    struct symbol modules;
    const char *text; /* the page's */
    int32_t x;
    int32_t y;
    int32_t module; /* dots a column */
    int32_t row;    /* dots a row: the height of the bars of a Code 128 */
};

/* ERROR_BAD_INPUT: whole dots would make the modules narrower than the layout's least, or their
 * kind's. */
must_use bool dots_symbol(const struct page *page, const struct page_bars *bars, unsigned dpi,
                          struct dots_symbol *ret_symbol, struct error *err);

#endif
