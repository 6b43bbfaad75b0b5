/* Every write and sync of the outbox fails in turn, once and for a while: what beeped is kept, what
 * did not is not, and nothing is tried again on a handle that failed (reliability.md, faults 3, 5).
 */
#include "tests/handheld/rig.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A file of the machine's own VFS, seen through ours. */
struct file {
    sqlite3_file base;
    bool spoiled; /* a call failed on it */
    bool dirty;   /* written to since its last sync */
    bool wal;
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs, our_vfs;
static sqlite3_io_methods methods;
static long calls, fail_from, fail_count;
static bool used_after_failure;
static int unsynced;  /* files written to since their last sync */
static bool wal_hole; /* the WAL holds frames whose sync failed: the kernel may call them clean */

static bool fails(struct file *file)
{
    calls++;
    used_after_failure = used_after_failure || file->spoiled;
    bool now = fail_count > 0 && calls >= fail_from && calls < fail_from + fail_count;
    file->spoiled = file->spoiled || now;
    return now;
}

#define REAL(f) (((struct file *)(f))->real)

static int f_close(sqlite3_file *f)
{
    sqlite3_file *real = REAL(f);
    unsynced -= ((struct file *)f)->dirty;
    wal_hole = wal_hole || (((struct file *)f)->wal && ((struct file *)f)->dirty);
    int rc = real->pMethods != NULL ? real->pMethods->xClose(real) : SQLITE_OK;
    free(real);
    return rc;
}

static int f_read(sqlite3_file *f, void *out, int n, sqlite3_int64 at)
{
    return REAL(f)->pMethods->xRead(REAL(f), out, n, at);
}

/* A short write: half of it is on the disk, and it is an error. */
static int f_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at)
{
    bool fail = fails((struct file *)f);
    unsynced += !((struct file *)f)->dirty;
    ((struct file *)f)->dirty = true;
    int rc = REAL(f)->pMethods->xWrite(REAL(f), bytes, fail ? n / 2 : n, at);
    return fail ? SQLITE_IOERR_WRITE : rc;
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    if (fails((struct file *)f))
        return SQLITE_IOERR_TRUNCATE;
    wal_hole = wal_hole && !(((struct file *)f)->wal && size == 0);
    return REAL(f)->pMethods->xTruncate(REAL(f), size);
}

static int f_sync(sqlite3_file *f, int flags)
{
    if (fails((struct file *)f))
        return SQLITE_IOERR_FSYNC;
    unsynced -= ((struct file *)f)->dirty;
    ((struct file *)f)->dirty = false;
    return REAL(f)->pMethods->xSync(REAL(f), flags);
}

static int f_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), size);
}

static int f_lock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xLock(REAL(f), level);
}

static int f_unlock(sqlite3_file *f, int level)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), level);
}

static int f_check(sqlite3_file *f, int *out)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), out);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int f_device(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out)
{
    struct file *file = (struct file *)f;
    (void)vfs;
    *file = (struct file){.real = calloc(1, (size_t)real_vfs->szOsFile),
                          .wal = (flags & SQLITE_OPEN_WAL) != 0};
    int rc = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
    if (rc == SQLITE_OK) {
        file->base.pMethods = &methods;
        return SQLITE_OK;
    }
    free(file->real);
    return rc;
}

static void install(void)
{
    methods = (sqlite3_io_methods){.iVersion = 1, /* no shared memory: the lock is exclusive */
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
                                   .xDeviceCharacteristics = f_device};
    real_vfs = sqlite3_vfs_find(NULL);
    our_vfs = *real_vfs;
    our_vfs.zName = "faults";
    our_vfs.szOsFile = sizeof(struct file);
    our_vfs.xOpen = open_file;
    assert_int_equal(sqlite3_vfs_register(&our_vfs, 1), SQLITE_OK);
}

/* ------------------------------------------------------------------ the sweep */

static struct rig rig;
/* A receipt whose commit failed may be there all the same: then it is `given`, not `sent`. */
static uint32_t beeped, sent, given;

