#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/chain.h"
#include "protocol/item.h"

static bool parse(const char *text, struct item *ret_item, struct error *err)
{
    return item_parse(text, strlen(text), ret_item, err);
}

static void expect(const char *in, const char *want)
{
    struct item item;
    struct error err;
    bool good = parse(in, &item, &err);
    if (want == NULL) {
        if (good)
            fail_msg("«%s» was taken as %s", in, item.text);
        assert_int_equal(err.code, ERROR_BAD_INPUT);
        assert_int_equal(strncmp(err.text + strlen(err.text) - strlen("."), ".", 1), 0);
        return;
    }
    if (!good)
        fail_msg("«%s» was refused: %s", in, err.text);
    assert_string_equal(item.text, want);
}

static void expect_sentence(const char *in, const char *want)
{
    struct item item;
    struct error err;
    assert_false(parse(in, &item, &err));
    assert_string_equal(err.text, want);
}

/* Known numbers at all eleven remainders; 0 and 1 are the odd ones (kind of case B01). */
static void check_digits(void **state)
{
    (void)state;
    static const struct {
        uint32_t serial;
        int check;
    } known[] = {
        {0, 5},        {47312482, 9}, {10000002, 5}, {10000014, 0}, {12345678, 5}, {98765432, 6},
        {20261125, 2}, {99999999, 5}, {1, 4},        {10, 2},       {90000002, 2},
    };
    bool seen[11] = {false};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        assert_int_equal(item_check_digit(known[i].serial), known[i].check);
    for (uint32_t serial = 0; serial < 2000; serial++) {
        int weights[] = {8, 6, 4, 2, 3, 5, 9, 7}, sum = 0;
        char digits[9];
        snprintf(digits, sizeof digits, "%08u", serial);
        for (int k = 0; k < 8; k++)
            sum += weights[k] * (digits[k] - '0');
        seen[sum % 11] = true;
        int want = sum % 11 == 0 ? 5 : sum % 11 == 1 ? 0 : 11 - sum % 11;
        assert_int_equal(item_check_digit(serial), want);
    }
    for (int r = 0; r < 11; r++)
        assert_true(seen[r]);
}

static void makes_numbers(void **state)
{
    (void)state;
    struct item item = {"untouched"};
    struct error err;
    assert_true(item_make("RA", 12345678, "VN", &item, &err));
    assert_string_equal(item.text, "RA123456785VN");
    assert_true(item_make("LX", 14, "VN", &item, &err));
    assert_string_equal(item.text, "LX000000147VN");
    assert_false(item_make("ra", 1, "VN", &item, &err));
    assert_false(item_make("R", 1, "VN", &item, &err));
    assert_false(item_make("RAA", 1, "VN", &item, &err));
    assert_false(item_make("RA", 1, "V1", &item, &err));
    assert_false(item_make("RA", ITEM_SERIALS, "VN", &item, &err));
    assert_string_equal(item.text, "LX000000147VN");
}

static void takes_right_numbers_only(void **state)
{
    (void)state;
    expect("LX473124829VN", "LX473124829VN");
    expect("RA100000025VN", "RA100000025VN"); /* remainder 0 gives 5 ... */
    expect("RA100000020VN", NULL);            /* ... not 11 - 0 mod 11 */
    expect("RA100000021VN", NULL);            /* ... nor mod 10 */
    expect("RA100000140VN", "RA100000140VN"); /* remainder 1 gives 0 ... */
    expect("RA100000145VN", NULL);            /* ... not 5 */
    expect("RA100000141VN", NULL);            /* ... nor the 1 of 10 */
    expect("LX473124828VN", NULL);
    expect("LX743124829VN", NULL); /* two digits changed places */
    expect("LX47312482VN", NULL);
    expect("LX4731248299VN", NULL);
    expect("L1473124829VN", NULL);
    expect("LX473124829V1", NULL);
    expect("LX47312482OVN", NULL); /* letter O */
    expect("", NULL);
    expect("LX", NULL);
}

