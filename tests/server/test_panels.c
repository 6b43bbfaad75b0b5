/* The dispatcher's, the devices', the administrator's and the auditor's pages over HTTP: what a
 * form does is done by the command of the same name; refused, it stands there again as it was sent.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/devices.h"
#include "server/record/db.h"
#include "server/record/hooks.h"
#include "server/record/looks.h"
#include "server/record/templates.h"
#include "server/web/admin_pages.h"
#include "server/web/password.h"
#include "server/web/act.h"
#include "tests/server/browser.h"

/* What the page says after `mark`, up to the next '<'. */
static void take_after(const struct browser *browser, const char *mark, char *out, size_t size)
{
    const char *at = strstr(browser->rig.answer, mark);
    if (at == NULL)
        fail_msg("no %s in: %s", mark, web_rig_body(&browser->rig));
    at += strlen(mark);
    (void)snprintf(out, size, "%.*s", (int)strcspn(at, "<"), at);
}

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

/* ------------------------------------------------------------------ people */

static void a_person_is_added_and_comes_in(void **state)
{
    struct browser *browser = *state;
    char password[PASSWORD_ONE_TIME_MAX], form[128];
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/nguoi"), 200);
    assert_int_equal(browser_post(browser, "/quay/nguoi",
                                  "viec=person&muc=Th%C3%AAm+ng%C6%B0%E1%BB%9Di&moi=lan%3Cb%3E"
                                  "&role=clerk&office=KHONG"),
                     404);
    assert_true(says(browser, "value=\"lan&lt;b&gt;\"")); /* as it was sent, and no markup */
    assert_true(says(browser, " autofocus aria-invalid=true aria-describedby=vi-sao "
                              "value=\"KHONG\""));
    assert_true(says(browser, "<option value=\"clerk\" selected>"));
    assert_int_equal(browser_post(browser, "/quay/nguoi",
                                  "viec=person&muc=Th%C3%AAm+ng%C6%B0%E1%BB%9Di&moi=lan"
                                  "&role=clerk&office=all"),
                     200);
    take_after(browser, "<code class=ma-chu>", password, sizeof password);
    assert_int_equal(strlen(password), PASSWORD_ONE_TIME_MAX - 1);
    assert_int_equal(browser_get(browser, "/quay/nguoi"), 200);
    assert_false(says(browser, password)); /* once */
    assert_true(says(browser, ">lan</a>"));
    assert_int_equal(browser_post(browser, "/quay/nguoi", /* a name that is there is not changed */
                                  "viec=person&muc=Th%C3%AAm+ng%C6%B0%E1%BB%9Di&moi=lan"
                                  "&role=administrator&office=all"),
                     409);
    assert_true(says(browser, "lan: tên này đã có; chưa đổi gì."));
    browser_done(
        browser, "/quay/nguoi",
        "viec=person&muc=%C4%90%E1%BB%95i+vai+tr%C3%B2%2C+c%C6%A1+quan&ten=lan&role=dispatcher");

    browser->cookie[0] = '\0';
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    (void)snprintf(form, sizeof form, "ten=lan&mk=%s", password);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", form), 303);
    struct person lan;
    assert_good(person_find(browser->rig.desk.rig.record, "lan", &lan, &err));
    assert_int_equal(lan.role, ROLE_DISPATCHER);
    assert_true(lan.must_change);
}

/* Without the form's token, from elsewhere, or by who may not, nothing is done. */
static void a_form_of_somebody_else_does_nothing(void **state)
{
    struct browser *browser = *state;
    struct person person;
    static const char form[] = "viec=person&muc=Th%C3%AAm+ng%C6%B0%E1%BB%9Di&moi=ke-gian"
                               "&role=administrator&office=all";
    browser_log_in(browser);
    assert_int_equal(web_rig_post(&browser->rig, "/quay/nguoi", browser->cookie, form), 403);
    assert_int_equal(
        browser_post_from(browser, "/quay/nguoi", "Origin: https://example.com\r\n", form), 403);
    /* a form that this page does not have */
    assert_int_equal(browser_get(browser, "/quay/nguoi"), 200);
    assert_int_equal(browser_post(browser, "/quay/nguoi", "viec=revoke&khoa=HH-001"), 403);
    /* words of the command that nobody is asked for */
    assert_int_equal(browser_post(browser, "/quay/nguoi",
                                  "viec=person&muc=Th%C3%AAm+ng%C6%B0%E1%BB%9Di&moi=by%3Dquay"
                                  "&role=clerk&office=all"),
                     400);
    assert_error(person_find(browser->rig.desk.rig.record, "ke-gian", &person, &err),
                 ERROR_NOT_FOUND);
}

