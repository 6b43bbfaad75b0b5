/* The real trao-handheld over 50 scans while its machine fails: the n-th malloc, write and sync,
 * kill -9 at any moment, power cuts that drop or tear what was not synced (reliability.md, faults
 * 1, 2, 3, 5, 9). After each the same program without a fault reads the same 50: what beeped is
 * there, what did not is taken now, and nothing is there twice.
 *
 *   test_faults_handheld                  a share of each that fits into a run of the tests
 *   test_faults_handheld kills N | cuts N | malloc STEP | write STEP | sync STEP
 *   test_faults_handheld lie              a disk that lies about syncs: must be found
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/item.h"
#include "tests/faults/shim.h"
#include "tests/handheld/device.h"
#include "tests/lib/busy.h"

#define SCANS 50
#define LINE_MS 20000
#define START_MAX_MS 2000 /* reliability.md (d): serving again */
#define KILL_US 8000      /* a scan with its syncs takes some 5 ms */
#define SYNC_US 2000      /* a fast SD card's */
#define INSIDE_PERCENT                                                                             \
    10 /* of kills and cuts that fell inside a commit, at least, of a hundred or more */

static struct device device;
static struct shim_page *page;
static char page_path[128], keep_path[128], items[SCANS][16];
static unsigned rounds, crashes, inside;
static long slowest_ms;

/* ---------------------------------------------------------------- the device, fresh each time */

static void run(const char *format, const char *one, const char *two)
{
    char command[512];
    snprintf(command, sizeof command, format, one, two);
    if (system(command) != 0)
        fail_msg("'%s' failed", command);
}

static void begin(void)
{
    setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 1);
    device_init(&device);
    snprintf(page_path, sizeof page_path, "%s/page", device.top);
    snprintf(keep_path, sizeof keep_path, "%s/fresh", device.top);
    run("cp -a '%s' '%s'", device.data, keep_path);
    int fd = open(page_path, O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0 && ftruncate(fd, sizeof *page) == 0);
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(page != MAP_FAILED);
    close(fd);
    for (uint32_t i = 0; i < SCANS; i++) {
        struct item item;
        struct error err;
        assert_true(item_make("RA", 5000 + i, "VN", &item, &err));
        snprintf(items[i], sizeof items[i], "%s", item.text);
    }
}

static void start_faulty(void)
{
    char preload[320], where[200], below[200];
    snprintf(preload, sizeof preload, "LD_PRELOAD=%s", SHIM);
    snprintf(where, sizeof where, "TRAO_SHIM_PAGE=%s", page_path);
    snprintf(below, sizeof below, "TRAO_SHIM_DIR=%s", device.data);
    device_start_in(&device, (const char *const[]){"env", preload, where, below, NULL}, NULL);
}

static pid_t killer;

/* Before, in or after the commit of the scan that is just read. */
static void kill_soon(void)
{
    useconds_t us = (useconds_t)random() % KILL_US;
    killer = fork();
    assert_true(killer >= 0);
    if (killer == 0) {
        usleep(us);
        kill(device.proc.pid, SIGKILL);
        _exit(0);
    }
}

/* Scans them all, as long as it lives; which of them beeped. */
static void scan_all(bool beeped[SCANS], long kill_at)
{
    char line[PROC_LINE_MAX];
    for (size_t i = 0; i < SCANS && proc_say(&device.proc, "scan %s\\r", items[i]); i++) {
        if ((long)i == kill_at)
            kill_soon();
        if (!proc_hear(&device.proc, line, LINE_MS))
            break;
        bool kept = strncmp(line, "beep ok ", 8) == 0 || strncmp(line, "beep repeated ", 14) == 0;
        if (kept && strstr(line, items[i]) == NULL)
            fail_msg("'%s' is no beep for %s", line, items[i]);
        beeped[i] = kept;
    }
}

/* ---------------------------------------------------------------- what must hold afterwards */

static void hear_again(size_t i, bool beeped)
{
    char line[PROC_LINE_MAX];
    assert_true(proc_say(&device.proc, "scan %s\\r", items[i]));
    if (!proc_hear(&device.proc, line, LINE_MS))
        fail_msg("round %u: it does not go on: %s", rounds, device_errors(&device));
    bool repeated = strncmp(line, "beep repeated ", 14) == 0;
    if (beeped && !repeated)
        fail_msg("round %u: %s had beeped and is lost: '%s'", rounds, items[i], line);
    if (!repeated && strncmp(line, "beep ok ", 8) != 0)
        fail_msg("round %u: %s: '%s'", rounds, items[i], line);
}

