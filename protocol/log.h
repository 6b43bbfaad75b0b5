/* log.h - one line a happening: time, level, sentence, key=value. Programs log, libraries do not.
 * Keys are the same at both ends: device seq item epoch. Never a name, address, phone or ID number.
 * Thread safe: one write(2) a line. */
#ifndef TRAO_PROTOCOL_LOG_H
#define TRAO_PROTOCOL_LOG_H

enum log_level {
    LOG_LEVEL_ERROR,
    LOG_LEVEL_ALARM, /* somebody must look: forged seal, conflict, damaged store */
    LOG_LEVEL_INFO,
    LOG_LEVEL_DEBUG
};

/* The only global of the project: what is written at all (default INFO) and where (default 2). */
void log_set(enum log_level level, int fd);

/* log_line(LOG_LEVEL_INFO, "receipt sent", "device=%s through=%llu", ...); `keys` may be "".
 * Control characters in values are written as '?'. */
void log_line(enum log_level level, const char *sentence, const char *keys, ...)
    __attribute__((format(printf, 3, 4)));

#endif
