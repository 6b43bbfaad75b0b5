/* Messages through a real gammu-smsd and the modem it keeps for tests. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/notify/notify.h"
#include "server/notify/sms_gammu.h"
#include "tests/lib/proc.h"
#include "tests/server/notify_start.h"

struct told {
    struct desk_rig desk;
    struct rig_device device;
    char folder[160], sent_path[192];
    struct proc daemon;
    struct sms_gammu *gammu;
    struct notify *notify;
    struct item item;
    char sentence[160]; /* of the last alarm */
};

static void alarm_said(void *ctx, const char *sentence)
{
    struct told *told = ctx;
    (void)snprintf(told->sentence, sizeof told->sentence, "%s", sentence);
}

static void start(struct told *told)
{
    struct clock clock = rig_clock(&told->desk.rig);
    assert_good(sms_gammu_open(told->folder, told->sent_path, clock, &told->gammu, &err));
    told->notify =
        notify_start(&told->desk, (struct notify_by){.driver = sms_gammu_driver(told->gammu),
                                                     .alarm = alarm_said,
                                                     .ctx = told});
}

static void stop(struct told *told)
{
    notify_close(told->notify);
    sms_gammu_close(told->gammu);
    rig_stop(&told->desk.rig);
}

static void restart(struct told *told)
{
    stop(told);
    rig_start(&told->desk.rig);
    start(told);
}

static void make_folders(const struct told *told)
{
    static const char *const names[] = {"",       "/outbox", "/inbox",    "/sent",
                                        "/error", "/modem",  "/modem/sms"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[224];
        (void)snprintf(path, sizeof path, "%s%s", told->folder, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
}

static void write_settings(const struct told *told, char path[224])
{
    (void)snprintf(path, 224, "%s/smsdrc", told->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "[gammu]\ndevice = %s/modem\nconnection = none\nmodel = dummy\n"
                  "[smsd]\nservice = files\nlogfile = %s/log\n"
                  "inboxpath = %s/inbox/\noutboxpath = %s/outbox/\nsentsmspath = %s/sent/\n"
                  "errorsmspath = %s/error/\ninboxformat = unicode\n"
                  "commtimeout = 1\nsendtimeout = 2\nloopsleep = 1\nreceivefrequency = 1\n"
                  "statusfrequency = 0\nmaxretries = 1\nretrytimeout = 1\nchecksecurity = 0\n"
                  "checksignal = 0\ncheckbattery = 0\ndebuglevel = 1\n",
                  told->folder, told->folder, told->folder, told->folder, told->folder,
                  told->folder);
    (void)fclose(file);
}

static void start_daemon(struct told *told)
{
    char settings[224], log[224];
    write_settings(told, settings);
    (void)snprintf(log, sizeof log, "%s/out", told->folder);
    const char *const argv[] = {"gammu-smsd", "-c", settings, NULL};
    proc_start(&told->daemon, argv, false, log);
}

static int open_told(void **state)
{
    struct told *told = calloc(1, sizeof *told);
    proc_init();
    desk_rig_open(&told->desk);
    (void)snprintf(told->folder, sizeof told->folder, "%s/gammu", told->desk.rig.dir);
    (void)snprintf(told->sent_path, sizeof told->sent_path, "%s/sms.sent", told->desk.rig.dir);
    make_folders(told);
    start(told);
    rig_device(&told->device, &told->desk.rig, "HH-001");
    told->item = desk_rig_issue(&told->desk, "H27-261118-0001", "0912000001", "168000");
    *state = told;
    return 0;
}

static int close_told(void **state)
{
    struct told *told = *state;
    proc_kill_all();
    notify_close(told->notify);
    sms_gammu_close(told->gammu);
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

/* Files of a folder, hidden ones too; the last one's name. */
static size_t files_in(const struct told *told, const char *name, char ret_last[256])
{
    char path[224];
    size_t n = 0;
    (void)snprintf(path, sizeof path, "%s/%s", told->folder, name);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        n++;
        if (ret_last != NULL)
            (void)snprintf(ret_last, 256, "%s", entry->d_name);
    }
    closedir(dir);
    return n;
}

static void await(const struct told *told, const char *folder, size_t n)
{
    long end = proc_now_ms() + 10000;
    while (files_in(told, folder, NULL) != n && proc_now_ms() < end)
        proc_sleep_ms(20);
    assert_int_equal(files_in(told, folder, NULL), n);
}

static size_t facts_of(struct told *told, uint32_t event)
{
    return notify_facts(&told->desk, &told->item, event);
}

/* What the daemon says that it did. */
static void read_log(const struct told *told, char out[8192])
{
    char path[224];
    (void)snprintf(path, sizeof path, "%s/log", told->folder);
    FILE *file = fopen(path, "r");
    size_t n = file != NULL ? fread(out, 1, 8191, file) : 0;
    out[n] = '\0';
    if (file != NULL)
        (void)fclose(file);
}

static void the_modem_sends_what_is_due(void **state)
{
    struct told *told = *state;
    char name[256] = "", want[256], log[8192];
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    assert_int_equal(files_in(told, "outbox", name), 1);
    (void)snprintf(want, sizeof want, "OUTC20261125_080000_00_+84912000001_%s.picked_up.0.sms.txt",
                   told->item.text);
    assert_string_equal(name, want);
    start_daemon(told);
    await(told, "sent", 1);
    assert_int_equal(files_in(told, "outbox", NULL), 0);
    read_log(told, log);
    assert_non_null(strstr(log, "Transmitted OUTC"));
    assert_non_null(strstr(log, "to +84912000001, message"));
    pass(told, SECOND * 2); /* left, so nothing of it stays behind */
    assert_int_equal(files_in(told, "sent", NULL), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_SENT), 1);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 0);
    restart(told);
    pass(told, SECOND * 60);
    assert_int_equal(files_in(told, "outbox", NULL), 0);
}

