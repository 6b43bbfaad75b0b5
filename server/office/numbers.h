/* numbers.h - the next number of a post office: a place of its pool becomes an S10 number by a
 * keyed permutation of the whole prefix (settled point 17), skipping any that was ever given out.
 */
#ifndef TRAO_SERVER_OFFICE_NUMBERS_H
#define TRAO_SERVER_OFFICE_NUMBERS_H

#include "server/office/link.h"
#include "server/record/pools.h"
#include "server/views/views.h"

struct numbers {
    uint32_t post_office;
    const char *prefix, *country; /* of the numbers: "RA", "VN" */
    const uint8_t *secret;        /* LINK_SECRET_BYTES: hides the order of numbers */
    struct views *views;          /* a number of which anything is known is never drawn */
};

/* Numbers one after the other in one group; all zeros at first but for `draws`, ended by
 * number_run_end before the group is. */
struct number_run {
    struct pool_run places;
    bool has_key;
    uint8_t key[32];
    struct item_draws *draws; /* of many runs of one prefix and secret; borrowed, NULL: none */
};
/* REFUSED when the post office's ranges are used up. */
bool number_run_draw(struct record *record, const struct numbers *numbers, struct number_run *run,
                     struct item *ret_item, struct error *err) must_use;
bool number_run_end(struct record *record, const struct numbers *numbers, struct number_run *run,
                    struct error *err) must_use;

/* A run of one: inside a group. REFUSED when the post office's ranges are used up. */
bool number_draw(struct record *record, const struct numbers *numbers, struct item *ret_item,
                 struct error *err) must_use;

#endif
