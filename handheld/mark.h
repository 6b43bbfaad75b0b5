/* mark.h - a small file beside the outbox that says what the last beep was: a witness against a
 * tail that got lost (its WAL deleted, or cut by a bad card). Written after each commit without
 * waiting for the disk: it may be behind the outbox, and is never ahead of what was beeped.
 */
#ifndef TRAO_HANDHELD_MARK_H
#define TRAO_HANDHELD_MARK_H

#include "protocol/chain.h"

struct mark {
    uint64_t epoch;
    uint64_t seq;
    struct link link;
};

/* -1 when it cannot be opened or made: then there is no witness, and nothing else is wrong. */
int mark_open(const char *path);
/* False if nothing readable is there. */
bool mark_read(int fd, struct mark *ret_mark);
void mark_write(int fd, const struct mark *mark);

#endif
