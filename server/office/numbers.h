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

/* Inside a group. REFUSED when the post office's ranges are used up. */
bool number_draw(struct record *record, const struct numbers *numbers, struct item *ret_item,
                 struct error *err) must_use;

#endif
