/* The uplink over a pipe that loses, doubles, reorders and lies, in virtual time. */
#include "handheld/uplink.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/handheld/rig.h"

#define SENT_MAX 4096

/* What went up, read back; only what the server needs of it. */
struct sent {
    uint64_t nonce;
    uint64_t epoch, first_seq;
    struct link after;
    struct instant wall;
    struct tick mono;
    size_t epochs;
    uint32_t count;
    bool hello, attachment;
    struct link hash;
    uint64_t generation; /* of an attachment */
};

static struct rig rig;
static struct uplink uplink;
static struct attach_store *papers;
static struct sent sent[SENT_MAX];
static size_t n_sent;
static bool refuse;
static struct seal_secret server_key;
static struct seal_public server_public;
static const struct link zero;

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    struct wire_up up;
    struct batch batch;
    (void)self;
    if (refuse)
        return error_set(err, ERROR_LATER, "no connection");
    assert_string_equal(topic, "trao/1/HH-042/up");
    assert_true(wire_read_up(bytes, n, &up, NULL));
    if (up.kind == WIRE_UP_REPORT)
        return true;
    assert_true(n_sent < SENT_MAX);
    struct sent *s = &sent[n_sent++];
    *s = (struct sent){.hello = up.kind == WIRE_UP_HELLO};
    s->attachment = up.kind == WIRE_UP_ATTACHMENT;
    if (s->attachment) {
        s->hash = up.attachment.hash;
        s->generation = up.attachment.generation;
        return true;
    }
    if (s->hello) {
        s->nonce = up.hello.nonce;
        s->epochs = up.hello.epochs;
        s->epoch = up.hello.epochs > 0 ? up.hello.epoch[0].epoch : 0;
        return true;
    }
    assert_true(batch_read(up.envelope.batch.bytes, up.envelope.batch.n, &batch, NULL));
    assert_true(batch_holds(&batch, &rig.public));
    s->epoch = batch.head.epoch;
    s->first_seq = batch.head.first_seq;
    s->count = batch.head.count;
    s->after = batch.head.after;
    s->wall = up.envelope.sent_wall;
    s->mono = up.envelope.sent_mono;
    return true;
}

static int setup(void **state)
{
    (void)state;
    rig_init(&rig);
    struct chance chance = rig_chance(&rig);
    chain_keys_new(&chance, &server_public, &server_key);
    struct attach_store_config store = {rig.dir, 0, rig_clock(&rig)};
    assert_true(attach_store_open(&store, &papers, NULL));
    struct uplink_config config = {.device = RIG_DEVICE,
                                   .certificate = {(const uint8_t *)"cert", 4},
                                   .server = server_public,
                                   .outbox = rig.outbox,
                                   .clock = rig_clock(&rig),
                                   .chance = chance,
                                   .out = {publish, NULL},
                                   .attachments = papers};
    uplink_init(&uplink, &config);
    n_sent = 0;
    refuse = false;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    attach_store_close(papers);
    rig_done(&rig);
    return 0;
}

static void pass(int64_t ms)
{
    rig.wall_ms += ms;
    rig.mono_ms += ms;
    uplink_tick(&uplink);
}

static size_t batches(void)
{
    size_t n = 0;
    for (size_t i = 0; i < n_sent; i++)
        n += !sent[i].hello && !sent[i].attachment;
    return n;
}

static void down(const struct wire_down *what)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    bool made =
        what->kind == WIRE_DOWN_ATTACHMENT
            ? wire_attachment_state(RIG_DEVICE, &what->attachment, &server_key, bytes, &n, NULL)
        : what->kind == WIRE_DOWN_RECEIPT
            ? wire_receipt(RIG_DEVICE, &what->receipt, &server_key, bytes, &n, NULL)
            : wire_standing(RIG_DEVICE, &what->standing, &server_key, bytes, &n, NULL);
    assert_true(made);
    uplink_message(&uplink, bytes, n);
}

static void stand(uint64_t nonce, uint64_t epoch, uint64_t through, const struct link *link)
{
    struct wire_down what = {.kind = WIRE_DOWN_STANDING};
    what.standing = (struct standing){.generation = 7,
                                      .generation_serial = 1,
                                      .epochs = 1,
                                      .nonce = nonce,
                                      .server_wall = {rig.wall_ms}};
    what.standing.epoch[0] =
        (struct epoch_state){.epoch = epoch, .through = through, .link = *link};
    down(&what);
}

