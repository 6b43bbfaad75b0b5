/* walk.c - what each fact, in its turn, does to where the item stands. */
#include "server/delivery/walk.h"

#include "server/delivery/claims.h"
#include "server/delivery/money.h"
#include "server/delivery/returns.h"

/* ------------------------------------------------------------------ the table of moves */

#define S(KEY) (UINT32_C(1) << STATUS_##KEY)
#define BEFORE_POST (S(NONE) | S(ISSUED) | S(PRINTED) | S(HANDED_OVER))
#define WITH_POST                                                                                  \
    (S(PICKED_UP) | S(IN_TRANSIT) | S(AT_OFFICE) | S(OUT) | S(FAILED) | S(WAITING) | S(RETURNING))
#define FOUND_AGAIN (S(LOST) | S(UNCLAIMED)) /* declared so, and a scan says otherwise */
#define MAY_TRAVEL                                                                                 \
    (BEFORE_POST | S(PICKED_UP) | S(AT_OFFICE) | S(OUT) | S(FAILED) | S(WAITING) | FOUND_AGAIN)
#define TRAVELS (S(IN_TRANSIT) | S(RETURNING))
#define FINAL (S(DELIVERED) | S(RETURNED) | S(RECALLED) | S(VOID))
#define ANY (BEFORE_POST | WITH_POST | FOUND_AGAIN | FINAL)

enum { STAY = 100, AGAIN = 101 }; /* beside the statuses */

struct move {
    uint32_t event;
    uint32_t from; /* set of statuses */
    int to;        /* status, STAY or AGAIN */
};

static const struct move moves[] = {
#define MOVE(EVENT, FROM, TO)                                                                      \
    {                                                                                              \
        EVENT_##EVENT                                                                              \
        , (FROM), (TO)                                                                             \
    }                                                                                              \
    ,
#include "server/delivery/moves.def"
#undef MOVE
};

#define MOVES (sizeof moves / sizeof *moves)

static const struct move *move_find(uint32_t event, enum status from)
{
    for (size_t i = 0; i < MOVES; i++)
        if (moves[i].event == event && (moves[i].from >> from & 1) != 0)
            return &moves[i];
    return NULL;
}

bool status_is_final(enum status status)
{
    return (FINAL >> status & 1) != 0;
}

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

/* ------------------------------------------------------------------ the walk */

struct walk {
    struct fact *facts;
    size_t n;
    const struct rules *rules;
    struct state *state;
    enum status status;
    int64_t picked_up_by;    /* device of the first pickup, 0 none */
    bool went_out;           /* the holder took it out for delivery */
    const struct fact *door; /* the counted door outcome in force */
    bool door_outcome, any_pickup, any_scan, voided;
    bool money_elsewhere; /* taken, as a scan says that does not count */
    int64_t issued_ms;    /* INT64_MIN: never */
};

static bool is_custody(uint32_t event)
{
    return event == EVENT_PICKED_UP || event == EVENT_ARRIVED_DELIVERY_OFFICE ||
           event == EVENT_OUT_FOR_DELIVERY;
}

static bool counted(enum effect effect)
{
    return effect == EFFECT_MOVED || effect == EFFECT_NOTED || effect == EFFECT_REPEATED;
}

static bool held_before(const struct walk *walk, const struct fact *until)
{
    for (const struct fact *fact = walk->facts; fact < until; fact++)
        if (fact->is_scan && fact->device == until->device && is_custody(fact->scan.event) &&
            counted(fact->effect) && !is_copy(walk->facts, walk->n, fact))
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

static void set_status(struct walk *walk, enum status status, const struct fact *fact,
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

/* ------------------------------------------------------------------ attempts, invitations */

static struct schedule schedule_of(const struct walk *walk, const struct fact *fact)
{
    return (struct schedule){walk->rules, walk->state->office.post_office, fact->arrival};
}

/* One a day: what a postman left in the morning and again in the evening invited once. */
static void invite(struct state *state, struct instant at)
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
        invite(state, fact->when.estimate);
}

static void took_door_outcome(struct walk *walk, const struct fact *fact, const struct act *act)
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
    struct schedule schedule = schedule_of(walk, fact);
    int64_t least_ms =
        rule_value(&schedule, RULE_NEXT_ATTEMPT_MIN, fact->when.estimate) * 60 * 1000;
    return since_door_ms(walk, fact) >= least_ms;
}

