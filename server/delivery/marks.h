/* marks.h - what an item counts under on boards, beside its clocks: where it goes, whose it is, who
 * carries it, how its attempts went. Pure; of folded facts. */
#ifndef TRAO_SERVER_DELIVERY_MARKS_H
#define TRAO_SERVER_DELIVERY_MARKS_H

#include "server/delivery/clocks.h"

#define MARKS_REASONS 12 /* reason.def 1..11; 0: none */
#define MARKS_STARS 6    /* 1..5; 0: none */
#define MARKS_SCANS_MAX 255

struct marks {
    uint64_t round;       /* the one it was last put on, 0 none */
    uint32_t office;      /* number of premises.h, never 0 once issued */
    uint32_t post_office; /* where it was last said to be, else where it was issued; 0 unknown */
    uint32_t badge;       /* of whoever last had it at a door or in hand, 0 nobody known */
    uint32_t commune;     /* of the address, GSO code, 0 unknown */
    int32_t start_day;    /* since when somebody waits: the day of issue */
    /* As bits: ten million items are kept in memory. The rest of them is zero, for marks are
     * compared as bytes. */
    uint32_t scans : 8;     /* that count, MARKS_SCANS_MAX for more */
    uint32_t zone : 4;      /* enum zone */
    uint32_t reason : 4;    /* of the last attempt that failed, 0 none */
    uint32_t stars : 3;     /* 1..5 as the receiver rated it last, 0 not */
    uint32_t attempted : 1; /* a postman was at the door at least once */
    uint32_t first : 1;     /* delivered then */
    uint32_t issued : 1;    /* 0: it counts nowhere */
    uint32_t struck : 1;    /* a delivery of it was withdrawn, or corrected */
    uint32_t spare : 9;
};

/* `facts` as fold() left them. */
void marks_of(const struct fact *facts, size_t n, const struct state *state,
              const struct clocks *clocks, struct marks *ret_marks);

/* A delivery, scanned or on paper, that was withdrawn or corrected. */
bool marks_is_struck_delivery(const struct fact *fact);

#endif
