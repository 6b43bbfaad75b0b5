#include "labels/readback.h"

#include "labels/dots.h"
#include "labels/readback_child.h"
#include "protocol/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS_MAX 64
#define PROGRAM "/proc/self/exe"

struct readback {
    struct writer writer; /* stands before `inner` and notes its pages */
    struct writer *inner;
    char tongue[8];
    unsigned dpi;
    struct labels_sink sink;
    size_t written;
    struct readback_page *pages;
    size_t n_pages, pages_room;
    struct readback_symbol *symbols;
    size_t n_symbols, symbols_room;
};

/* ------------------------------------------------------------------ what must be found */

bool readback_open(const char *tongue, unsigned dpi, struct readback **ret_readback,
                   struct error *err)
{
    printed_read *read;
    if (!readback_reads(tongue, &read))
        return error_set(err, ERROR_BAD_INPUT, "'%s' goes to no printer: it cannot be read back",
                         tongue);
    if (!dots_dpi(dpi, &dpi, err))
        return false;
    struct readback *readback = calloc(1, sizeof *readback);
    if (readback == NULL)
        return error_set(err, ERROR_LATER, "no memory for a read-back");
    snprintf(readback->tongue, sizeof readback->tongue, "%s", tongue);
    readback->dpi = dpi;
    *ret_readback = readback;
    return true;
}

void readback_close(struct readback *readback)
{
    if (readback == NULL)
        return;
    free(readback->pages);
    free(readback->symbols);
    free(readback);
}

static bool count_bytes(void *ctx, const void *bytes, size_t n)
{
    struct readback *readback = ctx;
    readback->written += n;
    return readback->sink.write(readback->sink.ctx, bytes, n);
}

struct labels_sink readback_sink(struct readback *readback, struct labels_sink sink)
{
    readback->sink = sink;
    return (struct labels_sink){count_bytes, readback};
}

/* A page was written whole: its symbols are to be found. */
static bool note(struct readback *readback, const struct page *page, struct error *err)
{
    void *pages = readback->pages;
    void *symbols = readback->symbols;
    bool room =
        buffer_grow(&pages, &readback->pages_room, readback->n_pages + 1, sizeof *readback->pages);
    readback->pages = pages;
    room = room && buffer_grow(&symbols, &readback->symbols_room,
                               readback->n_symbols + page->n_bars, sizeof *readback->symbols);
    readback->symbols = symbols;
    if (!room)
        return error_set(err, ERROR_LATER, "no memory to note page %zu", readback->n_pages + 1);
    readback->pages[readback->n_pages++] =
        (struct readback_page){readback->written, readback->n_symbols, page->n_bars};
    for (size_t i = 0; i < page->n_bars; i++) {
        const struct page_bars *bars = &page->bars[i];
        struct readback_symbol *symbol = &readback->symbols[readback->n_symbols++];
        symbol->kind = bars->kind;
        memcpy(symbol->text, bars->text, sizeof symbol->text);
        symbol->area = bars->area;
        symbol->module_um = bars->module_um;
    }
    return true;
}

static bool add_page(struct writer *writer, const struct page *page, struct error *err)
{
    struct readback *readback = (struct readback *)writer;
    return readback->inner->page(readback->inner, page, err) && note(readback, page, err);
}

static bool end(struct writer *writer, struct error *err)
{
    struct readback *readback = (struct readback *)writer;
    return readback->inner->end(readback->inner, err);
}

static void close_inner(struct writer *writer)
{
    struct readback *readback = (struct readback *)writer;
    readback->inner->close(readback->inner);
}

struct writer *readback_writer(struct readback *readback, struct writer *inner)
{
    readback->writer = (struct writer){.page = add_page, .end = end, .close = close_inner};
    readback->inner = inner;
    return &readback->writer;
}

/* ------------------------------------------------------------------ children */

struct child {
    pid_t pid;
    int in;
};

/* All that a child needs, for all children; -1, with `err` set, without memory. */
static int write_job(const struct readback *readback, const void *bytes, size_t n,
                     struct error *err)
{
    struct readback_job job = {.dpi = readback->dpi,
                               .pages = readback->n_pages,
                               .symbols = readback->n_symbols,
                               .bytes = n};
    memcpy(job.tongue, readback->tongue, sizeof job.tongue);
    int file = memfd_create(READBACK_CHILD_NAME, MFD_CLOEXEC);
    if (file >= 0 && whole_write(file, &job, sizeof job) &&
        whole_write(file, readback->pages, readback->n_pages * sizeof *readback->pages) &&
        whole_write(file, readback->symbols, readback->n_symbols * sizeof *readback->symbols) &&
        whole_write(file, bytes, n))
        return file;
    error_set(err, ERROR_LATER, "no memory for a read-back: %s", strerror(errno));
    if (file >= 0)
        close(file);
    return -1;
}

