/* census.c - what a record holds, asked of indexes and small tables: no blob is read. */
#include "server/record/inside.h"

static bool count(struct record *record, const char *sql, uint64_t *ret_n, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err) || !step_row(stmt, "census", err))
        return false;
    *ret_n = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

/* Tables that came with a later layout than the record has are not asked. */
static bool count_since(struct record *record, uint64_t layout, uint64_t since, const char *sql,
                        uint64_t *ret_n, struct error *err)
{
    if (layout < since) {
        *ret_n = 0;
        return true;
    }
    return count(record, sql, ret_n, err);
}

bool record_census(struct record *record, struct record_census *ret_census, struct error *err)
{
    struct record_census census = {.generation = record->generation,
                                   .generation_serial = record->generation_serial,
                                   .office_facts = record->head.seq,
                                   .office_head = record->head.link};
    uint64_t layout;
    if (!schema_version(record->db, &layout, err) ||
        !count(record, "SELECT coalesce(max(id), 0) FROM batch", &census.batches, err) ||
        !count(record, "SELECT count(*) FROM epoch", &census.epochs, err) ||
        !count(record, "SELECT coalesce(sum(through), 0) FROM epoch", &census.through, err) ||
        !count(record, "SELECT count(*) FROM device", &census.devices, err) ||
        !count(record, "SELECT coalesce(max(id), 0) FROM set_aside", &census.set_aside, err) ||
        !count_since(record, layout, 2, "SELECT count(*) FROM person", &census.people, err) ||
        !count_since(record, layout, 5, "SELECT count(*) FROM attached WHERE stand = 1",
                     &census.attachments, err))
        return error_add(err, "census");
    census.layout = layout;
    *ret_census = census;
    return true;
}
