#include "server/notify/sms_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/chain.h"
#include "server/text/text.h"

#define FILE_MAX 4096

/* -1: it cannot be read now, or is no plain file; longer ones are cut. */
static ssize_t read_file(int folder, const char *name, char out[FILE_MAX])
{
    struct stat about;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t n =
        fd >= 0 && fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? read(fd, out, FILE_MAX) : -1;
    if (fd >= 0)
        close(fd);
    return n;
}

/* A text as it is put together of its parts. */
struct whole {
    char names[SMS_PARTS_MAX][NAME_MAX + 1];
    size_t n;
    struct link hash; /* of names and bytes */
    char from[NOTIFY_FROM_MAX + 1], text[SMS_TEXT_MAX + 1];
};

static void add_to_hash(struct whole *whole, const char *name, const char *bytes, size_t n)
{
    char all[sizeof whole->hash + NAME_MAX + 1 + FILE_MAX];
    size_t name_n = strlen(name), at = whole->n == 0 ? 0 : sizeof whole->hash;
    memcpy(all, &whole->hash, at);
    memcpy(all + at, name, name_n + 1);
    memcpy(all + at + name_n + 1, bytes, n);
    whole->hash = chain_hash(all, at + name_n + 1 + n);
    chain_wipe(all, sizeof all);
}

/* False: there is no such file now, or it is no text. */
static bool add_part(const struct sms_folder *folder, const char *name, struct whole *whole)
{
    char bytes[FILE_MAX], from[NOTIFY_FROM_MAX + 1] = "", text[SMS_TEXT_MAX + 1] = "";
    ssize_t n = read_file(folder->fd, name, bytes);
    if (n < 0 || !folder->reads(name, bytes, (size_t)n, from, text))
        return false;
    add_to_hash(whole, name, bytes, (size_t)n);
    (void)snprintf(whole->names[whole->n++], NAME_MAX + 1, "%s", name);
    if (whole->n == 1)
        memcpy(whole->from, from, sizeof from);
    size_t had = strlen(whole->text);
    (void)text_copy(text, whole->text + had, sizeof whole->text - had);
    return true;
}

/* No part of it came since the last look. */
static bool is_settled(struct sms_folder *folder, const struct whole *whole)
{
    struct link hash = chain_hash(whole->names[0], strlen(whole->names[0]));
    uint64_t name;
    size_t i = 0;
    memcpy(&name, hash.bytes, sizeof name);
    while (i < folder->waits_n && folder->waits[i].name != name)
        i++;
    bool known = i < folder->waits_n;
    if (known ? folder->waits[i].parts == whole->n : i == SMS_FOLDER_WAITS) {
        if (known)
            folder->waits[i] = folder->waits[--folder->waits_n];
        return true;
    }
    folder->waits_n += !known;
    folder->waits[i].name = name;
    folder->waits[i].parts = whole->n;
    return false;
}

static bool drop(const struct sms_folder *folder, const char *name, struct error *err)
{
    return unlinkat(folder->fd, name, 0) == 0 || errno == ENOENT ||
           error_set(err, ERROR_LATER, "a text from a phone: %s", strerror(errno));
}

/* The first goes first: what is left of a text after a crash then has none, and says nothing. */
static bool hand_over(const struct sms_folder *folder, const struct whole *whole,
                      sms_take_text *take, void *ctx, struct error *err)
{
    char id[NOTIFY_TEXT_ID_MAX + 1];
    chain_hex(whole->hash.bytes, NOTIFY_TEXT_ID_MAX / 2, id);
    if (*whole->from != '\0' && !take(ctx, &(struct sms_text){id, whole->from, whole->text}, err))
        return false;
    for (size_t i = 0; i < whole->n; i++)
        if (!drop(folder, whole->names[i], err))
            return false;
    return true;
}

static bool take_file(struct sms_folder *folder, const char *name, sms_take_text *take, void *ctx,
                      struct error *err)
{
    struct whole whole = {.n = 0};
    char first[NAME_MAX + 1], next[NAME_MAX + 1];
    bool parts = folder->part != NULL && folder->part(name, 0, first);
    if (parts && strcmp(first, name) != 0)
        return faccessat(folder->fd, first, F_OK, 0) == 0 || drop(folder, name, err);
    if (!add_part(folder, name, &whole))
        return true;
    while (parts && whole.n < SMS_PARTS_MAX && folder->part(name, (unsigned)whole.n, next) &&
           add_part(folder, next, &whole))
        ;
    bool is_long = parts && (whole.n > 1 || strlen(whole.text) >= SMS_LONG_BYTES);
    bool good =
        (is_long && !is_settled(folder, &whole)) || hand_over(folder, &whole, take, ctx, err);
    chain_wipe(&whole, sizeof whole);
    return good;
}

bool sms_folder_take(struct sms_folder *folder, sms_take_text *take, void *ctx, struct error *err)
{
    int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        error_set(err, ERROR_LATER, "texts from phones: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool good = true;
    for (struct dirent *entry = readdir(dir); good && entry != NULL; entry = readdir(dir))
        good = entry->d_name[0] == '.' || take_file(folder, entry->d_name, take, ctx, err);
    closedir(dir);
    return good;
}
