#include "server/metrics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "server/delivery/rules.h"
#include "server/field/ca.h"
#include "server/field/dispatch.h"
#include "server/field/intake.h"
#include "server/files.h"
#include "server/keeping/copies.h"
#include "server/notify/notify.h"
#include "server/views/views.h"
#include "server/writer.h"

#define SILENT_MS (INT64_C(1000) * 24 * 3600)

enum metric {
#define METRIC(id, name, labels, type, help) METRIC_##id,
#include "server/metrics.def"
#undef METRIC
    METRICS
};

static const struct metric_row rows[METRICS] = {
#define COUNTER "counter"
#define GAUGE "gauge"
#define METRIC(id, name, labels, type, help) [METRIC_##id] = {name, labels, type, help},
#include "server/metrics.def"
#undef METRIC
};

const struct metric_row *metric_row(size_t i)
{
    return i < METRICS ? &rows[i] : NULL;
}

struct gathered {
    double value[METRICS]; /* NAN: not known */
    uint64_t items[VIEW_STATUSES];
};

/* ------------------------------------------------------------------ gathering */

static double seconds(int64_t ms)
{
    return (double)ms / 1e3;
}

/* The second number of /proc/self/statm: pages in memory. */
static bool read_resident(unsigned long *ret_pages)
{
    char line[128] = "", *end;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file == NULL)
        return false;
    bool read = fgets(line, sizeof line, file) != NULL;
    (void)fclose(file);
    (void)strtoul(line, &end, 10);
    *ret_pages = strtoul(end, NULL, 10);
    return read && *ret_pages > 0;
}

static void ask_process(const struct metrics *metrics, double *value)
{
    unsigned long pages;
    value[METRIC_STARTED] = seconds(metrics->started.ms);
    if (read_resident(&pages))
        value[METRIC_MEMORY] = (double)pages * (double)sysconf(_SC_PAGESIZE);
}

static void ask_intake(const struct metrics *metrics, double *value)
{
    struct intake_counts counts;
    intake_counts(metrics->intake, &counts);
    value[METRIC_BROKER] = session_is_up(metrics->session);
    value[METRIC_MESSAGES] = (double)counts.messages;
    value[METRIC_SCANS] = (double)counts.scans_stored;
    value[METRIC_REPEATED] = (double)counts.scans_repeated;
    value[METRIC_GAPS] = (double)counts.gaps;
    value[METRIC_BROKEN_LINKS] = (double)counts.broken_links;
    value[METRIC_CONFLICTS] = (double)counts.conflicts;
    value[METRIC_FORGED] = (double)counts.forged;
    value[METRIC_UNREADABLE] = (double)counts.unreadable;
    value[METRIC_REVOKED] = (double)counts.revoked;
}

static void ask_writer(const struct metrics *metrics, double *value)
{
    struct writer_counts counts;
    writer_counts(metrics->writer, &counts);
    value[METRIC_DROPPED] = (double)counts.dropped;
    value[METRIC_ACTS] = (double)counts.acts;
    value[METRIC_COMMITS] = (double)counts.groups;
    value[METRIC_COMMIT_TIME] = (double)counts.commit_us / 1e6;
    value[METRIC_COMMIT_FAILED] = (double)counts.failed_groups;
    value[METRIC_VIEWS_BEHIND] = seconds(counts.views_behind_ms);
}

static void ask_record(struct record *record, double *value)
{
    int64_t batch;
    uint64_t office, aside;
    struct error none;
    if (record_end(record, &batch, &office, &none)) {
        value[METRIC_BATCHES] = (double)batch;
        value[METRIC_OFFICE_FACTS] = (double)office;
    }
    if (record_set_aside_count(record, &aside, &none))
        value[METRIC_SET_ASIDE] = (double)aside;
}

