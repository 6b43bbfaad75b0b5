/* The office's and the post's term (cases T04, M10), what stops them, and returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/premises.h"
#include "server/delivery/clocks.h"
#include "server/delivery/returns.h"

static struct rules rules;
static struct error err;
static const struct instant for_ever = {INT64_MAX};

/* "2026-11-25T08:00", local. */
static struct instant local(const char *text)
{
    char date[11] = "";
    int64_t day = 0;
    memcpy(date, text, 10);
    assert_true(day_read(date, &day, &err));
    return day_minute(day, strtol(text + 11, NULL, 10) * 60 + strtol(text + 14, NULL, 10));
}

#define shown_equal(at, text)                                                                      \
    do {                                                                                           \
        char shown_[CLOCK_TEXT_MAX];                                                               \
        clock_iso_local((at), shown_, sizeof shown_);                                              \
        shown_[16] = '\0';                                                                         \
        assert_string_equal(shown_, (text));                                                       \
    } while (0)

static int tear_down(void **state)
{
    (void)state;
    rules_done(&rules);
    return 0;
}

static void rule_is(const char *key, int64_t value, const char *entered)
{
    struct office_fact fact = {.event = EVENT_PARAMETER_SET, .value = value, .seq = 1};
    (void)snprintf(fact.key, sizeof fact.key, "%s", key);
    fact.at = local(entered);
    fact.from = local("2020-01-01T00:00");
    assert_true(rules_check(&fact, &err) && rules_take(&rules, &fact));
}

/* ------------------------------------------------------------------ stories */

#define CAM_TRUNG 18742 /* a xã in the plain */
#define HUONG_KHE 18496 /* in the mountains */
#define THANH_SEN 18073 /* a phường */

struct story {
    struct fact facts[24];
    size_t n;
    uint64_t seq[3];
};

static struct fact *add(struct story *story, const char *at)
{
    struct fact *fact = &story->facts[story->n++];
    *fact = (struct fact){.arrival = local(at)};
    fact->when.estimate = fact->when.earliest = fact->when.latest = local(at);
    return fact;
}

static struct fact *office(struct story *story, uint32_t event, const char *at)
{
    struct fact *fact = add(story, at);
    fact->seq = ++story->seq[0];
    fact->office.event = event;
    fact->office.at = local(at);
    return fact;
}

static struct fact *scan(struct story *story, int device, uint32_t event, const char *at)
{
    struct fact *fact = add(story, at);
    fact->is_scan = true;
    fact->device = device;
    fact->epoch = 7;
    fact->seq = ++story->seq[device];
    fact->scan.event = event;
    return fact;
}

static void failed(struct story *story, uint32_t reason, const char *at)
{
    scan(story, 1, EVENT_DELIVERY_FAILED, at)->scan.reason = reason;
}

/* Issued on Wednesday 25/11/2026. */
static struct story issued(uint32_t commune)
{
    struct story story = {.n = 0};
    office(&story, EVENT_ISSUED, "2026-11-25T09:00")->office.commune = commune;
    return story;
}

static struct state folded(struct story *story)
{
    struct state state;
    fold(story->facts, story->n, &rules, &state);
    return state;
}

static struct clocks clocks(struct story *story)
{
    struct state state = folded(story);
    struct clocks clocks;
    clocks_of(&state, &rules, &clocks);
    return clocks;
}

/* ------------------------------------------------------------------ two clocks */

static void both_clocks_run_from_the_start(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    struct clocks both = clocks(&story);
    assert_int_equal(both.office.stand, STAND_RUNNING);
    shown_equal(both.office.due, "2026-11-26T17:00");
    assert_int_equal(both.post.stand, STAND_RUNNING); /* nobody scanned it: due all the same */
    assert_int_equal(both.post.start.ms, 0);
    shown_equal(both.post.due, "2026-11-30T17:00");
    assert_false(leg_is_late(&both.post, local("2026-11-30T17:00")));
    assert_true(leg_is_late(&both.post, local("2026-11-30T17:01")));
    struct story nothing = {.n = 0};
    scan(&nothing, 1, EVENT_PICKED_UP, "2026-11-25T09:00");
    assert_int_equal(clocks(&nothing).post.stand, STAND_NONE);
}

