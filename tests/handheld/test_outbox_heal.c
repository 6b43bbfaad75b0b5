/* The outbox on a damaged disk: what can be mended is mended, what cannot is set aside, and all the
 * rest arrives, once. */
#include "tests/handheld/rig.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct rig rig;
static const struct link zero;
static const struct outbox_at start;

static int setup(void **state)
{
    (void)state;
    rig_init(&rig);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    rig_done(&rig);
    return 0;
}

static void all_once(const uint8_t seen[1000], uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i <= to; i++)
        if (seen[i] != 1)
            fail_msg("item %u came %u times", i, seen[i]);
}

static void damaged_link_is_mended(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 9);
    rig_damage(&rig, "UPDATE scan SET link = zeroblob(32) WHERE seq = 4");
    rig_stand(&rig, 7, 1, 0, &zero);
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_drain(&rig, seen), 9);
    all_once(seen, 1, 9);
    assert_int_equal(rig_set_aside(&rig), 0);
}

static void damaged_scan_is_mended_from_its_batch(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 9);
    struct outbox_batch before = rig_next(&rig, start);
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(40) WHERE seq IN (4, 9)");
    struct outbox_batch after = rig_next(&rig, start);
    assert_memory_equal(after.bytes, before.bytes, before.n);
    assert_int_equal(rig_set_aside(&rig), 0);
    assert_int_equal(rig_unsent(&rig), 9);
    assert_int_equal(rig.tells, 0);
}

static void damaged_batch_is_cut_again(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 60);
    struct outbox_batch before = rig_next(&rig, start);
    rig_next(&rig, before.last);
    rig_damage(&rig, "UPDATE batch SET bytes = zeroblob(900) WHERE first_seq = 1");
    struct outbox_batch after = rig_next(&rig, start);
    assert_int_equal(after.n, before.n);
    assert_memory_equal(after.bytes, before.bytes, before.n);
    assert_non_null(strstr(rig.told, "cut again"));
}

/* A scan of which no whole copy is left is set aside; all the others arrive, once. What stands
 * behind it waits until the server has said how far it has the old numbers. */
static void damaged_scan_is_set_aside(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 9);
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(40) WHERE seq = 4");
    assert_int_equal(rig_unsent(&rig), 8);
    assert_int_equal(rig_set_aside(&rig), 1);
    rig_beep(&rig, 10, 1);
    rig_stand(&rig, 7, 1, 0, &zero);
    uint8_t seen[1000] = {0};
    struct outbox_batch a = rig_next(&rig, start);
    assert_int_equal(a.count, 3); /* 1..3 under their old numbers */
    assert_int_equal(rig_drain(&rig, seen), 9);
    assert_int_equal(seen[4], 0);
    all_once(seen, 1, 3);
    all_once(seen, 5, 10);
    assert_int_equal(rig_unsent(&rig), 0);
}

/* The server may already have them: then they do not go again. */
static void accounted_scans_do_not_go_again(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 9);
    struct outbox_batch all = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &all);
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(40) WHERE seq = 4;"
                     "UPDATE batch SET bytes = zeroblob(90)");
    assert_int_equal(rig_unsent(&rig), 8);
    struct hello hello = {.nonce = 1};
    assert_true(outbox_hello(rig.outbox, &hello, NULL));
    struct standing standing = {.generation = 7, .generation_serial = 1, .epochs = 1};
    struct batch sealed;
    assert_true(batch_read(all.bytes, all.n, &sealed, NULL));
    standing.epoch[0] = (struct epoch_state){receipt.epoch, 3, 9, sealed.head.before};
    for (uint32_t i = 0; i < 3; i++)
        standing.epoch[0].link =
            chain_next(&standing.epoch[0].link, sealed.scan[i].bytes, sealed.scan[i].n);
    bool again;
    assert_true(outbox_standing(rig.outbox, &hello, &standing, &again, NULL));
    assert_int_equal(rig_unsent(&rig), 0);
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_drain(&rig, seen), 0);
}

/* What it takes back is receipted and stays where it is: the beeped undo still reaches the record.
 */
