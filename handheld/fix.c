#include "handheld/fix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define EARTH_RADIUS_M 6371000.0
#define E7 1e7

void fix_init(struct fix *fix, enum no_place why)
{
    memset(fix, 0, sizeof *fix);
    fix->why = why;
}

void fix_connected(struct fix *fix)
{
    fix->why = NO_PLACE_NO_FIX;
}

void fix_lost(struct fix *fix)
{
    fix->why = NO_PLACE_NO_GPSD;
}

static double radians(double degrees)
{
    return degrees * M_PI / 180.0;
}

/* Great-circle distance in metres (haversine). */
static double distance_m(double lat1, double lon1, double lat2, double lon2)
{
    double a = sin(radians(lat2 - lat1) / 2), b = sin(radians(lon2 - lon1) / 2);
    double h = a * a + cos(radians(lat1)) * cos(radians(lat2)) * b * b;
    return 2 * EARTH_RADIUS_M * asin(sqrt(h > 1 ? 1 : h));
}

/* Swapped or wild coordinates are never repaired: a guess would look like a place (case G15). */
static bool believable(const struct fix_report *r)
{
    return isfinite(r->lat) && isfinite(r->lon) && fabs(r->lat) <= 90 && fabs(r->lon) <= 180 &&
           distance_m(r->lat, r->lon, 0, 0) > FIX_NULL_ISLAND_M;
}

static bool positive(double metres)
{
    return isfinite(metres) && metres > 0;
}

static uint32_t accuracy_mm(const struct fix_report *r)
{
    double metres = 0;
    if (positive(r->eph))
        metres = r->eph;
    else if (positive(r->epx) && positive(r->epy))
        metres = hypot(r->epx, r->epy);
    double mm = ceil(metres * 1000);
    return mm >= UINT32_MAX ? UINT32_MAX : (uint32_t)mm;
}

/* A receiver off by a week rollover must not date anything [reliability.md, fault 16]. */
static struct instant believable_time(struct instant gps, struct instant host,
                                      enum time_source source)
{
    bool good = gps.ms >= FIX_TIME_MIN_MS && gps.ms < FIX_TIME_MAX_MS;
    if (good && source == TIME_SOURCE_NETWORK)
        good = llabs(gps.ms - host.ms) <= FIX_SKEW_MAX_MS;
    return good ? gps : (struct instant){0};
}

/* Measured from the last unmarked place, so that one wild report does not mark the way back too,
 * and a real move is believed again once enough time has passed. */
static bool jumped(const struct fix *fix, const struct fix_report *r)
{
    if (!fix->settled)
        return false;
    double s = (double)(r->arrived.ms - fix->settled_at.ms) / 1000;
    double m = distance_m(fix->settled_lat_e7 / E7, fix->settled_lon_e7 / E7, r->lat, r->lon);
    return m / (s < 1 ? 1 : s) > FIX_SPEED_MAX_M_S;
}

void fix_take(struct fix *fix, const struct fix_report *report, struct instant host,
              enum time_source host_source)
{
    if (report->mode < 2) {
        fix->why = NO_PLACE_NO_FIX;
        return;
    }
    if (!believable(report)) {
        fix->why = NO_PLACE_UNBELIEVABLE;
        return;
    }
    fix->place = (struct place){
        .lat_e7 = (int32_t)lround(report->lat * E7),
        .lon_e7 = (int32_t)lround(report->lon * E7),
        .accuracy_mm = accuracy_mm(report),
        .mode = report->mode == 2 ? PLACE_MODE_2D : PLACE_MODE_3D,
        .gps_time = believable_time(report->time, host, host_source),
        .jumped = jumped(fix, report),
    };
    fix->any = true;
    fix->arrived = report->arrived;
    fix->why = NO_PLACE_STALE; /* what will be true once it is old */
    if (fix->place.jumped)
        return;
    fix->settled = true;
    fix->settled_lat_e7 = fix->place.lat_e7;
    fix->settled_lon_e7 = fix->place.lon_e7;
    fix->settled_at = report->arrived;
}

struct place fix_place(const struct fix *fix, struct tick now)
{
    int64_t age = now.ms - fix->arrived.ms;
    if (!fix->any || age < 0 || age > FIX_STALE_MS)
        return (struct place){.why_none = fix->why};
    struct place place = fix->place;
    place.age_ms = (uint32_t)age;
    return place;
}
