/* Who is told what, on a clock of the test's own. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/delivery/door_words.h"
#include "server/delivery/rules.h"
#include "server/notify/message.h"
#include "server/notify/resend.h"
#include "server/notify/sms_chain.h"
#include "server/notify/sms_file.h"
#include "server/notify/sms_sent.h"
#include "server/office/list.h"
#include "server/record/inbox.h"
#include "tests/server/desk_rig.h"

#define SECOND INT64_C(1000)
#define DAY (SECOND * 24 * 3600)

struct told {
    struct desk_rig desk;
    struct rig_device device;
    char path[192];
    struct sms_file *file;
    struct notify *notify;
    struct item item;
};

static void start(struct told *told)
{
    assert_good(sms_file_open(told->path, rig_clock(&told->desk.rig), &told->file, &err));
    struct notify_config config = {.acts = desk_rig_acts(&told->desk),
                                   .views = told->desk.rig.views,
                                   .record_path = told->desk.rig.record_path,
                                   .config = &told->desk.config,
                                   .secret = told->desk.secret,
                                   .driver = sms_file_driver(told->file),
                                   .clock = rig_clock(&told->desk.rig)};
    assert_good(notify_open(&config, &told->notify, &err));
}

static void stop(struct told *told)
{
    notify_close(told->notify);
    sms_file_close(told->file);
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
    (void)snprintf(told->path, sizeof told->path, "%s/sms.txt", told->desk.rig.dir);
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

static void tick(struct told *told)
{
    assert_good(notify_tick(told->notify, &err));
}

static void scan(struct told *told, uint32_t event)
{
    desk_rig_scan(&told->desk, &told->device, &told->item, event, 0);
}

static void pass(struct told *told, int64_t ms)
{
    told->desk.rig.now.ms += ms;
    tick(told);
}

/* Lines of the file; the last in `last`. */
static size_t lines(const struct told *told, char last[1024])
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

static void said(const struct told *told, size_t n, const char *text)
{
    char last[1024] = "", want[1024];
    assert_int_equal(lines(told, last), n);
    (void)snprintf(want, sizeof want, "\tTrao %s: %s\n", told->item.text, text);
    if (!strstr(last, want))
        fail_msg("%s is not %s", last, want);
}

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
static const char *word_today(const struct told *told)
{
    return word_of_day(told->desk.secret, day_of(told->desk.rig.now));
}

#define OUT "Hom nay buu ta den giao. Phai tra dung 168.000d, khong them. Buu ta that biet tu khoa "

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

#define HOUR (SECOND * 3600)

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
static void forget_sent(const struct told *told)
{
    char sent[200];
    (void)snprintf(sent, sizeof sent, "%s/sms.sent", told->desk.rig.dir);
    assert_int_equal(unlink(sent), 0);
}

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

/* ------------------------------------------------------------------ two ways */

static unsigned texted;

/* A text from a phone, and what time it takes to be heard and answered. */
static void text_from(struct told *told, const char *phone, const char *text)
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
static void answered(const struct told *told, size_t n, const char *phone, const char *text)
{
    char last[1024] = "", want[1024];
    assert_int_equal(lines(told, last), n);
    (void)snprintf(want, sizeof want, "\t%s\t%s\n", phone, text);
    if (!strstr(last, want))
        fail_msg("%s is not %s", last, want);
}

#define OWN "+84912000001"
#define STRANGER "+84912000077"
#define HELP                                                                                       \
    "Trao: Soan TRAO <so phong bi> de hoi, HEN 30/11 de chon ngay giao, KHONG neu chua nhan "      \
    "duoc, DUNG de thoi nhan tin."

/* The sum only to the phone that is told it anyway. */
static void a_text_asks_how_it_stands(void **state)
{
    struct told *told = *state;
    char want[256], text[64];
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    (void)snprintf(text, sizeof text, " trao  %.2s %s ", told->item.text, told->item.text + 2);
    text_from(told, "0912 000 001", text);
    (void)snprintf(want, sizeof want, "Trao %s: " OUT "%s.", told->item.text, word_today(told));
    answered(told, 2, OWN, want);
    text_from(told, STRANGER, text);
    (void)snprintf(want, sizeof want, "Trao %s: Dang giao hom nay, 25/11.", told->item.text);
    char last[1024];
    assert_int_equal(lines(told, last), 3);
    assert_null(strstr(last, "168"));
    assert_non_null(strstr(last, "\t" STRANGER "\tTrao "));
    assert_non_null(strstr(last, ", 25/11."));
    text_from(told, STRANGER, "TRAO RA123456785VN");
    answered(told, 4, STRANGER, "Trao RA123456785VN: chua co thong tin, xin kiem tra lai so.");
}