/* Wherever it stands it is known by its name, also without the list. */
static void a_message_of_an_earlier_run_is_known(void **state)
{
    struct told *told = *state;
    static const char *const folders[] = {"outbox", "sent", "error"};
    char name[256] = "", id[64], from[512], to[512];
    (void)snprintf(id, sizeof id, "%s.picked_up.0.sms", told->item.text);
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    assert_int_equal(files_in(told, "outbox", name), 1);
    (void)snprintf(from, sizeof from, "%s/outbox/%s", told->folder, name);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        stop(told);
        (void)snprintf(to, sizeof to, "%s/%s/%s", told->folder, folders[i], name);
        assert_int_equal(rename(from, to), 0);
        memcpy(from, to, sizeof from);
        assert_int_equal(unlink(told->sent_path), 0);
        rig_start(&told->desk.rig);
        start(told);
        struct sms_driver driver = sms_gammu_driver(told->gammu);
        assert_true(driver.has(driver.self, id));
    }
    pass(told, SECOND * 2); /* it stands in error/ now */
    assert_int_equal(files_in(told, "outbox", NULL), 0);
    assert_int_equal(files_in(told, "error", NULL), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
}

/* The daemon gave it up and moved it to error/: a fact, never again. */
static void what_never_went_is_a_fact(void **state)
{
    struct told *told = *state;
    char name[256] = "", path[512], to[512];
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    assert_int_equal(files_in(told, "outbox", name), 1);
    (void)snprintf(path, sizeof path, "%s/outbox/%s", told->folder, name);
    (void)snprintf(to, sizeof to, "%s/error/%s", told->folder, name);
    assert_int_equal(rename(path, to), 0);
    told->desk.fail_at = 1; /* the record cannot be written: the file stays */
    told->desk.rig.now.ms += SECOND * 2;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(files_in(told, "error", NULL), 1);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "error", NULL), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
    pass(told, SECOND * 60);
    assert_int_equal(files_in(told, "outbox", NULL), 0);
}

/* Nobody takes them: tried later and later, an alarm; then the next message goes. */
static void a_dead_daemon_is_a_dead_gateway(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    pass(told, SMS_GAMMU_STUCK_MS + SECOND);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(files_in(told, "outbox", NULL), 1);
    for (int64_t at = 0; at <= NOTIFY_DOWN_MS; at += SECOND * 5) {
        struct error ignored;
        told->desk.rig.now.ms += SECOND * 5;
        (void)!notify_tick(told->notify, &ignored);
    }
    assert_true(notify_state(told->notify).since.ms != 0);
    assert_non_null(strstr(told->sentence, "does not answer since 08:02"));
    start_daemon(told);
    await(told, "outbox", 0);
    pass(told, SECOND * 300);
    assert_int_equal(notify_state(told->notify).since.ms, 0);
    await(told, "sent", 1);
}

/* News of yesterday are taken back before anybody hears them. */
static void what_waited_for_a_day_is_taken_back(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    pass(told, DAY - SECOND);
    assert_int_equal(files_in(told, "outbox", NULL), 1);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "outbox", NULL), 0);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "error", NULL), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
}

