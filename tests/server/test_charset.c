/* Encodings of lists (case I03): written by iconv and by a table of our own, told and read back. */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/office/charset.h"
#include "server/text/text.h"

#define MOST 65536

static struct charsets *charsets;
static struct error err;

static int set_up(void **state)
{
    (void)state;
    return charsets_open(&charsets, &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    charsets_close(charsets);
    return 0;
}

/* Invented, with every kind of letter, capitals too. */
static const char *const rows[] = {
    "Mã hồ sơ;Người nhận;Địa chỉ;Số điện thoại",
    "H27.1-261125-0001;Nguyễn Thị Thuỳ Đường;Số 8, ngõ 12, phường Thử;0912000001",
    "H27.1-261125-0002;Trần Văn Bỉnh;Xóm 5, xã Cẩm Mẫu, huyện Giả Định;0912000002",
    "H27.1-261125-0003;Lê Ô;Thôn Đoài, xã Mỹ Ẩn;0912000003",
    "H27.1-261125-0004;Phạm Ngữ Quỳnh;Tổ dân phố 3, thị trấn Ea Kuếh;0912000004",
    "H27.1-261125-0005;ĐẶNG VĂN HIẾU;ẤP Ệ, XÃ THẠNH PHƯỚC;0912000005",
    "H27.1-261125-0006;Hoàng Kỷ Dỹ;Bản Nậm Khoẻ, xã Rừng Xoã;0912000006",
};
#define ROWS (sizeof rows / sizeof rows[0])

static size_t by_iconv(const char *name, const char *text, char out[MOST])
{
    iconv_t way = iconv_open(name, "UTF-8");
    assert_true(way != (iconv_t)-1);
    char *from = (char *)text, *to = out;
    size_t left = strlen(text), room = MOST;
    assert_int_equal(iconv(way, &from, &left, &to, &room), 0);
    (void)iconv(way, NULL, NULL, &to, &room);
    iconv_close(way);
    return MOST - room;
}

/* Written apart from the table that is tested: whole letters, as a font of the time shows them. */
static const struct {
    const char *letter, *vni;
} vni[] = {
    {"á", "aù"}, {"à", "aø"}, {"ả", "aû"}, {"ã", "aõ"}, {"ạ", "aï"}, {"ă", "aê"}, {"ắ", "aé"},
    {"ằ", "aè"}, {"ẳ", "aú"}, {"ẵ", "aü"}, {"ặ", "aë"}, {"â", "aâ"}, {"ấ", "aá"}, {"ầ", "aà"},
    {"ẩ", "aå"}, {"ẫ", "aã"}, {"ậ", "aä"}, {"é", "eù"}, {"è", "eø"}, {"ẻ", "eû"}, {"ẽ", "eõ"},
    {"ẹ", "eï"}, {"ê", "eâ"}, {"ế", "eá"}, {"ề", "eà"}, {"ể", "eå"}, {"ễ", "eã"}, {"ệ", "eä"},
    {"í", "í"},  {"ì", "ì"},  {"ỉ", "æ"},  {"ĩ", "ó"},  {"ị", "ò"},  {"ó", "où"}, {"ò", "oø"},
    {"ỏ", "oû"}, {"õ", "oõ"}, {"ọ", "oï"}, {"ô", "oâ"}, {"ố", "oá"}, {"ồ", "oà"}, {"ổ", "oå"},
    {"ỗ", "oã"}, {"ộ", "oä"}, {"ơ", "ô"},  {"ớ", "ôù"}, {"ờ", "ôø"}, {"ở", "ôû"}, {"ỡ", "ôõ"},
    {"ợ", "ôï"}, {"ú", "uù"}, {"ù", "uø"}, {"ủ", "uû"}, {"ũ", "uõ"}, {"ụ", "uï"}, {"ư", "ö"},
    {"ứ", "öù"}, {"ừ", "öø"}, {"ử", "öû"}, {"ữ", "öõ"}, {"ự", "öï"}, {"ý", "yù"}, {"ỳ", "yø"},
    {"ỷ", "yû"}, {"ỹ", "yõ"}, {"ỵ", "î"},  {"đ", "ñ"},  {"Đ", "Ñ"},  {"Ô", "OÂ"}, {"Ặ", "AË"},
    {"Ế", "EÁ"}, {"Ấ", "AÁ"}, {"Ệ", "EÄ"}, {"Ã", "AÕ"}, {"Ạ", "AÏ"}, {"Ư", "Ö"},  {"Ớ", "ÔÙ"},
    {"Ẩ", "AÅ"}, {"Ă", "AÊ"},
};

static size_t by_vni(const char *text, char out[MOST])
{
    char latin[MOST] = "";
    size_t n = 0;
    while (*text != '\0') {
        size_t k = 0;
        for (; k < sizeof vni / sizeof vni[0]; k++)
            if (strncmp(text, vni[k].letter, strlen(vni[k].letter)) == 0)
                break;
        if (k == sizeof vni / sizeof vni[0]) {
            latin[n++] = *text++;
            continue;
        }
        memcpy(latin + n, vni[k].vni, strlen(vni[k].vni));
        n += strlen(vni[k].vni);
        text += strlen(vni[k].letter);
    }
    latin[n] = '\0';
    return by_iconv("LATIN1", latin, out);
}

/* The capitals that TCVN3 has no codes for become small. */
static void as_tcvn3_has_it(const char *text, char out[MOST])
{
    static const char *const pairs[][2] = {{"Ặ", "ặ"}, {"Ế", "ế"}, {"Ấ", "ấ"}, {"Ệ", "ệ"},
                                           {"Ã", "ã"}, {"Ạ", "ạ"}, {"Ớ", "ớ"}, {"Ẩ", "ẩ"}};
    size_t n = 0;
    while (*text != '\0') {
        size_t k = 0;
        for (; k < 8; k++)
            if (strncmp(text, pairs[k][0], strlen(pairs[k][0])) == 0)
                break;
        if (k == 8) {
            out[n++] = *text++;
            continue;
        }
        memcpy(out + n, pairs[k][1], strlen(pairs[k][1]));
        n += strlen(pairs[k][1]);
        text += strlen(pairs[k][0]);
    }
    out[n] = '\0';
}

static size_t write_as(enum charset charset, const char *text, char out[MOST], char wanted[MOST])
{
    (void)snprintf(wanted, MOST, "%s", text);
    if (charset == CHARSET_WINDOWS_1258)
        return by_iconv("CP1258", text, out);
    if (charset == CHARSET_VNI)
        return by_vni(text, out);
    as_tcvn3_has_it(text, wanted);
    return by_iconv("TCVN5712-1", wanted, out);
}

static const enum charset old[] = {CHARSET_WINDOWS_1258, CHARSET_TCVN3, CHARSET_VNI};

static void reads_back(enum charset charset, const char *text)
{
    static char bytes[MOST], wanted[MOST], composed[MOST];
    size_t n = write_as(charset, text, bytes, wanted), read_n = 0;
    enum charset told = charset_of(charsets, bytes, n);
    if (told != charset)
        fail_msg("%s is told as '%s': %s", charset_name(charset), charset_name(told), text);
    char *read = charset_read(charsets, told, bytes, n, &read_n);
    assert_non_null(read);
    char *text_read = realloc(read, read_n + 1);
    assert_non_null(text_read);
    read = text_read;
    read[read_n] = '\0';
    assert_true(text_compose(read, composed, sizeof composed));
    assert_string_equal(composed, wanted);
    free(read);
}

static void whole_lists(void **state)
{
    (void)state;
    char text[MOST] = "";
    for (size_t i = 0; i < ROWS; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "%s\r\n", rows[i]);
    for (size_t i = 0; i < 3; i++)
        reads_back(old[i], text);
}

/* A header and one row are enough, whichever row it is. */
static void short_lists(void **state)
{
    (void)state;
    for (size_t row = 1; row < ROWS; row++) {
        char text[1024];
        (void)snprintf(text, sizeof text, "%s\n%s\n", rows[0], rows[row]);
        for (size_t i = 0; i < 3; i++)
            reads_back(old[i], text);
    }
}

/* Never one taken for another, however little there is: told rightly, or not at all. */
static void little_is_not_guessed(void **state)
{
    (void)state;
    static char bytes[MOST], wanted[MOST];
    size_t told = 0, all = 0;
    for (size_t row = 0; row < ROWS; row++) {
        char text[256], *rest = NULL;
        (void)snprintf(text, sizeof text, "%s", rows[row]);
        for (char *word = strtok_r(text, " ;,", &rest); word != NULL;
             word = strtok_r(NULL, " ;,", &rest))
            for (size_t i = 0; i < 3; i++) {
                size_t n = write_as(old[i], word, bytes, wanted);
                enum charset is = charset_of(charsets, bytes, n);
                bool ascii = n == strlen(word) && memcmp(bytes, word, n) == 0;
                all += !ascii;
                told += !ascii && is == old[i];
                if (ascii ? is != CHARSET_UTF8 : is != CHARSET_UNKNOWN && is != old[i])
                    fail_msg("'%s' in %s is told as '%s'", word, charset_name(old[i]),
                             charset_name(is));
            }
    }
    assert_true(told < all);
}

static void wide_ones(void **state)
{
    (void)state;
    static char bytes[MOST];
    static const struct {
        const char *name, *mark;
        size_t mark_n;
        enum charset charset;
    } ways[] = {{"UTF-16LE", "\xFF\xFE", 2, CHARSET_UTF16LE},
                {"UTF-16BE", "\xFE\xFF", 2, CHARSET_UTF16BE},
                {"UTF-16LE", "", 0, CHARSET_UTF16LE},
                {"UTF-16BE", "", 0, CHARSET_UTF16BE}};
    for (size_t i = 0; i < 4; i++) {
        static char marked[MOST + 2];
        size_t n = by_iconv(ways[i].name, rows[1], bytes), read_n = 0;
        memcpy(marked, ways[i].mark, ways[i].mark_n);
        memcpy(marked + ways[i].mark_n, bytes, n);
        n += ways[i].mark_n;
        assert_int_equal(charset_of(charsets, marked, n), ways[i].charset);
        char *read = charset_read(charsets, ways[i].charset, marked, n, &read_n);
        assert_int_equal(read_n, strlen(rows[1]));
        assert_memory_equal(read, rows[1], read_n);
        free(read);
        read = charset_read(charsets, ways[i].charset, marked, n - 1, &read_n); /* cut */
        assert_true(read_n >= 3 && memcmp(read + read_n - 3, "\xEF\xBF\xBD", 3) == 0);
        free(read);
    }
}

static void utf8_stays(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "abc", "Nguyễn Thị Thuỳ", "\xEF\xBB\xBFNguyễn",
                                        "Nguyễn Thị Thuỳ Đường \xFF"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(charset_of(charsets, texts[i], strlen(texts[i])), CHARSET_UTF8);
    for (int i = CHARSET_UTF8; i < CHARSETS; i++)
        assert_int_equal(charset_named(charset_name((enum charset)i)), i);
    assert_int_equal(charset_named("koi8-r"), CHARSET_UNKNOWN);
    assert_int_equal(charset_named(""), CHARSET_UNKNOWN);
}

static void capitals_that_are_lost(void **state)
{
    (void)state;
    static const char *const lost[] = {"ĐặNG VĂN HIếU", "HIếU", "TRầN"};
    static const char *const whole[] = {
        "Đặng Văn Hiếu", "ĐẶNG VĂN HIẾU", "Lê Ô", "", "K'Brơi", "Đỗ", "Ỷ", "TP Vinh"};
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++)
        assert_true(charset_lost_capitals(lost[i]));
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        if (charset_lost_capitals(whole[i]))
            fail_msg("%s", whole[i]);
}

/* The bytes there and back; what people see of them is Latin-1. */
static void as_it_was_written(void **state)
{
    (void)state;
    char written[64], shown[64], cut[16];
    assert_string_equal(charset_write(CHARSET_TCVN3, "\xA7\xC6NG \x01", 6, written, sizeof written),
                        "tcvn3 A7C64E472001");
    assert_string_equal(charset_show(written, shown, sizeof shown), "§ÆNG \\x01");
    assert_string_equal(charset_write(CHARSET_VNI, "\xF9\xE1\xE0\xE5\xE3\xE4", 6, cut, 9),
                        "vni F9E1");
    assert_string_equal(charset_show(cut, shown, 4), "ù"); /* whole characters */
    static const char *const none[] = {"", "tcvn3", "tcvn3 ", "tcvn3 x1", "tcvn3 A"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_string_equal(charset_show(none[i], shown, sizeof shown), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_lists),
        cmocka_unit_test(short_lists),
        cmocka_unit_test(little_is_not_guessed),
        cmocka_unit_test(wide_ones),
        cmocka_unit_test(utf8_stays),
        cmocka_unit_test(capitals_that_are_lost),
        cmocka_unit_test(as_it_was_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
