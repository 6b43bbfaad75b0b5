#include "labels/symbol.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zint.h>

#include <cmocka.h>

static struct symbol_maker *maker;

static int open_maker(void **state)
{
    (void)state;
    struct error err;
    return symbol_maker_open(&maker, &err) ? 0 : -1;
}

static int close_maker(void **state)
{
    (void)state;
    symbol_maker_close(maker);
    return 0;
}

/* ux: a number of 13 characters takes 156 modules; the layout's box counts on it. */
static void test_a_number_is_156_modules(void **state)
{
    (void)state;
    struct symbol symbol;
    struct error err;
    assert_true(symbol_make(maker, SYMBOL_CODE128, "RA473124829VN", &symbol, &err));
    assert_int_equal(symbol.columns, 156);
    assert_int_equal(symbol.rows, 1);
    assert_true(symbol_dark(&symbol, 0, 0));
    assert_true(symbol_dark(&symbol, 0, 155));
    assert_int_equal(symbol_quiet(SYMBOL_CODE128), 10);
}

/* ISO/IEC 15417: start B is 2-1-1-2-1-4, the stop pattern 2-3-3-1-1-1-2. */
static void test_start_and_stop(void **state)
{
    (void)state;
    struct symbol symbol;
    struct error err;
    assert_true(symbol_make(maker, SYMBOL_CODE128, "RA473124829VN", &symbol, &err));
    static const char start[] = "11010010000";
    static const char stop[] = "1100011101011";
    for (int i = 0; i < 11; i++)
        assert_int_equal(symbol_dark(&symbol, 0, i), start[i] == '1');
    for (int i = 0; i < 13; i++)
        assert_int_equal(symbol_dark(&symbol, 0, 143 + i), stop[i] == '1');
}

/* Numbers are encoded by a table of our own: module by module what zint makes of them, for every
 * pair of digits, letter and check character. */
static void test_numbers_are_as_zint_makes_them(void **state)
{
    (void)state;
    struct error err;
    struct zint_symbol *zint = ZBarcode_Create();
    assert_non_null(zint);
    for (unsigned i = 0; i < 20000; i++) {
        char number[14];
        struct symbol symbol;
        snprintf(number, sizeof number, "%c%c%09u%c%c", 'A' + i % 26, 'A' + i / 26 % 26,
                 i * 2654435761u % 1000000000u, 'A' + i / 3 % 26, 'A' + i / 7 % 26);
        assert_true(symbol_make(maker, SYMBOL_CODE128, number, &symbol, &err));
        ZBarcode_Clear(zint);
        zint->symbology = BARCODE_CODE128;
        assert_int_equal(ZBarcode_Encode(zint, (const unsigned char *)number, 13), 0);
        assert_int_equal(symbol.columns, zint->width);
        assert_int_equal(symbol.rows, zint->rows);
        if (memcmp(symbol.dark[0], zint->encoded_data[0], sizeof symbol.dark[0]) != 0)
            fail_msg("%s differs", number);
    }
    ZBarcode_Delete(zint);
}

/* Where a row's colour changes, across words and up to the last column there can be. */
static void test_edges(void **state)
{
    (void)state;
    struct symbol symbol = {.columns = SYMBOL_COLUMNS_MAX, .rows = 1};
    static const int dark[][2] = {{0, 1}, {5, 3}, {60, 9}, {128, 64}, {200, 130}, {500, 12}};
    int edges[SYMBOL_COLUMNS_MAX];
    for (size_t i = 0; i < 6; i++)
        for (int c = dark[i][0]; c < dark[i][0] + dark[i][1]; c++)
            symbol.dark[0][c / 8] = (unsigned char)(symbol.dark[0][c / 8] | 1 << c % 8);
    assert_int_equal(symbol_edges(&symbol, 0, edges), 12);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(edges[2 * i], dark[i][0]);
        assert_int_equal(edges[2 * i + 1], dark[i][0] + dark[i][1]);
    }
    struct symbol white = {.columns = 156, .rows = 1};
    assert_int_equal(symbol_edges(&white, 0, edges), 0);
}

