/* The stories of cases T04, T06 and M10, and the invariants of T09 over random ones, against a
 * second fold that shares no line with the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/delivery/claims.h"
#include "tests/server/slow_fold.h"

#define EIGHT INT64_C(1795568400000) /* 2026-11-25T08:00:00+07:00 */
#define MINUTE (60 * INT64_C(1000))
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define A 1
#define B 2
#define STORY_MAX 24

static const struct rules rules; /* nothing overruled */

struct story {
    struct fact facts[STORY_MAX];
    size_t n;
    uint64_t seq[8]; /* per device; 0 the office */
};

static struct fact *add(struct story *story, int64_t at)
{
    struct fact *fact = &story->facts[story->n++];
    *fact = (struct fact){.arrival = {at}};
    fact->when.estimate.ms = fact->when.earliest.ms = fact->when.latest.ms = at;
    return fact;
}

static struct fact *scan(struct story *story, int64_t device, uint32_t event, int64_t at)
{
    struct fact *fact = add(story, at);
    fact->is_scan = true;
    fact->device = device;
    fact->epoch = 7;
    fact->seq = ++story->seq[device];
    fact->scan.event = event;
    fact->scan.seq = fact->seq;
    return fact;
}

static struct fact *office(struct story *story, uint32_t event, int64_t at)
{
    struct fact *fact = add(story, at);
    fact->seq = ++story->seq[0];
    fact->office.event = event;
    fact->office.seq = fact->seq;
    return fact;
}

static struct state folded(struct story *story)
{
    struct state state;
    fold(story->facts, story->n, &rules, &state);
    return state;
}

/* Issued, printed and handed over well before. */
static struct story handed_over(void)
{
    struct story story = {.n = 0};
    office(&story, EVENT_ISSUED, EIGHT - 5 * HOUR);
    office(&story, EVENT_PRINTED, EIGHT - 4 * HOUR)->office.copy = 1;
    office(&story, EVENT_HANDED_OVER, EIGHT - 3 * HOUR);
    return story;
}

/* ------------------------------------------------------------------ the usual way */

/* A number that was drawn twice: the door of the first envelope says nothing about the second. */
static void a_door_before_the_issue_is_of_another_life(void **unused)
{
    (void)unused;
    static const uint32_t doors[] = {EVENT_DELIVERED, EVENT_DELIVERY_FAILED, EVENT_RETURNED};
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++) {
        struct story story = {.n = 0};
        struct fact *door = scan(&story, A, doors[i], EIGHT - DAY);
        door->arrival.ms = EIGHT + HOUR; /* a restored server is told again */
        office(&story, EVENT_ISSUED, EIGHT);
        struct state state = folded(&story);
        assert_int_equal(state.status, STATUS_ISSUED);
        assert_int_equal(state.attempt, 0);
        assert_true(state.doubts & DOUBT_OUT_OF_ORDER);
        assert_int_equal(story.facts[0].effect, EFFECT_OUT_OF_ORDER);
    }
    struct story story = {.n = 0}; /* nearly at once: two clocks, one life */
    scan(&story, A, EVENT_DELIVERED, EIGHT - MINUTE);
    office(&story, EVENT_ISSUED, EIGHT);
    assert_int_equal(folded(&story).status, STATUS_DELIVERED);
}

/* A device broke its epoch off between a scan and its withdrawal. */
static void a_withdrawal_reaches_over_epochs(void **unused)
{
    (void)unused;
    for (int lower = 0; lower < 2; lower++) {
        struct story story = handed_over();
        scan(&story, A, EVENT_PICKED_UP, EIGHT);
        scan(&story, A, EVENT_DELIVERED, EIGHT + MINUTE);
        struct fact *back = scan(&story, A, EVENT_WITHDRAWN, EIGHT + MINUTE + 5000);
        back->epoch = lower ? 3 : 9;
        back->seq = back->scan.seq = 1;
        back->scan.of_epoch = 7;
        back->scan.of_seq = 2;
        struct state state = folded(&story);
        assert_int_equal(state.status, STATUS_PICKED_UP);
        assert_false(state.doubts & DOUBT_OUT_OF_ORDER);
        for (size_t i = 0; i < story.n; i++)
            if (story.facts[i].is_scan && story.facts[i].scan.event == EVENT_WITHDRAWN)
                story.facts[i].device = B; /* not another device's */
        assert_int_equal(folded(&story).status, STATUS_DELIVERED);
    }
}

