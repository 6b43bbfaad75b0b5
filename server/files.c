#include "server/files.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

bool files_join(const char *folder, const char *name, char *out, size_t size, struct error *err)
{
    size_t folder_n = strlen(folder), name_n = strlen(name);
    if (folder_n + 1 + name_n >= size)
        return error_set(err, ERROR_BAD_INPUT, "%s/%s: the path is too long", folder, name);
    memcpy(out, folder, folder_n);
    out[folder_n] = '/';
    memcpy(out + folder_n + 1, name, name_n + 1);
    return true;
}

bool files_write_all(int fd, const void *bytes, size_t n)
{
    const uint8_t *at = bytes;
    while (n > 0) {
        ssize_t wrote = write(fd, at, n);
        if (wrote < 0 && errno != EINTR)
            return false;
        at += wrote > 0 ? wrote : 0;
        n -= wrote > 0 ? (size_t)wrote : 0;
    }
    return true;
}
