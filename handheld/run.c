#include "handheld/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "handheld/enrol.h"
#include "handheld/run_inside.h"
#include "handheld/terminal.h"
#include "protocol/log.h"
#include "protocol/topic.h"

#define LOOK_MS 250 /* the undo bar and the clock move at least so often */

struct tick run_now(const struct run *run)
{
    return run->clock.tick(run->clock.self);
}

/* ------------------------------------------------------------------ told by the parts */

static void tell(void *ctx, const char *sentence, uint64_t epoch, uint64_t seq)
{
    struct run *run = ctx;
    log_line(LOG_LEVEL_ALARM, sentence, "device=%s epoch=%016llx seq=%llu", run->config.device,
             (unsigned long long)epoch, (unsigned long long)seq);
}

/* One line a sound, written at once: after a kill it is the record of what was heard. */
static void said(void *ctx, enum sound sound, const char *line)
{
    struct run *run = ctx;
    if (run->on_terminal)
        bells_start(&run->bells, sound, run_now(run));
    else
        dprintf(STDOUT_FILENO, "beep %s\n", line);
    if (sound == SOUND_OK && run->session != NULL)
        session_hurry(run->session, RUN_HURRY_MS); /* there is something to send */
}

/* The postman asks for it: what was refused lately is tried again at once, and so is the network.
 */
static void try_now(void *ctx)
{
    struct run *run = ctx;
    if (run->uplink.connected)
        uplink_connected(&run->uplink);
    else
        session_hurry(run->session, 0);
}

static void session_up(void *ctx, bool session_present)
{
    (void)session_present;
    mailbox_put(ctx, LETTER_UP, 0, NULL, 0);
}

static void session_down(void *ctx, const char *why)
{
    (void)why;
    mailbox_put(ctx, LETTER_DOWN, 0, NULL, 0);
}

static void session_message(void *ctx, const char *topic, const void *bytes, size_t n)
{
    (void)topic; /* one is subscribed to */
    mailbox_put(ctx, LETTER_MESSAGE, 0, bytes, n);
}

static void session_acknowledged(void *ctx, int code)
{
    if (code != 0)
        mailbox_put(ctx, LETTER_ACKNOWLEDGED, code, NULL, 0);
}

/* ------------------------------------------------------------------ rounds, the machine */

static void round_came(void *ctx, const struct round_part *part, const void *message, size_t n)
{
    struct run *run = ctx;
    if (run->vault != NULL)
        vault_part(run->vault, part, message, n);
}

static void revoke_came(void *ctx, const struct revoke *revoke)
{
    struct run *run = ctx;
    (void)revoke;
    if (run->vault != NULL)
        vault_revoke(run->vault);
    app_revoke(&run->app);
}

static void add_to_hello(void *ctx, struct hello *hello)
{
    struct run *run = ctx;
    if (run->vault != NULL)
        vault_hello(run->vault, hello);
}

static void add_to_report(void *ctx, struct device_report *report)
{
    struct run *run = ctx;
    report->battery_percent = run->machine.battery_percent;
    report->free_bytes = run->machine.free_bytes;
}

/* ------------------------------------------------------------------ opening, closing */

static bool open_config(struct run *run, const char *dir, struct error *err)
{
    if (config_load(dir, &run->config, err))
        return true;
    if (err->code == ERROR_NOT_FOUND)
        return error_set(err, ERROR_NOT_FOUND,
                         "%s: máy chưa được cấp phép; chạy trao-handheld enrol "
                         "(this device is not enrolled yet)",
                         dir);
    return false;
}

static bool open_outbox(struct run *run, const char *dir, struct error *err)
{
    struct outbox_config config = {.dir = dir,
                                   .device = run->config.device,
                                   .key = &run->config.seal_key,
                                   .clock = run->clock,
                                   .chance = chance_system(),
                                   .told = {tell, run}};
    return outbox_open(&config, &run->outbox, err);
}

/* A folder of pictures: as the option names it, or DIR/NAME. */
static const char *folder_of(const char *option, const char *dir, const char *name,
                             char out[PATH_MAX])
{
    if (option != NULL)
        return option;
    snprintf(out, PATH_MAX, "%s/%s", dir, name);
    return out;
}

