/* What a handheld says: written there, read by the server. */
#include <string.h>

#include "protocol/wire_inside.h"

/* The numbers in trao.proto of what is borrowed in place. */
#define UP_HELLO 2
#define UP_ENVELOPE 3
#define UP_ATTACHMENT 4
#define HELLO_CERTIFICATE 2
#define ENVELOPE_BATCH 1
#define ATTACHMENT_DATA 4

/* ---------------------------------------------------------------------------------- up, out */

static bool up_pack(Trao__V1__Up *up, uint8_t *out, size_t *ret_n, struct error *err)
{
    up->version = WIRE_VERSION;
    return codec_pack(&up->base, out, WIRE_BYTES_MAX, ret_n, err);
}

#define VAULT_WORDS_MAX (DEVICE_NAME_MAX + 1 + BOX_KEY_BYTES + 4)

/* device || 0 || vault_key || badge, big end first. */
static size_t vault_words(const struct hello *hello, uint8_t out[VAULT_WORDS_MAX])
{
    size_t n = strlen(hello->device) + 1;
    memcpy(out, hello->device, n);
    memcpy(out + n, hello->vault_key.bytes, BOX_KEY_BYTES);
    n += BOX_KEY_BYTES;
    for (int i = 0; i < 4; i++)
        out[n++] = (uint8_t)(hello->badge >> (24 - 8 * i));
    return n;
}

struct seal hello_vault_seal(const struct hello *hello, const struct seal_secret *key)
{
    uint8_t words[VAULT_WORDS_MAX];
    return chain_seal(key, SEAL_VAULT, words, vault_words(hello, words));
}

bool hello_vault_holds(const struct hello *hello, const struct seal_public *key)
{
    uint8_t words[VAULT_WORDS_MAX];
    return hello->has_vault &&
           chain_seal_holds(key, SEAL_VAULT, &hello->vault_seal, words, vault_words(hello, words));
}

bool wire_hello(const struct hello *hello, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                struct error *err)
{
    char device[DEVICE_NAME_MAX + 1];
    if (!codec_device(hello->device, device, err) ||
        !codec_size("certificate", hello->certificate, 0, WIRE_CERTIFICATE_MAX, err) ||
        !wire_epochs_check(hello->epoch, hello->epochs, err))
        return error_add(err, "hello");
    struct wire_epochs epochs;
    wire_epochs_put(hello->epoch, hello->epochs, &epochs);
    Trao__V1__Hello wire = TRAO__V1__HELLO__INIT;
    wire.device = device;
    wire.certificate = codec_bytes(hello->certificate.bytes, hello->certificate.n);
    wire.generation = hello->generation;
    wire.n_epoch = hello->epochs;
    wire.epoch = epochs.pointer;
    wire.program = hello->program;
    wire.nonce = hello->nonce;
    if (hello->has_vault) {
        wire.vault_key = codec_bytes(hello->vault_key.bytes, BOX_KEY_BYTES);
        wire.vault_seal = codec_bytes(hello->vault_seal.bytes, sizeof hello->vault_seal.bytes);
    }
    wire.badge = hello->badge;
    wire.held_round = hello->held_round;
    wire.held_revision = hello->held_revision;
    Trao__V1__Up up = TRAO__V1__UP__INIT;
    up.kind_case = TRAO__V1__UP__KIND_HELLO;
    up.hello = &wire;
    return up_pack(&up, out, ret_n, err) || error_add(err, "hello");
}

static bool check_envelope(const struct envelope *envelope, struct error *err)
{
    return codec_size("batch", envelope->batch, 1, BATCH_BYTES_MAX, err) &&
           codec_time("sent_wall_ms", envelope->sent_wall.ms, err) &&
           codec_range("sent_boot", envelope->sent_boot, 1, UINT64_MAX, err);
}

