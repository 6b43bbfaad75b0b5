/* A dispatcher's day in a real Chromium by keys and scanner alone, not one click: a commune and two
 * scanned envelopes are given out, one is moved, who holds what is asked, and the day ends with
 * nothing unaccounted for. At 360 and 1440 px, nothing wider than the window, no finding of axe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/lib/chromium.h"

#define PASSWORD "lua-chin-ben-song-1987"
#define ITEMS 4

static struct world world;
static struct chromium browser;
static char items[ITEMS][16];
static char out[PROC_LINE_MAX], clerk[80]; /* by=, of paper */

static void keys(const char *names)
{
    chromium_ask(&browser, out, "keyed", "key %s", names);
}

static void type(const char *text)
{
    chromium_ask(&browser, out, "typed", "type %s", text);
}

static void comes(const char *words)
{
    chromium_ask(&browser, out, "seen ", "see %s", words);
}

/* As a scanner does: the code, and Enter. */
static void scan(const char *code, const char *then)
{
    type(code);
    keys("Enter");
    comes(then);
}

static void expect_focus(const char *at)
{
    char want[80];
    snprintf(want, sizeof want, "focused %s", at);
    chromium_ask(&browser, out, want, "focused");
}

/* Logged in by keys too: the first field of each of these pages has the focus. */
static void come_in(void)
{
    char password[128];
    world_do(&world, out, sizeof out, "person", "binh", "role=dispatcher", "office=all",
             "password=new", NULL);
    const char *at = strstr(out, "password");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "password %127s", password), 1);
    chromium_open(&browser, 200, "/quay/dang-nhap");
    chromium_ask(&browser, out, "focused input#ten", "focused");
    type("binh");
    keys("Tab");
    type(password);
    keys("Enter");
    comes("Mật khẩu đang dùng");
    expect_focus("input#cu");
    type(password);
    keys("Tab");
    type(PASSWORD);
    keys("Enter");
    comes("Thoát (binh");
}

/* As a postman wrote it a few minutes ago. */
static void paper(const char *item, const char *event, int minutes_ago, const char *badge)
{
    char at[32];
    struct tm local;
    time_t then = time(NULL) + 7 * 3600 - minutes_ago * 60;
    assert_int_not_equal(strftime(at, sizeof at, "%Y-%m-%dT%H:%M", gmtime_r(&then, &local)), 0);
    world_do(&world, out, sizeof out, "paper", item, event, at, badge, "note=sổ 1", clerk, NULL);
}

static void the_post_has_them(void)
{
    char user[64], password[64];
    world_issue(&world, ITEMS, items);
    world_first_login(&world, user, password);
    snprintf(clerk, sizeof clerk, "by=%s", user);
    world_do(&world, out, sizeof out, "postman", "TH-9", "name=Sơn", "from=2020-01-01", NULL);
    world_do(&world, out, sizeof out, "postman", "TH-12", "name=Dũng", "from=2020-01-01", NULL);
    world_do(&world, out, sizeof out, "postman", "TH-13", "name=Hạnh", "from=2020-01-01", NULL);
    for (int i = 0; i < ITEMS; i++)
        paper(items[i], "picked_up", 4, "badge=9");
}

static void they_are_given_out(void)
{
    chromium_open(&browser, 200, "/quay/dieu-phoi");
    expect_focus("input#ma");
    chromium_both_widths(&browser, "rounds-give");
    scan("12", "Đánh dấu xã hoặc quét bì trước");
    scan(items[0], "Đã thêm");
    scan(items[1], "F2 Giao 2 bì");
    chromium_both_widths(&browser, "rounds-scanned");
    scan("TH-12", "Đã giao TH-00000012: BD-000001");
    keys("ArrowDown");
    keys("Space");
    comes("F2 Giao 2 bì");
    type("13"); /* goes to the field by itself */
    keys("Enter");
    comes("Đã giao TH-00000013: BD-000002");
    comes("Đã chia hết.");
    chromium_both_widths(&browser, "rounds-given");
}

static void one_is_moved(void)
{
    keys("F9");
    comes("Quét thẻ, bản kê, hoặc gõ QUAY");
    scan(items[2], "Quét thẻ hay bản kê nhận trước");
    scan("bd-000001", "Chuyển đến BD-000001");
    scan(items[2], "đã chuyển đến BD-000001");
    chromium_both_widths(&browser, "rounds-moved");
    keys("F8");
    comes("Quét phong bì, hoặc thẻ bưu tá");
    scan(items[2], "trên bản kê BD-000001 của TH-00000012");
    chromium_both_widths(&browser, "rounds-who");
}

static void the_day_ends(void)
{
    for (int i = 0; i < 2; i++)
        paper(items[i], "out_for_delivery", 2, "badge=12");
    scan("12", "Trong tay TH-00000012");
    keys("F4");
    comes("Quét thẻ, hoặc gõ số bưu tá");
    scan("12", "Còn lệch 2 bì");
    chromium_both_widths(&browser, "rounds-close");
    keys("F4");
    comes("F4 Chốt ca TH-00000012"); /* not yet */
    assert_true(chromium_says(&browser, "Còn lệch 2 bì"));
    scan(items[0], "Vì sao");
    type("Hết giờ, mai phát tiếp");
    keys("Enter");
    comes("Đã ghi lý do");
    keys("F9");
    comes("gõ QUAY");
    scan("quay", "Chuyển đến quầy");
    scan(items[1], "đã chuyển đến quầy");
    keys("F4");
    comes("Quét thẻ, hoặc gõ số bưu tá");
    scan("12", "F4 Chốt ca TH-00000012");
    assert_false(chromium_says(&browser, "Còn lệch 2 bì"));
    keys("F4");
    comes("Đã chốt ca TH-00000012");
    chromium_both_widths(&browser, "rounds-closed");
}

static void a_dispatchers_day(void **state)
{
    (void)state;
    the_post_has_them();
    come_in();
    they_are_given_out();
    one_is_moved();
    the_day_ends();
}

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    chromium_start(&browser, &world, NPM_DIR, NULL, BUILD_DIR "/screenshots");
    return 0;
}

static int end(void **state)
{
    (void)state;
    chromium_end(&browser);
    world_end(&world, false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_dispatchers_day)};
    return cmocka_run_group_tests_name("journey/rounds_day", tests, begin, end);
}
