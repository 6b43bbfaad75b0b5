/* Openings that go wrong: sixty beeps lie in the file, and memory is short, or a step of a
 * statement fails, or the file is damaged besides, or something else stands in its place. Whatever
 * it was, when it is over each of them is there once, and a file is moved aside only where it is
 * damaged, or is said to be. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/handheld/rig.h"

#include <cmocka.h>

/* The linker gives the outbox's calls to these. */
int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_errcode(sqlite3 *db);
int __wrap_sqlite3_errcode(sqlite3 *db);

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);

static long steps, fail_at;     /* 0: none */
static long blocks, fail_block; /* of the outbox's own, not the engine's */
static int fail_with, failed_with;

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    failed_with = SQLITE_OK;
    return ++steps == fail_at ? failed_with = fail_with : __real_sqlite3_step(statement);
}

int __wrap_sqlite3_errcode(sqlite3 *db)
{
    return failed_with != SQLITE_OK ? failed_with : __real_sqlite3_errcode(db);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return ++blocks == fail_block ? NULL : __real_calloc(n, size);
}

/* ------------------------------------------------------------------ what lies there */

#define BEEPS 60
#define FILES 3
#define FILE_MAX ((size_t)1 << 20)
#define HEAP_STEP 4001   /* bytes; odd, so that it meets all kinds of allocations */
#define FREE_PAGES_AT 39 /* of the file's head: how many pages are free, the low byte */

static struct rig rig;
static const char *const names[FILES] = {"outbox.db", "outbox.db-wal", "outbox.mark"};
static struct {
    uint8_t bytes[FILE_MAX];
    size_t n;
} files[FILES];

static int setup(void **state)
{
    (void)state;
    rig_init(&rig);
    rig_stand(&rig, 7, 1, 0, &(struct link){{0}});
    rig_beep(&rig, 1, BEEPS);
    outbox_close(rig.outbox);
    rig.outbox = NULL;
    for (size_t i = 0; i < FILES; i++) {
        char path[96];
        rig_path(&rig, path, names[i]);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? 0 : read(fd, files[i].bytes, FILE_MAX);
        files[i].n = n > 0 ? (size_t)n : 0;
        close(fd);
    }
    assert_true(files[0].n > 0 && files[0].n < FILE_MAX);
    return 0;
}

