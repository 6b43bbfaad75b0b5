#include "protocol/place.h"

#include <math.h>

#define METRES_PER_E7 0.011131949 /* of latitude: 40 075 017 m / 360 / 10^7 */
#define RADIANS_PER_E7 (M_PI / 180e7)

bool place_is_outside(const struct place *place)
{
    return place->why_none == NO_PLACE_NONE &&
           (place->lat_e7 < PLACE_AREA_LAT_MIN_E7 || place->lat_e7 > PLACE_AREA_LAT_MAX_E7 ||
            place->lon_e7 < PLACE_AREA_LON_MIN_E7 || place->lon_e7 > PLACE_AREA_LON_MAX_E7);
}

void place_metres_off(int32_t lat_e7, int32_t lon_e7, int32_t from_lat_e7, int32_t from_lon_e7,
                      double *ret_north, double *ret_east)
{
    double slant = cos((double)from_lat_e7 * RADIANS_PER_E7);
    *ret_north = ((double)lat_e7 - from_lat_e7) * METRES_PER_E7;
    *ret_east = ((double)lon_e7 - from_lon_e7) * METRES_PER_E7 * slant;
}

double place_metres_apart(int32_t lat_e7, int32_t lon_e7, int32_t from_lat_e7, int32_t from_lon_e7)
{
    double north, east;
    place_metres_off(lat_e7, lon_e7, from_lat_e7, from_lon_e7, &north, &east);
    return hypot(north, east);
}
