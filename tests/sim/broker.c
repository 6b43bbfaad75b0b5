#include "tests/sim/broker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/topic.h"

enum ack { ACK_TAKEN = 0, ACK_NOBODY = 16 };

struct message {
    unsigned held;
    char topic[TOPIC_MAX];
    struct broker_client *from;
    size_t n;
    uint8_t bytes[];
};

/* One message on one connection, in either direction, or the answer to it. */
struct flight {
    struct broker_client *client;
    uint64_t line;
    struct message *message;
    int code;
};

static struct message *hold(struct message *message)
{
    message->held++;
    return message;
}

static void let_go(struct message *message)
{
    if (--message->held == 0)
        free(message);
}

static void clear(struct message **list, size_t *n)
{
    while (*n > 0)
        let_go(list[--*n]);
}

static void drop_first(struct message **list, size_t *n)
{
    let_go(list[0]);
    --*n;
    for (size_t at = 0; at < *n; at++)
        list[at] = list[at + 1];
}

/* ---------------------------------------------------------------- the wire */

/* A travel time that never overtakes what left before on the same connection. */
static int64_t travel(struct env *env, int64_t *last_ms)
{
    int64_t arrives = env->now_ms + env_between(env, 5, env_chance(env, 50) ? 3000 : 120);
    if (arrives < *last_ms)
        arrives = *last_ms;
    *last_ms = arrives;
    return arrives - env->now_ms;
}

static void fly(struct broker_client *client, struct message *message, int code, int64_t delay_ms,
                void (*arrive)(void *, uint64_t))
{
    struct flight *flight = malloc(sizeof *flight);
    invariant(flight != NULL);
    *flight = (struct flight){client, client->line, message ? hold(message) : NULL, code};
    env_after(client->broker->env, delay_ms, arrive, flight, 0);
}

static void land(struct flight *flight)
{
    if (flight->message)
        let_go(flight->message);
    free(flight);
}

/* ---------------------------------------------------------------- broker -> subscriber */

static void deliver(void *ctx, uint64_t arg)
{
    (void)arg;
    struct flight *flight = ctx;
    struct broker_client *client = flight->client;
    if (client->up && client->line == flight->line) {
        client->broker->delivered++;
        client->events.message(client->events.ctx, flight->message->topic, flight->message->bytes,
                               flight->message->n);
    }
    land(flight);
}

/* The library's PUBACK is as good as sent: the broker forgets the message once it is on the wire,
 * unless the link is to break before that, when it comes again. */
static void push_queue(struct broker_client *client)
{
    struct env *env = client->broker->env;
    size_t kept = 0;
    for (size_t at = 0; at < client->n_queue; at++) {
        fly(client, client->queue[at], 0, travel(env, &client->wire_down_ms), deliver);
        if (env_fault(env, client->broker->faults.doubled)) {
            client->broker->doubled++;
            client->queue[kept++] = client->queue[at];
        } else {
            let_go(client->queue[at]);
        }
    }
    client->n_queue = kept;
}

static void enqueue(struct broker_client *client, struct message *message)
{
    struct broker *broker = client->broker;
    bool full = client->n_queue == BROKER_QUEUE_MAX;
    if ((full && !client->up) || env_fault(broker->env, broker->faults.lost)) {
        broker->lost++;
        env_note(broker->env, "broker drops one for %s", client->name);
        return;
    }
    if (!client->up) {
        client->queue[client->n_queue++] = hold(message);
        return;
    }
    fly(client, message, 0, travel(broker->env, &client->wire_down_ms), deliver);
    /* Once more when it next connects; a queue full of these loses nothing of what flies. */
    if (!full && env_fault(broker->env, broker->faults.doubled)) {
        broker->doubled++;
        client->queue[client->n_queue++] = hold(message);
    }
}

static struct broker_client *subscriber_of(struct broker *broker, const struct message *message)
{
    char device[DEVICE_NAME_MAX + 1];
    bool up = topic_read_up(message->topic, device, NULL);
    for (size_t at = 0; at < broker->clients; at++) {
        struct broker_client *client = &broker->client[at];
        if (!client->known)
            continue;
        if (strcmp(client->subscribed, up ? TOPIC_ALL_UP : message->topic) == 0)
            return client;
    }
    return NULL;
}

/* ---------------------------------------------------------------- publisher -> broker */

static void acknowledged(void *ctx, uint64_t arg)
{
    (void)arg;
    struct flight *flight = ctx;
    struct broker_client *client = flight->client;
    if (client->up && client->line == flight->line) {
        if (client->n_unacked > 0)
            drop_first(client->unacked, &client->n_unacked);
        client->events.acknowledged(client->events.ctx, flight->code);
    }
    land(flight);
}

static void arrive(void *ctx, uint64_t arg)
{
    (void)arg;
    struct flight *flight = ctx;
    struct broker_client *client = flight->client;
    struct broker *broker = client->broker;
    /* What was on its way when the line broke may have arrived, or not. */
    if (!broker->over && !broker->down &&
        (client->line == flight->line || env_chance(broker->env, 500))) {
        broker->published++;
        struct broker_client *to = subscriber_of(broker, flight->message);
        if (client->line == flight->line) {
            if (env_fault(broker->env, broker->faults.ack_lost))
                broker_break(client);
            else
                fly(client, flight->message, to ? ACK_TAKEN : ACK_NOBODY,
                    travel(broker->env, &client->wire_down_ms), acknowledged);
        }
        if (to)
            enqueue(to, flight->message);
    }
    land(flight);
}

