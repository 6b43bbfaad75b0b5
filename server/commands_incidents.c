/* commands_incidents.c - the register of breaches of personal data. */
#include <stdlib.h>
#include <string.h>

#include "protocol/log.h"
#include "server/commands_inside.h"
#include "server/office/incidents.h"

#define HOUR_MS INT64_C(3600000)

static bool take_rules(const struct commands *commands, struct rules *ret_rules, struct error *err)
{
    return views_rules(commands->views, ret_rules) || error_set(err, ERROR_LATER, "out of memory");
}

/* ------------------------------------------------------------------ writing */

static bool open_one(const struct commands *commands, const struct call *call, uint32_t user,
                     struct error *err)
{
    uint64_t number = 0, hours = 0;
    struct instant found = {0};
    if (!option_number(call, 3, "hours-ago", 8760, &hours, err))
        return false;
    if (hours > 0)
        found.ms = record_now(commands->record).ms - (int64_t)hours * HOUR_MS;
    if (!incident_open(commands->acts, found, call->argv[2], user, &number, err))
        return false;
    answer_label(call->answer, "Đã mở sự cố số ");
    answer_number(call->answer, "incident", (int64_t)number);
    return true;
}

static bool step_of(const char *word, enum incident_step *ret_step, struct error *err)
{
    static const char *const words[] = {"note", "told", "close"};
    for (int i = 0; i < 3; i++)
        if (strcmp(words[i], word) == 0) {
            *ret_step = (enum incident_step)i;
            return true;
        }
    return error_set(err, ERROR_BAD_INPUT, "«%.20s»: open, note, told, close", word);
}

static bool go_on(const struct commands *commands, const struct call *call, uint32_t user,
                  struct error *err)
{
    enum incident_step step = INCIDENT_NOTE;
    struct rules rules;
    uint64_t number = 0;
    if (!step_of(call->argv[1], &step, err) || !digits_read(call->argv[2], INT64_MAX, &number, err))
        return false;
    if (call->argc < 4 || strncmp(call->argv[3], "by=", 3) == 0)
        return error_set(err, ERROR_BAD_INPUT, "xin ghi vài lời. / words are wanted");
    if (!take_rules(commands, &rules, err))
        return false;
    bool good = incident_go_on(commands->acts, commands->record, &rules, number, step,
                               call->argv[3], user, err);
    rules_done(&rules);
    if (good)
        answer_say(call->answer, "Đã ghi. / entered");
    return good;
}

bool run_incident(const struct commands *commands, const struct call *call, struct error *err)
{
    bool opens = strcmp(call->argv[1], "open") == 0;
    uint32_t user = 0;
    if (!options_check(call, opens ? 3 : 4, "by hours-ago", err) ||
        !option_user(commands, call, opens ? 3 : 4, &user, err))
        return false;
    return opens ? open_one(commands, call, user, err) : go_on(commands, call, user, err);
}

/* ------------------------------------------------------------------ reading */

static bool say_words(void *ctx, const struct office_fact *fact, const char *words)
{
    struct answer *answer = ctx;
    answer_row(answer, "entries");
    answer_time(answer, "at", fact->at);
    answer_text(answer, "entry",
                fact->event == EVENT_INCIDENT_OPENED   ? "open"
                : fact->event == EVENT_INCIDENT_CLOSED ? "close"
                : fact->value != 0                     ? "told"
                                                       : "note");
    answer_text(answer, "words", *words ? words : NULL);
    return true;
}

static void say_one(struct answer *answer, const struct incident *one, struct instant now)
{
    bool late = one->told.ms == 0 ? now.ms > one->due.ms : one->told.ms > one->due.ms;
    answer_row(answer, "incidents");
    answer_number(answer, "incident", (int64_t)one->number);
    answer_time(answer, "found", one->found);
    answer_time(answer, "due", one->due);
    answer_time(answer, "told", one->told);
    answer_flag(answer, "late", late, "quá hạn báo / late", "-");
    answer_time(answer, "closed", one->closed);
    answer_number(answer, "entries", one->notes);
}

/* Said in the log each hour, where whoever watches the server looks: a number, no words. */
static void raise_alarm(const struct incident *one, struct instant now, int64_t warn_hours)
{
    if (one->told.ms != 0 || one->closed.ms != 0 || now.ms < one->due.ms - warn_hours * HOUR_MS)
        return;
    log_line(LOG_LEVEL_ALARM, "a breach of personal data is to be told to the authority",
             "incident=%llu hours_left=%lld", (unsigned long long)one->number,
             (long long)((one->due.ms - now.ms) / HOUR_MS));
}

bool run_incidents(const struct commands *commands, const struct call *call, struct error *err)
{
    struct rules rules;
    struct incident *all = NULL;
    size_t n = 0;
    uint64_t number = 0;
    bool alarm = call->argc > 1 && strcmp(call->argv[1], "alarm=yes") == 0;
    if (call->argc > 1 && !alarm)
        return digits_read(call->argv[1], INT64_MAX, &number, err) &&
               incident_words(commands->record, number, say_words, call->answer, err);
    if (!take_rules(commands, &rules, err))
        return false;
    struct instant now = record_now(commands->record);
    const struct schedule schedule = {&rules, commands->config->post_office, now};
    int64_t warn = rule_value(&schedule, RULE_INCIDENT_WARN_HOURS, now);
    bool good = incidents_read(commands->record, &rules, &all, &n, err);
    for (size_t i = 0; good && i < n; i++) {
        say_one(call->answer, &all[i], now);
        if (alarm)
            raise_alarm(&all[i], now, warn);
    }
    free(all);
    rules_done(&rules);
    return good;
}
