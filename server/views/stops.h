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
/* Outcomes looked at for one answer: some days of a province. */
#define STOPS_READ_MAX 60000
/* Outlines of communes are drawn roughly. */
#define STOP_BORDER_M 200

/* What there is to ask about a place, as bits. A doubt is a question (ux.md section 1): a receiver
 * may live beside the post office. */
enum stop_question {
    STOP_COARSE = 1 << 0,         /* coarser than STOP_COARSE_MM, or nobody said how coarse */
    STOP_JUMPED = 1 << 1,         /* too far from the place before */
    STOP_AT_POST_OFFICE = 1 << 2, /* recorded within door_apart_m of a post office, of an item that
                                     nobody was to collect there */
    STOP_ELSEWHERE = 1 << 3       /* outside of the commune of the address */
};
#define STOP_QUESTIONS 4
/* What stops may be chosen by beside what there is to ask, as further bits. */
enum stop_kind { STOP_DELIVERED = 1 << 4, STOP_FAILED = 1 << 5, STOP_WITHOUT = 1 << 6 };
/* "at-post-office"; NULL for what is no question. */
const char *stop_question_key(unsigned question);

struct stop {
    struct item item;
    struct instant at;
    uint32_t event, reason; /* EVENT_DELIVERED; EVENT_DELIVERY_FAILED with why */
    uint32_t office;        /* who sent it */
    uint32_t badge;         /* whose scan it was, 0 nobody signed in */
    uint32_t commune;       /* of the address, 0 unknown */
    uint32_t near;          /* post office it was recorded at, with that question; else 0 */
    unsigned questions;     /* bits of enum stop_question */
    struct place place;     /* why_none when there is none */
};
/* It can be drawn: it is in Việt Nam. */
bool stop_has_place(const struct stop *stop);

struct stops_asked {
    int64_t from_day, to_day; /* when they happened, as well as can be said; both included */
    const uint32_t *offices;  /* numbers of premises.h; borrowed */
    size_t offices_n;         /* 0: all */
    unsigned kinds;           /* only those with one of these bits, of either enum; 0: all */
    const uint32_t *badge;    /* of this postman alone, 0: where nobody had signed in; NULL: all;
                                 borrowed */
};
/* Of all that were looked at, also of those that are not listed. */
struct stops_sums {
    uint64_t delivered, failed;
    uint64_t without;                    /* no place that could be drawn */
    uint64_t asked[1 << STOP_QUESTIONS]; /* by all their questions: bits of enum stop_question */
};
/* Stops with one of these questions at least; one with two of them once, as it is one row. */
uint64_t stops_sum_of(const struct stops_sums *sums, unsigned questions);
#define STOP_ANY_QUESTION ((1U << STOP_QUESTIONS) - 1)
/* The same of one postman; badge 0: nobody signed in. */
struct stops_postman {
    uint32_t badge;
    struct stops_sums sums;
};
struct stops {
    struct stop *rows; /* in order of time, STOPS_MAX at most */
    size_t n;
    struct stops_postman *postmen; /* those with most at a post office first, then by badge */
    size_t postmen_n, postmen_room;
    bool more; /* not all that were asked for were looked at, or are listed */
    struct stops_sums sums;
};
/* stops_done(*ret_stops). LATER, BROKEN. */
bool views_stops(struct views *views, struct record *record, const struct stops_asked *asked,
                 struct stops *ret_stops, struct error *err) must_use;
void stops_done(struct stops *stops);

#endif
