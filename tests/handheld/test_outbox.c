/* The outbox as a postman and a server know it: what beeped is there, once, through restarts and
 * kills. Full disks: test_outbox_full.c; damage: test_outbox_heal.c. */
#include "tests/handheld/rig.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

static void numbers_and_links(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 120);
    assert_int_equal(rig_unsent(&rig), 120);
    struct outbox_batch a = rig_next(&rig, start), b = rig_next(&rig, a.last);
    struct outbox_batch c = rig_next(&rig, b.last);
    assert_int_equal(a.first_seq, 1);
    assert_int_equal(a.count, 50);
    assert_int_equal(b.first_seq, 51);
    assert_int_equal(c.first_seq, 101);
    assert_int_equal(c.count, 20);
    struct batch first, second;
    assert_true(batch_read(a.bytes, a.n, &first, NULL));
    assert_true(batch_read(b.bytes, b.n, &second, NULL));
    assert_true(link_equal(&first.head.before, &zero));
    assert_true(link_equal(&first.head.after, &second.head.before));
    struct error err;
    struct outbox_batch none;
    assert_false(outbox_batch_after(rig.outbox, c.last, true, &none, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void gathers_unless_alone(void **state)
{
    (void)state;
    struct outbox_batch batch;
    struct error err;
    rig_beep(&rig, 1, 49);
    assert_false(outbox_batch_after(rig.outbox, start, false, &batch, &err));
    rig_beep(&rig, 50, 1);
    assert_true(outbox_batch_after(rig.outbox, start, false, &batch, &err));
    assert_int_equal(batch.count, 50);
    rig_beep(&rig, 51, 3);
    assert_false(outbox_batch_after(rig.outbox, batch.last, false, &batch, &err));
    rig.boot++;
    rig_kill(&rig); /* nothing more will come in that epoch: no use in waiting */
    assert_true(outbox_batch_after(rig.outbox, batch.last, false, &batch, &err));
    assert_int_equal(batch.count, 3);
}

static void kept_byte_for_byte(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 7);
    struct outbox_batch before = rig_next(&rig, start);
    rig_beep(&rig, 8, 7);
    rig_kill(&rig);
    struct outbox_batch after = rig_next(&rig, start);
    assert_int_equal(after.count, 7);
    assert_int_equal(after.n, before.n);
    assert_memory_equal(after.bytes, before.bytes, before.n);
}

static void receipts(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 60);
    struct outbox_batch a = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &a);
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_ASK); /* no Standing yet */
    assert_int_equal(rig_unsent(&rig), 60);
    rig_stand(&rig, 7, 1, 0, &zero);

    struct receipt wrong = receipt;
    wrong.link.bytes[3] ^= 1;
    assert_int_equal(rig_take(&rig, &wrong), OUTBOX_TAKEN_MISMATCH);
    assert_int_equal(rig_unsent(&rig), 60);
    assert_string_equal(rig.told, "the server's link is not ours");

    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
    assert_int_equal(rig_unsent(&rig), 10);
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_NOTHING);
    rig_kill(&rig);
    assert_int_equal(rig_unsent(&rig), 10);

    struct receipt stranger = receipt;
    stranger.epoch++;
    assert_int_equal(rig_take(&rig, &stranger), OUTBOX_TAKEN_NOTHING);
}

/* Settled point 3: a receipt of the generation before the restore vouches for nothing. */
static void restored_server(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 100);
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch a = rig_next(&rig, start), b = rig_next(&rig, a.last);
    struct receipt ra = rig_receipt(&rig, &a), rb = rig_receipt(&rig, &b);
    assert_int_equal(rig_take(&rig, &rb), OUTBOX_TAKEN_MOVED);
    assert_int_equal(rig_unsent(&rig), 0);
    rig_kill(&rig);

    rig_stand(&rig, 9, 2, 50, &ra.link);
    assert_int_equal(rig_unsent(&rig), 50);
    assert_int_equal(rig_take(&rig, &rb), OUTBOX_TAKEN_OLD);
    assert_int_equal(rig_unsent(&rig), 50);
    struct outbox_batch again = rig_next(&rig, start);
    assert_int_equal(again.first_seq, 51);
    assert_memory_equal(again.bytes, b.bytes, b.n);
    struct receipt fresh = rb;
    fresh.generation = 9;
    fresh.generation_serial = 2;
    assert_int_equal(rig_take(&rig, &fresh), OUTBOX_TAKEN_MOVED);
    assert_int_equal(rig_unsent(&rig), 0);
    fresh.generation = 10;
    assert_int_equal(rig_take(&rig, &fresh), OUTBOX_TAKEN_ASK);
}

