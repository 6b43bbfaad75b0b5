/* differ - the broker model beside a real mosquitto: both are led through the same days, drawn from
 * a seed, and what each client sees must be the same: its messages in their order, whether its
 * session was there when it came back, the answers to what it published.
 *
 *   differ [--plant] [SEEDS [FIRST]]
 *
 * The model without bad luck; its bad luck is led in where it has a counterpart: a link that breaks
 * before the library's acknowledgement, a broker that ends in order, one that is killed and whose
 * state is deleted, a second connection that takes over the first, a queue that is full. The real
 * side speaks MQTT v5 over plain sockets, so that when it acknowledges is ours to say.
 * --plant: the real broker keeps one message less for who is away; status 0 when that is found.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/topic.h"
#include "tests/lib/proc.h"
#include "tests/sim/broker.h"

#define CLIENTS 5 /* the server, which hears all, and four handhelds */
#define STEPS 40
#define BURST_MAX 15      /* within the window of either side */
#define SETTLES_MS 200000 /* the model's slowest connect, after its slowest restart */
#define TEXT_MAX 16384
#define PACKET_MAX 512

/* What a client saw, in words: one for each message, connection and answer. */
struct seen {
    char messages[TEXT_MAX], ups[TEXT_MAX], answers[TEXT_MAX];
};

static void add(char text[TEXT_MAX], const char *what, unsigned value)
{
    size_t n = strlen(text);
    invariant(n + 32 < TEXT_MAX);
    (void)snprintf(text + n, TEXT_MAX - n, "%s%u ", what, value);
}

struct client {
    char name[16], hears[TOPIC_MAX];
    bool on;
    struct broker_client *model;
    int fd; /* the real connection */
    uint16_t packet;
    bool holds_back; /* acknowledges nothing */
    unsigned answered;
    struct seen of_model, of_real;
};

struct days {
    uint64_t seed;
    struct env script; /* chance of the days; the model has its own */
    struct env env;
    struct broker broker;
    struct client client[CLIENTS];
    char dir[256];
    int port;
    struct proc mosquitto;
    unsigned sent; /* messages, which are numbered */
    bool plant, differs;
};

/* ---------------------------------------------------------------- the model */

static void model_up(void *ctx, bool present)
{
    add(((struct client *)ctx)->of_model.ups, "up", present);
}

static void model_down(void *ctx, const char *why)
{
    (void)ctx;
    (void)why;
}

static void model_message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    uint32_t number;
    (void)topic;
    invariant(n == sizeof number);
    memcpy(&number, bytes, n);
    add(((struct client *)ctx)->of_model.messages, "", number);
}

static void model_acknowledged(void *ctx, int code)
{
    add(((struct client *)ctx)->of_model.answers, "", (unsigned)code);
}

static void model_settle(struct days *days)
{
    int64_t until = days->env.now_ms + SETTLES_MS;
    while (days->env.now_ms < until && env_step(&days->env))
        continue;
}

static void model_start(struct client *client)
{
    struct session_events events = {model_up, model_down, model_message, model_acknowledged,
                                    client};
    broker_start(client->model, &events);
}

/* ---------------------------------------------------------------- MQTT v5, as much as it takes */

struct packet {
    uint8_t bytes[PACKET_MAX];
    size_t n;
};

static void put(struct packet *packet, const void *bytes, size_t n)
{
    invariant(packet->n + n <= sizeof packet->bytes);
    memcpy(packet->bytes + packet->n, bytes, n);
    packet->n += n;
}

