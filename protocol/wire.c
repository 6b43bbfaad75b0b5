#include "protocol/wire.h"

#include <string.h>

#include "protocol/codec.h"
#include "trao.pb-c.h"

#define WIRE_VERSION 1

/* The numbers in trao.proto of what is borrowed in place. */
#define UP_HELLO 2
#define UP_ENVELOPE 3
#define UP_ATTACHMENT 4
#define HELLO_CERTIFICATE 2
#define ENVELOPE_BATCH 1
#define ATTACHMENT_DATA 4
#define DOWN_BODY 1
#define BODY_ROUND 5
#define ROUND_PIECE 4

/* ------------------------------------------------------------------- epochs, both directions */

static bool check_epochs(const struct epoch_state *epoch, size_t epochs, struct error *err)
{
    if (!codec_range("epoch", epochs, 0, WIRE_EPOCHS_MAX, err))
        return false;
    for (size_t i = 0; i < epochs; i++)
        if (!codec_range("epoch", epoch[i].epoch, 1, UINT64_MAX, err))
            return error_add(err, "epoch %zu", i);
    return true;
}

/* Room for the epochs of one message as protobuf-c wants them. */
struct wire_epochs {
    Trao__V1__EpochState state[WIRE_EPOCHS_MAX];
    Trao__V1__EpochState *pointer[WIRE_EPOCHS_MAX];
};

static void epochs_to_wire(const struct epoch_state *epoch, size_t epochs, struct wire_epochs *wire)
{
    for (size_t i = 0; i < epochs; i++) {
        wire->state[i] = (Trao__V1__EpochState)TRAO__V1__EPOCH_STATE__INIT;
        wire->state[i].epoch = epoch[i].epoch;
        wire->state[i].through = epoch[i].through;
        wire->state[i].last_seq = epoch[i].last_seq;
        wire->state[i].link = codec_bytes(epoch[i].link.bytes, CHAIN_LINK_BYTES);
        wire->pointer[i] = &wire->state[i];
    }
}

/* Readers fill their part of the message in hand, whether it is good or not; wire_read_up and
 * wire_read_down give it out whole or not at all. */
static bool epochs_from_wire(Trao__V1__EpochState *const *wire, size_t n, struct epoch_state *epoch,
                             size_t *epochs, struct error *err)
{
    if (!codec_range("epoch", n, 0, WIRE_EPOCHS_MAX, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        epoch[i].epoch = wire[i]->epoch;
        epoch[i].through = wire[i]->through;
        epoch[i].last_seq = wire[i]->last_seq;
        if (!codec_fixed("link", wire[i]->link, CHAIN_LINK_BYTES, epoch[i].link.bytes, err))
            return error_add(err, "epoch %zu", i);
    }
    *epochs = n;
    return check_epochs(epoch, n, err);
}

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
        !check_epochs(hello->epoch, hello->epochs, err))
        return error_add(err, "hello");
    struct wire_epochs epochs;
    epochs_to_wire(hello->epoch, hello->epochs, &epochs);
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
        !epochs_from_wire(wire->epoch, wire->n_epoch, hello->epoch, &hello->epochs, err))
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

/* -------------------------------------------------------------------------------- down, out */

/* Seals the body and wraps it: everything the server says is sealed. */
static bool down_seal(Trao__V1__DownBody body, const char *device, const struct seal_secret *key,
                      uint8_t *out, size_t *ret_n, struct error *err)
{
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    char name[DEVICE_NAME_MAX + 1];
    if (!codec_device(device, name, err))
        return false;
    body.version = WIRE_VERSION;
    body.device = name;
    if (!codec_pack(&body.base, bytes, sizeof bytes, &n, err))
        return false;
    struct seal seal = chain_seal(key, SEAL_DOWN, bytes, n);
    Trao__V1__Down down = TRAO__V1__DOWN__INIT;
    down.body = codec_bytes(bytes, n);
    down.seal = codec_bytes(seal.bytes, sizeof seal.bytes);
    return codec_pack(&down.base, out, WIRE_BYTES_MAX, ret_n, err);
}

static bool check_generation(uint64_t generation, struct error *err)
{
    return codec_range("generation", generation, 1, UINT64_MAX, err);
}

static bool check_verdict(const struct verdict *verdict, struct error *err)
{
    return codec_range("kind", (uint64_t)verdict->kind, 1, UINT32_MAX, err) &&
           codec_range("count", verdict->count, 1, UINT32_MAX, err) &&
           codec_range("first_seq", verdict->first_seq, 1, UINT64_MAX - UINT32_MAX, err);
}

