/* views.h - what is worked out from the record: state and history per item, in memory at once, on
 * disk just behind with a high-water mark; deletable, rebuilt from the record (settled point 4).
 *
 * Threads: views_take_* by the one thread that feeds; readers from any thread (own lock inside,
 * held for microseconds). Values are copied out.
 */
#ifndef TRAO_SERVER_VIEWS_VIEWS_H
#define TRAO_SERVER_VIEWS_VIEWS_H

#include "server/delivery/marks.h"
#include "server/delivery/money.h"
#include "server/record/record.h"

struct views;

/* Opens views.db (made anew when missing, damaged or of another layout version), reads what it
 * holds and folds in what the record has beyond the high-water mark, through its own reader
 * connection. */
bool views_open(const char *views_path, const char *record_path, struct views **ret_views,
                struct error *err) must_use;
void views_close(struct views *views);

/* Takes in all that was committed beyond the high-water mark, folds the items touched, tells the
 * watchers. Called after each commit; cheap when there is nothing. */
bool views_follow(struct views *views, struct error *err) must_use;
/* Writes what changed to views.db; called now and then by a thread that may wait. */
bool views_flush(struct views *views, struct error *err) must_use;

/* Forgets all views, on disk too, and works them out from the record again; tells no watcher. By
 * the feeding thread. */
bool views_rebuild(struct views *views, struct error *err) must_use;

struct view {
    struct state state;
    struct clocks clocks;
    struct marks marks;
    struct carriage carriage;
    struct due due;   /* what people are told to have ready: never the list's sums alone */
    uint64_t version; /* grows with every change of this item's public face, over restarts and
                         rebuilds too: number of facts taken in for this item */
};
bool views_item(struct views *views, const struct item *item, struct view *ret_view);

#define VIEW_HISTORY_MAX 200
/* The seq of the last office fact taken in: whoever has recorded a later one (record_office_add)
 * does not see it here yet, where following failed (no memory, a disk that cannot be read). */
uint64_t views_taken_in(struct views *views);
/* History in folded order, newest last; returns how many were written. When there are more, what
 * webhooks were told is left out first, the oldest of it, then the oldest facts: sixty webhooks do
 * not hide what became of an item. */
size_t views_history(struct views *views, const struct item *item, struct fact *out, size_t max);
/* Of the history what was told by this channel, to this webhook (0: none), and how it ended. */
size_t views_told(struct views *views, const struct item *item, enum channel channel,
                  uint32_t receiver, struct fact *out, size_t max);
/* An item and its history, from one reading of the record. False for an unknown item, or when it
 * cannot be read.
 */
bool views_item_history(struct views *views, const struct item *item, struct view *ret_view,
                        struct fact *out, size_t max, size_t *ret_n);

/* Items in order of issue, newest first, from `offset`; returns how many were written. status 0:
 * all; orphans (never issued) are only listed with only_orphans. */
struct view_filter {
    enum status status;
    bool only_orphans;
    bool only_doubts;
    size_t offset;
    uint64_t before;          /* issued before this office fact; 0: all. views_page */
    int64_t from_day, to_day; /* of issue, both included; 0: open */
    const uint32_t *offices;  /* only what these sent, numbers of premises.h; borrowed */
    size_t offices_n;         /* 0: all */
};
size_t views_list(struct views *views, const struct view_filter *filter, struct view *out,
                  size_t max);
/* The same from `before` on, `offset` left aside. `ret_next`: `before` of what follows, 0 at the
 * end. Looks at VIEW_PAGE_LOOKS items at most, so that a page may hold fewer than `max`, or none,
 * and yet have a next one. */
#define VIEW_PAGE_LOOKS 100000 /* some 10 ms of memory */
size_t views_page(struct views *views, const struct view_filter *filter, struct view *out,
                  size_t max, uint64_t *ret_next);
