/* The real program led by lines, with no broker, no gpsd and no network: what beeps is kept. */
#include "tests/handheld/device.h"
#include "tests/lib/small_disk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/item.h"

#define A "RA123456785VN"
#define B "RA987654326VN"

static struct device device;
#define LED(...) device_led(&device, (const char *const[]){__VA_ARGS__, NULL})

static int setup(void **state)
{
    (void)state;
    device_init(&device);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    device_done(&device);
    return 0;
}

static void a_morning_without_a_network(void **state)
{
    (void)state;
    device_start(&device, NULL);
    LED("# a comment", "", "expect QUÉT PHONG BÌ");
    LED("scan " A "\\r");
    LED("expect ĐÃ NHẬN", "expect Chưa gửi 1", "expect mạng mất");
    device_heard(&device, "beep ok seq=1 " A " picked_up");
    LED("key F1", "key 4", "scan \\x52A987654326VN", "expect AI NHẬN?", "key 1");
    device_heard(&device, "beep look " B " who");
    device_heard(&device, "beep ok seq=2 " B " delivered");
    LED("key LEFT");
    device_heard(&device, "beep ok seq=3 " B " withdrawn");
    LED("show");
    device_heard(&device, "|PHÁT");
    for (int row = 1; row < 20; row++)
        device_heard(&device, "|");
    LED("scan 000099000001|010203040|x|05031999|Nam|x|15042021\\r");
    device_heard(&device, "beep refused id-card");
    LED("quit");
    assert_int_equal(device_ended(&device), 0);
    assert_null(strstr(device_errors(&device), "0990"));
    assert_int_equal(device_unsent(&device), 3);

    device_start(&device, NULL); /* goes on in the mode it was in */
    LED("expect PHÁT  HH-042", "expect Chưa gửi 3", "quit");
    assert_int_equal(device_ended(&device), 0);
}

static int run_script(const char *text)
{
    char path[96];
    snprintf(path, sizeof path, "%s/script", device.top);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    const char *argv[] = {TRAO_HANDHELD, "-d", device.data, "-g", "off", "--script", path, NULL};
    proc_start(&device.proc, argv, true, device.log);
    return device_ended(&device);
}

static void in_errors(const char *words)
{
    if (strstr(device_errors(&device), words) == NULL)
        fail_msg("'%s' is not in: %s", words, device_errors(&device));
}

static void scripts_say_what_is_wrong(void **state)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"show\nbeep\n", "script:2: 'beep' is no command"},
        {"key F2", "script:1: key 'F2' is none of"},
        {"scan", "script:1: scan and type need bytes"},
        {"\n\nscan RA\\q", "script:3: \\q is none of"},
        {"scan RA\\x5", "\\x is none of"},
        {"wait soon", "'soon' is no number"},
        {"wait -1", "'-1' is no number"},
        {"expect", "expect needs"},
        {"quit now", "'now' is too much"},
        {"expect-sent 99999999999999", "is no number"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(run_script(bad[i].text), 2);
        in_errors(bad[i].words);
    }
    assert_int_equal(run_script(""), 0);
    assert_int_equal(run_script("scan " A "\\r\r\nexpect ĐÃ NHẬN"), 0); /* CR LF, no last end */
    const char *argv[] = {TRAO_HANDHELD, "-d", device.data, "-x", "/nonexistent", NULL};
    proc_start(&device.proc, argv, true, device.log);
    assert_int_equal(device_ended(&device), 1);
    in_errors("/nonexistent: No such file");
}

static void missed_expectation_shows_the_screen(void **state)
{
    (void)state;
    assert_int_equal(run_script("scan " A "\\r\nexpect ĐÃ PHÁT\nquit\n"), 3);
    in_errors("script:2: 'ĐÃ PHÁT' did not appear within 5000 ms");
    in_errors("|Vừa quét ");
    assert_int_equal(run_script("expect-sent 1"), 3);
    in_errors("script:1: 'Đã gửi hết' did not appear within 1000 ms");
}

static void ends_when_asked(void **state)
{
    (void)state;
    device_start(&device, NULL);
    LED("scan " A "\\r", "stay");
    device_heard(&device, "beep ok seq=1");
    proc_sleep_ms(300);
    assert_true(proc_runs(&device.proc));
    assert_int_equal(kill(device.proc.pid, SIGTERM), 0);
    assert_int_equal(device_ended(&device), 0);
    assert_string_equal(device_errors(&device), "");
    assert_int_equal(device_unsent(&device), 1);
}

static void one_at_a_time(void **state)
{
    struct device second = device;
    (void)state;
    device_start(&device, NULL);
    LED("scan " A "\\r");
    device_heard(&device, "beep ok seq=1");
    device_start(&second, NULL);
    assert_int_equal(proc_wait(&second.proc, 10000), 1);
    in_errors("another program has it open");
    LED("quit");
    assert_int_equal(device_ended(&device), 0);
}

static void not_enrolled(void **state)
{
    (void)state;
    const char *argv[] = {TRAO_HANDHELD, "-d", device.top, "-x", "-", NULL};
    proc_start(&device.proc, argv, true, device.log);
    assert_int_equal(device_ended(&device), 1);
    in_errors("máy chưa được cấp phép");
}

