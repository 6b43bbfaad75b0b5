/* backup_key.h - the key that backups are closed for: an X25519 pair in two files of one line. The
 * public one goes to the server, the secret one stays away from it: whoever takes the server, or
 * the folder with its backups, reads none of them. Any thread.
 *
 *     trao-backup-public-1 64 HEX DIGITS
 *     trao-backup-secret-1 64 HEX DIGITS
 */
#ifndef TRAO_SERVER_KEEPING_BACKUP_KEY_H
#define TRAO_SERVER_KEEPING_BACKUP_KEY_H

#include "protocol/box.h"

#define BACKUP_KEY_HEX ((size_t)2 * BOX_KEY_BYTES)

struct backup_key {
    struct box_public public_key;
    struct box_secret secret_key; /* wipe with chain_wipe when done */
};

/* A new pair: PATH (0600, the secret) and PATH.pub. REPEATED when one of them is there. */
bool backup_key_make(const char *path, const struct chance *chance, struct box_public *ret_public,
                     struct error *err) must_use;
/* The secret one; the public one is worked out from it. NOT_FOUND, BAD_INPUT, REFUSED when others
 * may read the file. */
bool backup_key_read(const char *path, struct backup_key *ret_key, struct error *err) must_use;
/* The public one, from its file (the secret one is refused: it has no business there). */
bool backup_key_read_public(const char *path, struct box_public *ret_key,
                            struct error *err) must_use;

/* As it stands in trao.conf: 64 hex digits. BAD_INPUT. */
bool backup_key_parse(const char *hex, struct box_public *ret_key, struct error *err) must_use;
void backup_key_text(const struct box_public *key, char out[BACKUP_KEY_HEX + 1]);

#endif
