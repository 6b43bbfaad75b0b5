/* schema.c - the tables of record.db, as steps from one layout to the next. A step that was ever
 * released is never changed: a new one is added below it. */
#include <stdio.h>
#include <string.h>

#include "server/record/inside.h"
#include "server/record/slips.h"

/* Also filled from facts by the step that made the first look-ups. */
#define CHOICE_OWN                                                                                 \
    "CREATE TABLE IF NOT EXISTS choice_own("                                                       \
    " dossier TEXT NOT NULL, office INTEGER NOT NULL, opted_event INTEGER NOT NULL,"               \
    " electronic INTEGER NOT NULL, PRIMARY KEY(dossier, office)) WITHOUT ROWID;"

static const char *const steps[] = {
    /* 1: the record. Batches are only ever added; the log holds sealed bytes as one blob, its index
     * small integers (limits.md). */
    "CREATE TABLE generation("
    " serial INTEGER PRIMARY KEY, number INTEGER NOT NULL, at_ms INTEGER NOT NULL);"
    "CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL);"

    "CREATE TABLE device("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, state INTEGER NOT NULL,"
    " post_office INTEGER NOT NULL, enrolled_ms INTEGER NOT NULL);"
    "CREATE TABLE device_key("
    " id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device(id),"
    " seal_key BLOB NOT NULL, revoked INTEGER NOT NULL, since_ms INTEGER NOT NULL);"
    "CREATE INDEX device_key_device ON device_key(device);"
    "CREATE TABLE enrol_code("
    " id INTEGER PRIMARY KEY, hash BLOB NOT NULL, device TEXT NOT NULL,"
    " post_office INTEGER NOT NULL, issued_ms INTEGER NOT NULL, used INTEGER NOT NULL);"

    "CREATE TABLE epoch("
    " id INTEGER PRIMARY KEY, device INTEGER NOT NULL REFERENCES device(id),"
    " epoch INTEGER NOT NULL, through INTEGER NOT NULL, highest INTEGER NOT NULL,"
    " link BLOB NOT NULL, floor_ms INTEGER NOT NULL, UNIQUE(device, epoch));"
    "CREATE TABLE batch("
    " id INTEGER PRIMARY KEY, epoch_id INTEGER NOT NULL, first_seq INTEGER NOT NULL,"
    " count INTEGER NOT NULL, verdict INTEGER NOT NULL, arrival_ms INTEGER NOT NULL,"
    " sent_wall_ms INTEGER NOT NULL, sent_mono_ms INTEGER NOT NULL, sent_boot INTEGER NOT NULL,"
    " sent_time_source INTEGER NOT NULL, floor_ms INTEGER NOT NULL, bytes BLOB NOT NULL);"
    "CREATE INDEX batch_epoch ON batch(epoch_id, first_seq);"
    "CREATE TABLE set_aside("
    " id INTEGER PRIMARY KEY, device TEXT NOT NULL, day INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " why TEXT NOT NULL, hash BLOB NOT NULL, bytes BLOB NOT NULL, UNIQUE(device, hash));"
    "CREATE INDEX set_aside_day ON set_aside(device, day);"

    "CREATE TABLE office(seq INTEGER PRIMARY KEY, bytes BLOB NOT NULL, link BLOB NOT NULL);"
    "CREATE TABLE office_head("
    " id INTEGER PRIMARY KEY CHECK(id = 1), seq INTEGER NOT NULL, link BLOB NOT NULL,"
    " seal BLOB NOT NULL);"
    "CREATE TABLE issued("
    " seq INTEGER PRIMARY KEY, item TEXT NOT NULL UNIQUE, dossier TEXT NOT NULL,"
    " voided INTEGER NOT NULL);"
    "CREATE INDEX issued_dossier ON issued(dossier, seq);"
    "CREATE TABLE attachment("
    " id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, salt BLOB NOT NULL,"
    " bytes BLOB NOT NULL);",

    /* 2: who sits at the desk, and what came of each import: rows that change and go. */
    "CREATE TABLE person("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, hash TEXT NOT NULL,"
    " must_change INTEGER NOT NULL, failed INTEGER NOT NULL, locked_until_ms INTEGER NOT NULL);"
    "CREATE TABLE login("
    " token_hash BLOB PRIMARY KEY, person INTEGER NOT NULL REFERENCES person(id),"
    " until_ms INTEGER NOT NULL);"
    "CREATE INDEX login_person ON login(person);"
    "CREATE TABLE import("
    " id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, file TEXT NOT NULL, rows INTEGER NOT NULL,"
    " added INTEGER NOT NULL, present INTEGER NOT NULL, changed INTEGER NOT NULL,"
    " refused INTEGER NOT NULL, warned INTEGER NOT NULL, skipped INTEGER NOT NULL,"
    " lines TEXT NOT NULL);",

    /* 3: numbers by post office, procedures, and look-ups over the office chain: what citizens
     * chose, what was received and paired, who carries, rounds, slips. */
    "CREATE TABLE number_pool("
    " id INTEGER PRIMARY KEY, post_office INTEGER NOT NULL, prefix TEXT NOT NULL,"
    " country TEXT NOT NULL, first INTEGER NOT NULL, size INTEGER NOT NULL, used INTEGER NOT NULL,"
    " added_ms INTEGER NOT NULL);"
    "CREATE INDEX number_pool_office ON number_pool(post_office, prefix, country);"
    "CREATE TABLE procedure_rule("
    " id INTEGER PRIMARY KEY, folded TEXT NOT NULL, name TEXT NOT NULL,"
    " bcci_allowed INTEGER NOT NULL, owner_only INTEGER NOT NULL, from_ms INTEGER NOT NULL,"
    " to_ms INTEGER NOT NULL, citation TEXT NOT NULL);"
    "CREATE INDEX procedure_rule_folded ON procedure_rule(folded);"
    "CREATE TABLE choice("
    " dossier TEXT PRIMARY KEY, opted_event INTEGER NOT NULL, electronic INTEGER NOT "
    "NULL);" CHOICE_OWN "CREATE TABLE content("
    " item TEXT PRIMARY KEY, received INTEGER NOT NULL, paired INTEGER NOT NULL);"
    "CREATE TABLE handover(serial INTEGER PRIMARY KEY, sealed INTEGER NOT NULL);"
    "CREATE TABLE handover_item(item TEXT PRIMARY KEY, handover INTEGER NOT NULL);"
    "CREATE INDEX handover_item_handover ON handover_item(handover);"
    "CREATE TABLE paper("
    " item TEXT NOT NULL, event INTEGER NOT NULL, wall_ms INTEGER NOT NULL,"
    " badge INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(item, event, wall_ms, badge));"
    "CREATE TABLE postman("
    " badge INTEGER PRIMARY KEY, name TEXT NOT NULL, post_office INTEGER NOT NULL,"
    " from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, pin TEXT NOT NULL);"
    "CREATE TABLE round("
    " id INTEGER PRIMARY KEY, badge INTEGER NOT NULL, post_office INTEGER NOT NULL,"
    " commune INTEGER NOT NULL, built_ms INTEGER NOT NULL, closed INTEGER NOT NULL);"
    "CREATE INDEX round_badge ON round(badge, closed);"
    "CREATE TABLE round_item(item TEXT PRIMARY KEY, round INTEGER NOT NULL);"
    "CREATE INDEX round_item_round ON round_item(round);"
    "CREATE TABLE pad("
    " first INTEGER PRIMARY KEY, count INTEGER NOT NULL, badge INTEGER NOT NULL,"
    " issued_ms INTEGER NOT NULL);"
    "CREATE TABLE slip(slip INTEGER PRIMARY KEY, item TEXT NOT NULL, seq INTEGER NOT NULL);"
    "CREATE INDEX slip_item ON slip(item);",

    /* 4: offices and places with their history; procedures by code; communes as they were and are.
     */
    "CREATE TABLE premises("
    " seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, number INTEGER NOT NULL, code TEXT NOT NULL,"
    " name TEXT NOT NULL, neutral TEXT NOT NULL, address TEXT NOT NULL, phone TEXT NOT NULL,"
    " commune INTEGER NOT NULL, post_office INTEGER NOT NULL, has_place INTEGER NOT NULL,"
    " lat_e7 INTEGER NOT NULL, lon_e7 INTEGER NOT NULL, successor TEXT NOT NULL,"
    " from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, citation TEXT NOT NULL);"
    "CREATE INDEX premises_code ON premises(kind, code, from_ms);"
    "CREATE INDEX premises_number ON premises(kind, number);"
    "ALTER TABLE procedure_rule ADD COLUMN code TEXT NOT NULL DEFAULT '';"
    "CREATE TABLE commune("
    " id INTEGER PRIMARY KEY, code INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,"
    " folded TEXT NOT NULL, district TEXT NOT NULL, district_folded TEXT NOT NULL,"
    " postal_code INTEGER NOT NULL, successor INTEGER NOT NULL, from_ms INTEGER NOT NULL,"
    " to_ms INTEGER NOT NULL);"
    "CREATE INDEX commune_folded ON commune(folded);"
    "CREATE INDEX commune_code ON commune(code);",

    /* 5: attachments of scans: which are named by what, which have come. Their hashes are looked up
     * one at a time, a few a delivery. */
    "CREATE TABLE attached("
    " id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, device INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, stand INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL);"
    "CREATE INDEX attached_stand ON attached(stand);"
    "CREATE INDEX attached_device ON attached(device, at_ms);"
    "CREATE TABLE attached_scan("
    " item TEXT NOT NULL, list INTEGER NOT NULL, device INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " PRIMARY KEY(item, list, device, seq));"
    "CREATE INDEX attached_scan_list ON attached_scan(list);"
    "CREATE TABLE attached_member("
    " list INTEGER NOT NULL, attached INTEGER NOT NULL, PRIMARY KEY(list, attached));"
    "CREATE INDEX attached_member_attached ON attached_member(attached);",

    /* 6: what was given on of the money that was taken. */
    "CREATE TABLE ledger("
    " seq INTEGER PRIMARY KEY, event INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " badge INTEGER NOT NULL, office INTEGER NOT NULL, item TEXT NOT NULL,"
    " from_ms INTEGER NOT NULL, to_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " postage_vnd INTEGER NOT NULL, fees_vnd INTEGER NOT NULL, cleared_seq INTEGER NOT NULL,"
    " taken_back INTEGER NOT NULL);"
    "CREATE INDEX ledger_day ON ledger(event, from_ms);"
    "CREATE INDEX ledger_cleared ON ledger(cleared_seq);",

    /* 7: whom a number goes to since it was corrected. */
    "CREATE TABLE readdressed(item TEXT PRIMARY KEY, seq INTEGER NOT NULL);",

    /* 8: how an office names the columns of its lists. */
    "CREATE TABLE mapping("
    " office INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, folded "
    "TEXT NOT NULL,"
    " PRIMARY KEY(office, key));",

    /* 9: scans of revoked handhelds that were admitted. */
    "CREATE TABLE admitted("
    " device TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, fact INTEGER NOT NULL,"
    " PRIMARY KEY(device, epoch, seq)) WITHOUT ROWID;",

    /* 10: invitations that scans say were left. */
    "CREATE TABLE slip_left("
    " slip INTEGER NOT NULL, item TEXT NOT NULL, device INTEGER NOT NULL, epoch INTEGER NOT NULL,"
    " seq INTEGER NOT NULL, badge INTEGER NOT NULL, PRIMARY KEY(device, epoch, seq)) WITHOUT ROWID;"
    "CREATE INDEX slip_left_slip ON slip_left(slip);",

    /* 11: roles. Whoever had a login before could do everything: an administrator. */
    "ALTER TABLE person ADD COLUMN role INTEGER NOT NULL DEFAULT 5;"
    "ALTER TABLE person ADD COLUMN disabled INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE person_office("
    " person INTEGER NOT NULL, office INTEGER NOT NULL, PRIMARY KEY(person, office)) WITHOUT "
    "ROWID;",

    /* 12: who looked at whose data. */
    "CREATE TABLE look("
    " seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, person INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, rows INTEGER NOT NULL, client TEXT NOT NULL, link BLOB NOT NULL);"
    "CREATE INDEX look_at ON look(at_ms);"
    "CREATE TABLE look_head("
    " id INTEGER PRIMARY KEY CHECK(id = 1), seq INTEGER NOT NULL, link BLOB NOT NULL,"
    " seal BLOB NOT NULL);",

    /* 13: texts from phones, who wants no messages, who was told of what. */
    "CREATE TABLE inbox("
    " id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, phone TEXT NOT NULL, kind INTEGER NOT NULL,"
    " reply TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX inbox_at ON inbox(at_ms);"
    "CREATE INDEX inbox_owed ON inbox(at_ms) WHERE reply <> '';"
    "CREATE TABLE phone_stop(phone TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE phone_told("
    " serial INTEGER PRIMARY KEY, phone TEXT NOT NULL, item TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL);"
    "CREATE INDEX phone_told_phone ON phone_told(phone, at_ms);"
    "CREATE INDEX phone_told_at ON phone_told(at_ms);",

    /* 14: second factors, closed by a key that is not here; logins that lack theirs. */
    "ALTER TABLE login ADD COLUMN half INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE person_second("
    " person INTEGER PRIMARY KEY REFERENCES person(id), secret BLOB NOT NULL,"
    " step INTEGER NOT NULL, since_ms INTEGER NOT NULL);"
    "CREATE TABLE person_code("
    " person INTEGER NOT NULL REFERENCES person(id), hash BLOB NOT NULL, used_ms INTEGER NOT NULL);"
    "CREATE INDEX person_code_person ON person_code(person);",

    /* 15: integration keys, and what was answered to them under a key of theirs. */
    "CREATE TABLE api_key("
    " person INTEGER PRIMARY KEY REFERENCES person(id), hash BLOB NOT NULL,"
    " scopes INTEGER NOT NULL, made_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
    " revoked_ms INTEGER NOT NULL);"
    "CREATE TABLE api_once("
    " person INTEGER NOT NULL, key TEXT NOT NULL, asked BLOB NOT NULL, at_ms INTEGER NOT NULL,"
    " status INTEGER NOT NULL, answer TEXT, PRIMARY KEY(person, key)) WITHOUT ROWID;"
    "CREATE INDEX api_once_at ON api_once(at_ms);",

    /* 16: facts that name no item, few among all: rules are read from them. */
    "CREATE TABLE unnamed(seq INTEGER PRIMARY KEY, event INTEGER NOT NULL);",

    /* 17: whose data was looked at. */
    "ALTER TABLE look ADD COLUMN items TEXT NOT NULL DEFAULT '';",

    /* 18: what the law wanted gone, and what it wants kept. Names are salted hashes. */
    "CREATE TABLE erased_name(name BLOB PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX erased_name_seq ON erased_name(seq, name);"
    "CREATE TABLE erased_item(item TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX erased_item_seq ON erased_item(seq);"
    "CREATE TABLE held(item TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE INDEX phone_told_item ON phone_told(item);",

    /* 19: rounds that are not closed, few among all that ever were. */
    "CREATE INDEX round_open ON round(post_office) WHERE closed = 0;",

    /* 20: what was chosen of a dossier by who is bound to an office, for that office alone. */
    CHOICE_OWN,

    /* 21: where offices' own systems are told; secrets closed by a key that is not here. */
    "CREATE TABLE hook("
    " id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL,"
    " events INTEGER NOT NULL, running INTEGER NOT NULL, secret BLOB NOT NULL,"
    " before BLOB NOT NULL, before_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL,"
    " changed INTEGER NOT NULL);"
    "CREATE TABLE hook_office("
    " hook INTEGER NOT NULL, office INTEGER NOT NULL, PRIMARY KEY(hook, office)) WITHOUT ROWID;",

    /* 22: what messages say in an administrator's words, each as its fact set it. */
    "CREATE TABLE template("
    " id INTEGER PRIMARY KEY, key TEXT NOT NULL, words TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " user INTEGER NOT NULL);"
    "CREATE INDEX template_key ON template(key, id);",

    /* 23: outlines of communes, as an administrator loaded them. */
    "CREATE TABLE outline("
    " code INTEGER PRIMARY KEY, version INTEGER NOT NULL,"
    " shape TEXT NOT NULL);",

    /* 24: what webhooks refused or did not answer to, found without walking all facts. */
    "CREATE TABLE dead_letter("
    " receiver INTEGER NOT NULL, item TEXT NOT NULL, seq INTEGER NOT NULL,"
    " PRIMARY KEY(receiver, item)) WITHOUT ROWID;",
};

