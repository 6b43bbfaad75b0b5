/* What is due: figures over days and open items, live, after a restart and rebuilt; rules that come
 * in as facts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/views/board.h"
#include "server/views/inside.h"
#include "tests/server/rig.h"

#define MINUTE (INT64_C(60) * 1000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define TODAY INT64_C(20782) /* 25/11/2026, a Wednesday */

static struct rig rig;
static struct rig_device hand;

static int set_up(void **state)
{
    (void)state;
    rig_open(&rig);
    rig_device(&hand, &rig, "HH-042");
    assert_int_equal(day_of(rig.now), TODAY);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

static void issue(uint32_t n)
{
    char dossier[32];
    (void)snprintf(dossier, sizeof dossier, "H56-261125-%04u", n);
    rig_issue(&rig, n, dossier);
    rig_office(&rig, n, EVENT_HANDED_OVER);
}

/* Without an address a term is four working days: Tuesday 01/12. */
#define DUE_DAY (TODAY + 6)

static struct board post(int64_t from, int64_t to)
{
    assert_good(views_follow(rig.views, &err));
    return views_board(rig.views, VIEW_CLOCK_POST, from, to, rig.now);
}

static void same_board(struct board a, struct board b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

static void add_rule(uint32_t event, const char *key, int64_t value)
{
    struct office_fact fact = {.event = event, .value = value};
    (void)snprintf(fact.key, sizeof fact.key, "%s", key);
    (void)snprintf(fact.citation, sizeof fact.citation, "QĐ 1/QĐ-TEST");
    rig_fact(&rig, &fact);
}

/* ------------------------------------------------------------------ the denominator */

static void an_undelivered_item_lowers_the_figure(void **state)
{
    (void)state;
    issue(1);
    rig_scan(&rig, &hand, 1, EVENT_DELIVERED, 0);
    rig.now.ms += 7 * DAY;
    struct board before = post(DUE_DAY, DUE_DAY);
    assert_int_equal(before.due, 1);
    assert_int_equal(before.kept, 1);
    rig.now.ms -= 7 * DAY;
    issue(2);                              /* nobody ever scans it */
    rig_issue(&rig, 3, "H56-261125-0003"); /* nor is this one even handed over */
    rig.now.ms += 8 * DAY;
    struct board after = post(DUE_DAY, DUE_DAY + 1);
    assert_int_equal(after.due, 3);
    assert_int_equal(after.kept, 1);
}

static void a_day_counts_once_it_is_over(void **state)
{
    (void)state;
    issue(1);
    issue(2);
    rig_scan(&rig, &hand, 1, EVENT_DELIVERED, 0);
    rig.now.ms += 6 * DAY + 8 * HOUR + 59 * MINUTE; /* 16:59 on the day due */
    struct board board = post(TODAY, DUE_DAY);
    assert_int_equal(board.due, 0);
    assert_int_equal(board.not_yet, 2);
    rig.now.ms += 2 * MINUTE;
    board = post(TODAY, DUE_DAY);
    assert_int_equal(board.due, 2);
    assert_int_equal(board.kept, 1);
    assert_int_equal(board.not_yet, 0);
    assert_int_equal(post(TODAY, DUE_DAY - 1).due, 0);
    assert_int_equal(post(DUE_DAY + 1, DUE_DAY + 9).due, 0);
    assert_int_equal(post(DUE_DAY, DUE_DAY - 1).due, 0);
}

static void void_leaves_the_board(void **state)
{
    (void)state;
    issue(1);
    issue(2);
    rig_office(&rig, 2, EVENT_VOIDED);
    rig.now.ms += 7 * DAY;
    assert_int_equal(post(DUE_DAY, DUE_DAY).due, 1);
}

/* Case M10. */
static void late_facts_restate_and_both_figures_are_kept(void **state)
{
    (void)state;
    issue(1);
    issue(2);
    rig_scan(&rig, &hand, 1, EVENT_DELIVERED, 0);
    rig.now.ms += 21 * DAY;
    struct board first = post(DUE_DAY, DUE_DAY);
    assert_int_equal(first.kept, 1);
    rig_scan(&rig, &hand, 2, EVENT_DELIVERED, 20 * DAY); /* it was delivered in time */
    struct board now = post(DUE_DAY, DUE_DAY);
    assert_int_equal(now.due, 2);
    assert_int_equal(now.kept, 2);
    assert_int_equal(now.kept_at_first, first.kept);
}

static void the_office_has_a_board_of_its_own(void **state)
{
    (void)state;
    issue(1);
    rig_issue(&rig, 2, "H56-261125-0002");
    rig.now.ms += 2 * DAY;
    assert_good(views_follow(rig.views, &err));
    struct board board = views_board(rig.views, VIEW_CLOCK_OFFICE, TODAY + 1, TODAY + 1, rig.now);
    assert_int_equal(board.due, 2);
    assert_int_equal(board.kept, 1);
}

/* ------------------------------------------------------------------ at risk, late */

static void open_items_by_their_term(void **state)
{
    (void)state;
    struct view list[8];
    struct instant none = {0};
    issue(1);
    issue(2);
    rig_scan(&rig, &hand, 2, EVENT_DELIVERED, 0);
    assert_good(views_follow(rig.views, &err));
    struct instant due = rig_view(&rig, 1).clocks.post.due;
    struct instant before = {due.ms - 1}, after = {due.ms + 1};
    assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, before, due, list, 8), 1);
    struct item one = rig_item(1);
    assert_true(item_equal(&list[0].state.item, &one));
    assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, due, after, list, 8), 0);
    assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, none, before, list, 8), 0);
    assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, none, after, list, 8), 1);
    assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, none, after, list, 0), 0);
    rig_scan(&rig, &hand, 1, EVENT_DELIVERED, 0);
    assert_good(views_follow(rig.views, &err));
    assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, none, after, list, 8), 0);
}

