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

/* Time to take a phone out of a pocket, after the password. */
#define LOGIN_HALF_MS (INT64_C(1000) * 60 * 5)

/* What a person is at this server; wire values of the record. */
enum role {
    ROLE_NONE = 0,
#define ROLE(KEY, wire, key, vi, en) ROLE_##KEY = (wire),
#include "server/record/rights.def"
};

enum right {
#define RIGHT(KEY, key, roles, what) RIGHT_##KEY,
#include "server/record/rights.def"
    RIGHTS
};

struct role_info {
    enum role role;
    const char *key, *vi, *en;
};
/* NULL for another word, or past the end. */
const struct role_info *role_named(const char *key);
const struct role_info *role_row(size_t i);
/* NULL: this program does not know it; such a person may do nothing. */
const struct role_info *role_info(enum role role);
const char *right_key(enum right right);
bool role_may(enum role role, enum right right);

/* A post's clerk at a provincial centre serves several departments. */
#define PERSON_OFFICES_MAX 32

struct person {
    int64_t id;
    char name[PERSON_NAME_MAX + 1];
    char hash[PERSON_HASH_MAX];
    bool must_change; /* still the one-time password */
    uint32_t failed;  /* wrong passwords since the last right one */
    struct instant locked_until;
    enum role role;
    bool disabled;                        /* may not log in any more; his name stays on facts */
    bool second;                          /* has a second factor (second.h); read only */
    uint32_t offices[PERSON_OFFICES_MAX]; /* numbers of premises.h, the only ones he sees */
    size_t offices_n;                     /* 0: bound to none, sees all */
};

/* Adds him as he is, without id, tries or lock. REPEATED when the name is taken. */
bool person_add(struct record *record, const struct person *person, struct error *err) must_use;
/* Changes role, offices, whether he is disabled; every login of his ends. */
bool person_change(struct record *record, const struct person *person, struct error *err) must_use;
/* By name. `each` returns false to stop. */
bool people_each(struct record *record, bool (*each)(void *ctx, const struct person *person),
                 void *ctx, struct error *err) must_use;

/* His role gives the right, and he is not disabled. */
bool person_may(const struct person *person, enum right right);
/* He may see what this office sent. */
bool person_sees(const struct person *person, uint32_t office);
bool person_find(struct record *record, const char *name, struct person *ret_person,
                 struct error *err) must_use;
bool person_get(struct record *record, int64_t id, struct person *ret_person,
                struct error *err) must_use;

/* Counts a wrong password; at PERSON_TRIES locks and starts counting anew. */
bool person_failed(struct record *record, int64_t id, struct error *err) must_use;
/* A new password, his own or (`must_change`) a one-time one; every login of his ends. */
bool person_set_password(struct record *record, int64_t id, const char *hash, bool must_change,
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
/* All of a person's. */
bool logins_end(struct record *record, int64_t person, struct error *err) must_use;

/* Half a login: the password was right, the second factor is still to come. It opens nothing, is no
 * login to login_find, and forgets no wrong passwords. */
bool login_add_half(struct record *record, const struct link *token_hash, int64_t person,
                    struct error *err) must_use;
bool login_find_half(struct record *record, const struct link *token_hash, struct instant now,
                     struct login *ret_login, struct error *err) must_use;

#endif
