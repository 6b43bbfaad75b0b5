/* spool.c - the folder: which jobs it holds, and what was printed by all of them. */
#include "labels/spool_inside.h"

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
    snprintf(ret_job, SPOOL_ID_BYTES, "%0*lu", SPOOL_ID_DIGITS, printed->job);
    return printed->copies;
}

bool spool_reserve(struct spool *spool, size_t n, struct error *err)
{
    void *printed = spool->printed;
    bool room =
        buffer_grow(&printed, &spool->printed_room, spool->n_printed + n, sizeof *spool->printed);
    spool->printed = printed;
    return room || error_set(err, ERROR_LATER, "no memory for the numbers of %s", spool->folder);
}

void spool_take_job(struct spool *spool, unsigned long id, const struct spool_file *file)
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

void spool_job_path(const struct spool *spool, unsigned long id, char path[SPOOL_FOLDER_BYTES + 64])
{
    snprintf(path, SPOOL_FOLDER_BYTES + 64, "%s/%0*lu.job", spool->folder, SPOOL_ID_DIGITS, id);
}

unsigned long spool_id_of(const char *name)
{
    char *end = NULL;
    unsigned long id = strtoul(name, &end, 10);
    return name[0] >= '0' && name[0] <= '9' && strcmp(end, ".job") == 0 ? id : 0;
}

static bool take_file(struct spool *spool, unsigned long id, struct error *err)
{
    char path[SPOOL_FOLDER_BYTES + 64];
    struct spool_file file;
    spool_job_path(spool, id, path);
    if (!spool_file_read(path, &file, err))
        return false;
    bool room = spool_reserve(spool, file.n_items, err);
    if (room)
        spool_take_job(spool, id, &file);
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
        unsigned long id = spool_id_of(e->d_name);
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
    char path[SPOOL_FOLDER_BYTES + 64];
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
    char path[SPOOL_FOLDER_BYTES + 64];
    struct spool_file file;
    spool_job_path(spool, id, path);
    if (!spool_file_read(path, &file, err))
        return false;
    *ret_found = !file.ended;
    *stopped = (struct spool_stopped){.n = file.n_items, .next = file.done};
    snprintf(stopped->id, sizeof stopped->id, "%0*lu", SPOOL_ID_DIGITS, id);
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
