/* db.h - the one small door to the database engine; SQL stays plain, so that a second engine can
 * stand behind the same calls. One connection, one thread at a time. */
#ifndef TRAO_SERVER_RECORD_DB_H
#define TRAO_SERVER_RECORD_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

struct db;
struct stmt;
struct pages;

enum db_mode {
    DB_DURABLE,     /* read and write, WAL, synchronous FULL: the record */
    DB_REBUILDABLE, /* read and write, WAL, synchronous NORMAL: the views */
    DB_READ_ONLY,
    DB_STILL /* the file alone, without its log and without a lock: while nobody writes it */
};

/* Opens or makes the file (0600). LATER when locked or the disk is full, BROKEN when the file is
 * not a database, NOT_FOUND when it cannot be opened at all. A busy connection waits at most 5 s.
 */
bool db_open(const char *path, enum db_mode mode, struct db **ret_db, struct error *err) must_use;
/* The same, and what is written to the file is noted (pages.h). */
bool db_open_watched(const char *path, enum db_mode mode, struct pages *pages, struct db **ret_db,
                     struct error *err) must_use;
void db_close(struct db *db); /* NULL is fine; finalises what is still prepared */

/* Statements without result, several separated by ';'. */
bool db_exec(struct db *db, const char *sql, struct error *err) must_use;

/* Ends the running transaction, if there is one, keeping nothing. */
void db_abandon(struct db *db);

/* Removes a database that can be made again, with its log; nobody has it open. */
void db_remove(const char *path);

/* Prepared once per text and kept until db_close; preparing the same text again gives the same
 * statement, reset. Text must live as long as the connection (string literals). */
bool db_prepare(struct db *db, const char *sql, struct stmt **ret_stmt, struct error *err) must_use;

/* Parameters count from 1; the bytes of blobs and texts must live until the statement is stepped to
 * its end or reset. */
void stmt_int(struct stmt *stmt, int at, int64_t value);
void stmt_blob(struct stmt *stmt, int at, const void *bytes, size_t n);
void stmt_text(struct stmt *stmt, int at, const char *text);
void stmt_null(struct stmt *stmt, int at);

void stmt_u64(struct stmt *stmt, int at, uint64_t value); /* all 64 bits, read back the same way */

enum db_step {
    DB_STEP_ROW,
    DB_STEP_DONE,
    DB_STEP_FAILED /* err: LATER (busy, full), REPEATED (unique key), BROKEN (damage) */
};
enum db_step stmt_step(struct stmt *stmt, struct error *err);
/* Steps a statement that has no row to its end and resets it. */
bool stmt_done(struct stmt *stmt, struct error *err) must_use;
void stmt_reset(struct stmt *stmt);

/* Columns count from 0; what they return lives until the next step or reset. */
int64_t stmt_col_int(struct stmt *stmt, int at);
uint64_t stmt_col_u64(struct stmt *stmt, int at);
const char *stmt_col_text(struct stmt *stmt, int at); /* never NULL */
const void *stmt_col_blob(struct stmt *stmt, int at, size_t *ret_n);
bool stmt_col_is_null(struct stmt *stmt, int at);

int64_t db_last_id(const struct db *db);

/* Moves what is committed from the log into the file without making writers wait (settled point
 * 13). DB_DURABLE never does this by itself: another connection's thread calls it now and then.
 * True also when a reader kept it from finishing, or somebody
 * holds the file; LATER and BROKEN as in stmt_step. */
bool db_checkpoint(struct db *db, struct error *err) must_use;
/* The same for whoever holds the file (pages_hold): true in *ret_whole when all was moved. */
bool db_checkpoint_whole(struct db *db, bool *ret_whole, struct error *err) must_use;
/* The file as it lies on the disk, whatever its log says: zeros beyond its end. */
bool db_file_read(struct db *db, uint64_t at, void *out, size_t n, struct error *err) must_use;
bool db_file_bytes(struct db *db, uint64_t *ret_bytes, struct error *err) must_use;
/* For the writer, between its transactions: moves what is left of the log, so that it begins anew,
 * when another connection's db_checkpoint has just left little and the log is long enough, or when
 * it is above its bound. */
bool db_relieve(struct db *db, struct error *err) must_use;
#define DB_WAL_ENOUGH_BYTES (UINT64_C(32) << 20) /* three seconds at 35,000 scans/s */
/* Size of the write-ahead log after this connection's last commit; 0 before the first. */
uint64_t db_wal_bytes(const struct db *db);
/* Above this the writer checkpoints itself: reliability.md (c) 40, settled point 13. */
#define DB_WAL_MAX_BYTES (UINT64_C(64) << 20)

#endif
