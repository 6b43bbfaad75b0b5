#include "server/record/lookups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ numbers given out */

static bool no_live_number(struct record *record, const char *dossier, struct error *err)
{
    struct item item;
    struct error missing = {ERROR_NONE, ""};
    if (*dossier == '\0')
        return true;
    if (record_item_of_dossier(record, dossier, &item, &missing))
        return error_set(err, ERROR_REPEATED, "%s: đã có số %s. / has a live number", dossier,
                         item.text);
    return missing.code == ERROR_NOT_FOUND || error_set(err, missing.code, "%s", missing.text);
}

static bool issued_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!no_live_number(record, fact->dossier, err) ||
        !db_prepare(record->db,
                    "INSERT INTO issued(seq, item, dossier, voided) VALUES(?1, ?2, ?3, 0)", &stmt,
                    err))
        return false;
    stmt_u64(stmt, 1, fact->seq);
    stmt_text(stmt, 2, fact->item.text);
    stmt_text(stmt, 3, fact->dossier);
    return stmt_done(stmt, err) || error_add(err, "%s issued", fact->item.text);
}

/* Voided or recalled: the dossier may have another number. */
static bool issued_end(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE issued SET voided = 1 WHERE item = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    return stmt_done(stmt, err) || error_add(err, "%s ended", fact->item.text);
}

/* The last one counts. */
static bool issued_readdress(struct record *record, const struct office_fact *fact,
                             struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO readdressed(item, seq) VALUES(?1, ?2)"
                    " ON CONFLICT(item) DO UPDATE SET seq = ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    stmt_u64(stmt, 2, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "%s readdressed", fact->item.text);
}

bool record_item_live(struct record *record, const struct item *item, bool *ret_live,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT voided FROM issued WHERE item = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    if (!step_row(stmt, item->text, err))
        return false;
    *ret_live = stmt_col_int(stmt, 0) == 0;
    stmt_reset(stmt);
    return true;
}

bool record_issued_page(struct record *record, uint64_t after_seq, struct item *out, size_t max,
                        size_t *ret_n, uint64_t *ret_last, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    size_t n = 0;
    uint64_t last = after_seq;
    if (!db_prepare(record->db,
                    "SELECT seq, item FROM issued WHERE seq > ?1 AND voided = 0 ORDER BY seq"
                    " LIMIT ?2",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, after_seq);
    stmt_u64(stmt, 2, max);
    while (n < max && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        const char *text = stmt_col_text(stmt, 1);
        last = stmt_col_u64(stmt, 0);
        if (!item_parse(text, strlen(text), &out[n++], err)) {
            stmt_reset(stmt);
            return false;
        }
    }
    stmt_reset(stmt);
    if (n < max && step == DB_STEP_FAILED)
        return error_add(err, "cannot read what was issued");
    *ret_n = n;
    *ret_last = last;
    return true;
}

/* ------------------------------------------------------------------ choices */

/* One row of `choice`, or of `choice_own` for an office. */
static bool put_choice(struct record *record, const struct office_fact *fact, const char *sql,
                       struct error *err)
{
    struct stmt *stmt;
    bool electronic = fact->event == EVENT_ELECTRONIC_RESULT;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->dossier);
    stmt_int(stmt, 2, electronic ? 0 : fact->event);
    stmt_int(stmt, 3, electronic);
    if (fact->office != 0)
        stmt_int(stmt, 4, fact->office);
    return stmt_done(stmt, err) || error_add(err, "%s", fact->dossier);
}

#define CHOICE_SET                                                                                 \
    " DO UPDATE SET opted_event = CASE WHEN ?2 = 0 THEN opted_event ELSE ?2 END,"                  \
    " electronic = max(electronic, ?3)"

/* Whoever is bound to no office speaks for all of them, and later than who did before. */
static bool choice_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (fact->office != 0)
        return put_choice(record, fact,
                          "INSERT INTO choice_own(dossier, opted_event, electronic, office)"
                          " VALUES(?1, ?2, ?3, ?4) ON CONFLICT(dossier, office)" CHOICE_SET,
                          err);
    if (fact->event != EVENT_ELECTRONIC_RESULT) {
        if (!db_prepare(record->db, "UPDATE choice_own SET opted_event = 0 WHERE dossier = ?1",
                        &stmt, err))
            return false;
        stmt_text(stmt, 1, fact->dossier);
        if (!stmt_done(stmt, err))
            return error_add(err, "%s", fact->dossier);
    }
    return put_choice(record, fact,
                      "INSERT INTO choice(dossier, opted_event, electronic) VALUES(?1, ?2, ?3)"
                      " ON CONFLICT(dossier)" CHOICE_SET,
                      err);
}

