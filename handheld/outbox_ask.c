/* What the program asks of what was beeped: an item's last scan, the newest of all, how many wait.
 */
#include "handheld/outbox_inside.h"

/* A withdrawal stands after the scan it takes back, so newest first it is met before it. */
#define WITHDRAWN_MAX 8
struct last_of_item {
    struct outbox *outbox;
    bool found;
    struct scan scan;
    struct outbox_at withdrawn[WITHDRAWN_MAX];
    size_t withdrawals;
};

static bool is_withdrawn(const struct last_of_item *last, uint32_t nth, uint64_t seq)
{
    for (size_t i = 0; i < last->withdrawals; i++)
        if (last->withdrawn[i].nth == nth && last->withdrawn[i].seq == seq)
            return true;
    return false;
}

/* The place of what a withdrawal in the nth epoch takes back; {0, 0} when its epoch is gone. */
static struct outbox_at taken_back(struct outbox *outbox, uint32_t nth, const struct scan *scan)
{
    struct shelf_epoch epoch;
    if (scan->of_epoch == 0)
        return (struct outbox_at){nth, scan->of_seq};
    if (!outbox_find_epoch(outbox, scan->of_epoch, &epoch, NULL))
        return (struct outbox_at){0, 0};
    return (struct outbox_at){epoch.nth, scan->of_seq};
}

static bool look_for_last(void *ctx, uint32_t nth, const struct shelf_scan *row)
{
    struct last_of_item *last = ctx;
    struct scan scan;
    if (!scan_decode(row->bytes, row->n, &scan, NULL) || is_withdrawn(last, nth, row->seq))
        return true;
    if (scan.event == EVENT_WITHDRAWN) {
        if (last->withdrawals < WITHDRAWN_MAX)
            last->withdrawn[last->withdrawals++] = taken_back(last->outbox, nth, &scan);
        return true;
    }
    last->scan = scan;
    last->found = true;
    return false;
}

bool outbox_last(struct outbox *outbox, const struct item *item, struct scan *ret_scan,
                 struct error *err)
{
    struct error why;
    struct last_of_item last = {.outbox = outbox};
    if (!outbox_ready(outbox, err))
        return false;
    if (!shelf_scans_of_item(outbox->shelf, item, look_for_last, &last, &why)) {
        error_set(err, why.code, "%s", why.text);
        return outbox_lose(outbox, &why);
    }
    if (!last.found)
        return error_set(err, ERROR_NOT_FOUND, "outbox: %s is not known here", item->text);
    *ret_scan = last.scan;
    return true;
}

/* A withdrawal says nothing by itself: what it takes back was done last. */
static bool newest_of_epoch(struct outbox *outbox, uint32_t nth, struct scan *ret_scan,
                            struct error *err)
{
    struct shelf_scan row;
    if (!shelf_scan_last(outbox->shelf, nth, &row, err) ||
        !scan_decode(row.bytes, row.n, ret_scan, err))
        return false;
    if (ret_scan->event != EVENT_WITHDRAWN)
        return true;
    struct outbox_at at = taken_back(outbox, nth, ret_scan);
    return shelf_scan_at(outbox->shelf, at.nth, at.seq, &row, err) &&
           scan_decode(row.bytes, row.n, ret_scan, err);
}

bool outbox_newest(struct outbox *outbox, struct scan *ret_scan, struct error *err)
{
    struct error why;
    struct scan newest;
    if (!outbox_ready(outbox, err))
        return false;
    /* A running epoch that has only just begun has none: then the one before it. */
    bool found = newest_of_epoch(outbox, outbox->epoch.nth, &newest, &why) ||
                 (why.code == ERROR_NOT_FOUND &&
                  newest_of_epoch(outbox, outbox->epoch.nth - 1, &newest, &why));
    if (found)
        *ret_scan = newest;
    else if (why.code == ERROR_LATER || why.code == ERROR_BROKEN)
        outbox_lose(outbox, &why);
    return found || error_set(err, why.code, "%s", why.text);
}

/* Adds what one epoch has unreceipted; the first such scan is the oldest. */
static bool count_epoch(struct outbox *outbox, const struct shelf_epoch *epoch,
                        struct outbox_counts *counts, struct error *err)
{
    uint64_t last = 0;
    struct link link;
    if (!outbox_epoch_last(outbox, epoch, &last, &link, err))
        return false;
    struct shelf_scan row;
    struct scan scan;
    if (counts->unsent == 0 && last > epoch->through) {
        if (!shelf_scan_after(outbox->shelf, epoch->nth, epoch->through, &row, err))
            return false;
        if (scan_decode(row.bytes, row.n, &scan, NULL))
            counts->oldest = scan.wall;
    }
    counts->unsent += last - epoch->through;
    return true;
}

static bool count(struct outbox *outbox, struct outbox_counts *counts, struct error *err)
{
    struct error none;
    struct shelf_epoch epoch = {.nth = 0};
    while (shelf_epoch_after(outbox->shelf, epoch.nth, &epoch, &none))
        if (!count_epoch(outbox, &epoch, counts, err))
            return false;
    if (none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    uint64_t held;
    if (!shelf_held_count(outbox->shelf, &held, err) ||
        !shelf_set_aside_count(outbox->shelf, &counts->set_aside, err))
        return false;
    counts->unsent += held;
    counts->last_receipt = outbox->meta.last_receipt;
    return true;
}

bool outbox_counts(struct outbox *outbox, struct outbox_counts *ret_counts, struct error *err)
{
    struct error why;
    struct outbox_counts counts = {0};
    if (!outbox_ready(outbox, err))
        return false;
    if (!count(outbox, &counts, &why)) {
        error_set(err, why.code, "%s", why.text);
        return outbox_lose(outbox, &why);
    }
    *ret_counts = counts;
    return true;
}
