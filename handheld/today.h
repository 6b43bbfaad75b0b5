/* today.h - what a scan means now, from the mode and what this device did to the item last: pure.
 * What the round says besides is looked at by app_scan.c.
 */
#ifndef TRAO_HANDHELD_TODAY_H
#define TRAO_HANDHELD_TODAY_H

#include "protocol/scan.h"

/* The same number again within this time, in the same mode, is the scanner's bounce: one trigger
 * read twice. Counted from the scan that was taken, so that a held trigger ends as REPEATED and not
 * as silence for ever (docs/decisions/0011-bounce.md). */
#define TODAY_BOUNCE_MS 1500

enum today_mode {
    TODAY_PICK_UP,
    TODAY_ARRIVE,
    TODAY_SORT_IN,  /* into the sorting centre */
    TODAY_SORT_OUT, /* out of it */
    TODAY_GO_OUT,
    TODAY_DELIVER,
    TODAY_START_RETURN, /* on its way back to the office */
    TODAY_RETURN,       /* in the office's hand */
    TODAY_BRING_BACK    /* the end of the day: back to the counter, undelivered */
};

enum today_act {
    TODAY_RECORD, /* at once, with today_event */
    TODAY_ASK,    /* at the door: who takes it */
    TODAY_REPEATED
};

/* The event that a scan records in this mode; at the door, the one a delivery records. */
enum event today_event(enum today_mode mode);
/* The mode in which such an event was recorded; false for an event that says nothing of it. */
bool today_mode_of(uint32_t event, enum today_mode *ret_mode);
/* A second failure so soon is no second attempt: it is refused here, and the server counts one that
 * comes all the same as none [domain.md section 8; rule.def next_attempt_min]. */
#define TODAY_NEXT_ATTEMPT_MS (INT64_C(4) * 60 * 60 * 1000)
/* May the item fail now? If not, `*ret_from` is when it may. `last` as below, `now` what a scan
 * would be stamped with. By the monotonic clock within one boot, else by the wall clock; a clock
 * that runs backwards holds nobody up. */
bool today_may_fail(const struct scan *last, const struct scan *now, struct instant *ret_from);

/* `last` is what outbox_last says of the item, NULL for nothing; `now` is by the device's clock, as
 * last->wall is. */
enum today_act today_act(enum today_mode mode, const struct scan *last, struct instant now);

/* How far from the house somebody may stand without being asked: a lane with its plots, beside what
 * the receiver says of its own error [design]. */
#define TODAY_FAR_M 300
/* Whether the place is surely further than that from the address; `*ret_m` how far, rounded to 1 m,
 * untouched when not. A place that is none, stale, has
 * jumped or lies outside the country makes nobody ask. */
bool today_is_far(const struct place *place, int32_t lat_e7, int32_t lon_e7, uint32_t *ret_m);

#endif
