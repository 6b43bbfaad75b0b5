/* Lists as offices export them, read in a child of this very test program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "server/office/list_wire.h"
#include "tests/lib/busy.h"
#include "tests/server/whole_list.h"

#define SELF "/proc/self/exe"
#define HEADER "Mã hồ sơ,Người nhận,Địa chỉ,Số điện thoại,Ngày trả,Ghi chú"
#define ROW1                                                                                               \
    "000.00.01.H00-261125-0001,Nguyễn Thị Thuỳ Đường,\"Số 8, ngõ 12, Hà Nội\",0912000001," \
    "25/11/2026,"
#define ROW2                                                                                                  \
    "000.00.01.H00-261125-0002,Trần Văn Bỉnh,\"Thôn 3\nxã Thử Nghiệm\nhuyện Mẫu, Nghệ An\"," \
    "0844000002,05/12/2026,\"gọi trước \"\"giờ trưa\"\"\""
#define ROW3 "000.00.01.H00-261125-0003,Lê Ô,Buôn Ea Mẫu; tổ 5,+84 844 000 003,12/12/2026,\"a;b,c\""

static struct error err;

static bool read_bytes(const char *bytes, size_t n, struct whole_list *list)
{
    FILE *file = tmpfile();
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    (void)fflush(file);
    rewind(file);
    bool ok = whole_list_read(SELF, fileno(file), NULL, list, &err);
    (void)fclose(file);
    return ok;
}

static bool read_text(const char *text, struct whole_list *list)
{
    return read_bytes(text, strlen(text), list);
}

static void three_dossiers(const char *text, const char *address)
{
    struct whole_list list;
    if (!read_text(text, &list))
        fail_msg("%s", err.text);
    assert_int_equal(list.n, 3);
    assert_string_equal(list.rows[0].cell[LIST_DOSSIER], "000.00.01.H00-261125-0001");
    assert_string_equal(list.rows[0].cell[LIST_NAME], "Nguyễn Thị Thuỳ Đường");
    assert_string_equal(list.rows[1].cell[LIST_ADDRESS], address);
    assert_string_equal(list.rows[2].cell[LIST_PHONE], "+84 844 000 003");
    assert_string_equal(list.rows[2].cell[LIST_ADDRESS], "Buôn Ea Mẫu; tổ 5");
    for (size_t i = 0; i < list.n; i++)
        assert_int_equal(list.rows[i].fault, LIST_FAULT_NONE);
    whole_list_done(&list);
}

#define WHOLE "Thôn 3 xã Thử Nghiệm huyện Mẫu, Nghệ An"

static void shapes_of_csv(void **state)
{
    (void)state;
    three_dossiers(HEADER "\r\n" ROW1 "\r\n" ROW2 "\r\n" ROW3 "\r\n", WHOLE);
    three_dossiers(HEADER "\n" ROW1 "\n" ROW2 "\n" ROW3, WHOLE);
    three_dossiers(HEADER ",,,\r\n" ROW1 ",,,\r\n" ROW2 ",,,\r\n" ROW3 ",,,\r\n,,,,,,,,\r\n",
                   WHOLE);
}

static void a_mark_before_a_quoted_header(void **state)
{
    (void)state;
    three_dossiers("\xEF\xBB\xBF\"Mã hồ sơ\";\"Người nhận\";\"Địa chỉ\";\"Số điện thoại\"\r\n"
                   "000.00.01.H00-261125-0001;Nguyễn Thị Thuỳ Đường;\"Số 8\";0912000001\r\n"
                   "000.00.01.H00-261125-0002;\"Trần\";\"Thôn 3\nxã Thử Nghiệm\nhuyện Mẫu, Nghệ "
                   "An\";0844000002\r\n"
                   "000.00.01.H00-261125-0003;Lê Ô;\"Buôn Ea Mẫu; tổ 5\";+84 844 000 003\r\n",
                   WHOLE);
}

static void a_sep_line_is_no_header(void **state)
{
    (void)state;
    struct whole_list list;
    assert_true(
        read_text("\xEF\xBB\xBFsep=;\r\nMã hồ sơ;Người nhận;Địa chỉ\r\nH27-261125-0001;An;Số "
                  "1\r\n",
                  &list));
    assert_int_equal(list.n, 1);
    assert_int_equal(list.rows[0].number, 3);
    whole_list_done(&list);
}

/* Any sign that the line says, in quotes or not. */
static void a_sep_line_says_the_separator(void **state)
{
    (void)state;
    static const char *const heads[] = {"sep=|\r\n", "\"sep=|\"\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct whole_list list;
        char text[256];
        (void)snprintf(text, sizeof text,
                       "%sMã hồ sơ|Người nhận|Địa chỉ\r\nH27-261125-0001|An|Thôn 1, xã 2; tổ 3\r\n",
                       heads[i]);
        if (!read_text(text, &list))
            fail_msg("%s", err.text);
        assert_int_equal(list.separator, '|');
        assert_int_equal(list.rows[0].number, 3);
        assert_string_equal(list.rows[0].cell[LIST_ADDRESS], "Thôn 1, xã 2; tổ 3");
        whole_list_done(&list);
    }
    struct whole_list list;
    assert_false(read_text("sep=\n", &list));
    assert_false(read_text("sep=\"\n", &list));
}

