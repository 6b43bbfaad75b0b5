/* Every step of every statement of the outbox fails in turn, as a disk that cannot be read, as one
 * that is full and as a file that is damaged, over a day of fifty beeps with withdrawals, receipts,
 * a damaged scan, a copy of the server that fell back and a restart: what beeped arrives once, what
 * did not beep never (reliability.md, part d: every n-th failure of a step).
 *
 *   test_handheld_outbox_steps          some of the steps
 *   test_handheld_outbox_steps all      each of them
 */
#include "tests/handheld/rig.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FEW 43 /* of so many steps one fails in the normal run; a prime, so that all kinds do */

/* The linker gives the outbox's calls to these. */
int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_errcode(sqlite3 *db);
int __wrap_sqlite3_errcode(sqlite3 *db);

static bool counting;
static long steps, fail_from, fail_count;
static int fail_with, failed_with; /* what the step that just failed says */
static long fail_again;            /* another step; 0: none */
static int again_with;             /* SQLITE_FULL, of a step that writes, or SQLITE_NOMEM */
static bool ill;                   /* in the day a scan is damaged of which no other copy is left */

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    failed_with = SQLITE_OK;
    if (!counting)
        return __real_sqlite3_step(statement);
    steps++;
    if (steps == fail_again && again_with == SQLITE_FULL && sqlite3_stmt_readonly(statement))
        fail_again++; /* only what writes needs room */
    if (steps == fail_again)
        return failed_with = again_with;
    if (steps < fail_from || steps >= fail_from + fail_count)
        return __real_sqlite3_step(statement);
    return failed_with = fail_with;
}

int __wrap_sqlite3_errcode(sqlite3 *db)
{
    return failed_with != SQLITE_OK ? failed_with : __real_sqlite3_errcode(db);
}

/* ------------------------------------------------------------------ a day */

#define BEEPS 50
#define ITEMS_MAX 1000
static struct rig rig;
static bool heard[ITEMS_MAX]; /* it beeped */
static bool
    receipted[ITEMS_MAX]; /* a receipt that holds it was given, whether it was stored or not */
static uint32_t next_item;

static void beep(void)
{
    struct scan scan = rig_scan(&rig, ++next_item, EVENT_PICKED_UP);
    rig.wall_ms += 1000;
    rig.mono_ms += 1000;
    heard[next_item] = outbox_add(rig.outbox, &scan, NULL);
    if (next_item % 10 != 7 || !heard[next_item])
        return;
    struct scan back = scan; /* it takes no item of its own: it stands for the one it takes back */
    back.event = EVENT_WITHDRAWN;
    back.of_seq = scan.seq;
    bool taken_back = outbox_add(rig.outbox, &back, NULL);
    (void)taken_back;
}

/* What somebody who looks at the screen makes it ask. */
static void look(void)
{
    struct outbox_counts counts;
    struct scan scan = rig_scan(&rig, next_item, EVENT_PICKED_UP), last;
    struct error err;
    if (!outbox_counts(rig.outbox, &counts, &err))
        assert_int_not_equal(err.code, ERROR_NONE);
    if (outbox_last(rig.outbox, &scan.item, &last, NULL))
        assert_true(item_equal(&last.item, &scan.item));
    if (!outbox_newest(rig.outbox, &last, &err))
        assert_int_not_equal(err.code, ERROR_NONE);
}

static void stand(uint64_t generation, const struct rig_kept *kept)
{
    struct hello hello = {.nonce = 1};
    bool again;
    if (!outbox_hello(rig.outbox, &hello, NULL))
        return;
    struct standing standing = rig_answer(kept, &hello);
    standing.generation = generation;
    standing.server_wall.ms = rig.wall_ms;
    bool stored = outbox_standing(rig.outbox, &hello, &standing, &again, NULL);
    (void)stored;
}

static void note_receipted(const struct outbox_batch *batch)
{
    struct batch read;
    assert_true(batch_read(batch->bytes, batch->n, &read, NULL));
    for (uint32_t i = 0; i < read.head.count; i++) {
        struct scan scan;
        char serial[9] = {0};
        assert_true(scan_decode(read.scan[i].bytes, read.scan[i].n, &scan, NULL));
        memcpy(serial, scan.item.text + 2, 8);
        receipted[strtoul(serial, NULL, 10)] = true;
    }
}

/* Sends what there is, is told of it: the server knows it from then on. */
static void deliver(struct rig_kept *kept)
{
    static struct outbox_batch batch;
    enum outbox_taken taken;
    if (!outbox_batch_after(rig.outbox, (struct outbox_at){0, 0}, true, &batch, NULL))
        return;
    struct receipt receipt = rig_receipt(&rig, &batch);
    note_receipted(&batch);
    rig_keep(kept, &batch);
    bool stored = outbox_receipt(rig.outbox, &receipt, &taken, NULL);
    receipt.generation = 3; /* one of another record is asked about, and changes nothing */
    stored = outbox_receipt(rig.outbox, &receipt, &taken, NULL) && stored;
    (void)stored;
}