static void the_post_is_not_blamed_for_the_office(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-30T15:00"); /* two days late */
    scan(&story, 1, EVENT_PICKED_UP, "2026-11-30T16:00");
    scan(&story, 1, EVENT_DELIVERED, "2026-12-02T16:59");
    struct clocks both = clocks(&story);
    int64_t minutes = 0;
    assert_int_equal(both.office.stand, STAND_MISSED);
    shown_equal(both.post.start, "2026-11-30T15:00");
    shown_equal(both.post.due, "2026-12-02T17:00");
    assert_int_equal(both.post.stand, STAND_KEPT);
    assert_true(leg_minutes(&both.post, &minutes));
    assert_int_equal(minutes, 2 * 1440 + 119);
}

/* Case T04. */
static void without_a_start_there_is_no_duration(void **unused)
{
    (void)unused;
    int64_t minutes = -1;
    struct story story = issued(CAM_TRUNG);
    scan(&story, 1, EVENT_DELIVERED, "2026-11-26T10:00");
    struct clocks both = clocks(&story);
    assert_int_equal(both.post.start.ms, 0);
    assert_false(leg_minutes(&both.post, &minutes));
    assert_int_equal(minutes, -1);
    assert_int_equal(both.office.stand, STAND_KEPT); /* it had left the office by then */
    scan(&story, 2, EVENT_PICKED_UP, "2026-11-26T08:00")->arrival = local("2026-11-28T08:00");
    both = clocks(&story);
    assert_true(leg_minutes(&both.post, &minutes));
    assert_int_equal(minutes, 120);
}

static void the_first_pickup_starts_the_clock(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    scan(&story, 1, EVENT_PICKED_UP, "2026-11-25T10:00");
    scan(&story, 2, EVENT_PICKED_UP, "2026-11-25T10:05");
    shown_equal(clocks(&story).post.start, "2026-11-25T10:00");
}

static void terms_go_by_zone(void **unused)
{
    (void)unused;
    static const struct {
        uint32_t commune, postal_code;
        enum zone zone;
        const char *due;
    } rows[] = {{CAM_TRUNG, 0, ZONE_PROVINCE, "2026-11-27T17:00"},
                {HUONG_KHE, 0, ZONE_MOUNTAIN, "2026-11-30T17:00"},
                {THANH_SEN, 0, ZONE_COMMUNE, "2026-11-26T17:00"},
                {0, 46131, ZONE_PROVINCE, "2026-11-27T17:00"},
                {0, 45838, ZONE_MOUNTAIN, "2026-11-30T17:00"},
                {0, 4344, ZONE_OTHER, "2026-12-01T17:00"},
                {0, 0, ZONE_OTHER, "2026-12-01T17:00"}};
    rule_is("office_commune", THANH_SEN, "2026-01-01T00:00");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct story story = issued(rows[i].commune);
        story.facts[0].office.postal_code = rows[i].postal_code;
        office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
        struct clocks both = clocks(&story);
        assert_int_equal(both.zone, rows[i].zone);
        shown_equal(both.post.due, rows[i].due);
    }
}

/* The registry says where a post office stands, from a day on, and says it for that one alone. */
static void a_post_office_moves(void **unused)
{
    (void)unused;
    struct office_fact fact = {.event = EVENT_PREMISES_SET,
                               .seq = 1,
                               .kind = PREMISES_POST_OFFICE,
                               .value = 481000,
                               .commune = THANH_SEN,
                               .at = local("2026-11-01T08:00"),
                               .from = local("2026-11-01T00:00")};
    struct story story = issued(THANH_SEN);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    story.facts[0].office.post_office = 481000;
    assert_int_equal(clocks(&story).zone, ZONE_PROVINCE);
    fact.kind = PREMISES_OFFICE; /* where a State office stands says nothing */
    assert_false(fact_sets_rule(&fact));
    assert_true(rules_take(&rules, &fact));
    assert_int_equal(clocks(&story).zone, ZONE_PROVINCE);
    fact.kind = PREMISES_POST_OFFICE;
    assert_true(fact_sets_rule(&fact));
    assert_true(rules_take(&rules, &fact));
    assert_int_equal(clocks(&story).zone, ZONE_COMMUNE);
    story.facts[0].office.post_office = 481001;
    assert_int_equal(clocks(&story).zone, ZONE_PROVINCE);
    story.facts[0].office.post_office = 481000;
    fact.commune = CAM_TRUNG;
    fact.from = local("2026-11-20T00:00"); /* before it was issued */
    assert_true(rules_take(&rules, &fact));
    assert_int_equal(clocks(&story).zone, ZONE_PROVINCE);
}