static void tabs(void **state)
{
    (void)state;
    struct whole_list list;
    assert_true(
        read_text("Mã hồ sơ\tNgười nhận\tĐịa chỉ\nH27-261125-0001\tAn\tSố 1, Hà Tĩnh\n", &list));
    assert_int_equal(list.n, 1);
    assert_string_equal(list.rows[0].cell[LIST_ADDRESS], "Số 1, Hà Tĩnh");
    whole_list_done(&list);
}

static void carriage_returns_alone(void **state)
{
    (void)state;
    three_dossiers(HEADER "\r" ROW1 "\r"
                          "000.00.01.H00-261125-0002,Trần Văn Bỉnh,\"" WHOLE
                          "\",0844000002,,\r" ROW3 "\r",
                   WHOLE);
}

static void titles_above_and_totals_below(void **state)
{
    (void)state;
    struct whole_list list;
    assert_true(read_text(
        "UBND XÃ MẪU,,,,,\r\nDANH SÁCH HỒ SƠ ĐÃ CÓ KẾT QUẢ,,,,,\r\n\r\n,,,,,\r\n" HEADER "\r\n" ROW1
        "\r\n" ROW2 "\r\n" ROW3 "\r\nTổng cộng: 3,,,,,\r\n\r\nNgười lập biểu,,,,,\r\n",
        &list));
    assert_int_equal(list.n, 5);
    assert_int_equal(list.rows[3].fault, LIST_FAULT_NO_DOSSIER);
    assert_int_equal(list.rows[4].fault, LIST_FAULT_NO_DOSSIER);
    assert_int_equal(list.rows[0].number, 6); /* as a spreadsheet counts, blank rows too */
    assert_int_equal(list.rows[2].number, 8); /* a row with line breaks is one */
    whole_list_done(&list);
}

/* A sum stands beside "Tổng cộng"; a mistyped code with anything beside it is no total. */
static void a_mistyped_code_is_no_total(void **state)
{
    (void)state;
    struct whole_list list;
    assert_true(read_text("Mã hồ sơ,Người nhận,Địa chỉ,Cước\nTổng cộng,,,33000\n"
                          "H27.15-26111-0145,,,33000\n,,,33000\nNgười lập biểu,,,\n",
                          &list));
    assert_int_equal(list.n, 4);
    assert_int_equal(list.rows[0].fault, LIST_FAULT_NO_DOSSIER);
    assert_int_equal(list.rows[1].fault, LIST_FAULT_NONE);
    assert_int_equal(list.rows[2].fault, LIST_FAULT_NO_DOSSIER);
    assert_int_equal(list.rows[3].fault, LIST_FAULT_NO_DOSSIER);
    whole_list_done(&list);
}

static void an_empty_file_is_called_so(void **state)
{
    (void)state;
    struct whole_list list;
    assert_false(read_text("", &list));
    assert_non_null(strstr(err.text, "the file is empty"));
}

static void a_cut_file_never_gives_half_an_address(void **state)
{
    (void)state;
    static const char *const cut[] = {
        HEADER "\r\n" ROW1 "\r\n000.00.01.H00-261125-0003,Lê Ô",
        HEADER "\r\n" ROW1 "\r\n000.00.01.H00-261125-0003,Lê Ô,Buôn Ea",
        HEADER "\r\n" ROW1 "\r\n000.00.01.H00-261125-0003,Lê Ô,\"Buôn Ea Mẫu; tổ",
        HEADER "\r\n" ROW1 "\r\n000.00.01.H00-261125-0003,Lê Ô,\"Buôn Ea Mẫu\n",
    };
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        struct whole_list list;
        assert_true(read_text(cut[i], &list));
        assert_int_equal(list.n, 2);
        assert_int_equal(list.rows[0].fault, LIST_FAULT_NONE);
        assert_int_equal(list.rows[1].fault, LIST_FAULT_CUT);
        whole_list_done(&list);
    }
}

