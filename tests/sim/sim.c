/* sim - many handhelds, a broker model and the server in one process, in virtual time, from a seed.
 *
 *   sim --seeds N [--from K]        seeds K..K+N-1 (from 1); status 1 at the first that fails
 *   sim --seed K [--trace]          one seed; with the whole story
 *   sim ... --wide                  100 handhelds and 2,000 scans in each seed's world, in place of
 *                                   at most five and some 160
 *   sim ... --falls                 in each seed folders of handhelds are copied back and record.db
 *                                   is put back, in place of one of eight each
 *   sim ... --fail KIND --every N   a world of fifty scans without bad luck, again and again: in
 *                                   each a later call of the server's fails, every N-th of them:
 *                                   step, full, corrupt, memory, write, sync (fail.h)
 *   sim ... --plant FAULT           with a fault in it: forget-at-puback, no-dedupe,
 *                                   receipt-before-commit, lying-disk, fold-by-arrival; status 0
 *                                   only if one of the seeds finds it
 *   sim ... --twice                 runs each seed twice and compares the traces
 *
 * In every other seed envelopes are printed again (printing.h).
 * People work at the server meanwhile (desk.h): rounds, hands, corrections, cases, charges, prices
 * and terms, a handheld revoked and what it hands in admitted; citizens are told over a gateway
 * that fails (phones.h), and offices' systems that fail too (hooks.h). In one seed of eight
 * handhelds' folders are copied back to an older state; in one of eight record.db is put back to an
 * older copy. Half of all deaths are power cuts, some in the middle of a commit: what was not
 * synced arrives by sectors or not (tear.h).
 *
 * What must hold: every beep is in the record once, with its bytes, and nothing else is (beeped
 * after a folder was copied back: with its content, maybe under new numbers, maybe under two, of
 * which one counts, maybe set aside as a second story of its number: docs/decisions/0155); no
 * receipt is ahead of the record; what a device takes for done is in the record; the chains verify;
 * the views kept are the views folded from nothing; what a scan names lies with the server once the
 * device has forgotten it, and before no scan; what a revoked handheld hands in counts nothing
 * until it is admitted; no message goes out twice, at most one of an item, status and attempt;
 * everything drains. The same objects as in the programs are linked; the broker and all bad luck
 * are ours (broker.h).
 */
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "protocol/log.h"
#include "protocol/topic.h"
#include "tests/sim/cheap.h"
#include "tests/sim/desk.h"
#include "tests/sim/fail.h"
#include "tests/sim/memory.h"
#include "tests/sim/pool.h"
#include "tests/sim/postman.h"
#include "tests/sim/site.h"
#include "tests/sim/truth.h"

#define POSTMEN_MAX 5
#define ITEMS 24
#define WIDE 10 /* times as many items in a wide world */
#define WIDE_POSTMEN 100
#define WIDE_TODO 20             /* scans of each, more or less */
#define FAIL_SCANS 50            /* of a world in which each call fails in turn */
#define NOT_ISSUED 4             /* items that are scanned and that nobody issued */
#define REAL_SEALS_EVERY 10      /* seeds: the rest use cheap seals and boxes, for speed */
#define WIDE_REAL_SEALS_EVERY 40 /* a wide world with real ones costs twice as much */
#define HOOKED_EVERY 4           /* seeds: offices' systems are told too (hooks.h) */
#define PRINTING_EVERY 2         /* seeds: envelopes are printed again, if no record is put back */
#define FALL_BACK_PER_MILLE                                                                        \
    125                          /* seeds whose folders are copied back; whose record is put back  \
                                  */
#define DRAIN_MS (12 * 3600000L) /* more than any backoff adds up to */

enum plant {
    PLANT_NONE,
    PLANT_FORGET_AT_PUBACK,
    PLANT_RECEIPT_BEFORE_COMMIT,
    PLANT_NO_DEDUPE,
    PLANT_LYING_DISK,
    PLANT_FOLD_BY_ARRIVAL
};

