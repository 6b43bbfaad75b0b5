/* spool_job.c - one print job: begun, resumed, followed line by line to its end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "labels/spool_inside.h"

struct spool_job {
    struct spool *spool;
    struct spool_file file;
    char id[SPOOL_ID_BYTES];
    int append;
};

static bool open_job(struct spool *spool, unsigned long id, struct spool_job **ret_job,
                     struct error *err)
{
    char path[SPOOL_FOLDER_BYTES + 64];
    spool_job_path(spool, id, path);
    invariant(!spool->has_job);
    struct spool_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return error_set(err, ERROR_LATER, "no memory for print job %lu", id);
    spool->has_job = true;
    job->spool = spool;
    job->append = -1;
    snprintf(job->id, sizeof job->id, "%0*lu", SPOOL_ID_DIGITS, id);
    bool done = spool_file_read(path, &job->file, err) &&
                spool_reserve(spool, job->file.n_items, err) &&
                spool_file_append(path, &job->file, &job->append, err);
    if (!done) {
        spool_job_close(job);
        return false;
    }
    *ret_job = job;
    return true;
}

void spool_job_close(struct spool_job *job)
{
    if (job == NULL)
        return;
    if (job->append >= 0) {
        close(job->append);
        spool_take_job(job->spool, strtoul(job->id, NULL, 10), &job->file);
    }
    job->spool->has_job = false;
    spool_file_done(&job->file);
    free(job);
}

/* The copy that each number becomes. */
static bool number_items(struct spool *spool, const char *const *numbers, size_t n,
                         const char *reason, struct spool_item *items, struct error *err)
{
    for (size_t i = 0; i < n; i++) {
        struct spool_item *item = &items[i];
        char job[SPOOL_ID_BYTES];
        if (!spool_number_is_good(numbers[i]))
            return error_set(err, ERROR_BAD_INPUT, "item %zu has no number to print", i + 1);
        unsigned copies = spool_copies(spool, numbers[i], job);
        if (copies > 0 && reason == NULL)
            return error_set(err, ERROR_REFUSED,
                             "%s was printed in job %s; printing it again needs a reason",
                             numbers[i], job);
        if (copies >= LABELS_COPY_MAX)
            return error_set(err, ERROR_REFUSED, "%s was printed %u times", numbers[i], copies);
        snprintf(item->number, sizeof item->number, "%s", numbers[i]);
        item->copy = copies + 1;
    }
    return true;
}

static int by_item_number(const void *a, const void *b)
{
    const struct spool_item *one = a;
    const struct spool_item *other = b;
    return strcmp(one->number, other->number);
}

static bool are_distinct(const struct spool_item *items, size_t n, struct error *err)
{
    struct spool_item *sorted = calloc(n, sizeof *sorted);
    if (sorted == NULL)
        return error_set(err, ERROR_LATER, "no memory for a print job");
    memcpy(sorted, items, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_item_number);
    bool distinct = true;
    for (size_t i = 1; distinct && i < n; i++)
        if (strcmp(sorted[i].number, sorted[i - 1].number) == 0)
            distinct =
                error_set(err, ERROR_REFUSED, "%s stands twice in this job", sorted[i].number);
    free(sorted);
    return distinct;
}

/* A job file of items whose copies are known. */
static bool begin(struct spool *spool, const struct spool_item *items, size_t n, const char *reason,
                  struct spool_job **ret_job, struct error *err)
{
    char path[SPOOL_FOLDER_BYTES + 64];
    unsigned long id = spool->last_job + 1;
    spool_job_path(spool, id, path);
    if (!are_distinct(items, n, err) || !spool_file_create(path, items, n, reason, err))
        return false;
    spool->last_job = id;
    return open_job(spool, id, ret_job, err);
}

static bool can_begin(size_t n, const char *reason, struct error *err)
{
    if (n == 0)
        return error_set(err, ERROR_BAD_INPUT, "a print job without items");
    return reason == NULL || spool_reason_is_good(reason) ||
           error_set(err, ERROR_BAD_INPUT, "a reason is one line of at most %d bytes",
                     SPOOL_REASON_BYTES - 1);
}

bool spool_begin(struct spool *spool, const char *const *numbers, size_t n, const char *reason,
                 struct spool_job **ret_job, struct error *err)
{
    if (!can_begin(n, reason, err))
        return false;
    struct spool_item *items = calloc(n, sizeof *items);
    if (items == NULL)
        return error_set(err, ERROR_LATER, "no memory for a print job");
    bool done = number_items(spool, numbers, n, reason, items, err) &&
                begin(spool, items, n, reason, ret_job, err);
    free(items);
    return done;
}