static void bad_bytes_are_named_and_the_rest_goes_in(void **state)
{
    (void)state;
    struct whole_list list;
    assert_true(read_text(HEADER "\r\nH27-261125-0001,Nguy\xE1\xBB,S\xC3(,1,,\r\n"
                                 "H27-261125-0002,\xC0\xAF,ok,,,\r\nH27-261125-0003,Tốt,ok,,,\r\n",
                          &list));
    assert_int_equal(list.n, 3);
    assert_int_equal(list.rows[0].fault, LIST_FAULT_NOT_UTF8);
    assert_int_equal(list.rows[0].column, LIST_NAME);
    assert_string_equal(list.rows[0].cell[LIST_NAME], "");
    assert_int_equal(list.rows[1].fault, LIST_FAULT_NOT_UTF8);
    assert_string_equal(list.rows[2].cell[LIST_NAME], "Tốt");
    whole_list_done(&list);
}

/* Bytes of no encoding that can be told. */
static void what_cannot_be_told_is_refused_by_place(void **state)
{
    (void)state;
    struct whole_list list = {.n = 77};
    assert_false(read_text("STT,M\xB7 h\xE5 s\x80\x81,Ng\x82\x83i nh\x84n\n1,2,3\n", &list));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "dòng 1, cột 2"));
    assert_non_null(strstr(err.text, "UTF-8"));
    assert_int_equal(list.n, 77);
}

static bool read_named(const char *text, const struct list_names *names,
                       struct whole_list *ret_list)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    (void)fputs(text, file);
    (void)fflush(file);
    rewind(file);
    bool ok = whole_list_read(SELF, fileno(file), names, ret_list, &err);
    (void)fclose(file);
    return ok;
}

/* Where the list begins, and what to do: a header is wanted above, or a column of it. */
static void a_list_without_header_is_told_its_place(void **state)
{
    (void)state;
    static const char none[] = "\n1;H27.15-261118-0001;Đỗ Xuân Mẫu;Thôn 1\n";
    static const char short_of_one[] =
        "Danh sách\nMã hồ sơ;Họ tên;Địa chỉ;SĐT\nH27-261118-0001;An;1\n";
    struct whole_list list;
    struct list_names names = {.folded = {""}};
    assert_false(read_named(none, &names, &list));
    assert_string_equal(err.text,
                        "dòng 2, cột 2: đã là hồ sơ, trên đó không có tên cột. Chưa nhập; thêm "
                        "dòng «Mã hồ sơ», «Người nhận», «Địa chỉ». / row 2, column 2: a dossier, "
                        "no header above it");
    assert_false(list_has_no_header(&err)); /* names of columns would not help */
    assert_false(read_named(short_of_one, &names, &list));
    assert_non_null(
        strstr(err.text, "Dòng 2: «Mã hồ sơ», «Họ tên», «Địa chỉ», «SĐT»; thiếu «Người nhận»."));
    assert_true(list_has_no_header(&err));
    /* Names that nobody knows, one with a digit in it: they may be named. */
    assert_false(read_named("Danh sách\nSố HS;Chủ;Nơi nhận;SĐT 1\nH27-261118-0001;An;Thôn 1;\n",
                            &names, &list));
    assert_true(list_has_no_header(&err));
    assert_null(strstr(err.text, "trên đó không có"));
}

/* What an office calls its columns comes first, also before a name everybody
 * knows. */
static void an_office_names_its_columns(void **state)
{
    (void)state;
    static const char own[] = "Mã;Chủ hồ sơ;Người nhận;Nơi nhận\nH27-261118-0001;An;Bình;Thôn 1\n";
    static const char known[] = "Mã hồ sơ;Người nhận;Địa chỉ\nH27-261118-0001;An;Thôn 1\n";
    struct whole_list list;
    struct list_names names = {.folded = {""}};
    assert_false(read_named(own, &names, &list));
    assert_non_null(strstr(err.text, "no header"));
    list_names_set(&names, "dossier", "ma");
    list_names_set(&names, "name", "chu ho so");
    list_names_set(&names, "address", "noi nhan");
    list_names_set(&names, "no-such-column", "x");
    assert_true(read_named(own, &names, &list));
    assert_int_equal(list.position[LIST_NAME], 2);
    assert_string_equal(list.rows[0].cell[LIST_NAME], "An");
    assert_string_equal(list.rows[0].cell[LIST_ADDRESS], "Thôn 1");
    whole_list_done(&list);
    assert_true(read_named(known, &names, &list)); /* the usual list comes too */
    assert_string_equal(list.rows[0].cell[LIST_NAME], "An");
    whole_list_done(&list);
}

