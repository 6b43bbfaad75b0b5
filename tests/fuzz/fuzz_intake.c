/* A handheld with keys that says what no program of ours would: batches that are rightly sealed,
 * over scans of any bytes, under any head, in any order, and messages of any bytes. Whatever it is:
 * N never falls and never passes what is kept, a receipt says no more than that, and what is kept
 * for the fold can be read by it. Any number of steps, each a byte and what it needs (from 0x80 on:
 * by the pipe of another handheld). Nothing is
 * committed: the record is as before when it is over. */
#include <stdlib.h>

#include "feed.h"
#include "fuzz.h"
#include "protocol/topic.h"
#include "server/views/facts.h"
#include "tests/server/rig.h"

#define EPOCHS 4
#define STEPS_MAX 24

static struct rig rig;
static struct rig_device hand;
static const char *pipe_of; /* the device by whose pipe it comes */

static struct slice piece(struct feed *feed, size_t most)
{
    size_t n = (size_t)feed_number(feed, 1);
    n = n < feed->n ? n : feed->n;
    n = n < most ? n : most;
    struct slice slice = {feed->at, n};
    feed->at += n;
    feed->n -= n;
    return slice;
}

static struct seal any_seal(const struct seal_secret *key, const char *purpose, const void *bytes,
                            size_t n)
{
    (void)key, (void)purpose, (void)bytes, (void)n;
    return (struct seal){{0}};
}

static bool any_holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                      const void *bytes, size_t n)
{
    (void)key, (void)purpose, (void)bytes, (void)n;
    return seal->bytes[0] == 0;
}

/* ------------------------------------------------------------------ what it says */

struct saying {
    struct slice scans[BATCH_SCANS_MAX];
    uint32_t n;
    struct link link[EPOCHS];
    uint64_t seq[EPOCHS];
    uint8_t batch[BATCH_BYTES_MAX];
    size_t batch_n;
};

static void message(const void *bytes, size_t n)
{
    char topic[TOPIC_MAX];
    struct intake_message *read = NULL;
    struct error err = {ERROR_NONE, ""};
    const char *device = NULL;
    if (!intake_read(rig.intake, topic_up(pipe_of, topic), bytes, n, rig.now, &read, &err))
        check_refusal(&err);
    invariant(read != NULL);
    if (intake_piece(read, &device) == NULL)
        invariant(intake_take(rig.intake, read, &err));
    intake_message_free(read);
}

static void send_batch(struct feed *feed, const struct saying *device)
{
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t n = 0;
    struct error err;
    int64_t ago = (int64_t)feed_number(feed, 1) * 60000;
    struct envelope envelope = {.batch = {device->batch, device->batch_n},
                                .sent_wall = {rig.now.ms - ago},
                                .sent_mono = {(int64_t)feed_number(feed, 3)},
                                .sent_boot = 1 + feed_number(feed, 1) % 3,
                                .sent_time_source = TIME_SOURCE_NETWORK};
    if (device->batch_n > 0 && wire_envelope(&envelope, bytes, &n, &err))
        message(bytes, n);
}

/* `wild`: the head says what the bytes say it does. */
static void cut(struct feed *feed, struct saying *device, bool wild)
{
    struct error err;
    size_t which = (size_t)feed_number(feed, 1) % EPOCHS;
    struct head head = {.device = "HH-001",
                        .epoch = RIG_EPOCH + which,
                        .first_seq = device->seq[which] + 1,
                        .count = device->n,
                        .before = device->link[which]};
    if (wild) {
        head.first_seq += (uint64_t)(int64_t)(int8_t)feed_number(feed, 1);
        head.before.bytes[0] ^= (uint8_t)feed_number(feed, 1);
    }
    bool sealed = device->n > 0 && batch_seal(&head, device->scans, &hand.secret_key, device->batch,
                                              &device->batch_n, &err);
    device->n = 0;
    if (!sealed)
        return;
    device->link[which] = head.after;
    device->seq[which] = head.first_seq + head.count - 1;
    send_batch(feed, device);
}

