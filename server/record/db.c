#include "server/record/db.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/record/pages.h"

#define SCRUB_WAIT_MS 200
#define LITTLE_BYTES (UINT64_C(1) << 20) /* of the log: moved and synced within milliseconds */
#define BUSY_WAIT_MS 5000 /* readers hold a snapshot at most 5 s (reliability.md (c) 40) */

/* All statements of a connection, found by the address of their text: a few dozen. */
struct stmt {
    struct stmt *next;
    struct db *db;
    const char *text;
    sqlite3_stmt *prepared;
};

struct db {
    sqlite3 *lite;
    struct pages *pages; /* NULL: nobody asks what is written */
    struct stmt *statements;
    uint64_t page_bytes;
    uint64_t wal_bytes;
};

/* ------------------------------------------------------------------ errors */

static bool disk_is_full(int system_errno)
{
    return system_errno == ENOSPC || system_errno == EDQUOT;
}

/* An input/output error is BROKEN: after a failed fsync nobody knows what the disk holds, so the
 * program stops and the devices send again. Only a disk that is full mends itself, also where
 * SQLite reports it as a failed growth of the shared index. */
static enum error_code code_of(sqlite3 *lite, int extended)
{
    switch (extended & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_NOMEM:
        return ERROR_LATER;
    case SQLITE_CONSTRAINT:
        return ERROR_REPEATED;
    case SQLITE_CANTOPEN:
        return ERROR_NOT_FOUND;
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return ERROR_REFUSED;
    case SQLITE_IOERR:
        return disk_is_full(sqlite3_system_errno(lite)) ? ERROR_LATER : ERROR_BROKEN;
    }
    return ERROR_BROKEN;
}

static bool failed(sqlite3 *lite, struct error *err)
{
    int extended = sqlite3_extended_errcode(lite);
    return error_set(err, code_of(lite, extended), "%s",
                     (extended & 0xFF) == SQLITE_FULL ? "disk full" : sqlite3_errmsg(lite));
}

/* ------------------------------------------------------------------ open, close */

/* Stands where SQLite would checkpoint by itself, and so keeps it from doing that at a commit. */
static int note_wal(void *ctx, sqlite3 *lite, const char *name, int pages)
{
    (void)lite;
    (void)name;
    struct db *db = ctx;
    db->wal_bytes = (uint64_t)pages * db->page_bytes;
    return SQLITE_OK;
}

static bool read_page_size(struct db *db, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(db, "PRAGMA page_size", &stmt, err))
        return false;
    if (stmt_step(stmt, err) != DB_STEP_ROW)
        return false;
    db->page_bytes = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

/* The log is kept at its size and written over again, three times cheaper than growing it
 * (limits.md); it is only cut back when something made it larger than its bound. */
static bool set_up(struct db *db, enum db_mode mode, struct error *err)
{
    sqlite3_extended_result_codes(db->lite, 1);
    sqlite3_busy_timeout(db->lite, BUSY_WAIT_MS);
    switch (mode) {
    case DB_DURABLE:
        if (!db_exec(db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                     "PRAGMA journal_size_limit=67108864; PRAGMA secure_delete=ON;"
                     "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                     "PRAGMA cache_size=-16384", /* what a list's look-ups touch over and over */
                     err))
            return false;
        sqlite3_wal_hook(db->lite, note_wal, db);
        return read_page_size(db, err);
    case DB_REBUILDABLE:
        return db_exec(db,
                       "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                       "PRAGMA journal_size_limit=67108864; PRAGMA trusted_schema=OFF",
                       err);
    case DB_READ_ONLY:
    case DB_STILL:
        return db_exec(db, "PRAGMA query_only=ON; PRAGMA trusted_schema=OFF", err);
    }
    return false;
}

