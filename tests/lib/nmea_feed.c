/* nmea_feed - a receiver that never leaves the room: NMEA 0183 over UDP to a gpsd on this machine,
 * along a road in Hà Tĩnh (from the city down National Road 1 to Cẩm Trung and back), now.
 *
 *   nmea_feed PORT [fix|nofix]      once a second, until it is ended or its parent is gone
 *
 * For gpsd -N -n -S ... udp://127.0.0.1:PORT. nofix: a receiver under a roof - sentences come, a
 * place does not. The sentences are RMC, GGA and GSA [NMEA 0183 4.10], with right checksums.
 */
#include <arpa/inet.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct point {
    double lat, lon; /* degrees, WGS 84 */
};

/* Points of the road, by eye from a map: good to some hundred metres. */
static const struct point road[] = {
    {18.3428, 105.9057}, {18.3290, 105.9186}, {18.3098, 105.9402}, {18.2845, 105.9705},
    {18.2541, 106.0027}, {18.2287, 106.0391}, {18.2046, 106.0748}, {18.1839, 106.1037},
};
#define ROAD_POINTS (sizeof road / sizeof road[0])
#define LEG_S 90 /* one leg in a minute and a half: a motorbike on a good day */
#define METRES_A_DEGREE 111320.0
#define KNOTS_A_MS 1.943844

struct feed {
    int socket;
    struct sockaddr_in to;
    char packet[512];
    size_t n;
};

/* Adds one sentence: "$" body "*" checksum. */
static void sentence(struct feed *feed, const char *format, ...)
{
    char body[128];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    unsigned sum = 0;
    for (const char *at = body; *at; at++)
        sum ^= (unsigned char)*at;
    int n =
        snprintf(feed->packet + feed->n, sizeof feed->packet - feed->n, "$%s*%02X\r\n", body, sum);
    feed->n += (size_t)n;
}

/* Where the motorbike is after `s` seconds: down the road, and back again. */
static struct point place_at(long s)
{
    long legs = ROAD_POINTS - 1, round = s % (2 * legs * LEG_S);
    if (round > legs * LEG_S)
        round = 2 * legs * LEG_S - round;
    long leg = round / LEG_S < legs ? round / LEG_S : legs - 1;
    double part = (double)(round - leg * LEG_S) / LEG_S;
    return (struct point){road[leg].lat + part * (road[leg + 1].lat - road[leg].lat),
                          road[leg].lon + part * (road[leg + 1].lon - road[leg].lon)};
}

/* "1820.5680,N": degrees and minutes as NMEA writes them. */
static char *angle(double degrees, int width, const char *signs, char *out, size_t size)
{
    double whole = floor(fabs(degrees));
    snprintf(out, size, "%0*.0f%07.4f,%c", width, whole, (fabs(degrees) - whole) * 60.0,
             degrees < 0 ? signs[1] : signs[0]);
    return out;
}

static void write_fix(struct feed *feed, const char *clock, const char *date, long s)
{
    char lat[32], lon[32];
    struct point here = place_at(s), next = place_at(s + 1);
    double north_m = (next.lat - here.lat) * METRES_A_DEGREE;
    double east_m = (next.lon - here.lon) * METRES_A_DEGREE * cos(here.lat * M_PI / 180.0);
    double course = atan2(east_m, north_m) * 180.0 / M_PI;
    angle(here.lat, 2, "NS", lat, sizeof lat);
    angle(here.lon, 3, "EW", lon, sizeof lon);
    sentence(feed, "GPRMC,%s,A,%s,%s,%.1f,%.1f,%s,,,A", clock, lat, lon,
             hypot(north_m, east_m) * KNOTS_A_MS, course < 0 ? course + 360.0 : course, date);
    sentence(feed, "GPGGA,%s,%s,%s,1,08,0.9,7.0,M,-20.0,M,,", clock, lat, lon);
    sentence(feed, "GPGSA,A,3,02,05,07,13,15,21,24,30,,,,,1.6,0.9,1.3");
}

static void write_no_fix(struct feed *feed, const char *clock, const char *date)
{
    sentence(feed, "GPRMC,%s,V,,,,,,,%s,,,N", clock, date);
    sentence(feed, "GPGGA,%s,,,,,0,02,,,M,,M,,", clock);
    sentence(feed, "GPGSA,A,1,,,,,,,,,,,,,,,");
}

static void send_second(struct feed *feed, bool fix, long s)
{
    char clock[16], date[16];
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(clock, sizeof clock, "%H%M%S.00", &utc);
    strftime(date, sizeof date, "%d%m%y", &utc);
    feed->n = 0;
    if (fix)
        write_fix(feed, clock, date, s);
    else
        write_no_fix(feed, clock, date);
    /* Nobody listening yet is no reason to stop. */
    (void)sendto(feed->socket, feed->packet, feed->n, 0, (struct sockaddr *)&feed->to,
                 sizeof feed->to);
}

int main(int argc, char **argv)
{
    bool fix = argc < 3 || strcmp(argv[2], "fix") == 0;
    int port = argc > 1 ? atoi(argv[1]) : 0;
    if (port <= 0 || port > 65535 || argc > 3 ||
        (argc == 3 && !fix && strcmp(argv[2], "nofix") != 0)) {
        fprintf(stderr, "usage: nmea_feed PORT [fix|nofix]\n");
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    struct feed feed = {.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (feed.socket < 0) {
        perror("nmea_feed: socket");
        return 1;
    }
    feed.to.sin_family = AF_INET;
    feed.to.sin_port = htons((uint16_t)port);
    feed.to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (long s = 0;; s++) {
        send_second(&feed, fix, s);
        sleep(1);
    }
}
