/* What was taken in, written out and taken in again: nothing is run, nothing is lost (case W09). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "server/office/export.h"
#include "server/office/import.h"
#include "server/office/list.h"
#include "server/record/lookups.h"
#include "tests/server/desk_rig.h"

#define LIST                                                                                                                    \
    "Mã hồ sơ,Người nhận,Địa chỉ,Số điện thoại,Số CCCD,Nội dung hồ sơ,Số ký hiệu kết quả," \
    "Ngày đăng ký,Ngày bưu điện nhận,Cước\n"                                                                      \
    "H27-261118-0001,=1+1|cmd,\"-5, đường Thử\nxã Cẩm Trung\",+84912000001 (gọi con gái),"                          \
    "042169662975,@SUM(A1),+7/GCN,01/11/2026,,33000\n"                                                                          \
    "H27-261118-0002,'Đỗ \"Tý\",\"TDP 1, P. Trần "                                                                        \
    "Phú\",0844000002,123456789012345678,=HYPERLINK(),"                                                                        \
    "007,,,0\n"                                                                                                                 \
    "H27-261118-0003,''Lê Ô,＝Thôn 3,,,''-7,-,,,60500\n"
#define ROWS 3

static struct desk_rig desks[2];

static bool disk_is_full;
int __real_fstatvfs(int fd, struct statvfs *disk);
int __wrap_fstatvfs(int fd, struct statvfs *disk);
int __wrap_fstatvfs(int fd, struct statvfs *disk)
{
    int done = __real_fstatvfs(fd, disk);
    if (disk_is_full)
        disk->f_bavail = 1;
    return done;
}

/* Whoever gets a list may be slow: the record is not held while it is written. */
static bool held;
static size_t holds, writes;
bool __real_record_hold(struct record *reader, struct error *why);
bool __wrap_record_hold(struct record *reader, struct error *why);
bool __wrap_record_hold(struct record *reader, struct error *why)
{
    assert_false(held);
    holds++;
    return held = __real_record_hold(reader, why);
}

void __real_record_let_go(struct record *reader);
void __wrap_record_let_go(struct record *reader);
void __wrap_record_let_go(struct record *reader)
{
    held = false;
    __real_record_let_go(reader);
}

bool __real_whole_write(int fd, const void *bytes, size_t n);
bool __wrap_whole_write(int fd, const void *bytes, size_t n);
bool __wrap_whole_write(int fd, const void *bytes, size_t n)
{
    assert_false(held);
    writes++;
    return __real_whole_write(fd, bytes, n);
}

static int open_desks(void **state)
{
    (void)state;
    desk_rig_open(&desks[0]);
    desk_rig_open(&desks[1]);
    return 0;
}

static int close_desks(void **state)
{
    (void)state;
    desk_rig_close(&desks[0]);
    desk_rig_close(&desks[1]);
    return 0;
}

static void read_one(struct desk_rig *desk, size_t i, struct item *ret_item,
                     struct office_fact *ret_issued, struct addressee *ret_who)
{
    char dossier[32];
    uint8_t bytes[ADDRESSEE_BYTES_MAX];
    size_t n = 0;
    (void)snprintf(dossier, sizeof dossier, "H27-261118-000%zu", i + 1);
    assert_good(record_item_of_dossier(desk->rig.record, dossier, ret_item, &err));
    assert_good(record_issued(desk->rig.record, ret_item, ret_issued, &err));
    assert_good(record_attachment_get(desk->rig.record, &ret_issued->addressee, bytes, sizeof bytes,
                                      &n, &err));
    assert_good(addressee_decode(bytes, n, ret_who, &err));
}

static size_t write_out(enum export_form form, const struct export_asked *like, FILE *to)
{
    size_t rows = 0;
    struct export_asked asked = *like;
    asked.form = form;
    asked.folder = desks[0].rig.dir;
    assert_good(export_list(desks[0].rig.record, &asked, fileno(to), &rows, &err));
    rewind(to);
    return rows;
}

