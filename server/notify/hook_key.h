/* hook_key.h - the secret of a webhook and where it may lead: made at random, kept in the record
 * closed (XChaCha20-Poly1305) for this webhook under a key that follows from the server's secret,
 * which the record does not hold. The key's digits are what is shown once, and what signs
 * (sms_webhook.h). Any thread; pure but for `chance`.
 */
#ifndef TRAO_SERVER_NOTIFY_HOOK_KEY_H
#define TRAO_SERVER_NOTIFY_HOOK_KEY_H

#include "protocol/clock.h"
#include "server/record/hooks.h"

#define HOOK_KEY_BYTES 32
#define HOOK_SERVER_BYTES 32 /* of keys/secret.key */
#define HOOK_KEY_TEXT (2 * HOOK_KEY_BYTES + 1)

/* 64 hex digits. */
void hook_key_new(const struct chance *chance, char out[HOOK_KEY_TEXT]);
/* `server`: HOOK_SERVER_BYTES. The name is part of what is closed: of another webhook it does not
 * open. */
void hook_key_close(const uint8_t *server, const struct chance *chance, const char *name,
                    const char key[HOOK_KEY_TEXT], struct hook_secret *ret_secret);
/* BROKEN: altered, another webhook's, or of another server. */
bool hook_key_open(const uint8_t *server, const char *name, const struct hook_secret *secret,
                   char out[HOOK_KEY_TEXT], struct error *err) must_use;

/* https, and a host of the list "a.vn,b.vn:8443" (port 443 unless it says another): whoever runs
 * the machine says whom the server may be led to ask (decision 0128). BAD_INPUT, REFUSED. */
bool hook_url_check(const char *url, const char *hosts, struct error *err) must_use;

#endif
