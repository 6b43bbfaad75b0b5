#include "server/record/second.h"

#include <string.h>

#include "server/record/inside.h"
#include "server/record/people.h"

bool second_find(struct record *record, int64_t person, struct second *ret_second,
                 struct error *err)
{
    struct stmt *stmt;
    struct second second = {.closed_n = 0};
    if (!db_prepare(record->db,
                    "SELECT secret, step, since_ms,"
                    " (SELECT count(*) FROM person_code WHERE person = ?1 AND used_ms = 0)"
                    " FROM person_second WHERE person = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    if (!step_row(stmt, "second factor", err))
        return false;
    const void *closed = stmt_col_blob(stmt, 0, &second.closed_n);
    bool fits = second.closed_n <= sizeof second.closed;
    if (fits)
        memcpy(second.closed, closed, second.closed_n);
    second.step = stmt_col_u64(stmt, 1);
    second.since.ms = stmt_col_int(stmt, 2);
    second.codes_left = (uint32_t)stmt_col_int(stmt, 3);
    stmt_reset(stmt);
    if (!fits)
        return error_set(err, ERROR_BROKEN, "second factor: %zu bytes", second.closed_n);
    *ret_second = second;
    return true;
}

static bool delete_of(struct record *record, const char *sql, int64_t person, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    return stmt_done(stmt, err);
}

bool second_set_codes(struct record *record, int64_t person,
                      const struct second_hash codes[SECOND_CODES], struct error *err)
{
    if (!delete_of(record, "DELETE FROM person_code WHERE person = ?1", person, err))
        return false;
    for (size_t i = 0; i < SECOND_CODES; i++) {
        struct stmt *stmt;
        if (!db_prepare(record->db,
                        "INSERT INTO person_code(person, hash, used_ms) VALUES(?1, ?2, 0)", &stmt,
                        err))
            return false;
        stmt_int(stmt, 1, person);
        stmt_blob(stmt, 2, codes[i].bytes, sizeof codes[i].bytes);
        if (!stmt_done(stmt, err))
            return error_add(err, "recovery codes");
    }
    return true;
}

bool second_set(struct record *record, int64_t person, const struct second *second,
                const struct second_hash codes[SECOND_CODES], struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO person_second(person, secret, step, since_ms)"
                    " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(person) DO UPDATE"
                    " SET secret = ?2, step = ?3, since_ms = ?4",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    stmt_blob(stmt, 2, second->closed, second->closed_n);
    stmt_u64(stmt, 3, second->step);
    stmt_int(stmt, 4, record_now(record).ms);
    return (stmt_done(stmt, err) && second_set_codes(record, person, codes, err) &&
            logins_end(record, person, err)) ||
           error_add(err, "cannot set a second factor");
}

/* Writers are one, so nobody takes the same step between the question and the answer. */
bool second_take_step(struct record *record, int64_t person, uint64_t step, struct error *err)
{
    struct second second = {.step = 0};
    struct stmt *stmt;
    if (!second_find(record, person, &second, err))
        return false;
    if (step <= second.step)
        return error_set(err, ERROR_REFUSED, "this code was used already");
    if (!db_prepare(record->db, "UPDATE person_second SET step = ?2 WHERE person = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    stmt_u64(stmt, 2, step);
    return stmt_done(stmt, err);
}

bool second_take_code(struct record *record, int64_t person, const struct second_hash *code,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT rowid FROM person_code WHERE person = ?1 AND hash = ?2 AND used_ms = 0",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    stmt_blob(stmt, 2, code->bytes, sizeof code->bytes);
    if (!step_row(stmt, "recovery code", err))
        return false;
    int64_t row = stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    if (!db_prepare(record->db, "UPDATE person_code SET used_ms = ?2 WHERE rowid = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, row);
    stmt_int(stmt, 2, record_now(record).ms);
    return stmt_done(stmt, err);
}

bool second_drop(struct record *record, int64_t person, struct error *err)
{
    return (delete_of(record, "DELETE FROM person_second WHERE person = ?1", person, err) &&
            delete_of(record, "DELETE FROM person_code WHERE person = ?1", person, err) &&
            logins_end(record, person, err)) ||
           error_add(err, "cannot drop a second factor");
}
