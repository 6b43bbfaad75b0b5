/* money.h - what an item costs, what is due at its door, what was taken, and whether the two agree
 * [domain.md section 4]. Postage (cước) is the post's, State fees (phí, lệ phí) are the office's:
 * two sums that are never added. Whole đồng. Pure.
 *
 * What is due comes from the list; where the list gives no postage, from the price table; and from
 * a fact CHARGED where the desk weighed, exempted, or set another sum. Only the citizen's share is
 * asked for at the door: postage that the office or the post bears is in `price_vnd` alone.
 */
#ifndef TRAO_SERVER_DELIVERY_MONEY_H
#define TRAO_SERVER_DELIVERY_MONEY_H

#include "server/delivery/fold.h"

/* Where the postage came from. */
enum due_source { DUE_UNKNOWN = 0, DUE_LIST, DUE_TABLE, DUE_CHARGED };

struct due {
    uint64_t postage_vnd, fees_vnd; /* to be asked for at the door */
    enum payer payer;               /* of the postage; never PAYER_RULE */
    enum due_source source;
    uint64_t price_vnd; /* of the carriage, whoever bears it, after what is taken off */
    uint64_t taken_off_vnd;
    uint32_t weight_g;   /* weighed, or what the rule supposes */
    uint32_t band_g;     /* upper end of its band; 0 no price is known */
    uint64_t price_seq;  /* office seq of the table's row; 0 none */
    uint64_t exempt_seq; /* ... of the exemption's; 0 none */
    bool fees_known;     /* the list or the desk said what the fees are */
};

/* Of an issued item; by the prices of the day it was issued, as they were known when its delivery
 * arrived, or as they are known now while it is open. An item nobody issued owes nothing. */
struct due money_due(const struct state *state, const struct rules *rules);

/* How the books of one item stand, both kinds apart; positive: still owed, negative: too much was
 * taken. Zero where nothing says what is due. */
struct owed {
    int64_t postage_vnd, fees_vnd;
};
/* After a delivery that stands; zeros before one. */
struct owed money_owed(const struct state *state, const struct rules *rules);

/* What the carriage of an item costs, by the local day (rules.h) on which the post got it: handed
 * over, or picked up where nobody did. */
struct carriage {
    bool carried; /* false: the post never had it, and the rest is zero */
    int64_t day;
    uint32_t band_g;
    enum payer payer;
    uint64_t price_vnd, taken_off_vnd;
};
struct carriage carriage_of(const struct state *state, const struct due *due);

/* ------------------------------------------------------------------ for the walk */

/* Notes that money was taken; nothing when both sums are 0. */
void money_take(struct state *state, const struct taking *taking);
/* A fact CHARGED or PAID_LATER. */
void money_note(struct state *state, const struct fact *fact);

#endif
