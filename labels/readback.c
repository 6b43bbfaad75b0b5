#include "labels/readback.h"

#include "labels/dots.h"
#include "labels/printed.h"
#include "labels/readback_pdf.h"
#include "labels/readback_symbol.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS_MAX 64
#define CHILD_BYTES (2048ul << 20) /* address space: poppler, one C4 page at 600 dpi, the job */
#define CHILD_SECONDS 10           /* of processor time, and */
#define PAGES_A_SECOND 4           /* a second more for as many pages: 50 times what they take */

struct noted_page {
    size_t end; /* of its bytes in the job */
    size_t first;
    size_t n; /* into symbols */
};

struct readback {
    struct writer writer; /* stands before `inner` and notes its pages */
    struct writer *inner;
    printed_read *read; /* NULL: PDF */
    unsigned dpi;
    struct labels_sink sink;
    size_t written;
    struct noted_page *pages;
    size_t n_pages, pages_room;
    struct readback_symbol *symbols;
    size_t n_symbols, symbols_room;
};

/* ------------------------------------------------------------------ what must be found */

static const struct {
    const char *tongue;
    printed_read *read;
} printers[] = {
    {"pdf", NULL}, {"zpl", printed_zpl}, {"tspl", printed_tspl}, {"escpos", printed_escpos}};

bool readback_open(const char *tongue, unsigned dpi, struct readback **ret_readback,
                   struct error *err)
{
    size_t i = 0;
    while (i < sizeof printers / sizeof *printers && strcmp(printers[i].tongue, tongue) != 0)
        i++;
    if (i == sizeof printers / sizeof *printers)
        return error_set(err, ERROR_BAD_INPUT, "'%s' goes to no printer: it cannot be read back",
                         tongue);
    if (!dots_dpi(dpi, &dpi, err))
        return false;
    struct readback *readback = calloc(1, sizeof *readback);
    if (readback == NULL)
        return error_set(err, ERROR_LATER, "no memory for a read-back");
    readback->read = printers[i].read;
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
        (struct noted_page){readback->written, readback->n_symbols, page->n_bars};
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

/* ------------------------------------------------------------------ a child's share */

/* What a child says at its end, in one write below PIPE_BUF. */
struct verdict {
    bool good;
    size_t page; /* the first bad one */
    int32_t narrowest_um;
    struct error err;
};

/* Every `step`-th page from `first` on. */
struct share {
    const struct readback *readback;
    const unsigned char *bytes;
    size_t n;
    size_t first;
    size_t step;
    struct readback_eye *eye;
    size_t page; /* in hand */
    bool seen;   /* its label came out */
    int32_t narrowest_um;
};

static bool judge(struct share *share, const struct readback_symbol *symbol,
                  const struct bitmap *bitmap, int32_t x, int32_t y, struct error *err)
{
    struct readback_measure measure;
    const struct readback *readback = share->readback;
    if (!readback_judge(share->eye, symbol, bitmap, x, y, readback->dpi, readback->read != NULL,
                        &measure, err))
        return false;
    if (share->narrowest_um == 0 || measure.module_um < share->narrowest_um)
        share->narrowest_um = measure.module_um;
    return true;
}

/* A label that a printer would put out. */
static bool on_label(void *ctx, const struct bitmap *bitmap, struct error *err)
{
    struct share *share = ctx;
    const struct readback *readback = share->readback;
    const struct noted_page *page = &readback->pages[share->page];
    if (share->seen)
        return error_set(err, ERROR_REFUSED, "more than one label comes out");
    share->seen = true;
    for (size_t i = 0; i < page->n; i++)
        if (!judge(share, &readback->symbols[page->first + i], bitmap, 0, 0, err))
            return false;
    return true;
}

static bool check_printed_page(struct share *share, struct error *err)
{
    const struct readback *readback = share->readback;
    size_t from = share->page == 0 ? 0 : readback->pages[share->page - 1].end;
    size_t end = readback->pages[share->page].end;
    share->seen = false;
    return readback->read(share->bytes + from, end - from, readback->dpi,
                          (struct printed_sink){on_label, NULL, share}, err) &&
           (share->seen || error_set(err, ERROR_REFUSED, "no label comes out"));
}

static bool check_pdf_page(struct share *share, struct readback_pdf *pdf, struct error *err)
{
    const struct readback *readback = share->readback;
    const struct noted_page *page = &readback->pages[share->page];
    for (size_t i = 0; i < page->n; i++) {
        const struct readback_symbol *symbol = &readback->symbols[page->first + i];
        struct bitmap_box crop = readback_crop(symbol, readback->dpi);
        struct bitmap bitmap;
        if (!readback_pdf_dots(pdf, share->page, crop, readback->dpi, &bitmap, err))
            return false;
        bool good = judge(share, symbol, &bitmap, crop.x, crop.y, err);
        bitmap_done(&bitmap);
        if (!good)
            return false;
    }
    return true;
}

static bool check_pages(struct share *share, struct readback_pdf *pdf, struct error *err)
{
    const struct readback *readback = share->readback;
    if (pdf != NULL && readback_pdf_pages(pdf) != readback->n_pages)
        return error_set(err, ERROR_REFUSED, "%zu pages come out, not %zu", readback_pdf_pages(pdf),
                         readback->n_pages);
    for (share->page = share->first; share->page < readback->n_pages; share->page += share->step)
        if (!(pdf != NULL ? check_pdf_page(share, pdf, err) : check_printed_page(share, err)))
            return error_add(err, "page %zu", share->page + 1);
    return true;
}

static bool check_share(struct share *share, struct error *err)
{
    struct readback_pdf *pdf = NULL;
    if (!readback_eye_open(&share->eye, err))
        return false;
    bool good =
        (share->readback->read != NULL || readback_pdf_open(share->bytes, share->n, &pdf, err)) &&
        check_pages(share, pdf, err);
    readback_pdf_close(pdf);
    readback_eye_close(share->eye);
    return good;
}

/* ------------------------------------------------------------------ children */

static void limit(__rlimit_resource_t what, rlim_t most)
{
    setrlimit(what, &(struct rlimit){most, most});
}

/* Dies with its parent, gains nothing, writes no file, ends in bounded time. */
static void confine(size_t pages)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, CHILD_SECONDS + pages / PAGES_A_SECOND);
#ifndef TRAO_SANITIZED /* whose shadow memory is all of the address space */
    limit(RLIMIT_AS, CHILD_BYTES);
