#include "server/views/board.h"

#include <stdlib.h>

int64_t board_place(int64_t day)
{
    int64_t at = day - day_of((struct instant){CLOCK_SANE_MS});
    if (at < 0)
        return 0;
    return at < BOARD_DAYS ? at : BOARD_DAYS - 1;
}

void board_done(struct board_days *board)
{
    for (int clock = 0; clock < VIEW_CLOCKS; clock++)
        free(board->days[clock]);
    *board = (struct board_days){0};
}

struct dues dues_of(const struct leg *leg)
{
    return (struct dues){
        .due_ms = leg->due.ms, .stand = leg->stand, .kept_at_first = leg_kept_at_first(leg)};
}

/* ------------------------------------------------------------------ up and down */

static bool is_open(const struct dues *dues)
{
    return dues->stand == STAND_RUNNING || dues->stand == STAND_PAUSED;
}

static void count(struct board_day *day, const struct dues *dues, int64_t by)
{
    uint64_t more = (uint64_t)by;
    if (dues->stand == STAND_PAUSED)
        day->paused += more;
    else
        day->due += more;
    if (dues->stand == STAND_KEPT)
        day->kept += more;
    if (dues->kept_at_first)
        day->kept_at_first += more;
}

static void link_open(struct board_day *day, const struct board_entries *entries, uint32_t index)
{
    struct dues *dues = entries->of(entries->ctx, index);
    dues->before = 0;
    dues->after = day->open;
    if (day->open != 0)
        entries->of(entries->ctx, day->open - 1)->before = index + 1;
    day->open = index + 1;
}

static void unlink_open(struct board_day *day, const struct board_entries *entries, uint32_t index)
{
    const struct dues *dues = entries->of(entries->ctx, index);
    if (dues->before == 0)
        day->open = dues->after;
    else
        entries->of(entries->ctx, dues->before - 1)->after = dues->after;
    if (dues->after != 0)
        entries->of(entries->ctx, dues->after - 1)->before = dues->before;
}

static struct board_day *day_at(struct board_days *board, enum view_clock clock, int64_t due_ms)
{
    return &board->days[clock][board_place(day_of((struct instant){due_ms}))];
}

bool board_put(struct board_days *board, enum view_clock clock, const struct board_entries *entries,
               uint32_t index, const struct dues *fresh)
{
    struct dues *dues = entries->of(entries->ctx, index);
    if (board->days[clock] == NULL)
        board->days[clock] = calloc(BOARD_DAYS, sizeof *board->days[clock]);
    if (board->days[clock] == NULL)
        return false;
    if (dues->stand != STAND_NONE) {
        struct board_day *day = day_at(board, clock, dues->due_ms);
        count(day, dues, -1);
        if (is_open(dues))
            unlink_open(day, entries, index);
    }
    *dues = *fresh;
    if (dues->stand == STAND_NONE)
        return true;
    struct board_day *day = day_at(board, clock, dues->due_ms);
    count(day, dues, 1);
    if (dues->due_ms > day->last_due_ms)
        day->last_due_ms = dues->due_ms;
    if (is_open(dues))
        link_open(day, entries, index);
    return true;
}

/* ------------------------------------------------------------------ reading */

bool board_day_is_over(const struct board_days *board, enum view_clock clock, int64_t day,
                       struct instant now)
{
    return board->days[clock] == NULL || board->days[clock][board_place(day)].last_due_ms < now.ms;
}

/* A day counts as a whole, once its last term is over: counting early deliveries before those still
 * running would flatter it. */
struct board board_sum(const struct board_days *board, enum view_clock clock, int64_t from_day,
                       int64_t to_day, struct instant now)
{
    struct board sum = {0};
    if (board->days[clock] == NULL || from_day > to_day)
        return sum;
    for (int64_t at = board_place(from_day), last = board_place(to_day); at <= last; at++) {
        const struct board_day *day = &board->days[clock][at];
        sum.paused += day->paused;
        if (day->last_due_ms >= now.ms) {
            sum.not_yet += day->due;
            continue;
        }
        sum.due += day->due;
        sum.kept += day->kept;
        sum.kept_at_first += day->kept_at_first;
    }
    return sum;
}

size_t board_open(const struct board_days *board, enum view_clock clock,
                  const struct board_entries *entries, struct instant after, struct instant until,
                  uint32_t *out, size_t max)
{
    size_t n = 0;
    if (board->days[clock] == NULL)
        return 0;
    int64_t last = board_place(day_of(until));
    for (int64_t at = board_place(day_of(after)); at <= last && n < max; at++)
        for (uint32_t one = board->days[clock][at].open; one != 0 && n < max;) {
            const struct dues *dues = entries->of(entries->ctx, one - 1);
            if (dues->stand == STAND_RUNNING && dues->due_ms > after.ms && dues->due_ms <= until.ms)
                out[n++] = one - 1;
            one = dues->after;
        }
    return n;
}
