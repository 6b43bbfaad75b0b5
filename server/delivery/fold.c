/* fold.c - sorts an item's facts, strikes what was withdrawn, and lets walk.c go through the rest.
 */
#include "server/delivery/fold.h"

#include <stdlib.h>

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

typedef int comparison(const void *a, const void *b);

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

#define FEW 64 /* more than nearly all items see */

/* `from[i]` is the one that belongs in place i: each is moved once, and only if it must. */
static void put_in_place(struct fact *facts, size_t n, uint8_t *from)
{
    for (size_t i = 0; i < n; i++) {
        if (from[i] == i)
            continue;
        struct fact first = facts[i];
        size_t at = i;
        for (size_t next; (next = from[at]) != i; at = next) {
            facts[at] = facts[next];
            from[at] = (uint8_t)at;
        }
        facts[at] = first;
        from[at] = (uint8_t)at;
    }
}

/* Facts are large and mostly in order already: few of them by their places, without a heap. */
static void sort(struct fact *facts, size_t n, comparison *compare)
{
    uint8_t from[FEW];
    if (n > FEW) {
        qsort(facts, n, sizeof *facts, compare);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && compare(&facts[from[at - 1]], &facts[i]) > 0; at--)
            from[at] = from[at - 1];
        from[at] = (uint8_t)i;
    }
    put_in_place(facts, n, from);
}

static bool same_source(const struct fact *a, const struct fact *b)
{
    return a->device == b->device && a->epoch == b->epoch;
}

bool is_copy(const struct fact *fact)
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

/* First stored fact of a source and number; `n` without. The facts stand by source. */
static size_t find_fact(const struct fact *facts, size_t n, int64_t device, uint64_t epoch,
                        uint64_t seq)
{
    struct fact key = {.device = device, .epoch = epoch, .seq = seq};
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

static size_t withdrawn_by(const struct fact *facts, size_t n, const struct fact *withdrawal)
{
    const struct scan *scan = &withdrawal->scan;
    return find_fact(facts, n, withdrawal->device,
                     scan->of_epoch != 0 ? scan->of_epoch : withdrawal->epoch, scan->of_seq);
}

bool event_is_correctable(uint32_t event)
{
    return event != EVENT_ISSUED && event != EVENT_PRINTED && event != EVENT_HANDED_OVER &&
           event != EVENT_VOIDED && event != EVENT_RECALLED && event != EVENT_NOTICE_SENT &&
           event != EVENT_NOTICE_FAILED && event != EVENT_NOTICE_DELIVERED &&
           event != EVENT_RECEIVED_FROM_DEPARTMENT && event != EVENT_PAIRED &&
           event != EVENT_ROUND_ASSIGNED && event != EVENT_READDRESSED &&
           event != EVENT_SCAN_ADMITTED;
}

/* An entry from paper is a source of its own. An office fact takes back only what stood before it.
 */
static size_t corrected_by(const struct fact *facts, size_t n, const struct fact *correction)
{
    const struct office_fact *office = &correction->office;
    if (correction->of_device != 0)
        return find_fact(facts, n, correction->of_device, office->of_epoch, office->of_seq);
    if (office->of_seq >= correction->seq)
        return n;
    size_t at = find_fact(facts, n, 0, 0, office->of_seq);
    if (at == n)
        at = find_fact(facts, n, 0, office->of_seq, office->of_seq);
    return at < n && event_is_correctable(facts[at].office.event) ? at : n;
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

/* Strikes the fact at `at` with its copies; n: there is none. */
static void strike_at(struct fact *facts, size_t n, struct fact *by, size_t at, struct state *state)
{
    by->effect = at < n ? EFFECT_NOTED : EFFECT_OUT_OF_ORDER;
    if (at == n)
        state->doubts |= DOUBT_OUT_OF_ORDER;
    else if (is_late(by, &facts[at]))
        state->doubts |= DOUBT_WITHDRAWN_LATE;
    for (size_t to = at;
         to < n && same_source(&facts[to], &facts[at]) && facts[to].seq == facts[at].seq; to++)
        if (facts[to].verdict == 0)
            facts[to].effect = EFFECT_STRUCK;
}

static bool is_correction(const struct fact *fact)
{
    return !fact->is_scan && fact->office.event == EVENT_CORRECTED;
}

static bool is_withdrawal(const struct fact *fact)
{
    return fact->is_scan && fact->scan.event == EVENT_WITHDRAWN;
}

/* From the last number down, so that what was itself taken back strikes nothing. The desk's word
 * goes first: it may take back a withdrawal, no scan takes back what a desk wrote. */
static void strike(struct fact *facts, size_t n, struct state *state)
{
    for (size_t i = n; i-- > 0;)
        if (is_correction(&facts[i]) && facts[i].effect == EFFECT_NONE)
            strike_at(facts, n, &facts[i], corrected_by(facts, n, &facts[i]), state);
    for (size_t i = n; i-- > 0;)
        if (is_withdrawal(&facts[i]) && facts[i].effect == EFFECT_NONE)
            strike_at(facts, n, &facts[i], withdrawn_by(facts, n, &facts[i]), state);
}

/* ------------------------------------------------------------------ the fold */

void fold(struct fact *facts, size_t n, const struct rules *rules, struct state *ret_state)
{
    *ret_state = (struct state){0};
    if (n == 0)
        return;
    admit(facts, n);
    sort(facts, n, by_source);
    give_order(facts, n);
    note_admissions(facts, n, ret_state);
    strike(facts, n, ret_state);
    sort(facts, n, by_order);
    ret_state->item = facts[0].is_scan ? facts[0].scan.item : facts[0].office.item;
    walk(facts, n, rules, ret_state);
}
