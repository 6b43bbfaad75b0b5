/* Numbers and who gets one: ranges of a post office, one live number a dossier, labels voided and
 * given anew (case T06), recalls, procedures, what citizens chose. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/office/choices.h"
#include "server/office/items.h"
#include "server/office/list.h"
#include "tests/server/desk_rig.h"

static int open_desk(void **state)
{
    struct desk_rig *desk = calloc(1, sizeof *desk);
    assert_non_null(desk);
    desk_rig_open(desk);
    desk->config.post_office = 480000;
    *state = desk;
    return 0;
}

static int close_desk(void **state)
{
    desk_rig_close(*state);
    free(*state);
    return 0;
}

/* ------------------------------------------------------------------ ranges */

struct range {
    uint32_t post_office, size;
    struct pool pool;
};

static bool range_act(struct record *record, void *arg, struct error *err)
{
    struct range *range = arg;
    return pool_add(record, range->post_office, "RA", "VN", range->size, &range->pool, err);
}

static struct pool add_range(struct desk_rig *desk, uint32_t post_office, uint32_t size)
{
    struct acts acts = desk_rig_acts(desk);
    struct range range = {.post_office = post_office, .size = size};
    assert_good(acts.run(acts.self, range_act, &range, &err));
    return range.pool;
}

/* A list of `n` dossiers of which the first has serial `first`; returns the report's lines, to be
 * freed. */
static char *import_some(struct desk_rig *desk, int first, int n, struct import_report *ret_report)
{
    char text[16384] = "Mã hồ sơ,Người nhận,Địa chỉ\n", *lines;
    for (int i = 0; i < n; i++) {
        size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at,
                       "H27.15-261118-%04d,Đỗ Xuân Mẫu,\"Thôn 1, X. Cẩm Trung 46131\"\n",
                       first + i);
    }
    assert_good(desk_rig_import(desk, text, ret_report, &lines, &err));
    return lines;
}

#define ASSERT_SAYS(lines, words)                                                                  \
    do {                                                                                           \
        if (strstr(lines, words) == NULL)                                                          \
            fail_msg("«%s» does not say «%s»", lines, words);                                      \
    } while (0)

static void a_range_ends_and_another_begins(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    add_range(desk, 480000, 3);
    add_range(desk, 481000, 100); /* another post office's: never touched */
    char *lines = import_some(desk, 1, 5, &report);
    assert_int_equal(report.added, 3);
    assert_int_equal(report.refused, 2);
    ASSERT_SAYS(lines, "Bưu cục Cẩm Trung hết số. 2 bì chưa cấp số; nhờ quản trị cấp dải mới.\n");
    ASSERT_SAYS(lines, "Numbers used up, 2 without one. Ask for a range.\n");
    free(lines);
    add_range(desk, 480000, 30);
    free(import_some(desk, 1, 5, &report));
    assert_int_equal(report.added, 2);
    assert_int_equal(report.present, 3);
}

static void running_out_is_said_in_time(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    add_range(desk, 480000, 20);
    char *lines = import_some(desk, 1, 18, &report);
    assert_string_equal(lines, "");
    free(lines);
    lines = import_some(desk, 100, 1, &report);
    ASSERT_SAYS(lines, "Bưu cục Cẩm Trung sắp hết số, còn 1; nhờ quản trị cấp dải mới.\n");
    free(lines);
}

static bool take_act(struct record *record, void *arg, struct error *err)
{
    const struct numbers *numbers = arg;
    uint32_t place;
    return pool_take(record, numbers->post_office, "RA", "VN", &place, err);
}

/* A post office without ranges, ranges, and a record from before there were any: no place twice. */
static void ranges_never_meet(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    free(import_some(desk, 1, 2, &report)); /* places 0 and 1, from what nobody set aside */
    struct pool a = add_range(desk, 481000, 10), b = add_range(desk, 482000, 10);
    assert_int_equal(a.first, 2);
    assert_int_equal(b.first, 12);
    free(import_some(desk, 10, 1, &report));
    struct pool c = add_range(desk, 483000, 1);
    assert_int_equal(c.first, 23);
    struct acts acts = desk_rig_acts(desk);
    struct range rest = {.post_office = 484000, .size = ITEM_SERIALS - 23};
    assert_error(acts.run(acts.self, range_act, &rest, &err), ERROR_REFUSED);
    rest.size--;
    assert_good(acts.run(acts.self, range_act, &rest, &err));
    struct numbers numbers = desk_rig_numbers(desk);
    assert_error(acts.run(acts.self, take_act, &numbers, &err), ERROR_REFUSED);
}

