/* An enrolled handheld turned bad, with its true certificate and seal key, against a real mosquitto
 * and the real server: it speaks and listens for others, forges, replays and floods. What the
 * honest one beeps is in the record once and receipted meanwhile; nothing of the other's is
 * believed; log, record and memory stay small. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <mqtt_protocol.h>

#include "handheld/config.h"
#include "protocol/topic.h"
#include "tests/journey/evidence.h"
#include "tests/journey/stranger.h"

#define ITEMS 12
#define DRAIN_S 40
#define NOTHING_MS 1000
#define OURS "HH-042"
#define BAD "HH-043"
#define UP "trao/1/" BAD "/up"
#define FLOOD 5000
#define WINDOW 100 /* messages of a flood unanswered; the broker takes 200 */
#define EPOCH UINT64_C(0xBAD)

static struct world world;
static struct hand ours, bad;
static struct config self; /* the bad one's keys */
static char items[ITEMS][16];
static size_t beeped;

static int begin(void **state)
{
    struct error err;
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&ours, &world, OURS);
    hand_enrol(&bad, &world, BAD);
    hand_start(&ours);
    hand_mode(&ours, 1);
    if (!config_load(bad.dir, &self, &err))
        world_fail(&world, "%s", err.text);
    return 0;
}

static int end(void **state)
{
    (void)state;
    config_done(&self);
    hand_end(&ours);
    world_end(&world, false);
    return 0;
}

/* ---------------------------------------------------------------- what is seen of it */

static double metric(const char *name)
{
    static char out[65536];
    char line[120];
    world_do(&world, out, sizeof out, "metrics", NULL);
    snprintf(line, sizeof line, "\n%s ", name);
    const char *at = strstr(out, line);
    if (at == NULL)
        world_fail(&world, "no %s in: %s", name, out);
    return at != NULL ? strtod(at + strlen(line), NULL) : 0;
}

#define UNREADABLE "trao_batches_odd_total{kind=\"unreadable\"}"
#define FORGED "trao_batches_odd_total{kind=\"forged\"}"
#define CONFLICTS "trao_batches_odd_total{kind=\"conflict\"}"
#define LINKS "trao_batches_odd_total{kind=\"broken_link\"}"
#define ASIDE "trao_record_set_aside"
#define DROPPED "trao_messages_dropped_total"
#define MESSAGES "trao_messages_total"

static long log_bytes(void)
{
    struct stat info;
    return stat(world.log, &info) == 0 ? (long)info.st_size : 0;
}

static long resident_kb(const struct proc *proc)
{
    char path[64], line[200];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)proc->pid);
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    while (fgets(line, sizeof line, from) != NULL)
        (void)sscanf(line, "VmRSS: %ld kB", &kb);
    fclose(from);
    return kb;
}

/* The honest one works on: its next item is in the record, once, and receipted. */
static void ours_goes_on(void)
{
    struct evidence evidence;
    assert_true(beeped < ITEMS);
    hand_beep(&ours, items[beeped]);
    hand_drain(&ours, DRAIN_S);
    evidence_read(&evidence, &world);
    for (size_t i = 0; i < evidence.n; i++)
        if (strcmp(evidence.row[i].device, OURS) != 0 && evidence.row[i].epoch != EPOCH)
            world_fail(&world, "a scan of %s", evidence.row[i].device);
    assert_int_equal(evidence_count(&evidence, items[beeped++], EVENT_PICKED_UP), 1);
    evidence_free(&evidence);
    world_do(&world, NULL, 0, "verify", NULL);
}

/* ---------------------------------------------------------------- sending */

static void come_in(struct stranger *stranger)
{
    stranger_begin(stranger, &world, &bad, BAD);
    assert_int_equal(stranger_connect(stranger), MOSQ_ERR_SUCCESS);
    stranger_wait(stranger, &stranger->connected, STRANGER_MS);
    assert_int_equal(stranger->connected, 0);
}

/* Until the broker has it; its word. */
static int say(struct stranger *stranger, const char *topic, const void *bytes, size_t n)
{
    stranger->acked = -1;
    (void)mosquitto_publish_v5(stranger->mosq, NULL, topic, (int)n, bytes, 1, false, NULL);
    stranger_wait(stranger, &stranger->acked, STRANGER_MS);
    return stranger->acked;
}

/* The server has taken in this many since `before`, or the test fails. */
static void taken(double before, double n)
{
    long until = proc_now_ms() + STRANGER_MS * 4;
    while (metric(MESSAGES) < before + n)
        if (proc_now_ms() > until)
            world_fail(&world, "%.0f messages of %.0f came", metric(MESSAGES) - before, n);
        else
            proc_sleep_ms(100);
}

struct message {
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
};

