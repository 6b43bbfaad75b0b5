/* A list with broken rows: each is named by file, row and column, the others go in, and the same
 * list again adds nothing (tests/data/broken.csv, people invented). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/world.h"

#define LIST TESTS_DIR "/data/broken.csv"
#define OUT_MAX 65536

/* What is wrong, by row and column as a spreadsheet counts them. */
static const char *const named[] = {
    "broken.csv:3:7: ",   /* phone: digits lost in a spreadsheet */
    "broken.csv:4:8: ",   /* a 31st of November */
    "broken.csv:5:2: ",   /* dossier code without a serial */
    "broken.csv:6:5: ",   /* a name that leaves no ink */
    "broken.csv:7:6: ",   /* no address */
    "broken.csv:8:4: ",   /* ID number: digits lost */
    "broken.csv:9:4: ",   /* ID number: a zero lost */
    "broken.csv:10:11: ", /* money in words */
    "broken.csv:12:2: ",  /* another person under a known code */
    "broken.csv:14:2: ",  /* dossier code with a 13th month */
    "broken.csv:16:5: ",  /* not UTF-8 */
};
#define GOOD_ROWS 5 /* 2, 11, 13, 15; and 3, whose phone is only asked for again */

static int lines_in(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void each_row_is_named_the_others_go_in(void **state)
{
    (void)state;
    static char report[OUT_MAX], items[OUT_MAX], again[OUT_MAX];
    struct world world;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_admin(&world, report, sizeof report, "import", LIST, NULL);
    for (size_t at = 0; at < sizeof named / sizeof named[0]; at++)
        if (!strstr(report, named[at]))
            world_fail(&world, "'%s' is not named in:\n%s", named[at], report);
    assert_null(strstr(report, "broken.csv:2:"));
    assert_null(strstr(report, "broken.csv:13:"));
    world_do(&world, items, sizeof items, "items", NULL);
    assert_int_equal(lines_in(items), GOOD_ROWS);
    world_admin(&world, report, sizeof report, "import", LIST, NULL);
    world_do(&world, again, sizeof again, "items", NULL);
    assert_string_equal(items, again);
    world_do(&world, NULL, 0, "verify", NULL);
    world_end(&world, false);
}

/* The same four dossiers as a file of an old font and as a workbook: looked at first, which keeps
 * nothing, then taken in; whichever comes second finds them there. */
static void in_any_form(void **state)
{
    (void)state;
    static char report[OUT_MAX], path[2][256], command[4096];
    static const char rows[] =
        "Mã hồ sơ;Người nhận;Địa chỉ;Số điện thoại\n"
        "H27.21-261116-0101;Dương Thị Khuê;TDP Thử, X. Đức Thọ, Hà Tĩnh 45706;0705000100\n"
        "H27.21-261116-0102;ĐặNG VĂN HIếU;Thôn Mẫu, X. Xuân Lộc, Hà Tĩnh 45324;0705000103\n"
        "H27.21-261116-0103;Phan Thị Hạnh;Thôn 5, X. Đức Đồng, Hà Tĩnh 45731;0914000107\n"
        "H27.21-261116-0104;Bùi Thị Ẩn;Thôn 5, X. Kỳ Khang, Hà Tĩnh 46313;0912000111\n";
    struct world world;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    (void)snprintf(path[0], sizeof path[0], "%s/cu.csv", world.dir);
    (void)snprintf(path[1], sizeof path[1], "%s/moi.xlsx", world.dir);
    (void)snprintf(command, sizeof command,
                   "sed 's/Ẩn/ẩn/' <<'R' | iconv -f UTF-8 -t TCVN5712-1 >%s\n%sR\n"
                   "/usr/bin/python3 -c 'import openpyxl, sys\n"
                   "b = openpyxl.Workbook()\n"
                   "for l in sys.stdin: b.active.append(l.rstrip().split(\";\"))\n"
                   "b.save(\"%s\")' <<'R'\n%sR\n",
                   path[0], rows, path[1], rows);
    assert_int_equal(system(command), 0);
    for (int dry = 1; dry >= 0; dry--) {
        world_admin(&world, report, sizeof report, "import", path[0], dry ? "dry=yes" : "dry=no",
                    NULL);
        if (strstr(report, "Bảng mã tcvn3") == NULL ||
            strstr(report, "«ĐặNG VĂN HIếU»: TCVN3 không có chữ hoa có dấu; trong tệp là «§ÆNG "
                           "V¡N HIÕU»") == NULL ||
            strstr(report, "nhập mới 4") == NULL ||
            (strstr(report, "XEM TRƯỚC") != NULL) != (dry == 1) ||
            (strstr(report, "| Dương Thị Khuê | TDP Thử") != NULL) != (dry == 1))
            world_fail(&world, "dry=%d:\n%s", dry, report);
    }
    world_admin(&world, report, sizeof report, "import", path[1], NULL);
    if (strstr(report, "nhập mới 0, đã có 4") == NULL)
        world_fail(&world, "%s", report);
    /* Written out by the server, it is the same list. */
    for (int i = 0; i < 2; i++) {
        (void)snprintf(path[1], sizeof path[1], "%s/ra.%s", world.dir, i == 0 ? "csv" : "xlsx");
        world_admin(&world, report, sizeof report, "export", i == 0 ? "form=csv" : "form=xlsx",
                    "--out", path[1], NULL);
        world_admin(&world, report, sizeof report, "import", path[1], NULL);
        if (strstr(report, "4 hồ sơ; nhập mới 0, đã có 4") == NULL)
            world_fail(&world, "%s:\n%s", path[1], report);
    }
    /* Said wrongly, it is refused, not taken in as nonsense. */
    assert_int_not_equal(
        world_admin(&world, report, sizeof report, "import", path[0], "charset=vni", NULL), 0);
    world_end(&world, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row_is_named_the_others_go_in),
                                       cmocka_unit_test(in_any_form)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
