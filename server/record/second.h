/* second.h - a person's second factor: the secret of his authenticator, closed by a key that is not
 * in the record (web/totp.h), the last step whose code was taken, and recovery codes by hash. Not
 * facts: these rows change and go. [RFC 6238; ASVS 5.0, 6.5 and 6.6]
 *
 * Same threads and groups as record.h: what writes runs inside a group.
 */
#ifndef TRAO_SERVER_RECORD_SECOND_H
#define TRAO_SERVER_RECORD_SECOND_H

#include "server/record/record.h"

#define SECOND_CLOSED_MAX 96
#define SECOND_CODES 10
#define SECOND_HASH_BYTES 32

struct second_hash {
    uint8_t bytes[SECOND_HASH_BYTES];
};

struct second {
    uint8_t closed[SECOND_CLOSED_MAX];
    size_t closed_n;
    uint64_t step; /* codes of this step and before are refused (RFC 6238, 5.2) */
    struct instant since;
    uint32_t codes_left; /* recovery codes not yet used */
};

/* NOT_FOUND: he has none. */
bool second_find(struct record *record, int64_t person, struct second *ret_second,
                 struct error *err) must_use;
/* In place of what there was; `closed_n` and `step` of it count. Every login of his ends. */
bool second_set(struct record *record, int64_t person, const struct second *second,
                const struct second_hash codes[SECOND_CODES], struct error *err) must_use;
/* New recovery codes; the old ones are of no use any more. */
bool second_set_codes(struct record *record, int64_t person,
                      const struct second_hash codes[SECOND_CODES], struct error *err) must_use;
/* A code of this step is taken, and none of it again: REFUSED for a step that was. */
bool second_take_step(struct record *record, int64_t person, uint64_t step,
                      struct error *err) must_use;
/* A recovery code is used up: NOT_FOUND when it is nobody's, or was used. */
bool second_take_code(struct record *record, int64_t person, const struct second_hash *code,
                      struct error *err) must_use;
/* He has none any more; every login of his ends. Fine when he had none. */
bool second_drop(struct record *record, int64_t person, struct error *err) must_use;

#endif
