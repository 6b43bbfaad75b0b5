#include "handheld/vault_key.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Half a second on a cheap handheld: a PIN of 6 digits is worth nothing if a try is cheap. */
#define PIN_OPS 3
#define PIN_MEMORY_BYTES (UINT64_C(32) * 1024 * 1024)

_Static_assert(LOGIN_VERIFIER_MAX == crypto_pwhash_STRBYTES, "the library's size");
_Static_assert(VAULT_SALT_BYTES == crypto_pwhash_SALTBYTES, "the library's size");
_Static_assert(VAULT_NONCE_BYTES == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "its size");
_Static_assert(VAULT_TAG_BYTES == crypto_aead_xchacha20poly1305_ietf_ABYTES, "the library's size");

struct stored {
    struct vault_key key;
    struct link check;
};

/* ------------------------------------------------------------------ files */

bool vault_file_put(int dir, const char *name, const void *bytes, size_t n)
{
    char fresh[40];
    snprintf(fresh, sizeof fresh, "%s~", name);
    int fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool good = write(fd, bytes, n) == (ssize_t)n && fsync(fd) == 0;
    close(fd);
    return good && renameat(dir, fresh, dir, name) == 0 && fsync(dir) == 0;
}

size_t vault_file_get(int dir, const char *name, void *out, size_t size)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, out, size);
    if (fd >= 0)
        close(fd);
    return n < 0 ? 0 : (size_t)n;
}

bool vault_key_save(int dir, const struct vault_key *key)
{
    struct stored stored;
    memset(&stored, 0, sizeof stored); /* no chance bytes of the stack in the file */
    stored.key = *key;
    stored.check = chain_hash(&stored.key, sizeof stored.key);
    return vault_file_put(dir, "key", &stored, sizeof stored);
}

void vault_key_load(int dir, struct vault_key *ret_key)
{
    struct stored stored;
    memset(ret_key, 0, sizeof *ret_key);
    if (vault_file_get(dir, "key", &stored, sizeof stored) != sizeof stored)
        return;
    struct link check = chain_hash(&stored.key, sizeof stored.key);
    if (link_equal(&check, &stored.check) && stored.key.version == 1)
        *ret_key = stored.key;
}

/* ------------------------------------------------------------------ the PIN and the key */

#define KEK_BYTES crypto_aead_xchacha20poly1305_ietf_KEYBYTES

/* What opens the secret: PIN and device together. */
static bool key_of_pin(const struct vault_key *key, const struct seal_secret *seal, const char *pin,
                       uint8_t ret_kek[KEK_BYTES])
{
    static const char purpose[] = "trao vault 1";
    uint8_t stretched[32];
    if (crypto_pwhash(stretched, sizeof stretched, pin, strlen(pin), key->salt, PIN_OPS,
                      PIN_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return false; /* no memory for it now */
    crypto_generichash_state state;
    crypto_generichash_init(&state, stretched, sizeof stretched, KEK_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)purpose, sizeof purpose);
    crypto_generichash_update(&state, (const uint8_t *)seal, sizeof *seal);
    crypto_generichash_final(&state, ret_kek, KEK_BYTES);
    chain_wipe(stretched, sizeof stretched);
    chain_wipe(&state, sizeof state);
    return true;
}

bool vault_key_close(struct vault_key *key, const struct seal_secret *seal,
                     const struct box_secret *secret, const char *pin)
{
    uint8_t kek[KEK_BYTES];
    if (!key_of_pin(key, seal, pin, kek))
        return false;
    crypto_aead_xchacha20poly1305_ietf_encrypt(key->secret, NULL, secret->bytes,
                                               sizeof secret->bytes, (const uint8_t *)&key->badge,
                                               sizeof key->badge, NULL, key->nonce, kek);
    chain_wipe(kek, sizeof kek);
    return true;
}

bool vault_key_open(const struct vault_key *key, const struct seal_secret *seal, const char *pin,
                    struct box_secret *ret_secret)
{
    uint8_t kek[KEK_BYTES];
    if (!key_of_pin(key, seal, pin, kek))
        return false;
    bool open = crypto_aead_xchacha20poly1305_ietf_decrypt(
                    ret_secret->bytes, NULL, NULL, key->secret, sizeof key->secret,
                    (const uint8_t *)&key->badge, sizeof key->badge, key->nonce, kek) == 0;
    chain_wipe(kek, sizeof kek);
    return open;
}

bool vault_pin_holds(const struct round_login *login, const char *pin)
{
    return crypto_pwhash_str_verify(login->verifier, pin, strlen(pin)) == 0;
}
