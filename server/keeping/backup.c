#include "server/keeping/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/files.h"

#define FOLDERS_DEEP 3 /* attachments/XX/HASH */

/* One copy as it is written. */
struct writing {
    const struct backup_source *source;
    const struct backup_part *part;
    struct stream_out *out;
    struct manifest manifest;
    bool looks_only, found; /* backup_is_due: nothing is written */
};

static bool still_wanted(const struct backup_source *source, struct error *err)
{
    return source->wanted == NULL || source->wanted(source->ctx, err);
}

/* ------------------------------------------------------------------ the record */

static bool take_census(struct writing *writing, struct error *err)
{
    const struct backup_source *source = writing->source;
    struct record *record = NULL;
    bool good = record_open_still(pages_path(source->pages), &record, err) &&
                record_census(record, &writing->manifest.census, err);
    record_close(record);
    writing->manifest.made = source->clock.now(source->clock.self);
    return good;
}

struct step {
    size_t n;
    uint64_t at[BACKUP_BLOCKS];
    uint8_t bytes[BACKUP_BLOCKS][PAGES_BLOCK_BYTES];
};

/* What is left when nothing is left to read is the state of this very moment: it is counted while
 * the file stands still. */
static bool read_step(struct writing *writing, struct step *step, struct error *err)
{
    const struct backup_part *part = writing->part;
    struct pages *pages = writing->source->pages;
    if (!pages_hold(pages, part->own, err))
        return false;
    bool good = pages_read(part->watch, part->own, BACKUP_BLOCKS, step->bytes[0], step->at,
                           &step->n, &writing->manifest.record_bytes, err) &&
                (step->n == BACKUP_BLOCKS || take_census(writing, err));
    pages_release(pages);
    return good;
}

static bool write_step(struct writing *writing, const struct step *step, struct error *err)
{
    for (size_t i = 0; i < step->n; i++)
        if (!archive_put_block(writing->out, step->at[i], step->bytes[i], err))
            return false;
    writing->manifest.blocks += step->n;
    return true;
}

/* Blocks that change behind its back are read again: each step takes what a slow disk can take, far
 * more than is scanned meanwhile. */
static bool write_record(struct writing *writing, struct error *err)
{
    struct step *step = malloc(sizeof *step);
    bool good = step != NULL || error_set(err, ERROR_LATER, "out of memory");
    do
        good = good && still_wanted(writing->source, err) && read_step(writing, step, err) &&
               write_step(writing, step, err);
    while (good && step->n == BACKUP_BLOCKS);
    free(step);
    return good || error_add(err, "record");
}

/* ------------------------------------------------------------------ files */

static bool ends_with(const char *name, const char *end)
{
    size_t n = strlen(name), end_n = strlen(end);
    return n >= end_n && strcmp(name + n - end_n, end) == 0;
}

/* By its path in the folder. record.mark stays behind on purpose: a record without it begins a new
 * generation. */
