/* Money and cases over the control socket: prices, what is owed, shifts and offices to zero or to a
 * named difference, cases to their end, facts taken back with all they brought about. */
#include <stdlib.h>
#include <string.h>

#include "server/office/list.h"
#include "tests/server/control_rig.h"

struct till {
    struct asked *asked;
    struct rig_device device;
    struct item item[4];
};

static int open_till(void **state)
{
    struct till *till = calloc(1, sizeof *till);
    char dossier[32];
    void *asked = NULL;
    assert_int_equal(open_asked(&asked), 0);
    till->asked = asked;
    /* One time for all: what is late does not depend on the day this runs. */
    till->asked->for_short.record = till->asked->for_long.record = till->asked->desk.rig.record;
    rig_device(&till->device, &till->asked->desk.rig, "HH-042");
    for (int i = 0; i < 4; i++) {
        (void)snprintf(dossier, sizeof dossier, "H27-261118-000%d", i + 1);
        till->item[i] = desk_rig_issue(&till->asked->desk, dossier, "0912000001", "0");
    }
    *state = till;
    return 0;
}

static int close_till(void **state)
{
    struct till *till = *state;
    void *asked = till->asked;
    assert_int_equal(close_asked(&asked), 0);
    free(till);
    return 0;
}

static void says(const struct till *till, const char *text)
{
    if (!strstr(till->asked->out, text))
        fail_msg("«%s» is not in:\n%s%s", text, till->asked->out, till->asked->err);
}

static void is_silent(const struct till *till)
{
    if (*till->asked->out)
        fail_msg("should say nothing:\n%s", till->asked->out);
}

static void good(struct till *till, int status)
{
    if (status != 0)
        fail_msg("status %d: %s%s", status, till->asked->out, till->asked->err);
}
#define DO(till, ...) good(till, ASK((till)->asked, -1, __VA_ARGS__))
#define REFUSED(till, ...) assert_int_equal(ASK((till)->asked, -1, __VA_ARGS__), 1)

/* Delivered by TH-12 with these sums. */
static void deliver(struct till *till, int i, uint64_t postage, uint64_t fees, int64_t ago_ms)
{
    struct desk_rig *desk = &till->asked->desk;
    struct rig_batch batch;
    pthread_mutex_lock(&desk->lock);
    struct scan *scan = rig_beep(&desk->rig, &till->device, 0, EVENT_DELIVERED, ago_ms);
    scan->item = till->item[i];
    scan->relation = RELATION_SPOUSE;
    scan->badge = 12;
    scan->postage_vnd = postage;
    scan->fees_vnd = fees;
    rig_cut(&till->device, &batch);
    rig_send(&desk->rig, &till->device, &batch);
    assert_good(views_follow(desk->rig.views, &err));
    pthread_mutex_unlock(&desk->lock);
}

static char day[] = "2026-11-25";

/* ------------------------------------------------------------------ what is due */

