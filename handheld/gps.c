#include "handheld/gps.h"

#include <errno.h>
#include <gps.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "handheld/gps_report.h"

_Static_assert(GPSD_API_MAJOR_VERSION == 11,
               "written for libgps API 11 (gpsd 3.22): read the change list before raising this");

#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 30000

struct gps {
    char host[64], port[8];
    char device[GPS_DEVICE_MAX]; /* the only one wanted; empty: any */
    char heard[GPS_DEVICE_MAX];  /* the one listened to, last at `heard_at` */
    struct tick heard_at;
    bool off;
    bool open;
    struct gps_data_t data;
    char line[GPS_LINE_MAX]; /* what came of the line so far */
    size_t line_n;
    bool line_cut; /* it is longer */
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

static bool bad_where(const char *where, const char *what, struct error *err)
{
    return error_set(err, ERROR_BAD_INPUT, "gpsd %s: %s", where, what);
}

/* "[HOST:]PORT[:DEVICE]": the receiver's path begins with a slash. */
static bool parse_where(struct gps *gps, const char *where, struct error *err)
{
    char text[256];
    gps->off = strcmp(where, "off") == 0;
    if (gps->off)
        return true;
    if (strlen(where) >= sizeof text)
        return bad_where(where, "too long", err);
    memcpy(text, where, strlen(where) + 1);
    char *device = strstr(text, ":/");
    if (device != NULL)
        *device++ = '\0';
    if (device != NULL && strlen(device) >= sizeof gps->device)
        return bad_where(where, "the receiver's path is too long", err);
    if (device != NULL)
        memcpy(gps->device, device, strlen(device) + 1);
    char *colon = strrchr(text, ':'), *end;
    const char *port = colon != NULL ? colon + 1 : text;
    const char *host = colon != NULL ? text : "127.0.0.1";
    unsigned long number = strtoul(port, &end, 10);
    if (*port < '0' || *port > '9' || *end != '\0' || number == 0 || number > 65535)
        return bad_where(where, "no port from 1 to 65535", err);
    if (colon != NULL)
        *colon = '\0';
    if (!is_here(host))
        return bad_where(where, "the host is not this machine", err);
    (void)snprintf(gps->port, sizeof gps->port, "%lu", number);
    (void)snprintf(gps->host, sizeof gps->host, "%s", host);
    return true;
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
    gps->line_n = 0;
    gps->line_cut = false;
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

/* A report that names no receiver is of an old gpsd, which had one. */
static bool listens_to(struct gps *gps, const char *device, struct tick arrived)
{
    if (gps->device[0] != '\0')
        return device[0] == '\0' || strcmp(device, gps->device) == 0;
    bool same = strncmp(device, gps->heard, sizeof gps->heard - 1) == 0;
    bool silent = gps->heard_at.ms == 0 || arrived.ms - gps->heard_at.ms > FIX_STALE_MS;
    if (!same && !silent)
        return false;
    (void)snprintf(gps->heard, sizeof gps->heard, "%s", device);
    gps->heard_at = arrived;
    return true;
}

static void take_line(struct gps *gps)
{
    struct fix_report report;
    char device[GPS_DEVICE_MAX];
    gps->line[gps->line_n] = '\0';
    if (gps->line_cut || !gps_report(gps->line, now(gps), &report, device))
        return; /* no TPV: versions, devices, satellites */
    if (!listens_to(gps, device, report.arrived))
        return;
    fix_take(&gps->fix, &report, gps->clock.now(gps->clock.self),
             gps->clock.source(gps->clock.self));
    gps->retry_ms = RETRY_MIN_MS;
}

/* A longer line than any gpsd writes is dropped whole. */
static void take_bytes(struct gps *gps, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (gps->line_n < sizeof gps->line - 1)
            gps->line[gps->line_n++] = bytes[i];
        else
            gps->line_cut = true;
        if (bytes[i] != '\n')
            continue;
        take_line(gps);
        gps->line_n = 0;
        gps->line_cut = false;
    }
}

static void read_all(struct gps *gps)
{
    char bytes[2048];
    ssize_t n;
    while ((n = recv(gps->data.gps_fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
        take_bytes(gps, bytes, (size_t)n);
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
        lose(gps);
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
