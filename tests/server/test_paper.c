/* A handheld died in mid-shift: what the desk types from paper is a fact of its own kind, and
 * another handheld stands in. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/office/list.h"
#include "server/office/paper.h"
#include "server/record/postmen.h"
#include "tests/server/desk_rig.h"

#define HOUR_MS (INT64_C(3600) * 1000)

struct shift {
    struct desk_rig desk;
    struct acts acts;
    struct item item;
    struct rig_device dead, spare;
};

static bool put_act(struct record *record, void *arg, struct error *err)
{
    return postman_put(record, arg, 5, err);
}

static int open_shift(void **state)
{
    struct shift *shift = calloc(1, sizeof *shift);
    assert_non_null(shift);
    desk_rig_open(&shift->desk);
    shift->acts = desk_rig_acts(&shift->desk);
    rig_device(&shift->dead, &shift->desk.rig, "HH-001");
    rig_device(&shift->spare, &shift->desk.rig, "HH-002");
    struct postman postman = {.badge = 12,
                              .name = "Lê Văn Thử",
                              .post_office = 480000,
                              .from = {RIG_NOW_MS - 48 * HOUR_MS},
                              .to = {RIG_NOW_MS + 480 * HOUR_MS}};
    assert_good(shift->acts.run(shift->acts.self, put_act, &postman, &err));
    shift->item = desk_rig_issue(&shift->desk, "H27.15-261118-0001", "", "33000");
    desk_rig_pass(&shift->desk, 4 * HOUR_MS);
    desk_rig_scan(&shift->desk, &shift->dead, &shift->item, EVENT_OUT_FOR_DELIVERY, 3 * HOUR_MS);
    *state = shift;
    return 0;
}

static int close_shift(void **state)
{
    struct shift *shift = *state;
    desk_rig_close(&shift->desk);
    free(shift);
    return 0;
}

/* Delivered two hours ago, as the sheet says. */
static struct paper_entry sheet(struct shift *shift)
{
    return (struct paper_entry){.item = shift->item,
                                .paper = {.event = EVENT_DELIVERED,
                                          .wall = {RIG_NOW_MS + 2 * HOUR_MS},
                                          .relation = RELATION_OWNER,
                                          .postage_vnd = 33000},
                                .badge = 12,
                                .user = 5,
                                .note = "sổ tay 3, trang 12"};
}

static void paper_moves_the_item_and_stays_paper(void **state)
{
    struct shift *shift = *state;
    struct paper_entry entry = sheet(shift);
    struct view view;
    static struct fact facts[VIEW_HISTORY_MAX];
    struct testimony testimony;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t bytes_n;
    int64_t batches_before, batches_after;
    uint64_t office;
    struct record *record = shift->desk.rig.record;
    assert_good(record_end(record, &batches_before, &office, &err));
    assert_good(paper_enter(shift->acts, &entry, &err));
    assert_good(record_end(record, &batches_after, &office, &err));
    assert_int_equal(batches_after, batches_before); /* no handheld said it */
    assert_true(views_item(shift->desk.rig.views, &shift->item, &view));
    assert_int_equal(view.state.status, STATUS_DELIVERED);
    assert_true(view.state.since.estimate.ms == RIG_NOW_MS + 2 * HOUR_MS);
    size_t n = views_history(shift->desk.rig.views, &shift->item, facts, VIEW_HISTORY_MAX);
    const struct fact *last = &facts[n - 1];
    assert_false(last->is_scan);
    assert_int_equal(last->office.event, EVENT_PAPER_ENTRY);
    assert_int_equal(last->office.paper.event, EVENT_DELIVERED);
    assert_int_equal(last->office.badge, 12);
    assert_int_equal(last->office.user, 5);
    assert_true(last->office.at.ms == shift->desk.now_ms); /* typed now, written then */
    assert_good(
        record_attachment_get(record, &last->office.evidence, bytes, sizeof bytes, &bytes_n, &err));
    assert_good(testimony_decode(bytes, bytes_n, &testimony, &err));
    assert_string_equal(testimony.text, "sổ tay 3, trang 12");
}

static void a_line_is_typed_once(void **state)
{
    struct shift *shift = *state;
    struct paper_entry entry = sheet(shift);
    assert_good(paper_enter(shift->acts, &entry, &err));
    assert_error(paper_enter(shift->acts, &entry, &err), ERROR_REPEATED);
    entry.paper.wall.ms += 60000;
    assert_good(paper_enter(shift->acts, &entry, &err));
}

/* The dead handheld comes back to life and says the same: one delivery, money once. */
static void the_handheld_brings_the_same_later(void **state)
{
    struct shift *shift = *state;
    struct paper_entry entry = sheet(shift);
    struct view view;
    assert_good(paper_enter(shift->acts, &entry, &err));
    desk_rig_scan(&shift->desk, &shift->dead, &shift->item, EVENT_DELIVERED, 2 * HOUR_MS);
    assert_true(views_item(shift->desk.rig.views, &shift->item, &view));
    assert_int_equal(view.state.status, STATUS_DELIVERED);
    assert_true(view.state.collected_postage_vnd <= 33000);
}

#define REFUSED(change, code)                                                                      \
    do {                                                                                           \
        struct paper_entry entry = sheet(shift);                                                   \
        change;                                                                                    \
        assert_error(paper_enter(shift->acts, &entry, &err), code);                                \
    } while (0)

