/* The outbox as a postman and a server know it: what beeped is there, once, whatever happened. */
#include "tests/handheld/rig.h"
#include "tests/handheld/small_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* Takes everything that is to be sent, as a server would, checking seals and links; gives receipts.
 * Returns how many scans came, and notes their items in `seen` (serials below 1000). */
static uint32_t drain(uint8_t seen[1000])
{
    uint32_t n = 0;
    struct outbox_at after = start;
    static struct outbox_batch batch;
    struct error err;
    while (outbox_batch_after(rig.outbox, after, true, &batch, &err)) {
        struct batch read;
        assert_true(batch_read(batch.bytes, batch.n, &read, NULL));
        assert_true(batch_holds(&read, &rig.public));
        for (uint32_t i = 0; i < read.head.count; i++) {
            struct scan scan;
            assert_true(scan_decode(read.scan[i].bytes, read.scan[i].n, &scan, NULL));
            assert_int_equal(scan.seq, read.head.first_seq + i);
            char serial[9] = {0};
            memcpy(serial, scan.item.text + 2, 8);
            seen[strtoul(serial, NULL, 10)]++;
            n++;
        }
        struct receipt receipt = rig_receipt(&rig, &batch);
        assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
        after = batch.last;
    }
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    return n;
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
    assert_int_equal(drain(seen), 3);
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
    assert_int_equal(drain(seen), 4);
}

static void file_in_rig(char out[96], const char *name)
{
    snprintf(out, 96, "%s/%s", rig.dir, name);
}

/* What a server has of one epoch: its scans' links. */
struct kept {
    uint64_t epoch, through;
    struct link link[200]; /* of scan i */
};

static void keep(struct kept *kept, const struct outbox_batch *sent)
{
    struct batch batch;
    assert_true(batch_read(sent->bytes, sent->n, &batch, NULL));
    kept->epoch = sent->epoch;
    kept->link[batch.head.first_seq - 1] = batch.head.before;
    for (uint32_t i = 0; i < batch.head.count; i++)
        kept->link[batch.head.first_seq + i] = chain_next(&kept->link[batch.head.first_seq + i - 1],
                                                          batch.scan[i].bytes, batch.scan[i].n);
    kept->through = sent->last.seq;
}

static struct standing answer(const struct kept *kept, const struct hello *hello)
{
    struct standing standing = {
        .generation = 7, .generation_serial = 1, .epochs = hello->epochs, .nonce = hello->nonce};
    for (size_t i = 0; i < hello->epochs; i++) {
        standing.epoch[i].epoch = hello->epoch[i].epoch;
        if (hello->epoch[i].epoch != kept->epoch)
            continue;
        bool lost = kept->through > hello->epoch[i].last_seq;
        standing.epoch[i].last_seq = kept->through;
        standing.epoch[i].through = lost ? hello->epoch[i].last_seq : kept->through;
        standing.epoch[i].link = kept->link[standing.epoch[i].through];
    }
    return standing;
}

/* Asks until nothing is left to ask; returns how often. */
static int settle(const struct kept *kept)
{
    bool again = true;
    int asked = 0;
    while (again && asked < 40) {
        struct hello hello = {.nonce = 1};
        struct error err = {0};
        assert_true(outbox_hello(rig.outbox, &hello, NULL));
        struct standing standing = answer(kept, &hello);
        if (!outbox_standing(rig.outbox, &hello, &standing, &again, &err))
            fail_msg("%s", err.text);
        asked++;
    }
    return asked;
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
    file_in_rig(wal, "outbox.db-wal");
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
    struct kept kept = {0};
    keep(&kept, &sent);
    settle(&kept);
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
    assert_int_equal(drain(seen), 20);
    assert_int_equal(rig_unsent(&rig), 0);
}

/* ------------------------------------------------------------------ damage */

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
    assert_int_equal(drain(seen), 9);
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
    assert_int_equal(drain(seen), 9);
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
    assert_int_equal(drain(seen), 0);
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

/* ------------------------------------------------------------------ a folder copied back */

static void copy_folder(const char *from, const char *to)
{
    char line[300];
    (void)snprintf(line, sizeof line, "mkdir -p %s && cp -a %s/. %s/", to, from, to);
    assert_int_equal(system(line), 0);
}

/* `before` scans, of which `receipted` are done on the device; copied; the server gets `after`
 * more; the copy is put back. */
