/* record.c - opening a record, its generation, and groups that become durable together. */
#include "server/record/record.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/record/inside.h"
#include "server/record/witness.h"

/* ------------------------------------------------------------------ generations */

static bool generation_read(struct record *record, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT serial, number FROM generation ORDER BY serial DESC LIMIT 1", &stmt,
                    err) ||
        !step_row(stmt, "generation", err))
        return false;
    record->generation_serial = stmt_col_u64(stmt, 0);
    record->generation = stmt_col_u64(stmt, 1);
    stmt_reset(stmt);
    return true;
}

static bool generation_add(struct record *record, uint64_t serial, struct error *err)
{
    struct stmt *stmt;
    uint64_t number;
    do
        number = chance_u64(&record->chance);
    while (number == 0); /* 0 means "none" on the wire */
    if (!db_prepare(record->db, "INSERT INTO generation(serial, number, at_ms) VALUES(?1, ?2, ?3)",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, serial);
    stmt_u64(stmt, 2, number);
    stmt_int(stmt, 3, record_now(record).ms);
    if (!stmt_done(stmt, err))
        return error_add(err, "new generation");
    record->generation = number;
    record->generation_serial = serial;
    return true;
}

uint64_t record_generation(const struct record *record)
{
    return record->generation;
}

uint64_t record_generation_serial(const struct record *record)
{
    return record->generation_serial;
}

/* The row without a name is where counters begin that have not been used yet. */
static bool counters_jump(struct record *record, struct error *err)
{
    struct stmt *set, *base;
    uint64_t to = record->counters + RECORD_COUNTERS_JUMP;
    if (!db_prepare(record->db, "UPDATE counter SET value = ?1", &set, err) ||
        !db_prepare(record->db, "INSERT OR IGNORE INTO counter(name, value) VALUES('', ?1)", &base,
                    err))
        return false;
    stmt_u64(set, 1, to);
    stmt_u64(base, 1, to);
    if (!stmt_done(set, err) || !stmt_done(base, err))
        return error_add(err, "counters");
    record->counters = to;
    return true;
}

/* How much of a range was drawn since the copy nobody knows any more: what was left of it is given
 * up, and the post office asks for another, which begins beyond the counters. */
static bool ranges_close(struct record *record, struct error *err)
{
    return db_exec(record->db, "UPDATE number_pool SET used = size", err) ||
           error_add(err, "ranges of numbers");
}

bool record_new_generation(struct record *record, struct error *err)
{
    invariant(!record->in_group);
    uint64_t counters = record->counters;
    if (db_exec(record->db, "BEGIN IMMEDIATE", err) &&
        generation_add(record, record->generation_serial + 1, err) && counters_jump(record, err) &&
        ranges_close(record, err) && db_exec(record->db, "COMMIT", err))
        return true;
    db_abandon(record->db);
    record->counters = counters;
    return error_add(err, "new generation");
}

/* ------------------------------------------------------------------ the witness beside it */

static bool attest(struct record *record, struct error *err)
{
    struct witness witness = {.generation = record->generation,
                              .serial = record->generation_serial,
                              .counters = record->counters};
    if (!record_end(record, &witness.batch, &witness.office, err))
        return false;
    witness_write(record->witness_fd, &witness);
    return true;
}

static bool counters_read(struct record *record, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT coalesce(max(value), 0) FROM counter", &stmt, err) ||
        !step_row(stmt, "counters", err))
        return false;
    record->counters = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

/* A record that holds facts and has no witness may be a whole folder that was put back. */
static bool is_behind(const struct record *record, bool marked, const struct witness *mark,
                      int64_t batch, uint64_t office)
{
    if (!marked)
        return batch > 0 || office > 0;
    return mark->serial > record->generation_serial || mark->batch > batch ||
           mark->office > office ||
           (mark->serial == record->generation_serial && mark->generation != record->generation);
}

static bool compare_witness(struct record *record, struct error *err)
{
    struct witness mark = {.serial = 0};
    int64_t batch;
    uint64_t office;
    bool marked = witness_read(record->witness_fd, &mark);
    if (!counters_read(record, err) || !record_end(record, &batch, &office, err))
        return false;
    record->put_back = is_behind(record, marked, &mark, batch, office);
    if (mark.counters > record->counters)
        record->counters = mark.counters;
    if (mark.serial > record->generation_serial)
        record->generation_serial = mark.serial; /* of a generation that was lost */
    return (!record->put_back || record_new_generation(record, err)) && attest(record, err);
}

bool record_was_put_back(const struct record *record)
{
    return record->put_back;
}

/* ------------------------------------------------------------------ open, close */

static bool head_verify(struct record *record, const struct seal_public *key, struct error *err)
{
    struct seal seal;
    struct error none;
    if (!office_head_read(record, &record->head, &seal, &none)) {
        if (none.code != ERROR_NOT_FOUND)
            return error_set(err, none.code, "%s", none.text);
        record->head = (struct office_head){0}; /* nothing was ever added */
        return true;
    }
    uint8_t sealed[OFFICE_HEAD_BYTES];
    office_head_bytes(&record->head, sealed);
    if (key != NULL && !chain_seal_holds(key, SEAL_OFFICE, &seal, sealed, sizeof sealed))
        return error_set(err, ERROR_BROKEN,
                         "office chain: the seal over its head (fact %llu) does not hold",
                         (unsigned long long)record->head.seq);
    return true;
}

static bool open_writer(struct record *record, const char *path, struct error *err)
{
    struct error none;
    struct seal_public key = chain_public_of(record->seal_key);
    if (!schema_migrate(record, path, err))
        return false;
    if (!generation_read(record, &none)) {
        if (none.code != ERROR_NOT_FOUND)
            return error_set(err, none.code, "%s", none.text);
        if (!generation_add(record, 1, err))
            return false;
    }
    return head_verify(record, &key, err) && compare_witness(record, err);
}

bool record_open(const struct record_config *config, struct record **ret_record, struct error *err)
{
    struct record *record = calloc(1, sizeof *record);
    if (record == NULL)
        return error_set(err, ERROR_LATER, "record: out of memory");
    record->clock = config->clock;
    record->chance = config->chance;
    record->seal_key = config->seal_key;
    record->witness_fd = -1;
    if (!witness_open(config->path, &record->witness_fd, err) ||
        !db_open_watched(config->path, DB_DURABLE, config->pages, &record->db, err) ||
        !open_writer(record, config->path, err)) {
        record_close(record);
        return error_add(err, "record");
    }
    record->head_at_begin = record->head;
    *ret_record = record;
    return true;
}

bool record_open_reader(const char *path, struct record **ret_record, struct error *err)
{
    struct record *record = calloc(1, sizeof *record);
    if (record == NULL)
        return error_set(err, ERROR_LATER, "record: out of memory");
    record->clock = clock_system();
    record->witness_fd = -1;
    if (!db_open(path, DB_READ_ONLY, &record->db, err) || !schema_check(record->db, err) ||
        !generation_read(record, err) || !head_verify(record, NULL, err)) {
        record_close(record);
        return error_add(err, "record");
    }
    *ret_record = record;
    return true;
}

bool record_open_still(const char *path, struct record **ret_record, struct error *err)
{
    struct record *record = calloc(1, sizeof *record);
    if (record == NULL)
        return error_set(err, ERROR_LATER, "record: out of memory");
    record->clock = clock_system();
    record->witness_fd = -1;
    if (!db_open(path, DB_STILL, &record->db, err) || !schema_known(record->db, err) ||
        !generation_read(record, err) || !head_verify(record, NULL, err)) {
        record_close(record);
        return error_add(err, "record");
    }
    *ret_record = record;
    return true;
}

void record_close(struct record *record)
{
    if (record == NULL)
        return;
    if (record->in_group)
        record_rollback(record);
    db_close(record->db);
    if (record->witness_fd >= 0)
        close(record->witness_fd);
    free(record);
}

struct db *record_db(struct record *record)
{
    return record->db;
}

struct instant record_now(const struct record *record)
{
    return record->clock.now(record->clock.self);
}

void record_set_clock(struct record *record, struct clock clock)
{
    record->clock = clock;
}

bool record_relieve(struct record *record, struct error *err)
{
    invariant(!record->in_group);
    return db_relieve(record->db, err);
}

/* ------------------------------------------------------------------ groups */

static bool run(struct record *record, const char *sql, struct error *err)
{
    struct stmt *stmt;
    return db_prepare(record->db, sql, &stmt, err) && stmt_done(stmt, err);
}

bool record_in_group(const struct record *record)
{
    return record->in_group;
}

bool record_hold(struct record *reader, struct error *err)
{
    return run(reader, "BEGIN", err);
}

void record_let_go(struct record *reader)
{
    if (!run(reader, "COMMIT", NULL))
        db_abandon(reader->db);
}

bool record_begin(struct record *record, struct error *err)
{
    invariant(!record->in_group);
    invariant(record->seal_key != NULL);
    /* IMMEDIATE: a transaction that reads first and writes later ignores the busy time
     * (reliability.md (e)). */
    if (!run(record, "BEGIN IMMEDIATE", err))
        return error_add(err, "cannot begin");
    record->in_group = true;
    record->head_at_begin = record->head;
    return true;
}

bool record_commit(struct record *record, struct error *err)
{
    invariant(record->in_group && !record->in_act);
    bool moved = record->head.seq != record->head_at_begin.seq;
    if ((moved && !office_head_write(record, err)) || !run(record, "COMMIT", err)) {
        record_rollback(record);
        return error_add(err, "cannot commit");
    }
    record->in_group = false;
    struct error none;
    bool attested = attest(record, &none);
    (void)attested; /* what is committed is committed: the mark is then behind */
    return true;
}

void record_rollback(struct record *record)
{
    invariant(record->in_group);
    db_abandon(record->db);
    record->head = record->head_at_begin;
    record->in_group = record->in_act = false;
}

bool record_act_begin(struct record *record, struct error *err)
{
    invariant(record->in_group && !record->in_act);
    if (!run(record, "SAVEPOINT act", err))
        return error_add(err, "cannot begin an act");
    record->head_at_act = record->head;
    record->in_act = true;
    return true;
}

bool record_act_end(struct record *record, bool keep, struct error *err)
{
    invariant(record->in_act);
    record->in_act = false;
    if (!keep) {
        record->head = record->head_at_act;
        if (!run(record, "ROLLBACK TO act", err))
            return error_add(err, "cannot undo an act");
    }
    return run(record, "RELEASE act", err) || error_add(err, "cannot end an act");
}

bool record_nested(struct record *record,
                   bool (*act)(struct record *record, void *arg, struct error *err), void *arg,
                   struct error *err)
{
    struct office_head head = record->head;
    invariant(record->in_group);
    if (!run(record, "SAVEPOINT nested", err))
        return error_add(err, "cannot begin an act");
    bool good = act(record, arg, err);
    if (!good)
        record->head = head;
    if ((!good && !run(record, "ROLLBACK TO nested", err)) || !run(record, "RELEASE nested", err))
        return error_add(err, "cannot end an act");
    return good;
}