/* ------------------------------------------------------------------ messages */

#define TRIED "viec=template&muc=Vi%E1%BA%BFt+l%E1%BB%9Di+m%E1%BB%9Bi&loai=out&kenh=vi&loi="
#define KEPT "viec=template&muc=%C4%90%E1%BA%B7t+l%E1%BB%9Di+n%C3%A0y&loai=out&kenh=vi&loi="
#define WORDS "H%C3%B4m+nay+giao.%5B+Thu+%7Btien%7D.%5D"

/* Tried first: text, parts and cost are there, and nothing is kept. */
static void what_messages_say_is_tried_before_it_is_kept(void **state)
{
    struct browser *browser = *state;
    char words[TEMPLATE_WORDS_MAX + 1];
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/mau-tin"), 200);
    assert_true(says(browser, "Hom nay buu ta den giao."));
    assert_false(says(browser, "Đặt lời này"));
    assert_int_equal(browser_post(browser, "/quay/mau-tin", TRIED WORDS), 200);
    assert_true(says(browser, "Trao RA123456785VN: Hom nay giao. Thu 168.000d."));
    assert_true(says(browser, "Số phần: <b>1</b> (47 ký tự); nhiều nhất <b>1</b>"));
    assert_true(says(browser, "chưa biết"));
    assert_true(says(browser, "name=\"loi\" value=\"Hôm nay giao.[ Thu {tien}.]\""));
    assert_good(template_words(browser->rig.desk.rig.record, "out.vi", words, &err));
    assert_string_equal(words, "");

    browser_done(browser, "/quay/tham-so",
                 "viec=rule&ten=sms_part_vnd&gia-tri=350&can-cu=H%C4%90+7");
    assert_int_equal(browser_get(browser, "/quay/mau-tin"), 200);
    assert_int_equal(browser_post(browser, "/quay/mau-tin", TRIED WORDS), 200);
    assert_true(says(browser, "Giá mỗi tin: <b>350 đ</b>, nhiều nhất <b>350 đ</b>"));
    browser_done(browser, "/quay/mau-tin", KEPT WORDS);
    assert_good(template_words(browser->rig.desk.rig.record, "out.vi", words, &err));
    assert_string_equal(words, "Hom nay giao.[ Thu {tien}.]");
    assert_int_equal(browser_get(browser, "/quay/mau-tin?loai=out"), 200);
    assert_true(says(browser, "Hom nay giao.[ Thu {tien}.]"));

    assert_int_equal(browser_post(browser, "/quay/mau-tin", TRIED "Xem+trao.vn"), 400);
    assert_true(says(browser, "role=alert"));
    assert_true(says(browser, "trao.vn"));
    assert_int_equal(browser_post(browser, "/quay/mau-tin", KEPT "Ong+%7Bten%7D"), 400);
    assert_good(template_words(browser->rig.desk.rig.record, "out.vi", words, &err));
    assert_string_equal(words, "Hom nay giao.[ Thu {tien}.]");
}

/* ------------------------------------------------------------------ settings */

