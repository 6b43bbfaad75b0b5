#include "server/field/devices.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ codes */

struct code_act {
    const uint8_t *secret;
    const char *device;
    uint32_t post_office;
};

static bool add_code(struct record *record, void *arg, struct error *err)
{
    const struct code_act *add = arg;
    return enrol_code_add(record, add->secret, add->device, add->post_office, err);
}

bool enrol_code_issue(const struct enrol_desk *desk, const char *device, uint32_t post_office,
                      struct enrol_code *ret_code, struct error *err)
{
    struct enrol_code code;
    struct code_act add = {code.secret, device, post_office};
    desk->chance.fill(desk->chance.self, code.secret, sizeof code.secret);
    memcpy(code.pin, desk->web_pin, sizeof code.pin);
    if (!desk->acts.run(desk->acts.self, add_code, &add, err))
        return error_add(err, "code for a device");
    *ret_code = code;
    return true;
}

/* ------------------------------------------------------------------ enrolment */

struct enrol_act {
    const struct enrol_desk *desk;
    const struct enrol_request *request;
    struct device device;
    uint8_t certificate[CA_DER_MAX];
    size_t certificate_n;
};

/* All or nothing: a certificate that cannot be made leaves the code as it was. The certificate's
 * first second is the device's time of enrolment, which tells an older certificate from a newer
 * one when a restored server sees both. */
static bool enrol(struct record *record, void *arg, struct error *err)
{
    struct enrol_act *enrolling = arg;
    const struct enrol_request *request = enrolling->request;
    struct instant now = enrolling->desk->clock.now(enrolling->desk->clock.self);
    struct device device = {.seal_key = request->seal_key, .state = DEVICE_ACTIVE};
    device.enrolled.ms = now.ms - now.ms % 1000;
    if (!enrol_code_take(record, request->secret, device.name, &device.post_office, err) ||
        !ca_issue_device(enrolling->desk->ca, request->certificate_request.bytes,
                         request->certificate_request.n, device.name, &device.seal_key,
                         device.enrolled, enrolling->certificate, &enrolling->certificate_n, err) ||
        !device_put(record, &device, err))
        return false;
    enrolling->device = device;
    return true;
}

static bool reply(const struct enrol_desk *desk, const struct enrol_act *done,
                  uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err)
{
    struct enrol_reply reply = {
        .certificate = {done->certificate, done->certificate_n},
        .authority = ca_authority(desk->ca),
        .server_seal_key = desk->server_seal_key,
        .broker_port = desk->broker_port,
        .post_office = done->device.post_office,
    };
    memcpy(reply.device, done->device.name, sizeof reply.device);
    memcpy(reply.server_box_key, desk->server_box_key, sizeof reply.server_box_key);
    strncpy(reply.broker_host, desk->broker_host, sizeof reply.broker_host - 1);
    return enrol_reply_write(&reply, out, ret_n, err);
}

bool enrol_answer(const struct enrol_desk *desk, const uint8_t *request, size_t n,
                  uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err)
{
    struct enrol_request read;
    if (!enrol_request_read(request, n, &read, err) ||
        !ca_request_holds(read.certificate_request.bytes, read.certificate_request.n, err))
        return error_add(err, "enrolment");
    struct enrol_act enrolling = {.desk = desk, .request = &read};
    return (desk->acts.run(desk->acts.self, enrol, &enrolling, err) &&
            reply(desk, &enrolling, out, ret_n, err)) ||
           error_add(err, "enrolment");
}

/* ------------------------------------------------------------------ revocation */

static bool revoke(struct record *record, void *arg, struct error *err)
{
    struct device device;
    if (!device_find(record, arg, &device, err))
        return false;
    if (device.state == DEVICE_REVOKED)
        return error_set(err, ERROR_REPEATED, "it is revoked already");
    device.state = DEVICE_REVOKED;
    return device_put(record, &device, err);
}

bool device_revoke(const struct acts *acts, const char *device, struct error *err)
{
    char name[DEVICE_NAME_MAX + 1];
    if (!device_name_is_good(device))
        return error_set(err, ERROR_BAD_INPUT, "device: 1 to %d of A-Z, 0-9 and '-'",
                         DEVICE_NAME_MAX);
    memcpy(name, device, strlen(device) + 1);
    return acts->run(acts->self, revoke, name, err) || error_add(err, "device %s", name);
}

/* ------------------------------------------------------------------ barred at the broker */

struct bar_act {
    struct ca *ca;
    const char *device, *crl_path;
};

/* The list is written before the commit: what a lost commit leaves on it was revoked already. */
static bool bar(struct record *record, void *arg, struct error *err)
{
    const struct bar_act *barring = arg;
    struct device device;
    struct seal_public *keys = NULL;
    size_t n = 0;
    if (!device_find(record, barring->device, &device, err))
        return false;
    if (device.state != DEVICE_REVOKED)
        return error_set(err, ERROR_REFUSED, "it is not revoked");
    bool good = device_keys_bar(record, device.id, err) &&
                device_keys_barred(record, &keys, &n, err) &&
                ca_write_crl(barring->ca, keys, n, barring->crl_path, err);
    free(keys);
    return good;
}

bool device_bar(const struct enrol_desk *desk, const char *device, const char *crl_path,
                struct error *err)
{
    struct bar_act barring = {desk->ca, device, crl_path};
    if (!device_name_is_good(device))
        return error_set(err, ERROR_BAD_INPUT, "device: 1 to %d of A-Z, 0-9 and '-'",
                         DEVICE_NAME_MAX);
    return desk->acts.run(desk->acts.self, bar, &barring, err) ||
           error_add(err, "device %s", device);
}
