/* Who may do what at a desk: every role before every page, over HTTP; who is bound to an office
 * sees and hears of nobody else's; who is switched off is out at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/office/list.h"
#include "server/office/offices.h"
#include "server/record/looks.h"
#include "tests/server/browser.h"

#define OTHER_OFFICE 77 /* a number of the registry that sent nothing */

static struct person made;

static bool change_act(struct record *record, void *arg, struct error *err)
{
    (void)arg;
    return person_change(record, &made, err);
}

static void add(struct browser *browser, const char *name, enum role role, uint32_t office)
{
    made = browser_person(browser, name, role, office);
}

static bool adopt_act(struct record *record, void *arg, struct error *err)
{
    return offices_adopt(record, arg, err);
}

/* The office of the settings stands in the registry, as CQ-1. */
static void adopt(struct browser *browser)
{
    browser_in_group(browser, adopt_act, &browser->rig.desk.config);
}

/* A print job of one byte, so that there is something to fetch. */
static void put_job(const struct browser *browser)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/print", browser->rig.desk.rig.dir);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/print/1.pdf", browser->rig.desk.rig.dir);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    (void)fputc('%', file);
    fclose(file);
}

/* ------------------------------------------------------------------ roles and acts */

/* Every page of the desk that is not open to all who come in, and who may. */
static const struct page {
    const char *path;
    enum right right;
    int refused;
} pages[] = {
    {"/quay", RIGHT_ITEMS, 403},
    {"/quay/song", RIGHT_ITEMS, 204},
    {"/quay/in/1.pdf", RIGHT_PRINTS, 403},
    {"/quay/nhap", RIGHT_IMPORTS, 403},
    {"/quay/in", RIGHT_DESK, 403},
    {"/quay/viec", RIGHT_DESK, 403},
    {"/quay/bi", RIGHT_ITEMS, 403},
    {"/quay/ban-giao", RIGHT_DESK, 403},
    {"/quay/tap", RIGHT_DESK, 403},
    {"/quay/giay", RIGHT_DESK, 403},
    {"/quay/ket-qua", RIGHT_ITEMS, 403},
    {"/quay/ket-qua/bi?o=issued", RIGHT_ITEMS, 403},
    {"/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv", RIGHT_OFFICE, 403},
    {"/quay/bang", RIGHT_BOARD, 403},
    {"/quay/bang/bi?so=due", RIGHT_BOARD, 403},
    {"/quay/bao-cao", RIGHT_BOARD, 403},
    {"/quay/bao-cao/bi?so=issued", RIGHT_BOARD, 403},
    {"/quay/bao-cao/tep?dang=pdf", RIGHT_BOARD, 403},
    {"/quay/ban-do", RIGHT_MAP, 403},
    {"/quay/ban-do/ranh-gioi", RIGHT_MAP, 403},
    {"/quay/ranh-gioi", RIGHT_SETTINGS, 403},
    {"/quay/dieu-phoi", RIGHT_ROUNDS, 403},
    {"/quay/buu-ta", RIGHT_ROUNDS, 403},
    {"/quay/may", RIGHT_DEVICES, 403},
    {"/quay/vu-viec", RIGHT_CASES, 403},
    {"/quay/tien", RIGHT_MONEY, 403},
    {"/quay/nguoi", RIGHT_PEOPLE, 403},
    {"/quay/tham-so", RIGHT_SETTINGS, 403},
    {"/quay/gia", RIGHT_SETTINGS, 403},
    {"/quay/mau-tin", RIGHT_SETTINGS, 403},
    {"/quay/nhat-ky", RIGHT_AUDIT, 403},
    {"/quay/dao-tao", RIGHT_AUDIT, 403},
    {"/quay/may-in", RIGHT_SETTINGS, 403},
    {"/quay/bao-tin", RIGHT_HOOKS, 403},
    {"/quay/du-lieu", RIGHT_LAW_READ, 403},
    {"/quay/du-lieu/truong", RIGHT_LAW_READ, 403},
    {"/quay/du-lieu/ke-hoach", RIGHT_LAW_READ, 403},
    {"/quay/dai-so", RIGHT_SETTINGS, 403},
    {"/quay/danh-ba", RIGHT_SETTINGS, 403},
    {"/quay/lich", RIGHT_SETTINGS, 403},
    {"/quay/thu-tuc", RIGHT_SETTINGS, 403},
    {"/quay/bat-dau", RIGHT_SETTINGS, 403},
};
#define PAGES (sizeof pages / sizeof *pages)

