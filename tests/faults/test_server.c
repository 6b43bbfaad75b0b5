/* The real trao-server, with a real broker and handheld, while its machine fails: power cuts in the
 * middle of writing, kill -9, and a malloc, write or sync that fails (reliability.md, faults 2, 3,
 * 5, 9, 37). At each death the record must hold at least what the handheld was given receipts for;
 * in the end it holds every beep once, and verifies.
 *
 *   test_faults_server                              a few of each, in a run of the tests
 *   test_faults_server cuts|kills|malloc|write|sync N   N deaths
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/busy.h"
#include "tests/faults/shim.h"
#include "tests/journey/evidence.h"

#define MODES 3
#define SCANS_A_ROUND 6
#define CALLS_AHEAD 60 /* writes and syncs within the scans of a round */
#define MALLOCS_AHEAD 3000
#define BEEP_MS 20000
#define DRAIN_S 120
#define DIE_MS 1500       /* until the call comes that is to fail */
#define START_MAX_MS 2000 /* reliability.md (d) */
#define SYNC_US 2000      /* a good server disk's, without a battery */
#define AIM_MS 3000       /* until a commit is under way: the broker may have to be reached first */
#define INSIDE_PERCENT 10

enum way { WAY_CUT, WAY_KILL, WAY_MALLOC, WAY_WRITE, WAY_SYNC, WAYS };
static const char *const way_names[WAYS] = {"cuts", "kills", "malloc", "write", "sync"};
static const enum event event_of[MODES] = {EVENT_PICKED_UP, EVENT_ARRIVED_DELIVERY_OFFICE,
                                           EVENT_OUT_FOR_DELIVERY};

static struct world world;
static struct hand hand;
static struct shim_page *page;
static char page_path[300];
static char (*items)[16];
static unsigned rows, beeped, mode = MODES;
static long slowest_ms;
static unsigned starts, slow_starts;

/* ---------------------------------------------------------------- setting up */

static void begin(unsigned deaths)
{
    rows = deaths * SCANS_A_ROUND / MODES + 1;
    items = calloc(rows, sizeof *items);
    world_begin(&world);
    snprintf(page_path, sizeof page_path, "%s/page", world.dir);
    int fd = open(page_path, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0 && ftruncate(fd, sizeof *page) == 0);
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(page != MAP_FAILED);
    close(fd);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, rows, items);
    hand_enrol(&hand, &world, "HH-042");
    hand_start(&hand);
    world_stop_server(&world, SIGTERM);
}

static void start_server(bool faulty)
{
    memset(page, 0, sizeof *page);
    if (faulty) {
        setenv("LD_PRELOAD", SHIM, 1);
        setenv("TRAO_SHIM_PAGE", page_path, 1);
        setenv("TRAO_SHIM_DIR", world.data, 1);
    }
    long begun = proc_now_ms();
    world_start_server(&world);
    long took = proc_now_ms() - begun;
    slowest_ms = took > slowest_ms ? took : slowest_ms;
    starts++;
    slow_starts += took > START_MAX_MS;
    unsetenv("LD_PRELOAD");
}

/* ---------------------------------------------------------------- scans and receipts */

static void scan_next(void)
{
    if (beeped / rows != mode) {
        mode = beeped / rows;
        hand_mode(&hand, (int)mode + 1);
    }
    hand_beep(&hand, items[beeped % rows]);
    beeped++;
}

static unsigned unsent_on_screen(void)
{
    char line[PROC_LINE_MAX];
    unsigned unsent = 0;
    hand_say(&hand, "show");
    for (int row = 0; row < HAND_ROWS; row++) {
        hand_expect(&hand, "|", line, BEEP_MS);
        const char *at = strstr(line, "Chưa gửi ");
        if (at)
            unsent = (unsigned)strtoul(at + strlen("Chưa gửi "), NULL, 10);
    }
    return unsent;
}

/* The receipts that came, came after a commit that has lasted. */
static void nothing_receipted_is_missing(unsigned death)
{
    unsigned receipted = beeped - unsent_on_screen();
    size_t recorded = evidence_scans(&world);
    if (recorded < receipted)
        world_fail(&world, "death %u: %u scans are receipted, the record holds %zu", death,
                   receipted, recorded);
}

static void every_beep_is_recorded_once(void)
{
    struct evidence evidence;
    start_server(false);
    hand_drain(&hand, DRAIN_S);
    hand_end(&hand);
    evidence_read(&evidence, &world);
    if (evidence.n != beeped || evidence.set_aside != 0)
        world_fail(&world, "%u scans beeped, %zu are recorded, %zu batches aside", beeped,
                   evidence.n, evidence.set_aside);
    for (unsigned at = 0; at < beeped; at++)
        if (evidence_count(&evidence, items[at % rows], event_of[at / rows]) != 1)
            world_fail(&world, "%s is not recorded once", items[at % rows]);
    evidence_free(&evidence);
    world_do(&world, NULL, 0, "verify", NULL);
}

