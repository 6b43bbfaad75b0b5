#include "server/views/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of this file and of the fold: raise it when either changes. */
#define LAYOUT 11
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
    " batch INTEGER NOT NULL, office INTEGER NOT NULL);"
    "CREATE TABLE item(place INTEGER PRIMARY KEY, item TEXT NOT NULL, folded INTEGER NOT NULL, "
    "status INTEGER NOT NULL,"
    " doubts INTEGER NOT NULL, since_arrival_ms INTEGER NOT NULL, issue_seq INTEGER NOT NULL,"
    " refs BLOB NOT NULL,"
    " office_due INTEGER NOT NULL, office_stand INTEGER NOT NULL, office_first INTEGER NOT NULL,"
    " post_due INTEGER NOT NULL, post_stand INTEGER NOT NULL, post_first INTEGER NOT NULL,"
    " marks BLOB NOT NULL, money BLOB NOT NULL);"
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
    bool good =
        db_exec(store->db, layout, err) &&
        db_prepare(store->db, "INSERT INTO mark(id, generation, batch, office) VALUES(1, ?1, 0, 0)",
                   &stmt, err);
    if (good) {
        stmt_u64(stmt, 1, store->generation);
        good = stmt_done(stmt, err) && db_exec(store->db, "COMMIT", err);
    }
    if (!good)
        db_abandon(store->db);
    return good || error_add(err, "views");
}

static bool set_up(struct store *store, struct error *err)
{
    uint64_t version, generation = 0;
    if (!read_number(store->db, "PRAGMA user_version", &version, err))
        return false;
    if (version == LAYOUT &&
        !read_number(store->db, "SELECT generation FROM mark", &generation, err))
        return false;
    return (version == LAYOUT && generation == store->generation) || store_empty(store, err);
}

static void remove_files(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char name[4096];
        if ((size_t)snprintf(name, sizeof name, "%s%s", path, ends[i]) < sizeof name)
            (void)unlink(name);
    }
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
        remove_files(path);
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

static bool read_refs(struct table *table, struct tracked *entry, const uint8_t *bytes, size_t n)
{
    bool folded = entry->folded;
    for (size_t i = 0; i + 8 <= n; i += 8) {
        ref one = 0;
        for (size_t k = 0; k < 8; k++)
            one = one << 8 | bytes[i + k];
        if (!entry_add_ref(table, entry, one))
            return false;
    }
    entry->folded = folded;
    return true;
}

static bool read_dues(struct stmt *stmt, int at, struct dues *ret_dues)
{
    int64_t stand = stmt_col_int(stmt, at + 1);
    *ret_dues = (struct dues){.due_ms = stmt_col_int(stmt, at),
                              .stand = (enum stand)stand,
                              .kept_at_first = stmt_col_int(stmt, at + 2) != 0};
    return stand >= STAND_NONE && stand <= STAND_MISSED;
}

/* As it stands in memory: the file is made anew on another machine. */
static bool read_marks(struct stmt *stmt, int at, struct marks *ret_marks)
{
    size_t n;
    const void *bytes = stmt_col_blob(stmt, at, &n);
    if (n != sizeof *ret_marks)
        return false;
    memcpy(ret_marks, bytes, n);
    return ret_marks->zone < ZONES && ret_marks->reason < MARKS_REASONS &&
           ret_marks->stars < MARKS_STARS;
}

static bool read_money(struct stmt *stmt, int at, struct till_said *ret_money)
{
    size_t n;
    const void *bytes = stmt_col_blob(stmt, at, &n);
    return till_said_read(bytes, n, ret_money);
}

/* Rows stand by their places, none is left out: each is the next entry. */
static bool read_row(struct stmt *stmt, struct table *table, struct error *err)
{
    struct item item;
    const char *text = stmt_col_text(stmt, 0);
    uint64_t status = stmt_col_u64(stmt, 2);
    struct dues dues[VIEW_CLOCKS];
    struct marks marks;
    struct till_said money;
    if (!item_parse(text, strlen(text), &item, NULL) || status >= VIEW_STATUSES ||
        !read_dues(stmt, 7, &dues[VIEW_CLOCK_OFFICE]) ||
        !read_dues(stmt, 10, &dues[VIEW_CLOCK_POST]) || !read_marks(stmt, 13, &marks) ||
        stmt_col_u64(stmt, 14) != table->entries.n || !read_money(stmt, 15, &money))
        return error_set(err, ERROR_BROKEN, "views: a row cannot be read");
    size_t n;
    const uint8_t *refs = stmt_col_blob(stmt, 6, &n);
    struct tracked *entry = table_take(table, &item);
    if (entry != NULL) {
        entry->folded = stmt_col_int(stmt, 1) != 0;
        entry->status = (enum status)status;
        entry->doubts = (uint32_t)stmt_col_int(stmt, 3);
        entry->since_arrival.ms = stmt_col_int(stmt, 4);
        entry->issue_seq = stmt_col_u64(stmt, 5);
    }
    if (entry == NULL || !read_refs(table, entry, refs, n) ||
        !table_place(table, entry, dues, &marks, &money))
        return error_set(err, ERROR_LATER, "views: out of memory");
    return true;
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
        !db_prepare(store->db,
                    "SELECT item, folded, status, doubts, since_arrival_ms, issue_seq, refs,"
                    " office_due, office_stand, office_first, post_due, post_stand, post_first, "
                    "marks, place, money FROM item ORDER BY place",
                    &stmt, err))
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

