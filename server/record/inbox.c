#include "server/record/inbox.h"

#include <stdio.h>
#include <string.h>

#include "server/record/erasures.h"
#include "server/record/inside.h"

#define DAY_MS (INT64_C(1000) * 24 * 3600)
#define PHONE_KEPT_MS (2 * DAY_MS)
#define KEPT_MS (30 * DAY_MS)

/* One number, of one row. */
static bool read_number(struct stmt *stmt, uint64_t *ret_number, struct error *err)
{
    bool row = false;
    *ret_number = 0;
    if (!step_maybe(stmt, &row, err))
        return error_add(err, "texts from phones");
    if (row) {
        *ret_number = stmt_col_u64(stmt, 0);
        stmt_reset(stmt);
    }
    return true;
}

/* Runs one statement with a time and nothing else. */
static bool forget(struct record *record, const char *sql, int64_t before_ms, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_int(stmt, 1, before_ms);
    return stmt_done(stmt, err);
}

/* ------------------------------------------------------------------ texts */

static bool is_known(struct record *record, const char *id, bool *ret_known, struct error *err)
{
    struct stmt *stmt;
    uint64_t n = 0;
    if (!db_prepare(record->db, "SELECT count(*) FROM inbox WHERE id = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, id);
    if (!read_number(stmt, &n, err))
        return false;
    *ret_known = n > 0;
    return true;
}

static bool insert(struct record *record, const struct inbox_text *text, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO inbox(id, at_ms, phone, kind, reply) VALUES(?1, ?2, ?3, ?4, ?5)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, text->id);
    stmt_int(stmt, 2, record_now(record).ms);
    stmt_text(stmt, 3, text->phone);
    stmt_int(stmt, 4, text->kind);
    stmt_text(stmt, 5, text->reply);
    return stmt_done(stmt, err) || error_add(err, "a text from a phone");
}

bool inbox_add(struct record *record, const struct inbox_text *text, struct error *err)
{
    bool known = false;
    int64_t now_ms = record_now(record).ms;
    if (!is_known(record, text->id, &known, err))
        return false;
    if (known)
        return error_set(err, ERROR_REPEATED, "a text from a phone: taken before");
    return forget(record,
                  "UPDATE inbox SET phone = '', reply = '' WHERE at_ms < ?1 AND phone <> ''",
                  now_ms - PHONE_KEPT_MS, err) &&
           forget(record, "DELETE FROM inbox WHERE at_ms < ?1", now_ms - KEPT_MS, err) &&
           insert(record, text, err);
}

bool inbox_count(struct record *record, const char *phone, uint32_t kind, struct instant since,
                 uint64_t *ret_n, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT count(*) FROM inbox WHERE phone = ?1 AND at_ms >= ?2"
                    " AND (?3 = 0 OR kind = ?3)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, phone);
    stmt_int(stmt, 2, since.ms);
    stmt_int(stmt, 3, kind);
    return read_number(stmt, ret_n, err);
}

bool inbox_owed(struct record *record, struct inbox_text *ret_texts, size_t most, size_t *ret_n,
                struct error *err)
{
    struct stmt *stmt;
    enum db_step step = DB_STEP_DONE;
    *ret_n = 0;
    if (!db_prepare(record->db,
                    "SELECT id, at_ms, phone, kind, reply FROM inbox WHERE reply <> ''"
                    " ORDER BY at_ms, id LIMIT ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, (int64_t)most);
    while (*ret_n < most && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct inbox_text *text = &ret_texts[(*ret_n)++];
        *text = (struct inbox_text){.at = {stmt_col_int(stmt, 1)},
                                    .kind = (uint32_t)stmt_col_int(stmt, 3)};
        (void)snprintf(text->id, sizeof text->id, "%s", stmt_col_text(stmt, 0));
        (void)snprintf(text->phone, sizeof text->phone, "%s", stmt_col_text(stmt, 2));
        (void)snprintf(text->reply, sizeof text->reply, "%s", stmt_col_text(stmt, 4));
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "replies that are owed");
    stmt_reset(stmt);
    return true;
}

bool inbox_answered(struct record *record, const char *id, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE inbox SET reply = '' WHERE id = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, id);
    return stmt_done(stmt, err);
}

/* ------------------------------------------------------------------ phones */

bool phone_stop(struct record *record, const char *phone, bool stop, struct error *err)
{
    struct stmt *stmt;
    const char *sql = stop ? "INSERT INTO phone_stop(phone, at_ms) VALUES(?1, ?2)"
                             " ON CONFLICT DO NOTHING"
                           : "DELETE FROM phone_stop WHERE phone = ?1 AND ?2 > 0";
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_text(stmt, 1, phone);
    stmt_int(stmt, 2, record_now(record).ms);
    return stmt_done(stmt, err) || error_add(err, "who wants no messages");
}

bool phone_is_stopped(struct record *record, const char *phone, bool *ret_stopped,
                      struct error *err)
{
    struct stmt *stmt;
    uint64_t n = 0;
    if (!db_prepare(record->db, "SELECT count(*) FROM phone_stop WHERE phone = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, phone);
    if (!read_number(stmt, &n, err))
        return false;
    *ret_stopped = n > 0;
    return true;
}

/* Who sends it read the phone before; the item may have been erased since. */
bool phone_told(struct record *record, const char *phone, const struct item *item,
                struct error *err)
{
    struct stmt *stmt;
    uint64_t erased = 0;
    int64_t now_ms = record_now(record).ms;
    if (!erasure_of(record, item, &erased, err))
        return false;
    if (erased != 0)
        return true;
    if (!forget(record, "DELETE FROM phone_told WHERE at_ms < ?1", now_ms - KEPT_MS, err) ||
        !db_prepare(record->db, "INSERT INTO phone_told(phone, item, at_ms) VALUES(?1, ?2, ?3)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, phone);
    stmt_text(stmt, 2, item->text);
    stmt_int(stmt, 3, now_ms);
    return stmt_done(stmt, err) || error_add(err, "who was told of what");
}

bool phone_told_scrub(struct record *record, struct error *err)
{
    return db_exec(record->db, "REINDEX phone_told_phone", err) ||
           error_add(err, "who was told of what");
}

bool phone_items(struct record *record, const char *phone, struct item *ret_items, size_t most,
                 size_t *ret_n, struct error *err)
{
    struct stmt *stmt;
    enum db_step step = DB_STEP_DONE;
    *ret_n = 0;
    if (!db_prepare(record->db,
                    "SELECT item FROM phone_told WHERE phone = ?1 GROUP BY item"
                    " ORDER BY max(at_ms) DESC, max(serial) DESC LIMIT ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, phone);
    stmt_int(stmt, 2, (int64_t)most);
    while (*ret_n < most && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        const char *text = stmt_col_text(stmt, 0);
        if (!item_parse(text, strlen(text), &ret_items[*ret_n], err)) {
            stmt_reset(stmt);
            return error_add(err, "who was told of what");
        }
        (*ret_n)++;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "who was told of what");
    stmt_reset(stmt);
    return true;
}

bool phone_count(struct record *record, const char *phone, struct instant since, uint64_t *ret_n,
                 struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT count(*) FROM phone_told WHERE phone = ?1 AND at_ms >= ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, phone);
    stmt_int(stmt, 2, since.ms);
    return read_number(stmt, ret_n, err);
}
