#include "server/delivery/clocks.h"

#include "server/delivery/claims.h"
#include "server/delivery/days.h"
#include "server/delivery/returns.h"

static const struct instant for_ever = {INT64_MAX};

static struct instant earlier(struct instant a, struct instant b)
{
    if (a.ms == 0 || b.ms == 0)
        return a.ms != 0 ? a : b;
    return a.ms < b.ms ? a : b;
}

static struct instant later(struct instant a, struct instant b)
{
    return a.ms > b.ms ? a : b;
}

static bool is_delivered(const struct state *state)
{
    return state->status == STATUS_DELIVERED && !claims_hold_clock(state);
}

/* ------------------------------------------------------------------ the office */

static struct leg office_leg(const struct state *state, const struct rules *rules)
{
    struct leg leg = {.start = state->office.at,
                      .end = earlier(state->handed_at, state->first_field_at)};
    leg.end_arrival = leg.end;
    struct schedule schedule = {rules, state->office.post_office,
                                leg.end.ms != 0 ? leg.end : for_ever};
    leg.due = after_working_days(&schedule, leg.start,
                                 rule_value(&schedule, RULE_HANDOVER_DAYS, leg.start));
    if (leg.end.ms == 0)
        leg.stand = STAND_RUNNING;
    else
        leg.stand = leg.end.ms <= leg.due.ms ? STAND_KEPT : STAND_MISSED;
    return leg;
}

/* ------------------------------------------------------------------ the post */

static enum rule rule_of_zone(enum zone zone)
{
    static const enum rule rules[ZONES] = {
        [ZONE_COMMUNE] = RULE_LEG_COMMUNE_DAYS,
        [ZONE_PROVINCE] = RULE_LEG_PROVINCE_DAYS,
        [ZONE_MOUNTAIN] = RULE_LEG_MOUNTAIN_DAYS,
        [ZONE_OTHER] = RULE_LEG_OTHER_DAYS,
    };
    return rules[zone];
}

/* A first attempt in time earns the second its own; one that came late earns nothing. */
static struct instant with_retry(const struct state *state, const struct schedule *schedule,
                                 struct instant due)
{
    struct instant failed = state->first_failed_at;
    if (failed.ms == 0 || failed.ms > due.ms)
        return due;
    return later(
        due, after_working_days(schedule, failed, rule_value(schedule, RULE_RETRY_DAYS, failed)));
}

/* Whole working days that passed while the clock stood; a pause that begins too late moves nothing.
 */
static struct instant with_pauses(const struct state *state, const struct schedule *schedule,
                                  struct instant due, struct instant end, bool *ret_paused)
{
    for (size_t i = 0; i < state->pauses_n; i++) {
        const struct pause *pause = &state->pauses[i];
        struct instant until = pause->to.ms != 0 ? pause->to : end;
        if (pause->from.ms > due.ms)
            break;
        if (until.ms == 0) {
            *ret_paused = true;
            break;
        }
        int64_t days = working_days_between(schedule, pause->from, until);
        if (days > 0)
            due = after_working_days(schedule, due, days);
    }
    return due;
}

static struct leg post_leg(const struct state *state, const struct rules *rules,
                           const struct leg *office, enum zone zone)
{
    struct leg leg = {.start = earlier(state->handed_at, state->accepted_at)};
    bool delivered = is_delivered(state), paused = false;
    struct schedule schedule = {rules, state->office.post_office,
                                delivered ? state->since_arrival : for_ever};
    struct instant from = leg.start.ms != 0 ? leg.start : office->due;
    leg.due = after_working_days(&schedule, from, rule_value(&schedule, rule_of_zone(zone), from));
    leg.due = with_retry(state, &schedule, leg.due);
    if (delivered) {
        leg.end = state->since.latest; /* as late as it may have been */
        leg.end_arrival = state->since_arrival;
    }
    leg.due = with_pauses(state, &schedule, leg.due, leg.end, &paused);
    if (leg.end.ms != 0)
        leg.stand = leg.end.ms <= leg.due.ms ? STAND_KEPT : STAND_MISSED;
    else
        leg.stand = paused ? STAND_PAUSED : STAND_RUNNING;
    return leg;
}

/* ------------------------------------------------------------------ both */

