#include "server/gateways.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/files.h"
#include "server/notify/callbacks.h"
#include "server/notify/sms_chain.h"
#include "server/notify/sms_file.h"
#include "server/notify/sms_gammu.h"
#include "server/notify/sms_kannel.h"
#include "server/notify/sms_smsd.h"
#include "server/notify/sms_webhook.h"

struct gateways {
    const char *folder; /* while they are opened */
    const struct config *config;
    struct clock clock;
    struct sms_file *file;
    struct sms_gammu *gammu;
    struct sms_smsd *smsd;
    struct sms_webhook *webhook, *zns;
    struct sms_kannel *kannel;
    struct callbox *box;
    atomic_ullong kept, refused;
    struct sms_chain chain;
};

static bool open_file(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                      struct error *err)
{
    char path[CONFIG_PATH_MAX];
    (void)sent; /* it keeps its list beside the file, which is the same */
    if (!files_join(gateways->folder, "sms.txt", path, sizeof path, err) ||
        !sms_file_open(path, gateways->clock, &gateways->file, err))
        return false;
    *ret_driver = sms_file_driver(gateways->file);
    return true;
}

static bool open_gammu(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                       struct error *err)
{
    if (!sms_gammu_open(gateways->config->gammu_folder, sent, gateways->clock, &gateways->gammu,
                        err))
        return false;
    *ret_driver = sms_gammu_driver(gateways->gammu);
    return true;
}

static bool open_smsd(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                      struct error *err)
{
    if (!sms_smsd_open(gateways->config->smsd, sent, gateways->clock, &gateways->smsd, err))
        return false;
    *ret_driver = sms_smsd_driver(gateways->smsd);
    return true;
}

static bool open_webhook(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                         struct error *err)
{
    struct sms_webhook_config config = {.url = gateways->config->webhook,
                                        .key = gateways->config->webhook_key,
                                        .authority = gateways->config->webhook_authority,
                                        .sent_path = sent,
                                        .clock = gateways->clock};
    if (!sms_webhook_open(&config, &gateways->webhook, err))
        return false;
    *ret_driver = sms_webhook_driver(gateways->webhook);
    return true;
}

static bool open_zns(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                     struct error *err)
{
    struct sms_webhook_config config = {.url = gateways->config->zns,
                                        .key = gateways->config->zns_key,
                                        .authority = gateways->config->zns_authority,
                                        .sent_path = sent,
                                        .clock = gateways->clock,
                                        .zns = true};
    if (!sms_webhook_open(&config, &gateways->zns, err))
        return false;
    *ret_driver = sms_webhook_driver(gateways->zns);
    return true;
}

static bool open_kannel(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                        struct error *err)
{
    const struct config *of = gateways->config;
    char plain[CONFIG_URL_MAX], begun[CONFIG_PATH_MAX];
    if (!files_join(gateways->folder, "kannel.begun", begun, sizeof begun, err))
        return false;
    (void)snprintf(plain, sizeof plain, "http://%s:%u", of->plain.host, of->plain.port);
    struct sms_kannel_config config = {.url = of->kannel,
                                       .authority = of->kannel_authority,
                                       .user = of->kannel_user,
                                       .password = of->kannel_password,
                                       .from = of->kannel_from,
                                       .key = of->kannel_key,
                                       .reports = *of->kannel_reports ? of->kannel_reports : plain,
                                       .sent_path = sent,
                                       .begun_path = begun,
                                       .clock = gateways->clock};
    if (!sms_kannel_open(&config, &gateways->kannel, err))
        return false;
    *ret_driver = sms_kannel_driver(gateways->kannel);
    return true;
}

/* `sent`: the list of what each handed on, of the data folder. */
static const struct kind {
    const char *name, *sent, *begun; /* files of the data folder; begun: NULL, none */
    bool confirms;                   /* says of each message whether the phone has it */
    bool (*open)(struct gateways *gateways, const char *sent, struct sms_driver *ret_driver,
                 struct error *err);
} kinds[] = {
    [GATEWAY_FILE] = {"file", "sms.sent", NULL, false, open_file},
    [GATEWAY_GAMMU] = {"gammu", "gammu.sent", NULL, false, open_gammu},
    [GATEWAY_WEBHOOK] = {"webhook", "webhook.sent", NULL, true, open_webhook},
    [GATEWAY_KANNEL] = {"kannel", "kannel.sent", "kannel.begun", true, open_kannel},
    [GATEWAY_ZNS] = {"zns", "zns.sent", NULL, true, open_zns},
    [GATEWAY_SMSD] = {"smsd", "smsd.sent", NULL, true, open_smsd},
};

static bool is_named(const struct config *config, size_t kind)
{
    for (size_t i = 0; i < config->gateways_n; i++)
        if ((size_t)config->gateways[i] == kind)
            return true;
    return false;
}

