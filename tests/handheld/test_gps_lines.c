/* gps.c and libgps against what gpsds of all ages say, line by line (cases G13, G15): a gpsd that
 * is played, because the real one (test_gps.c) says none of this on demand. */
#include "handheld/gps.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define HOST_MS INT64_C(1795573801000) /* 2026-11-25T02:30:01Z */
#define LINE_MS INT64_C(1795573800000)
#define NONE_SAID INT64_C(0)

static struct gps *gps;
static int listener, peer;
static struct tick now = {1000000};

static struct tick tick(void *self)
{
    (void)self;
    return now;
}

static struct instant host(void *self)
{
    (void)self;
    return (struct instant){HOST_MS};
}

static enum time_source source(void *self)
{
    (void)self;
    return TIME_SOURCE_NETWORK;
}

static void start(const char *device)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    char where[160];
    struct clock clock = clock_system();
    clock.tick = tick;
    clock.now = host;
    clock.source = source;
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &n), 0);
    (void)snprintf(where, sizeof where, "127.0.0.1:%d%s", ntohs(at.sin_port), device);
    assert_true(gps_new(where, &clock, &gps, NULL));
    gps_work(gps);
    peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
}

static int end(void **state)
{
    (void)state;
    gps_free(gps);
    gps = NULL;
    close(peer);
    close(listener);
    return 0;
}

static struct place says(const char *line)
{
    struct pollfd fd = {.fd = gps_fd(gps), .events = POLLIN};
    char text[1024];
    int n = snprintf(text, sizeof text, "%s\r\n", line);
    now.ms += FIX_STALE_MS + 1; /* what was said before is too old */
    assert_int_equal(write(peer, text, (size_t)n), n);
    assert_int_equal(poll(&fd, 1, 5000), 1);
    gps_work(gps);
    return fix_place(gps_last(gps), now);
}

#define TPV "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\","
#define AT "\"lat\":21.0285,\"lon\":105.8375"
#define TIME "\"time\":\"2026-11-25T02:30:00.000Z\","

static const struct {
    const char *line;
    enum no_place why;
    uint32_t accuracy_mm;
    int64_t time_ms;
} lines[] = {
    {TPV "\"tag\":\"RMC\",\"mode\":3," TIME "\"ept\":0.005," AT
         ",\"alt\":12.0,\"epx\":8.1,\"epy\":9.0}",
     NO_PLACE_NONE, 12109, LINE_MS},
    {TPV "\"mode\":3," TIME AT ",\"altHAE\":-16.0,\"altMSL\":12.0,\"eph\":19.0,\"leapseconds\":18}",
     NO_PLACE_NONE, 19000, LINE_MS},
    {TPV "\"mode\":3," TIME AT ",\"eph\":19.0}", NO_PLACE_NONE, 19000, LINE_MS},
    {TPV "\"mode\":3," AT ",\"eph\":20.9}", NO_PLACE_NONE, 20900, NONE_SAID},
    {TPV "\"mode\":0}", NO_PLACE_STALE, 0, 0},
    {TPV "\"mode\":1,\"status\":5," TIME "\"ept\":0.005}", NO_PLACE_NO_FIX, 0, 0},
    {TPV "\"mode\":1," TIME AT "}", NO_PLACE_NO_FIX, 0, 0},
    {TPV TIME AT "}", NO_PLACE_NO_FIX, 0, 0},
    {TPV "\"mode\":3," TIME "\"lat\":0.0,\"lon\":0.0,\"alt\":0.0,\"epx\":0.0,\"epy\":0.0}",
     NO_PLACE_UNBELIEVABLE, 0, 0},
    {TPV "\"mode\":3," TIME AT ",\"eph\":0.0}", NO_PLACE_NONE, PLACE_ACCURACY_UNKNOWN, LINE_MS},
    {TPV "\"mode\":3," TIME AT ",\"alt\":null,\"eph\":null}", NO_PLACE_NONE, PLACE_ACCURACY_UNKNOWN,
     LINE_MS},
    {TPV "\"mode\":3," TIME "\"lat\":121.0285,\"lon\":205.8375}", NO_PLACE_UNBELIEVABLE, 0, 0},
    {"{\"lon\":105.8375,\"foo\":{\"bar\":[1]},\"lat\":21.0285,\"eph\":5.5," TIME
     "\"mode\":2,\"class\":\"TPV\"}",
     NO_PLACE_NONE, 5500, LINE_MS},
    /* Swapped is out of range, and never repaired; 1024 weeks off dates nothing (case G15). */
    {TPV "\"mode\":3," TIME "\"lat\":105.8375,\"lon\":21.0285,\"eph\":8.0}", NO_PLACE_UNBELIEVABLE,
     0, 0},
    {TPV "\"mode\":3,\"time\":\"2007-04-11T02:30:00.000Z\"," AT ",\"eph\":8.0}", NO_PLACE_NONE,
     8000, NONE_SAID},
    {TPV "\"mode\":3,\"time\":\"2046-07-11T02:30:00.000Z\"," AT ",\"eph\":8.0}", NO_PLACE_NONE,
     8000, NONE_SAID},
    {TPV "\"mode\":3,\"time\":\"2016-12-31T23:59:60.000Z\"," AT ",\"eph\":8.0}", NO_PLACE_NONE,
     8000, NONE_SAID},
};

