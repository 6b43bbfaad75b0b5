/* watch.h - sockets over which a request is coming in, and since when: slow clients are cut off, a
 * timeout of silence alone would let them send a byte now and then for ever (case W06 a). Counts
 * those, and those whose bytes never became a request: no HTTP, or broken off (W06 t, u). Own lock
 * inside, any thread.
 */
#ifndef TRAO_SERVER_WEB_WATCH_H
#define TRAO_SERVER_WEB_WATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct watch;

struct watches {
    pthread_mutex_t lock;
    struct watch *first;
    atomic_ullong slow, unread; /* since the beginning */
};

void watches_init(struct watches *watches);
void watches_done(struct watches *watches); /* when all sockets are gone */

/* A socket that was accepted, its clock running; NULL without memory: then it is not watched. Not
 * `plain`: its bytes are TLS, and count as unread never. */
struct watch *watch_add(struct watches *watches, int fd, bool plain);
/* What came over it is a request. */
void watch_asked(struct watch *watch);
/* Before the socket is closed. */
void watch_remove(struct watches *watches, struct watch *watch);
/* A request comes in over it (the clock starts anew), or does not. */
void watch_set(struct watch *watch, bool coming);
/* A request that never came whole is given up for its slowness by somebody else. */
void watches_slow(struct watches *watches);
/* Shuts down what has been coming in for longer. */
void watches_cut(struct watches *watches, int64_t longest_s);

#endif
