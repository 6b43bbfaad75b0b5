/* devices.c - handhelds the record knows, their seal keys old and new, one-time codes. */
#include "server/record/devices.h"

#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ reading */

#define DEVICE_COLUMNS                                                                             \
    "SELECT d.id, d.name, d.state, d.post_office, d.enrolled_ms, k.seal_key FROM device d"         \
    " JOIN device_key k ON k.id = (SELECT max(id) FROM device_key WHERE device = d.id) "

static bool device_of_row(struct stmt *stmt, struct device *ret_device, struct error *err)
{
    struct device device = {
        .id = stmt_col_int(stmt, 0),
        .state = stmt_col_int(stmt, 2) == DEVICE_ACTIVE ? DEVICE_ACTIVE : DEVICE_REVOKED,
        .post_office = (uint32_t)stmt_col_int(stmt, 3),
        .enrolled = {stmt_col_int(stmt, 4)},
    };
    strncpy(device.name, stmt_col_text(stmt, 1), DEVICE_NAME_MAX);
    if (!col_exact(stmt, 5, device.seal_key.bytes, sizeof device.seal_key.bytes, "seal key", err))
        return error_add(err, "device %s", device.name);
    *ret_device = device;
    return true;
}

static bool device_one(struct stmt *stmt, struct device *ret_device, struct error *err)
{
    if (!step_row(stmt, "device", err))
        return false;
    bool good = device_of_row(stmt, ret_device, err);
    stmt_reset(stmt);
    return good;
}

bool device_find(struct record *record, const char *name, struct device *ret_device,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, DEVICE_COLUMNS "WHERE d.name = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, name);
    return device_one(stmt, ret_device, err);
}

bool device_get(struct record *record, int64_t id, struct device *ret_device, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, DEVICE_COLUMNS "WHERE d.id = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    return device_one(stmt, ret_device, err);
}

bool devices_each(struct record *record, bool (*each)(void *ctx, const struct device *device),
                  void *ctx, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, DEVICE_COLUMNS "ORDER BY d.name", &stmt, err))
        return false;
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct device device;
        if (!device_of_row(stmt, &device, err)) {
            stmt_reset(stmt);
            return false;
        }
        if (!each(ctx, &device))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read devices");
    stmt_reset(stmt);
    return true;
}

bool device_keys(struct record *record, int64_t device, struct device_key out[DEVICE_KEYS_MAX],
                 size_t *ret_n, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT seal_key, revoked FROM device_key WHERE device = ?1"
                    " ORDER BY id DESC LIMIT ?2",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device);
    stmt_int(stmt, 2, DEVICE_KEYS_MAX);
    size_t n = 0;
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        out[n].revoked = stmt_col_int(stmt, 1) != 0;
        if (!col_exact(stmt, 0, out[n].key.bytes, sizeof out[n].key.bytes, "seal key", err)) {
            stmt_reset(stmt);
            return false;
        }
        n++;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read a device's keys");
    stmt_reset(stmt);
    *ret_n = n;
    return true;
}

#define KEY_BARRED 2 /* of column revoked; 1: set aside at intake only */

