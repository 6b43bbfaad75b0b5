/* What goes to a handheld of a postman's round, when, and to whom it never goes. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "server/delivery/wishes.h"
#include "server/office/receiver.h"
#include "server/field/devices.h"
#include "server/field/dispatch.h"
#include "server/office/items.h"
#include "server/office/list.h"
#include "server/office/rounds.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"
#include "tests/server/desk_rig.h"

struct post {
    struct desk_rig desk;
    struct rig_device device;
    struct device known;
    struct dispatch *dispatch;
    struct box_public vault_public;
    struct box_secret vault_secret;
    struct item item[2];
    struct wire_down down; /* the last message */
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t sent;
    bool link_down;
    struct wire_down second; /* ... to HH-043 */
    uint8_t second_bytes[WIRE_BYTES_MAX];
    size_t second_sent;
};

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *why)
{
    struct post *post = self;
    if (post->link_down)
        return error_set(why, ERROR_LATER, "no connection");
    if (strcmp(topic, "trao/1/HH-043/down") == 0) {
        memcpy(post->second_bytes, bytes, n);
        assert_good(wire_read_down(post->second_bytes, n, "HH-043", &post->desk.rig.seal_public,
                                   &post->second, &err));
        post->second_sent++;
        return true;
    }
    assert_string_equal(topic, "trao/1/HH-042/down");
    memcpy(post->bytes, bytes, n);
    assert_good(
        wire_read_down(post->bytes, n, "HH-042", &post->desk.rig.seal_public, &post->down, &err));
    post->sent++;
    return true;
}

static bool put_postman(struct record *record, void *arg, struct error *why)
{
    return postman_put(record, arg, 5, why);
}

static int begin(void **state)
{
    struct post *post = calloc(1, sizeof *post);
    struct desk_rig *desk = &post->desk;
    struct chance chance;
    struct postman postman = {.badge = 12, .name = "Phạm Văn Thử", .post_office = 480000};
    desk_rig_open(desk);
    chance = rig_chance(&desk->rig);
    rig_device(&post->device, &desk->rig, "HH-042");
    assert_good(device_find(desk->rig.record, "HH-042", &post->known, &err));
    postman.from.ms = desk->rig.now.ms - 1000;
    (void)strcpy(postman.pin, "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA");
    struct acts acts = desk_rig_acts(desk);
    assert_good(acts.run(acts.self, put_postman, &postman, &err));
    post->item[0] = desk_rig_issue(desk, "H27-261118-0001", "0912000001", "33000");
    post->item[1] = desk_rig_issue(desk, "H27-261118-0002", "0912000002", "0");
    box_keys_new(&chance, &post->vault_public, &post->vault_secret);
    struct dispatch_config config = {.record_path = desk->rig.record_path,
                                     .views = desk->rig.views,
                                     .secret = desk->secret,
                                     .seal_key = &desk->rig.seal_key,
                                     .out = {publish, post},
                                     .clock = desk_rig_clock(desk),
                                     .chance = chance};
    assert_good(dispatch_open(&config, &post->dispatch, &err));
    *state = post;
    return 0;
}

static int end(void **state)
{
    struct post *post = *state;
    dispatch_close(post->dispatch);
    desk_rig_close(&post->desk);
    free(post);
    return 0;
}

static void build_round(struct post *post, size_t n)
{
    struct round_plan plan = {.badge = 12, .user = 5, .items = post->item, .n = n};
    uint64_t round;
    size_t built;
    assert_good(
        round_build(desk_rig_acts(&post->desk), post->desk.rig.views, &plan, &round, &built, &err));
    assert_good(views_follow(post->desk.rig.views, &err));
}

static struct hello hello_of(struct post *post, uint32_t badge)
{
    struct hello hello = {
        .device = "HH-042", .has_vault = true, .vault_key = post->vault_public, .badge = badge};
    hello.vault_seal = hello_vault_seal(&hello, &post->device.secret_key);
    return hello;
}

static void say(struct post *post, const struct hello *hello)
{
    dispatch_hello(post->dispatch, &post->known, hello);
}

static void work(struct post *post)
{
    assert_good(dispatch_work(post->dispatch, &err));
}

/* Of the last message, opened: the stop of an item. */
static bool find_stop(const struct post *post, const struct item *item, struct stop *ret_stop)
{
    uint8_t plain[ROUND_PIECE_BYTES_MAX];
    struct round_piece piece;
    assert_int_equal(post->down.kind, WIRE_DOWN_ROUND);
    for (size_t i = 0; i < post->down.round.pieces; i++) {
        const struct slice *closed = &post->down.round.piece[i];
        assert_good(box_open(&post->vault_public, &post->vault_secret, closed->bytes, closed->n,
                             plain, &err));
        assert_good(round_piece_read(plain, closed->n - BOX_OVERHEAD, &piece, &err));
        if (piece.kind == ROUND_PIECE_STOP && strcmp(piece.u.stop.item.text, item->text) == 0) {
            *ret_stop = piece.u.stop;
            return true;
        }
    }
    return false;
}