static void every_role_before_every_page(void **state)
{
    struct browser *browser = *state;
    const struct role_info *role;
    adopt(browser);
    put_job(browser);
    for (size_t i = 0; (role = role_row(i)) != NULL; i++) {
        add(browser, role->key, role->role, 0);
        browser->cookie[0] = '\0';
        if (role->role == ROLE_KEY) { /* a program, whatever its password */
            assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
            assert_int_equal(
                browser_post(browser, "/quay/dang-nhap", "ten=key&mk=mot+mat+khau+rat+dai"), 403);
            continue;
        }
        browser_log_in_as(browser, role->key);
        for (size_t at = 0; at < PAGES; at++) {
            bool may = role_may(role->role, pages[at].right);
            int fd = -1, status = may ? 200 : pages[at].refused;
            print_message("%s %s\n", role->key, pages[at].path);
            if (strcmp(pages[at].path, "/quay/song") == 0) {
                fd = web_rig_listen(&browser->rig, pages[at].path, browser->cookie);
                assert_int_equal(fd >= 0, may);
                if (fd >= 0)
                    close(fd);
            } else {
                assert_int_equal(browser_get(browser, pages[at].path), status);
            }
        }
        if (!role_may(role->role, RIGHT_ITEMS))
            continue;
        assert_int_equal(browser_get(browser, "/quay"), 200);
        assert_true(web_rig_says(&browser->rig, "H27.15-261118-0145"));
        assert_int_equal(web_rig_says(&browser->rig, "Đỗ X. Mẫu"),
                         role_may(role->role, RIGHT_NAMES));
        assert_int_equal(web_rig_says(&browser->rig, "/quay/in/1.pdf"),
                         role_may(role->role, RIGHT_PRINTS));
    }
}

/* Pages that are open to all, or to whoever sits at the desk: his own login. The trial sheet and
 * an envelope's picture are made by commands; their rights are tried where those are. */
static const char *const for_all[] = {"/",
                                      "/tra-cuu",
                                      "/tra-cuu/song",
                                      "/T/",
                                      "/chon",
                                      "/chua-nhan",
                                      "/danh-gia",
                                      "/buu-ta",
                                      "/assets/",
                                      "/khoe",
                                      "/metrics",
                                      "/enrol",
                                      "/tin/",
                                      "/quay/ma",
                                      "/quay/ngon-ngu",
                                      "/quay/tim",
                                      "/quay/dang-nhap",
                                      "/quay/dang-xuat",
                                      "/quay/hai-lop",
                                      "/quay/mat-khau",
                                      "/quay/quan-tri",      /* tried below */
                                      "/quay/du-lieu/nguoi", /* test_law_page.c */
                                      "/quay/xem/",
                                      "/quay/to-thu.pdf"};

static bool is_for_all(const char *path)
{
    for (size_t i = 0; i < sizeof for_all / sizeof *for_all; i++)
        if (strcmp(for_all[i], path) == 0)
            return true;
    return false;
}

static bool is_walked(const struct web_way *way)
{
    size_t n = strlen(way->path);
    for (size_t i = 0; i < PAGES; i++)
        if (strncmp(pages[i].path, way->path, n) == 0 &&
            (way->below || pages[i].path[n] == '\0' || pages[i].path[n] == '?'))
            return true;
    return false;
}

/* A new route has a row here, and no route hides another. */
static void every_route_is_walked(void **state)
{
    struct web_way way, other;
    (void)state;
    for (size_t i = 0; web_way(i, &way); i++) {
        if (!is_walked(&way) && !is_for_all(way.path))
            fail_msg("%s: who may? a row of pages[] or for_all[]", way.path);
        for (size_t j = 0; j < i && web_way(j, &other); j++)
            if (strcmp(way.path, other.path) == 0 && way.post == other.post)
                fail_msg("%s: two pages have this address", way.path);
    }
}

/* Nobody who is not logged in sees a page of the desk; no form of the desk does anything without
 * its token, for whom it may do all. */
