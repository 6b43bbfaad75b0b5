/* trao-admin's way to the running server: words, files and answers over the socket; the table of
 * commands and the man page say the same. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "server/control.h"
#include "server/notify/notify.h"
#include "server/office/list.h"
#include "server/office/link.h"
#include "server/record/looks.h"
#include "server/record/postmen.h"
#include "server/web/password.h"
#include "server/notify/became.h"
#include "tests/server/control_rig.h"

static void a_list_goes_in_and_items_come_out(void **state)
{
    struct asked *asked = *state;
    import_list(asked);
    assert_non_null(strstr(asked->out, "results.csv: 60 hồ sơ; nhập mới 60"));
    assert_int_equal(ASK(asked, -1, "items"), 0);
    size_t lines = 0;
    for (const char *at = asked->out; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 60);
    char number[ITEM_CHARS + 1], status[16], dossier[64];
    assert_int_equal(sscanf(asked->out, "%13s\t%15s\t%63s", number, status, dossier), 3);
    assert_string_equal(status, "issued");
    assert_string_equal(dossier, "H27.21-261116-0007"); /* oldest first */
    assert_int_equal(ASK(asked, -1, "status", number), 0);
    assert_non_null(strstr(asked->out, "issued\toffice/1\tmoved"));
    assert_int_equal(ASK(asked, -1, "link", number), 0);
    assert_int_equal(strncmp(asked->out, "http://127.0.0.1:8080/T/RA", 26), 0);
}

static void printing_and_handing_over(void **state)
{
    struct asked *asked = *state;
    import_list(asked);
    char path[256], magic[6] = "";
    (void)snprintf(path, sizeof path, "%s/out.pdf", asked->desk.rig.dir);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(ASK(asked, fd, "print", "--all"), 0);
    assert_int_equal(pread(fd, magic, 5, 0), 5);
    close(fd);
    assert_string_equal(magic, "%PDF-");
    assert_non_null(strstr(asked->out, "/print/1.pdf\n"));
    assert_int_equal(ASK(asked, -1, "print", "--all"), 0);
    assert_non_null(strstr(asked->out, "nothing to print"));
    assert_int_equal(ASK(asked, -1, "handover"), 0);
    assert_non_null(strstr(asked->out, "BG-000001\n"));
    assert_int_equal(ASK(asked, -1, "handover"), 0);
    assert_non_null(strstr(asked->out, "nothing to hand over"));
}

static bool is_there(const struct asked *asked, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", asked->desk.rig.dir, name);
    return access(path, F_OK) == 0;
}

static void file_begins(const char *path, const char *wanted)
{
    char bytes[8] = "";
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, bytes, strlen(wanted)), strlen(wanted));
    close(fd);
    assert_string_equal(bytes, wanted);
}

static void a_copy_is_whole_or_leaves_what_was_there(void **state)
{
    struct asked *asked = *state;
    char path[256], elsewhere[256];
    (void)snprintf(path, sizeof path, "%s/out.pdf", asked->desk.rig.dir);
    (void)snprintf(elsewhere, sizeof elsewhere, "%s/new.pdf", asked->desk.rig.dir);
    FILE *old = fopen(path, "w");
    assert_non_null(old);
    assert_true(fputs("before", old) >= 0);
    assert_int_equal(fclose(old), 0);
    assert_int_equal(ADMIN(asked, "print", "--out", path, "--all"), 0); /* nothing to print */
    file_begins(path, "before");
    assert_int_equal(ADMIN(asked, "print", "--out", elsewhere, "RA123456785VN"), 1);
    assert_false(is_there(asked, "new.pdf"));
    import_list(asked);
    assert_int_equal(ADMIN(asked, "print", "--all", "--out", path), 0);
    file_begins(path, "%PDF-");
    assert_false(is_there(asked, "out.pdf.part"));
}

static void no_server_no_file(void **state)
{
    struct asked *asked = *state;
    char path[256], dir[128];
    (void)snprintf(path, sizeof path, "%s/new.pdf", asked->desk.rig.dir);
    memcpy(dir, asked->desk.rig.dir, sizeof dir);
    (void)snprintf(asked->desk.rig.dir, sizeof asked->desk.rig.dir, "/proc/self");
    int status = ADMIN(asked, "print", "--out", path, "--all");
    memcpy(asked->desk.rig.dir, dir, sizeof dir);
    assert_int_equal(status, 3);
    assert_false(is_there(asked, "new.pdf"));
    assert_false(is_there(asked, "new.pdf.part"));
}

static void a_failed_copy_does_not_hide_the_print(void **state)
{
    struct asked *asked = *state;
    import_list(asked);
    int full = open("/dev/full", O_WRONLY);
    assert_true(full >= 0);
    assert_int_equal(ASK(asked, full, "print", "--all"), 1);
    close(full);
    assert_non_null(strstr(asked->out, "/print/1.pdf\n"));
    assert_non_null(strstr(asked->err, "printed, the copy failed"));
    assert_int_equal(ADMIN(asked, "print", "--out", "/dev/null", "--all"), 0);
}

static void only_unknown_items_burn_no_job(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, -1, "print", "RA123456785VN"), 1);
    assert_non_null(strstr(asked->out, "RA123456785VN: "));
    assert_non_null(strstr(asked->err, "none of these can be printed"));
    import_list(asked);
    assert_int_equal(ASK(asked, -1, "print", "--all"), 0);
    assert_non_null(strstr(asked->out, "/print/1.pdf\n"));
}

/* A gateway that refuses one message for good and then does not answer. */
static bool never_has(void *self, const char *request_id)
{
    (void)self;
    (void)request_id;
    return false;
}