static void all_is_there_once(const bool beeped[SCANS])
{
    char line[PROC_LINE_MAX];
    long begun = proc_now_ms();
    device_start(&device, NULL);
    assert_true(proc_say(&device.proc, "show"));
    for (int row = 0; row < 20; row++)
        assert_true(proc_hear(&device.proc, line, LINE_MS));
    long took = proc_now_ms() - begun;
    slowest_ms = took > slowest_ms ? took : slowest_ms;
    for (size_t i = 0; i < SCANS; i++)
        hear_again(i, beeped[i]);
    proc_say(&device.proc, "quit");
    if (device_ended(&device) != 0)
        fail_msg("round %u: it did not end well: %s", rounds, device_errors(&device));
    unsigned long unsent = device_unsent(&device);
    if (unsent != SCANS)
        fail_msg("round %u: %lu scans are kept of %d", rounds, unsent, SCANS);
}

static void fresh_round(void)
{
    rounds++;
    run("rm -rf '%s' '%s'", device.data, device.log);
    run("cp -a '%s' '%s'", keep_path, device.data);
    memset(page, 0, sizeof *page);
}

/* One round; killed at that scan, or never (-1). */
static int faulty_round(long kill_at)
{
    bool beeped[SCANS] = {false};
    killer = 0;
    start_faulty();
    scan_all(beeped, kill_at);
    proc_say(&device.proc, "quit");
    int status = device_ended(&device);
    if (killer > 0)
        waitpid(killer, NULL, 0);
    inside += page->unsynced > 0;
    all_is_there_once(beeped);
    return status;
}

/* ---------------------------------------------------------------- n-th failures */

static int64_t calls_of(enum shim_call call)
{
    fresh_round();
    assert_int_equal(faulty_round(-1), 0);
    return page->calls[call];
}

/* Every `step`-th call fails, once or for good. */
static void sweep(const char *name, enum shim_call call, int64_t step, int64_t times)
{
    int64_t all = calls_of(call), tried = 0;
    crashes = 0;
    for (int64_t nth = 1; nth <= all; nth += step, tried++) {
        fresh_round();
        page->fail_nth[call] = nth;
        page->fail_times = times;
        int status = faulty_round(-1);
        if (status > 128) {
            crashes++;
            print_message("%s %ld: ended by signal %d\n", name, (long)nth, status - 128);
        }
    }
    print_message("%s: %ld of %ld calls failed in turn, %ld at a time; %u ended by a signal\n",
                  name, (long)tried, (long)all, (long)times, crashes);
    assert_int_equal(crashes, 0);
}

/* ---------------------------------------------------------------- kills and cuts */

static void tell_inside(const char *what, unsigned n)
{
    print_message("%u %s, %u inside a commit; start at most %ld ms; 0 lost, 0 doubled\n", n, what,
                  inside, slowest_ms);
    assert_true(n < 100 || inside * 100 >= n * INSIDE_PERCENT);
    assert_true(slowest_ms <= START_MAX_MS || machine_is_busy());
}

static void kills(unsigned n)
{
    inside = 0;
    for (unsigned i = 0; i < n; i++) {
        fresh_round();
        page->sync_us = SYNC_US;
        faulty_round(random() % SCANS);
    }
    tell_inside("kills", n);
}

static void cuts(unsigned n, bool lying)
{
    int64_t all = calls_of(SHIM_WRITE) + page->calls[SHIM_SYNC];
    inside = 0;
    for (unsigned i = 0; i < n; i++) {
        fresh_round();
        page->cut_nth = 1 + random() % all;
        page->cut_how = i % 2 == 0 ? SHIM_DROP_ALL : SHIM_TEAR;
        page->seed = (uint64_t)random() + 1;
        page->lies = lying;
        faulty_round(-1);
    }
    tell_inside("power cuts", n);
}

static int n_given, step_given = 1;
static const char *what_given = "";

static bool wanted(const char *what)
{
    return *what_given == '\0' || strcmp(what_given, what) == 0;
}

static void it_survives(void **state)
{
    (void)state;
    bool all = *what_given != '\0';
    begin();
    srandom((unsigned)getpid());
    print_message("seed %d\n", (int)getpid());
    if (wanted("kills"))
        kills(all ? (unsigned)n_given : 4);
    if (wanted("cuts"))
        cuts(all ? (unsigned)n_given : 6, false);
    if (strcmp(what_given, "lie") == 0)
        cuts(20, true);
    if (wanted("sync"))
        sweep("sync", SHIM_SYNC, all ? step_given : 41, 1);
    if (wanted("write"))
        sweep("write", SHIM_WRITE, all ? step_given : 151, 1);
    if (wanted("malloc"))
        sweep("malloc", SHIM_MALLOC, all ? step_given : 5003, 1);
    device_done(&device);
}

int main(int argc, char **argv)
{
    what_given = argc > 1 ? argv[1] : "";
    n_given = argc > 2 ? atoi(argv[2]) : 1000;
    step_given = argc > 2 ? atoi(argv[2]) : 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(it_survives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
