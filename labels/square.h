/* square.h - a text that a machine reads off a screen becomes the modules of a QR code, as large as
 * it needs (ISO/IEC 18004, ECC M). What goes on paper has its own, always of one size: symbol.h.
 *
 * Pure; any thread. The quiet zone is the drawer's: SQUARE_QUIET light modules all round.
 */
#ifndef TRAO_LABELS_SQUARE_H
#define TRAO_LABELS_SQUARE_H

#include "protocol/error.h"

#include <stdbool.h>

#define SQUARE_TEXT_MAX 512 /* bytes; version 15 of 77 modules holds them in ECC M */
#define SQUARE_MODULES_MAX 96
#define SQUARE_QUIET 4

struct square {
    int modules; /* a side */
    bool dark[SQUARE_MODULES_MAX][SQUARE_MODULES_MAX];
};

/* ERROR_BAD_INPUT: empty, too long, or not printable ASCII; ERROR_LATER without memory. */
must_use bool square_make(const char *text, struct square *ret_square, struct error *err);

#endif
