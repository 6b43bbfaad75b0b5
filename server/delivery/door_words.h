/* door_words.h - the two words that are said at a door: the postman's of the day, by which a
 * citizen knows a real one, and the receiver's code. Both come of one secret of the server, so that
 * neither is stored. Pure, any thread.
 */
#ifndef TRAO_SERVER_DELIVERY_DOOR_WORDS_H
#define TRAO_SERVER_DELIVERY_DOOR_WORDS_H

#include "protocol/item.h"

#define DOOR_SECRET_BYTES 32

/* The code a receiver says: six digits of a keyed hash of the item's number. */
void delivery_code(const uint8_t secret[DOOR_SECRET_BYTES], const struct item *item,
                   char ret_code[7]);
/* The word a real postman knows that day: ASCII capitals. `day` as day_of (rules.h). */
const char *word_of_day(const uint8_t secret[DOOR_SECRET_BYTES], int64_t day);

#endif
