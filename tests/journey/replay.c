#include "tests/journey/replay.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "handheld/outbox.h"
#include "protocol/topic.h"
#include "server/record/record.h"

#define WAIT_MS 60000 /* the server's backoff towards a lost broker is at most 30 s */
#define ASK_MS 1000
#define ORDER_MAX (REPLAY_MAX * (size_t)4)

static void must(struct replay *replay, bool ok, const char *what, const struct error *err)
{
    if (!ok)
        world_fail(replay->hand->world, "replay: %s: %s", what, err->text);
}

/* ---------------------------------------------------------------- the session */

static void up(void *ctx, bool session_present)
{
    (void)session_present;
    struct replay *replay = ctx;
    pthread_mutex_lock(&replay->lock);
    replay->up = true;
    pthread_mutex_unlock(&replay->lock);
}

static void down(void *ctx, const char *why)
{
    (void)ctx;
    (void)why;
}

static void message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    (void)topic;
    struct replay *replay = ctx;
    struct wire_down what;
    if (!wire_read_down(bytes, n, replay->hand->name, &replay->config.server_seal_key, &what,
                        NULL) ||
        what.kind != WIRE_DOWN_STANDING)
        return;
    pthread_mutex_lock(&replay->lock);
    replay->stood = what.standing.nonce;
    pthread_mutex_unlock(&replay->lock);
}

static void acknowledged(void *ctx, int code)
{
    (void)ctx;
    (void)code;
}

static bool is_up(struct replay *replay)
{
    pthread_mutex_lock(&replay->lock);
    bool is = replay->up;
    pthread_mutex_unlock(&replay->lock);
    return is;
}

static bool has_stood(struct replay *replay)
{
    pthread_mutex_lock(&replay->lock);
    bool has = replay->nonce != 0 && replay->stood == replay->nonce;
    pthread_mutex_unlock(&replay->lock);
    return has;
}

void replay_open(struct replay *replay, struct hand *hand)
{
    char topic[TOPIC_MAX];
    struct error err;
    *replay = (struct replay){.hand = hand, .lock = PTHREAD_MUTEX_INITIALIZER};
    must(replay, config_load(hand->dir, &replay->config, &err), "identity", &err);
    struct session_config session = {.host = replay->config.broker_host,
                                     .port = replay->config.broker_port,
                                     .subscribe = topic_down(hand->name, topic),
                                     .ca_file = replay->config.ca_file,
                                     .cert_file = replay->config.cert_file,
                                     .key_file = replay->config.key_file,
                                     .keepalive_s = 30,
                                     .inflight_max = 20,
                                     .session_expiry_s = 3600};
    struct session_events events = {up, down, message, acknowledged, replay};
    must(replay, session_open(&session, &events, &replay->session, &err), "session", &err);
    for (long until = proc_now_ms() + WAIT_MS; !is_up(replay); proc_sleep_ms(10))
        if (proc_now_ms() > until)
            world_fail(hand->world, "replay: the broker cannot be reached");
}

void replay_close(struct replay *replay)
{
    session_close(replay->session);
    config_done(&replay->config);
}

/* ---------------------------------------------------------------- batches */

static void take(struct replay *replay, const uint8_t *bytes, size_t n)
{
    if (replay->n == REPLAY_MAX)
        return;
    memcpy(replay->batch[replay->n].bytes, bytes, n);
    replay->batch[replay->n++].n = n;
}

static bool take_stored(void *ctx, const struct record_batch *stored)
{
    take(ctx, stored->bytes.bytes, stored->bytes.n);
    return true;
}

void replay_take_recorded(struct replay *replay)
{
    char path[300];
    struct record *reader;
    struct error err;
    snprintf(path, sizeof path, "%s/record.db", replay->hand->world->data);
    must(replay,
         record_open_reader(path, &reader, &err) &&
             record_batches_from(reader, 0, take_stored, replay, &err),
         "record", &err);
    record_close(reader);
}

void replay_take_unsent(struct replay *replay)
{
    static struct outbox_batch batch;
    struct outbox *outbox;
    struct error err;
    struct outbox_config store = {.dir = replay->hand->dir,
                                  .device = replay->hand->name,
                                  .key = &replay->config.seal_key,
                                  .clock = clock_system(),
                                  .chance = chance_system()};
    must(replay, outbox_open(&store, &outbox, &err), "outbox", &err);
    struct outbox_at after = {0};
    for (; outbox_batch_after(outbox, after, true, &batch, &err); after = batch.last)
        take(replay, batch.bytes, batch.n);
    outbox_close(outbox);
}

/* ---------------------------------------------------------------- sending */

static void publish(struct replay *replay, const uint8_t *bytes, size_t n)
{
    char topic[TOPIC_MAX];
    struct error err;
    struct link_out out = session_out(replay->session);
    for (long until = proc_now_ms() + WAIT_MS;
         !out.publish(out.self, topic_up(replay->hand->name, topic), bytes, n, &err);
         proc_sleep_ms(5))
        if (proc_now_ms() > until)
            must(replay, false, "publish", &err);
}

static void send_batch(struct replay *replay, size_t at)
{
    uint8_t out[WIRE_BYTES_MAX];
    size_t n;
    struct error err;
    struct clock clock = clock_system();
    struct envelope envelope = {.batch = {replay->batch[at].bytes, replay->batch[at].n},
                                .sent_wall = clock.now(clock.self),
                                .sent_mono = clock.tick(clock.self),
                                .sent_boot = clock.boot(clock.self),
                                .sent_time_source = TIME_SOURCE_SYSTEM};
    must(replay, wire_envelope(&envelope, out, &n, &err), "envelope", &err);
    publish(replay, out, n);
}

static void say_hello(struct replay *replay)
{
    uint8_t out[WIRE_BYTES_MAX];
    size_t n;
    struct error err;
    struct hello hello = {.nonce = ++replay->nonce, .program = 1};
    snprintf(hello.device, sizeof hello.device, "%s", replay->hand->name);
    hello.certificate = (struct slice){replay->config.certificate, replay->config.certificate_n};
    must(replay, wire_hello(&hello, out, &n, &err), "hello", &err);
    publish(replay, out, n);
}

/* Until the server answers the last hello. One topic keeps its order: what was sent before is
 * judged by then. Asked again each second, for the server may still be on its way to the broker. */
static void ask_where_the_server_stands(struct replay *replay)
{
    for (long begun = proc_now_ms(), asked = 0; !has_stood(replay); proc_sleep_ms(10)) {
        if (proc_now_ms() - asked > ASK_MS) {
            say_hello(replay);
            asked = proc_now_ms();
        }
        if (proc_now_ms() - begun > WAIT_MS)
            world_fail(replay->hand->world, "replay: the server does not answer");
    }
}

void replay_send_shuffled(struct replay *replay, unsigned times)
{
    size_t order[ORDER_MAX], n = 0;
    for (unsigned time = 0; time < times && n + replay->n <= ORDER_MAX; time++)
        for (size_t at = 0; at < replay->n; at++)
            order[n++] = at;
    for (size_t left = n; left > 1; left--) {
        size_t other = (size_t)random() % left, held = order[left - 1];
        order[left - 1] = order[other];
        order[other] = held;
    }
    ask_where_the_server_stands(replay); /* it listens */
    for (size_t at = 0; at < n; at++)
        send_batch(replay, order[at]);
    ask_where_the_server_stands(replay);
}