/* A batch of one scan of the first item, rightly sealed by the bad one. */
static void make_batch(const char *device, uint64_t first_seq, const struct link *before,
                       uint32_t event, struct message *ret_message, struct head *ret_head)
{
    static uint8_t sealed[BATCH_BYTES_MAX];
    uint8_t bytes[SCAN_BYTES_MAX];
    struct error err;
    struct scan scan = {.seq = first_seq,
                        .event = event,
                        .wall = {1795568400000},
                        .boot = 7,
                        .place = {.why_none = NO_PLACE_OFF},
                        .program = 100};
    struct head head = {.epoch = EPOCH, .first_seq = first_seq, .count = 1, .before = *before};
    size_t scan_n = 0, n = 0;
    assert_true(item_read(items[ITEMS - 1], &scan.item));
    if (!scan_encode(&scan, bytes, &scan_n, &err))
        world_fail(&world, "%s", err.text);
    memcpy(head.device, device, strlen(device) + 1);
    const struct slice slice = {bytes, scan_n};
    if (!batch_seal(&head, &slice, &self.seal_key, sealed, &n, &err))
        world_fail(&world, "%s", err.text);
    struct envelope envelope = {.batch = {sealed, n}, .sent_wall = {1795568400000}, .sent_boot = 7};
    if (!wire_envelope(&envelope, ret_message->bytes, &ret_message->n, &err))
        world_fail(&world, "%s", err.text);
    *ret_head = head;
}

static void make_hello(const char *device, uint64_t nonce, struct message *ret_message)
{
    struct hello hello = {.epochs = WIRE_EPOCHS_MAX, .nonce = nonce};
    struct error err;
    memcpy(hello.device, device, strlen(device) + 1);
    hello.certificate = (struct slice){self.certificate, self.certificate_n};
    for (size_t i = 0; i < WIRE_EPOCHS_MAX; i++)
        hello.epoch[i] = (struct epoch_state){.epoch = nonce * WIRE_EPOCHS_MAX + i + 1,
                                              .through = UINT64_MAX,
                                              .last_seq = UINT64_MAX};
    if (!wire_hello(&hello, ret_message->bytes, &ret_message->n, &err))
        world_fail(&world, "%s", err.text);
}

/* ---------------------------------------------------------------- topics */

static void no_filter_hears_another(void **state)
{
    static const char *const filters[] = {"#",
                                          "+/+/+/+",
                                          "trao/1/" OURS "/down",
                                          "trao/1/" OURS "/#",
                                          "trao/1/+/down",
                                          "$share/all/trao/1/+/up",
                                          "$share/all/trao/1/" OURS "/down",
                                          "$share/all/#",
                                          "$SYS/#",
                                          "$SYS/broker/clients/connected"};
    struct stranger stranger;
    (void)state;
    come_in(&stranger);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        stranger.granted = -1;
        mosquitto_subscribe_v5(stranger.mosq, NULL, filters[i], 1, 0, NULL);
        stranger_wait(&stranger, &stranger.granted, STRANGER_MS);
    }
    ours_goes_on(); /* a batch went up, a receipt down: a shared filter would have eaten half */
    stranger_wait(&stranger, NULL, NOTHING_MS * 3);
    assert_int_equal(stranger.heard, 0);
    stranger_end(&stranger);
}

static void no_topic_but_its_own_is_taken(void **state)
{
    static const char *const topics[] = {"trao/1/" OURS "/up",    "trao/1/" OURS "/down",
                                         "trao/1/" BAD "/down",   "trao/1/" BAD "/up/more",
                                         "trao/2/" BAD "/up",     "$SYS/broker/uptime",
                                         "trao/1/trao-server/up", "$share/all/" UP};
    double before = metric(MESSAGES);
    (void)state;
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++) {
        struct stranger stranger;
        come_in(&stranger);
        if (say(&stranger, topics[i], "x", 1) == 0)
            world_fail(&world, "%s was taken", topics[i]);
        stranger_end(&stranger);
    }
    ours_goes_on();
    assert_true(metric(MESSAGES) - before < 8); /* hello, report, batch of ours */
    assert_true(metric(UNREADABLE) == 0);
}

/* Its will speaks for another, and it dies without a goodbye. */
static void a_will_speaks_for_nobody_else(void **state)
{
    struct stranger stranger;
    (void)state;
    stranger_begin(&stranger, &world, &bad, BAD);
    assert_int_equal(
        mosquitto_will_set(stranger.mosq, "trao/1/" OURS "/up", 7, "offline", 1, false),
        MOSQ_ERR_SUCCESS);
    (void)stranger_connect(&stranger);
    stranger_wait(&stranger, &stranger.connected, STRANGER_MS);
    mosquitto_destroy(stranger.mosq); /* the socket closes without a word */
    proc_sleep_ms(NOTHING_MS);
    ours_goes_on();
    assert_true(metric(UNREADABLE) == 0);
}

