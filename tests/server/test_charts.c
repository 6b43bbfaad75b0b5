/* The board's days in a real Chromium: uPlot draws trend and bars out of the table, under the
 * strict policy of content, at 360 and 1440 px, without a finding of axe-core; without scripts, or
 * built without uPlot, the server's own bars stay. Screenshots stay in the build folder. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/proc.h"
#include "tests/server/browser.h"

#define ANSWER_MS 30000
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static char board[80];

/* An envelope a day for a week, delivered, one at the second try; two more wait for long at a door
 * where nobody was; all terms over. */
static void a_week(struct browser *browser)
{
    struct desk_rig *desk = &browser->rig.desk;
    char from[CLOCK_TEXT_MAX], to[CLOCK_TEXT_MAX], dossier[32];
    clock_iso_local(desk->rig.now, from, sizeof from);
    for (int i = 0; i < 7; i++) {
        desk_rig_pass(desk, DAY_MS);
        (void)snprintf(dossier, sizeof dossier, "H27.15-261119-%04d", i + 1);
        struct item item = desk_rig_issue(desk, dossier, "0912000001", "0");
        if (i == 3)
            desk_rig_scan(desk, &browser->rig.device, &item, EVENT_DELIVERY_FAILED, 0);
        desk_rig_scan(desk, &browser->rig.device, &item, EVENT_DELIVERED, 0);
    }
    for (int i = 0; i < 2; i++) {
        (void)snprintf(dossier, sizeof dossier, "H27.15-261120-%04d", i + 1);
        struct item item = desk_rig_issue(desk, dossier, "0912000001", "0");
        desk_rig_scan(desk, &browser->rig.device, &item, EVENT_DELIVERY_FAILED, 0);
    }
    desk_rig_pass(desk, 20 * DAY_MS);
    (void)snprintf(board, sizeof board, "/quay/bang?tu=%.10s&den=%.10s&nhom=zone", from,
                   clock_iso_local(desk->rig.now, to, sizeof to));
}

/* One line to tests/lib/browser.mjs; its answer begins with `expect`. */
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

static void board_in(struct proc *chromium, struct browser *browser)
{
    char out[PROC_LINE_MAX];
    int port = browser->rig.desk.config.plain.port;
    proc_start(chromium, (const char *[]){"node", TESTS_DIR "/lib/browser.mjs", NPM_DIR, NULL},
               true, SHOTS ".log");
    assert_true(proc_hear(chromium, out, ANSWER_MS));
    ask(chromium, out, "went 200", "goto http://127.0.0.1:%d/quay/dang-nhap", port);
    ask(chromium, out, "filled", "fill #ten quay");
    ask(chromium, out, "filled", "fill #mk " BROWSER_PASSWORD);
    ask(chromium, out, "pressed 200", "press form button");
    ask(chromium, out, "went 200", "goto http://127.0.0.1:%d%s", port, board);
}

/* No findings, nothing wider than the window, a picture. */
static void at_width(struct proc *chromium, int width)
{
    char out[PROC_LINE_MAX];
    ask(chromium, out, "sized", "size %d 800", width);
    ask(chromium, out, "wide no", "wide");
    ask(chromium, out, "axe 0", "axe");
    ask(chromium, out, "shot", "shot " SHOTS "/board-%d.png", width);
}

static void bars_and_table_without_scripts(void **state)
{
    struct browser *browser = *state;
    a_week(browser);
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, board), 200);
    assert_true(web_rig_says(&browser->rig, "<svg class=ngay"));
    assert_true(web_rig_says(&browser->rig, "<table class=it id=tung-ngay>"));
    assert_true(web_rig_says(&browser->rig, "<th class=so>Đúng hạn, số đầu</th>"));
    /* what waits, why doors failed, how sure a share is: drawn beside their numbers */
    assert_true(web_rig_says(&browser->rig, "<svg class=chong"));
    assert_true(web_rig_says(&browser->rig, "<rect class=t4 x=0 y=0 width=1000 height=20>"));
    assert_true(web_rig_says(&browser->rig, "<table class=\"it vi-sao\">"));
    assert_true(web_rig_says(&browser->rig, "<tr><td>Vắng nhà</td><td class=so><a href="));
    assert_true(web_rig_says(&browser->rig, "<svg class=\"cham it\"")); /* of few: grey */
    /* 7 of 10 in time, by Wilson */
    assert_true(web_rig_says(&browser->rig, "<small>39,7–89,2 %</small>"));
    assert_false(web_rig_says(&browser->rig, "<line class=dich"));
    assert_true(web_rig_says(&browser->rig, "<th class=so>Lần đầu được</th>"));
    bool charts = web_rig_says(&browser->rig, "bang.js");
    assert_int_equal(web_rig_get(&browser->rig, "/assets/uPlot.iife.min.js", ""),
                     charts ? 200 : 404);
    assert_int_equal(web_rig_get(&browser->rig, "/assets/uPlot.LICENSE.txt", ""),
                     charts ? 200 : 404);
}

/* The target is drawn where the office entered one. */
static void a_target_is_drawn(void **state)
{
    struct browser *browser = *state;
    a_week(browser);
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, "/quay/tham-so"), 200);
    assert_int_equal(browser_post(browser, "/quay/tham-so",
                                  "viec=rule&ten=on_time_target&gia-tri=95&can-cu=KH+12"),
                     303);
    assert_int_equal(browser_get(browser, board), 200);
    assert_true(web_rig_says(&browser->rig, "data-dich=95"));
    assert_true(web_rig_says(&browser->rig, "<line class=dich x1=950 y1=2 x2=950 y2=78>"));
}

static void drawn_from_the_table(void **state)
{
    struct browser *browser = *state;
    struct proc chromium;
    char out[PROC_LINE_MAX];
    if (web_rig_get(&browser->rig, "/assets/uPlot.iife.min.js", "") == 404 ||
        !proc_has_chromium()) {
        print_message("skipped: built without uPlot, or no Chromium\n");
        skip();
    }
    a_week(browser);
    board_in(&chromium, browser);
    ask(&chromium, out, "attr group", "attr [aria-label^=Phần] role");
    ask(&chromium, out, "attr ", "attr canvas width");
    assert_true(strtol(out + strlen("attr "), NULL, 10) > 100);
    ask(&chromium, out, "has yes", "has %% số đầu");
    at_width(&chromium, 360);
    at_width(&chromium, 1440);
    proc_say(&chromium, "quit");
    proc_wait(&chromium, ANSWER_MS);
}

int main(int argc, char *argv[])
{
    const struct CMUnitTest plain[] = {
        cmocka_unit_test_setup_teardown(bars_and_table_without_scripts, browser_open,
                                        browser_close),
        cmocka_unit_test_setup_teardown(a_target_is_drawn, browser_open, browser_close)};
    const struct CMUnitTest drawn[] = {
        cmocka_unit_test_setup_teardown(drawn_from_the_table, browser_open, browser_close)};
    DESK_RIG_CHILD(argc, argv);
    if (argc < 2 || strcmp(argv[1], "drawn") != 0)
        return cmocka_run_group_tests(plain, NULL, NULL);
    (void)mkdir(SHOTS, 0755);
    return cmocka_run_group_tests(drawn, NULL, NULL);
}