struct view_brief {
    struct item item;
    enum status status;
    uint32_t doubts;
    bool struck; /* a delivery of it was withdrawn, or corrected */
};
/* What it was when it was last folded, without folding it. False for an unknown item. */
bool views_brief(struct views *views, const struct item *item, struct view_brief *ret_brief);
/* Issued items whose status was set by what arrived at `since` or later, and those of which a
 * delivery was struck; or those with one of `doubts`. In order of issue: one walk through memory,
 * nothing is folded. free(*new_briefs). False without memory. */
bool views_recent(struct views *views, struct instant since, struct view_brief **new_briefs,
                  size_t *ret_n) must_use;
bool views_doubted(struct views *views, uint32_t doubts, struct view_brief **new_briefs,
                   size_t *ret_n) must_use;
/* Issued items that stand at an end, but for those whose data are gone, by the day (rules.h) on
 * which the word of it arrived: all of the first such day from `day` on. `*ret_n` 0: there is no
 * such day. Nothing is folded; free(*new_ended). False without memory. */
bool views_ended(struct views *views, int64_t day, int64_t *ret_day, struct item **new_ended,
                 size_t *ret_n) must_use;
/* Its data are gone: it is no longer among them. After a start all are, until this is said. */
void views_erased(struct views *views, const struct item *item);

/* Counts per status, indexed by enum status. */
#define VIEW_STATUSES 32
void views_counts(struct views *views, uint64_t out[VIEW_STATUSES]);
/* Of what these offices sent, each named once. */
void views_counts_of(struct views *views, const uint32_t *offices, size_t offices_n,
                     uint64_t out[VIEW_STATUSES]);

/* Figures of a clock over the days (rules.h) from..to, both included: how many were due, how many
 * were kept. Every issued item is due, scanned or not; what is open and past due is in `due` and
 * not in `kept`. A day counts once its last term is over. */
enum view_clock { VIEW_CLOCK_OFFICE, VIEW_CLOCK_POST, VIEW_CLOCKS };
struct board {
    uint64_t due, kept;
    uint64_t kept_at_first; /* as the record knew at the end of each day due: the first figure. What
                               came late restates it, and both are shown (case M10) */
    uint64_t paused;        /* clocks that stand, with evidence: not in `due` */
    uint64_t not_yet;       /* of days that are not over: not in `due` */
};
struct board views_board(struct views *views, enum view_clock clock, int64_t from_day,
                         int64_t to_day, struct instant now);
/* The same figures by what items have in common, with how attempts went and how long those that
 * are still open have been waited for. Attempts, reasons, scans and stars are those of items whose
 * post's term ends in the period; open items are all there are, whatever the period. */
enum view_group {
    VIEW_GROUP_ALL,
    VIEW_GROUP_ZONE,        /* enum zone */
    VIEW_GROUP_OFFICE,      /* number of premises.h */
    VIEW_GROUP_POST_OFFICE, /* code as a number */
    VIEW_GROUP_ROUND,
    VIEW_GROUP_POSTMAN, /* badge */
    VIEW_GROUP_COMMUNE, /* of the address, GSO code */
    VIEW_GROUPS
};
#define VIEW_AGES 5 /* working days since issue: 0-1, 2, 3-5, 6-10, more */
struct view_asked {
    enum view_group group;
    enum view_clock clock;
    int64_t from_day, to_day;
    struct instant now;
    int64_t oldest_of_age[VIEW_AGES - 1]; /* the earliest day of issue that is of this age */
    const uint32_t *offices; /* only what these sent, numbers of premises.h; borrowed */
    size_t offices_n;        /* 0: all. A figure of some is one walk through memory */
};
/* Fills in oldest_of_age, by the calendar of a post office, from `now`. False without memory. */
bool views_ages(struct views *views, uint32_t post_office, struct view_asked *asked) must_use;
struct view_figure {
    uint64_t key; /* 0: of none */
    struct board board;
    uint64_t attempted, at_first; /* at the door at least once; delivered then */
    uint64_t reasons[MARKS_REASONS];
    uint64_t sent, scans, scanned; /* items; scans of them that count; items with one at least */
    uint64_t stars[MARKS_STARS];   /* items by what their receivers said; [0] is not counted */
    uint64_t open[VIEW_AGES];
};
/* In order of key, none that says nothing; free(*new_figures). False without memory. */
bool views_figures(struct views *views, const struct view_asked *asked,
                   struct view_figure **new_figures, size_t *ret_n) must_use;

