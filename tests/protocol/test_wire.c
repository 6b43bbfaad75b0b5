#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/wire.h"
#include "raw.h"
#include "samples.h"

static uint8_t out[WIRE_BYTES_MAX];

static void assert_says(const struct error *err, const char *why)
{
    if (strstr(err->text, why) == NULL)
        fail_msg("«%s» does not say «%s»", err->text, why);
}

static void assert_same_epochs(const struct epoch_state *a, const struct epoch_state *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(a[i].epoch == b[i].epoch && a[i].through == b[i].through);
        assert_true(a[i].last_seq == b[i].last_seq);
        assert_true(link_equal(&a[i].link, &b[i].link));
    }
}

/* -------------------------------------------------------------------------------------- up */

static void read_up_good(const uint8_t *bytes, size_t n, struct wire_up *ret_up)
{
    struct error err;
    if (!wire_read_up(bytes, n, ret_up, &err))
        fail_msg("%s", err.text);
}

static void hello_there_and_back(void **state)
{
    (void)state;
    struct hello hello = sample_hello();
    struct wire_up up;
    size_t n;
    assert_true(wire_hello(&hello, out, &n, NULL));
    read_up_good(out, n, &up);
    assert_int_equal(up.kind, WIRE_UP_HELLO);
    assert_string_equal(up.hello.device, hello.device);
    assert_int_equal(up.hello.certificate.n, hello.certificate.n);
    assert_memory_equal(up.hello.certificate.bytes, hello.certificate.bytes, hello.certificate.n);
    assert_true(up.hello.certificate.bytes > out && up.hello.certificate.bytes < out + n);
    assert_true(up.hello.generation == hello.generation && up.hello.nonce == hello.nonce);
    assert_int_equal(up.hello.program, hello.program);
    assert_int_equal(up.hello.epochs, 2);
    assert_same_epochs(up.hello.epoch, hello.epoch, 2);
}

static void envelope_there_and_back(void **state)
{
    (void)state;
    uint8_t batch[BATCH_BYTES_MAX];
    size_t batch_n = sample_batch(batch), n;
    struct envelope envelope = sample_envelope(batch, batch_n);
    struct wire_up up;
    assert_true(wire_envelope(&envelope, out, &n, NULL));
    read_up_good(out, n, &up);
    assert_int_equal(up.kind, WIRE_UP_ENVELOPE);
    assert_int_equal(up.envelope.batch.n, batch_n);
    assert_memory_equal(up.envelope.batch.bytes, batch, batch_n);
    assert_true(up.envelope.batch.bytes > out && up.envelope.batch.bytes < out + n);
    assert_true(up.envelope.sent_wall.ms == envelope.sent_wall.ms);
    assert_true(up.envelope.sent_mono.ms == envelope.sent_mono.ms);
    assert_true(up.envelope.sent_boot == envelope.sent_boot);
    assert_int_equal(up.envelope.sent_time_source, TIME_SOURCE_NETWORK);
}

static void attachment_there_and_back(void **state)
{
    (void)state;
    struct attachment_chunk chunk = sample_chunk();
    struct wire_up up;
    size_t n;
    assert_true(wire_attachment(&chunk, out, &n, NULL));
    read_up_good(out, n, &up);
    assert_int_equal(up.kind, WIRE_UP_ATTACHMENT);
    assert_true(link_equal(&up.attachment.hash, &chunk.hash));
    assert_int_equal(up.attachment.total_bytes, chunk.total_bytes);
    assert_int_equal(up.attachment.offset, chunk.offset);
    assert_int_equal(up.attachment.kind, PAPER_PHOTO);
    assert_int_equal(up.attachment.data.n, chunk.data.n);
    assert_memory_equal(up.attachment.data.bytes, chunk.data.bytes, chunk.data.n);
    assert_true(up.attachment.data.bytes > out && up.attachment.data.bytes < out + n);
    assert_int_equal(up.attachment.generation, 0); /* of earlier programs */
    chunk.generation = UINT64_MAX - 1;
    chunk.data = (struct slice){NULL, 0}; /* asks what has come */
    assert_true(wire_attachment(&chunk, out, &n, NULL));
    read_up_good(out, n, &up);
    assert_int_equal(up.attachment.data.n, 0);
    assert_true(up.attachment.generation == chunk.generation);
}

