#include "tests/journey/stranger.h"

#include <mqtt_protocol.h>
#include <stdio.h>

static void on_connect(struct mosquitto *mosq, void *self, int code, int flags,
                       const mosquitto_property *props)
{
    (void)mosq;
    (void)flags;
    (void)props;
    ((struct stranger *)self)->connected = code;
}

static void on_disconnect(struct mosquitto *mosq, void *self, int code,
                          const mosquitto_property *props)
{
    (void)mosq;
    (void)props;
    ((struct stranger *)self)->left = code;
}

static void on_publish(struct mosquitto *mosq, void *self, int mid, int code,
                       const mosquitto_property *props)
{
    (void)mosq;
    (void)mid;
    (void)props;
    struct stranger *stranger = self;
    stranger->acked = code;
    stranger->acks++;
}

static void on_subscribe(struct mosquitto *mosq, void *self, int mid, int n, const int *granted,
                         const mosquitto_property *props)
{
    (void)mosq;
    (void)mid;
    (void)props;
    ((struct stranger *)self)->granted = n > 0 ? granted[0] : -2;
}

static void on_message(struct mosquitto *mosq, void *self, const struct mosquitto_message *message,
                       const mosquitto_property *props)
{
    (void)mosq;
    (void)message;
    (void)props;
    ((struct stranger *)self)->heard++;
}

void stranger_begin(struct stranger *stranger, struct world *world, const struct hand *hand,
                    const char *id)
{
    char ca[400], cert[400], key[400];
    *stranger =
        (struct stranger){mosquitto_new(id, true, stranger), world->mqtt, -1, -1, -1, -1, 0, 0};
    struct mosquitto *mosq = stranger->mosq;
    if (mosq == NULL)
        world_fail(world, "no client for %s", id);
    mosquitto_int_option(mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_connect_v5_callback_set(mosq, on_connect);
    mosquitto_disconnect_v5_callback_set(mosq, on_disconnect);
    mosquitto_publish_v5_callback_set(mosq, on_publish);
    mosquitto_subscribe_v5_callback_set(mosq, on_subscribe);
    mosquitto_message_v5_callback_set(mosq, on_message);
    snprintf(ca, sizeof ca, "%s/keys/ca.crt", world->data);
    snprintf(cert, sizeof cert, "%s/identity/cert.pem", hand ? hand->dir : "");
    snprintf(key, sizeof key, "%s/identity/tls.key", hand ? hand->dir : "");
    if (mosquitto_tls_set(mosq, ca, NULL, hand ? cert : NULL, hand ? key : NULL, NULL) !=
            MOSQ_ERR_SUCCESS ||
        mosquitto_tls_opts_set(mosq, 1, "tlsv1.3", NULL) != MOSQ_ERR_SUCCESS ||
        mosquitto_tls_insecure_set(mosq, true) != MOSQ_ERR_SUCCESS)
        world_fail(world, "no TLS for %s", id);
}

int stranger_connect(struct stranger *stranger)
{
    return mosquitto_connect(stranger->mosq, "127.0.0.1", stranger->port, 60);
}

void stranger_wait(struct stranger *stranger, const int *what, int ms)
{
    long until = proc_now_ms() + ms;
    while (proc_now_ms() < until && (what == NULL || *what == -1))
        if (mosquitto_loop(stranger->mosq, 50, 1) != MOSQ_ERR_SUCCESS && what != NULL)
            return;
}

void stranger_end(struct stranger *stranger)
{
    mosquitto_disconnect(stranger->mosq);
    mosquitto_destroy(stranger->mosq);
}
