#include "server/record/people.h"

#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ roles and rights */

static const struct role_info roles[] = {
#define ROLE(KEY, wire, key, vi, en) {ROLE_##KEY, key, vi, en},
#include "server/record/rights.def"
};
#define ROLES (sizeof roles / sizeof *roles)

/* Bits of roles, by the names the table uses. */
enum {
#define ROLE(KEY, wire, key, vi, en) KEY = 1 << (wire),
#include "server/record/rights.def"
};

static const struct {
    const char *key;
    unsigned roles;
} rights[RIGHTS] = {
#define RIGHT(KEY, key, roles, what) [RIGHT_##KEY] = {key, roles},
#include "server/record/rights.def"
};

const struct role_info *role_row(size_t i)
{
    return i < ROLES ? &roles[i] : NULL;
}

const struct role_info *role_named(const char *key)
{
    for (size_t i = 0; i < ROLES; i++)
        if (strcmp(roles[i].key, key) == 0)
            return &roles[i];
    return NULL;
}

const struct role_info *role_info(enum role role)
{
    for (size_t i = 0; i < ROLES; i++)
        if (roles[i].role == role)
            return &roles[i];
    return NULL;
}

const char *right_key(enum right right)
{
    return rights[right].key;
}

bool role_may(enum role role, enum right right)
{
    return role_info(role) != NULL && (rights[right].roles & 1u << role) != 0;
}

bool person_may(const struct person *person, enum right right)
{
    return !person->disabled && role_may(person->role, right);
}

bool person_sees(const struct person *person, uint32_t office)
{
    for (size_t i = 0; i < person->offices_n; i++)
        if (person->offices[i] == office)
            return true;
    return person->offices_n == 0;
}

/* ------------------------------------------------------------------ people */

#define PERSON_COLUMNS                                                                             \
    "SELECT id, name, hash, must_change, failed, locked_until_ms, role, disabled,"                 \
    " EXISTS(SELECT 1 FROM person_second WHERE person = person.id) FROM person "

static bool put_offices(struct record *record, int64_t id, const struct person *person,
                        struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM person_office WHERE person = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    if (!stmt_done(stmt, err))
        return false;
    for (size_t i = 0; i < person->offices_n; i++) {
        if (!db_prepare(record->db,
                        "INSERT OR IGNORE INTO person_office(person, office) VALUES(?1, ?2)", &stmt,
                        err))
            return false;
        stmt_int(stmt, 1, id);
        stmt_int(stmt, 2, person->offices[i]);
        if (!stmt_done(stmt, err))
            return false;
    }
    return true;
}

bool person_add(struct record *record, const struct person *person, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO person(name, hash, must_change, failed, locked_until_ms, role,"
                    " disabled) VALUES(?1, ?2, ?3, 0, 0, ?4, ?5)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, person->name);
    stmt_text(stmt, 2, person->hash);
    stmt_int(stmt, 3, person->must_change);
    stmt_int(stmt, 4, person->role);
    stmt_int(stmt, 5, person->disabled);
    if (!stmt_done(stmt, err))
        return error_add(err, "cannot add a person");
    struct person added;
    return person_find(record, person->name, &added, err) &&
           put_offices(record, added.id, person, err);
}

static void read_person(struct stmt *stmt, struct person *ret_person)
{
    *ret_person = (struct person){
        .id = stmt_col_int(stmt, 0),
        .must_change = stmt_col_int(stmt, 3) != 0,
        .failed = (uint32_t)stmt_col_int(stmt, 4),
        .locked_until = {stmt_col_int(stmt, 5)},
        .role = (enum role)stmt_col_int(stmt, 6),
        .disabled = stmt_col_int(stmt, 7) != 0,
        .second = stmt_col_int(stmt, 8) != 0,
    };
    strncpy(ret_person->name, stmt_col_text(stmt, 1), sizeof ret_person->name - 1);
    strncpy(ret_person->hash, stmt_col_text(stmt, 2), sizeof ret_person->hash - 1);
}

/* A person bound to more offices than there is room for sees fewer, never more. */
static bool read_offices(struct record *record, struct person *person, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db,
                    "SELECT office FROM person_office WHERE person = ?1 ORDER BY office", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, person->id);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW)
        if (person->offices_n < PERSON_OFFICES_MAX)
            person->offices[person->offices_n++] = (uint32_t)stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return step == DB_STEP_DONE;
}

