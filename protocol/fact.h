/* fact.h - what an office or the server did, as a value, to and from the bytes of the server's own
 * chain (trao.proto OfficeFact, Addressee). */
#ifndef TRAO_PROTOCOL_FACT_H
#define TRAO_PROTOCOL_FACT_H

#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/event.h"
#include "protocol/item.h"

#define FACT_BYTES_MAX 1024
#define DOSSIER_MAX 64 /* bytes of a dossier code, UTF-8 */
#define NOTICE_REQUEST_MAX 64
#define ADDRESSEE_BYTES_MAX 8192

enum channel { CHANNEL_NONE = 0, CHANNEL_SMS = 1 };

struct notice {
    enum channel channel;
    uint32_t status; /* enum status */
    uint32_t attempt;
    bool correction;
    char request_id[NOTICE_REQUEST_MAX + 1];
};

struct office_fact {
    uint64_t seq; /* given by the record on append; 1, 2, 3 ... */
    struct item item;
    uint32_t event; /* event.def 64..127 */
    struct instant at;
    uint32_t user;
    char dossier[DOSSIER_MAX + 1]; /* issued */
    bool has_addressee;
    struct link addressee; /* issued: BLAKE2b-256( salt || bytes ) */
    uint64_t postage_vnd, fees_vnd;
    uint32_t commune;     /* GSO code 0..99999 */
    uint32_t postal_code; /* 0..99999, 0 unknown */
    bool owner_only;
    uint32_t copy;
    uint64_t job;
    uint64_t handover;
    struct notice notice;
    uint32_t reason;
};

struct addressee {
    char name[256];
    char address[1024];
    char phone[24]; /* +84..., or empty */
    char id_number[24];
    char procedure[512];
    char result[256];
    char registered[24];
    char received[24];
    char phone_note[128];
};

bool fact_encode(const struct office_fact *fact, uint8_t out[FACT_BYTES_MAX], size_t *ret_n,
                 struct error *err) must_use;
bool fact_decode(const uint8_t *bytes, size_t n, struct office_fact *ret_fact,
                 struct error *err) must_use;
bool addressee_encode(const struct addressee *who, uint8_t out[ADDRESSEE_BYTES_MAX], size_t *ret_n,
                      struct error *err) must_use;
bool addressee_decode(const uint8_t *bytes, size_t n, struct addressee *ret_who,
                      struct error *err) must_use;

#endif
