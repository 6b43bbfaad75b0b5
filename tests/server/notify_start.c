#include "tests/server/notify_start.h"

struct notify *notify_start(struct desk_rig *desk, struct notify_by by)
{
    struct notify *notify = NULL;
    struct notify_config config = {.acts = desk_rig_acts(desk),
                                   .views = desk->rig.views,
                                   .record_path = desk->rig.record_path,
                                   .config = &desk->config,
                                   .secret = by.secret,
                                   .driver = by.driver,
                                   .clock = rig_clock(&desk->rig),
                                   .alarm = by.alarm,
                                   .ctx = by.ctx};
    assert_good(notify_open(&config, &notify, &err));
    return notify;
}

size_t notify_facts(struct desk_rig *desk, const struct item *item, uint32_t event)
{
    static struct fact facts[VIEW_HISTORY_MAX];
    size_t n = views_history(desk->rig.views, item, facts, VIEW_HISTORY_MAX);
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += !facts[i].is_scan && facts[i].office.event == event;
    return found;
}
