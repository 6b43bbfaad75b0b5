/* walk_notes.c - what a fact says beside the status: in whose hand the envelope is, whether its
 * clock stands, what offices and receivers had written down. */
#include "server/delivery/walk_inside.h"

#include "server/delivery/claims.h"
#include "server/delivery/money.h"

/* ------------------------------------------------------------------ hands */

static void give(struct state *state, enum hand hand, uint32_t badge)
{
    state->hand = hand;
    state->hand_badge = badge;
}

/* What stood nowhere else. Void, recall and a failed attempt leave it where it is. */
void walk_note_hand(struct state *state, const struct act *act, enum status status)
{
    switch (status) {
    case STATUS_PICKED_UP:
    case STATUS_OUT:
        give(state, HAND_POSTMAN, act->badge);
        break;
    case STATUS_HANDED_OVER:
    case STATUS_IN_TRANSIT:
    case STATUS_AT_OFFICE:
    case STATUS_WAITING:
    case STATUS_RETURNING:
    case STATUS_UNCLAIMED:
        give(state, HAND_POST_OFFICE, 0);
        break;
    case STATUS_DELIVERED:
        give(state, HAND_RECEIVER, 0);
        break;
    case STATUS_RETURNED:
        give(state, HAND_OFFICE, 0);
        break;
    case STATUS_LOST:
        give(state, HAND_NOBODY, 0);
        break;
    case STATUS_FAILED:
        if (state->hand != HAND_POSTMAN) /* nobody else stands at a door */
            give(state, HAND_POSTMAN, act->badge);
        break;
    case STATUS_NONE:
    case STATUS_ISSUED:
    case STATUS_PRINTED:
    case STATUS_RECALLED:
    case STATUS_VOID:
        break;
    }
}

/* A desk moves an envelope between hands of the post only; what the receiver has stays there. */
static void move_hand(struct state *state, uint32_t to_badge)
{
    if (state->hand == HAND_POST_OFFICE || state->hand == HAND_POSTMAN)
        give(state, to_badge != 0 ? HAND_POSTMAN : HAND_POST_OFFICE, to_badge);
}

/* ------------------------------------------------------------------ pauses */

static bool is_paused(const struct state *state)
{
    return state->pauses_n > 0 && state->pauses[state->pauses_n - 1].to.ms == 0;
}

static void pause_clock(struct state *state, struct instant at)
{
    if (!is_paused(state) && state->pauses_n < PAUSES_MAX)
        state->pauses[state->pauses_n++].from = at;
}

static void resume_clock(struct state *state, struct instant at)
{
    if (is_paused(state))
        state->pauses[state->pauses_n - 1].to = at;
}

/* A way that could not be gone, or a day the receiver chose, stops the clock when something is
 * attached that shows it [ux.md section 3]. */
static bool stops_clock(const struct act *act)
{
    return act->event == EVENT_DELIVERY_FAILED && act->evidence &&
           (act->reason == REASON_WEATHER || act->reason == REASON_ANOTHER_DAY);
}

/* Each new status ends what stopped the clock, and may stop it again: at the post office, waiting
 * for somebody who was invited, it stands. */
void walk_note_clock(struct walk *walk, const struct fact *fact, const struct act *act)
{
    struct state *state = walk->state;
    if (fact->when.bounds_only || fact->effect != EFFECT_MOVED)
        return;
    if (act->in_field)
        resume_clock(state, fact->when.estimate);
    if (stops_clock(act) || (walk->status == STATUS_WAITING && state->invitations > 0))
        pause_clock(state, fact->when.estimate);
}

/* ------------------------------------------------------------------ what a fact says besides */

static void note_first(struct state *state, const struct fact *fact)
{
    bool earlier =
        state->first_field_at.ms == 0 || fact->when.estimate.ms < state->first_field_at.ms;
    if (earlier && !fact->when.bounds_only)
        state->first_field_at = fact->when.estimate;
}

void walk_note_field(struct walk *walk, const struct fact *fact, const struct act *act)
{
    struct state *state = walk->state;
    walk->any_scan = true;
    walk->door_outcome |= event_is_door_outcome(act->event);
    if (act->event == EVENT_PICKED_UP) {
        walk->any_pickup = true;
        if (walk->picked_up_by != 0 && walk->picked_up_by != fact->device)
            state->doubts |= DOUBT_PICKED_UP_TWICE;
        if (walk->picked_up_by == 0)
            walk->picked_up_by = fact->device;
    }
    if (!walk_counted(fact->effect))
        return;
    if (act->event == EVENT_PICKED_UP && state->accepted_at.ms == 0 && !fact->when.bounds_only)
        state->accepted_at = fact->when.estimate;
    note_first(state, fact);
    if (act->post_office != 0)
        state->post_office = act->post_office;
    if (walk_is_custody(act->event)) {
        state->holder = fact->device;
        walk->went_out = act->event == EVENT_OUT_FOR_DELIVERY;
        if (fact->effect == EFFECT_REPEATED)
            walk_note_hand(state, act, walk->status);
    }
    if (act->event == EVENT_RETURNED && walk->status == STATUS_RECALLED)
        give(state, HAND_OFFICE, 0);
}