#endif
}

_Noreturn static void run_child(struct share *share, int out)
{
    struct verdict verdict = {0};
    confine(share->readback->n_pages / share->step + 1);
    verdict.good = check_share(share, &verdict.err);
    verdict.page = share->page;
    verdict.narrowest_um = share->narrowest_um;
    bool told = write(out, &verdict, sizeof verdict) == (ssize_t)sizeof verdict;
    _exit(told ? 0 : 1);
}

struct child {
    pid_t pid; /* 0: not there */
    int in;
};

static bool start(struct child *child, struct share *share, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set(err, ERROR_LATER, "no pipe for a read-back: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0) {
        close(ends[0]);
        run_child(share, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return error_set(err, ERROR_LATER, "no process for a read-back: %s", strerror(errno));
    }
    *child = (struct child){pid, ends[0]};
    return true;
}

/* A child's verdict, or what became of it. */
static struct verdict hear(struct child *child)
{
    struct verdict verdict = {0};
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
    verdict = (struct verdict){0};
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
        struct verdict verdict = hear(&children[i]);
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
    unsigned workers = count_workers(asked, readback->n_pages);
    unsigned started = 0;
    bool good = true;
    for (; good && started < workers; started += good) {
        struct share share = {
            .readback = readback, .bytes = bytes, .n = n, .first = started, .step = workers};
        good = start(&children[started], &share, &why);
    }
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
