/* folding.h - items folded by a thread of their own, some at a time, while the feeding thread takes
 * in rows: a long catching up uses what cores there are (docs/decisions/0080). Private to this
 * folder; all functions are the feeding thread's.
 *
 * The rules must not change while jobs are under way.
 */
#ifndef TRAO_SERVER_VIEWS_FOLDING_H
#define TRAO_SERVER_VIEWS_FOLDING_H

#include "server/views/facts.h"
#include "server/views/stock.h"

#define FOLDING_JOBS 32 /* items handed over at once */

struct fold_job {
    struct tracked *entry; /* not looked at by the other thread */
    struct bundle *bundle; /* the other thread's until it is done */
    bool good;             /* false: there was no memory, and `view` is not set */
    struct view view;
};

struct fold_jobs {
    size_t n;
    struct slab_returns returns; /* what the facts of those that are good took */
    struct fold_job job[FOLDING_JOBS];
};

struct folding;

/* Blocks of memory that the other thread makes ready when it has nothing else to do. */
struct slab_larder folding_larder(struct folding *folding);

/* LATER when there is no memory or no thread. */
bool folding_begin(const struct rules *rules, struct folding **ret_folding,
                   struct error *err) must_use;
/* Where the next job goes; NULL when some must be given back first. */
struct fold_job *folding_room(struct folding *folding);
/* The job in that room is filled; goes off with those before it when there are enough, or at once
 * with `all`. */
void folding_give(struct folding *folding);
void folding_give_all(struct folding *folding);
/* Jobs that are done, in the order they were given; the caller's until it gives them back. NULL
 * when none are done; with `wait`, when none are under way. */
struct fold_jobs *folding_next(struct folding *folding, bool wait);
void folding_give_back(struct folding *folding);
/* Waits for what is under way. NULL is fine. */
void folding_end(struct folding *folding);

#endif
