/* A postman's round, with the real programs: built by the desk, closed to the key of the handheld
 * he signs in on, opened by his PIN, asked at a door with its name and its money, changed while he
 * walks, gone when the device is revoked; what it hands in then counts once a person says so. */
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

#include "tests/lib/world.h"

#define ROWS 4
#define HEARD_MS 5000
#define ROUND_S 15 /* until a round is there, on a busy machine */

static struct world world;
static struct hand hand;
static char items[ROWS][16], pin[16];

static int begin(void **state)
{
    char out[1024];
    (void)state;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, ROWS, items);
    hand_enrol(&hand, &world, "HH-042");
    world_do(&world, out, sizeof out, "postman", "TH-12", "name=Phạm Văn Thử", "pin=new", NULL);
    if (sscanf(out, "PIN %15[0-9]", pin) != 1)
        world_fail(&world, "no PIN in: %s", out);
    return 0;
}

static int end(void **state)
{
    (void)state;
    world_end(&world, false);
    return 0;
}

static void type_pin(const char *digits)
{
    for (const char *digit = digits; *digit; digit++)
        hand_say(&hand, "key %c", *digit);
    hand_say(&hand, "key ENTER");
}

/* The first time needs the server: the PIN's verifier comes with the round. */
static void sign_in(void)
{
    char line[PROC_LINE_MAX];
    hand_say(&hand, "scan TH-00000012\\r");
    hand_expect(&hand, "beep look pin", line, HEARD_MS);
    for (int tries = 0; tries < ROUND_S * 2; tries++) {
        type_pin(pin);
        hand_expect(&hand, "beep ", line, HEARD_MS);
        if (strcmp(line, "beep look unlocked") == 0)
            return;
        if (strcmp(line, "beep refused pin") != 0)
            world_fail(&world, "signing in said '%s'", line);
        usleep(500000);
    }
    world_fail(&world, "no round came within %d s", ROUND_S);
}

/* `expect` of a script waits 5 s; what comes over the link may take longer. */
static void wait_for_row(const char *text)
{
    char line[PROC_LINE_MAX], screen[HAND_ROWS * 256];
    for (int tries = 0; tries < ROUND_S * 4; tries++) {
        bool seen = false;
        size_t n = 0;
        hand_say(&hand, "show");
        for (int row = 0; row < HAND_ROWS; row++) {
            hand_expect(&hand, "|", line, HEARD_MS);
            seen |= strstr(line, text) != NULL;
            n += (size_t)snprintf(screen + n, sizeof screen - n, "%.250s\n", line);
        }
        if (seen)
            return;
        usleep(250000);
    }
    world_fail(&world, "the screen never showed '%s':\n%s", text, screen);
}

static bool status_has(const char *item, const char *text)
{
    char out[8192];
    world_do(&world, out, sizeof out, "status", item, NULL);
    return strstr(out, text) != NULL;
}

/* No name lies open in the device's folder, or in the log of any program. */
static void nothing_open(const char *name)
{
    char command[700], out[256] = "";
    (void)snprintf(command, sizeof command, "grep -rla '%s' '%s' '%s' 2>/dev/null", name, hand.dir,
                   world.log);
    FILE *from = popen(command, "r");
    if (from != NULL && fgets(out, sizeof out, from) != NULL)
        world_fail(&world, "'%s' lies open in %s", name, out);
    if (from != NULL)
        pclose(from);
}

static void a_round_from_the_desk_to_the_door(void **state)
{
    char line[PROC_LINE_MAX], out[4096];
    (void)state;
    world_do(&world, NULL, 0, "round", "TH-12", items[0], items[1], items[2], NULL);
    hand_start(&hand);
    sign_in();
    wait_for_row("còn 3");
    hand_mode(&hand, 4);
    hand_say(&hand, "scan %s\\r", items[0]);
    hand_expect(&hand, "beep look ", line, HEARD_MS);
    hand_say(&hand, "expect Nguyễn Văn Mẫu");
    hand_say(&hand, "expect 33.000");
    hand_say(&hand, "key 2");
    hand_say(&hand, "key ENTER");
    hand_expect(&hand, "beep ok ", line, HEARD_MS);
    hand_drain(&hand, ROUND_S);
    assert_true(status_has(items[0], "\tdelivered\t"));
    world_do(&world, out, sizeof out, "owed", items[0], NULL);
    if (!strstr(out, "TH-00000012\tdoor\t33000\t0"))
        world_fail(&world, "the money did not come along: %s", out);
    /* The desk changes the round while he walks. */
    world_do(&world, NULL, 0, "void", items[1], NULL);
    world_do(&world, NULL, 0, "roundput", "BD-000001", items[3], NULL);
    wait_for_row("còn 3"); /* the void one is still in his bag */
    hand_say(&hand, "scan %s\\r", items[1]);
    hand_expect(&hand, "beep refused ", line, HEARD_MS);
    hand_say(&hand, "expect NHÃN HỦY");
    nothing_open("Nguyễn Văn Mẫu");
    nothing_open("Đông Tiến");
}

