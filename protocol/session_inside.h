/* session_inside.h - what the files of the session share: session.c has the thread, its turns and
 * the way in, session_line.c makes a connection and hears what libmosquitto tells. For them alone.
 */
#ifndef TRAO_PROTOCOL_SESSION_INSIDE_H
#define TRAO_PROTOCOL_SESSION_INSIDE_H

#include <mosquitto.h>
#include <pthread.h>
#include <stdatomic.h>

#include "protocol/session.h"

#define QOS 1
#define WHY_MAX 160

/* One `struct mosquitto` lives as long as one connection. libmosquitto keeps what it could not
 * send and sends it after a reconnect; since everything here is sent again until receipted, that
 * would only double it. */
struct session {
    struct session_config config; /* its texts are ours */
    struct session_events events;
    pthread_t thread;
    int wake; /* eventfd: something to write, or to stop */
    atomic_bool stopping;
    atomic_bool up;
    atomic_bool asleep;            /* in poll, or about to be: who publishes wakes it */
    atomic_int_least64_t hurry_ms; /* an attempt is wanted within so long; NO_HURRY */

    pthread_mutex_t lock;   /* over the three below: publish comes from any thread */
    struct mosquitto *mosq; /* NULL between connections */
    uint32_t unanswered;
    int64_t answered_ms; /* tick of the last answer, or of the first publish after none was due */

    /* the thread's own */
    bool reached;      /* TCP connected: what leads up to `up` is small and is written at once */
    char why[WHY_MAX]; /* what the connection at hand fails of, the first cause */
    char why_told[WHY_MAX]; /* to `down`, while not up */
    bool present;           /* the broker still had the session */
    bool thick;             /* messages come thick */
    int64_t heard;          /* messages since: */
    int64_t heard_since_ms; /* tick */
};

/* The first cause counts. */
void session_blame(struct session *session, const char *why);
/* A connection that is still to be started; NULL with errno. */
struct mosquitto *session_line_new(struct session *session);
/* Begins to connect; a libmosquitto code. */
int session_line_start(struct mosquitto *mosq, const struct session_config *config);

#endif
