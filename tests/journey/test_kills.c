/* kill -9 of the server, the handheld and the broker at 20 random moments in 2,000 scans, with the
 * real programs over TLS: every beeped scan is in the record once, and no other. At least half of
 * the kills must hit while scans are unreceipted, else the test has proven nothing and fails. Every
 * other time the broker comes back without its state. TRAO_SEED=N repeats the moments of a run as
 * far as a real machine can. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/journey/evidence.h"

#define ITEMS 667 /* in three modes: 2,001 scans */
#define MODES 3
#define SCANS ((unsigned)ITEMS * MODES)
#define KILLS 20
#define DOWN_SCANS_MAX 25 /* how many scans a dead server or broker may miss */
#define BEEP_MS 20000
#define DRAIN_S 120

static const enum event event_of[MODES] = {EVENT_PICKED_UP, EVENT_ARRIVED_DELIVERY_OFFICE,
                                           EVENT_OUT_FOR_DELIVERY};

enum target { TARGET_SERVER, TARGET_HAND, TARGET_BROKER, TARGETS };

struct trial {
    struct world world;
    struct hand hand;
    char items[ITEMS][16];
    int mode; /* 0..2 */
    unsigned scans, repeated;
    unsigned kills[TARGETS], unreceipted;
    int server_back, broker_back; /* scans until it is started again; 0: it runs */
};

static unsigned below(unsigned n)
{
    return (unsigned)(random() % n);
}

/* ---------------------------------------------------------------- scanning */

/* True when this line says that the item is committed: now, or before the last kill. */
static bool says_kept(struct trial *trial, const char *line, const char *item)
{
    bool ok = strncmp(line, "beep ok ", 8) == 0, again = strncmp(line, "beep repeated ", 14) == 0;
    if (!ok && !again)
        return false;
    if (!strstr(line, item))
        world_fail(&trial->world, "'%s' instead of a beep for %s", line, item);
    trial->repeated += again;
    return true;
}

static void hear_beep(struct trial *trial, const char *item)
{
    char line[PROC_LINE_MAX];
    hand_expect(&trial->hand, "beep ", line, BEEP_MS);
    if (!says_kept(trial, line, item))
        world_fail(&trial->world, "'%s' is no beep for %s", line, item);
}

static void scan(struct trial *trial, const char *item)
{
    hand_say(&trial->hand, "scan %s\\r", item);
    hear_beep(trial, item);
}

/* ---------------------------------------------------------------- what is not yet receipted */

/* "Chưa gửi 12  lâu nhất ..." on the screen; 0 when everything is sent. */
static unsigned unsent_on_screen(struct trial *trial)
{
    char line[PROC_LINE_MAX];
    unsigned unsent = 0;
    hand_say(&trial->hand, "show");
    for (int row = 0; row < HAND_ROWS; row++) {
        hand_expect(&trial->hand, "|", line, BEEP_MS);
        const char *at = strstr(line, "Chưa gửi ");
        if (at)
            unsent = (unsigned)strtoul(at + strlen("Chưa gửi "), NULL, 10);
    }
    return unsent;
}

/* ---------------------------------------------------------------- killing */

/* The handheld dies in the middle of a scan; what it still said is heard. */
static void kill_hand(struct trial *trial, const char *item)
{
    char line[PROC_LINE_MAX];
    bool kept = false;
    kill(trial->hand.proc.pid, SIGKILL);
    while (proc_hear(&trial->hand.proc, line, BEEP_MS))
        kept |= strncmp(line, "beep ", 5) == 0 && says_kept(trial, line, item);
    proc_wait(&trial->hand.proc, BEEP_MS);
    hand_start(&trial->hand);
    trial->unreceipted += unsent_on_screen(trial) > 0;
    hand_mode(&trial->hand, trial->mode + 1);
    if (!kept) /* nothing was heard: the postman scans again */
        scan(trial, item);
}

static void delete_broker_state(struct trial *trial)
{
    char path[300];
    snprintf(path, sizeof path, "%s/broker/mosquitto.db", trial->world.data);
    if (unlink(path) == 0)
        print_message("broker's state deleted\n");
}

static void kill_service(struct trial *trial, enum target target, const char *item)
{
    struct proc *proc = target == TARGET_SERVER ? &trial->world.server : &trial->world.broker;
    proc_stop(proc, SIGKILL);
    hear_beep(trial, item);
    trial->unreceipted += unsent_on_screen(trial) > 0;
    int back = 1 + (int)below(DOWN_SCANS_MAX);
    if (target == TARGET_SERVER)
        trial->server_back = back;
    else
        trial->broker_back = back;
}

