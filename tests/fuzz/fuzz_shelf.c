/* An outbox whose files were damaged anywhere: any number of steps, each a file (outbox.db, its
 * log, the mark), a place (three bytes, taken modulo its length) and the byte that lies there now,
 * or a cut. It opens, says what is wrong, and the next beep is kept and goes to the server, over a
 * restart too. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "protocol/batch.h"
#include "room.h"
#include "tests/handheld/rig.h"

#define FILES 3
#define FILE_MAX ((size_t)1 << 20)
#define BATCHES 64
#define ASKED_MAX 16 /* a parting of two histories is sought by halves */
#define TRIES 4      /* a damaged file is found, moved aside, and a new one made */

static const char *const names[FILES] = {"outbox.db", "outbox.db-wal", "outbox.mark"};
static struct file {
    uint8_t bytes[FILE_MAX];
    size_t n;
    bool there;
} files[2][FILES]; /* closed in order; as a kill leaves it */

static struct rig rig;
static struct rig_kept site; /* what the server has */

static void keep(struct file *file, const char *name)
{
    char path[96];
    rig_path(&rig, path, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, file->bytes, FILE_MAX);
    file->there = fd >= 0;
    file->n = n > 0 ? (size_t)n : 0;
    if (fd >= 0)
        close(fd);
}

static void make_once(void)
{
    static bool made;
    if (made)
        return;
    made = true;
    invariant(setenv("TMPDIR", room(), 1) == 0);
    rig_init(&rig);
    rig_beep(&rig, 1, 60);
    struct outbox_batch first = rig_next(&rig, (struct outbox_at){0});
    rig_keep(&site, &first);
    struct receipt receipt = rig_receipt(&rig, &first);
    rig_stand(&rig, 7, 1, 0, &(struct link){{0}});
    (void)rig_take(&rig, &receipt);
    rig_beep(&rig, 101, 5);
    outbox_drop(rig.outbox);
    for (size_t i = 0; i < FILES; i++)
        keep(&files[1][i], names[i]);
    rig_open(&rig);
    outbox_close(rig.outbox);
    for (size_t i = 0; i < FILES; i++)
        keep(&files[0][i], names[i]);
}

static void lay_out(const struct file set[FILES])
{
    room_clear(strrchr(rig.dir, '/') + 1);
    for (size_t i = 0; i < FILES; i++) {
        char path[96];
        rig_path(&rig, path, names[i]);
        int fd = set[i].there ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
        if (fd >= 0) {
            invariant(write(fd, set[i].bytes, set[i].n) == (ssize_t)set[i].n);
            close(fd);
        }
    }
}

static void damage(const struct file set[FILES], const uint8_t step[5])
{
    char path[96];
    const struct file *file = &set[step[0] % FILES];
    if (!file->there || file->n == 0)
        return;
    rig_path(&rig, path, names[step[0] % FILES]);
    off_t at = (off_t)(((size_t)step[1] << 16 | (size_t)step[2] << 8 | step[3]) % file->n);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    invariant(fd >= 0);
    if (step[0] >= 0xF0)
        invariant(ftruncate(fd, at) == 0);
    else
        invariant(pwrite(fd, &step[4], 1, at) == 1);
    close(fd);
}

static bool holds(const struct outbox_batch *batch, const struct scan *scan)
{
    struct batch read;
    invariant(batch_read(batch->bytes, batch->n, &read, NULL));
    for (uint32_t at = 0; at < read.head.count; at++) {
        struct scan one;
        invariant(scan_decode(read.scan[at].bytes, read.scan[at].n, &one, NULL));
        if (one.event == scan->event && one.wall.ms == scan->wall.ms &&
            item_equal(&one.item, &scan->item))
            return true;
    }
    return false;
}

/* The server says where it is with what the handheld asks about: only then what was read out of a
 * damaged file goes on. */
static void stand(void)
{
    struct error err = {ERROR_NONE, ""};
    struct hello hello = {.nonce = 1};
    bool again = true;
    for (int asked = 0; asked < ASKED_MAX && again; asked++) {
        if (!outbox_hello(rig.outbox, &hello, &err))
            return;
        struct standing standing = rig_answer(&site, &hello);
        if (!outbox_standing(rig.outbox, &hello, &standing, &again, &err))
            return;
    }
}

/* Whether it is among what goes to the server. A step may be what finds the damage: then again, out
 * of a new file. */
static bool goes(const struct scan *scan)
{
    static struct outbox_batch batch;
    struct error err = {ERROR_NONE, ""};
    for (int tries = 0; tries < TRIES; tries++) {
        struct outbox_at after = {0};
        stand();
        for (int n = 0; n < BATCHES && outbox_batch_after(rig.outbox, after, true, &batch, &err);
             n++) {
            if (holds(&batch, scan))
                return true;
            after = batch.last;
        }
    }
    return false;
}

/* A look may be what finds the damage: it fails, and the next one opens anew. What is read out of a
 * damaged file gets other numbers. Where an index is damaged a look may miss what goes all the
 * same. */
static void find(const struct scan *scan)
{
    struct error err = {ERROR_NONE, ""};
    struct scan found;
    bool there = false;
    for (int i = 0; i < TRIES && !there; i++)
        there = outbox_last(rig.outbox, &scan->item, &found, &err);
    invariant(there || err.code == ERROR_NOT_FOUND);
    if (there)
        invariant(found.event == scan->event && found.wall.ms == scan->wall.ms);
    invariant(goes(scan));
}

static void beep_and_find(uint32_t number)
{
    struct error err = {ERROR_NONE, ""};
    struct scan scan = rig_scan(&rig, number, EVENT_DELIVERED);
    bool kept = false;
    for (int i = 0; i < TRIES && !kept; i++)
        kept = outbox_add(rig.outbox, &scan, &err);
    invariant(kept);
    find(&scan);
    rig_kill(&rig);
    find(&scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static struct outbox_batch batch;
    struct outbox_at after = {0};
    struct error err = {ERROR_NONE, ""};
    if (n == 0)
        return 0;
    make_once();
    const struct file *set = files[bytes[0] & 1];
    lay_out(set);
    for (size_t at = 1; at + 5 <= n; at += 5)
        damage(set, bytes + at);
    if (!rig_try_open(&rig, &err)) { /* the number of its layout is damaged: a newer program's */
        invariant(err.code == ERROR_REFUSED);
        return 0;
    }
    if (bytes[0] & 2)
        for (int i = 0; i < 8 && outbox_batch_after(rig.outbox, after, true, &batch, &err); i++)
            after = batch.last;
    beep_and_find(201);
    beep_and_find(202);
    outbox_close(rig.outbox);
    return 0;
}