static void verdict_explains_another_link(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 5);
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch a = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &a);
    receipt.link.bytes[0] ^= 1;
    receipt.verdict[0] = (struct verdict){2, 3, VERDICT_CONFLICT};
    receipt.verdicts = 1;
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
    assert_int_equal(rig_unsent(&rig), 0);
    assert_non_null(strstr(rig.told, "other bytes"));
}

/* As the bytes of a later server bring them. */
static struct receipt from_the_wire(const struct receipt *receipt)
{
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct seal_public public;
    struct seal_secret secret;
    struct wire_down down;
    struct chance chance = rig_chance(&rig);
    struct receipt whole = *receipt;
    whole.server_wall.ms = rig.wall_ms;
    chain_keys_new(&chance, &public, &secret);
    assert_true(wire_receipt(RIG_DEVICE, &whole, &secret, bytes, &n, NULL));
    assert_true(wire_read_down(bytes, n, RIG_DEVICE, &public, &down, NULL));
    assert_int_equal(down.kind, WIRE_DOWN_RECEIPT);
    return down.receipt;
}

static void verdicts_of_a_later_server(void **state)
{
    (void)state;
    static const uint32_t kinds[] = {5, 9, 1000000, UINT32_MAX};
    rig_stand(&rig, 7, 1, 0, &zero);
    for (uint32_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        rig_beep(&rig, i + 1, 1);
        struct outbox_batch batch = rig_next(&rig, start);
        struct receipt receipt = rig_receipt(&rig, &batch);
        receipt.verdict[0] = (struct verdict){batch.first_seq, 1, (enum verdict_kind)kinds[i]};
        receipt.verdicts = 1;
        receipt = from_the_wire(&receipt);
        assert_int_equal(receipt.verdict[0].kind, kinds[i]);
        rig.told[0] = '\0';
        assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
        assert_string_equal(rig.told,
                            "the server set scans aside: for a reason this version does not know");
    }
    assert_int_equal(rig_unsent(&rig), 0);
}

static void pruned_after_thirty_days_by_the_servers_clock(void **state)
{
    (void)state;
    struct scan scan;
    struct item old = rig_scan(&rig, 1, EVENT_PICKED_UP).item;
    rig_stand(&rig, 7, 1, 0, &zero);
    rig_beep(&rig, 1, 50);
    struct outbox_batch a = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &a);
    rig_take(&rig, &receipt);

    int64_t then = rig.wall_ms;
    rig.wall_ms = then + INT64_C(400) * 86400000; /* the device's own clock is wrong by a year */
    rig_beep(&rig, 51, 1);
    struct outbox_batch b = rig_next(&rig, start);
    receipt = rig_receipt(&rig, &b);
    receipt.server_wall.ms = then + OUTBOX_KEEP_MS;
    rig_take(&rig, &receipt);
    assert_true(outbox_last(rig.outbox, &old, &scan, NULL));

    rig_beep(&rig, 52, 1);
    struct outbox_batch c = rig_next(&rig, start);
    receipt = rig_receipt(&rig, &c);
    receipt.server_wall.ms = then + OUTBOX_KEEP_MS + 1;
    rig_take(&rig, &receipt);
    assert_false(outbox_last(rig.outbox, &old, &scan, NULL));
    assert_int_equal(rig_unsent(&rig), 0);
    rig_beep(&rig, 53, 1);
    assert_int_equal(rig_next(&rig, start).first_seq, 53);

    /* A server restored to before all that: what is kept goes again, in an epoch without the gap.
     */
    rig_stand(&rig, 9, 2, 0, &zero);
    uint8_t seen[1000] = {0};
    rig_stand(&rig, 7, 1, 0, &zero);
    assert_int_equal(rig_drain(&rig, seen), 3);
    assert_true(seen[51] == 1 && seen[52] == 1 && seen[53] == 1);
}

