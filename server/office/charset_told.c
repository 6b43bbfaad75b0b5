/* charset_told.c - which encoding it is: each reading is looked at, whether it is Vietnamese. */
#include "server/office/charset_inside.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "protocol/utf8.h"

#define SAMPLE_BYTES 262144 /* enough words to tell by */

/* ------------------------------------------------------------------ is it Vietnamese? */

/* A letter taken apart. */
struct letter {
    char base; /* small; 0: no letter of the alphabet */
    bool capital, marked, toned, vowel;
};

static bool mark_fits(char base, utf8proc_int32_t mark, bool *toned)
{
    switch (mark) {
    case GRAVE:
    case ACUTE:
    case TILDE:
    case HOOK:
    case DOT:
        if (*toned)
            return false;
        *toned = true;
        return strchr("aeiouy", base) != NULL;
    case CIRCUMFLEX:
        return strchr("aeo", base) != NULL;
    case BREVE:
        return base == 'a';
    case 0x31B:
        return strchr("ou", base) != NULL;
    default:
        return false;
    }
}

static struct letter letter_of(utf8proc_int32_t point)
{
    utf8proc_int32_t parts[8];
    struct letter letter = {.base = 0};
    if (point == 0x110 || point == 0x111)
        return (struct letter){.base = 'd', .capital = point == 0x110, .marked = true};
    utf8proc_ssize_t n =
        utf8proc_decompose_char(point, parts, 8, UTF8PROC_DECOMPOSE | UTF8PROC_STABLE, NULL);
    if (n < 1 || n > 3 || parts[0] > 'z')
        return letter;
    char base = (char)(parts[0] | 0x20);
    if (base < 'a' || base > 'z')
        return letter;
    for (utf8proc_ssize_t i = 1; i < n; i++)
        if (!mark_fits(base, parts[i], &letter.toned))
            return (struct letter){.base = 0};
    letter.base = base;
    letter.capital = parts[0] <= 'Z';
    letter.marked = n > 1;
    letter.vowel = strchr("aeiouy", base) != NULL;
    return letter;
}

static bool is_known_sign(utf8proc_int32_t point)
{
    static const utf8proc_int32_t signs[] = {0xA0,   0xAB,   0xB0,   0xBB,   0x2013, 0x2014, 0x2018,
                                             0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x20AB};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (signs[i] == point)
            return true;
    return false;
}

/* A word so far. */
struct word {
    size_t letters, groups, tones;
    bool marked, in_group;
};

struct score {
    size_t strange; /* letters and words that are not Vietnamese */
    size_t marked;  /* words with a mark */
};

static void end_word(struct score *score, struct word *word)
{
    if (word->marked) {
        score->marked++;
        score->strange += word->tones > 1 || word->groups != 1;
    }
    *word = (struct word){0};
}

static void take_letter(struct word *word, struct letter letter)
{
    word->letters++;
    word->marked = word->marked || letter.marked;
    word->tones += letter.toned;
    word->groups += letter.vowel && !word->in_group;
    word->in_group = letter.vowel;
}

/* Đ alone ("Đ.") and such have no vowel: a short word with a mark and no vowel group is strange
 * only when longer. */
static struct score score_of(const utf8proc_uint8_t *composed)
{
    struct score score = {0};
    struct word word = {0};
    utf8proc_int32_t point;
    for (utf8proc_ssize_t n; *composed != '\0'; composed += n) {
        n = utf8proc_iterate(composed, -1, &point);
        if (n < 1)
            break;
        struct letter letter = letter_of(point);
        if (letter.base != 0) {
            take_letter(&word, letter);
            continue;
        }
        if (word.groups == 0 && word.letters < 3)
            word.marked = false;
        end_word(&score, &word);
        score.strange += point >= 0x80 && !is_known_sign(point) ? 2 : 0;
    }
    end_word(&score, &word);
    return score;
}

