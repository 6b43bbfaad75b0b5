#include "server/delivery/returns.h"

#include <string.h>

#include "protocol/premises.h"
#include "server/delivery/days.h"
#include "server/delivery/places.h"

/* Ground (b) is moved *without* a new address: while one is awaited there is none. */
static const char *ground_of(const struct state *state)
{
    const struct reason_info *reason = reason_info(state->failed_reason);
    if (reason == NULL ||
        (reason->reason == REASON_MOVED && state->failed_action == ACTION_CHANGE_ADDRESS))
        return "";
    return reason->article;
}

static bool needs_invitations(const char *ground)
{
    return strcmp(ground, "d") == 0;
}

static bool is_refusal(const char *ground)
{
    return strcmp(ground, "đ") == 0;
}

/* Enough of them, and the first and the last far enough apart. */
static bool was_invited(const struct state *state, const struct schedule *schedule,
                        struct instant at)
{
    return state->invitations >= rule_value(schedule, RULE_INVITATIONS, at) &&
           working_days_between(schedule, state->first_invited_at, state->last_invited_at) >=
               rule_value(schedule, RULE_INVITATIONS_APART_DAYS, at);
}

static uint32_t office_of(const struct state *state)
{
    return state->office.office != 0 ? state->office.office : PREMISES_FIRST_OFFICE;
}

static bool is_instructed(const struct state *state, const struct schedule *schedule,
                          struct instant at)
{
    return state->return_instructed ||
           rule_value_of(schedule, office_of(state), RULE_RETURN_STANDING, at) != 0;
}

static struct instant next_invitation(const struct state *state, const struct schedule *schedule,
                                      struct instant at)
{
    if (state->invitations == 0)
        return (struct instant){0};
    return working_day_after(schedule, state->first_invited_at,
                             rule_value(schedule, RULE_INVITATIONS_APART_DAYS, at));
}

static struct instant hold_until(const struct state *state, const struct schedule *schedule,
                                 const char *ground)
{
    struct instant from = state->first_invited_at;
    if (is_refusal(ground))
        return state->since.estimate;
    if (state->invitations == 0)
        return (struct instant){0};
    enum rule rule =
        place_is_ward(state->office.commune) ? RULE_HOLD_WARD_DAYS : RULE_HOLD_COMMUNE_DAYS;
    return day_minute(day_of(from) + rule_value(schedule, rule, from),
                      rule_value(schedule, RULE_SHIFT_2_TO_MIN, from));
}

static struct instant unclaimed_from(const struct state *state, const struct schedule *schedule)
{
    struct instant from = state->accepted_at.ms != 0 ? state->accepted_at : state->handed_at;
    if (from.ms == 0)
        return from;
    int64_t months = rule_value(schedule, RULE_UNCLAIMED_MONTHS, from);
    return day_minute(day_after_months(day_of(from), months), 0);
}

struct returns returns_of(const struct state *state, const struct schedule *schedule,
                          struct instant at)
{
    struct returns returns = {.ground = ground_of(state)};
    returns.hold_until = hold_until(state, schedule, returns.ground);
    returns.unclaimed_from = unclaimed_from(state, schedule);
    if (returns.ground[0] == '\0') {
        returns.lack = LACK_GROUND;
    } else if (needs_invitations(returns.ground) && !was_invited(state, schedule, at)) {
        returns.lack = LACK_INVITATION;
        returns.invite_from = next_invitation(state, schedule, at);
    } else if (!is_instructed(state, schedule, at)) {
        returns.lack = LACK_INSTRUCTION;
    }
    return returns;
}

bool may_fail_again(const struct state *state, const struct schedule *schedule, struct instant at,
                    struct instant *ret_from)
{
    int64_t least_ms = rule_value(schedule, RULE_NEXT_ATTEMPT_MIN, at) * 60 * 1000;
    struct instant from = {state->since.estimate.ms + least_ms};
    if (state->status != STATUS_FAILED || at.ms >= from.ms)
        return true;
    *ret_from = from;
    return false;
}
