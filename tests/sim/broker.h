/* broker.h - a model of the broker and of the client library on either side of it, with the faults
 * that were seen on the real ones (reliability.md, part e):
 *
 *  - a publish is acknowledged from memory before, and whether or not, it is delivered;
 *  - the client library acknowledges before the program has seen the message, so what reaches a
 *    program that dies is gone;
 *  - full queues, dropped in silence; sessions forgotten; restarts from an old snapshot, which
 *    bring back what was delivered long ago and lose what was not;
 *  - doubles after every reconnect (both the broker's and the library's), and out of order;
 *  - links that break with messages and acknowledgements in flight.
 *
 * A client stands for one program's `struct session`: it reconnects by itself, keeps what was not
 * acknowledged in memory only, and calls `struct session_events` from an event of the env.
 */
#ifndef TRAO_TESTS_SIM_BROKER_H
#define TRAO_TESTS_SIM_BROKER_H

#include "protocol/session.h"
#include "tests/sim/env.h"

#define BROKER_CLIENTS_MAX 101
#define BROKER_WINDOW 20    /* unacknowledged publishes of one client, as in the programs */
#define BROKER_QUEUE_MAX 40 /* small, so that overflow happens */

/* How bad the days are, per mille; nothing of it happens once the env is calm. */
struct broker_faults {
    uint32_t lost;      /* acknowledged, never delivered */
    uint32_t doubled;   /* delivered, and once more at the next reconnect */
    uint32_t shuffled;  /* what waits at a reconnect comes out of order */
    uint32_t forgotten; /* the session is gone at a reconnect */
    uint32_t ack_lost;  /* arrived, but the link breaks before the acknowledgement */
    uint32_t broken_up; /* chance of each link to break, each minute */
    uint32_t restarted; /* chance of the broker to be killed, each minute */
};

struct message; /* counted bytes and topic */

/* What one program sees, and what the broker keeps for its session. */
struct broker_client {
    struct broker *broker;
    char name[33];
    char subscribed[64];
    struct session_events events; /* of the running process; valid while `alive` */
    bool alive, up;
    uint64_t life;                          /* of the process: grows at each start and death */
    uint64_t line;                          /* of the connection: grows at each connect and break */
    int64_t wire_up_ms, wire_down_ms;       /* nothing overtakes on one connection */
    struct message *unacked[BROKER_WINDOW]; /* in the program's memory */
    size_t n_unacked;

    bool known; /* the broker has a session */
    struct message *queue[BROKER_QUEUE_MAX];
    size_t n_queue;
    struct message *saved[BROKER_QUEUE_MAX]; /* the queue as of the last snapshot */
    size_t n_saved;
    bool saved_known;
};

struct broker {
    struct env *env;
    struct broker_faults faults;
    struct broker_client client[BROKER_CLIENTS_MAX];
    size_t clients;
    bool down, over;
    uint64_t published, delivered, lost, doubled;
};

void broker_init(struct broker *broker, struct env *env, const struct broker_faults *faults);
/* Kills what still runs and forgets everything; what is still in the air is let go by the events
 * that remain (env_finish). */
void broker_end(struct broker *broker);

/* A client that hears `topic`, a topic or TOPIC_ALL_UP; names the broker's session. */
struct broker_client *broker_client(struct broker *broker, const char *name, const char *topic);
/* Its process starts: connects soon, and again whenever the link breaks. */
void broker_start(struct broker_client *client, const struct session_events *events);
/* Its process dies: what it had in memory is gone, the broker notices. */
void broker_kill(struct broker_client *client);
struct link_out broker_out(struct broker_client *client);

void broker_break(struct broker_client *client);
/* Writes down what it knows, as it does each ten minutes and when it is told to end. */
void broker_save(struct broker *broker);
/* It is killed, and is back in a while with what it last wrote down, or with nothing. */
void broker_restart(struct broker *broker, bool state_deleted);

#endif
