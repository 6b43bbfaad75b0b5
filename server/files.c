#include "server/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool files_join(const char *folder, const char *name, char *out, size_t size, struct error *err)
{
    if (strlen(folder) + 1 + strlen(name) >= size)
        return error_set(err, ERROR_BAD_INPUT, "%s/%s: the path is too long", folder, name);
    snprintf(out, size, "%s/%s", folder, name);
    return true;
}

int files_nameless(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char path[PATH_MAX]; /* a file system that has no such files */
    if ((size_t)snprintf(path, sizeof path, "%s/nameless.XXXXXX", folder) >= sizeof path)
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    return fd;
}

bool files_has_room(int fd, uint64_t more)
{
    struct statvfs disk;
    return fstatvfs(fd, &disk) != 0 ||
           (uint64_t)disk.f_bavail * disk.f_frsize >= FILES_LEAVE_BYTES + more;
}
