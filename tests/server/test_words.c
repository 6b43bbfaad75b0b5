/* Sentences lose the clause whose value is unknown; texts are counted as a network counts them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/text/words.h"

static void filled(const char *template, const char *instead, const struct word *words, size_t n,
                   const char *want)
{
    char out[WORDS_MAX];
    assert_string_equal(words_fill(template, words, n, instead, out), want);
}

static void a_known_value_stands_in_its_gap(void **state)
{
    (void)state;
    const struct word words[] = {{"giờ", "09:42"}, {"ngày", "25/11"}, {"quan hệ", "Vợ/chồng"}};
    filled("Đã giao lúc {giờ}, {ngày}; người nhận: {quan hệ}.", "Đã giao", words, 3,
           "Đã giao lúc 09:42, 25/11; người nhận: Vợ/chồng.");
}

static void an_unknown_value_drops_its_clause(void **state)
{
    (void)state;
    const struct word words[] = {{"giờ", "09:42"}, {"ngày", "25/11"}, {"quan hệ", NULL}};
    filled("Đã giao lúc {giờ}, {ngày}; người nhận: {quan hệ}.", "Đã giao", words, 3,
           "Đã giao lúc 09:42, 25/11.");
    filled("Bưu điện đã nhận, dự kiến giao {hẹn}.", "", words, 3, "Bưu điện đã nhận.");
    filled("Bưu tá đang đi giao, dự kiến {h1}–{h2} hôm nay.", "", words, 3, "Bưu tá đang đi giao.");
    filled("Số này không còn dùng, xin hỏi {cq}, {sđt}.", "", words, 0, "Số này không còn dùng.");
}

static void the_first_clause_leaves_a_headline(void **state)
{
    (void)state;
    const struct word words[] = {{"quan hệ", "Con"}};
    filled("Đã giao lúc {giờ}, {ngày}; người nhận: {quan hệ}.", "Đã giao", words, 1,
           "Đã giao; người nhận: Con.");
    filled("Phong bì đang về bưu cục {bc}.", "Đang chuyển", words, 1, "Đang chuyển.");
    filled("On its way to {po}.", NULL, words, 1, "");
}

static void gaps_side_by_side_go_one_by_one(void **state)
{
    (void)state;
    const char *template = "Chưa giao được lúc {giờ}, {ngày}. {lý do} {việc tiếp}";
    const struct word both[] = {{"giờ", "09:43"},
                                {"ngày", "25/11"},
                                {"lý do", "Không có ai ở nhà, đã để giấy mời."},
                                {"việc tiếp", "Bưu tá sẽ giao lại."}};
    filled(template, "", both, 4,
           "Chưa giao được lúc 09:43, 25/11. Không có ai ở nhà, đã để giấy mời. Bưu tá sẽ giao "
           "lại.");
    filled(template, "", both, 3,
           "Chưa giao được lúc 09:43, 25/11. Không có ai ở nhà, đã để giấy mời.");
    filled(template, "", both, 2, "Chưa giao được lúc 09:43, 25/11.");
    filled(template, "Chưa giao được", both, 0, "Chưa giao được.");
}

static void brackets_go_as_a_whole(void **state)
{
    (void)state;
    const char *template = "Hom nay buu ta den giao.[ Phai tra dung {tien}, khong them.][ Soan HEN "
                           "{hen} gui {tl}]";
    const struct word due[] = {{"tien", "168.000d"}, {"hen", "27/11"}, {"tl", "8077"}};
    filled(template, "", due, 3,
           "Hom nay buu ta den giao. Phai tra dung 168.000d, khong them. Soan HEN 27/11 gui 8077");
    filled(template, "", due, 1, "Hom nay buu ta den giao. Phai tra dung 168.000d, khong them.");
    filled(template, "", due + 1, 1, "Hom nay buu ta den giao.");
}

static void too_long_is_cut_at_a_letter(void **state)
{
    (void)state;
    char value[WORDS_MAX + 10], out[WORDS_MAX];
    memset(value, 'a', sizeof value);
    memcpy(value + WORDS_MAX - 2, "ộ", sizeof "ộ");
    const struct word words[] = {{"x", value}};
    words_fill("{x}.", words, 1, "", out);
    assert_int_equal(strspn(out, "a."), strlen(out));
    assert_true(strlen(out) < WORDS_MAX);
}

/* `n` times the piece, then the end. */
static char *many(const char *piece, size_t n, const char *end)
{
    static char out[2048];
    size_t size = strlen(piece);
    for (size_t i = 0; i < n * size; i++)
        out[i] = piece[i % size];
    (void)snprintf(out + n * size, sizeof out - n * size, "%s", end);
    return out;
}

