#include "server/record/papers.h"

#include <string.h>

#include "server/record/inside.h"

#define COLUMNS "SELECT p.hash, p.device, p.kind, p.stand, p.bytes, p.at_ms FROM attached p "

/* ------------------------------------------------------------------ rows */

static bool row_read(struct stmt *stmt, struct paper_row *ret_row, struct error *err)
{
    struct paper_row row = {.device = stmt_col_int(stmt, 1),
                            .kind = (uint32_t)stmt_col_int(stmt, 2),
                            .stand = (enum paper_stand)stmt_col_int(stmt, 3),
                            .bytes = (uint32_t)stmt_col_int(stmt, 4),
                            .at = {stmt_col_int(stmt, 5)}};
    if (!col_exact(stmt, 0, row.hash.bytes, sizeof row.hash.bytes, "hash of a paper", err))
        return false;
    *ret_row = row;
    return true;
}

static bool each_row(struct stmt *stmt, bool (*each)(void *ctx, const struct paper_row *row),
                     void *ctx, struct error *err)
{
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct paper_row row;
        if (!row_read(stmt, &row, err)) {
            stmt_reset(stmt);
            return false;
        }
        if (!each(ctx, &row))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the papers");
    stmt_reset(stmt);
    return true;
}

static bool await(struct record *record, const struct link *hash, int64_t device, uint32_t kind,
                  struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO attached(hash, device, kind, stand, bytes, at_ms)"
                    " VALUES(?1, ?2, ?3, 0, 0, ?4) ON CONFLICT(hash) DO NOTHING",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    stmt_int(stmt, 2, device);
    stmt_int(stmt, 3, kind);
    stmt_int(stmt, 4, record_now(record).ms);
    return stmt_done(stmt, err);
}

/* ------------------------------------------------------------------ what is named, what came */

bool paper_named(struct record *record, const struct link *list, const struct item *item,
                 int64_t device, uint64_t seq, struct error *err)
{
    struct stmt *stmt;
    if (!await(record, list, device, PAPER_LIST, err) ||
        !db_prepare(record->db,
                    "INSERT INTO attached_scan(item, list, device, seq)"
                    " SELECT ?1, id, ?3, ?4 FROM attached WHERE hash = ?2 ON CONFLICT DO NOTHING",
                    &stmt, err))
        return error_add(err, "papers of %s", item->text);
    stmt_text(stmt, 1, item->text);
    stmt_blob(stmt, 2, list->bytes, sizeof list->bytes);
    stmt_int(stmt, 3, device);
    stmt_u64(stmt, 4, seq);
    return stmt_done(stmt, err) || error_add(err, "papers of %s", item->text);
}

bool paper_find(struct record *record, const struct link *hash, struct paper_row *ret_row,
                struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, COLUMNS "WHERE p.hash = ?1", &stmt, err))
        return false;
    stmt_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    if (!step_row(stmt, "paper", err))
        return false;
    bool good = row_read(stmt, ret_row, err);
    stmt_reset(stmt);
    return good;
}

static bool mark(struct record *record, const struct link *hash, enum paper kind, uint32_t bytes,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "UPDATE attached SET kind = ?2, stand = 1, bytes = ?3, at_ms = ?4"
                    " WHERE hash = ?1",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    stmt_int(stmt, 2, (int64_t)kind);
    stmt_int(stmt, 3, bytes);
    stmt_int(stmt, 4, record_now(record).ms);
    return stmt_done(stmt, err);
}

static bool join(struct record *record, const struct link *list, const struct link *member,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO attached_member(list, attached) SELECT l.id, m.id"
                    " FROM attached l, attached m WHERE l.hash = ?1 AND m.hash = ?2"
                    " ON CONFLICT DO NOTHING",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, list->bytes, sizeof list->bytes);
    stmt_blob(stmt, 2, member->bytes, sizeof member->bytes);
    return stmt_done(stmt, err);
}

bool paper_came(struct record *record, const struct link *hash, enum paper kind, uint32_t bytes,
                const struct attachment_list *list, struct error *err)
{
    struct paper_row row;
    if (!paper_find(record, hash, &row, err) || !mark(record, hash, kind, bytes, err))
        return error_add(err, "paper that came");
    for (size_t i = 0; list != NULL && i < list->n; i++)
        if (!await(record, &list->hash[i], row.device, 0, err) ||
            !join(record, hash, &list->hash[i], err))
            return error_add(err, "papers of a list");
    return true;
}

bool paper_set(struct record *record, const struct link *hash, enum paper_stand stand,
               struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE attached SET stand = ?2 WHERE hash = ?1", &stmt, err))
        return false;
    stmt_blob(stmt, 1, hash->bytes, sizeof hash->bytes);
    stmt_int(stmt, 2, (int64_t)stand);
    return stmt_done(stmt, err) || error_add(err, "paper");
}

/* ------------------------------------------------------------------ questions */

bool papers_bytes_since(struct record *record, int64_t device, struct instant since,
                        uint64_t *ret_bytes, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT coalesce(sum(bytes), 0) FROM attached"
                    " WHERE device = ?1 AND at_ms >= ?2 AND stand IN (1, 2)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device);
    stmt_int(stmt, 2, since.ms);
    if (!step_row(stmt, "papers of a device", err))
        return false;
    *ret_bytes = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

bool papers_of_item(struct record *record, const struct item *item,
                    bool (*each)(void *ctx, const struct paper_row *row), void *ctx,
                    struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    COLUMNS "WHERE p.id IN (SELECT list FROM attached_scan WHERE item = ?1"
                            " UNION SELECT m.attached FROM attached_scan s"
                            " JOIN attached_member m ON m.list = s.list WHERE s.item = ?1)"
                            " ORDER BY p.kind <> 1, p.id",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    return each_row(stmt, each, ctx, err);
}

bool papers_missing(struct record *record, bool (*each)(void *ctx, const struct item *item),
                    void *ctx, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(
            record->db,
            "SELECT s.item FROM attached p JOIN attached_scan s ON s.list = p.id"
            " WHERE p.stand IN (0, 3)"
            " UNION SELECT s.item FROM attached p JOIN attached_member m ON m.attached = p.id"
            " JOIN attached_scan s ON s.list = m.list WHERE p.stand IN (0, 3) ORDER BY 1",
            &stmt, err))
        return false;
    return each_item(stmt, each, ctx, err);
}

bool papers_awaited(struct record *record, uint32_t limit,
                    bool (*each)(void *ctx, const struct paper_row *row), void *ctx,
                    struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, COLUMNS "WHERE p.stand = 0 ORDER BY p.id DESC LIMIT ?1", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, limit);
    return each_row(stmt, each, ctx, err);
}

bool papers_awaited_lists(struct record *record, int64_t device, uint32_t limit,
                          bool (*each)(void *ctx, const struct paper_row *row), void *ctx,
                          struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    COLUMNS "WHERE p.stand = 0 AND p.device = ?1 AND p.kind = ?2"
                            " ORDER BY p.id DESC LIMIT ?3",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, device);
    stmt_int(stmt, 2, PAPER_LIST);
    stmt_int(stmt, 3, limit);
    return each_row(stmt, each, ctx, err);
}