static bool check_receipt(const struct receipt *receipt, struct error *err)
{
    if (!codec_range("verdict", receipt->verdicts, 0, WIRE_VERDICTS_MAX, err))
        return false;
    for (size_t i = 0; i < receipt->verdicts; i++)
        if (!check_verdict(&receipt->verdict[i], err))
            return error_add(err, "verdict %zu", i);
    return check_generation(receipt->generation, err) &&
           codec_range("epoch", receipt->epoch, 1, UINT64_MAX, err) &&
           codec_time("server_wall_ms", receipt->server_wall.ms, err);
}

struct wire_verdicts {
    Trao__V1__Verdict verdict[WIRE_VERDICTS_MAX];
    Trao__V1__Verdict *pointer[WIRE_VERDICTS_MAX];
};

static void verdicts_to_wire(const struct receipt *receipt, struct wire_verdicts *wire)
{
    for (size_t i = 0; i < receipt->verdicts; i++) {
        wire->verdict[i] = (Trao__V1__Verdict)TRAO__V1__VERDICT__INIT;
        wire->verdict[i].first_seq = receipt->verdict[i].first_seq;
        wire->verdict[i].count = receipt->verdict[i].count;
        wire->verdict[i].kind = (uint32_t)receipt->verdict[i].kind;
        wire->pointer[i] = &wire->verdict[i];
    }
}

bool wire_receipt(const char *device, const struct receipt *receipt, const struct seal_secret *key,
                  uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err)
{
    struct wire_verdicts verdicts;
    if (!check_receipt(receipt, err))
        return error_add(err, "receipt");
    verdicts_to_wire(receipt, &verdicts);
    Trao__V1__Receipt wire = TRAO__V1__RECEIPT__INIT;
    wire.generation = receipt->generation;
    wire.generation_serial = receipt->generation_serial;
    wire.epoch = receipt->epoch;
    wire.through = receipt->through;
    wire.link = codec_bytes(receipt->link.bytes, CHAIN_LINK_BYTES);
    wire.n_verdict = receipt->verdicts;
    wire.verdict = verdicts.pointer;
    wire.server_wall_ms = receipt->server_wall.ms;
    Trao__V1__DownBody body = TRAO__V1__DOWN_BODY__INIT;
    body.kind_case = TRAO__V1__DOWN_BODY__KIND_RECEIPT;
    body.receipt = &wire;
    return down_seal(body, device, key, out, ret_n, err) || error_add(err, "receipt");
}

static bool check_standing(const struct standing *standing, struct error *err)
{
    return check_generation(standing->generation, err) &&
           check_epochs(standing->epoch, standing->epochs, err) &&
           codec_time("server_wall_ms", standing->server_wall.ms, err);
}

bool wire_standing(const char *device, const struct standing *standing,
                   const struct seal_secret *key, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                   struct error *err)
{
    struct wire_epochs epochs;
    if (!check_standing(standing, err))
        return error_add(err, "standing");
    epochs_to_wire(standing->epoch, standing->epochs, &epochs);
    Trao__V1__Standing wire = TRAO__V1__STANDING__INIT;
    wire.generation = standing->generation;
    wire.generation_serial = standing->generation_serial;
    wire.n_epoch = standing->epochs;
    wire.epoch = epochs.pointer;
    wire.nonce = standing->nonce;
    wire.server_wall_ms = standing->server_wall.ms;
    Trao__V1__DownBody body = TRAO__V1__DOWN_BODY__INIT;
    body.kind_case = TRAO__V1__DOWN_BODY__KIND_STANDING;
    body.standing = &wire;
    return down_seal(body, device, key, out, ret_n, err) || error_add(err, "standing");
}

static bool check_state(const struct attachment_state *state, struct error *err)
{
    return codec_range("state", (uint64_t)state->stand, ATTACHMENT_WANTED, UINT32_MAX, err) &&
           codec_range("have_bytes", state->have_bytes, 0, ATTACHMENT_CLOSED_MAX, err) &&
           check_generation(state->generation, err);
}

bool wire_attachment_state(const char *device, const struct attachment_state *state,
                           const struct seal_secret *key, uint8_t out[WIRE_BYTES_MAX],
                           size_t *ret_n, struct error *err)
{
    if (!check_state(state, err))
        return error_add(err, "attachment");
    Trao__V1__AttachmentState wire = TRAO__V1__ATTACHMENT_STATE__INIT;
    wire.hash = codec_bytes(state->hash.bytes, CHAIN_LINK_BYTES);
    wire.have_bytes = state->have_bytes;
    wire.state = (uint32_t)state->stand;
    wire.generation = state->generation;
    Trao__V1__DownBody body = TRAO__V1__DOWN_BODY__INIT;
    body.kind_case = TRAO__V1__DOWN_BODY__KIND_ATTACHMENT;
    body.attachment = &wire;
    return down_seal(body, device, key, out, ret_n, err) || error_add(err, "attachment");
}

