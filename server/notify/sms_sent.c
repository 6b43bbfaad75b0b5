#include "server/notify/sms_sent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/fact.h"

struct id {
    char text[NOTICE_REQUEST_MAX + 1];
    struct instant at; /* it was added */
    bool owed;         /* not in the file yet */
    bool past;         /* sms_sent_older gave it out, and need not again */
};

struct sms_sent {
    char path[CONFIG_PATH_MAX];
    int fd;
    struct clock clock;
    struct id *ids; /* sorted */
    size_t n, room;
    size_t owed; /* of them */
};

/* ------------------------------------------------------------------ lines */

bool sms_line_append(int fd, const char *line, size_t n, struct error *err)
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

off_t sms_line_each(int fd, bool (*take)(void *ctx, char *line, struct error *err), void *ctx,
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
        ok = take(ctx, line, err);
    }
    free(line);
    if (in)
        (void)fclose(in);
    return ok ? whole : -1;
}

/* ------------------------------------------------------------------ ids */

/* Where the id stands, or belongs. */
static size_t place_of(const struct sms_sent *sent, const char *id, bool *ret_there)
{
    size_t low = 0, high = sent->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(sent->ids[middle].text, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_there = low < sent->n && strcmp(sent->ids[low].text, id) == 0;
    return low;
}

static bool remember(struct sms_sent *sent, const char *id, struct id **ret_id, struct error *err)
{
    bool there = false;
    size_t at = place_of(sent, id, &there);
    if (!there && sent->n == sent->room) {
        size_t room = sent->room ? sent->room * 2 : 64;
        struct id *ids = realloc(sent->ids, room * sizeof *ids);
        if (!ids)
            return error_set(err, ERROR_LATER, "out of memory");
        sent->ids = ids;
        sent->room = room;
    }
    if (!there) {
        memmove(&sent->ids[at + 1], &sent->ids[at], (sent->n - at) * sizeof *sent->ids);
        sent->ids[at] = (struct id){.owed = false};
        (void)snprintf(sent->ids[at].text, sizeof sent->ids[at].text, "%s", id);
        sent->n++;
    }
    *ret_id = &sent->ids[at];
    return true;
}

bool sms_sent_has(const struct sms_sent *sent, const char *request_id)
{
    bool there = false;
    place_of(sent, request_id, &there);
    return there;
}

static bool write_id(struct sms_sent *sent, struct id *id, struct error *err)
{
    char line[64 + NOTICE_REQUEST_MAX];
    int n = snprintf(line, sizeof line, "%lld %s\n", (long long)id->at.ms, id->text);
    bool was_owed = id->owed;
    id->owed = !sms_line_append(sent->fd, line, (size_t)n, err);
    sent->owed = sent->owed + id->owed - was_owed;
    return !id->owed;
}

bool sms_sent_add(struct sms_sent *sent, const char *request_id, struct error *err)
{
    struct id *id = NULL;
    if (!remember(sent, request_id, &id, err))
        return false;
    id->at = sent->clock.now(sent->clock.self);
    return write_id(sent, id, err);
}

static bool begins(const struct id *id, const char *begin)
{
    return strncmp(id->text, begin, strlen(begin)) == 0;
}

bool sms_sent_older(struct sms_sent *sent, const char *begin, struct instant than,
                    sms_sent_take *take, void *ctx, struct error *err)
{
    for (size_t i = 0; i < sent->n; i++) {
        struct id *id = &sent->ids[i];
        if (!id->past && id->at.ms <= than.ms && begins(id, begin) &&
            !(id->past = take(ctx, id->text, err)))
            return false;
    }
    return true;
}

size_t sms_sent_between(const struct sms_sent *sent, const char *begin, struct instant after,
                        struct instant before)
{
    size_t n = 0;
    for (size_t i = 0; i < sent->n; i++)
        n += sent->ids[i].at.ms >= after.ms && sent->ids[i].at.ms <= before.ms &&
             begins(&sent->ids[i], begin);
    return n;
}

bool sms_sent_settle(struct sms_sent *sent, struct error *err)
{
    for (size_t i = 0; sent->owed > 0 && i < sent->n; i++)
        if (sent->ids[i].owed && !write_id(sent, &sent->ids[i], err))
            return false;
    return true;
}

/* ------------------------------------------------------------------ the file */

/* Into the new file and the memory, unless it is old; a line that is none of ours goes. */
static bool keep_line(void *ctx, char *line, struct error *err)
{
    struct sms_sent *sent = ctx;
    struct id *id = NULL;
    char *blank = strchr(line, ' ');
    int64_t at_ms = strtoll(line, NULL, 10);
    if (!blank || at_ms < sent->clock.now(sent->clock.self).ms - SMS_SENT_KEPT_MS)
        return true;
    *blank = '\0';
    if (dprintf(sent->fd, "%s %s\n", line, blank + 1) < 0)
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    if (!remember(sent, blank + 1, &id, err))
        return false;
    id->at.ms = at_ms;
    return true;
}

/* The list is copied without what is old, then takes the old one's place. */
static bool open_list(struct sms_sent *sent, struct error *err)
{
    char part[CONFIG_PATH_MAX];
    int n = snprintf(part, sizeof part, "%s.part", sent->path);
    int old = open(sent->path, O_RDONLY | O_CLOEXEC);
    bool ok = old >= 0 || errno == ENOENT;
    if (!ok || n >= (int)sizeof part)
        return error_set(err, ERROR_LATER, "%s: %s", sent->path, strerror(errno));
    sent->fd = open(part, O_RDWR | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ok = sent->fd >= 0 || error_set(err, ERROR_LATER, "%s: %s", part, strerror(errno));
    ok = ok && (old < 0 || sms_line_each(old, keep_line, sent, err) >= 0);
    if (old >= 0)
        close(old);
    if (ok && (fsync(sent->fd) != 0 || rename(part, sent->path) != 0))
        ok = error_set(err, ERROR_LATER, "%s: %s", sent->path, strerror(errno));
    return ok;
}

bool sms_sent_open(const char *path, struct clock clock, struct sms_sent **ret_sent,
                   struct error *err)
{
    struct sms_sent *sent = calloc(1, sizeof *sent);
    if (!sent)
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    sent->clock = clock;
    sent->fd = -1;
    int n = snprintf(sent->path, sizeof sent->path, "%s", path);
    bool ok = n < (int)sizeof sent->path || error_set(err, ERROR_BAD_INPUT, "the path is too long");
    if (!ok || !open_list(sent, err)) {
        sms_sent_close(sent);
        return false;
    }
    *ret_sent = sent;
    return true;
}

void sms_sent_close(struct sms_sent *sent)
{
    if (!sent)
        return;
    if (sent->fd >= 0)
        close(sent->fd);
    free(sent->ids);
    free(sent);
}
