/* Messages through the SQLite tables of a real gammu-smsd, and the modem it keeps for tests. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/notify/notify.h"
#include "server/notify/sms_gammu.h"
#include "server/notify/sms_smsd.h"
#include "server/record/db.h"
#include "server/text/words.h"
#include "tests/lib/proc.h"
#include "tests/server/notify_start.h"

#define TABLES "/usr/share/doc/gammu-smsd/examples/sqlite.sql"

struct told {
    struct desk_rig desk;
    struct rig_device device;
    char folder[160], file[192], sent_path[192];
    struct proc daemon;
    struct sms_smsd *smsd;
    struct db *db; /* as the daemon sees it */
    struct notify *notify;
    struct item item;
};

static void make_tables(const char *path)
{
    struct db *db;
    static char sql[32768];
    FILE *file = fopen(TABLES, "r");
    assert_non_null(file);
    sql[fread(sql, 1, sizeof sql - 1, file)] = '\0';
    (void)fclose(file);
    assert_good(db_open(path, DB_DURABLE, &db, &err));
    assert_good(db_exec(db, sql, &err));
    db_close(db);
}

static void start(struct told *told)
{
    struct clock clock = rig_clock(&told->desk.rig);
    assert_good(sms_smsd_open(told->file, told->sent_path, clock, &told->smsd, &err));
    told->notify =
        notify_start(&told->desk, (struct notify_by){.driver = sms_smsd_driver(told->smsd)});
}

