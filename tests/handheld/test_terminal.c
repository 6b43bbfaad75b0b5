/* The real program on a real terminal (tmux, 40 by 20), the broker dead: a keyboard scanner and
 * keys come through the same line and are told apart. */
#include "tests/handheld/device.h"

#include <ncurses.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "handheld/terminal.h"

static struct device device;
static char seen[16384];

/* Runs tmux on a server of its own. */
static int tmux(const char *format, ...)
{
    char command[1024];
    va_list args;
    int n = snprintf(command, sizeof command, "tmux -f /dev/null -S %s/tmux ", device.top);
    va_start(args, format);
    vsnprintf(command + n, sizeof command - (size_t)n, format, args);
    va_end(args);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    size_t got = fread(seen, 1, sizeof seen - 1, from);
    seen[got] = '\0';
    return pclose(from);
}

static int setup(void **state)
{
    (void)state;
    device_init(&device);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("TMUX");
    assert_int_equal(tmux("-u new-session -d -x 40 -y 20 '%s -d %s -g off 2>%s; echo ended=$?; "
                          "sleep 60'",
                          TRAO_HANDHELD, device.data, device.log),
                     0);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    tmux("kill-server");
    device_done(&device);
    return 0;
}

static void until(const char *words)
{
    for (long end = proc_now_ms() + 8000; proc_now_ms() < end; proc_sleep_ms(50)) {
        tmux("capture-pane -p");
        if (strstr(seen, words) != NULL)
            return;
    }
    fail_msg("'%s' is not on the screen:\n%s\n%s", words, seen, device_errors(&device));
}

static void seen_line(int row, const char *want)
{
    char *line = seen;
    for (; row > 0; row--)
        line = strchr(line, '\n') + 1;
    char text[256] = "";
    strncpy(text, line, strcspn(line, "\n") < 255 ? strcspn(line, "\n") : 255);
    assert_string_equal(text, want);
}

/* Slower than any scanner: four keys or more in a row are typing. */
static void press(const char *keys)
{
    for (; *keys != '\0'; keys++) {
        tmux("send-keys -l %c", *keys);
        proc_sleep_ms(120);
    }
}

static void scan(const char *text)
{
    proc_sleep_ms(150);
    tmux("send-keys -l %s ';' send-keys Enter", text); /* at once, as a scanner does */
}

static void a_round(void **state)
{
    (void)state;
    until("QUÉT PHONG BÌ");
    scan("RA123456785VN");
    until("ĐÃ NHẬN");
    seen_line(9, "                ĐÃ NHẬN");
    seen_line(10, "           RA 123 456 785 VN");
    seen_line(18, "Chưa gửi 1");
    tmux("capture-pane -p -e"); /* the whole screen is green, the sign in reverse video */
    assert_non_null(strstr(seen, "48;5;22"));
    assert_non_null(strstr(seen, "\033[7m"));

    tmux("send-keys F1");
    until("4 Phát");
    tmux("send-keys 4");
    until("PHÁT  HH-042");
    tmux("send-keys -l RA987654326VN"); /* no ending: silence ends it */
    until("AI NHẬN?");
    proc_sleep_ms(150);
    tmux("send-keys Down");
    tmux("send-keys Down");
    until("> 2 Vợ/chồng");
    proc_sleep_ms(150); /* a key at once after another is a scanner's */
    tmux("send-keys Enter");
    until("ĐÃ PHÁT");
    until("Chưa gửi 2");
    tmux("send-keys Left");
    until("ĐÃ RÚT LẠI");
    scan("8935000000053");
    until("893…053");
    proc_sleep_ms(150);

    tmux("resize-window -x 60 -y 24");
    tmux("send-keys Right"); /* any key closes what only tells something */
    until("QUÉT PHONG BÌ");
    tmux("send-keys C-c");
    until("ended=0");
    assert_string_equal(device_errors(&device), "");
    assert_int_equal(device_unsent(&device), 3);
}

