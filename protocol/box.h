/* box.h - a sealed box: anybody with the public key can close one, only the holder of the secret
 * key opens it (X25519, XSalsa20-Poly1305: the very bytes of libsodium's crypto_box_seal, so that
 * any of its bindings opens them). The pair of keys that a box carries is drawn from `chance`, so a
 * box differs from every other, whatever is in it. A second door to libsodium, beside chain.c.
 * Pure but for `chance`; any thread.
 */
#ifndef TRAO_PROTOCOL_BOX_H
#define TRAO_PROTOCOL_BOX_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/error.h"

#define BOX_KEY_BYTES 32
#define BOX_OVERHEAD 48 /* the one-time public key and the authenticator */

struct box_public {
    uint8_t bytes[BOX_KEY_BYTES];
};

/* Wipe with chain_wipe when done. */
struct box_secret {
    uint8_t bytes[BOX_KEY_BYTES];
};

void box_keys_new(const struct chance *chance, struct box_public *ret_public,
                  struct box_secret *ret_secret);

/* The public half of a secret one. */
struct box_public box_public_of(const struct box_secret *secret);

/* Writes n + BOX_OVERHEAD bytes to `out`, which does not overlap `bytes`. BAD_INPUT: `to` is no
 * good key. */
bool box_close(const struct box_public *to, const struct chance *chance, const void *bytes,
               size_t n, uint8_t *out, struct error *err) must_use;

/* Writes n - BOX_OVERHEAD bytes to `out`. BAD_INPUT: too short, closed for another key, or not as
 * it was when closed. */
bool box_open(const struct box_public *to, const struct box_secret *secret, const void *bytes,
              size_t n, uint8_t *out, struct error *err) must_use;

#endif