static void a_day(void)
{
    static struct rig_kept kept;
    kept = (struct rig_kept){.epoch = 0};
    stand(7, &kept);
    for (uint32_t i = 0; i < BEEPS; i++) {
        beep();
        if (i % 10 == 4)
            deliver(&kept);
        if (i % 20 == 9)
            look();
        if (i == 15)
            stand(7, &kept);
        if (i == 25)
            rig_kill(&rig);
        if (i == 35) {
            counting = false;
            rig_damage(&rig, "UPDATE scan SET link = zeroblob(32) WHERE (nth, seq) IN (SELECT nth, "
                             "seq FROM scan ORDER BY nth DESC, seq DESC LIMIT 1 OFFSET 1);"
                             "UPDATE batch SET bytes = zeroblob(90)");
            counting = true;
            look();
            stand(7, &kept);
        }
        if (i == 28 && ill) { /* it is mended as the file is opened again, which may fail too */
            static struct outbox_batch cut;
            bool any = outbox_batch_after(rig.outbox, (struct outbox_at){0, 0}, true, &cut, NULL);
            (void)any;
            rig_damage(&rig,
                       "UPDATE scan SET bytes = zeroblob(40) WHERE (nth, seq) IN (SELECT nth, "
                       "first_seq FROM batch ORDER BY nth DESC, first_seq DESC LIMIT 1)");
            look();
        }
        if (i == 43 && ill) {
            counting = false;
            rig_damage(&rig,
                       "UPDATE scan SET bytes = zeroblob(40) WHERE (nth, seq) IN (SELECT nth, "
                       "seq FROM scan ORDER BY nth DESC, seq DESC LIMIT 1 OFFSET 3)");
            counting = true;
            look();
            stand(7, &kept);
            deliver(&kept);
        }
        if (i == 45)
            rig.boot++; /* a power cut: a new epoch at the next start */
        if (i == 45)
            rig_kill(&rig);
    }
}

/* ------------------------------------------------------------------ the sweep */

static void check(long n, int with, long count)
{
    static uint8_t seen[ITEMS_MAX];
    struct rig_kept nothing = {.epoch = 0};
    memset(seen, 0, sizeof seen);
    for (int round = 0; round < 40 && (round < 3 || rig_unsent(&rig) > 0); round++) {
        stand(7, &nothing); /* it has lost all: what it had comes again */
        (void)rig_drain(&rig, seen);
    }
    uint64_t aside = rig_set_aside(&rig), missing = 0;
    /* A file that is moved aside keeps what is damaged in it. */
    uint64_t left_behind = ill && with == SQLITE_CORRUPT ? 1 : 0;
    for (uint32_t i = 1; i <= next_item; i++) {
        bool lost = heard[i] && seen[i] == 0 && !receipted[i];
        missing += lost;
        if ((lost && missing > aside + left_behind) || (!heard[i] && seen[i] > 0))
            fail_msg("step %ld (%ld times, %d): item %u %s, and came %u times", n, count, with, i,
                     heard[i] ? "beeped" : "did not beep", seen[i]);
    }
    if (aside > (ill ? 1 : 0))
        fail_msg("step %ld (%ld times, %d): %lu set aside; %s", n, count, with,
                 (unsigned long)rig_set_aside(&rig), rig.told);
}

/* False when the day has fewer steps than that. */
static bool fail_at(long n, int with, long count)
{
    memset(heard, 0, sizeof heard);
    memset(receipted, 0, sizeof receipted);
    next_item = 0;
    counting = false;
    rig_init(&rig);
    steps = 0;
    fail_from = n;
    fail_count = count;
    fail_with = with;
    counting = true;
    a_day();
    counting = false;
    failed_with = SQLITE_OK;
    check(n, with, count);
    rig_done(&rig);
    return steps >= n;
}

static long every = FEW;

static void sweep(int with, long count)
{
    long n = 1 + with % every, tried = 0;
    for (; fail_at(n, with, count); n += every)
        tried++;
    print_message("%ld of some %ld steps\n", tried, n);
    assert_true(n > 300);
}

static void cannot_be_read(void **state)
{
    (void)state;
    sweep(SQLITE_IOERR, 1);
}

static void is_full(void **state)
{
    (void)state;
    sweep(SQLITE_FULL, 3);
}

static void is_damaged(void **state)
{
    (void)state;
    sweep(SQLITE_CORRUPT, 1);
}

/* ... and one more, of which its batch has a copy. */
static void a_scan_is_damaged(void **state)
{
    (void)state;
    ill = true;
    sweep(SQLITE_IOERR, 1);
    sweep(SQLITE_FULL, 3);
    sweep(SQLITE_CORRUPT, 1);
    ill = false;
}

