/* round_pieces.h - what a postman's round is made of, gathered from record and views. Private to
 * this folder. */
#ifndef TRAO_SERVER_FIELD_ROUND_PIECES_H
#define TRAO_SERVER_FIELD_ROUND_PIECES_H

#include "server/field/dispatch.h"

/* Pieces as bytes, one behind the other; personal: wipe. */
struct pieces {
    uint8_t *bytes;
    size_t n, room;
    size_t *end; /* of each piece */
    size_t count, count_room;
    uint64_t round;
    uint32_t revision; /* of all pieces; never 0 */
    struct instant until;
    struct item *items; /* on the list */
    size_t items_n, items_room;
};
void pieces_wipe(struct pieces *pieces); /* and free */

/* For this postman on this device; without pieces when his badge is not in force. LATER without
 * memory; else the record's error. */
bool pieces_gather(const struct dispatch_config *config, struct record *record, uint32_t badge,
                   const struct device *device, struct pieces *ret_pieces,
                   struct error *err) must_use;

#endif
