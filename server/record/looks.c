#include "server/record/looks.h"

#include <string.h>

#include "server/record/inside.h"

#define LOOK_BYTES_MAX (5 * 8 + LOOK_CLIENT_MAX + 1 + LOOK_ITEMS_MAX * ITEM_CHARS)

const char *look_key(enum look_kind kind)
{
    switch ((int)kind) {
#define LOOK(KEY, wire, key, what)                                                                 \
    case wire:                                                                                     \
        return key;
#include "server/record/looks.def"
#undef LOOK
#define ACT(verb, wire, RIGHT, words, by)                                                          \
    case 100 + (wire):                                                                             \
        return #verb;
#include "server/record/acts.def"
#undef ACT
    default: /* a later program's */
        return NULL;
    }
}

/* ------------------------------------------------------------------ what is linked */

static size_t put_u64(uint8_t *out, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(value >> (56 - 8 * i));
    return 8;
}

static size_t items_length(const struct look *look)
{
    return look->items == NULL ? 0 : strlen(look->items);
}

bool look_has_item(const struct look *look, const struct item *item)
{
    for (size_t at = 0, n = items_length(look); at + ITEM_CHARS <= n; at += ITEM_CHARS)
        if (memcmp(look->items + at, item->text, ITEM_CHARS) == 0)
            return true;
    return false;
}

/* Numbers of eight bytes, big end first, in the order of the struct; then the client; then, where
 * there are any, a zero and the items: without them the bytes are those of layouts below 17. */
static size_t look_bytes(const struct look *look, uint8_t out[LOOK_BYTES_MAX])
{
    size_t n = put_u64(out, look->seq), client = strlen(look->client);
    n += put_u64(out + n, (uint64_t)look->at.ms);
    n += put_u64(out + n, (uint64_t)look->person);
    n += put_u64(out + n, (uint64_t)look->kind);
    n += put_u64(out + n, look->rows);
    memcpy(out + n, look->client, client);
    n += client;
    size_t items = items_length(look);
    if (items == 0)
        return n;
    out[n++] = 0;
    memcpy(out + n, look->items, items);
    return n + items;
}

struct looks_head {
    uint64_t seq;
    struct link link;
    struct seal seal;
};

static bool read_head(struct record *record, struct looks_head *ret_head, bool *ret_any,
                      struct error *err)
{
    struct stmt *stmt;
    *ret_head = (struct looks_head){.seq = 0};
    if (!db_prepare(record->db, "SELECT seq, link, seal FROM look_head", &stmt, err) ||
        !step_maybe(stmt, ret_any, err))
        return false;
    if (!*ret_any)
        return true;
    ret_head->seq = stmt_col_u64(stmt, 0);
    bool good = col_exact(stmt, 1, ret_head->link.bytes, sizeof ret_head->link.bytes,
                          "looks: head's link", err) &&
                col_exact(stmt, 2, ret_head->seal.bytes, sizeof ret_head->seal.bytes,
                          "looks: head's seal", err);
    stmt_reset(stmt);
    return good;
}

static size_t head_bytes(uint64_t seq, const struct link *link, uint8_t out[8 + CHAIN_LINK_BYTES])
{
    put_u64(out, seq);
    memcpy(out + 8, link->bytes, sizeof link->bytes);
    return 8 + CHAIN_LINK_BYTES;
}

/* ------------------------------------------------------------------ adding */