static bool forget_act(struct record *record, void *arg, struct error *err)
{
    (void)arg;
    return db_exec(record_db(record), "UPDATE counter SET value = 0 WHERE name = 'serial RA VN'",
                   err);
}

/* A restored backup knows not what was drawn after it, but it knows every number it holds. */
static void no_number_comes_back(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    struct acts acts = desk_rig_acts(desk);
    free(import_some(desk, 1, 40, &report));
    assert_good(acts.run(acts.self, forget_act, NULL, &err));
    free(import_some(desk, 100, 40, &report));
    assert_int_equal(report.added, 40);
}

static bool second_act(struct record *record, void *arg, struct error *err)
{
    struct office_fact fact = {
        .item = *(struct item *)arg, .event = EVENT_ISSUED, .dossier = "H27.15-261118-0001"};
    return record_office_add(record, &fact, NULL, err);
}

static void one_live_number_a_dossier(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct import_report report;
    struct item other = rig_item(77);
    free(import_some(desk, 1, 1, &report));
    assert_error(acts.run(acts.self, second_act, &other, &err), ERROR_REPEATED);
}

/* ------------------------------------------------------------------ labels */

static const struct because because = {.user = 3, .reason = 9};

static struct view view_of(struct desk_rig *desk, const struct item *item)
{
    struct view view;
    assert_true(views_item(desk->rig.views, item, &view));
    return view;
}

static struct addressee addressee_of(struct desk_rig *desk, const struct item *item,
                                     struct office_fact *ret_issued)
{
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n;
    struct addressee who;
    assert_good(record_issued(desk->rig.record, item, ret_issued, &err));
    assert_good(record_attachment_get(desk->rig.record, &ret_issued->addressee, bytes, sizeof bytes,
                                      &n, &err));
    assert_good(addressee_decode(bytes, n, &who, &err));
    return who;
}

static void a_void_label_changes_nothing_and_its_successor_lives(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct numbers numbers = desk_rig_numbers(desk);
    struct rig_device device;
    struct office_fact issued;
    struct item l1 = desk_rig_issue(desk, "H27.15-261118-0001", "0900000001", "33000"), l2;
    rig_device(&device, &desk->rig, "HH-001");
    struct correction correction = {.address = "Thôn 2, X. Cẩm Lạc, Hà Tĩnh 46132"};
    assert_good(
        item_reissue(acts, desk->rig.views, &numbers, &l1, &correction, &because, &l2, &err));
    assert_string_not_equal(l1.text, l2.text);
    struct addressee who = addressee_of(desk, &l2, &issued);
    assert_string_equal(who.address, "Thôn 2, X. Cẩm Lạc, Hà Tĩnh 46132");
    assert_string_equal(who.phone, "+84900000001");
    assert_int_equal(issued.postal_code, 46132);
    assert_int_equal(issued.postage_vnd, 33000);
    assert_string_equal(issued.other_item.text, l1.text);
    assert_int_equal(issued.user, 3);
    desk_rig_scan(desk, &device, &l1, EVENT_PICKED_UP, 0); /* the old envelope was in the tray */
    assert_int_equal(view_of(desk, &l1).state.status, STATUS_VOID);
    assert_true(view_of(desk, &l1).state.doubts & DOUBT_VOID_SCANNED);
    desk_rig_scan(desk, &device, &l2, EVENT_PICKED_UP, 0);
    desk_rig_scan(desk, &device, &l2, EVENT_DELIVERED, 0);
    desk_rig_scan(desk, &device, &l1, EVENT_DELIVERED, 0);
    assert_int_equal(view_of(desk, &l1).state.status, STATUS_VOID);
    assert_int_equal(view_of(desk, &l2).state.status, STATUS_DELIVERED);
}

