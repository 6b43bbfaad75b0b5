#include "server/record/templates.h"

#include <stdio.h>
#include <string.h>

#include "server/record/inside.h"

/* Its words, deletable as all evidence is, though nobody's data are in them. */
static bool rest_on_words(struct record *record, const char *words, struct office_fact *fact,
                          struct error *err)
{
    struct testimony said = {.text = ""};
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    (void)snprintf(said.text, sizeof said.text, "%s", words);
    fact->has_evidence = *words != '\0';
    return !fact->has_evidence || (testimony_encode(&said, bytes, &n, err) &&
                                   record_attachment_add(record, bytes, n, &fact->evidence, err));
}

bool template_put(struct record *record, struct template *template, struct error *err)
{
    struct office_fact fact = {.event = EVENT_TEMPLATE_SET, .user = template->user};
    struct stmt *stmt;
    (void)snprintf(fact.key, sizeof fact.key, "%s", template->key);
    template->at = record_now(record);
    if (!rest_on_words(record, template->words, &fact, err) ||
        !record_office_add(record, &fact, NULL, err) ||
        !db_prepare(record->db,
                    "INSERT INTO template(key, words, at_ms, user) VALUES(?1, ?2, ?3, ?4)", &stmt,
                    err))
        return false;
    stmt_text(stmt, 1, template->key);
    stmt_text(stmt, 2, template->words);
    stmt_int(stmt, 3, template->at.ms);
    stmt_int(stmt, 4, template->user);
    return stmt_done(stmt, err) || error_add(err, "template %s", template->key);
}

bool template_words(struct record *record, const char *key, char out[TEMPLATE_WORDS_MAX + 1],
                    struct error *err)
{
    struct stmt *stmt;
    bool there = false;
    *out = '\0';
    if (!db_prepare(record->db,
                    "SELECT words FROM template WHERE key = ?1 ORDER BY id DESC LIMIT 1", &stmt,
                    err))
        return false;
    stmt_text(stmt, 1, key);
    if (!step_maybe(stmt, &there, err))
        return error_add(err, "template %s", key);
    if (there) {
        (void)snprintf(out, TEMPLATE_WORDS_MAX + 1, "%s", stmt_col_text(stmt, 0));
        stmt_reset(stmt);
    }
    return true;
}

bool templates_each(struct record *record, const char *key,
                    bool (*each)(void *ctx, const struct template *template), void *ctx,
                    struct error *err)
{
    struct stmt *stmt;
    enum db_step step;
    if (!db_prepare(record->db,
                    "SELECT key, words, at_ms, user FROM template WHERE key = ?1 OR (?1 = '' AND"
                    " id IN (SELECT max(id) FROM template GROUP BY key)) ORDER BY id DESC",
                    &stmt, err))
        return false;
    stmt_text(stmt, 1, key);
    while ((step = stmt_step(stmt, err)) == DB_STEP_ROW) {
        struct template template = {.at = {stmt_col_int(stmt, 2)},
                                    .user = (uint32_t)stmt_col_int(stmt, 3)};
        (void)snprintf(template.key, sizeof template.key, "%s", stmt_col_text(stmt, 0));
        (void)snprintf(template.words, sizeof template.words, "%s", stmt_col_text(stmt, 1));
        if (!each(ctx, &template))
            break;
    }
    if (step == DB_STEP_FAILED)
        return error_add(err, "cannot read the templates");
    stmt_reset(stmt);
    return true;
}
