#include "tests/bench/peer.h"

#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "handheld/config.h"
#include "protocol/topic.h"

#define UP_MS 10000
#define QUIET_MS 30000

/* One handheld as the peer sees it. */
struct sender {
    struct load *load;
    struct mosquitto *session;
    sem_t *news;
    pthread_mutex_t lock; /* over what follows */
    bool up;
    size_t sent, acknowledged;
};

struct peer {
    struct world *world;
    struct proc node;
    char record[300], keys[300];
    size_t n, stored; /* rows in its record so far */
    sem_t *news;
    struct sender sender[];
};

/* ------------------------------------------------------------------ the library's threads */

static void on_connect(struct mosquitto *session, void *ctx, int code)
{
    struct sender *sender = ctx;
    (void)session;
    pthread_mutex_lock(&sender->lock);
    sender->up = code == 0;
    pthread_mutex_unlock(&sender->lock);
}

/* In the order they were sent: one group after the other. */
static void on_publish(struct mosquitto *session, void *ctx, int id)
{
    struct sender *sender = ctx;
    double at_ms = now_ms();
    (void)session;
    (void)id;
    pthread_mutex_lock(&sender->lock);
    if (sender->acknowledged < sender->sent)
        sender->load->batch[sender->acknowledged++].receipt_ms = at_ms;
    pthread_mutex_unlock(&sender->lock);
    sem_post(sender->news);
}

/* ------------------------------------------------------------------ opening */

static bool is_up(struct sender *sender)
{
    pthread_mutex_lock(&sender->lock);
    bool is = sender->up;
    pthread_mutex_unlock(&sender->lock);
    return is;
}

static void open_sender(struct peer *peer, struct sender *sender, struct load *load)
{
    struct config config;
    struct error err;
    *sender = (struct sender){.load = load, .news = peer->news, .lock = PTHREAD_MUTEX_INITIALIZER};
    if (!config_load(load->hand.dir, &config, &err))
        world_fail(peer->world, "identity: %s", err.text);
    sender->session = mosquitto_new(load->hand.name, true, sender);
    if (!sender->session ||
        mosquitto_int_option(sender->session, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311) ||
        mosquitto_tls_set(sender->session, config.ca_file, NULL, config.cert_file, config.key_file,
                          NULL) ||
        mosquitto_tls_opts_set(sender->session, 1, "tlsv1.3", NULL))
        world_fail(peer->world, "peer: no session");
    mosquitto_int_option(sender->session, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(sender->session, on_connect);
    mosquitto_publish_callback_set(sender->session, on_publish);
    if (mosquitto_connect(sender->session, config.broker_host, peer->world->gps, 30) ||
        mosquitto_loop_start(sender->session))
        world_fail(peer->world, "peer: cannot connect");
    config_done(&config);
    for (double until = now_ms() + UP_MS; !is_up(sender); proc_sleep_ms(10))
        if (now_ms() > until)
            world_fail(peer->world, "peer: %s is not let in", load->hand.name);
}

/* What it verifies seals by: a name and a key a line. */
static void write_keys(struct peer *peer, const struct load *load)
{
    (void)snprintf(peer->keys, sizeof peer->keys, "%s/peer.keys", peer->world->dir);
    FILE *file = fopen(peer->keys, "we");
    if (!file)
        world_fail(peer->world, "peer: %s", peer->keys);
    for (size_t i = 0; i < peer->n; i++) {
        struct seal_public key = chain_public_of(&load[i].key);
        (void)fprintf(file, "%s ", load[i].hand.name);
        for (size_t at = 0; at < sizeof key.bytes; at++)
            (void)fprintf(file, "%02x", key.bytes[at]);
        (void)fputc('\n', file);
    }
    if (fclose(file) != 0)
        world_fail(peer->world, "peer: %s", peer->keys);
}

static bool start_node(struct peer *peer, const struct load *load)
{
    static const char *const packages = TRAO_BUILD_DIR "/peer";
    char port[8], ca[300], cert[300], key[300], line[PROC_LINE_MAX];
    char modules[300];
    (void)snprintf(modules, sizeof modules, "%s/node_modules/better-sqlite3/build/Release",
                   packages);
    if (access(modules, R_OK) != 0) {
        printf("\nno Node peer beside it: it wants Node 20 and the packages of tests/bench/peer\n");
        return false;
    }
    (void)snprintf(port, sizeof port, "%d", peer->world->gps);
    (void)snprintf(peer->record, sizeof peer->record, "%s/peer.db", peer->world->dir);
    (void)snprintf(ca, sizeof ca, "%s/keys/ca.crt", peer->world->data);
    (void)snprintf(cert, sizeof cert, "%s/keys/broker.crt", peer->world->data);
    (void)snprintf(key, sizeof key, "%s/keys/broker.key", peer->world->data);
    write_keys(peer, load);
    proc_start(&peer->node,
               (const char *[]){"node", TRAO_PEER, packages, port, peer->record, ca, cert, key,
                                TRAO_PROTO, peer->keys, NULL},
               true, peer->world->log);
    if (!proc_hear(&peer->node, line, UP_MS) || strcmp(line, "ready") != 0)
        world_fail(peer->world, "the Node peer does not start");
    return true;
}

struct peer *peer_begin(struct world *world, struct load *load, size_t devices, sem_t *news)
{
    struct peer *peer = calloc(1, sizeof *peer + devices * sizeof peer->sender[0]);
    if (!peer)
        world_fail(world, "peer: out of memory");
    peer->world = world;
    peer->n = devices;
    peer->news = news;
    if (!start_node(peer, load)) {
        free(peer);
        return NULL;
    }
    mosquitto_lib_init();
    for (size_t i = 0; i < devices; i++)
        open_sender(peer, &peer->sender[i], &load[i]);
    return peer;
}

void peer_end(struct peer *peer)
{
    if (!peer)
        return;
    for (size_t i = 0; i < peer->n; i++) {
        mosquitto_disconnect(peer->sender[i].session);
        mosquitto_loop_stop(peer->sender[i].session, false);
        mosquitto_destroy(peer->sender[i].session);
    }
    proc_stop(&peer->node, 15);
    free(peer);
}

/* ------------------------------------------------------------------ sending */

static size_t acknowledged(struct sender *sender)
{
    pthread_mutex_lock(&sender->lock);
    size_t n = sender->acknowledged;
    pthread_mutex_unlock(&sender->lock);
    return n;
}

static bool send_one(struct peer *peer, struct sender *sender, size_t window)
{
    struct load *load = sender->load;
    uint8_t out[WIRE_BYTES_MAX];
    char topic[TOPIC_MAX];
    size_t n;
    struct error err;
    if (sender->sent == load->batches || sender->sent - acknowledged(sender) >= window)
        return false;
    struct load_batch *batch = &load->batch[sender->sent];
    struct clock clock = clock_system();
    struct envelope envelope = {.batch = {batch->bytes, batch->n},
                                .sent_wall = clock.now(clock.self),
                                .sent_mono = clock.tick(clock.self),
                                .sent_boot = clock.boot(clock.self),
                                .sent_time_source = TIME_SOURCE_NETWORK};
    if (!wire_envelope(&envelope, out, &n, &err))
        world_fail(peer->world, "envelope: %s", err.text);
    pthread_mutex_lock(&sender->lock);
    batch->sent_ms = now_ms();
    batch->receipt_ms = 0;
    sender->sent++;
    pthread_mutex_unlock(&sender->lock);
    if (mosquitto_publish(sender->session, NULL, topic_up(load->hand.name, topic), (int)n, out, 1,
                          false) != MOSQ_ERR_SUCCESS)
        world_fail(peer->world, "peer: publish");
    return true;
}

static void wait_for_news(sem_t *news)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5 * 1000 * 1000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (sem_timedwait(news, &until) == 0)
        while (sem_trywait(news) == 0)
            continue;
}