static void what_is_set_is_shown_with_its_citation(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    browser_done(browser, "/quay/tham-so",
                 "viec=rule&ten=at_risk_min&gia-tri=360&can-cu=Q%C4%90+31");
    assert_int_equal(browser_get(browser, "/quay/tham-so?xong=rule"), 200);
    assert_true(says(browser, ">Giữ ở bưu cục, xã (ngày)<"));
    assert_true(
        says(browser, ">Thông báo của một bưu cục: 30 ngày ở nông thôn, từ lần mời đầu; xã "));
    assert_true(says(browser, "<p class=xong role=status>Đã ghi.</p>"));
    assert_true(says(browser, ">360</td>"));
    assert_true(says(browser, "QĐ 31"));
    assert_int_equal(
        browser_post(browser, "/quay/tham-so", "viec=rule&ten=at_risk_min&gia-tri=360&can-cu="),
        400);
    /* at the field it names, which has the focus */
    assert_true(says(browser,
                     "<p class=loi role=alert id=vi-sao>«Căn cứ: văn bản nào» còn trống.</p>"
                     "<input id=\"rule-can-cu-2\""));
    assert_true(says(browser, " autofocus aria-invalid=true aria-describedby=vi-sao value=\"\">"));

    browser_done(
        browser, "/quay/lich",
        "viec=days&ngay=2027-02-05%2Coff%2CQ%C4%90+32%0D%0A2027-02-06%2Cwork%2CQ%C4%90+32");
    assert_int_equal(browser_get(browser, "/quay/lich?nam=2027"), 200);
    assert_true(says(browser, "05/02/2027"));
    assert_true(says(browser, "QĐ 32"));
    assert_true(says(browser, "làm việc"));

    browser_done(browser, "/quay/gia",
                 "viec=price&can=100&vung=commune&gia=1016500&can-cu=B%E1%BA%A3ng+1");
    assert_int_equal(browser_get(browser, "/quay/gia"), 200);
    assert_true(says(browser, "1.016.500 đ"));

    browser_done(browser, "/quay/danh-ba",
                 "viec=office&ma=H27.99&name=S%E1%BB%9F+Th%E1%BB%AD+%3Ci%3E");
    assert_int_equal(browser_get(browser, "/quay/danh-ba"), 200);
    assert_true(says(browser, "Sở Thử &lt;i&gt;"));
    browser_done(browser, "/quay/thu-tuc",
                 "viec=procedure&ten=C%E1%BA%A5p+l%E1%BA%A1i&owner-only=yes");
    assert_int_equal(browser_get(browser, "/quay/thu-tuc"), 200);
    assert_true(says(browser, "chỉ chủ hồ sơ"));
}

static void numbers_run_out_in_sight(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    browser_done(browser, "/quay/dai-so", "viec=range&bc=480000&so=1");
    assert_int_equal(browser_get(browser, "/quay/dai-so"), 200); /* a slip burns no numbers */
    assert_int_equal(browser_post(browser, "/quay/dai-so", "viec=range&bc=48000&so=9"), 404);
    assert_true(says(browser, "id=vi-sao>«Bưu cục (6 số)»: 048000 chưa ghi."));
    assert_true(
        says(browser, " autofocus aria-invalid=true aria-describedby=vi-sao value=\"48000\">"));
    (void)desk_rig_issue(&browser->rig.desk, "H27.15-261118-0146", "0912000002", "0");
    assert_int_equal(browser_get(browser, "/quay/dai-so"), 200);
    assert_true(says(browser, "Sắp hết số"));
    browser_done(browser, "/quay/dai-so", "viec=range&bc=480000&so=100000");
    assert_int_equal(browser_get(browser, "/quay/dai-so"), 200);
    assert_false(says(browser, "Sắp hết số"));
}

static void printers_are_registered(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/may-in"), 200);
    assert_true(says(browser, "Chưa có máy in"));
    browser_done(
        browser, "/quay/may-in",
        "viec=printer&ten=quay1&where=ipp%3A%2F%2F127.0.0.1%3A1%2Fx&layout=dl&tongue=pdf&dpi=300");
    assert_int_equal(browser_get(browser, "/quay/may-in"), 200);
    assert_true(says(browser, "ipp://127.0.0.1:1/x") && says(browser, "Phong bì DL 220×110"));
    assert_int_equal(browser_post(browser, "/quay/may-in",
                                  "viec=printer&ten=quay2&where=file%3A%2Fetc%2Fpasswd&layout=dl"),
                     400);
    assert_true(says(browser, "id=vi-sao>file:/etc/passwd: phải như"));
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    assert_true(says(browser, "quay1, dl 300 dpi"));
    browser_done(
        browser, "/quay/may-in",
        "viec=printer&muc=%C4%90%E1%BB%95i%2C+b%E1%BA%ADt%2C+t%E1%BA%AFt+m%C3%A1y+in&ten=quay1&"
        "state=off");
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    assert_false(says(browser, "quay1, dl 300 dpi"));
}

/* ------------------------------------------------------------------ devices */

/* What the machine shows, and the number of its certificate, stand in its row and are found by. */
static void the_machine_is_compared(struct browser *browser)
{
    struct device device;
    char mark[SEAL_MARK_MAX], words[96];
    assert_good(device_find(browser->rig.desk.rig.record, "HH-001", &device, &err));
    (void)snprintf(words, sizeof words, "<code class=ma-chu>%s</code>",
                   seal_mark(&device.seal_key, mark));
    assert_int_equal(browser_get(browser, "/quay/may?vua=HH-001"), 200);
    assert_true(says(browser, words));
    (void)snprintf(words, sizeof words, "/quay/may?tim=%s", mark);
    assert_int_equal(browser_get(browser, words), 200);
    assert_true(says(browser, "HH-001</a>"));
    assert_true(says(browser, "data-phim=F8"));
    assert_true(says(browser, "data-ten=\"Chứng thư đến\""));
    assert_int_equal(browser_get(browser, "/quay/may?tim=HH-9"), 200);
    assert_false(says(browser, "HH-001</a>"));
    assert_true(says(browser, "Không có máy nào như vậy."));
}

