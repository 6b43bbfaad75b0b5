/* Figures by what items have in common, against counting them all; every number against the items
 * behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/views/groups.h"

#define TODAY INT64_C(20782) /* 25/11/2026, a Wednesday */
#define MANY 1500

struct one {
    struct marks marks;
    struct dues dues[VIEW_CLOCKS];
};
static struct one many[MANY];

static uint64_t random_below(uint64_t n)
{
    static uint64_t seed = 7;
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (seed >> 33) % n;
}

static struct dues *post_of(void *ctx, uint32_t index)
{
    (void)ctx;
    return &many[index].dues[VIEW_CLOCK_POST];
}

static struct dues *office_of(void *ctx, uint32_t index)
{
    (void)ctx;
    return &many[index].dues[VIEW_CLOCK_OFFICE];
}

static struct dues any_dues(void)
{
    struct leg leg = {.stand = (enum stand)random_below(5),
                      .due = day_minute(TODAY + (int64_t)random_below(12), 1020)};
    leg.end_arrival = day_minute(TODAY + (int64_t)random_below(12), 600);
    return dues_of(&leg);
}

static struct marks any_marks(void)
{
    struct marks marks;
    memset(&marks, 0, sizeof marks);
    marks.round = random_below(9);
    marks.office = 1 + (uint32_t)random_below(3);
    marks.post_office = 480000 + (uint32_t)random_below(3);
    marks.badge = (uint32_t)random_below(5);
    marks.start_day = (int32_t)(TODAY - (int64_t)random_below(20));
    marks.commune = 18073 + (uint32_t)random_below(4);
    marks.scans = random_below(4) & 0xFF;
    marks.zone = random_below(ZONES) & 0xF;
    marks.attempted = random_below(2) & 1;
    marks.first = marks.attempted && random_below(2);
    marks.reason = random_below(MARKS_REASONS) & 0xF;
    marks.stars = random_below(MARKS_STARS) & 7;
    marks.issued = random_below(20) != 0;
    return marks;
}

/* As the table does it: what stood there goes, what is new comes. */
static void put(struct groups *groups, struct board_days *days, uint32_t index)
{
    const struct board_entries post = {post_of, NULL}, office = {office_of, NULL};
    struct dues fresh[VIEW_CLOCKS] = {any_dues(), any_dues()};
    assert_true(groups_count(groups, &many[index].marks, many[index].dues, -1));
    assert_true(board_put(days, VIEW_CLOCK_OFFICE, &office, index, &fresh[VIEW_CLOCK_OFFICE]));
    assert_true(board_put(days, VIEW_CLOCK_POST, &post, index, &fresh[VIEW_CLOCK_POST]));
    many[index].marks = any_marks();
    assert_true(groups_count(groups, &many[index].marks, many[index].dues, 1));
}

static uint64_t behind(const struct view_asked *asked, const struct board_days *days, uint64_t key,
                       enum view_number number, uint32_t which)
{
    uint64_t n = 0;
    const struct view_behind one = {.number = number, .which = which, .key = key};
    for (size_t i = 0; i < MANY; i++)
        n += groups_has(asked, &one, days, &many[i].marks, many[i].dues);
    return n;
}

/* Scans of the items of a key whose post's term ends in the period. */
static uint64_t scans_of(const struct view_asked *asked, const struct board_days *days,
                         uint64_t key)
{
    uint64_t n = 0;
    const struct view_behind one = {.number = VIEW_BEHIND_SENT, .key = key};
    for (size_t i = 0; i < MANY; i++)
        if (groups_has(asked, &one, days, &many[i].marks, many[i].dues))
            n += many[i].marks.scans;
    return n;
}

