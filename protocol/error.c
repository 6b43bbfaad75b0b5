#include "protocol/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf8.h"

bool(error_set)(struct error *err, enum error_code code, const char *format, ...)
{
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    if (vsnprintf(err->text, sizeof err->text, format, args) < 0)
        err->text[0] = '\0';
    va_end(args);
    utf8_mend(err->text);
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
    (void)snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
    utf8_mend(err->text);
    return false;
}

bool error_add_both(struct error *err, const char *vi, const char *en)
{
    if (err == NULL)
        return false;
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    char *english = strstr(inner, " / ");
    if (english == NULL)
        return error_add(err, "%s", vi);
    *english = '\0';
    (void)snprintf(err->text, sizeof err->text, "%s: %s / %s: %s", vi, inner, en, english + 3);
    utf8_mend(err->text);
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
