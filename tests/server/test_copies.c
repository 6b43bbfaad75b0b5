/* The folder that a server keeps by itself: a base and parts behind it, each of which brings the
 * record to a later commit; sets that come and go; a folder that is away. Monotonic time is the
 * test's own. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/keeping/copies.h"
#include "server/keeping/restore.h"
#include "server/keeping/sets.h"
#include "server/record/pages.h"
#include "tests/server/rig.h"

#define EVERY_S 60
#define EVERY_MS (INT64_C(1000) * EVERY_S)

static struct rig rig;
static struct pages *pages;
static struct copies *copies;
static struct backup_key key;
static char folder[200], outside[32];
static struct error refusal; /* of restored() */
static int64_t tick_ms, wall_off_ms;
static uint32_t items, words, recoveries;
static char why[256];

/* Files have the machine's times, so the wall clock begins as the machine's. */
static struct instant wall(void *self)
{
    (void)self;
    struct clock clock = clock_system();
    return (struct instant){clock.now(clock.self).ms + wall_off_ms};
}

static struct tick tick(void *self)
{
    (void)self;
    return (struct tick){tick_ms};
}

static void heard(void *ctx, int64_t behind_s, const char *said)
{
    (void)ctx;
    (void)behind_s;
    words += said != NULL;
    recoveries += said == NULL;
    (void)snprintf(why, sizeof why, "%s", said == NULL ? "" : said);
}

static void open_copies(uint32_t keep, uint32_t every_s)
{
    struct copies_config config = {.source = {.folder = rig.dir,
                                              .pages = pages,
                                              .to = &key.public_key,
                                              .server = &rig.seal_public,
                                              .clock = {.now = wall, .tick = tick},
                                              .chance = chance_system()},
                                   .folder = folder,
                                   .every_s = every_s,
                                   .keep = keep,
                                   .tell = heard};
    assert_good(copies_open(&config, &copies, &err));
}

static int open_all(void **state)
{
    (void)state;
    struct chance chance = chance_system();
    rig_open(&rig);
    (void)snprintf(outside, sizeof outside, "/tmp/trao-copies.XXXXXX");
    assert_non_null(mkdtemp(outside));
    box_keys_new(&chance, &key.public_key, &key.secret_key);
    (void)snprintf(folder, sizeof folder, "%s/backups", rig.dir); /* left out of itself */
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_good(pages_open(rig.record_path, &pages, &err));
    tick_ms = 1000000;
    wall_off_ms = items = words = recoveries = 0;
    open_copies(7, EVERY_S);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    char command[256];
    copies_close(copies);
    pages_close(pages);
    (void)snprintf(command, sizeof command, "rm -rf '%s/backups' '%s/attachments' '%s'", rig.dir,
                   rig.dir, outside);
    assert_int_equal(system(command), 0);
    rig_close(&rig);
    return 0;
}

static void work(int64_t after_ms)
{
    tick_ms += after_ms;
    wall_off_ms += after_ms;
    copies_work(copies);
}

static void issue_one(void)
{
    char dossier[32];
    (void)snprintf(dossier, sizeof dossier, "H56-%u", ++items);
    rig_issue(&rig, items, dossier);
}

static size_t sets(struct set_name *ret_newest)
{
    struct set_name *all;
    size_t n;
    assert_good(sets_list(folder, &all, &n, &err));
    if (n > 0 && ret_newest != NULL)
        *ret_newest = all[n - 1];
    free(all);
    return n;
}

static uint64_t parts(void)
{
    struct set_name set;
    uint64_t n;
    bool beyond;
    assert_true(sets(&set) > 0);
    assert_good(set_parts(folder, &set, &n, &beyond, &err));
    return n;
}

/* What comes back of the newest set, its chains verified: how many office facts. */
static uint64_t restored(uint64_t upto)
{
    static unsigned times;
    char back[256];
    struct restore *restore;
    struct record_proof proof = {.office_facts = UINT64_MAX};
    (void)snprintf(back, sizeof back, "%s/%u", outside, ++times);
    assert_good(restore_open(back, false, &restore, &err));
    if (!restore_read(restore, folder, NULL, upto, &key, &refusal) ||
        !restore_verify(restore, &proof, &refusal))
        proof.office_facts = UINT64_MAX;
    restore_close(restore);
    return proof.office_facts;
}

static void each_part_brings_it_further(void **state)
{
    (void)state;
    issue_one();
    work(0);
    assert_int_equal(parts(), 1);
    for (uint64_t part = 1; part < 6; part++) {
        issue_one();
        work(EVERY_MS / 4);
        assert_int_equal(parts(), part); /* not yet */
        work(EVERY_MS / 4);
        assert_int_equal(parts(), part + 1);
        assert_int_equal(restored(UINT64_MAX), part + 1);
    }
    for (uint64_t part = 0; part < 6; part++)
        assert_int_equal(restored(part), part + 1);
    assert_int_equal(words, 0);
}

