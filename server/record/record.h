/* record.h - the record: facts, durable, only ever added (settled points 1, 3, 13).
 *
 * Two kinds of facts. Scans arrive as sealed batches and are kept verbatim, one blob a batch: that
 * is the evidence. Office facts form one chain of the server's own; the head of the chain is sealed
 * at every commit. What is personal stands beside the chain as attachments named by salted hash.
 * Positions: a batch has an id 1, 2, 3 ..., an office fact a seq 1, 2, 3 ...; both grow in the
 * order of commit, so that (batch, office) is a high-water mark for whoever follows.
 *
 * Threads: a struct record belongs to one thread. The writer (record_open) is the only one that
 * appends; readers (record_open_reader) see what is committed.
 * Everything between record_begin and record_commit becomes durable together or not at all.
 */
#ifndef TRAO_SERVER_RECORD_RECORD_H
#define TRAO_SERVER_RECORD_RECORD_H

#include "protocol/batch.h"
#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/fact.h"
#include "protocol/wire.h"
#include "server/record/db.h"

struct record;

struct record_config {
    const char *path; /* .../record.db */
    struct clock clock;
    struct chance chance;
    const struct seal_secret *seal_key; /* server's; borrowed for the record's life */
    struct pages *pages; /* borrowed; NULL: nobody copies the record while it is written */
};

/* Opens or makes the record; a new file starts generation 1 with a random number. Verifies the seal
 * over the office chain's head. BROKEN if it does not hold.
 * record.mark beside it says how far it went. A record that is behind its mark, or holds facts and
 * has no mark, was put back to an older state: a new generation begins (record_was_put_back). */
bool record_open(const struct record_config *config, struct record **ret_record,
                 struct error *err) must_use;
bool record_open_reader(const char *path, struct record **ret_record, struct error *err) must_use;
/* A file that nobody writes, as it lies on the disk: a copy, or the record while pages_hold holds
 * it. Without its log. Older layouts too, of which only record_census and record_verify are asked.
 */
bool record_open_still(const char *path, struct record **ret_record, struct error *err) must_use;
void record_close(struct record *record);
struct db *record_db(struct record *record); /* for the other files of this folder only */

/* db_relieve, for the writer, between groups. The usual checkpoints run on another connection
 * (db_checkpoint). */
bool record_relieve(struct record *record, struct error *err) must_use;
/* True between record_begin and its end. */
bool record_in_group(const struct record *record);
struct instant record_now(const struct record *record);
/* A reader's time is the system's unless it is given another. */
void record_set_clock(struct record *record, struct clock clock);

/* True when this opening found the record put back to an older state. */
bool record_was_put_back(const struct record *record);
/* Who the record says it is. A new generation also moves every counter beyond whatever the lost one
 * may have drawn, and closes the ranges of numbers: a number that stands on a posted envelope is
 * never drawn again. */
#define RECORD_COUNTERS_JUMP 250000 /* more than the longest list draws at once */
uint64_t record_generation(const struct record *record);
uint64_t record_generation_serial(const struct record *record);
bool record_new_generation(struct record *record, struct error *err) must_use;

bool record_begin(struct record *record, struct error *err) must_use;
/* Seals the office chain's head if it moved, then COMMIT. On failure nothing of the group is kept
 * and the record is as before record_begin. */
bool record_commit(struct record *record, struct error *err) must_use;
void record_rollback(struct record *record);
/* One act inside a group that may fail alone (SAVEPOINT). */
bool record_act_begin(struct record *record, struct error *err) must_use;
bool record_act_end(struct record *record, bool keep, struct error *err) must_use;
/* An act inside an act, which may fail alone too (acts.h). */
bool record_nested(struct record *record,
                   bool (*act)(struct record *record, void *arg, struct error *err), void *arg,
                   struct error *err) must_use;

/* ------------------------------------------------------------------ scans */

struct record_batch {
    int64_t id;       /* given on append */
    int64_t device;   /* record's small integer for the device */
    int64_t epoch_id; /* record's small integer for (device, epoch) */
    uint64_t epoch;
    uint64_t first_seq;
    uint32_t count;
    uint32_t verdict; /* 0 stored, else enum verdict_kind: kept, but set aside from the fold */
    struct instant arrival;
    struct instant sent_wall; /* from the first envelope that brought it */
    struct tick sent_mono;
    uint64_t sent_boot;
    uint32_t sent_time_source;
    struct instant floor; /* last known good estimate of that device before this batch: lower bound
                             for scans whose clock says nothing (case M06) */
    struct slice bytes;   /* the sealed batch, verbatim */
};

/* Where an epoch stands: N, the link at N. Created on first use. */
struct record_epoch {
    int64_t id;
    int64_t device;
    uint64_t epoch;
    uint64_t through;     /* N: all up to here is accounted for; 0 none yet */
    uint64_t highest;     /* highest seq of any batch kept; above `through` while there is a gap */
    struct link link;     /* of `through`; zeros while that is 0 */
    struct instant floor; /* a new epoch starts with the greatest of its device */
};
/* Looks only: NOT_FOUND when the epoch was never used. */
bool record_epoch_find(struct record *record, int64_t device, uint64_t epoch,
                       struct record_epoch *ret_epoch, struct error *err) must_use;
bool record_epoch_get(struct record *record, int64_t device, uint64_t epoch,
                      struct record_epoch *ret_epoch, struct error *err) must_use;
bool record_epoch_put(struct record *record, const struct record_epoch *epoch,
                      struct error *err) must_use;

