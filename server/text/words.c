#include "server/text/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "server/text/text.h"

/* ------------------------------------------------------------------ gaps */

struct fill {
    const struct word *words;
    size_t n;
};

static const char *value_of(const struct fill *fill, const char *gap, size_t n)
{
    for (size_t i = 0; i < fill->n; i++)
        if (strlen(fill->words[i].gap) == n && memcmp(fill->words[i].gap, gap, n) == 0)
            return fill->words[i].value ? fill->words[i].value : "";
    return "";
}

static void append(char out[WORDS_MAX], const char *text, size_t n)
{
    size_t used = strlen(out);
    if (used + n >= WORDS_MAX) {
        n = WORDS_MAX - 1 - used;
        while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
            n--; /* never half a character */
    }
    memcpy(out + used, text, n);
    out[used + n] = '\0';
}

/* Copies a piece with its gaps filled; false (and nothing copied) if one is unknown. */
static bool fill_piece(const struct fill *fill, const char *piece, size_t n, char out[WORDS_MAX])
{
    char filled[WORDS_MAX] = "";
    const char *end = piece + n;
    for (const char *at = piece; at < end;) {
        const char *open = memchr(at, '{', (size_t)(end - at));
        const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
        if (!close) {
            append(filled, at, (size_t)(end - at));
            break;
        }
        append(filled, at, (size_t)(open - at));
        const char *value = value_of(fill, open + 1, (size_t)(close - open - 1));
        if (!*value)
            return false;
        append(filled, value, strlen(value));
        at = close + 1;
    }
    append(out, filled, strlen(filled));
    return true;
}

/* True if the piece is gaps and blanks alone. */
static bool only_gaps(const char *piece, size_t n)
{
    bool inside = false, any = false;
    for (size_t i = 0; i < n; i++) {
        if (piece[i] == '{')
            inside = any = true;
        else if (piece[i] == '}')
            inside = false;
        else if (!inside && piece[i] != ' ')
            return false;
    }
    return any;
}

static void fill_gaps_one_by_one(const struct fill *fill, const char *piece, size_t n,
                                 char out[WORDS_MAX])
{
    const char *end = piece + n;
    for (const char *at = piece; at < end;) {
        const char *open = memchr(at, '{', (size_t)(end - at));
        const char *close = open ? memchr(open, '}', (size_t)(end - open)) : NULL;
        if (!close)
            break;
        const char *value = value_of(fill, open + 1, (size_t)(close - open - 1));
        if (*value && *out)
            append(out, " ", 1);
        append(out, value, strlen(value));
        at = close + 1;
    }
}

/* ------------------------------------------------------------------ clauses */

/* Length of the clause at `at`: up to and without the next ',' ';' or '.'. */
static size_t clause_length(const char *at)
{
    return strcspn(at, ",;.");
}

/* Fills the clauses of a stretch without brackets. */
static void fill_clauses(const struct fill *fill, const char *stretch, const char *instead,
                         char out[WORDS_MAX])
{
    const char *at = stretch;
    char before[2] = ""; /* the mark before this clause */
    while (*at) {
        size_t n = clause_length(at);
        char mark = at[n];
        bool first = at == stretch && !*out;
        char clause[WORDS_MAX] = "";
        if (only_gaps(at, n)) {
            char gaps[WORDS_MAX] = "";
            fill_gaps_one_by_one(fill, at, n, gaps);
            append(clause, *gaps && !first ? " " : "", *gaps && !first ? 1 : 0);
            append(clause, gaps, strlen(gaps));
        } else if (!fill_piece(fill, at, n, clause) && first && instead) {
            append(clause, instead, strlen(instead));
        }
        if (*clause) {
            size_t blanks = *out ? 0 : strspn(clause, " ");
            append(out, before, strlen(before));
            append(out, clause + blanks, strlen(clause + blanks));
        }
        if (*out && (mark || *clause))
            before[0] = mark; /* the nearest mark before what comes next */
        at += n + (mark ? 1 : 0);
    }
    size_t n = strlen(out);
    bool closed = n > 0 && out[n - 1] == '.'; /* a value brought its own full stop */
    if (before[0] == '.' && !closed)
        append(out, ".", 1);
}

char *words_fill(const char *sentence, const struct word *words, size_t n, const char *instead,
                 char out[WORDS_MAX])
{
    struct fill fill = {words, n};
    out[0] = '\0';
    if (!strchr(sentence, '[')) {
        fill_clauses(&fill, sentence, instead, out);
        return out;
    }
    for (const char *at = sentence; *at;) {
        bool bracket = *at == '[';
        size_t length = bracket ? strcspn(at, "]") : strcspn(at, "[");
        (void)fill_piece(&fill, at + bracket, length - bracket, out);
        at += length + (bracket && at[length] == ']');
    }
    return out;
}

/* ------------------------------------------------------------------ SMS */

/* Septets of a character in the GSM 7 bit default alphabet: 1, 2 (extension table), 0 not there. */
static size_t septets(int32_t c)
{
    static const int32_t others[] = {
        0x40,   0xA3,   0x24,   0xA5,   0xE8,   0xE9,   0xF9, 0xEC,   0xF2,   0xC7,   0x0A,
        0xD8,   0xF8,   0x0D,   0xC5,   0xE5,   0x0394, 0x5F, 0x03A6, 0x0393, 0x039B, 0x03A9,
        0x03A0, 0x03A8, 0x03A3, 0x0398, 0x039E, 0xC6,   0xE6, 0xDF,   0xC9,   0xA4,   0xA1,
        0xC4,   0xD6,   0xD1,   0xDC,   0xA7,   0xBF,   0xE4, 0xF6,   0xF1,   0xFC,   0xE0};
    bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter || (c >= 0x20 && c < 0x80 && strchr(" !\"#%&'()*+,-./:;<=>?", (int)c)))
        return 1;
    if (c == 0x20AC || c == 0x0C || (c < 0x80 && c > 0 && strchr("^{}\\[]~|", (int)c)))
        return 2;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] == c)
            return 1;
    return 0;
}

static size_t utf16_units(int32_t c)
{
    return c > 0xFFFF ? 2 : 1;
}

/* Counts with characters of one or two units that no part may split. */
static struct segments count(const char *text, size_t (*width)(int32_t), size_t whole, size_t part)
{
    struct segments segments = {.gsm7 = width == septets};
    size_t used = 0, parts = 1;
    for (int32_t c = 0; (c = text_next(&text)) != 0;) {
        size_t n = width(c);
        segments.units += n;
        if (used + n > part) {
            parts++;
            used = 0;
        }
        used += n;
    }
    segments.parts = segments.units == 0 ? 0 : (segments.units <= whole ? 1 : parts);
    return segments;
}

struct segments words_segments(const char *text)
{
    size_t size = strlen(text) * 3 + 1; /* composing never grows a text more than threefold */
    char *composed = malloc(size);
    invariant(composed && text_compose(text, composed, size));
    bool gsm7 = true;
    const char *at = composed;
    for (int32_t c = 0; gsm7 && (c = text_next(&at)) != 0;)
        gsm7 = septets(c) > 0;
    struct segments segments =
        gsm7 ? count(composed, septets, 160, 153) : count(composed, utf16_units, 70, 67);
    free(composed);
    return segments;
}
