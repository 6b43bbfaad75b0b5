/* Rounds, hands and invitations: a list by commune, moved, closed; each envelope in exactly one
 * hand; an end of day that is empty or named; slips that are used once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/hands.h"
#include "server/office/items.h"
#include "server/office/list.h"
#include "server/office/rounds.h"
#include "server/record/postmen.h"
#include "tests/server/desk_rig.h"

#define HOUR_MS (INT64_C(3600) * 1000)

struct post {
    struct desk_rig desk;
    struct acts acts;
    struct views *views;
    struct record *record;
    struct rig_device device;
    struct item a, b, c;
    uint32_t commune;
};

static bool put_act(struct record *record, void *arg, struct error *err)
{
    return postman_put(record, arg, 5, err);
}

static void add_postman(struct post *post, uint32_t badge, int64_t to_ms)
{
    struct postman postman = {.badge = badge,
                              .name = "Lê Văn Thử",
                              .post_office = 480000,
                              .from = {RIG_NOW_MS - HOUR_MS},
                              .to = {to_ms}};
    assert_good(post->acts.run(post->acts.self, put_act, &postman, &err));
}

static void scan(struct post *post, const struct item *item, uint32_t event)
{
    desk_rig_pass(&post->desk, 60000);
    desk_rig_scan(&post->desk, &post->device, item, event, 0);
    desk_rig_pass(&post->desk, 1000); /* what the desk does next comes after it */
}

/* Two wait at the post office, the third is still at the desk. */
static int open_post(void **state)
{
    struct post *post = calloc(1, sizeof *post);
    struct office_fact issued;
    assert_non_null(post);
    desk_rig_open(&post->desk);
    post->acts = desk_rig_acts(&post->desk);
    post->views = post->desk.rig.views;
    post->record = post->desk.rig.record;
    rig_device(&post->device, &post->desk.rig, "HH-001");
    add_postman(post, 12, 0);
    add_postman(post, 13, 0);
    add_postman(post, 14, RIG_NOW_MS); /* left us */
    post->a = desk_rig_issue(&post->desk, "H27.15-261118-0001", "", "0");
    post->b = desk_rig_issue(&post->desk, "H27.15-261118-0002", "", "0");
    post->c = desk_rig_issue(&post->desk, "H27.15-261118-0003", "", "0");
    assert_good(record_issued(post->record, &post->a, &issued, &err));
    post->commune = issued.commune;
    assert_true(post->commune != 0);
    scan(post, &post->a, EVENT_ARRIVED_DELIVERY_OFFICE);
    scan(post, &post->b, EVENT_ARRIVED_DELIVERY_OFFICE);
    *state = post;
    return 0;
}

static int close_post(void **state)
{
    struct post *post = *state;
    desk_rig_close(&post->desk);
    free(post);
    return 0;
}

static uint64_t build(struct post *post, uint32_t badge, const struct item *items, size_t n)
{
    struct round_plan plan = {.badge = badge, .post_office = 480000, .items = items, .n = n};
    uint64_t round;
    size_t got;
    if (n == 0)
        plan.commune = post->commune;
    assert_good(round_build(post->acts, post->views, &plan, &round, &got, &err));
    return round;
}

static bool count_item(void *ctx, const struct item *item)
{
    (void)item;
    ++*(size_t *)ctx;
    return true;
}

static size_t items_of(struct post *post, uint64_t round)
{
    size_t n = 0;
    assert_good(round_items(post->record, round, count_item, &n, &err));
    return n;
}

/* How many envelopes a postman has; 0 for all postmen. */
static size_t held_by(struct post *post, uint32_t badge)
{
    struct held *held = NULL;
    size_t n;
    assert_good(hands_list(post->views, post->record, badge, &held, &n, &err));
    free(held);
    return n;
}

/* ------------------------------------------------------------------ rounds */

static void a_round_takes_what_waits_in_its_commune(void **state)
{
    struct post *post = *state;
    struct round_plan again = {.badge = 13, .commune = post->commune};
    struct round_plan elsewhere = {.badge = 13, .commune = 1};
    struct round round;
    uint64_t id;
    size_t n;
    assert_error(round_build(post->acts, post->views, &elsewhere, &id, &n, &err), ERROR_BAD_INPUT);
    id = build(post, 12, NULL, 0);
    assert_int_equal(items_of(post, id), 2);
    assert_error(round_build(post->acts, post->views, &again, &id, &n, &err), ERROR_BAD_INPUT);
    assert_good(round_of(post->record, &post->b, &round, &err));
    assert_int_equal(round.badge, 12);
    assert_int_equal(round.commune, post->commune);
    assert_good(round_of(post->record, &post->c, &round, &err));
    assert_int_equal(round.id, 0);
}

