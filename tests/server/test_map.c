/* The map: outlines that an administrator loads, what is asked by them, and who sees what of it;
 * its stops are in test_stops.c. With "drawn" in a real Chromium, at 360 and 1440 px. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/record/looks.h"
#include "tests/lib/proc.h"
#include "tests/server/stops_rig.h"

#define OTHER_OFFICE 77
#define ANSWER_MS 30000
#define EDGE "----duong-ranh"

/* Three squares beside each other, of communes that are in force. */
#define SQUARE(code, west, east)                                                                   \
    "{\"type\":\"Feature\",\"properties\":{\"gso_code\":\"" code "\"},\"geometry\":{\"type\":"     \
    "\"Polygon\",\"coordinates\":[[[" west ",18.3],[" east ",18.3],[" east ",18.4],[" west         \
    ",18.4],[" west ",18.3]]]}}"
#define OUTLINES                                                                                   \
    "{\"type\":\"FeatureCollection\",\"features\":[" SQUARE("18073", "105.8", "105.9") "," SQUARE( \
        "18100", "105.9", "106.0") "," SQUARE("18742", "106.0", "106.1") "]}"

static int send_outlines(struct browser *browser, const char *text)
{
    static char all[65536];
    char body[60000];
    assert_int_equal(browser_get(browser, "/quay/ranh-gioi"), 200);
    int n = snprintf(body, sizeof body,
                     "--" EDGE "\r\nContent-Disposition: form-data; name=\"dau\"\r\n\r\n%s\r\n"
                     "--" EDGE "\r\nContent-Disposition: form-data; name=\"can-cu\"\r\n\r\nQĐ 1\r\n"
                     "--" EDGE "\r\nContent-Disposition: form-data; name=\"tep\"; "
                     "filename=\"r.geojson\"\r\n\r\n%s\r\n--" EDGE "--\r\n",
                     browser->csrf, text);
    int head = snprintf(all, sizeof all,
                        "POST /quay/ranh-gioi HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: "
                        "close\r\n%sContent-Type: multipart/form-data; boundary=" EDGE
                        "\r\nContent-Length: %d\r\n\r\n%s",
                        browser->rig.desk.config.plain.port, browser->cookie, n, body);
    return web_rig_raw(&browser->rig, all, (size_t)head, 10000);
}

static void recorded_in_another_commune(void **state)
{
    struct browser *browser = *state;
    struct view view;
    char outlines[600];
    struct place beside = exact;
    struct item other = desk_rig_issue(&browser->rig.desk, "H27.15-261118-0146", "0912000001", "0");
    assert_true(views_item(browser->rig.desk.rig.views, &browser->rig.item, &view));
    assert_true(view.marks.commune != 0);
    beside.lon_e7 = 1059210000; /* some 105 m east of the border, within what is drawn roughly */
    (void)snprintf(outlines, sizeof outlines,
                   "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                   "\"properties\":{\"gso_code\":\"%05u\"},\"geometry\":{\"type\":\"Polygon\","
                   "\"coordinates\":[[[105.91,18.3],[105.92,18.3],[105.92,18.4],[105.91,18.4],"
                   "[105.91,18.3]]]}}]}",
                   (unsigned)view.marks.commune);
    browser_log_in(browser);
    assert_int_equal(send_outlines(browser, outlines), 200);
    outcome(browser, &browser->rig.item, EVENT_DELIVERED, &exact, 0); /* 500 m west of it */
    outcome(browser, &other, EVENT_DELIVERED, &beside, 0);
    assert_int_equal(browser_get(browser, MAP "?hoi=ngoai-xa"), 200);
    assert_true(says(browser, "&amp;hoi=ngoai-xa\">1</a>"));
    assert_true(says(browser, ", nơi ghi trên bì?"));
    assert_true(says(browser, browser->rig.item.text));
    assert_false(says(browser, other.text));
}

static bool find_look(void *ctx, const struct look *look)
{
    struct look *found = ctx;
    if (look->kind == LOOK_STOPS)
        *found = *look;
    return true;
}

