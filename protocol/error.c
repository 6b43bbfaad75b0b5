#include "protocol/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Cuts a sentence that vsnprintf shortened, so that it does not end inside a UTF-8 character. */
static void cut_at_character(char *text)
{
    size_t n = strlen(text);
    size_t start = n;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
        start--;
    if (start == 0)
        return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t want = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (n - start < want)
        text[start - 1] = '\0';
}

bool(error_set)(struct error *err, enum error_code code, const char *format, ...)
{
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (n >= (int)sizeof err->text)
        cut_at_character(err->text);
    err->code = code;
    return false;
}

bool(error_add)(struct error *err, const char *format, ...)
{
    if (err == NULL)
        return false;
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof err->text ? (size_t)n : sizeof err->text - 1;
    int m = snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
    if (used + (size_t)(m < 0 ? 0 : m) >= sizeof err->text)
        cut_at_character(err->text);
    return false;
}

const char *error_code_name(enum error_code code)
{
    switch (code) {
    case ERROR_NONE:
        return "none";
    case ERROR_BAD_INPUT:
        return "bad-input";
    case ERROR_NOT_FOUND:
        return "not-found";
    case ERROR_REPEATED:
        return "repeated";
    case ERROR_REFUSED:
        return "refused";
    case ERROR_LATER:
        return "later";
    case ERROR_BROKEN:
        return "broken";
    }
    return "unknown";
}

_Noreturn void invariant_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "trao: invariant failed at %s:%d: %s\n", file, line, condition);
    abort();
}
