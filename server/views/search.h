/* search.h - which items have these words, this end of a phone number, this day and serial of a
 * dossier: an index beside the record, worked out from it, deletable, rebuilt (office/finder.h).
 *
 * It holds what finding needs and no more: words without accents, each once in a dictionary, and
 * lists of office seqs. `forget` takes an item out of the file itself, its pages overwritten. One
 * thread at a time.
 */
#ifndef TRAO_SERVER_VIEWS_SEARCH_H
#define TRAO_SERVER_VIEWS_SEARCH_H

#include "server/record/record.h"

struct search;

/* Opens or makes the file; one that is damaged, of another layout or of another generation of the
 * record begins anew. */
bool search_open(const char *path, uint64_t generation, struct search **ret_search,
                 struct error *err) must_use;
void search_close(struct search *search); /* NULL is fine */

/* Between these: what was put, and the mark, stand together or not at all. */
bool search_begin(struct search *search, struct error *err) must_use;
bool search_commit(struct search *search, uint64_t mark, struct error *err) must_use;
void search_rollback(struct search *search);
/* All office facts up to here are taken in. */
bool search_mark(struct search *search, uint64_t *ret_mark, struct error *err) must_use;

#define SEARCH_WORDS_MAX 16
#define SEARCH_WORD_MAX 24 /* a longer word is found by its beginning */
#define SEARCH_PHONE_DIGITS 9
struct search_entry {
    uint64_t seq; /* of the fact that issued it */
    struct item item;
    uint32_t office;
    char words[SEARCH_WORDS_MAX][SEARCH_WORD_MAX + 1]; /* folded, no blanks */
    size_t words_n;
    char phone[SEARCH_PHONE_DIGITS + 1]; /* the last nine digits, "" none */
    uint64_t code;                       /* day and serial of the dossier, search_code */
};
/* In place of what there was of this seq. */
bool search_put(struct search *search, const struct search_entry *entry,
                struct error *err) must_use;
/* Day 000000..999999 and serial 0..999999 as one number. */
uint64_t search_code(uint32_t day, uint32_t serial);

/* Takes all of an item out, for ever; true also when there was nothing. */
bool search_forget(struct search *search, const struct item *item, struct error *err) must_use;

/* What must all hold. */
struct search_query {
    char words[SEARCH_WORDS_MAX][SEARCH_WORD_MAX + 1];
    size_t words_n;
    char tail[SEARCH_PHONE_DIGITS + 1]; /* the end of a phone number, 4 digits at least; "" any */
    uint64_t code_from, code_to;        /* both included; code_to 0: any */
    const uint32_t *offices;            /* of one of these; borrowed */
    size_t offices_n;                   /* 0: of all */
    uint64_t before;                    /* issued before this fact; 0: all */
};
/* Newest first. At most SEARCH_STEPS are looked at, so that an answer never takes long; `ret_next`
 * is where to go on, 0 when all was looked at: then, and only then, `max` being left, there are no
 * more. BAD_INPUT when nothing is asked for. */
#define SEARCH_STEPS 5000
bool search_find(struct search *search, const struct search_query *query, struct item *out,
                 size_t max, size_t *ret_n, uint64_t *ret_next, struct error *err) must_use;

#endif
