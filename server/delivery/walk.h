/* walk.h - the facts in order, one after another, through the table of moves. Private to this
 * folder. */
#ifndef TRAO_SERVER_DELIVERY_WALK_H
#define TRAO_SERVER_DELIVERY_WALK_H

#include "server/delivery/fold.h"

/* What happened, whether a device said it or a desk copied it from paper. */
struct act {
    uint32_t event;
    uint32_t reason, action, relation;
    uint64_t postage_vnd, fees_vnd;
    uint32_t post_office, badge;
    bool in_field; /* a scan, or paper in place of one */
    bool evidence; /* something is attached */
};
struct act act_of(const struct fact *fact);

/* True if the fact before, in either order, is the same stored one, or an earlier one of these `n`
 * is the same beep under another number. */
bool is_copy(const struct fact *facts, size_t n, const struct fact *fact);

/* `facts` in order, each with an effect that order and withdrawals gave it, or none. */
void walk(struct fact *facts, size_t n, const struct rules *rules, struct state *state);

#endif
