/* Batteries as the kernel lays them out, in a folder of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/machine.h"

static char top[64];

static void put(const char *supply, const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", top, supply);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/%s", top, supply, file);
    FILE *to = fopen(path, "w");
    assert_non_null(to);
    fprintf(to, "%s\n", text);
    fclose(to);
}

static int setup(void **state)
{
    (void)state;
    strcpy(top, "/tmp/trao-machine-XXXXXX");
    return mkdtemp(top) == NULL;
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", top);
    return system(command);
}

static struct app_machine machine_now(void)
{
    struct app_machine machine = {.certificate_until = {5}};
    machine_read(top, top, &machine);
    return machine;
}

static void batteries(void **state)
{
    (void)state;
    assert_int_equal(machine_now().battery_percent, 0); /* none */
    put("AC", "type", "Mains");
    put("AC", "capacity", "3");
    put("BAT0", "type", "Battery");
    put("BAT0", "capacity", "64");
    put("BAT0", "status", "Discharging");
    assert_int_equal(machine_now().battery_percent, 64);
    assert_false(machine_now().charging);
    put("BAT1", "type", "Battery");
    put("BAT1", "capacity", "12");
    put("BAT1", "status", "Charging");
    assert_int_equal(machine_now().battery_percent, 12); /* the emptiest is what ends first */
    assert_true(machine_now().charging);
    put("hid", "type", "Battery");
    put("hid", "scope", "Device");
    put("hid", "capacity", "2"); /* a scanner's own */
    assert_int_equal(machine_now().battery_percent, 12);
    put("BAT1", "capacity", "0");
    assert_int_equal(machine_now().battery_percent, 1);
    put("BAT1", "capacity", "nonsense");
    assert_int_equal(machine_now().battery_percent, 64);
    put("BAT0", "capacity", "640");
    assert_int_equal(machine_now().battery_percent, 0);
}

static void disk(void **state)
{
    (void)state;
    struct app_machine machine = machine_now();
    assert_true(machine.free_bytes > 0);
    assert_in_range(machine.free_percent, 0, 100);
    assert_int_equal(machine.certificate_until.ms, 5);
    machine_read("/nowhere", "/nowhere", &machine);
    assert_true(machine.free_bytes == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(batteries, setup, teardown),
        cmocka_unit_test_setup_teardown(disk, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