struct options {
    uint64_t from, seeds;
    enum plant plant;
    bool trace, twice, wide, falls;
    enum fail_kind fail; /* NONE: a world as ever */
    uint64_t fail_nth, every;
};

struct world {
    struct env env;
    struct broker broker;
    struct ledger ledger;
    struct site site;
    struct desk desk;
    struct postman postman[WIDE_POSTMEN];
    size_t postmen;
    struct item item[ITEMS * WIDE];
    size_t items;
    bool copied_back; /* folders of handhelds are */
    char dir[200];
};

/* ---------------------------------------------------------------- folders */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info;
    (void)kind;
    (void)where;
    return remove(path);
}

static void make_dir(const char *path)
{
    if (mkdir(path, 0700) != 0) {
        fprintf(stderr, "sim: cannot make %s\n", path);
        exit(1);
    }
}

/* Memory when there is some: every commit would wait for the disk otherwise. */
static void make_world_dir(char out[200])
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    snprintf(out, 200, "%s/trao-sim.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(out)) {
        fprintf(stderr, "sim: cannot make a folder under %s\n", out);
        exit(1);
    }
}

/* ---------------------------------------------------------------- one world */

static struct broker_faults bad_days(struct env *env)
{
    if (env_chance(env, 100))
        return (struct broker_faults){0};
    return (struct broker_faults){.lost = (uint32_t)env_between(env, 0, 150),
                                  .doubled = (uint32_t)env_between(env, 0, 200),
                                  .shuffled = (uint32_t)env_between(env, 0, 500),
                                  .forgotten = (uint32_t)env_between(env, 0, 400),
                                  .ack_lost = (uint32_t)env_between(env, 0, 40),
                                  .broken_up = (uint32_t)env_between(env, 0, 150),
                                  .restarted = (uint32_t)env_between(env, 0, 60)};
}

static void make_items(struct world *world)
{
    uint8_t key[32];
    struct error err;
    struct chance chance = env_chance_door(&world->env);
    chance.fill(chance.self, key, sizeof key);
    for (uint32_t at = 0; at < world->items; at++)
        invariant(item_make("RA", item_draw(key, at), "VN", &world->item[at], &err));
}

static void make_postman(struct world *world, size_t nth, enum plant plant)
{
    char name[16], dir[256], down[TOPIC_MAX];
    struct postman *postman = &world->postman[nth];
    snprintf(name, sizeof name, "HH-%03zu", nth + 1);
    snprintf(dir, sizeof dir, "%s/%s", world->dir, name);
    make_dir(dir);
    postman_init(postman, &world->env, &world->ledger,
                 broker_client(&world->broker, name, topic_down(name, down)), dir);
    postman->item = world->item;
    postman->items = world->items;
    postman->todo = world->env.wide > 1
                        ? (uint64_t)env_between(&world->env, WIDE_TODO - 10, WIDE_TODO + 10)
                        : (uint64_t)env_between(&world->env, 20, 90);
    postman->server = chain_public_of(&world->site.key);
    postman->box = world->site.box_public;
    postman->forget_at_puback = plant == PLANT_FORGET_AT_PUBACK;
    postman->copied_back = world->copied_back;
    struct seal_public key = chain_public_of(&postman->key);
    site_know(&world->site, name, &key);
    desk_know(&world->desk, postman->name);
}