bool record_choice(struct record *record, const char *dossier, uint32_t office,
                   struct choice *ret_choice, struct error *err)
{
    struct stmt *stmt;
    struct choice choice = {.opted_in = false};
    enum db_step step;
    if (!db_prepare(record->db,
                    "SELECT opted_event, electronic FROM choice WHERE dossier = ?1"
                    " UNION ALL SELECT opted_event, electronic FROM choice_own"
                    " WHERE dossier = ?1 AND office = ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, dossier);
    stmt_int(stmt, 2, office);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) { /* its own word last: it is later */
        int64_t event = stmt_col_int(stmt, 0);
        if (event != 0) {
            choice.opted_in = event == EVENT_OPTED_IN;
            choice.opted_out = event == EVENT_OPTED_OUT;
        }
        choice.electronic = choice.electronic || stmt_col_int(stmt, 1) != 0;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "choice");
    stmt_reset(stmt);
    *ret_choice = choice;
    return true;
}

/* ------------------------------------------------------------------ contents */

static bool content_received(struct record *record, const struct office_fact *fact,
                             struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO content(item, received, paired) VALUES(?1, ?2, 0)"
                    " ON CONFLICT(item) DO UPDATE SET received = ?2, paired = 0",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    stmt_u64(stmt, 2, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "%s received", fact->item.text);
}

static bool content_paired(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE content SET paired = ?2 WHERE item = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    stmt_u64(stmt, 2, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "%s paired", fact->item.text);
}

bool record_content(struct record *record, const struct item *item, struct content *ret_content,
                    struct error *err)
{
    struct stmt *stmt;
    struct content content = {0, 0};
    bool some;
    if (!db_prepare(record->db, "SELECT received, paired FROM content WHERE item = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    if (!step_maybe(stmt, &some, err))
        return error_add(err, "content");
    if (some) {
        content = (struct content){stmt_col_u64(stmt, 0), stmt_col_u64(stmt, 1)};
        stmt_reset(stmt);
    }
    *ret_content = content;
    return true;
}

/* ------------------------------------------------------------------ handovers */

static bool handover_item(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO handover_item(item, handover) VALUES(?1, ?2)"
                    " ON CONFLICT(item) DO UPDATE SET handover = ?2",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    stmt_u64(stmt, 2, fact->handover);
    if (!stmt_done(stmt, err) || !db_prepare(record->db,
                                             "INSERT INTO handover(serial, sealed) VALUES(?1, 0)"
                                             " ON CONFLICT(serial) DO NOTHING",
                                             &stmt, err))
        return error_add(err, "%s handed over", fact->item.text);
    stmt_u64(stmt, 1, fact->handover);
    return stmt_done(stmt, err);
}

static bool handover_sealed(struct record *record, const struct office_fact *fact,
                            struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "UPDATE handover SET sealed = ?2 WHERE serial = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, fact->handover);
    stmt_u64(stmt, 2, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "handover sealed");
}

bool record_handover(struct record *record, uint64_t handover, uint64_t *ret_sealed,
                     struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT sealed FROM handover WHERE serial = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, handover);
    if (!step_row(stmt, "handover", err))
        return false;
    *ret_sealed = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

bool record_handover_of(struct record *record, const struct item *item, uint64_t *ret_handover,
                        struct error *err)
{
    struct stmt *stmt;
    bool some;
    if (!db_prepare(record->db, "SELECT handover FROM handover_item WHERE item = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    if (!step_maybe(stmt, &some, err))
        return error_add(err, "handover of %s", item->text);
    *ret_handover = some ? stmt_col_u64(stmt, 0) : 0;
    stmt_reset(stmt);
    return true;
}

bool record_handover_items(struct record *record, uint64_t handover,
                           bool (*each)(void *ctx, const struct item *item), void *ctx,
                           struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT item FROM handover_item WHERE handover = ?1 ORDER BY item",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, handover);
    return each_item(stmt, each, ctx, err);
}

bool record_handover_last(struct record *record, uint64_t *ret_handover, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT coalesce(max(serial), 0) FROM handover", &stmt, err) ||
        !step_row(stmt, "the last handover", err))
        return false;
    *ret_handover = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

bool record_handovers(struct record *record, uint64_t after,
                      bool (*each)(void *ctx, uint64_t handover, uint64_t sealed), void *ctx,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT serial, sealed FROM handover WHERE serial > ?1 ORDER BY serial", &stmt,
                    err))
        return false;
    stmt_u64(stmt, 1, after);
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW)
        if (!each(ctx, stmt_col_u64(stmt, 0), stmt_col_u64(stmt, 1)))
            break;
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the handovers");
    stmt_reset(stmt);
    return true;
}

/* ------------------------------------------------------------------ paper */

/* One line of one sheet is typed once. */
static bool paper_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO paper(item, event, wall_ms, badge, seq)"
                    " VALUES(?1, ?2, ?3, ?4, ?5)",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, fact->item.text);
    stmt_int(stmt, 2, fact->paper.event);
    stmt_int(stmt, 3, fact->paper.wall.ms);
    stmt_int(stmt, 4, fact->badge);
    stmt_u64(stmt, 5, fact->seq);
    if (stmt_done(stmt, err))
        return true;
    return err->code == ERROR_REPEATED
               ? error_set(err, ERROR_REPEATED,
                           "%s: việc này đã nhập rồi, không ghi thêm. / typed before, nothing is "
                           "added",
                           fact->item.text)
               : error_add(err, "%s", fact->item.text);
}

