/* What gammu-smsd's tables hold: rows as a damaged or hostile daemon would write them, or the file
 * itself damaged anywhere. Each end of a message is told once, each text once and as text, nothing
 * comes again for ever, and a message that is put is there.
 *
 * First byte 'd': steps of a place (two bytes, modulo the file's length) and the byte that lies
 * there then. Anything else: rows, a line each, of fields that TAB parts: o, s, i or m (outbox,
 * sentitems, inbox, outbox_multipart), then the columns of that table below. A field "-" is NULL,
 * "=N" a number, "#..." a blob, anything else text. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "room.h"
#include "server/notify/sms_smsd.h"
#include "server/text/text.h"

#define TABLES "/usr/share/doc/gammu-smsd/examples/sqlite.sql"
#define NOW_S INT64_C(1795582800)
#define FILE_MAX (1u << 20)
#define ROUNDS_MAX 64
/* What the server itself may have put. */
#define RIGHT                                                                                      \
    " WHERE CreatorID GLOB 'trao:m-[0-9]*' AND CreatorID NOT GLOB 'trao:m-*[^0-9]*'"               \
    " AND typeof(CreatorID) = 'text' AND length(CAST(CreatorID AS BLOB)) < 20"
#define OURS_LEFT                                                                                  \
    "SELECT (SELECT count(*) FROM outbox" RIGHT ") + (SELECT count(*) FROM sentitems" RIGHT ")"

static const struct {
    char letter;
    const char *insert;
    int columns;
} tables[] = {
    {'o',
     "INSERT INTO outbox(InsertIntoDB, DestinationNumber, UDH, TextDecoded, MultiPart, CreatorID)"
     " VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
     6},
    {'s',
     "INSERT INTO sentitems(ID, SequencePosition, InsertIntoDB, Status, CreatorID, Text, UDH,"
     " SenderID) VALUES(?1, ?2, ?3, ?4, ?5, '', '', '')",
     5},
    {'i',
     "INSERT INTO inbox(ReceivingDateTime, SenderNumber, UDH, TextDecoded, Text, RecipientID)"
     " VALUES(?1, ?2, ?3, ?4, '', '')",
     4},
    {'m', "INSERT INTO outbox_multipart(ID, SequencePosition, TextDecoded) VALUES(?1, ?2, ?3)", 3},
};
#define TABLES_N (sizeof tables / sizeof *tables)

static sqlite3 *daemon_side;
static struct instant later; /* than the daemon's now */

static struct instant now(void *self)
{
    (void)self;
    return (struct instant){NOW_S * 1000 + later.ms};
}

static const struct clock set_clock = {.now = now};

static void run(const char *sql)
{
    (void)sqlite3_exec(daemon_side, sql, NULL, NULL, NULL);
}

static void open_daemon(const char *name)
{
    char path[ROOM_PATH_MAX];
    invariant(sqlite3_open(room_path(name, path), &daemon_side) == SQLITE_OK);
    run("PRAGMA ignore_check_constraints=ON");
}

static void make_tables(void)
{
    static char sql[32768];
    FILE *file = fopen(TABLES, "r");
    invariant(file != NULL);
    sql[fread(sql, 1, sizeof sql - 1, file)] = '\0';
    (void)fclose(file);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF");
    run(sql);
}

/* ------------------------------------------------------------------ what the server makes of it */

struct heard {
    size_t ends, texts;
};

static bool take_report(void *ctx, const char *id, enum sms_end end, struct error *err)
{
    struct heard *heard = ctx;
    (void)err;
    invariant(end == SMS_END_SENT || end == SMS_END_DELIVERED || end == SMS_END_FAILED);
    invariant(strlen(id) <= NOTICE_REQUEST_MAX && utf8_is_text(id, strlen(id)));
    heard->ends++;
    return true;
}

static bool take_text(void *ctx, const struct sms_text *text, struct error *err)
{
    struct heard *heard = ctx;
    (void)err;
    invariant(strlen(text->id) == NOTIFY_TEXT_ID_MAX && strlen(text->from) <= NOTIFY_FROM_MAX);
    invariant(strlen(text->text) <= SMS_TEXT_MAX && text_is_utf8(text->text, strlen(text->text)));
    heard->texts++;
    return true;
}

static bool hear(struct sms_driver driver, struct heard *heard)
{
    struct error err = {ERROR_NONE, ""};
    *heard = (struct heard){.ends = 0};
    bool good = driver.reports(driver.self, take_report, heard, &err) &&
                driver.texts(driver.self, take_text, heard, &err);
    invariant(good || err.text[0] != '\0');
    return good;
}

/* Later, so that nothing has to wait: it comes to an end. */
static void hear_all(struct sms_driver driver, int64_t later_ms)
{
    struct heard heard;
    int round = 0;
    later.ms = later_ms;
    do
        invariant(hear(driver, &heard) && round++ < ROUNDS_MAX);
    while (heard.ends > 0 || heard.texts > 0);
    later.ms = 0;
}

static int64_t count(const char *sql)
{
    sqlite3_stmt *stmt;
    invariant(sqlite3_prepare_v2(daemon_side, sql, -1, &stmt, NULL) == SQLITE_OK);
    invariant(sqlite3_step(stmt) == SQLITE_ROW);
    int64_t n = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return n;
}

static bool put(struct sms_driver driver)
{
    const struct sms sms = {.request_id = "m-new", .to = "+84912000001", .text = "Trao: {x} 1"};
    struct error err = {ERROR_NONE, ""};
    bool good = driver.send(driver.self, &sms, &err);
    invariant(good || err.code == ERROR_LATER);
    return good;
}

/* ------------------------------------------------------------------ rows */