/* ---------------------------------------------------------------- deaths */

static void arm(enum way way, unsigned death)
{
    int64_t io = page->calls[SHIM_WRITE] + page->calls[SHIM_SYNC];
    page->fail_times = 1;
    switch (way) {
    case WAY_CUT:
        page->seed = (uint64_t)random() + 1;
        page->cut_how = death % 2 == 0 ? SHIM_DROP_ALL : SHIM_TEAR;
        page->cut_nth = io + 1 + random() % CALLS_AHEAD;
        break;
    case WAY_KILL:
        page->sync_us = SYNC_US;
        break;
    case WAY_MALLOC:
        page->fail_nth[SHIM_MALLOC] = page->calls[SHIM_MALLOC] + 1 + random() % MALLOCS_AHEAD;
        break;
    case WAY_WRITE:
        page->fail_nth[SHIM_WRITE] = page->calls[SHIM_WRITE] + 1 + random() % 30;
        break;
    case WAY_SYNC:
        page->fail_nth[SHIM_SYNC] = page->calls[SHIM_SYNC] + 1 + random() % 10;
        break;
    case WAYS:
        break;
    }
}

struct tally {
    unsigned deaths, inside, cut, failed, by_itself, by_signal;
};

/* Every other one at any moment, the others as soon as something is written and not yet synced:
 * by a clock alone one in ten to twenty falls into a commit. */
static void wait_for_the_moment(unsigned death)
{
    if (death % 2 == 0) {
        usleep((useconds_t)(random() % 6000));
        return;
    }
    for (long until = proc_now_ms() + AIM_MS; page->unsynced == 0 && proc_now_ms() < until;)
        usleep(50);
}

static void die_once(enum way way, unsigned death, struct tally *tally)
{
    start_server(true);
    arm(way, death);
    unsigned last = way == WAY_KILL ? 1 + (unsigned)random() % SCANS_A_ROUND : SCANS_A_ROUND;
    for (unsigned i = 0; i < last && proc_runs(&world.server); i++)
        scan_next();
    if (way == WAY_KILL)
        wait_for_the_moment(death);
    else
        for (long until = proc_now_ms() + DIE_MS;
             proc_now_ms() < until && page->failed == 0 && proc_runs(&world.server);)
            proc_sleep_ms(5);
    if (page->failed > 0)
        proc_sleep_ms(300); /* what it does about it */
    bool alone = !proc_runs(&world.server);
    int status = alone ? proc_wait(&world.server, 1000) : proc_stop(&world.server, SIGKILL);
    tally->deaths++;
    tally->inside += page->unsynced > 0;
    tally->cut += page->cut != 0;
    tally->failed += page->failed > 0;
    tally->by_itself += alone && page->cut == 0;
    tally->by_signal += alone && page->cut == 0 && status > 128;
    if (alone && page->cut == 0 && status > 128)
        print_message("%s, death %u: ended by signal %d\n", way_names[way], death, status - 128);
    nothing_receipted_is_missing(death);
}

static void die_often(enum way way, unsigned deaths)
{
    struct tally tally = {0};
    for (unsigned death = 0; death < deaths; death++)
        die_once(way, death, &tally);
    print_message("%s: %u deaths, %u inside a commit, %u power cuts, %u calls failed; %u ended by "
                  "themselves, %u by a signal; %u beeps so far\n",
                  way_names[way], tally.deaths, tally.inside, tally.cut, tally.failed,
                  tally.by_itself, tally.by_signal, beeped);
    if (deaths >= 100 && (way == WAY_CUT || way == WAY_KILL))
        assert_true(tally.inside * 100 >= deaths * INSIDE_PERCENT);
    assert_int_equal(tally.by_signal, 0);
}

static const char *what_given = "";
static unsigned n_given;

static void it_survives(void **state)
{
    (void)state;
    bool all = *what_given != '\0';
    static const unsigned few[WAYS] = {2, 1, 1, 1, 1};
    print_message("seed %d\n", (int)getpid());
    srandom((unsigned)getpid());
    begin(all ? n_given : 6);
    for (enum way way = 0; way < WAYS; way++)
        if (!all || strcmp(what_given, way_names[way]) == 0)
            die_often(way, all ? n_given : few[way]);
    every_beep_is_recorded_once();
    print_message("%u beeps, each recorded once; %u starts, %u over 2 s, at most %ld ms\n", beeped,
                  starts, slow_starts, slowest_ms);
    assert_true(starts < 100 || slow_starts * 20 <= starts || machine_is_busy());
    world_end(&world, false);
    free(items);
}

int main(int argc, char **argv)
{
    what_given = argc > 1 ? argv[1] : "";
    n_given = argc > 2 ? (unsigned)atoi(argv[2]) : 1000;
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
