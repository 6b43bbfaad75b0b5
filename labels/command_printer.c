/* trao-labels send, resume, jobs and testpage: a list goes to a printer and is followed to its end.
 *
 * The whole job is laid out in memory and read back before its first byte leaves; what left is in
 * the spool folder, so that a job that stops goes on at its item. */
#include "labels/command.h"

#include "labels/items.h"
#include "labels/printer.h"
#include "labels/readback.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PATH_BYTES 1024

/* One job on its way. */
struct sending {
    const struct command_options *options;
    struct printer_profile profile;
    struct labels *labels;
    struct labels_about about;
    struct items items; /* of the list */
    struct spool *spool;
    struct spool_job *job;
    struct readback *readback;
    struct printer_data data;
};

/* ------------------------------------------------------------------ where to */

/* A file in the home folder, unless an option names another. */
static bool own_path(const char *given, const char *name, char path[PATH_BYTES], struct error *err)
{
    const char *home = getenv("HOME");
    int n = given != NULL ? snprintf(path, PATH_BYTES, "%s", given)
                          : snprintf(path, PATH_BYTES, "%s/%s", home == NULL ? "" : home, name);
    if (given == NULL && home == NULL)
        return error_set(err, ERROR_BAD_INPUT, "HOME is not set: say --spool and --printers");
    return n < PATH_BYTES || error_set(err, ERROR_BAD_INPUT, "the name of %s is too long", name);
}

/* A place says what its tongue is by --to; a name is a profile's. */
static bool find_printer(struct sending *sending, const char *printer, struct error *err)
{
    const struct command_options *options = sending->options;
    struct printer_profile *profile = &sending->profile;
    char path[PATH_BYTES];
    if (strchr(printer, ':') == NULL)
        return own_path(options->printers, ".trao-printers", path, err) &&
               printer_find(path, printer, profile, err);
    profile->dpi = options->labels.dpi;
    profile->native_text = options->labels.native_text;
    snprintf(profile->tongue, sizeof profile->tongue, "%s",
             options->tongue == NULL ? "pdf" : options->tongue);
    return (size_t)snprintf(profile->where, sizeof profile->where, "%s", printer) <
               sizeof profile->where ||
           error_set(err, ERROR_BAD_INPUT, "the printer's place is too long");
}

static bool open_sending(struct sending *sending, const char *layout, const char *printer,
                         struct error *err)
{
    char path[PATH_BYTES];
    if (!find_printer(sending, printer, err) ||
        !printer_takes(&sending->profile, LABELS_FOR_ENVELOPE, err) ||
        !own_path(sending->options->spool, ".trao-spool", path, err) ||
        !command_open(sending->options, layout, &sending->labels, err) ||
        !spool_open(path, &sending->spool, err))
        return false;
    sending->about = labels_about(sending->labels);
    if (!printer_takes(&sending->profile, sending->about.use, err))
        return error_add(err, "%s", layout);
    return sending->options->labels.start <= 1 ||
           error_set(err, ERROR_BAD_INPUT, "--start is for files");
}

static void close_sending(struct sending *sending)
{
    items_done(&sending->items);
    printer_data_done(&sending->data);
    labels_close(sending->labels);
    readback_close(sending->readback);
    spool_job_close(sending->job);
    spool_close(sending->spool);
}

/* ------------------------------------------------------------------ laying out */

static bool add_items(struct sending *sending, struct error *err)
{
    size_t n = 0;
    size_t at = 0;
    const struct spool_item *items = spool_job_items(sending->job, &n);
    for (size_t i = spool_job_next(sending->job); i < n; i++) {
        struct labels_report report;
        if (!items_add(&sending->items, sending->labels, &items[i], &at, &report, err))
            return error_add(err, "%s", items[i].number);
        if (report.shortened != 0 || report.substituted != 0)
            fprintf(stderr, "%s: rút ngắn hay thay chữ / shortened or substituted\n",
                    items[i].number);
    }
    return true;
}

/* What is left of the job, as bytes that were read back. */
static bool lay_out(struct sending *sending, struct error *err)
{
    struct labels_options said = {.tongue = sending->profile.tongue,
                                  .dpi = sending->profile.dpi,
                                  .native_text = sending->profile.native_text};
    struct readback_result result;
    if (!readback_open(said.tongue, said.dpi, &sending->readback, err))
        return false;
    said.readback = sending->readback;
    return labels_begin_as(sending->labels, &said, printer_data_sink(&sending->data), err) &&
           add_items(sending, err) && labels_end(sending->labels, err) &&
           readback_check(sending->readback, sending->data.bytes.bytes, sending->data.bytes.n, 0,
                          &result, err);
}

/* ------------------------------------------------------------------ printing */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* What was told last. */
struct told {
    enum printer_state state;
    size_t tenth;
    bool any;
};

