/* What cells of a list mean, and the sentences for those that mean nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/office/fields.h"
#include "server/office/link.h"
#include "server/text/text.h"

static struct complaint said;

static void dossier_codes(void **state)
{
    (void)state;
    char code[FIELD_DOSSIER_MAX];
    static const char *const good[][2] = {
        {"000.17.22.H56-210531-0001", "000.17.22.H56-210531-0001"},
        {"h56.14-240823-0001", "H56.14-240823-0001"},
        {"H27.15–261118—0145", "H27.15-261118-0145"},
        {"H27.15−261118-0145", "H27.15-261118-0145"},
        {"H27-261118-123456", "H27-261118-123456"},
        {"H27.1.22.333-240229-0001", "H27.1.22.333-240229-0001"},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(field_dossier(good[i][0], code, &said));
        assert_string_equal(code, good[i][1]);
    }
    static const char *const bad[] = {
        "",
        "Tổng cộng: 3",
        "H27.15-261118",
        "H27.15-261118-012",
        "H27.15-261118-1234567",
        "H27.1.2.3.4-261118-0145",
        "00.17.22.H56-210531-0001",
        "H27.15-261131-0145",
        "H27.15-250229-0145",
        "H27.15-261118-0145x",
        "１27.15-261118-0145",
        "H2７.15-261118-0145",
        "H27.15 -261118-0145",
        "H27.15-261118-0145-H27.15-261118-0145-H27.15-261118-0145-H27.15-261118-0145"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        print_message("%s\n", bad[i]);
        assert_false(field_dossier(bad[i], code, &said));
        assert_non_null(strstr(said.vi, "Chưa nhập"));
    }
    assert_true(field_dossier("H27-261118-0012", code, &said));
    char other[FIELD_DOSSIER_MAX];
    assert_true(field_dossier("H27-261118-00012", other, &said));
    assert_string_not_equal(code, other);
}

static void dates(void **state)
{
    (void)state;
    assert_true(field_date("", &said));
    assert_true(field_date("25/11/2026", &said));
    assert_true(field_date("5/1/2026", &said));
    assert_true(field_date("29/02/2028", &said));
    assert_false(field_date("31/11/2026", &said));
    assert_non_null(strstr(said.vi, "không có ngày 31/11"));
    assert_false(field_date("29/02/2026", &said));
    assert_false(field_date("11/25/2026", &said));
    assert_false(field_date("46351", &said));
    assert_false(field_date("2026-11-25", &said));
    assert_false(field_date("25/11/26", &said));
    assert_false(field_date("25/11/2026 07:00", &said));
}

static void money(void **state)
{
    (void)state;
    static const struct {
        const char *cell;
        uint64_t vnd;
    } good[] = {{"", 0},
                {"0", 0},
                {"33000", 33000},
                {"33.000", 33000},
                {"33 000 đ", 33000},
                {"33,000", 33000},
                {"1.168.000 VND", 1168000},
                {"33000.0", 33000},
                {"33000đ", 33000},
                {"1000000000", 1000000000}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        uint64_t vnd = 1;
        print_message("%s\n", good[i].cell);
        assert_true(field_money(good[i].cell, &vnd, &said));
        assert_int_equal(vnd, good[i].vnd);
    }
    static const char *const bad[] = {"-1",        "33.00",      "3.3000",
                                      "33.000.00", "ba mươi",    "3E+04",
                                      "đ",         "1000000001", "99999999999999999999",
                                      ".000",      "33."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        uint64_t vnd = 7;
        print_message("%s\n", bad[i]);
        assert_false(field_money(bad[i], &vnd, &said));
        assert_int_equal(vnd, 7);
    }
}

static void id_numbers(void **state)
{
    (void)state;
    bool doubt;
    static const char *const good[] = {"042289474524", "",        "123456789", "123456789012345678",
                                       "1e5",          "12-11",   "0x1F",      "TRUE",
                                       "00123",        "B1234567"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        print_message("%s\n", good[i]);
        assert_true(field_id_number(good[i], &doubt, &said));
        assert_false(doubt);
    }
    assert_true(field_id_number("123456789012345680", &doubt, &said));
    assert_true(doubt);
    assert_true(field_id_number("NULL", &doubt, &said));
    assert_true(doubt);
    static const char *const bad[] = {"1.23E+11", "1,23E+11",    "4.2E10", "4E+10",
                                      "1E+11",    "42289474524", "１２３"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(field_id_number(bad[i], &doubt, &said));
}

static void names_and_flags(void **state)
{
    (void)state;
    bool on = false;
    assert_true(field_name("O", &said));
    assert_true(field_name("'; DROP TABLE items; --", &said));
    assert_false(field_name("", &said));
    assert_false(field_name("\xE2\x80\x8B", &said));
    assert_true(field_flag("x", &on, &said) && on);
    assert_true(field_flag("Có", &on, &said) && on);
    assert_true(field_flag("", &on, &said) && !on);
    assert_true(field_flag("Không", &on, &said) && !on);
    assert_false(field_flag("có lẽ", &on, &said));
}

static void addresses(void **state)
{
    (void)state;
    assert_true(field_address("Thôn 1", &said));
    assert_false(field_address(" ", &said));
    assert_false(field_address("\xE2\x80\x8B", &said));
}

/* The table's folded names are what text_fold makes of its names. */
static void communes_find_themselves(void **state)
{
    (void)state;
    static const struct {
        const char *name, *folded;
        uint32_t gso, postal;
    } rows[] = {
#define COMMUNE(gso, KIND, name, folded, postal) {name, folded, gso, postal},
#include "server/delivery/communes.def"
#undef COMMUNE
    };
    assert_int_equal(sizeof rows / sizeof *rows, 69);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char folded[64], name[64];
        assert_string_equal(text_fold(rows[i].name, folded, sizeof folded), rows[i].folded);
        assert_true(rows[i].postal >= 45000 && rows[i].postal < 47000);
        assert_non_null(strstr(field_commune_name(rows[i].gso, name, sizeof name), rows[i].name));
    }
}