static void step_by_step(void **unused)
{
    (void)unused;
    struct story story = {.n = 0};
    office(&story, EVENT_ISSUED, EIGHT);
    assert_int_equal(folded(&story).status, STATUS_ISSUED);
    office(&story, EVENT_PRINTED, EIGHT + 1)->office.copy = 1;
    assert_int_equal(folded(&story).status, STATUS_PRINTED);
    office(&story, EVENT_HANDED_OVER, EIGHT + 2);
    assert_int_equal(folded(&story).status, STATUS_HANDED_OVER);
    scan(&story, A, EVENT_PICKED_UP, EIGHT + 3);
    assert_int_equal(folded(&story).status, STATUS_PICKED_UP);
    scan(&story, A, EVENT_ARRIVED_DELIVERY_OFFICE, EIGHT + 4)->scan.post_office = 480000;
    assert_int_equal(folded(&story).status, STATUS_AT_OFFICE);
    assert_int_equal(folded(&story).post_office, 480000);
    scan(&story, B, EVENT_OUT_FOR_DELIVERY, EIGHT + HOUR);
    assert_int_equal(folded(&story).status, STATUS_OUT);
    struct fact *failed = scan(&story, B, EVENT_DELIVERY_FAILED, EIGHT + 2 * HOUR);
    failed->scan.reason = REASON_NOBODY_HOME;
    failed->scan.action = ACTION_AGAIN;
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_FAILED);
    assert_int_equal(state.reason, REASON_NOBODY_HOME);
    assert_int_equal(state.action, ACTION_AGAIN);
    assert_int_equal(state.attempt, 1);
    scan(&story, B, EVENT_OUT_FOR_DELIVERY, EIGHT + DAY);
    struct fact *done = scan(&story, B, EVENT_DELIVERED, EIGHT + DAY + HOUR);
    done->scan.relation = RELATION_SPOUSE;
    done->scan.postage_vnd = 33000;
    done->scan.fees_vnd = 135000;
    state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.relation, RELATION_SPOUSE);
    assert_int_equal(state.reason, 0);
    assert_int_equal(state.attempt, 1);
    assert_int_equal(state.collected_postage_vnd, 33000);
    assert_int_equal(state.collected_fees_vnd, 135000);
    assert_int_equal(state.since.estimate.ms, EIGHT + DAY + HOUR);
    assert_int_equal(state.holder, B);
    assert_int_equal(state.doubts, 0);
    for (size_t i = 0; i < story.n; i++)
        assert_int_equal(story.facts[i].effect, EFFECT_MOVED);
}

static void nothing_at_all(void **unused)
{
    (void)unused;
    struct state state;
    fold(NULL, 0, &rules, &state);
    assert_int_equal(state.status, STATUS_NONE);
    assert_false(state.issued);
}

/* ------------------------------------------------------------------ case T04 */

static void delivered_without_pickup_stands(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_DELIVERED, EIGHT + 2 * HOUR);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.doubts, DOUBT_NO_PICKUP);
    scan(&story, B, EVENT_PICKED_UP, EIGHT)->arrival.ms = EIGHT + 2 * DAY;
    state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.doubts, 0); /* taken back by the pickup that came later */
}

static void both_scan_the_pile(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, B, EVENT_PICKED_UP, EIGHT + 5 * MINUTE);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_PICKED_UP);
    assert_int_equal(state.since.estimate.ms, EIGHT); /* the first starts the clock */
    assert_int_equal(state.holder, B);                /* the last is responsible */
    assert_int_equal(state.doubts, DOUBT_PICKED_UP_TWICE);
    assert_int_equal(story.facts[4].effect, EFFECT_REPEATED);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_true(state.doubts & DOUBT_NOT_THE_HOLDER);
}

static void delivered_by_another_than_who_took_it_out(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + HOUR);
    scan(&story, B, EVENT_DELIVERED, EIGHT + 2 * HOUR);
    assert_int_equal(folded(&story).doubts, DOUBT_NOT_THE_HOLDER);
}

static void orphans_attach_when_the_list_comes(void **unused)
{
    (void)unused;
    struct story story = {.n = 0};
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_NONE);
    assert_false(state.issued);
    office(&story, EVENT_ISSUED, EIGHT + HOUR);
    state = folded(&story);
    assert_int_equal(state.status, STATUS_PICKED_UP);
    assert_true(state.issued);
    assert_int_equal(state.doubts, 0);
}

/* ------------------------------------------------------------------ case T06 */

static void a_copy_is_no_new_item(void **unused)
{
    (void)unused;
    struct story story = {.n = 0};
    office(&story, EVENT_ISSUED, EIGHT);
    office(&story, EVENT_PRINTED, EIGHT + 1)->office.copy = 1;
    office(&story, EVENT_PRINTED, EIGHT + 2)->office.copy = 2;
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_PRINTED);
    assert_int_equal(state.copies, 2);
    assert_int_equal(state.since.estimate.ms, EIGHT + 1);
    assert_int_equal(story.facts[2].effect, EFFECT_NOTED);
}

static void void_label_scanned(void **unused)
{
    (void)unused;
    struct story story = {.n = 0};
    office(&story, EVENT_ISSUED, EIGHT);
    office(&story, EVENT_PRINTED, EIGHT + 1);
    office(&story, EVENT_VOIDED, EIGHT + 2);
    assert_int_equal(folded(&story).doubts, 0);
    scan(&story, A, EVENT_PICKED_UP, EIGHT + HOUR);
    scan(&story, A, EVENT_DELIVERED, EIGHT + 2 * HOUR);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_VOID);
    assert_int_equal(state.since.estimate.ms, EIGHT + 2);
    assert_true(state.doubts & DOUBT_VOID_SCANNED);
    assert_int_equal(story.facts[4].effect, EFFECT_OUT_OF_ORDER);
    office(&story, EVENT_PRINTED, EIGHT + 3 * HOUR);
    assert_int_equal(folded(&story).status, STATUS_VOID); /* nothing un-voids it */
}

static void both_copies_delivered(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR + MINUTE);
    assert_int_equal(folded(&story).doubts, 0); /* the same door, the label read twice */
    scan(&story, A, EVENT_DELIVERED, EIGHT + DAY);
    struct state state = folded(&story);
    assert_int_equal(state.doubts, DOUBT_DELIVERED_TWICE);
    assert_int_equal(state.since.estimate.ms, EIGHT + HOUR);
    assert_int_equal(story.facts[6].effect, EFFECT_REPEATED);
}

static void delivered_by_two_devices(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    scan(&story, B, EVENT_DELIVERED, EIGHT + HOUR + MINUTE);
    assert_true(folded(&story).doubts & DOUBT_DELIVERED_TWICE);
}

/* ------------------------------------------------------------------ case M10 */

