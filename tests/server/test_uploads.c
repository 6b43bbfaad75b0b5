/* Lists sent by a page: shown first, taken in as the very bytes that were shown; what is too long,
 * cut off, sent twice as long as it says or by nobody, and a disk that is full. */
#include <dirent.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "server/record/looks.h"
#include "server/web/http.h"
#include "tests/server/browser.h"

#define EDGE "----duong-ranh"
#define LIST                                                                                       \
    "Mã hồ sơ,Người nhận,Địa chỉ,Số điện thoại\n"                             \
    "H27.15-261118-0201,Trần Thị <b>Mẫu</b>,\"Thôn 2, X. Cẩm Trung, Hà Tĩnh "           \
    "46131\",0912000009\n"                                                                         \
    "H27.15-261118-0202,Lê Văn Mẫu,\"Thôn 3, X. Cẩm Trung, Hà Tĩnh 46131\",9.12E+08\n"

static bool disk_is_full;
int __real_fstatvfs(int fd, struct statvfs *disk);
int __wrap_fstatvfs(int fd, struct statvfs *disk);
int __wrap_fstatvfs(int fd, struct statvfs *disk)
{
    int done = __real_fstatvfs(fd, disk);
    if (disk_is_full)
        disk->f_bavail = 1;
    return done;
}

/* ------------------------------------------------------------------ a form with a file */

static size_t form_of(const struct browser *browser, const char *what, const char *name,
                      const char *bytes, size_t n, char **new_form)
{
    size_t room = n + 2048;
    char *form = malloc(room);
    int at = snprintf(form, room,
                      "--" EDGE "\r\nContent-Disposition: form-data; name=\"dau\"\r\n\r\n%s\r\n"
                      "--" EDGE "\r\nContent-Disposition: form-data; name=\"viec\"\r\n\r\n%s\r\n"
                      "--" EDGE "\r\nContent-Disposition: form-data; name=\"tep\"; "
                      "filename=\"%s\"\r\nContent-Type: text/csv\r\n\r\n",
                      browser->csrf, what, name);
    memcpy(form + at, bytes, n);
    n += (size_t)at;
    n += (size_t)snprintf(form + n, room - n, "\r\n--" EDGE "--\r\n");
    *new_form = form;
    return n;
}

static size_t head_of(const struct browser *browser, char *out, size_t size, const char *more)
{
    return (size_t)snprintf(out, size,
                            "POST /quay/nhap HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: "
                            "close\r\n%sContent-Type: multipart/form-data; boundary=" EDGE
                            "\r\n%s\r\n",
                            browser->rig.desk.config.plain.port, browser->cookie, more);
}