bool device_keys_barred(struct record *record, struct seal_public **new_keys, size_t *ret_n,
                        struct error *err)
{
    struct stmt *stmt;
    struct seal_public *keys = NULL;
    size_t n = 0;
    enum db_step step;
    if (!db_prepare(record->db, "SELECT seal_key FROM device_key WHERE revoked = ?1 ORDER BY id",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, KEY_BARRED);
    bool good = true;
    while (good && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct seal_public *more = realloc(keys, (n + 1) * sizeof *keys);
        good = more != NULL || error_set(err, ERROR_LATER, "barred keys: out of memory");
        keys = more != NULL ? more : keys;
        good = good && col_exact(stmt, 0, keys[n].bytes, sizeof keys[n].bytes, "seal key", err);
        n += good;
    }
    good = good && step != DB_STEP_FAILED;
    stmt_reset(stmt);
    if (!good) {
        free(keys);
        return error_add(err, "barred keys");
    }
    *new_keys = keys;
    *ret_n = n;
    return true;
}

/* ------------------------------------------------------------------ writing */

static bool key_add(struct record *record, const struct device *device, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO device_key(device, seal_key, revoked, since_ms)"
                    " VALUES(?1, ?2, 0, ?3)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device->id);
    stmt_blob(stmt, 2, device->seal_key.bytes, sizeof device->seal_key.bytes);
    stmt_int(stmt, 3, record_now(record).ms);
    return stmt_done(stmt, err);
}

static bool row_add(struct record *record, struct device *device, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO device(name, state, post_office, enrolled_ms)"
                    " VALUES(?1, ?2, ?3, ?4)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, device->name);
    stmt_int(stmt, 2, device->state);
    stmt_int(stmt, 3, device->post_office);
    stmt_int(stmt, 4, device->enrolled.ms);
    if (!stmt_done(stmt, err))
        return false;
    device->id = db_last_id(record->db);
    return true;
}

static bool row_renew(struct record *record, const struct device *device, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "UPDATE device SET state = ?2, post_office = ?3, enrolled_ms = ?4"
                    " WHERE id = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device->id);
    stmt_int(stmt, 2, device->state);
    stmt_int(stmt, 3, device->post_office);
    stmt_int(stmt, 4, device->enrolled.ms);
    return stmt_done(stmt, err);
}

/* A revoked device's keys stay revoked when it is enrolled again: what was sealed with them may be
 * a thief's. */
static bool keys_revoke(struct record *record, int64_t device, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "UPDATE device_key SET revoked = 1 WHERE device = ?1 AND revoked = 0", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, device);
    return stmt_done(stmt, err);
}