static void test_every_link_is_29_modules(void **state)
{
    (void)state;
    char link[62];
    struct symbol symbol;
    struct error err;
    for (size_t n = 1; n <= 61; n += 12) {
        memset(link, 'A', n);
        link[n] = '\0';
        assert_true(symbol_make(maker, SYMBOL_QR, link, &symbol, &err));
        assert_int_equal(symbol.columns, SYMBOL_QR_MODULES);
        assert_int_equal(symbol.rows, SYMBOL_QR_MODULES);
    }
    assert_int_equal(symbol_quiet(SYMBOL_QR), 4);
}

/* The three finders: dark corner squares with a light ring (ISO/IEC 18004, 6.3.3). */
static void test_finders(void **state)
{
    (void)state;
    struct symbol symbol;
    struct error err;
    assert_true(
        symbol_make(maker, SYMBOL_QR, "HTTPS://TRAO.EXAMPLE/T/RA473124829VN", &symbol, &err));
    static const int corners[][2] = {{0, 0}, {0, 22}, {22, 0}};
    for (size_t i = 0; i < 3; i++)
        for (int k = 0; k < 7; k++) {
            assert_true(symbol_dark(&symbol, corners[i][0], corners[i][1] + k));
            assert_int_equal(symbol_dark(&symbol, corners[i][0] + 1, corners[i][1] + k),
                             k == 0 || k == 6);
        }
}

/* Case B03: square, not 8 x 32; the finder is a dark left and bottom edge, the others alternate
 * (ISO/IEC 16022, 5.1). After a QR nothing of its options is left. */
static void test_data_matrix_is_square(void **state)
{
    (void)state;
    struct symbol symbol;
    struct error err;
    assert_true(symbol_make(maker, SYMBOL_QR, "HTTPS://TRAO", &symbol, &err));
    assert_true(symbol_make(maker, SYMBOL_DATAMATRIX, "RA473124829VN", &symbol, &err));
    assert_int_equal(symbol.columns, 16);
    assert_int_equal(symbol.rows, 16);
    for (int i = 0; i < 16; i++) {
        assert_true(symbol_dark(&symbol, i, 0));
        assert_true(symbol_dark(&symbol, 15, i));
        assert_int_equal(symbol_dark(&symbol, 0, i), i % 2 == 0);
        assert_int_equal(symbol_dark(&symbol, i, 15), i % 2 == 1);
    }
    assert_int_equal(symbol_quiet(SYMBOL_DATAMATRIX), 1);
}

static void test_refusals_name_the_character(void **state)
{
    (void)state;
    struct symbol untouched = {.columns = 7};
    struct error err = {0};
    assert_false(symbol_make(maker, SYMBOL_CODE128, "RẬ785VN", &untouched, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_non_null(strstr(err.text, "character 2"));
    assert_false(symbol_make(maker, SYMBOL_CODE128, "", &untouched, &err));
    assert_false(
        symbol_make(maker, SYMBOL_CODE128, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &untouched, &err));
    assert_false(symbol_make(maker, SYMBOL_QR, "HTTPS://TRAO/t", &untouched, &err));
    assert_non_null(strstr(err.text, "character 14"));
    assert_false(symbol_make(maker, SYMBOL_QR, "", &untouched, &err));
    char link[63];
    memset(link, 'A', 62);
    link[62] = '\0';
    assert_false(symbol_make(maker, SYMBOL_QR, link, &untouched, &err));
    assert_non_null(strstr(err.text, "62"));
    assert_int_equal(untouched.columns, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_number_is_156_modules),
        cmocka_unit_test(test_start_and_stop),
        cmocka_unit_test(test_every_link_is_29_modules),
        cmocka_unit_test(test_finders),
        cmocka_unit_test(test_numbers_are_as_zint_makes_them),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_data_matrix_is_square),
        cmocka_unit_test(test_refusals_name_the_character),
    };
    return cmocka_run_group_tests(tests, open_maker, close_maker);
}
