#include "server/record/imports.h"

#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

bool import_put(struct record *record, const struct import_report *report, const char *lines,
                struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO import(id, at_ms, file, rows, added, present, changed, refused,"
                    " warned, skipped, lines) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, report->id);
    stmt_int(stmt, 2, report->at.ms);
    stmt_text(stmt, 3, report->file);
    const uint32_t counts[] = {report->rows,    report->added,  report->present, report->changed,
                               report->refused, report->warned, report->skipped};
    for (int i = 0; i < 7; i++)
        stmt_int(stmt, 4 + i, counts[i]);
    stmt_text(stmt, 11, lines);
    return stmt_done(stmt, err) || error_add(err, "cannot keep the report of an import");
}

bool import_last(struct record *record, struct import_report *ret_report, char **new_lines,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT id, at_ms, file, rows, added, present, changed, refused, warned,"
                    " skipped, lines FROM import ORDER BY id DESC LIMIT 1",
                    &stmt, err) ||
        !step_row(stmt, "import", err))
        return false;
    struct import_report report = {.id = stmt_col_u64(stmt, 0), .at = {stmt_col_int(stmt, 1)}};
    strncpy(report.file, stmt_col_text(stmt, 2), sizeof report.file - 1);
    uint32_t *const counts[] = {&report.rows,    &report.added,  &report.present, &report.changed,
                                &report.refused, &report.warned, &report.skipped};
    for (int i = 0; i < 7; i++)
        *counts[i] = (uint32_t)stmt_col_int(stmt, 3 + i);
    char *lines = strdup(stmt_col_text(stmt, 10));
    stmt_reset(stmt);
    if (!lines)
        return error_set(err, ERROR_LATER, "out of memory");
    *ret_report = report;
    *new_lines = lines;
    return true;
}