static void no_way_in_without(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    struct web_way way;
    char path[64];
    for (int logged_in = 0; logged_in < 2; logged_in++) {
        for (size_t i = 0; web_way(i, &way); i++) {
            if (strncmp(way.path, "/quay", 5) != 0 || (logged_in && !way.post))
                continue;
            (void)snprintf(path, sizeof path, "%s%s", way.path, way.below ? "1.pdf" : "");
            int status = way.post ? web_rig_post(rig, path, browser->cookie, "viec=person")
                                  : web_rig_get(rig, path, browser->cookie);
            print_message("%s %s %d\n", way.post ? "POST" : "GET", path, status);
            bool login = strcmp(way.path, "/quay/dang-nhap") == 0;
            bool is_in =
                logged_in && strcmp(way.path, "/quay/ma") != 0; /* led back: whole already */
            if (way.post && (is_in || login || !web_rig_says(rig, "Location: /quay")))
                assert_int_equal(status, 403);
            else
                assert_true(login || status == 303 || status == 204);
        }
        if (!logged_in)
            browser_log_in(browser);
    }
    assert_true(browser_is_logged_in(browser));
}

/* The page that leads to the administrator's: the way to it stands where something is there for the
 * role, and whoever finds nothing there is told where his own work is. */
static void administration_leads_somewhere(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    const struct role_info *role;
    adopt(browser);
    for (size_t i = 0; (role = role_row(i)) != NULL; i++) {
        for (int bound = 0; bound < 2 && role->role != ROLE_KEY; bound++) {
            char name[40];
            (void)snprintf(name, sizeof name, "%s%d", role->key, bound);
            add(browser, name, role->role, bound ? OTHER_OFFICE : 0);
            browser->cookie[0] = '\0';
            browser_log_in_as(browser, name);
            bool there =
                !bound &&
                (role_may(role->role, RIGHT_ROUNDS) || role_may(role->role, RIGHT_DEVICES) ||
                 role_may(role->role, RIGHT_SETTINGS) || role_may(role->role, RIGHT_AUDIT));
            print_message("%s\n", name);
            assert_int_equal(browser_get(browser, "/quay"), 200);
            assert_int_equal(web_rig_says(rig, "<a href=\"/quay/quan-tri\">"), there);
            assert_int_equal(browser_get(browser, "/quay/quan-tri"), there ? 200 : 403);
            assert_int_equal(web_rig_says(rig, "Việc của tài khoản này"), !there);
            assert_true(web_rig_says(rig, "<ul class=loi-vao><li><a href=\""));
        }
    }
}

/* What nobody may is a fault of the table, as is a role that may nothing. */
static void the_table_is_of_use(void **state)
{
    (void)state;
    const struct role_info *role;
    for (int right = 0; right < RIGHTS; right++) {
        int may = 0, may_not = 0;
        for (size_t i = 0; (role = role_row(i)) != NULL; i++)
            *(role_may(role->role, (enum right)right) ? &may : &may_not) += 1;
        assert_true(may > 0);
        assert_true(may_not > 0 || right == RIGHT_ITEMS);
    }
    for (size_t i = 0; (role = role_row(i)) != NULL; i++) {
        assert_ptr_equal(role_named(role->key), role);
        assert_true(role_may(role->role, RIGHT_ITEMS));
    }
    assert_false(role_may(ROLE_NONE, RIGHT_ITEMS));
    assert_false(role_may((enum role)31, RIGHT_ITEMS));
}

/* ------------------------------------------------------------------ offices */

static uint32_t office_of(struct browser *browser)
{
    struct view view;
    assert_true(views_item(browser->rig.desk.rig.views, &browser->rig.item, &view));
    return view.marks.office;
}

struct export_look {
    const struct item *item;
    int64_t person;
    bool found;
};

static bool is_export(void *ctx, const struct look *look)
{
    struct export_look *wanted = ctx;
    if (look->kind == LOOK_EXPORT && look->person == wanted->person) {
        assert_int_equal(look->rows, 1);
        wanted->found = look_has_item(look, wanted->item);
    }
    return !wanted->found;
}

