#include "handheld/outbox_inside.h"

#include <stddef.h>
#include <string.h>

/* ------------------------------------------------------------------ cutting and sealing */

struct gathered {
    struct shelf_scan row[BATCH_SCANS_MAX];
    uint32_t n;
};

/* Fills `gathered` with the scans first..first+limit-1 as far as they are there without a gap. */
static bool gather(struct outbox *outbox, uint32_t nth, uint64_t first, uint32_t limit,
                   struct gathered *gathered, struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    gathered->n = 0;
    while (gathered->n < limit) {
        struct shelf_scan *row = &gathered->row[gathered->n];
        if (!shelf_scan_at(outbox->shelf, nth, first + gathered->n, row, &why))
            break;
        gathered->n++;
    }
    return gathered->n == limit || why.code == ERROR_NOT_FOUND ||
           error_set(err, why.code, "%s", why.text);
}

/* Seals the gathered scans and stores the batch, which is nobody's when that failed. Ed25519 and
 * the encoding are deterministic: the same scans cut again give the same bytes. NOT_FOUND when they
 * no longer lead to their own links.
 */
static bool seal(struct outbox *outbox, const struct shelf_epoch *epoch,
                 const struct gathered *gathered, bool keep, struct shelf_batch *ret_batch,
                 struct error *err)
{
    struct shelf_batch *batch = ret_batch; /* a batch is long: nothing of it is copied or cleared */
    struct slice scans[BATCH_SCANS_MAX];
    batch->first_seq = gathered->row[0].seq;
    batch->count = gathered->n;
    struct head head = {
        .epoch = epoch->epoch, .first_seq = batch->first_seq, .count = batch->count};
    memcpy(head.device, outbox->device, sizeof head.device);
    for (uint32_t i = 0; i < gathered->n; i++)
        scans[i] = (struct slice){gathered->row[i].bytes, gathered->row[i].n};
    if (!outbox_link_at(outbox, epoch, head.first_seq - 1, &head.before, err))
        return false;
    if (!batch_seal(&head, scans, outbox->key, batch->bytes, &batch->n, err) ||
        !link_equal(&head.after, &gathered->row[gathered->n - 1].link))
        return error_set(err, ERROR_NOT_FOUND, "outbox: scans from %llu on are damaged",
                         (unsigned long long)head.first_seq);
    return !keep || shelf_batch_put(outbox->shelf, epoch->nth, batch, err);
}

/* ------------------------------------------------------------------ the next batch */

struct next_batch {
    struct outbox_at after;
    bool cut_any;
    bool keep;                 /* store what is cut */
    struct outbox_batch batch; /* when found */
    bool found;
    struct shelf_epoch hurt; /* nth != 0: this epoch must be healed first */
};

static void give(struct next_batch *next, const struct shelf_epoch *epoch,
                 const struct shelf_batch *batch)
{
    struct outbox_batch *out = &next->batch;
    out->last = (struct outbox_at){epoch->nth, batch->first_seq + batch->count - 1};
    out->epoch = epoch->epoch;
    out->first_seq = batch->first_seq;
    out->count = batch->count;
    out->n = batch->n;
    memcpy(out->bytes, batch->bytes, batch->n);
    next->found = true;
}

/* Cuts first..; gives the batch unless there is too little to cut. Damage is noted in next->hurt.
 */
static bool cut(struct outbox *outbox, struct next_batch *next, const struct shelf_epoch *epoch,
                uint64_t first, uint32_t limit, bool at_once, struct error *err)
{
    struct gathered gathered;
    struct shelf_batch batch;
    struct error why;
    if (!gather(outbox, epoch->nth, first, limit, &gathered, err))
        return false;
    if (gathered.n == 0) /* there is more behind, and not this: healing finds out why */
        next->hurt = *epoch;
    if (gathered.n == 0 || (gathered.n < limit && !at_once))
        return true;
    if (seal(outbox, epoch, &gathered, next->keep, &batch, &why)) {
        give(next, epoch, &batch);
        return true;
    }
    next->hurt = *epoch;
    return why.code == ERROR_NOT_FOUND || error_set(err, why.code, "%s", why.text);
}

/* How far an epoch has been receipted, or given out by this round of batches. */
static uint64_t begun(const struct shelf_epoch *epoch, struct outbox_at after)
{
    return epoch->nth == after.nth && after.seq > epoch->through ? after.seq : epoch->through;
}

/* Neither a batch nor a scan lies behind `after`. */
static bool is_empty_after(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t after,
                           bool *ret_empty, struct error *err)
{
    uint64_t last, batched;
    struct link link;
    if (!shelf_scan_end(outbox->shelf, epoch->nth, &last, &link, err) ||
        !shelf_batch_end(outbox->shelf, epoch->nth, &batched, err))
        return false;
    *ret_empty = last <= after && batched <= after;
    return true;
}