/* Without a store of attachments the scans go on: the postman is told at each door. */
static bool open_attachments(struct run *run, const struct run_options *options, struct error *err)
{
    char photos[PATH_MAX], signatures[PATH_MAX];
    struct error why;
    struct attach_store_config store = {options->data, options->attachments_bytes, run->clock};
    if (!attach_store_open(&store, &run->attach_store, &why))
        tell(run, why.text, 0, 0);
    struct attach_config config = {
        .store = run->attach_store,
        .chance = chance_system(),
        .photos = folder_of(options->photos, options->data, "photos", photos),
        .signatures = folder_of(options->signatures, options->data, "signatures", signatures)};
    memcpy(config.server.bytes, run->config.server_box_key, sizeof config.server.bytes);
    if (!attach_new(&config, &run->attach, err))
        return false;
    run->papers = attach_papers(run->attach);
    return true;
}

/* Without a vault there are no names and no round; scans go on. */
static void open_vault(struct run *run, const char *dir)
{
    struct error err;
    struct vault_config config = {.dir = dir,
                                  .device = run->config.device,
                                  .seal = &run->config.seal_key,
                                  .server = run->config.server_seal_key,
                                  .clock = run->clock,
                                  .chance = chance_system()};
    if (!vault_open(&config, &run->vault, &err))
        tell(run, err.text, 0, 0);
}

static bool open_link(struct run *run, struct error *err)
{
    char topic[TOPIC_MAX];
    const struct config *c = &run->config;
    struct session_config config = {.host = c->broker_host,
                                    .port = c->broker_port,
                                    .subscribe = topic_down(c->device, topic),
                                    .ca_file = c->ca_file,
                                    .cert_file = c->cert_file,
                                    .key_file = c->key_file,
                                    .keepalive_s = RUN_KEEPALIVE_S,
                                    .inflight_max = RUN_INFLIGHT_MAX,
                                    .session_expiry_s = SESSION_EXPIRY_S,
                                    .backoff_max_ms = RUN_BACKOFF_MAX_MS};
    if (!mailbox_new(&run->mailbox, err))
        return false;
    struct session_events events = {.up = session_up,
                                    .down = session_down,
                                    .message = session_message,
                                    .acknowledged = session_acknowledged,
                                    .ctx = run->mailbox};
    if (!session_open(&config, &events, &run->session, err))
        return false;
    struct uplink_config uplink = {
        .device = c->device,
        .certificate = {c->certificate, c->certificate_n},
        .server = c->server_seal_key,
        .outbox = run->outbox,
        .clock = run->clock,
        .chance = chance_system(),
        .out = session_out(run->session),
        .told = {tell, run},
        .attachments = run->attach_store,
        .came = {round_came, revoke_came, add_to_hello, add_to_report, run}};
    uplink_init(&run->uplink, &uplink);
    return true;
}

static bool open_face(struct run *run, const char *script, struct error *err)
{
    int w = FACE_W_MIN, h = FACE_H_MIN;
    run->script.fd = -1;
    if (script != NULL) {
        if (!script_open(script, &run->script, err))
            return false;
    } else {
        if (!terminal_open(err))
            return error_add(err, "no screen (--script FILE does without)");
        run->on_terminal = true;
        terminal_size(&w, &h);
    }
    face_init(&run->face, w, h);
    return true;
}

#define LOG_BYTES_MAX (1 << 20) /* a device's log is for the last days; then it begins anew */

/* A line of the log must not be written across the screen. */
static void open_log(struct run *run, const char *dir)
{
    char path[PATH_MAX];
    struct stat st;
    snprintf(path, sizeof path, "%s/handheld.log", dir);
    int anew = stat(path, &st) == 0 && st.st_size > LOG_BYTES_MAX ? O_TRUNC : 0;
    run->log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | anew, 0600);
    if (run->log >= 0)
        log_set(LOG_LEVEL_INFO, run->log);
}

