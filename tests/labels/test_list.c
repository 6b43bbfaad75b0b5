/* Lists as they come from offices: CSV of every dialect, JSON lines, and what is wrong with them.
 */
#include "labels/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct list_record record;
static struct list_record none;
static struct error err;
static struct list *list;
static FILE *file;

static void open_text(const char *text, size_t n)
{
    file = fmemopen((void *)text, n, "rb");
    assert_non_null(file);
    list = NULL;
}

static bool opens(const char *text)
{
    open_text(text, strlen(text));
    return list_open(file, "f", &list, &err);
}

static void close_text(void)
{
    list_close(list);
    (void)fclose(file);
    list_record_done(&record);
    record = (struct list_record){0};
}

static void expect(unsigned field, const char *value)
{
    const char *got = list_value(&record, field);
    if (got == NULL || strcmp(got, value) != 0)
        fail_msg("%s is '%s', not '%s'", list_field_name(field), got == NULL ? "(none)" : got,
                 value);
}

/* One record of each text says the same. */
static void test_dialects(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "number,name\nRA1,\"Đỗ, Ý\"\n",
        "\xEF\xBB\xBFnumber,name\r\nRA1,\"Đỗ, Ý\"\r\n",
        "number;name\nRA1;Đỗ, Ý",
        "number\tname\r\nRA1\tĐỗ, Ý\r\n",
        "{\"number\":\"RA1\",\"name\":\"Đỗ, Ý\"}\n",
        "{ \"name\" : \"\\u0110\\u1ed7, \\u00dd\" , \"number\" : \"RA1\" }",
        "number,name\n\n\r\nRA1,\"Đỗ, Ý\"\n\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (!opens(texts[i]))
            fail_msg("%s: %s", texts[i], err.text);
        assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
        expect(LABELS_NUMBER, "RA1");
        expect(LABELS_NAME, "Đỗ, Ý");
        assert_null(list_value(&record, LABELS_ADDRESS));
        assert_int_equal(list_next(list, &record, &err), LIST_END);
        assert_int_equal(err.code, ERROR_NONE);
        close_text();
    }
}

static void test_quotes(void **state)
{
    (void)state;
    assert_true(opens("name,note\n\"a \"\"b\"\" c\",\"two\nlines\"\n,\"\"\n"));
    assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
    assert_int_equal(record.row, 2);
    expect(LABELS_NAME, "a \"b\" c");
    expect(LABELS_NOTE, "two\nlines");
    assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
    assert_int_equal(record.row, 4);
    expect(LABELS_NAME, "");
    expect(LABELS_NOTE, "");
    assert_int_equal(list_next(list, &record, &err), LIST_END);
    close_text();
}

/* Every bad row is told by file, row and column, and the next is read. */
static void test_bad_rows(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"name,note\na\nb,c\n", "f:2:1: 1 values, the first line has 2 names"},
        {"name,note\na,b,x\nb,c\n", "f:2:3: more values"},
        {"name,note\na,b\"x\nb,c\n", "f:2:2: a quote within"},
        {"name,note\n\"a\"x,b\nb,c\n", "f:2:1: something stands behind"},
        {"{\"name\":1,\"note\":[]}\n{\"name\":\"b\",\"note\":\"c\"}\n", "f:1:18: not an object"},
        {"{\"name\":1,\"nope\":2}\n{\"name\":\"b\",\"note\":\"c\"}\n", "no field is called 'nope'"},
        {"{\"name\":1,\"name\":2}\n{\"name\":\"b\",\"note\":\"c\"}\n", "stands twice"},
        {"{\"name\":\"\\ud800\"}\n{\"name\":\"b\",\"note\":\"c\"}\n", "an escape"},
        {"{\"name\":\"\\u0000\"}\n{\"name\":\"b\",\"note\":\"c\"}\n", "an escape"},
        {"{\"name\":\"x\"} y\n{\"name\":\"b\",\"note\":\"c\"}\n", "behind the object"},
        {"{\"name\":\"x\"\n{\"name\":\"b\",\"note\":\"c\"}\n", "',' or '}'"},
        {"{\"name\":\"x}\n{\"name\":\"b\",\"note\":\"c\"}\n", "never closed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(opens(cases[i].text));
        assert_int_equal(list_next(list, &record, &err), LIST_BAD);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, cases[i].says);
        assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
        expect(LABELS_NAME, "b");
        expect(LABELS_NOTE, "c");
        close_text();
    }
}

