#include "server/notify/resend.h"

#include <stdlib.h>
#include <string.h>

#include "server/notify/notices.h"
#include "server/notify/recipient.h"
#include "server/record/inbox.h"

/* What is to go once more. */
struct again {
    struct office_fact fact;
    char phone[PHONE_MAX];
};

static bool is_true_still(const struct state *state, const struct notice *notice)
{
    if (notice->correction)
        return state->status != STATUS_DELIVERED;
    return notice->status == state->status && notice->attempt == state->attempt;
}

static bool is_old(const struct resend *resend, const struct view *view)
{
    return resend->now.ms - view->state.since.estimate.ms > NOTIFY_AGE_MAX_MS;
}

/* The last that failed, unless it went since. */
static bool find_failed(const struct resend *resend, const struct view *view, struct again *again,
                        struct error *err)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(resend->views, &view->state.item, facts, VIEW_HISTORY_MAX);
    const struct notice *failed = notices_last_failed(facts, n);
    bool found = false;
    if (failed != NULL) {
        struct notice_standing standing = notices_standing(facts, n, failed);
        found = standing.failed;
        again->fact = (struct office_fact){.item = view->state.item,
                                           .event = EVENT_NOTICE_SENT,
                                           .user = resend->user,
                                           .notice = *failed};
        notices_id(&view->state.item, failed, standing.times + 1, again->fact.notice.request_id);
    }
    free(facts);
    return found ||
           error_set(err, ERROR_REFUSED, "không có tin nào hỏng. / none of its messages failed");
}

static bool may_be_told(const struct resend *resend, const struct view *view, struct again *again,
                        struct error *err)
{
    bool stopped = false;
    if (!is_true_still(&view->state, &again->fact.notice) || is_old(resend, view))
        return error_set(err, ERROR_REFUSED,
                         "tin ấy không còn đúng hoặc đã quá một ngày. / it is no longer true, or "
                         "older than a day");
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
    return record_office_add(record, &again->fact, NULL, err) &&
           phone_told(record, again->phone, &again->fact.item, err);
}

bool message_resend(const struct resend *resend, const struct item *item, struct error *err)
{
    struct view view;
    struct again again = {.phone = ""};
    if (!views_item(resend->views, item, &view))
        return error_set(err, ERROR_NOT_FOUND, "%s: không có. / no such item", item->text);
    bool good = find_failed(resend, &view, &again, err) &&
                may_be_told(resend, &view, &again, err) &&
                resend->acts.run(resend->acts.self, again_act, &again, err);
    chain_wipe(again.phone, sizeof again.phone);
    return good || error_add(err, "%s", item->text);
}
