#include "server/notify/sms_sign.h"

#include <string.h>

#include <sodium.h>

_Static_assert(sizeof(struct sms_key) == crypto_auth_hmacsha256_KEYBYTES, "a key is a key");
_Static_assert(SMS_SIGNATURE_MAX == 2 * crypto_auth_hmacsha256_BYTES + 1, "in hex");

bool sms_key_read(const char *hex, struct sms_key *ret_key)
{
    size_t n = 0;
    return sodium_init() >= 0 &&
           sodium_hex2bin(ret_key->bytes, sizeof ret_key->bytes, hex, strlen(hex), NULL, &n,
                          NULL) == 0 &&
           n == sizeof ret_key->bytes && strlen(hex) == SMS_KEY_HEX;
}

void sms_key_wipe(struct sms_key *key)
{
    sodium_memzero(key->bytes, sizeof key->bytes);
}

char *sms_sign(const struct sms_key *key, const char *first, const void *bytes, size_t n,
               char out[SMS_SIGNATURE_MAX])
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key->bytes, sizeof key->bytes);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)first, strlen(first));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)".", 1);
    crypto_auth_hmacsha256_update(&state, bytes, n);
    crypto_auth_hmacsha256_final(&state, mac);
    (void)sodium_bin2hex(out, SMS_SIGNATURE_MAX, mac, sizeof mac);
    sodium_memzero(&state, sizeof state);
    return out;
}

static bool equals(const char *a, const char *b, size_t n)
{
    return strlen(a) == n && strlen(b) == n && sodium_memcmp(a, b, n) == 0;
}

bool sms_signed(const struct sms_key *key, const char *first, const void *bytes, size_t n,
                const char *signature)
{
    char wanted[SMS_SIGNATURE_MAX];
    bool good = signature != NULL &&
                equals(sms_sign(key, first, bytes, n, wanted), signature, SMS_SIGNATURE_MAX - 1);
    sodium_memzero(wanted, sizeof wanted);
    return good;
}

bool sms_key_holds(const struct sms_key *key, const char *hex)
{
    char wanted[SMS_KEY_HEX + 1];
    (void)sodium_bin2hex(wanted, sizeof wanted, key->bytes, sizeof key->bytes);
    bool good = hex != NULL && equals(wanted, hex, SMS_KEY_HEX);
    sodium_memzero(wanted, sizeof wanted);
    return good;
}
