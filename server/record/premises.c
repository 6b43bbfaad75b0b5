#include "server/record/premises.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

#define COLUMNS                                                                                    \
    "kind, number, code, name, neutral, address, phone, commune, post_office, has_place, lat_e7,"  \
    " lon_e7, successor, from_ms, to_ms, citation"

static const char *const kind_keys[] = {
    [PREMISES_NONE] = "none",
    [PREMISES_OFFICE] = "office",
    [PREMISES_POST_OFFICE] = "post-office",
    [PREMISES_PICKUP] = "pickup",
};

const char *premises_kind_key(enum premises_kind kind)
{
    return kind_keys[kind];
}

/* ------------------------------------------------------------------ rows */

static void read_row(struct stmt *stmt, struct premises *premises)
{
    *premises = (struct premises){
        .kind = (enum premises_kind)stmt_col_int(stmt, 0),
        .number = (uint32_t)stmt_col_int(stmt, 1),
        .commune = (uint32_t)stmt_col_int(stmt, 7),
        .post_office = (uint32_t)stmt_col_int(stmt, 8),
        .has_place = stmt_col_int(stmt, 9) != 0,
        .lat_e7 = (int32_t)stmt_col_int(stmt, 10),
        .lon_e7 = (int32_t)stmt_col_int(stmt, 11),
        .from = {stmt_col_int(stmt, 13)},
        .to = {stmt_col_int(stmt, 14)},
    };
    strncpy(premises->code, stmt_col_text(stmt, 2), sizeof premises->code - 1);
    strncpy(premises->name, stmt_col_text(stmt, 3), sizeof premises->name - 1);
    strncpy(premises->neutral, stmt_col_text(stmt, 4), sizeof premises->neutral - 1);
    strncpy(premises->address, stmt_col_text(stmt, 5), sizeof premises->address - 1);
    strncpy(premises->phone, stmt_col_text(stmt, 6), sizeof premises->phone - 1);
    strncpy(premises->successor, stmt_col_text(stmt, 12), sizeof premises->successor - 1);
    strncpy(premises->citation, stmt_col_text(stmt, 15), sizeof premises->citation - 1);
}

static bool put_row(struct record *record, const struct premises *premises, uint64_t seq,
                    struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO premises(seq, " COLUMNS ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7,"
                    " ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    stmt_int(stmt, 2, premises->kind);
    stmt_int(stmt, 3, premises->number);
    stmt_text(stmt, 4, premises->code);
    stmt_text(stmt, 5, premises->name);
    stmt_text(stmt, 6, premises->neutral);
    stmt_text(stmt, 7, premises->address);
    stmt_text(stmt, 8, premises->phone);
    stmt_int(stmt, 9, premises->commune);
    stmt_int(stmt, 10, premises->post_office);
    stmt_int(stmt, 11, premises->has_place);
    stmt_int(stmt, 12, premises->lat_e7);
    stmt_int(stmt, 13, premises->lon_e7);
    stmt_text(stmt, 14, premises->successor);
    stmt_int(stmt, 15, premises->from.ms);
    stmt_int(stmt, 16, premises->to.ms);
    stmt_text(stmt, 17, premises->citation);
    return stmt_done(stmt, err);
}

/* ------------------------------------------------------------------ looking up */

static bool take_one(struct stmt *stmt, const char *what, struct premises *ret_premises,
                     struct error *err)
{
    bool some;
    if (!step_maybe(stmt, &some, err))
        return error_add(err, "%s", what);
    if (!some)
        return error_set(err, ERROR_NOT_FOUND, "%s: chưa có trong sổ. / not registered", what);
    read_row(stmt, ret_premises);
    stmt_reset(stmt);
    return true;
}

/* The entry that began last is the one that counts, and it may have ended. */
static bool in_force(const struct premises *premises, struct instant at, struct error *err)
{
    bool ended = premises->to.ms != 0 && at.ms >= premises->to.ms;
    return !ended ||
           error_set(err, ERROR_REFUSED, "%s: đã thôi hoạt động%s%s. / has ended", premises->code,
                     *premises->successor ? ", nay là " : "", premises->successor);
}

bool premises_find(struct record *record, enum premises_kind kind, const char *code,
                   struct instant at, struct premises *ret_premises, struct error *err)
{
    struct stmt *stmt;
    struct premises premises;
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM premises WHERE kind = ?1 AND code = ?2 AND"
                    " from_ms <= ?3 ORDER BY from_ms DESC, seq DESC LIMIT 1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, kind);
    stmt_text(stmt, 2, code);
    stmt_int(stmt, 3, at.ms);
    if (!take_one(stmt, code, &premises, err) || !in_force(&premises, at, err))
        return false;
    *ret_premises = premises;
    return true;
}

static bool code_of(struct record *record, enum premises_kind kind, uint32_t number,
                    char out[PREMISES_CODE_MAX + 1], struct error *err)
{
    struct stmt *stmt;
    struct premises premises;
    char what[32];
    (void)snprintf(what, sizeof what, "%s %u", premises_kind_key(kind), number);
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM premises WHERE kind = ?1 AND number = ?2 LIMIT 1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, kind);
    stmt_int(stmt, 2, number);
    if (!take_one(stmt, what, &premises, err))
        return false;
    memcpy(out, premises.code, sizeof premises.code);
    return true;
}

