#include "server/notify/sms_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/chain.h"

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

static void name_it(const char *name, const char *bytes, size_t n, char out[NOTIFY_TEXT_ID_MAX + 1])
{
    char all[NAME_MAX + 1 + FILE_MAX];
    size_t name_n = strlen(name);
    memcpy(all, name, name_n + 1);
    memcpy(all + name_n + 1, bytes, n);
    struct link hash = chain_hash(all, name_n + 1 + n);
    chain_hex(hash.bytes, NOTIFY_TEXT_ID_MAX / 2, out);
}

static bool take_file(int folder, const char *name, sms_file_reads *reads, sms_take_text *take,
                      void *ctx, struct error *err)
{
    char bytes[FILE_MAX], id[NOTIFY_TEXT_ID_MAX + 1];
    char from[NOTIFY_FROM_MAX + 1] = "", text[SMS_TEXT_MAX + 1] = "";
    ssize_t n = read_file(folder, name, bytes);
    if (n < 0 || !reads(name, bytes, (size_t)n, from, text))
        return true;
    name_it(name, bytes, (size_t)n, id);
    if (*from != '\0' && !take(ctx, &(struct sms_text){id, from, text}, err))
        return false;
    return unlinkat(folder, name, 0) == 0 || errno == ENOENT ||
           error_set(err, ERROR_LATER, "a text from a phone: %s", strerror(errno));
}

bool sms_folder_take(int folder, sms_file_reads *reads, sms_take_text *take, void *ctx,
                     struct error *err)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (dir == NULL) {
        error_set(err, ERROR_LATER, "texts from phones: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    bool good = true;
    for (struct dirent *entry = readdir(dir); good && entry != NULL; entry = readdir(dir))
        good = entry->d_name[0] == '.' || take_file(folder, entry->d_name, reads, take, ctx, err);
    closedir(dir);
    return good;
}
