/* outbox_inside.h - what the files of the outbox share: outbox.c (open, add), outbox_ask.c (what
 * was beeped), outbox_send.c (batches), outbox_said.c (hello, receipts, standings), outbox_heal.c
 * (damage). For them alone. */
#ifndef TRAO_HANDHELD_OUTBOX_INSIDE_H
#define TRAO_HANDHELD_OUTBOX_INSIDE_H

#include <limits.h>

#include "handheld/outbox.h"
#include "handheld/shelf.h"

/* Where the server's history of an epoch parts from ours: seq `good` is the same in both, `bad` is
 * not. Kept in memory only: after a restart, and of another record, the search begins anew. */
struct outbox_fork {
    uint32_t nth; /* 0: nothing is sought */
    uint64_t good, bad;
    struct link good_link;
    bool fresh; /* no answer to it yet */
};

/* Nothing was to be sent after `after`. Holds until anything is written or the file is opened anew:
 * what is asked at each turn of the loop need not be looked for each time. */
struct outbox_barren {
    bool known;
    bool cut_any;
    struct outbox_at after;
};

struct outbox {
    char path[PATH_MAX];    /* .../outbox.db */
    char reserve[PATH_MAX]; /* .../outbox.reserve */
    char device[DEVICE_NAME_MAX + 1];
    const struct seal_secret *key;
    struct seal_public public;
    struct clock clock;
    struct chance chance;
    struct outbox_told told;
    int mark_fd;

    struct shelf *shelf; /* NULL: the next call opens it, and the rest is read anew */
    bool damaged;        /* what is at `path` must be moved aside first */
    bool asks;           /* held scans wait for the server's word */
    bool reserved;       /* the reserve is there */
    uint64_t doubtful; /* a commit of this seq failed: it may be there, and was not beeped; or 0 */
    struct shelf_meta meta;
    struct shelf_epoch epoch; /* the running one */
    uint64_t last_seq;        /* of the running epoch; 0 none yet */
    struct link last_link;
    uint64_t given; /* highest seq of the running epoch that was given out since outbox_open */
    struct outbox_fork fork;
    struct outbox_barren barren;
};

void outbox_tell(struct outbox *outbox, const char *sentence, uint64_t epoch, uint64_t seq);

/* Runs `act` inside a transaction. On failure nothing is kept, the handle is dropped and the values
 * above are read anew. Tried once more on a new handle: on a full disk with the reserve's space, on
 * a damaged file with what could be saved from it. */
enum outbox_room {
    OUTBOX_ROOM_ANY,     /* what adds rows: must leave the reserve to what removes them */
    OUTBOX_ROOM_RESERVED /* receipts and pruning */
};
bool outbox_transact(struct outbox *outbox, enum outbox_room room,
                     bool (*act)(struct outbox *, void *ctx, struct error *), void *ctx,
                     struct error *err) must_use;
/* After a failed call outside a transaction: drops the handle. Returns false. */
bool outbox_lose(struct outbox *outbox, const struct error *err);

/* ------------------------------------------------------------------ inside a transaction */

/* Ends the running epoch and starts another whose first link is `head`. */
bool outbox_new_epoch(struct outbox *outbox, const struct link *head, struct error *err) must_use;
/* NOT_FOUND when no epoch of that number is kept. */
bool outbox_find_epoch(struct outbox *outbox, uint64_t number, struct shelf_epoch *ret_epoch,
                       struct error *err) must_use;
/* Numbers and links a scan in the running epoch. */
bool outbox_append(struct outbox *outbox, struct scan *scan, struct error *err) must_use;
/* Last scan of an epoch, pruned ones counted. */
bool outbox_epoch_last(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t *ret_seq,
                       struct link *ret_link, struct error *err) must_use;

/* The link behind `seq` of an epoch. NOT_FOUND when neither it nor the scan is kept. */
bool outbox_link_at(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t seq,
                    struct link *ret_link, struct error *err) must_use;

/* Verifies the links of an epoch's unreceipted scans; mends what a second copy can mend, else
 * breaks the epoch off there. `epoch` is changed and stored when it was. */
bool outbox_heal(struct outbox *outbox, struct shelf_epoch *epoch, struct error *err) must_use;
/* Ends an epoch before `first`: intact scans from there on are held, damaged ones set aside. */
bool outbox_break_off(struct outbox *outbox, struct shelf_epoch *epoch, uint64_t first,
                      const char *why, struct error *err) must_use;
/* The server has `through` of an ended epoch: held scans above it go again in the running epoch. */
bool outbox_release(struct outbox *outbox, const struct shelf_epoch *epoch, uint64_t through,
                    struct error *err) must_use;
/* Moves the damaged file aside, opens a new one, saves what can still be read and verified. */
bool outbox_salvage(struct outbox *outbox, struct error *err) must_use;

#endif