static int send_file(struct browser *browser, const char *name, const char *bytes, size_t n)
{
    char *form, length[64];
    size_t form_n = form_of(browser, "xem", name, bytes, n, &form);
    char *all = malloc(form_n + 1024);
    (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", form_n);
    size_t head = head_of(browser, all, 1024, length);
    memcpy(all + head, form, form_n);
    int status = web_rig_raw(&browser->rig, all, head + form_n, 10000);
    free(all);
    free(form);
    return status;
}

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

/* How many files stand in a folder. */
static unsigned entries(const char *folder)
{
    unsigned n = 0;
    DIR *all = opendir(folder);
    assert_non_null(all);
    while (readdir(all))
        n++;
    closedir(all);
    return n;
}

/* Files without a name that this process has open in the data folder. */
static unsigned nameless(const char *folder)
{
    unsigned n = 0;
    DIR *all = opendir("/proc/self/fd");
    assert_non_null(all);
    for (const struct dirent *entry; (entry = readdir(all)) != NULL;) {
        char path[300], to[512];
        (void)snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        ssize_t length = readlink(path, to, sizeof to - 1);
        to[length > 0 ? length : 0] = '\0';
        n += strstr(to, folder) && strstr(to, " (deleted)");
    }
    closedir(all);
    return n;
}

static bool is_known(const struct browser *browser, const char *dossier)
{
    struct item item;
    struct error none;
    return record_item_of_dossier(browser->rig.desk.rig.record, dossier, &item, &none);
}

static void take_after(const struct browser *browser, const char *mark, char *out, size_t size)
{
    const char *at = strstr(browser->rig.answer, mark);
    if (!at)
        fail_msg("no %s in: %s", mark, web_rig_body(&browser->rig));
    at += strlen(mark);
    (void)snprintf(out, size, "%.*s", (int)strcspn(at, "\"<"), at);
}

static void come_in(struct browser *browser)
{
    browser->cookie[0] = '\0';
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
}

/* ------------------------------------------------------------------ shown, then taken in */

static void a_list_is_shown_then_taken_in(void **state)
{
    struct browser *browser = *state;
    char kept[80], fields[160];
    come_in(browser);
    assert_true(says(browser, "type=file"));
    if (send_file(browser, "C:\\ds\\ket qua.csv", LIST, strlen(LIST)) != 200)
        fail_msg("%s", browser->rig.answer);
    assert_true(says(browser, "Xem trước, chưa nhập gì: ket qua.csv"));
    assert_true(says(browser, "Trần Thị &lt;b&gt;Mẫu&lt;/b&gt;"));
    assert_false(says(browser, "<b>Mẫu"));
    assert_true(says(browser, "Nhận 2 kết quả"));
    assert_true(says(browser, "dòng 3, «Số điện thoại»"));
    assert_true(says(browser, "Bảng mã utf-8, dấu phân cách «,»."));
    assert_true(says(browser, "<small>(cột 3)</small>"));
    assert_false(is_known(browser, "H27.15-261118-0201"));

    take_after(browser, "name=giu value=\"", kept, sizeof kept);
    assert_int_equal(strlen(kept), 64);
    (void)snprintf(fields, sizeof fields, "viec=nhan&giu=%s", kept);
    assert_int_equal(browser_post(browser, "/quay/nhap", fields), 200);
    assert_true(says(browser, "Đã nhập 2 kết quả từ ket qua.csv."));
    assert_true(says(browser, "href=\"/quay/in\""));
    assert_true(is_known(browser, "H27.15-261118-0201"));
    /* the same button again: the file is no longer here */
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    assert_int_equal(browser_post(browser, "/quay/nhap", fields), 404);
    assert_true(says(browser, "chọn lại tệp"));
}

static void what_was_shown_is_anothers_or_gone(void **state)
{
    struct browser *browser = *state;
    char kept[80], fields[160];
    come_in(browser);
    assert_int_equal(send_file(browser, "a.csv", LIST, strlen(LIST)), 200);
    take_after(browser, "name=giu value=\"", kept, sizeof kept);
    (void)snprintf(fields, sizeof fields, "viec=nhan&giu=%s", kept);
    struct browser other = *browser;
    other.cookie[0] = '\0';
    browser_log_in(&other); /* the same person elsewhere: another login */
    assert_int_equal(browser_post(&other, "/quay/nhap", fields), 404);
    desk_rig_pass(&browser->rig.desk, INT64_C(31) * 60 * 1000);
    assert_int_equal(browser_post(browser, "/quay/nhap", fields), 404);
    assert_false(is_known(browser, "H27.15-261118-0201"));
}

static void an_offices_own_columns(void **state)
{
    struct browser *browser = *state;
    static const char list[] = "Hồ sơ số,Người nhận,Địa chỉ\nH27.15-261118-0301,Mẫu,\"Thôn 1, X. "
                               "Cẩm Trung, Hà Tĩnh\"\n";
    come_in(browser);
    assert_int_equal(send_file(browser, "a.csv", list, strlen(list)), 400);
    assert_true(says(browser, "role=alert"));
    assert_int_equal(
        browser_post(browser, "/quay/nhap", "viec=cot&cot-dossier=H%E1%BB%93+s%C6%A1+s%E1%BB%91"),
        200);
    assert_int_equal(send_file(browser, "a.csv", list, strlen(list)), 200);
    assert_true(says(browser, "Nhận 1 kết quả"));
    assert_true(says(browser, "value=\"Hồ sơ số\""));
}

/* What the page cannot know is named on the page, beside what it read, and the same file is shown
 * again: nothing is chosen twice. */
static void columns_of_no_known_name_are_named(void **state)
{
    struct browser *browser = *state;
    static const char list[] = "Số biên nhận,Khách hàng,Nơi ở,ĐT\nH27.15-261118-0302,Mẫu,\"Thôn 1, "
                               "X. Cẩm Trung, Hà Tĩnh\",0912000001\n";
    char kept[80], fields[512];
    come_in(browser);
    assert_int_equal(send_file(browser, "a.csv", list, strlen(list)), 400);
    assert_true(says(browser, "Dòng 1: «Số biên nhận», «Khách hàng», «Nơi ở», «ĐT»"));
    assert_true(says(browser, "<summary>Đặt tên cột</summary>"));
    assert_false(says(browser, "0912000001"));
    take_after(browser, "name=giu value=\"", kept, sizeof kept);
    (void)snprintf(fields, sizeof fields,
                   "viec=cot&giu=%s&cot-dossier=S%%E1%%BB%%91+bi%%C3%%AAn+nh%%E1%%BA%%ADn&cot-name="
                   "Kh%%C3%%A1ch+h%%C3%%A0ng&cot-address=N%%C6%%A1i+%%E1%%BB%%9F",
                   kept);
    if (browser_post(browser, "/quay/nhap", fields) != 200)
        fail_msg("%s", browser->rig.answer);
    assert_true(says(browser, "Nhận 1 kết quả"));
    assert_true(says(browser, "value=\"Khách hàng\""));
    /* rows without a header are people: none of them is said */
    assert_int_equal(send_file(browser, "b.csv", "H27-1,Mẫu,Thôn 1\nH27-2,Mẫu Hai,Thôn 2\n", 42),
                     400);
    assert_false(says(browser, "Mẫu"));
}

static void what_is_no_workbook_is_said_so(void **state)
{
    struct browser *browser = *state;
    come_in(browser);
    assert_int_equal(send_file(browser, "a.xlsx", "\x01\x02 broken \xFF", 11), 400);
    assert_true(says(browser, "không phải tệp Excel"));
    assert_false(says(browser, "dòng tiêu đề"));
    assert_false(says(browser, "Đặt tên cột"));
}

/* A total below the list is nobody's work. */
static void skipped_rows_stand_apart(void **state)
{
    struct browser *browser = *state;
    static const char list[] =
        "Mã hồ sơ,Người nhận,Địa chỉ\nH27.15-261118-0303,Mẫu,\"Thôn 1, X. Cẩm Trung, Hà "
        "Tĩnh\"\nTổng cộng: 1,,\n";
    come_in(browser);
    assert_int_equal(send_file(browser, "a.csv", list, strlen(list)), 200);
    assert_true(says(browser, "<summary>Dòng không phải hồ sơ, bỏ qua: 1</summary>"));
}

/* ------------------------------------------------------------------ what is not taken */

static void a_stranger_sends_nothing(void **state)
{
    struct browser *browser = *state;
    struct browser *stranger = browser;
    assert_int_equal(send_file(stranger, "a.csv", LIST, strlen(LIST)), 401);
    come_in(browser);
    memset(browser->csrf, '0', 32);
    assert_int_equal(send_file(browser, "a.csv", LIST, strlen(LIST)), 403);
    assert_int_equal(browser_get(browser, "/quay/nhap"), 200);
    assert_int_equal(send_file(browser, "a.csv", "", 0), 400);
    assert_true(says(browser, "Tệp trống."));
    assert_int_equal(send_file(browser, "", "", 0), 400);
    assert_true(says(browser, "Chưa chọn tệp."));
}

/* A head that promises a file, and no byte of it: whoever takes no lists in is refused then and
 * there, who does is waited for. */
static void who_may_is_asked_before_the_bytes(void **state)
{
    struct browser *browser = *state;
    char head[1024];
    come_in(browser);
    size_t n = head_of(browser, head, sizeof head, "Content-Length: 500000\r\n");
    assert_int_equal(web_rig_raw(&browser->rig, head, n, 1000), 0);
    (void)browser_person(browser, "theo doi", ROLE_READER, 0);
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "theo+doi");
    n = head_of(browser, head, sizeof head, "Content-Length: 500000\r\n");
    assert_int_equal(web_rig_raw(&browser->rig, head, n, 1000), 413);
    browser->cookie[0] = '\0';
    n = head_of(browser, head, sizeof head, "Content-Length: 500000\r\n");
    assert_int_equal(web_rig_raw(&browser->rig, head, n, 1000), 401);
}

