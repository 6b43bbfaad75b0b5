/* Messages in an administrator's words, at Zalo and by SMS, on a clock of the test's own: what
 * goes, by whom, and who has it when the first cannot deliver. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/kinds.h"
#include "server/notify/sms_chain.h"
#include "tests/server/notify_start.h"

#define KNOWN_MAX 16

/* A gateway that notes what it is given, and reports what it is told to. */
struct played {
    bool zalo; /* takes nothing without a template */
    unsigned sent;
    char ids[KNOWN_MAX][NOTICE_REQUEST_MAX + 1];
    char text[WORDS_MAX];
    struct zns zns;
    const char *report; /* id, NULL none */
    enum sms_end end;
    const struct sms_text *came; /* from a phone, NULL none */
};

struct told {
    struct desk_rig desk;
    struct rig_device device;
    struct played zalo, sms;
    struct sms_chain chain;
    char passed[192], handed[192];
    int64_t wait_ms;
    struct notify *notify;
    struct item item;
    unsigned alarms;
    char sentence[200]; /* of the last */
};

static bool has(void *self, const char *request_id)
{
    const struct played *played = self;
    for (unsigned i = 0; i < played->sent; i++)
        if (strcmp(played->ids[i], request_id) == 0)
            return true;
    return false;
}

static bool take(void *self, const struct sms *sms, struct error *err)
{
    struct played *played = self;
    if (played->zalo && sms->zns == NULL)
        return error_set(err, ERROR_REFUSED, "no template");
    assert_true(played->sent < KNOWN_MAX);
    (void)snprintf(played->ids[played->sent++], NOTICE_REQUEST_MAX + 1, "%s", sms->request_id);
    (void)snprintf(played->text, sizeof played->text, "%s", sms->text);
    played->zns = sms->zns != NULL ? *sms->zns : (struct zns){.n = 0};
    return true;
}

static bool reports(void *self, sms_take_report *take_report, void *ctx, struct error *err)
{
    struct played *played = self;
    if (played->report == NULL)
        return true;
    if (!take_report(ctx, played->report, played->end, err))
        return false;
    played->report = NULL;
    return true;
}

static bool texts(void *self, sms_take_text *take_text, void *ctx, struct error *err)
{
    struct played *played = self;
    if (played->came == NULL)
        return true;
    if (!take_text(ctx, played->came, err))
        return false;
    played->came = NULL;
    return true;
}

static struct sms_driver driver_of(struct played *played)
{
    return (struct sms_driver){
        .has = has, .send = take, .reports = reports, .texts = texts, .self = played};
}

static void alarm_said(void *ctx, const char *sentence)
{
    struct told *told = ctx;
    told->alarms++;
    (void)snprintf(told->sentence, sizeof told->sentence, "%s", sentence);
}

static void start(struct told *told)
{
    struct clock clock = rig_clock(&told->desk.rig);
    told->chain = (struct sms_chain){.drivers = {driver_of(&told->zalo), driver_of(&told->sms)},
                                     .names = {"zns", "kannel"},
                                     .n = 2,
                                     .alarm = alarm_said,
                                     .alarm_ctx = told};
    told->chain.confirms[0] = told->chain.confirms[1] = true;
    assert_good(sms_chain_pass(&told->chain, told->passed, clock, &err) &&
                sms_chain_await(&told->chain, told->handed, told->wait_ms, clock, &err));
    told->notify =
        notify_start(&told->desk, (struct notify_by){.driver = sms_chain_driver(&told->chain)});
}

static void stop(struct told *told)
{
    notify_close(told->notify);
    sms_chain_close(&told->chain);
}

/* Both programs' parts anew, as after a crash. */
static void restart(struct told *told)
{
    stop(told);
    rig_stop(&told->desk.rig);
    rig_start(&told->desk.rig);
    start(told);
}

static int open_told(void **state)
{
    struct told *told = calloc(1, sizeof *told);
    desk_rig_open(&told->desk);
    told->zalo.zalo = true;
    (void)snprintf(told->passed, sizeof told->passed, "%s/sms.passed", told->desk.rig.dir);
    (void)snprintf(told->handed, sizeof told->handed, "%s/sms.handed", told->desk.rig.dir);
    told->wait_ms = SECOND * 3600;
    start(told);
    rig_device(&told->device, &told->desk.rig, "HH-001");
    told->item = desk_rig_issue(&told->desk, "H27-261118-0001", "0912000001", "168000");
    *state = told;
    return 0;
}

static int close_told(void **state)
{
    struct told *told = *state;
    stop(told);
    desk_rig_close(&told->desk);
    free(told);
    return 0;
}

static void scan(struct told *told, uint32_t event)
{
    desk_rig_scan(&told->desk, &told->device, &told->item, event, 0);
}

