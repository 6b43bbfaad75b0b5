#include "handheld/gps_report.h"

#include <gps.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ what libgps is shown */

static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\')
            return false;
    return true;
}

/* Members of a TPV that are used, and of the type they should be. */
static bool keep_members(const json_t *from, json_t *to)
{
    static const char *const texts[] = {"class", "device", "time"};
    static const char *const numbers[] = {"mode", "lat", "lon", "eph", "epx", "epy"};
    bool good = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        json_t *value = json_object_get(from, texts[i]);
        if (json_is_string(value) && is_plain(json_string_value(value)))
            good = json_object_set(to, texts[i], value) == 0 && good;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        json_t *value = json_object_get(from, numbers[i]);
        if (json_is_number(value))
            good = json_object_set(to, numbers[i], value) == 0 && good;
    }
    return good;
}

/* Writes the report anew into `line`, which it came in; false if it is none. */
static bool rewrite(char line[GPS_LINE_MAX])
{
    json_t *said = json_loads(line, 0, NULL), *kept = json_object();
    const char *class = json_string_value(json_object_get(said, "class"));
    bool good = class != NULL && strcmp(class, "TPV") == 0 && keep_members(said, kept);
    size_t n = good ? json_dumpb(kept, line, GPS_LINE_MAX - 2, JSON_COMPACT) : 0;
    json_decref(said);
    json_decref(kept);
    good = n > 0 && n <= GPS_LINE_MAX - 2;
    if (good)
        memcpy(line + n, "\n", 2);
    return good;
}

/* ------------------------------------------------------------------ what it makes of it */

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

bool gps_report(char line[GPS_LINE_MAX], struct tick arrived, struct fix_report *ret_report,
                char ret_device[GPS_DEVICE_MAX])
{
    struct gps_data_t data = {.set = 0};
    if (!rewrite(line) || gps_unpack(line, &data) < 0 || (data.set & MODE_SET) == 0)
        return false;
    *ret_report = report_of(&data, arrived);
    (void)snprintf(ret_device, GPS_DEVICE_MAX, "%s", data.dev.path);
    return true;
}
