/* slow_fold.h - the fold once more, written from the words of settled point 4 and of the cases and
 * not from fold.c: quadratic, without a table of moves, to be compared with it. */
#ifndef TRAO_TESTS_SERVER_SLOW_FOLD_H
#define TRAO_TESTS_SERVER_SLOW_FOLD_H

#include "server/delivery/fold.h"

struct slow_state {
    enum status status;
    bool issued;
    uint32_t attempt, copies;
    uint64_t postage_vnd, fees_vnd;
    uint32_t cases_open, cases_closed;
    uint64_t paid_vnd;            /* of all cases */
    int64_t opened_ms, closed_ms; /* sums over all cases */
    int64_t since_ms;
    int64_t holder;
    enum hand hand;
    uint32_t badge;
    uint32_t invitations;
    int64_t first_invited_ms, last_invited_ms, last_failed_ms, handed_ms, accepted_ms;
    bool disputed, return_instructed, paused;
    uint32_t pauses;
    int64_t paused_ms; /* of those that ended */
    uint32_t doubts;   /* of SLOW_DOUBTS */
};
#define SLOW_DOUBTS                                                                                \
    (DOUBT_NO_PICKUP | DOUBT_PICKED_UP_TWICE | DOUBT_CONFLICT | DOUBT_CLOCK | DOUBT_VOID_SCANNED | \
     DOUBT_UNKNOWN_EVENT | DOUBT_WITHDRAWN_LATE | DOUBT_PAUSE | DOUBT_DISPUTED | DOUBT_RETURN |    \
     DOUBT_MONEY | DOUBT_CASE)

/* `facts` is left alone. */
struct slow_state slow_fold(const struct fact *facts, size_t n);

#endif