static bool open_named(struct gateways *gateways, const struct kind *kind, struct error *err)
{
    struct sms_chain *chain = &gateways->chain;
    char sent[CONFIG_PATH_MAX];
    if (!files_join(gateways->folder, kind->sent, sent, sizeof sent, err) ||
        !kind->open(gateways, sent, &chain->drivers[chain->n], err))
        return error_add(err, "gateway of messages %s", kind->name);
    chain->names[chain->n] = kind->name;
    chain->confirms[chain->n] = kind->confirms;
    chain->n++;
    return true;
}

static bool know_former(struct gateways *gateways, const struct kind *kind, struct error *err)
{
    char sent[CONFIG_PATH_MAX], begun[CONFIG_PATH_MAX];
    bool may_doubt = kind->begun != NULL;
    return (files_join(gateways->folder, kind->sent, sent, sizeof sent, err) &&
            (!may_doubt || files_join(gateways->folder, kind->begun, begun, sizeof begun, err)) &&
            sms_chain_know(&gateways->chain, kind->name, sent, may_doubt ? begun : NULL,
                           gateways->clock, err)) ||
           error_add(err, "former gateway of messages %s", kind->name);
}

static bool open_all(struct gateways *gateways, struct error *err)
{
    const struct config *config = gateways->config;
    for (size_t i = 0; i < config->gateways_n; i++)
        if (!open_named(gateways, &kinds[config->gateways[i]], err))
            return false;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!is_named(config, i) && !know_former(gateways, &kinds[i], err))
            return false;
    return true;
}

static bool open_box(struct gateways *gateways, struct error *err)
{
    char folder[CONFIG_PATH_MAX];
    char passed[CONFIG_PATH_MAX], handed[CONFIG_PATH_MAX];
    int64_t wait_ms = INT64_C(60000) * gateways->config->fallback_min;
    if (!files_join(gateways->folder, "sms.calls", folder, sizeof folder, err) ||
        !callbox_open(folder, gateways->clock, &gateways->box, err) ||
        !files_join(gateways->folder, "sms.passed", passed, sizeof passed, err) ||
        !sms_chain_pass(&gateways->chain, passed, gateways->clock, err) ||
        !files_join(gateways->folder, "sms.handed", handed, sizeof handed, err) ||
        !sms_chain_await(&gateways->chain, handed, wait_ms, gateways->clock, err))
        return false;
    gateways->chain.box = gateways->box;
    return true;
}

bool gateways_open(const char *folder, const struct config *config, struct clock clock,
                   void (*alarm)(void *ctx, const char *sentence), void *ctx,
                   struct gateways **ret_gateways, struct error *err)
{
    struct gateways *gateways = calloc(1, sizeof *gateways);
    if (gateways == NULL)
        return error_set(err, ERROR_LATER, "gateways of messages: out of memory");
    gateways->folder = folder;
    gateways->config = config;
    gateways->clock = clock;
    gateways->chain.alarm = alarm;
    gateways->chain.alarm_ctx = ctx;
    if (!open_box(gateways, err) || !open_all(gateways, err)) {
        gateways_close(gateways);
        return false;
    }
    *ret_gateways = gateways;
    return true;
}

/* A gateway that trao.conf does not name is not listened to. */
unsigned gateways_call(struct gateways *gateways, const struct web_callback *callback)
{
    const struct config *config = gateways->config;
    struct callbacks_config of = {
        .box = gateways->box,
        .clock = gateways->clock,
        .kannel_key = is_named(config, GATEWAY_KANNEL) ? config->kannel_key : "",
        .webhook_key = is_named(config, GATEWAY_WEBHOOK) ? config->webhook_key : "",
        .zns_key = is_named(config, GATEWAY_ZNS) ? config->zns_key : ""};
    struct callback it = {.path = callback->path,
                          .is_post = callback->is_post,
                          .header = callback->header,
                          .query = callback->query,
                          .ctx = callback->ctx,
                          .body = callback->body,
                          .body_n = callback->body_n};
    unsigned status = callbacks_take(&of, &it);
    if (status == 200)
        atomic_fetch_add(&gateways->kept, 1);
    else if (status != 503)
        atomic_fetch_add(&gateways->refused, 1);
    return status;
}

struct gateways_counts gateways_counts(struct gateways *gateways)
{
    return (struct gateways_counts){atomic_load(&gateways->kept), atomic_load(&gateways->refused)};
}

struct sms_driver gateways_driver(struct gateways *gateways)
{
    return sms_chain_driver(&gateways->chain);
}

void gateways_close(struct gateways *gateways)
{
    if (gateways == NULL)
        return;
    sms_file_close(gateways->file);
    sms_gammu_close(gateways->gammu);
    sms_smsd_close(gateways->smsd);
    sms_webhook_close(gateways->webhook);
    sms_webhook_close(gateways->zns);
    sms_kannel_close(gateways->kannel);
    callbox_close(gateways->box);
    sms_chain_close(&gateways->chain);
    free(gateways);
}
