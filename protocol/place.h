/* place.h - where a scan was made, or why nobody can say; pure. Degrees times 10^7 (WGS 84). */
#ifndef TRAO_PROTOCOL_PLACE_H
#define TRAO_PROTOCOL_PLACE_H

#include <stdint.h>

#include <stdbool.h>

#include "protocol/clock.h"

/* Values are wire values (trao.proto NoPlace). */
enum no_place {
    NO_PLACE_NONE = 0,        /* there is a place */
    NO_PLACE_OFF = 1,         /* no receiver configured */
    NO_PLACE_NO_GPSD = 2,     /* gpsd cannot be reached */
    NO_PLACE_NO_FIX = 3,      /* reports come, mode below 2 */
    NO_PLACE_STALE = 4,       /* last fix arrived more than 10 s before the scan */
    NO_PLACE_UNBELIEVABLE = 5 /* near 0,0, out of range, not a number */
};

enum place_mode { PLACE_MODE_NONE = 0, PLACE_MODE_2D = 2, PLACE_MODE_3D = 3 };

#define PLACE_ACCURACY_UNKNOWN UINT32_C(0) /* 0 means unknown, never perfect (case G13) */

struct place {
    enum no_place why_none; /* when not NO_PLACE_NONE the rest is zero */
    int32_t lat_e7;         /* -900000000..900000000 */
    int32_t lon_e7;         /* -1800000000..1800000000 */
    uint32_t accuracy_mm;   /* horizontal, 95 %; PLACE_ACCURACY_UNKNOWN if not said */
    enum place_mode mode;
    uint32_t age_ms;         /* how old the fix was at the scan, by arrival */
    struct instant gps_time; /* 0 if the fix had none or an impossible one */
    bool jumped;             /* implied speed over 70 m/s against the fix before it: marked */
};

/* Việt Nam with its sea, in a wide box: 8.0..23.5 N, 102..110 E (case G15). A place outside, as
 * when latitude and longitude were swapped, is kept as it came and proves nothing. */
#define PLACE_AREA_LAT_MIN_E7 80000000
#define PLACE_AREA_LAT_MAX_E7 235000000
#define PLACE_AREA_LON_MIN_E7 1020000000
#define PLACE_AREA_LON_MAX_E7 1100000000
bool place_is_outside(const struct place *place);

/* How far north and east of `from` a point lies, in metres: flat around `from`, right to a metre at
 * distances where anybody cares. */
void place_metres_off(int32_t lat_e7, int32_t lon_e7, int32_t from_lat_e7, int32_t from_lon_e7,
                      double *ret_north, double *ret_east);
double place_metres_apart(int32_t lat_e7, int32_t lon_e7, int32_t from_lat_e7, int32_t from_lon_e7);

#endif
