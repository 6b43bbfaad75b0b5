/* Terms from the command line: rules, calendar, figures, what is late; over the control socket. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/control.h"
#include "server/office/list.h"
#include "tests/server/desk_rig.h"

#define DAY (INT64_C(24) * 3600 * 1000)

struct asked {
    struct desk_rig desk;
    struct commands commands;
    struct lanes *lanes;
    struct control *control;
    struct rig_device device;
    struct item item;
    pthread_t thread;
    char out[65536], err[4096];
};

static void *serve(void *arg)
{
    control_serve(arg);
    return NULL;
}

static int open_asked(void **state)
{
    struct asked *asked = calloc(1, sizeof *asked);
    desk_rig_open(&asked->desk);
    rig_device(&asked->device, &asked->desk.rig, "HH-042");
    asked->item = desk_rig_issue(&asked->desk, "H27-261118-0001", "0912000001", "0");
    asked->commands = (struct commands){.folder = asked->desk.rig.dir,
                                        .program = "/proc/self/exe",
                                        .config = &asked->desk.config,
                                        .secret = asked->desk.secret,
                                        .acts = desk_rig_acts(&asked->desk),
                                        .views = asked->desk.rig.views,
                                        .record = asked->desk.rig.record};
    assert_good(lanes_open(&asked->commands, &asked->commands, &asked->lanes, &err));
    assert_good(control_open(asked->desk.rig.dir, asked->lanes, &asked->control, &err));
    assert_int_equal(pthread_create(&asked->thread, NULL, serve, asked->control), 0);
    *state = asked;
    return 0;
}

static int close_asked(void **state)
{
    struct asked *asked = *state;
    control_stop(asked->control);
    pthread_join(asked->thread, NULL);
    control_close(asked->control);
    lanes_close(asked->lanes);
    desk_rig_close(&asked->desk);
    free(asked);
    return 0;
}

static int ask(struct asked *asked, int fd, char *const *words)
{
    int argc = 0, status = -1;
    while (words[argc])
        argc++;
    memset(asked->out, 0, sizeof asked->out);
    memset(asked->err, 0, sizeof asked->err);
    FILE *out = fmemopen(asked->out, sizeof asked->out, "w");
    FILE *err_out = fmemopen(asked->err, sizeof asked->err, "w");
    assert_non_null(out);
    assert_non_null(err_out);
    assert_good(control_ask(asked->desk.rig.dir, argc, words, fd, out, err_out, &status, &err));
    (void)fclose(out);
    (void)fclose(err_out);
    assert_good(views_follow(asked->desk.rig.views, &err));
    return status;
}
#define ASK(asked, ...) ask(asked, -1, (char *const[]){__VA_ARGS__, NULL})

static void says(const struct asked *asked, const char *text)
{
    if (!strstr(asked->out, text))
        fail_msg("«%s» is not in:\n%s%s", text, asked->out, asked->err);
}

/* Reads `text` as the file that comes along. */
static int load(struct asked *asked, const char *text)
{
    char path[] = "/tmp/trao-days-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    int status = ask(asked, fd, (char *const[]){"days", "days.csv", NULL});
    close(fd);
    return status;
}

/* ------------------------------------------------------------------ what is shown */

static void an_item_shows_its_terms(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "status\tissued\tUPU -\tnational 9\n");
    says(asked, "zone\tprovince\n");
    says(asked, "office\trunning\tdue 2026-11-26T17:00:00+07:00\n");
    says(asked, "post\trunning\tdue 2026-11-30T17:00:00+07:00\n");
    says(asked, "return\tground -\tChưa có căn cứ");
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_PICKED_UP, 0);
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_DELIVERY_FAILED, 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "return\tground d\tThiếu giấy mời lần 2, sớm nhất 2026-11-27.");
    says(asked, "hold\tuntil 2026-12-25\tunclaimed from 2027-05-25\n");
}

