/* A folder that was copied back goes on counting where the record has other scans: what was beeped
 * since must reach the record all the same, once (docs/decisions/0010-outbox.md). */
#include "tests/handheld/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

static void copy_folder(const char *from, const char *to)
{
    char line[300];
    (void)snprintf(line, sizeof line, "mkdir -p %s && cp -a %s/. %s/", to, from, to);
    assert_int_equal(system(line), 0);
}

/* `before` scans, of which `receipted` are done on the device; copied; the server gets `after`
 * more; the copy is put back. */
static struct outbox_batch copied_back(uint32_t before, uint32_t receipted, uint32_t after,
                                       struct rig_kept *kept)
{
    char copy[100];
    (void)snprintf(copy, sizeof copy, "%s.copy", rig.dir);
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
    copy_folder(rig.dir, copy);
    rig_open(&rig);
    rig_beep(&rig, before + 1, after);
    struct error err;
    while (outbox_batch_after(rig.outbox, batch.last, true, &batch, &err))
        rig_keep(kept, &batch);
    outbox_close(rig.outbox);
    char line[300];
    (void)snprintf(line, sizeof line, "rm -rf %s/* && cp -a %s/. %s/ && rm -rf %s", rig.dir, copy,
                   rig.dir, copy);
    assert_int_equal(system(line), 0);
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
        T(receipt_above_the_end_moves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
