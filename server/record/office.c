/* office.c - the server's own chain of facts, what stands beside it, and look-ups over it. */
#include <stdlib.h>
#include <string.h>

#include "server/record/inside.h"

/* ------------------------------------------------------------------ the head */

void office_head_bytes(const struct office_head *head, uint8_t out[OFFICE_HEAD_BYTES])
{
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(head->seq >> (56 - 8 * i));
    memcpy(out + 8, head->link.bytes, CHAIN_LINK_BYTES);
}

bool office_head_read(struct record *record, struct office_head *ret_head, struct seal *ret_seal,
                      struct error *err)
{
    struct stmt *stmt;
    struct office_head head;
    struct seal seal;
    if (!db_prepare(record->db, "SELECT seq, link, seal FROM office_head", &stmt, err) ||
        !step_row(stmt, "office chain's head", err))
        return false;
    head.seq = stmt_col_u64(stmt, 0);
    bool good = col_exact(stmt, 1, head.link.bytes, sizeof head.link.bytes, "head's link", err) &&
                col_exact(stmt, 2, seal.bytes, sizeof seal.bytes, "head's seal", err);
    stmt_reset(stmt);
    if (!good)
        return false;
    *ret_head = head;
    *ret_seal = seal;
    return true;
}

bool office_head_write(struct record *record, struct error *err)
{
    struct stmt *stmt;
    uint8_t sealed[OFFICE_HEAD_BYTES];
    office_head_bytes(&record->head, sealed);
    struct seal seal = chain_seal(record->seal_key, SEAL_OFFICE, sealed, sizeof sealed);
    if (!db_prepare(record->db,
                    "INSERT INTO office_head(id, seq, link, seal) VALUES(1, ?1, ?2, ?3)"
                    " ON CONFLICT(id) DO UPDATE SET seq = ?1, link = ?2, seal = ?3",
                    &stmt, err))
        return false;
    stmt_u64(stmt, 1, record->head.seq);
    stmt_blob(stmt, 2, record->head.link.bytes, sizeof record->head.link.bytes);
    stmt_blob(stmt, 3, seal.bytes, sizeof seal.bytes);
    return stmt_done(stmt, err) || error_add(err, "office chain's head");
}

/* ------------------------------------------------------------------ adding */

/* A fact that names no item is listed, so that rules are found among millions. */
static bool unnamed_add(struct record *record, uint64_t seq, uint32_t event, struct error *err)
{
    struct stmt *stmt;
    if (event_names_item(event))
        return true;
    if (!db_prepare(record->db, "INSERT INTO unnamed(seq, event) VALUES(?1, ?2)", &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    stmt_u64(stmt, 2, event);
    return stmt_done(stmt, err) || error_add(err, "office fact %llu", (unsigned long long)seq);
}

bool unnamed_fill(struct record *record, struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db, "SELECT seq, bytes FROM office", &stmt, err))
        return false;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        size_t n;
        const uint8_t *bytes = stmt_col_blob(stmt, 1, &n);
        if (!unnamed_add(record, stmt_col_u64(stmt, 0), fact_event(bytes, n), err)) {
            stmt_reset(stmt);
            return false;
        }
    }
    stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

bool record_office_add(struct record *record, struct office_fact *fact, uint64_t *ret_seq,
                       struct error *err)
{
    invariant(record->in_group);
    struct stmt *stmt;
    uint8_t bytes[FACT_BYTES_MAX];
    size_t n;
    struct office_fact numbered = *fact;
    numbered.seq = record->head.seq + 1;
    numbered.at = record_now(record);
    if (!fact_encode(&numbered, bytes, &n, err) || !lookups_add(record, &numbered, err) ||
        !unnamed_add(record, numbered.seq, numbered.event, err) ||
        !dead_letters_add(record, &numbered, err) ||
        !db_prepare(record->db, "INSERT INTO office(seq, bytes, link) VALUES(?1, ?2, ?3)", &stmt,
                    err))
        return false;
    struct link link = chain_next(&record->head.link, bytes, n);
    stmt_u64(stmt, 1, numbered.seq);
    stmt_blob(stmt, 2, bytes, n);
    stmt_blob(stmt, 3, link.bytes, sizeof link.bytes);
    if (!stmt_done(stmt, err))
        return error_add(err, "cannot store office fact %llu", (unsigned long long)numbered.seq);
    record->head = (struct office_head){numbered.seq, link};
    *fact = numbered;
    if (ret_seq != NULL)
        *ret_seq = numbered.seq;
    return true;
}

