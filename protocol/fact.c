#include "protocol/fact.h"

#include <string.h>

#include "protocol/codec.h"
#include "protocol/scan.h"
#include "trao.pb-c.h"

#define EVENT_OFFICE_MIN 64
#define EVENT_OFFICE_MAX 127
#define FIVE_DIGITS 99999

/* ---------------------------------------------------------------------------- office facts */

static bool check_notice(const struct office_fact *fact, struct error *err)
{
    if (fact->event == EVENT_NOTICE_SENT)
        return codec_range("channel", (uint64_t)fact->notice.channel, 1, UINT32_MAX, err) ||
               error_add(err, "notice");
    if (fact->notice.channel != CHANNEL_NONE)
        return error_set(err, ERROR_BAD_INPUT, "notice: given with event %u", fact->event);
    return true;
}

static bool check_fact(const struct office_fact *fact, struct error *err)
{
    return codec_range("seq", fact->seq, 1, UINT64_MAX, err) &&
           codec_range("event", fact->event, EVENT_OFFICE_MIN, EVENT_OFFICE_MAX, err) &&
           codec_time("at_ms", fact->at.ms, err) &&
           codec_range("postage_vnd", fact->postage_vnd, 0, SCAN_MONEY_MAX_VND, err) &&
           codec_range("fees_vnd", fact->fees_vnd, 0, SCAN_MONEY_MAX_VND, err) &&
           codec_range("commune", fact->commune, 0, FIVE_DIGITS, err) &&
           codec_range("postal_code", fact->postal_code, 0, FIVE_DIGITS, err) &&
           check_notice(fact, err);
}

static Trao__V1__Notice notice_to_wire(struct notice *notice)
{
    Trao__V1__Notice wire = TRAO__V1__NOTICE__INIT;
    wire.channel = (uint32_t)notice->channel;
    wire.status = notice->status;
    wire.attempt = notice->attempt;
    wire.correction = notice->correction;
    wire.request_id = notice->request_id;
    return wire;
}

static Trao__V1__OfficeFact fact_to_wire(struct office_fact *fact)
{
    Trao__V1__OfficeFact wire = TRAO__V1__OFFICE_FACT__INIT;
    wire.seq = fact->seq;
    wire.item = fact->item.text;
    wire.event = fact->event;
    wire.at_ms = fact->at.ms;
    wire.user = fact->user;
    wire.dossier = fact->dossier;
    if (fact->has_addressee)
        wire.addressee = codec_bytes(fact->addressee.bytes, CHAIN_LINK_BYTES);
    wire.postage_vnd = fact->postage_vnd;
    wire.fees_vnd = fact->fees_vnd;
    wire.commune = fact->commune;
    wire.postal_code = fact->postal_code;
    wire.owner_only = fact->owner_only;
    wire.copy = fact->copy;
    wire.job = fact->job;
    wire.handover = fact->handover;
    wire.reason = fact->reason;
    return wire;
}

bool fact_encode(const struct office_fact *fact, uint8_t out[FACT_BYTES_MAX], size_t *ret_n,
                 struct error *err)
{
    struct office_fact copy = *fact;
    if (!codec_item(fact->item.text, &copy.item, err) || !check_fact(fact, err) ||
        !codec_text("dossier", fact->dossier, copy.dossier, sizeof copy.dossier, err) ||
        !codec_text("request_id", fact->notice.request_id, copy.notice.request_id,
                    sizeof copy.notice.request_id, err))
        return error_add(err, "fact");
    Trao__V1__OfficeFact wire = fact_to_wire(&copy);
    Trao__V1__Notice notice = notice_to_wire(&copy.notice);
    if (fact->event == EVENT_NOTICE_SENT)
        wire.notice = &notice;
    return codec_pack(&wire.base, out, FACT_BYTES_MAX, ret_n, err) || error_add(err, "fact");
}

static bool notice_from_wire(const Trao__V1__Notice *wire, struct notice *ret_notice,
                             struct error *err)
{
    ret_notice->channel = (enum channel)wire->channel;
    ret_notice->status = wire->status;
    ret_notice->attempt = wire->attempt;
    ret_notice->correction = wire->correction;
    return codec_text("request_id", wire->request_id, ret_notice->request_id,
                      sizeof ret_notice->request_id, err) ||
           error_add(err, "notice");
}

static bool fact_from_wire(const Trao__V1__OfficeFact *wire, struct office_fact *ret_fact,
                           struct error *err)
{
    struct office_fact fact = {
        .seq = wire->seq,
        .event = wire->event,
        .at = {wire->at_ms},
        .user = wire->user,
        .has_addressee = wire->addressee.len > 0,
        .postage_vnd = wire->postage_vnd,
        .fees_vnd = wire->fees_vnd,
        .commune = wire->commune,
        .postal_code = wire->postal_code,
        .owner_only = wire->owner_only,
        .copy = wire->copy,
        .job = wire->job,
        .handover = wire->handover,
        .reason = wire->reason,
    };
    if (!codec_item(wire->item, &fact.item, err) ||
        !codec_text("dossier", wire->dossier, fact.dossier, sizeof fact.dossier, err))
        return false;
    if (fact.has_addressee &&
        !codec_fixed("addressee", wire->addressee, CHAIN_LINK_BYTES, fact.addressee.bytes, err))
        return false;
    if (wire->notice != NULL && !notice_from_wire(wire->notice, &fact.notice, err))
        return false;
    if (!check_fact(&fact, err))
        return false;
    *ret_fact = fact;
    return true;
}

bool fact_decode(const uint8_t *bytes, size_t n, struct office_fact *ret_fact, struct error *err)
{
    struct codec_message message;
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, FACT_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__office_fact__descriptor, bytes, n, &message, err))
        return error_add(err, "fact");
    bool good = fact_from_wire((const Trao__V1__OfficeFact *)message.base, ret_fact, err);
    codec_free(&message);
    return good || error_add(err, "fact");
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
    FIELD(phone_note)

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
