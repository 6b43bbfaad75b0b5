#include "labels/symbol.h"

#include <string.h>
#include <zint.h>

#define CODE128_CHARS 32
#define QR_CHARS SYMBOL_TEXT_MAX /* capacity of version 3-M in alphanumeric mode */

bool symbol_dark(const struct symbol *symbol, int row, int column)
{
    return (symbol->dark[row][column / 8] >> (column % 8) & 1) != 0;
}

int symbol_quiet(enum symbology kind)
{
    switch (kind) {
    case SYMBOL_CODE128:
        return 10;
    case SYMBOL_QR:
        return 4;
    case SYMBOL_DATAMATRIX:
        return 1;
    }
    invariant(false);
}

int symbol_least_module_um(enum symbology kind)
{
    switch (kind) {
    case SYMBOL_CODE128:
        return 250;
    case SYMBOL_QR:
        return 500;
    case SYMBOL_DATAMATRIX:
        return 375;
    }
    invariant(false);
}

/* Takes over zint's modules. zint's own struct is 30 KB, hence this small one. */
static bool take(const struct zint_symbol *from, enum symbology kind, struct symbol *ret_symbol,
                 struct error *err)
{
    if (from->width > SYMBOL_COLUMNS_MAX || from->rows > SYMBOL_ROWS_MAX)
        return error_set(err, ERROR_BAD_INPUT, "symbol of %d x %d modules is too large",
                         from->width, from->rows);
    memset(ret_symbol, 0, sizeof *ret_symbol);
    ret_symbol->kind = kind;
    ret_symbol->columns = from->width;
    ret_symbol->rows = from->rows;
    for (int row = 0; row < from->rows; row++)
        memcpy(ret_symbol->dark[row], from->encoded_data[row], SYMBOL_COLUMNS_MAX / 8);
    return true;
}

static bool encode(struct zint_symbol *zint, enum symbology kind, const char *text,
                   struct symbol *ret_symbol, struct error *err)
{
    if (zint == NULL)
        return error_set(err, ERROR_LATER, "no memory for a symbol");
    zint->input_mode = DATA_MODE;
    int outcome = ZBarcode_Encode(zint, (const unsigned char *)text, (int)strlen(text));
    bool done = outcome < ZINT_ERROR
                    ? take(zint, kind, ret_symbol, err)
                    : error_set(err, ERROR_BAD_INPUT, "symbol refused: %s", zint->errtxt);
    ZBarcode_Delete(zint);
    return done;
}

bool symbol_code128(const char *text, struct symbol *ret_symbol, struct error *err)
{
    size_t n = strlen(text);
    if (n == 0 || n > CODE128_CHARS)
        return error_set(err, ERROR_BAD_INPUT, "Code 128 holds 1 to %d characters, not %zu",
                         CODE128_CHARS, n);
    for (size_t i = 0; i < n; i++)
        if (text[i] < ' ' || text[i] > '~')
            return error_set(err, ERROR_BAD_INPUT, "Code 128: character %zu is not ASCII", i + 1);
    struct zint_symbol *zint = ZBarcode_Create();
    if (zint != NULL)
        zint->symbology = BARCODE_CODE128;
    return encode(zint, SYMBOL_CODE128, text, ret_symbol, err);
}

bool symbol_qr(const char *text, struct symbol *ret_symbol, struct error *err)
{
    static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    size_t n = strlen(text);
    if (n == 0 || n > QR_CHARS)
        return error_set(err, ERROR_BAD_INPUT, "QR holds 1 to %d characters, not %zu", QR_CHARS, n);
    size_t good = strspn(text, alphabet);
    if (good != n)
        return error_set(err, ERROR_BAD_INPUT,
                         "QR: character %zu is outside 0-9 A-Z space $%%*+-./:", good + 1);
    struct zint_symbol *zint = ZBarcode_Create();
    if (zint != NULL) {
        zint->symbology = BARCODE_QRCODE;
        zint->option_1 = 2; /* ECC M */
        zint->option_2 = 3; /* version 3 */
    }
    return encode(zint, SYMBOL_QR, text, ret_symbol, err);
}
