/* sms_sign.h - the secret that a gateway and this server share, and what is proved by it:
 * HMAC-SHA256 of a first word, a full stop and the bytes, in hex. Beside hook_key.h the only door
 * to libsodium of this folder. Private to it; any thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_SIGN_H
#define TRAO_SERVER_NOTIFY_SMS_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMS_KEY_HEX 64
#define SMS_SIGNATURE_MAX 65

struct sms_key {
    uint8_t bytes[SMS_KEY_HEX / 2];
};

/* From 64 hex digits; false: they are not. */
bool sms_key_read(const char *hex, struct sms_key *ret_key);
void sms_key_wipe(struct sms_key *key);

char *sms_sign(const struct sms_key *key, const char *first, const void *bytes, size_t n,
               char out[SMS_SIGNATURE_MAX]);
/* In constant time; NULL is no signature. */
bool sms_signed(const struct sms_key *key, const char *first, const void *bytes, size_t n,
                const char *signature);
/* Whether these are its digits, in constant time; NULL are none. */
bool sms_key_holds(const struct sms_key *key, const char *hex);

#endif
