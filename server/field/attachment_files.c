#include "server/field/attachment_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define DISK_RESERVE 20                       /* one part of so many stays free for the record */
#define PART_KEEP_MS (30 * INT64_C(86400000)) /* 30 days */

static char *hex(const struct link *hash, char out[2 * CHAIN_LINK_BYTES + 1])
{
    return chain_hex(hash->bytes, sizeof hash->bytes, out);
}

bool attachments_path(const char *folder, const struct link *hash, char out[ATTACHMENTS_PATH_MAX],
                      struct error *err)
{
    char name[2 * CHAIN_LINK_BYTES + 1];
    int n = snprintf(out, ATTACHMENTS_PATH_MAX, "%s/attachments/%.2s/%s", folder, hex(hash, name),
                     name);
    return n < ATTACHMENTS_PATH_MAX || error_set(err, ERROR_BAD_INPUT, "the folder's name is long");
}

void attachment_part_path(const char *folder, const char *device, const struct link *hash,
                          char out[ATTACHMENTS_PATH_MAX])
{
    char name[2 * CHAIN_LINK_BYTES + 1];
    (void)snprintf(out, ATTACHMENTS_PATH_MAX, "%s/partial/%s.%s", folder, device, hex(hash, name));
}

bool attachment_folder_make(const char *path, struct error *err)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

static bool sync_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

bool attachment_file_read(const char *path, uint8_t **new_bytes, size_t *ret_n, struct error *err)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return error_set(err, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_LATER, "attachment: %s",
                         strerror(errno));
    bool good = fstat(fd, &info) == 0 && (uint64_t)info.st_size <= ATTACHMENT_CLOSED_MAX;
    size_t n = good ? (size_t)info.st_size : 0, at = 0;
    uint8_t *bytes = good ? malloc(n + 1) : NULL;
    ssize_t got;
    while (bytes != NULL && at < n && (got = read(fd, bytes + at, n - at)) > 0)
        at += (size_t)got;
    close(fd);
    if (bytes == NULL || at < n) {
        free(bytes);
        return error_set(err, ERROR_LATER, "an attachment cannot be read");
    }
    *new_bytes = bytes;
    *ret_n = n;
    return true;
}

bool attachment_part_place(const char *folder, const char *part, const struct link *hash,
                           struct error *err)
{
    char path[ATTACHMENTS_PATH_MAX + 80], own[ATTACHMENTS_PATH_MAX + 8];
    char name[2 * CHAIN_LINK_BYTES + 1];
    (void)snprintf(own, sizeof own, "%s/%02x", folder, hash->bytes[0]);
    (void)snprintf(path, sizeof path, "%s/%s", own, hex(hash, name));
    int fd = open(part, O_RDONLY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0 && attachment_folder_make(own, err) &&
                rename(part, path) == 0 && sync_folder(own) && sync_folder(folder);
    if (fd >= 0)
        close(fd);
    return good || error_set(err, ERROR_LATER, "attachment not stored: %s", strerror(errno));
}

size_t attachment_parts(const char *folder, const char *device, const char *but)
{
    char path[ATTACHMENTS_PATH_MAX + 16], begin[DEVICE_NAME_MAX + 2];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/partial", folder);
    int begin_n = snprintf(begin, sizeof begin, "%s.", device);
    const char *own = strrchr(but, '/') + 1;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n += strncmp(entry->d_name, begin, (size_t)begin_n) == 0 && strcmp(entry->d_name, own) != 0;
    closedir(dir);
    return n;
}

bool attachment_disk_has_room(const char *folder, uint32_t n)
{
    struct statvfs fs;
    return statvfs(folder, &fs) == 0 &&
           (uint64_t)fs.f_bavail >= fs.f_blocks / DISK_RESERVE + n / fs.f_frsize + 1;
}

uint32_t attachment_part_bytes(const char *part)
{
    struct stat info;
    return stat(part, &info) == 0 && (uint64_t)info.st_size <= ATTACHMENT_CLOSED_MAX
               ? (uint32_t)info.st_size
               : 0;
}

bool attachment_part_append(const char *part, const struct attachment_chunk *chunk, uint32_t *have)
{
    if (chunk->offset != *have || chunk->data.n == 0)
        return true;
    int fd = open(part, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool good = fd >= 0 && pwrite(fd, chunk->data.bytes, chunk->data.n, (off_t)*have) ==
                               (ssize_t)chunk->data.n;
    if (!good && fd >= 0 && ftruncate(fd, (off_t)*have) != 0)
        unlink(part);
    if (fd >= 0)
        close(fd);
    if (good)
        *have += (uint32_t)chunk->data.n;
    return good;
}

void attachment_parts_forget(const char *folder, struct instant now)
{
    char path[ATTACHMENTS_PATH_MAX + 16];
    (void)snprintf(path, sizeof path, "%s/partial", folder);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct stat info;
        if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &info, 0) == 0 &&
            now.ms - (int64_t)info.st_mtim.tv_sec * 1000 > PART_KEEP_MS)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
}
