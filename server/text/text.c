#include "server/text/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#define SMALL_BYTES 512 /* cells are shorter, mostly */

/* A bounded writer of whole characters. */
struct sink {
    char *out;
    size_t size, n;
    bool full;
};

static void put(struct sink *sink, int32_t character)
{
    utf8proc_uint8_t bytes[4] = {(utf8proc_uint8_t)character};
    size_t n = character < 0x80 ? 1 : (size_t)utf8proc_encode_char(character, bytes);
    if (sink->full || sink->n + n + 1 > sink->size) {
        sink->full = true;
        return;
    }
    memcpy(sink->out + sink->n, bytes, n);
    sink->n += n;
    sink->out[sink->n] = '\0';
}

static struct sink sink_into(char *out, size_t size)
{
    invariant(size > 0);
    out[0] = '\0';
    return (struct sink){.out = out, .size = size};
}

int32_t text_next(const char **text)
{
    if ((unsigned char)**text < 0x80)
        return **text == '\0' ? 0 : *(*text)++;
    utf8proc_int32_t character = 0;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)*text, -1, &character);
    if (n <= 0) { /* our callers checked; a broken byte still must not stop the walk */
        *text += 1;
        return 0xFFFD;
    }
    *text += n;
    return character;
}

bool text_is_utf8(const char *bytes, size_t n)
{
    for (size_t at = 0; at < n;) {
        utf8proc_int32_t character = 0;
        if ((unsigned char)bytes[at] < 0x80) {
            at++;
            continue;
        }
        utf8proc_ssize_t step = utf8proc_iterate((const utf8proc_uint8_t *)bytes + at,
                                                 (utf8proc_ssize_t)(n - at), &character);
        if (step <= 0)
            return false;
        at += (size_t)step;
    }
    return true;
}

/* NFC or NFD of valid UTF-8 without zeros, on the heap; NULL only without memory. */
static char *normal_form(const char *text, utf8proc_option_t form)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t n =
        utf8proc_map((const utf8proc_uint8_t *)text, 0, &out,
                     (utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_STABLE | (unsigned)form));
    return n < 0 ? NULL : (char *)out;
}

/* What NFC leaves as it is, seen without asking: nothing before U+0300 changes, nor do the letters
 * of Vietnamese [UAX 15: NFC_Quick_Check]. */
static bool is_composed(const char *text)
{
    for (int32_t character = 0; (character = text_next(&text)) != 0;)
        if (character >= 0x0300 && (character < 0x1EA0 || character > 0x1EF9))
            return false;
    return true;
}

/* Up to four parts of a character in NFD; the order of marks that follow one another is not that of
 * NFD, so it is for those who drop or treat them alike. */
#define APART_MAX 4
static size_t apart(int32_t character, int32_t out[APART_MAX])
{
    int boundary = 0;
    out[0] = character;
    if (character < 0xC0)
        return 1;
    utf8proc_ssize_t n = utf8proc_decompose_char(character, out, APART_MAX,
                                                 UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, &boundary);
    return n < 1 || n > APART_MAX ? 1 : (size_t)n;
}

static bool is_taken_out(int32_t character)
{
    return character < 0x20 || (character >= 0x7F && character < 0xA0) || character == 0x200E ||
           character == 0x200F || (character >= 0x202A && character <= 0x202E) ||
           (character >= 0x2066 && character <= 0x2069) || character == 0xFEFF ||
           (character & 0xFFFE) == 0xFFFE;
}

static bool is_blank(int32_t character)
{
    if ((character > ' ' && character < 0x7F) || (character >= 0xC0 && character < 0x1680) ||
        (character >= 0x1E00 && character < 0x2000))
        return false; /* letters and marks, looked up for nothing */
    return character == ' ' || character == '\n' || character == '\r' || character == '\t' ||
           utf8proc_category(character) == UTF8PROC_CATEGORY_ZS ||
           utf8proc_category(character) == UTF8PROC_CATEGORY_ZL ||
           utf8proc_category(character) == UTF8PROC_CATEGORY_ZP;
}

/* Takes out what must not be stored and squeezes blanks; `out` holds n + 1 bytes. */
static void squeeze(const char *bytes, size_t n, char *out, size_t size)
{
    struct sink sink = sink_into(out, size);
    bool blank_due = false;
    for (size_t at = 0; at < n;) {
        utf8proc_int32_t character = (unsigned char)bytes[at];
        at += character < 0x80 ? 1
                               : (size_t)utf8proc_iterate((const utf8proc_uint8_t *)bytes + at,
                                                          (utf8proc_ssize_t)(n - at), &character);
        if (is_blank(character)) {
            blank_due = sink.n > 0;
        } else if (!is_taken_out(character)) {
            if (blank_due)
                put(&sink, ' ');
            blank_due = false;
            put(&sink, character);
        }
    }
}

bool text_compose(const char *text, char *out, size_t size)
{
    if (is_composed(text)) {
        size_t n = strlen(text);
        if (n < size)
            memmove(out, text, n + 1);
        return n < size;
    }
    char *composed = normal_form(text, UTF8PROC_COMPOSE);
    bool fits = composed && strlen(composed) < size;
    if (fits)
        memcpy(out, composed, strlen(composed) + 1);
    free(composed);
    return fits;
}

/* No letter taken apart is longer than three times itself (U+0DDD, of Unicode 15). What cannot fit
 * is not composed: one cell of thirty megabytes took half a minute. */
#define COMPOSED_LESS_MAX 3

