#include "protocol/item.h"

#include <stdio.h>
#include <string.h>

#include "protocol/chain.h"
#include "protocol/utf8.h"

#define SERIAL_AT 2
#define SERIAL_DIGITS 8
#define CHECK_AT 10
#define COUNTRY_AT 11

static bool is_digit(uint32_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_lower(uint32_t c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_letter(uint32_t c)
{
    return (c >= 'A' && c <= 'Z') || is_lower(c);
}

/* --------------------------------------------------------------------------- making a number */

static int check_of(uint32_t sum)
{
    int check = 11 - (int)(sum % 11);
    return check == 10 ? 0 : check == 11 ? 5 : check;
}

int item_check_digit(uint32_t serial)
{
    static const uint32_t weights[SERIAL_DIGITS] = {8, 6, 4, 2, 3, 5, 9, 7};
    invariant(serial < ITEM_SERIALS);
    uint32_t sum = 0;
    for (size_t i = SERIAL_DIGITS; i-- > 0; serial /= 10)
        sum += serial % 10 * weights[i];
    return check_of(sum);
}

static bool two_capitals(const char *text)
{
    return text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z' && text[2] == '\0';
}

bool item_make(const char *service, uint32_t serial, const char *country, struct item *ret_item,
               struct error *err)
{
    if (!two_capitals(service))
        return error_set(err, ERROR_BAD_INPUT, "item: service is not two letters A-Z");
    if (!two_capitals(country))
        return error_set(err, ERROR_BAD_INPUT, "item: country is not two letters A-Z");
    if (serial >= ITEM_SERIALS)
        return error_set(err, ERROR_BAD_INPUT, "item: serial %u has more than 8 digits", serial);
    snprintf(ret_item->text, sizeof ret_item->text, "%s%08u%d%s", service, serial % ITEM_SERIALS,
             item_check_digit(serial), country);
    return true;
}

/* -------------------------------------------------------------------- what a scanner puts first */

/* Blanks, the byte order mark and the zero-width space mean nothing inside a number; blanks are
 * also the printed grouping. */
static bool is_nothing(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xA0 || c == 0x2009 ||
           c == 0x202F || c == 0x200B || c == 0xFEFF;
}

static void skip_nothing(const char **at, size_t *left)
{
    uint32_t c;
    const char *next = *at;
    size_t next_left = *left;
    while (next_left > 0 && utf8_next(&next, &next_left, &c) && is_nothing(c)) {
        *at = next;
        *left = next_left;
    }
}

/* Steps over one AIM symbology prefix (']' letter digit), then one ECI marker (backslash, six
 * digits) [case S06]; returns the symbology's letter or 0. */
static char skip_prefix(const char **at, size_t *left)
{
    char symbology = 0;
    skip_nothing(at, left);
    const char *s = *at;
    if (*left >= 3 && s[0] == ']' && is_letter((uint8_t)s[1]) && is_digit((uint8_t)s[2])) {
        symbology = s[1];
        *at += 3;
        *left -= 3;
    }
    s = *at;
    if (*left >= 7 && s[0] == '\\') {
        for (size_t i = 1; i < 7; i++)
            if (!is_digit((uint8_t)s[i]))
                return symbology;
        *at += 7;
        *left -= 7;
    }
    return symbology;
}

/* ------------------------------------------------------------------------ reading a number */

/* A text taken apart: its characters without those that mean nothing. */
struct letters {
    uint32_t point[ITEM_CHARS];
    size_t n; /* how many there were, may be more than fit */
    bool bars;
};

static bool letters_take(const char *at, size_t left, struct letters *ret_letters,
                         struct error *err)
{
    struct letters letters = {{0}, 0, false};
    while (left > 0) {
        uint32_t c;
        if (!utf8_next(&at, &left, &c))
            return error_set(err, ERROR_BAD_INPUT,
                             "Ký tự %zu không đọc được (byte %02X). Quét lại.", letters.n + 1,
                             (uint8_t)at[0]);
        if (is_nothing(c))
            continue;
        if (letters.n < ITEM_CHARS)
            letters.point[letters.n] = c;
        letters.n++;
        letters.bars = letters.bars || c == '|';
    }
    *ret_letters = letters;
    return true;
}

/* What an input method makes of typed Latin letters: accents, alone or on a letter. */
static bool is_accented(uint32_t c)
{
    return (c >= 0xC0 && c <= 0x24F) || (c >= 0x300 && c <= 0x36F) || (c >= 0x1E00 && c <= 0x1EFF);
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

static bool wants_digit(size_t i)
{
    return i >= SERIAL_AT && i <= CHECK_AT;
}

static bool fits(const struct letters *letters, size_t i)
{
    uint32_t c = letters->point[i];
    return wants_digit(i) ? is_digit(c) : is_letter(c);
}

/* The sentence for a wrong character: the text as read, the place, the character, what to do
 * [ux.md section 7]. Characters that look like others are named by number too. */
static bool refuse_character(const struct letters *letters, size_t i, struct error *err)
{
    char read[ITEM_CHARS * UTF8_CHAR_MAX + 1] = "", one[UTF8_CHAR_MAX], named[32];
    size_t n = letters->n < ITEM_CHARS ? letters->n : ITEM_CHARS, used = 0;
    for (size_t k = 0; k < n; k++) {
        uint32_t c = letters->point[k];
        used += (size_t)snprintf(read + used, sizeof read - used, "%s",
                                 is_control(c) ? "?" : utf8_write(c, one));
    }
    uint32_t c = letters->point[i];
    if (c > 0x20 && c < 0x7F)
        snprintf(named, sizeof named, "%c", (char)c);
    else if (is_control(c))
        snprintf(named, sizeof named, "U+%04X", c);
    else
        snprintf(named, sizeof named, "%s (U+%04X)", utf8_write(c, one), c);
    if (is_accented(c))
        return error_set(err, ERROR_BAD_INPUT,
                         "%s: ký tự %zu là %s, bộ gõ làm sai mã. Tắt bộ gõ, quét lại.", read, i + 1,
                         named);
    return error_set(err, ERROR_BAD_INPUT, "%s: ký tự %zu là %s, phải là %s. Quét lại.", read,
                     i + 1, named, wants_digit(i) ? "số" : "chữ A–Z");
}

/* Accents are looked for first: an input method eats letters, so that the count is off as well. */
static bool check_characters(const struct letters *letters, struct error *err)
{
    for (size_t i = 0; i < letters->n && i < ITEM_CHARS; i++)
        if (is_accented(letters->point[i]))
            return refuse_character(letters, i, err);
    if (letters->n != ITEM_CHARS)
        return error_set(err, ERROR_BAD_INPUT, "Mã có %zu ký tự, phải đủ %d. Quét lại.", letters->n,
                         ITEM_CHARS);
    for (size_t i = 0; i < ITEM_CHARS; i++)
        if (!fits(letters, i))
            return refuse_character(letters, i, err);
    return true;
}

static uint32_t serial_of(const char *text)
{
    uint32_t serial = 0;
    for (size_t i = 0; i < SERIAL_DIGITS; i++)
        serial = serial * 10 + (uint32_t)(text[SERIAL_AT + i] - '0');
    return serial;
}

static bool is_capital(char c)
{
    return (uint8_t)(c - 'A') <= 'Z' - 'A';
}

bool item_read(const char *bytes, struct item *ret_item)
{
    static const uint8_t weights[SERIAL_DIGITS] = {8, 6, 4, 2, 3, 5, 9, 7};
    uint32_t sum = 0, largest = 0;
    for (size_t i = 0; i < SERIAL_DIGITS; i++) {
        uint32_t digit = (uint8_t)(bytes[SERIAL_AT + i] - '0');
        sum += digit * weights[i];
        largest |= digit > 9;
    }
    if (largest != 0 || !is_capital(bytes[0]) || !is_capital(bytes[1]) ||
        !is_capital(bytes[COUNTRY_AT]) || !is_capital(bytes[COUNTRY_AT + 1]) ||
        bytes[CHECK_AT] - '0' != check_of(sum))
        return false;
    memcpy(ret_item->text, bytes, ITEM_CHARS);
    ret_item->text[ITEM_CHARS] = '\0';
    return true;
}

bool item_parse(const char *bytes, size_t n, struct item *ret_item, struct error *err)
{
    struct letters letters;
    if (n == ITEM_CHARS && item_read(bytes, ret_item)) /* as it is written in records */
        return true;
    if (skip_prefix(&bytes, &n) == 'E')
        return error_set(err, ERROR_BAD_INPUT,
                         "Đọc được mã hàng hóa. Tìm mã RA…VN ở mặt trước phong bì.");
    if (!letters_take(bytes, n, &letters, err))
        return false;
    if (letters.bars)
        return error_set(err, ERROR_BAD_INPUT,
                         "Đọc được mã căn cước. Chỉ quét khi máy hỏi người nhận.");
    if (!check_characters(&letters, err))
        return false;
    struct item item;
    for (size_t i = 0; i < ITEM_CHARS; i++)
        item.text[i] =
            (char)(is_lower(letters.point[i]) ? letters.point[i] - 'a' + 'A' : letters.point[i]);
    item.text[ITEM_CHARS] = '\0';
    if (item.text[CHECK_AT] - '0' != item_check_digit(serial_of(item.text)))
        return error_set(err, ERROR_BAD_INPUT, "%s: số kiểm tra (ký tự %d) sai. Quét lại.",
                         item.text, CHECK_AT + 1);
    *ret_item = item;
    return true;
}

/* -------------------------------------------------------------------- what else it may be */

static bool starts_with(const struct letters *letters, const char *prefix)
{
    for (size_t i = 0; prefix[i] != '\0'; i++) {
        uint32_t c = letters->point[i];
        if ((is_lower(c) ? c - 'a' + 'A' : c) != (uint8_t)prefix[i])
            return false;
    }
    return true;
}

static bool all_digits(const struct letters *letters)
{
    for (size_t i = 0; i < letters->n && i < ITEM_CHARS; i++)
        if (!is_digit(letters->point[i]))
            return false;
    return letters->n > 0;
}

enum item_kind item_kind_of(const char *bytes, size_t n)
{
    struct item item;
    struct letters letters;
    const char *rest = bytes;
    size_t left = n;
    if (skip_prefix(&rest, &left) == 'E')
        return ITEM_KIND_GOODS;
    if (item_parse(bytes, n, &item, NULL))
        return ITEM_KIND_ITEM;
    if (!letters_take(rest, left, &letters, NULL))
        return ITEM_KIND_DAMAGED;
    if (letters.bars || (all_digits(&letters) && letters.n == 12))
        return ITEM_KIND_ID_CARD;
    if (all_digits(&letters) && (letters.n == 8 || letters.n == 13 || letters.n == 14))
        return ITEM_KIND_GOODS;
    if (starts_with(&letters, "BG-"))
        return ITEM_KIND_HANDOVER;
    if (starts_with(&letters, "GM-"))
        return ITEM_KIND_SLIP;
    if (starts_with(&letters, "TH-"))
        return ITEM_KIND_BADGE;
    return ITEM_KIND_DAMAGED;
}

/* ------------------------------------------------------------------------------- for people */

char *item_pretty(const struct item *item, char *out)
{
    const char *t = item->text;
    snprintf(out, ITEM_PRETTY_MAX, "%.2s %.3s %.3s %.3s %.2s", t, t + 2, t + 5, t + 8,
             t + COUNTRY_AT);
    return out;
}

char *item_tail(const struct item *item, char *out)
{
    snprintf(out, ITEM_PRETTY_MAX, "…%.3s %.2s", item->text + 8, item->text + COUNTRY_AT);
    return out;
}

bool item_equal(const struct item *a, const struct item *b)
{
    return memcmp(a->text, b->text, ITEM_CHARS) == 0;
}

/* ---------------------------------------------------------------------------- drawing numbers */

/* Each round mixes one half into the other through a keyed hash. With halves so small a
 * distinguisher needs few rounds to be beaten by; eight leave a margin over the six that are known
 * to do (Patarin, "Security of random Feistel schemes with 5 or more rounds", 2004). */
#define DRAW_ROUNDS 8
#define DRAW_BITS 14 /* a half of a serial */

/* Its lowest bits are what a half is mixed with in this round. */
static uint32_t mix(const uint8_t key[32], uint8_t round, uint32_t half)
{
    uint8_t hash[16];
    uint8_t input[5] = {round, (uint8_t)(half >> 24), (uint8_t)(half >> 16), (uint8_t)(half >> 8),
                        (uint8_t)half};
    chain_keyed_hash(key, 32, "trao item serial 1", input, sizeof input, hash, sizeof hash);
    return (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
}

static uint32_t feistel(const uint8_t key[32], unsigned half_bits, uint32_t value)
{
    uint32_t mask = (UINT32_C(1) << half_bits) - 1;
    uint32_t left = value >> half_bits, right = value & mask;
    for (uint8_t round = 0; round < DRAW_ROUNDS; round++) {
        uint32_t next = left ^ (mix(key, round, right) & mask);
        left = right;
        right = next;
    }
    return left << half_bits | right;
}

/* Walking the cycle until it comes inside keeps the permutation one: the way back is the same. */
uint32_t item_permute(const uint8_t key[32], unsigned half_bits, uint32_t size, uint32_t n)
{
    invariant(half_bits >= 1 && half_bits <= 15 && size <= UINT32_C(1) << 2 * half_bits);
    invariant(n < size);
    do
        n = feistel(key, half_bits, n);
    while (n >= size);
    return n;
}

uint32_t item_draw(const uint8_t key[32], uint32_t n)
{
    return item_permute(key, DRAW_BITS, ITEM_SERIALS, n);
}

static uint32_t feistel_known(struct item_draws *draws, uint32_t value)
{
    const uint32_t mask = (UINT32_C(1) << DRAW_BITS) - 1;
    uint32_t left = value >> DRAW_BITS, right = value & mask;
    for (uint8_t round = 0; round < DRAW_ROUNDS; round++) {
        uint16_t *mixed = &draws->mixed[round][right];
        if (*mixed == 0)
            *mixed = (uint16_t)((mix(draws->key, round, right) & mask) + 1);
        uint32_t next = left ^ (*mixed - UINT32_C(1));
        left = right;
        right = next;
    }
    return left << DRAW_BITS | right;
}

uint32_t item_draws_next(struct item_draws *draws, uint32_t n)
{
    invariant(n < ITEM_SERIALS);
    do
        n = feistel_known(draws, n);
    while (n >= ITEM_SERIALS);
    return n;
}