bool device_keys_bar(struct record *record, int64_t device, struct error *err)
{
    struct stmt *stmt;
    invariant(record->in_group);
    if (!db_prepare(record->db,
                    "UPDATE device_key SET revoked = ?2 WHERE device = ?1 AND revoked != 0", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, device);
    stmt_int(stmt, 2, KEY_BARRED);
    return stmt_done(stmt, err);
}

bool device_put(struct record *record, struct device *device, struct error *err)
{
    invariant(record->in_group);
    struct device old;
    struct error none;
    bool known = device_find(record, device->name, &old, &none);
    if (!known && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    device->id = known ? old.id : 0;
    bool same_key =
        known && chain_equal(old.seal_key.bytes, device->seal_key.bytes, sizeof old.seal_key.bytes);
    bool good = known ? row_renew(record, device, err) : row_add(record, device, err);
    if (good && device->state == DEVICE_REVOKED)
        good = keys_revoke(record, device->id, err);
    if (good && !same_key)
        good = key_add(record, device, err);
    return good || error_add(err, "device %s", device->name);
}

/* ------------------------------------------------------------------ one-time codes */

#define CODE_HASH_BYTES 32

/* The record's own name goes in, so that no table of hashes fits two records. */
static void code_hash(const struct record *record, const uint8_t secret[ENROL_SECRET_BYTES],
                      uint8_t out[CODE_HASH_BYTES])
{
    static const uint8_t no_key[16]; /* the secret is what is hashed */
    uint8_t mixed[ENROL_SECRET_BYTES + 8];
    uint64_t generation = record->generation;
    memcpy(mixed, secret, ENROL_SECRET_BYTES);
    for (size_t i = 0; i < 8; i++)
        mixed[ENROL_SECRET_BYTES + i] = (uint8_t)(generation >> (8 * i));
    chain_keyed_hash(no_key, sizeof no_key, "trao enrol code 1", mixed, sizeof mixed, out,
                     CODE_HASH_BYTES);
    chain_wipe(mixed, sizeof mixed);
}

/* Used or too old: of no use to anybody, so they go. */
static bool codes_sweep(struct record *record, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM enrol_code WHERE used = 1 OR issued_ms < ?1", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, record_now(record).ms - ENROL_CODE_LIFE_MS);
    return stmt_done(stmt, err);
}

bool enrol_code_add(struct record *record, const uint8_t secret[ENROL_SECRET_BYTES],
                    const char *device, uint32_t post_office, struct error *err)
{
    invariant(record->in_group);
    if (!device_name_is_good(device))
        return error_set(err, ERROR_BAD_INPUT, "device: 1 to %d of A-Z, 0-9 and '-'",
                         DEVICE_NAME_MAX);
    struct stmt *stmt;
    uint8_t hash[CODE_HASH_BYTES];
    code_hash(record, secret, hash);
    if (!codes_sweep(record, err) ||
        !db_prepare(record->db,
                    "INSERT INTO enrol_code(hash, device, post_office, issued_ms, used)"
                    " VALUES(?1, ?2, ?3, ?4, 0)",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, hash, sizeof hash);
    stmt_text(stmt, 2, device);
    stmt_int(stmt, 3, post_office);
    stmt_int(stmt, 4, record_now(record).ms);
    return stmt_done(stmt, err) || error_add(err, "cannot store a code");
}

bool device_heard(struct record *record, int64_t device, struct instant *ret_at, struct error *err)
{
    struct stmt *stmt;
    const char *sql = device == 0
                          ? "SELECT coalesce((SELECT arrival_ms FROM batch ORDER BY id DESC LIMIT"
                            " 1), 0) WHERE ?1 = 0"
                          : "SELECT coalesce(max((SELECT arrival_ms FROM batch WHERE epoch_id ="
                            " epoch.id ORDER BY first_seq DESC LIMIT 1)), 0) FROM epoch"
                            " WHERE device = ?1";
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_int(stmt, 1, device);
    if (!step_row(stmt, "when a handheld was heard", err))
        return false;
    ret_at->ms = stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return true;
}

static bool code_use(struct record *record, int64_t id, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE enrol_code SET used = 1 WHERE id = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    return stmt_done(stmt, err);
}

/* Walks all living codes (a handful) and compares each in constant time. */
static bool code_find(struct record *record, const uint8_t hash[CODE_HASH_BYTES], int64_t *ret_id,
                      char ret_device[DEVICE_NAME_MAX + 1], uint32_t *ret_post_office,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT id, hash, device, post_office FROM enrol_code"
                    " WHERE used = 0 AND issued_ms BETWEEN ?1 AND ?2",
                    &stmt, err))
        return false;
    int64_t now_ms = record_now(record).ms;
    stmt_int(stmt, 1, now_ms - ENROL_CODE_LIFE_MS);
    stmt_int(stmt, 2, now_ms);
    enum db_step step;
    int64_t found = 0;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        uint8_t have[CODE_HASH_BYTES];
        if (!col_exact(stmt, 1, have, sizeof have, "enrol code", NULL) ||
            !chain_equal(have, hash, sizeof have))
            continue;
        found = stmt_col_int(stmt, 0);
        *ret_post_office = (uint32_t)stmt_col_int(stmt, 3);
        memset(ret_device, 0, DEVICE_NAME_MAX + 1);
        strncpy(ret_device, stmt_col_text(stmt, 2), DEVICE_NAME_MAX);
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read codes");
    stmt_reset(stmt);
    *ret_id = found;
    return found != 0 || error_set(err, ERROR_REFUSED,
                                   "this code is not known, was used, or is older than 15 minutes");
}

bool enrol_code_take(struct record *record, const uint8_t secret[ENROL_SECRET_BYTES],
                     char ret_device[DEVICE_NAME_MAX + 1], uint32_t *ret_post_office,
                     struct error *err)
{
    invariant(record->in_group);
    uint8_t hash[CODE_HASH_BYTES];
    char device[DEVICE_NAME_MAX + 1];
    uint32_t post_office = 0;
    int64_t id = 0;
    code_hash(record, secret, hash);
    if (!code_find(record, hash, &id, device, &post_office, err) || !code_use(record, id, err))
        return false;
    memcpy(ret_device, device, sizeof device);
    *ret_post_office = post_office;
    return true;
}
