/* locality.h - where an address lies: its commune by GSO code, and its postal code.
 *
 * An address is read from its end, in parts between commas, semicolons and " - "
 * [domain.md section 3: "chi tiết, xã, huyện, tỉnh"; districts ended on 1/7/2025, citizens still
 * write them]. A part that says it is a commune (xã, X., phường, P., thị trấn, TT., xa ...) goes
 * before one that only has a commune's name; the district behind it tells old units of one name
 * apart. Names are asked of the record's table, so an old one leads to the unit its area lies in
 * now (communes.h). Inside a group of the record's writer.
 */
#ifndef TRAO_SERVER_OFFICE_LOCALITY_H
#define TRAO_SERVER_OFFICE_LOCALITY_H

#include "server/office/fields.h"
#include "server/record/communes.h"

struct locality {
    uint32_t postal_code; /* 0 unknown */
    uint32_t commune;     /* GSO code, 0 unknown */
};

/* What the table said of names that were asked, kept for the length of one list: a hundred lists of
 * one district ask the same names. All zeros at first. A table that is loaded meanwhile counts for
 * the next list. */
#define LOCALITY_NAME_MAX 128
#define LOCALITY_MEMO 512
struct locality_found {
    struct commune first;
    char names[LOCALITY_NAME_MAX]; /* of all */
    size_t n;
};
struct locality_memo {
    struct {
        char name[LOCALITY_NAME_MAX], district[LOCALITY_NAME_MAX]; /* "" and "": nothing yet */
        struct locality_found found;
    } row[LOCALITY_MEMO];
};

/* `memo` is NULL or kept for a list. The postal code is the last five digits of the address;
 * without them the commune's own. The commune is 0 when no part names one, or when what is named
 * lies in several now: then `ret_doubt` is set, with a complaint that names them. So it is when
 * written code and commune do not belong together: the written code stays. False when the record
 * cannot be read. */
bool locality_find(struct record *record, struct locality_memo *memo, const char *address,
                   struct instant at, struct locality *ret_locality, bool *ret_doubt,
                   struct complaint *ret_complaint, struct error *err) must_use;

#endif
