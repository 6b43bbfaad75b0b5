/* What a receiver says on his pages, over HTTP, from the attempt that failed to the stars: each a
 * fact, proven by the phone's last four digits, told to the postman's round, and nothing to a
 * stranger. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/wishes.h"
#include "server/field/round_pieces.h"
#include "server/office/list.h"
#include "server/notify/recipient.h"
#include "server/record/inbox.h"
#include "server/record/postmen.h"
#include "server/record/premises.h"
#include "tests/server/web_rig.h"

#define BADGE 4172
#define OTHER_BADGE 4999

static bool postmen_act(struct record *record, void *arg, struct error *why)
{
    static const uint32_t badges[] = {BADGE, OTHER_BADGE};
    struct web_rig *rig = arg;
    for (size_t i = 0; i < 2; i++) {
        struct postman postman = {.badge = badges[i],
                                  .name = "Phạm Văn Dũng",
                                  .post_office = 480000,
                                  .from = {rig->desk.rig.now.ms - 1000}};
        if (!postman_put(record, &postman, 1, why))
            return false;
    }
    return true;
}

static int set_up(void **state)
{
    struct web_rig *rig = calloc(1, sizeof *rig);
    web_rig_open(rig);
    struct acts acts = desk_rig_acts(&rig->desk);
    assert_good(acts.run(acts.self, postmen_act, rig, &err));
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_OUT_FOR_DELIVERY, 0);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    web_rig_close(*state);
    free(*state);
    return 0;
}

static void fail_once(struct web_rig *rig)
{
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERY_FAILED, 0);
    desk_rig_pass(&rig->desk, 1000);
}

/* The answer to a form of the item's; `en` in English. */
static int say(struct web_rig *rig, const char *path, const char *last4, const char *fields)
{
    char form[512];
    (void)snprintf(form, sizeof form, "so=%s&duoi=%s&%s", rig->item.text, last4, fields);
    return web_rig_post(rig, path, "", form);
}

static struct state state_of(struct web_rig *rig)
{
    struct view view;
    assert_true(views_item(rig->desk.rig.views, &rig->item, &view));
    return view.state;
}

/* The first day that the form offers. */
static long first_day(struct web_rig *rig)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/chon?so=%s", rig->item.text);
    assert_int_equal(web_rig_get(rig, path, ""), 200);
    const char *at = strstr(web_rig_body(rig), "name=cach value=\"");
    assert_non_null(at);
    long day = strtol(at + 17, NULL, 10);
    assert_true(day > day_of(rig->desk.rig.now));
    return day;
}

static void another_day(void **state)
{
    struct web_rig *rig = *state;
    char fields[64];
    fail_once(rig);
    long day = first_day(rig);
    (void)snprintf(fields, sizeof fields, "cach=%ld", day);
    assert_int_equal(say(rig, "/chon", "0001", fields), 200);
    assert_true(web_rig_says(rig, "Ông/bà hẹn giao ngày "));
    struct state said = state_of(rig);
    assert_int_equal(said.wish, WISH_DAY);
    assert_int_equal(day_of(said.chosen), day);
    /* once more is no second fact */
    struct fact facts[16];
    size_t before = views_history(rig->desk.rig.views, &rig->item, facts, 16);
    assert_int_equal(say(rig, "/chon", "0001", fields), 200);
    assert_int_equal(views_history(rig->desk.rig.views, &rig->item, facts, 16), before);
    /* the post's term follows the day */
    struct view view;
    assert_true(views_item(rig->desk.rig.views, &rig->item, &view));
    assert_true(view.clocks.post.due.ms >= said.chosen.ms);
    /* an attempt since takes it away */
    desk_rig_pass(&rig->desk, INT64_C(5) * 3600 * 1000);
    fail_once(rig);
    said = state_of(rig);
    assert_false(wish_stands(&said));
}