static void who_is_bound_sees_his_stops_alone(void **state)
{
    struct browser *browser = *state;
    (void)browser_person(browser, "mot cua", ROLE_CLERK, office_of(browser));
    (void)browser_person(browser, "noi khac", ROLE_CLERK, OTHER_OFFICE);
    (void)browser_person(browser, "doc", ROLE_READER, OTHER_OFFICE);
    outcome(browser, &browser->rig.item, EVENT_DELIVERED, &exact, 0);
    as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "18.34281, 105.90512"));
    assert_false(says(browser, "Đúng hạn theo xã")); /* a clerk has no board */
    struct look look = {.rows = 0};
    struct error why;
    assert_true(looks_each(browser->rig.short_reader, 0, (struct instant){0},
                           (struct instant){INT64_MAX}, find_look, &look, &why));
    assert_int_equal(look.rows, 1);
    as(browser, "noi+khac");
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "Không có lượt phát nào"));
    as(browser, "doc");
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-01&den=2026-11-30"), 200);
    assert_true(says(browser, "Đúng hạn theo xã"));
    assert_false(says(browser, "data-phan"));
}

/* ------------------------------------------------------------------ outlines, background */

static void outlines_are_loaded_or_refused_whole(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "Chưa nạp ranh giới"));
    assert_int_equal(send_outlines(browser, OUTLINES), 200);
    assert_true(says(browser, "Đã nạp ranh giới của 3 xã, phường (15 điểm)"));
    assert_true(says(browser, "Chưa có ranh giới"));
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_false(says(browser, "Chưa nạp ranh giới"));
    assert_int_equal(browser_get(browser, MAP "/ranh-gioi"), 200);
    assert_true(says(browser, "Content-Type: application/geo+json"));
    assert_true(says(browser, "\"id\":\"18073\""));
    assert_true(says(browser, "[[[[105.8,18.3],[105.9,18.3],"));
    /* one of no commune, or none at all: what was there stays */
    assert_int_equal(send_outlines(browser, "{\"type\":\"FeatureCollection\",\"features\":[" SQUARE(
                                                "18100", "105.8",
                                                "105.9") "," SQUARE("99999", "105", "106") "]}"),
                     400);
    assert_true(says(browser, "feature 2, gso_code 99999: không có xã, phường này"));
    assert_int_equal(send_outlines(browser, "x"), 400);
    assert_true(says(browser, "dòng 1"));
    assert_true(says(browser, "Đang có: <b>3</b> ranh giới."));
    assert_int_equal(browser_get(browser, MAP "/ranh-gioi"), 200);
    assert_true(says(browser, "\"id\":\"18742\""));
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    as(browser, "quan+ly");
    assert_int_equal(browser_get(browser, "/quay/ranh-gioi"), 403);
    assert_int_equal(browser_post(browser, "/quay/ranh-gioi", ""), 403);
}

/* A host that settings name is where pictures may come from, on that page alone. */
static void a_background_only_where_it_is_set(void **state)
{
    struct browser *browser = *state;
    struct config *config = &browser->rig.desk.config;
    struct error why;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "img-src 'self'; font-src"));
    assert_false(says(browser, "data-nen"));
    static const char *const wrong[] = {"http://nen.example/{z}/{x}/{y}.png",
                                        "https://nen.example/{z}/{x}.png",
                                        "https:///{z}/{x}/{y}.png",
                                        "https://nen.example;script-src/{z}/{x}/{y}.png",
                                        "https://nen.example https://x/{z}/{x}/{y}.png",
                                        "https://{s}.nen.example/{z}/{x}/{y}.png",
                                        "https://a@nen.example/{z}/{x}/{y}.png",
                                        "https://*.example/{z}/{x}/{y}.png"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        if (config_set(config, "web", "tiles", wrong[i], &why))
            fail_msg("taken: %s", wrong[i]);
    assert_good(
        config_set(config, "web", "tiles", "https://nen.example:8443/{z}/{x}/{y}.png", &err));
    assert_good(config_set(config, "web", "tiles_credit", "© Nền & bản đồ", &err));
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "img-src 'self' https://nen.example:8443; font-src"));
    bool drawn = says(browser, "id=ban-do");
    assert_int_equal(says(browser, "data-nen=\"https://nen.example:8443/{z}/{x}/{y}.png\" "
                                   "data-nguon=\"© Nền &amp; bản đồ\""),
                     drawn);
    assert_int_equal(browser_get(browser, "/quay/bang"), 200);
    assert_true(says(browser, "img-src 'self'; font-src"));
    assert_good(config_set(config, "web", "tiles", "", &err));
}