static bool is_left_out(const char *name)
{
    static const char *const whole[] = {
        "control", "lock",    "print",      "spool", "attachments/partial",
        "sms.txt", "backups", "record.mark"};
    static const char *const begins[] = {"record.db", "views.db", "search.db", "record-layout-"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (strcmp(name, whole[i]) == 0)
            return true;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (strncmp(name, begins[i], strlen(begins[i])) == 0)
            return true;
    return ends_with(name, ".part") || strncmp(name, "broker/mosquitto.db", 19) == 0 ||
           !archive_name_is_good(name);
}

static bool is_new(const struct writing *writing, const struct stat *about)
{
    int64_t ms = (int64_t)about->st_ctim.tv_sec * 1000 + about->st_ctim.tv_nsec / 1000000;
    return writing->part->since.ms == 0 || ms >= writing->part->since.ms;
}

static bool copy_bytes(struct writing *writing, int fd, struct error *err)
{
    uint8_t *bytes = malloc(ARCHIVE_DATA_MAX);
    ssize_t n = 0;
    bool good = bytes != NULL || error_set(err, ERROR_LATER, "out of memory");
    while (good && (n = read(fd, bytes, ARCHIVE_DATA_MAX)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        good = n > 0 ? archive_put_data(writing->out, bytes, (size_t)n, err)
                     : error_set(err, ERROR_LATER, "%s", strerror(errno));
    }
    if (bytes != NULL)
        explicit_bzero(bytes, ARCHIVE_DATA_MAX); /* a key, maybe */
    free(bytes);
    return good;
}

/* One that went meanwhile was deleted by an office: then it is not kept here either. */
static bool copy_file(struct writing *writing, const char *path, const char *name,
                      struct error *err)
{
    if (writing->looks_only) {
        writing->found = true;
        return true;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || error_set(err, ERROR_REFUSED, "%s: %s", name, strerror(errno));
    bool good = (archive_put_file(writing->out, name, err) && copy_bytes(writing, fd, err)) ||
                error_add(err, "%s", name);
    close(fd);
    writing->manifest.files += good;
    return good;
}

static bool copy_folder(struct writing *writing, const char *path, const char *name, int deep,
                        struct error *err);

/* A folder of attachments gets no new file without changing itself: it need not be read. */
static bool copy_one(struct writing *writing, const char *path, const char *name, int deep,
                     struct error *err)
{
    struct stat about;
    if (is_left_out(name))
        return true;
    if (stat(path, &about) != 0)
        return errno == ENOENT || error_set(err, ERROR_REFUSED, "%s: %s", name, strerror(errno));
    if (S_ISREG(about.st_mode))
        return !is_new(writing, &about) || copy_file(writing, path, name, err);
    bool quiet = strncmp(name, "attachments/", 12) == 0 && !is_new(writing, &about);
    return !S_ISDIR(about.st_mode) || deep == FOLDERS_DEEP || quiet ||
           copy_folder(writing, path, name, deep + 1, err);
}

static bool copy_folder(struct writing *writing, const char *path, const char *name, int deep,
                        struct error *err)
{
    char inner[PATH_MAX], inner_name[ARCHIVE_NAME_MAX + 2];
    const struct dirent *entry;
    bool good = true;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(errno));
    while (good && !writing->found && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        if (snprintf(inner_name, sizeof inner_name, "%s%s%s", name, *name ? "/" : "",
                     entry->d_name) >= (int)sizeof inner_name)
            continue; /* none of ours has such a name */
        good = files_join(path, entry->d_name, inner, sizeof inner, err) &&
               still_wanted(writing->source, err) &&
               copy_one(writing, inner, inner_name, deep, err);
    }
    closedir(dir);
    return good;
}

static bool copy_files(struct writing *writing, struct error *err)
{
    return copy_folder(writing, writing->source->folder, "", 0, err) || error_add(err, "files");
}

/* ------------------------------------------------------------------ a part, a whole */

bool backup_is_due(const struct backup_source *source, const struct backup_part *part,
                   bool *ret_due, struct error *err)
{
    struct writing writing = {.source = source, .part = part, .looks_only = true};
    if (!pages_hold(source->pages, part->own, err))
        return false;
    pages_release(source->pages);
    bool due = pages_changed(part->watch);
    if (!due && !copy_files(&writing, err))
        return false;
    *ret_due = due || writing.found;
    return true;
}

static bool fill_manifest(struct writing *writing, struct error *err)
{
    const struct backup_source *source = writing->source;
    struct manifest *manifest = &writing->manifest;
    char whole[PATH_MAX];
    if (realpath(source->folder, whole) == NULL || strchr(whole, '\n') != NULL ||
        strlen(whole) >= sizeof manifest->folder)
        return error_set(err, ERROR_REFUSED, "%s: no name that a backup can hold", source->folder);
    (void)snprintf(manifest->folder, sizeof manifest->folder, "%s", whole);
    (void)snprintf(manifest->program, sizeof manifest->program, "%s", TRAO_VERSION);
    memcpy(manifest->server, source->server->bytes, sizeof manifest->server);
    manifest->set = writing->part->set;
    manifest->part = writing->part->part;
    return true;
}

bool backup_write_part(const struct backup_source *source, const struct backup_part *part, int fd,
                       struct manifest *ret_manifest, struct error *err)
{
    struct writing writing = {.source = source, .part = part};
    bool good = fill_manifest(&writing, err) &&
                stream_out_open(fd, source->to, &source->chance, &writing.out, err) &&
                write_record(&writing, err) && copy_files(&writing, err) &&
                archive_put_manifest(writing.out, &writing.manifest, err);
    stream_out_free(writing.out);
    if (good)
        *ret_manifest = writing.manifest;
    return good || error_add(err, "backup");
}

bool backup_write(const struct backup_source *source, int fd, struct manifest *ret_manifest,
                  struct error *err)
{
    struct backup_part part = {.set = chance_u64(&source->chance) | 1};
    bool good =
        db_open_watched(pages_path(source->pages), DB_DURABLE, source->pages, &part.own, err) &&
        pages_watch_new(source->pages, true, &part.watch, err) &&
        backup_write_part(source, &part, fd, ret_manifest, err);
    pages_watch_free(part.watch);
    db_close(part.own);
    return good;
}
