/* A small working day through every door of the programs: list, envelopes, handover, enrolment, a
 * round with a failed attempt, a delivery taken back and one that stands; after each step the
 * citizen's page is read over HTTP, and after 30 s the messages. Under the sanitizers too: the
 * server must also end cleanly. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/journey/evidence.h"

#define ITEMS 6
#define PAGE_MS 5000 /* a sanitized server on a busy machine; the live test asks for one second */
#define SMS_MS 60000 /* 30 s behind the door, and the tick */

static struct world world;
static struct hand hand;
static char items[ITEMS][16];
static char page[65536];

/* ---------------------------------------------------------------- the citizen's page */

/* The text of the first <h1>, without its sign. */
static void headline_of(const char *html, char out[256])
{
    const char *at = strstr(html, "<h1"), *end = at ? strstr(at, "</h1>") : NULL;
    const char *sign_end = at ? strstr(at, "</span>") : NULL;
    out[0] = '\0';
    if (!end)
        return;
    at = sign_end && sign_end < end ? sign_end + strlen("</span>") : strchr(at, '>') + 1;
    at += strspn(at, " \n");
    snprintf(out, 256, "%.*s", (int)(end - at), at);
}

static void read_page(const char *item)
{
    char url[256], base[64];
    world_do(&world, url, sizeof url, "link", item, NULL);
    url[strcspn(url, "\n")] = '\0';
    snprintf(base, sizeof base, "http://127.0.0.1:%d", world.plain);
    assert_int_equal(strncmp(url, base, strlen(base)), 0);
    assert_int_equal(world_get(&world, url + strlen(base), page, sizeof page), 200);
}

static void expect_page(const char *item, const char *headline)
{
    char said[256];
    for (long until = proc_now_ms() + PAGE_MS;; proc_sleep_ms(50)) {
        read_page(item);
        headline_of(page, said);
        if (strcmp(said, headline) == 0)
            return;
        if (proc_now_ms() > until)
            world_fail(&world, "%s reads '%s', not '%s'", item, said, headline);
    }
}

/* ---------------------------------------------------------------- the postman */

static void scan_all(int mode, int n, const char *headline)
{
    hand_mode(&hand, mode);
    for (int at = 0; at < n; at++)
        hand_beep(&hand, items[at]);
    hand_drain(&hand, 60);
    for (int at = 0; at < n; at++)
        expect_page(items[at], headline);
}

static void at_the_door(const char *item, const char *const *keys, const char *event)
{
    char line[PROC_LINE_MAX], wanted[128];
    hand_say(&hand, "scan %s\\r", item);
    hand_expect(&hand, "beep look ", line, PAGE_MS);
    for (; *keys; keys++)
        hand_say(&hand, "key %s", *keys);
    hand_expect(&hand, "beep ok ", line, PAGE_MS);
    snprintf(wanted, sizeof wanted, "%s %s", item, event);
    assert_non_null(strstr(line, wanted));
}

static void a_round(void **state)
{
    (void)state;
    expect_page(items[0], "ĐÃ GIAO CHO BƯU ĐIỆN");
    hand_start(&hand);
    scan_all(1, ITEMS, "BƯU ĐIỆN ĐÃ NHẬN");
    scan_all(2, ITEMS, "ĐÃ ĐẾN BƯU CỤC");
    scan_all(3, ITEMS, "BƯU TÁ ĐANG ĐI GIAO");
    hand_mode(&hand, 4);
    at_the_door(items[0], (const char *[]){"F1", "1", "ENTER", NULL}, "delivery_failed");
    at_the_door(items[1], (const char *[]){"2", NULL}, "delivered");
    at_the_door(items[2], (const char *[]){"1", NULL}, "delivered");
    hand_say(&hand, "key LEFT"); /* taken back within ten seconds */
    char line[PROC_LINE_MAX];
    hand_expect(&hand, "beep ok ", line, PAGE_MS);
    assert_non_null(strstr(line, "withdrawn"));
    hand_drain(&hand, 60);
    expect_page(items[0], "CHƯA GIAO ĐƯỢC");
    assert_non_null(strstr(page, "Không có ai ở nhà"));
    expect_page(items[1], "ĐÃ GIAO");
    expect_page(items[2], "BƯU TÁ ĐANG ĐI GIAO");
    expect_page(items[3], "BƯU TÁ ĐANG ĐI GIAO");
    hand_end(&hand);
}

/* ---------------------------------------------------------------- by number, and what not to tell
 */

static void by_number_alone_says_little(void **state)
{
    (void)state;
    char form[64], url[64];
    snprintf(form, sizeof form, "so=%s", items[1]);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/tra-cuu", world.plain);
    const char *argv[] = {"curl", "-s", "--data", form, url, NULL};
    assert_int_equal(proc_run(argv, world.log, page, sizeof page), 0);
    char said[256];
    headline_of(page, said);
    assert_string_equal(said, "ĐÃ GIAO");
    assert_null(strstr(page, "Mẫu"));      /* whose it is */
    assert_null(strstr(page, "Vợ/chồng")); /* who took it */
}

/* ---------------------------------------------------------------- messages */

static unsigned messages(const char *item, const char *words)
{
    char path[300], line[1024];
    unsigned n = 0;
    snprintf(path, sizeof path, "%s/sms.txt", world.data);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        n += strstr(line, item) && strstr(line, words);
    if (file)
        fclose(file);
    return n;
}

static void door_outcomes_are_told_after_a_while(void **state)
{
    (void)state;
    for (long until = proc_now_ms() + SMS_MS;
         messages(items[0], "Chua giao duoc") == 0 || messages(items[1], "Da giao") == 0;
         proc_sleep_ms(200))
        if (proc_now_ms() > until)
            world_fail(&world, "no message about a door");
    proc_sleep_ms(2000);
    assert_int_equal(messages(items[0], "Chua giao duoc"), 1);
    assert_int_equal(messages(items[1], "Da giao"), 1);
    assert_int_equal(messages(items[2], "Da giao"), 0); /* taken back: nobody is told */
    assert_int_equal(messages(items[3], "Hom nay buu ta den giao"), 1);
    assert_int_equal(messages("", "Mau"), 0); /* no name in any */
}

static void the_record_proves_itself_and_views_come_back(void **state)
{
    (void)state;
    char before[4096], after[4096];
    world_do(&world, before, sizeof before, "items", NULL);
    world_do(&world, NULL, 0, "verify", NULL);
    world_stop_server(&world, SIGTERM);
    world_do(&world, NULL, 0, "rebuild", NULL);
    world_do(&world, NULL, 0, "verify", NULL);
    world_start_server(&world);
    world_do(&world, after, sizeof after, "items", NULL);
    assert_string_equal(before, after);
    world_stop_server(&world, SIGTERM);
}

/* ---------------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_gpsd(&world, "fix");
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round),
        cmocka_unit_test(by_number_alone_says_little),
        cmocka_unit_test(door_outcomes_are_told_after_a_while),
        cmocka_unit_test(the_record_proves_itself_and_views_come_back),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
