/* proof.c - walks both kinds of chains from their start and names the first fact that does not
 * hold. What is proved: every batch is sealed by a key of its device and its scans lead where its
 * head says; accounted batches follow one another; office facts lead to the sealed head. */
#include <inttypes.h>
#include <string.h>

#include "server/record/devices.h"
#include "server/record/inside.h"
#include "server/record/looks.h"

struct walk {
    struct record *record;
    struct record_proof proof;
    struct device_key keys[DEVICE_KEYS_MAX]; /* of the device walked */
    size_t keys_n;
    char device[DEVICE_NAME_MAX + 1];
    struct record_epoch epoch; /* as the table has it */
    uint64_t next_seq;         /* one more than the highest seen */
    struct link link;
    bool linked;        /* `link` is that of next_seq - 1 and the next batch must take it up */
    bool knows_erased;  /* its layout has tables of it */
    bool through_holds; /* some batch ends at N with the link the epoch names */
    struct error *err;
    bool good;
};

static bool wrong(struct walk *walk, const struct record_batch *batch, const char *what)
{
    walk->good = false;
    return error_set(walk->err, ERROR_BROKEN,
                     "batch %" PRId64 " (%s, epoch %016" PRIx64 ", scans %" PRIu64 "..%" PRIu64
                     "): %s",
                     batch->id, walk->device, batch->epoch, batch->first_seq,
                     batch->first_seq + batch->count - 1, what);
}

static bool sealed_by_device(const struct walk *walk, const struct batch *batch)
{
    for (size_t i = 0; i < walk->keys_n; i++)
        if (batch_holds(batch, &walk->keys[i].key))
            return true;
    return false;
}

static bool head_matches_row(const struct walk *walk, const struct record_batch *row,
                             const struct head *head)
{
    return strcmp(head->device, walk->device) == 0 && head->epoch == row->epoch &&
           head->first_seq == row->first_seq && head->count == row->count;
}

/* The link at seq `at` inside a batch, first_seq - 1 <= at <= last. */
static struct link link_at(const struct batch *batch, uint64_t at)
{
    struct link link = batch->head.before;
    for (uint64_t i = 0; batch->head.first_seq + i <= at; i++)
        link = chain_next(&link, batch->scan[i].bytes, batch->scan[i].n);
    return link;
}

/* Rows come in order of first_seq. A stored batch takes up where the one before it ended, unless
 * a verdict or a gap stands between. */
static bool follows(struct walk *walk, const struct record_batch *row, const struct batch *batch)
{
    uint64_t last = row->first_seq + row->count - 1;
    if (row->first_seq > walk->next_seq && walk->next_seq <= walk->epoch.through)
        return wrong(walk, row, "scans before it are missing");
    if (last == walk->epoch.through && link_equal(&batch->head.after, &walk->epoch.link))
        walk->through_holds = true;
    if (row->verdict == 0 && walk->linked && row->first_seq <= walk->next_seq &&
        last >= walk->next_seq - 1) {
        struct link have = link_at(batch, walk->next_seq - 1);
        if (!link_equal(&have, &walk->link))
            return wrong(walk, row, "link does not follow");
    }
    if (last + 1 > walk->next_seq) {
        walk->linked = row->verdict == 0;
        walk->next_seq = last + 1;
        walk->link = batch->head.after;
    }
    return true;
}

static bool check_batch(void *ctx, const struct record_batch *row)
{
    struct walk *walk = ctx;
    struct batch batch;
    if (!batch_read(row->bytes.bytes, row->bytes.n, &batch, NULL))
        return wrong(walk, row, "cannot be read");
    if (!head_matches_row(walk, row, &batch.head))
        return wrong(walk, row, "its head names other scans than its row");
    if (!sealed_by_device(walk, &batch))
        return wrong(walk, row, "seal does not hold");
    if (!follows(walk, row, &batch))
        return false;
    walk->proof.batches++;
    if (row->verdict == 0)
        walk->proof.scans += row->count;
    return true;
}

/* ------------------------------------------------------------------ epochs */

static bool load_device(struct walk *walk, int64_t id)
{
    struct device device;
    if (!device_get(walk->record, id, &device, walk->err) ||
        !device_keys(walk->record, id, walk->keys, &walk->keys_n, walk->err))
        return error_add(walk->err, "device %" PRId64, id);
    memcpy(walk->device, device.name, sizeof walk->device);
    return true;
}

