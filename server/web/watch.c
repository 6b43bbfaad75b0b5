#include "server/web/watch.h"

#include <linux/tcp.h> /* netinet's ends before tcpi_bytes_received */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct watch {
    int fd;
    atomic_llong since_s; /* a request is coming since then, monotonic; 0: none is */
    bool plain, cut;
    atomic_bool asked; /* one came */
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
    atomic_init(&watches->slow, 0);
    atomic_init(&watches->unread, 0);
}

void watches_done(struct watches *watches)
{
    pthread_mutex_destroy(&watches->lock);
}

struct watch *watch_add(struct watches *watches, int fd, bool plain)
{
    struct watch *watch = malloc(sizeof *watch);
    if (!watch)
        return NULL;
    pthread_mutex_lock(&watches->lock);
    *watch = (struct watch){.fd = fd, .since_s = now_s(), .plain = plain, .after = watches->first};
    if (watches->first)
        watches->first->before = watch;
    watches->first = watch;
    pthread_mutex_unlock(&watches->lock);
    return watch;
}

void watch_asked(struct watch *watch)
{
    atomic_store_explicit(&watch->asked, true, memory_order_relaxed);
}

/* Something came over it: a connection that was merely tried says nothing. Its end counts as a byte
 * [Linux: FIN takes a number]. */
static bool has_spoken(const struct watch *watch)
{
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t n = sizeof info;
    return getsockopt(watch->fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 &&
           info.tcpi_bytes_received > 1;
}

void watch_remove(struct watches *watches, struct watch *watch)
{
    pthread_mutex_lock(&watches->lock);
    bool cut = watch->cut;
    if (watch->before)
        watch->before->after = watch->after;
    else
        watches->first = watch->after;
    if (watch->after)
        watch->after->before = watch->before;
    pthread_mutex_unlock(&watches->lock);
    if (watch->plain && !cut && !atomic_load(&watch->asked) && has_spoken(watch))
        atomic_fetch_add(&watches->unread, 1);
    free(watch);
}

void watch_set(struct watch *watch, bool coming)
{
    atomic_store_explicit(&watch->since_s, coming ? now_s() : 0, memory_order_relaxed);
}

void watches_slow(struct watches *watches)
{
    atomic_fetch_add(&watches->slow, 1);
}

void watches_cut(struct watches *watches, int64_t longest_s)
{
    int64_t oldest = now_s() - longest_s;
    pthread_mutex_lock(&watches->lock);
    for (struct watch *watch = watches->first; watch; watch = watch->after) {
        int64_t since = atomic_load_explicit(&watch->since_s, memory_order_relaxed);
        if (since == 0 || since >= oldest || watch->cut)
            continue;
        watch->cut = true;
        atomic_fetch_add(&watches->slow, 1);
        shutdown(watch->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&watches->lock);
}
