#include "protocol/scan.h"

#include <stddef.h>
#include <stdlib.h>

#include "protocol/codec.h"
#include "protocol/plain.h"
#include "trao.pb-c.h"

#define EVENT_SCAN_MAX 63
#define POST_OFFICE_MAX 999999
#define LAT_MAX_E7 INT32_C(900000000)
#define LON_MAX_E7 INT32_C(1800000000)

uint32_t scan_program_version(void)
{
    char *at = TRAO_VERSION;
    unsigned long version = strtoul(at, &at, 10);
    for (int i = 0; i < 2; i++) {
        invariant(*at == '.');
        version = version * 100 + strtoul(at + 1, &at, 10);
    }
    return (uint32_t)version;
}

/* ---------------------------------------------------------------------------- ranges, both ways */

static bool check_degrees(const char *field, int32_t value, int32_t most, struct error *err)
{
    if (value < -most || value > most)
        return error_set(err, ERROR_BAD_INPUT, "%s: %d is not within +-%d", field, value, most);
    return true;
}

static bool check_place(const struct place *place, struct error *err)
{
    if (place->why_none != NO_PLACE_NONE)
        return true;
    if (place->mode != PLACE_MODE_2D && place->mode != PLACE_MODE_3D)
        return error_set(err, ERROR_BAD_INPUT, "mode: %d is neither 2 nor 3", (int)place->mode);
    return check_degrees("lat_e7", place->lat_e7, LAT_MAX_E7, err) &&
           check_degrees("lon_e7", place->lon_e7, LON_MAX_E7, err) &&
           codec_time("gps_ms", place->gps_time.ms, err);
}

/* Only event withdrawn points back at a scan, and within its own epoch only at an earlier one. */
static bool check_of_seq(const struct scan *scan, struct error *err)
{
    if (scan->event != EVENT_WITHDRAWN)
        return codec_range("of_seq", scan->of_seq, 0, 0, err) &&
               codec_range("of_epoch", scan->of_epoch, 0, 0, err);
    uint64_t most = scan->of_epoch == 0 ? scan->seq - 1 : UINT64_MAX;
    return codec_range("of_seq", scan->of_seq, 1, most, err);
}

static bool check_scan(const struct scan *scan, struct error *err)
{
    if (!check_place(&scan->place, err))
        return error_add(err, "place");
    return codec_range("seq", scan->seq, 1, UINT64_MAX, err) &&
           codec_range("event", scan->event, 1, EVENT_SCAN_MAX, err) &&
           codec_time("wall_ms", scan->wall.ms, err) &&
           codec_range("boot", scan->boot, 1, UINT64_MAX, err) &&
           codec_range("post_office", scan->post_office, 0, POST_OFFICE_MAX, err) &&
           codec_range("postage_vnd", scan->postage_vnd, 0, SCAN_MONEY_MAX_VND, err) &&
           codec_range("fees_vnd", scan->fees_vnd, 0, SCAN_MONEY_MAX_VND, err) &&
           codec_range("slip", scan->slip, 0, scan->event == EVENT_DELIVERY_FAILED ? UINT64_MAX : 0,
                       err) &&
           check_of_seq(scan, err);
}

/* ---------------------------------------------------------------------------------- encoding */

static Trao__V1__Place place_to_wire(const struct place *place)
{
    Trao__V1__Place wire = TRAO__V1__PLACE__INIT;
    wire.lat_e7 = place->lat_e7;
    wire.lon_e7 = place->lon_e7;
    wire.accuracy_mm = place->accuracy_mm;
    wire.mode = (uint32_t)place->mode;
    wire.age_ms = place->age_ms;
    wire.gps_ms = place->gps_time.ms;
    wire.jumped = place->jumped;
    return wire;
}

