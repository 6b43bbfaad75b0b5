#include "protocol/topic.h"

#include <stdio.h>
#include <string.h>

#define PREFIX "trao/1/"
#define UP "/up"
#define DOWN "/down"

static char *topic_of(const char *device, const char *end, char *out)
{
    invariant(device_name_is_good(device));
    snprintf(out, TOPIC_MAX, PREFIX "%s%s", device, end);
    return out;
}

char *topic_up(const char *device, char out[TOPIC_MAX])
{
    return topic_of(device, UP, out);
}

char *topic_down(const char *device, char out[TOPIC_MAX])
{
    return topic_of(device, DOWN, out);
}

bool topic_read_up(const char *topic, char ret_device[DEVICE_NAME_MAX + 1], struct error *err)
{
    size_t n = strlen(topic), before = strlen(PREFIX), after = strlen(UP);
    if (n < before + after || strncmp(topic, PREFIX, before) != 0 ||
        strcmp(topic + n - after, UP) != 0)
        return error_set(err, ERROR_BAD_INPUT, "topic: not trao/1/<device>/up");
    char device[DEVICE_NAME_MAX + 1] = "";
    size_t device_n = n - before - after;
    if (device_n <= DEVICE_NAME_MAX)
        memcpy(device, topic + before, device_n);
    if (!device_name_is_good(device))
        return error_set(err, ERROR_BAD_INPUT, "topic: its device is not 1..%d of A-Z, 0-9 and '-'",
                         DEVICE_NAME_MAX);
    memcpy(ret_device, device, sizeof device);
    return true;
}