static void names_of_columns_as_they_go_to_the_reader(void **state)
{
    (void)state;
    char key[24], longest[LIST_NAME_MAX + 2] = "";
    assert_string_equal(list_column_key(LIST_ID_NUMBER, key, sizeof key), "id-number");
    assert_string_equal(list_column_key(LIST_ID_NUMBER, key, 4), "id-");
    struct list_names names = list_names_read("ma|ten||");
    assert_string_equal(names.folded[LIST_DOSSIER], ""); /* too few: none of it counts */
    names = list_names_read("ma|ten|||||||||||");
    assert_string_equal(names.folded[LIST_DOSSIER], "ma");
    assert_string_equal(names.folded[LIST_NAME], "ten");
    memset(longest, 'x', LIST_NAME_MAX + 1);
    names = list_names_read(longest);
    assert_string_equal(names.folded[LIST_DOSSIER], "");
}

static void without_a_header_nothing_is_read(void **state)
{
    (void)state;
    struct whole_list list;
    assert_false(read_text("1,2,3\nH27-261125-0001,An,Số 1\n", &list));
    assert_non_null(strstr(err.text, "«Mã hồ sơ»"));
    assert_false(read_text("", &list));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

static void hostile_cells_are_only_text(void **state)
{
    (void)state;
    static const char *const cells[][2] = {
        {"=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"},
        {"<script>alert(1)</script>", "<script>alert(1)</script>"},
        {"\"Nguyễn \"\"<b>\"\" Văn\"", "Nguyễn \"<b>\" Văn"},
        {"\"\xE2\x80\xAEnguợc\xE2\x80\xAC\"", "nguợc"},
        {"%s%n%x", "%s%n%x"},
        {"\"\"\"\"", "\""},
        {"😀 Văn Mẫu", "😀 Văn Mẫu"},
        {"\"line1\nline2\"", "line1 line2"},
        {"NaN", "NaN"},
        {"Ng \"lẻ\" nháy", "Ng \"lẻ\" nháy"},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        char text[512];
        struct whole_list list;
        (void)snprintf(text, sizeof text, HEADER "\nH27-261125-0001,%s,Số 1,,,\n", cells[i][0]);
        assert_true(read_text(text, &list));
        assert_int_equal(list.n, 1);
        assert_string_equal(list.rows[0].cell[LIST_NAME], cells[i][1]);
        whole_list_done(&list);
    }
    struct whole_list list;
    static const char zero[] = HEADER "\nH27-261125-0001,Ng\0An,Số 1,,,\n";
    assert_true(read_bytes(zero, sizeof zero - 1, &list));
    assert_string_equal(list.rows[0].cell[LIST_NAME], "NgAn");
    whole_list_done(&list);
}

static void forty_thousand_letters_are_refused_by_row(void **state)
{
    (void)state;
    static const char before[] = HEADER "\nH27-261125-0001,";
    static const char after[] = ",Số 1,,,\nH27-261125-0002,An,Số 1,,,\n";
    char *text = calloc(1, sizeof before + 40000 + sizeof after);
    memcpy(text, before, sizeof before - 1);
    memset(text + sizeof before - 1, 'A', 40000);
    memcpy(text + sizeof before - 1 + 40000, after, sizeof after);
    struct whole_list list;
    assert_true(read_text(text, &list));
    assert_int_equal(list.rows[0].fault, LIST_FAULT_TOO_LONG);
    assert_int_equal(list.rows[0].column, LIST_NAME);
    assert_int_equal(list.rows[1].fault, LIST_FAULT_NONE);
    whole_list_done(&list);
    free(text);
}

static void the_eleven_columns_by_name(void **state)
{
    (void)state;
    struct whole_list list;
    FILE *file = fopen(TESTS_DIR "/data/results.csv", "r");
    assert_non_null(file);
    if (!whole_list_read(SELF, fileno(file), NULL, &list, &err))
        fail_msg("%s", err.text);
    (void)fclose(file);
    assert_int_equal(list.n, 60);
    assert_int_equal(list.position[LIST_DOSSIER], 2);
    assert_int_equal(list.position[LIST_PHONE], 7);
    assert_int_equal(list.position[LIST_POSTAGE], 11);
    assert_int_equal(list.position[LIST_FEES], 0);
    assert_int_equal(list.rows[0].number, 2);
    whole_list_done(&list);
}

/* `rows` dossiers behind a header. */
static bool read_rows(uint32_t rows, struct whole_list *ret_list)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    (void)fputs("Mã hồ sơ,Người nhận,Địa chỉ\n", file);
    for (uint32_t i = 0; i < rows; i++)
        (void)fputs("H27-261118-0001,Mẫu,Thôn 1\n", file);
    (void)fflush(file);
    rewind(file);
    bool ok = whole_list_read(SELF, fileno(file), NULL, ret_list, &err);
    (void)fclose(file);
    return ok;
}

