/* prices.h - what carriage costs: a table keyed (weight band, zone, valid from), and what is taken
 * off for whom, as offices and posts published it [TT 22/2017/TT-BTTTT sets the highest prices and
 * the exemptions; its table was not obtained: every row is a fact that cites its source]. Pure.
 *
 * A row is asked *at* a time and *as known* at another, like a rule (rules.h). A band is named by
 * its upper end; of one band and zone the row valid from later counts, then the one entered later,
 * and a post office's own goes before one for all. A row that is to be replaced by nothing ends
 * (to). Money is in whole đồng.
 * Threads: a struct prices is changed by its owner only; look-ups change nothing.
 */
#ifndef TRAO_SERVER_DELIVERY_PRICES_H
#define TRAO_SERVER_DELIVERY_PRICES_H

#include "protocol/error.h"
#include "protocol/fact.h"
#include "server/delivery/places.h"

/* One row: a price (PRICE_SET) or an exemption (EXEMPTION_SET). */
struct price {
    uint64_t seq; /* the fact behind it */
    bool is_exemption;
    uint32_t weight_to_g; /* the band's upper end, 1..WEIGHT_MAX_G */
    uint32_t zone;        /* enum zone + 1; 0 all */
    uint64_t price_vnd;
    char key[FACT_KEY_MAX + 1]; /* exemption: "ho-ngheo" */
    uint32_t percent_off;       /* exemption: 1..100 */
    uint32_t post_office;       /* 0 all */
    struct instant from, to;    /* to.ms 0 open */
    struct instant entered;
    char citation[CITATION_MAX + 1];
};

/* Zeroed: no row. */
struct prices {
    struct price *rows; /* in order of seq */
    size_t n, room;
};
void prices_done(struct prices *prices);
/* False without memory. */
bool prices_copy(const struct prices *prices, struct prices *ret_copy) must_use;

/* Checks what is to become a fact PRICE_SET (weight_g, zone, postage_vnd, citation) or
 * EXEMPTION_SET (key of letters, digits and '-'; value 1..100; citation). BAD_INPUT says what is
 * wrong. */
bool prices_check(const struct office_fact *fact, struct error *err) must_use;
/* Takes such a fact in, once; the order of taking does not matter. What prices_check refuses, or of
 * another event, changes nothing. False without memory. */
bool prices_take(struct prices *prices, const struct office_fact *fact);

/* Who asks, and when. */
struct tariff {
    const struct prices *prices;
    uint32_t post_office;
    struct instant at, as_of;
};
/* The row of the narrowest band that holds `weight_g`; one of this zone goes before one of all.
 * NULL: no price is known. */
const struct price *price_of(const struct tariff *tariff, enum zone zone, uint32_t weight_g);
/* NULL: no such exemption in force. */
const struct price *exemption_of(const struct tariff *tariff, const char *key);

#endif