static void ask_file(const char *folder, const char *name, double *value)
{
    char path[CONFIG_PATH_MAX];
    struct stat info;
    struct error none;
    if (files_join(folder, name, path, sizeof path, &none) && stat(path, &info) == 0)
        *value = (double)info.st_size;
}

static void ask_disk(const struct metrics *metrics, double *value)
{
    struct statvfs disk;
    ask_file(metrics->folder, "record.db", &value[METRIC_RECORD_BYTES]);
    ask_file(metrics->folder, "record.db-wal", &value[METRIC_LOG_BYTES]);
    ask_file(metrics->folder, "views.db", &value[METRIC_VIEWS_BYTES]);
    if (statvfs(metrics->folder, &disk) == 0)
        value[METRIC_DISK_FREE] = (double)disk.f_bavail * (double)disk.f_frsize;
}

static void ask_certificates(const struct metrics *metrics, double *value)
{
    static const struct {
        const char *file;
        enum metric metric;
    } files[] = {{"keys/ca.crt", METRIC_UNTIL_CA},
                 {"keys/broker.crt", METRIC_UNTIL_BROKER},
                 {"keys/server.crt", METRIC_UNTIL_SERVER},
                 {"keys/web.crt", METRIC_UNTIL_WEB}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char path[CONFIG_PATH_MAX];
        struct instant until;
        struct error none;
        if (files_join(metrics->folder, files[i].file, path, sizeof path, &none) &&
            ca_certificate_until(path, &until, &none))
            value[files[i].metric] = seconds(until.ms);
    }
}

static void ask_views(const struct metrics *metrics, struct instant now, struct gathered *gathered)
{
    int64_t today = day_of(now);
    double *value = gathered->value;
    views_counts(metrics->views, gathered->items);
    struct board office = views_board(metrics->views, VIEW_CLOCK_OFFICE, today - 29, today, now);
    struct board post = views_board(metrics->views, VIEW_CLOCK_POST, today - 29, today, now);
    value[METRIC_DUE_OFFICE] = (double)office.due;
    value[METRIC_KEPT_OFFICE] = (double)office.kept;
    value[METRIC_DUE_POST] = (double)post.due;
    value[METRIC_KEPT_POST] = (double)post.kept;
}

struct asking {
    const struct metrics *metrics;
    struct instant now;
    double *value;
};

static bool ask_device(void *ctx, const struct device *device)
{
    const struct asking *asking = ctx;
    struct machine_word word;
    struct error none;
    bool active = device->state == DEVICE_ACTIVE;
    asking->value[active ? METRIC_DEVICES_ACTIVE : METRIC_DEVICES_REVOKED]++;
    if (!dispatch_machine(asking->metrics->dispatch, device->name, &word, &none))
        return true;
    asking->value[METRIC_DEVICES_SILENT] += active && asking->now.ms - word.heard.ms > SILENT_MS;
    asking->value[METRIC_DEVICES_UNSENT] += word.reported ? word.report.unsent : 0;
    return true;
}

static void ask_devices(const struct metrics *metrics, struct record *record, struct instant now,
                        double *value)
{
    static const enum metric all[] = {METRIC_DEVICES_ACTIVE, METRIC_DEVICES_REVOKED,
                                      METRIC_DEVICES_SILENT, METRIC_DEVICES_UNSENT};
    struct asking asking = {metrics, now, value};
    struct error none;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        value[all[i]] = 0;
    if (!devices_each(record, ask_device, &asking, &none))
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            value[all[i]] = NAN;
}

