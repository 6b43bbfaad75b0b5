/* topic.h - the names of the two pipes of a device: trao/1/<device>/up and trao/1/<device>/down. */
#ifndef TRAO_PROTOCOL_TOPIC_H
#define TRAO_PROTOCOL_TOPIC_H

#include "protocol/batch.h"
#include "protocol/error.h"

#define TOPIC_MAX (DEVICE_NAME_MAX + 16)
#define TOPIC_ALL_UP "trao/1/+/up" /* what the server subscribes to */

/* `device` must be a good name. Returns `out`. */
char *topic_up(const char *device, char out[TOPIC_MAX]);
char *topic_down(const char *device, char out[TOPIC_MAX]);

/* The device of an up topic. BAD_INPUT for anything that is not exactly one. */
bool topic_read_up(const char *topic, char ret_device[DEVICE_NAME_MAX + 1],
                   struct error *err) must_use;

#endif
