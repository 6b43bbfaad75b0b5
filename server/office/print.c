#include "server/office/print.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "labels/labels.h"
#include "labels/readback.h"
#include "protocol/whole.h"
#include "server/office/envelope.h"

/* ------------------------------------------------------------------ the file */

struct pdf {
    int fd;
    char part[PRINT_PATH_MAX], path[PRINT_PATH_MAX];
};

static bool write_page(void *ctx, const void *bytes, size_t n)
{
    const struct pdf *pdf = ctx;
    return whole_write(pdf->fd, bytes, n);
}

static bool pdf_open(const char *folder, uint64_t job, struct pdf *pdf, struct error *err)
{
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERROR_LATER, "%s: %s", folder, strerror(errno));
    int n = snprintf(pdf->path, sizeof pdf->path, "%s/%llu.pdf", folder, (unsigned long long)job);
    if (n < 0 || (size_t)n + 6 > sizeof pdf->path)
        return error_set(err, ERROR_BAD_INPUT, "path too long");
    memcpy(pdf->part, pdf->path, (size_t)n);
    memcpy(pdf->part + n, ".part", 6);
    pdf->fd = open(pdf->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return pdf->fd >= 0 || error_set(err, ERROR_LATER, "%s: %s", pdf->part, strerror(errno));
}

static bool sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

/* The bytes of a file that was drawn whole are durable; what was not is taken away. */
static bool pdf_close(struct pdf *pdf, bool drawn, struct error *err)
{
    bool synced = !drawn || fsync(pdf->fd) == 0;
    int why = errno;
    if (close(pdf->fd) != 0 && synced) {
        synced = false;
        why = errno;
    }
    if (drawn && synced)
        return true;
    unlink(pdf->part);
    return drawn ? error_set(err, ERROR_LATER, "%s: %s", pdf->path, strerror(why)) : false;
}

/* The file appears under its name when all its symbols were read again from its very bytes. */
static bool pdf_release(const struct pdf *pdf, const char *folder, const struct readback *readback,
                        struct error *err)
{
    struct readback_result result;
    bool good = readback_check_file(readback, pdf->part, 0, &result, err);
    if (good && (rename(pdf->part, pdf->path) != 0 || !sync_folder(folder)))
        good = error_set(err, ERROR_LATER, "%s: %s", pdf->path, strerror(errno));
    if (!good)
        unlink(pdf->part);
    return good;
}

/* ------------------------------------------------------------------ one page */

struct job {
    const struct print_config *config;
    struct labels *labels;
    struct readback *readback; /* what must be found in the PDF */
    struct office_fact *facts; /* of the pages drawn */
    struct print_result result;
};

/* False only when the job cannot go on; an item that cannot be printed is left out with a note. */
static bool print_one(struct job *job, const struct item *item, struct error *err)
{
    struct office_fact issued;
    uint32_t copy = 0;
    struct error why = {ERROR_NONE, ""};
    if (envelope_ready(job->config, item, &issued, &copy, &why) &&
        envelope_draw(job->config, job->labels, &issued, copy, &why)) {
        job->facts[job->result.pages++] = (struct office_fact){.item = *item,
                                                               .event = EVENT_PRINTED,
                                                               .copy = copy,
                                                               .job = job->result.job,
                                                               .reason = job->config->reason,
                                                               .user = job->config->user};
        return true;
    }
    if (why.code == ERROR_LATER || why.code == ERROR_BROKEN)
        return error_set(err, why.code, "%s: %s", item->text, why.text);
    job->result.left_out++;
    envelope_note(job->config, item, why.text);
    return true;
}

/* ------------------------------------------------------------------ the job */

static bool draw_job_act(struct record *record, void *arg, struct error *err)
{
    struct job *job = arg;
    uint64_t before = 0;
    if (!record_counter_next(record, "print", 1, &before, err))
        return false;
    job->result.job = before + 1;
    return true;
}

static bool printed_act(struct record *record, void *arg, struct error *err)
{
    struct job *job = arg;
    for (size_t i = 0; i < job->result.pages; i++)
        if (!record_office_add(record, &job->facts[i], NULL, err))
            return false;
    return true;
}

static bool draw_pages(struct job *job, struct pdf *pdf, const struct item *items, size_t n,
                       struct error *err)
{
    struct labels_sink sink = {write_page, pdf};
    struct labels_options said = {.readback = job->readback};
    if (!labels_begin_as(job->labels, &said, sink, err))
        return false;
    bool ok = true;
    for (size_t i = 0; i < n && ok; i++)
        ok = print_one(job, &items[i], err);
    struct error ended = {ERROR_NONE, ""};
    if (!labels_end(job->labels, &ended) && ok)
        ok = error_set(err, ended.code, "%s", ended.text);
    return ok;
}

static bool write_pdf(struct job *job, const struct item *items, size_t n, struct error *err)
{
    struct pdf pdf;
    const char *folder = job->config->folder;
    if (!pdf_open(folder, job->result.job, &pdf, err))
        return false;
    bool drawn = draw_pages(job, &pdf, items, n, err);
    if (!pdf_close(&pdf, drawn, err) || !pdf_release(&pdf, folder, job->readback, err))
        return false;
    memcpy(job->result.path, pdf.path, sizeof pdf.path);
    return true;
}

/* Before a job number is drawn: is there anything to print? If not, each item is told why. */
static bool any_printable(const struct job *job, const struct item *items, size_t n,
                          struct error *err)
{
    struct office_fact issued;
    uint32_t copy;
    struct error why;
    for (size_t i = 0; i < n; i++)
        if (envelope_ready(job->config, &items[i], &issued, &copy, &why) ||
            why.code == ERROR_LATER || why.code == ERROR_BROKEN)
            return true;
    for (size_t i = 0; i < n; i++)
        if (!envelope_ready(job->config, &items[i], &issued, &copy, &why))
            envelope_note(job->config, &items[i], why.text);
    return error_set(err, ERROR_BAD_INPUT, "không in được bì nào. / none of these can be printed");
}

bool print_run(const struct print_config *config, const struct item *items, size_t n,
               struct print_result *ret_result, struct error *err)
{
    struct job job = {.config = config, .facts = calloc(n ? n : 1, sizeof *job.facts)};
    bool ok = job.facts != NULL || error_set(err, ERROR_LATER, "out of memory");
    ok = ok && any_printable(&job, items, n, err) && labels_open("dl", &job.labels, err) &&
         readback_open("pdf", 0, &job.readback, err) &&
         config->acts.run(config->acts.self, draw_job_act, &job, err) &&
         write_pdf(&job, items, n, err) &&
         config->acts.run(config->acts.self, printed_act, &job, err);
    if (ok)
        *ret_result = job.result;
    labels_close(job.labels);
    readback_close(job.readback);
    free(job.facts);
    return ok;
}

/* ------------------------------------------------------------------ looked at before */

bool print_preview(const struct print_config *config, const struct item *item,
                   const struct print_look *look, int fd, struct error *err)
{
    struct labels *labels = NULL;
    struct office_fact issued;
    uint32_t copy = 0;
    struct pdf out = {.fd = fd};
    struct labels_options said = {.tongue = "png", .dpi = look->dpi, .preview = !look->dots};
    bool good =
        (envelope_ready(config, item, &issued, &copy, err) || error_add(err, "%s", item->text)) &&
        labels_open(look->layout, &labels, err) &&
        labels_begin_as(labels, &said, (struct labels_sink){write_page, &out}, err) &&
        envelope_draw(config, labels, &issued, copy, err) && labels_end(labels, err);
    labels_close(labels);
    return good;
}
