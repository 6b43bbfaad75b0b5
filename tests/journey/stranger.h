/* stranger.h - a client at the broker that may say what it likes: under which device's certificate,
 * with which id, with which will. One thread: nothing happens but inside stranger_wait. */
#ifndef TRAO_TESTS_JOURNEY_STRANGER_H
#define TRAO_TESTS_JOURNEY_STRANGER_H

#include <mosquitto.h>

#include "tests/lib/world.h"

#define STRANGER_MS 8000 /* an answer of the broker is there by then */

struct stranger {
    struct mosquitto *mosq;
    int port;
    int connected, acked, granted, left; /* -1: not yet; else MQTT's reason */
    int heard;                           /* messages */
    size_t acks;                         /* of what it said */
};

/* With `hand`'s certificate, or none. */
void stranger_begin(struct stranger *stranger, struct world *world, const struct hand *hand,
                    const char *id);
/* A libmosquitto code. Between the two, a will may be set. */
int stranger_connect(struct stranger *stranger);
/* Until `*what` is known, or that long; with NULL that long. */
void stranger_wait(struct stranger *stranger, const int *what, int ms);
void stranger_end(struct stranger *stranger); /* with a goodbye: no will goes out */

#endif
