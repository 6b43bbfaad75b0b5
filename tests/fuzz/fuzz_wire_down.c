/* What a server sends. Any seal is taken here, or a fuzzer would never come behind it. */
#include "fuzz.h"
#include "protocol/wire.h"

static struct seal any_seal(const struct seal_secret *key, const char *purpose, const void *bytes,
                            size_t n)
{
    (void)key, (void)purpose, (void)bytes, (void)n;
    return (struct seal){{0}};
}

static bool any_holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                      const void *bytes, size_t n)
{
    (void)key, (void)purpose, (void)seal, (void)bytes, (void)n;
    return true;
}

static void write_again(const struct wire_down *down, uint8_t *out, size_t *ret_n)
{
    static const struct seal_secret key;
    struct error err;
    switch (down->kind) {
    case WIRE_DOWN_RECEIPT:
        invariant(wire_receipt("HH-042", &down->receipt, &key, out, ret_n, &err));
        break;
    case WIRE_DOWN_STANDING:
        invariant(wire_standing("HH-042", &down->standing, &key, out, ret_n, &err));
        break;
    case WIRE_DOWN_ATTACHMENT:
        invariant(wire_attachment_state("HH-042", &down->attachment, &key, out, ret_n, &err));
        break;
    case WIRE_DOWN_ROUND:
        invariant(wire_round("HH-042", &down->round, &key, out, ret_n, &err));
        break;
    case WIRE_DOWN_REVOKE:
        invariant(wire_revoke("HH-042", &down->revoke, &key, out, ret_n, &err));
        break;
    case WIRE_DOWN_OTHER:
        *ret_n = 0;
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct chain_sealer sealer = {any_seal, any_holds};
    static const struct seal_public key;
    static uint8_t once[WIRE_BYTES_MAX], twice[WIRE_BYTES_MAX];
    struct wire_down down;
    struct error err;
    size_t once_n, twice_n;
    chain_use_sealer(&sealer);
    if (!wire_read_down(bytes, n, "HH-042", &key, &down, &err)) {
        check_refusal(&err);
        return 0;
    }
    write_again(&down, once, &once_n);
    if (once_n == 0)
        return 0;
    invariant(wire_read_down(once, once_n, "HH-042", &key, &down, &err));
    write_again(&down, twice, &twice_n);
    invariant(once_n == twice_n && memcmp(once, twice, once_n) == 0);
    return 0;
}
