/* fold.c - sorts an item's facts, strikes what was withdrawn, walks the table of moves. */
#include "server/delivery/fold.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ the table of moves */

#define S(KEY) (UINT32_C(1) << STATUS_##KEY)
#define BEFORE_POST (S(NONE) | S(ISSUED) | S(PRINTED) | S(HANDED_OVER))
#define WITH_POST                                                                                  \
    (S(PICKED_UP) | S(IN_TRANSIT) | S(AT_OFFICE) | S(OUT) | S(FAILED) | S(WAITING) | S(RETURNING))
#define FINAL (S(DELIVERED) | S(RETURNED) | S(RECALLED) | S(LOST) | S(UNCLAIMED) | S(VOID))
#define ANY (BEFORE_POST | WITH_POST | FINAL)

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

static bool has_moves(uint32_t event)
{
    for (size_t i = 0; i < MOVES; i++)
        if (moves[i].event == event)
            return true;
    return false;
}

bool status_is_final(enum status status)
{
    return (FINAL >> status & 1) != 0;
}

/* ------------------------------------------------------------------ order */

static uint32_t event_of(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.event : fact->office.event;
}

#define COMPARE(a, b)                                                                              \
    if ((a) != (b))                                                                                \
    return (a) < (b) ? -1 : 1

static int by_rest(const struct fact *a, const struct fact *b)
{
    COMPARE(a->device, b->device);
    COMPARE(a->epoch, b->epoch);
    COMPARE(a->seq, b->seq);
    COMPARE(a->verdict, b->verdict);
    COMPARE(a->arrival.ms, b->arrival.ms);
    COMPARE(a->when.estimate.ms, b->when.estimate.ms);
    COMPARE(event_of(a), event_of(b));
    return 0;
}

static int by_source(const void *a, const void *b)
{
    return by_rest(a, b);
}

static int by_order(const void *left, const void *right)
{
    const struct fact *a = left, *b = right;
    COMPARE(a->order.ms, b->order.ms);
    return by_rest(a, b);
}

static bool same_source(const struct fact *a, const struct fact *b)
{
    return a->device == b->device && a->epoch == b->epoch;
}

/* True if the fact before, in either order, is the same stored one. */
static bool is_copy(const struct fact *fact)
{
    return same_source(fact, fact - 1) && fact->seq == (fact - 1)->seq && fact->verdict == 0 &&
           (fact - 1)->verdict == 0;
}

/* The facts stand by source. A device counts its scans, so a later number is a later scan whatever
 * its clock said: the greatest estimate so far is what sorts. What was set aside pulls nobody. */
static void give_order(struct fact *facts, size_t n)
{
    struct instant greatest = {INT64_MIN};
    for (size_t i = 0; i < n; i++) {
        struct fact *fact = &facts[i];
        bool first = i == 0 || !same_source(fact, fact - 1);
        if (first)
            greatest.ms = INT64_MIN;
        bool repeats = !first && is_copy(fact);
        fact->effect = repeats ? EFFECT_REPEATED : EFFECT_NONE;
        struct instant own = repeats ? greatest : fact->when.estimate;
        fact->order = own.ms > greatest.ms ? own : greatest;
        if (fact->verdict == 0)
            greatest = fact->order;
        else
            fact->effect = EFFECT_SET_ASIDE;
    }
}

/* ------------------------------------------------------------------ what was withdrawn */

