#include "server/notify/sms_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/fact.h"

#define LINE_MAX 1024

struct id {
    char text[NOTICE_REQUEST_MAX + 1];
};

struct sms_file {
    int fd;
    struct clock clock;
    struct id *ids; /* sorted */
    size_t n, room;
};

/* ------------------------------------------------------------------ ids */

/* Where the id stands, or belongs. */
static size_t place_of(const struct sms_file *file, const char *id, bool *ret_there)
{
    size_t low = 0, high = file->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(file->ids[middle].text, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = low < file->n && strcmp(file->ids[low].text, id) == 0;
    return low;
}

static bool remember(struct sms_file *file, const char *id, struct error *err)
{
    bool there = false;
    size_t at = place_of(file, id, &there);
    if (there)
        return true;
    if (file->n == file->room) {
        size_t room = file->room ? file->room * 2 : 64;
        struct id *ids = realloc(file->ids, room * sizeof *ids);
        if (!ids)
            return error_set(err, ERROR_LATER, "out of memory");
        file->ids = ids;
        file->room = room;
    }
    memmove(&file->ids[at + 1], &file->ids[at], (file->n - at) * sizeof *file->ids);
    (void)snprintf(file->ids[at].text, sizeof file->ids[at].text, "%s", id);
    file->n++;
    return true;
}

/* ------------------------------------------------------------------ the file */

static bool remember_line(struct sms_file *file, char *line, struct error *err)
{
    char *id = strchr(line, '\t');
    char *end = id ? strchr(id + 1, '\t') : NULL;
    if (!end)
        return true; /* not a line of ours; it stands */
    *end = '\0';
    return remember(file, id + 1, err);
}

/* Reads the ids and cuts off what a crash tore. */
static bool read_ids(struct sms_file *file, struct error *err)
{
    FILE *in = fdopen(dup(file->fd), "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;
    off_t whole = 0;
    bool ok = in != NULL || error_set(err, ERROR_LATER, "%s", strerror(errno));
    while (ok && (n = getline(&line, &size, in)) > 0 && line[n - 1] == '\n') {
        whole += n;
        ok = remember_line(file, line, err);
    }
    free(line);
    if (in)
        (void)fclose(in);
    if (ok && ftruncate(file->fd, whole) != 0)
        ok = error_set(err, ERROR_LATER, "%s", strerror(errno));
    return ok;
}

bool sms_file_open(const char *path, struct clock clock, struct sms_file **ret_file,
                   struct error *err)
{
    struct sms_file *file = calloc(1, sizeof *file);
    if (!file)
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    file->clock = clock;
    file->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    bool ok = file->fd >= 0 || error_set(err, ERROR_LATER, "%s", strerror(errno));
    if (!ok || !read_ids(file, err)) {
        sms_file_close(file);
        return error_add(err, "%s", path);
    }
    *ret_file = file;
    return true;
}

void sms_file_close(struct sms_file *file)
{
    if (!file)
        return;
    if (file->fd >= 0)
        close(file->fd);
    free(file->ids);
    free(file);
}

static bool has(void *self, const char *request_id)
{
    bool there = false;
    place_of(self, request_id, &there);
    return there;
}

/* A line stands whole or not at all: what a full disk cut is taken back. */
static bool append(struct sms_file *file, const char *line, size_t n, struct error *err)
{
    off_t before = lseek(file->fd, 0, SEEK_END);
    ssize_t done = before < 0 ? -1 : write(file->fd, line, n);
    if (done == (ssize_t)n && fdatasync(file->fd) == 0)
        return true;
    int why = done >= 0 && done < (ssize_t)n ? ENOSPC : errno;
    if (before >= 0 && ftruncate(file->fd, before) != 0)
        why = errno;
    return error_set(err, ERROR_LATER, "cannot write a message: %s", strerror(why));
}

static bool send(void *self, const struct sms *sms, struct error *err)
{
    struct sms_file *file = self;
    char line[LINE_MAX], at[CLOCK_TEXT_MAX];
    int n = snprintf(line, sizeof line, "%s\t%s\t%s\t%s\n",
                     clock_iso_local(file->clock.now(file->clock.self), at, sizeof at),
                     sms->request_id, sms->to, sms->text);
    if (n < 0 || (size_t)n >= sizeof line)
        return error_set(err, ERROR_BAD_INPUT, "a message is longer than a line may be");
    return append(file, line, (size_t)n, err) && remember(file, sms->request_id, err);
}

struct sms_driver sms_file_driver(struct sms_file *file)
{
    return (struct sms_driver){.has = has, .send = send, .self = file};
}
