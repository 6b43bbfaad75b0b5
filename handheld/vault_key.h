/* vault_key.h - DIR/vault/key: a postman's secret on the disk, which his PIN and the device open
 * together, and how often it was tried. The only door to libsodium's passwords here. For the vault
 * alone. One thread. */
#ifndef TRAO_HANDHELD_VAULT_KEY_H
#define TRAO_HANDHELD_VAULT_KEY_H

#include <stddef.h>

#include "protocol/box.h"
#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/round.h"

#define VAULT_SALT_BYTES 16  /* of argon2id */
#define VAULT_NONCE_BYTES 24 /* of XChaCha20-Poly1305, and its tag */
#define VAULT_TAG_BYTES 16

/* In the machine's byte order: it never leaves the device. */
struct vault_key {
    uint32_t version;
    uint32_t badge;
    bool has_key, confirmed; /* confirmed: its PIN was right by the office's verifier */
    bool revoked;
    uint32_t wrong; /* in a row, of whatever postman */
    struct instant tried;
    struct instant dies; /* 0 not known yet */
    uint64_t held_round;
    uint32_t held_revision, held_parts;
    struct box_public public;
    uint8_t salt[VAULT_SALT_BYTES];
    uint8_t nonce[VAULT_NONCE_BYTES];
    uint8_t secret[sizeof(struct box_secret) + VAULT_TAG_BYTES];
};

/* A file of the folder, synced under another name first; false: it is as it was, or there is none.
 */
bool vault_file_put(int dir, const char *name, const void *bytes, size_t n);
/* Its bytes, at most `size`: how many, 0 when it cannot be read. */
size_t vault_file_get(int dir, const char *name, void *out, size_t size);

bool vault_key_save(int dir, const struct vault_key *key);
/* A torn or foreign file is no key: the first time anew. */
void vault_key_load(int dir, struct vault_key *ret_key);

/* Closes the secret into the key, whose badge, salt and nonce are there; half a second on a cheap
 * handheld. False: no memory for it now. */
bool vault_key_close(struct vault_key *key, const struct seal_secret *seal,
                     const struct box_secret *secret, const char *pin);
/* False: another PIN, another device, no memory for it now. */
bool vault_key_open(const struct vault_key *key, const struct seal_secret *seal, const char *pin,
                    struct box_secret *ret_secret);
/* By the office's own verifier. */
bool vault_pin_holds(const struct round_login *login, const char *pin);

#endif
