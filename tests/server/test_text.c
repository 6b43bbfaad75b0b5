/* Vietnamese text in every normal form, and phone numbers in the 26 spellings seen in lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/text/phone.h"
#include "server/text/text.h"

static void fold_ignores_tone_placement_and_normal_form(void **state)
{
    (void)state;
    char a[64], b[64];
    assert_string_equal(text_fold("Yên Hoà", a, sizeof a), text_fold("YÊN  HÒA", b, sizeof b));
    assert_string_equal(text_fold("Đa\xCC\xA3\xCC\x86ng", a, sizeof a), "dang"); /* NFD */
    assert_string_equal(text_fold("Số hiệu giấy tờ (Mã hồ sơ)", a, sizeof a),
                        "so hieu giay to ma ho so");
}

static void clean_removes_what_must_not_be_stored(void **state)
{
    (void)state;
    char out[64];
    assert_true(text_clean("Nguyễn\0Văn", 13, out, sizeof out));
    assert_string_equal(out, "NguyễnVăn");
    const char *turned = "Ng \xE2\x80\xAE"
                         "abc\xE2\x80\xAC\tM\n";
    assert_true(text_clean(turned, strlen(turned), out, sizeof out));
    assert_string_equal(out, "Ng abc M");
    assert_true(text_clean("o\xCC\x82\xCC\xA3", 5, out, sizeof out)); /* o + hat + dot below */
    assert_string_equal(out, "ộ");
    assert_false(text_clean("\xC0\xAF", 2, out, sizeof out));
    assert_false(text_clean("\xED\xA0\x80", 3, out, sizeof out));
    assert_false(text_clean("\xF4\x90\x80\x80", 4, out, sizeof out));
    assert_string_equal(out, "ộ");
}

