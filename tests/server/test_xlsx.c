/* Workbooks (case I11): parts put together by hand, a file of libxlsxwriter's, one of openpyxl's,
 * and files that mean no good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>
#include <zip.h>

#include "tests/server/whole_list.h"
#include "server/office/xlsx.h"

static struct error err;

/* ------------------------------------------------------------------ putting together */

struct part {
    const char *path, *text;
};

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define RELS(inner) HEAD "<Relationships xmlns=\"r\">" inner "</Relationships>"
#define REL(id, type, target)                                                                      \
    "<Relationship Id=\"" id "\" Type=\"http://x/" type "\" Target=\"" target "\"/>"
#define ROOT                                                                                       \
    {                                                                                              \
        "_rels/.rels", RELS(REL("rId1", "officeDocument", "xl/book.xml"))                          \
    }
#define BOOK(more)                                                                                 \
    {                                                                                              \
        "xl/book.xml", HEAD "<workbook xmlns:r=\"q\">" more "<sheets>"                             \
                            "<sheet name=\"Hướng dẫn\" state=\"hidden\" r:id=\"a\"/>"         \
                            "<sheet name=\"Danh sách\" r:id=\"b\"/></sheets></workbook>"          \
    }
#define BOOK_RELS                                                                                  \
    {                                                                                              \
        "xl/_rels/book.xml.rels",                                                                  \
            RELS(REL("b", "worksheet", "/odd/seven.xml") REL("a", "worksheet", "sheets/one.xml")   \
                     REL("s", "sharedStrings", "texts.xml") REL("t", "styles", "looks.xml"))       \
    }
#define SHEET(rows)                                                                                \
    {                                                                                              \
        "odd/seven.xml", HEAD "<worksheet><sheetData>" rows "</sheetData></worksheet>"             \
    }
#define TEXTS(items)                                                                               \
    {                                                                                              \
        "xl/texts.xml", HEAD "<sst>" items "</sst>"                                                \
    }
#define LOOKS                                                                                      \
    {                                                                                              \
        "xl/looks.xml",                                                                            \
            HEAD "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"dd\\/mm\\/yyyy\"/>"   \
                 "<numFmt numFmtId=\"165\" formatCode=\"0.0&quot;dmy&quot;[Red]\"/></numFmts>"     \
                 "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/>" \
                 "<xf numFmtId=\"14\"/><xf numFmtId=\"164\"/><xf numFmtId=\"165\"/></cellXfs>"     \
                 "</styleSheet>"                                                                   \
    }

static size_t pack(const struct part *parts, size_t n, char **new_bytes)
{
    zip_error_t why;
    zip_error_init(&why);
    zip_source_t *room = zip_source_buffer_create(NULL, 0, 0, &why);
    zip_t *zip = zip_open_from_source(room, ZIP_TRUNCATE, &why);
    assert_non_null(zip);
    zip_source_keep(room);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *one = zip_source_buffer(zip, parts[i].text, strlen(parts[i].text), 0);
        assert_true(zip_file_add(zip, parts[i].path, one, ZIP_FL_ENC_UTF_8) >= 0);
    }
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t info;
    assert_int_equal(zip_source_stat(room, &info), 0);
    *new_bytes = malloc((size_t)info.size);
    assert_int_equal(zip_source_open(room), 0);
    assert_int_equal(zip_source_read(room, *new_bytes, info.size), info.size);
    zip_source_close(room);
    zip_source_free(room);
    zip_error_fini(&why);
    return (size_t)info.size;
}

/* ------------------------------------------------------------------ looking */

static char seen[8192];

static bool look(void *ctx, uint32_t number, bool hidden, const struct xlsx_cell *cells, size_t n)
{
    (void)ctx;
    size_t at = strlen(seen);
    at += (size_t)snprintf(seen + at, sizeof seen - at, "%u%s:", number, hidden ? "h" : "");
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(seen + at, sizeof seen - at, "[%.*s]%s", (int)cells[i].n,
                               cells[i].text, cells[i].is_error ? "!" : "");
    (void)snprintf(seen + at, sizeof seen - at, "\n");
    return true;
}

static bool walk(const struct part *parts, size_t n)
{
    char *bytes;
    struct xlsx *xlsx = NULL;
    size_t size = pack(parts, n, &bytes);
    seen[0] = '\0';
    assert_true(xlsx_is(bytes, size));
    bool good = xlsx_open(bytes, size, &xlsx, &err) &&
                xlsx_walk(xlsx, xlsx_sheets(xlsx) - 1, (struct xlsx_sink){look, NULL}, &err);
    xlsx_close(xlsx);
    free(bytes);
    return good;
}
#define WALK(...)                                                                                  \
    walk((const struct part[]){__VA_ARGS__},                                                       \
         sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))