#define STEPS (sizeof steps / sizeof *steps)
/* Indices of the steps that make look-ups: they are filled with them. */
#define LOOKUPS_STEP 2
#define SLIPS_STEP 9
#define UNNAMED_STEP 15
#define DEAD_STEP 23

bool schema_version(struct db *db, uint64_t *ret_version, struct error *err)
{
    struct stmt *stmt;
    if (!db_prepare(db, "PRAGMA user_version", &stmt, err) || !step_row(stmt, "user_version", err))
        return false;
    *ret_version = stmt_col_u64(stmt, 0);
    stmt_reset(stmt);
    return true;
}

static bool not_newer(uint64_t version, struct error *err)
{
    return version <= STEPS ||
           error_set(err, ERROR_BROKEN,
                     "the record has layout %llu, this program knows only %zu: it is older",
                     (unsigned long long)version, STEPS);
}

bool schema_known(struct db *db, struct error *err)
{
    uint64_t version;
    if (!schema_version(db, &version, err))
        return error_add(err, "layout");
    if (version == 0)
        return error_set(err, ERROR_BROKEN, "this is no record");
    return not_newer(version, err);
}

bool schema_check(struct db *db, struct error *err)
{
    uint64_t version;
    if (!schema_version(db, &version, err))
        return error_add(err, "layout");
    if (version < STEPS)
        return error_set(err, ERROR_LATER, "the record has layout %llu, still to be brought to %zu",
                         (unsigned long long)version, STEPS);
    return not_newer(version, err);
}