static void attachments_have_ranges(void **state)
{
    (void)state;
    static uint8_t much[ATTACHMENT_CHUNK_MAX + 1];
    struct attachment_chunk chunk = sample_chunk();
    struct error err;
    size_t n;
    chunk.offset = chunk.total_bytes - 7;
    assert_false(wire_attachment(&chunk, out, &n, &err));
    assert_says(&err, "attachment: offset");
    chunk = sample_chunk();
    chunk.total_bytes = (uint32_t)ATTACHMENT_CLOSED_MAX + 1;
    assert_false(wire_attachment(&chunk, out, &n, &err));
    chunk = sample_chunk();
    chunk.data = (struct slice){much, sizeof much};
    assert_false(wire_attachment(&chunk, out, &n, &err));
    assert_says(&err, "attachment: data");
    chunk.data.n--;
    chunk.offset = 0;
    assert_true(wire_attachment(&chunk, out, &n, &err));
    assert_true(n < WIRE_BYTES_MAX);
}

static void bad_attachments_are_refused(void **state)
{
    (void)state;
    uint8_t hash[32] = {0};
    struct wire_up up;
    struct error err;
    for (int at = 0; at < 3; at++) {
        struct raw raw = {.n = 0}, chunk = {.n = 0};
        raw_bytes(&chunk, 1, hash, at == 0 ? 31 : 32);
        raw_varint(&chunk, 2, at == 1 ? 0 : 10);
        raw_varint(&chunk, 3, at == 2 ? UINT32_MAX : 0);
        raw_bytes(&chunk, 4, "abc", 3);
        raw_varint(&chunk, 5, 5);
        raw_varint(&raw, 1, 1);
        raw_bytes(&raw, 4, chunk.bytes, chunk.n);
        assert_false(wire_read_up(raw.bytes, raw.n, &up, &err));
        assert_says(&err, "up: attachment:");
    }
}

/* What a device may say at most fits the broker's limit. */
static void the_largest_of_each_fits(void **state)
{
    (void)state;
    static uint8_t certificate[WIRE_CERTIFICATE_MAX], batch[BATCH_BYTES_MAX];
    struct hello hello = sample_hello();
    struct receipt receipt = sample_receipt();
    struct envelope envelope = sample_envelope(batch, sizeof batch);
    struct seal_secret key = sample_server_secret();
    struct seal_public public = sample_server_public();
    struct wire_down down;
    size_t n;
    hello.certificate = (struct slice){certificate, sizeof certificate};
    hello.epochs = WIRE_EPOCHS_MAX;
    for (size_t i = 0; i < WIRE_EPOCHS_MAX; i++)
        hello.epoch[i] = (struct epoch_state){UINT64_MAX, UINT64_MAX, UINT64_MAX, {{0}}};
    assert_true(wire_hello(&hello, out, &n, NULL));
    struct wire_up up;
    read_up_good(out, n, &up);
    assert_true(wire_envelope(&envelope, out, &n, NULL));
    read_up_good(out, n, &up);
    receipt.verdicts = WIRE_VERDICTS_MAX;
    for (size_t i = 0; i < WIRE_VERDICTS_MAX; i++)
        receipt.verdict[i] =
            (struct verdict){UINT64_MAX - UINT32_MAX, UINT32_MAX, VERDICT_BROKEN_LINK};
    assert_true(wire_receipt(SAMPLE_DEVICE, &receipt, &key, out, &n, NULL));
    assert_true(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, NULL));
    assert_int_equal(down.receipt.verdicts, WIRE_VERDICTS_MAX);
    for (size_t i = 0; i < WIRE_VERDICTS_MAX; i++) /* the smallest encoding costs most to unpack */
        receipt.verdict[i] = (struct verdict){1, 1, VERDICT_BROKEN_LINK};
    assert_true(wire_receipt(SAMPLE_DEVICE, &receipt, &key, out, &n, NULL));
    assert_true(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, NULL));
}

