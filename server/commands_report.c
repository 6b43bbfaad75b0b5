/* commands_report.c - the evaluation of a pilot, and what stood before it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/report.h"

enum form { FORM_NONE, FORM_HTML, FORM_PDF, FORM_XLSX, FORM_FIGURES };

static bool read_form(const struct call *call, enum form *ret_form, struct error *err)
{
    static const char *const keys[] = {
        [FORM_HTML] = "html", [FORM_PDF] = "pdf", [FORM_XLSX] = "xlsx"};
    const char *text = option_text(call, 3, "form");
    *ret_form = call->fd < 0 ? FORM_FIGURES : FORM_HTML;
    if (text == NULL)
        return true;
    *ret_form = FORM_NONE;
    for (int form = FORM_HTML; form <= FORM_XLSX; form++)
        if (strcmp(keys[form], text) == 0)
            *ret_form = (enum form)form;
    if (*ret_form == FORM_NONE)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: form=html, form=pdf, form=xlsx", text);
    return call->fd >= 0 ||
           error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted");
}

/* A number as it is: 12, 94.12, 6.5. In lines the text says the same. */
static void say_number(struct answer *answer, const struct report_cell *cell)
{
    if (!answer_is_json(answer))
        return;
    double hundredths = cell->number * 100;
    if (!cell->is_number)
        answer_text(answer, "number", NULL);
    else if (cell->number == floor(cell->number))
        answer_number(answer, "number", (int64_t)cell->number);
    else
        answer_share(answer, "number", (uint64_t)llround(hundredths), 10000);
}

/* A line a figure: which table, which row, which column. */
static void say_table(struct answer *answer, const struct report_table *table)
{
    for (size_t i = 0; i < table->n; i++)
        for (size_t k = 0; k < table->columns; k++) {
            const struct report_cell *cell = &table->rows[i][k];
            if (k == 0 && !cell->is_number)
                continue; /* the row's name */
            answer_row(answer, "figures");
            answer_text(answer, "table", table->key);
            answer_text(answer, "row", table->rows[i][0].is_number ? NULL : table->rows[i][0].text);
            answer_text(answer, "column", table->header[k]);
            answer_text(answer, "text", cell->text);
            say_number(answer, cell);
        }
}

static void say_figures(struct answer *answer, const struct report *report)
{
    answer_text(answer, "title", report->title);
    answer_text(answer, "period", report->period);
    answer_time(answer, "at", report->at);
    for (size_t i = 0; i < report->n; i++) {
        answer_row(answer, "tables");
        answer_text(answer, "table", report->table[i].key);
        answer_text(answer, "name", report->table[i].vi);
        answer_text(answer, "how", report->table[i].how);
    }
    for (size_t i = 0; i < report->n; i++)
        say_table(answer, &report->table[i]);
    answer_say(answer, "%s", REPORT_FEW);
}

static bool write_file(const struct commands *commands, const struct call *call,
                       const struct report *report, enum form form, struct error *err)
{
    bool good = form == FORM_XLSX  ? report_write_xlsx(report, commands->folder, call->fd, err)
                : form == FORM_PDF ? report_write_pdf(report, call->fd, err)
                                   : report_write_html(report, call->fd, err);
    if (!good)
        return false;
    answer_label(call->answer, "Đã ghi ");
    answer_number(call->answer, "tables", (int64_t)report->n);
    answer_say(call->answer, "bảng. / tables written");
    return true;
}

static bool write_report(const struct commands *commands, const struct call *call,
                         const struct report_asked *asked, enum form form, struct error *err)
{
    struct report *report = calloc(1, sizeof *report);
    if (report == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = report_make(commands->views, commands->record, asked, report, err);
    if (good && form == FORM_FIGURES)
        say_figures(call->answer, report);
    else
        good = good && write_file(commands, call, report, form, err);
    report_done(report);
    free(report);
    return good;
}

bool run_report(const struct commands *commands, const struct call *call, struct error *err)
{
    enum form form;
    struct report_asked asked = {.post_office = commands->config->post_office,
                                 .now = record_now(commands->record),
                                 .all_offices = option_text(call, 3, "office") == NULL};
    if (!options_check(call, 3, "office form", err) || !read_form(call, &form, err) ||
        !day_read(call->argv[1], &asked.from_day, err) ||
        !day_read(call->argv[2], &asked.to_day, err) ||
        !option_office(commands, call, 3, &asked.office, err))
        return false;
    if (asked.to_day < asked.from_day)
        return error_set(err, ERROR_BAD_INPUT, "%s: trước ngày đầu. / before the first day",
                         call->argv[2]);
    return write_report(commands, call, &asked, form, err);
}

static bool is_known(const char *key)
{
    const struct baseline_info *info;
    for (size_t i = 0; (info = baseline_row(i)) != NULL; i++)
        if (strcmp(info->key, key) == 0)
            return true;
    return false;
}

bool run_baseline(const struct commands *commands, const struct call *call, struct error *err)
{
    struct office_fact fact = {.event = EVENT_BASELINE_SET};
    const struct baseline_info *info;
    uint64_t value = 0;
    for (size_t i = 0; call->argc == 1 && (info = baseline_row(i)) != NULL; i++) {
        answer_row(call->answer, "keys");
        answer_text(call->answer, "key", info->key);
        answer_text(call->answer, "name", info->vi);
        answer_text(call->answer, "unit", info->unit);
    }
    if (call->argc == 1)
        return true;
    if (call->argc < 4 || !is_known(call->argv[1]))
        return error_set(err, ERROR_BAD_INPUT,
                         "cần KEY VALUE CITATION; `baseline` liệt kê KEY. / see `baseline`");
    if (!digits_read(call->argv[2], 1000000000, &value, err) ||
        !setting_key(&fact, call->argv[1], err) || !setting_citation(&fact, call->argv[3], err) ||
        !options_check(call, 4, "by", err) || !option_user(commands, call, 4, &fact.user, err))
        return false;
    fact.value = (int64_t)value;
    if (!settings_record(commands, &fact, 1, err))
        return false;
    answer_say(call->answer, "Đã ghi. / entered");
    return true;
}
