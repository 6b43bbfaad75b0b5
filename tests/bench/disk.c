#include "tests/bench/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 4096
#define FILE_BLOCKS 256 /* 1 MB, written before: overwriting, not growing */
#define SAMPLES_MAX 100000

double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct spread spread_of(double *ms, size_t n)
{
    if (n == 0)
        return (struct spread){0};
    qsort(ms, n, sizeof *ms, by_size);
    return (struct spread){ms[n / 2], ms[n - 1 - n / 100], n};
}

static void must(int ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    exit(1);
}

static int prepare(const char *path, const char *block)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0, path);
    for (int at = 0; at < FILE_BLOCKS; at++)
        must(write(fd, block, BLOCK) == BLOCK, path);
    must(fsync(fd) == 0, path);
    return fd;
}

struct spread disk_measure(const char *dir, double seconds)
{
    static char block[BLOCK];
    static double ms[SAMPLES_MAX];
    char path[512];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/disk.test", dir);
    int fd = prepare(path, block);
    for (double begun = now_ms(); n < SAMPLES_MAX && now_ms() - begun < seconds * 1e3;) {
        double before = now_ms();
        block[0]++;
        must(pwrite(fd, block, BLOCK, (off_t)(n % FILE_BLOCKS) * BLOCK) == BLOCK, path);
        must(fdatasync(fd) == 0, path);
        ms[n++] = now_ms() - before;
    }
    close(fd);
    unlink(path);
    return spread_of(ms, n);
}
