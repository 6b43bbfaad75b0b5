/* Case S10; numbers are of a province code that does not exist. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/idcard.h"

static void gives(const char *text, const char *number)
{
    struct idcard card;
    struct error err;
    if (!idcard_read(text, strlen(text), &card, &err))
        fail_msg("%s: %s", text, err.text);
    assert_string_equal(card.number, number);
}

static void cards_are_read_by_shape(void **state)
{
    (void)state;
    gives("000099000001|010203040|Nguyễn Văn Mẫu|05031999|Nam|Số 3, ngõ 7, phố Giả Định, phường "
          "Mẫu, quận Thử, Hà Nội|15042021",
          "000099000001");
    gives("000302000002||Trần Thị Thuỳ Đường|29022002|Nữ|Xã Mẫu, huyện Thử, Nghệ An|01112021",
          "000302000002");
    gives("000099000001|Nguyễn Văn Mẫu|05031999|Nam|Số 3, ngõ 7|15042021", "000099000001");
    gives("000302000002||Trần Thị Thuỳ Đường|28022002|Nữ|Xã Mẫu, Nghệ An|20072024||Trần Văn "
          "Cha|Phạm Thị Mẹ|",
          "000302000002");
    gives("000040000004|010203040|Đỗ Thị Xưa|00001940|Nữ|Xã Mẫu|15042021", "000040000004");
    gives("000099000001|010203040|Nguyễn Văn Mẫu|05/03/1999|Nam|Số 3|15/04/2021", "000099000001");
    gives("000302000002||Trn Th Thu ng|28022002|N|X Mu|01112021", "000302000002");
    gives("000099000001||HU\xE5\xBB\x99|05031999|Nam|H|01112021", "000099000001");
    gives("000099000001||nGUYỄN vĂN mẪU|05031999|nAM|sỐ 3|15042021", "000099000001");
}

static void digits_alone_are_a_number(void **state)
{
    (void)state;
    gives("000099000001", "000099000001");
    gives("000099000001\r\n", "000099000001");
}

static void refuses(const char *text, size_t n)
{
    struct idcard card = {"unmoved"};
    struct error err;
    assert_false(idcard_read(text, n, &card, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    assert_string_equal(card.number, "unmoved");
    assert_null(n > 8 ? strstr(err.text, "00009900") : NULL);
}

static void anything_else_is_none(void **state)
{
    (void)state;
    static char much[2000];
    memset(much, '|', sizeof much);
    memcpy(much, "000099000001", 12);
    refuses("", 0);
    refuses("RA123456785VN", 13);
    refuses("00009900000", 11);
    refuses("0000990000011", 13);
    refuses("00009900000A|||||||", 19);
    refuses("000099000001|Nguyễn Văn", strlen("000099000001|Nguyễn Văn"));
    refuses("010203040|000099000001|||||", 27);
    refuses(much, sizeof much);
}

static void hashes_are_keyed(void **state)
{
    (void)state;
    uint8_t key[16], other[16] = {0};
    for (uint8_t i = 0; i < 16; i++)
        key[i] = i;
    struct link hash = idcard_hash(key, "000099000001");
    struct link of_other = idcard_hash(other, "000099000001");
    struct link by_hand;
    chain_keyed_hash(key, 16, "trao id 1", "000099000001", 12, by_hand.bytes, 32);
    assert_true(link_equal(&hash, &by_hand));
    assert_false(link_equal(&hash, &of_other));
    uint8_t salted[22];
    memcpy(salted, key, 16);
    memcpy(salted + 16, "048213", 6);
    struct link code = delivery_code_hash(key, "048213"), plain = chain_hash(salted, 22);
    assert_true(link_equal(&code, &plain));
}

static void codes_have_six_digits(void **state)
{
    (void)state;
    assert_true(delivery_code_is_good("048213"));
    assert_false(delivery_code_is_good("04821"));
    assert_false(delivery_code_is_good("0482134"));
    assert_false(delivery_code_is_good("04821a"));
    assert_false(delivery_code_is_good(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_are_read_by_shape), cmocka_unit_test(digits_alone_are_a_number),
        cmocka_unit_test(anything_else_is_none),   cmocka_unit_test(hashes_are_keyed),
        cmocka_unit_test(codes_have_six_digits),
    };
    chain_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
