/* take.c - from the record's rows to the items they touch. */
#include "server/views/inside.h"

static struct tracked *touch(struct views *views, const struct item *item, ref one)
{
    struct tracked *entry = table_take(&views->table, item);
    if (entry == NULL || !entry_add_ref(&views->table, entry, one))
        return NULL;
    entry->listed = entry->listed || list_add(&views->touched, entry);
    return entry->listed ? entry : NULL;
}

/* ------------------------------------------------------------------ rules */

static bool take_rule(struct views *views, const struct office_fact *fact)
{
    pthread_mutex_lock(&views->reading);
    bool good = rules_take(&views->rules, fact);
    pthread_mutex_unlock(&views->reading);
    return good;
}

struct take {
    struct views *views;
    struct error *err;
    bool good;
};

static bool take_rule_only(void *ctx, const struct office_fact *office)
{
    struct take *take = ctx;
    if (!fact_sets_rule(office))
        return true;
    take->views->rules_changed = true;
    take->good =
        take_rule(take->views, office) || error_set(take->err, ERROR_LATER, "views: out of memory");
    return take->good;
}

bool take_rules(struct views *views, struct error *err)
{
    struct take take = {.views = views, .err = err, .good = true};
    int64_t batch;
    uint64_t office;
    if (views->rules_ahead)
        return true;
    if (!record_end(facts_record(views->feeder), &batch, &office, err) ||
        !record_office_unnamed(facts_record(views->feeder), views->table.mark.office, office,
                               event_sets_rule, take_rule_only, &take, err) ||
        !take.good)
        return error_add(err, "views");
    views->rules_through = office;
    views->rules_ahead = true;
    views->rules_changed = views->rules_changed && !views->from_nothing;
    return true;
}

/* ------------------------------------------------------------------ rows */

static bool names_item(const struct row_fact *row)
{
    return row->is_scan || event_names_item(row->event);
}

static bool take_item(struct views *views, const struct rows *rows, const struct row_fact *row)
{
    struct tracked *entry = touch(views, &row->item, row->ref);
    if (entry == NULL || (!row->is_scan && row->event == EVENT_ISSUED &&
                          !table_issue(&views->table, entry, row->seq)))
        return false;
    /* Delivered or returned: seldom does anything follow. */
    bool is_last = row->is_scan && (row->event == EVENT_DELIVERED || row->event == EVENT_RETURNED);
    stock_add(&views->stock, entry, rows->packed + row->at, row->bytes, is_last);
    return true;
}

/* A fact that names no item is either a rule, or nothing that is shown here. */
static bool take_fact(struct views *views, const struct rows *rows, const struct row_fact *row)
{
    if (names_item(row))
        return take_item(views, rows, row);
    if (!row->sets_rule)
        return true;
    views->rules_changed |= row->seq > views->rules_through;
    return seqs_add(&views->rule_seqs, row->seq);
}

static bool take_new_rules(struct views *views, const struct rows *rows, struct error *err)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct row_fact *row = &rows->fact[i];
        struct fact fact;
        if (names_item(row) || !row->sets_rule || row->seq <= views->rules_through)
            continue;
        fact_unpack(rows->packed + row->at, &fact);
        if (!settle_folding(views, err))
            return false;
        if (!take_rule(views, &fact.office))
            return error_set(err, ERROR_LATER, "views: out of memory");
    }
    return true;
}

/* The table of millions is far from the processor: what the rows touch is sent for beforehand. */
static void fetch(const struct views *views, const struct rows *rows)
{
    for (enum table_step step = TABLE_SLOT; step <= TABLE_BEYOND; step++)
        for (size_t i = 0; i < rows->n; i++)
            table_fetch(&views->table, &rows->fact[i].item, step);
}

/* Refs and mark move together under the lock: what is flushed is never half of them. */
bool take_rows(struct views *views, const struct rows *rows, struct error *err)
{
    bool good = true;
    if (!take_new_rules(views, rows, err))
        return false;
    pthread_mutex_lock(&views->lock);
    fetch(views, rows);
    for (size_t i = 0; good && i < rows->n; i++)
        good = take_fact(views, rows, &rows->fact[i]);
    if (good)
        views->table.mark = rows->mark;
    pthread_mutex_unlock(&views->lock);
    return good || error_set(err, ERROR_LATER, "views: out of memory");
}