static void three_weeks_late_fills_the_history(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERY_FAILED, EIGHT + 8 * HOUR);
    scan(&story, A, EVENT_DELIVERED, EIGHT + DAY);
    struct story late = handed_over();
    late.seq[A] = 2;
    scan(&late, A, EVENT_DELIVERED, EIGHT + DAY);
    late.seq[A] = 0;
    scan(&late, A, EVENT_PICKED_UP, EIGHT)->arrival.ms = EIGHT + 21 * DAY;
    scan(&late, A, EVENT_DELIVERY_FAILED, EIGHT + 8 * HOUR)->arrival.ms = EIGHT + 21 * DAY;
    struct state one = folded(&story), two = folded(&late);
    assert_int_equal(two.status, STATUS_DELIVERED);
    assert_int_equal(two.since_arrival.ms, EIGHT + DAY); /* no "just delivered" */
    assert_int_equal(one.attempt, two.attempt);
    assert_int_equal(one.doubts, two.doubts);
    for (size_t i = 0; i < story.n; i++)
        assert_int_equal(story.facts[i].scan.event, late.facts[i].scan.event);
}

static void after_the_end_is_kept_and_marked(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + DAY);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.doubts, DOUBT_AFTER_END);
    assert_int_equal(story.facts[5].effect, EFFECT_OUT_OF_ORDER);
    assert_int_equal(story.facts[5].status_after, STATUS_DELIVERED);
}

static void unknown_kind_is_kept(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, 61, EIGHT);
    scan(&story, A, EVENT_EXPORT_CANCELLED, EIGHT + 1); /* known, and moves nothing from there */
    scan(&story, A, EVENT_PICKED_UP, EIGHT + 2);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_PICKED_UP);
    assert_int_equal(state.doubts, DOUBT_UNKNOWN_EVENT);
    assert_int_equal(story.facts[3].effect, EFFECT_UNKNOWN);
    assert_int_equal(story.facts[4].effect, EFFECT_NOTED);
}

/* ------------------------------------------------------------------ attempts */

static void second_attempt_after_four_hours(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERY_FAILED, EIGHT + HOUR);
    scan(&story, A, EVENT_DELIVERY_FAILED, EIGHT + 2 * HOUR);
    assert_int_equal(folded(&story).attempt, 1);
    scan(&story, A, EVENT_DELIVERY_FAILED, EIGHT + 5 * HOUR);
    struct state state = folded(&story);
    assert_int_equal(state.attempt, 2);
    assert_int_equal(state.since.estimate.ms, EIGHT + 5 * HOUR);
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + 5 * HOUR + MINUTE);
    scan(&story, A, EVENT_DELIVERY_FAILED, EIGHT + 5 * HOUR + 2 * MINUTE);
    assert_int_equal(folded(&story).attempt, 3); /* it went out again */
}

/* ------------------------------------------------------------------ withdrawn */

static struct fact *withdraw(struct story *story, int64_t device, uint64_t seq, int64_t at)
{
    struct fact *fact = scan(story, device, EVENT_WITHDRAWN, at);
    fact->scan.of_seq = seq;
    return fact;
}

static void withdrawn_never_was(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    withdraw(&story, A, 2, EIGHT + HOUR + 5000);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_PICKED_UP);
    assert_int_equal(state.since.estimate.ms, EIGHT);
    assert_int_equal(state.doubts, 0);
    assert_int_equal(story.facts[4].effect, EFFECT_STRUCK);
    assert_int_equal(story.facts[5].effect, EFFECT_NOTED);
    withdraw(&story, A, 3, EIGHT + HOUR + 9000); /* takes the taking back back */
    state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
}

static void withdrawn_late_is_a_doubt(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    withdraw(&story, A, 2, EIGHT + HOUR + 30001);
    assert_int_equal(folded(&story).doubts, DOUBT_WITHDRAWN_LATE);
}

static void only_its_own_device_withdraws(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
    story.seq[B] = 5;
    withdraw(&story, B, 2, EIGHT + HOUR + 5000);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.doubts, DOUBT_OUT_OF_ORDER);
}

/* ------------------------------------------------------------------ order */

/* A scan of which nothing is known but bounds drags no later scan of its device along. */
static void bounds_sort_by_their_start(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    struct fact *lost = scan(&story, A, EVENT_PICKED_UP, EIGHT);
    lost->when = (struct when){.estimate = {EIGHT - HOUR},
                               .earliest = {EIGHT - HOUR},
                               .latest = {EIGHT + 9 * HOUR},
                               .clock_off = true,
                               .bounds_only = true};
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + HOUR);
    scan(&story, B, EVENT_DELIVERED, EIGHT + 2 * HOUR);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_true(state.doubts & DOUBT_CLOCK);
}

/* A device counts: what it scanned later is later, though its clock went back. */
static void sequence_beats_the_clock(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT + 6 * HOUR);
    scan(&story, A, EVENT_DELIVERED, EIGHT);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.doubts, 0);
    assert_int_equal(story.facts[4].order.ms, EIGHT + 6 * HOUR);
}

static void set_aside_pulls_nobody(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    scan(&story, A, EVENT_DELIVERED, EIGHT + 9 * DAY)->verdict = VERDICT_CONFLICT;
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + HOUR);
    scan(&story, B, EVENT_ARRIVED_DELIVERY_OFFICE, EIGHT + 2 * HOUR);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_AT_OFFICE);
    assert_int_equal(state.doubts, DOUBT_CONFLICT);
}

/* ------------------------------------------------------------------ case T09 */

static uint64_t random_state;

static uint64_t random_below(uint64_t n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % n;
}

