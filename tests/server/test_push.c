/* What the offices' dossier system is told, on a clock of the test's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/push.h"
#include "server/notify/resend.h"
#include "tests/server/desk_rig.h"

#define SECOND INT64_C(1000)
#define DAY (SECOND * 24 * 3600)
#define TOLD_MAX 16

struct office {
    struct desk_rig desk;
    struct rig_device device;
    struct push *push;
    struct item item, other;
    /* the system as it is */
    enum error_code mood;
    const char *never; /* an item that it does not answer to; NULL none */
    uint32_t tries, taken;
    char ids[TOLD_MAX][NOTICE_REQUEST_MAX + 1], bodies[TOLD_MAX][512];
    uint32_t alarms;
    char sentence[160];
};

static bool has(void *self, const char *request_id)
{
    (void)self;
    (void)request_id;
    return false;
}

static bool take(void *self, const struct sms *sms, struct error *err)
{
    struct office *office = self;
    office->tries++;
    assert_null(sms->to);
    if (office->never != NULL && strstr(sms->text, office->never) != NULL)
        return error_set(err, ERROR_LATER, "not this one");
    if (office->mood != ERROR_NONE)
        return error_set(err, office->mood, "no");
    assert_true(office->taken < TOLD_MAX);
    (void)snprintf(office->ids[office->taken], sizeof office->ids[0], "%s", sms->request_id);
    (void)snprintf(office->bodies[office->taken++], sizeof office->bodies[0], "%s", sms->text);
    return true;
}

static void alarm_said(void *ctx, const char *sentence)
{
    struct office *office = ctx;
    office->alarms++;
    (void)snprintf(office->sentence, sizeof office->sentence, "%s", sentence);
}

static void start(struct office *office)
{
    struct push_config config = {.acts = desk_rig_acts(&office->desk),
                                 .views = office->desk.rig.views,
                                 .record_path = office->desk.rig.record_path,
                                 .driver = {.has = has, .send = take, .self = office},
                                 .clock = rig_clock(&office->desk.rig),
                                 .alarm = alarm_said,
                                 .ctx = office};
    assert_good(push_open(&config, &office->push, &err));
}

static void restart(struct office *office)
{
    push_close(office->push);
    rig_stop(&office->desk.rig);
    rig_start(&office->desk.rig);
    start(office);
}

static int open_office(void **state)
{
    struct office *office = calloc(1, sizeof *office);
    desk_rig_open(&office->desk);
    start(office);
    rig_device(&office->device, &office->desk.rig, "HH-001");
    office->item = desk_rig_issue(&office->desk, "H27-261118-0001", "0912000001", "168000");
    *state = office;
    return 0;
}

static int close_office(void **state)
{
    struct office *office = *state;
    push_close(office->push);
    desk_rig_close(&office->desk);
    free(office);
    return 0;
}

static void scan(struct office *office, uint32_t event)
{
    desk_rig_scan(&office->desk, &office->device, &office->item, event, 0);
}

static void pass(struct office *office, int64_t ms)
{
    office->desk.rig.now.ms += ms;
    assert_good(push_tick(office->push, &err));
}

/* Ticks each second; whether it answers or not. */
static void wait_for(struct office *office, int64_t ms)
{
    for (int64_t at = 0; at < ms; at += SECOND) {
        struct error err;
        office->desk.rig.now.ms += SECOND;
        if (!push_tick(office->push, &err))
            assert_int_equal(err.code, ERROR_LATER);
    }
}

/* The n-th telling, counted from 1, is the last, and holds this. */
static void said(const struct office *office, uint32_t n, const char *words)
{
    assert_int_equal(office->taken, n);
    if (strstr(office->bodies[n - 1], words) == NULL)
        fail_msg("%s: no %s", office->bodies[n - 1], words);
}

static bool again(struct office *office, struct error *err)
{
    struct resend it = {.acts = desk_rig_acts(&office->desk),
                        .views = office->desk.rig.views,
                        .record = office->desk.rig.record,
                        .now = office->desk.rig.now};
    return message_resend(&it, &office->item, err);
}

static void a_delivery_is_state_10_after_thirty_seconds(void **state)
{
    struct office *office = *state;
    char want[512];
    scan(office, EVENT_PICKED_UP);
    pass(office, 60 * SECOND);
    assert_int_equal(office->tries, 0); /* nothing of the dossier's */
    scan(office, EVENT_DELIVERED);
    pass(office, 29 * SECOND);
    assert_int_equal(office->tries, 0);
    pass(office, SECOND);
    (void)snprintf(want, sizeof want,
                   "{\"at\":\"2026-11-25T08:01:00+07:00\",\"attempt\":0,\"correction\":false,"
                   "\"dossier\":\"H27-261118-0001\",\"event\":\"delivered\",\"id\":"
                   "\"%s.delivered.0.office\",\"item\":\"%s\",\"office\":\"",
                   office->item.text, office->item.text);
    said(office, 1, want);
    said(office, 1, "\"state\":10}");
    assert_null(strstr(office->bodies[0], "912000001"));
    pass(office, 60 * SECOND);
    restart(office);
    pass(office, 60 * SECOND);
    assert_good(views_rebuild(office->desk.rig.views, &err));
    pass(office, 60 * SECOND);
    assert_int_equal(office->tries, 1);
}

