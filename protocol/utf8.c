#include "protocol/utf8.h"

#include <string.h>

#include "protocol/error.h"

/* How many bytes a lead byte asks for, and the least code point that needs so many; 0 bytes if it
 * leads nothing. */
static size_t sequence_of(uint8_t lead, uint32_t *ret_bits, uint32_t *ret_least)
{
    static const struct {
        uint8_t mask, value;
        uint32_t least;
    } rows[] = {{0x80, 0x00, 0}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((lead & rows[i].mask) != rows[i].value)
            continue;
        *ret_bits = lead & (uint8_t)~rows[i].mask;
        *ret_least = rows[i].least;
        return i + 1;
    }
    return 0;
}

bool utf8_next(const char **at, size_t *left, uint32_t *ret_point)
{
    const uint8_t *bytes = (const uint8_t *)*at;
    uint32_t point, least;
    size_t n = sequence_of(bytes[0], &point, &least);
    if (n == 0 || n > *left)
        return false;
    for (size_t i = 1; i < n; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return false;
        point = point << 6 | (bytes[i] & 0x3F);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000))
        return false;
    *at += n;
    *left -= n;
    *ret_point = point;
    return true;
}

bool utf8_is_text(const char *bytes, size_t n)
{
    uint32_t point;
    while (n > 0)
        if (!utf8_next(&bytes, &n, &point) || point == 0)
            return false;
    return true;
}

char *utf8_write(uint32_t point, char out[UTF8_CHAR_MAX])
{
    invariant(point < 0x110000);
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(lead[n] | point);
    out[n] = '\0';
    return out;
}

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

void utf8_mend(char *text)
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
