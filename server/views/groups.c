#include "server/views/groups.h"

#include "server/views/slab.h"

#include <stdlib.h>
#include <string.h>

void cells_done(struct cells *cells)
{
    free(cells->all);
    free(cells->slots);
    free(cells->days);
    *cells = (struct cells){0};
}

void groups_done(struct groups *groups)
{
    for (int group = 0; group < VIEW_GROUPS; group++)
        cells_done(&groups->of[group]);
}

static uint64_t key_of(const struct marks *marks, enum view_group group)
{
    switch (group) {
    case VIEW_GROUP_ALL:
    case VIEW_GROUPS:
        return 0;
    case VIEW_GROUP_ZONE:
        return marks->zone;
    case VIEW_GROUP_OFFICE:
        return marks->office;
    case VIEW_GROUP_POST_OFFICE:
        return marks->post_office;
    case VIEW_GROUP_ROUND:
        return marks->round;
    case VIEW_GROUP_POSTMAN:
        return marks->badge;
    case VIEW_GROUP_COMMUNE:
        return marks->commune;
    }
    return 0;
}

/* ------------------------------------------------------------------ cells */

static size_t slot_of(const struct cells *cells, uint64_t key, int32_t day)
{
    uint64_t hash = (key * UINT64_C(0x9E3779B97F4A7C15)) ^ ((uint64_t)(uint32_t)day << 17);
    hash = (hash ^ hash >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    size_t slot = (size_t)(hash ^ hash >> 32) & (cells->slots_n - 1);
    while (cells->slots[slot] != 0) {
        const struct cell *cell = &cells->all[cells->slots[slot] - 1];
        if (cell->key == key && cell->day == day)
            break;
        slot = (slot + 1) & (cells->slots_n - 1);
    }
    return slot;
}

/* At most half full. */
static bool widen(struct cells *cells)
{
    if (cells->n * 2 < cells->slots_n)
        return true;
    size_t wider_n = cells->slots_n == 0 ? 256 : cells->slots_n * 2;
    uint32_t *wider = calloc(wider_n, sizeof *wider);
    if (wider == NULL)
        return false;
    free(cells->slots);
    cells->slots = wider;
    cells->slots_n = wider_n;
    for (size_t i = 0; i < cells->n; i++)
        wider[slot_of(cells, cells->all[i].key, cells->all[i].day)] = (uint32_t)(i + 1);
    return true;
}

static struct cell *cell_of(struct cells *cells, uint64_t key, int32_t day)
{
    if (cells->days == NULL)
        cells->days = calloc(BOARD_DAYS, sizeof *cells->days);
    if (cells->days == NULL || !widen(cells))
        return NULL;
    size_t slot = slot_of(cells, key, day);
    if (cells->slots[slot] != 0)
        return &cells->all[cells->slots[slot] - 1];
    if (cells->n == cells->room) {
        size_t room = cells->room == 0 ? 128 : cells->room * 2;
        struct cell *grown = realloc(cells->all, room * sizeof *grown);
        if (grown == NULL)
            return NULL;
        cells->all = grown;
        cells->room = room;
    }
    struct cells_of_day *of_day = &cells->days[board_place(day)];
    cells->all[cells->n] = (struct cell){.key = key, .day = day, .next = of_day->first};
    cells->slots[slot] = (uint32_t)++cells->n;
    of_day->first = (uint32_t)cells->n;
    of_day->n++;
    return &cells->all[cells->n - 1];
}

/* ------------------------------------------------------------------ counting */

static int32_t day_due(const struct dues *dues)
{
    return (int32_t)day_of((struct instant){dues->due_ms});
}

static bool is_open(const struct dues *dues)
{
    return dues->stand == STAND_RUNNING || dues->stand == STAND_PAUSED;
}

static void count_clock(struct cell *cell, int clock, const struct dues *dues, uint32_t more)
{
    if (dues->stand == STAND_PAUSED)
        cell->paused[clock] += more;
    else
        cell->due[clock] += more;
    if (dues->stand == STAND_KEPT)
        cell->kept[clock] += more;
    if (dues->kept_at_first)
        cell->first[clock] += more;
}

static void count_attempts(struct cell *cell, const struct marks *marks, uint32_t more)
{
    if (marks->attempted)
        cell->attempted += more;
    if (marks->first)
        cell->at_first += more;
    if (marks->reason != 0)
        cell->reasons[marks->reason] += more;
    cell->sent += more;
    cell->scans += (uint32_t)marks->scans * more;
    if (marks->scans > 0)
        cell->scanned += more;
    if (marks->stars > 0)
        cell->stars[marks->stars] += more;
}

static bool count_in(struct cells *cells, uint64_t key, const struct marks *marks,
                     const struct dues dues[VIEW_CLOCKS], uint32_t more)
{
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        if (dues[clock].stand == STAND_NONE)
            continue;
        struct cell *cell = cell_of(cells, key, day_due(&dues[clock]));
        if (cell == NULL)
            return false;
        count_clock(cell, clock, &dues[clock], more);
        if (clock == VIEW_CLOCK_POST)
            count_attempts(cell, marks, more);
    }
    if (!is_open(&dues[VIEW_CLOCK_POST]))
        return true;
    struct cell *cell = cell_of(cells, key, marks->start_day);
    if (cell == NULL)
        return false;
    cell->open += more;
    cells->days[board_place(marks->start_day)].open += more;
    return true;
}

