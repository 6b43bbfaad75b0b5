/* Who is told what and when, on a clock of the test's own: events, hours, crashes. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/notify/message.h"
#include "server/record/inbox.h"
#include "tests/server/notify_rig.h"

static void nothing_is_said_before_the_post_has_it(void **state)
{
    struct told *told = *state;
    rig_office(&told->desk.rig, 0, EVENT_PRINTED);
    pass(told, SECOND * 60);
    assert_int_equal(lines(told, NULL), 0);
}

static void a_line_is_time_id_phone_text(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    tick(told);
    char last[1024], want[1024];
    assert_int_equal(lines(told, last), 1);
    (void)snprintf(
        want, sizeof want,
        "2026-11-25T08:00:00+07:00\t%s.picked_up.0.sms\t+84912000001\tTrao %s: Buu dien da "
        "nhan, du kien giao 27/11.\n",
        told->item.text, told->item.text);
    assert_string_equal(last, want);
}

static void each_event_is_told_once(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    for (int i = 0; i < 5; i++)
        pass(told, SECOND);
    scan(told, EVENT_PICKED_UP); /* a second copy of the same news */
    pass(told, SECOND);
    assert_int_equal(lines(told, NULL), 1);
}

/* As the postman's handheld shows it. */
static void out_names_what_is_to_be_paid(void **state)
{
    struct told *told = *state;
    char expected[200];
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    (void)snprintf(expected, sizeof expected, OUT "%s.", word_today(told));
    said(told, 1, expected);
}

static void answers_are_offered_only_where_they_arrive(void **state)
{
    struct told *told = *state;
    char expected[200];
    (void)snprintf(told->desk.config.reply_number, sizeof told->desk.config.reply_number, "8077");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    (void)snprintf(expected, sizeof expected, OUT "%s. Ban viec: soan HEN 27/11 gui 8077",
                   word_today(told));
    said(told, 1, expected);
}

static void a_door_outcome_waits_thirty_seconds(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_DELIVERED);
    pass(told, 29 * SECOND);
    assert_int_equal(lines(told, NULL), 0);
    pass(told, 1 * SECOND);
    said(told, 1, "Da giao luc 08:00, 25/11.");
}

static void an_outcome_undone_in_time_tells_nobody(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    scan(told, EVENT_DELIVERED);
    pass(told, 5 * SECOND);
    scan(told, EVENT_WITHDRAWN);
    pass(told, SECOND * 60);
    assert_int_equal(lines(told, NULL), 1); /* out for delivery, nothing else */
}

/* Taken back at once, but word of it comes when "delivered" was said; and the status that is true
 * again is none that is told. */
static void a_withdrawal_that_comes_late_is_told(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_ARRIVED_DELIVERY_OFFICE);
    tick(told);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    assert_int_equal(lines(told, NULL), 1);
    told->desk.rig.now.ms += 60 * SECOND;
    desk_rig_scan(&told->desk, &told->device, &told->item, EVENT_WITHDRAWN, 85 * SECOND);
    tick(told);
    char last[1024];
    assert_int_equal(lines(told, last), 2);
    assert_non_null(strstr(last, ".delivered.0.correction\t"));
}

struct door {
    bool shut;
    uint32_t tries, taken;
};

static bool door_has(void *self, const char *request_id)
{
    (void)request_id;
    return ((const struct door *)self)->taken > 0;
}

static bool door_takes(void *self, const struct sms *sms, struct error *err)
{
    struct door *door = self;
    (void)sms;
    door->tries++;
    if (door->shut)
        return error_set(err, ERROR_LATER, "shut");
    door->taken++;
    return true;
}

/* It is in the record, and the views could not take it in: nobody records it a second time. */
static void what_views_do_not_know_yet_is_recorded_once(void **state)
{
    struct told *told = *state;
    struct door door = {.shut = true};
    struct fact facts[VIEW_HISTORY_MAX];
    size_t sent = 0;
    notify_close(told->notify);
    rig_stop(&told->desk.rig); /* its views would tell what is closed */
    rig_start(&told->desk.rig);
    open_by(told, (struct sms_driver){.has = door_has, .send = door_takes, .self = &door});
    scan(told, EVENT_OUT_FOR_DELIVERY);
    told->desk.behind = true;
    for (int i = 0; i < 20; i++) {
        struct error why;
        if (i == 10) {
            assert_int_equal(door.tries, 1); /* nothing is looked at that is not known */
            told->desk.behind = door.shut = false;
            assert_good(views_follow(told->desk.rig.views, &err));
        }
        told->desk.rig.now.ms += 60 * SECOND;
        if (!notify_tick(told->notify, &why))
            assert_int_equal(why.code, ERROR_LATER);
    }
    assert_int_equal(door.taken, 1);
    size_t n = views_history(told->desk.rig.views, &told->item, facts, VIEW_HISTORY_MAX);
    for (size_t i = 0; i < n; i++)
        sent += !facts[i].is_scan && facts[i].office.event == EVENT_NOTICE_SENT;
    assert_int_equal(sent, 1);
}

