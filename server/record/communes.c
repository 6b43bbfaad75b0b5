#include "server/record/communes.h"

#include <stdio.h>
#include <string.h>

#include "server/delivery/rules.h"
#include "server/record/inside.h"

#define COLUMNS                                                                                    \
    "code, kind, name, folded, district, district_folded, postal_code, successor, from_ms, to_ms"
/* From 1/7/2025 there are communes and no districts [domain.md section 3]. */
#define SINCE "2025-07-01"

static const struct built_in {
    uint32_t code;
    const char *kind, *name, *folded;
    uint32_t postal_code;
} built_in[] = {
#define PHUONG "phường"
#define XA "xã"
#define COMMUNE(code, KIND, name, folded, postal_code) {code, KIND, name, folded, postal_code},
#include "server/delivery/communes.def"
#undef COMMUNE
#undef PHUONG
#undef XA
};

/* ------------------------------------------------------------------ rows */

static void copy(const char *from, char *to, size_t size)
{
    (void)snprintf(to, size, "%s", from);
}

static void read_row(struct stmt *stmt, struct commune *commune)
{
    *commune = (struct commune){.code = (uint32_t)stmt_col_int(stmt, 0),
                                .postal_code = (uint32_t)stmt_col_int(stmt, 6),
                                .successor = (uint32_t)stmt_col_int(stmt, 7),
                                .from = {stmt_col_int(stmt, 8)},
                                .to = {stmt_col_int(stmt, 9)}};
    copy(stmt_col_text(stmt, 1), commune->kind, sizeof commune->kind);
    copy(stmt_col_text(stmt, 2), commune->name, sizeof commune->name);
    copy(stmt_col_text(stmt, 3), commune->folded, sizeof commune->folded);
    copy(stmt_col_text(stmt, 4), commune->district, sizeof commune->district);
    copy(stmt_col_text(stmt, 5), commune->district_folded, sizeof commune->district_folded);
}

static bool put_row(struct record *record, const struct commune *commune, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO commune(" COLUMNS ")"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, commune->code);
    stmt_text(stmt, 2, commune->kind);
    stmt_text(stmt, 3, commune->name);
    stmt_text(stmt, 4, commune->folded);
    stmt_text(stmt, 5, commune->district);
    stmt_text(stmt, 6, commune->district_folded);
    stmt_int(stmt, 7, commune->postal_code);
    stmt_int(stmt, 8, commune->successor);
    stmt_int(stmt, 9, commune->from.ms);
    stmt_int(stmt, 10, commune->to.ms);
    return stmt_done(stmt, err) || error_add(err, "%s", commune->name);
}

/* ------------------------------------------------------------------ loading */

bool communes_replace(struct record *record, const struct commune *communes, size_t n,
                      struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM commune", &stmt, err) || !stmt_done(stmt, err))
        return error_add(err, "communes");
    for (size_t i = 0; i < n; i++)
        if (!put_row(record, &communes[i], err))
            return error_add(err, "communes");
    fact->event = EVENT_COMMUNES_LOADED;
    fact->count = (uint32_t)n;
    return record_office_add(record, fact, NULL, err);
}

static bool any_row(struct record *record, bool *ret_any, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT 1 FROM commune LIMIT 1", &stmt, err) ||
        !step_maybe(stmt, ret_any, err))
        return error_add(err, "communes");
    if (*ret_any)
        stmt_reset(stmt);
    return true;
}

bool communes_seed(struct record *record, struct error *err)
{
    bool any;
    int64_t day = 0;
    if (!any_row(record, &any, err) || !day_read(SINCE, &day, err))
        return false;
    for (size_t i = 0; !any && i < sizeof built_in / sizeof *built_in; i++) {
        struct commune commune = {.code = built_in[i].code,
                                  .postal_code = built_in[i].postal_code,
                                  .from = day_minute(day, 0)};
        copy(built_in[i].kind, commune.kind, sizeof commune.kind);
        copy(built_in[i].name, commune.name, sizeof commune.name);
        copy(built_in[i].folded, commune.folded, sizeof commune.folded);
        if (!put_row(record, &commune, err))
            return error_add(err, "communes");
    }
    return true;
}

/* ------------------------------------------------------------------ asking */

static bool tell_each(struct stmt *stmt, bool (*each)(void *ctx, const struct commune *commune),
                      void *ctx, struct error *err)
{
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct commune commune;
        read_row(stmt, &commune);
        if (!each(ctx, &commune))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the communes");
    stmt_reset(stmt);
    return true;
}

#define IN_FORCE "from_ms <= ?1 AND (to_ms = 0 OR to_ms > ?1)"

bool communes_each(struct record *record, struct instant at,
                   bool (*each)(void *ctx, const struct commune *commune), void *ctx,
                   struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM commune WHERE " IN_FORCE " ORDER BY code, id", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, at.ms);
    return tell_each(stmt, each, ctx, err);
}

bool commune_get(struct record *record, uint32_t code, struct instant at,
                 struct commune *ret_commune, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM commune WHERE " IN_FORCE
                    " AND code = ?2 ORDER BY id LIMIT 1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, at.ms);
    stmt_int(stmt, 2, code);
    if (!step_row(stmt, "commune", err))
        return false;
    read_row(stmt, ret_commune);
    stmt_reset(stmt);
    return true;
}

/* An old unit leads to what its area lies in, through several reorganisations if need be; what
 * leads in a circle ends at the eighth. */
bool communes_find(struct record *record, const char *folded, const char *district_folded,
                   struct instant at, bool (*each)(void *ctx, const struct commune *commune),
                   void *ctx, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "WITH RECURSIVE lead(id, hop) AS ("
                    " SELECT id, 0 FROM commune WHERE folded = ?2 AND"
                    " (?3 = '' OR district_folded = ?3)"
                    " UNION SELECT next.id, lead.hop + 1 FROM lead"
                    " JOIN commune AS old ON old.id = lead.id"
                    " JOIN commune AS next ON next.code = old.successor"
                    " WHERE old.successor <> 0 AND old.to_ms <> 0 AND old.to_ms <= ?1"
                    " AND lead.hop < 8)"
                    " SELECT DISTINCT " COLUMNS " FROM commune JOIN lead USING(id)"
                    " WHERE " IN_FORCE " ORDER BY code",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, at.ms);
    stmt_text(stmt, 2, folded);
    stmt_text(stmt, 3, district_folded);
    return tell_each(stmt, each, ctx, err);
}