#define SEES(rows, wanted)                                                                         \
    do {                                                                                           \
        if (!WALK(ROOT, BOOK(""), BOOK_RELS, TEXTS(STRINGS), LOOKS, SHEET(rows)))                  \
            fail_msg("%s", err.text);                                                              \
        assert_string_equal(seen, wanted);                                                         \
    } while (0)
#define STRINGS                                                                                       \
    "<si><t>Mã hồ sơ</t></si><si><t/></si>"                                                       \
    "<si><r><rPr><b/></rPr><t xml:space=\"preserve\">Nguyễn </t></r><r><t>Thị Mẫu</t></r></si>" \
    "<si><t>Trần</t><rPh sb=\"0\" eb=\"1\"><t>không phải tên</t></rPh></si>"                    \
    "<si><t>a_x000D_b &amp; &lt;c&gt; _x005F_x000D_ _x12_ _xD800_</t></si>"

static void strings_of_every_kind(void **state)
{
    (void)state;
    SEES("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
         "<c r=\"C1\" t=\"s\"><v>2</v></c><c r=\"D1\" t=\"s\"><v>3</v></c></row>"
         "<row r=\"2\"><c t=\"s\"><v>4</v></c><c t=\"inlineStr\"><is><r><t>Số "
         "</t></r><r><t>2</t></r>"
         "<rPh><t>x</t></rPh></is></c><c t=\"str\"><f>\"a\"&amp;1</f><v>a1</v></c></row>",
         "1:[Mã hồ sơ][][Nguyễn Thị Mẫu][Trần]\n"
         "2:[a\rb & <c> _x000D_ _x12_ _xD800_][Số 2][a1]\n");
}

static void numbers_and_days(void **state)
{
    (void)state;
    SEES("<row r=\"3\"><c><v>912000001</v></c><c><v>8.44000002E8</v></c><c><v>1.5</v></c>"
         "<c><v>123456789012345678</v></c><c s=\"1\"><v>46361</v></c><c s=\"2\"><v>46361.5</v></c>"
         "<c s=\"3\"><v>7</v></c><c t=\"d\"><v>2026-12-05T08:00:00</v></c><c t=\"b\"><v>1</v></c>"
         "<c t=\"e\"><v>#N/A</v></c><c s=\"1\"><v>-5</v></c><c s=\"9999\"><v>3</v></c></row>",
         "3:[912000001][844000002][1.5][123456789012345678][05/12/2026][05/12/2026][7][05/12/2026]"
         "[1][#N/A]![-5][3]\n");
    assert_true(WALK(ROOT, BOOK("<workbookPr date1904=\"1\"/>"), BOOK_RELS, TEXTS(""), LOOKS,
                     SHEET("<row><c s=\"1\"><v>46361</v></c></row>")));
    assert_string_equal(seen, "1:[06/12/2030]\n");
}

static void places(void **state)
{
    (void)state;
    SEES("<row r=\"2\" hidden=\"1\"><c "
         "r=\"C2\"><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c>"
         "</row><row r=\"1048576\"><c r=\"XFD1048576\"><v>4</v></c></row>",
         "2h:[][][1][2]\n3:[3]\n");
}

static void what_is_no_workbook(void **state)
{
    (void)state;
    struct xlsx *xlsx = NULL;
    static const char cut[] = "PK\x03\x04 and no more";
    assert_false(xlsx_open(cut, sizeof cut, &xlsx, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "bị cắt dở"));
    assert_false(WALK({"word/document.xml", "<w/>"}));
    assert_non_null(strstr(err.text, "không phải bảng tính"));
    assert_false(WALK(ROOT, BOOK(""), BOOK_RELS, SHEET("<row><c t=\"s\"><v>5</v></c></row>")));
    assert_non_null(strstr(err.text, "«Danh sách», dòng 1"));
    assert_false(WALK(ROOT, BOOK(""), BOOK_RELS, SHEET("<row><c><v>1</v></row>")));
    assert_non_null(strstr(err.text, "odd/seven.xml:1: mismatched tag"));
    assert_false(WALK(ROOT, BOOK(""), BOOK_RELS));
    assert_int_equal(err.code, ERROR_NOT_FOUND);
}

static void no_document_types(void **state)
{
    (void)state;
    static const char laughs[] =
        "<?xml version=\"1.0\"?><!DOCTYPE s [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>"
        "<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>&b;</t></is></c></row></sheetData>"
        "</worksheet>";
    assert_false(WALK(ROOT, BOOK(""), BOOK_RELS, {"odd/seven.xml", laughs}));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_string_equal(seen, "");
}

