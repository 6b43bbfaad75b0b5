/* erasures.h - what the law wants gone: the attachments of an item with their salts, what lies
 * beside them, and the proof that it went. Chains hold salted hashes only, so they verify as
 * before; of what went there is a fact DATA_ERASED with who, when and why, and the names that went
 * with it, so that `verify` tells what was erased from what is missing. [Law 91/2025/QH15; NĐ
 * 356/2025; domain.md section 6: delete when the purpose is reached, the term has run out, or on
 * request]
 *
 * A hold keeps an item from being erased: a fact too. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_ERASURES_H
#define TRAO_SERVER_RECORD_ERASURES_H

#include "server/record/record.h"

#define ERASE_ITEMS_MAX 200 /* at one go: some 20 ms of the writer's time */

struct erasure_name {
    struct link name;
    size_t item; /* whose, of the items asked for */
};

/* What there is of some items, gathered by one walk over the office's facts, without the writer. */
struct erasure {
    struct item items[ERASE_ITEMS_MAX]; /* in order of their numbers */
    size_t n;
    struct erasure_name *names; /* of addressees and evidence; on the heap */
    size_t names_n, names_size;
    uint64_t *jobs; /* the imports they came from; as many as `jobs_n` */
    size_t jobs_n, jobs_size;
};
/* Sorts erasure->items, which the caller filled in. erasure_done in any case. */
bool erasure_gather(struct record *record, struct erasure *erasure, struct error *err) must_use;
void erasure_done(struct erasure *erasure);

/* Inside a group: deletes them, writes down that an attachment of a scan is to go (papers.h: its
 * file is the caller's), forgets whom messages about these items went to and what the reports of
 * their imports say, and adds the fact: its citation says why, its `user` who. An item that was
 * erased before is left out; nothing to erase of any adds no fact. */
bool erasure_run(struct record *record, const struct erasure *erasure, struct office_fact *fact,
                 size_t *ret_items, struct error *err) must_use;

/* When it was erased: the seq of that fact, 0 never. */
bool erasure_of(struct record *record, const struct item *item, uint64_t *ret_seq,
                struct error *err) must_use;
/* Items that were erased, in order of their numbers; `each` returns false to stop. */
bool erasures_items(struct record *record, bool (*each)(void *ctx, const struct item *item),
                    void *ctx, struct error *err) must_use;
/* The facts DATA_ERASED, newest first, with how many items and attachments each one took. */
struct erasure_row {
    struct office_fact fact;
    uint64_t items, names;
};
bool erasures_each(struct record *record, bool (*each)(void *ctx, const struct erasure_row *row),
                   void *ctx, struct error *err) must_use;

/* Held by whom and why: *ret_seq is the fact DATA_HELD, 0 when it is not held. */
bool hold_of(struct record *record, const struct item *item, uint64_t *ret_seq,
             struct error *err) must_use;
bool holds_each(struct record *record, bool (*each)(void *ctx, const struct item *item), void *ctx,
                struct error *err) must_use;

#endif
