/* clocks.h - the two terms of an item, and whether they were kept [domain.md section 5].
 *
 * The office's clock runs from the result being ready (issued) to the envelope being in the post's
 * hands; the post's from there to the receiver's. Postal time never counts against the office.
 * Every issued item has both from the start: what nobody ever scanned is due all the same, on the
 * day it would have been. What was delivered is not delivered while a case is open about it: the
 * post's clock runs on until that is closed. Pure; a clock that ended is judged by the calendar as
 * it was known when its end arrived (T01).
 */
#ifndef TRAO_SERVER_DELIVERY_CLOCKS_H
#define TRAO_SERVER_DELIVERY_CLOCKS_H

#include "server/delivery/fold.h"
#include "server/delivery/places.h"

enum stand {
    STAND_NONE = 0, /* no clock: never issued, voided or recalled */
    STAND_RUNNING,
    STAND_PAUSED, /* with evidence; `due` is what it would be without the pause that lasts */
    STAND_KEPT,
    STAND_MISSED
};

struct leg {
    enum stand stand;
    struct instant start; /* .ms 0 unknown: no duration can be told (case T04) */
    struct instant due;
    struct instant end;         /* .ms 0 while it runs */
    struct instant end_arrival; /* when the record learned of the end */
};

struct clocks {
    struct leg office, post;
    enum zone zone;
    /* .ms 0: none. */
    struct instant hold_until; /* last minute at the post office (returns.h) */
    struct instant answer_by;  /* of the open cases: when the first answer is owed */
    struct instant again_by;   /* failed, and to be tried again; or the receiver's day */
    struct instant other_day;  /* out, an attempt failed, or it waits: a working day that may be
                                  asked  for, later than the one that is due anyway */
};

/* How far it goes, seen from its post office. */
enum zone zone_of_item(const struct state *state, const struct schedule *schedule);

void clocks_of(const struct state *state, const struct rules *rules, struct clocks *ret_clocks);

/* The day to come that the words of a status name: expected, last day to collect, answer by; .ms 0
 * when none is known. */
struct instant clocks_promised(const struct state *state, const struct clocks *clocks);

/* True when it runs and its term is over. */
bool leg_is_late(const struct leg *leg, struct instant now);
/* True when it was kept and the record knew so by the end of the day it was due: what the first
 * figure of that day counted. A kept one that was learned later restates the figure (case M10). */
bool leg_kept_at_first(const struct leg *leg);
/* Whole minutes from start to end; false unless both are known and in order. */
bool leg_minutes(const struct leg *leg, int64_t *ret_minutes);

#endif
