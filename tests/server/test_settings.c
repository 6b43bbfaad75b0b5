/* What an administrator sets is what others then see: a price, a day off, a message. What cannot be
 * set is refused at its field, and what was typed stands there still. And the desk's late paper,
 * line by line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/cases.h"
#include "tests/server/browser.h"

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

/* ------------------------------------------------------------------ prices */

#define PRICE "viec=price&muc=Ghi+gi%C3%A1+c%C6%B0%E1%BB%9Bc&vung=all"

/* By number and the phone's last four digits. */
static void look_as_citizen(struct browser *browser, const struct item *item)
{
    char form[64];
    (void)snprintf(form, sizeof form, "so=%s&duoi=0001", item->text);
    int status = web_rig_post(&browser->rig, "/tra-cuu", "", form);
    if (status != 200)
        fail_msg("%d %s", status, browser->rig.answer);
}

static void print_and_look(struct browser *browser, const char *thu)
{
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    if (!says(browser, thu))
        fail_msg("no %s in %s", thu, web_rig_body(&browser->rig));
}

/* The list names no postage: the table's is what the postman asks for, and so what the citizen and
 * the desk are told; and nothing, once the office bears it. */
static void a_price_is_what_everybody_is_told(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    browser_log_in(browser);
    struct item item = desk_rig_issue(desk, "H27.15-261118-0901", "0912000001", "0");
    look_as_citizen(browser, &item);
    assert_false(says(browser, "Trả đúng"));
    browser_done(browser, "/quay/gia", PRICE "&can=100&gia=41000&can-cu=Q%C4%90+1&from=2026-11-01");
    browser_done(browser, "/quay/gia", PRICE "&can=100&gia=52000&can-cu=Q%C4%90+2&from=2027-01-01");
    assert_int_equal(browser_get(browser, "/quay/gia"), 200);
    assert_true(says(browser, ">Mọi vùng</td>"));
    look_as_citizen(browser, &item);
    assert_true(says(browser, "Trả đúng, không thêm: <strong>41.000 đ</strong>"));
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_true(says(browser, "data-ten=\"Thu\">41.000 đ</td>"));
    print_and_look(browser, "data-ten=\"Thu\">thu</td>");

    const struct charge charge = {.payer = PAYER_OFFICE};
    const struct ground ground = {.evidence = "Công văn 3"};
    assert_good(item_charge(desk_rig_acts(desk), desk->rig.views, &item, &charge, &ground, &err));
    assert_good(item_charge(desk_rig_acts(desk), desk->rig.views, &browser->rig.item, &charge,
                            &ground, &err));
    look_as_citizen(browser, &item);
    assert_false(says(browser, "Trả đúng"));
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_false(says(browser, "41.000 đ"));
}

/* What the price page enters, the envelope's own page applies; a fact is taken back by its source.
 */
static void an_exemption_is_applied_and_taken_back(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    char form[200], path[64];
    browser_log_in(browser);
    struct item item = desk_rig_issue(desk, "H27.15-261118-0902", "0912000001", "0");
    browser_done(browser, "/quay/gia", PRICE "&can=100&gia=41000&can-cu=Q%C4%90+1&from=2026-11-01");
    browser_done(browser, "/quay/gia",
                 "viec=exemption&doi-tuong=ho-ngheo&giam=50&can-cu=NQ+5&from=2026-11-01");
    (void)snprintf(path, sizeof path, "/quay/bi?bi=%s", item.text);
    (void)snprintf(form, sizeof form, "viec=charge&bi=%s&chung-cu=So+ho+ngheo&exemption=ho-ngeo",
                   item.text);
    assert_int_equal(browser_get(browser, path), 200);
    assert_int_equal(browser_post(browser, "/quay/bi", form), 404);
    assert_true(says(browser, "<details open>"));
    assert_true(
        says(browser, "Miễn, giảm, như ho-ngheo</label><p class=loi role=alert id=vi-sao>"));
    (void)snprintf(form, sizeof form, "viec=charge&bi=%s&chung-cu=So+ho+ngheo&exemption=ho-ngheo",
                   item.text);
    assert_int_equal(browser_post(browser, "/quay/bi", form), 303);
    look_as_citizen(browser, &item);
    assert_true(says(browser, "Trả đúng, không thêm: <strong>20.500 đ</strong>"));
    assert_int_equal(browser_get(browser, path), 200);
    assert_true(says(browser, "thu tại cửa <b>20.500 đ</b>"));
    const char *at = strstr(browser->rig.answer, "data-ten=\"Nguồn\">office/");
    const char *last = NULL;
    for (; at != NULL; at = strstr(at + 1, "data-ten=\"Nguồn\">office/"))
        last = at;
    assert_non_null(last);
    (void)snprintf(form, sizeof form, "viec=correct&bi=%s&chung-cu=Nham+nguoi&nguon=office/%lu",
                   item.text, strtoul(strstr(last, "office/") + 7, NULL, 10));
    assert_int_equal(browser_post(browser, "/quay/bi", form), 303);
    look_as_citizen(browser, &item);
    assert_true(says(browser, "Trả đúng, không thêm: <strong>41.000 đ</strong>"));
}

