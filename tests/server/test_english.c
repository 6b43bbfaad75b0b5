/* Staff pages in English: the catalogue, how markup is cut, and every page of every role read for
 * words that stayed Vietnamese. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/web/html.h"
#include "server/web/english.h"
#include "tests/lib/proc.h"
#include "tests/server/browser.h"

/* ------------------------------------------------------------------ the catalogue */

/* "%s %lld" of "Còn %s, %lld": conversions in their order. */
static void conversions(const char *words, char out[64])
{
    size_t n = 0;
    for (const char *at = words; (at = strchr(at, '%')) != NULL;) {
        if (at[1] == ' ' || at[1] == '\0' || at[1] == ')') { /* "100 %", no conversion */
            at++;
            continue;
        }
        size_t length = 1 + strspn(at + 1, "0123456789.-+lhz");
        assert_true(n + length + 2 < 64);
        memcpy(out + n, at, length + 1);
        n += length + 1;
        out[n++] = ' ';
        at += length + 1;
    }
    out[n] = '\0';
}

static void rows_keep_conversions_and_stand_once(void **state)
{
    (void)state;
    const char *vi, *en, *other, *none;
    size_t own = 0;
    for (size_t i = 0; english_row(i, &vi, &en); i++) {
        char from[64], to[64];
        conversions(vi, from);
        conversions(en, to);
        if (strcmp(from, to) != 0)
            fail_msg("«%s»: «%s» has other conversions", vi, en);
        if (*vi == '\0' || *en == '\0' || vi[0] == ' ' || vi[strlen(vi) - 1] == ' ')
            fail_msg("row %zu: «%s» is empty or has blanks around it", i, vi);
        if (strpbrk(vi, "<>\"") != NULL || strpbrk(en, "<>") != NULL)
            fail_msg("«%s»: a sign that cuts", vi);
        own += strcmp(en, english_say(true, vi)) == 0;
        for (size_t j = 0; j < i && english_row(j, &other, &none); j++)
            if (strcmp(vi, other) == 0 && strcmp(en, none) != 0 && english_say(true, vi) == en)
                fail_msg("«%s»: the later of two rows counts", vi);
    }
    assert_true(own > 1000);
}

static void put_into(void *ctx, const char *bytes, size_t n)
{
    strncat(ctx, bytes, n);
}

static void becomes(const char *markup, const char *expected)
{
    char out[512] = "";
    english_markup(markup, put_into, out);
    assert_string_equal(out, expected);
}

static void markup_is_cut_at_tags_and_quotes(void **state)
{
    (void)state;
    becomes("<p>Chưa có ai.</p>", "<p>Nobody yet.</p>");
    becomes("<a title=\"Xem tất cả\" class=in>Xem</a>", "<a title=\"Show all\" class=in>Show</a>");
    becomes("\"> Thoát (", "\"> Log out (");
    becomes(", lâu nhất từ ", ", oldest from ");
    becomes("<b>Nguyễn Văn Mẫu</b>", "<b>Nguyễn Văn Mẫu</b>");
    becomes("", "");
    becomes("F2 In %zu bì", "F2 Print %zu");
}

static void what_is_people_s_is_never_put_otherwise(void **state)
{
    (void)state;
    struct html html = {.english = true};
    html_put(&html, "<td>Xem</td><td>");
    html_text(&html, "Xem"); /* a name */
    html_format(&html, "</td><td>%s</td><td>%zu dòng</td>", "Đã xóa", (size_t)3);
    html_raw(&html, "<i>Xem</i>");
    html_word(&html, "Xem");
    html_sentence(&html, "Sai mã <1>. / wrong <1>");
    assert_string_equal(html.bytes, "<td>Show</td><td>Xem</td><td>Erased</td><td>3 dòng</td>"
                                    "<i>Xem</i>Showwrong &lt;1&gt;");
    html_done(&html);
    html_sentence(&html, "Sai mã. / wrong");
    html_put(&html, "<b>Xem</b>");
    assert_string_equal(html.bytes, "Sai mã.<b>Xem</b>");
    html_done(&html);
}

/* ------------------------------------------------------------------ every word of the code */

