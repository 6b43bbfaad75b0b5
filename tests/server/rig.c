#include "tests/server/rig.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/topic.h"

/* ------------------------------------------------------------------ time and chance */

static struct instant clock_now(void *self)
{
    return ((struct rig *)self)->now;
}

static struct tick clock_tick(void *self)
{
    return (struct tick){((struct rig *)self)->now.ms - RIG_NOW_MS + 1000000};
}

static uint64_t clock_boot(void *self)
{
    (void)self;
    return RIG_BOOT;
}

static enum time_source clock_source(void *self)
{
    (void)self;
    return TIME_SOURCE_NETWORK;
}

struct clock rig_clock(struct rig *rig)
{
    return (struct clock){clock_now, clock_tick, clock_boot, clock_source, rig};
}

static void fill(void *self, void *bytes, size_t n)
{
    struct rig *rig = self;
    for (size_t i = 0; i < n; i++) {
        rig->random = rig->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((uint8_t *)bytes)[i] = (uint8_t)(rig->random >> 33);
    }
}

struct chance rig_chance(struct rig *rig)
{
    return (struct chance){fill, rig};
}

/* ------------------------------------------------------------------ open, close */

static bool publish(void *self, const char *topic, const void *bytes, size_t n, struct error *why)
{
    struct rig *rig = self;
    if (rig->link_down)
        return error_set(why, ERROR_LATER, "link down");
    pthread_mutex_lock(&rig->lock);
    if (rig->sent_n == RIG_SENT_MAX) /* the newest are kept */
        memmove(rig->sent, rig->sent + 1, --rig->sent_n * sizeof *rig->sent);
    struct rig_sent *sent = &rig->sent[rig->sent_n++];
    assert_int_equal(sscanf(topic, "trao/1/%32[^/]/down", sent->device), 1);
    assert_good(wire_read_down(bytes, n, sent->device, &rig->seal_public, &sent->down, &err));
    pthread_mutex_unlock(&rig->lock);
    return true;
}

static void alarmed(void *ctx, const char *device, uint64_t epoch, uint64_t seq, const char *what)
{
    struct rig *rig = ctx;
    (void)epoch;
    (void)seq;
    if (rig->alarms_n < 16)
        (void)snprintf(rig->alarms[rig->alarms_n++], sizeof rig->alarms[0], "%s: %s", device, what);
}

void rig_start(struct rig *rig)
{
    struct record_config record = {.path = rig->record_path,
                                   .clock = rig_clock(rig),
                                   .chance = rig_chance(rig),
                                   .seal_key = &rig->seal_key};
    assert_good(record_open(&record, &rig->record, &err));
    struct intake_config intake = {.record = rig->record,
                                   .seal_key = &rig->seal_key,
                                   .authority_der = rig->authority,
                                   .authority_n = rig->authority_n,
                                   .out = {publish, rig},
                                   .clock = rig_clock(rig),
                                   .alarm = alarmed,
                                   .ctx = rig};
    assert_good(intake_open(&intake, &rig->intake, &err));
    assert_good(views_open(rig->views_path, rig->record_path, &rig->views, &err));
}

void rig_stop(struct rig *rig)
{
    views_close(rig->views);
    intake_close(rig->intake);
    record_close(rig->record);
    rig->views = NULL;
    rig->intake = NULL;
    rig->record = NULL;
}

