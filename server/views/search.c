/* search.c - the index: its file, what is put into it and what is forgotten. */
#include "server/views/search_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Raise it when what is indexed, or how it is folded, changes. */
#define LAYOUT 1
#define TEXT_OF(number) #number
#define SQL_OF(number) TEXT_OF(number)

static const char layout[] =
    "DROP TABLE IF EXISTS mark; DROP TABLE IF EXISTS word; DROP TABLE IF EXISTS posting;"
    "DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS phone; DROP TABLE IF EXISTS code;"
    "CREATE TABLE mark(id INTEGER PRIMARY KEY CHECK(id = 1), generation INTEGER NOT NULL,"
    " seq INTEGER NOT NULL);"
    "CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
    "CREATE TABLE posting(word INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(word, seq))"
    " WITHOUT ROWID;"
    "CREATE TABLE entry(seq INTEGER PRIMARY KEY, item TEXT NOT NULL, office INTEGER NOT NULL,"
    " phone INTEGER NOT NULL, code INTEGER NOT NULL, words BLOB NOT NULL);"
    "CREATE TABLE phone(digits INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(digits, seq))"
    " WITHOUT ROWID;"
    "CREATE TABLE code(code INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(code, seq))"
    " WITHOUT ROWID;"
    "PRAGMA user_version=" SQL_OF(LAYOUT);

/* ------------------------------------------------------------------ open, close */

static bool read_number(struct search *search, const char *sql, uint64_t *ret_number,
                        struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(search->db, sql, &stmt, err))
        return false;
    enum db_step step = stmt_step(stmt, err);
    if (step == DB_STEP_FAILED)
        return false;
    *ret_number = step == DB_STEP_ROW ? stmt_col_u64(stmt, 0) : 0;
    stmt_reset(stmt);
    return true;
}

static bool begin_anew(struct search *search, struct error *err)
{
    struct stmt *stmt;
    if (!search_begin(search, err) || !db_exec(search->db, layout, err) ||
        !db_prepare(search->db, "INSERT INTO mark(id, generation, seq) VALUES(1, ?1, 0)", &stmt,
                    err)) {
        search_rollback(search);
        return false;
    }
    stmt_u64(stmt, 1, search->generation);
    if (stmt_done(stmt, err) && db_exec(search->db, "COMMIT", err))
        return true;
    search_rollback(search);
    return false;
}

static bool set_up(struct search *search, struct error *err)
{
    uint64_t version, generation = 0;
    if (!db_exec(search->db, "PRAGMA secure_delete=ON; PRAGMA cache_size=-32768", err) ||
        !read_number(search, "PRAGMA user_version", &version, err) ||
        (version == LAYOUT &&
         !read_number(search, "SELECT generation FROM mark", &generation, err)))
        return false;
    return (version == LAYOUT && generation == search->generation) || begin_anew(search, err);
}

static bool open_once(const char *path, struct search *search, struct error *err)
{
    if (!db_open(path, DB_REBUILDABLE, &search->db, err))
        return false;
    if (set_up(search, err))
        return true;
    db_close(search->db);
    search->db = NULL;
    return false;
}

bool search_open(const char *path, uint64_t generation, struct search **ret_search,
                 struct error *err)
{
    struct search *search = calloc(1, sizeof *search);
    if (!search)
        return error_set(err, ERROR_LATER, "search: out of memory");
    search->generation = generation;
    bool good = open_once(path, search, err);
    if (!good && err->code == ERROR_BROKEN) {
        db_remove(path);
        good = open_once(path, search, err);
    }
    if (!good) {
        free(search);
        return error_add(err, "search");
    }
    *ret_search = search;
    return true;
}

void search_close(struct search *search)
{
    if (!search)
        return;
    db_close(search->db);
    free(search);
}

bool search_begin(struct search *search, struct error *err)
{
    return db_exec(search->db, "BEGIN IMMEDIATE", err) || error_add(err, "search");
}

void search_rollback(struct search *search)
{
    db_abandon(search->db);
}

bool search_commit(struct search *search, uint64_t mark, struct error *err)
{
    struct stmt *stmt;
    bool good = db_prepare(search->db, "UPDATE mark SET seq = ?1", &stmt, err);
    if (good) {
        stmt_u64(stmt, 1, mark);
        good = stmt_done(stmt, err) && db_exec(search->db, "COMMIT", err);
    }
    if (!good)
        search_rollback(search);
    return good || error_add(err, "search");
}

