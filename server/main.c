/* trao-server: takes in what handhelds send and what the office does, keeps it, works views out of
 * it and shows them. This file opens the parts in order, runs, and closes them in reverse. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "protocol/log.h"
#include "protocol/topic.h"
#include "server/alarms.h"
#include "server/control.h"
#include "server/daily.h"
#include "server/files.h"
#include "server/gateways.h"
#include "server/keeping/backup_key.h"
#include "server/keeping/copies.h"
#include "server/field/attachments.h"
#include "server/field/dispatch.h"
#include "server/keys.h"
#include "server/office/finder.h"
#include "server/office/list.h"
#include "server/metrics.h"
#include "server/office/offices.h"
#include "server/record/pages.h"
#include "server/pushing.h"
#include "server/sandbox.h"
#include "server/spooler.h"
#include "server/web/web.h"
#include "server/writer.h"

#define WEB_WORKERS                                                                                \
    6 /* at most two hash a password, which takes 250 ms (password.h), and four import or print    \
         (lanes.h), one at a time */
#define TICK_MS 500
#define COPY_MS 500
#define KEEP_MS 2000 /* how far views.db and record.db lag behind memory and log */

struct server {
    const char *folder;
    char program[CONFIG_PATH_MAX];
    char record_path[CONFIG_PATH_MAX], views_path[CONFIG_PATH_MAX], search_path[CONFIG_PATH_MAX],
        spool_path[CONFIG_PATH_MAX];
    struct config config;
    int lock;
    struct keys *keys;
    struct pages *pages;   /* what changes in record.db */
    struct record *record; /* the writer's */
    struct db *checkpointer;
    struct views *views;
    struct writer *writer;
    struct session *session;
    struct alarms *alarms;
    struct intake *intake;
    struct attachments *attachments;
    struct dispatch *dispatch;
    struct enrol_desk desk;
    struct metrics metrics;
    struct gateways *gateways;
    struct notify *notify;
    struct pushing *pushing;
    _Atomic(struct web *) web;                 /* its pages may ask before it is open */
    struct record *short_reader, *long_reader; /* the control's */
    struct commands for_short, for_long;
    struct spooler *spooler; /* jobs of printers */
    struct lanes *lanes;
    struct control *control;
    struct box_public backup_key;
    struct finder *finder;
    struct copies *copies; /* NULL: nobody wants any */
    pthread_t threads[8 + PUSH_THREADS + WEB_WORKERS];
    size_t threads_n;
    atomic_bool stopping, broken;
};

/* ------------------------------------------------------------------ settings, folder */

static bool open_settings(struct server *server, struct error *err)
{
    ssize_t n = readlink("/proc/self/exe", server->program, sizeof server->program - 1);
    if (n <= 0)
        return error_set(err, ERROR_BROKEN, "/proc/self/exe: %s", strerror(errno));
    server->program[n] = '\0';
    return files_join(server->folder, "record.db", server->record_path, CONFIG_PATH_MAX, err) &&
           files_join(server->folder, "views.db", server->views_path, CONFIG_PATH_MAX, err) &&
           files_join(server->folder, "search.db", server->search_path, CONFIG_PATH_MAX, err) &&
           files_join(server->folder, "spool", server->spool_path, CONFIG_PATH_MAX, err) &&
           config_read(server->folder, &server->config, err);
}

