#include "server/views/inside.h"

#include <stdlib.h>

void views_watch(struct views *views,
                 void (*changed)(void *ctx, const struct item *item, const struct view *view),
                 void *ctx)
{
    invariant(views->watchers_n < WATCHERS_MAX);
    views->watchers[views->watchers_n++] = (struct watcher){changed, ctx};
}

/* ------------------------------------------------------------------ open, close */

/* Views of a record that has less than they saw are of another record. */
static bool is_ahead(struct views *views, bool *ret_ahead, struct error *err)
{
    int64_t batch;
    uint64_t office;
    if (!record_end(facts_record(views->feeder), &batch, &office, err))
        return false;
    *ret_ahead = views->table.mark.batch > batch || views->table.mark.office > office;
    return true;
}

/* The rules that views.db was worked out by. */
static bool read_rules(struct views *views, struct error *err)
{
    for (size_t i = 0; i < views->rule_seqs.n; i++) {
        struct office_fact fact;
        if (!record_office_get(facts_record(views->feeder), views->rule_seqs.all[i], &fact, err)) {
            if (err->code == ERROR_NOT_FOUND) /* views of another record */
                err->code = ERROR_BROKEN;
            return false;
        }
        if (!rules_take(&views->rules, &fact))
            return error_set(err, ERROR_LATER, "views: out of memory");
    }
    return true;
}

static bool load(struct views *views, struct error *err)
{
    struct error why;
    bool ahead = false;
    if (!store_read(views->store, &views->table, &views->rule_seqs, &why) ||
        !read_rules(views, &why)) {
        if (why.code != ERROR_BROKEN)
            return error_set(err, why.code, "%s", why.text);
        ahead = true;
    }
    if (!ahead && !is_ahead(views, &ahead, err))
        return false;
    if (ahead) {
        table_done(&views->table);
        rules_done(&views->rules);
        views->rule_seqs.n = 0;
        if (!store_empty(views->store, err))
            return false;
    }
    return list_unfolded(views) || error_set(err, ERROR_LATER, "views: out of memory");
}

bool views_open_sized(const char *views_path, const char *record_path, size_t catching_up_bytes,
                      size_t following_bytes, struct views **ret_views, struct error *err)
{
    struct views *views = calloc(1, sizeof *views);
    if (views == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    pthread_mutex_init(&views->lock, NULL);
    pthread_mutex_init(&views->reading, NULL);
    pthread_mutex_init(&views->storing, NULL);
    views->stock_catching_up_bytes = catching_up_bytes;
    views->stock_following_bytes = following_bytes;
    views->rows = malloc(sizeof *views->rows);
    if (views->rows == NULL) {
        views_close(views);
        return error_set(err, ERROR_LATER, "views: out of memory");
    }
    if (!facts_open(record_path, &views->feeder, err) ||
        !facts_open(record_path, &views->ahead[ROWS_SCANS], err) ||
        !facts_open(record_path, &views->ahead[ROWS_OFFICE], err) ||
        !facts_open(record_path, &views->reader, err) ||
        !store_open(views_path, record_generation(facts_record(views->feeder)), &views->store,
                    err) ||
        !load(views, err) || !catch_up(views, err)) {
        views_close(views);
        return false;
    }
    *ret_views = views;
    return true;
}

bool views_open(const char *views_path, const char *record_path, struct views **ret_views,
                struct error *err)
{
    return views_open_sized(views_path, record_path, STOCK_CATCHING_UP_BYTES, STOCK_FOLLOWING_BYTES,
                            ret_views, err);
}

void views_close(struct views *views)
{
    if (views == NULL)
        return;
    store_close(views->store);
    facts_close(views->reader);
    facts_close(views->ahead[ROWS_SCANS]);
    facts_close(views->ahead[ROWS_OFFICE]);
    facts_close(views->feeder);
    stock_done(&views->stock);
    table_done(&views->table);
    rules_done(&views->rules);
    free(views->rule_seqs.all);
    free(views->touched.all);
    free(views->rows);
    pthread_mutex_destroy(&views->lock);
    pthread_mutex_destroy(&views->reading);
    pthread_mutex_destroy(&views->storing);
    free(views);
}

/* ------------------------------------------------------------------ rebuild */

/* What was worked out takes the place of what was shown. */
static void take_over(struct views *views, struct views *fresh)
{
    pthread_mutex_lock(&views->reading);
    struct rules rules = views->rules;
    views->rules = fresh->rules;
    fresh->rules = rules;
    pthread_mutex_unlock(&views->reading);
    pthread_mutex_lock(&views->lock);
    struct table table = views->table;
    struct seqs seqs = views->rule_seqs;
    struct stock stock = views->stock;
    views->table = fresh->table;
    views->rule_seqs = fresh->rule_seqs;
    views->stock = fresh->stock;
    views->rules_through = fresh->rules_through;
    fresh->table = table;
    fresh->rule_seqs = seqs;
    fresh->stock = stock;
    views->touched.n = 0;
    pthread_mutex_unlock(&views->lock);
}

/* Works a second table out beside the first, so that readers see whole views all the time. */
bool views_rebuild(struct views *views, struct error *err)
{
    struct views fresh = {.feeder = views->feeder,
                          .ahead = {views->ahead[ROWS_SCANS], views->ahead[ROWS_OFFICE]},
                          .rows = views->rows,
                          .stock_catching_up_bytes = views->stock_catching_up_bytes,
                          .stock_following_bytes = views->stock_following_bytes};
    pthread_mutex_init(&fresh.lock, NULL);
    pthread_mutex_init(&fresh.reading, NULL);
    bool good = catch_up(&fresh, err);
    if (good) {
        pthread_mutex_lock(&views->storing);
        good = store_empty(views->store, err);
        if (good) {
            take_over(views, &fresh);
        }
        pthread_mutex_unlock(&views->storing);
    }
    stock_done(&fresh.stock);
    table_done(&fresh.table);
    rules_done(&fresh.rules);
    free(fresh.rule_seqs.all);
    free(fresh.touched.all);
    pthread_mutex_destroy(&fresh.reading);
    pthread_mutex_destroy(&fresh.lock);
    return good && views_flush(views, err);
}
