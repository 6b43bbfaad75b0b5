#include "server/record/postmen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

#define POSTMAN_COLUMNS "SELECT badge, name, post_office, from_ms, to_ms, pin FROM postman "

/* ------------------------------------------------------------------ badges */

char *badge_text(uint32_t badge, char out[BADGE_TEXT_MAX])
{
    (void)snprintf(out, BADGE_TEXT_MAX, "TH-%08u", badge);
    return out;
}

bool badge_read(const char *text, uint32_t *ret_badge, struct error *err)
{
    const char *digits = strncmp(text, "TH-", 3) == 0 ? text + 3 : text;
    size_t n = strlen(digits);
    unsigned long badge =
        n > 0 && n <= 8 && strspn(digits, "0123456789") == n ? strtoul(digits, NULL, 10) : 0;
    if (badge == 0)
        return error_set(err, ERROR_BAD_INPUT, "«%s»: phải như TH-00000012. / a badge is wanted",
                         text);
    *ret_badge = (uint32_t)badge;
    return true;
}

/* ------------------------------------------------------------------ writing */

static bool put_row(struct record *record, const struct postman *postman, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO postman(badge, name, post_office, from_ms, to_ms, pin)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(badge) DO UPDATE SET"
                    " name = ?2, post_office = ?3, from_ms = ?4, to_ms = ?5, pin = ?6",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, postman->badge);
    stmt_text(stmt, 2, postman->name);
    stmt_int(stmt, 3, postman->post_office);
    stmt_int(stmt, 4, postman->from.ms);
    stmt_int(stmt, 5, postman->to.ms);
    stmt_text(stmt, 6, postman->pin);
    return stmt_done(stmt, err) || error_add(err, "cannot keep a postman");
}

bool postman_put(struct record *record, const struct postman *postman, uint32_t user,
                 struct error *err)
{
    struct office_fact fact = {.event = EVENT_POSTMAN_SET,
                               .user = user,
                               .badge = postman->badge,
                               .post_office = postman->post_office,
                               .from = postman->from,
                               .to = postman->to};
    if (postman->to.ms != 0 && postman->to.ms <= postman->from.ms)
        return error_set(err, ERROR_BAD_INPUT,
                         "to=: hết hạn trước khi bắt đầu. / ends before it begins");
    return put_row(record, postman, err) && record_office_add(record, &fact, NULL, err);
}

/* ------------------------------------------------------------------ reading */

static void read_row(struct stmt *stmt, struct postman *postman)
{
    *postman = (struct postman){.badge = (uint32_t)stmt_col_int(stmt, 0),
                                .post_office = (uint32_t)stmt_col_int(stmt, 2),
                                .from = {stmt_col_int(stmt, 3)},
                                .to = {stmt_col_int(stmt, 4)}};
    strncpy(postman->name, stmt_col_text(stmt, 1), sizeof postman->name - 1);
    strncpy(postman->pin, stmt_col_text(stmt, 5), sizeof postman->pin - 1);
}

bool postman_get(struct record *record, uint32_t badge, struct postman *ret_postman,
                 struct error *err)
{
    struct stmt *stmt;
    char text[BADGE_TEXT_MAX];
    if (!db_prepare(record->db, POSTMAN_COLUMNS "WHERE badge = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, badge);
    if (!step_row(stmt, badge_text(badge, text), err))
        return false;
    read_row(stmt, ret_postman);
    stmt_reset(stmt);
    return true;
}

bool postman_at(struct record *record, uint32_t badge, struct instant at,
                struct postman *ret_postman, struct error *err)
{
    struct postman postman;
    char text[BADGE_TEXT_MAX];
    if (!postman_get(record, badge, &postman, err))
        return false;
    if (at.ms < postman.from.ms || (postman.to.ms != 0 && at.ms >= postman.to.ms))
        return error_set(err, ERROR_REFUSED,
                         "%s: thẻ không có hiệu lực lúc đó. / not in force then",
                         badge_text(badge, text));
    *ret_postman = postman;
    return true;
}

bool postmen_each(struct record *record, bool (*each)(void *ctx, const struct postman *postman),
                  void *ctx, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, POSTMAN_COLUMNS "ORDER BY badge", &stmt, err))
        return false;
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct postman postman;
        read_row(stmt, &postman);
        if (!each(ctx, &postman))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the postmen");
    stmt_reset(stmt);
    return true;
}