static bool refuses_then_fails(void *self, const struct sms *sms, struct error *err)
{
    int *asked = self;
    (void)sms;
    return error_set(err, (*asked)++ == 0 ? ERROR_REFUSED : ERROR_LATER, "no");
}

static struct item picked_up(struct asked *asked, struct rig_device *device, const char *dossier)
{
    struct item item = desk_rig_issue(&asked->desk, dossier, "0912000001", "0");
    desk_rig_scan(&asked->desk, device, &item, EVENT_PICKED_UP, 0);
    return item;
}

static void became(struct asked *asked, struct item item, const char *word)
{
    assert_int_equal(ASK(asked, -1, "messages", "of", item.text), 0);
    if (strstr(asked->out, word) == NULL)
        fail_msg("%s is not '%s'", asked->out, word);
    assert_null(strstr(asked->out, "912000001"));
}

/* Its owner died (case N06): whatever goes to that phone goes no more, until somebody says so. */
static void an_office_says_no_more(struct asked *asked, struct rig_device *device,
                                   struct notify *notify, int *times)
{
    int before = *times;
    struct item item = picked_up(asked, device, "H27-261118-0003");
    struct item none = desk_rig_issue(&asked->desk, "H27-261118-0004", "", "0");
    assert_int_equal(ASK(asked, -1, "messages", "stop", item.text), 1);
    assert_int_equal(ASK(asked, -1, "messages", "stop", item.text, ""), 1);
    assert_int_equal(ASK(asked, -1, "messages", "stop", none.text, "Mất ngày 24/11"), 1);
    assert_non_null(strstr(asked->err, "no mobile number"));
    assert_int_equal(ASK(asked, -1, "messages", "stop", item.text, "Mất ngày 24/11"), 0);
    assert_good(notify_tick(notify, &err));
    assert_int_equal(*times, before);
    assert_int_equal(ASK(asked, -1, "messages", "start", item.text, "Ghi nhầm"), 0);
    desk_rig_scan(&asked->desk, device, &item, EVENT_OUT_FOR_DELIVERY, 0);
    assert_error(notify_tick(notify, &err), ERROR_LATER);
    assert_int_equal(*times, before + 1);
}

static void messages_are_told_by_what_became_of_them(void **state)
{
    struct asked *asked = *state;
    struct rig_device device;
    struct notify *notify = NULL;
    int times = 0;
    rig_device(&device, &asked->desk.rig, "HH-001");
    assert_int_equal(ASK(asked, -1, "messages"), 1);
    struct notify_config config = {
        .acts = desk_rig_acts(&asked->desk),
        .views = asked->desk.rig.views,
        .record_path = asked->desk.rig.record_path,
        .config = &asked->desk.config,
        .driver = {.has = never_has, .send = refuses_then_fails, .self = &times},
        .clock = rig_clock(&asked->desk.rig)};
    assert_good(notify_open(&config, &notify, &err));
    asked->for_short.notify = asked->for_long.notify = notify;
    struct item refused = picked_up(asked, &device, "H27-261118-0001");
    assert_good(notify_tick(notify, &err));
    assert_int_equal(ASK(asked, -1, "messages"), 0);
    assert_string_equal(asked->out, "well\tsince -\tnext try -\twaiting 0\n");
    assert_good(notify_tick(notify, &err));
    struct item waits = picked_up(asked, &device, "H27-261118-0002");
    assert_error(notify_tick(notify, &err), ERROR_LATER);
    assert_int_equal(ASK(asked, -1, "messages"), 0);
    assert_memory_equal(asked->out, "failing\tsince 2026", 18);
    assert_non_null(strstr(asked->out, "waiting 1\n"));
    assert_int_equal(ASK(asked, -1, "messages", "waiting"), 0);
    assert_memory_equal(asked->out, waits.text, strlen(waits.text));
    assert_int_equal(ASK(asked, -1, "messages", "failed"), 0);
    assert_memory_equal(asked->out, refused.text, strlen(refused.text));
    assert_non_null(strstr(asked->out, "\tsms\tnotice\t"));
    assert_null(strstr(asked->out, waits.text));
    assert_null(strstr(asked->out, "912000001"));
    assert_int_equal(ASK(asked, -1, "messages", "sent"), 0);
    assert_non_null(strstr(asked->out, waits.text));
    assert_int_equal(ASK(asked, -1, "messages", "resend"), 1);
    assert_int_equal(ASK(asked, -1, "messages", "resend", waits.text), 1);
    assert_non_null(strstr(asked->err, "none of its messages failed"));
    assert_int_equal(ASK(asked, -1, "messages", "resend", "by=Nobody", refused.text), 1);
    assert_int_equal(ASK(asked, -1, "messages", "resend", waits.text, refused.text), 1);
    assert_non_null(strstr(asked->out, refused.text)); /* that one goes */
    assert_int_equal(ASK(asked, -1, "messages", "failed", "more"), 1);
    assert_int_equal(ASK(asked, -1, "messages", "all"), 1);
    became(asked, waits, "\tsent\t");
    became(asked, refused, "\tfailed\t");
    asked->desk.rig.now.ms += BECAME_UNKNOWN_MS - 1;
    became(asked, waits, "\tsent\t");
    asked->desk.rig.now.ms += 1; /* no word for 72 hours (case N04) */
    became(asked, waits, "\tunknown\t");
    became(asked, refused, "\tfailed\t");
    assert_int_equal(ASK(asked, -1, "messages", "contradicted"), 0);
    assert_string_equal(asked->out, "");
    an_office_says_no_more(asked, &device, notify, &times);
    asked->for_short.notify = asked->for_long.notify = NULL;
    notify_close(notify);
}

