/* round.h - a postman's list for the day, as plain values (trao.proto Round; settled points 6, 18
 * of the house's design). Personal: a stop lives only inside the vault, opened by the PIN, and on
 * the screen. All text is UTF-8 in NFC. On the wire each piece is closed on its own to the vault
 * key of the device, so that the server's queue and the device's disk hold nothing that can be read
 * without the PIN. No I/O.
 */
#ifndef TRAO_PROTOCOL_ROUND_H
#define TRAO_PROTOCOL_ROUND_H

#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/item.h"

#define ROUND_STOPS_MAX 400
#define ROUND_HANDOVER_MAX 400 /* envelopes of one handover */

enum proof_level { PROOF_OFF = 0, PROOF_WARN = 1, PROOF_REQUIRED = 2 };

/* One envelope of the round. */
struct stop {
    struct item item;
    uint32_t place;                 /* order on the list, 1.. */
    char name[256], address[512];   /* as printed */
    char phone[24];                 /* +84..., or empty */
    char note[256];                 /* what the desk wants the postman to know, or empty */
    char office[128];               /* the office whose result it is: cash is summed by office */
    uint64_t fees_vnd, postage_vnd; /* due at the door, apart */
    bool owner_only;
    struct instant delivered; /* by another device, as the server knows it; 0 not */
    bool voided; /* void or recalled since the round was built: not handed out any more */
    enum proof_level signature, photo, code, id_card;
    bool has_code;
    uint8_t code_salt[16], code_hash[32]; /* BLAKE2b-256(salt || digits of the delivery code) */
    bool has_id;
    uint8_t id_key[16], id_hash[32]; /* BLAKE2b-256 keyed by id_key of the owner's 12 digits */
    bool has_position;
    int32_t lat_e7, lon_e7; /* of the address, if known */
    uint32_t attempts;
    struct instant last_failed; /* as the server knows it; 0 never */
    struct instant due;         /* the post's term; 0 unknown */
};

/* Of the list itself; not personal but the postman's own name. */
struct round_list {
    uint64_t round;
    uint32_t badge;
    char postman[256];
    uint32_t revision;
    char name[16];              /* "TS-03": what is said aloud */
    char keyword[16];           /* word of the day, ASCII upper case ("SEN"), or empty */
    struct instant from, until; /* the shift; the data key dies 24 h after `until` */
    uint32_t stops;
};

/* An envelope on another's round of the same post office. */
struct neighbour {
    struct item item;
    char round[16];
    char postman[64]; /* first name */
};

/* What a handover (BG-) holds: numbers only. */
struct handover_list {
    uint64_t handover;
    uint32_t count;
    struct item item[ROUND_HANDOVER_MAX];
    bool voided[ROUND_HANDOVER_MAX];
};

/* With what the device checks a PIN, so that it needs no network later. */
#define LOGIN_VERIFIER_MAX 128 /* an argon2id string of libsodium with its zero */
struct round_login {
    uint32_t badge;
    char verifier[LOGIN_VERIFIER_MAX];
};

enum round_piece_kind {
    ROUND_PIECE_OTHER, /* of a later version: left alone */
    ROUND_PIECE_LIST,
    ROUND_PIECE_STOP,
    ROUND_PIECE_NEIGHBOUR,
    ROUND_PIECE_HANDOVER,
    ROUND_PIECE_LOGIN
};

struct round_piece {
    enum round_piece_kind kind;
    union {
        struct round_list list;
        struct stop stop;
        struct neighbour neighbour;
        struct handover_list handover;
        struct round_login login;
    } u;
};

#define ROUND_PIECE_BYTES_MAX 10240 /* a handover of 400 envelopes, all void: 9,000 */

/* Both are BAD_INPUT with the field's name for what breaks the ranges of trao.proto. */
bool round_piece_write(const struct round_piece *piece, uint8_t out[ROUND_PIECE_BYTES_MAX],
                       size_t *ret_n, struct error *err) must_use;
bool round_piece_read(const uint8_t *bytes, size_t n, struct round_piece *ret_piece,
                      struct error *err) must_use;

#endif
