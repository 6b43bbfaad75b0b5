#include "server/web/guard.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
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
    uint64_t seed;                      /* so that nobody chooses which rows collide */
    struct row rows[GUARD_KINDS][ROWS]; /* no kind ever drives another's rows out */
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
    case GUARD_KEY:
        return 20;
    case GUARD_ITEM:
        return 5;
    }
    return 0;
}

/* A number or a desk whose guesses were forgotten could be guessed on: when their table is full,
 * who is not in it is refused. Citizens' addresses may be forgotten: the number still counts; and
 * so may those of programs: their keys have 256 bits. */
static bool may_forget(enum guard_kind kind)
{
    return kind == GUARD_CLIENT || kind == GUARD_KEY;
}

void guard_source(const char *text, char out[GUARD_SOURCE_MAX])
{
    unsigned char address[16];
    (void)snprintf(out, GUARD_SOURCE_MAX, "%s", text);
    if (inet_pton(AF_INET6, text, address) != 1)
        return;
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF}; /* an IPv4 address */
    if (memcmp(address, mapped, sizeof mapped) == 0)
        return;
    memset(address + 8, 0, 8);
    inet_ntop(AF_INET6, address, out, GUARD_SOURCE_MAX);
}

/* FNV-1a from a secret start. */
static uint64_t hash(const struct guard *guard, enum guard_kind kind, const char *key)
{
    char source[GUARD_SOURCE_MAX];
    if (kind == GUARD_ITEM)
        (void)snprintf(source, sizeof source, "%s", key);
    else
        guard_source(key, source);
    uint64_t h = UINT64_C(14695981039346656037) ^ guard->seed ^ (uint64_t)kind;
    for (const char *at = source; *at; at++)
        h = (h ^ (unsigned char)*at) * UINT64_C(1099511628211);
    return h ? h : 1;
}

/* The key's row, or the one it may take: a free or over-aged one of its places, else the oldest if
 * that may be forgotten, else NULL. The lock is held. */
static struct row *row_of(struct guard *guard, enum guard_kind kind, uint64_t key, int64_t now_ms)
{
    struct row *rows = guard->rows[kind];
    struct row *take = &rows[key % ROWS];
    for (uint64_t i = 0; i < PROBES; i++) {
        struct row *row = &rows[(key + i) % ROWS];
        if (now_ms - row->since_ms >= GUARD_WINDOW_MS || now_ms < row->since_ms)
            *row = (struct row){.key = 0};
        if (row->key == key)
            return row;
        if (row->key == 0 || (take->key != 0 && row->since_ms < take->since_ms))
            take = take->key == 0 ? take : row;
    }
    if (take->key != 0 && !may_forget(kind))
        return NULL;
    if (take->key != 0)
        *take = (struct row){.key = 0};
    return take;
}

uint32_t guard_left(struct guard *guard, enum guard_kind kind, const char *key)
{
    uint64_t h = hash(guard, kind, key);
    pthread_mutex_lock(&guard->lock);
    const struct row *row = row_of(guard, kind, h, guard->clock.now(guard->clock.self).ms);
    uint32_t wrong = row && row->key == h ? row->wrong : 0;
    bool full = !row;
    pthread_mutex_unlock(&guard->lock);
    return !full && wrong < most(kind) ? most(kind) - wrong : 0;
}

void guard_wrong(struct guard *guard, enum guard_kind kind, const char *key)
{
    uint64_t h = hash(guard, kind, key);
    pthread_mutex_lock(&guard->lock);
    int64_t now_ms = guard->clock.now(guard->clock.self).ms;
    struct row *row = row_of(guard, kind, h, now_ms);
    if (row && row->key != h)
        *row = (struct row){.key = h, .since_ms = now_ms};
    if (row)
        row->wrong++;
    pthread_mutex_unlock(&guard->lock);
}
