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

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row_is_named_the_others_go_in)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