/* ------------------------------------------------------------------ rules are facts */

static void a_day_off_moves_what_is_open(void **state)
{
    (void)state;
    issue(1);
    issue(2);
    rig_scan(&rig, &hand, 2, EVENT_DELIVERED, 0);
    int64_t due = rig_view(&rig, 1).clocks.post.due.ms;
    assert_int_equal(day_of((struct instant){due}), DUE_DAY);
    rig.now.ms += HOUR;
    add_rule(EVENT_CALENDAR_SET, "2026-12-01", 0);
    assert_int_equal(rig_view(&rig, 1).clocks.post.due.ms, due + DAY);
    assert_int_equal(rig_view(&rig, 2).clocks.post.due.ms, due); /* closed before */
    rig.now.ms += 20 * DAY;
    assert_int_equal(post(DUE_DAY, DUE_DAY).due, 1);
    assert_int_equal(post(DUE_DAY + 1, DUE_DAY + 1).due, 1);
    struct rules rules;
    assert_true(views_rules(rig.views, &rules));
    assert_int_equal(rules.n, 1);
    assert_string_equal(rules.settings[0].citation, "QĐ 1/QĐ-TEST");
    rules_done(&rules);
}

static void the_same_after_a_restart_and_rebuilt(void **state)
{
    (void)state;
    struct view list[8];
    struct instant none = {0};
    for (uint32_t i = 1; i <= 4; i++)
        issue(i);
    rig_scan(&rig, &hand, 2, EVENT_DELIVERED, 0);
    add_rule(EVENT_PARAMETER_SET, "leg_other_days", 2);
    add_rule(EVENT_CALENDAR_SET, "2026-11-26", 0);
    rig.now.ms += MINUTE;
    issue(5);
    rig.now.ms += 21 * DAY;
    rig_scan(&rig, &hand, 3, EVENT_DELIVERED, 20 * DAY);
    struct board before = post(TODAY, TODAY + 30);
    int64_t due = rig_view(&rig, 5).clocks.post.due.ms;
    assert_int_equal(before.due, 5);
    assert_int_equal(before.kept, 2);
    assert_int_equal(before.kept_at_first, 1);
    assert_int_equal(day_of((struct instant){due}), TODAY + 5);
    for (int flushed = 0; flushed < 2; flushed++) {
        if (flushed)
            assert_good(views_flush(rig.views, &err));
        rig_stop(&rig);
        rig_start(&rig);
        same_board(post(TODAY, TODAY + 30), before);
        assert_int_equal(rig_view(&rig, 5).clocks.post.due.ms, due);
        assert_int_equal(views_open_between(rig.views, VIEW_CLOCK_POST, none, rig.now, list, 8), 3);
    }
    assert_good(views_rebuild(rig.views, &err));
    same_board(post(TODAY, TODAY + 30), before);
    assert_int_equal(rig_view(&rig, 5).clocks.post.due.ms, due);
}

