/* wire.h - what travels on the two topics of a device: Up (hello, envelope, attachment,
 * report) and Down (receipt, standing, what has come of an attachment, round, revocation), as plain
 * values to and from bytes
 * (trao.proto Up, Down). Also enrolment.
 *
 * Messages that later versions bring come out as WIRE_UP_OTHER / WIRE_DOWN_OTHER and are ignored by
 * whoever does not know them.
 */
#ifndef TRAO_PROTOCOL_WIRE_H
#define TRAO_PROTOCOL_WIRE_H

#include "protocol/attachment.h"
#include "protocol/batch.h"
#include "protocol/box.h"
#include "protocol/chain.h"
#include "protocol/error.h"

#define WIRE_BYTES_MAX 32768 /* the broker's message limit (settled point 1) */
#define WIRE_EPOCHS_MAX 16
#define WIRE_VERDICTS_MAX 50
#define WIRE_CERTIFICATE_MAX 2048

struct epoch_state {
    uint64_t epoch;
    uint64_t through;
    uint64_t last_seq;
    struct link link;
};

struct hello {
    char device[DEVICE_NAME_MAX + 1];
    struct slice certificate; /* DER, borrowed; may be empty */
    uint64_t generation;
    struct epoch_state epoch[WIRE_EPOCHS_MAX];
    size_t epochs;
    uint32_t program;
    uint64_t nonce;
    bool has_vault;              /* somebody signed in: */
    struct box_public vault_key; /* rounds are closed to it */
    uint32_t badge;              /* who signed in; 0 nobody */
    uint64_t held_round;         /* held whole under that key; 0 none */
    uint32_t held_revision;
    struct seal vault_seal; /* hello_vault_seal: the device's own word for that key */
};

/* The device seals who signed in and the key for his rounds, so that a broker cannot put in one of
 * its own; and whether that holds. */
struct seal hello_vault_seal(const struct hello *hello, const struct seal_secret *key);
bool hello_vault_holds(const struct hello *hello, const struct seal_public *key);

/* What a machine says of itself, never of its people: every 5 minutes and after each hello. */
struct device_report {
    uint32_t unsent;
    struct instant oldest; /* 0 nothing unsent */
    uint32_t program;
    uint32_t battery_percent; /* 0 unknown, else 1..100 */
    int32_t skew_ms;          /* against the last Standing */
    uint64_t free_bytes;
    uint32_t damaged; /* scans set aside on the device */
};

enum wire_up_kind {
    WIRE_UP_OTHER,
    WIRE_UP_HELLO,
    WIRE_UP_ENVELOPE,
    WIRE_UP_ATTACHMENT,
    WIRE_UP_REPORT
};

struct wire_up {
    enum wire_up_kind kind;
    struct hello hello;
    struct envelope envelope;
    struct attachment_chunk attachment;
    struct device_report report;
};

/* Why scans up to `through` were not simply stored; wire values. What is read may be any other
 * number too: later versions bring kinds, and whoever reads must have a word for them. */
enum verdict_kind {
    VERDICT_BROKEN_LINK = 1, /* rightly sealed, but it does not follow what the server has */
    VERDICT_CONFLICT = 2,    /* same number, other bytes, both rightly sealed */
    VERDICT_MALFORMED = 3,   /* rightly sealed, yet not a scan this version can read */
    VERDICT_REVOKED = 4      /* the device is revoked; an administrator must admit them */
};

struct verdict {
    uint64_t first_seq;
    uint32_t count;
    enum verdict_kind kind;
};

struct receipt {
    uint64_t generation, generation_serial;
    uint64_t epoch;
    uint64_t through;
    struct link link;
    struct verdict verdict[WIRE_VERDICTS_MAX];
    size_t verdicts;
    struct instant server_wall;
};

struct standing {
    uint64_t generation, generation_serial;
    struct epoch_state epoch[WIRE_EPOCHS_MAX];
    size_t epochs;
    uint64_t nonce;
    struct instant server_wall;
};

#define WIRE_PIECES_MAX 256 /* of a round in one message */
#define WIRE_PARTS_MAX 64

/* A part of a round: pieces (round.h) closed to the vault key, borrowed. */
struct round_part {
    uint64_t round; /* 0: the postman has none */
    uint32_t badge, revision;
    uint32_t part, parts; /* 1..parts */
    struct instant until;
    struct box_public vault_key;
    struct slice piece[WIRE_PIECES_MAX];
    size_t pieces;
};

