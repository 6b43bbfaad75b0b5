/* A folder that was copied back goes on counting where the record has other scans: what was beeped
 * since must reach the record all the same, once (docs/decisions/0010-outbox.md). */
#include "tests/handheld/rig.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct rig rig;
static const struct link zero;
static const struct outbox_at start;

/* The linker gives the outbox's calls to these: one step fails. */
int __real_sqlite3_step(sqlite3_stmt *statement);
int __wrap_sqlite3_step(sqlite3_stmt *statement);
int __real_sqlite3_errcode(sqlite3 *db);
int __wrap_sqlite3_errcode(sqlite3 *db);
static long steps, fail_step; /* fail_step 0: none */
static int failed_with;

int __wrap_sqlite3_step(sqlite3_stmt *statement)
{
    failed_with = SQLITE_OK;
    if (++steps != fail_step)
        return __real_sqlite3_step(statement);
    return failed_with = SQLITE_IOERR;
}

int __wrap_sqlite3_errcode(sqlite3 *db)
{
    return failed_with != SQLITE_OK ? failed_with : __real_sqlite3_errcode(db);
}

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

static void take_copy(void)
{
    char line[300];
    (void)snprintf(line, sizeof line, "mkdir -p %s.copy && cp -a %s/. %s.copy/", rig.dir, rig.dir,
                   rig.dir);
    assert_int_equal(system(line), 0);
}

static void put_copy_back(void)
{
    char line[300];
    (void)snprintf(line, sizeof line, "rm -rf %s/* && cp -a %s.copy/. %s/ && rm -rf %s.copy",
                   rig.dir, rig.dir, rig.dir, rig.dir);
    assert_int_equal(system(line), 0);
}

/* `before` scans, of which `receipted` are done on the device; copied; the server gets `after`
 * more; the copy is put back. */
static struct outbox_batch copied_back(uint32_t before, uint32_t receipted, uint32_t after,
                                       struct rig_kept *kept)
{
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch batch = {.last = start};
    if (receipted > 0) {
        rig_beep(&rig, 1, receipted);
        batch = rig_next(&rig, batch.last);
        rig_keep(kept, &batch);
        struct receipt receipt = rig_receipt(&rig, &batch);
        assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
    }
    rig_beep(&rig, receipted + 1, before - receipted);
    outbox_close(rig.outbox);
    take_copy();
    rig_open(&rig);
    rig_beep(&rig, before + 1, after);
    struct error err;
    while (outbox_batch_after(rig.outbox, batch.last, true, &batch, &err))
        rig_keep(kept, &batch);
    outbox_close(rig.outbox);
    put_copy_back();
    rig_open(&rig);
    return batch;
}

static void assert_only_comes(uint32_t from, uint32_t to)
{
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_unsent(&rig), to - from + 1);
    assert_int_equal(rig_drain(&rig, seen), to - from + 1);
    for (uint32_t i = from; i <= to; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(rig_unsent(&rig), 0);
}

static void copied_back_then_beeped(void **state)
{
    (void)state;
    static const struct {
        uint32_t before, receipted, after, more;
    } cases[] = {{3, 3, 2, 1},   {3, 3, 2, 2}, {3, 3, 2, 7},    {9, 2, 40, 1},
                 {9, 2, 40, 60}, {9, 0, 1, 3}, {90, 30, 9, 20}, {0, 0, 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig_kept kept = {0};
        copied_back(cases[i].before, cases[i].receipted, cases[i].after, &kept);
        rig_beep(&rig, 500, cases[i].more); /* under numbers that the server has other scans of */
        assert_true(rig_settle(&rig, &kept) <= 10);
        assert_only_comes(500, 499 + cases[i].more);
        rig_done(&rig);
        rig_init(&rig);
    }
}

static void copied_back_and_asked_first(void **state)
{
    (void)state;
    struct rig_kept kept = {0};
    copied_back(3, 3, 2, &kept);
    struct hello hello = {.nonce = 1};
    assert_true(outbox_hello(rig.outbox, &hello, NULL));
    rig_beep(&rig, 500, 1); /* before the answer */
    struct standing standing = rig_answer(&kept, &hello);
    bool again;
    assert_true(outbox_standing(rig.outbox, &hello, &standing, &again, NULL));
    assert_string_equal(rig.told, "the server has beeps that this device lost");
    rig_beep(&rig, 501, 1); /* and after it */
    rig_settle(&rig, &kept);
    assert_only_comes(500, 501);
}

/* Restarted in the middle of the search it begins anew. */
static void copied_back_and_killed_while_seeking(void **state)
{
    (void)state;
    struct rig_kept kept = {0};
    copied_back(90, 0, 90, &kept);
    rig_beep(&rig, 500, 70);
    for (int i = 0; i < 4; i++) {
        struct hello hello = {.nonce = 1};
        assert_true(outbox_hello(rig.outbox, &hello, NULL));
        struct standing standing = rig_answer(&kept, &hello);
        bool again;
        assert_true(outbox_standing(rig.outbox, &hello, &standing, &again, NULL));
        assert_true(again);
        if (i == 2)
            rig_kill(&rig);
    }
    rig_settle(&rig, &kept);
    assert_only_comes(500, 569);
}

/* Asks until nothing is left to ask a server that has two epochs. */
static int settle_two(const struct rig_kept *one, const struct rig_kept *two)
{
    bool again = true;
    int asked = 0;
    for (; again && asked < 40; asked++) {
        struct hello hello = {.nonce = 1};
        assert_true(outbox_hello(rig.outbox, &hello, NULL));
        struct standing standing = rig_answer(one, &hello), other = rig_answer(two, &hello);
        for (size_t i = 0; i < hello.epochs; i++)
            if (hello.epoch[i].epoch == two->epoch)
                standing.epoch[i] = other.epoch[i];
        assert_true(outbox_standing(rig.outbox, &hello, &standing, &again, NULL));
    }
    return asked;
}

/* Copied back twice, with a power cut between: two epochs part from the server's, and where is
 * sought in one after the other. */
static void copied_back_twice(void **state)
{
    (void)state;
    struct rig_kept one = {0}, two = {0};
    copied_back(9, 2, 20, &one);
    rig_beep(&rig, 500, 10);
    rig.boot++;
    rig_kill(&rig);
    rig_beep(&rig, 600, 5);
    outbox_close(rig.outbox);
    take_copy();
    rig_open(&rig);
    rig_beep(&rig, 700, 10);
    struct outbox_batch batch = {.last = start};
    while (outbox_batch_after(rig.outbox, batch.last, true, &batch, NULL))
        rig_keep(&two, &batch);
    assert_int_equal(two.through, 15);
    outbox_close(rig.outbox);
    put_copy_back();
    rig_open(&rig);
    rig_beep(&rig, 800, 7);
    assert_true(settle_two(&one, &two) <= 20);
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_unsent(&rig), 10 + 7);
    assert_int_equal(rig_drain(&rig, seen), 10 + 7);
    for (uint32_t i = 0; i < 10; i++)
        assert_int_equal(seen[500 + i], 1);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(seen[800 + i], 1);
    assert_int_equal(rig_unsent(&rig), 0);
}

