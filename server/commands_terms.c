/* commands_terms.c - terms and what they rest on: rules, the calendar, figures, what is late. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/commands_inside.h"
#include "server/delivery/days.h"
#include "server/delivery/returns.h"
#include "server/text/text.h"

static struct instant now_of(const struct commands *commands)
{
    return record_now(commands->record);
}

/* "2026-11-25"; "-" for none. */
static const char *day_text(struct instant at, char out[CLOCK_TEXT_MAX])
{
    if (at.ms == 0)
        return "-";
    clock_iso_local(at, out, CLOCK_TEXT_MAX);
    out[10] = '\0';
    return out;
}

/* The rules as they are, for the post office of this server. */
static bool take_schedule(const struct commands *commands, struct rules *rules,
                          struct schedule *ret_schedule, struct error *err)
{
    if (!views_rules(commands->views, rules))
        return error_set(err, ERROR_LATER, "out of memory");
    *ret_schedule = (struct schedule){rules, commands->config->post_office, now_of(commands)};
    return true;
}

/* ------------------------------------------------------------------ setting */

bool option_day(const struct call *call, int first, const char *key, struct instant *ret_from,
                struct error *err)
{
    const char *text = option_text(call, first, key);
    int64_t day = 0;
    if (!text)
        return true;
    if (!day_read(text, &day, err))
        return error_add(err, "%s", key);
    *ret_from = day_minute(day, 0);
    return true;
}

/* What ends before it begins holds on no day, and somebody who typed it believes that it does. */
static bool check_period(const struct commands *commands, const struct call *call, int first,
                         const struct office_fact *fact, struct error *err)
{
    struct instant from = fact->from.ms != 0 ? fact->from : now_of(commands);
    return fact->to.ms == 0 || fact->to.ms > from.ms ||
           error_set(err, ERROR_BAD_INPUT,
                     "to=%s: phải sau ngày bắt đầu, không thì không có ngày nào. / not after its "
                     "first day",
                     option_text(call, first, "to"));
}

bool setting_options(const struct commands *commands, const struct call *call, int first,
                     const char *keys, struct office_fact *fact, struct error *err)
{
    uint64_t post_office = 0;
    if (!options_check(call, first, keys, err) ||
        !option_number(call, first, "post-office", 999999, &post_office, err) ||
        !option_day(call, first, "from", &fact->from, err) ||
        !option_day(call, first, "to", &fact->to, err) ||
        !option_user(commands, call, first, &fact->user, err) ||
        !check_period(commands, call, first, fact, err) ||
        (post_office != 0 &&
         !post_office_entered(commands, "post-office=", (uint32_t)post_office, err)))
        return false;
    fact->post_office = (uint32_t)post_office;
    return true;
}

bool setting_key(struct office_fact *fact, const char *key, struct error *err)
{
    if (strlen(key) >= sizeof fact->key)
        return error_set(err, ERROR_BAD_INPUT, "%.20s…: không có tham số này. / no such key", key);
    text_copy(key, fact->key, sizeof fact->key);
    return true;
}

/* What a number rests on must be said: it is shown beside it. */
bool setting_citation(struct office_fact *fact, const char *text, struct error *err)
{
    char clean[CITATION_MAX + 1];
    if (!text_clean(text, strlen(text), clean, sizeof clean) || !*clean)
        return error_set(err, ERROR_BAD_INPUT,
                         "căn cứ: xin ghi văn bản, nhiều nhất %d byte. / citation is wanted",
                         CITATION_MAX);
    text_copy(clean, fact->citation, sizeof fact->citation);
    return true;
}

struct settings {
    struct office_fact *facts;
    size_t n;
};

static bool settings_act(struct record *record, void *arg, struct error *err)
{
    struct settings *settings = arg;
    for (size_t i = 0; i < settings->n; i++)
        if (!record_office_add(record, &settings->facts[i], NULL, err))
            return false;
    return true;
}

bool settings_record(const struct commands *commands, struct office_fact *facts, size_t n,
                     struct error *err)
{
    struct settings settings = {facts, n};
    return commands->acts.run(commands->acts.self, settings_act, &settings, err);
}

