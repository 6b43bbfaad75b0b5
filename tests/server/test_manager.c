/* The manager's sight beside the terms: what receivers said, how far the figures can be trusted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server/browser.h"

#define OTHER_OFFICE 77
#define HOUR_MS (INT64_C(3600) * 1000)
#define DAY_MS (24 * HOUR_MS)
#define BOARD "/quay/bang?tu=2026-11-01&den=2026-12-31&nhom=office"

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

/* As the person of that name, before the board. */
static void board_as(struct browser *browser, const char *name)
{
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, name);
    assert_int_equal(browser_get(browser, BOARD), 200);
}

/* The first address after `text`. */
static void follow(struct browser *browser, const char *text)
{
    char path[256];
    size_t n = 0;
    const char *at = strstr(browser->rig.answer, text);
    assert_non_null(at);
    at = strstr(at, "href=\"");
    assert_non_null(at);
    for (at += 6; *at != '"' && n < 255; at += strncmp(at, "&amp;", 5) == 0 ? 5 : 1)
        path[n++] = *at;
    path[n] = '\0';
    assert_int_equal(browser_get(browser, path), 200);
}

static uint32_t office_of(struct browser *browser)
{
    struct view view;
    assert_true(views_item(browser->rig.desk.rig.views, &browser->rig.item, &view));
    return view.marks.office;
}

static void rate(struct browser *browser, const struct item *item, int stars)
{
    char form[96];
    (void)snprintf(form, sizeof form, "so=%s&duoi=0001&sao=%d", item->text, stars);
    assert_int_equal(web_rig_post(&browser->rig, "/danh-gia", "", form), 200);
}

static void delivered(struct browser *browser, const struct item *item)
{
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, item, EVENT_PICKED_UP, 0);
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, item, EVENT_DELIVERED, 0);
    desk_rig_pass(&browser->rig.desk, 1000);
}

/* ------------------------------------------------------------------ what receivers say */

static void stars_open_their_items(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    struct item second = desk_rig_issue(desk, "H27.15-261118-0146", "0912000001", "0");
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    (void)browser_person(browser, "mot cua", ROLE_READER, office_of(browser));
    (void)browser_person(browser, "noi khac", ROLE_READER, OTHER_OFFICE);
    board_as(browser, "quan+ly");
    assert_true(says(browser, "Chưa ai đánh giá."));
    delivered(browser, &browser->rig.item);
    delivered(browser, &second);
    rate(browser, &browser->rig.item, 5);
    rate(browser, &second, 2);
    board_as(browser, "quan+ly");
    assert_true(says(browser, "<p class=lon>3,5/5 <small class=it>"
                              "ít số liệu</small></p>") ||
                says(browser, "<p class=lon>3,5/5  <small class=it>ít số liệu</small></p>"));
    assert_true(says(browser, "<td>4 sao</td><td class=so>0</td><td class=so>0,00 %</td>"));
    follow(browser, "<td>5 sao</td>");
    assert_true(says(browser, "<h1 id=dau tabindex=-1>Đánh giá 5 sao</h1>"));
    assert_true(says(browser, "H27.15-261118-0145"));
    assert_false(says(browser, "H27.15-261118-0146"));
    assert_false(says(browser, "Mẫu")); /* nobody's name */
    assert_int_equal(browser_get(browser, BOARD), 200);
    follow(browser, "đã đánh giá ");
    assert_true(says(browser, "H27.15-261118-0145"));
    assert_true(says(browser, "H27.15-261118-0146"));
    board_as(browser, "mot+cua");
    follow(browser, "<td>2 sao</td>");
    assert_true(says(browser, "H27.15-261118-0146"));
    board_as(browser, "noi+khac");
    assert_true(says(browser, "Chưa ai đánh giá."));
    assert_int_equal(browser_get(browser, "/quay/bang/bi?so=rated&tu=2026-11-01&den=2026-12-31"),
                     200);
    assert_false(says(browser, "H27.15-261118-0146"));
    assert_int_equal(browser_get(browser, "/quay/bang/bi?so=stars-6"), 400);
    assert_int_equal(browser_get(browser, "/quay/bang/bi?so=stars-"), 400);
}

/* ------------------------------------------------------------------ one item */

/* Why, in whose hand, by when: without the name of whom it goes to, and without what a desk does.
 */
static void an_item_is_opened_from_its_row(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    const struct item *item = &browser->rig.item;
    char link[80], term[CLOCK_TEXT_MAX];
    struct view view;
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    (void)browser_person(browser, "mot cua", ROLE_READER, office_of(browser));
    (void)browser_person(browser, "noi khac", ROLE_READER, OTHER_OFFICE);
    desk_rig_scan(desk, &browser->rig.device, item, EVENT_PICKED_UP, 0);
    desk_rig_scan(desk, &browser->rig.device, item, EVENT_OUT_FOR_DELIVERY, 0);
    desk_rig_scan(desk, &browser->rig.device, item, EVENT_DELIVERY_FAILED, 0);
    (void)snprintf(link, sizeof link, "<a href=\"/quay/bi?bi=%s\">", item->text);
    board_as(browser, "quan+ly");
    assert_int_equal(browser_get(browser, "/quay/ket-qua/bi?o=failed"), 200);
    assert_true(says(browser, link));
    assert_true(views_item(desk->rig.views, item, &view));
    char since[CLOCK_TEXT_MAX], both[160];
    clock_date_vi(view.clocks.post.due, term, sizeof term);
    clock_date_vi(view.state.since.estimate, since, sizeof since);
    assert_string_not_equal(since, term);
    (void)snprintf(both, sizeof both,
                   "<td data-ten=\"Từ ngày\">%s</td><td data-ten=\"Hạn giao\">%s</td>", since,
                   term);
    assert_true(says(browser, both)); /* each its own day */
    (void)snprintf(link, sizeof link, "/quay/bi?bi=%s", item->text);
    assert_int_equal(browser_get(browser, link), 200);
    assert_true(says(browser, term));
    assert_true(says(browser, "Phát không thành công")); /* in words, not by its key */
    assert_false(says(browser, "delivery_failed"));
    assert_true(says(browser, "chưa phát được vì <b>Vắng nhà</b>"));
    assert_false(says(browser, "Mẫu"));
    assert_false(says(browser, "<h2>Hủy nhãn</h2>"));
    assert_false(says(browser, "F9 In"));
    board_as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, link), 200);
    assert_true(says(browser, "người nhận <b>"));
    board_as(browser, "noi+khac");
    assert_int_equal(browser_get(browser, link), 404);
    assert_false(says(browser, "Phát không thành công"));
    assert_false(says(browser, "người nhận <b>"));
}

