/* places.h - kinds of places that rules ask for. Pure look-ups in communes.def. */
#ifndef TRAO_SERVER_DELIVERY_PLACES_H
#define TRAO_SERVER_DELIVERY_PLACES_H

#include <stdbool.h>
#include <stdint.h>

/* How far it is, for the post's term [domain.md section 5]. */
enum zone { ZONE_COMMUNE, ZONE_PROVINCE, ZONE_MOUNTAIN, ZONE_OTHER };
#define ZONES 4
const char *zone_key(enum zone zone); /* "commune" */

/* A phường; false for a xã and for a commune that is in no table (the longer term). */
bool place_is_ward(uint32_t commune);

/* Of an address, seen from a post office in `office_commune` (0 unknown). Without commune and
 * postal code nothing is known, and the longest term is promised. */
enum zone place_zone(uint32_t commune, uint32_t postal_code, uint32_t office_commune);

#endif