static struct import_report take_in(struct desk_rig *desk, FILE *from)
{
    struct import_report report;
    char *lines;
    struct import_config config = {.acts = desk_rig_acts(desk),
                                   .numbers = desk_rig_numbers(desk),
                                   .post_office_name = desk->config.post_office_name,
                                   .reader_program = "/proc/self/exe",
                                   .folder = desk->rig.dir};
    rewind(from);
    (void)lseek(fileno(from), 0, SEEK_SET);
    assert_good(import_run(&config, fileno(from), "ra", &report, &lines, &err));
    if (report.refused > 0)
        fail_msg("%s", lines);
    free(lines);
    return report;
}

static const struct export_asked everything = {.all_offices = true};

static void comes_back_as(enum export_form form)
{
    char *lines;
    struct import_report report;
    FILE *file = tmpfile();
    assert_good(desk_rig_import(&desks[0], LIST, &report, &lines, &err));
    if (report.added != ROWS)
        fail_msg("%s", lines);
    free(lines);
    assert_int_equal(write_out(form, &everything, file), ROWS);
    report = take_in(&desks[0], file); /* known already: nothing new, nothing changed */
    assert_int_equal(report.present, ROWS);
    report = take_in(&desks[1], file);
    assert_int_equal(report.added, ROWS);
    fclose(file);
    for (size_t i = 0; i < ROWS; i++) {
        struct item item[2];
        struct office_fact issued[2];
        struct addressee who[2];
        for (size_t d = 0; d < 2; d++)
            read_one(&desks[d], i, &item[d], &issued[d], &who[d]);
        assert_string_equal(who[0].name, who[1].name);
        assert_string_equal(who[0].address, who[1].address);
        assert_string_equal(who[0].phone, who[1].phone);
        assert_string_equal(who[0].phone_note, who[1].phone_note);
        assert_string_equal(who[0].procedure, who[1].procedure);
        assert_string_equal(who[0].result, who[1].result);
        assert_string_equal(who[0].registered, who[1].registered);
        assert_string_equal(who[1].id_number, ""); /* masked is not given */
        assert_int_equal(issued[0].postage_vnd, issued[1].postage_vnd);
        assert_int_equal(issued[0].commune, issued[1].commune);
    }
}

static void as_csv(void **state)
{
    (void)state;
    comes_back_as(EXPORT_CSV);
}

static void as_a_workbook(void **state)
{
    (void)state;
    comes_back_as(EXPORT_XLSX);
}

/* Every cell is quoted, none begins with what a spreadsheet runs; digits stand as they are. */
static void no_cell_is_run(void **state)
{
    (void)state;
    static char bytes[65536];
    char *lines;
    struct import_report report;
    FILE *file = tmpfile();
    assert_good(desk_rig_import(&desks[0], LIST, &report, &lines, &err));
    free(lines);
    write_out(EXPORT_CSV, &everything, file);
    size_t n = fread(bytes, 1, sizeof bytes - 1, file);
    bytes[n] = '\0';
    fclose(file);
    assert_memory_equal(bytes, "\xEF\xBB\xBF\"STT\",", 9);
    for (const char *at = bytes + 3; (at = strstr(at, ",\"")) != NULL; at += 2)
        assert_null(at[2] == '\0' ? NULL : strchr("=+-@\t\r", at[2]));
    assert_non_null(strstr(bytes, "\"'=1+1|cmd\""));
    assert_non_null(strstr(bytes, "\"'-5, đường Thử xã Cẩm Trung\""));
    assert_non_null(strstr(bytes, "\"'＝Thôn 3\""));
    assert_non_null(strstr(bytes, "\"0912000001 gọi con gái\""));
    assert_non_null(strstr(bytes, "\"********2975\""));
    assert_non_null(strstr(bytes, "\"**************5678\""));
    assert_non_null(strstr(bytes, "\"''Đỗ \"\"Tý\"\"\""));
    assert_null(strstr(bytes, "042169662975"));
    assert_non_null(strstr(bytes, "\"33000\"\r\n"));
}

