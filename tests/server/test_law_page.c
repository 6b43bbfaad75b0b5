/* The page of the data law: a person is answered, what must be kept is named, what may go goes;
 * what is held and why; breaches with their terms; who may. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/record/erasures.h"
#include "server/record/hooks.h"
#include "server/record/looks.h"
#include "tests/server/browser.h"

#define PAGE "/quay/du-lieu"
#define PERSON "/quay/du-lieu/nguoi"
#define HIM "ai=H27.15-261118-0146"

static bool says(const struct browser *browser, const char *text)
{
    return web_rig_says(&browser->rig, text);
}

static void must_say(const struct browser *browser, const char *text)
{
    if (!says(browser, text))
        fail_msg("no «%s» in: %s", text, web_rig_body(&browser->rig));
}

/* From the register's page, whose token every form of it has. */
static int post(struct browser *browser, const char *path, const char *fields)
{
    assert_int_equal(browser_get(browser, PAGE), 200);
    return browser_post(browser, path, fields);
}

/* Commands read by the rig's own time. Nothing is to be paid for it, so a delivery leaves no case.
 */
static int open_page(void **state)
{
    assert_int_equal(browser_open(state), 0);
    struct web_rig *rig = &((struct browser *)*state)->rig;
    record_set_clock(rig->short_reader, desk_rig_clock(&rig->desk));
    record_set_clock(rig->long_reader, desk_rig_clock(&rig->desk));
    rig->item = desk_rig_issue(&rig->desk, "H27.15-261118-0146", "0912000002", "0");
    return 0;
}

struct seen {
    const struct item *item;
    int64_t person;
    unsigned n;
};

static bool is_seen(void *ctx, const struct look *look)
{
    struct seen *seen = ctx;
    seen->n += look->kind == LOOK_PERSONDATA && look->person == seen->person &&
               look_has_item(look, seen->item);
    return true;
}

/* Looks at his data by this person, each with the item. */
static unsigned looks_of(struct browser *browser, const char *name)
{
    struct person person;
    struct record *record = browser->rig.desk.rig.record;
    struct seen seen = {.item = &browser->rig.item};
    assert_good(person_find(record, name, &person, &err));
    seen.person = person.id;
    assert_good(looks_each(record, 0, (struct instant){0}, (struct instant){INT64_MAX}, is_seen,
                           &seen, &err));
    return seen.n;
}

static void deliver(struct browser *browser)
{
    struct web_rig *rig = &browser->rig;
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_PICKED_UP, 0);
    desk_rig_scan(&rig->desk, &rig->device, &rig->item, EVENT_DELIVERED, 0);
}

static void a_person_is_answered_and_forgotten(void **state)
{
    struct browser *browser = *state;
    uint64_t erased = 0;
    char fields[160];
    browser_log_in(browser);
    assert_int_equal(post(browser, PERSON, HIM "&viec=xem"), 200);
    must_say(browser, "Đỗ Xuân Mẫu");
    must_say(browser, "chưa kết thúc");
    must_say(browser, "Tải tệp để đưa cho người ấy");
    assert_int_equal(looks_of(browser, "quay"), 1);
    assert_int_equal(post(browser, PERSON, HIM "&viec=xoa&can-cu=%C4%91%C6%A1n+1&som=yes"), 409);
    must_say(browser, "còn phải giữ");
    deliver(browser);
    assert_int_equal(post(browser, PERSON, HIM "&viec=xoa&can-cu=%C4%91%C6%A1n+1"), 409);
    must_say(browser, "còn hạn khiếu nại");

    assert_int_equal(post(browser, PERSON, HIM "&viec=json"), 200);
    must_say(browser, "Content-Disposition: attachment; filename=\"du-lieu-ca-nhan.json\"\r\n");
    must_say(browser, "\"addressees\"");
    assert_int_equal(post(browser, PERSON, HIM "&viec=tep"), 200);
    must_say(browser, "Content-Disposition: attachment; filename=\"du-lieu-ca-nhan.txt\"\r\n");
    must_say(browser, "Đỗ Xuân Mẫu");

    (void)snprintf(fields, sizeof fields, "viec=hold&muc=&bi=%s&can-cu=T%%C3%%B2a+%%C3%%A1n",
                   browser->rig.item.text);
    browser_done(browser, PAGE, fields);
    assert_int_equal(browser_get(browser, PAGE), 200);
    must_say(browser, browser->rig.item.text);
    must_say(browser, "Tòa án");
    assert_int_equal(post(browser, PERSON, HIM "&viec=xoa&can-cu=%C4%91%C6%A1n+1&som=yes"), 409);
    must_say(browser, "đang giữ theo yêu cầu");
    assert_good(erasure_of(browser->rig.desk.rig.record, &browser->rig.item, &erased, &err));
    assert_int_equal(erased, 0);
    (void)snprintf(fields, sizeof fields, "viec=unhold&muc=&bi=%s&can-cu=xong",
                   browser->rig.item.text);
    browser_done(browser, PAGE, fields);
    assert_int_equal(post(browser, PERSON, HIM "&viec=xoa&can-cu=%C4%91%C6%A1n+1&som=yes"), 200);
    must_say(browser, "Đã xóa 1 hồ sơ");
    assert_good(erasure_of(browser->rig.desk.rig.record, &browser->rig.item, &erased, &err));
    assert_int_not_equal(erased, 0);
    assert_int_equal(browser_get(browser, PAGE), 200);
    must_say(browser, "đơn 1");
    assert_int_equal(post(browser, PERSON, HIM "&viec=xem"), 200); /* what is left of him */
    must_say(browser, "Tên, địa chỉ, số điện thoại đã xóa.");
    assert_false(says(browser, "Đỗ Xuân Mẫu"));
    assert_int_equal(post(browser, PERSON, "ai=0999999999&viec=xem"), 404);
    assert_int_equal(browser_get(browser, PERSON), 303); /* nobody stands in an address */
}

