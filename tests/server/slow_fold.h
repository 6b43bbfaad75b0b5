/* slow_fold.h - the fold once more, written from the words of settled point 4 and of the cases and
 * not from fold.c: quadratic, without a table of moves, to be compared with it. */
#ifndef TRAO_TESTS_SERVER_SLOW_FOLD_H
#define TRAO_TESTS_SERVER_SLOW_FOLD_H

#include "server/delivery/fold.h"

struct slow_state {
    enum status status;
    bool issued;
    uint32_t attempt, copies;
    uint64_t postage_vnd;
    int64_t since_ms;
    int64_t holder;
    uint32_t doubts; /* of DOUBT_NO_PICKUP, PICKED_UP_TWICE, CONFLICT, CLOCK, VOID_SCANNED,
                        UNKNOWN_EVENT, WITHDRAWN_LATE */
};
#define SLOW_DOUBTS                                                                                \
    (DOUBT_NO_PICKUP | DOUBT_PICKED_UP_TWICE | DOUBT_CONFLICT | DOUBT_CLOCK | DOUBT_VOID_SCANNED | \
     DOUBT_UNKNOWN_EVENT | DOUBT_WITHDRAWN_LATE)

/* `facts` is left alone. */
struct slow_state slow_fold(const struct fact *facts, size_t n);

#endif