/* ------------------------------------------------------------------ every fact that is added */

bool lookups_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    switch (fact->event) {
    case EVENT_ISSUED:
        return issued_add(record, fact, err);
    case EVENT_READDRESSED:
        return issued_readdress(record, fact, err);
    case EVENT_VOIDED:
    case EVENT_RECALLED:
        return issued_end(record, fact, err);
    case EVENT_OPTED_IN:
    case EVENT_OPTED_OUT:
    case EVENT_ELECTRONIC_RESULT:
        return choice_add(record, fact, err);
    case EVENT_RECEIVED_FROM_DEPARTMENT:
        return content_received(record, fact, err);
    case EVENT_PAIRED:
        return content_paired(record, fact, err);
    case EVENT_ROUND_BUILT:
    case EVENT_ROUND_ASSIGNED:
    case EVENT_ROUND_CLOSED:
    case EVENT_PAD_ISSUED:
    case EVENT_SLIP_BOUND:
        return rounds_add(record, fact, err);
    case EVENT_REMITTED:
    case EVENT_CLEARED:
    case EVENT_MONEY_NAMED:
    case EVENT_MONEY_CORRECTED:
    case EVENT_PAID_LATER:
    case EVENT_CORRECTED:
        return ledger_add(record, fact, err);
    case EVENT_DATA_HELD:
        return hold_add(record, fact, err);
    case EVENT_SCAN_ADMITTED:
        return aside_add(record, fact, err);
    case EVENT_PAPER_ENTRY:
        return paper_add(record, fact, err);
    case EVENT_HANDED_OVER:
        return handover_item(record, fact, err);
    case EVENT_HANDOVER_SEALED:
        return handover_sealed(record, fact, err);
    default: /* a number of event.def, not an enumeration: most need no look-up */
        return true;
    }
}

struct fill {
    struct record *record;
    struct error *err;
    bool good;
};

/* Numbers given out have been kept since the first layout. */
static bool fill_one(void *ctx, const struct office_fact *fact)
{
    struct fill *fill = ctx;
    fill->good = fact->event == EVENT_ISSUED || lookups_add(fill->record, fact, fill->err);
    return fill->good;
}

bool lookups_fill(struct record *record, struct error *err)
{
    struct fill fill = {.record = record, .err = err, .good = true};
    return record_office_from(record, 0, fill_one, &fill, err) && fill.good;
}

#define LIKE_MOST 2000 /* read at once, so that no statement stays open over what `each` asks */

bool record_issued_like(struct record *record, const char *beginning, uint64_t before,
                        bool (*each)(void *ctx, const struct item *item, uint64_t seq), void *ctx,
                        struct error *err)
{
    struct stmt *stmt;
    struct numbered {
        struct item item;
        uint64_t seq;
    } *all = calloc(LIKE_MOST, sizeof *all);
    char end[DOSSIER_MAX + 8];
    size_t n = 0;
    enum db_step step = DB_STEP_DONE;
    (void)snprintf(end, sizeof end, "%.*s\x7f", DOSSIER_MAX, beginning);
    bool good = (all != NULL || error_set(err, ERROR_LATER, "out of memory")) &&
                db_prepare(record->db,
                           "SELECT item, seq FROM issued WHERE dossier >= ?1 AND dossier < ?2"
                           " AND seq < ?3 ORDER BY seq DESC",
                           &stmt, err);
    if (good) {
        stmt_text(stmt, 1, beginning);
        stmt_text(stmt, 2, end);
        stmt_int(stmt, 3, before ? (int64_t)before : INT64_MAX);
        while (n < LIKE_MOST && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
            (void)snprintf(all[n].item.text, sizeof all[n].item.text, "%s", stmt_col_text(stmt, 0));
            all[n++].seq = stmt_col_u64(stmt, 1);
        }
        stmt_reset(stmt);
        good = step != DB_STEP_FAILED;
    }
    for (size_t i = 0; good && i < n && each(ctx, &all[i].item, all[i].seq); i++)
        continue;
    free(all);
    return good;
}
