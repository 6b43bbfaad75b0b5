#include "server/keeping/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/whole.h"
#include "server/files.h"
#include "server/keeping/sets.h"
#include "server/record/papers.h"

#define SETTINGS "trao.conf"
#define SETTINGS_ASIDE "trao.conf.part"
#define BROKER_SETTINGS "broker/mosquitto.conf"
#define SMALL_FILE_MAX 65536

struct restore {
    char folder[RESTORE_PATH_MAX];
    bool record_only;
    int record; /* record.db */
    int file;   /* the one being written, or -1 */
    uint64_t set, parts, files, blocks, part_files, part_blocks;
    struct manifest manifest;
    struct archive_frame frame;
};

static bool cannot(const char *path, struct error *err)
{
    return error_set(err, errno == ENOSPC ? ERROR_LATER : ERROR_REFUSED, "%s: %s", path,
                     strerror(errno));
}

/* ------------------------------------------------------------------ the folder */

static bool is_empty(const char *folder, struct error *err)
{
    const struct dirent *entry;
    bool empty = true;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return cannot(folder, err);
    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    return empty || error_set(err, ERROR_REFUSED,
                              "%s: thư mục không trống. / the folder is not empty; restore into a "
                              "new one",
                              folder);
}

bool restore_open(const char *folder, bool record_only, struct restore **ret_restore,
                  struct error *err)
{
    char path[RESTORE_PATH_MAX];
    struct restore *restore = calloc(1, sizeof *restore);
    if (restore == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    restore->record = restore->file = -1;
    restore->record_only = record_only;
    bool good = (mkdir(folder, 0700) == 0 || errno == EEXIST || cannot(folder, err)) &&
                is_empty(folder, err) &&
                (realpath(folder, restore->folder) != NULL || cannot(folder, err)) &&
                files_join(restore->folder, "record.db", path, sizeof path, err);
    if (good) {
        restore->record = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        good = restore->record >= 0 || cannot(path, err);
    }
    if (!good) {
        restore_close(restore);
        return false;
    }
    *ret_restore = restore;
    return true;
}

void restore_close(struct restore *restore)
{
    if (restore == NULL)
        return;
    if (restore->file >= 0)
        close(restore->file);
    if (restore->record >= 0)
        close(restore->record);
    explicit_bzero(&restore->frame, sizeof restore->frame);
    free(restore);
}

/* ------------------------------------------------------------------ frames */

static bool end_file(struct restore *restore, struct error *err)
{
    int fd = restore->file;
    restore->file = -1;
    return fd < 0 || close(fd) == 0 || cannot("a restored file", err);
}

static bool make_parents(char *path, size_t base, struct error *err)
{
    for (char *slash = strchr(path + base, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool good = mkdir(path, 0700) == 0 || errno == EEXIST || cannot(path, err);
        *slash = '/';
        if (!good)
            return false;
    }
    return true;
}

/* As keys.c makes them. */
static mode_t mode_of(const char *name)
{
    size_t n = strlen(name);
    bool secret = strncmp(name, "keys/", 5) == 0 && strcmp(name + n - 4, ".key") == 0;
    return secret ? 0400 : 0600;
}

static bool begin_file(struct restore *restore, struct error *err)
{
    char path[RESTORE_PATH_MAX];
    const char *name = restore->frame.name;
    if (!end_file(restore, err))
        return false;
    restore->part_files++;
    if (restore->record_only)
        return true;
    if (strncmp(name, "record.", 7) == 0)
        return error_set(err, ERROR_BROKEN, "%s: no file of a backup", name);
    if (strcmp(name, SETTINGS) == 0)
        name = SETTINGS_ASIDE;
    if (!files_join(restore->folder, name, path, sizeof path, err) ||
        !make_parents(path, strlen(restore->folder) + 1, err))
        return false;
    restore->file =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode_of(name));
    return restore->file >= 0 || cannot(path, err);
}

static bool write_data(const struct restore *restore, struct error *err)
{
    if (restore->record_only)
        return true;
    if (restore->file < 0)
        return error_set(err, ERROR_BROKEN, "bytes of no file");
    return whole_write(restore->file, restore->frame.data, restore->frame.n) ||
           cannot("a restored file", err);
}

static bool write_block(struct restore *restore, struct error *err)
{
    off_t at = (off_t)(restore->frame.block * PAGES_BLOCK_BYTES);
    restore->part_blocks++;
    return pwrite(restore->record, restore->frame.data, PAGES_BLOCK_BYTES, at) ==
               PAGES_BLOCK_BYTES ||
           cannot("record.db", err);
}

/* ------------------------------------------------------------------ parts */

/* What was read is what was written, and follows the part before it. */
static bool take_manifest(struct restore *restore, struct error *err)
{
    const struct manifest *manifest = &restore->frame.manifest;
    if (!end_file(restore, err))
        return false;
    if (manifest->files != restore->part_files || manifest->blocks != restore->part_blocks)
        return error_set(err, ERROR_BROKEN, "it counts other files than it holds");
    if (manifest->part != restore->parts ||
        (restore->parts > 0 && manifest->set != restore->manifest.set))
        return error_set(err, ERROR_REFUSED,
                         "phần %" PRIu64 ", cần phần %" PRIu64 ". / this is another part of the "
                         "set, or of another set",
                         manifest->part, restore->parts);
    if (ftruncate(restore->record, (off_t)manifest->record_bytes) != 0)
        return cannot("record.db", err);
    restore->parts++;
    restore->files += restore->part_files;
    restore->blocks += restore->part_blocks;
    restore->part_files = restore->part_blocks = 0;
    restore->manifest = *manifest;
    restore->manifest.files = restore->files;
    restore->manifest.blocks = restore->blocks;
    return true;
}

static bool take_frame(struct restore *restore, bool *ret_end, struct error *err)
{
    switch (restore->frame.kind) {
    case ARCHIVE_FILE:
        return begin_file(restore, err);
    case ARCHIVE_DATA:
        return write_data(restore, err);
    case ARCHIVE_BLOCK:
        return write_block(restore, err);
    case ARCHIVE_MANIFEST:
        *ret_end = true;
        return take_manifest(restore, err);
    }
    return false;
}

static bool read_part(struct restore *restore, const char *path, const struct backup_key *key,
                      struct error *err)
{
    struct stream_in *in = NULL;
    bool end = false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool good = (fd >= 0 || error_set(err, ERROR_NOT_FOUND, "%s", strerror(errno))) &&
                stream_in_open(fd, &key->public_key, &key->secret_key, &in, err);
    while (good && !end)
        good = archive_next(in, &restore->frame, err) && take_frame(restore, &end, err);
    stream_in_free(in);
    if (fd >= 0)
        close(fd);
    return good || error_add(err, "%s", path);
}

static bool choose_set(const char *folder, const char *wanted, struct set_name *ret_set,
                       struct error *err)
{
    struct set_name *sets = NULL;
    size_t n = 0, at;
    if (!sets_list(folder, &sets, &n, err))
        return false;
    for (at = n; at > 0; at--)
        if (wanted == NULL || strstr(sets[at - 1].text, wanted) != NULL)
            break;
    if (at > 0)
        *ret_set = sets[at - 1];
    free(sets);
    return at > 0 || error_set(err, ERROR_NOT_FOUND,
                               "%s: không có bản sao lưu nào. / holds no such set", folder);
}

static bool read_set(struct restore *restore, const char *folder, const char *wanted, uint64_t upto,
                     const struct backup_key *key, struct error *err)
{
    struct set_name set;
    char name[SETS_NAME_MAX], path[RESTORE_PATH_MAX];
    uint64_t parts;
    bool beyond;
    if (!choose_set(folder, wanted, &set, err) || !set_parts(folder, &set, &parts, &beyond, err))
        return false;
    if (beyond && upto >= parts)
        return error_set(err, ERROR_REFUSED,
                         "%s: thiếu phần %" PRIu64 "; dùng upto=%" PRIu64
                         " nếu chấp nhận. / a part "
                         "is missing, what follows it cannot be used",
                         set.text, parts, parts - 1);
    for (uint64_t part = 0; part < parts && part <= upto; part++) {
        set_part_name(&set, part, name);
        if (!files_join(folder, name, path, sizeof path, err) ||
            !read_part(restore, path, key, err))
            return false;
    }
    return true;
}

bool restore_read(struct restore *restore, const char *path, const char *set, uint64_t upto,
                  const struct backup_key *key, struct error *err)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", path, strerror(errno));
    return S_ISDIR(about.st_mode) ? read_set(restore, path, set, upto, key, err)
                                  : read_part(restore, path, key, err);
}