static void a_handheld_comes_and_is_lost(void **state)
{
    struct browser *browser = *state;
    char code[ENROL_CODE_TEXT_MAX];
    struct device device;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_true(says(browser, "HH-001"));
    assert_int_equal(browser_post(browser, "/quay/may", "viec=enrol&may=HH-042"), 200);
    take_after(browser, "<code class=ma-chu>", code, sizeof code);
    assert_int_equal(strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-"), strlen(code));
    assert_true(strlen(code) >= ENROL_CODE_CHARS);
    assert_true(says(browser, "<svg class=ma-vuong role=img"));
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_false(says(browser, code));
    assert_int_equal(browser_get(browser, "/quay/may?vua=HH-042"), 200);
    assert_true(says(browser, "Chưa máy nào dùng mã này"));
    the_machine_is_compared(browser);
    assert_int_equal(browser_post(browser, "/quay/may", "viec=revoke&khoa=HH-404"), 404);
    browser_done(browser, "/quay/may", "viec=revoke&khoa=HH-001");
    assert_good(device_find(browser->rig.desk.rig.record, "HH-001", &device, &err));
    assert_int_equal(device.state, DEVICE_REVOKED);
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_true(says(browser, "đã khóa"));

    /* what it hands in then stands aside until it is admitted */
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, &browser->rig.item, EVENT_PICKED_UP, 0);
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_true(says(browser, browser->rig.item.text));
    assert_true(says(browser, "để riêng</td>"));
    browser_done(browser, "/quay/may", "viec=admit&may=HH-001&ly-do=t%C3%ACm+l%E1%BA%A1i");
    assert_int_equal(browser_get(browser, "/quay/may"), 200);
    assert_true(says(browser, "đã nhận</td>"));
}

/* ------------------------------------------------------------------ rounds */

static void a_dispatcher_s_day(void **state)
{
    struct browser *browser = *state;
    const char *item = browser->rig.item.text;
    char pin[16], form[160], line[64], commune[16];
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/buu-ta"), 200);
    assert_int_equal(browser_post(browser, "/quay/buu-ta",
                                  "viec=postman&badge=TH-12&name=D%C5%A9ng&from=2026-11-01"),
                     200);
    take_after(browser, "PIN, chỉ hiện lần này: <code class=ma-chu>", pin, sizeof pin);
    assert_int_equal(strlen(pin), 6);
    assert_int_equal(browser_post(browser, "/quay/buu-ta",
                                  "viec=postman&badge=TH-13&name=H%E1%BA%A1nh&from=2026-11-01"),
                     200);
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, &browser->rig.item, EVENT_PICKED_UP,
                  5000);
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    assert_true(says(browser, "chưa chia <b>1</b>"));
    take_after(browser, "name=xa-", commune, sizeof commune);
    commune[5] = '\0';
    (void)snprintf(form, sizeof form,
                   "viec=round&muc=Giao+c%%E1%%BA%%A3+x%%C3%%A3&badge=TH-12&commune=%s", commune);
    browser_done(browser, "/quay/dieu-phoi", form);
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    assert_true(says(browser, "chưa chia <b>0</b>"));
    assert_true(says(browser, "Đã chia hết."));
    assert_true(says(browser, "bản kê đang mở <b>1</b>"));

    /* by scan it is refused: it is on a round; what was scanned stands there still */
    (void)snprintf(
        form, sizeof form,
        "viec=round&muc=Giao+b%%C3%%AC+qu%%C3%%A9t+t%%E1%%BB%%ABng+c%%C3%%A1i&badge=TH-13&bi=%s",
        item);
    assert_int_equal(browser_post(browser, "/quay/dieu-phoi", form), 409);
    (void)snprintf(line, sizeof line, "%s</textarea>", item);
    assert_true(says(browser, line));

    browser_done(browser, "/quay/dieu-phoi", "viec=roundgive&ban=BD-000001&badge=TH-13");
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, &browser->rig.item,
                  EVENT_OUT_FOR_DELIVERY, 1000);
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi?badge=TH-13"), 200);
    assert_true(says(browser, "lệch cuối ngày <b>1</b>"));
    assert_true(says(browser, "<h2>Trong tay TH-00000013</h2>"));
    assert_int_equal(browser_post(browser, "/quay/dieu-phoi", "viec=dayend&badge=TH-13"), 409);
    (void)snprintf(form, sizeof form, "viec=leave&bi=%s&ly-do=m%%C6%%B0a+l%%C5%%A9", item);
    browser_done(browser, "/quay/dieu-phoi", form);
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    assert_true(says(browser, "lệch cuối ngày <b>0</b>"));
    browser_done(browser, "/quay/dieu-phoi", "viec=dayend&badge=TH-13");
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    assert_true(says(browser, "bản kê đang mở <b>0</b>"));
    (void)snprintf(form, sizeof form, "viec=hand&bi=%s&den=office", item);
    browser_done(browser, "/quay/dieu-phoi", form);
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    assert_true(says(browser, "Không ai giữ bì nào."));
}

