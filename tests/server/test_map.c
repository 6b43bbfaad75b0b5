/* The map: where envelopes were delivered or could not be, outlines that an administrator loads,
 * and who sees what of it. With "drawn" in a real Chromium, at 360 and 1440 px. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/record/looks.h"
#include "server/record/premises.h"
#include "tests/lib/proc.h"
#include "tests/server/browser.h"

#define OTHER_OFFICE 77
#define ANSWER_MS 30000
#define MAP "/quay/ban-do"
#define EDGE "----duong-ranh"

/* Three squares beside each other, of communes that are in force. */
#define SQUARE(code, west, east)                                                                   \
    "{\"type\":\"Feature\",\"properties\":{\"gso_code\":\"" code "\"},\"geometry\":{\"type\":"     \
    "\"Polygon\",\"coordinates\":[[[" west ",18.3],[" east ",18.3],[" east ",18.4],[" west         \
    ",18.4],[" west ",18.3]]]}}"
#define OUTLINES                                                                                   \
    "{\"type\":\"FeatureCollection\",\"features\":[" SQUARE("18073", "105.8", "105.9") "," SQUARE( \
        "18100", "105.9", "106.0") "," SQUARE("18742", "106.0", "106.1") "]}"

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

static void as(struct browser *browser, const char *name)
{
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, name);
}

static uint32_t office_of(struct browser *browser)
{
    struct view view;
    assert_true(views_item(browser->rig.desk.rig.views, &browser->rig.item, &view));
    return view.marks.office;
}

static uint32_t badge; /* who signed in, 0 nobody */

/* A door outcome with a place, made `ago_ms` before it arrives. */
static void outcome(struct browser *browser, const struct item *item, uint32_t event,
                    const struct place *place, int64_t ago_ms)
{
    struct desk_rig *desk = &browser->rig.desk;
    struct rig_batch batch;
    pthread_mutex_lock(&desk->lock);
    struct scan *scan = rig_beep(&desk->rig, &browser->rig.device, 0, event, ago_ms);
    scan->item = *item;
    scan->place = *place;
    scan->badge = badge;
    if (event == EVENT_DELIVERY_FAILED) {
        scan->reason = REASON_NOBODY_HOME;
        scan->action = ACTION_AGAIN;
    }
    scan->relation = event == EVENT_DELIVERED ? RELATION_SPOUSE : 0;
    scan->of_seq = event == EVENT_WITHDRAWN ? scan->seq - 1 : 0;
    rig_cut(&browser->rig.device, &batch);
    rig_send(&desk->rig, &browser->rig.device, &batch);
    assert_good(views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
    desk_rig_pass(desk, 1000);
}

static const struct place exact = {
    .lat_e7 = 183428100, .lon_e7 = 1059051200, .accuracy_mm = 8000, .mode = PLACE_MODE_3D};
static const struct place coarse = {
    .lat_e7 = 183500000, .lon_e7 = 1059500000, .accuracy_mm = 2000000, .mode = PLACE_MODE_2D};
static const struct place none = {.why_none = NO_PLACE_NO_FIX};

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

/* ------------------------------------------------------------------ stops */

static void stops_of_the_day_with_their_places(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    struct item second = desk_rig_issue(desk, "H27.15-261118-0146", "0912000001", "0");
    struct item third = desk_rig_issue(desk, "H27.15-261118-0147", "0912000001", "0");
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "Không có lượt phát nào trong những ngày này."));
    outcome(browser, &browser->rig.item, EVENT_DELIVERED, &exact, 0);
    outcome(browser, &second, EVENT_DELIVERY_FAILED, &coarse, 0);
    outcome(browser, &third, EVENT_DELIVERED, &none, 0);
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "đã phát <b>2</b>"));
    assert_true(says(browser, "chưa phát được <b>1</b>"));
    assert_true(says(
        browser,
        "vị trí không chắc <b><a "
        "href=\"/quay/ban-do?tu=2026-11-25&amp;den=2026-11-25&amp;hoi=khong-chac\">1</a></b>"));
    assert_true(says(browser, "không có vị trí <b>1</b>"));
    assert_true(says(browser, "data-lat=18.34281 data-lon=105.90512 data-loai=giao>"));
    assert_true(says(browser, "18.34281, 105.90512 ±8 m"));
    assert_true(says(browser, "data-lat=18.35000 data-lon=105.95000 data-loai=chua data-ngo>"));
    assert_true(says(browser, "<td class=vang>Vắng nhà</td><td>–</td><td class=do>"));
    assert_true(says(browser, "không có: GPS chưa bắt được"));
    char link[64];
    (void)snprintf(link, sizeof link, "<a href=\"/quay/bi?bi=%s\">", second.text);
    assert_true(says(browser, link));
    assert_false(says(browser, "Mẫu")); /* no names */
    /* another day has none of them, and what is taken back is no stop any more */
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-24&den=2026-11-24"), 200);
    assert_true(says(browser, "Không có lượt phát nào"));
    outcome(browser, &third, EVENT_WITHDRAWN, &none, 0);
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-20&den=2026-11-30"), 200);
    assert_true(says(browser, "đã phát <b>1</b>"));
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-01&den=2026-12-31"), 400);
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-30&den=2026-11-20"), 400);
    assert_int_equal(browser_get(browser, MAP "?tu=x"), 400);
}

