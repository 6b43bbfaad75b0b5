#include "handheld/gps.h"

#include <gps.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(GPSD_API_MAJOR_VERSION == 11,
               "written for libgps API 11 (gpsd 3.22): read the change list before raising this");

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 30000

struct gps {
    char host[64], port[8];
    bool off;
    bool open;
    struct gps_data_t data;
    struct clock clock;
    struct fix fix;
    struct tick retry_at;
    int64_t retry_ms;
};

static struct tick now(const struct gps *gps)
{
    return gps->clock.tick(gps->clock.self);
}

static bool is_here(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0 ||
           strcmp(host, "::1") == 0;
}

static bool parse_where(struct gps *gps, const char *where, struct error *err)
{
    gps->off = strcmp(where, "off") == 0;
    if (gps->off)
        return true;
    const char *colon = strrchr(where, ':');
    const char *port = colon != NULL ? colon + 1 : where;
    size_t host_n = colon != NULL ? (size_t)(colon - where) : 0;
    char *end;
    unsigned long number = strtoul(port, &end, 10);
    if (*port < '0' || *port > '9' || *end != '\0' || number == 0 || number > 65535)
        return error_set(err, ERROR_BAD_INPUT, "gpsd %s: no port from 1 to 65535", where);
    if (host_n >= sizeof gps->host)
        return error_set(err, ERROR_BAD_INPUT, "gpsd %s: the host is not this machine", where);
    snprintf(gps->port, sizeof gps->port, "%lu", number);
    snprintf(gps->host, sizeof gps->host, "%.*s", (int)host_n, where);
    if (host_n == 0)
        snprintf(gps->host, sizeof gps->host, "127.0.0.1");
    return is_here(gps->host) ||
           error_set(err, ERROR_BAD_INPUT, "gpsd %s: the host is not this machine", where);
}

bool gps_new(const char *where, const struct clock *clock, struct gps **ret_gps, struct error *err)
{
    struct gps *gps = calloc(1, sizeof *gps);
    if (gps == NULL)
        return error_set(err, ERROR_LATER, "gps: out of memory");
    if (!parse_where(gps, where, err)) {
        free(gps);
        return false;
    }
    gps->clock = *clock;
    gps->retry_ms = RETRY_MIN_MS;
    gps->retry_at = now(gps);
    fix_init(&gps->fix, gps->off ? NO_PLACE_OFF : NO_PLACE_NO_GPSD);
    *ret_gps = gps;
    return true;
}

static void close_stream(struct gps *gps)
{
    if (!gps->open)
        return;
    gps_close(&gps->data);
    gps->open = false;
}

void gps_free(struct gps *gps)
{
    if (gps == NULL)
        return;
    close_stream(gps);
    free(gps);
}

int gps_fd(const struct gps *gps)
{
    return gps->open ? gps->data.gps_fd : -1;
}

struct tick gps_due(const struct gps *gps)
{
    if (gps->off || gps->open)
        return (struct tick){INT64_MAX};
    return gps->retry_at;
}

const struct fix *gps_last(const struct gps *gps)
{
    return &gps->fix;
}

static void lose(struct gps *gps)
{
    close_stream(gps);
    fix_lost(&gps->fix);
    gps->retry_at = (struct tick){now(gps).ms + gps->retry_ms};
    gps->retry_ms = gps->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : gps->retry_ms * 2;
}

static void connect_now(struct gps *gps)
{
    memset(&gps->data, 0, sizeof gps->data);
    if (gps_open(gps->host, gps->port, &gps->data) != 0) {
        lose(gps);
        return;
    }
    gps->open = true;
    if (gps_stream(&gps->data, WATCH_ENABLE | WATCH_JSON, NULL) != 0) {
        lose(gps);
        return;
    }
    fix_connected(&gps->fix);
}

/* libgps keeps what was said before: only what this report sets is read, the rest counts as not
 * said [reliability.md, fault 14]. */
static struct fix_report report_of(const struct gps_data_t *data, struct tick arrived)
{
    const struct gps_fix_t *f = &data->fix;
    struct fix_report r = {
        .lat = NAN, .lon = NAN, .eph = NAN, .epx = NAN, .epy = NAN, .arrived = arrived};
    if ((data->set & MODE_SET) != 0)
        r.mode = f->mode;
    if ((data->set & LATLON_SET) != 0) {
        r.lat = f->latitude;
        r.lon = f->longitude;
    }
    /* HERR_SET only tells of epx and epy (libgps 3.22); each report starts from not-a-number. */
    r.eph = f->eph;
    r.epx = f->epx;
    r.epy = f->epy;
    if ((data->set & TIME_SET) != 0)
        r.time = (struct instant){(int64_t)f->time.tv_sec * 1000 + f->time.tv_nsec / 1000000};
    return r;
}

static void read_all(struct gps *gps)
{
    while (gps_waiting(&gps->data, 0)) {
        gps->data.set = 0;
        if (gps_read(&gps->data, NULL, 0) < 0) {
            lose(gps);
            return;
        }
        if ((gps->data.set & MODE_SET) == 0)
            continue; /* no TPV: versions, devices, satellites */
        struct fix_report report = report_of(&gps->data, now(gps));
        fix_take(&gps->fix, &report, gps->clock.now(gps->clock.self),
                 gps->clock.source(gps->clock.self));
        gps->retry_ms = RETRY_MIN_MS;
    }
}

void gps_work(struct gps *gps)
{
    if (gps->off)
        return;
    if (gps->open)
        read_all(gps);
    else if (now(gps).ms >= gps->retry_at.ms)
        connect_now(gps);
}