static void a_breach_has_its_term(void **state)
{
    struct browser *browser = *state;
    char words[64];
    unsigned long long number = 0;
    browser_log_in(browser);
    browser_done(browser, PAGE,
                 "viec=incident&muc=Ghi+s%E1%BB%B1+c%E1%BB%91+m%E1%BB%9Bi&chuyen=G%E1%BB%ADi+nh%E1"
                 "%BA%A7m&hours-ago=2");
    assert_int_equal(browser_get(browser, PAGE), 200);
    const char *at = strstr(browser->rig.answer, "/quay/du-lieu?so=");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "/quay/du-lieu?so=%llu", &number), 1);
    must_say(browser, "trong hạn");
    char form[256];
    (void)snprintf(form, sizeof form,
                   "viec=incident&muc=Ghi+ti%%E1%%BA%%BFp+v%%E1%%BB%%81+s%%E1%%BB%%B1+c%%E1%%BB%%91"
                   "&buoc=close&so=%llu&loi=xong",
                   number);
    assert_int_equal(post(browser, PAGE, form), 409); /* the authority was never told */
    desk_rig_pass(&browser->rig.desk, INT64_C(71) * 3600 * 1000);
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, PAGE), 200);
    must_say(browser, "QUÁ HẠN BÁO");
    memcpy(strstr(form, "buoc=close"), "buoc=told&", 10);
    assert_int_equal(post(browser, PAGE, form), 303);
    (void)snprintf(words, sizeof words, PAGE "?so=%llu", number);
    assert_int_equal(browser_get(browser, words), 200);
    must_say(browser, "Gửi nhầm");
    must_say(browser, "đã báo");
    assert_int_equal(browser_get(browser, PAGE "?so=1x"), 200);
    assert_int_equal(browser_get(browser, PAGE "/truong"), 200);
    must_say(browser, "Số điện thoại");
}

static void what_will_go_is_foretold(void **state)
{
    struct browser *browser = *state;
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, PAGE "/ke-hoach"), 200);
    must_say(browser, "Chưa có hồ sơ nào đã kết thúc.");
    deliver(browser); /* on 2026-11-25; eight months later, and a day */
    assert_int_equal(browser_get(browser, PAGE "/ke-hoach"), 200);
    must_say(browser, "2027-07");
    desk_rig_pass(&browser->rig.desk, INT64_C(300) * 24 * 3600 * 1000);
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, PAGE "/ke-hoach"), 200);
    must_say(browser, "2027-09"); /* due already: this month's */
}

static struct person made;

static bool add_act(struct record *record, void *arg, struct error *err)
{
    struct person quay;
    (void)arg;
    if (!person_find(record, "quay", &quay, err))
        return false;
    made = (struct person){.role = ROLE_AUDITOR, .name = "thanh-tra"};
    memcpy(made.hash, quay.hash, sizeof made.hash);
    return person_add(record, &made, err);
}

