/* People's data over the control socket: what is held and why, what may not go yet, what goes by
 * itself when it has been kept long enough, and that the record can prove what went. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/erase.h"
#include "server/record/erasures.h"
#include "server/record/inbox.h"
#include "tests/server/control_rig.h"

#define DAY_MS INT64_C(86400000)
#define DOC TESTS_DIR "/../docs/personal-data.md"

struct desk {
    struct asked *asked;
    struct rig_device device;
    struct item item[3];
};

static int open_desk(void **state)
{
    struct desk *desk = calloc(1, sizeof *desk);
    char dossier[32], phone[16];
    void *asked = NULL;
    assert_int_equal(open_asked(&asked), 0);
    desk->asked = asked;
    /* Commands read by the rig's own time. */
    desk->asked->for_short.record = desk->asked->for_long.record = desk->asked->desk.rig.record;
    rig_device(&desk->device, &desk->asked->desk.rig, "HH-042");
    for (int i = 0; i < 3; i++) {
        (void)snprintf(dossier, sizeof dossier, "H27-261118-000%d", i + 1);
        (void)snprintf(phone, sizeof phone, "091200000%d", i + 1);
        desk->item[i] = desk_rig_issue(&desk->asked->desk, dossier, phone, "0");
    }
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    struct desk *desk = *state;
    void *asked = desk->asked;
    assert_int_equal(close_asked(&asked), 0);
    free(desk);
    return 0;
}

static void says(const struct desk *desk, const char *text)
{
    if (!strstr(desk->asked->out, text))
        fail_msg("«%s» is not in:\n%s%s", text, desk->asked->out, desk->asked->err);
}

static void good(struct desk *desk, int status)
{
    if (status != 0)
        fail_msg("status %d: %s%s", status, desk->asked->out, desk->asked->err);
}
#define DO(desk, ...) good(desk, ASK((desk)->asked, -1, __VA_ARGS__))
#define REFUSED(desk, ...) assert_int_equal(ASK((desk)->asked, -1, __VA_ARGS__), 1)

static void deliver(struct desk *desk, int i)
{
    desk_rig_scan(&desk->asked->desk, &desk->device, &desk->item[i], EVENT_PICKED_UP, 0);
    desk_rig_scan(&desk->asked->desk, &desk->device, &desk->item[i], EVENT_DELIVERED, 0);
}

static bool names_whom(struct desk *desk, int i)
{
    struct office_fact issued;
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n;
    struct record *record = desk->asked->desk.rig.record;
    assert_good(record_issued(record, &desk->item[i], &issued, &err));
    return record_attachment_get(record, &issued.addressee, bytes, sizeof bytes, &n, NULL);
}

/* Eight months after its end, and not a day before. */
static void what_was_kept_long_enough_goes(void **state)
{
    struct desk *desk = *state;
    deliver(desk, 0);
    DO(desk, "purge");
    says(desk, "erased 0\n");
    desk_rig_pass(&desk->asked->desk, 240 * DAY_MS); /* 2026-11-25 to 2027-07-23 */
    DO(desk, "purge");
    says(desk, "erased 0\n");
    assert_true(names_whom(desk, 0));
    desk_rig_pass(&desk->asked->desk, 4 * DAY_MS);
    DO(desk, "purge", "dry=yes");
    says(desk, "would be erased 1\n");
    assert_true(names_whom(desk, 0));
    DO(desk, "purge");
    says(desk, "erased 1\n");
    assert_false(names_whom(desk, 0));
    assert_true(names_whom(desk, 1)); /* never ended: who carries it needs it */
    DO(desk, "purge");
    says(desk, "erased 0\n");
    DO(desk, "erasures");
    says(desk, "\t1\t1\t-\tKept long enough");
    DO(desk, "status", desk->item[0].text);
    says(desk, "delivered");
}

static size_t looks; /* at an item, each of which may be folded for it */
bool __real_views_item(struct views *views, const struct item *item, struct view *ret_view);
bool __wrap_views_item(struct views *views, const struct item *item, struct view *ret_view);
bool __wrap_views_item(struct views *views, const struct item *item, struct view *ret_view)
{
    looks++;
    return __real_views_item(views, item, ret_view);
}

#define SOME 24

