/* fold.c - sorts an item's facts, strikes what was withdrawn, and lets walk.c go through the rest.
 */
#include "server/delivery/fold.h"

#include "server/delivery/ordered.h"
#include "server/delivery/walk.h"

/* ------------------------------------------------------------------ order */

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
    COMPARE(act_of(a).event, act_of(b).event);
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

static bool repeats(const struct fact *fact, const struct fact *before)
{
    return same_source(fact, before) && fact->seq == before->seq && fact->verdict == 0 &&
           before->verdict == 0;
}

/* ------------------------------------------------------------------ one beep, two numbers */

/* A beep that went again under another number (docs/decisions/0155): nobody beeps twice in one
 * millisecond of one start of one device. boot 0 is of no device. */
static bool is_same_beep(const struct fact *a, const struct fact *b)
{
    return a->is_scan && b->is_scan && a->device == b->device && a->scan.boot != 0 &&
           a->scan.boot == b->scan.boot && a->scan.mono.ms == b->scan.mono.ms &&
           a->scan.wall.ms == b->scan.wall.ms && a->scan.event == b->scan.event;
}

static bool is_twin(const struct fact *a, const struct fact *b)
{
    return is_same_beep(a, b) && a->epoch != b->epoch && a->verdict == 0 && b->verdict == 0;
}

static bool came_before(const struct fact *a, const struct fact *b)
{
    return a->arrival.ms != b->arrival.ms ? a->arrival.ms < b->arrival.ms : a->epoch < b->epoch;
}

/* Of two the one that came first counts. */
static bool is_second(const struct fact *facts, size_t n, const struct fact *fact)
{
    for (size_t i = 0; i < n; i++)
        if (is_twin(&facts[i], fact) && came_before(&facts[i], fact))
            return true;
    return false;
}

bool is_copy(const struct fact *facts, size_t n, const struct fact *fact)
{
    return (fact > facts && repeats(fact, fact - 1)) || is_second(facts, n, fact);
}