bool cells_count(struct cells *cells, enum view_group group, const struct marks *marks,
                 const struct dues dues[VIEW_CLOCKS])
{
    return !marks->issued || count_in(cells, key_of(marks, group), marks, dues, 1);
}

bool groups_count(struct groups *groups, const struct marks *marks,
                  const struct dues dues[VIEW_CLOCKS], int by)
{
    if (!marks->issued)
        return true;
    for (int group = 0; group < VIEW_GROUPS; group++)
        if (!count_in(&groups->of[group], key_of(marks, (enum view_group)group), marks, dues,
                      (uint32_t)by))
            return false;
    return true;
}

/* ------------------------------------------------------------------ summing */

static int age_of(const struct view_asked *asked, int32_t day)
{
    int age = 0;
    while (age < VIEW_AGES - 1 && day < asked->oldest_of_age[age])
        age++;
    return age;
}

static void add(struct view_figure *figure, const struct cell *cell, const struct board_days *days,
                const struct view_asked *asked)
{
    if (cell->open > 0)
        figure->open[age_of(asked, cell->day)] += cell->open;
    if (cell->day < asked->from_day || cell->day > asked->to_day)
        return;
    struct board *board = &figure->board;
    board->paused += cell->paused[asked->clock];
    if (!board_day_is_over(days, asked->clock, cell->day, asked->now)) {
        board->not_yet += cell->due[asked->clock];
    } else {
        board->due += cell->due[asked->clock];
        board->kept += cell->kept[asked->clock];
        board->kept_at_first += cell->first[asked->clock];
    }
    figure->attempted += cell->attempted;
    figure->at_first += cell->at_first;
    for (size_t i = 0; i < MARKS_REASONS; i++)
        figure->reasons[i] += cell->reasons[i];
    figure->sent += cell->sent;
    figure->scans += cell->scans;
    figure->scanned += cell->scanned;
    for (size_t i = 1; i < MARKS_STARS; i++)
        figure->stars[i] += cell->stars[i];
}

/* Figures by key while they are summed: a year of rounds has a hundred thousand keys. */
struct sums {
    struct view_figure *all;
    size_t n, room;
    uint32_t *slots; /* index + 1; a power of two of them, at most half full */
    size_t slots_n;
};

static size_t sum_slot(const struct sums *sums, uint64_t key)
{
    uint64_t hash = key * UINT64_C(0x9E3779B97F4A7C15);
    size_t slot = (size_t)(hash ^ hash >> 32) & (sums->slots_n - 1);
    while (sums->slots[slot] != 0 && sums->all[sums->slots[slot] - 1].key != key)
        slot = (slot + 1) & (sums->slots_n - 1);
    return slot;
}

static bool sums_widen(struct sums *sums)
{
    size_t wider_n = sums->slots_n == 0 ? 256 : sums->slots_n * 2;
    struct view_figure *all = slab_large_new(wider_n / 2 * sizeof *all);
    if (all == NULL)
        return false;
    if (sums->n > 0)
        memcpy(all, sums->all, sums->n * sizeof *all);
    free(sums->all);
    sums->all = all;
    sums->room = wider_n / 2;
    uint32_t *slots = calloc(wider_n, sizeof *slots);
    if (slots == NULL)
        return false;
    free(sums->slots);
    sums->slots = slots;
    sums->slots_n = wider_n;
    for (size_t i = 0; i < sums->n; i++)
        slots[sum_slot(sums, all[i].key)] = (uint32_t)(i + 1);
    return true;
}

static struct view_figure *sum_of(struct sums *sums, uint64_t key)
{
    if (sums->n == sums->room && !sums_widen(sums))
        return NULL;
    size_t slot = sum_slot(sums, key);
    if (sums->slots[slot] == 0) {
        sums->all[sums->n] = (struct view_figure){.key = key};
        sums->slots[slot] = (uint32_t)++sums->n;
    }
    return &sums->all[sums->slots[slot] - 1];
}

static bool sum_cell(struct sums *sums, const struct cell *cell, const struct board_days *days,
                     const struct view_asked *asked)
{
    if (cell->open == 0 && (cell->day < asked->from_day || cell->day > asked->to_day))
        return true;
    struct view_figure *figure = sum_of(sums, cell->key);
    if (figure == NULL)
        return false;
    add(figure, cell, days, asked);
    return true;
}

static bool sum_day(struct sums *sums, const struct cells *cells, uint32_t first,
                    const struct board_days *days, const struct view_asked *asked)
{
    for (uint32_t one = first; one != 0; one = cells->all[one - 1].next) {
        const struct cell *cell = &cells->all[one - 1];
        __builtin_prefetch(&cells->all[cell->next == 0 ? 0 : cell->next - 1]);
        if (!sum_cell(sums, cell, days, asked))
            return false;
    }
    return true;
}

