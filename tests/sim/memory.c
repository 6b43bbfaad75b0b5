#include "tests/sim/memory.h"

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "protocol/error.h"
#include "tests/sim/bytes.h"

#define BUCKETS 1024
#define REGIONS_MAX 64

/* A file lives while it has a name or is open. */
struct handle;
struct file {
    struct file *next; /* of its bucket */
    char path[512];
    bool named;
    unsigned handles;
    struct bytes bytes;
    unsigned shared;           /* handles with SQLITE_LOCK_SHARED or more */
    struct handle *reserved;   /* who will write */
    struct handle *exclusive;  /* who waits for it, or has it: nobody else may begin */
    unsigned mapped;           /* handles that use the index of the log */
    void *region[REGIONS_MAX]; /* of that index */
    unsigned readers[SQLITE_SHM_NLOCK];
    struct handle *writer[SQLITE_SHM_NLOCK];
};

/* An open of it. */
struct handle {
    sqlite3_file file; /* first */
    struct file *of;
    int level;
    bool maps;
    unsigned reads; /* locks of the index that are held to read, by bits */
    bool gone_at_close;
};

static struct file *bucket[BUCKETS];
static atomic_flag busy = ATOMIC_FLAG_INIT;
static sqlite3_vfs disk;

/* Views are caught up with by threads; nearly always nobody is in the way, and a call is short. */
static void enter(void)
{
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
        continue;
}