/* What stands on it beside stops: the others' items, with round and name; handovers with theirs. */
struct beside {
    char text[600];
};

static struct beside beside_of(const struct post *post, const struct wire_down *down)
{
    struct beside beside = {""};
    uint8_t plain[ROUND_PIECE_BYTES_MAX];
    struct round_piece piece;
    assert_int_equal(down->kind, WIRE_DOWN_ROUND);
    for (size_t i = 0; i < down->round.pieces; i++) {
        const struct slice *closed = &down->round.piece[i];
        size_t n = strlen(beside.text);
        char *to = beside.text + n;
        assert_good(box_open(&post->vault_public, &post->vault_secret, closed->bytes, closed->n,
                             plain, &err));
        assert_good(round_piece_read(plain, closed->n - BOX_OVERHEAD, &piece, &err));
        if (piece.kind == ROUND_PIECE_NEIGHBOUR)
            (void)snprintf(to, sizeof beside.text - n, "%s %s %s; ", piece.u.neighbour.item.text,
                           piece.u.neighbour.round, piece.u.neighbour.postman);
        if (piece.kind == ROUND_PIECE_HANDOVER)
            (void)snprintf(to, sizeof beside.text - n, "handover %llu: %u, first %s%s; ",
                           (unsigned long long)piece.u.handover.handover,
                           (unsigned)piece.u.handover.count, piece.u.handover.item[0].text,
                           piece.u.handover.voided[0] ? " void" : "");
    }
    return beside;
}