static void begin(struct world *world, uint64_t seed, const struct options *options)
{
    bool small = options->fail != FAIL_NONE;
    env_init(&world->env, seed, options->trace);
    world->env.wide = options->wide ? WIDE : 1;
    world->env.lucky = small;
    fail_arm(options->fail, options->fail_nth);
    world->items = ITEMS * world->env.wide;
    make_world_dir(world->dir);
    struct broker_faults faults = bad_days(&world->env);
    if (small)
        faults = (struct broker_faults){0};
    broker_init(&world->broker, &world->env, &faults);
    world->copied_back = (env_chance(&world->env, FALL_BACK_PER_MILLE) && !small) || options->falls;
    ledger_init(&world->ledger, &world->env);
    make_items(world);
    char dir[256];
    snprintf(dir, sizeof dir, "%s/server", world->dir);
    make_dir(dir);
    site_init(&world->site, &world->env, &world->ledger,
              broker_client(&world->broker, "trao-server", TOPIC_ALL_UP), dir);
    world->site.put_back =
        (env_chance(&world->env, FALL_BACK_PER_MILLE) && !small) || options->falls;
    world->site.receipt_before_commit = options->plant == PLANT_RECEIPT_BEFORE_COMMIT;
    world->site.hooked = seed % HOOKED_EVERY == 0 && !small;
    world->site.prints = seed % PRINTING_EVERY == 1 && !small && !world->site.put_back;
    printing_init(&world->site.printing, &world->env, world->item, world->items - NOT_ISSUED);
    desk_init(&world->desk, &world->env, &world->site, world->item, world->items);
    world->postmen =
        options->wide ? WIDE_POSTMEN : (size_t)env_between(&world->env, 1, POSTMEN_MAX);
    if (small)
        world->postmen = 1;
    for (size_t at = 0; at < world->postmen && !world->env.failed; at++)
        make_postman(world, at, options->plant);
    site_issue(&world->site, world->item,
               world->items - NOT_ISSUED); /* four are scanned that nobody issued */
    if (small)
        world->postman[0].todo = FAIL_SCANS;
    if (!world->env.failed)
        site_start(&world->site);
    for (size_t at = 0; at < world->postmen && !world->env.failed; at++)
        postman_start(&world->postman[at]);
}

static bool scans_left(const struct world *world)
{
    for (size_t at = 0; at < world->postmen; at++)
        if (world->postman[at].todo > 0)
            return true;
    return false;
}

static bool drained(struct world *world, bool papers_too)
{
    if (!world->site.alive || world->site.n_inbox > 0)
        return false;
    if (papers_too && world->site.prints && !printing_is_done(&world->site.printing))
        return false;
    for (size_t at = 0; at < world->postmen; at++)
        if (!postman_is_done(&world->postman[at], papers_too))
            return false;
    return true;
}

/* A device that has nothing to send learns of a record that was put back when it next connects. */
static void connect_anew(struct world *world)
{
    for (size_t at = 0; at < world->postmen; at++)
        broker_break(world->postman[at].client);
}

static void tell_undrained(struct world *world)
{
    char left[256] = "";
    for (size_t at = 0, n = 0; at < world->postmen && n < sizeof left; at++) {
        struct outbox_counts counts = {.unsent = 0};
        struct postman *postman = &world->postman[at];
        if (postman->alive && outbox_counts(postman->outbox, &counts, NULL))
            n += (size_t)snprintf(left + n, sizeof left - n, " %s %llu scans %llu papers",
                                  postman->name, (unsigned long long)counts.unsent,
                                  (unsigned long long)attach_store_counts(postman->store).waiting);
    }
    env_fail(&world->env, "not drained %ld hours after the last bad day:%s", DRAIN_MS / 3600000L,
             left);
}

static void drain(struct world *world, bool papers_too)
{
    int64_t until = world->env.now_ms + DRAIN_MS;
    for (uint64_t steps = 0; !world->env.failed; steps++) {
        if (steps % 64 == 0 && drained(world, papers_too))
            return;
        if (world->env.now_ms > until)
            tell_undrained(world);
        env_step(&world->env);
    }
}

/* What a phone is told waits half a minute, and longer for a gateway that did not answer. */
static void let_tell(struct world *world)
{
    int64_t until = world->env.now_ms + 2 * NOTIFY_AGAIN_MAX_MS;
    while (!world->env.failed && world->env.now_ms < until && env_step(&world->env))
        continue;
}