static void void_and_recalled_have_no_clock(void **unused)
{
    (void)unused;
    static const uint32_t events[] = {EVENT_VOIDED, EVENT_RECALLED};
    for (size_t i = 0; i < 2; i++) {
        struct story story = issued(CAM_TRUNG);
        office(&story, events[i], "2026-11-25T10:00");
        assert_int_equal(clocks(&story).office.stand, STAND_NONE);
        assert_int_equal(clocks(&story).post.stand, STAND_NONE);
    }
}

/* ------------------------------------------------------------------ what moves a term */

static void a_first_attempt_in_time_earns_a_second(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    failed(&story, REASON_NOBODY_HOME, "2026-11-27T09:00");
    shown_equal(clocks(&story).post.due, "2026-12-01T17:00");
    failed(&story, REASON_NOBODY_HOME, "2026-12-01T09:00");
    shown_equal(clocks(&story).post.due, "2026-12-01T17:00"); /* the third is not earned */
    struct story late = issued(CAM_TRUNG);
    office(&late, EVENT_HANDED_OVER, "2026-11-25T10:00");
    failed(&late, REASON_NOBODY_HOME, "2026-11-30T09:00");
    shown_equal(clocks(&late).post.due, "2026-11-27T17:00"); /* late stays late */
}

static void pauses_move_the_term_by_days_worked(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    struct fact *flood = office(&story, EVENT_CLOCK_PAUSED, "2026-11-26T07:30");
    flood->office.has_evidence = true;
    struct clocks both = clocks(&story);
    assert_int_equal(both.post.stand, STAND_PAUSED);
    assert_false(leg_is_late(&both.post, local("2026-12-30T08:00")));
    office(&story, EVENT_CLOCK_RESUMED, "2026-12-01T08:00");
    both = clocks(&story);
    assert_int_equal(both.post.stand, STAND_RUNNING);
    shown_equal(both.post.due, "2026-12-02T17:00"); /* 27/11, 30/11 and 01/12 do not count */
}

static void a_pause_after_the_term_saves_nothing(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    office(&story, EVENT_CLOCK_PAUSED, "2026-11-28T07:30")->office.has_evidence = true;
    struct clocks both = clocks(&story);
    assert_int_equal(both.post.stand, STAND_RUNNING);
    assert_true(leg_is_late(&both.post, local("2026-11-28T08:00")));
}

static void waiting_for_who_was_invited_is_not_the_posts_time(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    scan(&story, 1, EVENT_AT_COLLECTION_POINT, "2026-11-26T08:00");
    assert_int_equal(clocks(&story).post.stand, STAND_RUNNING); /* nobody was told to come */
    struct story told = issued(CAM_TRUNG);
    office(&told, EVENT_HANDED_OVER, "2026-11-25T10:00");
    failed(&told, REASON_NOBODY_HOME, "2026-11-26T09:00");
    scan(&told, 1, EVENT_AT_COLLECTION_POINT, "2026-11-26T16:00");
    assert_int_equal(clocks(&told).post.stand, STAND_PAUSED);
    scan(&told, 1, EVENT_DELIVERED, "2026-12-09T10:00");
    assert_int_equal(clocks(&told).post.stand, STAND_KEPT);
}

static void disputed_runs_again(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    scan(&story, 1, EVENT_DELIVERED, "2026-11-26T10:00");
    assert_int_equal(clocks(&story).post.stand, STAND_KEPT);
    office(&story, EVENT_DISPUTED, "2026-11-27T10:00");
    assert_int_equal(clocks(&story).post.stand, STAND_RUNNING);
}

/* ------------------------------------------------------------------ late facts, late edits */

/* Case M10: the breach is withdrawn, and both figures are kept. */
static void a_late_fact_restates(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    struct leg post = clocks(&story).post;
    assert_true(leg_is_late(&post, local("2026-12-16T08:00")));
    scan(&story, 1, EVENT_DELIVERED, "2026-11-27T16:00")->arrival = local("2026-12-16T08:00");
    post = clocks(&story).post;
    assert_int_equal(post.stand, STAND_KEPT);
    assert_false(leg_kept_at_first(&post));
    struct story known = issued(CAM_TRUNG);
    office(&known, EVENT_HANDED_OVER, "2026-11-25T10:00");
    scan(&known, 1, EVENT_DELIVERED, "2026-11-27T16:00")->arrival = local("2026-11-27T23:59");
    post = clocks(&known).post;
    assert_true(leg_kept_at_first(&post));
}

