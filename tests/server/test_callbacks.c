/* What a gateway calls in, on a clock of the test's own: forged, late, twice, again after a crash.
 * The way over HTTP stands in tests/journey/test_kannel.c. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/notify/callbacks.h"
#include "server/notify/sms_chain.h"
#include "server/notify/sms_sign.h"
#include "server/text/words.h"
#include "tests/server/notify_start.h"

#define KEY "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define OTHER "100102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct told {
    struct desk_rig desk;
    struct rig_device device;
    char folder[192];
    struct callbox *box;
    struct sms_chain chain;
    struct callbacks_config config;
    struct notify *notify;
    struct item item;
    unsigned sent;
    char last_to[32], last_text[WORDS_MAX], last_id[80];
    const char *time, *signature; /* of the call that is made */
};

/* A gateway that takes all. */
static bool has(void *self, const char *request_id)
{
    return strcmp(((struct told *)self)->last_id, request_id) == 0;
}

static bool take(void *self, const struct sms *sms, struct error *err)
{
    struct told *told = self;
    (void)err;
    told->sent++;
    (void)snprintf(told->last_to, sizeof told->last_to, "%s", sms->to);
    (void)snprintf(told->last_text, sizeof told->last_text, "%s", sms->text);
    (void)snprintf(told->last_id, sizeof told->last_id, "%s", sms->request_id);
    return true;
}

static void start(struct told *told)
{
    struct clock clock = rig_clock(&told->desk.rig);
    assert_good(callbox_open(told->folder, clock, &told->box, &err));
    told->chain = (struct sms_chain){.drivers = {{.has = has, .send = take, .self = told}},
                                     .names = {"webhook"},
                                     .n = 1,
                                     .box = told->box};
    told->config = (struct callbacks_config){
        .box = told->box, .clock = clock, .kannel_key = "", .webhook_key = KEY, .zns_key = ""};
    told->notify =
        notify_start(&told->desk, (struct notify_by){.driver = sms_chain_driver(&told->chain)});
}

static void stop(struct told *told)
{
    notify_close(told->notify);
    callbox_close(told->box);
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
    (void)snprintf(told->folder, sizeof told->folder, "%s/calls", told->desk.rig.dir);
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

static void pass(struct told *told, int64_t ms)
{
    told->desk.rig.now.ms += ms;
    assert_good(notify_tick(told->notify, &err));
}

static size_t facts_of(struct told *told, uint32_t event)
{
    return notify_facts(&told->desk, &told->item, event);
}

static size_t files(const struct told *told)
{
    DIR *dir = opendir(told->folder);
    size_t n = 0;
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        n += entry->d_name[0] != '.';
    closedir(dir);
    return n;
}

/* ------------------------------------------------------------------ a call */

static const char *header_of(const void *ctx, const char *name)
{
    const struct told *told = ctx;
    return strcmp(name, "Trao-Time") == 0        ? told->time
           : strcmp(name, "Trao-Signature") == 0 ? told->signature
                                                 : NULL;
}

static const char *query_of(const void *ctx, const char *name)
{
    (void)ctx;
    (void)name;
    return NULL;
}

static unsigned call_as(struct told *told, const char *path, bool is_post, const char *body)
{
    struct callback callback = {.path = path,
                                .is_post = is_post,
                                .header = header_of,
                                .query = query_of,
                                .ctx = told,
                                .body = body,
                                .body_n = strlen(body)};
    return callbacks_take(&told->config, &callback);
}

/* Signed with this key, so many seconds ago. */
static unsigned call_signed(struct told *told, const char *hex, int64_t ago_s, const char *body)
{
    static char time[32], signature[SMS_SIGNATURE_MAX];
    struct sms_key key;
    assert_true(sms_key_read(hex, &key));
    (void)snprintf(time, sizeof time, "%lld", (long long)(told->desk.rig.now.ms / 1000 - ago_s));
    told->time = time;
    told->signature = sms_sign(&key, time, body, strlen(body), signature);
    return call_as(told, "webhook", true, body);
}

static const char *end_of(const struct told *told, const char *end)
{
    static char body[160];
    (void)snprintf(body, sizeof body, "{\"id\":\"%s.picked_up.0.sms\",\"end\":\"%s\"}",
                   told->item.text, end);
    return body;
}

static void is_picked_up(struct told *told)
{
    desk_rig_scan(&told->desk, &told->device, &told->item, EVENT_PICKED_UP, 0);
    pass(told, 0);
    assert_int_equal(told->sent, 1);
}

/* ------------------------------------------------------------------ the tests */

static void a_report_becomes_a_fact_once(void **state)
{
    struct told *told = *state;
    is_picked_up(told);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "sent")), 200);
    pass(told, SECOND * 4);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 0);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "delivered")), 200);
    assert_int_equal(files(told), 1);
    pass(told, SECOND / 2); /* the views may not know the notice yet */
    assert_int_equal(files(told), 1);
    pass(told, SECOND * 4);
    assert_int_equal(files(told), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    /* The same again, and the contrary. */
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "delivered")), 200);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "failed")), 200);
    pass(told, SECOND * 4);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
    assert_int_equal(files(told), 0);
}

