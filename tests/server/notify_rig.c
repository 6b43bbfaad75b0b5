#include "tests/server/notify_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/delivery/door_words.h"

void start(struct told *told)
{
    assert_good(sms_file_open(told->path, rig_clock(&told->desk.rig), &told->file, &err));
    told->notify =
        notify_start(&told->desk, (struct notify_by){.driver = sms_file_driver(told->file),
                                                     .secret = told->desk.secret});
}

void open_by(struct told *told, struct sms_driver driver)
{
    told->notify = notify_start(&told->desk, (struct notify_by){.driver = driver});
}

void stop(struct told *told)
{
    notify_close(told->notify);
    sms_file_close(told->file);
}

void restart(struct told *told)
{
    stop(told);
    rig_stop(&told->desk.rig);
    rig_start(&told->desk.rig);
    start(told);
}

int open_told(void **state)
{
    struct told *told = calloc(1, sizeof *told);
    desk_rig_open(&told->desk);
    (void)snprintf(told->path, sizeof told->path, "%s/sms.txt", told->desk.rig.dir);
    start(told);
    rig_device(&told->device, &told->desk.rig, "HH-001");
    told->item = desk_rig_issue(&told->desk, "H27-261118-0001", "0912000001", "168000");
    *state = told;
    return 0;
}

int close_told(void **state)
{
    struct told *told = *state;
    stop(told);
    desk_rig_close(&told->desk);
    free(told);
    return 0;
}

void tick(struct told *told)
{
    assert_good(notify_tick(told->notify, &err));
}

void scan(struct told *told, uint32_t event)
{
    desk_rig_scan(&told->desk, &told->device, &told->item, event, 0);
}

void pass(struct told *told, int64_t ms)
{
    told->desk.rig.now.ms += ms;
    tick(told);
}

size_t lines(const struct told *told, char last[1024])
{
    FILE *file = fopen(told->path, "r");
    char line[1024];
    size_t n = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        n++;
        if (last)
            (void)snprintf(last, 1024, "%s", line);
    }
    (void)fclose(file);
    return n;
}

void said(const struct told *told, size_t n, const char *text)
{
    char last[1024] = "", want[1024];
    assert_int_equal(lines(told, last), n);
    (void)snprintf(want, sizeof want, "\tTrao %s: %s\n", told->item.text, text);
    if (!strstr(last, want))
        fail_msg("%s is not %s", last, want);
}

static unsigned texted;

void text_from(struct told *told, const char *phone, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/sms.in/%u.txt", told->desk.rig.dir, texted++);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file, "%s\t%s", phone, text);
    (void)fclose(file);
    pass(told, SECOND * 2);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* The n-th line goes to this phone and says this. */
void answered(const struct told *told, size_t n, const char *phone, const char *text)
{
    char last[1024] = "", want[1024];
    assert_int_equal(lines(told, last), n);
    (void)snprintf(want, sizeof want, "\t%s\t%s\n", phone, text);
    if (!strstr(last, want))
        fail_msg("%s is not %s", last, want);
}

size_t count_facts(struct told *told, uint32_t event)
{
    return notify_facts(&told->desk, &told->item, event);
}

bool has_fact(struct told *told, uint32_t event)
{
    return count_facts(told, event) > 0;
}

/* ------------------------------------------------------------------ a gateway of moods */

struct gateway gateway;

static bool gateway_has(void *self, const char *request_id)
{
    const struct gateway *it = self;
    for (uint32_t i = 0; i < it->taken; i++)
        if (strcmp(it->ids[i], request_id) == 0)
            return true;
    return false;
}

static bool gateway_send(void *self, const struct sms *sms, struct error *err)
{
    struct gateway *it = self;
    it->tries++;
    if (it->never != NULL && strncmp(sms->request_id, it->never, strlen(it->never)) == 0)
        return error_set(err, ERROR_LATER, "gateway: not this one");
    if (it->mood != ERROR_NONE)
        return error_set(err, it->mood, "gateway: no");
    assert_true(it->taken < 8);
    (void)snprintf(it->ids[it->taken++], sizeof it->ids[0], "%s", sms->request_id);
    return true;
}

static bool gateway_reports(void *self, sms_take_report *take, void *ctx, struct error *err)
{
    struct gateway *it = self;
    for (uint32_t i = 0; i < it->ends_n; i++)
        if (!take(ctx, it->ids[it->taken - 1], it->ends[i], err))
            return false;
    it->ends_n = 0;
    return true;
}

static void gateway_alarm(void *ctx, const char *sentence)
{
    (void)ctx;
    gateway.alarms++;
    (void)snprintf(gateway.sentence, sizeof gateway.sentence, "%s", sentence);
}

struct sms_driver moods_driver(void)
{
    return (struct sms_driver){
        .has = gateway_has, .send = gateway_send, .reports = gateway_reports, .self = &gateway};
}

void start_with_gateway(struct told *told, enum error_code mood)
{
    notify_close(told->notify);
    rig_stop(&told->desk.rig); /* its watcher goes with the views */
    rig_start(&told->desk.rig);
    gateway = (struct gateway){.mood = mood};
    told->notify = notify_start(
        &told->desk, (struct notify_by){.driver = moods_driver(), .alarm = gateway_alarm});
}

uint32_t tries_within(struct told *told, int64_t ms)
{
    uint32_t before = gateway.tries;
    for (int64_t at = 0; at < ms; at += SECOND) {
        struct error ignored;
        told->desk.rig.now.ms += SECOND;
        (void)!notify_tick(told->notify, &ignored);
    }
    return gateway.tries - before;
}

const char *word_today(const struct told *told)
{
    return word_of_day(told->desk.secret, day_of(told->desk.rig.now));
}

void forget_sent(const struct told *told)
{
    char sent[200];
    (void)snprintf(sent, sizeof sent, "%s/sms.sent", told->desk.rig.dir);
    assert_int_equal(unlink(sent), 0);
}
