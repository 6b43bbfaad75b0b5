#include "server/init.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/files.h"
#include "server/keys.h"
#include "server/record/people.h"
#include "server/web/password.h"

#define FIRST_USER "quay"

/* ------------------------------------------------------------------ files */

static bool make_folder(const char *path, struct error *err)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

/* A new file with this content, 0600, durable. */
static bool write_file(const char *folder, const char *name, struct error *err, const char *format,
                       ...) __attribute__((format(printf, 4, 5)));
static bool write_file(const char *folder, const char *name, struct error *err, const char *format,
                       ...)
{
    char path[CONFIG_PATH_MAX];
    if (!files_join(folder, name, path, sizeof path, err))
        return false;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return error_set(err, errno == EEXIST ? ERROR_REPEATED : ERROR_LATER, "%s: %s", path,
                         strerror(errno));
    va_list values;
    va_start(values, format);
    bool kept = vfprintf(file, format, values) >= 0;
    va_end(values);
    kept = fflush(file) == 0 && fsync(fd) == 0 && kept;
    kept = fclose(file) == 0 && kept;
    return kept || error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

/* ------------------------------------------------------------------ the broker */

/* Started as root, mosquitto becomes this user and must still read its keys (settled point 9). */
static bool owner_of(const char *folder, char *out, size_t size, struct error *err)
{
    struct stat about;
    struct passwd *user = stat(folder, &about) == 0 ? getpwuid(about.st_uid) : NULL;
    if (!user)
        return error_set(err, ERROR_LATER, "%s: its owner has no name", folder);
    (void)snprintf(out, size, "%s", user->pw_name);
    return true;
}

static bool make_broker(const char *folder, const struct config *config, struct error *err)
{
    char broker[CONFIG_PATH_MAX], owner[128];
    if (!files_join(folder, "broker", broker, sizeof broker, err) || !make_folder(broker, err) ||
        !owner_of(folder, owner, sizeof owner, err))
        return false;
    return write_file(broker, "acl", err,
                      "# Who may say what; made by trao-admin init. %%u is the name in the\n"
                      "# certificate.\n"
                      "user trao-server\n"
                      "topic read trao/1/+/up\n"
                      "topic write trao/1/+/down\n\n"
                      "pattern write trao/1/%%u/up\n"
                      "pattern read trao/1/%%u/down\n") &&
           write_file(broker, "mosquitto.conf", err,
                      "# Made by trao-admin init: mosquitto -c %s/mosquitto.conf\n"
                      "user %s\n"
                      "persistence true\n"
                      "persistence_location %s/\n"
                      "autosave_interval 60\n"
                      "# The broker is a pipe: a full queue is counted in bytes, never dropped by "
                      "count.\n"
                      "max_queued_messages 0\n"
                      "max_queued_bytes 268435456\n"
                      "max_inflight_messages 200\n"
                      "message_size_limit 32768\n"
                      "max_packet_size 36864\n"
                      "retain_available false\n"
                      "max_keepalive 300\n"
                      "# Else small messages wait 40 ms for the other side's delayed ACK.\n"
                      "set_tcp_nodelay true\n"
                      "persistent_client_expiration 31d\n"
                      "log_dest stderr\n"
                      "log_type error\nlog_type warning\nlog_type notice\n"
                      "connection_messages false\n\n"
                      "listener %u %s\n"
                      "allow_anonymous false\n"
                      "cafile %s/keys/ca.crt\n"
                      "certfile %s/keys/broker.crt\n"
                      "keyfile %s/keys/broker.key\n"
                      "crlfile %s/keys/crl.pem\n"
                      "tls_version tlsv1.3\n"
                      "require_certificate true\n"
                      "use_identity_as_username true\n"
                      "use_username_as_clientid true\n"
                      "acl_file %s/acl\n",
                      broker, owner, broker, config->mqtt.port, config->mqtt.host, folder, folder,
                      folder, folder, broker);
}

/* ------------------------------------------------------------------ the first user */

static bool add_first_user(const char *folder, const struct keys *keys, const char *hash,
                           struct error *err)
{
    char path[CONFIG_PATH_MAX];
    struct record *record;
    if (!files_join(folder, "record.db", path, sizeof path, err))
        return false;
    struct record_config config = {
        .path = path, .clock = clock_system(), .chance = chance_system(), .seal_key = &keys->seal};
    if (!record_open(&config, &record, err))
        return false;
    bool ok = record_begin(record, err);
    struct person person = {.name = FIRST_USER, .must_change = true, .role = ROLE_ADMINISTRATOR};
    memcpy(person.hash, hash, sizeof person.hash);
    if (ok && !person_add(record, &person, err)) {
        record_rollback(record);
        ok = false;
    }
    ok = ok && record_commit(record, err);
    record_close(record);
    return ok;
}

static bool make_first_login(const char *folder, const struct config *config,
                             const struct keys *keys, struct error *err)
{
    char password[PASSWORD_ONE_TIME_MAX], hash[PERSON_HASH_MAX];
    struct chance chance = chance_system();
    password_one_time(&chance, password);
    bool ok = password_hash(password, hash, err) && add_first_user(folder, keys, hash, err) &&
              write_file(folder, PASSWORD_FIRST_FILE, err,
                         "address=%s/quay\nuser=" FIRST_USER "\npassword=%s\n", config->public_url,
                         password);
    chain_wipe(password, sizeof password);
    return ok;
}

/* ------------------------------------------------------------------ the folder */

static bool make_all(const char *folder, const struct config *config, struct error *err)
{
    struct chance chance = chance_system();
    struct keys *keys = NULL;
    bool ok = keys_make(folder, config, &chance, err) && keys_open(folder, &keys, err) &&
              make_broker(folder, config, err) && make_first_login(folder, config, keys, err) &&
              config_write(folder, config, err);
    keys_close(keys);
    return ok;
}

bool init_folder(const char *folder, const struct config *config, struct error *err)
{
    char path[CONFIG_PATH_MAX], whole[CONFIG_PATH_MAX];
    if (!make_folder(folder, err))
        return false;
    if (!realpath(folder, whole))
        return error_set(err, ERROR_LATER, "%s: %s", folder, strerror(errno));
    if (!files_join(whole, "trao.conf", path, sizeof path, err))
        return false;
    if (access(path, F_OK) == 0)
        return error_set(err, ERROR_REPEATED,
                         "%s: đã là thư mục dữ liệu. / it is a data folder already", folder);
    return make_all(whole, config, err) ||
           error_add(err, "%s is not whole; remove it and init again", folder);
}
