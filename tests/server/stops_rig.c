#include "tests/server/stops_rig.h"

#include "server/record/premises.h"

const struct place exact = {
    .lat_e7 = 183428100, .lon_e7 = 1059051200, .accuracy_mm = 8000, .mode = PLACE_MODE_3D};
const struct place coarse = {
    .lat_e7 = 183500000, .lon_e7 = 1059500000, .accuracy_mm = 2000000, .mode = PLACE_MODE_2D};
const struct place none = {.why_none = NO_PLACE_NO_FIX};

bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

void as(struct browser *browser, const char *name)
{
    browser->cookie[0] = '\0';
    browser_log_in_as(browser, name);
}

uint32_t office_of(struct browser *browser)
{
    struct view view;
    assert_true(views_item(browser->rig.desk.rig.views, &browser->rig.item, &view));
    return view.marks.office;
}

uint32_t badge;

void outcome(struct browser *browser, const struct item *item, uint32_t event,
             const struct place *place, int64_t ago_ms)
{
    struct desk_rig *desk = &browser->rig.desk;
    struct rig_batch batch;
    pthread_mutex_lock(&desk->lock);
    struct scan *scan = rig_beep(&desk->rig, &browser->rig.device, 0, event, ago_ms);
    scan->item = *item;
    scan->place = *place;
    scan->badge = badge;
    if (event == EVENT_DELIVERY_FAILED) {
        scan->reason = REASON_NOBODY_HOME;
        scan->action = ACTION_AGAIN;
    }
    scan->relation = event == EVENT_DELIVERED ? RELATION_SPOUSE : 0;
    scan->of_seq = event == EVENT_WITHDRAWN ? scan->seq - 1 : 0;
    rig_cut(&browser->rig.device, &batch);
    rig_send(&desk->rig, &browser->rig.device, &batch);
    assert_good(views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
    desk_rig_pass(desk, 1000);
}

/* Where the stops of `exact` are. */
static bool post_office_act(struct record *record, void *arg, struct error *why)
{
    struct browser *browser = arg;
    struct premises post = {.kind = PREMISES_POST_OFFICE,
                            .code = "480100",
                            .name = "Cẩm Trung",
                            .has_place = true,
                            .lat_e7 = exact.lat_e7 + 5000, /* 56 m north */
                            .lon_e7 = exact.lon_e7,
                            .from = {browser->rig.desk.rig.now.ms - 1000}};
    return premises_put(record, &post, 1, why);
}

void open_post_office(struct browser *browser)
{
    struct acts acts = desk_rig_acts(&browser->rig.desk);
    assert_good(acts.run(acts.self, post_office_act, browser, &err));
}