#define HELLO_REFUSED(change, why)                                                                 \
    do {                                                                                           \
        struct hello hello = sample_hello();                                                       \
        struct error err;                                                                          \
        size_t n = 4711;                                                                           \
        change;                                                                                    \
        assert_false(wire_hello(&hello, out, &n, &err));                                           \
        assert_int_equal(err.code, ERROR_BAD_INPUT);                                               \
        assert_int_equal(n, 4711);                                                                 \
        assert_says(&err, why);                                                                    \
    } while (0)

#define ENVELOPE_REFUSED(change, why)                                                              \
    do {                                                                                           \
        static uint8_t batch[BATCH_BYTES_MAX + 1];                                                 \
        struct envelope envelope = sample_envelope(batch, 10);                                     \
        struct error err;                                                                          \
        size_t n;                                                                                  \
        change;                                                                                    \
        assert_false(wire_envelope(&envelope, out, &n, &err));                                     \
        assert_says(&err, why);                                                                    \
    } while (0)

static void encoding_up_checks_ranges(void **state)
{
    (void)state;
    static uint8_t certificate[WIRE_CERTIFICATE_MAX + 1];
    HELLO_REFUSED(hello.device[0] = 'x', "hello: device");
    HELLO_REFUSED(hello.certificate = ((struct slice){certificate, sizeof certificate}),
                  "hello: certificate");
    HELLO_REFUSED(hello.epochs = WIRE_EPOCHS_MAX + 1, "hello: epoch");
    HELLO_REFUSED(hello.epoch[1].epoch = 0, "hello: epoch 1");
    ENVELOPE_REFUSED(envelope.batch.n = 0, "envelope: batch");
    ENVELOPE_REFUSED(envelope.batch.n = BATCH_BYTES_MAX + 1, "envelope: batch");
    ENVELOPE_REFUSED(envelope.sent_boot = 0, "envelope: sent_boot");
    ENVELOPE_REFUSED(envelope.sent_mono.ms = -1, "envelope: sent_mono_ms");
    ENVELOPE_REFUSED(envelope.sent_wall.ms = INT64_MIN, "envelope: sent_wall_ms");
}

/* Wraps a message's raw bytes as field `kind` of an Up. */
static bool read_raw_up(uint32_t kind, const struct raw *inner, struct wire_up *ret_up,
                        struct error *err)
{
    struct raw up = {.n = 0};
    raw_varint(&up, 1, 1);
    raw_bytes(&up, kind, inner->bytes, inner->n);
    return wire_read_up(up.bytes, up.n, ret_up, err);
}

