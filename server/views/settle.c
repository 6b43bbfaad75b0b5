/* settle.c - folds the items that rows have touched: at once when following, when the stock is full
 * or all is read when there is much to catch up with (catch_up.c). */
#include "server/views/inside.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ one item */

static bool fold_facts(struct views *views, struct tracked *entry, bool live, struct view *ret_view,
                       struct error *err)
{
    struct fact *facts = stock_read(&views->stock, entry), *read = NULL;
    if (facts == NULL) {
        if (!facts_read(views->feeder, &entry->item, entry->refs, entry->refs_n, &read, err))
            return error_add(err, "views");
        if (live)
            stock_put(&views->stock, entry, read, entry->refs_n);
        facts = read;
    }
    facts_fold(facts, entry->refs_n, &views->rules, ret_view);
    free(read);
    return true;
}

bool fold_entry(struct views *views, struct tracked *entry, bool live, struct view *ret_view,
                struct error *err)
{
    if (!fold_facts(views, entry, live, ret_view, err))
        return false;
    pthread_mutex_lock(&views->lock);
    bool good = table_fold(&views->table, entry, ret_view, live);
    pthread_mutex_unlock(&views->lock);
    return good || error_set(err, ERROR_LATER, "views: out of memory");
}

/* Of what is delivered a message follows within the hour, seldom more: so many may wait for it,
 * some hours' worth of a province, and go before the stock is full, which stays the smaller. */
#define DONE_MOST 4096

/* Makes room in stock; whose facts go before it was folded is folded now. */
bool trim(struct views *views, size_t most_bytes, struct error *err)
{
    while (views->stock.bytes > most_bytes || stock_done_n(&views->stock) > DONE_MOST) {
        struct tracked *entry = stock_oldest(&views->stock);
        if (!entry->folded && (!take_rules(views, err) || !fold_beside(views, entry, err)))
            return false;
        stock_drop(&views->stock, entry);
    }
    return true;
}

/* ------------------------------------------------------------------ all that was touched */

static void tell(const struct views *views, const struct item *item, const struct view *view)
{
    for (size_t i = 0; i < views->watchers_n; i++)
        views->watchers[i].changed(views->watchers[i].ctx, item, view);
}

bool list_unfolded(struct views *views)
{
    for (size_t i = 0; i < views->table.entries.n; i++) {
        struct tracked *entry = views->table.entries.all[i];
        if (entry->folded || entry->listed)
            continue;
        entry->listed = list_add(&views->touched, entry);
        if (!entry->listed)
            return false;
    }
    return true;
}

/* Other rules may give any item another term. */
static bool touch_all(struct views *views)
{
    pthread_mutex_lock(&views->lock);
    bool good = table_doubt_all(&views->table) && list_unfolded(views);
    pthread_mutex_unlock(&views->lock);
    views->rules_changed = !good;
    return good;
}

/* From the end, so that what a failure leaves is still in the list. */
bool fold_touched(struct views *views, bool telling, struct error *err)
{
    if (views->rules_changed) {
        if (!settle_folding(views, err))
            return false;
        if (!touch_all(views))
            return error_set(err, ERROR_LATER, "views: out of memory");
    }
    while (views->touched.n > 0) {
        struct tracked *entry = views->touched.all[views->touched.n - 1];
        struct view view;
        bool fold = !entry->folded;
        if (fold && !(telling ? fold_entry(views, entry, true, &view, err)
                              : fold_beside(views, entry, err)))
            return false;
        views->touched.n--;
        entry->listed = false;
        if (fold && telling)
            tell(views, &entry->item, &view);
    }
    return trim(views, views->stock_following_bytes, err);
}

bool take_some(struct views *views, bool *ret_more, struct error *err)
{
    views->at.mark = views->table.mark;
    if (!rows_next(views->feeder, &views->at, views->rows, err) ||
        !take_rows(views, views->rows, err))
        return false;
    *ret_more = views->rows->more;
    return true;
}

static bool is_short_of(const struct mark *mark, const struct mark *end)
{
    return mark->batch < end->batch || mark->office < end->office;
}

/* Not further than where the record ended at the beginning: who waits for that need not wait for
 * what comes meanwhile. */
bool views_follow(struct views *views, struct error *err)
{
    struct mark end;
    bool more;
    if (!record_end(facts_record(views->feeder), &end.batch, &end.office, err))
        return error_add(err, "views");
    if (!fold_touched(views, true, err)) /* what a failure left */
        return false;
    while (is_short_of(&views->table.mark, &end))
        if (!take_some(views, &more, err) || !fold_touched(views, true, err))
            return false;
    return true;
}
