#include "protocol/fact.h"

#include <stddef.h>
#include <string.h>

#include "protocol/codec.h"
#include "protocol/plain.h"
#include "protocol/scan.h"
#include "trao.pb-c.h"

#define EVENT_OFFICE_MIN 64
#define EVENT_OFFICE_MAX 191
#define FIVE_DIGITS 99999
#define SIX_DIGITS 999999
#define FIELD_EVENT 3 /* trao.proto OfficeFact.event */

/* ---------------------------------------------------------------------------- office facts */

static bool is_of_notice(uint32_t event)
{
    return event == EVENT_NOTICE_SENT || event == EVENT_NOTICE_FAILED ||
           event == EVENT_NOTICE_DELIVERED || event == EVENT_NOTICE_UNKNOWN ||
           event == EVENT_NOTICE_CONTRADICTED;
}

static bool check_notice(const struct office_fact *fact, struct error *err)
{
    if (is_of_notice(fact->event))
        return codec_range("channel", (uint64_t)fact->notice.channel, 1, UINT32_MAX, err) ||
               error_add(err, "notice");
    if (fact->notice.channel != CHANNEL_NONE)
        return error_set(err, ERROR_BAD_INPUT, "notice: given with event %u", fact->event);
    return true;
}

static bool check_paper(const struct office_fact *fact, struct error *err)
{
    const struct paper_scan *paper = &fact->paper;
    if (fact->event == EVENT_PAPER_ENTRY)
        return (codec_range("event", paper->event, 1, EVENT_OFFICE_MIN - 1, err) &&
                codec_time("wall_ms", paper->wall.ms, err) &&
                codec_range("postage_vnd", paper->postage_vnd, 0, SCAN_MONEY_MAX_VND, err) &&
                codec_range("fees_vnd", paper->fees_vnd, 0, SCAN_MONEY_MAX_VND, err)) ||
               error_add(err, "paper");
    if (paper->event != 0)
        return error_set(err, ERROR_BAD_INPUT, "paper: given with event %u", fact->event);
    return true;
}

static bool check_names(const struct office_fact *fact, struct error *err)
{
    return codec_range("badge", fact->badge, 0, BADGE_MAX, err) &&
           codec_range("to_badge", fact->to_badge, 0, BADGE_MAX, err) &&
           codec_range("post_office", fact->post_office, 0, SIX_DIGITS, err) &&
           codec_time("from_ms", fact->from.ms, err) && codec_time("to_ms", fact->to.ms, err);
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
           codec_range("weight_g", fact->weight_g, 0, WEIGHT_MAX_G, err) &&
           check_notice(fact, err) && check_paper(fact, err) && check_names(fact, err);
}

/* An item in its normal form, or none for the events that name none. */
static bool item_of_event(uint32_t event, const char *text, struct item *ret_item,
                          struct error *err)
{
    if (event_names_item(event))
        return codec_item(text, ret_item, err);
    *ret_item = (struct item){""};
    return *text == '\0' || error_set(err, ERROR_BAD_INPUT, "item: given with event %u", event);
}

static bool optional_item(const char *text, struct item *ret_item, struct error *err)
{
    *ret_item = (struct item){""};
    return *text == '\0' || codec_item(text, ret_item, err) || error_add(err, "other_item");
}

static bool optional_device(const char *name, const char *text, char ret_device[],
                            struct error *err)
{
    *ret_device = '\0';
    return *text == '\0' || codec_device(text, ret_device, err) || error_add(err, "%s", name);
}

static Trao__V1__Notice notice_to_wire(struct notice *notice)
{
    Trao__V1__Notice wire = TRAO__V1__NOTICE__INIT;
    wire.channel = (uint32_t)notice->channel;
    wire.status = notice->status;
    wire.attempt = notice->attempt;
    wire.correction = notice->correction;
    wire.receiver = notice->receiver;
    wire.request_id = notice->request_id;
    return wire;
}

static Trao__V1__PaperScan paper_to_wire(const struct paper_scan *paper)
{
    Trao__V1__PaperScan wire = TRAO__V1__PAPER_SCAN__INIT;
    wire.event = paper->event;
    wire.wall_ms = paper->wall.ms;
    wire.reason = paper->reason;
    wire.action = paper->action;
    wire.relation = paper->relation;
    wire.postage_vnd = paper->postage_vnd;
    wire.fees_vnd = paper->fees_vnd;
    return wire;
}