static void put_u16(struct packet *packet, size_t value)
{
    put(packet, &(uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static void put_text(struct packet *packet, const char *text)
{
    put_u16(packet, strlen(text));
    put(packet, text, strlen(text));
}

/* All of them are shorter than 128 bytes. */
static void say(struct client *client, uint8_t kind, const struct packet *body)
{
    uint8_t whole[2 + 128] = {kind, (uint8_t)body->n};
    invariant(body->n < 128);
    memcpy(whole + 2, body->bytes, body->n);
    invariant(send(client->fd, whole, 2 + body->n, MSG_NOSIGNAL) == (ssize_t)(2 + body->n));
}

static bool get(int fd, void *out, size_t n)
{
    for (size_t got = 0; got < n;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, 10000) != 1)
            return false;
        ssize_t some = recv(fd, (uint8_t *)out + got, n - got, 0);
        if (some <= 0)
            return false;
        got += (size_t)some;
    }
    return true;
}

/* The kind of the next packet; 0 at the connection's end. */
static uint8_t hear(const struct client *client, struct packet *ret_body)
{
    uint8_t head[2];
    if (!get(client->fd, head, 2))
        return 0;
    invariant(head[1] < 128);
    ret_body->n = head[1];
    return get(client->fd, ret_body->bytes, ret_body->n) ? head[0] : 0;
}

static void take_publish(struct client *client, const struct packet *body)
{
    size_t topic_n = (size_t)body->bytes[0] << 8 | body->bytes[1];
    const uint8_t *at = body->bytes + 2 + topic_n;
    struct packet answer = {.n = 0};
    uint32_t number;
    put(&answer, at, 2);
    at += 2;
    at += 1 + *at; /* properties */
    invariant(at + sizeof number == body->bytes + body->n);
    memcpy(&number, at, sizeof number);
    add(client->of_real.messages, "", number);
    if (!client->holds_back)
        say(client, 0x40, &answer);
}

/* Takes what comes up to a packet of this kind; counts messages. False at the end. */
static bool hear_until(struct client *client, uint8_t kind, struct packet *ret_body,
                       unsigned *messages)
{
    uint8_t got;
    while ((got = hear(client, ret_body)) != 0) {
        if ((got & 0xf0) == 0x30) {
            take_publish(client, ret_body);
            ++*messages;
        } else if (got == 0x40) {
            add(client->of_real.answers, "", ret_body->n > 2 ? ret_body->bytes[2] : 0);
            client->answered++;
        }
        if (got == kind)
            return true;
    }
    return false;
}

static bool real_connect(struct days *days, struct client *client)
{
    static const uint8_t level_and_flags[] = {5, 0, 0, 60}; /* not a clean start */
    static const uint8_t expiry[] = {5, 0x11, 0, 0, 0x0e, 0x10};
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)days->port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct packet body = {.n = 0}, topic = {.n = 0};
    unsigned messages = 0;
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connect(client->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(client->fd);
        return false;
    }
    put_text(&body, "MQTT");
    put(&body, level_and_flags, sizeof level_and_flags);
    put(&body, expiry, sizeof expiry);
    put_text(&body, client->name);
    say(client, 0x10, &body);
    invariant(hear_until(client, 0x20, &body, &messages) && body.bytes[1] == 0);
    add(client->of_real.ups, "up", body.bytes[0] & 1);
    put_u16(&topic, 1);
    put(&topic, "", 1);
    put_text(&topic, client->hears);
    put(&topic, "\1", 1);
    say(client, 0x82, &topic);
    invariant(hear_until(client, 0x90, &body, &messages));
    return true;
}

/* Until a question is answered and nothing came before the answer. */
static void real_settle(struct client *client)
{
    struct packet nothing = {.n = 0}, body;
    unsigned messages = 1;
    while (client->on && messages > 0) {
        messages = 0;
        say(client, 0xc0, &nothing);
        invariant(hear_until(client, 0xd0, &body, &messages));
    }
}

static void real_publish(struct client *client, const char *topic, uint32_t number)
{
    struct packet body = {.n = 0};
    put_text(&body, topic);
    put_u16(&body, ++client->packet == 0 ? ++client->packet : client->packet);
    put(&body, "", 1);
    put(&body, &number, sizeof number);
    say(client, 0x32, &body);
}

