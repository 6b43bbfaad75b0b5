/* gps.c against the real gpsd, with a receiver played over UDP: absent, silent, under a roof, with
 * a fix, at 0,0, silent again, killed and back; vague, wild, and at midnight (cases G01 to G10). */
#include "handheld/gps.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/proc.h"

#define WAIT_MS 15000
#define MIDNIGHT_MS INT64_C(1795564800000) /* 2026-11-25T00:00:00Z */

static struct proc gpsd;
static struct gps *gps;
static int gps_port, nmea_port, nmea_fd;
static int64_t ahead_ms; /* of the machine's clock: time is made to pass */

static struct tick tick(void *self)
{
    (void)self;
    struct clock real = clock_system();
    return (struct tick){real.tick(real.self).ms + ahead_ms};
}

/* The day of the feeds. */
static struct instant now(void *self)
{
    (void)self;
    return (struct instant){MIDNIGHT_MS + INT64_C(9000000)};
}

static enum time_source source(void *self)
{
    (void)self;
    return TIME_SOURCE_NETWORK;
}

static struct clock test_clock(void)
{
    struct clock clock = clock_system();
    clock.tick = tick;
    clock.now = now;
    clock.source = source;
    return clock;
}

static int free_port(int type)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, type, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    return ntohs(at.sin_port);
}

static void start_gpsd(void)
{
    char port[16], feed[64];
    snprintf(port, sizeof port, "%d", gps_port);
    snprintf(feed, sizeof feed, "udp://127.0.0.1:%d", nmea_port);
    const char *argv[] = {"gpsd", "-N", "-n", "-S", port, feed, NULL};
    proc_start(&gpsd, argv, false, "/dev/null");
}

/* One sentence with its checksum. */
static void send_nmea(const char *body)
{
    char line[128];
    unsigned sum = 0;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)nmea_port)};
    for (const char *at = body; *at != '\0'; at++)
        sum ^= (unsigned char)*at;
    int n = snprintf(line, sizeof line, "$%s*%02X\r\n", body, sum);
    sendto(nmea_fd, line, (size_t)n, 0, (struct sockaddr *)&to, sizeof to);
}

enum feed { NOTHING, ROOF, STREET, NULL_ISLAND, TWO_D, FAR_AWAY, GARBAGE };

static void send_second(enum feed feed, int second)
{
    char body[128];
    switch (feed) {
    case NOTHING:
        break;
    case ROOF:
        send_nmea("GPGGA,,,,,,0,,,,M,,M,,");
        send_nmea("GPGSA,A,1,,,,,,,,,,,,,,,");
        send_nmea("GPRMC,,V,,,,,,,,,,N");
        break;
    case STREET:
    case NULL_ISLAND: {
        const char *at = feed == STREET ? "1820.5680,N,10554.3420,E" : "0000.0001,N,00000.0002,E";
        snprintf(body, sizeof body, "GPRMC,0230%02d.00,A,%s,0.10,0.0,251126,,,A", second % 60, at);
        send_nmea(body);
        snprintf(body, sizeof body, "GPGGA,0230%02d.00,%s,1,08,0.9,12.0,M,-28.0,M,,", second % 60,
                 at);
        send_nmea(body);
        send_nmea("GPGSA,A,3,02,05,12,15,20,25,29,31,,,,,1.9,1.1,1.5");
        break;
    }
    case TWO_D: /* case G08: three satellites, no altitude, a dilution of 99.9 */
        snprintf(body, sizeof body,
                 "GPRMC,0230%02d.00,A,1820.5680,N,10554.3420,E,0.1,0.0,251126,,,A", second % 60);
        send_nmea(body);
        snprintf(body, sizeof body, "GPGGA,0230%02d.00,1820.5680,N,10554.3420,E,1,03,99.9,,M,,M,,",
                 second % 60);
        send_nmea(body);
        send_nmea("GPGSA,A,2,02,05,12,,,,,,,,,,99.9,99.9,99.9");
        break;
    case FAR_AWAY: /* case G05: 31 km off, and the receiver is as sure as ever */
        snprintf(body, sizeof body,
                 "GPRMC,0230%02d.00,A,1833.8680,N,10606.3420,E,0.1,0.0,251126,,,A", second % 60);
        send_nmea(body);
        snprintf(body, sizeof body,
                 "GPGGA,0230%02d.00,1833.8680,N,10606.3420,E,1,08,0.9,3600.0,M,-28.0,M,,",
                 second % 60);
        send_nmea(body);
        send_nmea("GPGSA,A,3,02,05,12,15,20,25,29,31,,,,,1.9,1.1,1.5");
        break;
    case GARBAGE:
        send_nmea("GPRMC,9999,A,xx,yy,,,,");
        break;
    }
}

static enum no_place why(void)
{
    return fix_place(gps_last(gps), tick(NULL)).why_none;
}

static void work_200_ms(void)
{
    struct pollfd fd = {.fd = gps_fd(gps), .events = POLLIN};
    poll(&fd, 1, 200);
    gps_work(gps);
}

/* Works as the main loop does, feeding once in 200 ms, until it says `want`. */
static void until(enum no_place want, enum feed feed)
{
    long end = proc_now_ms() + WAIT_MS;
    for (int second = 0; proc_now_ms() < end; second++) {
        send_second(feed, second);
        work_200_ms();
        if (why() == want)
            return;
    }
    fail_msg("still %d, not %d", why(), want);
}

