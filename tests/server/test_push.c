/* What the offices' dossier system is told, on a clock of the test's own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/notify/hook_key.h"
#include "server/notify/push.h"
#include "server/notify/resend.h"
#include "tests/server/desk_rig.h"

#define SECOND INT64_C(1000)
#define DAY (SECOND * 24 * 3600)
#define TOLD_MAX 16

/* What a webhook of the record was told, and how it is. */
struct told {
    enum error_code mood;
    uint32_t tries, taken, status;
    char id[NOTICE_REQUEST_MAX + 1], body[512], key[HOOK_KEY_TEXT], before[HOOK_KEY_TEXT];
    unsigned open; /* twice while it is tried */
    bool shut;     /* it cannot be opened now */
};

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
    char tried_id[NOTICE_REQUEST_MAX + 1], tried[512]; /* the last, answered or not */
    uint32_t alarms;
    char sentence[160];
    bool own;                         /* trao.conf names it */
    struct told hooks[HOOKS_MAX + 1]; /* what each of the record was told, by its number */
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
    (void)snprintf(office->tried_id, sizeof office->tried_id, "%s", sms->request_id);
    (void)snprintf(office->tried, sizeof office->tried, "%s", sms->text);
    if (office->never != NULL && strstr(sms->text, office->never) != NULL)
        return error_set(err, ERROR_LATER, "not this one");
    if (office->mood != ERROR_NONE)
        return error_set(err, office->mood, "no");
    assert_true(office->taken < TOLD_MAX);
    (void)snprintf(office->ids[office->taken], sizeof office->ids[0], "%s", sms->request_id);
    (void)snprintf(office->bodies[office->taken++], sizeof office->bodies[0], "%s", sms->text);
    return true;
}

static bool take_hook(void *self, const struct sms *sms, struct error *err)
{
    struct told *told = self;
    told->tries++;
    if (told->mood != ERROR_NONE)
        return error_set(err, told->mood, "no");
    told->taken++;
    (void)snprintf(told->id, sizeof told->id, "%s", sms->request_id);
    (void)snprintf(told->body, sizeof told->body, "%s", sms->text);
    return true;
}

static bool open_hook(void *ctx, const struct hook *hook, const char *key, const char *before,
                      struct sms_driver *ret_driver, void **ret_opened, struct error *err)
{
    struct office *office = ctx;
    struct told *told = &office->hooks[hook->id];
    if (told->shut)
        return error_set(err, ERROR_LATER, "out of memory");
    told->open++;
    memcpy(told->key, key, strlen(key) + 1);
    memcpy(told->before, before, strlen(before) + 1);
    *ret_driver = (struct sms_driver){.has = has, .send = take_hook, .self = told};
    *ret_opened = told;
    return true;
}

static void close_hook(void *ctx, void *opened)
{
    struct told *told = opened;
    (void)ctx;
    assert_true(told->open > 0);
    told->open--;
}

static uint32_t answered(void *ctx, const void *opened)
{
    const struct told *told = opened;
    (void)ctx;
    return told->status;
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
                                 .secret = office->desk.secret,
                                 .drivers = {open_hook, close_hook, office, answered},
                                 .has_own = office->own,
                                 .own = {.has = has, .send = take, .self = office},
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
    office->own = true;
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

/* Its first try is not answered: it is still to be taken back, as what it is. */
static void a_correction_outlives_an_outage(void **state)
{
    struct office *office = *state;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    pass(office, 30 * SECOND);
    said(office, 1, "\"state\":10}");
    office->mood = ERROR_LATER;
    scan(office, EVENT_WITHDRAWN);
    wait_for(office, 60 * SECOND);
    assert_true(office->tries > 1);
    office->mood = ERROR_NONE;
    wait_for(office, 60 * SECOND);
    said(office, 2, "\"correction\":true");
    said(office, 2, "\"state\":9}");
}

/* It may have heard of the delivery, though it never answered: that is taken back too. */
static void what_was_never_answered_is_taken_back(void **state)
{
    struct office *office = *state;
    office->mood = ERROR_LATER;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 60 * SECOND);
    assert_non_null(strstr(office->tried, "\"event\":\"delivered\""));
    scan(office, EVENT_WITHDRAWN);
    wait_for(office, 10 * 60 * SECOND);
    assert_non_null(strstr(office->tried, "\"correction\":true"));
    office->mood = ERROR_NONE;
    wait_for(office, 60 * 60 * SECOND);
    said(office, 1, "\"correction\":true");
    said(office, 1, "\"state\":9}");
}

