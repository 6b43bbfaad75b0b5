/* A clerk's work over HTTP: printed, received, paired, handed over, step by step as a scanner
 * leads; another's envelope is refused so that nobody overlooks it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/lookups.h"
#include "tests/server/browser.h"

#define FIRST "H27.15-261118-0145" /* of the rig */
#define SECOND "H27.15-261118-0146"

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

static int post(struct browser *browser, const char *path, const char *format, const char *a,
                const char *b)
{
    char fields[400];
    (void)snprintf(fields, sizeof fields, format, a, b);
    return browser_post(browser, path, fields);
}

static void expect(struct browser *browser, int status, int wanted, const char *text)
{
    const char *said = strstr(browser->rig.answer, "id=ket");
    if (status != wanted || !says(browser, text))
        fail_msg("%d, not %d with «%s»: %.300s", status, wanted, text,
                 said ? said : browser->rig.answer);
}

static void come_in(struct browser *browser)
{
    browser->cookie[0] = '\0';
    browser_log_in(browser);
}

/* ------------------------------------------------------------------ the day */

static void envelopes_are_printed(struct browser *browser, const char *first, const char *second)
{
    struct view view;
    char path[64];
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    assert_true(says(browser, "F2 In 2 bì"));
    assert_true(says(browser, "Đỗ X. Mẫu"));
    (void)snprintf(path, sizeof path, "/quay/xem/%s.png", first);
    assert_int_equal(web_rig_get(&browser->rig, path, browser->cookie), 200);
    assert_true(says(browser, "Content-Type: image/png"));
    assert_true(views_item(browser->rig.desk.rig.views, &browser->rig.item, &view));
    assert_int_equal(view.state.copies, 0); /* looked at, not printed */
    assert_int_equal(post(browser, "/quay/in", "reason=", "", ""), 400);
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    expect(browser, post(browser, "/quay/in", "b-%s=1&b-%s=1", first, second), 303,
           "Location: /quay/in?xong=1");
    assert_int_equal(browser_get(browser, "/quay/in?xong=1"), 200);
    assert_true(says(browser, "/quay/in/1.pdf"));
    assert_true(says(browser, "Hết bì chờ in."));
    expect(browser, post(browser, "/quay/in", "bi=%s&reason=3", first, ""), 303, "xong=2");
    struct fact facts[VIEW_HISTORY_MAX];
    size_t n =
        views_history(browser->rig.desk.rig.views, &browser->rig.item, facts, VIEW_HISTORY_MAX);
    assert_int_equal(facts[n - 1].office.copy, 2);
    assert_int_equal(facts[n - 1].office.reason, 3);
    assert_int_not_equal(facts[n - 1].office.user, 0);
}

static void results_are_put_in_their_own(struct browser *browser, const char *first,
                                         const char *second)
{
    struct content content;
    expect(browser, browser_get(browser, "/quay/viec?che-do=nhan"), 200, "chờ nhận <b>2</b>");
    expect(browser, post(browser, "/quay/viec", "che-do=nhan&ma=%s", FIRST, ""), 200, "Số trang");
    expect(browser, post(browser, "/quay/viec", "che-do=nhan&ho-so=%s&pages=x", FIRST, ""), 400,
           "role=alert");
    expect(browser,
           post(browser, "/quay/viec", "che-do=nhan&ho-so=%s&pages=3&originals=1", FIRST, ""), 200,
           "Đã nhận.");
    assert_true(says(browser, "chờ ghép <b>1</b>"));
    expect(browser,
           post(browser, "/quay/viec", "che-do=nhan&ho-so=%s&pages=2&copies=1", SECOND, ""), 200,
           second);

    expect(browser, post(browser, "/quay/viec", "che-do=ghep&ma=%s", first, ""), 400,
           "Quét mã hồ sơ trước");
    expect(browser, post(browser, "/quay/viec", "che-do=ghep&ma=%s", FIRST, ""), 200,
           ">Quét phong bì</label>");
    expect(browser, post(browser, "/quay/viec", "che-do=ghep&ho-so=%s&ma=%s", FIRST, second), 409,
           "<p class=to>SAI PHONG BÌ</p>");
    assert_true(says(browser, "name=ho-so value=\"\"")); /* from the dossier on, anew */
    assert_good(record_content(browser->rig.desk.rig.record, &browser->rig.item, &content, &err));
    assert_true(content.paired == 0);
    expect(browser, post(browser, "/quay/viec", "che-do=ghep&ho-so=%s&ma=%s", FIRST, first), 200,
           "Đúng phong bì.");
    expect(browser, post(browser, "/quay/viec", "che-do=tim&ma=%s", FIRST, ""), 303, first);
}