static bool check_part(const struct round_part *part, struct error *err)
{
    return codec_range("parts", part->parts, 1, WIRE_PARTS_MAX, err) &&
           codec_range("part", part->part, 1, part->parts, err) &&
           codec_range("stop", part->pieces, 0, WIRE_PIECES_MAX, err) &&
           codec_time("until_wall_ms", part->until.ms, err);
}

bool wire_round(const char *device, const struct round_part *part, const struct seal_secret *key,
                uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err)
{
    ProtobufCBinaryData pieces[WIRE_PIECES_MAX];
    if (!check_part(part, err))
        return error_add(err, "round");
    for (size_t i = 0; i < part->pieces; i++)
        pieces[i] = codec_bytes(part->piece[i].bytes, part->piece[i].n);
    Trao__V1__Round wire = TRAO__V1__ROUND__INIT;
    wire.round = part->round;
    wire.badge = part->badge;
    wire.revision = part->revision;
    wire.n_stop = part->pieces;
    wire.stop = pieces;
    wire.part = part->part;
    wire.parts = part->parts;
    wire.until_wall_ms = part->until.ms;
    wire.vault_key = codec_bytes(part->vault_key.bytes, BOX_KEY_BYTES);
    Trao__V1__DownBody body = TRAO__V1__DOWN_BODY__INIT;
    body.kind_case = TRAO__V1__DOWN_BODY__KIND_ROUND;
    body.round = &wire;
    return down_seal(body, device, key, out, ret_n, err) || error_add(err, "round");
}

bool wire_revoke(const char *device, const struct revoke *revoke, const struct seal_secret *key,
                 uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err)
{
    if (!codec_time("since_wall_ms", revoke->since.ms, err))
        return error_add(err, "revoke");
    Trao__V1__Revoke wire = TRAO__V1__REVOKE__INIT;
    wire.since_wall_ms = revoke->since.ms;
    wire.reason = revoke->reason;
    Trao__V1__DownBody body = TRAO__V1__DOWN_BODY__INIT;
    body.kind_case = TRAO__V1__DOWN_BODY__KIND_REVOKE;
    body.revoke = &wire;
    return down_seal(body, device, key, out, ret_n, err) || error_add(err, "revoke");
}

/* --------------------------------------------------------------------------------- down, in */

/* The pieces, in place. */
static bool read_pieces(struct slice rest, struct round_part *part, struct error *err)
{
    struct codec_field field;
    while (rest.n > 0) {
        if (!codec_next(&rest, &field, err))
            return false;
        if (field.number != ROUND_PIECE)
            continue;
        if (part->pieces == WIRE_PIECES_MAX)
            return error_set(err, ERROR_BAD_INPUT, "stop: more than %d", WIRE_PIECES_MAX);
        part->piece[part->pieces++] = field.bytes;
    }
    return true;
}

static bool read_round(const Trao__V1__Round *wire, struct slice bytes, struct round_part *part,
                       struct error *err)
{
    part->round = wire->round;
    part->badge = wire->badge;
    part->revision = wire->revision;
    part->part = wire->part;
    part->parts = wire->parts;
    part->until.ms = wire->until_wall_ms;
    return (codec_fixed("vault_key", wire->vault_key, BOX_KEY_BYTES, part->vault_key.bytes, err) &&
            read_pieces(bytes, part, err) && check_part(part, err)) ||
           error_add(err, "round");
}

static bool read_revoke(const Trao__V1__Revoke *wire, struct revoke *revoke, struct error *err)
{
    revoke->since.ms = wire->since_wall_ms;
    revoke->reason = wire->reason;
    return codec_time("since_wall_ms", revoke->since.ms, err) || error_add(err, "revoke");
}

static bool read_state(const Trao__V1__AttachmentState *wire, struct attachment_state *state,
                       struct error *err)
{
    state->have_bytes = wire->have_bytes;
    state->stand = (enum attachment_stand)wire->state;
    state->generation = wire->generation;
    if (!codec_fixed("hash", wire->hash, CHAIN_LINK_BYTES, state->hash.bytes, err) ||
        !check_state(state, err))
        return error_add(err, "attachment");
    return true;
}