/* Half a day: beeps, a batch, its receipt, a restart. Notes what was heard and what was receipted.
 */
static void half_a_day(void)
{
    static const struct outbox_batch untouched;
    enum outbox_taken taken;
    bool again;
    static struct outbox_batch batch;
    struct hello hello = {.nonce = 1};
    struct standing standing = {.generation = 7, .generation_serial = 1, .nonce = 1};
    if (outbox_hello(rig.outbox, &hello, NULL)) {
        standing.epochs = hello.epochs;
        for (size_t i = 0; i < hello.epochs; i++)
            standing.epoch[i] = (struct epoch_state){
                .epoch = hello.epoch[i].epoch, hello.epoch[i].through, 0, hello.epoch[i].link};
        bool stored = outbox_standing(rig.outbox, &hello, &standing, &again, NULL);
        (void)stored;
    }
    for (uint32_t i = 0; i < 12; i++) {
        struct scan scan = rig_scan(&rig, beeped + 1, EVENT_PICKED_UP);
        bool heard = outbox_add(rig.outbox, &scan, NULL);
        assert_false(heard && wal_hole); /* nothing is appended behind what may not be there */
        beeped += heard;
        if (i != 5)
            continue;
        batch = untouched;
        if (!outbox_batch_after(rig.outbox, (struct outbox_at){0, 0}, true, &batch, NULL)) {
            assert_memory_equal(&batch, &untouched, sizeof batch); /* what failed gives nothing */
        } else {
            struct receipt receipt = rig_receipt(&rig, &batch);
            given = (uint32_t)batch.last.seq;
            if (outbox_receipt(rig.outbox, &receipt, &taken, NULL) && taken == OUTBOX_TAKEN_MOVED)
                sent = (uint32_t)batch.last.seq;
        }
    }
}

/* Fails `count` calls from the n-th on; false when the run has fewer calls than that. */
static bool fail_at(long n, long count)
{
    struct outbox_counts c = {0};
    struct error err = {0};
    beeped = sent = given = 0;
    rig_init(&rig);
    calls = 0;
    fail_from = n;
    fail_count = count;
    used_after_failure = wal_hole = false;
    half_a_day();
    bool reached = calls >= n;
    fail_count = 0;
    if (used_after_failure)
        fail_msg("call %ld (%ld times): a handle that failed was used again", n, count);
    for (int i = 0; i < 2; i++) {
        if (!outbox_counts(rig.outbox, &c, &err))
            fail_msg("call %ld (%ld times): %s", n, count, err.text);
        if ((c.unsent != beeped - sent && c.unsent != beeped - given) || c.set_aside != 0)
            fail_msg("call %ld (%ld times): beeped %u, receipted %u, but unsent %lu", n, count,
                     beeped, sent, (unsigned long)c.unsent);
        rig_kill(&rig); /* and after a kill the same */
    }
    rig_beep(&rig, 900, 1); /* it works again */
    rig_done(&rig);
    return reached;
}

static void every_call_fails_once(void **state)
{
    (void)state;
    long n = 1;
    while (fail_at(n, 1))
        n++;
    print_message("%ld calls\n", n - 1);
    assert_true(n > 50);
}

static void and_from_there_on(void **state)
{
    (void)state;
    for (long n = 1; fail_at(n, 1000000); n++) {
    }
}

/* A power cut right after the beep must find it on the disk. */
static void on_disk_before_the_beep(void **state)
{
    (void)state;
    fail_count = 0;
    rig_init(&rig);
    for (uint32_t n = 1; n <= 300; n++) { /* checkpoints among them */
        struct scan scan = rig_scan(&rig, n, EVENT_PICKED_UP);
        assert_true(outbox_add(rig.outbox, &scan, NULL));
        assert_int_equal(unsynced, 0);
    }
    rig_done(&rig);
}

int main(void)
{
    install();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_disk_before_the_beep),
        cmocka_unit_test(every_call_fails_once),
        cmocka_unit_test(and_from_there_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
