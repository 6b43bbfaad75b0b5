/* commands_messages.c - what went to phones, what waits and what never will. */
#include <stdlib.h>
#include <string.h>

#include "server/commands_inside.h"
#include "server/notify/became.h"
#include "server/notify/resend.h"
#include "server/notify/silencing.h"

static void say_gateway(struct answer *answer, struct notify *notify)
{
    struct notify_state state = notify_state(notify);
    answer_row(answer, "gateway");
    answer_text(answer, "state", notify_state_word(state));
    answer_label(answer, "since ");
    answer_time(answer, "since", state.since);
    answer_label(answer, "next try ");
    answer_time(answer, "next_try", state.next);
    answer_label(answer, "waiting ");
    answer_number(answer, "waiting", (int64_t)state.waiting);
    answer_end(answer);
}

static void say_waiting(struct answer *answer, struct notify *notify)
{
    struct item items[NOTIFY_WAITING_MAX];
    size_t n = notify_waiting(notify, items, NOTIFY_WAITING_MAX);
    for (size_t i = 0; i < n; i++) {
        answer_row(answer, "messages");
        answer_text(answer, "item", items[i].text);
    }
    answer_end(answer);
}

static bool is_sent(uint32_t event)
{
    return event == EVENT_NOTICE_SENT;
}

static bool is_failed(uint32_t event)
{
    return event == EVENT_NOTICE_FAILED;
}

static bool is_delivered(uint32_t event)
{
    return event == EVENT_NOTICE_DELIVERED;
}

static bool is_unknown(uint32_t event)
{
    return event == EVENT_NOTICE_UNKNOWN;
}

static bool is_contradicted(uint32_t event)
{
    return event == EVENT_NOTICE_CONTRADICTED;
}

static const char *channel_word(enum channel channel)
{
    return channel == CHANNEL_MANAGER ? "manager" : channel == CHANNEL_OFFICE ? "office" : "sms";
}

static bool say_notice(void *ctx, const struct office_fact *fact)
{
    struct answer *answer = ctx;
    const struct notice *notice = &fact->notice;
    const struct status_info *status = status_info(notice->status);
    answer_row(answer, "messages");
    answer_text(answer, "item", fact->item.text);
    answer_text(answer, "status", status != NULL ? status->key : NULL);
    answer_number(answer, "attempt", notice->attempt);
    answer_text(answer, "channel", channel_word(notice->channel));
    answer_flag(answer, "correction", notice->correction, "correction", "notice");
    answer_time(answer, "at", fact->at);
    return true;
}

static bool say_facts(const struct commands *commands, struct answer *answer,
                      bool (*wanted)(uint32_t event), struct error *err)
{
    int64_t batch = 0;
    uint64_t last = 0;
    bool good = record_end(commands->record, &batch, &last, err) &&
                record_office_some(commands->record, 0, last, wanted, say_notice, answer, err);
    answer_end(answer);
    return good;
}

struct unknowns {
    const struct commands *commands;
    struct answer *answer;
    struct fact *facts; /* VIEW_HISTORY_MAX of them */
};

static bool say_if_still(void *ctx, const struct office_fact *fact)
{
    struct unknowns *it = ctx;
    bool still = message_is_unknown(it->commands->views, &fact->item, &fact->notice, it->facts);
    return !still || say_notice(it->answer, fact);
}

/* Those that no word came of since. */
static bool say_unknown(const struct commands *commands, struct answer *answer, struct error *err)
{
    int64_t batch = 0;
    uint64_t last = 0;
    struct unknowns it = {commands, answer, calloc(VIEW_HISTORY_MAX, sizeof *it.facts)};
    bool good = (it.facts != NULL || error_set(err, ERROR_LATER, "out of memory")) &&
                record_end(commands->record, &batch, &last, err) &&
                record_office_some(commands->record, 0, last, is_unknown, say_if_still, &it, err);
    answer_end(answer);
    free(it.facts);
    return good;
}

/* Each by itself: one that cannot go keeps no other. The first that could not is the error. */
static bool resend_each(const struct resend *it, struct answer *answer, const struct item *items,
                        size_t n, struct error *err)
{
    bool good = true;
    for (size_t i = 0; i < n; i++) {
        struct error why = {.code = ERROR_NONE};
        if (message_resend(it, &items[i], &why))
            answer_say(answer, "%s: gửi lại. / goes once more", items[i].text);
        else if (good)
            good = error_set(err, why.code, "%s", why.text);
    }
    return good;
}

static bool resend(const struct commands *commands, const struct call *call, struct error *err)
{
    struct resend it = {.acts = commands->acts,
                        .views = commands->views,
                        .record = commands->record,
                        .now = notify_now(commands->notify)};
    struct item *items = NULL;
    size_t n = 0;
    int first = options_end(call, 2);
    struct call options = *call;
    options.argc = first;
    if (first == call->argc)
        return error_set(err, ERROR_BAD_INPUT, "messages resend [by=NAME] ITEM...");
    if (!options_check(&options, 2, "by", err) ||
        !option_user(commands, &options, 2, &it.user, err) ||
        !named_items(call, first, &items, &n, err))
        return false;
    bool good = resend_each(&it, call->answer, items, n, err);
    free(items);
    return good;
}

