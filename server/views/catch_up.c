/* catch_up.c - a long history on what cores there are: rows are read ahead by one thread, items
 * folded by another, and the feeding thread takes in the one and settles the other. */
#include "server/views/ahead.h"
#include "server/views/inside.h"

/* ------------------------------------------------------------------ beside */

/* What came for an item while it was folded makes it unfolded again: then this is not its state. */
static bool settle_job(struct views *views, const struct fold_job *job)
{
    bool is_whole = bundle_facts(job->bundle) == job->entry->refs_n;
    stock_free(&views->stock, job->bundle);
    return !is_whole || table_fold(&views->table, job->entry, &job->view, false);
}

/* The other thread had no memory for it: here, if there is some. */
static bool settle_failed(struct views *views, const struct fold_jobs *jobs, struct error *err)
{
    struct view view;
    for (size_t i = 0; i < jobs->n; i++)
        if (!jobs->job[i].good && !fold_entry(views, jobs->job[i].entry, false, &view, err))
            return false;
    return true;
}

static bool settle_jobs(struct views *views, struct fold_jobs *jobs, struct error *err)
{
    bool good = true;
    pthread_mutex_lock(&views->lock);
    slab_give_all(&views->stock.slab, &jobs->returns);
    for (size_t i = 0; i < jobs->n; i++)
        if (jobs->job[i].good)
            good = settle_job(views, &jobs->job[i]) && good;
        else
            stock_free(&views->stock, jobs->job[i].bundle);
    pthread_mutex_unlock(&views->lock);
    if (!good)
        error_set(err, ERROR_LATER, "views: out of memory");
    good = good && settle_failed(views, jobs, err);
    folding_give_back(views->folding);
    return good;
}

bool settle_folding(struct views *views, struct error *err)
{
    struct fold_jobs *jobs;
    if (views->folding == NULL)
        return true;
    folding_give_all(views->folding);
    while ((jobs = folding_next(views->folding, true)) != NULL)
        if (!settle_jobs(views, jobs, err))
            return false;
    return true;
}

/* Settles what is done by now. */
static bool settle_done(struct views *views, struct error *err)
{
    struct fold_jobs *jobs;
    while ((jobs = folding_next(views->folding, false)) != NULL)
        if (!settle_jobs(views, jobs, err))
            return false;
    return true;
}

/* Room for a job and the facts for it, or false: then it is folded here. */
static bool hand_over(struct views *views, struct tracked *entry)
{
    struct fold_job *job = folding_room(views->folding);
    struct bundle *bundle = job == NULL ? NULL : stock_detach(&views->stock, entry);
    if (bundle == NULL)
        return false;
    job->entry = entry;
    job->bundle = bundle;
    entry->folded = true;
    folding_give(views->folding);
    return true;
}

/* By the other thread, when it is not busy with many others; counts as folded from here on. */
bool fold_beside(struct views *views, struct tracked *entry, struct error *err)
{
    struct view view;
    if (views->folding == NULL)
        return fold_entry(views, entry, false, &view, err);
    if (folding_room(views->folding) == NULL && !settle_done(views, err))
        return false;
    if (hand_over(views, entry))
        return true;
    stock_fetch_after(entry); /* that one may have to be folded here too */
    return fold_entry(views, entry, false, &view, err);
}

/* ------------------------------------------------------------------ from the mark to the end */

static bool take_ahead(struct views *views, struct ahead *ahead, struct error *err)
{
    const struct rows *rows;
    bool good;
    while ((good = ahead_next(ahead, &rows, err)) && rows != NULL) {
        good = take_rows(views, rows, err);
        ahead_give_back(ahead);
        if (!good || !trim(views, views->stock_catching_up_bytes, err))
            return false;
    }
    return good;
}

static void share_larder(struct views *views, struct slab_larder larder)
{
    views->table.slab.larder = larder;
    views->stock.slab.larder = larder;
}

/* What a failure leaves under way is nobody's any more. */
static void stop_folding(struct views *views)
{
    struct fold_jobs *jobs;
    folding_give_all(views->folding);
    while ((jobs = folding_next(views->folding, true)) != NULL) {
        slab_give_all(&views->stock.slab, &jobs->returns);
        for (size_t i = 0; i < jobs->n; i++)
            stock_free(&views->stock, jobs->job[i].bundle);
        folding_give_back(views->folding);
    }
    share_larder(views, (struct slab_larder){NULL, NULL});
    folding_end(views->folding);
    views->folding = NULL;
}

bool catch_up(struct views *views, struct error *err)
{
    struct ahead *ahead;
    bool more = true;
    if (!ahead_begin(views->ahead, &views->table.mark, &ahead, err))
        return false;
    if (!folding_begin(&views->rules, &views->folding, err)) {
        ahead_end(ahead);
        return false;
    }
    share_larder(views, folding_larder(views->folding));
    views->rules_ahead = false;
    views->from_nothing = views->table.entries.n == 0;
    bool good = take_ahead(views, ahead, err);
    ahead_end(ahead);
    while (good && more) /* what came since */
        good = take_some(views, &more, err);
    good = good && fold_touched(views, false, err) && settle_folding(views, err);
    stop_folding(views);
    views->rules_ahead = true;  /* following folds nothing early */
    stock_clear(&views->stock); /* what is on its way now comes back when it moves */
    return good;
}