/* ------------------------------------------------------------------ what there is to ask */

/* Where the stops of `exact` are. */
static bool post_office_act(struct record *record, void *arg, struct error *why)
{
    struct browser *browser = arg;
    struct premises post = {.kind = PREMISES_POST_OFFICE,
                            .code = "480100",
                            .name = "Cẩm Trung",
                            .has_place = true,
                            .lat_e7 = exact.lat_e7 + 5000, /* 56 m north */
                            .lon_e7 = exact.lon_e7,
                            .from = {browser->rig.desk.rig.now.ms - 1000}};
    return premises_put(record, &post, 1, why);
}

static void open_post_office(struct browser *browser)
{
    struct acts acts = desk_rig_acts(&browser->rig.desk);
    assert_good(acts.run(acts.self, post_office_act, browser, &err));
}

/* "Delivered" recorded at the post office is what such systems fail by: it is asked about, never
 * hidden, and what was to be collected there is not. */
static void recorded_at_the_post_office(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    struct item far = desk_rig_issue(desk, "H27.15-261118-0146", "0912000001", "0");
    struct item collected = desk_rig_issue(desk, "H27.15-261118-0147", "0912000001", "0");
    struct place away = exact;
    away.lat_e7 += 20000; /* 167 m from the post office */
    open_post_office(browser);
    browser_log_in(browser);
    outcome(browser, &browser->rig.item, EVENT_OUT_FOR_DELIVERY, &exact, 0);
    outcome(browser, &browser->rig.item, EVENT_DELIVERED, &exact, 0);
    outcome(browser, &far, EVENT_OUT_FOR_DELIVERY, &exact, 0);
    outcome(browser, &far, EVENT_DELIVERED, &away, 0);
    outcome(browser, &collected, EVENT_PICKED_UP, &exact, 0);
    outcome(browser, &collected, EVENT_AT_COLLECTION_POINT, &exact, 0);
    outcome(browser, &collected, EVENT_DELIVERED, &exact, 0);
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "đã phát <b>3</b>"));
    assert_true(says(browser, "&amp;hoi=buu-cuc\">1</a>"));
    assert_true(says(browser, "ghi ngay tại bưu cục Cẩm Trung?"));
    assert_true(says(browser, far.text));
    assert_int_equal(browser_get(browser, MAP "?hoi=buu-cuc"), 200);
    assert_true(says(browser, "Chỉ những lượt ghi ngay tại bưu cục."));
    assert_true(says(browser, browser->rig.item.text));
    assert_false(says(browser, far.text));
    assert_false(says(browser, collected.text));
    assert_true(says(browser, "đã phát <b>3</b>")); /* of all */
    /* a rule of 200 m asks about both */
    struct office_fact rule = {
        .event = EVENT_PARAMETER_SET, .key = "door_apart_m", .value = 200, .from = {1}};
    pthread_mutex_lock(&desk->lock);
    assert_good(record_begin(desk->rig.record, &err) &&
                record_office_add(desk->rig.record, &rule, NULL, &err) &&
                record_commit(desk->rig.record, &err) && views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
    assert_int_equal(browser_get(browser, MAP "?hoi=buu-cuc"), 200);
    assert_true(says(browser, "&amp;hoi=buu-cuc\">2</a>"));
    assert_int_equal(browser_get(browser, MAP "?hoi=khong-co"), 200); /* no such: all */
    assert_true(says(browser, collected.text));
}

