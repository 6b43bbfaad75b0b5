#include "handheld/known.h"

#include <string.h>

struct known_epoch *known_after(struct known *known, uint32_t after)
{
    for (size_t i = 0; i < known->n; i++)
        if (known->epoch[i].row.nth > after)
            return &known->epoch[i];
    return NULL;
}

struct known_epoch *known_find(struct known *known, uint32_t nth)
{
    for (size_t i = known->n; i > 0; i--) /* mostly the running one */
        if (known->epoch[i - 1].row.nth == nth)
            return &known->epoch[i - 1];
    return NULL;
}

void known_put(struct known *known, const struct shelf_epoch *row)
{
    struct known_epoch *old = known_find(known, row->nth);
    if (old != NULL) {
        old->row = *row;
        return;
    }
    if (known->n == KNOWN_MAX) {
        known->n = 0;
        known->whole = false;
        known->too_many = true;
        return;
    }
    size_t at = known->n++;
    for (; at > 0 && known->epoch[at - 1].row.nth > row->nth; at--)
        known->epoch[at] = known->epoch[at - 1];
    known->epoch[at] = (struct known_epoch){.row = *row};
}

void known_delete(struct known *known, uint32_t nth)
{
    struct known_epoch *old = known_find(known, nth);
    known->too_many = false;
    if (old == NULL)
        return;
    size_t behind = known->n - (size_t)(old - known->epoch) - 1;
    memmove(old, old + 1, behind * sizeof *old);
    known->n--;
}

bool known_has(struct known *known, const struct shelf_epoch *row)
{
    const struct known_epoch *of = known_find(known, row->nth);
    const struct shelf_epoch *old = of != NULL ? &of->row : NULL;
    return old != NULL && old->epoch == row->epoch && old->through == row->through &&
           old->stated == row->stated && old->ended == row->ended &&
           link_equal(&old->first_link, &row->first_link) &&
           link_equal(&old->through_link, &row->through_link);
}

bool known_has_meta(const struct known *known, const struct shelf_meta *meta)
{
    const struct shelf_meta *old = &known->meta;
    return known->has_meta && old->clean == meta->clean && old->boot == meta->boot &&
           old->generation == meta->generation && old->serial == meta->serial &&
           old->last_receipt.ms == meta->last_receipt.ms &&
           old->server_wall.ms == meta->server_wall.ms;
}

/* ------------------------------------------------------------------ what is written of an epoch */

void known_scan_put(struct known *known, uint32_t nth, uint64_t seq, const struct link *link)
{
    struct known_epoch *of = known_find(known, nth);
    if (of == NULL || !of->has_scans || seq < of->last_scan)
        return;
    of->last_scan = seq;
    of->last_link = *link;
}

void known_scans_deleted(struct known *known, uint32_t nth)
{
    struct known_epoch *of = known_find(known, nth);
    if (of != NULL)
        of->has_scans = false;
}

void known_batch_put(struct known *known, uint32_t nth, uint64_t last)
{
    struct known_epoch *of = known_find(known, nth);
    if (of == NULL)
        return;
    of->has_stamps = false;
    if (last > of->last_batched)
        of->last_batched = last;
}

void known_batches_deleted(struct known *known, uint32_t nth)
{
    struct known_epoch *of = known_find(known, nth);
    if (of != NULL)
        of->has_batches = false;
}

void known_stamped(struct known *known, uint32_t nth, uint64_t through)
{
    struct known_epoch *of = known_find(known, nth);
    if (of == NULL)
        return;
    of->has_stamps = true;
    of->stamped = through;
}

void known_held(struct known *known, uint32_t nth, bool any)
{
    struct known_epoch *of = known_find(known, nth);
    if (of == NULL)
        return;
    of->has_held = true;
    of->any_held = any;
}