static void too_much_is_refused(void **state)
{
    struct browser *browser = *state;
    size_t n = (size_t)1200 << 10;
    char *much = malloc(n + 2048), head[1024];
    memset(much, 'a', n);
    web_rig_stop(&browser->rig);
    browser->rig.desk.config.upload_mb = 1;
    web_rig_start(&browser->rig);
    come_in(browser);
    assert_int_equal(send_file(browser, "a.csv", much, n), 413);
    /* by pieces, without a length */
    size_t at = head_of(browser, head, sizeof head, "Transfer-Encoding: chunked\r\n");
    char *all = malloc(n + 4096), *form;
    size_t form_n = form_of(browser, "xem", "a.csv", much, n, &form);
    memcpy(all, head, at);
    at += (size_t)sprintf(all + at, "%zx\r\n", form_n);
    memcpy(all + at, form, form_n);
    at += form_n;
    /* its end need not come: who sends without one is told at once, and once */
    assert_int_equal(web_rig_raw(&browser->rig, all, at, 2000), 413);
    assert_string_equal(web_rig_body(&browser->rig), "Tệp quá lớn. / too long\n");
    at += (size_t)sprintf(all + at, "\r\n0\r\n\r\n");
    assert_int_equal(web_rig_raw(&browser->rig, all, at, 5000), 413);
    assert_int_equal(send_file(browser, "a.csv", LIST, strlen(LIST)), 200);
    /* fields, too, are as long as a form's */
    memset(much, 'b', 20000);
    size_t fields_n = (size_t)snprintf(all, n,
                                       "--" EDGE "\r\nContent-Disposition: form-data; "
                                       "name=\"x\"\r\n\r\n%.20000s\r\n--" EDGE "--\r\n",
                                       much);
    char length[64];
    (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", fields_n);
    at = head_of(browser, head, sizeof head, length);
    memmove(all + at, all, fields_n);
    memcpy(all, head, at);
    assert_int_equal(web_rig_raw(&browser->rig, all, at + fields_n, 2000), 413);
    free(form);
    free(all);
    free(much);
}

static void two_lengths_and_what_is_no_form(void **state)
{
    struct browser *browser = *state;
    char bytes[2048];
    come_in(browser);
    size_t n = head_of(browser, bytes, sizeof bytes, "Content-Length: 4\r\nContent-Length: 5\r\n");
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, "abcde");
    assert_int_equal(web_rig_raw(&browser->rig, bytes, n, 2000), 400);
    n = head_of(browser, bytes, sizeof bytes,
                "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n");
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, "4\r\nabcd\r\n0\r\n\r\n");
    assert_int_equal(web_rig_raw(&browser->rig, bytes, n, 2000), 400);
    n = head_of(browser, bytes, sizeof bytes, "Content-Length: 9\r\n");
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, "not parts");
    assert_true(web_rig_raw(&browser->rig, bytes, n, 2000) >= 400);
    /* two files */
    char *form;
    size_t form_n = form_of(browser, "xem", "a.csv", "x", 1, &form) - strlen("--\r\n");
    static const char second[] = "\r\nContent-Disposition: form-data; name=\"tep\"; "
                                 "filename=\"b.csv\"\r\n\r\ny\r\n--" EDGE "--\r\n";
    char length[64];
    (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", form_n + strlen(second));
    n = head_of(browser, bytes, sizeof bytes, length);
    n += (size_t)snprintf(bytes + n, sizeof bytes - n, "%.*s%s", (int)form_n, form, second);
    assert_int_equal(web_rig_raw(&browser->rig, bytes, n, 2000), 400);
    free(form);
}