static void a_late_withdrawal_outlives_a_start(void **state)
{
    struct told *told = *state;
    char last[1024];
    scan(told, EVENT_ARRIVED_DELIVERY_OFFICE);
    tick(told);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    told->desk.rig.now.ms += 60 * SECOND;
    desk_rig_scan(&told->desk, &told->device, &told->item, EVENT_WITHDRAWN, 85 * SECOND);
    restart(told);
    tick(told);
    assert_int_equal(lines(told, last), 2);
    assert_non_null(strstr(last, ".delivered.0.correction\t"));
}

static void a_withdrawn_delivery_is_corrected_once(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_OUT_FOR_DELIVERY);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    assert_int_equal(lines(told, NULL), 1);
    scan(told, EVENT_WITHDRAWN);
    tick(told);
    tick(told);
    tick(told);
    char last[1024];
    assert_int_equal(lines(told, last), 3);
    /* ... and the state that is true again was never told */
    FILE *file = fopen(told->path, "r");
    char all[4096] = "";
    assert_true(fread(all, 1, sizeof all - 1, file) > 0);
    (void)fclose(file);
    assert_non_null(
        strstr(all, "Tin bao da giao la ghi nham, phong bi chua giao. Xin loi ong/ba."));
    assert_non_null(strstr(all, ".delivered.0.correction\t"));
    restart(told);
    pass(told, SECOND * 60);
    assert_int_equal(lines(told, NULL), 3);
}

static void each_failed_attempt_is_an_event_of_its_own(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    said(told, 2,
         "Chua giao duoc luc 08:00. Khong co ai o nha, da de giay moi. "
         "Giao lai 27/11.");
    told->desk.rig.now.ms += DAY / 2;
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    assert_int_equal(lines(told, NULL), 3);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    assert_int_equal(lines(told, NULL), 4);
}

static void old_news_are_not_told(void **state)
{
    struct told *told = *state;
    told->desk.rig.now.ms += 30 * DAY;
    desk_rig_scan(&told->desk, &told->device, &told->item, EVENT_DELIVERED, 21 * DAY);
    pass(told, SECOND * 60);
    assert_int_equal(lines(told, NULL), 0);
}

static void nobody_is_told_at_night(void **state)
{
    struct told *told = *state;
    told->desk.rig.now.ms += 14 * HOUR - 1; /* 21:59:59.999 */
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
    pass(told, 1); /* 22:00 */
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
    pass(told, 9 * HOUR - 1); /* 06:59:59.999 */
    assert_int_equal(lines(told, NULL), 1);
    pass(told, 1); /* 07:00 */
    assert_int_equal(lines(told, NULL), 2);
    char expected[200]; /* the word of the day on which it is read */
    (void)snprintf(expected, sizeof expected, OUT "%s.", word_today(told));
    said(told, 2, expected);
}

static void what_was_overtaken_at_night_is_not_told(void **state)
{
    struct told *told = *state;
    told->desk.rig.now.ms += 15 * HOUR; /* 23:00 */
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    scan(told, EVENT_DELIVERED);
    pass(told, 60 * SECOND);
    assert_int_equal(lines(told, NULL), 0);
    restart(told);
    pass(told, 8 * HOUR); /* 07:01 */
    said(told, 1, "Da giao luc 23:00, 25/11.");
}

static void the_hours_are_the_offices_own(void **state)
{
    struct told *told = *state;
    struct config *config = &told->desk.config;
    static const char *const bad[] = {"", "7", "22-7", "7-25", "7-7", "-7-22", "7-22x", "07:00-22"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_error(config_set(config, "messages", "hours", bad[i], &err), ERROR_BAD_INPUT);
    assert_int_equal(config->message_from_h, 7);
    assert_int_equal(config->message_to_h, 22);
    assert_good(config_set(config, "messages", "hours", "0-24", &err));
    told->desk.rig.now.ms += 15 * HOUR; /* 23:00 */
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
}

static void only_mobiles_are_told(void **state)
{
    struct told *told = *state;
    static const char *const phones[] = {"", "02438000006", "9.12E+08", "Không có"};
    for (size_t i = 0; i < sizeof phones / sizeof *phones; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-100%zu", i);
        struct item item = desk_rig_issue(&told->desk, dossier, phones[i], "0");
        desk_rig_scan(&told->desk, &told->device, &item, EVENT_PICKED_UP, 0);
    }
    pass(told, SECOND);
    assert_int_equal(lines(told, NULL), 0);
}

static void a_rebuild_and_a_restart_tell_nothing_again(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    tick(told);
    restart(told);
    pass(told, SECOND);
    assert_good(views_rebuild(told->desk.rig.views, &err));
    pass(told, SECOND);
    restart(told);
    pass(told, SECOND);
    assert_int_equal(lines(told, NULL), 1);
}

static void what_was_owed_at_the_stop_is_told_after_it(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_DELIVERED); /* ... and the server stops within the 30 s */
    restart(told);
    pass(told, 30 * SECOND);
    assert_int_equal(lines(told, NULL), 1);
}