static void usage_is_64(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ADMIN(asked, "no-such-command"), 64);
    assert_int_equal(ADMIN(asked, "status"), 64);
    assert_int_equal(ADMIN(asked, "init", "--plain", "192.0.2.1:80"), 64);
    assert_int_equal(ADMIN(asked, "init", "--no-such-option"), 64);
    assert_int_equal(ADMIN(asked, "import", "/tmp"), 1);
}

/* The device by its name, never by a number of a table; what is doubtful in words. */
static void a_history_names_the_handheld(void **state)
{
    struct asked *asked = *state;
    struct rig_device device;
    struct item item = desk_rig_issue(&asked->desk, "H27.15-261118-0145", "", "0");
    rig_device(&device, &asked->desk.rig, "HH-042");
    desk_rig_scan(&asked->desk, &device, &item, EVENT_DELIVERED, 0);
    assert_int_equal(ASK(asked, -1, "status", item.text), 0);
    assert_non_null(strstr(asked->out, "\tdoubts no-pickup"));
    assert_non_null(strstr(asked->out, "delivered\tHH-042/00000000000000e1-1\t"));
}

static void first_number(struct asked *asked, char number[ITEM_CHARS + 1])
{
    assert_int_equal(ASK(asked, -1, "items"), 0);
    assert_int_equal(sscanf(asked->out, "%13s", number), 1);
}

static void numbers_and_choices_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], again[ITEM_CHARS + 1];
    assert_int_equal(ASK(asked, -1, "range", "480000", "many"), 1);
    assert_int_equal(ASK(asked, -1, "range", "480000", "64"), 0);
    import_list(asked);
    assert_int_equal(ASK(asked, -1, "ranges"), 0);
    assert_non_null(strstr(asked->out, "480000\tRA\t64\t4\t"));
    assert_non_null(strstr(asked->out, "còn 4\tsắp hết số"));
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "void", number, "because=3"), 1);
    assert_non_null(strstr(asked->err, "«because=3»"));
    assert_int_equal(ASK(asked, -1, "void", number, "reason=x"), 1);
    assert_int_equal(ASK(asked, -1, "void", number, "by=nobody"), 1);
    assert_int_equal(ASK(asked, -1, "void", number, "reason=3"), 0);
    assert_int_equal(ASK(asked, -1, "reissue", number, "name=Đỗ Văn Thử"), 0);
    assert_int_equal(sscanf(asked->out, "%13s", again), 1);
    assert_int_equal(ASK(asked, -1, "office", "H27.77", "name=Sở Khác", "citation=QĐ 1"), 0);
    assert_int_equal(ASK(asked, -1, "reissue", again, "office=H27.78"), 1); /* there is none */
    assert_non_null(strstr(asked->err, "office=H27.78"));
    assert_int_equal(ASK(asked, -1, "reissue", again, "office=H27.77", "reason=3"), 0);
    assert_int_equal(sscanf(asked->out, "%13s", again), 1);
    assert_int_equal(ASK(asked, -1, "board", "2020-01-01", "2039-12-31", "by=office"), 0);
    assert_non_null(strstr(asked->out, "H27.77"));
    assert_int_equal(ASK(asked, -1, "recall", again), 0);
    assert_int_equal(ASK(asked, -1, "recall", again), 1);
    assert_int_equal(ASK(asked, -1, "optout", "H27.21-261116-0007", "đơn 12"), 0);
    assert_int_equal(ASK(asked, -1, "optin", "H27.21-261116-0007", "phiếu 13"), 0);
    assert_int_equal(ASK(asked, -1, "electronic", "H27.21-261116-0007", "tệp ký số"), 0);
    assert_int_equal(ASK(asked, -1, "procedure", "Đăng ký kết hôn", "post=perhaps"), 1);
    assert_int_equal(ASK(asked, -1, "procedure", "Đăng ký kết hôn", "post=no", "citation=QĐ 1"), 0);
    assert_int_equal(ASK(asked, -1, "procedures"), 0);
    assert_non_null(strstr(asked->out, "Đăng ký kết hôn\tno-post\tanybody\t"));
}

static void a_sealed_batch_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1];
    static char code[] = "H27.21-261116-0007";
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "print", number), 0);
    assert_int_equal(ASK(asked, -1, "receive", code, "originals=1", "sheets=3"), 1);
    assert_int_equal(ASK(asked, -1, "receive", code, "originals=1", "pages=3"), 0);
    assert_int_equal(strncmp(asked->out, number, ITEM_CHARS), 0);
    assert_int_equal(ASK(asked, -1, "pair", code, "RA123456785VN"), 1);
    assert_non_null(strstr(asked->err, "SAI PHONG BÌ"));
    assert_int_equal(ASK(asked, -1, "pair", code, number), 0);
    assert_int_equal(ASK(asked, -1, "handover", "seal=NP-1", "giver=An", "taker=Bình", number), 1);
    assert_non_null(strstr(asked->err, "Đếm được 0 bì"));
    assert_int_equal(
        ASK(asked, -1, "handover", "seal=NP-1", "giver=An", "taker=Bình", "count=1", number), 0);
    assert_int_equal(ASK(asked, -1, "handovers"), 0);
    assert_string_equal(asked->out, "BG-000001\tsealed\n");
    assert_int_equal(ASK(asked, -1, "difference", "BG-000001", number, "lost"), 1);
    assert_int_equal(ASK(asked, -1, "difference", "BG-000001", number, "damaged", "note=ướt"), 0);
    assert_int_equal(ASK(asked, -1, "batch", "BG-000001"), 0);
    assert_non_null(strstr(asked->out, "\tAn\tBình\t1\t1\t0\t3\n"));
    assert_non_null(strstr(asked->out, "\tH27.21-261116-0007\t1\t0\t3\n"));
    assert_non_null(strstr(asked->out, "\tdifference\tdamaged\t"));
    assert_int_equal(ASK(asked, -1, "batch", "BG-000002"), 1);
}