/* A part costs what changed, not what there is; without news there is none, and nobody is behind.
 */
static void parts_are_small_and_rare(void **state)
{
    (void)state;
    char name[SETS_NAME_MAX], path[300];
    struct set_name set;
    struct stat base, part;
    assert_good(record_begin(rig.record, &err));
    for (int i = 0; i < 40; i++) {
        struct link name_of;
        static uint8_t bytes[50000];
        bytes[0] = (uint8_t)i;
        assert_good(record_attachment_add(rig.record, bytes, sizeof bytes, &name_of, &err));
    }
    assert_good(record_commit(rig.record, &err));
    work(0);
    for (int i = 0; i < 10; i++)
        work(EVERY_MS / 2);
    assert_int_equal(parts(), 1);
    assert_in_range(copies_behind(copies), 0, EVERY_S / 2);
    issue_one();
    work(EVERY_MS / 2);
    assert_int_equal(parts(), 2);
    sets(&set);
    set_part_name(&set, 0, name);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(stat(path, &base), 0);
    set_part_name(&set, 1, name);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(stat(path, &part), 0);
    assert_true(base.st_size > 2000000);
    assert_true(part.st_size < 150000);
    assert_int_equal(restored(UINT64_MAX), 1);
}

static void put_file(const char *name, const char *text)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", rig.dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* Files too: what is new, what changed; the last counts. */
static void files_come_along(void **state)
{
    (void)state;
    char path[300], command[800];
    struct restore *restore;
    (void)snprintf(path, sizeof path, "%s/attachments", rig.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/attachments/0f", rig.dir);
    assert_int_equal(mkdir(path, 0700), 0);
    put_file("trao.conf", "first\n");
    put_file("attachments/0f/0f01", "one\n");
    copies_close(copies);
    open_copies(7, 2); /* a second a step: the files' own clock is not the test's */
    work(0);
    put_file("trao.conf", "second\n");
    put_file("attachments/0f/0f02", "two\n");
    work(1000);
    assert_int_equal(parts(), 2);
    (void)snprintf(path, sizeof path, "%s/files", outside);
    assert_good(restore_open(path, false, &restore, &err));
    assert_good(restore_read(restore, folder, NULL, UINT64_MAX, &key, &err));
    (void)snprintf(command, sizeof command, "test ! -e '%s/trao.conf'", path);
    assert_int_equal(system(command), 0); /* nothing starts on it yet */
    assert_good(restore_finish(restore, &err));
    restore_close(restore);
    (void)snprintf(
        command, sizeof command,
        "cd '%s' && cat trao.conf attachments/0f/* | tr '\\n' ' ' | grep -qx 'second one "
        "two ' && test ! -e views.db && test ! -e backups",
        path);
    assert_int_equal(system(command), 0);
}

/* ------------------------------------------------------------------ a folder that is away */

static void a_folder_that_is_away_is_told(void **state)
{
    (void)state;
    char aside[256];
    issue_one();
    work(0);
    (void)snprintf(aside, sizeof aside, "%s/aside", outside);
    assert_int_equal(rename(folder, aside), 0);
    issue_one();
    work(EVERY_MS / 2);
    assert_int_equal(words, 0); /* not behind yet */
    work(EVERY_MS / 2);
    work(1000);
    assert_int_equal(words, 1);
    assert_non_null(strstr(why, "No such file"));
    for (int i = 0; i < 60; i++)
        work(1000);
    assert_int_equal(words, 1); /* not each time */
    work(COPIES_TOLD_MS);
    assert_int_equal(words, 2);
    assert_in_range(copies_behind(copies), 700, 800);
    issue_one();
    assert_int_equal(rename(aside, folder), 0);
    work(EVERY_MS / 2);
    assert_int_equal(recoveries, 1);
    assert_int_equal(parts(), 2); /* the set goes on, nothing is missing in it */
    assert_int_equal(restored(UINT64_MAX), 3);
}

/* An unfinished file has another name, and is gone at the next set. */
static void a_full_disk_is_told(void **state)
{
    (void)state;
    char path[300];
    struct set_name set;
    char name[SETS_NAME_MAX];
    issue_one();
    work(0);
    sets(&set);
    set_part_name(&set, 1, name);
    (void)snprintf(path, sizeof path, "%s/%s.part", folder, name);
    issue_one();
    for (int i = 0; i < 3; i++) {
        assert_int_equal(symlink("/dev/full", path), 0); /* it goes with each attempt */
        work(EVERY_MS / 2);
    }
    assert_int_equal(words, 1);
    assert_non_null(strstr(why, "No space left"));
    work(EVERY_MS / 2);
    assert_int_equal(parts(), 2);
    assert_int_equal(recoveries, 1);
    assert_int_equal(restored(UINT64_MAX), 2);
}

/* It fails when some of it is written: what was read for it counts as changed still. */
static void half_a_part_is_none(void **state)
{
    (void)state;
    const struct rlimit little = {8192, RLIM_INFINITY}, any = {RLIM_INFINITY, RLIM_INFINITY};
    issue_one();
    work(0);
    issue_one();
    (void)signal(SIGXFSZ, SIG_IGN);
    struct db *own; /* the record's own file is larger than that: it needs no writing then */
    assert_good(db_open_watched(rig.record_path, DB_DURABLE, pages, &own, &err));
    assert_good(db_checkpoint(own, &err));
    db_close(own);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
    work(EVERY_MS / 2);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &any), 0);
    assert_int_equal(parts(), 1);
    work(EVERY_MS / 2);
    assert_int_equal(parts(), 2);
    assert_int_equal(restored(UINT64_MAX), 2);
}