static void days_that_do_not_fit(void **state)
{
    struct web_rig *rig = *state;
    char fields[64];
    fail_once(rig);
    long day = first_day(rig), today = (long)day_of(rig->desk.rig.now);
    const long bad[] = {today, today - 3, today + WISH_WITHIN_DAYS + 1, 0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)snprintf(fields, sizeof fields, "cach=%ld", bad[i]);
        assert_int_equal(say(rig, "/chon", "0001", fields), i == 1 && bad[i] < 0 ? 400 : 409);
    }
    assert_int_equal(say(rig, "/chon", "0001", "cach="), 400);
    assert_int_equal(say(rig, "/chon", "0001", "cach=1%3Bdrop"), 400);
    assert_int_equal(say(rig, "/chon", "0001", "cach=99999999999"), 400);
    (void)snprintf(fields, sizeof fields, "cach=%ld&en=1", today);
    assert_int_equal(say(rig, "/chon", "0001", fields), 409);
    assert_true(web_rig_says(rig, "No delivery on that day"));
    assert_int_equal(state_of(rig).wish, WISH_NONE);
    (void)day;
}

static void collecting_and_somebody_else(void **state)
{
    struct web_rig *rig = *state;
    fail_once(rig);
    assert_int_equal(say(rig, "/chon", "0001", "cach=bc"), 200);
    assert_true(web_rig_says(rig, "<p class=tot role=status>Đã ghi lựa chọn của ông/bà.</p>"));
    assert_true(web_rig_says(rig, "sẽ đến bưu cục <strong>Cẩm Trung</strong> nhận"));
    assert_int_equal(state_of(rig).wish, WISH_COLLECT);
    assert_int_equal(say(rig, "/chon", "0001", "cach=nguoi&ten="), 400);
    assert_int_equal(say(rig, "/chon", "0001", "cach=nguoi&ten=Tr%E1%BA%A7n+M%E1%BB%9Bi+%3Cb%3E"),
                     200);
    assert_true(web_rig_says(rig, "Người khác được nhận thay"));
    assert_false(web_rig_says(rig, "Trần Mới")); /* of no use to him, so not shown */
    struct state said = state_of(rig);
    assert_true(said.has_other);
    assert_int_equal(said.wish, WISH_COLLECT); /* beside it */
}

#define OWN_POINT 1
#define OTHER_POINT 2

static bool points_act(struct record *record, void *arg, struct error *why)
{
    struct web_rig *rig = arg;
    struct premises point = {.kind = PREMISES_PICKUP,
                             .code = "CT-2",
                             .name = "Nhà văn hóa xã",
                             .address = "Thôn Đông, xã Cẩm Trung",
                             .post_office = 480000,
                             .from = {rig->desk.rig.now.ms - 1000}};
    if (!premises_put(record, &point, 1, why))
        return false;
    assert_int_equal(point.number, OWN_POINT);
    memcpy(point.code, "XA-1", sizeof "XA-1");
    point.post_office = 480100;
    if (!premises_put(record, &point, 1, why))
        return false;
    assert_int_equal(point.number, OTHER_POINT);
    return true;
}

static bool point_ends_act(struct record *record, void *arg, struct error *why)
{
    struct premises point;
    struct web_rig *rig = arg;
    if (!premises_last(record, PREMISES_PICKUP, "CT-2", &point, why))
        return false;
    point.to.ms = rig->desk.rig.now.ms + 1000;
    return premises_put(record, &point, 1, why);
}

static void run_act(struct web_rig *rig, act what)
{
    struct acts acts = desk_rig_acts(&rig->desk);
    assert_good(acts.run(acts.self, what, rig, &err));
}

/* A message at its turn says where to go. */
static void sent_words(struct web_rig *rig, char out[WORDS_MAX])
{
    struct view view;
    assert_true(views_item(rig->desk.rig.views, &rig->item, &view));
    struct sender sender = {&rig->desk.config, NULL, rig->desk.rig.now};
    assert_good(recipient_text(rig->desk.rig.record, &sender, &view,
                               (struct wording){.english = false}, out, &err));
}

/* Points of the post office that has the envelope, and no others; one that has ended leaves the
 * post office. */