/* The number and what it stands for change together or not at all. */
static bool take_step(struct record *record, size_t step, struct error *err)
{
    struct db *db = record->db;
    char mark[48];
    (void)snprintf(mark, sizeof mark, "PRAGMA user_version=%zu; COMMIT", step + 1);
    if (!db_exec(db, "BEGIN IMMEDIATE", err))
        return error_add(err, "layout");
    if (db_exec(db, steps[step], err) && (step != LOOKUPS_STEP || lookups_fill(record, err)) &&
        (step != SLIPS_STEP || slips_fill(record, err)) &&
        (step != UNNAMED_STEP || unnamed_fill(record, err)) &&
        (step != DEAD_STEP || dead_letters_fill(record, err)) && db_exec(db, mark, err))
        return true;
    db_abandon(db);
    return error_add(err, "layout step %zu", step + 1);
}

bool schema_migrate(struct record *record, const char *path, struct error *err)
{
    uint64_t version;
    if (!schema_version(record->db, &version, err))
        return error_add(err, "layout");
    if (version > 0 && version < STEPS && !before_keep(record, path, version, err))
        return false;
    for (size_t step = (size_t)version; step < STEPS; step++)
        if (!take_step(record, step, err))
            return false;
    return schema_check(record->db, err);
}

/* ------------------------------------------------------------------ reading rows */