static void test_first_lines(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "empty"},
        {"number,tên\n", "f:1:2: no field is called 'tên'"},
        {"number,name,number\n", "f:1:3: field number stands twice"},
        {"number,province\n", "no field is called 'province'"},
        {"number,\n", "f:1:2: no field"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        size_t n = strlen(cases[i].text);
        memcpy(text, cases[i].text, n + 1);
        file = n == 0 ? tmpfile() : fmemopen(text, n, "rb");
        assert_non_null(file);
        list = NULL;
        assert_false(list_open(file, "f", &list, &err));
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        if (strstr(err.text, cases[i].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, cases[i].says);
        close_text();
    }
}

static void test_what_a_record_says(void **state)
{
    (void)state;
    struct label label;
    struct labels_row row;
    struct list_record all = {0};
    assert_true(list_record_set(&all, LABELS_SENDER, "UBND", &err));
    assert_true(list_record_set(&all, LABELS_NAME, "never", &err));
    assert_true(
        opens("number,name,marks,copy,fees,originals\n"
              "RA1,B,keep-dry  to-collect,2,150000,3\n"
              "RA1,B,soft,,,\nRA1,B,,100,,\nRA1,B,,,1.5,\nRA1,B,,,,99999999999999999999\n"));
    assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
    assert_true(list_label(&record, &all, &label, &err));
    assert_string_equal(label.name, "B");
    assert_string_equal(label.sender, "UBND");
    assert_int_equal(label.marks, LABELS_KEEP_DRY | LABELS_TO_COLLECT);
    assert_int_equal(label.copy, 2);
    assert_true(list_row(&record, &none, &row, &err));
    assert_int_equal(row.fees_vnd, 150000);
    assert_int_equal(row.originals, 3);
    static const char *const says[] = {"f:3:3: marks: 'soft'", "f:4:4: copy", "f:5:5: fees",
                                       "f:6:6: originals"};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
        assert_false(list_label(&record, &all, &label, &err) &&
                     list_row(&record, &all, &row, &err));
        list_blame(list_name(list), &record, &err);
        if (strncmp(err.text, says[i], strlen(says[i])) != 0)
            fail_msg("'%s' does not begin with '%s'", err.text, says[i]);
    }
    close_text();
    list_record_done(&all);
}

/* Whatever the bytes, every line is a record, bad, or the end. */
static void test_damaged_anywhere(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "number,name,note\nRA1,\"Đỗ, Ý\",x\nRA2,\"a \"\"b\"\"\",\r\n",
        "{\"number\":\"RA1\",\"name\":\"\\u0110\\ud83d\\ude00\",\"fees\":12}\n{\"copy\":null}\n"};
    static const char spice[] = "\",;\t\r\n\\{}[]:u0\xFF\x80 \xE1";
    uint32_t seed = 7;
    char copy[256];
    for (int round = 0; round < 20000; round++) {
        const char *text = texts[round % 2];
        size_t n = strlen(text);
        memcpy(copy, text, n + 1);
        for (int k = 0; k < 1 + round % 4; k++) {
            seed = seed * 1664525u + 1013904223u;
            copy[(seed >> 8) % n] = spice[(seed >> 20) % (sizeof spice - 1)];
        }
        size_t cut = 1 + (seed >> 4) % n;
        open_text(copy, round % 3 == 0 ? cut : n);
        if (list_open(file, "f", &list, &err)) {
            int records = 0;
            while (list_next(list, &record, &err) != LIST_END)
                assert_true(++records < 100);
        }
        close_text();
    }
}

static void test_too_long(void **state)
{
    (void)state;
    size_t n = LIST_RECORD_BYTES + 100;
    char *text = malloc(n + 32);
    assert_non_null(text);
    size_t head = (size_t)sprintf(text, "name\n");
    memset(text + head, 'x', n);
    memcpy(text + head + n, "\nb\n", 4);
    assert_true(opens(text));
    assert_int_equal(list_next(list, &record, &err), LIST_BAD);
    assert_int_equal(list_next(list, &record, &err), LIST_RECORD);
    expect(LABELS_NAME, "b");
    close_text();
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialects),           cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_bad_rows),           cmocka_unit_test(test_first_lines),
        cmocka_unit_test(test_what_a_record_says), cmocka_unit_test(test_damaged_anywhere),
        cmocka_unit_test(test_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