/* What is not told itself takes a delivery back all the same, though nobody looked when it came. */
static void what_came_before_a_start_takes_a_delivery_back(void **state)
{
    struct office *office = *state;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    pass(office, 30 * SECOND);
    said(office, 1, "\"state\":10}");
    office->desk.rig.now.ms += 60 * SECOND;
    desk_rig_scan(&office->desk, &office->device, &office->item, EVENT_WITHDRAWN, 85 * SECOND);
    restart(office);
    pass(office, 60 * SECOND);
    said(office, 2, "\"correction\":true");
    said(office, 2, "\"state\":9}");
}

/* Whatever was answered meanwhile: a system that heard it before takes the second for a repeat. */
static void under_one_id_the_same_is_said(void **state)
{
    struct office *office = *state;
    char first[512], id[NOTICE_REQUEST_MAX + 1];
    office->mood = ERROR_LATER;
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 60 * SECOND);
    scan(office, EVENT_WITHDRAWN);
    scan(office, EVENT_DELIVERY_FAILED);
    office->tried[0] = '\0';
    for (int i = 0; i < 600 && strstr(office->tried, "\"failed\"") == NULL; i++)
        wait_for(office, SECOND);
    memcpy(first, office->tried, sizeof first);
    memcpy(id, office->tried_id, sizeof id);
    assert_non_null(strstr(first, "\"correction\":true"));
    office->mood = ERROR_NONE;
    wait_for(office, 60 * 60 * SECOND);
    assert_string_equal(office->bodies[0], first);
    assert_string_equal(office->ids[0], id);
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

/* ------------------------------------------------------------------ webhooks of the record */

static bool put_act(struct record *record, void *arg, struct error *err)
{
    return hook_put(record, arg, err);
}

static struct hook hook_made(struct office *office, const char *name, uint32_t of, uint32_t events)
{
    struct hook hook = {.events = events, .on = true, .offices = {of}, .offices_n = of != 0};
    struct chance chance = rig_chance(&office->desk.rig);
    struct acts acts = desk_rig_acts(&office->desk);
    char key[HOOK_KEY_TEXT];
    (void)snprintf(hook.name, sizeof hook.name, "%s", name);
    (void)snprintf(hook.url, sizeof hook.url, "https://%s.vn/x", name);
    hook_key_new(&chance, key);
    hook_key_close(office->desk.secret, &chance, name, key, &hook.secret);
    assert_good(acts.run(acts.self, put_act, &hook, &err));
    return hook;
}

static void hook_changed(struct office *office, struct hook *hook)
{
    struct acts acts = desk_rig_acts(&office->desk);
    assert_good(acts.run(acts.self, put_act, hook, &err));
    pass(office, SECOND);
}

#define ALL UINT32_MAX
#define BIT(status) (UINT32_C(1) << STATUS_##status)

static bool resend_hook(struct office *office, const struct hook *hook, struct error *err)
{
    struct resend it = {.acts = desk_rig_acts(&office->desk),
                        .views = office->desk.rig.views,
                        .record = office->desk.rig.record,
                        .now = office->desk.rig.now};
    return hook_resend(&it, hook->id, &office->item, err);
}

static void each_hears_of_its_own_what_it_chose(void **state)
{
    struct office *office = *state;
    struct hook own = hook_made(office, "mot", 1, ALL), other = hook_made(office, "hai", 77, ALL),
                all = hook_made(office, "ba", 0, BIT(DELIVERED));
    pass(office, SECOND);
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERY_FAILED);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[own.id].taken, 1);
    assert_int_equal(office->hooks[other.id].tries, 0);
    assert_int_equal(office->hooks[all.id].tries, 0); /* not chosen */
    said(office, 1, "\"event\":\"failed\"");
    scan(office, EVENT_OUT_FOR_DELIVERY);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[own.id].taken, 2);
    assert_int_equal(office->hooks[all.id].taken, 1);
    assert_non_null(strstr(office->hooks[all.id].body, "\"state\":10}"));
    assert_string_not_equal(office->hooks[all.id].id, office->hooks[own.id].id);
    /* what was told and is not true is taken back, though it was not chosen */
    scan(office, EVENT_WITHDRAWN);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[all.id].taken, 2);
    assert_non_null(strstr(office->hooks[all.id].body, "\"correction\":true"));
    restart(office);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[own.id].taken, 3);
    assert_int_equal(office->hooks[all.id].taken, 2);
    assert_int_equal(office->hooks[other.id].tries, 0);
}

