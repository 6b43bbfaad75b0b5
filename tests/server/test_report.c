/* The evaluation of a pilot over the control socket: its figures against items whose way is known,
 * as a page and as a workbook; what stood before, with its source. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zip.h>

#include "tests/server/control_rig.h"

#define DAY_MS INT64_C(86400000)
#define ITEMS 4

struct pilot {
    struct asked *asked;
    struct rig_device device;
    struct item item[ITEMS];
    char text[65536];
    size_t n;
};

static void scan(struct pilot *pilot, int i, uint32_t event)
{
    desk_rig_scan(&pilot->asked->desk, &pilot->device, &pilot->item[i], event, 0);
}

/* Two delivered a day later, one fetched after an invitation, one never handed over. */
static int open_pilot(void **state)
{
    struct pilot *pilot = calloc(1, sizeof *pilot);
    void *asked = NULL;
    assert_int_equal(open_asked(&asked), 0);
    pilot->asked = asked;
    struct desk_rig *desk = &pilot->asked->desk;
    pilot->asked->for_short.record = pilot->asked->for_long.record = desk->rig.record;
    rig_device(&pilot->device, &desk->rig, "HH-042");
    for (int i = 0; i < ITEMS; i++) {
        char dossier[32];
        (void)snprintf(dossier, sizeof dossier, "H27-261118-000%d", i + 1);
        pilot->item[i] = desk_rig_issue(desk, dossier, "0912000001", "33000");
    }
    for (int i = 0; i < 3; i++)
        scan(pilot, i, EVENT_PICKED_UP);
    desk_rig_pass(desk, DAY_MS);
    scan(pilot, 0, EVENT_DELIVERED);
    scan(pilot, 1, EVENT_DELIVERED);
    scan(pilot, 2, EVENT_AT_COLLECTION_POINT);
    desk_rig_pass(desk, 20 * DAY_MS);
    *state = pilot;
    return 0;
}

static int close_pilot(void **state)
{
    struct pilot *pilot = *state;
    void *asked = pilot->asked;
    assert_int_equal(close_asked(&asked), 0);
    free(pilot);
    return 0;
}

static void report(struct pilot *pilot, char *form)
{
    int fd = memfd_create("report", MFD_CLOEXEC);
    if (ASK(pilot->asked, fd, "report", "2026-11-01", "2026-12-31", form) != 0)
        fail_msg("%s", pilot->asked->err);
    ssize_t n = pread(fd, pilot->text, sizeof pilot->text - 1, 0);
    close(fd);
    assert_true(n > 0 && (size_t)n < sizeof pilot->text - 1);
    pilot->n = (size_t)n;
    pilot->text[n] = '\0';
}

/* What stands in the row that begins with `word`, below the title. */
static void has_row(const struct pilot *pilot, const char *title, const char *row)
{
    const char *from = strstr(pilot->text, title);
    if (from == NULL)
        fail_msg("no table «%s»", title);
    const char *end = strstr(from, "</table>");
    const char *at = strstr(from, row);
    if (at == NULL || at > end)
        fail_msg("«%s» is not in:\n%.*s", row, (int)(end - from), from);
}

static void the_page_counts(void **state)
{
    struct pilot *pilot = *state;
    report(pilot, "form=html");
    has_row(pilot, "<h2>Đúng hạn <",
            "<td class=\"t\">Cơ quan</td><td>4</td><td>3</td><td>1</td><td>75,00 % *</td>");
    has_row(pilot, "<h2>Đúng hạn <", "<td class=\"t\">Bưu điện</td><td>4</td><td>2</td>");
    has_row(pilot, "<h2>Phát lần đầu", "<td>2</td><td>2</td><td>100,00 % *</td>");
    has_row(pilot, "<h2>Số lượng và tiền, theo cơ quan",
            "<td>4</td><td>2</td><td>50,00 % *</td>"
            "<td>2</td>");
    has_row(pilot, "<h2>Số lượng và tiền, theo xã", "<td>4</td><td>2</td>");
    has_row(pilot, "<h2>Trước và sau", "<td class=\"t\">chưa nhập</td><td>50,00 % *</td>");
    /* both that ended were brought to the door; two are under way and no trip of anybody yet */
    has_row(pilot, "<h2>Trước và sau",
            "<td class=\"t\">chuyến</td><td class=\"t\">chưa nhập</td><td>0,0 *</td>");
    assert_non_null(strstr(pilot->text, "01/11/2026 – 31/12/2026"));
    assert_null(strstr(pilot->text, "<script"));
    assert_null(strstr(pilot->text, "http")); /* nothing is fetched */
    assert_null(strstr(pilot->text, "0912000001"));
}

