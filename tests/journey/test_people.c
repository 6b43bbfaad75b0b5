/* People at a new server, in a real Chromium: the first login sets up a
 * password and a second factor, the administrator makes the others, a dispatcher builds a round by
 * keyboard alone, an auditor has the chains checked. Every page at 360 and 1440 px, without a
 * finding of axe-core. Screenshots stay in the build folder. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <liboath/oath.h>

#include "tests/lib/chromium.h"

#define SECRET_BYTES 20
#define STEP_S 30

static struct world world;
static struct hand hand;
static struct chromium browser;
static char items[3][16];
static char recovery[32];
static uint8_t secret[SECRET_BYTES];

static void page(const char *path, const char *shot)
{
    chromium_open(&browser, 200, path);
    chromium_both_widths(&browser, shot);
}

/* ------------------------------------------------------------------ coming in */

static void log_in(const char *user, const char *password)
{
    chromium_open(&browser, 200, "/quay/dang-nhap");
    chromium_fill(&browser, "#ten", user);
    chromium_fill(&browser, "#mk", password);
    chromium_press(&browser, 200, "form button");
}

static void choose_password(const char *now, const char *chosen)
{
    chromium_fill(&browser, "#cu", now);
    chromium_fill(&browser, "#moi", chosen);
    chromium_press(&browser, 200, "form.the button");
}

static void log_out(void)
{
    chromium_press(&browser, 200, "nav form button");
}

static void type_code(int steps)
{
    char code[8];
    uint64_t step = (uint64_t)(time(NULL) / STEP_S + steps);
    assert_int_equal(oath_hotp_generate((const char *)secret, sizeof secret, step, 6, false,
                                        OATH_HOTP_DYNAMIC_TRUNCATION, code),
                     OATH_OK);
    chromium_fill(&browser, "#ma", code);
}

static void the_first_login_sets_up_both_factors(void **state)
{
    (void)state;
    char user[64] = "", password[64] = "", out[PROC_LINE_MAX], text[64], *decoded = NULL;
    size_t n = 0;
    world_first_login(&world, user, password);
    page("/quay/dang-nhap", "login");
    log_in(user, password);
    chromium_both_widths(&browser, "password");
    choose_password(password, "mat-khau-cua-quan-tri");
    assert_true(chromium_says(&browser, "Xác nhận hai lớp"));
    chromium_both_widths(&browser, "second-offer");
    chromium_ask(&browser, out, "text ", "text");
    const char *key = strstr(out, "Khóa: ");
    assert_non_null(key);
    snprintf(text, sizeof text, "%.39s", key + strlen("Khóa: "));
    assert_int_equal(oath_base32_decode(text, strlen(text), &decoded, &n), OATH_OK);
    assert_int_equal(n, sizeof secret);
    memcpy(secret, decoded, n);
    free(decoded);
    chromium_fill(&browser, "#mk", "mat-khau-cua-quan-tri");
    type_code(0);
    chromium_press(&browser, 200, "form.the button");
    assert_true(chromium_says(&browser, "Cất 10 mã dự phòng"));
    chromium_both_widths(&browser, "second-codes");
    chromium_ask(&browser, out, "text ", "text");
    const char *first = strstr(out, "chép lại. ");
    assert_non_null(first);
    sscanf(first + strlen("chép lại. "), "%31s", recovery);
    log_out();
    log_in(user, "mat-khau-cua-quan-tri");
    assert_true(chromium_says(&browser, "Mã xác nhận"));
    chromium_both_widths(&browser, "second-code");
    type_code(1); /* the step of enrolling is used up */
    chromium_press(&browser, 200, "form.the button");
    assert_true(chromium_says(&browser, "Thoát (quay, Quản trị)"));
    page("/quay/hai-lop", "second-state");
}

/* ------------------------------------------------------------------ the administrator */

static void add_person(const char *name, const char *role, char password[64])
{
    char out[PROC_LINE_MAX];
    chromium_open(&browser, 200, "/quay/nguoi");
    chromium_fill(&browser, "#person-moi-0", name);
    chromium_ask(&browser, out, "chosen", "choose #person-role-1 %s", role);
    chromium_fill(&browser, "#person-office-2", "all");
    chromium_press(&browser, 200, "section.muc:nth-of-type(1) button");
    chromium_ask(&browser, out, "text ", "text");
    const char *at = strstr(out, "chỉ hiện lần này: ");
    assert_non_null(at);
    sscanf(at + strlen("chỉ hiện lần này: "), "%63s", password);
}

