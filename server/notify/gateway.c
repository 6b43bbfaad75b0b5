#include "server/notify/gateway.h"

#include <stdio.h>

static struct instant now(const struct gateway *gateway)
{
    return gateway->clock.now(gateway->clock.self);
}

bool gateway_rests(const struct gateway *gateway)
{
    return now(gateway).ms < gateway->next.ms;
}

bool gateway_is_dead(const struct gateway *gateway)
{
    return gateway->rest_ms != 0 && now(gateway).ms - gateway->since.ms >= NOTIFY_DOWN_MS;
}

bool gateway_has(const struct gateway *gateway, const char *request_id)
{
    return gateway->driver.has(gateway->driver.self, request_id);
}

static void answers(struct gateway *gateway)
{
    gateway->rest_ms = 0;
    gateway->doubt = false;
    gateway->next = gateway->since = gateway->told = (struct instant){0};
}

void gateway_forgive(struct gateway *gateway)
{
    if (gateway->doubt)
        answers(gateway);
}

static void fails(struct gateway *gateway)
{
    int64_t at = now(gateway).ms, twice = gateway->rest_ms * 2;
    if (gateway->rest_ms == 0)
        gateway->since.ms = at;
    gateway->rest_ms = twice < NOTIFY_AGAIN_MIN_MS ? NOTIFY_AGAIN_MIN_MS : twice;
    if (gateway->rest_ms > NOTIFY_AGAIN_MAX_MS)
        gateway->rest_ms = NOTIFY_AGAIN_MAX_MS;
    gateway->next.ms = at + gateway->rest_ms;
}

bool gateway_send(struct gateway *gateway, const struct sms *sms, struct error *err)
{
    struct error why = {.code = ERROR_NONE};
    bool sent = gateway->driver.send(gateway->driver.self, sms, &why);
    if (sent || why.code != ERROR_LATER)
        answers(gateway);
    else
        fails(gateway);
    gateway->doubt = !sent && gateway_has(gateway, sms->request_id);
    return sent || error_set(err, why.code, "%s", why.text);
}

#define TELL_AGAIN_MS (INT64_C(1000) * 3600)

void gateway_tell_people(struct gateway *gateway)
{
    char time[CLOCK_TEXT_MAX], sentence[160];
    int64_t at = now(gateway).ms;
    if (!gateway_is_dead(gateway) || gateway->alarm == NULL ||
        (gateway->told.ms != 0 && at - gateway->told.ms < TELL_AGAIN_MS))
        return;
    gateway->told.ms = at;
    (void)snprintf(sentence, sizeof sentence, "messages: %s does not answer since %s",
                   gateway->name ? gateway->name : "the gateway",
                   clock_time_vi(gateway->since, time, sizeof time));
    gateway->alarm(gateway->ctx, sentence);
}