static void what_stood_before_has_a_source(void **state)
{
    struct pilot *pilot = *state;
    struct asked *asked = pilot->asked;
    assert_int_equal(ASK(asked, -1, "baseline", "on-time-hundredths", "8750", "BC 12/2025"), 0);
    assert_int_equal(ASK(asked, -1, "baseline", "on-time-hundredths", "8700", "BC <12>/2025"), 0);
    assert_int_equal(ASK(asked, -1, "baseline", "days-tenths", "65", "BC 12/2025"), 0);
    assert_int_equal(ASK(asked, -1, "baseline", "smiles", "65", "BC 12/2025"), 1);
    assert_int_equal(ASK(asked, -1, "baseline", "days-tenths", "65", ""), 1);
    report(pilot, "form=html");
    has_row(pilot, "<h2>Trước và sau",
            "<td>87,00 %</td><td>50,00 % *</td>"
            "<td class=\"t\">BC &lt;12&gt;/2025</td>");
    has_row(pilot, "<h2>Trước và sau", "<td>6,5</td><td>1,0 *</td>");
}

/* The registry's name of a post office stands for its number. */
static void a_post_office_has_its_name(void **state)
{
    struct pilot *pilot = *state;
    report(pilot, "form=html");
    has_row(pilot, "<h2>Đúng hạn của bưu điện theo bưu cục", "<td class=\"t\">480000</td>");
    assert_int_equal(ASK(pilot->asked, -1, "postoffice", "480000", "name=Bưu cục Cẩm Trung"), 0);
    report(pilot, "form=html");
    has_row(pilot, "<h2>Đúng hạn của bưu điện theo bưu cục",
            "<td class=\"t\">Bưu cục Cẩm Trung</td>");
    assert_null(strstr(pilot->text, ">480000<"));
}

static void read_part(zip_t *zip, const char *name, char *out, size_t size)
{
    memset(out, 0, size);
    zip_file_t *file = zip_fopen(zip, name, 0);
    assert_non_null(file);
    assert_true(zip_fread(file, out, size - 1) > 0);
    zip_fclose(file);
}

/* Numbers are numbers there, those of few marked in how they are shown; each table has its
 * sentence, and its title is the name of its sheet. */
static void the_workbook_holds_the_same(void **state)
{
    struct pilot *pilot = *state;
    report(pilot, "form=xlsx");
    zip_error_t why;
    zip_source_t *source = zip_source_buffer_create(pilot->text, pilot->n, 0, &why);
    zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, &why);
    assert_non_null(zip);
    char sheet[16384] = "", name[40];
    for (int i = 1; i <= 9; i++) {
        (void)snprintf(name, sizeof name, "xl/worksheets/sheet%d.xml", i);
        assert_true(zip_name_locate(zip, name, 0) >= 0);
    }
    read_part(zip, "xl/worksheets/sheet1.xml", sheet, sizeof sheet);
    assert_non_null(strstr(sheet, "<c r=\"B5\"><v>4</v>"));
    assert_non_null(strstr(sheet, "<c r=\"E5\" s=\"2\"><v>75</v>"));
    read_part(zip, "xl/styles.xml", sheet, sizeof sheet);
    assert_non_null(strstr(sheet, "formatCode=\"General&quot; *&quot;\""));
    read_part(zip, "xl/sharedStrings.xml", sheet, sizeof sheet);
    assert_non_null(strstr(sheet, "* dưới 30 trường hợp"));
    read_part(zip, "xl/workbook.xml", sheet, sizeof sheet);
    zip_discard(zip);
    assert_non_null(strstr(sheet, "<sheet name=\"Đúng hạn\""));
    assert_non_null(strstr(sheet, "<sheet name=\"Đúng hạn của bưu điện theo cơ\""));
    assert_non_null(strstr(sheet, "<sheet name=\"Số lượng và tiền, theo cơ quan\""));
}

static void figures_without_a_file(void **state)
{
    struct pilot *pilot = *state;
    struct asked *asked = pilot->asked;
    assert_int_equal(ASK(asked, -1, "report", "2026-11-01", "2026-12-31"), 0);
    assert_non_null(strstr(asked->out, "on-time\tBưu điện\tĐến hạn\t4\n"));
    assert_non_null(strstr(asked->out, "on-time\tBưu điện\tTỷ lệ nay\t50,00 % *\n"));
    assert_non_null(strstr(asked->out, "volume-office\t"));
    assert_int_equal(ASK(asked, -1, "--json", "report", "2026-11-01", "2026-12-31"), 0);
    assert_non_null(strstr(asked->out, "\"table\":\"on-time\",\"row\":\"Bưu điện\","
                                       "\"column\":\"Tỷ lệ nay\",\"text\":\"50,00 % *\","
                                       "\"number\":50"));
}

