#include "handheld/outbox_inside.h"

#include <stdio.h>
#include <string.h>

/* Every scan stands on the device up to three times: its row, the batch it was sealed in, and its
 * hash inside all later links. So what is damaged can be told, and mostly mended
 * (docs/decisions/0010-outbox.md). */

static bool not_found(const struct error *why, struct error *err)
{
    return why->code == ERROR_NOT_FOUND || error_set(err, why->code, "%s", why->text);
}

/* ------------------------------------------------------------------ mending from batches */

/* A stored batch whose seal is our own and whose scans lead from head to head. */
static bool batch_is_whole(const struct outbox *outbox, const struct shelf_epoch *epoch,
                           const struct shelf_batch *stored, struct batch *ret_batch)
{
    return batch_read(stored->bytes, stored->n, ret_batch, NULL) &&
           batch_holds(ret_batch, &outbox->public) && ret_batch->head.epoch == epoch->epoch &&
           ret_batch->head.first_seq == stored->first_seq && ret_batch->head.count == stored->count;
}

static bool rows_from_batch(struct outbox *outbox, uint32_t nth, const struct batch *batch,
                            struct error *err)
{
    struct link link = batch->head.before;
    for (uint32_t i = 0; i < batch->head.count; i++) {
        struct shelf_scan row = {.seq = batch->head.first_seq + i, .n = batch->scan[i].n};
        struct scan scan;
        invariant(row.n <= sizeof row.bytes);
        memcpy(row.bytes, batch->scan[i].bytes, row.n);
        link = row.link = chain_next(&link, row.bytes, row.n);
        if (scan_decode(row.bytes, row.n, &scan, NULL) &&
            !shelf_scan_put(outbox->shelf, nth, &row, &scan.item, err))
            return false;
    }
    return true;
}

static bool restore_from_batches(struct outbox *outbox, const struct shelf_epoch *epoch,
                                 uint64_t first, struct error *err)
{
    struct shelf_batch stored;
    struct batch batch;
    struct error why;
    uint64_t after = first - 1;
    while (shelf_batch_after(outbox->shelf, epoch->nth, after, &stored, &why)) {
        if (batch_is_whole(outbox, epoch, &stored, &batch) &&
            !rows_from_batch(outbox, epoch->nth, &batch, err))
            return false;
        after = stored.first_seq + stored.count - 1;
    }
    return not_found(&why, err);
}

/* Only the stored link of `row` is damaged if the next scan hangs on what the link should be. */
static bool mend_link(struct outbox *outbox, uint32_t nth, const struct link *before,
                      struct shelf_scan *row, bool *ret_mended, struct error *err)
{
    struct shelf_scan next;
    struct scan scan;
    struct error why;
    struct link right = chain_next(before, row->bytes, row->n);
    *ret_mended = false;
    if (!shelf_scan_at(outbox->shelf, nth, row->seq + 1, &next, &why))
        return not_found(&why, err);
    struct link after = chain_next(&right, next.bytes, next.n);
    if (!link_equal(&after, &next.link) || !scan_decode(row->bytes, row->n, &scan, NULL))
        return true;
    row->link = right;
    *ret_mended = true;
    return shelf_scan_put(outbox->shelf, nth, row, &scan.item, err);
}

/* ------------------------------------------------------------------ the walk */

/* Follows the links from `*at` (the last scan known to be whole) as far as they hold, or to the
 * end: then *ret_end. */
static bool walk(struct outbox *outbox, uint32_t nth, uint64_t *at, struct link *link,
                 bool *ret_end, struct error *err)
{
    struct shelf_scan row;
    struct error why;
    *ret_end = false;
    while (shelf_scan_after(outbox->shelf, nth, *at, &row, &why)) {
        struct link right = chain_next(link, row.bytes, row.n);
        bool holds = row.seq == *at + 1 && link_equal(&right, &row.link);
        if (!holds && row.seq == *at + 1 && !mend_link(outbox, nth, link, &row, &holds, err))
            return false;
        if (!holds)
            return true;
        *at = row.seq;
        *link = row.link;
    }
    *ret_end = true;
    return not_found(&why, err);
}