/* ------------------------------------------------------------------ whether there is enough */

static void scans_for_what_was_sent(void **state)
{
    struct browser *browser = *state;
    (void)desk_rig_issue(&browser->rig.desk, "H27.15-261118-0146", "0912000001", "0");
    delivered(browser, &browser->rig.item);
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    (void)browser_person(browser, "noi khac", ROLE_READER, OTHER_OFFICE);
    board_as(browser, "quan+ly");
    assert_true(says(browser, "<h3>Lượt quét trên số bì đã gửi</h3>"));
    assert_true(says(browser, "</td><td class=so>2</td><td class=so>1,0</td><td class=so>50,00 % "
                              "<small class=it>ít số liệu</small></td>"));
    follow(browser, "50,00 % <small class=it>ít số liệu</small></td>");
    assert_true(says(browser, "<h1 id=dau tabindex=-1>Chưa có lượt quét nào</h1>"));
    assert_true(says(browser, "H27.15-261118-0146"));
    assert_false(says(browser, "H27.15-261118-0145"));
    board_as(browser, "noi+khac");
    assert_true(says(browser, "Chưa bì nào đến hạn trong kỳ."));
    assert_false(says(browser, "Lượt quét nghe lần cuối")); /* of handhelds he learns nothing */
}

static void act_as_quay(struct browser *browser, const char *path, const char *form)
{
    assert_int_equal(browser_get(browser, path), 200);
    int status = browser_post(browser, path, form);
    if (status != 303 && status != 200)
        fail_msg("%s %s: %d %s", path, form, status, browser->rig.answer);
}

/* On a round, in his care, and not a word for half a working day; nights do not count. */
static void a_silent_handheld_is_named(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    char form[160];
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    browser_log_in(browser);
    act_as_quay(browser, "/quay/buu-ta",
                "viec=postman&badge=TH-12&name=Th%E1%BB%AD&from=2026-11-01");
    act_as_quay(browser, "/quay/may", "viec=assign&giao=HH-001&badge=TH-12");
    desk_rig_scan(desk, &browser->rig.device, &browser->rig.item, EVENT_PICKED_UP, 0);
    desk_rig_pass(desk, 5 * HOUR_MS);
    assert_int_equal(browser_get(browser, BOARD), 200);
    assert_true(says(browser, "<h3>Lượt quét nghe lần cuối</h3><p class=lon>08:00 25/11</p>"));
    assert_true(says(browser, "<h3>Máy im lặng trên tuyến</h3><p class=lon>0</p>")); /* no round */
    (void)snprintf(form, sizeof form,
                   "viec=round&muc=Giao+b%%C3%%AC+qu%%C3%%A9t+t%%E1%%BB%%ABng+"
                   "c%%C3%%A1i&badge=TH-12&bi=%s",
                   browser->rig.item.text);
    act_as_quay(browser, "/quay/dieu-phoi", form);
    desk_rig_pass(desk, 3 * HOUR_MS); /* 16:00: two and a half hours of work */
    assert_int_equal(browser_get(browser, BOARD), 200);
    assert_true(says(browser, "<h3>Máy im lặng trên tuyến</h3><p class=lon>0</p>"));
    desk_rig_pass(desk, 15 * HOUR_MS); /* 07:00: three and a half, for the night is none */
    board_as(browser, "quay");
    assert_true(says(browser, "<h3>Máy im lặng trên tuyến</h3><p class=lon>0</p>"));
    desk_rig_pass(desk, HOUR_MS); /* 08:00: four and a half */
    board_as(browser, "quan+ly");
    assert_true(says(browser, "<p class=lon><a href=\"#im-lang\">1</a>"));
    assert_true(says(browser, "<td>HH-001</td><td>TH-00000012</td><td>BD-"));
    board_as(browser, "quay"); /* who may do something about it is led there */
    assert_true(says(browser, "<a href=\"/quay/may?may=HH-001\">HH-001</a>"));
    desk_rig_scan(desk, &browser->rig.device, &browser->rig.item, EVENT_OUT_FOR_DELIVERY, 0);
    assert_int_equal(browser_get(browser, BOARD), 200);
    assert_true(says(browser, "<h3>Máy im lặng trên tuyến</h3><p class=lon>0</p>"));
    assert_false(says(browser, "id=im-lang"));
}

#define SIGHT(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        SIGHT(stars_open_their_items),
        SIGHT(an_item_is_opened_from_its_row),
        SIGHT(scans_for_what_was_sent),
        SIGHT(a_silent_handheld_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
