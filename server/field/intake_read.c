/* intake_read.c - what any thread does with a message before the writer takes it: fields, scans,
 * and the seal by the key that was last seen. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/scan.h"
#include "protocol/topic.h"
#include "server/field/intake_inside.h"

/* ------------------------------------------------------------------ known keys */

static size_t known_at(const struct intake *intake, const char *device)
{
    size_t low = 0, high = intake->known_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(intake->known[middle].device, device) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool known_find(struct intake *intake, const char *device, struct seal_public *ret_key)
{
    pthread_mutex_lock(&intake->lock);
    size_t at = known_at(intake, device);
    bool found = at < intake->known_n && strcmp(intake->known[at].device, device) == 0;
    if (found)
        *ret_key = intake->known[at].key;
    pthread_mutex_unlock(&intake->lock);
    return found;
}

static void known_insert(struct intake *intake, size_t at, const struct known *known)
{
    if (intake->known_n == intake->known_room) {
        size_t room = intake->known_room == 0 ? 64 : intake->known_room * 2;
        struct known *grown = realloc(intake->known, room * sizeof *grown);
        if (grown == NULL)
            return;
        intake->known = grown;
        intake->known_room = room;
    }
    memmove(&intake->known[at + 1], &intake->known[at],
            (intake->known_n - at) * sizeof *intake->known);
    intake->known[at] = *known;
    intake->known_n++;
}

void intake_known_put(struct intake *intake, const char *device, const struct seal_public *key)
{
    struct known known = {.key = *key};
    memcpy(known.device, device, strlen(device) + 1);
    pthread_mutex_lock(&intake->lock);
    size_t at = known_at(intake, device);
    if (at < intake->known_n && strcmp(intake->known[at].device, device) == 0)
        intake->known[at].key = *key;
    else
        known_insert(intake, at, &known);
    pthread_mutex_unlock(&intake->lock);
}

/* A certificate that was taken once brings nothing when it is shown again (admit): reading it costs
 * more than all the rest of a hello. */
static bool known_shows(struct intake *intake, const char *device, const struct link *certificate)
{
    pthread_mutex_lock(&intake->lock);
    size_t at = known_at(intake, device);
    bool same = at < intake->known_n && strcmp(intake->known[at].device, device) == 0 &&
                link_equal(&intake->known[at].certificate, certificate);
    pthread_mutex_unlock(&intake->lock);
    return same;
}

void intake_known_showed(struct intake *intake, const char *device, const struct link *certificate)
{
    pthread_mutex_lock(&intake->lock);
    size_t at = known_at(intake, device);
    if (at < intake->known_n && strcmp(intake->known[at].device, device) == 0)
        intake->known[at].certificate = *certificate;
    pthread_mutex_unlock(&intake->lock);
}

/* ------------------------------------------------------------------ reading */

static void note_scan(struct intake_message *message, uint32_t i, const struct scan *scan)
{
    message->sealed.stamp[i] = (struct stamp){scan->wall, scan->mono, scan->boot};
    message->papers[i].any = scan->has_attachments;
    message->papers[i].list = scan->attachments;
    message->papers[i].item = scan->item;
    message->papers[i].slip = scan->slip;
    message->papers[i].badge = scan->badge;
}

static bool read_scans(struct intake_message *message)
{
    for (uint32_t i = 0; i < message->batch.head.count; i++) {
        struct scan scan;
        const struct slice *bytes = &message->batch.scan[i];
        if (!scan_decode(bytes->bytes, bytes->n, &scan, NULL) ||
            scan.seq != message->batch.head.first_seq + i)
            message->sealed.malformed |= UINT64_C(1) << i;
        else
            note_scan(message, i, &scan);
    }
    return true;
}

/* The record's integers have 63 bits; no device ever counts that far. */
#define SEQ_MAX ((uint64_t)INT64_MAX - BATCH_SCANS_MAX)

static bool read_envelope(struct intake *intake, struct intake_message *message, struct error *err)
{
    const struct envelope *envelope = &message->up.envelope;
    const struct head *head = &message->batch.head;
    if (!batch_read(envelope->batch.bytes, envelope->batch.n, &message->batch, err))
        return false;
    if (strcmp(head->device, message->device) != 0)
        return error_set(err, ERROR_BAD_INPUT, "batch: its head names %s", head->device);
    if (head->first_seq > SEQ_MAX)
        return error_set(err, ERROR_BAD_INPUT, "batch: first_seq %" PRIu64 " is out of range",
                         head->first_seq);
    message->sealed.batch = &message->batch;
    message->sealed.envelope = envelope;
    message->checked = known_find(intake, message->device, &message->checked_with);
    if (message->checked)
        message->holds = batch_holds(&message->batch, &message->checked_with);
    return read_scans(message);
}

static bool read_hello(struct intake *intake, struct intake_message *message, struct error *err)
{
    const struct hello *hello = &message->up.hello;
    struct slice authority = {intake->config.authority_der, intake->config.authority_n};
    if (strcmp(hello->device, message->device) != 0)
        return error_set(err, ERROR_BAD_INPUT, "hello: it names %s", hello->device);
    message->shown = chain_hash(hello->certificate.bytes, hello->certificate.n);
    message->certified = authority.n > 0 && hello->certificate.n > 0 &&
                         !known_shows(intake, message->device, &message->shown) &&
                         ca_device_read(authority, hello->certificate, message->sealed.arrival,
                                        &message->certificate, NULL) &&
                         strcmp(message->certificate.name, message->device) == 0;
    return true;
}

static bool read_up(struct intake *intake, struct intake_message *message, const char *topic,
                    struct error *err)
{
    if (!topic_read_up(topic, message->device, err) ||
        !wire_read_up(message->bytes, message->n, &message->up, err))
        return false;
    switch (message->up.kind) {
    case WIRE_UP_ENVELOPE:
        return read_envelope(intake, message, err);
    case WIRE_UP_HELLO:
        return read_hello(intake, message, err);
    case WIRE_UP_REPORT:
    case WIRE_UP_ATTACHMENT:
    case WIRE_UP_OTHER:
        break;
    }
    return true;
}

bool intake_read(struct intake *intake, const char *topic, const void *bytes, size_t n,
                 struct instant arrival, struct intake_message **ret_message, struct error *err)
{
    struct intake_message *message = calloc(1, sizeof *message + n);
    if (message == NULL)
        return error_set(err, ERROR_LATER, "message of %zu bytes: out of memory", n);
    struct error why = {.code = ERROR_NONE};
    message->n = n;
    if (n > 0)
        memcpy(message->bytes, bytes, n);
    message->sealed.arrival = arrival;
    message->readable = read_up(intake, message, topic, &why);
    *ret_message = message;
    if (message->readable)
        return true;
    (void)snprintf(message->why, sizeof message->why, "message cannot be read: %s", why.text);
    return error_set(err, why.code, "message of %s: %s", message->device, why.text);
}

void intake_message_free(struct intake_message *message)
{
    free(message);
}

const struct attachment_chunk *intake_piece(const struct intake_message *message,
                                            const char **ret_device)
{
    if (!message->readable || message->up.kind != WIRE_UP_ATTACHMENT)
        return NULL;
    *ret_device = message->device;
    return &message->up.attachment;
}