/* Kind of case S01. */
static void mends_what_keyboards_do(void **state)
{
    (void)state;
    expect("lx473124829vn", "LX473124829VN");
    expect("lX473124829Vn", "LX473124829VN");
    expect("lx473124828vn", NULL); /* case repair does not switch off the check */
    expect("LX473124829VN \r\n", "LX473124829VN");
    expect("LX 473 124 829 VN", "LX473124829VN");
    expect("\xEF\xBB\xBFLX473124829VN", "LX473124829VN");
    expect("LX473124829V\xE2\x80\x8BN", "LX473124829VN");
    expect("LX\xC2\xA0"
           "473124829VN",
           "LX473124829VN");
    expect("LХ473124829VN", NULL);  /* Cyrillic Х */
    expect("ＬX473124829VN", NULL); /* full width */
    expect("LX-473124829-VN", NULL);
}

/* Kind of case S06. */
static void strips_one_prefix_and_one_marker(void **state)
{
    (void)state;
    expect("]C0LX473124829VN", "LX473124829VN");
    expect("]d2LX473124829VN", "LX473124829VN");
    expect("]Q2\\000026LX473124829VN", "LX473124829VN");
    expect("\\000026LX473124829VN", "LX473124829VN");
    expect("]C0]C0LX473124829VN", NULL);
    expect("\\000026\\000026LX473124829VN", NULL);
    expect("C0LX473124829VN", NULL);
    expect("AC1LX473124829VN", NULL);
    expect("\\00002LX473124829VN", NULL);
    expect("]C0", NULL);
    expect("]", NULL);
    expect("]E0LX473124829VN", NULL);
    expect("]E08935000000014", NULL);
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    expect_sentence("RA12345678SVN", "RA12345678SVN: ký tự 11 là S, phải là số. Quét lại.");
    expect_sentence("R 1123456785VN", "R1123456785VN: ký tự 2 là 1, phải là chữ A–Z. Quét lại.");
    expect_sentence("]C1RА123456785VN",
                    "RА123456785VN: ký tự 2 là А (U+0410), phải là chữ A–Z. Quét lại.");
    expect_sentence("ＲA123456785VN",
                    "ＲA123456785VN: ký tự 1 là Ｒ (U+FF32), phải là chữ A–Z. Quét lại.");
    expect_sentence("RA123456784VN", "RA123456784VN: số kiểm tra (ký tự 11) sai. Quét lại.");
    expect_sentence("RA12345678VN", "Mã có 12 ký tự, phải đủ 13. Quét lại.");
    expect_sentence("RẬ785VN",
                    "RẬ785VN: ký tự 2 là Ậ (U+1EAC), bộ gõ làm sai mã. Tắt bộ gõ, quét lại.");
    expect_sentence("RA12345678\x03VN", "RA12345678?VN: ký tự 11 là U+0003, phải là số. Quét lại.");
    expect_sentence("RA\xFF", "Ký tự 3 không đọc được (byte FF). Quét lại.");
    expect_sentence("]E08935000000014", "Đọc được mã hàng hóa. Tìm mã RA…VN ở mặt trước phong bì.");
    expect_sentence("000099000001|010203040|Nguyễn Văn Mẫu|05031999|Nam|Hà Nội|15042021",
                    "Đọc được mã căn cước. Chỉ quét khi máy hỏi người nhận.");
}

static void leaves_the_result_alone_when_it_refuses(void **state)
{
    (void)state;
    struct item item = {"untouched"};
    assert_false(parse("RA123456784VN", &item, NULL));
    assert_string_equal(item.text, "untouched");
}

