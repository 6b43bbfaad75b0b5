/* wishes.h - what a receiver may ask for after an attempt that failed: another day, to collect, to
 * have somebody else receive. Pure. [ux.md section 5; Circular on postal services, Art 17: the
 * receiver's own day stands above the rule's]
 */
#ifndef TRAO_SERVER_DELIVERY_WISHES_H
#define TRAO_SERVER_DELIVERY_WISHES_H

#include "server/delivery/clocks.h"

#define WISH_WITHIN_DAYS 14 /* a day further away is not kept free */
#define WISH_DAYS 3         /* offered on a page */

/* There is something to ask for: an attempt failed or it waits, and it is not on its way back. */
bool wish_is_open(const struct state *state);
/* A working day of the post office, after today, within WISH_WITHIN_DAYS. `day`: its first minute.
 */
bool wish_day_fits(const struct state *state, const struct rules *rules, struct instant day,
                   struct instant now);
/* The first minutes of the next days that fit; returns how many. */
size_t wish_days(const struct state *state, const struct rules *rules, struct instant now,
                 struct instant out[WISH_DAYS]);
/* What was asked for still stands: nothing happened at the door since. */
bool wish_stands(const struct state *state);
/* Where he will collect it: the post office that has it, or is to have it; 0 unknown. Points where
 * he may do so are those of that post office. */
uint32_t wish_post_office(const struct state *state);
/* Number of the pickup point he will collect at, as long as that stands; 0: none. */
uint32_t wish_pickup(const struct state *state);

#endif
