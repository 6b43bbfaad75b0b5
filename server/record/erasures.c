#include "server/record/erasures.h"

#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ what there is */

struct gathering {
    struct erasure *erasure;
    struct error *err;
    bool good;
};

static int by_number(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->text, ((const struct item *)b)->text);
}

/* Room for one more of `size` bytes each; false without memory. */
static bool grow(void **rows, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return true;
    size_t wanted = *room ? *room * 2 : 64;
    void *more = realloc(*rows, wanted * size);
    if (more == NULL)
        return false;
    *rows = more;
    *room = wanted;
    return true;
}

static bool note_name(struct erasure *erasure, const struct link *name, size_t item)
{
    if (!grow((void **)&erasure->names, erasure->names_n, &erasure->names_size,
              sizeof *erasure->names))
        return false;
    erasure->names[erasure->names_n++] = (struct erasure_name){*name, item};
    return true;
}

static bool note_job(struct erasure *erasure, uint64_t job)
{
    for (size_t i = 0; i < erasure->jobs_n; i++)
        if (erasure->jobs[i] == job)
            return true;
    if (!grow((void **)&erasure->jobs, erasure->jobs_n, &erasure->jobs_size, sizeof *erasure->jobs))
        return false;
    erasure->jobs[erasure->jobs_n++] = job;
    return true;
}

static bool gather_one(void *ctx, const struct office_fact *fact)
{
    struct gathering *gathering = ctx;
    struct erasure *erasure = gathering->erasure;
    const struct item *found =
        bsearch(&fact->item, erasure->items, erasure->n, sizeof *erasure->items, by_number);
    if (found == NULL)
        return true;
    size_t item = (size_t)(found - erasure->items);
    gathering->good =
        (!fact->has_addressee || note_name(erasure, &fact->addressee, item)) &&
        (!fact->has_evidence || note_name(erasure, &fact->evidence, item)) &&
        (fact->event != EVENT_ISSUED || fact->job == 0 || note_job(erasure, fact->job));
    return gathering->good || error_set(gathering->err, ERROR_LATER, "out of memory");
}

bool erasure_gather(struct record *record, struct erasure *erasure, struct error *err)
{
    int64_t batch;
    uint64_t last;
    struct gathering gathering = {erasure, err, true};
    invariant(erasure->n <= ERASE_ITEMS_MAX);
    qsort(erasure->items, erasure->n, sizeof *erasure->items, by_number);
    return record_end(record, &batch, &last, err) &&
           record_office_some(record, 0, last, event_names_item, gather_one, &gathering, err) &&
           gathering.good;
}

void erasure_done(struct erasure *erasure)
{
    free(erasure->names);
    free(erasure->jobs);
    erasure->names = NULL;
    erasure->jobs = NULL;
    erasure->names_n = erasure->jobs_n = erasure->names_size = erasure->jobs_size = 0;
}

/* ------------------------------------------------------------------ taking it away */

/* One statement of one text. */
static bool run_text(struct record *record, const char *sql, const char *text, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_text(stmt, 1, text);
    return stmt_done(stmt, err);
}

/* The list that a scan names and what the list names: they are not to be here any more, and what
 * has not come yet is no longer awaited. */
#define PAPERS_GO                                                                                  \
    "UPDATE attached SET stand = 2 WHERE stand IN (0, 1, 3) AND id IN"                             \
    " (SELECT list FROM attached_scan WHERE item = ?1 UNION SELECT m.attached FROM"                \
    " attached_scan s JOIN attached_member m ON m.list = s.list WHERE s.item = ?1)"

static bool forget_beside(struct record *record, const struct item *item, struct error *err)
{
    return (run_text(record, PAPERS_GO, item->text, err) &&
            run_text(record, "DELETE FROM phone_told WHERE item = ?1", item->text, err)) ||
           error_add(err, "%s", item->text);
}

static bool forget_report(struct record *record, uint64_t job, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE import SET lines = '' WHERE id = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, job);
    return stmt_done(stmt, err) || error_add(err, "report of an import");
}

static bool delete_name(struct record *record, const struct link *name, uint64_t seq,
                        struct error *err)
{
    struct stmt *gone, *noted;
    if (!db_prepare(record->db, "DELETE FROM attachment WHERE name = ?1", &gone, err))
        return false;
    stmt_blob(gone, 1, name->bytes, sizeof name->bytes);
    if (!stmt_done(gone, err) ||
        !db_prepare(record->db,
                    "INSERT INTO erased_name(name, seq) VALUES(?1, ?2) ON CONFLICT DO NOTHING",
                    &noted, err))
        return error_add(err, "attachment");
    stmt_blob(noted, 1, name->bytes, sizeof name->bytes);
    stmt_u64(noted, 2, seq);
    return stmt_done(noted, err) || error_add(err, "attachment");
}

static bool note_item(struct record *record, const struct item *item, uint64_t seq,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "INSERT INTO erased_item(item, seq) VALUES(?1, ?2)", &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    stmt_u64(stmt, 2, seq);
    return stmt_done(stmt, err) || error_add(err, "%s erased", item->text);
}