/* A handover without its list, the machine, the end of a day without a round. */
static void a_handover_and_the_machine(void **state)
{
    (void)state;
    until("QUÉT PHONG BÌ");
    scan("BG-261125-07");
    until("chưa có danh sách, chỉ đếm");
    assert_int_equal(strncmp(seen, "NHẬN  BG-26112507 ", strlen("NHẬN  BG-26112507 ")), 0);
    scan("RA123456785VN");
    until("Mới quét …785");
    scan("RA234567895VN");
    until("Mới quét …895 …785");
    seen_line(4, "                   2");
    tmux("capture-pane -p -e");
    assert_non_null(strstr(seen, "48;5;22")); /* green for a moment, as any accepted scan */
    proc_sleep_ms(150);
    tmux("send-keys Left"); /* put back into the bag */
    until("ĐÃ RÚT LẠI");
    until("Mới quét …785");
    tmux("send-keys Enter");
    until("NHẬN 1 BÌ");
    tmux("send-keys Enter");
    until("BÊN NHẬN bấm Enter");
    tmux("send-keys Enter");
    until("QUÉT PHONG BÌ");
    tmux("send-keys Right");
    until("MÁY HH-042");
    until("Chưa gửi   3");
    until("chưa có");
    tmux("send-keys Left");
    until("QUÉT PHONG BÌ");
    tmux("send-keys F1");
    until("6 Cuối ca");
    press("6");
    until("Không có bản kê mở");
    scan("RA123456785VN");
    until("ĐÃ VỀ QUẦY");
    proc_sleep_ms(150);
    tmux("send-keys C-c");
    until("ended=0");
    assert_string_equal(device_errors(&device), "");
    assert_int_equal(device_unsent(&device), 4);
}

/* Nothing that is practised leaves the screen; and without colours the signs say the same. */
static void practice_and_no_colours(void **state)
{
    (void)state;
    until("QUÉT PHONG BÌ");
    tmux("send-keys F1");
    until("7 Tập");
    press("0");
    until("QUÉT PHONG BÌ");
    tmux("send-keys F1");
    until("7 Tập");
    press("7");
    until("QUÉT THỬ");
    seen_line(1, "TẬP----------KHÔNG GHI THẬT----------TẬP");
    seen_line(19, "TẬP----------KHÔNG GHI THẬT----------TẬP");
    scan("RA123456785VN");
    until("Nguyễn Văn Mẫu");
    until("168.000 đ");
    press("1");
    tmux("send-keys Enter");
    until("ĐÃ PHÁT");
    until("QUÉT THỬ");
    scan("8935000000053");
    until("893…053");
    tmux("capture-pane -p -e");
    assert_null(strstr(seen, "48;5;124"));
    assert_non_null(strstr(seen, "48;5;16"));
    assert_non_null(strstr(seen, "\033[7m")); /* the sign stands out all the same */
    proc_sleep_ms(150);
    tmux("send-keys Right");
    until("QUÉT THỬ");
    tmux("send-keys F1");
    until("1 Nhận");
    tmux("send-keys Left");
    until("PHÁT  HH-042");
    seen_line(1, "----------------------------------------");
    tmux("send-keys C-c");
    until("ended=0");
    assert_int_equal(device_unsent(&device), 0);
}

/* Keys answer nothing that cannot be seen; scans are taken, and the screen comes back. */
static void a_screen_too_small(void **state)
{
    (void)state;
    until("QUÉT PHONG BÌ");
    tmux("resize-window -x 39 -y 20");
    until("Màn hình nhỏ quá: cần 40x20");
    assert_null(strstr(seen, "HH-042"));
    tmux("send-keys F1");
    tmux("send-keys 4");
    proc_sleep_ms(150);
    tmux("send-keys -l RA123456785VN");
    tmux("send-keys Enter");
    proc_sleep_ms(500);
    tmux("resize-window -x 40 -y 20");
    until("NHẬN  HH-042");
    until("Chưa gửi 1");
    tmux("send-keys C-c");
    until("ended=0");
    assert_int_equal(device_unsent(&device), 1);
}

/* ncurses tells of a change of size when nothing is left to read; a key may come right after it. */
static int size_then_key(void)
{
    struct terminal_input input;
    bool resized = false;
    struct error err;
    setenv("TERM", "xterm", 1);
    if (!terminal_open(&err))
        return 1;
    ungetch('x');
    ungetch(KEY_RESIZE);
    if (!terminal_read(&input, &resized) || input.byte != 'x' || !resized)
        return 2;
    if (terminal_read(&input, &resized) || !resized)
        return 3; /* the end of the same drain forgot it */
    terminal_close();
    return 0;
}

static void a_change_of_size_and_a_key_in_one_drain(void **state)
{
    (void)state;
    int pty, status;
    char bytes[4096];
    pid_t child = forkpty(&pty, NULL, NULL, NULL);
    assert_true(child >= 0);
    if (child == 0)
        _exit(size_then_key());
    while (read(pty, bytes, sizeof bytes) > 0) {
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    close(pty);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_round, setup, teardown),
        cmocka_unit_test_setup_teardown(a_handover_and_the_machine, setup, teardown),
        cmocka_unit_test_setup_teardown(practice_and_no_colours, setup, teardown),
        cmocka_unit_test_setup_teardown(a_screen_too_small, setup, teardown),
        cmocka_unit_test(a_change_of_size_and_a_key_in_one_drain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