static void what_paper_cannot_say(void **state)
{
    struct shift *shift = *state;
    REFUSED(entry.user = 0, ERROR_BAD_INPUT);
    REFUSED(entry.note = " ", ERROR_BAD_INPUT);
    REFUSED(entry.paper.event = EVENT_ISSUED, ERROR_BAD_INPUT);
    REFUSED(entry.paper.event = EVENT_WITHDRAWN, ERROR_BAD_INPUT);
    REFUSED(entry.paper.event = 63, ERROR_BAD_INPUT);
    REFUSED(entry.paper.relation = 0, ERROR_BAD_INPUT);
    REFUSED(entry.paper.event = EVENT_PICKED_UP, ERROR_BAD_INPUT); /* with a relation */
    REFUSED(entry.paper.reason = REASON_NOBODY_HOME, ERROR_BAD_INPUT);
    REFUSED((entry.paper.event = EVENT_PICKED_UP, entry.paper.relation = 0), ERROR_BAD_INPUT);
    REFUSED(entry.paper.wall.ms = shift->desk.now_ms + 1, ERROR_BAD_INPUT);
    REFUSED(entry.paper.wall.ms = shift->desk.now_ms - PAPER_AGE_MAX_MS - 1, ERROR_BAD_INPUT);
    REFUSED(entry.item = rig_item(55), ERROR_NOT_FOUND);
    REFUSED(entry.badge = 13, ERROR_NOT_FOUND);
    REFUSED(entry.paper.wall.ms = RIG_NOW_MS - 49 * HOUR_MS, ERROR_REFUSED); /* not yet a postman */
}

static void a_failed_delivery_needs_reason_and_act(void **state)
{
    struct shift *shift = *state;
    struct paper_entry entry = sheet(shift);
    struct view view;
    entry.paper = (struct paper_scan){.event = EVENT_DELIVERY_FAILED, .wall = entry.paper.wall};
    assert_error(paper_enter(shift->acts, &entry, &err), ERROR_BAD_INPUT);
    entry.paper.reason = REASON_DECLINED;
    entry.paper.action = ACTION_AGAIN; /* who refused is not asked again */
    assert_error(paper_enter(shift->acts, &entry, &err), ERROR_BAD_INPUT);
    entry.paper.action = ACTION_SEND_BACK;
    assert_good(paper_enter(shift->acts, &entry, &err));
    assert_true(views_item(shift->desk.rig.views, &shift->item, &view));
    assert_int_equal(view.state.status, STATUS_FAILED);
    assert_int_equal(view.state.reason, REASON_DECLINED);
}

static bool spare_of(void *ctx, const struct office_fact *fact)
{
    if (fact->event == EVENT_SPARE_DEVICE)
        *(struct office_fact *)ctx = *fact;
    return true;
}

static void a_spare_handheld_stands_in(void **state)
{
    struct shift *shift = *state;
    struct office_fact fact = {.seq = 0};
    assert_error(device_spare(shift->acts, "HH-001", "HH-001", 12, 5, &err), ERROR_REFUSED);
    assert_error(device_spare(shift->acts, "HH-009", "HH-002", 12, 5, &err), ERROR_NOT_FOUND);
    assert_error(device_spare(shift->acts, "HH-001", "HH-009", 12, 5, &err), ERROR_NOT_FOUND);
    assert_error(device_spare(shift->acts, "HH-001", "HH-002", 13, 5, &err), ERROR_NOT_FOUND);
    assert_good(device_spare(shift->acts, "HH-001", "HH-002", 12, 5, &err));
    assert_good(record_office_from(shift->desk.rig.record, 0, spare_of, &fact, &err));
    assert_string_equal(fact.device, "HH-002");
    assert_string_equal(fact.old_device, "HH-001");
    assert_int_equal(fact.badge, 12);
    /* What the dead one held is still taken when it comes in. */
    desk_rig_scan(&shift->desk, &shift->dead, &shift->item, EVENT_DELIVERED, HOUR_MS);
    struct view view;
    assert_true(views_item(shift->desk.rig.views, &shift->item, &view));
    assert_int_equal(view.state.status, STATUS_DELIVERED);
}

static void a_badge_is_read_as_it_is_written(void **state)
{
    (void)state;
    uint32_t badge = 0;
    char text[BADGE_TEXT_MAX];
    assert_good(badge_read(badge_text(12, text), &badge, &err));
    assert_int_equal(badge, 12);
    assert_good(badge_read("TH-12", &badge, &err));
    assert_error(badge_read("TH-", &badge, &err), ERROR_BAD_INPUT);
    assert_error(badge_read("TH-0", &badge, &err), ERROR_BAD_INPUT);
    assert_error(badge_read("TH-123456789", &badge, &err), ERROR_BAD_INPUT);
    assert_error(badge_read("BG-12", &badge, &err), ERROR_BAD_INPUT);
    assert_int_equal(badge, 12);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define SHIFT(name) cmocka_unit_test_setup_teardown(name, open_shift, close_shift)
    const struct CMUnitTest tests[] = {
        SHIFT(paper_moves_the_item_and_stays_paper),        SHIFT(a_line_is_typed_once),
        SHIFT(the_handheld_brings_the_same_later),          SHIFT(what_paper_cannot_say),
        SHIFT(a_failed_delivery_needs_reason_and_act),      SHIFT(a_spare_handheld_stands_in),
        cmocka_unit_test(a_badge_is_read_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