/* ------------------------------------------------------------------ reading */

static bool fact_of_row(struct stmt *stmt, struct office_fact *ret_fact, struct error *err)
{
    size_t n;
    const uint8_t *bytes = stmt_col_blob(stmt, 1, &n);
    if (fact_decode(bytes, n, ret_fact, err))
        return true;
    if (err != NULL)
        err->code = ERROR_BROKEN; /* it was we who wrote it */
    return error_add(err, "office fact %llu", (unsigned long long)stmt_col_u64(stmt, 0));
}

static uint32_t event_of_row(struct stmt *stmt)
{
    size_t n;
    const uint8_t *bytes = stmt_col_blob(stmt, 1, &n);
    return fact_event(bytes, n);
}

/* Rows of seq and bytes after one seq up to another, of which only some events are unpacked (NULL:
 * all). */
static bool some_rows(struct record *record, const char *sql, uint64_t after_seq, uint64_t last_seq,
                      bool (*wanted)(uint32_t event),
                      bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                      struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, sql, &stmt, err))
        return false;
    stmt_u64(stmt, 1, after_seq);
    stmt_u64(stmt, 2, last_seq);
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct office_fact fact;
        if (wanted != NULL && !wanted(event_of_row(stmt)))
            continue;
        if (!fact_of_row(stmt, &fact, err)) {
            stmt_reset(stmt);
            return false;
        }
        if (!each(ctx, &fact))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read office facts");
    stmt_reset(stmt);
    return true;
}

bool record_office_from(struct record *record, uint64_t after_seq,
                        bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                        struct error *err)
{
    return some_rows(record,
                     "SELECT seq, bytes FROM office WHERE seq > ?1 AND seq <= ?2 ORDER BY seq",
                     after_seq, INT64_MAX, NULL, each, ctx, err);
}

bool record_office_some(struct record *record, uint64_t after_seq, uint64_t last_seq,
                        bool (*wanted)(uint32_t event),
                        bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                        struct error *err)
{
    return some_rows(record, "SELECT seq, bytes FROM office WHERE seq > ?1 AND seq <= ?2",
                     after_seq, last_seq, wanted, each, ctx, err);
}

bool record_office_unnamed(struct record *record, uint64_t after_seq, uint64_t last_seq,
                           bool (*wanted)(uint32_t event),
                           bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                           struct error *err)
{
    return some_rows(record,
                     "SELECT u.seq, o.bytes FROM unnamed u JOIN office o ON o.seq = u.seq"
                     " WHERE u.seq > ?1 AND u.seq <= ?2 ORDER BY u.seq",
                     after_seq, last_seq, wanted, each, ctx, err);
}

static bool any_event(uint32_t event)
{
    return event != 0;
}

bool record_office_of(struct record *record, uint32_t event,
                      bool (*each)(void *ctx, const struct office_fact *fact), void *ctx,
                      struct error *err)
{
    return some_rows(record,
                     "SELECT u.seq, o.bytes FROM unnamed u JOIN office o ON o.seq = u.seq"
                     " WHERE u.event = ?1 AND ?2 = 0 ORDER BY u.seq DESC",
                     event, 0, any_event, each, ctx, err);
}

bool record_office_get(struct record *record, uint64_t seq, struct office_fact *ret_fact,
                       struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT seq, bytes FROM office WHERE seq = ?1", &stmt, err))
        return false;
    stmt_u64(stmt, 1, seq);
    if (!step_row(stmt, "office fact", err))
        return false;
    bool good = fact_of_row(stmt, ret_fact, err);
    stmt_reset(stmt);
    return good;
}

bool record_item_of_dossier(struct record *record, const char *dossier, struct item *ret_item,
                            struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT item FROM issued WHERE dossier = ?1 AND voided = 0"
                    " ORDER BY seq DESC LIMIT 1",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, dossier);
    if (!step_row(stmt, "live number of this dossier", err))
        return false;
    const char *text = stmt_col_text(stmt, 0);
    bool good = item_parse(text, strlen(text), ret_item, err);
    stmt_reset(stmt);
    return good;
}