bool step_row(struct stmt *stmt, const char *what, struct error *err)
{
    switch (stmt_step(stmt, err)) {
    case DB_STEP_ROW:
        return true;
    case DB_STEP_DONE:
        stmt_reset(stmt);
        return error_set(err, ERROR_NOT_FOUND, "%s: không có. / there is none", what);
    case DB_STEP_FAILED:
        break;
    }
    return error_add(err, "%s", what);
}

bool step_maybe(struct stmt *stmt, bool *ret_row, struct error *err)
{
    enum db_step step = stmt_step(stmt, err);
    *ret_row = step == DB_STEP_ROW;
    if (step == DB_STEP_DONE)
        stmt_reset(stmt);
    return step != DB_STEP_FAILED;
}

bool each_item(struct stmt *stmt, bool (*each)(void *ctx, const struct item *item), void *ctx,
               struct error *err)
{
    enum db_step step;
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct item item;
        const char *text = stmt_col_text(stmt, 0);
        if (!item_parse(text, strlen(text), &item, err)) {
            stmt_reset(stmt);
            return false;
        }
        if (!each(ctx, &item))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read items");
    stmt_reset(stmt);
    return true;
}

bool col_exact(struct stmt *stmt, int at, void *out, size_t n, const char *what, struct error *err)
{
    size_t have;
    const void *bytes = stmt_col_blob(stmt, at, &have);
    if (have != n)
        return error_set(err, ERROR_BROKEN, "%s has %zu bytes, not %zu", what, have, n);
    memcpy(out, bytes, n);
    return true;
}
