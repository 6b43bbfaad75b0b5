/* trao-labels print and check: a list becomes a file, which is read back before it has its name. */
#include "labels/command.h"

#include "labels/output.h"
#include "labels/progress.h"
#include "labels/readback.h"
#include "labels/tongue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CHUNK 768 /* labels in memory at a time: enough pages for every core */

/* One run over a list. */
struct run {
    const struct command_options *options;
    const struct tongue *tongue;
    struct readback *readback; /* outlives the job that it hears */
    struct labels *labels;
    struct labels_about about;
    FILE *file;
    struct list *list;
    struct progress progress;
    struct list_record records[CHUNK];
    struct label chunk[CHUNK];
    struct labels_report reports[CHUNK];
    size_t n;    /* of them in hand */
    size_t done; /* labels made */
    size_t bad;  /* rows that could not be */
    size_t shortened;
};

/* ------------------------------------------------------------------ the list */

static const char *list_words(const struct command_options *options)
{
    return options->in == NULL || strcmp(options->in, "-") == 0 ? "-" : options->in;
}

static bool open_list(struct run *run, struct error *err)
{
    const char *name = list_words(run->options);
    struct stat status;
    run->file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    if (run->file == NULL)
        return error_set(err, ERROR_NOT_FOUND, "%s: %s", name, strerror(errno));
    bool sized = fstat(fileno(run->file), &status) == 0 && S_ISREG(status.st_mode);
    run->progress = progress_begin(sized ? (size_t)status.st_size : 0);
    return list_open(run->file, name, &run->list, err);
}

static bool open_run(struct run *run, const char *layout, struct error *err)
{
    if (!command_open(run->options, layout, &run->labels, err) || !open_list(run, err))
        return false;
    run->about = labels_about(run->labels);
    return true;
}

static void close_run(struct run *run)
{
    progress_end(&run->progress);
    for (size_t i = 0; i < CHUNK; i++)
        list_record_done(&run->records[i]);
    list_close(run->list);
    if (run->file != NULL && run->file != stdin)
        (void)fclose(run->file); /* only read */
    labels_close(run->labels);
    readback_close(run->readback);
    free(run);
}

static void tell_bad(struct run *run, const struct error *err)
{
    run->bad++;
    fprintf(stderr, "%s\n", err->text);
}

/* Reads up to `most` labels; rows that cannot be read are told and passed over. False: reading
 * broke off. */
static bool read_chunk(struct run *run, size_t most, struct error *err)
{
    run->n = 0;
    while (run->n < most) {
        struct list_record *record = &run->records[run->n];
        struct error why;
        enum list_got got = list_next(run->list, record, &why);
        if (got == LIST_END && why.code != ERROR_NONE)
            return error_set(err, why.code, "%s", why.text);
        if (got == LIST_END)
            return true;
        if (got == LIST_RECORD &&
            list_label(record, &run->options->all, &run->chunk[run->n], &why)) {
            run->n++;
            continue;
        }
        if (got == LIST_RECORD)
            list_blame(list_name(run->list), record, &why);
        tell_bad(run, &why);
    }
    return true;
}

/* ------------------------------------------------------------------ labels */

/* What was changed to print a label; never the text itself. */
static void tell_report(struct run *run, size_t row, const struct labels_report *report)
{
    if (report->shortened == 0 && report->substituted == 0)
        return;
    run->shortened++;
    for (unsigned field = 0; field < LABELS_FIELDS; field++) {
        const char *name = labels_field_name((enum labels_field)field);
        if ((report->shortened & 1u << field) != 0)
            fprintf(stderr, "%s:%zu: «%s» dài quá, đã rút ngắn / shortened\n",
                    list_words(run->options), row, name);
        if ((report->substituted & 1u << field) != 0)
            fprintf(stderr, "%s:%zu: «%s» có chữ phông không có / letter not in the font\n",
                    list_words(run->options), row, name);
    }
}

/* Adds the labels in hand; those that cannot be printed are told and left out. */
static bool add_chunk(struct run *run, struct error *err)
{
    for (size_t first = 0; first < run->n;) {
        size_t added = 0;
        struct error why = {.code = ERROR_NONE};
        bool all = labels_add_many(run->labels, run->chunk + first, run->n - first,
                                   run->reports + first, &added, &why);
        for (size_t i = first; i < first + added; i++)
            tell_report(run, run->records[i].row, &run->reports[i]);
        run->done += added;
        first += added;
        if (all)
            break;
        if (why.code != ERROR_BAD_INPUT)
            return error_set(err, why.code, "%s", why.text);
        list_blame(list_name(run->list), &run->records[first], &why);
        tell_bad(run, &why);
        first++;
    }
    off_t at = ftello(run->file);
    progress_tell(&run->progress, at < 0 ? 0 : (size_t)at, run->done);
    return true;
}

