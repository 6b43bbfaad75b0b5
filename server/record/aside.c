#include "server/record/aside.h"

#include <string.h>

#include "protocol/batch.h"
#include "protocol/wire.h"
#include "server/record/inside.h"

bool aside_batches(struct record *record, int64_t device,
                   bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                   struct error *err)
{
    return batches_of_verdict(record, device, VERDICT_REVOKED, each, ctx, err);
}

bool aside_is_admitted(struct record *record, const char *device, uint64_t epoch, uint64_t seq,
                       bool *ret_admitted, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT 1 FROM admitted WHERE device = ?1 AND epoch = ?2 AND seq = ?3", &stmt,
                    err))
        return false;
    stmt_text(stmt, 1, device);
    stmt_u64(stmt, 2, epoch);
    stmt_u64(stmt, 3, seq);
    if (!step_maybe(stmt, ret_admitted, err))
        return error_add(err, "scans admitted of %s", device);
    stmt_reset(stmt);
    return true;
}

/* An attachment is named without its epoch: a scan of the same number in another epoch may let it
 * in. It says nothing until its own scan counts too. */
bool aside_counts(struct record *record, const char *device, const struct link *attachment,
                  bool *ret_counts, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT 1 FROM attached a"
                    " JOIN attached_scan s ON s.list = a.id OR s.list IN"
                    "  (SELECT list FROM attached_member WHERE attached = a.id)"
                    " JOIN device d ON d.id = s.device AND d.name = ?2"
                    " WHERE a.hash = ?1 AND"
                    " (EXISTS(SELECT 1 FROM admitted m WHERE m.device = ?2 AND m.seq = s.seq) OR"
                    "  EXISTS(SELECT 1 FROM epoch e JOIN batch b ON b.epoch_id = e.id"
                    "         WHERE e.device = d.id AND b.verdict = 0"
                    "         AND b.first_seq BETWEEN s.seq - ?3 AND s.seq"
                    "         AND b.first_seq + b.count > s.seq)) LIMIT 1",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, attachment->bytes, sizeof attachment->bytes);
    stmt_text(stmt, 2, device);
    stmt_int(stmt, 3, BATCH_SCANS_MAX);
    if (!step_maybe(stmt, ret_counts, err))
        return error_add(err, "attachments of %s", device);
    stmt_reset(stmt);
    return true;
}

bool aside_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO admitted(device, epoch, seq, fact) VALUES(?1, ?2, ?3, ?4)"
                    " ON CONFLICT DO NOTHING",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->device);
    stmt_u64(stmt, 2, fact->of_epoch);
    stmt_u64(stmt, 3, fact->of_seq);
    stmt_u64(stmt, 4, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "scan admitted of %s", fact->device);
}
