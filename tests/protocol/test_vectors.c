/* Bytes of every released version, kept for ever under tests/vectors/<version>/: each is read, and
 * written again to the same bytes. TRAO_WRITE_VECTORS=1 writes those that are missing; one that is
 * there is never written over. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hex.h"
#include "samples.h"

static uint8_t kept[WIRE_BYTES_MAX], made[WIRE_BYTES_MAX];

static const char *path_of(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/vectors/v1/%s.hex", TESTS_DIR, name);
    return path;
}

static void write_missing(const char *name, const uint8_t *bytes, size_t n)
{
    int fd = open(path_of(name), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0 && errno == EEXIST)
        return;
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "w");
    for (size_t i = 0; i < n; i++)
        (void)fprintf(f, "%02x%s", bytes[i], i % 32 == 31 || i + 1 == n ? "\n" : "");
    assert_int_equal(fclose(f), 0);
}

static size_t read_kept(const char *name)
{
    FILE *f = fopen(path_of(name), "r");
    if (f == NULL)
        fail_msg("%s: %s", path_of(name), strerror(errno));
    size_t n = hex_read(f, kept, sizeof kept);
    (void)fclose(f);
    return n;
}

/* What the samples give must be what is kept. Samples may grow new fields only together with a new
 * vector beside the old one. */
static size_t check_made(const char *name, size_t n)
{
    if (getenv("TRAO_WRITE_VECTORS") != NULL)
        write_missing(name, made, n);
    size_t kept_n = read_kept(name);
    assert_int_equal(kept_n, n);
    assert_memory_equal(kept, made, n);
    return kept_n;
}

#define GOOD(call)                                                                                 \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s", err.text);                                                              \
    } while (0)

static void scans(void **state)
{
    (void)state;
    static const char *const names[] = {"scan-pickup", "scan-failed", "scan-delivered",
                                        "scan-largest"};
    struct scan samples[] = {sample_pickup(), sample_failed(), sample_delivered(),
                             sample_largest()};
    struct error err;
    for (size_t i = 0; i < 4; i++) {
        struct scan scan;
        size_t n;
        GOOD(scan_encode(&samples[i], made, &n, &err));
        n = check_made(names[i], n);
        GOOD(scan_decode(kept, n, &scan, &err));
        GOOD(scan_encode(&scan, made, &n, &err));
        check_made(names[i], n);
    }
}

static void batch_and_envelope(void **state)
{
    (void)state;
    uint8_t bytes[BATCH_BYTES_MAX];
    struct seal_public key = sample_device_public();
    struct seal_secret secret = sample_device_secret();
    struct batch batch;
    struct wire_up up;
    struct error err;
    size_t n = sample_batch(made);
    n = check_made("batch", n);
    GOOD(batch_read(kept, n, &batch, &err));
    assert_true(batch_holds(&batch, &key));
    struct head head = batch.head;
    memset(&head.after, 0, sizeof head.after);
    GOOD(batch_seal(&head, batch.scan, &secret, made, &n, &err));
    check_made("batch", n);
    memcpy(bytes, kept, n);
    struct envelope envelope = sample_envelope(bytes, n);
    GOOD(wire_envelope(&envelope, made, &n, &err));
    n = check_made("up-envelope", n);
    GOOD(wire_read_up(kept, n, &up, &err));
    assert_int_equal(up.kind, WIRE_UP_ENVELOPE);
    GOOD(wire_envelope(&up.envelope, made, &n, &err));
    check_made("up-envelope", n);
}

static void hello(void **state)
{
    (void)state;
    struct hello sample = sample_hello();
    struct wire_up up;
    struct error err;
    size_t n;
    GOOD(wire_hello(&sample, made, &n, &err));
    n = check_made("up-hello", n);
    GOOD(wire_read_up(kept, n, &up, &err));
    assert_int_equal(up.kind, WIRE_UP_HELLO);
    GOOD(wire_hello(&up.hello, made, &n, &err));
    check_made("up-hello", n);
}