static struct outbox_batch copied_back(uint32_t before, uint32_t receipted, uint32_t after,
                                       struct kept *kept)
{
    char copy[100];
    (void)snprintf(copy, sizeof copy, "%s.copy", rig.dir);
    rig_stand(&rig, 7, 1, 0, &zero);
    struct outbox_batch batch = {.last = start};
    if (receipted > 0) {
        rig_beep(&rig, 1, receipted);
        batch = rig_next(&rig, batch.last);
        keep(kept, &batch);
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
        keep(kept, &batch);
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
    assert_int_equal(drain(seen), to - from + 1);
    for (uint32_t i = from; i <= to; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(rig_unsent(&rig), 0);
}

static void copied_back_then_beeped(void **state)
{
    (void)state;
    static const struct {
        uint32_t before, receipted, after, more;
    } cases[] = {{3, 3, 2, 1},   {3, 3, 2, 2}, {3, 3, 2, 7},   {9, 2, 40, 1},
                 {9, 2, 40, 60}, {9, 0, 1, 3}, {90, 30, 9, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct kept kept = {0};
        copied_back(cases[i].before, cases[i].receipted, cases[i].after, &kept);
        rig_beep(&rig, 500, cases[i].more); /* under numbers that the server has other scans of */
        assert_true(settle(&kept) <= 10);
        assert_only_comes(500, 499 + cases[i].more);
        rig_done(&rig);
        rig_init(&rig);
    }
}

static void copied_back_and_asked_first(void **state)
{
    (void)state;
    struct kept kept = {0};
    copied_back(3, 3, 2, &kept);
    struct hello hello = {.nonce = 1};
    assert_true(outbox_hello(rig.outbox, &hello, NULL));
    rig_beep(&rig, 500, 1); /* before the answer */
    struct standing standing = answer(&kept, &hello);
    bool again;
    assert_true(outbox_standing(rig.outbox, &hello, &standing, &again, NULL));
    assert_string_equal(rig.told, "the server has beeps that this device lost");
    rig_beep(&rig, 501, 1); /* and after it */
    settle(&kept);
    assert_only_comes(500, 501);
}

/* Restarted in the middle of the search it begins anew. */
static void copied_back_and_killed_while_seeking(void **state)
{
    (void)state;
    struct kept kept = {0};
    copied_back(90, 0, 90, &kept);
    rig_beep(&rig, 500, 70);
    for (int i = 0; i < 4; i++) {
        struct hello hello = {.nonce = 1};
        assert_true(outbox_hello(rig.outbox, &hello, NULL));
        struct standing standing = answer(&kept, &hello);
        bool again;
        assert_true(outbox_standing(rig.outbox, &hello, &standing, &again, NULL));
        assert_true(again);
        if (i == 2)
            rig_kill(&rig);
    }
    settle(&kept);
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
    assert_int_equal(drain(seen), 4);
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
    file_in_rig(path, name);
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
    file_in_rig(path, "good");
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
            came += drain(seen);
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
    file_in_rig(path, "outbox.db");
    assert_int_equal(truncate(path, 0), 0);
    rig_open(&rig);
    rig_beep(&rig, 4, 1);
    assert_int_equal(rig_unsent(&rig), 1);
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

/* ------------------------------------------------------------------ killed, and full */

/* A child beeps as fast as it can and says each number after its commit; it is killed at a moment
 * that differs each time. Everything said is there, and at most one more. */
static void killed(void **state)
{
    (void)state;
    uint32_t beeped = 0;
    for (int round = 0; round < 25; round++) {
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
    assert_true(beeped > 25);
    assert_int_equal(rig.tells, 0);
}

static void in_small_tmpfs(void (*act)(void))
{
    outbox_close(rig.outbox);
    if (!small_disk_mount(rig.dir)) {
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
    file_in_rig(path, "filler");
    assert_int_equal(unlink(path), 0);
    assert_true(outbox_add(rig.outbox, &scan, &err));
    assert_int_equal(rig_unsent(&rig), n + 1);
}

static void disk_filled_by_others(void **state)
{
    (void)state;
    in_small_tmpfs(filled_by_others);
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
        T(damaged_link_is_mended),
        T(damaged_scan_is_mended_from_its_batch),
        T(damaged_batch_is_cut_again),
        T(damaged_scan_is_set_aside),
        T(accounted_scans_do_not_go_again),
        T(withdrawal_finds_a_target_that_stays_behind),
        T(copied_back_then_beeped),
        T(copied_back_and_asked_first),
        T(copied_back_and_killed_while_seeking),
        T(receipt_above_the_end_moves_nothing),
        T(withdrawal_keeps_its_target),
        T(damaged_file_is_moved_aside),
        T(damaged_page_costs_only_its_scans),
        T(empty_file_is_a_fresh_start),
        T(one_user_at_a_time),
        T(killed),
        T(disk_full),
        T(disk_filled_by_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
