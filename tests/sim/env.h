/* env.h - the simulated world's time, chance and trace: one seed decides everything.
 *
 * Virtual time in milliseconds since the run began; nothing happens between two events. Events of
 * the same millisecond run in the order they were asked for. Single threaded. Every note goes into
 * the trace's hash, so two runs of a seed can be compared, and is printed when tracing.
 */
#ifndef TRAO_TESTS_SIM_ENV_H
#define TRAO_TESTS_SIM_ENV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/chain.h"
#include "protocol/clock.h"

struct env_event {
    int64_t at_ms;
    uint64_t order;
    void (*run)(void *ctx, uint64_t arg);
    void *ctx;
    uint64_t arg;
};

struct env {
    int64_t now_ms;
    uint64_t random[2];
    struct env_event *heap;
    size_t events, room;
    uint64_t order;
    struct link trace_hash;
    uint64_t notes;
    bool trace;
    uint32_t wide; /* how many times a small world this is: env_fault_once */
    bool calm;     /* no more bad luck, and nobody does anything: everything may drain */
    bool lucky;    /* no bad luck at all: something else fails (fail.h) */
    bool failed;
    char failure[512]; /* the first invariant that did not hold */
};

/* 2026-11-25T00:00:00Z, when every run begins. */
#define ENV_BEGIN_WALL_MS INT64_C(1795564800000)

void env_init(struct env *env, uint64_t seed, bool trace);
/* Runs what is still to come, for its clean-up alone: everybody is dead by now. Then frees. */
void env_finish(struct env *env);

/* Runs `run(ctx, arg)` after `delay_ms`. What the event refers to may be gone by then: callers pass
 * a generation as `arg` and compare. */
void env_after(struct env *env, int64_t delay_ms, void (*run)(void *ctx, uint64_t arg), void *ctx,
               uint64_t arg);
/* Runs the next event; false when there is none, or a check has failed. */
bool env_step(struct env *env);

uint64_t env_random(struct env *env);
int64_t env_between(struct env *env, int64_t least, int64_t most);
bool env_chance(struct env *env, uint32_t per_mille);
/* The same for bad luck: never true once the env is calm. */
bool env_fault(struct env *env, uint32_t per_mille);
/* The same of what all handhelds of a world share: as often in a wide one as in a small one, in
 * which less happens. */
bool env_fault_once(struct env *env, uint32_t per_mille);
/* A door for randomness fed from the seed. */
struct chance env_chance_door(struct env *env);

void env_note(struct env *env, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Something that must hold did not: the run ends. Only the first is kept. */
void env_fail(struct env *env, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A machine in this world: its wall clock may be off and may jump, its monotonic clock starts anew
 * at each boot. */
struct env_machine {
    struct env *env;
    int64_t wall_off_ms;
    int64_t booted_ms;
    uint64_t boot;
};
void env_boot(struct env_machine *machine, struct env *env, int64_t wall_off_ms);
struct clock env_clock(struct env_machine *machine);

#endif