static bool desk_user_act(struct record *record, void *arg, struct error *err)
{
    struct person person = {.role = ROLE_ADMINISTRATOR};
    strncpy(person.name, arg, sizeof person.name - 1);
    return person_add(record, &person, err);
}

/* Who may log in: nobody is let loose on all offices by an omission, a password is said once, and
 * who is switched off signs for nothing any more. */
static void people_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], password[32];
    struct person person;
    assert_int_equal(ASK(asked, -1, "person", "quay2"), 1);
    assert_non_null(strstr(asked->err, "role="));
    assert_int_equal(ASK(asked, -1, "person", "quay2", "role=clerk"), 1);
    assert_non_null(strstr(asked->err, "office="));
    assert_int_equal(ASK(asked, -1, "person", "quay2", "role=king", "office=all"), 1);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "role=clerk", "office=KHONG"), 1);
    assert_int_equal(ASK(asked, -1, "person", "a=b", "role=clerk", "office=all"), 1);
    assert_int_equal(ASK(asked, -1, "office", "H27.15", "name=Sở Thử"), 0);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "role=clerk", "office=H27.15"), 0);
    assert_int_equal(sscanf(asked->out, "password %31s\n", password), 1);
    assert_good(person_find(asked->desk.rig.record, "quay2", &person, &err));
    assert_true(password_holds(person.hash, password));
    assert_true(person.must_change && person.role == ROLE_CLERK && person.offices_n == 1);
    assert_int_equal(ASK(asked, -1, "people"), 0);
    assert_string_equal(asked->out, "quay2\tclerk\tH27.15\ton\tone-time\tone\t-\n");
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "recall", number, "by=quay2"), 0);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "state=off"), 0);
    assert_null(strstr(asked->out, "password"));
    assert_int_equal(ASK(asked, -1, "person", "quay2", "role=manager", "office=all"), 0);
    assert_int_equal(ASK(asked, -1, "people"), 0);
    assert_string_equal(asked->out, "quay2\tmanager\tall\toff\tone-time\tone\t-\n");
    assert_int_equal(ASK(asked, -1, "void", number, "by=quay2"), 1);
    assert_non_null(strstr(asked->err, "tài khoản đã tắt"));
    assert_int_equal(ASK(asked, -1, "looks", "person=quay2", "to=2100-01-01"), 0);
    assert_non_null(strstr(asked->out, "3\t"));
    assert_non_null(strstr(asked->out, "\tquay2\tperson\t0\t-\t-\n"));
    assert_int_equal(ASK(asked, -1, "looks", "person=ai"), 1);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "second=off"), 1);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "state=on", "second=reset"), 0);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "second=reset", "by=quay2"), 0);
    assert_int_equal(ASK(asked, -1, "looks", "person=quay2"), 0);
    assert_non_null(strstr(asked->out, "\tquay2\tsecond-reset\t0\t-\t-\n"));
    char by[64];
    (void)snprintf(by, sizeof by, "\tquay2\tsecond-reset\t%lld\t-\t-\n", (long long)person.id);
    assert_non_null(strstr(asked->out, by));
}

/* The number of the newest fact of the office's chain. */
static unsigned newest_fact(struct asked *asked)
{
    int64_t batch;
    uint64_t fact;
    assert_good(record_end(asked->desk.rig.record, &batch, &fact, &err));
    return (unsigned)fact;
}

static bool wrong_password_act(struct record *record, void *arg, struct error *err)
{
    struct person person;
    struct look look = {.kind = LOOK_WRONG};
    if (!person_find(record, arg, &person, err))
        return false;
    look.person = person.id;
    return look_add(record, &look, err);
}

/* Each gets his own acts and slips; what somebody else put right counts for who got it wrong. */
static void who_needs_teaching_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], source[32], second[] = "quay2";
    struct acts acts = desk_rig_acts(&asked->desk);
    static char code[] = "H27.21-261116-0007";
    assert_int_equal(ASK(asked, -1, "person", "quay1", "role=clerk", "office=all"), 0);
    assert_int_equal(ASK(asked, -1, "person", "quay2", "role=clerk", "office=all"), 0);
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "print", number), 0);
    assert_int_equal(ASK(asked, -1, "receive", code, "originals=1", "pages=3", "by=quay1"), 0);
    assert_int_equal(ASK(asked, -1, "pair", code, "RA123456785VN", "by=quay1"), 1);
    assert_int_equal(ASK(asked, -1, "pair", code, number, "by=quay1"), 0);
    assert_int_equal(ASK(asked, -1, "pause", number, "CV 12", "by=quay1"), 0);
    snprintf(source, sizeof source, "office/%u", newest_fact(asked));
    assert_int_equal(ASK(asked, -1, "correct", number, source, "nhầm bì", "by=quay2"), 0);
    assert_int_equal(ASK(asked, -1, "training"), 0);
    assert_string_equal(asked->out, "quay1\tclerk\t4\t1\t1\t50,00 %\t0\t0\n"
                                    "quay2\tclerk\t1\t0\t0\t0,00 %\t0\t0\n");
    assert_int_equal(ASK(asked, -1, "training", "from=2100-01-01"), 0);
    assert_string_equal(asked->out, "quay1\tclerk\t0\t0\t0\t–\t0\t0\n"
                                    "quay2\tclerk\t0\t0\t0\t–\t0\t0\n");
    assert_int_equal(ASK(asked, -1, "void", number, "by=quay2"), 0);
    assert_good(acts.run(acts.self, wrong_password_act, second, &err));
    assert_int_equal(ASK(asked, -1, "training", "to=2100-01-01"), 0);
    assert_non_null(strstr(asked->out, "quay2\tclerk\t2\t0\t0\t0,00 %\t1\t1\n"));
    assert_int_equal(ASK(asked, -1, "training", "person=quay1"), 1);
}

