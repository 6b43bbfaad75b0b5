#include "tests/lib/small_disk.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return good;
}

/* In there we are who we were: files keep their owners. */
static bool own_user_namespace(void)
{
    char uid[64], gid[64];
    snprintf(uid, sizeof uid, "%u %u 1", geteuid(), geteuid());
    snprintf(gid, sizeof gid, "%u %u 1", getegid(), getegid());
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
           write_text("/proc/self/setgroups", "deny") && write_text("/proc/self/uid_map", uid) &&
           write_text("/proc/self/gid_map", gid);
}

static bool go_apart(void)
{
    return (unshare(CLONE_NEWNS) == 0 || own_user_namespace()) &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

bool small_disk_mount(const char *dir, const char *size)
{
    static bool apart;
    char options[64];
    snprintf(options, sizeof options, "size=%s,mode=0700", size);
    apart = apart || go_apart();
    if (apart && mount("trao-test", dir, "tmpfs", 0, options) == 0)
        return true;
    fprintf(stderr, "SKIPPED: nothing was tried on a full disk: a small tmpfs needs root or user "
                    "namespaces (%m)\n");
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
