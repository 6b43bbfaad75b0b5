#include "server/notify/sms_begun.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct one {
    char id[NOTICE_REQUEST_MAX + 1];
    struct instant since; /* in doubt; .ms 0: it is being handed over */
};

struct sms_begun {
    int fd;
    struct clock clock;
    struct one *ones; /* few */
    size_t n, room;
};

static struct one *find(const struct sms_begun *begun, const char *request_id)
{
    for (size_t i = 0; i < begun->n; i++)
        if (strcmp(begun->ones[i].id, request_id) == 0)
            return &begun->ones[i];
    return NULL;
}

static bool remember(struct sms_begun *begun, const char *request_id, struct error *err)
{
    if (find(begun, request_id) != NULL)
        return true;
    if (begun->n == begun->room) {
        size_t room = 2 * begun->room + 8;
        struct one *ones = realloc(begun->ones, room * sizeof *ones);
        if (ones == NULL)
            return error_set(err, ERROR_LATER, "out of memory");
        begun->ones = ones;
        begun->room = room;
    }
    struct one *one = &begun->ones[begun->n++];
    *one = (struct one){.since = {0}};
    (void)snprintf(one->id, sizeof one->id, "%s", request_id);
    return true;
}

static void forget(struct sms_begun *begun, const char *request_id)
{
    struct one *one = find(begun, request_id);
    if (one != NULL)
        *one = begun->ones[--begun->n];
}

static bool append(struct sms_begun *begun, char sign, const char *request_id, struct error *err)
{
    char line[NOTICE_REQUEST_MAX + 4];
    int n = snprintf(line, sizeof line, "%c%s\n", sign, request_id);
    return sms_line_append(begun->fd, line, (size_t)n, err);
}

/* ------------------------------------------------------------------ the file */

static bool read_line(void *ctx, char *line, struct error *err)
{
    struct sms_begun *begun = ctx;
    if (*line == '-')
        forget(begun, line + 1);
    return *line != '+' || remember(begun, line + 1, err);
}

/* A line that a crash cut was not begun. */
static bool read_file(struct sms_begun *begun, const struct sms_sent *sent, struct error *err)
{
    off_t whole = sms_line_each(begun->fd, read_line, begun, err);
    if (whole < 0 || ftruncate(begun->fd, whole) != 0)
        return whole < 0 ? false : error_set(err, ERROR_LATER, "%s", strerror(errno));
    for (size_t i = begun->n; i-- > 0;) {
        begun->ones[i].since = begun->clock.now(begun->clock.self);
        if (sms_sent_has(sent, begun->ones[i].id))
            begun->ones[i] = begun->ones[--begun->n];
    }
    return true;
}

bool sms_begun_open(const char *path, const struct sms_sent *sent, struct clock clock,
                    struct sms_begun **ret_begun, struct error *err)
{
    struct sms_begun *begun = calloc(1, sizeof *begun);
    if (begun == NULL)
        return error_set(err, ERROR_LATER, "%s: out of memory", path);
    begun->clock = clock;
    begun->fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    bool good = begun->fd >= 0 || error_set(err, ERROR_LATER, "%s", strerror(errno));
    if (!good || !read_file(begun, sent, err)) {
        sms_begun_close(begun);
        return error_add(err, "%s", path);
    }
    *ret_begun = begun;
    return true;
}

void sms_begun_close(struct sms_begun *begun)
{
    if (begun == NULL)
        return;
    if (begun->fd >= 0)
        close(begun->fd);
    free(begun->ones);
    free(begun);
}

/* ------------------------------------------------------------------ one message */

bool sms_begun_add(struct sms_begun *begun, const char *request_id, struct error *err)
{
    return remember(begun, request_id, err) && append(begun, '+', request_id, err);
}

void sms_begun_end(struct sms_begun *begun, const char *request_id)
{
    struct error none;
    forget(begun, request_id);
    if (begun->n == 0 && ftruncate(begun->fd, 0) == 0)
        return;
    if (!append(begun, '-', request_id, &none))
        return; /* a doubt after a crash */
}

void sms_begun_doubt(struct sms_begun *begun, const char *request_id)
{
    struct one *one = find(begun, request_id);
    if (one != NULL)
        one->since = begun->clock.now(begun->clock.self);
}

bool sms_begun_is_in_doubt(const struct sms_begun *begun, const char *request_id)
{
    const struct one *one = find(begun, request_id);
    return one != NULL && one->since.ms != 0;
}

/* Of those in doubt for long enough the first. */
static const char *doubtful(const struct sms_begun *begun)
{
    int64_t now_ms = begun->clock.now(begun->clock.self).ms;
    for (size_t i = 0; i < begun->n; i++) {
        int64_t since_ms = begun->ones[i].since.ms;
        if (since_ms != 0 && (now_ms - since_ms >= SMS_BEGUN_WAIT_MS || now_ms < since_ms))
            return begun->ones[i].id;
    }
    return NULL;
}

bool sms_begun_report(struct sms_begun *begun, struct sms_sent *sent, sms_take_report *take,
                      void *ctx, struct error *err)
{
    char id[NOTICE_REQUEST_MAX + 1];
    for (const char *one; (one = doubtful(begun)) != NULL;) {
        struct error why = {.code = ERROR_NONE};
        (void)snprintf(id, sizeof id, "%s", one);
        if (take(ctx, id, SMS_END_UNKNOWN, &why)) {
            if (!sms_sent_add(sent, id, err))
                return false;
            sms_begun_end(begun, id);
        } else if (why.code == ERROR_NOT_FOUND) {
            sms_begun_doubt(begun, id);
        } else {
            return error_set(err, why.code, "%s", why.text);
        }
    }
    return true;
}
