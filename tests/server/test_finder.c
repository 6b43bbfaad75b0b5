/* Items found by what people have of them; what is forgotten is gone from the file; an index that
 * is lost, damaged or of another record is made anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/office/finder.h"
#include "server/office/items.h"
#include "server/office/list.h"
#include "server/views/search.h"
#include "tests/server/desk_rig.h"

static struct desk_rig desk;
static struct finder *finder;
static char path[512];

static const char people[] =
    "Mã hồ sơ,Người nhận,Địa chỉ,Số điện thoại\n"
    "H27.15-261118-0001,Nguyễn Thị Lan,\"Số 1, X. Cẩm Trung\",0912000111\n"
    "H27.15-261118-0002,NGUYỄN VĂN ÂN,\"Số 2, X. Cẩm Trung\",+84 912 000 222\n"
    "H27.15-261119-0003,Đỗ Xuân Quỳnh,\"Số 3, X. Cẩm Trung\",0912000111\n"
    "H27.16-261119-0004,Trần Lan Ân,\"Số 4, X. Cẩm Trung\",0239 385 5555\n"
    "H27.16-261120-12345,Hoà Ðình Lan,\"Số 5, X. Cẩm Trung\",\n";

static void open_finder(void)
{
    assert_good(finder_open(path, desk.rig.record_path, &finder, &err));
}

static int set_up(void **state)
{
    struct import_report report;
    char *lines;
    (void)state;
    desk_rig_open(&desk);
    (void)snprintf(path, sizeof path, "%s/search.db", desk.rig.dir);
    open_finder();
    assert_good(desk_rig_import(&desk, people, &report, &lines, &err));
    if (report.added != 5)
        fail_msg("%s", lines);
    free(lines);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    finder_close(finder);
    desk_rig_close(&desk);
    return 0;
}

static struct finder_found found;

static size_t find(const char *text)
{
    struct finder_asked asked = {.text = text, .names = true};
    assert_good(finder_find(finder, &asked, FINDER_MOST, &found, &err));
    assert_true(found.taken_in);
    assert_int_equal(found.next, 0);
    return found.n;
}

static struct item item_of(const char *dossier)
{
    struct item item;
    assert_good(record_item_of_dossier(desk.rig.record, dossier, &item, &err));
    return item;
}

static void by_what_people_have(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
    } asked[] = {
        {"lan", 3},
        {"LAN", 3},
        {"Lạn", 3},
        {"nguyen", 2},
        {"lan nguyễn", 1},
        {"Nguyễn Thị Lan", 1},
        {"an", 2},
        {"ân trần", 1},
        {"hòa", 1},
        {"dinh", 1},
        {"Đình", 1},
        {"thi lan an", 0},
        {"khong co", 0},
        {"0111", 2},
        {"000111", 2},
        {"0912000111", 2},
        {"+84912000111", 2},
        {"0912 000 222", 1},
        {"5555", 1},
        {"02393855555", 1},
        {"lan 0111", 1},
        {"0111 quỳnh", 1},
        {"lan 0222", 0},
        {"H27.15-261118-0001", 1},
        {"h27.15-261118-0001", 1},
        {"H27.15-261118", 2},
        {"261118-0001", 1},
        {"261118-", 2},
        {"261120-12345", 1},
        {"261118-9", 0},
        {"H27.16-261120-12345", 1},
        {"#1", 0},
        {"9999", 0},
    };
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        size_t n = find(asked[i].text);
        if (n != asked[i].n)
            fail_msg("%s: %zu, not %zu", asked[i].text, n, asked[i].n);
    }
    struct item item = item_of("H27.15-261118-0002");
    assert_int_equal(find(item.text), 1);
    assert_string_equal(found.items[0].text, item.text);
    char pretty[ITEM_PRETTY_MAX];
    assert_int_equal(find(item_pretty(&item, pretty)), 1);
    assert_false(found.by_person);
    assert_int_equal(find("RA123456785VN"), 0);
    assert_int_equal(find("lan"), 3);
    assert_true(found.by_person);
    assert_string_equal(found.items[0].text, item_of("H27.16-261120-12345").text); /* newest */
}

static void what_says_nothing_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", " ", "...", "111", "-", "%", "\xff\xfe"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct finder_asked asked = {.text = texts[i], .names = true};
        print_message("«%s»\n", texts[i]);
        if (strcmp(texts[i], "111") == 0) { /* a word of digits, too short for a phone */
            assert_good(finder_find(finder, &asked, 10, &found, &err));
            assert_int_equal(found.n, 0);
            continue;
        }
        assert_error(finder_find(finder, &asked, 10, &found, &err), ERROR_BAD_INPUT);
    }
    struct finder_asked asked = {.text = "lan"};
    assert_error(finder_find(finder, &asked, 10, &found, &err), ERROR_REFUSED);
    asked.text = "0111";
    assert_error(finder_find(finder, &asked, 10, &found, &err), ERROR_REFUSED);
    asked.text = "H27.15-261118-0001";
    assert_good(finder_find(finder, &asked, 10, &found, &err));
    assert_int_equal(found.n, 1);
    asked.text = "261118-0001";
    assert_good(finder_find(finder, &asked, 10, &found, &err));
    assert_int_equal(found.n, 1);
}