static void late_and_at_risk(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, "due"), 0);
    assert_string_equal(asked->out, "");
    asked->desk.rig.now.ms += DAY + INT64_C(179) * 60000; /* 26/11, 10:59 */
    assert_int_equal(ASK(asked, "due"), 0);
    assert_string_equal(asked->out, "");
    asked->desk.rig.now.ms += 60000; /* 240 working minutes before 17:00 */
    assert_int_equal(ASK(asked, "due"), 0);
    says(asked, "\tat-risk\toffice\t2026-11-26T17:00:00+07:00\t");
    asked->desk.rig.now.ms += 5 * DAY;
    assert_int_equal(ASK(asked, "due"), 0);
    says(asked, "\tlate\toffice\t2026-11-26T17:00:00+07:00\t");
    says(asked, "\tlate\tpost\t2026-11-30T17:00:00+07:00\t");
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_DELIVERED, 0);
    assert_int_equal(ASK(asked, "due"), 0);
    assert_string_equal(asked->out, "");
}

/* Case M10: both figures. */
static void a_board_keeps_both_figures(void **state)
{
    struct asked *asked = *state;
    (void)desk_rig_issue(&asked->desk, "H27-261118-0002", "0912000001", "0");
    assert_int_equal(ASK(asked, "board", "2026-11-25", "2026-12-31"), 0);
    says(asked, "post\tdue 0\tkept 0\t–\tat first –\tcame late 0\tpaused 0\tnot yet 2\n");
    asked->desk.rig.now.ms += 21 * DAY;
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_DELIVERED, 20 * DAY);
    assert_int_equal(ASK(asked, "board", "2026-11-30"), 0);
    says(asked,
         "post\tdue 2\tkept 1\t50,00 %\tat first 0,00 %\tcame late 1\tpaused 0\tnot yet 0\n");
    assert_int_equal(ASK(asked, "board", "30/11/2026"), 1);
}

/* ------------------------------------------------------------------ what is set */

static void a_rule_is_set_with_its_source(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, "rules"), 0);
    says(asked, "hold_commune_days\t30\t2016-12-16\tA post office's notice");
    assert_int_equal(
        ASK(asked, "rule", "leg_province_days", "1", "QĐ 7/QĐ-TEST", "from=2026-11-01"), 0);
    assert_int_equal(ASK(asked, "rules"), 0);
    says(asked,
         "leg_province_days\t1\t2026-11-01\tQĐ 7/QĐ-TEST\tHạn giao trong tỉnh (ngày làm việc)\n");
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "post\trunning\tdue 2026-11-27T17:00:00+07:00\n");
    assert_int_equal(ASK(asked, "rule", "leg_province_days", "61", "QĐ 7/QĐ-TEST"), 1);
    assert_int_equal(ASK(asked, "rule", "no_such_rule", "1", "QĐ 7/QĐ-TEST"), 1);
    assert_int_equal(ASK(asked, "rule", "leg_province_days", "1", " "), 1);
    assert_int_equal(ASK(asked, "rule", "leg_province_days", "1", "QĐ 7", "from=hôm nay"), 1);
}

static void days_go_into_the_calendar(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(load(asked, "date,kind,note\r\n# huyện nghỉ\r\n2026-11-27,off,QĐ 8/QĐ-TEST\r\n"
                                 "2026-11-28,work,QĐ 8/QĐ-TEST, làm bù\r\n"),
                     0);
    says(asked, "2 ngày");
    assert_int_equal(ASK(asked, "calendar", "2026"), 0);
    says(asked, "2026-11-27\toff\tset\tQĐ 8/QĐ-TEST\n");
    says(asked, "2026-11-28\twork\tset\tQĐ 8/QĐ-TEST, làm bù\n");
    says(asked, "2026-02-17\toff\tofficial\tTết Nguyên Đán\n");
    says(asked, "2026-08-22\twork\tproposed\t");
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "post\trunning\tdue 2026-11-30T17:00:00+07:00\n");
}

static void half_a_calendar_is_none(void **state)
{
    struct asked *asked = *state;
    static const char *const bad[] = {"2026-11-27,off,QĐ 8\n2026-02-30,off,QĐ 8\n",
                                      "2026-11-27,off,QĐ 8\n2026-11-28,nghỉ,QĐ 8\n",
                                      "2026-11-27,off,QĐ 8\n2026-11-28,work\n",
                                      "2026-11-27,off,QĐ 8\n2026-11-28,work,\n",
                                      "2026-11-27,off,\xff\n",
                                      "",
                                      "date,kind,note\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(load(asked, bad[i]), 1);
        assert_int_not_equal(*asked->err, '\0');
    }
    assert_int_equal(ASK(asked, "calendar", "2026"), 0);
    assert_null(strstr(asked->out, "\tset\t"));
    assert_int_equal(load(asked, bad[0]), 1);
    assert_non_null(strstr(asked->err, "dòng 2"));
}