/* Borrows the item's text and the attachments' hash from `scan`. */
static Trao__V1__Scan scan_to_wire(const struct scan *scan)
{
    Trao__V1__Scan wire = TRAO__V1__SCAN__INIT;
    wire.seq = scan->seq;
    wire.item = (char *)scan->item.text;
    wire.event = scan->event;
    wire.wall_ms = scan->wall.ms;
    wire.mono_ms = (uint64_t)scan->mono.ms;
    wire.boot = scan->boot;
    wire.time_source = (uint32_t)scan->time_source;
    wire.no_place = (uint32_t)scan->place.why_none;
    wire.badge = scan->badge;
    wire.post_office = scan->post_office;
    wire.reason = scan->reason;
    wire.action = scan->action;
    wire.relation = scan->relation;
    wire.postage_vnd = scan->postage_vnd;
    wire.fees_vnd = scan->fees_vnd;
    if (scan->has_attachments)
        wire.attachments = codec_bytes(scan->attachments.bytes, CHAIN_LINK_BYTES);
    wire.program = scan->program;
    wire.entry = (uint32_t)scan->entry;
    wire.round = scan->round;
    wire.handover = scan->handover;
    wire.stop = scan->stop;
    wire.of_seq = scan->of_seq;
    wire.of_epoch = scan->of_epoch;
    wire.slip = scan->slip;
    return wire;
}

bool scan_encode(const struct scan *scan, uint8_t out[SCAN_BYTES_MAX], size_t *ret_n,
                 struct error *err)
{
    struct tick tick;
    struct item item;
    if (!codec_item(scan->item.text, &item, err) || !check_scan(scan, err) ||
        !codec_tick("mono_ms", (uint64_t)scan->mono.ms, &tick, err))
        return error_add(err, "scan");
    Trao__V1__Scan wire = scan_to_wire(scan);
    Trao__V1__Place place = place_to_wire(&scan->place);
    if (scan->place.why_none == NO_PLACE_NONE)
        wire.place = &place;
    if (!codec_pack(&wire.base, out, SCAN_BYTES_MAX, ret_n, err))
        return error_add(err, "scan");
    return true;
}

/* ---------------------------------------------------------------------------------- decoding */

/* Why there is no place, by a number this version may not know: then it is at least none. */
static enum no_place no_place_of(uint32_t wire)
{
    return wire <= NO_PLACE_UNBELIEVABLE ? (enum no_place)wire : NO_PLACE_OFF;
}

static bool place_from_wire(const Trao__V1__Scan *wire, struct place *ret_place, struct error *err)
{
    const Trao__V1__Place *from = wire->place;
    if ((from == NULL) == (wire->no_place == 0))
        return error_set(err, ERROR_BAD_INPUT, "place: %s",
                         from == NULL ? "neither given nor said why not"
                                      : "given and said to be none");
    struct place place = {.why_none = no_place_of(wire->no_place)};
    if (from != NULL) {
        place.lat_e7 = from->lat_e7;
        place.lon_e7 = from->lon_e7;
        place.accuracy_mm = from->accuracy_mm;
        place.mode = from->mode == PLACE_MODE_2D   ? PLACE_MODE_2D
                     : from->mode == PLACE_MODE_3D ? PLACE_MODE_3D
                                                   : PLACE_MODE_NONE;
        place.age_ms = from->age_ms;
        place.gps_time.ms = from->gps_ms;
        place.jumped = from->jumped;
    }
    *ret_place = place;
    return true;
}

static enum entry entry_of(uint32_t wire)
{
    return wire <= ENTRY_CHOSEN ? (enum entry)wire : ENTRY_UNKNOWN;
}

static bool scan_from_wire(const Trao__V1__Scan *wire, struct scan *ret_scan, struct error *err)
{
    struct scan scan = {
        .seq = wire->seq,
        .event = wire->event,
        .wall = {wire->wall_ms},
        .boot = wire->boot,
        .time_source = codec_time_source(wire->time_source),
        .badge = wire->badge,
        .post_office = wire->post_office,
        .reason = wire->reason,
        .action = wire->action,
        .relation = wire->relation,
        .postage_vnd = wire->postage_vnd,
        .fees_vnd = wire->fees_vnd,
        .has_attachments = wire->attachments.len > 0,
        .program = wire->program,
        .entry = entry_of(wire->entry),
        .round = wire->round,
        .handover = wire->handover,
        .stop = wire->stop,
        .of_seq = wire->of_seq,
        .of_epoch = wire->of_epoch,
        .slip = wire->slip,
    };
    if (!codec_item(wire->item, &scan.item, err) ||
        !codec_tick("mono_ms", wire->mono_ms, &scan.mono, err) ||
        !place_from_wire(wire, &scan.place, err))
        return false;
    if (scan.has_attachments && !codec_fixed("attachments", wire->attachments, CHAIN_LINK_BYTES,
                                             scan.attachments.bytes, err))
        return false;
    if (!check_scan(&scan, err))
        return false;
    *ret_scan = scan;
    return true;
}

