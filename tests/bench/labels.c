/* labels - how fast labels are made here, beside the peers of Debian, in one run.
 *
 *     labels [--smoke] PEERS     PEERS: the folder with reportlab_labels.py and sheet-3x8.glabels
 *
 * Medians of 5 runs. Ours: fonts and layout are open before, the finished PDF ends in memory.
 * ReportLab: the same, inside its own process. The commands are timed from start to exit. Prints
 * both sides and their ratio; never passes or fails on time. */
#include "labels/labels.h"
#include "labels/readback.h"
#include "tests/bench/labels_read.h"
#include "tests/bench/labels_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct plan {
    size_t labels;     /* of a job */
    size_t many;       /* of the long job */
    size_t glabels;    /* given to glabels, which takes 2 ms each */
    size_t commands;   /* runs of zint's command */
    size_t read_pages; /* envelopes read back */
};

static char peers[4096];
static char folder[256];

static void row(const char *what, size_t n, double seconds, const char *note)
{
    printf("| %-44s | %9.2f | %8.2f | %s |\n", what, seconds * 1e3, seconds * 1e6 / (double)n,
           note);
    (void)fflush(stdout);
}

static void ratio(const char *what, double theirs, double ours)
{
    printf("| %-44s | %.2f × |\n", what, theirs / ours);
    (void)fflush(stdout);
}

/* ------------------------------------------------------------------ ours */

static double make(struct labels *labels, const struct work *work, size_t n)
{
    struct work_sink sink = {0};
    double begin = work_now();
    work_make(labels, work, n, "pdf", &sink, NULL);
    double seconds = work_now() - begin;
    work_sink_done(&sink);
    return seconds;
}

static double median_make(const char *layout, const struct work *work, size_t n)
{
    double times[WORK_RUNS];
    struct labels *labels = work_open(layout);
    make(labels, work, n < 1000 ? n : 1000); /* every letter shaped once: fonts prepared */
    for (size_t i = 0; i < WORK_RUNS; i++)
        times[i] = make(labels, work, n);
    labels_close(labels);
    return work_median(times, WORK_RUNS);
}

/* ------------------------------------------------------------------ peers */

static void write_csv(const struct work *work, size_t n)
{
    char path[300];
    snprintf(path, sizeof path, "%s/labels.csv", folder);
    FILE *file = fopen(path, "w");
    work_must(file != NULL, "labels.csv");
    fprintf(file, "name,address,number\n");
    for (size_t i = 0; i < n; i++)
        fprintf(file, "%s,\"%s\",%s\n", work->labels[i].name, work->labels[i].address,
                work->labels[i].number);
    work_must(fclose(file) == 0, path);
}

/* Seconds of one command, from start to exit; negative when it fails or is not there. */
static double command(const char *words)
{
    char line[1024];
    snprintf(line, sizeof line, "cd %s && %s >/dev/null 2>&1", folder, words);
    double begin = work_now();
    int status = system(line);
    double seconds = work_now() - begin;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? seconds : -1;
}

/* What the script says of each run. */
static double reportlab(void)
{
    char line[5000];
    double times[WORK_RUNS];
    size_t n = 0;
    snprintf(line, sizeof line, "/usr/bin/python3 %s/reportlab_labels.py %s/labels.csv %d", peers,
             folder, WORK_RUNS);
    FILE *script = popen(line, "re");
    work_must(script != NULL, "python3");
    while (n < WORK_RUNS && fgets(line, sizeof line, script) != NULL)
        times[n++] = strtod(line, NULL);
    pclose(script);
    return n == WORK_RUNS ? work_median(times, n) : -1;
}

static double glabels(const struct work *work, size_t n)
{
    char line[5000];
    write_csv(work, n);
    snprintf(line, sizeof line, "cp %s/sheet-3x8.glabels . && glabels-3-batch sheet-3x8.glabels",
             peers);
    return command(line);
}

static void side(const char *what, size_t n, double seconds, const char *note)
{
    if (seconds < 0)
        printf("| %-44s | not here |\n", what);
    else
        row(what, n, seconds, note);
}

