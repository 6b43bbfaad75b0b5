/* scan.h - one beep as a plain value, to and from the bytes that are chained (trao.proto Scan). */
#ifndef TRAO_PROTOCOL_SCAN_H
#define TRAO_PROTOCOL_SCAN_H

#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/event.h"
#include "protocol/item.h"
#include "protocol/place.h"

#define SCAN_BYTES_MAX 256
#define SCAN_MONEY_MAX_VND UINT64_C(1000000000)

/* How the number came in; wire values. */
enum entry {
    ENTRY_UNKNOWN = 0,
    ENTRY_WEDGE = 1,
    ENTRY_DEVICE = 2,
    ENTRY_SERIAL = 3,
    ENTRY_CAMERA = 4,
    ENTRY_TYPED = 5,
    ENTRY_CHOSEN = 6
};

struct scan {
    uint64_t seq;        /* >= 1 */
    struct instant wall; /* this one and the next within +-2^60 ms */
    struct tick mono;
    uint64_t boot; /* never 0 */
    enum time_source time_source;
    uint32_t event; /* event.def 1..63; numbers unknown to this version are kept */
    struct place place;
    uint32_t badge;
    uint32_t post_office;              /* 0..999999 */
    uint32_t reason, action, relation; /* reason: of NAMED with EVENT_NAMED */
    uint64_t postage_vnd, fees_vnd;    /* 0..SCAN_MONEY_MAX_VND each */
    uint64_t round, handover, stop;
    uint64_t of_seq;   /* EVENT_WITHDRAWN only, else 0; below seq when of_epoch is 0 */
    uint64_t of_epoch; /* EVENT_WITHDRAWN only, else 0; 0: the epoch it stands in itself */
    uint64_t slip;    /* serial of the GM- slip that was left, EVENT_DELIVERY_FAILED only, else 0 */
    uint32_t program; /* major*10000 + minor*100 + patch */
    enum entry entry;
    struct item item;
    bool has_attachments;
    struct link attachments;
};

/* Encodes; the same value always gives the same bytes. BAD_INPUT if a field is out of range. */
bool scan_encode(const struct scan *scan, uint8_t out[SCAN_BYTES_MAX], size_t *ret_n,
                 struct error *err) must_use;

/* Decodes a peer's bytes, each field checked. BAD_INPUT names the field: "scan: item: ...".
 * Enumerations unknown to this version are kept as they are (event, reason, action, relation) or
 * read as unknown (entry, time_source); an unknown reason for no place reads as NO_PLACE_OFF: there
 * is at least none. Unknown fields are skipped: keep the bytes to keep them. */
bool scan_decode(const uint8_t *bytes, size_t n, struct scan *ret_scan, struct error *err) must_use;

/* This program's version as the wire says it. */
uint32_t scan_program_version(void);

#endif
