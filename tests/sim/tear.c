#include "tests/sim/tear.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/error.h"
#include "tests/sim/fail.h"
#include "tests/sim/files.h"
#include "tests/sim/memory.h"

#define SECTOR 512
#define ARRIVES_PER_MILLE 500
#define PATHS_MAX 512 /* four of each machine */
#define POWER_PER_MILLE 500
#define NONE UINT32_MAX

/* A sector of the file as it was last synced; what it held lies beside it. */
struct sector {
    int64_t nth;
    bool there; /* else it lay beyond the file's end: zeros */
};

/* A path outlives its handles: a process may die with it open. */
struct path {
    char name[512];
    struct sector *old;      /* in the order they were first written to */
    uint8_t (*held)[SECTOR]; /* what each of them held */
    size_t n, room;
    uint32_t *index; /* of a sector's place in `old`, NONE: not written to since the sync */
    size_t indexed;
    bool dirty;          /* written to or cut since the sync */
    sqlite3_int64 size;  /* at the last sync; counts while dirty */
    sqlite3_int64 least; /* it was since then */
};

struct handle {
    sqlite3_file file; /* first */
    struct path *path; /* NULL: not watched */
    sqlite3_file *real;
};

static sqlite3_vfs *below, layer;
static struct path paths[PATHS_MAX];
static size_t paths_n;
static bool lies;
static char armed[512];
static char armed_prefix[32];
static int64_t left; /* operations until the cut */
static bool cut;
static struct files at_cut; /* until they are left behind */
static bool power_went;
static struct tear_counts counts;

/* ---------------------------------------------------------------- what is not synced */

static struct path *find_path(const char *name)
{
    for (size_t at = 0; at < paths_n; at++)
        if (strcmp(paths[at].name, name) == 0)
            return &paths[at];
    struct path *made = NULL;
    for (size_t at = 0; at < paths_n && made == NULL; at++)
        if (paths[at].name[0] == '\0')
            made = &paths[at];
    if (made == NULL) {
        invariant(paths_n < PATHS_MAX);
        made = &paths[paths_n++];
    }
    (void)snprintf(made->name, sizeof made->name, "%s", name);
    return made;
}

/* Views are caught up with by threads, which open their own. */
static struct path *path_of(const char *name)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    struct path *path = find_path(name);
    pthread_mutex_unlock(&lock);
    return path;
}

static void forget(struct path *path)
{
    for (size_t at = 0; at < path->n; at++)
        path->index[path->old[at].nth] = NONE;
    path->n = 0;
    path->dirty = false;
}

static void grow_index(struct path *path, size_t sectors)
{
    if (sectors <= path->indexed)
        return;
    size_t room = 2 * sectors;
    path->index = realloc(path->index, room * sizeof *path->index);
    invariant(path->index != NULL);
    memset(path->index + path->indexed, 0xff, (room - path->indexed) * sizeof *path->index);
    path->indexed = room;
}

static void grow_old(struct path *path, size_t more)
{
    if (path->n + more <= path->room)
        return;
    path->room = 2 * (path->n + more);
    path->old = realloc(path->old, path->room * sizeof *path->old);
    path->held = realloc(path->held, path->room * sizeof *path->held);
    invariant(path->old != NULL && path->held != NULL);
}

/* Before anything else is written to them: one read for the `run` of them that lie there. A read
 * beyond the end fills with zeros. */
static void remember_run(struct handle *handle, int64_t first, int64_t run)
{
    struct path *path = handle->path;
    grow_old(path, (size_t)run);
    if (first * SECTOR < path->size) {
        int rc = handle->real->pMethods->xRead(handle->real, path->held[path->n], (int)run * SECTOR,
                                               first * SECTOR);
        invariant(rc == SQLITE_OK || rc == SQLITE_IOERR_SHORT_READ);
    }
    for (int64_t nth = first; nth < first + run; nth++) {
        path->old[path->n] = (struct sector){nth, nth * SECTOR < path->size};
        path->index[nth] = (uint32_t)path->n++;
    }
}

static void remember_all(struct handle *handle, sqlite3_int64 from, sqlite3_int64 to)
{
    struct path *path = handle->path;
    if (!path->dirty) {
        path->dirty = true;
        invariant(handle->real->pMethods->xFileSize(handle->real, &path->size) == SQLITE_OK);
        path->least = path->size;
    }
    grow_index(path, (size_t)(to + SECTOR - 1) / SECTOR);
    for (sqlite3_int64 nth = from / SECTOR, run; nth * SECTOR < to; nth += run == 0 ? 1 : run) {
        run = 0;
        while ((nth + run) * SECTOR < to && path->index[nth + run] == NONE)
            run++;
        if (run > 0)
            remember_run(handle, nth, run);
    }
}

