#include "server/web/totp.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/chain.h"
#include "server/office/link.h"

#define NONCE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY crypto_aead_xchacha20poly1305_ietf_KEYBYTES
_Static_assert(NONCE + TOTP_SECRET_BYTES + TAG <= SECOND_CLOSED_MAX, "room for a closed secret");

/* ------------------------------------------------------------------ offering it */

void totp_offer(const uint8_t *server, const struct link *login,
                uint8_t ret_secret[TOTP_SECRET_BYTES])
{
    chain_keyed_hash(server, LINK_SECRET_BYTES, "trao totp offer 1", login->bytes,
                     sizeof login->bytes, ret_secret, TOTP_SECRET_BYTES);
}

/* 32 letters without padding: 160 bits are a whole number of them. */
static bool letters_of(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_MAX])
{
    char *text = NULL;
    size_t n = 0;
    bool good = oath_base32_encode((const char *)secret, TOTP_SECRET_BYTES, &text, &n) == OATH_OK &&
                n < TOTP_TEXT_MAX;
    if (good)
        (void)snprintf(out, TOTP_TEXT_MAX, "%.*s", (int)n, text);
    if (text != NULL)
        chain_wipe(text, n);
    free(text);
    return good;
}

char *totp_text(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_MAX])
{
    char letters[TOTP_TEXT_MAX] = "";
    size_t n = 0;
    if (letters_of(secret, letters))
        for (size_t i = 0; letters[i] != '\0' && n + 2 < TOTP_TEXT_MAX; i++) {
            if (i > 0 && i % 4 == 0)
                out[n++] = ' ';
            out[n++] = letters[i];
        }
    out[n] = '\0';
    chain_wipe(letters, sizeof letters);
    return out;
}

/* RFC 3986: everything but letters and digits. */
static void put_escaped(const char *text, char *out, size_t room)
{
    size_t n = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0' && n + 4 < room; at++) {
        bool plain =
            (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9');
        n += (size_t)snprintf(out + n, room - n, plain ? "%c" : "%%%02X", *at);
    }
    out[n] = '\0';
}

char *totp_uri(const uint8_t secret[TOTP_SECRET_BYTES], const char *name, char out[TOTP_URI_MAX])
{
    char letters[TOTP_TEXT_MAX] = "", escaped[200];
    (void)letters_of(secret, letters);
    put_escaped(name, escaped, sizeof escaped);
    (void)snprintf(out, TOTP_URI_MAX,
                   "otpauth://totp/Trao:%s?secret=%s&issuer=Trao&algorithm=SHA1&digits=%d"
                   "&period=%d",
                   escaped, letters, TOTP_DIGITS, TOTP_STEP_S);
    chain_wipe(letters, sizeof letters);
    return out;
}

/* ------------------------------------------------------------------ codes */

bool totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step, char out[TOTP_DIGITS + 1])
{
    return oath_hotp_generate((const char *)secret, TOTP_SECRET_BYTES, step, TOTP_DIGITS, false,
                              OATH_HOTP_DYNAMIC_TRUNCATION, out) == OATH_OK;
}

/* "123 456" is 123456; anything else than six digits is none. */
static bool digits_of(const char *text, char out[TOTP_DIGITS + 1])
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        if (*text == ' ')
            continue;
        if (*text < '0' || *text > '9' || n == TOTP_DIGITS)
            return false;
        out[n++] = *text;
    }
    out[n] = '\0';
    return n == TOTP_DIGITS;
}

bool totp_matches(const uint8_t secret[TOTP_SECRET_BYTES], struct instant now, const char *text,
                  uint64_t *ret_step)
{
    char typed[TOTP_DIGITS + 1], code[TOTP_DIGITS + 1];
    uint64_t middle = (uint64_t)(now.ms / 1000 / TOTP_STEP_S);
    bool found = false;
    if (now.ms < (int64_t)TOTP_DRIFT * TOTP_STEP_S * 1000 || !digits_of(text, typed))
        return false;
    for (uint64_t step = middle - TOTP_DRIFT; step <= middle + TOTP_DRIFT; step++)
        if (totp_code(secret, step, code) && chain_equal(code, typed, TOTP_DIGITS)) {
            *ret_step = step;
            found = true;
        }
    chain_wipe(code, sizeof code);
    return found;
}

/* ------------------------------------------------------------------ keeping it */

static void key_of(const uint8_t *server, uint8_t out[KEY])
{
    static const char what[] = "key";
    chain_keyed_hash(server, LINK_SECRET_BYTES, "trao totp kept 1", what, sizeof what, out, KEY);
}

void totp_close(const uint8_t *server, const struct chance *chance, int64_t person,
                const uint8_t secret[TOTP_SECRET_BYTES], struct second *ret_second)
{
    uint8_t key[KEY];
    unsigned long long n = 0;
    key_of(server, key);
    chance->fill(chance->self, ret_second->closed, NONCE);
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt(ret_second->closed + NONCE, &n, secret,
                                                     TOTP_SECRET_BYTES, (const uint8_t *)&person,
                                                     sizeof person, NULL, ret_second->closed, key);
    ret_second->closed_n = NONCE + (size_t)n;
    chain_wipe(key, sizeof key);
}

bool totp_open(const uint8_t *server, int64_t person, const struct second *second,
               uint8_t ret_secret[TOTP_SECRET_BYTES], struct error *err)
{
    uint8_t key[KEY];
    if (second->closed_n != NONCE + TOTP_SECRET_BYTES + TAG)
        return error_set(err, ERROR_BROKEN, "second factor: %zu bytes", second->closed_n);
    key_of(server, key);
    bool good = crypto_aead_xchacha20poly1305_ietf_decrypt(
                    ret_secret, NULL, NULL, second->closed + NONCE, second->closed_n - NONCE,
                    (const uint8_t *)&person, sizeof person, second->closed, key) == 0;
    chain_wipe(key, sizeof key);
    return good || error_set(err, ERROR_BROKEN, "second factor: closed by another key");
}

/* ------------------------------------------------------------------ recovery codes */

void totp_recovery(const struct chance *chance, char out[TOTP_RECOVERY_MAX])
{
    static const char letters[] = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"; /* 32, no look-alikes */
    uint8_t random[24];
    size_t n = 0;
    chance->fill(chance->self, random, sizeof random);
    for (size_t i = 0; i < sizeof random; i++) {
        if (i > 0 && i % 4 == 0)
            out[n++] = '-';
        out[n++] = letters[random[i] % 32];
    }
    out[n] = '\0';
    chain_wipe(random, sizeof random);
}

struct second_hash totp_recovery_hash(const uint8_t *server, const char *text)
{
    char plain[64];
    size_t n = 0;
    struct second_hash hash;
    for (; *text != '\0' && n + 1 < sizeof plain; text++)
        if (*text >= 'a' && *text <= 'z')
            plain[n++] = (char)(*text - 'a' + 'A');
        else if (*text != '-' && *text != ' ')
            plain[n++] = *text;
    chain_keyed_hash(server, LINK_SECRET_BYTES, "trao recovery 1", plain, n, hash.bytes,
                     sizeof hash.bytes);
    chain_wipe(plain, sizeof plain);
    return hash;
}
