/* What a device's certificate allows and should not do harm, and a server that does not listen for
 * a while: retained rubbish, wills at a takeover, a slow consumer. The real programs over TLS. Rows
 * 32, 36 and 38 of the fault list. */
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
#include <mqtt_protocol.h>

#include "tests/journey/evidence.h"
#include "tests/journey/stranger.h"

#define ITEMS 240
#define DRAIN_S 40
#define RUBBISH_BYTES 3000
#define FLOOD 1500 /* messages: the broker's own limit would be 1,000 */
#define WINDOW 20  /* of them unanswered */
#define OURS "HH-042"
#define UP_OF(device) "trao/1/" device "/up"

static struct world world;
static struct hand ours, neighbour;
static char items[ITEMS][16];
static char rubbish[RUBBISH_BYTES];

static int begin(void **state)
{
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&ours, &world, OURS);
    hand_enrol(&neighbour, &world, "HH-043");
    hand_start(&ours);
    memset(rubbish, 'x', sizeof rubbish);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_end(&ours);
    world_end(&world, false);
    return 0;
}

static void scan(unsigned from, unsigned to)
{
    for (unsigned at = from; at < to; at++)
        hand_beep(&ours, items[at]);
}

static void expect_each_once(enum event event, unsigned n)
{
    struct evidence evidence;
    evidence_read(&evidence, &world);
    for (unsigned at = 0; at < n; at++)
        if (evidence_count(&evidence, items[at], event) != 1)
            world_fail(&world, "%s event %d is in the record %u times", items[at], event,
                       evidence_count(&evidence, items[at], event));
    evidence_free(&evidence);
}

static void come_in(struct stranger *stranger, const struct hand *hand)
{
    stranger_begin(stranger, &world, hand, hand->name);
    assert_int_equal(stranger_connect(stranger), MOSQ_ERR_SUCCESS);
    stranger_wait(stranger, &stranger->connected, STRANGER_MS);
    assert_int_equal(stranger->connected, 0);
}

/* How many messages nobody could read the server counts. */
static unsigned unreadable(void)
{
    static char out[65536];
    world_do(&world, out, sizeof out, "metrics", NULL);
    const char *at = strstr(out, "\ntrao_batches_odd_total{kind=\"unreadable\"} ");
    if (at == NULL)
        world_fail(&world, "no count of unreadable messages in: %s", out);
    return (unsigned)strtoul(strchr(at, '}') + 2, NULL, 10);
}

/* Says rubbish on its own topic, to be kept; the broker's answer, -1 for none. As MQTT 3.1.1, whose
 * library is not told what the broker does not take, and sends it. */
static int retained(struct stranger *stranger)
{
    stranger_begin(stranger, &world, &neighbour, "HH-043");
    mosquitto_int_option(stranger->mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    assert_int_equal(stranger_connect(stranger), MOSQ_ERR_SUCCESS);
    stranger_wait(stranger, &stranger->connected, STRANGER_MS);
    assert_int_equal(mosquitto_publish_v5(stranger->mosq, NULL, UP_OF("HH-043"), RUBBISH_BYTES,
                                          rubbish, 1, true, NULL),
                     MOSQ_ERR_SUCCESS);
    stranger_wait(stranger, &stranger->acked, STRANGER_MS);
    return stranger->acked;
}

/* The broker of ours refuses it; one that takes it hands it out at each subscription, and the
 * server, which looks at no flag, sets it aside and goes on. */
static void retained_rubbish(void **state)
{
    (void)state;
    struct stranger stranger;
    assert_int_equal(retained(&stranger), -1);
    assert_int_not_equal(stranger.left, -1); /* thrown out */
    stranger_end(&stranger);

    char command[700];
    proc_stop(&world.broker, SIGKILL);
    snprintf(command, sizeof command,
             "sed -i 's/^retain_available false/retain_available true/' '%s/broker/mosquitto.conf'",
             world.data);
    assert_int_equal(system(command), 0);
    world_start_broker(&world);
    assert_int_equal(retained(&stranger), 0);
    stranger_end(&stranger);
    world_stop_server(&world, SIGTERM);
    world_start_server(&world); /* subscribes: now it comes, retained */
    hand_mode(&ours, 1);
    scan(0, 10);
    hand_drain(&ours, DRAIN_S);
    expect_each_once(EVENT_PICKED_UP, 10);
    assert_true(unreadable() >= 1);
}

/* Somebody under this very device's name leaves a will and is taken over by it: its words are set
 * aside, and whether the device is there goes by what is heard of itself. */
static void will_at_a_takeover(void **state)
{
    (void)state;
    struct stranger twin;
    char out[4096] = "";
    unsigned before = unreadable();
    stranger_begin(&twin, &world, &ours, OURS);
    assert_int_equal(mosquitto_will_set(twin.mosq, UP_OF(OURS), 7, "offline", 1, false),
                     MOSQ_ERR_SUCCESS);
    assert_int_equal(stranger_connect(&twin), MOSQ_ERR_SUCCESS);
    stranger_wait(&twin, &twin.connected, STRANGER_MS);
    assert_int_equal(twin.connected, 0);
    hand_mode(&ours, 2);
    scan(0, 10);
    stranger_wait(&twin, &twin.left, STRANGER_MS); /* the handheld comes back and throws it out */
    assert_int_not_equal(twin.left, -1);
    hand_drain(&ours, DRAIN_S);
    stranger_end(&twin);
    expect_each_once(EVENT_ARRIVED_DELIVERY_OFFICE, 10);
    assert_int_equal(unreadable(), before + 1); /* the will was sent: it is no word of a device */
    world_do(&world, out, sizeof out, "devices", NULL);
    assert_null(strstr(out, "offline"));
}

/* The server sleeps while more comes than a broker keeps by default, and scans behind it. */
static void slow_consumer(void **state)
{
    (void)state;
    struct stranger stranger;
    come_in(&stranger, &neighbour);
    kill(world.server.pid, SIGSTOP);
    for (unsigned sent = 0; sent < FLOOD; sent += WINDOW) {
        for (unsigned i = 0; i < WINDOW; i++) {
            stranger.acked = -1;
            mosquitto_publish_v5(stranger.mosq, NULL, UP_OF("HH-043"), 7, "rubbish", 1, false,
                                 NULL);
        }
        stranger_wait(&stranger, &stranger.acked, STRANGER_MS);
    }
    hand_mode(&ours, 3);
    scan(0, ITEMS);
    unsigned recorded = (unsigned)evidence_scans(&world);
    kill(world.server.pid, SIGCONT);
    hand_drain(&ours, DRAIN_S);
    stranger_end(&stranger);
    expect_each_once(EVENT_OUT_FOR_DELIVERY, ITEMS);
    assert_int_equal(evidence_scans(&world), recorded + ITEMS);
    world_do(&world, NULL, 0, "verify", NULL);
}

int main(void)
{
    mosquitto_lib_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(retained_rubbish),
        cmocka_unit_test(will_at_a_takeover),
        cmocka_unit_test(slow_consumer),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
