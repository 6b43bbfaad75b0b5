#include "protocol/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf8.h"

/* Bytes of a letter that was cut where a quote or the sentence ends, its first and those that
 * continue it; 0 if there is none. */
static size_t part_of_letter(const char *at, size_t left)
{
    unsigned char lead = (unsigned char)at[0];
    size_t want = lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4, n = 1;
    while (n < left && n < want && ((unsigned char)at[n] & 0xC0) == 0x80)
        n++;
    bool ends = n == left || strchr("\"'", at[n]) != NULL || strncmp(at + n, "»", 2) == 0 ||
                strncmp(at + n, "…", 3) == 0;
    return n < want && ends ? n : 0;
}

/* A quote that a format's precision cut, or a sentence that is too long, ends inside a letter: what
 * is left of the letter goes. Bytes that are no letter come from outside, and are shown as '?'. */
static void mend(char *text)
{
    const char *at = text;
    while (*at != '\0' && (unsigned char)*at < 0x80) /* nearly all of it is plain */
        at++;
    if (*at == '\0')
        return;
    at = text;
    char *to = text;
    for (size_t left = strlen(text); left > 0;) {
        const char *letter = at;
        uint32_t point;
        size_t part;
        if (utf8_next(&at, &left, &point)) {
            memmove(to, letter, (size_t)(at - letter));
            to += at - letter;
        } else if ((part = part_of_letter(at, left)) > 0) {
            at += part;
            left -= part;
        } else {
            *to++ = '?';
            at++;
            left--;
        }
    }
    *to = '\0';
}

bool(error_set)(struct error *err, enum error_code code, const char *format, ...)
{
    if (err == NULL)
        return false;
    va_list args;
    va_start(args, format);
    if (vsnprintf(err->text, sizeof err->text, format, args) < 0)
        err->text[0] = '\0';
    va_end(args);
    mend(err->text);
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
    mend(err->text);
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
