#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/scan.h"
#include "raw.h"
#include "samples.h"

/* Field by field: padding is not part of a value. */
static void assert_same(const struct scan *a, const struct scan *b)
{
    assert_true(a->seq == b->seq && a->event == b->event && a->boot == b->boot);
    assert_string_equal(a->item.text, b->item.text);
    assert_true(a->wall.ms == b->wall.ms && a->mono.ms == b->mono.ms);
    assert_int_equal(a->time_source, b->time_source);
    assert_int_equal(a->place.why_none, b->place.why_none);
    assert_true(a->place.lat_e7 == b->place.lat_e7 && a->place.lon_e7 == b->place.lon_e7);
    assert_true(a->place.accuracy_mm == b->place.accuracy_mm && a->place.mode == b->place.mode);
    assert_true(a->place.age_ms == b->place.age_ms && a->place.jumped == b->place.jumped);
    assert_true(a->place.gps_time.ms == b->place.gps_time.ms);
    assert_true(a->badge == b->badge && a->post_office == b->post_office);
    assert_true(a->reason == b->reason && a->action == b->action && a->relation == b->relation);
    assert_true(a->postage_vnd == b->postage_vnd && a->fees_vnd == b->fees_vnd);
    assert_int_equal(a->has_attachments, b->has_attachments);
    assert_memory_equal(a->attachments.bytes, b->attachments.bytes, sizeof a->attachments.bytes);
    assert_true(a->program == b->program && a->entry == b->entry);
    assert_true(a->round == b->round && a->handover == b->handover && a->stop == b->stop);
    assert_true(a->of_seq == b->of_seq);
    assert_true(a->of_epoch == b->of_epoch);
    assert_true(a->slip == b->slip);
}

static size_t encoded(const struct scan *scan, uint8_t out[SCAN_BYTES_MAX])
{
    struct error err;
    size_t n = 0;
    if (!scan_encode(scan, out, &n, &err))
        fail_msg("%s", err.text);
    return n;
}

static void there_and_back(void **state)
{
    (void)state;
    struct scan scans[] = {sample_pickup(), sample_failed(), sample_delivered(), sample_largest()};
    for (size_t i = 0; i < sizeof scans / sizeof scans[0]; i++) {
        uint8_t bytes[SCAN_BYTES_MAX], again[SCAN_BYTES_MAX];
        struct scan back;
        struct error err;
        size_t n = encoded(&scans[i], bytes);
        if (!scan_decode(bytes, n, &back, &err))
            fail_msg("%s", err.text);
        assert_same(&scans[i], &back);
        assert_int_equal(encoded(&back, again), n);
        assert_memory_equal(again, bytes, n);
    }
}

static void the_largest_fits(void **state)
{
    (void)state;
    uint8_t bytes[SCAN_BYTES_MAX];
    struct scan scan = sample_largest();
    assert_in_range(encoded(&scan, bytes), 200, SCAN_BYTES_MAX);
    scan.event = EVENT_DELIVERY_FAILED;
    scan.of_seq = scan.of_epoch = 0;
    scan.slip = UINT64_MAX;
    size_t n = encoded(&scan, bytes);
    struct scan back;
    assert_in_range(n, 200, SCAN_BYTES_MAX);
    assert_true(scan_decode(bytes, n, &back, NULL));
    assert_same(&scan, &back);
}