bool wire_envelope(const struct envelope *envelope, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                   struct error *err)
{
    struct tick tick;
    uint64_t mono_ms = (uint64_t)envelope->sent_mono.ms;
    if (!check_envelope(envelope, err) || !codec_tick("sent_mono_ms", mono_ms, &tick, err))
        return error_add(err, "envelope");
    Trao__V1__Envelope wire = TRAO__V1__ENVELOPE__INIT;
    wire.batch = codec_bytes(envelope->batch.bytes, envelope->batch.n);
    wire.sent_wall_ms = envelope->sent_wall.ms;
    wire.sent_mono_ms = mono_ms;
    wire.sent_boot = envelope->sent_boot;
    wire.sent_time_source = (uint32_t)envelope->sent_time_source;
    Trao__V1__Up up = TRAO__V1__UP__INIT;
    up.kind_case = TRAO__V1__UP__KIND_ENVELOPE;
    up.envelope = &wire;
    return up_pack(&up, out, ret_n, err) || error_add(err, "envelope");
}

static bool check_chunk(const struct attachment_chunk *chunk, struct error *err)
{
    return codec_range("kind", (uint64_t)chunk->kind, 1, UINT32_MAX, err) &&
           codec_range("total_bytes", chunk->total_bytes, 1, ATTACHMENT_CLOSED_MAX, err) &&
           codec_size("data", chunk->data, 0, ATTACHMENT_CHUNK_MAX, err) &&
           codec_range("offset", (uint64_t)chunk->offset + chunk->data.n, 0, chunk->total_bytes,
                       err);
}

bool wire_attachment(const struct attachment_chunk *chunk, uint8_t out[WIRE_BYTES_MAX],
                     size_t *ret_n, struct error *err)
{
    if (!check_chunk(chunk, err))
        return error_add(err, "attachment");
    Trao__V1__AttachmentChunk wire = TRAO__V1__ATTACHMENT_CHUNK__INIT;
    wire.hash = codec_bytes(chunk->hash.bytes, CHAIN_LINK_BYTES);
    wire.total_bytes = chunk->total_bytes;
    wire.offset = chunk->offset;
    wire.data = codec_bytes(chunk->data.bytes, chunk->data.n);
    wire.kind = (uint32_t)chunk->kind;
    wire.generation = chunk->generation;
    Trao__V1__Up up = TRAO__V1__UP__INIT;
    up.kind_case = TRAO__V1__UP__KIND_ATTACHMENT;
    up.attachment = &wire;
    return up_pack(&up, out, ret_n, err) || error_add(err, "attachment");
}

static bool check_report(const struct device_report *report, struct error *err)
{
    return codec_time("oldest_wall_ms", report->oldest.ms, err) &&
           codec_range("battery_percent", report->battery_percent, 0, 100, err);
}

bool wire_report(const struct device_report *report, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                 struct error *err)
{
    if (!check_report(report, err))
        return error_add(err, "report");
    Trao__V1__DeviceReport wire = TRAO__V1__DEVICE_REPORT__INIT;
    wire.unsent = report->unsent;
    wire.oldest_wall_ms = report->oldest.ms;
    wire.program = report->program;
    wire.battery_percent = report->battery_percent;
    wire.skew_ms = report->skew_ms;
    wire.free_bytes = report->free_bytes;
    wire.damaged = report->damaged;
    Trao__V1__Up up = TRAO__V1__UP__INIT;
    up.kind_case = TRAO__V1__UP__KIND_REPORT;
    up.report = &wire;
    return up_pack(&up, out, ret_n, err) || error_add(err, "report");
}

/* ---------------------------------------------------------------------------------- up, in */

static bool read_report(const Trao__V1__DeviceReport *wire, struct device_report *report,
                        struct error *err)
{
    report->unsent = wire->unsent;
    report->oldest.ms = wire->oldest_wall_ms;
    report->program = wire->program;
    report->battery_percent = wire->battery_percent;
    report->skew_ms = wire->skew_ms;
    report->free_bytes = wire->free_bytes;
    report->damaged = wire->damaged;
    return check_report(report, err) || error_add(err, "report");
}

