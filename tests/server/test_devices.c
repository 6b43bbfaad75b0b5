/* Enrolment by one-time code, and revocation, through acts as the pages and commands do it. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "server/field/devices.h"
#include "tests/server/rig.h"

static struct rig rig;
static struct ca *ca;
static struct enrol_desk desk;

static int set_up(void **state)
{
    (void)state;
    char key[200], crt[200];
    rig_open(&rig);
    rig.now.ms = (int64_t)time(NULL) * 1000;
    (void)snprintf(key, sizeof key, "%s/ca.key", rig.dir);
    (void)snprintf(crt, sizeof crt, "%s/ca.crt", rig.dir);
    assert_good(ca_make(key, crt, "Trao", &err));
    assert_good(ca_open(key, crt, &ca, &err));
    desk = (struct enrol_desk){.acts = rig_acts(&rig),
                               .ca = ca,
                               .clock = rig_clock(&rig),
                               .chance = rig_chance(&rig),
                               .server_seal_key = rig.seal_public,
                               .web_pin = {1, 2, 3},
                               .broker_host = "broker.example",
                               .broker_port = 8883};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    ca_close(ca);
    rig_close(&rig);
    return 0;
}

/* A request as a handheld makes it. */
struct asking {
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    struct seal_public seal_key;
};

static void ask(struct asking *asking, const struct enrol_code *code)
{
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    X509_REQ *request = X509_REQ_new();
    unsigned char *der = NULL;
    struct seal_secret secret;
    struct chance chance = rig_chance(&rig);
    chain_keys_new(&chance, &asking->seal_key, &secret);
    X509_REQ_set_pubkey(request, key);
    assert_true(X509_REQ_sign(request, key, NULL) > 0);
    int n = i2d_X509_REQ(request, &der);
    struct enrol_request wire = {.certificate_request = {der, (size_t)n},
                                 .seal_key = asking->seal_key,
                                 .program = scan_program_version()};
    memcpy(wire.secret, code->secret, sizeof wire.secret);
    assert_good(enrol_request_write(&wire, asking->bytes, &asking->n, &err));
    OPENSSL_free(der);
    X509_REQ_free(request);
    EVP_PKEY_free(key);
}

static uint8_t answer[WIRE_BYTES_MAX];
static size_t answer_n;

static void enrolled_once(void **state)
{
    (void)state;
    struct enrol_code code;
    struct asking asking;
    struct enrol_reply reply;
    struct ca_device certificate;
    struct device row;
    assert_good(enrol_code_issue(&desk, "HH-042", 480000, &code, &err));
    assert_memory_equal(code.pin, desk.web_pin, ENROL_PIN_BYTES);
    ask(&asking, &code);
    assert_good(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &err));
    assert_good(enrol_reply_read(answer, answer_n, &reply, &err));
    assert_string_equal(reply.device, "HH-042");
    assert_string_equal(reply.broker_host, "broker.example");
    assert_int_equal(reply.post_office, 480000);
    assert_memory_equal(&reply.server_seal_key, &rig.seal_public, 32);
    assert_good(ca_device_read(reply.authority, reply.certificate, rig.now, &certificate, &err));
    assert_string_equal(certificate.name, "HH-042");
    assert_memory_equal(&certificate.seal_key, &asking.seal_key, 32);
    assert_good(device_find(rig.record, "HH-042", &row, &err));
    assert_int_equal(row.state, DEVICE_ACTIVE);
    assert_int_equal(row.enrolled.ms, certificate.not_before.ms);
    assert_memory_equal(&row.seal_key, &asking.seal_key, 32);
    assert_error(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &err),
                 ERROR_REFUSED);
}