/* ------------------------------------------------------------------------- the short way */

struct reading {
    struct scan scan;
    bool has_place;
};

#define AT(member) offsetof(struct reading, scan.member)
#define PLAIN(kind, member)                                                                        \
    {                                                                                              \
        PLAIN_##kind, AT(member), 0, 0, NULL                                                       \
    }
#define LINK(member)                                                                               \
    {                                                                                              \
        PLAIN_LINK, AT(member), AT(has_##member), 0, NULL                                          \
    }

static const struct plain_field place_fields[] = {
    [1] = PLAIN(S32, place.lat_e7),      [2] = PLAIN(S32, place.lon_e7),
    [3] = PLAIN(U32, place.accuracy_mm), [4] = PLAIN(U32, place.mode),
    [5] = PLAIN(U32, place.age_ms),      [6] = PLAIN(S64, place.gps_time.ms),
    [7] = PLAIN(BOOL, place.jumped),
};
static const struct plain_type place_type = {place_fields, 7};

static const struct plain_field scan_fields[] = {
    [1] = PLAIN(U64, seq),
    [2] = PLAIN(ITEM, item),
    [3] = PLAIN(U32, event),
    [4] = PLAIN(S64, wall.ms),
    [5] = PLAIN(U64, mono.ms),
    [6] = PLAIN(FIXED64, boot),
    [7] = PLAIN(U32, time_source),
    [8] = {PLAIN_INSIDE, 0, offsetof(struct reading, has_place), 0, &place_type},
    [9] = PLAIN(U32, place.why_none),
    [10] = PLAIN(U32, badge),
    [11] = PLAIN(U32, post_office),
    [12] = PLAIN(U32, reason),
    [13] = PLAIN(U32, action),
    [14] = PLAIN(U32, relation),
    [15] = PLAIN(U64, postage_vnd),
    [16] = PLAIN(U64, fees_vnd),
    [17] = LINK(attachments),
    [18] = PLAIN(U32, program),
    [19] = PLAIN(U32, entry),
    [20] = PLAIN(FIXED64, round),
    [21] = PLAIN(FIXED64, handover),
    [22] = PLAIN(FIXED64, stop),
    [23] = PLAIN(U64, of_seq),
    [24] = PLAIN(FIXED64, of_epoch),
    [25] = PLAIN(U64, slip),
};
static const struct plain_type scan_type = {scan_fields, 25};

/* Enumerations are read as numbers first, and become what this version knows. */
static bool decode_plain(struct slice bytes, struct scan *ret_scan)
{
    struct reading reading = {.has_place = false};
    struct scan *scan = &reading.scan;
    if (!plain_read(&scan_type, bytes, &reading) || scan->item.text[0] == '\0' ||
        reading.has_place == (scan->place.why_none != NO_PLACE_NONE) ||
        (uint64_t)scan->mono.ms > (uint64_t)CODEC_TIME_MAX)
        return false;
    scan->place.why_none = no_place_of((uint32_t)scan->place.why_none);
    scan->time_source = codec_time_source((uint32_t)scan->time_source);
    scan->entry = entry_of((uint32_t)scan->entry);
    if (!check_scan(scan, NULL))
        return false;
    *ret_scan = *scan;
    return true;
}

bool scan_decode(const uint8_t *bytes, size_t n, struct scan *ret_scan, struct error *err)
{
    struct codec_message message;
    struct slice all = {bytes, n};
    if (n >= 1 && n <= SCAN_BYTES_MAX && decode_plain(all, ret_scan))
        return true;
    if (!codec_size("bytes", all, 1, SCAN_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__scan__descriptor, bytes, n, &message, err))
        return error_add(err, "scan");
    bool good = scan_from_wire((const Trao__V1__Scan *)message.base, ret_scan, err);
    codec_free(&message);
    return good || error_add(err, "scan");
}