static bool read_chunk(const Trao__V1__AttachmentChunk *wire, struct slice bytes,
                       struct attachment_chunk *chunk, struct error *err)
{
    chunk->data = codec_find(bytes, ATTACHMENT_DATA);
    chunk->total_bytes = wire->total_bytes;
    chunk->offset = wire->offset;
    chunk->kind = (enum paper)wire->kind;
    chunk->generation = wire->generation;
    if (!codec_fixed("hash", wire->hash, CHAIN_LINK_BYTES, chunk->hash.bytes, err) ||
        !check_chunk(chunk, err))
        return error_add(err, "attachment");
    return true;
}

static bool read_hello(const Trao__V1__Hello *wire, struct slice bytes, struct hello *hello,
                       struct error *err)
{
    hello->certificate = codec_find(bytes, HELLO_CERTIFICATE);
    hello->generation = wire->generation;
    hello->program = wire->program;
    hello->nonce = wire->nonce;
    hello->badge = wire->badge;
    hello->held_round = wire->held_round;
    hello->held_revision = wire->held_revision;
    hello->has_vault = wire->vault_key.len > 0;
    if (hello->has_vault &&
        (!codec_fixed("vault_key", wire->vault_key, BOX_KEY_BYTES, hello->vault_key.bytes, err) ||
         !codec_fixed("vault_seal", wire->vault_seal, sizeof hello->vault_seal.bytes,
                      hello->vault_seal.bytes, err)))
        return error_add(err, "hello");
    if (!codec_device(wire->device, hello->device, err) ||
        !codec_size("certificate", hello->certificate, 0, WIRE_CERTIFICATE_MAX, err) ||
        !wire_epochs_read(wire->epoch, wire->n_epoch, hello->epoch, &hello->epochs, err))
        return error_add(err, "hello");
    return true;
}

static bool read_envelope(const Trao__V1__Envelope *wire, struct slice bytes,
                          struct envelope *envelope, struct error *err)
{
    envelope->batch = codec_find(bytes, ENVELOPE_BATCH);
    envelope->sent_wall.ms = wire->sent_wall_ms;
    envelope->sent_boot = wire->sent_boot;
    envelope->sent_time_source = codec_time_source(wire->sent_time_source);
    if (!codec_tick("sent_mono_ms", wire->sent_mono_ms, &envelope->sent_mono, err) ||
        !check_envelope(envelope, err))
        return error_add(err, "envelope");
    return true;
}

/* Kinds of later versions are left alone: whoever reads counts them. */
static bool read_up(const Trao__V1__Up *wire, struct slice bytes, struct wire_up *up,
                    struct error *err)
{
    if (wire->version == 0)
        return error_set(err, ERROR_BAD_INPUT, "version: missing");
    up->kind = WIRE_UP_OTHER;
    if (wire->version > WIRE_VERSION)
        return true;
    if (wire->kind_case == TRAO__V1__UP__KIND_HELLO) {
        up->kind = WIRE_UP_HELLO;
        return read_hello(wire->hello, codec_find(bytes, UP_HELLO), &up->hello, err);
    }
    if (wire->kind_case == TRAO__V1__UP__KIND_ENVELOPE) {
        up->kind = WIRE_UP_ENVELOPE;
        return read_envelope(wire->envelope, codec_find(bytes, UP_ENVELOPE), &up->envelope, err);
    }
    if (wire->kind_case == TRAO__V1__UP__KIND_ATTACHMENT) {
        up->kind = WIRE_UP_ATTACHMENT;
        return read_chunk(wire->attachment, codec_find(bytes, UP_ATTACHMENT), &up->attachment, err);
    }
    if (wire->kind_case == TRAO__V1__UP__KIND_REPORT) {
        up->kind = WIRE_UP_REPORT;
        return read_report(wire->report, &up->report, err);
    }
    return true;
}

bool wire_read_up(const uint8_t *bytes, size_t n, struct wire_up *ret_up, struct error *err)
{
    struct codec_message message;
    struct wire_up up;
    memset(&up, 0, sizeof up);
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, WIRE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__up__descriptor, bytes, n, &message, err))
        return error_add(err, "up");
    bool good = read_up((const Trao__V1__Up *)message.base, (struct slice){bytes, n}, &up, err);
    codec_free(&message);
    if (!good)
        return error_add(err, "up");
    *ret_up = up;
    return true;
}