static void a_cut_leaves_nothing(void **state)
{
    struct browser *browser = *state;
    char head[1024], *much = malloc(500000);
    come_in(browser);
    const char *folder = browser->rig.desk.rig.dir;
    unsigned files = entries(folder), open = nameless(folder);
    memset(much, 'a', 500000);
    char *form;
    size_t form_n = form_of(browser, "xem", "a.csv", much, 500000 - 4096, &form);
    size_t head_n = head_of(browser, head, sizeof head, "Content-Length: 900000\r\n");
    int fd = web_rig_connect(&browser->rig);
    assert_int_equal(send(fd, head, head_n, MSG_NOSIGNAL), head_n);
    assert_int_equal(send(fd, form, form_n, MSG_NOSIGNAL), form_n);
    const struct timespec moment = {.tv_nsec = INT64_C(200) * 1000 * 1000};
    for (int i = 0; i < 20 && nameless(folder) == open; i++)
        nanosleep(&moment, NULL);
    nanosleep(&moment, NULL); /* what came is read before the end is seen */
    assert_int_equal(entries(folder), files);
    assert_int_equal(nameless(folder), open + 1);
    close(fd);
    for (int i = 0; i < 70 && nameless(folder) > open; i++) /* at most IDLE_S */
        nanosleep(&moment, NULL);
    assert_int_equal(nameless(folder), open);
    free(form);
    free(much);
}