/* Appends; sets batch->id. The bytes are copied by the engine before return. */
bool record_batch_add(struct record *record, struct record_batch *batch,
                      struct error *err) must_use;

/* Batches of an epoch that overlap first..last, in order of first_seq, then id; `each` returns
 * false to stop. Slices live during the call only. */
bool record_batches_of(struct record *record, int64_t epoch_id, uint64_t first, uint64_t last,
                       bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                       struct error *err) must_use;
bool record_batches_from(struct record *record, int64_t after_id,
                         bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                         struct error *err) must_use;
/* The last batch that arrived before `at`, 0 none: record_batches_from goes on behind it. Some
 * twenty looks, for batches have no index by time; arrivals grow with ids but for a clock that was
 * set back, of which an hour is allowed for. */
bool record_batches_since(struct record *record, struct instant at, int64_t *ret_after_id,
                          struct error *err) must_use;
bool record_batch_get(struct record *record, int64_t id,
                      bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                      struct error *err) must_use;

/* Many small questions of a reader one after the other, answered as of the first: each by itself
 * begins and ends a look at the file, which costs a fifth of it. Never nested; nothing is held
 * longer than one item's facts or a list's page take, and nothing is written or waited for
 * meanwhile: what is held keeps the log from being emptied. */
bool record_hold(struct record *reader, struct error *err) must_use;
void record_let_go(struct record *reader);

/* The last batch id and office seq that are committed; 0 before the first. */
bool record_end(struct record *record, int64_t *ret_batch, uint64_t *ret_office,
                struct error *err) must_use;

/* What could not become a fact: forged seals, unreadable messages. Kept once per content, at most
 * 1,000 a device and day so that a flood cannot fill the disk; `why` is one sentence. */
bool record_set_aside(struct record *record, const char *device, const char *why, const void *bytes,
                      size_t n, struct error *err) must_use;
bool record_set_aside_count(struct record *record, uint64_t *ret_count, struct error *err) must_use;

/* ------------------------------------------------------------------ office facts */

/* Fills in seq and at, chains, stores. `ret_seq` may be NULL. REPEATED for a second live number of
 * a dossier, and for a line of paper that was typed before. */
bool record_office_add(struct record *record, struct office_fact *fact, uint64_t *ret_seq,
                       struct error *err) must_use;
bool record_office_from(struct record *record, uint64_t after_seq,
                        bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                        struct error *err) must_use;

/* Of those up to `last_seq` only the events that are `wanted`; the others are not unpacked. */
bool record_office_some(struct record *record, uint64_t after_seq, uint64_t last_seq,
                        bool (*wanted)(uint32_t event),
                        bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                        struct error *err) must_use;

/* The same among those that name no item, which are found without reading the others. */
bool record_office_unnamed(struct record *record, uint64_t after_seq, uint64_t last_seq,
                           bool (*wanted)(uint32_t event),
                           bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                           struct error *err) must_use;

/* Those of one such event, the newest first. `each` returns false to stop. */
bool record_office_of(struct record *record, uint32_t event,
                      bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                      struct error *err) must_use;

/* One fact; NOT_FOUND beyond the end. */
bool record_office_get(struct record *record, uint64_t seq, struct office_fact *ret_fact,
                       struct error *err) must_use;

/* Stores bytes under BLAKE2b-256(salt || bytes), a fresh random salt of 32 bytes, and returns the
 * name. */
bool record_attachment_add(struct record *record, const void *bytes, size_t n,
                           struct link *ret_name, struct error *err) must_use;
/* NOT_FOUND when it was deleted. Copies at most `size` bytes. */
bool record_attachment_get(struct record *record, const struct link *name, uint8_t *out,
                           size_t size, size_t *ret_n, struct error *err) must_use;

/* One live number per dossier: the item of the newest issued fact of this code that is neither
 * voided nor recalled; record_office_add refuses a second one (REPEATED).
 * NOT_FOUND if there is none. */
bool record_item_of_dossier(struct record *record, const char *dossier, struct item *ret_item,
                            struct error *err) must_use;
/* How the number was issued, with whom it goes to by now. NOT_FOUND. */
bool record_issued(struct record *record, const struct item *item, struct office_fact *ret_fact,
                   struct error *err) must_use;

/* A counter that only grows, inside the running group: serials of a pool, print jobs, imports.
 * Starts at 0, after a new generation beyond what was ever drawn; returns the value before adding.
 */
bool record_counter_next(struct record *record, const char *name, uint64_t step,
                         uint64_t *ret_value, struct error *err) must_use;

/* ------------------------------------------------------------------ the proof */

/* What a record holds, counted in milliseconds: two that agree in this are one state of one record.
 * The chains that `office_head` and the epochs end are for record_verify. */
struct record_census {
    uint64_t layout, generation, generation_serial;
    uint64_t batches, office_facts; /* the last ids */
    uint64_t epochs, through;       /* their number, the sum of what they are receipted through */
    uint64_t devices, people, attachments, set_aside;
    struct link office_head;
};
bool record_census(struct record *record, struct record_census *ret_census,
                   struct error *err) must_use;

/* Walks all chains from the start: links, seals, office head, looks, and what was erased against
 * the facts that vouch for it. Returns false naming the first fact that does not hold: "office fact
 * 17: link does not follow". */
struct record_proof {
    uint64_t batches, scans, office_facts, looks;
    uint64_t erased;  /* attachments that a fact says were erased by law (erasures.h) */
    uint64_t missing; /* addressees that are gone though no fact says so */
    struct link office_head;
};
bool record_verify(struct record *record, const struct seal_public *server_key,
                   struct record_proof *ret_proof, struct error *err) must_use;

#endif
