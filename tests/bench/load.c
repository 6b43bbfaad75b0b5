#include "tests/bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "handheld/config.h"
#include "protocol/scan.h"
#include "protocol/topic.h"
#include "tests/bench/disk.h"

#define SCANS_AN_ITEM 4
#define STEP 61803397 /* no five divides it: all serials once, in no order */
#define UP_MS 10000

static void must(bool ok, const struct load *load, const char *what, const struct error *err)
{
    if (!ok)
        world_fail(load->hand.world, "%s: %s: %s", load->hand.name, what, err->text);
}

/* ---------------------------------------------------------------- the session's thread */

static void up(void *ctx, bool session_present)
{
    (void)session_present;
    struct load *load = ctx;
    pthread_mutex_lock(&load->lock);
    load->up = true;
    pthread_mutex_unlock(&load->lock);
}

static void down(void *ctx, const char *why)
{
    (void)ctx;
    (void)why;
}

static void acknowledged(void *ctx, int code)
{
    (void)ctx;
    (void)code;
}

static void message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    (void)topic;
    struct load *load = ctx;
    struct wire_down what;
    double at_ms = now_ms();
    if (!wire_read_down(bytes, n, load->hand.name, &load->server, &what, NULL) ||
        what.kind != WIRE_DOWN_RECEIPT)
        return;
    pthread_mutex_lock(&load->lock);
    for (; what.receipt.epoch == load->epoch && load->receipted < load->batches &&
           load->batch[load->receipted].last_seq <= what.receipt.through;
         load->receipted++)
        load->batch[load->receipted].receipt_ms = at_ms;
    pthread_mutex_unlock(&load->lock);
    sem_post(load->news);
}

/* ---------------------------------------------------------------- batches */

static struct scan scan_of(const struct load *load, uint64_t seq)
{
    static const enum event events[SCANS_AN_ITEM] = {EVENT_PICKED_UP, EVENT_ARRIVED_DELIVERY_OFFICE,
                                                     EVENT_OUT_FOR_DELIVERY, EVENT_DELIVERED};
    struct clock clock = clock_system();
    struct scan scan = {.seq = seq,
                        .event = events[(seq - 1) % SCANS_AN_ITEM],
                        .wall = clock.now(clock.self),
                        .mono = clock.tick(clock.self),
                        .boot = clock.boot(clock.self),
                        .time_source = TIME_SOURCE_NETWORK,
                        .place = {.lat_e7 = 181839000,
                                  .lon_e7 = 1061037000,
                                  .accuracy_mm = 8000,
                                  .mode = PLACE_MODE_3D,
                                  .age_ms = 400,
                                  .gps_time = clock.now(clock.self)},
                        .badge = 4172,
                        .post_office = 461310,
                        .program = scan_program_version(),
                        .entry = ENTRY_WEDGE};
    struct error err;
    uint64_t nth = (seq - 1) / SCANS_AN_ITEM;
    /* A prefix for each few devices, beside the office's RA: twenty-five million of one would meet.
     */
    const char prefix[] = {'R', (char)('B' + atoi(load->hand.name + 3) % 25), '\0'};
    uint64_t serial = (load->epoch % ITEM_SERIALS + nth * STEP) % ITEM_SERIALS;
    if (nth < load->issued_n)
        scan.item = load->issued[nth];
    else
        must(item_make(prefix, (uint32_t)serial, "VN", &scan.item, &err), load, "item", &err);
    if (scan.event == EVENT_DELIVERED)
        scan.relation = RELATION_OWNER;
    return scan;
}

static void make_batch(struct load *load, struct load_batch *batch, uint64_t first, uint32_t per,
                       struct link *head_link)
{
    static uint8_t bytes[BATCH_SCANS_MAX][SCAN_BYTES_MAX];
    struct slice scans[BATCH_SCANS_MAX];
    uint8_t out[BATCH_BYTES_MAX];
    struct error err;
    for (uint32_t at = 0; at < per; at++) {
        struct scan scan = scan_of(load, first + at);
        scans[at].bytes = bytes[at];
        must(scan_encode(&scan, bytes[at], &scans[at].n, &err), load, "scan", &err);
    }
    struct head head = {
        .epoch = load->epoch, .first_seq = first, .count = per, .before = *head_link};
    snprintf(head.device, sizeof head.device, "%s", load->hand.name);
    must(batch_seal(&head, scans, &load->key, out, &batch->n, &err), load, "seal", &err);
    *head_link = head.after;
    batch->last_seq = first + per - 1;
    batch->sent_ms = batch->receipt_ms = 0;
    batch->bytes = malloc(batch->n);
    memcpy(batch->bytes, out, batch->n);
}