static void last_of_an_item(void **state)
{
    (void)state;
    struct error err;
    struct scan found, scan = rig_scan(&rig, 5, EVENT_PICKED_UP);
    assert_false(outbox_last(rig.outbox, &scan.item, &found, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    assert_true(outbox_add(rig.outbox, &scan, NULL));
    scan.event = EVENT_DELIVERED;
    scan.relation = RELATION_OWNER;
    assert_true(outbox_add(rig.outbox, &scan, NULL));
    uint64_t delivered = scan.seq;
    assert_true(outbox_last(rig.outbox, &scan.item, &found, NULL));
    assert_int_equal(found.event, EVENT_DELIVERED);

    struct scan other = rig_scan(&rig, 6, EVENT_WITHDRAWN);
    other.of_seq = delivered;
    assert_false(outbox_add(rig.outbox, &other, &err)); /* another item's */
    assert_int_equal(err.code, ERROR_REFUSED);
    scan = rig_scan(&rig, 5, EVENT_WITHDRAWN);
    scan.of_seq = delivered;
    assert_true(outbox_add(rig.outbox, &scan, NULL));
    assert_true(outbox_last(rig.outbox, &scan.item, &found, NULL));
    assert_int_equal(found.event, EVENT_PICKED_UP);
    scan.of_seq = 99;
    assert_false(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(rig_unsent(&rig), 3);
}

static void counts(void **state)
{
    (void)state;
    struct outbox_counts c;
    assert_true(outbox_counts(rig.outbox, &c, NULL));
    assert_int_equal(c.unsent, 0);
    assert_int_equal(c.oldest.ms, 0);
    int64_t first = rig.wall_ms + 1000;
    rig_beep(&rig, 1, 3);
    rig_stand(&rig, 7, 1, 0, &zero);
    assert_true(outbox_counts(rig.outbox, &c, NULL));
    assert_int_equal(c.unsent, 3);
    assert_int_equal(c.oldest.ms, first);
    assert_int_equal(c.last_receipt.ms, 0);
    struct outbox_batch a = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &a);
    rig.wall_ms += 5000;
    rig_take(&rig, &receipt);
    assert_true(outbox_counts(rig.outbox, &c, NULL));
    assert_int_equal(c.unsent, 0);
    assert_int_equal(c.last_receipt.ms, rig.wall_ms);
}

/* ------------------------------------------------------------------ epochs */

static uint64_t running_epoch(void)
{
    struct hello hello = {0};
    assert_true(outbox_hello(rig.outbox, &hello, NULL));
    return hello.epoch[hello.epochs - 1].epoch;
}

static void epoch_goes_on(void **state)
{
    (void)state;
    uint64_t epoch = running_epoch();
    rig_beep(&rig, 1, 2);
    outbox_close(rig.outbox);
    rig.boot++;
    rig_open(&rig);
    assert_int_equal(running_epoch(), epoch); /* closed in order */
    rig_beep(&rig, 3, 1);
    rig_kill(&rig);
    assert_int_equal(running_epoch(), epoch); /* killed, but the machine stayed up */
    rig.boot++;
    rig_kill(&rig);
    assert_int_not_equal(running_epoch(), epoch); /* the machine went down under it */
    rig_beep(&rig, 4, 1);
    uint8_t seen[1000] = {0};
    rig_stand(&rig, 7, 1, 0, &zero);
    assert_int_equal(rig_drain(&rig, seen), 4);
}

/* Fault 7: the WAL is gone, and with it the last beeps. Their numbers are never used again. */
static void wal_lost(void **state)
{
    (void)state;
    char wal[96];
    rig_beep(&rig, 1, 2);
    outbox_close(rig.outbox);
    rig_open(&rig);
    uint64_t epoch = running_epoch();
    rig_beep(&rig, 3, 3);
    struct outbox_batch sent = rig_next(&rig, start);
    struct receipt receipt = rig_receipt(&rig, &sent);
    outbox_drop(rig.outbox);
    rig_path(&rig, wal, "outbox.db-wal");
    assert_int_equal(unlink(wal), 0);
    rig_open(&rig);
    assert_int_not_equal(running_epoch(), epoch);
    assert_non_null(strstr(rig.told, "missing"));
    rig_beep(&rig, 6, 1);
    struct outbox_batch tail = rig_next(&rig, (struct outbox_at){2, 0});
    struct batch read;
    assert_true(batch_read(tail.bytes, tail.n, &read, NULL));
    assert_int_equal(read.head.first_seq, 1);
    assert_true(link_equal(&read.head.before, &receipt.link)); /* the last head known */

    /* The server has more of the old epoch than this device: the link of what both have tells. */
    rig_stand(&rig, 7, 1, 0, &zero);
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_ASK);
    assert_int_equal(rig_unsent(&rig), 3);
    struct rig_kept kept = {0};
    rig_keep(&kept, &sent);
    rig_settle(&rig, &kept);
    assert_int_equal(rig_unsent(&rig), 1);
}

/* Twenty power cuts without a network: more epochs than one hello can name. */
static void more_epochs_than_a_hello_holds(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 20; i++) {
        rig_beep(&rig, i + 1, 1);
        rig.boot++;
        rig_kill(&rig);
    }
    assert_int_equal(rig_unsent(&rig), 20);
    assert_true(rig_stand(&rig, 7, 1, 0, &zero));
    assert_false(rig_stand(&rig, 7, 1, 0, &zero));
    uint8_t seen[1000] = {0};
    assert_int_equal(rig_drain(&rig, seen), 20);
    assert_int_equal(rig_unsent(&rig), 0);
}