/* A list that went out from the page: who took it, and whose names are in it. */
static bool export_was_written_down(struct browser *browser, const char *name)
{
    struct person person;
    struct record *record = browser->rig.desk.rig.record;
    struct export_look wanted = {.item = &browser->rig.item};
    assert_good(person_find(record, name, &person, &err));
    wanted.person = person.id;
    assert_good(looks_each(record, 0, (struct instant){0}, (struct instant){INT64_MAX}, is_export,
                           &wanted, &err));
    return wanted.found;
}

/* What a page of the desk says that it knows of. */
static unsigned long long known_of(const struct web_rig *rig)
{
    unsigned long long known = 0;
    const char *at = strstr(rig->answer, "data-den=");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "data-den=%llu", &known), 1);
    return known;
}

/* A browser that was cut off and comes back is told what it missed, of its own offices. */
static void missed_rows_are_his_offices_alone(struct web_rig *rig, const char *cookie,
                                              unsigned long long known, bool his)
{
    char headers[256], id[48];
    (void)snprintf(headers, sizeof headers, "%sLast-Event-ID: %llu\r\n", cookie, known);
    (void)snprintf(id, sizeof id, "id: %llu\n", known + 1);
    int fd = web_rig_listen(rig, "/quay/song", headers);
    assert_true(fd >= 0);
    assert_true(web_rig_hears(rig, fd, id, 2000)); /* all of it has come */
    assert_int_equal(web_rig_says(rig, rig->item.text), his);
    close(fd);
}

static void who_is_bound_sees_his_offices_alone(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char theirs[160];
    adopt(browser);
    put_job(browser);
    add(browser, "mot cua", ROLE_CLERK, office_of(browser));
    add(browser, "noi khac", ROLE_CLERK, OTHER_OFFICE);
    browser_log_in_as(browser, "noi+khac");
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_false(web_rig_says(rig, "H27.15-261118-0145"));
    assert_true(web_rig_says(rig, "<p id=dem class=dem></p>"));
    assert_false(web_rig_says(rig, "/quay/in/1.pdf"));
    assert_int_equal(browser_get(browser, "/quay/in/1.pdf"), 403);
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    assert_false(web_rig_says(rig, "Lần nhập cuối")); /* of any office */
    assert_int_equal(browser_get(browser, "/quay/ket-qua"), 200);
    assert_true(web_rig_says(rig, "Chưa gửi bì nào."));
    assert_false(web_rig_says(rig, "<option value=\"CQ-1\">"));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/bi?o=issued"), 200);
    assert_false(web_rig_says(rig, "H27.15-261118-0145"));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv"), 409);
    assert_int_equal(browser_get(browser, "/quay/ket-qua/xuat?dang=csv"), 409);
    /* nor by the search, whatever he asks it */
    static const char *const asked[] = {"q=H27.15-261118-0145", "q=xuan+mau", "q=0001"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        assert_int_equal(browser_post(browser, "/quay/tim", asked[i]), 200);
        assert_true(web_rig_says(rig, "Không thấy bì nào."));
        assert_false(web_rig_says(rig, rig->item.text));
    }
    assert_int_equal(browser_get(browser, "/quay"), 200);
    unsigned long long known = known_of(rig);
    (void)snprintf(theirs, sizeof theirs, "%s", browser->cookie);
    int other = web_rig_listen(rig, "/quay/song", browser->cookie);
    assert_true(other >= 0);

    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_true(web_rig_says(rig, "H27.15-261118-0145"));
    assert_true(web_rig_says(rig, "Đỗ X. Mẫu"));
    assert_true(web_rig_says(rig, "<p id=dem class=dem><span>Chờ in <b>1</b></span> </p>"));
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        assert_int_equal(browser_post(browser, "/quay/tim", asked[i]), 200);
        assert_true(web_rig_says(rig, "Thấy 1 bì."));
    }
    assert_int_equal(browser_get(browser, "/quay/ket-qua"), 200);
    assert_true(web_rig_says(rig, "<a href=\"/quay/ket-qua/bi?o=issued\">1</a>"));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/bi?o=issued"), 200);
    assert_true(web_rig_says(rig, "H27.15-261118-0145"));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv"), 200);
    assert_true(web_rig_says(rig, "Họ tên người nhận kết quả"));
    assert_true(export_was_written_down(browser, "mot cua"));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv&tu=x"), 400);
    assert_int_equal(
        browser_get(browser, "/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv&danh-sach=outcomes"), 200);
    assert_true(web_rig_says(rig, "filename=ket-qua-CQ-1.csv"));
    assert_true(web_rig_says(rig, "\"H27.15-261118-0145\",\"RA"));
    assert_false(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/xuat?danh-sach=outcomes"), 409);
    assert_int_equal(
        browser_get(browser,
                    "/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv&tu=2026-11-01&den=2026-12-31"),
        200);
    assert_true(web_rig_says(rig, "filename=danh-sach-CQ-1_2026-11-01_2026-12-31.csv"));
    assert_int_equal(
        browser_get(browser,
                    "/quay/ket-qua/xuat?co-quan=CQ-1&dang=csv&tu=2026-12-31&den=2026-11-01"),
        400);
    assert_true(web_rig_says(rig, "Ngày cuối ở trước ngày đầu."));
    assert_int_equal(browser_get(browser, "/quay/ket-qua/bi?o=khac"), 400);
    int own = web_rig_listen(rig, "/quay/song", browser->cookie);
    assert_true(own >= 0);

    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    rig->answer[0] = '\0';
    assert_true(web_rig_hears(rig, own, "event: dong", 2000));
    assert_true(web_rig_hears(rig, own, "Bưu điện nhận <b>1</b></span> \n\n", 2000));
    rig->answer[0] = '\0';
    assert_true(web_rig_hears(rig, other, "event: dem\ndata: \n\n", 2000));
    assert_false(web_rig_says(rig, "event: dong"));
    assert_false(web_rig_says(rig, rig->item.text));
    close(own);
    close(other);
    missed_rows_are_his_offices_alone(rig, theirs, known, false);
    missed_rows_are_his_offices_alone(rig, browser->cookie, known, true);
}

