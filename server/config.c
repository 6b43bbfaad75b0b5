#include "server/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ini.h>

struct config config_defaults(void)
{
    return (struct config){
        .office_code = "CQ-1",
        .fallback_min = 60,
        .message_from_h = 7,
        .message_to_h = 22,
        .gateways_n = 1, /* GATEWAY_FILE */
        .gammu_folder = "/var/spool/gammu",
        .prefix = "RA",
        .country = "VN",
        .plain = {"127.0.0.1", 8080},
        .tls = {"127.0.0.1", 8443},
        .public_url = "http://127.0.0.1:8080",
        .mqtt = {"127.0.0.1", 8883},
        .second_factor = "administrator,manager,auditor",
        .upload_mb = 32,
        .backup_every_s = 60,
        .backup_keep = 7,
    };
}

/* ------------------------------------------------------------------ kinds of values */

static bool set_text(const char *value, char *out, size_t size, struct error *err)
{
    if (strlen(value) >= size)
        return error_set(err, ERROR_BAD_INPUT, "longer than %zu bytes", size - 1);
    if (strpbrk(value, "\r\n") || strstr(value, " ;"))
        return error_set(err, ERROR_BAD_INPUT, "no line breaks and no ' ;' (a comment)");
    memcpy(out, value, strlen(value) + 1);
    return true;
}

static bool set_digits(const char *value, char *out, size_t size, struct error *err)
{
    if (strspn(value, "0123456789") != strlen(value))
        return error_set(err, ERROR_BAD_INPUT, "digits only");
    return set_text(value, out, size, err);
}

static bool set_key(const char *value, char out[65], struct error *err)
{
    size_t n = strlen(value);
    if (n != 0 && (n != 64 || strspn(value, "0123456789abcdef") != n))
        return error_set(err, ERROR_BAD_INPUT, "64 hex digits are wanted");
    return set_text(value, out, 65, err);
}

static bool set_webhook(const char *value, char out[CONFIG_URL_MAX], struct error *err)
{
    if (*value != '\0' && (strncmp(value, "https://", 8) != 0 || strpbrk(value, " \"<>#") != NULL))
        return error_set(err, ERROR_BAD_INPUT, "https://HOST/... is wanted");
    return set_text(value, out, CONFIG_URL_MAX, err);
}

/* Without TLS only on this machine. */
static bool set_near(const char *value, char out[CONFIG_URL_MAX], struct error *err)
{
    bool near = strncmp(value, "http://127.0.0.1:", 17) == 0 ||
                strncmp(value, "http://localhost:", 17) == 0;
    if (near && strpbrk(value, " \"<>#?") == NULL)
        return set_text(value, out, CONFIG_URL_MAX, err);
    return set_webhook(value, out, err) || error_add(err, "or http://127.0.0.1:PORT/...");
}

static bool set_folder(const char *value, char *out, size_t size, struct error *err)
{
    if (*value != '\0' && *value != '/')
        return error_set(err, ERROR_BAD_INPUT, "a path from / on is wanted");
    return set_text(value, out, size, err);
}

static bool set_number(const char *value, uint32_t least, uint32_t most, uint32_t *out,
                       struct error *err)
{
    size_t n = strlen(value);
    unsigned long number = strtoul(value, NULL, 10);
    if (n == 0 || n > 6 || strspn(value, "0123456789") != n || number < least || number > most)
        return error_set(err, ERROR_BAD_INPUT, "a number from %u to %u is wanted", least, most);
    *out = (uint32_t)number;
    return true;
}

static bool set_hours(const char *value, struct config *c, struct error *err)
{
    unsigned from = 0, to = 0;
    char rest = '\0';
    bool plain = strspn(value, "0123456789-") == strlen(value) && strlen(value) <= 5;
    /* NOLINTNEXTLINE(cert-err34-c): a width bounds each number */
    if (!plain || sscanf(value, "%2u-%2u%c", &from, &to, &rest) != 2 || from >= to || to > 24)
        return error_set(err, ERROR_BAD_INPUT, "hours like 7-22 are wanted");
    c->message_from_h = from;
    c->message_to_h = to;
    return true;
}

static bool read_gateway(const char *word, enum message_gateway *ret_gateway)
{
    static const char *const names[] = {
        [GATEWAY_FILE] = "file",     [GATEWAY_GAMMU] = "gammu", [GATEWAY_WEBHOOK] = "webhook",
        [GATEWAY_KANNEL] = "kannel", [GATEWAY_ZNS] = "zns",     [GATEWAY_SMSD] = "smsd"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0) {
            *ret_gateway = (enum message_gateway)i;
            return true;
        }
    return false;
}