static void stop(struct told *told)
{
    notify_close(told->notify);
    sms_smsd_close(told->smsd);
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
    char path[224];
    proc_init();
    desk_rig_open(&told->desk);
    (void)snprintf(told->folder, sizeof told->folder, "%s/gammu", told->desk.rig.dir);
    (void)snprintf(told->file, sizeof told->file, "%s/smsd.db", told->folder);
    (void)snprintf(told->sent_path, sizeof told->sent_path, "%s/smsd.sent", told->desk.rig.dir);
    static const char *const names[] = {"", "/modem", "/modem/sms"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)snprintf(path, sizeof path, "%s%s", told->folder, names[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    make_tables(told->file);
    assert_good(db_open(told->file, DB_DURABLE, &told->db, &err));
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
    stop(told);
    db_close(told->db);
    desk_rig_close(&told->desk);
    free(told);
    return 0;
}

static void start_daemon(struct told *told)
{
    char settings[224], log[224];
    (void)snprintf(settings, sizeof settings, "%s/smsdrc", told->folder);
    (void)snprintf(log, sizeof log, "%s/out", told->folder);
    FILE *file = fopen(settings, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "[gammu]\ndevice = %s/modem\nconnection = none\nmodel = dummy\n"
                  "[smsd]\nservice = sql\ndriver = sqlite3\ndbdir = %s/\ndatabase = smsd.db\n"
                  "logfile = %s/log\ncommtimeout = 1\nsendtimeout = 2\nloopsleep = 1\n"
                  "receivefrequency = 1\nstatusfrequency = 0\nmaxretries = 1\nretrytimeout = 1\n"
                  "checksecurity = 0\nchecksignal = 0\ncheckbattery = 0\ndebuglevel = 1\n",
                  told->folder, told->folder, told->folder);
    (void)fclose(file);
    proc_start(&told->daemon, (const char *[]){"gammu-smsd", "-c", settings, NULL}, false, log);
}

/* The first cell of the first row as a number. */
static int64_t ask(struct told *told, const char *sql)
{
    struct stmt *stmt;
    assert_good(db_prepare(told->db, sql, &stmt, &err));
    assert_int_equal(stmt_step(stmt, &(struct error){0}), DB_STEP_ROW);
    int64_t value = stmt_col_int(stmt, 0);
    stmt_reset(stmt);
    return value;
}

#define OUTBOX "SELECT count(*) FROM outbox"
#define SENT "SELECT count(*) FROM sentitems"
#define INBOX "SELECT count(*) FROM inbox"

static void await(struct told *told, const char *sql, int64_t n)
{
    long end = proc_now_ms() + 15000;
    while (ask(told, sql) != n && proc_now_ms() < end)
        proc_sleep_ms(50);
    assert_int_equal(ask(told, sql), n);
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

static size_t facts_of(struct told *told, uint32_t event)
{
    return notify_facts(&told->desk, &told->item, event);
}

/* The operator's report, as the daemon writes it once it came: this modem has none. */
static void operator_says(struct told *told, const char *status)
{
    char sql[128];
    (void)snprintf(sql, sizeof sql, "UPDATE sentitems SET Status = '%s'", status);
    assert_good(db_exec(told->db, sql, &err));
}

static void the_modem_sends_and_the_report_is_a_fact(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    assert_int_equal(ask(told, OUTBOX), 1);
    start_daemon(told);
    await(told, SENT, 1);
    await(told, OUTBOX, 0);
    assert_int_equal(ask(told, "SELECT count(*) FROM sentitems WHERE Status = 'SendingOK'"
                               " AND DestinationNumber = '+84912000001'"
                               " AND TextDecoded LIKE 'Trao RA%: Buu dien da nhan%'"),
                     1);
    pass(told, SECOND * 2); /* a report may still come */
    assert_int_equal(ask(told, SENT), 1);
    restart(told); /* known, whatever the list says */
    pass(told, SECOND * 2);
    assert_int_equal(ask(told, OUTBOX), 0);
    operator_says(told, "DeliveryOK");
    pass(told, SECOND * 2);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 1);
    assert_int_equal(ask(told, SENT), 0); /* a phone and what it was told: gone */
}

static void what_the_operator_refuses_failed(void **state)
{
    struct told *told = *state;
    assert_good(
        db_exec(told->db,
                "INSERT INTO sentitems(ID, SequencePosition, Text, UDH, SenderID, CreatorID,"
                " Status) VALUES(7000, 1, '', '', '', 'Gammu 1.42.0', 'SendingError')",
                &err));
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    start_daemon(told);
    await(told, SENT, 2);
    assert_good(
        db_exec(told->db, "UPDATE sentitems SET Status = 'DeliveryFailed' WHERE ID <> 7000", &err));
    told->desk.fail_at = 1; /* the record cannot be written: the row stays */
    told->desk.rig.now.ms += SECOND * 2;
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(ask(told, SENT), 2);
    pass(told, SECOND * 2);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
    assert_int_equal(ask(told, SENT), 1); /* another program's */
}

/* No report ever: after two days nothing is known, and nothing kept. */
static void what_is_never_reported_is_let_go(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    start_daemon(told);
    await(told, SENT, 1);
    pass(told,
         SMS_SMSD_PATIENCE_MS + 60 * SECOND); /* the daemon dates by its own clock, which goes on */
    assert_int_equal(ask(told, SENT), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_DELIVERED), 0);
}

/* A crash between the commit and the list. */
static void a_message_of_an_earlier_run_is_known(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    stop(told);
    rig_stop(&told->desk.rig);
    assert_int_equal(unlink(told->sent_path), 0);
    rig_start(&told->desk.rig);
    start(told);
    pass(told, SECOND * 2);
    assert_int_equal(ask(told, OUTBOX), 1);
}

static void a_dead_daemon_is_a_dead_gateway(void **state)
{
    struct told *told = *state;
    scan(told, EVENT_PICKED_UP);
    pass(told, 0);
    pass(told, SMS_GAMMU_STUCK_MS + SECOND * 2);
    scan(told, EVENT_OUT_FOR_DELIVERY);
    assert_error(notify_tick(told->notify, &err), ERROR_LATER);
    assert_int_equal(ask(told, OUTBOX), 1);
    /* What waited for a day is news of yesterday, also when its first part had left. */
    assert_good(db_exec(told->db,
                        "INSERT INTO sentitems(ID, SequencePosition, Text, UDH, SenderID,"
                        " CreatorID, Status) SELECT ID, 1, '', '', '', CreatorID,"
                        " 'SendingOKNoReport' FROM outbox",
                        &err));
    told->desk.rig.now.ms += DAY + SECOND;
    (void)!notify_tick(told->notify, &(struct error){0});
    assert_int_equal(ask(told, OUTBOX), 0);
    assert_int_equal(facts_of(told, EVENT_NOTICE_FAILED), 1);
}

/* So many parts as it needs, cut between signs, under one reference. */
static void a_long_message_goes_in_parts(void **state)
{
    struct told *told = *state;
    char text[WORDS_MAX];
    struct sms_driver driver = sms_smsd_driver(told->smsd);
    memset(text, 'a', sizeof text);
    text[152] = '['; /* two septets: the first part ends before it */
    text[400] = '\0';
    struct sms sms = {"RA000000005VN.out.0.sms", "+84912000002", text, NULL};
    assert_good(driver.send(driver.self, &sms, &err));
    assert_int_equal(ask(told, "SELECT length(TextDecoded) FROM outbox WHERE MultiPart = 'true'"),
                     152);
    start_daemon(told);
    await(told, SENT, 3);
    assert_int_equal(ask(told, "SELECT count(DISTINCT substr(UDH, 1, 10)) FROM sentitems"), 1);
    assert_int_equal(ask(told, "SELECT sum(length(TextDecoded)) FROM sentitems"), 400);
    assert_int_equal(ask(told, "SELECT count(*) FROM sentitems WHERE UDH LIKE '050003__03%'"), 3);
    memset(text, 'b', sizeof text); /* 160 is one part */
    text[160] = '\0';
    sms.request_id = "RA000000005VN.out.1.sms";
    assert_good(driver.send(driver.self, &sms, &err));
    assert_int_equal(ask(told, "SELECT count(*) FROM outbox_multipart"), 0);
}

/* The euro is three bytes and two septets, at a cut too. */
static void a_sign_of_three_bytes_is_not_parted(void **state)
{
    struct told *told = *state;
    char text[WORDS_MAX];
    struct sms_driver driver = sms_smsd_driver(told->smsd);
    memset(text, 'a', sizeof text);
    memcpy(text + 152, "€", 3);
    text[200] = '\0';
    struct sms sms = {"RA000000005VN.out.0.sms", "+84912000002", text, NULL};
    assert_good(driver.send(driver.self, &sms, &err));
    assert_int_equal(ask(told, "SELECT length(TextDecoded) FROM outbox WHERE MultiPart = 'true'"),
                     152);
    assert_int_equal(
        ask(told, "SELECT count(*) FROM outbox_multipart WHERE TextDecoded LIKE '€a%'"), 1);
    memcpy(text, "€", 3); /* 160 septets, 161 bytes: one part */
    text[161] = '\0';
    memset(text + 3, 'a', 158);
    sms.request_id = "RA000000005VN.out.1.sms";
    assert_good(driver.send(driver.self, &sms, &err));
    assert_int_equal(ask(told, "SELECT count(*) FROM outbox_multipart"), 1);
}

/* Puts a text of two parts on the modem. */
static void modem_gets(const struct told *told, const char *text)
{
    char path[224];
    (void)snprintf(path, sizeof path, "%s/modem/sms/1", told->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/modem/sms/1/1", told->folder);
    FILE *file = fopen(path, "w");
    size_t half = strlen(text) / 2;
    assert_non_null(file);
    for (size_t i = 0; i < 2; i++) {
        const char *from = text + i * half;
        size_t n = i == 0 ? half : strlen(from);
        (void)fprintf(file,
                      "[SMSBackup%03zu]\n#IN\nPDU = Deliver\nSMSC = \"+84980200030\"\n"
                      "DateTime = 20261125T080000\nState = UnRead\nNumber = \"+84912000001\"\n"
                      "Coding = Unicode_No_Compression\nLength = %zu\nClass = -1\n"
                      "UDH = 050003C002%02zu\nText00 = ",
                      i, n, i + 1);
        for (size_t k = 0; k < n; k++)
            (void)fprintf(file, "%04X", (unsigned)(unsigned char)from[k]);
        (void)fputs("\n", file);
    }
    (void)fclose(file);
}

static void a_long_text_is_answered_once(void **state)
{
    struct told *told = *state;
    char text[64];
    (void)snprintf(text, sizeof text, "trao %s", told->item.text);
    modem_gets(told, text);
    start_daemon(told);
    await(told, INBOX, 2);
    pass(told, SECOND * 2);
    assert_int_equal(ask(told, INBOX), 0);
    await(told, SENT, 1);
    assert_int_equal(ask(told, "SELECT count(*) FROM sentitems WHERE CreatorID LIKE 'trao:reply.%'"
                               " AND TextDecoded LIKE 'Trao RA%: Da co ket qua%'"),
                     1);
}

static void what_is_no_such_file_is_named(void **state)
{
    struct told *told = *state;
    struct sms_smsd *smsd = NULL;
    struct clock clock = rig_clock(&told->desk.rig);
    assert_error(sms_smsd_open("/nowhere.db", told->sent_path, clock, &smsd, &err),
                 ERROR_NOT_FOUND);
    assert_good(db_exec(told->db, "UPDATE gammu SET Version = 16", &err));
    assert_error(sms_smsd_open(told->file, told->sent_path, clock, &smsd, &err), ERROR_NOT_FOUND);
    assert_good(db_exec(told->db, "UPDATE gammu SET Version = 17", &err));
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TOLD(name) cmocka_unit_test_setup_teardown(name, open_told, close_told)
    const struct CMUnitTest tests[] = {
        TOLD(the_modem_sends_and_the_report_is_a_fact),
        TOLD(what_the_operator_refuses_failed),
        TOLD(what_is_never_reported_is_let_go),
        TOLD(a_message_of_an_earlier_run_is_known),
        TOLD(a_dead_daemon_is_a_dead_gateway),
        TOLD(a_long_message_goes_in_parts),
        TOLD(a_sign_of_three_bytes_is_not_parted),
        TOLD(a_long_text_is_answered_once),
        TOLD(what_is_no_such_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
