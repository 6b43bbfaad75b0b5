/* fix.h - what of a receiver's reports can be believed: pure (cases G01 to G15).
 *
 * A report is used if its mode is 2 or 3, latitude and longitude are numbers in range and not
 * within FIX_NULL_ISLAND_M of 0,0. It is kept FIX_STALE_MS by its arrival here, whatever time it
 * claims. A place that would mean more than FIX_SPEED_MAX_M_S since the last unmarked one is
 * marked, not dropped. GPS time is kept only if it can be true. A bad place never stops a scan:
 * fix_place always answers, with a place or the reason why there is none.
 */
#ifndef TRAO_HANDHELD_FIX_H
#define TRAO_HANDHELD_FIX_H

#include "protocol/place.h"

#define FIX_STALE_MS 10000       /* [reliability.md, fault 14] */
#define FIX_SPEED_MAX_M_S 70     /* 252 km/h: faster than anything on a road (case G05) */
#define FIX_NULL_ISLAND_M 10000  /* open sea around 0,0 (case G04) */
#define FIX_SKEW_MAX_MS 86400000 /* host clock in step with the network: one day (case G15) */
/* Nothing was scanned before this program was made, nor will be by it twenty years later; a
 * receiver off by 1024 weeks (7168 days) falls outside either way. */
#define FIX_TIME_MIN_MS INT64_C(1767225600000) /* 2026-01-01 */
#define FIX_TIME_MAX_MS INT64_C(2335219200000) /* 2044-01-01 */

struct fix_report {
    int mode;            /* 0 when not said */
    double lat, lon;     /* degrees; NaN when not said */
    double eph;          /* metres; NaN when not said, 0 means unknown (case G13) */
    double epx, epy;     /* older gpsd: metres; NaN when not said */
    struct instant time; /* 0 when not said */
    struct tick arrived;
};

struct fix {
    enum no_place why;  /* while nothing good is at hand */
    bool any;           /* `place` holds one, which arrived at `arrived` */
    struct place place; /* age_ms not filled in */
    struct tick arrived;
    bool settled; /* there is an unmarked one to measure speed from */
    int32_t settled_lat_e7, settled_lon_e7;
    struct tick settled_at;
};

/* `why`: NO_PLACE_OFF or NO_PLACE_NO_GPSD. */
void fix_init(struct fix *fix, enum no_place why);
void fix_connected(struct fix *fix); /* gpsd answers, nothing reported yet */
void fix_lost(struct fix *fix);      /* gpsd is gone */
/* `host` and `host_source` judge the receiver's date. */
void fix_take(struct fix *fix, const struct fix_report *report, struct instant host,
              enum time_source host_source);
struct place fix_place(const struct fix *fix, struct tick now);

#endif