static void note_cut(struct handle *handle, sqlite3_int64 size, sqlite3_int64 was)
{
    remember_all(handle, size, was);
    if (size < handle->path->least)
        handle->path->least = size;
}

/* ---------------------------------------------------------------- the moment */

static bool lies_below(const char *name, const char *dir)
{
    size_t n = strlen(dir);
    return n > 0 && strncmp(name, dir, n) == 0 && name[n] == '/';
}

static bool counts_here(const struct handle *handle)
{
    return handle->path != NULL && lies_below(handle->path->name, armed);
}

static bool is_dead(const struct handle *handle)
{
    return cut && counts_here(handle);
}

/* Called when the operation was begun: true when the power goes in it. */
static bool goes_now(const struct handle *handle)
{
    if (cut || !counts_here(handle) || --left > 0)
        return false;
    cut = true;
    files_save(&at_cut, armed, armed_prefix);
    return true;
}

/* ---------------------------------------------------------------- a file */

#define REAL(f) (((struct handle *)(f))->real)
#define DOWN(f) (REAL(f)->pMethods)

static int f_close(sqlite3_file *f)
{
    int rc = DOWN(f) != NULL ? DOWN(f)->xClose(REAL(f)) : SQLITE_OK;
    free(REAL(f));
    return rc;
}

static int f_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    return DOWN(f)->xRead(REAL(f), out, n, at);
}

/* The write in which the power goes is on its way like those before it. */
static int f_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    struct handle *handle = (struct handle *)f;
    if (is_dead(handle))
        return SQLITE_IOERR_WRITE;
    if (handle->path != NULL)
        remember_all(handle, at, at + n);
    if (handle->path != NULL && fail_call(FAIL_WRITE)) {
        (void)DOWN(f)->xWrite(REAL(f), bytes, n / 2, at);
        return SQLITE_IOERR_WRITE;
    }
    int rc = DOWN(f)->xWrite(REAL(f), bytes, n, at);
    return goes_now(handle) ? SQLITE_IOERR_WRITE : rc;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct handle *handle = (struct handle *)f;
    sqlite3_int64 was = 0;
    if (is_dead(handle))
        return SQLITE_IOERR_TRUNCATE;
    if (handle->path != NULL && DOWN(f)->xFileSize(REAL(f), &was) == SQLITE_OK)
        note_cut(handle, size, was);
    int rc = DOWN(f)->xTruncate(REAL(f), size);
    return goes_now(handle) ? SQLITE_IOERR_TRUNCATE : rc;
}

/* Memory does not need the real one. */
static int f_sync(sqlite3_file *f, int flags)
{
    struct handle *handle = (struct handle *)f;
    (void)flags;
    if (is_dead(handle) || goes_now(handle) || (handle->path != NULL && fail_call(FAIL_SYNC)))
        return SQLITE_IOERR_FSYNC;
    if (handle->path != NULL && !lies)
        forget(handle->path);
    return SQLITE_OK;
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return DOWN(f)->xFileSize(REAL(f), size);
}

static int f_lock(sqlite3_file *f, int level)
{
    return DOWN(f)->xLock(REAL(f), level);
}

static int f_unlock(sqlite3_file *f, int level)
{
    return DOWN(f)->xUnlock(REAL(f), level);
}

static int f_check(sqlite3_file *f, int *out)
{
    return DOWN(f)->xCheckReservedLock(REAL(f), out);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
    return DOWN(f)->xFileControl(REAL(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
    (void)f;
    return SECTOR;
}

/* No promise of any: a write may be torn, and none protects its neighbours. */
static int f_device(sqlite3_file *f)
{
    (void)f;
    return 0;
}

static int f_shm_map(sqlite3_file *f, int region, int size, int extend, void volatile **out)
{
    return DOWN(f)->xShmMap(REAL(f), region, size, extend, out);
}

static int f_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return DOWN(f)->xShmLock(REAL(f), at, n, flags);
}

static void f_shm_barrier(sqlite3_file *f)
{
    DOWN(f)->xShmBarrier(REAL(f));
}

static int f_shm_unmap(sqlite3_file *f, int delete)
{
    return DOWN(f)->xShmUnmap(REAL(f), delete);
}

static const sqlite3_io_methods methods = {.iVersion = 2, /* no mapped pages: they bypass writes */
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

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct handle *handle = (struct handle *)f;
    (void)vfs;
    *handle = (struct handle){.real = calloc(1, (size_t)below->szOsFile)};
    invariant(handle->real != NULL);
    int rc = below->xOpen(below, name, handle->real, flags, out);
    if (rc != SQLITE_OK) {
        free(handle->real);
        return rc;
    }
    if (name != NULL && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) != 0)
        handle->path = path_of(name);
    handle->file.pMethods = &methods;
    return SQLITE_OK;
}

