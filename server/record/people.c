#include "server/record/people.h"

#include <string.h>

#include "server/record/inside.h"

#define PERSON_COLUMNS "SELECT id, name, hash, must_change, failed, locked_until_ms FROM person "

bool person_add(struct record *record, const char *name, const char *hash, bool must_change,
                struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO person(name, hash, must_change, failed, locked_until_ms)"
                    " VALUES(?1, ?2, ?3, 0, 0)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, name);
    stmt_text(stmt, 2, hash);
    stmt_int(stmt, 3, must_change);
    return stmt_done(stmt, err) || error_add(err, "cannot add a person");
}

static bool one_person(struct stmt *stmt, struct person *ret_person, struct error *err)
{
    if (!step_row(stmt, "person", err))
        return false;
    struct person person = {
        .id = stmt_col_int(stmt, 0),
        .must_change = stmt_col_int(stmt, 3) != 0,
        .failed = (uint32_t)stmt_col_int(stmt, 4),
        .locked_until = {stmt_col_int(stmt, 5)},
    };
    strncpy(person.name, stmt_col_text(stmt, 1), sizeof person.name - 1);
    strncpy(person.hash, stmt_col_text(stmt, 2), sizeof person.hash - 1);
    stmt_reset(stmt);
    *ret_person = person;
    return true;
}

bool person_find(struct record *record, const char *name, struct person *ret_person,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, PERSON_COLUMNS "WHERE name = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, name);
    return one_person(stmt, ret_person, err);
}

bool person_get(struct record *record, int64_t id, struct person *ret_person, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, PERSON_COLUMNS "WHERE id = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    return one_person(stmt, ret_person, err);
}

static bool set_failed(struct record *record, int64_t id, uint32_t failed, int64_t locked_until_ms,
                       struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE person SET failed = ?2, locked_until_ms = ?3 WHERE id = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    stmt_int(stmt, 2, failed);
    stmt_int(stmt, 3, locked_until_ms);
    return stmt_done(stmt, err);
}

bool person_failed(struct record *record, int64_t id, struct error *err)
{
    struct person person;
    if (!person_get(record, id, &person, err))
        return false;
    if (person.failed + 1 < PERSON_TRIES)
        return set_failed(record, id, person.failed + 1, person.locked_until.ms, err);
    return set_failed(record, id, 0, record_now(record).ms + PERSON_LOCK_MS, err);
}

bool person_set_password(struct record *record, int64_t id, const char *hash, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE person SET hash = ?2, must_change = 0 WHERE id = ?1", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, id);
    stmt_text(stmt, 2, hash);
    if (!stmt_done(stmt, err) ||
        !db_prepare(record->db, "DELETE FROM login WHERE person = ?1", &stmt, err))
        return error_add(err, "cannot set a password");
    stmt_int(stmt, 1, id);
    return stmt_done(stmt, err);
}

/* ------------------------------------------------------------------ logins */

static bool purge(struct record *record, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM login WHERE until_ms <= ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, record_now(record).ms);
    return stmt_done(stmt, err);
}

bool login_add(struct record *record, const struct link *token_hash, int64_t person,
               struct error *err)
{
    struct stmt *stmt;
    if (!purge(record, err) || !set_failed(record, person, 0, 0, err) ||
        !db_prepare(record->db,
                    "INSERT INTO login(token_hash, person, until_ms) VALUES(?1, ?2, ?3)", &stmt,
                    err))
        return error_add(err, "cannot log in");
    stmt_blob(stmt, 1, token_hash->bytes, sizeof token_hash->bytes);
    stmt_int(stmt, 2, person);
    stmt_int(stmt, 3, record_now(record).ms + LOGIN_LIFE_MS);
    return stmt_done(stmt, err) || error_add(err, "cannot log in");
}

bool login_find(struct record *record, const struct link *token_hash, struct instant now,
                struct login *ret_login, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT person, until_ms FROM login WHERE token_hash = ?1 AND until_ms > ?2",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, token_hash->bytes, sizeof token_hash->bytes);
    stmt_int(stmt, 2, now.ms);
    if (!step_row(stmt, "login", err))
        return false;
    *ret_login = (struct login){stmt_col_int(stmt, 0), {stmt_col_int(stmt, 1)}};
    stmt_reset(stmt);
    return true;
}

bool login_end(struct record *record, const struct link *token_hash, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM login WHERE token_hash = ?1", &stmt, err))
        return false;
    stmt_blob(stmt, 1, token_hash->bytes, sizeof token_hash->bytes);
    return stmt_done(stmt, err);
}
