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

struct take {
    struct views *views;
    size_t left;          /* how many rows may still be taken at one go */
    struct instant until; /* the first that came later is the last taken */
    struct error *err;
    bool good;
};

/* ------------------------------------------------------------------ scans */

static bool take_scans(struct views *views, uint64_t position)
{
    const struct facts_batch *row = views->row;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < row->n; i++)
            table_fetch(&views->table, &row->fact[i].scan.item, pass == 1);
    for (size_t i = 0; i < row->n; i++) {
        const struct fact *fact = &row->fact[i];
        struct tracked *entry = touch(views, &fact->scan.item, ref_make(position, row->index[i]));
        if (entry == NULL)
            return false;
        stock_add(&views->stock, entry, fact);
    }
    return true;
}

/* Refs and mark move together under the lock: what is flushed is never half a batch. */
static bool take_batch(void *ctx, const struct record_batch *row)
{
    struct take *take = ctx;
    struct views *views = take->views;
    take->good = facts_of_batch(row, views->row, take->err);
    if (!take->good)
        return false;
    pthread_mutex_lock(&views->lock);
    take->good = take_scans(views, (uint64_t)row->id) ||
                 error_set(take->err, ERROR_LATER, "batch %lld: out of memory", (long long)row->id);
    if (take->good)
        views->table.mark.batch = row->id;
    pthread_mutex_unlock(&views->lock);
    views->scans_at = row->arrival;
    return take->good && row->arrival.ms <= take->until.ms && --take->left > 0;
}

/* ------------------------------------------------------------------ the office */

static bool sets_rule(uint32_t event)
{
    return event == EVENT_CALENDAR_SET || event == EVENT_PARAMETER_SET ||
           event == EVENT_RETURN_STANDING;
}

static bool take_rule(struct views *views, const struct office_fact *fact)
{
    pthread_mutex_lock(&views->reading);
    bool good = rules_take(&views->rules, fact);
    pthread_mutex_unlock(&views->reading);
    return good;
}

/* A fact that names no item is either a rule, or nothing that is shown here. */
static bool take_fact(struct views *views, const struct office_fact *office,
                      const struct fact *fact)
{
    if (office->event < EVENT_WITHOUT_ITEM) {
        struct tracked *entry = touch(views, &office->item, ref_make(office->seq, REF_OFFICE));
        if (entry == NULL ||
            (office->event == EVENT_ISSUED && !table_issue(&views->table, entry, office->seq)))
            return false;
        stock_add(&views->stock, entry, fact);
        return true;
    }
    if (!sets_rule(office->event))
        return true;
    views->rules_changed |= office->seq > views->rules_through;
    return seqs_add(&views->rule_seqs, office->seq);
}

static bool take_office(void *ctx, const struct office_fact *office)
{
    struct take *take = ctx;
    struct views *views = take->views;
    struct fact fact;
    bool fresh_rule = sets_rule(office->event) && office->seq > views->rules_through;
    take->good = facts_of_office(views->feeder, office, &fact, take->err);
    if (!take->good)
        return false;
    bool ruled = !fresh_rule || take_rule(views, office);
    pthread_mutex_lock(&views->lock);
    take->good = (ruled && take_fact(views, office, &fact)) ||
                 error_set(take->err, ERROR_LATER, "office fact %llu: out of memory",
                           (unsigned long long)office->seq);
    if (take->good)
        views->table.mark.office = office->seq;
    pthread_mutex_unlock(&views->lock);
    views->office_at = office->at;
    return take->good && office->at.ms <= take->until.ms && --take->left > 0;
}

static bool take_rule_only(void *ctx, const struct office_fact *office)
{
    struct take *take = ctx;
    take->good =
        take_rule(take->views, office) || error_set(take->err, ERROR_LATER, "views: out of memory");
    return take->good;
}

bool take_rules(struct views *views, struct error *err)
{
    struct take take = {.views = views, .err = err, .good = true};
    int64_t batch;
    uint64_t office;
    if (!record_end(facts_record(views->feeder), &batch, &office, err) ||
        !record_office_some(facts_record(views->feeder), views->table.mark.office, office,
                            sets_rule, take_rule_only, &take, err) ||
        !take.good)
        return error_add(err, "views");
    views->rules_through = office;
    return true;
}

/* ------------------------------------------------------------------ both */

/* How far one kind may run ahead of the other, so that turns are not of one row. */
#define AHEAD_MS (INT64_C(10) * 60 * 1000)

/* The kind that is behind goes first, a little beyond where the other is; with nothing more of the
 * one, the other goes on alone. */
bool take_some(struct views *views, bool *ret_more, struct error *err)
{
    struct record *record = facts_record(views->feeder);
    struct take scans = {.views = views, .left = ROWS_AT_ONCE, .err = err, .good = true};
    struct take office = scans;
    int64_t last_batch;
    uint64_t last_office;
    if (!record_end(record, &last_batch, &last_office, err))
        return error_add(err, "views");
    bool both = views->table.mark.batch < last_batch && views->table.mark.office < last_office;
    bool office_first = both && views->office_at.ms <= views->scans_at.ms;
    office.until.ms = both ? views->scans_at.ms + AHEAD_MS : INT64_MAX;
    scans.until.ms = both ? views->office_at.ms + AHEAD_MS : INT64_MAX;
    if ((!both || !office_first) &&
        (!record_batches_from(record, views->table.mark.batch, take_batch, &scans, err) ||
         !scans.good))
        return error_add(err, "views");
    if ((!both || office_first) &&
        (!record_office_from(record, views->table.mark.office, take_office, &office, err) ||
         !office.good))
        return error_add(err, "views");
    *ret_more = both || scans.left == 0 || office.left == 0;
    return true;
}