/* Days on it is not today any more, and late. */
static void out_since_is_not_today(void **state)
{
    struct told *told = *state;
    char want[256], text[64];
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    tick(told);
    size_t n = lines(told, NULL);
    (void)snprintf(text, sizeof text, "TRAO %s", told->item.text);
    told->desk.rig.now.ms += DAY;
    text_from(told, OWN, text);
    (void)snprintf(want, sizeof want, "Trao %s: Buu ta mang di giao tu ngay 25/11.",
                   told->item.text);
    answered(told, n + 1, OWN, want);
    told->desk.rig.now.ms += 8 * DAY;
    text_from(told, OWN, text);
    (void)snprintf(want, sizeof want,
                   "Trao %s: Buu ta mang di giao tu ngay 25/11. Cham hon du kien, xin loi ong/ba.",
                   told->item.text);
    answered(told, n + 2, OWN, want);
}

static struct instant chosen_day(struct told *told)
{
    struct view view;
    assert_true(views_item(told->desk.rig.views, &told->item, &view));
    return view.state.chosen;
}

static size_t count_facts(struct told *told, uint32_t event);

/* Never the day of the next attempt itself; asked about later, none that is over. */
static void another_day_is_none_that_is_due(void **state)
{
    struct told *told = *state;
    char text[64], last[1024];
    (void)snprintf(told->desk.config.reply_number, sizeof told->desk.config.reply_number, "8077");
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    said(told, 1,
         "Chua giao duoc luc 08:00. Khong co ai o nha, da de giay moi. Giao lai 27/11. Chon ngay "
         "khac: soan HEN 30/11 gui 8077");
    told->desk.rig.now.ms += 6 * DAY;
    (void)snprintf(text, sizeof text, "TRAO %s", told->item.text);
    text_from(told, OWN, text);
    assert_int_equal(lines(told, last), 2);
    assert_non_null(strstr(last, "Chua giao duoc"));
    assert_null(strstr(last, "HEN "));
}

static void a_text_chooses_another_day(void **state)
{
    struct told *told = *state;
    char want[256];
    text_from(told, OWN, "HEN 30/11"); /* nothing was out yet */
    answered(told, 1, OWN, "Trao: Khong co phong bi nao cho so nay dang giao de doi ngay.");
    scan(told, EVENT_OUT_FOR_DELIVERY);
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    assert_int_equal(lines(told, NULL), 2);
    text_from(told, STRANGER, "HEN 30/11");
    answered(told, 3, STRANGER, "Trao: Khong co phong bi nao cho so nay dang giao de doi ngay.");
    static const char *const bad[] = {"HEN 29/11", "HEN 25/11", "HEN 31/2", "hẹn 12.12"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) { /* a Sunday, today, none, too far */
        text_from(told, OWN, bad[i]);
        assert_int_equal(chosen_day(told).ms, 0);
    }
    text_from(told, OWN, "Hẹn 30-11.");
    (void)snprintf(want, sizeof want, "Trao %s: Da ghi, giao lai ngay 30/11.", told->item.text);
    answered(told, 8, OWN, want);
    assert_int_equal(chosen_day(told).ms, RIG_NOW_MS + 5 * DAY - 8 * 3600 * SECOND);
    char text[64];
    (void)snprintf(text, sizeof text, "TRAO %s", told->item.text);
    text_from(told, OWN, text); /* its own day is what is said from now on */
    char last[1024];
    assert_int_equal(lines(told, last), 9);
    assert_non_null(strstr(last, "Giao lai 30/11."));
    assert_int_equal(count_facts(told, EVENT_DAY_CHOSEN), 1);
}

