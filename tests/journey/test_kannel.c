/* Messages over SMPP: the real server, a real Kannel and an operator's message centre. Out, and
 * what the operator says of them; in, and the answers; forged, repeated and late calls. */
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

#include "tests/lib/kannel.h"
#include "tests/lib/world.h"

#define PHONE "84912000001" /* of the first row of world_write_list */
#define ITEMS 7

static struct world world;
static struct kannel kannel;
static char items[ITEMS][16];

static void configure(void)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/trao.conf", world.data);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    (void)fprintf(file,
                  "\n[office]\nreply_number=" KANNEL_NUMBER
                  "\n[messages]\ngateway=kannel\nkannel=%s\nkannel_user=" KANNEL_USER
                  "\nkannel_password=" KANNEL_PASSWORD "\nkannel_from=" KANNEL_NUMBER
                  "\nkannel_key=" KANNEL_KEY "\n",
                  kannel.url);
    (void)fclose(file);
}

static int open_all(void **state)
{
    (void)state;
    world_begin(&world);
    kannel_start(&kannel, world.dir, NPM_DIR, world.plain);
    configure();
    world_start_server(&world);
    world_issue(&world, ITEMS, items);
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    kannel_stop(&kannel);
    world_end(&world, false);
    return 0;
}

static bool lists(const char *which, const char *item)
{
    char out[8192];
    world_do(&world, out, sizeof out, "messages", which, NULL);
    return strstr(out, item) != NULL;
}

static void await(const char *which, const char *item)
{
    for (long end = proc_now_ms() + 15000; !lists(which, item); proc_sleep_ms(100))
        if (proc_now_ms() > end)
            world_fail(&world, "messages %s does not list %s", which, item);
}

/* Lost is said at once: no door, no half minute. The id the operator gave it. */
static void lose(const char *item, char id[32])
{
    char heard[PROC_LINE_MAX];
    world_do(&world, NULL, 0, "lost", item, "Biên bản 1", NULL);
    kannel_hear(&kannel, "part ", heard);
    assert_int_equal(sscanf(heard, "part %31s", id), 1);
    if (strstr(heard, item) == NULL)
        world_fail(&world, "%s is not in '%s'", item, heard);
}

static void what_the_operator_says_becomes_a_fact(void **state)
{
    (void)state;
    char id[32];
    lose(items[0], id);
    await("sent", items[0]);
    assert_false(lists("delivered", items[0]));
    kannel_say(&kannel, "receipted 0", "receipt %s DELIVRD", id);
    await("delivered", items[0]);

    lose(items[1], id);
    kannel_say(&kannel, "receipted 0", "receipt %s UNDELIV", id);
    await("failed", items[1]);

    /* A number that the operator does not know: refused at once, said once, and not tried again. */
    kannel_say(&kannel, "status 11", "status 11");
    lose(items[2], id);
    await("failed", items[2]);
    kannel_say(&kannel, "status 0", "status 0");
    kannel_hears_nothing(&kannel, 2000);
}

static void texts_are_answered(void **state)
{
    (void)state;
    char heard[PROC_LINE_MAX], text[1024];
    kannel_say(&kannel, "texted 1", "text " PHONE " " KANNEL_NUMBER " TRAO %s", items[3]);
    kannel_hear(&kannel, "part ", heard);
    if (strstr(heard, items[3]) == NULL || strstr(heard, " " PHONE " ") == NULL)
        world_fail(&world, "no answer about %s: %s", items[3], heard);

    /* In UCS-2 and two parts: accents, and what nobody needs to say. */
    (void)snprintf(text, sizeof text, "Trao %s", items[3]);
    kannel_say(&kannel, "texted 2",
               "text " PHONE " " KANNEL_NUMBER " KHÔNG nhận được gì cả, tôi đã ở nhà suốt ngày hôm "
               "qua và hôm nay, xin kiểm tra lại giúp tôi. Cảm ơn các anh chị rất nhiều.");
    kannel_hear(&kannel, "part ", heard);
    assert_non_null(strstr(heard, "Khong co phong bi nao bao da giao"));

    /* Three parts of GSM-7, of which the number stands across the end of the first. */
    memset(text, ' ', sizeof text);
    memcpy(text, "trao", 4);
    (void)snprintf(text + 148, sizeof text - 148, "%s%*s", items[3], 200, " ");
    kannel_say(&kannel, "texted 3", "text " PHONE " " KANNEL_NUMBER " %s", text);
    kannel_hear(&kannel, "part ", heard);
    assert_non_null(strstr(heard, items[3]));
}

/* ------------------------------------------------------------------ cut off */