/* One server a folder: the writer knows the end of the record by heart. */
static bool open_lock(struct server *server, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    if (!files_join(server->folder, "lock", path, CONFIG_PATH_MAX, err))
        return false;
    server->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (server->lock < 0)
        return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    if (flock(server->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, ERROR_REFUSED, "%s: another trao-server runs here", server->folder);
    return true;
}

static void close_lock(struct server *server)
{
    if (server->lock >= 0)
        close(server->lock);
}

static bool open_sandbox(struct server *server, struct error *err)
{
    (void)server;
    return sandbox_server(err);
}

/* ------------------------------------------------------------------ keys, record, views */

static bool open_keys(struct server *server, struct error *err)
{
    return keys_open(server->folder, &server->keys, err);
}

static void close_keys(struct server *server)
{
    keys_close(server->keys);
}

/* What trao.conf says of the one office, before anybody asks the registry. */
static bool adopt_offices(struct server *server, struct error *err)
{
    if (!record_begin(server->record, err))
        return false;
    if (offices_adopt(server->record, &server->config, err))
        return record_commit(server->record, err);
    record_rollback(server->record);
    return false;
}

static bool open_record(struct server *server, struct error *err)
{
    struct record_config config = {.path = server->record_path,
                                   .clock = clock_system(),
                                   .chance = chance_system(),
                                   .seal_key = &server->keys->seal};
    if (!pages_open(server->record_path, &server->pages, err))
        return false;
    config.pages = server->pages;
    if (!record_open(&config, &server->record, err))
        return false;
    if (record_was_put_back(server->record))
        log_line(LOG_LEVEL_ALARM, "the record was put back to an older state: a new generation",
                 "generation_serial=%llu",
                 (unsigned long long)record_generation_serial(server->record));
    return adopt_offices(server, err) &&
           record_open_reader(server->record_path, &server->short_reader, err) &&
           record_open_reader(server->record_path, &server->long_reader, err) &&
           db_open_watched(server->record_path, DB_DURABLE, server->pages, &server->checkpointer,
                           err);
}

static void close_record(struct server *server)
{
    db_close(server->checkpointer);
    record_close(server->long_reader);
    record_close(server->short_reader);
    record_close(server->record);
    pages_close(server->pages);
}

static bool open_views(struct server *server, struct error *err)
{
    return views_open(server->views_path, server->record_path, &server->views, err);
}

static void close_views(struct server *server)
{
    struct error err;
    if (server->views != NULL && !views_flush(server->views, &err))
        log_line(LOG_LEVEL_ERROR, "views not written, they will be worked out again", "why=\"%s\"",
                 err.text);
    views_close(server->views);
}

static bool open_finder(struct server *server, struct error *err)
{
    return finder_open(server->search_path, server->record_path, &server->finder, err);
}

static void close_finder(struct server *server)
{
    finder_close(server->finder);
}

/* ------------------------------------------------------------------ the field */

static void session_up(void *ctx, bool session_present)
{
    (void)ctx;
    log_line(LOG_LEVEL_INFO, "broker connected", "session_present=%d", session_present);
}

static void session_down(void *ctx, const char *why)
{
    (void)ctx;
    log_line(LOG_LEVEL_INFO, "broker away", "why=\"%s\"", why);
}

static void session_message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    struct server *server = ctx;
    writer_message(server->writer, topic, bytes, n);
}

static void session_acknowledged(void *ctx, int code)
{
    (void)ctx;
    if (code >= 128)
        log_line(LOG_LEVEL_ALARM, "broker refuses what the server sends", "code=%d", code);
}

static bool open_session(struct server *server, struct error *err)
{
    struct session_config config = {.host = server->config.mqtt.host,
                                    .port = server->config.mqtt.port,
                                    .subscribe = TOPIC_ALL_UP,
                                    .ca_file = server->keys->ca_crt,
                                    .cert_file = server->keys->server_crt,
                                    .key_file = server->keys->server_key,
                                    .keepalive_s = 30,
                                    .inflight_max = 200,
                                    .session_expiry_s = SESSION_EXPIRY_S};
    struct session_events events = {session_up, session_down, session_message, session_acknowledged,
                                    server};
    return writer_open(&server->writer, err) &&
           session_open(&config, &events, &server->session, err);
}

static void close_session(struct server *server)
{
    session_close(server->session);
    if (server->writer != NULL)
        writer_stop(server->writer);
    intake_close(server->intake);
    writer_close(server->writer);
    alarms_free(server->alarms);
}

static void raise_alarm(void *ctx, const char *device, uint64_t epoch, uint64_t seq,
                        const char *what)
{
    struct server *server = ctx;
    alarms_raise(server->alarms, device, epoch, seq, what);
}