static void a_round_refuses_what_it_cannot_carry(void **state)
{
    struct post *post = *state;
    struct round_plan plan = {.badge = 12, .items = &post->a, .n = 1};
    struct item unknown = rig_item(77);
    uint64_t id;
    size_t n;
    build(post, 12, &post->a, 1);
    assert_error(round_build(post->acts, post->views, &plan, &id, &n, &err), ERROR_REFUSED);
    plan.items = &post->b;
    plan.badge = 15;
    assert_error(round_build(post->acts, post->views, &plan, &id, &n, &err), ERROR_NOT_FOUND);
    plan.badge = 14;
    assert_error(round_build(post->acts, post->views, &plan, &id, &n, &err), ERROR_REFUSED);
    plan.badge = 12;
    plan.items = &unknown;
    assert_error(round_build(post->acts, post->views, &plan, &id, &n, &err), ERROR_NOT_FOUND);
    scan(post, &post->b, EVENT_DELIVERED);
    plan.items = &post->b;
    assert_error(round_build(post->acts, post->views, &plan, &id, &n, &err), ERROR_REFUSED);
}

static void rounds_and_items_change_hands(void **state)
{
    struct post *post = *state;
    struct round round;
    uint64_t first = build(post, 12, &post->a, 1), second = build(post, 13, &post->b, 1);
    assert_good(round_put(post->acts, post->views, second, &post->a, 5, &err));
    assert_int_equal(items_of(post, first), 0);
    assert_int_equal(items_of(post, second), 2);
    assert_error(round_give(post->acts, second, 13, 5, &err), ERROR_REFUSED);
    assert_error(round_give(post->acts, second, 14, 5, &err), ERROR_REFUSED);
    assert_error(round_give(post->acts, 99, 12, 5, &err), ERROR_NOT_FOUND);
    assert_good(round_give(post->acts, second, 12, 5, &err));
    assert_good(round_get(post->record, second, &round, &err));
    assert_int_equal(round.badge, 12);
    assert_int_equal(round.post_office, 480000);
    assert_int_equal(items_of(post, second), 2);
}

/* ------------------------------------------------------------------ hands */

static void an_envelope_is_in_one_hand(void **state)
{
    struct post *post = *state;
    assert_int_equal(held_by(post, 0), 0); /* both lie at the post office */
    build(post, 12, &post->a, 1);
    scan(post, &post->a, EVENT_OUT_FOR_DELIVERY); /* nobody signed in: the round says whose */
    assert_int_equal(held_by(post, 12), 1);
    assert_int_equal(held_by(post, 0), 1);
    assert_error(hand_move(post->acts, post->views, post->record, &post->a, 12, 5, &err),
                 ERROR_REFUSED);
    assert_error(hand_move(post->acts, post->views, post->record, &post->a, 14, 5, &err),
                 ERROR_REFUSED);
    assert_good(hand_move(post->acts, post->views, post->record, &post->a, 13, 5, &err));
    assert_int_equal(held_by(post, 12), 0);
    assert_int_equal(held_by(post, 13), 1);
    assert_good(hand_move(post->acts, post->views, post->record, &post->a, 0, 5, &err));
    assert_int_equal(held_by(post, 0), 0);
    assert_error(hand_move(post->acts, post->views, post->record, &post->a, 0, 5, &err),
                 ERROR_REFUSED);
    assert_error(hand_move(post->acts, post->views, post->record, &post->c, 12, 5, &err),
                 ERROR_REFUSED); /* the office still has it */
    scan(post, &post->a, EVENT_DELIVERED);
    assert_error(hand_move(post->acts, post->views, post->record, &post->a, 12, 5, &err),
                 ERROR_REFUSED);
}

static void what_is_recalled_on_the_way_is_still_held(void **state)
{
    struct post *post = *state;
    struct because because = {.user = 5};
    build(post, 12, &post->a, 1);
    scan(post, &post->a, EVENT_OUT_FOR_DELIVERY);
    assert_good(item_recall(post->acts, post->views, &post->a, &because, &err));
    assert_int_equal(held_by(post, 12), 1);
}

