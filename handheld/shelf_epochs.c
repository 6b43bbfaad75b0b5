/* shelf_epochs.c - the rows of the device itself and of its epochs. */
#include "handheld/shelf_inside.h"

bool shelf_meta_get(struct shelf *shelf, struct shelf_meta *ret_meta, struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    if (!shelf_ask(shelf, Q_META_GET, err, ""))
        return false;
    if (!shelf_found(shelf, Q_META_GET, &why)) /* it was made with its table: a page leads astray */
        return error_set(err, why.code == ERROR_NOT_FOUND ? ERROR_BROKEN : why.code, "%s",
                         why.text);
    *ret_meta = (struct shelf_meta){
        .clean = shelf_column_int(shelf, Q_META_GET, 0) != 0,
        .boot = (uint64_t)shelf_column_int(shelf, Q_META_GET, 1),
        .generation = (uint64_t)shelf_column_int(shelf, Q_META_GET, 2),
        .serial = (uint64_t)shelf_column_int(shelf, Q_META_GET, 3),
        .last_receipt = {shelf_column_int(shelf, Q_META_GET, 4)},
        .server_wall = {shelf_column_int(shelf, Q_META_GET, 5)},
    };
    shelf_rest(shelf, Q_META_GET);
    shelf->known.has_meta = true;
    shelf->known.meta = *ret_meta;
    return true;
}

bool shelf_meta_put(struct shelf *shelf, const struct shelf_meta *meta, struct error *err)
{
    if (known_has_meta(&shelf->known, meta))
        return true;
    if (!shelf_ask(shelf, Q_META_PUT, err, "iiiiii", (int64_t)meta->clean, (int64_t)meta->boot,
                   (int64_t)meta->generation, (int64_t)meta->serial, meta->last_receipt.ms,
                   meta->server_wall.ms) ||
        !shelf_finish(shelf, Q_META_PUT, err))
        return false;
    shelf->known.has_meta = true;
    shelf->known.meta = *meta;
    return true;
}

static bool epoch_after(struct shelf *shelf, uint32_t after, struct shelf_epoch *ret_epoch,
                        struct error *err)
{
    if (!shelf_ask(shelf, Q_EPOCH_AFTER, err, "i", (int64_t)after) ||
        !shelf_found(shelf, Q_EPOCH_AFTER, err))
        return false;
    *ret_epoch = (struct shelf_epoch){
        .nth = (uint32_t)shelf_column_int(shelf, Q_EPOCH_AFTER, 0),
        .epoch = (uint64_t)shelf_column_int(shelf, Q_EPOCH_AFTER, 1),
        .first_link = shelf_column_link(shelf, Q_EPOCH_AFTER, 2),
        .through = (uint64_t)shelf_column_int(shelf, Q_EPOCH_AFTER, 3),
        .through_link = shelf_column_link(shelf, Q_EPOCH_AFTER, 4),
        .stated = (uint64_t)shelf_column_int(shelf, Q_EPOCH_AFTER, 5),
        .ended = shelf_column_int(shelf, Q_EPOCH_AFTER, 6) != 0,
    };
    shelf_rest(shelf, Q_EPOCH_AFTER);
    return true;
}

/* Reads all epochs, if they are not more than can be kept in mind. */
static bool know_epochs(struct shelf *shelf, struct error *err)
{
    struct shelf_epoch epoch = {.nth = 0};
    struct error none;
    struct known *known = &shelf->known;
    if (known->whole || known->too_many || shelf->damaged)
        return true;
    known->n = 0;
    while (!known->too_many && epoch_after(shelf, epoch.nth, &epoch, &none))
        known_put(known, &epoch);
    known->whole = !known->too_many && none.code == ERROR_NOT_FOUND;
    return known->whole || known->too_many || error_set(err, none.code, "%s", none.text);
}

bool shelf_epoch_after(struct shelf *shelf, uint32_t after, struct shelf_epoch *ret_epoch,
                       struct error *err)
{
    if (!know_epochs(shelf, err))
        return false;
    if (!shelf->known.whole)
        return epoch_after(shelf, after, ret_epoch, err);
    const struct known_epoch *next = known_after(&shelf->known, after);
    if (next == NULL)
        return error_set(err, ERROR_NOT_FOUND, "outbox: no such row");
    *ret_epoch = next->row;
    return true;
}

bool shelf_epoch_put(struct shelf *shelf, const struct shelf_epoch *e, struct error *err)
{
    if (known_has(&shelf->known, e))
        return true;
    if (!shelf_ask(shelf, Q_EPOCH_PUT, err, "iibibii", (int64_t)e->nth, (int64_t)e->epoch,
                   (const void *)e->first_link.bytes, sizeof e->first_link.bytes,
                   (int64_t)e->through, (const void *)e->through_link.bytes,
                   sizeof e->through_link.bytes, (int64_t)e->stated, (int64_t)e->ended) ||
        !shelf_finish(shelf, Q_EPOCH_PUT, err))
        return false;
    if (shelf->known.whole)
        known_put(&shelf->known, e);
    return true;
}

bool shelf_epoch_delete(struct shelf *shelf, uint32_t nth, struct error *err)
{
    known_delete(&shelf->known, nth);
    return shelf_ask(shelf, Q_EPOCH_DELETE, err, "i", (int64_t)nth) &&
           shelf_finish(shelf, Q_EPOCH_DELETE, err);
}
