#include "labels/list_lines.h"

#include <string.h>

static void skip_blanks(const char **at)
{
    *at += strspn(*at, " \t\r\n");
}

static bool broken(const char *what, struct error *err)
{
    return error_set(err, ERROR_BAD_INPUT, "not an object of JSON: %s", what);
}

/* Four hex digits at *at. */
static bool hex4(const char **at, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++, ++*at) {
        char c = **at;
        if (c >= '0' && c <= '9')
            unit = unit << 4 | (uint32_t)(c - '0');
        else if ((c | 32) >= 'a' && (c | 32) <= 'f')
            unit = unit << 4 | (uint32_t)((c | 32) - 'a' + 10);
        else
            return false;
    }
    *ret_unit = unit;
    return true;
}

static void add_utf8(struct buffer *out, uint32_t c)
{
    unsigned char bytes[4];
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6)
        bytes[i] = (unsigned char)(0x80 | (c & 0x3F));
    bytes[0] = (unsigned char)(leads[n] | c);
    buffer_add(out, bytes, n);
}

/* A code unit behind \u, or two that are a pair (RFC 8259, 7). NUL ends strings here: refused. */
static bool unicode(const char **at, struct buffer *out)
{
    uint32_t unit = 0;
    uint32_t low = 0;
    if (!hex4(at, &unit) || unit == 0 || (unit >= 0xDC00 && unit < 0xE000))
        return false;
    if (unit >= 0xD800 && unit < 0xDC00) {
        if ((*at)[0] != '\\' || (*at)[1] != 'u')
            return false;
        *at += 2;
        if (!hex4(at, &low) || low < 0xDC00 || low >= 0xE000)
            return false;
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    add_utf8(out, unit);
    return true;
}

static bool escape(const char **at, struct buffer *out)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    char c = *(*at)++;
    if (c == 'u')
        return unicode(at, out);
    const char *found = c == '\0' ? NULL : strchr(from, c);
    if (found == NULL)
        return false;
    buffer_add(out, &to[found - from], 1);
    return true;
}

/* A string whose first quote was read. */
static bool string(const char **at, struct buffer *out, struct error *err)
{
    for (;;) {
        size_t n = strcspn(*at, "\"\\");
        buffer_add(out, *at, n);
        *at += n;
        if (**at == '\0')
            return broken("a string is never closed", err);
        if (*(*at)++ == '"')
            return true;
        if (!escape(at, out))
            return broken("an escape that there is not", err);
    }
}

/* A number, true, false or null: as it is written, null as nothing. */
static bool word(const char **at, struct buffer *out, struct error *err)
{
    size_t n = strcspn(*at, ",} \t\r\n");
    bool number = n > 0 && strspn(*at, "+-.0123456789eE") == n;
    bool null = n == 4 && strncmp(*at, "null", 4) == 0;
    bool truth =
        (n == 4 && strncmp(*at, "true", 4) == 0) || (n == 5 && strncmp(*at, "false", 5) == 0);
    if (!number && !null && !truth)
        return broken("a value that is no string, number, true, false or null", err);
    if (!null)
        buffer_add(out, *at, n);
    *at += n;
    return true;
}

static bool finish(struct buffer *out, struct error *err)
{
    buffer_add(out, "", 1);
    if (out->failed)
        return error_set(err, ERROR_LATER, "no memory for a value");
    out->n--;
    return true;
}

bool list_json_member(const char **at, struct buffer *name, struct buffer *value, bool *ret_last,
                      struct error *err)
{
    buffer_clear(name);
    buffer_clear(value);
    skip_blanks(at);
    if (*(*at)++ != '"')
        return broken("a name in quotes is missing", err);
    if (!string(at, name, err))
        return false;
    skip_blanks(at);
    if (*(*at)++ != ':')
        return broken("a colon is missing", err);
    skip_blanks(at);
    bool quoted = **at == '"';
    *at += quoted ? 1 : 0;
    if (!(quoted ? string(at, value, err) : word(at, value, err)))
        return false;
    skip_blanks(at);
    char behind = *(*at)++;
    if (behind != ',' && behind != '}')
        return broken("',' or '}' is missing", err);
    *ret_last = behind == '}';
    return finish(name, err) && finish(value, err);
}