static bool has_vietnamese(const char *text);
static bool is_data(const char *text);

/* One piece of a literal, as a page would put it. */
static unsigned check_piece(const char *file, const char *piece)
{
    char out[4096] = "";
    if (!has_vietnamese(piece) || is_data(piece) || strlen(piece) > sizeof out / 2)
        return 0;
    english_markup(piece, put_into, out);
    if (strcmp(out, piece) != 0 || strstr(piece, "Tiếng Việt") != NULL)
        return 0;
    print_message("%s: «%s» has no row in staff.def\n", file, piece);
    return 1;
}

/* Cut at tags and quotes; "key|Word;key|Word" at these too. */
static unsigned check_literal(const char *file, const char *literal)
{
    char piece[4096];
    unsigned found = 0;
    const char *bar = strchr(literal, '|');
    bool choices = bar != NULL && strchr(literal, '<') == NULL;
    if (strstr(literal, " / ") != NULL && strchr(literal, '<') == NULL)
        return 0; /* a sentence of both languages */
    for (const char *at = literal; *at != '\0';) {
        size_t n = strcspn(at, choices ? "|;" : "<>\"");
        assert_true(n < sizeof piece);
        memcpy(piece, at, n);
        piece[n] = '\0';
        char *title = strstr(piece, " · Trao");
        if (title != NULL)
            *title = '\0';
        found += check_piece(file, piece);
        at += n + (at[n] != '\0');
    }
    return found;
}

/* The string that begins at `at`, with those that follow it; where it ends. */
static const char *read_literal(const char *at, char *out, size_t room)
{
    size_t n = 0;
    while (*at == '"') {
        for (at++; *at != '"'; at++) {
            if (*at == '\\' && at[1] == '"')
                at++;
            else if (*at == '\\' && at[1] == 'n')
                continue;
            assert_true(n + 1 < room);
            out[n++] = *at;
        }
        at++;
        at += strspn(at, " \n\\"); /* of a macro too */
    }
    out[n] = '\0';
    return at;
}

static unsigned check_source(const char *file, const char *source)
{
    static char literal[8192];
    unsigned found = 0;
    for (const char *at = source; *at != '\0';) {
        if (strncmp(at, "/*", 2) == 0) {
            at = strstr(at, "*/") + 2;
        } else if (*at == '\'') {
            at += at[1] == '\\' ? 4 : 3;
        } else if (*at == '"') {
            at = read_literal(at, literal, sizeof literal);
            found += check_literal(file, literal);
        } else {
            at++;
        }
    }
    return found;
}

static unsigned check_file(const char *name)
{
    static char source[1 << 17];
    char path[400];
    (void)snprintf(path, sizeof path, "%s/../server/web/%s", TESTS_DIR, name);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    size_t n = fread(source, 1, sizeof source - 1, in);
    (void)fclose(in);
    assert_true(n > 0 && n < sizeof source - 1);
    source[n] = '\0';
    return check_source(name, source);
}

/* The data law's table is in English, for its document: pages have it in Vietnamese too. */
static void what_the_law_asks_is_in_vietnamese(void **state)
{
    (void)state;
    static const char *const fields[][4] = {
#define FIELD(key, vi, purpose, ground, kept, where) {purpose, ground, kept, where},
#include "server/personal.def"
#undef FIELD
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        for (size_t k = 0; k < 4; k++)
            if (english_in_vietnamese(fields[i][k]) == NULL)
                fail_msg("«%s» has no row in law_vi.def", fields[i][k]);
    struct html html = {.n = 0};
    html_word(&html, "2 days");
    html_word(&html, "two days");
    assert_string_equal(html.bytes, "2 ngàytwo days");
    html_done(&html);
}

/* Citizens' pages have both languages in their code. */
static bool is_bilingual(const char *name)
{
    return strncmp(name, "citizen", 7) == 0 || strncmp(name, "face", 4) == 0;
}

static void every_word_of_the_code_has_a_row(void **state)
{
    (void)state;
    unsigned found = 0, files = 0;
    DIR *folder = opendir(TESTS_DIR "/../server/web");
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *end = strrchr(entry->d_name, '.');
        if (end == NULL || strcmp(end, ".c") != 0 || is_bilingual(entry->d_name))
            continue;
        found += check_file(entry->d_name);
        files++;
    }
    closedir(folder);
    assert_true(files > 40);
    if (found > 0)
        fail_msg("%u pieces have no English", found);
}

