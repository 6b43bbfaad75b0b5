/* What becomes of every message a device, a broker or a stranger may send. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/field/ca.h"
#include "tests/server/hand.h"

static uint64_t set_aside(void)
{
    uint64_t n = 0;
    assert_good(record_set_aside_count(rig.record, &n, &err));
    return n;
}

/* ------------------------------------------------------------------ good days */

static void stored_and_receipted(void **state)
{
    (void)state;
    struct rig_batch batch;
    cut_three(&batch, 100);
    rig_send(&rig, &hand, &batch);
    const struct receipt *receipt = rig_receipt(&rig, &hand);
    assert_int_equal(receipt->through, 3);
    assert_int_equal(receipt->verdicts, 0);
    assert_memory_equal(&receipt->link, &batch.head.after, sizeof receipt->link);
    assert_int_equal(receipt->generation, record_generation(rig.record));
    assert_int_equal(receipt->generation_serial, 1);
    assert_int_equal(counts().scans_stored, 3);
    proof_holds();
}

static void receipts_of_a_group_are_one(void **state)
{
    (void)state;
    struct rig_batch batch[3];
    static uint8_t bytes[WIRE_BYTES_MAX];
    struct intake_message *messages[3];
    for (int i = 0; i < 3; i++) {
        size_t n;
        cut_three(&batch[i], 100);
        struct envelope envelope = {
            .batch = {batch[i].bytes, batch[i].n}, .sent_wall = rig.now, .sent_boot = RIG_BOOT};
        assert_good(wire_envelope(&envelope, bytes, &n, &err));
        assert_good(
            intake_read(rig.intake, "trao/1/HH-042/up", bytes, n, rig.now, &messages[i], &err));
    }
    assert_good(record_begin(rig.record, &err));
    for (int i = 0; i < 3; i++)
        assert_good(intake_take(rig.intake, messages[i], &err));
    assert_int_equal(rig.sent_n, 0); /* nothing before COMMIT */
    assert_good(record_commit(rig.record, &err));
    intake_answer(rig.intake);
    assert_int_equal(rig.sent_n, 1);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 9);
    for (int i = 0; i < 3; i++)
        intake_message_free(messages[i]);
}

static void rolled_back_group_answers_nothing(void **state)
{
    (void)state;
    struct rig_batch batch;
    static uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct intake_message *message;
    cut_three(&batch, 100);
    struct envelope envelope = {.batch = {batch.bytes, batch.n}, .sent_boot = RIG_BOOT};
    assert_good(wire_envelope(&envelope, bytes, &n, &err));
    assert_good(intake_read(rig.intake, "trao/1/HH-042/up", bytes, n, rig.now, &message, &err));
    assert_good(record_begin(rig.record, &err));
    assert_good(intake_take(rig.intake, message, &err));
    record_rollback(rig.record);
    intake_forget(rig.intake);
    intake_answer(rig.intake);
    assert_int_equal(rig.sent_n, 0);
    rig_send(&rig, &hand, &batch); /* the device sends again */
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
    intake_message_free(message);
}

/* A full disk fails the same group each second: an alarm a second would tell nobody anything. */
static void a_failed_group_tells_nothing(void **state)
{
    (void)state;
    struct intake_message *message = NULL;
    assert_false(
        intake_read(rig.intake, "trao/1/HH-042/up", "rubbish", 7, rig.now, &message, NULL));
    for (int i = 0; i < 3; i++) {
        assert_good(record_begin(rig.record, &err));
        assert_good(intake_take(rig.intake, message, &err));
        record_rollback(rig.record);
        intake_forget(rig.intake);
        assert_int_equal(rig.alarms_n, 0);
        assert_int_equal(counts().messages, 0);
        assert_int_equal(counts().unreadable, 0);
    }
    assert_good(record_begin(rig.record, &err));
    assert_good(intake_take(rig.intake, message, &err));
    assert_int_equal(rig.alarms_n, 0); /* nothing before COMMIT */
    assert_good(record_commit(rig.record, &err));
    intake_answer(rig.intake);
    assert_int_equal(rig.alarms_n, 1);
    assert_int_equal(counts().messages, 1);
    assert_int_equal(counts().unreadable, 1);
    intake_answer(rig.intake);
    assert_int_equal(rig.alarms_n, 1);
    intake_message_free(message);
}

