/* The desk's door: who comes in, what a foreign site can make a clerk's browser do (case W04), and
 * when a session ends. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/office/list.h"
#include "server/record/people.h"
#include "server/web/password.h"
#include "tests/server/browser.h"

/* Another one with the same password, his own or, `arg` true, a one-time password still. */
static bool add_neighbour(struct record *record, void *arg, struct error *err)
{
    struct person clerk;
    const bool *must_change = arg;
    if (!person_find(record, "quay", &clerk, err))
        return false;
    (void)snprintf(clerk.name, sizeof clerk.name, "lang gieng");
    clerk.must_change = *must_change;
    return person_add(record, &clerk, err);
}

/* A stream ends with the last chunk; the connection may live on. */
static bool ends_within(int fd, int ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char bytes[256] = "";
    while (poll(&wait, 1, ms) > 0) {
        ssize_t n = read(fd, bytes, sizeof bytes - 1);
        bytes[n > 0 ? n : 0] = '\0';
        if (n <= 0 || strstr(bytes, "0\r\n\r\n"))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------ coming in */

static void nothing_is_shown_to_strangers(void **state)
{
    struct browser *browser = *state;
    static const char *const paths[] = {"/quay", "/quay/nhap", "/quay/in/1.pdf", "/quay/mat-khau"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        assert_int_equal(browser_get(browser, paths[i]), 303);
        assert_true(web_rig_says(&browser->rig, "Location: /quay/dang-nhap\r\n"));
    }
    assert_int_equal(browser_get(browser, "/quay/song"), 204);
}

static void a_clerk_logs_in_and_sees_items(void **state)
{
    struct browser *browser = *state;
    char before[160];
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_true(web_rig_says(&browser->rig, "HttpOnly; SameSite=Strict"));
    (void)snprintf(before, sizeof before, "%s", browser->cookie);
    browser_log_in(browser);
    assert_string_not_equal(browser->cookie, before); /* changed at login */
    assert_true(web_rig_says(&browser->rig, "H27.15-261118-0145"));
    assert_true(web_rig_says(&browser->rig, "Đỗ X. Mẫu"));
    assert_true(web_rig_says(&browser->rig, "X. Cẩm Trung"));
    assert_true(web_rig_says(&browser->rig, "33.000 đ"));
    assert_true(web_rig_says(&browser->rig, "Chờ in"));
    assert_false(web_rig_says(&browser->rig, "0912"));
}

static void a_wrong_password_and_a_wrong_name_answer_alike(void **state)
{
    struct browser *browser = *state;
    static const char *const names[] = {"quay", "khong-co"};
    char first[ANSWER_MAX] = "", page[ANSWER_MAX], form[64], field[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(form, sizeof form, "ten=%s&mk=sai", names[i]);
        (void)snprintf(field, sizeof field, "value=\"%s\"", names[i]);
        assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
        assert_int_equal(browser_post(browser, "/quay/dang-nhap", form), 403);
        const char *body = web_rig_body(&browser->rig), *typed = strstr(body, field);
        assert_non_null(typed); /* the name need not be typed again; beside it nothing differs */
        (void)snprintf(page, sizeof page, "%.*s%s", (int)(typed - body), body,
                       typed + strlen(field));
        if (i == 0)
            (void)snprintf(first, sizeof first, "%s", page);
        assert_string_equal(page, first);
        assert_true(web_rig_says(&browser->rig, "type=password autofocus"));
    }
    assert_false(browser_is_logged_in(browser));
}

/* Each begins where his day does, and that is the first of the ways to go. */
static void everybody_begins_at_his_own_work(void **state)
{
    struct browser *browser = *state;
    static const struct {
        enum role role;
        const char *name, *home, *first;
    } rows[] = {
        {ROLE_CLERK, "quay-hai", "/quay/viec", "<nav><a href=\"/quay/viec\" aria-current=page>"},
        {ROLE_READER, "theo-doi", "/quay/ket-qua", "<nav><a href=\"/quay/bang\">"},
        {ROLE_MANAGER, "quan-ly", "/quay/bang", "<nav><a href=\"/quay/bang\" aria-current=page>"},
        {ROLE_DISPATCHER, "dieu-phoi", "/quay/dieu-phoi",
         "<nav><a href=\"/quay/dieu-phoi\" aria-current=page>"},
        {ROLE_AUDITOR, "kiem-tra", "/quay/nhat-ky", "<nav><a href=\"/quay/bang\">"},
        {ROLE_ADMINISTRATOR, "quan-tri", "/quay/bat-dau", "<nav><a href=\"/quay/viec\">"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char to[64];
        (void)browser_person(browser, rows[i].name, rows[i].role, 0);
        browser->cookie[0] = '\0';
        browser_log_in_as(browser, rows[i].name);
        (void)snprintf(to, sizeof to, "Location: %s\r\n", rows[i].home);
        if (!web_rig_says(&browser->rig, to))
            fail_msg("%s does not begin at %s: %.300s", rows[i].name, rows[i].home,
                     browser->rig.answer);
        assert_int_equal(browser_get(browser, rows[i].home), 200);
        if (!web_rig_says(&browser->rig, rows[i].first))
            fail_msg("%s: %.600s", rows[i].name, strstr(web_rig_body(&browser->rig), "<nav>"));
    }
}

static void five_wrong_passwords_lock(void **state)
{
    struct browser *browser = *state;
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    for (int i = 0; i < PERSON_TRIES; i++)
        assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=sai"), 403);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+rat+dai"),
                     403);
    desk_rig_pass(&browser->rig.desk, PERSON_LOCK_MS);
    browser_log_in(browser);
}

static void a_source_that_guesses_is_stopped(void **state)
{
    struct browser *browser = *state;
    char fields[64];
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    for (int i = 0; i < 20; i++) {
        (void)snprintf(fields, sizeof fields, "ten=ai%d&mk=sai", i);
        assert_int_equal(browser_post(browser, "/quay/dang-nhap", fields), 403);
    }
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+rat+dai"),
                     429);
}