/* A PIN is said once and kept as a verifier; what is typed from paper shows as that. */
static void postmen_and_their_paper_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], pin[7], name[] = "quay1";
    struct acts acts = desk_rig_acts(&asked->desk);
    struct postman postman;
    assert_good(acts.run(acts.self, desk_user_act, name, &err));
    assert_int_equal(ASK(asked, -1, "postman", "TH-12"), 1);
    assert_non_null(strstr(asked->err, "cần name="));
    assert_int_equal(ASK(asked, -1, "postman", "TH-12", "name=Lê Văn Thử", "from=2026-11-01"), 0);
    assert_int_equal(sscanf(asked->out, "PIN %6[0-9]\n", pin), 1);
    assert_good(postman_get(asked->desk.rig.record, 12, &postman, &err));
    assert_true(password_holds(postman.pin, pin));
    assert_int_equal(ASK(asked, -1, "postman", "TH-12", "to=2027-01-01"), 0);
    assert_null(strstr(asked->out, "PIN")); /* the one he has stays */
    assert_int_equal(ASK(asked, -1, "postmen"), 0);
    assert_non_null(strstr(asked->out, "TH-00000012\tLê Văn Thử\t480000\t2026-11-01T00:00:00"));
    assert_non_null(strstr(asked->out, "\t2027-01-01T00:00:00+07:00\tpin\n"));
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "paper", number, "delivered", "2026-11-25T7:42", "badge=12",
                         "by=quay1", "note=sổ 3"),
                     1);
    assert_int_equal(ASK(asked, -1, "paper", number, "delivered", "2026-11-25T07:42", "badge=12",
                         "by=quay1", "note=sổ 3", "relation=1"),
                     0);
    assert_int_equal(ASK(asked, -1, "status", number), 0);
    assert_non_null(strstr(asked->out, "2026-11-25T07:42:00+07:00\tpaper_entry:delivered\t"));
    assert_int_equal(ASK(asked, -1, "spare", "HH-001", "HH-002", "badge=12"), 1);
}

static void rounds_and_slips_from_the_command_line(void **state)
{
    struct asked *asked = *state;
    char number[ITEM_CHARS + 1], slip[16], code[8];
    assert_int_equal(ASK(asked, -1, "postman", "12", "name=Lê Văn Thử", "from=2026-11-01"), 0);
    assert_int_equal(ASK(asked, -1, "postman", "13", "name=Đỗ Văn Mẫu", "from=2026-11-01"), 0);
    import_list(asked);
    first_number(asked, number);
    assert_int_equal(ASK(asked, -1, "round", "12"), 1);
    assert_non_null(strstr(asked->err, "commune="));
    assert_int_equal(ASK(asked, -1, "round", "12", number), 0);
    assert_int_equal(strncmp(asked->out, "BD-000001\n", 10), 0);
    assert_int_equal(ASK(asked, -1, "rounds", "TH-12"), 0);
    assert_int_equal(strncmp(asked->out, "BD-000001\tTH-00000012\t00000\t", 28), 0);
    assert_int_equal(ASK(asked, -1, "roundgive", "BD-000001", "13"), 0);
    assert_int_equal(ASK(asked, -1, "roundput", "BD-000001", number), 0);
    assert_int_equal(ASK(asked, -1, "rounds", "TH-12"), 0);
    assert_string_equal(asked->out, "");
    assert_int_equal(ASK(asked, -1, "hands"), 0);
    assert_string_equal(asked->out, "");
    assert_int_equal(ASK(asked, -1, "hand", number, "office"), 1);
    assert_int_equal(ASK(asked, -1, "leave", number, "mưa"), 1);
    assert_int_equal(ASK(asked, -1, "dayend", "13"), 0);
    assert_int_equal(ASK(asked, -1, "roundput", "BD-000001", number), 1);
    assert_int_equal(ASK(asked, -1, "pad", "12", "3"), 0);
    assert_int_equal(sscanf(asked->out, "%15s\t%7s", slip, code), 2);
    assert_string_equal(slip, "GM-000001");
    assert_int_equal(strlen(code), 6);
    assert_int_equal(ASK(asked, -1, "slip", slip, number), 0);
    assert_int_equal(ASK(asked, -1, "slip", slip, number), 1);
}