static void ask_messages(const struct metrics *metrics, struct instant now, double *value)
{
    struct notify_state state = notify_state(metrics->notify);
    value[METRIC_MESSAGES_WAITING] = (double)state.waiting;
    value[METRIC_GATEWAY_DOWN] = state.since.ms == 0 ? 0 : seconds(now.ms - state.since.ms);
    uint64_t kept = 0, refused = 0;
    metrics->gateway_calls(metrics->ctx, &kept, &refused);
    value[METRIC_CALLS_KEPT] = (double)kept;
    value[METRIC_CALLS_REFUSED] = (double)refused;
    value[METRIC_COPY_BEHIND] =
        metrics->copies == NULL ? 0 : (double)copies_behind(metrics->copies);
    value[METRIC_STREAMS] = (double)metrics->streams(metrics->ctx);
    uint64_t slow = 0, unread = 0;
    metrics->cut(metrics->ctx, &slow, &unread);
    value[METRIC_CUT_SLOW] = (double)slow;
    value[METRIC_CUT_UNREAD] = (double)unread;
}

static void gather(const struct metrics *metrics, struct record *record, struct instant now,
                   struct gathered *ret_gathered)
{
    double *value = ret_gathered->value;
    for (size_t i = 0; i < METRICS; i++)
        value[i] = NAN;
    ask_process(metrics, value);
    ask_intake(metrics, value);
    ask_writer(metrics, value);
    ask_record(record, value);
    ask_disk(metrics, value);
    ask_certificates(metrics, value);
    ask_views(metrics, now, ret_gathered);
    ask_devices(metrics, record, now, value);
    ask_messages(metrics, now, value);
}

/* ------------------------------------------------------------------ writing */

static void write_head(FILE *out, const char *name, const char *type, const char *help)
{
    fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_rows(FILE *out, const struct gathered *gathered)
{
    for (size_t i = 0; i < METRICS; i++) {
        const struct metric_row *row = &rows[i];
        bool labelled = row->labels[0] != '\0';
        if (*row->help != '\0')
            write_head(out, row->name, row->type, row->help);
        if (!isnan(gathered->value[i]))
            fprintf(out, "%s%s%s%s %.16g\n", row->name, labelled ? "{" : "", row->labels,
                    labelled ? "}" : "", gathered->value[i]);
    }
}

static void write_items(FILE *out, const struct gathered *gathered)
{
    const struct status_info *row;
    write_head(out, "trao_items", "gauge", "Items by where they stand.");
    for (size_t i = 0; (row = status_row(i)) != NULL; i++)
        fprintf(out, "trao_items{status=\"%s\"} %llu\n", row->key,
                (unsigned long long)gathered->items[row->status]);
}

bool metrics_text(const struct metrics *metrics, struct record *record, struct instant now,
                  char **new_text, size_t *ret_n, struct error *err)
{
    struct gathered gathered;
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL)
        return error_set(err, ERROR_LATER, "metrics: out of memory");
    gather(metrics, record, now, &gathered);
    write_rows(out, &gathered);
    write_items(out, &gathered);
    if (fclose(out) != 0) {
        free(text);
        return error_set(err, ERROR_LATER, "metrics: out of memory");
    }
    *new_text = text;
    *ret_n = n;
    return true;
}

/* ------------------------------------------------------------------ who may read them */

void metrics_token(const uint8_t secret[METRICS_KEY_BYTES], char ret_token[METRICS_TOKEN_CHARS + 1])
{
    uint8_t mac[METRICS_TOKEN_CHARS / 2];
    chain_keyed_hash(secret, METRICS_KEY_BYTES, "trao metric1", "", 0, mac, sizeof mac);
    chain_hex(mac, sizeof mac, ret_token);
    chain_wipe(mac, sizeof mac);
}

bool metrics_token_holds(const uint8_t secret[METRICS_KEY_BYTES], const char *header)
{
    static const char scheme[] = "Bearer ";
    char right[METRICS_TOKEN_CHARS + 1];
    if (header == NULL || strncasecmp(header, scheme, sizeof scheme - 1) != 0 ||
        strlen(header) != sizeof scheme - 1 + METRICS_TOKEN_CHARS)
        return false;
    metrics_token(secret, right);
    bool holds = chain_equal(right, header + sizeof scheme - 1, METRICS_TOKEN_CHARS);
    chain_wipe(right, sizeof right);
    return holds;
}