bool run_rule(const struct commands *commands, const struct call *call, struct error *err)
{
    struct office_fact fact = {.event = EVENT_PARAMETER_SET};
    uint64_t value = 0;
    if (!digits_read(call->argv[2], 1000000, &value, err) ||
        !setting_key(&fact, call->argv[1], err) || !setting_citation(&fact, call->argv[3], err) ||
        !setting_options(commands, call, 4, "from to post-office by", &fact, err))
        return false;
    fact.value = (int64_t)value;
    if (!rules_check(&fact, err) || !settings_record(commands, &fact, 1, err))
        return false;
    answer_say(call->answer, "Đã đặt %s = %lld. / set", fact.key, (long long)fact.value);
    return true;
}

bool run_standing(const struct commands *commands, const struct call *call, struct error *err)
{
    struct office_fact fact = {.event = EVENT_RETURN_STANDING};
    bool yes = strcmp(call->argv[1], "yes") == 0;
    if (!yes && strcmp(call->argv[1], "no") != 0)
        return error_set(err, ERROR_BAD_INPUT, "«%s»: yes hoặc no. / yes or no", call->argv[1]);
    if (!setting_citation(&fact, call->argv[2], err) ||
        !setting_options(commands, call, 3, "from to office post-office by", &fact, err) ||
        !option_office(commands, call, 3, &fact.office, err))
        return false;
    fact.value = yes;
    if (!rules_check(&fact, err) || !settings_record(commands, &fact, 1, err))
        return false;
    answer_say(call->answer, "%s",
               yes ? "Cơ quan yêu cầu hoàn mọi bì không phát được. / all go back"
                   : "Hoàn theo từng bì. / each is asked for");
    return true;
}

bool run_rules(const struct commands *commands, const struct call *call, struct error *err)
{
    struct rules rules;
    struct schedule schedule;
    const struct rule_info *info;
    if (!take_schedule(commands, &rules, &schedule, err))
        return false;
    for (size_t i = 0; (info = rule_row(i)) != NULL; i++) {
        const struct setting *setting = rule_setting(&schedule, info->rule, schedule.as_of);
        struct instant since = setting ? setting->from : day_minute(info->from_day, 0);
        answer_row(call->answer, "rules");
        answer_text(call->answer, "rule", info->key);
        answer_number(call->answer, "value", setting ? setting->value : info->value);
        answer_day(call->answer, "from", since);
        answer_text(call->answer, "citation", setting ? setting->citation : info->citation);
        answer_text(call->answer, "name", info->vi);
    }
    rules_done(&rules);
    return true;
}

/* ------------------------------------------------------------------ the calendar */

#define CALENDAR_FILE_BYTES_MAX 65536
#define CALENDAR_ROWS_MAX 1000

static bool read_kind(const char *kind, int64_t *ret_value, struct error *err)
{
    if (strcmp(kind, "off") != 0 && strcmp(kind, "work") != 0)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: off hoặc work. / off or work", kind);
    *ret_value = strcmp(kind, "work") == 0;
    return true;
}

static bool read_day(char *line, struct office_fact *fact, struct error *err)
{
    char *kind = strchr(line, ','), *note = kind ? strchr(kind + 1, ',') : NULL;
    if (!note)
        return error_set(err, ERROR_BAD_INPUT, "cần NGÀY,off|work,CĂN CỨ. / three columns wanted");
    *kind++ = '\0';
    *note++ = '\0';
    return setting_key(fact, line, err) && read_kind(kind, &fact->value, err) &&
           setting_citation(fact, note, err) && rules_check(fact, err);
}

/* The whole file, as text. */
static bool read_file(int fd, char bytes[CALENDAR_FILE_BYTES_MAX + 1], struct error *err)
{
    size_t n = 0;
    ssize_t got = 1;
    if (fd < 0)
        return error_set(err, ERROR_BAD_INPUT, "không có tệp kèm theo. / no file came along");
    while (n < CALENDAR_FILE_BYTES_MAX &&
           (got = read(fd, bytes + n, CALENDAR_FILE_BYTES_MAX - n)) > 0)
        n += (size_t)got;
    if (got < 0)
        return error_set(err, ERROR_LATER, "%s", strerror(errno));
    if (got > 0 || memchr(bytes, '\0', n))
        return error_set(err, ERROR_BAD_INPUT, "nhiều nhất %d byte chữ. / too long, or no text",
                         CALENDAR_FILE_BYTES_MAX);
    bytes[n] = '\0';
    return true;
}