/* By a look at each of all there are: how many may go now, how many later. */
static void count_all(struct desk *desk, const struct item items[SOME], size_t bars[ERASE_BARS])
{
    const struct commands *commands = &desk->asked->for_long;
    struct rules rules;
    memset(bars, 0, ERASE_BARS * sizeof *bars);
    assert_true(views_rules(commands->views, &rules));
    for (size_t i = 0; i < SOME; i++) {
        enum erase_bar bar;
        struct instant until;
        assert_good(erase_bar_of(commands, &rules, &items[i], &bar, &until, &err));
        bars[bar]++;
    }
    rules_done(&rules);
}

static size_t planned(const struct desk *desk)
{
    size_t sum = 0;
    for (const char *at = desk->asked->out; (at = strchr(at, '\t')) != NULL; at++)
        sum += strtoul(at + 1, NULL, 10);
    return sum;
}

/* On each of forty days what goes is what a look at each would let go; what is not due, or went,
 * is not looked at. Ends of different days; some withdrawn, held, under way, with a case. */
static void only_what_is_due_is_looked_at(void **state)
{
    struct desk *desk = *state;
    struct desk_rig *rig = &desk->asked->desk;
    struct item items[SOME];
    size_t bars[ERASE_BARS], gone = 0;
    char text[64], phone[16];
    for (int i = 0; i < SOME; i++) {
        (void)snprintf(text, sizeof text, "H27-261118-1%03d", i);
        (void)snprintf(phone, sizeof phone, "09130000%02d", i);
        items[i] = desk_rig_issue(rig, text, phone, "0");
        desk_rig_scan(rig, &desk->device, &items[i], EVENT_PICKED_UP, 0);
        if (i % 5 != 4)
            desk_rig_scan(rig, &desk->device, &items[i], EVENT_DELIVERED, 0);
        if (i % 7 == 6)
            desk_rig_scan(rig, &desk->device, &items[i], EVENT_WITHDRAWN, 0);
        desk_rig_pass(rig, DAY_MS);
    }
    DO(desk, "hold", items[2].text, "Tòa án yêu cầu");
    DO(desk, "case", items[3].text, "damaged", "Bì rách, ảnh 4");
    desk_rig_pass(rig, 210 * DAY_MS);
    for (int day = 0; day < 40; day++, desk_rig_pass(rig, DAY_MS)) {
        count_all(desk, items, bars);
        DO(desk, "purgeplan");
        assert_int_equal(planned(desk), bars[ERASE_FREE] + bars[ERASE_TOO_EARLY]);
        looks = 0;
        DO(desk, "purge");
        (void)snprintf(text, sizeof text, "erased %zu\n", bars[ERASE_FREE]);
        says(desk, text);
        gone += bars[ERASE_FREE];
        assert_in_range(looks, bars[ERASE_FREE], bars[ERASE_FREE] + 2); /* held, or with a case */
    }
    count_all(desk, items, bars);
    assert_int_equal(bars[ERASE_DONE], gone);
    assert_int_equal(bars[ERASE_HELD], 1);
    assert_int_equal(bars[ERASE_CASE], 1);
    assert_int_equal(bars[ERASE_FREE] + bars[ERASE_TOO_EARLY], 0);
    assert_in_range(bars[ERASE_UNDER_WAY], 5, SOME - gone);
    assert_good(views_rebuild(rig->rig.views, &err)); /* what is gone is found out anew, unfolded */
    looks = 0;
    DO(desk, "purge");
    says(desk, "erased 0\n");
    assert_int_equal(looks, 2);
}

static void an_office_may_keep_it_longer(void **state)
{
    struct desk *desk = *state;
    deliver(desk, 0);
    DO(desk, "rule", "keep_months", "12", "CV 9/2026");
    REFUSED(desk, "rule", "keep_months", "7", "CV 9/2026"); /* proof would go before complaints */
    desk_rig_pass(&desk->asked->desk, 300 * DAY_MS);
    DO(desk, "purge");
    says(desk, "erased 0\n");
    desk_rig_pass(&desk->asked->desk, 70 * DAY_MS);
    DO(desk, "purge");
    says(desk, "erased 1\n");
}