static void leave(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

/* ---------------------------------------------------------------- files by name */

static struct file **bucket_of(const char *path)
{
    uint32_t hash = 2166136261U;
    for (const char *at = path; *at != '\0'; at++)
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    return &bucket[hash % BUCKETS];
}

static struct file *find(const char *path)
{
    for (struct file *file = *bucket_of(path); file != NULL; file = file->next)
        if (file->named && strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

static struct file *make(const char *path)
{
    struct file *file = calloc(1, sizeof *file);
    invariant(file != NULL && strlen(path) < sizeof file->path);
    strcpy(file->path, path);
    file->named = path[0] != '\0';
    struct file **in = bucket_of(path);
    file->next = *in;
    *in = file;
    return file;
}

static void unlist(struct file *file)
{
    struct file **at = bucket_of(file->path);
    while (*at != file)
        at = &(*at)->next;
    *at = file->next;
}

static void let_go(struct file *file)
{
    if (file->named || file->handles > 0)
        return;
    unlist(file);
    bytes_done(&file->bytes);
    free(file);
}

static bool unname(const char *path)
{
    struct file *file = find(path);
    if (file != NULL) {
        file->named = false;
        let_go(file);
    }
    return file != NULL;
}

/* ---------------------------------------------------------------- bytes */

#define OF(f) (((struct handle *)(f))->of)

static int f_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    const struct file *file = OF(f);
    enter();
    size_t got = bytes_read(&file->bytes, (size_t)at, out, (size_t)n);
    leave();
    memset((uint8_t *)out + got, 0, (size_t)n - got);
    return got == (size_t)n ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int f_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    struct file *file = OF(f);
    enter();
    bytes_write(&file->bytes, (size_t)at, bytes, (size_t)n);
    leave();
    return SQLITE_OK;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
    enter();
    bytes_resize(&OF(f)->bytes, (size_t)n);
    leave();
    return SQLITE_OK;
}

static int f_sync(sqlite3_file *f, int flags)
{
    (void)f;
    (void)flags;
    return SQLITE_OK;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
    enter();
    *size = (sqlite3_int64)OF(f)->bytes.n;
    leave();
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- locks of a file */

static bool may_have(const struct file *file, const struct handle *handle, int level)
{
    bool mine = file->exclusive == NULL || file->exclusive == handle;
    if (level == SQLITE_LOCK_SHARED)
        return mine;
    if (level == SQLITE_LOCK_RESERVED)
        return mine && (file->reserved == NULL || file->reserved == handle);
    return mine && (file->reserved == NULL || file->reserved == handle) && file->shared == 1;
}

static int f_lock(sqlite3_file *f, int level)
{
    struct handle *handle = (struct handle *)f;
    struct file *file = handle->of;
    enter();
    bool good = handle->level >= level || may_have(file, handle, level);
    if (good && handle->level < level) {
        file->shared += handle->level == SQLITE_LOCK_NONE;
        if (level >= SQLITE_LOCK_RESERVED)
            file->reserved = handle;
        if (level == SQLITE_LOCK_EXCLUSIVE)
            file->exclusive = handle;
        handle->level = level;
    }
    leave();
    return good ? SQLITE_OK : SQLITE_BUSY;
}

static void lower(struct handle *handle, int level)
{
    struct file *file = handle->of;
    if (handle->level <= level)
        return;
    if (file->reserved == handle)
        file->reserved = NULL;
    if (file->exclusive == handle)
        file->exclusive = NULL;
    if (level == SQLITE_LOCK_NONE)
        file->shared--;
    handle->level = level;
}

static int f_unlock(sqlite3_file *f, int level)
{
    enter();
    lower((struct handle *)f, level);
    leave();
    return SQLITE_OK;
}

static int f_check(sqlite3_file *f, int *out)
{
    enter();
    *out = OF(f)->reserved != NULL;
    leave();
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- the index of the log */

static int f_shm_map(sqlite3_file *f, int nth, int size, int extend, void volatile **out)
{
    struct handle *handle = (struct handle *)f;
    struct file *file = handle->of;
    invariant(nth < REGIONS_MAX);
    enter();
    file->mapped += !handle->maps;
    handle->maps = true;
    if (file->region[nth] == NULL && extend)
        file->region[nth] = calloc(1, (size_t)size);
    *out = file->region[nth];
    leave();
    return SQLITE_OK;
}

static bool shm_is_free(const struct file *file, const struct handle *handle, int nth, int flags)
{
    bool reads = (handle->reads >> nth & 1) != 0;
    if (file->writer[nth] != NULL && file->writer[nth] != handle)
        return false;
    return (flags & SQLITE_SHM_SHARED) != 0 || file->readers[nth] == (reads ? 1U : 0U);
}

static void shm_take(struct handle *handle, int nth, int flags)
{
    struct file *file = handle->of;
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0) {
        file->writer[nth] = handle;
        return;
    }
    file->readers[nth] += (handle->reads >> nth & 1) == 0;
    handle->reads |= 1U << nth;
}

static void shm_leave(struct handle *handle, int nth)
{
    struct file *file = handle->of;
    if (file->writer[nth] == handle)
        file->writer[nth] = NULL;
    file->readers[nth] -= handle->reads >> nth & 1;
    handle->reads &= ~(1U << nth);
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    struct handle *handle = (struct handle *)f;
    bool good = true;
    enter();
    for (int nth = at; nth < at + n; nth++)
        good = good &&
               ((flags & SQLITE_SHM_UNLOCK) != 0 || shm_is_free(handle->of, handle, nth, flags));
    for (int nth = at; good && nth < at + n; nth++)
        if ((flags & SQLITE_SHM_UNLOCK) != 0)
            shm_leave(handle, nth);
        else
            shm_take(handle, nth, flags);
    leave();
    return good ? SQLITE_OK : SQLITE_BUSY;
}

static void f_shm_barrier(sqlite3_file *f)
{
    (void)f;
    enter();
    leave();
}

static void shm_let_go(struct handle *handle)
{
    struct file *file = handle->of;
    for (int nth = 0; nth < SQLITE_SHM_NLOCK; nth++)
        shm_leave(handle, nth);
    file->mapped -= handle->maps;
    handle->maps = false;
    for (size_t nth = 0; file->mapped == 0 && nth < REGIONS_MAX; nth++) {
        free(file->region[nth]);
        file->region[nth] = NULL;
    }
}

static int f_shm_unmap(sqlite3_file *f, int delete)
{
    (void)delete;
    enter();
    shm_let_go((struct handle *)f);
    leave();
    return SQLITE_OK;
}

/* ---------------------------------------------------------------- the engine's door */

static int f_control(sqlite3_file *f, int op, void *arg)
{
    (void)f;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int f_sector(sqlite3_file *f)
{
    (void)f;
    return 512;
}

static int f_device(sqlite3_file *f)
{
    (void)f;
    return 0;
}

static int f_close(sqlite3_file *f)
{
    struct handle *handle = (struct handle *)f;
    enter();
    shm_let_go(handle);
    lower(handle, SQLITE_LOCK_NONE);
    handle->of->handles--;
    if (handle->gone_at_close)
        handle->of->named = false;
    let_go(handle->of);
    leave();
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {.iVersion = 2, /* no mapped pages */
                                           .xClose = f_close,
                                           .xRead = f_read,
                                           .xWrite = f_write,
                                           .xTruncate = f_truncate,
                                           .xSync = f_sync,
                                           .xFileSize = f_size,
                                           .xLock = f_lock,
                                           .xUnlock = f_unlock,
                                           .xCheckReservedLock = f_check,
                                           .xFileControl = f_control,
                                           .xSectorSize = f_sector,
                                           .xDeviceCharacteristics = f_device,
                                           .xShmMap = f_shm_map,
                                           .xShmLock = f_shm_lock,
                                           .xShmBarrier = f_shm_barrier,
                                           .xShmUnmap = f_shm_unmap};

/* NULL: a file for a while, without a name. */
static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct handle *handle = (struct handle *)f;
    (void)vfs;
    *handle = (struct handle){.gone_at_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
    enter();
    handle->of = name != NULL ? find(name) : NULL;
    if (handle->of == NULL && (name == NULL || (flags & SQLITE_OPEN_CREATE) != 0))
        handle->of = make(name != NULL ? name : "");
    if (handle->of != NULL)
        handle->of->handles++;
    leave();
    if (handle->of == NULL)
        return SQLITE_CANTOPEN;
    handle->file.pMethods = &methods;
    if (out != NULL)
        *out = flags;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    (void)sync;
    enter();
    bool was = unname(name);
    leave();
    return was ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

/* As the system's: an empty file is no log worth looking at. */
static int access_file(sqlite3_vfs *vfs, const char *name, int flags, int *ret_there)
{
    (void)vfs;
    enter();
    const struct file *file = find(name);
    *ret_there = file != NULL && (flags != SQLITE_ACCESS_EXISTS || file->bytes.n > 0);
    leave();
    return SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int room, char *out)
{
    (void)vfs;
    return snprintf(out, (size_t)room, "%s", name) < room ? SQLITE_OK : SQLITE_CANTOPEN;
}

void memory_install(void)
{
    invariant(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK);
    invariant(sqlite3_config(SQLITE_CONFIG_MULTITHREAD) == SQLITE_OK); /* as the programs open it */
    disk = *sqlite3_vfs_find(NULL);                                    /* its time and chance */
    disk.pNext = NULL;
    disk.zName = "memory";
    disk.szOsFile = sizeof(struct handle);
    disk.xOpen = open_file;
    disk.xDelete = delete_file;
    disk.xAccess = access_file;
    disk.xFullPathname = full_name;
    invariant(sqlite3_vfs_register(&disk, 1) == SQLITE_OK);
}

/* ---------------------------------------------------------------- for the world */

void memory_each(const char *start, void (*each)(void *ctx, const char *path, size_t n), void *ctx)
{
    size_t n = strlen(start);
    for (size_t i = 0; i < BUCKETS; i++)
        for (const struct file *file = bucket[i]; file != NULL; file = file->next)
            if (file->named && strncmp(file->path, start, n) == 0)
                each(ctx, file->path, file->bytes.n);
}

void memory_read(const char *path, size_t at, void *out, size_t n)
{
    enter();
    const struct file *file = find(path);
    invariant(file != NULL && bytes_read(&file->bytes, at, out, n) == n);
    leave();
}

void memory_write(const char *path, size_t at, const void *bytes, size_t n)
{
    enter();
    struct file *file = find(path);
    invariant(file != NULL);
    bytes_write(&file->bytes, at, bytes, n);
    leave();
}

void memory_resize(const char *path, size_t n)
{
    enter();
    struct file *file = find(path);
    invariant(file != NULL);
    bytes_resize(&file->bytes, n);
    leave();
}

bool memory_size(const char *path, size_t *ret_n)
{
    enter();
    const struct file *file = find(path);
    if (file != NULL)
        *ret_n = file->bytes.n;
    leave();
    return file != NULL;
}

void memory_put(const char *path, const void *bytes, size_t n)
{
    enter();
    (void)unname(path);
    bytes_write(&make(path)->bytes, 0, bytes, n);
    leave();
}

void memory_remove(const char *start)
{
    size_t n = strlen(start);
    enter();
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct file *next, *file = bucket[i]; file != NULL; file = next) {
            next = file->next;
            if (file->named && strncmp(file->path, start, n) == 0) {
                file->named = false;
                let_go(file);
            }
        }
    leave();
}

/* ---------------------------------------------------------------- what programs ask the system */

int __real_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __real_remove(const char *path);
int __wrap_rename(const char *from, const char *to);
int __wrap_unlink(const char *path);
int __wrap_remove(const char *path);
int __wrap_statvfs(const char *path, struct statvfs *ret_room);
int __wrap_posix_fallocate(int fd, off_t at, off_t n);

/* Who looks for a free name asks the folder: an empty file stands there for what was moved. */
static void stand_in(const char *path)
{
    FILE *out = fopen(path, "wb");
    invariant(out != NULL && fclose(out) == 0);
}

int __wrap_rename(const char *from, const char *to)
{
    enter();
    struct file *file = find(from);
    if (file != NULL) {
        (void)unname(to);
        struct file *moved = make(to);
        moved->bytes = file->bytes;
        file->bytes = (struct bytes){.n = 0};
        (void)unname(from);
        stand_in(to);
    }
    leave();
    return file != NULL ? 0 : __real_rename(from, to);
}

int __wrap_unlink(const char *path)
{
    enter();
    bool was = unname(path);
    leave();
    return was ? 0 : __real_unlink(path);
}

int __wrap_remove(const char *path)
{
    enter();
    bool was = unname(path);
    leave();
    return was ? 0 : __real_remove(path);
}

int __wrap_statvfs(const char *path, struct statvfs *ret_room)
{
    (void)path;
    *ret_room = (struct statvfs){.f_bsize = 4096,
                                 .f_frsize = 4096,
                                 .f_blocks = 1 << 24,
                                 .f_bfree = 1 << 23,
                                 .f_bavail = 1 << 23};
    return 0;
}

int __wrap_posix_fallocate(int fd, off_t at, off_t n)
{
    (void)fd;
    (void)at;
    (void)n;
    return 0;
}