static bool is_begun(const char *item)
{
    char path[300], text[1024];
    (void)snprintf(path, sizeof path, "%s/kannel.begun", world.data);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    (void)fclose(file);
    text[n] = '\0';
    return item == NULL ? n > 0 : strstr(text, item) != NULL;
}

/* The item's message is asked of a Kannel that does not answer: `box` stands still. Where that is
 * bearerbox, smsbox has read the call and given it on; where it is smsbox, nobody read it, and it
 * drops what was hung up meanwhile [seen of 1.4.5]. */
static void ask_while_it_stands(const struct proc *box, const char *item)
{
    for (long end = proc_now_ms() + 15000; is_begun(NULL); proc_sleep_ms(20))
        if (proc_now_ms() > end)
            world_fail(&world, "what was begun before does not end");
    assert_int_equal(kill(box->pid, SIGSTOP), 0);
    world_do(&world, NULL, 0, "lost", item, "Biên bản 2", NULL);
    for (long end = proc_now_ms() + 15000; !is_begun(item); proc_sleep_ms(20))
        if (proc_now_ms() > end)
            world_fail(&world, "the message of %s is not begun", item);
    proc_sleep_ms(500); /* it is written down, then asked */
}

/* Kannel has it and was not yet heard when the server dies: it is not sent again, nobody knows
 * whether it went until the operator says so. */
static void a_kill_between_sends_nothing_twice(void **state)
{
    (void)state;
    char heard[PROC_LINE_MAX], id[32];
    ask_while_it_stands(&kannel.bearerbox, items[4]);
    (void)proc_stop(&world.server, SIGKILL);
    assert_int_equal(kill(kannel.bearerbox.pid, SIGCONT), 0);
    kannel_hear(&kannel, "part ", heard);
    assert_int_equal(sscanf(heard, "part %31s", id), 1);
    assert_non_null(strstr(heard, items[4]));
    world_start_server(&world);
    await("unknown", items[4]);
    kannel_hears_nothing(&kannel, 3000);
    assert_true(lists("sent", items[4]));
    assert_false(lists("failed", items[4]));
    kannel_say(&kannel, "receipted 0", "receipt %s DELIVRD", id);
    await("delivered", items[4]);
    assert_false(lists("unknown", items[4]));
}

/* The same where Kannel had not read it: it stays unknown, and goes once when somebody says so. */
static void what_is_unknown_goes_when_somebody_asks(void **state)
{
    (void)state;
    char heard[PROC_LINE_MAX], id[32];
    ask_while_it_stands(&kannel.smsbox, items[5]);
    (void)proc_stop(&world.server, SIGKILL);
    kannel_stop_boxes(&kannel);
    kannel_start_boxes(&kannel);
    world_start_server(&world);
    await("unknown", items[5]);
    (void)proc_stop(&world.server, SIGKILL); /* it is no less so after another */
    world_start_server(&world);
    kannel_hears_nothing(&kannel, 3000);
    assert_true(lists("unknown", items[5]));
    world_do(&world, NULL, 0, "messages", "resend", items[5], NULL);
    kannel_hear(&kannel, "part ", heard);
    assert_int_equal(sscanf(heard, "part %31s", id), 1);
    assert_non_null(strstr(heard, items[5]));
    assert_false(lists("unknown", items[5]));
    kannel_say(&kannel, "receipted 0", "receipt %s DELIVRD", id);
    await("delivered", items[5]);
}

/* Both live, and no answer comes for ten seconds: it may have been heard, and was. */
static void an_answer_that_is_lost_sends_nothing_twice(void **state)
{
    (void)state;
    char heard[PROC_LINE_MAX];
    ask_while_it_stands(&kannel.bearerbox, items[6]);
    await("unknown", items[6]);
    assert_int_equal(kill(kannel.bearerbox.pid, SIGCONT), 0);
    kannel_hear(&kannel, "part ", heard);
    assert_non_null(strstr(heard, items[6]));
    kannel_hears_nothing(&kannel, 7000); /* it rests for five seconds, then asks again */
    assert_true(lists("unknown", items[6]));
}

/* ------------------------------------------------------------------ who calls */

static int call(const char *command)
{
    char all[1200], code[16] = "";
    (void)snprintf(all, sizeof all, "curl -s -o /dev/null -w '%%{http_code}' %s", command);
    FILE *out = popen(all, "r");
    assert_non_null(out);
    assert_non_null(fgets(code, sizeof code, out));
    (void)pclose(out);
    return atoi(code);
}

static int report(const char *id, int bit, const char *signature)
{
    char command[600];
    (void)snprintf(command, sizeof command, "'http://127.0.0.1:%d/tin/kannel/bao?id=%s&d=%d&ky=%s'",
                   world.plain, id, bit, signature);
    return call(command);
}

