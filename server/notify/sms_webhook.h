/* sms_webhook.h - messages to a gateway that speaks HTTPS: a brandname aggregator, ZNS templates,
 * or a few lines before either that turn this request into theirs.
 *
 *     POST the address of trao.conf, TLS 1.2 or newer, certificate verified
 *     Content-Type: application/json
 *     Idempotency-Key: REQUEST-ID           the same when a message is sent again
 *     Trao-Time: 1795568400                 seconds since 1970
 *     Trao-Signature: 64 hex digits         HMAC-SHA256(key, time "." body); two by a comma while a
 *                                           key is being changed: right when one of them is
 *     {"id": REQUEST-ID, "text": "...", "to": "+84912000001"}
 *
 * With sms.to NULL the body is sms.text itself (push.h). To Zalo (`zns`) it is
 *
 *     {"data": {"ngay": "27/11", "so": "RA..."}, "id": REQUEST-ID, "template": "247890",
 *      "to": "+84912000001"}
 *
 * and a message that has no template there is refused, so that the next gateway takes it.
 *
 * Answers: 2xx and 409 (it has this id) are "taken"; 400, 410, 413 and 422 are "never"; all others,
 * no answer, and a certificate that does not hold are "not now" - a wrong key or address must not
 * use messages up. The body of an answer is not read. A crash between answer and list sends once
 * more under the same id: that the gateway drops it is its part.
 *
 * Only the configured address is asked: no redirect, no proxy, no other scheme [threat model: the
 * server must not be led to ask others]. sms_http.h bounds a call; the thread that ticks waits for
 * it. One thread.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_WEBHOOK_H
#define TRAO_SERVER_NOTIFY_SMS_WEBHOOK_H

#include "server/notify/notify.h"

struct sms_webhook;

struct sms_webhook_config {
    const char *url;             /* https://... */
    const char *key;             /* 64 hex digits */
    const char *authority;       /* file of certificates that count; "" the system's */
    const char *sent_path;       /* sms_sent.h; NULL: nothing is kept of what went */
    const char *before;          /* a key that signs too, or NULL */
    struct instant before_until; /* until then */
    bool zns;                    /* to Zalo, by template */
    struct clock clock;
};

/* BAD_INPUT: no such address or key. */
bool sms_webhook_open(const struct sms_webhook_config *config, struct sms_webhook **ret_webhook,
                      struct error *err) must_use;
struct sms_driver sms_webhook_driver(struct sms_webhook *webhook);
/* The HTTP status of the last answer; 0: there was none. */
uint32_t sms_webhook_answered(const struct sms_webhook *webhook);
/* What the offices' system is told (push.h) as the whole body of a message; borrowed words. */
struct sms_webhook_telling {
    const char *id, *item, *dossier, *office, *event, *at;
    uint32_t attempt, state;
    bool correction;
};
/* free() it; NULL without memory. */
char *sms_webhook_new_body(const struct sms_webhook_telling *telling);
void sms_webhook_close(struct sms_webhook *webhook); /* NULL is fine */

#endif
