/* days.h - terms in working time: when they end, how long they were [domain.md section 5; case
 * T01]. Pure. All in local time, on the calendar and the shifts of a schedule.
 */
#ifndef TRAO_SERVER_DELIVERY_DAYS_H
#define TRAO_SERVER_DELIVERY_DAYS_H

#include "server/delivery/rules.h"

/* "Ngày làm việc": the end of the last shift of the n-th working day after the day of `start`,
 * which does not count. n 0: the end of that day, or of the next one worked. */
struct instant after_working_days(const struct schedule *schedule, struct instant start, int64_t n);

/* "Ngày": all days count; an end on a day off moves on to the next one worked. */
struct instant after_days(const struct schedule *schedule, struct instant start, int64_t n);

/* Minutes of shifts; a start outside them begins with the next one. An end on a shift's last minute
 * stays there. */
struct instant after_working_minutes(const struct schedule *schedule, struct instant start,
                                     int64_t minutes);

/* Working days after the day of `from`, up to the day of `to`; 0 when that is not later. */
int64_t working_days_between(const struct schedule *schedule, struct instant from,
                             struct instant to);

/* The first working day at least n working days after the day of `from`: its first minute. */
struct instant working_day_after(const struct schedule *schedule, struct instant from, int64_t n);

#endif