static void leaves_slip(struct asked *asked, struct rig_device *device, const char *number,
                        uint64_t slip, uint32_t badge)
{
    struct desk_rig *desk = &asked->desk;
    struct rig_batch batch;
    pthread_mutex_lock(&desk->lock);
    struct scan *scan = rig_beep(&desk->rig, device, 0, EVENT_DELIVERY_FAILED, 0);
    (void)snprintf(scan->item.text, sizeof scan->item.text, "%s", number);
    scan->reason = REASON_NOBODY_HOME;
    scan->action = ACTION_AGAIN;
    scan->slip = slip;
    scan->badge = badge;
    rig_cut(device, &batch);
    rig_send(&desk->rig, device, &batch);
    assert_good(views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
}

/* Slips come from pads; a scan says which door one was left at, and may say what cannot be. */
static void slips_that_do_not_fit_are_told(void **state)
{
    struct asked *asked = *state;
    struct rig_device device;
    struct item taken_back;
    char a[ITEM_CHARS + 1], b[ITEM_CHARS + 1];
    assert_int_equal(ASK(asked, -1, "postman", "12", "name=Lê Văn Thử", "from=2026-11-01"), 0);
    assert_int_equal(ASK(asked, -1, "postman", "13", "name=Đỗ Văn Mẫu", "from=2026-11-01"), 0);
    import_list(asked);
    assert_int_equal(ASK(asked, -1, "items"), 0);
    assert_int_equal(sscanf(asked->out, "%13s%*[^\n]\n%13s", a, b), 2);
    assert_int_equal(ASK(asked, -1, "pad", "12", "3"), 0);
    rig_device(&device, &asked->desk.rig, "HH-007");
    leaves_slip(asked, &device, a, 1, 12);
    leaves_slip(asked, &device, b, 1, 12); /* the same paper at another door */
    leaves_slip(asked, &device, b, 2, 13); /* of a colleague's pad */
    leaves_slip(asked, &device, a, 77, 12);
    leaves_slip(asked, &device, a, 3, 12);
    (void)snprintf(taken_back.text, sizeof taken_back.text, "%s", a);
    desk_rig_scan(&asked->desk, &device, &taken_back, EVENT_WITHDRAWN, 0);
    assert_int_equal(ASK(asked, -1, "slips"), 0);
    char want[1024];
    (void)snprintf(
        want, sizeof want,
        "GM-000001\t%s\tTH-00000012\tTH-00000012\t\tđược / good\n"
        "GM-000001\t%s\tTH-00000012\tTH-00000012\t\tđể ở hai nơi / left at two doors\n"
        "GM-000002\t%s\tTH-00000013\tTH-00000012\t\ttập của người khác / of another's pad\n"
        "GM-000003\t%s\tTH-00000012\tTH-00000012\t\tđã rút / taken back\n"
        "GM-000077\t%s\tTH-00000012\t-\t\tkhông thuộc tập nào / of no pad\n",
        a, b, b, a, a);
    assert_string_equal(asked->out, want);
    assert_int_equal(ASK(asked, -1, "slips", "13"), 0);
    assert_string_equal(asked->out, "");
}

static void a_code_goes_to_the_clerk_only(void **state)
{
    struct asked *asked = *state;
    struct enrol_code code;
    char text[64];
    assert_int_equal(ASK(asked, -1, "enrol", "HH-001"), 0);
    assert_int_equal(sscanf(asked->out, "%63[^\n]", text), 1);
    assert_good(enrol_code_read(text, &code, &err));
    assert_int_equal(ASK(asked, -1, "enrol", "no good name"), 1);
    assert_int_equal(ASK(asked, -1, "devices"), 0);
    assert_string_equal(asked->out, "");
    assert_int_equal(ASK(asked, -1, "revoke", "HH-009"), 1);
}

static void refusals_are_sentences(void **state)
{
    struct asked *asked = *state;
    assert_int_equal(ASK(asked, -1, "status", "RA123456785VN"), 1);
    assert_non_null(strstr(asked->err, "không thấy số này"));
    assert_int_equal(ASK(asked, -1, "status", "RA123456784VN"), 1);
    assert_non_null(strstr(asked->err, "not an item number"));
    assert_null(strstr(asked->err, "Quét lại"));
    assert_int_equal(ASK(asked, -1, "revoke", "HH-999"), 1);
    assert_non_null(strstr(asked->err, "HH-999: không có máy này. / no such handheld"));
    assert_int_equal(ASK(asked, -1, "enrol", "hh 1"), 1);
    assert_non_null(strstr(asked->err, "a handheld's name has 1 to 32"));
    assert_int_equal(ASK(asked, -1, "no-such-command"), 1);
    assert_int_equal(ASK(asked, -1, "verify"), 1); /* not the server's affair */
    assert_int_equal(ASK(asked, -1, "import", "x.csv"), 1);
}

static void without_a_server_there_is_no_answer(void **state)
{
    struct asked *asked = *state;
    int status = 77;
    char *const words[] = {"items", NULL};
    assert_error(control_ask("/proc/self", 1, words, -1, stdout, stderr, &status, &err),
                 ERROR_LATER);
    assert_error(control_ask("/no/such", 1, words, -1, stdout, stderr, &status, &err),
                 ERROR_NOT_FOUND);
    struct control *second;
    assert_error(control_open(asked->desk.rig.dir, asked->lanes, &second, &err), ERROR_REPEATED);
    assert_int_equal(status, 77);
}

static void the_socket_is_the_owners_own(void **state)
{
    struct asked *asked = *state;
    char path[256];
    struct stat about;
    (void)snprintf(path, sizeof path, "%s/control", asked->desk.rig.dir);
    assert_int_equal(lstat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

static int connect_to(const struct asked *asked)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/control", asked->desk.rig.dir);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* A client that sends nonsense, or nothing, does not keep the next from being served. */
static void nonsense_is_let_go(void **state)
{
    struct asked *asked = *state;
    static const char *const nonsense[] = {"\xFF\xFF\xFF\xFFxxxx", "\0\0\0\0", "\4\0\0\0abcd", "x"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        int fd = connect_to(asked);
        assert_true(write(fd, nonsense[i], i == 3 ? 1 : 8 - 4 * (i == 1)) > 0);
        close(fd);
    }
    assert_int_equal(ASK(asked, -1, "items"), 0);
}

/* Bytes with a file beside them. */
static void send_with(int socket, const void *bytes, size_t n, int fd)
{
    union {
        struct cmsghdr head;
        char bytes[CMSG_SPACE(sizeof(int))];
    } side = {.bytes = {0}};
    struct iovec piece = {(void *)bytes, n};
    struct msghdr message = {.msg_iov = &piece,
                             .msg_iovlen = 1,
                             .msg_control = side.bytes,
                             .msg_controllen = sizeof side.bytes};
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &fd, sizeof(int));
    assert_int_equal(sendmsg(socket, &message, 0), n);
}

/* A file that comes with half a head is closed: the pipe's other end hears so. */
static void a_file_with_nonsense_is_closed(void **state)
{
    struct asked *asked = *state;
    int ends[2], fd = connect_to(asked);
    assert_int_equal(pipe(ends), 0);
    send_with(fd, "x", 1, ends[1]);
    close(ends[1]);
    close(fd);
    struct pollfd hung_up = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&hung_up, 1, 3000), 1);
    close(ends[0]);
}

