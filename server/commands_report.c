/* commands_report.c - the evaluation of a pilot, and what stood before it. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/report.h"

static bool write_report(const struct commands *commands, const struct call *call,
                         const struct report_asked *asked, bool xlsx, struct error *err)
{
    struct report *report = calloc(1, sizeof *report);
    if (report == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    bool good = report_make(commands->views, commands->record, asked, report, err) &&
                (xlsx ? report_write_xlsx(report, commands->folder, call->fd, err)
                      : report_write_html(report, call->fd, err));
    if (good) {
        answer_label(call->answer, "Đã ghi ");
        answer_number(call->answer, "tables", (int64_t)report->n);
        answer_say(call->answer, "bảng. / tables written");
    }
    report_done(report);
    free(report);
    return good;
}

bool run_report(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *form = option_text(call, 3, "form");
    struct report_asked asked = {.post_office = commands->config->post_office,
                                 .all_offices = option_text(call, 3, "office") == NULL};
    bool xlsx = form != NULL && strcmp(form, "xlsx") == 0;
    if (!options_check(call, 3, "office form", err) ||
        !day_read(call->argv[1], &asked.from_day, err) ||
        !day_read(call->argv[2], &asked.to_day, err) ||
        !option_office(commands, call, 3, &asked.office, err))
        return false;
    if (form != NULL && !xlsx && strcmp(form, "html") != 0)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: form=html, form=xlsx", form);
    if (asked.to_day < asked.from_day)
        return error_set(err, ERROR_BAD_INPUT, "%s: trước ngày đầu. / before the first day",
                         call->argv[2]);
    if (call->fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted");
    return write_report(commands, call, &asked, xlsx, err);
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