/* ------------------------------------------------------------------ by what they have in common */

static struct view_asked asked_by(enum view_group group)
{
    return (struct view_asked){.group = group,
                               .clock = VIEW_CLOCK_POST,
                               .from_day = TODAY,
                               .to_day = TODAY + 30,
                               .now = rig.now,
                               .oldest_of_age = {TODAY, TODAY, TODAY, TODAY}};
}

static size_t figures_by(enum view_group group, struct view_figure out[8])
{
    struct view_asked asked = asked_by(group);
    struct view_figure *figures;
    size_t n = 0;
    assert_good(views_follow(rig.views, &err));
    assert_true(views_figures(rig.views, &asked, &figures, &n));
    assert_in_range(n, 0, 8);
    memset(out, 0, 8 * sizeof *out);
    memcpy(out, figures, n * sizeof *out);
    free(figures);
    return n;
}

static void scan_by(uint32_t item, uint32_t event, uint32_t badge, uint32_t reason)
{
    struct rig_batch batch;
    struct scan *scan = rig_beep(&rig, &hand, item, event, 0);
    scan->badge = badge;
    scan->reason = reason;
    scan->action = reason != 0 ? ACTION_AGAIN : 0;
    rig_cut(&hand, &batch);
    rig_send(&rig, &hand, &batch);
}

/* Two postmen: one delivers at once, the other finds nobody home. */
static void make_attempts(void)
{
    for (uint32_t item = 1; item <= 4; item++)
        issue(item);
    struct view_figure before[8];
    assert_int_equal(figures_by(VIEW_GROUP_POSTMAN, before), 1);
    assert_int_equal(before[0].board.not_yet, 4);
    scan_by(1, EVENT_OUT_FOR_DELIVERY, 12, 0);
    scan_by(1, EVENT_DELIVERED, 12, 0);
    scan_by(2, EVENT_OUT_FOR_DELIVERY, 13, 0);
    scan_by(2, EVENT_DELIVERY_FAILED, 13, REASON_NOBODY_HOME);
    rig.now.ms += 5 * HOUR;
    scan_by(2, EVENT_DELIVERED, 13, 0);
}

static void check_attempts(void)
{
    struct view_figure by[8];
    assert_int_equal(figures_by(VIEW_GROUP_ALL, by), 1);
    assert_int_equal(by[0].board.not_yet, 4);
    assert_int_equal(by[0].attempted, 2);
    assert_int_equal(by[0].at_first, 1);
    assert_int_equal(by[0].reasons[REASON_NOBODY_HOME], 1);
    assert_int_equal(by[0].open[0], 2);
    assert_int_equal(figures_by(VIEW_GROUP_POSTMAN, by), 3);
    assert_int_equal(by[0].key, 0); /* nobody had them yet */
    assert_int_equal(by[0].board.not_yet, 2);
    assert_int_equal(by[1].key, 12);
    assert_int_equal(by[1].at_first, 1);
    assert_int_equal(by[2].key, 13);
    assert_int_equal(by[2].attempted, 1);
    assert_int_equal(by[2].at_first, 0);
    assert_int_equal(by[2].reasons[REASON_NOBODY_HOME], 1);
    struct view_asked asked = asked_by(VIEW_GROUP_POSTMAN);
    struct view_behind behind = {.number = VIEW_BEHIND_NOT_AT_FIRST, .key = 13};
    struct view rows[4];
    assert_int_equal(views_behind(rig.views, &asked, &behind, 0, rows, 4), 1);
    struct item item = rig_item(2);
    assert_true(item_equal(&rows[0].state.item, &item));
    assert_int_equal(views_behind(rig.views, &asked, &behind, 1, rows, 4), 0);
    behind = (struct view_behind){.number = VIEW_BEHIND_NOT_YET, .all_keys = true};
    for (views_behind_looks = 1; views_behind_looks < 6; views_behind_looks++) { /* in parts */
        assert_int_equal(views_behind(rig.views, &asked, &behind, 0, rows, 4), 4);
        item = rows[2].state.item;
        assert_int_equal(views_behind(rig.views, &asked, &behind, 2, rows, 1), 1);
        assert_true(item_equal(&rows[0].state.item, &item));
        assert_int_equal(views_behind(rig.views, &asked, &behind, 4, rows, 4), 0);
    }
}