/* A client that sends a byte now and then is let go in time. */
static void a_slow_client_does_not_keep_the_next(void **state)
{
    struct asked *asked = *state;
    static const uint32_t length = 1000;
    int fd = connect_to(asked);
    assert_int_equal(write(fd, &length, sizeof length), sizeof length);
    pid_t slow = fork();
    if (slow == 0)
        for (int i = 0; i < 20; i++) {
            (void)send(fd, "a", 1, MSG_NOSIGNAL);
            usleep(300000);
        }
    if (slow == 0)
        _exit(0);
    struct timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    assert_int_equal(ASK(asked, -1, "items"), 0);
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true(end.tv_sec - begin.tv_sec < 4);
    kill(slow, SIGKILL);
    waitpid(slow, NULL, 0);
    close(fd);
}

/* ---------------------------------------------------------------- side by side */

/* The socket of one who asks for an import and has not heard yet. */
static int ask_for_import(const struct asked *asked, int file)
{
    static const char words[] = "import\0x.csv";
    static const uint32_t length = sizeof words;
    int fd = connect_to(asked);
    send_with(fd, &length, sizeof length, file);
    assert_int_equal(write(fd, words, sizeof words), sizeof words);
    return fd;
}

/* A list that goes on until its end is closed: whoever imports it is busy until then. */
static int begin_endless_import(const struct asked *asked, int *ret_end)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    int fd = ask_for_import(asked, ends[0]);
    close(ends[0]);
    usleep(300000); /* it has begun, or waits for another */
    *ret_end = ends[1];
    return fd;
}

static bool has_answer(int fd, int ms)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    return poll(&wait, 1, ms) == 1;
}

static void a_revoke_does_not_wait_for_an_import(void **state)
{
    struct asked *asked = *state;
    struct rig_device device;
    int end;
    rig_device(&device, &asked->desk.rig, "HH-042");
    int import = begin_endless_import(asked, &end);
    assert_int_equal(ASK(asked, -1, "revoke", "HH-042"), 0);
    assert_int_equal(ASK(asked, -1, "devices"), 0);
    assert_non_null(strstr(asked->out, "HH-042\trevoked"));
    assert_false(has_answer(import, 0)); /* still at it */
    close(end);
    assert_true(has_answer(import, 5000));
    close(import);
}

/* Those who wait never take all the places. */
static void long_commands_leave_room_for_short_ones(void **state)
{
    struct asked *asked = *state;
    int imports[LANES_LONG], ends[LANES_LONG];
    for (int i = 0; i < LANES_LONG; i++)
        imports[i] = begin_endless_import(asked, &ends[i]);
    assert_int_equal(ASK(asked, -1, "print", "--all"), 1);
    assert_non_null(strstr(asked->err, "too many imports and prints wait already"));
    int list = memfd_create("list", MFD_CLOEXEC);
    assert_int_equal(ASK(asked, list, "export"), 1); /* of a year it takes long too */
    assert_non_null(strstr(asked->err, "too many imports and prints wait already"));
    close(list);
    assert_int_equal(ASK(asked, -1, "items"), 0);
    for (int i = 0; i < LANES_LONG; i++)
        close(ends[i]);
    for (int i = 0; i < LANES_LONG; i++) {
        assert_true(has_answer(imports[i], 5000));
        close(imports[i]);
    }
    import_list(asked);
    assert_int_equal(ASK(asked, -1, "print", "--all"), 0);
}

static void an_import_ends_when_nobody_waits_for_it(void **state)
{
    struct asked *asked = *state;
    int end, first = begin_endless_import(asked, &end);
    int list = open(TESTS_DIR "/data/results.csv", O_RDONLY);
    int second = ask_for_import(asked, list);
    close(list);
    usleep(300000); /* it waits for the first, and its asker goes */
    close(second);
    close(end);
    assert_true(has_answer(first, 5000));
    close(first);
    for (int i = 0; i < 15; i++) {
        usleep(100000);
        assert_int_equal(ASK(asked, -1, "items"), 0);
        assert_string_equal(asked->out, "");
    }
    import_list(asked);
    assert_int_equal(ASK(asked, -1, "items"), 0);
    assert_string_not_equal(asked->out, "");
}

struct man {
    char text[98304];
    const char *at, *end; /* one section of it */
};

