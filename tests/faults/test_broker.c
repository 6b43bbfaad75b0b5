/* The broker's own disk: its state is damaged, or there is no room for it. The real programs over
 * TLS; the folder is a small tmpfs. Rows 26 and 27 of the fault list. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/journey/evidence.h"
#include "tests/lib/small_disk.h"

#define SKIPPED 77
#define ITEMS 120
#define DRAIN_S 90
#define SAVED_MS 10000
#define UP_MS 10000 /* the row's promise, from the start of what runs before the broker */
#define QUEUED_MS 300

static struct world world;
static struct hand hand;
static char items[ITEMS][16], folder[300], saved[320], aside[330];

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...)
{
    char command[1500];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    return system(command);
}

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    snprintf(folder, sizeof folder, "%s/broker", world.data);
    snprintf(saved, sizeof saved, "%s/mosquitto.db", folder);
    snprintf(aside, sizeof aside, "%s.aside", saved);
    assert_int_equal(shell("cp -a '%s' '%s/settings'", folder, world.dir), 0);
    if (!small_disk_mount(folder, "2m")) {
        world_end(&world, false);
        exit(SKIPPED);
    }
    assert_int_equal(shell("cp -a '%s/settings/.' '%s'", world.dir, folder), 0);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    hand_start(&hand);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_end(&hand);
    world_end(&world, false);
    return 0;
}

static void scan(unsigned from, unsigned to)
{
    for (unsigned at = from; at < to; at++)
        hand_beep(&hand, items[at]);
}

/* By the signal at which mosquitto writes its state down. */
static void save_state(void)
{
    struct stat info = {.st_size = 0};
    unlink(saved);
    kill(world.broker.pid, SIGUSR1);
    for (long until = proc_now_ms() + SAVED_MS; stat(saved, &info) != 0 || info.st_size == 0;
         proc_sleep_ms(20))
        if (proc_now_ms() > until)
            world_fail(&world, "the broker does not write %s", saved);
}

static void make_ready(void)
{
    const char *argv[] = {BROKER_READY, world.data, NULL};
    assert_int_equal(proc_run(argv, world.log, NULL, 0), 0);
}

static void starts_from_damage(void)
{
    const char *argv[] = {"timeout", "5", "mosquitto", "-c", NULL, NULL};
    char conf[330];
    snprintf(conf, sizeof conf, "%s/mosquitto.conf", folder);
    argv[4] = conf;
    if (proc_run(argv, world.log, NULL, 0) != 1)
        world_fail(&world, "mosquitto starts from a damaged state: nothing is proven");
}

static void expect_each_once(enum event event, unsigned n)
{
    struct evidence evidence;
    evidence_read(&evidence, &world);
    for (unsigned at = 0; at < n; at++)
        if (evidence_count(&evidence, items[at], event) != 1)
            world_fail(&world, "%s event %d is in the record %u times", items[at], event,
                       evidence_count(&evidence, items[at], event));
    assert_int_equal(evidence.set_aside, 0);
    evidence_free(&evidence);
}

static void good_state_is_left_alone(void **state)
{
    (void)state;
    hand_mode(&hand, 1);
    scan(0, 10);
    hand_drain(&hand, DRAIN_S);
    save_state();
    proc_stop(&world.broker, SIGKILL);
    assert_int_equal(shell("cp '%s' '%s/before'", saved, world.dir), 0);
    make_ready();
    assert_int_equal(shell("cmp '%s' '%s/before'", saved, world.dir), 0);
    assert_int_not_equal(access(aside, F_OK), 0);
    world_start_broker(&world);
}

static void damaged_state_is_set_aside(void **state)
{
    (void)state;
    static const char *const damages[] = {
        "printf 'rubbish' | dd of='%s' conv=notrunc bs=1 seek=3 status=none",
        "truncate -s 40 '%s'",
        "head -c 3000 /dev/urandom >'%s'",
    };
    for (unsigned i = 0; i < sizeof damages / sizeof *damages; i++) {
        char command[600];
        hand_drain(&hand, DRAIN_S); /* it is up: a broker that starts would die of the signal */
        save_state();
        proc_stop(&world.broker, SIGKILL);
        scan(10 + 10 * i, 20 + 10 * i);
        snprintf(command, sizeof command, damages[i], saved);
        assert_int_equal(system(command), 0);
        starts_from_damage();
        long begun = proc_now_ms();
        make_ready();
        assert_int_equal(rename(aside, saved), 0); /* it was there: and once more */
        make_ready();
        world_start_broker(&world);
        assert_true(proc_now_ms() - begun < UP_MS);
        assert_int_equal(unlink(aside), 0);
    }
    hand_drain(&hand, DRAIN_S);
    expect_each_once(EVENT_PICKED_UP, 40);
}

/* Acknowledged by the broker, not yet heard by the server, and nowhere to write it down. */
static void full_disk_of_the_broker(void **state)
{
    (void)state;
    struct stat info = {.st_size = 0};
    hand_mode(&hand, 2);
    scan(0, 40);
    hand_drain(&hand, DRAIN_S);
    kill(world.server.pid, SIGSTOP);
    small_disk_fill(folder);
    scan(40, ITEMS);
    proc_sleep_ms(QUEUED_MS);
    kill(world.broker.pid, SIGUSR1);
    proc_sleep_ms(QUEUED_MS);
    proc_stop(&world.broker, SIGKILL);
    kill(world.server.pid, SIGCONT);
    if (stat(saved, &info) == 0)
        print_message("what could be written down: %lld bytes\n", (long long)info.st_size);
    make_ready();
    world_start_broker(&world);
    hand_drain(&hand, DRAIN_S);
    expect_each_once(EVENT_ARRIVED_DELIVERY_OFFICE, ITEMS);
    world_do(&world, NULL, 0, "verify", NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_state_is_left_alone),
        cmocka_unit_test(damaged_state_is_set_aside),
        cmocka_unit_test(full_disk_of_the_broker),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