static void the_day_ends_empty_or_named(void **state)
{
    struct post *post = *state;
    struct round round;
    size_t named = 77;
    uint64_t id = build(post, 12, NULL, 0);
    scan(post, &post->a, EVENT_OUT_FOR_DELIVERY);
    scan(post, &post->b, EVENT_OUT_FOR_DELIVERY);
    assert_error(day_end(post->acts, post->views, post->record, 12, 5, &named, &err),
                 ERROR_REFUSED);
    scan(post, &post->a, EVENT_DELIVERED);
    assert_error(hand_name(post->acts, post->views, post->record, &post->a, "?", 5, &err),
                 ERROR_REFUSED);
    assert_error(hand_name(post->acts, post->views, post->record, &post->b, " ", 5, &err),
                 ERROR_BAD_INPUT);
    assert_good(hand_name(post->acts, post->views, post->record, &post->b, "lũ, ngủ lại", 5, &err));
    scan(post, &post->b, EVENT_DELIVERY_FAILED); /* it went on: the reason is an old one */
    assert_error(day_end(post->acts, post->views, post->record, 12, 5, &named, &err),
                 ERROR_REFUSED);
    assert_int_equal(named, 77);
    assert_good(hand_name(post->acts, post->views, post->record, &post->b, "lũ, ngủ lại", 5, &err));
    assert_good(day_end(post->acts, post->views, post->record, 12, 5, &named, &err));
    assert_int_equal(named, 1);
    assert_good(round_get(post->record, id, &round, &err));
    assert_true(round.closed);
    assert_error(round_put(post->acts, post->views, id, &post->c, 5, &err), ERROR_REFUSED);
    assert_error(round_give(post->acts, id, 13, 5, &err), ERROR_REFUSED);
    build(post, 13, &post->b, 1); /* free for the next day */
}

/* ------------------------------------------------------------------ invitations */

static void slips_are_numbered_and_used_once(void **state)
{
    struct post *post = *state;
    uint64_t first, second;
    assert_error(pad_issue(post->acts, 12, 0, 5, &first, &err), ERROR_BAD_INPUT);
    assert_error(pad_issue(post->acts, 12, SLIPS_MAX + 1, 5, &first, &err), ERROR_BAD_INPUT);
    assert_error(pad_issue(post->acts, 14, 10, 5, &first, &err), ERROR_REFUSED);
    assert_good(pad_issue(post->acts, 12, 10, 5, &first, &err));
    assert_good(pad_issue(post->acts, 13, 10, 5, &second, &err));
    assert_int_equal(second, first + 10);
    assert_good(slip_bind(post->acts, first + 9, &post->a, 5, &err));
    assert_error(slip_bind(post->acts, first + 9, &post->b, 5, &err), ERROR_REPEATED);
    assert_error(slip_bind(post->acts, first + 20, &post->b, 5, &err), ERROR_NOT_FOUND);
    struct item unknown = rig_item(77);
    assert_error(slip_bind(post->acts, second, &unknown, 5, &err), ERROR_NOT_FOUND);
    assert_good(slip_bind(post->acts, second, &post->a, 5, &err));
}

static void a_slips_code_is_not_its_number(void **state)
{
    struct post *post = *state;
    char a[SLIP_CODE_CHARS + 1], b[SLIP_CODE_CHARS + 1], again[SLIP_CODE_CHARS + 1];
    uint8_t other[LINK_SECRET_BYTES] = {1};
    slip_code(post->desk.secret, 41, a);
    slip_code(post->desk.secret, 42, b);
    slip_code(post->desk.secret, 41, again);
    assert_string_equal(a, again);
    assert_string_not_equal(a, b);
    assert_int_equal(strspn(a, "0123456789"), SLIP_CODE_CHARS);
    slip_code(other, 41, again);
    assert_string_not_equal(a, again);
}

static void numbers_are_read_as_they_are_written(void **state)
{
    (void)state;
    uint64_t serial = 0;
    char text[ROUND_TEXT_MAX];
    assert_good(serial_read("BD", round_text(5, text), &serial, &err));
    assert_int_equal(serial, 5);
    assert_good(serial_read("GM", slip_text(41, text), &serial, &err));
    assert_int_equal(serial, 41);
    assert_error(serial_read("GM", "BD-000005", &serial, &err), ERROR_BAD_INPUT);
    assert_error(serial_read("GM", "GM-", &serial, &err), ERROR_BAD_INPUT);
    assert_error(serial_read("GM", "GM-0", &serial, &err), ERROR_BAD_INPUT);
    assert_error(serial_read("GM", "GM-5x", &serial, &err), ERROR_BAD_INPUT);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define POST(name) cmocka_unit_test_setup_teardown(name, open_post, close_post)
    const struct CMUnitTest tests[] = {
        POST(a_round_takes_what_waits_in_its_commune),
        POST(a_round_refuses_what_it_cannot_carry),
        POST(rounds_and_items_change_hands),
        POST(an_envelope_is_in_one_hand),
        POST(what_is_recalled_on_the_way_is_still_held),
        POST(the_day_ends_empty_or_named),
        POST(slips_are_numbered_and_used_once),
        POST(a_slips_code_is_not_its_number),
        cmocka_unit_test(numbers_are_read_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
