/* devices.h - the acts by which handhelds come and go: one-time code, enrolment, revocation
 * (settled point 8). Each hands one act to the writer and returns after COMMIT; any thread but the
 * writer's.
 */
#ifndef TRAO_SERVER_FIELD_DEVICES_H
#define TRAO_SERVER_FIELD_DEVICES_H

#include "protocol/wire.h"
#include "server/field/ca.h"
#include "server/record/acts.h"
#include "server/record/devices.h"

/* What a new device is told; all borrowed for the desk's life. */
struct enrol_desk {
    struct acts acts;
    struct ca *ca; /* used on the writer's thread, inside the act */
    struct clock clock;
    struct chance chance;
    struct seal_public server_seal_key;
    uint8_t server_box_key[32];
    uint8_t web_pin[ENROL_PIN_BYTES]; /* of the certificate that the device meets first */
    const char *broker_host;
    uint16_t broker_port;
};

/* A code for `device` that lives 15 minutes and works once. BAD_INPUT for a bad name. */
bool enrol_code_issue(const struct enrol_desk *desk, const char *device, uint32_t post_office,
                      struct enrol_code *ret_code, struct error *err) must_use;

/* Answers POST /enrol: request bytes in, reply bytes out (WIRE_BYTES_MAX). The code is used up only
 * together with the certificate. REFUSED with one sentence for every bad code, BAD_INPUT for a
 * request that cannot be read. */
bool enrol_answer(const struct enrol_desk *desk, const uint8_t *request, size_t n,
                  uint8_t out[WIRE_BYTES_MAX], size_t *ret_n, struct error *err) must_use;

/* From the next message on its scans are set aside; its keys stay revoked for ever. REPEATED if it
 * was revoked already. */
bool device_revoke(const struct acts *acts, const char *device, struct error *err) must_use;

/* A revoked device's certificates are put on the revocation list at `crl_path`, once its scans are
 * in: the broker refuses it from its next connection on, when it has read the list again. REFUSED
 * while it is not revoked; may be said again, which writes the list anew. */
bool device_bar(const struct enrol_desk *desk, const char *device, const char *crl_path,
                struct error *err) must_use;

#endif
