/* chain.h - links, seals, keyed hashes: the only door to libsodium for what both ends agree on.
 *
 * link(i) = BLAKE2b-256( link(i-1) || BLAKE2b-256(bytes(i)) ), so the bytes of a scan may be purged
 * later and the chain still verifies (settled point 1). A seal is Ed25519 over a purpose string
 * with its terminating zero, then the bytes: a seal made for one purpose is worth nothing for
 * another. All calls are pure but chain_keys_new. chain_init() once before anything else, from any
 * thread.
 */
#ifndef TRAO_PROTOCOL_CHAIN_H
#define TRAO_PROTOCOL_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"

#define CHAIN_LINK_BYTES 32
#define CHAIN_SEAL_BYTES 64
#define CHAIN_PUBLIC_BYTES 32
#define CHAIN_SECRET_BYTES 64

struct link {
    uint8_t bytes[CHAIN_LINK_BYTES];
};

struct seal {
    uint8_t bytes[CHAIN_SEAL_BYTES];
};

struct seal_public {
    uint8_t bytes[CHAIN_PUBLIC_BYTES];
};

/* Wipe with chain_wipe when done. */
struct seal_secret {
    uint8_t bytes[CHAIN_SECRET_BYTES];
};

#define SEAL_BATCH "trao batch 1"
#define SEAL_DOWN "trao down 1"
#define SEAL_OFFICE "trao office 1"
#define SEAL_VAULT "trao vault 1"
#define SEAL_LOOKS "trao looks 1"

/* Aborts if the library cannot start (no entropy): nothing may run then. */
void chain_init(void);

/* BLAKE2b-256 of the bytes. */
struct link chain_hash(const void *bytes, size_t n);
/* The same of what `next` gives, part by part until it gives none. */
struct link chain_hash_parts(size_t (*next)(void *ctx, const void **ret_bytes), void *ctx);
/* The next link after `before` for these bytes. */
struct link chain_next(const struct link *before, const void *bytes, size_t n);
/* The same when only the hash of the bytes is left. */
struct link chain_next_hashed(const struct link *before, const struct link *hash);
/* Constant time. */
bool link_equal(const struct link *a, const struct link *b);

/* A new Ed25519 pair from 32 bytes of `chance`. */
void chain_keys_new(const struct chance *chance, struct seal_public *ret_public,
                    struct seal_secret *ret_secret);
struct seal_public chain_public_of(const struct seal_secret *secret);
struct seal chain_seal(const struct seal_secret *key, const char *purpose, const void *bytes,
                       size_t n);
bool chain_seal_holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                      const void *bytes, size_t n);

/* Keyed BLAKE2b with 16..64 byte keys and 16..64 bytes out: link tokens, ID hashes, permutation.
 * `purpose` separates uses of one key. */
void chain_keyed_hash(const uint8_t *key, size_t key_n, const char *purpose, const void *bytes,
                      size_t n, uint8_t *out, size_t out_n);

/* What a device and the desk's page both show after an enrolment, for eyes to compare: the first
 * three bytes of the number of its certificate, as A1-7F-09. That number follows from the seal key
 * (server/field/ca.h), so the device knows its own before any page does. Returns `out`. */
#define SEAL_MARK_MAX 9 /* with the zero */
char *seal_mark(const struct seal_public *key, char out[SEAL_MARK_MAX]);
/* The whole number: 127 bits of BLAKE2b of the key. */
#define SEAL_NUMBER_BYTES 16
void seal_number(const struct seal_public *key, uint8_t out[SEAL_NUMBER_BYTES]);

bool chain_equal(const void *a, const void *b, size_t n); /* constant time */
/* 2n small hexadecimal digits and a zero; constant time. Returns `out`. */
char *chain_hex(const void *bytes, size_t n, char *out);
void chain_wipe(void *bytes, size_t n);

/* A cheaper seal behind the same calls, for most seeds of the simulation: installs other functions
 * for chain_seal and chain_seal_holds; NULL puts Ed25519 back. Not thread safe; tests only. */
struct chain_sealer {
    struct seal (*seal)(const struct seal_secret *, const char *, const void *, size_t);
    bool (*holds)(const struct seal_public *, const char *, const struct seal *, const void *,
                  size_t);
};
void chain_use_sealer(const struct chain_sealer *sealer);

#endif