static void the_table_says_what_the_list_does_not(void **state)
{
    struct till *till = *state;
    char *number = till->item[0].text;
    DO(till, "owed", number);
    says(till, "cước 0\t");
    says(till, "\tunknown\t");
    DO(till, "price", "250", "all", "33000", "QĐ 1", "from=2026-01-01");
    DO(till, "price", "50", "all", "20000", "QĐ 1", "from=2026-01-01");
    DO(till, "price", "250", "all", "99000", "QĐ 2", "from=2027-01-01");
    DO(till, "owed", number);
    says(till, "cước 33000\tlệ phí 0\tcitizen\ttable\t33000\t0\t100\t");
    DO(till, "charge", number, "cân lại", "weight=40");
    DO(till, "owed", number);
    says(till, "cước 20000\tlệ phí 0\tcitizen\ttable\t20000\t0\t40\t");
    REFUSED(till, "charge", number, "hộ nghèo", "exemption=ho-ngheo");
    desk_rig_pass(&till->asked->desk, INT64_C(2) * 3600 * 1000);
    DO(till, "exemption", "ho-ngheo", "50",
       "TT 22/2017"); /* of today, also what was issued before */
    DO(till, "charge", number, "hộ nghèo", "exemption=ho-ngheo");
    DO(till, "owed", number);
    says(till, "cước 10000\tlệ phí 0\tcitizen\ttable\t10000\t10000\t40\t");
    DO(till, "charge", number, "cơ quan trả", "payer=office");
    DO(till, "owed", number);
    says(till, "cước 0\tlệ phí 0\toffice\ttable\t10000\t");
    DO(till, "charge", number, "theo biên lai", "postage=5000", "fees=70000", "payer=citizen");
    DO(till, "owed", number);
    says(till, "cước 5000\tlệ phí 70000\tcitizen\tcharged\t");
    DO(till, "prices");
    says(till, "price\t-\t250\tall\t99000\t0\t000000\t2027-01-01\t-\tQĐ 2\n");
    says(till, "exemption\tho-ngheo\t");
    REFUSED(till, "charge", number, "gì", "payer=ai");
    REFUSED(till, "charge", number, "gì", "postage=5");
    REFUSED(till, "charge", number, "gì");
    REFUSED(till, "price", "250", "moon", "1", "QĐ");
    REFUSED(till, "price", "0", "all", "1", "QĐ");
    REFUSED(till, "exemption", "Hộ", "50", "QĐ");
}

/* ------------------------------------------------------------------ a shift */

static void a_shift_comes_to_zero_or_to_a_name(void **state)
{
    struct till *till = *state;
    DO(till, "price", "250", "all", "33000", "QĐ 1", "from=2026-01-01");
    DO(till, "charge", till->item[1].text, "biên lai", "postage=33000", "fees=135000");
    deliver(till, 0, 33000, 0, 60000);
    deliver(till, 1, 33000, 135000, 30000);
    DO(till, "shift", "TH-12", day);
    says(till, "thu 66000\t135000\tnộp 0\t0\tnêu 0\t0\tcòn 66000\t135000\tLỆCH / not even\n");
    says(till, till->item[0].text);
    REFUSED(till, "remit", "TH-12", day, "Phiếu 1", "postage=66000", "giver=Dũng");
    REFUSED(till, "remit", "TH-12", day, "Phiếu 1", "giver=Dũng", "taker=Hạnh");
    REFUSED(till, "remit", "TH-12", "2026-11-26", "Phiếu 1", "postage=1", "giver=Dũng",
            "taker=Hạnh");
    DO(till, "remit", "TH-12", day, "Phiếu 1", "postage=60000", "fees=135000", "giver=Dũng",
       "taker=Hạnh");
    DO(till, "shift", "TH-12", day);
    says(till, "còn 6000\t0\tLỆCH / not even\n");
    DO(till, "unbalanced", "TH-12", day, "short", "Mất 6.000 đ dọc đường", "postage=6000");
    DO(till, "shifts", day);
    says(till, "2026-11-25\tTH-00000012\tthu 66000\t135000\tnộp 60000\t135000\tnêu 6000\t0\tcòn "
               "0\t0\tkhớp / even\n");
    /* A scan that comes late opens it again. */
    deliver(till, 2, 33000, 0, 45000);
    DO(till, "shift", "TH-12", day);
    says(till, "còn 33000\t0\tLỆCH / not even\n");
    DO(till, "shift", "-", day);
    says(till, "thu 0\t0\tnộp 0\t0\tnêu 0\t0\tcòn 0\t0\tkhớp / even\n");
    DO(till, "shift", "TH-12", "2026-11-24");
    says(till, "thu 0\t0\t");
}

