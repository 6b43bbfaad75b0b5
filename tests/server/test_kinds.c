/* What an administrator may have messages say, and what may not stand in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/notify/kinds.h"
#include "server/notify/message.h"

static bool check(const char *kind, enum slot slot, const char *typed, char *out, struct error *err)
{
    const struct kind *row = kind_find(kind);
    assert_non_null(row);
    return kind_check(row, slot, typed, out, err);
}

static void refused(const char *kind, enum slot slot, const char *typed, const char *why)
{
    char out[TEMPLATE_WORDS_MAX + 1];
    struct error err = {.code = ERROR_NONE};
    if (check(kind, slot, typed, out, &err))
        fail_msg("«%s» was taken as «%s»", typed, out);
    assert_int_equal(err.code, ERROR_BAD_INPUT);
    if (strstr(err.text, why) == NULL)
        fail_msg("«%s»: «%s» does not say «%s»", typed, err.text, why);
}

static void taken(const char *kind, enum slot slot, const char *typed, const char *as)
{
    char out[TEMPLATE_WORDS_MAX + 1];
    struct error err = {.code = ERROR_NONE};
    if (!check(kind, slot, typed, out, &err))
        fail_msg("«%s»: %s", typed, err.text);
    assert_string_equal(out, as);
}

static void words_are_unaccented_and_checked(void **state)
{
    (void)state;
    taken("out", SLOT_VI, " Hôm nay  giao.[ Thu {tien}.]\n", "Hom nay giao.[ Thu {tien}.]");
    taken("failed", SLOT_VI, "Chưa giao được[ lúc {gio}]. {ly do}",
          "Chua giao duoc[ luc {gio}]. {ly do}");
    taken("recalled", SLOT_VI, "Gọi {sdt}, hoặc 1900 1234.", "Goi {sdt}, hoac 1900 1234.");
    taken("correction", SLOT_EN, "An error: it was not delivered.",
          "An error: it was not delivered.");
    refused("out", SLOT_VI, "", "lời");
    refused("out", SLOT_VI, "\xC3\x28", "lời");
}

static void gaps_are_those_of_the_kind(void **state)
{
    (void)state;
    refused("out", SLOT_VI, "Den {bc}", "{bc}");
    refused("out", SLOT_VI, "Den {bc}", "tien,hen,tl,gio");
    refused("picked_up", SLOT_VI, "Thu {tien}", "{tien}");
    refused("out", SLOT_VI, "Ong {ten}", "{ten}");
    refused("out", SLOT_VI, "So {so}", "{so}"); /* it stands before every text */
    refused("out", SLOT_VI, "Thu {tien", "braces");
    refused("out", SLOT_VI, "Thu tien}", "braces");
    refused("out", SLOT_VI, "Thu {ti{tien}}", "braces");
    refused("out", SLOT_VI, "Thu [{tien}", "bracket");
    refused("out", SLOT_VI, "Thu [a [b] c]", "brackets");
    refused("out", SLOT_VI, "Thu ] a [", "brackets");
}

static void no_links_no_numbers_no_strange_signs(void **state)
{
    (void)state;
    static const char *const links[] = {"Xem http://a",    "xem HTTPS://trao.vn", "vao www.trao",
                                        "vao trao.vn nhe", "bit.ly/abc",          "xong.Moi",
                                        "zalo.me"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        refused("out", SLOT_VI, links[i], "no links");
    taken("out", SLOT_VI, "Luc 9.41, TP. Vinh. Xong...", "Luc 9.41, TP. Vinh. Xong...");
    refused("out", SLOT_VI, "Goi 0912000001", "numbers of persons");
    refused("out", SLOT_VI, "So 042099000077 la", "numbers of persons");
    refused("out", SLOT_VI, "Vui qua 😀", "GSM-7");
    refused("out", SLOT_VI, "Xong ✓", "✓");
}

static void templates_of_zalo(void **state)
{
    (void)state;
    taken("out", SLOT_ZNS, "247890 so={so},tien={tien}", "247890 so={so},tien={tien}");
    taken("out", SLOT_ZNS, "247890", "247890");
    static const char *const bad[] = {"so={so}",
                                      "247890 so",
                                      "247890 so=",
                                      "247890 so=RA1",
                                      "247890 so={so};t={tien}",
                                      "247890 so={so},",
                                      "a247 so={so}",
                                      "123456789012345678901 so={so}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused("out", SLOT_ZNS, bad[i], "ZNS");
    refused("out", SLOT_ZNS, "247890 n={bc}", "{bc}");
}

/* The program's own go through the same check, but for the word a real postman knows. */
static void our_own_words_hold_to_it(void **state)
{
    (void)state;
    struct config config = config_defaults();
    const struct kind *kind;
    struct kind_preview preview;
    struct error err;
    (void)snprintf(config.reply_number, sizeof config.reply_number, "8123");
    for (size_t i = 0; (kind = kind_row(i)) != NULL; i++)
        for (size_t slot = 0; slot < SLOT_ZNS; slot++) {
            const char *words = kind_words(kind, (enum slot)slot);
            assert_true(*words != '\0');
            if (!kind_try((enum slot)slot, words, &config, &preview, &err))
                fail_msg("%s: %s", kind->key, err.text);
            assert_true(preview.usual.gsm7 && preview.most.gsm7);
            assert_true(preview.usual.parts >= 1 && preview.most.parts >= preview.usual.parts);
            assert_non_null(strstr(preview.text, "Trao RA123456785VN: "));
            assert_null(strchr(preview.text, '{'));
        }
    assert_ptr_equal(kind_of(STATUS_OUT, false), kind_find("out"));
    assert_ptr_equal(kind_of(STATUS_OUT, true), kind_find("correction"));
    assert_null(kind_of(STATUS_PRINTED, false));
}

static void parts_are_counted_before(void **state)
{
    (void)state;
    struct config config = config_defaults();
    struct kind_preview preview;
    struct error err;
    char words[TEMPLATE_WORDS_MAX + 1];
    assert_true(kind_try(SLOT_VI, "Chua giao duoc.[ {ly do}]", &config, &preview, &err));
    assert_string_equal(preview.text,
                        "Trao RA123456785VN: Chua giao duoc. Khong co ai o nha, da de giay moi.");
    assert_int_equal(preview.usual.parts, 1);
    memset(words, 'a', sizeof words);
    words[140] = '\0'; /* with "Trao RA123456785VN: " exactly one part */
    assert_true(kind_try(SLOT_VI, words, &config, &preview, &err));
    assert_int_equal(preview.most.parts, 1);
    words[140] = 'a';
    words[141] = '\0';
    assert_true(kind_try(SLOT_VI, words, &config, &preview, &err));
    assert_int_equal(preview.most.parts, 2);
    words[141] = 'a';
    words[450] = '\0';
    assert_false(kind_try(SLOT_VI, words, &config, &preview, &err));
    assert_non_null(strstr(err.text, "4 phần"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_unaccented_and_checked),
        cmocka_unit_test(gaps_are_those_of_the_kind),
        cmocka_unit_test(no_links_no_numbers_no_strange_signs),
        cmocka_unit_test(templates_of_zalo),
        cmocka_unit_test(our_own_words_hold_to_it),
        cmocka_unit_test(parts_are_counted_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
