#include "handheld/attach_store.h"
#include "protocol/whole.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define PICTURE_SHARE 16 /* of 16 parts of the budget, pictures leave one to the rest */
#define DISK_RESERVE 20  /* one part of so many stays free for the scans [reliability.md, d] */
#define AHEAD 64         /* files looked up at once: memory stays flat, however many wait */

enum place { DOOR, QUEUE, ASIDE, PLACES };
static const char *const places[PLACES] = {"door", "queue", "aside"};

struct attach_store {
    char dir[PATH_MAX];
    int fd[PLACES]; /* of the three folders */
    struct clock clock;
    uint64_t budget;
    uint64_t bytes[PLACES], files[PLACES];
    uint64_t last_door;
    bool full;
    struct attach_file ahead[AHEAD]; /* the first of queue/, in order */
    size_t ahead_n, ahead_at;
};

/* ------------------------------------------------------------------ names of files */

#define NAME_MAX_BYTES 96

/* "00000000000000000042-5-<hash>": sorted by name, they are in the order of doors and kinds. */
static char *name_of(const struct attach_file *file, char out[NAME_MAX_BYTES])
{
    int at = snprintf(out, NAME_MAX_BYTES, "%020" PRIu64 "-%d-", file->door, (int)file->kind);
    (void)chain_hex(file->hash.bytes, CHAIN_LINK_BYTES, out + at);
    return out;
}

