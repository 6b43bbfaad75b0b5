#include "server/notify/sms_webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "server/notify/sms_http.h"
#include "server/notify/sms_sent.h"
#include "server/notify/sms_sign.h"

#define HEADER_MAX 160

struct sms_webhook {
    char url[CONFIG_URL_MAX], authority[CONFIG_PATH_MAX];
    struct sms_key key, before;
    bool both;
    struct instant before_until; /* `before` signs too until then */
    struct clock clock;
    bool zns;
    struct sms_sent *sent;
    long status; /* of the last answer, 0 none */
};

/* ------------------------------------------------------------------ opening */

static bool take_config(struct sms_webhook *webhook, const struct sms_webhook_config *config,
                        struct error *err)
{
    int url_n = snprintf(webhook->url, sizeof webhook->url, "%s", config->url);
    int ca_n = snprintf(webhook->authority, sizeof webhook->authority, "%s", config->authority);
    webhook->clock = config->clock;
    webhook->zns = config->zns;
    if (strncmp(config->url, "https://", 8) != 0 || url_n >= (int)sizeof webhook->url ||
        ca_n >= (int)sizeof webhook->authority)
        return error_set(err, ERROR_BAD_INPUT, "[messages] webhook: https://... is wanted");
    if (!sms_key_read(config->key, &webhook->key))
        return error_set(err, ERROR_BAD_INPUT, "[messages] webhook_key: 64 hex digits are wanted");
    webhook->both = config->before != NULL && *config->before != '\0';
    webhook->before_until = config->before_until;
    if (webhook->both && !sms_key_read(config->before, &webhook->before))
        return error_set(err, ERROR_BAD_INPUT, "webhook: the key before: 64 hex digits are wanted");
    return true;
}

bool sms_webhook_open(const struct sms_webhook_config *config, struct sms_webhook **ret_webhook,
                      struct error *err)
{
    struct sms_webhook *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL)
        return error_set(err, ERROR_LATER, "webhook: out of memory");
    if (!sms_http_init(err) || !take_config(webhook, config, err) ||
        (config->sent_path != NULL &&
         !sms_sent_open(config->sent_path, config->clock, &webhook->sent, err))) {
        sms_webhook_close(webhook);
        return false;
    }
    *ret_webhook = webhook;
    return true;
}

void sms_webhook_close(struct sms_webhook *webhook)
{
    if (webhook == NULL)
        return;
    sms_sent_close(webhook->sent);
    sms_key_wipe(&webhook->key);
    sms_key_wipe(&webhook->before);
    free(webhook);
}

/* ------------------------------------------------------------------ a call */

/* By one key, or by two while its receiver changes from one to the other. */
static void sign(const struct sms_webhook *webhook, struct instant now, const char *time,
                 const char *body, char out[2 * HEADER_MAX])
{
    char by_key[SMS_SIGNATURE_MAX], by_before[SMS_SIGNATURE_MAX] = "";
    bool both = webhook->both && now.ms < webhook->before_until.ms;
    if (both)
        sms_sign(&webhook->before, time, body, strlen(body), by_before);
    (void)snprintf(out, (size_t)2 * HEADER_MAX, "Trao-Signature: %s%s%s",
                   sms_sign(&webhook->key, time, body, strlen(body), by_key), both ? "," : "",
                   by_before);
}

/* The status of the answer; 0 and why when there was none. */
static long call(const struct sms_webhook *webhook, const char *id, const char *body,
                 const char **ret_why)
{
    char time[32], answer[SMS_HTTP_ANSWER_MAX];
    char id_line[HEADER_MAX], time_line[HEADER_MAX], signature_line[2 * HEADER_MAX];
    struct instant now = webhook->clock.now(webhook->clock.self);
    (void)snprintf(time, sizeof time, "%lld", (long long)(now.ms / 1000));
    (void)snprintf(id_line, sizeof id_line, "Idempotency-Key: %s", id);
    (void)snprintf(time_line, sizeof time_line, "Trao-Time: %s", time);
    sign(webhook, now, time, body, signature_line);
    struct sms_http_call it = {
        .url = webhook->url,
        .authority = webhook->authority,
        .headers = {"Content-Type: application/json", id_line, time_line, signature_line},
        .body = body};
    return sms_http_call(&it, answer, ret_why);
}

static bool judge(long status, const char *why, struct error *err)
{
    if ((status >= 200 && status < 300) || status == 409)
        return true;
    if (status == 400 || status == 410 || status == 413 || status == 422)
        return error_set(err, ERROR_REFUSED, "webhook: refused with %ld", status);
    if (status <= 0) /* under the same id once more: that it drops */
        return error_set(err, ERROR_LATER, "webhook: %s", why);
    return error_set(err, ERROR_LATER, "webhook: answered with %ld", status);
}

static bool has(void *self, const char *request_id)
{
    const struct sms_webhook *webhook = self;
    return webhook->sent != NULL && sms_sent_has(webhook->sent, request_id);
}

static json_t *data_of(const struct zns *zns)
{
    json_t *data = json_object();
    for (size_t i = 0; i < zns->n; i++)
        if (json_object_set_new(data, zns->params[i].name, json_string(zns->params[i].value)) !=
            0) {
            json_decref(data);
            return NULL;
        }
    return data;
}

/* free() it; NULL without memory. */
static char *new_body(const struct sms_webhook *webhook, const struct sms *sms)
{
    if (sms->to == NULL)
        return strdup(sms->text);
    json_t *json =
        webhook->zns
            ? json_pack("{so ss ss ss}", "data", data_of(sms->zns), "id", sms->request_id,
                        "template", sms->zns->template, "to", sms->to)
            : json_pack("{ss ss ss}", "id", sms->request_id, "text", sms->text, "to", sms->to);
    char *body = json == NULL ? NULL : json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    return body;
}

static bool post(void *self, const struct sms *sms, struct error *err)
{
    struct sms_webhook *webhook = self;
    const char *why = "";
    if (webhook->zns && sms->to != NULL && sms->zns == NULL)
        return error_set(err, ERROR_REFUSED, "zns: no template for this message");
    char *body = new_body(webhook, sms);
    if (body == NULL)
        return error_set(err, ERROR_LATER, "webhook: out of memory");
    long status = call(webhook, sms->request_id, body, &why);
    free(body);
    webhook->status = status > 0 ? status : 0;
    return judge(status, why, err) &&
           (webhook->sent == NULL || sms_sent_add(webhook->sent, sms->request_id, err));
}

char *sms_webhook_new_body(const struct sms_webhook_telling *telling)
{
    json_t *json =
        json_pack("{sI ss sb ss ss ss ss ss sI}", "attempt", (json_int_t)telling->attempt, "at",
                  telling->at, "correction", telling->correction, "dossier", telling->dossier,
                  "event", telling->event, "id", telling->id, "item", telling->item, "office",
                  telling->office, "state", (json_int_t)telling->state);
    char *body = json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(json);
    return body;
}

uint32_t sms_webhook_answered(const struct sms_webhook *webhook)
{
    return (uint32_t)webhook->status;
}

struct sms_driver sms_webhook_driver(struct sms_webhook *webhook)
{
    return (struct sms_driver){.has = has, .send = post, .self = webhook};
}
