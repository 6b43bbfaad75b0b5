#include "server/views/views.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/views/facts.h"
#include "server/views/store.h"

#define WATCHERS_MAX 4

struct watcher {
    void (*changed)(void *ctx, const struct item *item, const struct view *view);
    void *ctx;
};

struct views {
    struct facts *feeder; /* the feeding thread's */
    pthread_mutex_t reading;
    struct facts *reader; /* under `reading` */
    struct rules rules;   /* changed by the feeding thread under `reading` */
    pthread_mutex_t lock;
    struct seqs rule_seqs; /* under `lock`: the facts behind `rules` */
    struct table table;    /* under `lock`; only the feeding thread changes it */
    pthread_mutex_t storing;
    struct store *store; /* under `storing` */
    struct list touched; /* the feeding thread's: items to fold */
    bool rules_changed;  /* the feeding thread's: all items are to be folded */
    struct watcher watchers[WATCHERS_MAX];
    size_t watchers_n;
};

/* ------------------------------------------------------------------ taking in */

static bool touch(struct views *views, const struct item *item, ref one)
{
    struct tracked *entry = table_take(&views->table, item);
    if (entry == NULL || !entry_add_ref(&views->table, entry, one))
        return false;
    entry->listed = entry->listed || list_add(&views->touched, entry);
    return entry->listed;
}

struct take {
    struct views *views;
    uint64_t position; /* of the batch in hand */
    size_t left;       /* how many rows may still be taken at one go */
    struct error *err;
    bool good;
};

static bool take_scan(void *ctx, uint32_t index, const struct scan *scan)
{
    struct take *take = ctx;
    return touch(take->views, &scan->item, ref_make(take->position, index));
}

/* Refs and mark move together under the lock: what is flushed is never half a batch. */
static bool take_batch(void *ctx, const struct record_batch *row)
{
    struct take *take = ctx;
    struct views *views = take->views;
    take->position = (uint64_t)row->id;
    pthread_mutex_lock(&views->lock);
    take->good = facts_of_batch(row, take_scan, take, take->err);
    if (take->good)
        views->table.mark.batch = row->id;
    pthread_mutex_unlock(&views->lock);
    return take->good && --take->left > 0;
}

static bool sets_rule(const struct office_fact *fact)
{
    return fact->event == EVENT_CALENDAR_SET || fact->event == EVENT_PARAMETER_SET ||
           fact->event == EVENT_RETURN_STANDING;
}

static bool take_rule(struct views *views, const struct office_fact *fact)
{
    pthread_mutex_lock(&views->reading);
    bool good = rules_take(&views->rules, fact);
    pthread_mutex_unlock(&views->reading);
    return good;
}

/* A fact that names no item is either a rule, or nothing that is shown here. */
static bool take_fact(struct views *views, const struct office_fact *fact)
{
    if (fact->event < EVENT_WITHOUT_ITEM)
        return touch(views, &fact->item, ref_make(fact->seq, REF_OFFICE));
    if (!sets_rule(fact))
        return true;
    views->rules_changed = true;
    return seqs_add(&views->rule_seqs, fact->seq);
}

static bool take_office(void *ctx, const struct office_fact *fact)
{
    struct take *take = ctx;
    struct views *views = take->views;
    bool ruled = !sets_rule(fact) || take_rule(views, fact);
    pthread_mutex_lock(&views->lock);
    take->good = (ruled && take_fact(views, fact)) ||
                 error_set(take->err, ERROR_LATER, "office fact %llu: out of memory",
                           (unsigned long long)fact->seq);
    if (take->good)
        views->table.mark.office = fact->seq;
    pthread_mutex_unlock(&views->lock);
    return take->good && --take->left > 0;
}

/* Rows at one go: short enough that no reading pins the log (reliability.md (c) 40). */
#define ROWS_AT_ONCE 500