static void step(struct feed *feed, struct saying *device)
{
    struct slice raw;
    size_t what = (size_t)feed_number(feed, 1);
    pipe_of =
        what >= 0x80 ? "HH-009" : "HH-001"; /* which nobody knows; a neighbour at the broker */
    switch (what % 6) {
    case 0:
    case 1:
        raw = piece(feed, SCAN_BYTES_MAX * 2);
        if (device->n < BATCH_SCANS_MAX)
            device->scans[device->n++] = raw;
        return;
    case 2:
        cut(feed, device, false);
        return;
    case 3:
        cut(feed, device, true);
        return;
    case 4:
        send_batch(feed, device); /* once more */
        return;
    default:
        raw = piece(feed, 255);
        message(raw.bytes, raw.n);
    }
}

/* ------------------------------------------------------------------ what became of it */

struct kept {
    uint64_t through; /* all up to here is kept */
    uint64_t want;
};

static bool cover(void *ctx, const struct record_batch *batch)
{
    struct kept *kept = ctx;
    if (batch->first_seq <= kept->through + 1 &&
        batch->first_seq + batch->count - 1 > kept->through)
        kept->through = batch->first_seq + batch->count - 1;
    return true;
}

static uint64_t through_of(uint64_t epoch)
{
    struct record_epoch row;
    struct error err = {ERROR_NONE, ""};
    struct kept kept = {0};
    if (!record_epoch_find(rig.record, hand.id, epoch, &row, &err)) {
        invariant(err.code == ERROR_NOT_FOUND);
        return 0;
    }
    invariant(row.through <= row.highest);
    invariant(record_batches_of(rig.record, row.id, 0, INT64_MAX, cover, &kept, &err));
    invariant(row.through <= kept.through);
    return row.through;
}

static bool look_at(void *ctx, const struct fact *fact)
{
    (void)ctx;
    invariant(fact->when.earliest.ms <= fact->when.estimate.ms);
    invariant(fact->when.estimate.ms <= fact->when.latest.ms);
    invariant(fact->when.latest.ms <= fact->arrival.ms);
    return true;
}

static bool read_kept(void *ctx, const struct record_batch *batch)
{
    struct error err;
    (void)ctx;
    invariant(facts_scans(batch, look_at, NULL, &err));
    return true;
}

static void check_receipts(const uint64_t through[EPOCHS])
{
    for (size_t i = 0; i < rig.sent_n; i++) {
        const struct wire_down *down = &rig.sent[i].down;
        if (down->kind != WIRE_DOWN_RECEIPT || down->receipt.epoch - RIG_EPOCH >= EPOCHS)
            continue;
        invariant(down->receipt.through <= through[down->receipt.epoch - RIG_EPOCH]);
    }
}

static void open_once(void)
{
    static const struct chain_sealer sealer = {any_seal, any_holds};
    if (rig.record != NULL)
        return;
    rig_open(&rig);
    chain_use_sealer(&sealer);
    rig_device(&hand, &rig, "HH-001");
    rig_stop(&rig);
    rig_start(&rig);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct saying device;
    struct feed feed = {bytes, n};
    struct error err;
    uint64_t through[EPOCHS] = {0};
    open_once();
    device = (struct saying){.n = 0};
    rig.sent_n = rig.alarms_n = 0;
    invariant(record_begin(rig.record, &err));
    for (size_t i = 0; i < STEPS_MAX && feed.n > 0; i++) {
        step(&feed, &device);
        for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
            uint64_t now = through_of(RIG_EPOCH + epoch);
            invariant(now >= through[epoch]);
            through[epoch] = now;
        }
    }
    invariant(record_batches_from(rig.record, 0, read_kept, NULL, &err));
    intake_answer(rig.intake);
    check_receipts(through);
    record_rollback(rig.record);
    intake_forget(rig.intake);
    return 0;
}
