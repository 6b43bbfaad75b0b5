/* outlines.h - outlines of communes as an administrator hands them in: a GeoJSON FeatureCollection
 * [RFC 7946] of Polygons and MultiPolygons in WGS 84, each with the property gso_code. What is
 * written is made anew from its numbers, so nothing of the file but numbers reaches a page. jansson
 * is seen by outlines.c alone.
 *
 * All or nothing: a file with one bad feature changes nothing, and the sentence names the feature
 * (from 1, with its code once that is read) and what is wrong with it.
 */
#ifndef TRAO_SERVER_OFFICE_OUTLINES_H
#define TRAO_SERVER_OFFICE_OUTLINES_H

#include "server/record/acts.h"
#include "server/record/outlines.h"

#define OUTLINES_FILE_BYTES_MAX ((size_t)8 << 20)
#define OUTLINES_FEATURES_MAX 4000         /* the country has 3,321 communes since 1/7/2025 */
#define OUTLINES_POINTS_MAX 200000         /* of the whole file: what a phone still draws */
#define OUTLINES_ACROSS_E5 INT64_C(500000) /* a commune is no wider than 5 degrees */

struct outlines {
    struct outline *rows; /* in the order of the file; each code once */
    size_t n, points;
    char *shapes; /* what the rows point into */
};

/* Reads a file's bytes. BAD_INPUT. outlines_done(*ret_outlines). */
bool outlines_read(const char *bytes, size_t n, struct outlines *ret_outlines,
                   struct error *err) must_use;
void outlines_done(struct outlines *outlines);

/* Puts them in place of those there are. BAD_INPUT: a code that is no commune's in force. */
bool outlines_load(struct acts acts, const struct outlines *outlines, const char *citation,
                   uint32_t user, struct error *err) must_use;

#endif