static void withdrawal_finds_a_target_that_stays_behind(void **state)
{
    (void)state;
    rig_stand(&rig, 7, 1, 0, &zero);
    struct scan scan = rig_scan(&rig, 3, EVENT_DELIVERED);
    scan.relation = RELATION_OWNER;
    assert_true(outbox_add(rig.outbox, &scan, NULL));
    struct outbox_batch batch = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &batch);
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
    rig_beep(&rig, 4, 1);
    struct scan back = rig_scan(&rig, 3, EVENT_WITHDRAWN);
    back.of_seq = scan.seq;
    assert_true(outbox_add(rig.outbox, &back, NULL));
    struct outbox_batch lost = rig_next(&rig, batch.last);
    assert_int_equal(lost.count, 2);
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(40) WHERE seq = 2;"
                     "UPDATE batch SET bytes = zeroblob(90) WHERE first_seq = 2");
    rig_stand(&rig, 7, 1, 1, &receipt.link);
    struct outbox_batch again = rig_next(&rig, start);
    struct batch read;
    struct scan withdrawn, last;
    assert_true(batch_read(again.bytes, again.n, &read, NULL));
    assert_int_equal(read.head.count, 1);
    assert_true(scan_decode(read.scan[0].bytes, read.scan[0].n, &withdrawn, NULL));
    assert_int_equal(withdrawn.event, EVENT_WITHDRAWN);
    assert_int_equal(withdrawn.of_seq, 1);
    assert_true(withdrawn.of_epoch == batch.epoch);
    assert_false(outbox_last(rig.outbox, &scan.item, &last, NULL)); /* taken back here too */
}

static void withdrawal_keeps_its_target(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 2);
    struct scan scan = rig_scan(&rig, 3, EVENT_PICKED_UP);
    assert_true(outbox_add(rig.outbox, &scan, NULL));
    struct scan back = rig_scan(&rig, 3, EVENT_WITHDRAWN);
    back.of_seq = scan.seq;
    assert_true(outbox_add(rig.outbox, &back, NULL));
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(40) WHERE seq = 1");
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch batch = rig_next(&rig, start);
    struct batch read;
    struct scan moved, withdrawn;
    assert_true(batch_read(batch.bytes, batch.n, &read, NULL));
    assert_int_equal(read.head.count, 3);
    assert_true(scan_decode(read.scan[1].bytes, read.scan[1].n, &moved, NULL));
    assert_true(scan_decode(read.scan[2].bytes, read.scan[2].n, &withdrawn, NULL));
    assert_int_equal(withdrawn.event, EVENT_WITHDRAWN);
    assert_int_equal(withdrawn.of_seq, moved.seq);
    assert_int_equal(moved.wall.ms, scan.wall.ms); /* same event times */
}

static int files_named(const char *part)
{
    int n = 0;
    DIR *dir = opendir(rig.dir);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        n += strstr(e->d_name, part) != NULL;
    closedir(dir);
    return n;
}

static void overwrite(const char *name, off_t at, size_t n, int with)
{
    char path[96], bytes[8192];
    assert_true(n <= sizeof bytes);
    rig_path(&rig, path, name);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    memset(bytes, with, n);
    assert_int_equal(pwrite(fd, bytes, n, at), n);
    close(fd);
}

/* Case M08 for this store: a file that is no database any more. */
static void damaged_file_is_moved_aside(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 30);
    outbox_close(rig.outbox);
    overwrite("outbox.db", 0, 100, 0);
    rig_open(&rig);
    assert_true(outbox_ready(rig.outbox, NULL));
    assert_int_equal(files_named("damaged-"), 1);
    rig_beep(&rig, 31, 1);
    assert_int_equal(rig_next(&rig, start).first_seq, 1);
}

static void run(const char *format, ...)
{
    char command[512];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_int_equal(system(command), 0);
}

/* Held, and damaged there too: it is set aside, the others go again. */
static void damaged_while_it_is_held(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 9);
    rig_damage(&rig, "UPDATE scan SET bytes = zeroblob(40) WHERE seq = 4");
    assert_int_equal(rig_unsent(&rig), 8);
    rig_damage(&rig, "UPDATE held SET bytes = zeroblob(40) WHERE seq = 6");
    rig_stand(&rig, 7, 1, 0, &zero);
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_drain(&rig, seen), 7);
    assert_non_null(strstr(rig.told, "cannot go again"));
    assert_int_equal(seen[4] + seen[6], 0);
    all_once(seen, 1, 3);
    all_once(seen, 7, 9);
    assert_int_equal(seen[5], 1);
    assert_int_equal(rig_set_aside(&rig), 2);
    assert_int_equal(rig_unsent(&rig), 0);
}

/* Each second has a damaged file already: nothing is overwritten, nothing beeps, until there is a
 * name again; then all that can be read is there. */