static void a_record_that_cannot_be_written_logs_nobody_in(void **state)
{
    struct browser *browser = *state;
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    browser->rig.desk.fail_at = 1;
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+rat+dai"),
                     503);
    assert_false(browser_is_logged_in(browser));
    browser_log_in(browser);
}

/* ------------------------------------------------------------------ other sites */

static void other_sites_change_nothing(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    char other_csrf[64];
    (void)snprintf(other_csrf, sizeof other_csrf, "%s", browser->csrf);
    static const char *const foreign[] = {
        "Origin: https://evil.test\r\n",
        "Origin: null\r\n",
        "Origin: http://127.0.0.1.evil.test\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Content-Type: text/plain\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        "Content-Type: application/json\r\n",
        "X-HTTP-Method-Override: DELETE\r\n",
    };
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        print_message("%s", foreign[i]);
        assert_int_equal(browser_post_from(browser, "/quay/dang-xuat", foreign[i], ""), 403);
        assert_true(browser_is_logged_in(browser));
    }
    struct web_rig *rig = &browser->rig;
    assert_int_equal(web_rig_post(rig, "/quay/dang-xuat", browser->cookie, ""), 403);
    assert_int_equal(web_rig_post(rig, "/quay/dang-xuat", browser->cookie, "dau="), 403);
    assert_int_equal(web_rig_post(rig, "/quay/dang-xuat", browser->cookie,
                                  "dau=00000000000000000000000000000000"),
                     403);
    assert_true(browser_is_logged_in(browser));
    /* the right token, of another session */
    browser->cookie[0] = '\0';
    browser_log_in(browser);
    char form[96];
    (void)snprintf(form, sizeof form, "dau=%s", other_csrf);
    assert_int_equal(web_rig_post(rig, "/quay/dang-xuat", browser->cookie, form), 403);
    assert_true(browser_is_logged_in(browser));
    /* a stream with the clerk's cookie, opened from elsewhere */
    char headers[256];
    (void)snprintf(headers, sizeof headers, "%sOrigin: https://evil.test\r\n", browser->cookie);
    assert_int_equal(web_rig_listen(rig, "/quay/song", headers), -1);
}

static void looking_changes_nothing(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    struct web_rig *rig = &browser->rig;
    static const char *const paths[] = {"/quay/dang-xuat", "/quay/dang-xuat?dau=x", "/enrol"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char head[512];
        int n = snprintf(head, sizeof head,
                         "HEAD %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", paths[i],
                         browser->cookie);
        assert_true(web_rig_get(rig, paths[i], browser->cookie) >= 404);
        assert_true(web_rig_raw(rig, head, (size_t)n, 3000) >= 404);
        assert_true(browser_is_logged_in(browser));
    }
}

