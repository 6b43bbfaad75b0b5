/* A line of gpsd, through libgps and the judge of fixes: never a place that cannot be. */
#include <math.h>
#include <stdlib.h>

#include "fuzz.h"
#include "handheld/gps_report.h"

#define HOST_MS INT64_C(1795574460000) /* 2026-11-25 */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct fix fix;
    struct fix_report report;
    char device[GPS_DEVICE_MAX];
    char line[GPS_LINE_MAX];
    if (n + 2 > sizeof line)
        return 0;
    memcpy(line, bytes, n);
    memcpy(line + n, "\n", 2);
    if (!gps_report(line, (struct tick){1000}, &report, device))
        return 0;
    invariant(memchr(device, 0, sizeof device) != NULL);
    fix_init(&fix, NO_PLACE_NO_GPSD);
    fix_take(&fix, &report, (struct instant){HOST_MS}, TIME_SOURCE_NETWORK);
    struct place place = fix_place(&fix, (struct tick){1000});
    if (place.why_none != NO_PLACE_NONE) {
        invariant(place.lat_e7 == 0 && place.lon_e7 == 0 && place.gps_time.ms == 0);
        return 0;
    }
    invariant(report.mode >= 2 && isfinite(report.lat) && isfinite(report.lon));
    invariant(abs(place.lat_e7) <= 900000000 && abs(place.lon_e7) <= 1800000000);
    invariant(place.gps_time.ms == 0 || llabs(place.gps_time.ms - HOST_MS) <= FIX_SKEW_MAX_MS);
    return 0;
}