bool saved_of(const struct table *table, const struct tracked *entry, struct saved *ret_saved)
{
    uint8_t *refs = malloc(entry->refs_n * 8 + 1);
    if (refs == NULL)
        return false;
    for (size_t i = 0; i < entry->refs_n; i++)
        for (size_t k = 0; k < 8; k++)
            refs[i * 8 + k] = (uint8_t)(entry->refs[i] >> (56 - 8 * k));
    *ret_saved =
        (struct saved){.place = entry->index,
                       .item = entry->item,
                       .folded = entry->folded,
                       .status = entry->status,
                       .doubts = entry->doubts,
                       .since_arrival = entry->since_arrival,
                       .issue_seq = entry->issue_seq,
                       .dues = {entry->dues[VIEW_CLOCK_OFFICE], entry->dues[VIEW_CLOCK_POST]},
                       .marks = entry->marks,
                       .refs = refs,
                       .refs_bytes = entry->refs_n * 8};
    till_get(&table->till, entry->money, &ret_saved->money);
    return true;
}

void saved_free(struct saved *saved, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(saved[i].refs);
    free(saved);
}

static int by_place(const void *a, const void *b)
{
    uint32_t x = ((const struct saved *)a)->place, y = ((const struct saved *)b)->place;
    return (x > y) - (x < y);
}

static bool write_one(struct store *store, const struct saved *saved, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(
            store->db,
            "INSERT INTO item(item, folded, status, doubts, since_arrival_ms, issue_seq,"
            " refs, office_due, office_stand, office_first, post_due, post_stand,"
            " post_first, marks, place, money) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
            " ?11, ?12, ?13, ?14, ?15, ?16)"
            " ON CONFLICT(place) DO UPDATE SET folded = ?2, status = ?3, doubts = ?4,"
            " since_arrival_ms = ?5, issue_seq = ?6, refs = ?7, office_due = ?8,"
            " office_stand = ?9, office_first = ?10, post_due = ?11, post_stand = ?12,"
            " post_first = ?13, marks = ?14, money = ?16",
            &stmt, err))
        return false;
    stmt_text(stmt, 1, saved->item.text);
    stmt_int(stmt, 2, saved->folded);
    stmt_int(stmt, 3, (int64_t)saved->status);
    stmt_int(stmt, 4, saved->doubts);
    stmt_int(stmt, 5, saved->since_arrival.ms);
    stmt_u64(stmt, 6, saved->issue_seq);
    stmt_blob(stmt, 7, saved->refs, saved->refs_bytes);
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        stmt_int(stmt, 8 + 3 * clock, saved->dues[clock].due_ms);
        stmt_int(stmt, 9 + 3 * clock, saved->dues[clock].stand);
        stmt_int(stmt, 10 + 3 * clock, saved->dues[clock].kept_at_first);
    }
    stmt_blob(stmt, 14, &saved->marks, sizeof saved->marks);
    stmt_int(stmt, 15, saved->place);
    stmt_blob(stmt, 16, &saved->money, till_said_bytes(&saved->money));
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
bool store_write(struct store *store, struct saved *saved, size_t n, const struct seqs *rules,
                 const struct mark *mark, struct error *err)
{
    qsort(saved, n, sizeof *saved, by_place);
    if (!db_exec(store->db, "BEGIN IMMEDIATE", err))
        return error_add(err, "views");
    bool good = true;
    for (size_t i = 0; good && i < n; i++)
        good = write_one(store, &saved[i], err);
    if (good && write_rules(store, rules, err) && write_mark(store, mark, err) &&
        db_exec(store->db, "COMMIT", err))
        return true;
    db_abandon(store->db);
    return error_add(err, "views");
}
