#include "server/views/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of this file and of the fold: raise it when either changes. */
#define LAYOUT 14
#define TEXT_OF(number) #number
#define SQL_OF(number) TEXT_OF(number)

struct store {
    struct db *db;
    uint64_t generation;
};

static const char layout[] =
    "DROP TABLE IF EXISTS mark; DROP TABLE IF EXISTS item; DROP TABLE IF EXISTS rule;"
    "CREATE TABLE rule(seq INTEGER PRIMARY KEY);"
    "CREATE TABLE mark(id INTEGER PRIMARY KEY CHECK(id = 1), generation INTEGER NOT NULL,"
    " batch INTEGER NOT NULL, office INTEGER NOT NULL, shape INTEGER NOT NULL);"
    "CREATE TABLE item(place INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "PRAGMA user_version=" SQL_OF(LAYOUT);

/* ------------------------------------------------------------------ open, close */

static bool read_number(struct db *db, const char *sql, uint64_t *ret_number, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(db, sql, &stmt, err))
        return false;
    enum db_step step = stmt_step(stmt, err);
    if (step == DB_STEP_FAILED)
        return false;
    *ret_number = step == DB_STEP_ROW ? stmt_col_u64(stmt, 0) : 0;
    stmt_reset(stmt);
    return true;
}

bool store_empty(struct store *store, struct error *err)
{
    struct stmt *stmt;
    if (!db_exec(store->db, "BEGIN IMMEDIATE", err))
        return error_add(err, "views");
    bool good = db_exec(store->db, layout, err) &&
                db_prepare(store->db,
                           "INSERT INTO mark(id, generation, batch, office, shape)"
                           " VALUES(1, ?1, 0, 0, ?2)",
                           &stmt, err);
    if (good) {
        stmt_u64(stmt, 1, store->generation);
        stmt_u64(stmt, 2, saved_shape());
        good = stmt_done(stmt, err) && db_exec(store->db, "COMMIT", err);
    }
    if (!good)
        db_abandon(store->db);
    return good || error_add(err, "views");
}

static bool set_up(struct store *store, struct error *err)
{
    uint64_t version, generation = 0, shape = 0;
    if (!read_number(store->db, "PRAGMA user_version", &version, err))
        return false;
    if (version == LAYOUT &&
        (!read_number(store->db, "SELECT generation FROM mark", &generation, err) ||
         !read_number(store->db, "SELECT shape FROM mark", &shape, err)))
        return false;
    return (version == LAYOUT && generation == store->generation && shape == saved_shape()) ||
           store_empty(store, err);
}

static bool open_once(const char *path, struct store *store, struct error *err)
{
    if (!db_open(path, DB_REBUILDABLE, &store->db, err))
        return false;
    if (set_up(store, err))
        return true;
    db_close(store->db);
    store->db = NULL;
    return false;
}

bool store_open(const char *path, uint64_t generation, struct store **ret_store, struct error *err)
{
    struct error first;
    struct store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    store->generation = generation;
    bool good = open_once(path, store, &first);
    if (!good && first.code == ERROR_BROKEN) {
        db_remove(path);
        good = open_once(path, store, &first);
    }
    if (!good) {
        store_close(store);
        return error_set(err, first.code, "views: %s", first.text);
    }
    *ret_store = store;
    return true;
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    db_close(store->db);
    free(store);
}

/* ------------------------------------------------------------------ reading */

/* Rows stand by their places, none is left out: each is the next entry. */
static bool read_row(struct stmt *stmt, struct table *table, struct error *err)
{
    size_t n;
    const void *bytes = stmt_col_blob(stmt, 1, &n);
    if (stmt_col_u64(stmt, 0) != table->entries.n)
        return error_set(err, ERROR_BROKEN, "views: a row is missing");
    return saved_read(bytes, n, table, err);
}

/* What was just read is on disk as it is. */
static void clean(struct table *table)
{
    for (size_t i = 0; i < table->dirty.n; i++)
        table->dirty.all[i]->dirty = false;
    table->dirty.n = 0;
}

static bool read_mark(struct store *store, struct mark *ret_mark, struct error *err)
{
    uint64_t batch, office;
    if (!read_number(store->db, "SELECT batch FROM mark", &batch, err) ||
        !read_number(store->db, "SELECT office FROM mark", &office, err))
        return false;
    *ret_mark = (struct mark){(int64_t)batch, office};
    return true;
}

static bool read_rules(struct store *store, struct seqs *rules, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(store->db, "SELECT seq FROM rule ORDER BY seq", &stmt, err))
        return false;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW)
        if (!seqs_add(rules, stmt_col_u64(stmt, 0))) {
            stmt_reset(stmt);
            return error_set(err, ERROR_LATER, "views: out of memory");
        }
    if (step == DB_STEP_FAILED)
        return error_add(err, "views");
    stmt_reset(stmt);
    return true;
}

bool store_read(struct store *store, struct table *table, struct seqs *rules, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!read_mark(store, &table->mark, err) || !read_rules(store, rules, err) ||
        !db_prepare(store->db, "SELECT place, bytes FROM item ORDER BY place", &stmt, err))
        return false;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW)
        if (!read_row(stmt, table, err)) {
            stmt_reset(stmt);
            return false;
        }
    if (step == DB_STEP_FAILED)
        return error_add(err, "views");
    stmt_reset(stmt);
    clean(table);
    return table_list_issued(table) || error_set(err, ERROR_LATER, "views: out of memory");
}

/* ------------------------------------------------------------------ writing */

static bool write_one(struct store *store, uint32_t place, const uint8_t *bytes, size_t n,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(store->db, "INSERT OR REPLACE INTO item(place, bytes) VALUES(?1, ?2)", &stmt,
                    err))
        return false;
    stmt_int(stmt, 1, place);
    stmt_blob(stmt, 2, bytes, n);
    return stmt_done(stmt, err);
}

static bool write_mark(struct store *store, const struct mark *mark, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(store->db, "UPDATE mark SET batch = ?1, office = ?2", &stmt, err))
        return false;
    stmt_int(stmt, 1, mark->batch);
    stmt_u64(stmt, 2, mark->office);
    return stmt_done(stmt, err);
}

static bool write_rules(struct store *store, const struct seqs *rules, struct error *err)
{
    struct stmt *stmt;
    for (size_t i = 0; i < rules->n; i++) {
        if (!db_prepare(store->db, "INSERT OR IGNORE INTO rule(seq) VALUES(?1)", &stmt, err))
            return false;
        stmt_u64(stmt, 1, rules->all[i]);
        if (!stmt_done(stmt, err))
            return false;
    }
    return true;
}

/* In the order of the table's key: then each page is written once. The key is the place among all
 * entries, which is the order of first sight: what is new stands side by side at the end, what
 * moves lately not far from it. By number each row had a page of its own, as soon as there were
 * many. */
bool store_write(struct store *store, const struct saved *saved, const struct seqs *rules,
                 const struct mark *mark, struct error *err)
{
    const uint8_t *bytes = saved->bytes;
    if (!db_exec(store->db, "BEGIN IMMEDIATE", err))
        return error_add(err, "views");
    bool good = true;
    for (size_t i = 0; good && i < saved->rows; bytes += saved->row[i++].n)
        good = write_one(store, saved->row[i].place, bytes, saved->row[i].n, err);
    if (good && write_rules(store, rules, err) && write_mark(store, mark, err) &&
        db_exec(store->db, "COMMIT", err))
        return true;
    db_abandon(store->db);
    return error_add(err, "views");
}
