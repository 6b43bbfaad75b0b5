/* attach_send.h - the way of attachments to the server: decisions only, over a store and a `struct
 * link_out`. One piece at a time, each answered by what the server has; a long one begins with the
 * question how much of it has come already, so that a cut link costs one piece at most. Silence
 * sends the piece again, later and later.
 *
 * Driven by the uplink, which lets it send only when no scan waits. One thread, no clock of its
 * own.
 */
#ifndef TRAO_HANDHELD_ATTACH_SEND_H
#define TRAO_HANDHELD_ATTACH_SEND_H

#include "handheld/attach_store.h"
#include "protocol/session.h"

#define ATTACH_WAIT_MIN_MS 5000
#define ATTACH_WAIT_MAX_MS 300000

struct attach_send_config {
    const char *device;         /* borrowed, as is the next */
    struct attach_store *store; /* NULL: there is nothing to send */
    struct clock clock;
    struct chance chance;
    struct link_out out;
    void (*tell)(void *ctx, const char *sentence); /* may be NULL; nothing personal */
    void *ctx;
};

/* A value; needs no closing. The fields are its own. */
struct attach_send {
    struct attach_send_config config;
    struct attach_file file; /* in hand */
    uint64_t generation;     /* as begun with */
    bool in_hand, flying;
    bool asked;       /* how much has come is known */
    uint32_t n, have; /* its size; what the server has */
    struct tick due;  /* when silence counts as lost, while flying */
    struct tick hold_until;
    int64_t wait_ms;
    uint64_t pieces, kept, refused;
};

void attach_send_init(struct attach_send *send, const struct attach_send_config *config);
/* A new connection or none any more, or another record answers: what was on its way counts as not
 * sent. `generation` of the record that stands; 0 none yet. */
void attach_send_anew(struct attach_send *send, uint64_t generation);
/* Sends what is due; call it only when no scan waits. */
void attach_send_tick(struct attach_send *send);
/* What the server says; of its present generation. */
void attach_send_state(struct attach_send *send, const struct attachment_state *state);
/* The next moment at which the tick has something to do by itself; INT64_MAX: never. */
struct tick attach_send_due(const struct attach_send *send);

#endif
