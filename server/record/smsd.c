#include "server/record/smsd.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/fact.h"
#include "protocol/utf8.h"
#include "server/record/db.h"

#define SOME 64 /* rows looked at in one go; the rest next time */

/* The file is another program's, and may be damaged. Whatever is not exactly as it was put is not
 * ours: what is told must be found again by its id, else it would be told for ever. 69: "trao:" and
 * NOTICE_REQUEST_MAX. */
#define OURS                                                                                       \
    " typeof(CreatorID) = 'text' AND CreatorID GLOB 'trao:?*' AND length(CreatorID) <= 69"         \
    " AND CreatorID NOT GLOB '*[^!-~]*' AND length(CreatorID) = length(CAST(CreatorID AS BLOB))"
static_assert(NOTICE_REQUEST_MAX == 64, "as OURS says");
/* What was put before ?1, at no time at all, or by a clock that went far ahead. */
#define LONG_AGO(date)                                                                             \
    " coalesce(datetime(" date "), '') NOT BETWEEN datetime(?1, 'unixepoch')"                      \
    " AND datetime(?1, 'unixepoch', '+10 days')"

struct smsd {
    struct db *db;
};

static bool check_layout(struct smsd *smsd, struct error *err)
{
    struct stmt *stmt;
    struct error why;
    bool good = db_prepare(smsd->db, "SELECT Version FROM gammu", &stmt, &why) &&
                stmt_step(stmt, &why) == DB_STEP_ROW && stmt_col_int(stmt, 0) == SMSD_LAYOUT;
    if (!good)
        return error_set(err, ERROR_NOT_FOUND,
                         "no tables of gammu-smsd, layout %d (sqlite.sql of its examples)",
                         SMSD_LAYOUT);
    stmt_reset(stmt);
    return true;
}

bool smsd_open(const char *path, struct smsd **ret_smsd, struct error *err)
{
    struct smsd *smsd = access(path, F_OK) == 0 ? calloc(1, sizeof *smsd) : NULL;
    if (smsd == NULL)
        return error_set(err, ERROR_NOT_FOUND, "%s: no such file", path);
    if (!db_open(path, DB_DURABLE, &smsd->db, err) || !check_layout(smsd, err)) {
        smsd_close(smsd);
        return error_add(err, "%s", path);
    }
    *ret_smsd = smsd;
    return true;
}

void smsd_close(struct smsd *smsd)
{
    if (smsd == NULL)
        return;
    db_close(smsd->db);
    free(smsd);
}

/* ------------------------------------------------------------------ out */