/* Scans lie behind where their order ends: a page of the file leads astray, of which the engine
 * sees nothing. They would never go, and what is beeped from now on with them. */
static bool ends_at(struct outbox *outbox, uint32_t nth, uint64_t at, struct error *err)
{
    struct shelf_scan last;
    struct error why;
    if (!shelf_scan_last(outbox->shelf, nth, &last, &why))
        return not_found(&why, err);
    return last.seq <= at ||
           error_set(err, ERROR_BROKEN, "outbox: scans up to %llu, and none is found behind %llu",
                     (unsigned long long)last.seq, (unsigned long long)at);
}

bool outbox_heal(struct outbox *outbox, struct shelf_epoch *epoch, struct error *err)
{
    uint64_t at = epoch->through;
    struct link link = epoch->through_link;
    bool end;
    if (!walk(outbox, epoch->nth, &at, &link, &end, err))
        return false;
    if (end)
        return ends_at(outbox, epoch->nth, at, err);
    if (!restore_from_batches(outbox, epoch, at + 1, err) ||
        !walk(outbox, epoch->nth, &at, &link, &end, err))
        return false;
    if (end)
        return ends_at(outbox, epoch->nth, at, err);
    return outbox_break_off(outbox, epoch, at + 1, "damaged on this device", err);
}

/* ------------------------------------------------------------------ breaking off */

/* The batch that begins with `seq`, if it is kept whole, says what that hangs on. */
static bool link_of_batch(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t seq,
                          struct link *ret_link, bool *ret_known, struct error *err)
{
    struct shelf_batch stored;
    struct batch batch;
    struct error why;
    *ret_known = false;
    if (!shelf_batch_after(outbox->shelf, epoch->nth, seq - 1, &stored, &why))
        return not_found(&why, err);
    *ret_known = stored.first_seq == seq && batch_is_whole(outbox, epoch, &stored, &batch);
    if (*ret_known)
        *ret_link = batch.head.before;
    return true;
}

/* The link that the scan `seq` hangs on, as far as it is known: the row before it, or the batch
 * that begins with it, or what the epoch itself keeps. What cannot be read just now says nothing
 * about the scan. */
static bool link_before(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t seq,
                        struct link *ret_link, bool *ret_known, struct error *err)
{
    struct shelf_scan row;
    struct error why;
    *ret_known = shelf_scan_at(outbox->shelf, epoch->nth, seq - 1, &row, &why);
    if (*ret_known)
        *ret_link = row.link;
    else if (!not_found(&why, err) || !link_of_batch(outbox, epoch, seq, ret_link, ret_known, err))
        return false;
    if (*ret_known || (seq != 1 && seq != epoch->through + 1))
        return true;
    *ret_known = true;
    *ret_link = seq == 1 ? epoch->first_link : epoch->through_link;
    return true;
}

static bool row_is_whole(struct outbox *outbox, const struct shelf_epoch *epoch,
                         const struct shelf_scan *row, bool *ret_whole, struct error *err)
{
    struct link before;
    if (!link_before(outbox, epoch, row->seq, &before, ret_whole, err))
        return false;
    if (!*ret_whole)
        return true;
    struct link right = chain_next(&before, row->bytes, row->n);
    *ret_whole = link_equal(&right, &row->link);
    return true;
}

bool outbox_break_off(struct outbox *outbox, struct shelf_epoch *epoch, uint64_t first,
                      const char *why, struct error *err)
{
    struct shelf_scan row = {.seq = first - 1};
    struct error none;
    while (shelf_scan_after(outbox->shelf, epoch->nth, row.seq, &row, &none)) {
        bool whole;
        if (!row_is_whole(outbox, epoch, &row, &whole, err))
            return false;
        if (whole ? !shelf_hold(outbox->shelf, epoch->nth, row.seq, row.bytes, row.n, err)
                  : !shelf_set_aside_scan(outbox->shelf, epoch->nth, row.seq, why, err))
            return false;
        if (!whole)
            outbox_tell(outbox, "a scan is set aside: damaged on this device", epoch->epoch,
                        row.seq);
    }
    if (!not_found(&none, err))
        return false;
    epoch->ended = true;
    outbox->asks = true;
    return shelf_set_aside_batches(outbox->shelf, epoch->nth, first - 1, why, err) &&
           shelf_batch_delete_above(outbox->shelf, epoch->nth, first - 1, err) &&
           shelf_scan_delete(outbox->shelf, epoch->nth, first, INT64_MAX, err) &&
           shelf_epoch_put(outbox->shelf, epoch, err);
}

