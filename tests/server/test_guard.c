/* Guesses are counted, and nobody can make the guard forget them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "server/web/guard.h"

static struct instant noon = {INT64_C(1795568400000)};

static struct instant now(void *self)
{
    return *(struct instant *)self;
}

static struct guard *fresh(void)
{
    struct guard *guard;
    struct error err;
    struct clock clock = {.now = now, .self = &noon};
    assert_true(guard_new(clock, &guard, &err));
    return guard;
}

static void addresses_do_not_drive_a_number_out(void **state)
{
    (void)state;
    struct guard *guard = fresh();
    for (int i = 0; i < 5; i++)
        guard_wrong(guard, GUARD_ITEM, "RA128863587VN");
    for (int i = 0; i < 200000; i++) {
        char client[32];
        (void)snprintf(client, sizeof client, "10.%d.%d.%d", i >> 16, i >> 8 & 255, i & 255);
        guard_wrong(guard, GUARD_CLIENT, client);
    }
    assert_int_equal(guard_left(guard, GUARD_ITEM, "RA128863587VN"), 0);
    guard_free(guard);
}

static void a_full_table_refuses_rather_than_forgets(void **state)
{
    (void)state;
    struct guard *guard = fresh();
    for (int i = 0; i < 5; i++)
        guard_wrong(guard, GUARD_ITEM, "RA128863587VN");
    for (int i = 0; i < 200000; i++) {
        char item[32];
        (void)snprintf(item, sizeof item, "RA%09dVN", i);
        guard_wrong(guard, GUARD_ITEM, item);
    }
    assert_int_equal(guard_left(guard, GUARD_ITEM, "RA128863587VN"), 0);
    assert_int_equal(guard_left(guard, GUARD_ITEM, "RB000000005VN"), 0);
    noon.ms += GUARD_WINDOW_MS;
    assert_int_equal(guard_left(guard, GUARD_ITEM, "RA128863587VN"), 5);
    guard_free(guard);
}

static void one_ipv6_subscriber_is_one_source(void **state)
{
    (void)state;
    struct guard *guard = fresh();
    for (int i = 0; i < 20; i++) {
        char client[64];
        (void)snprintf(client, sizeof client, "2001:db8:1:2:%x::%x", i, i + 1);
        guard_wrong(guard, GUARD_CLIENT, client);
    }
    assert_int_equal(guard_left(guard, GUARD_CLIENT, "2001:db8:1:2:ffff::1"), 0);
    assert_int_equal(guard_left(guard, GUARD_CLIENT, "2001:db8:1:3::1"), 20);
    guard_wrong(guard, GUARD_CLIENT, "::ffff:10.0.0.1");
    assert_int_equal(guard_left(guard, GUARD_CLIENT, "::ffff:10.0.0.2"), 20);
    guard_free(guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_do_not_drive_a_number_out),
        cmocka_unit_test(a_full_table_refuses_rather_than_forgets),
        cmocka_unit_test(one_ipv6_subscriber_is_one_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