/* As name_of writes it; what is not hexadecimal reads as another name and is found out there. */
static bool hash_read(const char *text, struct link *ret_hash)
{
    if (strlen(text) != 2 * (size_t)CHAIN_LINK_BYTES)
        return false;
    for (size_t i = 0; i < CHAIN_LINK_BYTES; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        ret_hash->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

static bool name_read(const char *name, struct attach_file *ret_file)
{
    struct attach_file file;
    char *end = NULL, again[NAME_MAX_BYTES];
    file.door = strtoull(name, &end, 10);
    if (*end != '-' || end[1] < '0' || end[1] > '9' || end[2] != '-' ||
        !paper_is_known((uint32_t)(end[1] - '0')))
        return false;
    file.kind = (enum paper)(end[1] - '0');
    if (!hash_read(end + 3, &file.hash))
        return false;
    *ret_file = file;
    return strcmp(name_of(&file, again), name) == 0;
}

static bool is_picture(enum paper kind)
{
    return kind == PAPER_PHOTO || kind == PAPER_SIGNATURE;
}

/* The order of sending: a receiver's name never waits behind yesterday's photos. */
static int order(const void *a, const void *b)
{
    const struct attach_file *x = a, *y = b;
    if (is_picture(x->kind) != is_picture(y->kind))
        return is_picture(x->kind) ? 1 : -1;
    if (x->door != y->door)
        return x->door < y->door ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return memcmp(x->hash.bytes, y->hash.bytes, sizeof x->hash.bytes);
}

/* ------------------------------------------------------------------ looking through a folder */

/* Calls `each` for every file of a place with its size and time; removes what has no such name (a
 * half-written one). */
static bool look_through(struct attach_store *store, enum place place,
                         void (*each)(struct attach_store *store, const struct attach_file *file,
                                      const struct stat *info, void *ctx),
                         void *ctx, struct error *err)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/%s", store->dir, places[place]);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return error_set(err, ERROR_LATER, "attachments: %s: %m", path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        struct attach_file file;
        struct stat info;
        if (entry->d_name[0] == '.' ||
            fstatat(store->fd[place], entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (name_read(entry->d_name, &file))
            each(store, &file, &info, ctx);
        else
            unlinkat(store->fd[place], entry->d_name, 0);
    }
    closedir(dir);
    return true;
}

static void count(struct attach_store *store, enum place place, int64_t bytes, int files)
{
    store->bytes[place] += (uint64_t)bytes;
    store->files[place] += (uint64_t)(int64_t)files;
}

static void take_away(struct attach_store *store, enum place place, const struct attach_file *file)
{
    char name[NAME_MAX_BYTES];
    struct stat info;
    if (fstatat(store->fd[place], name_of(file, name), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
        unlinkat(store->fd[place], name, 0) == 0)
        count(store, place, -info.st_size, -1);
}

static void count_one(struct attach_store *store, const struct attach_file *file,
                      const struct stat *info, void *ctx)
{
    enum place place = *(enum place *)ctx;
    count(store, place, info->st_size, 1);
    if (place != ASIDE && file->door > store->last_door)
        store->last_door = file->door;
}

static void remove_one(struct attach_store *store, const struct attach_file *file,
                       const struct stat *info, void *ctx)
{
    (void)info;
    take_away(store, *(enum place *)ctx, file);
}

static void remove_old(struct attach_store *store, const struct attach_file *file,
                       const struct stat *info, void *ctx)
{
    const int64_t *now_ms = ctx;
    if (*now_ms - (int64_t)info->st_mtim.tv_sec * 1000 > ATTACH_ASIDE_MS)
        take_away(store, ASIDE, file);
}

/* ------------------------------------------------------------------ open, close */

static int open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool open_places(struct attach_store *store, struct error *err)
{
    bool good = true;
    for (enum place place = DOOR; good && place < PLACES; place++) {
        char path[PATH_MAX + 16];
        snprintf(path, sizeof path, "%s/%s", store->dir, places[place]);
        store->fd[place] = open_folder(path);
        bool made = store->fd[place] < 0 && errno == ENOENT &&
                    (mkdir(store->dir, 0700) == 0 || errno == EEXIST) && mkdir(path, 0700) == 0;
        if (made)
            store->fd[place] = open_folder(path);
        good = store->fd[place] >= 0;
    }
    return good || error_set(err, ERROR_LATER, "attachments: %s: %m", store->dir);
}

static bool look_around(struct attach_store *store, struct error *err)
{
    int64_t now_ms = store->clock.now(store->clock.self).ms;
    enum place place = DOOR;
    for (; place < PLACES; place++)
        if (!look_through(store, place, count_one, &place, err))
            return false;
    attach_store_clear_door(store);
    return store->files[ASIDE] == 0 || look_through(store, ASIDE, remove_old, &now_ms, err);
}

bool attach_store_open(const struct attach_store_config *config, struct attach_store **ret_store,
                       struct error *err)
{
    struct attach_store *store = calloc(1, sizeof *store);
    if (store == NULL)
        return error_set(err, ERROR_LATER, "attachments: no memory");
    for (int place = 0; place < PLACES; place++)
        store->fd[place] = -1;
    store->clock = config->clock;
    store->budget = config->budget_bytes == 0 ? ATTACH_BUDGET_BYTES : config->budget_bytes;
    int n = snprintf(store->dir, sizeof store->dir, "%s/attachments", config->dir);
    bool good = (n > 0 && n < (int)sizeof store->dir) ||
                error_set(err, ERROR_BAD_INPUT, "attachments: the folder's name is too long");
    if (!good || !open_places(store, err) || !look_around(store, err)) {
        attach_store_close(store);
        return false;
    }
    *ret_store = store;
    return true;
}

void attach_store_close(struct attach_store *store)
{
    if (store == NULL)
        return;
    for (int place = 0; place < PLACES; place++)
        if (store->fd[place] >= 0)
            close(store->fd[place]);
    free(store);
}

/* ------------------------------------------------------------------ in */

static bool budget_has_room(const struct attach_store *store, enum paper kind, size_t n)
{
    uint64_t used = store->bytes[DOOR] + store->bytes[QUEUE] + store->bytes[ASIDE];
    uint64_t most =
        is_picture(kind) ? store->budget - store->budget / PICTURE_SHARE : store->budget;
    return used + n <= most;
}

static bool disk_has_room(const struct attach_store *store, size_t n)
{
    struct statvfs fs;
    if (fstatvfs(store->fd[DOOR], &fs) != 0)
        return false;
    return (uint64_t)fs.f_bavail >= fs.f_blocks / DISK_RESERVE + n / fs.f_frsize + 1;
}

/* Half-written, it has no name of ours: the next start removes it. */
static bool write_file(struct attach_store *store, const char *name, const uint8_t *bytes, size_t n,
                       struct error *err)
{
    int fd = openat(store->fd[DOOR], "new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = fd >= 0 && whole_write(fd, bytes, n) && fsync(fd) == 0 &&
                renameat(store->fd[DOOR], "new", store->fd[DOOR], name) == 0 &&
                fsync(store->fd[DOOR]) == 0;
    if (!good)
        error_set(err, ERROR_LATER, "không lưu được chứng từ: %m. / attachment not stored");
    if (!good && fd >= 0)
        unlinkat(store->fd[DOOR], "new", 0);
    if (fd >= 0)
        close(fd);
    return good;
}

bool attach_store_put(struct attach_store *store, enum paper kind, const struct link *hash,
                      const uint8_t *bytes, size_t n, struct error *err)
{
    struct attach_file file = {.kind = kind, .hash = *hash};
    char name[NAME_MAX_BYTES];
    store->full = !budget_has_room(store, kind, n) || !disk_has_room(store, n);
    if (store->full)
        return error_set(err, ERROR_LATER,
                         "hết chỗ lưu chứng từ; vẫn quét được. / no room for attachments");
    if (!write_file(store, name_of(&file, name), bytes, n, err))
        return false;
    count(store, DOOR, (int64_t)n, 1);
    return true;
}

void attach_store_drop(struct attach_store *store, const struct attach_file *file)
{
    struct attach_file at_door = {.kind = file->kind, .hash = file->hash};
    take_away(store, DOOR, &at_door);
}

void attach_store_clear_door(struct attach_store *store)
{
    enum place place = DOOR;
    if (store->files[DOOR] > 0)
        (void)look_through(store, place, remove_one, &place, NULL);
}

/* ------------------------------------------------------------------ from the door to the queue */

static bool change_over(struct attach_store *store, const struct attach_file *from,
                        enum place from_place, const struct attach_file *to, enum place to_place)
{
    char old_name[NAME_MAX_BYTES], new_name[NAME_MAX_BYTES];
    struct stat info;
    if (fstatat(store->fd[from_place], name_of(from, old_name), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT; /* it went with an earlier scan of this door */
    if (renameat(store->fd[from_place], old_name, store->fd[to_place], name_of(to, new_name)) != 0)
        return false;
    count(store, from_place, -info.st_size, -1);
    count(store, to_place, info.st_size, 1);
    return true;
}

bool attach_store_queue(struct attach_store *store, const struct link *list,
                        const struct attach_file *files, size_t n, struct error *err)
{
    struct attach_file from = {.kind = PAPER_LIST, .hash = *list}, to = from;
    to.door = ++store->last_door;
    store->ahead_n = store->ahead_at = 0;
    bool good = change_over(store, &from, DOOR, &to, QUEUE);
    for (size_t i = 0; good && i < n; i++) {
        from = to = files[i];
        from.door = 0;
        to.door = store->last_door;
        good = change_over(store, &from, DOOR, &to, QUEUE);
    }
    good = good && fsync(store->fd[QUEUE]) == 0;
    return good || error_set(err, ERROR_LATER, "không lưu được chứng từ: %m. / not stored");
}

/* ------------------------------------------------------------------ out */

/* Keeps the AHEAD first ones, sorted. */
static void keep_first(struct attach_store *store, const struct attach_file *file,
                       const struct stat *info, void *ctx)
{
    struct attach_file *ahead = store->ahead;
    (void)info;
    (void)ctx;
    size_t at = store->ahead_n;
    if (at == AHEAD && order(file, &ahead[AHEAD - 1]) > 0)
        return;
    if (at == AHEAD)
        at--;
    else
        store->ahead_n++;
    for (; at > 0 && order(file, &ahead[at - 1]) < 0; at--)
        ahead[at] = ahead[at - 1];
    ahead[at] = *file;
}

bool attach_store_first(struct attach_store *store, struct attach_file *ret_file, struct error *err)
{
    if (store->files[QUEUE] == 0)
        return error_set(err, ERROR_NOT_FOUND, "attachments: none waits");
    if (store->ahead_at == store->ahead_n) {
        store->ahead_n = store->ahead_at = 0;
        if (!look_through(store, QUEUE, keep_first, NULL, err))
            return false;
    }
    if (store->ahead_n == 0) {
        store->files[QUEUE] = store->bytes[QUEUE] = 0; /* somebody emptied the folder */
        return error_set(err, ERROR_NOT_FOUND, "attachments: none waits");
    }
    *ret_file = store->ahead[store->ahead_at];
    return true;
}

static int open_queued(struct attach_store *store, const struct attach_file *file,
                       struct error *err)
{
    char name[NAME_MAX_BYTES];
    int fd = openat(store->fd[QUEUE], name_of(file, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        error_set(err, errno == ENOENT ? ERROR_BROKEN : ERROR_LATER, "attachment: %m");
    return fd;
}

#define PART_BYTES 16384

struct parts {
    int fd;
    uint64_t n;
    bool failed;
    uint8_t bytes[PART_BYTES];
};

static size_t next_part(void *ctx, const void **ret_bytes)
{
    struct parts *parts = ctx;
    ssize_t got = read(parts->fd, parts->bytes, sizeof parts->bytes);
    parts->failed = got < 0;
    *ret_bytes = parts->bytes;
    parts->n += got > 0 ? (uint64_t)got : 0;
    return got > 0 ? (size_t)got : 0;
}

bool attach_store_check(struct attach_store *store, const struct attach_file *file, uint32_t *ret_n,
                        struct error *err)
{
    struct parts parts = {.fd = open_queued(store, file, err)};
    if (parts.fd < 0)
        return false;
    struct link hash = chain_hash_parts(next_part, &parts);
    close(parts.fd);
    if (parts.failed)
        return error_set(err, ERROR_LATER, "an attachment cannot be read");
    if (parts.n == 0 || parts.n > ATTACHMENT_CLOSED_MAX || !link_equal(&hash, &file->hash))
        return error_set(err, ERROR_BROKEN, "an attachment is damaged on this device");
    *ret_n = (uint32_t)parts.n;
    return true;
}

bool attach_store_piece(struct attach_store *store, const struct attach_file *file, uint32_t offset,
                        uint8_t *out, size_t n, struct error *err)
{
    int fd = open_queued(store, file, err);
    if (fd < 0)
        return false;
    ssize_t got = pread(fd, out, n, (off_t)offset);
    close(fd);
    if (got < 0)
        return error_set(err, ERROR_LATER, "attachment: %m");
    return (size_t)got == n || error_set(err, ERROR_BROKEN, "an attachment was cut short");
}

static void step_ahead(struct attach_store *store, const struct attach_file *file)
{
    if (store->ahead_at < store->ahead_n && order(file, &store->ahead[store->ahead_at]) == 0)
        store->ahead_at++;
    else
        store->ahead_n = store->ahead_at = 0;
}

void attach_store_forget(struct attach_store *store, const struct attach_file *file)
{
    take_away(store, QUEUE, file);
    step_ahead(store, file);
}

/* The time it was set aside is the file's from now on. */
void attach_store_set_aside(struct attach_store *store, const struct attach_file *file)
{
    char name[NAME_MAX_BYTES];
    int64_t now_ms = store->clock.now(store->clock.self).ms;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = now_ms / 1000}};
    if (change_over(store, file, QUEUE, file, ASIDE))
        (void)utimensat(store->fd[ASIDE], name_of(file, name), times, AT_SYMLINK_NOFOLLOW);
    step_ahead(store, file);
}

struct attach_counts attach_store_counts(const struct attach_store *store)
{
    return (struct attach_counts){.waiting = store->files[QUEUE],
                                  .bytes = store->bytes[QUEUE],
                                  .aside = store->files[ASIDE],
                                  .budget_bytes = store->budget,
                                  .full = store->full};
}
