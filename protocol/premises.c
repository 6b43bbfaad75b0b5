#include "protocol/premises.h"

#include <string.h>

#include "protocol/codec.h"
#include "trao.pb-c.h"

#define LAT_E7_MAX 900000000
#define LON_E7_MAX 1800000000

static bool check_place(int32_t lat_e7, int32_t lon_e7, struct error *err)
{
    return (lat_e7 >= -LAT_E7_MAX && lat_e7 <= LAT_E7_MAX && lon_e7 >= -LON_E7_MAX &&
            lon_e7 <= LON_E7_MAX) ||
           error_set(err, ERROR_BAD_INPUT, "place: no such latitude or longitude");
}

/* Every text of Premises, for both directions. */
#define PREMISES_TEXTS(TEXT)                                                                       \
    TEXT(name)                                                                                     \
    TEXT(neutral)                                                                                  \
    TEXT(address)                                                                                  \
    TEXT(phone)                                                                                    \
    TEXT(successor)

bool premises_encode(const struct premises *premises, uint8_t out[PREMISES_BYTES_MAX],
                     size_t *ret_n, struct error *err)
{
    struct premises copy;
    Trao__V1__Premises wire = TRAO__V1__PREMISES__INIT;
#define TEXT(field)                                                                                \
    if (!codec_text(#field, premises->field, copy.field, sizeof copy.field, err))                  \
        return error_add(err, "premises");                                                         \
    wire.field = copy.field;
    PREMISES_TEXTS(TEXT)
#undef TEXT
    if (!check_place(premises->lat_e7, premises->lon_e7, err))
        return error_add(err, "premises");
    wire.has_place = premises->has_place;
    wire.lat_e7 = premises->has_place ? premises->lat_e7 : 0;
    wire.lon_e7 = premises->has_place ? premises->lon_e7 : 0;
    return codec_pack(&wire.base, out, PREMISES_BYTES_MAX, ret_n, err) ||
           error_add(err, "premises");
}

static bool from_wire(const Trao__V1__Premises *wire, struct premises *premises, struct error *err)
{
#define TEXT(field)                                                                                \
    if (!codec_text(#field, wire->field, premises->field, sizeof premises->field, err))            \
        return false;
    PREMISES_TEXTS(TEXT)
#undef TEXT
    premises->has_place = wire->has_place;
    premises->lat_e7 = wire->lat_e7;
    premises->lon_e7 = wire->lon_e7;
    return check_place(wire->lat_e7, wire->lon_e7, err);
}

bool premises_decode(const uint8_t *bytes, size_t n, struct premises *ret_premises,
                     struct error *err)
{
    struct codec_message message;
    struct premises premises = *ret_premises;
    if (!codec_size("bytes", (struct slice){bytes, n}, 0, PREMISES_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__premises__descriptor, bytes, n, &message, err))
        return error_add(err, "premises");
    bool good = from_wire((const Trao__V1__Premises *)message.base, &premises, err);
    codec_free(&message);
    if (good)
        *ret_premises = premises;
    return good || error_add(err, "premises");
}
