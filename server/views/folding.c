#include "server/views/folding.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define RING 16  /* 512 items, half a MB */
#define BLOCKS 2 /* ready for who needs memory: 16 MB */

struct folding {
    const struct rules *rules;
    pthread_t thread;
    struct fact *scratch; /* the other thread's: unpacked facts of one item */
    size_t scratch_room;
    pthread_mutex_t lock; /* over what follows; a slot is its owner's */
    pthread_cond_t changed;
    size_t given, folded; /* slots so far: those from folded to given are the other thread's */
    bool ending;
    void *block[BLOCKS];
    size_t blocks_n;
    bool larder_open; /* somebody asked: a small history needs no block */
    size_t taken;     /* the caller's: those from taken to folded are done */
    struct fold_jobs ring[RING];
};

/* ------------------------------------------------------------------ the other thread */

static bool room_for(struct folding *folding, size_t n)
{
    if (n <= folding->scratch_room)
        return true;
    struct fact *wider = realloc(folding->scratch, 2 * n * sizeof *wider);
    if (wider == NULL)
        return false;
    folding->scratch = wider;
    folding->scratch_room = 2 * n;
    return true;
}

static void fold_one(struct folding *folding, struct fold_job *job)
{
    size_t n = bundle_facts(job->bundle);
    job->good = room_for(folding, n);
    if (!job->good)
        return;
    bundle_read(job->bundle, folding->scratch);
    facts_fold(folding->scratch, n, folding->rules, &job->view);
}

/* The facts are still near. */
static void empty(struct fold_jobs *jobs, struct fold_job *job)
{
    if (job->good)
        bundle_empty(job->bundle, &jobs->returns);
}

/* Facts lie all over memory: those of the next item are sent for while one is folded. */
static void fold_all(struct folding *folding, struct fold_jobs *jobs)
{
    for (size_t i = 0; i < jobs->n; i++) {
        if (i + 1 < jobs->n)
            bundle_fetch(jobs->job[i + 1].bundle);
        fold_one(folding, &jobs->job[i]);
        empty(jobs, &jobs->job[i]);
    }
}

/* With nothing to fold: memory is made ready, one block at a time. Under the lock. */
static void fill_larder(struct folding *folding)
{
    pthread_mutex_unlock(&folding->lock);
    void *block = slab_block_new();
    pthread_mutex_lock(&folding->lock);
    folding->larder_open = block != NULL; /* without memory nobody tries again at once */
    if (block != NULL)
        folding->block[folding->blocks_n++] = block;
}

static bool larder_wants(const struct folding *folding)
{
    return folding->larder_open && folding->blocks_n < BLOCKS;
}

static struct fold_jobs *wait_for_work(struct folding *folding)
{
    pthread_mutex_lock(&folding->lock);
    while (folding->given == folding->folded && !folding->ending)
        if (larder_wants(folding))
            fill_larder(folding);
        else
            pthread_cond_wait(&folding->changed, &folding->lock);
    bool some = folding->given > folding->folded;
    struct fold_jobs *jobs = some ? &folding->ring[folding->folded % RING] : NULL;
    pthread_mutex_unlock(&folding->lock);
    return jobs;
}

static void *fold_thread(void *arg)
{
    struct folding *folding = arg;
    for (struct fold_jobs *jobs; (jobs = wait_for_work(folding)) != NULL;) {
        fold_all(folding, jobs);
        pthread_mutex_lock(&folding->lock);
        folding->folded++;
        pthread_cond_signal(&folding->changed);
        pthread_mutex_unlock(&folding->lock);
    }
    return NULL;
}

/* ------------------------------------------------------------------ the feeding thread */

bool folding_begin(const struct rules *rules, struct folding **ret_folding, struct error *err)
{
    struct folding *folding = malloc(sizeof *folding);
    if (folding == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    memset(folding, 0, offsetof(struct folding, ring)); /* jobs are set when they are given */
    for (size_t i = 0; i < RING; i++)
        memset(&folding->ring[i], 0, offsetof(struct fold_jobs, job));
    folding->rules = rules;
    pthread_mutex_init(&folding->lock, NULL);
    pthread_cond_init(&folding->changed, NULL);
    if (pthread_create(&folding->thread, NULL, fold_thread, folding) != 0) {
        pthread_cond_destroy(&folding->changed);
        pthread_mutex_destroy(&folding->lock);
        free(folding);
        return error_set(err, ERROR_LATER, "views: cannot start a thread");
    }
    *ret_folding = folding;
    return true;
}

static void *take_block(void *ctx)
{
    struct folding *folding = ctx;
    pthread_mutex_lock(&folding->lock);
    void *block = folding->blocks_n == 0 ? NULL : folding->block[--folding->blocks_n];
    folding->larder_open = true;
    pthread_cond_signal(&folding->changed);
    pthread_mutex_unlock(&folding->lock);
    return block;
}

struct slab_larder folding_larder(struct folding *folding)
{
    return (struct slab_larder){take_block, folding};
}

/* The slot that is filled is the caller's alone, and only he moves `given` and `taken`. */
struct fold_job *folding_room(struct folding *folding)
{
    struct fold_jobs *jobs = &folding->ring[folding->given % RING];
    return folding->given - folding->taken == RING ? NULL : &jobs->job[jobs->n];
}

void folding_give_all(struct folding *folding)
{
    if (folding->given - folding->taken == RING || folding->ring[folding->given % RING].n == 0)
        return;
    pthread_mutex_lock(&folding->lock);
    folding->given++;
    pthread_cond_signal(&folding->changed);
    pthread_mutex_unlock(&folding->lock);
}

void folding_give(struct folding *folding)
{
    if (++folding->ring[folding->given % RING].n == FOLDING_JOBS)
        folding_give_all(folding);
}

struct fold_jobs *folding_next(struct folding *folding, bool wait)
{
    pthread_mutex_lock(&folding->lock);
    while (wait && folding->folded == folding->taken && folding->given > folding->taken)
        pthread_cond_wait(&folding->changed, &folding->lock);
    bool some = folding->folded > folding->taken;
    pthread_mutex_unlock(&folding->lock);
    return some ? &folding->ring[folding->taken % RING] : NULL;
}

void folding_give_back(struct folding *folding)
{
    folding->ring[folding->taken++ % RING].n = 0;
}

void folding_end(struct folding *folding)
{
    if (folding == NULL)
        return;
    pthread_mutex_lock(&folding->lock);
    folding->ending = true;
    pthread_cond_signal(&folding->changed);
    pthread_mutex_unlock(&folding->lock);
    (void)pthread_join(folding->thread, NULL);
    pthread_cond_destroy(&folding->changed);
    pthread_mutex_destroy(&folding->lock);
    while (folding->blocks_n > 0)
        free(folding->block[--folding->blocks_n]);
    free(folding->scratch);
    free(folding);
}