static void counted(const char *text, bool gsm7, size_t units, size_t parts)
{
    struct segments segments = words_segments(text);
    assert_int_equal(segments.gsm7, gsm7);
    assert_int_equal(segments.units, units);
    assert_int_equal(segments.parts, parts);
}

static void parts_of_gsm7(void **state)
{
    (void)state;
    counted(many("a", 160, ""), true, 160, 1);
    counted(many("a", 161, ""), true, 161, 2);
    counted(many("a", 306, ""), true, 306, 2);
    counted(many("a", 307, ""), true, 307, 3);
    counted(many("]", 80, ""), true, 160, 1);
    counted(many("]", 81, ""), true, 162, 2);
    counted(many("]", 153, ""), true, 306, 3); /* pairs are not split */
    char head[512], text[1024];
    (void)snprintf(head, sizeof head, "%s", many("a", 152, "]"));
    (void)snprintf(text, sizeof text, "%s%s", head, many("a", 152, ""));
    counted(text, true, 306, 3); /* no room for the pair in unit 153 */
    counted(many("à", 160, ""), true, 160, 1);
    counted("Hà", true, 2, 1);
    counted("gia 5€ {1}", true, 13, 1);
    counted("", true, 0, 0);
}

static void parts_of_ucs2(void **state)
{
    (void)state;
    counted(many("ạ", 70, ""), false, 70, 1);
    counted(many("ạ", 71, ""), false, 71, 2);
    counted(many("ệ", 134, ""), false, 134, 2);
    counted(many("ệ", 135, ""), false, 135, 3);
    counted(many("ạ", 68, "😀"), false, 70, 1);
    counted(many("ạ", 69, "😀"), false, 71, 2);
    char head[512], text[1024];
    (void)snprintf(head, sizeof head, "%s", many("ạ", 66, "😀"));
    (void)snprintf(text, sizeof text, "%s%s", head, many("ạ", 66, ""));
    counted(text, false, 134, 3); /* a surrogate pair is not split either */
    (void)snprintf(text, sizeof text, "ạ%s", many("]", 69, ""));
    counted(text, false, 70, 1); /* a bracket counts one here */
    counted(many("a", 159, "’"), false, 160, 3);
    static const char *const odd[] = {"đ", "á", "`", "ç"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        counted(odd[i], false, 1, 1);
    counted("a\xC2\xA0"
            "b",
            false, 3, 1);
    counted("a–b", false, 3, 1);
    counted("a\tb", false, 3, 1);
    counted("Ç", true, 1, 1);
}

static void counted_after_composing(void **state)
{
    (void)state;
    counted("a\xCC\x80", true, 1, 1);          /* à in two code points */
    counted("o\xCC\x82\xCC\xA3", false, 1, 1); /* ộ in three */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_known_value_stands_in_its_gap),
        cmocka_unit_test(an_unknown_value_drops_its_clause),
        cmocka_unit_test(the_first_clause_leaves_a_headline),
        cmocka_unit_test(gaps_side_by_side_go_one_by_one),
        cmocka_unit_test(brackets_go_as_a_whole),
        cmocka_unit_test(too_long_is_cut_at_a_letter),
        cmocka_unit_test(parts_of_gsm7),
        cmocka_unit_test(parts_of_ucs2),
        cmocka_unit_test(counted_after_composing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