/* ------------------------------------------------------------------ held scans go again */

/* New numbers of scans that went again, so that a withdrawal still finds what it takes back: it
 * comes within 10 s of it, never more than a few scans behind. */
#define RENUMBERED 64
struct renumbered {
    uint64_t old[RENUMBERED], new[RENUMBERED];
    size_t n;
};

static uint64_t new_number(const struct renumbered *map, uint64_t old)
{
    for (size_t i = 0; i < RENUMBERED && i < map->n; i++)
        if (map->old[i] == old)
            return map->new[i];
    return 0;
}

/* What it takes back went again too, or stays where it is, in the epoch that was broken off. */
static void point_again(const struct shelf_epoch *epoch, const struct renumbered *map,
                        struct scan *scan)
{
    if (scan->of_seq == 0 || scan->of_epoch != 0)
        return;
    uint64_t new = new_number(map, scan->of_seq);
    if (new != 0)
        scan->of_seq = new;
    else
        scan->of_epoch = epoch->epoch;
}

static bool send_again(struct outbox *outbox, const struct shelf_epoch *epoch,
                       const struct shelf_scan *row, struct renumbered *map, struct error *err)
{
    struct scan scan;
    if (!scan_decode(row->bytes, row->n, &scan, NULL)) {
        outbox_tell(outbox, "a scan is set aside: it cannot go again in another epoch",
                    outbox->epoch.epoch, row->seq);
        return shelf_set_aside_held(outbox->shelf, epoch->nth, row->seq, "cannot go again", err);
    }
    point_again(epoch, map, &scan);
    if (!outbox_append(outbox, &scan, err))
        return false;
    map->old[map->n % RENUMBERED] = row->seq;
    map->new[map->n % RENUMBERED] = scan.seq;
    map->n++;
    return true;
}

bool outbox_release(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t through,
                    struct error *err)
{
    uint64_t last;
    struct link link;
    if (!epoch->ended)
        return true;
    if (!outbox_epoch_last(outbox, epoch, &last, &link, err))
        return false;
    if (through < last)
        return true;
    struct renumbered map = {.n = 0};
    struct shelf_scan row = {.seq = through};
    struct error none;
    while (shelf_held_after(outbox->shelf, epoch->nth, row.seq, &row, &none))
        if (!send_again(outbox, epoch, &row, &map, err))
            return false;
    return not_found(&none, err) && shelf_held_delete(outbox->shelf, epoch->nth, err);
}

/* ------------------------------------------------------------------ a damaged file */

/* A page holds some twenty scans; behind this many unreadable ones in a row nothing more is sought.
 */
#define UNREADABLE_MAX 400

/* A bad sector is the file's end; no memory is nobody's end: then all is put back, and read again.
 */
static bool is_its_end(const struct shelf *from, const struct error *why, struct error *err)
{
    if (why->code == ERROR_LATER && shelf_lacks_memory(from))
        return error_set(err, ERROR_LATER, "outbox: no memory to read a damaged file");
    return true;
}

/* Holds every scan that can be read and hangs on a link that can be read; the rest stays in the
 * file that was moved aside. */
