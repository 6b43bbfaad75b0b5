#include "server/web/english.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "protocol/event.h"

static const struct row {
    const char *vi, *en;
} rows[] = {
#define W(vi, en) {vi, en},
#include "server/web/staff.def"
#undef W
#define RULE(KEY, key, vi, en, value, least, most, citation, y, m, d) {vi, en},
#include "server/delivery/rule.def"
#undef RULE
#define EVENT(KEY, number, code, SOURCE, key, vi, en) {vi, en},
#include "protocol/event.def"
#undef EVENT
#define REASON(KEY, wire, vi, en, acts, citizen_vi, citizen_en, article) {vi, en},
#define ACTION(KEY, wire, letter, vi, en, citizen_vi, citizen_en) {vi, en},
#define RELATION(KEY, wire, vi, en) {vi, en},
#define NOTE(KEY, wire, reason, vi, en) {vi, en},
#define NAMED(KEY, wire, vi, en) {vi, en},
#include "protocol/reason.def"
};
#define ROWS (sizeof rows / sizeof *rows)

bool english_row(size_t i, const char **ret_vi, const char **ret_en)
{
    if (i >= ROWS)
        return false;
    *ret_vi = rows[i].vi;
    *ret_en = rows[i].en;
    return true;
}

/* ------------------------------------------------------------------ looking up */

#define SLOTS 8192 /* a power of two, well above twice the rows */
_Static_assert(ROWS * 2 < SLOTS, "the catalogue outgrew its slots");

static uint16_t slots[SLOTS]; /* row + 1; 0 empty */
static pthread_once_t filled = PTHREAD_ONCE_INIT;

static uint32_t hash_of(const char *words, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)words[i]) * 16777619u;
    return h ^ h >> 15;
}

static size_t slot_of(const char *words, size_t n)
{
    size_t at = hash_of(words, n) % SLOTS;
    while (slots[at] != 0 &&
           (strncmp(rows[slots[at] - 1].vi, words, n) != 0 || rows[slots[at] - 1].vi[n] != '\0'))
        at = (at + 1) % SLOTS;
    return at;
}

/* Of two rows for the same words the first counts. */
static void fill(void)
{
    for (size_t i = 0; i < ROWS; i++) {
        size_t at = slot_of(rows[i].vi, strlen(rows[i].vi));
        if (slots[at] == 0)
            slots[at] = (uint16_t)(i + 1);
    }
}

static const char *exactly(const char *words, size_t n)
{
    (void)pthread_once(&filled, fill);
    size_t at = n > 0 ? slot_of(words, n) : 0;
    return n > 0 && slots[at] != 0 ? rows[slots[at] - 1].en : NULL;
}

const char *english_in_vietnamese(const char *words)
{
    static const struct row turned[] = {
#define V(en, vi) {vi, en},
#include "server/web/law_vi.def"
#undef V
    };
    for (size_t i = 0; i < sizeof turned / sizeof *turned; i++)
        if (strcmp(turned[i].en, words) == 0)
            return turned[i].vi;
    return NULL;
}

/* ------------------------------------------------------------------ pieces */

/* What words look like without the bytes of `signs` around them. */
static const char *bare(const char *words, size_t *n, const char *signs)
{
    while (*n > 0 && strchr(signs, *words) != NULL) {
        words++;
        --*n;
    }
    while (*n > 0 && strchr(signs, words[*n - 1]) != NULL)
        --*n;
    return words;
}

/* The piece as it stands, else without signs around it. */
static const char *find_piece(const char *piece, size_t *n, const char **ret_at)
{
    static const char *const signs[] = {" ", " ,;:.()", " ,;:.()!?"};
    const char *found = NULL;
    size_t whole = *n;
    for (size_t i = 0; found == NULL && i < sizeof signs / sizeof *signs; i++) {
        *n = whole;
        *ret_at = bare(piece, n, signs[i]);
        found = exactly(*ret_at, *n);
    }
    return found;
}

const char *english_find(const char *words, size_t n)
{
    const char *at = bare(words, &n, " ");
    return exactly(at, n);
}

const char *english_say(bool english, const char *words)
{
    const char *found = english ? exactly(words, strlen(words)) : NULL;
    return found != NULL ? found : words;
}

void english_markup(const char *markup, void (*put)(void *ctx, const char *bytes, size_t n),
                    void *ctx)
{
    while (*markup != '\0') {
        size_t n = strcspn(markup, "<>\""), words = n;
        const char *at, *found = n > 0 ? find_piece(markup, &words, &at) : NULL;
        if (found != NULL) {
            put(ctx, markup, (size_t)(at - markup));
            put(ctx, found, strlen(found));
            put(ctx, at + words, n - words - (size_t)(at - markup));
        } else if (n > 0) {
            put(ctx, markup, n);
        }
        markup += n;
        n = strspn(markup, "<>\"");
        put(ctx, markup, n);
        markup += n;
    }
}

/* ------------------------------------------------------------------ sentences of both languages */

const char *english_half(bool english, const char *sentence, size_t *ret_n)
{
    const char *last = NULL;
    for (const char *at = sentence; (at = strstr(at, " / ")) != NULL; at += 3)
        last = at;
    if (last == NULL || !english) {
        *ret_n = last != NULL ? (size_t)(last - sentence) : strlen(sentence);
        return sentence;
    }
    *ret_n = strlen(last + 3);
    return last + 3;
}