static void what_a_machine_says_of_itself(void **state)
{
    char out[1024];
    (void)state;
    world_do(&world, out, sizeof out, "devices", NULL);
    if (!strstr(out, "TH-00000012"))
        world_fail(&world, "devices does not say who signed in: %s", out);
}

static void revoked_within_a_minute(void **state)
{
    char line[PROC_LINE_MAX];
    (void)state;
    long begun = proc_now_ms();
    world_do(&world, NULL, 0, "revoke", "HH-042", NULL);
    hand_expect(&hand, "beep refused revoked", line, 60000);
    assert_true(proc_now_ms() - begun < 60000);
    /* Names are gone, scans are taken. */
    hand_say(&hand, "scan %s\\r", items[2]);
    hand_expect(&hand, "beep ", line, HEARD_MS);
    nothing_open("Nguyễn Văn Mẫu");
    hand_end(&hand);
    /* And it stays so. */
    hand_start(&hand);
    hand_expect(&hand, "beep refused revoked", line, HEARD_MS);
    hand_end(&hand);
}

/* The delivery at the bottom of the bag: made, and handed in by a handheld that is revoked. */
static void admitted_by_a_person(void **state)
{
    char line[PROC_LINE_MAX], out[8192];
    (void)state;
    hand_start(&hand);
    hand_expect(&hand, "beep refused revoked", line, HEARD_MS);
    hand_say(&hand, "key ENTER");
    hand_mode(&hand, 4);
    hand_say(&hand, "scan %s\\r", items[3]);
    hand_expect(&hand, "beep look ", line, HEARD_MS);
    hand_say(&hand, "key 1");
    hand_say(&hand, "key ENTER");
    hand_expect(&hand, "beep ok ", line, HEARD_MS);
    hand_drain(&hand, ROUND_S);
    assert_false(status_has(items[3], "VN\tdelivered\t"));
    world_do(&world, out, sizeof out, "setaside", "HH-042", NULL);
    if (!strstr(out, items[3]) || !strstr(out, "set aside") || strstr(out, "admitted"))
        world_fail(&world, "set aside is: %s", out);
    assert_int_not_equal(world_admin(&world, out, sizeof out, "admit", "HH-042", " ", NULL), 0);
    world_do(&world, NULL, 0, "admit", "HH-042", "Biên bản 7: máy bị thu nhầm", NULL);
    world_do(&world, out, sizeof out, "setaside", "HH-042", NULL);
    assert_null(strstr(out, "set aside"));
    assert_true(status_has(items[3], "VN\tdelivered\t"));
    assert_true(status_has(items[3], "scan_admitted"));
    assert_int_not_equal(world_admin(&world, out, sizeof out, "admit", "HH-042", "lại", NULL), 0);
    hand_end(&hand);
}

/* For good: the broker itself lets it in no more, and its neighbour as ever. */
static void barred_at_the_broker(void **state)
{
    char line[PROC_LINE_MAX];
    struct hand other;
    (void)state;
    hand_enrol(&other, &world, "HH-043");
    assert_int_not_equal(world_admin(&world, NULL, 0, "bar", "HH-043", NULL), 0);
    world_do(&world, NULL, 0, "bar", "HH-042", NULL);
    kill(world.broker.pid, SIGHUP);
    usleep(500000);
    hand_start(&hand);
    hand_expect(&hand, "beep refused revoked", line, HEARD_MS);
    hand_say(&hand, "key ENTER");
    hand_mode(&hand, 1);
    hand_beep(&hand, items[2]);
    hand_start(&other);
    hand_mode(&other, 1);
    hand_beep(&other, items[2]);
    hand_drain(&other, ROUND_S);
    usleep(3000000); /* several attempts */
    wait_for_row("Chưa gửi 1 ");
    hand_end(&hand);
    hand_end(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_from_the_desk_to_the_door),
        cmocka_unit_test(what_a_machine_says_of_itself),
        cmocka_unit_test(revoked_within_a_minute),
        cmocka_unit_test(admitted_by_a_person),
        cmocka_unit_test(barred_at_the_broker),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