static bool try_one(struct charsets *charsets, enum charset charset, const char *bytes, size_t n,
                    struct score *ret_score)
{
    size_t read_n = 0;
    char *read = charset_read(charsets, charset, bytes, n, &read_n);
    utf8proc_uint8_t *composed = NULL;
    if (read == NULL)
        return false;
    utf8proc_ssize_t got = utf8proc_map((const utf8proc_uint8_t *)read, (utf8proc_ssize_t)read_n,
                                        &composed, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    free(read);
    if (got < 0)
        return false;
    *ret_score = score_of(composed);
    free(composed);
    return true;
}

/* ------------------------------------------------------------------ choosing */

/* UTF-8 with a few broken letters is still UTF-8: those cells are refused. */
static bool is_mostly_utf8(const char *bytes, size_t n)
{
    size_t good = 0, bad = 0;
    while (n > 0) {
        uint32_t point;
        bool ascii = (uint8_t)bytes[0] < 0x80;
        if (ascii) {
            bytes++;
            n--;
        } else if (utf8_next(&bytes, &n, &point)) {
            good++;
        } else {
            bad++;
            bytes++;
            n--;
        }
    }
    return bad == 0 || good >= 3 * bad;
}

/* Half the bytes of Latin text in UTF-16 are zeros. */
static enum charset utf16_without_mark(const char *bytes, size_t n)
{
    size_t zeros[2] = {0, 0}, looked = n < 4096 ? n : 4096;
    for (size_t i = 0; i < looked; i++)
        zeros[i % 2] += bytes[i] == '\0';
    if (zeros[1] * 4 > looked && zeros[0] * 16 < looked)
        return CHARSET_UTF16LE;
    if (zeros[0] * 4 > looked && zeros[1] * 16 < looked)
        return CHARSET_UTF16BE;
    return CHARSET_UNKNOWN;
}

/* The best is clear when the next has at least two more strange things and four times as many, and
 * few words of it are strange themselves (foreign names are). */
static bool is_clear(struct score best, size_t next_strange)
{
    return best.strange * 10 <= best.marked && next_strange >= best.strange + 2 &&
           next_strange >= 4 * best.strange;
}

static enum charset old_one(struct charsets *charsets, const char *bytes, size_t n)
{
    static const enum charset candidates[] = {CHARSET_WINDOWS_1258, CHARSET_TCVN3, CHARSET_VNI};
    struct score best = {.strange = SIZE_MAX}, score;
    size_t next_strange = SIZE_MAX;
    enum charset found = CHARSET_UNKNOWN;
    n = n < SAMPLE_BYTES ? n : SAMPLE_BYTES;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++) {
        if (!try_one(charsets, candidates[i], bytes, n, &score))
            return CHARSET_UNKNOWN;
        if (score.strange < best.strange) {
            next_strange = best.strange;
            best = score;
            found = candidates[i];
        } else if (score.strange < next_strange) {
            next_strange = score.strange;
        }
    }
    return is_clear(best, next_strange) ? found : CHARSET_UNKNOWN;
}

enum charset charset_of(struct charsets *charsets, const char *bytes, size_t n)
{
    if (charset_mark(CHARSET_UTF8, bytes, n) > 0)
        return CHARSET_UTF8;
    if (charset_mark(CHARSET_UTF16LE, bytes, n) > 0)
        return CHARSET_UTF16LE;
    if (charset_mark(CHARSET_UTF16BE, bytes, n) > 0)
        return CHARSET_UTF16BE;
    enum charset wide = utf16_without_mark(bytes, n);
    if (wide != CHARSET_UNKNOWN)
        return wide;
    return is_mostly_utf8(bytes, n) ? CHARSET_UTF8 : old_one(charsets, bytes, n);
}

/* ------------------------------------------------------------------ lost capitals */

bool charset_lost_capitals(const char *text)
{
    size_t left = strlen(text), capitals = 0, small = 0, toned_small = 0;
    for (;;) {
        uint32_t point = 0;
        bool more = left > 0 && utf8_next(&text, &left, &point);
        struct letter letter = more ? letter_of((utf8proc_int32_t)point) : (struct letter){0};
        if (letter.base != 0) {
            capitals += letter.capital;
            toned_small += !letter.capital && letter.toned;
            small += !letter.capital && !letter.toned;
            continue;
        }
        /* "HIếU"; "Lý" for LÝ cannot be told from a name that is meant so. */
        if (toned_small > 0 && small == 0 && capitals > 1)
            return true;
        if (!more)
            return false;
        capitals = small = toned_small = 0;
    }
}
