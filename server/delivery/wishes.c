#include "server/delivery/wishes.h"

#include "server/delivery/days.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)

bool wish_is_open(const struct state *state)
{
    return state->status == STATUS_FAILED || state->status == STATUS_WAITING ||
           (state->status == STATUS_OUT && state->attempt > 0);
}

bool wish_day_fits(const struct state *state, const struct rules *rules, struct instant day,
                   struct instant now)
{
    struct schedule schedule = {rules, state->office.post_office, now};
    if (day.ms <= now.ms || day.ms > now.ms + WISH_WITHIN_DAYS * DAY_MS)
        return false;
    return clock_same_day(after_working_days(&schedule, day, 0), day);
}

size_t wish_days(const struct state *state, const struct rules *rules, struct instant now,
                 struct instant out[WISH_DAYS])
{
    size_t n = 0;
    for (int64_t day = day_of(now) + 1; day <= day_of(now) + WISH_WITHIN_DAYS && n < WISH_DAYS;
         day++) {
        struct instant at = day_minute(day, 0);
        if (wish_day_fits(state, rules, at, now))
            out[n++] = at;
    }
    return n;
}

bool wish_stands(const struct state *state)
{
    return state->wish != WISH_NONE && wish_is_open(state) &&
           state->wished_at.ms > state->last_failed_at.ms;
}

uint32_t wish_post_office(const struct state *state)
{
    return state->post_office ? state->post_office : state->office.post_office;
}

uint32_t wish_pickup(const struct state *state)
{
    return wish_stands(state) && state->wish == WISH_COLLECT ? state->collect_at : 0;
}