static void say_alarm(void *ctx, const struct alarm *alarm)
{
    (void)ctx;
    log_line(LOG_LEVEL_ALARM, alarm->sentence, "device=%s epoch=%016llx seq=%llu times=%u",
             alarm->device, (unsigned long long)alarm->epoch, (unsigned long long)alarm->seq,
             alarm->times);
}

/* Without a piece: none came for a while. */
static void take_piece(void *ctx, const char *device, const struct attachment_chunk *chunk)
{
    struct server *server = ctx;
    struct error err;
    bool good = chunk != NULL ? attachments_take(server->attachments, device, chunk, &err)
                              : attachments_tidy(server->attachments, &err);
    if (!good)
        log_line(LOG_LEVEL_ERROR, "attachments wait", "why=\"%s\"", err.text);
}

static bool open_attachments(struct server *server, struct error *err)
{
    const struct keys *keys = server->keys;
    struct attachments_config config = {
        .folder = server->folder,
        .record_path = server->record_path,
        .acts = writer_acts(server->writer),
        .box_public = (const struct box_public *)keys->box_public,
        .box_secret = (const struct box_secret *)keys->box_secret,
        .seal_key = &keys->seal,
        .out = session_out(server->session),
        .clock = clock_system(),
    };
    return attachments_open(&config, &server->attachments, err);
}

static void close_attachments(struct server *server)
{
    attachments_close(server->attachments);
}

static void heard_hello(void *ctx, const struct device *device, const struct hello *hello)
{
    struct server *server = ctx;
    dispatch_hello(server->dispatch, device, hello);
}

static void heard_report(void *ctx, const char *device, const struct device_report *report,
                         struct instant arrival)
{
    struct server *server = ctx;
    dispatch_report(server->dispatch, device, report, arrival);
}

static void item_changed(void *ctx, const struct item *item, const struct view *view)
{
    struct server *server = ctx;
    (void)view;
    dispatch_changed(server->dispatch, item);
}

static bool open_dispatch(struct server *server, struct error *err)
{
    struct dispatch_config config = {.record_path = server->record_path,
                                     .views = server->views,
                                     .secret = server->keys->secret,
                                     .seal_key = &server->keys->seal,
                                     .out = session_out(server->session),
                                     .clock = clock_system(),
                                     .chance = chance_system()};
    if (!dispatch_open(&config, &server->dispatch, err))
        return false;
    views_watch(server->views, item_changed, server);
    return true;
}

static void close_dispatch(struct server *server)
{
    dispatch_close(server->dispatch);
}

static bool open_intake(struct server *server, struct error *err)
{
    struct slice authority = ca_authority(server->keys->ca);
    struct intake_config config = {.record = server->record,
                                   .seal_key = &server->keys->seal,
                                   .authority_der = authority.bytes,
                                   .authority_n = authority.n,
                                   .out = session_out(server->session),
                                   .clock = clock_system(),
                                   .alarm = raise_alarm,
                                   .hello = heard_hello,
                                   .report = heard_report,
                                   .ctx = server};
    return alarms_new(clock_system(), say_alarm, server, &server->alarms, err) &&
           intake_open(&config, &server->intake, err);
}

/* ------------------------------------------------------------------ copies */

static bool server_goes_on(void *ctx, struct error *err)
{
    const struct server *server = ctx;
    return !atomic_load(&server->stopping) || error_set(err, ERROR_LATER, "the server stops");
}

static void tell_copies(void *ctx, int64_t behind_s, const char *why)
{
    (void)ctx;
    if (why != NULL)
        log_line(LOG_LEVEL_ALARM, "the copy is behind", "behind_s=%lld why=\"%s\"",
                 (long long)behind_s, why);
    else
        log_line(LOG_LEVEL_INFO, "the copy is up to date again", "behind_s=%lld",
                 (long long)behind_s);
}

