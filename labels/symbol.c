#include "labels/symbol.h"

#include "labels/code128.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zint.h>

struct symbol_maker {
    struct zint_symbol *zint;
};

/* What is asked of zint for each kind. An option of 0 is zint's own choice. */
static const struct {
    const char *name;
    const char *alphabet; /* NULL: printable ASCII */
    size_t chars_max;
    int zint;
    int option_1;
    int option_2;
    int option_3;
    int quiet;
    int least_module_um;
} kinds[] = {
    [SYMBOL_CODE128] = {"Code 128", NULL, 32, BARCODE_CODE128, 0, 0, 0, 10, 250},
    [SYMBOL_QR] = {"QR", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:", SYMBOL_TEXT_MAX,
                   BARCODE_QRCODE, 2 /* ECC M */, 3 /* version 3 */, 0, 4, 500},
    /* A text of 13 characters would come out as a rectangle of 8 x 32 (case B03). */
    [SYMBOL_DATAMATRIX] = {"Data Matrix", NULL, 32, BARCODE_DATAMATRIX, 0, 0, DM_SQUARE, 1, 500},
};

bool symbol_dark(const struct symbol *symbol, int row, int column)
{
    return (symbol->dark[row][column / 8] >> (column % 8) & 1) != 0;
}

size_t symbol_edges(const struct symbol *symbol, int row, int edges[SYMBOL_COLUMNS_MAX])
{
    size_t n = 0;
    uint64_t before = 0; /* the last column of the word before, in the lowest bit */
    for (int column = 0; column <= symbol->columns && column < SYMBOL_COLUMNS_MAX; column += 64) {
        uint64_t dark;
        memcpy(&dark, &symbol->dark[row][column / 8], sizeof dark);
        dark = le64toh(dark);
        for (uint64_t changes = dark ^ (dark << 1 | before); changes != 0; changes &= changes - 1)
            edges[n++] = column + __builtin_ctzll(changes);
        before = dark >> 63;
    }
    if (before != 0)
        edges[n++] = symbol->columns; /* dark up to the room's end */
    return n;
}

int symbol_quiet(enum symbology kind)
{
    return kinds[kind].quiet;
}

int symbol_least_module_um(enum symbology kind)
{
    return kinds[kind].least_module_um;
}

bool symbol_maker_open(struct symbol_maker **ret_maker, struct error *err)
{
    struct symbol_maker *maker = calloc(1, sizeof *maker);
    if (maker == NULL || (maker->zint = ZBarcode_Create()) == NULL) {
        symbol_maker_close(maker);
        return error_set(err, ERROR_LATER, "no memory for symbols");
    }
    *ret_maker = maker;
    return true;
}

void symbol_maker_close(struct symbol_maker *maker)
{
    if (maker != NULL && maker->zint != NULL)
        ZBarcode_Delete(maker->zint);
    free(maker);
}

static bool is_printable(char c)
{
    return c >= ' ' && c <= '~';
}

static bool check(enum symbology kind, const char *text, struct error *err)
{
    size_t n = strlen(text);
    if (n == 0 || n > kinds[kind].chars_max)
        return error_set(err, ERROR_BAD_INPUT, "%s holds 1 to %zu characters, not %zu",
                         kinds[kind].name, kinds[kind].chars_max, n);
    size_t good = 0;
    if (kinds[kind].alphabet != NULL)
        good = strspn(text, kinds[kind].alphabet);
    else
        while (good < n && is_printable(text[good]))
            good++;
    return good == n ||
           error_set(err, ERROR_BAD_INPUT, "%s: character %zu is not of %s", kinds[kind].name,
                     good + 1,
                     kinds[kind].alphabet == NULL ? "printable ASCII" : kinds[kind].alphabet);
}

/* Takes over zint's modules. zint's own struct is 30 KB, hence this small one. */
static bool take(const struct zint_symbol *from, enum symbology kind, struct symbol *ret_symbol,
                 struct error *err)
{
    if (from->width > SYMBOL_COLUMNS_MAX || from->rows > SYMBOL_ROWS_MAX)
        return error_set(err, ERROR_BAD_INPUT, "symbol of %d x %d modules is too large",
                         from->width, from->rows);
    ret_symbol->kind = kind;
    ret_symbol->columns = from->width;
    ret_symbol->rows = from->rows;
    for (int row = 0; row < from->rows; row++)
        memcpy(ret_symbol->dark[row], from->encoded_data[row], SYMBOL_COLUMNS_MAX / 8);
    return true;
}

bool symbol_make(struct symbol_maker *maker, enum symbology kind, const char *text,
                 struct symbol *ret_symbol, struct error *err)
{
    if (!check(kind, text, err))
        return false;
    if (kind == SYMBOL_CODE128 && code128_s10(text, ret_symbol))
        return true;
    struct zint_symbol *zint = maker->zint;
    ZBarcode_Clear(zint);
    zint->symbology = kinds[kind].zint;
    zint->input_mode = DATA_MODE;
    zint->option_1 = kinds[kind].option_1 == 0 ? -1 : kinds[kind].option_1;
    zint->option_2 = kinds[kind].option_2;
    zint->option_3 = kinds[kind].option_3;
    int outcome = ZBarcode_Encode(zint, (const unsigned char *)text, (int)strlen(text));
    if (outcome >= ZINT_ERROR)
        return error_set(err, ERROR_BAD_INPUT, "symbol refused: %s", zint->errtxt);
    return take(zint, kind, ret_symbol, err);
}
