/* trao-server as whoever starts it meets it: it serves, and ends in order when it is told to. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/lib/world.h"

/* A closed terminal is no reason to leave without writing what is in hand. */
static void ends_in_order(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    static struct world world;
    world_begin(&world);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        world_start_server(&world); /* no broker: it serves all the same */
        world_stop_server(&world, signals[i]);
    }
    world_end(&world, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