static void nobody_is_logged_in_as_somebody_else(void **state)
{
    struct browser *browser = *state;
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    /* a foreign form has no token of this browser's cookie */
    assert_int_equal(
        web_rig_post(&browser->rig, "/quay/dang-nhap", "", "ten=quay&mk=mot+mat+khau+rat+dai"),
        403);
    assert_int_equal(web_rig_post(&browser->rig, "/quay/dang-nhap", browser->cookie,
                                  "ten=quay&mk=mot+mat+khau+rat+dai"),
                     403);
    /* a cookie fixed before the login is worth nothing after it */
    char before[160];
    (void)snprintf(before, sizeof before, "%s", browser->cookie);
    browser_log_in(browser);
    assert_int_equal(web_rig_get(&browser->rig, "/quay", before), 303);
}

/* [ASVS 5.0, 7.2.4] */
static void a_login_ends_the_one_before_it(void **state)
{
    struct browser *browser = *state;
    char before[160];
    browser_log_in(browser);
    (void)snprintf(before, sizeof before, "%s", browser->cookie);
    int fd = web_rig_listen(&browser->rig, "/quay/song", before);
    assert_true(fd >= 0);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=sai"), 403);
    assert_true(browser_is_logged_in(browser)); /* who does not come in changes nothing */
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+rat+dai"),
                     303);
    assert_true(browser_is_logged_in(browser));
    assert_int_equal(web_rig_get(&browser->rig, "/quay", before), 303);
    assert_true(ends_within(fd, 1000));
    close(fd);
}

/* ------------------------------------------------------------------ live rows, leaving */

static void counts_change_by_themselves(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    browser_log_in(browser);
    assert_true(web_rig_says(rig, "<p id=dem class=dem><span>Chờ in <b>1</b></span> </p>"));
    int fd = web_rig_listen(rig, "/quay/song", browser->cookie);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    assert_true(
        web_rig_hears(rig, fd, "event: dem\ndata: <span>Bưu điện nhận <b>1</b></span> \n\n", 2000));
    close(fd);
}

static void a_row_changes_by_itself(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char want[64];
    browser_log_in(browser);
    int fd = web_rig_listen(rig, "/quay/song", browser->cookie);
    assert_true(fd >= 0);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    (void)snprintf(want, sizeof want, "event: dong\ndata: %s <td", rig->item.text);
    assert_true(web_rig_hears(rig, fd, want, 1000));
    assert_true(web_rig_hears(rig, fd, "Bưu điện nhận", 1000));
    close(fd);
}

/* What the page says that it knows of. */
static unsigned long long known_of(const struct web_rig *rig)
{
    unsigned long long known = 0;
    const char *at = strstr(rig->answer, "data-den=");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "data-den=%llu", &known), 1);
    return known;
}

/* A stream of a page that knows of these news: as the page asks for it, or as a browser that was
 * cut off does. */
static int listen_from(struct browser *browser, unsigned long long known, bool by_header)
{
    char path[64] = "/quay/song", headers[300];
    (void)snprintf(headers, sizeof headers, "%s", browser->cookie);
    if (by_header)
        (void)snprintf(headers, sizeof headers, "%sLast-Event-ID: %llu\r\n", browser->cookie,
                       known);
    else
        (void)snprintf(path, sizeof path, "/quay/song?den=%llu", known);
    int fd = web_rig_listen(&browser->rig, path, headers);
    assert_true(fd >= 0);
    return fd;
}

/* A scan, and until a page made now knows of it: then it is news `number`. */
static void scan_told(struct browser *browser, uint32_t event, unsigned long long number)
{
    struct web_rig *rig = &browser->rig;
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, event, 0);
    for (int tries = 0; tries < 250; tries++) {
        assert_int_equal(browser_get(browser, "/quay"), 200);
        if (known_of(rig) == number)
            return;
        usleep(20000);
    }
    fail_msg("news %llu did not come", number);
}