static bool read_verdicts(const Trao__V1__Receipt *wire, struct receipt *receipt, struct error *err)
{
    if (!codec_range("verdict", wire->n_verdict, 0, WIRE_VERDICTS_MAX, err))
        return false;
    for (size_t i = 0; i < wire->n_verdict; i++) {
        receipt->verdict[i].first_seq = wire->verdict[i]->first_seq;
        receipt->verdict[i].count = wire->verdict[i]->count;
        receipt->verdict[i].kind = (enum verdict_kind)wire->verdict[i]->kind;
    }
    receipt->verdicts = wire->n_verdict;
    return true;
}

static bool read_receipt(const Trao__V1__Receipt *wire, struct receipt *receipt, struct error *err)
{
    receipt->generation = wire->generation;
    receipt->generation_serial = wire->generation_serial;
    receipt->epoch = wire->epoch;
    receipt->through = wire->through;
    receipt->server_wall.ms = wire->server_wall_ms;
    if (!codec_fixed("link", wire->link, CHAIN_LINK_BYTES, receipt->link.bytes, err) ||
        !read_verdicts(wire, receipt, err) || !check_receipt(receipt, err))
        return error_add(err, "receipt");
    return true;
}

static bool read_standing(const Trao__V1__Standing *wire, struct standing *standing,
                          struct error *err)
{
    standing->generation = wire->generation;
    standing->generation_serial = wire->generation_serial;
    standing->nonce = wire->nonce;
    standing->server_wall.ms = wire->server_wall_ms;
    if (!epochs_from_wire(wire->epoch, wire->n_epoch, standing->epoch, &standing->epochs, err) ||
        !check_standing(standing, err))
        return error_add(err, "standing");
    return true;
}

static bool read_body(const Trao__V1__DownBody *wire, struct slice bytes, const char *device,
                      struct wire_down *down, struct error *err)
{
    if (wire->version == 0)
        return error_set(err, ERROR_BAD_INPUT, "version: missing");
    if (strcmp(wire->device, device) != 0)
        return error_set(err, ERROR_REFUSED, "device: meant for another");
    down->kind = WIRE_DOWN_OTHER;
    if (wire->version > WIRE_VERSION)
        return true;
    if (wire->kind_case == TRAO__V1__DOWN_BODY__KIND_RECEIPT) {
        down->kind = WIRE_DOWN_RECEIPT;
        return read_receipt(wire->receipt, &down->receipt, err);
    }
    if (wire->kind_case == TRAO__V1__DOWN_BODY__KIND_STANDING) {
        down->kind = WIRE_DOWN_STANDING;
        return read_standing(wire->standing, &down->standing, err);
    }
    if (wire->kind_case == TRAO__V1__DOWN_BODY__KIND_ATTACHMENT) {
        down->kind = WIRE_DOWN_ATTACHMENT;
        return read_state(wire->attachment, &down->attachment, err);
    }
    if (wire->kind_case == TRAO__V1__DOWN_BODY__KIND_ROUND) {
        down->kind = WIRE_DOWN_ROUND;
        return read_round(wire->round, codec_find(bytes, BODY_ROUND), &down->round, err);
    }
    if (wire->kind_case == TRAO__V1__DOWN_BODY__KIND_REVOKE) {
        down->kind = WIRE_DOWN_REVOKE;
        return read_revoke(wire->revoke, &down->revoke, err);
    }
    return true;
}

static bool read_sealed(const Trao__V1__Down *wire, struct slice body, const char *device,
                        const struct seal_public *server, struct wire_down *down, struct error *err)
{
    struct seal seal;
    struct codec_message message;
    if (!codec_fixed("seal", wire->seal, CHAIN_SEAL_BYTES, seal.bytes, err))
        return false;
    if (!chain_seal_holds(server, SEAL_DOWN, &seal, wire->body.data, wire->body.len))
        return error_set(err, ERROR_REFUSED, "seal: not the server's");
    if (!codec_unpack(&trao__v1__down_body__descriptor, wire->body.data, wire->body.len, &message,
                      err))
        return error_add(err, "body");
    bool good = read_body((const Trao__V1__DownBody *)message.base, body, device, down, err);
    codec_free(&message);
    return good || error_add(err, "body");
}

bool wire_read_down(const uint8_t *bytes, size_t n, const char *device,
                    const struct seal_public *server, struct wire_down *ret_down, struct error *err)
{
    struct codec_message message;
    struct wire_down down;
    memset(&down, 0, sizeof down);
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, WIRE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__down__descriptor, bytes, n, &message, err))
        return error_add(err, "down");
    struct slice body = codec_find((struct slice){bytes, n}, DOWN_BODY);
    bool good = read_sealed((const Trao__V1__Down *)message.base, body, device, server, &down, err);
    codec_free(&message);
    if (!good)
        return error_add(err, "down");
    *ret_down = down;
    return true;
}