static bool open_copies(struct server *server, struct error *err)
{
    const struct config *config = &server->config;
    if (*config->backup_folder == '\0')
        return true;
    if (!backup_key_parse(config->backup_key, &server->backup_key, err))
        return error_add(err, "[backup] key");
    struct copies_config copies = {.source = {.folder = server->folder,
                                              .pages = server->pages,
                                              .to = &server->backup_key,
                                              .server = &server->keys->seal_public,
                                              .clock = clock_system(),
                                              .chance = chance_system(),
                                              .wanted = server_goes_on,
                                              .ctx = server},
                                   .folder = config->backup_folder,
                                   .every_s = config->backup_every_s,
                                   .keep = config->backup_keep,
                                   .tell = tell_copies,
                                   .ctx = server};
    return copies_open(&copies, &server->copies, err);
}

static void close_copies(struct server *server)
{
    copies_close(server->copies);
}

/* ------------------------------------------------------------------ messages, pages */

static void messages_alarm(void *ctx, const char *sentence)
{
    (void)ctx;
    log_line(LOG_LEVEL_ALARM, sentence, "part=messages");
}

static bool open_notify(struct server *server, struct error *err)
{
    if (!gateways_open(server->folder, &server->config, clock_system(), messages_alarm, server,
                       &server->gateways, err))
        return false;
    struct notify_config config = {.acts = writer_acts(server->writer),
                                   .views = server->views,
                                   .record_path = server->record_path,
                                   .config = &server->config,
                                   .secret = server->keys->secret,
                                   .driver = gateways_driver(server->gateways),
                                   .clock = clock_system(),
                                   .alarm = messages_alarm,
                                   .ctx = server};
    return notify_open(&config, &server->notify, err);
}

/* Offices' own systems: the one of trao.conf and those of the record. */
static bool open_push(struct server *server, struct error *err)
{
    const struct pushing_config config = {.folder = server->folder,
                                          .record_path = server->record_path,
                                          .config = &server->config,
                                          .secret = server->keys->secret,
                                          .acts = writer_acts(server->writer),
                                          .views = server->views,
                                          .clock = clock_system(),
                                          .alarm = messages_alarm,
                                          .ctx = server};
    return pushing_open(&config, &server->pushing, err);
}

static void close_push(struct server *server)
{
    pushing_close(server->pushing);
}

static void close_notify(struct server *server)
{
    notify_close(server->notify);
    gateways_close(server->gateways);
}

static size_t count_streams(void *ctx)
{
    struct server *server = ctx;
    struct web *web = atomic_load(&server->web);
    return web == NULL ? 0 : web_streams(web);
}

static void count_cut(void *ctx, uint64_t *ret_slow, uint64_t *ret_unread)
{
    struct server *server = ctx;
    struct web *web = atomic_load(&server->web);
    *ret_slow = *ret_unread = 0;
    if (web != NULL)
        web_cut(web, ret_slow, ret_unread);
}

static void count_calls(void *ctx, uint64_t *ret_kept, uint64_t *ret_refused)
{
    struct server *server = ctx;
    struct gateways_counts counts = gateways_counts(server->gateways);
    *ret_kept = counts.kept;
    *ret_refused = counts.refused;
}

static bool metrics_allowed(void *ctx, const char *authorization)
{
    return metrics_token_holds(((struct server *)ctx)->keys->secret, authorization);
}

static bool give_metrics(void *ctx, struct record *record, char **new_text, size_t *ret_n,
                         struct error *err)
{
    struct server *server = ctx;
    struct clock clock = clock_system();
    return metrics_text(&server->metrics, record, clock.now(clock.self), new_text, ret_n, err);
}

/* What it asks is open before the pages are, and closed after them; of pages it asks once they
 * answer. */
static void set_metrics(struct server *server)
{
    struct clock clock = clock_system();
    server->metrics = (struct metrics){.folder = server->folder,
                                       .secret = server->keys->secret,
                                       .started = clock.now(clock.self),
                                       .writer = server->writer,
                                       .intake = server->intake,
                                       .views = server->views,
                                       .session = server->session,
                                       .dispatch = server->dispatch,
                                       .notify = server->notify,
                                       .copies = server->copies,
                                       .streams = count_streams,
                                       .cut = count_cut,
                                       .gateway_calls = count_calls,
                                       .ctx = server};
}