/* Days later it is what became of the message all the same. */
static void a_late_report_is_kept(void **state)
{
    struct told *told = *state;
    is_picked_up(told);
    pass(told, DAY * 3);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "failed")), 200);
    pass(told, SECOND * 4);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
    assert_int_equal(told->sent, 1);
}

static void what_is_not_proved_leaves_nothing(void **state)
{
    struct told *told = *state;
    is_picked_up(told);
    const char *good = end_of(told, "delivered");
    assert_int_equal(call_signed(told, OTHER, 0, good), 401);
    assert_int_equal(call_signed(told, KEY, CALLBACKS_WINDOW_S + 1, good), 401); /* replayed */
    assert_int_equal(call_signed(told, KEY, -CALLBACKS_WINDOW_S - 1, good), 401);
    assert_int_equal(call_signed(told, KEY, CALLBACKS_WINDOW_S, good), 200);
    pass(told, SECOND * 4);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    /* A signature with one digit changed, wherever; longer; shorter. */
    char bent[SMS_SIGNATURE_MAX + 1];
    char now[32], right[SMS_SIGNATURE_MAX];
    struct sms_key key;
    assert_true(sms_key_read(KEY, &key));
    (void)snprintf(now, sizeof now, "%lld", (long long)(told->desk.rig.now.ms / 1000));
    told->time = now;
    (void)sms_sign(&key, now, good, strlen(good), right);
    for (size_t i = 0; i < SMS_SIGNATURE_MAX - 1; i++) {
        (void)snprintf(bent, sizeof bent, "%s", right);
        bent[i] = bent[i] == '0' ? '1' : '0';
        told->signature = bent;
        assert_int_equal(call_as(told, "webhook", true, good), 401);
    }
    (void)snprintf(bent, sizeof bent, "%s0", right);
    assert_int_equal(call_as(told, "webhook", true, good), 401);
    bent[SMS_SIGNATURE_MAX - 2] = '\0';
    assert_int_equal(call_as(told, "webhook", true, good), 401);
    /* The signature of one body under another; of one time under another; none. */
    (void)call_signed(told, KEY, 0, "{}");
    assert_int_equal(call_as(told, "webhook", true, good), 401);
    assert_int_equal(call_signed(told, KEY, 0, good), 200);
    told->time = "1";
    assert_int_equal(call_as(told, "webhook", true, good), 401);
    told->time = "99999999999999999999";
    assert_int_equal(call_as(told, "webhook", true, good), 401);
    told->time = told->signature = NULL;
    assert_int_equal(call_as(told, "webhook", true, good), 401);
    assert_int_equal(call_as(told, "webhook", false, ""), 405);
    assert_int_equal(call_as(told, "kannel/bao", false, ""), 404); /* trao.conf names none */
    assert_int_equal(call_as(told, "", true, ""), 404);
    assert_int_equal(files(told), 1); /* the one good one above */
}

static void what_cannot_be_read_is_refused(void **state)
{
    struct told *told = *state;
    static const char *const bodies[] = {
        "",
        "[]",
        "{}",
        "{\"id\":\"a\"}",
        "{\"id\":\"a\",\"end\":\"lost\"}",
        "{\"id\":\"a b\",\"end\":\"sent\"}",
        "{\"id\":1,\"end\":\"sent\"}",
        "{\"id\":\"a\",\"id\":\"b\",\"end\":\"sent\"}",
        "{\"id\":\"a\",\"text\":\"x\"}",
        "{\"id\":\"a\",\"from\":\"+84912000001\",\"text\":\"x\",\"end\":\"sent\"}",
        "{\"id\":\"a\",\"from\":\"+849120000010000000000000\",\"text\":\"x\"}"};
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        if (call_signed(told, KEY, 0, bodies[i]) != 400)
            fail_msg("%s was not refused", bodies[i]);
    assert_int_equal(
        call_signed(told, KEY, 0, "{\"id\":\"RA000000005VN.x.0.sms\",\"end\":\"sent\"}"),
        200); /* not ours: taken and forgotten */
    pass(told, SECOND * 4);
    assert_int_equal(files(told), 0);
}

static const char *text_of(const struct told *told, const char *id)
{
    static char body[200];
    (void)snprintf(body, sizeof body,
                   "{\"id\":\"%s\",\"from\":\"0912000001\",\"text\":\"Trao %s\"}", id,
                   told->item.text);
    return body;
}

