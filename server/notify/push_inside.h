/* push_inside.h - what the two files of push.h share. Nobody else includes it. */
#ifndef TRAO_SERVER_NOTIFY_PUSH_INSIDE_H
#define TRAO_SERVER_NOTIFY_PUSH_INSIDE_H

#include <pthread.h>

#include "server/notify/dirty.h"
#include "server/notify/gateway.h"
#include "server/notify/push.h"

/* One that is told. Whoever set `busy` has the rest of it in hand; its list and what was found out
 * of its gateway are guarded by the lock. */
struct receiver {
    struct hook hook;      /* id 0: of trao.conf */
    struct record *record; /* reader */
    struct gateway gateway;
    void *opened;          /* its driver */
    struct item failed;    /* the last one it did not take */
    struct instant buried; /* when old ones were looked for */
    bool busy;
    struct dirty dirty;
    uint64_t recorded; /* the last fact of what it was told, by its seq */
    struct push_state state;
};

#define RECEIVERS_MAX (HOOKS_MAX + 1)

struct push {
    struct push_config config;
    struct record *record; /* reader, of whoever loads */
    pthread_mutex_t lock;  /* guards what follows */
    struct receiver *receivers[RECEIVERS_MAX];
    size_t n;
    bool loading;
    uint64_t changed;     /* the hooks are as of this change */
    struct instant again; /* one could not be opened: when it is tried again; .ms 0: all are */
};

struct instant push_now(const struct push *push);
/* It is to be looked at again for this receiver. */
void push_note(struct push *push, struct receiver *receiver, const struct item *item);
/* Its driver, by the keys of the record; the one of trao.conf has none there. `*ret_opened` is for
 * drivers.close. */
bool push_reach(const struct push *push, const struct hook *hook, struct sms_driver *ret_driver,
                void **ret_opened, struct error *err) must_use;
/* What is due of the item is told to it, or buried; false: it waits. `history` is room for
 * VIEW_HISTORY_MAX. */
bool push_turn(struct push *push, struct receiver *receiver, const struct item *item,
               struct fact *history, struct error *err) must_use;

#endif
