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

bool pieces_add(struct pieces *pieces, const struct round_piece *piece, struct error *err) must_use;
/* One that was added to others before. */
bool pieces_copy(struct pieces *pieces, const struct pieces *from, size_t at,
                 struct error *err) must_use;

/* For this postman on this device; without pieces when his badge is not in force. What is the same
 * for others is read once into `shared` (round_shared.h). LATER without memory; else the record's
 * error. */
struct shared;
bool pieces_gather(const struct dispatch_config *config, struct record *record, uint32_t badge,
                   const struct device *device, struct shared *shared, struct pieces *ret_pieces,
                   struct error *err) must_use;

void pieces_name(uint64_t round, char out[16]);            /* BD-000012 */
void pieces_text(const char *from, char *to, size_t size); /* as much as fits, cut at a letter */

#endif
