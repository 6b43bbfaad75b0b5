/* What comes down to a handheld, rightly sealed as it seems: bytes of any kind, and receipts and
 * standings for true places with untrue words. No scan counts as done but by a receipt that has its
 * link; what does not is sent again, after a crash too. Any number of steps. */
#include <stdlib.h>

#include "feed.h"
#include "fuzz.h"
#include "handheld/uplink.h"
#include "room.h"
#include "tests/handheld/rig.h"

#define BEEPS 6
#define STEPS_MAX 16

static struct rig rig;
static struct uplink uplink;
static struct hello asked;
static struct batch sent;        /* the one batch of all beeps */
static struct outbox_batch last; /* its bytes */

static struct seal any_seal(const struct seal_secret *key, const char *purpose, const void *bytes,
                            size_t n)
{
    (void)key, (void)purpose, (void)bytes, (void)n;
    return (struct seal){{0}};
}

static bool any_holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                      const void *bytes, size_t n)
{
    (void)key, (void)purpose, (void)seal, (void)bytes, (void)n;
    return true;
}

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    struct wire_up up;
    (void)self, (void)topic, (void)err;
    invariant(wire_read_up(bytes, n, &up, NULL));
    if (up.kind == WIRE_UP_HELLO)
        asked = up.hello;
    return true;
}

static struct uplink_config config_of(struct outbox *outbox)
{
    return (struct uplink_config){.device = RIG_DEVICE,
                                  .certificate = {(const uint8_t *)"cert", 4},
                                  .outbox = outbox,
                                  .clock = rig_clock(&rig),
                                  .chance = rig_chance(&rig),
                                  .out = {publish, NULL}};
}

static void begin(void)
{
    static const struct chain_sealer sealer = {any_seal, any_holds};
    invariant(setenv("TMPDIR", room(), 1) == 0);
    rig_init(&rig);
    chain_use_sealer(&sealer);
    rig_beep(&rig, 1, BEEPS);
    struct uplink_config config = config_of(rig.outbox);
    uplink_init(&uplink, &config);
    uplink_connected(&uplink);
    uplink_tick(&uplink);
    last = rig_next(&rig, (struct outbox_at){0});
    invariant(last.count == BEEPS && batch_read(last.bytes, last.n, &sent, NULL));
}

/* ------------------------------------------------------------------ what comes */

static uint8_t next(struct feed *feed)
{
    return (uint8_t)feed_number(feed, 1);
}

static void raw(struct feed *feed)
{
    size_t n = (size_t)next(feed) << 8;
    n += next(feed);
    n = n < feed->n ? n : feed->n;
    uplink_message(&uplink, feed->at, n);
    feed->at += n;
    feed->n -= n;
}

/* True when it is one that a server which has all of it would send. */
static bool receipt(struct feed *feed)
{
    static const struct seal_secret key;
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t n = 0;
    struct error err;
    uint8_t through = next(feed), wrong = next(feed);
    struct receipt said = {.generation = 7 + next(feed) % 3,
                           .generation_serial = 1 + next(feed) % 3,
                           .epoch = sent.head.epoch + (wrong & 2),
                           .through = through,
                           .link = sent.head.after,
                           .server_wall = {rig.wall_ms}};
    said.link.bytes[0] ^= (uint8_t)(wrong & 1);
    if (!wire_receipt(RIG_DEVICE, &said, &key, bytes, &n, &err))
        return false;
    uplink_message(&uplink, bytes, n);
    return through == BEEPS && (wrong & 3) == 0;
}

static bool standing(struct feed *feed)
{
    static const struct seal_secret key;
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t n = 0;
    struct error err;
    uint8_t through = next(feed), wrong = next(feed);
    struct standing said = {.generation = 7 + next(feed) % 3,
                            .generation_serial = 1 + next(feed) % 3,
                            .nonce = asked.nonce + (wrong & 4),
                            .server_wall = {rig.wall_ms},
                            .epochs = 1};
    said.epoch[0].epoch = sent.head.epoch + (wrong & 2);
    said.epoch[0].through = through;
    said.epoch[0].link = sent.head.after;
    said.epoch[0].link.bytes[0] ^= (uint8_t)(wrong & 1);
    if (!wire_standing(RIG_DEVICE, &said, &key, bytes, &n, &err))
        return false;
    uplink_message(&uplink, bytes, n);
    return through == BEEPS && (wrong & 3) == 0;
}

/* True when the scans may be done by it. */
static bool step(struct feed *feed)
{
    switch (next(feed) % 5) {
    case 0:
        raw(feed);
        return false;
    case 1:
        return receipt(feed);
    case 2:
        return standing(feed);
    case 3:
        rig.wall_ms += 1000 * next(feed);
        rig.mono_ms += 1000 * INT64_C(60);
        uplink_tick(&uplink);
        return false;
    default:
        uplink_acknowledged(&uplink, next(feed));
        return false;
    }
}

static void check_kept(bool done)
{
    uint64_t unsent = rig_unsent(&rig);
    invariant(unsent == BEEPS || (done && unsent == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct feed feed = {bytes, n};
    bool done = false;
    begin();
    for (size_t i = 0; i < STEPS_MAX && feed.n > 0; i++) {
        done = step(&feed) || done;
        uplink_tick(&uplink);
        check_kept(done);
    }
    uint64_t before = rig_unsent(&rig);
    rig_kill(&rig);
    invariant(rig_unsent(&rig) == before && rig_set_aside(&rig) == 0);
    rig_beep(&rig, 100, 1);
    invariant(rig_unsent(&rig) == before + 1);
    rig_done(&rig);
    return 0;
}