static void repeated_counts_once(void **state)
{
    (void)state;
    struct rig_batch batch;
    rig_issue(&rig, 100, "H56-1");
    cut_three(&batch, 100);
    for (int i = 0; i < 4; i++) {
        rig_send(&rig, &hand, &batch);
        assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
        assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    }
    assert_int_equal(counts().scans_stored, 3);
    assert_int_equal(counts().scans_repeated, 9);
    assert_int_equal(rig_view(&rig, 100).version, 2);
    rig_stop(&rig);
    rig_start(&rig);
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_view(&rig, 100).version, 2);
    assert_int_equal(rig.alarms_n, 0);
}

/* ------------------------------------------------------------------ gaps, any order */

static void gap_is_kept_and_n_waits(void **state)
{
    (void)state;
    struct rig_batch batch[3];
    for (int i = 0; i < 3; i++)
        cut_three(&batch[i], 100 + 10 * (uint32_t)i);
    rig_send(&rig, &hand, &batch[2]);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 0);
    assert_int_equal(counts().gaps, 1);
    rig_issue(&rig, 120, "H56-1");
    assert_int_equal(rig_view(&rig, 120).state.status, STATUS_PICKED_UP); /* shown at once */
    rig_send(&rig, &hand, &batch[0]);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
    rig_send(&rig, &hand, &batch[1]);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 9);
    assert_memory_equal(&rig_receipt(&rig, &hand)->link, &batch[2].head.after, 32);
    assert_int_equal(rig.alarms_n, 0);
    proof_holds();
}

static void shuffled_and_doubled_is_the_same(void **state)
{
    (void)state;
    enum { N = 12 };
    static struct rig_batch batch[N];
    for (uint32_t i = 0; i < N; i++)
        cut_three(&batch[i], 100 + i);
    uint64_t random = 99;
    bool seen[N] = {false};
    for (int sent = 0, left = N; left > 0; sent++) {
        random = random * UINT64_C(6364136223846793005) + 1;
        size_t at = (size_t)(random >> 40) % N;
        rig.sent_n = 0;
        rig_send(&rig, &hand, &batch[at]);
        left -= !seen[at];
        seen[at] = true;
        assert_true(sent < 1000);
    }
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3 * N);
    assert_int_equal(counts().scans_stored, 3 * N);
    assert_int_equal(rig.alarms_n, 0);
    proof_holds();
}

/* ------------------------------------------------------------------ forged, torn, strange */

static void forged_seal_moves_nothing(void **state)
{
    (void)state;
    struct rig_batch batch, forged;
    struct rig_device thief = hand, good = hand;
    struct rig_device other;
    rig_device(&other, NULL, "HH-043");
    thief.secret_key = other.secret_key;
    rig_beep(&rig, &thief, 100, EVENT_DELIVERED, 0);
    rig_cut(&thief, &forged);
    rig_send(&rig, &hand, &forged);
    assert_int_equal(rig.sent_n, 0);
    assert_int_equal(counts().forged, 1);
    assert_int_equal(set_aside(), 1);
    assert_true(rig_alarmed(&rig, "HH-042: seal does not hold"));
    rig_send(&rig, &hand, &forged);
    assert_int_equal(set_aside(), 2 - 1); /* once per content */
    hand = good;
    cut_three(&batch, 100);
    rig_send(&rig, &hand, &batch); /* what follows is not blocked */
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
}