static void a_text_says_that_nothing_came(void **state)
{
    struct told *told = *state;
    char want[256];
    scan(told, EVENT_OUT_FOR_DELIVERY);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    size_t n = lines(told, NULL);
    text_from(told, STRANGER, "KHONG");
    assert_int_equal(count_facts(told, EVENT_DISPUTED), 0);
    text_from(told, OWN, "Không!");
    (void)snprintf(want, sizeof want,
                   "Trao %s: Da ghi ong/ba chua nhan duoc, buu dien xac minh, tra loi cham nhat "
                   "25/01/2027.",
                   told->item.text);
    answered(told, n + 2, OWN, want);
    text_from(told, OWN, "KHONG");
    answered(told, n + 3, OWN, want);
    assert_int_equal(count_facts(told, EVENT_DISPUTED), 1);
}

/* Case N06: other spellings, compared as numbers. */
static void who_wants_no_messages_gets_none(void **state)
{
    struct told *told = *state;
    static const char *const words[] = {"TC", "STOP ", "stop.", "Dừng"};
    static const char *const phones[] = {"0912000001", "+84 912 000 001", "84912000001", OWN};
    size_t n = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        text_from(told, phones[i], words[i]);
        answered(told, ++n, OWN, "Trao: Tu nay khong gui tin toi so nay. Muon nhan lai: soan NHAN");
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-300%zu", i);
        told->item = desk_rig_issue(&told->desk, dossier, phones[i], "0");
        restart(told);
        scan(told, EVENT_PICKED_UP);
        pass(told, SECOND);
        assert_int_equal(lines(told, NULL), n);
        (void)snprintf(dossier, sizeof dossier, "H27-261118-400%zu", i);
        struct item other = desk_rig_issue(&told->desk, dossier, "0912000010", "0");
        desk_rig_scan(&told->desk, &told->device, &other, EVENT_PICKED_UP, 0);
        pass(told, SECOND);
        assert_int_equal(lines(told, NULL), ++n);
        text_from(told, phones[i], "nhan");
        answered(told, ++n, OWN, "Trao: Tin ve phong bi lai duoc gui toi so nay.");
        scan(told, EVENT_OUT_FOR_DELIVERY);
        pass(told, SECOND);
        assert_int_equal(lines(told, NULL), ++n);
    }
}

static void what_is_not_understood_is_helped_once_a_day(void **state)
{
    struct told *told = *state;
    text_from(told, STRANGER, "xin chào");
    answered(told, 1, STRANGER, HELP);
    text_from(told, STRANGER, "alo");
    text_from(told, STRANGER, "");
    assert_int_equal(lines(told, NULL), 1);
    text_from(told, "8077", "quang cao"); /* and a machine never */
    text_from(told, "VIETTEL", "TRAO RA123456785VN");
    assert_int_equal(lines(told, NULL), 1);
    pass(told, DAY);
    text_from(told, STRANGER, "alo");
    answered(told, 2, STRANGER, HELP);
}

static void one_phone_is_answered_so_often_a_day(void **state)
{
    struct told *told = *state;
    for (int i = 0; i < 25; i++)
        text_from(told, STRANGER, "TRAO RA123456785VN");
    assert_int_equal(lines(told, NULL), 20);
    text_from(told, STRANGER, "DUNG");
    assert_int_equal(lines(told, NULL), 21);
    text_from(told, "0912000078", "TRAO RA123456785VN");
    assert_int_equal(lines(told, NULL), 22);
}

static void a_text_at_night_is_answered_in_the_morning(void **state)
{
    struct told *told = *state;
    told->desk.rig.now.ms += 15 * HOUR; /* 23:00 */
    text_from(told, STRANGER, "alo");
    assert_int_equal(lines(told, NULL), 0);
    restart(told);
    pass(told, 8 * HOUR);
    answered(told, 1, STRANGER, HELP);
}

/* The same file again, as after a crash between COMMIT and its removal; and a record that cannot be
 * written, after which it is still there. */