/* 0, or why not, as errno has it. */
static int spawn(pid_t *ret_pid, int job, int out, unsigned first, unsigned step)
{
    char first_text[16];
    char step_text[16];
    snprintf(first_text, sizeof first_text, "%u", first);
    snprintf(step_text, sizeof step_text, "%u", step);
    char name[] = READBACK_CHILD_NAME;
    char *argv[] = {name, first_text, step_text, NULL};
    posix_spawn_file_actions_t moves;
    int failed = posix_spawn_file_actions_init(&moves);
    if (failed)
        return failed;
    failed = posix_spawn_file_actions_adddup2(&moves, job, READBACK_JOB);
    if (!failed)
        failed = posix_spawn_file_actions_adddup2(&moves, out, READBACK_VERDICT);
    if (!failed)
        failed = posix_spawn(ret_pid, PROGRAM, &moves, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&moves);
    return failed;
}

static bool start(struct child *child, int job, unsigned first, unsigned step, struct error *err)
{
    int ends[2];
    pid_t pid = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(err, ERROR_LATER, "no pipe for a read-back: %s", strerror(errno));
    int failed = spawn(&pid, job, ends[1], first, step);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return error_set(err, ERROR_LATER, "no process for a read-back: %s", strerror(failed));
    }
    *child = (struct child){pid, ends[0]};
    return true;
}

/* A child's verdict, or what became of it. */
static struct readback_verdict hear(struct child *child)
{
    struct readback_verdict verdict = {0};
    size_t got = 0;
    ssize_t n = 0;
    int status = 0;
    while (got < sizeof verdict &&
           ((n = read(child->in, (char *)&verdict + got, sizeof verdict - got)) > 0 ||
            (n < 0 && errno == EINTR)))
        got += n > 0 ? (size_t)n : 0;
    close(child->in);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (got == sizeof verdict)
        return verdict;
    verdict = (struct readback_verdict){0};
    error_set(&verdict.err, ERROR_LATER, "a read-back died: %s",
              WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "no verdict");
    return verdict;
}

static unsigned count_workers(unsigned asked, size_t pages)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t workers = asked != 0 ? asked : processors < 1 ? 1 : (size_t)processors;
    workers = workers > WORKERS_MAX ? WORKERS_MAX : workers;
    return (unsigned)(workers > pages ? pages : workers);
}

/* All verdicts in one: the first bad page counts, and a child that died before any other. */
static bool gather(struct child *children, unsigned n, struct readback_result *result,
                   struct error *err)
{
    bool good = true;
    size_t first_bad = SIZE_MAX;
    for (unsigned i = 0; i < n; i++) {
        struct readback_verdict verdict = hear(&children[i]);
        if (!verdict.good && (good || verdict.page < first_bad)) {
            good = false;
            first_bad = verdict.page;
            *err = verdict.err;
        }
        if (verdict.narrowest_um != 0 &&
            (result->narrowest_um == 0 || verdict.narrowest_um < result->narrowest_um))
            result->narrowest_um = verdict.narrowest_um;
    }
    return good;
}

bool readback_check(const struct readback *readback, const void *bytes, size_t n, unsigned asked,
                    struct readback_result *ret_result, struct error *err)
{
    struct child children[WORKERS_MAX];
    struct readback_result result = {readback->n_pages, readback->n_symbols, 0};
    struct error why;
    struct error refused;
    if (readback->n_pages == 0 || n != readback->written)
        return error_set(err, ERROR_BAD_INPUT, "%zu bytes are not the job that was written", n);
    int job = write_job(readback, bytes, n, err);
    if (job < 0)
        return false;
    unsigned workers = count_workers(asked, readback->n_pages);
    unsigned started = 0;
    bool good = true;
    for (; good && started < workers; started += good)
        good = start(&children[started], job, started, workers, &why);
    close(job);
    if (!gather(children, started, &result, &refused)) {
        good = false;
        why = refused;
    }
    if (!good)
        return error_set(err, why.code, "%s", why.text);
    *ret_result = result;
    return true;
}

bool readback_check_file(const struct readback *readback, const char *path, unsigned workers,
                         struct readback_result *ret_result, struct error *err)
{
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &about) != 0 || about.st_size == 0) {
        int why = errno;
        if (file >= 0)
            close(file);
        return error_set(err, ERROR_NOT_FOUND, "cannot read %s: %s", path,
                         file < 0 ? strerror(why) : "it is empty");
    }
    size_t n = (size_t)about.st_size;
    void *bytes = mmap(NULL, n, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (bytes == MAP_FAILED)
        return error_set(err, ERROR_LATER, "cannot map %s: %s", path, strerror(errno));
    bool good = readback_check(readback, bytes, n, workers, ret_result, err);
    munmap(bytes, n);
    return good || error_add(err, "%s", path);
}
