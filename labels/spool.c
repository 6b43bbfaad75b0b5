#include "labels/spool.h"

#include "labels/buffer.h"
#include "labels/spool_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_BYTES 3072
#define ID_DIGITS 6

/* A number that was printed, or may have been. */
struct printed {
    char number[SPOOL_NUMBER_BYTES];
    unsigned copies;
    unsigned long job;
};

struct spool {
    char folder[FOLDER_BYTES];
    int lock;
    unsigned long last_job;
    bool has_job;            /* one is open */
    struct printed *printed; /* by number */
    size_t n_printed, printed_room;
};

struct spool_job {
    struct spool *spool;
    struct spool_file file;
    char id[SPOOL_ID_BYTES];
    int append;
};

/* ------------------------------------------------------------------ what was printed */

static int by_number(const void *a, const void *b)
{
    const struct printed *one = a;
    const struct printed *other = b;
    return strcmp(one->number, other->number);
}

static struct printed *find(const struct spool *spool, const char *number)
{
    struct printed key = {0};
    snprintf(key.number, sizeof key.number, "%s", number);
    if (spool->n_printed == 0)
        return NULL;
    return bsearch(&key, spool->printed, spool->n_printed, sizeof key, by_number);
}

unsigned spool_copies(const struct spool *spool, const char *number, char ret_job[SPOOL_ID_BYTES])
{
    const struct printed *printed = find(spool, number);
    ret_job[0] = '\0';
    if (printed == NULL)
        return 0;
    snprintf(ret_job, SPOOL_ID_BYTES, "%0*lu", ID_DIGITS, printed->job);
    return printed->copies;
}

/* Room for n more numbers. */
static bool reserve(struct spool *spool, size_t n, struct error *err)
{
    void *printed = spool->printed;
    bool room =
        buffer_grow(&printed, &spool->printed_room, spool->n_printed + n, sizeof *spool->printed);
    spool->printed = printed;
    return room || error_set(err, ERROR_LATER, "no memory for the numbers of %s", spool->folder);
}

/* Takes in what a job put on paper, or may have; room was made before. */
static void take_job(struct spool *spool, unsigned long id, const struct spool_file *file)
{
    size_t known = spool->n_printed;
    for (size_t i = 0; i < file->n_items; i++) {
        struct printed *old = NULL;
        struct printed key = {.copies = file->items[i].copy - (i >= file->touched), .job = id};
        if (key.copies == 0)
            continue; /* its first copy has not begun to leave */
        memcpy(key.number, file->items[i].number, sizeof key.number);
        if (known > 0)
            old = bsearch(&key, spool->printed, known, sizeof key, by_number);
        if (old == NULL)
            spool->printed[spool->n_printed++] = key;
        else if (key.copies > old->copies)
            *old = key;
    }
    if (spool->n_printed > 0)
        qsort(spool->printed, spool->n_printed, sizeof *spool->printed, by_number);
}

/* ------------------------------------------------------------------ the folder */

static void job_path(const struct spool *spool, unsigned long id, char path[FOLDER_BYTES + 64])
{
    snprintf(path, FOLDER_BYTES + 64, "%s/%0*lu.job", spool->folder, ID_DIGITS, id);
}

/* The number of a job file's name; 0: it is none. */
static unsigned long id_of(const char *name)
{
    char *end = NULL;
    unsigned long id = strtoul(name, &end, 10);
    return name[0] >= '0' && name[0] <= '9' && strcmp(end, ".job") == 0 ? id : 0;
}

static bool take_file(struct spool *spool, unsigned long id, struct error *err)
{
    char path[FOLDER_BYTES + 64];
    struct spool_file file;
    job_path(spool, id, path);
    if (!spool_file_read(path, &file, err))
        return false;
    bool room = reserve(spool, file.n_items, err);
    if (room)
        take_job(spool, id, &file);
    spool_file_done(&file);
    if (id > spool->last_job)
        spool->last_job = id;
    return room;
}

static int by_id(const void *a, const void *b)
{
    const unsigned long one = *(const unsigned long *)a;
    const unsigned long other = *(const unsigned long *)b;
    return (one > other) - (one < other);
}