static bool save_epoch(struct shelf *from, struct outbox *outbox, const struct shelf_epoch *epoch,
                       struct error *err)
{
    struct link before = epoch->through_link;
    uint32_t missed = 0;
    for (uint64_t seq = epoch->through + 1; missed < UNREADABLE_MAX; seq++) {
        struct shelf_scan row;
        struct error why;
        if (!shelf_scan_at(from, epoch->nth, seq, &row, &why)) {
            if (!is_its_end(from, &why, err))
                return false;
            missed++;
            continue;
        }
        struct link right = chain_next(&before, row.bytes, row.n);
        if (missed == 0 && link_equal(&right, &row.link) &&
            !shelf_hold(outbox->shelf, epoch->nth, seq, row.bytes, row.n, err))
            return false;
        before = row.link;
        missed = 0;
    }
    return true;
}

static bool save(struct shelf *from, struct outbox *outbox, struct error *err)
{
    struct shelf_meta meta;
    struct error why = {ERROR_NONE, ""};
    bool known = shelf_meta_get(from, &meta, &why);
    if (known ? !shelf_meta_put(outbox->shelf, &meta, err) : !is_its_end(from, &why, err))
        return false;
    struct shelf_epoch epoch = {.nth = 0};
    while (shelf_epoch_after(from, epoch.nth, &epoch, &why)) {
        epoch.ended = true;
        if (!shelf_epoch_put(outbox->shelf, &epoch, err))
            return false;
        if (!save_epoch(from, outbox, &epoch, err))
            return false;
        struct shelf_scan held = {.seq = 0};
        while (shelf_held_after(from, epoch.nth, held.seq, &held, &why))
            if (!shelf_hold(outbox->shelf, epoch.nth, held.seq, held.bytes, held.n, err))
                return false;
        if (!is_its_end(from, &why, err))
            return false;
    }
    return is_its_end(from, &why, err);
}

/* Names no file that exists: a second damage within the same second must not overwrite the first.
 */
static bool name_aside(const struct outbox *outbox, char out[PATH_MAX], struct error *err)
{
    int64_t second = outbox->clock.now(outbox->clock.self).ms / 1000;
    for (int i = 0; i < 1000; i++) {
        FILE *there;
        snprintf(out, PATH_MAX, "%.*s.damaged-%lld", PATH_MAX - 64, outbox->path,
                 (long long)second + i);
        if ((there = fopen(out, "r")) == NULL)
            return true;
        (void)fclose(there);
    }
    return error_set(err, ERROR_LATER, "outbox: no name left for a damaged file");
}

/* Fills a new file from the damaged one; what cannot be opened at all stays aside as it is. That
 * there is no memory or no descriptor for it now says nothing about the file. */
static bool fill_new(struct outbox *outbox, const char *aside, struct error *err)
{
    struct shelf *from = NULL;
    struct error why;
    if (!shelf_open(outbox->path, &outbox->shelf, err))
        return false;
    if (!shelf_open_damaged(aside, &from, &why))
        return why.code != ERROR_LATER || error_set(err, ERROR_LATER, "%s", why.text);
    bool saved = shelf_begin(outbox->shelf, err) && save(from, outbox, err) &&
                 shelf_commit(outbox->shelf, err);
    shelf_close(from, false);
    return saved;
}

bool outbox_salvage(struct outbox *outbox, struct error *err)
{
    char aside[PATH_MAX], wal[PATH_MAX], wal_aside[PATH_MAX];
    if (!name_aside(outbox, aside, err))
        return false;
    snprintf(wal, sizeof wal, "%.*s-wal", PATH_MAX - 5, outbox->path);
    snprintf(wal_aside, sizeof wal_aside, "%.*s-wal", PATH_MAX - 5, aside);
    if (rename(outbox->path, aside) != 0)
        return error_set(err, ERROR_LATER, "outbox: cannot move %s aside: %m", outbox->path);
    if (rename(wal, wal_aside) != 0)
        (void)remove(wal); /* a WAL that cannot follow must not be taken for the new file's */
    outbox->asks = true;
    outbox->fork.nth = 0;
    if (fill_new(outbox, aside, err))
        return true;
    /* No room for it now: put everything back, the next call tries again. */
    shelf_close(outbox->shelf, false);
    outbox->shelf = NULL;
    (void)remove(wal);
    if (rename(aside, outbox->path) == 0)
        (void)rename(wal_aside, wal);
    return false;
}