static bool hand_over(struct record *record, void *arg, struct error *why)
{
    const struct post *post = arg;
    for (int i = 0; i < 2; i++) {
        struct office_fact fact = {
            .item = post->item[i], .event = EVENT_HANDED_OVER, .handover = 7};
        if (!record_office_add(record, &fact, NULL, why))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------ tests */

/* Served in one turn, from one reading: each has the other's items, not its own, and both the
 * handover; an office elsewhere is nobody's neighbour. In the next turn all is read anew. */
static void what_two_have_in_common(void **state)
{
    struct post *post = *state;
    struct rig *rig = &post->desk.rig;
    struct acts acts = desk_rig_acts(&post->desk);
    struct because because = {.user = 5};
    struct postman postmen[] = {{.badge = 14, .name = "Lê Thị Kề", .post_office = 480000},
                                {.badge = 15, .name = "Hồ Văn Xa", .post_office = 490000}};
    struct rig_device device;
    struct device known;
    struct item far = desk_rig_issue(&post->desk, "H27-261118-0003", "0912000003", "0");
    for (int i = 0; i < 2; i++) {
        struct item *item = i == 0 ? &post->item[1] : &far;
        struct round_plan plan = {.badge = postmen[i].badge, .items = item, .n = 1};
        uint64_t round;
        size_t built;
        postmen[i].from.ms = rig->now.ms - 1000;
        assert_good(acts.run(acts.self, put_postman, &postmen[i], &err));
        plan.post_office = postmen[i].post_office;
        assert_good(round_build(acts, rig->views, &plan, &round, &built, &err));
    }
    struct round_plan own = {.badge = 12, .post_office = 480000, .items = post->item, .n = 1};
    uint64_t round;
    size_t built;
    assert_good(round_build(acts, rig->views, &own, &round, &built, &err));
    assert_good(acts.run(acts.self, hand_over, post, &err));
    assert_good(views_follow(rig->views, &err));
    rig_device(&device, rig, "HH-043");
    assert_good(device_find(rig->record, "HH-043", &known, &err));
    struct hello hello = hello_of(post, 12), second = hello_of(post, 14);
    (void)strcpy(second.device, "HH-043");
    second.vault_seal = hello_vault_seal(&second, &device.secret_key);
    say(post, &hello);
    dispatch_hello(post->dispatch, &known, &second);
    work(post);
    char first_wants[600], second_wants[600];
    const char *a = post->item[0].text, *b = post->item[1].text;
    const char *least = strcmp(a, b) < 0 ? a : b;
    (void)snprintf(first_wants, sizeof first_wants, "%s BD-000001 Kề; handover 7: 2, first %s; ", b,
                   least);
    (void)snprintf(second_wants, sizeof second_wants, "%s BD-000003 Thử; handover 7: 2, first %s; ",
                   a, least);
    assert_string_equal(beside_of(post, &post->down).text, first_wants);
    assert_string_equal(beside_of(post, &post->second).text, second_wants);
    for (int i = 0; i < 2; i++)
        assert_good(item_void(acts, rig->views, &post->item[i], &because, &err));
    assert_good(views_follow(rig->views, &err));
    dispatch_changed(post->dispatch, &post->item[0]);
    work(post);
    assert_null(strstr(beside_of(post, &post->down).text, "handover")); /* nothing of it waits */
    assert_int_equal(post->second_sent, 1); /* no item of its own changed: within a minute */
    desk_rig_pass(&post->desk, 61000);
    work(post);
    assert_int_equal(post->second_sent, 2);
    assert_null(strstr(beside_of(post, &post->second).text, "handover"));
}

static void a_round_goes_to_who_signed_in(void **state)
{
    struct post *post = *state;
    struct stop stop;
    struct hello hello = hello_of(post, 12);
    build_round(post, 1);
    say(post, &hello);
    work(post);
    assert_int_equal(post->sent, 1);
    assert_true(find_stop(post, &post->item[0], &stop));
    assert_string_equal(stop.name, "Đỗ Xuân Mẫu");
    assert_string_equal(stop.phone, "+84912000001");
    assert_int_equal(stop.postage_vnd, 33000);
    assert_false(find_stop(post, &post->item[1], &stop));
    /* Held: nothing more is said. */
    hello.held_round = post->down.round.round;
    hello.held_revision = post->down.round.revision;
    say(post, &hello);
    work(post);
    assert_int_equal(post->sent, 1);
}

static void beeps(struct post *post, struct rig_device *device, uint32_t event, int64_t ago_ms)
{
    struct rig_batch batch;
    struct scan *scan = rig_beep(&post->desk.rig, device, 1, event, ago_ms);
    scan->item = post->item[0];
    scan->reason = event == EVENT_DELIVERY_FAILED ? REASON_NOBODY_HOME : 0;
    scan->action = event == EVENT_DELIVERY_FAILED ? ACTION_AGAIN : 0;
    rig_cut(device, &batch);
    rig_send(&post->desk.rig, device, &batch);
}

static bool register_act(struct record *record, void *arg, struct error *why)
{
    return premises_put(record, arg, 1, why);
}

/* What the receiver asked for stands on the stop, before what the desk wrote. */
static void the_stop_says_what_the_receiver_wants(void **state)
{
    struct post *post = *state;
    struct desk_rig *desk = &post->desk;
    struct stop stop;
    struct rig_device other;
    struct hello hello = hello_of(post, 12);
    char day[CLOCK_TEXT_MAX], wanted[64];
    build_round(post, 1);
    rig_device(&other, &desk->rig, "HH-050");
    beeps(post, &other, EVENT_DELIVERY_FAILED, 60000);
    assert_good(views_follow(desk->rig.views, &err));
    struct receiver receiver = {desk_rig_acts(desk), desk->rig.views, desk->rig.now,
                                &post->item[0]};
    struct rules rules;
    struct instant days[WISH_DAYS];
    struct view view;
    assert_true(views_item(desk->rig.views, &post->item[0], &view));
    assert_true(views_rules(desk->rig.views, &rules));
    assert_int_equal(wish_days(&view.state, &rules, desk->rig.now, days), WISH_DAYS);
    rules_done(&rules);
    assert_good(receiver_day(&receiver, days[1], &err));
    assert_good(receiver_names(&receiver, "Trần Mới", &err));
    say(post, &hello);
    work(post);
    assert_true(find_stop(post, &post->item[0], &stop));
    (void)snprintf(wanted, sizeof wanted, "HẸN GIAO %.5s. NHẬN THAY: Trần Mới,",
                   clock_date_vi(days[1], day, sizeof day));
    assert_non_null(strstr(stop.note, wanted));
    assert_good(receiver_collects(&receiver, 0, &err));
    say(post, &hello);
    work(post);
    assert_true(find_stop(post, &post->item[0], &stop));
    assert_non_null(strstr(stop.note, "TỰ ĐẾN BƯU CỤC NHẬN. NHẬN THAY"));
    struct premises point = {.kind = PREMISES_PICKUP,
                             .code = "CT-2",
                             .name = "Nhà văn hóa xã",
                             .post_office = wish_post_office(&view.state)};
    assert_good(receiver.acts.run(receiver.acts.self, register_act, &point, &err));
    assert_good(receiver_collects(&receiver, point.number, &err));
    say(post, &hello);
    work(post);
    assert_true(find_stop(post, &post->item[0], &stop));
    assert_non_null(strstr(stop.note, "TỰ ĐẾN NHẬN TẠI: Nhà văn hóa xã. NHẬN THAY"));
}

/* Nobody home, and out again at once with another's handheld: that one has to know since when. */
static void who_carries_it_next_knows_the_last_failure(void **state)
{
    struct post *post = *state;
    struct stop stop;
    struct rig_device other;
    struct hello hello = hello_of(post, 12);
    build_round(post, 1);
    rig_device(&other, &post->desk.rig, "HH-050");
    beeps(post, &other, EVENT_DELIVERY_FAILED, 120000);
    beeps(post, &other, EVENT_OUT_FOR_DELIVERY, 60000);
    assert_good(views_follow(post->desk.rig.views, &err));
    say(post, &hello);
    work(post);
    assert_true(find_stop(post, &post->item[0], &stop));
    assert_int_equal(stop.last_failed.ms, post->desk.rig.now.ms - 120000);
    assert_int_equal(stop.attempts, 1);
}

static void nobody_else_gets_one(void **state)
{
    struct post *post = *state;
    struct hello hello = hello_of(post, 12);
    build_round(post, 1);
    hello.vault_key.bytes[3] ^= 1; /* whoever stands between puts in a key of his own */
    say(post, &hello);
    hello = hello_of(post, 0);
    say(post, &hello);
    hello = hello_of(post, 13); /* a badge nobody registered */
    say(post, &hello);
    work(post);
    struct rig_device other;
    rig_device(&other, NULL, "HH-999");
    hello = hello_of(post, 12);
    hello.vault_seal = hello_vault_seal(&hello, &other.secret_key);
    say(post, &hello);
    work(post);
    assert_int_equal(post->sent, 0);
}

static void a_change_is_sent_at_once(void **state)
{
    struct post *post = *state;
    struct stop stop;
    struct because because = {.user = 5};
    struct hello hello = hello_of(post, 12);
    build_round(post, 2);
    say(post, &hello);
    work(post);
    hello.held_round = post->down.round.round;
    hello.held_revision = post->down.round.revision;
    say(post, &hello);
    work(post);
    assert_int_equal(post->sent, 1);
    assert_good(item_void(desk_rig_acts(&post->desk), post->desk.rig.views, &post->item[1],
                          &because, &err));
    assert_good(views_follow(post->desk.rig.views, &err));
    dispatch_changed(post->dispatch, &post->item[1]);
    work(post);
    assert_int_equal(post->sent, 2);
    assert_true(find_stop(post, &post->item[1], &stop) && stop.voided);
    work(post); /* on its way: not again */
    assert_int_equal(post->sent, 2);
    desk_rig_pass(&post->desk, 61000);
    work(post); /* never confirmed: again */
    assert_int_equal(post->sent, 3);
}

static void without_a_link_it_stays_due(void **state)
{
    struct post *post = *state;
    struct hello hello = hello_of(post, 12);
    build_round(post, 1);
    post->link_down = true;
    say(post, &hello);
    work(post);
    assert_int_equal(post->sent, 0);
    post->link_down = false;
    work(post);
    assert_int_equal(post->sent, 1);
}

static void a_revocation_is_told_until_the_next_hello(void **state)
{
    struct post *post = *state;
    struct hello hello = hello_of(post, 12);
    struct acts acts = desk_rig_acts(&post->desk);
    build_round(post, 1);
    say(post, &hello);
    work(post);
    assert_good(device_revoke(&acts, "HH-042", &err));
    desk_rig_pass(&post->desk, 6000);
    work(post);
    assert_int_equal(post->down.kind, WIRE_DOWN_REVOKE);
    size_t sent = post->sent;
    desk_rig_pass(&post->desk, 6000);
    work(post);
    assert_int_equal(post->sent, sent);
    assert_good(device_find(post->desk.rig.record, "HH-042", &post->known, &err));
    say(post, &hello); /* it did not hear */
    desk_rig_pass(&post->desk, 6000);
    work(post);
    assert_int_equal(post->sent, sent + 1);
    assert_int_equal(post->down.kind, WIRE_DOWN_REVOKE);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define ONE(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        ONE(a_round_goes_to_who_signed_in),
        ONE(what_two_have_in_common),
        ONE(the_stop_says_what_the_receiver_wants),
        ONE(who_carries_it_next_knows_the_last_failure),
        ONE(nobody_else_gets_one),
        ONE(a_change_is_sent_at_once),
        ONE(without_a_link_it_stays_due),
        ONE(a_revocation_is_told_until_the_next_hello),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