static void press(struct browser *browser, const char *mode, const char *fields, int status,
                  const char *words)
{
    char form[400];
    (void)snprintf(form, sizeof form, "che-do=%s&%s", mode, fields);
    int got = browser_post(browser, "/quay/dieu-phoi", form);
    if (got != status || !says(browser, words))
        fail_msg("%s: %d, not %d with «%s»: %.400s", form, got, status, words,
                 strstr(browser->rig.answer, "id=ket"));
}

/* The same day by scanner: one field, no other form; each step is a page. */
static void a_dispatcher_s_day_by_scans(void **state)
{
    struct browser *browser = *state;
    const char *item = browser->rig.item.text;
    char commune[16], form[200];
    struct item desk = desk_rig_issue(&browser->rig.desk, "H27.15-261118-0146", "0912000002", "0");
    browser_log_in(browser);
    for (int i = 12; i <= 13; i++) {
        (void)snprintf(form, sizeof form, "viec=postman&badge=TH-%d&name=A&from=2026-11-01", i);
        assert_int_equal(browser_post(browser, "/quay/buu-ta", form), 200);
        assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    }
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, &browser->rig.item, EVENT_PICKED_UP,
                  5000);
    assert_int_equal(browser_get(browser, "/quay/dieu-phoi"), 200);
    take_after(browser, "name=xa-", commune, sizeof commune);
    commune[5] = '\0';
    press(browser, "giao", "ma=12", 400, "Đánh dấu xã hoặc quét bì trước");
    press(browser, "giao", "ma=%3Cb%3E", 400, "«&lt;B&gt;»");
    press(browser, "chuyen", "den=%22%3E%3Cscript%3E&ma=x", 400, "không phải thẻ");
    assert_false(says(browser, "<script>"));
    (void)snprintf(form, sizeof form, "xa-%s=1&ma=th-99", commune);
    press(browser, "giao", form, 404, "chưa giao");
    (void)snprintf(form, sizeof form, "name=xa-%s value=1 data-n=1 checked", commune);
    assert_true(says(browser, form)); /* what was marked stays */
    (void)snprintf(form, sizeof form, "ma=%s", item);
    press(browser, "giao", form, 200, "Đã thêm RA");
    assert_true(says(browser, "F2 Giao 1 bì"));
    (void)snprintf(form, sizeof form, "da=%s&ma=%s", item, item);
    press(browser, "giao", form, 200, "đã quét rồi");
    (void)snprintf(form, sizeof form, "xa-%s=1&ma=12", commune);
    press(browser, "giao", form, 200, "Đã giao TH-00000012: BD-000001");
    assert_true(says(browser, "Đã chia hết."));

    (void)snprintf(form, sizeof form, "ma=%s", item);
    press(browser, "ai", form, 200, "trên bản kê BD-000001 của TH-00000012");
    press(browser, "chuyen", form, 400, "Quét thẻ hay bản kê nhận trước");
    press(browser, "chuyen", "ma=13", 200, "Chuyển đến TH-00000013");
    (void)snprintf(form, sizeof form, "den=TH-13&ma=%s", item);
    press(browser, "chuyen", form, 200, "đã chuyển đến TH-00000013");
    (void)snprintf(form, sizeof form, "den=TH-13&ma=%s", desk.text);
    press(browser, "chuyen", form, 409, "TH-00000013 chưa có bản kê nào đang mở");
    (void)snprintf(form, sizeof form, "den=TH-12&ma=%s", item);
    press(browser, "chuyen", form, 200, "đã chuyển đến TH-00000012");
    desk_rig_scan(&browser->rig.desk, &browser->rig.device, &browser->rig.item,
                  EVENT_OUT_FOR_DELIVERY, 1000);
    press(browser, "ai", "ma=12", 200, "<h2>Trong tay TH-00000012</h2>");
    press(browser, "chot", form, 200, "Vì sao"); /* of whoever is named in the form */
    press(browser, "chot", "ma=12", 200, "Còn lệch 1 bì");
    press(browser, "chot", "den=TH-12&viec=chot", 409, "role=alert");
    (void)snprintf(form, sizeof form, "den=TH-12&bi-o-lai=%s&ly-do=m%%C6%%B0a", item);
    press(browser, "chot", form, 200, "Đã ghi lý do");
    assert_false(says(browser, "Còn lệch 1 bì"));
    press(browser, "chot", "den=TH-12&viec=chot", 200, "Đã chốt ca TH-00000012");
    (void)snprintf(form, sizeof form, "den=QUAY&ma=%s", item);
    press(browser, "chuyen", form, 200, "đã chuyển đến quầy");
    assert_true(says(browser, "trong tay bưu tá <b>0</b>"));
}