static void receipt_for(const struct sent *s)
{
    struct wire_down what = {.kind = WIRE_DOWN_RECEIPT};
    what.receipt = (struct receipt){.generation = 7,
                                    .generation_serial = 1,
                                    .epoch = s->epoch,
                                    .through = s->first_seq + s->count - 1,
                                    .link = s->after,
                                    .server_wall = {rig.wall_ms}};
    down(&what);
}

/* Connects and lets the server say that it knows nothing yet. */
static void connect_fresh(void)
{
    uplink_connected(&uplink);
    uplink_tick(&uplink);
    assert_true(n_sent == 1 && sent[0].hello);
    stand(sent[0].nonce, sent[0].epoch, 0, &zero);
    n_sent = 0;
    uplink_tick(&uplink);
}

static void hello_each_minute_until_standing(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 3);
    uplink_tick(&uplink);
    assert_int_equal(n_sent, 0); /* not connected */
    uplink_connected(&uplink);
    uplink_tick(&uplink);
    pass(59000);
    assert_int_equal(n_sent, 1);
    pass(1000);
    pass(60000);
    assert_int_equal(n_sent, 3);
    assert_int_equal(sent[2].nonce, sent[0].nonce);
    assert_int_equal(batches(), 0); /* nothing before the server has said where it stands */
    stand(sent[0].nonce + 1, sent[0].epoch, 0, &zero); /* an answer to somebody else's question */
    uplink_tick(&uplink);
    assert_int_equal(batches(), 0);
    stand(sent[0].nonce, sent[0].epoch, 0, &zero);
    uplink_tick(&uplink);
    assert_int_equal(batches(), 1);
    assert_int_equal(sent[3].count, 3);
    assert_int_equal(sent[3].wall.ms, rig.wall_ms);
    assert_int_equal(sent[3].mono.ms, rig.mono_ms);
}

static void live_at_once_then_gathered(void **state)
{
    (void)state;
    connect_fresh();
    rig_beep(&rig, 1, 1);
    uplink_tick(&uplink);
    assert_int_equal(batches(), 1); /* in the same moment */
    rig_beep(&rig, 2, 2);
    uplink_tick(&uplink);
    assert_int_equal(batches(), 1); /* gathers while one is in flight */
    receipt_for(&sent[0]);
    uplink_tick(&uplink);
    assert_int_equal(batches(), 2);
    assert_int_equal(sent[1].first_seq, 2);
    assert_int_equal(sent[1].count, 2);
}

static void window_oldest_first(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 600);
    connect_fresh();
    assert_int_equal(batches(), UPLINK_WINDOW);
    for (size_t i = 0; i < UPLINK_WINDOW; i++)
        assert_int_equal(sent[i].first_seq, i * 50 + 1);
    receipt_for(&sent[1]); /* the first one's got lost: this one covers both */
    uplink_tick(&uplink);
    assert_int_equal(batches(), UPLINK_WINDOW + 2);
    assert_int_equal(sent[UPLINK_WINDOW].first_seq, 401);
}

static void silence_sends_again_later_and_later(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 1);
    connect_fresh();
    int64_t last = rig.mono_ms, least = 0;
    size_t seen = 1;
    int64_t gaps[12];
    size_t n_gaps = 0;
    while (n_gaps < 12) {
        pass(100);
        if (batches() == seen)
            continue;
        seen = batches();
        gaps[n_gaps++] = rig.mono_ms - last;
        last = rig.mono_ms;
    }
    assert_true(gaps[0] >= 2500 && gaps[0] <= 5100);
    for (size_t i = 0; i < n_gaps; i++) {
        assert_true(gaps[i] <= UPLINK_WAIT_MAX_MS + 100);
        least += gaps[i] >= UPLINK_WAIT_MAX_MS / 2;
    }
    assert_true(least >= 5); /* it has reached its longest wait */
    for (size_t i = 0; i < n_sent; i++)
        if (!sent[i].hello)
            assert_int_equal(sent[i].first_seq, 1);
    receipt_for(&sent[0]);
    rig_beep(&rig, 2, 1);
    size_t before = batches();
    uplink_tick(&uplink);
    assert_int_equal(batches(), before + 1);
    for (int i = 0; i < 51 && batches() == before + 1; i++)
        pass(100);
    assert_int_equal(batches(), before + 2); /* progress has made it patient-less again */
}