static void put_on_wire(struct broker_client *client, struct message *message)
{
    fly(client, message, 0, travel(client->broker->env, &client->wire_up_ms), arrive);
}

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *err)
{
    struct broker_client *client = self;
    if (!client->alive || !client->up)
        return error_set(err, ERROR_LATER, "no connection");
    if (client->n_unacked == BROKER_WINDOW)
        return error_set(err, ERROR_LATER, "window full");
    struct message *message = malloc(sizeof *message + n);
    invariant(message != NULL);
    *message = (struct message){.held = 1, .from = client, .n = n};
    strncpy(message->topic, topic, sizeof message->topic - 1);
    memcpy(message->bytes, bytes, n);
    client->unacked[client->n_unacked++] = message;
    put_on_wire(client, message);
    return true;
}

struct link_out broker_out(struct broker_client *client)
{
    return (struct link_out){publish, client};
}

/* ---------------------------------------------------------------- connections */

static void shuffle(struct env *env, struct message **list, size_t n)
{
    for (size_t at = n; at > 1; at--) {
        size_t other = (size_t)env_between(env, 0, (int64_t)at - 1);
        struct message *held = list[at - 1];
        list[at - 1] = list[other];
        list[other] = held;
    }
}

static void connect_soon(struct broker_client *client);

static void connected(void *ctx, uint64_t life)
{
    struct broker_client *client = ctx;
    struct broker *broker = client->broker;
    if (client->life != life || client->up)
        return;
    if (broker->down) {
        connect_soon(client);
        return;
    }
    if (client->known && env_fault(broker->env, broker->faults.forgotten)) {
        clear(client->queue, &client->n_queue);
        client->known = false;
        env_note(broker->env, "broker forgets the session of %s", client->name);
    }
    bool present = client->known;
    client->known = client->up = true;
    client->line++;
    client->wire_up_ms = client->wire_down_ms = broker->env->now_ms;
    env_note(broker->env, "%s connected%s", client->name, present ? ", session present" : "");
    for (size_t at = 0; at < client->n_unacked; at++) /* the library sends these again by itself */
        put_on_wire(client, client->unacked[at]);
    client->events.up(client->events.ctx, present);
    if (env_fault(broker->env, broker->faults.shuffled))
        shuffle(broker->env, client->queue, client->n_queue);
    push_queue(client);
}

static void connect_soon(struct broker_client *client)
{
    env_after(client->broker->env, env_between(client->broker->env, 500, 20000), connected, client,
              client->life);
}

void broker_break(struct broker_client *client)
{
    if (!client->up)
        return;
    client->up = false;
    client->line++;
    env_note(client->broker->env, "%s loses its link", client->name);
    if (client->alive) {
        client->events.down(client->events.ctx, "link broken");
        connect_soon(client);
    }
}

void broker_start(struct broker_client *client, const struct session_events *events)
{
    client->events = *events;
    client->alive = true;
    client->life++;
    connect_soon(client);
}

void broker_kill(struct broker_client *client)
{
    client->alive = false;
    client->life++;
    broker_break(client);
    clear(client->unacked, &client->n_unacked);
}

struct broker_client *broker_client(struct broker *broker, const char *name, const char *topic)
{
    invariant(broker->clients < BROKER_CLIENTS_MAX);
    struct broker_client *client = &broker->client[broker->clients++];
    *client = (struct broker_client){.broker = broker};
    snprintf(client->subscribed, sizeof client->subscribed, "%s", topic);
    strncpy(client->name, name, sizeof client->name - 1);
    return client;
}

/* ---------------------------------------------------------------- bad days */

void broker_save(struct broker *broker)
{
    for (size_t at = 0; at < broker->clients; at++) {
        struct broker_client *client = &broker->client[at];
        clear(client->saved, &client->n_saved);
        for (size_t i = 0; i < client->n_queue; i++)
            client->saved[client->n_saved++] = hold(client->queue[i]);
        client->saved_known = client->known;
    }
}

static void broker_back(void *ctx, uint64_t arg)
{
    (void)arg;
    struct broker *broker = ctx;
    broker->down = false;
}

/* Killed: every link breaks, and what it knows is what it had written down, or nothing at all. */
void broker_restart(struct broker *broker, bool state_deleted)
{
    env_note(broker->env, "broker killed%s", state_deleted ? ", its state deleted" : "");
    broker->down = true;
    for (size_t at = 0; at < broker->clients; at++) {
        struct broker_client *client = &broker->client[at];
        broker_break(client);
        clear(client->queue, &client->n_queue);
        client->known = client->saved_known && !state_deleted;
        for (size_t i = 0; client->known && i < client->n_saved; i++)
            client->queue[client->n_queue++] = hold(client->saved[i]);
    }
    env_after(broker->env, env_between(broker->env, 100, 60000), broker_back, broker, 0);
}

static void each_minute(void *ctx, uint64_t arg)
{
    struct broker *broker = ctx;
    if (broker->over)
        return;
    for (size_t at = 0; at < broker->clients; at++)
        if (env_fault(broker->env, broker->faults.broken_up))
            broker_break(&broker->client[at]);
    if (env_fault(broker->env, broker->faults.restarted) && !broker->down)
        broker_restart(broker, env_chance(broker->env, 300));
    if (arg % 10 == 9)
        broker_save(broker);
    env_after(broker->env, 60000, each_minute, broker, arg + 1);
}

void broker_init(struct broker *broker, struct env *env, const struct broker_faults *faults)
{
    *broker = (struct broker){.env = env, .faults = *faults};
    env_after(env, 60000, each_minute, broker, 0);
}

void broker_end(struct broker *broker)
{
    broker->over = true;
    for (size_t at = 0; at < broker->clients; at++) {
        struct broker_client *client = &broker->client[at];
        if (client->alive)
            broker_kill(client);
        clear(client->queue, &client->n_queue);
        clear(client->saved, &client->n_saved);
    }
}
