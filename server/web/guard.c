#include "server/web/guard.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 8192 /* 400 KB: more sources an hour than one office's citizens */
#define PROBES 8  /* rows a key may stand in */

struct row {
    uint64_t key; /* 0 free */
    int64_t since_ms;
    uint32_t wrong;
};

struct guard {
    pthread_mutex_t lock;
    struct clock clock;
    uint64_t seed; /* so that nobody chooses which rows collide */
    struct row rows[ROWS];
};

bool guard_new(struct clock clock, struct guard **ret_guard, struct error *err)
{
    struct guard *guard = calloc(1, sizeof *guard);
    if (!guard)
        return error_set(err, ERROR_LATER, "guard: out of memory");
    struct chance chance = chance_system();
    pthread_mutex_init(&guard->lock, NULL);
    guard->clock = clock;
    guard->seed = chance_u64(&chance);
    *ret_guard = guard;
    return true;
}

void guard_free(struct guard *guard)
{
    if (!guard)
        return;
    pthread_mutex_destroy(&guard->lock);
    free(guard);
}

static uint32_t most(enum guard_kind kind)
{
    switch (kind) {
    case GUARD_CLIENT:
    case GUARD_LOGIN:
        return 20;
    case GUARD_ITEM:
        return 5;
    }
    return 0;
}

/* FNV-1a from a secret start. */
static uint64_t hash(const struct guard *guard, enum guard_kind kind, const char *key)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ guard->seed ^ (uint64_t)kind;
    for (const char *at = key; *at; at++)
        h = (h ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return h ? h : 1;
}

/* The key's row, or the one it may take: a free, an over-aged or the oldest of its places. The lock
 * is held. */
static struct row *row_of(struct guard *guard, uint64_t key, int64_t now_ms)
{
    struct row *take = &guard->rows[key % ROWS];
    for (uint64_t i = 0; i < PROBES; i++) {
        struct row *row = &guard->rows[(key + i) % ROWS];
        if (now_ms - row->since_ms >= GUARD_WINDOW_MS || now_ms < row->since_ms)
            *row = (struct row){.key = 0};
        if (row->key == key)
            return row;
        if (row->key == 0 || (take->key != 0 && row->since_ms < take->since_ms))
            take = take->key == 0 ? take : row;
    }
    if (take->key != 0)
        *take = (struct row){.key = 0};
    return take;
}

uint32_t guard_left(struct guard *guard, enum guard_kind kind, const char *key)
{
    uint64_t h = hash(guard, kind, key);
    pthread_mutex_lock(&guard->lock);
    const struct row *row = row_of(guard, h, guard->clock.now(guard->clock.self).ms);
    uint32_t wrong = row->key == h ? row->wrong : 0;
    pthread_mutex_unlock(&guard->lock);
    return wrong < most(kind) ? most(kind) - wrong : 0;
}

void guard_wrong(struct guard *guard, enum guard_kind kind, const char *key)
{
    uint64_t h = hash(guard, kind, key);
    pthread_mutex_lock(&guard->lock);
    int64_t now_ms = guard->clock.now(guard->clock.self).ms;
    struct row *row = row_of(guard, h, now_ms);
    if (row->key != h)
        *row = (struct row){.key = h, .since_ms = now_ms};
    row->wrong++;
    pthread_mutex_unlock(&guard->lock);
}