static int delete_file(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (lies_below(name, armed) && cut)
        return SQLITE_IOERR_DELETE;
    forget(path_of(name));
    return below->xDelete(below, name, sync);
}

void tear_install(bool lying)
{
    lies = lying;
    below = sqlite3_vfs_find(NULL);
    layer = *below;
    layer.pNext = NULL;
    layer.zName = "tear";
    layer.szOsFile = sizeof(struct handle);
    layer.xOpen = open_file;
    layer.xDelete = delete_file;
    invariant(sqlite3_vfs_register(&layer, 1) == SQLITE_OK);
}

/* ---------------------------------------------------------------- cuts */

void tear_arm(const char *dir, const char *prefix, int64_t after)
{
    (void)snprintf(armed, sizeof armed, "%s", dir);
    (void)snprintf(armed_prefix, sizeof armed_prefix, "%s", prefix);
    left = after;
}

bool tear_disarm(void)
{
    if (!cut)
        armed[0] = '\0';
    return cut;
}

static void put_old(const struct path *path, size_t at, bool there, size_t end)
{
    static const uint8_t zeros[SECTOR];
    size_t from = (size_t)path->old[at].nth * SECTOR;
    size_t n = end - from < SECTOR ? end - from : SECTOR;
    memory_write(path->name, from, there ? path->held[at] : zeros, n);
    counts.torn++;
}

/* The file as it was, where what was written has not arrived. Its length is no sector of the
 * file's: it has arrived, or not; a file system does that whole. So where a cut has not arrived all
 * is as it was before, and where it has nothing of that comes back. */
static void tear_file(struct env *env, const struct path *path, size_t size)
{
    size_t most = size > (size_t)path->size ? size : (size_t)path->size;
    size_t least = (size_t)path->least;
    memory_resize(path->name, most);
    bool arrived = env_chance(env, ARRIVES_PER_MILLE), was_cut = path->least < path->size;
    size_t length = arrived ? size : (size_t)path->size;
    for (size_t at = 0; at < path->n; at++) {
        const struct sector *old = &path->old[at];
        size_t from = (size_t)old->nth * SECTOR;
        bool behind = was_cut && from >= least;
        if (from < most && ((behind && !arrived) || !env_chance(env, ARRIVES_PER_MILLE)))
            put_old(path, at, old->there && !(behind && arrived), most);
    }
    memory_resize(path->name, length);
}

static int by_name(const void *one, const void *other)
{
    const struct path *const *a = one, *const *b = other;
    return strcmp((*a)->name, (*b)->name);
}

static void tear_files(struct env *env, const char *dir, const char *prefix)
{
    struct path *torn[PATHS_MAX];
    size_t n = 0, size, skip = strlen(dir) + 1;
    counts.cuts++;
    for (size_t i = 0; i < paths_n; i++)
        if (paths[i].dirty && lies_below(paths[i].name, dir) &&
            strncmp(paths[i].name + skip, prefix, strlen(prefix)) == 0)
            torn[n++] = &paths[i];
    qsort(torn, n, sizeof *torn, by_name); /* in a seed's own order */
    for (size_t i = 0; i < n; i++)
        if (memory_size(torn[i]->name, &size))
            tear_file(env, torn[i], size);
}

/* None of the files below it is open: nothing of them waits for a sync. */
static void forget_all(const char *dir)
{
    for (size_t i = 0; i < paths_n; i++)
        if (lies_below(paths[i].name, dir)) {
            forget(&paths[i]);
            paths[i].name[0] = '\0';
        }
    armed[0] = '\0';
    cut = false;
}

bool tear_leave(struct env *env, const char *dir)
{
    bool gone = cut;
    if (!gone) {
        (void)snprintf(armed, sizeof armed, "%s", dir);
        cut = true;
    }
    power_went = gone || env_chance(env, POWER_PER_MILLE);
    return power_went;
}

void tear_left(struct env *env, const char *dir, const char *prefix)
{
    if (at_cut.count > 0)
        files_put_back(&at_cut, dir, prefix);
    files_free(&at_cut);
    if (power_went)
        tear_files(env, dir, prefix);
    forget_all(dir);
}

struct tear_counts tear_counts(void)
{
    return counts;
}
