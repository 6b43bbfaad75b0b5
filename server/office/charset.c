#include "server/office/charset_inside.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/utf8.h"

#define UNREADABLE 0xFFFD

struct charsets {
    iconv_t windows_1258, tcvn3;
};

/* ------------------------------------------------------------------ names */

static const char *const names[CHARSETS] = {
    [CHARSET_UNKNOWN] = "",
    [CHARSET_UTF8] = "utf-8",
    [CHARSET_UTF16LE] = "utf-16le",
    [CHARSET_UTF16BE] = "utf-16be",
    [CHARSET_WINDOWS_1258] = "windows-1258",
    [CHARSET_TCVN3] = "tcvn3",
    [CHARSET_VNI] = "vni",
};

const char *charset_name(enum charset charset)
{
    return names[charset];
}

enum charset charset_named(const char *name)
{
    for (int i = CHARSET_UTF8; i < CHARSETS; i++)
        if (strcmp(names[i], name) == 0)
            return (enum charset)i;
    return CHARSET_UNKNOWN;
}

/* iconv says so that there is no such table. */
static bool is_none(iconv_t table)
{
    return table == (iconv_t)-1; // NOLINT(performance-no-int-to-ptr): iconv's own value
}

bool charsets_open(struct charsets **ret_charsets, struct error *err)
{
    struct charsets *charsets = calloc(1, sizeof *charsets);
    if (charsets == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    charsets->windows_1258 = iconv_open("UTF-8", "CP1258");
    charsets->tcvn3 = iconv_open("UTF-8", "TCVN5712-1");
    if (is_none(charsets->windows_1258) || is_none(charsets->tcvn3)) {
        charsets_close(charsets);
        return error_set(err, ERROR_LATER, "no tables for windows-1258 and TCVN 5712: %s",
                         strerror(errno));
    }
    *ret_charsets = charsets;
    return true;
}

void charsets_close(struct charsets *charsets)
{
    if (charsets == NULL)
        return;
    if (!is_none(charsets->windows_1258))
        iconv_close(charsets->windows_1258);
    if (!is_none(charsets->tcvn3))
        iconv_close(charsets->tcvn3);
    free(charsets);
}

/* ------------------------------------------------------------------ reading */

/* UTF-8 as it grows. */
struct out {
    char *text;
    size_t n, room;
    bool failed;
};

static void add_bytes(struct out *out, const char *bytes, size_t n)
{
    if (out->n + n > out->room) {
        size_t room = (out->n + n) * 2 + 64;
        char *text = realloc(out->text, room);
        if (text == NULL) {
            out->failed = true;
            return;
        }
        out->text = text;
        out->room = room;
    }
    memcpy(out->text + out->n, bytes, n);
    out->n += n;
}

static void add_point(struct out *out, uint32_t point)
{
    char letter[UTF8_CHAR_MAX];
    utf8_write(point, letter);
    add_bytes(out, letter, strlen(letter));
}

static uint32_t unit_of(const uint8_t *at, bool big)
{
    return big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static void read_utf16(struct out *out, const char *bytes, size_t n, bool big)
{
    const uint8_t *at = (const uint8_t *)bytes, *end = at + n;
    while (end - at >= 2) {
        uint32_t point = unit_of(at, big);
        at += 2;
        if (point >= 0xD800 && point < 0xDC00 && end - at >= 2) {
            uint32_t low = unit_of(at, big);
            if (low >= 0xDC00 && low < 0xE000) {
                point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        add_point(out, (point >= 0xD800 && point < 0xE000) || point == 0 ? UNREADABLE : point);
    }
    if (at < end)
        add_point(out, UNREADABLE);
}

static void read_by_table(struct out *out, iconv_t table, const char *bytes, size_t n)
{
    char *from = (char *)bytes;
    (void)iconv(table, NULL, NULL, NULL, NULL);
    while (n > 0 && !out->failed) {
        char room[4096], *to = room;
        size_t left = sizeof room;
        size_t done = iconv(table, &from, &n, &to, &left);
        add_bytes(out, room, (size_t)(to - room));
        if (done == (size_t)-1 && errno != E2BIG && n > 0) { /* a byte that means nothing */
            add_point(out, UNREADABLE);
            from++;
            n--;
        }
    }
    char room[64], *to = room; /* what waited for a mark behind it */
    size_t left = sizeof room;
    (void)iconv(table, NULL, NULL, &to, &left);
    add_bytes(out, room, (size_t)(to - room));
}

/* VNI: a letter, and behind it a byte for all that stands over and under it; its capitals are the
 * same 0x20 lower. Ơ, Ư, I and Đ have codes of their own. */
static const struct {
    uint8_t byte;
    uint16_t first, second;
} vni_marks[] = {
    {0xF9, ACUTE, 0},
    {0xF8, GRAVE, 0},
    {0xFB, HOOK, 0},
    {0xF5, TILDE, 0},
    {0xEF, DOT, 0},
    {0xE2, CIRCUMFLEX, 0},
    {0xE1, CIRCUMFLEX, ACUTE},
    {0xE0, CIRCUMFLEX, GRAVE},
    {0xE5, CIRCUMFLEX, HOOK},
    {0xE3, CIRCUMFLEX, TILDE},
    {0xE4, CIRCUMFLEX, DOT},
    {0xEA, BREVE, 0},
    {0xE9, BREVE, ACUTE},
    {0xE8, BREVE, GRAVE},
    {0xFA, BREVE, HOOK},
    {0xFC, BREVE, TILDE},
    {0xEB, BREVE, DOT},
};

static const struct {
    uint8_t byte;
    uint16_t small, capital;
} vni_letters[] = {
    {0xF4, 0x1A1, 0x1A0}, {0xF6, 0x1B0, 0x1AF},   {0xF1, 0x111, 0x110},
    {0xED, 0xED, 0xCD},   {0xEC, 0xEC, 0xCC},     {0xE6, 0x1EC9, 0x1EC8},
    {0xF3, 0x129, 0x128}, {0xF2, 0x1ECB, 0x1ECA}, {0xEE, 0x1EF5, 0x1EF4},
};

static bool takes_marks(uint8_t byte)
{
    return byte != 0 &&
           (strchr("aeouyAEOUY", byte) != NULL || (byte | 0x20) == 0xF4 || (byte | 0x20) == 0xF6);
}

static bool add_vni_marks(struct out *out, uint8_t before, uint8_t byte)
{
    for (size_t i = 0; takes_marks(before) && i < sizeof vni_marks / sizeof vni_marks[0]; i++) {
        if (vni_marks[i].byte != (byte | 0x20))
            continue;
        add_point(out, vni_marks[i].first);
        if (vni_marks[i].second != 0)
            add_point(out, vni_marks[i].second);
        return true;
    }
    return false;
}

static void read_vni(struct out *out, const char *bytes, size_t n)
{
    uint8_t before = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        if (byte < 0x80) {
            add_bytes(out, bytes + i, 1);
        } else if (byte < 0xC0) {
            add_point(out, UNREADABLE);
        } else if (add_vni_marks(out, before, byte)) {
            before = 0;
            continue;
        } else {
            uint32_t point = UNREADABLE;
            for (size_t k = 0; k < sizeof vni_letters / sizeof vni_letters[0]; k++)
                if (vni_letters[k].byte == (byte | 0x20))
                    point = (byte & 0x20) != 0 ? vni_letters[k].small : vni_letters[k].capital;
            add_point(out, point);
        }
        before = byte;
    }
}

size_t charset_mark(enum charset charset, const char *bytes, size_t n)
{
    if (charset == CHARSET_UTF8)
        return n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (charset == CHARSET_UTF16LE)
        return n >= 2 && memcmp(bytes, "\xFF\xFE", 2) == 0 ? 2 : 0;
    if (charset == CHARSET_UTF16BE)
        return n >= 2 && memcmp(bytes, "\xFE\xFF", 2) == 0 ? 2 : 0;
    return 0;
}

bool charset_is_old(enum charset charset)
{
    return charset == CHARSET_WINDOWS_1258 || charset == CHARSET_TCVN3 || charset == CHARSET_VNI;
}

bool charset_is_plain(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)bytes[i] >= 0x7F || ((uint8_t)bytes[i] < ' ' && !strchr("\t\r\n", bytes[i])))
            return false;
    return true;
}

char *charset_read(struct charsets *charsets, enum charset charset, const char *bytes, size_t n,
                   size_t *ret_n)
{
    struct out out = {.text = malloc(1), .room = 1};
    size_t mark = charset_mark(charset, bytes, n);
    bytes += mark;
    n -= mark;
    switch (charset) {
    case CHARSET_UTF16LE:
    case CHARSET_UTF16BE:
        read_utf16(&out, bytes, n, charset == CHARSET_UTF16BE);
        break;
    case CHARSET_WINDOWS_1258:
        read_by_table(&out, charsets->windows_1258, bytes, n);
        break;
    case CHARSET_TCVN3:
        read_by_table(&out, charsets->tcvn3, bytes, n);
        break;
    case CHARSET_VNI:
        read_vni(&out, bytes, n);
        break;
    case CHARSET_UNKNOWN:
    case CHARSET_UTF8:
    case CHARSETS:
        add_bytes(&out, bytes, n);
        break;
    }
    if (out.text == NULL || out.failed) {
        free(out.text);
        return NULL;
    }
    *ret_n = out.n;
    return out.text;
}