/* Case M03: what the broker says is no receipt. */
static void puback_proves_nothing(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 1);
    connect_fresh();
    uplink_acknowledged(&uplink, 0);
    assert_int_equal(rig_unsent(&rig), 1);
    pass(5000);
    assert_int_equal(batches(), 2);
    for (int code = 16; code != 0; code = code == 16 ? 135 : 0) {
        size_t before = batches();
        uplink_acknowledged(&uplink, code);
        assert_int_equal(uplink.flights, 0); /* not sent */
        uplink_tick(&uplink);
        assert_int_equal(batches(), before); /* not at once */
        for (int i = 0; i < 3000 && batches() == before; i++)
            pass(100);
        assert_int_equal(batches(), before + 1);
    }
    assert_int_equal(rig_unsent(&rig), 1);
}

/* The server was away when the hello came: asked again within seconds, later and later, not in a
 * minute. */
static void hello_that_nobody_heard(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 1);
    uplink_connected(&uplink);
    uplink_tick(&uplink);
    assert_int_equal(n_sent, 1);
    uint64_t nonce = sent[0].nonce;
    for (size_t again = 1; again < 4; again++) {
        int64_t asked = rig.mono_ms;
        uplink_acknowledged(&uplink, 16);
        uplink_tick(&uplink);
        assert_int_equal(n_sent, again); /* not at once */
        for (int i = 0; i < 600 && n_sent == again; i++)
            pass(100);
        assert_true(sent[again].hello && sent[again].nonce == nonce);
        assert_true(rig.mono_ms - asked >= 2500 << (again - 1) &&
                    rig.mono_ms - asked <= (5000 << (again - 1)) + 100);
    }
}

static void forged_and_foreign_messages(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 1);
    connect_fresh();
    struct seal_secret forger;
    struct seal_public nobody;
    struct chance chance = rig_chance(&rig);
    chain_keys_new(&chance, &nobody, &forger);
    struct receipt receipt = {.generation = 7,
                              .generation_serial = 1,
                              .epoch = sent[0].epoch,
                              .through = 1,
                              .link = sent[0].after};
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    assert_true(wire_receipt(RIG_DEVICE, &receipt, &forger, bytes, &n, NULL));
    uplink_message(&uplink, bytes, n);
    assert_true(wire_receipt("HH-043", &receipt, &server_key, bytes, &n, NULL));
    uplink_message(&uplink, bytes, n);
    uplink_message(&uplink, "\xff\x00garbage", 9);
    assert_int_equal(rig_unsent(&rig), 1);
    assert_int_equal(uplink.counts.strangers, 3);
}

static void reconnect_begins_anew(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 120);
    connect_fresh();
    assert_int_equal(batches(), 2); /* 50 + 50; 20 gather behind them */
    struct sent first = sent[0];
    uplink_disconnected(&uplink);
    pass(600000);
    assert_int_equal(batches(), 2);
    assert_true(uplink_due(&uplink).ms == INT64_MAX);
    uplink_connected(&uplink);
    uplink_tick(&uplink);
    assert_true(sent[n_sent - 1].hello);
    stand(sent[n_sent - 1].nonce, first.epoch, 50, &first.after); /* it had got the first */
    uplink_tick(&uplink);
    assert_int_equal(sent[n_sent - 1].first_seq, 51);
    receipt_for(&sent[n_sent - 1]);
    uplink_tick(&uplink);
    assert_int_equal(sent[n_sent - 1].first_seq, 101);
    receipt_for(&sent[n_sent - 1]);
    assert_int_equal(rig_unsent(&rig), 0);
}

static void full_pipe_is_tried_again(void **state)
{
    (void)state;
    connect_fresh();
    refuse = true;
    rig_beep(&rig, 1, 1);
    uplink_tick(&uplink);
    refuse = false;
    assert_int_equal(uplink_due(&uplink).ms - rig.mono_ms, 1000);
    pass(1000);
    assert_int_equal(batches(), 1);
}

/* A server that restored an old backup answers with another generation: it is asked where it
 * stands, and what it lost goes again. */