/* A whole list (bảng kê) on the layout for lists. */
static bool add_list(struct run *run, struct error *err)
{
    struct labels_row *rows = calloc(LABELS_ROWS_MAX, sizeof *rows);
    struct list_record *records = calloc(LABELS_ROWS_MAX + 1, sizeof *records);
    struct label head;
    struct labels_report report = {0};
    struct error why = {.code = ERROR_NONE};
    const struct list_record none = {0};
    size_t n = 0;
    enum list_got got = LIST_RECORD;
    bool good = rows != NULL && records != NULL;
    if (!good)
        error_set(err, ERROR_LATER, "no memory for a list");
    while (good && n <= LABELS_ROWS_MAX &&
           (got = list_next(run->list, &records[n], &why)) != LIST_END) {
        if (got == LIST_RECORD && n == LABELS_ROWS_MAX)
            good = error_set(err, ERROR_BAD_INPUT, "more than %d rows", LABELS_ROWS_MAX);
        else if (got == LIST_RECORD && list_row(&records[n], &run->options->all, &rows[n], &why))
            n++;
        else if (got == LIST_RECORD)
            tell_bad(run, (list_blame(list_name(run->list), &records[n], &why), &why));
        else
            tell_bad(run, &why);
    }
    if (good && why.code != ERROR_NONE && got == LIST_END)
        good = error_set(err, why.code, "%s", why.text);
    good = good && list_label(&none, &run->options->all, &head, err) &&
           labels_add_list(run->labels, &head, rows, n, &report, err);
    if (good)
        tell_report(run, 1, &report);
    run->done = n;
    for (size_t i = 0; records != NULL && i <= LABELS_ROWS_MAX; i++)
        list_record_done(&records[i]);
    free(records);
    free(rows);
    return good;
}

/* All labels into one job. */
static bool add_all(struct run *run, struct error *err)
{
    if (run->about.use == LABELS_FOR_LIST)
        return add_list(run, err);
    do {
        if (!read_chunk(run, CHUNK, err) || !add_chunk(run, err))
            return false;
    } while (run->n > 0);
    return true;
}

/* ------------------------------------------------------------------ print */

/* What the job is told; with a read-back, if one is wanted: of what goes to printers, a picture is
 * for eyes. */
static bool say(struct run *run, bool checked, struct labels_options *ret_said, struct error *err)
{
    struct labels_options said = run->options->labels;
    said.tongue = run->tongue->name;
    if (checked && !readback_open(said.tongue, said.dpi, &run->readback, err))
        return false;
    said.readback = run->readback;
    *ret_said = said;
    return true;
}

/* Whether what could not be printed stops the rest. */
static bool may_go_on(const struct run *run, struct error *err)
{
    return run->bad == 0 || run->options->keep_going ||
           error_set(err, ERROR_BAD_INPUT,
                     "%zu dòng không in được, chưa in gì (--keep-going: bỏ qua) / rows cannot be "
                     "printed, nothing was",
                     run->bad);
}

/* A job over the whole list into one file, read back before it is released. */
static bool print_whole(struct run *run, const char *path, struct error *err)
{
    bool checked = run->tongue->many && !run->options->unchecked;
    struct labels_options said;
    struct output output = {0};
    struct readback_result result;
    bool good = say(run, checked, &said, err) && output_open(path, &output, err) &&
                labels_begin_as(run->labels, &said, output_sink(&output), err) &&
                add_all(run, err) && may_go_on(run, err) && labels_end(run->labels, err) &&
                output_flush(&output, err) &&
                (!checked || readback_check_file(run->readback, output.held, 0, &result, err)) &&
                output_release(&output, err);
    if (!good)
        output_discard(&output);
    return good;
}

/* The file of page n, from 0: x.png, x-2.png, x-3.png. */
static bool page_path(const char *path, size_t n, char ret_path[OUTPUT_PATH_BYTES],
                      struct error *err)
{
    const char *dot = strrchr(path, '.');
    size_t stem = dot == NULL ? strlen(path) : (size_t)(dot - path);
    int length = n == 0 ? snprintf(ret_path, OUTPUT_PATH_BYTES, "%s", path)
                        : snprintf(ret_path, OUTPUT_PATH_BYTES, "%.*s-%zu%s", (int)stem, path,
                                   n + 1, path + stem);
    return (length > 0 && length < OUTPUT_PATH_BYTES) ||
           error_set(err, ERROR_BAD_INPUT, "the name of the output is too long");
}