static bool take_some(struct views *views, bool *ret_more, struct error *err)
{
    struct take scans = {.views = views, .left = ROWS_AT_ONCE, .err = err, .good = true};
    struct take office = scans;
    if (!record_batches_from(facts_record(views->feeder), views->table.mark.batch, take_batch,
                             &scans, err) ||
        !scans.good ||
        !record_office_from(facts_record(views->feeder), views->table.mark.office, take_office,
                            &office, err) ||
        !office.good)
        return error_add(err, "views");
    *ret_more = scans.left == 0 || office.left == 0;
    return true;
}

/* ------------------------------------------------------------------ folding */

static bool fold_entry(struct views *views, struct tracked *entry, struct view *ret_view,
                       struct error *err)
{
    if (!facts_fold(views->feeder, &views->rules, &entry->item, entry->refs, entry->refs_n,
                    ret_view, NULL, err))
        return error_add(err, "views");
    pthread_mutex_lock(&views->lock);
    bool good = table_fold(&views->table, entry, ret_view);
    entry->listed = false;
    pthread_mutex_unlock(&views->lock);
    return good || error_set(err, ERROR_LATER, "views: out of memory");
}

static void tell(const struct views *views, const struct item *item, const struct view *view)
{
    for (size_t i = 0; i < views->watchers_n; i++)
        views->watchers[i].changed(views->watchers[i].ctx, item, view);
}

static bool list_unfolded(struct views *views)
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
static bool fold_touched(struct views *views, bool telling, struct error *err)
{
    if (views->rules_changed && !touch_all(views))
        return error_set(err, ERROR_LATER, "views: out of memory");
    while (views->touched.n > 0) {
        struct tracked *entry = views->touched.all[views->touched.n - 1];
        struct view view;
        if (!fold_entry(views, entry, &view, err))
            return false;
        views->touched.n--;
        if (telling)
            tell(views, &entry->item, &view);
    }
    return true;
}

bool views_follow(struct views *views, struct error *err)
{
    bool more = true;
    while (more)
        if (!take_some(views, &more, err) || !fold_touched(views, true, err))
            return false;
    return true;
}

/* Everything first, then each item once. */
static bool catch_up(struct views *views, struct error *err)
{
    bool more = true;
    while (more)
        if (!take_some(views, &more, err))
            return false;
    return fold_touched(views, false, err);
}

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

