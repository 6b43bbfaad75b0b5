/* walk.c - what each fact, in its turn, does to where the item stands. */
#include "server/delivery/walk_inside.h"

#include "server/delivery/claims.h"
#include "server/delivery/money.h"
#include "server/delivery/moves.h"
#include "server/delivery/returns.h"

/* ------------------------------------------------------------------ what a fact says */

struct act act_of(const struct fact *fact)
{
    if (fact->is_scan) {
        const struct scan *scan = &fact->scan;
        return (struct act){.event = scan->event,
                            .reason = scan->reason,
                            .action = scan->action,
                            .relation = scan->relation,
                            .postage_vnd = scan->postage_vnd,
                            .fees_vnd = scan->fees_vnd,
                            .post_office = scan->post_office,
                            .badge = scan->badge,
                            .in_field = true,
                            .evidence = scan->has_attachments};
    }
    const struct office_fact *office = &fact->office;
    struct act act = {.event = office->event,
                      .reason = office->reason,
                      .post_office = office->post_office,
                      .badge = office->badge,
                      .evidence = office->has_evidence};
    if (office->event == EVENT_PAPER_ENTRY) {
        const struct paper_scan *paper = &office->paper;
        act.event = paper->event;
        act.reason = paper->reason;
        act.action = paper->action;
        act.relation = paper->relation;
        act.postage_vnd = paper->postage_vnd;
        act.fees_vnd = paper->fees_vnd;
        act.in_field = true;
    }
    return act;
}

/* ------------------------------------------------------------------ for all files of the walk */

bool walk_is_custody(uint32_t event)
{
    return event == EVENT_PICKED_UP || event == EVENT_ARRIVED_DELIVERY_OFFICE ||
           event == EVENT_OUT_FOR_DELIVERY;
}

bool walk_counted(enum effect effect)
{
    return effect == EFFECT_MOVED || effect == EFFECT_NOTED || effect == EFFECT_REPEATED;
}

bool walk_has_money(const struct act *act)
{
    return act->postage_vnd != 0 || act->fees_vnd != 0;
}

struct schedule walk_schedule(const struct walk *walk, const struct fact *fact)
{
    return (struct schedule){walk->rules, walk->state->office.post_office, fact->arrival};
}

void walk_set_status(struct walk *walk, enum status status, const struct fact *fact,
                     const struct act *act)
{
    struct state *state = walk->state;
    walk->status = status;
    state->since = fact->when;
    state->since_arrival = fact->arrival;
    state->reason = act->reason;
    state->action = act->action;
    state->relation = act->relation;
}

/* ------------------------------------------------------------------ moving */

static void check_return(struct walk *walk, const struct fact *fact)
{
    struct schedule schedule = walk_schedule(walk, fact);
    if (returns_of(walk->state, &schedule, fact->when.estimate).lack != LACK_NOTHING)
        walk->state->doubts |= DOUBT_RETURN;
}

/* Noted; but a case that closes with "not delivered" refutes the delivery: nobody knows then where
 * the envelope is, until a scan says otherwise. */
static enum effect note(struct walk *walk, const struct fact *fact, const struct act *act)
{
    if (act->event != EVENT_CASE_CLOSED || walk->status != STATUS_DELIVERED ||
        !claim_refutes(walk->state, &fact->office))
        return EFFECT_NOTED;
    walk_set_status(walk, STATUS_LOST, fact, act);
    return EFFECT_MOVED;
}

static enum effect take_move(struct walk *walk, const struct fact *fact, const struct act *act,
                             const struct move *move)
{
    if (move->to == STAY)
        return note(walk, fact, act);
    if (move->to == AGAIN)
        return walk_take_again(walk, fact, act);
    if (act->event == EVENT_RETURN_STARTED)
        check_return(walk, fact);
    walk_set_status(walk, (enum status)move->to, fact, act);
    if (event_is_door_outcome(act->event))
        walk_took_door(walk, fact, act);
    return EFFECT_MOVED;
}

