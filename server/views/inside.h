/* inside.h - the one struct behind views.h, for the files of this folder: take.c reads rows,
 * settle.c folds what they touched, keep.c writes to disk, read.c answers, views.c opens and
 * rebuilds. */
#ifndef TRAO_SERVER_VIEWS_INSIDE_H
#define TRAO_SERVER_VIEWS_INSIDE_H

#include <pthread.h>

#include "server/views/facts.h"
#include "server/views/stock.h"
#include "server/views/store.h"
#include "server/views/views.h"

#define WATCHERS_MAX 4

struct watcher {
    void (*changed)(void *ctx, const struct item *item, const struct view *view);
    void *ctx;
};

struct views {
    struct facts *feeder; /* the feeding thread's */
    pthread_mutex_t reading;
    struct facts *reader; /* under `reading` */
    struct rules rules;   /* changed by the feeding thread under `reading` */
    pthread_mutex_t lock;
    struct seqs rule_seqs; /* under `lock`: the facts behind `rules` */
    struct table table;    /* under `lock`; only the feeding thread changes it */
    pthread_mutex_t storing;
    struct store *store; /* under `storing` */
    struct list touched; /* what follows is the feeding thread's: items to fold */
    struct stock stock;  /* facts of the items touched last */
    size_t stock_catching_up_bytes, stock_following_bytes; /* at most */
    uint64_t rules_through;             /* rules of office facts up to here are known beforehand */
    struct instant scans_at, office_at; /* arrival of what was taken in last */
    bool rules_changed;                 /* all items are to be folded */
    struct facts_batch *row;            /* of the batch in hand */
    struct watcher watchers[WATCHERS_MAX];
    size_t watchers_n;
};

/* Facts in memory: while catching up those of the items that are open at a time in the history that
 * is read, while following those of the items on their way now. */
#define STOCK_CATCHING_UP_BYTES ((size_t)256 << 20)
#define STOCK_FOLLOWING_BYTES ((size_t)64 << 20)

/* Rows at one go: short enough that no reading pins the log (reliability.md (c) 40). */
#define ROWS_AT_ONCE 500

/* Takes in the next rows beyond the mark: refs, facts in stock, items to fold, rules. Of a long
 * history scans and office facts are taken in step, so that an item's facts are in stock together.
 */
bool take_some(struct views *views, bool *ret_more, struct error *err) must_use;
/* Takes in the rules alone of all that is there, so that what is folded early is folded by them. */
bool take_rules(struct views *views, struct error *err) must_use;

/* Lists every entry that is not folded; false without memory. */
bool list_unfolded(struct views *views);
/* Everything beyond the mark, each item folded once if the stock can hold its facts; tells nobody.
 */
bool catch_up(struct views *views, struct error *err) must_use;

#endif
