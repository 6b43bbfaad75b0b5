/* attachments.h - what a door gave beside the scan, as it comes in pieces and as it is kept: files
 * DIR/attachments/XX/HASH, encrypted as they came, beside the record that says which scan names
 * which (server/record/papers.h).
 *
 * A piece is taken only of what a stored scan of that device, or the list of one, names: junk is
 * refused before it costs a byte. What is unfinished lies in DIR/attachments/partial and is gone on
 * with where it stopped, also after a restart. Whole, it is hashed, synced, opened once to see what
 * it is, and only then vouched for. Bounds: one file at most ATTACHMENT_CLOSED_MAX, one device at
 * most ATTACHMENTS_DAY_BYTES a day and ATTACHMENTS_PARTS_MAX unfinished ones, and a twentieth of
 * the disk stays free for the record: beyond them the device is told to ask again later.
 *
 * One thread of its own, never the writer's: it waits for the writer (acts) and for the disk. A
 * peer's data never asserts.
 */
#ifndef TRAO_SERVER_FIELD_ATTACHMENTS_H
#define TRAO_SERVER_FIELD_ATTACHMENTS_H

#include "protocol/attachment.h"
#include "protocol/session.h"
#include "server/record/acts.h"
#include "server/record/papers.h"

#define ATTACHMENTS_DAY_BYTES (UINT64_C(512) << 20) /* a device's own budget (settled point 7) */
#define ATTACHMENTS_PARTS_MAX 4

struct attachments;

struct attachments_config {
    const char *folder;      /* the data folder; borrowed, as is all below */
    const char *record_path; /* for a reader of its own */
    struct acts acts;
    const struct box_public *box_public;
    const struct box_secret *box_secret;
    const struct seal_secret *seal_key;
    struct link_out out;
    struct clock clock;
    uint64_t day_bytes; /* 0: ATTACHMENTS_DAY_BYTES */
};

/* Makes the folders. LATER, or the record's error. */
bool attachments_open(const struct attachments_config *config, struct attachments **ret_attachments,
                      struct error *err) must_use;
void attachments_close(struct attachments *attachments); /* NULL is fine */

/* Takes a piece that came over the topic of `device` and sends what is here of it. False only when
 * the record cannot be read or written: nothing is sent, the device asks again. */
bool attachments_take(struct attachments *attachments, const char *device,
                      const struct attachment_chunk *chunk, struct error *err) must_use;

/* Now and then: what lies here whole but is not entered (a restart between the two, a record put
 * back to an older copy) is entered; what was begun 30 days ago is removed. */
bool attachments_tidy(struct attachments *attachments, struct error *err) must_use;

/* ------------------------------------------------------------------ for an office; any thread */

/* The path of one that is kept. */
#define ATTACHMENTS_PATH_MAX 512
bool attachments_path(const char *folder, const struct link *hash, char out[ATTACHMENTS_PATH_MAX],
                      struct error *err) must_use;
/* Opens one that is kept: its content in *new_bytes, which the caller wipes and frees. NOT_FOUND.
 */
bool attachments_read(const char *folder, const struct link *hash, const struct box_public *to,
                      const struct box_secret *secret, enum paper *ret_kind, uint8_t **new_bytes,
                      size_t *ret_n, struct error *err) must_use;
/* Removes the file and says so in the record; the chain stays as it is. NOT_FOUND. */
bool attachments_delete(const char *folder, const struct acts *acts, const struct link *hash,
                        struct error *err) must_use;

#endif
