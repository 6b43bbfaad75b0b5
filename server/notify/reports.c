#include "server/notify/reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/notices.h"

/* Request ids begin with the item's number; false: not one of ours. */
static bool item_of(const char *request_id, struct item *ret_item)
{
    const char *dot = strchr(request_id, '.');
    struct error err;
    return dot != NULL && item_parse(request_id, (size_t)(dot - request_id), ret_item, &err);
}

/* The notice of this id, NULL when there is none or its end is known; of UNKNOWN also when that is
 * known already. */
static const struct notice *open_notice(const struct fact *facts, size_t n, const char *request_id,
                                        enum sms_end end)
{
    const struct notice *found = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct office_fact *fact = &facts[i].office;
        if (facts[i].is_scan || strcmp(fact->notice.request_id, request_id) != 0 ||
            (fact->event == EVENT_NOTICE_UNKNOWN && end != SMS_END_UNKNOWN))
            continue;
        if (fact->event != EVENT_NOTICE_SENT)
            return NULL;
        found = &fact->notice;
    }
    return found;
}

static bool is_there(const struct fact *facts, size_t n, const char *request_id)
{
    for (size_t i = 0; i < n; i++)
        if (!facts[i].is_scan && strcmp(facts[i].office.notice.request_id, request_id) == 0)
            return true;
    return false;
}

static bool is_recent(const struct reports *reports, const char *request_id)
{
    for (size_t i = 0; i < REPORTS_RECENT; i++)
        if (strcmp(reports->recent[i], request_id) == 0)
            return true;
    return false;
}

static bool end_act(struct record *record, void *arg, struct error *err)
{
    return record_office_add(record, arg, NULL, err);
}

static bool note_end(struct reports *reports, const struct item *item, const struct notice *notice,
                     uint32_t event, struct error *err)
{
    struct office_fact fact = {.item = *item, .event = event, .notice = *notice};
    if (!reports->acts.run(reports->acts.self, end_act, &fact, err))
        return error_add(err, "%s: report", item->text);
    if (event == EVENT_NOTICE_UNKNOWN)
        return true; /* what is said next counts */
    char *recent = reports->recent[reports->next++ % REPORTS_RECENT];
    (void)snprintf(recent, NOTICE_REQUEST_MAX + 1, "%s", notice->request_id);
    return true;
}

/* Still true, and news: then another gateway has it. Else that one could not deliver it is its end.
 */
static bool goes_again(const struct reports *reports, const struct item *item,
                       const struct notice *notice)
{
    struct view view;
    return notice->channel == CHANNEL_SMS && views_item(reports->views, item, &view) &&
           notices_stands(&view.state, notice) &&
           reports->clock.now(reports->clock.self).ms - view.state.since.estimate.ms <=
               NOTIFY_AGE_MAX_MS;
}

static uint32_t event_of(enum sms_end end)
{
    return end == SMS_END_DELIVERED ? EVENT_NOTICE_DELIVERED
           : end == SMS_END_UNKNOWN ? EVENT_NOTICE_UNKNOWN
                                    : EVENT_NOTICE_FAILED;
}

static void tell_people(const struct reports *reports, const struct item *item)
{
    char sentence[160];
    (void)snprintf(sentence, sizeof sentence,
                   "messages: nobody knows whether the one of %s went: messages unknown",
                   item->text);
    if (reports->alarm != NULL)
        reports->alarm(reports->alarm_ctx, sentence);
}

static bool take(void *ctx, const char *request_id, enum sms_end end, struct error *err)
{
    struct reports *reports = ctx;
    struct item item;
    if (end == SMS_END_SENT)
        return true;
    bool asked = end == SMS_END_PASSED || end == SMS_END_SILENT;
    if (is_recent(reports, request_id) || !item_of(request_id, &item))
        return !asked || error_set(err, ERROR_REFUSED, "nothing goes again");
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(reports->views, &item, facts, VIEW_HISTORY_MAX);
    if (end == SMS_END_UNKNOWN && !is_there(facts, n, request_id)) {
        free(facts);
        return error_set(err, ERROR_NOT_FOUND, "%s: nothing is known of it yet", request_id);
    }
    const struct notice *notice = open_notice(facts, n, request_id, end);
    bool goes = notice != NULL && asked && goes_again(reports, &item, notice);
    bool good = notice == NULL || goes || end == SMS_END_SILENT ||
                note_end(reports, &item, notice, event_of(end), err);
    if (good && notice != NULL && end == SMS_END_UNKNOWN)
        tell_people(reports, &item);
    if (goes)
        reports->look_again(reports->ctx, &item);
    else if (good && asked)
        good = error_set(err, ERROR_REFUSED, "%s: no message of it goes again", item.text);
    free(facts);
    return good;
}

bool reports_take(struct reports *reports, const struct sms_driver *driver, struct error *err)
{
    return driver->reports == NULL || driver->reports(driver->self, take, reports, err);
}
