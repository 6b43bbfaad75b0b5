/* A clerk's day at the desk in a real Chromium, by keyboard and scanner: a list is sent, looked at
 * and taken in; envelopes are looked at in their true size and printed; results are received and
 * put in their envelopes, one in the wrong one first; all go sealed. Each page at 360 and 1440 px,
 * nothing wider than the window, without a finding of axe-core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/chromium.h"

#define ROWS 2
#define PASSWORD "lua-chin-ben-song-1987"

static struct world world;
static struct chromium browser;
static char items[ROWS][16], dossiers[ROWS][40];
static char out[PROC_LINE_MAX];

static void keys(const char *names)
{
    chromium_ask(&browser, out, "keyed", "key %s", names);
}

/* As a scanner does: the code, and Enter. */
static void scan(const char *code, const char *then)
{
    chromium_ask(&browser, out, "typed", "type %s", code);
    keys("Enter");
    chromium_ask(&browser, out, "seen ", "see %s", then);
}

static void look(const char *path, const char *shot)
{
    chromium_open(&browser, 200, path);
    chromium_both_widths(&browser, shot);
}

static void come_in(void)
{
    char password[128];
    world_do(&world, out, sizeof out, "person", "lan", "role=clerk", "office=all", "password=new",
             NULL);
    const char *at = strstr(out, "password");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "password %127s", password), 1);
    chromium_open(&browser, 200, "/quay/dang-nhap");
    chromium_fill(&browser, "#ten", "lan");
    chromium_fill(&browser, "#mk", password);
    chromium_press(&browser, 200, "form button");
    chromium_fill(&browser, "#cu", password);
    chromium_fill(&browser, "#moi", PASSWORD);
    chromium_press(&browser, 200, "form.the button");
}

static void read_items(void)
{
    char list[4096];
    size_t n = 0;
    world_do(&world, list, sizeof list, "items", NULL);
    for (char *line = strtok(list, "\n"); line && n < ROWS; line = strtok(NULL, "\n"), n++)
        assert_int_equal(sscanf(line, "%15s %*s %39s", items[n], dossiers[n]), 2);
    assert_int_equal(n, ROWS);
}

static void a_list_is_taken_in(void)
{
    char path[300];
    snprintf(path, sizeof path, "%s/danh-sach.csv", world.dir);
    world_write_list(path, 1, ROWS);
    look("/quay/nhap", "desk-import");
    chromium_ask(&browser, out, "uploaded", "upload #tep %s", path);
    chromium_press(&browser, 200, "form[enctype] button");
    assert_true(chromium_says(&browser, "Nhận 2 kết quả"));
    chromium_both_widths(&browser, "desk-import-preview");
    chromium_press(&browser, 200, "button[autofocus]");
    assert_true(chromium_says(&browser, "Đã nhập 2 kết quả"));
    chromium_both_widths(&browser, "desk-import-done");
    read_items();
}

static void envelopes_are_printed(void)
{
    char path[64];
    snprintf(path, sizeof path, "/quay/in?xem=%s", items[0]);
    look(path, "desk-print-true-size");
    look("/quay/in", "desk-print");
    keys("F2");
    chromium_ask(&browser, out, "seen ", "see Mở tệp in lần 1");
    chromium_both_widths(&browser, "desk-printed");
}

static void results_are_paired(void)
{
    char words[64];
    look("/quay/viec?che-do=nhan", "desk-receive");
    for (int i = 0; i < ROWS; i++) {
        scan(dossiers[i], "Số trang");
        scan("3", "Đã nhận.");
    }
    look("/quay/viec?che-do=ghep", "desk-pair");
    snprintf(words, sizeof words, "Hồ sơ %s", dossiers[0]);
    scan(dossiers[0], words);
    scan(items[1], "SAI PHONG BÌ");
    chromium_both_widths(&browser, "desk-wrong-envelope");
    for (int i = 0; i < ROWS; i++) {
        snprintf(words, sizeof words, "Hồ sơ %s", dossiers[i]);
        scan(dossiers[i], words);
        scan(items[i], "Đúng phong bì.");
    }
    snprintf(words, sizeof words, "/quay/bi?bi=%s", items[0]);
    look(words, "desk-item");
    look("/quay/giay", "desk-paper");
    look("/quay/tap", "desk-practice");
}

static void they_go_sealed(void)
{
    look("/quay/ban-giao", "desk-handover");
    /* quicker than any answer: nothing is lost */
    for (int i = 0; i < ROWS; i++) {
        chromium_ask(&browser, out, "typed", "type %s", items[i]);
        keys("Enter");
    }
    chromium_ask(&browser, out, "seen ", "see 2/2");
    chromium_both_widths(&browser, "desk-handover-scanned");
    chromium_fill(&browser, "#count", "2");
    chromium_fill(&browser, "#seal", "NP-0007");
    chromium_fill(&browser, "#taker", "Phạm Văn Mẫu");
    keys("F4");
    chromium_ask(&browser, out, "seen ", "see Bảng kê giao nhận BG-000001");
    assert_true(chromium_says(&browser, "Cộng 2 bì."));
    chromium_both_widths(&browser, "desk-handover-list");
    world_do(&world, out, sizeof out, "handovers", NULL);
    assert_non_null(strstr(out, "BG-000001\tsealed"));
}

static void a_clerks_day(void **state)
{
    (void)state;
    come_in();
    a_list_is_taken_in();
    envelopes_are_printed();
    results_are_paired();
    they_go_sealed();
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_clerks_day)};
    return cmocka_run_group_tests_name("journey/desk_day", tests, begin, end);
}