static bool bags_are_right(struct world *world)
{
    for (size_t at = 0; at < world->postmen && world->site.alive; at++) {
        const struct bag *bag = &world->postman[at].bag;
        uint64_t round;
        uint32_t revision;
        if (!bag->revoked &&
            site_round_of(&world->site, bag->device, bag->badge, &round, &revision) &&
            (bag->round != round || bag->revision != revision))
            return false;
    }
    return world->site.alive;
}

/* Every handheld that has a postman holds his round as it is now. */
#define ROUND_MS (30 * 60000L)
static void let_rounds_come(struct world *world)
{
    int64_t until = world->env.now_ms + ROUND_MS;
    for (uint64_t steps = 0; !world->env.failed; steps++) {
        if (steps % 256 == 0 && bags_are_right(world))
            return;
        if (world->env.now_ms > until)
            env_fail(&world->env, "half an hour later not every round is where it belongs");
        env_step(&world->env);
    }
}

/* Bad days until the last scan, then calm days until every scan has arrived. What a revoked
 * handheld handed in counts nothing then, and its papers stay with it, until the desk admits it. */
static void live(struct world *world)
{
    while (scans_left(world) && env_step(&world->env))
        continue;
    world->env.calm = true;
    connect_anew(world);
    drain(world, false);
    let_tell(world);
    if (!world->env.failed && world->env.wide == 1) /* a wide one is compared once, at its end */
        site_check_views(&world->site, world->item, world->items - NOT_ISSUED);
    if (!world->env.failed)
        desk_close(&world->desk);
    drain(world, true);
    let_tell(world);
    let_rounds_come(world);
}

static void check(struct world *world)
{
    if (!world->env.failed)
        ledger_check_end(&world->ledger, world->site.reader);
    if (!world->env.failed)
        site_check_end(&world->site, world->item, world->items - NOT_ISSUED);
}