static void what_is_held_stays(void **state)
{
    struct desk *desk = *state;
    char *item = desk->item[0].text;
    deliver(desk, 0);
    DO(desk, "hold", item, "Tòa án yêu cầu");
    REFUSED(desk, "hold", item, "Tòa án yêu cầu");
    REFUSED(desk, "hold", item, "");
    DO(desk, "holds");
    says(desk, "Tòa án yêu cầu");
    desk_rig_pass(&desk->asked->desk, 300 * DAY_MS);
    DO(desk, "purge");
    says(desk, "held 1\n");
    REFUSED(desk, "erase", item, "Yêu cầu xóa", "early=yes");
    says(desk, "đang giữ theo yêu cầu");
    assert_true(names_whom(desk, 0));
    DO(desk, "unhold", item, "Tòa án thôi");
    REFUSED(desk, "unhold", item, "Tòa án thôi");
    DO(desk, "purge");
    says(desk, "erased 1\n");
}

static void an_open_case_holds(void **state)
{
    struct desk *desk = *state;
    char *item = desk->item[0].text;
    deliver(desk, 0);
    DO(desk, "case", item, "damaged", "Bì rách, ảnh 4");
    desk_rig_pass(&desk->asked->desk, 300 * DAY_MS);
    DO(desk, "purge");
    says(desk, "erased 0\n");
    says(desk, "open cases 1\n");
    DO(desk, "close", item, "damaged", "unfounded", "Bì nguyên vẹn");
    DO(desk, "purge");
    says(desk, "erased 1\n");
    assert_false(names_whom(desk, 0));
}

static void what_is_under_way_or_young_is_not_erased_on_request(void **state)
{
    struct desk *desk = *state;
    deliver(desk, 0);
    REFUSED(desk, "erase", "0912000002", "Yêu cầu xóa", "early=yes");
    says(desk, "chưa kết thúc");
    REFUSED(desk, "erase", "0912000001", "Yêu cầu xóa");
    says(desk, "còn hạn khiếu nại");
    REFUSED(desk, "erase", "0912999999", "Yêu cầu xóa"); /* nobody */
    DO(desk, "erase", "H27-261118-0001", "Yêu cầu xóa", "early=yes");
    says(desk, "Đã xóa 1");
    assert_false(names_whom(desk, 0));
    REFUSED(desk, "persondata", "0912000001");
}

/* The n-th act from now on finds the record unwritable. */
struct failing {
    struct acts acts;
    int n;
};

static bool run_failing(void *self, act what, void *arg, struct error *why)
{
    struct failing *failing = self;
    if (--failing->n == 0)
        return error_set(why, ERROR_LATER, "disk full");
    return failing->acts.run(failing->acts.self, what, arg, why);
}

/* Erased, and an index not scrubbed: it is not told to be done again. Not erased: it is. */
static void what_is_erased_is_said_so(void **state)
{
    struct desk *desk = *state;
    struct commands *commands = &desk->asked->for_long;
    struct failing failing = {commands->acts, 1};
    deliver(desk, 0);
    commands->acts = (struct acts){run_failing, &failing};
    REFUSED(desk, "erase", "H27-261118-0001", "Yêu cầu xóa", "early=yes");
    assert_true(names_whom(desk, 0));
    failing.n = 2;
    DO(desk, "erase", "H27-261118-0001", "Yêu cầu xóa", "early=yes");
    assert_false(names_whom(desk, 0));
    says(desk, "Đã xóa 1");
    says(desk, "chưa dọn được");
    commands->acts = failing.acts;
}

struct told {
    const char *phone;
    const struct item *item;
};

static bool tell(struct record *record, void *arg, struct error *why)
{
    const struct told *told = arg;
    return phone_told(record, told->phone, told->item, why);
}

static uint64_t told_n(struct desk *desk, const char *phone)
{
    uint64_t n = 0;
    assert_good(phone_count(desk->asked->desk.rig.record, phone, (struct instant){0}, &n, &err));
    return n;
}

/* Whoever sends it read the phone; its owner was erased meanwhile. */
static void a_message_under_way_brings_no_number_back(void **state)
{
    struct desk *desk = *state;
    struct acts acts = desk_rig_acts(&desk->asked->desk);
    struct told his = {"+84912000001", &desk->item[0]}, hers = {"+84912000002", &desk->item[1]};
    deliver(desk, 0);
    assert_good(acts.run(acts.self, tell, &his, &err));
    assert_int_equal(told_n(desk, his.phone), 1);
    DO(desk, "erase", "H27-261118-0001", "Yêu cầu xóa", "early=yes");
    assert_good(acts.run(acts.self, tell, &his, &err));
    assert_int_equal(told_n(desk, his.phone), 0);
    assert_good(acts.run(acts.self, tell, &hers, &err));
    assert_int_equal(told_n(desk, hers.phone), 1);
}

