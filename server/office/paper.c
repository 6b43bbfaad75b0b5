#include "server/office/paper.h"

#include <string.h>

#include "server/office/choices.h"
#include "server/record/devices.h"
#include "server/record/lookups.h"
#include "server/record/postmen.h"
#include "server/text/text.h"

/* ------------------------------------------------------------------ what is written */

static bool bad(struct error *err, const char *vi, const char *en)
{
    return error_set(err, ERROR_BAD_INPUT, "%s / %s", vi, en);
}

static bool check_failed(const struct paper_scan *paper, struct error *err)
{
    const struct reason_info *reason = reason_info(paper->reason);
    const struct action_info *action = action_info(paper->action);
    if (!reason)
        return bad(err, "reason=: chưa phát được thì cần lý do.",
                   "a failed delivery needs a reason");
    return (action && strchr(reason->acts, action->letter)) ||
           bad(err, "action=: việc tiếp này không đi với lý do đó.",
               "this act does not go with the reason");
}

static bool check_event(const struct paper_scan *paper, struct error *err)
{
    const struct event_info *info = event_info(paper->event);
    if (!info || info->source != EVENT_SOURCE_SCAN || paper->event == EVENT_WITHDRAWN)
        return bad(err, "việc này không ghi từ giấy được.", "this event is not entered from paper");
    if (paper->event == EVENT_DELIVERY_FAILED)
        return check_failed(paper, err);
    if (paper->reason != 0 || paper->action != 0)
        return bad(err, "reason=: lý do, việc tiếp chỉ đi với chưa phát được.",
                   "a reason without a failure");
    bool delivered = paper->event == EVENT_DELIVERED;
    if (delivered != (relation_info(paper->relation) != NULL))
        return bad(err, "relation=: ai nhận thì ghi khi đã phát, và chỉ khi đó.",
                   "a relation is needed with delivered, and only then");
    return delivered || (paper->postage_vnd == 0 && paper->fees_vnd == 0) ||
           bad(err, "postage=: tiền chỉ thu khi đã phát.", "money without a delivery");
}

/* The time as it was typed: to the minute. */
static bool check_time(struct instant wall, struct instant now, struct error *err)
{
    char time[CLOCK_TEXT_MAX];
    (void)clock_iso_local(wall, time, sizeof time);
    if (wall.ms > now.ms)
        return error_set(
            err, ERROR_BAD_INPUT,
            "«%.16s»: giờ trên giấy ở tương lai. / the paper's time lies in the future", time);
    return now.ms - wall.ms <= PAPER_AGE_MAX_MS ||
           error_set(err, ERROR_BAD_INPUT,
                     "«%.16s»: giấy cũ quá 14 ngày; mở vụ việc. / older than 14 days: open a case",
                     time);
}

/* ------------------------------------------------------------------ typed */

struct typed {
    const struct paper_entry *entry;
    struct testimony testimony;
};

static bool add_entry(struct record *record, struct typed *typed, struct error *err)
{
    const struct paper_entry *entry = typed->entry;
    struct office_fact fact = {.item = entry->item,
                               .event = EVENT_PAPER_ENTRY,
                               .user = entry->user,
                               .badge = entry->badge,
                               .paper = entry->paper};
    return testimony_add(record, &typed->testimony, &fact, err) &&
           record_office_add(record, &fact, NULL, err);
}

static bool paper_act(struct record *record, void *arg, struct error *err)
{
    struct typed *typed = arg;
    const struct paper_entry *entry = typed->entry;
    struct postman postman;
    bool live;
    return check_time(entry->paper.wall, record_now(record), err) &&
           record_item_live(record, &entry->item, &live, err) &&
           (postman_at(record, entry->badge, entry->paper.wall, &postman, err) ||
            error_add(err, "badge")) &&
           add_entry(record, typed, err);
}

bool paper_enter(struct acts acts, const struct paper_entry *entry, struct error *err)
{
    struct typed typed = {.entry = entry};
    if (entry->user == 0)
        return bad(err, "cần tên người nhập.", "who types must be named");
    if (!text_clean(entry->note, strlen(entry->note), typed.testimony.text,
                    sizeof typed.testimony.text) ||
        !text_is_visible(typed.testimony.text))
        return bad(err, "note=: cần ghi tờ giấy nào.", "the sheet must be named");
    return check_event(&entry->paper, err) && acts.run(acts.self, paper_act, &typed, err);
}

/* ------------------------------------------------------------------ a spare handheld */

struct spare {
    const char *old_device, *device;
    uint32_t badge, user;
};

static bool spare_act(struct record *record, void *arg, struct error *err)
{
    const struct spare *spare = arg;
    struct device old_device, device;
    struct postman postman;
    struct office_fact fact = {
        .event = EVENT_SPARE_DEVICE, .user = spare->user, .badge = spare->badge};
    if (!device_find(record, spare->old_device, &old_device, err))
        return error_add(err, "%s", spare->old_device);
    if (!device_find(record, spare->device, &device, err))
        return error_add(err, "%s", spare->device);
    if (device.id == old_device.id || device.state != DEVICE_ACTIVE)
        return error_set(err, ERROR_REFUSED, "%s: không thay được. / cannot stand in", device.name);
    text_copy(device.name, fact.device, sizeof fact.device);
    text_copy(old_device.name, fact.old_device, sizeof fact.old_device);
    return postman_at(record, spare->badge, record_now(record), &postman, err) &&
           record_office_add(record, &fact, NULL, err);
}

bool device_spare(struct acts acts, const char *old_device, const char *device, uint32_t badge,
                  uint32_t user, struct error *err)
{
    struct spare spare = {old_device, device, badge, user};
    return acts.run(acts.self, spare_act, &spare, err);
}
