/* A place is kept when there is one, and why not when there is none; the scan goes on in every case
 * and never waits for a receiver: gpsd absent, silent, without a fix, with one, killed. */
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

#define BEEP_MOST_MS 1000 /* commit included, on a busy machine; alone it is some ms */
#define NOTICED_MS 20000  /* a fix is stale after 10 s; reopening has its backoff */
#define ITEMS 6

static struct world world;
static struct hand hand;
static char items[ITEMS][16];

/* Waits until the screen's last lines say this of the receiver. */
static void wait_for_screen(const char *words)
{
    char line[PROC_LINE_MAX];
    for (long until = proc_now_ms() + NOTICED_MS; proc_now_ms() < until; proc_sleep_ms(200)) {
        bool seen = false;
        hand_say(&hand, "show");
        for (int row = 0; row < HAND_ROWS; row++) {
            hand_expect(&hand, "|", line, 5000);
            seen |= strstr(line, words) != NULL;
        }
        if (seen)
            return;
    }
    world_fail(&world, "the screen never said '%s'", words);
}

static void beep_at_once(const char *item)
{
    long before = proc_now_ms();
    hand_beep(&hand, item);
    if (proc_now_ms() - before > BEEP_MOST_MS)
        world_fail(&world, "the beep took %ld ms", proc_now_ms() - before);
}

static struct scan recorded(const char *item)
{
    struct evidence evidence;
    struct scan scan = {0};
    evidence_read(&evidence, &world);
    assert_int_equal(evidence_count(&evidence, item, EVENT_PICKED_UP), 1);
    for (size_t at = 0; at < evidence.n; at++)
        if (strcmp(evidence.row[at].scan.item.text, item) == 0)
            scan = evidence.row[at].scan;
    evidence_free(&evidence);
    return scan;
}

static void place_or_why_none(void **state)
{
    (void)state;
    beep_at_once(items[0]); /* no gpsd at all */
    world_start_gpsd(&world, NULL);
    wait_for_screen("GPS chưa bắt");
    beep_at_once(items[1]); /* gpsd, and a receiver that says nothing */
    world_start_feed(&world, "nofix");
    proc_sleep_ms(3000);
    beep_at_once(items[2]); /* sentences, no fix */
    proc_stop(&world.feed, SIGTERM);
    world_start_feed(&world, "fix");
    wait_for_screen("GPS 1"); /* 17.1 m by gpsd's reckoning */
    beep_at_once(items[3]);
    proc_stop(&world.feed, SIGKILL); /* falls silent after a fix */
    wait_for_screen("GPS đứng");
    beep_at_once(items[4]);
    proc_stop(&world.gpsd, SIGKILL);
    wait_for_screen("GPS không có");
    beep_at_once(items[5]);
    hand_drain(&hand, 60);

    assert_int_equal(recorded(items[0]).place.why_none, NO_PLACE_NO_GPSD);
    assert_int_equal(recorded(items[1]).place.why_none, NO_PLACE_NO_FIX);
    assert_int_equal(recorded(items[2]).place.why_none, NO_PLACE_NO_FIX);
    struct place place = recorded(items[3]).place;
    assert_int_equal(place.why_none, NO_PLACE_NONE);
    assert_int_equal(place.mode, PLACE_MODE_3D);
    assert_in_range(place.lat_e7, 181800000, 183500000); /* on the road the receiver rides */
    assert_in_range(place.lon_e7, 1059000000, 1061100000);
    assert_in_range(place.accuracy_mm, 1000, 100000);
    assert_true(place.gps_time.ms > 0);
    assert_int_equal(recorded(items[4]).place.why_none, NO_PLACE_STALE);
    assert_int_equal(recorded(items[5]).place.why_none, NO_PLACE_NO_GPSD);
}

/* What the map is drawn over comes in by the program, whole or not at all. */
static void outlines_of_communes(void **state)
{
    static const char begins[] =
        "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":"
        "\"Feature\",\"properties\":{\"gso_code\":\"18742\"},\"geometry\":"
        "{\"type\":\"Polygon\",\"coordinates\":[[[105.9,18.2],[106.0,18.2],"
        "[106.0,18.3],";
    char path[300], out[8192];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/ranh-gioi.geojson", world.dir);
    for (int closed = 0; closed < 2; closed++) {
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        (void)fprintf(file, "%s%s]]}}]}", begins, closed ? "[105.9,18.2]" : "[105.9,18.3]");
        (void)fclose(file);
        int status = world_admin(&world, out, sizeof out, "outlines", path, "citation=QĐ 1", NULL);
        assert_int_equal(status == 0, closed);
    }
    assert_non_null(strstr(out, "outlines 1"));
    assert_non_null(strstr(out, "Thành Sen")); /* has none */
    assert_null(strstr(out, "Cẩm Trung\t"));
    world_do(&world, out, sizeof out, "freshness", NULL);
    assert_null(strstr(out, "last scan -"));
}

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    hand_start(&hand);
    hand_mode(&hand, 1);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_end(&hand);
    world_end(&world, false);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(place_or_why_none),
                                       cmocka_unit_test(outlines_of_communes)};
    return cmocka_run_group_tests(tests, begin, end);
}