static bool print_page(struct run *run, const char *path, const struct labels_options *said,
                       struct error *err)
{
    struct output output = {0};
    bool good = output_open(path, &output, err) &&
                labels_begin_as(run->labels, said, output_sink(&output), err) &&
                add_chunk(run, err) && labels_end(run->labels, err) && output_release(&output, err);
    if (!good)
        output_discard(&output);
    return good;
}

/* Tongues that hold one page: a file for each. */
static bool print_pages(struct run *run, const char *path, struct error *err)
{
    struct labels_options said;
    if (!say(run, false, &said, err))
        return false;
    for (size_t number = 0;; number++) {
        char own[OUTPUT_PATH_BYTES];
        size_t before = said.start > 1 ? said.start - 1 : 0;
        if (!page_path(path, number, own, err) || !read_chunk(run, run->about.places - before, err))
            return false;
        if (run->n == 0)
            return number > 0 ||
                   error_set(err, ERROR_BAD_INPUT, "không có nhãn nào / no labels in the list");
        if (!print_page(run, own, &said, err))
            return false;
        said.start = 0;
    }
}

/* The tongue that was named, or the one that the suffix of the output names. */
static bool find_tongue(const struct command_options *options, const char *path,
                        const struct tongue **ret_tongue, struct error *err)
{
    const char *dot = strrchr(path, '.');
    if (options->tongue == NULL && dot == NULL)
        return error_set(err, ERROR_BAD_INPUT, "--to is missing, and --out has no suffix");
    return tongue_find(options->tongue != NULL ? options->tongue : dot + 1, ret_tongue, err);
}

static void tell_sum(const struct run *run)
{
    fprintf(stderr, "%zu nhãn / labels", run->done);
    if (run->shortened > 0)
        fprintf(stderr, ", %zu rút ngắn hay thay chữ / shortened or substituted", run->shortened);
    if (run->bad > 0)
        fprintf(stderr, ", %zu dòng hỏng / bad rows", run->bad);
    (void)fputc('\n', stderr);
}

enum command_exit command_print(struct command_options *options, char **arguments)
{
    struct run *run = calloc(1, sizeof *run);
    struct error err;
    const char *path = options->out == NULL ? "-" : options->out;
    bool good = run != NULL || error_set(&err, ERROR_LATER, "no memory");
    if (good)
        run->options = options;
    good =
        good && find_tongue(options, path, &run->tongue, &err) && open_run(run, arguments[0], &err);
    if (good && run->about.use != LABELS_FOR_LIST && !run->tongue->many)
        good = print_pages(run, path, &err);
    else if (good)
        good = print_whole(run, path, &err);
    enum command_exit code = good && run->bad == 0 ? COMMAND_DONE : COMMAND_REFUSED;
    if (good)
        tell_sum(run);
    else
        command_failed(&err);
    if (run != NULL)
        close_run(run);
    return code;
}

/* ------------------------------------------------------------------ check */

static bool drop(void *ctx, const void *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return true;
}

/* Makes the job once more, for its symbols alone, and looks for them in the file. */
static bool check_file(struct run *run, const char *path, struct readback_result *ret_result,
                       struct error *err)
{
    struct labels_options said;
    return say(run, true, &said, err) &&
           labels_begin_as(run->labels, &said, (struct labels_sink){.write = drop}, err) &&
           add_all(run, err) && labels_end(run->labels, err) &&
           readback_check_file(run->readback, path, 0, ret_result, err);
}

enum command_exit command_check(struct command_options *options, char **arguments)
{
    struct run *run = calloc(1, sizeof *run);
    struct error err;
    struct readback_result result = {0};
    bool good = run != NULL || error_set(&err, ERROR_LATER, "no memory");
    if (good)
        run->options = options;
    good = good && find_tongue(options, arguments[1], &run->tongue, &err) &&
           open_run(run, arguments[0], &err) && check_file(run, arguments[1], &result, &err);
    enum command_exit code = good && run->bad == 0 ? COMMAND_DONE : COMMAND_REFUSED;
    if (good)
        printf("%s: %zu tờ, %zu mã đọc đúng, vạch hẹp nhất %.3f mm / pages, codes right, narrowest "
               "module\n",
               arguments[1], result.pages, result.symbols, (double)result.narrowest_um / 1000);
    else
        command_failed(&err);
    if (run != NULL)
        close_run(run);
    return code;
}