/* A workbook that is read, and is not once any of its parts declares a type. */
static void no_part_declares_a_type(void **state)
{
    (void)state;
    static const char type[] = "<!DOCTYPE x [<!ENTITY a \"ha\">]>";
    const struct part whole[] = {ROOT,
                                 BOOK(""),
                                 BOOK_RELS,
                                 SHEET("<row r=\"1\"><c t=\"s\"><v>0</v></c></row>"),
                                 TEXTS("<si><t>một</t></si>"),
                                 LOOKS};
    const size_t n = sizeof whole / sizeof *whole;
    assert_true(walk(whole, n));
    assert_string_equal(seen, "1:[một]\n");
    for (size_t i = 0; i < n; i++) {
        struct part parts[sizeof whole / sizeof *whole];
        char text[4096];
        memcpy(parts, whole, sizeof whole);
        (void)snprintf(text, sizeof text, HEAD "%s%s", type, whole[i].text + strlen(HEAD));
        parts[i].text = text;
        print_message("%s\n", whole[i].path);
        assert_false(walk(parts, n));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        assert_string_equal(seen, "");
    }
}

/* 32 MB of blanks pack to 32 KB: a thousandth. */
static void packed_beyond_the_limit(void **state)
{
    (void)state;
    size_t n = (size_t)32 << 20;
    char *much = malloc(n + 1);
    memset(much, ' ', n);
    memcpy(much, "<worksheet>", 11);
    much[n] = '\0';
    assert_false(WALK(ROOT, BOOK(""), BOOK_RELS, {"odd/seven.xml", much}));
    assert_non_null(strstr(err.text, "nén quá mức"));
    free(much);
}

/* ------------------------------------------------------------------ as other programs write them
 */

static int read_file(const char *path, struct whole_list *list)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    bool good = whole_list_read("/proc/self/exe", fileno(file), NULL, list, &err);
    (void)fclose(file);
    return good ? 0 : -1;
}

static void expect_two(const struct whole_list *list, const char *sheet)
{
    assert_true(list->n >= 3);
    assert_string_equal(list->sheet, sheet);
    assert_int_equal(list->charset, CHARSET_UNKNOWN);
    assert_int_equal(list->rows[0].number, 4);
    assert_string_equal(list->rows[0].cell[LIST_DOSSIER], "000.00.01.H00-261125-0001");
    assert_string_equal(list->rows[0].cell[LIST_NAME], "Nguyễn Thị Thuỳ Đường");
    assert_string_equal(list->rows[0].cell[LIST_ADDRESS], "Số 8 phố A & B <cũ>");
    assert_string_equal(list->rows[0].cell[LIST_PHONE], "912000001");
    assert_string_equal(list->rows[0].cell[LIST_REGISTERED], "05/12/2026");
    assert_string_equal(list->rows[1].cell[LIST_NAME], "Trần Văn Bỉnh");
    assert_true(list->rows[1].hidden);
    assert_false(list->rows[0].hidden);
    assert_int_equal(list->rows[list->n - 1].fault, LIST_FAULT_NO_DOSSIER); /* a total */
}

static void of_libxlsxwriter(void **state)
{
    (void)state;
    static const char *const names[] = {"Mã hồ sơ", "Người nhận", "Địa chỉ", "Số điện thoại",
                                        "Ngày đăng ký"};
    char path[] = "/tmp/trao-xlsx-XXXXXX";
    close(mkstemp(path));
    lxw_workbook *book = workbook_new(path);
    lxw_worksheet *other = workbook_add_worksheet(book, "Ghi chú");
    lxw_worksheet *sheet = workbook_add_worksheet(book, "Kết quả");
    lxw_format *day = workbook_add_format(book), *bold = workbook_add_format(book);
    format_set_num_format(day, "dd/mm/yyyy");
    format_set_bold(bold);
    worksheet_write_string(other, 0, 0, "không có gì", NULL);
    worksheet_merge_range(sheet, 0, 0, 0, 4, "DANH SÁCH KẾT QUẢ", bold);
    for (lxw_col_t i = 0; i < 5; i++)
        worksheet_write_string(sheet, 2, i, names[i], bold);
    for (lxw_row_t row = 3; row < 5; row++) {
        lxw_rich_string_tuple first = {.string = row == 3 ? "Nguyễn Thị " : "Trần "},
                              second = {.format = bold,
                                        .string = row == 3 ? "Thuỳ Đường" : "Văn Bỉnh"};
        lxw_rich_string_tuple *runs[] = {&first, &second, NULL};
        worksheet_write_string(sheet, row, 0,
                               row == 3 ? "000.00.01.H00-261125-0001" : "000.00.01.H00-261125-0002",
                               NULL);
        worksheet_write_rich_string(sheet, row, 1, runs, NULL);
        worksheet_write_string(sheet, row, 2, "Số 8\nphố A & B <cũ>", NULL);
        worksheet_write_number(sheet, row, 3, 912000001, NULL);
        worksheet_write_number(sheet, row, 4, 46361, day);
    }
    worksheet_set_row_opt(sheet, 4, 15, NULL, &(lxw_row_col_options){.hidden = 1});
    worksheet_write_string(sheet, 5, 0, "Tổng cộng", bold);
    worksheet_write_number(sheet, 5, 3, 2, NULL);
    assert_int_equal(workbook_close(book), LXW_NO_ERROR);
    struct whole_list list;
    int got = read_file(path, &list);
    unlink(path);
    if (got != 0)
        fail_msg("%s", err.text);
    expect_two(&list, "Kết quả");
    whole_list_done(&list);
}