/* ---------------------------------------------------------------- forged and replayed */

static void heads_that_lie(void **state)
{
    static struct message message;
    const struct link none = {{0}};
    struct stranger stranger;
    struct head head;
    double messages = metric(MESSAGES), scans = metric("trao_scans_stored_total");
    static const uint64_t ends[] = {INT64_MAX - 1, INT64_MAX, (uint64_t)INT64_MAX + 1,
                                    UINT64_MAX - 100, UINT64_MAX - 50};
    (void)state;
    come_in(&stranger);
    make_batch(OURS, 1, &none, EVENT_DELIVERED, &message,
               &head); /* another's name under our seal */
    assert_int_equal(say(&stranger, UP, message.bytes, message.n), 0);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        make_batch(BAD, ends[i], &none, EVENT_DELIVERED, &message, &head);
        assert_int_equal(say(&stranger, UP, message.bytes, message.n), 0);
    }
    make_hello(OURS, 1, &message);
    assert_int_equal(say(&stranger, UP, message.bytes, message.n), 0);
    taken(messages, 7);
    assert_true(metric(UNREADABLE) == 7);
    assert_true(metric("trao_scans_stored_total") == scans);
    stranger_end(&stranger);
    ours_goes_on();
}

/* Every byte of a good batch, each set to what counts as much as it can: counts, lengths, numbers.
 */
static void a_batch_bent_at_every_byte(void **state)
{
    static struct message message;
    const struct link none = {{0}};
    struct stranger stranger;
    struct head head;
    double messages = metric(MESSAGES), scans = metric("trao_scans_stored_total");
    (void)state;
    come_in(&stranger);
    make_batch(BAD, 1, &none, EVENT_DELIVERED, &message, &head);
    for (size_t i = 0; i < message.n; i++) {
        uint8_t was = message.bytes[i];
        message.bytes[i] = was == 0xFF ? 0x7F : 0xFF;
        assert_int_equal(say(&stranger, UP, message.bytes, message.n), 0);
        message.bytes[i] = was;
    }
    taken(messages, (double)message.n);
    assert_true(metric("trao_scans_stored_total") - scans <=
                1); /* the envelope's times bent only */
    stranger_end(&stranger);
    ours_goes_on();
}

/* Its own batch again and again, the same number with other bytes, one that follows nothing; and
 * what the server says, said back to it. */
static void replays_and_receipts(void **state)
{
    static struct message message, other, odd;
    const struct link none = {{0}}, some = {{7}};
    static uint8_t receipt[WIRE_BYTES_MAX];
    struct receipt forged = {.generation = 1,
                             .generation_serial = 1,
                             .epoch = EPOCH,
                             .through = 1000,
                             .server_wall = {1795568400000}};
    struct stranger stranger;
    struct error err;
    struct head head;
    size_t n = 0;
    double messages = metric(MESSAGES), unreadable = metric(UNREADABLE);
    (void)state;
    make_batch(BAD, 1, &none, EVENT_PICKED_UP, &message, &head);
    make_batch(BAD, 1, &none, EVENT_DELIVERED, &other, &head);
    make_batch(BAD, 2, &some, EVENT_DELIVERED, &odd, &head);
    if (!wire_receipt(OURS, &forged, &self.seal_key, receipt, &n, &err))
        world_fail(&world, "%s", err.text);
    come_in(&stranger);
    for (int i = 0; i < 300; i++)
        assert_int_equal(say(&stranger, UP, message.bytes, message.n), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(say(&stranger, UP, other.bytes, other.n), 0);
        assert_int_equal(say(&stranger, UP, odd.bytes, odd.n), 0);
        assert_int_equal(say(&stranger, UP, receipt, n), 0);
    }
    taken(messages, 309);
    assert_true(metric(CONFLICTS) == 1);
    assert_true(metric(LINKS) <= 1);
    stranger_end(&stranger);
    (void)unreadable;
    ours_goes_on();
}

/* ---------------------------------------------------------------- size and number */

static void what_is_too_large_is_thrown_out(void **state)
{
    static const size_t sizes[] = {32769, 36865, 1u << 20, 64u << 20}; /* the first: just dropped */
    double before = metric(MESSAGES);
    uint8_t *bytes = calloc(1, 64u << 20);
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct stranger stranger;
        stranger_begin(&stranger, &world, &bad, BAD);
        mosquitto_int_option(stranger.mosq, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
        assert_int_equal(stranger_connect(&stranger), MOSQ_ERR_SUCCESS);
        stranger_wait(&stranger, &stranger.connected, STRANGER_MS);
        int said = say(&stranger, UP, bytes, sizes[i]);
        if (i > 0)
            assert_int_not_equal(said, 0);
        stranger_end(&stranger);
    }
    free(bytes);
    ours_goes_on();
    assert_true(metric(MESSAGES) - before < 8);
    if (resident_kb(&world.broker) > 65536)
        world_fail(&world, "the broker holds %ld KB", resident_kb(&world.broker));
}