/* What a program of the desktop says of a PDF; in pilot->text. */
static void say_of(struct pilot *pilot, const char *command, const char *path)
{
    char line[512];
    (void)snprintf(line, sizeof line, command, path);
    FILE *said = popen(line, "r");
    assert_non_null(said);
    pilot->n = fread(pilot->text, 1, sizeof pilot->text - 1, said);
    pilot->text[pilot->n] = '\0';
    assert_int_equal(pclose(said), 0);
}

static void put_pdf(struct pilot *pilot, const char *path)
{
    int fd = open(path, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    if (ASK(pilot->asked, fd, "report", "2026-11-01", "2026-12-31", "form=pdf") != 0)
        fail_msg("%s", pilot->asked->err);
    close(fd);
}

/* Every page numbered, its words can be read out, its fonts are inside, headings and tables are
 * tagged, the title is the document's, and the same figures give the same bytes. */
static void the_pdf_is_for_everybody(void **state)
{
    struct pilot *pilot = *state;
    char one[200], two[200];
    (void)snprintf(one, sizeof one, BUILD_DIR "/report-1.pdf"); /* to be looked at */
    (void)snprintf(two, sizeof two, BUILD_DIR "/report-2.pdf");
    import_list(pilot->asked);
    put_pdf(pilot, one);
    put_pdf(pilot, two);
    say_of(pilot, "qpdf --check %s 2>&1", one);
    char *again = NULL;
    assert_true(asprintf(&again, "cmp %s %s", one, two) > 0);
    assert_int_equal(system(again), 0);
    free(again);
    say_of(pilot, "pdfinfo %s", one);
    assert_non_null(strstr(pilot->text, "Đánh giá trả kết quả qua bưu điện"));
    assert_non_null(strstr(pilot->text, "Tagged:          yes"));
    assert_non_null(strstr(pilot->text, "(A4)"));
    say_of(pilot, "pdffonts %s | tail -n +3 | awk '$(NF-4) != \"yes\" { print \"not inside\" }'",
           one);
    assert_string_equal(pilot->text, "");
    say_of(pilot, "pdftotext -layout %s -", one);
    assert_non_null(strstr(pilot->text, "Đúng hạn của bưu điện theo bưu cục, vùng"));
    assert_non_null(strstr(pilot->text, "Trang 1/"));
    assert_non_null(strstr(pilot->text, "50,00 % *"));
    assert_null(strstr(pilot->text, "0912000001"));
    say_of(pilot, "pdfinfo -struct %s 2>&1", one);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_int_equal(ASK(pilot->asked, full, "report", "2026-11-01", "2026-12-31", "form=pdf"), 1);
    assert_non_null(strstr(pilot->asked->err, "the PDF cannot be written"));
    close(full);
    const char *const tags[] = {"H1", "H2", "Table", "TR", "TH", "TD"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        assert_non_null(strstr(pilot->text, tags[i]));
}

static void what_cannot_be_asked_is_said(void **state)
{
    struct pilot *pilot = *state;
    int fd = memfd_create("report", MFD_CLOEXEC);
    struct asked *asked = pilot->asked;
    assert_int_equal(ASK(asked, fd, "report", "2026-12-31", "2026-11-01"), 1);
    assert_int_equal(ASK(asked, fd, "report", "2026-11-01", "2026-11-31"), 1);
    assert_int_equal(ASK(asked, fd, "report", "2026-11-01", "2026-11-30", "form=doc"), 1);
    assert_int_equal(ASK(asked, fd, "report", "2026-11-01", "2026-11-30", "office=XX"), 1);
    assert_int_equal(ASK(asked, -1, "report", "2026-11-01", "2026-11-30", "form=pdf"), 1);
    close(fd);
}

int main(int argc, char **argv)
{
    DESK_RIG_CHILD(argc, argv);
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_pilot, close_pilot)
    const struct CMUnitTest tests[] = {
        TEST(the_page_counts),
        TEST(what_stood_before_has_a_source),
        TEST(a_post_office_has_its_name),
        TEST(the_workbook_holds_the_same),
        TEST(figures_without_a_file),
        TEST(the_pdf_is_for_everybody),
        TEST(what_cannot_be_asked_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
