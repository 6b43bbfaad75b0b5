/* fact.h - what an office or the server did, as a value, to and from the bytes of the server's own
 * chain (trao.proto OfficeFact, Addressee). */
#ifndef TRAO_PROTOCOL_FACT_H
#define TRAO_PROTOCOL_FACT_H

#include "protocol/batch.h"
#include "protocol/chain.h"
#include "protocol/clock.h"
#include "protocol/error.h"
#include "protocol/event.h"
#include "protocol/item.h"

#define FACT_BYTES_MAX 1024
#define DOSSIER_MAX 64 /* bytes of a dossier code, UTF-8 */
#define NOTICE_REQUEST_MAX 64
#define ADDRESSEE_BYTES_MAX 8192

#define SEAL_NUMBER_MAX 32
#define FACT_KEY_MAX 48
#define CITATION_MAX 160
#define EVIDENCE_BYTES_MAX 4096
/* Facts from here on name no item (event.def). */
/* The numbers of event.def for what names no item. */
#define EVENT_WITHOUT_ITEM 96
#define EVENT_WITHOUT_ITEM_TOO 160
/* Scans all do; of office facts those that event.def says. */
static inline bool event_names_item(uint32_t event)
{
    return event < EVENT_WITHOUT_ITEM || (event >= 128 && event < EVENT_WITHOUT_ITEM_TOO);
}
#define BADGE_MAX 99999999 /* TH-00000001 .. TH-99999999 */

/* CHANNEL_SMS goes to the citizen, CHANNEL_MANAGER to whoever answers for terms, CHANNEL_OFFICE to
 * an office's own system. */
enum channel { CHANNEL_NONE = 0, CHANNEL_SMS = 1, CHANNEL_MANAGER = 2, CHANNEL_OFFICE = 3 };

struct notice {
    enum channel channel;
    uint32_t status; /* enum status */
    uint32_t attempt;
    bool correction;
    char request_id[NOTICE_REQUEST_MAX + 1];
    uint32_t receiver; /* CHANNEL_OFFICE: which webhook; 0 the one of trao.conf */
};

enum difference {
    DIFFERENCE_NONE = 0,
    DIFFERENCE_MISSING = 1,  /* on the list, not in the bag */
    DIFFERENCE_EXTRA = 2,    /* in the bag, not on the list */
    DIFFERENCE_CONTENTS = 3, /* other originals, copies or pages than listed */
    DIFFERENCE_DAMAGED = 4,
    DIFFERENCE_WRONG_ENVELOPE = 5 /* a dossier's paper held against another's envelope */
};

/* What a postman wrote on paper (trao.proto PaperScan): its own kind of fact, never a scan. */
struct paper_scan {
    uint32_t event; /* event.def 1..63; 0 none */
    struct instant wall;
    uint32_t reason, action, relation;
    uint64_t postage_vnd, fees_vnd;
};

/* Who pays the postage; State fees are always the citizen's. */
enum payer { PAYER_RULE = 0, PAYER_CITIZEN = 1, PAYER_OFFICE = 2, PAYER_POST = 3 };

enum claim_kind {
    CLAIM_NONE = 0,
    CLAIM_NOT_RECEIVED = 1,
    CLAIM_DAMAGED = 2,
    CLAIM_LOST = 3,
    CLAIM_LATE = 4,
    CLAIM_DISPUTED = 5, /* delivered, and the receiver says not */
    CLAIM_MONEY = 6     /* owed at the door and not collected, or more than was owed */
};
enum opener { OPENER_NONE = 0, OPENER_CITIZEN = 1, OPENER_OFFICE = 2, OPENER_RULE = 3 };
enum claim_outcome {
    OUTCOME_NONE = 0,
    OUTCOME_DELIVERED = 1,     /* it was delivered as the post said */
    OUTCOME_NOT_DELIVERED = 2, /* it was not: the delivery is refuted */
    OUTCOME_COMPENSATED = 3,
    OUTCOME_UNFOUNDED = 4,
    OUTCOME_WITHDRAWN = 5, /* by whoever opened it */
    OUTCOME_SETTLED = 6    /* found again, repaired, paid */
};

/* Who gives to whom. */
enum remittance { REMITTANCE_NONE = 0, REMITTANCE_SHIFT = 1, REMITTANCE_OFFICE = 2 };
enum naming { NAMING_NONE = 0, NAMING_SHORT = 1, NAMING_OVER = 2 };

#define WEIGHT_MAX_G 30000 /* beyond any letter */

struct office_fact {
    uint64_t seq;     /* given by the record on append; 1, 2, 3 ... */
    struct item item; /* empty with events from EVENT_WITHOUT_ITEM */
    uint32_t event;   /* event.def 64..191 */
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
    uint32_t originals, certified, pages; /* certified copies */
    char seal_number[SEAL_NUMBER_MAX + 1];
    uint32_t count;
    uint64_t round;
    uint32_t badge, to_badge; /* TH- serial, 0 none */
    uint32_t post_office;     /* 0..999999 */
    bool has_evidence;
    struct link evidence;   /* BLAKE2b-256( salt || Evidence ) */
    struct item other_item; /* empty: none */
    uint32_t kind;          /* enum difference, premises_kind, claim_kind, remittance or naming */
    uint32_t office;        /* number of premises.h, 0 the first (return_standing: all) */
    uint64_t slip;          /* GM- serial */
    struct paper_scan paper;
    char device[DEVICE_NAME_MAX + 1], old_device[DEVICE_NAME_MAX + 1];
    struct instant from, to; /* validity; 0 now, 0 open */
    char key[FACT_KEY_MAX + 1];
    int64_t value;
    char citation[CITATION_MAX + 1];
    uint64_t of_seq, of_epoch; /* corrected, cleared: what is named; of_epoch with device: a scan */
    uint32_t weight_g;
    uint32_t zone;    /* price_set: enum zone + 1; 0 all */
    uint32_t payer;   /* enum payer */
    uint32_t opener;  /* enum opener */
    uint32_t outcome; /* enum claim_outcome */
    bool has_sums;
};

/* What a fact rests on (trao.proto Evidence): deletable. */
struct testimony {
    char text[1024];
    char giver[256], taker[256];
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
    /* What stood in the list, where an old encoding was read: its name and the bytes in hex
     * (office/charset.h), so that what was made of them can be checked. */
    char written_name[544], written_address[2064];
};

bool fact_encode(const struct office_fact *fact, uint8_t out[FACT_BYTES_MAX], size_t *ret_n,
                 struct error *err) must_use;
bool fact_decode(const uint8_t *bytes, size_t n, struct office_fact *ret_fact,
                 struct error *err) must_use;
/* The event alone, without unpacking; 0 when there is none to be read. */
uint32_t fact_event(const uint8_t *bytes, size_t n);
bool testimony_encode(const struct testimony *testimony, uint8_t out[EVIDENCE_BYTES_MAX],
                      size_t *ret_n, struct error *err) must_use;
bool testimony_decode(const uint8_t *bytes, size_t n, struct testimony *ret_testimony,
                      struct error *err) must_use;
bool addressee_encode(const struct addressee *who, uint8_t out[ADDRESSEE_BYTES_MAX], size_t *ret_n,
                      struct error *err) must_use;
bool addressee_decode(const uint8_t *bytes, size_t n, struct addressee *ret_who,
                      struct error *err) must_use;

#endif
