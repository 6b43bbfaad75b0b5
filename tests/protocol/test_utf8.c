#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/utf8.h"

static void every_code_point_comes_back(void **state)
{
    (void)state;
    for (uint32_t point = 1; point < 0x110000; point++) {
        char bytes[UTF8_CHAR_MAX];
        const char *at = utf8_write(point, bytes);
        size_t n = strlen(bytes), left = n;
        uint32_t read = 0;
        bool surrogate = point >= 0xD800 && point < 0xE000;
        assert_int_equal(utf8_next(&at, &left, &read), !surrogate);
        assert_int_equal(left, surrogate ? n : 0);
        if (!surrogate)
            assert_int_equal(read, point);
    }
}

static void refuses_what_rfc_3629_refuses(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",             /* continuation alone */
        "\xC3",             /* cut */
        "\xE1\xBA",         /* cut */
        "\xC3\x28",         /* second byte wrong */
        "\xC0\xAF",         /* overlong */
        "\xE0\x80\xAF",     /* overlong */
        "\xF0\x80\x80\xAF", /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* beyond U+10FFFF */
        "\xF8\x88\x80\x80\x80",
        "\xFE",
        "\xFF",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(utf8_is_text(bad[i], strlen(bad[i])));
}

static void a_zero_is_no_text(void **state)
{
    (void)state;
    assert_true(utf8_is_text("", 0));
    assert_true(utf8_is_text("Đỗ Xuân Quỳnh", strlen("Đỗ Xuân Quỳnh")));
    assert_false(utf8_is_text("a\0b", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_comes_back),
        cmocka_unit_test(refuses_what_rfc_3629_refuses),
        cmocka_unit_test(a_zero_is_no_text),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
