/* native.h - which symbols a thermal printer may draw itself: only those that come out with the
 * very place, size and modules that the page has, whatever the printer's own taste. The others are
 * sent as boxes. Pure. */
#ifndef TRAO_LABELS_NATIVE_H
#define TRAO_LABELS_NATIVE_H

#include "labels/dots.h"

#define NATIVE_PIECES_MAX 8

/* Code 128 in pieces, each in one code set, so that the printer chooses nothing. */
struct native_piece {
    bool pairs; /* code set C: digits two by two; otherwise code set B */
    size_t first;
    size_t n;
};

struct native_code128 {
    size_t n;
    struct native_piece pieces[NATIVE_PIECES_MAX];
};

/* False: no such pieces are as many modules as the symbol has. */
bool native_code128(const struct dots_symbol *symbol, struct native_code128 *ret_code);

/* Whether a printer that takes the smallest QR of ECC M for this text takes this size. */
bool native_qr(const struct dots_symbol *symbol);

/* Whether the text needs no escapes in any printer's Data Matrix; the size is told. */
bool native_data_matrix(const struct dots_symbol *symbol);

#endif