/* Between the page and its stream, and while the stream was cut off (case W07). */
static void what_a_desk_missed_is_told_again(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char row[64], id[64];
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    unsigned long long known = known_of(rig);
    scan_told(browser, EVENT_PICKED_UP, known + 1);
    scan_told(browser, EVENT_OUT_FOR_DELIVERY, known + 2);
    (void)snprintf(row, sizeof row, "event: dong\ndata: %s <td", rig->item.text);
    (void)snprintf(id, sizeof id, "id: %llu\n", known + 2);
    for (int by_header = 0; by_header < 2; by_header++) {
        int fd = listen_from(browser, known, by_header);
        assert_true(web_rig_hears(rig, fd, id, 5000));
        assert_true(web_rig_says(rig, row));
        assert_true(web_rig_says(rig, "Đang đi phát")); /* as it stands, once */
        assert_false(web_rig_says(rig, "Bưu điện nhận"));
        assert_false(web_rig_says(rig, "event: lai"));
        close(fd);
    }
    int fd = listen_from(browser, known + 2, true); /* nothing was missed */
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERED, 0);
    (void)snprintf(id, sizeof id, "id: %llu\n", known + 3);
    assert_true(web_rig_hears(rig, fd, id, 5000) && web_rig_hears(rig, fd, row, 5000));
    assert_false(web_rig_says(rig, "Đang đi phát"));
    close(fd);
    fd = listen_from(browser, known - 1, true); /* another start's: nobody knows what came since */
    assert_true(web_rig_hears(rig, fd, "event: lai", 5000));
    close(fd);
}

static void leaving_ends_session_and_stream(void **state)
{
    struct browser *browser = *state;
    char old[160];
    browser_log_in(browser);
    (void)snprintf(old, sizeof old, "%s", browser->cookie);
    int fd = web_rig_listen(&browser->rig, "/quay/song", browser->cookie);
    assert_int_equal(browser_post(browser, "/quay/dang-xuat", ""), 303);
    assert_true(web_rig_says(&browser->rig, "Max-Age=0"));
    assert_true(ends_within(fd, 1000));
    close(fd);
    assert_int_equal(web_rig_get(&browser->rig, "/quay", old), 303);
    assert_int_equal(web_rig_listen(&browser->rig, "/quay/song", old), -1);
}

/* The page that changed the password loses its stream too: it is loaded anew under its new login.
 */
static void a_new_password_ends_the_streams_of_all_sessions(void **state)
{
    struct browser *browser = *state;
    char other[160], none[160];
    browser_log_in(browser);
    (void)snprintf(other, sizeof other, "%s", browser->cookie);
    browser_in_group(browser, add_neighbour, &(bool){false});
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "lang+gieng");
    (void)snprintf(none, sizeof none, "%s", browser->cookie);
    browser->cookie[0] = '\0';
    browser_log_in(browser);
    int fds[] = {web_rig_listen(&browser->rig, "/quay/song", other),
                 web_rig_listen(&browser->rig, "/quay/song", browser->cookie)};
    int neighbour = web_rig_listen(&browser->rig, "/quay/song", none);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    assert_int_equal(
        browser_post(browser, "/quay/mat-khau", "cu=mot+mat+khau+rat+dai&moi=mot+mat+khau+khac"),
        303);
    for (size_t i = 0; i < 2; i++) {
        assert_true(ends_within(fds[i], 1000));
        close(fds[i]);
    }
    assert_int_equal(web_rig_get(&browser->rig, "/quay", other), 303);
    assert_int_equal(web_rig_listen(&browser->rig, "/quay/song", other), -1);
    assert_true(neighbour >= 0);
    assert_false(ends_within(neighbour, 300));
    close(neighbour);
}

static void a_session_runs_out(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    desk_rig_pass(&browser->rig.desk,
                  LOGIN_LIFE_MS / 2); /* the login's end, not the stream's age */
    int fd = web_rig_listen(&browser->rig, "/quay/song", browser->cookie);
    assert_true(fd >= 0);
    desk_rig_pass(&browser->rig.desk, LOGIN_LIFE_MS / 2 + 1);
    assert_true(ends_within(fd, 1000));
    close(fd);
    assert_false(browser_is_logged_in(browser));
}