/* Its threads say so; pages that show jobs look again. */
static void printing_changed(void *ctx)
{
    struct server *server = ctx;
    struct web *web = atomic_load(&server->web);
    if (web != NULL)
        web_printing(web);
}

static bool open_printers(struct server *server, struct error *err)
{
    struct spooler_config config = {.folder = server->spool_path,
                                    .record_path = server->record_path,
                                    .acts = writer_acts(server->writer),
                                    .views = server->views,
                                    .config = &server->config,
                                    .secret = server->keys->secret,
                                    .changed = printing_changed,
                                    .ctx = server};
    return spooler_open(&config, &server->spooler, err);
}

static void close_printers(struct server *server)
{
    spooler_close(server->spooler);
}

/* What commands work with, whoever asks for them. */
static bool open_commands(struct server *server, struct error *err)
{
    struct keys *keys = server->keys;
    set_metrics(server);
    server->desk = (struct enrol_desk){.acts = writer_acts(server->writer),
                                       .ca = keys->ca,
                                       .clock = clock_system(),
                                       .chance = chance_system(),
                                       .server_seal_key = keys->seal_public,
                                       .broker_host = server->config.mqtt.host,
                                       .broker_port = server->config.mqtt.port};
    memcpy(server->desk.server_box_key, keys->box_public, sizeof keys->box_public);
    memcpy(server->desk.web_pin, keys->web_pin, sizeof keys->web_pin);
    server->for_short = (struct commands){.folder = server->folder,
                                          .program = server->program,
                                          .config = &server->config,
                                          .secret = keys->secret,
                                          .acts = writer_acts(server->writer),
                                          .views = server->views,
                                          .record = server->short_reader,
                                          .enrol = &server->desk,
                                          .dispatch = server->dispatch,
                                          .notify = server->notify,
                                          .push = pushing_push(server->pushing),
                                          .metrics = &server->metrics,
                                          .finder = server->finder,
                                          .spooler = server->spooler,
                                          .box_public = (const struct box_public *)keys->box_public,
                                          .box_secret = (const struct box_secret *)keys->box_secret,
                                          .pages = server->pages,
                                          .seal_public = &keys->seal_public};
    server->for_long = server->for_short;
    server->for_long.record = server->long_reader;
    return lanes_open(&server->for_short, &server->for_long, &server->lanes, err);
}

static void close_commands(struct server *server)
{
    lanes_close(server->lanes);
}

static bool run_for_web(void *ctx, int argc, char *const argv[], int fd, char **new_json,
                        struct error *err)
{
    struct server *server = ctx;
    struct call call = {
        .argc = argc, .argv = argv, .fd = fd, .wanted = server_goes_on, .ctx = server};
    return lanes_say(server->lanes, &call, new_json, err);
}

static bool run_for_web_kept(void *ctx, int argc, char *const argv[], const struct act_kept *kept,
                             char **new_json, struct error *err)
{
    struct server *server = ctx;
    struct call call = {.argc = argc, .argv = argv, .fd = -1};
    return lanes_say_kept(server->lanes, &call, kept, new_json, err);
}

static unsigned call_of_gateway(void *ctx, const struct web_callback *callback)
{
    struct server *server = ctx;
    return gateways_call(server->gateways, callback);
}

static const char *state_of_messages(void *ctx)
{
    struct server *server = ctx;
    return notify_state_word(notify_state(server->notify));
}

static bool open_web(struct server *server, struct error *err)
{
    struct web_config config = {.folder = server->folder,
                                .config = &server->config,
                                .secret = server->keys->secret,
                                .acts = writer_acts(server->writer),
                                .views = server->views,
                                .enrol = &server->desk,
                                .metrics = {metrics_allowed, give_metrics, METRICS_TYPE, server},
                                .commands = {run_for_web, run_for_web_kept, server},
                                .messages = {call_of_gateway, state_of_messages, server},
                                .finder = server->finder,
                                .clock = clock_system(),
                                .chance = chance_system()};
    struct web *web;
    if (!web_open(&config, &web, err))
        return false;
    atomic_store(&server->web, web);
    return true;
}