/* Unknown, used and too old read the same. */
static void every_bad_code_reads_the_same(void **state)
{
    (void)state;
    struct enrol_code code, unknown = {.secret = {9, 9, 9, 9, 9}};
    struct asking asking;
    struct error first, second, third;
    ask(&asking, &unknown);
    assert_false(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &first));
    assert_good(enrol_code_issue(&desk, "HH-042", 480000, &code, &err));
    ask(&asking, &code);
    assert_good(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &err));
    assert_false(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &second));
    assert_good(enrol_code_issue(&desk, "HH-042", 480000, &code, &err));
    ask(&asking, &code);
    rig.now.ms += ENROL_CODE_LIFE_MS + 1;
    assert_false(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &third));
    assert_int_equal(first.code, ERROR_REFUSED);
    assert_string_equal(first.text, second.text);
    assert_string_equal(first.text, third.text);
}

static void just_in_time(void **state)
{
    (void)state;
    struct enrol_code code;
    struct asking asking;
    assert_good(enrol_code_issue(&desk, "HH-042", 480000, &code, &err));
    ask(&asking, &code);
    rig.now.ms += ENROL_CODE_LIFE_MS;
    assert_good(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &err));
}

/* The code is not used up by a request that cannot be honoured. */
static void bad_request_keeps_the_code(void **state)
{
    (void)state;
    struct enrol_code code;
    struct asking asking;
    assert_good(enrol_code_issue(&desk, "HH-042", 480000, &code, &err));
    ask(&asking, &code);
    struct enrol_request wire;
    assert_good(enrol_request_read(asking.bytes, asking.n, &wire, &err));
    uint8_t spoiled[CA_DER_MAX];
    memcpy(spoiled, wire.certificate_request.bytes, wire.certificate_request.n);
    spoiled[wire.certificate_request.n - 1] ^= 1; /* its own signature no longer holds */
    wire.certificate_request.bytes = spoiled;
    uint8_t bytes[WIRE_BYTES_MAX];
    size_t n;
    assert_good(enrol_request_write(&wire, bytes, &n, &err));
    assert_error(enrol_answer(&desk, bytes, n, answer, &answer_n, &err), ERROR_BAD_INPUT);
    assert_error(enrol_answer(&desk, (const uint8_t *)"rubbish", 7, answer, &answer_n, &err),
                 ERROR_BAD_INPUT);
    assert_good(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &err));
}

static void codes_are_not_in_the_record(void **state)
{
    (void)state;
    struct enrol_code code;
    struct stmt *stmt;
    assert_good(enrol_code_issue(&desk, "HH-042", 480000, &code, &err));
    assert_good(db_prepare(record_db(rig.record), "SELECT hash FROM enrol_code", &stmt, &err));
    assert_int_equal(stmt_step(stmt, NULL), DB_STEP_ROW);
    size_t n;
    const uint8_t *hash = stmt_col_blob(stmt, 0, &n);
    assert_int_equal(n, 32);
    assert_memory_not_equal(hash, code.secret, ENROL_SECRET_BYTES);
    stmt_reset(stmt);
    assert_error(enrol_code_issue(&desk, "hh 42", 480000, &code, &err), ERROR_BAD_INPUT);
}

static void revoked_once(void **state)
{
    (void)state;
    struct rig_device hand;
    struct device row;
    struct device_key keys[DEVICE_KEYS_MAX];
    size_t n;
    rig_device(&hand, &rig, "HH-042");
    assert_error(device_revoke(&desk.acts, "HH-043", &err), ERROR_NOT_FOUND);
    assert_error(device_revoke(&desk.acts, "'; --", &err), ERROR_BAD_INPUT);
    assert_good(device_revoke(&desk.acts, "HH-042", &err));
    assert_error(device_revoke(&desk.acts, "HH-042", &err), ERROR_REPEATED);
    assert_good(device_find(rig.record, "HH-042", &row, &err));
    assert_int_equal(row.state, DEVICE_REVOKED);
    assert_good(device_keys(rig.record, row.id, keys, &n, &err));
    assert_int_equal(n, 1);
    assert_true(keys[0].revoked);
    rig_device(&hand, &rig, "HH-042"); /* enrolled again, with a new key */
    assert_good(device_keys(rig.record, row.id, keys, &n, &err));
    assert_int_equal(n, 2);
    assert_false(keys[0].revoked);
    assert_true(keys[1].revoked);
}

