/* border.h - the outline of a commune as edges, and how far outside of it a place lies. Pure. */
#ifndef TRAO_SERVER_DELIVERY_BORDER_H
#define TRAO_SERVER_DELIVERY_BORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct border {
    struct border_edge {
        int32_t lat_e7, lon_e7, to_lat_e7, to_lon_e7;
    } * edges;
    size_t n;
};

/* `shape`: the coordinates of a GeoJSON MultiPolygon [RFC 7946 3.1.7], numbers, commas and brackets
 * alone. False: it is none, or there is no memory; then there is nothing to be done with. */
bool border_read(const char *shape, struct border *ret_border);
void border_done(struct border *border); /* zeroed is fine */

/* 0 within it (not in a hole), else metres to its nearest edge. */
double border_metres_outside(const struct border *border, int32_t lat_e7, int32_t lon_e7);

#endif