/* ------------------------------------------------------------------ of one item */

static void say_fate(struct answer *answer, const struct office_fact *sent, struct fate fate)
{
    const struct notice *notice = &sent->notice;
    const struct status_info *status = status_info(notice->status);
    answer_row(answer, "messages");
    answer_text(answer, "item", sent->item.text);
    answer_text(answer, "status", status != NULL ? status->key : NULL);
    answer_number(answer, "attempt", notice->attempt);
    answer_text(answer, "channel", channel_word(notice->channel));
    answer_flag(answer, "correction", notice->correction, "correction", "notice");
    answer_time(answer, "at", sent->at);
    answer_text(answer, "became", became_word(fate.became));
    answer_flag(answer, "contradicted", fate.contradicted, "contradicted", "");
}

/* What became of each message, the first first. */
static bool say_item(const struct commands *commands, const struct call *call, struct error *err)
{
    struct item *items = NULL;
    size_t n = 0;
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    bool good = (facts != NULL || error_set(err, ERROR_LATER, "out of memory")) &&
                named_items(call, 2, &items, &n, err);
    for (size_t i = 0; good && i < n; i++) {
        size_t facts_n = views_history(commands->views, &items[i], facts, VIEW_HISTORY_MAX);
        for (size_t k = 0; k < facts_n; k++)
            if (!facts[k].is_scan && is_sent(facts[k].office.event))
                say_fate(call->answer, &facts[k].office,
                         became_of(facts, facts_n, &facts[k].office, notify_now(commands->notify)));
    }
    answer_end(call->answer);
    free(facts);
    free(items);
    return good;
}

static bool silence(const struct commands *commands, const struct call *call, struct error *err)
{
    bool stop = strcmp(call->argv[1], "stop") == 0;
    struct silencing it = {
        .acts = commands->acts, .views = commands->views, .record = commands->record};
    struct item item;
    if (call->argc < 4)
        return error_set(err, ERROR_BAD_INPUT, "messages %s ITEM WHY [by=NAME]", call->argv[1]);
    if (!options_check(call, 4, "by", err) || !option_user(commands, call, 4, &it.user, err) ||
        !named_item(call->argv[2], &item, err) ||
        !message_silence(&it, &item, stop, call->argv[3], err))
        return false;
    answer_say(call->answer,
               stop ? "%s: thôi gửi tin tới số máy ấy. / no more messages to its phone"
                    : "%s: lại gửi tin tới số máy ấy. / messages to its phone again",
               item.text);
    return true;
}

/* ------------------------------------------------------------------ which of these */

static bool gateway(const struct commands *commands, const struct call *call, struct error *err)
{
    (void)err;
    say_gateway(call->answer, commands->notify);
    return true;
}

static bool waiting(const struct commands *commands, const struct call *call, struct error *err)
{
    (void)err;
    say_waiting(call->answer, commands->notify);
    return true;
}

static bool unknown(const struct commands *commands, const struct call *call, struct error *err)
{
    return say_unknown(commands, call->answer, err);
}

struct way {
    const char *word;
    bool more;                     /* words may follow */
    bool notify;                   /* it needs messages to go out */
    bool (*facts)(uint32_t event); /* one line a fact; NULL: `run` */
    bool (*run)(const struct commands *commands, const struct call *call, struct error *err);
};

static const struct way ways[] = {
    {"", false, true, NULL, gateway},
    {"waiting", false, true, NULL, waiting},
    {"sent", false, false, is_sent, NULL},
    {"delivered", false, false, is_delivered, NULL},
    {"failed", false, false, is_failed, NULL},
    {"unknown", false, false, NULL, unknown},
    {"contradicted", false, false, is_contradicted, NULL},
    {"of", true, true, NULL, say_item},
    {"stop", true, false, NULL, silence},
    {"start", true, false, NULL, silence},
    {"resend", true, true, NULL, resend},
};

static const struct way *way_of(const char *word)
{
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(ways[i].word, word) == 0)
            return &ways[i];
    return NULL;
}

bool run_messages(const struct commands *commands, const struct call *call, struct error *err)
{
    const char *what = call->argc > 1 ? call->argv[1] : "";
    const struct way *way = way_of(what);
    if (way == NULL)
        return error_set(err, ERROR_BAD_INPUT,
                         "«%.20s»: waiting, sent, delivered, failed, unknown, contradicted, of, "
                         "stop, start hoặc resend. / which messages",
                         what);
    if (call->argc > 2 && !way->more)
        return error_set(err, ERROR_BAD_INPUT, "«%.20s»: thừa. / a word too many", call->argv[2]);
    if (way->notify && commands->notify == NULL)
        return error_set(err, ERROR_NOT_FOUND, "không gửi tin / no messages go out");
    return way->facts != NULL ? say_facts(commands, call->answer, way->facts, err)
                              : way->run(commands, call, err);
}