static void a_new_password_takes_the_old_ones_place(void **state)
{
    struct browser *browser = *state;
    char old[160];
    browser_log_in(browser);
    (void)snprintf(old, sizeof old, "%s", browser->cookie);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    assert_int_equal(browser_post(browser, "/quay/mat-khau", "cu=sai&moi=mot+mat+khau+khac"), 403);
    assert_int_equal(browser_post(browser, "/quay/mat-khau", "cu=mot+mat+khau+rat+dai&moi=ngan"),
                     403);
    assert_int_equal(
        browser_post(browser, "/quay/mat-khau", "cu=mot+mat+khau+rat+dai&moi=matkhau123456"), 403);
    assert_true(web_rig_says(&browser->rig, "dễ đoán"));
    assert_int_equal(
        browser_post(browser, "/quay/mat-khau", "cu=mot+mat+khau+rat+dai&moi=mot+mat+khau+khac"),
        303);
    assert_true(browser_is_logged_in(browser));
    assert_int_equal(web_rig_get(&browser->rig, "/quay", old), 303);
    assert_int_equal(browser_get(browser, "/quay"), 200);
    assert_int_equal(browser_post(browser, "/quay/dang-xuat", ""), 303);
    browser->cookie[0] = '\0';
    assert_int_equal(browser_get(browser, "/quay/dang-nhap"), 200);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+rat+dai"),
                     403);
    assert_int_equal(browser_post(browser, "/quay/dang-nhap", "ten=quay&mk=mot+mat+khau+khac"),
                     303);
}

static bool leads_to_a_new_password(struct browser *browser, const char *path)
{
    return browser_get(browser, path) == 303 &&
           web_rig_says(&browser->rig, "Location: /quay/mat-khau\r\n");
}

/* The password that came in a file opens the page where it is changed, and the way out. */
static void a_one_time_password_must_be_changed_first(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char first[256];
    (void)snprintf(first, sizeof first, "%s/first-login.txt", rig->desk.rig.dir);
    FILE *file = fopen(first, "w");
    assert_non_null(file);
    (void)fclose(file);
    browser_in_group(browser, add_neighbour, &(bool){true});
    browser_log_in_as(browser, "lang+gieng");
    static const char *const paths[] = {"/quay", "/quay?trang=2", "/quay/nhap", "/quay/in/1.pdf"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_true(leads_to_a_new_password(browser, paths[i]));
    assert_int_equal(web_rig_listen(rig, "/quay/song", browser->cookie), -1);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    assert_true(web_rig_says(rig, "Đang dùng mật khẩu một lần"));
    assert_false(web_rig_says(rig, "href=\"/quay\""));
    assert_int_equal(browser_post(browser, "/quay/dang-xuat", ""),
                     303); /* the form is on that page */
    browser_log_in_as(browser, "lang+gieng");
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    assert_int_equal(
        browser_post(browser, "/quay/mat-khau", "cu=mot+mat+khau+rat+dai&moi=mot+mat+khau+rat+dai"),
        403);
    assert_true(web_rig_says(rig, "phải khác"));
    assert_true(leads_to_a_new_password(browser, "/quay"));
    assert_int_equal(access(first, F_OK), 0);
    assert_int_equal(browser_get(browser, "/quay/mat-khau"), 200);
    assert_int_equal(
        browser_post(browser, "/quay/mat-khau", "cu=mot+mat+khau+rat+dai&moi=mot+mat+khau+khac"),
        303);
    assert_int_equal(access(first, F_OK), -1); /* worth nothing now */
    assert_int_equal(browser_get(browser, "/quay"), 200);
    int fd = web_rig_listen(rig, "/quay/song", browser->cookie);
    assert_true(fd >= 0);
    close(fd);
}

/* ------------------------------------------------------------------ files */

static void the_last_import_is_read_at_the_desk(void **state)
{
    struct browser *browser = *state;
    struct import_report report;
    char *lines;
    assert_good(desk_rig_import(&browser->rig.desk,
                                "Mã hồ sơ,Người nhận,Địa chỉ\nH27,<b>An</b>,Số 1\n", &report,
                                &lines, &err));
    free(lines);
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    assert_true(web_rig_says(&browser->rig, "ketqua.csv dòng 2, «Mã hồ sơ»: «H27» không phải mã"));
    assert_false(web_rig_says(&browser->rig, "ketqua.csv:2:1:")); /* one language is read */
    browser->english = true;
    browser->cookie[0] = '\0';
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    assert_true(web_rig_says(&browser->rig, "ketqua.csv:2:1:"));
    assert_false(web_rig_says(&browser->rig, "ketqua.csv dòng 2"));
}

static void an_envelope_is_found(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    browser_log_in(browser);
    assert_true(web_rig_says(rig, "action=\"/quay/tim\""));
    static const char *const asked[] = {"q=m%E1%BA%ABu", "q=xuan+mau", "q=0001",
                                        "q=H27.15-261118-0145", "q=261118-0145"};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        assert_int_equal(browser_post(browser, "/quay/tim", asked[i]), 200);
        assert_true(web_rig_says(rig, "Thấy 1 bì."));
        assert_true(web_rig_says(rig, "Đỗ Xuân Mẫu"));
    }
    assert_int_equal(browser_post(browser, "/quay/tim", "q=%3Cb%3E+x"), 200);
    assert_true(web_rig_says(rig, "value=\"&lt;b&gt; x\""));
    assert_true(web_rig_says(rig, "Không thấy"));
    assert_int_equal(browser_post(browser, "/quay/tim", "q="), 400);
    assert_int_equal(web_rig_post(rig, "/quay/tim", browser->cookie, "q=mau"), 403);
    rig->desk.fail_at = 1;
    assert_int_equal(browser_post(browser, "/quay/tim", "q=mau"), 503);
    assert_false(web_rig_says(rig, "Đỗ Xuân Mẫu"));
}