/* Of a scan that is only bounded the later bound counts: nobody gains by a clock that is off. */
static void what_may_have_been_late_is_not_kept(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_HANDED_OVER, "2026-11-25T10:00");
    struct fact *fact = scan(&story, 1, EVENT_DELIVERED, "2026-11-26T10:00");
    fact->when.latest = fact->arrival = local("2026-12-05T10:00");
    fact->when.bounds_only = fact->when.clock_off = true;
    assert_int_equal(clocks(&story).post.stand, STAND_MISSED);
}

static void a_later_calendar_moves_open_clocks_only(void **unused)
{
    (void)unused;
    struct story open = issued(CAM_TRUNG), closed = issued(CAM_TRUNG);
    office(&open, EVENT_HANDED_OVER, "2026-11-25T10:00");
    office(&closed, EVENT_HANDED_OVER, "2026-11-25T10:00");
    scan(&closed, 1, EVENT_DELIVERED, "2026-11-26T10:00");
    struct office_fact off = {.event = EVENT_CALENDAR_SET, .key = "2026-11-27", .value = 0};
    off.at = local("2026-11-26T18:00");
    assert_true(rules_take(&rules, &off));
    shown_equal(clocks(&open).post.due, "2026-11-30T17:00");
    shown_equal(clocks(&closed).post.due, "2026-11-27T17:00");
}

/* The day to come that the words of each status name. */
static void what_is_promised(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    scan(&story, 1, EVENT_PICKED_UP, "2026-11-25T10:00");
    struct state state = folded(&story);
    struct clocks both = clocks(&story);
    shown_equal(clocks_promised(&state, &both), "2026-11-27T17:00");
    failed(&story, REASON_NOBODY_HOME, "2026-11-26T09:00");
    story.facts[2].scan.action = ACTION_AGAIN;
    shown_equal(clocks(&story).again_by, "2026-11-30T17:00");
    shown_equal(clocks(&story).other_day, "2026-12-01T07:00");
    scan(&story, 1, EVENT_AT_COLLECTION_POINT, "2026-11-26T16:00");
    state = folded(&story);
    both = clocks(&story);
    assert_int_equal(both.again_by.ms, 0);
    shown_equal(clocks_promised(&state, &both), "2026-12-26T17:00");
    office(&story, EVENT_LOST, "2026-12-31T10:00");
    state = folded(&story);
    both = clocks(&story);
    shown_equal(clocks_promised(&state, &both), "2027-02-28T23:59");
    assert_int_equal(both.other_day.ms, 0);
}

/* A day to ask for is none that is due anyway, and a worked one: 1 January is a Friday. */
static void another_day_is_a_later_one(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    scan(&story, 1, EVENT_PICKED_UP, "2026-12-28T10:00");
    assert_int_equal(clocks(&story).other_day.ms, 0);
    scan(&story, 1, EVENT_OUT_FOR_DELIVERY, "2026-12-30T07:00");
    shown_equal(clocks(&story).other_day, "2027-01-04T07:00");
    story.n--;
    failed(&story, REASON_NOBODY_HOME, "2026-12-29T09:00");
    story.facts[2].scan.action = ACTION_AGAIN;
    shown_equal(clocks(&story).again_by, "2026-12-31T17:00");
    shown_equal(clocks(&story).other_day, "2027-01-04T07:00");
    story.facts[2].scan.action = ACTION_HOLD;
    assert_int_equal(clocks(&story).again_by.ms, 0);
    shown_equal(clocks(&story).other_day, "2026-12-31T07:00");
}

/* ------------------------------------------------------------------ returns: Art 17 */

static struct returns returns(struct story *story, const char *at)
{
    struct state state = folded(story);
    struct schedule schedule = {&rules, 0, for_ever};
    return returns_of(&state, &schedule, local(at));
}

