#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/batch.h"
#include "protocol/scan.h"
#include "raw.h"
#include "samples.h"

static void device_names(void **state)
{
    (void)state;
    assert_true(device_name_is_good("HH-042"));
    assert_true(device_name_is_good("A"));
    assert_true(device_name_is_good("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"));
    assert_false(device_name_is_good("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"));
    assert_false(device_name_is_good(""));
    assert_false(device_name_is_good("hh-042"));
    assert_false(device_name_is_good("HH/042"));
    assert_false(device_name_is_good("HH+"));
    assert_false(device_name_is_good("HH 1"));
    assert_false(device_name_is_good("HH\n"));
    assert_false(device_name_is_good("ĐH"));
}

static void holds_what_it_sealed(void **state)
{
    (void)state;
    uint8_t bytes[BATCH_BYTES_MAX];
    size_t n = sample_batch(bytes);
    struct batch batch;
    struct error err;
    struct seal_public device = sample_device_public(), server = sample_server_public();
    if (!batch_read(bytes, n, &batch, &err))
        fail_msg("%s", err.text);
    assert_string_equal(batch.head.device, SAMPLE_DEVICE);
    assert_true(batch.head.epoch == 0x1122334455667788);
    assert_int_equal(batch.head.first_seq, 1);
    assert_int_equal(batch.head.count, 3);
    assert_true(batch_holds(&batch, &device));
    assert_false(batch_holds(&batch, &server));
    struct link link = batch.head.before;
    for (uint32_t i = 0; i < 3; i++) {
        struct scan scan;
        assert_true(batch.scan[i].bytes > bytes && batch.scan[i].bytes < bytes + n);
        assert_true(scan_decode(batch.scan[i].bytes, batch.scan[i].n, &scan, &err));
        assert_int_equal(scan.seq, i + 1);
        link = chain_next(&link, batch.scan[i].bytes, batch.scan[i].n);
    }
    assert_true(link_equal(&link, &batch.head.after));
}

