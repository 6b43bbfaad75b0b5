#include "handheld/attach_send.h"

#include <string.h>

#include "protocol/topic.h"
#include "protocol/wire.h"

#define PAUSE_MS 1000 /* when the pipe or the disk says "later" */

static struct tick now(const struct attach_send *send)
{
    return send->config.clock.tick(send->config.clock.self);
}

static bool reached(const struct attach_send *send, struct tick at)
{
    return now(send).ms >= at.ms;
}

/* Between half of the wait and all of it. */
static struct tick after_wait(struct attach_send *send)
{
    uint64_t half = (uint64_t)send->wait_ms / 2;
    uint64_t jitter = chance_u64(&send->config.chance) % (half + 1);
    return (struct tick){now(send).ms + (int64_t)(half + jitter)};
}

static void back_off(struct attach_send *send)
{
    send->wait_ms *= 2;
    if (send->wait_ms > ATTACH_WAIT_MAX_MS)
        send->wait_ms = ATTACH_WAIT_MAX_MS;
}

static void pause(struct attach_send *send)
{
    send->hold_until = (struct tick){now(send).ms + PAUSE_MS};
}

static void tell(struct attach_send *send, const char *sentence)
{
    if (send->config.tell != NULL)
        send->config.tell(send->config.ctx, sentence);
}

void attach_send_init(struct attach_send *send, const struct attach_send_config *config)
{
    memset(send, 0, sizeof *send);
    send->config = *config;
    send->wait_ms = ATTACH_WAIT_MIN_MS;
}

void attach_send_anew(struct attach_send *send, uint64_t generation)
{
    send->generation = generation;
    send->in_hand = send->flying = false;
    send->wait_ms = ATTACH_WAIT_MIN_MS;
    send->hold_until = now(send);
}

/* ------------------------------------------------------------------ what goes up */

/* One that is damaged never gets into the way of the rest. */
static bool take_next(struct attach_send *send)
{
    struct attach_store *store = send->config.store;
    struct error err;
    while (!send->in_hand && attach_store_first(store, &send->file, &err)) {
        if (attach_store_check(store, &send->file, &send->n, &err)) {
            send->in_hand = true;
            send->have = 0;
            send->asked = send->n <= ATTACHMENT_CHUNK_MAX; /* sooner sent than asked about */
        } else if (err.code == ERROR_BROKEN) {
            tell(send, err.text);
            attach_store_set_aside(store, &send->file);
        } else {
            break;
        }
    }
    if (!send->in_hand && err.code != ERROR_NOT_FOUND)
        pause(send);
    return send->in_hand;
}

static void send_piece(struct attach_send *send)
{
    uint8_t data[ATTACHMENT_CHUNK_MAX], bytes[WIRE_BYTES_MAX];
    char topic[TOPIC_MAX];
    size_t n;
    uint32_t left = send->n - send->have;
    struct attachment_chunk chunk = {.hash = send->file.hash,
                                     .total_bytes = send->n,
                                     .offset = send->have,
                                     .data = {data, 0},
                                     .kind = send->file.kind,
                                     .generation = send->generation};
    if (send->asked)
        chunk.data.n = left < sizeof data ? left : sizeof data;
    struct link_out *out = &send->config.out;
    if (!attach_store_piece(send->config.store, &send->file, send->have, data, chunk.data.n,
                            NULL)) {
        send->in_hand = false; /* looked at anew */
        pause(send);
    } else if (!wire_attachment(&chunk, bytes, &n, NULL) ||
               !out->publish(out->self, topic_up(send->config.device, topic), bytes, n, NULL)) {
        pause(send);
    } else {
        send->flying = true;
        send->due = after_wait(send);
        send->pieces++;
    }
}

void attach_send_tick(struct attach_send *send)
{
    if (send->config.store == NULL || !reached(send, send->hold_until))
        return;
    if (send->flying && !reached(send, send->due))
        return;
    if (send->flying) {
        send->flying = false;
        back_off(send);
    }
    if (take_next(send))
        send_piece(send);
}

/* ------------------------------------------------------------------ what comes down */

/* The server may have less than before; that it has no more than before a piece is no progress. */
static void take_wanted(struct attach_send *send, uint32_t have)
{
    bool moved = !send->asked || have > send->have;
    send->asked = true;
    send->have = have < send->n ? have : 0;
    if (!moved)
        pause(send);
}

void attach_send_state(struct attach_send *send, const struct attachment_state *state)
{
    if (!send->in_hand || !link_equal(&state->hash, &send->file.hash))
        return; /* an answer to an older piece */
    send->flying = false;
    switch (state->stand) {
    case ATTACHMENT_WANTED:
        send->wait_ms = ATTACH_WAIT_MIN_MS;
        take_wanted(send, state->have_bytes);
        return;
    case ATTACHMENT_KEPT:
        send->wait_ms = ATTACH_WAIT_MIN_MS;
        attach_store_forget(send->config.store, &send->file);
        send->in_hand = false;
        send->kept++;
        return;
    case ATTACHMENT_REFUSED:
        tell(send, "the server refuses an attachment: set aside");
        attach_store_set_aside(send->config.store, &send->file);
        send->in_hand = false;
        send->refused++;
        return;
    case ATTACHMENT_LATER:
        break;
    }
    send->in_hand = false; /* of later versions too: asked again after a while */
    send->hold_until = after_wait(send);
    back_off(send);
}

struct tick attach_send_due(const struct attach_send *send)
{
    if (send->config.store == NULL)
        return (struct tick){INT64_MAX};
    if (!reached(send, send->hold_until))
        return send->hold_until;
    if (send->flying)
        return send->due;
    struct attach_counts counts = attach_store_counts(send->config.store);
    return counts.waiting > 0 ? now(send) : (struct tick){INT64_MAX};
}