bool search_mark(struct search *search, uint64_t *ret_mark, struct error *err)
{
    return read_number(search, "SELECT seq FROM mark", ret_mark, err) || error_add(err, "search");
}

/* ------------------------------------------------------------------ putting in */

uint64_t search_code(uint32_t day, uint32_t serial)
{
    return (uint64_t)day * 1000000 + serial;
}

uint64_t search_backwards(const char *digits, bool last)
{
    uint64_t number = 0;
    size_t n = strlen(digits);
    for (size_t i = 0; i < SEARCH_PHONE_DIGITS; i++)
        number = number * 10 + (i < n ? (uint64_t)(digits[n - 1 - i] - '0') : last ? 9 : 0);
    return number;
}

bool search_word_id(struct search *search, const char *text, bool add, uint64_t *ret_id,
                    struct error *err)
{
    struct stmt *stmt;
    *ret_id = 0;
    if (!db_prepare(search->db, "SELECT id FROM word WHERE text = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, text);
    enum db_step step = stmt_step(stmt, err);
    if (step == DB_STEP_FAILED)
        return false;
    if (step == DB_STEP_ROW)
        *ret_id = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    if (*ret_id != 0 || !add)
        return true;
    if (!db_prepare(search->db, "INSERT INTO word(text) VALUES(?1)", &stmt, err))
        return false;
    stmt_text(stmt, 1, text);
    if (!stmt_done(stmt, err))
        return false;
    *ret_id = (uint64_t)db_last_id(search->db);
    return true;
}

static bool put_pair(struct search *search, const char *sql, uint64_t first, uint64_t seq,
                     struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(search->db, sql, &stmt, err))
        return false;
    stmt_u64(stmt, 1, first);
    stmt_u64(stmt, 2, seq);
    return stmt_done(stmt, err);
}

void search_office_word(uint32_t office, char out[SEARCH_WORD_MAX + 1])
{
    (void)snprintf(out, SEARCH_WORD_MAX + 1, "#%u", (unsigned)office);
}

static bool put_words(struct search *search, const struct search_entry *entry,
                      uint64_t ids[SEARCH_WORDS_MAX + 1], size_t *ret_n, struct error *err)
{
    char office[SEARCH_WORD_MAX + 1];
    size_t n = 0;
    search_office_word(entry->office, office);
    for (size_t i = 0; i <= entry->words_n && i <= SEARCH_WORDS_MAX; i++) {
        const char *text = i < entry->words_n ? entry->words[i] : office;
        if (!search_word_id(search, text, true, &ids[n], err) ||
            !put_pair(search, "INSERT OR IGNORE INTO posting(word, seq) VALUES(?1, ?2)", ids[n],
                      entry->seq, err))
            return false;
        n++;
    }
    *ret_n = n;
    return true;
}

static bool put_entry(struct search *search, const struct search_entry *entry, uint64_t phone,
                      const uint64_t *ids, size_t n, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(search->db,
                    "INSERT INTO entry(seq, item, office, phone, code, words)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                    &stmt, err))
        return false;
    uint32_t packed[SEARCH_WORDS_MAX + 1];
    for (size_t i = 0; i < n; i++)
        packed[i] = (uint32_t)ids[i];
    stmt_u64(stmt, 1, entry->seq);
    stmt_text(stmt, 2, entry->item.text);
    stmt_int(stmt, 3, entry->office);
    stmt_u64(stmt, 4, phone);
    stmt_u64(stmt, 5, entry->code);
    stmt_blob(stmt, 6, packed, n * sizeof *packed);
    return stmt_done(stmt, err);
}

/* What stands of a seq; `ret_n` 0 without an entry. */
struct indexed {
    uint64_t phone, code;
    uint32_t words[SEARCH_WORDS_MAX + 1];
    size_t n;
};

static bool read_indexed(struct search *search, uint64_t seq, struct indexed *ret_indexed,
                         bool *ret_there, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(search->db, "SELECT phone, code, words FROM entry WHERE seq = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    enum db_step step = stmt_step(stmt, err);
    *ret_there = step == DB_STEP_ROW;
    if (*ret_there) {
        size_t bytes;
        *ret_indexed =
            (struct indexed){.phone = stmt_col_u64(stmt, 0), .code = stmt_col_u64(stmt, 1)};
        const void *words = stmt_col_blob(stmt, 2, &bytes);
        bytes = bytes < sizeof ret_indexed->words ? bytes : sizeof ret_indexed->words;
        ret_indexed->n = bytes / sizeof *ret_indexed->words;
        if (bytes > 0)
            memcpy(ret_indexed->words, words, bytes);
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

static bool take_out(struct search *search, uint64_t seq, struct error *err)
{
    struct indexed indexed;
    struct stmt *stmt;
    bool there;
    if (!read_indexed(search, seq, &indexed, &there, err))
        return false;
    if (!there)
        return true;
    for (size_t i = 0; i < indexed.n; i++)
        if (!put_pair(search, "DELETE FROM posting WHERE word = ?1 AND seq = ?2", indexed.words[i],
                      seq, err))
            return false;
    if (!put_pair(search, "DELETE FROM phone WHERE digits = ?1 AND seq = ?2", indexed.phone, seq,
                  err) ||
        !put_pair(search, "DELETE FROM code WHERE code = ?1 AND seq = ?2", indexed.code, seq,
                  err) ||
        !db_prepare(search->db, "DELETE FROM entry WHERE seq = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    return stmt_done(stmt, err);
}

bool search_put(struct search *search, const struct search_entry *entry, struct error *err)
{
    uint64_t ids[SEARCH_WORDS_MAX + 1],
        phone = *entry->phone ? search_backwards(entry->phone, false) : 0;
    size_t n = 0;
    return (take_out(search, entry->seq, err) && put_words(search, entry, ids, &n, err) &&
            put_entry(search, entry, phone, ids, n, err) &&
            (phone == 0 || put_pair(search, "INSERT INTO phone(digits, seq) VALUES(?1, ?2)", phone,
                                    entry->seq, err)) &&
            (entry->code == 0 || put_pair(search, "INSERT INTO code(code, seq) VALUES(?1, ?2)",
                                          entry->code, entry->seq, err))) ||
           error_add(err, "search");
}

/* Words that nobody has any more go too: a name may be rare. */
static bool drop_unused(struct search *search, const struct indexed *indexed, struct error *err)
{
    for (size_t i = 0; i < indexed->n; i++) {
        struct stmt *stmt;
        if (!db_prepare(search->db,
                        "DELETE FROM word WHERE id = ?1 AND NOT EXISTS"
                        " (SELECT 1 FROM posting WHERE word = ?1)",
                        &stmt, err))
            return false;
        stmt_int(stmt, 1, indexed->words[i]);
        if (!stmt_done(stmt, err))
            return false;
    }
    return true;
}

static bool forget_seq(struct search *search, uint64_t seq, struct error *err)
{
    struct indexed indexed;
    bool there;
    return read_indexed(search, seq, &indexed, &there, err) &&
           (!there || (take_out(search, seq, err) && drop_unused(search, &indexed, err)));
}

/* Its seq is found by walking: forgetting is rare, and an index for it would be one more place. */
static bool forget_act(struct search *search, const struct item *item, struct error *err)
{
    struct stmt *stmt;
    uint64_t seqs[8];
    size_t n = 0;
    enum db_step step;
    if (!db_prepare(search->db, "SELECT seq FROM entry WHERE item = ?1", &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW && n < sizeof seqs / sizeof *seqs)
        seqs[n++] = stmt_col_u64(stmt, 0);
    if (step == DB_STEP_FAILED)
        return false;
    stmt_reset(stmt);
    for (size_t i = 0; i < n; i++)
        if (!forget_seq(search, seqs[i], err))
            return false;
    return true;
}

bool search_forget(struct search *search, const struct item *item, struct error *err)
{
    if (!search_begin(search, err))
        return false;
    if (!forget_act(search, item, err) || !db_exec(search->db, "COMMIT", err)) {
        search_rollback(search);
        return error_add(err, "search");
    }
    /* out of the log too */
    return db_exec(search->db, "PRAGMA wal_checkpoint(TRUNCATE)", err) || error_add(err, "search");
}
