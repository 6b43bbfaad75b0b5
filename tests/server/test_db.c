/* The small door to SQLite: codes, statements, the log, a full disk. */
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/record/db.h"

static char dir[128], path[160];

static int set_up(void **state)
{
    (void)state;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(dir, sizeof dir, "%s/trao-db-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/one.db", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char name[192];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        unlink(name);
    }
    rmdir(dir);
    return 0;
}

static struct db *opened(enum db_mode mode)
{
    struct db *db = NULL;
    struct error err;
    if (!db_open(path, mode, &db, &err))
        fail_msg("%s", err.text);
    return db;
}

static void exec(struct db *db, const char *sql)
{
    struct error err;
    if (!db_exec(db, sql, &err))
        fail_msg("%s: %s", sql, err.text);
}

static int64_t number(struct db *db, const char *sql)
{
    struct stmt *stmt;
    assert_true(db_prepare(db, sql, &stmt, NULL));
    assert_int_equal(stmt_step(stmt, NULL), DB_STEP_ROW);
    int64_t value = stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return value;
}

static void values_come_back(void **state)
{
    (void)state;
    struct db *db = opened(DB_DURABLE);
    struct stmt *stmt, *again;
    exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, u INTEGER, b BLOB, s TEXT, n)");
    const char *sql = "INSERT INTO t(u, b, s, n) VALUES(?1, ?2, ?3, ?4)";
    assert_true(db_prepare(db, sql, &stmt, NULL));
    stmt_u64(stmt, 1, UINT64_MAX - 5);
    stmt_blob(stmt, 2, NULL, 0);
    stmt_text(stmt, 3, "Hà Tĩnh");
    stmt_null(stmt, 4);
    assert_true(stmt_done(stmt, NULL));
    assert_int_equal(db_last_id(db), 1);
    assert_true(db_prepare(db, sql, &again, NULL));
    assert_ptr_equal(stmt, again);
    assert_true(db_prepare(db, "SELECT u, b, s, n FROM t", &stmt, NULL));
    assert_int_equal(stmt_step(stmt, NULL), DB_STEP_ROW);
    size_t n = 9;
    assert_true(stmt_col_u64(stmt, 0) == UINT64_MAX - 5);
    (void)stmt_col_blob(stmt, 1, &n);
    assert_int_equal(n, 0);
    assert_false(stmt_col_is_null(stmt, 1));
    assert_string_equal(stmt_col_text(stmt, 2), "Hà Tĩnh");
    assert_true(stmt_col_is_null(stmt, 3));
    assert_string_equal(stmt_col_text(stmt, 3), "");
    assert_int_equal(stmt_step(stmt, NULL), DB_STEP_DONE);
    db_close(db);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void codes(void **state)
{
    (void)state;
    struct error err;
    struct db *db = NULL, *two;
    assert_false(db_open(path, DB_READ_ONLY, &db, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    db = opened(DB_DURABLE);
    exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY)");
    exec(db, "INSERT INTO t VALUES(1)");
    struct stmt *stmt;
    assert_true(db_prepare(db, "INSERT INTO t VALUES(1)", &stmt, &err));
    assert_false(stmt_done(stmt, &err));
    assert_int_equal(err.code, ERROR_REPEATED);
    assert_false(db_prepare(db, "SELECT nonsense", &stmt, &err));
    assert_int_equal(err.code, ERROR_BROKEN);
    two = opened(DB_READ_ONLY);
    assert_false(db_exec(two, "DELETE FROM t", &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_int_equal(number(two, "SELECT count(*) FROM t"), 1);
    db_close(two);
    db_close(db);
}

static void not_a_database(void **state)
{
    (void)state;
    struct error err;
    struct db *db;
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 400; i++)
        (void)fputs("this is not a database at all. ", file);
    (void)fclose(file);
    assert_false(db_open(path, DB_DURABLE, &db, &err));
    assert_int_equal(err.code, ERROR_BROKEN);
    assert_non_null(strstr(err.text, "one.db"));
}

static void locked_is_later(void **state)
{
    (void)state;
    struct error err;
    struct db *one = opened(DB_DURABLE), *two = opened(DB_DURABLE);
    exec(one, "CREATE TABLE t(id INTEGER)");
    exec(one, "BEGIN IMMEDIATE");
    assert_false(db_exec(two, "BEGIN IMMEDIATE", &err)); /* after 5 s */
    assert_int_equal(err.code, ERROR_LATER);
    db_abandon(one);
    db_abandon(one); /* nothing to abandon is fine */
    exec(two, "BEGIN IMMEDIATE");
    db_abandon(two);
    db_close(two);
    db_close(one);
}

/* Settled point 13: nothing is checkpointed by itself; a connection of its own does it, though it
 * never read; the log is then written over from its start. */
static void checkpoint_from_another_connection(void **state)
{
    (void)state;
    struct error err;
    struct db *one = opened(DB_DURABLE), *two;
    struct stat before, after;
    exec(one, "CREATE TABLE t(b BLOB)");
    for (int i = 0; i < 50; i++)
        exec(one, "INSERT INTO t VALUES(zeroblob(100000))");
    uint64_t grown = db_wal_bytes(one);
    assert_true(grown > 5000000);
    assert_int_equal(stat(path, &before), 0);
    two = opened(DB_DURABLE);
    assert_true(db_checkpoint(two, &err));
    assert_int_equal(stat(path, &after), 0);
    assert_true(after.st_size > before.st_size + 4000000);
    exec(one, "INSERT INTO t VALUES(1)");
    assert_true(db_wal_bytes(one) < 100000);
    db_close(two);
    db_close(one);
}

/* On a tiny file system of its own: full is LATER, nothing half-written, and it goes on by itself
 * when there is room again. */
static int with_a_full_disk(void)
{
    struct error err = {.code = ERROR_NONE};
    struct db *db;
    char filler[192];
    if (mount("trao", dir, "tmpfs", 0, "size=2m,mode=0700") != 0)
        return 77;
    (void)snprintf(filler, sizeof filler, "%s/filler", dir);
    if (!db_open(path, DB_DURABLE, &db, &err) ||
        !db_exec(db, "CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)", &err))
        return 1;
    FILE *file = fopen(filler, "w");
    for (int i = 0; i < 1200; i++)
        (void)fprintf(file, "%01023d", i);
    (void)fclose(file);
    int good = 0;
    while (db_exec(db, "BEGIN IMMEDIATE; INSERT INTO t(b) VALUES(zeroblob(20000)); COMMIT", &err))
        if (++good > 200)
            return 2;
    if (err.code != ERROR_LATER || strcmp(err.text, "disk full") != 0)
        return 3;
    db_abandon(db);
    if (number(db, "SELECT count(*) FROM t") != good)
        return 4;
    unlink(filler);
    if (!db_exec(db, "BEGIN IMMEDIATE; INSERT INTO t(b) VALUES(zeroblob(20000)); COMMIT", &err))
        return 5;
    db_close(db);
    umount(dir);
    return good > 0 ? 0 : 6;
}

static void full_disk_is_later(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip();
        return;
    }
    pid_t child = fork();
    if (child == 0)
        _exit(unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0
                  ? with_a_full_disk()
                  : 77);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_come_back),   TEST(codes),
        TEST(not_a_database),     TEST(locked_is_later),
        TEST(full_disk_is_later), TEST(checkpoint_from_another_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
