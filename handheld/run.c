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

#include "handheld/app.h"
#include "handheld/attach.h"
#include "handheld/bells.h"
#include "handheld/config.h"
#include "handheld/enrol.h"
#include "handheld/gps.h"
#include "handheld/machine.h"
#include "handheld/mailbox.h"
#include "handheld/script.h"
#include "handheld/serial.h"
#include "handheld/terminal.h"
#include "handheld/uplink.h"
#include "handheld/vault.h"
#include "handheld/wedge.h"
#include "protocol/log.h"
#include "protocol/topic.h"

#define LOOK_MS 250 /* the undo bar and the clock move at least so often */

#define KEEPALIVE_S 20 /* a dead connection is noticed within 30 s [reliability.md, fault 23] */
#define INFLIGHT_MAX 20
/* Ten thousand handhelds that lost one broker come back over five minutes; who has something to
 * send within half a one [reliability.md, fault 39]. */
#define BACKOFF_MAX_MS 300000
#define HURRY_MS 30000

struct run {
    struct config config;
    struct clock clock;
    struct gps *gps;
    struct outbox *outbox;
    struct vault *vault;               /* NULL: the disk did not let it be opened */
    struct attach_store *attach_store; /* NULL: the disk did not let it be opened */
    struct attach *attach;
    struct door_papers papers;
    struct mailbox *mailbox;
    struct session *session;
    struct uplink uplink;
    struct app app;
    struct serial serial;
    struct wedge wedge;      /* the terminal's */
    struct scanner scripted; /* the script's */
    struct script script;
    struct bells bells;
    struct face face, painted; /* as it should be, as it stands on the terminal */
    struct app_machine machine;
    struct tick machine_due;
    const char *data; /* the device's folder */
    bool on_terminal, staying, ended;
    int signals, log;
    int status;
};

static struct tick now(const struct run *run)
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
        bells_start(&run->bells, sound, now(run));
    else
        dprintf(STDOUT_FILENO, "beep %s\n", line);
    if (sound == SOUND_OK && run->session != NULL)
        session_hurry(run->session, HURRY_MS); /* there is something to send */
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

/* ------------------------------------------------------------------ rounds, and the machine's word
 */

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
                                    .keepalive_s = KEEPALIVE_S,
                                    .inflight_max = INFLIGHT_MAX,
                                    .session_expiry_s = SESSION_EXPIRY_S,
                                    .backoff_max_ms = BACKOFF_MAX_MS};
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
    serial_init(&run->serial, options->scanner, now(run));
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

/* ------------------------------------------------------------------ what comes in */

static void scanned(void *ctx, const struct reading *reading)
{
    struct run *run = ctx;
    app_scan(&run->app, reading);
}

#define CTRL_C 0x03 /* typed alone; inside a scan it is a scanner's ETX */

/* A key answers what is on the screen; where no screen fits it answers nothing. Scans are taken all
 * the same, for they can be heard. */
static void press(struct run *run, enum press key)
{
    if (face_fits(&run->face))
        app_key(&run->app, key);
}

static void typed(void *ctx, uint8_t byte)
{
    struct run *run = ctx;
    if (byte >= '0' && byte <= '9')
        press(run, (enum press)byte);
    else if (byte == '\r' || byte == '\n')
        press(run, PRESS_ENTER);
    else if (byte == CTRL_C)
        run->ended = true;
}

/* Where text is typed every byte is text: no scanner's timing takes letters away. */
static void take_byte(struct run *run, uint8_t byte, const struct wedge_out *out)
{
    bool types = run->app.screen->types && face_fits(&run->face);
    if (types && byte == CTRL_C)
        run->ended = true;
    else if (types)
        app_type(&run->app, byte);
    else
        wedge_feed(&run->wedge, byte, now(run), out);
}

static void read_terminal(struct run *run)
{
    struct terminal_input input;
    bool resized = false;
    struct wedge_out out = {scanned, typed, run};
    while (terminal_read(&input, &resized)) {
        if (input.press != PRESS_NONE)
            press(run, input.press);
        else
            take_byte(run, input.byte, &out);
    }
    wedge_tick(&run->wedge, now(run), &out);
    if (resized) {
        int w, h;
        terminal_size(&w, &h);
        face_init(&run->face, w, h);
    }
}

static void read_mailbox(struct run *run)
{
    struct letter letter;
    while (mailbox_take(run->mailbox, &letter)) {
        switch (letter.kind) {
        case LETTER_UP:
            log_line(LOG_LEVEL_INFO, "connected", "device=%s", run->config.device);
            uplink_connected(&run->uplink);
            break;
        case LETTER_DOWN:
            if (run->uplink.connected) /* an attempt that failed is no news */
                log_line(LOG_LEVEL_INFO, "disconnected", "device=%s", run->config.device);
            uplink_disconnected(&run->uplink);
            break;
        case LETTER_MESSAGE:
            uplink_message(&run->uplink, letter.bytes, letter.n);
            break;
        case LETTER_ACKNOWLEDGED:
            uplink_acknowledged(&run->uplink, letter.code);
            break;
        }
        free(letter.bytes);
    }
}

