/* web.h - pages for citizens and the desk, the live streams, enrolment; HTTP on two listeners:
 * plain on loopback (a proxy stands in front, or it is a demo) and TLS with the server's
 * certificate.
 *
 * Libmicrohttpd's own pool answers requests (http.h is its only door). Whatever writes, hashes a
 * password or enrols is handed to the threads that run web_work, so that no answer waits behind it.
 * Streams are fed by the views' watcher at once, and kept alive by web_tick.
 */
#ifndef TRAO_SERVER_WEB_WEB_H
#define TRAO_SERVER_WEB_WEB_H

#include "server/config.h"
#include "server/field/devices.h"
#include "server/record/acts.h"
#include "server/views/views.h"

/* What a scraper asks for at /metrics: who may, and the text; free(*new_text). Any thread. */
struct web_metrics {
    bool (*allowed)(void *ctx, const char *authorization); /* the header's value, or NULL */
    bool (*text)(void *ctx, struct record *record, char **new_text, size_t *ret_n,
                 struct error *err);
    const char *type;
    void *ctx;
};

/* What trao-admin can do, for who sits at a page: a command of commands.def run in its turn.
 * `new_json`: its JSON document, also after a failure unless NULL; free it. Any thread that may
 * wait for the writer. */
struct web_commands {
    bool (*run)(void *ctx, int argc, char *const argv[], int fd, char **new_json,
                struct error *err);
    /* A short one, with its answer in one group (acts.h). */
    bool (*run_kept)(void *ctx, int argc, char *const argv[], const struct act_kept *kept,
                     char **new_json, struct error *err);
    void *ctx;
};

/* A request of a gateway of messages, below /tin/; `header` and `query` give NULL for what is not
 * there. */
struct web_callback {
    const char *path; /* behind /tin/ */
    bool is_post;
    const char *(*header)(const void *ctx, const char *name);
    const char *(*query)(const void *ctx, const char *name);
    const void *ctx;
    const char *body; /* may hold zeros */
    size_t body_n;
};
struct web_messages {
    unsigned (*call)(void *ctx, const struct web_callback *callback); /* the status; NULL: none */
    const char *(*state)(void *ctx); /* of the gateway, in a word; NULL: not known */
    void *ctx;
};

struct finder;

struct web_config {
    const char *folder; /* the data folder: keys/web.key, keys/web.crt, print/, record.db */
    const struct config *config;
    const uint8_t *secret; /* LINK_SECRET_BYTES of keys/secret.key */
    struct acts acts;
    struct views *views;
    const struct enrol_desk *enrol;
    struct web_metrics metrics; /* `text` NULL: there is none */
    struct web_commands commands;
    struct web_messages messages;
    struct finder *finder; /* items by words; NULL: nothing is found */
    struct clock clock;
    struct chance chance;
};

struct web;

/* Adds its watcher to the views (so: before the first views_follow), binds both listeners and
 * starts to answer. LATER names the address that cannot be bound. */
bool web_open(const struct web_config *config, struct web **ret_web, struct error *err) must_use;

/* Runs what was handed over until web_stop; a few threads of the program. */
void web_work(struct web *web);
/* Heartbeats, ends of streams, sockets that never finish a request. About twice a second. */
void web_tick(struct web *web);

/* A print job stands otherwise: pages that show jobs look again. Any thread, until web_close. */
void web_printing(struct web *web);

/* web_work returns; requests that wait for it are answered 503. From any thread. */
void web_stop(struct web *web);
/* After web_stop, when no thread is in web_work, web_tick or views_follow any more: ends all
 * streams, then the listeners. NULL is fine. */
void web_close(struct web *web);

/* The i-th row of the table of routes; false past its end. For the test that walks all of them. */
struct web_way {
    const char *path;
    bool below, post; /* all that begins with it; the method */
};
bool web_way(size_t i, struct web_way *ret_way);

/* Live pages open now. */
size_t web_streams(struct web *web);
/* Connections closed since it was opened: a request came too slowly; what came was none. */
void web_cut(struct web *web, uint64_t *ret_slow, uint64_t *ret_unread);

/* Ports in fact bound (a config may say 0 in tests). */
uint16_t web_port_plain(const struct web *web);
uint16_t web_port_tls(const struct web *web);

#endif
