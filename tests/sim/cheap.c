#include "tests/sim/cheap.h"

#include <sodium.h>
#include <string.h>

#include "protocol/chain.h"

/* ---------------------------------------------------------------- seals */

static struct seal mac(const struct seal_public *key, const char *purpose, const void *bytes,
                       size_t n)
{
    struct seal seal = {0};
    chain_keyed_hash(key->bytes, sizeof key->bytes, purpose, bytes, n, seal.bytes,
                     sizeof seal.bytes);
    return seal;
}

static struct seal make(const struct seal_secret *secret, const char *purpose, const void *bytes,
                        size_t n)
{
    struct seal_public key = chain_public_of(secret);
    return mac(&key, purpose, bytes, n);
}

static bool holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                  const void *bytes, size_t n)
{
    struct seal right = mac(key, purpose, bytes, n);
    return chain_equal(&right, seal, sizeof right);
}

static const struct chain_sealer sealer = {make, holds};

/* ---------------------------------------------------------------- boxes: protocol/box.c's calls */

#define PUBLIC 0x5A /* a public key is the secret one, each byte turned by this */

static bool used;

void cheap_use(bool cheap)
{
    used = cheap;
    chain_use_sealer(cheap ? &sealer : NULL);
}

int __real_crypto_box_seed_keypair(unsigned char *pk, unsigned char *sk, const unsigned char *seed);
int __wrap_crypto_box_seed_keypair(unsigned char *pk, unsigned char *sk, const unsigned char *seed);
int __real_crypto_scalarmult_base(unsigned char *pk, const unsigned char *sk);
int __wrap_crypto_scalarmult_base(unsigned char *pk, const unsigned char *sk);
int __real_crypto_box_easy(unsigned char *out, const unsigned char *bytes, unsigned long long n,
                           const unsigned char *nonce, const unsigned char *pk,
                           const unsigned char *sk);
int __wrap_crypto_box_easy(unsigned char *out, const unsigned char *bytes, unsigned long long n,
                           const unsigned char *nonce, const unsigned char *pk,
                           const unsigned char *sk);
int __real_crypto_box_seal_open(unsigned char *out, const unsigned char *bytes,
                                unsigned long long n, const unsigned char *pk,
                                const unsigned char *sk);
int __wrap_crypto_box_seal_open(unsigned char *out, const unsigned char *bytes,
                                unsigned long long n, const unsigned char *pk,
                                const unsigned char *sk);

static void public_of(unsigned char *pk, const unsigned char *sk)
{
    for (size_t i = 0; i < crypto_box_PUBLICKEYBYTES; i++)
        pk[i] = sk[i] ^ PUBLIC;
}

/* The same for each of the two who know the other's public key. */
static void shared(const unsigned char *pk, const unsigned char *sk,
                   unsigned char key[crypto_box_BEFORENMBYTES])
{
    for (size_t i = 0; i < crypto_box_BEFORENMBYTES; i++)
        key[i] = pk[i] ^ sk[i] ^ PUBLIC;
}

int __wrap_crypto_box_seed_keypair(unsigned char *pk, unsigned char *sk, const unsigned char *seed)
{
    if (!used)
        return __real_crypto_box_seed_keypair(pk, sk, seed);
    memcpy(sk, seed, crypto_box_SECRETKEYBYTES);
    public_of(pk, sk);
    return 0;
}

int __wrap_crypto_scalarmult_base(unsigned char *pk, const unsigned char *sk)
{
    if (!used)
        return __real_crypto_scalarmult_base(pk, sk);
    public_of(pk, sk);
    return 0;
}

int __wrap_crypto_box_easy(unsigned char *out, const unsigned char *bytes, unsigned long long n,
                           const unsigned char *nonce, const unsigned char *pk,
                           const unsigned char *sk)
{
    unsigned char key[crypto_box_BEFORENMBYTES];
    if (!used)
        return __real_crypto_box_easy(out, bytes, n, nonce, pk, sk);
    shared(pk, sk, key);
    return crypto_box_easy_afternm(out, bytes, n, nonce, key);
}

int __wrap_crypto_box_seal_open(unsigned char *out, const unsigned char *bytes,
                                unsigned long long n, const unsigned char *pk,
                                const unsigned char *sk)
{
    unsigned char key[crypto_box_BEFORENMBYTES], nonce[crypto_box_NONCEBYTES];
    crypto_generichash_state state;
    if (!used)
        return __real_crypto_box_seal_open(out, bytes, n, pk, sk);
    if (n < crypto_box_SEALBYTES)
        return -1;
    crypto_generichash_init(&state, NULL, 0, sizeof nonce);
    crypto_generichash_update(&state, bytes, crypto_box_PUBLICKEYBYTES);
    crypto_generichash_update(&state, pk, crypto_box_PUBLICKEYBYTES);
    crypto_generichash_final(&state, nonce, sizeof nonce);
    shared(bytes, sk, key);
    return crypto_box_open_easy_afternm(out, bytes + crypto_box_PUBLICKEYBYTES,
                                        n - crypto_box_PUBLICKEYBYTES, nonce, key);
}