/* A month by postman: one recorded one of two at the post office, another none of his. */
static void by_postman(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    struct item own = desk_rig_issue(desk, "H27.15-261118-0146", "0912000001", "0");
    struct item others = desk_rig_issue(desk, "H27.15-261118-0147", "0912000001", "0");
    struct place away = exact;
    away.lat_e7 += 20000;
    open_post_office(browser);
    (void)browser_person(browser, "mot cua", ROLE_CLERK, office_of(browser));
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    badge = 12;
    outcome(browser, &browser->rig.item, EVENT_DELIVERED, &exact, 0);
    outcome(browser, &own, EVENT_DELIVERED, &away, 0);
    badge = 13;
    outcome(browser, &others, EVENT_DELIVERED, &away, 0);
    badge = 0;
    as(browser, "quan+ly");
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-01&den=2026-11-30"), 200);
#define DAYS "<a href=\"/quay/ban-do?tu=2026-11-01&amp;den=2026-11-30"
    assert_true(says(
        browser, "<tr><td>TH-00000012</td><td class=so>" DAYS "&amp;the=TH-00000012\">2</a></td>"
                 "<td class=so>" DAYS "&amp;hoi=buu-cuc&amp;the=TH-00000012\">1</a></td>"));
    assert_false(says(browser, "<tr><td>TH-00000013</td><td class=so>")); /* nothing to ask */
    assert_int_equal(
        browser_get(browser, MAP "?tu=2026-11-01&den=2026-11-30&hoi=buu-cuc&the=TH-12"), 200);
    assert_true(says(browser, "Chỉ của bưu tá <b>TH-00000012</b>."));
    assert_true(says(browser, "đã phát <b>2</b>"));
    assert_true(says(browser, browser->rig.item.text));
    assert_false(says(browser, own.text));
    assert_false(says(browser, others.text));
    as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_false(says(browser, "theo-buu-ta"));
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

/* A handheld that was away for two days: its stops stand on the day they happened. */
static void a_late_scan_stands_on_its_day(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    desk_rig_pass(&browser->rig.desk, INT64_C(2) * 24 * 3600 * 1000);
    as(browser, "quay");
    outcome(browser, &browser->rig.item, EVENT_DELIVERED, &exact, INT64_C(47) * 3600 * 1000);
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-25&den=2026-11-25"), 200);
    assert_true(says(browser, "đã phát <b>1</b>"));
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-26&den=2026-11-27"), 200);
    assert_true(says(browser, "đã phát <b>0</b>"));
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
    if (web_rig_get(&browser->rig, "/assets/leaflet.js", "") == 404 ||
        access("/usr/bin/chromium", X_OK) != 0) {
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
        SIGHT(stops_of_the_day_with_their_places),
        SIGHT(a_late_scan_stands_on_its_day),
        SIGHT(who_is_bound_sees_his_stops_alone),
        SIGHT(outlines_are_loaded_or_refused_whole),
        SIGHT(a_background_only_where_it_is_set),
        SIGHT(recorded_at_the_post_office),
        SIGHT(by_postman),
        SIGHT(recorded_in_another_commune),
    };
    const struct CMUnitTest drawn[] = {SIGHT(drawn_from_the_tables)};
    DESK_RIG_CHILD(argc, argv);
    if (argc < 2 || strcmp(argv[1], "drawn") != 0)
        return cmocka_run_group_tests(plain, NULL, NULL);
    (void)mkdir(SHOTS, 0755);
    return cmocka_run_group_tests(drawn, NULL, NULL);
}