static void collecting_at_a_point(void **state)
{
    struct web_rig *rig = *state;
    char path[64], words[WORDS_MAX];
    fail_once(rig);
    (void)snprintf(path, sizeof path, "/chon?so=%s", rig->item.text);
    assert_int_equal(web_rig_get(rig, path, ""), 200);
    assert_false(web_rig_says(rig, "value=\"dn")); /* there are none at all */
    run_act(rig, points_act);
    assert_int_equal(web_rig_get(rig, path, ""), 200);
    assert_true(web_rig_says(rig, "value=\"dn\""));
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn"), 200);
    assert_true(web_rig_says(rig, "value=\"dn1\""));
    assert_true(web_rig_says(rig, "Tôi đến Nhà văn hóa xã, Thôn Đông, xã Cẩm Trung"));
    assert_true(web_rig_says(rig, "Tôi đến bưu cục Cẩm Trung, hạn 25/12/2026"));
    assert_true(web_rig_says(rig, "type=hidden name=duoi value=\"0001\""));
    assert_false(web_rig_says(rig, "dn2"));
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn2"), 409);
    assert_true(web_rig_says(rig, "Không nhận được ở điểm này"));
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn9"), 409);
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn0"), 400);
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn1x"), 400);
    assert_int_equal(state_of(rig).wish, WISH_NONE);
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn1"), 200);
    assert_true(web_rig_says(rig, "Ông/bà sẽ đến <strong>Nhà văn hóa xã</strong>, Thôn Đông"));
    assert_int_equal(state_of(rig).collect_at, OWN_POINT);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_AT_COLLECTION_POINT, 0);
    desk_rig_pass(&rig->desk, 500);
    sent_words(rig, words);
    assert_non_null(strstr(words, ", Nha van hoa xa nhan"));
    /* the other way is another choice */
    assert_int_equal(say(rig, "/chon", "0001", "cach=bc&en=1"), 200);
    assert_true(web_rig_says(rig, "You will collect it at the post office"));
    assert_int_equal(state_of(rig).collect_at, 0);
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn1"), 200);
    run_act(rig, point_ends_act);
    desk_rig_pass(&rig->desk, 2000);
    assert_int_equal(say(rig, "/chon", "0001", "cach=dn"), 409); /* another post office has one */
    assert_true(web_rig_says(rig, "không có điểm nhận khác"));
    assert_int_equal(say(rig, "/tra-cuu", "0001", ""), 200);
    assert_true(web_rig_says(rig, "Ông/bà sẽ đến bưu cục <strong>Cẩm Trung</strong> nhận"));
    sent_words(rig, words);
    assert_null(strstr(words, "Nha van hoa"));
}

/* A number alone tells a status and a date: not which post office has it [house.md, point 11]. */
static void a_number_alone_tells_no_point(void **state)
{
    struct web_rig *rig = *state;
    char path[64];
    run_act(rig, points_act);
    fail_once(rig);
    (void)snprintf(path, sizeof path, "/chon?so=%s", rig->item.text);
    assert_int_equal(web_rig_get(rig, path, ""), 200);
    assert_false(web_rig_says(rig, "Nhà văn hóa xã"));
    assert_false(web_rig_says(rig, "Cẩm Trung"));
    assert_int_equal(say(rig, "/chon", "0002", "cach=dn"), 403);
    assert_false(web_rig_says(rig, "Nhà văn hóa xã"));
}

static bool close_act(struct record *record, void *arg, struct error *why)
{
    struct web_rig *rig = arg;
    struct office_fact fact = {.item = rig->item,
                               .event = EVENT_CASE_CLOSED,
                               .kind = CLAIM_DISPUTED,
                               .outcome = OUTCOME_DELIVERED,
                               .user = 1};
    return record_office_add(record, &fact, NULL, why);
}

