#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/wire.h"
#include "raw.h"
#include "samples.h"

static void assert_says(const struct error *err, const char *why)
{
    if (strstr(err->text, why) == NULL)
        fail_msg("«%s» does not say «%s»", err->text, why);
}

/* ------------------------------------------------------------------------------------ code */

static void codes_are_base32_in_groups_of_four(void **state)
{
    (void)state;
    char text[ENROL_CODE_TEXT_MAX];
    struct enrol_code code = sample_code(), ones;
    enrol_code_write(&code, text);
    /* python3: base64.b32encode(bytes.fromhex("00443214c74254b635cf84653a56d7")) */
    assert_string_equal(text, "ABCD-EFGH-IJKL-MNOP-QRST-UVWX");
    memset(&ones, 0xFF, sizeof ones);
    enrol_code_write(&ones, text);
    assert_string_equal(text, "7777-7777-7777-7777-7777-7777");
}

static void codes_are_read_as_people_type_them(void **state)
{
    (void)state;
    static const char *const typed[] = {"ABCD-EFGH-IJKL-MNOP-QRST-UVWX", "abcdefghijklmnopqrstuvwx",
                                        " ABCD EFGH  IJKL-MNOP--QRST\tUVWX\r\n",
                                        "A8CD-EFGH-1JKL-MN0P-QRST-UVWX"};
    struct enrol_code want = sample_code();
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        struct enrol_code code;
        struct error err;
        if (!enrol_code_read(typed[i], &code, &err))
            fail_msg("«%s»: %s", typed[i], err.text);
        assert_memory_equal(&code, &want, sizeof code);
    }
}

static void every_code_comes_back(void **state)
{
    (void)state;
    struct chance chance = chance_system();
    for (int i = 0; i < 1000; i++) {
        struct enrol_code code, back;
        char text[ENROL_CODE_TEXT_MAX];
        chance.fill(chance.self, &code, sizeof code);
        enrol_code_write(&code, text);
        assert_int_equal(strlen(text), ENROL_CODE_TEXT_MAX - 1);
        assert_true(enrol_code_read(text, &back, NULL));
        assert_memory_equal(&code, &back, sizeof code);
    }
}

