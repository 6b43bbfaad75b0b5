/* parts_field.c - what postmen's handhelds need: the broker, intake, attachments, rounds. */
#include "protocol/log.h"
#include "protocol/topic.h"
#include "server/parts.h"

/* ------------------------------------------------------------------ the broker */

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

bool parts_open_session(struct server *server, struct error *err)
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

void parts_close_session(struct server *server)
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
void parts_take_piece(void *ctx, const char *device, const struct attachment_chunk *chunk)
{
    struct server *server = ctx;
    struct error err;
    bool good = chunk != NULL ? attachments_take(server->attachments, device, chunk, &err)
                              : attachments_tidy(server->attachments, &err);
    if (!good)
        log_line(LOG_LEVEL_ERROR, "attachments wait", "why=\"%s\"", err.text);
}

bool parts_open_attachments(struct server *server, struct error *err)
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

void parts_close_attachments(struct server *server)
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

bool parts_open_dispatch(struct server *server, struct error *err)
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

void parts_close_dispatch(struct server *server)
{
    dispatch_close(server->dispatch);
}

bool parts_open_intake(struct server *server, struct error *err)
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