static void the_longest_list_is_exact(void **state)
{
    (void)state;
    struct whole_list list;
    assert_true(read_rows(LIST_ROWS_MAX, &list));
    assert_int_equal(list.n, LIST_ROWS_MAX);
    whole_list_done(&list);
    assert_false(read_rows(LIST_ROWS_MAX + 1, &list));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "more than 200,000 rows"));
}

static void a_child_that_lies_is_not_believed(void **state)
{
    (void)state;
    struct whole_list list = {.n = 77};
    FILE *file = tmpfile();
    assert_false(
        whole_list_read("/bin/cat", fileno(file), NULL, &list, &err)); /* echoes, exits badly */
    assert_int_equal(err.code, ERROR_BROKEN);
    assert_false(whole_list_read("/bin/true", fileno(file), NULL, &list, &err));
    assert_int_equal(err.code, ERROR_BROKEN);
    assert_false(whole_list_read("/no/such/program", fileno(file), NULL, &list, &err));
    assert_int_equal(err.code, ERROR_LATER);
    assert_int_equal(list.n, 77);
    struct list none;
    assert_false(
        list_read(SELF, "/no/such/folder", fileno(file), CHARSET_UNKNOWN, NULL, &none, &err));
    assert_int_equal(err.code, ERROR_LATER);
    (void)fclose(file);
}

/* A disk without room is the server's fault, and passes: not the file's, and not the child's. */
static void a_full_folder_is_said(void **state)
{
    (void)state;
    struct whole_list list = {.n = 77};
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    void (*signal_before)(int) = signal(SIGXFSZ, SIG_IGN);
    FILE *file = tmpfile();
    assert_true(fputs(HEADER "\n" ROW1 "\n" ROW2 "\n", file) >= 0);
    (void)fflush(file);
    rewind(file);
    limit.rlim_cur = 64;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    bool good = whole_list_read(SELF, fileno(file), NULL, &list, &err);
    limit.rlim_cur = before;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    (void)signal(SIGXFSZ, signal_before);
    assert_false(good);
    assert_int_equal(err.code, ERROR_LATER);
    assert_non_null(strstr(err.text, "no room"));
    assert_int_equal(list.n, 77);
    (void)fclose(file);
}

/* What a child said, cut behind any byte or with bytes behind it, is never taken for the list. */
static void what_was_said_is_whole_or_nothing(void **state)
{
    (void)state;
    static char said[8192];
    size_t n = 0;
    char cell[8] = "Mau";
    said[n++] = LIST_SAYS_HEADER;
    n += 3 + 4 + 1 + LIST_COLUMNS * 4; /* no encoding, no separator, no sheet's name, no places */
    for (uint32_t row = 1; row <= 2; row++) {
        said[n++] = LIST_SAYS_ROW;
        memcpy(said + n, &row, 4);
        n += 7;
        for (int i = 0; i < LIST_COLUMNS; i++) {
            memcpy(said + n, &(uint32_t){3}, 4);
            memcpy(said + n + 4, cell, 4);
            n += 8;
        }
        n += 10; /* nothing written otherwise */
    }
    said[n++] = LIST_SAYS_END;
    for (size_t cut = 0; cut <= n; cut++) {
        FILE *file = tmpfile();
        struct list list = {.n = 77};
        struct list_row row;
        assert_int_equal(fwrite(said, 1, cut, file), cut);
        (void)fflush(file);
        bool good = list_said_open(dup(fileno(file)), &list, &err);
        assert_int_equal(good, cut == n);
        assert_int_equal(good ? ERROR_NONE : err.code, good ? ERROR_NONE : ERROR_BROKEN);
        assert_int_equal(list.n, good ? 2 : 77);
        if (good) {
            assert_true(list_take(&list, &row, &err) && list_take(&list, &row, &err));
            assert_int_equal(row.number, 2);
            list_done(&list);
        }
        (void)fclose(file);
    }
}

