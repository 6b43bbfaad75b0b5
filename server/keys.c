#include "server/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/whole.h"
#include "server/files.h"

static bool path_of(const char *folder, const char *name, char out[CONFIG_PATH_MAX],
                    struct error *err)
{
    char keys[CONFIG_PATH_MAX];
    return files_join(folder, "keys", keys, sizeof keys, err) &&
           files_join(keys, name, out, CONFIG_PATH_MAX, err);
}

/* ------------------------------------------------------------------ raw keys as files */

static bool write_raw(const char *folder, const char *name, const void *bytes, size_t n,
                      struct error *err)
{
    char path[CONFIG_PATH_MAX];
    if (!path_of(folder, name, path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    bool good = fd >= 0 && whole_write(fd, bytes, n) && fsync(fd) == 0;
    if (!good)
        error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return good;
}

static bool read_raw(const char *folder, const char *name, void *out, size_t n, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    struct stat info;
    if (!path_of(folder, name, path, err))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    bool good = fstat(fd, &info) == 0 && info.st_size == (off_t)n && read(fd, out, n) == (ssize_t)n;
    close(fd);
    return good || error_set(err, ERROR_BROKEN, "%s: it should have %zu bytes", path, n);
}

/* ------------------------------------------------------------------ making */

static bool make_secrets(const char *folder, const struct chance *chance, struct error *err)
{
    struct seal_secret seal;
    struct seal_public seal_public;
    uint8_t random[64];
    chain_keys_new(chance, &seal_public, &seal);
    chance->fill(chance->self, random, sizeof random);
    bool good = write_raw(folder, "seal.key", seal.bytes, sizeof seal.bytes, err) &&
                write_raw(folder, "box.key", random, 32, err) &&
                write_raw(folder, "secret.key", random + 32, KEYS_SECRET_BYTES, err);
    chain_wipe(&seal, sizeof seal);
    chain_wipe(random, sizeof random);
    return good;
}

/* The host of "http://host:port/..." */
static void host_of_url(const char *url, char *out, size_t size)
{
    const char *from = strstr(url, "://");
    from = from == NULL ? url : from + 3;
    size_t n = from[0] == '[' ? strcspn(from, "]") : strcspn(from, ":/");
    if (from[0] == '[') {
        from++;
        n--;
    }
    (void)snprintf(out, size, "%.*s", (int)n, from);
}

static bool make_certificate(struct ca *ca, const char *folder, enum ca_use use, const char *stem,
                             const char *name, const char *const *hosts, struct error *err)
{
    char key[CONFIG_PATH_MAX], crt[CONFIG_PATH_MAX], file[64];
    (void)snprintf(file, sizeof file, "%s.key", stem);
    if (!path_of(folder, file, key, err))
        return false;
    (void)snprintf(file, sizeof file, "%s.crt", stem);
    return path_of(folder, file, crt, err) && ca_issue(ca, use, name, hosts, key, crt, err);
}

static bool make_certificates(struct ca *ca, const char *folder, const struct config *config,
                              struct error *err)
{
    char public_host[sizeof config->public_url];
    host_of_url(config->public_url, public_host, sizeof public_host);
    const char *web[] = {"localhost", "127.0.0.1", config->tls.host, public_host, NULL};
    const char *broker[] = {"localhost", "127.0.0.1", config->mqtt.host, NULL};
    return make_certificate(ca, folder, CA_USE_WEB, "web", "trao-web", web, err) &&
           make_certificate(ca, folder, CA_USE_BROKER, "broker", "trao-broker", broker, err) &&
           make_certificate(ca, folder, CA_USE_CLIENT, "server", "trao-server", NULL, err);
}

bool keys_make(const char *folder, const struct config *config, const struct chance *chance,
               struct error *err)
{
    char keys[CONFIG_PATH_MAX], key[CONFIG_PATH_MAX], crt[CONFIG_PATH_MAX];
    struct ca *ca = NULL;
    if (!path_of(folder, "", keys, err) || !path_of(folder, "ca.key", key, err) ||
        !path_of(folder, "ca.crt", crt, err))
        return false;
    if (mkdir(keys, 0700) != 0)
        return error_set(err, errno == EEXIST ? ERROR_REPEATED : ERROR_REFUSED, "%s: %s", keys,
                         strerror(errno));
    bool good = ca_make(key, crt, "Trao", err) && ca_open(key, crt, &ca, err) &&
                make_certificates(ca, folder, config, err) &&
                path_of(folder, "crl.pem", key, err) && ca_write_crl(ca, NULL, 0, key, err) &&
                make_secrets(folder, chance, err);
    ca_close(ca);
    return good || error_add(err, "keys");
}

/* ------------------------------------------------------------------ opening */

static bool check_folder(const char *folder, struct error *err)
{
    char keys[CONFIG_PATH_MAX];
    struct stat info;
    if (!path_of(folder, "", keys, err))
        return false;
    if (stat(keys, &info) != 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", keys, strerror(errno));
    if ((info.st_mode & 077) != 0)
        return error_set(err, ERROR_REFUSED, "%s: others may read it; chmod 700", keys);
    return true;
}

/* A folder that was shut later has been open: what others could read is no secret any more. */
static bool check_files(const char *folder, struct error *err)
{
    static const char *const names[] = {"ca.key",  "seal.key",   "box.key",   "secret.key",
                                        "web.key", "server.key", "broker.key"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[CONFIG_PATH_MAX];
        struct stat info;
        if (!path_of(folder, names[i], path, err))
            return false;
        if (stat(path, &info) != 0)
            return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
        if ((info.st_mode & 077) != 0)
            return error_set(err, ERROR_REFUSED, "%s: others may read it; chmod 400", path);
    }
    return true;
}

static bool read_secrets(const char *folder, struct keys *keys, struct error *err)
{
    if (!read_raw(folder, "seal.key", keys->seal.bytes, sizeof keys->seal.bytes, err) ||
        !read_raw(folder, "box.key", keys->box_secret, sizeof keys->box_secret, err) ||
        !read_raw(folder, "secret.key", keys->secret, sizeof keys->secret, err))
        return false;
    keys->seal_public = chain_public_of(&keys->seal);
    return ca_box_public(keys->box_secret, keys->box_public, err);
}

static bool read_pin(const char *folder, struct keys *keys, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    uint8_t der[CA_DER_MAX], hash[32];
    size_t n;
    if (!path_of(folder, "web.crt", path, err) || !ca_certificate_der(path, der, &n, err))
        return false;
    ca_fingerprint(der, n, hash);
    memcpy(keys->web_pin, hash, sizeof keys->web_pin);
    return true;
}

static bool open_ca(const char *folder, struct keys *keys, struct error *err)
{
    char key[CONFIG_PATH_MAX];
    return path_of(folder, "ca.key", key, err) && path_of(folder, "ca.crt", keys->ca_crt, err) &&
           path_of(folder, "server.crt", keys->server_crt, err) &&
           path_of(folder, "server.key", keys->server_key, err) &&
           ca_open(key, keys->ca_crt, &keys->ca, err);
}

/* Locked as far as the system lets an ordinary user; never in a core file. */
static struct keys *locked_block(void)
{
    void *block =
        mmap(NULL, sizeof(struct keys), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    (void)mlock(block, sizeof(struct keys));
    (void)madvise(block, sizeof(struct keys), MADV_DONTDUMP);
    return block;
}

bool keys_open(const char *folder, struct keys **ret_keys, struct error *err)
{
    struct keys *keys = locked_block();
    if (keys == NULL)
        return error_set(err, ERROR_LATER, "keys: out of memory");
    if (!check_folder(folder, err) || !check_files(folder, err) ||
        !read_secrets(folder, keys, err) || !open_ca(folder, keys, err) ||
        !read_pin(folder, keys, err)) {
        keys_close(keys);
        return error_add(err, "keys");
    }
    *ret_keys = keys;
    return true;
}

void keys_close(struct keys *keys)
{
    if (keys == NULL)
        return;
    ca_close(keys->ca);
    chain_wipe(keys, sizeof *keys);
    munmap(keys, sizeof *keys);
}
