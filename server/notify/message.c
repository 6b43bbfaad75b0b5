#include "server/notify/message.h"

#include <stdio.h>
#include <string.h>

#include "server/text/text.h"

#define DAY_MS (INT64_C(1000) * 24 * 3600)
#define LOCAL_MS (INT64_C(1000) * 7 * 3600) /* UTC+7 */
#define STATUS_ROWS 32                      /* above every number of status.def */

static const char *sms_of(enum status status)
{
    static const char *const rows[STATUS_ROWS] = {
#define SMS(KEY, text) [STATUS_##KEY] = (text),
#include "server/notify/sms.def"
#undef SMS
    };
    return (size_t)status < STATUS_ROWS ? rows[status] : NULL;
}

/* "25/11". */
static void day_month(struct instant at, char out[CLOCK_TEXT_MAX])
{
    clock_date_vi(at, out, CLOCK_TEXT_MAX);
    if (strlen(out) > 5)
        out[5] = '\0';
}

/* The first weekday at least two days later: a day that may be asked for. */
static struct instant a_day_to_choose(struct instant event)
{
    int64_t day = (event.ms + LOCAL_MS) / DAY_MS + 2;
    int weekday = (int)((day + 3) % 7); /* 1970-01-01 was a Thursday; 0 is Monday */
    day += weekday > 4 ? 7 - weekday : 0;
    return (struct instant){day * DAY_MS - LOCAL_MS};
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
    const char *office, *post_office, *phone, *reply, *reason, *relation;
};

/* A day that is over when the message goes is no promise. */
static void day_to_come(struct instant at, const struct state *state, char out[CLOCK_TEXT_MAX])
{
    *out = '\0';
    if (at.ms > state->since_arrival.ms)
        day_month(at, out);
}

static struct values values_of(const struct view *view, const struct config *config)
{
    const struct state *state = &view->state;
    const struct reason_info *reason = reason_info(state->reason);
    const struct relation_info *relation = relation_info(state->relation);
    bool here = state->post_office == 0 || state->post_office == config->post_office;
    struct values values = {
        .office = "co quan",
        .post_office = here ? config->post_office_name : "",
        .phone = config->office_phone,
        .reply = config->reply_number,
        .reason = reason ? reason->citizen_vi : "",
        .relation = relation ? relation->vi : "",
    };
    if (!state->since.bounds_only) {
        clock_time_vi(state->since.estimate, values.time, sizeof values.time);
        day_month(state->since.estimate, values.date);
    }
    day_to_come(clocks_promised(state, &view->clocks), state, values.promised);
    day_to_come(view->clocks.again_by, state, values.again);
    day_month(a_day_to_choose(state->since.estimate), values.choice);
    amount(state->office.postage_vnd + state->office.fees_vnd, values.due, sizeof values.due);
    return values;
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

static char *say_as_on_the_page(const struct state *state, const struct values *values,
                                char out[WORDS_MAX])
{
    const struct status_info *info = status_info(state->status);
    char sentence[WORDS_MAX], headline[WORDS_MAX];
    /* {ngày} is a day to come in these sentences: expected, last, answer by. */
    const struct word words[] = {{"ngày", values->promised},
                                 {"bc", values->post_office},
                                 {"cq", values->office},
                                 {"sđt", values->phone}};
    text_sentence_case(info->headline, headline, sizeof headline);
    words_fill(info->vi, words, sizeof words / sizeof *words, headline, sentence);
    return say(&state->item, sentence, out);
}

char *message_text(const struct view *view, const struct config *config, char out[WORDS_MAX])
{
    const struct state *state = &view->state;
    struct values values = values_of(view, config);
    const char *template = sms_of(state->status);
    char sentence[WORDS_MAX];
    if (!template)
        return say_as_on_the_page(state, &values, out);
    const struct word words[] = {
        {"tien", values.due},       {"hen", values.choice},   {"tl", values.reply},
        {"gio", values.time},       {"ngay", values.date},    {"ly do", values.reason},
        {"bc", values.post_office}, {"han", values.promised}, {"giao lai", values.again},
    };
    words_fill(template, words, sizeof words / sizeof *words, "", sentence);
    return say(&state->item, sentence, out);
}

char *message_reply(const struct item *item, const char *sentence, char out[WORDS_MAX])
{
    return say(item, sentence, out);
}

char *message_masked(const struct view *view, char out[WORDS_MAX])
{
    const struct state *state = &view->state;
    char headline[WORDS_MAX], date[CLOCK_TEXT_MAX] = "", sentence[WORDS_MAX];
    text_sentence_case(status_info(state->status)->headline, headline, sizeof headline);
    if (!state->since.bounds_only)
        day_month(state->since.estimate, date);
    (void)snprintf(sentence, sizeof sentence, "%.*s%s%s.", WORDS_MAX - 64, headline,
                   *date != '\0' ? ", " : "", date);
    return say(&state->item, sentence, out);
}

char *message_correction(const struct item *item, char out[WORDS_MAX])
{
    return say(item, "Tin báo đã giao là ghi nhầm, phong bì chưa giao. Xin lỗi ông/bà.", out);
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
