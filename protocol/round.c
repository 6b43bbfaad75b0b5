#include "protocol/round.h"

#include <string.h>

#include "protocol/codec.h"
#include "trao.pb-c.h"

#define MONEY_MAX_VND 1000000000 /* trao.proto, Stop */

/* ------------------------------------------------------------------ what may stand in a piece */

static bool check_levels(const struct stop *stop, struct error *err)
{
    return codec_range("signature", (uint64_t)stop->signature, 0, PROOF_REQUIRED, err) &&
           codec_range("photo", (uint64_t)stop->photo, 0, PROOF_REQUIRED, err) &&
           codec_range("code", (uint64_t)stop->code, 0, PROOF_REQUIRED, err) &&
           codec_range("id_card", (uint64_t)stop->id_card, 0, PROOF_REQUIRED, err);
}

static bool check_stop(const struct stop *stop, struct error *err)
{
    return codec_range("place", stop->place, 1, ROUND_STOPS_MAX, err) &&
           codec_range("fees_vnd", stop->fees_vnd, 0, MONEY_MAX_VND, err) &&
           codec_range("postage_vnd", stop->postage_vnd, 0, MONEY_MAX_VND, err) &&
           check_levels(stop, err) &&
           codec_range("lat_e7", (uint64_t)(stop->lat_e7 + INT64_C(900000000)), 0, 1800000000,
                       err) &&
           codec_range("lon_e7", (uint64_t)(stop->lon_e7 + INT64_C(1800000000)), 0, 3600000000,
                       err) &&
           codec_time("last_failed_ms", stop->last_failed.ms, err) &&
           codec_time("due_ms", stop->due.ms, err) &&
           codec_time("delivered_ms", stop->delivered.ms, err);
}

static bool check_list(const struct round_list *list, struct error *err)
{
    for (const char *c = list->keyword; *c != '\0'; c++)
        if (*c < 'A' || *c > 'Z')
            return error_set(err, ERROR_BAD_INPUT, "keyword: not ASCII capitals");
    return codec_range("stops", list->stops, 0, ROUND_STOPS_MAX, err) &&
           codec_time("from_wall_ms", list->from.ms, err) &&
           codec_time("until_wall_ms", list->until.ms, err);
}

/* ------------------------------------------------------------------ out */

static bool pack(Trao__V1__RoundPiece *piece, uint8_t *out, size_t *ret_n, struct error *err)
{
    return codec_pack(&piece->base, out, ROUND_PIECE_BYTES_MAX, ret_n, err);
}

static bool write_list(const struct round_list *list, uint8_t *out, size_t *ret_n,
                       struct error *err)
{
    struct round_list text = *list; /* protobuf-c takes strings as its own, and leaves them alone */
    if (!check_list(list, err))
        return false;
    Trao__V1__RoundList wire = TRAO__V1__ROUND_LIST__INIT;
    wire.round = list->round;
    wire.badge = list->badge;
    wire.postman = text.postman;
    wire.revision = list->revision;
    wire.name = text.name;
    wire.keyword = text.keyword;
    wire.from_wall_ms = list->from.ms;
    wire.until_wall_ms = list->until.ms;
    wire.stops = list->stops;
    Trao__V1__RoundPiece piece = TRAO__V1__ROUND_PIECE__INIT;
    piece.kind_case = TRAO__V1__ROUND_PIECE__KIND_LIST;
    piece.list = &wire;
    return pack(&piece, out, ret_n, err);
}

static void stop_proofs(const struct stop *stop, Trao__V1__Stop *wire)
{
    wire->signature = (uint32_t)stop->signature;
    wire->photo = (uint32_t)stop->photo;
    wire->code = (uint32_t)stop->code;
    wire->id_card = (uint32_t)stop->id_card;
    if (stop->has_code) {
        wire->code_salt = codec_bytes(stop->code_salt, sizeof stop->code_salt);
        wire->code_hash = codec_bytes(stop->code_hash, sizeof stop->code_hash);
    }
    if (stop->has_id) {
        wire->id_key = codec_bytes(stop->id_key, sizeof stop->id_key);
        wire->id_hash = codec_bytes(stop->id_hash, sizeof stop->id_hash);
    }
}

static bool write_stop(const struct stop *stop, uint8_t *out, size_t *ret_n, struct error *err)
{
    struct stop text = *stop;
    if (!check_stop(stop, err))
        return false;
    Trao__V1__Stop wire = TRAO__V1__STOP__INIT;
    wire.item = text.item.text;
    wire.place = stop->place;
    wire.name = text.name;
    wire.address = text.address;
    wire.phone = text.phone;
    wire.note = text.note;
    wire.office = text.office;
    wire.fees_vnd = stop->fees_vnd;
    wire.postage_vnd = stop->postage_vnd;
    wire.owner_only = stop->owner_only;
    wire.voided = stop->voided;
    stop_proofs(stop, &wire);
    wire.has_position = stop->has_position;
    wire.lat_e7 = stop->lat_e7;
    wire.lon_e7 = stop->lon_e7;
    wire.attempts = stop->attempts;
    wire.last_failed_ms = stop->last_failed.ms;
    wire.due_ms = stop->due.ms;
    wire.delivered_ms = stop->delivered.ms;
    Trao__V1__RoundPiece piece = TRAO__V1__ROUND_PIECE__INIT;
    piece.kind_case = TRAO__V1__ROUND_PIECE__KIND_STOP;
    piece.stop = &wire;
    return pack(&piece, out, ret_n, err);
}