/* Corrections, charges and cases. */
static void money_to_wire(const struct office_fact *fact, Trao__V1__OfficeFact *wire)
{
    wire->of_seq = fact->of_seq;
    wire->of_epoch = fact->of_epoch;
    wire->weight_g = fact->weight_g;
    wire->zone = fact->zone;
    wire->payer = fact->payer;
    wire->opener = fact->opener;
    wire->outcome = fact->outcome;
    wire->has_sums = fact->has_sums;
}

static void money_from_wire(const Trao__V1__OfficeFact *wire, struct office_fact *fact)
{
    fact->of_seq = wire->of_seq;
    fact->of_epoch = wire->of_epoch;
    fact->weight_g = wire->weight_g;
    fact->zone = wire->zone;
    fact->payer = wire->payer;
    fact->opener = wire->opener;
    fact->outcome = wire->outcome;
    fact->has_sums = wire->has_sums;
}

static void desk_to_wire(struct office_fact *fact, Trao__V1__OfficeFact *wire)
{
    wire->originals = fact->originals;
    wire->certified = fact->certified;
    wire->pages = fact->pages;
    wire->seal_number = fact->seal_number;
    wire->count = fact->count;
    wire->round = fact->round;
    wire->badge = fact->badge;
    wire->to_badge = fact->to_badge;
    wire->post_office = fact->post_office;
    if (fact->has_evidence)
        wire->evidence = codec_bytes(fact->evidence.bytes, CHAIN_LINK_BYTES);
    wire->other_item = fact->other_item.text;
    wire->kind = fact->kind;
    wire->office = fact->office;
    wire->slip = fact->slip;
    wire->device = fact->device;
    wire->old_device = fact->old_device;
    wire->from_ms = fact->from.ms;
    wire->to_ms = fact->to.ms;
    wire->key = fact->key;
    wire->value = fact->value;
    wire->citation = fact->citation;
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
    desk_to_wire(fact, &wire);
    money_to_wire(fact, &wire);
    return wire;
}

static bool check_texts(const struct office_fact *fact, struct office_fact *ret_copy,
                        struct error *err)
{
    return codec_text("dossier", fact->dossier, ret_copy->dossier, sizeof ret_copy->dossier, err) &&
           codec_text("request_id", fact->notice.request_id, ret_copy->notice.request_id,
                      sizeof ret_copy->notice.request_id, err) &&
           codec_text("seal_number", fact->seal_number, ret_copy->seal_number,
                      sizeof ret_copy->seal_number, err) &&
           codec_text("key", fact->key, ret_copy->key, sizeof ret_copy->key, err) &&
           codec_text("citation", fact->citation, ret_copy->citation, sizeof ret_copy->citation,
                      err) &&
           optional_item(fact->other_item.text, &ret_copy->other_item, err) &&
           optional_device("device", fact->device, ret_copy->device, err) &&
           optional_device("old_device", fact->old_device, ret_copy->old_device, err);
}

bool fact_encode(const struct office_fact *fact, uint8_t out[FACT_BYTES_MAX], size_t *ret_n,
                 struct error *err)
{
    struct office_fact copy = *fact;
    if (!check_fact(fact, err) || !item_of_event(fact->event, fact->item.text, &copy.item, err) ||
        !check_texts(fact, &copy, err))
        return error_add(err, "fact");
    Trao__V1__OfficeFact wire = fact_to_wire(&copy);
    Trao__V1__Notice notice = notice_to_wire(&copy.notice);
    if (is_of_notice(fact->event))
        wire.notice = &notice;
    Trao__V1__PaperScan paper = paper_to_wire(&copy.paper);
    if (fact->event == EVENT_PAPER_ENTRY)
        wire.paper = &paper;
    return codec_pack(&wire.base, out, FACT_BYTES_MAX, ret_n, err) || error_add(err, "fact");
}