static void of_openpyxl(void **state)
{
    (void)state;
    char path[] = "/tmp/trao-xlsx-XXXXXX", command[4096];
    close(mkstemp(path));
    static const char program[] =
        "import openpyxl, datetime, sys\n"
        "b = openpyxl.Workbook(); b.active.title = 'Ẩn'; b.active.sheet_state = 'hidden'\n"
        "b.active.append(['Mã hồ sơ', 'Người nhận', 'Địa chỉ'])\n"
        "s = b.create_sheet('Danh sách 2026'); s.append(['DANH SÁCH']); s.append([])\n"
        "s.append(['Mã hồ sơ', 'Người nhận', 'Địa chỉ', 'Số điện thoại', 'Ngày đăng ký'])\n"
        "a = 'Số 8\\nphố A & B <cũ>'; d = datetime.date(2026, 12, 5)\n"
        "s.append(['000.00.01.H00-261125-0001', 'Nguyễn Thị Thuỳ Đường', a, 912000001, d])\n"
        "s.append(['000.00.01.H00-261125-0002', 'Trần Văn Bỉnh', a, '0912000002', d])\n"
        "s.append(['Tổng cộng', None, None, 2]); s.row_dimensions[5].hidden = True\n"
        "s['XFD9000'] = 'xa'\n"
        "b.save(sys.argv[1])\n";
    (void)snprintf(command, sizeof command, "/usr/bin/python3 - %s <<'P'\n%sP\n", path, program);
    assert_int_equal(system(command), 0);
    struct whole_list list;
    int got = read_file(path, &list);
    unlink(path);
    if (got != 0)
        fail_msg("%s", err.text);
    expect_two(&list, "Danh sách 2026");
    whole_list_done(&list);
}

/* tests/data/README.md says how these were made. */
static void of_libreoffice(void **state)
{
    (void)state;
    struct whole_list list;
    if (read_file(TESTS_DIR "/data/libreoffice.xlsx", &list) != 0)
        fail_msg("%s", err.text);
    expect_two(&list, "Kết quả tháng 11");
    assert_int_equal(list.n, 4);
    assert_string_equal(list.rows[0].cell[LIST_POSTAGE], "33000"); /* of a formula */
    assert_string_equal(list.rows[1].cell[LIST_POSTAGE], "33.000");
    assert_int_equal(list.rows[2].fault, LIST_FAULT_ERROR_CELL);
    assert_int_equal(list.rows[2].column, LIST_POSTAGE);
    whole_list_done(&list);
}

/* The same sheet as the text that LibreOffice makes of it. */
static void of_libreoffice_as_text(void **state)
{
    (void)state;
    struct whole_list list;
    if (read_file(TESTS_DIR "/data/libreoffice.csv", &list) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(list.separator, ';');
    assert_int_equal(list.charset, CHARSET_UTF8);
    assert_int_equal(list.n, 4);
    assert_string_equal(list.rows[0].cell[LIST_NAME], "Nguyễn Thị Thuỳ Đường");
    assert_string_equal(list.rows[0].cell[LIST_ADDRESS], "Số 8 phố A & B <cũ>");
    assert_string_equal(list.rows[0].cell[LIST_REGISTERED], "05/12/2026");
    assert_int_equal(list.rows[2].fault,
                     LIST_FAULT_NONE); /* what "#N/A" is no sum of money says later */
    whole_list_done(&list);
}

static int child(void)
{
    struct charsets *charsets = NULL;
    struct list_names none = list_names_read(NULL);
    return charsets_open(&charsets, &err) ? list_child_main(0, 1, charsets, CHARSET_UNKNOWN, &none)
                                          : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--read-list") == 0)
        return child();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_of_every_kind),
        cmocka_unit_test(numbers_and_days),
        cmocka_unit_test(places),
        cmocka_unit_test(what_is_no_workbook),
        cmocka_unit_test(no_document_types),
        cmocka_unit_test(no_part_declares_a_type),
        cmocka_unit_test(packed_beyond_the_limit),
        cmocka_unit_test(of_libxlsxwriter),
        cmocka_unit_test(of_openpyxl),
        cmocka_unit_test(of_libreoffice),
        cmocka_unit_test(of_libreoffice_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
