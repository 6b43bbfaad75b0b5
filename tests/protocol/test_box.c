#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/box.h"
#include "protocol/chain.h"

static struct box_public public;
static struct box_secret secret;
static struct chance chance;
static const char text[] = "Nguyễn Văn Mẫu";
static uint8_t closed[sizeof text + BOX_OVERHEAD], plain[sizeof text];

static int keys(void **state)
{
    (void)state;
    chain_init();
    chance = chance_system();
    box_keys_new(&chance, &public, &secret);
    assert_true(box_close(&public, &chance, text, sizeof text, closed, NULL));
    return 0;
}

static void there_and_back(void **state)
{
    (void)state;
    assert_true(box_open(&public, &secret, closed, sizeof closed, plain, NULL));
    assert_string_equal(plain, text);
}

/* libsodium's own call opens ours, and ours opens its. */
static void it_is_a_sealed_box(void **state)
{
    (void)state;
    uint8_t theirs[sizeof closed];
    assert_int_equal(crypto_box_seal_open(plain, closed, sizeof closed, public.bytes, secret.bytes),
                     0);
    assert_string_equal(plain, text);
    assert_int_equal(crypto_box_seal(theirs, (const uint8_t *)text, sizeof text, public.bytes), 0);
    assert_true(box_open(&public, &secret, theirs, sizeof theirs, plain, NULL));
}

static void two_boxes_of_one_text_differ(void **state)
{
    (void)state;
    uint8_t again[sizeof closed];
    assert_true(box_close(&public, &chance, text, sizeof text, again, NULL));
    assert_memory_not_equal(again, closed, sizeof closed);
}

static void every_turned_bit_is_seen(void **state)
{
    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof closed; bit++) {
        uint8_t bent[sizeof closed];
        memcpy(bent, closed, sizeof bent);
        bent[bit / 8] ^= (uint8_t)(1 << bit % 8);
        struct error err = {ERROR_NONE, ""};
        bool top = bit == 8 * 31 + 7; /* X25519 leaves out the highest bit of a public key */
        if (box_open(&public, &secret, bent, sizeof bent, plain, &err))
            assert_true(top);
        else
            assert_int_equal(err.code, ERROR_BAD_INPUT);
    }
}

static void every_cut_is_seen(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof closed; n++)
        assert_false(box_open(&public, &secret, closed, n, plain, NULL));
}

static void another_key_opens_nothing(void **state)
{
    (void)state;
    struct box_public other;
    struct box_secret others;
    box_keys_new(&chance, &other, &others);
    assert_false(box_open(&other, &others, closed, sizeof closed, plain, NULL));
}

/* The zero point gives everybody the same secret. */
static void a_key_that_is_none_is_refused(void **state)
{
    (void)state;
    const struct box_public none = {{0}};
    uint8_t out[sizeof closed];
    struct error err;
    assert_false(box_close(&none, &chance, text, sizeof text, out, &err));
    assert_int_equal(err.code, ERROR_BAD_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(it_is_a_sealed_box),
        cmocka_unit_test(two_boxes_of_one_text_differ),
        cmocka_unit_test(every_turned_bit_is_seen),
        cmocka_unit_test(every_cut_is_seen),
        cmocka_unit_test(another_key_opens_nothing),
        cmocka_unit_test(a_key_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, keys, NULL);
}