static bool hear(void *ctx, const struct printer_progress *progress)
{
    struct told *told = ctx;
    size_t tenth = progress->done * 10 / progress->n;
    if (!told->any || told->state != progress->state || told->tenth != tenth)
        fprintf(stderr, "%zu/%zu %s%s%s\n", progress->done, progress->n,
                printer_state_words(progress->state), progress->words[0] == '\0' ? "" : ": ",
                progress->words);
    *told = (struct told){progress->state, tenth, true};
    return !interrupted;
}

static bool print(struct sending *sending, struct error *err)
{
    struct told told = {0};
    (void)signal(SIGINT, on_interrupt);
    fprintf(stderr, "lệnh in / print job %s\n", spool_job_id(sending->job));
    return printer_print(&sending->profile, sending->job, &sending->data, sending->about.places,
                         (struct printer_ear){.hear = hear, .ctx = &told}, err);
}

/* A new job; one that cannot be laid out is as if it had never been. */
static bool send(struct sending *sending, const char *reason, struct error *err)
{
    if (!spool_begin(sending->spool, sending->items.numbers, sending->items.n, reason,
                     &sending->job, err))
        return false;
    if (lay_out(sending, err))
        return print(sending, err);
    struct error why = *err;
    if (!spool_job_end(sending->job, false, err))
        return false;
    *err = why;
    return false;
}

static bool read_list(struct sending *sending, struct error *err)
{
    return items_read(&sending->items, sending->options->in, sending->labels,
                      &sending->options->all, err);
}

enum command_exit command_send(struct command_options *options, char **arguments)
{
    struct sending sending = {.options = options};
    struct error err;
    bool good = open_sending(&sending, arguments[0], arguments[1], &err) &&
                read_list(&sending, &err) && send(&sending, options->reason, &err);
    close_sending(&sending);
    return good ? COMMAND_DONE : command_failed(&err);
}

static bool resume(struct sending *sending, struct error *err)
{
    struct spool_stopped stopped;
    struct told told = {0};
    if (!spool_unfinished(sending->spool, &stopped, err) ||
        !spool_resume(sending->spool, stopped.id, &sending->job, err))
        return false;
    if (spool_job_remote(sending->job) != 0)
        return printer_follow(&sending->profile, sending->job, sending->about.places,
                              (struct printer_ear){.hear = hear, .ctx = &told}, err);
    size_t n = 0;
    (void)spool_job_items(sending->job, &n);
    if (spool_job_next(sending->job) == n) { /* all left; only its end was not noted */
        fprintf(stderr, "%zu/%zu %s\n", n, n, printer_state_words(PRINTER_FINISHED));
        return spool_job_end(sending->job, true, err);
    }
    return lay_out(sending, err) && print(sending, err);
}

enum command_exit command_resume(struct command_options *options, char **arguments)
{
    struct sending sending = {.options = options};
    struct error err;
    bool good = open_sending(&sending, arguments[0], arguments[1], &err) &&
                read_list(&sending, &err) && resume(&sending, &err);
    close_sending(&sending);
    return good ? COMMAND_DONE : command_failed(&err);
}

enum command_exit command_jobs(struct command_options *options, char **arguments)
{
    struct spool *spool = NULL;
    struct spool_stopped stopped;
    struct error err;
    char path[PATH_BYTES];
    (void)arguments;
    bool good = own_path(options->spool, ".trao-spool", path, &err) &&
                spool_open(path, &spool, &err) && spool_unfinished(spool, &stopped, &err);
    if (good) {
        printf("%s  %zu/%zu  tiếp theo / next: %s\n", stopped.id, stopped.next, stopped.n,
               stopped.number);
    } else if (err.code == ERROR_NOT_FOUND) {
        printf("không còn lệnh in nào dở dang / all print jobs have ended\n");
        good = true;
    }
    spool_close(spool);
    return good ? COMMAND_DONE : command_failed(&err);
}

/* An invented label; its number says when, so that it is no number twice. */
enum command_exit command_testpage(struct command_options *options, char **arguments)
{
    struct sending sending = {.options = options};
    struct items *items = &sending.items;
    struct error err;
    char number[SPOOL_NUMBER_BYTES];
    snprintf(number, sizeof number, "TH-%08lu", (unsigned long)time(NULL) % 100000000ul);
    bool good = open_sending(&sending, arguments[0], arguments[1], &err) &&
                (sending.about.use != LABELS_FOR_LIST ||
                 error_set(&err, ERROR_BAD_INPUT, "layout %s has no test page: take a label's",
                           arguments[0]));
    items->all = calloc(1, sizeof *items->all);
    items->numbers = calloc(1, sizeof *items->numbers);
    good = good && ((items->all != NULL && items->numbers != NULL) ||
                    error_set(&err, ERROR_LATER, "no memory for a test page"));
    if (good) {
        items->all[0] = command_sample(false);
        items->numbers[0] = number;
        items->n = 1;
        good = send(&sending, "trang thử", &err);
    }
    close_sending(&sending);
    return good ? COMMAND_DONE : command_failed(&err);
}