bool premises_at(struct record *record, enum premises_kind kind, uint32_t number, struct instant at,
                 struct premises *ret_premises, struct error *err)
{
    char code[PREMISES_CODE_MAX + 1];
    return code_of(record, kind, number, code, err) &&
           premises_find(record, kind, code, at, ret_premises, err);
}

bool premises_last(struct record *record, enum premises_kind kind, const char *code,
                   struct premises *ret_premises, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM premises WHERE kind = ?1 AND code = ?2"
                    " ORDER BY from_ms DESC, seq DESC LIMIT 1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, kind);
    stmt_text(stmt, 2, code);
    return take_one(stmt, code, ret_premises, err);
}

static bool tell_each(struct stmt *stmt, bool (*each)(void *ctx, const struct premises *premises),
                      void *ctx, struct error *err)
{
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct premises premises;
        read_row(stmt, &premises);
        if (!each(ctx, &premises))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the registry");
    stmt_reset(stmt);
    return true;
}

bool premises_each(struct record *record, enum premises_kind kind, struct instant at,
                   bool (*each)(void *ctx, const struct premises *premises), void *ctx,
                   struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM premises AS p WHERE kind = ?1 AND from_ms <= ?2"
                    " AND (to_ms = 0 OR to_ms > ?2) AND NOT EXISTS (SELECT 1 FROM premises AS q"
                    " WHERE q.kind = p.kind AND q.code = p.code AND q.from_ms <= ?2 AND"
                    " (q.from_ms > p.from_ms OR (q.from_ms = p.from_ms AND q.seq > p.seq)))"
                    " ORDER BY code",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, kind);
    stmt_int(stmt, 2, at.ms);
    return tell_each(stmt, each, ctx, err);
}

bool premises_history(struct record *record, const char *code,
                      bool (*each)(void *ctx, const struct premises *premises), void *ctx,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT " COLUMNS " FROM premises WHERE code = ?1"
                    " ORDER BY kind, from_ms, seq",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, code);
    return tell_each(stmt, each, ctx, err);
}

/* ------------------------------------------------------------------ registering */

static bool code_is_good(enum premises_kind kind, const char *code)
{
    size_t n = strlen(code);
    if (kind == PREMISES_POST_OFFICE)
        return n == 6 && strspn(code, "0123456789") == n;
    return n > 0 && n <= PREMISES_CODE_MAX &&
           strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") == n;
}

static bool check(struct record *record, const struct premises *premises, struct error *err)
{
    struct premises other;
    struct error none = {ERROR_NONE, ""};
    if (!code_is_good(premises->kind, premises->code))
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.40s»: mã gồm A-Z, 0-9, chấm, gạch; bưu cục sáu chữ số. / no code",
                         premises->code);
    if (*premises->name == '\0')
        return error_set(err, ERROR_BAD_INPUT, "%s: cần name=. / a name is wanted", premises->code);
    if (premises->to.ms != 0 && premises->to.ms <= premises->from.ms)
        return error_set(err, ERROR_BAD_INPUT,
                         "to=: %s hết hạn trước khi bắt đầu. / ends before it begins",
                         premises->code);
    if (*premises->successor == '\0')
        return true;
    if (premises->to.ms == 0 || strcmp(premises->successor, premises->code) == 0)
        return error_set(
            err, ERROR_BAD_INPUT,
            "successor=: %s có mã kế thừa thì cần ngày hết. / needs to=", premises->code);
    return premises_last(record, premises->kind, premises->successor, &other, &none) ||
           error_set(err, none.code == ERROR_NOT_FOUND ? ERROR_REFUSED : none.code, "%s",
                     none.text);
}

