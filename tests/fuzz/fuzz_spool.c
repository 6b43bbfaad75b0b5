/* A printer's job file as a crash, a disk or a stranger left it: read, or named as broken; gone on
 * with, what is written behind it is read again, and no copy is lost or counted below one. */
#include <sys/stat.h>

#include "fuzz.h"
#include "labels/spool.h"
#include "room.h"

#define JOB "spool/000001.job"

static void check_items(const struct spool_job *job)
{
    size_t n = 0;
    const struct spool_item *items = spool_job_items(job, &n);
    invariant(n > 0 && spool_job_next(job) <= n);
    invariant(spool_job_doubt(job) >= spool_job_next(job) && spool_job_doubt(job) <= n);
    for (size_t i = 0; i < n; i++)
        invariant(items[i].copy >= 1 && items[i].number[0] != '\0');
}

/* One sheet more, as a printer of labels does it. */
static void go_on(struct spool_job *job)
{
    struct error err;
    size_t n = 0, next = spool_job_next(job);
    (void)spool_job_items(job, &n);
    if (spool_job_remote(job) != 0)
        invariant(spool_job_recalled(job, &err));
    if (next < n) {
        invariant(spool_job_sending(job, next, &err) && spool_job_done(job, next + 1, &err));
        invariant(spool_job_next(job) == next + 1);
    }
    check_items(job);
}

static struct spool *reopen(struct spool *spool, const char *folder)
{
    struct error err;
    spool_close(spool);
    invariant(spool_open(folder, &spool, &err));
    return spool;
}

/* What one number came to, or may have, before and after. */
static void resume(struct spool *spool, const char *folder)
{
    struct error err;
    struct spool_stopped stopped;
    struct spool_job *job = NULL;
    char by[SPOOL_ID_BYTES], number[SPOOL_NUMBER_BYTES];
    if (!spool_unfinished(spool, &stopped, &err)) {
        invariant(err.code == ERROR_NOT_FOUND);
        spool_close(spool);
        return;
    }
    invariant(stopped.n > 0 && stopped.next <= stopped.n);
    if (!spool_resume(spool, stopped.id, &job, &err)) {
        invariant(err.code == ERROR_REFUSED || err.code == ERROR_BROKEN);
        spool_close(spool);
        return;
    }
    size_t n = 0, at = spool_job_next(job);
    const struct spool_item *items = spool_job_items(job, &n);
    check_items(job);
    memcpy(number, items[at < n ? at : 0].number, sizeof number);
    go_on(job);
    spool_job_close(job);
    unsigned known = spool_copies(spool, number, by);
    spool = reopen(spool, folder);
    invariant(spool_copies(spool, number, by) == known && known >= 1);
    spool_close(spool);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    char folder[ROOM_PATH_MAX];
    struct spool *spool = NULL;
    struct error err;
    (void)mkdir(room_path("spool", folder), 0700);
    room_put(JOB, bytes, n);
    if (spool_open(folder, &spool, &err))
        resume(spool, folder);
    else
        invariant(err.code == ERROR_BROKEN && strstr(err.text, "000001.job") != NULL);
    return 0;
}
