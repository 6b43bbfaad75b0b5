/* The rules, over whatever a device with keys or a restored chain may say of one item: folded in
 * the order it came, in the other one, and with every fact twice, it stands the same; times and
 * sums are ones that can be. Any number of facts, each: what it is (1 a scan, else an office's),
 * whose and with which verdict, minutes since the one before, its length, its bytes. */
#include <stdlib.h>

#include "fuzz.h"
#include "server/delivery/clocks.h"
#include "server/delivery/marks.h"
#include "server/delivery/money.h"

#define FACTS_MAX 24
#define NOON_MS INT64_C(1795582800000) /* 2026-11-25T12:00:00+07:00 */

struct story {
    struct fact facts[FACTS_MAX];
    size_t n;
    struct instant arrival;
    struct rules rules;
};

static bool is_known(const struct story *story, const struct fact *fact)
{
    for (size_t i = 0; i < story->n; i++) {
        const struct fact *other = &story->facts[i];
        if (other->device == fact->device && other->epoch == fact->epoch && other->seq == fact->seq)
            return true;
    }
    return false;
}

/* As the record dates it: from an envelope that says nothing of its own. */
static bool take_scan(struct story *story, const uint8_t *bytes, size_t n, uint8_t whose,
                      struct fact *fact)
{
    static const uint32_t verdicts[] = {
        0, 0, 0, VERDICT_REVOKED, VERDICT_BROKEN_LINK, VERDICT_CONFLICT};
    struct scan *scan = &fact->scan;
    if (!scan_decode(bytes, n, scan, NULL))
        return false;
    fact->is_scan = true;
    fact->device = 1 + whose % 3;
    fact->epoch = 1 + whose / 3 % 3;
    fact->seq = scan->seq;
    fact->verdict = verdicts[whose / 9 % (sizeof verdicts / sizeof *verdicts)];
    fact->when =
        when_of(scan->wall, scan->mono, scan->boot, (struct instant){story->arrival.ms - 1000},
                (struct tick){whose * INT64_C(100000)}, 0xB001,
                (struct instant){NOON_MS - 86400000}, story->arrival);
    invariant(fact->when.earliest.ms <= fact->when.estimate.ms);
    invariant(fact->when.estimate.ms <= fact->when.latest.ms);
    invariant(fact->when.latest.ms <= story->arrival.ms);
    return true;
}

static bool take_office(struct story *story, const uint8_t *bytes, size_t n, uint8_t whose,
                        struct fact *fact)
{
    struct office_fact *office = &fact->office;
    if (!fact_decode(bytes, n, office, NULL))
        return false;
    struct instant at = story->arrival;
    office->at = at;
    fact->seq = office->seq;
    fact->of_device = office->device[0] == '\0' ? 0 : whose % 4;
    if (office->event == EVENT_PAPER_ENTRY) {
        fact->epoch = office->seq;
        fact->when.clock_off = office->paper.wall.ms > at.ms;
        at = fact->when.clock_off ? at : office->paper.wall;
    }
    fact->when.estimate = fact->when.earliest = fact->when.latest = at;
    if (event_sets_rule(office->event)) {
        struct error err;
        if (!rules_check(office, &err))
            check_refusal(&err);
        invariant(rules_take(&story->rules, office));
    }
    return true;
}

static void read_story(struct story *story, const uint8_t *bytes, size_t n)
{
    for (size_t at = 0; at + 5 <= n && story->n < FACTS_MAX;) {
        const uint8_t *head = bytes + at;
        size_t length = (size_t)(head[3] << 8 | head[4]);
        at += 5;
        length = length < n - at ? length : n - at;
        story->arrival.ms += head[2] * INT64_C(60000);
        struct fact fact;
        memset(&fact, 0, sizeof fact);
        fact.arrival = story->arrival;
        bool good = head[0] == 1 ? take_scan(story, bytes + at, length, head[1], &fact)
                                 : take_office(story, bytes + at, length, head[1], &fact);
        if (good && !is_known(story, &fact))
            story->facts[story->n++] = fact;
        at += length;
    }
}

static void check_state(const struct state *state, const struct clocks *clocks, size_t n)
{
    const struct leg *const legs[] = {&clocks->office, &clocks->post};
    invariant(state->claims_n <= CLAIMS_MAX && state->takings_n <= TAKINGS_MAX &&
              state->pauses_n <= PAUSES_MAX);
    invariant(state->attempt <= n && state->invitations <= n);
    invariant(state->status == STATUS_NONE || state->status <= STATUS_VOID);
    for (size_t i = 0; i < 2; i++) {
        int64_t minutes = 0;
        invariant(legs[i]->stand <= STAND_MISSED);
        invariant(!leg_minutes(legs[i], &minutes) || minutes >= 0);
        (void)leg_is_late(legs[i], (struct instant){NOON_MS});
        (void)leg_kept_at_first(legs[i]);
    }
    (void)clocks_promised(state, clocks);
}

static void check_same(const struct state *a, const struct state *b)
{
    invariant(a->status == b->status && a->issued == b->issued && a->attempt == b->attempt);
    invariant(a->since.estimate.ms == b->since.estimate.ms);
    invariant(a->since_arrival.ms == b->since_arrival.ms);
    invariant(a->holder == b->holder && a->hand == b->hand && a->hand_badge == b->hand_badge);
    invariant(a->copies == b->copies && a->doubts == b->doubts && a->disputed == b->disputed);
    invariant(a->collected_postage_vnd == b->collected_postage_vnd);
    invariant(a->collected_fees_vnd == b->collected_fees_vnd);
    invariant(a->takings_n == b->takings_n && a->claims_n == b->claims_n);
    invariant(a->pauses_n == b->pauses_n && a->wish == b->wish && a->chosen.ms == b->chosen.ms);
    invariant(a->reason == b->reason && a->action == b->action && a->relation == b->relation);
    invariant(a->invitations == b->invitations && a->stars == b->stars);
    for (size_t i = 0; i < a->claims_n; i++)
        invariant(a->claims[i].kind == b->claims[i].kind &&
                  a->claims[i].closed.ms == b->claims[i].closed.ms);
}

static struct state folded(struct fact *facts, size_t n, const struct rules *rules)
{
    struct state state;
    struct clocks clocks;
    struct marks marks;
    fold(facts, n, rules, &state);
    clocks_of(&state, rules, &clocks);
    marks_of(facts, n, &state, &clocks, &marks);
    struct due due = money_due(&state, rules);
    (void)carriage_of(&state, &due);
    check_state(&state, &clocks, n);
    for (size_t i = 0; i < n; i++)
        invariant(facts[i].effect != EFFECT_NONE);
    return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct story story;
    static struct fact many[FACTS_MAX * 2];
    story = (struct story){.arrival = {NOON_MS}};
    read_story(&story, bytes, n);
    size_t facts_n = story.n;
    for (size_t i = 0; i < facts_n; i++) {
        many[i] = story.facts[facts_n - 1 - i];
        many[facts_n + i] = story.facts[i];
    }
    struct state once = folded(story.facts, facts_n, &story.rules);
    struct state turned = folded(many, facts_n, &story.rules);
    check_same(&once, &turned);
    for (size_t i = 0; i < facts_n; i++)
        many[i] = many[facts_n + i];
    for (size_t i = 0; i < facts_n; i++)
        many[facts_n + i] = many[i / 2];
    struct state twice = folded(many, facts_n * 2, &story.rules);
    check_same(&once, &twice);
    rules_done(&story.rules);
    return 0;
}