const struct manifest *restore_manifest(const struct restore *restore)
{
    return &restore->manifest;
}

uint64_t restore_parts(const struct restore *restore)
{
    return restore->parts;
}

/* ------------------------------------------------------------------ does it hold? */

static bool same_census(const struct record_census *a, const struct record_census *b)
{
    return a->layout == b->layout && a->generation == b->generation &&
           a->generation_serial == b->generation_serial && a->batches == b->batches &&
           a->office_facts == b->office_facts && a->epochs == b->epochs &&
           a->through == b->through && a->devices == b->devices && a->people == b->people &&
           a->attachments == b->attachments && a->set_aside == b->set_aside &&
           link_equal(&a->office_head, &b->office_head);
}

bool restore_verify(const struct restore *restore, struct record_proof *ret_proof,
                    struct error *err)
{
    char path[RESTORE_PATH_MAX];
    struct record *record = NULL;
    struct record_census census;
    struct seal_public key;
    memcpy(key.bytes, restore->manifest.server, sizeof key.bytes);
    bool good = files_join(restore->folder, "record.db", path, sizeof path, err) &&
                record_open_still(path, &record, err) && record_census(record, &census, err) &&
                (same_census(&census, &restore->manifest.census) ||
                 error_set(err, ERROR_BROKEN, "the record holds other than its manifest says")) &&
                record_verify(record, &key, ret_proof, err);
    record_close(record);
    return good;
}