static void they_go_sealed(struct browser *browser, const char *first, const char *second)
{
    expect(browser, browser_get(browser, "/quay/ban-giao"), 200, "đã quét <b>0/1</b>");
    expect(browser, post(browser, "/quay/ban-giao", "viec=them&sai=0&ma=%s", second, ""), 409,
           "Chưa thêm");
    assert_true(says(browser, "sai <b>1</b>"));
    expect(browser, post(browser, "/quay/ban-giao", "viec=them&ma=%s", first, ""), 200,
           "đã quét <b>1/1</b>");
    expect(browser, post(browser, "/quay/ban-giao", "viec=them&da=%s&ma=%s", first, first), 200,
           "đã quét rồi");
    expect(browser,
           post(browser, "/quay/ban-giao",
                "viec=chot&da=%s&count=2&seal=NP-1&giver=An&taker=B%%C3%%ACnh", first, ""),
           409, "Đếm được 2 bì, danh sách có 1");
    assert_true(says(browser, "value=\"Bình\"")); /* nothing is typed twice */
    assert_true(says(browser, "value=\"NP-1\""));
    assert_true(says(browser, "maxlength=4 autofocus value=\"2\""));
    expect(browser,
           post(browser, "/quay/ban-giao",
                "viec=chot&da=%s&count=1&seal=NP-1&giver=An&taker=B%%C3%%ACnh", first, ""),
           303, "Location: /quay/ban-giao?so=BG-000001");
    expect(browser, browser_get(browser, "/quay/ban-giao?so=BG-000001"), 200, "Cộng 1 bì.");
    assert_true(says(browser, "<b>NP-1</b>"));
    assert_true(says(browser, "niêm phong lúc <b>"));
    assert_true(says(browser, "Đỗ Xuân Mẫu"));
    expect(browser,
           post(browser, "/quay/ban-giao", "viec=chenh&so=BG-000001&bi=%s&loai=damaged", first, ""),
           303, "so=BG-000001");
    expect(browser, browser_get(browser, "/quay/ban-giao?so=BG-000001"), 200, "hư hỏng");
}

/* What cannot be taken back is not done by one key: why is asked; then he stands before the same.
 */
static void a_label_is_made_void(struct browser *browser, const char *item)
{
    char at[64];
    (void)snprintf(at, sizeof at, "/quay/bi?bi=%s", item);
    expect(browser, browser_get(browser, at), 200, "Hủy nhãn");
    expect(browser, post(browser, "/quay/bi", "viec=void&bi=%s&reason=", item, ""), 400,
           "«Vì sao» còn trống.");
    expect(browser, post(browser, "/quay/bi", "viec=void&bi=%s&reason=1", item, ""), 303, at + 9);
    expect(browser, post(browser, "/quay/ban-giao", "viec=them&ma=%s", item, ""), 409, "nhãn hủy");
}

static void a_clerks_day(void **state)
{
    struct browser *browser = *state;
    struct item second = desk_rig_issue(&browser->rig.desk, SECOND, "0912000002", "0");
    const char *first = browser->rig.item.text;
    come_in(browser);
    envelopes_are_printed(browser, first, second.text);
    results_are_put_in_their_own(browser, first, second.text);
    they_go_sealed(browser, first, second.text);
    a_label_is_made_void(browser, second.text);
}

static void practice_writes_nothing(void **state)
{
    struct browser *browser = *state;
    static const char *const right[] = {"TAP-0001",      "3", "tap-0001", "TT000000014VN",
                                        "TT000000014VN", "1"};
    uint64_t before, after;
    int64_t batch;
    assert_good(record_end(browser->rig.desk.rig.record, &batch, &before, &err));
    come_in(browser);
    expect(browser, browser_get(browser, "/quay/tap"), 200, "KHÔNG GHI THẬT");
    expect(browser, post(browser, "/quay/tap", "buoc=0&ma=%s", FIRST, ""), 200, "Chưa đúng");
    expect(browser, post(browser, "/quay/tap", "buoc=3&ma=%s", "TT000000028VN", ""), 200,
           "SAI PHONG BÌ");
    for (int i = 0; i < 6; i++) {
        char step[4];
        (void)snprintf(step, sizeof step, "%d", i);
        expect(browser, post(browser, "/quay/tap", "buoc=%s&ma=%s", step, right[i]), 200,
               i == 5 ? "Xong bài tập" : "data-tieng=duoc");
        assert_true(says(browser, "KHÔNG GHI THẬT"));
    }
    assert_good(record_end(browser->rig.desk.rig.record, &batch, &after, &err));
    assert_true(after == before);
}

static void what_is_not_his_stays_hidden(void **state)
{
    struct browser *browser = *state;
    char path[64];
    come_in(browser);
    (void)snprintf(path, sizeof path, "/quay/bi?bi=%s", browser->rig.item.text);
    expect(browser, browser_get(browser, path), 200, "Đỗ X. Mẫu");
    assert_int_equal(web_rig_post(&browser->rig, "/quay/in", browser->cookie, "bi=x"), 403);
    assert_int_equal(web_rig_post(&browser->rig, "/quay/viec", browser->cookie, "ma=x"), 403);
    assert_int_equal(web_rig_post(&browser->rig, "/quay/ban-giao", browser->cookie, "ma=x"), 403);
    browser->cookie[0] = '\0';
    static const char *const pages[] = {"/quay/in", "/quay/viec", "/quay/ban-giao", "/quay/giay"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_int_equal(browser_get(browser, pages[i]), 303);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clerks_day),
                                       cmocka_unit_test(practice_writes_nothing),
                                       cmocka_unit_test(what_is_not_his_stays_hidden)};
    return cmocka_run_group_tests_name("server/desk_work", tests, browser_open, browser_close);
}
