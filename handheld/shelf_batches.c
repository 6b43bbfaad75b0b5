/* shelf_batches.c - the rows of sealed batches, and when they may be forgotten with their scans. */
#include "handheld/shelf_inside.h"

bool shelf_batch_put(struct shelf *shelf, uint32_t nth, const struct shelf_batch *batch,
                     struct error *err)
{
    if (!shelf_ask(shelf, Q_BATCH_PUT, err, "iiib", (int64_t)nth, (int64_t)batch->first_seq,
                   (int64_t)batch->count, (const void *)batch->bytes, batch->n) ||
        !shelf_finish(shelf, Q_BATCH_PUT, err))
        return false;
    known_batch_put(&shelf->known, nth, batch->first_seq + batch->count - 1);
    return true;
}

bool shelf_batch_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                       struct shelf_batch *ret_batch, struct error *err)
{
    /* The second bound only spares the index a walk from the start: no batch is longer. */
    int64_t from = after > BATCH_SCANS_MAX ? (int64_t)(after - BATCH_SCANS_MAX) : 0;
    if (!shelf_ask(shelf, Q_BATCH_AFTER, err, "iii", (int64_t)nth, (int64_t)after, from) ||
        !shelf_found(shelf, Q_BATCH_AFTER, err))
        return false;
    ret_batch->first_seq = (uint64_t)shelf_column_int(shelf, Q_BATCH_AFTER, 0);
    ret_batch->count = (uint32_t)shelf_column_int(shelf, Q_BATCH_AFTER, 1);
    ret_batch->n =
        shelf_column_blob(shelf, Q_BATCH_AFTER, 2, ret_batch->bytes, sizeof ret_batch->bytes);
    shelf_rest(shelf, Q_BATCH_AFTER);
    return true;
}

bool shelf_batch_end(struct shelf *shelf, uint32_t nth, uint64_t *ret_seq, struct error *err)
{
    uint64_t last;
    struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_batches) {
        *ret_seq = known->last_batched;
        return true;
    }
    if (!shelf_ask(shelf, Q_BATCH_END, err, "i", (int64_t)nth) ||
        !shelf_one_number(shelf, Q_BATCH_END, 0, &last, err))
        return false;
    if (known != NULL) {
        known->has_batches = true;
        known->last_batched = last;
    }
    *ret_seq = last;
    return true;
}

bool shelf_batch_delete_above(struct shelf *shelf, uint32_t nth, uint64_t after, struct error *err)
{
    known_batches_deleted(&shelf->known, nth);
    return shelf_ask(shelf, Q_BATCH_DELETE, err, "ii", (int64_t)nth, (int64_t)after) &&
           shelf_finish(shelf, Q_BATCH_DELETE, err);
}

bool shelf_batch_receipted(struct shelf *shelf, uint32_t nth, uint64_t through,
                           struct instant server_wall, struct error *err)
{
    const struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_stamps && known->stamped == through)
        return true;
    if (!shelf_ask(shelf, Q_BATCH_STAMP, err, "iii", server_wall.ms, (int64_t)nth,
                   (int64_t)through) ||
        !shelf_finish(shelf, Q_BATCH_STAMP, err) ||
        !shelf_ask(shelf, Q_BATCH_UNSTAMP, err, "ii", (int64_t)nth, (int64_t)through) ||
        !shelf_finish(shelf, Q_BATCH_UNSTAMP, err))
        return false;
    known_stamped(&shelf->known, nth, through);
    return true;
}

bool shelf_drop(struct shelf *shelf, uint32_t nth, uint64_t through, struct error *err)
{
    known_batches_deleted(&shelf->known, nth);
    return shelf_scan_delete(shelf, nth, 0, through, err) &&
           shelf_ask(shelf, Q_BATCH_DROP, err, "ii", (int64_t)nth, (int64_t)through) &&
           shelf_finish(shelf, Q_BATCH_DROP, err);
}

bool shelf_prune(struct shelf *shelf, struct instant cutoff, uint32_t limit, struct error *err)
{
    for (uint32_t i = 0; i < limit; i++) {
        bool row;
        if (!shelf_ask(shelf, Q_PRUNABLE, err, "i", cutoff.ms) ||
            !shelf_step(shelf, Q_PRUNABLE, &row, err))
            return false;
        if (!row)
            break;
        uint32_t nth = (uint32_t)shelf_column_int(shelf, Q_PRUNABLE, 0);
        uint64_t last = (uint64_t)shelf_column_int(shelf, Q_PRUNABLE, 1);
        shelf_rest(shelf, Q_PRUNABLE);
        if (!shelf_drop(shelf, nth, last, err))
            return false;
    }
    return true;
}