static void check_figure(const struct view_asked *asked, const struct board_days *days,
                         const struct view_figure *figure)
{
    const struct board *board = &figure->board;
    uint64_t key = figure->key;
    assert_int_equal(board->due, behind(asked, days, key, VIEW_BEHIND_DUE, 0));
    assert_int_equal(board->kept, behind(asked, days, key, VIEW_BEHIND_KEPT, 0));
    assert_int_equal(board->due - board->kept, behind(asked, days, key, VIEW_BEHIND_LATE, 0));
    assert_int_equal(board->kept - board->kept_at_first,
                     behind(asked, days, key, VIEW_BEHIND_CAME_LATE, 0));
    assert_int_equal(board->paused, behind(asked, days, key, VIEW_BEHIND_PAUSED, 0));
    assert_int_equal(board->not_yet, behind(asked, days, key, VIEW_BEHIND_NOT_YET, 0));
    assert_int_equal(figure->attempted, behind(asked, days, key, VIEW_BEHIND_ATTEMPTED, 0));
    assert_int_equal(figure->at_first, behind(asked, days, key, VIEW_BEHIND_AT_FIRST, 0));
    assert_int_equal(figure->attempted - figure->at_first,
                     behind(asked, days, key, VIEW_BEHIND_NOT_AT_FIRST, 0));
    for (uint32_t reason = 1; reason < MARKS_REASONS; reason++)
        assert_int_equal(figure->reasons[reason],
                         behind(asked, days, key, VIEW_BEHIND_REASON, reason));
    uint64_t rated = 0;
    for (uint32_t stars = 1; stars < MARKS_STARS; stars++) {
        assert_int_equal(figure->stars[stars], behind(asked, days, key, VIEW_BEHIND_STARS, stars));
        rated += figure->stars[stars];
    }
    assert_int_equal(rated, behind(asked, days, key, VIEW_BEHIND_RATED, 0));
    assert_int_equal(figure->sent, behind(asked, days, key, VIEW_BEHIND_SENT, 0));
    assert_int_equal(figure->scanned, behind(asked, days, key, VIEW_BEHIND_SCANNED, 0));
    assert_int_equal(figure->sent - figure->scanned,
                     behind(asked, days, key, VIEW_BEHIND_NOT_SCANNED, 0));
    assert_int_equal(figure->scans, scans_of(asked, days, key));
    for (uint32_t age = 0; age < VIEW_AGES; age++)
        assert_int_equal(figure->open[age], behind(asked, days, key, VIEW_BEHIND_OPEN, age));
}

static struct view_asked asked_of(enum view_group group, enum view_clock clock)
{
    return (struct view_asked){.group = group,
                               .clock = clock,
                               .from_day = TODAY + 2,
                               .to_day = TODAY + 8,
                               .now = day_minute(TODAY + 6, 600),
                               .oldest_of_age = {TODAY - 1, TODAY - 2, TODAY - 7, TODAY - 14}};
}

/* Every group, both clocks; the whole is the sum of its parts. */
static void check_groups(const struct groups *groups, const struct board_days *days)
{
    uint64_t due[VIEW_CLOCKS] = {0}, open = 0;
    for (int clock = 0; clock < VIEW_CLOCKS; clock++)
        for (int group = 0; group < VIEW_GROUPS; group++) {
            struct view_asked asked = asked_of((enum view_group)group, (enum view_clock)clock);
            struct view_figure *figures;
            size_t n = 0;
            uint64_t sum = 0, waiting = 0;
            assert_true(cells_sum(&groups->of[asked.group], days, &asked, &figures, &n));
            assert_true(n > 0);
            for (size_t i = 0; i < n; i++) {
                assert_true(i == 0 || figures[i].key > figures[i - 1].key);
                check_figure(&asked, days, &figures[i]);
                sum += figures[i].board.due;
                for (int age = 0; age < VIEW_AGES; age++)
                    waiting += figures[i].open[age];
            }
            free(figures);
            due[clock] = group == 0 ? sum : due[clock];
            open = group == 0 ? waiting : open;
            assert_int_equal(sum, due[clock]);
            assert_int_equal(waiting, open);
        }
    assert_true(due[0] > 100 && due[1] > 100 && open > 100);
}

/* Delivered long ago: in no figure that is asked for. */
static void put_years(struct groups *groups)
{
    for (int64_t day = TODAY - 2000; day < TODAY - 100; day++) {
        struct dues past = {.due_ms = day_minute(day, 1020).ms, .stand = STAND_KEPT};
        struct dues dues[VIEW_CLOCKS] = {past, past};
        struct marks marks = any_marks();
        marks.start_day = (int32_t)day - 3;
        assert_true(groups_count(groups, &marks, dues, 1));
    }
}

static void every_number_has_its_items(void **state)
{
    (void)state;
    struct groups groups = {0};
    struct board_days days = {{NULL}};
    for (int i = 0; i < 10 * MANY; i++)
        put(&groups, &days, (uint32_t)random_below(MANY));
    check_groups(&groups, &days);
    put_years(&groups);
    check_groups(&groups, &days);
    groups_done(&groups);
    board_done(&days);
}

static void nothing_is_no_figure(void **state)
{
    (void)state;
    struct groups groups = {0};
    struct board_days days = {{NULL}};
    struct view_asked asked = asked_of(VIEW_GROUP_ZONE, VIEW_CLOCK_POST);
    struct view_figure *figures;
    size_t n = 7;
    assert_true(cells_sum(&groups.of[asked.group], &days, &asked, &figures, &n));
    assert_int_equal(n, 0);
    free(figures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_its_items),
        cmocka_unit_test(nothing_is_no_figure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