static void scans_that_do_not_match_their_head(void **state)
{
    (void)state;
    struct rig_batch batch;
    cut_three(&batch, 100);
    batch.bytes[batch.n - 1] ^= 1;
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig.sent_n, 0);
    assert_int_equal(counts().forged + counts().unreadable, 1);
    batch.bytes[batch.n - 1] ^= 1;
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
}

static void any_flipped_byte_is_never_stored(void **state)
{
    (void)state;
    struct rig_batch batch;
    cut_three(&batch, 100);
    for (size_t i = 0; i < batch.n; i += 7) {
        struct rig_batch flipped = batch;
        flipped.bytes[i] ^= 0x10;
        rig_send(&rig, &hand, &flipped);
        assert_int_equal(counts().scans_stored, 0);
    }
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
}

static void rubbish_is_set_aside(void **state)
{
    (void)state;
    rig_send_raw(&rig, "HH-042", "\xff\xff\xff", 3);
    rig_send_raw(&rig, "HH-042", "", 0);
    rig_send_raw(&rig, "HH-042", "GET / HTTP/1.1\r\n", 16);
    assert_true(counts().unreadable >= 2);
    assert_int_equal(rig.sent_n, 0);
    assert_true(set_aside() >= 2);
}

static void head_of_another_device(void **state)
{
    (void)state;
    struct rig_device other;
    struct rig_batch batch;
    rig_device(&other, &rig, "HH-043");
    cut_three(&batch, 100);
    rig_send(&rig, &other, &batch); /* HH-042's batch on HH-043's topic */
    assert_int_equal(counts().unreadable, 1);
    assert_int_equal(counts().scans_stored, 0);
}

/* HH-042's hello on HH-043's topic: neither of them is answered, or known to have been here. */
static void hello_of_another_device(void **state)
{
    (void)state;
    struct rig_device other;
    static uint8_t bytes[WIRE_BYTES_MAX];
    struct hello hello = {.epochs = 0, .nonce = 78};
    size_t n;
    rig_device(&other, &rig, "HH-043");
    memcpy(hello.device, hand.name, sizeof hello.device);
    assert_good(wire_hello(&hello, bytes, &n, &err));
    rig_send_raw(&rig, other.name, bytes, n);
    assert_int_equal(counts().unreadable, 1);
    assert_int_equal(set_aside(), 1);
    assert_int_equal(rig.sent_n, 0);
    assert_true(rig_alarmed(&rig, "message cannot be read: hello: it names HH-042"));
}

static void unknown_device_is_set_aside(void **state)
{
    (void)state;
    struct rig_device other;
    struct rig_batch batch;
    rig_device(&other, NULL, "HH-099");
    rig_beep(&rig, &other, 100, EVENT_PICKED_UP, 0);
    rig_cut(&other, &batch);
    rig_send(&rig, &other, &batch);
    rig_hello(&rig, &other, NULL, 0);
    assert_int_equal(rig.sent_n, 0);
    assert_int_equal(set_aside(), 2);
}

/* ------------------------------------------------------------------ scans nobody understands */

static void malformed_scan_inside_a_good_seal(void **state)
{
    (void)state;
    struct rig_batch batch;
    rig_issue(&rig, 100, "H56-1");
    rig_beep(&rig, &hand, 100, EVENT_PICKED_UP, 0);
    rig_beep(&rig, &hand, 101, EVENT_PICKED_UP, 0);
    memcpy(hand.raw,
           "\x08\x02\x12\x03"
           "abc",
           7);
    hand.raw_n = 7;
    rig_cut(&hand, &batch);
    rig_send(&rig, &hand, &batch);
    const struct receipt *receipt = rig_receipt(&rig, &hand);
    assert_int_equal(receipt->through, 2);
    assert_int_equal(receipt->verdicts, 1);
    assert_int_equal(receipt->verdict[0].kind, VERDICT_MALFORMED);
    assert_int_equal(receipt->verdict[0].first_seq, 2);
    assert_int_equal(set_aside(), 1);
    assert_int_equal(rig_view(&rig, 100).state.status, STATUS_PICKED_UP);
    rig_scan(&rig, &hand, 100, EVENT_OUT_FOR_DELIVERY, 0);
    assert_int_equal(rig_view(&rig, 100).state.status, STATUS_OUT);
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 1); /* told again */
    assert_int_equal(set_aside(), 1);
}

