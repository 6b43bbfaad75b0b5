#include <errno.h>
#include <mqtt_protocol.h>
#include <stdio.h>

#include "protocol/clock.h"
#include "protocol/session_inside.h"
#include "protocol/session_pipe.h"

/* ----------------------------------------------------------------- what libmosquitto calls back */

void session_blame(struct session *session, const char *why)
{
    if (session->why[0] == '\0')
        snprintf(session->why, sizeof session->why, "%s", why);
}

static void on_connect(struct mosquitto *mosq, void *ctx, int reason, int flags,
                       const mosquitto_property *properties)
{
    struct session *session = ctx;
    (void)properties;
    if (reason != 0) {
        session_blame(session, mosquitto_reason_string(reason));
        return;
    }
    session_pipe_gather(mosquitto_ssl_get(mosq));
    session->present = (flags & 1) != 0;
    int rc = mosquitto_subscribe_v5(mosq, NULL, session->config.subscribe, QOS, 0, NULL);
    if (rc != MOSQ_ERR_SUCCESS)
        session_blame(session, mosquitto_strerror(rc));
}

static void on_subscribe(struct mosquitto *mosq, void *ctx, int mid, int n, const int *granted,
                         const mosquitto_property *properties)
{
    struct session *session = ctx;
    (void)mosq;
    (void)mid;
    (void)properties;
    if (n < 1 || granted[0] >= MQTT_RC_UNSPECIFIED) {
        session_blame(session, "subscription refused");
        return;
    }
    atomic_store(&session->up, true);
    session->why_told[0] = '\0';
    session->events.up(session->events.ctx, session->present);
}

static void on_message(struct mosquitto *mosq, void *ctx, const struct mosquitto_message *message,
                       const mosquitto_property *properties)
{
    struct session *session = ctx;
    (void)mosq;
    (void)properties;
    session->heard++;
    session->events.message(session->events.ctx, message->topic, message->payload,
                            (size_t)message->payloadlen);
}

static void on_publish(struct mosquitto *mosq, void *ctx, int mid, int reason,
                       const mosquitto_property *properties)
{
    struct session *session = ctx;
    (void)mosq;
    (void)mid;
    (void)properties;
    pthread_mutex_lock(&session->lock);
    if (session->unanswered > 0)
        session->unanswered--;
    struct clock clock = clock_system();
    session->answered_ms = clock.tick(clock.self).ms;
    pthread_mutex_unlock(&session->lock);
    session->events.acknowledged(session->events.ctx, reason);
}

static void on_disconnect(struct mosquitto *mosq, void *ctx, int reason,
                          const mosquitto_property *properties)
{
    (void)mosq;
    (void)properties;
    if (reason >= MQTT_RC_UNSPECIFIED)
        session_blame(ctx, mosquitto_reason_string(reason));
}

/* OpenSSL's causes come only this way. */
static void on_log(struct mosquitto *mosq, void *ctx, int level, const char *text)
{
    (void)mosq;
    if (level == MOSQ_LOG_ERR)
        session_blame(ctx, text);
}

/* ----------------------------------------------------------------------- made and begun */

static int set_tls(struct mosquitto *mosq, const struct session_config *config)
{
    if (config->ca_file == NULL)
        return MOSQ_ERR_SUCCESS;
    int rc =
        mosquitto_tls_set(mosq, config->ca_file, NULL, config->cert_file, config->key_file, NULL);
    return rc != MOSQ_ERR_SUCCESS ? rc : mosquitto_tls_opts_set(mosq, 1, "tlsv1.3", NULL);
}

/* Connect properties can only be given to the blocking connect, which may hang for minutes in an
 * unanswered TCP handshake. It notes them before it looks at the host, so it is called without
 * one; the asynchronous connect then sends them. The session's test sees them arrive: without
 * them the broker forgets the session at once. */
static int start_connect(struct mosquitto *mosq, const struct session_config *config)
{
    mosquitto_property *properties = NULL;
    int keepalive = (int)config->keepalive_s;
    int rc = mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
                                          config->session_expiry_s);
    if (rc != MOSQ_ERR_SUCCESS)
        return rc;
    rc = mosquitto_connect_bind_v5(mosq, NULL, config->port, keepalive, NULL, properties);
    mosquitto_property_free_all(&properties);
    if (rc != MOSQ_ERR_INVAL)
        return rc;
    return mosquitto_connect_async(mosq, config->host, config->port, keepalive);
}

struct mosquitto *session_line_new(struct session *session)
{
    const struct session_config *config = &session->config;
    /* A broker that names clients by certificate does not read the id, but one must be sent. */
    struct mosquitto *mosq =
        mosquitto_new(config->client_id != NULL ? config->client_id : "trao", false, session);
    if (mosq == NULL)
        return NULL;
    mosquitto_int_option(mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(mosq, MOSQ_OPT_RECEIVE_MAXIMUM, (int)config->inflight_max);
    mosquitto_int_option(mosq, MOSQ_OPT_SEND_MAXIMUM, (int)config->inflight_max);
    mosquitto_int_option(mosq, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_threaded_set(mosq, true);
    mosquitto_connect_v5_callback_set(mosq, on_connect);
    mosquitto_subscribe_v5_callback_set(mosq, on_subscribe);
    mosquitto_message_v5_callback_set(mosq, on_message);
    mosquitto_publish_v5_callback_set(mosq, on_publish);
    mosquitto_disconnect_v5_callback_set(mosq, on_disconnect);
    mosquitto_log_callback_set(mosq, on_log);
    return mosq;
}

int session_line_start(struct mosquitto *mosq, const struct session_config *config)
{
    int rc = set_tls(mosq, config);
    return rc != MOSQ_ERR_SUCCESS ? rc : start_connect(mosq, config);
}