/* ------------------------------------------------------------------ sets come and go */

static void a_day_is_a_set_and_old_ones_go(void **state)
{
    (void)state;
    copies_close(copies);
    open_copies(3, EVERY_S);
    for (int day = 0; day < 6; day++) {
        issue_one();
        work(COPIES_SET_MS + 1);
        issue_one();
        work(EVERY_MS / 2);
    }
    assert_int_equal(sets(NULL), 3);
    assert_int_equal(restored(UINT64_MAX), 12);
}

/* Each start is a new one: what changed while nobody watched is not known. */
static void a_start_is_a_set(void **state)
{
    (void)state;
    issue_one();
    work(0);
    copies_close(copies);
    issue_one();
    wall_off_ms += 1000;
    open_copies(7, EVERY_S);
    work(0);
    assert_int_equal(sets(NULL), 2);
    assert_int_equal(restored(UINT64_MAX), 2);
}

static void what_was_tidied_away_begins_anew(void **state)
{
    (void)state;
    char path[300], name[SETS_NAME_MAX];
    struct set_name set;
    issue_one();
    work(0);
    sets(&set);
    set_part_name(&set, 0, name);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(unlink(path), 0);
    work(EVERY_MS / 2);
    assert_int_equal(sets(NULL), 1);
    assert_int_equal(restored(UINT64_MAX), 1);
}

static void a_clock_that_went_back_begins_anew(void **state)
{
    (void)state;
    work(0);
    assert_int_equal(sets(NULL), 1);
    wall_off_ms -= 3600000;
    work(EVERY_MS / 2);
    assert_int_equal(sets(NULL), 2);
}

/* ------------------------------------------------------------------ what must not be mixed */

static void a_missing_or_foreign_part_is_refused(void **state)
{
    (void)state;
    char command[800];
    struct set_name first, second;
    for (int i = 0; i < 4; i++) {
        issue_one();
        work(EVERY_MS / 2);
    }
    sets(&first);
    (void)snprintf(command, sizeof command, "cd '%s' && mv %s-000002.bak x", folder, first.text);
    assert_int_equal(system(command), 0);
    assert_int_equal(restored(UINT64_MAX), UINT64_MAX);
    assert_int_equal(refusal.code, ERROR_REFUSED);
    assert_int_equal(restored(1), 2);
    copies_close(copies);
    wall_off_ms += 1000;
    open_copies(7, EVERY_S);
    for (int i = 0; i < 3; i++) {
        issue_one();
        work(EVERY_MS / 2);
    }
    sets(&second);
    assert_string_not_equal(first.text, second.text);
    assert_int_equal(restored(UINT64_MAX), 7);
    (void)snprintf(command, sizeof command, "cd '%s' && mv x %s-000002.bak", folder, second.text);
    assert_int_equal(system(command), 0);
    assert_int_equal(restored(UINT64_MAX), UINT64_MAX);
    assert_int_equal(refusal.code, ERROR_REFUSED);
    (void)snprintf(command, sizeof command, "cd '%s' && mv %s-000001.bak %s-000002.bak", folder,
                   second.text, second.text);
    assert_int_equal(system(command), 0);
    assert_int_equal(restored(UINT64_MAX), UINT64_MAX);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_all, close_all)
    const struct CMUnitTest tests[] = {
        TEST(each_part_brings_it_further),
        TEST(parts_are_small_and_rare),
        TEST(files_come_along),
        TEST(a_folder_that_is_away_is_told),
        TEST(a_full_disk_is_told),
        TEST(half_a_part_is_none),
        TEST(a_day_is_a_set_and_old_ones_go),
        TEST(a_start_is_a_set),
        TEST(what_was_tidied_away_begins_anew),
        TEST(a_clock_that_went_back_begins_anew),
        TEST(a_missing_or_foreign_part_is_refused),
    };
#undef TEST
    chain_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
