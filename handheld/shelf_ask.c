/* shelf_ask.c - running a statement: prepared once, bound, stepped, its columns read; and what a
 * failure of the engine means. */
#include "handheld/shelf_inside.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <string.h>

static const char *const queries[Q_COUNT] = {
#define Q(name, sql) [Q_##name] = (sql),
#include "handheld/shelf_queries.def"
#undef Q
};

bool shelf_failed(struct shelf *shelf, const char *doing, struct error *err)
{
    int code = sqlite3_errcode(shelf->db) & 0xff;
    const char *what = sqlite3_errmsg(shelf->db);
    switch (code) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* a table that is not there, a statement that does not fit: not our file */
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
        return error_set(err, ERROR_BROKEN, "outbox: %s: %s", doing, what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return error_set(err, ERROR_REFUSED, "outbox: another program has it open");
    default:
        return error_set(err, ERROR_LATER, "outbox: %s: %s", doing, what);
    }
}

bool shelf_lacks_memory(const struct shelf *shelf)
{
    return (sqlite3_errcode(shelf->db) & 0xff) == SQLITE_NOMEM;
}

/* ------------------------------------------------------------------ running a statement */

bool shelf_ask(struct shelf *shelf, enum query query, struct error *err, const char *types, ...)
{
    sqlite3_stmt **s = &shelf->statement[query];
    if (*s == NULL && sqlite3_prepare_v3(shelf->db, queries[query], -1, SQLITE_PREPARE_PERSISTENT,
                                         s, NULL) != SQLITE_OK)
        return shelf_failed(shelf, "prepare", err);
    va_list args;
    va_start(args, types);
    int rc = SQLITE_OK;
    for (int i = 1; types[i - 1] != '\0' && rc == SQLITE_OK; i++) {
        if (types[i - 1] == 'i') {
            rc = sqlite3_bind_int64(*s, i, va_arg(args, int64_t));
        } else if (types[i - 1] == 't') {
            rc = sqlite3_bind_text(*s, i, va_arg(args, const char *), -1, SQLITE_STATIC);
        } else {
            const void *bytes = va_arg(args, const void *);
            rc = sqlite3_bind_blob(*s, i, bytes, (int)va_arg(args, size_t), SQLITE_STATIC);
        }
    }
    va_end(args);
    return rc == SQLITE_OK || shelf_failed(shelf, "bind", err);
}

void shelf_rest(struct shelf *shelf, enum query query)
{
    sqlite3_reset(shelf->statement[query]);
}

bool shelf_step(struct shelf *shelf, enum query query, bool *ret_row, struct error *err)
{
    int rc = sqlite3_step(shelf->statement[query]);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return true;
    }
    if (rc == SQLITE_DONE)
        *ret_row = false;
    else
        shelf_failed(shelf, "step", err);
    shelf_rest(shelf, query);
    return rc == SQLITE_DONE;
}

bool shelf_finish(struct shelf *shelf, enum query query, struct error *err)
{
    bool row;
    if (!shelf_step(shelf, query, &row, err))
        return false;
    invariant(!row);
    return true;
}

bool shelf_found(struct shelf *shelf, enum query query, struct error *err)
{
    bool row;
    if (!shelf_step(shelf, query, &row, err))
        return false;
    return row || error_set(err, ERROR_NOT_FOUND, "outbox: no such row");
}

bool shelf_one_number(struct shelf *shelf, enum query query, uint64_t none, uint64_t *ret_number,
                      struct error *err)
{
    bool row;
    if (!shelf_step(shelf, query, &row, err))
        return false;
    *ret_number = row ? (uint64_t)shelf_column_int(shelf, query, 0) : none;
    if (row)
        shelf_rest(shelf, query);
    return true;
}

int64_t shelf_column_int(struct shelf *shelf, enum query query, int i)
{
    return sqlite3_column_int64(shelf->statement[query], i);
}

size_t shelf_column_blob(struct shelf *shelf, enum query query, int i, void *out, size_t size)
{
    const void *bytes = sqlite3_column_blob(shelf->statement[query], i);
    size_t n = (size_t)sqlite3_column_bytes(shelf->statement[query], i);
    if (bytes == NULL || n > size)
        return 0;
    memcpy(out, bytes, n);
    return n;
}

struct link shelf_column_link(struct shelf *shelf, enum query query, int i)
{
    struct link link = {{0}}, none = {{0}};
    size_t n = shelf_column_blob(shelf, query, i, link.bytes, sizeof link.bytes);
    return n == sizeof link.bytes ? link : none;
}