bool smsd_has(struct smsd *smsd, const char *id, bool *ret_has, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(smsd->db,
                    "SELECT 1 FROM outbox WHERE CreatorID = 'trao:' || ?1 UNION ALL"
                    " SELECT 1 FROM sentitems WHERE CreatorID = 'trao:' || ?1 LIMIT 1",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, id);
    enum db_step step = stmt_step(stmt, err);
    *ret_has = step == DB_STEP_ROW;
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

/* [3GPP TS 23.040, 9.2.3.24.1]; "" of a message of one part. */
static void header_of(const struct smsd_message *message, size_t part, char out[16])
{
    *out = '\0';
    if (message->n > 1)
        (void)snprintf(out, 16, "050003%02X%02X%02X", message->reference, (unsigned)message->n,
                       (unsigned)part + 1);
}

static bool put_first(struct smsd *smsd, const struct smsd_message *message, struct instant now,
                      struct error *err)
{
    struct stmt *stmt;
    char header[16];
    if (!db_prepare(smsd->db,
                    "INSERT INTO outbox(InsertIntoDB, DestinationNumber, Coding, UDH, TextDecoded,"
                    " MultiPart, DeliveryReport, CreatorID) VALUES(datetime(?1, 'unixepoch'), ?2,"
                    " 'Default_No_Compression', ?3, ?4, ?5, 'yes', 'trao:' || ?6)",
                    &stmt, err))
        return false;
    header_of(message, 0, header);
    stmt_int(stmt, 1, now.ms / 1000);
    stmt_text(stmt, 2, message->to);
    stmt_text(stmt, 3, header);
    stmt_text(stmt, 4, message->parts[0]);
    stmt_text(stmt, 5, message->n > 1 ? "true" : "false");
    stmt_text(stmt, 6, message->id);
    return stmt_done(stmt, err);
}

static bool put_further(struct smsd *smsd, const struct smsd_message *message, size_t part,
                        int64_t row, struct error *err)
{
    struct stmt *stmt;
    char header[16];
    if (!db_prepare(smsd->db,
                    "INSERT INTO outbox_multipart(ID, SequencePosition, Coding, UDH, TextDecoded)"
                    " VALUES(?1, ?2, 'Default_No_Compression', ?3, ?4)",
                    &stmt, err))
        return false;
    header_of(message, part, header);
    stmt_int(stmt, 1, row);
    stmt_int(stmt, 2, (int64_t)part + 1);
    stmt_text(stmt, 3, header);
    stmt_text(stmt, 4, message->parts[part]);
    return stmt_done(stmt, err);
}

static bool put_parts(struct smsd *smsd, const struct smsd_message *message, struct instant now,
                      struct error *err)
{
    bool good = put_first(smsd, message, now, err);
    int64_t row = good ? db_last_id(smsd->db) : 0;
    for (size_t i = 1; good && i < message->n; i++)
        good = put_further(smsd, message, i, row, err);
    return good;
}

/* All parts or none, and nothing the daemon could see half of. */
bool smsd_put(struct smsd *smsd, const struct smsd_message *message, struct instant now,
              struct error *err)
{
    struct error ignored;
    invariant(message->n >= 1 && message->n <= SMSD_PARTS_MAX);
    if (!db_exec(smsd->db, "BEGIN IMMEDIATE", err))
        return false;
    if (!put_parts(smsd, message, now, err) || !db_exec(smsd->db, "COMMIT", err)) {
        db_abandon(smsd->db);
        return false;
    }
    (void)!db_checkpoint(smsd->db, &ignored); /* its log is not to grow for ever */
    return true;
}

bool smsd_oldest(struct smsd *smsd, struct instant *ret_put, struct error *err)
{
    struct stmt *stmt;
    *ret_put = (struct instant){0};
    if (!db_prepare(smsd->db,
                    "SELECT min(max(1, coalesce(CAST(strftime('%s', InsertIntoDB) AS INTEGER), 1)))"
                    " FROM outbox WHERE" OURS,
                    &stmt, err))
        return false;
    enum db_step step = stmt_step(stmt, err);
    if (step == DB_STEP_ROW && !stmt_col_is_null(stmt, 0))
        ret_put->ms = stmt_col_int(stmt, 0) * 1000;
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

/* ------------------------------------------------------------------ what became of them */

struct ending {
    char id[NOTICE_REQUEST_MAX + 1];
    enum smsd_end end;
};

/* Read first, acted upon then: what acts writes into the same tables. */
static bool read_endings(struct stmt *stmt, struct ending *ret_rows, size_t *ret_n,
                         struct error *err)
{
    enum db_step step;
    *ret_n = 0;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW && *ret_n < SOME) {
        struct ending *row = &ret_rows[(*ret_n)++];
        (void)snprintf(row->id, sizeof row->id, "%s", stmt_col_text(stmt, 0));
        row->end = (enum smsd_end)stmt_col_int(stmt, 1);
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

static bool forget(struct smsd *smsd, const char *id, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(smsd->db, "DELETE FROM sentitems WHERE CreatorID = 'trao:' || ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, id);
    return stmt_done(stmt, err);
}

bool smsd_ends(struct smsd *smsd, struct instant patience,
               bool (*each)(void *ctx, const char *id, enum smsd_end end, struct error *err),
               void *ctx, struct error *err)
{
    struct ending rows[SOME];
    struct stmt *stmt;
    size_t n = 0;
    /* 2 failed, 1 delivered, 0 sent; of others more may be heard. */
    if (!db_prepare(smsd->db,
                    "SELECT substr(CreatorID, 6), CASE"
                    " WHEN max(Status IN ('SendingError', 'DeliveryFailed', 'Error')) THEN 2"
                    " WHEN min(Status = 'DeliveryOK') THEN 1 ELSE 0 END AS what"
                    " FROM sentitems WHERE" OURS " GROUP BY CreatorID"
                    " HAVING what <> 0 OR min(Status = 'SendingOKNoReport')"
                    " OR min(" LONG_AGO("InsertIntoDB") ") LIMIT 64",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, patience.ms / 1000);
    bool good = read_endings(stmt, rows, &n, err);
    for (size_t i = 0; good && i < n; i++)
        good = each(ctx, rows[i].id, rows[i].end, err) && forget(smsd, rows[i].id, err);
    return good;
}

static bool any_waits_since(struct smsd *smsd, struct instant before, bool *ret_any,
                            struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(smsd->db,
                    "SELECT 1 FROM outbox WHERE" OURS " AND" LONG_AGO("InsertIntoDB") " LIMIT 1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, before.ms / 1000);
    enum db_step step = stmt_step(stmt, err);
    *ret_any = step == DB_STEP_ROW;
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

/* As one that failed, which smsd_ends then reports. */
bool smsd_take_back(struct smsd *smsd, struct instant before, struct error *err)
{
    static const char *const steps[] = {
        "INSERT OR REPLACE INTO sentitems(ID, SequencePosition, Text, UDH, SenderID, CreatorID,"
        " Status, InsertIntoDB) SELECT ID, 1, '', '', '', CreatorID, 'Error', InsertIntoDB"
        " FROM outbox WHERE" OURS " AND" LONG_AGO("InsertIntoDB"),
        "DELETE FROM outbox_multipart WHERE ID IN (SELECT ID FROM outbox"
        " WHERE" OURS " AND" LONG_AGO("InsertIntoDB") ")",
        "DELETE FROM outbox WHERE" OURS " AND" LONG_AGO("InsertIntoDB")};
    bool any = false;
    if (!any_waits_since(smsd, before, &any, err))
        return false;
    if (!any)
        return true;
    bool good = db_exec(smsd->db, "BEGIN IMMEDIATE", err);
    for (size_t i = 0; good && i < sizeof steps / sizeof *steps; i++) {
        struct stmt *stmt;
        good = db_prepare(smsd->db, steps[i], &stmt, err);
        if (good) {
            stmt_int(stmt, 1, before.ms / 1000);
            good = stmt_done(stmt, err);
        }
    }
    if (good && db_exec(smsd->db, "COMMIT", err))
        return true;
    db_abandon(smsd->db);
    return false;
}

/* ------------------------------------------------------------------ what comes */

struct came {
    int64_t row;
    bool says; /* a further part: the daemon wrote all of the text into the first */
    char at[32], from[64], text[2048];
};

static bool read_came(struct smsd *smsd, struct came *rows, size_t most, size_t *ret_n,
                      struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    *ret_n = 0;
    if (!db_prepare(smsd->db,
                    "SELECT ID, UDH = '' OR substr(UDH, -2) = '01', ReceivingDateTime,"
                    " SenderNumber, TextDecoded FROM inbox ORDER BY ID LIMIT 16",
                    &stmt, err))
        return false;
    while (*ret_n < most && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct came *came = &rows[(*ret_n)++];
        came->row = stmt_col_int(stmt, 0);
        came->says = stmt_col_int(stmt, 1) != 0;
        (void)snprintf(came->at, sizeof came->at, "%s", stmt_col_text(stmt, 2));
        (void)snprintf(came->from, sizeof came->from, "%s", stmt_col_text(stmt, 3));
        (void)snprintf(came->text, sizeof came->text, "%s", stmt_col_text(stmt, 4));
        utf8_mend(came->from);
        utf8_mend(came->text);
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

static bool forget_came(struct smsd *smsd, int64_t row, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(smsd->db, "DELETE FROM inbox WHERE ID = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, row);
    return stmt_done(stmt, err);
}

#define CAME 16

bool smsd_texts(struct smsd *smsd,
                bool (*each)(void *ctx, int64_t row, const char *at, const char *from,
                             const char *text, struct error *err),
                void *ctx, struct error *err)
{
    struct came *rows = calloc(CAME, sizeof *rows);
    size_t n = 0;
    if (rows == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = read_came(smsd, rows, CAME, &n, err);
    for (size_t i = 0; good && i < n; i++)
        good = (!rows[i].says ||
                each(ctx, rows[i].row, rows[i].at, rows[i].from, rows[i].text, err)) &&
               forget_came(smsd, rows[i].row, err);
    free(rows);
    return good;
}