/* Another office's than was entered: one act, the old number void, the new one that office's. */
static void a_wrong_office_takes_another_number(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct numbers numbers = desk_rig_numbers(desk);
    struct correction correction = {.office = 7};
    struct item was = desk_rig_issue(desk, "H27.15-261118-0001", "0900000001", "33000"), now;
    struct office_fact issued;
    uint32_t office = view_of(desk, &was).marks.office;
    assert_int_not_equal(office, 7);
    assert_good(
        item_reissue(acts, desk->rig.views, &numbers, &was, &correction, &because, &now, &err));
    struct addressee who = addressee_of(desk, &now, &issued);
    assert_string_equal(who.phone, "+84900000001");
    assert_int_equal(issued.office, 7);
    assert_string_equal(issued.other_item.text, was.text);
    assert_int_equal(view_of(desk, &now).marks.office, 7);
    assert_int_equal(view_of(desk, &was).marks.office, office); /* what was printed stays so */
    assert_int_equal(view_of(desk, &was).state.status, STATUS_VOID);
}

static void a_void_label_stays_void(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct views *views = desk->rig.views;
    struct numbers numbers = desk_rig_numbers(desk);
    struct correction none = {.name = NULL};
    struct item l1 = desk_rig_issue(desk, "H27.15-261118-0001", "", "0"), l2, l3;
    struct item unknown = rig_item(78);
    assert_error(item_void(acts, views, &unknown, &because, &err), ERROR_NOT_FOUND);
    assert_good(item_void(acts, views, &l1, &because, &err));
    assert_error(item_void(acts, views, &l1, &because, &err), ERROR_REFUSED);
    assert_error(item_recall(acts, views, &l1, &because, &err), ERROR_REFUSED);
    assert_good(item_reissue(acts, views, &numbers, &l1, &none, &because, &l2, &err));
    assert_error(item_reissue(acts, views, &numbers, &l1, &none, &because, &l3, &err),
                 ERROR_REPEATED);
    assert_good(item_void(acts, views, &l2, &because, &err));
    assert_good(item_reissue(acts, views, &numbers, &l1, &none, &because, &l3, &err));
}

static void a_delivered_item_keeps_its_number(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct numbers numbers = desk_rig_numbers(desk);
    struct correction none = {.name = NULL}, bad = {.name = "\xE2\x80\x8B"};
    struct rig_device device;
    struct item item = desk_rig_issue(desk, "H27.15-261118-0001", "", "0"), other;
    rig_device(&device, &desk->rig, "HH-001");
    assert_error(item_reissue(acts, desk->rig.views, &numbers, &item, &bad, &because, &other, &err),
                 ERROR_BAD_INPUT);
    desk_rig_scan(desk, &device, &item, EVENT_DELIVERED, 0);
    assert_error(item_void(acts, desk->rig.views, &item, &because, &err), ERROR_REFUSED);
    assert_error(item_recall(acts, desk->rig.views, &item, &because, &err), ERROR_REFUSED);
    assert_error(
        item_reissue(acts, desk->rig.views, &numbers, &item, &none, &because, &other, &err),
        ERROR_REFUSED);
}

static void a_recall_frees_the_dossier(void **state)
{
    struct desk_rig *desk = *state;
    struct item item = desk_rig_issue(desk, "H27.15-261118-0001", "", "0");
    assert_good(item_recall(desk_rig_acts(desk), desk->rig.views, &item, &because, &err));
    struct item again = desk_rig_issue(desk, "H27.15-261118-0001", "", "0");
    assert_string_not_equal(item.text, again.text);
}

/* ------------------------------------------------------------------ procedures and choices */

static void publish(struct desk_rig *desk, const char *name, bool post, bool owner_only,
                    int64_t from_ms)
{
    struct procedure procedure = {
        .bcci_allowed = post, .owner_only = owner_only, .from = {from_ms}};
    (void)snprintf(procedure.name, sizeof procedure.name, "%s", name);
    assert_good(procedure_publish(desk_rig_acts(desk), &procedure, &err));
}

static void import_text(struct desk_rig *desk, const char *dossier, const char *procedure,
                        struct import_report *ret_report, char **new_lines)
{
    char text[1024];
    (void)snprintf(text, sizeof text,
                   "Mã hồ sơ,Người nhận,Địa chỉ,Nội dung hồ sơ,Ngày đăng ký\n"
                   "%s,Đỗ Xuân Mẫu,\"Thôn 1, X. Cẩm Trung 46131\",%s,18/11/2026\n",
                   dossier, procedure);
    assert_good(desk_rig_import(desk, text, ret_report, new_lines, &err));
}

