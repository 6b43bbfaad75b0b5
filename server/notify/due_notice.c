#include "server/notify/due_notice.h"

#include <string.h>

#include "server/notify/notices.h"
#include "server/notify/notify.h"

bool due_notice_may(enum status status, bool struck)
{
    const struct status_info *info = status_info(status);
    return info && (info->sms || struck);
}

static bool is_door_outcome(enum status status)
{
    return status == STATUS_FAILED || status == STATUS_DELIVERED;
}

/* "Delivered" was said, and not refused, within the last day, and what it rested on was taken back.
 */
static bool owes_correction(struct instant now, const struct state *state, const struct fact *facts,
                            size_t n, uint32_t *ret_attempt)
{
    bool struck = false;
    for (size_t i = 0; i < n; i++)
        struck = struck || marks_is_struck_delivery(&facts[i]);
    if (!struck || state->status == STATUS_DELIVERED)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct notice *notice = &facts[i].office.notice;
        if (facts[i].is_scan || facts[i].office.event != EVENT_NOTICE_SENT ||
            notice->channel != CHANNEL_SMS || notice->status != STATUS_DELIVERED ||
            notice->correction || now.ms - facts[i].office.at.ms > NOTIFY_AGE_MAX_MS ||
            notices_standing(facts, n, notice).failed)
            continue;
        *ret_attempt = notice->attempt;
        return true;
    }
    return false;
}

struct notice due_notice_fact(const struct due_notice *owed)
{
    return (struct notice){.channel = CHANNEL_SMS,
                           .status = owed->correction ? STATUS_DELIVERED : owed->view.state.status,
                           .attempt = owed->attempt,
                           .correction = owed->correction};
}

/* What the record knows of the notice that would be due: one that failed, or that the phone has, is
 * not, whatever the lists of the gateways have kept. */
static void ask_record(struct due_notice *owed, const struct fact *facts, size_t n)
{
    struct notice notice = due_notice_fact(owed);
    struct notice_standing standing = notices_standing(facts, n, &notice);
    owed->recorded = standing.sent != NULL;
    owed->due = !standing.failed && !standing.delivered;
    if (owed->recorded)
        memcpy(owed->request_id, standing.sent->request_id, sizeof owed->request_id);
    else
        notices_id(&owed->view.state.item, &notice, 1, 1, owed->request_id);
}

/* The fact stands and the driver has it. */
static bool is_done(const struct gateway *gateway, const struct due_notice *owed)
{
    return owed->recorded && gateway_has(gateway, owed->request_id);
}

static void due_at_present(struct instant now, struct due_notice *owed)
{
    const struct state *state = &owed->view.state;
    const struct status_info *info = status_info(state->status);
    int64_t at = now.ms;
    bool old = at - state->since.estimate.ms > NOTIFY_AGE_MAX_MS;
    if (!info || !info->sms || old)
        return;
    owed->from.ms = state->since_arrival.ms + NOTIFY_DOOR_WAIT_MS;
    owed->wait = is_door_outcome(state->status) && at < owed->from.ms;
    owed->due = !owed->wait;
    owed->attempt = state->attempt;
}

struct due_notice due_notice_of(struct views *views, const struct gateway *gateway,
                                struct instant now, const struct item *item,
                                struct fact history[VIEW_HISTORY_MAX])
{
    struct due_notice owed = {.due = false};
    struct view_brief brief;
    size_t n;
    if (!views_brief(views, item, &brief) || !due_notice_may(brief.status, brief.struck) ||
        !views_item_history(views, item, &owed.view, history, VIEW_HISTORY_MAX, &n))
        return owed;
    if (owes_correction(now, &owed.view.state, history, n, &owed.attempt)) {
        owed.correction = true;
        ask_record(&owed, history, n);
        if (owed.due && !is_done(gateway, &owed))
            return owed;
        owed.correction = owed.due = false;
    }
    due_at_present(now, &owed);
    if (owed.due)
        ask_record(&owed, history, n);
    return owed;
}