static void an_entry_is_taken_back_and_stays_visible(void **state)
{
    struct till *till = *state;
    char entry[32];
    deliver(till, 0, 20000, 0, 60000);
    DO(till, "remit", "TH-12", day, "Phiếu 1", "postage=20000", "giver=Dũng", "taker=Hạnh");
    assert_int_equal(sscanf(till->asked->out, "%31[0-9]", entry), 1);
    DO(till, "shift", "TH-12", day);
    says(till, "còn 0\t0\tkhớp / even\n");
    REFUSED(till, "takeback", entry, " ");
    REFUSED(till, "takeback", "1", "nhầm");
    DO(till, "takeback", entry, "ghi nhầm ca");
    REFUSED(till, "takeback", entry, "ghi nhầm ca");
    DO(till, "shift", "TH-12", day);
    says(till, "còn 20000\t0\tLỆCH / not even\n");
    says(till, "\ttaken-back\n");
}

/* ------------------------------------------------------------------ an office */

static void an_office_gets_its_fees_and_says_so(void **state)
{
    struct till *till = *state;
    char entry[32], code[] = "H27.15";
    DO(till, "charge", till->item[0].text, "biên lai", "postage=33000", "fees=135000");
    deliver(till, 0, 33000, 135000, 60000);
    DO(till, "office", code, "name=UBND xã Mẫu", "from=2026-01-01");
    DO(till, "officebooks", code, day);
    says(till,
         "thu 33000\t135000\tnộp 0\t0\tnêu 0\t0\tcòn 0\t135000\tLỆCH / not even\tđã gạch nợ 0");
    REFUSED(till, "payoffice", code, day, "2026-11-24", "UNC 7", "fees=1", "giver=a", "taker=b");
    REFUSED(till, "payoffice", "H99", day, day, "UNC 7", "fees=1", "giver=a", "taker=b");
    DO(till, "payoffice", code, day, day, "UNC 7", "fees=135000", "giver=Bưu cục", "taker=Kế toán");
    assert_int_equal(sscanf(till->asked->out, "%31[0-9]", entry), 1);
    DO(till, "officebooks", code, day);
    says(till, "còn 0\t0\tkhớp / even\tđã gạch nợ 0");
    REFUSED(till, "clear", entry, "Giấy báo có");
    DO(till, "clear", entry, "Giấy báo có", "taker=Kế toán");
    REFUSED(till, "clear", entry, "Giấy báo có", "taker=Kế toán");
    REFUSED(till, "takeback", entry, "nhầm");
    DO(till, "officebooks", code, day);
    says(till, "đã gạch nợ 135000");
    /* A postman's money is no office's. */
    DO(till, "remit", "TH-12", day, "Phiếu 1", "fees=135000", "giver=Dũng", "taker=Hạnh");
    assert_int_equal(sscanf(till->asked->out, "%31[0-9]", entry), 1);
    REFUSED(till, "clear", entry, "Giấy báo có", "taker=Kế toán");
}

static void a_month_has_its_costs(void **state)
{
    struct till *till = *state;
    DO(till, "price", "250", "all", "33000", "QĐ 1", "from=2026-01-01");
    DO(till, "charge", till->item[1].text, "cơ quan trả", "payer=office");
    DO(till, "print", till->item[0].text, till->item[1].text);
    DO(till, "handover", till->item[0].text, till->item[1].text);
    deliver(till, 0, 33000, 0, 0);
    DO(till, "costs", "2026-11-01", "2026-11-30");
    says(till, "\tcitizen\t1\t1\t33000\t0\t33000\t0\n");
    says(till, "\toffice\t1\t0\t33000\t0\t0\t0\n");
    DO(till, "costs", "2026-12-01", "2026-12-31");
    is_silent(till);
}

/* ------------------------------------------------------------------ cases */

static void money_that_was_not_taken_is_a_case(void **state)
{
    struct till *till = *state;
    char *number = till->item[0].text;
    DO(till, "charge", number, "biên lai", "postage=33000", "fees=135000");
    deliver(till, 0, 33000, 0, 60000);
    DO(till, "owed", number);
    says(till, "còn thiếu 0\t135000\n");
    DO(till, "cases");
    says(till, "\tmoney\trule\t2026-11-25\t");
    REFUSED(till, "paid", till->item[1].text, "Phiếu", "fees=1");
    DO(till, "paid", number, "Phiếu thu 9", "fees=135000");
    DO(till, "cases");
    is_silent(till);
    /* It is the office's, and no part of the shift. */
    DO(till, "shift", "TH-12", day);
    says(till, "thu 33000\t0\t");
}

