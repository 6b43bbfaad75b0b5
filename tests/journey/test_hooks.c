/* An office's own system is tried, and told by a real server over real TLS: signed by both secrets
 * while one is changed for the other, again after it was not ready, and once more when asked for
 * what it refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/world.h"

#define TOLD_MS 60000 /* thirty seconds from the event, one rest, and time for a slow machine */

static struct world world;
static struct proc office;
static int port;
static char certificate[280];

static void make_certificate(char key[280])
{
    char out[512], log[280];
    snprintf(key, 280, "%s/office.key", world.dir);
    snprintf(certificate, sizeof certificate, "%s/office.pem", world.dir);
    snprintf(log, sizeof log, "%s/openssl.log", world.dir);
    const char *const argv[] = {"openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:prime256v1",
                                "-nodes",
                                "-keyout",
                                key,
                                "-out",
                                certificate,
                                "-days",
                                "2",
                                "-subj",
                                "/CN=localhost",
                                "-addext",
                                "subjectAltName=DNS:localhost",
                                NULL};
    assert_int_equal(proc_run(argv, log, out, sizeof out), 0);
}

/* Not right for a test at first; then not ready, then it refuses one, then it takes what comes. */
static void start_office(void)
{
    char key[280], line[PROC_LINE_MAX];
    make_certificate(key);
    const char *const argv[] = {"python3",   TESTS_DIR "/journey/office_system.py",
                                certificate, key,
                                "418",       "200",
                                "503",       "422",
                                "204",       NULL};
    proc_start(&office, argv, true, world.log);
    assert_true(proc_hear(&office, line, 20000));
    assert_int_equal(sscanf(line, "port %d", &port), 1);
}

static void allow_it(void)
{
    char path[280];
    snprintf(path, sizeof path, "%s/trao.conf", world.data);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fprintf(file, "\n[offices]\nwebhook_hosts=localhost:%d\nwebhook_authority=%s\n", port,
            certificate);
    assert_int_equal(fclose(file), 0);
}

/* The secret that a command shows, told to the office. */
static void hook(const char *first, const char *second)
{
    char out[2048], secret[72], *at;
    world_do(&world, out, sizeof out, "hook", "so-xd", first, second, "events=recalled", NULL);
    at = strstr(out, "secret ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "secret %64[0-9a-f]", secret), 1);
    assert_true(proc_say(&office, "%s", secret));
}

struct told {
    int status, state, signatures, right;
    char event[24], item[16], id[80];
};

static struct told hear(void)
{
    char line[PROC_LINE_MAX];
    struct told told = {.status = 0};
    if (!proc_hear(&office, line, TOLD_MS))
        fail_msg("the office's system was told nothing");
    if (sscanf(line, "%d %23s %15s %d %79s %d %d", &told.status, told.event, told.item, &told.state,
               told.id, &told.signatures, &told.right) != 7)
        fail_msg("%s", line);
    print_message("%s\n", line);
    assert_string_equal(told.event, "recalled");
    assert_int_equal(told.state, 9);
    assert_int_equal(told.signatures, 2);
    assert_int_equal(told.right, 2);
    return told;
}

/* It is tried before there is any envelope: what it answers is said. */
static void try_it(void)
{
    char out[2048], line[PROC_LINE_MAX];
    assert_int_not_equal(world_admin(&world, out, sizeof out, "hooktest", "so-xd", NULL), 0);
    assert_true(proc_hear(&office, line, TOLD_MS));
    assert_int_equal(strncmp(line, "418 test - 9 ", 13), 0);
    world_do(&world, out, sizeof out, "hooktest", "so-xd", NULL);
    assert_non_null(strstr(out, "answered 200"));
    assert_true(proc_hear(&office, line, TOLD_MS));
    print_message("%s\n", line);
    assert_int_equal(strncmp(line, "200 test - 9 ", 13), 0);
    assert_non_null(strstr(line, " 1 1")); /* signed by the one secret */
}

static void an_office_is_told(void **state)
{
    (void)state;
    char items[2][16], url[64], out[4096];
    world_begin(&world);
    start_office();
    allow_it();
    world_start_broker(&world);
    world_start_server(&world);
    snprintf(url, sizeof url, "url=https://localhost:%d/trao", port);
    hook(url, "office=all");
    try_it();
    assert_int_not_equal(world_admin(&world, out, sizeof out, "hook", "khac",
                                     "url=https://127.0.0.1/", "office=all", NULL),
                         0); /* nobody allowed that host */
    world_issue(&world, 2, items);
    world_do(&world, NULL, 0, "recall", items[0], NULL);
    world_do(&world, NULL, 0, "recall", items[1], NULL);
    hook("secret=new", "overlap=1"); /* before the thirty seconds are over */
    struct told late = hear(), refused = hear(), taken = hear();
    assert_int_equal(late.status, 503);
    assert_int_equal(refused.status, 422);
    assert_int_equal(taken.status, 204);
    assert_string_equal(taken.id, late.id); /* the same, so that it may be dropped */
    assert_string_not_equal(refused.item, late.item);
    for (int i = 0; i < 100; i++) { /* its answer is written down */
        world_do(&world, out, sizeof out, "hookdead", "so-xd", NULL);
        if (strstr(out, refused.item) != NULL)
            break;
        proc_sleep_ms(50);
    }
    assert_non_null(strstr(out, refused.item));
    assert_null(strstr(out, taken.item));
    world_do(&world, NULL, 0, "hookagain", "so-xd", NULL);
    struct told again = hear();
    assert_int_equal(again.status, 204);
    assert_string_equal(again.item, refused.item);
    assert_string_not_equal(again.id, refused.id);
    proc_sleep_ms(1500);
    world_do(&world, out, sizeof out, "hookdead", NULL);
    assert_string_equal(out, "");
    world_do(&world, out, sizeof out, "hooks", NULL);
    assert_non_null(strstr(out, "so-xd\twell\t"));
    (void)proc_stop(&office, 15);
    world_end(&world, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(an_office_is_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
