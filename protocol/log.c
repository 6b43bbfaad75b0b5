#include "protocol/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/clock.h"

#define LINE_MAX_BYTES 1024 /* longer lines are cut; below PIPE_BUF, so a line is never torn */

static _Atomic enum log_level level_now = LOG_LEVEL_INFO;
static atomic_int fd_now = 2;

void log_set(enum log_level level, int fd)
{
    atomic_store(&level_now, level);
    atomic_store(&fd_now, fd);
}

static const char *level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR:
        return "error";
    case LOG_LEVEL_ALARM:
        return "alarm";
    case LOG_LEVEL_INFO:
        return "info";
    case LOG_LEVEL_DEBUG:
        return "debug";
    }
    return "?";
}

/* A peer's text must not start a line of its own nor drive a terminal: C0, DEL and C1 (in UTF-8
 * C2 80..9F) become question marks. */
static void tame(char *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)line[i];
        if (c < 0x20 || c == 0x7F)
            line[i] = '?';
        else if (c == 0xC2 && i + 1 < n && (unsigned char)line[i + 1] >= 0x80 &&
                 (unsigned char)line[i + 1] < 0xA0)
            line[i] = line[i + 1] = '?';
    }
}

/* How much of `size` bytes snprintf really filled. */
static size_t filled(int n, size_t size)
{
    return n < 0 ? 0 : (size_t)n < size ? (size_t)n : size - 1;
}

void log_line(enum log_level level, const char *sentence, const char *keys, ...)
{
    if (level > atomic_load(&level_now))
        return;
    char when[CLOCK_TEXT_MAX], line[LINE_MAX_BYTES];
    struct clock clock = clock_system();
    clock_iso_utc(clock.now(clock.self), when, sizeof when);
    size_t room = sizeof line - 1; /* for the end of line */
    size_t n = filled(snprintf(line, room, "%s %s %s%s", when, level_name(level), sentence,
                               keys[0] == '\0' ? "" : " "),
                      room);
    va_list args;
    va_start(args, keys);
    n += filled(vsnprintf(line + n, room - n, keys, args), room - n);
    va_end(args);
    tame(line, n);
    line[n] = '\n';
    /* A log that cannot be written must stop nobody. */
    ssize_t written = write(atomic_load(&fd_now), line, n + 1);
    (void)written;
}