/* The whole of event.def, the likely ones more often. */
static uint32_t random_scan_event(void)
{
    static const uint32_t usual[] = {EVENT_PICKED_UP,      EVENT_ARRIVED_DELIVERY_OFFICE,
                                     EVENT_DELIVERED,      EVENT_OUT_FOR_DELIVERY,
                                     EVENT_WITHDRAWN,      EVENT_DELIVERY_FAILED,
                                     EVENT_RETURN_STARTED, EVENT_RETURNED,
                                     EVENT_HELD_AT_DEPOT,  EVENT_DELIVERY_FAILED};
    if (random_below(4) == 0)
        return 1 + (uint32_t)random_below(29);
    return usual[random_below(sizeof usual / sizeof *usual)];
}

/* Of a fact of the desk that came before, or of some handheld's scan that may be there. */
static void random_correction(const struct story *story, struct fact *fact)
{
    fact->office.of_seq = 1 + random_below(fact->seq);
    if (random_below(3) == 0)
        return;
    fact->of_device = 1 + (int64_t)random_below(3);
    fact->office.of_epoch = 7 + random_below(2);
    fact->office.of_seq = 1 + random_below(story->seq[fact->of_device] + 1);
}

static void random_money(const struct story *story, struct fact *fact)
{
    struct office_fact *office = &fact->office;
    if (office->event == EVENT_CORRECTED || office->event == EVENT_SCAN_ADMITTED)
        random_correction(story, fact);
    office->postage_vnd = random_below(2) == 0 ? 0 : 500;
    office->fees_vnd = random_below(2) == 0 ? 0 : 300;
    office->kind = (uint32_t)random_below(8);
    office->opener = (uint32_t)random_below(4);
    office->outcome = (uint32_t)random_below(7);
    office->payer = (uint32_t)random_below(5);
    office->has_sums = random_below(2) == 0;
    office->value = (int64_t)random_below(3) * 1000 - 1000;
}

static void random_office(struct story *story, int64_t clock)
{
    static const uint32_t first[] = {EVENT_ISSUED, EVENT_PRINTED, EVENT_HANDED_OVER};
    uint32_t event = first[random_below(3)];
    if (random_below(2) == 0)
        event = EVENT_VOIDED + (uint32_t)random_below(EVENT_COLLECT_CHOSEN - EVENT_VOIDED + 1);
    struct fact *fact = office(story, event, clock);
    random_money(story, fact);
    fact->office.at.ms = clock;
    fact->office.has_evidence = random_below(2) == 0;
    fact->office.badge = (uint32_t)random_below(3);
    fact->office.to_badge = (uint32_t)random_below(3);
    if (event != EVENT_PAPER_ENTRY)
        return;
    fact->office.paper = (struct paper_scan){.event = random_scan_event(),
                                             .reason = (uint32_t)random_below(12),
                                             .action = (uint32_t)random_below(6),
                                             .postage_vnd = random_below(1000)};
    if (fact->office.paper.event == EVENT_WITHDRAWN)
        fact->office.paper.event = EVENT_PICKED_UP;
    fact->epoch = fact->seq;
    int64_t at = clock - (int64_t)random_below(3) * 5 * HOUR;
    fact->when.estimate.ms = fact->when.earliest.ms = fact->when.latest.ms = at;
}

static void random_scan(struct story *story, int64_t clock)
{
    int64_t at = clock - (int64_t)random_below(3) * 3 * HOUR;
    struct fact *fact = scan(story, 1 + (int64_t)random_below(3), random_scan_event(), at);
    fact->arrival.ms = clock;
    fact->epoch = 7 + random_below(2);
    fact->when.clock_off = random_below(20) == 0;
    fact->scan.postage_vnd = random_below(2) == 0 ? 0 : 500;
    fact->scan.fees_vnd = random_below(2) == 0 ? 0 : 300;
    fact->scan.reason = (uint32_t)random_below(12);
    fact->scan.action = (uint32_t)random_below(6);
    fact->scan.badge = (uint32_t)random_below(3);
    fact->scan.has_attachments = random_below(2) == 0;
    if (fact->scan.event == EVENT_WITHDRAWN) {
        if (fact->seq == 1)
            fact->scan.event = EVENT_PICKED_UP;
        else
            fact->scan.of_seq = 1 + random_below(fact->seq - 1);
    }
    if (random_below(12) == 0)
        fact->verdict = random_below(2) == 0 ? VERDICT_CONFLICT : VERDICT_BROKEN_LINK;
    if (random_below(8) == 0)
        fact->verdict = VERDICT_REVOKED;
}

static void random_story(struct story *story)
{
    *story = (struct story){.n = 0};
    int64_t clock = EIGHT;
    size_t n = random_below(20);
    for (size_t i = 0; i < n; i++) {
        clock += (int64_t)random_below(random_below(3) == 0 ? 40 * HOUR : 5 * HOUR);
        if (random_below(3) == 0)
            random_office(story, clock);
        else
            random_scan(story, clock);
    }
}

static void same_state(const struct state *a, const struct state *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->issued, b->issued);
    assert_int_equal(a->attempt, b->attempt);
    assert_int_equal(a->since.estimate.ms, b->since.estimate.ms);
    assert_int_equal(a->since_arrival.ms, b->since_arrival.ms);
    assert_int_equal(a->holder, b->holder);
    assert_int_equal(a->copies, b->copies);
    assert_int_equal(a->collected_postage_vnd, b->collected_postage_vnd);
    assert_int_equal(a->doubts, b->doubts);
    assert_int_equal(a->hand, b->hand);
    assert_int_equal(a->hand_badge, b->hand_badge);
    struct clocks one, two;
    clocks_of(a, &rules, &one);
    clocks_of(b, &rules, &two);
    assert_int_equal(one.post.due.ms, two.post.due.ms);
    assert_int_equal(one.post.stand, two.post.stand);
    assert_int_equal(one.office.stand, two.office.stand);
}