static void note_pause(struct state *state, const struct fact *fact)
{
    if (fact->office.event == EVENT_CLOCK_RESUMED)
        resume_clock(state, fact->office.at);
    else if (fact->office.has_evidence)
        pause_clock(state, fact->office.at);
    else
        state->doubts |= DOUBT_PAUSE;
}

static void note_disputed(struct walk *walk, const struct fact *fact)
{
    struct state *state = walk->state;
    if (walk->status != STATUS_DELIVERED || state->disputed)
        return;
    state->disputed = true;
    state->disputed_at = fact->office.at;
    state->doubts |= DOUBT_DISPUTED;
    claim_open(state, &(struct claim){.kind = CLAIM_DISPUTED,
                                      .opener = OPENER_CITIZEN,
                                      .seq = fact->seq,
                                      .opened = fact->office.at});
}

/* Declared lost, or found not delivered when a case was closed. */
static void note_lost(struct state *state, const struct fact *fact)
{
    claim_open(state, &(struct claim){.kind = CLAIM_LOST,
                                      .opener = OPENER_RULE,
                                      .seq = fact->seq,
                                      .opened = fact->office.at});
}

static void note_case(struct state *state, const struct fact *fact)
{
    claim_note(state, fact);
    if (fact->effect == EFFECT_MOVED)
        note_lost(state, fact);
}

/* Who and where, and nothing else of what was issued. */
static void readdress(struct office_fact *issued, const struct office_fact *fact)
{
    issued->has_addressee = fact->has_addressee;
    issued->addressee = fact->addressee;
    issued->commune = fact->commune;
    issued->postal_code = fact->postal_code;
}

/* The last word counts: a day, or the way to the post office; somebody else beside either. */
static void note_receiver(struct state *state, const struct office_fact *fact)
{
    switch (fact->event) {
    case EVENT_RECEIVER_NAMED:
        state->has_other = fact->has_evidence;
        state->other = fact->evidence;
        return;
    case EVENT_RATED:
        if (fact->value >= 1 && fact->value <= 5)
            state->stars = (uint32_t)fact->value;
        return;
    default:
        break;
    }
    bool day = fact->event == EVENT_DAY_CHOSEN;
    state->wish = day ? WISH_DAY : WISH_COLLECT;
    state->wished_at = fact->at;
    state->chosen = day ? fact->from : (struct instant){0};
    state->collect_at =
        !day && fact->value > 0 && fact->value <= UINT32_MAX ? (uint32_t)fact->value : 0;
}

void walk_note_office(struct walk *walk, const struct fact *fact)
{
    struct state *state = walk->state;
    switch (fact->office.event) {
    case EVENT_ISSUED:
        if (!state->issued)
            state->office = fact->office;
        state->issued = true;
        break;
    case EVENT_READDRESSED:
        readdress(&state->office, &fact->office);
        break;
    case EVENT_VOIDED:
        walk->voided = true;
        break;
    case EVENT_PRINTED:
        state->copies = fact->office.copy > state->copies ? fact->office.copy : state->copies + 1;
        break;
    case EVENT_HANDED_OVER:
        if (state->handed_at.ms == 0)
            state->handed_at = fact->office.at;
        break;
    case EVENT_RETURN_INSTRUCTED:
        state->return_instructed = true;
        break;
    case EVENT_SLIP_BOUND:
        walk_invite(state, fact->office.at);
        break;
    case EVENT_CUSTODY_MOVED:
        move_hand(state, fact->office.to_badge);
        break;
    case EVENT_CLOCK_PAUSED:
    case EVENT_CLOCK_RESUMED:
        note_pause(state, fact);
        break;
    case EVENT_DAY_CHOSEN:
    case EVENT_COLLECT_CHOSEN:
    case EVENT_RECEIVER_NAMED:
    case EVENT_RATED:
        note_receiver(state, &fact->office);
        break;
    case EVENT_DISPUTED:
        note_disputed(walk, fact);
        break;
    case EVENT_LOST:
        if (fact->effect == EFFECT_MOVED)
            note_lost(state, fact);
        break;
    case EVENT_CHARGED:
    case EVENT_PAID_LATER:
        money_note(state, fact);
        break;
    case EVENT_CASE_OPENED:
    case EVENT_CASE_ANSWERED:
    case EVENT_CASE_CLOSED:
        note_case(state, fact);
        break;
    default:
        break;
    }
}
