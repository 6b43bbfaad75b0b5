/* A clerk who serves two offices, over HTTP: what of both lies on his desk, is counted, printed,
 * received, handed over, imported and changes by itself; of a third's he learns and does nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/record/lookups.h"
#include "server/record/premises.h"
#include "tests/server/browser.h"

#define EDGE "----duong-ranh"

enum { MINE, ALSO_MINE, ANOTHERS, OFFICES };

static const char *const codes[OFFICES] = {"H27.11", "H27.12", "H27.13"};
static uint32_t numbers[OFFICES];
static struct item items[OFFICES];

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

static void expect(struct browser *browser, int status, int wanted, const char *text)
{
    if (status != wanted || !says(browser, text))
        fail_msg("%d, not %d with «%s»: %.3000s", status, wanted, text, browser->rig.answer);
}

static int post(struct browser *browser, const char *path, const char *format, const char *a,
                const char *b)
{
    char fields[400];
    (void)snprintf(fields, sizeof fields, format, a, b);
    return browser_post(browser, path, fields);
}

/* ------------------------------------------------------------------ three offices, two his */

static bool register_act(struct record *record, void *arg, struct error *err)
{
    (void)arg;
    struct premises first = {
        .kind = PREMISES_OFFICE, .code = "H27.10", .name = "Cơ quan đầu", .from = {1}};
    if (!premises_put(record, &first, 0, err)) /* the rig's own item is of the first office */
        return false;
    for (int i = 0; i < OFFICES; i++) {
        struct premises office = {.kind = PREMISES_OFFICE, .from = {1}};
        (void)snprintf(office.code, sizeof office.code, "%s", codes[i]);
        (void)snprintf(office.name, sizeof office.name, "Cơ quan %s", codes[i]);
        if (!premises_put(record, &office, 0, err))
            return false;
        numbers[i] = office.number;
    }
    struct person clerk;
    if (!person_find(record, "quay", &clerk, err))
        return false;
    (void)snprintf(clerk.name, sizeof clerk.name, "hai");
    clerk.role = ROLE_CLERK;
    clerk.offices[0] = numbers[MINE];
    clerk.offices[1] = numbers[ALSO_MINE];
    clerk.offices_n = 2;
    return person_add(record, &clerk, err);
}

static void come_in(struct browser *browser, const char *name)
{
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, name);
    assert_int_equal(browser_get(browser, "/quay/viec"), 200);
}

static int open_offices(void **state)
{
    if (browser_open(state) != 0)
        return -1;
    struct browser *browser = *state;
    browser_in_group(browser, register_act, NULL);
    for (int i = 0; i < OFFICES; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "%s-261118-000%d", codes[i], i);
        browser->rig.desk.office = numbers[i];
        items[i] = desk_rig_issue(&browser->rig.desk, dossier, "0912000009", "33000");
    }
    come_in(browser, "hai");
    return 0;
}

static struct state state_of(struct browser *browser, int i)
{
    struct view view;
    assert_true(views_item(browser->rig.desk.rig.views, &items[i], &view));
    return view.state;
}

/* What the page shows of the third's: nothing. */
static void expect_hidden(struct browser *browser)
{
    char pretty[ITEM_PRETTY_MAX];
    assert_false(says(browser, items[ANOTHERS].text));
    assert_false(says(browser, item_pretty(&items[ANOTHERS], pretty)));
    assert_false(says(browser, codes[ANOTHERS]));
}

/* ------------------------------------------------------------------ rows and counts */

