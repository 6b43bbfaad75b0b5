/* board.h - what is due when: per day and clock, how many were due, how many were kept, and which
 * are open. Private to this folder; no lock inside.
 *
 * A figure over a period adds up days, a list walks what is open: neither looks at all the items,
 * so that ten million of them cost no more than ten thousand.
 */
#ifndef TRAO_SERVER_VIEWS_BOARD_H
#define TRAO_SERVER_VIEWS_BOARD_H

#include "server/views/views.h"

/* An item's place on the board, once a clock. */
struct dues {
    int64_t due_ms;
    enum stand stand;
    bool kept_at_first;
    uint32_t before, after; /* neighbours among the open ones of the day: index + 1, 0 none */
};

struct board_day {
    uint64_t due, kept, kept_at_first, paused;
    int64_t last_due_ms;
    uint32_t open; /* first of the list, index + 1 */
};

/* Days 2025-01-01 .. 2099-12-31; what falls outside stands on the first or last. */
#define BOARD_DAYS 27393
struct board_days {
    struct board_day *days[VIEW_CLOCKS]; /* NULL until something is due */
};

/* How the board reaches an entry by index; the table's. */
struct board_entries {
    struct dues *(*of)(void *ctx, uint32_t index);
    void *ctx;
};

/* Where a day stands: 0 .. BOARD_DAYS - 1. */
int64_t board_place(int64_t day);
void board_done(struct board_days *board);
struct dues dues_of(const struct leg *leg);
/* Puts entry `index` up with `fresh` in place of what stood there. False without memory. */
bool board_put(struct board_days *board, enum view_clock clock, const struct board_entries *entries,
               uint32_t index, const struct dues *fresh);
/* Sums the days of from..to that are over by `now`. */
struct board board_sum(const struct board_days *board, enum view_clock clock, int64_t from_day,
                       int64_t to_day, struct instant now);
/* True once the last term of a day has passed: then it counts. */
bool board_day_is_over(const struct board_days *board, enum view_clock clock, int64_t day,
                       struct instant now);
/* Indices of open entries due after `after` and up to `until`, the earliest day first. */
size_t board_open(const struct board_days *board, enum view_clock clock,
                  const struct board_entries *entries, struct instant after, struct instant until,
                  uint32_t *out, size_t max);

#endif
