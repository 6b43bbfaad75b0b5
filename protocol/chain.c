#include "protocol/chain.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "protocol/error.h"

static_assert(CHAIN_LINK_BYTES == crypto_generichash_BYTES, "a link is a BLAKE2b-256");
static_assert(CHAIN_SEAL_BYTES == crypto_sign_BYTES, "a seal is an Ed25519 signature");
static_assert(CHAIN_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519 public key");
static_assert(CHAIN_SECRET_BYTES == crypto_sign_SECRETKEYBYTES, "Ed25519 seed and public key");

void chain_init(void)
{
    invariant(sodium_init() >= 0);
}

/* ------------------------------------------------------------------------------------- links */

struct link chain_hash(const void *bytes, size_t n)
{
    struct link hash;
    crypto_generichash(hash.bytes, sizeof hash.bytes, bytes, n, NULL, 0);
    return hash;
}

struct link chain_hash_parts(size_t (*next)(void *ctx, const void **ret_bytes), void *ctx)
{
    struct link hash;
    crypto_generichash_state state;
    const void *bytes;
    crypto_generichash_init(&state, NULL, 0, sizeof hash.bytes);
    for (size_t n; (n = next(ctx, &bytes)) > 0;)
        crypto_generichash_update(&state, bytes, n);
    crypto_generichash_final(&state, hash.bytes, sizeof hash.bytes);
    return hash;
}

struct link chain_next_hashed(const struct link *before, const struct link *hash)
{
    struct link pair[2] = {*before, *hash};
    return chain_hash(pair, sizeof pair);
}

struct link chain_next(const struct link *before, const void *bytes, size_t n)
{
    struct link hash = chain_hash(bytes, n);
    return chain_next_hashed(before, &hash);
}

bool link_equal(const struct link *a, const struct link *b)
{
    return chain_equal(a->bytes, b->bytes, sizeof a->bytes);
}

/* ------------------------------------------------------------------------------------- seals */

/* Ed25519 as RFC 8032 has it takes its message in one piece (libsodium's multi-part calls are
 * Ed25519ph, which peers in other languages rarely have), so purpose and bytes are laid side by
 * side: on the stack for heads, on the heap for the rare longer ones. */
struct sealed_message {
    uint8_t small[1024];
    uint8_t *bytes;
    size_t n;
};

static void message_make(struct sealed_message *message, const char *purpose, const void *bytes,
                         size_t n)
{
    size_t purpose_n = strlen(purpose) + 1;
    message->n = purpose_n + n;
    message->bytes = message->n <= sizeof message->small ? message->small : malloc(message->n);
    invariant(message->bytes != NULL);
    memcpy(message->bytes, purpose, purpose_n);
    if (n > 0)
        memcpy(message->bytes + purpose_n, bytes, n);
}

static void message_done(struct sealed_message *message)
{
    if (message->bytes != message->small)
        free(message->bytes);
}

static struct seal ed25519_seal(const struct seal_secret *key, const char *purpose,
                                const void *bytes, size_t n)
{
    struct sealed_message message;
    struct seal seal;
    message_make(&message, purpose, bytes, n);
    crypto_sign_detached(seal.bytes, NULL, message.bytes, message.n, key->bytes);
    message_done(&message);
    return seal;
}

static bool ed25519_holds(const struct seal_public *key, const char *purpose,
                          const struct seal *seal, const void *bytes, size_t n)
{
    struct sealed_message message;
    message_make(&message, purpose, bytes, n);
    bool holds =
        crypto_sign_verify_detached(seal->bytes, message.bytes, message.n, key->bytes) == 0;
    message_done(&message);
    return holds;
}

static const struct chain_sealer ed25519 = {ed25519_seal, ed25519_holds};
static const struct chain_sealer *sealer_in_use = &ed25519;

void chain_use_sealer(const struct chain_sealer *sealer)
{
    sealer_in_use = sealer == NULL ? &ed25519 : sealer;
}

struct seal chain_seal(const struct seal_secret *key, const char *purpose, const void *bytes,
                       size_t n)
{
    return sealer_in_use->seal(key, purpose, bytes, n);
}

bool chain_seal_holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                      const void *bytes, size_t n)
{
    return sealer_in_use->holds(key, purpose, seal, bytes, n);
}

void chain_keys_new(const struct chance *chance, struct seal_public *ret_public,
                    struct seal_secret *ret_secret)
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    chance->fill(chance->self, seed, sizeof seed);
    crypto_sign_seed_keypair(ret_public->bytes, ret_secret->bytes, seed);
    chain_wipe(seed, sizeof seed);
}

struct seal_public chain_public_of(const struct seal_secret *secret)
{
    struct seal_public public;
    crypto_sign_ed25519_sk_to_pk(public.bytes, secret->bytes);
    return public;
}

/* ----------------------------------------------------------------------------- keyed hashes */

void chain_keyed_hash(const uint8_t *key, size_t key_n, const char *purpose, const void *bytes,
                      size_t n, uint8_t *out, size_t out_n)
{
    invariant(key_n >= crypto_generichash_KEYBYTES_MIN && key_n <= crypto_generichash_KEYBYTES_MAX);
    invariant(out_n >= crypto_generichash_BYTES_MIN && out_n <= crypto_generichash_BYTES_MAX);
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, key_n, out_n);
    crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
    crypto_generichash_update(&state, bytes, n);
    crypto_generichash_final(&state, out, out_n);
    chain_wipe(&state, sizeof state);
}

void seal_number(const struct seal_public *key, uint8_t out[SEAL_NUMBER_BYTES])
{
    struct link hash = chain_hash(key->bytes, sizeof key->bytes);
    memcpy(out, hash.bytes, SEAL_NUMBER_BYTES);
    out[0] &= 0x7F; /* a positive serial */
}

char *seal_mark(const struct seal_public *key, char out[SEAL_MARK_MAX])
{
    uint8_t number[SEAL_NUMBER_BYTES];
    seal_number(key, number);
    (void)snprintf(out, SEAL_MARK_MAX, "%02X-%02X-%02X", number[0], number[1], number[2]);
    return out;
}

bool chain_equal(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}

char *chain_hex(const void *bytes, size_t n, char *out)
{
    return sodium_bin2hex(out, 2 * n + 1, bytes, n);
}

void chain_wipe(void *bytes, size_t n)
{
    sodium_memzero(bytes, n);
}
