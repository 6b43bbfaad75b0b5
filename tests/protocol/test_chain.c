#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/chain.h"
#include "samples.h"

static const char *hex(const void *bytes, size_t n)
{
    static char text[2 * 64 + 1];
    for (size_t i = 0; i < n; i++)
        snprintf(text + 2 * i, 3, "%02x", ((const uint8_t *)bytes)[i]);
    return text;
}

/* b2sum -l 256 says the same of nothing and of "abc". */
static void hashes_as_blake2b_256(void **state)
{
    (void)state;
    struct link nothing = chain_hash("", 0), abc = chain_hash("abc", 3);
    assert_string_equal(hex(nothing.bytes, 32),
                        "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8");
    assert_string_equal(hex(abc.bytes, 32),
                        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

/* BLAKE2b of 32 bytes, its first half, positive. */
static void a_key_has_a_number_and_a_mark(void **state)
{
    struct seal_public key;
    uint8_t number[SEAL_NUMBER_BYTES];
    char mark[SEAL_MARK_MAX];
    (void)state;
    memset(key.bytes, 0, sizeof key.bytes);
    seal_number(&key, number);
    assert_string_equal(hex(number, sizeof number), "09eb0d6a8a691dae2cd15ed0369931ce");
    assert_string_equal(seal_mark(&key, mark), "09-EB-0D");
}

static void links_bind_what_came_before(void **state)
{
    (void)state;
    struct link zero = {{0}}, one = {{1}};
    struct link hash = chain_hash("scan", 4);
    struct link next = chain_next(&zero, "scan", 4), purged = chain_next_hashed(&zero, &hash);
    struct link elsewhere = chain_next(&one, "scan", 4);
    assert_true(link_equal(&next, &purged));
    assert_false(link_equal(&next, &elsewhere));
    assert_false(link_equal(&next, &hash));
    uint8_t pair[64] = {0};
    memcpy(pair + 32, hash.bytes, 32);
    struct link by_hand = chain_hash(pair, sizeof pair);
    assert_true(link_equal(&next, &by_hand));
}

static void fill_seed(void *self, void *bytes, size_t n)
{
    memcpy(bytes, self, n);
}

/* RFC 8032, section 7.1, test 1: the key of that seed. */
static void keys_are_ed25519(void **state)
{
    (void)state;
    uint8_t seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                        0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                        0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
    struct chance chance = {fill_seed, seed};
    struct seal_public public;
    struct seal_secret secret;
    chain_keys_new(&chance, &public, &secret);
    assert_string_equal(hex(public.bytes, 32),
                        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    struct seal_public again = chain_public_of(&secret);
    assert_memory_equal(again.bytes, public.bytes, 32);
}

/* Made by another hand: openssl pkeyutl -sign -rawin over "trao batch 1\0head", key from a seed of
 * 32 bytes D1. */
static void seals_are_plain_ed25519_over_purpose_and_bytes(void **state)
{
    (void)state;
    struct seal_secret secret = sample_device_secret();
    struct seal_public public = sample_device_public();
    struct seal seal = chain_seal(&secret, SEAL_BATCH, "head", 4);
    assert_string_equal(hex(seal.bytes, 64),
                        "9542bfc68993615c9532e50e9776e2ff80c5a8531a0a8d1130c3cdb6cd901c6d"
                        "bca22217e53499002cdf76872d939f1e151f7cc61bb915766d4a707f7fdf9601");
    assert_true(chain_seal_holds(&public, SEAL_BATCH, &seal, "head", 4));
}

static void a_seal_serves_one_purpose_one_key_and_these_bytes(void **state)
{
    (void)state;
    struct seal_secret secret = sample_device_secret();
    struct seal_public public = sample_device_public(), server = sample_server_public();
    struct seal seal = chain_seal(&secret, SEAL_BATCH, "head", 4);
    assert_false(chain_seal_holds(&public, SEAL_DOWN, &seal, "head", 4));
    assert_false(chain_seal_holds(&public, SEAL_OFFICE, &seal, "head", 4));
    assert_false(chain_seal_holds(&server, SEAL_BATCH, &seal, "head", 4));
    assert_false(chain_seal_holds(&public, SEAL_BATCH, &seal, "heaD", 4));
    assert_false(chain_seal_holds(&public, SEAL_BATCH, &seal, "head", 3));
    /* The zero after the purpose: bytes cannot flow into it. */
    assert_false(chain_seal_holds(&public, "trao batch 1h", &seal, "ead", 3));
    for (size_t bit = 0; bit < 8 * sizeof seal.bytes; bit++) {
        struct seal bad = seal;
        bad.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(chain_seal_holds(&public, SEAL_BATCH, &bad, "head", 4));
    }
}

/* Longer than what is laid together on the stack. */
static void seals_long_messages_too(void **state)
{
    (void)state;
    static uint8_t bytes[30000];
    struct seal_secret secret = sample_device_secret();
    struct seal_public public = sample_device_public();
    struct seal seal = chain_seal(&secret, SEAL_DOWN, bytes, sizeof bytes);
    assert_true(chain_seal_holds(&public, SEAL_DOWN, &seal, bytes, sizeof bytes));
    bytes[29999] = 1;
    assert_false(chain_seal_holds(&public, SEAL_DOWN, &seal, bytes, sizeof bytes));
}

static void keyed_hashes_depend_on_all_they_are_given(void **state)
{
    (void)state;
    uint8_t key[32] = {7}, other[32] = {8}, a[32], b[32];
    chain_keyed_hash(key, 32, "one", "bytes", 5, a, 32);
    chain_keyed_hash(key, 32, "one", "bytes", 5, b, 32);
    assert_true(chain_equal(a, b, 32));
    chain_keyed_hash(key, 32, "two", "bytes", 5, b, 32);
    assert_false(chain_equal(a, b, 32));
    chain_keyed_hash(other, 32, "one", "bytes", 5, b, 32);
    assert_false(chain_equal(a, b, 32));
    chain_keyed_hash(key, 32, "oneb", "ytes", 4, b, 32);
    assert_false(chain_equal(a, b, 32));
    chain_keyed_hash(key, 32, "one", NULL, 0, b, 16);
    assert_false(chain_equal(a, b, 16));
}

static void wipes(void **state)
{
    (void)state;
    uint8_t bytes[4] = {1, 2, 3, 4}, zero[4] = {0};
    chain_wipe(bytes, sizeof bytes);
    assert_memory_equal(bytes, zero, sizeof zero);
}

static struct seal cheap_seal(const struct seal_secret *key, const char *purpose, const void *bytes,
                              size_t n)
{
    (void)key, (void)purpose, (void)bytes;
    struct seal seal = {{(uint8_t)n}};
    return seal;
}

static bool cheap_holds(const struct seal_public *key, const char *purpose, const struct seal *seal,
                        const void *bytes, size_t n)
{
    (void)key, (void)purpose, (void)bytes;
    return seal->bytes[0] == (uint8_t)n;
}

static void another_sealer_can_stand_in(void **state)
{
    (void)state;
    struct seal_secret secret = sample_device_secret();
    struct seal_public public = sample_device_public();
    const struct chain_sealer cheap = {cheap_seal, cheap_holds};
    chain_use_sealer(&cheap);
    struct seal seal = chain_seal(&secret, SEAL_BATCH, "head", 4);
    assert_int_equal(seal.bytes[0], 4);
    assert_true(chain_seal_holds(&public, SEAL_BATCH, &seal, "HEAD", 4));
    chain_use_sealer(NULL);
    assert_false(chain_seal_holds(&public, SEAL_BATCH, &seal, "HEAD", 4));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_as_blake2b_256),
        cmocka_unit_test(a_key_has_a_number_and_a_mark),
        cmocka_unit_test(links_bind_what_came_before),
        cmocka_unit_test(keys_are_ed25519),
        cmocka_unit_test(seals_are_plain_ed25519_over_purpose_and_bytes),
        cmocka_unit_test(a_seal_serves_one_purpose_one_key_and_these_bytes),
        cmocka_unit_test(seals_long_messages_too),
        cmocka_unit_test(keyed_hashes_depend_on_all_they_are_given),
        cmocka_unit_test(wipes),
        cmocka_unit_test(another_sealer_can_stand_in),
    };
    chain_init();
    return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
