#include "server/office/handover.h"

#include <stdio.h>

struct handover {
    const struct item *items;
    size_t n;
    uint64_t serial;
};

char *handover_text(uint64_t serial, char out[HANDOVER_TEXT_MAX])
{
    (void)snprintf(out, HANDOVER_TEXT_MAX, "BG-%06llu", (unsigned long long)serial);
    return out;
}

static bool handover_act(struct record *record, void *arg, struct error *err)
{
    struct handover *handover = arg;
    uint64_t before = 0;
    if (!record_counter_next(record, "handover", 1, &before, err))
        return false;
    handover->serial = before + 1;
    for (size_t i = 0; i < handover->n; i++) {
        struct office_fact fact = {
            .item = handover->items[i], .event = EVENT_HANDED_OVER, .handover = handover->serial};
        if (!record_office_add(record, &fact, NULL, err))
            return error_add(err, "%s", handover->items[i].text);
    }
    return true;
}

bool handover_run(struct acts acts, struct views *views, const struct item *items, size_t n,
                  uint64_t *ret_serial, struct error *err)
{
    struct handover handover = {.items = items, .n = n};
    invariant(n > 0);
    for (size_t i = 0; i < n; i++) {
        struct view view;
        bool known = views_item(views, &items[i], &view);
        if (!known || view.state.status != STATUS_PRINTED)
            return error_set(err, ERROR_REFUSED, "%s: không chờ bàn giao (%s)", items[i].text,
                             known && status_info(view.state.status)
                                 ? status_info(view.state.status)->handheld
                                 : "chưa cấp số");
    }
    if (!acts.run(acts.self, handover_act, &handover, err))
        return false;
    *ret_serial = handover.serial;
    return true;
}