static bool notice_from_wire(const Trao__V1__Notice *wire, struct notice *ret_notice,
                             struct error *err)
{
    ret_notice->channel = (enum channel)wire->channel;
    ret_notice->status = wire->status;
    ret_notice->attempt = wire->attempt;
    ret_notice->correction = wire->correction;
    ret_notice->receiver = wire->receiver;
    return codec_text("request_id", wire->request_id, ret_notice->request_id,
                      sizeof ret_notice->request_id, err) ||
           error_add(err, "notice");
}

static void paper_from_wire(const Trao__V1__PaperScan *wire, struct paper_scan *ret_paper)
{
    *ret_paper = (struct paper_scan){.event = wire->event,
                                     .wall = {wire->wall_ms},
                                     .reason = wire->reason,
                                     .action = wire->action,
                                     .relation = wire->relation,
                                     .postage_vnd = wire->postage_vnd,
                                     .fees_vnd = wire->fees_vnd};
}

static bool desk_from_wire(const Trao__V1__OfficeFact *wire, struct office_fact *fact,
                           struct error *err)
{
    fact->originals = wire->originals;
    fact->certified = wire->certified;
    fact->pages = wire->pages;
    fact->count = wire->count;
    fact->round = wire->round;
    fact->badge = wire->badge;
    fact->to_badge = wire->to_badge;
    fact->post_office = wire->post_office;
    fact->has_evidence = wire->evidence.len > 0;
    fact->kind = wire->kind;
    fact->office = wire->office;
    fact->slip = wire->slip;
    fact->from.ms = wire->from_ms;
    fact->to.ms = wire->to_ms;
    fact->value = wire->value;
    money_from_wire(wire, fact);
    if (wire->paper != NULL)
        paper_from_wire(wire->paper, &fact->paper);
    return (!fact->has_evidence ||
            codec_fixed("evidence", wire->evidence, CHAIN_LINK_BYTES, fact->evidence.bytes, err)) &&
           codec_text("seal_number", wire->seal_number, fact->seal_number, sizeof fact->seal_number,
                      err) &&
           codec_text("key", wire->key, fact->key, sizeof fact->key, err) &&
           codec_text("citation", wire->citation, fact->citation, sizeof fact->citation, err) &&
           optional_item(wire->other_item, &fact->other_item, err) &&
           optional_device("device", wire->device, fact->device, err) &&
           optional_device("old_device", wire->old_device, fact->old_device, err);
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
    if (!codec_text("dossier", wire->dossier, fact.dossier, sizeof fact.dossier, err) ||
        !desk_from_wire(wire, &fact, err))
        return false;
    if (fact.has_addressee &&
        !codec_fixed("addressee", wire->addressee, CHAIN_LINK_BYTES, fact.addressee.bytes, err))
        return false;
    if (wire->notice != NULL && !notice_from_wire(wire->notice, &fact.notice, err))
        return false;
    if (!check_fact(&fact, err) || !item_of_event(fact.event, wire->item, &fact.item, err))
        return false;
    *ret_fact = fact;
    return true;
}

/* The short way: what is written as fact_encode writes it, names in ASCII. */
struct reading {
    struct office_fact fact;
    bool has_notice, has_paper;
};

#define AT(member) offsetof(struct reading, fact.member)
#define PLAIN(kind, member)                                                                        \
    {                                                                                              \
        PLAIN_##kind, AT(member), 0, 0, NULL                                                       \
    }
