#include "server/notify/message.h"

#include <stdio.h>
#include <string.h>

#include "server/delivery/door_words.h"
#include "server/delivery/rules.h"
#include "server/delivery/wishes.h"
#include "server/text/text.h"

#define DAY_MS (INT64_C(1000) * 24 * 3600)
#define REASON_ROWS 64 /* above every number of reason.def */
#define LONG_NAME "Bưu điện trung tâm tỉnh Hà Tĩnh"
/* "25/11". */
static void day_month(struct instant at, char out[CLOCK_TEXT_MAX])
{
    clock_date_vi(at, out, CLOCK_TEXT_MAX);
    if (strlen(out) > 5)
        out[5] = '\0';
}

/* A day that may be asked for, never the one that is due anyway; "" none is left. */
static void a_day_to_choose(const struct view *view, struct instant now, char out[CLOCK_TEXT_MAX])
{
    struct instant day = view->clocks.other_day;
    *out = '\0';
    if (day.ms != 0 && day_of(day) > day_of(now) && day.ms <= now.ms + WISH_WITHIN_DAYS * DAY_MS)
        day_month(day, out);
}

/* "168.000d"; "" when nothing is due. */
static void amount(uint64_t vnd, char *out, size_t size)
{
    char grouped[28] = "";
    if (vnd > 0)
        text_group(vnd, '.', grouped, sizeof grouped);
    (void)snprintf(out, size, "%s%s", grouped, vnd > 0 ? "d" : "");
}

/* Everything a message may say of a state, as text; "" is unknown. */
struct values {
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX], choice[CLOCK_TEXT_MAX], due[32];
    char promised[CLOCK_TEXT_MAX], again[CLOCK_TEXT_MAX]; /* days to come */
    const char *post_office, *phone, *reply, *reason, *keyword;
    bool at_a_door; /* "ngay" is the event's */
};

/* A day that is over when the message goes is no promise: who asks a week later is answered then.
 */
static void day_to_come(struct instant at, struct instant now, char out[CLOCK_TEXT_MAX])
{
    *out = '\0';
    if (at.ms > now.ms)
        day_month(at, out);
}

/* While a postman is on his way; his handheld shows the same, that day. */
static const char *keyword_of(const struct state *state, const struct sender *sender)
{
    bool comes = state->status == STATUS_OUT && sender->secret != NULL;
    return comes ? word_of_day(sender->secret, day_of(sender->now)) : "";
}

static struct values values_of(const struct view *view, const struct sender *sender, bool english)
{
    const struct config *config = sender->config;
    const struct state *state = &view->state;
    const struct reason_info *reason = reason_info(state->reason);
    bool here = state->post_office == 0 || state->post_office == config->post_office;
    struct values values = {
        .post_office = here ? config->post_office_name : "",
        .phone = config->office_phone,
        .reply = config->reply_number,
        .keyword = keyword_of(state, sender),
        .reason = !reason   ? ""
                  : english ? reason->citizen_en
                            : reason->citizen_vi,
        .at_a_door = state->status == STATUS_FAILED || state->status == STATUS_DELIVERED,
    };
    if (!state->since.bounds_only) {
        clock_time_vi(state->since.estimate, values.time, sizeof values.time);
        day_month(state->since.estimate, values.date);
    }
    day_to_come(clocks_promised(state, &view->clocks), sender->now, values.promised);
    day_to_come(view->clocks.again_by, sender->now, values.again);
    a_day_to_choose(view, sender->now, values.choice);
    amount(view->due.postage_vnd + view->due.fees_vnd, values.due, sizeof values.due);
    return values;
}

/* The names of the gaps: of kinds.def, and those of status.def, whose {ngày} is a day to come. */
static char *fill(const char *sentence, const struct values *values, const char *instead,
                  char out[WORDS_MAX])
{
    const struct word words[] = {
        {"tien", values->due},      {"hen", values->choice},
        {"tl", values->reply},      {"tu khoa", values->keyword},
        {"gio", values->time},      {"ngay", values->at_a_door ? values->date : values->promised},
        {"ly do", values->reason},  {"bc", values->post_office},
        {"han", values->promised},  {"giao lai", values->again},
        {"sdt", values->phone},     {"ngày", values->promised},
        {"cq", "co quan"},          {"sđt", values->phone},
        {"date", values->promised}, {"po", values->post_office},
        {"office", "the office"},   {"phone", values->phone},
    };
    return words_fill(sentence, words, sizeof words / sizeof *words, instead, out);
}