static void the_administrator_makes_the_others(void **state)
{
    (void)state;
    static const char *const pages[] = {"nguoi",   "buu-ta", "danh-ba", "dai-so",  "may-in",
                                        "tham-so", "lich",   "gia",     "thu-tuc", "dao-tao"};
    char password[64], path[32], shot[32];
    add_person("kiem", "auditor", password);
    chromium_both_widths(&browser, "people-password");
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        snprintf(path, sizeof path, "/quay/%s", pages[i]);
        snprintf(shot, sizeof shot, "admin-%s", pages[i]);
        page(path, shot);
    }
    page("/quay/quan-tri", "admin");
    /* refused, the form stands there as it was sent */
    chromium_open(&browser, 200, "/quay/tham-so");
    chromium_fill(&browser, "#rule-ten-0", "at_risk_min");
    chromium_fill(&browser, "#rule-gia-tri-1", "9999999");
    chromium_fill(&browser, "#rule-can-cu-2", "QĐ 31/QĐ-BĐT");
    chromium_press(&browser, 400, "section.muc button");
    assert_true(chromium_says(&browser, "9999999"));
    chromium_both_widths(&browser, "admin-refused");
    for (int step = 1; step <= 7; step++) {
        snprintf(path, sizeof path, "/quay/bat-dau?buoc=%d", step);
        snprintf(shot, sizeof shot, "first-run-%d", step);
        page(path, shot);
    }
    page("/quay/may", "devices");
    chromium_fill(&browser, "#enrol-may-0", "HH-077");
    chromium_press(&browser, 200, "section.muc button");
    assert_true(chromium_says(&browser, "Mã cấp máy, chỉ hiện một lần"));
    chromium_both_widths(&browser, "devices-code");
}

/* ------------------------------------------------------------------ the dispatcher, by keyboard */

static void type(const char *text)
{
    char out[PROC_LINE_MAX];
    chromium_ask(&browser, out, "typed", "type %s", text);
}

static void a_dispatcher_needs_no_mouse(void **state)
{
    (void)state;
    char password[64];
    world_issue(&world, 3, items);
    hand_enrol(&hand, &world, "HH-042");
    hand_start(&hand);
    hand_mode(&hand, 1);
    for (int i = 0; i < 3; i++)
        hand_beep(&hand, items[i]);
    hand_drain(&hand, 60);
    world_do(&world, NULL, 0, "postman", "TH-12", "name=Phạm Văn Thử", NULL);
    add_person("dieu", "dispatcher", password);
    log_out();
    log_in("dieu", password);
    choose_password(password, "mat-khau-cua-dieu-phoi");
    page("/quay/dieu-phoi", "rounds");
    assert_true(chromium_says(&browser, "chưa chia 3"));
    char out[PROC_LINE_MAX];
    const char *const scans[][2] = {{items[0], "Đã thêm"}, {"TH-12", "Đã giao TH-00000012"}};
    for (int i = 0; i < 2; i++) {
        type(scans[i][0]);
        chromium_ask(&browser, out, "keyed", "key Enter");
        chromium_ask(&browser, out, "seen ", "see %s", scans[i][1]);
    }
    assert_true(chromium_says(&browser, "chưa chia 2"));
    assert_true(chromium_says(&browser, "BD-000001"));
    chromium_both_widths(&browser, "rounds-built");
    log_out();
    hand_end(&hand);
}

/* ------------------------------------------------------------------ the auditor */

static void an_auditor_has_the_chains_checked(void **state)
{
    (void)state;
    log_in("quay", "mat-khau-cua-quan-tri");
    chromium_fill(&browser, "#ma", recovery); /* the phone is at home */
    chromium_press(&browser, 200, "form.the button");
    page("/quay/nhat-ky", "log");
    chromium_press(&browser, 200, "form[action='/quay/nhat-ky'][method=post] button");
    assert_true(chromium_says(&browser, "Mọi chuỗi khớp"));
    chromium_both_widths(&browser, "log-checked");
}

