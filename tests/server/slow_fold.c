#include "tests/server/slow_fold.h"

#include <stdlib.h>
#include <string.h>

struct slow {
    const struct fact *fact;
    int64_t key;
    bool gone; /* withdrawn, or a withdrawal */
};

static uint32_t event_of(const struct fact *fact)
{
    return fact->is_scan ? fact->scan.event : fact->office.event;
}

static bool same_thing(const struct fact *a, const struct fact *b)
{
    return a->device == b->device && a->epoch == b->epoch && a->seq == b->seq;
}

static bool is_door(uint32_t event)
{
    return event == EVENT_DELIVERED || event == EVENT_DELIVERY_FAILED || event == EVENT_RETURNED;
}

/* Stored facts, each once: of copies the one that arrived first. */
static size_t distinct(const struct fact *facts, size_t n, struct slow *out)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = 0;
        if (facts[i].verdict != 0)
            continue;
        while (at < m && !same_thing(out[at].fact, &facts[i]))
            at++;
        if (at == m)
            out[m++] = (struct slow){.fact = &facts[i]};
        else if (facts[i].arrival.ms < out[at].fact->arrival.ms)
            out[at].fact = &facts[i];
    }
    return m;
}

/* Greatest estimate among the same device and epoch up to its sequence. */
static int64_t key_of(const struct slow *slow, size_t m, const struct fact *fact)
{
    int64_t key = fact->when.estimate.ms;
    for (size_t i = 0; i < m; i++)
        if (slow[i].fact->device == fact->device && slow[i].fact->epoch == fact->epoch &&
            slow[i].fact->seq <= fact->seq && slow[i].fact->when.estimate.ms > key)
            key = slow[i].fact->when.estimate.ms;
    return key;
}

static uint64_t epoch_meant(const struct fact *withdrawal)
{
    return withdrawal->scan.of_epoch != 0 ? withdrawal->scan.of_epoch : withdrawal->epoch;
}

static int compare(const struct slow *a, const struct slow *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->fact->device != b->fact->device)
        return a->fact->device < b->fact->device ? -1 : 1;
    if (a->fact->epoch != b->fact->epoch)
        return a->fact->epoch < b->fact->epoch ? -1 : 1;
    return a->fact->seq < b->fact->seq ? -1 : a->fact->seq > b->fact->seq;
}

static void sort(struct slow *slow, size_t m)
{
    for (size_t i = 1; i < m; i++)
        for (size_t at = i; at > 0 && compare(&slow[at], &slow[at - 1]) < 0; at--) {
            struct slow swap = slow[at];
            slow[at] = slow[at - 1];
            slow[at - 1] = swap;
        }
}

/* A withdrawal counts unless a later one takes it back; asked recursively. */
static bool is_withdrawn(const struct slow *slow, size_t m, const struct fact *fact)
{
    for (size_t i = 0; i < m; i++) {
        const struct fact *by = slow[i].fact;
        if (by->is_scan && by->scan.event == EVENT_WITHDRAWN && by->device == fact->device &&
            epoch_meant(by) == fact->epoch && by->scan.of_seq == fact->seq && fact->is_scan &&
            !is_withdrawn(slow, m, by))
            return true;
    }
    return false;
}

static bool withdrawn_late(const struct slow *slow, size_t m)
{
    for (size_t i = 0; i < m; i++)
        for (size_t k = 0; k < m; k++) {
            const struct fact *by = slow[i].fact, *of = slow[k].fact;
            if (by->is_scan && of->is_scan && by->scan.event == EVENT_WITHDRAWN &&
                by->device == of->device && epoch_meant(by) == of->epoch &&
                by->scan.of_seq == of->seq && !is_withdrawn(slow, m, by) &&
                is_door(of->scan.event) &&
                by->when.estimate.ms - of->when.estimate.ms > INT64_C(30) * 1000)
                return true;
        }
    return false;
}

/* ------------------------------------------------------------------ the story, in order */

struct story {
    struct slow_state *state;
    enum status at;
    int64_t door_ms; /* of the door outcome in force */
};

static bool over(enum status status)
{
    return status == STATUS_DELIVERED || status == STATUS_VOID;
}

static void go(struct story *story, enum status to, const struct fact *fact)
{
    story->at = to;
    story->state->since_ms = fact->when.estimate.ms;
}