/* ------------------------------------------------------------------ what was deleted */

static bool hash_of(const char *name, struct link *out)
{
    if (strlen(name) != (size_t)2 * CHAIN_LINK_BYTES ||
        strspn(name, "0123456789abcdef") != (size_t)2 * CHAIN_LINK_BYTES)
        return false;
    for (size_t i = 0; i < CHAIN_LINK_BYTES; i++) {
        const char two[3] = {name[2 * i], name[2 * i + 1], '\0'};
        out->bytes[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return true;
}

static bool forget_in(const char *folder, struct record *record, uint64_t *forgotten,
                      struct error *err)
{
    const struct dirent *entry;
    bool good = true;
    DIR *dir = opendir(folder);
    if (dir == NULL)
        return errno == ENOTDIR || errno == ENOENT || cannot(folder, err);
    while (good && (entry = readdir(dir)) != NULL) {
        struct paper_row row;
        struct error none = {.code = ERROR_NONE};
        struct link hash;
        if (!hash_of(entry->d_name, &hash))
            continue;
        if (!paper_find(record, &hash, &row, &none))
            good = none.code == ERROR_NOT_FOUND || error_set(err, none.code, "%s", none.text);
        else if (row.stand == PAPER_DELETED && unlinkat(dirfd(dir), entry->d_name, 0) == 0)
            ++*forgotten;
    }
    closedir(dir);
    return good;
}

bool restore_forget(const struct restore *restore, struct record *record, uint64_t *ret_forgotten,
                    struct error *err)
{
    char folder[RESTORE_PATH_MAX];
    uint64_t forgotten = 0;
    for (unsigned first = 0; first < 256; first++) {
        char name[32];
        (void)snprintf(name, sizeof name, "attachments/%02x", first);
        if (!files_join(restore->folder, name, folder, sizeof folder, err) ||
            !forget_in(folder, record, &forgotten, err))
            return false;
    }
    *ret_forgotten = forgotten;
    return true;
}

/* ------------------------------------------------------------------ taking its place */

/* Writes `text` with each `from` that ends a path's part replaced by `to`. A manifest may name no
 * folder: then nothing is. */
static bool write_moved(FILE *out, const char *text, const char *from, const char *to)
{
    size_t n = strlen(from);
    for (const char *at; n > 0 && (at = strstr(text, from)) != NULL; text = at + n) {
        bool whole = at[n] == '/' || at[n] == '\n' || at[n] == '\0';
        (void)fwrite(text, 1, (size_t)(at - text), out);
        (void)fputs(whole ? to : from, out);
    }
    (void)fputs(text, out);
    return fflush(out) == 0 && !ferror(out);
}

static bool move_broker(const struct restore *restore, struct error *err)
{
    char path[RESTORE_PATH_MAX], *text = calloc(1, SMALL_FILE_MAX + 1);
    if (text == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = files_join(restore->folder, BROKER_SETTINGS, path, sizeof path, err);
    FILE *file = good ? fopen(path, "r+") : NULL;
    if (file == NULL) {
        free(text);
        return good; /* it had none */
    }
    size_t n = fread(text, 1, SMALL_FILE_MAX, file);
    rewind(file);
    good = n < SMALL_FILE_MAX && ftruncate(fileno(file), 0) == 0 &&
           write_moved(file, text, restore->manifest.folder, restore->folder);
    good = fclose(file) == 0 && good;
    free(text);
    return good || error_set(err, ERROR_LATER, "%s: cannot be written", path);
}

bool restore_finish(struct restore *restore, struct error *err)
{
    char aside[RESTORE_PATH_MAX], path[RESTORE_PATH_MAX];
    if (!move_broker(restore, err) ||
        !files_join(restore->folder, SETTINGS_ASIDE, aside, sizeof aside, err) ||
        !files_join(restore->folder, SETTINGS, path, sizeof path, err))
        return false;
    if (syncfs(restore->record) != 0 || rename(aside, path) != 0 || syncfs(restore->record) != 0)
        return cannot(path, err);
    return true;
}