/* It would have come after the line. */
static void a_crash_between_fact_and_driver_is_healed(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
    stop(told);
    FILE *file = fopen(told->path, "w"); /* the fact stands, the line was torn by the crash */
    (void)fprintf(file, "2026-11-25T08:00:00+07:00\t%s.picked", told->item.text);
    (void)fclose(file);
    forget_sent(told);
    start(told);
    tick(told);
    said(told, 1, "Buu dien da nhan, du kien giao 27/11.");
    restart(told);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
}

/* The file of messages is the office's: it may be moved away, what was sent stays known. */
static void a_rotated_file_tells_nothing_again(void **state)
{
    struct told *told = *state;
    char away[200];
    (void)snprintf(away, sizeof away, "%s.1", told->path);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(rename(told->path, away), 0);
    restart(told);
    tick(told);
    assert_int_equal(lines(told, NULL), 0);
    assert_int_equal(rename(told->path, away), 0); /* while it is open */
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
}

static void what_was_sent_is_kept_two_days(void **state)
{
    struct told *told = *state;
    char path[200];
    struct stat about;
    (void)snprintf(path, sizeof path, "%s/sms.sent", told->desk.rig.dir);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    assert_int_equal(stat(path, &about), 0);
    assert_true(about.st_size > 0);
    assert_int_equal(unlink(told->path), 0);
    told->desk.rig.now.ms += 2 * DAY + 1;
    restart(told);
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_size, 0);
}

static void a_record_that_cannot_be_written_only_delays(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    told->desk.fail_at = 1;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(lines(told, NULL), 0); /* never a message without its fact */
    tick(told);
    assert_int_equal(lines(told, NULL), 1);
}

/* Every status that is told makes a message that a plain phone shows whole. */
static void every_message_is_gsm7_and_short(void **state)
{
    struct told *told = *state;
    (void)snprintf(told->desk.config.reply_number, sizeof told->desk.config.reply_number,
                   "12345678901");
    const struct status_info *info;
    for (size_t i = 0; (info = status_row(i)) != NULL; i++) {
        struct state state_of = {.item = told->item,
                                 .status = info->status,
                                 .issued = true,
                                 .reason = REASON_BAD_ADDRESS,
                                 .relation = RELATION_SIBLING,
                                 .since = {.estimate = told->desk.rig.now}};
        struct view of = {.state = state_of, .due = {.postage_vnd = 999999999}};
        char text[WORDS_MAX];
        struct sender sender = {&told->desk.config, told->desk.secret, told->desk.rig.now};
        struct segments segments = words_segments(message_text(&of, &sender, "", false, text));
        print_message("%s\n", text);
        assert_true(segments.gsm7);
        assert_true(segments.parts <= 2);
        assert_null(strstr(text, "{"));
        assert_null(strstr(text, "  "));
    }
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        TOLD(nothing_is_said_before_the_post_has_it),
        TOLD(a_line_is_time_id_phone_text),
        TOLD(each_event_is_told_once),
        TOLD(out_names_what_is_to_be_paid),
        TOLD(answers_are_offered_only_where_they_arrive),
        TOLD(a_door_outcome_waits_thirty_seconds),
        TOLD(an_outcome_undone_in_time_tells_nobody),
        TOLD(a_withdrawal_that_comes_late_is_told),
        TOLD(a_late_withdrawal_outlives_a_start),
        TOLD(what_views_do_not_know_yet_is_recorded_once),
        TOLD(a_withdrawn_delivery_is_corrected_once),
        TOLD(each_failed_attempt_is_an_event_of_its_own),
        TOLD(old_news_are_not_told),
        TOLD(nobody_is_told_at_night),
        TOLD(what_was_overtaken_at_night_is_not_told),
        TOLD(the_hours_are_the_offices_own),
        TOLD(only_mobiles_are_told),
        TOLD(a_rebuild_and_a_restart_tell_nothing_again),
        TOLD(what_was_owed_at_the_stop_is_told_after_it),
        TOLD(a_crash_between_fact_and_driver_is_healed),
        TOLD(a_rotated_file_tells_nothing_again),
        TOLD(what_was_sent_is_kept_two_days),
        TOLD(a_record_that_cannot_be_written_only_delays),
        TOLD(every_message_is_gsm7_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