static void another_generation(void **state)
{
    (void)state;
    rig_beep(&rig, 1, 50);
    connect_fresh();
    struct sent first = sent[0];
    receipt_for(&first);
    assert_int_equal(rig_unsent(&rig), 0);
    rig_beep(&rig, 51, 1);
    uplink_tick(&uplink);
    struct wire_down what = {.kind = WIRE_DOWN_RECEIPT};
    what.receipt = (struct receipt){
        .generation = 9, .generation_serial = 2, .epoch = first.epoch, .through = 51};
    down(&what);
    uplink_tick(&uplink);
    const struct sent *hello = &sent[n_sent - 1];
    assert_true(hello->hello);
    what = (struct wire_down){.kind = WIRE_DOWN_STANDING};
    what.standing = (struct standing){
        .generation = 9, .generation_serial = 2, .epochs = 1, .nonce = hello->nonce};
    what.standing.epoch[0] = (struct epoch_state){.epoch = first.epoch};
    down(&what);
    assert_int_equal(rig_unsent(&rig), 51);
    size_t before = n_sent;
    uplink_tick(&uplink); /* at once, though the 51st is in flight */
    assert_int_equal(sent[before].first_seq, 1);
    assert_int_equal(sent[before + 1].first_seq, 51);
}

/* Answers the last hello as a server of generation 9 that knows nothing. */
static void stand_empty(void)
{
    struct wire_down what = {.kind = WIRE_DOWN_STANDING};
    assert_true(sent[n_sent - 1].hello);
    what.standing =
        (struct standing){.generation = 9, .generation_serial = 2, .nonce = sent[n_sent - 1].nonce};
    down(&what);
}

/* That the restored server lost an older epoch, too, comes out while the running one is in flight:
 * it goes again on the same connection. */
static void an_older_epoch_goes_again(void **state)
{
    (void)state;
    rig_stand(&rig, 7, 1, 0, &zero);
    rig_beep(&rig, 1, 3);
    struct outbox_batch first = rig_next(&rig, (struct outbox_at){0, 0});
    struct receipt receipt = rig_receipt(&rig, &first);
    assert_int_equal(rig_take(&rig, &receipt), OUTBOX_TAKEN_MOVED);
    rig.boot++;
    rig_kill(&rig);
    uplink.config.outbox = rig.outbox;
    rig_beep(&rig, 4, 1);
    uplink_connected(&uplink);
    uplink_tick(&uplink);
    assert_int_equal(sent[0].epochs, 1);
    stand_empty();
    uplink_tick(&uplink); /* hello, and behind it the batch of the running epoch */
    struct sent running = sent[n_sent - 1];
    assert_false(running.hello);
    assert_true(sent[n_sent - 2].hello && sent[n_sent - 2].epochs == 2);
    n_sent--;
    stand_empty();
    assert_int_equal(rig_unsent(&rig), 4);
    struct wire_down what = {.kind = WIRE_DOWN_RECEIPT};
    what.receipt = (struct receipt){.generation = 9,
                                    .generation_serial = 2,
                                    .epoch = running.epoch,
                                    .through = 1,
                                    .link = running.after};
    down(&what);
    uplink_tick(&uplink);
    assert_int_equal(sent[n_sent - 1].epoch, first.epoch);
    assert_int_equal(sent[n_sent - 1].count, 3);
}

/* A pipe that drops, doubles and shuffles both ways; a server that only counts what is contiguous.
 */
static void everything_arrives_through_a_bad_pipe(void **state)
{
    (void)state;
    uint64_t through = 0, random = 12345;
    struct link at = zero;
    connect_fresh();
    uint64_t epoch = uplink.asked.epochs > 0 ? uplink.asked.epoch[0].epoch : 0;
    size_t looked = 0;
    for (uint32_t round = 0; round < 4000; round++) {
        if (round < 500)
            rig_beep(&rig, round + 1, 1);
        pass(300);
        while (looked < n_sent) {
            const struct sent *s = &sent[looked++];
            random = random * 6364136223846793005u + 1442695040888963407u;
            if ((random >> 33) % 3 == 0)
                continue; /* lost on the way up */
            if (s->hello) {
                stand(s->nonce, epoch, through, &at);
                continue;
            }
            if (s->first_seq <= through + 1 && s->first_seq + s->count - 1 > through) {
                through = s->first_seq + s->count - 1;
                at = s->after;
            }
            struct sent answer = {.epoch = epoch, .first_seq = through, .count = 1, .after = at};
            if ((random >> 40) % 3 != 0 && through > 0)
                receipt_for(&answer);
            if ((random >> 50) % 4 == 0 && through > 0)
                receipt_for(&answer);
        }
        if (looked > SENT_MAX - 64) {
            memmove(sent, sent + looked, (n_sent - looked) * sizeof sent[0]);
            n_sent -= looked;
            looked = 0;
        }
        if (round >= 500 && rig_unsent(&rig) == 0)
            break;
    }
    assert_int_equal(rig_unsent(&rig), 0);
    assert_int_equal(through, 500);
}