/* ------------------------------------------------------------------ people's data, webhooks */

static void fill_all(const char *const fields[][2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        chromium_fill(&browser, fields[i][0], fields[i][1]);
}

/* A breach, a hold, a person who asks: as an administrator's desk sees them. */
static void the_data_law_at_a_desk(void **state)
{
    (void)state;
    static const char *const breach[][2] = {
        {"#incident-chuyen-1", "Gửi nhầm danh sách 12 người cho một phòng khác"},
        {"#incident-hours-ago-2", "5"}};
    const char *const hold[][2] = {{"#hold-bi-0", items[0]},
                                   {"#hold-can-cu-1", "Công văn 45/2026, Tòa án"}};
    chromium_open(&browser, 200, "/quay/du-lieu");
    fill_all(breach, 2);
    chromium_press(&browser, 200, "section.muc:has(#incident-chuyen-1) button");
    fill_all(hold, 2);
    chromium_press(&browser, 200, "section.muc:has(#hold-bi-0) button");
    assert_true(chromium_says(&browser, "Công văn 45/2026, Tòa án"));
    chromium_press(&browser, 200, "a[href^='/quay/du-lieu?so=']");
    assert_true(chromium_says(&browser, "Gửi nhầm danh sách 12 người"));
    chromium_both_widths(&browser, "law");
    chromium_fill(&browser, "#ai", items[0]);
    chromium_press(&browser, 200, "form[action='/quay/du-lieu/nguoi'] button");
    assert_true(chromium_says(&browser, "đang giữ theo yêu cầu"));
    chromium_both_widths(&browser, "law-person");
    chromium_fill(&browser, "#can-cu", "Đơn 12/2026");
    chromium_press(&browser, 409, "button[value=xoa]");
    assert_true(chromium_says(&browser, "còn phải giữ"));
    chromium_both_widths(&browser, "law-refused");
    page("/quay/du-lieu/truong", "law-fields");
    page("/quay/du-lieu/ke-hoach", "law-plan");
}

static void a_webhook_at_a_desk(void **state)
{
    (void)state;
    static const char *const fields[][2] = {{"#hook-moi-0", "so-xd"},
                                            {"#hook-url-1", "https://sxd.example/trao"},
                                            {"#hook-office-2", "all"}};
    char out[PROC_LINE_MAX];
    chromium_open(&browser, 200, "/quay/bao-tin");
    fill_all(fields, 3);
    chromium_ask(&browser, out, "ticked", "tick #hook-events-3 input[name=events-delivered]");
    chromium_ask(&browser, out, "ticked", "tick #hook-events-3 input[name=events-returned]");
    chromium_press(&browser, 200, "section.muc:has(#hook-moi-0) button");
    assert_true(chromium_says(&browser, "Khóa bí mật, chỉ hiện lần này"));
    chromium_both_widths(&browser, "hooks");
    chromium_open(&browser, 200, "/quay/bao-tin");
    assert_true(chromium_says(&browser, "đã giao, đã hoàn"));
    chromium_fill(&browser, "#hooktest-ten-0", "so-xd");
    chromium_press(&browser, 409, "section.muc:has(#hooktest-ten-0) button");
    assert_true(chromium_says(&browser, "so-xd chưa nhận tin thử"));
}

/* ------------------------------------------------------------------ */

/* As a new server is: who sees or changes what all offices do needs a second factor. */
static void want_second_factor(void)
{
    char command[600];
    snprintf(command, sizeof command,
             "sed -i 's/^second_factor=none/second_factor=administrator,manager,auditor/' "
             "'%s/trao.conf' && printf '\\n[offices]\\nwebhook_hosts=sxd.example\\n' >> "
             "'%s/trao.conf'",
             world.data, world.data);
    assert_int_equal(system(command), 0);
}

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    want_second_factor();
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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_login_sets_up_both_factors),
        cmocka_unit_test(the_administrator_makes_the_others),
        cmocka_unit_test(a_dispatcher_needs_no_mouse),
        cmocka_unit_test(an_auditor_has_the_chains_checked),
        cmocka_unit_test(the_data_law_at_a_desk),
        cmocka_unit_test(a_webhook_at_a_desk),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
