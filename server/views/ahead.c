#include "server/views/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#define RING 64 /* rows read and not yet taken in: 12 MB of which some 2 are touched */
/* Who has waited goes on when half of it is there: a switch of threads costs as much as some facts.
 */
#define HALF (RING / 2)

struct ahead {
    struct facts *facts; /* the other thread's, as is `at` */
    struct rows_at at;
    pthread_t thread;
    pthread_mutex_t lock; /* over what follows; a slot is its owner's */
    pthread_cond_t changed;
    size_t read, taken; /* rows so far: those from taken to read are full */
    bool ended, stopping, good;
    struct error err;
    struct rows ring[RING];
};

/* False when it is time to end. */
static bool wait_for_room(struct ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    if (ahead->read - ahead->taken == RING)
        while (!ahead->stopping && ahead->read - ahead->taken > HALF)
            pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool go_on = !ahead->stopping;
    pthread_mutex_unlock(&ahead->lock);
    return go_on;
}

static void *read_ahead(void *arg)
{
    struct ahead *ahead = arg;
    bool more = true, good = true;
    struct error err;
    while (more && wait_for_room(ahead)) {
        struct rows *rows = &ahead->ring[ahead->read % RING];
        good = rows_next(ahead->facts, &ahead->at, rows, &err);
        more = good && rows->more;
        pthread_mutex_lock(&ahead->lock);
        ahead->read += good;
        ahead->good = good;
        if (!good)
            ahead->err = err;
        ahead->ended = !more;
        if (ahead->ended || ahead->read - ahead->taken == HALF)
            pthread_cond_signal(&ahead->changed);
        pthread_mutex_unlock(&ahead->lock);
    }
    return NULL;
}

bool ahead_begin(struct facts *facts, const struct mark *mark, struct ahead **ret_ahead,
                 struct error *err)
{
    struct ahead *ahead = malloc(sizeof *ahead);
    if (ahead == NULL)
        return error_set(err, ERROR_LATER, "views: out of memory");
    ahead->facts = facts;
    ahead->at = (struct rows_at){.mark = *mark};
    ahead->read = ahead->taken = 0;
    ahead->ended = ahead->stopping = false;
    ahead->good = true;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    if (pthread_create(&ahead->thread, NULL, read_ahead, ahead) != 0) {
        pthread_cond_destroy(&ahead->changed);
        pthread_mutex_destroy(&ahead->lock);
        free(ahead);
        return error_set(err, ERROR_LATER, "views: cannot start a thread");
    }
    *ret_ahead = ahead;
    return true;
}

bool ahead_next(struct ahead *ahead, const struct rows **ret_rows, struct error *err)
{
    pthread_mutex_lock(&ahead->lock);
    if (ahead->read == ahead->taken)
        while (ahead->read - ahead->taken < HALF && !ahead->ended)
            pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool some = ahead->read > ahead->taken;
    bool good = some || ahead->good;
    *ret_rows = some ? &ahead->ring[ahead->taken % RING] : NULL;
    if (!good)
        error_set(err, ahead->err.code, "%s", ahead->err.text);
    pthread_mutex_unlock(&ahead->lock);
    return good;
}

void ahead_give_back(struct ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->taken++;
    if (ahead->read - ahead->taken == HALF)
        pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

void ahead_end(struct ahead *ahead)
{
    if (ahead == NULL)
        return;
    pthread_mutex_lock(&ahead->lock);
    ahead->stopping = true;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
    (void)pthread_join(ahead->thread, NULL);
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}