static void each_ground(void **unused)
{
    (void)unused;
    static const struct {
        const char *ground;
        uint32_t reason;
        enum lack lack;
    } rows[] = {{"a", REASON_BAD_ADDRESS, LACK_INSTRUCTION},
                {"b", REASON_MOVED, LACK_INSTRUCTION},
                {"c", REASON_NOT_FOUND_HERE, LACK_INSTRUCTION},
                {"d", REASON_NOBODY_HOME, LACK_INVITATION},
                {"d", REASON_NO_ANSWER, LACK_INVITATION},
                {"đ", REASON_DECLINED, LACK_INSTRUCTION},
                {"", REASON_ANOTHER_DAY, LACK_GROUND},
                {"", REASON_NO_AUTHORITY, LACK_GROUND},
                {"", REASON_NOT_PAID, LACK_GROUND},
                {"", REASON_WEATHER, LACK_GROUND},
                {"", REASON_DAMAGED, LACK_GROUND},
                {"", 0, LACK_GROUND}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct story story = issued(CAM_TRUNG);
        failed(&story, rows[i].reason, "2026-11-26T09:00");
        struct returns found = returns(&story, "2026-11-26T10:00");
        assert_string_equal(found.ground, rows[i].ground);
        assert_int_equal(found.lack, rows[i].lack);
        office(&story, EVENT_RETURN_INSTRUCTED, "2026-11-26T11:00");
        enum lack with = rows[i].lack == LACK_INSTRUCTION ? LACK_NOTHING : rows[i].lack;
        assert_int_equal(returns(&story, "2026-11-26T12:00").lack, with);
    }
}

static void moved_with_a_new_address_is_no_ground(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    failed(&story, REASON_MOVED, "2026-11-26T09:00");
    story.facts[1].scan.action = ACTION_CHANGE_ADDRESS;
    assert_int_equal(returns(&story, "2026-11-26T10:00").lack, LACK_GROUND);
}

static void two_invitations_two_working_days_apart(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    office(&story, EVENT_RETURN_INSTRUCTED, "2026-11-26T07:00");
    failed(&story, REASON_NOBODY_HOME, "2026-11-27T09:00"); /* a Friday */
    shown_equal(returns(&story, "2026-11-27T10:00").invite_from, "2026-12-01T07:00");
    failed(&story, REASON_NO_ANSWER, "2026-11-30T09:00"); /* one working day later */
    assert_int_equal(returns(&story, "2026-11-30T10:00").lack, LACK_INVITATION);
    failed(&story, REASON_NOBODY_HOME, "2026-12-01T09:00");
    assert_int_equal(returns(&story, "2026-12-01T10:00").lack, LACK_NOTHING);
    rule_is("invitations", 4, "2026-01-01T00:00");
    assert_int_equal(returns(&story, "2026-12-01T10:00").lack, LACK_INVITATION);
}

/* A slip bound by the desk is the same invitation as the failed attempt of that day. */
static void one_invitation_a_day(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    failed(&story, REASON_NOBODY_HOME, "2026-11-26T09:00");
    office(&story, EVENT_SLIP_BOUND, "2026-11-26T17:00");
    assert_int_equal(folded(&story).invitations, 1);
    office(&story, EVENT_SLIP_BOUND, "2026-11-30T09:00");
    assert_int_equal(folded(&story).invitations, 2);
    assert_int_equal(returns(&story, "2026-11-30T10:00").lack, LACK_INSTRUCTION);
}

static void the_office_may_ask_for_all(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    failed(&story, REASON_DECLINED, "2026-11-26T09:00");
    struct office_fact standing = {.event = EVENT_RETURN_STANDING, .value = 1};
    standing.at = local("2026-11-26T08:00");
    assert_true(rules_take(&rules, &standing));
    assert_int_equal(returns(&story, "2026-11-26T10:00").lack, LACK_NOTHING);
    standing.value = 0;
    standing.at = local("2026-11-27T08:00");
    assert_true(rules_take(&rules, &standing));
    assert_int_equal(returns(&story, "2026-11-27T10:00").lack, LACK_INSTRUCTION);
}

static void a_return_without_ground_is_a_doubt(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    scan(&story, 1, EVENT_PICKED_UP, "2026-11-25T10:00");
    failed(&story, REASON_DECLINED, "2026-11-26T09:00");
    scan(&story, 1, EVENT_RETURN_STARTED, "2026-11-26T16:00");
    assert_int_equal(folded(&story).status, STATUS_RETURNING); /* it goes back all the same */
    assert_int_equal(folded(&story).doubts, DOUBT_RETURN);
    office(&story, EVENT_RETURN_INSTRUCTED, "2026-11-26T11:00");
    assert_int_equal(folded(&story).doubts, 0);
}

