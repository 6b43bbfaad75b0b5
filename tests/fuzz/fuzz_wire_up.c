/* What a device sends: read, written, read again. */
#include "fuzz.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static uint8_t once[WIRE_BYTES_MAX], twice[WIRE_BYTES_MAX];
    struct wire_up up;
    struct error err;
    size_t once_n, twice_n;
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