static void expect_bad_code(const char *text, const char *sentence)
{
    struct enrol_code code = {.secret = {47}};
    struct error err;
    assert_false(enrol_code_read(text, &code, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_string_equal(err.text, sentence);
    assert_int_equal(code.secret[0], 47);
}

static void bad_codes_are_named(void **state)
{
    (void)state;
    expect_bad_code("", "Mã nhập máy có 0 ký tự, phải đủ 24.");
    expect_bad_code("ABCD-EFGH-IJKL-MNOP-QRST-UVW", "Mã nhập máy có 23 ký tự, phải đủ 24.");
    expect_bad_code("ABCD-EFGH-IJKL-MNOP-QRST-UVWXY", "Mã nhập máy có 25 ký tự, phải đủ 24.");
    expect_bad_code("ABCD-EF9H", "Mã nhập máy: ký tự 7 là 9, phải là A–Z hoặc 2–7.");
    expect_bad_code("ABĐD", "Mã nhập máy: ký tự 3 là Đ, phải là A–Z hoặc 2–7.");
    expect_bad_code("A\xFF", "Mã nhập máy: ký tự 2 không đọc được.");
    expect_bad_code("A\x01", "Mã nhập máy: ký tự 2 là ?, phải là A–Z hoặc 2–7.");
}

/* -------------------------------------------------------------------------------- messages */

static uint8_t out[WIRE_BYTES_MAX];

static void request_there_and_back(void **state)
{
    (void)state;
    struct enrol_request request = sample_enrol_request(), back;
    struct error err;
    size_t n;
    assert_true(enrol_request_write(&request, out, &n, NULL));
    if (!enrol_request_read(out, n, &back, &err))
        fail_msg("%s", err.text);
    assert_memory_equal(back.secret, request.secret, sizeof back.secret);
    assert_int_equal(back.certificate_request.n, request.certificate_request.n);
    assert_memory_equal(back.certificate_request.bytes, request.certificate_request.bytes,
                        back.certificate_request.n);
    assert_memory_equal(back.seal_key.bytes, request.seal_key.bytes, CHAIN_PUBLIC_BYTES);
    assert_int_equal(back.program, request.program);
}

static void reply_there_and_back(void **state)
{
    (void)state;
    struct enrol_reply reply = sample_enrol_reply(), back;
    struct error err;
    size_t n;
    assert_true(enrol_reply_write(&reply, out, &n, NULL));
    if (!enrol_reply_read(out, n, &back, &err))
        fail_msg("%s", err.text);
    assert_string_equal(back.device, reply.device);
    assert_memory_equal(back.certificate.bytes, reply.certificate.bytes, reply.certificate.n);
    assert_int_equal(back.authority.n, reply.authority.n);
    assert_memory_equal(back.authority.bytes, reply.authority.bytes, reply.authority.n);
    assert_memory_equal(back.server_seal_key.bytes, reply.server_seal_key.bytes,
                        CHAIN_PUBLIC_BYTES);
    assert_memory_equal(back.server_box_key, reply.server_box_key, 32);
    assert_string_equal(back.broker_host, reply.broker_host);
    assert_int_equal(back.broker_port, 8883);
    assert_int_equal(back.post_office, 462131);
}

#define REPLY_REFUSED(change, why)                                                                 \
    do {                                                                                           \
        struct enrol_reply reply = sample_enrol_reply();                                           \
        struct error err;                                                                          \
        size_t n;                                                                                  \
        change;                                                                                    \
        assert_false(enrol_reply_write(&reply, out, &n, &err));                                    \
        assert_int_equal(err.code, ERROR_BAD_INPUT);                                               \
        assert_says(&err, why);                                                                    \
    } while (0)

static void writing_a_reply_checks_ranges(void **state)
{
    (void)state;
    REPLY_REFUSED(reply.device[0] = '\0', "enrolment reply: device");
    REPLY_REFUSED(reply.certificate.n = 0, "enrolment reply: certificate");
    REPLY_REFUSED(reply.authority.n = WIRE_CERTIFICATE_MAX + 1, "enrolment reply: authority");
    REPLY_REFUSED(reply.broker_host[0] = '\0', "enrolment reply: broker_host");
    REPLY_REFUSED(reply.broker_host[0] = '$', "enrolment reply: broker_host");
    REPLY_REFUSED(reply.broker_port = 0, "enrolment reply: broker_port");
    REPLY_REFUSED(reply.post_office = 1000000, "enrolment reply: post_office");
}

static void writing_a_request_checks_ranges(void **state)
{
    (void)state;
    struct enrol_request request = sample_enrol_request();
    struct error err;
    size_t n;
    request.certificate_request.n = 0;
    assert_false(enrol_request_write(&request, out, &n, &err));
    assert_says(&err, "enrolment request: certificate_request");
}

static void reading_checks_ranges(void **state)
{
    (void)state;
    struct raw raw = {.n = 0};
    struct enrol_request request;
    struct enrol_reply reply;
    struct error err;
    uint8_t zero[64] = {0};
    raw_varint(&raw, 1, 2);
    assert_false(enrol_request_read(raw.bytes, raw.n, &request, &err));
    assert_says(&err, "enrolment request: version");
    assert_false(enrol_reply_read(raw.bytes, raw.n, &reply, &err));
    assert_says(&err, "enrolment reply: version");
    raw.n = 0;
    raw_varint(&raw, 1, 1);
    raw_bytes(&raw, 2, zero, 6);
    assert_false(enrol_request_read(raw.bytes, raw.n, &request, &err));
    assert_says(&err, "enrolment request: secret");
    raw.n = 0;
    raw_varint(&raw, 1, 1);
    raw_bytes(&raw, 2, zero, 5);
    raw_bytes(&raw, 3, zero, 5);
    raw_bytes(&raw, 4, zero, 31);
    assert_false(enrol_request_read(raw.bytes, raw.n, &request, &err));
    assert_says(&err, "enrolment request: seal_key");
    raw.n = 0;
    raw_varint(&raw, 1, 1);
    raw_bytes(&raw, 2, "HH-1", 4);
    raw_bytes(&raw, 5, zero, 32);
    raw_bytes(&raw, 6, zero, 32);
    raw_bytes(&raw, 7, "host\xFF", 5);
    assert_false(enrol_reply_read(raw.bytes, raw.n, &reply, &err));
    assert_says(&err, "enrolment reply: broker_host: not UTF-8");
}

static void no_cut_is_taken(void **state)
{
    (void)state;
    struct enrol_request request = sample_enrol_request();
    struct enrol_reply reply = sample_enrol_reply();
    size_t n, taken = 0;
    assert_true(enrol_request_write(&request, out, &n, NULL));
    for (size_t cut = 0; cut < n; cut++)
        taken += enrol_request_read(out, cut, &request, NULL);
    assert_in_range(taken, 0, 1); /* without its last field, the program's version */
    assert_true(enrol_reply_write(&reply, out, &n, NULL));
    taken = 0;
    for (size_t cut = 0; cut < n; cut++)
        taken += enrol_reply_read(out, cut, &reply, NULL);
    assert_in_range(taken, 0, 1); /* without its post office */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_are_base32_in_groups_of_four),
        cmocka_unit_test(codes_are_read_as_people_type_them),
        cmocka_unit_test(every_code_comes_back),
        cmocka_unit_test(bad_codes_are_named),
        cmocka_unit_test(request_there_and_back),
        cmocka_unit_test(reply_there_and_back),
        cmocka_unit_test(writing_a_reply_checks_ranges),
        cmocka_unit_test(writing_a_request_checks_ranges),
        cmocka_unit_test(reading_checks_ranges),
        cmocka_unit_test(no_cut_is_taken),
    };
    chain_init();
    return cmocka_run_group_tests_name("enrol", tests, NULL, NULL);
}