static void a_text_is_taken_once(void **state)
{
    struct told *told = *state;
    char path[256];
    scan(told, EVENT_DELIVERY_FAILED);
    pass(told, 30 * SECOND);
    size_t n = lines(told, NULL);
    (void)snprintf(path, sizeof path, "%s/sms.in/x.txt", told->desk.rig.dir);
    for (int i = 0; i < 3; i++) {
        FILE *file = fopen(path, "w");
        (void)fprintf(file, OWN "\tHEN 30/11");
        (void)fclose(file);
        if (i == 0) {
            told->desk.fail_at = 1;
            told->desk.rig.now.ms += SECOND * 2;
            assert_error(notify_tick(told->notify, &err), ERROR_LATER);
            assert_int_equal(access(path, F_OK), 0);
            assert_int_equal(lines(told, NULL), n);
        }
        pass(told, SECOND * 2);
        assert_int_not_equal(access(path, F_OK), 0);
        restart(told);
        pass(told, SECOND * 2);
        assert_int_equal(lines(told, NULL), n + 1);
    }
    assert_int_equal(count_facts(told, EVENT_DAY_CHOSEN), 1);
}

/* ------------------------------------------------------------------ a gateway of moods */

static struct gateway {
    enum error_code mood; /* ERROR_NONE: it takes all */
    uint32_t tries, taken, alarms;
    char ids[8][NOTICE_REQUEST_MAX + 1]; /* of those taken */
    char sentence[160];
    const char *never;    /* an item that it never takes; NULL none */
    enum sms_end ends[4]; /* what it says of the last that it took, in this order */
    uint32_t ends_n;
} gateway;

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

static void start_with_gateway(struct told *told, enum error_code mood)
{
    notify_close(told->notify);
    rig_stop(&told->desk.rig); /* its watcher goes with the views */
    rig_start(&told->desk.rig);
    gateway = (struct gateway){.mood = mood};
    struct notify_config config = {.acts = desk_rig_acts(&told->desk),
                                   .views = told->desk.rig.views,
                                   .record_path = told->desk.rig.record_path,
                                   .config = &told->desk.config,
                                   .driver = {.has = gateway_has,
                                              .send = gateway_send,
                                              .reports = gateway_reports,
                                              .self = &gateway},
                                   .clock = rig_clock(&told->desk.rig),
                                   .alarm = gateway_alarm};
    assert_good(notify_open(&config, &told->notify, &err));
}

static uint32_t tries_within(struct told *told, int64_t ms)
{
    uint32_t before = gateway.tries;
    for (int64_t at = 0; at < ms; at += SECOND) {
        struct error ignored;
        told->desk.rig.now.ms += SECOND;
        (void)!notify_tick(told->notify, &ignored);
    }
    return gateway.tries - before;
}

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

static size_t count_facts(struct told *told, uint32_t event)
{
    static struct fact facts[VIEW_HISTORY_MAX];
    size_t n = views_history(told->desk.rig.views, &told->item, facts, VIEW_HISTORY_MAX);
    size_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += !facts[i].is_scan && facts[i].office.event == event;
    return found;
}

static bool has_fact(struct told *told, uint32_t event)
{
    return count_facts(told, event) > 0;
}

