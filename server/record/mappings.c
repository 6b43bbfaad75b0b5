#include "server/record/mappings.h"

#include <stdio.h>

#include "server/record/inside.h"

bool mapping_put(struct record *record, uint32_t office, const struct mapping *mapping,
                 struct error *err)
{
    struct stmt *stmt;
    bool gone = *mapping->name == '\0';
    const char *sql = gone ? "DELETE FROM mapping WHERE office = ?1 AND key = ?2"
                           : "INSERT INTO mapping(office, key, name, folded) VALUES(?1, ?2, "
                             "?3, ?4)"
                             " ON CONFLICT(office, key) DO UPDATE SET name = ?3, folded = ?4";
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_int(stmt, 1, office);
    stmt_text(stmt, 2, mapping->key);
    if (!gone) {
        stmt_text(stmt, 3, mapping->name);
        stmt_text(stmt, 4, mapping->folded);
    }
    return stmt_done(stmt, err) || error_add(err, "column %s", mapping->key);
}

bool mappings_each(struct record *record, uint32_t office,
                   bool (*each)(void *ctx, const struct mapping *mapping), void *ctx,
                   struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db,
                    "SELECT key, name, folded FROM mapping WHERE office = ?1 "
                    "ORDER BY key",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, office);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct mapping mapping;
        (void)snprintf(mapping.key, sizeof mapping.key, "%s", stmt_col_text(stmt, 0));
        (void)snprintf(mapping.name, sizeof mapping.name, "%s", stmt_col_text(stmt, 1));
        (void)snprintf(mapping.folded, sizeof mapping.folded, "%s", stmt_col_text(stmt, 2));
        if (!each(ctx, &mapping))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read an office's columns");
    stmt_reset(stmt);
    return true;
}