/* "webhook,gammu": each once. */
static bool set_gateways(const char *value, struct config *c, struct error *err)
{
    char words[64], *rest = NULL;
    enum message_gateway found[CONFIG_GATEWAYS_MAX];
    size_t n = 0;
    bool good = snprintf(words, sizeof words, "%s", value) < (int)sizeof words;
    for (char *word = strtok_r(words, ", ", &rest); good && word != NULL;
         word = strtok_r(NULL, ", ", &rest)) {
        good = n < CONFIG_GATEWAYS_MAX && read_gateway(word, &found[n]);
        for (size_t i = 0; good && i < n; i++)
            good = found[i] != found[n];
        n++;
    }
    if (!good || n == 0)
        return error_set(err, ERROR_BAD_INPUT,
                         "file, gammu, kannel, smsd, webhook, zns, each once, are wanted");
    memcpy(c->gateways, found, n * sizeof *found);
    c->gateways_n = n;
    return true;
}

static bool set_mobile(const char *value, char out[13], struct error *err)
{
    if (*value != '\0' && (strncmp(value, "+84", 3) != 0 || strlen(value) != 12 ||
                           strspn(value + 3, "0123456789") != 9))
        return error_set(err, ERROR_BAD_INPUT, "a mobile like +84912000001 is wanted");
    return set_text(value, out, 13, err);
}