/* An office reads, and asks for what cannot be delivered; nothing else is offered to it. */
static void an_office_asks_for_its_envelope(void **state)
{
    struct browser *browser = *state;
    char form[160], path[64];
    const char *item = browser->rig.item.text;
    (void)browser_person(browser, "hoa", ROLE_READER, 0);
    browser_log_in_as(browser, "hoa");
    (void)snprintf(path, sizeof path, "/quay/bi?bi=%s", item);
    assert_int_equal(browser_get(browser, path), 200);
    assert_true(says(browser, "Yêu cầu hoàn bì không phát được"));
    assert_false(says(browser, "Định cước"));
    assert_false(says(browser, "Rút một việc ghi nhầm"));
    (void)snprintf(form, sizeof form, "viec=sendback&bi=%s&chung-cu=CV+12", item);
    assert_int_equal(browser_post(browser, "/quay/bi", form), 303);
    assert_int_equal(browser_get(browser, path), 200);
    assert_true(says(browser, "data-ten=\"Việc\">Cơ quan yêu cầu hoàn"));
    (void)snprintf(form, sizeof form, "viec=charge&bi=%s&chung-cu=CV+12&payer=office", item);
    assert_int_not_equal(browser_post(browser, "/quay/bi", form), 303);
}

/* ------------------------------------------------------------------ refused at its field */

static const struct {
    const char *path, *fields, *label, *says, *kept;
} broken[] = {
    {"/quay/gia", PRICE "&can=nang&gia=1000&can-cu=a", "Đến bao nhiêu gam", "«nang»: phải là số",
     "nang"},
    {"/quay/gia", PRICE "&can=0&gia=1000&can-cu=a", "Đến bao nhiêu gam", "nấc cân từ 1", "0"},
    {"/quay/gia", PRICE "&can=100&gia=33.000&can-cu=a", "Giá, đồng", "«33.000»: phải là số",
     "33.000"},
    {"/quay/gia", PRICE "&can=100&gia=33000&can-cu=+", "Căn cứ: văn bản nào", "còn trống", "33000"},
    {"/quay/gia", PRICE "&can=100&gia=33000&can-cu=a&from=2026-12-10&to=2026-12-01",
     "Đến trước ngày", "2026-12-01: phải sau ngày bắt đầu", "2026-12-10"},
    {"/quay/gia", PRICE "&can=100&gia=33000&can-cu=a&to=2026-01-01", "Đến trước ngày",
     "phải sau ngày bắt đầu", "33000"},
    {"/quay/gia", "viec=exemption&doi-tuong=Ho+ngheo&giam=50&can-cu=a", "Đối tượng, như ho-ngheo",
     "mã miễn giảm chỉ gồm", "Ho ngheo"},
    {"/quay/tham-so", "viec=rule&ten=retry_dayz&gia-tri=3&can-cu=a", "Tham số",
     "retry_dayz: không có tham số này", "retry_dayz"},
    {"/quay/tham-so", "viec=rule&ten=retry_days&gia-tri=9999&can-cu=a", "Giá trị (số nguyên)",
     "«9999»: retry_days từ 0 đến 60", "9999"},
    {"/quay/tham-so", "viec=rule&ten=retry_days&gia-tri=3&can-cu=a&post-office=999999",
     "Riêng bưu cục (6 số)", "999999 chưa ghi", "999999"},
    {"/quay/lich", "viec=days&ngay=2027-02-30%2Coff%2Ca",
     "Mỗi ngày một dòng: 2027-02-05,off,QĐ "
     "31/QĐ-UBND (off nghỉ, work làm)",
     "dòng 1: «2027-02-30»", "2027-02-30"},
    {"/quay/mau-tin",
     "viec=template&muc=Vi%E1%BA%BFt+l%E1%BB%9Di+m%E1%BB%9Bi&loai=out&kenh=vi&loi="
     "Den+%7Bnha%7D",
     "Lời tin; một dấu - là lời của phần mềm", "{nha}: tin này không có", "Den {nha}"},
    {"/quay/buu-ta", "viec=postman&badge=TH-12&name=D&post-office=46", "Bưu cục (6 số)",
     "000046 chưa ghi", "46"},
    {"/quay/danh-ba", "viec=office&ma=H27.99&name=A&from=2026-12-10&to=2026-12-01", "Đến hết ngày",
     "hết hạn trước khi bắt đầu", "2026-12-10"},
    {"/quay/may-in", "viec=printer&muc=Th%C3%AAm+m%C3%A1y+in&ten=q1&where=http%3A%2F%2Fx", "Ở đâu",
     "http://x: phải như", "http://x"},
    {"/quay/giay",
     "viec=paper&bi=RA450303243VN&viec-gi=picked_up&luc=2026-11-25T07:00&badge=&note=a",
     "Bưu tá (thẻ)", "«Bưu tá (thẻ)» còn trống", "RA450303243VN"},
    {"/quay/giay",
     "viec=paper&bi=RA1&viec-gi=delivery_failed&luc=2026-11-25T07:00&badge=TH-12&note=a",
     "Số phong bì", "RA1: không phải số phong bì", "2026-11-25T07:00"},
};

