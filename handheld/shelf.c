/* shelf.c - the outbox's file: how it is opened and looked through, closed, and its transactions.
 */
#include "handheld/shelf_inside.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* A checkpoint every 64 pages keeps the WAL near 256 KB: a handheld's storage is small, and what a
 * power cut can tear stays short. The cache is bounded by the memory a device has to spare. */
static const char setup[] = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;"
                            "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=64;"
                            "PRAGMA cache_size=-512; PRAGMA temp_store=MEMORY;";

static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS meta (id INTEGER PRIMARY KEY CHECK (id = 1), clean INTEGER NOT "
    "NULL,"
    " boot INTEGER NOT NULL, generation INTEGER NOT NULL, serial INTEGER NOT NULL,"
    " last_receipt_ms INTEGER NOT NULL, server_wall_ms INTEGER NOT NULL);"
    "INSERT OR IGNORE INTO meta VALUES (1, 1, 0, 0, 0, 0, 0);"
    "CREATE TABLE IF NOT EXISTS epoch (nth INTEGER PRIMARY KEY, epoch INTEGER NOT NULL UNIQUE,"
    " first_link BLOB NOT NULL, through INTEGER NOT NULL, through_link BLOB NOT NULL,"
    " stated INTEGER NOT NULL, ended INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS scan (nth INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT "
    "NULL,"
    " link BLOB NOT NULL, item TEXT NOT NULL, PRIMARY KEY (nth, seq)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS scan_item ON scan (item);"
    "CREATE TABLE IF NOT EXISTS batch (nth INTEGER NOT NULL, first_seq INTEGER NOT NULL,"
    " count INTEGER NOT NULL, bytes BLOB NOT NULL, receipted_ms INTEGER,"
    " PRIMARY KEY (nth, first_seq));"
    "CREATE TABLE IF NOT EXISTS held (nth INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT "
    "NULL,"
    " PRIMARY KEY (nth, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS set_aside (kind TEXT NOT NULL, nth INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, why TEXT NOT NULL, bytes BLOB NOT NULL, link BLOB);"
    "PRAGMA user_version=1;"
    "COMMIT;";

#define SCHEMA_VERSION 1

/* After a failed fsync the kernel may hold WAL frames as clean that never reached the disk;
 * whatever is appended behind them would be lost with them. So each opening begins with an empty
 * WAL: its frames go into the file, synced anew. A full disk is no such danger, and must not stop
 * reading. */
static bool empty_wal(struct shelf *shelf, struct error *err)
{
    int rc = sqlite3_wal_checkpoint_v2(shelf->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_FULL || shelf_failed(shelf, "checkpoint", err);
}

/* What a damaged page costs is not what lies in it, but what is put into it from now on: the engine
 * follows it where it leads, and what was written there is found by nobody. So the file is looked
 * through before anything is kept in it (14 days are 2.5 MB, some 10 ms); one with a hundred
 * thousand scans in its queue is not, that would hold up the start. */
#define LOOK_THROUGH_MAX ((int64_t)32 << 20)

/* What a PRAGMA says, a number; -1 nothing. */
static int64_t said_by(struct shelf *shelf, const char *pragma)
{
    sqlite3_stmt *said = NULL;
    int64_t number = -1;
    if (sqlite3_prepare_v2(shelf->db, pragma, -1, &said, NULL) == SQLITE_OK &&
        sqlite3_step(said) == SQLITE_ROW)
        number = sqlite3_column_int64(said, 0);
    sqlite3_finalize(said);
    return number;
}

static bool look_through(struct shelf *shelf, struct error *err)
{
    sqlite3_stmt *said = NULL;
    int64_t pages = said_by(shelf, "PRAGMA page_count");
    if (pages < 0)
        return shelf_failed(shelf, "count pages", err);
    if (pages > LOOK_THROUGH_MAX / said_by(shelf, "PRAGMA page_size"))
        return true;
    if (sqlite3_prepare_v2(shelf->db, "PRAGMA quick_check(1)", -1, &said, NULL) != SQLITE_OK ||
        sqlite3_step(said) != SQLITE_ROW) {
        shelf_failed(shelf, "look through", err);
        sqlite3_finalize(said);
        return false;
    }
    const char *what = (const char *)sqlite3_column_text(said, 0);
    bool good = what != NULL && strcmp(what, "ok") == 0;
    if (what == NULL)
        error_set(err, ERROR_LATER, "outbox: out of memory");
    else if (!good)
        error_set(err, ERROR_BROKEN, "outbox: %.60s", what);
    sqlite3_finalize(said);
    return good;
}

static bool set_up(struct shelf *shelf, struct error *err)
{
    if (sqlite3_exec(shelf->db, setup, NULL, NULL, NULL) != SQLITE_OK)
        return shelf_failed(shelf, "open", err);
    int64_t known = said_by(shelf, "PRAGMA user_version");
    if (known < 0)
        return shelf_failed(shelf, "read version", err);
    if (known > SCHEMA_VERSION)
        return error_set(err, ERROR_REFUSED, "outbox: made by a newer program (version %lld)",
                         (long long)known);
    if (known < SCHEMA_VERSION && sqlite3_exec(shelf->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return shelf_failed(shelf, "make tables", err);
    return empty_wal(shelf, err) && look_through(shelf, err);
}

static bool open_file(const char *path, int flags, struct shelf **ret_shelf, struct error *err)
{
    struct shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf == NULL)
        return error_set(err, ERROR_LATER, "outbox: out of memory");
    if (sqlite3_open_v2(path, &shelf->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        shelf_failed(shelf, "open", err);
        shelf_close(shelf, false);
        return false;
    }
    *ret_shelf = shelf;
    return true;
}

bool shelf_open(const char *path, struct shelf **ret_shelf, struct error *err)
{
    struct shelf *shelf = NULL;
    if (!open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &shelf, err))
        return false;
    if (!set_up(shelf, err)) {
        shelf_close(shelf, false);
        return false;
    }
    *ret_shelf = shelf;
    return true;
}

bool shelf_open_damaged(const char *path, struct shelf **ret_shelf, struct error *err)
{
    struct shelf *shelf = NULL;
    if (!open_file(path, SQLITE_OPEN_READWRITE, &shelf, err))
        return false;
    if (sqlite3_exec(shelf->db, "PRAGMA locking_mode=EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK) {
        shelf_failed(shelf, "open damaged file", err);
        shelf_close(shelf, false);
        return false;
    }
    shelf->damaged = true;
    *ret_shelf = shelf;
    return true;
}

void shelf_close(struct shelf *shelf, bool tidy)
{
    if (shelf == NULL)
        return;
    for (int i = 0; i < Q_COUNT; i++)
        sqlite3_finalize(shelf->statement[i]);
    if (shelf->db != NULL && !tidy)
        sqlite3_db_config(shelf->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close(shelf->db);
    free(shelf);
}

bool shelf_begin(struct shelf *shelf, struct error *err)
{
    return shelf_ask(shelf, Q_BEGIN, err, "") && shelf_finish(shelf, Q_BEGIN, err);
}

bool shelf_commit(struct shelf *shelf, struct error *err)
{
    return shelf_ask(shelf, Q_COMMIT, err, "") && shelf_finish(shelf, Q_COMMIT, err);
}

void shelf_rollback(struct shelf *shelf)
{
    if (!sqlite3_get_autocommit(shelf->db))
        sqlite3_exec(shelf->db, "ROLLBACK", NULL, NULL, NULL);
    shelf->known = (struct known){.whole = false}; /* of meta too */
}