static bool check_epoch(struct walk *walk)
{
    walk->next_seq = 1;
    walk->linked = false;
    walk->through_holds = walk->epoch.through == 0;
    if (!load_device(walk, walk->epoch.device) ||
        !record_batches_of(walk->record, walk->epoch.id, 0, INT64_MAX, check_batch, walk,
                           walk->err) ||
        !walk->good)
        return false;
    uint64_t highest = walk->next_seq - 1;
    if (highest != walk->epoch.highest || walk->epoch.through > highest)
        return error_set(walk->err, ERROR_BROKEN,
                         "%s, epoch %016" PRIx64 ": scans up to %" PRIu64
                         " were kept, the log ends at %" PRIu64,
                         walk->device, walk->epoch.epoch, walk->epoch.highest, highest);
    if (!walk->through_holds)
        return error_set(walk->err, ERROR_BROKEN,
                         "%s, epoch %016" PRIx64 ": no batch leads to its link at %" PRIu64,
                         walk->device, walk->epoch.epoch, walk->epoch.through);
    return true;
}

static bool next_epoch(struct walk *walk, int64_t after, bool *ret_more)
{
    struct stmt *stmt;
    if (!db_prepare(walk->record->db,
                    "SELECT id, device, epoch, through, highest, link FROM epoch WHERE id > ?1"
                    " ORDER BY id LIMIT 1",
                    &stmt, walk->err))
        return false;
    stmt_int(stmt, 1, after);
    enum db_step step = stmt_step(stmt, walk->err);
    bool good = step != DB_STEP_FAILED;
    if (step == DB_STEP_ROW) {
        walk->epoch = (struct record_epoch){
            .id = stmt_col_int(stmt, 0),
            .device = stmt_col_int(stmt, 1),
            .epoch = stmt_col_u64(stmt, 2),
            .through = stmt_col_u64(stmt, 3),
            .highest = stmt_col_u64(stmt, 4),
        };
        good =
            col_exact(stmt, 5, walk->epoch.link.bytes, CHAIN_LINK_BYTES, "epoch's link", walk->err);
    }
    if (step != DB_STEP_FAILED)
        stmt_reset(stmt);
    *ret_more = step == DB_STEP_ROW;
    return good;
}

static bool check_scans(struct walk *walk)
{
    bool more = true;
    int64_t after = 0;
    while (next_epoch(walk, after, &more)) {
        if (!more)
            return true;
        if (!check_epoch(walk))
            return false;
        after = walk->epoch.id;
    }
    return false;
}

/* ------------------------------------------------------------------ every row has its place */

/* Rows that no epoch leads to would never be walked. */
static bool check_strays(struct walk *walk)
{
    struct stmt *stmt;
    if (!db_prepare(walk->record->db, "SELECT count(*) FROM batch", &stmt, walk->err) ||
        !step_row(stmt, "batches", walk->err))
        return false;
    uint64_t rows = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    if (rows != walk->proof.batches)
        return error_set(walk->err, ERROR_BROKEN,
                         "%" PRIu64 " batches are stored, only %" PRIu64 " belong to an epoch",
                         rows, walk->proof.batches);
    return true;
}

/* ------------------------------------------------------------------ office facts */

/* The fact says how many names went with it, and their sum. */
static bool check_erasure(struct walk *walk, const struct office_fact *fact)
{
    struct link sum;
    uint64_t n = 0;
    if (!erasure_sum(walk->record, fact->seq, &sum, &n, walk->err))
        return false;
    if (!fact->has_evidence || n != (uint64_t)fact->value || !link_equal(&sum, &fact->evidence))
        return error_set(walk->err, ERROR_BROKEN,
                         "office fact %" PRIu64 ": the list of what it erased is another",
                         fact->seq);
    walk->proof.erased += n;
    return true;
}

/* An addressee is here, or a fact says that it was erased. */
static bool look_for_addressee(struct walk *walk, const struct link *name)
{
    struct stmt *stmt;
    bool some;
    if (!db_prepare(walk->record->db,
                    "SELECT 1 FROM attachment WHERE name = ?1 UNION ALL"
                    " SELECT 1 FROM erased_name WHERE name = ?1 LIMIT 1",
                    &stmt, walk->err))
        return false;
    stmt_blob(stmt, 1, name->bytes, sizeof name->bytes);
    if (!step_maybe(stmt, &some, walk->err))
        return error_add(walk->err, "addressees");
    walk->proof.missing += !some;
    stmt_reset(stmt);
    return true;
}

static bool check_erased(struct walk *walk, const struct office_fact *fact)
{
    if (!walk->knows_erased)
        return true;
    return (!fact->has_addressee || look_for_addressee(walk, &fact->addressee)) &&
           (fact->event != EVENT_DATA_ERASED || check_erasure(walk, fact));
}

