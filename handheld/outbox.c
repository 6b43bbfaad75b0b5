#include "handheld/outbox_inside.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "handheld/mark.h"

/* Space kept so that receipts can still be stored, and old rows pruned, when everything else has
 * filled the disk: one WAL between two checkpoints. */
#define RESERVE_BYTES 262144
#define PRUNE_WHEN_FULL 400 /* scans: half a day's work */

void outbox_tell(struct outbox *outbox, const char *sentence, uint64_t epoch, uint64_t seq)
{
    if (outbox->told.tell != NULL)
        outbox->told.tell(outbox->told.ctx, sentence, epoch, seq);
}

/* ------------------------------------------------------------------ the reserve */

static uint64_t room_left(const struct outbox *outbox)
{
    struct statvfs fs;
    return statvfs(outbox->path, &fs) == 0 ? (uint64_t)fs.f_bavail * fs.f_frsize : 0;
}

bool outbox_is_full(const struct outbox *outbox)
{
    return room_left(outbox) < RESERVE_BYTES;
}

/* Made (again) only when as much is left beside it, so that it does not take the WAL's own room. */
static void reserve_keep(struct outbox *outbox)
{
    if (outbox->reserved || room_left(outbox) < UINT64_C(2) * RESERVE_BYTES)
        return;
    int fd = open(outbox->reserve, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    outbox->reserved = posix_fallocate(fd, 0, RESERVE_BYTES) == 0;
    close(fd);
    if (!outbox->reserved)
        unlink(outbox->reserve);
}

static void reserve_release(struct outbox *outbox)
{
    outbox->reserved = false;
    unlink(outbox->reserve);
}

/* ------------------------------------------------------------------ transactions */

bool outbox_lose(struct outbox *outbox, const struct error *err)
{
    if (err->code == ERROR_BROKEN)
        outbox->damaged = true;
    outbox->barren.known = false;
    shelf_close(outbox->shelf, false);
    outbox->shelf = NULL;
    return false;
}

static bool transact_once(struct outbox *outbox,
                          bool (*act)(struct outbox *, void *ctx, struct error *), void *ctx,
                          struct error *err)
{
    if (!outbox_ready(outbox, err))
        return false;
    if (shelf_begin(outbox->shelf, err) && act(outbox, ctx, err) &&
        shelf_commit(outbox->shelf, err))
        return true;
    return outbox_lose(outbox, err);
}

bool outbox_transact(struct outbox *outbox, enum outbox_room room,
                     bool (*act)(struct outbox *, void *ctx, struct error *), void *ctx,
                     struct error *err)
{
    struct error why;
    outbox->barren.known = false;
    bool done = transact_once(outbox, act, ctx, &why);
    bool full = !done && why.code == ERROR_LATER && room == OUTBOX_ROOM_RESERVED &&
                outbox->reserved && outbox_is_full(outbox);
    if (full)
        reserve_release(outbox);
    if (full || (!done && why.code == ERROR_BROKEN)) /* by now the damaged file is moved aside */
        done = transact_once(outbox, act, ctx, &why);
    if (!done)
        return error_set(err, why.code, "%s", why.text);
    reserve_keep(outbox);
    return true;
}

/* ------------------------------------------------------------------ epochs */

bool outbox_epoch_last(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t *ret_seq,
                       struct link *ret_link, struct error *err)
{
    uint64_t last;
    struct link link;
    if (!shelf_scan_end(outbox->shelf, epoch->nth, &last, &link, err))
        return false;
    bool above = last > epoch->through;
    *ret_seq = above ? last : epoch->through;
    *ret_link = above ? link : epoch->through_link;
    return true;
}

bool outbox_link_at(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t seq,
                    struct link *ret_link, struct error *err)
{
    struct shelf_scan row;
    if (seq == 0)
        *ret_link = epoch->first_link;
    else if (seq == epoch->through)
        *ret_link = epoch->through_link;
    else if (shelf_scan_at(outbox->shelf, epoch->nth, seq, &row, err))
        *ret_link = row.link;
    else
        return false;
    return true;
}

bool outbox_new_epoch(struct outbox *outbox, const struct link *head, struct error *err)
{
    if (outbox->epoch.nth != 0 && !outbox->epoch.ended) {
        outbox->epoch.ended = true;
        if (!shelf_epoch_put(outbox->shelf, &outbox->epoch, err))
            return false;
    }
    uint64_t drawn = 0;
    while (drawn == 0)
        drawn = chance_u64(&outbox->chance);
    outbox->epoch = (struct shelf_epoch){
        .nth = outbox->epoch.nth + 1, .epoch = drawn, .first_link = *head, .through_link = *head};
    outbox->last_seq = outbox->given = 0;
    outbox->last_link = *head;
    return shelf_epoch_put(outbox->shelf, &outbox->epoch, err);
}

/* ------------------------------------------------------------------ opening */

/* Reads every epoch, mends what can be mended; the last one read becomes the running one. */
static bool load_epochs(struct outbox *outbox, struct error *err)
{
    outbox->epoch = (struct shelf_epoch){0};
    struct error none;
    struct shelf_epoch epoch;
    while (shelf_epoch_after(outbox->shelf, outbox->epoch.nth, &epoch, &none)) {
        outbox->epoch = epoch;
        if (outbox->doubtful != 0 && !epoch.ended &&
            !shelf_scan_delete(outbox->shelf, epoch.nth, outbox->doubtful, INT64_MAX, err))
            return false;
        if (!outbox_heal(outbox, &outbox->epoch, err))
            return false;
    }
    if (none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    return outbox_epoch_last(outbox, &outbox->epoch, &outbox->last_seq, &outbox->last_link, err);
}

/* Closed in order, or killed under this same boot: what was committed is there. After a power cut a
 * card may have lied about it (0010). */
static bool ended_well(const struct outbox *outbox)
{
    return outbox->meta.clean || outbox->meta.boot == outbox->clock.boot(outbox->clock.self);
}

/* Until outbox_close says otherwise. Nothing is written when nothing changes: opening again on a
 * full disk must be possible. */
static bool mark_open_now(struct outbox *outbox, struct error *err)
{
    uint64_t boot = outbox->clock.boot(outbox->clock.self);
    if (!outbox->meta.clean && outbox->meta.boot == boot)
        return true;
    outbox->meta.clean = false;
    outbox->meta.boot = boot;
    return shelf_meta_put(outbox->shelf, &outbox->meta, err);
}

/* The running epoch goes on only while the outbox can show that nothing is missing at its end. */
static bool load(struct outbox *outbox, struct error *err)
{
    if (!shelf_meta_get(outbox->shelf, &outbox->meta, err) || !load_epochs(outbox, err))
        return false;
    struct mark mark;
    bool marked = mark_read(outbox->mark_fd, &mark);
    bool ahead = marked && (outbox->epoch.nth == 0 ||
                            (mark.epoch == outbox->epoch.epoch && mark.seq > outbox->last_seq));
    bool running = outbox->epoch.nth != 0 && !outbox->epoch.ended;
    if (running && ahead)
        outbox_tell(outbox, "the last beeps are missing: a new epoch begins", outbox->epoch.epoch,
                    outbox->last_seq + 1);
    if (!running || ahead || !ended_well(outbox)) {
        struct link head = ahead ? mark.link : outbox->last_link;
        if (!outbox_new_epoch(outbox, &head, err))
            return false;
    }
    return mark_open_now(outbox, err);
}

static bool open_and_load(struct outbox *outbox, struct error *err)
{
    if (outbox->damaged ? !outbox_salvage(outbox, err)
                        : !shelf_open(outbox->path, &outbox->shelf, err))
        return false;
    outbox->damaged = false;
    if (!shelf_begin(outbox->shelf, err) || !load(outbox, err) || !shelf_commit(outbox->shelf, err))
        return false;
    outbox->doubtful = 0;
    return true;
}

bool outbox_ready(struct outbox *outbox, struct error *err)
{
    struct error why;
    if (outbox->shelf != NULL || open_and_load(outbox, &why))
        return true;
    outbox_lose(outbox, &why);
    if (why.code == ERROR_BROKEN)
        outbox_tell(outbox, "outbox.db is damaged: moved aside, a new epoch begins", 0, 0);
    else if (why.code == ERROR_LATER && outbox->reserved && outbox_is_full(outbox))
        reserve_release(outbox);
    else
        return error_set(err, why.code, "%s", why.text);
    if (open_and_load(outbox, &why))
        return true;
    outbox_lose(outbox, &why);
    return error_set(err, ERROR_LATER, "%s", why.text);
}

bool outbox_open(const struct outbox_config *config, struct outbox **ret_outbox, struct error *err)
{
    if (!device_name_is_good(config->device))
        return error_set(err, ERROR_BAD_INPUT, "outbox: no good device name");
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (outbox == NULL)
        return error_set(err, ERROR_LATER, "outbox: out of memory");
    char mark[PATH_MAX];
    int n = snprintf(outbox->path, PATH_MAX, "%s/outbox.db", config->dir);
    int m = snprintf(mark, PATH_MAX, "%s/outbox.mark", config->dir);
    int r = snprintf(outbox->reserve, PATH_MAX, "%s/outbox.reserve", config->dir);
    /* room for the name of a file moved aside: ".damaged-", a time, "-wal" */
    if (n >= PATH_MAX - 64 || m >= PATH_MAX || r >= PATH_MAX) {
        free(outbox);
        return error_set(err, ERROR_BAD_INPUT, "outbox: folder name too long");
    }
    snprintf(outbox->device, sizeof outbox->device, "%s", config->device);
    outbox->key = config->key;
    outbox->public = chain_public_of(config->key);
    outbox->clock = config->clock;
    outbox->chance = config->chance;
    outbox->told = config->told;
    outbox->mark_fd = mark_open(mark);
    outbox->reserved = access(outbox->reserve, F_OK) == 0;
    struct error trouble;
    if (outbox_ready(outbox, &trouble)) {
        reserve_keep(outbox);
    } else if (trouble.code == ERROR_REFUSED) {
        outbox_drop(outbox);
        return error_set(err, trouble.code, "%s", trouble.text);
    }
    *ret_outbox = outbox;
    return true;
}

void outbox_drop(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    shelf_close(outbox->shelf, false);
    if (outbox->mark_fd >= 0)
        close(outbox->mark_fd);
    free(outbox);
}

void outbox_close(struct outbox *outbox)
{
    if (outbox == NULL)
        return;
    struct error ignored;
    outbox->meta.clean = true;
    bool tidy = outbox->shelf != NULL && shelf_meta_put(outbox->shelf, &outbox->meta, &ignored);
    shelf_close(outbox->shelf, tidy);
    outbox->shelf = NULL;
    outbox_drop(outbox);
}

bool outbox_find_epoch(struct outbox *outbox, uint64_t number, struct shelf_epoch *ret_epoch,
                       struct error *err)
{
    struct shelf_epoch epoch = {.nth = 0};
    while (shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, err)) {
        if (epoch.epoch == number) {
            *ret_epoch = epoch;
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------ adding a beep */

bool outbox_append(struct outbox *outbox, struct scan *scan, struct error *err)
{
    struct shelf_scan row = {.seq = outbox->last_seq + 1};
    scan->seq = row.seq;
    if (!scan_encode(scan, row.bytes, &row.n, err))
        return false;
    row.link = chain_next(&outbox->last_link, row.bytes, row.n);
    if (!shelf_scan_put(outbox->shelf, outbox->epoch.nth, &row, &scan->item, err))
        return false;
    outbox->last_seq = row.seq;
    outbox->last_link = row.link;
    return true;
}

/* A withdrawal names a scan of the same item in the running epoch. */
static bool may_withdraw(struct outbox *outbox, const struct scan *scan, struct error *err)
{
    struct shelf_scan row;
    struct scan target;
    struct error why = {.code = ERROR_NONE};
    if (!shelf_scan_at(outbox->shelf, outbox->epoch.nth, scan->of_seq, &row, &why) &&
        why.code != ERROR_NOT_FOUND) {
        error_set(err, why.code, "%s", why.text);
        return outbox_lose(outbox, &why);
    }
    if (why.code == ERROR_NOT_FOUND || !scan_decode(row.bytes, row.n, &target, NULL) ||
        !item_equal(&target.item, &scan->item))
        return error_set(err, ERROR_REFUSED, "outbox: scan %llu is not there to be withdrawn",
                         (unsigned long long)scan->of_seq);
    return true;
}

static bool try_add(struct outbox *outbox, struct scan *scan, struct error *err)
{
    outbox->barren.known = false;
    if (!outbox_ready(outbox, err))
        return false;
    if (scan->event == EVENT_WITHDRAWN && !may_withdraw(outbox, scan, err))
        return false;
    uint64_t seq = outbox->last_seq + 1;
    if (shelf_begin(outbox->shelf, err) && outbox_append(outbox, scan, err) &&
        shelf_commit(outbox->shelf, err))
        return true;
    if (err->code == ERROR_BAD_INPUT) {
        shelf_rollback(outbox->shelf);
        return false;
    }
    outbox->doubtful = seq;
    return outbox_lose(outbox, err);
}

struct pruning {
    bool look_only;
    bool any;
};

/* Oldest receipted first [reliability.md, fault 4], a few hundred at a time. */
static bool prune_oldest(struct outbox *outbox, void *ctx, struct error *err)
{
    struct pruning *pruning = ctx;
    struct shelf_epoch epoch = {.nth = 0};
    struct shelf_scan first;
    struct error none;
    pruning->any = false;
    while (!pruning->any && shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, &none)) {
        if (!shelf_scan_after(outbox->shelf, epoch.nth, 0, &first, &none)) {
            if (none.code != ERROR_NOT_FOUND)
                break;
            continue;
        }
        pruning->any = first.seq <= epoch.through;
        uint64_t last = first.seq + PRUNE_WHEN_FULL - 1;
        if (pruning->any && !pruning->look_only &&
            !shelf_drop(outbox->shelf, epoch.nth, last < epoch.through ? last : epoch.through, err))
            return false;
    }
    return pruning->any || none.code == ERROR_NOT_FOUND ||
           error_set(err, none.code, "%s", none.text);
}

/* Looks before it touches the reserve: that is for receipts. */
static void make_room(struct outbox *outbox)
{
    struct pruning pruning = {.look_only = true};
    if (!outbox_is_full(outbox) ||
        !outbox_transact(outbox, OUTBOX_ROOM_RESERVED, prune_oldest, &pruning, NULL) ||
        !pruning.any)
        return;
    pruning.look_only = false;
    if (outbox_transact(outbox, OUTBOX_ROOM_RESERVED, prune_oldest, &pruning, NULL))
        outbox_tell(outbox, "storage is full: oldest receipted scans pruned", 0, 0);
}

bool outbox_add(struct outbox *outbox, struct scan *scan, struct error *err)
{
    struct error why;
    bool added = try_add(outbox, scan, &why);
    if (!added && (why.code == ERROR_LATER || why.code == ERROR_BROKEN)) {
        make_room(outbox);
        added = try_add(outbox, scan, &why); /* on a new handle, with an empty WAL */
    }
    if (!added)
        return error_set(err, why.code, "%s", why.text);
    struct mark mark = {outbox->epoch.epoch, outbox->last_seq, outbox->last_link};
    mark_write(outbox->mark_fd, &mark);
    return true;
}
