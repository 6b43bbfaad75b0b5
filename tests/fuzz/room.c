#include "room.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/error.h"
#include "protocol/whole.h"

static char folder[64];

static int remove_below(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    return walk->level == 0 ? 0 : remove(path);
}

static void leave(void)
{
    (void)nftw(folder, remove_below, 16, FTW_DEPTH | FTW_PHYS);
    (void)rmdir(folder);
}

const char *room(void)
{
    if (*folder)
        return folder;
    (void)snprintf(folder, sizeof folder, "%s/trao-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    invariant(mkdtemp(folder) != NULL && atexit(leave) == 0);
    return folder;
}

char *room_path(const char *name, char out[ROOM_PATH_MAX])
{
    int n = snprintf(out, ROOM_PATH_MAX, "%s/%s", room(), name);
    invariant(n > 0 && n < ROOM_PATH_MAX);
    return out;
}

void room_put(const char *name, const void *bytes, size_t n)
{
    char path[ROOM_PATH_MAX];
    int fd = open(room_path(name, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    invariant(fd >= 0 && whole_write(fd, bytes, n));
    close(fd);
}

void room_clear(const char *name)
{
    char path[ROOM_PATH_MAX];
    (void)nftw(room_path(name, path), remove_below, 16, FTW_DEPTH | FTW_PHYS);
}

/* With FUZZ_UNSYNCED. */
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_fsync(int fd)
{
    (void)fd;
    return 0;
}
int __wrap_fdatasync(int fd)
{
    (void)fd;
    return 0;
}
