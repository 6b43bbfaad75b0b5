/* api_keys.h - integration keys: how another program comes in, and what was answered to it.
 *
 * A key is a person of people.h with the role ROLE_KEY: its name stands on what it does, it is
 * bound to offices as people are, and it can never log in at a desk. Of its secret (256 random
 * bits, shown once) the record knows the hash alone. What it may do are its scopes (scopes.def).
 * Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_API_KEYS_H
#define TRAO_SERVER_RECORD_API_KEYS_H

#include "server/record/people.h"

/* Bits. */
enum scope {
    SCOPE_NONE = 0,
#define SCOPE(KEY, bit, key, vi, what) SCOPE_##KEY = 1 << (bit),
#include "server/record/scopes.def"
#undef SCOPE
};

struct scope_info {
    enum scope scope;
    const char *key, *vi, *what;
};
/* NULL past the end, or for a word that is none. */
const struct scope_info *scope_row(size_t i);
const struct scope_info *scope_named(const char *key);
const char *scope_key(enum scope scope);

/* Longer than an integration is likely to be forgotten [design]; at most twice that. */
#define API_KEY_LIFE_MS (INT64_C(1000) * 3600 * 24 * 365)

struct api_key {
    struct person person; /* disabled: revoked */
    uint32_t scopes;
    struct instant made, until, revoked; /* until: not from then on; revoked.ms 0: no */
};

/* Gives out a key of this name, or a new secret, scopes, offices and term in place of what the one
 * of this name had; a revoked one lives again. REPEATED when a person has the name. */
bool api_key_put(struct record *record, const struct api_key *key, const struct link *secret_hash,
                 struct error *err) must_use;
/* By name: no request is answered to it from now on. NOT_FOUND, REPEATED. */
bool api_key_revoke(struct record *record, const char *name, struct error *err) must_use;

/* The key with this id, if the hash is of its secret (constant time) and it is in force at `now`.
 * NOT_FOUND without telling which of these it was. */
bool api_key_find(struct record *record, int64_t id, const struct link *secret_hash,
                  struct instant now, struct api_key *ret_key, struct error *err) must_use;
/* All there ever were, by name. `each` returns false to stop. */
bool api_keys_each(struct record *record, bool (*each)(void *ctx, const struct api_key *key),
                   void *ctx, struct error *err) must_use;

/* ------------------------------------------------------------------ what was answered once */

/* An act that was asked for under a key of the asker's own choosing (Idempotency-Key): asked again
 * within this time it is answered as before, and not done again. */
#define ONCE_LIFE_MS (INT64_C(1000) * 3600 * 24 * 7)
#define ONCE_KEY_MAX 64
#define ONCE_ANSWER_MAX 65536

struct once {
    int64_t person;
    char key[ONCE_KEY_MAX + 1];
    struct link asked; /* hash of the request */
    uint32_t status;   /* HTTP's; 0: begun, and no answer is known */
    struct instant at; /* set by once_put */
};

/* What is known of (person, key). `*new_answer` is freed by the caller, NULL without an answer.
 * NOT_FOUND when it was never used, or is too old. */
bool once_find(struct record *record, int64_t person, const char *key, struct instant now,
               struct once *ret_once, char **new_answer, struct error *err) must_use;
/* Notes it, in the group of what it is of; `answer` NULL while there is none. Forgets what is too
 * old. */
bool once_put(struct record *record, const struct once *once, const char *answer,
              struct error *err) must_use;
/* It came to nothing, and may be asked for again. */
bool once_drop(struct record *record, int64_t person, const char *key, struct error *err) must_use;

#endif