static void one_command_at_a_time(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *words;
    } bad[] = {{"run", "run", "'run' is one command too many"},
               {"enrol", "run", "'run' is one command too many"},
               {"walk", NULL, "'walk' is neither run nor enrol"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *argv[] = {TRAO_HANDHELD, "-d",         device.data,   "-x",
                              "-",           bad[i].first, bad[i].second, NULL};
        proc_start(&device.proc, argv, true, device.log);
        assert_int_equal(device_ended(&device), 64);
        in_errors(bad[i].words);
        assert_int_equal(truncate(device.log, 0), 0);
    }
}

static void scanner_of_its_own(void **state)
{
    char path[96];
    (void)state;
    snprintf(path, sizeof path, "%s/scanner", device.top);
    assert_int_equal(mkfifo(path, 0600), 0);
    device_start(&device, (const char *const[]){"-s", path, NULL});
    for (int i = 0; i < 2; i++) { /* the writer comes and goes */
        int fd = open(path, O_WRONLY);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, i == 0 ? A "\r\n" : B "\r\n", 15), 15);
        device_heard(&device, i == 0 ? "beep ok seq=1 " A : "beep ok seq=2 " B);
        close(fd);
    }
    LED("quit");
    assert_int_equal(device_ended(&device), 0);
}

#define BEEPS_A_ROUND 6
#define SLOW_MS 20000

/* Killed at twenty moments while scans come as fast as they can be read: every one that was heard
 * is there, and at most the one on whose commit it died besides. */
static void killed_twenty_times(void **state)
{
    unsigned long heard = 0, n = 0;
    char line[PROC_LINE_MAX];
    (void)state;
    for (int round = 0; round < 20; round++) {
        device_start(&device, NULL);
        long end = proc_now_ms() + 150 + INT64_C(13) * round;
        unsigned long some = heard + BEEPS_A_ROUND; /* however busy the machine is */
        while (proc_now_ms() < end || (heard < some && proc_now_ms() < end + SLOW_MS)) {
            struct item item;
            assert_true(item_make("RA", (uint32_t)++n, "VN", &item, NULL));
            proc_say(&device.proc, "scan %s\\r", item.text);
            while (proc_hear(&device.proc, line, n % 3 == 0 ? 30 : 0))
                heard += strncmp(line, "beep ok", 7) == 0;
        }
        kill(device.proc.pid, SIGKILL);
        while (proc_hear(&device.proc, line, 1000))
            heard += strncmp(line, "beep ok", 7) == 0;
        assert_int_equal(device_ended(&device), 128 + SIGKILL);
        unsigned long kept = device_unsent(&device);
        if (kept != heard && kept != heard + 1)
            fail_msg("round %d: heard %lu, kept %lu", round, heard, kept);
        heard = kept;
    }
    assert_true(heard >= 20 * BEEPS_A_ROUND);
}

static void full_disk(void **state)
{
    char small[80], command[256], line[PROC_LINE_MAX];
    (void)state;
    snprintf(small, sizeof small, "%s/small", device.top);
    assert_int_equal(mkdir(small, 0700), 0);
    if (!small_disk_mount(small, "2m"))
        skip();
    snprintf(command, sizeof command, "cp -a %s/identity %s/", device.data, small);
    assert_int_equal(system(command), 0);
    snprintf(device.data, sizeof device.data, "%s", small);
    device_start(&device, NULL);
    LED("scan " A "\\r");
    device_heard(&device, "beep ok seq=1");
    small_disk_fill(small);
    unsigned long kept = 1;
    for (uint32_t n = 1;; n++) {
        struct item item;
        assert_true(n < 5000);
        assert_true(item_make("RA", n, "VN", &item, NULL));
        assert_true(proc_say(&device.proc, "scan %s\\r", item.text));
        assert_true(proc_hear(&device.proc, line, 10000));
        if (strncmp(line, "beep full", 9) == 0)
            break;
        assert_int_equal(strncmp(line, "beep ok", 7), 0);
        kept++;
    }
    LED("expect BỘ NHỚ ĐẦY", "expect LƯỢT NÀY CHƯA GHI. Ghi giấy, đem máy");
    snprintf(command, sizeof command, "rm %s/filler", small);
    LED("show"); /* after that line the screen was seen */
    for (int row = 0; row < 20; row++)
        device_heard(&device, "|");
    assert_int_equal(system(command), 0);
    LED("scan " B "\\r"); /* and it works again */
    device_heard(&device, "beep ok");
    LED("quit");
    assert_int_equal(device_ended(&device), 0);
    assert_int_equal(device_unsent(&device), kept + 1);
    small_disk_unmount(small);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_morning_without_a_network),
        T(scripts_say_what_is_wrong),
        T(missed_expectation_shows_the_screen),
        T(ends_when_asked),
        T(one_at_a_time),
        T(not_enrolled),
        T(one_command_at_a_time),
        T(scanner_of_its_own),
        T(killed_twenty_times),
        T(full_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