static void expect_raw_up(uint32_t kind, const struct raw *inner, const char *why)
{
    struct wire_up up;
    struct error err;
    assert_false(read_raw_up(kind, inner, &up, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_says(&err, why);
}

static void reading_up_checks_ranges(void **state)
{
    (void)state;
    struct raw hello = {.n = 0}, envelope = {.n = 0}, epoch = {.n = 0};
    expect_raw_up(2, &hello, "up: hello: device");
    raw_bytes(&hello, 1, "H\xC3", 2);
    expect_raw_up(2, &hello, "up: hello: device: not UTF-8");
    hello.n = 0;
    raw_bytes(&hello, 1, "HH-1", 4);
    raw_fixed64(&epoch, 1, 5);
    raw_bytes(&epoch, 4, "short", 5);
    raw_bytes(&hello, 4, epoch.bytes, epoch.n);
    expect_raw_up(2, &hello, "up: hello: epoch 0: link");
    expect_raw_up(3, &envelope, "up: envelope: batch");
    raw_bytes(&envelope, 1, "b", 1);
    expect_raw_up(3, &envelope, "up: envelope: sent_boot");
    raw_fixed64(&envelope, 4, 1);
    struct wire_up up;
    assert_true(read_raw_up(3, &envelope, &up, NULL));
    raw_varint(&envelope, 5, 70);
    assert_true(read_raw_up(3, &envelope, &up, NULL));
    assert_int_equal(up.envelope.sent_time_source, TIME_SOURCE_UNKNOWN);
    raw_varint(&envelope, 3, UINT64_MAX);
    expect_raw_up(3, &envelope, "up: envelope: sent_mono_ms");
}

static void other_kinds_are_left_to_later_versions(void **state)
{
    (void)state;
    struct raw raw = {.n = 0};
    struct wire_up up;
    struct error err;
    assert_false(wire_read_up(raw.bytes, 0, &up, &err));
    raw_varint(&raw, 1, 1);
    read_up_good(raw.bytes, raw.n, &up);
    assert_int_equal(up.kind, WIRE_UP_OTHER);
    for (uint32_t kind = 6; kind <= 9; kind++) {
        raw.n = 0;
        raw_varint(&raw, 1, 1);
        raw_bytes(&raw, kind, "", 0);
        read_up_good(raw.bytes, raw.n, &up);
        assert_int_equal(up.kind, WIRE_UP_OTHER);
    }
    raw.n = 0;
    raw_varint(&raw, 1, 2); /* version 2 says it in its own way */
    raw_bytes(&raw, 2, "", 0);
    read_up_good(raw.bytes, raw.n, &up);
    assert_int_equal(up.kind, WIRE_UP_OTHER);
    raw.n = 0;
    raw_bytes(&raw, 2, "", 0);
    assert_false(wire_read_up(raw.bytes, raw.n, &up, &err));
    assert_says(&err, "up: version: missing");
}

/* 32 KB of the smallest unknown fields would unpack to 1.7 MB: refused before it is paid for. */
static void a_flood_of_unknown_fields_is_refused(void **state)
{
    (void)state;
    struct raw raw = {.n = 0};
    struct wire_up up;
    struct error err;
    raw_varint(&raw, 1, 1);
    while (raw.n + 2 <= WIRE_BYTES_MAX)
        raw_varint(&raw, 15, 1);
    assert_false(wire_read_up(raw.bytes, raw.n, &up, &err));
    assert_says(&err, "too many unknown fields");
    raw_varint(&raw, 15, 1);
    assert_false(wire_read_up(raw.bytes, raw.n, &up, &err));
    assert_says(&err, "up: bytes");
}

static void no_cut_of_an_up_is_taken_for_the_whole(void **state)
{
    (void)state;
    uint8_t batch[BATCH_BYTES_MAX];
    struct envelope envelope = sample_envelope(batch, sample_batch(batch));
    struct hello hello = sample_hello();
    struct wire_up up;
    size_t n;
    assert_true(wire_envelope(&envelope, out, &n, NULL));
    for (size_t cut = 0; cut < n; cut++)
        assert_true(!wire_read_up(out, cut, &up, NULL) || up.kind == WIRE_UP_OTHER);
    assert_true(wire_hello(&hello, out, &n, NULL));
    for (size_t cut = 0; cut < n; cut++)
        assert_true(!wire_read_up(out, cut, &up, NULL) || up.kind == WIRE_UP_OTHER);
}

/* ------------------------------------------------------------------------------------ down */

static void receipt_there_and_back(void **state)
{
    (void)state;
    struct receipt receipt = sample_receipt();
    struct seal_secret key = sample_server_secret();
    struct seal_public public = sample_server_public();
    struct wire_down down;
    struct error err;
    size_t n;
    assert_true(wire_receipt(SAMPLE_DEVICE, &receipt, &key, out, &n, NULL));
    if (!wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, &err))
        fail_msg("%s", err.text);
    assert_int_equal(down.kind, WIRE_DOWN_RECEIPT);
    assert_true(down.receipt.generation == receipt.generation);
    assert_int_equal(down.receipt.generation_serial, 2);
    assert_true(down.receipt.epoch == receipt.epoch);
    assert_int_equal(down.receipt.through, 3);
    assert_true(link_equal(&down.receipt.link, &receipt.link));
    assert_int_equal(down.receipt.verdicts, 2);
    assert_int_equal(down.receipt.verdict[0].first_seq, 2);
    assert_int_equal(down.receipt.verdict[0].count, 1);
    assert_int_equal(down.receipt.verdict[1].kind, VERDICT_CONFLICT);
    assert_true(down.receipt.server_wall.ms == receipt.server_wall.ms);
}

static void standing_there_and_back(void **state)
{
    (void)state;
    struct standing standing = sample_standing();
    struct seal_secret key = sample_server_secret();
    struct seal_public public = sample_server_public();
    struct wire_down down;
    size_t n;
    assert_true(wire_standing(SAMPLE_DEVICE, &standing, &key, out, &n, NULL));
    assert_true(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, NULL));
    assert_int_equal(down.kind, WIRE_DOWN_STANDING);
    assert_true(down.standing.generation == standing.generation);
    assert_true(down.standing.nonce == standing.nonce);
    assert_int_equal(down.standing.epochs, 1);
    assert_same_epochs(down.standing.epoch, standing.epoch, 1);
}

