#include "handheld/shelf.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "handheld/known.h"

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

/* Every statement there is, by name. */
#define QUERIES(Q)                                                                                 \
    Q(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    Q(COMMIT, "COMMIT")                                                                            \
    Q(META_GET,                                                                                    \
      "SELECT clean, boot, generation, serial, last_receipt_ms, server_wall_ms FROM meta")         \
    Q(META_PUT, "REPLACE INTO meta VALUES (1, ?, ?, ?, ?, ?, ?)")                                  \
    Q(EPOCH_AFTER, "SELECT nth, epoch, first_link, through, through_link, stated, ended"           \
                   " FROM epoch WHERE nth > ? ORDER BY nth LIMIT 1")                               \
    Q(EPOCH_PUT, "REPLACE INTO epoch VALUES (?, ?, ?, ?, ?, ?, ?)")                                \
    Q(EPOCH_DELETE, "DELETE FROM epoch WHERE nth = ?")                                             \
    Q(SCAN_PUT, "INSERT OR REPLACE INTO scan VALUES (?, ?, ?, ?, ?)")                              \
    Q(SCAN_AT, "SELECT seq, bytes, link FROM scan WHERE nth = ? AND seq = ?")                      \
    Q(SCAN_AFTER, "SELECT seq, bytes, link FROM scan WHERE nth = ? AND seq > ?"                    \
                  " ORDER BY seq LIMIT 1")                                                         \
    Q(SCAN_LAST, "SELECT seq, bytes, link FROM scan WHERE nth = ? ORDER BY seq DESC LIMIT 1")      \
    Q(SCANS_OF_ITEM, "SELECT seq, bytes, link, nth FROM scan WHERE item = ?"                       \
                     " ORDER BY nth DESC, seq DESC")                                               \
    Q(SCAN_DELETE, "DELETE FROM scan WHERE nth = ? AND seq BETWEEN ? AND ?")                       \
    Q(BATCH_PUT, "REPLACE INTO batch VALUES (?, ?, ?, ?, NULL)")                                   \
    Q(BATCH_AFTER, "SELECT first_seq, count, bytes FROM batch"                                     \
                   " WHERE nth = ? AND first_seq + count - 1 > ? AND first_seq > ?"                \
                   " ORDER BY first_seq LIMIT 1")                                                  \
    Q(BATCH_END, "SELECT first_seq + count - 1 FROM batch WHERE nth = ?"                           \
                 " ORDER BY first_seq DESC LIMIT 1")                                               \
    Q(BATCH_DELETE, "DELETE FROM batch WHERE nth = ? AND first_seq + count - 1 > ?")               \
    Q(BATCH_STAMP,                                                                                 \
      "UPDATE batch SET receipted_ms = ? WHERE nth = ? AND first_seq + count - 1 <= ?"             \
      " AND receipted_ms IS NULL")                                                                 \
    Q(BATCH_UNSTAMP, "UPDATE batch SET receipted_ms = NULL WHERE nth = ?"                          \
                     " AND first_seq + count - 1 > ? AND receipted_ms IS NOT NULL")                \
    Q(PRUNABLE, "SELECT nth, first_seq + count - 1 FROM batch WHERE receipted_ms < ?"              \
                " ORDER BY nth, first_seq LIMIT 1")                                                \
    Q(BATCH_DROP, "DELETE FROM batch WHERE nth = ? AND first_seq + count - 1 <= ?")                \
    Q(HOLD, "INSERT OR REPLACE INTO held VALUES (?, ?, ?)")                                        \
    Q(HELD_AFTER, "SELECT seq, bytes, NULL FROM held WHERE nth = ? AND seq > ?"                    \
                  " ORDER BY seq LIMIT 1")                                                         \
    Q(HELD_DELETE, "DELETE FROM held WHERE nth = ?")                                               \
    Q(HELD_COUNT, "SELECT count(*) FROM held")                                                     \
    Q(ASIDE_SCAN, "INSERT INTO set_aside SELECT 'scan', nth, seq, ?3, bytes, link FROM scan"       \
                  " WHERE nth = ?1 AND seq = ?2")                                                  \
    Q(ASIDE_BATCHES, "INSERT INTO set_aside SELECT 'batch', nth, first_seq, ?3, bytes, NULL"       \
                     " FROM batch WHERE nth = ?1 AND first_seq + count - 1 > ?2")                  \
    Q(ASIDE_HELD, "INSERT INTO set_aside SELECT 'scan', nth, seq, ?3, bytes, NULL FROM held"       \
                  " WHERE nth = ?1 AND seq = ?2")                                                  \
    Q(ASIDE_COUNT, "SELECT count(*) FROM set_aside WHERE kind = 'scan'")

enum query {
#define Q(name, sql) Q_##name,
    QUERIES(Q)
#undef Q
        Q_COUNT
};
static const char *const queries[Q_COUNT] = {
#define Q(name, sql) [Q_##name] = (sql),
    QUERIES(Q)
#undef Q
};

struct shelf {
    sqlite3 *db;
    sqlite3_stmt *statement[Q_COUNT];
    bool damaged; /* each row is asked of the disk: what can be read before it fails counts */
    struct known known;
};

static bool failed(struct shelf *shelf, const char *doing, struct error *err)
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

/* Prepares (once) and binds: 'i' int64_t, 't' const char *, 'b' const void * and size_t. */
static bool ask(struct shelf *shelf, enum query query, struct error *err, const char *types, ...)
{
    sqlite3_stmt **s = &shelf->statement[query];
    if (*s == NULL && sqlite3_prepare_v3(shelf->db, queries[query], -1, SQLITE_PREPARE_PERSISTENT,
                                         s, NULL) != SQLITE_OK)
        return failed(shelf, "prepare", err);
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
    return rc == SQLITE_OK || failed(shelf, "bind", err);
}

static void rest(struct shelf *shelf, enum query query)
{
    sqlite3_reset(shelf->statement[query]);
}

/* One step: true and *ret_row, or false with the error. The statement rests unless it gave a row.
 */
static bool step(struct shelf *shelf, enum query query, bool *ret_row, struct error *err)
{
    int rc = sqlite3_step(shelf->statement[query]);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return true;
    }
    if (rc == SQLITE_DONE)
        *ret_row = false;
    else
        failed(shelf, "step", err);
    rest(shelf, query);
    return rc == SQLITE_DONE;
}

