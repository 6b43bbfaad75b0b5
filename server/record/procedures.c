#include "server/record/procedures.h"

#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

static bool end_former(struct record *record, const struct procedure *procedure, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "UPDATE procedure_rule SET to_ms = ?2"
                    " WHERE folded = ?1 AND (to_ms = 0 OR to_ms > ?2)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, procedure->folded);
    stmt_int(stmt, 2, procedure->from.ms);
    return stmt_done(stmt, err);
}

bool procedure_put(struct record *record, struct procedure *procedure, struct error *err)
{
    struct stmt *stmt;
    if (!end_former(record, procedure, err) ||
        !db_prepare(record->db,
                    "INSERT INTO procedure_rule(folded, name, bcci_allowed, owner_only, from_ms,"
                    " to_ms, citation, code) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    &stmt, err))
        return error_add(err, "cannot keep a procedure");
    stmt_text(stmt, 1, procedure->folded);
    stmt_text(stmt, 2, procedure->name);
    stmt_int(stmt, 3, procedure->bcci_allowed);
    stmt_int(stmt, 4, procedure->owner_only);
    stmt_int(stmt, 5, procedure->from.ms);
    stmt_int(stmt, 6, procedure->to.ms);
    stmt_text(stmt, 7, procedure->citation);
    stmt_text(stmt, 8, procedure->code);
    if (!stmt_done(stmt, err))
        return error_add(err, "cannot keep a procedure");
    procedure->id = db_last_id(record->db);
    return true;
}

static void read_row(struct stmt *stmt, struct procedure *procedure)
{
    *procedure = (struct procedure){.id = stmt_col_int(stmt, 0),
                                    .bcci_allowed = stmt_col_int(stmt, 3) != 0,
                                    .owner_only = stmt_col_int(stmt, 4) != 0,
                                    .from = {stmt_col_int(stmt, 5)},
                                    .to = {stmt_col_int(stmt, 6)}};
    strncpy(procedure->folded, stmt_col_text(stmt, 1), sizeof procedure->folded - 1);
    strncpy(procedure->name, stmt_col_text(stmt, 2), sizeof procedure->name - 1);
    strncpy(procedure->citation, stmt_col_text(stmt, 7), sizeof procedure->citation - 1);
    strncpy(procedure->code, stmt_col_text(stmt, 8), sizeof procedure->code - 1);
}

bool procedures_each(struct record *record, struct instant at,
                     bool (*each)(void *ctx, const struct procedure *procedure), void *ctx,
                     struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT id, folded, name, bcci_allowed, owner_only, from_ms, to_ms, citation,"
                    " code FROM procedure_rule WHERE ?1 = 0 OR (from_ms <= ?1 AND"
                    " (to_ms = 0 OR to_ms > ?1)) ORDER BY id",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, at.ms);
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct procedure procedure;
        read_row(stmt, &procedure);
        if (!each(ctx, &procedure))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the procedures");
    stmt_reset(stmt);
    return true;
}

/* ------------------------------------------------------------------ matching */

/* What is looked for in a text: a rule's name or its code. */
struct phrase {
    const char *words;
    size_t weight; /* the greater goes before */
    const struct procedure *of;
    const struct phrase *within; /* the longest other one that this begins with */
};

struct procedure_set {
    struct procedure *rule;
    size_t n, room;
    bool no_memory;
    struct phrase *phrase; /* sorted by words, then by age */
    size_t phrases;
};

static bool note_rule(void *ctx, const struct procedure *procedure)
{
    struct procedure_set *set = ctx;
    if (set->n == set->room) {
        size_t room = set->room == 0 ? 64 : set->room * 2;
        struct procedure *wider = realloc(set->rule, room * sizeof *wider);
        set->no_memory = wider == NULL;
        if (wider == NULL)
            return false;
        set->rule = wider;
        set->room = room;
    }
    set->rule[set->n++] = *procedure;
    return true;
}

static int by_words(const void *a, const void *b)
{
    const struct phrase *x = a, *y = b;
    int order = strcmp(x->words, y->words);
    return order != 0 ? order : (x->of->id > y->of->id) - (x->of->id < y->of->id);
}

static bool begins_with(const char *text, const char *words)
{
    return strncmp(text, words, strlen(words)) == 0;
}

static void add_phrase(struct procedure_set *set, const char *words, size_t weight,
                       const struct procedure *of)
{
    if (*words != '\0')
        set->phrase[set->phrases++] = (struct phrase){words, weight, of, NULL};
}

static bool sort_phrases(struct procedure_set *set)
{
    set->phrase = calloc(2 * set->n + 1, sizeof *set->phrase);
    if (set->phrase == NULL)
        return false;
    for (size_t i = 0; i < set->n; i++) {
        const struct procedure *rule = &set->rule[i];
        add_phrase(set, rule->folded, strlen(rule->folded), rule);
        add_phrase(set, rule->code, PROCEDURE_NAME_MAX, rule);
    }
    qsort(set->phrase, set->phrases, sizeof *set->phrase, by_words);
    for (size_t i = 1; i < set->phrases; i++) {
        const struct phrase *before = &set->phrase[i - 1];
        while (before != NULL && !begins_with(set->phrase[i].words, before->words))
            before = before->within;
        set->phrase[i].within = before;
    }
    return true;
}

bool procedure_set_load(struct record *record, struct instant at, struct procedure_set **ret_set,
                        struct error *err)
{
    struct procedure_set *set = calloc(1, sizeof *set);
    if (set == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    struct error none = {ERROR_NONE, ""};
    bool read = procedures_each(record, at, note_rule, set, &none);
    if (!read || set->no_memory || !sort_phrases(set)) {
        procedure_set_free(set);
        return read ? error_set(err, ERROR_LATER, "out of memory")
                    : error_set(err, none.code, "%s", none.text);
    }
    *ret_set = set;
    return true;
}

void procedure_set_free(struct procedure_set *set)
{
    if (set == NULL)
        return;
    free(set->rule);
    free(set->phrase);
    free(set);
}

/* The last phrase that does not come behind `text`: whatever `text` begins with is this one, or
 * one of those that this one begins with. */
static const struct phrase *last_before(const struct procedure_set *set, const char *text)
{
    size_t low = 0, high = set->phrases;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strcmp(set->phrase[middle].words, text) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : &set->phrase[low - 1];
}

static bool goes_before(const struct phrase *one, const struct phrase *best)
{
    return best == NULL || one->weight > best->weight ||
           (one->weight == best->weight && one->of->id < best->of->id);
}

const struct procedure *procedure_set_match(const struct procedure_set *set, const char *folded)
{
    const struct phrase *best = NULL;
    for (const char *at = folded; at != NULL && *at != '\0';) {
        for (const struct phrase *one = last_before(set, at); one != NULL; one = one->within) {
            size_t n = strlen(one->words);
            if (begins_with(at, one->words) && (at[n] == '\0' || at[n] == ' ') &&
                goes_before(one, best))
                best = one;
        }
        at = strchr(at, ' ');
        at = at == NULL ? NULL : at + 1;
    }
    return best == NULL ? NULL : best->of;
}
