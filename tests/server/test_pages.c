/* A copy that is read while the file is written is the state of one commit, and the parts behind it
 * bring it to later ones. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/record/pages.h"

#define assert_good(call)                                                                          \
    do {                                                                                           \
        struct error err = {.code = ERROR_NONE};                                                   \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, err.text);                                                   \
    } while (0)

#define MOST 16 /* blocks a step: many steps, so that much changes between them */

struct site {
    char dir[64], path[96], copy[96];
    struct pages *pages;
    struct pages_watch *watch;
    struct db *writer, *own;
    pthread_t thread;
    bool writes;
    atomic_bool ends;
    atomic_long commits;
};

static void exec(struct db *db, const char *sql)
{
    assert_good(db_exec(db, sql, &err));
}

/* Two tables that one commit changes together, all over the file. */
static void *write_on(void *arg)
{
    struct site *site = arg;
    while (!atomic_load(&site->ends)) {
        exec(site->writer, "BEGIN IMMEDIATE;"
                           "UPDATE a SET v = v + 1, pad = randomblob(600) WHERE k % 7 = 0;"
                           "UPDATE b SET v = v + 1; INSERT INTO a(v, pad) VALUES(0, zeroblob(900));"
                           "COMMIT");
        atomic_fetch_add(&site->commits, 1);
    }
    return NULL;
}

static int open_site(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    (void)snprintf(site->dir, sizeof site->dir, "/tmp/trao-pages.XXXXXX");
    assert_non_null(mkdtemp(site->dir));
    (void)snprintf(site->path, sizeof site->path, "%s/a%%b?#.db", site->dir);
    (void)snprintf(site->copy, sizeof site->copy, "%s/copy.db", site->dir);
    assert_good(pages_open(site->path, &site->pages, &err));
    assert_good(db_open_watched(site->path, DB_DURABLE, site->pages, &site->writer, &err));
    exec(site->writer, "CREATE TABLE a(k INTEGER PRIMARY KEY, v INTEGER, pad BLOB);"
                       "CREATE TABLE b(v INTEGER); INSERT INTO b VALUES(0);"
                       "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)"
                       " INSERT INTO a(v, pad) SELECT 0, randomblob(900) FROM n");
    assert_good(db_open_watched(site->path, DB_DURABLE, site->pages, &site->own, &err));
    *state = site;
    return 0;
}

static int close_site(void **state)
{
    struct site *site = *state;
    char command[128];
    if (site->writes) {
        atomic_store(&site->ends, true);
        pthread_join(site->thread, NULL);
    }
    db_close(site->own);
    db_close(site->writer);
    pages_watch_free(site->watch);
    pages_close(site->pages);
    (void)snprintf(command, sizeof command, "rm -r '%s'", site->dir);
    assert_int_equal(system(command), 0);
    free(site);
    return 0;
}

/* What backup.c and restore.c do, without a file between. */
static size_t copy_part(struct site *site, struct pages_watch *watch)
{
    static uint8_t bytes[MOST][PAGES_BLOCK_BYTES];
    uint64_t at[MOST], file_bytes = 0;
    size_t n, all = 0;
    int fd = open(site->copy, O_RDWR | O_CREAT, 0600);
    do {
        assert_good(pages_hold(site->pages, site->own, &err));
        assert_good(pages_read(watch, site->own, MOST, bytes[0], at, &n, &file_bytes, &err));
        pages_release(site->pages);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(
                pwrite(fd, bytes[i], PAGES_BLOCK_BYTES, (off_t)(at[i] * PAGES_BLOCK_BYTES)),
                PAGES_BLOCK_BYTES);
        all += n;
    } while (n == MOST);
    assert_int_equal(ftruncate(fd, (off_t)file_bytes), 0);
    close(fd);
    return all;
}

static int64_t one(struct db *db, const char *sql)
{
    struct stmt *stmt;
    struct error why;
    assert_good(db_prepare(db, sql, &stmt, &err));
    assert_int_equal(stmt_step(stmt, &why), DB_STEP_ROW);
    int64_t value = stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return value;
}

/* Whole, and of one commit: b.v counts commits, and each added one row and one to each seventh. */
static int64_t commits_in_copy(struct site *site)
{
    struct db *db;
    assert_good(db_open(site->copy, DB_STILL, &db, &err));
    assert_int_equal(one(db, "SELECT count(*) FROM pragma_integrity_check"
                             " WHERE integrity_check = 'ok'"),
                     1);
    int64_t commits = one(db, "SELECT v FROM b");
    assert_int_equal(one(db, "SELECT count(*) FROM a"), 700 + commits);
    assert_int_equal(one(db, "SELECT min(v) FROM a WHERE k % 7 = 0 AND k <= 700"), commits);
    assert_int_equal(one(db, "SELECT max(v) FROM a"), commits);
    db_close(db);
    return commits;
}

