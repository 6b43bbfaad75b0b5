/* shelf_scans.c - the rows of scans: to be sent, held back, set aside. */
#include "handheld/shelf_inside.h"

static struct shelf_scan column_scan(struct shelf *shelf, enum query query)
{
    struct shelf_scan scan = {.seq = (uint64_t)shelf_column_int(shelf, query, 0)};
    scan.n = shelf_column_blob(shelf, query, 1, scan.bytes, sizeof scan.bytes);
    scan.link = shelf_column_link(shelf, query, 2);
    return scan;
}

bool shelf_scan_put(struct shelf *shelf, uint32_t nth, const struct shelf_scan *scan,
                    const struct item *item, struct error *err)
{
    if (!shelf_ask(shelf, Q_SCAN_PUT, err, "iibbt", (int64_t)nth, (int64_t)scan->seq,
                   (const void *)scan->bytes, scan->n, (const void *)scan->link.bytes,
                   sizeof scan->link.bytes, item->text) ||
        !shelf_finish(shelf, Q_SCAN_PUT, err))
        return false;
    known_scan_put(&shelf->known, nth, scan->seq, &scan->link);
    return true;
}

/* What was asked gives one scan. */
static bool one_scan(struct shelf *shelf, enum query query, struct shelf_scan *ret_scan,
                     struct error *err)
{
    if (!shelf_found(shelf, query, err))
        return false;
    *ret_scan = column_scan(shelf, query);
    shelf_rest(shelf, query);
    return true;
}

bool shelf_scan_at(struct shelf *shelf, uint32_t nth, uint64_t seq, struct shelf_scan *ret_scan,
                   struct error *err)
{
    return shelf_ask(shelf, Q_SCAN_AT, err, "ii", (int64_t)nth, (int64_t)seq) &&
           one_scan(shelf, Q_SCAN_AT, ret_scan, err);
}

bool shelf_scan_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                      struct shelf_scan *ret_scan, struct error *err)
{
    return shelf_ask(shelf, Q_SCAN_AFTER, err, "ii", (int64_t)nth, (int64_t)after) &&
           one_scan(shelf, Q_SCAN_AFTER, ret_scan, err);
}

bool shelf_scan_last(struct shelf *shelf, uint32_t nth, struct shelf_scan *ret_scan,
                     struct error *err)
{
    return shelf_ask(shelf, Q_SCAN_LAST, err, "i", (int64_t)nth) &&
           one_scan(shelf, Q_SCAN_LAST, ret_scan, err);
}

bool shelf_scan_end(struct shelf *shelf, uint32_t nth, uint64_t *ret_seq, struct link *ret_link,
                    struct error *err)
{
    struct shelf_scan last = {.seq = 0};
    struct error none;
    struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_scans) {
        *ret_seq = known->last_scan;
        *ret_link = known->last_link;
        return true;
    }
    if (!shelf_scan_last(shelf, nth, &last, &none) && none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    if (known != NULL) {
        known->has_scans = true;
        known->last_scan = last.seq;
        known->last_link = last.link;
    }
    *ret_seq = last.seq;
    *ret_link = last.link;
    return true;
}

bool shelf_scans_of_item(struct shelf *shelf, const struct item *item,
                         bool (*each)(void *ctx, uint32_t nth, const struct shelf_scan *scan),
                         void *ctx, struct error *err)
{
    bool row;
    if (!shelf_ask(shelf, Q_SCANS_OF_ITEM, err, "t", item->text))
        return false;
    while (shelf_step(shelf, Q_SCANS_OF_ITEM, &row, err)) {
        if (!row)
            return true;
        struct shelf_scan scan = column_scan(shelf, Q_SCANS_OF_ITEM);
        if (!each(ctx, (uint32_t)shelf_column_int(shelf, Q_SCANS_OF_ITEM, 3), &scan)) {
            shelf_rest(shelf, Q_SCANS_OF_ITEM);
            return true;
        }
    }
    return false;
}