/* A code keeps its number; a new one has the next. */
static bool number_of(struct record *record, const struct premises *premises, uint32_t *ret_number,
                      struct error *err)
{
    struct premises known;
    struct stmt *stmt;
    struct error none = {ERROR_NONE, ""};
    if (premises_last(record, premises->kind, premises->code, &known, &none)) {
        *ret_number = known.number;
        return true;
    }
    if (none.code != ERROR_NOT_FOUND)
        return error_set(err, none.code, "%s", none.text);
    if (premises->kind == PREMISES_POST_OFFICE) {
        *ret_number = (uint32_t)strtoul(premises->code, NULL, 10);
        return true;
    }
    if (!db_prepare(record->db, "SELECT COALESCE(MAX(number), 0) + 1 FROM premises WHERE kind = ?1",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, premises->kind);
    if (!step_row(stmt, "premises", err))
        return false;
    *ret_number = (uint32_t)stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return true;
}

bool premises_put(struct record *record, struct premises *premises, uint32_t user,
                  struct error *err)
{
    uint8_t bytes[PREMISES_BYTES_MAX];
    size_t n = 0;
    uint32_t number = 0;
    uint64_t seq = 0;
    if (!check(record, premises, err) || !number_of(record, premises, &number, err))
        return false;
    struct office_fact fact = {.event = EVENT_PREMISES_SET,
                               .user = user,
                               .kind = premises->kind,
                               .value = number,
                               .commune = premises->commune,
                               .post_office = premises->post_office,
                               .from = premises->from,
                               .to = premises->to,
                               .has_evidence = true};
    (void)snprintf(fact.key, sizeof fact.key, "%s", premises->code);
    (void)snprintf(fact.citation, sizeof fact.citation, "%s", premises->citation);
    if (!premises_encode(premises, bytes, &n, err) ||
        !record_attachment_add(record, bytes, n, &fact.evidence, err) ||
        !record_office_add(record, &fact, &seq, err))
        return error_add(err, "%s", premises->code);
    premises->number = number;
    return put_row(record, premises, seq, err);
}

/* ------------------------------------------------------------------ signs */

/* Follows those that have ended to who took over. */
static bool office_now(struct record *record, uint32_t number, struct instant at,
                       struct premises *ret_premises, bool *ret_known, struct error *err)
{
    char code[PREMISES_CODE_MAX + 1];
    struct error none = {ERROR_NONE, ""};
    *ret_known = false;
    if (!code_of(record, PREMISES_OFFICE, number, code, &none))
        return none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.text);
    for (int hop = 0; hop < 8 && !*ret_known; hop++) {
        *ret_known = premises_find(record, PREMISES_OFFICE, code, at, ret_premises, &none);
        if (*ret_known || none.code == ERROR_NOT_FOUND)
            return true;
        if (none.code != ERROR_REFUSED)
            return error_set(err, none.code, "%s", none.text);
        if (!premises_last(record, PREMISES_OFFICE, code, ret_premises, err))
            return false;
        if (*ret_premises->successor == '\0')
            break;
        memcpy(code, ret_premises->successor, sizeof code);
    }
    *ret_known = true; /* ended without a successor: as it was last */
    return true;
}

bool premises_in_force(struct record *record, enum premises_kind kind, uint32_t number,
                       struct instant at, struct premises *ret_premises, bool *ret_known,
                       struct error *err)
{
    struct error none = {ERROR_NONE, ""};
    *ret_known = premises_at(record, kind, number, at, ret_premises, &none);
    return *ret_known || none.code == ERROR_NOT_FOUND || none.code == ERROR_REFUSED ||
           error_set(err, none.code, "%s", none.text);
}

bool premises_sign(struct record *record, uint32_t office, uint32_t post_office, struct instant at,
                   struct sign *ret_sign, struct error *err)
{
    struct sign sign = {.office = ""};
    struct premises premises;
    bool known;
    if (!office_now(record, office == 0 ? PREMISES_FIRST_OFFICE : office, at, &premises, &known,
                    err))
        return false;
    if (known) {
        const char *name = *premises.neutral ? premises.neutral : premises.name;
        memcpy(sign.office, name, sizeof sign.office);
        memcpy(sign.address, premises.address, sizeof sign.address);
        memcpy(sign.phone, premises.phone, sizeof sign.phone);
    }
    if (!premises_in_force(record, PREMISES_POST_OFFICE, post_office, at, &premises, &known, err))
        return false;
    if (known)
        memcpy(sign.post_office, premises.name, sizeof sign.post_office);
    *ret_sign = sign;
    return true;
}

bool premises_sign_pickup(struct record *record, uint32_t number, struct instant at,
                          struct sign *sign, struct error *err)
{
    struct premises point;
    bool known = false;
    sign->pickup[0] = sign->pickup_address[0] = '\0';
    if (number != 0 && !premises_in_force(record, PREMISES_PICKUP, number, at, &point, &known, err))
        return false;
    if (known) {
        memcpy(sign->pickup, point.name, sizeof sign->pickup);
        memcpy(sign->pickup_address, point.address, sizeof sign->pickup_address);
    }
    return true;
}
