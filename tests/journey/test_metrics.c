/* The server in numbers: read by Prometheus' own parser, with the word and without, before and
 * after a handheld has scanned, and when the broker is gone. */
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

#include "server/metrics.h"
#include "tests/lib/world.h"

#define SCANS 3
#define TEXT_MAX 65536

static struct world world;
static char text[TEXT_MAX];

/* A sample's value, or -1: it is not there. */
static double value_of(const char *name, const char *labels)
{
    char begin[200];
    (void)snprintf(begin, sizeof begin, *labels == '\0' ? "\n%s%s " : "\n%s{%s} ", name, labels);
    const char *at = strstr(text, begin);
    return at == NULL ? -1 : strtod(at + strlen(begin), NULL);
}

static void ask(void)
{
    world_do(&world, text, sizeof text, "metrics", NULL);
}

static void wait_for(const char *name, const char *labels, double value)
{
    for (int i = 0; i < 100; i++) {
        ask();
        if (value_of(name, labels) == value)
            return;
        usleep(50000);
    }
    world_fail(&world, "%s{%s} is %g, not %g, in\n%s", name, labels, value_of(name, labels), value,
               text);
}

/* What /metrics answers to a header, its body to `out`; the parser judges it on the way. */
static int scrape(const char *header, const char *out)
{
    char command[1200];
    (void)snprintf(command, sizeof command,
                   "/usr/bin/python3 - <<'P'\n"
                   "import sys, urllib.request, urllib.error\n"
                   "from prometheus_client.parser import text_string_to_metric_families as read\n"
                   "r = urllib.request.Request('http://127.0.0.1:%d/metrics', headers={%s})\n"
                   "try: a = urllib.request.urlopen(r)\n"
                   "except urllib.error.HTTPError as e: sys.exit(e.code - 300)\n"
                   "t = a.read().decode()\n"
                   "names = [f.name for f in read(t)]\n"
                   "if len(names) != len(set(names)) or len(names) < 20: sys.exit(1)\n"
                   "if a.headers['Content-Type'] != '" METRICS_TYPE "': sys.exit(2)\n"
                   "open('%s', 'w').write(t)\n"
                   "P\n",
                   world.plain, header, out);
    return WEXITSTATUS(system(command));
}

static void every_number_is_there_and_true(void **state)
{
    (void)state;
    static char items[SCANS][16];
    char token[METRICS_TOKEN_CHARS + 2], header[100], path[300];
    struct hand hand;
    world_begin(&world);
    world_start_broker(&world);
    world_start_server(&world);
    world_issue(&world, SCANS + 1, items);
    hand_enrol(&hand, &world, "HH-0815");
    hand_start(&hand);
    hand_mode(&hand, 1);
    for (int i = 0; i < SCANS; i++)
        (void)hand_beep(&hand, items[i]);
    hand_drain(&hand, 10);
    wait_for("trao_items", "status=\"picked_up\"", SCANS);
    wait_for("trao_views_behind_seconds", "", 0);
    assert_true(value_of("trao_scans_stored_total", "") == SCANS);
    assert_true(value_of("trao_items", "status=\"handed_over\"") == 1);
    assert_true(value_of("trao_devices", "state=\"active\"") == 1);
    assert_true(value_of("trao_broker_connected", "") == 1);
    assert_true(value_of("trao_commit_seconds_count", "") > 3);
    assert_true(value_of("trao_commit_seconds_sum", "") > 0);
    const struct metric_row *row;
    for (size_t i = 0; (row = metric_row(i)) != NULL; i++)
        if (value_of(row->name, row->labels) < 0)
            world_fail(&world, "%s{%s} is missing", row->name, row->labels);
    assert_null(strstr(text, "HH-0815"));
    assert_null(strstr(text, items[0]));

    /* Over HTTP only with the word. */
    world_do(&world, token, sizeof token, "metricstoken", NULL);
    token[strcspn(token, "\n")] = '\0';
    assert_int_equal(strlen(token), METRICS_TOKEN_CHARS);
    (void)snprintf(path, sizeof path, "%s/metrics.txt", world.dir);
    (void)snprintf(header, sizeof header, "'Authorization': 'Bearer %s'", token);
    assert_int_equal(scrape("", path), 401 - 300);
    assert_int_equal(scrape(header, path), 0);
    header[strlen(header) - 2] ^= 1;
    assert_int_equal(scrape(header, path), 401 - 300);

    (void)proc_stop(&world.broker, SIGTERM);
    wait_for("trao_broker_connected", "", 0);
    hand_end(&hand);
    world_end(&world, false);
}

/* An operator looks a number up where it is explained. */
static void each_is_explained(void **state)
{
    (void)state;
    FILE *file = fopen(TESTS_DIR "/../docs/operations.md", "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    const struct metric_row *row;
    for (size_t i = 0; (row = metric_row(i)) != NULL; i++) {
        char name[120];
        (void)snprintf(name, sizeof name, "`%s`", row->name);
        if (strstr(text, name) == NULL)
            fail_msg("docs/operations.md says nothing of %s", name);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {cmocka_unit_test(every_number_is_there_and_true),
                                              cmocka_unit_test(each_is_explained)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
