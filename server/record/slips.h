/* slips.h - invitations (giấy mời GM-) as they were left: by scans of a failed attempt, which name
 * the slip, and by the desk. Looked up beside batches and chain; what a scan said stays here also
 * when the scan is taken back. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_SLIPS_H
#define TRAO_SERVER_RECORD_SLIPS_H

#include "protocol/scan.h"
#include "server/record/record.h"

/* A stored scan names a slip; nothing for one that names none. May be said again. */
bool slip_left(struct record *record, int64_t device, uint64_t epoch, const struct scan *scan,
               struct error *err) must_use;
/* The same for all batches of a record that is older than this look-up. */
bool slips_fill(struct record *record, struct error *err) must_use;

struct slip_use {
    uint64_t slip;
    struct item item;
    bool by_desk;   /* bound there, by office fact `seq` */
    int64_t device; /* else by this scan */
    uint64_t epoch, seq;
    uint32_t badge;     /* who scanned it, 0 nobody signed in */
    uint32_t pad_badge; /* whose pad it is of; 0: of none */
};
/* All that were left, by number; of the pads of one badge, or all with 0 (which also tells those of
 * no pad). `each` returns false to stop. */
bool slips_left(struct record *record, uint32_t pad_badge,
                bool (*each)(void *ctx, const struct slip_use *use), void *ctx,
                struct error *err) must_use;

#endif
