#include <ctype.h>
#include <string.h>

#include "protocol/codec.h"
#include "protocol/utf8.h"
#include "protocol/wire.h"
#include "trao.pb-c.h"

#define ENROL_VERSION 1
#define POST_OFFICE_MAX 999999

/* The numbers in trao.proto of what is borrowed in place. */
#define REQUEST_CERTIFICATE_REQUEST 3
#define REPLY_CERTIFICATE 3
#define REPLY_AUTHORITY 4

/* --------------------------------------------------------------------- the one-time code */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"; /* RFC 4648, section 6 */

#define CODE_BYTES (ENROL_SECRET_BYTES + ENROL_PIN_BYTES)
#define GROUP_CHARS 4

void enrol_code_write(const struct enrol_code *code, char out[ENROL_CODE_TEXT_MAX])
{
    uint8_t bytes[CODE_BYTES + 1] = {0}; /* one more, so that the last five bits read two bytes */
    memcpy(bytes, code->secret, ENROL_SECRET_BYTES);
    memcpy(bytes + ENROL_SECRET_BYTES, code->pin, ENROL_PIN_BYTES);
    for (size_t i = 0; i < ENROL_CODE_CHARS; i++) {
        size_t bit = 5 * i;
        unsigned pair = (unsigned)bytes[bit / 8] << 8 | bytes[bit / 8 + 1];
        if (i > 0 && i % GROUP_CHARS == 0)
            *out++ = '-';
        *out++ = alphabet[pair >> (11 - bit % 8) & 31];
    }
    *out = '\0';
    chain_wipe(bytes, sizeof bytes);
}

/* 0, 1 and 8 are not in the alphabet and are what people type for O, I and B. */
static int value_of(uint32_t c)
{
    c = c == '0' ? 'O' : c == '1' ? 'I' : c == '8' ? 'B' : c;
    const char *at = c < 0x80 && c != 0 ? strchr(alphabet, toupper((int)c)) : NULL;
    return at == NULL ? -1 : (int)(at - alphabet);
}

static bool code_take(const char *text, uint8_t bytes[CODE_BYTES], size_t *ret_chars,
                      struct error *err)
{
    size_t left = strlen(text), chars = 0;
    char named[UTF8_CHAR_MAX];
    while (left > 0) {
        uint32_t c;
        if (!utf8_next(&text, &left, &c))
            return error_set(err, ERROR_BAD_INPUT, "Mã nhập máy: ký tự %zu không đọc được.",
                             chars + 1);
        if (c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n')
            continue;
        int value = value_of(c);
        if (value < 0)
            return error_set(err, ERROR_BAD_INPUT,
                             "Mã nhập máy: ký tự %zu là %s, phải là A–Z hoặc 2–7.", chars + 1,
                             c < 0x20 || c == 0x7F ? "?" : utf8_write(c, named));
        size_t bit = 5 * chars++;
        if (chars > ENROL_CODE_CHARS)
            continue; /* counted on, for the sentence */
        unsigned pair = (unsigned)value << (11 - bit % 8);
        bytes[bit / 8] |= (uint8_t)(pair >> 8);
        if ((pair & 0xFF) != 0)
            bytes[bit / 8 + 1] |= (uint8_t)pair;
    }
    *ret_chars = chars;
    return true;
}

bool enrol_code_read(const char *text, struct enrol_code *ret_code, struct error *err)
{
    uint8_t bytes[CODE_BYTES] = {0};
    size_t chars = 0;
    if (!code_take(text, bytes, &chars, err))
        return false;
    if (chars != ENROL_CODE_CHARS)
        return error_set(err, ERROR_BAD_INPUT, "Mã nhập máy có %zu ký tự, phải đủ %d.", chars,
                         ENROL_CODE_CHARS);
    memcpy(ret_code->secret, bytes, ENROL_SECRET_BYTES);
    memcpy(ret_code->pin, bytes + ENROL_SECRET_BYTES, ENROL_PIN_BYTES);
    chain_wipe(bytes, sizeof bytes);
    return true;
}

/* ------------------------------------------------------------------------------- request */

static bool check_version(uint32_t version, struct error *err)
{
    if (version != ENROL_VERSION)
        return error_set(err, ERROR_BAD_INPUT, "version: %u is not known here", version);
    return true;
}

bool enrol_request_write(const struct enrol_request *request, uint8_t out[WIRE_BYTES_MAX],
                         size_t *ret_n, struct error *err)
{
    struct slice csr = request->certificate_request;
    if (!codec_size("certificate_request", csr, 1, WIRE_CERTIFICATE_MAX, err))
        return error_add(err, "enrolment request");
    Trao__V1__EnrolRequest wire = TRAO__V1__ENROL_REQUEST__INIT;
    wire.version = ENROL_VERSION;
    wire.secret = codec_bytes(request->secret, ENROL_SECRET_BYTES);
    wire.certificate_request = codec_bytes(csr.bytes, csr.n);
    wire.seal_key = codec_bytes(request->seal_key.bytes, CHAIN_PUBLIC_BYTES);
    wire.program = request->program;
    return codec_pack(&wire.base, out, WIRE_BYTES_MAX, ret_n, err) ||
           error_add(err, "enrolment request");
}

static bool request_from_wire(const Trao__V1__EnrolRequest *wire, struct slice bytes,
                              struct enrol_request *ret_request, struct error *err)
{
    struct enrol_request request = {
        .certificate_request = codec_find(bytes, REQUEST_CERTIFICATE_REQUEST),
        .program = wire->program,
    };
    if (!check_version(wire->version, err) ||
        !codec_fixed("secret", wire->secret, ENROL_SECRET_BYTES, request.secret, err) ||
        !codec_size("certificate_request", request.certificate_request, 1, WIRE_CERTIFICATE_MAX,
                    err) ||
        !codec_fixed("seal_key", wire->seal_key, CHAIN_PUBLIC_BYTES, request.seal_key.bytes, err))
        return false;
    *ret_request = request;
    return true;
}

bool enrol_request_read(const uint8_t *bytes, size_t n, struct enrol_request *ret_request,
                        struct error *err)
{
    struct codec_message message;
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, WIRE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__enrol_request__descriptor, bytes, n, &message, err))
        return error_add(err, "enrolment request");
    bool good = request_from_wire((const Trao__V1__EnrolRequest *)message.base,
                                  (struct slice){bytes, n}, ret_request, err);
    codec_free(&message);
    return good || error_add(err, "enrolment request");
}