/* A scan that says another number than its place in the batch. */
static void scan_with_anothers_number(void **state)
{
    (void)state;
    struct rig_batch batch;
    struct scan other = *rig_beep(&rig, &hand, 100, EVENT_PICKED_UP, 0);
    other.seq = 5;
    assert_good(scan_encode(&other, hand.raw, &hand.raw_n, &err));
    rig_cut(&hand, &batch);
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 1);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_MALFORMED);
    struct item item = rig_item(100);
    struct view view;
    assert_good(views_follow(rig.views, &err));
    assert_false(views_item(rig.views, &item, &view));
}

static void unknown_event_and_item_are_kept(void **state)
{
    (void)state;
    rig_issue(&rig, 100, "H56-1");
    rig_scan(&rig, &hand, 100, 59, 0); /* of a later version */
    rig_scan(&rig, &hand, 999, EVENT_PICKED_UP, 0);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 2);
    struct view view = rig_view(&rig, 100);
    assert_true(view.state.doubts & DOUBT_UNKNOWN_EVENT);
    assert_int_equal(view.state.status, STATUS_ISSUED);
    view = rig_view(&rig, 999);
    assert_false(view.state.issued);
    assert_int_equal(view.state.status, STATUS_NONE);
    rig_issue(&rig, 999, "H56-2");
    assert_int_equal(rig_view(&rig, 999).state.status, STATUS_PICKED_UP);
}

static void numbers_near_the_end_are_refused(void **state)
{
    (void)state;
    struct rig_batch batch;
    hand.seq = UINT64_MAX - 100;
    rig_beep(&rig, &hand, 100, EVENT_PICKED_UP, 0);
    rig_cut(&hand, &batch);
    rig_send(&rig, &hand, &batch);
    assert_int_equal(counts().unreadable, 1);
    hand.seq = 0;
    memset(&hand.link, 0, sizeof hand.link);
    cut_three(&batch, 100);
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
}

/* ------------------------------------------------------------------ revoked, renewed, restored */

static void enrol_anew(struct rig_device *device)
{
    struct rig_device fresh;
    rig_device(&fresh, &rig, device->name);
    device->public_key = fresh.public_key;
    device->secret_key = fresh.secret_key;
}

static void revoked_device_is_set_aside_at_once(void **state)
{
    (void)state;
    rig_issue(&rig, 100, "H56-1");
    rig_scan(&rig, &hand, 100, EVENT_PICKED_UP, 1000);
    rig_revoke(&rig, &hand);
    rig_scan(&rig, &hand, 100, EVENT_DELIVERED, 0);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 2);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_REVOKED);
    assert_int_equal(counts().revoked, 1);
    assert_int_equal(rig_view(&rig, 100).state.status, STATUS_PICKED_UP);
    struct fact history[8];
    struct item item = rig_item(100);
    size_t n = views_history(rig.views, &item, history, 8);
    assert_int_equal(n, 3);
    assert_int_equal(history[2].effect, EFFECT_SET_ASIDE);
    proof_holds();
}

static void enrolled_again_hands_in_what_the_old_key_sealed(void **state)
{
    (void)state;
    struct rig_batch old;
    cut_three(&old, 100);
    enrol_anew(&hand);
    rig_send(&rig, &hand, &old);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
    assert_int_equal(rig_receipt(&rig, &hand)->verdicts, 0);
    rig_scan(&rig, &hand, 103, EVENT_PICKED_UP, 0);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 4);
    proof_holds();
}

