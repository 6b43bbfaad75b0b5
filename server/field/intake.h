/* intake.h - from a message of a device to facts and a receipt (reliability.md, the decision).
 *
 * Three steps, so that threads live only in the program and the simulation runs the same code:
 *   intake_read   any thread: unpacks, checks every field, verifies the seal with the key known for
 *                 the device (own lock inside). Never touches the record.
 *   intake_take   the writer's thread, inside a group: looks up the device, decides per batch
 *                 (stored, repeated, gap, broken link, conflict, forged, revoked), appends, notes
 *                 which receipts are due. An error is the record's (LATER, BROKEN): the group must
 *                 be rolled back and intake_forget called; the device will send again.
 *   intake_answer the writer's thread, after COMMIT: counts, sends receipts and standings that are
 *                 due, tells alarms. Of a group that is rolled back nothing is told.
 *
 * A wrong seal, or scans that do not match their head, never move N: they may be the broker's
 * doing; set aside, alarm. A rightly sealed batch that does not follow what is stored is a broken
 * link: kept with a verdict, N moves past it. Same number, other bytes, both rightly sealed: both
 * kept, the first counts. Above a gap batches are kept, N waits. Nothing a device sends is ever an
 * assertion.
 */
#ifndef TRAO_SERVER_FIELD_INTAKE_H
#define TRAO_SERVER_FIELD_INTAKE_H

#include "protocol/session.h"
#include "protocol/wire.h"
#include "server/record/devices.h"
#include "server/record/record.h"

struct intake;

struct intake_config {
    struct record *record; /* the writer's */
    const struct seal_secret *seal_key;
    const void *authority_der; /* CA certificate: admits devices enrolled after a restored backup */
    size_t authority_n;
    struct link_out out;
    struct clock clock;
    /* Told of what somebody must look at: a forged seal, a broken link, a conflict. On the writer's
     * thread, after COMMIT. May be NULL. */
    void (*alarm)(void *ctx, const char *device, uint64_t epoch, uint64_t seq, const char *what);
    /* Told of what concerns rounds, on the writer's thread, inside the group: copy and leave. May
     * be NULL. A report may come from a device nobody knows. */
    void (*hello)(void *ctx, const struct device *device, const struct hello *hello);
    void (*report)(void *ctx, const char *device, const struct device_report *report,
                   struct instant arrival);
    void *ctx;
};

bool intake_open(const struct intake_config *config, struct intake **ret_intake,
                 struct error *err) must_use;
void intake_close(struct intake *intake);

struct intake_message; /* owns a copy of the bytes */

/* `arrival` is when the network thread got it. BAD_INPUT / REFUSED when nothing can be made of it:
 * the caller logs and, on the writer's thread, may still set it aside through intake_take, so a
 * message comes back in every case but out of memory. */
bool intake_read(struct intake *intake, const char *topic, const void *bytes, size_t n,
                 struct instant arrival, struct intake_message **ret_message,
                 struct error *err) must_use;
void intake_message_free(struct intake_message *message);
/* A piece of an attachment: not the writer's, but attachments_take's. NULL when it is none;
 * borrowed from the message, as is the device's name. */
const struct attachment_chunk *intake_piece(const struct intake_message *message,
                                            const char **ret_device);

bool intake_take(struct intake *intake, const struct intake_message *message,
                 struct error *err) must_use;
void intake_answer(struct intake *intake);
/* After a rollback: nothing is due, counted or told; caches read anew. */
void intake_forget(struct intake *intake);

/* What intake has seen since open and the record has committed, for the log and the bench. */
struct intake_counts {
    uint64_t messages, batches, scans_stored, scans_repeated, gaps, broken_links, conflicts, forged,
        unreadable, revoked;
};
void intake_counts(struct intake *intake, struct intake_counts *ret_counts);

#endif