static void revive(struct trial *trial)
{
    if (trial->server_back > 0 && --trial->server_back == 0)
        world_start_server(&trial->world);
    if (trial->broker_back > 0 && --trial->broker_back == 0) {
        if (trial->kills[TARGET_BROKER] % 2 == 0)
            delete_broker_state(trial);
        world_start_broker(&trial->world);
    }
}

/* Some 0 to 5 ms into a scan, so that the kill falls before, in and after the commit. */
static void scan_and_kill(struct trial *trial, const char *item)
{
    enum target target = below(TARGETS);
    if ((target == TARGET_SERVER && trial->server_back > 0) ||
        (target == TARGET_BROKER && trial->broker_back > 0))
        target = TARGET_HAND;
    hand_say(&trial->hand, "scan %s\\r", item);
    usleep(below(5000));
    trial->kills[target]++;
    if (target == TARGET_HAND)
        kill_hand(trial, item);
    else
        kill_service(trial, target, item);
}

/* ---------------------------------------------------------------- the trial */

static bool is_kill_moment(unsigned scan, const unsigned moments[KILLS])
{
    for (int at = 0; at < KILLS; at++)
        if (moments[at] == scan)
            return true;
    return false;
}

/* One random moment in each twentieth of the scans. */
static void draw_moments(unsigned moments[KILLS])
{
    for (unsigned at = 0; at < KILLS; at++)
        moments[at] = at * (SCANS / KILLS) + below(SCANS / KILLS);
}

static void work(struct trial *trial)
{
    unsigned moments[KILLS];
    draw_moments(moments);
    for (trial->mode = 0; trial->mode < MODES; trial->mode++) {
        hand_mode(&trial->hand, trial->mode + 1);
        for (unsigned at = 0; at < ITEMS; at++, trial->scans++) {
            if (is_kill_moment(trial->scans, moments))
                scan_and_kill(trial, trial->items[at]);
            else
                scan(trial, trial->items[at]);
            revive(trial);
        }
    }
    trial->server_back = trial->server_back > 0;
    trial->broker_back = trial->broker_back > 0;
    revive(trial);
}

static void check_evidence(struct trial *trial)
{
    struct evidence evidence;
    evidence_read(&evidence, &trial->world);
    if ((unsigned)evidence.n != SCANS || evidence.set_aside != 0)
        world_fail(&trial->world, "%u scans were beeped, the record holds %zu; %zu batches aside",
                   SCANS, evidence.n, evidence.set_aside);
    for (int mode = 0; mode < MODES; mode++)
        for (unsigned at = 0; at < ITEMS; at++) {
            unsigned n = evidence_count(&evidence, trial->items[at], event_of[mode]);
            if (n != 1)
                world_fail(&trial->world, "%s event %d is in the record %u times", trial->items[at],
                           event_of[mode], n);
        }
    evidence_free(&evidence);
    world_do(&trial->world, NULL, 0, "verify", NULL);
}

static void every_beep_is_recorded_once(void **state)
{
    (void)state;
    static struct trial trial;
    const char *given = getenv("TRAO_SEED");
    unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)getpid();
    srandom(seed);
    print_message("seed %u\n", seed);
    world_begin(&trial.world);
    world_start_broker(&trial.world);
    world_start_server(&trial.world);
    world_issue(&trial.world, ITEMS, trial.items);
    hand_enrol(&trial.hand, &trial.world, "HH-042");
    hand_start(&trial.hand);
    work(&trial);
    hand_drain(&trial.hand, DRAIN_S);
    hand_end(&trial.hand);
    check_evidence(&trial);
    print_message("%u scans, kills: server %u, handheld %u, broker %u; %u while scans were "
                  "unreceipted; %u found already kept\n",
                  trial.scans, trial.kills[TARGET_SERVER], trial.kills[TARGET_HAND],
                  trial.kills[TARGET_BROKER], trial.unreceipted, trial.repeated);
    if (trial.unreceipted < KILLS / 2)
        world_fail(&trial.world, "only %u of %d kills hit unreceipted scans", trial.unreceipted,
                   KILLS);
    world_end(&trial.world, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_beep_is_recorded_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