static void complaints_quote_what_was_seen(void **state)
{
    (void)state;
    struct phone phone = phone_read("9.12E+08");
    assert_false(field_phone(&phone, &said));
    assert_non_null(strstr(said.vi, "«9.12E+08» mất số"));
    assert_non_null(strstr(said.en, "digits lost"));
}

/* Cases I05 and N06: what will get no SMS, and what was converted, is told; nothing else is. */
static void phones_that_a_clerk_is_told_of(void **state)
{
    (void)state;
    static const struct {
        const char *cell, *vi, *en;
    } told[] = {
        {"02438000006", "+842438000006 là máy bàn.", "a land line; imported, no SMS"},
        {"+1 202 555 0100", "+12025550100 là số nước ngoài.", "a foreign number; imported, no SMS"},
        {"01682000004", "đã đổi thành +84382000004.", "eleven digits of before 2018, converted"},
        {"0912 000 OO1", "hỏi lại số.", "letters among digits; imported, no SMS possible"},
    };
    for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
        struct phone phone = phone_read(told[i].cell);
        assert_false(field_phone(&phone, &said));
        assert_non_null(strstr(said.vi, told[i].vi));
        assert_non_null(strstr(said.en, told[i].en));
    }
    static const char *const fine[] = {"", "0912000001", "912000001", "Không có"};
    for (size_t i = 0; i < sizeof fine / sizeof *fine; i++) {
        struct phone phone = phone_read(fine[i]);
        assert_true(field_phone(&phone, &said));
    }
}

static void link_tokens(void **state)
{
    (void)state;
    uint8_t secret[LINK_SECRET_BYTES] = {1}, other[LINK_SECRET_BYTES] = {2};
    struct item a = {"RA123456785VN"}, b = {"RA123456799VN"};
    char token[LINK_TOKEN_CHARS + 1], lower[LINK_TOKEN_CHARS + 1], next[LINK_TOKEN_CHARS + 1];
    link_token(secret, &a, token);
    link_token(secret, &b, next);
    assert_int_equal(strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), LINK_TOKEN_CHARS);
    assert_string_not_equal(token, next);
    assert_true(link_token_holds(secret, &a, token, LINK_TOKEN_CHARS));
    for (size_t i = 0; i <= LINK_TOKEN_CHARS; i++)
        lower[i] = (char)(token[i] >= 'A' ? token[i] + 32 : token[i]);
    assert_true(link_token_holds(secret, &a, lower, LINK_TOKEN_CHARS));
    assert_false(link_token_holds(secret, &b, token, LINK_TOKEN_CHARS));
    assert_false(link_token_holds(other, &a, token, LINK_TOKEN_CHARS));
    assert_false(link_token_holds(secret, &a, token, LINK_TOKEN_CHARS - 1));
    for (size_t i = 0; i < LINK_TOKEN_CHARS; i++) { /* every character counts */
        char changed[LINK_TOKEN_CHARS + 1];
        memcpy(changed, token, sizeof changed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(link_token_holds(secret, &a, changed, LINK_TOKEN_CHARS));
    }
}

static void a_code_of_tomorrow_is_told(void **state)
{
    (void)state;
    struct instant now = {INT64_C(1795568400000)}; /* 2026-11-25T08:00:00+07:00 */
    assert_false(field_dossier_is_ahead("H27.15-261125-0145", now, &said));
    assert_false(field_dossier_is_ahead("H27.15-251231-0145", now, &said));
    assert_true(field_dossier_is_ahead("H27.15-261126-0145", now, &said));
    assert_non_null(strstr(said.vi, "sau hôm nay"));
    now.ms = INT64_C(1795626000000); /* 2026-11-26T00:00:00+07:00, still the 25th elsewhere */
    assert_false(field_dossier_is_ahead("H27.15-261126-0145", now, &said));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dossier_codes),
        cmocka_unit_test(dates),
        cmocka_unit_test(money),
        cmocka_unit_test(id_numbers),
        cmocka_unit_test(names_and_flags),
        cmocka_unit_test(addresses),
        cmocka_unit_test(communes_find_themselves),
        cmocka_unit_test(complaints_quote_what_was_seen),
        cmocka_unit_test(phones_that_a_clerk_is_told_of),
        cmocka_unit_test(a_code_of_tomorrow_is_told),
        cmocka_unit_test(link_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