static void visible_means_ink(void **state)
{
    (void)state;
    static const char *const blank[] = {"", "\xE2\x80\x8B\xE2\x80\x8B", "\xEF\xBB\xBF", "\xC2\xA0"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_false(text_is_visible(blank[i]));
    assert_true(text_is_visible("😀"));
    assert_true(text_is_visible("-0"));
}

static void unaccent_leaves_plain_letters(void **state)
{
    (void)state;
    char out[128];
    assert_string_equal(text_unaccent("Đã giao; người nhận: Vợ/chồng – hẹn", out, sizeof out),
                        "Da giao; nguoi nhan: Vo/chong - hen");
}

static void copy_never_cuts_a_letter(void **state)
{
    (void)state;
    char out[4];
    assert_string_equal(text_copy("abộ", out, sizeof out), "ab");
}

struct spelling {
    const char *cell, *e164;
    enum phone_kind kind;
    const char *note;
};

static void phones_in_every_spelling(void **state)
{
    (void)state;
    static const struct spelling rows[] = {
        {"0912000001", "+84912000001", PHONE_MOBILE, ""},
        {"912000001", "+84912000001", PHONE_MOBILE, ""},
        {"844000002", "+84844000002", PHONE_MOBILE, ""}, /* not country code 84 */
        {"84844000002", "+84844000002", PHONE_MOBILE, ""},
        {"+84 (0) 912 000 001", "+84912000001", PHONE_MOBILE, ""},
        {"84.912.000.001", "+84912000001", PHONE_MOBILE, ""},
        {"0084912000001", "+84912000001", PHONE_MOBILE, ""},
        {"9.12E+08", "", PHONE_BAD, "9.12E+08"},
        {"912000001.0", "+84912000001", PHONE_MOBILE, ""},
        {"'0912000001", "+84912000001", PHONE_MOBILE, ""},
        {"01682000004", "+84382000004", PHONE_MOBILE, ""},
        {"01992000005", "+84592000005", PHONE_MOBILE, ""},
        {"02438000006", "+842438000006", PHONE_LANDLINE, ""},
        {"(0239) 3855 123", "+842393855123", PHONE_LANDLINE, ""},
        {"0912000001 / 0987000007", "+84912000001", PHONE_MOBILE, "0987000007"},
        {"0912000001 (chị Mẫu)", "+84912000001", PHONE_MOBILE, "chị Mẫu"},
        {"0912000001 chị Mẫu", "+84912000001", PHONE_MOBILE, "chị Mẫu"},
        {"091200000", "", PHONE_BAD, "091200000"},
        {"09120000011", "", PHONE_BAD, "09120000011"},
        {"0912 000 OO1", "", PHONE_BAD, "0912 000 OO1"},
        {"٠٩١٢٠٠٠٠٠١", "", PHONE_BAD, "٠٩١٢٠٠٠٠٠١"},
        {"", "", PHONE_NONE, ""},
        {"0", "", PHONE_BAD, "0"},
        {"Không có", "", PHONE_NONE, "Không có"},
        {"+1 202 555 0100", "+12025550100", PHONE_FOREIGN, ""},
        {"113", "", PHONE_BAD, "113"},
        {"0992000001", "", PHONE_BAD, "0992000001"},
        {"123456789012345678901234567890", "", PHONE_BAD, "123456789012345678901234567890"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct phone phone = phone_read(rows[i].cell);
        print_message("%s\n", rows[i].cell);
        assert_int_equal(phone.kind, rows[i].kind);
        assert_string_equal(phone.e164, rows[i].e164);
        assert_string_equal(phone.note, rows[i].note);
        assert_int_equal(phone_takes_sms(phone.e164), rows[i].kind == PHONE_MOBILE);
    }
    assert_true(phone_read("01682000004").converted);
    assert_false(phone_read("0912000001").converted);
}

static void spellings_with_invisible_characters(void **state)
{
    (void)state;
    static const char *const cells[] = {"0912\xC2\xA0"
                                        "000\xC2\xA0"
                                        "001",
                                        "\xE2\x80\xAA"
                                        "0912000001\xE2\x80\xAC"};
    for (size_t i = 0; i < 2; i++) {
        char clean[64];
        assert_true(text_clean(cells[i], strlen(cells[i]), clean, sizeof clean));
        assert_string_equal(phone_read(clean).e164, "+84912000001");
    }
}

static void last_four_digits(void **state)
{
    (void)state;
    assert_string_equal(phone_last4("+84912000001"), "0001");
    assert_string_equal(phone_last4(""), "");
}

static void thousands_are_grouped(void **state)
{
    (void)state;
    char out[28];
    assert_string_equal(text_group(0, '.', out, sizeof out), "0");
    assert_string_equal(text_group(999, '.', out, sizeof out), "999");
    assert_string_equal(text_group(33000, '.', out, sizeof out), "33.000");
    assert_string_equal(text_group(1234567890, ',', out, sizeof out), "1,234,567,890");
    assert_string_equal(text_group(UINT64_MAX, '.', out, sizeof out), "18.446.744.073.709.551.615");
}

static void names_keep_their_tones(void **state)
{
    (void)state;
    char a[64], b[64];
    static const char *const same[][2] = {{"Nguyễn Thị Hoà", "NGUYỄN THỊ HÒA"},
                                          {"Thuỷ", "Thủy"},
                                          {"Trần  Hà ", "Trần Hà"},
                                          {"Hà", "Ha\u0300"},
                                          {"Đỗ-Mẫu", "đỗ mẫu"}};
    static const char *const other[][2] = {{"Hà", "Hạ"},   {"Hà", "Ha"}, {"Dung", "Dũng"},
                                           {"Đào", "Dào"}, {"Ân", "An"}, {"Hà An", "Hàn A"}};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_string_equal(text_name_key(same[i][0], a, sizeof a),
                            text_name_key(same[i][1], b, sizeof b));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_string_not_equal(text_name_key(other[i][0], a, sizeof a),
                                text_name_key(other[i][1], b, sizeof b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_keep_their_tones),
        cmocka_unit_test(thousands_are_grouped),
        cmocka_unit_test(fold_ignores_tone_placement_and_normal_form),
        cmocka_unit_test(clean_removes_what_must_not_be_stored),
        cmocka_unit_test(visible_means_ink),
        cmocka_unit_test(unaccent_leaves_plain_letters),
        cmocka_unit_test(copy_never_cuts_a_letter),
        cmocka_unit_test(phones_in_every_spelling),
        cmocka_unit_test(spellings_with_invisible_characters),
        cmocka_unit_test(last_four_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