static void no_name_left_for_a_damaged_file(void **state)
{
    char name[64];
    struct error err;
    (void)state;
    rig_beep(&rig, 1, 30);
    outbox_close(rig.outbox);
    overwrite("outbox.db", 0, 100, 0);
    for (int64_t i = 0; i < 1100; i++) {
        char path[96];
        (void)snprintf(name, sizeof name, "outbox.db.damaged-%lld",
                       (long long)(rig.wall_ms / 1000 + i));
        rig_path(&rig, path, name);
        int fd = open(path, O_WRONLY | O_CREAT, 0600);
        assert_true(fd >= 0 && close(fd) == 0);
    }
    rig_open(&rig);
    struct scan scan = rig_scan(&rig, 31, EVENT_PICKED_UP);
    assert_false(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(err.code, ERROR_LATER);
    assert_int_equal(files_named("damaged-"), 1100);
    rig.wall_ms += 2000 * INT64_C(1000);
    scan = rig_scan(&rig, 31, EVENT_PICKED_UP);
    assert_true(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(files_named("damaged-"), 1101);
}

/* Where in the file that long row of bytes stands. */
static off_t place_of(const char *name, const uint8_t *bytes, size_t n)
{
    char path[96];
    rig_path(&rig, path, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    static char all[4 << 20];
    size_t size = fread(all, 1, sizeof all, file);
    (void)fclose(file);
    char *at = memmem(all, size, bytes, n);
    assert_non_null(at);
    return at - all;
}

/* A byte turns in the file of a queue that is longer than what is held in memory: found when it is
 * sent, mended as far as it can be, and beeps go on in a new epoch. */
static void damaged_while_it_runs(void **state)
{
    (void)state;
    uint8_t bytes[SCAN_BYTES_MAX], seen[1000] = {0};
    size_t n;
    rig_stand(&rig, 7, 1, 0, &zero);
    rig_beep(&rig, 1, 2);
    rig.wall_ms += 1000;
    rig.mono_ms += 1000;
    struct scan third = rig_scan(&rig, 3, EVENT_PICKED_UP);
    assert_true(outbox_add(rig.outbox, &third, NULL));
    assert_true(scan_encode(&third, bytes, &n, NULL));
    rig_beep(&rig, 4, 6);
    for (int i = 0; i < 5; i++)
        rig_beep(&rig, 10, 990);
    overwrite("outbox.db", place_of("outbox.db", bytes, n) + (off_t)n / 2, 1, 0xff);
    assert_int_equal(rig_next(&rig, start).count, 2); /* what stands before it */
    assert_int_equal(rig_set_aside(&rig), 1);
    rig_beep(&rig, 1, 1); /* that item once more */
    assert_int_equal(rig_drain(&rig, seen), 9 - 1 + 5 * 990 + 1);
    assert_int_equal(seen[1], 2);
    assert_int_equal(seen[3], 0);
    all_once(seen, 4, 9);
    for (uint32_t i = 10; i < 1000; i++)
        assert_int_equal(seen[i], 5);
}

#define PAGE INT64_C(4096)

/* One page is gone: whatever can be read and proven goes again. A page that leads to all others
 * costs them all; they stay in the file that is set aside. */
static void damaged_page_costs_only_its_scans(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 400);
    outbox_close(rig.outbox);
    run("cp %s/outbox.db %s/good", rig.dir, rig.dir);
    char path[96];
    rig_path(&rig, path, "good");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    int hurt = 0, lost_all = 0;
    for (off_t page = st.st_size / PAGE - 1; page > 1; page--) {
        run("cd %s && rm -f outbox.* && cp good outbox.db", rig.dir);
        overwrite("outbox.db", page * PAGE, 4096, 0);
        rig_open(&rig);
        struct outbox_counts c;
        bool found_now = outbox_counts(rig.outbox, &c, NULL); /* what finds it may fail, once */
        assert_true(outbox_counts(rig.outbox, &c, NULL) || !found_now);
        uint8_t seen[1000] = {0};
        uint32_t came = 0;
        do {
            rig_stand(&rig, 7, 1, 0, &zero);
            came += rig_drain(&rig, seen);
        } while (outbox_asks(rig.outbox) || rig_unsent(&rig) > 0);
        for (uint32_t i = 1; i <= 400; i++)
            assert_true(seen[i] <= 1);
        hurt += came < 400 && came > 350;
        lost_all += came <= 350;
        outbox_close(rig.outbox);
    }
    rig_open(&rig);
    if (hurt < 10 || lost_all > 3)
        fail_msg("%d pages cost their scans, %d cost all", hurt, lost_all);
}

static void empty_file_is_a_fresh_start(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 3);
    outbox_close(rig.outbox);
    char path[96];
    rig_path(&rig, path, "outbox.db");
    assert_int_equal(truncate(path, 0), 0);
    rig_open(&rig);
    rig_beep(&rig, 4, 1);
    assert_int_equal(rig_unsent(&rig), 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(damaged_link_is_mended),
        T(damaged_scan_is_mended_from_its_batch),
        T(damaged_batch_is_cut_again),
        T(damaged_scan_is_set_aside),
        T(accounted_scans_do_not_go_again),
        T(withdrawal_keeps_its_target),
        T(withdrawal_finds_a_target_that_stays_behind),
        T(damaged_file_is_moved_aside),
        T(damaged_while_it_is_held),
        T(no_name_left_for_a_damaged_file),
        T(damaged_while_it_runs),
        T(damaged_page_costs_only_its_scans),
        T(empty_file_is_a_fresh_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