static void shuffle(struct fact *facts, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t at = random_below(i);
        struct fact swap = facts[i - 1];
        facts[i - 1] = facts[at];
        facts[at] = swap;
    }
}

static void any_order_and_repetition_is_the_same(void **unused)
{
    (void)unused;
    static struct fact many[STORY_MAX * 2];
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct story story;
        struct state once, again;
        random_state = seed;
        random_story(&story);
        memcpy(many, story.facts, sizeof story.facts);
        fold(story.facts, story.n, &rules, &once);
        size_t n = story.n;
        shuffle(many, n);
        fold(many, n, &rules, &again);
        same_state(&once, &again);
        for (size_t copies = n == 0 ? 0 : random_below(n); copies > 0; copies--)
            many[n++] = many[random_below(story.n)];
        shuffle(many, n);
        fold(many, n, &rules, &again);
        same_state(&once, &again);
        fold(many, n, &rules, &again); /* what was folded may be folded again */
        same_state(&once, &again);
    }
}

/* Some beeps of `story` once more under numbers of another epoch, as a handheld sends again what it
 * takes for lost: a withdrawal then names the new number of what it takes back, or its epoch. */
static size_t with_twins(const struct story *story, uint64_t epoch, struct fact *many)
{
    uint64_t renumbered[8][16][STORY_MAX + 1] = {{{0}}}, seq = 0; /* [device][epoch][seq] */
    size_t n = story->n;
    memcpy(many, story->facts, n * sizeof *many);
    for (size_t i = 0; i < story->n; i++) {
        const struct fact *one = &story->facts[i];
        if (!one->is_scan || one->verdict != 0 || random_below(2) == 0)
            continue;
        struct fact *twin = &many[n++];
        *twin = *one;
        twin->epoch = epoch;
        twin->seq = twin->scan.seq = ++seq;
        twin->arrival.ms += HOUR;
        uint64_t *numbers = renumbered[one->device][one->epoch];
        numbers[one->seq] = seq;
        uint64_t target = one->scan.event == EVENT_WITHDRAWN ? numbers[one->scan.of_seq] : 0;
        if (target != 0)
            twin->scan.of_seq = target;
        else if (one->scan.event == EVENT_WITHDRAWN)
            twin->scan.of_epoch = one->epoch;
    }
    return n;
}

static void a_beep_under_two_numbers_counts_once(void **unused)
{
    (void)unused;
    static struct fact many[STORY_MAX * 2];
    for (uint64_t seed = 1; seed <= 8000; seed++) {
        struct story story;
        struct state once, twice;
        random_state = seed;
        random_story(&story);
        for (size_t i = 0; i < story.n; i++)
            if (story.facts[i].is_scan) {
                story.facts[i].scan.boot = 5;
                story.facts[i].scan.mono.ms = (int64_t)i;
            }
        size_t n = with_twins(&story, seed % 2 == 0 ? 3 : 9, many);
        fold(story.facts, story.n, &rules, &once);
        shuffle(many, n);
        fold(many, n, &rules, &twice);
        same_state(&once, &twice);
    }
}

/* It was taken back under its second numbers; of the first only what was taken back came. */
static void taken_back_under_another_number(void **unused)
{
    (void)unused;
    for (int late = 0; late < 2; late++) {
        struct story story = handed_over();
        scan(&story, A, EVENT_PICKED_UP, EIGHT);
        for (int again = 0; again < 2; again++) {
            struct fact *door = scan(&story, A, EVENT_DELIVERED, EIGHT + MINUTE);
            door->scan.boot = 5;
            door->epoch = again ? 9 : 7;
            door->seq = again ? 1 : 2;
            door->arrival.ms += again == late ? HOUR : 0;
        }
        struct fact *back = scan(&story, A, EVENT_WITHDRAWN, EIGHT + MINUTE + 5000);
        back->scan.boot = 5;
        back->epoch = 9;
        back->seq = 2;
        back->scan.of_seq = 1;
        struct state state = folded(&story);
        assert_int_equal(state.status, STATUS_PICKED_UP);
        assert_false(state.doubts & DOUBT_OUT_OF_ORDER);
    }
}

static int64_t paused_ms(const struct state *state)
{
    int64_t sum = 0;
    for (size_t i = 0; i < state->pauses_n; i++)
        if (state->pauses[i].to.ms != 0)
            sum += state->pauses[i].to.ms - state->pauses[i].from.ms;
    return sum;
}

static void same_cases(const struct slow_state *slow, const struct state *fast)
{
    struct slow_state sums = {.cases_open = 0};
    uint64_t postage_vnd = 0, fees_vnd = 0;
    for (size_t i = 0; i < fast->claims_n; i++) {
        const struct claim *claim = &fast->claims[i];
        sums.cases_open += claim_is_open(claim);
        sums.cases_closed += !claim_is_open(claim);
        sums.paid_vnd += claim->paid_vnd;
        sums.opened_ms += claim->opened.ms;
        sums.closed_ms += claim->closed.ms;
    }
    assert_int_equal(slow->cases_open, sums.cases_open);
    assert_int_equal(slow->cases_closed, sums.cases_closed);
    assert_int_equal(slow->paid_vnd, sums.paid_vnd);
    assert_int_equal(slow->opened_ms, sums.opened_ms);
    assert_int_equal(slow->closed_ms, sums.closed_ms);
    for (size_t i = 0; i < fast->takings_n; i++) {
        postage_vnd += fast->takings[i].postage_vnd;
        fees_vnd += fast->takings[i].fees_vnd;
    }
    assert_int_equal(postage_vnd, fast->collected_postage_vnd); /* rows add up to their sum */
    assert_int_equal(fees_vnd, fast->collected_fees_vnd);
}