static void what_came_and_how(void **state)
{
    struct web_rig *rig = *state;
    assert_int_equal(say(rig, "/chua-nhan", "0001", ""), 409); /* not delivered */
    assert_int_equal(say(rig, "/danh-gia", "0001", "sao=5"), 409);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERED, 0);
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(say(rig, "/chon", "0001", "cach=bc"), 409);
    assert_int_equal(say(rig, "/danh-gia", "0001", "sao=6"), 400);
    assert_int_equal(say(rig, "/danh-gia", "0001", "sao=4"), 200);
    assert_true(web_rig_says(rig, "Cảm ơn ông/bà đã đánh giá."));
    assert_true(web_rig_says(rig, "đã đánh giá 4/5"));
    assert_int_equal(state_of(rig).stars, 4);
    assert_int_equal(say(rig, "/chua-nhan", "0001", ""), 200);
    struct state said = state_of(rig);
    assert_true(said.disputed);
    assert_int_equal(said.claims_n, 1);
    assert_int_equal(said.claims[0].opener, OPENER_CITIZEN);
    assert_int_equal(say(rig, "/chua-nhan", "0001", ""), 200); /* said once is said */
    assert_int_equal(state_of(rig).claims_n, 1);
}

/* Delivered, and he has nothing: the page says so, by when he is answered, and asks no more until
 * the case is closed. */
static void reported_is_shown(void **state)
{
    struct web_rig *rig = *state;
    char form_path[64], answer[] = "trả lời trước 25/01/2027.";
    (void)snprintf(form_path, sizeof form_path, "/chua-nhan?so=%s", rig->item.text);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERED, 0);
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(web_rig_get(rig, form_path, ""), 200);
    assert_true(web_rig_says(rig, "name=duoi"));
    assert_int_equal(say(rig, "/chua-nhan", "0001", ""), 200);
    assert_true(web_rig_says(rig, "<div class=\"dau do\">"));
    assert_true(web_rig_says(rig, "BÁO CHƯA NHẬN ĐƯỢC"));
    assert_true(web_rig_says(rig, "Ông/bà báo chưa nhận được. Chúng tôi xác minh, "));
    assert_true(web_rig_says(rig, answer));
    assert_false(web_rig_says(rig, "dau luc"));
    struct inbox_text owed[4];
    size_t n = 0;
    char words[160];
    assert_good(inbox_owed(rig->desk.rig.record, owed, 4, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(owed[0].phone, "+84912000001");
    (void)snprintf(words, sizeof words,
                   "Trao %s: Ong/ba bao chua nhan duoc. Chung toi xac minh, tra loi truoc "
                   "25/01/2027.",
                   rig->item.text);
    assert_string_equal(owed[0].reply, words);
    assert_int_equal(web_rig_get(rig, form_path, ""), 200);
    assert_true(web_rig_says(rig, answer));
    assert_false(web_rig_says(rig, "name=duoi"));
    assert_int_equal(say(rig, "/chua-nhan", "0001", "en=1"), 200);
    assert_true(web_rig_says(rig, "You report non-receipt. Answer by 25 Jan 2027."));
    run_act(rig, close_act);
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(say(rig, "/tra-cuu", "0001", ""), 200);
    assert_true(web_rig_says(rig, "dau luc"));
    assert_int_equal(web_rig_get(rig, form_path, ""), 200);
    assert_true(web_rig_says(rig, "name=duoi"));
}

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define SORRY "Chậm hơn dự kiến, xin lỗi ông/bà."

/* Out for days: since when, and that it is late; to a number alone only that. */
static void out_since_another_day(void **state)
{
    struct web_rig *rig = *state;
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(web_rig_get(rig, rig->link, ""), 200);
    assert_false(web_rig_says(rig, "mang đi từ ngày"));
    assert_false(web_rig_says(rig, SORRY));
    desk_rig_pass(&rig->desk, 9 * DAY_MS);
    assert_int_equal(web_rig_get(rig, rig->link, ""), 200);
    assert_true(web_rig_says(rig, "Bưu tá mang đi từ ngày 25/11/2026."));
    assert_true(web_rig_says(rig, SORRY));
    assert_int_equal(say(rig, "/tra-cuu", "0001", "en=1"), 200);
    assert_true(web_rig_says(rig, "The postman took it out on 25 Nov 2026."));
    assert_true(web_rig_says(rig, "Later than expected; we are sorry."));
    assert_int_equal(say(rig, "/tra-cuu", "", ""), 200);
    assert_true(web_rig_says(rig, SORRY));
    assert_false(web_rig_says(rig, "mang đi từ ngày"));
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERED, 0);
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(say(rig, "/tra-cuu", "0001", ""), 200);
    assert_false(web_rig_says(rig, SORRY));
}

