/* inside.h - the one struct behind views.h, for the files of this folder: take.c reads rows,
 * settle.c folds what they touched, catch_up.c does both for a long history, keep.c writes to disk,
 * read.c answers, views.c opens and rebuilds. */
#ifndef TRAO_SERVER_VIEWS_INSIDE_H
#define TRAO_SERVER_VIEWS_INSIDE_H

#include <pthread.h>

#include "server/views/folding.h"
#include "server/views/rows.h"
#include "server/views/stock.h"
#include "server/views/store.h"
#include "server/views/views.h"

#define WATCHERS_MAX 4

struct watcher {
    void (*changed)(void *ctx, const struct item *item, const struct view *view);
    void *ctx;
};

struct views {
    struct facts *feeder;    /* the feeding thread's */
    struct facts *ahead[2];  /* its helpers' while catching up, by rows_kind */
    struct folding *folding; /* its third helper while catching up, else NULL */
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
    uint64_t rules_through; /* rules of office facts up to here are known beforehand */
    bool rules_ahead;       /* catching up, and they are known to the end */
    bool from_nothing;      /* catching up, and nothing was folded by the rules before */
    bool rules_changed;     /* all items are to be folded */
    struct rows_at at;      /* where following stands */
    struct rows *rows;      /* those in hand */
    struct watcher watchers[WATCHERS_MAX];
    size_t watchers_n;
};

/* Facts in memory: while catching up those of the items that are open at a time in the history that
 * is read, while following those of the items on their way now. */
#define STOCK_CATCHING_UP_BYTES ((size_t)96 << 20)
#define STOCK_FOLLOWING_BYTES ((size_t)64 << 20)

/* views_open with stocks of other sizes, in bytes. */
bool views_open_sized(const char *views_path, const char *record_path, size_t catching_up_bytes,
                      size_t following_bytes, struct views **ret_views, struct error *err) must_use;

/* Takes in rows: refs, facts in stock, items to fold, rules, the mark. */
bool take_rows(struct views *views, const struct rows *rows, struct error *err) must_use;
/* Takes in the rules alone of all that is there, once, before the first item is folded early. */
bool take_rules(struct views *views, struct error *err) must_use;

/* Waits for what is being folded beside, so that rules may change. */
bool settle_folding(struct views *views, struct error *err) must_use;
/* Folds an item here and now, `live`: for who asks and who follows; one who catches up lets it be
 * folded beside, if there is somebody. */
bool fold_entry(struct views *views, struct tracked *entry, bool live, struct view *ret_view,
                struct error *err) must_use;
bool fold_beside(struct views *views, struct tracked *entry, struct error *err) must_use;
/* Folds all that was touched; `telling`, who watches hears of it. */
bool fold_touched(struct views *views, bool telling, struct error *err) must_use;
/* Makes room in stock; whose facts go before it was folded is folded now. */
bool trim(struct views *views, size_t most_bytes, struct error *err) must_use;
/* The next rows after the mark. */
bool take_some(struct views *views, bool *ret_more, struct error *err) must_use;
/* Lists every entry that is not folded; false without memory. */
bool list_unfolded(struct views *views);
/* Everything beyond the mark, each item folded once if the stock can hold its facts; tells nobody.
 */
bool catch_up(struct views *views, struct error *err) must_use;

/* Items that one part of views_behind looks at; tests make it small. */
extern size_t views_behind_looks;

#endif
