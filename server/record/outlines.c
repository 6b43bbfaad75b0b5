#include "server/record/outlines.h"

#include "server/record/inside.h"

static bool put_row(struct record *record, const struct outline *outline, uint64_t version,
                    struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "INSERT INTO outline(code, version, shape) VALUES(?1, ?2, ?3)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, outline->code);
    stmt_u64(stmt, 2, version);
    stmt_text(stmt, 3, outline->shape);
    return stmt_done(stmt, err) || error_add(err, "%05u", (unsigned)outline->code);
}

bool outlines_replace(struct record *record, const struct outline *outlines, size_t n,
                      struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    fact->event = EVENT_OUTLINES_LOADED;
    fact->count = (uint32_t)n;
    if (!db_prepare(record->db, "DELETE FROM outline", &stmt, err) || !stmt_done(stmt, err) ||
        !record_office_add(record, fact, NULL, err))
        return error_add(err, "outlines");
    for (size_t i = 0; i < n; i++)
        if (!put_row(record, &outlines[i], fact->seq, err))
            return error_add(err, "outlines");
    return true;
}

bool outlines_each(struct record *record, bool (*each)(void *ctx, const struct outline *outline),
                   void *ctx, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db, "SELECT code, shape FROM outline ORDER BY code", &stmt, err))
        return false;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct outline outline = {(uint32_t)stmt_col_int(stmt, 0), stmt_col_text(stmt, 1)};
        if (!each(ctx, &outline))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the outlines");
    stmt_reset(stmt);
    return true;
}

bool outlines_one(struct record *record, uint32_t code,
                  bool (*each)(void *ctx, const struct outline *outline), void *ctx,
                  struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT shape FROM outline WHERE code = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, code);
    enum db_step step = stmt_step(stmt, err);
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the outline of %05u", (unsigned)code);
    struct outline outline = {code, NULL};
    if (step == DB_STEP_ROW) {
        outline.shape = stmt_col_text(stmt, 0);
        (void)each(ctx, &outline);
    }
    stmt_reset(stmt);
    return true;
}

bool outlines_version(struct record *record, uint64_t *ret_version, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT coalesce(max(version), 0) FROM outline", &stmt, err) ||
        !step_row(stmt, "outlines", err))
        return false;
    *ret_version = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}
