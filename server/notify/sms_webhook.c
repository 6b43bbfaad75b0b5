#include "server/notify/sms_webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <jansson.h>
#include <sodium.h>

#include "server/notify/sms_sent.h"

#define HEADER_MAX 160
#define SIGNATURE_MAX (2 * crypto_auth_hmacsha256_BYTES + 1)

struct sms_webhook {
    char url[CONFIG_URL_MAX], authority[CONFIG_PATH_MAX];
    uint8_t key[crypto_auth_hmacsha256_KEYBYTES];
    struct clock clock;
    struct sms_sent *sent;
};

/* ------------------------------------------------------------------ opening */

static bool take_config(struct sms_webhook *webhook, const struct sms_webhook_config *config,
                        struct error *err)
{
    size_t n = 0;
    int url_n = snprintf(webhook->url, sizeof webhook->url, "%s", config->url);
    int ca_n = snprintf(webhook->authority, sizeof webhook->authority, "%s", config->authority);
    webhook->clock = config->clock;
    if (strncmp(config->url, "https://", 8) != 0 || url_n >= (int)sizeof webhook->url ||
        ca_n >= (int)sizeof webhook->authority)
        return error_set(err, ERROR_BAD_INPUT, "[messages] webhook: https://... is wanted");
    if (sodium_hex2bin(webhook->key, sizeof webhook->key, config->key, strlen(config->key), NULL,
                       &n, NULL) != 0 ||
        n != sizeof webhook->key)
        return error_set(err, ERROR_BAD_INPUT, "[messages] webhook_key: 64 hex digits are wanted");
    return true;
}

bool sms_webhook_open(const struct sms_webhook_config *config, struct sms_webhook **ret_webhook,
                      struct error *err)
{
    struct sms_webhook *webhook = calloc(1, sizeof *webhook);
    if (webhook == NULL)
        return error_set(err, ERROR_LATER, "webhook: out of memory");
    bool ready = (sodium_init() >= 0 && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) ||
                 error_set(err, ERROR_BROKEN, "webhook: the libraries do not start");
    if (!ready || !take_config(webhook, config, err) ||
        !sms_sent_open(config->sent_path, config->clock, &webhook->sent, err)) {
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
    sodium_memzero(webhook->key, sizeof webhook->key);
    free(webhook);
}

/* ------------------------------------------------------------------ a call */

static void sign(const struct sms_webhook *webhook, const char *time, const char *body,
                 char out[SIGNATURE_MAX])
{
    uint8_t mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, webhook->key, sizeof webhook->key);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)time, strlen(time));
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const uint8_t *)body, strlen(body));
    crypto_auth_hmacsha256_final(&state, mac);
    (void)sodium_bin2hex(out, SIGNATURE_MAX, mac, sizeof mac);
    sodium_memzero(&state, sizeof state);
}

/* What an answer says is not wanted: nothing of it is kept, and its first bytes end the call. */
static size_t drop_answer(char *bytes, size_t size, size_t n, void *ctx)
{
    (void)bytes;
    (void)ctx;
    (void)size;
    (void)n;
    return 0;
}

static struct curl_slist *headers_of(const struct sms_webhook *webhook, const char *id,
                                     const char *body)
{
    char line[HEADER_MAX], time[32], signature[SIGNATURE_MAX];
    struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");
    (void)snprintf(time, sizeof time, "%lld",
                   (long long)(webhook->clock.now(webhook->clock.self).ms / 1000));
    sign(webhook, time, body, signature);
    (void)snprintf(line, sizeof line, "Idempotency-Key: %s", id);
    list = curl_slist_append(list, line);
    (void)snprintf(line, sizeof line, "Trao-Time: %s", time);
    list = curl_slist_append(list, line);
    (void)snprintf(line, sizeof line, "Trao-Signature: %s", signature);
    list = curl_slist_append(list, line);
    return curl_slist_append(list, "Expect:");
}

static void set_up(CURL *curl, const struct sms_webhook *webhook, const char *body,
                   struct curl_slist *headers)
{
    curl_easy_setopt(curl, CURLOPT_URL, webhook->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)WEBHOOK_CONNECT_S);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WEBHOOK_ANSWER_S);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (*webhook->authority != '\0') {
        curl_easy_setopt(curl, CURLOPT_CAINFO, webhook->authority);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop_answer);
}

/* The status of the answer; 0 and why when there was none. */
static long call(const struct sms_webhook *webhook, const char *id, const char *body,
                 const char **ret_why)
{
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = headers_of(webhook, id, body);
    long status = 0;
    *ret_why = "out of memory";
    if (curl != NULL && headers != NULL) {
        set_up(curl, webhook, body, headers);
        CURLcode code = curl_easy_perform(curl);
        *ret_why = curl_easy_strerror(code);
        if (code == CURLE_OK || code == CURLE_WRITE_ERROR)
            curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    }
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

static bool judge(long status, const char *why, struct error *err)
{
    if ((status >= 200 && status < 300) || status == 409)
        return true;
    if (status == 400 || status == 410 || status == 413 || status == 422)
        return error_set(err, ERROR_REFUSED, "webhook: refused with %ld", status);
    if (status == 0)
        return error_set(err, ERROR_LATER, "webhook: %s", why);
    return error_set(err, ERROR_LATER, "webhook: answered with %ld", status);
}

static bool has(void *self, const char *request_id)
{
    const struct sms_webhook *webhook = self;
    return sms_sent_has(webhook->sent, request_id);
}

static bool post(void *self, const struct sms *sms, struct error *err)
{
    struct sms_webhook *webhook = self;
    const char *why = "";
    json_t *json = sms->to == NULL ? NULL
                                   : json_pack("{ssssss}", "id", sms->request_id, "text", sms->text,
                                               "to", sms->to);
    char *body = sms->to == NULL ? strdup(sms->text)
                 : json == NULL  ? NULL
                                 : json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(json);
    if (body == NULL)
        return error_set(err, ERROR_LATER, "webhook: out of memory");
    long status = call(webhook, sms->request_id, body, &why);
    free(body);
    return judge(status, why, err) && sms_sent_add(webhook->sent, sms->request_id, err);
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

struct sms_driver sms_webhook_driver(struct sms_webhook *webhook)
{
    return (struct sms_driver){.has = has, .send = post, .self = webhook};
}
