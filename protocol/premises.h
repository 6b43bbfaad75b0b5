/* premises.h - an office, a post office or a pickup point as it is from a day on, to and from the
 * attachment of a fact PREMISES_SET (trao.proto Premises). Values only, any thread. */
#ifndef TRAO_PROTOCOL_PREMISES_H
#define TRAO_PROTOCOL_PREMISES_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/fact.h"

enum premises_kind {
    PREMISES_NONE = 0,
    PREMISES_OFFICE = 1,      /* of the State: sends results */
    PREMISES_POST_OFFICE = 2, /* its code has six digits */
    PREMISES_PICKUP = 3       /* where a citizen may collect; belongs to a post office */
};

#define PREMISES_CODE_MAX 32
#define PREMISES_NAME_MAX 159
#define PREMISES_ADDRESS_MAX 183
#define PREMISES_PHONE_MAX 31
#define PREMISES_BYTES_MAX 1024
/* The office of trao.conf is always the first. */
#define PREMISES_FIRST_OFFICE 1

struct premises {
    enum premises_kind kind;
    uint32_t number; /* small, for ever; of a post office its code as a number */
    char code[PREMISES_CODE_MAX + 1];
    char name[PREMISES_NAME_MAX + 1];
    char
        neutral[PREMISES_NAME_MAX + 1]; /* on envelopes, where a name would tell; empty: the name */
    char address[PREMISES_ADDRESS_MAX + 1];
    char phone[PREMISES_PHONE_MAX + 1]; /* for citizens to call; may be empty */
    uint32_t commune;                   /* GSO code, 0 unknown */
    uint32_t post_office;               /* that serves it; 0 unknown */
    bool has_place;
    int32_t lat_e7, lon_e7;
    char successor[PREMISES_CODE_MAX + 1]; /* code of the one that takes over at `to`; empty none */
    struct instant from, to;               /* as this; to.ms 0 open */
    char citation[CITATION_MAX + 1];
};

/* Only what a fact does not say itself: name, neutral, address, phone, place, successor. */
bool premises_encode(const struct premises *premises, uint8_t out[PREMISES_BYTES_MAX],
                     size_t *ret_n, struct error *err) must_use;
/* Fills those fields of `ret_premises` alone. */
bool premises_decode(const uint8_t *bytes, size_t n, struct premises *ret_premises,
                     struct error *err) must_use;

#endif