static void man_section(struct man *man, const char *from, const char *to)
{
    FILE *file = fopen(TESTS_DIR "/../server/trao-admin.8.scd", "r");
    assert_non_null(file);
    memset(man->text, 0, sizeof man->text);
    size_t n = fread(man->text, 1, sizeof man->text - 1, file);
    (void)fclose(file);
    assert_in_range(n, 1, sizeof man->text - 2);
    for (char *at = man->text; (at = strstr(at, "\n\t")) != NULL; *at = ' ')
        memmove(at, at + 1, strlen(at)); /* an entry's text is one line */
    man->at = strstr(man->text, from);
    man->end = strstr(man->text, to);
    assert_true(man->at && man->end && man->at < man->end);
}

static void man_has(const struct man *man, const char *wanted)
{
    const char *at = strstr(man->at, wanted);
    if (!at || at > man->end)
        fail_msg("%s is not in the section of the man page", wanted);
}

static size_t man_entries(const struct man *man)
{
    size_t n = 0;
    for (const char *at = man->at; (at = strstr(at, "\n*")) != NULL && at < man->end; at++)
        n++;
    return n;
}

/* Each command of the table stands in the man page with its arguments, and nowhere else. */
static void table_and_man_page_agree(void **state)
{
    (void)state;
    struct man man;
    size_t in_table = 0;
    const struct command *command;
    man_section(&man, "# COMMANDS", "# COLUMNS");
    for (; (command = command_row(in_table)) != NULL; in_table++) {
        char wanted[64];
        (void)snprintf(wanted, sizeof wanted, "\n*%s*", command->name);
        man_has(&man, wanted);
        assert_ptr_equal(command_find(command->name), command);
    }
    assert_int_equal(man_entries(&man), in_table);
}

/* Words of a line of the page, as a shell takes them. */
static int words_of_line(const char *line)
{
    int n = 0;
    bool quoted = false, in_word = false;
    for (; *line && *line != '\n'; line++) {
        quoted ^= *line == '"';
        bool blank = *line == ' ' && !quoted;
        n += !blank && !in_word;
        in_word = !blank;
    }
    return n;
}

/* Each command has an example with as many words as it takes. */
static void every_command_has_an_example(void **state)
{
    (void)state;
    struct man man;
    const struct command *command;
    man_section(&man, "# EXAMPLES", "# KEEPING");
    for (size_t i = 0; (command = command_row(i)) != NULL; i++) {
        char begin[64];
        bool alone = command->where == COMMAND_ALONE; /* without a folder */
        (void)snprintf(begin, sizeof begin, "\ntrao-admin %s%s", alone ? "" : "--data /srv/trao ",
                       command->name);
        size_t n = strlen(begin);
        const char *at = strstr(man.at, begin);
        while (at && at[n] != ' ' && at[n] != '\n')
            at = strstr(at + 1, begin);
        if (!at || at > man.end)
            fail_msg("%s has no example", command->name);
        assert_in_range(words_of_line(at + 1) - (alone ? 2 : 4), command->least, command->most);
    }
}

/* So does each column of a list, whether it is required, and every name it may have. */
static void columns_and_man_page_agree(void **state)
{
    (void)state;
    struct man man;
    man_section(&man, "# COLUMNS", "# SETTINGS");
    for (int i = 0; i < LIST_COLUMNS; i++) {
        const struct list_column_info *info = list_column_info((enum list_column)i);
        char wanted[256], names[512];
        (void)snprintf(wanted, sizeof wanted, "\n*%s* (%s, %s)", info->vi, info->en,
                       info->required ? "required" : "optional");
        man_has(&man, wanted);
        (void)snprintf(names, sizeof names, "%s", info->names);
        for (const char *name = strtok(names, "|"); name; name = strtok(NULL, "|"))
            man_has(&man, name);
    }
    assert_int_equal(man_entries(&man), LIST_COLUMNS);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define ASKED(name) cmocka_unit_test_setup_teardown(name, open_asked, close_asked)
    const struct CMUnitTest tests[] = {
        ASKED(a_list_goes_in_and_items_come_out),
        ASKED(printing_and_handing_over),
        ASKED(a_copy_is_whole_or_leaves_what_was_there),
        ASKED(no_server_no_file),
        ASKED(a_failed_copy_does_not_hide_the_print),
        ASKED(only_unknown_items_burn_no_job),
        ASKED(messages_are_told_by_what_became_of_them),
        ASKED(usage_is_64),
        ASKED(a_history_names_the_handheld),
        ASKED(numbers_and_choices_from_the_command_line),
        ASKED(a_sealed_batch_from_the_command_line),
        ASKED(people_from_the_command_line),
        ASKED(who_needs_teaching_from_the_command_line),
        ASKED(postmen_and_their_paper_from_the_command_line),
        ASKED(rounds_and_slips_from_the_command_line),
        ASKED(slips_that_do_not_fit_are_told),
        ASKED(a_code_goes_to_the_clerk_only),
        ASKED(refusals_are_sentences),
        ASKED(without_a_server_there_is_no_answer),
        ASKED(the_socket_is_the_owners_own),
        ASKED(nonsense_is_let_go),
        ASKED(a_file_with_nonsense_is_closed),
        ASKED(a_slow_client_does_not_keep_the_next),
        ASKED(a_revoke_does_not_wait_for_an_import),
        ASKED(long_commands_leave_room_for_short_ones),
        ASKED(an_import_ends_when_nobody_waits_for_it),
        cmocka_unit_test(table_and_man_page_agree),
        cmocka_unit_test(every_command_has_an_example),
        cmocka_unit_test(columns_and_man_page_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