bool record_issued(struct record *record, const struct item *item, struct office_fact *ret_fact,
                   struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "SELECT seq, COALESCE((SELECT seq FROM readdressed WHERE item = ?1), 0)"
                    " FROM issued WHERE item = ?1",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, item->text);
    if (!step_row(stmt, item->text, err))
        return false;
    uint64_t seq = stmt_col_u64(stmt, 0), now = stmt_col_u64(stmt, 1);
    stmt_reset(stmt);
    struct office_fact issued, readdressed;
    if (!record_office_get(record, seq, &issued, err) ||
        (now != 0 && !record_office_get(record, now, &readdressed, err)))
        return false;
    if (now != 0) {
        issued.has_addressee = readdressed.has_addressee;
        issued.addressee = readdressed.addressee;
        issued.commune = readdressed.commune;
        issued.postal_code = readdressed.postal_code;
    }
    *ret_fact = issued;
    return true;
}

/* ------------------------------------------------------------------ attachments */

#define SALT_BYTES 32
#define ATTACHMENT_BYTES_MAX (1u << 20)

/* Salted, so that a guess at a person cannot be tried against the chain. */
static bool attachment_name(const uint8_t salt[SALT_BYTES], const void *bytes, size_t n,
                            struct link *ret_name, struct error *err)
{
    uint8_t *both = malloc(SALT_BYTES + n);
    if (both == NULL)
        return error_set(err, ERROR_LATER, "attachment: out of memory");
    memcpy(both, salt, SALT_BYTES);
    if (n > 0)
        memcpy(both + SALT_BYTES, bytes, n);
    *ret_name = chain_hash(both, SALT_BYTES + n);
    chain_wipe(both, SALT_BYTES + n);
    free(both);
    return true;
}

bool record_attachment_add(struct record *record, const void *bytes, size_t n,
                           struct link *ret_name, struct error *err)
{
    invariant(record->in_group);
    if (n > ATTACHMENT_BYTES_MAX)
        return error_set(err, ERROR_BAD_INPUT, "attachment: %zu bytes, at most %u", n,
                         ATTACHMENT_BYTES_MAX);
    struct stmt *stmt;
    uint8_t salt[SALT_BYTES];
    record->chance.fill(record->chance.self, salt, sizeof salt);
    struct link name;
    if (!attachment_name(salt, bytes, n, &name, err) ||
        !db_prepare(record->db, "INSERT INTO attachment(name, salt, bytes) VALUES(?1, ?2, ?3)",
                    &stmt, err))
        return false;
    stmt_blob(stmt, 1, name.bytes, sizeof name.bytes);
    stmt_blob(stmt, 2, salt, sizeof salt);
    stmt_blob(stmt, 3, bytes, n);
    if (!stmt_done(stmt, err))
        return error_add(err, "cannot store an attachment");
    *ret_name = name;
    return true;
}

bool record_attachment_get(struct record *record, const struct link *name, uint8_t *out,
                           size_t size, size_t *ret_n, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(record->db, "SELECT bytes FROM attachment WHERE name = ?1", &stmt, err))
        return false;
    stmt_blob(stmt, 1, name->bytes, sizeof name->bytes);
    if (!step_row(stmt, "attachment", err))
        return false;
    size_t n;
    const void *bytes = stmt_col_blob(stmt, 0, &n);
    if (n > size)
        n = size;
    if (n > 0)
        memcpy(out, bytes, n);
    stmt_reset(stmt);
    *ret_n = n;
    return true;
}

/* ------------------------------------------------------------------ counters */

bool record_counter_next(struct record *record, const char *name, uint64_t step,
                         uint64_t *ret_value, struct error *err)
{
    invariant(record->in_group);
    struct stmt *stmt;
    if (!db_prepare(record->db,
                    "INSERT INTO counter(name, value) VALUES(?1, ?2 +"
                    " coalesce((SELECT value FROM counter WHERE name = ''), 0))"
                    " ON CONFLICT(name) DO UPDATE SET value = value + ?2 RETURNING value",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, name);
    stmt_u64(stmt, 2, step);
    if (!step_row(stmt, name, err))
        return false;
    uint64_t after = stmt_col_u64(stmt, 0);
    if (!stmt_done(stmt, err))
        return error_add(err, "counter %s", name);
    if (after > record->counters)
        record->counters = after;
    *ret_value = after - step;
    return true;
}