static void page_by_page_and_by_office(void **state)
{
    (void)state;
    static const char *const texts[] = {"lan", "0111", "261118-", "H27.15-261118"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        size_t all = find(texts[i]), n = 0;
        struct item items[8];
        memcpy(items, found.items, sizeof items);
        struct finder_asked asked = {.text = texts[i], .names = true};
        do {
            assert_good(finder_find(finder, &asked, 1, &found, &err));
            for (size_t k = 0; k < found.n; k++)
                assert_string_equal(found.items[k].text, items[n++].text);
            asked.before = found.next;
        } while (found.next != 0);
        assert_int_equal(n, all);
        struct view view;
        assert_true(views_item(desk.rig.views, &items[0], &view));
        uint32_t own = view.marks.office, others[] = {77, 78}, both[] = {77, own};
        asked = (struct finder_asked){
            .text = texts[i], .names = true, .offices = others, .offices_n = 1};
        assert_good(finder_find(finder, &asked, 9, &found, &err));
        assert_int_equal(found.n, 0);
        asked.offices_n = 2;
        assert_good(finder_find(finder, &asked, 9, &found, &err));
        assert_int_equal(found.n, 0);
        asked.offices = both;
        assert_good(finder_find(finder, &asked, 9, &found, &err));
        assert_int_equal(found.n, all);
        asked.offices = &own;
        asked.offices_n = 1;
        assert_good(finder_find(finder, &asked, 9, &found, &err));
        assert_int_equal(found.n, all);
    }
}

/* Another phone for the same person: the old one finds nothing any more. */
static bool readdress(struct record *record, void *arg, struct error *why)
{
    struct addressee who = {.name = "Nguyễn Thị Lan", .address = "Số 9", .phone = "+84912333444"};
    return item_readdress(record, arg, &who, 0, 0, why);
}

static void a_correction_is_followed(void **state)
{
    (void)state;
    struct item item = item_of("H27.15-261118-0001");
    struct acts acts = desk_rig_acts(&desk);
    assert_int_equal(find("0111"), 2);
    assert_good(acts.run(acts.self, readdress, &item, &err));
    assert_int_equal(find("0111"), 1);
    assert_int_equal(find("3444"), 1);
    assert_int_equal(find("lan thi"), 1);
}

/* True when a file of the index holds the bytes. */
static bool file_holds(const char *end, const char *bytes)
{
    char name[600];
    (void)snprintf(name, sizeof name, "%s%s", path, end);
    FILE *file = fopen(name, "r");
    if (!file)
        return false;
    char *all = malloc(4 << 20);
    size_t n = fread(all, 1, 4 << 20, file);
    (void)fclose(file);
    bool there = memmem(all, n, bytes, strlen(bytes)) != NULL;
    free(all);
    return there;
}

static void what_is_forgotten_is_gone_from_the_file(void **state)
{
    (void)state;
    struct item quynh = item_of("H27.15-261119-0003");
    assert_int_equal(find("quỳnh"), 1);
    assert_true(file_holds("", "quynh") || file_holds("-wal", "quynh"));
    assert_good(finder_forget(finder, &quynh, &err));
    assert_int_equal(find("quỳnh"), 0);
    assert_int_equal(find("0111"), 1);
    assert_false(file_holds("", "quynh"));
    assert_false(file_holds("-wal", "quynh"));
    assert_true(file_holds("", "nguyen"));
    assert_good(finder_forget(finder, &quynh, &err)); /* again: nothing to do */
    assert_int_equal(find("lan"), 3);
    assert_int_equal(find("H27.15-261119-0003"), 1); /* the number itself is no secret */
}

static bool erase(struct record *record, void *arg, struct error *why)
{
    (void)arg;
    return db_exec(record_db(record), "DELETE FROM attachment", why);
}

static void it_is_made_anew(void **state)
{
    (void)state;
    assert_int_equal(find("lan"), 3);
    finder_close(finder);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    char junk[8192];
    memset(junk, 7, sizeof junk);
    assert_int_equal(fwrite(junk, sizeof junk, 1, file), 1);
    (void)fclose(file);
    (void)unlink("x");
    open_finder();
    assert_int_equal(find("lan"), 3);
    finder_close(finder);
    assert_int_equal(unlink(path), 0);
    open_finder();
    assert_int_equal(find("lan"), 3);
    /* who was erased meanwhile is not found by an index that is made anew */
    struct acts acts = desk_rig_acts(&desk);
    assert_good(acts.run(acts.self, erase, NULL, &err));
    finder_close(finder);
    assert_int_equal(unlink(path), 0);
    open_finder();
    assert_int_equal(find("lan"), 0);
    assert_int_equal(find("261118-"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(by_what_people_have),
        TEST(what_says_nothing_is_refused),
        TEST(page_by_page_and_by_office),
        TEST(a_correction_is_followed),
        TEST(what_is_forgotten_is_gone_from_the_file),
        TEST(it_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
