#include "server/web/watch.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct watch {
    int fd;
    atomic_llong since_s; /* a request is coming since then, monotonic; 0: none is */
    struct watch *before, *after;
};

static int64_t now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec;
}

void watches_init(struct watches *watches)
{
    pthread_mutex_init(&watches->lock, NULL);
    watches->first = NULL;
}

void watches_done(struct watches *watches)
{
    pthread_mutex_destroy(&watches->lock);
}

struct watch *watch_add(struct watches *watches, int fd)
{
    struct watch *watch = malloc(sizeof *watch);
    if (!watch)
        return NULL;
    pthread_mutex_lock(&watches->lock);
    *watch = (struct watch){.fd = fd, .since_s = now_s(), .after = watches->first};
    if (watches->first)
        watches->first->before = watch;
    watches->first = watch;
    pthread_mutex_unlock(&watches->lock);
    return watch;
}

void watch_remove(struct watches *watches, struct watch *watch)
{
    pthread_mutex_lock(&watches->lock);
    if (watch->before)
        watch->before->after = watch->after;
    else
        watches->first = watch->after;
    if (watch->after)
        watch->after->before = watch->before;
    pthread_mutex_unlock(&watches->lock);
    free(watch);
}

void watch_set(struct watch *watch, bool coming)
{
    atomic_store_explicit(&watch->since_s, coming ? now_s() : 0, memory_order_relaxed);
}

void watches_cut(struct watches *watches, int64_t longest_s)
{
    int64_t oldest = now_s() - longest_s;
    pthread_mutex_lock(&watches->lock);
    for (struct watch *watch = watches->first; watch; watch = watch->after) {
        int64_t since = atomic_load_explicit(&watch->since_s, memory_order_relaxed);
        if (since != 0 && since < oldest)
            shutdown(watch->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&watches->lock);
}
