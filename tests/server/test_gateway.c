/* A gateway that fails, refuses, reports late; what goes once more, and what never. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "server/notify/message.h"
#include "server/notify/resend.h"
#include "server/notify/sms_chain.h"
#include "server/notify/sms_sent.h"
#include "server/office/list.h"
#include "server/record/inbox.h"
#include "tests/server/notify_rig.h"

static void a_dead_gateway_is_tried_later_and_later(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_LATER);
    scan(told, EVENT_PICKED_UP);
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(gateway.tries, 1);
    assert_int_equal(tries_within(told, SECOND * 4), 0);
    assert_int_equal(tries_within(told, SECOND), 1);
    assert_int_equal(tries_within(told, SECOND * 9), 0);
    assert_int_equal(tries_within(told, SECOND), 1);
    assert_in_range(tries_within(told, SECOND * 60 * 14), 5, 7);
    assert_int_equal(gateway.alarms, 0);
    (void)tries_within(told, SECOND * 60);
    assert_int_equal(gateway.alarms, 1);
    assert_non_null(strstr(gateway.sentence, "does not answer since"));
    assert_int_equal(tries_within(told, SECOND * 3600), 12); /* once in five minutes */
    assert_int_equal(gateway.alarms, 2);
    gateway.mood = ERROR_NONE;
    (void)tries_within(told, SECOND * 300);
    assert_int_equal(gateway.taken, 1);
    gateway.mood = ERROR_LATER; /* and begins anew */
    scan(told, EVENT_OUT_FOR_DELIVERY);
    gateway.taken = 0;
    assert_int_equal(tries_within(told, SECOND * 6), 2);
    assert_int_equal(gateway.alarms, 2);
}

/* Case N04: what was said first of a message stands; "left" is no end. The contrary, said later, is
 * kept once, for people to see. */
static void reports_never_go_back(void **state)
{
    struct told *told = *state;
    static const struct {
        enum sms_end ends[4];
        uint32_t n;
        size_t delivered, failed, contradicted;
    } rows[] = {
        {{SMS_END_SENT}, 1, 0, 0, 0},
        {{SMS_END_SENT, SMS_END_DELIVERED}, 2, 1, 0, 0},
        {{SMS_END_DELIVERED, SMS_END_SENT, SMS_END_DELIVERED}, 3, 1, 0, 0},
        {{SMS_END_DELIVERED, SMS_END_FAILED}, 2, 1, 0, 1},
        {{SMS_END_DELIVERED, SMS_END_FAILED, SMS_END_DELIVERED, SMS_END_FAILED}, 4, 1, 0, 1},
        {{SMS_END_FAILED, SMS_END_DELIVERED}, 2, 0, 1, 1},
        {{SMS_END_DELIVERED, SMS_END_ONE_FAILED}, 2, 1, 0, 0}, /* another has it */
        {{SMS_END_ONE_FAILED}, 1, 0, 1, 0},
    };
    start_with_gateway(told, ERROR_NONE);
    start_with_gateway(told, ERROR_NONE);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-200%zu", i);
        told->item = desk_rig_issue(&told->desk, dossier, "0912000001", "0");
        scan(told, EVENT_PICKED_UP);
        tick(told);
        assert_int_equal(gateway.taken, i + 1);
        for (int again = 0; again < 2; again++) { /* also when the views have seen it */
            memcpy(gateway.ends, rows[i].ends, sizeof gateway.ends);
            gateway.ends_n = rows[i].n;
            pass(told, SECOND * 2);
            assert_int_equal(gateway.ends_n, 0);
        }
        assert_int_equal(count_facts(told, EVENT_NOTICE_DELIVERED), rows[i].delivered);
        assert_int_equal(count_facts(told, EVENT_NOTICE_FAILED), rows[i].failed);
        assert_int_equal(count_facts(told, EVENT_NOTICE_CONTRADICTED), rows[i].contradicted);
        assert_int_equal(gateway.tries, i + 1);
    }
}

/* Of a message that is none of ours, or that a restored record knows nothing of. */
static void a_report_of_nothing_is_forgotten(void **state)
{
    struct told *told = *state;
    static const char *const ids[] = {"", "x", "RA123456785VN.picked_up.0.sms", ".", "RA1.2.sms"};
    start_with_gateway(told, ERROR_NONE);
    gateway.taken = 1;
    gateway.taken = 1;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        (void)snprintf(gateway.ids[0], sizeof gateway.ids[0], "%s", ids[i]);
        gateway.ends[0] = SMS_END_DELIVERED;
        gateway.ends_n = 1;
        pass(told, SECOND * 2);
        assert_int_equal(gateway.ends_n, 0);
    }
    assert_false(has_fact(told, EVENT_NOTICE_DELIVERED));
}

