/* callbacks.h - what a gateway says of itself over HTTP, proved and kept (callbox.h) before it is
 * answered. Below /tin/:
 *
 *     GET  kannel/bao?id=ID&d=N&ky=SIGNATURE
 *         Kannel's dlr-url, as sms_kannel.h gave it out
 *     POST kannel/den?ma=ID&ky=KEY    with X-Kannel-From, Content-Type
 *         a text, from Kannel's sms-service, UTF-8 or UTF-16BE
 *     POST webhook                    with Trao-Time, Trao-Signature as sms_webhook.h has them
 *         {"id": ID, "end": "sent" | "delivered" | "failed"}
 *         {"id": ID, "from": "+84...", "text": "..."}    a text, `id` the gateway's own
 *     POST zns                        likewise, with its own key
 *
 * What is forged, unsigned, or signed more than CALLBACKS_WINDOW_S away from now is refused and
 * leaves nothing. The same call twice is taken twice and changes nothing the second time: of
 * reports the first word stands (reports.h), a text is known by its id for thirty days (inbox.h). A
 * report that comes late is kept however late it is. The same thread rules as callbox_keep.
 */
#ifndef TRAO_SERVER_NOTIFY_CALLBACKS_H
#define TRAO_SERVER_NOTIFY_CALLBACKS_H

#include "server/notify/callbox.h"

#define CALLBACKS_WINDOW_S 300

/* A request as it came; `header` and `query` give NULL for what is not there. */
struct callback {
    const char *path; /* behind /tin/ */
    bool is_post;
    const char *(*header)(const void *ctx, const char *name);
    const char *(*query)(const void *ctx, const char *name);
    const void *ctx;
    const char *body; /* may hold zeros */
    size_t body_n;
};

struct callbacks_config {
    struct callbox *box;
    struct clock clock;
    const char *kannel_key, *webhook_key, *zns_key; /* 64 hex digits; "" it is not listened to */
};

/* The status to answer with: 200; 400 it cannot be read; 401 it is not proved; 404 there is none;
 * 405; 503 say it again. */
unsigned callbacks_take(const struct callbacks_config *config, const struct callback *callback);

/* The readers behind it, for strangers' bytes: false, they say nothing that can be taken. */
bool callbacks_json(const char *bytes, size_t n, struct callbox_call *ret_call);
bool callbacks_text(const char *bytes, size_t n, bool utf16, struct callbox_call *ret_call);

#endif