/* ------------------------------------------------------------------ attachments */

static struct link put_paper(void)
{
    static const uint8_t bytes[100] = {1};
    struct link hash = chain_hash(bytes, sizeof bytes);
    assert_true(attach_store_put(papers, PAPER_LIST, &hash, bytes, sizeof bytes, NULL));
    assert_true(attach_store_queue(papers, &hash, NULL, 0, NULL));
    return hash;
}

static size_t attachments(void)
{
    size_t n = 0;
    for (size_t i = 0; i < n_sent; i++)
        n += sent[i].attachment;
    return n;
}

static void say_kept(const struct link *hash, uint64_t generation)
{
    struct wire_down what = {.kind = WIRE_DOWN_ATTACHMENT};
    what.attachment = (struct attachment_state){*hash, 100, ATTACHMENT_KEPT, generation};
    down(&what);
}

static void attachments_wait_for_the_scans(void **state)
{
    (void)state;
    struct link hash = put_paper();
    rig_beep(&rig, 1, 2);
    connect_fresh();
    assert_int_equal(batches(), 1);
    assert_int_equal(attachments(), 0);
    rig_beep(&rig, 3, 1);
    receipt_for(&sent[0]);
    uplink_tick(&uplink);
    assert_int_equal(batches(), 2);
    assert_int_equal(attachments(), 0); /* the third scan is not receipted */
    receipt_for(&sent[1]);
    uplink_tick(&uplink);
    assert_int_equal(attachments(), 1);
    assert_true(link_equal(&sent[2].hash, &hash));
    rig_beep(&rig, 4, 1);
    uplink_tick(&uplink);
    assert_int_equal(batches(), 3); /* a scan leaves at once, whatever is on its way */
    say_kept(&hash, 7);
    assert_int_equal(attach_store_counts(papers).waiting, 0);
}

/* A server restored to before the scans may say "refused", an older one may have said "kept". */
static void only_the_record_of_the_scans_is_heeded(void **state)
{
    (void)state;
    struct link hash = put_paper();
    connect_fresh();
    assert_int_equal(attachments(), 1);
    say_kept(&hash, 6);
    assert_int_equal(attach_store_counts(papers).waiting, 1);
    uplink_tick(&uplink);
    assert_true(sent[n_sent - 1].hello); /* asks where it stands instead */
    say_kept(&hash, 7);
    assert_int_equal(attach_store_counts(papers).waiting, 0);
}

static void say_refused(const struct link *hash, uint64_t generation)
{
    struct wire_down what = {.kind = WIRE_DOWN_ATTACHMENT};
    what.attachment = (struct attachment_state){*hash, 0, ATTACHMENT_REFUSED, generation};
    down(&what);
}

/* A piece is on its way when the record is put back: what the present one says of it is no answer
 * to a question that was asked of the last. The next names the record it is meant for. */
static void a_piece_for_an_older_record_is_not_refused_by_the_next(void **state)
{
    (void)state;
    struct link hash = put_paper();
    connect_fresh();
    assert_true(sent[n_sent - 1].attachment);
    assert_int_equal(sent[n_sent - 1].generation, 7);
    say_kept(&hash, 9); /* there is another record: asks where it stands */
    uplink_tick(&uplink);
    stand_empty();
    say_refused(&hash, 9);
    assert_int_equal(attach_store_counts(papers).waiting, 1);
    assert_int_equal(attach_store_counts(papers).aside, 0);
    uplink_tick(&uplink);
    uplink_tick(&uplink);
    assert_true(sent[n_sent - 1].attachment);
    assert_int_equal(sent[n_sent - 1].generation, 9);
    say_refused(&hash, 9);
    assert_int_equal(attach_store_counts(papers).aside, 1);
}

/* What came for others, and what they were asked for. */
static struct {
    uint64_t round;
    size_t message_n;
    uint32_t reason;
    int hellos, reports;
    uint32_t unsent, damaged;
} others;

