/* fold.h - from the set of an item's facts to where it stands. Pure: no I/O, no clock, no memory of
 * earlier calls (settled point 4).
 *
 * Any order, repetition and cutting of the same facts gives the same state: facts are first sorted
 * by (greatest estimate among this item's facts of the same device and epoch up to its sequence,
 * device, epoch, sequence), repeats (same source and sequence, or the same beep of a
 * device under another number: docs/decisions/0155) count once, withdrawn scans and what a desk
 * corrected are struck, then the table of moves (moves.def) is walked. A fact no move allows is
 * kept, shown and marked; it never stops what follows.
 */
#ifndef TRAO_SERVER_DELIVERY_FOLD_H
#define TRAO_SERVER_DELIVERY_FOLD_H

#include "protocol/clock.h"
#include "protocol/event.h"
#include "protocol/fact.h"
#include "protocol/scan.h"
#include "protocol/wire.h"
#include "server/delivery/rules.h"

/* When a scan happened, as well as can be said (case M06): worked out once, at intake. */
struct when {
    struct instant estimate; /* what is shown and sorted by */
    struct instant earliest, latest;
    bool clock_off;   /* device clock more than 120 s off, or no relation at all: flagged, shown */
    bool bounds_only; /* only earliest and latest are known; never shown to a citizen as a time */
};

/* The rule of M06: arrival + (t - sent) on one clock; the monotonic difference under one boot; else
 * the wall difference; else bounds between `floor` and arrival. All inputs are a peer's: any value
 * is allowed, the result lies within earliest..latest <= arrival. */
struct when when_of(struct instant wall, struct tick mono, uint64_t boot, struct instant sent_wall,
                    struct tick sent_mono, uint64_t sent_boot, struct instant floor,
                    struct instant arrival);

/* A device clock further off than this is flagged: reliability.md (c) 10. */
#define CLOCK_OFF_MS (120 * INT64_C(1000))
/* Wall times before this are a clock that was never set: no program of ours is older. */
#define CLOCK_SANE_MS INT64_C(1735664400000) /* 2025-01-01T00:00:00+07:00 */

/* What the fold did with a fact; for the history. */
enum effect {
    EFFECT_NONE = 0,     /* not folded yet */
    EFFECT_MOVED,        /* it changed the status */
    EFFECT_NOTED,        /* allowed, no change of status (reprint, notice) */
    EFFECT_OUT_OF_ORDER, /* no move from the status then: kept, shown, marked */
    EFFECT_UNKNOWN,      /* a kind of event this version does not know */
    EFFECT_STRUCK,       /* withdrawn by a later scan of the same device, or corrected by a desk */
    EFFECT_REPEATED,     /* same outcome again (two devices, or a second copy) */
    EFFECT_SET_ASIDE     /* the intake's verdict keeps it out of the fold */
};

struct fact {
    int64_t device;   /* scans; 0 for office facts */
    uint64_t epoch;   /* scans; 0 for office facts, but an entry from paper is a source of its
                         own: its office seq, so that it sorts by what stands on the paper */
    uint64_t seq;     /* scan seq or office seq */
    uint32_t verdict; /* enum verdict_kind, 0 stored; out: 0 also once it was admitted */
    bool is_scan;
    struct instant arrival; /* first arrival, stored */
    struct when when;
    union {
        struct scan scan;
        struct office_fact office;
    };
    int64_t of_device;        /* of a fact CORRECTED or SCAN_ADMITTED: the device of the scan it
                                 names; 0 it names an office fact, -1 a device nobody knows */
    struct instant order;     /* out: sorted by this, then device, epoch, seq */
    enum effect effect;       /* out */
    enum status status_after; /* out */
};

/* Doubts: facts that do not fit, for people to look at; bits. */
enum doubt {
    DOUBT_NO_PICKUP = 1 << 0,       /* door outcome without any pickup (case T04) */
    DOUBT_PICKED_UP_TWICE = 1 << 1, /* by two devices */
    DOUBT_NOT_THE_HOLDER = 1 << 2,  /* delivered by a device that did not hold it */
    DOUBT_DELIVERED_TWICE = 1 << 3,
    DOUBT_AFTER_END = 1 << 4,    /* scans after a final status */
    DOUBT_VOID_SCANNED = 1 << 5, /* case T06 */
    DOUBT_CLOCK = 1 << 6,
    DOUBT_CONFLICT = 1 << 7, /* one number, other bytes (settled point 3) */
    DOUBT_OUT_OF_ORDER = 1 << 8,
    DOUBT_UNKNOWN_EVENT = 1 << 9,
    DOUBT_WITHDRAWN_LATE = 1 << 10, /* a door outcome taken back after 30 s */
    DOUBT_RETURN = 1 << 11,   /* sent back without a ground, or without the office having asked */
    DOUBT_PAUSE = 1 << 12,    /* a clock stopped without evidence: it ran on */
    DOUBT_DISPUTED = 1 << 13, /* delivered, and the receiver says not */
    DOUBT_MONEY = 1 << 14,    /* owed and not collected, or more than that, or taken by a scan that
                                 does    not count */
    DOUBT_CASE = 1 << 15      /* a case is open */
};