/* "Trao RA123456785VN: " and the sentence, unaccented. */
static char *say(const struct item *item, const char *sentence, char out[WORDS_MAX])
{
    char plain[WORDS_MAX];
    text_unaccent(sentence, plain, sizeof plain);
    (void)snprintf(out, WORDS_MAX, "Trao %s: %.*s", item->text, WORDS_MAX - 32, plain);
    invariant(words_segments(out).gsm7);
    return out;
}

const char *message_words(uint32_t status, bool correction, bool english)
{
    static const struct {
        uint32_t status;
        bool correction;
        const char *vi, *en;
    } rows[] = {
#define KIND(STATUS, correction, key, gaps, name, vi, en)                                          \
    {                                                                                              \
        STATUS_##STATUS                                                                            \
        , correction, vi, en                                                                       \
    }                                                                                              \
    ,
#include "server/notify/kinds.def"
#undef KIND
    };
    const struct status_info *info = status_info(status);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *words = english ? rows[i].en : rows[i].vi;
        if (rows[i].status == status && rows[i].correction == correction && *words != '\0')
            return words;
    }
    return info == NULL ? "" : english ? info->en : info->vi;
}

#define NIGHT_MS (DAY_MS / 2) /* what goes out late in the evening is told, and done, by day */

/* Out since another day, when somebody asks: words that say "today" would be wrong. */
static bool is_out_since(const struct state *state, struct instant now)
{
    return state->status == STATUS_OUT && !state->since.bounds_only &&
           day_of(state->since.estimate) != day_of(now) &&
           now.ms - state->since.estimate.ms > NIGHT_MS;
}

static char *say_out_since(const struct view *view, const struct sender *sender, bool english,
                           char out[WORDS_MAX])
{
    char day[CLOCK_TEXT_MAX], sentence[WORDS_MAX];
    const struct leg *post = &view->clocks.post;
    bool late = post->stand == STAND_RUNNING && day_of(sender->now) > day_of(post->due);
    day_month(view->state.since.estimate, day);
    (void)snprintf(sentence, sizeof sentence, "%s %s.%s",
                   english ? "The postman took it out on" : "Buu ta mang di giao tu ngay", day,
                   !late     ? ""
                   : english ? " Later than expected; we are sorry."
                             : " Cham hon du kien, xin loi ong/ba.");
    return say(&view->state.item, sentence, out);
}

char *message_text(const struct view *view, const struct sender *sender, const char *own,
                   bool english, char out[WORDS_MAX])
{
    const struct state *state = &view->state;
    const struct status_info *info = status_info(state->status);
    struct values values = values_of(view, sender, english);
    char sentence[WORDS_MAX], headline[WORDS_MAX] = "";
    if (is_out_since(state, sender->now))
        return say_out_since(view, sender, english, out);
    if (info != NULL && !english)
        text_sentence_case(info->headline, headline, sizeof headline);
    fill(*own != '\0' ? own : message_words(state->status, false, english), &values, headline,
         sentence);
    return say(&state->item, sentence, out);
}

char *message_try(const char *words, const struct config *config, bool longest, char out[WORDS_MAX])
{
    static const struct item item = {"RA123456785VN"};
    struct values values = {.time = "09:41",
                            .date = "27/11",
                            .choice = "30/11",
                            .promised = "30/11",
                            .again = "30/11",
                            .at_a_door = true,
                            .keyword = longest ? "PHUONG" : "SEN",
                            .post_office =
                                *config->post_office_name ? config->post_office_name : "Thạch Hà",
                            .phone = *config->office_phone ? config->office_phone : "0239 3855 123",
                            .reply = *config->reply_number ? config->reply_number : "8123",
                            .reason = reason_info(REASON_NOBODY_HOME)->citizen_vi};
    char sentence[WORDS_MAX];
    amount(longest ? 100000000 : 168000, values.due, sizeof values.due);
    for (uint32_t i = 0; longest && i < REASON_ROWS; i++) {
        const struct reason_info *reason = reason_info(i);
        if (reason != NULL && strlen(reason->citizen_vi) > strlen(values.reason))
            values.reason = reason->citizen_vi;
        if (reason != NULL && strlen(reason->citizen_en) > strlen(values.reason))
            values.reason = reason->citizen_en;
    }
    if (longest && strlen(values.post_office) < strlen(LONG_NAME))
        values.post_office = LONG_NAME;
    return say(&item, fill(words, &values, "", sentence), out);
}