/* What carriage cost of what the post got on the days from..to, both included: one line an office,
 * weight band, zone and payer, in that order. free(*new_costs). False without memory. */
struct view_cost {
    uint32_t office; /* number of premises.h */
    uint32_t band_g; /* 0: no price is known */
    enum zone zone;
    enum payer payer;
    uint64_t items, delivered;
    uint64_t price_vnd, taken_off_vnd; /* of the carriage */
    uint64_t postage_taken_vnd, fees_taken_vnd;
};
bool views_costs(struct views *views, int64_t from_day, int64_t to_day,
                 struct view_cost **new_costs, size_t *ret_n) must_use;
/* What was taken at doors on these days, one line a postman (badge; 0: nobody can name him) and
 * day, by day. free(*new_shifts). False without memory. */
struct view_shift {
    uint32_t badge;
    int64_t day;
    uint64_t postage_vnd, fees_vnd;
};
bool views_shifts(struct views *views, int64_t from_day, int64_t to_day,
                  struct view_shift **new_shifts, size_t *ret_n) must_use;
/* The items behind such lines: of one badge or all, of one office or (0) all; an item may come more
 * than once. free(*new_items). False without memory. */
struct view_takers {
    int64_t from_day, to_day;
    bool of_badge;
    uint32_t badge, office;
};
bool views_takers(struct views *views, const struct view_takers *asked, struct item **new_items,
                  size_t *ret_n) must_use;

/* Which number of a figure is opened. */
enum view_number {
    VIEW_BEHIND_DUE,
    VIEW_BEHIND_KEPT,
    VIEW_BEHIND_LATE,
    VIEW_BEHIND_CAME_LATE,
    VIEW_BEHIND_PAUSED,
    VIEW_BEHIND_NOT_YET,
    VIEW_BEHIND_ATTEMPTED,
    VIEW_BEHIND_AT_FIRST,
    VIEW_BEHIND_NOT_AT_FIRST,
    VIEW_BEHIND_SENT,
    VIEW_BEHIND_SCANNED,
    VIEW_BEHIND_NOT_SCANNED,
    VIEW_BEHIND_RATED,
    VIEW_BEHIND_REASON, /* `which`: reason.def */
    VIEW_BEHIND_STARS,  /* `which`: 1..5 */
    VIEW_BEHIND_OPEN    /* `which`: the age, VIEW_AGES any */
};
struct view_behind {
    enum view_number number;
    uint32_t which;
    bool all_keys;
    uint64_t key;
};
/* The items that number counts, in order of issue, from the `offset`-th on; returns how many were
 * written. One walk through memory. */
size_t views_behind(struct views *views, const struct view_asked *asked,
                    const struct view_behind *behind, size_t offset, struct view *out, size_t max);

/* Open items due after `after` and up to `until`, the earliest day first: what is late (until now),
 * or at risk (from now on). Returns how many were written. */
size_t views_open_between(struct views *views, enum view_clock clock, struct instant after,
                          struct instant until, struct view *out, size_t max);

/* Until when an open item counts as at risk: the parameter, in working minutes from `now`, by the
 * calendar of a post office. False without memory. */
bool views_at_risk_until(struct views *views, uint32_t post_office, struct instant now,
                         struct instant *ret_until) must_use;

/* The rules in force with what offices overruled, as they are now: rule_value and the like of a
 * copy. rules_done(*ret_rules) by the caller. False without memory. */
bool views_rules(struct views *views, struct rules *ret_rules) must_use;

/* Called after an item changed, on the feeding thread, without the lock: copy and leave. At most
 * four watchers, added before the first follow. */
void views_watch(struct views *views,
                 void (*changed)(void *ctx, const struct item *item, const struct view *view),
                 void *ctx);

#endif
