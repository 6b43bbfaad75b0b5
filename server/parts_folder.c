/* parts_folder.c - what lies in the data folder: settings, its lock, keys, the record, its copies,
 * views, the words of searches; and the filter that is put on before any of it is read. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "protocol/log.h"
#include "server/files.h"
#include "server/keeping/backup_key.h"
#include "server/office/offices.h"
#include "server/parts.h"
#include "server/sandbox.h"

/* ------------------------------------------------------------------ settings, folder */

bool parts_open_settings(struct server *server, struct error *err)
{
    ssize_t n = readlink("/proc/self/exe", server->program, sizeof server->program - 1);
    if (n <= 0)
        return error_set(err, ERROR_BROKEN, "/proc/self/exe: %s", strerror(errno));
    server->program[n] = '\0';
    return files_join(server->folder, "record.db", server->record_path, CONFIG_PATH_MAX, err) &&
           files_join(server->folder, "views.db", server->views_path, CONFIG_PATH_MAX, err) &&
           files_join(server->folder, "search.db", server->search_path, CONFIG_PATH_MAX, err) &&
           files_join(server->folder, "spool", server->spool_path, CONFIG_PATH_MAX, err) &&
           config_read(server->folder, &server->config, err);
}

/* One server a folder: the writer knows the end of the record by heart. */
bool parts_open_lock(struct server *server, struct error *err)
{
    char path[CONFIG_PATH_MAX];
    if (!files_join(server->folder, "lock", path, CONFIG_PATH_MAX, err))
        return false;
    server->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (server->lock < 0)
        return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    if (flock(server->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, ERROR_REFUSED, "%s: another trao-server runs here", server->folder);
    return true;
}

void parts_close_lock(struct server *server)
{
    if (server->lock >= 0)
        close(server->lock);
}

bool parts_open_sandbox(struct server *server, struct error *err)
{
    (void)server;
    return sandbox_server(err);
}

/* ------------------------------------------------------------------ keys, record, views */

bool parts_open_keys(struct server *server, struct error *err)
{
    return keys_open(server->folder, &server->keys, err);
}

void parts_close_keys(struct server *server)
{
    keys_close(server->keys);
}

/* What trao.conf says of the one office, before anybody asks the registry. */
static bool adopt_offices(struct server *server, struct error *err)
{
    if (!record_begin(server->record, err))
        return false;
    if (offices_adopt(server->record, &server->config, err))
        return record_commit(server->record, err);
    record_rollback(server->record);
    return false;
}

bool parts_open_record(struct server *server, struct error *err)
{
    struct record_config config = {.path = server->record_path,
                                   .clock = clock_system(),
                                   .chance = chance_system(),
                                   .seal_key = &server->keys->seal};
    if (!pages_open(server->record_path, &server->pages, err))
        return false;
    config.pages = server->pages;
    if (!record_open(&config, &server->record, err))
        return false;
    if (record_was_put_back(server->record))
        log_line(LOG_LEVEL_ALARM, "the record was put back to an older state: a new generation",
                 "generation_serial=%llu",
                 (unsigned long long)record_generation_serial(server->record));
    return adopt_offices(server, err) &&
           record_open_reader(server->record_path, &server->short_reader, err) &&
           record_open_reader(server->record_path, &server->long_reader, err) &&
           db_open_watched(server->record_path, DB_DURABLE, server->pages, &server->checkpointer,
                           err);
}

void parts_close_record(struct server *server)
{
    db_close(server->checkpointer);
    record_close(server->long_reader);
    record_close(server->short_reader);
    record_close(server->record);
    pages_close(server->pages);
}

bool parts_open_views(struct server *server, struct error *err)
{
    return views_open(server->views_path, server->record_path, &server->views, err);
}

void parts_close_views(struct server *server)
{
    struct error err;
    if (server->views != NULL && !views_flush(server->views, &err))
        log_line(LOG_LEVEL_ERROR, "views not written, they will be worked out again", "why=\"%s\"",
                 err.text);
    views_close(server->views);
}

bool parts_open_finder(struct server *server, struct error *err)
{
    return finder_open(server->search_path, server->record_path, &server->finder, err);
}

void parts_close_finder(struct server *server)
{
    finder_close(server->finder);
}

/* ------------------------------------------------------------------ copies */

static void tell_copies(void *ctx, int64_t behind_s, const char *why)
{
    (void)ctx;
    if (why != NULL)
        log_line(LOG_LEVEL_ALARM, "the copy is behind", "behind_s=%lld why=\"%s\"",
                 (long long)behind_s, why);
    else
        log_line(LOG_LEVEL_INFO, "the copy is up to date again", "behind_s=%lld",
                 (long long)behind_s);
}

bool parts_open_copies(struct server *server, struct error *err)
{
    const struct config *config = &server->config;
    if (*config->backup_folder == '\0')
        return true;
    if (!backup_key_parse(config->backup_key, &server->backup_key, err))
        return error_add(err, "[backup] key");
    struct copies_config copies = {.source = {.folder = server->folder,
                                              .pages = server->pages,
                                              .to = &server->backup_key,
                                              .server = &server->keys->seal_public,
                                              .clock = clock_system(),
                                              .chance = chance_system(),
                                              .wanted = parts_go_on,
                                              .ctx = server},
                                   .folder = config->backup_folder,
                                   .every_s = config->backup_every_s,
                                   .keep = config->backup_keep,
                                   .tell = tell_copies,
                                   .ctx = server};
    return copies_open(&copies, &server->copies, err);
}

void parts_close_copies(struct server *server)
{
    copies_close(server->copies);
}