/* --------------------------------------------------------------------------------- reply */

/* A name or an address as it may stand in a certificate: nothing else goes to the resolver. */
static bool check_host(const char *host, struct error *err)
{
    size_t n = strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-:");
    if (n == 0 || host[n] != '\0')
        return error_set(err, ERROR_BAD_INPUT, "broker_host: not a host name or address");
    return true;
}

static bool check_reply(const struct enrol_reply *reply, struct error *err)
{
    return check_host(reply->broker_host, err) &&
           codec_size("certificate", reply->certificate, 1, WIRE_CERTIFICATE_MAX, err) &&
           codec_size("authority", reply->authority, 1, WIRE_CERTIFICATE_MAX, err) &&
           codec_range("post_office", reply->post_office, 0, POST_OFFICE_MAX, err);
}

bool enrol_reply_write(const struct enrol_reply *reply, uint8_t out[WIRE_BYTES_MAX], size_t *ret_n,
                       struct error *err)
{
    struct enrol_reply copy = *reply;
    if (!codec_device(reply->device, copy.device, err) || !check_reply(reply, err) ||
        !codec_range("broker_port", reply->broker_port, 1, UINT16_MAX, err))
        return error_add(err, "enrolment reply");
    Trao__V1__EnrolReply wire = TRAO__V1__ENROL_REPLY__INIT;
    wire.version = ENROL_VERSION;
    wire.device = copy.device;
    wire.certificate = codec_bytes(reply->certificate.bytes, reply->certificate.n);
    wire.authority = codec_bytes(reply->authority.bytes, reply->authority.n);
    wire.server_seal_key = codec_bytes(reply->server_seal_key.bytes, CHAIN_PUBLIC_BYTES);
    wire.server_box_key = codec_bytes(reply->server_box_key, sizeof reply->server_box_key);
    wire.broker_host = copy.broker_host;
    wire.broker_port = reply->broker_port;
    wire.post_office = reply->post_office;
    return codec_pack(&wire.base, out, WIRE_BYTES_MAX, ret_n, err) ||
           error_add(err, "enrolment reply");
}

static bool reply_from_wire(const Trao__V1__EnrolReply *wire, struct slice bytes,
                            struct enrol_reply *ret_reply, struct error *err)
{
    struct enrol_reply reply = {
        .certificate = codec_find(bytes, REPLY_CERTIFICATE),
        .authority = codec_find(bytes, REPLY_AUTHORITY),
        .post_office = wire->post_office,
    };
    if (!check_version(wire->version, err) || !codec_device(wire->device, reply.device, err) ||
        !codec_fixed("server_seal_key", wire->server_seal_key, CHAIN_PUBLIC_BYTES,
                     reply.server_seal_key.bytes, err) ||
        !codec_fixed("server_box_key", wire->server_box_key, sizeof reply.server_box_key,
                     reply.server_box_key, err) ||
        !codec_text("broker_host", wire->broker_host, reply.broker_host, sizeof reply.broker_host,
                    err) ||
        !codec_range("broker_port", wire->broker_port, 1, UINT16_MAX, err))
        return false;
    reply.broker_port = (uint16_t)wire->broker_port;
    if (!check_reply(&reply, err))
        return false;
    *ret_reply = reply;
    return true;
}

bool enrol_reply_read(const uint8_t *bytes, size_t n, struct enrol_reply *ret_reply,
                      struct error *err)
{
    struct codec_message message;
    if (!codec_size("bytes", (struct slice){bytes, n}, 1, WIRE_BYTES_MAX, err) ||
        !codec_unpack(&trao__v1__enrol_reply__descriptor, bytes, n, &message, err))
        return error_add(err, "enrolment reply");
    bool good = reply_from_wire((const Trao__V1__EnrolReply *)message.base,
                                (struct slice){bytes, n}, ret_reply, err);
    codec_free(&message);
    return good || error_add(err, "enrolment reply");
}
