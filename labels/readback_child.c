#include "labels/readback_child.h"

#include "labels/readback_pdf.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHILD_BYTES (2048ul << 20) /* address space of its own: poppler, a C4 page at 600 dpi */
#define CHILD_SECONDS 10           /* of processor time, and */
#define PAGES_A_SECOND 4           /* a second more for as many pages: 50 times what they take */
#define CLOCK_A_CPU 10 /* times as long by the clock, for what waits and never computes */

bool readback_reads(const char *tongue, printed_read **ret_read)
{
    static const struct {
        const char *tongue;
        printed_read *read;
    } printers[] = {
        {"pdf", NULL}, {"zpl", printed_zpl}, {"tspl", printed_tspl}, {"escpos", printed_escpos}};
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
        if (strcmp(printers[i].tongue, tongue) == 0) {
            *ret_read = printers[i].read;
            return true;
        }
    return false;
}

/* ------------------------------------------------------------------ a child's share */

/* Every `step`-th page from `first` on. */
struct share {
    const struct readback_job *job;
    const struct readback_page *pages;
    const struct readback_symbol *symbols;
    const unsigned char *bytes;
    printed_read *read; /* NULL: PDF */
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
    if (!readback_judge(share->eye, symbol, bitmap, x, y, share->job->dpi, share->read != NULL,
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
    const struct readback_page *page = &share->pages[share->page];
    if (share->seen)
        return error_set(err, ERROR_REFUSED, "more than one label comes out");
    share->seen = true;
    for (size_t i = 0; i < page->n; i++)
        if (!judge(share, &share->symbols[page->first + i], bitmap, 0, 0, err))
            return false;
    return true;
}

static bool check_printed_page(struct share *share, struct error *err)
{
    size_t from = share->page == 0 ? 0 : share->pages[share->page - 1].end;
    size_t end = share->pages[share->page].end;
    share->seen = false;
    return share->read(share->bytes + from, end - from, share->job->dpi,
                       (struct printed_sink){on_label, NULL, share}, err) &&
           (share->seen || error_set(err, ERROR_REFUSED, "no label comes out"));
}

static bool check_pdf_page(struct share *share, struct readback_pdf *pdf, struct error *err)
{
    const struct readback_page *page = &share->pages[share->page];
    for (size_t i = 0; i < page->n; i++) {
        const struct readback_symbol *symbol = &share->symbols[page->first + i];
        struct bitmap_box crop = readback_crop(symbol, share->job->dpi);
        struct bitmap bitmap;
        if (!readback_pdf_dots(pdf, share->page, crop, share->job->dpi, &bitmap, err))
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
    if (pdf != NULL && readback_pdf_pages(pdf) != share->job->pages)
        return error_set(err, ERROR_REFUSED, "%zu pages come out, not %zu", readback_pdf_pages(pdf),
                         share->job->pages);
    for (share->page = share->first; share->page < share->job->pages; share->page += share->step)
        if (!(share->read == NULL ? check_pdf_page(share, pdf, err)
                                  : check_printed_page(share, err)))
            return error_add(err, "page %zu", share->page + 1);
    return true;
}

static bool check_share(struct share *share, struct error *err)
{
    struct readback_pdf *pdf = NULL;
    if (!readback_eye_open(&share->eye, err))
        return false;
    bool good =
        (share->read != NULL || readback_pdf_open(share->bytes, share->job->bytes, &pdf, err)) &&
        check_pages(share, pdf, err);
    readback_pdf_close(pdf);
    readback_eye_close(share->eye);
    return good;
}

/* ------------------------------------------------------------------ the process */

static void limit(__rlimit_resource_t what, rlim_t most)
{
    setrlimit(what, &(struct rlimit){most, most});
}

/* Dies with its parent, gains nothing, writes no file and to nothing but its verdict, ends in
 * bounded time. */
static void confine(const struct readback_job *job, size_t pages)
{
    unsigned seconds = (unsigned)(CHILD_SECONDS + pages / PAGES_A_SECOND);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close_range(READBACK_VERDICT + 1, ~0u, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    (void)signal(SIGALRM, SIG_DFL);
    alarm(seconds * CLOCK_A_CPU);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CPU, seconds);
#ifndef TRAO_SANITIZED /* whose shadow memory is all of the address space */
    limit(RLIMIT_AS, CHILD_BYTES + job->bytes);
#else
    (void)job;
#endif
}

/* The parent wrote it; who else begins this program under that name may hand over anything. */
static bool map_job(struct share *share)
{
    struct stat about;
    if (fstat(READBACK_JOB, &about) != 0 || about.st_size < (off_t)sizeof *share->job)
        return false;
    size_t size = (size_t)about.st_size;
    const char *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, READBACK_JOB, 0);
    if (at == MAP_FAILED)
        return false;
    share->job = (const void *)at;
    size_t left = size - sizeof *share->job;
    const struct readback_job *job = share->job;
    if (job->pages > left / sizeof *share->pages || job->symbols > left / sizeof *share->symbols ||
        left !=
            job->pages * sizeof *share->pages + job->symbols * sizeof *share->symbols + job->bytes)
        return false;
    share->pages = (const void *)(at + sizeof *job);
    share->symbols = (const void *)(share->pages + job->pages);
    share->bytes = (const void *)(share->symbols + job->symbols);
    return memchr(job->tongue, 0, sizeof job->tongue) && readback_reads(job->tongue, &share->read);
}

_Noreturn static void run(size_t first, size_t step)
{
    struct share share = {.first = first, .step = step};
    struct readback_verdict verdict = {0};
    if (step == 0 || !map_job(&share))
        _exit(2);
    confine(share.job, share.job->pages / step + 1);
    verdict.good = check_share(&share, &verdict.err);
    verdict.page = share.page;
    verdict.narrowest_um = share.narrowest_um;
    bool told = write(READBACK_VERDICT, &verdict, sizeof verdict) == (ssize_t)sizeof verdict;
    _exit(told ? 0 : 1);
}

/* Before main, in whatever program this library is part of. */
__attribute__((constructor)) static void begin(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[0], READBACK_CHILD_NAME) == 0)
        run(strtoul(argv[1], NULL, 10), strtoul(argv[2], NULL, 10));
}
