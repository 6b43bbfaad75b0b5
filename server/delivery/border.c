#include "server/delivery/border.h"

#include <math.h>
#include <stdlib.h>

#include "protocol/place.h"

#define DECIMALS 7
#define DEGREES_MAX 180

/* ------------------------------------------------------------------ reading */

/* "-105.90512" times 10^7; what is finer is cut. NULL: no such number. */
static const char *read_degrees(const char *at, int32_t *ret_e7)
{
    int64_t value = 0;
    bool minus = *at == '-';
    at += minus;
    if (*at < '0' || *at > '9')
        return NULL;
    for (; *at >= '0' && *at <= '9' && value <= DEGREES_MAX; at++)
        value = value * 10 + (*at - '0');
    int decimals = 0;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++)
            if (decimals < DECIMALS) {
                value = value * 10 + (*at - '0');
                decimals++;
            }
    for (; decimals < DECIMALS; decimals++)
        value *= 10;
    if (value > DEGREES_MAX * INT64_C(10000000))
        return NULL;
    *ret_e7 = (int32_t)(minus ? -value : value);
    return at;
}

struct reading {
    struct border *border;
    size_t room;
    bool any; /* a point of this ring was read: */
    int32_t lat_e7, lon_e7;
};

static bool add_point(struct reading *reading, int32_t lat_e7, int32_t lon_e7)
{
    struct border *border = reading->border;
    if (reading->any) {
        if (border->n == reading->room) {
            size_t room = reading->room * 2 + 64;
            struct border_edge *more = realloc(border->edges, room * sizeof *more);
            if (more == NULL)
                return false;
            border->edges = more;
            reading->room = room;
        }
        border->edges[border->n++] =
            (struct border_edge){reading->lat_e7, reading->lon_e7, lat_e7, lon_e7};
    }
    reading->any = true;
    reading->lat_e7 = lat_e7;
    reading->lon_e7 = lon_e7;
    return true;
}

/* "105.9,18.3" or "105.9,18.3,12" up to its bracket. */
static const char *read_point(const char *at, struct reading *reading)
{
    int32_t lat_e7, lon_e7;
    at = read_degrees(at, &lon_e7);
    if (at == NULL || *at != ',')
        return NULL;
    at = read_degrees(at + 1, &lat_e7);
    while (at != NULL && *at != ']' && *at != '\0')
        at++;
    return at != NULL && *at == ']' && add_point(reading, lat_e7, lon_e7) ? at : NULL;
}

bool border_read(const char *shape, struct border *ret_border)
{
    struct reading reading = {.border = ret_border};
    int depth = 0;
    *ret_border = (struct border){NULL, 0};
    for (const char *at = shape; at != NULL && *at != '\0';) {
        if (*at == '[') {
            depth++;
            reading.any = reading.any && depth == 4;
            at++;
        } else if (*at == ']' && depth > 0) {
            depth--;
            at++;
        } else if (*at == ',' || *at == ' ') {
            at++;
        } else {
            at = depth == 4 ? read_point(at, &reading) : NULL;
        }
        if (at == NULL)
            depth = -1;
    }
    if (depth == 0 && ret_border->n > 0)
        return true;
    border_done(ret_border);
    return false;
}

void border_done(struct border *border)
{
    free(border->edges);
    *border = (struct border){NULL, 0};
}

/* ------------------------------------------------------------------ asking */

/* Of a ray to the east: it is crossed an odd number of times from within. */
static bool crosses(const struct border_edge *edge, int32_t lat_e7, int32_t lon_e7)
{
    if ((edge->lat_e7 > lat_e7) == (edge->to_lat_e7 > lat_e7))
        return false;
    double share = ((double)lat_e7 - edge->lat_e7) / ((double)edge->to_lat_e7 - edge->lat_e7);
    return lon_e7 < edge->lon_e7 + share * ((double)edge->to_lon_e7 - edge->lon_e7);
}

/* From the origin to a segment. */
static double metres_to(double x, double y, double to_x, double to_y)
{
    double dx = to_x - x, dy = to_y - y, length = dx * dx + dy * dy;
    double share = length > 0 ? -(x * dx + y * dy) / length : 0;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    return hypot(x + share * dx, y + share * dy);
}

double border_metres_outside(const struct border *border, int32_t lat_e7, int32_t lon_e7)
{
    double least = HUGE_VAL;
    bool within = false;
    for (size_t i = 0; i < border->n; i++) {
        const struct border_edge *edge = &border->edges[i];
        double x, y, to_x, to_y;
        place_metres_off(edge->lat_e7, edge->lon_e7, lat_e7, lon_e7, &y, &x);
        place_metres_off(edge->to_lat_e7, edge->to_lon_e7, lat_e7, lon_e7, &to_y, &to_x);
        double metres = metres_to(x, y, to_x, to_y);
        least = metres < least ? metres : least;
        within = within != crosses(edge, lat_e7, lon_e7);
    }
    return within ? 0 : least;
}