static void a_thief_keeps_the_revoked_key(void **state)
{
    (void)state;
    struct rig_batch old;
    struct rig_device thief = hand;
    rig_revoke(&rig, &hand);
    enrol_anew(&hand);
    rig_beep(&rig, &thief, 100, EVENT_DELIVERED, 0);
    rig_cut(&thief, &old);
    rig_send(&rig, &hand, &old);
    assert_int_equal(rig_receipt(&rig, &hand)->verdict[0].kind, VERDICT_REVOKED);
}

static void hello_is_answered(void **state)
{
    (void)state;
    struct rig_batch batch;
    cut_three(&batch, 100);
    rig_hello(&rig, &hand, NULL, 0);
    assert_int_equal(rig.sent[0].down.kind, WIRE_DOWN_STANDING);
    assert_int_equal(rig.sent[0].down.standing.epoch[0].through, 0);
    assert_int_equal(rig.sent[0].down.standing.nonce, 77);
    rig_send(&rig, &hand, &batch);
    rig_hello(&rig, &hand, NULL, 0);
    const struct standing *standing = &rig.sent[rig.sent_n - 1].down.standing;
    assert_int_equal(standing->epoch[0].through, 3);
    assert_memory_equal(&standing->epoch[0].link, &batch.head.after, 32);
    assert_int_equal(standing->generation, record_generation(rig.record));
}

/* A folder copied back: it asks about less than the record has, and can compare the links there. */
static void standing_names_no_more_than_was_asked(void **state)
{
    (void)state;
    struct rig_batch sent;
    struct batch batch;
    cut_three(&sent, 100);
    rig_send(&rig, &hand, &sent);
    assert_true(batch_read(sent.bytes, sent.n, &batch, NULL));
    struct link link = batch.head.before;
    for (uint64_t seq = 1; seq <= 2; seq++) {
        link = chain_next(&link, batch.scan[seq - 1].bytes, batch.scan[seq - 1].n);
        hand.seq = seq;
        rig_hello(&rig, &hand, NULL, 0);
        const struct epoch_state *state_of = &rig.sent[rig.sent_n - 1].down.standing.epoch[0];
        assert_int_equal(state_of->through, seq);
        assert_int_equal(state_of->last_seq, 3);
        assert_memory_equal(&state_of->link, &link, sizeof link);
    }
}

static void silent_link_loses_nothing(void **state)
{
    (void)state;
    struct rig_batch batch;
    cut_three(&batch, 100);
    rig.link_down = true;
    rig_send(&rig, &hand, &batch);
    rig.link_down = false;
    rig_send(&rig, &hand, &batch);
    assert_int_equal(rig_receipt(&rig, &hand)->through, 3);
    assert_int_equal(counts().scans_stored, 3);
}

/* ------------------------------------------------------------------ readmission */

static void certificate_of(const struct rig_device *device, struct ca *ca, struct instant from,
                           uint8_t out[CA_DER_MAX], size_t *ret_n)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509_REQ *request = X509_REQ_new();
    unsigned char *der = NULL;
    X509_REQ_set_pubkey(request, key);
    assert_true(X509_REQ_sign(request, key, NULL) > 0);
    int n = i2d_X509_REQ(request, &der);
    assert_good(ca_issue_device(ca, der, (size_t)n, device->name, &device->public_key, from, out,
                                ret_n, &err));
    OPENSSL_free(der);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
}

