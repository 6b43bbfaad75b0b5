/* shim.c - preloaded into the real programs (shim.h). Below the folder it watches it keeps what
 * each unsynced write replaced; a sync of the file forgets that; a cut puts it back, newest first,
 * and ends the process at once. Renames, new names and deletions are taken to be on the disk at
 * once: what they lose is not modelled here. */
#include "tests/faults/shim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 1024
#define SECTOR 512
#define PIECES 65536
#define PIECE_MAX 131072

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t n);

/* What a write replaced. */
struct piece {
    int fd;
    off_t at, size_before; /* of the file */
    size_t n, old_n;       /* written; of it, in `old` */
    unsigned char *old;
};

static struct shim_page *page;
static char dir[512];
static enum { NOT_OURS, DERIVED, OURS } watched[FDS]; /* derived: may be lost */
static struct piece piece[PIECES];
static size_t pieces;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("TRAO_SHIM_PAGE"), *below = getenv("TRAO_SHIM_DIR");
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0 || below == NULL || strlen(below) >= sizeof dir)
        return;
    strcpy(dir, below);
    void *at = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    syscall(SYS_close, fd);
    page = at == MAP_FAILED ? NULL : at;
}

/* Counts; true when this one is to fail. */
static bool fails(enum shim_call call)
{
    if (page == NULL)
        return false;
    int64_t nth = __atomic_add_fetch(&page->calls[call], 1, __ATOMIC_RELAXED);
    int64_t from = page->fail_nth[call];
    if (from == 0 || nth < from || nth >= from + page->fail_times)
        return false;
    __atomic_add_fetch(&page->failed, 1, __ATOMIC_RELAXED);
    return true;
}

/* ---------------------------------------------------------------- memory */

void *malloc(size_t n)
{
    if (!fails(SHIM_MALLOC))
        return __libc_malloc(n);
    errno = ENOMEM;
    return NULL;
}

void *calloc(size_t n, size_t size)
{
    if (!fails(SHIM_MALLOC))
        return __libc_calloc(n, size);
    errno = ENOMEM;
    return NULL;
}

void *realloc(void *old, size_t n)
{
    if (!fails(SHIM_MALLOC))
        return __libc_realloc(old, n);
    errno = ENOMEM;
    return NULL;
}

/* ---------------------------------------------------------------- which files */

static int note(int fd, const char *path)
{
    bool below = page != NULL && strncmp(path, dir, strlen(dir)) == 0;
    bool plain = below && strstr(path, "-shm") == NULL && strstr(path, ".log") == NULL;
    if (fd >= 0 && fd < FDS)
        watched[fd] = !plain                                                              ? NOT_OURS
                      : strstr(path, "views.db") != NULL || strstr(path, ".mark") != NULL ? DERIVED
                                                                                          : OURS;
    return fd;
}

static bool is_watched(int fd)
{
    return page != NULL && fd >= 0 && fd < FDS && watched[fd] != NOT_OURS;
}

int open(const char *path, int flags, ...)
{
    __builtin_va_list args;
    __builtin_va_start(args, flags);
    unsigned mode = __builtin_va_arg(args, unsigned);
    __builtin_va_end(args);
    return note((int)syscall(SYS_openat, AT_FDCWD, path, flags, mode), path);
}

int open64(const char *path, int flags, ...)
{
    __builtin_va_list args;
    __builtin_va_start(args, flags);
    unsigned mode = __builtin_va_arg(args, unsigned);
    __builtin_va_end(args);
    return note((int)syscall(SYS_openat, AT_FDCWD, path, flags, mode), path);
}

/* ---------------------------------------------------------------- what is unsynced */

static void count_unsynced(void)
{
    int64_t n = 0;
    for (size_t i = 0; i < pieces; i++)
        n += watched[piece[i].fd] == OURS;
    page->unsynced = n;
}

static void forget(int fd)
{
    size_t left = 0;
    for (size_t i = 0; i < pieces; i++)
        if (piece[i].fd == fd)
            free(piece[i].old);
        else
            piece[left++] = piece[i];
    pieces = left;
    count_unsynced();
}

