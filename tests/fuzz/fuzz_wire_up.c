/* What a device sends, and the name of the pipe it comes by: read, written, read again. */
#include "fuzz.h"
#include "protocol/topic.h"
#include "protocol/wire.h"

static void write_again(const struct wire_up *up, uint8_t *out, size_t *ret_n)
{
    struct error err;
    switch (up->kind) {
    case WIRE_UP_HELLO:
        invariant(wire_hello(&up->hello, out, ret_n, &err));
        break;
    case WIRE_UP_ENVELOPE:
        invariant(wire_envelope(&up->envelope, out, ret_n, &err));
        break;
    case WIRE_UP_ATTACHMENT:
        invariant(wire_attachment(&up->attachment, out, ret_n, &err));
        break;
    case WIRE_UP_REPORT:
        invariant(wire_report(&up->report, out, ret_n, &err));
        break;
    case WIRE_UP_OTHER:
        *ret_n = 0;
        break;
    }
}

static void topic(const uint8_t *bytes, size_t n)
{
    char text[2 * TOPIC_MAX], device[DEVICE_NAME_MAX + 1], again[TOPIC_MAX];
    struct error err;
    if (n >= sizeof text || memchr(bytes, '\0', n) != NULL)
        return;
    memcpy(text, bytes, n);
    text[n] = '\0';
    if (topic_read_up(text, device, &err))
        invariant(strcmp(topic_up(device, again), text) == 0);
    else
        check_refusal(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t once[WIRE_BYTES_MAX], twice[WIRE_BYTES_MAX];
    struct wire_up up;
    struct error err;
    size_t once_n, twice_n;
    topic(bytes, n);
    if (!wire_read_up(bytes, n, &up, &err)) {
        check_refusal(&err);
        return 0;
    }
    write_again(&up, once, &once_n);
    if (once_n == 0)
        return 0;
    invariant(wire_read_up(once, once_n, &up, &err));
    write_again(&up, twice, &twice_n);
    invariant(once_n == twice_n && memcmp(once, twice, once_n) == 0);
    return 0;
}
