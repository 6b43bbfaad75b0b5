#include "protocol/session_config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool check_file(const char *path, struct error *err)
{
    if (path == NULL || access(path, R_OK) == 0)
        return true;
    return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
}

bool session_config_check(const struct session_config *config, struct error *err)
{
    bool ca = config->ca_file != NULL, cert = config->cert_file != NULL,
         key = config->key_file != NULL;
    if (config->host[0] == '\0' || config->port == 0)
        return error_set(err, ERROR_BAD_INPUT, "broker: no host or port");
    if (config->keepalive_s < 5 || config->keepalive_s > UINT16_MAX)
        return error_set(err, ERROR_BAD_INPUT, "keepalive: %u s is not within 5..65535",
                         config->keepalive_s);
    if (config->inflight_max < 1 || config->inflight_max > 1000)
        return error_set(err, ERROR_BAD_INPUT, "in flight: %u is not within 1..1000",
                         config->inflight_max);
    if (ca != cert || ca != key)
        return error_set(err, ERROR_BAD_INPUT, "TLS needs authority, certificate and key");
    return check_file(config->ca_file, err) && check_file(config->cert_file, err) &&
           check_file(config->key_file, err);
}

static char *copy_of(const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);
    invariant(text == NULL || copy != NULL);
    return copy;
}

struct session_config session_config_copy(const struct session_config *config)
{
    struct session_config copy = *config;
    copy.host = copy_of(config->host);
    copy.client_id = copy_of(config->client_id);
    copy.subscribe = copy_of(config->subscribe);
    copy.ca_file = copy_of(config->ca_file);
    copy.cert_file = copy_of(config->cert_file);
    copy.key_file = copy_of(config->key_file);
    return copy;
}

void session_config_free(struct session_config *config)
{
    const char *texts[] = {config->host,    config->client_id, config->subscribe,
                           config->ca_file, config->cert_file, config->key_file};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free((char *)texts[i]);
}