/* ------------------------------------------------------------------ the log */

static bool spoil_act(struct record *record, void *arg, struct error *err)
{
    (void)arg;
    struct look look = {.person = 1, .kind = LOOK_NAMES, .client = "192.0.2.7"};
    return look_add(record, &look, err);
}

/* Nobody who reads the log need know what commands are called. */
static void the_log_is_in_words(void **state)
{
    struct browser *browser = *state;
    const char *verb, *words;
    enum right right;
    char option[96];
    bool by;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/nhat-ky"), 200);
    assert_true(strstr(browser->rig.answer, "Kiểm ngay") < strstr(browser->rig.answer, "<table"));
    for (size_t i = 0; act_row(i, &verb, &right, &words, &by); i++) {
        (void)snprintf(option, sizeof option, ">%s</option>", verb);
        if (says(browser, option))
            fail_msg("%s has no words in the log", verb);
    }
}

static void who_looked_and_whether_it_still_holds(void **state)
{
    struct browser *browser = *state;
    browser_in_group(browser, spoil_act, NULL);
    browser_log_in(browser);
    browser_done(browser, "/quay/tham-so",
                 "viec=rule&ten=at_risk_min&gia-tri=360&can-cu=Q%C4%90+31");
    assert_int_equal(browser_get(browser, "/quay/nhat-ky"), 200);
    assert_true(says(browser, "192.0.2.7"));
    assert_true(says(browser, "data-ten=\"Việc\">đặt tham số</td>") ||
                says(browser, "data-ten=Việc>đặt tham số</td>"));
    const char *once = strstr(browser->rig.answer, "<option value=\"print\"");
    assert_non_null(once);
    assert_null(strstr(once + 1, "<option value=\"print\""));
    assert_true(says(browser, ">xem bản đồ các điểm giao</option>"));
    assert_int_equal(browser_get(browser, "/quay/nhat-ky?viec=rule"), 200);
    assert_false(says(browser, "192.0.2.7"));
    assert_int_equal(browser_get(browser, "/quay/nhat-ky?nguoi=ai"), 400);
    assert_int_equal(browser_get(browser, "/quay/nhat-ky?tu=31-11-2026"), 400);
    assert_int_equal(browser_get(browser, "/quay/nhat-ky?nguoi=quay&den=2026-01-01"), 200);
    assert_true(says(browser, "Không có dòng nào."));
    assert_int_equal(browser_post(browser, "/quay/nhat-ky", ""), 200);
    assert_true(says(browser, "Mọi chuỗi khớp"));
    char path[400], command[500];
    (void)snprintf(path, sizeof path, "%s/record.db", browser->rig.desk.rig.dir);
    (void)snprintf(command, sizeof command, "client = '192.0.2.8' WHERE client = '192.0.2.7'");
    struct db *db;
    char sql[600];
    (void)snprintf(sql, sizeof sql, "UPDATE look SET %s", command);
    assert_good(db_open(path, DB_DURABLE, &db, &err));
    assert_good(db_exec(db, sql, &err));
    db_close(db);
    assert_int_equal(browser_post(browser, "/quay/nhat-ky", ""), 200);
    assert_true(says(browser, "CHUỖI KHÔNG KHỚP: look 1 was changed"));
}

