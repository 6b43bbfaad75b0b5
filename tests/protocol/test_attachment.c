#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/attachment.h"
#include "raw.h"

static struct box_public public;
static struct box_secret secret;
static struct chance chance;

static const char jpeg[] = "\xFF\xD8\xFF\xE0....";
static const char strokes[] = "trao-strokes 1 400 300\n10,20 11,22 399,299\n5,5\n";

static int keys(void **state)
{
    (void)state;
    chain_init();
    chance = chance_system();
    box_keys_new(&chance, &public, &secret);
    return 0;
}

static void comes_back(enum paper kind, const void *bytes, size_t n)
{
    uint8_t *closed, *plain;
    size_t closed_n, plain_n;
    struct link name;
    enum paper found;
    struct error err;
    if (!attachment_close(kind, bytes, n, &public, &chance, &closed, &closed_n, &name, &err))
        fail_msg("%s", err.text);
    struct link hash = chain_hash(closed, closed_n);
    assert_true(link_equal(&name, &hash));
    assert_int_equal(closed_n, n + ATTACHMENT_OVERHEAD);
    if (!attachment_open(closed, closed_n, &public, &secret, &found, &plain, &plain_n, &err))
        fail_msg("%s", err.text);
    assert_int_equal(found, kind);
    assert_int_equal(plain_n, n);
    assert_memory_equal(plain, bytes, n);
    free(closed);
    free(plain);
}

static void each_kind_there_and_back(void **state)
{
    (void)state;
    uint8_t bytes[ATTACHMENT_LIST_BYTES_MAX];
    size_t n;
    struct attachment_list list = {.n = ATTACHMENT_LIST_MAX};
    struct id_check check = {ID_CHECK_CARD, ID_CHECK_YES, "0001", true, {{9}}};
    comes_back(PAPER_RECEIVER, "Trần Thị Thuỳ Đường", strlen("Trần Thị Thuỳ Đường"));
    comes_back(PAPER_NOTE, "gửi\ncổng", strlen("gửi\ncổng"));
    comes_back(PAPER_PHOTO, jpeg, sizeof jpeg - 1);
    comes_back(PAPER_SIGNATURE, strokes, sizeof strokes - 1);
    assert_true(attachment_list_write(&list, bytes, &n, NULL));
    comes_back(PAPER_LIST, bytes, n);
    assert_true(id_check_write(&check, bytes, &n, NULL));
    comes_back(PAPER_ID_CHECK, bytes, n);
}

static void the_largest_photo_fits(void **state)
{
    (void)state;
    uint8_t *photo = calloc(1, ATTACHMENT_PHOTO_MAX + 1);
    assert_non_null(photo);
    memcpy(photo, jpeg, 4);
    comes_back(PAPER_PHOTO, photo, ATTACHMENT_PHOTO_MAX);
    assert_false(paper_check(PAPER_PHOTO, photo, ATTACHMENT_PHOTO_MAX + 1, NULL));
    free(photo);
}