static void close_web(struct server *server)
{
    web_close(server->web);
}

static bool open_control(struct server *server, struct error *err)
{
    return control_open(server->folder, server->lanes, &server->control, err);
}

static void close_control(struct server *server)
{
    control_close(server->control);
}

/* ------------------------------------------------------------------ threads */

static bool follow(void *ctx, struct error *err)
{
    struct server *server = ctx;
    return views_follow(server->views, err);
}

static void broken(void *ctx, const struct error *why)
{
    struct server *server = ctx;
    log_line(LOG_LEVEL_ALARM, "the record is damaged, stopping", "why=\"%s\"", why->text);
    atomic_store(&server->broken, true);
    kill(getpid(), SIGTERM); /* main waits for it */
}

/* False when it is time to end. */
static bool pause_ms(const struct server *server, long ms)
{
    const struct timespec step = {.tv_nsec = 100L * 1000 * 1000};
    for (long slept = 0; slept < ms && !atomic_load(&server->stopping); slept += 100)
        nanosleep(&step, NULL);
    return !atomic_load(&server->stopping);
}

/* What was said of connections that were cut off, and how long ago. */
struct cut_told {
    uint64_t slow, unread;
    unsigned ticks;
};

#define CUT_TOLD_TICKS (60000 / TICK_MS) /* a line a minute, however many there are */

/* One line for all of them: no address, and none of their bytes (case W06). */
static void tell_cut(struct server *server, struct cut_told *told)
{
    uint64_t slow = 0, unread = 0;
    count_cut(server, &slow, &unread);
    if ((slow == told->slow && unread == told->unread) || told->ticks < CUT_TOLD_TICKS) {
        told->ticks++;
        return;
    }
    log_line(LOG_LEVEL_INFO, "clients cut off", "slow=%llu unread=%llu",
             (unsigned long long)(slow - told->slow), (unsigned long long)(unread - told->unread));
    *told = (struct cut_told){.slow = slow, .unread = unread};
}

static void *tick(void *arg)
{
    struct server *server = arg;
    struct cut_told told = {.ticks = CUT_TOLD_TICKS};
    while (pause_ms(server, TICK_MS)) {
        web_tick(server->web);
        tell_cut(server, &told);
        alarms_tick(server->alarms);
    }
    return NULL;
}

/* On a thread of its own: a gateway may take its time. */
static void *send_messages(void *arg)
{
    struct server *server = arg;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!notify_tick(server->notify, &err))
            log_line(LOG_LEVEL_ERROR, "messages wait", "why=\"%s\"", err.text);
    }
    return NULL;
}

static void *tell_offices(void *arg)
{
    struct server *server = arg;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!push_tick(pushing_push(server->pushing), &err))
            log_line(LOG_LEVEL_ERROR, "offices are told later", "why=\"%s\"", err.text);
    }
    return NULL;
}

/* Too many for the queue, because nothing can be written; the devices send them again. */
static void tell_dropped(struct server *server, uint64_t *told)
{
    struct writer_counts counts;
    writer_counts(server->writer, &counts);
    if (counts.dropped > *told)
        log_line(LOG_LEVEL_ALARM, "messages dropped, devices send them again", "dropped=%llu",
                 (unsigned long long)(counts.dropped - *told));
    *told = counts.dropped;
}

static void *keep(void *arg)
{
    struct server *server = arg;
    uint64_t told = 0;
    long slept = 0;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        bool scrub = pages_scrub_is_due(server->pages);
        slept += TICK_MS;
        if (slept < KEEP_MS && !scrub)
            continue;
        slept = 0;
        tell_dropped(server, &told);
        if (!db_checkpoint(server->checkpointer, &err))
            log_line(LOG_LEVEL_ERROR, "checkpoint", "why=\"%s\"", err.text);
        if (!views_flush(server->views, &err))
            log_line(LOG_LEVEL_ERROR, "views not written", "why=\"%s\"", err.text);
    }
    return NULL;
}