static void on_round(void *ctx, const struct round_part *part, const void *message, size_t n)
{
    (void)ctx;
    (void)message;
    others.round = part->round;
    others.message_n = n;
}

static void on_revoke(void *ctx, const struct revoke *revoke)
{
    (void)ctx;
    others.reason = revoke->reason;
}

static void on_hello(void *ctx, struct hello *hello)
{
    (void)ctx;
    (void)hello;
    others.hellos++;
}

static void on_report(void *ctx, struct device_report *report)
{
    (void)ctx;
    others.reports++;
    others.unsent = report->unsent;
    others.damaged = report->damaged;
}

static void rounds_and_revocations_are_handed_on(void **state)
{
    static uint8_t bytes[WIRE_BYTES_MAX];
    const struct round_part part = {.round = 5, .badge = 12, .part = 1, .parts = 1};
    const struct revoke revoke = {.since = {rig.wall_ms}, .reason = REVOKE_LOST};
    size_t n;
    (void)state;
    memset(&others, 0, sizeof others);
    assert_true(wire_round(RIG_DEVICE, &part, &server_key, bytes, &n, NULL));
    uplink_message(&uplink, bytes, n); /* nobody wants it: nothing happens */
    uplink.config.came = (struct uplink_came){.round = on_round, .revoke = on_revoke};
    uplink_message(&uplink, bytes, n);
    assert_int_equal(others.round, 5);
    assert_int_equal(others.message_n, n);
    assert_true(wire_revoke(RIG_DEVICE, &revoke, &server_key, bytes, &n, NULL));
    uplink_message(&uplink, bytes, n);
    assert_int_equal(others.reason, REVOKE_LOST);
    assert_int_equal(uplink.counts.strangers, 0);
    bytes[n - 1] ^= 1;
    others.reason = 0;
    uplink_message(&uplink, bytes, n);
    assert_int_equal(others.reason, 0);
    assert_int_equal(uplink.counts.strangers, 1);
}

/* Every five minutes, a little sooner each time, whatever else is sent; and at once when asked. */
static void it_reports_and_asks_again(void **state)
{
    (void)state;
    memset(&others, 0, sizeof others);
    uplink.config.came = (struct uplink_came){.hello = on_hello, .report = on_report};
    uplink_ask(&uplink); /* not connected: nothing */
    uplink_tick(&uplink);
    assert_int_equal(others.hellos, 0);
    connect_fresh();
    int hellos = others.hellos;
    rig_beep(&rig, 1, 3);
    pass(UPLINK_AGAIN_MS);
    assert_int_equal(others.unsent, 3);
    assert_int_equal(others.damaged, 0);
    pass(1);
    assert_true(others.hellos > hellos);
    stand(uplink.asked.nonce, uplink.asked.epoch[0].epoch, 0, &zero);
    hellos = others.hellos;
    uplink_ask(&uplink);
    pass(1);
    assert_int_equal(others.hellos, hellos + 1);
}

/* A machine that was reported with scans of its own is reported once more when they have gone. */
static void it_reports_when_all_has_gone(void **state)
{
    (void)state;
    memset(&others, 0, sizeof others);
    uplink.config.came = (struct uplink_came){.hello = on_hello, .report = on_report};
    rig_beep(&rig, 1, 3);
    connect_fresh();
    assert_int_equal(others.unsent, 3);
    int reports = others.reports;
    pass(1);
    assert_int_equal(others.reports, reports); /* they are under way */
    receipt_for(&sent[0]);
    pass(1);
    assert_int_equal(others.unsent, 0);
    assert_int_equal(others.reports, reports + 1);
    pass(1);
    pass(1);
    assert_int_equal(others.reports, reports + 1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(hello_each_minute_until_standing),
        T(live_at_once_then_gathered),
        T(window_oldest_first),
        T(silence_sends_again_later_and_later),
        T(puback_proves_nothing),
        T(hello_that_nobody_heard),
        T(forged_and_foreign_messages),
        T(reconnect_begins_anew),
        T(full_pipe_is_tried_again),
        T(another_generation),
        T(an_older_epoch_goes_again),
        T(everything_arrives_through_a_bad_pipe),
        T(attachments_wait_for_the_scans),
        T(only_the_record_of_the_scans_is_heeded),
        T(a_piece_for_an_older_record_is_not_refused_by_the_next),
        T(rounds_and_revocations_are_handed_on),
        T(it_reports_and_asks_again),
        T(it_reports_when_all_has_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