/* ------------------------------------------------------------------ every page */

/* What people and registers of this test say; pages show it as it is. */
static const char *const data[] = {
    "Mẫu",    "Thôn",          "Trung tâm", "Sở ",        "Cẩm",        "Hà Tĩnh",
    "xã ",    "phường ",       "Tỉnh",      "Đỗ",         "QĐ",         "NĐ",
    "Điều",   "Luật",          "Tết",       "Ngày ",      "Quốc",       "Giỗ",
    "Thông",  "Việt Nam",      "SỐ",        "Tiếng Việt", "Tư pháp",    "cơ quan 1",
    "Làm bù", "Nghỉ hoán đổi", "Hải Phòng", "Trần",       "BẢN IN LẠI", "L, C, Đ",
    "Nguyễn", "Tuyến thử"};

static bool is_data(const char *text)
{
    for (size_t i = 0; i < sizeof data / sizeof *data; i++)
        if (strstr(text, data[i]) != NULL)
            return true;
    return false;
}

/* Letters of UTF-8 with a second byte that only Vietnamese has here; – · × « » … and arrows not. */
static bool has_vietnamese(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if (*at == 0xC3 && at[1] >= 0x80 && at[1] != 0x97)
            return true;
        if ((*at >= 0xC4 && *at <= 0xC6) || (*at == 0xE1 && (at[1] == 0xBA || at[1] == 0xBB)))
            return true;
    }
    return false;
}

static unsigned look_at_piece(const char *where, const char *piece)
{
    if (!has_vietnamese(piece) || is_data(piece))
        return 0;
    print_message("%s: «%s»\n", where, piece);
    return 1;
}

/* Pieces of a page between tags and in quotes that are still Vietnamese. */
static unsigned look_through(const char *where, const char *page)
{
    char piece[1024];
    unsigned found = 0;
    for (const char *at = page; *at != '\0';) {
        size_t n = strcspn(at, "<>\"");
        bool named = at - page > 16 && strncmp(at - 16, "name=muc value=\"", 16) == 0;
        if (n > 0 && n < sizeof piece && !named) { /* which form it is: the same in both */
            memcpy(piece, at, n);
            piece[n] = '\0';
            found += look_at_piece(where, piece);
        }
        at += n + (at[n] != '\0');
    }
    return found;
}

/* A template's own words, a postman's reply: what a page quotes of messages stays as it is sent. */
static bool is_quoted(const char *path)
{
    return strstr(path, "/quay/mau-tin") != NULL;
}

static const char *const more_pages[] = {"/quay/bang?tu=2026-11-01&den=2026-12-31",
                                         "/quay/bang?theo=buu-cuc&tu=2026-11-01&den=2026-12-31",
                                         "/quay/bang/bi?so=due",
                                         "/quay/bang/bi?so=late",
                                         "/quay/bao-cao?tu=2026-11-01&den=2026-12-31",
                                         "/quay/bao-cao/bi?so=issued",
                                         "/quay/ket-qua/bi?o=issued",
                                         "/quay/ban-do?tu=2026-11-20&den=2026-12-01",
                                         "/quay/viec?cach=nhan",
                                         "/quay/viec?cach=ghep",
                                         "/quay/in?xem=none",
                                         "/quay/ban-giao?so=9",
                                         "/quay/may?may=HH-001",
                                         "/quay/tim?q=Mau",
                                         "/quay/bat-dau?buoc=1",
                                         "/quay/bat-dau?buoc=2",
                                         "/quay/bat-dau?buoc=3",
                                         "/quay/bat-dau?buoc=4",
                                         "/quay/bat-dau?buoc=5",
                                         "/quay/bat-dau?buoc=6",
                                         "/quay/bat-dau?buoc=7",
                                         "/quay/dieu-phoi?bang=mau"};

