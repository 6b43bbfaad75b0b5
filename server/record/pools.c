#include "server/record/pools.h"

#include <stdio.h>
#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ places of a prefix */

#define COUNTER_MAX 32

/* The same name as before there were pools: an old record goes on where it stood. */
static const char *counter_of(const char *prefix, const char *country, char out[COUNTER_MAX])
{
    (void)snprintf(out, COUNTER_MAX, "serial %s %s", prefix, country);
    return out;
}

static bool places_used(struct record *record, const char *prefix, const char *country,
                        uint64_t *ret_used, struct error *err)
{
    struct stmt *stmt;
    char name[COUNTER_MAX];
    /* The row without a name is where a counter begins that was not used yet (record.c). */
    if (!db_prepare(record->db,
                    "SELECT coalesce((SELECT value FROM counter WHERE name = ?1),"
                    " (SELECT value FROM counter WHERE name = ''), 0)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, counter_of(prefix, country, name));
    if (!step_row(stmt, "places used", err))
        return false;
    *ret_used = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

static bool places_left(const char *prefix, uint64_t used, uint32_t size, struct error *err)
{
    return used + size <= ITEM_SERIALS ||
           error_set(err, ERROR_REFUSED,
                     "«%llu»: tiền tố %s chỉ còn %llu số. / prefix %s has %llu left",
                     (unsigned long long)size, prefix, (unsigned long long)(ITEM_SERIALS - used),
                     prefix, (unsigned long long)(ITEM_SERIALS - used));
}

static bool set_aside(struct record *record, const char *prefix, const char *country, uint32_t size,
                      uint32_t *ret_first, struct error *err)
{
    char name[COUNTER_MAX];
    uint64_t used;
    if (!places_used(record, prefix, country, &used, err) || !places_left(prefix, used, size, err))
        return false;
    if (!record_counter_next(record, counter_of(prefix, country, name), size, &used, err))
        return false;
    *ret_first = (uint32_t)used;
    return true;
}

/* ------------------------------------------------------------------ pools */

bool pool_add(struct record *record, uint32_t post_office, const char *prefix, const char *country,
              uint32_t size, struct pool *ret_pool, struct error *err)
{
    struct pool pool = {.post_office = post_office, .size = size, .added = record_now(record)};
    struct stmt *stmt;
    if (size == 0)
        return error_set(err, ERROR_BAD_INPUT, "an empty range");
    (void)snprintf(pool.prefix, sizeof pool.prefix, "%s", prefix);
    (void)snprintf(pool.country, sizeof pool.country, "%s", country);
    if (!set_aside(record, prefix, country, size, &pool.first, err) ||
        !db_prepare(record->db,
                    "INSERT INTO number_pool(post_office, prefix, country, first, size, used,"
                    " added_ms) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, post_office);
    stmt_text(stmt, 2, prefix);
    stmt_text(stmt, 3, country);
    stmt_int(stmt, 4, pool.first);
    stmt_int(stmt, 5, size);
    stmt_int(stmt, 6, pool.added.ms);
    if (!stmt_done(stmt, err))
        return error_add(err, "cannot add a range of numbers");
    pool.id = db_last_id(record->db);
    *ret_pool = pool;
    return true;
}

static bool sum_of(struct record *record, uint32_t post_office, const char *prefix,
                   const char *country, uint64_t *ret_total, uint64_t *ret_used, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT sum(size), sum(used) FROM number_pool"
                    " WHERE post_office = ?1 AND prefix = ?2 AND country = ?3",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, post_office);
    stmt_text(stmt, 2, prefix);
    stmt_text(stmt, 3, country);
    if (!step_row(stmt, "ranges", err))
        return false;
    *ret_total = stmt_col_u64(stmt, 0);
    *ret_used = stmt_col_u64(stmt, 1);
    stmt_reset(stmt);
    return true;
}

bool pool_left(struct record *record, uint32_t post_office, const char *prefix, const char *country,
               struct pool_left *ret_left, struct error *err)
{
    uint64_t total = 0, used = 0;
    if (!sum_of(record, post_office, prefix, country, &total, &used, err))
        return false;
    if (total == 0) {
        total = ITEM_SERIALS;
        if (!places_used(record, prefix, country, &used, err))
            return false;
    }
    uint64_t left = total - used;
    *ret_left = (struct pool_left){total, left, left * 100 < total * POOL_LOW_PERCENT};
    return true;
}

static bool oldest_with_room(struct record *record, uint32_t post_office, const char *prefix,
                             const char *country, struct pool_run *ret_run, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT id, first + used, first + size FROM number_pool WHERE post_office = ?1"
                    " AND prefix = ?2 AND country = ?3 AND used < size ORDER BY id LIMIT 1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, post_office);
    stmt_text(stmt, 2, prefix);
    stmt_text(stmt, 3, country);
    if (!step_row(stmt, "range with numbers left", err))
        return false;
    *ret_run = (struct pool_run){.open = true,
                                 .pool = stmt_col_int(stmt, 0),
                                 .next = (uint32_t)stmt_col_int(stmt, 1),
                                 .end = (uint32_t)stmt_col_int(stmt, 2)};
    stmt_reset(stmt);
    return true;
}

/* ------------------------------------------------------------------ runs of places */

static bool run_begin(struct record *record, uint32_t post_office, const char *prefix,
                      const char *country, struct pool_run *ret_run, struct error *err)
{
    uint64_t total = 0, used = 0;
    if (!sum_of(record, post_office, prefix, country, &total, &used, err))
        return false;
    if (total != 0 && used == total)
        return error_set(err, ERROR_REFUSED, "bưu cục %06u hết số. / numbers used up", post_office);
    if (total != 0)
        return oldest_with_room(record, post_office, prefix, country, ret_run, err);
    if (!places_used(record, prefix, country, &used, err) || !places_left(prefix, used, 1, err))
        return false;
    *ret_run = (struct pool_run){.open = true, .next = (uint32_t)used, .end = ITEM_SERIALS};
    return true;
}

static bool note_taken(struct record *record, const struct pool_run *run, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE number_pool SET used = used + ?2 WHERE id = ?1", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, run->pool);
    stmt_int(stmt, 2, run->taken);
    return stmt_done(stmt, err) || error_add(err, "cannot take a number");
}

bool pool_run_end(struct record *record, const char *prefix, const char *country,
                  struct pool_run *run, struct error *err)
{
    uint32_t first;
    bool good = !run->open || run->taken == 0 ||
                (run->pool != 0 ? note_taken(record, run, err)
                                : set_aside(record, prefix, country, run->taken, &first, err));
    *run = (struct pool_run){.open = false};
    return good;
}

bool pool_run_take(struct record *record, uint32_t post_office, const char *prefix,
                   const char *country, struct pool_run *run, uint32_t *ret_place,
                   struct error *err)
{
    if (run->open && run->next == run->end && !pool_run_end(record, prefix, country, run, err))
        return false;
    if (!run->open && !run_begin(record, post_office, prefix, country, run, err))
        return false;
    run->taken++;
    *ret_place = run->next++;
    return true;
}

bool pool_take(struct record *record, uint32_t post_office, const char *prefix, const char *country,
               uint32_t *ret_place, struct error *err)
{
    struct pool_run run = {.open = false};
    uint32_t place;
    if (!pool_run_take(record, post_office, prefix, country, &run, &place, err) ||
        !pool_run_end(record, prefix, country, &run, err))
        return false;
    *ret_place = place;
    return true;
}

bool pools_each(struct record *record, bool (*each)(void *ctx, const struct pool *pool), void *ctx,
                struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT id, post_office, prefix, country, first, size, used, added_ms"
                    " FROM number_pool ORDER BY id",
                    &stmt, err))
        return false;
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct pool pool = {.id = stmt_col_int(stmt, 0),
                            .post_office = (uint32_t)stmt_col_int(stmt, 1),
                            .first = (uint32_t)stmt_col_int(stmt, 4),
                            .size = (uint32_t)stmt_col_int(stmt, 5),
                            .used = (uint32_t)stmt_col_int(stmt, 6),
                            .added = {stmt_col_int(stmt, 7)}};
        strncpy(pool.prefix, stmt_col_text(stmt, 2), sizeof pool.prefix - 1);
        strncpy(pool.country, stmt_col_text(stmt, 3), sizeof pool.country - 1);
        if (!each(ctx, &pool))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the ranges of numbers");
    stmt_reset(stmt);
    return true;
}