static void one_that_is_away_keeps_no_other(void **state)
{
    struct office *office = *state;
    struct hook away = hook_made(office, "mot", 0, ALL), well = hook_made(office, "hai", 0, ALL);
    struct push_state how;
    office->hooks[away.id].mood = ERROR_LATER;
    pass(office, SECOND);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[well.id].taken, 1);
    assert_int_equal(office->hooks[away.id].taken, 0);
    assert_true(push_state(office->push, away.id, &how));
    assert_int_equal(how.waiting, 1);
    assert_int_not_equal(how.since.ms, 0);
    assert_false(push_state(office->push, 63, &how));
    wait_for(office, 20 * 60 * SECOND);
    assert_non_null(strstr(office->sentence, "mot does not answer since"));
    assert_int_equal(office->hooks[well.id].tries, 1);
    office->hooks[away.id].mood = ERROR_NONE;
    wait_for(office, 6 * 60 * SECOND);
    assert_int_equal(office->hooks[away.id].taken, 1);
    assert_string_not_equal(office->hooks[away.id].id, office->hooks[well.id].id);
}

/* Refused, or two weeks without an answer: told again when somebody asks. */
static void dead_letters_are_told_again_when_asked(void **state)
{
    struct office *office = *state;
    struct hook hook = hook_made(office, "mot", 0, ALL);
    struct notice last;
    struct views *views = office->desk.rig.views;
    pass(office, SECOND);
    assert_false(hook_is_dead(views, hook.id, &office->item, &last));
    office->hooks[hook.id].mood = ERROR_REFUSED;
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    assert_true(hook_is_dead(views, hook.id, &office->item, &last));
    assert_int_equal(last.status, STATUS_DELIVERED);
    assert_int_equal(office->hooks[hook.id].tries, 1);
    office->hooks[hook.id].mood = ERROR_NONE;
    wait_for(office, 60 * SECOND);
    assert_int_equal(office->hooks[hook.id].tries, 1);
    assert_good(resend_hook(office, &hook, &err));
    wait_for(office, 5 * SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 1);
    assert_int_equal(office->taken, 1); /* and nobody else hears of it again */
    assert_false(hook_is_dead(views, hook.id, &office->item, &last));
    assert_error(resend_hook(office, &hook, &err), ERROR_REFUSED);

    office->hooks[hook.id].mood = ERROR_LATER;
    scan(office, EVENT_WITHDRAWN);
    wait_for(office, 40 * SECOND);
    office->desk.rig.now.ms += 15 * DAY;
    wait_for(office, 40 * SECOND);
    assert_true(hook_is_dead(views, hook.id, &office->item, &last));
    office->hooks[hook.id].mood = ERROR_NONE;
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 1); /* buried */
    assert_good(resend_hook(office, &hook, &err));
    wait_for(office, 6 * 60 * SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 2);
    assert_non_null(strstr(office->hooks[hook.id].body, "\"correction\":true"));
}

static void a_new_one_hears_from_its_making_on(void **state)
{
    struct office *office = *state;
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    struct hook hook = hook_made(office, "mot", 0, ALL);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].tries, 0);
    scan(office, EVENT_WITHDRAWN);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].tries, 0); /* it was never told of a delivery */
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 1);
    hook.on = false;
    hook_changed(office, &hook);
    assert_false(office->hooks[hook.id].open);
    scan(office, EVENT_WITHDRAWN);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 1);
    hook.on = true;
    hook_changed(office, &hook);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 2); /* what it was told is still not true */
}

