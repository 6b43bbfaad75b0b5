/* totp.h - the codes of an authenticator (RFC 6238: HMAC-SHA1, 30 s, six digits, what every
 * authenticator program reads), how their secret is kept, and recovery codes. Pure but for
 * `chance`; any thread. The door to liboath.
 */
#ifndef TRAO_SERVER_WEB_TOTP_H
#define TRAO_SERVER_WEB_TOTP_H

#include "protocol/clock.h"
#include "server/record/second.h"

#define TOTP_SECRET_BYTES 20 /* RFC 4226, 4: 160 bits are recommended */
#define TOTP_STEP_S 30
#define TOTP_DIGITS 6
#define TOTP_DRIFT 1 /* steps either way: a phone's clock that is half a minute off */
#define TOTP_TEXT_MAX 48
#define TOTP_URI_MAX 384
/* Six groups of four, 120 bits: enough for a plain hash (ASVS 5.0, 6.5.2: 112). */
#define TOTP_RECOVERY_MAX 30

/* The secret that a login (its token's hash) offers for enrolling: nothing need be kept until its
 * first code was typed. `server` are LINK_SECRET_BYTES. */
void totp_offer(const uint8_t *server, const struct link *login,
                uint8_t ret_secret[TOTP_SECRET_BYTES]);
/* RFC 4648 base32 in groups of four, for typing. Returns `out`; "" without memory. */
char *totp_text(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_MAX]);
/* What the QR code holds: otpauth://totp/Trao:NAME?... Returns `out`. */
char *totp_uri(const uint8_t secret[TOTP_SECRET_BYTES], const char *name, char out[TOTP_URI_MAX]);

/* True when the text, blanks aside, is a code of now, or of a step beside it; of which. */
bool totp_matches(const uint8_t secret[TOTP_SECRET_BYTES], struct instant now, const char *text,
                  uint64_t *ret_step);
/* The code of a step; for tests and for the above. */
bool totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step, char out[TOTP_DIGITS + 1]);

/* How the record keeps it: closed (XChaCha20-Poly1305) for this person under a key that follows
 * from the server's secret, which the record does not hold. */
void totp_close(const uint8_t *server, const struct chance *chance, int64_t person,
                const uint8_t secret[TOTP_SECRET_BYTES], struct second *ret_second);
/* BROKEN: altered, another person's, or of another server. */
bool totp_open(const uint8_t *server, int64_t person, const struct second *second,
               uint8_t ret_secret[TOTP_SECRET_BYTES], struct error *err) must_use;

/* A recovery code, and what is kept of it; letters may be typed small, blanks and dashes do not
 * matter. */
void totp_recovery(const struct chance *chance, char out[TOTP_RECOVERY_MAX]);
struct second_hash totp_recovery_hash(const uint8_t *server, const char *text);

#endif