bool shelf_scan_delete(struct shelf *shelf, uint32_t nth, uint64_t first, uint64_t last,
                       struct error *err)
{
    known_scans_deleted(&shelf->known, nth);
    return shelf_ask(shelf, Q_SCAN_DELETE, err, "iii", (int64_t)nth, (int64_t)first,
                     (int64_t)last) &&
           shelf_finish(shelf, Q_SCAN_DELETE, err);
}

/* ------------------------------------------------------------------ held back, set aside */

bool shelf_hold(struct shelf *shelf, uint32_t nth, uint64_t seq, const void *bytes, size_t n,
                struct error *err)
{
    known_held(&shelf->known, nth, true);
    return shelf_ask(shelf, Q_HOLD, err, "iib", (int64_t)nth, (int64_t)seq, bytes, n) &&
           shelf_finish(shelf, Q_HOLD, err);
}

bool shelf_held_after(struct shelf *shelf, uint32_t nth, uint64_t after,
                      struct shelf_scan *ret_scan, struct error *err)
{
    return shelf_ask(shelf, Q_HELD_AFTER, err, "ii", (int64_t)nth, (int64_t)after) &&
           one_scan(shelf, Q_HELD_AFTER, ret_scan, err);
}

bool shelf_held_delete(struct shelf *shelf, uint32_t nth, struct error *err)
{
    known_held(&shelf->known, nth, false);
    return shelf_ask(shelf, Q_HELD_DELETE, err, "i", (int64_t)nth) &&
           shelf_finish(shelf, Q_HELD_DELETE, err);
}

bool shelf_held_any(struct shelf *shelf, uint32_t nth, bool *ret_any, struct error *err)
{
    uint64_t seq;
    const struct known_epoch *known = known_find(&shelf->known, nth);
    if (known != NULL && known->has_held) {
        *ret_any = known->any_held;
        return true;
    }
    if (!shelf_ask(shelf, Q_HELD_AFTER, err, "ii", (int64_t)nth, INT64_C(0)) ||
        !shelf_one_number(shelf, Q_HELD_AFTER, 0, &seq, err))
        return false;
    *ret_any = seq != 0;
    known_held(&shelf->known, nth, *ret_any);
    return true;
}

bool shelf_held_count(struct shelf *shelf, uint64_t *ret_count, struct error *err)
{
    return shelf_ask(shelf, Q_HELD_COUNT, err, "") &&
           shelf_one_number(shelf, Q_HELD_COUNT, 0, ret_count, err);
}

static bool set_aside(struct shelf *shelf, enum query query, uint32_t nth, uint64_t seq,
                      const char *why, struct error *err)
{
    return shelf_ask(shelf, query, err, "iit", (int64_t)nth, (int64_t)seq, why) &&
           shelf_finish(shelf, query, err);
}

bool shelf_set_aside_scan(struct shelf *shelf, uint32_t nth, uint64_t seq, const char *why,
                          struct error *err)
{
    return set_aside(shelf, Q_ASIDE_SCAN, nth, seq, why, err);
}

bool shelf_set_aside_batches(struct shelf *shelf, uint32_t nth, uint64_t above, const char *why,
                             struct error *err)
{
    return set_aside(shelf, Q_ASIDE_BATCHES, nth, above, why, err);
}

bool shelf_set_aside_held(struct shelf *shelf, uint32_t nth, uint64_t seq, const char *why,
                          struct error *err)
{
    return set_aside(shelf, Q_ASIDE_HELD, nth, seq, why, err);
}

bool shelf_set_aside_count(struct shelf *shelf, uint64_t *ret_count, struct error *err)
{
    return shelf_ask(shelf, Q_ASIDE_COUNT, err, "") &&
           shelf_one_number(shelf, Q_ASIDE_COUNT, 0, ret_count, err);
}
