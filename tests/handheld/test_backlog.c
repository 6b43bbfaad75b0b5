/* A long time without a network: 14 days of scans in the budget of settled point 7, sent within 15
 * minutes at 64 kbit/s, and a queue of any length sent without growing.
 *
 *   test_handheld_backlog [SCANS]    without: the 11,200 of 14 days */
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "protocol/batch.h"
#include "protocol/event.h"
#include "protocol/topic.h"
#include "protocol/wire.h"
#include "tests/handheld/rig.h"

#define FOURTEEN_DAYS 11200u              /* settled point 7 */
#define BUDGET_BYTES (UINT64_C(16) << 20) /* settled point 7 */
#define LINE_BITS_S 64000.0
#define DRAIN_SECONDS 900.0 /* [limits.md] */
#define GROWTH_MAX 65536    /* bytes: what a hundred thousand scans more may cost in memory */
/* Of one message besides its bytes: fixed header, packet id, QoS 1's answer, TLS record, TCP and IP
 * headers both ways. */
#define MESSAGE_OVERHEAD 200

static uint32_t scans = FOURTEEN_DAYS;
static struct rig rig;

/* As long as scans become: a place, money, a relation, a round. */
static void beep(uint32_t n)
{
    static const uint32_t events[] = {EVENT_PICKED_UP, EVENT_OUT_FOR_DELIVERY, EVENT_DELIVERED};
    struct error err = {ERROR_NONE, ""};
    rig.wall_ms += 108000; /* 800 a day */
    rig.mono_ms += 108000;
    struct scan scan = rig_scan(&rig, n / 3, events[n % 3]);
    scan.place = (struct place){.lat_e7 = 183428000 + (int32_t)(n % 9000),
                                .lon_e7 = 1059057000 + (int32_t)(n % 7000),
                                .accuracy_mm = 4500,
                                .mode = PLACE_MODE_3D,
                                .age_ms = 700,
                                .gps_time = {rig.wall_ms}};
    scan.round = 77;
    scan.stop = n / 3 + 1;
    if (scan.event == EVENT_DELIVERED) {
        scan.relation = RELATION_OWNER;
        scan.postage_vnd = 33000;
    }
    if (!outbox_add(rig.outbox, &scan, &err))
        fail_msg("%s", err.text);
}

static uint64_t bytes_of(const char *name)
{
    char path[96];
    struct stat info;
    rig_path(&rig, path, name);
    return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static size_t in_use(void)
{
    return mallinfo2().uordblks;
}

/* Sends all of it as the uplink does, batch for batch; returns the bytes on the line. */
static uint64_t drain(size_t *ret_growth)
{
    struct outbox_at at = {0};
    struct outbox_batch batch;
    struct error err = {ERROR_NONE, ""};
    uint64_t line = 0;
    size_t first = 0, most = 0;
    for (uint32_t n = 0; outbox_batch_after(rig.outbox, at, true, &batch, &err); n++) {
        uint8_t bytes[WIRE_BYTES_MAX];
        char topic[TOPIC_MAX];
        size_t size = 0;
        enum outbox_taken taken;
        struct envelope envelope = {.batch = {batch.bytes, batch.n},
                                    .sent_wall = {rig.wall_ms},
                                    .sent_mono = {rig.mono_ms},
                                    .sent_boot = rig.boot,
                                    .sent_time_source = TIME_SOURCE_SYSTEM};
        struct receipt receipt = rig_receipt(&rig, &batch);
        assert_true(wire_envelope(&envelope, bytes, &size, &err));
        line += size + strlen(topic_up(RIG_DEVICE, topic)) + MESSAGE_OVERHEAD;
        assert_true(wire_receipt(RIG_DEVICE, &receipt, &rig.key, bytes, &size, &err));
        line += size + MESSAGE_OVERHEAD;
        if (!outbox_receipt(rig.outbox, &receipt, &taken, &err))
            fail_msg("%s", err.text);
        assert_int_equal(taken, OUTBOX_TAKEN_MOVED);
        at = batch.last;
        if (n == 4)
            first = in_use(); /* statements and caches are there by now */
        most = in_use() > most ? in_use() : most;
    }
    assert_int_equal(err.code, ERROR_NOT_FOUND);
    *ret_growth = most > first ? most - first : 0;
    return line;
}

static void a_long_time_alone(void **state)
{
    (void)state;
    size_t growth = 0;
    rig_init(&rig);
    for (uint32_t n = 0; n < scans; n++)
        beep(n);
    assert_int_equal(rig_unsent(&rig), scans);
    uint64_t kept = bytes_of("outbox.db") + bytes_of("outbox.db-wal") + bytes_of("outbox.db-shm");
    if (kept == 0)
        fail_msg("the outbox has another name");
    static const struct link none;
    rig_stand(&rig, 7, 1, 0, &none);
    uint64_t line = drain(&growth);
    double seconds = (double)line * 8 / LINE_BITS_S;
    printf("%u scans: %.1f MB on disk, %.0f bytes each; %.1f MB on the line, %.0f s at 64 kbit/s; "
           "memory grew by %zu bytes\n",
           scans, (double)kept / 1048576, (double)kept / scans, (double)line / 1048576, seconds,
           growth);
    assert_int_equal(rig_unsent(&rig), 0);
    assert_true(growth <= GROWTH_MAX);
    assert_true((double)kept / scans <= (double)BUDGET_BYTES / FOURTEEN_DAYS);
    assert_true(seconds / scans <= DRAIN_SECONDS / FOURTEEN_DAYS);
    rig_done(&rig);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        scans = (uint32_t)strtoul(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_long_time_alone)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