void rig_open(struct rig *rig)
{
    const char *tmp = getenv("TMPDIR");
    memset(rig, 0, sizeof *rig);
    chain_init();
    pthread_mutex_init(&rig->lock, NULL);
    rig->now.ms = RIG_NOW_MS;
    (void)snprintf(rig->dir, sizeof rig->dir, "%s/trao-server-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    assert_non_null(mkdtemp(rig->dir));
    (void)snprintf(rig->record_path, sizeof rig->record_path, "%s/record.db", rig->dir);
    (void)snprintf(rig->views_path, sizeof rig->views_path, "%s/views.db", rig->dir);
    struct chance chance = rig_chance(rig);
    chain_keys_new(&chance, &rig->seal_public, &rig->seal_key);
    rig_start(rig);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

void rig_close(struct rig *rig)
{
    rig_stop(rig);
    nftw(rig->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* ------------------------------------------------------------------ handhelds */

struct item rig_item(uint32_t n)
{
    struct item item;
    assert_good(item_make("RA", n, "VN", &item, &err));
    return item;
}

void rig_device(struct rig_device *device, struct rig *rig, const char *name)
{
    struct rig alone = {.random = (uint64_t)name[strlen(name) - 1] * 7919};
    struct chance chance = rig_chance(rig == NULL ? &alone : rig);
    memset(device, 0, sizeof *device);
    memcpy(device->name, name, strlen(name) + 1);
    device->epoch = RIG_EPOCH;
    chain_keys_new(&chance, &device->public_key, &device->secret_key);
    if (rig == NULL)
        return;
    struct device row = {.seal_key = device->public_key, .state = DEVICE_ACTIVE};
    memcpy(row.name, name, strlen(name) + 1);
    row.enrolled = rig->now;
    rig_in_group(rig->record, device_put(rig->record, &row, &err));
    device->id = row.id;
}

void rig_revoke(struct rig *rig, const struct rig_device *device)
{
    struct device row;
    assert_good(device_find(rig->record, device->name, &row, &err));
    row.state = DEVICE_REVOKED;
    rig_in_group(rig->record, device_put(rig->record, &row, &err));
}

struct scan *rig_beep(struct rig *rig, struct rig_device *device, uint32_t item, uint32_t event,
                      int64_t ago_ms)
{
    invariant(device->scans_n < BATCH_SCANS_MAX);
    struct scan *scan = &device->scans[device->scans_n++];
    *scan = (struct scan){.seq = ++device->seq,
                          .item = rig_item(item),
                          .event = event,
                          .wall = {rig->now.ms - ago_ms},
                          .mono = {clock_tick(rig).ms - ago_ms},
                          .boot = RIG_BOOT,
                          .time_source = TIME_SOURCE_NETWORK,
                          .place = {.why_none = NO_PLACE_OFF},
                          .post_office = 480000,
                          .program = scan_program_version(),
                          .entry = ENTRY_WEDGE};
    return scan;
}

void rig_cut(struct rig_device *device, struct rig_batch *ret_batch)
{
    static uint8_t bytes[BATCH_SCANS_MAX][SCAN_BYTES_MAX];
    struct slice slices[BATCH_SCANS_MAX];
    struct head head = {.epoch = device->epoch,
                        .first_seq = device->seq - device->scans_n + 1,
                        .count = device->scans_n,
                        .before = device->link};
    memcpy(head.device, device->name, sizeof head.device);
    for (uint32_t i = 0; i < device->scans_n; i++) {
        slices[i].bytes = bytes[i];
        assert_good(scan_encode(&device->scans[i], bytes[i], &slices[i].n, &err));
    }
    if (device->raw_n > 0)
        slices[device->scans_n - 1] = (struct slice){device->raw, device->raw_n};
    assert_good(
        batch_seal(&head, slices, &device->secret_key, ret_batch->bytes, &ret_batch->n, &err));
    ret_batch->head = head;
    device->link = head.after;
    device->scans_n = 0;
    device->raw_n = 0;
}

/* ------------------------------------------------------------------ sending */

void rig_send_raw(struct rig *rig, const char *device, const void *bytes, size_t n)
{
    char topic[TOPIC_MAX];
    struct intake_message *message = NULL;
    if (!intake_read(rig->intake, topic_up(device, topic), bytes, n, rig->now, &message, NULL))
        print_message("unreadable, as some tests want\n");
    assert_non_null(message);
    rig_in_group(rig->record, intake_take(rig->intake, message, &err));
    intake_answer(rig->intake);
    intake_message_free(message);
}

void rig_send(struct rig *rig, struct rig_device *device, const struct rig_batch *batch)
{
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct envelope envelope = {.batch = {batch->bytes, batch->n},
                                .sent_wall = rig->now,
                                .sent_mono = clock_tick(rig),
                                .sent_boot = RIG_BOOT,
                                .sent_time_source = TIME_SOURCE_NETWORK};
    assert_good(wire_envelope(&envelope, bytes, &n, &err));
    rig_send_raw(rig, device->name, bytes, n);
}

void rig_hello(struct rig *rig, struct rig_device *device, const void *certificate, size_t n)
{
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t bytes_n;
    struct hello hello = {.certificate = {certificate, n},
                          .epoch = {{.epoch = device->epoch, .last_seq = device->seq}},
                          .epochs = 1,
                          .program = scan_program_version(),
                          .nonce = 77};
    memcpy(hello.device, device->name, sizeof hello.device);
    assert_good(wire_hello(&hello, bytes, &bytes_n, &err));
    rig_send_raw(rig, device->name, bytes, bytes_n);
}

void rig_scan(struct rig *rig, struct rig_device *device, uint32_t item, uint32_t event,
              int64_t ago_ms)
{
    static struct rig_batch batch;
    rig_beep(rig, device, item, event, ago_ms);
    rig_cut(device, &batch);
    rig_send(rig, device, &batch);
}

/* ------------------------------------------------------------------ the office */

static bool run(void *self, act what, void *arg, struct error *err)
{
    struct record *record = ((struct rig *)self)->record;
    if (!record_begin(record, err))
        return false;
    if (what(record, arg, err))
        return record_commit(record, err);
    record_rollback(record);
    return false;
}

struct acts rig_acts(struct rig *rig)
{
    return (struct acts){run, rig};
}

uint64_t rig_fact(struct rig *rig, struct office_fact *fact)
{
    uint64_t seq = 0;
    rig_in_group(rig->record, record_office_add(rig->record, fact, &seq, &err));
    return seq;
}

uint64_t rig_office(struct rig *rig, uint32_t item, uint32_t event)
{
    struct office_fact fact = {.item = rig_item(item), .event = event};
    return rig_fact(rig, &fact);
}

void rig_issue(struct rig *rig, uint32_t item, const char *dossier)
{
    struct office_fact fact = {.item = rig_item(item), .event = EVENT_ISSUED};
    (void)snprintf(fact.dossier, sizeof fact.dossier, "%s", dossier);
    rig_fact(rig, &fact);
}

/* ------------------------------------------------------------------ looking */

const struct receipt *rig_receipt(const struct rig *rig, const struct rig_device *device)
{
    for (size_t i = rig->sent_n; i-- > 0;)
        if (rig->sent[i].down.kind == WIRE_DOWN_RECEIPT &&
            strcmp(rig->sent[i].device, device->name) == 0)
            return &rig->sent[i].down.receipt;
    fail_msg("no receipt for %s", device->name);
    return NULL;
}

uint64_t rig_through(struct rig *rig, const struct rig_device *device)
{
    uint64_t through = 0;
    pthread_mutex_lock(&rig->lock);
    for (size_t i = 0; i < rig->sent_n; i++)
        if (rig->sent[i].down.kind == WIRE_DOWN_RECEIPT &&
            strcmp(rig->sent[i].device, device->name) == 0)
            through = rig->sent[i].down.receipt.through;
    pthread_mutex_unlock(&rig->lock);
    return through;
}

struct view rig_view(struct rig *rig, uint32_t item)
{
    struct view view;
    struct item number = rig_item(item);
    assert_good(views_follow(rig->views, &err));
    assert_true(views_item(rig->views, &number, &view));
    return view;
}

bool rig_alarmed(const struct rig *rig, const char *begin)
{
    for (size_t i = 0; i < rig->alarms_n; i++)
        if (strstr(rig->alarms[i], begin) != NULL)
            return true;
    return false;
}