/* Several pages, each read as of one moment, in order and each once. */
static void a_long_list_page_by_page(void **state)
{
    (void)state;
    enum { LONG = 700 };
    static char text[LONG * 128];
    char *lines;
    struct import_report report;
    size_t n = (size_t)snprintf(text, sizeof text, "Mã hồ sơ,Người nhận,Địa chỉ\n");
    for (unsigned i = 0; i < LONG; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "H27-261118-%04u,Lê Thị Mẫu,Thôn %u xã Cẩm Trung Hà Tĩnh\n", i, i);
    assert_good(desk_rig_import(&desks[0], text, &report, &lines, &err));
    free(lines);
    FILE *file = tmpfile();
    holds = writes = 0;
    assert_int_equal(write_out(EXPORT_CSV, &everything, file), LONG);
    assert_int_equal(holds, 3);
    assert_true(writes > 1);
    unsigned found = 0;
    while (fgets(text, sizeof text, file) != NULL) {
        char want[64];
        (void)snprintf(want, sizeof want, "\"%u\",\"H27-261118-%04u\"", found + 1, found);
        found += strncmp(text, want, strlen(want)) == 0;
    }
    assert_int_equal(found, LONG);
    fclose(file);
}

static void what_is_asked_for(void **state)
{
    (void)state;
    char *lines;
    struct import_report report;
    struct export_asked asked = {.office = 9};
    FILE *file = tmpfile();
    assert_good(desk_rig_import(&desks[0], LIST, &report, &lines, &err));
    free(lines);
    assert_int_equal(write_out(EXPORT_CSV, &asked, file), 0); /* another office's */
    asked = (struct export_asked){.all_offices = true, .from = {desks[0].rig.now.ms + 86400000}};
    assert_int_equal(write_out(EXPORT_CSV, &asked, file), 0);
    asked = (struct export_asked){.all_offices = true, .to = {desks[0].rig.now.ms - 86400000}};
    assert_int_equal(write_out(EXPORT_CSV, &asked, file), 0);
    fclose(file);
    struct error err;
    size_t rows = 0;
    int full = open("/dev/full", O_WRONLY);
    assert_false(export_list(desks[0].rig.record, &everything, full, &rows, &err));
    assert_int_equal(err.code, ERROR_LATER);
    close(full);
}

/* Room that the record needs is not filled with a list; the disk of another file is another
 * matter. */
static void the_record_keeps_its_room(void **state)
{
    (void)state;
    static const enum export_form forms[] = {EXPORT_CSV, EXPORT_XLSX};
    char *lines, path[300];
    struct import_report report;
    size_t rows = 0;
    assert_good(desk_rig_import(&desks[0], LIST, &report, &lines, &err));
    free(lines);
    (void)snprintf(path, sizeof path, "%s/list", desks[0].rig.dir);
    for (size_t i = 0; i < 2; i++) {
        struct export_asked asked = everything;
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        asked.form = forms[i];
        asked.folder = desks[0].rig.dir;
        disk_is_full = true;
        struct error why = {.code = ERROR_NONE};
        assert_false(export_list(desks[0].rig.record, &asked, fd, &rows, &why));
        assert_int_equal(why.code, ERROR_LATER);
        assert_non_null(strstr(why.text, "no room on the server"));
        disk_is_full = false;
        assert_good(export_list(desks[0].rig.record, &asked, fd, &rows, &err));
        assert_int_equal(rows, ROWS);
        close(fd);
    }
    struct export_asked asked = everything;
    int ends[2];
    asked.folder = desks[0].rig.dir;
    assert_int_equal(pipe(ends), 0);
    disk_is_full = true;
    assert_good(export_list(desks[0].rig.record, &asked, ends[1], &rows, &err));
    disk_is_full = false;
    close(ends[0]);
    close(ends[1]);
}