/* First stored fact that `withdrawal` takes back, of the same device; the facts stand by source. */
static size_t find_scan(const struct fact *facts, size_t n, const struct fact *withdrawal)
{
    const struct scan *scan = &withdrawal->scan;
    struct fact key = {.device = withdrawal->device,
                       .epoch = scan->of_epoch != 0 ? scan->of_epoch : withdrawal->epoch,
                       .seq = scan->of_seq};
    key.arrival.ms = key.when.estimate.ms = INT64_MIN;
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_rest(&facts[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < n && same_source(&facts[low], &key) && facts[low].seq == key.seq &&
                 facts[low].verdict == 0;
    return found ? low : n;
}

static bool is_door_outcome(uint32_t event)
{
    return event == EVENT_DELIVERED || event == EVENT_DELIVERY_FAILED || event == EVENT_RETURNED;
}

/* Outward acts wait 30 s (settled point 4); what is taken back later than that may have been told.
 */
#define WITHDRAW_MS (30 * INT64_C(1000))

static bool is_late(const struct fact *withdrawal, const struct fact *target)
{
    return is_door_outcome(target->scan.event) &&
           withdrawal->when.estimate.ms - target->when.estimate.ms > WITHDRAW_MS;
}

/* From the last number down, so that a withdrawal that was itself withdrawn strikes nothing. */
static void strike(struct fact *facts, size_t n, struct state *state)
{
    for (size_t i = n; i-- > 0;) {
        struct fact *fact = &facts[i];
        if (!fact->is_scan || fact->scan.event != EVENT_WITHDRAWN || fact->effect != EFFECT_NONE)
            continue;
        size_t at = find_scan(facts, n, fact);
        fact->effect = at < n ? EFFECT_NOTED : EFFECT_OUT_OF_ORDER;
        if (at == n)
            state->doubts |= DOUBT_OUT_OF_ORDER;
        else if (is_late(fact, &facts[at]))
            state->doubts |= DOUBT_WITHDRAWN_LATE;
        for (size_t to = at;
             to < n && same_source(&facts[to], &facts[at]) && facts[to].seq == facts[at].seq; to++)
            if (facts[to].verdict == 0)
                facts[to].effect = EFFECT_STRUCK;
    }
}

/* ------------------------------------------------------------------ the walk */

struct walk {
    struct fact *facts;
    struct state *state;
    enum status status;
    int64_t picked_up_by;    /* device of the first pickup, 0 none */
    bool went_out;           /* the holder took it out for delivery */
    const struct fact *door; /* the counted door outcome in force */
    bool door_outcome, any_pickup, any_scan, voided;
    int64_t issued_ms; /* INT64_MIN: never */
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
            counted(fact->effect) && (fact == walk->facts || !is_copy(fact)))
            return true;
    return false;
}

/* A missing scan is not a doubt about the person: only who took it from the deliverer, or took it
 * out himself, is asked (case T04). */
static void check_deliverer(struct walk *walk, const struct fact *fact)
{
    int64_t holder = walk->state->holder;
    if (holder != 0 && holder != fact->device && (walk->went_out || held_before(walk, fact)))
        walk->state->doubts |= DOUBT_NOT_THE_HOLDER;
}

/* Nobody stands an hour at one door: the same device within it read the label twice; all else is
 * two envelopes, or two stories of one (case T06, two copies). */
#define SAME_DOOR_MS (INT64_C(60) * 60 * 1000)
/* A second failed attempt earlier than this is the first one told again (domain.md section 8). */
#define NEXT_ATTEMPT_MS (INT64_C(4) * 60 * 60 * 1000)

static int64_t since_door_ms(const struct walk *walk, const struct fact *fact)
{
    return walk->door == NULL ? INT64_MAX : fact->when.estimate.ms - walk->door->when.estimate.ms;
}

static void check_delivered_again(struct walk *walk, const struct fact *fact)
{
    bool same_device = walk->door != NULL && walk->door->device == fact->device;
    if (!same_device || since_door_ms(walk, fact) > SAME_DOOR_MS)
        walk->state->doubts |= DOUBT_DELIVERED_TWICE;
}

static void set_status(struct walk *walk, enum status status, const struct fact *fact)
{
    struct state *state = walk->state;
    walk->status = status;
    state->since = fact->when;
    state->since_arrival = fact->arrival;
    state->reason = fact->is_scan ? fact->scan.reason : fact->office.reason;
    state->action = fact->is_scan ? fact->scan.action : 0;
    state->relation = fact->is_scan ? fact->scan.relation : 0;
}

static void took_door_outcome(struct walk *walk, const struct fact *fact)
{
    struct state *state = walk->state;
    walk->door = fact;
    if (fact->scan.event == EVENT_DELIVERY_FAILED)
        state->attempt++;
    if (fact->scan.event == EVENT_DELIVERED)
        check_deliverer(walk, fact);
    state->collected_postage_vnd += fact->scan.postage_vnd;
    state->collected_fees_vnd += fact->scan.fees_vnd;
}

static enum effect take_again(struct walk *walk, const struct fact *fact)
{
    if (event_of(fact) == EVENT_DELIVERED)
        check_delivered_again(walk, fact);
    if (event_of(fact) != EVENT_DELIVERY_FAILED || since_door_ms(walk, fact) < NEXT_ATTEMPT_MS)
        return EFFECT_REPEATED;
    set_status(walk, walk->status, fact);
    took_door_outcome(walk, fact);
    return EFFECT_MOVED;
}

static enum effect take_move(struct walk *walk, const struct fact *fact, const struct move *move)
{
    if (move->to == STAY)
        return EFFECT_NOTED;
    if (move->to == AGAIN)
        return take_again(walk, fact);
    set_status(walk, (enum status)move->to, fact);
    if (fact->is_scan && is_door_outcome(fact->scan.event))
        took_door_outcome(walk, fact);
    return EFFECT_MOVED;
}

static enum effect no_move(struct walk *walk, const struct fact *fact)
{
    uint32_t event = event_of(fact);
    if (event_info(event) == NULL) {
        walk->state->doubts |= DOUBT_UNKNOWN_EVENT;
        return EFFECT_UNKNOWN;
    }
    if (!has_moves(event))
        return EFFECT_NOTED;
    bool after_end = fact->is_scan && status_is_final(walk->status);
    walk->state->doubts |= after_end ? DOUBT_AFTER_END : DOUBT_OUT_OF_ORDER;
    return EFFECT_OUT_OF_ORDER;
}

/* ------------------------------------------------------------------ what a fact says besides */

static void note_scan(struct walk *walk, const struct fact *fact)
{
    struct state *state = walk->state;
    uint32_t event = fact->scan.event;
    walk->any_scan = true;
    walk->door_outcome |= is_door_outcome(event);
    if (event == EVENT_PICKED_UP) {
        walk->any_pickup = true;
        if (walk->picked_up_by != 0 && walk->picked_up_by != fact->device)
            state->doubts |= DOUBT_PICKED_UP_TWICE;
        if (walk->picked_up_by == 0)
            walk->picked_up_by = fact->device;
    }
    if (!counted(fact->effect))
        return;
    if (fact->scan.post_office != 0)
        state->post_office = fact->scan.post_office;
    if (is_custody(event)) {
        state->holder = fact->device;
        walk->went_out = event == EVENT_OUT_FOR_DELIVERY;
    }
}

static void note_office(struct walk *walk, const struct fact *fact)
{
    struct state *state = walk->state;
    if (fact->office.event == EVENT_ISSUED && !state->issued) {
        state->issued = true;
        state->office = fact->office;
    }
    if (fact->office.event == EVENT_VOIDED)
        walk->voided = true;
    if (fact->office.event == EVENT_PRINTED)
        state->copies = fact->office.copy > state->copies ? fact->office.copy : state->copies + 1;
}

/* A door outcome that surely came before the number was issued is of an earlier life of the number,
 * as after a restored record: it says nothing of this envelope. */
static bool is_of_earlier_life(const struct walk *walk, const struct fact *fact)
{
    return fact->is_scan && is_door_outcome(fact->scan.event) && walk->issued_ms != INT64_MIN &&
           fact->when.latest.ms < walk->issued_ms - CLOCK_OFF_MS;
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
        const struct move *move = move_find(event_of(fact), walk->status);
        fact->effect = move == NULL ? no_move(walk, fact) : take_move(walk, fact, move);
        if (fact->is_scan)
            note_scan(walk, fact);
        else
            note_office(walk, fact);
    }
    fact->status_after = walk->status;
}

/* ------------------------------------------------------------------ the fold */

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
}

void fold(struct fact *facts, size_t n, struct state *ret_state)
{
    *ret_state = (struct state){0};
    if (n == 0)
        return;
    qsort(facts, n, sizeof *facts, by_source);
    give_order(facts, n);
    strike(facts, n, ret_state);
    qsort(facts, n, sizeof *facts, by_order);
    ret_state->item = facts[0].is_scan ? facts[0].scan.item : facts[0].office.item;
    struct walk walk = {.facts = facts, .state = ret_state, .issued_ms = issued_at(facts, n)};
    for (size_t i = 0; i < n; i++)
        take(&walk, &facts[i]);
    conclude(&walk);
}
