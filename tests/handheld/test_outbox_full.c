/* The outbox on a full disk: no beep without its scan, receipts find room, the oldest receipted
 * scans make room, and it opens all the same (reliability.md, fault 4). */
#include "tests/handheld/rig.h"
#include "tests/lib/small_disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
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

static void in_small_tmpfs(void (*act)(void))
{
    outbox_close(rig.outbox);
    if (!small_disk_mount(rig.dir, "2m")) {
        rig_open(&rig);
        skip();
    }
    rig_open(&rig);
    act();
    outbox_close(rig.outbox);
    small_disk_unmount(rig.dir);
    rig_open(&rig);
}

static void until_full(void)
{
    uint32_t n = 0;
    struct error err = {0};
    struct scan scan;
    for (;;) {
        scan = rig_scan(&rig, n + 1, EVENT_PICKED_UP);
        if (!outbox_add(rig.outbox, &scan, &err))
            break;
        n++;
    }
    assert_int_equal(err.code, ERROR_LATER);
    assert_true(n > 1000);
    assert_int_equal(rig_unsent(&rig), n); /* nothing half-written, nothing lost */
    assert_false(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(rig_unsent(&rig), n);
    rig_kill(&rig);
    assert_int_equal(rig_unsent(&rig), n);

    /* The reserve lets receipts in, and receipted rows make room for the next beeps. */
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch batch = rig_next(&rig, start);
    for (uint64_t sent = 0; sent < n; batch = rig_next(&rig, batch.last)) {
        struct receipt receipt = rig_receipt(&rig, &batch);
        assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
        sent += batch.count;
        if (sent == n)
            break;
    }
    assert_int_equal(rig_unsent(&rig), 0);
    rig_beep(&rig, n + 1, 100);
    assert_int_equal(rig_unsent(&rig), 100);
    rig_kill(&rig);
    assert_int_equal(rig_unsent(&rig), 100);
}

static void disk_full(void **state)
{
    (void)state;
    in_small_tmpfs(until_full);
}

static void filled_by_others(void)
{
    struct error err = {0};
    rig_beep(&rig, 1, 20);
    small_disk_fill(rig.dir);
    uint32_t n = 20;
    struct scan scan;
    for (;; n++) {
        scan = rig_scan(&rig, n + 1, EVENT_PICKED_UP);
        if (!outbox_add(rig.outbox, &scan, &err))
            break;
        assert_true(n < 5000);
    }
    assert_int_equal(rig_unsent(&rig), n);
    outbox_close(rig.outbox);
    rig_open(&rig); /* starts all the same */
    assert_int_equal(rig_unsent(&rig), n);
    for (; outbox_add(rig.outbox, &scan, &err); n++) /* its closing freed the WAL's room */
        scan = rig_scan(&rig, n + 2, EVENT_PICKED_UP);
    assert_int_equal(err.code, ERROR_LATER);
    char path[96];
    rig_path(&rig, path, "filler");
    assert_int_equal(unlink(path), 0);
    assert_true(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(rig_unsent(&rig), n + 1);
}

static void disk_filled_by_others(void **state)
{
    (void)state;
    in_small_tmpfs(filled_by_others);
}

static void until_pruned(uint32_t *beeped)
{
    rig.told[0] = '\0';
    for (uint32_t n = 0; n < 5000 && rig.told[0] == '\0'; n++)
        rig_beep(&rig, 1000 + (*beeped)++, 1);
    assert_string_equal(rig.told, "storage is full: oldest receipted scans pruned");
}

/* A disk of receipted scans that others have filled: beeps go on, and what makes room for them are
 * the oldest of what the server has. */
static void receipted_make_room(void)
{
    uint8_t seen[1000] = {0};
    struct scan scan;
    struct item first = rig_scan(&rig, 1, EVENT_PICKED_UP).item;
    struct item second = rig_scan(&rig, 301, EVENT_PICKED_UP).item;
    struct item last = rig_scan(&rig, 900, EVENT_PICKED_UP).item;
    rig_stand(&rig, 7, 1, 0, &zero);
    rig_beep(&rig, 1, 300); /* an epoch of its own, which has none left after the first pruning */
    rig.boot++;
    rig_kill(&rig);
    rig_beep(&rig, 301, 600);
    rig_stand(&rig, 7, 1, 0, &zero);
    assert_int_equal(rig_drain(&rig, seen), 900);
    small_disk_fill(rig.dir);
    uint32_t beeped = 0;
    until_pruned(&beeped);
    assert_false(outbox_last(rig.outbox, &first, &scan, NULL));
    assert_true(outbox_last(rig.outbox, &second, &scan, NULL));
    until_pruned(&beeped);
    assert_false(outbox_last(rig.outbox, &second, &scan, NULL));
    assert_true(outbox_last(rig.outbox, &last, &scan, NULL));
    assert_int_equal(rig_unsent(&rig), beeped);
    rig_kill(&rig);
    assert_int_equal(rig_unsent(&rig), beeped);
}

static void oldest_receipted_make_room(void **state)
{
    (void)state;
    in_small_tmpfs(receipted_make_room);
}

/* Closed in order it has no log any more, and nothing of the disk is left for a new one: the
 * reserve is for that too. */
static void opened_when_full(void)
{
    uint8_t seen[1000] = {0};
    rig_stand(&rig, 7, 1, 0, &zero);
    rig_beep(&rig, 1, 20);
    outbox_close(rig.outbox);
    small_disk_fill(rig.dir);
    rig_open(&rig);
    assert_int_equal(rig_unsent(&rig), 20);
    assert_int_equal(rig_drain(&rig, seen), 20);
    assert_int_equal(rig_unsent(&rig), 0);
}

static void opens_on_a_full_disk(void **state)
{
    (void)state;
    in_small_tmpfs(opened_when_full);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(disk_full),
        T(disk_filled_by_others),
        T(oldest_receipted_make_room),
        T(opens_on_a_full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
