/* tear.h - the power goes: a layer between SQLite and its files (memory.h) that knows what was
 * written since the last sync, sector by sector (512 bytes, what a disk writes whole). After a cut
 * each such sector is there or not, as the seed says; so is the growth of the file. What was synced
 * is there.
 *
 * One thread. Files that are no database (the marks) are taken for synced; they
 * are torn by tests/faults.
 */
#ifndef TRAO_TESTS_SIM_TEAR_H
#define TRAO_TESTS_SIM_TEAR_H

#include "tests/sim/env.h"

/* Below every database that is opened from now on. `lying`: planted, a disk that says synced. */
void tear_install(bool lying);

/* From now on the `after`-th write, truncation or sync of a database below `dir` is the last: from
 * there on they fail, and the folder's files that begin with `prefix` are read as they are. */
void tear_arm(const char *dir, const char *prefix, int64_t after);
/* Ends what tear_arm began. True when it came to that: the caller's next step is a kill. */
bool tear_disarm(void);
/* A process dies in `dir`: what it still does to databases there, closing them, comes to nothing.
 * True when the power goes with it (or went already). */
bool tear_leave(struct env *env, const char *dir);
/* All is closed: what it left, torn when the power went; when it went in the middle of something,
 * all of the folder's files are as they were then. */
void tear_left(struct env *env, const char *dir, const char *prefix);

struct tear_counts {
    uint64_t cuts, torn; /* sectors that were not there */
};
struct tear_counts tear_counts(void);

#endif