static void attachment_state_there_and_back(void **state)
{
    (void)state;
    struct attachment_state stand = sample_state();
    struct seal_secret key = sample_server_secret();
    struct seal_public public = sample_server_public();
    struct wire_down down;
    size_t n;
    assert_true(wire_attachment_state(SAMPLE_DEVICE, &stand, &key, out, &n, NULL));
    assert_true(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, NULL));
    assert_int_equal(down.kind, WIRE_DOWN_ATTACHMENT);
    assert_true(link_equal(&down.attachment.hash, &stand.hash));
    assert_int_equal(down.attachment.have_bytes, stand.have_bytes);
    assert_int_equal(down.attachment.stand, ATTACHMENT_WANTED);
    stand.stand = (enum attachment_stand)0;
    assert_false(wire_attachment_state(SAMPLE_DEVICE, &stand, &key, out, &n, NULL));
}

static void down_is_for_one_device_from_one_server(void **state)
{
    (void)state;
    struct receipt receipt = sample_receipt();
    struct seal_secret key = sample_server_secret(), forger = sample_device_secret();
    struct seal_public public = sample_server_public();
    struct wire_down down = {.kind = WIRE_DOWN_STANDING};
    struct error err;
    size_t n;
    assert_true(wire_receipt("HH-043", &receipt, &key, out, &n, NULL));
    assert_false(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_says(&err, "device: meant for another");
    assert_true(wire_receipt(SAMPLE_DEVICE, &receipt, &forger, out, &n, NULL));
    assert_false(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, &err));
    assert_int_equal(err.code, ERROR_REFUSED);
    assert_says(&err, "seal: not the server's");
    assert_int_equal(down.kind, WIRE_DOWN_STANDING);
}

