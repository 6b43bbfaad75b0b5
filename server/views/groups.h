/* groups.h - the board by what items have in common: per group, key and day, counts that are kept
 * in step as items are folded. Private to this folder; no lock inside. A figure adds up the cells
 * of its days, whatever the number of items.
 */
#ifndef TRAO_SERVER_VIEWS_GROUPS_H
#define TRAO_SERVER_VIEWS_GROUPS_H

#include "server/views/board.h"

struct cell {
    uint64_t key;
    int32_t day;
    uint32_t due[VIEW_CLOCKS], kept[VIEW_CLOCKS], first[VIEW_CLOCKS], paused[VIEW_CLOCKS];
    uint32_t attempted, at_first; /* by the day the post's term ends, as the reasons are */
    uint32_t reasons[MARKS_REASONS];
    uint32_t sent, scans, scanned, stars[MARKS_STARS];
    uint32_t open; /* not ended yet, by the day of issue */
    uint32_t next; /* another cell of the day: index + 1, 0 none */
};

/* By the day's place on the board. */
struct cells_of_day {
    uint32_t first; /* index + 1 */
    uint32_t n;     /* cells */
    uint32_t open;  /* of them all */
};

struct cells {
    struct cell *all;
    size_t n, room;
    uint32_t *slots; /* index + 1; a power of two of them */
    size_t slots_n;
    struct cells_of_day *days; /* BOARD_DAYS of them; a figure looks at its own days alone */
};

struct groups {
    struct cells of[VIEW_GROUPS];
};

void groups_done(struct groups *groups);
/* Counts an item with these marks and dues `by` +1 or -1. False without memory; -1 never fails for
 * what was counted. */
bool groups_count(struct groups *groups, const struct marks *marks,
                  const struct dues dues[VIEW_CLOCKS], int by);
/* The same in one group alone; for a figure of some items. */
bool cells_count(struct cells *cells, enum view_group group, const struct marks *marks,
                 const struct dues dues[VIEW_CLOCKS]);
void cells_done(struct cells *cells);
/* Sums by key, in order of key; free(*new_figures). False without memory. */
bool cells_sum(const struct cells *cells, const struct board_days *days,
               const struct view_asked *asked, struct view_figure **new_figures, size_t *ret_n);
/* True if what this office sent is asked for. */
bool groups_asks(const struct view_asked *asked, uint32_t office);
/* True if an item stands behind a figure. */
bool groups_has(const struct view_asked *asked, const struct view_behind *behind,
                const struct board_days *days, const struct marks *marks,
                const struct dues dues[VIEW_CLOCKS]);

#endif
