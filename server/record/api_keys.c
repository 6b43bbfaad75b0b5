#include "server/record/api_keys.h"

#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

static const struct scope_info scopes[] = {
#define SCOPE(KEY, bit, key, vi, what) {SCOPE_##KEY, key, vi, what},
#include "server/record/scopes.def"
#undef SCOPE
};
#define SCOPES (sizeof scopes / sizeof *scopes)

const struct scope_info *scope_row(size_t i)
{
    return i < SCOPES ? &scopes[i] : NULL;
}

const struct scope_info *scope_named(const char *key)
{
    for (size_t i = 0; i < SCOPES; i++)
        if (strcmp(scopes[i].key, key) == 0)
            return &scopes[i];
    return NULL;
}

const char *scope_key(enum scope scope)
{
    for (size_t i = 0; i < SCOPES; i++)
        if (scopes[i].scope == scope)
            return scopes[i].key;
    return "none";
}

/* ------------------------------------------------------------------ giving out, revoking */

/* The person behind the key, new or as changed; `ret_id` is its. */
static bool put_person(struct record *record, const struct api_key *key, int64_t *ret_id,
                       struct error *err)
{
    struct person person = key->person, known;
    struct error why = {ERROR_NONE, ""};
    person.role = ROLE_KEY;
    person.disabled = false;
    person.hash[0] = '\0'; /* no password is its */
    if (!person_find(record, person.name, &known, &why)) {
        if (why.code != ERROR_NOT_FOUND)
            return error_set(err, why.code, "%s", why.text);
        if (!person_add(record, &person, err) || !person_find(record, person.name, &known, err))
            return false;
    } else if (known.role != ROLE_KEY) {
        return error_set(err, ERROR_REPEATED, "«%s»: tên của một người. / a person has this name",
                         person.name);
    } else {
        person.id = known.id;
        if (!person_change(record, &person, err))
            return false;
    }
    *ret_id = known.id;
    return true;
}

bool api_key_put(struct record *record, const struct api_key *key, const struct link *secret_hash,
                 struct error *err)
{
    struct stmt *stmt;
    int64_t id;
    if (!put_person(record, key, &id, err) ||
        !db_prepare(record->db,
                    "INSERT INTO api_key(person, hash, scopes, made_ms, until_ms, revoked_ms)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT(person) DO UPDATE SET hash = ?2,"
                    " scopes = ?3, made_ms = ?4, until_ms = ?5, revoked_ms = 0",
                    &stmt, err))
        return error_add(err, "key");
    stmt_int(stmt, 1, id);
    stmt_blob(stmt, 2, secret_hash->bytes, sizeof secret_hash->bytes);
    stmt_int(stmt, 3, key->scopes);
    stmt_int(stmt, 4, record_now(record).ms);
    stmt_int(stmt, 5, key->until.ms);
    return stmt_done(stmt, err) || error_add(err, "key");
}

