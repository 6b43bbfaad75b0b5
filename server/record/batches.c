/* batches.c - the log of sealed batches, where each epoch stands, and what was set aside. */
#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ epochs */

bool record_epoch_find(struct record *record, int64_t device, uint64_t epoch,
                       struct record_epoch *ret_epoch, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT id, through, highest, link, floor_ms FROM epoch"
                    " WHERE device = ?1 AND epoch = ?2",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device);
    stmt_u64(stmt, 2, epoch);
    if (!step_row(stmt, "epoch", err))
        return false;
    struct record_epoch found = {
        .id = stmt_col_int(stmt, 0),
        .device = device,
        .epoch = epoch,
        .through = stmt_col_u64(stmt, 1),
        .highest = stmt_col_u64(stmt, 2),
        .floor = {stmt_col_int(stmt, 4)},
    };
    bool good = col_exact(stmt, 3, found.link.bytes, sizeof found.link.bytes, "epoch's link", err);
    stmt_reset(stmt);
    if (good)
        *ret_epoch = found;
    return good;
}

/* What the device was last known to be right about holds for its new epoch too. */
static bool device_floor(struct record *record, int64_t device, struct instant *ret_floor,
                         struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT coalesce(max(floor_ms), 0) FROM epoch WHERE device = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device);
    if (!step_row(stmt, "floor", err))
        return false;
    ret_floor->ms = stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return true;
}