static void both_lie_on_his_desk(void **state)
{
    struct browser *browser = *state;
    static const char *const pages[] = {"/quay", "/quay/viec", "/quay/in"};
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        assert_int_equal(browser_get(browser, pages[i]), 200);
        assert_true(says(browser, items[MINE].text) && says(browser, items[ALSO_MINE].text));
        expect_hidden(browser);
    }
    expect(browser, browser_get(browser, "/quay"), 200, "<span>Chờ in <b>2</b></span> </p>");
    expect(browser, browser_get(browser, "/quay/viec"), 200, "chờ in <b>2</b>");
    expect(browser, browser_get(browser, "/quay/in"), 200, "F2 In 2 bì");
    expect(browser, post(browser, "/quay/viec", "che-do=tim&ma=%s", items[ANOTHERS].text, ""), 404,
           "role=alert");
    char path[64];
    (void)snprintf(path, sizeof path, "/quay/bi?bi=%s", items[ANOTHERS].text);
    expect(browser, browser_get(browser, path), 404, "role=alert");
    assert_false(says(browser, "Đỗ X. Mẫu"));
    expect(browser, browser_get(browser, "/quay/bi?bi=RA000000001VN"), 404, "role=alert");
}

/* A row of his comes by itself, with his counts; another's brings him nothing. */
static void rows_change_by_themselves(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char row[64];
    int fd = web_rig_listen(rig, "/quay/song", browser->cookie);
    assert_true(fd >= 0);
    desk_rig_scan(&rig->desk, &rig->device, &items[ANOTHERS], EVENT_PICKED_UP, 0);
    desk_rig_scan(&rig->desk, &rig->device, &items[ALSO_MINE], EVENT_PICKED_UP, 0);
    (void)snprintf(row, sizeof row, "event: dong\ndata: %s <td", items[ALSO_MINE].text);
    assert_true(web_rig_hears(rig, fd, row, 2000));
    assert_true(web_rig_hears(rig, fd,
                              "event: dem\ndata: <span>Chờ in <b>1</b></span> <span>Bưu điện nhận "
                              "<b>1</b></span> \n\n",
                              2000));
    assert_false(says(browser, items[ANOTHERS].text));
    close(fd);
}

/* ------------------------------------------------------------------ printed */

static void he_prints_for_both(void **state)
{
    struct browser *browser = *state;
    char path[64];
    expect(browser,
           post(browser, "/quay/in", "b-%s=1&b-%s=1", items[MINE].text, items[ANOTHERS].text), 404,
           "không thấy số này");
    assert_int_equal(state_of(browser, MINE).copies, 0); /* all or nothing */
    assert_int_equal(state_of(browser, ANOTHERS).copies, 0);
    (void)snprintf(path, sizeof path, "/quay/xem/%s.png", items[ANOTHERS].text);
    assert_int_equal(web_rig_get(&browser->rig, path, browser->cookie), 404);
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    expect(browser,
           post(browser, "/quay/in", "b-%s=1&b-%s=1", items[MINE].text, items[ALSO_MINE].text), 200,
           "Content-Type: application/pdf"); /* the file itself: the folder holds others' */
    assert_int_equal(state_of(browser, MINE).copies, 1);
    assert_int_equal(state_of(browser, ALSO_MINE).copies, 1);
    assert_int_equal(browser_get(browser, "/quay/in/1.pdf"), 403);
}

static void he_sees_his_print_jobs(void **state)
{
    struct browser *browser = *state;
    come_in(browser, "quay");
    assert_int_equal(
        browser_post(browser, "/quay/may-in",
                     "viec=printer&ten=quay1&where=ipp%3A%2F%2F127.0.0.1%3A1%2Fx&layout=dl"),
        303);
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    expect(browser, post(browser, "/quay/in", "may=quay1&b-%s=1", items[ANOTHERS].text, ""), 303,
           "#lenh");
    come_in(browser, "hai");
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    expect(browser,
           post(browser, "/quay/in", "may=quay1&b-%s=1&b-%s=1", items[MINE].text,
                items[ALSO_MINE].text),
           303, "#lenh");
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    assert_true(says(browser, "quay1, lệnh 2"));
    assert_false(says(browser, "quay1, lệnh 1"));
    expect_hidden(browser);
    expect(browser, post(browser, "/quay/in", "lenh=1&viec=%s%s", "huy", ""), 404,
           "không còn lệnh in 1");
    expect(browser, post(browser, "/quay/in", "lenh=1&viec=%s&tu=%s", "tiep", "1"), 404,
           "không còn lệnh in 1");
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    expect(browser, post(browser, "/quay/in", "lenh=2&viec=%s%s", "huy", ""), 303, "#lenh");
}

