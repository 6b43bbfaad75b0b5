/* config.h - who this device is: the folder DIR/identity that an enrolment makes, read once at
 * start.
 *
 * identity/device.conf (INI), tls.key, cert.pem, ca.pem for the MQTT session, cert.der for the
 * hello, seal.key, server.keys. The folder appears, or is replaced, in one step: it is whole or not
 * there.
 */
#ifndef TRAO_HANDHELD_CONFIG_H
#define TRAO_HANDHELD_CONFIG_H

#include <limits.h>

#include "protocol/batch.h"
#include "protocol/wire.h"

struct config {
    char device[DEVICE_NAME_MAX + 1];
    uint32_t post_office;
    char broker_host[256];
    uint16_t broker_port;
    struct seal_secret seal_key; /* wipe with config_done */
    struct seal_public server_seal_key;
    uint8_t server_box_key[32];
    uint8_t certificate[WIRE_CERTIFICATE_MAX]; /* DER */
    size_t certificate_n;
    char ca_file[PATH_MAX], cert_file[PATH_MAX], key_file[PATH_MAX];
};

/* NOT_FOUND when the device is not enrolled; BROKEN names file and field. */
bool config_load(const char *dir, struct config *ret_config, struct error *err) must_use;
void config_done(struct config *config);

/* What an enrolment brings; texts are PEM. */
struct config_identity {
    const struct enrol_reply *reply;
    const char *tls_key, *certificate, *authority;
    const struct seal_secret *seal_key;
};
/* Makes or replaces DIR/identity in one step, everything on disk before it. */
bool config_store(const char *dir, const struct config_identity *identity,
                  struct error *err) must_use;

#endif