/* ------------------------------------------------------------------ as it is drawn */

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

static void look_at(struct proc *chromium, const char *name)
{
    static const int widths[] = {360, 1440};
    char out[PROC_LINE_MAX];
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        ask(chromium, out, "sized", "size %d 800", widths[i]);
        ask(chromium, out, "wide no", "wide");
        ask(chromium, out, "axe 0", "axe");
        ask(chromium, out, "shot", "shot " SHOTS "/%s-%d.png", name, widths[i]);
    }
}

static void fill_the_map(struct browser *browser)
{
    struct desk_rig *desk = &browser->rig.desk;
    char dossier[32];
    for (int i = 0; i < 12; i++) {
        struct place place = exact;
        place.lat_e7 += i * 37000 % 250000;
        place.lon_e7 += i * 130000;
        place.accuracy_mm = i % 5 == 4 ? 900000 : 8000;
        (void)snprintf(dossier, sizeof dossier, "H27.15-261119-%04d", i + 1);
        struct item item = desk_rig_issue(desk, dossier, "0912000001", "0");
        outcome(browser, &item, i % 3 == 2 ? EVENT_DELIVERY_FAILED : EVENT_DELIVERED, &place, 0);
    }
}

static void drawn_from_the_tables(void **state)
{
    struct browser *browser = *state;
    struct proc chromium;
    char out[PROC_LINE_MAX];
    int port = browser->rig.desk.config.plain.port;
    if (web_rig_get(&browser->rig, "/assets/leaflet.js", "") == 404 || !proc_has_chromium()) {
        print_message("skipped: built without Leaflet, or no Chromium\n");
        skip();
    }
    open_post_office(browser);
    fill_the_map(browser);
    desk_rig_pass(&browser->rig.desk, INT64_C(20) * 24 * 3600 * 1000); /* terms are over */
    browser_log_in(browser);
    assert_int_equal(send_outlines(browser, OUTLINES), 200);
    proc_start(&chromium, (const char *[]){"node", TESTS_DIR "/lib/browser.mjs", NPM_DIR, NULL},
               true, SHOTS ".log");
    assert_true(proc_hear(&chromium, out, ANSWER_MS));
    ask(&chromium, out, "went 200", "goto http://127.0.0.1:%d/quay/dang-nhap", port);
    ask(&chromium, out, "filled", "fill #ten quay");
    ask(&chromium, out, "filled", "fill #mk " BROWSER_PASSWORD);
    ask(&chromium, out, "pressed 200", "press form button");
    ask(&chromium, out, "went 200", "goto http://127.0.0.1:%d" MAP "?tu=2026-11-25&den=2026-12-10",
        port);
    ask(&chromium, out, "attr 12", "attr #ban-do[data-xong] data-xong");
    ask(&chromium, out, "attr M", "attr path.leaflet-interactive d"); /* outlines */
    look_at(&chromium, "map");
    ask(&chromium, out, "went 200", "goto http://127.0.0.1:%d/quay/ranh-gioi", port);
    look_at(&chromium, "outlines");
    proc_say(&chromium, "quit");
    proc_wait(&chromium, ANSWER_MS);
}

#define SIGHT(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char *argv[])
{
    const struct CMUnitTest plain[] = {
        SIGHT(who_is_bound_sees_his_stops_alone),
        SIGHT(outlines_are_loaded_or_refused_whole),
        SIGHT(a_background_only_where_it_is_set),
        SIGHT(recorded_in_another_commune),
    };
    const struct CMUnitTest drawn[] = {SIGHT(drawn_from_the_tables)};
    DESK_RIG_CHILD(argc, argv);
    if (argc < 2 || strcmp(argv[1], "drawn") != 0)
        return cmocka_run_group_tests(plain, NULL, NULL);
    (void)mkdir(SHOTS, 0755);
    return cmocka_run_group_tests(drawn, NULL, NULL);
}