static void a_case_ends_with_evidence(void **state)
{
    struct till *till = *state;
    char *number = till->item[0].text;
    deliver(till, 0, 0, 0, 60000);
    REFUSED(till, "case", number, "stolen", "Đơn 1");
    REFUSED(till, "answer", number, "not-received", "CV 2");
    DO(till, "case", number, "not-received", "Đơn 1", "from=citizen");
    REFUSED(till, "case", number, "not-received", "Đơn 1");
    DO(till, "cases");
    says(till, "\tnot-received\tcitizen\t2026-11-25\t-\t2027-01-25\tcòn 61\t");
    DO(till, "answer", number, "not-received", "CV 2", "liable=132000");
    DO(till, "cases");
    says(till, "\t2026-11-25\t2026-12-25\tcòn 30\t132000\t");
    REFUSED(till, "close", number, "not-received", "gone", "CV 3");
    REFUSED(till, "close", number, "damaged", "settled", "CV 3");
    DO(till, "close", number, "not-received", "not-delivered", "BB 3", "paid=132000");
    DO(till, "status", number);
    says(till, "\tlost\t2026");
    DO(till, "cases", number);
    says(till, "not-delivered\t132000\n");
    says(till, "\tlost\trule\t");
}

static void too_late_to_complain(void **state)
{
    struct till *till = *state;
    deliver(till, 0, 0, 0, 60000);
    desk_rig_pass(&till->asked->desk, INT64_C(40) * 24 * 3600 * 1000);
    REFUSED(till, "case", till->item[0].text, "damaged", "Đơn 1", "from=citizen");
    DO(till, "case", till->item[0].text, "damaged", "Biên bản của cơ quan", "from=office");
}

/* ------------------------------------------------------------------ corrections */

static void a_corrected_delivery_takes_its_money_along(void **state)
{
    struct till *till = *state;
    char *number = till->item[0].text, source[64];
    DO(till, "charge", number, "biên lai", "postage=33000", "fees=0");
    desk_rig_scan(&till->asked->desk, &till->device, &till->item[0], EVENT_PICKED_UP, 120000);
    deliver(till, 0, 33000, 0, 60000);
    DO(till, "status", number);
    const char *at = strstr(till->asked->out, "\tdelivered\tHH-042/");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "\tdelivered\t%63[^\t]", source), 1);
    REFUSED(till, "correct", number, "HH-042", "nhầm");
    REFUSED(till, "correct", number, "office/999", "nhầm");
    REFUSED(till, "correct", number, "office/1", "nhầm"); /* issued: void or recall it */
    REFUSED(till, "correct", till->item[1].text, source, "nhầm");
    DO(till, "correct", number, source, "quét nhầm bì bên cạnh");
    REFUSED(till, "correct", number, source, "quét nhầm bì bên cạnh");
    DO(till, "status", number);
    says(till, "\tpicked_up\t2026");
    says(till, "\tstruck\n");
    DO(till, "shift", "TH-12", day);
    says(till, "thu 0\t0\t");
    DO(till, "cases");
    is_silent(till);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define ONE(name) cmocka_unit_test_setup_teardown(name, open_till, close_till)
    const struct CMUnitTest tests[] = {
        ONE(the_table_says_what_the_list_does_not),
        ONE(a_shift_comes_to_zero_or_to_a_name),
        ONE(an_entry_is_taken_back_and_stays_visible),
        ONE(an_office_gets_its_fees_and_says_so),
        ONE(a_month_has_its_costs),
        ONE(money_that_was_not_taken_is_a_case),
        ONE(a_case_ends_with_evidence),
        ONE(too_late_to_complain),
        ONE(a_corrected_delivery_takes_its_money_along),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