static void excluded_procedures_get_no_number(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    struct office_fact issued;
    struct item item;
    char *lines;
    publish(desk, "Đăng ký kết hôn", false, false, 0);
    publish(desk, "Cấp thẻ", true, true, 0);
    import_text(desk, "H27.15-261118-0001", "DANG KY KET HON (lần đầu)", &report, &lines);
    assert_int_equal(report.refused, 1);
    ASSERT_SAYS(lines, "thủ tục này không trả qua bưu điện. Không cấp số; trả tại quầy.");
    free(lines);
    import_text(desk, "H27.15-261118-0002", "Đăng ký kết hôn2", &report, &lines);
    assert_int_equal(report.added, 1); /* not the same words */
    free(lines);
    import_text(desk, "H27.15-261118-0003", "Cấp thẻ", &report, &lines);
    assert_int_equal(report.added, 1);
    free(lines);
    assert_good(record_item_of_dossier(desk->rig.record, "H27.15-261118-0003", &item, &err));
    assert_good(record_issued(desk->rig.record, &item, &issued, &err));
    assert_true(issued.owner_only);
}

static void a_rule_holds_from_its_day_on_and_the_longer_name_wins(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    char *lines;
    publish(desk, "Đăng ký", false, false, RIG_NOW_MS + 1000);
    publish(desk, "Đăng ký khai sinh", true, false, RIG_NOW_MS + 1000);
    import_text(desk, "H27.15-261118-0001", "Đăng ký thử", &report, &lines);
    assert_int_equal(report.added, 1);
    free(lines);
    desk_rig_pass(desk, 1000);
    import_text(desk, "H27.15-261118-0002", "Đăng ký thử", &report, &lines);
    assert_int_equal(report.refused, 1);
    free(lines);
    import_text(desk, "H27.15-261118-0003", "Đăng ký khai sinh", &report, &lines);
    assert_int_equal(report.added, 1);
    free(lines);
    publish(desk, "Đăng ký", true, false, 0); /* ends the former rule */
    import_text(desk, "H27.15-261118-0002", "Đăng ký thử", &report, &lines);
    assert_int_equal(report.added, 1);
    free(lines);
}

static void what_was_chosen_counts(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct import_report report;
    char *lines;
    const char *code = "H27.15-261118-0001";
    assert_error(choice_record(acts, EVENT_OPTED_IN, "no code", "phiếu 1", 0, 3, &err),
                 ERROR_BAD_INPUT);
    assert_error(choice_record(acts, EVENT_OPTED_IN, code, " ", 0, 3, &err), ERROR_BAD_INPUT);
    assert_good(choice_record(acts, EVENT_OPTED_OUT, code, "đơn 12", 0, 3, &err));
    import_text(desk, code, "Thử", &report, &lines);
    assert_int_equal(report.refused, 1);
    ASSERT_SAYS(lines, "công dân đã thôi nhận qua bưu điện");
    free(lines);
    assert_good(choice_record(acts, EVENT_OPTED_IN, code, "phiếu 13", 0, 3, &err));
    import_text(desk, code, "Thử", &report, &lines);
    assert_int_equal(report.added, 1);
    free(lines);
    assert_error(choice_record(acts, EVENT_OPTED_OUT, code, "đơn 14", 0, 3, &err), ERROR_REFUSED);
    assert_error(choice_record(acts, EVENT_ELECTRONIC_RESULT, code, "tệp", 0, 3, &err),
                 ERROR_REFUSED);
    assert_good(
        choice_record(acts, EVENT_ELECTRONIC_RESULT, "H27.15-261118-0002", "tệp", 0, 3, &err));
    import_text(desk, "H27.15-261118-0002", "Thử", &report, &lines);
    ASSERT_SAYS(lines, "kết quả điện tử, không có phong bì");
    free(lines);
}

static struct choice choice_of(struct desk_rig *desk, const char *code, uint32_t office)
{
    struct choice choice;
    assert_good(record_choice(desk->rig.record, code, office, &choice, &err));
    return choice;
}