static void scan(struct story *story, const struct fact *fact)
{
    uint32_t event = fact->scan.event;
    bool again = false, taken = true;
    if (event == EVENT_PICKED_UP) {
        again = story->at == STATUS_PICKED_UP;
        taken = again || story->at <= STATUS_HANDED_OVER;
        if (taken && !again)
            go(story, STATUS_PICKED_UP, fact);
    } else if (event == EVENT_ARRIVED_DELIVERY_OFFICE) {
        taken = !over(story->at);
        if (taken && story->at != STATUS_AT_OFFICE)
            go(story, STATUS_AT_OFFICE, fact);
    } else if (event == EVENT_OUT_FOR_DELIVERY) {
        taken = !over(story->at);
        if (taken && story->at != STATUS_OUT)
            go(story, STATUS_OUT, fact);
    } else if (event == EVENT_DELIVERY_FAILED) {
        int64_t since = fact->when.estimate.ms - story->door_ms;
        if (!over(story->at) && (story->at != STATUS_FAILED || since >= INT64_C(4) * 3600 * 1000)) {
            go(story, STATUS_FAILED, fact);
            story->state->attempt++;
            story->state->postage_vnd += fact->scan.postage_vnd;
            story->door_ms = fact->when.estimate.ms;
        }
        return;
    } else if (event == EVENT_DELIVERED) {
        if (!over(story->at)) {
            go(story, STATUS_DELIVERED, fact);
            story->state->postage_vnd += fact->scan.postage_vnd;
            story->door_ms = fact->when.estimate.ms;
        }
        return;
    } else {
        return;
    }
    if (taken)
        story->state->holder = fact->device;
}

static void office(struct story *story, const struct fact *fact)
{
    bool with_post = story->at >= STATUS_PICKED_UP && !over(story->at);
    switch (fact->office.event) {
    case EVENT_ISSUED:
        story->state->issued = true;
        if (story->at == STATUS_NONE)
            go(story, STATUS_ISSUED, fact);
        break;
    case EVENT_PRINTED:
        story->state->copies =
            fact->office.copy > story->state->copies ? fact->office.copy : story->state->copies + 1;
        if (story->at == STATUS_ISSUED)
            go(story, STATUS_PRINTED, fact);
        break;
    case EVENT_HANDED_OVER:
        if (story->at == STATUS_ISSUED || story->at == STATUS_PRINTED)
            go(story, STATUS_HANDED_OVER, fact);
        break;
    case EVENT_VOIDED:
        if (story->at <= STATUS_HANDED_OVER || with_post)
            go(story, STATUS_VOID, fact);
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------------ doubts, over the whole set */

static uint32_t doubts_of(const struct slow *slow, size_t m, const struct fact *facts, size_t n)
{
    uint32_t doubts = withdrawn_late(slow, m) ? DOUBT_WITHDRAWN_LATE : 0;
    bool door = false, pickup = false, scanned = false, voided = false;
    int64_t first = 0;
    for (size_t i = 0; i < n; i++)
        if (facts[i].verdict == VERDICT_CONFLICT)
            doubts |= DOUBT_CONFLICT;
    for (size_t i = 0; i < m; i++) {
        const struct fact *fact = slow[i].fact;
        if (fact->when.clock_off)
            doubts |= DOUBT_CLOCK;
        if (slow[i].gone)
            continue;
        scanned |= fact->is_scan;
        voided |= event_of(fact) == EVENT_VOIDED;
        door |= is_door(event_of(fact));
        if (event_info(event_of(fact)) == NULL)
            doubts |= DOUBT_UNKNOWN_EVENT;
        if (event_of(fact) == EVENT_PICKED_UP) {
            pickup = true;
            if (first != 0 && first != fact->device)
                doubts |= DOUBT_PICKED_UP_TWICE;
            first = fact->device;
        }
    }
    if (door && !pickup)
        doubts |= DOUBT_NO_PICKUP;
    return voided && scanned ? doubts | DOUBT_VOID_SCANNED : doubts;
}

/* Surely before any issue: another envelope's door. */
static bool of_earlier_life(const struct slow *slow, size_t m, const struct fact *fact)
{
    bool any = false;
    for (size_t i = 0; i < m; i++) {
        const struct fact *issue = slow[i].fact;
        if (issue->is_scan || issue->office.event != EVENT_ISSUED)
            continue;
        any = true;
        if (fact->when.latest.ms + 120000 >= issue->when.estimate.ms)
            return false;
    }
    return any && fact->is_scan && is_door(event_of(fact));
}

struct slow_state slow_fold(const struct fact *facts, size_t n)
{
    struct slow_state state = {.status = STATUS_NONE};
    struct slow *slow = calloc(n == 0 ? 1 : n, sizeof *slow);
    size_t m = distinct(facts, n, slow);
    for (size_t i = 0; i < m; i++) {
        slow[i].key = key_of(slow, m, slow[i].fact);
        slow[i].gone = event_of(slow[i].fact) == EVENT_WITHDRAWN ||
                       is_withdrawn(slow, m, slow[i].fact) ||
                       of_earlier_life(slow, m, slow[i].fact);
    }
    sort(slow, m);
    struct story story = {.state = &state};
    for (size_t i = 0; i < m; i++) {
        if (slow[i].gone)
            continue;
        if (slow[i].fact->is_scan)
            scan(&story, slow[i].fact);
        else
            office(&story, slow[i].fact);
    }
    state.status = state.issued ? story.at : STATUS_NONE;
    state.doubts = doubts_of(slow, m, facts, n);
    free(slow);
    return state;
}