static void a_full_disk_takes_no_list(void **state)
{
    struct browser *browser = *state;
    come_in(browser);
    disk_is_full = true;
    assert_int_equal(send_file(browser, "a.csv", LIST, strlen(LIST)), 507);
    disk_is_full = false;
    assert_int_equal(send_file(browser, "a.csv", LIST, strlen(LIST)), 200);
}

/* ------------------------------------------------------------------ the clock of an upload */

static double now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

/* Sends `step` bytes five times a second; returns for how long it was let. */
static double drip(struct browser *browser, size_t step, double longest_s)
{
    char head[1024], *bytes = calloc(1, step);
    size_t n = head_of(browser, head, sizeof head, "Content-Length: 30000000\r\n");
    const struct timespec beat = {.tv_nsec = INT64_C(200) * 1000 * 1000};
    int fd = web_rig_connect(&browser->rig);
    double begun = now_s();
    char *form;
    size_t form_n =
        form_of(browser, "xem", "a.csv", "x", 1, &form) - strlen("\r\n--" EDGE "--\r\n");
    assert_int_equal(send(fd, head, n, MSG_NOSIGNAL), n);
    assert_int_equal(send(fd, form, form_n, MSG_NOSIGNAL), form_n);
    while (now_s() < begun + longest_s && send(fd, bytes, step, MSG_NOSIGNAL) == (ssize_t)step)
        nanosleep(&beat, NULL);
    close(fd);
    free(form);
    free(bytes);
    return now_s() - begun;
}

static void a_slow_one_is_cut_and_a_long_one_is_not(void **state)
{
    struct browser *browser = *state;
    uint64_t cut = 0, before = 0, unread = 0;
    come_in(browser);
    web_cut(browser->rig.web, &before, &unread);
    double slow = drip(browser, 100, 30);
    assert_true(slow > HTTP_REQUEST_S - 2 && slow < HTTP_REQUEST_S + 4);
    web_cut(browser->rig.web, &cut, &unread);
    assert_int_equal(cut, before + 1);
    assert_true(drip(browser, 20000, HTTP_REQUEST_S + 10) >= HTTP_REQUEST_S + 10);
    web_cut(browser->rig.web, &cut, &unread);
    assert_int_equal(cut, before + 1);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    /* One record for most, in this order: the last takes the list in. */
    const struct CMUnitTest slow[] = {cmocka_unit_test(a_slow_one_is_cut_and_a_long_one_is_not)};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_may_is_asked_before_the_bytes, browser_open,
                                        browser_close),
        cmocka_unit_test_setup_teardown(too_much_is_refused, browser_open, browser_close),
        cmocka_unit_test(a_stranger_sends_nothing),
        cmocka_unit_test(two_lengths_and_what_is_no_form),
        cmocka_unit_test(a_cut_leaves_nothing),
        cmocka_unit_test(a_full_disk_takes_no_list),
        cmocka_unit_test(an_offices_own_columns),
        cmocka_unit_test(columns_of_no_known_name_are_named),
        cmocka_unit_test(what_is_no_workbook_is_said_so),
        cmocka_unit_test(skipped_rows_stand_apart),
        cmocka_unit_test(what_was_shown_is_anothers_or_gone),
        cmocka_unit_test(a_list_is_shown_then_taken_in),
    };
    if (argc > 1)
        return cmocka_run_group_tests_name("server/uploads-slow", slow, browser_open,
                                           browser_close);
    return cmocka_run_group_tests_name("server/uploads", tests, browser_open, browser_close);
}