static void receipt_and_standing(void **state)
{
    (void)state;
    struct receipt receipt = sample_receipt();
    struct standing standing = sample_standing();
    struct seal_secret secret = sample_server_secret();
    struct seal_public key = sample_server_public();
    struct wire_down down;
    struct error err;
    size_t n;
    GOOD(wire_receipt(SAMPLE_DEVICE, &receipt, &secret, made, &n, &err));
    n = check_made("down-receipt", n);
    GOOD(wire_read_down(kept, n, SAMPLE_DEVICE, &key, &down, &err));
    GOOD(wire_receipt(SAMPLE_DEVICE, &down.receipt, &secret, made, &n, &err));
    check_made("down-receipt", n);
    GOOD(wire_standing(SAMPLE_DEVICE, &standing, &secret, made, &n, &err));
    n = check_made("down-standing", n);
    GOOD(wire_read_down(kept, n, SAMPLE_DEVICE, &key, &down, &err));
    GOOD(wire_standing(SAMPLE_DEVICE, &down.standing, &secret, made, &n, &err));
    check_made("down-standing", n);
}

static void attachments(void **state)
{
    (void)state;
    struct attachment_chunk chunk = sample_chunk();
    struct attachment_state stand = sample_state();
    struct seal_secret secret = sample_server_secret();
    struct seal_public key = sample_server_public();
    struct wire_up up;
    struct wire_down down;
    struct error err;
    size_t n;
    GOOD(wire_attachment(&chunk, made, &n, &err));
    n = check_made("up-attachment", n);
    GOOD(wire_read_up(kept, n, &up, &err));
    GOOD(wire_attachment(&up.attachment, made, &n, &err));
    check_made("up-attachment", n);
    GOOD(wire_attachment_state(SAMPLE_DEVICE, &stand, &secret, made, &n, &err));
    n = check_made("down-attachment", n);
    GOOD(wire_read_down(kept, n, SAMPLE_DEVICE, &key, &down, &err));
    GOOD(wire_attachment_state(SAMPLE_DEVICE, &down.attachment, &secret, made, &n, &err));
    check_made("down-attachment", n);
}

static void enrolment(void **state)
{
    (void)state;
    struct enrol_request request = sample_enrol_request();
    struct enrol_reply reply = sample_enrol_reply();
    struct error err;
    size_t n;
    GOOD(enrol_request_write(&request, made, &n, &err));
    n = check_made("enrol-request", n);
    GOOD(enrol_request_read(kept, n, &request, &err));
    GOOD(enrol_request_write(&request, made, &n, &err));
    check_made("enrol-request", n);
    GOOD(enrol_reply_write(&reply, made, &n, &err));
    n = check_made("enrol-reply", n);
    GOOD(enrol_reply_read(kept, n, &reply, &err));
    GOOD(enrol_reply_write(&reply, made, &n, &err));
    check_made("enrol-reply", n);
}

static void office_facts(void **state)
{
    (void)state;
    static const char *const names[] = {"fact-issued", "fact-notice", "fact-sealed", "fact-paper"};
    struct office_fact samples[] = {sample_issued(), sample_notice(), sample_sealed(),
                                    sample_paper()},
                       fact;
    struct addressee who = sample_addressee();
    struct testimony evidence = sample_testimony();
    struct error err;
    size_t n;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        GOOD(fact_encode(&samples[i], made, &n, &err));
        n = check_made(names[i], n);
        GOOD(fact_decode(kept, n, &fact, &err));
        GOOD(fact_encode(&fact, made, &n, &err));
        check_made(names[i], n);
    }
    GOOD(addressee_encode(&who, made, &n, &err));
    n = check_made("addressee", n);
    GOOD(addressee_decode(kept, n, &who, &err));
    GOOD(addressee_encode(&who, made, &n, &err));
    check_made("addressee", n);
    GOOD(testimony_encode(&evidence, made, &n, &err));
    n = check_made("evidence", n);
    GOOD(testimony_decode(kept, n, &evidence, &err));
    GOOD(testimony_encode(&evidence, made, &n, &err));
    check_made("evidence", n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scans),        cmocka_unit_test(batch_and_envelope),
        cmocka_unit_test(hello),        cmocka_unit_test(receipt_and_standing),
        cmocka_unit_test(attachments),  cmocka_unit_test(enrolment),
        cmocka_unit_test(office_facts),
    };
    return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