static struct instant answer_by(const struct state *state, const struct schedule *schedule)
{
    struct instant first = {0};
    for (size_t i = 0; i < state->claims_n; i++)
        first = earlier(first, claim_terms_of(&state->claims[i], schedule).answer_by);
    return first;
}

/* The receiver's own day stands above the rule's. */
static struct instant again_by(const struct state *state, const struct schedule *schedule)
{
    struct instant failed = state->since.estimate;
    bool waits = state->status == STATUS_FAILED || state->status == STATUS_WAITING;
    if ((waits || state->status == STATUS_OUT) && state->chosen.ms > failed.ms)
        return after_working_days(schedule, state->chosen, 0);
    if (state->status != STATUS_FAILED || state->action != ACTION_AGAIN)
        return (struct instant){0};
    return after_working_days(schedule, failed, rule_value(schedule, RULE_RETRY_DAYS, failed));
}

#define OTHER_DAYS 2 /* working days: time to read the message and to answer it */

/* Asked for only where somebody may ask. */
static struct instant other_day(const struct state *state, const struct schedule *schedule,
                                struct instant again)
{
    if (state->status != STATUS_FAILED && state->status != STATUS_WAITING &&
        state->status != STATUS_OUT)
        return (struct instant){0};
    if (again.ms != 0)
        return working_day_after(schedule, again, 1);
    return working_day_after(schedule, state->since.estimate, OTHER_DAYS);
}

enum zone zone_of_item(const struct state *state, const struct schedule *schedule)
{
    return place_zone(state->office.commune, state->office.postal_code,
                      (uint32_t)rule_value(schedule, RULE_OFFICE_COMMUNE, state->office.at));
}

void clocks_of(const struct state *state, const struct rules *rules, struct clocks *ret_clocks)
{
    *ret_clocks = (struct clocks){.zone = ZONE_OTHER};
    if (!state->issued || state->status == STATUS_VOID || state->status == STATUS_RECALLED)
        return;
    struct schedule schedule = {rules, state->office.post_office,
                                is_delivered(state) ? state->since_arrival : for_ever};
    struct clocks clocks = {.office = office_leg(state, rules)};
    clocks.zone = zone_of_item(state, &schedule);
    clocks.post = post_leg(state, rules, &clocks.office, clocks.zone);
    clocks.hold_until = returns_of(state, &schedule, state->since.estimate).hold_until;
    clocks.answer_by = answer_by(state, &schedule);
    clocks.again_by = again_by(state, &schedule);
    clocks.other_day = other_day(state, &schedule, clocks.again_by);
    *ret_clocks = clocks;
}

/* ------------------------------------------------------------------ asking */

static struct instant expected(const struct leg *leg)
{
    return leg->stand == STAND_RUNNING ? leg->due : (struct instant){0};
}

struct instant clocks_promised(const struct state *state, const struct clocks *clocks)
{
    switch (state->status) {
    case STATUS_PICKED_UP:
        return expected(&clocks->post);
    case STATUS_WAITING:
        return clocks->hold_until;
    case STATUS_LOST:
        return clocks->answer_by;
    case STATUS_DELIVERED:
        return state->disputed ? clocks->answer_by : (struct instant){0};
    case STATUS_NONE:
    case STATUS_ISSUED:
    case STATUS_PRINTED:
    case STATUS_HANDED_OVER:
    case STATUS_IN_TRANSIT:
    case STATUS_AT_OFFICE:
    case STATUS_OUT:
    case STATUS_FAILED:
    case STATUS_RETURNING:
    case STATUS_RETURNED:
    case STATUS_RECALLED:
    case STATUS_UNCLAIMED:
    case STATUS_VOID:
        break;
    }
    return (struct instant){0};
}

bool leg_is_late(const struct leg *leg, struct instant now)
{
    return leg->stand == STAND_RUNNING && now.ms > leg->due.ms;
}

bool leg_kept_at_first(const struct leg *leg)
{
    return leg->stand == STAND_KEPT && leg->end_arrival.ms < day_minute(day_of(leg->due) + 1, 0).ms;
}

bool leg_minutes(const struct leg *leg, int64_t *ret_minutes)
{
    if (leg->start.ms == 0 || leg->end.ms == 0 || leg->end.ms < leg->start.ms)
        return false;
    *ret_minutes = (leg->end.ms - leg->start.ms) / INT64_C(60000);
    return true;
}