/* ------------------------------------------------------------------ the manager's page */

/* What stands between two texts of the last answer, as an address: &amp; made & again. */
static void address_after(const struct browser *browser, const char *text, char out[256])
{
    const char *at = strstr(browser->rig.answer, text);
    size_t n = 0;
    assert_non_null(at);
    at = strstr(at, "href=\"");
    assert_non_null(at);
    for (at += 6; *at != '"' && n < 255; at += strncmp(at, "&amp;", 5) == 0 ? 5 : 1)
        out[n++] = *at;
    out[n] = '\0';
}

static void every_number_opens_its_items(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char path[128], from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], rows[256];
    struct instant issued = {rig->desk.rig.now.ms};
    desk_rig_pass(&rig->desk, INT64_C(20) * 24 * 3600 * 1000);
    browser_log_in(browser);
    (void)snprintf(path, sizeof path, "/quay/bang?tu=%.10s&den=%.10s&nhom=office",
                   clock_iso_local(issued, from, sizeof from),
                   clock_iso_local(rig->desk.rig.now, to, sizeof to));
    assert_int_equal(browser_get(browser, path), 200);
    assert_true(web_rig_says(rig, "<h3>Cơ quan</h3><p class=lon>0,00 %"));
    assert_true(web_rig_says(rig, "ít số liệu"));
    assert_true(web_rig_says(rig, "Trễ và sắp trễ <b>1</b>"));
    address_after(browser, "<h3>Cơ quan</h3>", rows);
    assert_int_equal(browser_get(browser, rows), 200);
    assert_true(web_rig_says(rig, "H27.15-261118-0145"));
    assert_true(web_rig_says(rig, "<h1 id=dau tabindex=-1>Đến hạn</h1>"));
    /* the line of its office, and back */
    assert_int_equal(browser_get(browser, path), 200);
    address_after(browser, "<h2>Theo cơ quan</h2>", rows);
    assert_non_null(strstr(rows, "&khoa="));
    assert_int_equal(browser_get(browser, rows), 200);
    assert_true(web_rig_says(rig, "H27.15-261118-0145"));
    assert_int_equal(browser_get(browser, path), 200);
    address_after(browser, "(0)</span></td><td class=so data-ten=\"Chưa xong\">",
                  rows); /* still open, in that line */
    assert_non_null(strstr(rows, "so=open&"));
    assert_int_equal(browser_get(browser, rows), 200);
    assert_true(web_rig_says(rig, "H27.15-261118-0145"));
    address_after(browser, "</h1>", rows);
    assert_string_equal(rows, "/quay/bang?tu=2026-11-25&den=2026-12-15&nhom=office&dongho=post");
    /* an office that sent nothing has no items behind it */
    assert_int_equal(browser_get(browser, "/quay/bang/bi?so=due&nhom=office&khoa=77"), 200);
    assert_false(web_rig_says(rig, "H27.15-261118-0145"));
    static const char *const wrong[] = {
        "/quay/bang?tu=31-11-2026",   "/quay/bang?nhom=x",      "/quay/bang/bi",
        "/quay/bang/bi?so=reason-12", "/quay/bang/bi?so=open-", "/quay/bang/bi?so=due&khoa=1x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(browser_get(browser, wrong[i]), 400);
}