static void each_line(void **state)
{
    (void)state;
    start("");
    (void)says("{\"class\":\"VERSION\",\"release\":\"3.22\",\"proto_major\":3,\"proto_minor\":14}");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct place place = says(lines[i].line);
        if (place.why_none != lines[i].why || place.accuracy_mm != lines[i].accuracy_mm ||
            place.gps_time.ms != lines[i].time_ms)
            fail_msg("%s: none %d, accuracy %u, time %lld", lines[i].line, place.why_none,
                     place.accuracy_mm, (long long)place.gps_time.ms);
        if (place.why_none == NO_PLACE_NONE)
            assert_true(place.lat_e7 == 210285000 && place.lon_e7 == 1058375000);
    }
}

/* No JSON, or JSON of other types: libgps may keep the place or drop the line; nothing that is no
 * number gets through, and the next line is read as ever. */
static void rubbish_passes_nothing_on(void **state)
{
    static const char *const rubbish[] = {
        TPV "\"mode\":3," TIME AT ",\"alt\":NaN,\"eph\":nan}",
        TPV "\"mode\":\"3\",\"lat\":\"21.0285\",\"lon\":\"105.8375\"}",
        TPV "\"mode\":3,\"lat\":1e999,\"lon\":105.8}",
        "{\"class\":\"TPV\"", /* here libgps would never come back */
        "}{",
        "",
        "ERROR \x01\xff",
    };
    (void)state;
    start("");
    for (size_t i = 0; i < sizeof rubbish / sizeof rubbish[0]; i++) {
        struct place place = says(rubbish[i]);
        assert_true(place.accuracy_mm == PLACE_ACCURACY_UNKNOWN);
        if (place.why_none == NO_PLACE_NONE)
            assert_true(place.lat_e7 == 210285000 && place.lon_e7 == 1058375000);
        assert_int_equal(says(lines[2].line).why_none, NO_PLACE_NONE);
    }
}

#define FIRST "{\"class\":\"TPV\",\"device\":\"/dev/ttyACM0\",\"mode\":3," AT "}"
#define SECOND                                                                                     \
    "{\"class\":\"TPV\",\"device\":\"/dev/ttyUSB9\",\"mode\":3,\"lat\":10.7769,\"lon\":106.7009}"

static void a_second_receiver_does_not_mix_in(void **state)
{
    (void)state;
    start("");
    assert_int_equal(says(FIRST).lat_e7, 210285000);
    now.ms -= FIX_STALE_MS + 1; /* within the same second */
    struct place place = says(SECOND);
    assert_int_equal(place.lat_e7, 210285000);
    assert_int_equal(says(SECOND).lat_e7, 107769000); /* the first is gone */
    now.ms -= FIX_STALE_MS + 1;
    assert_int_equal(says(FIRST).lat_e7, 107769000);
}

static void a_named_receiver_is_the_only_one(void **state)
{
    (void)state;
    start(":/dev/ttyUSB9");
    assert_int_equal(says(FIRST).why_none, NO_PLACE_NO_FIX);
    assert_int_equal(says(SECOND).lat_e7, 107769000);
    assert_int_equal(says(FIRST).why_none, NO_PLACE_STALE);
}

int main(void)
{
#define LINES(name) cmocka_unit_test_teardown(name, end)
    const struct CMUnitTest tests[] = {
        LINES(each_line),
        LINES(rubbish_passes_nothing_on),
        LINES(a_second_receiver_does_not_mix_in),
        LINES(a_named_receiver_is_the_only_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