static void tells_other_things_apart(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum item_kind kind;
    } rows[] = {
        {"LX473124829VN", ITEM_KIND_ITEM},
        {" ]C0lx473124829vn", ITEM_KIND_ITEM},
        {"8935000000014", ITEM_KIND_GOODS},
        {"12345670", ITEM_KIND_GOODS},
        {"]E0893500000001", ITEM_KIND_GOODS},
        {"000099000001", ITEM_KIND_ID_CARD},
        {"000099000001||Trần Thị Mẫu|28022002|Nữ|Xã Mẫu|01112021", ITEM_KIND_ID_CARD},
        {"BG-261125-07", ITEM_KIND_HANDOVER},
        {"bg-1", ITEM_KIND_HANDOVER},
        {"GM-7", ITEM_KIND_SLIP},
        {"]Q2\\000026TH-17", ITEM_KIND_BADGE},
        {"LX473124828VN", ITEM_KIND_DAMAGED},
        {"", ITEM_KIND_DAMAGED},
        {"123456789012345678", ITEM_KIND_DAMAGED},
        {"\xFF", ITEM_KIND_DAMAGED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (item_kind_of(rows[i].text, strlen(rows[i].text)) != rows[i].kind)
            fail_msg("«%s» is of another kind", rows[i].text);
}

static void is_grouped_for_people(void **state)
{
    (void)state;
    struct item item = {"RA123456785VN"}, other = {"RA123456799VN"};
    char text[ITEM_PRETTY_MAX];
    assert_string_equal(item_pretty(&item, text), "RA 123 456 785 VN");
    assert_string_equal(item_tail(&item, text), "…785 VN");
    assert_true(item_equal(&item, &item));
    assert_false(item_equal(&item, &other));
}

/* --------------------------------------------------------------------------------- drawing */

static const uint8_t key[32] = {1, 2, 3}, other_key[32] = {1, 2, 4};

static void draws_each_number_of_a_small_pool_once(void **state)
{
    (void)state;
    static bool seen[1 << 12];
    for (uint32_t size = 1000; size <= 4096; size += 1548) {
        memset(seen, 0, sizeof seen);
        for (uint32_t n = 0; n < size; n++) {
            uint32_t drawn = item_permute(key, 6, size, n);
            assert_true(drawn < size && !seen[drawn]);
            seen[drawn] = true;
        }
    }
}

/* A sample of the whole space: no number twice, none outside. */
/* By chance alone 450 pairs of so many would meet. */
static void draws_no_number_of_the_whole_pool_twice(void **state)
{
    (void)state;
    static struct item_draws draws;
    uint8_t *seen = calloc(ITEM_SERIALS / 8, 1);
    memcpy(draws.key, key, sizeof draws.key);
    assert_non_null(seen);
    for (uint32_t n = 0; n < 300000; n++) {
        uint32_t drawn = item_draw(key, n);
        assert_int_equal(item_draws_next(&draws, n), drawn);
        assert_true(drawn < ITEM_SERIALS);
        assert_int_equal(seen[drawn / 8] >> drawn % 8 & 1, 0);
        seen[drawn / 8] |= (uint8_t)(1 << drawn % 8);
    }
    free(seen);
}

/* Neighbours land anywhere, and another key lands elsewhere. */
static void cannot_be_counted_on(void **state)
{
    (void)state;
    int near = 0, same = 0, low = 0;
    for (uint32_t n = 0; n < 1000; n++) {
        uint32_t a = item_draw(key, n), b = item_draw(key, n + 1);
        near += (a > b ? a - b : b - a) < 1000000;
        same += a == item_draw(other_key, n);
        low += a < ITEM_SERIALS / 2;
    }
    assert_in_range(near, 0, 60); /* 20 expected */
    assert_int_equal(same, 0);
    assert_in_range(low, 400, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_digits),
        cmocka_unit_test(makes_numbers),
        cmocka_unit_test(takes_right_numbers_only),
        cmocka_unit_test(mends_what_keyboards_do),
        cmocka_unit_test(strips_one_prefix_and_one_marker),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(leaves_the_result_alone_when_it_refuses),
        cmocka_unit_test(tells_other_things_apart),
        cmocka_unit_test(is_grouped_for_people),
        cmocka_unit_test(draws_each_number_of_a_small_pool_once),
        cmocka_unit_test(draws_no_number_of_the_whole_pool_twice),
        cmocka_unit_test(cannot_be_counted_on),
    };
    chain_init();
    return cmocka_run_group_tests_name("item", tests, NULL, NULL);
}
