#include "labels/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_CELLS 40
#define LABELS_A_LINE 10000

struct progress progress_begin(size_t all)
{
    return (struct progress){.all = all, .terminal = isatty(STDERR_FILENO) == 1};
}

static bool is_long(const struct progress *progress)
{
    return progress->all == 0 || progress->all >= PROGRESS_LONG_BYTES;
}

static void draw_bar(size_t hundredths, size_t n)
{
    char bar[BAR_CELLS + 1];
    size_t filled = hundredths * BAR_CELLS / 100;
    memset(bar, ' ', BAR_CELLS);
    memset(bar, '#', filled);
    bar[BAR_CELLS] = '\0';
    fprintf(stderr, "\r[%s] %3zu %% %zu", bar, hundredths, n);
}

void progress_tell(struct progress *progress, size_t done, size_t n)
{
    if (!is_long(progress))
        return;
    size_t steps = progress->terminal ? 100 : 10;
    size_t now = progress->all == 0 ? n / LABELS_A_LINE : done * steps / progress->all;
    if (now <= progress->told)
        return;
    progress->told = now;
    if (progress->all == 0)
        fprintf(stderr, "%zu nhãn / labels\n", n);
    else if (progress->terminal)
        draw_bar(now, n);
    else
        fprintf(stderr, "%zu %%, %zu nhãn / labels\n", now * 10, n);
}

void progress_end(const struct progress *progress)
{
    if (progress->terminal && progress->all != 0 && progress->told > 0)
        (void)fputc('\n', stderr);
}