/* The head is covered by the seal, the scans by the link in the head: no bit may change. */
static void no_single_bit_may_change(void **state)
{
    (void)state;
    uint8_t bytes[BATCH_BYTES_MAX];
    size_t n = sample_batch(bytes);
    struct seal_public device = sample_device_public();
    for (size_t bit = 0; bit < 8 * n; bit++) {
        struct batch batch;
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (batch_read(bytes, n, &batch, NULL) && batch_holds(&batch, &device))
            fail_msg("bit %zu may change", bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void no_cut_is_taken(void **state)
{
    (void)state;
    uint8_t bytes[BATCH_BYTES_MAX];
    size_t n = sample_batch(bytes);
    struct batch batch;
    for (size_t cut = 0; cut < n; cut++)
        assert_false(batch_read(bytes, cut, &batch, NULL));
}

/* Scans in another order, left out or taken from another batch do not lead to the head's link. */
static void scans_cannot_be_moved(void **state)
{
    (void)state;
    uint8_t bytes[BATCH_BYTES_MAX];
    size_t n = sample_batch(bytes);
    struct seal_public device = sample_device_public();
    struct batch batch;
    assert_true(batch_read(bytes, n, &batch, NULL));
    struct slice first = batch.scan[0];
    batch.scan[0] = batch.scan[1];
    batch.scan[1] = first;
    assert_false(batch_holds(&batch, &device));
    assert_true(batch_read(bytes, n, &batch, NULL));
    batch.scan[2] = batch.scan[1];
    assert_false(batch_holds(&batch, &device));
}

/* --------------------------------------------------------------------------------- limits */

static struct head head_of(uint32_t count)
{
    return (struct head){.device = "HH-1", .epoch = 1, .first_seq = 1, .count = count};
}

static bool seal(struct head head, const struct slice *scans, struct error *err)
{
    static uint8_t out[BATCH_BYTES_MAX];
    size_t n;
    struct seal_secret key = sample_device_secret();
    return batch_seal(&head, scans, &key, out, &n, err);
}

static void fifty_of_the_largest_fit(void **state)
{
    (void)state;
    uint8_t scan[SCAN_BYTES_MAX] = {0}, out[BATCH_BYTES_MAX];
    struct slice scans[BATCH_SCANS_MAX];
    struct seal_secret key = sample_device_secret();
    struct seal_public public = sample_device_public();
    struct head head = head_of(BATCH_SCANS_MAX);
    struct batch batch;
    struct error err;
    size_t n;
    for (size_t i = 0; i < BATCH_SCANS_MAX; i++)
        scans[i] = (struct slice){scan, sizeof scan};
    if (!batch_seal(&head, scans, &key, out, &n, &err) || !batch_read(out, n, &batch, &err))
        fail_msg("%s", err.text);
    assert_true(batch_holds(&batch, &public));
    assert_true(link_equal(&head.after, &batch.head.after));
}

static void refuses_to_seal_beyond_limits(void **state)
{
    (void)state;
    uint8_t scan[SCAN_BYTES_MAX + 1] = {0};
    struct slice good = {scan, 10}, empty = {scan, 0}, long_one = {scan, sizeof scan};
    struct error err;
    struct head head = head_of(1);
    assert_true(seal(head, &good, &err));
    assert_false(seal(head, &empty, &err));
    assert_false(seal(head, &long_one, &err));
    assert_non_null(strstr(err.text, "batch: scan 0"));
    assert_false(seal(head_of(0), &good, &err));
    assert_false(seal(head_of(BATCH_SCANS_MAX + 1), &good, &err));
    head = head_of(1), head.epoch = 0;
    assert_false(seal(head, &good, &err));
    head = head_of(1), head.first_seq = 0;
    assert_false(seal(head, &good, &err));
    head = head_of(1), head.first_seq = UINT64_MAX;
    assert_false(seal(head, &good, &err));
    head = head_of(1), head.device[0] = 'h';
    assert_false(seal(head, &good, &err));
}

/* ------------------------------------------------------------------------- a peer's bytes */

struct raw_head {
    uint64_t version, epoch, first_seq, count;
    const char *device;
    size_t link_n;
};

static void write_head(struct raw *raw, const struct raw_head *head)
{
    uint8_t link[64] = {0};
    raw->n = 0;
    raw_varint(raw, 1, head->version);
    raw_bytes(raw, 2, head->device, strlen(head->device));
    raw_fixed64(raw, 3, head->epoch);
    raw_varint(raw, 4, head->first_seq);
    raw_varint(raw, 5, head->count);
    raw_bytes(raw, 6, link, head->link_n);
    raw_bytes(raw, 7, link, 32);
}

static void expect_unread(const struct raw *raw, const char *why)
{
    struct batch batch;
    struct error err;
    assert_false(batch_read(raw->bytes, raw->n, &batch, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    if (strstr(err.text, why) == NULL)
        fail_msg("«%s» does not say «%s»", err.text, why);
}

static void expect_bad_head(struct raw_head head, const char *why)
{
    struct raw inner, raw = {.n = 0};
    uint8_t zero[64] = {0};
    write_head(&inner, &head);
    raw_bytes(&raw, 1, inner.bytes, inner.n);
    raw_bytes(&raw, 2, zero, 64);
    raw_bytes(&raw, 3, "scan", 4);
    expect_unread(&raw, why);
}

static void reading_checks_the_head(void **state)
{
    (void)state;
    expect_bad_head((struct raw_head){2, 1, 1, 1, "HH-1", 32}, "batch: head: version");
    expect_bad_head((struct raw_head){1, 0, 1, 1, "HH-1", 32}, "batch: head: epoch");
    expect_bad_head((struct raw_head){1, 1, 0, 1, "HH-1", 32}, "batch: head: first_seq");
    expect_bad_head((struct raw_head){1, 1, 1, 0, "HH-1", 32}, "batch: head: count");
    expect_bad_head((struct raw_head){1, 1, 1, 51, "HH-1", 32}, "batch: head: count");
    expect_bad_head((struct raw_head){1, 1, 1, 1, "hh", 32}, "batch: head: device");
    expect_bad_head((struct raw_head){1, 1, 1, 1, "H\xFFH", 32}, "batch: head: device: not UTF-8");
    expect_bad_head((struct raw_head){1, 1, 1, 1, "HH-1", 31}, "batch: head: link_before");
    expect_bad_head((struct raw_head){1, 1, 1, 2, "HH-1", 32}, "batch: 1 scans, its head says 2");
}

static void reading_checks_the_frame(void **state)
{
    (void)state;
    static const uint8_t zero[BATCH_BYTES_MAX];
    struct raw raw = {.n = 0}, inner;
    write_head(&inner, &(struct raw_head){1, 1, 1, 1, "HH-1", 32});
    expect_unread(&raw, "batch: bytes");
    raw_bytes(&raw, 3, "scan", 4);
    expect_unread(&raw, "batch: seal");
    raw_bytes(&raw, 2, zero, 64);
    expect_unread(&raw, "batch: head");
    raw_bytes(&raw, 1, inner.bytes, inner.n);
    raw_bytes(&raw, 4, "a later version's", 17);
    struct batch batch;
    assert_true(batch_read(raw.bytes, raw.n, &batch, NULL));
    struct raw twice = raw;
    raw_bytes(&twice, 2, zero, 64);
    expect_unread(&twice, "given twice");
    twice = raw;
    raw_varint(&twice, 3, 1);
    expect_unread(&twice, "not bytes");
    for (int i = 0; i < BATCH_SCANS_MAX; i++)
        raw_bytes(&raw, 3, "scan", 4);
    expect_unread(&raw, "more than 50 scans");
    raw_bytes(&raw, 9, zero, sizeof zero);
    expect_unread(&raw, "batch: bytes");
}

/* A scan that is too long is sealed all the same: its reader gives it a verdict, and what follows
 * is not blocked. */
static void a_scan_too_long_reaches_its_verdict(void **state)
{
    (void)state;
    struct raw raw = {.n = 0}, inner;
    uint8_t zero[64] = {0}, scan[300] = {0};
    struct batch batch;
    struct scan decoded;
    write_head(&inner, &(struct raw_head){1, 1, 1, 1, "HH-1", 32});
    raw_bytes(&raw, 1, inner.bytes, inner.n);
    raw_bytes(&raw, 2, zero, 64);
    raw_bytes(&raw, 3, scan, sizeof scan);
    assert_true(batch_read(raw.bytes, raw.n, &batch, NULL));
    assert_false(scan_decode(batch.scan[0].bytes, batch.scan[0].n, &decoded, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_names),
        cmocka_unit_test(holds_what_it_sealed),
        cmocka_unit_test(no_single_bit_may_change),
        cmocka_unit_test(no_cut_is_taken),
        cmocka_unit_test(scans_cannot_be_moved),
        cmocka_unit_test(fifty_of_the_largest_fit),
        cmocka_unit_test(refuses_to_seal_beyond_limits),
        cmocka_unit_test(reading_checks_the_head),
        cmocka_unit_test(reading_checks_the_frame),
        cmocka_unit_test(a_scan_too_long_reaches_its_verdict),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
