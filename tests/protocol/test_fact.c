#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/fact.h"
#include "raw.h"
#include "samples.h"

static void assert_says(const struct error *err, const char *why)
{
    if (strstr(err->text, why) == NULL)
        fail_msg("«%s» does not say «%s»", err->text, why);
}

static void same_desk(const struct office_fact *a, const struct office_fact *b)
{
    assert_true(a->originals == b->originals && a->certified == b->certified);
    assert_true(a->pages == b->pages && a->count == b->count && a->round == b->round);
    assert_true(a->badge == b->badge && a->to_badge == b->to_badge);
    assert_true(a->post_office == b->post_office && a->has_evidence == b->has_evidence);
    assert_true(link_equal(&a->evidence, &b->evidence));
    assert_true(a->kind == b->kind && a->slip == b->slip && a->value == b->value);
    assert_true(a->from.ms == b->from.ms && a->to.ms == b->to.ms);
    assert_string_equal(a->seal_number, b->seal_number);
    assert_string_equal(a->other_item.text, b->other_item.text);
    assert_string_equal(a->device, b->device);
    assert_string_equal(a->old_device, b->old_device);
    assert_string_equal(a->key, b->key);
    assert_string_equal(a->citation, b->citation);
    assert_memory_equal(&a->paper, &b->paper, sizeof a->paper);
    assert_true(a->of_seq == b->of_seq && a->of_epoch == b->of_epoch);
    assert_true(a->weight_g == b->weight_g && a->zone == b->zone && a->payer == b->payer);
    assert_true(a->opener == b->opener && a->outcome == b->outcome && a->has_sums == b->has_sums);
}

static void facts_there_and_back(void **state)
{
    (void)state;
    struct office_fact facts[] = {sample_issued(), sample_notice(), sample_sealed(), sample_paper(),
                                  sample_corrected()};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        uint8_t bytes[FACT_BYTES_MAX], again[FACT_BYTES_MAX];
        struct office_fact *a = &facts[i], b = {.seq = 0};
        struct error err;
        size_t n, again_n;
        if (!fact_encode(a, bytes, &n, &err) || !fact_decode(bytes, n, &b, &err))
            fail_msg("%s", err.text);
        assert_true(a->seq == b.seq && a->event == b.event && a->at.ms == b.at.ms);
        assert_int_equal(fact_event(bytes, n), a->event);
        assert_int_equal(fact_event(bytes, 1), 0);
        assert_string_equal(a->item.text, b.item.text);
        assert_true(a->user == b.user && a->commune == b.commune);
        assert_string_equal(a->dossier, b.dossier);
        assert_int_equal(a->has_addressee, b.has_addressee);
        assert_true(link_equal(&a->addressee, &b.addressee));
        assert_true(a->postage_vnd == b.postage_vnd && a->fees_vnd == b.fees_vnd);
        assert_true(a->postal_code == b.postal_code && a->owner_only == b.owner_only);
        assert_true(a->job == b.job && a->copy == b.copy && a->handover == b.handover);
        assert_int_equal(a->notice.channel, b.notice.channel);
        assert_int_equal(a->notice.status, b.notice.status);
        assert_int_equal(a->notice.attempt, b.notice.attempt);
        assert_int_equal(a->notice.correction, b.notice.correction);
        assert_string_equal(a->notice.request_id, b.notice.request_id);
        same_desk(a, &b);
        assert_true(fact_encode(&b, again, &again_n, &err));
        assert_int_equal(again_n, n);
        assert_memory_equal(again, bytes, n);
    }
}