static void ours_in_a_flood(const char *what)
{
    long at = proc_now_ms();
    ours_goes_on();
    print_message("%s: ours receipted and looked up after %ld ms\n", what, proc_now_ms() - at);
}

static double cpu_s(const struct proc *proc)
{
    char path[64];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)proc->pid);
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    assert_int_equal(fscanf(from,
                            "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                            &user, &system),
                     2);
    fclose(from);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* As fast as the broker takes them; the honest one beeps in the middle. */
static double flood(const char *what, size_t n, const struct message *messages, size_t kinds)
{
    struct stranger stranger;
    long log = log_bytes(), begun = proc_now_ms();
    double before = metric(MESSAGES), aside = metric(ASIDE), dropped = metric(DROPPED);
    double cpu = cpu_s(&world.server), broker_cpu = cpu_s(&world.broker);
    come_in(&stranger);
    for (size_t sent = 0; sent < n; sent++) {
        const struct message *message = &messages[sent % kinds];
        (void)mosquitto_publish_v5(stranger.mosq, NULL, UP, (int)message->n, message->bytes, 1,
                                   false, NULL);
        while (stranger.acks + WINDOW < sent)
            if (mosquitto_loop(stranger.mosq, 1000, 1) != MOSQ_ERR_SUCCESS)
                world_fail(&world, "thrown out after %zu", stranger.acks);
        if (sent == n / 2)
            ours_in_a_flood(what);
    }
    while (stranger.acks < n && mosquitto_loop(stranger.mosq, 1000, 1) == MOSQ_ERR_SUCCESS)
        continue;
    stranger_end(&stranger);
    taken(before, (double)n - (metric(DROPPED) - dropped));
    double came = metric(MESSAGES) - before;
    print_message("%s: %.0f of %zu came in %ld ms, %.0f dropped, %ld B of log, %.0f aside; server "
                  "%.1f s, %ld KB; broker %.1f s, %ld KB\n",
                  what, came, n, proc_now_ms() - begun, metric(DROPPED) - dropped,
                  log_bytes() - log, metric(ASIDE) - aside, cpu_s(&world.server) - cpu,
                  resident_kb(&world.server), cpu_s(&world.broker) - broker_cpu,
                  resident_kb(&world.broker));
    assert_true(log_bytes() - log < 20000);
    assert_true(metric(ASIDE) <= 1010); /* a thousand a day and device */
    assert_true(resident_kb(&world.server) < 300000);
    assert_true(resident_kb(&world.broker) < 100000);
    return (cpu_s(&world.server) - cpu) / (double)n;
}

/* What looking at one seal costs here and now, s of the processor. */
static double seal_s(void)
{
    static const char bytes[200];
    struct seal_public public = chain_public_of(&self.seal_key);
    struct seal seal = chain_seal(&self.seal_key, "trao flood", bytes, sizeof bytes);
    clock_t begun = clock();
    for (int i = 0; i < 500; i++)
        assert_true(chain_seal_holds(&public, "trao flood", &seal, bytes, sizeof bytes));
    return (double)(clock() - begun) / CLOCKS_PER_SEC / 500;
}

static void a_flood_of_hellos(void **state)
{
    static struct message hello[16];
    (void)state;
    for (size_t i = 0; i < 16; i++)
        make_hello(BAD, i + 1, &hello[i]);
    double seal = seal_s(), cost = flood("hellos", FLOOD, hello, 16);
    print_message("a hello costs as much as %.1f seals looked at\n", cost / seal);
    assert_true(cost < 6 * seal); /* some 2; with a certificate read each time 11 */
}

static void a_flood_of_rubbish(void **state)
{
    static struct message rubbish[1500]; /* each another one: the same is kept once */
    (void)state;
    for (size_t i = 0; i < 1500; i++) {
        rubbish[i].n = 1000;
        snprintf((char *)rubbish[i].bytes, 1000, "rubbish %zu", i);
    }
    (void)flood("rubbish", FLOOD, rubbish, 1500);
}

int main(void)
{
    mosquitto_lib_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_filter_hears_another),
        cmocka_unit_test(no_topic_but_its_own_is_taken),
        cmocka_unit_test(a_will_speaks_for_nobody_else),
        cmocka_unit_test(heads_that_lie),
        cmocka_unit_test(a_batch_bent_at_every_byte),
        cmocka_unit_test(replays_and_receipts),
        cmocka_unit_test(what_is_too_large_is_thrown_out),
        cmocka_unit_test(a_flood_of_hellos),
        cmocka_unit_test(a_flood_of_rubbish),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
