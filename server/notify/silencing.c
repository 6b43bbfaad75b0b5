#include "server/notify/silencing.h"

#include <stdio.h>

#include "server/notify/recipient.h"
#include "server/record/inbox.h"

struct silence {
    struct office_fact fact;
    struct testimony said;
    char phone[PHONE_MAX];
    bool stop;
};

static bool silence_act(struct record *record, void *arg, struct error *err)
{
    struct silence *it = arg;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n = 0;
    it->fact.has_evidence = true;
    return phone_stop(record, it->phone, it->stop, err) &&
           testimony_encode(&it->said, bytes, &n, err) &&
           record_attachment_add(record, bytes, n, &it->fact.evidence, err) &&
           record_office_add(record, &it->fact, NULL, err);
}

/* The phone stands in the evidence, which can be deleted. */
static bool fill(const struct silencing *silencing, const struct view *view, const char *reason,
                 struct silence *it, struct error *err)
{
    it->fact =
        (struct office_fact){.event = it->stop ? EVENT_MESSAGES_STOPPED : EVENT_MESSAGES_RESUMED,
                             .user = silencing->user};
    if (!recipient_phone(silencing->record, view, it->phone, err))
        return false;
    if (*it->phone == '\0')
        return error_set(err, ERROR_REFUSED, "không có số di động. / it has no mobile number");
    int n = snprintf(it->said.text, sizeof it->said.text, "%s: %s", it->phone, reason);
    return (*reason != '\0' && n < (int)sizeof it->said.text) ||
           error_set(err, ERROR_BAD_INPUT, "lý do: thiếu hoặc quá dài. / a reason, not so long");
}

bool message_silence(const struct silencing *silencing, const struct item *item, bool stop,
                     const char *reason, struct error *err)
{
    struct view view;
    struct silence it = {.stop = stop};
    bool good = views_item(silencing->views, item, &view) && view.state.issued;
    if (!good)
        return error_set(err, ERROR_NOT_FOUND, "%s: không có. / no such item", item->text);
    good = fill(silencing, &view, reason, &it, err) &&
           silencing->acts.run(silencing->acts.self, silence_act, &it, err);
    chain_wipe(&it, sizeof it);
    return good || error_add(err, "%s", item->text);
}
