/* people.h - who may sit at the desk, and who is logged in. Not facts: these rows change and go.
 *
 * Passwords come here as argon2id strings made elsewhere (web/password.h); logins are known only by
 * the hash of their token, so that a copy of the record opens no session. Same threads and groups
 * as record.h: what writes runs inside a group.
 */
#ifndef TRAO_SERVER_RECORD_PEOPLE_H
#define TRAO_SERVER_RECORD_PEOPLE_H

#include "server/record/record.h"

#define PERSON_NAME_MAX 32
#define PERSON_HASH_MAX 128 /* crypto_pwhash_STRBYTES */

/* Lock-out after wrong passwords (ASVS 5.0, 6.3.1): slow enough that guessing is hopeless, short
 * enough that a clerk is not sent home. */
#define PERSON_TRIES 5
#define PERSON_LOCK_MS (INT64_C(1000) * 15 * 60)

/* A shift and a bit; then the clerk signs in again. */
#define LOGIN_LIFE_MS (INT64_C(1000) * 12 * 3600)

struct person {
    int64_t id;
    char name[PERSON_NAME_MAX + 1];
    char hash[PERSON_HASH_MAX];
    bool must_change; /* still the one-time password */
    uint32_t failed;  /* wrong passwords since the last right one */
    struct instant locked_until;
};

/* REPEATED when the name is taken. */
bool person_add(struct record *record, const char *name, const char *hash, bool must_change,
                struct error *err) must_use;
bool person_find(struct record *record, const char *name, struct person *ret_person,
                 struct error *err) must_use;
bool person_get(struct record *record, int64_t id, struct person *ret_person,
                struct error *err) must_use;

/* Counts a wrong password; at PERSON_TRIES locks and starts counting anew. */
bool person_failed(struct record *record, int64_t id, struct error *err) must_use;
/* A new password of his own: no longer must_change; every login of his ends. */
bool person_set_password(struct record *record, int64_t id, const char *hash,
                         struct error *err) must_use;

/* A login: adding one forgets the wrong passwords and purges what has run out. */
bool login_add(struct record *record, const struct link *token_hash, int64_t person,
               struct error *err) must_use;
struct login {
    int64_t person;
    struct instant until;
};
/* NOT_FOUND when unknown or run out at `now`. */
bool login_find(struct record *record, const struct link *token_hash, struct instant now,
                struct login *ret_login, struct error *err) must_use;
bool login_end(struct record *record, const struct link *token_hash, struct error *err) must_use;

#endif