static bool finish(struct shelf *shelf, enum query query, struct error *err)
{
    bool row;
    if (!step(shelf, query, &row, err))
        return false;
    invariant(!row);
    return true;
}

/* Asks for one row; NOT_FOUND when there is none. On true the caller reads columns, then rests. */
static bool found(struct shelf *shelf, enum query query, struct error *err)
{
    bool row;
    if (!step(shelf, query, &row, err))
        return false;
    return row || error_set(err, ERROR_NOT_FOUND, "outbox: no such row");
}

static int64_t column_int(struct shelf *shelf, enum query query, int i)
{
    return sqlite3_column_int64(shelf->statement[query], i);
}

/* Copies a blob of at most `size` bytes; 0 for anything longer: it cannot be ours. */
static size_t column_blob(struct shelf *shelf, enum query query, int i, void *out, size_t size)
{
    const void *bytes = sqlite3_column_blob(shelf->statement[query], i);
    size_t n = (size_t)sqlite3_column_bytes(shelf->statement[query], i);
    if (bytes == NULL || n > size)
        return 0;
    memcpy(out, bytes, n);
    return n;
}

static struct link column_link(struct shelf *shelf, enum query query, int i)
{
    struct link link = {{0}}, none = {{0}};
    size_t n = column_blob(shelf, query, i, link.bytes, sizeof link.bytes);
    return n == sizeof link.bytes ? link : none;
}

