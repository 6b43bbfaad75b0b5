/* commands_setup.c - how a printer prints: a trial sheet, and what a ruler says of it. */
#include <string.h>

#include "server/commands_inside.h"
#include "server/office/setup.h"
#include "server/office/trial.h"

bool run_trial(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *layout = call->argc > 1 ? call->argv[1] : "dl";
    if (call->fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "cần --out FILE. / --out FILE is wanted");
    if (strchr(layout, '/') != NULL)
        return error_set(err, ERROR_BAD_INPUT, "«%.30s»: không có mẫu này. / no such layout",
                         layout);
    if (!trial_write(layout, commands->config->office_name, call->fd, err))
        return false;
    answer_say(call->answer, "Đã ghi tờ in thử. / trial sheet written");
    return true;
}

bool run_measured(const struct commands *commands, const struct call *call, struct error *err)
{
    struct measured measured = {.tenths_mm = 0};
    uint32_t user = 0;
    if (!options_check(call, 3, "by", err) || !option_user(commands, call, 3, &user, err) ||
        !line_read(call->argv[2], &measured.tenths_mm, err) ||
        !line_measure(commands->acts, call->argv[1], measured.tenths_mm, user, err))
        return false;
    answer_flag(call->answer, "right", line_is_right(&measured), "đúng / right",
                "sai, in lại ở 100 % / wrong, print at 100 %");
    return true;
}