/* ------------------------------------------------------------------ pages as data */

/* Each address leads to its own page, and the way to it stands on the administrator's. */
static void every_page_is_where_it_says(void **state)
{
    struct browser *browser = *state;
    const struct admin_page *page;
    char words[160];
    browser_log_in(browser);
    for (size_t i = 0; (page = admin_page(i)) != NULL; i++) {
        assert_int_equal(browser_get(browser, page->path), 200);
        (void)snprintf(words, sizeof words, "<title>%s</title>", page->title);
        if (!says(browser, words))
            fail_msg("%s is another page", page->path);
        assert_int_equal(browser_get(browser, "/quay/quan-tri"), 200);
        (void)snprintf(words, sizeof words, "<a href=\"%s\">", page->path);
        assert_true(says(browser, words));
    }
}

#define CASES "/quay/vu-viec"
#define MONEY "/quay/tien"

/* A case is opened, answered and closed by pages alone; a clerk opens one and judges none. */
static void cases_are_worked_from_a_page(void **state)
{
    struct browser *browser = *state;
    const char *item = browser->rig.item.text;
    char form[300];
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    (void)browser_person(browser, "quay hai", ROLE_CLERK, 0);
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "quay+hai");
    assert_int_equal(browser_get(browser, CASES), 200);
    assert_true(says(browser, "Không có vụ việc nào đang mở."));
    assert_false(says(browser, "<h2>Trả lời vụ việc</h2>"));
    (void)snprintf(form, sizeof form,
                   "viec=case&muc=M%%E1%%BB%%9F+v%%E1%%BB%%A5+vi%%E1%%BB%%87c&bi=%s&loai=damaged&"
                   "chung-cu=don+1&from=citizen",
                   item);
    browser_done(browser, CASES, form);
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "quan+ly");
    assert_int_equal(browser_get(browser, CASES), 200);
    assert_true(says(browser, "Hư hỏng"));
    assert_true(says(browser, "người dân"));
    (void)snprintf(form, sizeof form, "<a href=\"/quay/bi?bi=%s\">", item);
    assert_true(says(browser, form));
    /* a row leads to the form, which knows what it is about */
    (void)snprintf(form, sizeof form, "<a href=\"" CASES "?bi=%s&amp;loai=damaged#m0\">", item);
    assert_true(says(browser, form));
    (void)snprintf(form, sizeof form, CASES "?bi=%s&loai=damaged", item);
    assert_int_equal(browser_get(browser, form), 200);
    assert_true(says(browser, "<section class=muc id=m0><h2>Trả lời vụ việc</h2>"));
    (void)snprintf(form, sizeof form, "value=\"%s\">", item);
    assert_true(says(browser, form));
    assert_true(says(browser, "<option value=\"damaged\" selected>"));
    (void)snprintf(form, sizeof form, "viec=answer&bi=%s&loai=damaged&chung-cu=CV+2&liable=132000",
                   item);
    browser_done(browser, CASES, form);
    (void)snprintf(form, sizeof form,
                   "viec=close&bi=%s&loai=damaged&ket-qua=compensated&chung-cu=PC+3&paid=132000",
                   item);
    browser_done(browser, CASES, form);
    assert_int_equal(browser_get(browser, CASES), 200);
    assert_true(says(browser, "Không có vụ việc nào đang mở."));
}

/* What a postman took at doors is handed in, and the shift is even. */
static void a_shift_is_made_even_from_a_page(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, MONEY), 200);
    assert_true(says(browser, "Không có ca nào thu tiền."));
    struct rig_batch batch;
    pthread_mutex_lock(&desk->lock);
    struct scan *scan = rig_beep(&desk->rig, &browser->rig.device, 0, EVENT_DELIVERED, 0);
    scan->item = browser->rig.item;
    scan->badge = 12;
    scan->postage_vnd = 33000;
    scan->relation = RELATION_OWNER;
    rig_cut(&browser->rig.device, &batch);
    rig_send(&desk->rig, &browser->rig.device, &batch);
    assert_good(views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
    assert_int_equal(browser_get(browser, MONEY), 200);
    assert_true(says(browser, "33.000 đ"));
    assert_true(says(browser, "LỆCH"));
    browser_done(
        browser, MONEY,
        "viec=remit&the=TH-12&ngay=2026-11-25&chung-cu=Phieu+1&postage=33000&giver=A&taker=B");
    assert_int_equal(browser_get(browser, MONEY), 200);
    assert_false(says(browser, "LỆCH"));
    assert_true(says(browser, "khớp"));
    assert_int_equal(browser_get(browser, MONEY "?tu=2026-10-01&den=2026-10-31"), 200);
    assert_true(says(browser, "Không có ca nào thu tiền."));
    assert_int_equal(browser_get(browser, MONEY "?tu=%3Cb%3E&den=x"), 200); /* a sentence */
    assert_false(says(browser, "<b>\""));
}