static bool open_all(struct run *run, const struct run_options *options, struct error *err)
{
    run->clock = clock_system();
    if (options->script == NULL && isatty(STDERR_FILENO))
        open_log(run, options->data);
    if (!open_config(run, options->data, err) || !open_outbox(run, options->data, err) ||
        !open_attachments(run, options, err))
        return false;
    open_vault(run, options->data);
    if (!open_link(run, err) || !gps_new(options->gpsd, &run->clock, &run->gps, err) ||
        !open_face(run, options->script, err))
        return false;
    serial_init(&run->serial, options->scanner, run_now(run));
    scanner_init(&run->scripted, ENTRY_WEDGE);
    wedge_init(&run->wedge);
    struct app_config config = {.device = run->config.device,
                                .post_office = run->config.post_office,
                                .clock = run->clock,
                                .chance = chance_system(),
                                .outbox = run->outbox,
                                .fix = gps_last(run->gps),
                                .papers = &run->papers,
                                .day = run->vault != NULL ? vault_day(run->vault) : NULL,
                                .said = said,
                                .try_now = try_now,
                                .ctx = run,
                                .dark = options->dark};
    app_init(&run->app, &config);
    if (run->vault != NULL && vault_is_revoked(run->vault))
        app_revoke(&run->app);
    run->data = options->data;
    run->machine.certificate_until =
        enrol_certificate_until(run->config.certificate, run->config.certificate_n);
    struct seal_public public = chain_public_of(&run->config.seal_key);
    (void)seal_mark(&public, run->machine.mark);
    return true;
}

static void close_all(struct run *run)
{
    if (run->on_terminal)
        terminal_close();
    script_close(&run->script);
    serial_done(&run->serial);
    gps_free(run->gps);
    session_close(run->session);
    mailbox_free(run->mailbox);
    vault_close(run->vault);
    attach_free(run->attach);
    attach_store_close(run->attach_store);
    outbox_close(run->outbox);
    config_done(&run->config);
    close(run->signals);
    log_set(LOG_LEVEL_INFO, STDERR_FILENO);
    if (run->log >= 0)
        close(run->log);
}

/* ------------------------------------------------------------------ the loop */

static void sooner(int64_t *due, struct tick at)
{
    if (at.ms < *due)
        *due = at.ms;
}

static int wait_ms(const struct run *run)
{
    int64_t due = run_now(run).ms + LOOK_MS;
    sooner(&due, uplink_due(&run->uplink));
    sooner(&due, gps_due(run->gps));
    sooner(&due, serial_due(&run->serial));
    sooner(&due, scanner_due(&run->scripted));
    sooner(&due, wedge_due(&run->wedge));
    sooner(&due, bells_due(&run->bells));
    sooner(&due, script_due(&run->script));
    int64_t left = due - run_now(run).ms;
    return left < 0 ? 0 : (int)left;
}

/* Descriptors of -1 are left out by poll. */
static void wait_for_something(struct run *run)
{
    bool reads_script = run->script.fd >= 0 && !run->staying;
    struct pollfd fds[] = {
        {.fd = run->signals, .events = POLLIN},
        {.fd = mailbox_fd(run->mailbox), .events = POLLIN},
        {.fd = run->on_terminal ? STDIN_FILENO : -1, .events = POLLIN},
        {.fd = run->serial.fd, .events = POLLIN},
        {.fd = gps_fd(run->gps), .events = POLLIN},
        {.fd = reads_script ? script_fd(&run->script) : -1, .events = POLLIN},
    };
    if (poll(fds, sizeof fds / sizeof fds[0], wait_ms(run)) <= 0)
        return;
    struct signalfd_siginfo info;
    if (fds[0].revents != 0 && read(run->signals, &info, sizeof info) == (ssize_t)sizeof info)
        run->ended = true;
    if (fds[2].revents & (POLLHUP | POLLERR))
        run->ended = true; /* the terminal is gone */
    if (fds[5].revents != 0)
        script_fill(&run->script);
}

static void loop(struct run *run)
{
    run_draw(run);
    while (!run->ended) {
        wait_for_something(run);
        run_read_mailbox(run);
        gps_work(run->gps);
        serial_work(&run->serial, run_now(run), run_scanned, run);
        scanner_tick(&run->scripted, run_now(run), run_scanned, run);
        if (run->on_terminal)
            run_read_terminal(run);
        uplink_tick(&run->uplink);
        run_draw(run);
        if (run->script.fd >= 0)
            run_lead(run);
        if (bells_ring(&run->bells, run_now(run)))
            terminal_bell();
    }
}

/* Before any thread, so that all of them leave the signals to the loop. */
static int take_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int run(const struct run_options *options)
{
    static struct run the_run; /* too large for a stack; one a process */
    struct error err = {.code = ERROR_NONE};
    struct run *running = &the_run;
    running->signals = take_signals();
    running->serial.fd = running->script.fd = running->log = -1;
    if (open_all(running, options, &err))
        loop(running);
    else
        running->status = 1;
    close_all(running);
    if (err.code != ERROR_NONE)
        fprintf(stderr, "trao-handheld: %s\n", err.text);
    return running->status;
}
