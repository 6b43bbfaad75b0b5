/* backup.h - writes a copy of a data folder while its server works: the record as it was at one
 * commit, then everything else that is needed to start on another machine - keys, the authority,
 * settings, the broker's settings, attachments. Not what is worked out or only passes by: views.db,
 * search.db, print/, sms.txt, unfinished pieces, the broker's state, the lock.
 *
 * Nobody waits for it: see pages.h. Memory: BACKUP_BLOCKS blocks, whatever the record's size. The
 * record comes first: what arrives meanwhile is in the files and not in the record, and is entered
 * again after a restore (attachments_tidy); the other way round would promise what is not there.
 * Any thread, one copy each.
 */
#ifndef TRAO_SERVER_KEEPING_BACKUP_H
#define TRAO_SERVER_KEEPING_BACKUP_H

#include "server/keeping/archive.h"

#define BACKUP_BLOCKS 2048 /* 8 MB a step: read from memory in a few ms, while the file is held */

/* Borrowed. */
struct backup_source {
    const char *folder;
    struct pages *pages; /* of its record.db */
    const struct box_public *to;
    const struct seal_public *server;
    struct clock clock;
    struct chance chance;
    /* Asked at each step: false ends it with that error. NULL: never ends. */
    bool (*wanted)(void *ctx, struct error *err);
    void *ctx;
};

/* Which part of a set; what changed since the last one. */
struct backup_part {
    struct pages_watch *watch;
    struct db *own;       /* a watched connection of this thread's */
    uint64_t set, part;   /* part 0 is the base */
    struct instant since; /* files that changed at this time or later; 0: all */
};
/* Whether it is worth a part: a block or a file changed. */
bool backup_is_due(const struct backup_source *source, const struct backup_part *part,
                   bool *ret_due, struct error *err) must_use;
/* Not synced. On failure call pages_settle(watch, false): the file is void. */
bool backup_write_part(const struct backup_source *source, const struct backup_part *part, int fd,
                       struct manifest *ret_manifest, struct error *err) must_use;

/* A whole one by itself. */
bool backup_write(const struct backup_source *source, int fd, struct manifest *ret_manifest,
                  struct error *err) must_use;

#endif