static void keep(int fd, off_t at, size_t n)
{
    struct stat info;
    if (pieces == PIECES || n > PIECE_MAX || fstat(fd, &info) != 0)
        return;
    struct piece *p = &piece[pieces];
    *p = (struct piece){.fd = fd, .at = at, .size_before = info.st_size, .n = n};
    p->old = __libc_malloc(n > 0 ? n : 1);
    ssize_t got = p->old != NULL ? syscall(SYS_pread64, fd, p->old, n, at) : -1;
    p->old_n = got > 0 ? (size_t)got : 0;
    pieces++;
    page->unsynced += watched[fd] == OURS;
}

static uint64_t draw(void) /* xorshift64* */
{
    page->seed ^= page->seed >> 12;
    page->seed ^= page->seed << 25;
    page->seed ^= page->seed >> 27;
    return page->seed * UINT64_C(2685821657736338717);
}

/* Sectors that were beyond the end read as zeros, as on a disk whose size was written first. */
static void put_back(const struct piece *p)
{
    static const unsigned char zeros[SECTOR];
    for (size_t from = 0; from < p->n; from += SECTOR) {
        size_t n = p->n - from < SECTOR ? p->n - from : SECTOR;
        if (page->cut_how == SHIM_TEAR && draw() % 2 == 0)
            continue;
        const void *old = from + n <= p->old_n ? p->old + from : zeros;
        syscall(SYS_pwrite64, p->fd, old, n, p->at + (off_t)from);
        page->dropped++;
    }
    if (page->cut_how == SHIM_DROP_ALL)
        syscall(SYS_ftruncate, p->fd, p->size_before);
}

/* Counts a write or sync; at the n-th the power goes. Called with the lock held. */
static void power(void)
{
    int64_t nth = page->calls[SHIM_WRITE] + page->calls[SHIM_SYNC];
    if (page->cut_nth == 0 || nth < page->cut_nth)
        return;
    for (size_t i = pieces; i-- > 0;)
        put_back(&piece[i]);
    page->cut = 1;
    syscall(SYS_exit_group, 137);
}

static ssize_t write_at(int fd, const void *bytes, size_t n, off_t at)
{
    pthread_mutex_lock(&lock);
    bool fail = fails(SHIM_WRITE);
    keep(fd, at, n);
    ssize_t wrote = syscall(SYS_pwrite64, fd, bytes, fail ? n / 2 : n, at); /* a short one fails */
    power();
    pthread_mutex_unlock(&lock);
    if (fail)
        errno = EIO;
    return fail ? -1 : wrote;
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
    return is_watched(fd) ? write_at(fd, bytes, n, at) : syscall(SYS_pwrite64, fd, bytes, n, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off_t at)
{
    return pwrite(fd, bytes, n, at);
}

ssize_t write(int fd, const void *bytes, size_t n)
{
    off_t at = is_watched(fd) ? (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR) : -1;
    if (at < 0)
        return syscall(SYS_write, fd, bytes, n);
    ssize_t wrote = write_at(fd, bytes, n, at);
    if (wrote > 0)
        syscall(SYS_lseek, fd, at + wrote, SEEK_SET);
    return wrote;
}

static int sync_of(int fd, long number)
{
    if (!is_watched(fd))
        return (int)syscall(number, fd);
    pthread_mutex_lock(&lock);
    bool fail = fails(SHIM_SYNC);
    power();
    if (page->sync_us > 0)
        usleep((useconds_t)page->sync_us);
    int done = fail ? -1 : (int)syscall(number, fd);
    if (done == 0 && !page->lies)
        forget(fd);
    pthread_mutex_unlock(&lock);
    if (fail)
        errno = EIO;
    return done;
}

int fsync(int fd)
{
    return sync_of(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_of(fd, SYS_fdatasync);
}

/* What is closed without a sync stays as it was written. */
int close(int fd)
{
    if (is_watched(fd)) {
        pthread_mutex_lock(&lock);
        forget(fd);
        watched[fd] = NOT_OURS;
        pthread_mutex_unlock(&lock);
    }
    return (int)syscall(SYS_close, fd);
}