static int setup(void **state)
{
    char where[32];
    struct clock clock = test_clock();
    (void)state;
    proc_init();
    gps_port = free_port(SOCK_STREAM);
    nmea_port = free_port(SOCK_DGRAM);
    nmea_fd = socket(AF_INET, SOCK_DGRAM, 0);
    snprintf(where, sizeof where, "127.0.0.1:%d", gps_port);
    assert_true(gps_new(where, &clock, &gps, NULL));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gps_free(gps);
    proc_kill_all();
    close(nmea_fd);
    return 0;
}

static void a_day_with_gpsd(void **state)
{
    (void)state;
    gps_work(gps);
    assert_int_equal(why(), NO_PLACE_NO_GPSD);
    assert_int_equal(gps_fd(gps), -1);
    start_gpsd();
    until(NO_PLACE_NO_FIX, NOTHING); /* gpsd answers, the receiver says nothing */
    until(NO_PLACE_NO_FIX, ROOF);
    until(NO_PLACE_NONE, STREET);
    struct place p = fix_place(gps_last(gps), tick(NULL));
    assert_in_range(p.lat_e7, 183420000, 183436000);
    assert_in_range(p.lon_e7, 1059050000, 1059064000);
    assert_true(p.mode >= PLACE_MODE_2D);

    ahead_ms += FIX_STALE_MS + 1;
    assert_int_equal(why(), NO_PLACE_STALE); /* the feed has stopped; the struct keeps mode 3 */
    until(NO_PLACE_UNBELIEVABLE, NULL_ISLAND);
    until(NO_PLACE_NONE, STREET);

    proc_stop(&gpsd, SIGKILL);
    ahead_ms += FIX_STALE_MS + 1;
    until(NO_PLACE_NO_GPSD, NOTHING);
    start_gpsd();
    ahead_ms += 60000; /* whatever it waits before it looks again */
    until(NO_PLACE_NONE, STREET);
    for (int i = 0; i < 10; i++) {
        send_second(GARBAGE, i);
        gps_work(gps);
    }
    until(NO_PLACE_NONE, STREET);
}

static struct place place_now(void)
{
    return fix_place(gps_last(gps), tick(NULL));
}

/* Feeds until the place is what is asked of it. */
static struct place until_place(enum feed feed, bool (*wanted)(const struct place *place))
{
    long end = proc_now_ms() + WAIT_MS;
    for (int second = 0; proc_now_ms() < end; second++) {
        send_second(feed, second);
        work_200_ms();
        struct place place = place_now();
        if (place.why_none == NO_PLACE_NONE && wanted(&place))
            return place;
    }
    fail_msg("never said what the feed %d means", feed);
    return place_now();
}

static bool is_2d(const struct place *place)
{
    return place->mode == PLACE_MODE_2D && place->accuracy_mm > 1000000;
}

static bool has_jumped(const struct place *place)
{
    return place->jumped;
}

static bool stands(const struct place *place)
{
    return !place->jumped && place->mode == PLACE_MODE_3D;
}

/* Its error says itself that it proves nothing; a jump is marked however sure the receiver is; and
 * the way back is none. */
static void what_is_vague_and_what_is_wild(void **state)
{
    (void)state;
    start_gpsd();
    ahead_ms += 60000;
    (void)until_place(TWO_D, is_2d);
    (void)until_place(STREET, stands);
    struct place place = until_place(FAR_AWAY, has_jumped);
    assert_true(place.lat_e7 > 185000000);
    (void)until_place(STREET, stands);
}

/* Case G10: 07:00 at the counter is midnight UTC; no second of it falls on another day. */
static void midnight_utc_is_a_second_like_any(void **state)
{
    (void)state;
    int64_t last = 0;
    start_gpsd();
    ahead_ms += 60000;
    long end = proc_now_ms() + WAIT_MS;
    for (int s = 0; proc_now_ms() < end && last < MIDNIGHT_MS + 2000; s++) {
        char body[128];
        int of_day = 86397 + s % 8, at = of_day % 86400;
        snprintf(body, sizeof body,
                 "GPGGA,%02d%02d%02d.00,1820.5680,N,10554.3420,E,1,08,1.1,12.0,M,-28.0,M,,",
                 at / 3600, at / 60 % 60, at % 60);
        send_nmea(body);
        snprintf(body, sizeof body,
                 "GPRMC,%02d%02d%02d.00,A,1820.5680,N,10554.3420,E,0.1,0.0,%02d1126,,,A", at / 3600,
                 at / 60 % 60, at % 60, of_day < 86400 ? 24 : 25);
        send_nmea(body);
        send_nmea("GPGSA,A,3,02,05,12,15,20,25,29,31,,,,,1.9,1.1,1.5");
        work_200_ms();
        int64_t said = place_now().gps_time.ms;
        if (s % 8 == 0)
            last = 0;
        if (said == 0 || said == last)
            continue;
        assert_true(said > MIDNIGHT_MS - 10000 && said < MIDNIGHT_MS + 10000);
        last = said;
    }
    assert_true(last >= MIDNIGHT_MS);
}

static void only_this_machine(void **state)
{
    static const char *const bad[] = {"",      "0",          "65536",      "gps.example:2947",
                                      "2947x", "10.0.0.1:1", "127.0.0.1:", ":"};
    struct clock clock = test_clock();
    struct gps *none = NULL;
    struct error err;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(gps_new(bad[i], &clock, &none, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
    }
    assert_true(gps_new("off", &clock, &none, &err));
    gps_work(none);
    assert_int_equal(fix_place(gps_last(none), tick(NULL)).why_none, NO_PLACE_OFF);
    assert_true(gps_due(none).ms == INT64_MAX);
    gps_free(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_day_with_gpsd, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_vague_and_what_is_wild, setup, teardown),
        cmocka_unit_test_setup_teardown(midnight_utc_is_a_second_like_any, setup, teardown),
        cmocka_unit_test(only_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
