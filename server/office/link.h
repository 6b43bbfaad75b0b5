/* link.h - the secret part of a citizen's link (QR on the envelope): 80 bits of keyed hash over the
 * number, so that knowing one number opens no other (case W01: at least 64 bits, compared in
 * constant time). Pure, any thread. */
#ifndef TRAO_SERVER_OFFICE_LINK_H
#define TRAO_SERVER_OFFICE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/error.h"
#include "protocol/item.h"

#define LINK_SECRET_BYTES 32
#define LINK_TOKEN_CHARS 16 /* RFC 4648 base32 of 10 bytes */
#define LINK_URL_MAX 256

void link_token(const uint8_t secret[LINK_SECRET_BYTES], const struct item *item,
                char ret_token[LINK_TOKEN_CHARS + 1]);
/* Any case; constant time in the token. `n` is the length of `token`. */
bool link_token_holds(const uint8_t secret[LINK_SECRET_BYTES], const struct item *item,
                      const char *token, size_t n);

/* "<public_url>/T/<number>/<token>". BAD_INPUT when the base is too long for LINK_URL_MAX. */
bool link_url(const char *public_url, const uint8_t secret[LINK_SECRET_BYTES],
              const struct item *item, char ret_url[LINK_URL_MAX], struct error *err) must_use;

#endif