static struct shelf_scan column_scan(struct shelf *shelf, enum query query)
{
    struct shelf_scan scan = {.seq = (uint64_t)column_int(shelf, query, 0)};
    scan.n = column_blob(shelf, query, 1, scan.bytes, sizeof scan.bytes);
    scan.link = column_link(shelf, query, 2);
    return scan;
}

/* ------------------------------------------------------------------ open, close, transactions */

/* After a failed fsync the kernel may hold WAL frames as clean that never reached the disk;
 * whatever is appended behind them would be lost with them. So each opening begins with an empty
 * WAL: its frames go into the file, synced anew. A full disk is no such danger, and must not stop
 * reading. */
static bool empty_wal(struct shelf *shelf, struct error *err)
{
    int rc = sqlite3_wal_checkpoint_v2(shelf->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return rc == SQLITE_OK || (rc & 0xff) == SQLITE_FULL || failed(shelf, "checkpoint", err);
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
        return failed(shelf, "count pages", err);
    if (pages > LOOK_THROUGH_MAX / said_by(shelf, "PRAGMA page_size"))
        return true;
    if (sqlite3_prepare_v2(shelf->db, "PRAGMA quick_check(1)", -1, &said, NULL) != SQLITE_OK ||
        sqlite3_step(said) != SQLITE_ROW) {
        failed(shelf, "look through", err);
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
        return failed(shelf, "open", err);
    int64_t known = said_by(shelf, "PRAGMA user_version");
    if (known < 0)
        return failed(shelf, "read version", err);
    if (known > SCHEMA_VERSION)
        return error_set(err, ERROR_REFUSED, "outbox: made by a newer program (version %lld)",
                         (long long)known);
    if (known < SCHEMA_VERSION && sqlite3_exec(shelf->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return failed(shelf, "make tables", err);
    return empty_wal(shelf, err) && look_through(shelf, err);
}

static bool open_file(const char *path, int flags, struct shelf **ret_shelf, struct error *err)
{
    struct shelf *shelf = calloc(1, sizeof *shelf);
    if (shelf == NULL)
        return error_set(err, ERROR_LATER, "outbox: out of memory");
    if (sqlite3_open_v2(path, &shelf->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
        failed(shelf, "open", err);
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
        failed(shelf, "open damaged file", err);
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
    return ask(shelf, Q_BEGIN, err, "") && finish(shelf, Q_BEGIN, err);
}

bool shelf_commit(struct shelf *shelf, struct error *err)
{
    return ask(shelf, Q_COMMIT, err, "") && finish(shelf, Q_COMMIT, err);
}

void shelf_rollback(struct shelf *shelf)
{
    if (!sqlite3_get_autocommit(shelf->db))
        sqlite3_exec(shelf->db, "ROLLBACK", NULL, NULL, NULL);
    shelf->known = (struct known){.whole = false}; /* of meta too */
}

/* ------------------------------------------------------------------ meta, epochs */

bool shelf_meta_get(struct shelf *shelf, struct shelf_meta *ret_meta, struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    if (!ask(shelf, Q_META_GET, err, ""))
        return false;
    if (!found(shelf, Q_META_GET, &why)) /* it was made with its table: a page leads astray */
        return error_set(err, why.code == ERROR_NOT_FOUND ? ERROR_BROKEN : why.code, "%s",
                         why.text);
    *ret_meta = (struct shelf_meta){
        .clean = column_int(shelf, Q_META_GET, 0) != 0,
        .boot = (uint64_t)column_int(shelf, Q_META_GET, 1),
        .generation = (uint64_t)column_int(shelf, Q_META_GET, 2),
        .serial = (uint64_t)column_int(shelf, Q_META_GET, 3),
        .last_receipt = {column_int(shelf, Q_META_GET, 4)},
        .server_wall = {column_int(shelf, Q_META_GET, 5)},
    };
    rest(shelf, Q_META_GET);
    shelf->known.has_meta = true;
    shelf->known.meta = *ret_meta;
    return true;
}

bool shelf_meta_put(struct shelf *shelf, const struct shelf_meta *meta, struct error *err)
{
    if (known_has_meta(&shelf->known, meta))
        return true;
    if (!ask(shelf, Q_META_PUT, err, "iiiiii", (int64_t)meta->clean, (int64_t)meta->boot,
             (int64_t)meta->generation, (int64_t)meta->serial, meta->last_receipt.ms,
             meta->server_wall.ms) ||
        !finish(shelf, Q_META_PUT, err))
        return false;
    shelf->known.has_meta = true;
    shelf->known.meta = *meta;
    return true;
}

static bool epoch_after(struct shelf *shelf, uint32_t after, struct shelf_epoch *ret_epoch,
                        struct error *err)
{
    if (!ask(shelf, Q_EPOCH_AFTER, err, "i", (int64_t)after) || !found(shelf, Q_EPOCH_AFTER, err))
        return false;
    *ret_epoch = (struct shelf_epoch){
        .nth = (uint32_t)column_int(shelf, Q_EPOCH_AFTER, 0),
        .epoch = (uint64_t)column_int(shelf, Q_EPOCH_AFTER, 1),
        .first_link = column_link(shelf, Q_EPOCH_AFTER, 2),
        .through = (uint64_t)column_int(shelf, Q_EPOCH_AFTER, 3),
        .through_link = column_link(shelf, Q_EPOCH_AFTER, 4),
        .stated = (uint64_t)column_int(shelf, Q_EPOCH_AFTER, 5),
        .ended = column_int(shelf, Q_EPOCH_AFTER, 6) != 0,
    };
    rest(shelf, Q_EPOCH_AFTER);
    return true;
}

/* Reads all epochs, if they are not more than can be kept in mind. */
static bool know_epochs(struct shelf *shelf, struct error *err)
{
    struct shelf_epoch epoch = {.nth = 0};
    struct error none;
    struct known *known = &shelf->known;
    if (known->whole || known->too_many || shelf->damaged)
        return true;
    known->n = 0;
    while (!known->too_many && epoch_after(shelf, epoch.nth, &epoch, &none))
        known_put(known, &epoch);
    known->whole = !known->too_many && none.code == ERROR_NOT_FOUND;
    return known->whole || known->too_many || error_set(err, none.code, "%s", none.text);
}

bool shelf_epoch_after(struct shelf *shelf, uint32_t after, struct shelf_epoch *ret_epoch,
                       struct error *err)
{
    if (!know_epochs(shelf, err))
        return false;
    if (!shelf->known.whole)
        return epoch_after(shelf, after, ret_epoch, err);
    const struct known_epoch *next = known_after(&shelf->known, after);
    if (next == NULL)
        return error_set(err, ERROR_NOT_FOUND, "outbox: no such row");
    *ret_epoch = next->row;
    return true;
}

bool shelf_epoch_put(struct shelf *shelf, const struct shelf_epoch *e, struct error *err)
{
    if (known_has(&shelf->known, e))
        return true;
    if (!ask(shelf, Q_EPOCH_PUT, err, "iibibii", (int64_t)e->nth, (int64_t)e->epoch,
             (const void *)e->first_link.bytes, sizeof e->first_link.bytes, (int64_t)e->through,
             (const void *)e->through_link.bytes, sizeof e->through_link.bytes, (int64_t)e->stated,
             (int64_t)e->ended) ||
        !finish(shelf, Q_EPOCH_PUT, err))
        return false;
    if (shelf->known.whole)
        known_put(&shelf->known, e);
    return true;
}

bool shelf_epoch_delete(struct shelf *shelf, uint32_t nth, struct error *err)
{
    known_delete(&shelf->known, nth);
    return ask(shelf, Q_EPOCH_DELETE, err, "i", (int64_t)nth) && finish(shelf, Q_EPOCH_DELETE, err);
}

/* ------------------------------------------------------------------ scans */

bool shelf_scan_put(struct shelf *shelf, uint32_t nth, const struct shelf_scan *scan,
                    const struct item *item, struct error *err)
{
    if (!ask(shelf, Q_SCAN_PUT, err, "iibbt", (int64_t)nth, (int64_t)scan->seq,
             (const void *)scan->bytes, scan->n, (const void *)scan->link.bytes,
             sizeof scan->link.bytes, item->text) ||
        !finish(shelf, Q_SCAN_PUT, err))
        return false;
    known_scan_put(&shelf->known, nth, scan->seq, &scan->link);
    return true;
}

/* What was asked gives one scan. */
static bool one_scan(struct shelf *shelf, enum query query, struct shelf_scan *ret_scan,
                     struct error *err)
{
    if (!found(shelf, query, err))
        return false;
    *ret_scan = column_scan(shelf, query);
    rest(shelf, query);
    return true;
}

bool shelf_scan_at(struct shelf *shelf, uint32_t nth, uint64_t seq, struct shelf_scan *ret_scan,
                   struct error *err)
{
    return ask(shelf, Q_SCAN_AT, err, "ii", (int64_t)nth, (int64_t)seq) &&
           one_scan(shelf, Q_SCAN_AT, ret_scan, err);
}

bool shelf_scan_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                      struct shelf_scan *ret_scan, struct error *err)
{
    return ask(shelf, Q_SCAN_AFTER, err, "ii", (int64_t)nth, (int64_t)after) &&
           one_scan(shelf, Q_SCAN_AFTER, ret_scan, err);
}

bool shelf_scan_last(struct shelf *shelf, uint32_t nth, struct shelf_scan *ret_scan,
                     struct error *err)
{
    return ask(shelf, Q_SCAN_LAST, err, "i", (int64_t)nth) &&
           one_scan(shelf, Q_SCAN_LAST, ret_scan, err);
}

bool shelf_scan_end(struct shelf *shelf, uint32_t nth, uint64_t *ret_seq, struct link *ret_link,
                    struct error *err)
{
    struct shelf_scan last = {.seq = 0};
    struct error none;
    struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_scans) {
        *ret_seq = known->last_scan;
        *ret_link = known->last_link;
        return true;
    }
    if (!shelf_scan_last(shelf, nth, &last, &none) && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    if (known != NULL) {
        known->has_scans = true;
        known->last_scan = last.seq;
        known->last_link = last.link;
    }
    *ret_seq = last.seq;
    *ret_link = last.link;
    return true;
}

bool shelf_scans_of_item(struct shelf *shelf, const struct item *item,
                         bool (*each)(void *ctx, uint32_t nth, const struct shelf_scan *scan),
                         void *ctx, struct error *err)
{
    bool row;
    if (!ask(shelf, Q_SCANS_OF_ITEM, err, "t", item->text))
        return false;
    while (step(shelf, Q_SCANS_OF_ITEM, &row, err)) {
        if (!row)
            return true;
        struct shelf_scan scan = column_scan(shelf, Q_SCANS_OF_ITEM);
        if (!each(ctx, (uint32_t)column_int(shelf, Q_SCANS_OF_ITEM, 3), &scan)) {
            rest(shelf, Q_SCANS_OF_ITEM);
            return true;
        }
    }
    return false;
}

bool shelf_scan_delete(struct shelf *shelf, uint32_t nth, uint64_t first, uint64_t last,
                       struct error *err)
{
    known_scans_deleted(&shelf->known, nth);
    return ask(shelf, Q_SCAN_DELETE, err, "iii", (int64_t)nth, (int64_t)first, (int64_t)last) &&
           finish(shelf, Q_SCAN_DELETE, err);
}

/* ------------------------------------------------------------------ sealed batches */

bool shelf_batch_put(struct shelf *shelf, uint32_t nth, const struct shelf_batch *batch,
                     struct error *err)
{
    if (!ask(shelf, Q_BATCH_PUT, err, "iiib", (int64_t)nth, (int64_t)batch->first_seq,
             (int64_t)batch->count, (const void *)batch->bytes, batch->n) ||
        !finish(shelf, Q_BATCH_PUT, err))
        return false;
    known_batch_put(&shelf->known, nth, batch->first_seq + batch->count - 1);
    return true;
}

bool shelf_batch_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                       struct shelf_batch *ret_batch, struct error *err)
{
    /* The second bound only spares the index a walk from the start: no batch is longer. */
    int64_t from = after > BATCH_SCANS_MAX ? (int64_t)(after - BATCH_SCANS_MAX) : 0;
    if (!ask(shelf, Q_BATCH_AFTER, err, "iii", (int64_t)nth, (int64_t)after, from) ||
        !found(shelf, Q_BATCH_AFTER, err))
        return false;
    ret_batch->first_seq = (uint64_t)column_int(shelf, Q_BATCH_AFTER, 0);
    ret_batch->count = (uint32_t)column_int(shelf, Q_BATCH_AFTER, 1);
    ret_batch->n = column_blob(shelf, Q_BATCH_AFTER, 2, ret_batch->bytes, sizeof ret_batch->bytes);
    rest(shelf, Q_BATCH_AFTER);
    return true;
}

/* A query of one number; `none` when it gives no row. */
static bool one_number(struct shelf *shelf, enum query query, uint64_t none, uint64_t *ret_number,
                       struct error *err)
{
    bool row;
    if (!step(shelf, query, &row, err))
        return false;
    *ret_number = row ? (uint64_t)column_int(shelf, query, 0) : none;
    if (row)
        rest(shelf, query);
    return true;
}

bool shelf_batch_end(struct shelf *shelf, uint32_t nth, uint64_t *ret_seq, struct error *err)
{
    struct known_epoch *known = known_find(&shelf->known, nth);
    if (known == NULL || !known->has_batches) {
        uint64_t last;
        if (!ask(shelf, Q_BATCH_END, err, "i", (int64_t)nth) ||
            !one_number(shelf, Q_BATCH_END, 0, &last, err))
            return false;
        *ret_seq = last;
        if (known == NULL)
            return true;
        known->has_batches = true;
        known->last_batched = last;
    }
    *ret_seq = known->last_batched;
    return true;
}

bool shelf_batch_delete_above(struct shelf *shelf, uint32_t nth, uint64_t after, struct error *err)
{
    known_batches_deleted(&shelf->known, nth);
    return ask(shelf, Q_BATCH_DELETE, err, "ii", (int64_t)nth, (int64_t)after) &&
           finish(shelf, Q_BATCH_DELETE, err);
}

bool shelf_batch_receipted(struct shelf *shelf, uint32_t nth, uint64_t through,
                           struct instant server_wall, struct error *err)
{
    const struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_stamps && known->stamped == through)
        return true;
    if (!ask(shelf, Q_BATCH_STAMP, err, "iii", server_wall.ms, (int64_t)nth, (int64_t)through) ||
        !finish(shelf, Q_BATCH_STAMP, err) ||
        !ask(shelf, Q_BATCH_UNSTAMP, err, "ii", (int64_t)nth, (int64_t)through) ||
        !finish(shelf, Q_BATCH_UNSTAMP, err))
        return false;
    known_stamped(&shelf->known, nth, through);
    return true;
}

bool shelf_drop(struct shelf *shelf, uint32_t nth, uint64_t through, struct error *err)
{
    known_batches_deleted(&shelf->known, nth);
    return shelf_scan_delete(shelf, nth, 0, through, err) &&
           ask(shelf, Q_BATCH_DROP, err, "ii", (int64_t)nth, (int64_t)through) &&
           finish(shelf, Q_BATCH_DROP, err);
}

bool shelf_prune(struct shelf *shelf, struct instant cutoff, uint32_t limit, struct error *err)
{
    for (uint32_t i = 0; i < limit; i++) {
        bool row;
        if (!ask(shelf, Q_PRUNABLE, err, "i", cutoff.ms) || !step(shelf, Q_PRUNABLE, &row, err))
            return false;
        if (!row)
            break;
        uint32_t nth = (uint32_t)column_int(shelf, Q_PRUNABLE, 0);
        uint64_t last = (uint64_t)column_int(shelf, Q_PRUNABLE, 1);
        rest(shelf, Q_PRUNABLE);
        if (!shelf_drop(shelf, nth, last, err))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ held back, set aside */

bool shelf_hold(struct shelf *shelf, uint32_t nth, uint64_t seq, const void *bytes, size_t n,
                struct error *err)
{
    known_held(&shelf->known, nth, true);
    return ask(shelf, Q_HOLD, err, "iib", (int64_t)nth, (int64_t)seq, bytes, n) &&
           finish(shelf, Q_HOLD, err);
}

bool shelf_held_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                      struct shelf_scan *ret_scan, struct error *err)
{
    return ask(shelf, Q_HELD_AFTER, err, "ii", (int64_t)nth, (int64_t)after) &&
           one_scan(shelf, Q_HELD_AFTER, ret_scan, err);
}

bool shelf_held_delete(struct shelf *shelf, uint32_t nth, struct error *err)
{
    known_held(&shelf->known, nth, false);
    return ask(shelf, Q_HELD_DELETE, err, "i", (int64_t)nth) && finish(shelf, Q_HELD_DELETE, err);
}

bool shelf_held_any(struct shelf *shelf, uint32_t nth, bool *ret_any, struct error *err)
{
    uint64_t seq;
    const struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_held) {
        *ret_any = known->any_held;
        return true;
    }
    if (!ask(shelf, Q_HELD_AFTER, err, "ii", (int64_t)nth, INT64_C(0)) ||
        !one_number(shelf, Q_HELD_AFTER, 0, &seq, err))
        return false;
    *ret_any = seq != 0;
    known_held(&shelf->known, nth, *ret_any);
    return true;
}

bool shelf_held_count(struct shelf *shelf, uint64_t *ret_count, struct error *err)
{
    return ask(shelf, Q_HELD_COUNT, err, "") && one_number(shelf, Q_HELD_COUNT, 0, ret_count, err);
}

static bool set_aside(struct shelf *shelf, enum query query, uint32_t nth, uint64_t seq,
                      const char *why, struct error *err)
{
    return ask(shelf, query, err, "iit", (int64_t)nth, (int64_t)seq, why) &&
           finish(shelf, query, err);
}

bool shelf_set_aside_scan(struct shelf *shelf, uint32_t nth, uint64_t seq, const char *why,
                          struct error *err)
{
    return set_aside(shelf, Q_ASIDE_SCAN, nth, seq, why, err);
}

bool shelf_set_aside_batches(struct shelf *shelf, uint32_t nth, uint64_t above, const char *why,
                             struct error *err)
{
    return set_aside(shelf, Q_ASIDE_BATCHES, nth, above, why, err);
}

bool shelf_set_aside_held(struct shelf *shelf, uint32_t nth, uint64_t seq, const char *why,
                          struct error *err)
{
    return set_aside(shelf, Q_ASIDE_HELD, nth, seq, why, err);
}

bool shelf_set_aside_count(struct shelf *shelf, uint64_t *ret_count, struct error *err)
{
    return ask(shelf, Q_ASIDE_COUNT, err, "") &&
           one_number(shelf, Q_ASIDE_COUNT, 0, ret_count, err);
}
