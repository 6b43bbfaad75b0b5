/* days.c - walks day by day, as the rule says it; terms are short. */
#include "server/delivery/days.h"

#define MINUTE_MS (60 * INT64_C(1000))
/* No term of rule.def is longer; walking further would only be a calendar without a day worked. */
#define WALK_DAYS_MAX 4000

static int64_t next_worked(const struct schedule *schedule, int64_t day)
{
    for (int64_t last = day + WALK_DAYS_MAX; day < last; day++)
        if (schedule_day(schedule, day).works)
            break;
    return day;
}

static int64_t nth_worked(const struct schedule *schedule, int64_t day, int64_t n)
{
    for (; n > 0; n--)
        day = next_worked(schedule, day + 1);
    return day;
}

/* An edge of a shift, as its rule stands on that day. */
static struct instant shift_edge(const struct schedule *schedule, int64_t day, enum rule edge)
{
    return day_minute(day, rule_value(schedule, edge, day_minute(day, 0)));
}

static struct instant end_of_work(const struct schedule *schedule, int64_t day)
{
    return shift_edge(schedule, day, RULE_SHIFT_2_TO_MIN);
}

struct instant after_working_days(const struct schedule *schedule, struct instant start, int64_t n)
{
    int64_t day = day_of(start);
    day = n == 0 ? next_worked(schedule, day) : nth_worked(schedule, day, n);
    return end_of_work(schedule, day);
}

struct instant after_days(const struct schedule *schedule, struct instant start, int64_t n)
{
    return end_of_work(schedule, next_worked(schedule, day_of(start) + n));
}

struct instant working_day_after(const struct schedule *schedule, struct instant from, int64_t n)
{
    return shift_edge(schedule, nth_worked(schedule, day_of(from), n), RULE_SHIFT_1_FROM_MIN);
}

int64_t working_days_between(const struct schedule *schedule, struct instant from,
                             struct instant to)
{
    int64_t n = 0;
    for (int64_t day = day_of(from) + 1, last = day_of(to); day <= last; day++)
        n += schedule_day(schedule, day).works;
    return n;
}

/* Uses up to `*left_ms` of the shift from..to after `at`; true when that was all. */
static bool spend(struct instant from, struct instant to, struct instant *at, int64_t *left_ms)
{
    if (at->ms < from.ms)
        *at = from;
    if (at->ms >= to.ms)
        return false;
    int64_t room = to.ms - at->ms, used = room < *left_ms ? room : *left_ms;
    at->ms += used;
    *left_ms -= used;
    return *left_ms == 0;
}

struct instant after_working_minutes(const struct schedule *schedule, struct instant start,
                                     int64_t minutes)
{
    int64_t left_ms = minutes * MINUTE_MS, day = next_worked(schedule, day_of(start));
    struct instant at = start;
    for (int64_t last = day + WALK_DAYS_MAX; day < last; day = next_worked(schedule, day + 1))
        if (spend(shift_edge(schedule, day, RULE_SHIFT_1_FROM_MIN),
                  shift_edge(schedule, day, RULE_SHIFT_1_TO_MIN), &at, &left_ms) ||
            spend(shift_edge(schedule, day, RULE_SHIFT_2_FROM_MIN),
                  shift_edge(schedule, day, RULE_SHIFT_2_TO_MIN), &at, &left_ms))
            break;
    return at;
}
