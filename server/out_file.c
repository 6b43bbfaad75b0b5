#include "server/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *path, int why, struct error *err)
{
    return error_set(err, ERROR_REFUSED, "%s: %s", path, strerror(why));
}

bool out_file_open(const char *path, struct out_file *ret_file, struct error *err)
{
    struct out_file file = {.aside = true};
    struct stat about;
    char whole[CONFIG_PATH_MAX]; /* what a symbolic link means, not the link, is replaced */
    bool there = stat(path, &about) == 0;
    if (!there && errno != ENOENT)
        return fail(path, errno, err);
    const char *name = there && S_ISREG(about.st_mode) && realpath(path, whole) ? whole : path;
    file.aside = !there || S_ISREG(about.st_mode);
    int n = snprintf(file.path, sizeof file.path, "%s", name);
    int part_n = snprintf(file.part, sizeof file.part, "%s.part", name);
    if (n <= 0 || part_n >= (int)sizeof file.part)
        return fail(path, n <= 0 ? ENOENT : ENAMETOOLONG, err);
    file.fd = file.aside ? open(file.part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
                         : open(file.path, O_WRONLY | O_CLOEXEC);
    if (file.fd < 0)
        return fail(path, errno, err);
    *ret_file = file;
    return true;
}

/* The name too is there after a power cut. */
static bool sync_folder(const char *path)
{
    char folder[CONFIG_PATH_MAX];
    const char *slash = strrchr(path, '/');
    int n = slash == NULL ? 1 : (int)(slash - path);
    (void)snprintf(folder, sizeof folder, "%.*s", n == 0 ? 1 : n, slash == NULL ? "." : path);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool take_name(struct out_file *file)
{
    struct stat about;
    if (fstat(file->fd, &about) != 0)
        return false;
    if (about.st_size == 0) /* nothing was there to write */
        return unlink(file->part) == 0;
    return fsync(file->fd) == 0 && rename(file->part, file->path) == 0 && sync_folder(file->path);
}

bool out_file_close(struct out_file *file, bool keep, struct error *err)
{
    bool good = !file->aside || !keep || take_name(file);
    int why = errno;
    if (close(file->fd) != 0 && good && keep) {
        good = false;
        why = errno;
    }
    if (file->aside && (!keep || !good))
        unlink(file->part);
    return good || fail(file->path, why, err);
}