/* What the fact vouches for: the names in the order of their bytes, hashed one behind the other. */
bool erasure_sum(struct record *record, uint64_t seq, struct link *ret_sum, uint64_t *ret_n,
                 struct error *err)
{
    struct stmt *stmt;
    struct link sum = {{0}}, name;
    enum db_step step;
    uint64_t n = 0;
    if (!db_prepare(record->db, "SELECT name FROM erased_name WHERE seq = ?1 ORDER BY name", &stmt,
                    err))
        return false;
    stmt_u64(stmt, 1, seq);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        if (!col_exact(stmt, 0, name.bytes, sizeof name.bytes, "name of what was erased", err)) {
            stmt_reset(stmt);
            return false;
        }
        sum = chain_next(&sum, name.bytes, sizeof name.bytes);
        n++;
    }
    stmt_reset(stmt);
    *ret_sum = sum;
    *ret_n = n;
    return step == DB_STEP_DONE;
}

static bool take_away(struct record *record, const struct erasure *erasure, const bool *left_out,
                      uint64_t seq, struct error *err)
{
    for (size_t i = 0; i < erasure->names_n; i++)
        if (!left_out[erasure->names[i].item] &&
            !delete_name(record, &erasure->names[i].name, seq, err))
            return false;
    for (size_t i = 0; i < erasure->n; i++)
        if (!left_out[i] && (!forget_beside(record, &erasure->items[i], err) ||
                             !note_item(record, &erasure->items[i], seq, err)))
            return false;
    for (size_t i = 0; i < erasure->jobs_n; i++)
        if (!forget_report(record, erasure->jobs[i], err))
            return false;
    return true;
}

bool erasure_run(struct record *record, const struct erasure *erasure, struct office_fact *fact,
                 size_t *ret_items, struct error *err)
{
    bool left_out[ERASE_ITEMS_MAX];
    uint64_t seq = 0, names = 0;
    size_t items = 0;
    for (size_t i = 0; i < erasure->n; i++) {
        if (!erasure_of(record, &erasure->items[i], &seq, err))
            return false;
        left_out[i] = seq != 0;
        items += seq == 0;
    }
    *ret_items = items;
    if (items == 0)
        return true;
    seq = record->head.seq + 1; /* of the fact that vouches for it, added below in the same group */
    if (!take_away(record, erasure, left_out, seq, err) ||
        !erasure_sum(record, seq, &fact->evidence, &names, err))
        return false;
    fact->event = EVENT_DATA_ERASED;
    fact->has_evidence = true;
    fact->count = (uint32_t)items;
    fact->value = (int64_t)names;
    return record_office_add(record, fact, NULL, err);
}

/* ------------------------------------------------------------------ what went */

static bool seq_of_item(struct record *record, const char *sql, const struct item *item,
                        uint64_t *ret_seq, struct error *err)
{
    struct stmt *stmt;
    bool some;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    if (!step_maybe(stmt, &some, err))
        return error_add(err, "%s", item->text);
    *ret_seq = some ? stmt_col_u64(stmt, 0) : 0;
    stmt_reset(stmt);
    return true;
}

bool erasure_of(struct record *record, const struct item *item, uint64_t *ret_seq,
                struct error *err)
{
    return seq_of_item(record, "SELECT seq FROM erased_item WHERE item = ?1", item, ret_seq, err);
}

bool erasures_items(struct record *record, bool (*each)(void *ctx, const struct item *item),
                    void *ctx, struct error *err)
{
    struct stmt *stmt;
    return db_prepare(record->db, "SELECT item FROM erased_item ORDER BY item", &stmt, err) &&
           each_item(stmt, each, ctx, err);
}

bool erasures_each(struct record *record, bool (*each)(void *ctx, const struct erasure_row *row),
                   void *ctx, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db,
                    "SELECT u.seq, (SELECT count(*) FROM erased_item i WHERE i.seq = u.seq),"
                    " (SELECT count(*) FROM erased_name n WHERE n.seq = u.seq)"
                    " FROM unnamed u WHERE u.event = ?1 ORDER BY u.seq DESC",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, EVENT_DATA_ERASED);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct erasure_row row = {.items = stmt_col_u64(stmt, 1), .names = stmt_col_u64(stmt, 2)};
        if (!record_office_get(record, stmt_col_u64(stmt, 0), &row.fact, err)) {
            stmt_reset(stmt);
            return false;
        }
        if (!each(ctx, &row))
            break;
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

/* ------------------------------------------------------------------ holds */

bool hold_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (fact->value == 0)
        return run_text(record, "DELETE FROM held WHERE item = ?1", fact->other_item.text, err) ||
               error_add(err, "%s", fact->other_item.text);
    if (!db_prepare(record->db,
                    "INSERT INTO held(item, seq) VALUES(?1, ?2)"
                    " ON CONFLICT(item) DO UPDATE SET seq = ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->other_item.text);
    stmt_u64(stmt, 2, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "%s held", fact->other_item.text);
}

bool hold_of(struct record *record, const struct item *item, uint64_t *ret_seq, struct error *err)
{
    return seq_of_item(record, "SELECT seq FROM held WHERE item = ?1", item, ret_seq, err);
}

bool holds_each(struct record *record, bool (*each)(void *ctx, const struct item *item), void *ctx,
                struct error *err)
{
    struct stmt *stmt;
    return db_prepare(record->db, "SELECT item FROM held ORDER BY item", &stmt, err) &&
           each_item(stmt, each, ctx, err);
}
