/* moves.h - which status an event leads to, from which: the table of moves.def, asked. Private to
 * this folder. */
#ifndef TRAO_SERVER_DELIVERY_MOVES_H
#define TRAO_SERVER_DELIVERY_MOVES_H

#include "server/delivery/fold.h"

enum { STAY = 100, AGAIN = 101 }; /* beside the statuses */

struct move {
    uint32_t event;
    uint32_t from; /* set of statuses */
    int to;        /* status, STAY or AGAIN */
};

/* NULL when no move allows the event there. */
const struct move *move_find(uint32_t event, enum status from);

#endif