static void bind(sqlite3_stmt *stmt, int at, const char *field, size_t n)
{
    if (n == 1 && *field == '-')
        sqlite3_bind_null(stmt, at);
    else if (n > 1 && n < 32 && *field == '=') {
        char digits[32];
        (void)snprintf(digits, sizeof digits, "%.*s", (int)n - 1, field + 1);
        sqlite3_bind_int64(stmt, at, strtoll(digits, NULL, 10));
    } else if (n > 0 && *field == '#')
        sqlite3_bind_blob(stmt, at, field + 1, (int)n - 1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_text(stmt, at, field, (int)n, SQLITE_TRANSIENT);
}

static void insert(const char *line, size_t n)
{
    size_t which = 0;
    while (which < TABLES_N && tables[which].letter != *line)
        which++;
    if (which == TABLES_N)
        return;
    sqlite3_stmt *stmt;
    invariant(sqlite3_prepare_v2(daemon_side, tables[which].insert, -1, &stmt, NULL) == SQLITE_OK);
    const char *at = memchr(line, '\t', n), *end = line + n;
    for (int i = 1; at != NULL && i <= tables[which].columns; i++) {
        const char *field = at + 1;
        at = memchr(field, '\t', (size_t)(end - field));
        bind(stmt, i, field, (size_t)((at == NULL ? end : at) - field));
    }
    (void)sqlite3_step(stmt);
    sqlite3_finalize(stmt);
}

static void insert_all(const char *bytes, size_t n)
{
    run("BEGIN; DELETE FROM outbox; DELETE FROM outbox_multipart; DELETE FROM sentitems;"
        "DELETE FROM inbox");
    for (const char *end = bytes + n; bytes < end;) {
        const char *lf = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *line_end = lf == NULL ? end : lf;
        if (line_end > bytes)
            insert(bytes, (size_t)(line_end - bytes));
        bytes = line_end + 1;
    }
    run("COMMIT");
}

static void rows(const uint8_t *bytes, size_t n)
{
    static struct sms_smsd *smsd;
    static unsigned runs;
    struct error err;
    struct heard heard;
    char path[ROOM_PATH_MAX], sent[ROOM_PATH_MAX];
    (void)remove(room_path("smsd.sent", sent));
    if (smsd == NULL) {
        open_daemon("smsd.db");
        make_tables();
    }
    if (runs++ % 256 == 0) { /* its list of what it sent grows */
        sms_smsd_close(smsd);
        invariant(sms_smsd_open(room_path("smsd.db", path), sent, set_clock, &smsd, &err));
    }
    struct sms_driver driver = sms_smsd_driver(smsd);
    insert_all((const char *)bytes, n);
    invariant(hear(driver, &heard));
    if (put(driver))
        invariant(count("SELECT count(*) FROM outbox WHERE CreatorID = 'trao:m-new'") >= 1);
    hear_all(driver, 3 * SMS_SMSD_PATIENCE_MS);
    if (count(OURS_LEFT) > 0)
        hear_all(driver, 15 * SMS_SMSD_PATIENCE_MS);
    invariant(count("SELECT count(*) FROM inbox") == 0);
    invariant(count(OURS_LEFT) == 0);
    invariant(put(driver));
}

/* ------------------------------------------------------------------ a damaged file */

static uint8_t file[FILE_MAX];
static size_t file_n;

static void make_file(void)
{
    static const char some[] = "o\t2026-11-25 01:00:00\t+84912000001\t\tTrao 1\tfalse\ttrao:a\n"
                               "s\t=7\t=1\t2026-11-25 01:00:00\tDeliveryOK\ttrao:b\n"
                               "s\t=8\t=1\t2026-11-25 01:00:00\tSendingOK\ttrao:c\n"
                               "i\t2026-11-25 01:00:00\t+84912000001\t\tTRAO RA123456785VN\n"
                               "m\t=1\t=2\tTrao 2\n";
    char path[ROOM_PATH_MAX];
    sqlite3 *kept = daemon_side;
    open_daemon("whole.db");
    make_tables();
    insert_all(some, sizeof some - 1);
    sqlite3_close(daemon_side);
    daemon_side = kept;
    int fd = open(room_path("whole.db", path), O_RDONLY | O_CLOEXEC);
    ssize_t n = read(fd, file, sizeof file);
    invariant(n > 0);
    file_n = (size_t)n;
    close(fd);
}

static void damaged(const uint8_t *bytes, size_t n)
{
    static uint8_t now_there[FILE_MAX];
    struct sms_smsd *smsd = NULL;
    struct error err = {ERROR_NONE, ""};
    struct heard heard;
    char path[ROOM_PATH_MAX], sent[ROOM_PATH_MAX];
    if (file_n == 0)
        make_file();
    memcpy(now_there, file, file_n);
    for (size_t at = 0; at + 3 <= n; at += 3)
        now_there[(size_t)(bytes[at] << 8 | bytes[at + 1]) % file_n] = bytes[at + 2];
    room_clear("damaged");
    (void)mkdir(room_path("damaged", path), 0700);
    room_put("damaged/smsd.db", now_there, file_n);
    if (!sms_smsd_open(room_path("damaged/smsd.db", path), room_path("damaged/sent", sent),
                       set_clock, &smsd, &err)) {
        invariant(err.text[0] != '\0');
        return;
    }
    struct sms_driver driver = sms_smsd_driver(smsd);
    (void)driver.has(driver.self, "b");
    later.ms = 3 * SMS_SMSD_PATIENCE_MS;
    for (int i = 0; i < 3 && hear(driver, &heard); i++)
        continue;
    (void)put(driver);
    later.ms = 0;
    sms_smsd_close(smsd);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n > 0 && bytes[0] == 'd')
        damaged(bytes + 1, n - 1);
    else
        rows(bytes, n);
    return 0;
}
