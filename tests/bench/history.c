#include "tests/bench/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/scan.h"
#include "server/record/devices.h"
#include "server/record/record.h"

#define BEGIN_MS INT64_C(1767225600000) /* 2026-01-01T07:00:00+07:00 */
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define WORK_MS (UINT64_C(10) * 60 * 60 * 1000)
#define DEVICES 64
#define GROUP_FACTS 4000
#define STEP 61803397

struct carrier {
    struct device device;
    struct record_epoch epoch;
    struct head head;
};

struct maker {
    struct record *record;
    struct seal_secret key;
    struct carrier carriers[DEVICES];
    int64_t now_ms;
    uint64_t items, in_group;
    struct history history;
};

static void must(bool good, const char *what, const struct error *err)
{
    if (good)
        return;
    fprintf(stderr, "bench: %s: %s\n", what, err->text);
    exit(1);
}

static struct instant clock_now(void *self)
{
    return (struct instant){((struct maker *)self)->now_ms};
}

static struct tick clock_tick(void *self)
{
    return (struct tick){((struct maker *)self)->now_ms - BEGIN_MS};
}

static uint64_t clock_boot(void *self)
{
    (void)self;
    return 1;
}

static enum time_source clock_source(void *self)
{
    (void)self;
    return TIME_SOURCE_NETWORK;
}

/* Groups as large as a busy writer's. */
static void group(struct maker *maker)
{
    struct error err;
    if (maker->in_group++ % GROUP_FACTS != 0)
        return;
    if (maker->in_group > 1)
        must(record_commit(maker->record, &err) && record_relieve(maker->record, &err), "commit",
             &err);
    must(record_begin(maker->record, &err), "begin", &err);
}

static struct item item_of(uint64_t n)
{
    struct item item;
    struct error err;
    /* An odd step that no five divides walks all serials once, in no order a table could gain from.
     */
    must(item_make("RA", (uint32_t)(n * STEP % ITEM_SERIALS), "VN", &item, &err), "number", &err);
    return item;
}

/* ------------------------------------------------------------------ the office */

static void office_fact(struct maker *maker, uint64_t n, uint32_t event)
{
    struct error err;
    struct office_fact fact = {.item = item_of(n), .event = event, .user = 1};
    if (event == EVENT_ISSUED) {
        snprintf(fact.dossier, sizeof fact.dossier, "H22.26-%010llu", (unsigned long long)n);
        fact.commune = 8974;
        fact.postal_code = 16100;
        fact.post_office = 161000;
        fact.postage_vnd = 26000;
    }
    group(maker);
    maker->now_ms += 1;
    must(record_office_add(maker->record, &fact, NULL, &err), "office fact", &err);
    maker->history.office_facts++;
}

/* ------------------------------------------------------------------ the field */

static const enum event events[HISTORY_SCANS] = {EVENT_PICKED_UP, EVENT_ARRIVED_DELIVERY_OFFICE,
                                                 EVENT_OUT_FOR_DELIVERY, EVENT_DELIVERED};

static struct scan scan_of(const struct maker *maker, const struct carrier *carrier, uint64_t n,
                           int step, uint64_t seq)
{
    int64_t at_ms = maker->now_ms - 1000;
    struct scan scan = {.seq = seq,
                        .item = item_of(n),
                        .event = events[step],
                        .wall = {at_ms},
                        .mono = {at_ms - BEGIN_MS},
                        .boot = 1,
                        .time_source = TIME_SOURCE_NETWORK,
                        .place = {.lat_e7 = 181839000 + (int32_t)(n % 99999),
                                  .lon_e7 = 1061037000 + (int32_t)(n % 88888),
                                  .accuracy_mm = 8000,
                                  .mode = PLACE_MODE_3D,
                                  .age_ms = 400,
                                  .gps_time = {at_ms}},
                        .badge = (uint32_t)carrier->device.id,
                        .post_office = 161000,
                        .program = scan_program_version(),
                        .entry = ENTRY_WEDGE};
    if (scan.event == EVENT_DELIVERED)
        scan.relation = RELATION_OWNER;
    return scan;
}