/* Each page names commands that there are, and its forms their words. */
static void every_page_asks_what_there_is(void **state)
{
    (void)state;
    const struct admin_page *page;
    for (size_t i = 0; (page = admin_page(i)) != NULL; i++) {
        for (size_t s = 0; s < ADMIN_SECTIONS_MAX && page->sections[s].verb; s++)
            assert_non_null(command_find(page->sections[s].verb));
        for (const struct panel_form *form = page->forms; form->verb != NULL; form++) {
            const struct command *command = command_find(form->verb);
            assert_non_null(command);
            for (size_t f = 0; f < PANEL_FIELDS_MAX && form->fields[f].name != NULL; f++) {
                char option[48], needed[48];
                (void)snprintf(option, sizeof option, "[%s=", form->fields[f].name);
                (void)snprintf(needed, sizeof needed, " %s=", form->fields[f].name);
                enum panel_place place = form->fields[f].place;
                if ((place == PANEL_OPTION || place == PANEL_TICKS) &&
                    strstr(command->arguments, option) == NULL &&
                    strstr(command->arguments, needed) == NULL)
                    fail_msg("%s has no %s", form->verb, option);
            }
        }
    }
}

/* Events are ticked, and stand ticked again when the form was refused. */
static void events_of_a_webhook_are_ticked(void **state)
{
    struct browser *browser = *state;
    struct hook hook;
    (void)snprintf(browser->rig.desk.config.push_hosts, sizeof browser->rig.desk.config.push_hosts,
                   "mot.vn");
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/bao-tin"), 200);
    assert_int_equal(browser_post(browser, "/quay/bao-tin",
                                  "viec=hook&muc=Th%C3%AAm+webhook&moi=so&url=https://hai.vn/"
                                  "&office=all&events-returned=1&events-delivered=1"),
                     409);
    assert_true(says(browser, "name=\"events-delivered\" value=1 checked>"));
    assert_false(says(browser, "name=\"events-failed\" value=1 checked>"));
    assert_int_equal(browser_post(browser, "/quay/bao-tin",
                                  "viec=hook&muc=Th%C3%AAm+webhook&moi=so&url=https://mot.vn/"
                                  "&office=all&events-returned=1&events-delivered=1"),
                     200);
    assert_good(hook_find(browser->rig.desk.rig.record, "so", &hook, &err));
    assert_int_equal(hook.events, 1u << STATUS_DELIVERED | 1u << STATUS_RETURNED);
    browser_done(browser, "/quay/bao-tin",
                 "viec=hook&muc=%C4%90%E1%BB%95i+webhook&ten=so&url=&office=&state=off");
    assert_good(hook_find(browser->rig.desk.rig.record, "so", &hook, &err));
    assert_int_equal(hook.events, 1u << STATUS_DELIVERED | 1u << STATUS_RETURNED);
    assert_false(hook.on);
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        DOOR(a_person_is_added_and_comes_in),
        DOOR(a_form_of_somebody_else_does_nothing),
        DOOR(what_messages_say_is_tried_before_it_is_kept),
        DOOR(what_is_set_is_shown_with_its_citation),
        DOOR(numbers_run_out_in_sight),
        DOOR(printers_are_registered),
        DOOR(cases_are_worked_from_a_page),
        DOOR(a_shift_is_made_even_from_a_page),
        DOOR(a_handheld_comes_and_is_lost),
        DOOR(a_dispatcher_s_day),
        DOOR(a_dispatcher_s_day_by_scans),
        DOOR(events_of_a_webhook_are_ticked),
        DOOR(the_log_is_in_words),
        DOOR(who_looked_and_whether_it_still_holds),
        DOOR(every_page_is_where_it_says),
        cmocka_unit_test(every_page_asks_what_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