static void pass(struct told *told, int64_t ms)
{
    told->desk.rig.now.ms += ms;
    assert_good(notify_tick(told->notify, &err));
}

static bool put_act(struct record *record, void *arg, struct error *err)
{
    return template_put(record, arg, err);
}

static void set_words(struct told *told, const char *key, const char *words)
{
    struct template template = {.user = 1};
    struct acts acts = desk_rig_acts(&told->desk);
    (void)snprintf(template.key, sizeof template.key, "%s", key);
    (void)snprintf(template.words, sizeof template.words, "%s", words);
    assert_good(acts.run(acts.self, put_act, &template, &err));
}

static size_t facts_of(struct told *told, uint32_t event)
{
    return notify_facts(&told->desk, &told->item, event);
}

static void says(const struct played *played, const struct told *told, const char *text)
{
    char want[WORDS_MAX];
    (void)snprintf(want, sizeof want, "Trao %s: %s", told->item.text, text);
    assert_string_equal(played->text, want);
}

/* ------------------------------------------------------------------ words */

struct seen {
    char words[8][TEMPLATE_WORDS_MAX + 1];
    size_t n;
};

static bool see(void *ctx, const struct template *template)
{
    struct seen *seen = ctx;
    assert_true(seen->n < 8 && template->user == 1 && template->at.ms > 0);
    (void)snprintf(seen->words[seen->n++], TEMPLATE_WORDS_MAX + 1, "%s", template->words);
    return true;
}

static bool is_template(uint32_t event)
{
    return event == EVENT_TEMPLATE_SET;
}

static bool count(void *ctx, const struct office_fact *fact)
{
    assert_true(fact->user == 1 && strcmp(fact->key, "out.vi") == 0);
    ++*(size_t *)ctx;
    return true;
}

static void the_last_words_are_said(void **state)
{
    struct told *told = *state;
    struct seen seen = {.n = 0};
    set_words(told, "out.vi", "Buu ta den.[ Thu {tien}.][ Goi {tl}]");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, 0);
    says(&told->sms, told, "Buu ta den. Thu 168.000d.");
    set_words(told, "out.vi", "Den roi.");
    told->item = desk_rig_issue(&told->desk, "H27-261118-0002", "0912000002", "0");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    says(&told->sms, told, "Den roi.");
    set_words(told, "out.vi", ""); /* the program's again */
    told->item = desk_rig_issue(&told->desk, "H27-261118-0003", "0912000003", "0");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    assert_non_null(strstr(told->sms.text, "Hom nay buu ta den giao."));
    assert_good(templates_each(told->desk.rig.record, "out.vi", see, &seen, &err));
    assert_int_equal(seen.n, 3);
    assert_string_equal(seen.words[0], "");
    assert_string_equal(seen.words[1], "Den roi.");
    seen.n = 0;
    assert_good(templates_each(told->desk.rig.record, "", see, &seen, &err));
    assert_int_equal(seen.n, 1);
    size_t facts = 0;
    int64_t batch = 0;
    uint64_t last = 0;
    assert_good(record_end(told->desk.rig.record, &batch, &last, &err));
    assert_good(
        record_office_some(told->desk.rig.record, 0, last, is_template, count, &facts, &err));
    assert_int_equal(facts, 3);
}

static void track_is_answered_in_english(void **state)
{
    struct told *told = *state;
    char text[64];
    (void)snprintf(text, sizeof text, "Track %s", told->item.text);
    struct sms_text mine = {"00000000000000000000000000000001", "0912000001", text};
    struct sms_text other = {"00000000000000000000000000000002", "0912000009", text};
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, 0);
    told->sms.came = &mine;
    pass(told, SECOND * 2);
    says(&told->sms, told, "Out for delivery today. To pay: 168.000d, no more.");
    set_words(told, "out.en", "On its way.");
    mine.id = "00000000000000000000000000000003";
    told->sms.came = &mine;
    pass(told, SECOND * 2);
    says(&told->sms, told, "On its way.");
    told->sms.came = &other; /* the status alone */
    pass(told, SECOND * 2);
    assert_null(strstr(told->sms.text, "168"));
    assert_non_null(strstr(told->sms.text, "Out for delivery, "));
}

/* ------------------------------------------------------------------ Zalo, then SMS */

