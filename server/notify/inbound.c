#include "server/notify/inbound.h"

#include <stdio.h>
#include <string.h>

#include "server/text/text.h"

#define WORDS 40

/* Folded: lower case, digits and letters, one blank between. A blank is put between letters and
 * digits too, so that "hen27/11" has its words. */
static void split(const char *folded, char out[2 * INBOUND_BYTES_MAX])
{
    size_t n = 0;
    for (const char *at = folded; *at != '\0'; at++) {
        bool digit = *at >= '0' && *at <= '9';
        bool before = at > folded && at[-1] >= '0' && at[-1] <= '9';
        if (at > folded && digit != before && *at != ' ' && at[-1] != ' ')
            out[n++] = ' ';
        out[n++] = *at;
    }
    out[n] = '\0';
}

struct reading {
    char text[2 * INBOUND_BYTES_MAX];
    const char *words[WORDS];
    size_t n;
};

static void cut(struct reading *reading)
{
    char *rest = NULL;
    for (char *word = strtok_r(reading->text, " ", &rest); word != NULL && reading->n < WORDS;
         word = strtok_r(NULL, " ", &rest))
        reading->words[reading->n++] = word;
}

static enum verb verb_of(const char *word)
{
    static const struct {
        const char *word;
        enum verb verb;
    } words[] = {{"trao", VERB_STATUS},     {"track", VERB_STATUS},
                 {"hen", VERB_DAY},         {"khong", VERB_NOT_RECEIVED},
                 {"ko", VERB_NOT_RECEIVED}, {"dung", VERB_STOP},
                 {"tc", VERB_STOP},         {"stop", VERB_STOP},
                 {"huy", VERB_STOP},        {"nhan", VERB_START}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i].word) == 0)
            return words[i].verb;
    return VERB_NONE;
}

/* 1 or 2 digits; 0: it is none. */
static uint32_t small_number(const char *word)
{
    size_t n = strlen(word);
    if (n < 1 || n > 2 || strspn(word, "0123456789") != n)
        return 0;
    return n == 1 ? (uint32_t)(word[0] - '0')
                  : (uint32_t)(word[0] - '0') * 10 + (uint32_t)(word[1] - '0');
}

#define LETTERS_N 2 /* of a number, before its digits and behind them */
#define DIGITS_N 9

/* The words from here on run together in capitals are a number, or are one with its VN. */
static bool item_at(const struct reading *reading, size_t i, struct item *ret_item)
{
    char text[LETTERS_N + DIGITS_N + LETTERS_N + 1];
    size_t n = 0;
    struct error err;
    for (; i < reading->n; i++) {
        for (const char *at = reading->words[i]; *at != '\0'; at++) {
            if (n == sizeof text - 1)
                return false;
            text[n++] = (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
        }
        if (n == LETTERS_N + DIGITS_N) {
            text[n] = 'V';
            text[n + 1] = 'N';
            if (item_parse(text, sizeof text - 1, ret_item, &err))
                return true;
        }
        if (n == sizeof text - 1)
            return item_parse(text, n, ret_item, &err);
    }
    return false;
}

static bool item_from(const struct reading *reading, size_t from, struct item *ret_item)
{
    for (size_t i = from; i < reading->n; i++)
        if (item_at(reading, i, ret_item))
            return true;
    return false;
}

static bool is_digits(const char *word)
{
    return *word >= '0' && *word <= '9';
}

/* So many digits, or a few more or less, are a number that was mistyped; so many are a phone. */
static bool is_like_an_item(size_t digits, const char *first)
{
    bool phone = (digits == 10 && *first == '0') || (digits == 11 && strncmp(first, "84", 2) == 0);
    return digits + 2 >= DIGITS_N && digits <= DIGITS_N + 2 && !phone;
}

/* Digits as a number has them, between letters as it has them: a date or a phone is none. */
static bool is_misnamed(const struct reading *reading, size_t from)
{
    for (size_t i = from; i < reading->n; i++) {
        size_t first = i, digits = 0;
        for (; i < reading->n && is_digits(reading->words[i]); i++)
            digits += strlen(reading->words[i]);
        bool before = first > from && strlen(reading->words[first - 1]) == LETTERS_N;
        bool behind = i < reading->n && strcmp(reading->words[i], "vn") == 0;
        if ((before || behind) && is_like_an_item(digits, reading->words[first]))
            return true;
    }
    return false;
}

static bool has_digits(const struct reading *reading, size_t from)
{
    for (size_t i = from; i < reading->n; i++)
        if (is_digits(reading->words[i]))
            return true;
    return false;
}

static struct inbound understand(const struct reading *reading)
{
    struct inbound inbound = {.verb = reading->n > 0 ? verb_of(reading->words[0]) : VERB_NONE};
    inbound.english = reading->n > 0 && strcmp(reading->words[0], "track") == 0;
    size_t from = 1;
    if (inbound.verb == VERB_DAY) {
        inbound.day = reading->n > 2 ? small_number(reading->words[1]) : 0;
        inbound.month = reading->n > 2 ? small_number(reading->words[2]) : 0;
        from = 3;
        if (inbound.day < 1 || inbound.day > 31 || inbound.month < 1 || inbound.month > 12)
            return (struct inbound){.verb = VERB_NONE};
    }
    inbound.named = item_from(reading, from, &inbound.item);
    bool rest = reading->n > from, asks = inbound.verb == VERB_STATUS;
    inbound.misnamed =
        !inbound.named && (asks ? has_digits(reading, from) : is_misnamed(reading, from));
    if (asks && !inbound.named && !inbound.misnamed)
        inbound.verb = VERB_NONE;
    /* More words: a year behind the day and talk behind "khong" are no harm, but "nhan" and "dung"
     * begin many a sentence. */
    if ((inbound.verb == VERB_STOP || inbound.verb == VERB_START) && rest)
        inbound.verb = VERB_NONE;
    return inbound;
}

struct inbound inbound_read(const char *bytes, size_t n)
{
    char clean[INBOUND_BYTES_MAX], folded[INBOUND_BYTES_MAX];
    struct reading reading = {.n = 0};
    if (n >= sizeof clean || !text_clean(bytes, n, clean, sizeof clean))
        return (struct inbound){.verb = VERB_NONE};
    split(text_fold(clean, folded, sizeof folded), reading.text);
    cut(&reading);
    return understand(&reading);
}