/* ------------------------------------------------------------------ work */

static double children_s(void)
{
    struct rusage used;
    assert_int_equal(getrusage(RUSAGE_CHILDREN, &used), 0);
    return (double)used.ru_utime.tv_sec + (double)used.ru_utime.tv_usec / 1e6;
}

/* Letters that have to be composed, and no comma. */
static void one_endless_cell_costs_little(void **state)
{
    enum { LETTERS = 4000000 };
    static char bytes[3 * LETTERS];
    struct whole_list list;
    (void)state;
    for (size_t i = 0; i < LETTERS; i++)
        memcpy(bytes + 3 * i, "\xE1\xB8\xA1", 3);
    double before = children_s();
    assert_false(read_bytes(bytes, sizeof bytes, &list));
#ifdef TRAO_SANITIZED
    if (err.code == ERROR_LATER && machine_is_busy())
        skip();   /* a reader has a minute by the clock */
    (void)before; /* ... and its bound of CPU may end it first, with a sentence of its own */
#else
    assert_true(children_s() - before < 3); /* 0.4 s; composed each time, 8 s */
    assert_non_null(strstr(err.text, "no header"));
#endif
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

#define SPINS "quay mai" /* an office's word for a column, at which our child never ends */

/* Until it is bounded from outside, then on to that bound, which it brings nearer. */
static _Noreturn void spin(void)
{
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    for (int i = 0; i < 500 && limit.rlim_cur > 20; i++) {
        (void)usleep(10000);
        if (getrlimit(RLIMIT_CPU, &limit) != 0)
            _exit(1);
    }
    if (limit.rlim_cur > 20)
        _exit(1);
    limit.rlim_cur = 1;
    (void)setrlimit(RLIMIT_CPU, &limit);
    for (;;)
        continue;
}

static void a_child_that_never_ends_is_ended_and_the_file_refused(void **state)
{
    struct list_names names = {.folded = {SPINS}};
    struct whole_list list;
    FILE *file = tmpfile();
    (void)state;
    (void)fputs(HEADER "\n" ROW1 "\n", file);
    rewind(file);
    assert_false(whole_list_read(SELF, fileno(file), &names, &list, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "20 giây máy"));
    (void)fclose(file);
}

static int child(const char *charset, const char *names_text)
{
    if (strncmp(names_text, SPINS, strlen(SPINS)) == 0)
        spin();
    struct charsets *charsets = NULL;
    struct list_names names = list_names_read(names_text);
    return charsets_open(&charsets, &err)
               ? list_child_main(0, 1, charsets, charset_named(charset), &names)
               : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--read-list") == 0)
        return child(argc > 2 ? argv[2] : "", argc > 3 ? argv[3] : "");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_of_csv),
        cmocka_unit_test(a_mark_before_a_quoted_header),
        cmocka_unit_test(a_sep_line_is_no_header),
        cmocka_unit_test(a_sep_line_says_the_separator),
        cmocka_unit_test(tabs),
        cmocka_unit_test(carriage_returns_alone),
        cmocka_unit_test(titles_above_and_totals_below),
        cmocka_unit_test(a_mistyped_code_is_no_total),
        cmocka_unit_test(an_empty_file_is_called_so),
        cmocka_unit_test(a_cut_file_never_gives_half_an_address),
        cmocka_unit_test(bad_bytes_are_named_and_the_rest_goes_in),
        cmocka_unit_test(what_cannot_be_told_is_refused_by_place),
        cmocka_unit_test(a_list_without_header_is_told_its_place),
        cmocka_unit_test(an_office_names_its_columns),
        cmocka_unit_test(names_of_columns_as_they_go_to_the_reader),
        cmocka_unit_test(without_a_header_nothing_is_read),
        cmocka_unit_test(hostile_cells_are_only_text),
        cmocka_unit_test(forty_thousand_letters_are_refused_by_row),
        cmocka_unit_test(the_eleven_columns_by_name),
        cmocka_unit_test(the_longest_list_is_exact),
        cmocka_unit_test(a_child_that_lies_is_not_believed),
        cmocka_unit_test(a_full_folder_is_said),
        cmocka_unit_test(one_endless_cell_costs_little),
        cmocka_unit_test(a_child_that_never_ends_is_ended_and_the_file_refused),
        cmocka_unit_test(what_was_said_is_whole_or_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
