/* The short way to unpack and protobuf-c's own agree on whatever bytes come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/codec.h"
#include "protocol/codec_plain.h"
#include "protocol/fact.h"
#include "protocol/scan.h"
#include "samples.h"
#include "trao.pb-c.h"

static uint64_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

/* What the short way takes, protobuf-c takes, and both say the same. */
static bool agree(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t n)
{
    static uint8_t room[32768], ours[2048], theirs[2048];
    struct codec_block block = {.bytes = room, .size = sizeof room};
    ProtobufCMessage *plain = codec_plain(type, (struct slice){bytes, n}, &block);
    if (plain == NULL)
        return false;
    ProtobufCMessage *long_way = protobuf_c_message_unpack(type, NULL, n, bytes);
    assert_non_null(long_way);
    assert_int_equal(long_way->n_unknown_fields, 0);
    size_t ours_n = protobuf_c_message_pack(plain, ours);
    assert_int_equal(protobuf_c_message_pack(long_way, theirs), ours_n);
    assert_memory_equal(ours, theirs, ours_n);
    protobuf_c_message_free_unpacked(long_way, NULL);
    return true;
}

#define SCANS 3
#define ALL (SCANS + 4)
static size_t encoded(int which, uint8_t out[FACT_BYTES_MAX],
                      const ProtobufCMessageDescriptor **ret_type)
{
    struct error err = {.code = ERROR_NONE};
    struct scan scans[] = {sample_pickup(), sample_failed(), sample_delivered()};
    struct office_fact facts[] = {sample_issued(), sample_notice(), sample_sealed(),
                                  sample_paper()};
    size_t n = 0;
    *ret_type = which < SCANS ? &trao__v1__scan__descriptor : &trao__v1__office_fact__descriptor;
    bool good = which < SCANS ? scan_encode(&scans[which], out, &n, &err)
                              : fact_encode(&facts[which - SCANS], out, &n, &err);
    if (!good)
        fail_msg("%s", err.text);
    return n;
}

static void what_we_write_goes_the_short_way(void **state)
{
    (void)state;
    for (int which = 0; which < ALL; which++) {
        uint8_t bytes[FACT_BYTES_MAX];
        const ProtobufCMessageDescriptor *type;
        size_t n = encoded(which, bytes, &type);
        assert_true(agree(type, bytes, n));
    }
}

/* Some byte another, some left out, some twice, or cut. */
static size_t change(uint8_t *bytes, size_t n)
{
    size_t at = draw((uint32_t)n);
    switch (draw(4)) {
    case 0:
        bytes[at] = (uint8_t)draw(256);
        return n;
    case 1:
        bytes[at] ^= (uint8_t)(1 << draw(8));
        return n;
    case 2:
        memmove(bytes + at, bytes + at + 1, n - at - 1);
        return n - 1;
    default:
        memmove(bytes + at + 1, bytes + at, n - at);
        return n + 1;
    }
}

static void whatever_comes_is_judged_alike(void **state)
{
    (void)state;
    size_t taken = 0;
    for (int round = 0; round < 100000; round++) {
        uint8_t bytes[FACT_BYTES_MAX + 8];
        const ProtobufCMessageDescriptor *type;
        size_t n = encoded(round % ALL, bytes, &type);
        for (uint32_t i = draw(4) + 1; i > 0 && n > 1; i--)
            n = change(bytes, n);
        taken += agree(type, bytes, n);
    }
    assert_true(taken > 1000); /* or nothing was compared */
}

/* A field that no version knows sends a message the long way, and changes nothing of what it says.
 */
static size_t made_long(const uint8_t *bytes, size_t n, uint8_t *out)
{
    static const uint8_t unknown[] = {0xA0, 0x06, 0x01}; /* 100: 1 */
    memcpy(out, unknown, sizeof unknown); /* in front: what is cut at the end stays cut */
    memcpy(out + sizeof unknown, bytes, n);
    return n + sizeof unknown;
}

/* How many of the bytes were taken: 0 or 1. */
static size_t judged_alike(bool is_scan, const uint8_t *bytes, size_t n)
{
    uint8_t longer[FACT_BYTES_MAX + 16];
    size_t longer_n = made_long(bytes, n, longer);
    if (is_scan) {
        struct scan ours, theirs;
        memset(&ours, 0, sizeof ours);
        memset(&theirs, 0, sizeof theirs);
        bool taken = scan_decode(bytes, n, &ours, NULL);
        assert_int_equal(scan_decode(longer, longer_n, &theirs, NULL), taken);
        assert_int_equal(ours.seq, theirs.seq);
        uint8_t one[SCAN_BYTES_MAX], other[SCAN_BYTES_MAX];
        size_t one_n = 0, other_n = 0;
        assert_int_equal(scan_encode(&ours, one, &one_n, NULL), taken);
        assert_int_equal(scan_encode(&theirs, other, &other_n, NULL), taken);
        assert_int_equal(one_n, other_n);
        assert_memory_equal(one, other, one_n);
        return taken;
    }
    struct office_fact ours, theirs;
    memset(&ours, 0, sizeof ours);
    memset(&theirs, 0, sizeof theirs);
    bool taken = fact_decode(bytes, n, &ours, NULL);
    assert_int_equal(fact_decode(longer, longer_n, &theirs, NULL), taken);
    uint8_t one[FACT_BYTES_MAX], other[FACT_BYTES_MAX];
    size_t one_n = 0, other_n = 0;
    assert_int_equal(fact_encode(&ours, one, &one_n, NULL), taken);
    assert_int_equal(fact_encode(&theirs, other, &other_n, NULL), taken);
    assert_int_equal(one_n, other_n);
    assert_memory_equal(one, other, one_n);
    return taken;
}

static void a_struct_is_read_alike_both_ways(void **state)
{
    (void)state;
    size_t taken = 0;
    for (int round = 0; round < 200000; round++) {
        uint8_t bytes[FACT_BYTES_MAX + 8];
        const ProtobufCMessageDescriptor *type;
        size_t n = encoded(round % ALL, bytes, &type);
        for (uint32_t i = draw(4); i > 0 && n > 1; i--)
            n = change(bytes, n);
        bool is_scan = round % ALL < SCANS;
        if (n + 3 <= (is_scan ? SCAN_BYTES_MAX : FACT_BYTES_MAX))
            taken += judged_alike(is_scan, bytes, n);
    }
    assert_true(taken > 20000); /* or nothing was compared */
}

static void too_little_room_is_not_taken(void **state)
{
    (void)state;
    uint8_t bytes[FACT_BYTES_MAX];
    static uint8_t room[4096];
    const ProtobufCMessageDescriptor *type;
    size_t n = encoded(SCANS, bytes, &type);
    bool taken = false;
    for (size_t size = 0; size < sizeof room; size += 16) {
        struct codec_block block = {.bytes = room, .size = size};
        bool now = codec_plain(type, (struct slice){bytes, n}, &block) != NULL;
        assert_true(block.used <= size);
        assert_true(now || !taken);
        taken = now;
    }
    assert_true(taken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_we_write_goes_the_short_way),
        cmocka_unit_test(whatever_comes_is_judged_alike),
        cmocka_unit_test(a_struct_is_read_alike_both_ways),
        cmocka_unit_test(too_little_room_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
