#include "handheld/typing.h"

#include <string.h>

#include "protocol/item.h"
#include "protocol/utf8.h"

#define BACKSPACE 0x08
#define DELETE 0x7F

void typing_init(struct typing *typing)
{
    memset(typing, 0, sizeof *typing);
}

/* ------------------------------------------------------------------ composing */

/* Base letters of Vietnamese with the five tones, in the order of `tones` below. An input method
 * may send a letter and its marks apart (NFD); the screen and the record want one character. */
static const struct {
    uint32_t base, mark, composed;
} shapes[] = {
    {'a', 0x302, 0xE2},  {'e', 0x302, 0xEA},  {'o', 0x302, 0xF4},  {'a', 0x306, 0x103},
    {'o', 0x31B, 0x1A1}, {'u', 0x31B, 0x1B0}, {'A', 0x302, 0xC2},  {'E', 0x302, 0xCA},
    {'O', 0x302, 0xD4},  {'A', 0x306, 0x102}, {'O', 0x31B, 0x1A0}, {'U', 0x31B, 0x1AF},
};
static const uint32_t tones[] = {0x300, 0x301, 0x303, 0x309, 0x323};
static const struct {
    uint32_t base, toned[5];
} letters[] = {
    {'a', {0xE0, 0xE1, 0xE3, 0x1EA3, 0x1EA1}},
    {0x103, {0x1EB1, 0x1EAF, 0x1EB5, 0x1EB3, 0x1EB7}},
    {0xE2, {0x1EA7, 0x1EA5, 0x1EAB, 0x1EA9, 0x1EAD}},
    {'e', {0xE8, 0xE9, 0x1EBD, 0x1EBB, 0x1EB9}},
    {0xEA, {0x1EC1, 0x1EBF, 0x1EC5, 0x1EC3, 0x1EC7}},
    {'i', {0xEC, 0xED, 0x129, 0x1EC9, 0x1ECB}},
    {'o', {0xF2, 0xF3, 0xF5, 0x1ECF, 0x1ECD}},
    {0xF4, {0x1ED3, 0x1ED1, 0x1ED7, 0x1ED5, 0x1ED9}},
    {0x1A1, {0x1EDD, 0x1EDB, 0x1EE1, 0x1EDF, 0x1EE3}},
    {'u', {0xF9, 0xFA, 0x169, 0x1EE7, 0x1EE5}},
    {0x1B0, {0x1EEB, 0x1EE9, 0x1EEF, 0x1EED, 0x1EF1}},
    {'y', {0x1EF3, 0xFD, 0x1EF9, 0x1EF7, 0x1EF5}},
    {'A', {0xC0, 0xC1, 0xC3, 0x1EA2, 0x1EA0}},
    {0x102, {0x1EB0, 0x1EAE, 0x1EB4, 0x1EB2, 0x1EB6}},
    {0xC2, {0x1EA6, 0x1EA4, 0x1EAA, 0x1EA8, 0x1EAC}},
    {'E', {0xC8, 0xC9, 0x1EBC, 0x1EBA, 0x1EB8}},
    {0xCA, {0x1EC0, 0x1EBE, 0x1EC4, 0x1EC2, 0x1EC6}},
    {'I', {0xCC, 0xCD, 0x128, 0x1EC8, 0x1ECA}},
    {'O', {0xD2, 0xD3, 0xD5, 0x1ECE, 0x1ECC}},
    {0xD4, {0x1ED2, 0x1ED0, 0x1ED6, 0x1ED4, 0x1ED8}},
    {0x1A0, {0x1EDC, 0x1EDA, 0x1EE0, 0x1EDE, 0x1EE2}},
    {'U', {0xD9, 0xDA, 0x168, 0x1EE6, 0x1EE4}},
    {0x1AF, {0x1EEA, 0x1EE8, 0x1EEE, 0x1EEC, 0x1EF0}},
    {'Y', {0x1EF2, 0xDD, 0x1EF8, 0x1EF6, 0x1EF4}},
};
#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static uint32_t with_tone(uint32_t base, uint32_t mark)
{
    for (size_t t = 0; t < ROWS(tones); t++)
        for (size_t i = 0; tones[t] == mark && i < ROWS(letters); i++)
            if (letters[i].base == base)
                return letters[i].toned[t];
    return 0;
}

/* A shape under a tone that came first: take the tone off, shape, put it on again. */
static uint32_t with_shape(uint32_t base, uint32_t mark)
{
    for (size_t i = 0; i < ROWS(shapes); i++)
        if (shapes[i].base == base && shapes[i].mark == mark)
            return shapes[i].composed;
    for (size_t i = 0; i < ROWS(letters); i++)
        for (size_t t = 0; t < ROWS(tones); t++)
            for (size_t s = 0; letters[i].toned[t] == base && s < ROWS(shapes); s++)
                if (shapes[s].base == letters[i].base && shapes[s].mark == mark)
                    return with_tone(shapes[s].composed, tones[t]);
    return 0;
}