/* A number that is none: noted, never tried again, also by the next run; the next event is told. */
static void refused_for_good_is_a_fact(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_REFUSED);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(gateway.tries, 1);
    assert_true(has_fact(told, EVENT_NOTICE_FAILED));
    assert_int_equal(tries_within(told, SECOND * 60), 0);
    start_with_gateway(told, ERROR_REFUSED);
    assert_int_equal(tries_within(told, SECOND * 60), 0);
    gateway.mood = ERROR_NONE;
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    assert_int_equal(gateway.taken, 1);
}

static bool resend(struct told *told, struct error *ret_err)
{
    struct resend it = {.acts = desk_rig_acts(&told->desk),
                        .views = told->desk.rig.views,
                        .record = told->desk.rig.record,
                        .now = told->desk.rig.now};
    return message_resend(&it, &told->item, ret_err);
}

/* Once more, under an id of its own, and no more than asked for. */
static void what_failed_goes_once_more_when_asked_for(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_REFUSED);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    gateway.mood = ERROR_NONE;
    assert_int_equal(tries_within(told, SECOND * 60), 0);
    assert_good(resend(told, &err));
    assert_error(resend(told, &err), ERROR_REFUSED); /* it is on its way */
    pass(told, SECOND);
    assert_int_equal(gateway.taken, 1);
    assert_non_null(strstr(gateway.ids[0], ".picked_up.0.sms-2"));
    assert_int_equal(tries_within(told, SECOND * 60), 0);
    gateway.ends[0] = SMS_END_FAILED; /* and that one never went */
    gateway.ends_n = 1;
    pass(told, 2 * SECOND);
    assert_int_equal(count_facts(told, EVENT_NOTICE_FAILED), 2);
    assert_good(resend(told, &err));
    pass(told, SECOND);
    assert_int_equal(gateway.taken, 2);
    assert_non_null(strstr(gateway.ids[1], ".picked_up.0.sms-3"));
}

static void only_what_is_true_and_wanted_goes_once_more(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_REFUSED);
    scan(told, EVENT_PICKED_UP);
    assert_error(resend(told, &err), ERROR_REFUSED); /* nothing failed */
    tick(told);
    assert_good(phone_stop(told->desk.rig.record, "+84912000001", true, &err));
    assert_error(resend(told, &err), ERROR_REFUSED);
    assert_good(phone_stop(told->desk.rig.record, "+84912000001", false, &err));
    told->desk.rig.now.ms += DAY + SECOND;
    assert_error(resend(told, &err), ERROR_REFUSED); /* old */
    told->desk.rig.now.ms -= DAY;
    scan(told, EVENT_DELIVERED);
    assert_error(resend(told, &err), ERROR_REFUSED); /* overtaken */
    assert_int_equal(count_facts(told, EVENT_NOTICE_SENT), 1);
}

/* The gateway is away, and before it is back the owner of the phone said no more. */
static void who_stops_before_it_goes_is_not_told(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_LATER);
    scan(told, EVENT_PICKED_UP);
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(count_facts(told, EVENT_NOTICE_SENT), 1);
    assert_good(phone_stop(told->desk.rig.record, "+84912000001", true, &err));
    gateway.mood = ERROR_NONE;
    pass(told, SECOND * 60);
    assert_int_equal(gateway.taken, 0);
    assert_int_equal(count_facts(told, EVENT_NOTICE_FAILED), 1);
    pass(told, SECOND * 60);
    assert_int_equal(count_facts(told, EVENT_NOTICE_FAILED), 1);
}

/* The gateway's own list is gone, as after its machine was replaced. */
static void what_a_phone_has_is_not_sent_again(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_NONE);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    gateway.ends[0] = SMS_END_DELIVERED;
    gateway.ends_n = 1;
    pass(told, 2 * SECOND);
    assert_true(has_fact(told, EVENT_NOTICE_DELIVERED));
    start_with_gateway(told, ERROR_NONE);
    assert_int_equal(tries_within(told, SECOND * 60), 0);
}

