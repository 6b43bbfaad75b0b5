#include "server/notify/sms_kannel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/sms_begun.h"
#include "server/notify/sms_http.h"
#include "server/notify/sms_sent.h"
#include "server/notify/sms_sign.h"

#define MASK "27" /* on the phone, not on it, at the operator's, refused there */
#define ADDRESS_MAX 6144

struct sms_kannel {
    char url[CONFIG_URL_MAX], authority[CONFIG_PATH_MAX], reports[CONFIG_URL_MAX];
    char user[CONFIG_WORD_MAX], password[CONFIG_WORD_MAX], from[CONFIG_WORD_MAX];
    struct sms_key key;
    struct sms_sent *sent;
    struct sms_begun *begun;
};

/* ------------------------------------------------------------------ opening */

static bool copy(const char *from, char *out, size_t size)
{
    return snprintf(out, size, "%s", from) < (int)size;
}

static bool take_config(struct sms_kannel *kannel, const struct sms_kannel_config *config,
                        struct error *err)
{
    bool fits = copy(config->url, kannel->url, sizeof kannel->url) &&
                copy(config->authority, kannel->authority, sizeof kannel->authority) &&
                copy(config->reports, kannel->reports, sizeof kannel->reports) &&
                copy(config->user, kannel->user, sizeof kannel->user) &&
                copy(config->password, kannel->password, sizeof kannel->password) &&
                copy(config->from, kannel->from, sizeof kannel->from);
    if (!fits || !sms_http_is_address(kannel->url))
        return error_set(err, ERROR_BAD_INPUT,
                         "[messages] kannel: https://..., or http://127.0.0.1:... is wanted");
    if (!sms_key_read(config->key, &kannel->key))
        return error_set(err, ERROR_BAD_INPUT, "[messages] kannel_key: 64 hex digits are wanted");
    return true;
}

bool sms_kannel_open(const struct sms_kannel_config *config, struct sms_kannel **ret_kannel,
                     struct error *err)
{
    struct sms_kannel *kannel = calloc(1, sizeof *kannel);
    if (kannel == NULL)
        return error_set(err, ERROR_LATER, "kannel: out of memory");
    if (!sms_http_init(err) || !take_config(kannel, config, err) ||
        !sms_sent_open(config->sent_path, config->clock, &kannel->sent, err) ||
        !sms_begun_open(config->begun_path, kannel->sent, config->clock, &kannel->begun, err)) {
        sms_kannel_close(kannel);
        return false;
    }
    *ret_kannel = kannel;
    return true;
}

void sms_kannel_close(struct sms_kannel *kannel)
{
    if (kannel == NULL)
        return;
    sms_begun_close(kannel->begun);
    sms_sent_close(kannel->sent);
    sms_key_wipe(&kannel->key);
    chain_wipe(kannel->password, sizeof kannel->password);
    free(kannel);
}

/* ------------------------------------------------------------------ a message */

static bool address_of(const struct sms_kannel *kannel, const struct sms *sms,
                       char out[ADDRESS_MAX], struct error *err)
{
    char reports[2 * CONFIG_URL_MAX], signature[SMS_SIGNATURE_MAX];
    /* Ids are digits, letters, full stops and strokes (notices.h, answers.h): they stand as they
     * are, and Kannel fills in the %d. */
    (void)snprintf(
        reports, sizeof reports, "%s/tin/kannel/bao?id=%s&d=%%d&ky=%s", kannel->reports,
        sms->request_id,
        sms_sign(&kannel->key, "bao", sms->request_id, strlen(sms->request_id), signature));
    const struct sms_http_field fields[] = {
        {"username", kannel->user},
        {"password", kannel->password},
        {"to", sms->to},
        {"text", sms->text},
        {"coding", "0"},
        {"charset", "UTF-8"},
        {"dlr-mask", MASK},
        {"dlr-url", reports},
        {"from", kannel->from},
    };
    size_t n = sizeof fields / sizeof *fields - (*kannel->from == '\0');
    return sms_http_address(kannel->url, fields, n, out, ADDRESS_MAX) ||
           error_set(err, ERROR_REFUSED, "kannel: the message is too long");
}

/* [seen of Kannel 1.4.5: "Not routable. Do not try again." with 403, "Number(s) has/have been
 * denied by white- and/or black-lists." with 400, "Authorization failed for sendsms" with 403] */
static bool judge(long status, const char *answer, const char *why, struct error *err)
{
    if (status >= 200 && status < 300)
        return true;
    if (strstr(answer, "Not routable") != NULL || strstr(answer, "denied by white-") != NULL)
        return error_set(err, ERROR_REFUSED, "kannel: this number is not served");
    if (status <= 0)
        return error_set(err, ERROR_LATER, "kannel: %s", why);
    if (strstr(answer, "Authorization failed") != NULL)
        return error_set(err, ERROR_LATER, "kannel: does not know kannel_user, kannel_password");
    return error_set(err, ERROR_LATER, "kannel: answered with %ld", status);
}

static bool has(void *self, const char *request_id)
{
    const struct sms_kannel *kannel = self;
    return sms_sent_has(kannel->sent, request_id) ||
           sms_begun_is_in_doubt(kannel->begun, request_id);
}

/* Answered by no: it may go again. By yes: on the list first. Not at all: in doubt. */
static bool settle(struct sms_kannel *kannel, const char *id, long status, bool taken,
                   struct error *err)
{
    if (status == SMS_HTTP_UNANSWERED)
        sms_begun_doubt(kannel->begun, id);
    else if (!taken || sms_sent_add(kannel->sent, id, err))
        sms_begun_end(kannel->begun, id);
    else
        return false;
    return taken;
}

static bool send(void *self, const struct sms *sms, struct error *err)
{
    struct sms_kannel *kannel = self;
    char address[ADDRESS_MAX], answer[SMS_HTTP_ANSWER_MAX];
    const char *why = "", *id = sms->request_id;
    if (!address_of(kannel, sms, address, err) || !sms_begun_add(kannel->begun, id, err))
        return false;
    struct sms_http_call call = {
        .url = address, .authority = kannel->authority, .wants_answer = true};
    long status = sms_http_call(&call, answer, &why);
    chain_wipe(address, sizeof address);
    return settle(kannel, id, status, judge(status, answer, why, err), err);
}

/* What is in doubt was maybe sent: it is on the list of what was, once that is a fact. */
static bool reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    struct sms_kannel *kannel = self;
    return sms_begun_report(kannel->begun, kannel->sent, take, ctx, err);
}

struct sms_driver sms_kannel_driver(struct sms_kannel *kannel)
{
    return (struct sms_driver){.has = has, .send = send, .reports = reports, .self = kannel};
}