static void compare_pages(const struct plan *plan, const struct work *work)
{
    printf("| %zu labels, 24 a page, three lines + Code 128 | ms | µs a label | |\n|-|-|-|-|\n",
           plan->labels);
    double ours = median_make("sheet-3x8", work, plan->labels);
    row("Trao, finished PDF", plan->labels, ours, "all cores");
    write_csv(work, plan->labels);
    double theirs = reportlab();
    side("ReportLab", plan->labels, theirs, "its own process, fonts prepared");
    side("glabels-3-batch", plan->glabels, glabels(work, plan->glabels),
         "whole command, fewer labels");
    side("zint command", plan->commands,
         command("i=0; while [ $i -lt $RUNS ]; do zint -b 20 -d RA473124829VN -o b.svg; "
                 "i=$((i+1)); done"),
         "bars only, one process each");
    write_csv(work, plan->labels);
    side("GNU barcode", plan->labels,
         command("tail -n +2 labels.csv | sed 's/.*,//' | barcode -e 128b -t 3x8 -o b.ps"),
         "bars only, PostScript");
    if (theirs > 0)
        ratio("ReportLab / Trao", theirs, ours);
}

/* ------------------------------------------------------------------ QR, a million */

static void compare_qr(const struct plan *plan, const struct work *work)
{
    printf("\n| %zu labels with QR | ms | µs a label | |\n|-|-|-|-|\n", plan->labels);
    double times[WORK_RUNS];
    double ours = median_make("sheet-2x4", work, plan->labels);
    row("Trao, finished PDF, 8 a page", plan->labels, ours, "all cores");
    for (size_t i = 0; i < WORK_RUNS; i++)
        times[i] = work_encode_qr(work, plan->labels);
    double bare = work_median(times, WORK_RUNS);
    row("zint's library, bare encoding", plan->labels, bare, "all cores");
    ratio("bare zint / Trao", bare, ours);
}

static long peak_kb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void make_many(const struct plan *plan, const struct work *work)
{
    struct labels *labels = work_open("sheet-3x8");
    struct work_sink nowhere = {.count_only = true};
    work_make(labels, work, plan->labels, "pdf", &nowhere, NULL);
    long before = peak_kb();
    nowhere.n = 0;
    double begin = work_now();
    work_make(labels, work, plan->many, "pdf", &nowhere, NULL);
    double seconds = work_now() - begin;
    printf("\n%zu labels streamed: %.2f s, %.2f M/s, %zu MB of PDF; memory grew by %ld KB from %ld "
           "MB\n",
           plan->many, seconds, (double)plan->many / seconds / 1e6, nowhere.n >> 20,
           peak_kb() - before, before >> 10);
    labels_close(labels);
}

/* ------------------------------------------------------------------ read-back */

static void compare_readback(const struct plan *plan, const struct work *work)
{
    struct read_times times = read_measure(work, plan->read_pages);
    printf(
        "\n| %zu DL envelopes read back at 203 dpi, Code 128 + QR | ms | µs each | |\n|-|-|-|-|\n",
        plan->read_pages);
    row("bare zbar on crops", plan->read_pages, times.bare, "all cores, decoding only");
    row("Trao on the same dots", plan->read_pages, times.judged,
        "all cores: quiet zone, modules, ink across, decoding");
    row("Trao from ZPL", plan->read_pages, times.zpl, "with the printer's drawing");
    row("Trao from PDF", plan->read_pages, times.pdf, "with poppler's drawing");
    ratio("bare zbar / Trao on the same dots", times.bare, times.judged);
    ratio("bare zbar / Trao from ZPL", times.bare, times.zpl);
}

int main(int argc, char **argv)
{
    struct plan plan = {10000, 1000000, 1000, 200, 1000};
    const char *temporary = getenv("TMPDIR");
    if (argc == 3 && strcmp(argv[1], "--smoke") == 0) {
        plan = (struct plan){120, 2000, 48, 2, 8};
    } else if (argc != 2) {
        fprintf(stderr, "usage: labels [--smoke] PEERS\n");
        return 2;
    }
    work_must(realpath(argv[argc - 1], peers) != NULL, argv[argc - 1]);
    snprintf(folder, sizeof folder, "%s/trao-bench-XXXXXX", temporary == NULL ? "/tmp" : temporary);
    work_must(mkdtemp(folder) != NULL, folder);
    char runs[16];
    snprintf(runs, sizeof runs, "%zu", plan.commands);
    setenv("RUNS", runs, 1);
    struct work *work = work_new(plan.labels);
    compare_pages(&plan, work);
    compare_qr(&plan, work);
    make_many(&plan, work);
    compare_readback(&plan, work);
    work_free(work);
    char line[300];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}
