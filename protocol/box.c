#include "protocol/box.h"

#include <assert.h>
#include <sodium.h>

#include "protocol/chain.h"

static_assert(BOX_KEY_BYTES == crypto_box_PUBLICKEYBYTES, "X25519 public key");
static_assert(BOX_KEY_BYTES == crypto_box_SECRETKEYBYTES, "X25519 secret key");
static_assert(BOX_OVERHEAD == crypto_box_SEALBYTES, "what a sealed box adds");

void box_keys_new(const struct chance *chance, struct box_public *ret_public,
                  struct box_secret *ret_secret)
{
    uint8_t seed[crypto_box_SEEDBYTES];
    chance->fill(chance->self, seed, sizeof seed);
    crypto_box_seed_keypair(ret_public->bytes, ret_secret->bytes, seed);
    chain_wipe(seed, sizeof seed);
}

struct box_public box_public_of(const struct box_secret *secret)
{
    struct box_public key;
    crypto_scalarmult_base(key.bytes, secret->bytes);
    return key;
}

/* As crypto_box_seal has it: BLAKE2b over both public keys. The one-time key is used once. */
static void nonce_of(const struct box_public *once, const struct box_public *to,
                     uint8_t nonce[crypto_box_NONCEBYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, crypto_box_NONCEBYTES);
    crypto_generichash_update(&state, once->bytes, sizeof once->bytes);
    crypto_generichash_update(&state, to->bytes, sizeof to->bytes);
    crypto_generichash_final(&state, nonce, crypto_box_NONCEBYTES);
}

/* crypto_box_seal draws its one-time pair by itself; drawn from `chance`, the simulation tells the
 * same story twice. */
bool box_close(const struct box_public *to, const struct chance *chance, const void *bytes,
               size_t n, uint8_t *out, struct error *err)
{
    struct box_public once;
    struct box_secret secret;
    uint8_t nonce[crypto_box_NONCEBYTES];
    box_keys_new(chance, &once, &secret);
    nonce_of(&once, to, nonce);
    for (size_t i = 0; i < sizeof once.bytes; i++)
        out[i] = once.bytes[i];
    bool good =
        crypto_box_easy(out + sizeof once.bytes, bytes, n, nonce, to->bytes, secret.bytes) == 0;
    chain_wipe(&secret, sizeof secret);
    return good || error_set(err, ERROR_BAD_INPUT, "box: not a key to close it for");
}

bool box_open(const struct box_public *to, const struct box_secret *secret, const void *bytes,
              size_t n, uint8_t *out, struct error *err)
{
    if (n < BOX_OVERHEAD)
        return error_set(err, ERROR_BAD_INPUT, "box: %zu bytes are too few", n);
    if (crypto_box_seal_open(out, bytes, n, to->bytes, secret->bytes) != 0)
        return error_set(err, ERROR_BAD_INPUT, "box: closed for another key, or damaged");
    return true;
}