static unsigned look_at(struct browser *browser, const char *role, const char *path)
{
    char where[160];
    (void)snprintf(where, sizeof where, "%s %s", role, path);
    int status = browser_get(browser, path);
    const char *body = web_rig_body(&browser->rig);
    if (status != 200 || strncmp(body, "<!DOCTYPE html>", 15) != 0)
        return 0;
    if (strncmp(body, "<!DOCTYPE html><html lang=en>", 29) != 0)
        fail_msg("%s: not in English", where);
    return is_quoted(path) ? 0 : look_through(where, body);
}

static unsigned walk(struct browser *browser, const char *role)
{
    struct web_way way;
    unsigned found = 0, pages = 0;
    for (size_t i = 0; web_way(i, &way); i++)
        if (!way.post && !way.below && strncmp(way.path, "/quay", 5) == 0 &&
            strcmp(way.path, "/quay/song") != 0 && strcmp(way.path, "/quay/dang-nhap") != 0 &&
            strcmp(way.path, "/quay/ngon-ngu") != 0) {
            found += look_at(browser, role, way.path);
            pages++;
        }
    assert_true(pages > 40);
    for (size_t i = 0; i < sizeof more_pages / sizeof *more_pages; i++)
        found += look_at(browser, role, more_pages[i]);
    char item[48];
    (void)snprintf(item, sizeof item, "/quay/bi?bi=%s", browser->rig.item.text);
    found += look_at(browser, role, item);
    (void)snprintf(item, sizeof item, "/quay/in?xem=%s", browser->rig.item.text);
    return found + look_at(browser, role, item);
}

static void do_something(struct browser *browser)
{
    static const struct {
        const char *path, *fields;
    } acts[] = {
        {"/quay/danh-ba", "viec=post-office&muc=&ma=480100&ten=C&name=C"},
        {"/quay/buu-ta", "viec=postman&muc=&badge=TH-12&ten=N"},
        {"/quay/viec", "viec=tim&quet=khong-co"},
        {"/quay/tham-so", "viec=rule&muc=&a=1"},
        {"/quay/gia", "viec=price&muc="},
        {"/quay/bao-tin", "viec=hook&muc="},
    };
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        (void)browser_get(browser, acts[i].path);
        (void)browser_post(browser, acts[i].path, acts[i].fields);
    }
}

static void every_page_of_every_role_is_in_english(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    const struct role_info *role;
    unsigned found = 0;
    struct item failed = desk_rig_issue(desk, "H27.15-261118-0146", "0912000001", "168000");
    desk_rig_scan(desk, &browser->rig.device, &failed, EVENT_OUT_FOR_DELIVERY, 0);
    desk_rig_scan(desk, &browser->rig.device, &failed, EVENT_DELIVERY_FAILED, 0);
    desk_rig_scan(desk, &browser->rig.device, &browser->rig.item, EVENT_DELIVERED, 0);
    desk_rig_pass(desk, INT64_C(20) * 24 * 3600 * 1000);
    browser->english = true;
    for (size_t i = 0; (role = role_row(i)) != NULL; i++) {
        if (role->role == ROLE_KEY)
            continue;
        char name[32];
        (void)snprintf(name, sizeof name, "nguoi-%s", role->key);
        (void)browser_person(browser, name, role->role, 0);
        browser->cookie[0] = '\0';
        browser_log_in_as(browser, name);
        if (role->role == ROLE_ADMINISTRATOR)
            do_something(browser);
        found += walk(browser, role->key);
    }
    if (found > 0)
        fail_msg("%u pieces are not in English", found);
}

/* ------------------------------------------------------------------ as they are seen */

#define ANSWER_MS 30000
#define SHOTS BUILD_DIR "/english"

