#include "labels/list_lines.h"

/* One more byte of a value; false at the bound. */
static bool take(struct buffer *value, int c)
{
    unsigned char byte = (unsigned char)c;
    buffer_add(value, &byte, 1);
    return value->n < LIST_RECORD_BYTES;
}

static int next(struct list_source *source)
{
    int c = getc_unlocked(source->file);
    source->line += c == '\n' ? 1 : 0;
    return c;
}

/* What stands between quotes, the first of which was read; two quotes are one. Gives the character
 * behind the last. */
static bool quoted(struct list_source *source, struct buffer *value, int *ret_behind,
                   struct error *err)
{
    for (;;) {
        int c = next(source);
        if (c == EOF)
            return error_set(err, ERROR_BAD_INPUT, "the quotes are never closed");
        if (c == '"') {
            c = next(source);
            if (c != '"') {
                *ret_behind = c;
                return true;
            }
        }
        if (c == '\0' || !take(value, c))
            return error_set(err, ERROR_BAD_INPUT, "a NUL, or longer than %d bytes",
                             LIST_RECORD_BYTES);
    }
}

static bool plain(struct list_source *source, int separator, int first, struct buffer *value,
                  int *ret_behind, struct error *err)
{
    int c = first;
    while (c != separator && c != '\n' && c != EOF) {
        if (c == '\0' || c == '"' || !take(value, c)) {
            *ret_behind = c;
            return error_set(err, ERROR_BAD_INPUT,
                             "a quote within a value, a NUL, or longer than %d bytes",
                             LIST_RECORD_BYTES);
        }
        c = next(source);
    }
    *ret_behind = c;
    return true;
}

bool list_csv_value(struct list_source *source, int separator, struct buffer *value, bool *ret_last,
                    struct error *err)
{
    int behind = 0;
    int first = next(source);
    buffer_clear(value);
    bool is_quoted = first == '"';
    if (!(is_quoted ? quoted(source, value, &behind, err)
                    : plain(source, separator, first, value, &behind, err)))
        return false;
    if (is_quoted && behind == '\r')
        behind = next(source);
    if (behind != separator && behind != '\n' && behind != EOF)
        return error_set(err, ERROR_BAD_INPUT, "something stands behind the closing quote");
    if (!is_quoted && behind != separator && value->n > 0 && value->bytes[value->n - 1] == '\r')
        value->n--;
    take(value, '\0');
    value->n -= value->failed ? 0 : 1;
    *ret_last = behind != separator;
    return !value->failed || error_set(err, ERROR_LATER, "no memory for a value");
}

void list_csv_skip(struct list_source *source)
{
    int c = next(source);
    while (c != '\n' && c != EOF)
        c = next(source);
}