static void same_as_slow(const struct slow_state *slow, const struct state *fast)
{
    assert_int_equal(slow->status, fast->status);
    assert_int_equal(slow->issued, fast->issued);
    assert_int_equal(slow->attempt, fast->attempt);
    assert_int_equal(slow->copies, fast->copies);
    assert_int_equal(slow->postage_vnd, fast->collected_postage_vnd);
    assert_int_equal(slow->fees_vnd, fast->collected_fees_vnd);
    same_cases(slow, fast);
    assert_int_equal(slow->since_ms, fast->since.estimate.ms);
    assert_int_equal(slow->holder, fast->holder);
    assert_int_equal(slow->hand, fast->hand);
    assert_int_equal(slow->badge, fast->hand_badge);
    assert_int_equal(slow->invitations, fast->invitations);
    assert_int_equal(slow->first_invited_ms, fast->first_invited_at.ms);
    assert_int_equal(slow->last_invited_ms, fast->last_invited_at.ms);
    assert_int_equal(slow->last_failed_ms, fast->last_failed_at.ms);
    assert_int_equal(slow->handed_ms, fast->handed_at.ms);
    assert_int_equal(slow->accepted_ms, fast->accepted_at.ms);
    assert_int_equal(slow->disputed, fast->disputed);
    assert_int_equal(slow->return_instructed, fast->return_instructed);
    assert_int_equal(slow->pauses, fast->pauses_n);
    assert_int_equal(slow->paused_ms, paused_ms(fast));
    assert_int_equal(slow->doubts, fast->doubts & SLOW_DOUBTS);
}

/* ------------------------------------------------------------------ the whole table of moves */

/* The shortest way to each status. */
static const struct way {
    enum status status;
    uint32_t events[4];
} ways[] = {
    {STATUS_NONE, {0}},
    {STATUS_ISSUED, {EVENT_ISSUED}},
    {STATUS_PRINTED, {EVENT_ISSUED, EVENT_PRINTED}},
    {STATUS_HANDED_OVER, {EVENT_ISSUED, EVENT_HANDED_OVER}},
    {STATUS_PICKED_UP, {EVENT_ISSUED, EVENT_PICKED_UP}},
    {STATUS_IN_TRANSIT, {EVENT_ISSUED, EVENT_INTO_SORTING}},
    {STATUS_AT_OFFICE, {EVENT_ISSUED, EVENT_ARRIVED_DELIVERY_OFFICE}},
    {STATUS_OUT, {EVENT_ISSUED, EVENT_OUT_FOR_DELIVERY}},
    {STATUS_FAILED, {EVENT_ISSUED, EVENT_DELIVERY_FAILED}},
    {STATUS_WAITING, {EVENT_ISSUED, EVENT_AT_COLLECTION_POINT}},
    {STATUS_DELIVERED, {EVENT_ISSUED, EVENT_DELIVERED}},
    {STATUS_RETURNING, {EVENT_ISSUED, EVENT_RETURN_STARTED}},
    {STATUS_RETURNED, {EVENT_ISSUED, EVENT_RETURNED}},
    {STATUS_RECALLED, {EVENT_ISSUED, EVENT_RECALLED}},
    {STATUS_LOST, {EVENT_ISSUED, EVENT_PICKED_UP, EVENT_LOST}},
    {STATUS_UNCLAIMED, {EVENT_ISSUED, EVENT_PICKED_UP, EVENT_UNCLAIMED}},
    {STATUS_VOID, {EVENT_ISSUED, EVENT_VOIDED}},
};

static void happens(struct story *story, const struct event_info *info, int64_t at)
{
    if (info->source == EVENT_SOURCE_SCAN)
        scan(story, A, info->wire, at);
    else
        office(story, info->wire, at)->office.at.ms = at;
}

/* What one more event makes of it: "=" noted, "x" out of order, "2" the same again, or the status
 * it moves to. */
static const char *step(const struct way *way, const struct event_info *info)
{
    struct story story = {.n = 0};
    int64_t at = EIGHT;
    for (size_t i = 0; i < 4 && way->events[i] != 0; i++, at += MINUTE)
        happens(&story, event_info(way->events[i]), at);
    assert_int_equal(folded(&story).status, way->status);
    happens(&story, info, at);
    (void)folded(&story);
    const struct fact *last = &story.facts[story.n - 1];
    switch (last->effect) {
    case EFFECT_MOVED:
        return status_info(last->status_after)->key;
    case EFFECT_NOTED:
        return "=";
    case EFFECT_REPEATED:
        return "2";
    case EFFECT_OUT_OF_ORDER:
        return "x";
    case EFFECT_NONE:
    case EFFECT_UNKNOWN:
    case EFFECT_STRUCK:
    case EFFECT_SET_ASIDE:
        break;
    }
    return "?";
}

/* Every event of event.def from every status, against tests/data/moves.txt: a line an event, a word
 * a status in order of status.def, "none" first. */
