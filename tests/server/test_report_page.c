/* The evaluation as a page: every number opens as many envelopes as it says, the three files are
 * what they are called, and who is bound to an office gets its figures alone. Drawn: in a real
 * Chromium, at 360 and 1440 px, without a finding of axe-core; the pictures stay in the build
 * folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/office/offices.h"
#include "tests/lib/proc.h"
#include "tests/server/browser.h"

#define ANSWER_MS 30000
#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define DAYS "tu=2026-11-01&den=2026-12-31"
#define PAGE "/quay/bao-cao?" DAYS

static bool adopt_act(struct record *record, void *arg, struct error *err)
{
    return offices_adopt(record, arg, err);
}

/* Twelve envelopes: some delivered, some fetched after an invitation, some failed, one in the
 * office still. */
static void a_month(struct browser *browser)
{
    struct desk_rig *desk = &browser->rig.desk;
    browser_in_group(browser, adopt_act, &desk->config);
    desk->office = 1;
    for (int i = 0; i < 12; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27.15-261119-%04d", i + 1);
        struct item item = desk_rig_issue(desk, dossier, "0912000001", "33000");
        if (i < 11)
            desk_rig_scan(desk, &browser->rig.device, &item, EVENT_PICKED_UP, 0);
        desk_rig_pass(desk, DAY_MS);
        if (i % 3 == 1)
            desk_rig_scan(desk, &browser->rig.device, &item, EVENT_DELIVERY_FAILED, 0);
        if (i % 3 == 0)
            desk_rig_scan(desk, &browser->rig.device, &item, EVENT_DELIVERED, 0);
    }
    desk_rig_pass(desk, 12 * DAY_MS);
    browser_log_in(browser);
}

/* The next number on a page that is a way to its rows; NULL at the end. */
static const char *next_way(const char *at, char path[512], uint64_t *ret_number)
{
    size_t n = 0;
    while ((at = strstr(at, "<a href=\"/quay/ba")) != NULL) {
        at += strlen("<a href=\"");
        bool rows =
            strncmp(at, "/quay/bang/bi?", 14) == 0 || strncmp(at, "/quay/bao-cao/bi?", 17) == 0;
        for (n = 0; *at != '"' && n < 511; at += strncmp(at, "&amp;", 5) == 0 ? 5 : 1)
            path[n++] = *at;
        path[n] = '\0';
        if (!rows)
            continue;
        *ret_number = strtoull(at + 2, NULL, 10);
        return at;
    }
    return NULL;
}

static size_t rows_on(const char *page)
{
    size_t n = 0;
    for (const char *at = page; (at = strstr(at, "<tr><td>")) != NULL; at++)
        n++;
    return n;
}

static void every_number_opens_its_rows(void **state)
{
    struct browser *browser = *state;
    char path[512];
    uint64_t number;
    size_t ways = 0, on_board = 0, sums = 0;
    a_month(browser);
    assert_int_equal(browser_get(browser, PAGE), 200);
    char *page = strdup(web_rig_body(&browser->rig));
    for (const char *at = page; (at = next_way(at, path, &number)) != NULL; ways++) {
        if (browser_get(browser, path) != 200)
            fail_msg("%s", path);
        const char *rows = web_rig_body(&browser->rig);
        /* sums of money, means and shares open the items they are made of */
        bool is_count = strstr(path, "so=postage") == NULL && strstr(path, "so=fees") == NULL &&
                        strchr(path, '=') != NULL && strcspn(at + 2, ",.<") == strcspn(at + 2, "<");
        sums += !is_count;
        on_board += strncmp(path, "/quay/bang", 10) == 0;
        if (is_count && rows_on(rows) != number)
            fail_msg("%s: %zu rows of %llu", path, rows_on(rows), (unsigned long long)number);
    }
    free(page);
    assert_true(ways > 20);
    assert_true(on_board > 10 && ways - on_board > 5 && sums > 0);
}

static void it_is_said_what_is_of_few(void **state)
{
    struct browser *browser = *state;
    a_month(browser);
    assert_int_equal(browser_get(browser, PAGE), 200);
    assert_true(web_rig_says(&browser->rig, "<h1 id=dau tabindex=-1>Báo cáo đánh giá</h1>"));
    assert_true(web_rig_says(&browser->rig, " % *"));
    assert_true(web_rig_says(&browser->rig, "* dưới 30 trường hợp"));
    assert_true(web_rig_says(&browser->rig, "<h2 id=before-after>Trước và sau</h2>"));
    assert_true(web_rig_says(&browser->rig, "chưa nhập"));
    assert_false(web_rig_says(&browser->rig, "0912000001"));
}

static void three_files(void **state)
{
    struct browser *browser = *state;
    static const char *const forms[][3] = {{"pdf", "application/pdf", "%PDF-"},
                                           {"xlsx", "spreadsheetml.sheet", "PK"},
                                           {"html", "text/html", "<!doctype html>"}};
    a_month(browser);
    for (size_t i = 0; i < 3; i++) {
        char path[128], name[64];
        (void)snprintf(path, sizeof path, "/quay/bao-cao/tep?dang=%s&" DAYS, forms[i][0]);
        (void)snprintf(name, sizeof name, "filename=bao-cao-2026-11-01_2026-12-31.%s", forms[i][0]);
        assert_int_equal(browser_get(browser, path), 200);
        assert_true(web_rig_says(&browser->rig, forms[i][1]));
        assert_true(web_rig_says(&browser->rig, name));
        assert_int_equal(strncmp(web_rig_body(&browser->rig), forms[i][2], strlen(forms[i][2])), 0);
    }
}