/* Which row of a file it is, in both languages. */
static bool row_error(struct error *err, unsigned row)
{
    char vi[32], en[32];
    (void)snprintf(vi, sizeof vi, "dòng %u", row);
    (void)snprintf(en, sizeof en, "row %u", row);
    return error_add_both(err, vi, en);
}

/* All rows or none: half a calendar is no calendar. */
static bool read_days(char *text, const struct office_fact *like,
                      struct office_fact facts[CALENDAR_ROWS_MAX], size_t *ret_n, struct error *err)
{
    size_t n = 0;
    unsigned row = 0;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\r\n", &rest); line; line = strtok_r(NULL, "\r\n", &rest)) {
        row++;
        if (*line == '#' || strncmp(line, "date,", 5) == 0)
            continue;
        if (n == CALENDAR_ROWS_MAX)
            return error_set(err, ERROR_BAD_INPUT, "nhiều nhất %d ngày. / too many days",
                             CALENDAR_ROWS_MAX);
        facts[n] = *like;
        if (!read_day(line, &facts[n], err))
            return row_error(err, row);
        n++;
    }
    *ret_n = n;
    return n > 0 || error_set(err, ERROR_BAD_INPUT, "không có ngày nào. / no day in it");
}

static bool load_days(const struct commands *commands, const struct call *call, char *text,
                      struct office_fact *facts, struct error *err)
{
    struct office_fact like = {.event = EVENT_CALENDAR_SET};
    size_t n = 0;
    if (!setting_options(commands, call, 2, "post-office by", &like, err) ||
        !read_file(call->fd, text, err) || !read_days(text, &like, facts, &n, err) ||
        !settings_record(commands, facts, n, err))
        return false;
    answer_say(call->answer, "Đã nạp %zu ngày. / days loaded", n);
    return true;
}

bool run_days(const struct commands *commands, const struct call *call, struct error *err)
{
    char *text = malloc(CALENDAR_FILE_BYTES_MAX + 1);
    struct office_fact *facts = calloc(CALENDAR_ROWS_MAX, sizeof *facts);
    bool good = (text && facts) || error_set(err, ERROR_LATER, "out of memory");
    good = good && load_days(commands, call, text, facts, err);
    free(facts);
    free(text);
    return good;
}

static void say_day(struct answer *answer, int64_t day, const struct day_info *info)
{
    answer_row(answer, "days");
    answer_day(answer, "day", day_minute(day, 1));
    answer_flag(answer, "works", info->works, "work", "off");
    answer_text(answer, "source",
                info->is_setting ? "set" : (info->proposed ? "proposed" : "official"));
    answer_text(answer, "note", info->note);
}

bool run_calendar(const struct commands *commands, const struct call *call, struct error *err)
{
    uint64_t year = 0;
    char date[16];
    int64_t first = 0, next = 0;
    struct rules rules;
    struct schedule schedule;
    if (!digits_read(call->argv[1], 2198, &year, err))
        return false;
    (void)snprintf(date, sizeof date, "%04u-01-01", (unsigned)year);
    if (!day_read(date, &first, err) || !take_schedule(commands, &rules, &schedule, err))
        return false;
    next = day_after_months(first, 12);
    for (int64_t day = first; day < next; day++) {
        struct day_info info = schedule_day(&schedule, day);
        if (*info.note)
            say_day(call->answer, day, &info);
    }
    rules_done(&rules);
    return true;
}

/* ------------------------------------------------------------------ figures */

static const char *const clock_keys[VIEW_CLOCKS] = {"office", "post"};

#define LIST_MAX 1000

static void say_open(const struct call *call, const struct view *view, enum view_clock clock,
                     struct instant now)
{
    const struct leg *leg = clock == VIEW_CLOCK_OFFICE ? &view->clocks.office : &view->clocks.post;
    const struct status_info *info = status_info(view->state.status);
    answer_row(call->answer, "due");
    answer_text(call->answer, "item", view->state.item.text);
    answer_text(call->answer, "stand", leg_is_late(leg, now) ? "late" : "at-risk");
    answer_text(call->answer, "clock", clock_keys[clock]);
    answer_time(call->answer, "due", leg->due);
    answer_text(call->answer, "status", info ? info->key : "none");
}