static void what_was_undone_in_time_is_not_told(void **state)
{
    struct office *office = *state;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    pass(office, 20 * SECOND);
    scan(office, EVENT_WITHDRAWN);
    pass(office, 60 * SECOND);
    assert_int_equal(office->tries, 0);
}

/* 9 again, and 10 once more when it is delivered after all: the last word is what is true. */
static void a_withdrawn_delivery_is_taken_back(void **state)
{
    struct office *office = *state;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    pass(office, 30 * SECOND);
    said(office, 1, "\"state\":10}");
    scan(office, EVENT_WITHDRAWN);
    pass(office, 60 * SECOND);
    said(office, 2, "\"correction\":true");
    said(office, 2, "\"state\":9}");
    restart(office);
    pass(office, 60 * SECOND);
    assert_int_equal(office->taken, 2);
    scan(office, EVENT_DELIVERED);
    pass(office, 60 * SECOND);
    said(office, 3, "\"state\":10}");
    assert_string_not_equal(office->ids[0], office->ids[2]);
    pass(office, 60 * SECOND);
    assert_int_equal(office->taken, 3);
}

static void a_failed_attempt_is_told_with_its_number(void **state)
{
    struct office *office = *state;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERY_FAILED);
    pass(office, 30 * SECOND);
    said(office, 1, "\"event\":\"failed\"");
    said(office, 1, "\"state\":9}");
}

/* Days without an answer: later and later, people hear of it, what was overtaken is not told. */
static void a_system_that_is_away_hears_what_is_true(void **state)
{
    struct office *office = *state;
    office->mood = ERROR_LATER;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERY_FAILED);
    wait_for(office, 20 * 60 * SECOND);
    assert_in_range(office->tries, 5, 12);
    assert_int_equal(office->alarms, 1);
    assert_non_null(strstr(office->sentence, "the offices' system does not answer since"));
    office->desk.rig.now.ms += 3 * DAY;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    restart(office);
    office->mood = ERROR_NONE;
    wait_for(office, 60 * SECOND);
    said(office, 1, "\"state\":10}");
}

/* A crash after it was recorded, before it answered: the same id. */
static void what_was_recorded_goes_under_its_id(void **state)
{
    struct office *office = *state;
    office->mood = ERROR_LATER;
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    office->mood = ERROR_NONE;
    restart(office);
    wait_for(office, 5 * SECOND);
    said(office, 1, "\"state\":10}");
    assert_non_null(strstr(office->ids[0], ".delivered.0.office"));
    assert_null(strstr(office->ids[0], "-2"));
}

static void what_is_refused_is_told_again_only_when_asked_for(void **state)
{
    struct office *office = *state;
    office->mood = ERROR_REFUSED;
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->tries, 1);
    office->mood = ERROR_NONE;
    restart(office);
    wait_for(office, 60 * SECOND);
    assert_int_equal(office->tries, 1);
    assert_good(again(office, &err));
    wait_for(office, 40 * SECOND);
    said(office, 1, "\"state\":10}");
    assert_non_null(strstr(office->ids[0], ".delivered.0.office-2"));
    assert_error(again(office, &err), ERROR_REFUSED);
}

static void one_that_is_never_answered_holds_up_no_other(void **state)
{
    struct office *office = *state;
    office->other = desk_rig_issue(&office->desk, "H27-261118-0002", "0912000002", "0");
    struct item first =
        memcmp(&office->item, &office->other, sizeof first) < 0 ? office->item : office->other;
    office->never = first.text;
    desk_rig_scan(&office->desk, &office->device, &office->item, EVENT_DELIVERED, 0);
    desk_rig_scan(&office->desk, &office->device, &office->other, EVENT_DELIVERED, 0);
    wait_for(office, 60 * SECOND);
    assert_int_equal(office->taken, 1);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define OFFICE(name) cmocka_unit_test_setup_teardown(name, open_office, close_office)
    const struct CMUnitTest tests[] = {
        OFFICE(a_delivery_is_state_10_after_thirty_seconds),
        OFFICE(what_was_undone_in_time_is_not_told),
        OFFICE(a_withdrawn_delivery_is_taken_back),
        OFFICE(a_failed_attempt_is_told_with_its_number),
        OFFICE(a_system_that_is_away_hears_what_is_true),
        OFFICE(what_was_recorded_goes_under_its_id),
        OFFICE(what_is_refused_is_told_again_only_when_asked_for),
        OFFICE(one_that_is_never_answered_holds_up_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
