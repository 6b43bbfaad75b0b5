/* marks.h - what an item counts under on boards, beside its clocks: where it goes, whose it is, who
 * carries it, how its attempts went. Pure; of folded facts. */
#ifndef TRAO_SERVER_DELIVERY_MARKS_H
#define TRAO_SERVER_DELIVERY_MARKS_H

#include "server/delivery/clocks.h"

#define MARKS_REASONS 12 /* reason.def 1..11; 0: none */

struct marks {
    uint64_t round;       /* the one it was last put on, 0 none */
    uint32_t office;      /* number of premises.h, never 0 once issued */
    uint32_t post_office; /* where it was last said to be, else where it was issued; 0 unknown */
    uint32_t badge;       /* of whoever last had it at a door or in hand, 0 nobody known */
    int32_t start_day;    /* since when somebody waits: the day of issue */
    uint8_t zone;         /* enum zone */
    uint8_t reason;       /* of the last attempt that failed, 0 none */
    uint8_t attempted;    /* 1: a postman was at the door at least once */
    uint8_t first;        /* 1: delivered then */
    uint8_t issued;       /* 0: it counts nowhere */
    uint8_t spare[3];     /* zero: marks are compared as bytes */
};

/* `facts` as fold() left them. */
void marks_of(const struct fact *facts, size_t n, const struct state *state,
              const struct clocks *clocks, struct marks *ret_marks);

#endif
