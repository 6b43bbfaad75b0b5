#include "handheld/config.h"
#include "protocol/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_ROOM 64 /* the longest name in the folder, with "/identity.new/" */

static bool path_in(const char *dir, const char *name, char out[PATH_MAX], struct error *err)
{
    if (strlen(dir) + NAME_ROOM >= PATH_MAX)
        return error_set(err, ERROR_BAD_INPUT, "%.40s...: the folder's name is too long", dir);
    snprintf(out, PATH_MAX, "%s/%s", dir, name);
    return true;
}

/* ------------------------------------------------------------------ reading */

static bool read_file(const char *path, void *out, size_t size, size_t *ret_n, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_BROKEN, "%s: %m", path);
    ssize_t n = read(fd, out, size);
    close(fd);
    if (n < 0)
        return error_set(err, ERROR_BROKEN, "%s: %m", path);
    *ret_n = (size_t)n;
    return true;
}

static bool read_exactly(const char *dir, const char *name, void *out, size_t size,
                         struct error *err)
{
    char path[PATH_MAX];
    size_t n;
    if (!path_in(dir, name, path, err) || !read_file(path, out, size, &n, err))
        return false;
    return n == size || error_set(err, ERROR_BROKEN, "%s: %zu bytes instead of %zu", path, n, size);
}

static bool read_number(const char *value, unsigned long most, unsigned long *ret_number)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(value, &end, 10);
    if (*value < '0' || *value > '9' || *end != '\0' || errno != 0 || number > most)
        return false;
    *ret_number = number;
    return true;
}

/* inih calls it for each line; 0 stops and names the line. */
static int take_line(void *ctx, const char *section, const char *name, const char *value)
{
    struct config *config = ctx;
    unsigned long number;
    char key[64];
    snprintf(key, sizeof key, "%s.%s", section, name);
    if (strcmp(key, "device.name") == 0 && device_name_is_good(value)) {
        snprintf(config->device, sizeof config->device, "%s", value);
    } else if (strcmp(key, "device.post_office") == 0 && read_number(value, 999999, &number)) {
        config->post_office = (uint32_t)number;
    } else if (strcmp(key, "broker.host") == 0 && strlen(value) < sizeof config->broker_host) {
        snprintf(config->broker_host, sizeof config->broker_host, "%s", value);
    } else if (strcmp(key, "broker.port") == 0 && read_number(value, 65535, &number)) {
        config->broker_port = (uint16_t)number;
    } else {
        return 0;
    }
    return 1;
}

static bool read_ini(const char *dir, struct config *config, struct error *err)
{
    char path[PATH_MAX];
    if (!path_in(dir, "device.conf", path, err))
        return false;
    int line = ini_parse(path, take_line, config);
    if (line < 0)
        return error_set(err, ERROR_NOT_FOUND, "%s is not there", path);
    if (line > 0)
        return error_set(err, ERROR_BROKEN, "%s:%d: unknown name or bad value", path, line);
    return (config->device[0] != '\0' && config->broker_host[0] != '\0' &&
            config->broker_port != 0) ||
           error_set(err, ERROR_BROKEN, "%s: device.name, broker.host or broker.port is missing",
                     path);
}

static bool load_from(const char *dir, struct config *config, struct error *err)
{
    char path[PATH_MAX];
    uint8_t server[CHAIN_PUBLIC_BYTES + sizeof config->server_box_key];
    if (!read_ini(dir, config, err) ||
        !read_exactly(dir, "seal.key", config->seal_key.bytes, sizeof config->seal_key.bytes,
                      err) ||
        !read_exactly(dir, "server.keys", server, sizeof server, err) ||
        !path_in(dir, "cert.der", path, err) ||
        !read_file(path, config->certificate, sizeof config->certificate, &config->certificate_n,
                   err))
        return false;
    memcpy(config->server_seal_key.bytes, server, CHAIN_PUBLIC_BYTES);
    memcpy(config->server_box_key, server + CHAIN_PUBLIC_BYTES, sizeof config->server_box_key);
    return path_in(dir, "ca.pem", config->ca_file, err) &&
           path_in(dir, "cert.pem", config->cert_file, err) &&
           path_in(dir, "tls.key", config->key_file, err);
}

