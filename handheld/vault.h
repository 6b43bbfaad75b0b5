/* vault.h - the round in hand, closed until its postman types the PIN (settled point 6).
 *
 * A pair of keys is made for the postman who signs in. The public one goes up with the hello and
 * the round comes closed to it; the secret one lies on the disk closed by the PIN (argon2id)
 * together with the device's own seal secret. Messages are kept as the server sealed them
 * (DIR/vault/), so what is on the disk can neither be read nor altered unnoticed. Open, the round
 * is in memory only.
 *
 * The first time of a postman on a device needs the server: the PIN's verifier comes with the
 * round. The tenth wrong PIN in a row destroys the key, of whatever postman; after that one try
 * each 15 minutes. The key dies 24 h after the round's end and when the device is revoked. Scans
 * are not the vault's and stay in every case. What a stolen and opened device still gives:
 * docs/security.md.
 *
 * libsodium's second door in this program is here alone. One thread; unlocking takes up to a
 * second.
 */
#ifndef TRAO_HANDHELD_VAULT_H
#define TRAO_HANDHELD_VAULT_H

#include "handheld/day.h"
#include "protocol/wire.h"

#define VAULT_TRIES 10                             /* [settled point 6] */
#define VAULT_RETRY_MS (INT64_C(15) * 60 * 1000)   /* a new first time after the tenth */
#define VAULT_AFTER_MS (INT64_C(24) * 3600 * 1000) /* after the round's end [settled point 6] */

struct vault_config {
    const char *dir;                /* DIR/vault is made in it */
    const char *device;             /* borrowed, as are the rest */
    const struct seal_secret *seal; /* the device's own secret */
    struct seal_public server;      /* verifies what is kept */
    struct clock clock;
    struct chance chance;
};

struct vault;
bool vault_open(const struct vault_config *config, struct vault **ret_vault,
                struct error *err) must_use;
void vault_close(struct vault *vault);

/* For the screens; valid until vault_close. */
const struct day *vault_day(struct vault *vault);

enum day_unlocked vault_unlock(struct vault *vault, uint32_t badge, const char *pin,
                               uint32_t *ret_left);
void vault_lock(struct vault *vault);
const struct round_list *vault_round(const struct vault *vault);
const struct stop *vault_stop(const struct vault *vault, const struct item *item);
const struct stop *vault_stop_at(const struct vault *vault, uint32_t i);
const struct neighbour *vault_neighbour(const struct vault *vault, const struct item *item);
const struct handover_list *vault_handover(const struct vault *vault, uint64_t serial);

/* A part of a round came; `message` is the sealed message whole. A part for another key or postman
 * is left alone; what cannot be stored is not held, so it comes again. */
void vault_part(struct vault *vault, const struct round_part *part, const void *message, size_t n);
/* Destroys key and round; nobody can sign in any more. */
void vault_revoke(struct vault *vault);
bool vault_is_revoked(const struct vault *vault);
/* Removes what a vault in `dir` holds, that it was revoked included: for a device that is enrolled
 * anew. No vault may be open there. */
void vault_forget(const char *dir);
/* Adds to a hello who signed in and what is held. */
void vault_hello(const struct vault *vault, struct hello *hello);
/* True once after something happened for which the server should be asked. */
bool vault_asks(struct vault *vault);
/* Time passes: a key whose round is long over is destroyed. */
void vault_tick(struct vault *vault);

#endif