static void ask(struct proc *chromium, const char *expect, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void ask(struct proc *chromium, const char *expect, const char *format, ...)
{
    char line[PROC_LINE_MAX], out[PROC_LINE_MAX] = "";
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (!proc_say(chromium, "%s", line) || !proc_hear(chromium, out, ANSWER_MS) ||
        strncmp(out, expect, strlen(expect)) != 0)
        fail_msg("browser: %s -> '%s'", line, out);
}

/* From the link on the login page on, by a real browser; the pages a day leads through. */
static void seen_in_a_browser(void **state)
{
    struct browser *browser = *state;
    struct proc chromium;
    static const char *const paths[] = {"/quay",           "/quay/bang",    "/quay/viec",
                                        "/quay/quan-tri",  "/quay/bao-cao", "/quay/nhap",
                                        "/quay/dieu-phoi", "/quay/may-in"};
    int port = browser->rig.desk.config.plain.port;
    if (!proc_has_chromium()) {
        print_message("skipped: no Chromium\n");
        skip();
    }
    browser_log_in(browser);
    proc_start(&chromium, (const char *[]){"node", TESTS_DIR "/lib/browser.mjs", NPM_DIR, NULL},
               true, SHOTS ".log");
    char out[PROC_LINE_MAX];
    assert_true(proc_hear(&chromium, out, ANSWER_MS));
    ask(&chromium, "went 200", "goto http://127.0.0.1:%d/quay/dang-nhap", port);
    ask(&chromium, "pressed 200", "press a.ngu");
    ask(&chromium, "has yes", "has Log in at the desk");
    ask(&chromium, "filled", "fill #ten quay");
    ask(&chromium, "filled", "fill #mk " BROWSER_PASSWORD);
    ask(&chromium, "pressed 200", "press form button");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        ask(&chromium, "went 200", "goto http://127.0.0.1:%d%s", port, paths[i]);
        for (int width = 360; width <= 1440; width += 1080) {
            ask(&chromium, "sized", "size %d 800", width);
            ask(&chromium, "wide no", "wide");
            ask(&chromium, "axe 0", "axe");
            ask(&chromium, "shot", "shot " SHOTS "/%zu-%d.png", i, width);
        }
    }
    proc_say(&chromium, "quit");
    proc_wait(&chromium, ANSWER_MS);
}

static void the_choice_is_a_link_that_comes_back(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    assert_true(web_rig_says(&browser->rig, "<html lang=vi>"));
    assert_true(web_rig_says(&browser->rig, "href=\"/quay/ngon-ngu?sang=en\">English</a>"));
    char headers[400];
    (void)snprintf(headers, sizeof headers,
                   "%sReferer: http://127.0.0.1/quay/bang?tu=2026-11-01\r\n", browser->cookie);
    assert_int_equal(web_rig_get(&browser->rig, "/quay/ngon-ngu?sang=en", headers), 303);
    assert_true(web_rig_says(&browser->rig, "Set-Cookie: trao-ngu=en; Path=/quay; HttpOnly; "
                                            "SameSite=Strict"));
    assert_true(web_rig_says(&browser->rig, "Location: /quay/bang?tu=2026-11-01\r\n"));
    static const char *const wrong[] = {"http://127.0.0.1/quay/\"x", "http://x.example/mat", "quay",
                                        "http://127.0.0.1//evil.example/quay"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        (void)snprintf(headers, sizeof headers, "%sReferer: %s\r\n", browser->cookie, wrong[i]);
        assert_int_equal(web_rig_get(&browser->rig, "/quay/ngon-ngu?sang=vi", headers), 303);
        assert_true(web_rig_says(&browser->rig, "Location: /quay\r\n"));
    }
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define PAGES(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_keep_conversions_and_stand_once),
        cmocka_unit_test(markup_is_cut_at_tags_and_quotes),
        cmocka_unit_test(what_is_people_s_is_never_put_otherwise),
        cmocka_unit_test(every_word_of_the_code_has_a_row),
        cmocka_unit_test(what_the_law_asks_is_in_vietnamese),
        PAGES(every_page_of_every_role_is_in_english),
        PAGES(the_choice_is_a_link_that_comes_back),
    };
    const struct CMUnitTest drawn[] = {PAGES(seen_in_a_browser)};
    if (argc < 2 || strcmp(argv[1], "drawn") != 0)
        return cmocka_run_group_tests(tests, NULL, NULL);
    (void)mkdir(SHOTS, 0755);
    return cmocka_run_group_tests(drawn, NULL, NULL);
}