static void copies_under_way_are_of_one_commit(void **state)
{
    struct site *site = *state;
    int64_t before = -1;
    assert_good(pages_watch_new(site->pages, true, &site->watch, &err));
    assert_int_equal(pthread_create(&site->thread, NULL, write_on, site), 0);
    site->writes = true;
    for (int part = 0; part < 6; part++) {
        while (atomic_load(&site->commits) <= before)
            usleep(1000);
        assert_true(copy_part(site, site->watch) > 0);
        pages_settle(site->watch, true);
        int64_t commits = commits_in_copy(site);
        assert_true(commits > before);
        before = commits;
    }
    atomic_store(&site->ends, true);
    pthread_join(site->thread, NULL);
    site->writes = false;
    copy_part(site, site->watch);
    assert_int_equal(commits_in_copy(site), atomic_load(&site->commits));
}

/* A part that was written nowhere comes again with the next. */
static void what_was_not_safe_comes_again(void **state)
{
    struct site *site = *state;
    assert_good(pages_watch_new(site->pages, true, &site->watch, &err));
    size_t whole = copy_part(site, site->watch);
    assert_false(pages_changed(site->watch));
    pages_settle(site->watch, false);
    assert_true(pages_changed(site->watch));
    assert_int_equal(copy_part(site, site->watch), whole);
    pages_settle(site->watch, true);
    exec(site->writer, "UPDATE b SET v = 1");
    size_t some = copy_part(site, site->watch);
    assert_in_range(some, 1, 2);
    pages_settle(site->watch, false);
    assert_int_equal(copy_part(site, site->watch), some);
}

/* While the file is held nobody checkpoints it, and nobody waits. */
static void held_it_stands_still(void **state)
{
    struct site *site = *state;
    assert_good(db_checkpoint(site->own, &err));
    assert_good(pages_watch_new(site->pages, false, &site->watch, &err));
    assert_good(pages_hold(site->pages, site->own, &err));
    exec(site->writer, "UPDATE a SET v = 1");
    assert_good(db_checkpoint(site->writer, &err));
    assert_false(pages_changed(site->watch));
    pages_release(site->pages);
    assert_good(db_checkpoint(site->writer, &err));
    assert_true(pages_changed(site->watch));
}

static void write_mb(struct site *site, int mb)
{
    for (int i = 0; i < mb * 10; i++)
        exec(site->writer, "INSERT INTO a(v, pad) VALUES(0, zeroblob(100000))");
}

/* A reader stands for the commits that a checkpoint cannot move while it runs. */
static struct db *hold_a_snapshot(struct site *site)
{
    struct db *reader;
    assert_good(db_open(site->path, DB_READ_ONLY, &reader, &err));
    exec(reader, "BEGIN; SELECT count(*) FROM b");
    return reader;
}

/* While somebody writes no checkpoint moves all of the log. When one has left little of a long log,
 * the writer moves that between two commits, and the log begins anew; never what would hold it up.
 */
static void the_writer_moves_what_little_is_left(void **state)
{
    struct site *site = *state;
    write_mb(site, 20);
    struct db *reader = hold_a_snapshot(site);
    write_mb(site, 15);
    assert_true(db_wal_bytes(site->writer) > DB_WAL_ENOUGH_BYTES);
    assert_good(db_checkpoint(site->own, &err)); /* leaves 15 MB */
    db_close(reader);
    assert_good(db_relieve(site->writer, &err));
    assert_true(db_wal_bytes(site->writer) > DB_WAL_ENOUGH_BYTES);
    reader = hold_a_snapshot(site);
    exec(site->writer, "UPDATE b SET v = 1");
    assert_good(db_checkpoint(site->own, &err)); /* leaves that */
    db_close(reader);
    assert_good(db_relieve(site->writer, &err));
    exec(site->writer, "UPDATE b SET v = 2");
    assert_true(db_wal_bytes(site->writer) < 100000);
    write_mb(site, 15);
    assert_good(db_relieve(site->writer, &err)); /* not long enough, and nobody was there before */
    assert_true(db_wal_bytes(site->writer) > 15000000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
    const struct CMUnitTest tests[] = {
        TEST(copies_under_way_are_of_one_commit),
        TEST(what_was_not_safe_comes_again),
        TEST(held_it_stands_still),
        TEST(the_writer_moves_what_little_is_left),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
