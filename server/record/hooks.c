#include "server/record/hooks.h"

#include <stdio.h>
#include <string.h>

#include "server/record/inside.h"

bool hook_hears(const struct hook *hook, uint32_t office)
{
    for (size_t i = 0; i < hook->offices_n; i++)
        if (hook->offices[i] == office)
            return true;
    return hook->offices_n == 0;
}

/* ------------------------------------------------------------------ writing */

static bool one_number(struct record *record, const char *sql, uint64_t *ret_number,
                       struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err) || !step_row(stmt, "webhooks", err))
        return false;
    *ret_number = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

bool hooks_changed(struct record *record, uint64_t *ret_changed, struct error *err)
{
    return one_number(record, "SELECT coalesce(max(changed), 0) FROM hook", ret_changed, err);
}

static bool is_free(struct record *record, const struct hook *hook, struct error *err)
{
    struct hook known;
    struct error why = {ERROR_NONE, ""};
    uint64_t n = 0;
    if (hook_find(record, hook->name, &known, &why))
        return known.id == hook->id ||
               error_set(err, ERROR_REPEATED, "«%s»: đã có. / there is one of this name",
                         hook->name);
    if (why.code != ERROR_NOT_FOUND)
        return error_set(err, why.code, "%s", why.text);
    return one_number(record, "SELECT count(*) FROM hook", &n, err) &&
           (hook->id != 0 || n < HOOKS_MAX ||
            error_set(err, ERROR_REFUSED, "nhiều nhất %d webhook. / no more than that", HOOKS_MAX));
}

static bool put_offices(struct record *record, const struct hook *hook, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "DELETE FROM hook_office WHERE hook = ?1", &stmt, err))
        return false;
    stmt_int(stmt, 1, hook->id);
    if (!stmt_done(stmt, err))
        return false;
    for (size_t i = 0; i < hook->offices_n; i++) {
        if (!db_prepare(record->db, "INSERT OR IGNORE INTO hook_office VALUES(?1, ?2)", &stmt, err))
            return false;
        stmt_int(stmt, 1, hook->id);
        stmt_int(stmt, 2, hook->offices[i]);
        if (!stmt_done(stmt, err))
            return false;
    }
    return true;
}

