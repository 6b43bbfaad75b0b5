/* code128.h - the Code 128 of an S10 number (two letters, nine digits, two letters) by table: what
 * is printed ten thousand times a morning. Module by module what zint makes of it
 * (tests/labels/test_symbol.c), in a tenth of the time; every other text is left to zint. */
#ifndef TRAO_LABELS_CODE128_H
#define TRAO_LABELS_CODE128_H

#include "labels/symbol.h"

/* False: not of that shape; the symbol is untouched. */
bool code128_s10(const char *text, struct symbol *symbol);

#endif
