#include "server/notify/hook_key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "protocol/chain.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
_Static_assert(NONCE + HOOK_KEY_BYTES + TAG <= HOOK_CLOSED_MAX, "room for a closed secret");

/* ------------------------------------------------------------------ the secret */

void hook_key_new(const struct chance *chance, char out[HOOK_KEY_TEXT])
{
    uint8_t bytes[HOOK_KEY_BYTES];
    chance->fill(chance->self, bytes, sizeof bytes);
    chain_hex(bytes, sizeof bytes, out);
    sodium_memzero(bytes, sizeof bytes);
}

static void key_of(const uint8_t *server, uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES])
{
    static const char what[] = "trao webhook 1";
    (void)crypto_generichash(key, crypto_aead_xchacha20poly1305_ietf_KEYBYTES,
                             (const uint8_t *)what, sizeof what, server, HOOK_SERVER_BYTES);
}

void hook_key_close(const uint8_t *server, const struct chance *chance, const char *name,
                    const char text[HOOK_KEY_TEXT], struct hook_secret *ret_secret)
{
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES], bytes[HOOK_KEY_BYTES];
    unsigned long long n = 0;
    size_t read = 0;
    bool hex = sodium_hex2bin(bytes, sizeof bytes, text, HOOK_KEY_TEXT - 1, NULL, &read, NULL) == 0;
    invariant(hex && read == sizeof bytes);
    key_of(server, key);
    chance->fill(chance->self, ret_secret->bytes, NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(ret_secret->bytes + NONCE, &n, bytes,
                                                     sizeof bytes, (const uint8_t *)name,
                                                     strlen(name), NULL, ret_secret->bytes, key);
    ret_secret->n = NONCE + (size_t)n;
    sodium_memzero(key, sizeof key);
    sodium_memzero(bytes, sizeof bytes);
}

bool hook_key_open(const uint8_t *server, const char *name, const struct hook_secret *secret,
                   char out[HOOK_KEY_TEXT], struct error *err)
{
    uint8_t key[crypto_aead_xchacha20poly1305_ietf_KEYBYTES], bytes[HOOK_KEY_BYTES];
    if (secret->n != NONCE + HOOK_KEY_BYTES + TAG)
        return error_set(err, ERROR_BROKEN, "webhook: a secret of %zu bytes", secret->n);
    key_of(server, key);
    bool good = crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL, secret->bytes + NONCE,
                                                           secret->n - NONCE, (const uint8_t *)name,
                                                           strlen(name), secret->bytes, key) == 0;
    if (good)
        chain_hex(bytes, sizeof bytes, out);
    sodium_memzero(key, sizeof key);
    sodium_memzero(bytes, sizeof bytes);
    return good || error_set(err, ERROR_BROKEN, "webhook: its secret was closed by another key");
}

/* ------------------------------------------------------------------ the address */

/* Printable ASCII, no quotes; a user before the host is a way to look like another one. */
static bool is_plain(const char *url)
{
    for (const char *at = url; *at != '\0'; at++)
        if (*at <= ' ' || *at > '~' || strchr("\"<>\\@", *at))
            return false;
    return true;
}

/* "host:port" of an address or an entry, small letters aside; 443 when it says none. */
static bool same_host(const char *a, size_t a_n, const char *b, size_t b_n)
{
    static const char usual[] = ":443";
    if (a_n > 4 && strncmp(a + a_n - 4, usual, 4) == 0)
        a_n -= 4;
    if (b_n > 4 && strncmp(b + b_n - 4, usual, 4) == 0)
        b_n -= 4;
    return a_n > 0 && a_n == b_n && strncasecmp(a, b, a_n) == 0;
}

bool hook_url_check(const char *url, const char *hosts, struct error *err)
{
    if (strncmp(url, "https://", 8) != 0 || !is_plain(url) || strchr(url, '#') ||
        strlen(url) >= HOOK_URL_MAX)
        return error_set(err, ERROR_BAD_INPUT,
                         "url=: https://MÁY/ĐƯỜNG, dưới %d ký tự. / https://HOST/PATH is wanted",
                         HOOK_URL_MAX);
    const char *host = url + 8;
    size_t n = strcspn(host, "/?");
    for (const char *at = hosts; *at != '\0';) {
        at += strspn(at, ", ");
        size_t entry = strcspn(at, ", ");
        if (same_host(host, n, at, entry))
            return true;
        at += entry;
    }
    return error_set(err, ERROR_REFUSED,
                     "url=: máy %.*s không có trong [offices] webhook_hosts của trao.conf. / that "
                     "host is not among them",
                     (int)(n < 100 ? n : 100), host);
}