static void every_event_from_every_status(void **unused)
{
    (void)unused;
    FILE *file = fopen(TESTS_DIR "/data/moves.txt", "r");
    const struct event_info *info;
    char want[512], got[512];
    assert_non_null(file);
    for (size_t i = 0; (info = event_row(i)) != NULL; i++) {
        if (!event_names_item(info->wire) || info->wire == EVENT_WITHDRAWN ||
            info->wire == EVENT_PAPER_ENTRY || info->wire == EVENT_CORRECTED ||
            info->wire == EVENT_SCAN_ADMITTED)
            continue;
        int n = snprintf(got, sizeof got, "%s", info->key);
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
            n += snprintf(got + n, sizeof got - (size_t)n, " %s", step(&ways[way], info));
        assert_non_null(fgets(want, sizeof want, file));
        want[strcspn(want, "\n")] = '\0';
        assert_string_equal(got, want);
    }
    assert_null(fgets(want, sizeof want, file));
    assert_int_equal(fclose(file), 0);
}

/* ------------------------------------------------------------------ paper, hands, disputes, pauses
 */

static struct fact *paper(struct story *story, uint32_t event, uint32_t badge, int64_t written,
                          int64_t typed)
{
    struct fact *fact = office(story, EVENT_PAPER_ENTRY, typed);
    fact->epoch = fact->seq;
    fact->office.at.ms = typed;
    fact->office.badge = badge;
    fact->office.paper.event = event;
    fact->office.paper.wall.ms = written;
    fact->when.estimate.ms = fact->when.earliest.ms = fact->when.latest.ms = written;
    return fact;
}

/* The handheld died; the desk types what was written; then the dead handheld's scan arrives. */
static void paper_moves_like_a_scan(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT)->scan.badge = 7;
    office(&story, EVENT_NOTICE_SENT, EIGHT + 6 * HOUR); /* pulls no paper along */
    paper(&story, EVENT_DELIVERED, 7, EIGHT + 2 * HOUR, EIGHT + 9 * HOUR)->office.paper.relation =
        RELATION_SPOUSE;
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_int_equal(state.since.estimate.ms, EIGHT + 2 * HOUR);
    assert_int_equal(state.since_arrival.ms, EIGHT + 9 * HOUR);
    assert_int_equal(state.relation, RELATION_SPOUSE);
    assert_int_equal(state.doubts, 0);
    scan(&story, A, EVENT_DELIVERED, EIGHT + 2 * HOUR + 9 * MINUTE)->scan.badge = 7;
    assert_int_equal(folded(&story).doubts, 0);
    scan(&story, B, EVENT_DELIVERED, EIGHT + 3 * HOUR)->scan.badge = 8;
    assert_true(folded(&story).doubts & DOUBT_DELIVERED_TWICE);
}

static void always_in_one_hand(void **unused)
{
    (void)unused;
    struct story story = {.n = 0};
    office(&story, EVENT_ISSUED, EIGHT);
    assert_int_equal(folded(&story).hand, HAND_OFFICE);
    office(&story, EVENT_HANDED_OVER, EIGHT + 1);
    assert_int_equal(folded(&story).hand, HAND_POST_OFFICE);
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + 2)->scan.badge = 7;
    struct state state = folded(&story);
    assert_int_equal(state.hand, HAND_POSTMAN);
    assert_int_equal(state.hand_badge, 7);
    office(&story, EVENT_CUSTODY_MOVED, EIGHT + 3)->office.to_badge = 8;
    assert_int_equal(folded(&story).hand_badge, 8);
    scan(&story, B, EVENT_DELIVERY_FAILED, EIGHT + 4)->scan.badge = 8;
    assert_int_equal(folded(&story).hand_badge, 8);
    office(&story, EVENT_CUSTODY_MOVED, EIGHT + 5);
    state = folded(&story);
    assert_int_equal(state.hand, HAND_POST_OFFICE);
    assert_int_equal(state.hand_badge, 0);
    scan(&story, B, EVENT_DELIVERED, EIGHT + DAY);
    assert_int_equal(folded(&story).hand, HAND_RECEIVER);
    office(&story, EVENT_CUSTODY_MOVED, EIGHT + DAY + 1)->office.to_badge = 9;
    assert_int_equal(folded(&story).hand, HAND_RECEIVER); /* a desk takes nothing back from him */
}

static void recalled_comes_back_to_the_office(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    office(&story, EVENT_RECALLED, EIGHT + HOUR);
    assert_int_equal(folded(&story).hand, HAND_POSTMAN);
    scan(&story, A, EVENT_RETURNED, EIGHT + 2 * HOUR);
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_RECALLED);
    assert_int_equal(state.hand, HAND_OFFICE);
    assert_int_equal(state.doubts, 0);
}

static void disputed_only_what_was_delivered(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    office(&story, EVENT_DISPUTED, EIGHT + HOUR);
    assert_false(folded(&story).disputed);
    scan(&story, A, EVENT_DELIVERED, EIGHT + 2 * HOUR);
    office(&story, EVENT_DISPUTED, EIGHT + DAY)->office.at.ms = EIGHT + DAY;
    struct state state = folded(&story);
    assert_int_equal(state.status, STATUS_DELIVERED);
    assert_true(state.disputed);
    assert_int_equal(state.disputed_at.ms, EIGHT + DAY);
    assert_int_equal(state.doubts, DOUBT_DISPUTED | DOUBT_CASE);
    withdraw(&story, A, 2, EIGHT + 2 * DAY); /* with it goes what followed from it */
    assert_false(folded(&story).disputed);
}