static void the_largest_fact_fits(void **state)
{
    (void)state;
    uint8_t bytes[FACT_BYTES_MAX];
    struct office_fact fact = sample_notice();
    struct error err;
    size_t n;
    fact.seq = fact.job = fact.handover = UINT64_MAX;
    fact.at.ms = -(INT64_C(1) << 60);
    fact.user = fact.copy = fact.reason = fact.notice.status = fact.notice.attempt = UINT32_MAX;
    memset(fact.dossier, 'D', DOSSIER_MAX);
    memset(fact.notice.request_id, 'R', NOTICE_REQUEST_MAX);
    fact.has_addressee = fact.owner_only = true;
    fact.postage_vnd = fact.fees_vnd = 1000000000;
    fact.commune = fact.postal_code = 99999;
    fact.originals = fact.certified = fact.pages = fact.count = fact.kind = UINT32_MAX;
    fact.round = fact.slip = UINT64_MAX;
    fact.badge = fact.to_badge = BADGE_MAX;
    fact.post_office = 999999;
    fact.has_evidence = true;
    fact.other_item = fact.item;
    fact.from.ms = fact.to.ms = -(INT64_C(1) << 60);
    fact.value = INT64_MIN;
    fact.of_seq = fact.of_epoch = UINT64_MAX;
    fact.weight_g = WEIGHT_MAX_G;
    fact.zone = fact.payer = fact.opener = fact.outcome = UINT32_MAX;
    fact.has_sums = true;
    memset(fact.seal_number, 'S', SEAL_NUMBER_MAX);
    memset(fact.device, 'H', DEVICE_NAME_MAX);
    memset(fact.old_device, 'H', DEVICE_NAME_MAX);
    memset(fact.key, 'k', FACT_KEY_MAX);
    memset(fact.citation, 'c', CITATION_MAX);
    if (!fact_encode(&fact, bytes, &n, &err) || !fact_decode(bytes, n, &fact, &err))
        fail_msg("%s", err.text);
}

#define REFUSED(change, why)                                                                       \
    do {                                                                                           \
        struct office_fact fact = sample_issued();                                                 \
        struct error err;                                                                          \
        uint8_t bytes[FACT_BYTES_MAX];                                                             \
        size_t n = 4711;                                                                           \
        change;                                                                                    \
        assert_false(fact_encode(&fact, bytes, &n, &err));                                         \
        assert_int_equal(err.code, ERROR_BAD_INPUT);                                               \
        assert_int_equal(n, 4711);                                                                 \
        assert_says(&err, why);                                                                    \
    } while (0)

static void encoding_checks_ranges(void **state)
{
    (void)state;
    REFUSED(fact.seq = 0, "fact: seq");
    REFUSED(fact.item.text[10] = '9', "fact: item");
    REFUSED(fact.event = EVENT_DELIVERED, "fact: event");
    REFUSED(fact.event = 192, "fact: event");
    REFUSED(fact.at.ms = INT64_MAX, "fact: at_ms");
    REFUSED(fact.postage_vnd = 1000000001, "fact: postage_vnd");
    REFUSED(fact.fees_vnd = 1000000001, "fact: fees_vnd");
    REFUSED(fact.commune = 100000, "fact: commune");
    REFUSED(fact.postal_code = 100000, "fact: postal_code");
    REFUSED(fact.dossier[0] = '\n', "fact: dossier: control character 0A at byte 1");
    REFUSED(fact.dossier[0] = (char)0xFF, "fact: dossier: not UTF-8");
    REFUSED(fact.notice.channel = CHANNEL_SMS, "fact: notice: given with event 64");
    REFUSED(fact.event = EVENT_NOTICE_SENT, "fact: notice: channel");
    REFUSED(fact.event = EVENT_ROUND_BUILT, "fact: item: given with event 101");
    REFUSED(memset(&fact.item, 0, sizeof fact.item), "fact: item");
    REFUSED(fact.event = EVENT_PAPER_ENTRY, "fact: paper: event");
    REFUSED(fact.paper.event = EVENT_DELIVERED, "fact: paper: given with event 64");
    REFUSED(fact.badge = BADGE_MAX + 1, "fact: badge");
    REFUSED(fact.post_office = 1000000, "fact: post_office");
    REFUSED(fact.other_item.text[0] = 'X', "fact: other_item");
    REFUSED(fact.device[0] = 'x', "fact: device");
    REFUSED(fact.seal_number[0] = '\t', "fact: seal_number");
}

