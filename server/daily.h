/* daily.h - what the server does by itself once a day: erase what has been kept long enough. Soon
 * after the start for the first time, when a record that was put back may hold what was erased
 * before. */
#ifndef TRAO_SERVER_DAILY_H
#define TRAO_SERVER_DAILY_H

#include "protocol/clock.h"
#include "server/lanes.h"

#define DAILY_MS (INT64_C(24) * 60 * 60 * 1000)
#define DAILY_AGAIN_MS (INT64_C(10) * 60 * 1000) /* after a failure */

struct daily {
    struct lanes *lanes; /* borrowed */
    struct tick next;    /* zeros: at once */
    struct tick alarms;  /* of breaches that must be told, each hour */
};
/* Now and then, on a thread that may wait. False when it is tried again later. */
bool daily_work(struct daily *daily, struct tick now, struct error *err) must_use;

#endif