/* "247890 so={so},ngay={ngay}" as kinds.h checked it. */
bool message_zns(const struct view *view, const struct sender *sender, const char *words,
                 struct zns *ret_zns)
{
    struct values values = values_of(view, sender, false);
    size_t id = strspn(words, "0123456789");
    *ret_zns = (struct zns){.n = 0};
    (void)snprintf(ret_zns->template, sizeof ret_zns->template, "%.*s", (int)id, words);
    for (const char *at = words + id; *at != '\0' && ret_zns->n < ZNS_PARAMS_MAX;) {
        struct zns_param *param = &ret_zns->params[ret_zns->n++];
        size_t name = strcspn(++at, "="), gap = strcspn(at + name, ",");
        char sentence[64], value[WORDS_MAX];
        (void)snprintf(param->name, sizeof param->name, "%.*s", (int)name, at);
        (void)snprintf(sentence, sizeof sentence, "[%.*s]", (int)(gap - 1), at + name + 1);
        fill(sentence, &values, "", value);
        (void)text_copy(strcmp(sentence, "[{so}]") == 0 ? view->state.item.text : value,
                        param->value, sizeof param->value);
        if (*param->value == '\0')
            return false;
        at += name + gap;
    }
    return true;
}

char *message_reply(const struct item *item, const char *sentence, char out[WORDS_MAX])
{
    return say(item, sentence, out);
}

char *message_masked(const struct view *view, bool english, char out[WORDS_MAX])
{
    const struct state *state = &view->state;
    const struct status_info *info = status_info(state->status);
    static const struct values none = {
        .post_office = "", .phone = "", .reply = "", .reason = "", .keyword = ""};
    char headline[WORDS_MAX], date[CLOCK_TEXT_MAX] = "", sentence[WORDS_MAX];
    if (english)
        fill(info->en, &none, "", headline);
    else
        text_sentence_case(info->headline, headline, sizeof headline);
    size_t n = strlen(headline);
    if (n > 0 && headline[n - 1] == '.')
        headline[n - 1] = '\0';
    if (!state->since.bounds_only)
        day_month(state->since.estimate, date);
    (void)snprintf(sentence, sizeof sentence, "%.*s%s%s.", WORDS_MAX - 64, headline,
                   *date != '\0' ? ", " : "", date);
    return say(&state->item, sentence, out);
}

char *message_correction(const struct item *item, const struct config *config, const char *own,
                         char out[WORDS_MAX])
{
    struct values values = {
        .post_office = "", .phone = "", .reply = config->reply_number, .reason = ""};
    char sentence[WORDS_MAX];
    fill(*own != '\0' ? own : message_words(STATUS_NONE, true, false), &values, "", sentence);
    return say(item, sentence, out);
}

#define ALERT_NAMED 5 /* numbers that two parts of a message hold */

static struct instant due_of(const struct view *view, enum view_clock clock)
{
    return clock == VIEW_CLOCK_OFFICE ? view->clocks.office.due : view->clocks.post.due;
}

char *message_alert(const struct view *views, size_t n, enum view_clock clock, char out[WORDS_MAX])
{
    char time[CLOCK_TEXT_MAX], date[CLOCK_TEXT_MAX];
    struct instant first = due_of(&views[0], clock);
    for (size_t i = 1; i < n; i++)
        if (due_of(&views[i], clock).ms < first.ms)
            first = due_of(&views[i], clock);
    clock_time_vi(first, time, sizeof time);
    day_month(first, date);
    int at = snprintf(out, WORDS_MAX, "Trao: %zu bi sap tre%s, han %s %s:", n,
                      clock == VIEW_CLOCK_OFFICE ? " ban giao" : "", time, date);
    for (size_t i = 0; i < n && i < ALERT_NAMED; i++)
        at += snprintf(out + at, (size_t)(WORDS_MAX - at), "%s %s", i == 0 ? "" : ",",
                       views[i].state.item.text);
    if (n > ALERT_NAMED)
        at += snprintf(out + at, (size_t)(WORDS_MAX - at), " va %zu bi nua", n - ALERT_NAMED);
    (void)snprintf(out + at, (size_t)(WORDS_MAX - at), ".");
    invariant(words_segments(out).gsm7);
    return out;
}