static void forget_batches(struct load *load)
{
    for (size_t at = 0; at < load->batches; at++)
        free(load->batch[at].bytes);
    free(load->batch);
    load->batch = NULL;
    load->batches = load->next = load->receipted = 0;
}

void load_make(struct load *load, size_t batches, uint32_t per)
{
    struct chance chance = chance_system();
    struct link head_link = {0};
    pthread_mutex_lock(&load->lock);
    forget_batches(load);
    load->epoch = chance_u64(&chance) | 1;
    load->batch = calloc(batches, sizeof *load->batch);
    for (size_t at = 0; at < batches; at++)
        make_batch(load, &load->batch[at], at * per + 1, per, &head_link);
    load->batches = batches;
    pthread_mutex_unlock(&load->lock);
}

/* ---------------------------------------------------------------- sending */

size_t load_receipted(struct load *load)
{
    pthread_mutex_lock(&load->lock);
    size_t n = load->receipted;
    pthread_mutex_unlock(&load->lock);
    return n;
}

bool load_send(struct load *load, size_t window)
{
    uint8_t out[WIRE_BYTES_MAX];
    char topic[TOPIC_MAX];
    size_t n;
    struct error err;
    if (load->next == load->batches || load->next - load_receipted(load) >= window)
        return false;
    struct load_batch *batch = &load->batch[load->next];
    struct clock clock = clock_system();
    struct envelope envelope = {.batch = {batch->bytes, batch->n},
                                .sent_wall = clock.now(clock.self),
                                .sent_mono = clock.tick(clock.self),
                                .sent_boot = clock.boot(clock.self),
                                .sent_time_source = TIME_SOURCE_NETWORK};
    must(wire_envelope(&envelope, out, &n, &err), load, "envelope", &err);
    struct link_out to = session_out(load->session);
    batch->sent_ms = now_ms();
    if (!to.publish(to.self, topic_up(load->hand.name, topic), out, n, &err))
        return false;
    load->next++;
    return true;
}

size_t load_times(const struct load *load, double *out)
{
    size_t n = 0;
    for (size_t at = 0; at < load->batches; at++)
        if (load->batch[at].receipt_ms > 0)
            out[n++] = load->batch[at].receipt_ms - load->batch[at].sent_ms;
    return n;
}

double cpu_us(const struct proc *proc)
{
    char path[64], line[1024] = "";
    unsigned long user = 0, kernel = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)proc->pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    if (fgets(line, sizeof line, file) != NULL && strrchr(line, ')') != NULL)
        (void)sscanf(strrchr(line, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                     &user, &kernel);
    fclose(file);
    return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK) * 1e6;
}

/* ---------------------------------------------------------------- opening and closing */

static bool is_up(struct load *load)
{
    pthread_mutex_lock(&load->lock);
    bool is = load->up;
    pthread_mutex_unlock(&load->lock);
    return is;
}

void load_open(struct load *load, struct world *world, const char *name, sem_t *news)
{
    struct config config;
    struct error err;
    *load = (struct load){.news = news, .lock = PTHREAD_MUTEX_INITIALIZER};
    hand_enrol(&load->hand, world, name);
    must(config_load(load->hand.dir, &config, &err), load, "identity", &err);
    load->key = config.seal_key;
    load->server = config.server_seal_key;
    char down_topic[TOPIC_MAX];
    struct session_config session = {.host = config.broker_host,
                                     .port = config.broker_port,
                                     .subscribe = topic_down(name, down_topic),
                                     .ca_file = config.ca_file,
                                     .cert_file = config.cert_file,
                                     .key_file = config.key_file,
                                     .keepalive_s = 30,
                                     .inflight_max = 20,
                                     .session_expiry_s = 3600};
    struct session_events events = {up, down, message, acknowledged, load};
    must(session_open(&session, &events, &load->session, &err), load, "session", &err);
    config_done(&config);
    for (double until = now_ms() + UP_MS; !is_up(load); proc_sleep_ms(10))
        if (now_ms() > until)
            world_fail(world, "%s cannot reach the broker", name);
}

void load_close(struct load *load)
{
    session_close(load->session);
    forget_batches(load);
    chain_wipe(&load->key, sizeof load->key);
}