static void refused(enum paper kind, const void *bytes, size_t n)
{
    struct error err;
    assert_false(paper_check(kind, bytes, n, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

static void what_a_kind_may_not_hold_is_refused(void **state)
{
    (void)state;
    char text[ATTACHMENT_TEXT_MAX + 1];
    memset(text, 'a', sizeof text);
    refused(PAPER_RECEIVER, text, sizeof text);
    refused(PAPER_RECEIVER, "", 0);
    refused(PAPER_RECEIVER, "a\nb", 3);
    refused(PAPER_NOTE, "a\x1B[2J", 5);
    refused(PAPER_NOTE, "\xFF\xFE", 2);
    refused(PAPER_PHOTO, "GIF89a", 6);
    refused(PAPER_PHOTO, strokes, sizeof strokes - 1);
    refused(PAPER_SIGNATURE, "trao-strokes 1 400 300\n", 23);
    refused(PAPER_SIGNATURE, "trao-strokes 1 400 300\n400,1\n", 29);
    refused(PAPER_SIGNATURE, "trao-strokes 1 400 300\n1,1", 26);
    refused(PAPER_SIGNATURE, "trao-strokes 1 0 300\n1,1\n", 25);
    refused(PAPER_SIGNATURE, "trao-strokes 1 99999 300\n1,1\n", 29);
    refused(PAPER_LIST, "\x0A\x01x", 3);
    refused(PAPER_ID_CHECK, "\x08\x09", 2);
    refused((enum paper)7, "a", 1);
    refused((enum paper)0, "a", 1);
}

static void strokes_name_the_place(void **state)
{
    (void)state;
    struct error err;
    assert_false(strokes_check("trao-strokes 1 9 9\n1,1\n2;2\n", 27, &err));
    assert_non_null(strstr(err.text, "line 3, byte 25"));
}

/* A device closes what it likes: what is inside is checked again where it is opened. */
static void what_is_inside_is_not_believed(void **state)
{
    (void)state;
    uint8_t plain[ATTACHMENT_HEAD_BYTES + 6] = {1, PAPER_PHOTO}, closed[sizeof plain + 48], *out;
    size_t n;
    enum paper kind;
    struct error err;
    memcpy(plain + ATTACHMENT_HEAD_BYTES, "GIF89a", 6);
    assert_true(box_close(&public, &chance, plain, sizeof plain, closed, NULL));
    assert_false(attachment_open(closed, sizeof closed, &public, &secret, &kind, &out, &n, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    plain[0] = 2;
    assert_true(box_close(&public, &chance, plain, sizeof plain, closed, NULL));
    assert_false(attachment_open(closed, sizeof closed, &public, &secret, &kind, &out, &n, &err));
    assert_non_null(strstr(err.text, "version 2"));
    assert_false(
        attachment_open(closed, ATTACHMENT_OVERHEAD, &public, &secret, &kind, &out, &n, &err));
}

static void lists_there_and_back(void **state)
{
    (void)state;
    uint8_t bytes[ATTACHMENT_LIST_BYTES_MAX];
    size_t n;
    struct attachment_list list = {.n = 2, .hash = {{{1}}, {{2}}}}, back;
    assert_true(attachment_list_write(&list, bytes, &n, NULL));
    assert_true(attachment_list_read(bytes, n, &back, NULL));
    assert_int_equal(back.n, 2);
    assert_memory_equal(back.hash, list.hash, 2 * sizeof *list.hash);
    list.n = 0;
    assert_false(attachment_list_write(&list, bytes, &n, NULL));
    list.n = ATTACHMENT_LIST_MAX + 1;
    assert_false(attachment_list_write(&list, bytes, &n, NULL));
}

static void bad_lists_are_refused(void **state)
{
    (void)state;
    uint8_t hash[40] = {0};
    struct raw raw = {.n = 0};
    struct attachment_list list;
    struct error err;
    raw_bytes(&raw, 1, hash, 31);
    assert_false(attachment_list_read(raw.bytes, raw.n, &list, &err));
    assert_non_null(strstr(err.text, "31 bytes"));
    raw.n = 0;
    for (int i = 0; i < ATTACHMENT_LIST_MAX + 1; i++)
        raw_bytes(&raw, 1, hash, 32);
    assert_false(attachment_list_read(raw.bytes, raw.n, &list, &err));
    assert_false(attachment_list_read(raw.bytes, 0, &list, &err));
}

static void checks_there_and_back(void **state)
{
    (void)state;
    uint8_t bytes[ID_CHECK_BYTES_MAX];
    size_t n;
    struct id_check check = {ID_CHECK_CARD, ID_CHECK_NO, "0001", true, {{7}}}, back;
    assert_true(id_check_write(&check, bytes, &n, NULL));
    assert_true(id_check_read(bytes, n, &back, NULL));
    assert_int_equal(back.match, ID_CHECK_NO);
    assert_string_equal(back.last4, "0001");
    assert_true(back.has_hash && link_equal(&back.hash, &check.hash));
    check = (struct id_check){.source = ID_CHECK_CODE, .match = ID_CHECK_YES};
    assert_true(id_check_write(&check, bytes, &n, NULL));
    assert_true(id_check_read(bytes, n, &back, NULL));
    assert_false(back.has_hash);
    memcpy(check.last4, "00A1", 5);
    assert_false(id_check_write(&check, bytes, &n, NULL));
    memcpy(check.last4, "001", 4);
    assert_false(id_check_write(&check, bytes, &n, NULL));
    check = (struct id_check){.source = ID_CHECK_CODE, .match = (enum id_check_match)4};
    assert_false(id_check_write(&check, bytes, &n, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_there_and_back),
        cmocka_unit_test(the_largest_photo_fits),
        cmocka_unit_test(what_a_kind_may_not_hold_is_refused),
        cmocka_unit_test(strokes_name_the_place),
        cmocka_unit_test(what_is_inside_is_not_believed),
        cmocka_unit_test(lists_there_and_back),
        cmocka_unit_test(bad_lists_are_refused),
        cmocka_unit_test(checks_there_and_back),
    };
    return cmocka_run_group_tests(tests, keys, NULL);
}
