#include "server/record/slips.h"

#include <stdio.h>

#include "protocol/batch.h"
#include "server/record/inside.h"

bool slip_left(struct record *record, int64_t device, uint64_t epoch, const struct scan *scan,
               struct error *err)
{
    struct stmt *stmt;
    if (scan->slip == 0)
        return true;
    if (!db_prepare(record->db,
                    "INSERT INTO slip_left(slip, item, device, epoch, seq, badge)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, scan->slip);
    stmt_text(stmt, 2, scan->item.text);
    stmt_int(stmt, 3, device);
    stmt_u64(stmt, 4, epoch);
    stmt_u64(stmt, 5, scan->seq);
    stmt_int(stmt, 6, scan->badge);
    return stmt_done(stmt, err) || error_add(err, "a slip that was left");
}

/* ------------------------------------------------------------------ an older record */

struct fill {
    struct record *record;
    struct error *err;
    bool good;
};

static bool fill_batch(void *ctx, const struct record_batch *row)
{
    struct fill *fill = ctx;
    struct batch batch;
    struct scan scan;
    if (!batch_read(row->bytes.bytes, row->bytes.n, &batch, NULL))
        return true; /* the verifier names it */
    for (uint32_t i = 0; fill->good && i < batch.head.count; i++)
        if (scan_decode(batch.scan[i].bytes, batch.scan[i].n, &scan, NULL))
            fill->good = slip_left(fill->record, row->device, row->epoch, &scan, fill->err);
    return fill->good;
}

bool slips_fill(struct record *record, struct error *err)
{
    struct fill fill = {.record = record, .err = err, .good = true};
    return record_batches_from(record, 0, fill_batch, &fill, err) && fill.good;
}

/* ------------------------------------------------------------------ the list */

static struct slip_use use_of_row(struct stmt *stmt)
{
    struct slip_use use = {
        .slip = stmt_col_u64(stmt, 0),
        .by_desk = stmt_col_int(stmt, 2) != 0,
        .device = stmt_col_int(stmt, 3),
        .epoch = stmt_col_u64(stmt, 4),
        .seq = stmt_col_u64(stmt, 5),
        .badge = (uint32_t)stmt_col_int(stmt, 6),
        .pad_badge = (uint32_t)stmt_col_int(stmt, 7),
    };
    (void)snprintf(use.item.text, sizeof use.item.text, "%s", stmt_col_text(stmt, 1));
    return use;
}

bool slips_left(struct record *record, uint32_t pad_badge,
                bool (*each)(void *ctx, const struct slip_use *use), void *ctx, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(
            record->db,
            "SELECT u.slip, u.item, u.desk, u.device, u.epoch, u.seq, u.badge,"
            " coalesce(p.badge, 0) FROM"
            " (SELECT slip, item, 0 AS desk, device, epoch, seq, badge FROM slip_left"
            "  UNION ALL SELECT slip, item, 1, 0, 0, seq, 0 FROM slip) u"
            " LEFT JOIN pad p ON p.first <= u.slip AND p.first + p.count > u.slip"
            " WHERE ?1 = 0 OR p.badge = ?1 ORDER BY u.slip, u.desk, u.device, u.epoch, u.seq",
            &stmt, err))
        return false;
    stmt_int(stmt, 1, pad_badge);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct slip_use use = use_of_row(stmt);
        if (!each(ctx, &use))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the slips");
    stmt_reset(stmt);
    return true;
}
