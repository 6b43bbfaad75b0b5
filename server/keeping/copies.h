/* copies.h - the server keeps a folder with backups by itself: a base, and every few seconds a part
 * with what changed since, so that what an office did is never more than `every_s` old there
 * (decision 0102). A new set begins at each start, once a day, and when the parts have outgrown
 * their base; while its base is written the old set goes on. The oldest sets beyond `keep` are
 * removed.
 *
 * A folder that cannot be written (a mount that is gone, a full disk) holds up nobody: it is tried
 * again at each step, and when the copy is more than `every_s` behind, people are told, and told
 * again when it is over.
 *
 * One thread of its own, which may wait for a slow disk; copies_behind from any.
 */
#ifndef TRAO_SERVER_KEEPING_COPIES_H
#define TRAO_SERVER_KEEPING_COPIES_H

#include "server/keeping/backup.h"

#define COPIES_SET_MS (INT64_C(24) * 60 * 60 * 1000)
#define COPIES_PARTS_BYTES                                                                         \
    (UINT64_C(16) << 20)                         /* parts may be so much, or as long as their base \
                                                  */
#define COPIES_TOLD_MS (INT64_C(10) * 60 * 1000) /* between two words about one trouble */

struct copies;

struct copies_config {
    struct backup_source source; /* its `wanted` is asked too */
    const char *folder;          /* borrowed; need not be there yet */
    uint32_t every_s;            /* 1..3600 */
    uint32_t keep;               /* sets; 0: all */
    /* `why` NULL: it is as it should be again. */
    void (*tell)(void *ctx, int64_t behind_s, const char *why);
    void *ctx;
};

bool copies_open(const struct copies_config *config, struct copies **ret_copies,
                 struct error *err) must_use;
void copies_close(struct copies *copies); /* NULL is fine */

/* What is due: often nothing. Called every second or so. */
void copies_work(struct copies *copies);
/* How old what is safe is, in seconds; 0: nothing came since. */
int64_t copies_behind(struct copies *copies);

#endif
