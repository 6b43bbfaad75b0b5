/* symbol.h - a text becomes the dark and light modules of a barcode; no size, no place. The one
 * door to zint.
 *
 * Own ASCII alphabets only: zint would otherwise choose between Latin-1 and UTF-8 by the content.
 * The quiet zone is not part of the modules: whoever places the symbol keeps it free
 * (symbol_quiet). Values only; safe from any thread.
 */
#ifndef TRAO_LABELS_SYMBOL_H
#define TRAO_LABELS_SYMBOL_H

#include "protocol/error.h"

#include <stdbool.h>
#include <stddef.h>

#define SYMBOL_COLUMNS_MAX 512
#define SYMBOL_ROWS_MAX 32
#define SYMBOL_TEXT_MAX 61   /* the longest text of any symbol: a QR of 29 modules */
#define SYMBOL_QR_MODULES 29 /* version 3, so that every link has the same module size */

enum symbology { SYMBOL_CODE128, SYMBOL_QR, SYMBOL_DATAMATRIX };

struct symbol {
    enum symbology kind;
    int columns;
    int rows; /* 1 for Code 128 */
    unsigned char dark[SYMBOL_ROWS_MAX][SYMBOL_COLUMNS_MAX / 8];
};

/* Code 128 of 1 to 32 printable ASCII characters (ISO/IEC 15417). 13 characters of an S10 number
 * are 156 modules. */
must_use bool symbol_code128(const char *text, struct symbol *ret_symbol, struct error *err);

/* QR version 3, ECC M or better, alphanumeric (ISO/IEC 18004): 1 to 61 of 0-9 A-Z space
 * $ % * + - . / : */
must_use bool symbol_qr(const char *text, struct symbol *ret_symbol, struct error *err);

/* Whether the module is dark. */
bool symbol_dark(const struct symbol *symbol, int row, int column);

/* Light modules that must stay free: left and right (Code 128), all round (QR). */
int symbol_quiet(enum symbology kind);

/* Least module that cheap scanners and phones read, µm. */
int symbol_least_module_um(enum symbology kind);

#endif