static void a_new_secret_is_taken_up_at_once(void **state)
{
    struct office *office = *state;
    struct chance chance = rig_chance(&office->desk.rig);
    struct hook hook = hook_made(office, "mot", 0, ALL);
    struct told *told = &office->hooks[hook.id];
    char key[HOOK_KEY_TEXT], first[HOOK_KEY_TEXT];
    pass(office, SECOND);
    memcpy(first, told->key, sizeof first);
    assert_string_equal(told->before, "");
    hook.before = hook.secret;
    hook.before_until.ms = office->desk.rig.now.ms + DAY;
    hook_key_new(&chance, key);
    hook_key_close(office->desk.secret, &chance, hook.name, key, &hook.secret);
    hook_changed(office, &hook);
    assert_string_equal(told->key, key);
    assert_string_equal(told->before, first);
    /* of another webhook, or of another server, it does not open */
    uint8_t stranger[HOOK_SERVER_BYTES] = {1};
    assert_error(hook_key_open(office->desk.secret, "hai", &hook.secret, key, &err), ERROR_BROKEN);
    assert_error(hook_key_open(stranger, "mot", &hook.secret, key, &err), ERROR_BROKEN);
    hook.secret.bytes[40] ^= 1;
    assert_error(hook_key_open(office->desk.secret, "mot", &hook.secret, key, &err), ERROR_BROKEN);
}

static bool count_dead(void *ctx, uint32_t receiver, const struct item *item)
{
    uint32_t *n = ctx;
    assert_int_not_equal(receiver, 0);
    assert_int_equal(strlen(item->text), 13);
    ++*n;
    return true;
}

static uint32_t dead_letters(const struct office *office, int64_t receiver)
{
    uint32_t n = 0;
    assert_good(dead_letters_read(office->desk.rig.record, receiver, count_dead, &n, &err));
    return n;
}

static size_t scans_of(const struct office *office)
{
    struct fact *facts = calloc(VIEW_HISTORY_MAX, sizeof *facts);
    size_t scans = 0;
    assert_non_null(facts);
    size_t n = views_history(office->desk.rig.views, &office->item, facts, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++)
        scans += facts[i].is_scan;
    free(facts);
    return scans;
}

/* As many as there may be, of which all but one refuse what they are told, again and again: what
 * the one was told, and what became of the item, is not pushed out by it. */
static void many_webhooks_hide_nothing(void **state)
{
    struct office *office = *state;
    struct hook hooks[HOOKS_MAX];
    struct told *calm;
    for (uint32_t i = 0; i < HOOKS_MAX; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "so-%02u", i + 1);
        hooks[i] = hook_made(office, name, 0, ALL);
        office->hooks[hooks[i].id].mood = i == 0 ? ERROR_NONE : ERROR_REFUSED;
    }
    calm = &office->hooks[hooks[0].id];
    pass(office, SECOND);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    for (int again = 0; again < 2; again++) {
        for (uint32_t i = 1; i < HOOKS_MAX; i++)
            assert_good(resend_hook(office, &hooks[i], &err));
        wait_for(office, 5 * SECOND);
    }
    assert_int_equal(calm->taken, 1);
    assert_int_equal(office->hooks[hooks[5].id].tries, 3);
    assert_int_equal(dead_letters(office, -1), HOOKS_MAX - 1);
    assert_int_equal(dead_letters(office, hooks[0].id), 0);
    assert_int_equal(scans_of(office), 1);
    restart(office);
    wait_for(office, 5 * SECOND);
    assert_int_equal(calm->taken, 1); /* it was told already */
    office->hooks[hooks[5].id].mood = ERROR_NONE;
    assert_good(resend_hook(office, &hooks[5], &err));
    wait_for(office, 5 * SECOND);
    assert_int_equal(dead_letters(office, -1), HOOKS_MAX - 2);
    assert_int_equal(dead_letters(office, hooks[5].id), 0);
}

/* Not enough memory or files for a moment: it need not wait for somebody to change it. */
static void one_that_cannot_be_opened_now_is_later(void **state)
{
    struct office *office = *state;
    office->hooks[1].shut = true;
    struct hook hook = hook_made(office, "mot", 0, ALL);
    wait_for(office, 5 * SECOND);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    assert_int_equal(office->hooks[hook.id].tries, 0);
    office->hooks[hook.id].shut = false;
    wait_for(office, PUSH_OPEN_AGAIN_MS + SECOND);
    assert_int_equal(office->hooks[hook.id].taken, 1);
    assert_int_equal(office->hooks[hook.id].open, 1);
}