static bool write_neighbour(const struct neighbour *neighbour, uint8_t *out, size_t *ret_n,
                            struct error *err)
{
    struct neighbour text = *neighbour;
    Trao__V1__Neighbour wire = TRAO__V1__NEIGHBOUR__INIT;
    wire.item = text.item.text;
    wire.round = text.round;
    wire.postman = text.postman;
    Trao__V1__RoundPiece piece = TRAO__V1__ROUND_PIECE__INIT;
    piece.kind_case = TRAO__V1__ROUND_PIECE__KIND_NEIGHBOUR;
    piece.neighbour = &wire;
    return pack(&piece, out, ret_n, err);
}

static bool write_handover(const struct handover_list *list, uint8_t *out, size_t *ret_n,
                           struct error *err)
{
    struct handover_list text = *list;
    char *items[ROUND_HANDOVER_MAX];
    uint32_t voided[ROUND_HANDOVER_MAX];
    size_t voids = 0;
    if (!codec_range("item", list->count, 1, ROUND_HANDOVER_MAX, err))
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        items[i] = text.item[i].text;
        if (list->voided[i])
            voided[voids++] = i;
    }
    Trao__V1__HandoverList wire = TRAO__V1__HANDOVER_LIST__INIT;
    wire.handover = list->handover;
    wire.n_item = list->count;
    wire.item = items;
    wire.n_voided = voids;
    wire.voided = voided;
    Trao__V1__RoundPiece piece = TRAO__V1__ROUND_PIECE__INIT;
    piece.kind_case = TRAO__V1__ROUND_PIECE__KIND_HANDOVER;
    piece.handover = &wire;
    return pack(&piece, out, ret_n, err);
}

static bool write_login(const struct round_login *login, uint8_t *out, size_t *ret_n,
                        struct error *err)
{
    struct round_login text = *login;
    Trao__V1__Login wire = TRAO__V1__LOGIN__INIT;
    wire.badge = login->badge;
    wire.verifier = text.verifier;
    Trao__V1__RoundPiece piece = TRAO__V1__ROUND_PIECE__INIT;
    piece.kind_case = TRAO__V1__ROUND_PIECE__KIND_LOGIN;
    piece.login = &wire;
    return pack(&piece, out, ret_n, err);
}

bool round_piece_write(const struct round_piece *piece, uint8_t out[ROUND_PIECE_BYTES_MAX],
                       size_t *ret_n, struct error *err)
{
    switch (piece->kind) {
    case ROUND_PIECE_LIST:
        return write_list(&piece->u.list, out, ret_n, err) || error_add(err, "list");
    case ROUND_PIECE_STOP:
        return write_stop(&piece->u.stop, out, ret_n, err) || error_add(err, "stop");
    case ROUND_PIECE_NEIGHBOUR:
        return write_neighbour(&piece->u.neighbour, out, ret_n, err) || error_add(err, "neighbour");
    case ROUND_PIECE_HANDOVER:
        return write_handover(&piece->u.handover, out, ret_n, err) || error_add(err, "handover");
    case ROUND_PIECE_LOGIN:
        return write_login(&piece->u.login, out, ret_n, err) || error_add(err, "login");
    case ROUND_PIECE_OTHER:
        break;
    }
    return error_set(err, ERROR_BAD_INPUT, "a piece of no known kind");
}

/* ------------------------------------------------------------------ in */

#define TEXT(wire, to, field) codec_text(#field, (wire)->field, (to)->field, sizeof(to)->field, err)

static bool read_list(const Trao__V1__RoundList *wire, struct round_list *list, struct error *err)
{
    list->round = wire->round;
    list->badge = wire->badge;
    list->revision = wire->revision;
    list->from.ms = wire->from_wall_ms;
    list->until.ms = wire->until_wall_ms;
    list->stops = wire->stops;
    return TEXT(wire, list, postman) && TEXT(wire, list, name) && TEXT(wire, list, keyword) &&
           check_list(list, err);
}

/* Both or neither. */
static bool read_pair(const char *field, ProtobufCBinaryData salt, ProtobufCBinaryData hash,
                      bool *ret_has, uint8_t *ret_salt, uint8_t *ret_hash, struct error *err)
{
    *ret_has = salt.len > 0 || hash.len > 0;
    return !*ret_has || (codec_fixed(field, salt, 16, ret_salt, err) &&
                         codec_fixed(field, hash, 32, ret_hash, err));
}

