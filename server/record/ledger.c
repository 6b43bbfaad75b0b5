#include "server/record/ledger.h"

#include <string.h>

#include "server/record/inside.h"

#define LEDGER_COLUMNS                                                                             \
    "SELECT seq, event, kind, badge, office, item, from_ms, to_ms, at_ms, postage_vnd, fees_vnd,"  \
    " cleared_seq, taken_back FROM ledger "

/* ------------------------------------------------------------------ facts */

/* A sum that names no day belongs to the day it was written. */
static struct instant day_meant(const struct office_fact *fact)
{
    return fact->from.ms != 0 ? fact->from : fact->at;
}

static bool entry_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO ledger(seq, event, kind, badge, office, item, from_ms, to_ms,"
                    " at_ms, postage_vnd, fees_vnd, cleared_seq, taken_back)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, 0)",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, fact->seq);
    stmt_int(stmt, 2, fact->event);
    stmt_int(stmt, 3, fact->kind);
    stmt_int(stmt, 4, fact->badge);
    stmt_int(stmt, 5, fact->office);
    stmt_text(stmt, 6, fact->item.text);
    stmt_int(stmt, 7, day_meant(fact).ms);
    stmt_int(stmt, 8, fact->to.ms);
    stmt_int(stmt, 9, fact->at.ms);
    stmt_u64(stmt, 10, fact->postage_vnd);
    stmt_u64(stmt, 11, fact->fees_vnd);
    return stmt_done(stmt, err) || error_add(err, "cannot keep a sum");
}

static bool entry_cleared(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE ledger SET cleared_seq = ?2 WHERE seq = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, fact->of_seq);
    stmt_u64(stmt, 2, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "cannot clear a sum");
}

/* The entry itself, or that it was received. */
static bool entry_taken_back(struct record *record, const struct office_fact *fact,
                             struct error *err)
{
    static const char *const updates[] = {
        "UPDATE ledger SET taken_back = 1 WHERE seq = ?1",
        "UPDATE ledger SET cleared_seq = 0 WHERE cleared_seq = ?1"};
    for (size_t i = 0; i < sizeof updates / sizeof *updates; i++) {
        struct stmt *stmt;
        if (!db_prepare(record->db, updates[i], &stmt, err))
            return false;
        stmt_u64(stmt, 1, fact->of_seq);
        if (!stmt_done(stmt, err))
            return error_add(err, "cannot take back a sum");
    }
    return true;
}

bool ledger_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    if (fact->event == EVENT_CLEARED)
        return entry_cleared(record, fact, err);
    if (fact->event == EVENT_MONEY_CORRECTED)
        return entry_taken_back(record, fact, err);
    if (fact->event == EVENT_CORRECTED)
        return fact->device[0] != '\0' || entry_taken_back(record, fact, err);
    return entry_add(record, fact, err);
}

/* ------------------------------------------------------------------ asking */

static bool read_entry(struct stmt *stmt, struct ledger_entry *ret_entry, struct error *err)
{
    struct ledger_entry entry = {.seq = stmt_col_u64(stmt, 0),
                                 .event = (uint32_t)stmt_col_int(stmt, 1),
                                 .kind = (uint32_t)stmt_col_int(stmt, 2),
                                 .badge = (uint32_t)stmt_col_int(stmt, 3),
                                 .office = (uint32_t)stmt_col_int(stmt, 4),
                                 .from = {stmt_col_int(stmt, 6)},
                                 .to = {stmt_col_int(stmt, 7)},
                                 .at = {stmt_col_int(stmt, 8)},
                                 .postage_vnd = stmt_col_u64(stmt, 9),
                                 .fees_vnd = stmt_col_u64(stmt, 10),
                                 .cleared_seq = stmt_col_u64(stmt, 11),
                                 .taken_back = stmt_col_int(stmt, 12) != 0};
    const char *text = stmt_col_text(stmt, 5);
    if (*text != '\0' && !item_parse(text, strlen(text), &entry.item, err))
        return error_add(err, "money %llu", (unsigned long long)entry.seq);
    *ret_entry = entry;
    return true;
}

bool ledger_get(struct record *record, uint64_t seq, struct ledger_entry *ret_entry,
                struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, LEDGER_COLUMNS "WHERE seq = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    if (!step_row(stmt, "khoản tiền / money entry", err))
        return false;
    bool good = read_entry(stmt, ret_entry, err);
    stmt_reset(stmt);
    return good;
}

bool ledger_between(struct record *record, uint32_t event, struct instant first,
                    struct instant last, bool (*each)(void *ctx, const struct ledger_entry *entry),
                    void *ctx, struct error *err)
{
    struct stmt *stmt;
    struct ledger_entry entry;
    enum db_step step = DB_STEP_DONE;
    bool good = true;
    if (!db_prepare(record->db,
                    LEDGER_COLUMNS
                    "WHERE event = ?1 AND from_ms >= ?2 AND from_ms <= ?3 ORDER BY seq",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, event);
    stmt_int(stmt, 2, first.ms);
    stmt_int(stmt, 3, last.ms);
    while (good && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        good = read_entry(stmt, &entry, err);
        if (good && !each(ctx, &entry))
            break;
    }
    stmt_reset(stmt);
    return (good && step != DB_STEP_FAILED) || error_add(err, "money");
}