bool spool_begin_as(struct spool *spool, const struct spool_item *items, size_t n,
                    const char *reason, struct spool_job **ret_job, struct error *err)
{
    char job[SPOOL_ID_BYTES];
    if (!can_begin(n, reason, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!spool_number_is_good(items[i].number))
            return error_set(err, ERROR_BAD_INPUT, "item %zu has no number to print", i + 1);
        if (items[i].copy <= spool_copies(spool, items[i].number, job) ||
            items[i].copy > LABELS_COPY_MAX)
            return error_set(err, ERROR_REFUSED, "%s cannot become copy %u", items[i].number,
                             items[i].copy);
    }
    return begin(spool, items, n, reason, ret_job, err);
}

static bool add_line(struct spool_job *job, struct error *err, const char *word, size_t value)
{
    return spool_file_add(job->append, word, value, err) || error_add(err, "print job %s", job->id);
}

bool spool_resume(struct spool *spool, const char *id, struct spool_job **ret_job,
                  struct error *err)
{
    char name[SPOOL_ID_BYTES + 8];
    char path[SPOOL_FOLDER_BYTES + 64];
    snprintf(name, sizeof name, "%s.job", id);
    unsigned long number = spool_id_of(name);
    spool_job_path(spool, number, path);
    if (number == 0 || access(path, F_OK) != 0)
        return error_set(err, ERROR_NOT_FOUND, "there is no print job %s", id);
    struct spool_job *job = NULL;
    if (!open_job(spool, number, &job, err))
        return false;
    if (job->file.ended) {
        spool_job_close(job);
        return error_set(err, ERROR_REPEATED, "print job %s has come to its end", id);
    }
    if (job->file.remote == 0 && job->file.touched > job->file.done) {
        if (!add_line(job, err, "resumed", 0)) {
            spool_job_close(job);
            return false;
        }
        spool_file_resume(&job->file);
    }
    *ret_job = job;
    return true;
}

const char *spool_job_id(const struct spool_job *job)
{
    return job->id;
}

const struct spool_item *spool_job_items(const struct spool_job *job, size_t *ret_n)
{
    *ret_n = job->file.n_items;
    return job->file.items;
}

size_t spool_job_next(const struct spool_job *job)
{
    return job->file.done;
}

size_t spool_job_doubt(const struct spool_job *job)
{
    const struct spool_file *file = &job->file;
    size_t under_way = file->done < file->n_items ? file->done + 1 : file->done;
    size_t sent = file->touched > file->doubt ? file->touched : file->doubt;
    size_t most = file->remote != 0 ? under_way : sent;
    return most > file->done ? most : file->done;
}

int spool_job_remote(const struct spool_job *job)
{
    return job->file.remote;
}

bool spool_job_sending(struct spool_job *job, size_t item, struct error *err)
{
    invariant(item >= job->file.done && item < job->file.n_items);
    if (!add_line(job, err, "sending", item))
        return false;
    spool_file_sending(&job->file, item);
    return true;
}

bool spool_job_done(struct spool_job *job, size_t done, struct error *err)
{
    invariant(done >= job->file.done && done <= job->file.n_items);
    if (!add_line(job, err, "done", done))
        return false;
    spool_file_done_to(&job->file, done);
    return true;
}

bool spool_job_handed(struct spool_job *job, int remote, struct error *err)
{
    if (!add_line(job, err, "remote", (size_t)remote))
        return false;
    job->file.remote = remote;
    job->file.touched = job->file.n_items;
    job->file.doubt = 0;
    return true;
}

bool spool_job_recalled(struct spool_job *job, struct error *err)
{
    if (!add_line(job, err, "recalled", 0))
        return false;
    spool_file_recall(&job->file);
    return true;
}

bool spool_job_leave_out(struct spool_job *job, size_t item, struct error *err)
{
    invariant(item >= job->file.done && item < job->file.n_items && job->file.remote == 0);
    if (!add_line(job, err, "without", item))
        return false;
    spool_file_leave_out(&job->file, item);
    return true;
}

bool spool_job_end(struct spool_job *job, bool finished, struct error *err)
{
    if (!add_line(job, err, finished ? "finished" : "cancelled", job->file.done))
        return false;
    job->file.ended = true;
    return true;
}
