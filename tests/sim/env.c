#include "tests/sim/env.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/error.h"

/* splitmix64, to spread a small seed over the state. */
static uint64_t spread(uint64_t *x)
{
    uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void env_init(struct env *env, uint64_t seed, bool trace)
{
    *env = (struct env){.trace = trace, .wide = 1};
    env->random[0] = spread(&seed);
    env->random[1] = spread(&seed);
    env->trace_hash = chain_hash("trace", 5);
}

/* ---------------------------------------------------------------- events: a binary heap */

static bool before(const struct env_event *a, const struct env_event *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct env_event *a, struct env_event *b)
{
    struct env_event held = *a;
    *a = *b;
    *b = held;
}

void env_after(struct env *env, int64_t delay_ms, void (*run)(void *, uint64_t), void *ctx,
               uint64_t arg)
{
    invariant(delay_ms >= 0);
    if (env->events == env->room) {
        env->room = env->room ? 2 * env->room : 256;
        env->heap = realloc(env->heap, env->room * sizeof *env->heap);
        invariant(env->heap != NULL);
    }
    size_t at = env->events++;
    env->heap[at] = (struct env_event){env->now_ms + delay_ms, env->order++, run, ctx, arg};
    for (; at > 0 && before(&env->heap[at], &env->heap[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&env->heap[at], &env->heap[(at - 1) / 2]);
}

static struct env_event take_first(struct env *env)
{
    struct env_event first = env->heap[0];
    env->heap[0] = env->heap[--env->events];
    for (size_t at = 0;;) {
        size_t least = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < env->events; child++)
            if (before(&env->heap[child], &env->heap[least]))
                least = child;
        if (least == at)
            return first;
        swap(&env->heap[at], &env->heap[least]);
        at = least;
    }
}

static void run_first(struct env *env)
{
    struct env_event event = take_first(env);
    env->now_ms = event.at_ms;
    event.run(event.ctx, event.arg);
}

bool env_step(struct env *env)
{
    if (env->failed || env->events == 0)
        return false;
    run_first(env);
    return !env->failed;
}

void env_finish(struct env *env)
{
    while (env->events > 0)
        run_first(env);
    free(env->heap);
    env->heap = NULL;
}

/* ---------------------------------------------------------------- chance: xorshift128+ */

uint64_t env_random(struct env *env)
{
    uint64_t a = env->random[0], b = env->random[1];
    env->random[0] = b;
    a ^= a << 23;
    env->random[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
    return env->random[1] + b;
}

int64_t env_between(struct env *env, int64_t least, int64_t most)
{
    return least + (int64_t)(env_random(env) % (uint64_t)(most - least + 1));
}

bool env_chance(struct env *env, uint32_t per_mille)
{
    return env_random(env) % 1000 < per_mille;
}

bool env_fault(struct env *env, uint32_t per_mille)
{
    return !env->calm && !env->lucky && env_chance(env, per_mille);
}

bool env_fault_once(struct env *env, uint32_t per_mille)
{
    return !env->calm && !env->lucky && env_random(env) % (UINT64_C(1000) * env->wide) < per_mille;
}

static void fill(void *self, void *bytes, size_t n)
{
    uint8_t *to = bytes;
    for (size_t at = 0; at < n; at++)
        to[at] = (uint8_t)(env_random(self) >> 32);
}

struct chance env_chance_door(struct env *env)
{
    return (struct chance){fill, env};
}

/* ---------------------------------------------------------------- the trace */

void env_note(struct env *env, const char *format, ...)
{
    char line[512];
    int n = snprintf(line, sizeof line, "%10" PRId64 " ", env->now_ms);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line + n, sizeof line - (size_t)n, format, args);
    va_end(args);
    env->trace_hash = chain_next(&env->trace_hash, line, strlen(line));
    env->notes++;
    if (env->trace)
        puts(line);
}

void env_fail(struct env *env, const char *format, ...)
{
    if (env->failed)
        return;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(env->failure, sizeof env->failure, format, args);
    va_end(args);
    env->failed = true;
    env_note(env, "FAILED: %s", env->failure);
}

/* ---------------------------------------------------------------- machines and their clocks */

void env_boot(struct env_machine *machine, struct env *env, int64_t wall_off_ms)
{
    *machine = (struct env_machine){env, wall_off_ms, env->now_ms, env_random(env) | 1};
}

static struct instant machine_now(void *self)
{
    const struct env_machine *machine = self;
    return (struct instant){ENV_BEGIN_WALL_MS + machine->env->now_ms + machine->wall_off_ms};
}

static struct tick machine_tick(void *self)
{
    const struct env_machine *machine = self;
    return (struct tick){machine->env->now_ms - machine->booted_ms + 1};
}

static uint64_t machine_boot(void *self)
{
    return ((const struct env_machine *)self)->boot;
}

static enum time_source machine_source(void *self)
{
    (void)self;
    return TIME_SOURCE_SYSTEM;
}

struct clock env_clock(struct env_machine *machine)
{
    return (struct clock){machine_now, machine_tick, machine_boot, machine_source, machine};
}
