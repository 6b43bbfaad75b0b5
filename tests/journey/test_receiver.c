/* A receiver's day with everything real: the postman fails at the door, the page that is open says
 * so by itself, the receiver chooses a day by keyboard alone, in a browser without scripts somebody
 * else is named, the postman's handheld has it on the stop; then the delivery, and stars. Each page
 * at 360 and 1440 px without a finding of axe-core. Screenshots stay in the build folder. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/chromium.h"

#define BADGE "TH-4172"
#define WAIT_MS 20000
#define TABS_MAX 12

static struct world world;
static struct hand hand;
static struct chromium browser;
static char items[1][16], last4[8], link_path[200];

static void scan(int mode)
{
    hand_mode(&hand, mode);
    hand_beep(&hand, items[0]);
}

static void at_the_door(const char *const *keys)
{
    char line[PROC_LINE_MAX];
    hand_mode(&hand, 4);
    hand_say(&hand, "scan %s\\r", items[0]);
    hand_expect(&hand, "beep look ", line, WAIT_MS);
    for (; *keys; keys++)
        hand_say(&hand, "key %s", *keys);
    hand_expect(&hand, "beep ok ", line, WAIT_MS);
    hand_drain(&hand, 60);
}

static void see(const char *words)
{
    char out[PROC_LINE_MAX];
    chromium_ask(&browser, out, "seen ", "see %s", words);
}

/* By keys until the focus is there. */
static void tab_to(struct chromium *chromium, const char *where)
{
    char out[PROC_LINE_MAX];
    for (int i = 0; i < TABS_MAX; i++) {
        chromium_ask(chromium, out, "focused", "focused");
        if (strstr(out, where))
            return;
        chromium_ask(chromium, out, "keyed", "key Tab");
    }
    world_fail(&world, "no key leads to %s, but to %s", where, out);
}

static void keys(struct chromium *chromium, const char *names)
{
    char out[PROC_LINE_MAX];
    chromium_ask(chromium, out, "keyed", "key %s", names);
}

static void type(struct chromium *chromium, const char *text)
{
    char out[PROC_LINE_MAX];
    chromium_ask(chromium, out, "typed", "type %s", text);
}

/* ------------------------------------------------------------------ the day */

static void the_open_page_says_it_failed(void **state)
{
    (void)state;
    hand_start(&hand);
    scan(1);
    scan(2);
    scan(3);
    hand_drain(&hand, 60);
    chromium_open(&browser, 200, link_path);
    see("BƯU TÁ ĐANG ĐI GIAO");
    chromium_both_widths(&browser, "receiver-out");
    at_the_door((const char *[]){"F1", "1", "ENTER", NULL});
    see("CHƯA GIAO ĐƯỢC");
    see("Chọn cách nhận");
    chromium_both_widths(&browser, "receiver-failed");
}

/* No mouse: the link, the first day, the digits, Enter. */
static void a_day_by_keyboard_alone(void **state)
{
    (void)state;
    tab_to(&browser, "Chọn cách nhận");
    keys(&browser, "Enter");
    see("Ông/bà muốn nhận thế nào?");
    chromium_both_widths(&browser, "receiver-choose");
    tab_to(&browser, "input");
    keys(&browser, "Space"); /* the first: a day */
    keys(&browser, "Tab Tab");
    type(&browser, last4);
    keys(&browser, "Enter");
    see("Ông/bà hẹn giao ngày");
    chromium_both_widths(&browser, "receiver-chosen");
}

static void is_the_postman_real(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/buu-ta?so=%s", items[0]);
    chromium_open(&browser, 200, path);
    chromium_both_widths(&browser, "receiver-postman");
    chromium_fill(&browser, "#the", "999999");
    chromium_press(&browser, 200, "main form button");
    assert_true(chromium_says(&browser, "KHÔNG KHỚP"));
    chromium_both_widths(&browser, "receiver-postman-no");
    chromium_fill(&browser, "#the", BADGE);
    chromium_press(&browser, 200, "main form button");
    assert_false(chromium_says(&browser, "KHÔNG KHỚP")); /* never a false no */
    chromium_both_widths(&browser, "receiver-postman-unsure");
}

static void without_a_script_somebody_else(void **state)
{
    (void)state;
    struct chromium plain;
    char path[64];
    snprintf(path, sizeof path, "/chon?so=%s", items[0]);
    chromium_start(&plain, &world, NPM_DIR, "plain", NULL);
    chromium_open(&plain, 200, path);
    tab_to(&plain, "input# ");
    keys(&plain, "ArrowUp"); /* the last of the ways */
    chromium_fill(&plain, "#ten", "Trần Văn Mới");
    chromium_fill(&plain, "#duoi", last4);
    chromium_press(&plain, 200, "main form.the button");
    assert_true(chromium_says(&plain, "Người khác được nhận thay"));
    chromium_end(&plain);
}

static void delivered_and_rated(void **state)
{
    (void)state;
    char path[64];
    scan(3);
    at_the_door((const char *[]){"6", NULL}); /* authorised */
    chromium_open(&browser, 200, link_path);
    see("ĐÃ GIAO");
    chromium_both_widths(&browser, "receiver-delivered");
    snprintf(path, sizeof path, "/danh-gia?so=%s", items[0]);
    chromium_open(&browser, 200, path);
    chromium_both_widths(&browser, "receiver-rate");
    char out[PROC_LINE_MAX];
    chromium_fill(&browser, "#duoi", last4);
    tab_to(&browser, "input#duoi");
    keys(&browser, "Shift+Tab Space"); /* the stars before it */
    tab_to(&browser, "input#duoi");
    keys(&browser, "Enter");
    see("Ông/bà đã đánh giá");
    snprintf(path, sizeof path, "/chua-nhan?so=%s", items[0]);
    chromium_open(&browser, 200, path);
    chromium_both_widths(&browser, "receiver-missing");
    chromium_ask(&browser, out, "text ", "text");
    hand_end(&hand);
}

/* ------------------------------------------------------------------ beginning and end */

static int begin(void **state)
{
    (void)state;
    char link[300];
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_do(&world, NULL, 0, "postman", BADGE, "name=Phạm Văn Dũng", "post-office=461310", NULL);
    hand_enrol(&hand, &world, "HH-001");
    world_issue(&world, 1, items);
    snprintf(last4, sizeof last4, "0001");
    world_do(&world, link, sizeof link, "link", items[0], NULL);
    link[strcspn(link, "\n")] = '\0';
    snprintf(link_path, sizeof link_path, "%s", strstr(link, "/T/"));
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_open_page_says_it_failed),
        cmocka_unit_test(a_day_by_keyboard_alone),
        cmocka_unit_test(is_the_postman_real),
        cmocka_unit_test(without_a_script_somebody_else),
        cmocka_unit_test(delivered_and_rated),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