#define LINK(member)                                                                               \
    {                                                                                              \
        PLAIN_LINK, AT(member), AT(has_##member), 0, NULL                                          \
    }
#define TEXT(member)                                                                               \
    {                                                                                              \
        PLAIN_TEXT, AT(member), 0, sizeof(((struct office_fact *)NULL)->member), NULL              \
    }

static const struct plain_field notice_fields[] = {
    [1] = PLAIN(U32, notice.channel), [2] = PLAIN(U32, notice.status),
    [3] = PLAIN(U32, notice.attempt), [4] = PLAIN(BOOL, notice.correction),
    [5] = TEXT(notice.request_id),    [6] = PLAIN(U32, notice.receiver),
};
static const struct plain_type notice_type = {notice_fields, 6};

static const struct plain_field paper_fields[] = {
    [1] = PLAIN(U32, paper.event),    [2] = PLAIN(S64, paper.wall.ms),
    [3] = PLAIN(U32, paper.reason),   [4] = PLAIN(U32, paper.action),
    [5] = PLAIN(U32, paper.relation), [6] = PLAIN(U64, paper.postage_vnd),
    [7] = PLAIN(U64, paper.fees_vnd),
};
static const struct plain_type paper_type = {paper_fields, 7};

static const struct plain_field fact_fields[] = {
    [1] = PLAIN(U64, seq),
    [2] = PLAIN(ITEM, item),
    [3] = PLAIN(U32, event),
    [4] = PLAIN(S64, at.ms),
    [5] = PLAIN(U32, user),
    [6] = TEXT(dossier),
    [7] = LINK(addressee),
    [8] = PLAIN(U64, postage_vnd),
    [9] = PLAIN(U64, fees_vnd),
    [10] = PLAIN(U32, commune),
    [11] = PLAIN(U32, postal_code),
    [12] = PLAIN(BOOL, owner_only),
    [13] = PLAIN(U32, copy),
    [14] = PLAIN(U64, job),
    [15] = PLAIN(FIXED64, handover),
    [16] = {PLAIN_INSIDE, 0, offsetof(struct reading, has_notice), 0, &notice_type},
    [17] = PLAIN(U32, reason),
    [18] = PLAIN(U32, originals),
    [19] = PLAIN(U32, certified),
    [20] = PLAIN(U32, pages),
    [21] = TEXT(seal_number),
    [22] = PLAIN(U32, count),
    [23] = PLAIN(FIXED64, round),
    [24] = PLAIN(U32, badge),
    [25] = PLAIN(U32, to_badge),
    [26] = PLAIN(U32, post_office),
    [27] = LINK(evidence),
    [28] = PLAIN(ITEM, other_item),
    [29] = PLAIN(U32, kind),
    [30] = PLAIN(FIXED64, slip),
    [31] = {PLAIN_INSIDE, 0, offsetof(struct reading, has_paper), 0, &paper_type},
    [32] = TEXT(device),
    [33] = TEXT(old_device),
    [34] = PLAIN(S64, from.ms),
    [35] = PLAIN(S64, to.ms),
    [36] = TEXT(key),
    [37] = PLAIN(S64, value),
    [38] = TEXT(citation),
    [39] = PLAIN(U64, of_seq),
    [40] = PLAIN(FIXED64, of_epoch),
    [41] = PLAIN(U32, weight_g),
    [42] = PLAIN(U32, zone),
    [43] = PLAIN(U32, payer),
    [44] = PLAIN(U32, opener),
    [45] = PLAIN(U32, outcome),
    [46] = PLAIN(BOOL, has_sums),
    [49] = PLAIN(U32, office),
};
static const struct plain_type fact_type = {fact_fields, 49};

static bool is_device_or_none(const char *name)
{
    return *name == '\0' || device_name_is_good(name);
}

static bool decode_plain(struct slice bytes, struct office_fact *ret_fact)
{
    struct reading reading;
    struct office_fact *fact = &reading.fact;
    memset(&reading, 0, sizeof reading);
    if (!plain_read(&fact_type, bytes, &reading) ||
        (fact->item.text[0] != '\0') != event_names_item(fact->event) ||
        !is_device_or_none(fact->device) || !is_device_or_none(fact->old_device) ||
        !check_fact(fact, NULL))
        return false;
    *ret_fact = *fact;
    return true;
}

bool fact_decode(const uint8_t *bytes, size_t n, struct office_fact *ret_fact, struct error *err)
{
    struct codec_message message;
    struct slice all = {bytes, n};
    if (n >= 1 && n <= FACT_BYTES_MAX && decode_plain(all, ret_fact))
        return true;
    if (!codec_size("bytes", all, 1, FACT_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__office_fact__descriptor, bytes, n, &message, err))
        return error_add(err, "fact");
    bool good = fact_from_wire((const Trao__V1__OfficeFact *)message.base, ret_fact, err);
    codec_free(&message);
    return good || error_add(err, "fact");
}

uint32_t fact_event(const uint8_t *bytes, size_t n)
{
    struct slice rest = {bytes, n};
    struct codec_field field;
    while (rest.n > 0 && codec_next(&rest, &field, NULL))
        if (field.number == FIELD_EVENT)
            return (uint32_t)field.value;
    return 0;
}