static void what_cannot_be_asked(void **state)
{
    struct browser *browser = *state;
    static const char *const wrong[] = {"/quay/bao-cao?tu=31-11-2026",
                                        "/quay/bao-cao?tu=2026-12-31&den=2026-11-01",
                                        "/quay/bao-cao/bi?" DAYS,
                                        "/quay/bao-cao/bi?so=due&" DAYS,
                                        "/quay/bao-cao/bi?so=issued&xa=1x&" DAYS,
                                        "/quay/bao-cao/bi?so=issued&truoc=x&" DAYS,
                                        "/quay/bao-cao/tep?dang=doc&" DAYS,
                                        "/quay/bao-cao/tep?" DAYS};
    a_month(browser);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(browser_get(browser, wrong[i]), 400);
    assert_int_equal(browser_get(browser, "/quay/bao-cao?co-quan=XX"), 403);
}

static struct person made;

static bool add_act(struct record *record, void *arg, struct error *err)
{
    struct person quay;
    (void)arg;
    if (!person_find(record, "quay", &quay, err))
        return false;
    memcpy(made.hash, quay.hash, sizeof made.hash);
    return person_add(record, &made, err);
}

/* All that the office sent, and nothing of the whole. */
static void his_office_alone(void **state)
{
    struct browser *browser = *state;
    a_month(browser);
    made = (struct person){.name = "doc", .role = ROLE_READER, .offices = {1}, .offices_n = 1};
    browser_in_group(browser, add_act, NULL);
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, "doc");
    assert_int_equal(browser_get(browser, PAGE), 200);
    assert_false(web_rig_says(&browser->rig, "mọi cơ quan"));
    assert_true(web_rig_says(&browser->rig, "Trung tâm Phục vụ hành chính công"));
    assert_false(web_rig_says(&browser->rig, "theo bưu cục, vùng"));
    assert_int_equal(browser_get(browser, "/quay/bao-cao/bi?so=issued&" DAYS), 200);
    assert_int_equal(rows_on(web_rig_body(&browser->rig)), 13); /* with the rig's own */
    assert_int_equal(browser_get(browser, "/quay/bao-cao/tep?dang=pdf&" DAYS), 200);
}

/* ------------------------------------------------------------------ drawn */

static void ask(struct proc *chromium, char out[PROC_LINE_MAX], const char *expect,
                const char *format, ...) __attribute__((format(printf, 4, 5)));
static void ask(struct proc *chromium, char out[PROC_LINE_MAX], const char *expect,
                const char *format, ...)
{
    char line[PROC_LINE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    out[0] = '\0';
    if (!proc_say(chromium, "%s", line) || !proc_hear(chromium, out, ANSWER_MS) ||
        strncmp(out, expect, strlen(expect)) != 0)
        fail_msg("browser: %s -> '%s'", line, out);
}

static void looked_at(void **state)
{
    struct browser *browser = *state;
    struct proc chromium;
    char out[PROC_LINE_MAX];
    if (!proc_has_chromium()) {
        print_message("skipped: no Chromium\n");
        skip();
    }
    a_month(browser);
    int port = browser->rig.desk.config.plain.port;
    proc_start(&chromium, (const char *[]){"node", TESTS_DIR "/lib/browser.mjs", NPM_DIR, NULL},
               true, SHOTS ".log");
    assert_true(proc_hear(&chromium, out, ANSWER_MS));
    ask(&chromium, out, "went 200", "goto http://127.0.0.1:%d/quay/dang-nhap", port);
    ask(&chromium, out, "filled", "fill #ten quay");
    ask(&chromium, out, "filled", "fill #mk " BROWSER_PASSWORD);
    ask(&chromium, out, "pressed 200", "press form button");
    static const char *const pages[] = {PAGE, "/quay/bao-cao/bi?so=issued&" DAYS};
    for (size_t i = 0; i < 2; i++) {
        ask(&chromium, out, "went 200", "goto http://127.0.0.1:%d%s", port, pages[i]);
        for (int width = 360; width <= 1440; width += 1080) {
            ask(&chromium, out, "sized", "size %d 800", width);
            ask(&chromium, out, "shot", "shot " SHOTS "/page%zu-%d.png", i, width);
            ask(&chromium, out, "wide no", "wide");
            ask(&chromium, out, "axe 0", "axe");
        }
    }
    proc_say(&chromium, "quit");
    proc_wait(&chromium, ANSWER_MS);
}

int main(int argc, char *argv[])
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, browser_open, browser_close)
    const struct CMUnitTest plain[] = {TEST(every_number_opens_its_rows),
                                       TEST(it_is_said_what_is_of_few), TEST(three_files),
                                       TEST(what_cannot_be_asked), TEST(his_office_alone)};
    const struct CMUnitTest drawn[] = {TEST(looked_at)};
    DESK_RIG_CHILD(argc, argv);
    if (argc < 2 || strcmp(argv[1], "drawn") != 0)
        return cmocka_run_group_tests(plain, NULL, NULL);
    (void)mkdir(SHOTS, 0755);
    return cmocka_run_group_tests(drawn, NULL, NULL);
}
