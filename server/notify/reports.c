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

/* What the record knows of a notice, by its id. */
struct known {
    const struct notice *notice; /* NULL: none of this id */
    uint32_t end;                /* the event that ended it, 0 none */
    bool unknown, contradicted;
};

static void know(struct known *known, uint32_t event)
{
    if (event == EVENT_NOTICE_DELIVERED || event == EVENT_NOTICE_FAILED)
        known->end = event;
    known->unknown = known->unknown || event == EVENT_NOTICE_UNKNOWN;
    known->contradicted = known->contradicted || event == EVENT_NOTICE_CONTRADICTED;
}

/* Of the history, and of what the views may not show yet. */
static struct known known_of(const struct reports *reports, const struct fact *facts, size_t n,
                             const char *request_id)
{
    struct known known = {.notice = NULL};
    for (size_t i = 0; i < n; i++) {
        const struct office_fact *fact = &facts[i].office;
        if (facts[i].is_scan || strcmp(fact->notice.request_id, request_id) != 0)
            continue;
        if (fact->event == EVENT_NOTICE_SENT)
            known.notice = &fact->notice;
        know(&known, fact->event);
    }
    for (size_t i = 0; i < REPORTS_RECENT; i++)
        if (strcmp(reports->recent[i].id, request_id) == 0)
            know(&known, reports->recent[i].event);
    return known;
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
    struct recent *recent = &reports->recent[reports->next++ % REPORTS_RECENT];
    (void)snprintf(recent->id, sizeof recent->id, "%s", notice->request_id);
    recent->event = event;
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

/* After its end it says the contrary: the end stands, and people can see that it did. */
static bool note_contradiction(struct reports *reports, const struct item *item,
                               const struct known *known, enum sms_end end, struct error *err)
{
    bool contrary = (end == SMS_END_FAILED && known->end == EVENT_NOTICE_DELIVERED) ||
                    (end == SMS_END_DELIVERED && known->end == EVENT_NOTICE_FAILED);
    return !contrary || known->contradicted ||
           note_end(reports, item, known->notice, EVENT_NOTICE_CONTRADICTED, err);
}

static bool note(struct reports *reports, const struct item *item, const struct known *known,
                 enum sms_end end, struct error *err)
{
    if (known->end != 0)
        return note_contradiction(reports, item, known, end, err);
    if (end == SMS_END_SILENT || (end == SMS_END_UNKNOWN && known->unknown))
        return true;
    if (!note_end(reports, item, known->notice, event_of(end), err))
        return false;
    if (end == SMS_END_UNKNOWN)
        tell_people(reports, item);
    return true;
}

static bool take_known(struct reports *reports, const struct item *item, const struct known *known,
                       enum sms_end end, struct error *err)
{
    bool asked = end == SMS_END_PASSED || end == SMS_END_SILENT;
    if (asked && known->notice != NULL && known->end == 0 &&
        goes_again(reports, item, known->notice)) {
        reports->look_again(reports->ctx, item);
        return true;
    }
    if (known->notice != NULL && !note(reports, item, known, end, err))
        return false;
    return !asked || error_set(err, ERROR_REFUSED, "%s: no message of it goes again", item->text);
}

static bool take(void *ctx, const char *request_id, enum sms_end end, struct error *err)
{
    struct reports *reports = ctx;
    struct item item;
    if (end == SMS_END_SENT)
        return true;
    bool asked = end == SMS_END_PASSED || end == SMS_END_SILENT;
    if (!item_of(request_id, &item))
        return !asked || error_set(err, ERROR_REFUSED, "nothing goes again");
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    if (facts == NULL)
        return error_set(err, ERROR_LATER, "out of memory");
    size_t n = views_history(reports->views, &item, facts, VIEW_HISTORY_MAX);
    struct known known = known_of(reports, facts, n, request_id);
    bool good = end == SMS_END_UNKNOWN && known.notice == NULL
                    ? error_set(err, ERROR_NOT_FOUND, "%s: nothing is known of it yet", request_id)
                    : take_known(reports, &item, &known, end, err);
    free(facts);
    return good;
}

bool reports_take(struct reports *reports, const struct sms_driver *driver, struct error *err)
{
    return driver->reports == NULL || driver->reports(driver->self, take, reports, err);
}