static bool next_of_epoch(struct outbox *outbox, struct next_batch *next,
                          const struct shelf_epoch *epoch, struct error *err)
{
    uint64_t after = begun(epoch, next->after);
    bool empty;
    if (!is_empty_after(outbox, epoch, after, &empty, err))
        return false;
    if (empty)
        return true;
    struct shelf_batch stored;
    struct batch batch;
    struct error why;
    if (shelf_batch_after(outbox->shelf, epoch->nth, after, &stored, &why)) {
        if (batch_read(stored.bytes, stored.n, &batch, NULL) &&
            batch_holds(&batch, &outbox->public) && batch.head.first_seq == stored.first_seq) {
            give(next, epoch, &stored);
            return true;
        }
        outbox_tell(outbox, "a sealed batch is damaged: cut again from its scans", epoch->epoch,
                    stored.first_seq);
        return cut(outbox, next, epoch, stored.first_seq, stored.count, true, err);
    }
    if (why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.text);
    uint64_t end;
    if (!shelf_batch_end(outbox->shelf, epoch->nth, &end, err))
        return false;
    return cut(outbox, next, epoch, (end > after ? end : after) + 1, BATCH_SCANS_MAX,
               next->cut_any || epoch->ended, err);
}

/* While the server's word on an epoch is open nothing of it leaves: it may have to go again under
 * other numbers. */
static bool is_questioned(const struct outbox *outbox, const struct shelf_epoch *epoch)
{
    return epoch->nth == outbox->fork.nth ||
           (epoch->ended && epoch->stated != outbox->meta.generation);
}

static bool find_next(struct outbox *outbox, void *ctx, struct error *err)
{
    struct next_batch *next = ctx;
    struct error none;
    struct shelf_epoch epoch = {.nth = next->after.nth > 0 ? next->after.nth - 1 : 0};
    next->found = false;
    next->hurt.nth = 0;
    while (shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, &none)) {
        if (is_questioned(outbox, &epoch))
            continue;
        if (!next_of_epoch(outbox, next, &epoch, err))
            return false;
        if (next->found || next->hurt.nth != 0)
            return true;
    }
    return none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.text);
}

/* Heals an epoch found damaged while running; a broken-off running epoch is followed by a new one.
 */
static bool heal_now(struct outbox *outbox, void *ctx, struct error *err)
{
    struct shelf_epoch *hurt = ctx;
    if (!outbox_heal(outbox, hurt, err))
        return false;
    if (hurt->nth != outbox->epoch.nth || !hurt->ended)
        return true;
    struct link head = outbox->last_link;
    outbox->epoch = *hurt;
    return outbox_new_epoch(outbox, &head, err);
}

static bool is_barren(const struct outbox *outbox, struct outbox_at after, bool cut_any)
{
    const struct outbox_barren *barren = &outbox->barren;
    return barren->known && outbox->shelf != NULL && barren->after.nth == after.nth &&
           barren->after.seq == after.seq && (barren->cut_any || !cut_any);
}

/* As find_next would find it, without a transaction and mostly without asking the disk. Where that
 * fails the answer is no: then find_next judges, on a new handle. */
static bool has_nothing_after(struct outbox *outbox, struct outbox_at after)
{
    struct error none = {.code = ERROR_NONE};
    struct shelf_epoch epoch = {.nth = after.nth > 0 ? after.nth - 1 : 0};
    bool empty = outbox->shelf != NULL, good = true;
    while (empty && good && shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, &none))
        good = is_questioned(outbox, &epoch) ||
               is_empty_after(outbox, &epoch, begun(&epoch, after), &empty, &none);
    if (empty && none.code != ERROR_NOT_FOUND)
        return outbox_lose(outbox, &none);
    return empty;
}

/* Finds it in a transaction; an epoch that is found damaged is healed first. */
static bool look_for_next(struct outbox *outbox, struct next_batch *next, struct error *err)
{
    if (!outbox_transact(outbox, OUTBOX_ROOM_ANY, find_next, next, err))
        return false;
    return next->hurt.nth == 0 ||
           (outbox_transact(outbox, OUTBOX_ROOM_RESERVED, heal_now, &next->hurt, err) &&
            outbox_transact(outbox, OUTBOX_ROOM_ANY, find_next, next, err));
}

/* Most are a few scans long. */
static void copy_batch(const struct outbox_batch *batch, struct outbox_batch *ret_batch)
{
    memcpy(ret_batch, batch, offsetof(struct outbox_batch, bytes));
    memcpy(ret_batch->bytes, batch->bytes, batch->n);
}

bool outbox_batch_after(struct outbox *outbox, struct outbox_at after, bool cut_any,
                        struct outbox_batch *ret_batch, struct error *err)
{
    if (is_barren(outbox, after, cut_any) || has_nothing_after(outbox, after))
        return error_set(err, ERROR_NOT_FOUND, "outbox: nothing to send");
    /* With no room to keep a batch it leaves all the same, and its receipt makes room. Cut once
     * more it may end at another scan; the scans and their links are the same. */
    struct next_batch next; /* what find_next fills is not cleared before: it is a batch long */
    next.after = after;
    next.cut_any = cut_any;
    next.keep = !outbox_is_full(outbox);
    if (!look_for_next(outbox, &next, err))
        return false;
    if (!next.found) {
        outbox->barren = (struct outbox_barren){true, cut_any, after};
        return error_set(err, ERROR_NOT_FOUND, "outbox: nothing to send");
    }
    if (next.batch.last.nth == outbox->epoch.nth && next.batch.last.seq > outbox->given)
        outbox->given = next.batch.last.seq;
    copy_batch(&next.batch, ret_batch);
    return true;
}
