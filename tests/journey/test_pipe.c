/* The broker is a pipe: it may be absent when a handheld starts, lose all it knew, deliver batches
 * twice and in any order. The real programs, over TLS. */
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
#include "tests/journey/replay.h"

#define DRAIN_S 90 /* a lost broker is found again within a minute */
#define ITEMS 120  /* in two modes: 240 scans, five batches */

static struct world world;
static struct hand hand;
static char items[ITEMS][16];

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

static void scan_all(int mode)
{
    hand_mode(&hand, mode);
    for (int at = 0; at < ITEMS; at++)
        hand_beep(&hand, items[at]);
}

static void expect_each_once(enum event event)
{
    struct evidence evidence;
    evidence_read(&evidence, &world);
    for (int at = 0; at < ITEMS; at++)
        if (evidence_count(&evidence, items[at], event) != 1)
            world_fail(&world, "%s event %d is in the record %u times", items[at], event,
                       evidence_count(&evidence, items[at], event));
    assert_int_equal(evidence.set_aside, 0);
    evidence_free(&evidence);
    world_do(&world, NULL, 0, "verify", NULL);
}

static void broker_down_when_the_handheld_starts(void **state)
{
    (void)state;
    proc_stop(&world.broker, SIGKILL);
    hand_start(&hand);
    scan_all(1);
    assert_int_equal(evidence_scans(&world), 0);
    world_start_broker(&world);
    hand_drain(&hand, DRAIN_S);
    expect_each_once(EVENT_PICKED_UP);
    hand_end(&hand);
}

static void broker_state_deleted(void **state)
{
    (void)state;
    char path[300];
    hand_start(&hand);
    hand_mode(&hand, 2);
    for (int at = 0; at < ITEMS; at++) {
        hand_beep(&hand, items[at]);
        if (at % 40 != 20)
            continue;
        proc_stop(&world.broker, SIGKILL);
        snprintf(path, sizeof path, "%s/broker/mosquitto.db", world.data);
        unlink(path);
        world_start_broker(&world);
    }
    hand_drain(&hand, DRAIN_S);
    expect_each_once(EVENT_ARRIVED_DELIVERY_OFFICE);
    hand_end(&hand);
}

/* What the record holds already comes again, each batch three times, shuffled. */
static void recorded_batches_come_again(void **state)
{
    (void)state;
    struct replay replay;
    size_t before = evidence_scans(&world);
    replay_open(&replay, &hand);
    replay_take_recorded(&replay);
    assert_true(replay.n > 0);
    replay_send_shuffled(&replay, 3);
    replay_close(&replay);
    assert_int_equal(evidence_scans(&world), before);
    expect_each_once(EVENT_PICKED_UP);
}

/* What the server has never seen comes first in disorder, doubled; then from the handheld itself.
 */
static void new_batches_come_shuffled(void **state)
{
    (void)state;
    struct replay replay;
    proc_stop(&world.broker, SIGKILL);
    hand_start(&hand);
    scan_all(3);
    hand_end(&hand);
    world_start_broker(&world);
    replay_open(&replay, &hand);
    replay_take_unsent(&replay);
    assert_true(replay.n > 1);
    replay_send_shuffled(&replay, 2);
    replay_close(&replay);
    hand_start(&hand);
    hand_drain(&hand, DRAIN_S);
    expect_each_once(EVENT_OUT_FOR_DELIVERY);
    hand_end(&hand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broker_down_when_the_handheld_starts),
        cmocka_unit_test(broker_state_deleted),
        cmocka_unit_test(recorded_batches_come_again),
        cmocka_unit_test(new_batches_come_shuffled),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
