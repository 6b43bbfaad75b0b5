/* sms_http.h - one call to a gateway's address, and nothing else than that address: no redirect, no
 * proxy, no other scheme [threat model: the server must not be led to ask others]. The only door to
 * libcurl of this folder. Private to it; one thread at a time may call.
 */
#ifndef TRAO_SERVER_NOTIFY_SMS_HTTP_H
#define TRAO_SERVER_NOTIFY_SMS_HTTP_H

#include <stddef.h>

#include "protocol/error.h"

#define SMS_HTTP_CONNECT_S 5
#define SMS_HTTP_ANSWER_S 10
#define SMS_HTTP_HEADERS_MAX 8
#define SMS_HTTP_ANSWER_MAX 256

struct sms_http_call {
    const char *url;       /* https://..., or http://... of this machine */
    const char *authority; /* file of certificates that count; "" the system's */
    const char *headers[SMS_HTTP_HEADERS_MAX]; /* "Name: value", NULL behind the last */
    const char *body;                          /* posted; NULL: it is a GET */
    bool wants_answer; /* else nothing of it is kept, and its first bytes end the call */
};

/* Whether such an address may be asked: TLS, but for one of this machine. */
bool sms_http_is_address(const char *url);
/* Once before the first call. BROKEN. */
bool sms_http_init(struct error *err) must_use;
#define SMS_HTTP_UNANSWERED (-1)
/* The status of the answer, and its beginning in `answer`. None, and why: 0 when nothing left this
 * machine, UNANSWERED when something of the call did, so that it may have been heard. */
long sms_http_call(const struct sms_http_call *call, char answer[SMS_HTTP_ANSWER_MAX],
                   const char **ret_why);
/* Writes "URL?name=value&..." with each value escaped. False: longer than `size`. */
struct sms_http_field {
    const char *name, *value;
};
bool sms_http_address(const char *url, const struct sms_http_field *fields, size_t n, char *out,
                      size_t size) must_use;

#endif
