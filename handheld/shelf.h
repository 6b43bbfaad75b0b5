/* shelf.h - the outbox's rows on disk: the handheld's only door to SQLite (shelf.c and
 * shelf_ask.c).
 *
 * Rows go in and out as plain values; what they mean is outbox.c's. WAL, synchronous FULL,
 * exclusive lock (so no shared memory file, and a second program is refused). After any call that
 * failed the handle is spoiled: close it and open anew, never call on it again [reliability.md,
 * fault 3]. Codes: LATER (disk full, failing, read-only), BROKEN (the file is damaged), REFUSED
 * (another program has it open), NOT_FOUND (no such row; the handle is not spoiled).
 */
#ifndef TRAO_HANDHELD_SHELF_H
#define TRAO_HANDHELD_SHELF_H

#include "protocol/batch.h"
#include "protocol/error.h"
#include "protocol/item.h"
#include "protocol/scan.h"

struct shelf;

bool shelf_open(const char *path, struct shelf **ret_shelf, struct error *err) must_use;
/* Opens a damaged file to read what can still be read; nothing is written to it. LATER: there is no
 * memory or descriptor for it now. */
bool shelf_open_damaged(const char *path, struct shelf **ret_shelf, struct error *err) must_use;
/* What the last call failed of was no memory: it says nothing of the file. */
bool shelf_lacks_memory(const struct shelf *shelf);
/* Moves the WAL into the file when `tidy`; else leaves everything as a kill would. NULL is fine. */
void shelf_close(struct shelf *shelf, bool tidy);

bool shelf_begin(struct shelf *shelf, struct error *err) must_use;
bool shelf_commit(struct shelf *shelf, struct error *err) must_use;
void shelf_rollback(struct shelf *shelf);

/* ------------------------------------------------------------------ one row of its own kind */

struct shelf_meta {
    bool clean;          /* closed in order; false while open */
    uint64_t boot;       /* of the run that opened it last */
    uint64_t generation; /* of the last Standing; 0 none */
    uint64_t serial;
    struct instant last_receipt; /* device's clock; 0 none */
    struct instant server_wall;  /* greatest seen in receipts; 0 none */
};
bool shelf_meta_get(struct shelf *shelf, struct shelf_meta *ret_meta, struct error *err) must_use;
bool shelf_meta_put(struct shelf *shelf, const struct shelf_meta *meta, struct error *err) must_use;

struct shelf_epoch {
    uint32_t nth; /* 1, 2, 3 ...: the order of epochs on this device */
    uint64_t epoch;
    struct link first_link;
    uint64_t through; /* highest receipted */
    struct link through_link;
    uint64_t stated; /* generation that last spoke of it; 0 none */
    bool ended;      /* nothing is appended any more */
};
/* The first epoch with nth > `after`. */
bool shelf_epoch_after(struct shelf *shelf, uint32_t after, struct shelf_epoch *ret_epoch,
                       struct error *err) must_use;
/* Inserts or replaces by nth. */
bool shelf_epoch_put(struct shelf *shelf, const struct shelf_epoch *epoch,
                     struct error *err) must_use;
bool shelf_epoch_delete(struct shelf *shelf, uint32_t nth, struct error *err) must_use;

/* ------------------------------------------------------------------ scans */

struct shelf_scan {
    uint64_t seq;
    uint8_t bytes[SCAN_BYTES_MAX];
    size_t n; /* 0 when what is stored cannot be a scan */
    struct link link;
};
bool shelf_scan_put(struct shelf *shelf, uint32_t nth, const struct shelf_scan *scan,
                    const struct item *item, struct error *err) must_use;
bool shelf_scan_at(struct shelf *shelf, uint32_t nth, uint64_t seq, struct shelf_scan *ret_scan,
                   struct error *err) must_use;
/* The first with seq > after. */
bool shelf_scan_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                      struct shelf_scan *ret_scan, struct error *err) must_use;
bool shelf_scan_last(struct shelf *shelf, uint32_t nth, struct shelf_scan *ret_scan,
                     struct error *err) must_use;
/* Number and link of the last one; 0 when there is none. */
bool shelf_scan_end(struct shelf *shelf, uint32_t nth, uint64_t *ret_seq, struct link *ret_link,
                    struct error *err) must_use;
/* Newest first; `each` returns false to stop. */
bool shelf_scans_of_item(struct shelf *shelf, const struct item *item,
                         bool (*each)(void *ctx, uint32_t nth, const struct shelf_scan *scan),
                         void *ctx, struct error *err) must_use;
/* Deletes first..last. */
bool shelf_scan_delete(struct shelf *shelf, uint32_t nth, uint64_t first, uint64_t last,
                       struct error *err) must_use;

/* ------------------------------------------------------------------ sealed batches */

struct shelf_batch {
    uint64_t first_seq;
    uint32_t count;
    size_t n; /* 0 when what is stored cannot be a batch */
    uint8_t bytes[BATCH_BYTES_MAX];
};
bool shelf_batch_put(struct shelf *shelf, uint32_t nth, const struct shelf_batch *batch,
                     struct error *err) must_use;
/* The first whose last scan is above `after`. */
bool shelf_batch_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                       struct shelf_batch *ret_batch, struct error *err) must_use;
/* The last scan that is in a batch; 0 if there is none. */
bool shelf_batch_end(struct shelf *shelf, uint32_t nth, uint64_t *ret_seq,
                     struct error *err) must_use;
/* Deletes those that reach above `after`. */
bool shelf_batch_delete_above(struct shelf *shelf, uint32_t nth, uint64_t after,
                              struct error *err) must_use;

/* Stamps batches ended by `through` that have no stamp, takes it from those above. */
bool shelf_batch_receipted(struct shelf *shelf, uint32_t nth, uint64_t through,
                           struct instant server_wall, struct error *err) must_use;
/* Deletes the scans up to `through` and the batches that end there or before. */
bool shelf_drop(struct shelf *shelf, uint32_t nth, uint64_t through, struct error *err) must_use;
/* Does so for the oldest receipted batches stamped before `cutoff`, at most `limit` of them. */
bool shelf_prune(struct shelf *shelf, struct instant cutoff, uint32_t limit,
                 struct error *err) must_use;

/* ------------------------------------------------------------------ held back, set aside */

/* Held: intact scans of an ended epoch that go again under other numbers, once the server has said
 * how far it has the old ones. */
bool shelf_hold(struct shelf *shelf, uint32_t nth, uint64_t seq, const void *bytes, size_t n,
                struct error *err) must_use;
bool shelf_held_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                      struct shelf_scan *ret_scan, struct error *err) must_use;
bool shelf_held_delete(struct shelf *shelf, uint32_t nth, struct error *err) must_use;
bool shelf_held_any(struct shelf *shelf, uint32_t nth, bool *ret_any, struct error *err) must_use;
bool shelf_held_count(struct shelf *shelf, uint64_t *ret_count, struct error *err) must_use;

/* Set aside: kept for people to look at, sent no more. Each copies the very bytes that are stored.
 */
bool shelf_set_aside_scan(struct shelf *shelf, uint32_t nth, uint64_t seq, const char *why,
                          struct error *err) must_use;
bool shelf_set_aside_batches(struct shelf *shelf, uint32_t nth, uint64_t above, const char *why,
                             struct error *err) must_use;
bool shelf_set_aside_held(struct shelf *shelf, uint32_t nth, uint64_t seq, const char *why,
                          struct error *err) must_use;
bool shelf_set_aside_count(struct shelf *shelf, uint64_t *ret_count, struct error *err) must_use;

#endif
