/* premises.h - the registry of offices, post offices and pickup points. An entry holds from a day
 * on until the next one of the same code: addresses and places have a history, and what was true on
 * a day can be asked. Each entry is a fact; its words are an attachment of it. Same threads and
 * groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_PREMISES_H
#define TRAO_SERVER_RECORD_PREMISES_H

#include "protocol/premises.h"
#include "server/record/record.h"

/* "office", "post-office", "pickup"; NONE for another word. */
const char *premises_kind_key(enum premises_kind kind);

/* Adds an entry as a fact of `user`; sets number. BAD_INPUT, or REFUSED for a successor nobody
 * knows. A later entry from the same day counts instead of an earlier one. */
bool premises_put(struct record *record, struct premises *premises, uint32_t user,
                  struct error *err) must_use;

/* The entry in force at `at`. NOT_FOUND: there is none of this code yet; REFUSED: it has ended, and
 * the sentence names its successor. */
bool premises_find(struct record *record, enum premises_kind kind, const char *code,
                   struct instant at, struct premises *ret_premises, struct error *err) must_use;
bool premises_at(struct record *record, enum premises_kind kind, uint32_t number, struct instant at,
                 struct premises *ret_premises, struct error *err) must_use;
/* The same, where one that nobody knows or that has ended is no error: *ret_known is false. */
bool premises_in_force(struct record *record, enum premises_kind kind, uint32_t number,
                       struct instant at, struct premises *ret_premises, bool *ret_known,
                       struct error *err) must_use;
/* The last entry of a code, ended or not. NOT_FOUND. */
bool premises_last(struct record *record, enum premises_kind kind, const char *code,
                   struct premises *ret_premises, struct error *err) must_use;

/* Those in force at `at`, by code. `each` returns false to stop. */
bool premises_each(struct record *record, enum premises_kind kind, struct instant at,
                   bool (*each)(void *ctx, const struct premises *premises), void *ctx,
                   struct error *err) must_use;
/* All entries of a code of any kind, in the order they hold. */
bool premises_history(struct record *record, const char *code,
                      bool (*each)(void *ctx, const struct premises *premises), void *ctx,
                      struct error *err) must_use;

/* What stands on an envelope and on a page: the neutral name, address and phone of the office
 * (number 0: the first) and the name of the post office, as they are at `at`; an office that has
 * ended is spoken of by its successor. False only when the record cannot be read; empty: nothing
 * is known. */
struct sign {
    char office[PREMISES_NAME_MAX + 1];
    char address[PREMISES_ADDRESS_MAX + 1];
    char phone[PREMISES_PHONE_MAX + 1];
    char post_office[PREMISES_NAME_MAX + 1];
    char pickup[PREMISES_NAME_MAX + 1]; /* by premises_sign_pickup alone */
    char pickup_address[PREMISES_ADDRESS_MAX + 1];
};
/* Sets pickup and pickup_address to the point `number`; nothing for 0 and for one that has ended:
 * then the post office stands. */
bool premises_sign_pickup(struct record *record, uint32_t number, struct instant at,
                          struct sign *sign, struct error *err) must_use;
bool premises_sign(struct record *record, uint32_t office, uint32_t post_office, struct instant at,
                   struct sign *ret_sign, struct error *err) must_use;

#endif
