/* Stops on the map: where envelopes were delivered or could not be, what there is to ask about it,
 * and the numbers above them, each of which opens what it counts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server/stops_rig.h"

/* "đã phát <b><a ...>2</a></b>", "đã phát <b>0</b>" */
static bool counts(const struct browser *browser, const char *words, unsigned long n)
{
    char text[100];
    (void)snprintf(text, sizeof text, "%s <b>", words);
    const char *at = strstr(web_rig_body(&browser->rig), text);
    if (at == NULL)
        return false;
    at += strlen(text);
    at = strncmp(at, "<a", 2) == 0 ? strchr(at, '>') + 1 : at;
    return strtoul(at, NULL, 10) == n;
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
    assert_true(counts(browser, "đã phát", 2));
    assert_true(counts(browser, "chưa phát được", 1));
    assert_true(counts(browser, "vị trí không chắc", 1));
    assert_true(counts(browser, "không có vị trí", 1));
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
    assert_true(counts(browser, "đã phát", 1));
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-01&den=2026-12-31"), 400);
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-30&den=2026-11-20"), 400);
    assert_int_equal(browser_get(browser, MAP "?tu=x"), 400);
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
    assert_true(counts(browser, "đã phát", 1));
    assert_int_equal(browser_get(browser, MAP "?tu=2026-11-26&den=2026-11-27"), 200);
    assert_true(counts(browser, "đã phát", 0));
}

/* ------------------------------------------------------------------ what there is to ask */

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
    assert_true(counts(browser, "đã phát", 3));
    assert_true(says(browser, "&amp;hoi=buu-cuc\">1</a>"));
    assert_true(says(browser, "ghi ngay tại bưu cục Cẩm Trung?"));
    assert_true(says(browser, far.text));
    assert_int_equal(browser_get(browser, MAP "?hoi=buu-cuc"), 200);
    assert_true(says(browser, "Chỉ những lượt ghi ngay tại bưu cục."));
    assert_true(says(browser, browser->rig.item.text));
    assert_false(says(browser, far.text));
    assert_false(says(browser, collected.text));
    assert_true(counts(browser, "đã phát", 3)); /* of all */
    /* a rule of 200 m asks about both */
    struct office_fact rule = {
        .event = EVENT_PARAMETER_SET, .key = "door_apart_m", .value = 200, .from = {1}};
    pthread_mutex_lock(&desk->lock);
    rig_fact(&desk->rig, &rule);
    assert_good(views_follow(desk->rig.views, &err));
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
    assert_true(counts(browser, "đã phát", 2));
    assert_true(says(browser, browser->rig.item.text));
    assert_false(says(browser, own.text));
    assert_false(says(browser, others.text));
    as(browser, "mot+cua");
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_false(says(browser, "theo-buu-ta"));
}

#define LINKS_MAX 60
struct opens {
    char address[200];
    unsigned long n;
};

/* Links of this page to itself whose words are a number. */
static size_t take_links(const struct browser *browser, struct opens links[LINKS_MAX])
{
    static const char begin[] = "<a href=\"";
    size_t n = 0;
    for (const char *at = web_rig_body(&browser->rig); (at = strstr(at, begin)) != NULL;) {
        at += strlen(begin);
        struct opens *link = &links[n];
        size_t k = 0;
        for (; *at != '"'; at++) {
            link->address[k++] = *at;
            at += strncmp(at, "&amp;", 5) == 0 ? 4 : 0;
        }
        link->address[k] = '\0';
        char *end;
        link->n = strtoul(at + 2, &end, 10);
        n += end > at + 2 && strncmp(end, "</a>", 4) == 0 &&
             strncmp(link->address, MAP "?", strlen(MAP "?")) == 0;
        assert_true(n < LINKS_MAX);
    }
    return n;
}

static unsigned long rows_listed(const struct browser *browser)
{
    unsigned long n = 0;
    const char *at = strstr(web_rig_body(&browser->rig), "id=luot");
    const char *end = at != NULL ? strstr(at, "</table>") : NULL;
    for (; at != NULL && (at = strstr(at, "<tr")) != NULL && at < end; at++)
        n++;
    return n > 0 ? n - 1 : 0; /* without its head */
}

/* Whatever it counts, of whomever, also where nobody had signed in: as many rows as it says. */
static void every_number_opens_its_rows(void **state)
{
    struct browser *browser = *state;
    struct desk_rig *desk = &browser->rig.desk;
    struct place both = coarse, away = exact;
    struct opens links[LINKS_MAX];
    both.jumped = true; /* two questions of one stop */
    away.lat_e7 += 20000;
    const struct place *places[] = {&exact, &coarse, &both,  &none, &away,
                                    &none,  &exact,  &exact, &none};
    open_post_office(browser);
    (void)browser_person(browser, "quan ly", ROLE_MANAGER, 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char code[32];
        (void)snprintf(code, sizeof code, "H27.15-261118-02%02zu", i);
        struct item item = desk_rig_issue(desk, code, "0912000001", "0");
        badge = i % 2 == 0 ? 0 : 12;
        outcome(browser, &item, i == 5 ? EVENT_DELIVERY_FAILED : EVENT_DELIVERED, places[i], 0);
    }
    badge = 0;
    as(browser, "quan+ly");
    assert_int_equal(browser_get(browser, MAP), 200);
    assert_true(says(browser, "không ai đăng nhập"));
    assert_true(counts(browser, "vị trí không chắc", 2));
    assert_true(counts(browser, "không có vị trí", 3));
    size_t n = take_links(browser, links);
    assert_int_equal(n, 5 + 3 + 3); /* of all; where nobody had signed in; of TH-12 */
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(browser_get(browser, links[i].address), 200);
        if (rows_listed(browser) != links[i].n)
            fail_msg("%s: %lu, and it has %lu rows", links[i].address, links[i].n,
                     rows_listed(browser));
    }
}

#define SIGHT(name) cmocka_unit_test_setup_teardown(name, browser_open, browser_close)

int main(int argc, char *argv[])
{
    const struct CMUnitTest tests[] = {
        SIGHT(stops_of_the_day_with_their_places), SIGHT(a_late_scan_stands_on_its_day),
        SIGHT(recorded_at_the_post_office),        SIGHT(by_postman),
        SIGHT(every_number_opens_its_rows),
    };
    DESK_RIG_CHILD(argc, argv);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
