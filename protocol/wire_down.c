/* What the server says, sealed: written there, read by a handheld. */
#include <string.h>

#include "protocol/wire_inside.h"

/* The numbers in trao.proto of what is borrowed in place. */
#define DOWN_BODY 1
#define BODY_ROUND 5
#define ROUND_PIECE 4

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
           wire_epochs_check(standing->epoch, standing->epochs, err) &&
           codec_time("server_wall_ms", standing->server_wall.ms, err);
}

bool wire_standing(const char *device, const struct standing *standing,
                   const struct seal_secret *key, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                   struct error *err)
{
    struct wire_epochs epochs;
    if (!check_standing(standing, err))
        return error_add(err, "standing");
    wire_epochs_put(standing->epoch, standing->epochs, &epochs);
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
    if (!wire_epochs_read(wire->epoch, wire->n_epoch, standing->epoch, &standing->epochs, err) ||
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