/* ------------------------------------------------------------------ received, handed over */

static void put_in_its_envelope(struct browser *browser, int i)
{
    char dossier[32];
    (void)snprintf(dossier, sizeof dossier, "%s-261118-000%d", codes[i], i);
    expect(browser,
           post(browser, "/quay/viec", "che-do=nhan&ho-so=%s&pages=2&originals=1", dossier, ""),
           200, "Đã nhận.");
    expect(browser,
           post(browser, "/quay/viec", "che-do=ghep&ho-so=%s&ma=%s", dossier, items[i].text), 200,
           "Đúng phong bì.");
}

static void he_hands_over_for_both(void **state)
{
    struct browser *browser = *state;
    come_in(browser, "quay");
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    expect(browser, post(browser, "/quay/in", "b-%s=1", items[ANOTHERS].text, ""), 303, "xong=");
    assert_int_equal(browser_get(browser, "/quay/viec"), 200);
    put_in_its_envelope(browser, ANOTHERS);

    come_in(browser, "hai");
    assert_int_equal(browser_get(browser, "/quay/in"), 200);
    assert_int_equal(
        post(browser, "/quay/in", "b-%s=1&b-%s=1", items[MINE].text, items[ALSO_MINE].text), 200);
    assert_int_equal(browser_get(browser, "/quay/viec"), 200);
    put_in_its_envelope(browser, MINE);
    put_in_its_envelope(browser, ALSO_MINE);
    expect(browser,
           post(browser, "/quay/viec", "che-do=nhan&ho-so=%s&pages=2&originals=1",
                "H27.13-261118-0002", ""),
           404, "role=alert");
    expect(browser, browser_get(browser, "/quay/ban-giao"), 200, "đã quét <b>0/2</b>");
    expect(browser, post(browser, "/quay/ban-giao", "viec=them&ma=%s", items[ANOTHERS].text, ""),
           404, "chưa thêm");
    assert_false(says(browser, codes[ANOTHERS])); /* the number is what he typed */
    char sealed[200];
    (void)snprintf(sealed, sizeof sealed,
                   "viec=chot&count=2&seal=NP-1&giver=An&taker=Ba&da=%%s+%%s");
    expect(browser, post(browser, "/quay/ban-giao", sealed, items[MINE].text, items[ANOTHERS].text),
           404, "không thấy số này"); /* a form of his own making */
    uint64_t handover;
    assert_good(record_handover_of(browser->rig.desk.rig.record, &items[MINE], &handover, &err));
    assert_true(handover == 0);
    expect(browser,
           post(browser, "/quay/ban-giao", sealed, items[MINE].text, items[ALSO_MINE].text), 303,
           "so=BG-000001");
    expect(browser, browser_get(browser, "/quay/ban-giao?so=BG-000001"), 200, "Cộng 2 bì.");
    assert_true(says(browser, "<b>NP-1</b>")); /* all of it is his: so is what both sign */

    come_in(browser, "quay");
    assert_int_equal(browser_get(browser, "/quay/ban-giao"), 200);
    expect(browser,
           post(browser, "/quay/ban-giao", "viec=chot&count=1&seal=NP-2&giver=An&taker=Ba&da=%s",
                items[ANOTHERS].text, ""),
           303, "so=BG-000002");
    come_in(browser, "hai");
    expect(browser, browser_get(browser, "/quay/ban-giao?so=BG-000002"), 200, "Cộng 0 bì.");
    expect_hidden(browser);
    assert_false(says(browser, "NP-2"));
    expect(browser,
           post(browser, "/quay/ban-giao", "viec=chenh&so=BG-000002&bi=%s&loai=missing",
                items[ANOTHERS].text, ""),
           404, "");
}