/* What is new is taken in when somebody asks; this keeps a long list from waiting for that. */
static void *index_words(void *arg)
{
    struct server *server = arg;
    bool more = false;
    while (more ? !atomic_load(&server->stopping) : pause_ms(server, KEEP_MS)) {
        struct error err;
        if (!finder_follow(server->finder, &more, &err)) {
            log_line(LOG_LEVEL_ERROR, "search is behind", "why=\"%s\"", err.text);
            more = false;
        }
    }
    return NULL;
}

static void *do_daily(void *arg)
{
    struct server *server = arg;
    struct daily daily = {.lanes = server->lanes};
    struct clock clock = clock_system();
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!daily_work(&daily, clock.tick(clock.self), &err))
            log_line(LOG_LEVEL_ERROR, "what is due each day waits", "why=\"%s\"", err.text);
    }
    return NULL;
}

static void *send_rounds(void *arg)
{
    struct server *server = arg;
    while (pause_ms(server, TICK_MS)) {
        struct error err;
        if (!dispatch_work(server->dispatch, &err))
            log_line(LOG_LEVEL_ERROR, "rounds wait", "why=\"%s\"", err.text);
    }
    return NULL;
}

static void *copy_on(void *arg)
{
    struct server *server = arg;
    do
        copies_work(server->copies);
    while (pause_ms(server, COPY_MS));
    return NULL;
}

static void *serve_control(void *arg)
{
    struct server *server = arg;
    control_serve(server->control);
    return NULL;
}

static void *work_web(void *arg)
{
    struct server *server = arg;
    web_work(server->web);
    return NULL;
}

static bool start(struct server *server, void *(*thread)(void *), struct error *err)
{
    if (pthread_create(&server->threads[server->threads_n], NULL, thread, server) != 0)
        return error_set(err, ERROR_LATER, "cannot start a thread");
    server->threads_n++;
    return true;
}

static bool open_threads(struct server *server, struct error *err)
{
    struct writer_config config = {.record = server->record,
                                   .intake = server->intake,
                                   .piece = take_piece,
                                   .follow = follow,
                                   .broken = broken,
                                   .ctx = server};
    if (!writer_start(server->writer, &config, err))
        return false;
    bool good = start(server, serve_control, err) && start(server, tick, err) &&
                start(server, send_messages, err) && start(server, keep, err) &&
                start(server, send_rounds, err) && start(server, index_words, err) &&
                start(server, do_daily, err) &&
                (server->copies == NULL || start(server, copy_on, err));
    for (int i = 0; good && i < WEB_WORKERS; i++)
        good = start(server, work_web, err);
    if (good)
        spooler_start(server->spooler);
    for (int i = 0; good && i < PUSH_THREADS; i++)
        good = start(server, tell_offices, err);
    return good;
}

/* Whoever asks the writer for something ends before the writer does. */
static void close_threads(struct server *server)
{
    atomic_store(&server->stopping, true);
    control_stop(server->control);
    web_stop(server->web);
    while (server->threads_n > 0)
        pthread_join(server->threads[--server->threads_n], NULL);
    spooler_stop(server->spooler);
    writer_stop(server->writer); /* its follower tells pages and messages, which close next */
}

/* ------------------------------------------------------------------ the parts, in order */