static bool write_head(struct record *record, uint64_t seq, const struct link *link,
                       struct error *err)
{
    struct stmt *stmt;
    uint8_t bytes[8 + CHAIN_LINK_BYTES];
    struct seal seal =
        chain_seal(record->seal_key, SEAL_LOOKS, bytes, head_bytes(seq, link, bytes));
    if (!db_prepare(record->db,
                    "INSERT INTO look_head(id, seq, link, seal) VALUES(1, ?1, ?2, ?3)"
                    " ON CONFLICT(id) DO UPDATE SET seq = ?1, link = ?2, seal = ?3",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    stmt_blob(stmt, 2, link->bytes, sizeof link->bytes);
    stmt_blob(stmt, 3, seal.bytes, sizeof seal.bytes);
    return stmt_done(stmt, err);
}

static bool write_row(struct record *record, const struct look *look, const struct link *link,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO look(seq, at_ms, person, kind, rows, client, link, items)"
                    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, look->seq);
    stmt_int(stmt, 2, look->at.ms);
    stmt_int(stmt, 3, look->person);
    stmt_int(stmt, 4, look->kind);
    stmt_u64(stmt, 5, look->rows);
    stmt_text(stmt, 6, look->client);
    stmt_blob(stmt, 7, link->bytes, sizeof link->bytes);
    stmt_text(stmt, 8, look->items == NULL ? "" : look->items);
    return stmt_done(stmt, err);
}

bool look_add(struct record *record, const struct look *look, struct error *err)
{
    struct looks_head head;
    struct look fresh = *look;
    uint8_t bytes[LOOK_BYTES_MAX];
    bool any;
    if (items_length(look) > (size_t)LOOK_ITEMS_MAX * ITEM_CHARS)
        return error_set(err, ERROR_BAD_INPUT, "look: more than %d items", LOOK_ITEMS_MAX);
    if (!read_head(record, &head, &any, err))
        return error_add(err, "look");
    fresh.seq = head.seq + 1;
    fresh.at = record_now(record);
    struct link link = chain_next(&head.link, bytes, look_bytes(&fresh, bytes));
    return (write_row(record, &fresh, &link, err) && write_head(record, fresh.seq, &link, err)) ||
           error_add(err, "look");
}

/* ------------------------------------------------------------------ reading */

static void read_row(struct stmt *stmt, struct look *ret_look)
{
    *ret_look = (struct look){.seq = stmt_col_u64(stmt, 0),
                              .at = {stmt_col_int(stmt, 1)},
                              .person = stmt_col_int(stmt, 2),
                              .kind = (enum look_kind)stmt_col_int(stmt, 3),
                              .rows = stmt_col_u64(stmt, 4)};
    strncpy(ret_look->client, stmt_col_text(stmt, 5), sizeof ret_look->client - 1);
    ret_look->items = stmt_col_text(stmt, 7);
}

#define LOOK_COLUMNS "SELECT seq, at_ms, person, kind, rows, client, link, items FROM look "

bool looks_each(struct record *record, int64_t person, struct instant from, struct instant to,
                bool (*each)(void *ctx, const struct look *look), void *ctx, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db,
                    LOOK_COLUMNS "WHERE at_ms >= ?1 AND at_ms < ?2 AND (?3 = 0 OR person = ?3)"
                                 " ORDER BY seq DESC",
                    &stmt, err))
        return false;
    stmt_int(stmt, 1, from.ms);
    stmt_int(stmt, 2, to.ms);
    stmt_int(stmt, 3, person);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct look look;
        read_row(stmt, &look);
        if (!each(ctx, &look))
            break;
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

/* ------------------------------------------------------------------ the proof */

static bool check_head(const struct looks_head *head, bool any, uint64_t last,
                       const struct link *link, const struct seal_public *server_key,
                       struct error *err)
{
    uint8_t bytes[8 + CHAIN_LINK_BYTES];
    if (!any)
        return last == 0 || error_set(err, ERROR_BROKEN, "looks: their head is gone");
    if (!chain_seal_holds(server_key, SEAL_LOOKS, &head->seal, bytes,
                          head_bytes(head->seq, &head->link, bytes)))
        return error_set(err, ERROR_BROKEN, "looks: the seal of their head does not hold");
    if (head->seq != last)
        return error_set(err, ERROR_BROKEN, "looks: %llu are there, %llu were written",
                         (unsigned long long)last, (unsigned long long)head->seq);
    return link_equal(&head->link, link) ||
           error_set(err, ERROR_BROKEN, "looks: the last one does not lead to their head");
}

/* Moves `link` on. */
static bool row_holds(struct stmt *stmt, struct link *link)
{
    struct look look;
    struct link stored;
    uint8_t bytes[LOOK_BYTES_MAX];
    read_row(stmt, &look);
    if (items_length(&look) > (size_t)LOOK_ITEMS_MAX * ITEM_CHARS)
        return false;
    *link = chain_next(link, bytes, look_bytes(&look, bytes));
    return col_exact(stmt, 6, stored.bytes, sizeof stored.bytes, "look's link", NULL) &&
           link_equal(link, &stored);
}

/* A row that was changed does not lead to its link, one that is gone shows by its number. */
bool looks_verify(struct record *record, const struct seal_public *server_key, uint64_t *ret_n,
                  struct error *err)
{
    struct looks_head head;
    struct link link = {{0}};
    struct stmt *stmt;
    enum db_step step = DB_STEP_DONE;
    uint64_t last = 0;
    bool any, follows = true, whole = true;
    if (!read_head(record, &head, &any, err) ||
        !db_prepare(record->db, LOOK_COLUMNS "ORDER BY seq", &stmt, err))
        return false;
    while (whole && follows && (step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        follows = stmt_col_u64(stmt, 0) == last + 1;
        last += follows;
        whole = !follows || row_holds(stmt, &link);
    }
    stmt_reset(stmt);
    if (!follows)
        return error_set(err, ERROR_BROKEN, "look %llu is gone", (unsigned long long)last + 1);
    if (!whole)
        return error_set(err, ERROR_BROKEN, "look %llu was changed", (unsigned long long)last);
    *ret_n = last;
    return step == DB_STEP_DONE && check_head(&head, any, last, &link, server_key, err);
}