static void an_auditor_reads_and_writes_nothing(void **state)
{
    struct browser *browser = *state;
    char fields[160];
    browser_in_group(browser, add_act, NULL);
    browser_log_in_as(browser, "thanh-tra");
    assert_int_equal(browser_get(browser, PAGE), 200);
    must_say(browser, "Sự cố dữ liệu");
    assert_false(says(browser, "<button>Giữ</button>"));
    assert_false(says(browser, "Một người hỏi"));
    assert_int_equal(post(browser, PERSON, HIM "&viec=xem"), 403);
    assert_false(says(browser, "Đỗ Xuân Mẫu"));
    (void)snprintf(fields, sizeof fields, "viec=hold&muc=&bi=%s&can-cu=x", browser->rig.item.text);
    assert_int_equal(post(browser, PAGE, fields), 409);
    assert_int_equal(looks_of(browser, "quay") + looks_of(browser, "thanh-tra"), 0);
}

/* ------------------------------------------------------------------ webhooks */

#define HOOKS "/quay/bao-tin"
#define ADD "viec=hook&muc=Th%C3%AAm+webhook&moi=so-xd&url=https%3A%2F%2Fmot.vn%2Fx&office="
#define RENEW "viec=hook&muc=%C4%90%E1%BB%95i+kh%C3%B3a+b%C3%AD+m%E1%BA%ADt&ten=so-xd&overlap=2"

static void take_secret(const struct browser *browser, char out[65])
{
    static const char mark[] = "<code class=ma-chu>";
    const char *at = strstr(browser->rig.answer, mark);
    assert_non_null(at);
    (void)snprintf(out, 65, "%.64s", at + strlen(mark));
    assert_int_equal(strspn(out, "0123456789abcdef"), 64);
}

/* No secret stands in the record as it is. */
static bool lies_in_record(const struct browser *browser, const char *text)
{
    char command[400];
    (void)snprintf(command, sizeof command, "grep -qaF %s %s*", text,
                   browser->rig.desk.rig.record_path);
    return system(command) == 0;
}

static void a_webhook_shows_its_secret_once(void **state)
{
    struct browser *browser = *state;
    struct config *config = &browser->rig.desk.config;
    char secret[65], renewed[65];
    browser_log_in(browser);
    assert_int_equal(browser_get(browser, HOOKS), 200);
    assert_int_equal(browser_post(browser, HOOKS, ADD "all"), 409); /* nobody allowed that host */
    must_say(browser, "webhook_hosts");
    (void)snprintf(config->push_hosts, sizeof config->push_hosts, "mot.vn");
    assert_int_equal(browser_post(browser, HOOKS, ADD "all&events-delivered=1"), 200);
    take_secret(browser, secret);
    assert_false(lies_in_record(browser, secret));
    assert_int_equal(browser_get(browser, HOOKS), 200);
    assert_false(says(browser, secret));
    must_say(browser, "https://mot.vn/x");
    must_say(browser, "Không có việc nào báo hỏng.");
    assert_int_equal(browser_post(browser, HOOKS, RENEW), 200);
    take_secret(browser, renewed);
    assert_string_not_equal(secret, renewed);
    struct hook hook;
    assert_good(hook_find(browser->rig.desk.rig.record, "so-xd", &hook, &err));
    assert_int_equal(hook.events, 1u << STATUS_DELIVERED);
    assert_int_not_equal(hook.before.n, 0);
    assert_int_equal(hook.before_until.ms, browser->rig.desk.rig.now.ms + 2 * 3600 * 1000);
    assert_int_equal(
        browser_post(browser, HOOKS, "viec=hook&muc=%C4%90%E1%BB%95i+webhook&ten=so-xd&state=off"),
        303);
    assert_good(hook_find(browser->rig.desk.rig.record, "so-xd", &hook, &err));
    assert_false(hook.on);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define PEOPLE(name) cmocka_unit_test_setup_teardown(name, open_page, browser_close)
    const struct CMUnitTest tests[] = {
        PEOPLE(a_person_is_answered_and_forgotten), PEOPLE(a_breach_has_its_term),
        PEOPLE(what_will_go_is_foretold),           PEOPLE(an_auditor_reads_and_writes_nothing),
        PEOPLE(a_webhook_shows_its_secret_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