static bool handed_act(struct record *record, void *arg, struct error *why)
{
    struct web_rig *rig = arg;
    struct office_fact fact = {.item = rig->item, .event = EVENT_HANDED_OVER, .user = 1};
    return record_office_add(record, &fact, NULL, why);
}

static int set_up_indoors(void **state)
{
    struct web_rig *rig = calloc(1, sizeof *rig);
    web_rig_open(rig);
    *state = rig;
    return 0;
}

/* The post has it and scanned nothing: a day to expect, and then that it is over. */
static void handed_over_and_nothing_since(void **state)
{
    struct web_rig *rig = *state;
    run_act(rig, handed_act);
    desk_rig_pass(&rig->desk, 1000);
    assert_int_equal(say(rig, "/tra-cuu", "0001", ""), 200);
    assert_true(web_rig_says(rig, "ĐÃ GIAO CHO BƯU ĐIỆN"));
    assert_true(web_rig_says(rig, "Dự kiến giao 27/11/2026."));
    assert_false(web_rig_says(rig, SORRY));
    assert_int_equal(say(rig, "/tra-cuu", "", ""), 200);
    assert_false(web_rig_says(rig, "Dự kiến giao"));
    desk_rig_pass(&rig->desk, 7 * DAY_MS);
    assert_int_equal(say(rig, "/tra-cuu", "0001", ""), 200);
    assert_false(web_rig_says(rig, "Dự kiến giao"));
    assert_true(web_rig_says(rig, SORRY));
}

