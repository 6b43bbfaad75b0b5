/* clock.h - two kinds of time that never mix, and the one door to read them.
 *
 * `struct instant` is wall time: milliseconds since 1970-01-01T00:00:00Z (UTC, no leap seconds),
 * any int64; it can be wrong by days. `struct tick` is monotonic time: milliseconds since boot,
 * counting suspend (CLOCK_BOOTTIME); it only means something together with a boot id.
 * Local time (UTC+7, no daylight saving) appears only where people read.
 */
#ifndef TRAO_PROTOCOL_CLOCK_H
#define TRAO_PROTOCOL_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct instant {
    int64_t ms;
};

struct tick {
    int64_t ms;
};

/* Where a device's wall time came from; values are wire values (trao.proto TimeSource). */
enum time_source {
    TIME_SOURCE_UNKNOWN = 0,
    TIME_SOURCE_SYSTEM = 1,  /* the system clock, not known to be synchronised */
    TIME_SOURCE_NETWORK = 2, /* the system clock, synchronised (NTP) */
    TIME_SOURCE_GPS = 3
};

/* The door through which the programs and the simulation read time. */
struct clock {
    struct instant (*now)(void *self);
    struct tick (*tick)(void *self);
    uint64_t (*boot)(void *self); /* changes at every boot; never 0 */
    enum time_source (*source)(void *self);
    void *self;
};

/* The machine's own clocks. `clock_system` may be copied; it needs no closing. */
struct clock clock_system(void);

/* Vietnamese local time, fixed UTC+7 [domain.md section 5]. Each writes at most `size` bytes with
 * the terminating zero and returns `out`; years 1..9999, else "?". */
char *clock_time_vi(struct instant at, char *out, size_t size);   /* "09:41" */
char *clock_date_vi(struct instant at, char *out, size_t size);   /* "25/11/2026" */
char *clock_date_en(struct instant at, char *out, size_t size);   /* "25 Nov 2026" */
char *clock_iso_utc(struct instant at, char *out, size_t size);   /* "2026-11-25T02:41:00.123Z" */
char *clock_iso_local(struct instant at, char *out, size_t size); /* "2026-11-25T09:41:00+07:00" */

#define CLOCK_TEXT_MAX 32

/* Whether both are on one local day; false outside the years 1..9999. */
bool clock_same_day(struct instant a, struct instant b);

/* The door for randomness: keys, epochs, tokens, jitter. The programs fill from the system; the
 * simulation from its seed. */
struct chance {
    void (*fill)(void *self, void *bytes, size_t n);
    void *self;
};
uint64_t chance_u64(const struct chance *chance);
struct chance chance_system(void);

#endif
