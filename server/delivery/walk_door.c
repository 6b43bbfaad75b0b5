/* walk_door.c - what happens at doors: who delivers, which door it is, attempts, invitations. */
#include "server/delivery/walk_inside.h"

#include "server/delivery/claims.h"
#include "server/delivery/money.h"

static bool held_before(const struct walk *walk, const struct fact *until)
{
    for (const struct fact *fact = walk->facts; fact < until; fact++)
        if (fact->is_scan && fact->device == until->device && walk_is_custody(fact->scan.event) &&
            walk_counted(fact->effect) && !is_copy(walk->facts, walk->n, fact))
            return true;
    return false;
}

/* A missing scan is not a doubt about the person: only who took it from the deliverer, or took it
 * out himself, is asked (case T04). Paper says a badge and no device. */
static void check_deliverer(struct walk *walk, const struct fact *fact)
{
    int64_t holder = walk->state->holder;
    if (fact->is_scan && holder != 0 && holder != fact->device &&
        (walk->went_out || held_before(walk, fact)))
        walk->state->doubts |= DOUBT_NOT_THE_HOLDER;
}

/* Nobody stands an hour at one door: the same device within it read the label twice; all else is
 * two envelopes, or two stories of one (case T06, two copies). What one postman wrote on paper and
 * what his handheld kept is one story, if it is of one day. */
#define SAME_DOOR_MS (INT64_C(60) * 60 * 1000)

static int64_t since_door_ms(const struct walk *walk, const struct fact *fact)
{
    return walk->door == NULL ? INT64_MAX : fact->when.estimate.ms - walk->door->when.estimate.ms;
}

static bool same_door(const struct walk *walk, const struct fact *fact)
{
    const struct fact *door = walk->door;
    if (door == NULL)
        return false;
    if (fact->is_scan && door->is_scan)
        return fact->device == door->device && since_door_ms(walk, fact) <= SAME_DOOR_MS;
    return act_of(fact).badge == act_of(door).badge &&
           day_of(fact->when.estimate) == day_of(door->when.estimate);
}

/* ------------------------------------------------------------------ attempts, invitations */

/* One a day: what a postman left in the morning and again in the evening invited once. */
void walk_invite(struct state *state, struct instant at)
{
    if (state->invitations > 0 && day_of(at) == day_of(state->last_invited_at))
        return;
    if (state->invitations++ == 0)
        state->first_invited_at = at;
    state->last_invited_at = at;
}

static bool leaves_invitation(uint32_t reason)
{
    const struct reason_info *info = reason_info(reason);
    return info != NULL && info->article[0] == 'd' && info->article[1] == '\0';
}

static void took_failure(struct walk *walk, const struct fact *fact, const struct act *act)
{
    struct state *state = walk->state;
    if (state->attempt++ == 0 && !fact->when.bounds_only)
        state->first_failed_at = fact->when.estimate;
    if (!fact->when.bounds_only)
        state->last_failed_at = fact->when.estimate;
    state->failed_reason = act->reason;
    state->failed_action = act->action;
    if (act->reason == REASON_DAMAGED)
        claim_open(state, &(struct claim){.kind = CLAIM_DAMAGED,
                                          .opener = OPENER_RULE,
                                          .opened = fact->when.estimate});
    if (leaves_invitation(act->reason) && !fact->when.bounds_only)
        walk_invite(state, fact->when.estimate);
}

void walk_took_door(struct walk *walk, const struct fact *fact, const struct act *act)
{
    struct state *state = walk->state;
    walk->door = fact;
    if (act->event == EVENT_DELIVERY_FAILED)
        took_failure(walk, fact, act);
    if (act->event == EVENT_DELIVERED)
        check_deliverer(walk, fact);
    money_take(state, &(struct taking){.at = fact->when.estimate,
                                       .device = fact->device,
                                       .epoch = fact->epoch,
                                       .seq = fact->seq,
                                       .badge = act->badge,
                                       .postage_vnd = act->postage_vnd,
                                       .fees_vnd = act->fees_vnd});
}

static bool is_next_attempt(const struct walk *walk, const struct fact *fact)
{
    struct schedule schedule = walk_schedule(walk, fact);
    int64_t least_ms =
        rule_value(&schedule, RULE_NEXT_ATTEMPT_MIN, fact->when.estimate) * 60 * 1000;
    return since_door_ms(walk, fact) >= least_ms;
}

enum effect walk_take_again(struct walk *walk, const struct fact *fact, const struct act *act)
{
    if (act->event == EVENT_DELIVERED && !same_door(walk, fact)) {
        walk->state->doubts |= DOUBT_DELIVERED_TWICE;
        walk->money_elsewhere |= walk_has_money(act);
    }
    if (act->event != EVENT_DELIVERY_FAILED || !is_next_attempt(walk, fact))
        return EFFECT_REPEATED;
    walk_set_status(walk, walk->status, fact, act);
    walk_took_door(walk, fact, act);
    return EFFECT_MOVED;
}