/* Nothing without proof, and no way to find numbers or digits by trying. */
static void a_stranger_says_nothing(void **state)
{
    struct web_rig *rig = *state;
    char fields[64];
    fail_once(rig);
    (void)snprintf(fields, sizeof fields, "cach=%ld", first_day(rig));
    assert_int_equal(say(rig, "/chon", "0002", fields), 403);
    assert_int_equal(say(rig, "/chon", "", fields), 403);
    assert_int_equal(web_rig_post(rig, "/chon", "Sec-Fetch-Site: cross-site\r\n", fields), 403);
    assert_int_equal(web_rig_post(rig, "/chon", "", "so=RA000000000VN&duoi=0001&cach=bc"), 404);
    assert_int_equal(web_rig_get(rig, "/chon?so=RA000000000VN", ""), 404);
    assert_int_equal(state_of(rig).wish, WISH_NONE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(say(rig, "/chua-nhan", "9999", ""), 403);
    assert_int_equal(say(rig, "/chon", "0001", "cach=bc"), 429); /* five wrong ones an hour */
}

/* What happens when nothing is chosen, where it may be collected and until when; a number alone is
 * told none of it. */
static void what_comes_if_nothing_is_chosen(void **state)
{
    struct web_rig *rig = *state;
    fail_once(rig);
    assert_int_equal(web_rig_get(rig, rig->link, ""), 200);
    assert_true(web_rig_says(rig, "Nếu không chọn: giao lại thứ Sáu 27/11/2026."));
    assert_true(web_rig_says(rig, "Muốn tự đến nhận: bưu cục <strong>Cẩm Trung</strong>, hạn "
                                  "25/12/2026."));
    assert_int_equal(say(rig, "/tra-cuu", "0001", "en=1"), 200);
    assert_true(web_rig_says(rig, "If you choose nothing: next attempt on Friday 27 Nov 2026."));
    assert_int_equal(say(rig, "/tra-cuu", "", ""), 200);
    assert_false(web_rig_says(rig, "Nếu không chọn"));
    assert_false(web_rig_says(rig, "Cẩm Trung"));
    assert_int_equal(say(rig, "/chon", "0001", "cach=bc"), 200);
    assert_false(web_rig_says(rig, "Nếu không chọn"));
    assert_true(web_rig_says(rig, "Ông/bà sẽ đến bưu cục <strong>Cẩm Trung</strong> nhận, chậm "
                                  "nhất 25/12/2026."));
}

/* The form comes back as it was sent, with what is wrong beside its field. */
static void wrong_digits_lose_no_choice(void **state)
{
    struct web_rig *rig = *state;
    char fields[64], checked[80];
    fail_once(rig);
    long day = first_day(rig);
    (void)snprintf(fields, sizeof fields, "cach=%ld", day);
    (void)snprintf(checked, sizeof checked, "name=cach value=\"%ld\" checked ", day);
    assert_int_equal(say(rig, "/chon", "0002", fields), 403);
    assert_true(web_rig_says(rig, "<form class=the method=post action=\"/chon\">"));
    assert_true(web_rig_says(rig, checked));
    assert_true(web_rig_says(rig, "id=duoi-loi>4 số chưa khớp, còn 4 lần.</p><input id=duoi"));
    assert_false(web_rig_says(rig, "value=\"0002\""));
    assert_int_equal(say(rig, "/chon", "0003", "cach=nguoi&ten=%3Cb%3EAn&en=1"), 403);
    assert_true(web_rig_says(rig, "value=\"nguoi\" checked "));
    assert_true(web_rig_says(rig, "value=\"&lt;b&gt;An\""));
    assert_true(web_rig_says(rig, "The 4 digits do not match, 3 tries left."));
    assert_int_equal(say(rig, "/chon", "0001", "cach=nguoi"), 400); /* no name */
    assert_true(web_rig_says(rig, "value=\"nguoi\" checked "));
    assert_int_equal(say(rig, "/tra-cuu", "0002", ""), 403); /* the look-up keeps its own form */
    assert_true(web_rig_says(rig, "action=\"/tra-cuu\""));
    assert_int_equal(say(rig, "/chon", "0001", fields), 200);
}

static int ask_badge(struct web_rig *rig, const char *badge)
{
    char form[128];
    (void)snprintf(form, sizeof form, "so=%s&the=%s", rig->item.text, badge);
    return web_rig_post(rig, "/buu-ta", "", form);
}

static bool hand_act(struct record *record, void *arg, struct error *why)
{
    struct web_rig *rig = arg;
    struct office_fact fact = {
        .item = rig->item, .event = EVENT_CUSTODY_MOVED, .to_badge = BADGE, .user = 1};
    return record_office_add(record, &fact, NULL, why);
}

/* Yes for who holds it, no only for a badge that nobody has. */
static void is_he_real(void **state)
{
    struct web_rig *rig = *state;
    struct acts acts = desk_rig_acts(&rig->desk);
    desk_rig_pass(&rig->desk, 1000);
    assert_good(acts.run(acts.self, hand_act, rig, &err));
    assert_int_equal(ask_badge(rig, "TH-4172"), 200);
    assert_true(web_rig_says(rig, "ĐÚNG. Người mang thẻ này đang giữ phong bì của ông/bà."));
    assert_int_equal(ask_badge(rig, "4999"),
                     200); /* a colleague's: perhaps given over, unscanned */
    assert_true(web_rig_says(rig, "Chưa xác nhận được"));
    assert_false(web_rig_says(rig, "KHÔNG KHỚP"));
    assert_int_equal(ask_badge(rig, "123456"), 200);
    assert_true(web_rig_says(rig, "KHÔNG KHỚP. Đừng trả tiền"));
    assert_true(web_rig_says(rig, "placeholder=4172 value=\"123456\">")); /* as it was typed */
    assert_int_equal(ask_badge(rig, "x"), 400);
    for (int i = 0; i < 20; i++)
        (void)ask_badge(rig, "123456");
    assert_int_equal(ask_badge(rig, "123456"), 429);
}

#define RECEIVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        RECEIVER(another_day),
        RECEIVER(days_that_do_not_fit),
        RECEIVER(collecting_and_somebody_else),
        RECEIVER(collecting_at_a_point),
        RECEIVER(a_number_alone_tells_no_point),
        RECEIVER(what_came_and_how),
        RECEIVER(reported_is_shown),
        RECEIVER(out_since_another_day),
        cmocka_unit_test_setup_teardown(handed_over_and_nothing_since, set_up_indoors, tear_down),
        RECEIVER(a_stranger_says_nothing),
        RECEIVER(wrong_digits_lose_no_choice),
        RECEIVER(what_comes_if_nothing_is_chosen),
        RECEIVER(is_he_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
