/* keys.h - DIR/keys: made once by `trao-admin init`, opened by both programs. Secrets live in one
 * locked block of memory that no core dump holds; they are wiped on close.
 */
#ifndef TRAO_SERVER_KEYS_H
#define TRAO_SERVER_KEYS_H

#include "protocol/chain.h"
#include "protocol/wire.h"
#include "server/config.h"
#include "server/field/ca.h"

#define KEYS_SECRET_BYTES 32

struct keys {
    struct seal_secret seal;           /* over receipts and the office chain */
    uint8_t box_secret[32];            /* X25519: what devices encrypt attachments to */
    uint8_t secret[KEYS_SECRET_BYTES]; /* links, permutation, hashes: each under its own purpose */
    struct seal_public seal_public;
    uint8_t box_public[32];
    uint8_t web_pin[ENROL_PIN_BYTES]; /* of keys/web.crt, for one-time codes */
    struct ca *ca;
    char ca_crt[CONFIG_PATH_MAX], server_crt[CONFIG_PATH_MAX], server_key[CONFIG_PATH_MAX];
};

/* Makes the folder (0700), the authority, all keys and certificates. REPEATED when the folder is
 * there already. */
bool keys_make(const char *folder, const struct config *config, const struct chance *chance,
               struct error *err) must_use;

/* REFUSED when others may read the folder, NOT_FOUND or BROKEN when a key is missing or short. */
bool keys_open(const char *folder, struct keys **ret_keys, struct error *err) must_use;
void keys_close(struct keys *keys); /* NULL is fine */

#endif