static enum effect no_move(struct walk *walk, const struct act *act)
{
    if (event_info(act->event) == NULL) {
        walk->state->doubts |= DOUBT_UNKNOWN_EVENT;
        return EFFECT_UNKNOWN;
    }
    bool after_end = act->in_field && status_is_final(walk->status);
    walk->money_elsewhere |= event_is_door_outcome(act->event) && walk_has_money(act);
    walk->state->doubts |= after_end ? DOUBT_AFTER_END : DOUBT_OUT_OF_ORDER;
    return EFFECT_OUT_OF_ORDER;
}

/* ------------------------------------------------------------------ each in its turn */

/* A door outcome that surely came before the number was issued is of an earlier life of the number,
 * as after a restored record: it says nothing of this envelope. */
static bool is_of_earlier_life(const struct walk *walk, const struct fact *fact)
{
    return fact->is_scan && event_is_door_outcome(fact->scan.event) &&
           walk->issued_ms != INT64_MIN && fact->when.latest.ms < walk->issued_ms - CLOCK_OFF_MS;
}

static void take(struct walk *walk, struct fact *fact)
{
    bool copy = fact->effect == EFFECT_REPEATED;
    if (fact->verdict == VERDICT_CONFLICT)
        walk->state->doubts |= DOUBT_CONFLICT;
    if (fact->verdict == 0 && fact->when.clock_off && !copy)
        walk->state->doubts |= DOUBT_CLOCK;
    if (fact->effect == EFFECT_NONE && is_of_earlier_life(walk, fact)) {
        fact->effect = EFFECT_OUT_OF_ORDER;
        walk->state->doubts |= DOUBT_OUT_OF_ORDER;
    } else if (fact->effect == EFFECT_NONE) {
        struct act act = act_of(fact);
        const struct move *move = move_find(act.event, walk->status);
        fact->effect = move == NULL ? no_move(walk, &act) : take_move(walk, fact, &act, move);
        if (fact->effect == EFFECT_MOVED)
            walk_note_hand(walk->state, &act, walk->status);
        walk_note_clock(walk, fact, &act);
        if (act.in_field)
            walk_note_field(walk, fact, &act);
        else
            walk_note_office(walk, fact);
    }
    fact->status_after = walk->status;
}

/* Server's clock at the first issue; INT64_MIN when nobody issued it. */
static int64_t issued_at(const struct fact *facts, size_t n)
{
    int64_t first = INT64_MIN;
    for (size_t i = 0; i < n; i++)
        if (!facts[i].is_scan && facts[i].office.event == EVENT_ISSUED &&
            (first == INT64_MIN || facts[i].when.estimate.ms < first))
            first = facts[i].when.estimate.ms;
    return first;
}

static void conclude(const struct walk *walk)
{
    struct state *state = walk->state;
    state->status = state->issued ? walk->status : STATUS_NONE;
    if (walk->door_outcome && !walk->any_pickup)
        state->doubts |= DOUBT_NO_PICKUP;
    if (walk->voided && walk->any_scan)
        state->doubts |= DOUBT_VOID_SCANNED;
    struct owed owed = money_owed(state, walk->rules);
    if ((walk->money_elsewhere || owed.postage_vnd != 0 || owed.fees_vnd != 0) &&
        !claim_was_closed(state, CLAIM_MONEY))
        state->doubts |= DOUBT_MONEY;
    if (claims_open(state) > 0)
        state->doubts |= DOUBT_CASE;
}

void walk(struct fact *facts, size_t n, const struct rules *rules, struct state *state)
{
    struct walk walk = {
        .facts = facts, .n = n, .rules = rules, .state = state, .issued_ms = issued_at(facts, n)};
    for (size_t i = 0; i < n; i++)
        take(&walk, &facts[i]);
    conclude(&walk);
}