/* trao.conf names another gateway from today on: what the file took is not sent by it again. */
static void another_gateway_repeats_nothing(void **state)
{
    struct told *told = *state;
    char list[224];
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
    start_with_gateway(told, ERROR_NONE);
    notify_close(told->notify);
    rig_stop(&told->desk.rig);
    rig_start(&told->desk.rig);
    struct sms_driver only = moods_driver();
    struct sms_chain chain = {.drivers = {only}, .n = 1};
    (void)snprintf(list, sizeof list, "%s/none.sent", told->desk.rig.dir);
    assert_good(sms_chain_know(&chain, "gammu", list, NULL, rig_clock(&told->desk.rig), &err));
    assert_int_equal(chain.former_n, 0);
    (void)snprintf(list, sizeof list, "%s/sms.sent", told->desk.rig.dir);
    assert_good(sms_chain_know(&chain, "gammu", list, NULL, rig_clock(&told->desk.rig), &err));
    open_by(told, sms_chain_driver(&chain));
    pass(told, SECOND * 60);
    assert_int_equal(gateway.tries, 0);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    assert_int_equal(gateway.taken, 1);
    notify_close(told->notify); /* before the chain on this stack */
    told->notify = NULL;
    sms_chain_close(&chain);
}

/* trao.conf names Kannel no more, and the server was killed while it was asked: nobody else sends
 * that one, and people are told. */
static void what_a_former_gateway_has_in_doubt_is_said(void **state)
{
    struct told *told = *state;
    char list[224], begun[224], id[NOTICE_REQUEST_MAX + 1] = "";
    scan(told, EVENT_PICKED_UP);
    tick(told);
    (void)snprintf(list, sizeof list, "%s/sms.sent", told->desk.rig.dir);
    FILE *file = fopen(list, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*s %64s", id), 1);
    (void)fclose(file);
    start_with_gateway(told, ERROR_NONE);
    notify_close(told->notify);
    rig_stop(&told->desk.rig);
    rig_start(&told->desk.rig);
    (void)snprintf(begun, sizeof begun, "%s/kannel.begun", told->desk.rig.dir);
    file = fopen(begun, "w");
    assert_non_null(file);
    (void)fprintf(file, "+%s\n", id);
    (void)fclose(file);
    (void)snprintf(list, sizeof list, "%s/kannel.sent", told->desk.rig.dir);
    struct sms_chain chain = {.drivers = {moods_driver()}, .n = 1};
    assert_good(sms_chain_know(&chain, "kannel", list, begun, rig_clock(&told->desk.rig), &err));
    struct sms_driver driver = sms_chain_driver(&chain);
    assert_true(driver.has(driver.self, id)); /* at once, before it is said */
    open_by(told, driver);
    pass(told, SECOND * 60);
    assert_int_equal(gateway.tries, 0);
    assert_int_equal(count_facts(told, EVENT_NOTICE_UNKNOWN), 1);
    pass(told, SECOND * 60);
    assert_int_equal(count_facts(told, EVENT_NOTICE_UNKNOWN), 1);
    notify_close(told->notify);
    told->notify = NULL;
    sms_chain_close(&chain);
}

/* The disk of the list is full for a while: what went is known all the same, and written later. */
static void a_list_that_cannot_be_written_doubles_nothing(void **state)
{
    struct told *told = *state;
    struct sms_sent *sent = NULL;
    struct rlimit before, full;
    char path[224];
    (void)snprintf(path, sizeof path, "%s/other.sent", told->desk.rig.dir);
    assert_good(sms_sent_open(path, rig_clock(&told->desk.rig), &sent, &err));
    assert_good(sms_sent_add(sent, "first", &err));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    full = before;
    full.rlim_cur = 1;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &full), 0);
    assert_error(sms_sent_add(sent, "second", &err), ERROR_LATER);
    assert_error(sms_sent_settle(sent, &err), ERROR_LATER);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_true(sms_sent_has(sent, "second"));
    assert_good(sms_sent_settle(sent, &err));
    assert_good(sms_sent_settle(sent, &err));
    sms_sent_close(sent);
    assert_good(sms_sent_open(path, rig_clock(&told->desk.rig), &sent, &err));
    assert_true(sms_sent_has(sent, "first") && sms_sent_has(sent, "second"));
    sms_sent_close(sent);
}

/* Two gateways: what the first refuses for good is the second's; when it does not answer it is
 * waited for. */
