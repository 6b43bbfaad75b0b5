#include "server/delivery/places.h"

#include <stddef.h>

enum kind { PHUONG, XA };

static const struct place {
    uint32_t commune;
    enum kind kind;
    uint32_t postal_code;
} places[] = {
#define COMMUNE(code, KIND, name, folded, postal_code) {code, KIND, postal_code},
#include "server/delivery/communes.def"
#undef COMMUNE
};

#define PLACES (sizeof places / sizeof *places)

/* They stand by their code. */
static const struct place *place_find(uint32_t commune)
{
    size_t low = 0, high = PLACES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (places[middle].commune < commune)
            low = middle + 1;
        else
            high = middle;
    }
    return low < PLACES && places[low].commune == commune ? &places[low] : NULL;
}

const char *zone_key(enum zone zone)
{
    static const char *const keys[ZONES] = {"commune", "province", "mountain", "other"};
    return keys[zone];
}

bool place_is_ward(uint32_t commune)
{
    const struct place *place = place_find(commune);
    return place != NULL && place->kind == PHUONG;
}

/* Hà Tĩnh is 45xxx and 46xxx [QĐ 2334/QĐ-BKHCN]; in it 458xx, 459xx and 460xx were the mountain
 * districts Hương Sơn, Vũ Quang and Hương Khê until 30/6/2025 [design]. */
static enum zone zone_of_code(uint32_t postal_code)
{
    uint32_t district = postal_code / 100;
    if (district >= 458 && district <= 460)
        return ZONE_MOUNTAIN;
    return district >= 450 && district <= 469 ? ZONE_PROVINCE : ZONE_OTHER;
}

enum zone place_zone(uint32_t commune, uint32_t postal_code, uint32_t office_commune)
{
    const struct place *place = place_find(commune);
    if (commune != 0 && commune == office_commune)
        return ZONE_COMMUNE;
    return zone_of_code(place != NULL ? place->postal_code : postal_code);
}