/* What the engine is asked to open: the path, or for DB_STILL a URI of it. */
static bool name_of(const char *path, enum db_mode mode, char *out, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    if (mode != DB_STILL)
        return snprintf(out, size, "%s", path) < (int)size;
    n = (size_t)snprintf(out, size, "file:");
    for (const char *at = path; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        bool plain = strchr("%?#", byte) == NULL && byte >= ' ' && byte < 0x7F;
        if (n + 3 + sizeof "?immutable=1" > size)
            return false;
        if (plain) {
            out[n++] = *at;
        } else {
            out[n++] = '%';
            out[n++] = digits[byte >> 4];
            out[n++] = digits[byte & 15];
        }
    }
    memcpy(out + n, "?immutable=1", sizeof "?immutable=1");
    return true;
}

static int flags_of(enum db_mode mode)
{
    switch (mode) {
    case DB_DURABLE:
    case DB_REBUILDABLE:
        return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case DB_READ_ONLY:
        return SQLITE_OPEN_READWRITE;
    case DB_STILL:
        return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    }
    return 0;
}

bool db_open_watched(const char *path, enum db_mode mode, struct pages *pages, struct db **ret_db,
                     struct error *err)
{
    char name[3 * PATH_MAX];
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL || !name_of(path, mode, name, sizeof name)) {
        free(db);
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    }
    db->pages = pages;
    bool writes = mode == DB_DURABLE || mode == DB_REBUILDABLE;
    bool good = sqlite3_open_v2(name, &db->lite, flags_of(mode) | SQLITE_OPEN_NOMUTEX,
                                pages == NULL ? NULL : pages_layer(pages)) == SQLITE_OK ||
                failed(db->lite, err);
    /* The log and its index take the file's mode. A store that is no file (tests) has none. */
    if (good && writes && chmod(path, 0600) != 0 && errno != ENOENT)
        good = error_set(err, ERROR_REFUSED, "chmod: %s", strerror(errno));
    if (!good || !set_up(db, mode, err)) {
        db_close(db);
        return error_add(err, "%s", path);
    }
    *ret_db = db;
    return true;
}

bool db_open(const char *path, enum db_mode mode, struct db **ret_db, struct error *err)
{
    return db_open_watched(path, mode, NULL, ret_db, err);
}

void db_close(struct db *db)
{
    if (db == NULL)
        return;
    while (db->statements != NULL) {
        struct stmt *next = db->statements->next;
        sqlite3_finalize(db->statements->prepared);
        free(db->statements);
        db->statements = next;
    }
    invariant(sqlite3_close(db->lite) == SQLITE_OK);
    free(db);
}

/* ------------------------------------------------------------------ statements */

bool db_exec(struct db *db, const char *sql, struct error *err)
{
    return sqlite3_exec(db->lite, sql, NULL, NULL, NULL) == SQLITE_OK || failed(db->lite, err);
}

void db_remove(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[4096];
        if ((size_t)snprintf(name, sizeof name, "%s%s", path, ends[i]) < sizeof name)
            (void)unlink(name);
    }
}

void db_abandon(struct db *db)
{
    if (!sqlite3_get_autocommit(db->lite)) /* the engine may have ended it by itself (disk full) */
        sqlite3_exec(db->lite, "ROLLBACK", NULL, NULL, NULL);
}