/* Case N04: what was said first of a message stands; "left" is no end. */
static void reports_never_go_back(void **state)
{
    struct told *told = *state;
    static const struct {
        enum sms_end ends[4];
        uint32_t n;
        size_t delivered, failed;
    } rows[] = {
        {{SMS_END_SENT}, 1, 0, 0},
        {{SMS_END_SENT, SMS_END_DELIVERED}, 2, 1, 0},
        {{SMS_END_DELIVERED, SMS_END_SENT, SMS_END_DELIVERED}, 3, 1, 0},
        {{SMS_END_DELIVERED, SMS_END_FAILED}, 2, 1, 0},
        {{SMS_END_FAILED, SMS_END_DELIVERED}, 2, 0, 1},
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
    struct sms_driver only = {.has = gateway_has, .send = gateway_send, .self = &gateway};
    struct sms_chain chain = {.drivers = {only}, .n = 1};
    (void)snprintf(list, sizeof list, "%s/none.sent", told->desk.rig.dir);
    assert_good(sms_chain_know(&chain, "gammu", list, rig_clock(&told->desk.rig), &err));
    assert_int_equal(chain.former_n, 0);
    (void)snprintf(list, sizeof list, "%s/sms.sent", told->desk.rig.dir);
    assert_good(sms_chain_know(&chain, "gammu", list, rig_clock(&told->desk.rig), &err));
    struct notify_config config = {.acts = desk_rig_acts(&told->desk),
                                   .views = told->desk.rig.views,
                                   .record_path = told->desk.rig.record_path,
                                   .config = &told->desk.config,
                                   .driver = sms_chain_driver(&chain),
                                   .clock = rig_clock(&told->desk.rig)};
    assert_good(notify_open(&config, &told->notify, &err));
    pass(told, SECOND * 60);
    assert_int_equal(gateway.tries, 0);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    pass(told, SECOND);
    assert_int_equal(gateway.taken, 1);
    notify_close(told->notify); /* before the chain on this stack */
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
    struct sms_driver first = {
        .has = gateway_has, .send = gateway_send, .reports = gateway_reports, .self = &gateway};
    struct sms_chain chain = {.drivers = {first, sms_file_driver(told->file)}, .n = 2};
    struct notify_config config = {.acts = desk_rig_acts(&told->desk),
                                   .views = told->desk.rig.views,
                                   .record_path = told->desk.rig.record_path,
                                   .config = &told->desk.config,
                                   .driver = sms_chain_driver(&chain),
                                   .clock = rig_clock(&told->desk.rig)};
    assert_good(notify_open(&config, &told->notify, &err));
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

/* ------------------------------------------------------------------ the manager */

static void manager_is(struct told *told, const char *phone)
{
    struct config *config = &told->desk.config;
    assert_good(config_set(config, "office", "manager_phone", phone, &err));
}

/* At 13:00 on the day the post's term ends, 27/11. */
static void near_the_term(struct told *told)
{
    scan(told, EVENT_PICKED_UP);
    tick(told);
    pass(told, DAY * 2 + SECOND * 3600 * 5);
}

static void the_manager_hears_before_the_term(void **state)
{
    struct told *told = *state;
    char last[1024], want[256];
    manager_is(told, "+84912000009");
    struct item other = desk_rig_issue(&told->desk, "H27-261118-0002", "", "0");
    desk_rig_scan(&told->desk, &told->device, &other, EVENT_PICKED_UP, 0);
    near_the_term(told);
    assert_int_equal(lines(told, last), 2);
    (void)snprintf(want, sizeof want, "\t+84912000009\tTrao: 2 bi sap tre, han 17:00 27/11: ");
    assert_non_null(strstr(last, want));
    assert_non_null(strstr(last, told->item.text));
    assert_non_null(strstr(last, other.text));
    pass(told, SECOND * 600); /* once an attempt */
    assert_int_equal(lines(told, NULL), 2);
    restart(told);
    pass(told, SECOND * 600);
    assert_int_equal(lines(told, NULL), 2);
}

/* Before the office's term too, while nobody has handed the envelope over; each clock once. */
static void the_manager_hears_of_both_clocks(void **state)
{
    struct told *told = *state;
    char last[1024] = "";
    manager_is(told, "+84912000009");
    tick(told);
    size_t before = lines(told, NULL);
    pass(told, DAY + SECOND * 3600 * 6); /* 14:00 on 26/11, the day the office's term ends */
    assert_int_equal(lines(told, last), before + 1);
    assert_non_null(strstr(last, "Trao: 1 bi sap tre ban giao, han 17:00 26/11: "));
    pass(told, SECOND * 600);
    restart(told);
    pass(told, SECOND * 600);
    assert_int_equal(lines(told, NULL), before + 1);
    pass(told, DAY * 30);
    assert_int_equal(lines(told, NULL), before + 1); /* what is late is no news */
}

static void nobody_is_named_nobody_is_told(void **state)
{
    struct told *told = *state;
    near_the_term(told);
    assert_int_equal(lines(told, NULL), 1);
    assert_error(config_set(&told->desk.config, "office", "manager_phone", "0912000009", &err),
                 ERROR_BAD_INPUT);
}

static void what_was_delivered_alarms_nobody(void **state)
{
    struct told *told = *state;
    manager_is(told, "+84912000009");
    scan(told, EVENT_PICKED_UP);
    scan(told, EVENT_DELIVERED);
    pass(told, 30 * SECOND);
    size_t before = lines(told, NULL);
    pass(told, DAY * 2 + SECOND * 3600 * 5);
    assert_int_equal(lines(told, NULL), before);
}

static void an_alert_is_recorded_before_it_goes(void **state)
{
    struct told *told = *state;
    char last[1024] = "";
    manager_is(told, "+84912000009");
    scan(told, EVENT_PICKED_UP);
    tick(told);
    told->desk.rig.now.ms += DAY * 2 + SECOND * 3600 * 5;
    told->desk.fail_at = 1;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(lines(told, NULL), 1);
    pass(told, SECOND * 60);
    assert_int_equal(lines(told, NULL), 2);
    stop(told); /* the fact stands, the line was lost in a crash */
    FILE *file = fopen(told->path, "w");
    (void)fclose(file);
    forget_sent(told);
    start(told);
    tick(told);
    assert_int_equal(lines(told, last), 1);
    assert_non_null(strstr(last, "Trao: 1 bi sap tre"));
}

/* A dead gateway is dead for the manager too, and what it refuses of his is not tried again. */
static void the_manager_waits_for_the_same_gateway(void **state)
{
    struct told *told = *state;
    manager_is(told, "+84912000009");
    start_with_gateway(told, ERROR_NONE);
    scan(told, EVENT_PICKED_UP);
    tick(told);
    told->desk.rig.now.ms += DAY * 2 + SECOND * 3600 * 5;
    gateway.mood = ERROR_LATER;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(gateway.tries, 2);
    assert_true(notify_state(told->notify).since.ms != 0);
    assert_in_range(tries_within(told, SECOND * 3600 / 2), 6, 12); /* once in five minutes */
    assert_int_equal(gateway.alarms, 1);
    gateway.mood = ERROR_REFUSED;
    assert_int_equal(tries_within(told, SECOND * 300), 1);
    assert_int_equal(notify_state(told->notify).since.ms, 0);
    assert_int_equal(count_facts(told, EVENT_NOTICE_FAILED), 1);
    gateway.mood = ERROR_NONE;
    assert_int_equal(tries_within(told, SECOND * 600), 0);
    assert_int_equal(gateway.taken, 1);
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
        struct view of = {.state = state_of};
        of.state.office.postage_vnd = 999999999;
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
#define TOLD(name) cmocka_unit_test_setup_teardown(name, open_told, close_told)
    const struct CMUnitTest tests[] = {
        TOLD(nothing_is_said_before_the_post_has_it),
        TOLD(a_line_is_time_id_phone_text),
        TOLD(each_event_is_told_once),
        TOLD(out_names_what_is_to_be_paid),
        TOLD(answers_are_offered_only_where_they_arrive),
        TOLD(a_door_outcome_waits_thirty_seconds),
        TOLD(an_outcome_undone_in_time_tells_nobody),
        TOLD(a_withdrawn_delivery_is_corrected_once),
        TOLD(each_failed_attempt_is_an_event_of_its_own),
        TOLD(another_day_is_none_that_is_due),
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
        TOLD(a_text_asks_how_it_stands),
        TOLD(out_since_is_not_today),
        TOLD(a_text_chooses_another_day),
        TOLD(a_text_says_that_nothing_came),
        TOLD(who_wants_no_messages_gets_none),
        TOLD(what_is_not_understood_is_helped_once_a_day),
        TOLD(one_phone_is_answered_so_often_a_day),
        TOLD(a_text_at_night_is_answered_in_the_morning),
        TOLD(a_text_is_taken_once),
        TOLD(a_dead_gateway_is_tried_later_and_later),
        TOLD(refused_for_good_is_a_fact),
        TOLD(what_failed_goes_once_more_when_asked_for),
        TOLD(only_what_is_true_and_wanted_goes_once_more),
        TOLD(who_stops_before_it_goes_is_not_told),
        TOLD(what_a_phone_has_is_not_sent_again),
        TOLD(another_gateway_repeats_nothing),
        TOLD(a_list_that_cannot_be_written_doubles_nothing),
        TOLD(what_one_refuses_the_next_takes),
        TOLD(reports_never_go_back),
        TOLD(a_report_of_nothing_is_forgotten),
        TOLD(what_was_refused_is_not_corrected),
        TOLD(one_that_is_never_taken_holds_up_no_other),
        TOLD(the_manager_hears_before_the_term),
        TOLD(the_manager_hears_of_both_clocks),
        TOLD(nobody_is_named_nobody_is_told),
        TOLD(what_was_delivered_alarms_nobody),
        TOLD(an_alert_is_recorded_before_it_goes),
        TOLD(the_manager_waits_for_the_same_gateway),
        TOLD(every_message_is_gsm7_and_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