/* Nobody but who was given the address, and that for its own message only. */
static void forged_calls_leave_nothing(void **state)
{
    (void)state;
    char id[96], good[80] = "", command[600], out[512];
    (void)snprintf(id, sizeof id, "%s.lost.0.sms", items[0]);
    (void)snprintf(command, sizeof command,
                   "printf 'bao.%s' | openssl dgst -sha256 -mac HMAC -macopt hexkey:" KANNEL_KEY
                   " -r | cut -d' ' -f1",
                   id);
    FILE *pipe = popen(command, "r");
    assert_non_null(fgets(good, sizeof good, pipe));
    (void)pclose(pipe);
    good[64] = '\0';
    assert_int_equal(report(id, 2, good), 200);  /* late and contrary: kept, and changes nothing */
    assert_int_equal(report(id, 2, good), 200);  /* again */
    assert_int_equal(report(id, 32, good), 400); /* no such report */
    assert_int_equal(report(id, 2, ""), 401);
    good[5] = good[5] == '0' ? '1' : '0';
    assert_int_equal(report(id, 2, good), 401);
    good[5] = good[5] == '0' ? '1' : '0';
    (void)snprintf(id, sizeof id, "%s.lost.0.sms", items[1]);
    assert_int_equal(report(id, 1, good), 401); /* another message's */

    (void)snprintf(command, sizeof command,
                   "-H 'X-Kannel-From: +" PHONE "' -H 'Content-Type: text/plain' -d DUNG "
                   "'http://127.0.0.1:%d/tin/kannel/den?ma=1&ky=" KANNEL_PASSWORD "'",
                   world.plain);
    assert_int_equal(call(command), 401);
    (void)snprintf(command, sizeof command, "-d '{}' http://127.0.0.1:%d/tin/webhook", world.plain);
    assert_int_equal(call(command), 404); /* trao.conf does not name it */
    proc_sleep_ms(3500);
    assert_true(lists("delivered", items[0]));
    assert_false(lists("failed", items[0]));
    assert_false(lists("delivered", items[1]));
    assert_true(lists("contradicted", items[0])); /* and is there to be seen */
    assert_false(lists("contradicted", items[1]));
    world_do(&world, out, sizeof out, "messages", NULL);
    assert_non_null(strstr(out, "well"));
    char metrics[65536];
    world_do(&world, metrics, sizeof metrics, "metrics", NULL);
    assert_non_null(strstr(metrics, "trao_sms_calls_total{result=\"refused\"} 6\n"));
}

/* Kannel away: nothing is used up, /khoe says so, and it goes when it is back. A text that came
 * while the server was away comes then. */
static void who_is_away_is_waited_for(void **state)
{
    (void)state;
    char health[256], heard[PROC_LINE_MAX], id[32];
    world_get(&world, "/khoe", health, sizeof health);
    assert_non_null(strstr(health, "\"messages\":\"well\""));
    world_stop_server(&world, SIGTERM);
    kannel_say(&kannel, "texted 1", "text " PHONE " " KANNEL_NUMBER " TRAO %s", items[3]);
    proc_sleep_ms(1500);
    world_start_server(&world);
    kannel_hear(&kannel, "part ", heard);
    assert_non_null(strstr(heard, items[3]));

    kannel_stop_boxes(&kannel);
    world_do(&world, NULL, 0, "recall", items[3], NULL);
    for (long end = proc_now_ms() + 15000;;) {
        world_get(&world, "/khoe", health, sizeof health);
        if (strstr(health, "\"messages\":\"failing\"") != NULL)
            break;
        if (proc_now_ms() > end)
            world_fail(&world, "/khoe says %s", health);
        proc_sleep_ms(100);
    }
    assert_non_null(strstr(health, "\"ok\":true"));
    kannel_start_boxes(&kannel);
    kannel_hear(&kannel, "part ", heard);
    assert_int_equal(sscanf(heard, "part %31s", id), 1);
    assert_non_null(strstr(heard, items[3]));
    assert_false(lists("failed", items[3]));
}

int main(void)
{
    if (access(NPM_DIR "/node_modules/smpp", R_OK) != 0) {
        print_message("npm's smpp is not in build/npm (sh tests/setup --npm): skipped\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_operator_says_becomes_a_fact),
        cmocka_unit_test(texts_are_answered),
        cmocka_unit_test(a_kill_between_sends_nothing_twice),
        cmocka_unit_test(what_is_unknown_goes_when_somebody_asks),
        cmocka_unit_test(an_answer_that_is_lost_sends_nothing_twice),
        cmocka_unit_test(forged_calls_leave_nothing),
        cmocka_unit_test(who_is_away_is_waited_for),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