static void figures_of_his_offices_alone(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char rows[128];
    add(browser, "mot cua", ROLE_READER, office_of(browser));
    add(browser, "noi khac", ROLE_READER, OTHER_OFFICE);
    desk_rig_pass(&rig->desk, INT64_C(20) * 24 * 3600 * 1000);
    browser_log_in_as(browser, "noi+khac");
    assert_int_equal(browser_get(browser, "/quay/bang?tu=2026-11-01&den=2026-12-31"), 200);
    assert_true(web_rig_says(rig, "Không có bì nào trễ hay sắp trễ."));
    assert_true(web_rig_says(rig, "Chưa bì nào đến hạn."));
    assert_false(web_rig_says(rig, "nhom value"));
    (void)snprintf(rows, sizeof rows, "/quay/bang/bi?so=due&nhom=postman&khoa=%u",
                   office_of(browser));
    assert_int_equal(browser_get(browser, rows), 403);
    assert_int_equal(
        browser_get(browser, "/quay/bang/bi?so=due&nhom=all&tu=2026-11-01&den=2026-12-31"), 200);
    assert_false(web_rig_says(rig, "H27.15-261118-0145"));
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, "/quay/bang?tu=2026-11-01&den=2026-12-31"), 200);
    assert_true(web_rig_says(rig, "Trễ và sắp trễ <b>1</b>"));
    assert_int_equal(
        browser_get(browser, "/quay/bang/bi?so=due&dongho=office&tu=2026-11-01&den=2026-12-31"),
        200);
    assert_true(web_rig_says(rig, "H27.15-261118-0145"));
}

/* ------------------------------------------------------------------ the office's own page */

/* Each number that is not nought opens as many rows. */
static void numbers_open_their_rows(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    static const char *const ways[] = {"chua-nhan", "vu-viec", "tien", "delivered"};
    add(browser, "theo doi", ROLE_READER, office_of(browser));
    browser_log_in_as(browser, "theo+doi");
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERED, 0);
    desk_rig_pass(&rig->desk, 1000);
    char form[96], number[96];
    (void)snprintf(form, sizeof form, "so=%s&duoi=0001", rig->item.text);
    assert_int_equal(web_rig_post(rig, "/chua-nhan", "", form), 200);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        assert_int_equal(browser_get(browser, "/quay/ket-qua"), 200);
        (void)snprintf(number, sizeof number, "<a href=\"/quay/ket-qua/bi?o=%s\">1</a>", ways[i]);
        print_message("%s\n", number);
        assert_true(web_rig_says(rig, number));
        (void)snprintf(number, sizeof number, "/quay/ket-qua/bi?o=%s", ways[i]);
        assert_int_equal(browser_get(browser, number), 200);
        assert_true(web_rig_says(rig, "H27.15-261118-0145"));
        assert_false(web_rig_says(rig, "Đỗ X. Mẫu"));
    }
    assert_int_equal(browser_get(browser, "/quay/ket-qua/bi?o=tre"), 200);
    assert_false(web_rig_says(rig, "H27.15-261118-0145"));
}

/* ------------------------------------------------------------------ what is written down */

struct heard {
    int kinds[64];
    uint64_t rows; /* of the last list with names */
    int64_t person;
    char items[4 * ITEM_CHARS + 1];
};

static bool hear(void *ctx, const struct look *look)
{
    struct heard *heard = ctx;
    if ((size_t)look->kind < sizeof heard->kinds / sizeof *heard->kinds)
        heard->kinds[look->kind]++;
    if (look->kind == LOOK_NAMES) {
        heard->rows = look->rows;
        heard->person = look->person;
        assert_string_equal(look->client, "127.0.0.1");
        assert_int_equal(strlen(look->items), look->rows * ITEM_CHARS);
        (void)snprintf(heard->items, sizeof heard->items, "%s", look->items);
    }
    return true;
}

