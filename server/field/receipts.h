/* receipts.h - what is due to devices after COMMIT: receipts, gathered per device and epoch, and
 * standings. Private to this folder; the writer's thread. */
#ifndef TRAO_SERVER_FIELD_RECEIPTS_H
#define TRAO_SERVER_FIELD_RECEIPTS_H

#include "protocol/session.h"
#include "protocol/wire.h"
#include "server/record/record.h"

struct receipts; /* grows as needed, forgets at receipts_clear */

bool receipts_new(struct receipts **ret_receipts, struct error *err) must_use;
void receipts_free(struct receipts *receipts);

/* A receipt for this epoch as it stands now; several of one group become one. */
bool receipts_due(struct receipts *receipts, const char *device, const struct record_epoch *epoch,
                  const struct verdict *verdicts, size_t n, struct error *err) must_use;
/* Where the server stands, for the epochs of a hello. */
bool receipts_standing(struct receipts *receipts, const char *device,
                       const struct standing *standing, struct error *err) must_use;

struct receipts_seal {
    uint64_t generation, generation_serial;
    const struct seal_secret *key;
    struct instant now;
};
/* Sends all that is due and clears. What the link does not take is dropped: the device asks. */
void receipts_send(struct receipts *receipts, const struct receipts_seal *seal,
                   const struct link_out *out);
void receipts_clear(struct receipts *receipts);

#endif