/* The file's line that has this in it, without its end. */
static char *line_of(char *bytes, const char *word)
{
    char *at = strstr(bytes, word);
    assert_non_null(at);
    while (at > bytes && at[-1] != '\n')
        at--;
    at[strcspn(at, "\r\n")] = '\0';
    return at;
}

static size_t outcomes(char bytes[65536])
{
    struct export_asked asked = {.all_offices = true,
                                 .views = desks[0].rig.views,
                                 .now = {desks[0].rig.now.ms + INT64_C(30) * 86400000}};
    FILE *file = tmpfile();
    size_t rows = write_out(EXPORT_CSV, &asked, file);
    bytes[fread(bytes, 1, 65535, file)] = '\0';
    fclose(file);
    return rows;
}

/* The item's line is these cells, its number between them. */
static void outcome_is(char *bytes, const struct item *item, const char *before, const char *after)
{
    char want[512];
    (void)snprintf(want, sizeof want, "%s,\"%s\",%s", before, item->text, after);
    assert_string_equal(line_of(bytes, item->text), want);
}

/* What became of each: one delivered, one tried, one that nobody fetched; no names. */
static void what_became_of_them(void **state)
{
    (void)state;
    static char bytes[65536];
    char *lines;
    struct import_report report;
    struct rig_device device;
    struct item item[ROWS];
    struct office_fact issued;
    struct addressee who;
    assert_good(desk_rig_import(&desks[0], LIST, &report, &lines, &err));
    free(lines);
    for (size_t i = 0; i < ROWS; i++)
        read_one(&desks[0], i, &item[i], &issued, &who);
    rig_device(&device, &desks[0].rig, "HH-001");
    desk_rig_scan(&desks[0], &device, &item[0], EVENT_PICKED_UP, 0);
    desk_rig_scan(&desks[0], &device, &item[1], EVENT_PICKED_UP, 0);
    desk_rig_scan(&desks[0], &device, &item[1], EVENT_DELIVERY_FAILED, 0);
    desk_rig_scan(&desks[0], &device, &item[0], EVENT_DELIVERED, 0);
    assert_int_equal(outcomes(bytes), ROWS);
    assert_null(strstr(bytes, "Lê Ô"));
    assert_null(strstr(bytes, "0912000001"));
    assert_non_null(strstr(bytes, "\"Đúng hạn giao\",\"Cước phải thu (đồng)\""));
    outcome_is(bytes, &item[0], "\"1\",\"H27-261118-0001\"",
               "\"\",\"Đã phát\",\"10 Đã trả kết quả\",\"25/11/2026 08:00\",\"1\",\"25/11/2026 "
               "08:00\",\"Vợ/chồng\",\"\",\"26/11/2026 17:00\",\"01/12/2026 17:00\",\"Đúng "
               "hạn\",\"33000\",\"\",\"0\",\"0\",\"Lệch tiền\"");
    assert_int_equal(outcomes(bytes), ROWS);
    outcome_is(bytes, &item[1], "\"2\",\"H27-261118-0002\"",
               "\"P. Trần Phú\",\"Chưa phát được\",\"9 Đã xử lý xong\",\"25/11/2026 "
               "08:00\",\"1\",\"\",\"\",\"Vắng nhà\",\"26/11/2026 17:00\",\"27/11/2026 "
               "17:00\",\"Trễ, chưa giao\",\"\",\"\",\"0\",\"0\",\"Quá hạn\"");
    assert_int_equal(outcomes(bytes), ROWS);
    assert_non_null(strstr(line_of(bytes, item[2].text), "\"Chờ in\",\"9 Đã xử lý xong\""));
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define T(name) cmocka_unit_test_setup_teardown(name, open_desks, close_desks)
    const struct CMUnitTest tests[] = {T(as_csv),
                                       T(as_a_workbook),
                                       T(no_cell_is_run),
                                       T(a_long_list_page_by_page),
                                       T(what_is_asked_for),
                                       T(what_became_of_them),
                                       T(the_record_keeps_its_room)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