/* Whose hands an envelope is in: always exactly one. */
enum hand {
    HAND_OFFICE = 0,
    HAND_POST_OFFICE,
    HAND_POSTMAN, /* state.hand_badge says who, 0 a postman who did not say */
    HAND_RECEIVER,
    HAND_NOBODY /* declared lost */
};

/* While it lasts the post's clock stands; to.ms 0: it lasts still. Only with evidence: a paper the
 * office keeps, a photo of the flood, an invitation to come and get it. */
struct pause {
    struct instant from, to;
};
#define PAUSES_MAX 8 /* more than an item sees; further ones stop nothing */

/* Money that somebody took: at a door that counts, or later at the desk. The fact that says so is
 * (device, epoch, seq) like every fact. */
struct taking {
    struct instant at;
    int64_t device;
    uint64_t epoch, seq;
    uint32_t badge; /* 0: did not sign in; later: the post office took it */
    bool later;
    uint64_t postage_vnd, fees_vnd;
};
#define TAKINGS_MAX 6 /* more than an item sees; further ones are added to the last */

/* What the desk set of an item's charges; zeros: not said. */
struct charge {
    uint32_t weight_g;
    enum payer payer;
    char exemption[FACT_KEY_MAX + 1];
    bool has_sums; /* postage_vnd and fees_vnd stand in place of the list's */
    uint64_t postage_vnd, fees_vnd;
};

/* A case: something is wrong, and somebody owes an answer. At most one of a kind is open. */
struct claim {
    enum claim_kind kind;
    enum opener opener;
    uint64_t seq; /* of the office fact that opened it; 0: a rule over scans or over time */
    struct instant opened;
    struct instant answered, closed; /* .ms 0 not yet */
    uint64_t liable_vnd, paid_vnd;   /* compensation as answered, as closed */
    enum claim_outcome outcome;
};
#define CLAIMS_MAX 8 /* further ones are noted and stand in the history only */

enum wish { WISH_NONE, WISH_DAY, WISH_COLLECT };

struct state {
    struct item item;
    enum status status; /* STATUS_NONE: scans of a number nobody issued (orphans) */
    bool issued;
    uint32_t attempt;             /* failed attempts so far; the delivered one is attempt + 1 */
    struct when since;            /* of the fact that set the status */
    struct instant since_arrival; /* its first arrival: the 30 s of outward acts run from here */
    uint32_t reason, action, relation; /* of that fact, when it has them */
    uint32_t post_office;              /* where it was last said to be, 0 unknown */
    int64_t holder;                    /* device with the last custody, 0 the office */
    enum hand hand;
    uint32_t hand_badge;
    uint32_t copies; /* printed so far */
    uint64_t collected_postage_vnd, collected_fees_vnd;
    uint32_t doubts;
    bool disputed; /* delivered, and reported as not received since */
    bool return_instructed;
    /* .ms 0 in these: it did not happen, or nobody knows when. */
    struct instant handed_at;      /* first handover by the office */
    struct instant accepted_at;    /* first pickup */
    struct instant first_field_at; /* earliest that anything happened outside the office */
    struct instant disputed_at;
    enum wish wish; /* what the receiver asked for last, and when */
    struct instant wished_at;
    struct instant chosen; /* first minute of the day the receiver asked for last; 0: none */
    uint32_t collect_at;   /* number of the pickup point he will collect at; 0: the post office */
    bool has_other;        /* somebody else may receive it: the name is the evidence of that fact */
    struct link other;
    uint32_t stars; /* 1..5 as the receiver rated it last, 0 not */
    struct instant first_failed_at, last_failed_at;
    struct instant first_invited_at, last_invited_at;
    uint32_t invitations;                  /* days on which an invitation was left */
    uint32_t failed_reason, failed_action; /* of the last attempt that failed */
    struct pause pauses[PAUSES_MAX];
    size_t pauses_n;
    struct taking takings[TAKINGS_MAX];
    size_t takings_n;
    struct charge charge;
    struct claim claims[CLAIMS_MAX]; /* in the order they were opened */
    size_t claims_n;
    struct office_fact office; /* the issued fact, when issued */
};

/* True for statuses no later scan leads out of. */
bool status_is_final(enum status status);

/* True for delivered, failed and returned: they act outwards only after 30 s, so that one that is
 * taken back in time tells nobody (settled point 4). Any number from the wire is allowed. */
bool event_is_door_outcome(uint32_t event);

/* True for what a desk may take back by a fact CORRECTED: all but the birth and the end of a
 * number, what was printed, handed over, paired or put on a round, a message that was sent, and an
 * admission. Those have papers and verbs of their own. Scans may always be corrected, also admitted
 * ones. */
bool event_is_correctable(uint32_t event);

/* A scan of a revoked handheld counts from the moment a fact SCAN_ADMITTED names it, in the place
 * that its own time gives it (settled point 9).
 * Sorts `facts` in place, writes effect and status_after of each, and the state. n may be 0. Rules
 * are asked as they were known when each fact arrived. */
void fold(struct fact *facts, size_t n, const struct rules *rules, struct state *ret_state);

#endif