static size_t moved_aside(bool remove_them)
{
    char path[96];
    size_t n = 0;
    DIR *dir = opendir(rig.dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        if (strstr(entry->d_name, ".damaged-") != NULL) {
            n++;
            rig_path(&rig, path, entry->d_name);
            assert_true(!remove_them || unlink(path) == 0);
        }
    closedir(dir);
    return n;
}

static void lay_out(void)
{
    (void)moved_aside(true);
    for (size_t i = 0; i < FILES; i++) {
        char path[96];
        rig_path(&rig, path, names[i]);
        unlink(path);
        int fd = files[i].n == 0 ? -1 : open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_true(files[i].n == 0 ||
                    write(fd, files[i].bytes, files[i].n) == (ssize_t)files[i].n);
        close(fd);
    }
    rig.told[0] = '\0';
}

static int teardown(void **state)
{
    (void)state;
    rig_done(&rig);
    return 0;
}

/* Nothing fails any more. */
static void all_there_once(void)
{
    uint8_t seen[1000] = {0};
    struct rig_kept nothing = {.epoch = 0};
    assert_int_equal(rig_unsent(&rig), BEEPS);
    assert_int_equal(rig_set_aside(&rig), 0);
    (void)rig_settle(&rig, &nothing);
    (void)rig_drain(&rig, seen);
    for (uint32_t i = 1; i <= BEEPS; i++)
        assert_int_equal(seen[i], 1);
}

/* ------------------------------------------------------------------ no memory */

/* Each opening has a little more than the one before, until one gets through with nothing told. */
static size_t with_little_memory(bool damaged)
{
    struct error err;
    struct outbox_counts counts;
    bool through = false;
    size_t tries = 0;
    sqlite3_int64 before = sqlite3_memory_used();
    for (; !through && tries < 500; tries++) {
        lay_out();
        sqlite3_hard_heap_limit64(before + HEAP_STEP * (sqlite3_int64)(tries + 1));
        assert_true(rig_try_open(&rig, &err));
        through = outbox_counts(rig.outbox, &counts, &err);
        assert_true(through || err.code == ERROR_LATER);
        sqlite3_hard_heap_limit64(0);
        if (!damaged)
            assert_int_equal(moved_aside(false), 0);
        all_there_once();
        assert_true(sqlite3_memory_used() > before); /* it is counted */
        outbox_drop(rig.outbox);
    }
    rig.outbox = NULL;
    assert_true(through);
    return tries;
}

static void memory_is_short(void **state)
{
    (void)state;
    assert_true(with_little_memory(false) > 10);
}

/* ... and while a damaged file is read out. */
static void memory_is_short_and_the_file_damaged(void **state)
{
    (void)state;
    files[0].bytes[FREE_PAGES_AT] ^= 5; /* seen when it is looked through; all can be read */
    assert_true(with_little_memory(true) > 10);
    assert_true(moved_aside(false) > 0);
}

/* What the outbox itself asks for: its own block, one a file, one more for the damaged file. */
static void no_block_is_given(void **state)
{
    struct error err = {ERROR_NONE, ""};
    (void)state;
    files[0].bytes[FREE_PAGES_AT] ^= 5;
    for (long n = 1; n <= 4; n++) {
        lay_out();
        blocks = 0;
        fail_block = n;
        bool opened = rig_try_open(&rig, &err);
        fail_block = 0;
        assert_true(opened == (n > 1));
        if (!opened) {
            assert_int_equal(err.code, ERROR_LATER);
            assert_true(rig_try_open(&rig, &err));
        }
        all_there_once();
        outbox_drop(rig.outbox);
    }
    rig.outbox = NULL;
    assert_true(blocks >= 4);
}

/* ------------------------------------------------------------------ a step fails */

static long steps_of_an_opening(void)
{
    struct error err;
    lay_out();
    steps = 0;
    assert_true(rig_try_open(&rig, &err));
    long needed = steps;
    outbox_drop(rig.outbox);
    return needed;
}

static void each_step_fails(int with)
{
    struct error err;
    struct outbox_counts counts;
    long needed = steps_of_an_opening();
    assert_true(needed > 5);
    for (long n = 1; n <= needed; n++) {
        lay_out();
        steps = 0;
        fail_with = with;
        fail_at = n;
        assert_true(rig_try_open(&rig, &err));
        bool good = outbox_counts(rig.outbox, &counts, &err);
        assert_true(good || err.code == ERROR_LATER || err.code == ERROR_BROKEN);
        fail_at = 0;
        if (with != SQLITE_CORRUPT)
            assert_int_equal(moved_aside(false), 0);
        all_there_once();
        outbox_drop(rig.outbox);
    }
    rig.outbox = NULL;
}

static void a_step_fails(void **state)
{
    static const int kinds[] = {SQLITE_IOERR, SQLITE_NOMEM, SQLITE_FULL, SQLITE_CORRUPT};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        each_step_fails(kinds[i]);
}

/* ------------------------------------------------------------------ something else is there */

static void a_folder_in_its_place(void **state)
{
    char path[96];
    struct error err;
    struct scan scan = rig_scan(&rig, BEEPS + 1, EVENT_PICKED_UP);
    (void)state;
    for (size_t i = 0; i < FILES; i++) {
        rig_path(&rig, path, names[i]);
        (void)unlink(path);
    }
    rig_path(&rig, path, "outbox.db");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(rig_try_open(&rig, &err));
    assert_false(outbox_add(rig.outbox, &scan, &err)); /* no beep */
    assert_int_not_equal(err.code, ERROR_NONE);
    assert_int_equal(rmdir(path), 0);
    assert_true(outbox_add(rig.outbox, &scan, &err)); /* without a restart */
    assert_int_equal(rig_unsent(&rig), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {T(memory_is_short), T(memory_is_short_and_the_file_damaged),
                                       T(no_block_is_given), T(a_step_fails),
                                       T(a_folder_in_its_place)};
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 1), SQLITE_OK);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