/* Kept over a crash, taken once, answered once. */
static void a_text_is_taken_once(void **state)
{
    struct told *told = *state;
    assert_int_equal(call_signed(told, KEY, 0, text_of(told, "t-1")), 200);
    assert_int_equal(call_signed(told, KEY, 0, text_of(told, "t-1")), 200);
    restart(told);
    pass(told, SECOND * 4);
    assert_int_equal(told->sent, 1);
    assert_string_equal(told->last_to, "+84912000001");
    assert_non_null(strstr(told->last_text, told->item.text));
    assert_int_equal(call_signed(told, KEY, 0, text_of(told, "t-1")), 200);
    pass(told, SECOND * 4);
    assert_int_equal(told->sent, 1);
    assert_int_equal(call_signed(told, KEY, 0, text_of(told, "t-2")), 200);
    pass(told, SECOND * 4);
    assert_int_equal(told->sent, 2);
    assert_int_equal(files(told), 0);
}

/* What a gateway called in just before trao.conf named another is taken all the same: "not
 * received" and DUNG among it. */
static void a_gateway_named_no_more_is_heard_out(void **state)
{
    struct told *told = *state;
    char none[200];
    is_picked_up(told);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "delivered")), 200);
    assert_int_equal(call_signed(told, KEY, 0, text_of(told, "t-1")), 200);
    told->chain.names[0] = "gammu";
    pass(told, SECOND * 4);
    assert_int_equal(files(told), 2);
    (void)snprintf(none, sizeof none, "%s/none.sent", told->desk.rig.dir);
    assert_good(
        sms_chain_know(&told->chain, "webhook", none, NULL, rig_clock(&told->desk.rig), &err));
    pass(told, SECOND * 4);
    assert_int_equal(files(told), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    assert_int_equal(told->sent, 2);
}

/* A record that cannot be written: the call stays, and is taken when it can. */
static void a_call_outlives_a_full_disk(void **state)
{
    struct told *told = *state;
    is_picked_up(told);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "delivered")), 200);
    told->desk.fail_at = 1;
    told->desk.rig.now.ms += SECOND * 4;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(files(told), 1);
    pass(told, SECOND * 4);
    assert_int_equal(files(told), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    /* And a folder that takes nothing is said to the gateway. */
    char away[224];
    (void)snprintf(away, sizeof away, "%s.away", told->folder);
    assert_int_equal(rename(told->folder, away), 0);
    assert_int_equal(rmdir(away), 0);
    assert_int_equal(call_signed(told, KEY, 0, end_of(told, "failed")), 503);
    assert_int_equal(mkdir(told->folder, 0700), 0);
}

/* ------------------------------------------------------------------ the box alone */

struct taker {
    unsigned taken;
    bool blocks; /* after the first, this process may open no file */
};

static void allow_files(bool allow)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = allow ? limit.rlim_max : 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static bool take_report(void *ctx, const char *request_id, enum sms_end end, struct error *err)
{
    struct taker *taker = ctx;
    (void)request_id;
    (void)end;
    (void)err;
    taker->taken++;
    if (taker->blocks)
        allow_files(false);
    return true;
}

/* What was answered with 200 is not thrown away because it cannot be opened once. */
static void a_call_that_cannot_be_read_just_now_stays(void **state)
{
    struct told *told = *state;
    struct taker taker = {.blocks = true};
    assert_int_equal(call_signed(told, KEY, 0, "{\"id\":\"a\",\"end\":\"failed\"}"), 200);
    assert_int_equal(call_signed(told, KEY, 0, "{\"id\":\"b\",\"end\":\"failed\"}"), 200);
    told->desk.rig.now.ms += SECOND * 4;
    struct error why = {.code = ERROR_NONE};
    bool good = callbox_reports(told->box, "webhook", take_report, &taker, &why);
    allow_files(true);
    assert_false(good);
    assert_int_equal(why.code, ERROR_LATER);
    assert_int_equal(taker.taken, 1);
    assert_int_equal(files(told), 1);
    taker.blocks = false;
    assert_good(callbox_reports(told->box, "webhook", take_report, &taker, &err));
    assert_int_equal(taker.taken, 2);
    assert_int_equal(files(told), 0);
}

/* A crash while a call was written: it was never answered, and its text does not stay. */
static void what_a_crash_left_half_written_goes(void **state)
{
    struct told *told = *state;
    char path[256];
    (void)snprintf(path, sizeof path, "%s/.1795600000000-000000.webhook", told->folder);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs("text t-1 0912000001 Trao", out) >= 0);
    assert_int_equal(fclose(out), 0);
    stop(told);
    start(told);
    assert_int_not_equal(access(path, F_OK), 0);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TOLD(name) cmocka_unit_test_setup_teardown(name, open_told, close_told)
    const struct CMUnitTest tests[] = {
        TOLD(a_report_becomes_a_fact_once),
        TOLD(a_late_report_is_kept),
        TOLD(what_is_not_proved_leaves_nothing),
        TOLD(what_cannot_be_read_is_refused),
        TOLD(a_text_is_taken_once),
        TOLD(a_gateway_named_no_more_is_heard_out),
        TOLD(a_call_outlives_a_full_disk),
        TOLD(a_call_that_cannot_be_read_just_now_stays),
        TOLD(what_a_crash_left_half_written_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