static bool epoch_add(struct record *record, struct record_epoch *epoch, struct error *err)
{
    struct stmt *stmt;
    if (!device_floor(record, epoch->device, &epoch->floor, err) ||
        !db_prepare(record->db,
                    "INSERT INTO epoch(device, epoch, through, highest, link, floor_ms)"
                    " VALUES(?1, ?2, 0, 0, ?3, ?4)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, epoch->device);
    stmt_u64(stmt, 2, epoch->epoch);
    stmt_blob(stmt, 3, epoch->link.bytes, sizeof epoch->link.bytes);
    stmt_int(stmt, 4, epoch->floor.ms);
    if (!stmt_done(stmt, err))
        return error_add(err, "new epoch");
    epoch->id = db_last_id(record->db);
    return true;
}

bool record_epoch_get(struct record *record, int64_t device, uint64_t epoch,
                      struct record_epoch *ret_epoch, struct error *err)
{
    struct error none;
    if (record_epoch_find(record, device, epoch, ret_epoch, &none))
        return true;
    if (none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    struct record_epoch fresh = {.device = device, .epoch = epoch};
    if (!epoch_add(record, &fresh, err))
        return false;
    *ret_epoch = fresh;
    return true;
}

bool record_epoch_put(struct record *record, const struct record_epoch *epoch, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "UPDATE epoch SET through = ?2, highest = ?3, link = ?4, floor_ms = ?5"
                    " WHERE id = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, epoch->id);
    stmt_u64(stmt, 2, epoch->through);
    stmt_u64(stmt, 3, epoch->highest);
    stmt_blob(stmt, 4, epoch->link.bytes, sizeof epoch->link.bytes);
    stmt_int(stmt, 5, epoch->floor.ms);
    return stmt_done(stmt, err) || error_add(err, "epoch");
}

/* ------------------------------------------------------------------ batches */

bool record_batch_add(struct record *record, struct record_batch *batch, struct error *err)
{
    invariant(record->in_group);
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO batch(epoch_id, first_seq, count, verdict, arrival_ms,"
                    " sent_wall_ms, sent_mono_ms, sent_boot, sent_time_source, floor_ms, bytes)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, batch->epoch_id);
    stmt_u64(stmt, 2, batch->first_seq);
    stmt_int(stmt, 3, batch->count);
    stmt_int(stmt, 4, batch->verdict);
    stmt_int(stmt, 5, batch->arrival.ms);
    stmt_int(stmt, 6, batch->sent_wall.ms);
    stmt_int(stmt, 7, batch->sent_mono.ms);
    stmt_u64(stmt, 8, batch->sent_boot);
    stmt_int(stmt, 9, batch->sent_time_source);
    stmt_int(stmt, 10, batch->floor.ms);
    stmt_blob(stmt, 11, batch->bytes.bytes, batch->bytes.n);
    if (!stmt_done(stmt, err))
        return error_add(err, "cannot store a batch");
    batch->id = db_last_id(record->db);
    return true;
}

#define BATCH_COLUMNS                                                                              \
    "SELECT b.id, e.device, b.epoch_id, e.epoch, b.first_seq, b.count, b.verdict, b.arrival_ms,"   \
    " b.sent_wall_ms, b.sent_mono_ms, b.sent_boot, b.sent_time_source, b.floor_ms, b.bytes"        \
    " FROM batch b JOIN epoch e ON e.id = b.epoch_id "

static struct record_batch batch_of_row(struct stmt *stmt)
{
    struct record_batch batch = {
        .id = stmt_col_int(stmt, 0),
        .device = stmt_col_int(stmt, 1),
        .epoch_id = stmt_col_int(stmt, 2),
        .epoch = stmt_col_u64(stmt, 3),
        .first_seq = stmt_col_u64(stmt, 4),
        .count = (uint32_t)stmt_col_int(stmt, 5),
        .verdict = (uint32_t)stmt_col_int(stmt, 6),
        .arrival = {stmt_col_int(stmt, 7)},
        .sent_wall = {stmt_col_int(stmt, 8)},
        .sent_mono = {stmt_col_int(stmt, 9)},
        .sent_boot = stmt_col_u64(stmt, 10),
        .sent_time_source = (uint32_t)stmt_col_int(stmt, 11),
        .floor = {stmt_col_int(stmt, 12)},
    };
    batch.bytes.bytes = stmt_col_blob(stmt, 13, &batch.bytes.n);
    return batch;
}

/* Hands every row on until `each` says stop. */
static bool rows_each(struct stmt *stmt, bool (*each)(void *ctx, const struct record_batch *batch),
                      void *ctx, struct error *err)
{
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct record_batch batch = batch_of_row(stmt);
        if (!each(ctx, &batch))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read batches");
    stmt_reset(stmt);
    return true;
}

bool record_batches_of(struct record *record, int64_t epoch_id, uint64_t first, uint64_t last,
                       bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                       struct error *err)
{
    struct stmt *stmt;
    /* No batch is longer than BATCH_SCANS_MAX, so those that begin earlier cannot reach `first`. */
    if (!db_prepare(record->db,
                    BATCH_COLUMNS "WHERE b.epoch_id = ?1 AND b.first_seq BETWEEN ?2 AND ?3"
                                  " AND b.first_seq + b.count > ?4 ORDER BY b.first_seq, b.id",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, epoch_id);
    stmt_u64(stmt, 2, first > BATCH_SCANS_MAX ? first - BATCH_SCANS_MAX : 0);
    stmt_u64(stmt, 3, last);
    stmt_u64(stmt, 4, first);
    return rows_each(stmt, each, ctx, err);
}

bool batches_of_verdict(struct record *record, int64_t device, uint32_t verdict,
                        bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                        struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    BATCH_COLUMNS "WHERE e.device = ?1 AND b.verdict = ?2 ORDER BY b.id", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, device);
    stmt_int(stmt, 2, verdict);
    return rows_each(stmt, each, ctx, err);
}

bool record_batches_from(struct record *record, int64_t after_id,
                         bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                         struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, BATCH_COLUMNS "WHERE b.id > ?1 ORDER BY b.id", &stmt, err))
        return false;
    stmt_int(stmt, 1, after_id);
    return rows_each(stmt, each, ctx, err);
}

/* The first batch from `id` on; `*ret_id` 0: there is none. */
static bool first_from(struct record *record, int64_t id, int64_t *ret_id, int64_t *ret_arrival_ms,
                       struct error *err)
{
    struct stmt *stmt;
    bool some;
    *ret_id = 0;
    if (!db_prepare(record->db,
                    "SELECT id, arrival_ms FROM batch WHERE id >= ?1 ORDER BY id LIMIT 1", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, id);
    if (!step_maybe(stmt, &some, err))
        return false;
    if (some) {
        *ret_id = stmt_col_int(stmt, 0);
        *ret_arrival_ms = stmt_col_int(stmt, 1);
        stmt_reset(stmt);
    }
    return true;
}

#define CLOCK_SET_BACK_MS (INT64_C(3600) * 1000)

bool record_batches_since(struct record *record, struct instant at, int64_t *ret_after_id,
                          struct error *err)
{
    int64_t low = 1, high, id, arrival_ms;
    uint64_t office;
    if (!record_end(record, &high, &office, err))
        return false;
    high++;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (!first_from(record, middle, &id, &arrival_ms, err))
            return error_add(err, "batches since");
        if (id != 0 && arrival_ms < at.ms - CLOCK_SET_BACK_MS)
            low = id + 1;
        else
            high = middle;
    }
    *ret_after_id = low - 1;
    return true;
}

bool record_batch_get(struct record *record, int64_t id,
                      bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, BATCH_COLUMNS "WHERE b.id = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, id);
    if (!step_row(stmt, "batch", err))
        return false;
    struct record_batch batch = batch_of_row(stmt);
    (void)each(ctx, &batch);
    stmt_reset(stmt);
    return true;
}

bool record_end(struct record *record, int64_t *ret_batch, uint64_t *ret_office, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT (SELECT coalesce(max(id), 0) FROM batch),"
                    " (SELECT coalesce(max(seq), 0) FROM office)",
                    &stmt, err) ||
        !step_row(stmt, "end of the record", err))
        return false;
    *ret_batch = stmt_col_int(stmt, 0);
    *ret_office = stmt_col_u64(stmt, 1);
    stmt_reset(stmt);
    return true;
}

