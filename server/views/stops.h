/* stops.h - where postmen stood when they delivered, or could not: the door outcomes of some days
 * that count, with their places. Worked out from the record when it is asked for: no item keeps
 * its places in memory. Any thread with a reader of its own.
 */
#ifndef TRAO_SERVER_VIEWS_STOPS_H
#define TRAO_SERVER_VIEWS_STOPS_H

#include "server/views/views.h"

/* Coarser than this a place tells one house from no other (settled: 2 km proves nothing). */
#define STOP_COARSE_MM UINT32_C(100000)
/* A handheld holds scans for so long at least (settled point 7); those that come later still are
 * not looked for. */
#define STOPS_LATE_MS (INT64_C(14) * 24 * 3600 * 1000)
#define STOPS_MAX 2000

struct stop {
    struct item item;
    struct instant at;
    uint32_t event, reason; /* EVENT_DELIVERED; EVENT_DELIVERY_FAILED with why */
    uint32_t office;        /* who sent it */
    struct place place;     /* why_none when there is none */
};
/* It is to be drawn, but not to be trusted: coarse, of unknown accuracy, after a jump. */
bool stop_is_doubtful(const struct stop *stop);
/* It can be drawn: it is in Việt Nam. */
bool stop_has_place(const struct stop *stop);

struct stops_asked {
    int64_t from_day, to_day; /* when they happened, as well as can be said; both included */
    const uint32_t *offices;  /* numbers of premises.h; borrowed */
    size_t offices_n;         /* 0: all */
};
/* In order of time, STOPS_MAX at most; `ret_more`: there are others. free(*new_stops). */
bool views_stops(struct views *views, struct record *record, const struct stops_asked *asked,
                 struct stop **new_stops, size_t *ret_n, bool *ret_more,
                 struct error *err) must_use;

#endif