static void restored_record_admits_by_certificate(void **state)
{
    (void)state;
    char key[200], crt[200];
    struct ca *ca;
    uint8_t der[CA_DER_MAX];
    size_t n;
    struct rig_device late;
    struct rig_batch batch;
    (void)snprintf(key, sizeof key, "%s/ca.key", rig.dir);
    (void)snprintf(crt, sizeof crt, "%s/ca.crt", rig.dir);
    assert_good(ca_make(key, crt, "Trao", &err));
    assert_good(ca_open(key, crt, &ca, &err));
    rig_stop(&rig);
    rig.authority = ca_authority(ca).bytes;
    rig.authority_n = ca_authority(ca).n;
    rig_start(&rig);

    rig.now.ms = (int64_t)time(NULL) * 1000; /* the authority was made by the machine's clock */
    rig_device(&late, NULL, "HH-077");       /* enrolled after the backup that was restored */
    rig_beep(&rig, &late, 100, EVENT_PICKED_UP, 0);
    rig_cut(&late, &batch);
    rig_send(&rig, &late, &batch);
    assert_int_equal(rig.sent_n, 0);
    certificate_of(&late, ca, rig.now, der, &n);
    struct rig_device stranger;
    rig_device(&stranger, NULL, "HH-078");
    rig_hello(&rig, &stranger, der, n); /* another device's certificate admits nobody */
    assert_int_equal(rig.sent_n, 0);
    rig_hello(&rig, &late, der, n);
    assert_int_equal(rig.sent[rig.sent_n - 1].down.kind, WIRE_DOWN_STANDING);
    rig_send(&rig, &late, &batch);
    assert_int_equal(rig_receipt(&rig, &late)->through, 1);

    struct rig_device older = late, newer = late;
    struct device row;
    rig_device(&older, NULL, "HH-0X1");
    memcpy(older.name, late.name, sizeof older.name);
    certificate_of(&older, ca, (struct instant){rig.now.ms - 86400000}, der, &n);
    rig_hello(&rig, &older, der, n); /* an older certificate does not take the key back */
    assert_good(device_find(rig.record, late.name, &row, &err));
    assert_memory_equal(&row.seal_key, &late.public_key, 32);
    rig_device(&newer, NULL, "HH-0X2");
    memcpy(newer.name, late.name, sizeof newer.name);
    rig.now.ms += 86400000;
    certificate_of(&newer, ca, rig.now, der, &n);
    rig_hello(&rig, &newer, der, n);
    assert_good(device_find(rig.record, late.name, &row, &err));
    assert_memory_equal(&row.seal_key, &newer.public_key, 32);
    struct rig_device newest = newer;
    rig_device(&newest, NULL, "HH-0X3");
    memcpy(newest.name, late.name, sizeof newest.name);
    rig_revoke(&rig, &newer);
    rig.now.ms += 86400000;
    certificate_of(&newest, ca, rig.now, der, &n);
    rig_hello(&rig, &newest, der, n); /* nor does any bring a revoked one back */
    assert_good(device_find(rig.record, late.name, &row, &err));
    assert_int_equal(row.state, DEVICE_REVOKED);
    assert_memory_equal(&row.seal_key, &newer.public_key, 32);
    ca_close(ca);
    rig.authority_n = 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, hand_set_up, hand_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(stored_and_receipted),
        TEST(receipts_of_a_group_are_one),
        TEST(rolled_back_group_answers_nothing),
        TEST(a_failed_group_tells_nothing),
        TEST(repeated_counts_once),
        TEST(gap_is_kept_and_n_waits),
        TEST(shuffled_and_doubled_is_the_same),
        TEST(forged_seal_moves_nothing),
        TEST(scans_that_do_not_match_their_head),
        TEST(any_flipped_byte_is_never_stored),
        TEST(rubbish_is_set_aside),
        TEST(head_of_another_device),
        TEST(hello_of_another_device),
        TEST(unknown_device_is_set_aside),
        TEST(scan_with_anothers_number),
        TEST(malformed_scan_inside_a_good_seal),
        TEST(unknown_event_and_item_are_kept),
        TEST(numbers_near_the_end_are_refused),
        TEST(revoked_device_is_set_aside_at_once),
        TEST(enrolled_again_hands_in_what_the_old_key_sealed),
        TEST(a_thief_keeps_the_revoked_key),
        TEST(hello_is_answered),
        TEST(standing_names_no_more_than_was_asked),
        TEST(silent_link_loses_nothing),
        TEST(restored_record_admits_by_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