static void a_refusal_stands_at_its_field(void **state)
{
    struct browser *browser = *state;
    char at[512], kept[128];
    browser_log_in(browser);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_int_equal(browser_get(browser, broken[i].path), 200);
        int status = browser_post(browser, broken[i].path, broken[i].fields);
        (void)snprintf(at, sizeof at, ">%s</label><p class=loi role=alert id=vi-sao>",
                       broken[i].label);
        (void)snprintf(kept, sizeof kept, "%s", broken[i].kept);
        if (status < 400 || !says(browser, at) || !says(browser, broken[i].says) ||
            !says(browser, kept) || !says(browser, " autofocus aria-invalid=true"))
            fail_msg("%s: %d, %.700s", broken[i].fields, status,
                     strstr(browser->rig.answer, "id=vi-sao")
                         ? strstr(browser->rig.answer, "id=vi-sao") - 120
                         : web_rig_body(&browser->rig));
    }
}

/* ------------------------------------------------------------------ words of messages */

/* What is shipped may be taken over as it stands, and whoever changes words begins with them. */
static void shipped_words_are_words_to_begin_with(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/mau-tin?loai=returning&kenh=vi"), 200);
    assert_true(says(browser, ">Phong bi dang duoc chuyen ve co quan.</textarea>"));
    assert_true(says(browser, ">{sdt} {tl}</td>"));
    assert_false(says(browser, "{cq}"));
    assert_int_equal(browser_get(browser, "/quay/mau-tin"), 200);
    assert_true(says(browser, "Buu dien da nhan, du kien giao {ngay}."));
}

/* ------------------------------------------------------------------ late paper */

#define LINE "viec=paper&luc=2026-11-25T07:10&badge=TH-12&note=s%%E1%%BB%%95+3"

static void a_sheet_is_typed_line_by_line(void **state)
{
    struct browser *browser = *state;
    char form[256], shown[300];
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/buu-ta"), 200);
    assert_int_equal(browser_post(browser, "/quay/buu-ta",
                                  "viec=postman&badge=TH-12&name=D%C5%A9ng&from=2026-11-01"),
                     200);
    const char *item = browser->rig.item.text;
    (void)snprintf(form, sizeof form, LINE "&viec-gi=delivery_failed&bi=%s", item);
    assert_int_equal(browser_get(browser, "/quay/giay"), 200);
    assert_int_equal(browser_post(browser, "/quay/giay", form), 400);
    assert_true(says(browser,
                     ">Vì sao chưa phát</label><p class=loi role=alert id=vi-sao>chưa phát "
                     "được thì cần lý do."));
    (void)snprintf(form, sizeof form, LINE "&viec-gi=picked_up&bi=%s", item);
    browser_done(browser, "/quay/giay", form);
    assert_true(says(browser, "Location: /quay/giay?xong=paper&vi=RA"));
    (void)snprintf(
        form, sizeof form,
        "/quay/giay?xong=paper&vi=%s&badge=TH-12&viec-gi=picked_up&luc=2026-11-25T07%%3A10"
        "&note=s%%E1%%BB%%95%%203",
        item);
    (void)snprintf(shown, sizeof shown, "Location: %s\r\n", form);
    if (!says(browser, shown))
        fail_msg("%s", browser->rig.answer);
    assert_int_equal(browser_get(browser, form), 200);
    (void)snprintf(shown, sizeof shown, "Đã ghi. <a href=\"/quay/bi?bi=%s\">", item);
    assert_true(says(browser, shown));
    assert_true(says(browser, "value=\"sổ 3\""));
    assert_true(says(browser, "value=\"2026-11-25T07:10\""));
    assert_true(says(browser, "autofocus value=\"\"")); /* the next envelope's number */
    (void)snprintf(form, sizeof form, LINE "&viec-gi=picked_up&bi=%s", item);
    assert_int_equal(browser_get(browser, "/quay/giay"), 200);
    assert_int_equal(browser_post(browser, "/quay/giay", form), 409);
    assert_true(says(browser, "việc này đã nhập rồi, không ghi thêm."));
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        DOOR(a_price_is_what_everybody_is_told),     DOOR(an_exemption_is_applied_and_taken_back),
        DOOR(an_office_asks_for_its_envelope),       DOOR(a_refusal_stands_at_its_field),
        DOOR(shipped_words_are_words_to_begin_with), DOOR(a_sheet_is_typed_line_by_line),
    };
    return cmocka_run_group_tests_name("server/settings", tests, NULL, NULL);
}
