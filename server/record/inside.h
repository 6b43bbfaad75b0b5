/* inside.h - what the files of this folder share of a record; nobody else includes it. */
#ifndef TRAO_SERVER_RECORD_INSIDE_H
#define TRAO_SERVER_RECORD_INSIDE_H

#include "server/record/record.h"

/* Head of the office chain: everything up to `seq` leads to `link`. */
struct office_head {
    uint64_t seq;
    struct link link;
};

struct record {
    struct db *db;
    struct clock clock;
    struct chance chance;
    const struct seal_secret *seal_key; /* NULL: a reader */
    uint64_t generation, generation_serial;
    struct office_head head;          /* with what this group added */
    struct office_head head_at_begin; /* what is committed */
    struct office_head head_at_act;
    bool in_group, in_act;
    int witness_fd;    /* of the writer, else -1 */
    uint64_t counters; /* no counter ever stood higher */
    bool put_back;
};

/* Brings the file to this program's layout; a record that was kept by an older program is copied
 * first (before_keep). BROKEN when a newer program wrote it. */
bool schema_migrate(struct record *record, const char *path, struct error *err) must_use;
/* Copies the record at `path` as it is, of layout `version`, to record-layout-N.db beside it,
 * unless that is there. LATER when there is no room. */
bool before_keep(struct record *record, const char *path, uint64_t version,
                 struct error *err) must_use;
/* The same question without writing. */
bool schema_check(struct db *db, struct error *err) must_use;
/* ... where an older layout will do. */
bool schema_known(struct db *db, struct error *err) must_use;
#define LOOKS_LAYOUT 12 /* the first with looks */
bool schema_version(struct db *db, uint64_t *ret_version, struct error *err) must_use;

/* What the seal over the head covers: seq (8 bytes, big end first), link. */
#define OFFICE_HEAD_BYTES (8 + CHAIN_LINK_BYTES)
void office_head_bytes(const struct office_head *head, uint8_t out[OFFICE_HEAD_BYTES]);
bool office_head_read(struct record *record, struct office_head *ret_head, struct seal *ret_seal,
                      struct error *err) must_use;
bool office_head_write(struct record *record, struct error *err) must_use;

/* Keeps the look-ups in step with a fact that is being added; REPEATED when its dossier has a live
 * number already. */
bool lookups_add(struct record *record, const struct office_fact *fact, struct error *err) must_use;
/* The same for all facts of a chain that is older than the look-ups. */
bool lookups_fill(struct record *record, struct error *err) must_use;
/* office.c: lists the facts that name no item. */
bool unnamed_fill(struct record *record, struct error *err) must_use;
/* hooks.h: what this fact makes a dead letter, or takes back. */
bool dead_letters_add(struct record *record, const struct office_fact *fact,
                      struct error *err) must_use;
bool dead_letters_fill(struct record *record, struct error *err) must_use;

/* The part of it that concerns rounds, pads and slips. */
bool rounds_add(struct record *record, const struct office_fact *fact, struct error *err) must_use;
/* ... and that of money (ledger.h). */
bool ledger_add(struct record *record, const struct office_fact *fact, struct error *err) must_use;

/* ... that of holds (erasures.h) ... */
bool hold_add(struct record *record, const struct office_fact *fact, struct error *err) must_use;
/* What a fact DATA_ERASED vouches for, and of how many names. */
bool erasure_sum(struct record *record, uint64_t seq, struct link *ret_sum, uint64_t *ret_n,
                 struct error *err) must_use;
#define ERASED_LAYOUT 18 /* the first with it */
/* ... and that of scans admitted (aside.h). */
bool aside_add(struct record *record, const struct office_fact *fact, struct error *err) must_use;
/* A device's batches with one verdict, in the order of arrival. */
bool batches_of_verdict(struct record *record, int64_t device, uint32_t verdict,
                        bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                        struct error *err) must_use;

/* Reads a blob that must have exactly `n` bytes; BROKEN names `what` otherwise. */
bool col_exact(struct stmt *stmt, int at, void *out, size_t n, const char *what,
               struct error *err) must_use;

/* One row expected: true with the row, NOT_FOUND without, else the store's error. The statement
 * must be reset after a row. */
bool step_row(struct stmt *stmt, const char *what, struct error *err) must_use;

/* No row is an answer too: false only when the store failed. Reset after a row. */
bool step_maybe(struct stmt *stmt, bool *ret_row, struct error *err) must_use;
/* Column 0 of every row is an item. */
bool each_item(struct stmt *stmt, bool (*each)(void *ctx, const struct item *item), void *ctx,
               struct error *err) must_use;

#endif