/* A day's cells lie scattered among all others, and memory gives what lies in a row four times as
 * fast. */
#define SCATTERED_COSTS 4

/* Days that are asked for, and days on which something issued is still open. */
static bool sum_days(struct sums *sums, const struct cells *cells, const struct board_days *days,
                     const struct view_asked *asked)
{
    int64_t from = board_place(asked->from_day), to = board_place(asked->to_day);
    size_t n = 0;
    bool good = true;
    for (int64_t at = from; cells->days != NULL && at <= to; at++)
        n += cells->days[at].n;
    if (n > cells->n / SCATTERED_COSTS) {
        for (size_t i = 0; good && i < cells->n; i++)
            good = sum_cell(sums, &cells->all[i], days, asked);
        return good;
    }
    for (int64_t at = 0; cells->days != NULL && good && at < BOARD_DAYS; at++)
        if ((at >= from && at <= to) || cells->days[at].open > 0)
            good = sum_day(sums, cells, cells->days[at].first, days, asked);
    return good;
}

static int by_key(const void *a, const void *b)
{
    const struct view_figure *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static bool says_nothing(const struct view_figure *figure)
{
    uint64_t open = 0;
    for (int age = 0; age < VIEW_AGES; age++)
        open += figure->open[age];
    return open + figure->board.due + figure->board.not_yet + figure->board.paused == 0;
}

static void drop_empty(struct sums *sums)
{
    size_t kept = 0;
    for (size_t i = 0; i < sums->n; i++)
        if (!says_nothing(&sums->all[i])) {
            if (kept < i)
                sums->all[kept] = sums->all[i];
            kept++;
        }
    sums->n = kept;
}

bool cells_sum(const struct cells *cells, const struct board_days *days,
               const struct view_asked *asked, struct view_figure **new_figures, size_t *ret_n)
{
    struct sums sums = {.n = 0};
    bool good = sums_widen(&sums) && sum_days(&sums, cells, days, asked);
    free(sums.slots);
    if (!good) {
        free(sums.all);
        return false;
    }
    drop_empty(&sums);
    qsort(sums.all, sums.n, sizeof *sums.all, by_key);
    *new_figures = sums.all;
    *ret_n = sums.n;
    return true;
}

/* ------------------------------------------------------------------ what stands behind */

static bool in_period(const struct view_asked *asked, const struct dues *dues)
{
    int32_t day = day_due(dues);
    return dues->stand != STAND_NONE && day >= asked->from_day && day <= asked->to_day;
}

bool groups_asks(const struct view_asked *asked, uint32_t office)
{
    for (size_t i = 0; i < asked->offices_n; i++)
        if (asked->offices[i] == office)
            return true;
    return asked->offices_n == 0;
}

bool groups_has(const struct view_asked *asked, const struct view_behind *behind,
                const struct board_days *days, const struct marks *marks,
                const struct dues dues[VIEW_CLOCKS])
{
    const struct dues *one = &dues[asked->clock], *post = &dues[VIEW_CLOCK_POST];
    if (!marks->issued || !groups_asks(asked, marks->office) ||
        (!behind->all_keys && key_of(marks, asked->group) != behind->key))
        return false;
    bool counted = in_period(asked, one), paused = one->stand == STAND_PAUSED;
    bool over = counted && board_day_is_over(days, asked->clock, day_due(one), asked->now);
    switch (behind->number) {
    case VIEW_BEHIND_DUE:
        return over && !paused;
    case VIEW_BEHIND_KEPT:
        return over && one->stand == STAND_KEPT;
    case VIEW_BEHIND_LATE:
        return over && !paused && one->stand != STAND_KEPT;
    case VIEW_BEHIND_CAME_LATE:
        return over && one->stand == STAND_KEPT && !one->kept_at_first;
    case VIEW_BEHIND_PAUSED:
        return counted && paused;
    case VIEW_BEHIND_NOT_YET:
        return counted && !over && !paused;
    case VIEW_BEHIND_ATTEMPTED:
        return in_period(asked, post) && marks->attempted;
    case VIEW_BEHIND_AT_FIRST:
        return in_period(asked, post) && marks->first;
    case VIEW_BEHIND_NOT_AT_FIRST:
        return in_period(asked, post) && marks->attempted && !marks->first;
    case VIEW_BEHIND_SENT:
        return in_period(asked, post);
    case VIEW_BEHIND_SCANNED:
        return in_period(asked, post) && marks->scans > 0;
    case VIEW_BEHIND_NOT_SCANNED:
        return in_period(asked, post) && marks->scans == 0;
    case VIEW_BEHIND_RATED:
        return in_period(asked, post) && marks->stars > 0;
    case VIEW_BEHIND_STARS:
        return in_period(asked, post) && marks->stars == behind->which;
    case VIEW_BEHIND_REASON:
        return in_period(asked, post) && marks->reason == behind->which;
    case VIEW_BEHIND_OPEN:
        return is_open(post) && (behind->which == VIEW_AGES ||
                                 age_of(asked, marks->start_day) == (int)behind->which);
    }
    return false;
}
