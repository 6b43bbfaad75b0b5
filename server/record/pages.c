#include "server/record/pages.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOLD_STEP_MS 5

/* One bit a block. */
struct bits {
    uint64_t *word;
    size_t words;
};

struct pages_watch {
    struct pages_watch *next;
    struct pages *pages;
    struct bits changed, taken;
    bool all;    /* no memory for a bit: everything counts as changed */
    size_t from; /* where the next search begins */
};

struct pages {
    sqlite3_vfs layer; /* first: the engine gives it back to layer_open */
    sqlite3_vfs *below;
    char path[PATH_MAX], name[48];
    pthread_mutex_t still; /* held by whoever writes the file, or keeps it from being written */
    pthread_mutex_t lock;  /* over the watches */
    struct pages_watch *watches;
    atomic_bool scrub, moved;
};

/* ------------------------------------------------------------------ bits */

static bool bits_set(struct bits *bits, size_t at)
{
    if (at / 64 >= bits->words) {
        size_t words = at / 64 + 1 + bits->words;
        uint64_t *more = realloc(bits->word, words * sizeof *more);
        if (more == NULL)
            return false;
        memset(more + bits->words, 0, (words - bits->words) * sizeof *more);
        bits->word = more;
        bits->words = words;
    }
    bits->word[at / 64] |= UINT64_C(1) << at % 64;
    return true;
}

static void bits_clear(struct bits *bits, size_t at)
{
    bits->word[at / 64] &= ~(UINT64_C(1) << at % 64);
}

/* The first that is set at `from` or behind; SIZE_MAX if none is. */
static size_t bits_next(const struct bits *bits, size_t from)
{
    for (size_t at = from / 64; at < bits->words; at++) {
        uint64_t word = bits->word[at];
        if (at == from / 64)
            word &= ~UINT64_C(0) << from % 64;
        if (word != 0)
            return at * 64 + (size_t)__builtin_ctzll(word);
    }
    return SIZE_MAX;
}

/* ------------------------------------------------------------------ noting what is written */

static void note(struct pages *pages, sqlite3_int64 from, int n)
{
    pthread_mutex_lock(&pages->lock);
    for (struct pages_watch *watch = pages->watches; watch != NULL; watch = watch->next)
        for (sqlite3_int64 at = from / PAGES_BLOCK_BYTES; at * PAGES_BLOCK_BYTES < from + n; at++)
            if (!bits_set(&watch->changed, (size_t)at))
                watch->all = true;
    pthread_mutex_unlock(&pages->lock);
}

/* The engine's file as the layer opens it: the real one stands right behind. */
struct layer_file {
    sqlite3_file file;
    struct pages *pages;
    sqlite3_file *real;
};

#define REAL(f) (((struct layer_file *)(f))->real)

static int file_close(sqlite3_file *file)
{
    return REAL(file)->pMethods->xClose(REAL(file));
}

static int file_read(sqlite3_file *file, void *out, int n, sqlite3_int64 at)
{
    return REAL(file)->pMethods->xRead(REAL(file), out, n, at);
}

