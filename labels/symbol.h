/* symbol.h - a text becomes the dark and light modules of a barcode; no size, no place. The one
 * door to zint.
 *
 * Own ASCII alphabets only: zint would otherwise choose between Latin-1 and UTF-8 by the content.
 * The quiet zone is not part of the modules: whoever places the symbol keeps it free
 * (symbol_quiet).
 * Threads: one `struct symbol_maker` serves one thread at a time.
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

enum symbology {
    /* 1 to 32 printable ASCII characters (ISO/IEC 15417). 13 of an S10 number are 156 modules. */
    SYMBOL_CODE128,
    /* Version 3, ECC M or better, alphanumeric (ISO/IEC 18004): 1 to 61 of 0-9 A-Z space
     * $ % * + - . / : */
    SYMBOL_QR,
    /* Square, ECC 200 (ISO/IEC 16022): 1 to 32 printable ASCII characters. An S10 number is 16
     * modules a side. */
    SYMBOL_DATAMATRIX
};

struct symbol {
    enum symbology kind;
    int columns;
    int rows; /* 1 for Code 128 */
    /* Bit c % 8 of byte c / 8: column c; 0 beyond the last. */
    unsigned char dark[SYMBOL_ROWS_MAX][SYMBOL_COLUMNS_MAX / 8];
};

/* zint's working room, kept from symbol to symbol. ERROR_LATER without memory; close takes NULL. */
struct symbol_maker;
must_use bool symbol_maker_open(struct symbol_maker **ret_maker, struct error *err);
void symbol_maker_close(struct symbol_maker *maker);

/* ERROR_BAD_INPUT: the text is not in the symbology's alphabet, or too long. */
must_use bool symbol_make(struct symbol_maker *maker, enum symbology kind, const char *text,
                          struct symbol *ret_symbol, struct error *err);

/* Whether the module is dark. */
bool symbol_dark(const struct symbol *symbol, int row, int column);

/* Where a row's colour changes, from the left: dark begins at edges[0], ends before edges[1],
 * begins again at edges[2], ... An even number of at most SYMBOL_COLUMNS_MAX. */
size_t symbol_edges(const struct symbol *symbol, int row, int edges[SYMBOL_COLUMNS_MAX]);

/* Light modules that must stay free: left and right (Code 128), all round (QR, Data Matrix). */
int symbol_quiet(enum symbology kind);

/* Least module that cheap scanners and phones read, µm. */
int symbol_least_module_um(enum symbology kind);

#endif
