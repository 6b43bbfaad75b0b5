/* session.h - one MQTT connection behind one small struct, so that programs, simulation and tests
 * share every line above it.
 *
 * `struct link_out` is all that uplink and intake see of the network. `struct session` is the real
 * thing: libmosquitto, MQTT v5, TLS 1.3 with a client certificate, QoS 1, clean start false with a
 * 30-day session, its network thread. It reconnects by itself with backoff and jitter (0.5 s to
 * 30 s, or what is configured), survives a first connect that is refused, and subscribes at each
 * connect, for the broker may have forgotten. A publish that is accepted is only handed to a pipe:
 * nothing is done before the peer's own receipt, and nothing that a lost connection still held is
 * sent again from here.
 */
#ifndef TRAO_PROTOCOL_SESSION_H
#define TRAO_PROTOCOL_SESSION_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"

struct link_out {
    /* True when handed on; LATER when there is no connection or SESSION_WINDOW(inflight_max) are
     * unanswered, BAD_INPUT for what no broker of ours takes (settled point 1: 32 KB). */
    bool (*publish)(void *self, const char *topic, const void *bytes, size_t n, struct error *err);
    void *self;
};

/* Called on the session's thread: copy and leave; never publish, close or block inside. */
struct session_events {
    void (*up)(void *ctx, bool session_present); /* connected and subscribed */
    /* The connection is lost, or could not be made for another reason than last told. */
    void (*down)(void *ctx, const char *why);
    void (*message)(void *ctx, const char *topic, const void *bytes, size_t n);
    /* The peer's broker answered the publish with `code`: 0 taken, 16 nobody listens, >= 128
     * refused. Only a hint for pacing. */
    void (*acknowledged)(void *ctx, int code);
    void *ctx;
};

struct session_config {
    const char *host;
    uint16_t port;
    const char *client_id; /* NULL: the certificate's name (use_username_as_clientid) */
    const char *subscribe; /* one topic filter, QoS 1 */
    const char *ca_file;   /* NULL together with the two below: plain TCP, tests only */
    const char *cert_file;
    const char *key_file;
    uint32_t keepalive_s;      /* >= 5 */
    uint32_t inflight_max;     /* 1..1000; 20 suits */
    uint32_t session_expiry_s; /* SESSION_EXPIRY_S suits */
    uint32_t backoff_max_ms;   /* the longest rest between two attempts; 0: 30 s */
};

#define SESSION_EXPIRY_S (30 * 24 * 3600) /* a fortnight's outage twice over */
/* Accepted and not yet answered by the broker: what it takes at once, and as much waiting that the
 * pipe never runs dry. */
#define SESSION_WINDOW(inflight_max) (4 * (inflight_max))

struct session;
/* Starts the thread and returns before there is a connection. BAD_INPUT or NOT_FOUND if the
 * configuration can never work: a file that cannot be read, a range above. The texts of `config`
 * are copied; the three files are read again at each connect, so that they may be replaced. */
bool session_open(const struct session_config *config, const struct session_events *events,
                  struct session **ret_session, struct error *err) must_use;
struct link_out session_out(struct session *session); /* usable from any thread until close */
/* Somebody waits for the connection: the next attempt is made at a moment drawn within the next
 * `within_ms`, or earlier if it was due earlier. Nothing while connected. Any thread. */
void session_hurry(struct session *session, uint32_t within_ms);
bool session_is_up(const struct session *session);
void session_close(struct session *session); /* joins the thread; NULL is fine */

#endif