static int file_write(sqlite3_file *file, const void *bytes, int n, sqlite3_int64 at)
{
    note(((struct layer_file *)file)->pages, at, n);
    return REAL(file)->pMethods->xWrite(REAL(file), bytes, n, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 n)
{
    return REAL(file)->pMethods->xTruncate(REAL(file), n);
}

static int file_sync(sqlite3_file *file, int flags)
{
    return REAL(file)->pMethods->xSync(REAL(file), flags);
}

static int file_size(sqlite3_file *file, sqlite3_int64 *ret_n)
{
    return REAL(file)->pMethods->xFileSize(REAL(file), ret_n);
}

static int file_lock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xLock(REAL(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return REAL(file)->pMethods->xUnlock(REAL(file), level);
}

static int file_reserved(sqlite3_file *file, int *ret_reserved)
{
    return REAL(file)->pMethods->xCheckReservedLock(REAL(file), ret_reserved);
}

static int file_control(sqlite3_file *file, int what, void *arg)
{
    return REAL(file)->pMethods->xFileControl(REAL(file), what, arg);
}

static int file_sector(sqlite3_file *file)
{
    return REAL(file)->pMethods->xSectorSize(REAL(file));
}

static int file_device(sqlite3_file *file)
{
    return REAL(file)->pMethods->xDeviceCharacteristics(REAL(file));
}

static int file_shm_map(sqlite3_file *file, int at, int n, int extend, void volatile **ret_map)
{
    return REAL(file)->pMethods->xShmMap(REAL(file), at, n, extend, ret_map);
}

static int file_shm_lock(sqlite3_file *file, int at, int n, int flags)
{
    return REAL(file)->pMethods->xShmLock(REAL(file), at, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    REAL(file)->pMethods->xShmBarrier(REAL(file));
}

static int file_shm_unmap(sqlite3_file *file, int deletes)
{
    return REAL(file)->pMethods->xShmUnmap(REAL(file), deletes);
}

/* Version 2: without a mapping of the file, which nobody here asks for. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_reserved,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_device,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* Only the database's own file is of interest; its log and whatever else are opened as ever. */
static int layer_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                      int *ret_flags)
{
    struct pages *pages = (struct pages *)vfs;
    struct layer_file *ours = (struct layer_file *)file;
    if (!(flags & SQLITE_OPEN_MAIN_DB))
        return pages->below->xOpen(pages->below, name, file, flags, ret_flags);
    ours->file.pMethods = NULL;
    ours->pages = pages;
    ours->real = (sqlite3_file *)(ours + 1);
    int rc = pages->below->xOpen(pages->below, name, ours->real, flags, ret_flags);
    if (rc == SQLITE_OK)
        ours->file.pMethods = &methods;
    return rc;
}

/* ------------------------------------------------------------------ open, close */

bool pages_open(const char *path, struct pages **ret_pages, struct error *err)
{
    struct pages *pages = calloc(1, sizeof *pages);
    sqlite3_vfs *below = sqlite3_initialize() == SQLITE_OK ? sqlite3_vfs_find(NULL) : NULL;
    if (pages == NULL || below == NULL ||
        snprintf(pages->path, sizeof pages->path, "%s", path) >= (int)sizeof pages->path) {
        free(pages);
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    }
    pages->below = below;
    pages->layer = *below; /* it looks at nothing of its own but in xOpen */
    pages->layer.pNext = NULL;
    pages->layer.szOsFile = (int)sizeof(struct layer_file) + below->szOsFile;
    pages->layer.xOpen = layer_open;
    (void)snprintf(pages->name, sizeof pages->name, "trao-pages-%p", (void *)pages);
    pages->layer.zName = pages->name;
    pthread_mutex_init(&pages->still, NULL);
    pthread_mutex_init(&pages->lock, NULL);
    pages_scrub(pages);
    if (sqlite3_vfs_register(&pages->layer, 0) != SQLITE_OK) {
        pages_close(pages);
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    }
    *ret_pages = pages;
    return true;
}

void pages_close(struct pages *pages)
{
    if (pages == NULL)
        return;
    invariant(pages->watches == NULL);
    sqlite3_vfs_unregister(&pages->layer);
    pthread_mutex_destroy(&pages->still);
    pthread_mutex_destroy(&pages->lock);
    free(pages);
}

const char *pages_path(const struct pages *pages)
{
    return pages->path;
}

const char *pages_layer(const struct pages *pages)
{
    return pages->name;
}

/* ------------------------------------------------------------------ standing still */

bool pages_may_write(struct pages *pages)
{
    return pthread_mutex_trylock(&pages->still) == 0;
}

void pages_written(struct pages *pages)
{
    pthread_mutex_unlock(&pages->still);
}

void pages_set_moved(struct pages *pages, bool moved)
{
    atomic_store(&pages->moved, moved);
}

bool pages_moved(struct pages *pages)
{
    return atomic_load(&pages->moved);
}

void pages_scrub(struct pages *pages)
{
    atomic_store(&pages->scrub, true);
}

bool pages_scrub_is_due(struct pages *pages)
{
    return atomic_load(&pages->scrub);
}

void pages_scrubbed(struct pages *pages)
{
    atomic_store(&pages->scrub, false);
}

bool pages_hold(struct pages *pages, struct db *own, struct error *err)
{
    const struct timespec step = {.tv_nsec = HOLD_STEP_MS * 1000L * 1000};
    bool whole = false, good = true;
    pthread_mutex_lock(&pages->still);
    for (int waited = 0; good && !whole && waited < PAGES_HOLD_MS; waited += HOLD_STEP_MS) {
        good = db_checkpoint_whole(own, &whole, err);
        if (good && !whole)
            nanosleep(&step, NULL);
    }
    if (good && !whole)
        good = error_set(err, ERROR_LATER, "%s: a reader holds on to an older state", pages->path);
    if (!good)
        pthread_mutex_unlock(&pages->still);
    return good;
}

void pages_release(struct pages *pages)
{
    pthread_mutex_unlock(&pages->still);
}

/* ------------------------------------------------------------------ watches */

bool pages_watch_new(struct pages *pages, bool all, struct pages_watch **ret_watch,
                     struct error *err)
{
    struct pages_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", pages->path);
    watch->pages = pages;
    watch->all = all;
    pthread_mutex_lock(&pages->lock);
    watch->next = pages->watches;
    pages->watches = watch;
    pthread_mutex_unlock(&pages->lock);
    *ret_watch = watch;
    return true;
}

void pages_watch_free(struct pages_watch *watch)
{
    if (watch == NULL)
        return;
    struct pages *pages = watch->pages;
    pthread_mutex_lock(&pages->lock);
    struct pages_watch **at = &pages->watches;
    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
    pthread_mutex_unlock(&pages->lock);
    free(watch->changed.word);
    free(watch->taken.word);
    free(watch);
}

static bool mark_all(struct pages_watch *watch, uint64_t file_bytes)
{
    for (size_t at = 0; at * PAGES_BLOCK_BYTES < file_bytes; at++)
        if (!bits_set(&watch->changed, at))
            return false;
    watch->all = false;
    return true;
}

/* The next changed block inside the file; what lay beyond its end is gone. SIZE_MAX: none. */
static size_t next_block(struct pages_watch *watch, uint64_t file_bytes)
{
    size_t at = bits_next(&watch->changed, watch->from);
    if (at == SIZE_MAX)
        at = bits_next(&watch->changed, 0);
    while (at != SIZE_MAX && at * PAGES_BLOCK_BYTES >= file_bytes) {
        bits_clear(&watch->changed, at);
        at = bits_next(&watch->changed, 0);
    }
    return at;
}

static bool read_blocks(struct pages_watch *watch, struct db *own, uint64_t file_bytes, size_t most,
                        uint8_t *out, uint64_t *at, size_t *ret_n, struct error *err)
{
    size_t n = 0, block;
    if (watch->all && !mark_all(watch, file_bytes))
        return error_set(err, ERROR_LATER, "out of memory");
    while (n < most && (block = next_block(watch, file_bytes)) != SIZE_MAX) {
        if (!bits_set(&watch->taken, block))
            return error_set(err, ERROR_LATER, "out of memory");
        if (!db_file_read(own, block * PAGES_BLOCK_BYTES, out + n * PAGES_BLOCK_BYTES,
                          PAGES_BLOCK_BYTES, err))
            return false;
        bits_clear(&watch->changed, block);
        watch->from = block + 1;
        at[n++] = block;
    }
    *ret_n = n;
    return true;
}

bool pages_read(struct pages_watch *watch, struct db *own, size_t most, uint8_t *out, uint64_t *at,
                size_t *ret_n, uint64_t *ret_file_bytes, struct error *err)
{
    struct pages *pages = watch->pages;
    if (!db_file_bytes(own, ret_file_bytes, err))
        return error_add(err, "%s", pages->path);
    pthread_mutex_lock(&pages->lock);
    bool good = read_blocks(watch, own, *ret_file_bytes, most, out, at, ret_n, err);
    pthread_mutex_unlock(&pages->lock);
    return good || error_add(err, "%s", pages->path);
}

bool pages_changed(struct pages_watch *watch)
{
    pthread_mutex_lock(&watch->pages->lock);
    bool changed = watch->all || bits_next(&watch->changed, 0) != SIZE_MAX;
    pthread_mutex_unlock(&watch->pages->lock);
    return changed;
}

void pages_settle(struct pages_watch *watch, bool safe)
{
    pthread_mutex_lock(&watch->pages->lock);
    for (size_t at = 0; (at = bits_next(&watch->taken, at)) != SIZE_MAX; at++) {
        bits_clear(&watch->taken, at);
        if (!safe && !bits_set(&watch->changed, at))
            watch->all = true;
    }
    pthread_mutex_unlock(&watch->pages->lock);
}