static void attempts_by_postman_live_restarted_and_rebuilt(void **state)
{
    (void)state;
    make_attempts();
    check_attempts();
    assert_good(views_flush(rig.views, &err));
    rig_stop(&rig);
    rig_start(&rig);
    check_attempts();
    assert_good(views_rebuild(rig.views, &err));
    check_attempts();
}

/* ------------------------------------------------------------------ alone: many, at random */

#define MANY 2000
static struct dues many[MANY];

static struct dues *one_of_many(void *ctx, uint32_t index)
{
    (void)ctx;
    return &many[index];
}

static uint64_t random_below(uint64_t n)
{
    static uint64_t seed = 1;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % n;
}

/* Against counting them all. */
static void adding_up_days_is_counting_all(void **state)
{
    (void)state;
    struct board_days board = {{NULL}};
    struct board_entries entries = {one_of_many, NULL};
    static uint32_t open[MANY];
    struct instant now = day_minute(TODAY + 10, 600);
    for (int i = 0; i < 20 * MANY; i++) {
        uint32_t index = (uint32_t)random_below(MANY);
        struct leg leg = {.stand = (enum stand)random_below(5),
                          .due = day_minute(TODAY + (int64_t)random_below(20), 1020)};
        leg.end_arrival = day_minute(TODAY + (int64_t)random_below(20), 600);
        struct dues fresh = dues_of(&leg);
        assert_true(board_put(&board, VIEW_CLOCK_POST, &entries, index, &fresh));
    }
    struct board want = {0}, got = board_sum(&board, VIEW_CLOCK_POST, TODAY, TODAY + 19, now);
    size_t want_open = 0;
    for (int i = 0; i < MANY; i++) {
        bool counts = many[i].stand != STAND_NONE && many[i].stand != STAND_PAUSED;
        bool over = many[i].due_ms < now.ms;
        want.due += counts && over;
        want.not_yet += counts && !over;
        want.kept += many[i].stand == STAND_KEPT && over;
        want.kept_at_first += many[i].kept_at_first && over;
        want.paused += many[i].stand == STAND_PAUSED;
        want_open += many[i].stand == STAND_RUNNING && over;
    }
    same_board(got, want);
    assert_int_equal(
        board_open(&board, VIEW_CLOCK_POST, &entries, (struct instant){0}, now, open, MANY),
        want_open);
    assert_int_equal(board_sum(&board, VIEW_CLOCK_OFFICE, TODAY, TODAY + 19, now).due, 0);
    board_done(&board);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_undelivered_item_lowers_the_figure),
        TEST(a_day_counts_once_it_is_over),
        TEST(void_leaves_the_board),
        TEST(late_facts_restate_and_both_figures_are_kept),
        TEST(the_office_has_a_board_of_its_own),
        TEST(open_items_by_their_term),
        TEST(a_day_off_moves_what_is_open),
        TEST(the_same_after_a_restart_and_rebuilt),
        TEST(attempts_by_postman_live_restarted_and_rebuilt),
        cmocka_unit_test(adding_up_days_is_counting_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