/* ------------------------------------------------------------------ the face and the script */

static void look_at_machine(struct run *run)
{
    if (now(run).ms < run->machine_due.ms)
        return;
    machine_read(MACHINE_POWER, run->data, &run->machine);
    app_machine(&run->app, &run->machine);
    run->machine_due.ms = now(run).ms + MACHINE_EVERY_MS;
}

/* Who has just signed in waits for his round: the server is asked at once. */
static void work_vault(struct run *run)
{
    if (run->vault == NULL)
        return;
    vault_tick(run->vault);
    if (vault_asks(run->vault))
        uplink_ask(&run->uplink);
}

static void draw(struct run *run)
{
    look_at_machine(run);
    work_vault(run);
    app_tick(&run->app, run->uplink.connected);
    app_draw(&run->app, &run->face);
    if (!run->on_terminal || face_equal(&run->face, &run->painted))
        return;
    terminal_paint(&run->face);
    run->painted = run->face;
}

static void show(const struct run *run, FILE *to)
{
    char line[FACE_LINE_MAX];
    for (int row = 0; row < run->face.h; row++)
        fprintf(to, "|%s\n", face_line(&run->face, row, line));
    (void)fflush(to);
}

static void end_with(struct run *run, int status, const struct error *why)
{
    fprintf(stderr, "trao-handheld: %s\n", why->text);
    run->status = status;
    run->ended = true;
}

/* A scan without an ending is over before the next line is looked at. */
static void lead(struct run *run)
{
    struct error err;
    const char *all_sent = app_word(&run->app, WORD_FOOT_ALL_SENT);
    while (!run->ended && !run->staying && scanner_due(&run->scripted).ms == INT64_MAX) {
        switch (script_step(&run->script, &run->face, all_sent, now(run), &err)) {
        case SCRIPT_RUNS:
            return;
        case SCRIPT_STAYS:
            run->staying = true;
            break;
        case SCRIPT_ENDED:
            run->ended = true;
            break;
        case SCRIPT_BAD:
            end_with(run, 2, &err);
            break;
        case SCRIPT_MISSED:
            end_with(run, 3, &err);
            show(run, stderr);
            break;
        case SCRIPT_SCANS:
            scanner_feed(&run->scripted, run->script.line.text, run->script.line.n, now(run),
                         scanned, run);
            break;
        case SCRIPT_TYPES:
            for (size_t i = 0; i < run->script.line.n && run->app.screen->types; i++)
                app_type(&run->app, (uint8_t)run->script.line.text[i]);
            break;
        case SCRIPT_PRESSES:
            app_key(&run->app, run->script.line.press);
            break;
        case SCRIPT_SHOWS:
            show(run, stdout);
            break;
        }
        uplink_tick(&run->uplink);
        draw(run);
    }
}

/* ------------------------------------------------------------------ the loop */

static void sooner(int64_t *due, struct tick at)
{
    if (at.ms < *due)
        *due = at.ms;
}

static int wait_ms(const struct run *run)
{
    int64_t due = now(run).ms + LOOK_MS;
    sooner(&due, uplink_due(&run->uplink));
    sooner(&due, gps_due(run->gps));
    sooner(&due, serial_due(&run->serial));
    sooner(&due, scanner_due(&run->scripted));
    sooner(&due, wedge_due(&run->wedge));
    sooner(&due, bells_due(&run->bells));
    sooner(&due, script_due(&run->script));
    int64_t left = due - now(run).ms;
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
    draw(run);
    while (!run->ended) {
        wait_for_something(run);
        read_mailbox(run);
        gps_work(run->gps);
        serial_work(&run->serial, now(run), scanned, run);
        scanner_tick(&run->scripted, now(run), scanned, run);
        if (run->on_terminal)
            read_terminal(run);
        uplink_tick(&run->uplink);
        draw(run);
        if (run->script.fd >= 0)
            lead(run);
        if (bells_ring(&run->bells, now(run)))
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
    struct run *run_now = &the_run;
    run_now->signals = take_signals();
    run_now->serial.fd = run_now->script.fd = run_now->log = -1;
    if (open_all(run_now, options, &err))
        loop(run_now);
    else
        run_now->status = 1;
    close_all(run_now);
    if (err.code != ERROR_NONE)
        fprintf(stderr, "trao-handheld: %s\n", err.text);
    return run_now->status;
}
