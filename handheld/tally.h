/* tally.h - how the day stands: what became of each envelope of the round, by this device's own
 * scans, and the cash that goes with it. Worked out from the outbox, so a restart changes nothing.
 */
#ifndef TRAO_HANDHELD_TALLY_H
#define TRAO_HANDHELD_TALLY_H

#include "handheld/day.h"
#include "handheld/outbox.h"

enum tally_state {
    TALLY_OPEN,      /* still to be delivered */
    TALLY_DELIVERED, /* here, on whatever day */
    TALLY_FAILED,    /* tried on this round, still in hand */
    TALLY_BACK,      /* brought back to the counter at the end of this round */
    TALLY_NAMED,     /* neither, and a reason was given */
    TALLY_STATES
};

struct tally_stop {
    struct item item;
    uint32_t place; /* for day->stop_at */
    enum tally_state state;
    uint32_t reason;                /* of FAILED: reason.def REASON; of NAMED: NAMED */
    uint64_t fees_vnd, postage_vnd; /* collected, DELIVERED only */
};

struct tally {
    uint64_t round; /* 0: empty */
    uint32_t revision, stops;
    struct instant from; /* the shift's beginning */
    uint32_t count[TALLY_STATES];
    uint32_t next; /* the first OPEN one in the order of the list; `stops` when none is */
    struct tally_stop stop[ROUND_STOPS_MAX];
};

/* Anew when the day's round is not the one at hand, or has another revision; empties without one.
 */
void tally_follow(struct tally *tally, const struct day *day, struct outbox *outbox);
/* After a scan of the item, be it taken back. */
void tally_take(struct tally *tally, struct outbox *outbox, const struct item *item);
/* What this device has recorded of it on the round, NULL when it is not on the round. */
const struct tally_stop *tally_of(const struct tally *tally, const struct item *item);
/* In hand: OPEN and FAILED. The i-th of them in the order of the list, or `stops`. */
uint32_t tally_in_hand(const struct tally *tally, uint32_t i);

#define TALLY_OFFICES_MAX 12

/* Cash by the office whose result it is; fees are the State's, postage the post's: never mixed
 * [domain.md section 4]. */
struct tally_cash {
    uint32_t offices; /* rows used; what is of further offices is in the last */
    struct {
        char office[128];
        uint64_t fees_vnd, postage_vnd;
    } row[TALLY_OFFICES_MAX];
    uint64_t fees_vnd, postage_vnd; /* together */
};
void tally_cash(const struct tally *tally, const struct day *day, struct tally_cash *ret_cash);

#endif
