/* outlines.h - the outlines of communes, for a map: rows that are loaded as a whole, as the table
 * of communes is; the fact OUTLINES_LOADED says who loaded how many, from where. Same threads and
 * groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_OUTLINES_H
#define TRAO_SERVER_RECORD_OUTLINES_H

#include "server/record/record.h"

/* `shape`: the coordinates of a GeoJSON MultiPolygon [RFC 7946, 3.1.7] as office/outlines wrote
 * them: numbers, commas and brackets alone. */
struct outline {
    uint32_t code; /* GSO */
    const char *shape;
};

/* These in place of all; `fact` has the evidence and counts them. */
bool outlines_replace(struct record *record, const struct outline *outlines, size_t n,
                      struct office_fact *fact, struct error *err) must_use;
/* By code; `each` returns false to stop. Shapes live during the call only. */
bool outlines_each(struct record *record, bool (*each)(void *ctx, const struct outline *outline),
                   void *ctx, struct error *err) must_use;
/* Of one commune; `each` is called once, or not at all when there is none. */
bool outlines_one(struct record *record, uint32_t code,
                  bool (*each)(void *ctx, const struct outline *outline), void *ctx,
                  struct error *err) must_use;
/* Grows with each loading; 0: there are none. */
bool outlines_version(struct record *record, uint64_t *ret_version, struct error *err) must_use;

#endif
