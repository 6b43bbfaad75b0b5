/* What stands beside the office chain and is named there by its salted hash: a testimony, and whom
 * an envelope goes to. */
#include <string.h>

#include "protocol/codec.h"
#include "protocol/fact.h"
#include "trao.pb-c.h"

/* ------------------------------------------------------------------------------- testimony */

bool testimony_encode(const struct testimony *testimony, uint8_t out[EVIDENCE_BYTES_MAX],
                      size_t *ret_n, struct error *err)
{
    struct testimony copy;
    Trao__V1__Evidence wire = TRAO__V1__EVIDENCE__INIT;
    if (!codec_lines("text", testimony->text, copy.text, sizeof copy.text, err) ||
        !codec_text("giver", testimony->giver, copy.giver, sizeof copy.giver, err) ||
        !codec_text("taker", testimony->taker, copy.taker, sizeof copy.taker, err))
        return error_add(err, "evidence");
    wire.text = copy.text;
    wire.giver = copy.giver;
    wire.taker = copy.taker;
    return codec_pack(&wire.base, out, EVIDENCE_BYTES_MAX, ret_n, err) ||
           error_add(err, "evidence");
}

bool testimony_decode(const uint8_t *bytes, size_t n, struct testimony *ret_testimony,
                      struct error *err)
{
    struct codec_message message;
    if (!codec_size("bytes", (struct slice){bytes, n}, 0, EVIDENCE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__evidence__descriptor, bytes, n, &message, err))
        return error_add(err, "evidence");
    const Trao__V1__Evidence *wire = (const Trao__V1__Evidence *)message.base;
    struct testimony testimony = {.text = ""};
    bool good = codec_lines("text", wire->text, testimony.text, sizeof testimony.text, err) &&
                codec_text("giver", wire->giver, testimony.giver, sizeof testimony.giver, err) &&
                codec_text("taker", wire->taker, testimony.taker, sizeof testimony.taker, err);
    codec_free(&message);
    if (good)
        *ret_testimony = testimony;
    return good || error_add(err, "evidence");
}

/* ------------------------------------------------------------------------------- addressee */

/* Every field of Addressee, for both directions; an address may hold line feeds. */
#define ADDRESSEE_FIELDS(FIELD)                                                                    \
    FIELD(name)                                                                                    \
    FIELD(address)                                                                                 \
    FIELD(phone)                                                                                   \
    FIELD(id_number)                                                                               \
    FIELD(procedure)                                                                               \
    FIELD(result)                                                                                  \
    FIELD(registered)                                                                              \
    FIELD(received)                                                                                \
    FIELD(phone_note)                                                                              \
    FIELD(written_name)                                                                            \
    FIELD(written_address)

bool addressee_encode(const struct addressee *who, uint8_t out[ADDRESSEE_BYTES_MAX], size_t *ret_n,
                      struct error *err)
{
    struct addressee copy;
    Trao__V1__Addressee wire = TRAO__V1__ADDRESSEE__INIT;
#define FIELD(field)                                                                               \
    if (!codec_lines(#field, who->field, copy.field, sizeof copy.field, err))                      \
        return error_add(err, "addressee");                                                        \
    wire.field = copy.field;
    ADDRESSEE_FIELDS(FIELD)
#undef FIELD
    return codec_pack(&wire.base, out, ADDRESSEE_BYTES_MAX, ret_n, err) ||
           error_add(err, "addressee");
}

static bool addressee_from_wire(const Trao__V1__Addressee *wire, struct addressee *ret_who,
                                struct error *err)
{
    struct addressee who;
    memset(&who, 0, sizeof who);
#define FIELD(field)                                                                               \
    if (!codec_lines(#field, wire->field, who.field, sizeof who.field, err))                       \
        return false;
    ADDRESSEE_FIELDS(FIELD)
#undef FIELD
    *ret_who = who;
    return true;
}

bool addressee_decode(const uint8_t *bytes, size_t n, struct addressee *ret_who, struct error *err)
{
    struct codec_message message;
    if (!codec_size("bytes", (struct slice){bytes, n}, 0, ADDRESSEE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__addressee__descriptor, bytes, n, &message, err))
        return error_add(err, "addressee");
    bool good = addressee_from_wire((const Trao__V1__Addressee *)message.base, ret_who, err);
    codec_free(&message);
    return good || error_add(err, "addressee");
}
