#include "server/pushing.h"

#include <stdlib.h>

#include "server/files.h"
#include "server/notify/hook_key.h"
#include "server/notify/sms_webhook.h"

struct pushing {
    const struct config *config;
    struct clock clock;
    char sent_path[CONFIG_PATH_MAX];
    struct sms_webhook *own;
    struct push *push;
};

/* Of trao.conf; nothing is kept of what went. */
static struct sms_webhook_config own_config(const struct pushing *pushing)
{
    return (struct sms_webhook_config){.url = pushing->config->push,
                                       .key = pushing->config->push_key,
                                       .authority = pushing->config->push_authority,
                                       .clock = pushing->clock};
}

/* Whoever runs the machine may have taken its host off the list since. */
static bool open_driver(void *ctx, const struct hook *hook, const char *key, const char *before,
                        struct sms_driver *ret_driver, void **ret_opened, struct error *err)
{
    struct pushing *pushing = ctx;
    struct sms_webhook *webhook = NULL;
    struct sms_webhook_config config = {.url = hook->url,
                                        .key = key,
                                        .authority = pushing->config->push_authority,
                                        .clock = pushing->clock,
                                        .before = before,
                                        .before_until = hook->before_until};
    if (hook->id == 0) /* of trao.conf, for a test */
        config = own_config(pushing);
    else if (!hook_url_check(hook->url, pushing->config->push_hosts, err))
        return false;
    if (!sms_webhook_open(&config, &webhook, err))
        return false;
    *ret_driver = sms_webhook_driver(webhook);
    *ret_opened = webhook;
    return true;
}

static void close_driver(void *ctx, void *opened)
{
    (void)ctx;
    sms_webhook_close(opened);
}

static uint32_t answered(void *ctx, const void *opened)
{
    (void)ctx;
    return sms_webhook_answered(opened);
}

static bool open_own(struct pushing *pushing, struct error *err)
{
    struct sms_webhook_config config = own_config(pushing);
    config.sent_path = pushing->sent_path;
    return *pushing->config->push == '\0' || sms_webhook_open(&config, &pushing->own, err) ||
           error_add(err, "[offices]");
}

static bool open_push(struct pushing *pushing, const struct pushing_config *config,
                      struct error *err)
{
    struct push_config it = {.acts = config->acts,
                             .views = config->views,
                             .record_path = config->record_path,
                             .secret = config->secret,
                             .drivers = {open_driver, close_driver, pushing, answered},
                             .has_own = pushing->own != NULL,
                             .clock = config->clock,
                             .alarm = config->alarm,
                             .ctx = config->ctx};
    if (it.has_own)
        it.own = sms_webhook_driver(pushing->own);
    return push_open(&it, &pushing->push, err);
}

bool pushing_open(const struct pushing_config *config, struct pushing **ret_pushing,
                  struct error *err)
{
    struct pushing *pushing = calloc(1, sizeof *pushing);
    if (pushing == NULL)
        return error_set(err, ERROR_LATER, "push: out of memory");
    pushing->config = config->config;
    pushing->clock = config->clock;
    if (!files_join(config->folder, "offices.sent", pushing->sent_path, sizeof pushing->sent_path,
                    err) ||
        !open_own(pushing, err) || !open_push(pushing, config, err)) {
        pushing_close(pushing);
        return false;
    }
    *ret_pushing = pushing;
    return true;
}

struct push *pushing_push(struct pushing *pushing)
{
    return pushing->push;
}

void pushing_close(struct pushing *pushing)
{
    if (pushing == NULL)
        return;
    push_close(pushing->push);
    sms_webhook_close(pushing->own);
    free(pushing);
}