bool db_prepare(struct db *db, const char *sql, struct stmt **ret_stmt, struct error *err)
{
    for (struct stmt *old = db->statements; old != NULL; old = old->next)
        if (old->text == sql) {
            stmt_reset(old);
            *ret_stmt = old;
            return true;
        }
    struct stmt *stmt = calloc(1, sizeof *stmt);
    if (stmt == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    if (sqlite3_prepare_v3(db->lite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->prepared, NULL) !=
        SQLITE_OK) {
        free(stmt);
        return failed(db->lite, err);
    }
    stmt->db = db;
    stmt->text = sql;
    stmt->next = db->statements;
    db->statements = stmt;
    *ret_stmt = stmt;
    return true;
}

void stmt_int(struct stmt *stmt, int at, int64_t value)
{
    invariant(sqlite3_bind_int64(stmt->prepared, at, value) == SQLITE_OK);
}

void stmt_u64(struct stmt *stmt, int at, uint64_t value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    stmt_int(stmt, at, bits);
}

void stmt_blob(struct stmt *stmt, int at, const void *bytes, size_t n)
{
    const void *some = bytes == NULL ? "" : bytes; /* NULL would be bound as SQL NULL */
    invariant(sqlite3_bind_blob64(stmt->prepared, at, some, n, SQLITE_STATIC) == SQLITE_OK);
}

void stmt_text(struct stmt *stmt, int at, const char *text)
{
    invariant(sqlite3_bind_text(stmt->prepared, at, text, -1, SQLITE_STATIC) == SQLITE_OK);
}

void stmt_null(struct stmt *stmt, int at)
{
    invariant(sqlite3_bind_null(stmt->prepared, at) == SQLITE_OK);
}

enum db_step stmt_step(struct stmt *stmt, struct error *err)
{
    switch (sqlite3_step(stmt->prepared)) {
    case SQLITE_ROW:
        return DB_STEP_ROW;
    case SQLITE_DONE:
        return DB_STEP_DONE;
    }
    (void)failed(stmt->db->lite, err);
    stmt_reset(stmt);
    return DB_STEP_FAILED;
}

bool stmt_done(struct stmt *stmt, struct error *err)
{
    enum db_step step;
    do
        step = stmt_step(stmt, err);
    while (step == DB_STEP_ROW);
    stmt_reset(stmt);
    return step == DB_STEP_DONE;
}

void stmt_reset(struct stmt *stmt)
{
    sqlite3_reset(stmt->prepared); /* repeats the error of the last step, told already */
    sqlite3_clear_bindings(stmt->prepared);
}

int64_t stmt_col_int(struct stmt *stmt, int at)
{
    return sqlite3_column_int64(stmt->prepared, at);
}

uint64_t stmt_col_u64(struct stmt *stmt, int at)
{
    int64_t bits = stmt_col_int(stmt, at);
    uint64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

const char *stmt_col_text(struct stmt *stmt, int at)
{
    const unsigned char *text = sqlite3_column_text(stmt->prepared, at);
    return text == NULL ? "" : (const char *)text;
}

const void *stmt_col_blob(struct stmt *stmt, int at, size_t *ret_n)
{
    const void *bytes = sqlite3_column_blob(stmt->prepared, at);
    *ret_n = (size_t)sqlite3_column_bytes(stmt->prepared, at);
    return bytes;
}

bool stmt_col_is_null(struct stmt *stmt, int at)
{
    return sqlite3_column_type(stmt->prepared, at) == SQLITE_NULL;
}

int64_t db_last_id(const struct db *db)
{
    return sqlite3_last_insert_rowid(db->lite);
}

/* ------------------------------------------------------------------ the log */

/* One pass; what of the log is not moved then, in bytes, all of it if somebody else is at it. */
static bool move(struct db *db, uint64_t *ret_left, struct error *err)
{
    int in_log = 0, moved = 0;
    int rc = sqlite3_wal_checkpoint_v2(db->lite, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
    bool busy = (rc & 0xFF) == SQLITE_BUSY || (rc & 0xFF) == SQLITE_LOCKED;
    if (rc != SQLITE_OK && !busy)
        return failed(db->lite, err) || error_add(err, "checkpoint");
    if (in_log == moved)
        db->wal_bytes = 0; /* the next commit writes over it from its start */
    *ret_left = busy || in_log < 0 ? UINT64_MAX : (uint64_t)(in_log - moved) * db->page_bytes;
    return true;
}

bool db_checkpoint_whole(struct db *db, bool *ret_whole, struct error *err)
{
    uint64_t left = UINT64_MAX;
    if (!move(db, &left, err))
        return false;
    *ret_whole = left == 0;
    return true;
}

static bool file_of(struct db *db, sqlite3_file **ret_file, struct error *err)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(db->lite, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK ||
        file == NULL || file->pMethods == NULL)
        return error_set(err, ERROR_BROKEN, "the store has no file");
    *ret_file = file;
    return true;
}

/* The engine syncs the file only after a pass that moved all of the log; while somebody writes,
 * none does, and what was moved would wait for the writer's own pass, and the receipts with it. */
static bool settle(struct db *db, struct error *err)
{
    sqlite3_file *file = NULL;
    if (!file_of(db, &file, err))
        return false;
    int rc = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    return rc == SQLITE_OK ||
           error_set(err, code_of(db->lite, rc), "checkpoint: %s", sqlite3_errstr(rc));
}

/* Over and over, as long as a pass leaves much less than the one before. */
static bool move_most(struct db *db, struct error *err)
{
    uint64_t left = UINT64_MAX, before;
    bool good;
    do {
        before = left;
        good = move(db, &left, err) && (left == 0 || settle(db, err));
    } while (good && left > LITTLE_BYTES && left < before / 2);
    if (good && db->pages != NULL)
        pages_set_moved(db->pages, left <= LITTLE_BYTES);
    return good;
}

/* Empties the log: waits a moment for who reads or writes, who may wait as long for it. */
static bool scrub(struct db *db, struct error *err)
{
    int in_log = -1, moved = -1;
    sqlite3_busy_timeout(db->lite, SCRUB_WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(db->lite, NULL, SQLITE_CHECKPOINT_TRUNCATE, &in_log, &moved);
    sqlite3_busy_timeout(db->lite, BUSY_WAIT_MS);
    bool busy = (rc & 0xFF) == SQLITE_BUSY || (rc & 0xFF) == SQLITE_LOCKED;
    if (rc != SQLITE_OK && !busy)
        return failed(db->lite, err) || error_add(err, "checkpoint");
    if (!busy && in_log == 0)
        pages_scrubbed(db->pages);
    return true;
}

bool db_checkpoint(struct db *db, struct error *err)
{
    if (db->pages != NULL && !pages_may_write(db->pages))
        return true;
    bool good = move_most(db, err);
    if (good && db->pages != NULL && pages_scrub_is_due(db->pages))
        good = scrub(db, err);
    if (db->pages != NULL)
        pages_written(db->pages);
    return good;
}

bool db_relieve(struct db *db, struct error *err)
{
    bool whole, little = db->pages != NULL && pages_moved(db->pages);
    if (db->wal_bytes < (little ? DB_WAL_ENOUGH_BYTES : DB_WAL_MAX_BYTES) ||
        (db->pages != NULL && !pages_may_write(db->pages)))
        return true;
    bool good = db_checkpoint_whole(db, &whole, err);
    if (db->pages != NULL) {
        pages_set_moved(db->pages, false);
        pages_written(db->pages);
    }
    return good;
}

bool db_file_read(struct db *db, uint64_t at, void *out, size_t n, struct error *err)
{
    sqlite3_file *file = NULL;
    if (!file_of(db, &file, err))
        return false;
    int rc = file->pMethods->xRead(file, out, (int)n, (sqlite3_int64)at);
    return rc == SQLITE_OK || rc == SQLITE_IOERR_SHORT_READ || /* the rest is zeros then */
           error_set(err, ERROR_BROKEN, "cannot read the file: %s", sqlite3_errstr(rc));
}

bool db_file_bytes(struct db *db, uint64_t *ret_bytes, struct error *err)
{
    sqlite3_file *file = NULL;
    sqlite3_int64 n = 0;
    if (!file_of(db, &file, err))
        return false;
    if (file->pMethods->xFileSize(file, &n) != SQLITE_OK)
        return error_set(err, ERROR_BROKEN, "cannot measure the file");
    *ret_bytes = (uint64_t)n;
    return true;
}

uint64_t db_wal_bytes(const struct db *db)
{
    return db->wal_bytes;
}
