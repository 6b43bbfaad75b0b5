#include "server/notify/sms_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/fact.h"

#define LINE_MAX 1024

struct id {
    char text[NOTICE_REQUEST_MAX + 1];
};

struct sms_file {
    char path[CONFIG_PATH_MAX], sent_path[CONFIG_PATH_MAX];
    int fd, sent;
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

/* ------------------------------------------------------------------ lines */

/* Writes a whole line, durable, or takes back what a full disk cut. */
static bool append(int fd, const char *line, size_t n, struct error *err)
{
    off_t before = lseek(fd, 0, SEEK_END);
    ssize_t done = before < 0 ? -1 : write(fd, line, n);
    if (done == (ssize_t)n && fdatasync(fd) == 0)
        return true;
    int why = done >= 0 && done < (ssize_t)n ? ENOSPC : errno;
    if (before >= 0 && ftruncate(fd, before) != 0)
        why = errno;
    return error_set(err, ERROR_LATER, "cannot write a message: %s", strerror(why));
}

/* Hands each whole line to `take`, without its end; returns the bytes of whole lines, -1 when the
 * file cannot be read. */
static off_t each_line(struct sms_file *file, int fd,
                       bool (*take)(struct sms_file *file, char *line, struct error *err),
                       struct error *err)
{
    FILE *in = fdopen(dup(fd), "r");
    char *line = NULL;
    size_t size = 0;
    ssize_t n = 0;
    off_t whole = 0;
    bool ok = in != NULL || error_set(err, ERROR_LATER, "%s", strerror(errno));
    while (ok && (n = getline(&line, &size, in)) > 0 && line[n - 1] == '\n') {
        whole += n;
        line[n - 1] = '\0';
        ok = take(file, line, err);
    }
    free(line);
    if (in)
        (void)fclose(in);
    return ok ? whole : -1;
}

/* ------------------------------------------------------------------ what was sent */

static bool append_sent(struct sms_file *file, const char *id, struct error *err)
{
    char line[64 + NOTICE_REQUEST_MAX];
    int n = snprintf(line, sizeof line, "%lld %s\n",
                     (long long)file->clock.now(file->clock.self).ms, id);
    return append(file->sent, line, (size_t)n, err);
}

/* Into the new file and the memory, unless it is old; a line that is none of ours goes. */
static bool keep_sent(struct sms_file *file, char *line, struct error *err)
{
    char *blank = strchr(line, ' ');
    int64_t at_ms = strtoll(line, NULL, 10);
    if (!blank || at_ms < file->clock.now(file->clock.self).ms - SMS_SENT_KEPT_MS)
        return true;
    *blank = '\0';
    if (dprintf(file->sent, "%s %s\n", line, blank + 1) < 0)
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    return remember(file, blank + 1, err);
}

/* The list is copied without what is old, then takes the old one's place. */
static bool open_sent(struct sms_file *file, struct error *err)
{
    char part[CONFIG_PATH_MAX];
    int n = snprintf(part, sizeof part, "%s.part", file->sent_path);
    int old = open(file->sent_path, O_RDONLY | O_CLOEXEC);
    bool ok = old >= 0 || errno == ENOENT;
    if (!ok || n >= (int)sizeof part)
        return error_set(err, ERROR_LATER, "%s: %s", file->sent_path, strerror(errno));
    file->sent = open(part, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ok = file->sent >= 0 || error_set(err, ERROR_LATER, "%s: %s", part, strerror(errno));
    ok = ok && (old < 0 || each_line(file, old, keep_sent, err) >= 0);
    if (old >= 0)
        close(old);
    if (ok && (fsync(file->sent) != 0 || rename(part, file->sent_path) != 0))
        ok = error_set(err, ERROR_LATER, "%s: %s", file->sent_path, strerror(errno));
    return ok;
}

/* ------------------------------------------------------------------ the file */

/* A crash between the two files leaves the last line without its mate. Times of one zone compare as
 * text. */
static bool take_line(struct sms_file *file, char *line, struct error *err)
{
    char *id = strchr(line, '\t');
    char *end = id ? strchr(id + 1, '\t') : NULL;
    char oldest[CLOCK_TEXT_MAX];
    struct instant since = {file->clock.now(file->clock.self).ms - SMS_SENT_KEPT_MS};
    bool there = false;
    if (!end || strcmp(line, clock_iso_local(since, oldest, sizeof oldest)) < 0)
        return true; /* not a line of ours, or an old one; it stands */
    *end = '\0';
    place_of(file, id + 1, &there);
    return there || (append_sent(file, id + 1, err) && remember(file, id + 1, err));
}

static bool open_lines(struct sms_file *file, struct error *err)
{
    file->fd = open(file->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file->fd < 0)
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    off_t whole = each_line(file, file->fd, take_line, err);
    if (whole >= 0 && ftruncate(file->fd, whole) != 0)
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    return whole >= 0;
}

/* Moved away or deleted: what comes goes to a new one. */
static bool follow_name(struct sms_file *file, struct error *err)
{
    struct stat name, open_one;
    if (stat(file->path, &name) == 0 && fstat(file->fd, &open_one) == 0 &&
        name.st_ino == open_one.st_ino && name.st_dev == open_one.st_dev)
        return true;
    close(file->fd);
    return open_lines(file, err) || error_add(err, "%s", file->path);
}

bool sms_file_open(const char *path, struct clock clock, struct sms_file **ret_file,
                   struct error *err)
{
    struct sms_file *file = calloc(1, sizeof *file);
    if (!file)
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    size_t n = strlen(path), stem = n > 4 && strcmp(path + n - 4, ".txt") == 0 ? n - 4 : n;
    file->clock = clock;
    file->fd = file->sent = -1;
    int path_n = snprintf(file->path, sizeof file->path, "%s", path);
    int sent_n = snprintf(file->sent_path, sizeof file->sent_path, "%.*s.sent", (int)stem, path);
    bool ok = (path_n < (int)sizeof file->path && sent_n < (int)sizeof file->sent_path) ||
              error_set(err, ERROR_BAD_INPUT, "the path is too long");
    if (!ok || !open_sent(file, err) || !open_lines(file, err)) {
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
    if (file->sent >= 0)
        close(file->sent);
    free(file->ids);
    free(file);
}

static bool has(void *self, const char *request_id)
{
    bool there = false;
    place_of(self, request_id, &there);
    return there;
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
    return follow_name(file, err) && append(file->fd, line, (size_t)n, err) &&
           append_sent(file, sms->request_id, err) && remember(file, sms->request_id, err);
}

struct sms_driver sms_file_driver(struct sms_file *file)
{
    return (struct sms_driver){.has = has, .send = send, .self = file};
}
