/* attach_store.h - the folder DIR/attachments: closed attachments until the server has them, one
 * file each. Apart from the outbox, with a budget of its own (settled point 7): when it is used up,
 * nothing more is taken in and scans go on.
 *
 * What is gathered at a door lies in door/ until a scan is about to name it; then it changes to
 * queue/ under the number of that door, on the disk before attach_store_queue returns. What lies in
 * door/ when the program starts was never named by a scan and is removed. A power cut may leave in
 * queue/ what no scan came to name: the server refuses that. What it refuses lies in aside/ for 30
 * days, for people to look at.
 *
 * One thread; files only. Names say kind, number and hash: nothing of a person.
 */
#ifndef TRAO_HANDHELD_ATTACH_STORE_H
#define TRAO_HANDHELD_ATTACH_STORE_H

#include "protocol/attachment.h"
#include "protocol/clock.h"

#define ATTACH_BUDGET_BYTES (UINT64_C(512) << 20) /* settled point 7 */
#define ATTACH_ASIDE_MS INT64_C(2592000000)       /* 30 days */

struct attach_store;

struct attach_store_config {
    const char *dir;       /* the device's folder; exists; borrowed during the call */
    uint64_t budget_bytes; /* 0: ATTACH_BUDGET_BYTES */
    struct clock clock;
};

/* Makes what is missing and looks through what is there. LATER: the disk does not let it. */
bool attach_store_open(const struct attach_store_config *config, struct attach_store **ret_store,
                       struct error *err) must_use;
void attach_store_close(struct attach_store *store); /* NULL is fine */

/* One attachment, as it stands in a folder. */
struct attach_file {
    uint64_t door; /* 1, 2, 3 ...; 0 while it lies in door/ */
    enum paper kind;
    struct link hash;
};

/* Into door/; on the disk before it returns. LATER says whether the budget or the disk is full: a
 * sixteenth of the budget is kept for what is not a picture, a twentieth of the disk for the scans.
 */
bool attach_store_put(struct attach_store *store, enum paper kind, const struct link *hash,
                      const uint8_t *bytes, size_t n, struct error *err) must_use;
/* Removes one of door/, or all of it. */
void attach_store_drop(struct attach_store *store, const struct attach_file *file);
void attach_store_clear_door(struct attach_store *store);
/* The list and what of `files` still lies in door/ change to queue/, on disk before it returns.
 * LATER: nothing has changed that a new start would not put right. */
bool attach_store_queue(struct attach_store *store, const struct link *list,
                        const struct attach_file *files, size_t n, struct error *err) must_use;

/* The first of queue/: oldest door first, but pictures behind all that is not one. NOT_FOUND when
 * there is none. */
bool attach_store_first(struct attach_store *store, struct attach_file *ret_file,
                        struct error *err) must_use;
/* Looks whether its bytes are those of its name, and how many. BROKEN: they are not. */
bool attach_store_check(struct attach_store *store, const struct attach_file *file, uint32_t *ret_n,
                        struct error *err) must_use;
/* `n` bytes of it from `offset`. LATER, BROKEN. */
bool attach_store_piece(struct attach_store *store, const struct attach_file *file, uint32_t offset,
                        uint8_t *out, size_t n, struct error *err) must_use;
/* The server has it: removed. */
void attach_store_forget(struct attach_store *store, const struct attach_file *file);
/* Sent no more: to aside/. */
void attach_store_set_aside(struct attach_store *store, const struct attach_file *file);

struct attach_counts {
    uint64_t waiting, bytes; /* in queue/ */
    uint64_t aside;
    uint64_t budget_bytes;
    bool full; /* the last one offered found no room */
};
struct attach_counts attach_store_counts(const struct attach_store *store);

#endif