static bool put_row(struct record *record, const struct hook *hook, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT OR REPLACE INTO hook(id, name, url, events, running, secret, before,"
                    " before_ms, made_ms, changed)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, hook->id);
    stmt_text(stmt, 2, hook->name);
    stmt_text(stmt, 3, hook->url);
    stmt_int(stmt, 4, hook->events);
    stmt_int(stmt, 5, hook->on);
    stmt_blob(stmt, 6, hook->secret.bytes, hook->secret.n);
    stmt_blob(stmt, 7, hook->before.bytes, hook->before.n);
    stmt_int(stmt, 8, hook->before_until.ms);
    stmt_int(stmt, 9, hook->made.ms);
    stmt_u64(stmt, 10, hook->changed);
    return stmt_done(stmt, err);
}

bool hook_put(struct record *record, struct hook *hook, struct error *err)
{
    uint64_t id = hook->id, changed = 0;
    if (!is_free(record, hook, err) || !hooks_changed(record, &changed, err) ||
        (id == 0 && !one_number(record, "SELECT coalesce(max(id), 0) + 1 FROM hook", &id, err)))
        return error_add(err, "webhook");
    if (hook->id == 0)
        hook->made = record_now(record);
    hook->id = (uint32_t)id;
    hook->changed = changed + 1;
    return (put_row(record, hook, err) && put_offices(record, hook, err)) ||
           error_add(err, "webhook");
}

/* ------------------------------------------------------------------ reading */

#define HOOK_COLUMNS                                                                               \
    "SELECT id, name, url, events, running, secret, before, before_ms, made_ms, changed FROM "     \
    "hook "

static bool read_secret(struct stmt *stmt, int at, struct hook_secret *ret_secret,
                        struct error *err)
{
    size_t n = 0;
    const void *bytes = stmt_col_blob(stmt, at, &n);
    if (n > sizeof ret_secret->bytes)
        return error_set(err, ERROR_BROKEN, "webhook: a secret of %zu bytes", n);
    ret_secret->n = n;
    if (n > 0)
        memcpy(ret_secret->bytes, bytes, n);
    return true;
}

static bool read_row(struct stmt *stmt, struct hook *ret_hook, struct error *err)
{
    *ret_hook = (struct hook){.id = (uint32_t)stmt_col_int(stmt, 0),
                              .events = (uint32_t)stmt_col_int(stmt, 3),
                              .on = stmt_col_int(stmt, 4) != 0,
                              .before_until = {stmt_col_int(stmt, 7)},
                              .made = {stmt_col_int(stmt, 8)},
                              .changed = stmt_col_u64(stmt, 9)};
    (void)snprintf(ret_hook->name, sizeof ret_hook->name, "%s", stmt_col_text(stmt, 1));
    (void)snprintf(ret_hook->url, sizeof ret_hook->url, "%s", stmt_col_text(stmt, 2));
    return read_secret(stmt, 5, &ret_hook->secret, err) &&
           read_secret(stmt, 6, &ret_hook->before, err);
}

static bool read_offices(struct record *record, struct hook *hook, struct error *err)
{
    struct stmt *stmt;
    enum db_step step = DB_STEP_DONE;
    if (!db_prepare(record->db, "SELECT office FROM hook_office WHERE hook = ?1 ORDER BY office",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, hook->id);
    while (hook->offices_n < PERSON_OFFICES_MAX && (step = stmt_step(stmt, err)) == DB_STEP_ROW)
        hook->offices[hook->offices_n++] = (uint32_t)stmt_col_int(stmt, 0);
    if (step == DB_STEP_FAILED)
        return false;
    stmt_reset(stmt);
    return true;
}

bool hook_find(struct record *record, const char *name, struct hook *ret_hook, struct error *err)
{
    struct stmt *stmt;
    bool some;
    if (!db_prepare(record->db, HOOK_COLUMNS "WHERE name = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, name);
    if (!step_maybe(stmt, &some, err))
        return error_add(err, "webhook");
    if (!some)
        return error_set(err, ERROR_NOT_FOUND, "«%.32s»: không có webhook này. / no such webhook",
                         name);
    bool read = read_row(stmt, ret_hook, err);
    stmt_reset(stmt);
    return read && read_offices(record, ret_hook, err);
}

bool hooks_read(struct record *record, struct hook ret_hooks[HOOKS_MAX], size_t *ret_n,
                struct error *err)
{
    struct stmt *stmt;
    enum db_step step = DB_STEP_DONE;
    bool good = true;
    *ret_n = 0;
    if (!db_prepare(record->db, HOOK_COLUMNS "ORDER BY name", &stmt, err))
        return false;
    while (good && *ret_n < HOOKS_MAX && (step = stmt_step(stmt, err)) == DB_STEP_ROW)
        good = read_row(stmt, &ret_hooks[*ret_n], err) && ++*ret_n > 0;
    if (good && step == DB_STEP_FAILED)
        return error_add(err, "webhooks");
    stmt_reset(stmt);
    for (size_t i = 0; good && i < *ret_n; i++)
        good = read_offices(record, &ret_hooks[i], err);
    return good || error_add(err, "webhooks");
}

/* ------------------------------------------------------------------ dead letters */

bool dead_letters_add(struct record *record, const struct office_fact *fact, struct error *err)
{
    bool failed = fact->event == EVENT_NOTICE_FAILED;
    struct stmt *stmt;
    if ((!failed && fact->event != EVENT_NOTICE_DELIVERED) ||
        fact->notice.channel != CHANNEL_OFFICE)
        return true;
    if (!db_prepare(record->db,
                    failed ? "INSERT OR REPLACE INTO dead_letter(receiver, item, seq)"
                             " VALUES(?1, ?2, ?3)"
                           : "DELETE FROM dead_letter WHERE receiver = ?1 AND item = ?2",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, fact->notice.receiver);
    stmt_text(stmt, 2, fact->item.text);
    if (failed)
        stmt_u64(stmt, 3, fact->seq);
    return stmt_done(stmt, err) || error_add(err, "dead letter");
}

struct filling {
    struct record *record;
    struct error *err;
    bool good;
};

static bool is_an_end(uint32_t event)
{
    return event == EVENT_NOTICE_FAILED || event == EVENT_NOTICE_DELIVERED;
}

static bool fill_one(void *ctx, const struct office_fact *fact)
{
    struct filling *filling = ctx;
    filling->good = dead_letters_add(filling->record, fact, filling->err);
    return filling->good;
}

bool dead_letters_fill(struct record *record, struct error *err)
{
    struct filling filling = {record, err, true};
    return record_office_some(record, 0, INT64_MAX, is_an_end, fill_one, &filling, err) &&
           filling.good;
}

bool dead_letters_read(struct record *record, int64_t receiver,
                       bool (*each)(void *ctx, uint32_t receiver, const struct item *item),
                       void *ctx, struct error *err)
{
    struct stmt *stmt;
    enum db_step step = DB_STEP_DONE;
    bool good = true, more = true;
    if (!db_prepare(record->db,
                    "SELECT receiver, item FROM dead_letter WHERE receiver BETWEEN ?1 AND ?2"
                    " ORDER BY receiver, item",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, receiver < 0 ? 0 : receiver);
    stmt_int(stmt, 2, receiver < 0 ? INT64_MAX : receiver);
    while (good && more && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        const char *text = stmt_col_text(stmt, 1);
        struct item item;
        good = item_parse(text, strlen(text), &item, err);
        more = good && each(ctx, (uint32_t)stmt_col_int(stmt, 0), &item);
    }
    if (good && step == DB_STEP_FAILED)
        return error_add(err, "dead letters");
    stmt_reset(stmt);
    return good || error_add(err, "dead letters");
}