bool run_due(const struct commands *commands, const struct call *call, struct error *err)
{
    struct instant now = now_of(commands), soon;
    if (!views_at_risk_until(commands->views, commands->config->post_office, now, &soon))
        return error_set(err, ERROR_LATER, "out of memory");
    struct view *list = calloc(LIST_MAX, sizeof *list);
    if (!list)
        return error_set(err, ERROR_LATER, "out of memory");
    for (int clock = 0; clock < VIEW_CLOCKS; clock++) {
        size_t n = views_open_between(commands->views, (enum view_clock)clock, (struct instant){0},
                                      soon, list, LIST_MAX);
        for (size_t i = 0; i < n; i++)
            say_open(call, &list[i], (enum view_clock)clock, now);
        if (n == LIST_MAX)
            answer_say(call->answer, "# %d dòng đầu, còn nữa. / the first, there are more",
                       LIST_MAX);
    }
    free(list);
    return true;
}

/* ------------------------------------------------------------------ one item */

static const char *stand_word(enum stand stand)
{
    switch (stand) {
    case STAND_NONE:
        return "none";
    case STAND_RUNNING:
        return "running";
    case STAND_PAUSED:
        return "paused";
    case STAND_KEPT:
        return "kept";
    case STAND_MISSED:
        return "missed";
    }
    return "?";
}

static void say_leg(struct answer *answer, const char *key, const struct leg *leg)
{
    int64_t minutes = 0;
    answer_row(answer, "clocks");
    answer_text(answer, "clock", key);
    answer_text(answer, "stand", stand_word(leg->stand));
    answer_label(answer, "due ");
    answer_time(answer, "due", leg->due);
    if (leg_minutes(leg, &minutes)) {
        answer_label(answer, "minutes ");
        answer_number(answer, "minutes", minutes);
    }
}

#define LACK_TEXT_MAX 128
/* What lacks, in the words of the handheld [ux.md section 3]. */
static const char *lack_text(const struct returns *returns, char out[LACK_TEXT_MAX])
{
    char day[CLOCK_TEXT_MAX];
    switch (returns->lack) {
    case LACK_NOTHING:
        return "Được hoàn. / may go back";
    case LACK_GROUND:
        return "Chưa có căn cứ Điều 17. / no ground of Art 17";
    case LACK_INVITATION:
        (void)snprintf(out, LACK_TEXT_MAX, "Thiếu giấy mời lần 2, sớm nhất %s. / invitation lacks",
                       day_text(returns->invite_from, day));
        return out;
    case LACK_INSTRUCTION:
        return "Cơ quan chưa yêu cầu hoàn. / the office has not asked";
    }
    return "?";
}

static void say_return(struct answer *answer, const struct returns *returns)
{
    char lack[LACK_TEXT_MAX];
    answer_row(answer, NULL);
    answer_label(answer, "return\tground ");
    answer_text(answer, "ground", *returns->ground ? returns->ground : NULL);
    if (answer_is_json(answer))
        answer_flag(answer, "may_return", returns->lack == LACK_NOTHING, "", "");
    answer_text(answer, "return", lack_text(returns, lack));
}

bool run_terms(const struct commands *commands, const struct call *call, struct error *err)
{
    struct view view;
    struct rules rules;
    struct schedule schedule;
    if (!known_item(commands, call->argv[1], &view, err) ||
        !take_schedule(commands, &rules, &schedule, err))
        return false;
    struct returns returns = returns_of(&view.state, &schedule, schedule.as_of);
    rules_done(&rules);
    const struct status_info *info = status_info(view.state.status);
    struct answer *answer = call->answer;
    answer_row(answer, NULL);
    answer_label(answer, "status\t");
    answer_text(answer, "status", info ? info->key : "none");
    answer_label(answer, "UPU ");
    answer_text(answer, "upu", info && *info->upu ? info->upu : NULL);
    answer_label(answer, "national ");
    answer_number(answer, "national", info ? info->national : 0);
    answer_row(answer, NULL);
    answer_label(answer, "zone\t");
    answer_text(answer, "zone", zone_key(view.clocks.zone));
    say_leg(answer, "office", &view.clocks.office);
    say_leg(answer, "post", &view.clocks.post);
    say_return(answer, &returns);
    answer_row(answer, NULL);
    answer_label(answer, "hold\tuntil ");
    answer_day(answer, "hold_until", returns.hold_until);
    answer_label(answer, "unclaimed from ");
    answer_day(answer, "unclaimed_from", returns.unclaimed_from);
    return true;
}