static void send_all(struct peer *peer, size_t total, size_t window)
{
    size_t done = 0;
    for (double moved = now_ms(); done < total;) {
        bool sent = false;
        for (size_t i = 0; i < peer->n; i++)
            sent |= send_one(peer, &peer->sender[i], window);
        if (!sent)
            wait_for_news(peer->news);
        size_t now_done = 0;
        for (size_t i = 0; i < peer->n; i++)
            now_done += acknowledged(&peer->sender[i]);
        moved = now_done != done ? now_ms() : moved;
        done = now_done;
        if (now_ms() - moved > QUIET_MS)
            world_fail(peer->world, "peer: %zu of %zu acknowledged, then silence", done, total);
    }
}

/* What was acknowledged is in its record; from now on a message is kept so. */
static void check_stored(struct peer *peer, size_t rows, const char *how, uint32_t next)
{
    char line[PROC_LINE_MAX] = "";
    peer->stored += rows;
    if (!proc_say(&peer->node, "%s %u", how, next) || !proc_hear(&peer->node, line, UP_MS) ||
        strtoul(line, NULL, 10) != peer->stored)
        world_fail(peer->world, "peer: %s rows, not %zu", line, peer->stored);
}

struct peer_result peer_send(struct peer *peer, size_t window, const char *how, uint32_t rows)
{
    size_t total = 0, n = 0;
    for (size_t i = 0; i < peer->n; i++) {
        peer->sender[i].sent = peer->sender[i].acknowledged = 0;
        total += peer->sender[i].load->batches;
    }
    check_stored(peer, 0, how, rows);
    double cpu = cpu_us(&peer->node), begun = now_ms();
    send_all(peer, total, window);
    double took_ms = now_ms() - begun;
    struct peer_result result = {.messages_a_second = (double)total / took_ms * 1e3,
                                 .us = (cpu_us(&peer->node) - cpu) / (double)total};
    double *times = calloc(total, sizeof *times);
    for (size_t i = 0; times && i < peer->n; i++)
        n += load_times(peer->sender[i].load, times + n);
    result.receipt = spread_of(times, n);
    free(times);
    check_stored(peer, total * rows, how, rows);
    return result;
}