static void set_version(const char *pragma)
{
    sqlite3 *db;
    char path[96];
    rig_path(&rig, path, "outbox.db");
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, pragma, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Put back to an older program, with scans that are not sent: it leaves them alone and says why. */
static void made_by_a_newer_program(void **state)
{
    (void)state;
    struct error err;
    rig_beep(&rig, 1, 3);
    outbox_close(rig.outbox);
    rig.outbox = NULL;
    set_version("PRAGMA user_version = 2");
    assert_false(rig_try_open(&rig, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_non_null(strstr(err.text, "newer program"));
    set_version("PRAGMA user_version = 1");
    rig_open(&rig);
    assert_int_equal(rig_unsent(&rig), 3);
    assert_int_equal(rig.tells, 0);
}

static void one_user_at_a_time(void **state)
{
    (void)state;
    struct outbox_config config = {.dir = rig.dir,
                                   .device = RIG_DEVICE,
                                   .key = &rig.key,
                                   .clock = rig_clock(&rig),
                                   .chance = rig_chance(&rig)};
    struct outbox *second = NULL;
    struct error err;
    assert_false(outbox_open(&config, &second, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_non_null(strstr(err.text, "another program"));
}

/* ------------------------------------------------------------------ killed */

#define ROUNDS 25
#define ROUNDS_AT_ONCE 5 /* killed while it opens, too */

/* A child beeps as fast as it can and says each number after its commit; it is killed at a moment
 * that differs each time. Everything said is there, and at most one more. */
static void killed(void **state)
{
    (void)state;
    uint32_t beeped = 0;
    for (int round = 0; round < ROUNDS; round++) {
        int pipe_fd[2];
        assert_int_equal(pipe(pipe_fd), 0);
        outbox_drop(rig.outbox);
        pid_t child = fork();
        if (child == 0) {
            rig_open(&rig);
            for (uint32_t n = beeped + 1;; n++) {
                struct scan scan = rig_scan(&rig, n, EVENT_PICKED_UP);
                if (!outbox_add(rig.outbox, &scan, NULL) ||
                    write(pipe_fd[1], &n, sizeof n) != sizeof n)
                    _exit(1);
                if (n % 13 == 0) {
                    static struct outbox_batch batch;
                    bool cut = outbox_batch_after(rig.outbox, start, true, &batch, NULL);
                    (void)cut;
                }
            }
        }
        close(pipe_fd[1]);
        if (round >= ROUNDS_AT_ONCE) /* however busy the machine, it has beeped */
            assert_int_equal(read(pipe_fd[0], &beeped, sizeof beeped), sizeof beeped);
        usleep((useconds_t)(4000 + round * 2500));
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        for (uint32_t n; read(pipe_fd[0], &n, sizeof n) == sizeof n;)
            beeped = n;
        close(pipe_fd[0]);
        rig_open(&rig);
        uint64_t there = rig_unsent(&rig);
        if (there != beeped && there != beeped + 1)
            fail_msg("beeped %u, there are %llu", beeped, (unsigned long long)there);
        beeped = (uint32_t)there;
    }
    assert_true(beeped >= ROUNDS - ROUNDS_AT_ONCE);
    assert_int_equal(rig.tells, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(numbers_and_links),
        T(gathers_unless_alone),
        T(kept_byte_for_byte),
        T(receipts),
        T(restored_server),
        T(verdict_explains_another_link),
        T(verdicts_of_a_later_server),
        T(pruned_after_thirty_days_by_the_servers_clock),
        T(last_of_an_item),
        T(counts),
        T(epoch_goes_on),
        T(wal_lost),
        T(more_epochs_than_a_hello_holds),
        T(made_by_a_newer_program),
        T(one_user_at_a_time),
        T(killed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
