#include "server/record/rounds.h"

#include <string.h>

#include "server/record/inside.h"

#define ROUND_COLUMNS "SELECT id, badge, post_office, commune, built_ms, closed FROM round "

/* ------------------------------------------------------------------ facts */

/* Built, or given to another postman: then the badge alone changes. */
static bool round_built(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO round(id, badge, post_office, commune, built_ms, closed)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT(id) DO UPDATE SET badge = ?2",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, fact->round);
    stmt_int(stmt, 2, fact->badge);
    stmt_int(stmt, 3, fact->post_office);
    stmt_int(stmt, 4, fact->commune);
    stmt_int(stmt, 5, fact->at.ms);
    return stmt_done(stmt, err) || error_add(err, "cannot keep a round");
}

static bool round_assigned(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO round_item(item, round) VALUES(?1, ?2)"
                    " ON CONFLICT(item) DO UPDATE SET round = ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    stmt_u64(stmt, 2, fact->round);
    return stmt_done(stmt, err) || error_add(err, "%s on a round", fact->item.text);
}

static bool round_closed(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE round SET closed = 1 WHERE id = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, fact->round);
    return stmt_done(stmt, err) || error_add(err, "cannot close a round");
}

static bool pad_issued(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO pad(first, count, badge, issued_ms) VALUES(?1, ?2, ?3, ?4)", &stmt,
                    err))
        return false;
    stmt_u64(stmt, 1, fact->slip);
    stmt_int(stmt, 2, fact->count);
    stmt_int(stmt, 3, fact->badge);
    stmt_int(stmt, 4, fact->at.ms);
    return stmt_done(stmt, err) || error_add(err, "cannot keep a pad");
}

/* A slip is left at one door only. */
static bool slip_bound(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "INSERT INTO slip(slip, item, seq) VALUES(?1, ?2, ?3)", &stmt, err))
        return false;
    stmt_u64(stmt, 1, fact->slip);
    stmt_text(stmt, 2, fact->item.text);
    stmt_u64(stmt, 3, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "giấy mời đã dùng / slip is used");
}

bool rounds_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    switch (fact->event) {
    case EVENT_ROUND_BUILT:
        return round_built(record, fact, err);
    case EVENT_ROUND_ASSIGNED:
        return round_assigned(record, fact, err);
    case EVENT_ROUND_CLOSED:
        return round_closed(record, fact, err);
    case EVENT_PAD_ISSUED:
        return pad_issued(record, fact, err);
    case EVENT_SLIP_BOUND:
        return slip_bound(record, fact, err);
    default: /* a number of event.def, not an enumeration */
        return true;
    }
}

/* ------------------------------------------------------------------ rounds */

static struct round read_row(struct stmt *stmt)
{
    return (struct round){.id = stmt_col_u64(stmt, 0),
                          .badge = (uint32_t)stmt_col_int(stmt, 1),
                          .post_office = (uint32_t)stmt_col_int(stmt, 2),
                          .commune = (uint32_t)stmt_col_int(stmt, 3),
                          .built = {stmt_col_int(stmt, 4)},
                          .closed = stmt_col_int(stmt, 5) != 0};
}

bool round_get(struct record *record, uint64_t id, struct round *ret_round, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, ROUND_COLUMNS "WHERE id = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, id);
    if (!step_row(stmt, "round", err))
        return false;
    *ret_round = read_row(stmt);
    stmt_reset(stmt);
    return true;
}

/* Closed rounds are many and stay: each question has an index that leaves them out. */
static bool each_open(struct record *record, const char *sql, uint32_t of,
                      bool (*each)(void *ctx, const struct round *round), void *ctx,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_int(stmt, 1, of);
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct round round = read_row(stmt);
        if (!each(ctx, &round))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the rounds");
    stmt_reset(stmt);
    return true;
}

bool rounds_open(struct record *record, uint32_t badge,
                 bool (*each)(void *ctx, const struct round *round), void *ctx, struct error *err)
{
    const char *sql = badge == 0 ? ROUND_COLUMNS "WHERE closed = 0 AND ?1 = 0 ORDER BY id"
                                 : ROUND_COLUMNS "WHERE closed = 0 AND badge = ?1 ORDER BY id";
    return each_open(record, sql, badge, each, ctx, err);
}

bool rounds_of_office(struct record *record, uint32_t post_office,
                      bool (*each)(void *ctx, const struct round *round), void *ctx,
                      struct error *err)
{
    static const char sql[] = ROUND_COLUMNS "WHERE closed = 0 AND post_office = ?1 ORDER BY id";
    return each_open(record, sql, post_office, each, ctx, err);
}

bool round_items(struct record *record, uint64_t id,
                 bool (*each)(void *ctx, const struct item *item), void *ctx, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT item FROM round_item WHERE round = ?1 ORDER BY item", &stmt,
                    err))
        return false;
    stmt_u64(stmt, 1, id);
    return each_item(stmt, each, ctx, err);
}

bool round_of(struct record *record, const struct item *item, struct round *ret_round,
              struct error *err)
{
    struct stmt *stmt;
    bool some;
    struct round round = {.id = 0};
    if (!db_prepare(record->db,
                    ROUND_COLUMNS "WHERE id = (SELECT round FROM round_item WHERE item = ?1)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    if (!step_maybe(stmt, &some, err))
        return error_add(err, "round of %s", item->text);
    if (some) {
        round = read_row(stmt);
        stmt_reset(stmt);
    }
    *ret_round = round;
    return true;
}

/* ------------------------------------------------------------------ slips */

bool slip_badge(struct record *record, uint64_t slip, uint32_t *ret_badge, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT badge FROM pad WHERE first <= ?1 AND first + count > ?1",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, slip);
    if (!step_row(stmt, "pad with this slip", err))
        return false;
    *ret_badge = (uint32_t)stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return true;
}