static void a_template_goes_to_zalo(void **state)
{
    struct told *told = *state;
    set_words(told, "out.zns", "247890 so={so},tien={tien}");
    scan(told, EVENT_PICKED_UP); /* no template: by SMS */
    pass(told, 0);
    assert_int_equal(told->zalo.sent, 0);
    assert_int_equal(told->sms.sent, 1);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    assert_int_equal(told->zalo.sent, 1);
    assert_int_equal(told->sms.sent, 1);
    assert_string_equal(told->zalo.zns.template, "247890");
    assert_int_equal(told->zalo.zns.n, 2);
    assert_string_equal(told->zalo.zns.params[0].name, "so");
    assert_string_equal(told->zalo.zns.params[0].value, told->item.text);
    assert_string_equal(told->zalo.zns.params[1].name, "tien");
    assert_string_equal(told->zalo.zns.params[1].value, "168.000d");
    /* Nothing is due for this one: Zalo takes no empty parameter. */
    told->item = desk_rig_issue(&told->desk, "H27-261118-0002", "0912000002", "0");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    assert_int_equal(told->zalo.sent, 1);
    assert_int_equal(told->sms.sent, 2);
}

static void goes_to_zalo(struct told *told)
{
    set_words(told, "picked_up.zns", "1 so={so}");
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    assert_int_equal(told->zalo.sent, 1);
    assert_int_equal(told->sms.sent, 0);
}

static void zalo_reports(struct told *told, enum sms_end end, int64_t after_ms)
{
    told->zalo.report = told->zalo.ids[0];
    told->zalo.end = end;
    pass(told, after_ms);
    assert_null(told->zalo.report);
}

/* No Zalo on that phone, said a while later: by SMS, once, whatever is said again. */
static void what_zalo_cannot_deliver_goes_by_sms(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_FAILED, SECOND * 60);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
    assert_string_equal(told->sms.ids[0], told->zalo.ids[0]);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
    zalo_reports(told, SMS_END_FAILED, SECOND * 2);
    restart(told);
    zalo_reports(told, SMS_END_FAILED, SECOND * 2);
    pass(told, SECOND * 60);
    assert_int_equal(told->sms.sent, 1);
    assert_int_equal(told->zalo.sent, 1);
    told->sms.report = told->sms.ids[0];
    told->sms.end = SMS_END_DELIVERED;
    pass(told, SECOND * 2);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    assert_int_equal(facts_of(told, EVENT_NOTICE_SENT), 1);
}

/* ... and if SMS cannot either, that is its end. */
static void when_none_delivers_it_failed(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_FAILED, SECOND * 60);
    pass(told, SECOND * 2);
    told->sms.report = told->sms.ids[0];
    told->sms.end = SMS_END_FAILED;
    pass(told, SECOND * 2);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
    assert_int_equal(told->sms.sent, 1);
}

static void a_confirmed_delivery_ends_it(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_DELIVERED, SECOND * 60);
    zalo_reports(told, SMS_END_FAILED, SECOND * 60);
    pass(told, SECOND * 60);
    assert_int_equal(told->sms.sent, 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
}

#define MINUTE (SECOND * 60)

/* Another envelope is told of, and Zalo says that the phone has it. */
static void zalo_delivers_another(struct told *told, const char *dossier)
{
    struct item item = told->item;
    unsigned before = told->zalo.sent;
    told->item = desk_rig_issue(&told->desk, dossier, "0912000002", "0");
    scan(told, EVENT_PICKED_UP);
    pass(told, SECOND);
    assert_int_equal(told->zalo.sent, before + 1);
    told->zalo.report = told->zalo.ids[before];
    told->zalo.end = SMS_END_DELIVERED;
    pass(told, SECOND * 2);
    assert_null(told->zalo.report);
    told->item = item;
}

/* A gateway of which nothing is ever heard doubles nothing: what it took goes by no other. Words of
 * those it could not deliver are none of those it could. */
static void who_never_reports_doubles_nothing(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    pass(told, MINUTE * 70);
    told->item = desk_rig_issue(&told->desk, "H27-261118-0002", "0912000002", "0");
    scan(told, EVENT_PICKED_UP);
    pass(told, SECOND);
    told->zalo.report = told->zalo.ids[1];
    told->zalo.end = SMS_END_FAILED;
    pass(told, SECOND * 12);
    assert_int_equal(told->sms.sent, 1); /* that one */
    pass(told, MINUTE * 300);
    pass(told, SECOND * 12);
    assert_int_equal(told->sms.sent, 1);
    assert_int_equal(told->alarms, 0);
}

/* ... and what was handed on after its last word waits for the next. */
static void who_reports_no_more_doubles_nothing(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_DELIVERED, SECOND * 2);
    told->item = desk_rig_issue(&told->desk, "H27-261118-0003", "0912000003", "0");
    scan(told, EVENT_PICKED_UP);
    pass(told, SECOND);
    pass(told, MINUTE * 120);
    pass(told, SECOND * 12);
    assert_int_equal(told->sms.sent, 0);
    zalo_delivers_another(told, "H27-261118-0002");
    pass(told, SECOND * 12);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
    assert_string_equal(told->sms.ids[0], told->zalo.ids[1]);
}

