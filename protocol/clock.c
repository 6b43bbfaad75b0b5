#include "protocol/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/timex.h>
#include <time.h>

#include "protocol/error.h"

#define LOCAL_OFFSET_MS (INT64_C(7) * 3600 * 1000) /* UTC+7, fixed [domain.md section 5] */

static int64_t clock_ms(clockid_t which)
{
    struct timespec t;
    invariant(clock_gettime(which, &t) == 0);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct instant system_now(void *self)
{
    (void)self;
    return (struct instant){clock_ms(CLOCK_REALTIME)};
}

static struct tick system_tick(void *self)
{
    (void)self;
    return (struct tick){clock_ms(CLOCK_BOOTTIME)};
}

/* The kernel draws a UUID at each boot; its first 64 bits are enough to tell boots apart. */
static uint64_t system_boot(void *self)
{
    (void)self;
    uint64_t boot = 0;
    char uuid[37] = ""; /* 8-4-4-4-12 digits */
    FILE *f = fopen("/proc/sys/kernel/random/boot_id", "r");
    if (f != NULL) {
        char *at = fgets(uuid, sizeof uuid, f);
        for (int group = 0; at != NULL && group < 3; group++) {
            boot = boot << 16 | strtoull(at, &at, 16);
            at += *at == '-';
        }
        (void)fclose(f);
    }
    return boot == 0 ? 1 : boot;
}

/* The kernel knows whether some daemon keeps its clock in step (STA_UNSYNC is cleared). */
static enum time_source system_source(void *self)
{
    (void)self;
    struct timex t;
    memset(&t, 0, sizeof t);
    int state = adjtimex(&t);
    return state == -1 || state == TIME_ERROR ? TIME_SOURCE_SYSTEM : TIME_SOURCE_NETWORK;
}

struct clock clock_system(void)
{
    return (struct clock){system_now, system_tick, system_boot, system_source, NULL};
}

static bool broken_down(struct instant at, int64_t offset_ms, struct tm *ret_tm)
{
    int64_t shifted;
    if (__builtin_add_overflow(at.ms, offset_ms, &shifted))
        return false;
    int64_t s = shifted / 1000 - (shifted % 1000 < 0 ? 1 : 0);
    time_t t = (time_t)s;
    return gmtime_r(&t, ret_tm) != NULL && ret_tm->tm_year >= 1 - 1900 &&
           ret_tm->tm_year <= 9999 - 1900;
}

static char *format_tm(struct instant at, int64_t offset_ms, const char *format, char *out,
                       size_t size)
{
    struct tm tm;
    if (!broken_down(at, offset_ms, &tm) || strftime(out, size, format, &tm) == 0)
        snprintf(out, size, "?");
    return out;
}

char *clock_time_vi(struct instant at, char *out, size_t size)
{
    return format_tm(at, LOCAL_OFFSET_MS, "%H:%M", out, size);
}

char *clock_date_vi(struct instant at, char *out, size_t size)
{
    return format_tm(at, LOCAL_OFFSET_MS, "%d/%m/%Y", out, size);
}

char *clock_date_en(struct instant at, char *out, size_t size)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    if (broken_down(at, LOCAL_OFFSET_MS, &tm))
        snprintf(out, size, "%d %s %d", tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900);
    else
        snprintf(out, size, "?");
    return out;
}

bool clock_same_day(struct instant a, struct instant b)
{
    struct tm x, y;
    return broken_down(a, LOCAL_OFFSET_MS, &x) && broken_down(b, LOCAL_OFFSET_MS, &y) &&
           x.tm_year == y.tm_year && x.tm_yday == y.tm_yday;
}

char *clock_iso_utc(struct instant at, char *out, size_t size)
{
    char day[CLOCK_TEXT_MAX];
    format_tm(at, 0, "%Y-%m-%dT%H:%M:%S", day, sizeof day);
    int ms = (int)(at.ms % 1000);
    snprintf(out, size, "%s.%03dZ", day, ms < 0 ? ms + 1000 : ms);
    return out;
}

char *clock_iso_local(struct instant at, char *out, size_t size)
{
    return format_tm(at, LOCAL_OFFSET_MS, "%Y-%m-%dT%H:%M:%S+07:00", out, size);
}

static void system_fill(void *self, void *bytes, size_t n)
{
    (void)self;
    unsigned char *at = bytes;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got > 0) {
            at += got;
            n -= (size_t)got;
        }
    }
}

struct chance chance_system(void)
{
    return (struct chance){system_fill, NULL};
}

uint64_t chance_u64(const struct chance *chance)
{
    uint64_t value;
    chance->fill(chance->self, &value, sizeof value);
    return value;
}