/* Items first..first+49, each at its `step`, in one sealed batch. */
static void carry(struct maker *maker, uint64_t first, int step)
{
    static uint8_t bytes[BATCH_SCANS_MAX][SCAN_BYTES_MAX];
    struct carrier *carrier =
        &maker->carriers[(first / BATCH_SCANS_MAX + (uint64_t)step * 17) % DEVICES];
    struct slice scans[BATCH_SCANS_MAX];
    uint8_t out[BATCH_BYTES_MAX];
    struct error err;
    size_t n;
    group(maker);
    maker->now_ms += 20;
    carrier->head.first_seq = carrier->epoch.through + 1;
    carrier->head.count = BATCH_SCANS_MAX;
    carrier->head.before = carrier->epoch.link;
    for (uint32_t i = 0; i < BATCH_SCANS_MAX; i++) {
        struct scan scan = scan_of(maker, carrier, first + i, step, carrier->head.first_seq + i);
        scans[i].bytes = bytes[i];
        must(scan_encode(&scan, bytes[i], &scans[i].n, &err), "scan", &err);
    }
    must(batch_seal(&carrier->head, scans, &maker->key, out, &n, &err), "seal", &err);
    struct record_batch row = {.epoch_id = carrier->epoch.id,
                               .first_seq = carrier->head.first_seq,
                               .count = BATCH_SCANS_MAX,
                               .arrival = {maker->now_ms},
                               .sent_wall = {maker->now_ms},
                               .sent_mono = {maker->now_ms - BEGIN_MS},
                               .sent_boot = 1,
                               .sent_time_source = TIME_SOURCE_NETWORK,
                               .floor = carrier->epoch.floor,
                               .bytes = {out, n}};
    carrier->epoch.through = carrier->epoch.highest = carrier->head.first_seq + row.count - 1;
    carrier->epoch.link = carrier->head.after;
    carrier->epoch.floor.ms = maker->now_ms - 1000;
    must(record_batch_add(maker->record, &row, &err) &&
             record_epoch_put(maker->record, &carrier->epoch, &err),
         "batch", &err);
    maker->history.scans += row.count;
    maker->history.sealed_bytes += n;
}

static void enrol(struct maker *maker)
{
    struct seal_public key;
    struct chance chance = chance_system();
    struct error err;
    chain_keys_new(&chance, &key, &maker->key);
    for (int i = 0; i < DEVICES; i++) {
        struct carrier *carrier = &maker->carriers[i];
        carrier->device = (struct device){.seal_key = key, .state = DEVICE_ACTIVE};
        snprintf(carrier->device.name, sizeof carrier->device.name, "HH-%03d", i + 1);
        group(maker);
        must(device_put(maker->record, &carrier->device, &err) &&
                 record_epoch_get(maker->record, carrier->device.id, 7, &carrier->epoch, &err),
             "device", &err);
        carrier->head.epoch = 7;
        memcpy(carrier->head.device, carrier->device.name, sizeof carrier->head.device);
    }
}

/* Of fifty items of the day: those of today leave the office, those of the days before move one
 * step. */
static void live_some(struct maker *maker, uint64_t day, uint64_t days, uint64_t a_day,
                      uint64_t from)
{
    for (uint64_t i = from; day < days && i < from + BATCH_SCANS_MAX; i++) {
        office_fact(maker, day * a_day + i, EVENT_ISSUED);
        office_fact(maker, day * a_day + i, EVENT_PRINTED);
        office_fact(maker, day * a_day + i, EVENT_HANDED_OVER);
    }
    for (int step = 0; step < HISTORY_SCANS && (uint64_t)step < day; step++)
        carry(maker, (day - 1 - (uint64_t)step) * a_day + from, step);
}

/* What happens in a day is spread over its hours; offices and postmen are at work together. */
static void live_a_day(struct maker *maker, uint64_t day, uint64_t days, uint64_t a_day)
{
    for (uint64_t from = 0; from < a_day; from += BATCH_SCANS_MAX) {
        maker->now_ms = BEGIN_MS + (int64_t)day * DAY_MS + (int64_t)(from * WORK_MS / a_day);
        live_some(maker, day, days, a_day, from);
    }
}

void history_make(const char *path, uint64_t items, uint64_t items_a_day,
                  struct history *ret_history)
{
    struct maker *maker = calloc(1, sizeof *maker);
    struct error err;
    if (maker == NULL)
        exit(1);
    maker->now_ms = BEGIN_MS;
    struct seal_public server_public;
    struct seal_secret server_key;
    struct chance chance = chance_system();
    chain_keys_new(&chance, &server_public, &server_key);
    maker->history.server_key = server_key;
    struct record_config config = {
        .path = path,
        .clock = {clock_now, clock_tick, clock_boot, clock_source, maker},
        .chance = chance,
        .seal_key = &server_key};
    must(record_open(&config, &maker->record, &err), path, &err);
    enrol(maker);
    uint64_t a_day = (items_a_day + BATCH_SCANS_MAX - 1) / BATCH_SCANS_MAX * BATCH_SCANS_MAX;
    uint64_t days = (items + a_day - 1) / a_day;
    for (uint64_t day = 0; day < days; day++)
        live_a_day(maker, day, days, a_day);
    must(record_commit(maker->record, &err) && record_relieve(maker->record, &err), "commit", &err);
    record_close(maker->record);
    maker->history.items = days * a_day;
    maker->history.now_ms = maker->now_ms;
    *ret_history = maker->history;
    free(maker);
}
