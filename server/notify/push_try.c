/* push_try.c - a webhook is sent a test, so that who set it up need not wait for an envelope. */
#include <stdio.h>
#include <stdlib.h>

#include "protocol/chain.h"
#include "server/notify/hook_key.h"
#include "server/notify/push_inside.h"
#include "server/notify/sms_webhook.h"

bool push_reach(const struct push *push, const struct hook *hook, struct sms_driver *ret_driver,
                void **ret_opened, struct error *err)
{
    const struct push_drivers *drivers = &push->config.drivers;
    const uint8_t *secret = push->config.secret;
    char key[HOOK_KEY_TEXT] = "", before[HOOK_KEY_TEXT] = "";
    bool good =
        (hook->secret.n == 0 || hook_key_open(secret, hook->name, &hook->secret, key, err)) &&
        (hook->before.n == 0 || hook_key_open(secret, hook->name, &hook->before, before, err)) &&
        drivers->open(drivers->ctx, hook, key, before, ret_driver, ret_opened, err);
    chain_wipe(key, sizeof key);
    chain_wipe(before, sizeof before);
    return good;
}

/* free() it; NULL without memory. */
static char *new_test(const struct push *push, const struct hook *hook,
                      char id[NOTICE_REQUEST_MAX + 1])
{
    struct instant now = push_now(push);
    char at[CLOCK_TEXT_MAX];
    clock_iso_local(now, at, sizeof at);
    (void)snprintf(id, NOTICE_REQUEST_MAX + 1, "test.%u.%lld", hook->id, (long long)now.ms);
    const struct sms_webhook_telling words = {
        .id = id, .item = "", .dossier = "", .office = "", .event = "test", .at = at, .state = 9};
    return sms_webhook_new_body(&words);
}

bool push_try(struct push *push, const struct hook *hook, uint32_t *ret_status, struct error *err)
{
    const struct push_drivers *drivers = &push->config.drivers;
    struct sms_driver driver;
    void *opened = NULL;
    char id[NOTICE_REQUEST_MAX + 1];
    *ret_status = 0;
    char *body = new_test(push, hook, id);
    if (body == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool sent = push_reach(push, hook, &driver, &opened, err);
    if (sent) {
        const struct sms message = {id, NULL, body, NULL};
        sent = driver.send(driver.self, &message, err);
        *ret_status = drivers->answered != NULL ? drivers->answered(drivers->ctx, opened) : 0;
        drivers->close(drivers->ctx, opened);
    }
    free(body);
    return sent;
}
