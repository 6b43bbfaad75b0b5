#include "server/notify/sms_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/notify/sms_folder.h"
#include "server/notify/sms_sent.h"

#define LINE_BYTES 1024

struct sms_file {
    char path[CONFIG_PATH_MAX];
    int fd, in;
    struct clock clock;
    struct sms_sent *sent;
};

/* A crash between the two files leaves the last line without its mate. Times of one zone compare as
 * text. */
static bool take_line(void *ctx, char *line, struct error *err)
{
    struct sms_file *file = ctx;
    char *id = strchr(line, '\t');
    char *end = id ? strchr(id + 1, '\t') : NULL;
    char oldest[CLOCK_TEXT_MAX];
    struct instant since = {file->clock.now(file->clock.self).ms - SMS_SENT_KEPT_MS};
    if (!end || strcmp(line, clock_iso_local(since, oldest, sizeof oldest)) < 0)
        return true; /* not a line of ours, or an old one; it stands */
    *end = '\0';
    return sms_sent_has(file->sent, id + 1) || sms_sent_add(file->sent, id + 1, err);
}

static bool open_lines(struct sms_file *file, struct error *err)
{
    file->fd = open(file->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (file->fd < 0)
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    off_t whole = sms_line_each(file->fd, take_line, file, err);
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

static bool open_in(struct sms_file *file, const char *path, struct error *err)
{
    bool good = mkdir(path, 0700) == 0 || errno == EEXIST;
    file->in = good ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    return file->in >= 0 || error_set(err, ERROR_LATER, "%s: %s", path, strerror(errno));
}

static bool set_paths(struct sms_file *file, const char *path, char sent_path[CONFIG_PATH_MAX],
                      char in_path[CONFIG_PATH_MAX], struct error *err)
{
    size_t n = strlen(path), stem = n > 4 && strcmp(path + n - 4, ".txt") == 0 ? n - 4 : n;
    int path_n = snprintf(file->path, sizeof file->path, "%s", path);
    int sent_n = snprintf(sent_path, CONFIG_PATH_MAX, "%.*s.sent", (int)stem, path);
    (void)snprintf(in_path, CONFIG_PATH_MAX, "%.*s.in", (int)stem, path);
    return (path_n < (int)sizeof file->path && sent_n < CONFIG_PATH_MAX) ||
           error_set(err, ERROR_BAD_INPUT, "the path is too long");
}

bool sms_file_open(const char *path, struct clock clock, struct sms_file **ret_file,
                   struct error *err)
{
    char sent_path[CONFIG_PATH_MAX], in_path[CONFIG_PATH_MAX];
    struct sms_file *file = calloc(1, sizeof *file);
    if (!file)
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    file->clock = clock;
    file->fd = file->in = -1;
    if (!set_paths(file, path, sent_path, in_path, err) || !open_in(file, in_path, err) ||
        !sms_sent_open(sent_path, clock, &file->sent, err) || !open_lines(file, err)) {
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
    if (file->in >= 0)
        close(file->in);
    sms_sent_close(file->sent);
    free(file);
}

static bool has(void *self, const char *request_id)
{
    const struct sms_file *file = self;
    return sms_sent_has(file->sent, request_id);
}

static bool send(void *self, const struct sms *sms, struct error *err)
{
    struct sms_file *file = self;
    char line[LINE_BYTES], at[CLOCK_TEXT_MAX];
    int n = snprintf(line, sizeof line, "%s\t%s\t%s\t%s\n",
                     clock_iso_local(file->clock.now(file->clock.self), at, sizeof at),
                     sms->request_id, sms->to, sms->text);
    if (n < 0 || (size_t)n >= sizeof line)
        return error_set(err, ERROR_BAD_INPUT, "a message is longer than a line may be");
    return follow_name(file, err) && sms_line_append(file->fd, line, (size_t)n, err) &&
           sms_sent_add(file->sent, sms->request_id, err);
}

static bool read_text(const char *name, const char *bytes, size_t n, char from[NOTIFY_FROM_MAX + 1],
                      char text[SMS_TEXT_MAX + 1])
{
    const char *tab = memchr(bytes, '\t', n);
    (void)name;
    if (tab == NULL || tab - bytes > NOTIFY_FROM_MAX)
        return true;
    (void)snprintf(from, NOTIFY_FROM_MAX + 1, "%.*s", (int)(tab - bytes), bytes);
    (void)snprintf(text, SMS_TEXT_MAX + 1, "%.*s", (int)(bytes + n - tab - 1), tab + 1);
    return true;
}

static bool texts(void *self, sms_take_text *take, void *ctx, struct error *err)
{
    struct sms_file *file = self;
    struct sms_folder folder = {.fd = file->in, .reads = read_text};
    return sms_folder_take(&folder, take, ctx, err);
}

struct sms_driver sms_file_driver(struct sms_file *file)
{
    return (struct sms_driver){.has = has, .send = send, .texts = texts, .self = file};
}
