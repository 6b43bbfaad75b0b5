/* parts_messages.c - who is told what: phones and their gateways, offices' own systems. */
#include "protocol/log.h"
#include "server/parts.h"

static void messages_alarm(void *ctx, const char *sentence)
{
    (void)ctx;
    log_line(LOG_LEVEL_ALARM, sentence, "part=messages");
}

bool parts_open_notify(struct server *server, struct error *err)
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

void parts_close_notify(struct server *server)
{
    notify_close(server->notify);
    gateways_close(server->gateways);
}

/* Offices' own systems: the one of trao.conf and those of the record. */
bool parts_open_push(struct server *server, struct error *err)
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

void parts_close_push(struct server *server)
{
    pushing_close(server->pushing);
}