static void print_jobs_are_files_of_their_folder_only(void **state)
{
    struct browser *browser = *state;
    struct web_rig *rig = &browser->rig;
    char folder[200], path[256];
    (void)snprintf(folder, sizeof folder, "%s/print", rig->desk.rig.dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/7.pdf", folder);
    FILE *file = fopen(path, "w");
    (void)fputs("%PDF-mau", file);
    (void)fclose(file);
    browser_log_in(browser);
    assert_true(web_rig_says(rig, "/quay/in/7.pdf"));
    assert_int_equal(browser_get(browser, "/quay/in/7.pdf"), 200);
    assert_string_equal(web_rig_body(rig), "%PDF-mau");
    assert_true(web_rig_says(rig, "Content-Type: application/pdf"));
    char ranged[256];
    (void)snprintf(ranged, sizeof ranged, "%sRange: bytes=5-\r\n", browser->cookie);
    assert_int_equal(web_rig_get(rig, "/quay/in/7.pdf", ranged), 206);
    assert_string_equal(web_rig_body(rig), "mau");
    static const char *const none[] = {
        "/quay/in/8.pdf",  "/quay/in/../record.db",       "/quay/in/7.pdf.part", "/quay/in/",
        "/quay/in/-7.pdf", "/quay/in/%2e%2e%2frecord.db", "/quay/in/07.pdf"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(browser_get(browser, none[i]), 404);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define DOOR(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)
    const struct CMUnitTest tests[] = {
        DOOR(nothing_is_shown_to_strangers),
        DOOR(a_clerk_logs_in_and_sees_items),
        DOOR(a_wrong_password_and_a_wrong_name_answer_alike),
        DOOR(everybody_begins_at_his_own_work),
        DOOR(five_wrong_passwords_lock),
        DOOR(a_source_that_guesses_is_stopped),
        DOOR(a_record_that_cannot_be_written_logs_nobody_in),
        DOOR(other_sites_change_nothing),
        DOOR(looking_changes_nothing),
        DOOR(nobody_is_logged_in_as_somebody_else),
        DOOR(a_login_ends_the_one_before_it),
        DOOR(counts_change_by_themselves),
        DOOR(a_row_changes_by_itself),
        DOOR(what_a_desk_missed_is_told_again),
        DOOR(leaving_ends_session_and_stream),
        DOOR(a_new_password_ends_the_streams_of_all_sessions),
        DOOR(a_session_runs_out),
        DOOR(a_new_password_takes_the_old_ones_place),
        DOOR(a_one_time_password_must_be_changed_first),
        DOOR(the_last_import_is_read_at_the_desk),
        DOOR(an_envelope_is_found),
        DOOR(print_jobs_are_files_of_their_folder_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