static bool has_money(const struct act *act)
{
    return act->postage_vnd != 0 || act->fees_vnd != 0;
}

static enum effect take_again(struct walk *walk, const struct fact *fact, const struct act *act)
{
    if (act->event == EVENT_DELIVERED && !same_door(walk, fact)) {
        walk->state->doubts |= DOUBT_DELIVERED_TWICE;
        walk->money_elsewhere |= has_money(act);
    }
    if (act->event != EVENT_DELIVERY_FAILED || !is_next_attempt(walk, fact))
        return EFFECT_REPEATED;
    set_status(walk, walk->status, fact, act);
    took_door_outcome(walk, fact, act);
    return EFFECT_MOVED;
}

/* ------------------------------------------------------------------ moving */

static void check_return(struct walk *walk, const struct fact *fact)
{
    struct schedule schedule = schedule_of(walk, fact);
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
    set_status(walk, STATUS_LOST, fact, act);
    return EFFECT_MOVED;
}

static enum effect take_move(struct walk *walk, const struct fact *fact, const struct act *act,
                             const struct move *move)
{
    if (move->to == STAY)
        return note(walk, fact, act);
    if (move->to == AGAIN)
        return take_again(walk, fact, act);
    if (act->event == EVENT_RETURN_STARTED)
        check_return(walk, fact);
    set_status(walk, (enum status)move->to, fact, act);
    if (event_is_door_outcome(act->event))
        took_door_outcome(walk, fact, act);
    return EFFECT_MOVED;
}

static enum effect no_move(struct walk *walk, const struct act *act)
{
    if (event_info(act->event) == NULL) {
        walk->state->doubts |= DOUBT_UNKNOWN_EVENT;
        return EFFECT_UNKNOWN;
    }
    bool after_end = act->in_field && status_is_final(walk->status);
    walk->money_elsewhere |= event_is_door_outcome(act->event) && has_money(act);
    walk->state->doubts |= after_end ? DOUBT_AFTER_END : DOUBT_OUT_OF_ORDER;
    return EFFECT_OUT_OF_ORDER;
}

/* ------------------------------------------------------------------ hands */

static void give(struct state *state, enum hand hand, uint32_t badge)
{
    state->hand = hand;
    state->hand_badge = badge;
}

/* What stood nowhere else. Void, recall and a failed attempt leave it where it is. */
static void note_hand(struct state *state, const struct act *act, enum status status)
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
static void note_clock(struct walk *walk, const struct fact *fact, const struct act *act)
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

static void note_field(struct walk *walk, const struct fact *fact, const struct act *act)
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
    if (!counted(fact->effect))
        return;
    if (act->event == EVENT_PICKED_UP && state->accepted_at.ms == 0 && !fact->when.bounds_only)
        state->accepted_at = fact->when.estimate;
    note_first(state, fact);
    if (act->post_office != 0)
        state->post_office = act->post_office;
    if (is_custody(act->event)) {
        state->holder = fact->device;
        walk->went_out = act->event == EVENT_OUT_FOR_DELIVERY;
        if (fact->effect == EFFECT_REPEATED)
            note_hand(state, act, walk->status);
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

static void note_office(struct walk *walk, const struct fact *fact)
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
        invite(state, fact->office.at);
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
            note_hand(walk->state, &act, walk->status);
        note_clock(walk, fact, &act);
        if (act.in_field)
            note_field(walk, fact, &act);
        else
            note_office(walk, fact);
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