bool views_open(const char *views_path, const char *record_path, struct views **ret_views,
                struct error *err)
{
    struct views *views = calloc(1, sizeof *views);
    if (views == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    pthread_mutex_init(&views->lock, NULL);
    pthread_mutex_init(&views->reading, NULL);
    pthread_mutex_init(&views->storing, NULL);
    if (!facts_open(record_path, &views->feeder, err) ||
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

void views_close(struct views *views)
{
    if (views == NULL)
        return;
    store_close(views->store);
    facts_close(views->reader);
    facts_close(views->feeder);
    table_done(&views->table);
    rules_done(&views->rules);
    free(views->rule_seqs.all);
    free(views->touched.all);
    pthread_mutex_destroy(&views->lock);
    pthread_mutex_destroy(&views->reading);
    pthread_mutex_destroy(&views->storing);
    free(views);
}

/* ------------------------------------------------------------------ to disk */

static bool copy_seqs(const struct seqs *seqs, struct seqs *ret_copy)
{
    struct seqs copy = {.all = NULL};
    for (size_t i = 0; i < seqs->n; i++)
        if (!seqs_add(&copy, seqs->all[i])) {
            free(copy.all);
            return false;
        }
    *ret_copy = copy;
    return true;
}

static bool copy_dirty(struct views *views, struct saved **ret_saved, size_t *ret_n,
                       struct seqs *ret_rules, struct mark *ret_mark)
{
    struct table *table = &views->table;
    size_t n = table->dirty.n;
    struct saved *saved = calloc(n == 0 ? 1 : n, sizeof *saved);
    bool good = saved != NULL;
    for (size_t i = 0; good && i < n; i++)
        good = saved_of(table->dirty.all[i], &saved[i]);
    good = good && copy_seqs(&views->rule_seqs, ret_rules);
    if (!good) {
        if (saved != NULL)
            saved_free(saved, n);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        table->dirty.all[i]->dirty = false;
    table->dirty.n = 0;
    *ret_saved = saved;
    *ret_n = n;
    *ret_mark = table->mark;
    return true;
}

/* After a failed write memory is ahead of the disk without knowing where: all of it is written
 * again next time. */
static void dirty_all(struct views *views)
{
    struct table *table = &views->table;
    pthread_mutex_lock(&views->lock);
    for (size_t i = 0; i < table->entries.n; i++) {
        struct tracked *entry = table->entries.all[i];
        entry->dirty = entry->dirty || list_add(&table->dirty, entry);
    }
    pthread_mutex_unlock(&views->lock);
}

bool views_flush(struct views *views, struct error *err)
{
    struct saved *saved;
    size_t n;
    struct seqs rules;
    struct mark mark;
    pthread_mutex_lock(&views->storing);
    pthread_mutex_lock(&views->lock);
    bool good = copy_dirty(views, &saved, &n, &rules, &mark);
    pthread_mutex_unlock(&views->lock);
    bool copied = good;
    if (!good)
        error_set(err, ERROR_LATER, "views: out of memory");
    if (good && n > 0) {
        good = store_write(views->store, saved, n, &rules, &mark, err);
        if (!good)
            dirty_all(views);
    }
    if (copied) {
        saved_free(saved, n);
        free(rules.all);
    }
    pthread_mutex_unlock(&views->storing);
    return good;
}

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
    views->table = fresh->table;
    views->rule_seqs = fresh->rule_seqs;
    fresh->table = table;
    fresh->rule_seqs = seqs;
    views->touched.n = 0;
    pthread_mutex_unlock(&views->lock);
}

/* Works a second table out beside the first, so that readers see whole views all the time. */
bool views_rebuild(struct views *views, struct error *err)
{
    struct views fresh = {.feeder = views->feeder};
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
    table_done(&fresh.table);
    rules_done(&fresh.rules);
    free(fresh.rule_seqs.all);
    free(fresh.touched.all);
    pthread_mutex_destroy(&fresh.reading);
    pthread_mutex_destroy(&fresh.lock);
    return good && views_flush(views, err);
}

/* ------------------------------------------------------------------ reading */

static ref *copy_refs(const struct tracked *entry)
{
    ref *refs = malloc(entry->refs_n * sizeof *refs + 1);
    if (refs != NULL && entry->refs_n > 0)
        memcpy(refs, entry->refs, entry->refs_n * sizeof *refs);
    return refs;
}

/* The item's refs as they are now, to be folded outside the lock; NULL for an unknown item. */
static ref *find_refs(struct views *views, const struct item *item, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, item);
    ref *refs = entry == NULL ? NULL : copy_refs(entry);
    *ret_n = entry == NULL ? 0 : entry->refs_n;
    pthread_mutex_unlock(&views->lock);
    return refs;
}

static bool read_facts(struct views *views, const struct item *item, struct view *ret_view,
                       struct fact **ret_facts)
{
    size_t n;
    ref *refs = find_refs(views, item, &n);
    if (refs == NULL)
        return false;
    pthread_mutex_lock(&views->reading);
    bool good = facts_fold(views->reader, &views->rules, item, refs, n, ret_view, ret_facts, NULL);
    pthread_mutex_unlock(&views->reading);
    free(refs);
    return good;
}

static void keep_view(struct views *views, const struct view *view)
{
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, &view->state.item);
    if (entry != NULL && entry->refs_n == view->version)
        table_keep_view(&views->table, entry, view);
    pthread_mutex_unlock(&views->lock);
}

bool views_item(struct views *views, const struct item *item, struct view *ret_view)
{
    struct view view;
    pthread_mutex_lock(&views->lock);
    struct tracked *entry = table_find(&views->table, item);
    bool known = entry != NULL;
    bool ready = known && entry->view != NULL;
    if (ready)
        *ret_view = *entry->view;
    pthread_mutex_unlock(&views->lock);
    if (ready || !known)
        return known;
    if (!read_facts(views, item, &view, NULL))
        return false;
    keep_view(views, &view);
    *ret_view = view;
    return true;
}

size_t views_history(struct views *views, const struct item *item, struct fact *out, size_t max)
{
    struct view view;
    struct fact *facts;
    if (!read_facts(views, item, &view, &facts))
        return 0;
    size_t n = (size_t)view.version, skip = n > max ? n - max : 0;
    memcpy(out, facts + skip, (n - skip) * sizeof *out);
    free(facts);
    return n - skip;
}

/* ------------------------------------------------------------------ lists */

static bool passes(const struct tracked *entry, const struct view_filter *filter)
{
    bool orphan = entry->issue_seq == 0;
    return orphan == filter->only_orphans &&
           (filter->status == STATUS_NONE || entry->status == filter->status) &&
           (!filter->only_doubts || entry->doubts != 0);
}

static size_t list_items(struct views *views, const struct view_filter *filter, struct view *out,
                         size_t max)
{
    const struct table *table = &views->table;
    const struct list *list = filter->only_orphans ? &table->entries : &table->issued;
    size_t skip = filter->offset, n = 0;
    for (size_t i = list->n; i-- > 0 && n < max;)
        if (passes(list->all[i], filter)) {
            if (skip > 0)
                skip--;
            else
                out[n++].state.item = list->all[i]->item;
        }
    return n;
}

size_t views_list(struct views *views, const struct view_filter *filter, struct view *out,
                  size_t max)
{
    size_t n = 0;
    pthread_mutex_lock(&views->lock);
    size_t found = list_items(views, filter, out, max);
    pthread_mutex_unlock(&views->lock);
    for (size_t i = 0; i < found; i++) {
        struct item item = out[i].state.item;
        if (views_item(views, &item, &out[n]))
            n++;
    }
    return n;
}

bool views_recent(struct views *views, struct instant since, uint32_t doubts,
                  struct view_brief **new_briefs, size_t *ret_n)
{
    pthread_mutex_lock(&views->lock);
    const struct list *issued = &views->table.issued;
    struct view_brief *briefs = calloc(issued->n + 1, sizeof *briefs);
    size_t n = 0;
    for (size_t i = 0; briefs != NULL && i < issued->n; i++) {
        const struct tracked *entry = issued->all[i];
        if (entry->since_arrival.ms >= since.ms || (entry->doubts & doubts))
            briefs[n++] = (struct view_brief){entry->item, entry->status, entry->doubts};
    }
    pthread_mutex_unlock(&views->lock);
    if (briefs == NULL)
        return false;
    *new_briefs = briefs;
    *ret_n = n;
    return true;
}

void views_counts(struct views *views, uint64_t out[VIEW_STATUSES])
{
    pthread_mutex_lock(&views->lock);
    memcpy(out, views->table.counts, sizeof views->table.counts);
    pthread_mutex_unlock(&views->lock);
}

/* ------------------------------------------------------------------ what is due */

struct board views_board(struct views *views, enum view_clock clock, int64_t from_day,
                         int64_t to_day, struct instant now)
{
    pthread_mutex_lock(&views->lock);
    struct board board = board_sum(&views->table.board, clock, from_day, to_day, now);
    pthread_mutex_unlock(&views->lock);
    return board;
}

size_t views_open_between(struct views *views, enum view_clock clock, struct instant after,
                          struct instant until, struct view *out, size_t max)
{
    uint32_t *found = calloc(max == 0 ? 1 : max, sizeof *found);
    size_t n = 0, shown = 0;
    if (found == NULL)
        return 0;
    pthread_mutex_lock(&views->lock);
    struct board_entries entries = table_dues(&views->table, clock);
    n = board_open(&views->table.board, clock, &entries, after, until, found, max);
    for (size_t i = 0; i < n; i++)
        out[i].state.item = views->table.entries.all[found[i]]->item;
    pthread_mutex_unlock(&views->lock);
    free(found);
    for (size_t i = 0; i < n; i++) {
        struct item item = out[i].state.item;
        shown += views_item(views, &item, &out[shown]);
    }
    return shown;
}

bool views_rules(struct views *views, struct rules *ret_rules)
{
    pthread_mutex_lock(&views->reading);
    bool good = rules_copy(&views->rules, ret_rules);
    pthread_mutex_unlock(&views->reading);
    return good;
}