/* ------------------------------------------------------------------ imported */

static int send_list(struct browser *browser, const char *office, const char *dossier)
{
    char form[2048], all[4096];
    int n = snprintf(form, sizeof form,
                     "--" EDGE "\r\nContent-Disposition: form-data; name=\"dau\"\r\n\r\n%s\r\n"
                     "--" EDGE "\r\nContent-Disposition: form-data; name=\"viec\"\r\n\r\nxem\r\n"
                     "--" EDGE "\r\nContent-Disposition: form-data; name=\"office\"\r\n\r\n%s\r\n"
                     "--" EDGE
                     "\r\nContent-Disposition: form-data; name=\"tep\"; filename=\"ds.csv\"\r\n"
                     "Content-Type: text/csv\r\n\r\nMã hồ sơ,Người nhận,Địa chỉ,Số điện thoại\n"
                     "%s,Lê Văn Mẫu,\"Thôn 3, X. Cẩm Trung, Hà Tĩnh 46131\",0912000003\n"
                     "\r\n--" EDGE "--\r\n",
                     browser->csrf, office, dossier);
    int head = snprintf(all, sizeof all,
                        "POST /quay/nhap HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n%s"
                        "Content-Type: multipart/form-data; boundary=" EDGE
                        "\r\nContent-Length: %d\r\n\r\n%s",
                        browser->rig.desk.config.plain.port, browser->cookie, n, form);
    return web_rig_raw(&browser->rig, all, (size_t)head, 10000);
}

static void take_in(struct browser *browser, const char *office, int wanted, const char *words)
{
    const char *at = strstr(browser->rig.answer, "name=giu value=\"");
    char kept[80], fields[200];
    assert_non_null(at);
    (void)snprintf(kept, sizeof kept, "%.64s", at + 16);
    (void)snprintf(fields, sizeof fields, "viec=nhan&office=%s&giu=%s", office, kept);
    expect(browser, browser_post(browser, "/quay/nhap", fields), wanted, words);
}

static void he_imports_for_both(void **state)
{
    struct browser *browser = *state;
    struct item item;
    struct error none;
    struct record *record = browser->rig.desk.rig.record;
    expect(browser, browser_get(browser, "/quay/nhap"), 200, "Cơ quan H27.11");
    assert_true(says(browser, "Cơ quan H27.12"));
    assert_false(says(browser, "H27.13"));
    static const char *const news[] = {"H27.11-261119-0001", "H27.12-261119-0001"};
    for (int i = 0; i < 2; i++) {
        struct view view;
        expect(browser, browser_get(browser, "/quay/nhap"), 200, "tep");
        expect(browser, send_list(browser, codes[i], news[i]), 200, "Nhận 1 kết quả");
        take_in(browser, codes[i], 200, "Đã nhập 1 kết quả");
        assert_good(record_item_of_dossier(record, news[i], &item, &err));
        assert_true(views_item(browser->rig.desk.rig.views, &item, &view));
        assert_int_equal(view.state.office.office, numbers[i]);
    }
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    expect(browser, send_list(browser, "H27.13", "H27.13-261119-0001"), 409,
           "không thuộc tài khoản này");
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    expect(browser, send_list(browser, "H27.11", "H27.13-261119-0001"), 200, "Nhận 1 kết quả");
    take_in(browser, "H27.13", 409,
            "không thuộc tài khoản này"); /* looked at as one, taken in as other */
    assert_false(record_item_of_dossier(record, "H27.13-261119-0001", &item, &none));
    assert_int_equal(none.code, ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_offices, browser_close)
    const struct CMUnitTest tests[] = {
        TEST(both_lie_on_his_desk),   TEST(rows_change_by_themselves), TEST(he_prints_for_both),
        TEST(he_sees_his_print_jobs), TEST(he_hands_over_for_both),    TEST(he_imports_for_both)};
    return cmocka_run_group_tests_name("server/two_offices", tests, NULL, NULL);
}
