/* aside.h - scans of revoked handhelds: kept as they came, and set aside until an administrator
 * admits them (settled point 9). Which are admitted is looked up beside the office chain, as in
 * lookups.h. Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_ASIDE_H
#define TRAO_SERVER_RECORD_ASIDE_H

#include "server/record/record.h"

/* Batches a device sent when it was revoked, oldest first; `each` returns false to stop. Slices
 * live during the call only. */
bool aside_batches(struct record *record, int64_t device,
                   bool (*each)(void *ctx, const struct record_batch *batch), void *ctx,
                   struct error *err) must_use;
bool aside_is_admitted(struct record *record, const char *device, uint64_t epoch, uint64_t seq,
                       bool *ret_admitted, struct error *err) must_use;
/* Whether a scan of this device that counts names the attachment, itself or through its list: one
 * that was stored, also before the device was revoked, or admitted since. Its hash stands in that
 * scan, so whoever hands it in, it is what was meant. */
bool aside_counts(struct record *record, const char *device, const struct link *attachment,
                  bool *ret_counts, struct error *err) must_use;

#endif