/* ---------------------------------------------------------------- the real broker */

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    invariant(bind(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
              getsockname(fd, (struct sockaddr *)&at, &size) == 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void mosquitto_start(struct days *days)
{
    char conf[300], log[300];
    (void)snprintf(conf, sizeof conf, "%s/mosquitto.conf", days->dir);
    (void)snprintf(log, sizeof log, "%s/log", days->dir);
    FILE *out = fopen(conf, "w");
    invariant(out != NULL);
    (void)fprintf(out,
                  "listener %d 127.0.0.1\nallow_anonymous true\npersistence true\n"
                  "persistence_location %s/\nmax_queued_messages %d\n"
                  "max_inflight_messages %d\nretain_available false\n",
                  days->port, days->dir, BROKER_QUEUE_MAX - days->plant, BROKER_WINDOW);
    if (geteuid() == 0)
        (void)fputs("user root\n", out);
    invariant(fclose(out) == 0);
    proc_start(&days->mosquitto, (const char *[]){"mosquitto", "-c", conf, NULL}, false, log);
}

/* As soon as it listens. */
static void real_come(struct days *days, struct client *client)
{
    for (int tries = 0; !real_connect(days, client); tries++) {
        invariant(tries < 1000);
        proc_sleep_ms(10);
    }
}

static void real_come_back(struct days *days)
{
    for (size_t i = 0; i < CLIENTS; i++)
        if (days->client[i].on)
            real_come(days, &days->client[i]);
}

/* ---------------------------------------------------------------- a day's steps */

static void settle(struct days *days)
{
    model_settle(days);
    for (size_t i = 0; i < CLIENTS; i++)
        real_settle(&days->client[i]);
}

static void come(struct days *days, struct client *client)
{
    if (client->on)
        return;
    client->on = true;
    model_start(client);
    real_come(days, client);
}

static void go(struct days *days, struct client *client)
{
    (void)days;
    if (!client->on)
        return;
    client->on = false;
    broker_kill(client->model);
    close(client->fd);
}

/* From the server to `to`, or from a handheld to the server. */
static void burst(struct days *days, struct client *from, const struct client *to, size_t n)
{
    char topic[TOPIC_MAX];
    struct error err;
    if (!from->on)
        return;
    if (from == &days->client[0])
        topic_down(to->name, topic);
    else
        topic_up(from->name, topic);
    struct link_out out = broker_out(from->model);
    for (size_t i = 0; i < n; i++) {
        uint32_t number = ++days->sent;
        invariant(out.publish(out.self, topic, &number, sizeof number, &err));
        real_publish(from, topic, number);
    }
    unsigned want = from->answered + (unsigned)n, messages = 0;
    struct packet body;
    while (from->answered < want)
        invariant(hear_until(from, 0x40, &body, &messages));
}

/* One and the same session from a second connection. */
static void take_over(struct days *days, struct client *client)
{
    if (!client->on)
        return;
    int first = client->fd;
    char rest;
    broker_break(client->model);
    real_come(days, client);
    while (get(first, &rest, 1)) /* that it is thrown out, and its connection's end */
        continue;
    close(first);
}

/* What came was not acknowledged when the link broke: it comes again. */
static void unacknowledged(struct days *days, struct client *client)
{
    struct client *from = client == &days->client[0] ? &days->client[1] : &days->client[0];
    if (!client->on || !from->on)
        return;
    days->env.calm = false;
    days->broker.faults.doubled = 1000;
    client->holds_back = true;
    burst(days, from, client, 1 + (size_t)env_between(&days->script, 0, 9));
    settle(days);
    days->env.calm = true;
    days->broker.faults.doubled = 0;
    broker_break(client->model);
    close(client->fd);
    client->holds_back = false;
    real_come(days, client);
}

static void restart(struct days *days, bool deleted)
{
    char state[300];
    if (!deleted)
        broker_save(&days->broker);
    (void)proc_stop(&days->mosquitto, deleted ? SIGKILL : SIGTERM);
    (void)snprintf(state, sizeof state, "%s/mosquitto.db", days->dir);
    if (deleted)
        (void)unlink(state);
    for (size_t i = 0; i < CLIENTS; i++)
        if (days->client[i].on)
            close(days->client[i].fd);
    broker_restart(&days->broker, deleted);
    mosquitto_start(days);
    real_come_back(days);
}

static void step(struct days *days)
{
    struct client *client = &days->client[env_random(&days->script) % CLIENTS];
    uint64_t what = env_random(&days->script) % 100;
    if (what < 25)
        come(days, client);
    else if (what < 40)
        go(days, client);
    else if (what < 80)
        burst(days, env_chance(&days->script, 500) ? &days->client[0] : client,
              &days->client[env_between(&days->script, 1, CLIENTS - 1)],
              1 + (size_t)env_between(&days->script, 0, BURST_MAX - 1));
    else if (what < 87)
        take_over(days, client);
    else if (what < 94)
        unacknowledged(days, client);
    else
        restart(days, what > 96);
    settle(days);
}

/* ---------------------------------------------------------------- the comparison */

static void compare(struct days *days, const struct client *client, int nth, const char *what,
                    const char *model, const char *real)
{
    size_t at = 0;
    if (days->differs || strcmp(model, real) == 0)
        return;
    while (model[at] == real[at])
        at++;
    while (at > 0 && model[at - 1] != ' ')
        at--;
    printf("seed %" PRIu64 " step %d: %s of %s: model ...%.60s\n%*smosquitto ...%.60s\n",
           days->seed, nth, what, client->name, model + at, 20, "", real + at);
    days->differs = true;
}

static void compare_all(struct days *days, int nth)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        const struct client *client = &days->client[i];
        const struct seen *model = &client->of_model, *real = &client->of_real;
        compare(days, client, nth, "connections", model->ups, real->ups);
        compare(days, client, nth, "answers", model->answers, real->answers);
        compare(days, client, nth, "messages", model->messages, real->messages);
    }
}