static bool set_letters(const char *value, char out[3], struct error *err)
{
    if (strlen(value) != 2 || strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
        return error_set(err, ERROR_BAD_INPUT, "two letters A-Z");
    return set_text(value, out, 3, err);
}

/* Whether they are roles is known where rights are. */
static bool set_roles(const char *value, char *out, size_t size, struct error *err)
{
    if (*value == '\0' || strspn(value, "abcdefghijklmnopqrstuvwxyz,") != strlen(value))
        return error_set(err, ERROR_BAD_INPUT, "roles by commas, or none");
    return set_text(value, out, size, err);
}

static bool set_post_office(const char *value, uint32_t *out, struct error *err)
{
    if (strspn(value, "0123456789") != strlen(value) || strlen(value) > 6)
        return error_set(err, ERROR_BAD_INPUT, "at most six digits");
    *out = (uint32_t)strtoul(value, NULL, 10);
    return true;
}

bool endpoint_read(const char *text, struct endpoint *ret_endpoint, struct error *err)
{
    struct endpoint endpoint;
    const char *colon = strrchr(text, ':');
    size_t n = colon ? (size_t)(colon - text) : 0;
    char *end = NULL;
    long port = colon ? strtol(colon + 1, &end, 10) : 0;
    if (n == 0 || n >= sizeof endpoint.host || port < 1 || port > 65535 || *end != '\0' ||
        strpbrk(text, " \t/"))
        return error_set(err, ERROR_BAD_INPUT, "HOST:PORT is wanted, like 127.0.0.1:8080");
    memcpy(endpoint.host, text, n);
    endpoint.host[n] = '\0';
    endpoint.port = (uint16_t)port;
    *ret_endpoint = endpoint;
    return true;
}

static bool set_loopback(const char *value, struct endpoint *out, struct error *err)
{
    struct endpoint endpoint;
    struct in_addr address;
    if (!endpoint_read(value, &endpoint, err))
        return false;
    bool loopback =
        inet_pton(AF_INET, endpoint.host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
    if (!loopback)
        return error_set(err, ERROR_BAD_INPUT,
                         "only a loopback address may speak HTTP without TLS");
    *out = endpoint;
    return true;
}

static bool set_url(const char *value, char *out, size_t size, struct error *err)
{
    bool http = strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0;
    if (!http || strpbrk(value, " \"<>?#") || value[strlen(value) - 1] == '/')
        return error_set(err, ERROR_BAD_INPUT, "http(s)://HOST without a slash at its end");
    return set_text(value, out, size, err);
}

/* Its host becomes part of the pages' policy, so it holds nothing that would end a word there. */
static bool set_tiles(const char *value, char out[CONFIG_URL_MAX], struct error *err)
{
    size_t host = strcspn(value + (strncmp(value, "https://", 8) == 0 ? 8 : 0), "/");
    if (*value == '\0') {
        out[0] = '\0';
        return true;
    }
    if (strncmp(value, "https://", 8) != 0 || strpbrk(value, " \t\"'<>;,\\") || host == 0 ||
        strcspn(value + 8, "{@?#*") < host || host > 100 || !strstr(value, "{z}") ||
        !strstr(value, "{x}") || !strstr(value, "{y}"))
        return error_set(err, ERROR_BAD_INPUT, "https://HOST/{z}/{x}/{y}.png is wanted");
    return set_text(value, out, CONFIG_URL_MAX, err);
}

/* The host and the port stand in lines of their own: the one with what the other is by now. */
static bool set_broker(const char *host, const char *port, struct endpoint *broker,
                       struct error *err)
{
    char both[sizeof broker->host + 16], known[8];
    (void)snprintf(known, sizeof known, "%u", broker->port);
    int n = snprintf(both, sizeof both, "%s:%s", host != NULL ? host : broker->host,
                     port != NULL ? port : known);
    return n < (int)sizeof both ? endpoint_read(both, broker, err)
                                : error_set(err, ERROR_BAD_INPUT, "too long");
}

static bool set_value(struct config *c, const char *name, const char *value, struct error *err)
{
    if (strcmp(name, "office.code") == 0)
        return set_text(value, c->office_code, sizeof c->office_code, err);
    if (strcmp(name, "office.name") == 0)
        return set_text(value, c->office_name, sizeof c->office_name, err);
    if (strcmp(name, "office.address") == 0)
        return set_text(value, c->office_address, sizeof c->office_address, err);
    if (strcmp(name, "office.phone") == 0)
        return set_text(value, c->office_phone, sizeof c->office_phone, err);
    if (strcmp(name, "office.post_office") == 0)
        return set_post_office(value, &c->post_office, err);
    if (strcmp(name, "office.post_office_name") == 0)
        return set_text(value, c->post_office_name, sizeof c->post_office_name, err);
    if (strcmp(name, "office.reply_number") == 0)
        return set_digits(value, c->reply_number, sizeof c->reply_number, err);
    if (strcmp(name, "office.manager_phone") == 0)
        return set_mobile(value, c->manager_phone, err);
    if (strcmp(name, "messages.hours") == 0)
        return set_hours(value, c, err);
    if (strcmp(name, "messages.fallback_minutes") == 0)
        return set_number(value, 0, 1440, &c->fallback_min, err);
    if (strcmp(name, "messages.gateway") == 0)
        return set_gateways(value, c, err);
    if (strcmp(name, "messages.webhook") == 0)
        return set_webhook(value, c->webhook, err);
    if (strcmp(name, "messages.webhook_key") == 0)
        return set_key(value, c->webhook_key, err);
    if (strcmp(name, "messages.webhook_authority") == 0)
        return set_folder(value, c->webhook_authority, sizeof c->webhook_authority, err);
    if (strcmp(name, "messages.kannel") == 0)
        return set_near(value, c->kannel, err);
    if (strcmp(name, "messages.kannel_user") == 0)
        return set_text(value, c->kannel_user, sizeof c->kannel_user, err);
    if (strcmp(name, "messages.kannel_password") == 0)
        return set_text(value, c->kannel_password, sizeof c->kannel_password, err);
    if (strcmp(name, "messages.kannel_from") == 0)
        return set_text(value, c->kannel_from, sizeof c->kannel_from, err);
    if (strcmp(name, "messages.kannel_key") == 0)
        return set_key(value, c->kannel_key, err);
    if (strcmp(name, "messages.kannel_authority") == 0)
        return set_folder(value, c->kannel_authority, sizeof c->kannel_authority, err);
    if (strcmp(name, "messages.kannel_reports") == 0)
        return set_url(value, c->kannel_reports, sizeof c->kannel_reports, err);
    if (strcmp(name, "messages.smsd") == 0)
        return set_folder(value, c->smsd, sizeof c->smsd, err);
    if (strcmp(name, "messages.zns") == 0)
        return set_webhook(value, c->zns, err);
    if (strcmp(name, "messages.zns_key") == 0)
        return set_key(value, c->zns_key, err);
    if (strcmp(name, "messages.zns_authority") == 0)
        return set_folder(value, c->zns_authority, sizeof c->zns_authority, err);
    if (strcmp(name, "offices.webhook") == 0)
        return set_webhook(value, c->push, err);
    if (strcmp(name, "offices.webhook_key") == 0)
        return set_key(value, c->push_key, err);
    if (strcmp(name, "offices.webhook_authority") == 0)
        return set_folder(value, c->push_authority, sizeof c->push_authority, err);
    if (strcmp(name, "offices.webhook_hosts") == 0)
        return set_text(value, c->push_hosts, sizeof c->push_hosts, err);
    if (strcmp(name, "messages.gammu_folder") == 0)
        return set_folder(value, c->gammu_folder, sizeof c->gammu_folder, err);
    if (strcmp(name, "numbers.prefix") == 0)
        return set_letters(value, c->prefix, err);
    if (strcmp(name, "numbers.country") == 0)
        return set_letters(value, c->country, err);
    if (strcmp(name, "web.plain") == 0)
        return set_loopback(value, &c->plain, err);
    if (strcmp(name, "web.tls") == 0)
        return endpoint_read(value, &c->tls, err);
    if (strcmp(name, "web.public") == 0)
        return set_url(value, c->public_url, sizeof c->public_url, err);
    if (strcmp(name, "web.tiles") == 0)
        return set_tiles(value, c->tiles, err);
    if (strcmp(name, "web.tiles_credit") == 0)
        return set_text(value, c->tiles_credit, sizeof c->tiles_credit, err);
    if (strcmp(name, "web.upload_mb") == 0)
        return set_number(value, 1, 64, &c->upload_mb, err);
    if (strcmp(name, "people.second_factor") == 0)
        return set_roles(value, c->second_factor, sizeof c->second_factor, err);
    if (strcmp(name, "backup.folder") == 0)
        return set_folder(value, c->backup_folder, sizeof c->backup_folder, err);
    if (strcmp(name, "backup.every") == 0)
        return set_number(value, 1, 3600, &c->backup_every_s, err);
    if (strcmp(name, "backup.keep") == 0)
        return set_number(value, 0, 100000, &c->backup_keep, err);
    if (strcmp(name, "backup.key") == 0)
        return set_key(value, c->backup_key, err);
    if (strcmp(name, "mqtt.host") == 0)
        return set_broker(value, NULL, &c->mqtt, err);
    if (strcmp(name, "mqtt.port") == 0)
        return set_broker(NULL, value, &c->mqtt, err);
    return error_set(err, ERROR_BAD_INPUT, "no such key");
}

bool config_set(struct config *config, const char *section, const char *key, const char *value,
                struct error *err)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.%s", section, key);
    return set_value(config, name, value, err) || error_add(err, "[%s] %s=", section, key);
}

/* ------------------------------------------------------------------ the file */

struct reading {
    struct config config;
    struct error err;
};

static int on_value(void *ctx, const char *section, const char *key, const char *value)
{
    struct reading *reading = ctx;
    if (reading->err.code != ERROR_NONE)
        return 0;
    return config_set(&reading->config, section, key, value, &reading->err);
}

static bool path_of(const char *folder, char out[CONFIG_PATH_MAX], struct error *err)
{
    int n = snprintf(out, CONFIG_PATH_MAX, "%s/trao.conf", folder);
    return (n > 0 && n < CONFIG_PATH_MAX) || error_set(err, ERROR_BAD_INPUT, "path too long");
}

bool config_read(const char *folder, struct config *ret_config, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    struct reading reading = {.config = config_defaults()};
    if (!path_of(folder, path, err))
        return false;
    int line = ini_parse(path, on_value, &reading);
    if (line < 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s; `trao-admin init` makes it", path,
                         strerror(errno));
    if (line > 0)
        return error_set(err, ERROR_BAD_INPUT, "%s line %d: %s", path, line,
                         reading.err.code ? reading.err.text : "not key=value");
    *ret_config = reading.config;
    return true;
}

bool config_write(const char *folder, const struct config *config, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    if (!path_of(folder, path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return error_set(err, errno == EEXIST ? ERROR_REPEATED : ERROR_LATER, "%s: %s", path,
                         strerror(errno));
    (void)fprintf(
        file,
        "# Written by trao-admin init; read when a program starts.\n"
        "[office]\ncode=%s\nname=%s\naddress=%s\nphone=%s\npost_office=%06u\npost_office_name=%s\n"
        "reply_number=%s\nmanager_phone=%s\n\n[messages]\nhours=%u-%u\n\n[numbers]\nprefix=%"
        "s\ncountry=%s\n\n"
        "[web]\nplain=%s:%u\ntls=%s:%u\npublic=%s\n\n[people]\nsecond_factor=%s\n\n"
        "[mqtt]\nhost=%s\nport=%u\n",
        config->office_code, config->office_name, config->office_address, config->office_phone,
        config->post_office, config->post_office_name, config->reply_number, config->manager_phone,
        config->message_from_h, config->message_to_h, config->prefix, config->country,
        config->plain.host, config->plain.port, config->tls.host, config->tls.port,
        config->public_url, config->second_factor, config->mqtt.host, config->mqtt.port);
    bool kept = fflush(file) == 0 && fsync(fd) == 0;
    kept = fclose(file) == 0 && kept;
    return kept || error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

/* ------------------------------------------------------------------ another office's name */

static void put_in_place(const char *text, char *out, size_t size)
{
    if (*text != '\0' && strlen(text) < size)
        memcpy(out, text, strlen(text) + 1);
}

struct config config_signed(const struct config *config, const char *name, const char *address,
                            const char *phone, const char *post_office_name)
{
    struct config copy = *config;
    put_in_place(name, copy.office_name, sizeof copy.office_name);
    put_in_place(address, copy.office_address, sizeof copy.office_address);
    put_in_place(phone, copy.office_phone, sizeof copy.office_phone);
    put_in_place(post_office_name, copy.post_office_name, sizeof copy.post_office_name);
    return copy;
}
