/* pools.h - numbers by post office: which places of the prefix's hidden order belong to whom.
 *
 * A prefix has ITEM_SERIALS serials, drawn in a secret order over all of them (settled point 17:
 * a permutation hides numbers only in a pool much larger than its use). A pool is a run of places
 * in that order, never of serials, so that neighbours in a pool are strangers on paper. A place is
 * given out once for the life of the record: no number comes back, which keeps the 24 months of
 * UPU S10 (docs/decisions/0060). Same threads and groups as record.h.
 */
#ifndef TRAO_SERVER_RECORD_POOLS_H
#define TRAO_SERVER_RECORD_POOLS_H

#include "server/record/record.h"

struct pool {
    int64_t id;
    uint32_t post_office; /* 0..999999 */
    char prefix[3], country[3];
    uint32_t first, size, used; /* places first .. first+size-1, `used` of them given out */
    struct instant added;
};

/* Sets aside the next `size` places of the prefix for a post office. REFUSED when the prefix has
 * not so many left, BAD_INPUT for 0. */
bool pool_add(struct record *record, uint32_t post_office, const char *prefix, const char *country,
              uint32_t size, struct pool *ret_pool, struct error *err) must_use;

/* Places one after the other, noted as given out when the run ends: hundreds in one group, and only
 * those that were taken. All zeros at first; lives inside one group, and nobody else draws from the
 * prefix meanwhile. */
struct pool_run {
    bool open;
    int64_t pool; /* 0: of what nobody has set aside */
    uint32_t next, end, taken;
};
/* The next place: of the post office's oldest pool that has one; a post office that never had a
 * pool draws from what nobody has set aside. REFUSED when all is used up. */
bool pool_run_take(struct record *record, uint32_t post_office, const char *prefix,
                   const char *country, struct pool_run *run, uint32_t *ret_place,
                   struct error *err) must_use;
bool pool_run_end(struct record *record, const char *prefix, const char *country,
                  struct pool_run *run, struct error *err) must_use;
/* A run of one. */
bool pool_take(struct record *record, uint32_t post_office, const char *prefix, const char *country,
               uint32_t *ret_place, struct error *err) must_use;

/* Running out is said while a new range can still be had: below a tenth of what was set aside. */
#define POOL_LOW_PERCENT 10
struct pool_left {
    uint64_t total, left;
    bool low;
};
bool pool_left(struct record *record, uint32_t post_office, const char *prefix, const char *country,
               struct pool_left *ret_left, struct error *err) must_use;

bool pools_each(struct record *record, bool (*each)(void *ctx, const struct pool *pool), void *ctx,
                struct error *err) must_use;

#endif