/* Nobody would notice that its reports do not get here. */
static void that_it_says_nothing_is_told_once_a_day(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    for (int i = 2; i < 5; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-%04d", i);
        told->item = desk_rig_issue(&told->desk, dossier, "0912000002", "0");
        scan(told, EVENT_PICKED_UP);
        pass(told, SECOND);
    }
    pass(told, MINUTE * 61);
    assert_int_equal(told->alarms, 0); /* four */
    told->item = desk_rig_issue(&told->desk, "H27-261118-0009", "0912000002", "0");
    scan(told, EVENT_PICKED_UP);
    pass(told, SECOND);
    pass(told, MINUTE * 61);
    assert_int_equal(told->alarms, 1);
    assert_non_null(strstr(told->sentence, "zns took 5 and says of none"));
    pass(told, MINUTE * 60);
    assert_int_equal(told->alarms, 1);
    assert_int_equal(told->sms.sent, 0);
}

/* What the next could not deliver is no contradiction of what the first did, late. */
static void two_that_had_it_contradict_nobody(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_delivers_another(told, "H27-261118-0002");
    pass(told, MINUTE * 61);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
    zalo_reports(told, SMS_END_DELIVERED, SECOND * 2);
    told->sms.report = told->sms.ids[0];
    told->sms.end = SMS_END_FAILED;
    pass(told, SECOND * 2);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_CONTRADICTED), 0);
}

/* Neither delivered nor refused, and others are: after an hour by SMS, once, and what Zalo says
 * then counts still. */
static void whom_zalo_says_nothing_of_is_told_by_sms(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_SENT, MINUTE); /* that it left is no word of the phone */
    pass(told, MINUTE * 50);
    restart(told); /* it has waited for so long already */
    zalo_delivers_another(told, "H27-261118-0002");
    pass(told, MINUTE * 8 - SECOND * 3);
    assert_int_equal(told->sms.sent, 0);
    pass(told, MINUTE * 2);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
    assert_string_equal(told->sms.ids[0], told->zalo.ids[0]);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
    pass(told, MINUTE * 70);
    restart(told);
    pass(told, MINUTE * 70);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
    assert_int_equal(told->zalo.sent, 2);
    zalo_reports(told, SMS_END_DELIVERED, SECOND * 2);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
}

static void nobody_is_told_twice_whom_zalo_delivered_to(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_DELIVERED, MINUTE * 30);
    restart(told);
    pass(told, MINUTE * 90);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 0);
}

/* It has moved on within the hour: what was true is no news, and the hour is that of the new word.
 */
static void what_is_no_longer_true_goes_by_no_other(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    pass(told, MINUTE * 40);
    set_words(told, "out.zns", "2 so={so}");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    assert_int_equal(told->zalo.sent, 2);
    zalo_delivers_another(told, "H27-261118-0002");
    pass(told, MINUTE * 30);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0); /* nobody said so */
    pass(told, MINUTE * 31);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
    assert_string_equal(told->sms.ids[0], told->zalo.ids[1]);
}

static void silence_is_waited_for_as_long_as_settings_say(void **state)
{
    struct told *told = *state;
    told->wait_ms = 0;
    restart(told);
    goes_to_zalo(told);
    pass(told, MINUTE * 300);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 0);
    told->wait_ms = MINUTE * 310;
    restart(told);
    zalo_delivers_another(told, "H27-261118-0002");
    pass(told, MINUTE * 11);
    pass(told, SECOND * 2);
    assert_int_equal(told->sms.sent, 1);
}

/* News of two days ago are sent by nobody any more; that they failed is kept. */
static void a_late_failure_is_kept_and_nothing_sent(void **state)
{
    struct told *told = *state;
    goes_to_zalo(told);
    zalo_reports(told, SMS_END_FAILED, DAY * 2);
    pass(told, SECOND * 60);
    assert_int_equal(told->sms.sent, 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TOLD(name) cmocka_unit_test_setup_teardown(name, open_told, close_told)
    const struct CMUnitTest tests[] = {
        TOLD(the_last_words_are_said),
        TOLD(track_is_answered_in_english),
        TOLD(a_template_goes_to_zalo),
        TOLD(what_zalo_cannot_deliver_goes_by_sms),
        TOLD(when_none_delivers_it_failed),
        TOLD(a_confirmed_delivery_ends_it),
        TOLD(a_late_failure_is_kept_and_nothing_sent),
        TOLD(who_never_reports_doubles_nothing),
        TOLD(who_reports_no_more_doubles_nothing),
        TOLD(that_it_says_nothing_is_told_once_a_day),
        TOLD(two_that_had_it_contradict_nobody),
        TOLD(whom_zalo_says_nothing_of_is_told_by_sms),
        TOLD(nobody_is_told_twice_whom_zalo_delivered_to),
        TOLD(what_is_no_longer_true_goes_by_no_other),
        TOLD(silence_is_waited_for_as_long_as_settings_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