/* ------------------------------------------------------------------ what is declared */

static void a_return_needs_the_offices_word(void **state)
{
    struct asked *asked = *state;
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_PICKED_UP, 0);
    struct scan *refused = rig_beep(&asked->desk.rig, &asked->device, 0, EVENT_DELIVERY_FAILED, 0);
    struct rig_batch batch;
    refused->item = asked->item;
    refused->reason = REASON_DECLINED;
    rig_cut(&asked->device, &batch);
    rig_send(&asked->desk.rig, &asked->device, &batch);
    assert_good(views_follow(asked->desk.rig.views, &err));
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "return\tground đ\tCơ quan chưa yêu cầu hoàn.");
    assert_int_equal(ASK(asked, "standing", "yes", "CV 9/CV-TEST"), 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "return\tground đ\tĐược hoàn.");
    asked->desk.rig.now.ms += 1000;
    assert_int_equal(ASK(asked, "standing", "no", "CV 10/CV-TEST"), 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "Cơ quan chưa yêu cầu hoàn.");
    assert_int_equal(ASK(asked, "sendback", asked->item.text, "CV 11/CV-TEST"), 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "Được hoàn.");
    assert_int_equal(ASK(asked, "sendback", asked->item.text, " "), 1);
    assert_int_equal(ASK(asked, "standing", "maybe", "CV 12/CV-TEST"), 1);
}

static void a_clock_stands_and_runs(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, "resume", asked->item.text), 1);
    assert_int_equal(ASK(asked, "pause", asked->item.text, "Lũ, BB 1/TEST"), 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "post\tpaused\t");
    assert_int_equal(ASK(asked, "pause", asked->item.text, "Lũ, BB 1/TEST"), 1);
    assert_int_equal(ASK(asked, "resume", asked->item.text), 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "post\trunning\t");
}

static void declared_only_when_it_may_be(void **state)
{
    struct asked *asked = *state;
    char *number = asked->item.text;
    assert_int_equal(ASK(asked, "dispute", number, "Đơn 1"), 1);
    assert_int_equal(ASK(asked, "unclaimed", number, "BB 2"), 1);
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_PICKED_UP, 0);
    assert_int_equal(ASK(asked, "unclaimed", number, "BB 2"), 1);
    assert_non_null(strstr(asked->err, "25/05/2027"));
    asked->desk.rig.now.ms += 1000;
    assert_int_equal(ASK(asked, "lost", number, "BB 3"), 0);
    assert_int_equal(ASK(asked, "lost", number, "BB 3"), 1);
    asked->desk.rig.now.ms += 1000;
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_DELIVERED, 0); /* found */
    asked->desk.rig.now.ms += 1000;
    assert_int_equal(ASK(asked, "lost", number, "BB 3"), 1);
    assert_int_equal(ASK(asked, "dispute", number, "Đơn 1"), 0);
    assert_int_equal(ASK(asked, "dispute", number, "Đơn 1"), 1);
    assert_int_equal(ASK(asked, "terms", number), 0);
    says(asked, "post\trunning\t");
}

static void nobodys_when_the_term_is_over(void **state)
{
    struct asked *asked = *state;
    desk_rig_scan(&asked->desk, &asked->device, &asked->item, EVENT_PICKED_UP, 0);
    asked->desk.rig.now.ms += 181 * DAY;
    assert_int_equal(ASK(asked, "unclaimed", asked->item.text, "BB 2"), 0);
    assert_int_equal(ASK(asked, "terms", asked->item.text), 0);
    says(asked, "status\tunclaimed\t");
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define ASKED(name) cmocka_unit_test_setup_teardown(name, open_asked, close_asked)
    const struct CMUnitTest tests[] = {
        ASKED(an_item_shows_its_terms),         ASKED(late_and_at_risk),
        ASKED(a_board_keeps_both_figures),      ASKED(a_rule_is_set_with_its_source),
        ASKED(days_go_into_the_calendar),       ASKED(half_a_calendar_is_none),
        ASKED(a_return_needs_the_offices_word), ASKED(a_clock_stands_and_runs),
        ASKED(declared_only_when_it_may_be),    ASKED(nobodys_when_the_term_is_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