/* ------------------------------------------------------------------ set aside */

#define SET_ASIDE_A_DAY 1000 /* of one device: at most 32 MB a day, whatever it sends */
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

static bool set_aside_is_full(struct record *record, const char *device, int64_t day,
                              bool *ret_full, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT count(*) FROM set_aside WHERE device = ?1 AND day = ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, device);
    stmt_int(stmt, 2, day);
    if (!step_row(stmt, "set aside", err))
        return false;
    *ret_full = stmt_col_int(stmt, 0) >= SET_ASIDE_A_DAY;
    stmt_reset(stmt);
    return true;
}

bool record_set_aside(struct record *record, const char *device, const char *why, const void *bytes,
                      size_t n, struct error *err)
{
    struct stmt *stmt;
    int64_t now_ms = record_now(record).ms;
    struct link hash = chain_hash(bytes, n);
    bool full;
    if (!set_aside_is_full(record, device, now_ms / DAY_MS, &full, err))
        return false;
    if (full)
        return true;
    if (!db_prepare(record->db,
                    "INSERT INTO set_aside(device, day, at_ms, why, hash, bytes)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(device, hash) DO NOTHING",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, device);
    stmt_int(stmt, 2, now_ms / DAY_MS);
    stmt_int(stmt, 3, now_ms);
    stmt_text(stmt, 4, why);
    stmt_blob(stmt, 5, hash.bytes, sizeof hash.bytes);
    stmt_blob(stmt, 6, bytes, n);
    return stmt_done(stmt, err) || error_add(err, "cannot set aside");
}

bool record_set_aside_count(struct record *record, uint64_t *ret_count, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT count(*) FROM set_aside", &stmt, err) ||
        !step_row(stmt, "set aside", err))
        return false;
    *ret_count = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}