/* Nothing was to be sent, and is not looked for again, until something was written. */
static void nothing_to_send_is_no_step(void **state)
{
    static struct outbox_batch batch;
    struct outbox_at first = {0, 0};
    struct error err;
    (void)state;
    rig_init(&rig);
    const struct link none = {{0}};
    rig_stand(&rig, 7, 1, 0, &none);
    fail_from = fail_again = 0;
    fail_count = 0;
    assert_false(outbox_batch_after(rig.outbox, first, true, &batch, &err));
    steps = 0;
    counting = true;
    for (int i = 0; i < 3; i++) {
        assert_false(outbox_batch_after(rig.outbox, first, i == 1, &batch, &err));
        assert_int_equal(err.code, ERROR_NOT_FOUND);
    }
    assert_int_equal(steps, 0);
    counting = false;
    rig_beep(&rig, 1, 1);
    assert_true(outbox_batch_after(rig.outbox, first, true, &batch, &err));
    struct outbox_at last = batch.last;
    assert_false(outbox_batch_after(rig.outbox, last, false, &batch, &err));
    rig_beep(&rig, 2, 1);
    assert_false(outbox_batch_after(rig.outbox, last, false, &batch, &err)); /* they gather */
    assert_true(outbox_batch_after(rig.outbox, last, true, &batch, &err));
    rig_done(&rig);
}

/* The damaged file is being read out when there is no more room: it goes back, and is read again.
 */
static void damaged_and_then(int with)
{
    again_with = with;
    for (long n = 20; n < 420; n += 3 * FEW)
        for (long gap = 1; gap < 120; gap += every == 1 ? 1 : 17) {
            fail_again = n + gap;
            (void)fail_at(n, SQLITE_CORRUPT, 1);
        }
    fail_again = 0;
}

static void is_damaged_and_then_full(void **state)
{
    (void)state;
    damaged_and_then(SQLITE_FULL);
}

/* ... or when there is no memory for a moment: the same. */
static void is_damaged_and_then_without_memory(void **state)
{
    (void)state;
    damaged_and_then(SQLITE_NOMEM);
}

static void what_the_server_sets_aside_is_told(void **state)
{
    static const enum verdict_kind kinds[] = {VERDICT_BROKEN_LINK, VERDICT_CONFLICT,
                                              VERDICT_MALFORMED, VERDICT_REVOKED};
    static const char *const words[] = {"broken link", "other bytes", "cannot read", "revoked"};
    struct outbox_at last = {0, 0};
    const struct link none = {{0}};
    (void)state;
    rig_init(&rig);
    rig_stand(&rig, 7, 1, 0, &none);
    for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        rig_beep(&rig, 1 + i, 1);
        struct outbox_batch batch = rig_next(&rig, last);
        struct receipt receipt = rig_receipt(&rig, &batch);
        receipt.verdicts = 1;
        receipt.verdict[0].kind = kinds[i];
        receipt.verdict[0].first_seq = batch.first_seq;
        receipt.verdict[0].count = 1;
        assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
        assert_non_null(strstr(rig.told, words[i]));
        last = batch.last;
    }
    assert_int_equal(rig_unsent(&rig), 0); /* accounted for all the same (settled point 3) */
    rig_done(&rig);
}

static void nobody(void **state)
{
    static char deep[5000];
    struct outbox *none = NULL;
    (void)state;
    rig_init(&rig);
    memset(deep, 'd', sizeof deep - 1);
    struct outbox_config config = {.dir = deep,
                                   .device = RIG_DEVICE,
                                   .key = &rig.key,
                                   .clock = rig_clock(&rig),
                                   .chance = rig_chance(&rig)};
    struct error err;
    assert_false(outbox_open(&config, &none, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    config.dir = rig.dir;
    config.device = "no/name";
    assert_false(outbox_open(&config, &none, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    outbox_close(NULL);
    outbox_drop(NULL);
    struct scan scan = rig_scan(&rig, 1, EVENT_PICKED_UP), newest;
    scan.event = 9999; /* what no scan can be is no trouble of the disk's */
    assert_false(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    rig_beep(&rig, 1, 1);
    scan = rig_scan(&rig, 1, EVENT_WITHDRAWN);
    scan.of_seq = 1;
    assert_true(outbox_add(rig.outbox, &scan, &err));
    assert_true(
        outbox_newest(rig.outbox, &newest, &err)); /* what was taken back, not that it was */
    assert_int_equal(newest.event, EVENT_PICKED_UP);
    rig_done(&rig);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cannot_be_read),
                                       cmocka_unit_test(is_full),
                                       cmocka_unit_test(is_damaged),
                                       cmocka_unit_test(a_scan_is_damaged),
                                       cmocka_unit_test(nothing_to_send_is_no_step),
                                       cmocka_unit_test(is_damaged_and_then_full),
                                       cmocka_unit_test(is_damaged_and_then_without_memory),
                                       cmocka_unit_test(what_the_server_sets_aside_is_told),
                                       cmocka_unit_test(nobody)};
    if (argc > 1 && strcmp(argv[1], "all") == 0)
        every = 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