static void no_bit_of_a_down_may_change_and_no_cut_is_taken(void **state)
{
    (void)state;
    struct receipt receipt = sample_receipt();
    struct seal_secret key = sample_server_secret();
    struct seal_public public = sample_server_public();
    struct wire_down down;
    size_t n;
    assert_true(wire_receipt(SAMPLE_DEVICE, &receipt, &key, out, &n, NULL));
    for (size_t cut = 0; cut < n; cut++)
        assert_false(wire_read_down(out, cut, SAMPLE_DEVICE, &public, &down, NULL));
    for (size_t bit = 0; bit < 8 * n; bit++) {
        out[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(wire_read_down(out, n, SAMPLE_DEVICE, &public, &down, NULL));
        out[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

#define RECEIPT_REFUSED(change, why)                                                               \
    do {                                                                                           \
        struct receipt receipt = sample_receipt();                                                 \
        struct error err;                                                                          \
        size_t n;                                                                                  \
        change;                                                                                    \
        assert_false(wire_receipt(SAMPLE_DEVICE, &receipt, &key, out, &n, &err));                  \
        assert_says(&err, why);                                                                    \
    } while (0)

static void encoding_a_receipt_checks_ranges(void **state)
{
    (void)state;
    struct seal_secret key = sample_server_secret();
    RECEIPT_REFUSED(receipt.generation = 0, "receipt: generation");
    RECEIPT_REFUSED(receipt.epoch = 0, "receipt: epoch");
    RECEIPT_REFUSED(receipt.verdicts = WIRE_VERDICTS_MAX + 1, "receipt: verdict");
    RECEIPT_REFUSED(receipt.verdict[1].count = 0, "receipt: verdict 1: count");
    RECEIPT_REFUSED(receipt.verdict[0].first_seq = 0, "receipt: verdict 0: first_seq");
    RECEIPT_REFUSED(receipt.verdict[0].first_seq = UINT64_MAX, "receipt: verdict 0: first_seq");
    RECEIPT_REFUSED(receipt.verdict[0].kind = (enum verdict_kind)0, "receipt: verdict 0: kind");
    RECEIPT_REFUSED(receipt.server_wall.ms = INT64_MAX, "receipt: server_wall_ms");
}

static void encoding_a_standing_checks_ranges(void **state)
{
    (void)state;
    struct seal_secret key = sample_server_secret();
    struct standing standing = sample_standing();
    struct receipt receipt = sample_receipt();
    struct error err;
    size_t n;
    assert_false(wire_receipt("bad name", &receipt, &key, out, &n, &err));
    assert_says(&err, "receipt: device");
    standing.generation = 0;
    assert_false(wire_standing(SAMPLE_DEVICE, &standing, &key, out, &n, &err));
    assert_says(&err, "standing: generation");
    standing = sample_standing(), standing.epoch[0].epoch = 0;
    assert_false(wire_standing(SAMPLE_DEVICE, &standing, &key, out, &n, &err));
    assert_says(&err, "standing: epoch 0");
}

/* Seals a raw body as the server would. */
static bool read_raw_down(const struct raw *body, struct wire_down *ret_down, struct error *err)
{
    struct seal_secret key = sample_server_secret();
    struct seal_public public = sample_server_public();
    struct seal seal = chain_seal(&key, SEAL_DOWN, body->bytes, body->n);
    struct raw down = {.n = 0};
    raw_bytes(&down, 1, body->bytes, body->n);
    raw_bytes(&down, 2, seal.bytes, sizeof seal.bytes);
    return wire_read_down(down.bytes, down.n, SAMPLE_DEVICE, &public, ret_down, err);
}

static void later_bodies_are_left_alone(void **state)
{
    (void)state;
    struct raw body = {.n = 0};
    struct wire_down down;
    struct error err;
    raw_bytes(&body, 2, SAMPLE_DEVICE, strlen(SAMPLE_DEVICE));
    assert_false(read_raw_down(&body, &down, &err));
    assert_says(&err, "down: body: version: missing");
    raw_varint(&body, 1, 1);
    raw_bytes(&body, 9, "something new", 13);
    assert_true(read_raw_down(&body, &down, &err));
    assert_int_equal(down.kind, WIRE_DOWN_OTHER);
    struct raw receipt = body;
    raw_bytes(&receipt, 3, "", 0);
    assert_false(read_raw_down(&receipt, &down, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_says(&err, "down: body: receipt: link");
    body.n = 0;
    raw_bytes(&body, 2, SAMPLE_DEVICE, strlen(SAMPLE_DEVICE));
    raw_varint(&body, 1, 2);
    raw_bytes(&body, 3, "", 0);
    assert_true(read_raw_down(&body, &down, &err));
    assert_int_equal(down.kind, WIRE_DOWN_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello_there_and_back),
        cmocka_unit_test(envelope_there_and_back),
        cmocka_unit_test(attachment_there_and_back),
        cmocka_unit_test(attachments_have_ranges),
        cmocka_unit_test(bad_attachments_are_refused),
        cmocka_unit_test(the_largest_of_each_fits),
        cmocka_unit_test(encoding_up_checks_ranges),
        cmocka_unit_test(reading_up_checks_ranges),
        cmocka_unit_test(other_kinds_are_left_to_later_versions),
        cmocka_unit_test(a_flood_of_unknown_fields_is_refused),
        cmocka_unit_test(no_cut_of_an_up_is_taken_for_the_whole),
        cmocka_unit_test(receipt_there_and_back),
        cmocka_unit_test(standing_there_and_back),
        cmocka_unit_test(attachment_state_there_and_back),
        cmocka_unit_test(down_is_for_one_device_from_one_server),
        cmocka_unit_test(no_bit_of_a_down_may_change_and_no_cut_is_taken),
        cmocka_unit_test(encoding_a_receipt_checks_ranges),
        cmocka_unit_test(encoding_a_standing_checks_ranges),
        cmocka_unit_test(later_bodies_are_left_alone),
    };
    chain_init();
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