static void expect_refused(const struct scan *scan, const char *why)
{
    uint8_t bytes[SCAN_BYTES_MAX];
    struct error err;
    size_t n = 4711;
    assert_false(scan_encode(scan, bytes, &n, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_int_equal(n, 4711);
    if (strstr(err.text, why) == NULL)
        fail_msg("«%s» does not say «%s»", err.text, why);
}

#define REFUSED(change, why)                                                                       \
    do {                                                                                           \
        struct scan scan = sample_delivered();                                                     \
        change;                                                                                    \
        expect_refused(&scan, why);                                                                \
    } while (0)

static void encoding_checks_every_range(void **state)
{
    (void)state;
    REFUSED(scan.seq = 0, "scan: seq");
    REFUSED(scan.item.text[10] = '4', "scan: item");
    REFUSED(scan.item.text[0] = 'r', "scan: item");
    REFUSED(scan.event = 0, "scan: event");
    REFUSED(scan.event = EVENT_ISSUED, "scan: event");
    REFUSED(scan.wall.ms = INT64_MAX, "scan: wall_ms");
    REFUSED(scan.wall.ms = INT64_MIN, "scan: wall_ms");
    REFUSED(scan.mono.ms = -1, "scan: mono_ms");
    REFUSED(scan.boot = 0, "scan: boot");
    REFUSED(scan.place.lat_e7 = 900000001, "scan: place: lat_e7");
    REFUSED(scan.place.lat_e7 = -900000001, "scan: place: lat_e7");
    REFUSED(scan.place.lon_e7 = 1800000001, "scan: place: lon_e7");
    REFUSED(scan.place.mode = PLACE_MODE_NONE, "scan: place: mode");
    REFUSED(scan.place.gps_time.ms = INT64_MAX, "scan: place: gps_ms");
    REFUSED(scan.post_office = 1000000, "scan: post_office");
    REFUSED(scan.postage_vnd = SCAN_MONEY_MAX_VND + 1, "scan: postage_vnd");
    REFUSED(scan.fees_vnd = SCAN_MONEY_MAX_VND + 1, "scan: fees_vnd");
    REFUSED(scan.slip = 1, "scan: slip");
    REFUSED(scan.of_seq = 1, "scan: of_seq");
    REFUSED(scan.of_epoch = 1, "scan: of_epoch");
    REFUSED((scan.event = EVENT_WITHDRAWN, scan.of_epoch = 1), "scan: of_seq");
    REFUSED(scan.event = EVENT_WITHDRAWN, "scan: of_seq");
    REFUSED((scan.event = EVENT_WITHDRAWN, scan.of_seq = scan.seq), "scan: of_seq");
}

/* ------------------------------------------------------------------------ a peer's bytes */

static void expect_undecodable(const uint8_t *bytes, size_t n, const char *why)
{
    struct scan scan = {.seq = 4711};
    struct error err;
    assert_false(scan_decode(bytes, n, &scan, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_true(scan.seq == 4711);
    if (strstr(err.text, why) == NULL)
        fail_msg("«%s» does not say «%s»", err.text, why);
}

/* A minimal scan by hand, but for `field`, which the test writes itself. */
static void start_without(struct raw *raw, uint32_t field)
{
    raw->n = 0;
    if (field != 1)
        raw_varint(raw, 1, 7);
    if (field != 2)
        raw_bytes(raw, 2, "RA123456785VN", 13);
    if (field != 3)
        raw_varint(raw, 3, EVENT_PICKED_UP);
    if (field != 6)
        raw_fixed64(raw, 6, 1);
    if (field != 9)
        raw_varint(raw, 9, NO_PLACE_OFF);
}

static bool decodes(const struct raw *raw, struct scan *ret_scan)
{
    struct error err;
    return scan_decode(raw->bytes, raw->n, ret_scan, &err);
}

#define UNDECODABLE(field, write, why)                                                             \
    do {                                                                                           \
        start_without(&raw, field);                                                                \
        write;                                                                                     \
        expect_undecodable(raw.bytes, raw.n, why);                                                 \
    } while (0)

static void decoding_checks_every_range(void **state)
{
    (void)state;
    static const uint8_t zero[SCAN_BYTES_MAX];
    struct raw raw;
    UNDECODABLE(1, (void)0, "scan: seq");
    UNDECODABLE(2, (void)0, "scan: item");
    UNDECODABLE(2, raw_bytes(&raw, 2, "RA123456784VN", 13), "scan: item");
    UNDECODABLE(2, raw_bytes(&raw, 2, "ra123456785vn", 13), "scan: item");
    UNDECODABLE(2, raw_bytes(&raw, 2, "RA123456785VN ", 14), "scan: item");
    UNDECODABLE(2, raw_bytes(&raw, 2, "RA123456785V\xFF", 13), "scan: item: not UTF-8");
    UNDECODABLE(2, raw_bytes(&raw, 2, "RA123456785VN\0junk", 18), "scan: item: not UTF-8");
    UNDECODABLE(0, raw_bytes(&raw, 2, "RA123456785VN", 13), "scan: item: given twice");
    UNDECODABLE(3, (void)0, "scan: event");
    UNDECODABLE(3, raw_varint(&raw, 3, 64), "scan: event");
    UNDECODABLE(0, raw_varint(&raw, 5, (UINT64_C(1) << 60) + 1), "scan: mono_ms");
    UNDECODABLE(0, raw_varint(&raw, 4, UINT64_MAX), "scan: wall_ms");
    UNDECODABLE(6, (void)0, "scan: boot");
    UNDECODABLE(9, (void)0, "scan: place: neither");
    UNDECODABLE(0, raw_bytes(&raw, 8, "\x20\x03", 2), "scan: place: given and");
    UNDECODABLE(9, raw_bytes(&raw, 8, "", 0), "scan: place: mode");
    UNDECODABLE(9, raw_bytes(&raw, 8, "\x20\x01", 2), "scan: place: mode");
    UNDECODABLE(0, raw_varint(&raw, 11, 1000000), "scan: post_office");
    UNDECODABLE(0, raw_varint(&raw, 15, SCAN_MONEY_MAX_VND + 1), "scan: postage_vnd");
    UNDECODABLE(0, raw_varint(&raw, 16, UINT64_MAX), "scan: fees_vnd");
    UNDECODABLE(0, raw_bytes(&raw, 17, "short", 5), "scan: attachments");
    UNDECODABLE(0, raw_varint(&raw, 23, 1), "scan: of_seq");
    UNDECODABLE(0, raw_varint(&raw, 2000, 1); raw_number(&raw, 2000 << 3 | 3), "field 2000");
    UNDECODABLE(0, raw_number(&raw, 0), "tag");
    UNDECODABLE(0, raw_number(&raw, 1 << 3 | 7), "field 1");
    UNDECODABLE(1, raw_bytes(&raw, 1, "x", 1), "scan: not a Scan");
    start_without(&raw, 0);
    raw_bytes(&raw, 100, zero, sizeof zero);
    expect_undecodable(raw.bytes, raw.n, "scan: bytes");
    expect_undecodable(raw.bytes, 0, "scan: bytes");
}

/* A program of next year may say more; this one reads what it knows and keeps the rest as bytes. */
static void what_is_unknown_is_kept(void **state)
{
    (void)state;
    struct raw raw;
    struct scan scan;
    start_without(&raw, 3);
    raw_varint(&raw, 3, 63);
    raw_varint(&raw, 7, 9);
    raw_varint(&raw, 12, 500);
    raw_varint(&raw, 13, 501);
    raw_varint(&raw, 14, 502);
    raw_varint(&raw, 19, 40);
    raw_bytes(&raw, 99, "tomorrow", 8);
    assert_true(decodes(&raw, &scan));
    assert_int_equal(scan.event, 63);
    assert_int_equal(scan.reason, 500);
    assert_int_equal(scan.action, 501);
    assert_int_equal(scan.relation, 502);
    assert_int_equal(scan.time_source, TIME_SOURCE_UNKNOWN);
    assert_int_equal(scan.entry, ENTRY_UNKNOWN);
    start_without(&raw, 9);
    raw_varint(&raw, 9, 77);
    assert_true(decodes(&raw, &scan));
    assert_int_equal(scan.place.why_none, NO_PLACE_OFF);
}

static void every_cut_is_refused_or_a_scan(void **state)
{
    (void)state;
    uint8_t bytes[SCAN_BYTES_MAX];
    struct scan scan = sample_delivered(), back;
    size_t n = encoded(&scan, bytes), refused = 0;
    for (size_t cut = 0; cut < n; cut++)
        refused += !scan_decode(bytes, cut, &back, NULL);
    assert_in_range(refused, n / 2, n);
}

static void knows_its_own_version(void **state)
{
    (void)state;
    char text[32];
    uint32_t version = scan_program_version();
    snprintf(text, sizeof text, "%u.%u.%u", version / 10000, version / 100 % 100, version % 100);
    assert_string_equal(text, TRAO_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(the_largest_fits),
        cmocka_unit_test(encoding_checks_every_range),
        cmocka_unit_test(decoding_checks_every_range),
        cmocka_unit_test(what_is_unknown_is_kept),
        cmocka_unit_test(every_cut_is_refused_or_a_scan),
        cmocka_unit_test(knows_its_own_version),
    };
    return cmocka_run_group_tests_name("scan", tests, NULL, NULL);
}