#define TOLD 20000 /* phones, of which those of the first day go by themselves */

struct many {
    uint32_t seed;
    int n;
};

/* A phone of nobody's: always the same of the same seed and place, never of two seeds. */
static void phone_of(uint32_t seed, int i, char out[16])
{
    uint32_t x = (seed * 2654435761u) ^ ((uint32_t)i * 2246822519u);
    x ^= x >> 15;
    x *= 3266489917u;
    x ^= x >> 13;
    (void)snprintf(out, 16, "+849%07u%u", x % 10000000u, seed);
}

static bool tell_many(struct record *record, void *arg, struct error *why)
{
    const struct many *many = arg;
    char phone[16];
    for (int i = 0; i < many->n; i++) {
        struct item item = rig_item((uint32_t)i + 1000);
        phone_of(many->seed, i, phone);
        if (!phone_told(record, phone, &item, why))
            return false;
    }
    return true;
}

/* Of the phones of a seed, how many lie in the record's file. */
static int lie_in_file(struct desk *desk, uint32_t seed)
{
    FILE *file = fopen(desk->asked->desk.rig.record_path, "re");
    static uint8_t bytes[48 << 20], there[100000000 / 8];
    unsigned long number;
    int n = 0;
    char phone[16], digits[9] = "";
    memset(there, 0, sizeof there);
    assert_non_null(file);
    size_t size = fread(bytes, 1, sizeof bytes - 1, file);
    (void)fclose(file);
    assert_in_range(size, 1, sizeof bytes - 2);
    for (uint8_t *at = bytes; (at = memmem(at, size - (size_t)(at - bytes), "+849", 4)) != NULL;) {
        memcpy(digits, at += 4, 8);
        number = strspn(digits, "0123456789") == 8 ? strtoul(digits, NULL, 10) : 0;
        there[number / 8] |= (uint8_t)(1u << number % 8);
    }
    for (int i = 0; i < TOLD; i++) {
        phone_of(seed, i, phone);
        number = strtoul(phone + 4, NULL, 10);
        n += there[number / 8] >> number % 8 & 1;
    }
    return n;
}

/* What SQLite leaves of deleted rows in the slack of an index goes with the day's purge. */
static void no_byte_of_a_phone_stays(void **state)
{
    struct desk *desk = *state;
    struct acts acts = desk_rig_acts(&desk->asked->desk);
    struct db *db = record_db(desk->asked->desk.rig.record);
    struct many old = {1, TOLD}, young = {2, 2 * TOLD}, one = {3, 1};
    assert_good(acts.run(acts.self, tell_many, &old, &err));
    desk_rig_pass(&desk->asked->desk, 20 * DAY_MS);
    assert_good(acts.run(acts.self, tell_many, &young, &err));
    desk_rig_pass(&desk->asked->desk, 11 * DAY_MS);
    assert_good(acts.run(acts.self, tell_many, &one, &err)); /* 30 days: the old ones go */
    assert_good(db_exec(db, "PRAGMA wal_checkpoint(FULL)", &err));
    assert_int_not_equal(lie_in_file(desk, 1), 0);
    DO(desk, "purge");
    assert_good(db_exec(db, "PRAGMA wal_checkpoint(FULL)", &err));
    assert_int_equal(lie_in_file(desk, 1), 0);
    assert_true(lie_in_file(desk, 2) > TOLD - 10); /* and the others are there */
}

static void verify(struct desk *desk, struct record_proof *proof, enum error_code expected)
{
    struct error why = {.code = ERROR_NONE};
    struct rig *rig = &desk->asked->desk.rig;
    bool holds = record_verify(rig->record, &rig->seal_public, proof, &why);
    assert_int_equal(holds ? ERROR_NONE : why.code, expected);
}

/* The chain verifies after an erasing; a list of what went that was changed does not; what is gone
 * without a word is told. */