static bool read_stop(const Trao__V1__Stop *wire, struct stop *stop, struct error *err)
{
    stop->place = wire->place;
    stop->fees_vnd = wire->fees_vnd;
    stop->postage_vnd = wire->postage_vnd;
    stop->owner_only = wire->owner_only;
    stop->voided = wire->voided;
    stop->signature = (enum proof_level)wire->signature;
    stop->photo = (enum proof_level)wire->photo;
    stop->code = (enum proof_level)wire->code;
    stop->id_card = (enum proof_level)wire->id_card;
    stop->has_position = wire->has_position;
    stop->lat_e7 = wire->lat_e7;
    stop->lon_e7 = wire->lon_e7;
    stop->attempts = wire->attempts;
    stop->last_failed.ms = wire->last_failed_ms;
    stop->due.ms = wire->due_ms;
    stop->delivered.ms = wire->delivered_ms;
    return codec_item(wire->item, &stop->item, err) && TEXT(wire, stop, name) &&
           codec_lines("address", wire->address, stop->address, sizeof stop->address, err) &&
           TEXT(wire, stop, phone) && TEXT(wire, stop, note) && TEXT(wire, stop, office) &&
           read_pair("code", wire->code_salt, wire->code_hash, &stop->has_code, stop->code_salt,
                     stop->code_hash, err) &&
           read_pair("id", wire->id_key, wire->id_hash, &stop->has_id, stop->id_key, stop->id_hash,
                     err) &&
           check_stop(stop, err);
}

static bool read_neighbour(const Trao__V1__Neighbour *wire, struct neighbour *neighbour,
                           struct error *err)
{
    return codec_item(wire->item, &neighbour->item, err) && TEXT(wire, neighbour, round) &&
           TEXT(wire, neighbour, postman);
}

static bool read_handover(const Trao__V1__HandoverList *wire, struct handover_list *list,
                          struct error *err)
{
    list->handover = wire->handover;
    if (!codec_range("item", wire->n_item, 1, ROUND_HANDOVER_MAX, err))
        return false;
    list->count = (uint32_t)wire->n_item;
    for (uint32_t i = 0; i < list->count; i++)
        if (!codec_item(wire->item[i], &list->item[i], err))
            return error_add(err, "%u", i);
    for (size_t i = 0; i < wire->n_voided; i++) {
        if (!codec_range("voided", wire->voided[i], 0, list->count - 1, err))
            return false;
        list->voided[wire->voided[i]] = true;
    }
    return true;
}

static bool read_login(const Trao__V1__Login *wire, struct round_login *login, struct error *err)
{
    login->badge = wire->badge;
    return TEXT(wire, login, verifier);
}

static bool read_piece(const Trao__V1__RoundPiece *wire, struct round_piece *piece,
                       struct error *err)
{
    switch (wire->kind_case) {
    case TRAO__V1__ROUND_PIECE__KIND_LIST:
        piece->kind = ROUND_PIECE_LIST;
        return read_list(wire->list, &piece->u.list, err) || error_add(err, "list");
    case TRAO__V1__ROUND_PIECE__KIND_STOP:
        piece->kind = ROUND_PIECE_STOP;
        return read_stop(wire->stop, &piece->u.stop, err) || error_add(err, "stop");
    case TRAO__V1__ROUND_PIECE__KIND_NEIGHBOUR:
        piece->kind = ROUND_PIECE_NEIGHBOUR;
        return read_neighbour(wire->neighbour, &piece->u.neighbour, err) ||
               error_add(err, "neighbour");
    case TRAO__V1__ROUND_PIECE__KIND_HANDOVER:
        piece->kind = ROUND_PIECE_HANDOVER;
        return read_handover(wire->handover, &piece->u.handover, err) || error_add(err, "handover");
    case TRAO__V1__ROUND_PIECE__KIND_LOGIN:
        piece->kind = ROUND_PIECE_LOGIN;
        return read_login(wire->login, &piece->u.login, err) || error_add(err, "login");
    case TRAO__V1__ROUND_PIECE__KIND__NOT_SET:
    case _TRAO__V1__ROUND_PIECE__KIND__CASE_IS_INT_SIZE:
        break;
    }
    piece->kind = ROUND_PIECE_OTHER;
    return true;
}

bool round_piece_read(const uint8_t *bytes, size_t n, struct round_piece *ret_piece,
                      struct error *err)
{
    struct codec_message message;
    struct round_piece piece;
    memset(&piece, 0, sizeof piece);
    if (!codec_size("bytes", (struct slice){bytes, n}, 0, ROUND_PIECE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__round_piece__descriptor, bytes, n, &message, err))
        return error_add(err, "piece of a round");
    bool good = read_piece((const Trao__V1__RoundPiece *)message.base, &piece, err);
    codec_free(&message);
    if (good)
        *ret_piece = piece;
    chain_wipe(&piece, sizeof piece);
    return good || error_add(err, "piece of a round");
}