static bool one_person(struct record *record, struct stmt *stmt, struct person *ret_person,
                       struct error *err)
{
    struct person person;
    if (!step_row(stmt, "person", err))
        return false;
    read_person(stmt, &person);
    stmt_reset(stmt);
    if (!read_offices(record, &person, err))
        return false;
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
    return one_person(record, stmt, ret_person, err);
}

bool person_get(struct record *record, int64_t id, struct person *ret_person, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, PERSON_COLUMNS "WHERE id = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    return one_person(record, stmt, ret_person, err);
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

bool logins_end(struct record *record, int64_t person, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM login WHERE person = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    return stmt_done(stmt, err);
}

bool person_set_password(struct record *record, int64_t id, const char *hash, bool must_change,
                         struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE person SET hash = ?2, must_change = ?3 WHERE id = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    stmt_text(stmt, 2, hash);
    stmt_int(stmt, 3, must_change);
    return (stmt_done(stmt, err) && logins_end(record, id, err)) ||
           error_add(err, "cannot set a password");
}

bool person_change(struct record *record, const struct person *person, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE person SET role = ?2, disabled = ?3 WHERE id = ?1", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, person->id);
    stmt_int(stmt, 2, person->role);
    stmt_int(stmt, 3, person->disabled);
    return (stmt_done(stmt, err) && put_offices(record, person->id, person, err) &&
            logins_end(record, person->id, err)) ||
           error_add(err, "cannot change a person");
}

/* One at a time: `each` may ask the record too. */
bool people_each(struct record *record, bool (*each)(void *ctx, const struct person *person),
                 void *ctx, struct error *err)
{
    struct person person;
    char name[PERSON_NAME_MAX + 1] = "";
    for (bool more = true; more;) {
        struct stmt *stmt;
        bool row;
        if (!db_prepare(record->db, PERSON_COLUMNS "WHERE name > ?1 ORDER BY name LIMIT 1", &stmt,
                        err))
            return false;
        stmt_text(stmt, 1, name);
        if (!step_maybe(stmt, &row, err))
            return false;
        if (!row)
            return true;
        read_person(stmt, &person);
        stmt_reset(stmt);
        if (!read_offices(record, &person, err))
            return false;
        memcpy(name, person.name, sizeof name);
        more = each(ctx, &person);
    }
    return true;
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

static bool add_login(struct record *record, const struct link *token_hash, int64_t person,
                      bool half, struct error *err)
{
    struct stmt *stmt;
    if (!purge(record, err) ||
        !db_prepare(record->db,
                    "INSERT INTO login(token_hash, person, until_ms, half) VALUES(?1, ?2, ?3, ?4)",
                    &stmt, err))
        return error_add(err, "cannot log in");
    stmt_blob(stmt, 1, token_hash->bytes, sizeof token_hash->bytes);
    stmt_int(stmt, 2, person);
    stmt_int(stmt, 3, record_now(record).ms + (half ? LOGIN_HALF_MS : LOGIN_LIFE_MS));
    stmt_int(stmt, 4, half);
    return stmt_done(stmt, err) || error_add(err, "cannot log in");
}

bool login_add(struct record *record, const struct link *token_hash, int64_t person,
               struct error *err)
{
    return set_failed(record, person, 0, 0, err) &&
           add_login(record, token_hash, person, false, err);
}

bool login_add_half(struct record *record, const struct link *token_hash, int64_t person,
                    struct error *err)
{
    return add_login(record, token_hash, person, true, err);
}

static bool find_login(struct record *record, const struct link *token_hash, struct instant now,
                       bool half, struct login *ret_login, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT person, until_ms FROM login"
                    " WHERE token_hash = ?1 AND until_ms > ?2 AND half = ?3",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, token_hash->bytes, sizeof token_hash->bytes);
    stmt_int(stmt, 2, now.ms);
    stmt_int(stmt, 3, half);
    if (!step_row(stmt, "login", err))
        return false;
    *ret_login = (struct login){stmt_col_int(stmt, 0), {stmt_col_int(stmt, 1)}};
    stmt_reset(stmt);
    return true;
}

bool login_find(struct record *record, const struct link *token_hash, struct instant now,
                struct login *ret_login, struct error *err)
{
    return find_login(record, token_hash, now, false, ret_login, err);
}

bool login_find_half(struct record *record, const struct link *token_hash, struct instant now,
                     struct login *ret_login, struct error *err)
{
    return find_login(record, token_hash, now, true, ret_login, err);
}

bool login_end(struct record *record, const struct link *token_hash, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM login WHERE token_hash = ?1", &stmt, err))
        return false;
    stmt_blob(stmt, 1, token_hash->bytes, sizeof token_hash->bytes);
    return stmt_done(stmt, err);
}