static void begin(struct days *days, uint64_t seed, bool plant)
{
    const char *tmp = getenv("TMPDIR");
    *days = (struct days){.seed = seed, .plant = plant, .port = free_port()};
    (void)snprintf(days->dir, sizeof days->dir, "%s/trao-differ.XXXXXX", tmp ? tmp : "/tmp");
    invariant(mkdtemp(days->dir) != NULL);
    env_init(&days->script, seed, false);
    env_init(&days->env, seed + 1, false);
    days->env.calm = true;
    broker_init(&days->broker, &days->env, &(struct broker_faults){0});
    for (size_t i = 0; i < CLIENTS; i++) {
        struct client *client = &days->client[i];
        (void)snprintf(client->name, sizeof client->name, i == 0 ? "trao-server" : "HH-%03zu", i);
        if (i == 0)
            (void)snprintf(client->hears, sizeof client->hears, "%s", TOPIC_ALL_UP);
        else
            topic_down(client->name, client->hears);
        client->model = broker_client(&days->broker, client->name, client->hears);
    }
    mosquitto_start(days);
    days->client[0].on = days->client[1].on = true;
    real_come_back(days);
    model_start(&days->client[0]);
    model_start(&days->client[1]);
    settle(days);
}

static void end(struct days *days)
{
    static const char *const names[] = {"mosquitto.conf", "mosquitto.db", "log"};
    char path[300];
    for (size_t i = 0; i < CLIENTS; i++)
        go(days, &days->client[i]);
    (void)proc_stop(&days->mosquitto, SIGKILL);
    broker_end(&days->broker);
    env_finish(&days->env);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", days->dir, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(days->dir);
}

static bool same(uint64_t seed, bool plant)
{
    static struct days days;
    begin(&days, seed, plant);
    for (int nth = 0; nth < STEPS && !days.differs; nth++) {
        step(&days);
        compare_all(&days, nth);
    }
    bool good = !days.differs;
    end(&days);
    return good;
}

int main(int argc, char **argv)
{
    bool plant = argc > 1 && strcmp(argv[1], "--plant") == 0;
    uint64_t seeds = argc > 1 + plant ? strtoull(argv[1 + plant], NULL, 10) : 1;
    uint64_t first = argc > 2 + plant ? strtoull(argv[2 + plant], NULL, 10) : 1;
    bool good = true;
    chain_init();
    proc_init();
    for (uint64_t seed = first; seed < first + seeds && good; seed++)
        good = same(seed, plant);
    proc_kill_all();
    if (good)
        printf("%" PRIu64 " seeds: model and mosquitto showed the same\n", seeds);
    return good == plant;
}