static uint32_t composed(uint32_t base, uint32_t mark)
{
    uint32_t point = with_tone(base, mark);
    return point != 0 ? point : with_shape(base, mark);
}

/* ------------------------------------------------------------------ the line */

/* Bytes before `n` at which its last character begins. */
static size_t last_begin(const char *text, size_t n)
{
    do
        n--;
    while (n > 0 && ((uint8_t)text[n] & 0xC0) == 0x80);
    return n;
}

static void erase_last(struct typing *typing)
{
    if (typing->n > 0)
        typing->n = last_begin(typing->text, typing->n);
    if (typing->burst > typing->n)
        typing->burst = typing->n;
}

/* The last character is a mark: joined to the letter before it, where there is such a letter. */
static void compose_last(struct typing *typing)
{
    size_t mark_at = last_begin(typing->text, typing->n);
    if (mark_at == 0)
        return;
    size_t base_at = last_begin(typing->text, mark_at);
    const char *at = typing->text + base_at;
    size_t left = typing->n - base_at;
    uint32_t base = 0, mark = 0, point;
    if (!utf8_next(&at, &left, &base) || !utf8_next(&at, &left, &mark) || mark < 0x300 ||
        mark > 0x36F)
        return;
    point = composed(base, mark);
    char out[UTF8_CHAR_MAX] = "";
    if (point != 0)
        utf8_write(point, out);
    typing->n = point != 0 ? base_at : mark_at; /* a mark that fits nothing is dropped */
    memcpy(typing->text + typing->n, out, strlen(out));
    typing->n += strlen(out);
    if (typing->burst > typing->n)
        typing->burst = typing->n; /* the letter stood before this burst */
}

static bool is_whole(const struct typing *typing)
{
    size_t at = typing->n > 0 ? last_begin(typing->text, typing->n) : 0;
    return utf8_is_text(typing->text + at, typing->n - at);
}

/* Bytes that are no UTF-8 leave nothing behind. */
static void put(struct typing *typing, uint8_t byte)
{
    bool goes_on = (byte & 0xC0) == 0x80;
    if (!goes_on && typing->n > 0 && !is_whole(typing))
        erase_last(typing);
    if (typing->n == TYPING_MAX || (goes_on && (typing->n == 0 || is_whole(typing))))
        return;
    typing->text[typing->n++] = (char)byte;
    if (byte >= 0x80 && is_whole(typing))
        compose_last(typing);
    else if (goes_on && typing->n - last_begin(typing->text, typing->n) >= UTF8_CHAR_MAX - 1)
        erase_last(typing);
}

/* ------------------------------------------------------------------ a scan among it */

static bool is_scan(const struct typing *typing)
{
    size_t n = typing->n - typing->burst;
    if (n < TYPING_SCAN_MIN)
        return false;
    switch (item_kind_of(typing->text + typing->burst, n)) {
    case ITEM_KIND_ITEM:
    case ITEM_KIND_GOODS:
    case ITEM_KIND_ID_CARD:
    case ITEM_KIND_HANDOVER:
    case ITEM_KIND_SLIP:
    case ITEM_KIND_BADGE:
        return true;
    case ITEM_KIND_DAMAGED:
        return false;
    }
    invariant(false);
}

static void take_scan_out(struct typing *typing)
{
    typing->scan_n = typing->n - typing->burst;
    memcpy(typing->scan, typing->text + typing->burst, typing->scan_n);
    typing->scan[typing->scan_n] = '\0';
    memset(typing->text + typing->burst, 0, typing->scan_n);
    typing->n = typing->burst;
}

enum typing_act typing_feed(struct typing *typing, uint8_t byte, struct tick now)
{
    if (now.ms - typing->last.ms >= SCANNER_IDLE_MS)
        typing->burst = typing->n;
    typing->last = now;
    if (byte == '\r' || byte == '\n' || byte == '\t') {
        if (!is_scan(typing))
            return byte == '\t' ? TYPING_GOES_ON : TYPING_ENDED;
        take_scan_out(typing);
        return TYPING_SCANNED;
    }
    if (byte == BACKSPACE || byte == DELETE)
        erase_last(typing);
    else if (byte >= ' ')
        put(typing, byte);
    return TYPING_GOES_ON;
}

const char *typing_text(struct typing *typing)
{
    size_t from = 0;
    while (typing->n > 0 && !is_whole(typing))
        erase_last(typing);
    while (typing->n > 0 && typing->text[typing->n - 1] == ' ')
        typing->n--;
    while (from < typing->n && typing->text[from] == ' ')
        from++;
    typing->n -= from;
    memmove(typing->text, typing->text + from, typing->n);
    typing->text[typing->n] = '\0';
    typing->burst = typing->n;
    return typing->text;
}