bool api_key_revoke(struct record *record, const char *name, struct error *err)
{
    struct stmt *stmt;
    struct person person;
    if (!person_find(record, name, &person, err))
        return error_add(err, "«%.32s»", name);
    if (person.role != ROLE_KEY)
        return error_set(err, ERROR_NOT_FOUND, "«%.32s»: không phải khóa. / no key", name);
    if (person.disabled)
        return error_set(err, ERROR_REPEATED, "«%.32s»: đã thu hồi. / revoked already", name);
    person.disabled = true;
    if (!person_change(record, &person, err) ||
        !db_prepare(record->db, "UPDATE api_key SET revoked_ms = ?2 WHERE person = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, person.id);
    stmt_int(stmt, 2, record_now(record).ms);
    return stmt_done(stmt, err);
}

/* ------------------------------------------------------------------ finding */

#define KEY_COLUMNS "SELECT person, hash, scopes, made_ms, until_ms, revoked_ms FROM api_key "

static bool read_key(struct stmt *stmt, struct api_key *ret_key, struct link *ret_hash,
                     struct error *err)
{
    *ret_key = (struct api_key){.person = {.id = stmt_col_int(stmt, 0)},
                                .scopes = (uint32_t)stmt_col_int(stmt, 2),
                                .made = {stmt_col_int(stmt, 3)},
                                .until = {stmt_col_int(stmt, 4)},
                                .revoked = {stmt_col_int(stmt, 5)}};
    return col_exact(stmt, 1, ret_hash->bytes, sizeof ret_hash->bytes, "key's hash", err);
}

static bool no_such_key(struct error *err)
{
    return error_set(err, ERROR_NOT_FOUND, "không có khóa này. / no such key");
}

bool api_key_find(struct record *record, int64_t id, const struct link *secret_hash,
                  struct instant now, struct api_key *ret_key, struct error *err)
{
    struct stmt *stmt;
    struct api_key key;
    struct link hash;
    bool row;
    if (!db_prepare(record->db, KEY_COLUMNS "WHERE person = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    if (!step_maybe(stmt, &row, err))
        return false;
    if (!row)
        return no_such_key(err);
    bool read = read_key(stmt, &key, &hash, err);
    stmt_reset(stmt);
    if (!read)
        return false;
    if (!link_equal(&hash, secret_hash) || key.revoked.ms != 0 || key.until.ms <= now.ms)
        return no_such_key(err);
    if (!person_get(record, id, &key.person, err))
        return false;
    if (key.person.disabled || key.person.role != ROLE_KEY)
        return no_such_key(err);
    *ret_key = key;
    return true;
}

struct walk {
    struct record *record;
    bool (*each)(void *ctx, const struct api_key *key);
    void *ctx;
    struct error *err;
    bool good;
};

static bool walk_person(void *ctx, const struct person *person)
{
    struct walk *walk = ctx;
    struct stmt *stmt;
    struct api_key key;
    struct link hash;
    if (person->role != ROLE_KEY)
        return true;
    walk->good = db_prepare(walk->record->db, KEY_COLUMNS "WHERE person = ?1", &stmt, walk->err);
    if (!walk->good)
        return false;
    stmt_int(stmt, 1, person->id);
    walk->good = step_row(stmt, "key", walk->err);
    if (!walk->good)
        return false;
    walk->good = read_key(stmt, &key, &hash, walk->err);
    stmt_reset(stmt);
    key.person = *person;
    return walk->good && walk->each(walk->ctx, &key);
}

bool api_keys_each(struct record *record, bool (*each)(void *ctx, const struct api_key *key),
                   void *ctx, struct error *err)
{
    struct walk walk = {record, each, ctx, err, true};
    return people_each(record, walk_person, &walk, err) && walk.good;
}

/* ------------------------------------------------------------------ what was answered once */

bool once_find(struct record *record, int64_t person, const char *key, struct instant now,
               struct once *ret_once, char **new_answer, struct error *err)
{
    struct stmt *stmt;
    struct once once = {.person = person};
    bool row;
    if (!db_prepare(record->db,
                    "SELECT asked, status, answer, at_ms FROM api_once"
                    " WHERE person = ?1 AND key = ?2 AND at_ms > ?3",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    stmt_text(stmt, 2, key);
    stmt_int(stmt, 3, now.ms - ONCE_LIFE_MS);
    if (!step_maybe(stmt, &row, err))
        return false;
    if (!row)
        return error_set(err, ERROR_NOT_FOUND, "«%.64s»: chưa dùng. / not used yet", key);
    (void)strncpy(once.key, key, sizeof once.key - 1);
    once.status = (uint32_t)stmt_col_int(stmt, 1);
    once.at.ms = stmt_col_int(stmt, 3);
    char *answer = stmt_col_is_null(stmt, 2) ? NULL : strdup(stmt_col_text(stmt, 2));
    bool good = col_exact(stmt, 0, once.asked.bytes, sizeof once.asked.bytes, "hash asked", err);
    stmt_reset(stmt);
    if (!good) {
        free(answer);
        return false;
    }
    *ret_once = once;
    *new_answer = answer;
    return true;
}

static bool forget_old(struct record *record, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM api_once WHERE at_ms <= ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, record_now(record).ms - ONCE_LIFE_MS);
    return stmt_done(stmt, err);
}

bool once_put(struct record *record, const struct once *once, const char *answer, struct error *err)
{
    struct stmt *stmt;
    if (!forget_old(record, err) ||
        !db_prepare(record->db,
                    "INSERT INTO api_once(person, key, asked, at_ms, status, answer)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(person, key) DO UPDATE SET"
                    " asked = ?3, at_ms = ?4, status = ?5, answer = ?6",
                    &stmt, err))
        return error_add(err, "answer");
    stmt_int(stmt, 1, once->person);
    stmt_text(stmt, 2, once->key);
    stmt_blob(stmt, 3, once->asked.bytes, sizeof once->asked.bytes);
    stmt_int(stmt, 4, record_now(record).ms);
    stmt_int(stmt, 5, once->status);
    if (answer != NULL)
        stmt_text(stmt, 6, answer);
    else
        stmt_null(stmt, 6);
    return stmt_done(stmt, err) || error_add(err, "answer");
}

bool once_drop(struct record *record, int64_t person, const char *key, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM api_once WHERE person = ?1 AND key = ?2", &stmt, err))
        return false;
    stmt_int(stmt, 1, person);
    stmt_text(stmt, 2, key);
    return stmt_done(stmt, err);
}