static bool check_office_fact(struct walk *walk, struct stmt *stmt, struct office_head *head,
                              struct error *err)
{
    size_t n;
    struct office_fact fact;
    struct link link, stored;
    uint64_t seq = head->seq + 1;
    const uint8_t *bytes = stmt_col_blob(stmt, 1, &n);
    if (stmt_col_u64(stmt, 0) != seq)
        return error_set(err, ERROR_BROKEN, "office fact %" PRIu64 ": missing", seq);
    link = chain_next(&head->link, bytes, n);
    if (!col_exact(stmt, 2, stored.bytes, sizeof stored.bytes, "link", NULL) ||
        !link_equal(&link, &stored))
        return error_set(err, ERROR_BROKEN, "office fact %" PRIu64 ": link does not follow", seq);
    if (!fact_decode(bytes, n, &fact, NULL) || fact.seq != seq)
        return error_set(err, ERROR_BROKEN, "office fact %" PRIu64 ": another in its place", seq);
    *head = (struct office_head){seq, link};
    return check_erased(walk, &fact);
}

static bool check_office_facts(struct walk *walk, struct office_head *ret_head)
{
    struct stmt *stmt;
    struct office_head head = {0};
    if (!db_prepare(walk->record->db, "SELECT seq, bytes, link FROM office ORDER BY seq", &stmt,
                    walk->err))
        return false;
    enum db_step step;
    while ((step = stmt_step(stmt, walk->err)) == DB_STEP_ROW)
        if (!check_office_fact(walk, stmt, &head, walk->err)) {
            stmt_reset(stmt);
            return false;
        }
    *ret_head = head;
    return step == DB_STEP_DONE;
}

static bool check_office(struct walk *walk, const struct seal_public *server_key)
{
    struct office_head head, sealed_head = {0};
    struct seal seal;
    struct error none;
    uint64_t layout;
    if (!schema_version(walk->record->db, &layout, walk->err))
        return false;
    walk->knows_erased = layout >= ERASED_LAYOUT;
    if (!check_office_facts(walk, &head))
        return false;
    if (!office_head_read(walk->record, &sealed_head, &seal, &none)) {
        if (none.code != ERROR_NOT_FOUND)
            return error_set(walk->err, none.code, "%s", none.text);
        if (head.seq != 0)
            return error_set(walk->err, ERROR_BROKEN, "office chain: its sealed head is missing");
        return true;
    }
    uint8_t sealed[OFFICE_HEAD_BYTES];
    office_head_bytes(&sealed_head, sealed);
    if (!chain_seal_holds(server_key, SEAL_OFFICE, &seal, sealed, sizeof sealed))
        return error_set(walk->err, ERROR_BROKEN,
                         "office chain: the seal over its head (fact %" PRIu64 ") does not hold",
                         sealed_head.seq);
    if (head.seq != sealed_head.seq)
        return error_set(walk->err, ERROR_BROKEN,
                         "office fact %" PRIu64 ": the sealed head ends at %" PRIu64, head.seq,
                         sealed_head.seq);
    if (!link_equal(&head.link, &sealed_head.link))
        return error_set(walk->err, ERROR_BROKEN,
                         "office facts 1..%" PRIu64 ": link does not lead to the sealed head",
                         head.seq);
    walk->proof.office_facts = head.seq;
    walk->proof.office_head = head.link;
    return true;
}

/* ------------------------------------------------------------------ the proof */

/* One snapshot: a live server may go on writing meanwhile. */
/* A record of an older layout, as a backup may hold, has none. */
static bool check_looks(struct walk *walk, const struct seal_public *server_key)
{
    uint64_t layout;
    return schema_version(walk->record->db, &layout, walk->err) &&
           (layout < LOOKS_LAYOUT ||
            looks_verify(walk->record, server_key, &walk->proof.looks, walk->err));
}

bool record_verify(struct record *record, const struct seal_public *server_key,
                   struct record_proof *ret_proof, struct error *err)
{
    invariant(!record->in_group);
    struct walk walk = {.record = record, .err = err, .good = true};
    if (!db_exec(record->db, "BEGIN", err))
        return error_add(err, "verify");
    bool good = check_scans(&walk) && check_strays(&walk) && check_office(&walk, server_key) &&
                check_looks(&walk, server_key);
    db_abandon(record->db);
    if (good)
        *ret_proof = walk.proof;
    return good;
}