bool config_load(const char *dir, struct config *ret_config, struct error *err)
{
    char identity[PATH_MAX];
    struct config config = {.device = ""};
    struct error why;
    if (!path_in(dir, "identity", identity, err))
        return false;
    if (access(identity, F_OK) != 0)
        return error_set(err, ERROR_NOT_FOUND, "%s is not there", identity);
    bool loaded = load_from(identity, &config, &why);
    if (loaded)
        *ret_config = config;
    config_done(&config);
    return loaded || error_set(err, ERROR_BROKEN, "%s", why.text);
}

void config_done(struct config *config)
{
    chain_wipe(&config->seal_key, sizeof config->seal_key);
}

/* ------------------------------------------------------------------ storing */

static bool write_file(const char *dir, const char *name, mode_t mode, const void *bytes, size_t n,
                       struct error *err)
{
    char path[PATH_MAX];
    if (!path_in(dir, name, path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool done = fd >= 0 && whole_write(fd, bytes, n) && fsync(fd) == 0;
    if (!done)
        error_set(err, ERROR_LATER, "cannot write %s: %m", path);
    if (fd >= 0)
        close(fd);
    return done;
}

static bool sync_folder(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (!done)
        error_set(err, ERROR_LATER, "cannot sync %s: %m", path);
    if (fd >= 0)
        close(fd);
    return done;
}

static const char *const names[] = {"device.conf", "tls.key",  "seal.key", "server.keys",
                                    "cert.pem",    "cert.der", "ca.pem"};

static void remove_folder(const char *folder)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (path_in(folder, names[i], path, NULL))
            unlink(path);
    rmdir(folder);
}

static bool write_all(const char *folder, const struct config_identity *identity, struct error *err)
{
    const struct enrol_reply *reply = identity->reply;
    uint8_t server[CHAIN_PUBLIC_BYTES + sizeof reply->server_box_key];
    char conf[512];
    memcpy(server, reply->server_seal_key.bytes, CHAIN_PUBLIC_BYTES);
    memcpy(server + CHAIN_PUBLIC_BYTES, reply->server_box_key, sizeof reply->server_box_key);
    int n = snprintf(conf, sizeof conf,
                     "[device]\nname = %s\npost_office = %u\n\n[broker]\nhost = %s\nport = %u\n",
                     reply->device, reply->post_office, reply->broker_host, reply->broker_port);
    return write_file(folder, "device.conf", 0600, conf, (size_t)n, err) &&
           write_file(folder, "tls.key", 0400, identity->tls_key, strlen(identity->tls_key), err) &&
           write_file(folder, "seal.key", 0400, identity->seal_key->bytes,
                      sizeof identity->seal_key->bytes, err) &&
           write_file(folder, "server.keys", 0600, server, sizeof server, err) &&
           write_file(folder, "cert.pem", 0600, identity->certificate,
                      strlen(identity->certificate), err) &&
           write_file(folder, "cert.der", 0600, reply->certificate.bytes, reply->certificate.n,
                      err) &&
           write_file(folder, "ca.pem", 0600, identity->authority, strlen(identity->authority),
                      err) &&
           sync_folder(folder, err);
}

/* The old identity, if there is one, changes places with the new one in a single step. */
static bool put_in_place(const char *fresh, const char *place, struct error *err)
{
    if (rename(fresh, place) == 0)
        return true;
    if ((errno != ENOTEMPTY && errno != EEXIST) ||
        renameat2(AT_FDCWD, fresh, AT_FDCWD, place, RENAME_EXCHANGE) != 0)
        return error_set(err, ERROR_LATER, "cannot put %s in place: %m", place);
    remove_folder(fresh);
    return true;
}

bool config_store(const char *dir, const struct config_identity *identity, struct error *err)
{
    char fresh[PATH_MAX], place[PATH_MAX];
    if (!path_in(dir, "identity.new", fresh, err) || !path_in(dir, "identity", place, err))
        return false;
    remove_folder(fresh); /* of an enrolment that was interrupted */
    if (mkdir(fresh, 0700) != 0)
        return error_set(err, ERROR_LATER, "cannot make %s: %m", fresh);
    if (write_all(fresh, identity, err) && put_in_place(fresh, place, err) && sync_folder(dir, err))
        return true;
    remove_folder(fresh);
    return false;
}