/* A test is of no item and leaves what waits, and how long it rests, as they are. */
static void a_test_goes_apart(void **state)
{
    struct office *office = *state;
    struct hook hook = hook_made(office, "mot", 0, BIT(DELIVERED));
    struct told *told = &office->hooks[hook.id];
    struct push_state how;
    uint32_t status = 7;
    told->mood = ERROR_LATER;
    told->status = 503;
    pass(office, SECOND);
    scan(office, EVENT_DELIVERED);
    wait_for(office, 40 * SECOND);
    uint32_t tries = told->tries;
    assert_int_equal(told->taken, 0);
    assert_error(push_try(office->push, &hook, &status, &err), ERROR_LATER);
    assert_int_equal(status, 503);
    told->mood = ERROR_NONE;
    told->status = 204;
    assert_good(push_try(office->push, &hook, &status, &err));
    assert_int_equal(status, 204);
    assert_int_equal(told->tries, tries + 2);
    assert_non_null(strstr(told->body, "\"event\":\"test\""));
    assert_non_null(strstr(told->body, "\"item\":\"\""));
    assert_non_null(strstr(told->id, "test.1."));
    assert_int_equal(told->open, 1);
    assert_true(push_state(office->push, hook.id, &how));
    assert_int_equal(how.waiting, 1);
    hook.on = false;
    hook_changed(office, &hook);
    assert_int_equal(told->open, 0);
    assert_good(push_try(office->push, &hook, &status, &err)); /* before it is turned on */
    told->shut = true;
    assert_error(push_try(office->push, &hook, &status, &err), ERROR_LATER);
    assert_int_equal(status, 0);
}

static void an_address_is_of_the_list(void **state)
{
    static const struct {
        const char *url;
        enum error_code code;
    } rows[] = {{"https://mot.vn/x", ERROR_NONE},
                {"https://MOT.vn:443/x?y=1", ERROR_NONE},
                {"https://hai.vn:8443/", ERROR_NONE},
                {"https://hai.vn/", ERROR_REFUSED},
                {"https://mot.vn.ba.vn/", ERROR_REFUSED},
                {"https://amot.vn/", ERROR_REFUSED},
                {"https://mot.vn@ba.vn/", ERROR_BAD_INPUT},
                {"http://mot.vn/", ERROR_BAD_INPUT},
                {"https://mot.vn/ x", ERROR_BAD_INPUT},
                {"https:///x", ERROR_REFUSED},
                {"https://mot.vn\\@ba.vn/", ERROR_BAD_INPUT},
                {"https://mot.vn#@ba.vn", ERROR_BAD_INPUT},
                {"https://:443/x", ERROR_REFUSED}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error why = {ERROR_NONE, ""};
        bool good = hook_url_check(rows[i].url, "mot.vn, hai.vn:8443", &why);
        print_message("%s: %s\n", rows[i].url, why.text);
        assert_int_equal(good ? ERROR_NONE : why.code, rows[i].code);
        assert_error(hook_url_check(rows[i].url, "", &err),
                     rows[i].code == ERROR_NONE ? ERROR_REFUSED : rows[i].code);
    }
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define OFFICE(name) cmocka_unit_test_setup_teardown(name, open_office, close_office)
    const struct CMUnitTest tests[] = {
        OFFICE(a_delivery_is_state_10_after_thirty_seconds),
        OFFICE(what_was_undone_in_time_is_not_told),
        OFFICE(a_withdrawn_delivery_is_taken_back),
        OFFICE(a_correction_outlives_an_outage),
        OFFICE(what_was_never_answered_is_taken_back),
        OFFICE(under_one_id_the_same_is_said),
        OFFICE(what_came_before_a_start_takes_a_delivery_back),
        OFFICE(a_failed_attempt_is_told_with_its_number),
        OFFICE(a_system_that_is_away_hears_what_is_true),
        OFFICE(what_was_recorded_goes_under_its_id),
        OFFICE(what_is_refused_is_told_again_only_when_asked_for),
        OFFICE(one_that_is_never_answered_holds_up_no_other),
        OFFICE(each_hears_of_its_own_what_it_chose),
        OFFICE(one_that_is_away_keeps_no_other),
        OFFICE(dead_letters_are_told_again_when_asked),
        OFFICE(a_new_one_hears_from_its_making_on),
        OFFICE(a_new_secret_is_taken_up_at_once),
        OFFICE(many_webhooks_hide_nothing),
        OFFICE(one_that_cannot_be_opened_now_is_later),
        OFFICE(a_test_goes_apart),
        cmocka_unit_test(an_address_is_of_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
