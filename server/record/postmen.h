/* postmen.h - who carries: the registry of badges TH-. That a badge is in force, where and when, is
 * a fact (POSTMAN_SET); the name and the PIN's verifier stand beside the chain, for they are
 * personal or secret and go. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_POSTMEN_H
#define TRAO_SERVER_RECORD_POSTMEN_H

#include "server/record/people.h"

#define POSTMAN_NAME_MAX 256

struct postman {
    uint32_t badge; /* 1..BADGE_MAX */
    char name[POSTMAN_NAME_MAX];
    uint32_t post_office;
    struct instant from, to;   /* in force from..to, to.ms 0 open */
    char pin[PERSON_HASH_MAX]; /* argon2id string; empty: none was given out yet */
};

/* Adds or changes one, with its fact. BAD_INPUT when it would end before it begins. */
bool postman_put(struct record *record, const struct postman *postman, uint32_t user,
                 struct error *err) must_use;
bool postman_get(struct record *record, uint32_t badge, struct postman *ret_postman,
                 struct error *err) must_use;
bool postmen_each(struct record *record, bool (*each)(void *ctx, const struct postman *postman),
                  void *ctx, struct error *err) must_use;
/* The postman of a badge that was in force at `at`; NOT_FOUND without one, REFUSED at another time.
 */
bool postman_at(struct record *record, uint32_t badge, struct instant at,
                struct postman *ret_postman, struct error *err) must_use;

/* "TH-00000012", and "TH-12" or "12" read. BAD_INPUT. */
#define BADGE_TEXT_MAX 12
char *badge_text(uint32_t badge, char out[BADGE_TEXT_MAX]);
bool badge_read(const char *text, uint32_t *ret_badge, struct error *err) must_use;

#endif