/* The ids of all jobs in the folder, oldest first; free() them. */
static bool list_jobs(const struct spool *spool, unsigned long **ret_ids, size_t *ret_n,
                      struct error *err)
{
    void *ids = NULL;
    size_t room = 0;
    size_t n = 0;
    DIR *folder = opendir(spool->folder);
    if (folder == NULL)
        return error_set(err, ERROR_LATER, "cannot read %s: %s", spool->folder, strerror(errno));
    bool done = true;
    for (const struct dirent *e; done && (e = readdir(folder)) != NULL;) {
        unsigned long id = id_of(e->d_name);
        if (id == 0)
            continue;
        done = buffer_grow(&ids, &room, n + 1, sizeof id);
        if (done)
            ((unsigned long *)ids)[n++] = id;
    }
    closedir(folder);
    if (!done) {
        free(ids);
        return error_set(err, ERROR_LATER, "no memory for the jobs in %s", spool->folder);
    }
    if (n > 0)
        qsort(ids, n, sizeof(unsigned long), by_id);
    *ret_ids = ids;
    *ret_n = n;
    return true;
}

static bool take_all(struct spool *spool, struct error *err)
{
    unsigned long *ids = NULL;
    size_t n = 0;
    if (!list_jobs(spool, &ids, &n, err))
        return false;
    bool done = true;
    for (size_t i = 0; done && i < n; i++)
        done = take_file(spool, ids[i], err);
    free(ids);
    return done;
}

static bool lock_folder(struct spool *spool, struct error *err)
{
    char path[FOLDER_BYTES + 64];
    snprintf(path, sizeof path, "%s/lock", spool->folder);
    if (mkdir(spool->folder, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERROR_LATER, "cannot make %s: %s", spool->folder, strerror(errno));
    spool->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (spool->lock < 0)
        return error_set(err, ERROR_LATER, "cannot open %s: %s", path, strerror(errno));
    if (flock(spool->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(err, ERROR_LATER, "another program is printing from %s", spool->folder);
    return true;
}

bool spool_open(const char *folder, struct spool **ret_spool, struct error *err)
{
    struct spool *spool = calloc(1, sizeof *spool);
    if (spool == NULL)
        return error_set(err, ERROR_LATER, "no memory for a spool");
    spool->lock = -1;
    bool done = (size_t)snprintf(spool->folder, sizeof spool->folder, "%s", folder) <
                    sizeof spool->folder ||
                error_set(err, ERROR_BAD_INPUT, "the folder's name is too long");
    if (!done || !lock_folder(spool, err) || !take_all(spool, err)) {
        spool_close(spool);
        return false;
    }
    *ret_spool = spool;
    return true;
}

void spool_close(struct spool *spool)
{
    if (spool == NULL)
        return;
    if (spool->lock >= 0)
        close(spool->lock);
    free(spool->printed);
    free(spool);
}

/* Looks into one job. *ret_found: it has not ended. */
static bool look_at(const struct spool *spool, unsigned long id, bool *ret_found,
                    struct spool_stopped *stopped, struct error *err)
{
    char path[FOLDER_BYTES + 64];
    struct spool_file file;
    job_path(spool, id, path);
    if (!spool_file_read(path, &file, err))
        return false;
    *ret_found = !file.ended;
    *stopped = (struct spool_stopped){.n = file.n_items, .next = file.done};
    snprintf(stopped->id, sizeof stopped->id, "%0*lu", ID_DIGITS, id);
    if (file.done < file.n_items)
        memcpy(stopped->number, file.items[file.done].number, sizeof stopped->number);
    spool_file_done(&file);
    return true;
}

bool spool_unfinished(const struct spool *spool, struct spool_stopped *ret_stopped,
                      struct error *err)
{
    unsigned long *ids = NULL;
    size_t n = 0;
    struct spool_stopped stopped;
    bool found = false;
    if (!list_jobs(spool, &ids, &n, err))
        return false;
    bool done = true;
    for (size_t i = 0; done && !found && i < n; i++)
        done = look_at(spool, ids[i], &found, &stopped, err);
    free(ids);
    if (!done)
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "all print jobs have ended");
    *ret_stopped = stopped;
    return true;
}

/* ------------------------------------------------------------------ a job */

static bool open_job(struct spool *spool, unsigned long id, struct spool_job **ret_job,
                     struct error *err)
{
    char path[FOLDER_BYTES + 64];
    job_path(spool, id, path);
    invariant(!spool->has_job);
    struct spool_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return error_set(err, ERROR_LATER, "no memory for print job %lu", id);
    spool->has_job = true;
    job->spool = spool;
    job->append = -1;
    snprintf(job->id, sizeof job->id, "%0*lu", ID_DIGITS, id);
    bool done = spool_file_read(path, &job->file, err) && reserve(spool, job->file.n_items, err) &&
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
        take_job(job->spool, strtoul(job->id, NULL, 10), &job->file);
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
    char path[FOLDER_BYTES + 64];
    unsigned long id = spool->last_job + 1;
    job_path(spool, id, path);
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
    char path[FOLDER_BYTES + 64];
    snprintf(name, sizeof name, "%s.job", id);
    unsigned long number = id_of(name);
    job_path(spool, number, path);
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
