#include "protocol/place.h"

bool place_is_outside(const struct place *place)
{
    return place->why_none == NO_PLACE_NONE &&
           (place->lat_e7 < PLACE_AREA_LAT_MIN_E7 || place->lat_e7 > PLACE_AREA_LAT_MAX_E7 ||
            place->lon_e7 < PLACE_AREA_LON_MIN_E7 || place->lon_e7 > PLACE_AREA_LON_MAX_E7);
}