/* The device is revoked: the data key is destroyed, scans are still handed in (settled point 9). */
enum revoke_reason { REVOKE_LOST = 1, REVOKE_REPLACED = 2, REVOKE_SUSPECTED = 3 };
struct revoke {
    struct instant since;
    uint32_t reason; /* enum revoke_reason, or what a later version says */
};

enum wire_down_kind {
    WIRE_DOWN_OTHER,
    WIRE_DOWN_RECEIPT,
    WIRE_DOWN_STANDING,
    WIRE_DOWN_ATTACHMENT,
    WIRE_DOWN_ROUND,
    WIRE_DOWN_REVOKE
};

struct wire_down {
    enum wire_down_kind kind;
    struct receipt receipt;
    struct standing standing;
    struct attachment_state attachment;
    struct round_part round;
    struct revoke revoke;
};

/* Encoders write at most WIRE_BYTES_MAX to `out`. BAD_INPUT only for what breaks the ranges above.
 */
bool wire_hello(const struct hello *hello, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                struct error *err) must_use;
bool wire_envelope(const struct envelope *envelope, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                   struct error *err) must_use;
bool wire_attachment(const struct attachment_chunk *chunk, uint8_t out[WIRE_BYTES_MAX],
                     size_t *ret_n, struct error *err) must_use;
bool wire_receipt(const char *device, const struct receipt *receipt, const struct seal_secret *key,
                  uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err) must_use;
bool wire_standing(const char *device, const struct standing *standing,
                   const struct seal_secret *key, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                   struct error *err) must_use;
bool wire_attachment_state(const char *device, const struct attachment_state *state,
                           const struct seal_secret *key, uint8_t out[WIRE_BYTES_MAX],
                           size_t *ret_n, struct error *err) must_use;
bool wire_report(const struct device_report *report, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                 struct error *err) must_use;
bool wire_round(const char *device, const struct round_part *part, const struct seal_secret *key,
                uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err) must_use;
bool wire_revoke(const char *device, const struct revoke *revoke, const struct seal_secret *key,
                 uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err) must_use;

/* Reads what a device sent; slices point into `bytes`. BAD_INPUT names message and field. */
bool wire_read_up(const uint8_t *bytes, size_t n, struct wire_up *ret_up,
                  struct error *err) must_use;
/* Reads what the server sent to `device`; slices point into `bytes`. REFUSED if the seal is not the
 * server's or the body is for another device, BAD_INPUT if it cannot be read. */
bool wire_read_down(const uint8_t *bytes, size_t n, const char *device,
                    const struct seal_public *server, struct wire_down *ret_down,
                    struct error *err) must_use;

/* ------------------------------------------------------------------ enrolment (HTTPS) */

#define ENROL_SECRET_BYTES 5 /* 40 bits of the one-time code (settled point 8) */
#define ENROL_PIN_BYTES 10   /* 80 bits of SHA-256 over the server certificate's DER */
#define ENROL_CODE_CHARS 24  /* 8 + 16 of RFC 4648 base32, shown in groups of four */

struct enrol_code {
    uint8_t secret[ENROL_SECRET_BYTES];
    uint8_t pin[ENROL_PIN_BYTES];
};

/* "ABCD-EFGH-..." with dashes, 29 characters and the zero. */
#define ENROL_CODE_TEXT_MAX 30
void enrol_code_write(const struct enrol_code *code, char out[ENROL_CODE_TEXT_MAX]);
/* Reads it typed: any case, blanks and dashes anywhere, 0/1/8 read as O/I/B. BAD_INPUT names the
 * character. */
bool enrol_code_read(const char *text, struct enrol_code *ret_code, struct error *err) must_use;

struct enrol_request {
    uint8_t secret[ENROL_SECRET_BYTES];
    struct slice certificate_request; /* PKCS#10 DER, borrowed */
    struct seal_public seal_key;
    uint32_t program;
};

struct enrol_reply {
    char device[DEVICE_NAME_MAX + 1];
    struct slice certificate; /* DER, borrowed */
    struct slice authority;   /* DER, borrowed */
    struct seal_public server_seal_key;
    uint8_t server_box_key[32];
    char broker_host[256];
    uint16_t broker_port;
    uint32_t post_office;
};

bool enrol_request_write(const struct enrol_request *request, uint8_t out[WIRE_BYTES_MAX],
                         size_t *ret_n, struct error *err) must_use;
bool enrol_request_read(const uint8_t *bytes, size_t n, struct enrol_request *ret_request,
                        struct error *err) must_use;
bool enrol_reply_write(const struct enrol_reply *reply, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                       struct error *err) must_use;
bool enrol_reply_read(const uint8_t *bytes, size_t n, struct enrol_reply *ret_reply,
                      struct error *err) must_use;

#endif