/* Puts a text on the modem, as its SIM card holds one: so many parts, cut evenly. */
static void modem_gets(const struct told *told, const char *text, size_t parts)
{
    char path[224];
    (void)snprintf(path, sizeof path, "%s/modem/sms/1", told->folder);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/modem/sms/1/1", told->folder);
    FILE *file = fopen(path, "w");
    size_t n = (strlen(text) + parts - 1) / parts;
    assert_non_null(file);
    for (size_t i = 0; i < parts; i++) {
        const char *from = text + i * n;
        size_t here = strlen(from) < n ? strlen(from) : n;
        (void)fprintf(file,
                      "[SMSBackup%03zu]\n#IN\nPDU = Deliver\nSMSC = \"+84980200030\"\n"
                      "DateTime = 20261125T080000\nState = UnRead\nNumber = \"+84912000001\"\n"
                      "Coding = Unicode_No_Compression\nLength = %zu\nClass = -1\n",
                      i, here);
        if (parts > 1)
            (void)fprintf(file, "UDH = 050003C0%02zu%02zu\n", parts, i + 1);
        (void)fputs("Text00 = ", file);
        for (size_t k = 0; k < here; k++)
            (void)fprintf(file, "%04X", (unsigned)(unsigned char)from[k]);
        (void)fputs("\n", file);
    }
    (void)fclose(file);
}

/* In through the modem, out through the modem. */
static void what_comes_to_the_modem_is_answered(void **state)
{
    struct told *told = *state;
    char text[64], log[8192], want[128];
    (void)snprintf(text, sizeof text, "trao %s", told->item.text);
    modem_gets(told, text, 1);
    start_daemon(told);
    await(told, "inbox", 1);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "inbox", NULL), 0);
    await(told, "sent", 1);
    read_log(told, log);
    (void)snprintf(want, sizeof want, "Trao %s: Da co ket qua", told->item.text);
    assert_non_null(strstr(log, want));
}

/* The number stands across the end of the first part. */
static void a_long_text_is_put_together(void **state)
{
    struct told *told = *state;
    char text[160], log[8192], want[128];
    int n = snprintf(text, sizeof text, "trao%*s%s", 56, " ", told->item.text);
    (void)snprintf(text + n, sizeof text - (size_t)n, "%*s", 2 * 66 - n, "");
    modem_gets(told, text, 2);
    start_daemon(told);
    await(told, "inbox", 2);
    pass(told, SECOND * 2); /* a further part may be on its way */
    assert_int_equal(files_in(told, "inbox", NULL), 2);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "inbox", NULL), 0);
    await(told, "sent", 1);
    read_log(told, log);
    (void)snprintf(want, sizeof want, "Trao %s: Da co ket qua", told->item.text);
    assert_non_null(strstr(log, want));
}

static void inbox_gets(const struct told *told, const char *name, const char *text)
{
    char path[320];
    (void)snprintf(path, sizeof path, "%s/inbox/%s", told->folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fclose(file);
}

/* Parts that come one by one are waited for; what lost its first says nothing. */
static void parts_that_are_late_are_waited_for(void **state)
{
    struct told *told = *state;
    char text[128], name[256] = "";
    (void)snprintf(text, sizeof text, "trao %*s", 70, "");
    inbox_gets(told, "IN20261125_080000_00_+84912000001_00.txt", text);
    pass(told, SECOND * 2);
    inbox_gets(told, "IN20261125_080000_00_+84912000001_01.txt", told->item.text);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "inbox", NULL), 2);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "inbox", NULL), 0);
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "outbox", name), 1);
    assert_non_null(strstr(name, "_+84912000001_reply."));
    inbox_gets(told, "IN20261125_080001_00_+84912000001_01.txt", "dung");
    pass(told, SECOND * 2);
    assert_int_equal(files_in(told, "inbox", NULL), 0);
    assert_int_equal(files_in(told, "outbox", NULL), 1);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    struct told *told = *state;
    char path[224];
    struct sms_gammu *gammu = NULL;
    (void)snprintf(path, sizeof path, "%s/inbox", told->folder);
    assert_int_equal(rmdir(path), 0);
    assert_error(
        sms_gammu_open(told->folder, told->sent_path, rig_clock(&told->desk.rig), &gammu, &err),
        ERROR_NOT_FOUND);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TOLD(name) cmocka_unit_test_setup_teardown(name, open_told, close_told)
    const struct CMUnitTest tests[] = {
        TOLD(the_modem_sends_what_is_due),         TOLD(a_message_of_an_earlier_run_is_known),
        TOLD(what_never_went_is_a_fact),           TOLD(a_dead_daemon_is_a_dead_gateway),
        TOLD(what_comes_to_the_modem_is_answered), TOLD(a_long_text_is_put_together),
        TOLD(parts_that_are_late_are_waited_for),  TOLD(what_waited_for_a_day_is_taken_back),
        TOLD(a_folder_that_is_not_there_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