bool text_clean(const char *bytes, size_t n, char *out, size_t size)
{
    if (!text_is_utf8(bytes, n))
        return false;
    char small[SMALL_BYTES];
    char *squeezed = n < sizeof small ? small : malloc(n + 1);
    if (!squeezed)
        return false;
    squeeze(bytes, n, squeezed, n + 1);
    bool fits = strlen(squeezed) / COMPOSED_LESS_MAX < size && text_compose(squeezed, out, size);
    if (squeezed != small)
        free(squeezed);
    return fits;
}

bool text_is_visible(const char *text)
{
    for (int32_t character = 0; (character = text_next(&text)) != 0;) {
        switch (utf8proc_category(character)) {
        case UTF8PROC_CATEGORY_CN:
        case UTF8PROC_CATEGORY_MN:
        case UTF8PROC_CATEGORY_MC:
        case UTF8PROC_CATEGORY_ME:
        case UTF8PROC_CATEGORY_ZS:
        case UTF8PROC_CATEGORY_ZL:
        case UTF8PROC_CATEGORY_ZP:
        case UTF8PROC_CATEGORY_CC:
        case UTF8PROC_CATEGORY_CF:
        case UTF8PROC_CATEGORY_CS:
            break;
        default:
            return true;
        }
    }
    return false;
}

static bool is_mark(int32_t character)
{
    return character >= 0x0300 && character <= 0x036F;
}

static int32_t plain_d(int32_t character)
{
    if (character == 0x0111)
        return 'd';
    return character == 0x0110 || character == 0x00D0 ? 'D' : character; /* Ð of old exports: B07 */
}

static bool is_letter_or_digit(int32_t character)
{
    if (character < 0x80)
        return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
               (character >= 'a' && character <= 'z');
    utf8proc_category_t category = utf8proc_category(character);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
           category == UTF8PROC_CATEGORY_ND;
}

/* One part of a character at a time; marks are dropped. */
struct folding {
    struct sink sink;
    bool blank_due;
};

static void fold_part(struct folding *folding, int32_t character)
{
    if (is_mark(character))
        return;
    character = plain_d(character);
    if (character < 0x80)
        character |= character >= 'A' && character <= 'Z' ? 0x20 : 0;
    else
        character = utf8proc_tolower(character);
    if (!is_letter_or_digit(character)) {
        folding->blank_due = folding->sink.n > 0;
        return;
    }
    if (folding->blank_due)
        put(&folding->sink, ' ');
    folding->blank_due = false;
    put(&folding->sink, character);
}

char *text_fold(const char *text, char *out, size_t size)
{
    struct folding folding = {.sink = sink_into(out, size)};
    for (int32_t character = 0; (character = text_next(&text)) != 0;) {
        int32_t parts[APART_MAX];
        size_t n = apart(character, parts);
        for (size_t i = 0; i < n; i++)
            fold_part(&folding, parts[i]);
    }
    return out;
}

/* Grave, acute, tilde, hook, dot: where it stands in a syllable is a matter of spelling. */
static bool is_tone(int32_t character)
{
    return character == 0x0300 || character == 0x0301 || character == 0x0303 ||
           character == 0x0309 || character == 0x0323;
}

char *text_name_key(const char *text, char *out, size_t size)
{
    struct sink sink = sink_into(out, size);
    char *apart = normal_form(text, UTF8PROC_DECOMPOSE);
    bool blank_due = false;
    int32_t tone = 0;
    const char *at = apart ? apart : "";
    for (int32_t character = 0; (character = text_next(&at)) != 0;) {
        bool letter = is_mark(character) || is_letter_or_digit(character);
        if (letter && is_tone(character) && tone == 0) {
            tone = character;
            continue;
        }
        if (!letter && tone != 0)
            put(&sink, tone);
        tone = letter ? tone : 0;
        blank_due |= !letter && sink.n > 0;
        if (!letter)
            continue;
        if (blank_due)
            put(&sink, ' ');
        blank_due = false;
        put(&sink, utf8proc_tolower(character));
    }
    if (tone != 0)
        put(&sink, tone);
    free(apart);
    return out;
}

char *text_unaccent(const char *text, char *out, size_t size)
{
    struct sink sink = sink_into(out, size);
    char *apart = normal_form(text, UTF8PROC_DECOMPOSE);
    const char *at = apart ? apart : "";
    for (int32_t character = 0; (character = text_next(&at)) != 0;) {
        if (is_mark(character))
            continue;
        if (character == 0x2013 || character == 0x2014 || character == 0x2212)
            character = '-';
        put(&sink, character == 0xA0 ? ' ' : plain_d(character));
    }
    free(apart);
    return out;
}

bool text_is_formula(const char *text)
{
    switch (text_next(&text)) {
    case '=':
    case '+':
    case '-':
    case '@':
    case '\'':
    case '\t':
    case '\r':
    case '\n':
    case 0xFF1D: /* the same in full width: a spreadsheet set to East Asian runs them */
    case 0xFF0B:
    case 0xFF0D:
    case 0xFF20:
        return true;
    default:
        return false;
    }
}

char *text_copy(const char *text, char *out, size_t size)
{
    size_t n = strlen(text);
    if (n < size && text_is_utf8(text, n))
        return memcpy(out, text, n + 1);
    struct sink sink = sink_into(out, size);
    for (int32_t character = text_next(&text); character != 0; character = text_next(&text))
        put(&sink, character);
    return out;
}

char *text_sentence_case(const char *text, char *out, size_t size)
{
    struct sink sink = sink_into(out, size);
    for (int32_t character = text_next(&text); character != 0; character = text_next(&text))
        put(&sink, sink.n == 0 ? character : utf8proc_tolower(character));
    return out;
}

char *text_group(uint64_t number, char sign, char *out, size_t size)
{
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)number), at = 0;
    for (size_t i = 0; i < n && at + 2 < size; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[at++] = sign;
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}