/* One question and its answer. */
static bool ask_once(const struct rig_kept *kept, struct error *err)
{
    struct hello hello = {.nonce = 1};
    bool again = true;
    *err = (struct error){.code = ERROR_NONE};
    if (!outbox_hello(rig.outbox, &hello, err))
        return true;
    struct standing standing = rig_answer(kept, &hello);
    return !outbox_standing(rig.outbox, &hello, &standing, &again, err) || again;
}

/* The record falls back while it is searched: what the one before agreed to is not in the next. */
static void another_record_while_seeking(void **state)
{
    (void)state;
    for (int asked = 1; asked < 6; asked++) {
        struct rig_kept kept = {0};
        struct error err;
        copied_back(90, 0, 90, &kept);
        rig_beep(&rig, 500, 70);
        for (int i = 0; i < asked; i++)
            assert_true(ask_once(&kept, &err));
        kept.through = 10;
        kept.generation = rig.generation = 8;
        kept.serial = rig.serial = 2;
        rig_settle(&rig, &kept);
        uint8_t seen[1000] = {0};
        assert_int_equal(rig_drain(&rig, seen), 80 + 70);
        for (uint32_t i = 11; i <= 90; i++)
            assert_int_equal(seen[i], 1);
        for (uint32_t i = 500; i < 570; i++)
            assert_int_equal(seen[i], 1);
        assert_int_equal(rig_unsent(&rig), 0);
        rig_done(&rig);
        rig_init(&rig);
    }
}

/* What one record vouched for, the one put back after it has otherwise: it got the other history's
 * batches first. */
static void receipted_by_a_record_that_fell_back(void **state)
{
    (void)state;
    struct rig_kept kept = {0};
    struct outbox_batch other = copied_back(60, 20, 40, &kept), batch = {.last = start};
    rig_beep(&rig, 500, 40);
    struct error err;
    while (outbox_batch_after(rig.outbox, batch.last, true, &batch, &err)) {
        struct receipt receipt = rig_receipt(&rig, &batch);
        assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
    }
    assert_int_equal(batch.last.seq, other.last.seq);
    assert_int_equal(rig_unsent(&rig), 0);
    kept.generation = rig.generation = 8;
    kept.serial = rig.serial = 2;
    rig_settle(&rig, &kept);
    assert_only_comes(500, 539);
}

/* The `nth` step of the search fails once: it goes on where it was, and nothing goes again that the
 * server has. False when it has fewer steps. */
static bool goes_on_after(long nth)
{
    struct rig_kept kept = {0};
    struct error err;
    copied_back(9, 2, 40, &kept);
    rig_beep(&rig, 500, 33);
    steps = 0;
    fail_step = nth;
    for (int asked = 0; ask_once(&kept, &err) && asked < 40; asked++)
        continue;
    bool failed = steps >= nth;
    fail_step = 0;
    failed_with = SQLITE_OK;
    rig_settle(&rig, &kept);
    assert_only_comes(500, 532);
    rig_done(&rig);
    rig_init(&rig);
    return failed;
}

static void a_step_of_the_search_fails(void **state)
{
    (void)state;
    long n = 1;
    while (goes_on_after(n))
        n += 7; /* a prime, so that all kinds of steps do */
    assert_true(n > 100);
}

/* A receipt for more than was ever beeped here moves nothing. */
static void receipt_above_the_end_moves_nothing(void **state)
{
    (void)state;
    rig_stand(&rig, 7, 1, 0, &zero);
    rig_beep(&rig, 1, 4);
    struct outbox_batch batch = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &batch);
    receipt.through = 5;
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_ASK);
    assert_int_equal(rig_unsent(&rig), 4);
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_drain(&rig, seen), 4);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(copied_back_then_beeped),
        T(copied_back_and_asked_first),
        T(copied_back_and_killed_while_seeking),
        T(copied_back_twice),
        T(another_record_while_seeking),
        T(receipted_by_a_record_that_fell_back),
        T(a_step_of_the_search_fails),
        T(receipt_above_the_end_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
