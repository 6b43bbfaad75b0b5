#include "labels/native.h"

#include <string.h>

/* ISO/IEC 15417: a character is 11 modules; start, check character and stop are 11, 11 and 13. */
#define MODULES_A_CHARACTER 11
#define MODULES_AROUND 35

static bool add_piece(struct native_code128 *code, bool pairs, size_t first, size_t n)
{
    struct native_piece *last = code->n == 0 ? NULL : &code->pieces[code->n - 1];
    if (n == 0)
        return true;
    if (last != NULL && last->pairs == pairs) {
        last->n += n;
        return true;
    }
    if (code->n == NATIVE_PIECES_MAX)
        return false;
    code->pieces[code->n++] = (struct native_piece){pairs, first, n};
    return true;
}

/* A run of digits of `n` from `first` on: pairs where they save room (annex E), its odd digit on
 * the side of the neighbour in code set B. */
static bool add_digits(struct native_code128 *code, size_t first, size_t n, bool at_end)
{
    bool at_start = first == 0;
    bool worth = at_start || at_end ? n >= 4 : n >= 6;
    if (!worth && !(at_start && at_end && n == 2))
        return add_piece(code, false, first, n);
    size_t odd = n % 2;
    if (at_start)
        return add_piece(code, true, first, n - odd) &&
               add_piece(code, false, first + n - odd, odd);
    return add_piece(code, false, first, odd) && add_piece(code, true, first + odd, n - odd);
}

bool native_code128(const struct dots_symbol *symbol, struct native_code128 *ret_code)
{
    static const char digits[] = "0123456789";
    const char *text = symbol->text;
    struct native_code128 code = {0};
    for (size_t i = 0; text[i] != '\0';) {
        size_t n = strspn(text + i, digits);
        size_t others = strcspn(text + i + n, digits);
        if (!add_digits(&code, i, n, text[i + n] == '\0') ||
            !add_piece(&code, false, i + n, others))
            return false;
        i += n + others;
    }
    size_t characters = code.n - 1; /* changes of code set; the first is the start */
    for (size_t i = 0; i < code.n; i++)
        characters += code.pieces[i].pairs ? code.pieces[i].n / 2 : code.pieces[i].n;
    *ret_code = code;
    return symbol->modules.columns == (int)characters * MODULES_A_CHARACTER + MODULES_AROUND;
}

/* ISO/IEC 18004 table 7, alphanumeric, ECC M: version 2 holds 38, version 3 holds 61. */
bool native_qr(const struct dots_symbol *symbol)
{
    size_t n = strlen(symbol->text);
    return symbol->modules.columns == 29 && n > 38 && n <= 61;
}

bool native_data_matrix(const struct dots_symbol *symbol)
{
    return symbol->text[strspn(symbol->text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")] == '\0' &&
           symbol->modules.columns == symbol->modules.rows;
}
