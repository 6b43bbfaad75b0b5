#include "labels/square.h"

#include <string.h>
#include <zint.h>

static bool check(const char *text, struct error *err)
{
    size_t n = strlen(text);
    if (n == 0 || n > SQUARE_TEXT_MAX)
        return error_set(err, ERROR_BAD_INPUT, "a square holds 1 to %d characters, not %zu",
                         SQUARE_TEXT_MAX, n);
    for (size_t i = 0; i < n; i++)
        if (text[i] < ' ' || text[i] > '~')
            return error_set(err, ERROR_BAD_INPUT, "character %zu is no printable ASCII", i + 1);
    return true;
}

static bool take(const struct zint_symbol *zint, struct square *ret_square, struct error *err)
{
    if (zint->width != zint->rows || zint->rows > SQUARE_MODULES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "a square of %d x %d modules is too large",
                         zint->width, zint->rows);
    ret_square->modules = zint->rows;
    for (int row = 0; row < zint->rows; row++)
        for (int column = 0; column < zint->width; column++)
            ret_square->dark[row][column] =
                (zint->encoded_data[row][column / 8] >> (column % 8) & 1) != 0;
    return true;
}

bool square_make(const char *text, struct square *ret_square, struct error *err)
{
    if (!check(text, err))
        return false;
    struct zint_symbol *zint = ZBarcode_Create();
    if (zint == NULL)
        return error_set(err, ERROR_LATER, "no memory for a square");
    zint->symbology = BARCODE_QRCODE;
    zint->input_mode = DATA_MODE;
    zint->option_1 = 2; /* ECC M */
    bool good = ZBarcode_Encode(zint, (const unsigned char *)text, (int)strlen(text)) < ZINT_ERROR
                    ? take(zint, ret_square, err)
                    : error_set(err, ERROR_BAD_INPUT, "symbol refused: %s", zint->errtxt);
    ZBarcode_Delete(zint);
    return good;
}