static X509_CRL *list_at(const char *path, X509 *authority)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    X509_CRL *list = PEM_read_X509_CRL(file, NULL, NULL, NULL);
    (void)fclose(file);
    assert_int_equal(X509_CRL_verify(list, X509_get0_pubkey(authority)), 1);
    return list;
}

static X509 *certificate_of(struct slice der)
{
    const unsigned char *at = der.bytes;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.n);
    assert_non_null(certificate);
    return certificate;
}

static X509 *enrol_as(const char *name)
{
    struct enrol_code code;
    struct asking asking;
    struct enrol_reply reply;
    assert_good(enrol_code_issue(&desk, name, 480000, &code, &err));
    ask(&asking, &code);
    assert_good(enrol_answer(&desk, asking.bytes, asking.n, answer, &answer_n, &err));
    assert_good(enrol_reply_read(answer, answer_n, &reply, &err));
    return certificate_of(reply.certificate);
}

/* Once its scans are in: its own certificate and nobody else's, also when it is enrolled anew. */
static void a_barred_device_is_on_the_list(void **state)
{
    (void)state;
    char path[160];
    X509_REVOKED *row = NULL;
    X509 *authority = certificate_of(ca_authority(ca));
    (void)snprintf(path, sizeof path, "%s/crl.pem", rig.dir);
    assert_error(device_bar(&desk, "HH-042", path, &err), ERROR_NOT_FOUND);
    assert_error(device_bar(&desk, "; rm", path, &err), ERROR_BAD_INPUT);
    X509 *lost = enrol_as("HH-042"), *other = enrol_as("HH-043");
    assert_error(device_bar(&desk, "HH-042", path, &err), ERROR_REFUSED);
    assert_good(device_revoke(&desk.acts, "HH-042", &err));
    assert_good(device_bar(&desk, "HH-042", path, &err));
    assert_error(device_bar(&desk, "HH-042", "/nowhere/crl.pem", &err), ERROR_REFUSED);
    X509 *again = enrol_as("HH-042");
    assert_good(device_revoke(&desk.acts, "HH-043", &err)); /* and not barred: its scans may come */
    assert_good(device_revoke(&desk.acts, "HH-042", &err));
    X509_CRL *list = list_at(path, authority);
    assert_int_equal(X509_CRL_get0_by_cert(list, &row, lost), 1);
    assert_int_equal(X509_CRL_get0_by_cert(list, &row, other), 0);
    assert_int_equal(X509_CRL_get0_by_cert(list, &row, again), 0);
    X509_CRL_free(list);
    assert_good(device_bar(&desk, "HH-042", path, &err));
    list = list_at(path, authority);
    assert_int_equal(X509_CRL_get0_by_cert(list, &row, lost), 1);
    assert_int_equal(X509_CRL_get0_by_cert(list, &row, other), 0);
    assert_int_equal(X509_CRL_get0_by_cert(list, &row, again), 1);
    X509_CRL_free(list);
    X509_free(lost);
    X509_free(other);
    X509_free(again);
    X509_free(authority);
}

static bool count_one(void *ctx, const struct device *device)
{
    (void)device;
    return ++*(int *)ctx < 2;
}

static void each_in_order(void **state)
{
    (void)state;
    struct rig_device hand;
    struct device row;
    int seen = 0;
    rig_device(&hand, &rig, "HH-003");
    rig_device(&hand, &rig, "HH-001");
    rig_device(&hand, &rig, "HH-002");
    assert_good(devices_each(rig.record, count_one, &seen, &err));
    assert_int_equal(seen, 2); /* stopped when told */
    assert_good(device_find(rig.record, "HH-001", &row, &err));
    assert_good(device_get(rig.record, row.id, &row, &err));
    assert_string_equal(row.name, "HH-001");
    assert_error(device_get(rig.record, 99, &row, &err), ERROR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(enrolled_once),
        TEST(every_bad_code_reads_the_same),
        TEST(just_in_time),
        TEST(bad_request_keeps_the_code),
        TEST(codes_are_not_in_the_record),
        TEST(revoked_once),
        TEST(a_barred_device_is_on_the_list),
        TEST(each_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