static void a_clock_stops_with_evidence_only(void **unused)
{
    (void)unused;
    struct story story = handed_over();
    scan(&story, A, EVENT_PICKED_UP, EIGHT);
    office(&story, EVENT_CLOCK_PAUSED, EIGHT + HOUR)->office.at.ms = EIGHT + HOUR;
    struct state state = folded(&story);
    assert_int_equal(state.pauses_n, 0);
    assert_int_equal(state.doubts, DOUBT_PAUSE);
    struct fact *flood = scan(&story, A, EVENT_DELIVERY_FAILED, EIGHT + 2 * HOUR);
    flood->scan.reason = REASON_WEATHER;
    assert_int_equal(folded(&story).pauses_n, 0); /* no photo */
    for (size_t i = 0; i < story.n; i++)
        if (story.facts[i].is_scan && story.facts[i].scan.event == EVENT_DELIVERY_FAILED)
            story.facts[i].scan.has_attachments = true;
    assert_int_equal(folded(&story).pauses_n, 1);
    scan(&story, A, EVENT_OUT_FOR_DELIVERY, EIGHT + 3 * DAY);
    state = folded(&story);
    assert_int_equal(state.pauses[0].from.ms, EIGHT + 2 * HOUR);
    assert_int_equal(state.pauses[0].to.ms, EIGHT + 3 * DAY);
}

/* How many random stories; the long run asks for a million (tests/run --long). */
static uint64_t stories = 20000;

/* The facts in any order, some of them again: cut into batches anew, or sent twice. */
static struct state folded_shuffled(const struct story *story)
{
    struct fact many[STORY_MAX * 2];
    struct state state;
    size_t n = story->n;
    memcpy(many, story->facts, n * sizeof *many);
    for (size_t copies = n == 0 ? 0 : random_below(n); copies > 0; copies--)
        many[n++] = many[random_below(story->n)];
    shuffle(many, n);
    fold(many, n, &rules, &state);
    return state;
}

static void the_slow_fold_agrees(void **unused)
{
    (void)unused;
    uint64_t reached[STATUS_VOID + 1] = {0};
    for (uint64_t seed = 1; seed <= stories; seed++) {
        struct story story;
        random_state = seed * 7919;
        random_story(&story);
        struct slow_state slow = slow_fold(story.facts, story.n);
        struct state fast = folded_shuffled(&story);
        if (slow.status != fast.status || slow.doubts != (fast.doubts & SLOW_DOUBTS))
            print_message("seed %llu\n", (unsigned long long)seed);
        same_as_slow(&slow, &fast);
        reached[fast.status]++;
    }
    for (size_t status = 0; status <= STATUS_VOID; status++)
        if (stories >= 1000)
            assert_true(reached[status] > 0);
}

/* Every status that a scan can lead to has a way out or is an end; every final one has none. */
static void door_outcomes(void **state)
{
    (void)state;
    for (uint32_t event = 0; event < 200; event++)
        assert_int_equal(event_is_door_outcome(event), event == EVENT_DELIVERED ||
                                                           event == EVENT_DELIVERY_FAILED ||
                                                           event == EVENT_RETURNED);
    assert_false(event_is_door_outcome(UINT32_MAX));
}

static void final_statuses_stay(void **unused)
{
    (void)unused;
    for (uint32_t event = 1; event < 64; event++) {
        struct story story = handed_over();
        scan(&story, A, EVENT_PICKED_UP, EIGHT);
        scan(&story, A, EVENT_DELIVERED, EIGHT + HOUR);
        struct fact *more = scan(&story, A, event, EIGHT + 2 * HOUR);
        more->scan.of_seq = event == EVENT_WITHDRAWN ? 1 : 0;
        assert_int_equal(folded(&story).status, STATUS_DELIVERED);
    }
    assert_true(status_is_final(STATUS_VOID));
    assert_false(status_is_final(STATUS_FAILED));
}

/* An argument is the number of random stories. */
int main(int argc, char **argv)
{
    if (argc > 1)
        stories = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_withdrawal_reaches_over_epochs),
        cmocka_unit_test(step_by_step),
        cmocka_unit_test(a_door_before_the_issue_is_of_another_life),
        cmocka_unit_test(nothing_at_all),
        cmocka_unit_test(delivered_without_pickup_stands),
        cmocka_unit_test(both_scan_the_pile),
        cmocka_unit_test(delivered_by_another_than_who_took_it_out),
        cmocka_unit_test(orphans_attach_when_the_list_comes),
        cmocka_unit_test(a_copy_is_no_new_item),
        cmocka_unit_test(void_label_scanned),
        cmocka_unit_test(both_copies_delivered),
        cmocka_unit_test(delivered_by_two_devices),
        cmocka_unit_test(three_weeks_late_fills_the_history),
        cmocka_unit_test(after_the_end_is_kept_and_marked),
        cmocka_unit_test(unknown_kind_is_kept),
        cmocka_unit_test(second_attempt_after_four_hours),
        cmocka_unit_test(withdrawn_never_was),
        cmocka_unit_test(withdrawn_late_is_a_doubt),
        cmocka_unit_test(only_its_own_device_withdraws),
        cmocka_unit_test(bounds_sort_by_their_start),
        cmocka_unit_test(sequence_beats_the_clock),
        cmocka_unit_test(set_aside_pulls_nobody),
        cmocka_unit_test(any_order_and_repetition_is_the_same),
        cmocka_unit_test(a_beep_under_two_numbers_counts_once),
        cmocka_unit_test(taken_back_under_another_number),
        cmocka_unit_test(the_slow_fold_agrees),
        cmocka_unit_test(door_outcomes),
        cmocka_unit_test(final_statuses_stay),
        cmocka_unit_test(every_event_from_every_status),
        cmocka_unit_test(paper_moves_like_a_scan),
        cmocka_unit_test(always_in_one_hand),
        cmocka_unit_test(recalled_comes_back_to_the_office),
        cmocka_unit_test(disputed_only_what_was_delivered),
        cmocka_unit_test(a_clock_stops_with_evidence_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
