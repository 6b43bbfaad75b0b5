#include "tests/sim/truth.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "server/delivery/ordered.h"

/* ---------------------------------------------------------------- what really happened */

struct truth_ids truth_ids_of(struct env *env, const struct ledger *ledger, struct record *reader)
{
    struct truth_ids ids = {{0}};
    struct error err;
    for (size_t at = 0; at < ledger->devices; at++) {
        struct device device;
        if (device_find(reader, ledger->device[at].name, &device, &err))
            ids.id[at] = device.id;
        else if (err.code != ERROR_NOT_FOUND)
            env_fail(env, "devices: %s", err.text);
    }
    return ids;
}

/* The beep behind a scan; NULL when it is no handheld's. */
static const struct ledger_row *beep_of(const struct ledger *ledger, const struct truth_ids *ids,
                                        const struct fact *fact)
{
    const struct ledger_row *beep = NULL;
    for (size_t at = 0; at < ledger->devices && beep == NULL; at++)
        if (ids->id[at] == fact->device)
            beep = ledger_beep_of(ledger, at, fact->epoch, fact->seq);
    return beep;
}

static bool counts(const struct fact *fact)
{
    return fact->effect != EFFECT_REPEATED && fact->effect != EFFECT_STRUCK &&
           fact->effect != EFFECT_SET_ASIDE;
}

void truth_check_once(struct env *env, const struct ledger *ledger, const struct truth_ids *ids,
                      const struct fact *facts, size_t n)
{
    const struct ledger_row *beep[VIEW_HISTORY_MAX] = {NULL};
    for (size_t i = 0; i < n && ledger->twice > 0; i++) {
        beep[i] = facts[i].is_scan && counts(&facts[i]) ? beep_of(ledger, ids, &facts[i]) : NULL;
        for (size_t k = 0; beep[i] != NULL && k < i; k++)
            if (beep[k] == beep[i])
                env_fail(env, "views: %s: a beep counts twice, as seq %" PRIu64 " and %" PRIu64,
                         facts[i].scan.item.text, facts[k].seq, facts[i].seq);
    }
}

static int64_t off_by(const struct fact *fact, const struct ledger_row *beep)
{
    return llabs(fact->when.estimate.ms - ENV_BEGIN_WALL_MS - beep->at_ms);
}

/* A scan whose time is wrong drags along what its device scans after it: such devices say nothing.
 */
static bool device_is_off(const struct fact *facts, size_t n, const struct ledger_row *const *beep,
                          int64_t device)
{
    for (size_t i = 0; i < n; i++)
        if (facts[i].is_scan && facts[i].device == device &&
            (beep[i] == NULL || off_by(&facts[i], beep[i]) > TRUTH_NEAR_MS))
            return true;
    return false;
}

void truth_check_order(struct env *env, const struct ledger *ledger, const struct truth_ids *ids,
                       const struct fact *facts, size_t n)
{
    const struct ledger_row *beep[VIEW_HISTORY_MAX] = {NULL};
    const struct ledger_row *before = NULL;
    for (size_t i = 0; i < n; i++)
        beep[i] = facts[i].is_scan ? beep_of(ledger, ids, &facts[i]) : NULL;
    for (size_t i = 0; i < n; i++) {
        bool shown_only = facts[i].effect == EFFECT_REPEATED || facts[i].effect == EFFECT_SET_ASIDE;
        if (beep[i] == NULL || (shown_only && ledger->twice > 0) ||
            device_is_off(facts, n, beep, facts[i].device))
            continue;
        if (before != NULL && beep[i]->at_ms + 2 * TRUTH_NEAR_MS < before->at_ms)
            env_fail(env,
                     "views: %s: a scan beeped at %" PRId64 " ms is taken after one of %" PRId64
                     " ms",
                     facts[i].scan.item.text, beep[i]->at_ms, before->at_ms);
        before = beep[i];
    }
}

/* ---------------------------------------------------------------- any order */

void truth_check_shuffled(struct env *env, struct views *views, const struct fact *facts, size_t n,
                          const struct state *kept)
{
    static struct fact again[2 * VIEW_HISTORY_MAX];
    struct rules rules;
    struct state state;
    size_t count = 0;
    if (n == 0 || n == VIEW_HISTORY_MAX) /* or older ones are left out */
        return;
    for (size_t i = 0; i < n; i++) {
        again[count++] = facts[i];
        if (env_chance(env, 200))
            again[count++] = facts[i];
    }
    for (size_t left = count; left > 1; left--) {
        size_t other = (size_t)env_between(env, 0, (int64_t)left - 1);
        struct fact held = again[left - 1];
        again[left - 1] = again[other];
        again[other] = held;
    }
    invariant(views_rules(views, &rules));
    fold(again, count, &rules, &state);
    rules_done(&rules);
    if (state.status != kept->status || state.attempt != kept->attempt ||
        state.doubts != kept->doubts || state.hand != kept->hand || state.holder != kept->holder ||
        state.since.estimate.ms != kept->since.estimate.ms ||
        state.collected_postage_vnd != kept->collected_postage_vnd)
        env_fail(env, "views: %s is %u/%u doubts %x, its facts shuffled give %u/%u doubts %x",
                 kept->item.text, kept->status, kept->attempt, kept->doubts, state.status,
                 state.attempt, state.doubts);
}

/* ---------------------------------------------------------------- planted */

/* The linker gives fold's calls of ordered_sort to this: of the two sorts of a fold (by source,
 * then by order) the second is by arrival. */
typedef int (*comparison)(const void *, const void *);
void __real_ordered_sort(struct ordered *ordered, comparison compare);
void __wrap_ordered_sort(struct ordered *ordered, comparison compare);

static atomic_bool by_arrival;

void truth_fold_by_arrival(void)
{
    atomic_store(&by_arrival, true);
}

static int compare_arrivals(const void *left, const void *right)
{
    const struct fact *a = left, *b = right;
    return a->arrival.ms != b->arrival.ms ? (a->arrival.ms < b->arrival.ms ? -1 : 1) : 0;
}

void __wrap_ordered_sort(struct ordered *ordered, comparison compare)
{
    static _Thread_local bool second;
    bool planted = atomic_load(&by_arrival);
    __real_ordered_sort(ordered, planted && second ? compare_arrivals : compare);
    second = planted && !second;
}

/* A newcomer is measured against what is kept of its numbers and of one to each side; where N moves
 * on, one number alone is looked up. */
typedef bool (*each_batch)(void *ctx, const struct record_batch *batch);
bool __real_record_batches_of(struct record *record, int64_t epoch_id, uint64_t first,
                              uint64_t last, each_batch each, void *ctx, struct error *err);
bool __wrap_record_batches_of(struct record *record, int64_t epoch_id, uint64_t first,
                              uint64_t last, each_batch each, void *ctx, struct error *err);

static atomic_bool no_repeat;

void truth_know_no_repeat(void)
{
    atomic_store(&no_repeat, true);
}

bool __wrap_record_batches_of(struct record *record, int64_t epoch_id, uint64_t first,
                              uint64_t last, each_batch each, void *ctx, struct error *err)
{
    return (atomic_load(&no_repeat) && first < last) ||
           __real_record_batches_of(record, epoch_id, first, last, each, ctx, err);
}