/* Of a dossier nobody sent yet an office speaks for itself alone; who is bound to none for all. */
static void what_an_office_says_counts_for_it_alone(void **state)
{
    struct desk_rig *desk = *state;
    struct acts acts = desk_rig_acts(desk);
    struct import_report report;
    char *lines;
    const char *code = "H27.15-261118-0003";
    assert_good(choice_record(acts, EVENT_OPTED_OUT, code, "đơn 1", 77, 3, &err));
    assert_good(choice_record(acts, EVENT_ELECTRONIC_RESULT, code, "tệp", 77, 3, &err));
    assert_true(choice_of(desk, code, 77).opted_out);
    assert_true(choice_of(desk, code, 77).electronic);
    assert_false(choice_of(desk, code, 1).opted_out);
    import_text(desk, code, "Thử", &report, &lines);
    assert_int_equal(report.added, 1);
    free(lines);
    code = "H27.15-261118-0004";
    assert_good(choice_record(acts, EVENT_OPTED_OUT, code, "đơn 2", 1, 3, &err));
    import_text(desk, code, "Thử", &report, &lines);
    assert_int_equal(report.refused, 1);
    free(lines);
    assert_good(choice_record(acts, EVENT_OPTED_IN, code, "phiếu 2", 0, 3, &err)); /* later */
    assert_true(choice_of(desk, code, 1).opted_in);
    assert_good(choice_record(acts, EVENT_OPTED_OUT, code, "đơn 3", 1, 3, &err)); /* later yet */
    assert_true(choice_of(desk, code, 1).opted_out);
    assert_true(choice_of(desk, code, 77).opted_in);
}

static bool find_consent(void *ctx, const struct office_fact *fact)
{
    if (fact->event == EVENT_OPTED_IN)
        *(struct office_fact *)ctx = *fact;
    return true;
}

static void consent_is_kept_as_evidence(void **state)
{
    struct desk_rig *desk = *state;
    struct office_fact fact = {.seq = 0};
    struct testimony testimony;
    uint8_t bytes[EVIDENCE_BYTES_MAX];
    size_t n;
    struct record *record = desk->rig.record;
    assert_good(choice_record(desk_rig_acts(desk), EVENT_OPTED_IN, "H27.15-261118-0001",
                              "Phiếu đăng ký số 13", 0, 3, &err));
    assert_good(record_office_from(record, 0, find_consent, &fact, &err));
    assert_string_equal(fact.dossier, "H27.15-261118-0001");
    assert_int_equal(fact.user, 3);
    assert_true(fact.has_evidence);
    assert_good(record_attachment_get(record, &fact.evidence, bytes, sizeof bytes, &n, &err));
    assert_good(testimony_decode(bytes, n, &testimony, &err));
    assert_string_equal(testimony.text, "Phiếu đăng ký số 13");
}

static void a_list_without_the_day_of_registration_is_asked_about(void **state)
{
    struct desk_rig *desk = *state;
    struct import_report report;
    char *lines;
    static const char text[] = "Mã hồ sơ,Người nhận,Địa chỉ,Ngày đăng ký\n"
                               "H27.15-261118-0001,Đỗ Xuân Mẫu,X. Cẩm Trung 46131,\n"
                               "H27.15-261118-0002,Đỗ Xuân Mẫu,X. Cẩm Trung 46131,\n";
    assert_good(choice_record(desk_rig_acts(desk), EVENT_OPTED_IN, "H27.15-261118-0002",
                              "Phiếu đăng ký số 13", 0, 3, &err));
    assert_good(desk_rig_import(desk, text, &report, &lines, &err));
    assert_int_equal(report.added, 2);
    assert_int_equal(report.warned, 1);
    ASSERT_SAYS(lines, "H27.15-261118-0001 chưa ghi ngày công dân đăng ký");
    free(lines);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define DESK(name) cmocka_unit_test_setup_teardown(name, open_desk, close_desk)
    const struct CMUnitTest tests[] = {
        DESK(a_range_ends_and_another_begins),
        DESK(running_out_is_said_in_time),
        DESK(ranges_never_meet),
        DESK(no_number_comes_back),
        DESK(one_live_number_a_dossier),
        DESK(a_void_label_changes_nothing_and_its_successor_lives),
        DESK(a_wrong_office_takes_another_number),
        DESK(a_void_label_stays_void),
        DESK(a_delivered_item_keeps_its_number),
        DESK(a_recall_frees_the_dossier),
        DESK(excluded_procedures_get_no_number),
        DESK(a_rule_holds_from_its_day_on_and_the_longer_name_wins),
        DESK(what_was_chosen_counts),
        DESK(what_an_office_says_counts_for_it_alone),
        DESK(consent_is_kept_as_evidence),
        DESK(a_list_without_the_day_of_registration_is_asked_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