static void what_one_refuses_the_next_takes(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_REFUSED);
    notify_close(told->notify);
    rig_stop(&told->desk.rig);
    rig_start(&told->desk.rig);
    struct sms_driver first = moods_driver();
    struct sms_chain chain = {.drivers = {first, sms_file_driver(told->file)}, .n = 2};
    open_by(told, sms_chain_driver(&chain));
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(gateway.tries, 1);
    assert_int_equal(lines(told, NULL), 1);
    assert_false(has_fact(told, EVENT_NOTICE_FAILED));
    text_from(told, STRANGER, "alo"); /* the second listens too */
    answered(told, 2, STRANGER, HELP);
    gateway.mood = ERROR_LATER;
    scan(told, EVENT_OUT_FOR_DELIVERY);
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(lines(told, NULL), 2);
    gateway.mood = ERROR_NONE;
    (void)tries_within(told, SECOND * 10);
    assert_int_equal(gateway.taken, 1);
    assert_int_equal(lines(told, NULL), 2);
    told->item = desk_rig_issue(&told->desk, "H27-261118-0009", "0912000001", "0");
    gateway.mood = ERROR_REFUSED;
    chain.n = 1; /* and when all refuse it is a fact */
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_true(has_fact(told, EVENT_NOTICE_FAILED));
    static const char *const bad[] = {"", ",", "gammu,gammu", "sms", "file,gammu,webhook,file"};
    struct config *settings = &told->desk.config;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_error(config_set(settings, "messages", "gateway", bad[i], &err), ERROR_BAD_INPUT);
    assert_good(config_set(settings, "messages", "gateway", "webhook, gammu", &err));
    assert_int_equal(settings->gateways_n, 2);
    assert_int_equal(settings->gateways[1], GATEWAY_GAMMU);
    notify_close(told->notify); /* before the chain on this stack */
    told->notify = NULL;
}

/* Who was never told of a delivery is not told that there was none. */
static void what_was_refused_is_not_corrected(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_NONE);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    assert_int_equal(gateway.taken, 1);
    gateway.mood = ERROR_REFUSED;
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    assert_true(has_fact(told, EVENT_NOTICE_FAILED));
    gateway.mood = ERROR_NONE;
    scan(told, EVENT_WITHDRAWN);
    assert_int_equal(tries_within(told, SECOND * 60), 0);
}

static void one_that_is_never_taken_holds_up_no_other(void **state)
{
    struct told *told = *state;
    start_with_gateway(told, ERROR_NONE);
    gateway.never = told->item.text; /* the lowest number, so first in its turn */
    scan(told, EVENT_PICKED_UP);
    for (unsigned i = 0; i < 3; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-100%u", i);
        struct item other = desk_rig_issue(&told->desk, dossier, "0912000002", "0");
        assert_true(strcmp(other.text, told->item.text) > 0);
        desk_rig_scan(&told->desk, &told->device, &other, EVENT_PICKED_UP, 0);
    }
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(gateway.taken, 0);
    assert_true(notify_state(told->notify).since.ms != 0);
    assert_int_equal(notify_state(told->notify).waiting, 4);
    assert_int_equal(tries_within(told, SECOND * 5), 4);
    assert_int_equal(gateway.taken, 3);
    struct item waiting[2];
    assert_int_equal(notify_waiting(told->notify, waiting, 2), 1);
    assert_true(item_equal(&waiting[0], &told->item));
    gateway.never = NULL;
    assert_int_equal(tries_within(told, SECOND * 5), 1);
    assert_int_equal(gateway.taken, 4);
    assert_int_equal(notify_state(told->notify).since.ms, 0);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        TOLD(a_dead_gateway_is_tried_later_and_later),
        TOLD(refused_for_good_is_a_fact),
        TOLD(what_failed_goes_once_more_when_asked_for),
        TOLD(only_what_is_true_and_wanted_goes_once_more),
        TOLD(who_stops_before_it_goes_is_not_told),
        TOLD(what_a_phone_has_is_not_sent_again),
        TOLD(another_gateway_repeats_nothing),
        TOLD(what_a_former_gateway_has_in_doubt_is_said),
        TOLD(a_list_that_cannot_be_written_doubles_nothing),
        TOLD(what_one_refuses_the_next_takes),
        TOLD(reports_never_go_back),
        TOLD(a_report_of_nothing_is_forgotten),
        TOLD(what_was_refused_is_not_corrected),
        TOLD(one_that_is_never_taken_holds_up_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
