/* when.c - dating a scan by what the device knew when it scanned and when it sent (case M06). */
#include <stddef.h>

#include "server/delivery/fold.h"

/* All inputs may be any value: differences stop at the ends of the range instead of wrapping. */
static int64_t minus(int64_t a, int64_t b)
{
    int64_t difference;
    if (__builtin_sub_overflow(a, b, &difference))
        return a < b ? INT64_MIN : INT64_MAX;
    return difference;
}

/* How long before sending the scan was made, by one clock that read `then` and `sent`; false if
 * those readings cannot be of one clock, or lead to a day before this program was. */
static bool date_by(int64_t then, int64_t sent, struct instant arrival, struct instant *ret_at)
{
    if (sent < then)
        return false;
    int64_t at = minus(arrival.ms, minus(sent, then));
    if (at < CLOCK_SANE_MS)
        return false;
    ret_at->ms = at;
    return true;
}

static bool wall_clock_was_set(struct instant wall, struct instant sent_wall)
{
    return wall.ms >= CLOCK_SANE_MS && sent_wall.ms >= CLOCK_SANE_MS;
}

static bool is_off(struct instant wall, struct instant estimate)
{
    int64_t off = minus(wall.ms, estimate.ms);
    return off > CLOCK_OFF_MS || off < -CLOCK_OFF_MS;
}

/* Nothing relates scan and sending: it lies between the last the device was right about and its
 * arrival. It is sorted by the earlier bound, so that it drags no later scan of the device along
 * (docs/decisions/0020). */
static struct when bounds(struct instant floor, struct instant arrival)
{
    struct instant earliest = floor.ms < arrival.ms ? floor : arrival;
    return (struct when){.estimate = earliest,
                         .earliest = earliest,
                         .latest = arrival,
                         .clock_off = true,
                         .bounds_only = true};
}

struct when when_of(struct instant wall, struct tick mono, uint64_t boot, struct instant sent_wall,
                    struct tick sent_mono, uint64_t sent_boot, struct instant floor,
                    struct instant arrival)
{
    struct instant at;
    bool dated =
        (boot == sent_boot && date_by(mono.ms, sent_mono.ms, arrival, &at)) ||
        (wall_clock_was_set(wall, sent_wall) && date_by(wall.ms, sent_wall.ms, arrival, &at));
    if (!dated)
        return bounds(floor, arrival);
    return (struct when){
        .estimate = at, .earliest = at, .latest = at, .clock_off = is_off(wall, at)};
}
