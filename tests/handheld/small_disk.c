#include "tests/handheld/small_disk.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

bool small_disk_mount(const char *dir)
{
    static bool apart;
    if (!apart)
        apart = unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    if (apart && mount("trao-test", dir, "tmpfs", 0, "size=2m,mode=0700") == 0)
        return true;
    printf("skipped: mounting a small tmpfs needs root\n");
    return false;
}

void small_disk_unmount(const char *dir)
{
    umount2(dir, MNT_DETACH);
}

void small_disk_fill(const char *dir)
{
    char path[PATH_MAX], bytes[256];
    snprintf(path, sizeof path, "%s/filler", dir);
    memset(bytes, 1, sizeof bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    while (write(fd, bytes, sizeof bytes) > 0) {
    }
    close(fd);
}
