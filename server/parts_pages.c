/* parts_pages.c - what people ask through: printers, commands, pages, the control socket. */
#include <string.h>

#include "server/parts.h"

/* ------------------------------------------------------------------ the server in numbers */

static size_t count_streams(void *ctx)
{
    struct server *server = ctx;
    struct web *web = atomic_load(&server->web);
    return web == NULL ? 0 : web_streams(web);
}

void parts_count_cut(void *ctx, uint64_t *ret_slow, uint64_t *ret_unread)
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
                                       .cut = parts_count_cut,
                                       .gateway_calls = count_calls,
                                       .ctx = server};
}

/* ------------------------------------------------------------------ printers */

/* Its threads say so; pages that show jobs look again. */
static void printing_changed(void *ctx)
{
    struct server *server = ctx;
    struct web *web = atomic_load(&server->web);
    if (web != NULL)
        web_printing(web);
}

bool parts_open_printers(struct server *server, struct error *err)
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

void parts_close_printers(struct server *server)
{
    spooler_close(server->spooler);
}

/* ------------------------------------------------------------------ commands */

/* What commands work with, whoever asks for them. */
bool parts_open_commands(struct server *server, struct error *err)
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

void parts_close_commands(struct server *server)
{
    lanes_close(server->lanes);
}

/* ------------------------------------------------------------------ pages */

static bool run_for_web(void *ctx, int argc, char *const argv[], int fd, char **new_json,
                        struct error *err)
{
    struct server *server = ctx;
    struct call call = {.argc = argc, .argv = argv, .fd = fd, .wanted = parts_go_on, .ctx = server};
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

bool parts_open_web(struct server *server, struct error *err)
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

void parts_close_web(struct server *server)
{
    web_close(server->web);
}

/* ------------------------------------------------------------------ the control socket */

bool parts_open_control(struct server *server, struct error *err)
{
    return control_open(server->folder, server->lanes, &server->control, err);
}

void parts_close_control(struct server *server)
{
    control_close(server->control);
}
