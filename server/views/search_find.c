/* search_find.c - what is asked of the index: lists of words that must all hold a seq, walked down
 * together from the newest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/views/search_inside.h"

struct finding {
    struct search *search;
    const struct search_query *query;
    uint64_t ids[SEARCH_WORDS_MAX + 1]; /* of lists that must all hold a seq */
    size_t ids_n;
    size_t steps;
    struct item *out;
    size_t n, max;
    uint64_t next;
};

static bool is_of_offices(const struct search_query *query, uint32_t office)
{
    for (size_t i = 0; i < query->offices_n; i++)
        if (query->offices[i] == office)
            return true;
    return query->offices_n == 0;
}

static bool has_words(const struct finding *finding, const uint32_t *words, size_t n)
{
    for (size_t i = 0; i < finding->ids_n; i++) {
        bool there = false;
        for (size_t k = 0; k < n && !there; k++)
            there = words[k] == finding->ids[i];
        if (!there)
            return false;
    }
    return true;
}

static bool has_tail(const struct search_query *query, uint64_t phone)
{
    return *query->tail == '\0' || (phone >= search_backwards(query->tail, false) &&
                                    phone <= search_backwards(query->tail, true));
}

/* All of the query against the entry itself. */
static bool take_seq(struct finding *finding, uint64_t seq, struct error *err)
{
    struct stmt *stmt;
    const struct search_query *query = finding->query;
    if (!db_prepare(finding->search->db,
                    "SELECT item, office, phone, code, words FROM entry WHERE seq = ?1", &stmt,
                    err))
        return false;
    stmt_u64(stmt, 1, seq);
    enum db_step step = stmt_step(stmt, err);
    if (step == DB_STEP_ROW) {
        size_t bytes;
        uint64_t code = stmt_col_u64(stmt, 3);
        uint32_t words[SEARCH_WORDS_MAX + 1];
        const void *blob = stmt_col_blob(stmt, 4, &bytes);
        bytes = bytes < sizeof words ? bytes : sizeof words;
        if (bytes > 0)
            memcpy(words, blob, bytes);
        if (is_of_offices(query, (uint32_t)stmt_col_int(stmt, 1)) &&
            has_tail(query, stmt_col_u64(stmt, 2)) &&
            (query->code_to == 0 || (code >= query->code_from && code <= query->code_to)) &&
            has_words(finding, words, bytes / sizeof *words))
            (void)snprintf(finding->out[finding->n++].text, ITEM_CHARS + 1, "%s",
                           stmt_col_text(stmt, 0));
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

/* The greatest seq of a list that is below `below`; 0: none. */
static bool seek(struct finding *finding, uint64_t id, uint64_t below, uint64_t *ret_seq,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(finding->search->db,
                    "SELECT seq FROM posting WHERE word = ?1 AND seq < ?2"
                    " ORDER BY seq DESC LIMIT 1",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, id);
    stmt_u64(stmt, 2, below);
    enum db_step step = stmt_step(stmt, err);
    *ret_seq = step == DB_STEP_ROW ? stmt_col_u64(stmt, 0) : 0;
    stmt_reset(stmt);
    finding->steps++;
    return step != DB_STEP_FAILED;
}

/* The greatest seq below `below` that stands in every list: each list in turn moves down to where
 * the others are. 0: none, or out of steps (`below` is then how far it came). */
static bool next_common(struct finding *finding, uint64_t *below, uint64_t *ret_seq,
                        struct error *err)
{
    uint64_t seq = 0;
    size_t agreed = 0;
    *ret_seq = 0;
    for (size_t i = 0; agreed < finding->ids_n; i = (i + 1) % finding->ids_n) {
        uint64_t at;
        if (finding->steps >= SEARCH_STEPS)
            return true;
        if (!seek(finding, finding->ids[i], agreed == 0 ? *below : seq + 1, &at, err))
            return false;
        if (at == 0) {
            *below = 0;
            return true;
        }
        agreed = agreed > 0 && at == seq ? agreed + 1 : 1;
        seq = at;
        *below = seq + 1;
    }
    *ret_seq = *below = seq;
    return true;
}

static bool by_words(struct finding *finding, struct error *err)
{
    uint64_t below = finding->query->before ? finding->query->before : INT64_MAX, seq;
    while (below != 0 && finding->n < finding->max && finding->steps < SEARCH_STEPS) {
        if (!next_common(finding, &below, &seq, err) || (seq != 0 && !take_seq(finding, seq, err)))
            return false;
    }
    finding->next = below;
    return true;
}

static int down(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

/* Of a range: all seqs are gathered, and the newest looked at first. The end of a phone number is
 * one of ten thousand at least, a day's dossiers are some hundreds. */
static bool by_range(struct finding *finding, const char *sql, uint64_t from, uint64_t to,
                     struct error *err)
{
    struct stmt *stmt;
    uint64_t before = finding->query->before ? finding->query->before : INT64_MAX;
    uint64_t *seqs = calloc(SEARCH_STEPS, sizeof *seqs);
    size_t n = 0;
    enum db_step step = DB_STEP_DONE;
    if (!seqs)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = db_prepare(finding->search->db, sql, &stmt, err);
    if (good) {
        stmt_u64(stmt, 1, from);
        stmt_u64(stmt, 2, to);
        stmt_u64(stmt, 3, before);
        while (n < SEARCH_STEPS && (step = stmt_step(stmt, err)) == DB_STEP_ROW)
            seqs[n++] = stmt_col_u64(stmt, 0);
        stmt_reset(stmt);
        good = step != DB_STEP_FAILED;
    }
    qsort(seqs, n, sizeof *seqs, down);
    size_t i = 0;
    for (; good && i < n && finding->n < finding->max; i++)
        good = take_seq(finding, seqs[i], err);
    finding->next = i < n ? seqs[i] + 1 : 0;
    free(seqs);
    return good;
}

/* A word that nobody has: nothing is found. */
static bool read_words(struct finding *finding, bool *ret_all, struct error *err)
{
    const struct search_query *query = finding->query;
    char office[SEARCH_WORD_MAX + 1];
    bool one_office = query->offices_n == 1;
    *ret_all = true;
    for (size_t i = 0; i < query->words_n + one_office && *ret_all; i++) {
        if (i == query->words_n)
            search_office_word(query->offices[0], office);
        if (!search_word_id(finding->search, i < query->words_n ? query->words[i] : office, false,
                            &finding->ids[finding->ids_n], err))
            return false;
        *ret_all = finding->ids[finding->ids_n++] != 0;
    }
    return true;
}

bool search_find(struct search *search, const struct search_query *query, struct item *out,
                 size_t max, size_t *ret_n, uint64_t *ret_next, struct error *err)
{
    struct finding finding = {.search = search, .query = query, .out = out, .max = max};
    bool all, good;
    if (query->words_n == 0 && strlen(query->tail) < 4 && query->code_to == 0)
        return error_set(err, ERROR_BAD_INPUT, "nothing is asked for");
    if (!read_words(&finding, &all, err))
        return error_add(err, "search");
    if (!all)
        good = true;
    else if (query->code_to != 0)
        good = by_range(&finding, "SELECT seq FROM code WHERE code BETWEEN ?1 AND ?2 AND seq < ?3",
                        query->code_from, query->code_to, err);
    else if (*query->tail)
        good = by_range(
            &finding, "SELECT seq FROM phone WHERE digits BETWEEN ?1 AND ?2 AND seq < ?3",
            search_backwards(query->tail, false), search_backwards(query->tail, true), err);
    else
        good = by_words(&finding, err);
    *ret_n = finding.n;
    *ret_next = finding.next;
    return good || error_add(err, "search");
}
