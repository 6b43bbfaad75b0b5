/* form.h - what a browser's form says, and whether it is our own form. Pure, any thread. */
#ifndef TRAO_SERVER_WEB_FORM_H
#define TRAO_SERVER_WEB_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "server/web/http.h"

/* The value of a field of an application/x-www-form-urlencoded body, decoded. False when it is not
 * there, twice there, longer than `size` - 1, holds a zero or is not UTF-8; `out` is then "". */
bool form_value(const char *body, size_t n, const char *key, char *out, size_t size);

/* A POST that a page of ours sent (case W04): urlencoded or an upload's form, and when the browser
 * says where it comes from, then from here: Origin is ours (public address, or the host asked for),
 * Sec-Fetch-Site is same-origin or none. No method override. */
bool form_is_ours(const struct http_request *request, const char *public_url);
/* The same for a stream that is opened with a cookie. */
bool origin_is_ours(const struct http_request *request, const char *public_url);

#endif