static void decoding_checks_ranges(void **state)
{
    (void)state;
    struct raw raw = {.n = 0}, more;
    struct office_fact fact;
    struct error err;
    char dossier[DOSSIER_MAX + 1];
    memset(dossier, 'D', sizeof dossier);
    raw_varint(&raw, 1, 1);
    raw_bytes(&raw, 2, "RA123456785VN", 13);
    raw_varint(&raw, 3, EVENT_PRINTED);
    assert_true(fact_decode(raw.bytes, raw.n, &fact, NULL));
    more = raw;
    raw_bytes(&more, 6, dossier, sizeof dossier);
    assert_false(fact_decode(more.bytes, more.n, &fact, &err));
    assert_says(&err, "fact: dossier: 65 bytes");
    more = raw;
    raw_bytes(&more, 7, "short", 5);
    assert_false(fact_decode(more.bytes, more.n, &fact, &err));
    assert_says(&err, "fact: addressee");
    more = raw;
    raw_bytes(&more, 16, "\x08\x01", 2);
    assert_false(fact_decode(more.bytes, more.n, &fact, &err));
    assert_says(&err, "fact: notice: given with event 65");
    assert_false(fact_decode(raw.bytes, 0, &fact, &err));
    assert_says(&err, "fact: bytes");
    raw_bytes(&raw, 99, "tomorrow", 8);
    assert_true(fact_decode(raw.bytes, raw.n, &fact, NULL));
}

static void addressees_there_and_back(void **state)
{
    (void)state;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    struct addressee who = sample_addressee(), back;
    struct error err;
    size_t n;
    if (!addressee_encode(&who, bytes, &n, &err) || !addressee_decode(bytes, n, &back, &err))
        fail_msg("%s", err.text);
    assert_string_equal(back.name, who.name);
    assert_string_equal(back.address, who.address);
    assert_string_equal(back.phone, who.phone);
    assert_string_equal(back.id_number, who.id_number);
    assert_string_equal(back.procedure, who.procedure);
    assert_string_equal(back.result, who.result);
    assert_string_equal(back.registered, who.registered);
    assert_string_equal(back.received, who.received);
    assert_string_equal(back.phone_note, who.phone_note);
    memset(&who, 0, sizeof who);
    assert_true(addressee_encode(&who, bytes, &n, &err));
    assert_true(addressee_decode(bytes, n, &back, &err));
    assert_string_equal(back.name, "");
}

static void evidence_there_and_back(void **state)
{
    (void)state;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    struct testimony evidence = sample_testimony(), back;
    struct error err;
    size_t n;
    if (!testimony_encode(&evidence, bytes, &n, &err) || !testimony_decode(bytes, n, &back, &err))
        fail_msg("%s", err.text);
    assert_string_equal(back.text, evidence.text);
    assert_string_equal(back.giver, evidence.giver);
    assert_string_equal(back.taker, evidence.taker);
    evidence.giver[0] = '\n';
    assert_false(testimony_encode(&evidence, bytes, &n, &err));
    assert_says(&err, "evidence: giver: control character 0A");
}

/* The sentence names the field and never what stood in it. */
static void bad_addressees_are_refused_without_telling(void **state)
{
    (void)state;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    struct addressee who = sample_addressee();
    struct raw raw = {.n = 0};
    struct error err;
    size_t n;
    who.name[0] = '\x1B';
    assert_false(addressee_encode(&who, bytes, &n, &err));
    assert_string_equal(err.text, "addressee: name: control character 1B at byte 1");
    raw_bytes(&raw, 3, "+84900000001 and what follows", 29);
    assert_false(addressee_decode(raw.bytes, raw.n, &who, &err));
    assert_string_equal(err.text, "addressee: phone: 29 bytes, at most 23 are allowed");
    raw.n = 0;
    raw_bytes(&raw, 1, "Nguy\xE1\xBB", 6);
    assert_false(addressee_decode(raw.bytes, raw.n, &who, &err));
    assert_string_equal(err.text, "addressee: name: not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_there_and_back),
        cmocka_unit_test(the_largest_fact_fits),
        cmocka_unit_test(encoding_checks_ranges),
        cmocka_unit_test(decoding_checks_ranges),
        cmocka_unit_test(evidence_there_and_back),
        cmocka_unit_test(addressees_there_and_back),
        cmocka_unit_test(bad_addressees_are_refused_without_telling),
    };
    return cmocka_run_group_tests_name("fact", tests, NULL, NULL);
}
