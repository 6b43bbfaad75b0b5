#include "server/notify/resend.h"

#include <stdlib.h>
#include <string.h>

#include "server/notify/notices.h"
#include "server/notify/push.h"
#include "server/notify/recipient.h"
#include "server/record/inbox.h"

/* What is to go once more. */
struct again {
    struct office_fact fact;
    char phone[PHONE_MAX];
};

/* To a system it is news as long as it is true. */
static bool is_old(const struct resend *resend, const struct view *view, enum channel channel)
{
    return channel != CHANNEL_OFFICE &&
           resend->now.ms - view->state.since.estimate.ms > NOTIFY_AGE_MAX_MS;
}

/* The offices' system was told nothing since; a phone is told each thing for itself. */
static bool is_last_word(const struct fact *facts, size_t n, const struct notice *failed)
{
    const struct office_fact *last =
        notices_last(facts, n, EVENT_NOTICE_SENT, failed->channel, failed->receiver, UINT64_MAX);
    return failed->channel != CHANNEL_OFFICE ||
           (last != NULL && strcmp(last->notice.request_id, failed->request_id) == 0);
}

/* Failed, or nobody knows whether it went; NULL: neither, or it went since. */
static const struct notice *goes_again(const struct fact *facts, size_t n, enum channel channel,
                                       uint32_t receiver, struct notice_standing *ret_standing)
{
    static const uint32_t events[] = {EVENT_NOTICE_FAILED, EVENT_NOTICE_UNKNOWN};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        const struct office_fact *last =
            notices_last(facts, n, events[i], channel, receiver, UINT64_MAX);
        if (last == NULL)
            continue;
        *ret_standing = notices_standing(facts, n, &last->notice);
        if ((ret_standing->failed || ret_standing->unknown) &&
            is_last_word(facts, n, &last->notice))
            return &last->notice;
    }
    return NULL;
}

/* The last of them. */
static bool find_failed(const struct resend *resend, const struct view *view, enum channel channel,
                        uint32_t receiver, struct again *again, struct error *err)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n =
        views_told(resend->views, &view->state.item, channel, receiver, facts, VIEW_HISTORY_MAX);
    struct notice_standing standing;
    const struct notice *failed = goes_again(facts, n, channel, receiver, &standing);
    bool found = failed != NULL;
    if (found) {
        again->fact = (struct office_fact){.item = view->state.item,
                                           .event = EVENT_NOTICE_SENT,
                                           .user = resend->user,
                                           .notice = *failed};
        notices_id(&view->state.item, failed, standing.times + 1,
                   record_generation_serial(resend->record), again->fact.notice.request_id);
    }
    free(facts);
    return found ||
           error_set(err, ERROR_REFUSED, "không có tin nào hỏng. / none of its messages failed");
}

static bool may_be_told(const struct resend *resend, const struct view *view, struct again *again,
                        struct error *err)
{
    bool stopped = false;
    if (!notices_stands(&view->state, &again->fact.notice) ||
        is_old(resend, view, again->fact.notice.channel))
        return error_set(err, ERROR_REFUSED,
                         "tin ấy không còn đúng hoặc đã quá một ngày. / it is no longer true, or "
                         "older than a day");
    if (again->fact.notice.channel == CHANNEL_OFFICE)
        return true;
    if (!recipient_phone(resend->record, view, again->phone, err))
        return false;
    if (*again->phone == '\0')
        return error_set(err, ERROR_REFUSED, "không có số di động. / it has no mobile number");
    return phone_is_stopped(resend->record, again->phone, &stopped, err) &&
           (!stopped || error_set(err, ERROR_REFUSED,
                                  "người nhận đã từ chối tin nhắn. / its owner wants no messages"));
}

static bool again_act(struct record *record, void *arg, struct error *err)
{
    struct again *again = arg;
    bool to_phone = again->fact.notice.channel == CHANNEL_SMS;
    return record_office_add(record, &again->fact, NULL, err) &&
           (!to_phone || phone_told(record, again->phone, &again->fact.item, err));
}

static bool send_again(const struct resend *resend, const struct view *view, enum channel channel,
                       uint32_t receiver, struct again *again, struct error *err)
{
    return find_failed(resend, view, channel, receiver, again, err) &&
           may_be_told(resend, view, again, err) &&
           resend->acts.run(resend->acts.self, again_act, again, err);
}

bool message_resend(const struct resend *resend, const struct item *item, struct error *err)
{
    struct view view;
    struct again again = {.phone = ""};
    if (!views_item(resend->views, item, &view))
        return error_set(err, ERROR_NOT_FOUND, "%s: không có. / no such item", item->text);
    struct error office = {.code = ERROR_NONE};
    bool good = send_again(resend, &view, CHANNEL_SMS, 0, &again, err);
    bool told = send_again(resend, &view, CHANNEL_OFFICE, 0, &again, &office);
    chain_wipe(again.phone, sizeof again.phone);
    return good || told || error_add(err, "%s", item->text);
}

bool message_is_unknown(struct views *views, const struct item *item, const struct notice *notice,
                        struct fact *facts)
{
    size_t n = views_told(views, item, notice->channel, notice->receiver, facts, VIEW_HISTORY_MAX);
    struct notice_standing standing = notices_standing(facts, n, notice);
    return standing.unknown && strcmp(standing.sent->request_id, notice->request_id) == 0;
}

bool hook_resend(const struct resend *resend, uint32_t receiver, const struct item *item,
                 struct error *err)
{
    struct view view;
    struct again again = {.phone = ""};
    if (!views_item(resend->views, item, &view))
        return error_set(err, ERROR_NOT_FOUND, "%s: không có. / no such item", item->text);
    return send_again(resend, &view, CHANNEL_OFFICE, receiver, &again, err) ||
           error_add(err, "%s", item->text);
}

bool hook_is_dead(struct views *views, uint32_t receiver, const struct item *item,
                  struct notice *ret_notice)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    size_t n =
        facts ? views_told(views, item, CHANNEL_OFFICE, receiver, facts, VIEW_HISTORY_MAX) : 0;
    const struct office_fact *last =
        notices_last(facts, n, EVENT_NOTICE_SENT, CHANNEL_OFFICE, receiver, UINT64_MAX);
    bool dead = last != NULL && notices_standing(facts, n, &last->notice).failed;
    if (dead)
        *ret_notice = last->notice;
    free(facts);
    return dead;
}
