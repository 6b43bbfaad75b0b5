/* metrics.h - the server in numbers, as Prometheus reads them (text format 0.0.4): what metrics.def
 * lists, and trao_items by status. No name, address, phone, number of an item or of a handheld is
 * among them: whoever may see a graph need not be somebody who may see those.
 *
 * What cannot be found out at the moment is left out, as Prometheus wants it: a gap in a graph, not
 * a nought. Any thread.
 */
#ifndef TRAO_SERVER_METRICS_H
#define TRAO_SERVER_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/clock.h"
#include "protocol/error.h"

#define METRICS_KEY_BYTES 32
#define METRICS_TOKEN_CHARS 32 /* hexadecimal: 128 bits */
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

struct record;
struct writer;
struct intake;
struct views;
struct session;
struct dispatch;
struct notify;
struct copies;

/* What is asked; all borrowed. `secret` is that of keys/secret.key. */
struct metrics {
    const char *folder;
    const uint8_t *secret;
    struct instant started;
    struct writer *writer;
    struct intake *intake;
    struct views *views;
    struct session *session;
    struct dispatch *dispatch;
    struct notify *notify;
    struct copies *copies; /* NULL: none are kept */
    size_t (*streams)(void *ctx);
    /* Connections that pages cut off. */
    void (*cut)(void *ctx, uint64_t *ret_slow, uint64_t *ret_unread);
    /* What gateways of messages called in. */
    void (*gateway_calls)(void *ctx, uint64_t *ret_kept, uint64_t *ret_refused);
    void *ctx;
};

/* `record` is the caller's reader. free(*new_text). LATER without memory. */
bool metrics_text(const struct metrics *metrics, struct record *record, struct instant now,
                  char **new_text, size_t *ret_n, struct error *err) must_use;

/* The word a scraper shows as bearer token: a keyed hash of the server's own secret, so that it
 * needs no file and opens nothing else. */
void metrics_token(const uint8_t secret[METRICS_KEY_BYTES],
                   char ret_token[METRICS_TOKEN_CHARS + 1]);
/* `header` is the whole value of Authorization, or NULL; constant time in the token. */
bool metrics_token_holds(const uint8_t secret[METRICS_KEY_BYTES], const char *header);

/* A row of metrics.def, NULL past the end. */
struct metric_row {
    const char *name, *labels, *type, *help;
};
const struct metric_row *metric_row(size_t i);

#endif