/* Few items see two epochs of one device: the others are not searched. */
static bool may_have_twins(const struct ordered *by_source)
{
    for (size_t i = 1; i < by_source->n; i++) {
        const struct fact *a = ordered_at(by_source, i - 1), *b = ordered_at(by_source, i);
        if (b->is_scan && a->device == b->device && a->epoch != b->epoch)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ each one's place */

/* By source. A device counts its scans, so a later number is a later scan whatever its clock said:
 * the greatest estimate so far is what sorts. What was set aside pulls nobody, nor what comes
 * again. */
static void give_order(const struct ordered *by_source)
{
    struct instant greatest = {INT64_MIN};
    const struct fact *before = NULL;
    bool twins = may_have_twins(by_source);
    for (size_t i = 0; i < by_source->n; i++) {
        struct fact *fact = ordered_at(by_source, i);
        bool first = before == NULL || !same_source(fact, before);
        if (first)
            greatest.ms = INT64_MIN;
        bool again = !first && repeats(fact, before);
        bool second =
            twins && fact->verdict == 0 && is_second(by_source->facts, by_source->n, fact);
        fact->effect = again || second ? EFFECT_REPEATED : EFFECT_NONE;
        struct instant own = again ? greatest : fact->when.estimate;
        fact->order = own.ms > greatest.ms ? own : greatest;
        if (fact->verdict != 0)
            fact->effect = EFFECT_SET_ASIDE;
        else if (!second)
            greatest = fact->order;
        before = fact;
    }
}

/* ------------------------------------------------------------------ what was admitted */

static bool is_admission(const struct fact *fact)
{
    return !fact->is_scan && fact->office.event == EVENT_SCAN_ADMITTED;
}

static bool is_admitted_by(const struct fact *scan, const struct fact *admission)
{
    return scan->is_scan && scan->device == admission->of_device &&
           scan->epoch == admission->office.of_epoch && scan->seq == admission->office.of_seq;
}

/* Before anything is sorted: what a revoked handheld sent counts if an administrator said so. A
 * second story of a number, or a broken link, is nobody's to admit. */
static void admit(struct fact *facts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; is_admission(&facts[i]) && k < n; k++)
            if (facts[k].verdict == VERDICT_REVOKED && is_admitted_by(&facts[k], &facts[i]))
                facts[k].verdict = 0;
}

/* An admission that names nothing here is shown as what does not fit. */
static void note_admissions(struct fact *facts, size_t n, struct state *state)
{
    for (size_t i = 0; i < n; i++) {
        bool names = false;
        for (size_t k = 0; is_admission(&facts[i]) && k < n; k++)
            names |= facts[k].verdict == 0 && is_admitted_by(&facts[k], &facts[i]);
        if (!is_admission(&facts[i]) || facts[i].effect != EFFECT_NONE)
            continue;
        facts[i].effect = names ? EFFECT_NOTED : EFFECT_OUT_OF_ORDER;
        if (!names)
            state->doubts |= DOUBT_OUT_OF_ORDER;
    }
}

/* ------------------------------------------------------------------ what was withdrawn */

/* First stored fact of a source and number; `n` without. */
static size_t find_fact(const struct ordered *by_source, int64_t device, uint64_t epoch,
                        uint64_t seq)
{
    struct fact key = {.device = device, .epoch = epoch, .seq = seq};
    key.arrival.ms = key.when.estimate.ms = INT64_MIN;
    size_t low = 0, n = by_source->n, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_rest(ordered_at(by_source, middle), &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    const struct fact *found = low < n ? ordered_at(by_source, low) : NULL;
    bool is_it =
        found != NULL && same_source(found, &key) && found->seq == key.seq && found->verdict == 0;
    return is_it ? low : n;
}

static size_t withdrawn_by(const struct ordered *by_source, const struct fact *withdrawal)
{
    const struct scan *scan = &withdrawal->scan;
    return find_fact(by_source, withdrawal->device,
                     scan->of_epoch != 0 ? scan->of_epoch : withdrawal->epoch, scan->of_seq);
}

bool event_is_correctable(uint32_t event)
{
    return event != EVENT_ISSUED && event != EVENT_PRINTED && event != EVENT_HANDED_OVER &&
           event != EVENT_VOIDED && event != EVENT_RECALLED && event != EVENT_NOTICE_SENT &&
           event != EVENT_NOTICE_FAILED && event != EVENT_NOTICE_DELIVERED &&
           event != EVENT_NOTICE_UNKNOWN && event != EVENT_NOTICE_CONTRADICTED &&
           event != EVENT_RECEIVED_FROM_DEPARTMENT && event != EVENT_PAIRED &&
           event != EVENT_ROUND_ASSIGNED && event != EVENT_READDRESSED &&
           event != EVENT_SCAN_ADMITTED;
}

/* An entry from paper is a source of its own. An office fact takes back only what stood before it.
 */
static size_t corrected_by(const struct ordered *by_source, const struct fact *correction)
{
    const struct office_fact *office = &correction->office;
    size_t n = by_source->n;
    if (correction->of_device != 0)
        return find_fact(by_source, correction->of_device, office->of_epoch, office->of_seq);
    if (office->of_seq >= correction->seq)
        return n;
    size_t at = find_fact(by_source, 0, 0, office->of_seq);
    if (at == n)
        at = find_fact(by_source, 0, office->of_seq, office->of_seq);
    return at < n && event_is_correctable(ordered_at(by_source, at)->office.event) ? at : n;
}

bool event_is_door_outcome(uint32_t event)
{
    return event == EVENT_DELIVERED || event == EVENT_DELIVERY_FAILED || event == EVENT_RETURNED;
}

/* Outward acts wait 30 s (settled point 4); what is taken back later than that may have been told.
 */
#define WITHDRAW_MS (30 * INT64_C(1000))

static bool is_late(const struct fact *by, const struct fact *target)
{
    return event_is_door_outcome(act_of(target).event) &&
           by->when.estimate.ms - target->when.estimate.ms > WITHDRAW_MS;
}

/* Under its other number a withdrawal may have come with what it takes back. */
static bool found_by_twin(const struct ordered *by_source, const struct fact *by)
{
    for (size_t i = 0; i < by_source->n; i++) {
        const struct fact *twin = ordered_at(by_source, i);
        if (is_twin(twin, by) && withdrawn_by(by_source, twin) < by_source->n)
            return true;
    }
    return false;
}

static void strike_nothing(const struct ordered *by_source, struct fact *by, struct state *state)
{
    if (by->effect == EFFECT_REPEATED)
        return;
    by->effect = EFFECT_NOTED;
    if (found_by_twin(by_source, by))
        return;
    by->effect = EFFECT_OUT_OF_ORDER;
    state->doubts |= DOUBT_OUT_OF_ORDER;
}

/* Strikes the fact at `at` with its copies, and the same beep under other numbers; n: there is
 * none. */
static void strike_at(const struct ordered *by_source, struct fact *by, size_t at,
                      struct state *state)
{
    if (at == by_source->n) {
        strike_nothing(by_source, by, state);
        return;
    }
    const struct fact *target = ordered_at(by_source, at);
    if (by->effect == EFFECT_NONE) {
        by->effect = EFFECT_NOTED;
        state->doubts |= is_late(by, target) ? DOUBT_WITHDRAWN_LATE : 0;
    }
    for (size_t i = 0; i < by_source->n; i++) {
        struct fact *copy = ordered_at(by_source, i);
        bool same = same_source(copy, target) && copy->seq == target->seq && copy->verdict == 0;
        if (same || is_twin(copy, target))
            copy->effect = EFFECT_STRUCK;
    }
}

static bool is_correction(const struct fact *fact)
{
    return !fact->is_scan && fact->office.event == EVENT_CORRECTED;
}

static bool is_withdrawal(const struct fact *fact)
{
    return fact->is_scan && fact->scan.event == EVENT_WITHDRAWN;
}

/* From the last number down, so that what was itself taken back strikes nothing. */
static void strike_withdrawn(const struct ordered *by_source, enum effect effect,
                             struct state *state)
{
    for (size_t i = by_source->n; i-- > 0;) {
        struct fact *fact = ordered_at(by_source, i);
        if (is_withdrawal(fact) && fact->effect == effect)
            strike_at(by_source, fact, withdrawn_by(by_source, fact), state);
    }
}

/* The desk's word goes first: it may take back a withdrawal, no scan takes back what a desk wrote.
 * Last what came again: it may name what the first did not find. */
static void strike(const struct ordered *by_source, struct state *state)
{
    for (size_t i = by_source->n; i-- > 0;) {
        struct fact *fact = ordered_at(by_source, i);
        if (is_correction(fact) && fact->effect == EFFECT_NONE)
            strike_at(by_source, fact, corrected_by(by_source, fact), state);
    }
    strike_withdrawn(by_source, EFFECT_NONE, state);
    strike_withdrawn(by_source, EFFECT_REPEATED, state);
}

/* ------------------------------------------------------------------ the fold */

void fold(struct fact *facts, size_t n, const struct rules *rules, struct state *ret_state)
{
    *ret_state = (struct state){0};
    if (n == 0)
        return;
    struct ordered ordered = {.facts = facts, .n = n};
    admit(facts, n);
    ordered_sort(&ordered, by_source);
    give_order(&ordered);
    note_admissions(facts, n, ret_state);
    strike(&ordered, ret_state);
    ordered_sort(&ordered, by_order);
    ordered_settle(&ordered);
    ret_state->item = facts[0].is_scan ? facts[0].scan.item : facts[0].office.item;
    walk(facts, n, rules, ret_state);
}