static void what_went_is_proved(void **state)
{
    struct desk *desk = *state;
    struct record_proof proof;
    struct db *db = record_db(desk->asked->desk.rig.record);
    deliver(desk, 0);
    DO(desk, "erase", "H27-261118-0001", "Yêu cầu xóa", "early=yes");
    verify(desk, &proof, ERROR_NONE);
    assert_int_equal(proof.erased, 1);
    assert_int_equal(proof.missing, 0);
    assert_good(db_exec(db, "SAVEPOINT t; DELETE FROM attachment", &err));
    assert_good(db_exec(db, "RELEASE t", &err));
    verify(desk, &proof, ERROR_NONE);
    assert_int_equal(proof.missing, 2);
    assert_good(db_exec(db, "DELETE FROM erased_name", &err));
    verify(desk, &proof, ERROR_BROKEN);
}

/* 72 hours from the finding; told, then closed; an entry of a closed one is refused. */
static void a_breach_is_told_in_time(void **state)
{
    struct desk *desk = *state;
    char number[24] = "";
    DO(desk, "incident", "open", "Gửi nhầm danh sách", "hours-ago=2");
    assert_int_equal(sscanf(desk->asked->out, "Đã mở sự cố số %23s", number), 1);
    DO(desk, "incidents");
    says(desk, "\t2026-11-25T06:00:00+07:00\t2026-11-28T06:00:00+07:00\t-\t-\t-\t1");
    desk_rig_pass(&desk->asked->desk, 71 * DAY_MS / 24);
    DO(desk, "incidents");
    says(desk, "quá hạn báo");
    REFUSED(desk, "incident", "close", number, "Xong");
    REFUSED(desk, "incident", "told", "999", "CV 1");
    REFUSED(desk, "incident", "note", number, "");
    DO(desk, "incident", "note", number, "Đã thu hồi");
    DO(desk, "incident", "told", number, "CV 12/2026");
    REFUSED(desk, "incident", "told", number, "CV 12/2026");
    DO(desk, "incident", "close", number, "Xong");
    REFUSED(desk, "incident", "note", number, "Thêm");
    DO(desk, "incidents", number);
    says(desk, "\topen\tGửi nhầm danh sách");
    says(desk, "\ttold\tCV 12/2026");
    says(desk, "\tclose\tXong");
    DO(desk, "rule", "incident_hours", "96", "NĐ mới");
    DO(desk, "incident", "open", "Mất máy");
    DO(desk, "incidents");
    says(desk, "\t2026-11-28T07:00:00+07:00\t2026-12-02T07:00:00+07:00\t-\t-\t-\t1");
}

/* The page of the docs says the same as the command, field by field. */
static void fields_stand_in_the_docs(void **state)
{
    struct desk *desk = *state;
    static char doc[65536];
    int fd = open(DOC, O_RDONLY);
    ssize_t n = read(fd, doc, sizeof doc - 1);
    close(fd);
    assert_true(n > 0);
    DO(desk, "fields");
    size_t lines = 0, in_doc = 0;
    for (const char *at = doc; (at = strstr(at, "\n| `")) != NULL; at++)
        in_doc++;
    for (char *rest, *line = strtok_r(desk->asked->out, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest), lines++) {
        char row[2048], *at = row, *cell, *inner;
        cell = strtok_r(line, "\t", &inner);
        at += sprintf(at, "| `%s`", cell);
        cell = strtok_r(NULL, "\t", &inner);
        at += sprintf(at, " %s |", cell);
        while ((cell = strtok_r(NULL, "\t", &inner)) != NULL)
            at += sprintf(at, " %s |", cell);
        if (strstr(doc, row) == NULL)
            fail_msg("not in docs/personal-data.md: %s", row);
    }
    assert_int_equal(lines, in_doc);
    assert_true(lines > 20);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        TEST(what_was_kept_long_enough_goes),
        TEST(only_what_is_due_is_looked_at),
        TEST(an_office_may_keep_it_longer),
        TEST(what_is_held_stays),
        TEST(an_open_case_holds),
        TEST(what_is_erased_is_said_so),
        TEST(what_is_under_way_or_young_is_not_erased_on_request),
        TEST(a_message_under_way_brings_no_number_back),
        TEST(no_byte_of_a_phone_stays),
        TEST(what_went_is_proved),
        TEST(a_breach_is_told_in_time),
        TEST(fields_stand_in_the_docs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
