#include "server/record/procedures.h"

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

struct match {
    const char *folded;
    struct procedure best;
    size_t best_n;
};

static bool stands_in(const char *words, const char *folded)
{
    size_t n = strlen(words);
    for (const char *at = folded; (at = strstr(at, words)) != NULL; at++)
        if ((at == folded || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
            return true;
    return false;
}

static bool match_one(void *ctx, const struct procedure *procedure)
{
    struct match *match = ctx;
    bool by_code = *procedure->code && stands_in(procedure->code, match->folded);
    size_t n = by_code ? PROCEDURE_NAME_MAX : strlen(procedure->folded);
    if (n > match->best_n && (by_code || stands_in(procedure->folded, match->folded))) {
        match->best = *procedure;
        match->best_n = n;
    }
    return true;
}

bool procedure_match(struct record *record, const char *folded, struct instant at,
                     struct procedure *ret_procedure, struct error *err)
{
    struct match match = {.folded = folded};
    if (!procedures_each(record, at, match_one, &match, err))
        return false;
    if (match.best_n == 0)
        return error_set(err, ERROR_NOT_FOUND, "no rule about this procedure");
    *ret_procedure = match.best;
    return true;
}