static struct heard heard_so_far(struct browser *browser)
{
    struct heard heard = {.rows = 0};
    assert_good(looks_each(browser->rig.desk.rig.record, 0, (struct instant){0},
                           (struct instant){INT64_MAX}, hear, &heard, &err));
    return heard;
}

static void a_look_is_written_down_before_it_is_had(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    put_job(browser);
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=sai"), 403);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=khong-co&mk=sai"), 403);
    browser_log_in_as(browser, "quay");
    struct heard heard = heard_so_far(browser);
    assert_int_equal(heard.kinds[LOOK_WRONG], 2); /* also of a name that nobody has */
    assert_int_equal(heard.kinds[LOOK_LOGIN], 1);
    assert_int_equal(heard.kinds[LOOK_NAMES], 0);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_int_equal(browser_get(browser, "/quay/in/1.pdf"), 200);
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    heard = heard_so_far(browser);
    assert_int_equal(heard.kinds[LOOK_NAMES], 1);
    assert_int_equal(heard.rows, 1);
    assert_string_equal(heard.items, rig->item.text);
    assert_int_not_equal(heard.person, 0);
    assert_int_equal(heard.kinds[LOOK_PRINT], 1);
    assert_int_equal(heard.kinds[LOOK_IMPORT], 1);
    /* what cannot be written down is not shown */
    static const char *const paths[] = {"/quay", "/quay/in/1.pdf", "/quay/nhap"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        rig->desk.fail_at = 1;
        assert_int_equal(browser_get(browser, paths[i]), 503);
        assert_false(web_rig_says(rig, "Đỗ X. Mẫu"));
    }
    assert_int_equal(browser_post(browser, "/quay/dang-xuat", ""), 303);
    /* a page without names is no look */
    add(browser, "quan ly", ROLE_MANAGER, 0);
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "quan+ly");
    assert_int_equal(browser_get(browser, "/quay"), 200);
    heard = heard_so_far(browser);
    assert_int_equal(heard.kinds[LOOK_NAMES], 1);
    assert_int_equal(heard.kinds[LOOK_LOGOUT], 1);
    assert_int_equal(heard.kinds[LOOK_LOGIN], 2);
}

/* ------------------------------------------------------------------ changed, switched off */

static void who_is_switched_off_is_out_at_once(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    add(browser, "mot cua", ROLE_CLERK, 0);
    browser_log_in_as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, "/quay"), 200);
    int fd = web_rig_listen(rig, "/quay/song", browser->cookie);
    assert_true(fd >= 0);
    made.disabled = true;
    browser_in_group(browser, change_act, NULL);
    assert_int_equal(browser_get(browser, "/quay"), 303);
    assert_true(web_rig_hears(rig, fd, "\r\n0\r\n", 3000)); /* the stream has ended */
    close(fd);
    browser->cookie[0] = '\0';
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_int_equal(
        browser_post(browser, "/quay/dang-nhap", "ten=mot+cua&mk=mot+mat+khau+rat+dai"), 403);

    /* Back, as somebody else: what he may is the new role's. */
    made.disabled = false;
    made.role = ROLE_MANAGER;
    browser_in_group(browser, change_act, NULL);
    browser_log_in_as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, "/quay/nhap"), 403);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_true(web_rig_says(rig, "(mot cua, Quản lý)"));
    assert_false(web_rig_says(rig, "Đỗ X. Mẫu"));
}

#define DOOR(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        DOOR(every_role_before_every_page),
        DOOR(administration_leads_somewhere),
        cmocka_unit_test(every_route_is_walked),
        cmocka_unit_test_setup_teardown(no_way_in_without, browser_open, browser_close),
        cmocka_unit_test(the_table_is_of_use),
        DOOR(who_is_bound_sees_his_offices_alone),
        DOOR(numbers_open_their_rows),
        DOOR(every_number_opens_its_items),
        DOOR(figures_of_his_offices_alone),
        DOOR(a_look_is_written_down_before_it_is_had),
        DOOR(who_is_switched_off_is_out_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