static void end(struct world *world)
{
    for (size_t at = 0; at < world->postmen; at++) {
        if (world->postman[at].outbox)
            postman_kill(&world->postman[at]);
        files_free(&world->postman[at].old);
    }
    site_end(&world->site);
    broker_end(&world->broker);
    env_finish(&world->env);
    ledger_done(&world->ledger);
    memory_remove(world->dir);
    nftw(world->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ---------------------------------------------------------------- many seeds */

struct totals {
    uint64_t beeped, rounds, kills, server_kills, copy_backs, put_backs, papers, kept, lost,
        doubled, groups, checkpoints, acts, refused, admitted, twice, jobs, sheets, jams;
    int64_t virtual_ms;
};

static bool run_once(uint64_t seed, const struct options *options, struct totals *totals,
                     struct link *ret_trace)
{
    struct world *world = calloc(1, sizeof *world);
    invariant(world != NULL);
    cheap_use(seed % (options->wide ? WIDE_REAL_SEALS_EVERY : REAL_SEALS_EVERY) != 0);
    begin(world, seed, options);
    live(world);
    check(world);
    bool failed = world->env.failed;
    if (failed)
        printf("seed %" PRIu64 " at %" PRId64 " ms: %s\n", seed, world->env.now_ms,
               world->env.failure);
    *ret_trace = world->env.trace_hash;
    totals->beeped += world->ledger.beeped;
    totals->twice += world->ledger.twice;
    totals->jobs += world->site.printing.jobs;
    totals->sheets += world->site.printing.sheets;
    totals->jams += world->site.printing.jams + world->site.printing.kills;
    totals->server_kills += world->site.kills;
    totals->put_backs += world->site.put_backs;
    totals->groups += world->site.groups;
    totals->checkpoints += world->site.checkpoints;
    totals->acts += world->desk.done;
    totals->refused += world->desk.refused;
    totals->admitted += world->desk.admitted;
    totals->kept += world->site.papers_kept;
    totals->lost += world->broker.lost;
    totals->doubled += world->broker.doubled;
    totals->virtual_ms += world->env.now_ms;
    for (size_t at = 0; at < world->postmen; at++) {
        totals->kills += world->postman[at].kills;
        totals->rounds += world->postman[at].bag.taken;
        totals->papers += world->postman[at].papers;
        totals->copy_backs += world->postman[at].copy_backs;
    }
    end(world);
    cheap_use(false);
    free(world);
    return !failed;
}

static bool run_seed(uint64_t seed, const struct options *options, struct totals *totals)
{
    struct link first, second;
    bool good = run_once(seed, options, totals, &first);
    if (!options->twice)
        return good;
    struct totals ignored = {0};
    bool again = run_once(seed, options, &ignored, &second);
    if (good == again && link_equal(&first, &second))
        return good;
    printf("seed %" PRIu64 ": two runs tell two stories\n", seed);
    exit(1);
}

static void print_totals(const struct options *options, const struct totals *totals, double seconds)
{
    printf("%" PRIu64 " seeds from %" PRIu64 ": %" PRIu64 " scans, %" PRIu64
           " rounds taken, %.1f virtual days, %" PRIu64 " handheld kills, %" PRIu64
           " folders copied back, %" PRIu64 " beeps under two numbers, %" PRIu64
           " server kills, %" PRIu64 " records put back, %" PRIu64 " scans with papers, %" PRIu64
           " kept, %" PRIu64 " groups, %" PRIu64 " checkpoints, %" PRIu64
           " acts of the desk and %" PRIu64 " refused, %" PRIu64 " scans admitted, %" PRIu64
           " print jobs of %" PRIu64 " sheets, %" PRIu64 " stops, %" PRIu64
           " power cuts that tore %" PRIu64 " sectors, broker lost %" PRIu64 " and doubled %" PRIu64
           "; %.1f s\n",
           options->seeds, options->from, totals->beeped, totals->rounds,
           (double)totals->virtual_ms / 86400000.0, totals->kills, totals->copy_backs,
           totals->twice, totals->server_kills, totals->put_backs, totals->papers, totals->kept,
           totals->groups, totals->checkpoints, totals->acts, totals->refused, totals->admitted,
           totals->jobs, totals->sheets, totals->jams, tear_counts().cuts, tear_counts().torn,
           totals->lost, totals->doubled, seconds);
}

/* One world after the other, until it has no call that is to fail. */
static int run_fails(struct options *options)
{
    struct totals totals = {0};
    uint64_t worlds = 0, n = 1;
    for (bool any = true; any; n += options->every) {
        struct link trace;
        options->fail_nth = n;
        bool good = run_once(options->from, options, &totals, &trace);
        any = fail_happened();
        worlds++;
        if (!good) {
            printf("replay: sim --seed %" PRIu64 " --fail %s --nth %" PRIu64 " --trace\n",
                   options->from, fail_name(options->fail), n);
            return 1;
        }
    }
    printf("%s: every %" PRIu64 ". of %" PRIu64 " calls failed, %" PRIu64 " worlds: %" PRIu64
           " scans, %" PRIu64 " acts of the desk, %" PRIu64 " ends of the server, %" PRIu64
           " groups\n",
           fail_name(options->fail), options->every, fail_counted(), worlds, totals.beeped,
           totals.acts, totals.server_kills, totals.groups);
    return 0;
}

static int run_seeds(const struct options *options)
{
    struct totals totals = {0};
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (uint64_t seed = options->from; seed < options->from + options->seeds; seed++) {
        bool good = run_seed(seed, options, &totals);
        if (!good && options->plant != PLANT_NONE) {
            printf("found with seed %" PRIu64 "\n", seed);
            return 0;
        }
        if (!good) {
            printf("replay: sim --seed %" PRIu64 " --trace\n", seed);
            return 1;
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    print_totals(options, &totals,
                 (double)(ended.tv_sec - begun.tv_sec) +
                     (double)(ended.tv_nsec - begun.tv_nsec) / 1e9);
    if (options->plant == PLANT_NONE)
        return 0;
    printf("the planted fault was not found\n");
    return 1;
}

/* ---------------------------------------------------------------- the command line */

static enum plant plant_named(const char *name)
{
    if (strcmp(name, "forget-at-puback") == 0)
        return PLANT_FORGET_AT_PUBACK;
    if (strcmp(name, "receipt-before-commit") == 0)
        return PLANT_RECEIPT_BEFORE_COMMIT;
    if (strcmp(name, "no-dedupe") == 0)
        return PLANT_NO_DEDUPE;
    if (strcmp(name, "lying-disk") == 0)
        return PLANT_LYING_DISK;
    if (strcmp(name, "fold-by-arrival") == 0)
        return PLANT_FOLD_BY_ARRIVAL;
    fprintf(stderr, "sim: no fault is called %s\n", name);
    exit(2);
}

#define HEAP ((size_t)256 << 20)

/* A world takes and leaves megabytes at each start of a program: not back to the system each time.
 * A hundred handhelds' pages lie far apart: in large pages of the system's, where it has them, they
 * cost a sixth less on a machine that is busy with other things. */
static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    (void)mallopt(M_TOP_PAD, 64 << 20);
    (void)mallopt(M_ARENA_MAX, 1); /* threads that catch up with views come and go */
    void *heap = malloc(HEAP);
    uintptr_t from = ((uintptr_t)heap + 0xfff) & ~(uintptr_t)0xfff;
    if (heap != NULL)
        (void)madvise((void *)from, HEAP - 0x1000, MADV_HUGEPAGE);
    free(heap);
}

int main(int argc, char **argv)
{
    static const struct option longs[] = {
        {"seeds", required_argument, NULL, 'n'}, {"from", required_argument, NULL, 'f'},
        {"seed", required_argument, NULL, 's'},  {"plant", required_argument, NULL, 'p'},
        {"trace", no_argument, NULL, 't'},       {"wide", no_argument, NULL, 'w'},
        {"falls", no_argument, NULL, 'b'},       {"twice", no_argument, NULL, '2'},
        {"fail", required_argument, NULL, 'F'},  {"every", required_argument, NULL, 'e'},
        {"nth", required_argument, NULL, 'N'},   {NULL, 0, NULL, 0}};
    struct options options = {.from = 1, .seeds = 1};
    for (int c; (c = getopt_long(argc, argv, "", longs, NULL)) != -1;) {
        if (c == 'n')
            options.seeds = strtoull(optarg, NULL, 10);
        else if (c == 'f' || c == 's')
            options.from = strtoull(optarg, NULL, 10);
        else if (c == 'e')
            options.every = strtoull(optarg, NULL, 10);
        else if (c == 'N')
            options.fail_nth = strtoull(optarg, NULL, 10);
        else if (c == 'F' && (options.fail = fail_named(optarg)) == FAIL_NONE)
            return 2;
        else if (c == 'F')
            continue;
        else if (c == 'p')
            options.plant = plant_named(optarg);
        else if (c == 't')
            options.trace = true;
        else if (c == 'w')
            options.wide = true;
        else if (c == 'b')
            options.falls = true;
        else if (c == '2')
            options.twice = true;
        else
            return 2;
    }
    if (!options.trace)
        log_set(LOG_LEVEL_ERROR, open("/dev/null", O_WRONLY | O_CLOEXEC)); /* jobs that stop */
    keep_memory();
    pool_install();
    fail_install();
    chain_init();
    memory_install();
    tear_install(options.plant == PLANT_LYING_DISK);
    if (options.plant == PLANT_FOLD_BY_ARRIVAL)
        truth_fold_by_arrival();
    if (options.plant == PLANT_NO_DEDUPE)
        truth_know_no_repeat();
    return options.every > 0 ? run_fails(&options) : run_seeds(&options);
}
