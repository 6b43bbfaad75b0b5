/* The server's machine is lost: killed, its folder gone. What the office did is in the backup
 * folder but for the last seconds; what was scanned, before and since, comes from the handheld by
 * itself. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/journey/evidence.h"

#define ITEMS 6
#define EVERY_S 1 /* in place of a minute */
#define DRAIN_S 40

static struct world world;

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
    char command[1400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (system(command) != 0)
        world_fail(&world, "failed: %s", command);
}

static void keep_copies(void)
{
    char key[256], digits[512];
    (void)snprintf(key, sizeof key, "%s/key", world.dir);
    world_do(&world, digits, sizeof digits, "backupkey", "--out", key, NULL);
    run("mkdir '%s/backups' && printf '[backup]\\nfolder=%s/backups\\nkey=%.64s\\nevery=%d\\n' >>"
        "'%s/trao.conf'",
        world.dir, world.dir, digits, EVERY_S, world.data);
}

/* The promise: what was done before this call is then in the folder. */
static void let_it_be_copied(void)
{
    char out[16384];
    proc_sleep_ms(1000L * EVERY_S);
    world_do(&world, out, sizeof out, "metrics", NULL);
    const char *at = strstr(out, "\ntrao_copy_behind_seconds ");
    assert_non_null(at);
    assert_true(atof(at + strlen("\ntrao_copy_behind_seconds ")) <= EVERY_S);
}

static void lose_the_machine(void)
{
    assert_int_equal(proc_stop(&world.server, SIGKILL), 128 + SIGKILL);
    proc_stop(&world.broker, SIGKILL);
    run("rm -r '%s'", world.data);
}

static void restore(void)
{
    char backups[256], key[300], out[2048];
    (void)snprintf(backups, sizeof backups, "%s/backups", world.dir);
    (void)snprintf(key, sizeof key, "key=%s/key", world.dir);
    world_do(&world, out, sizeof out, "restore", backups, key, NULL);
    assert_non_null(strstr(out, "now generation 2\n"));
}

/* Six items; modes of the handheld: 1 pick up, 2 arrive, 3 go out. */
static void beep_all(struct hand *hand, int mode, char (*items)[16], unsigned first, unsigned n)
{
    hand_mode(hand, mode);
    for (unsigned i = first; i < first + n; i++)
        hand_beep(hand, items[i]);
}

static void nothing_scanned_is_lost_and_little_else(void **state)
{
    (void)state;
    static struct evidence evidence;
    char items[ITEMS][16], out[4096];
    struct hand hand;
    world_begin(&world);
    keep_copies();
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    hand_enrol(&hand, &world, "HH-042");
    hand_start(&hand);
    beep_all(&hand, 1, items, 0, 3);
    hand_drain(&hand, DRAIN_S);
    world_do(&world, NULL, 0, "recall", items[5], NULL);
    let_it_be_copied(); /* all of the above */
    beep_all(&hand, 1, items, 3, 2);
    hand_drain(&hand, DRAIN_S); /* receipted, and in no copy yet, or in one */
    lose_the_machine();
    beep_all(&hand, 2, items, 0, 3); /* nobody hears it */
    restore();
    world_start_broker(&world);
    world_start_server(&world);
    hand_drain(&hand, DRAIN_S);
    beep_all(&hand, 3, items, 0, 1);
    hand_drain(&hand, DRAIN_S);
    hand_end(&hand);
    evidence_read(&evidence, &world);
    assert_int_equal(evidence.n, 9);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(evidence_count(&evidence, items[i], EVENT_PICKED_UP), 1);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(evidence_count(&evidence, items[i], EVENT_ARRIVED_DELIVERY_OFFICE), 1);
    assert_int_equal(evidence_count(&evidence, items[0], EVENT_OUT_FOR_DELIVERY), 1);
    evidence_free(&evidence);
    world_do(&world, NULL, 0, "verify", NULL);
    world_do(&world, out, sizeof out, "status", items[5], NULL); /* an act of the office */
    assert_non_null(strstr(out, "recalled"));
    world_do(&world, out, sizeof out, "items", NULL);
    for (unsigned i = 0; i < ITEMS; i++)
        assert_non_null(strstr(out, items[i]));
    world_end(&world, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_scanned_is_lost_and_little_else)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