static const struct part {
    const char *name;
    bool (*open)(struct server *server, struct error *err);
    void (*close)(struct server *server);
} parts[] = {
    {"settings", open_settings, NULL},
    {"folder", open_lock, close_lock},
    {"sandbox", open_sandbox, NULL},
    {"keys", open_keys, close_keys},
    {"record", open_record, close_record},
    {"copies", open_copies, close_copies},
    {"views", open_views, close_views},
    {"finder", open_finder, close_finder},
    {"broker", open_session, close_session},
    {"rounds", open_dispatch, close_dispatch},
    {"intake", open_intake, NULL}, /* closed with the writer that uses it */
    {"attachments", open_attachments, close_attachments},
    {"messages", open_notify, close_notify},
    {"offices' systems", open_push, close_push},
    {"printers", open_printers, close_printers},
    {"commands", open_commands, close_commands},
    {"pages", open_web, close_web},
    {"control", open_control, close_control},
    {"threads", open_threads, close_threads},
};

#define PARTS (sizeof parts / sizeof *parts)

static bool open_parts(struct server *server, size_t *ret_opened)
{
    struct error err;
    for (size_t i = 0; i < PARTS; i++) {
        if (!parts[i].open(server, &err)) {
            log_line(LOG_LEVEL_ERROR, "cannot start", "part=%s why=\"%s\"", parts[i].name,
                     err.text);
            *ret_opened = i + 1; /* closers take what is half open */
            return false;
        }
    }
    *ret_opened = PARTS;
    return true;
}

static void close_parts(struct server *server, size_t opened)
{
    while (opened-- > 0)
        if (parts[opened].close != NULL)
            parts[opened].close(server);
}

/* ------------------------------------------------------------------ the program */

static error_t take_option(int key, char *arg, struct argp_state *state)
{
    struct server *server = state->input;
    switch (key) {
    case 'd':
        server->folder = arg;
        return 0;
    case 'v':
        log_set(LOG_LEVEL_DEBUG, STDERR_FILENO);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "unexpected argument: %s", arg);
        return 0;
    case ARGP_KEY_END:
        if (server->folder == NULL)
            argp_error(state, "--data is missing");
        return 0;
    }
    return ARGP_ERR_UNKNOWN;
}

static const struct argp_option options[] = {
    {"data", 'd', "DIR", 0, "data folder, made by trao-admin init", 0},
    {"verbose", 'v', NULL, 0, "write debug lines too", 0},
    {0},
};

const char *argp_program_version = "trao-server " TRAO_VERSION;

static const struct argp argp = {
    .options = options,
    .parser = take_option,
    .doc = "Takes in scans and office facts, keeps them, shows where envelopes are.\v"
           "Runs in the foreground until SIGTERM, SIGINT or SIGHUP; see trao-server(8).",
};

/* The tables of encodings are files: they are opened first. */
static int read_list_child(const char *charset, const char *names_text)
{
    struct error err;
    struct charsets *charsets = NULL;
    struct list_names names = list_names_read(names_text);
    if (!charsets_open(&charsets, &err) || !sandbox_reader(&err))
        return EXIT_FAILURE;
    return list_child_main(STDIN_FILENO, STDOUT_FILENO, charsets,
                           charset == NULL ? CHARSET_UNKNOWN : charset_named(charset), &names);
}

static void wait_for_end(const sigset_t *ends)
{
    int signal_number;
    sigwait(ends, &signal_number);
    log_line(LOG_LEVEL_INFO, "stopping", "signal=%d", signal_number);
}

int main(int argc, char **argv)
{
    if (argc >= 2 && argc <= 4 && strcmp(argv[1], "--read-list") == 0)
        return read_list_child(argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
    static struct server server = {.lock = -1};
    sigset_t ends;
    size_t opened;
    argp_parse(&argp, argc, argv, 0, NULL, &server);
    chain_init();
    (void)signal(SIGPIPE, SIG_IGN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGHUP); /* its terminal is gone */
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    bool good = open_parts(&server, &opened);
    if (good) {
        log_line(LOG_LEVEL_INFO, "serving", "plain=%d tls=%d generation=%llu",
                 web_port_plain(server.web), web_port_tls(server.web),
                 (unsigned long long)record_generation_serial(server.record));
        wait_for_end(&ends);
    }
    close_parts(&server, opened);
    return good && !atomic_load(&server.broken) ? EXIT_SUCCESS : EXIT_FAILURE;
}