/* ------------------------------------------------------------------ holding, nobody's */

static void held_from_the_first_invitation(void **unused)
{
    (void)unused;
    struct story ward = issued(THANH_SEN), commune = issued(CAM_TRUNG);
    assert_int_equal(returns(&ward, "2026-11-26T10:00").hold_until.ms, 0);
    failed(&ward, REASON_NOBODY_HOME, "2026-11-26T09:00");
    failed(&ward, REASON_NOBODY_HOME, "2026-11-30T09:00"); /* moves nothing */
    failed(&commune, REASON_NOBODY_HOME, "2026-11-26T09:00");
    shown_equal(returns(&ward, "2026-11-30T10:00").hold_until, "2026-12-11T17:00");
    shown_equal(returns(&commune, "2026-11-30T10:00").hold_until, "2026-12-26T17:00");
    rule_is("hold_ward_days", 20, "2026-01-01T00:00");
    shown_equal(returns(&ward, "2026-11-30T10:00").hold_until, "2026-12-16T17:00");
    struct story refused = issued(THANH_SEN);
    failed(&refused, REASON_DECLINED, "2026-11-26T09:00");
    shown_equal(returns(&refused, "2026-11-26T10:00").hold_until, "2026-11-26T09:00");
}

static void nobodys_after_six_months(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    assert_int_equal(returns(&story, "2026-11-26T10:00").unclaimed_from.ms, 0);
    office(&story, EVENT_HANDED_OVER, "2026-11-30T10:00");
    shown_equal(returns(&story, "2026-11-30T12:00").unclaimed_from, "2027-05-30T00:00");
}

static void a_second_failure_waits_four_hours(void **unused)
{
    (void)unused;
    struct story story = issued(CAM_TRUNG);
    struct schedule schedule = {&rules, 0, for_ever};
    struct instant from = {0};
    struct state state = folded(&story);
    assert_true(may_fail_again(&state, &schedule, local("2026-11-26T08:00"), &from));
    failed(&story, REASON_NOBODY_HOME, "2026-11-26T08:10");
    state = folded(&story);
    assert_false(may_fail_again(&state, &schedule, local("2026-11-26T12:09"), &from));
    shown_equal(from, "2026-11-26T12:10");
    assert_true(may_fail_again(&state, &schedule, local("2026-11-26T12:10"), &from));
    failed(&story, REASON_NOBODY_HOME, "2026-11-26T12:09"); /* came all the same: no attempt */
    assert_int_equal(folded(&story).attempt, 1);
    rule_is("next_attempt_min", 60, "2026-01-01T00:00");
    assert_int_equal(folded(&story).attempt, 2);
}

int main(void)
{
#define ON(test) cmocka_unit_test_setup_teardown(test, NULL, tear_down)
    const struct CMUnitTest tests[] = {
        ON(both_clocks_run_from_the_start),
        ON(the_post_is_not_blamed_for_the_office),
        ON(without_a_start_there_is_no_duration),
        ON(the_first_pickup_starts_the_clock),
        ON(terms_go_by_zone),
        ON(a_post_office_moves),
        ON(void_and_recalled_have_no_clock),
        ON(a_first_attempt_in_time_earns_a_second),
        ON(pauses_move_the_term_by_days_worked),
        ON(a_pause_after_the_term_saves_nothing),
        ON(waiting_for_who_was_invited_is_not_the_posts_time),
        ON(disputed_runs_again),
        ON(another_day_is_a_later_one),
        ON(a_late_fact_restates),
        ON(what_may_have_been_late_is_not_kept),
        ON(a_later_calendar_moves_open_clocks_only),
        ON(what_is_promised),
        ON(each_ground),
        ON(moved_with_a_new_address_is_no_ground),
        ON(two_invitations_two_working_days_apart),
        ON(one_invitation_a_day),
        ON(the_office_may_ask_for_all),
        ON(a_return_without_ground_is_a_doubt),
        ON(held_from_the_first_invitation),
        ON(nobodys_after_six_months),
        ON(a_second_failure_waits_four_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
