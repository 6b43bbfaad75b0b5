/* known.h - what the shelf knows of its epochs without asking the disk: their rows, and where the
 * scans and batches of each end. The outbox asks that at every message and every turn of the loop;
 * it changes with a beep or a receipt. Filled from the disk by whoever has an open file, kept in
 * step by each write to it, gone with the handle. For shelf*.c alone.
 */
#ifndef TRAO_HANDHELD_KNOWN_H
#define TRAO_HANDHELD_KNOWN_H

#include "handheld/shelf.h"

#define KNOWN_MAX                                                                                  \
    32 /* more epochs at once are asked of the disk: 5 KB hold a month of bad cards                \
        */

struct known_epoch {
    struct shelf_epoch row;
    bool has_scans; /* what follows is known: the last scan's number, 0 none, and link */
    uint64_t last_scan;
    struct link last_link;
    bool has_batches; /* the same of the last scan in a batch */
    uint64_t last_batched;
    bool has_held;
    bool any_held;
    bool has_stamps; /* batches up to this one are stamped, those above are not */
    uint64_t stamped;
};

/* Zeroed: nothing is known. */
struct known {
    struct known_epoch epoch[KNOWN_MAX]; /* by nth */
    size_t n;
    bool whole;    /* these are all there are */
    bool too_many; /* not again before some are deleted */
    bool has_meta;
    struct shelf_meta meta;
};

/* The first with nth > `after`; NULL when there is none. */
struct known_epoch *known_after(struct known *known, uint32_t after);
/* NULL when it is not known. */
struct known_epoch *known_find(struct known *known, uint32_t nth);
/* Inserts or replaces; without room nothing is known any more. */
void known_put(struct known *known, const struct shelf_epoch *row);
void known_delete(struct known *known, uint32_t nth);
/* The very row is there: it need not be written. */
bool known_has(struct known *known, const struct shelf_epoch *row);
bool known_has_meta(const struct known *known, const struct shelf_meta *meta);

/* ------------------------------------------------------------------ what is written of an epoch */

void known_scan_put(struct known *known, uint32_t nth, uint64_t seq, const struct link *link);
void known_scans_deleted(struct known *known, uint32_t nth);
void known_batch_put(struct known *known, uint32_t nth, uint64_t last);
void known_batches_deleted(struct known *known, uint32_t nth);
void known_stamped(struct known *known, uint32_t nth, uint64_t through);
void known_held(struct known *known, uint32_t nth, bool any);

#endif
